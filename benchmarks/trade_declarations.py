"""What the signs in customs declarations find in simulated ones, and how often they are wrong, beside naive rules.

``python -m benchmarks.trade_declarations``. Companies, streets and officers are made of syllables. A world has two
years of consignments of 120 consignees and one listed party; in it are planted one successor of the listed party (at
its address, or with its officer), one consignee with split consignments and one with goods that pass a restricted
destination. Around them: business centres whose address many companies share (a listed party may sit in one), officers
with like names, regular small consignments, and land routes that pass the restricted destination lawfully.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from benchmarks.trade import share
from enduse.monitor.trade.declarations import Declaration, ListedOne, new_consignees, routings, splits

RESULTS = Path(__file__).parent / "results" / "trade_declarations.json"
SEEDS, CONSIGNEES = 200, 120
FIRST, LISTED, DAYS = dt.date(2022, 1, 1), dt.date(2023, 1, 1), 730
THRESHOLD, RESTRICTED = 5_000.0, ("XA",)
_SYLLABLES = (
    "ba",
    "del",
    "for",
    "gan",
    "hir",
    "jo",
    "kel",
    "lum",
    "mar",
    "nok",
    "pel",
    "rin",
    "sol",
    "tan",
    "vik",
    "zor",
)


@dataclass(frozen=True, slots=True)
class Planted:
    """A world and the consignees in it that each sign should find."""

    declared: tuple[Declaration, ...]
    listed: ListedOne
    successor: str
    splitter: str
    router: str
    how: str


def _word(random: np.random.Generator, count: int = 3) -> str:
    return "".join(_SYLLABLES[int(random.integers(len(_SYLLABLES)))] for _ in range(count)).capitalize()


def _address(random: np.random.Generator) -> str:
    return f"{int(random.integers(1, 240))} {_word(random)} Street, {_word(random, 2)} City"


def _written_anew(random: np.random.Generator, address: str) -> str:
    """The same address as somebody else writes it."""
    number, rest = address.split(" ", 1)
    way = int(random.integers(4))
    if way == 0:
        return f"{rest.replace(' Street', ' Str.')}, {number}".replace(",,", ",")
    if way == 1:
        return f"No. {number}, {rest.replace(' Street', ' St')}"
    if way == 2:
        return f"Office {int(random.integers(1, 60))}, {address}"
    place = int(random.integers(2, len(rest) - 8))
    return f"{number} {rest[:place]}{rest[place + 1 :]}"


def _day(random: np.random.Generator, first: int, last: int) -> dt.date:
    return FIRST + dt.timedelta(days=int(random.integers(first, last)))


def world(seed: int) -> Planted:
    """One world."""
    random = np.random.default_rng(seed)
    centres = [_address(random) for _ in range(3)]
    in_centre = random.random() < 0.2
    listed = ListedOne(
        f"{_word(random)} Trading",
        LISTED,
        (centres[0] if in_centre else _address(random),),
        (f"{_word(random, 2)} {_word(random)}", f"{_word(random, 2)} {_word(random)}"),
    )
    declared: list[Declaration] = []

    def consign(name: str, day: dt.date, value: float, **more: object) -> Declaration:
        one = Declaration(
            f"line {len(declared) + 2}",
            str(len(declared)),
            day,
            "Origin Works",
            name,
            "",
            (),
            "854231",
            value,
            "DE",
            (),
            "XB",
        )
        one = replace(one, **more)  # type: ignore[arg-type]
        declared.append(one)
        return one

    for number in range(CONSIGNEES):
        name = f"{_word(random)} {number}"
        address = centres[int(random.integers(3))] if random.random() < 0.1 else _address(random)
        officers = (f"{_word(random, 2)} {_word(random)}",)
        starts = int(random.integers(0, DAYS - 60))
        usual = float(np.exp(random.normal(8.3, 0.8)))
        often = 3 if random.random() < 0.1 else 45
        transit = ("XA",) if random.random() < 0.01 else (("XC",) if random.random() < 0.3 else ())
        day = starts
        for _ in range(int(random.integers(3, 12))):
            value = usual * float(np.exp(random.normal(0, 0.35)))
            consign(name, FIRST + dt.timedelta(days=day), value, address=address, officers=officers, transit=transit)
            day += int(random.integers(1, 2 * often))
            if day >= DAYS:
                break
    how = ("address", "officer")[seed % 2]
    successor = f"{_word(random)} successor"
    first = _day(random, 400, 700)
    at = _written_anew(random, listed.addresses[0]) if how == "address" else _address(random)
    who = (listed.officers[0],) if how == "officer" else (f"{_word(random, 2)} {_word(random)}",)
    for number in range(3):
        consign(successor, first + dt.timedelta(days=9 * number), 9_000.0, address=at, officers=who)
    splitter = f"{_word(random)} splitter"
    first = _day(random, 370, 700)
    for number in range(int(random.integers(4, 8))):
        value = THRESHOLD * float(random.uniform(0.8, 0.99))
        consign(
            splitter, first + dt.timedelta(days=number % 9), value, address=_address(random), exporter="Other Works"
        )
    router = f"{_word(random)} router"
    for number in range(3):
        consign(
            router, first + dt.timedelta(days=20 * number), 12_000.0, address=_address(random), transit=("XC", "XA")
        )
    return Planted(tuple(declared), listed, successor, splitter, router, how)


def main(arguments: Sequence[str] = ()) -> int:
    """Measure, write the results, and print them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trade_declarations", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args(arguments)
    right: dict[str, list[bool]] = {}
    found: dict[str, list[bool]] = {}
    wrong: dict[str, list[bool]] = {}
    for seed in range(asked.seeds):
        one = world(seed)
        wanted = {"new_consignee": one.successor, "split": one.splitter, "routing": one.router}
        signs = [
            *new_consignees(one.declared, [one.listed]),
            *splits(one.declared, THRESHOLD),
            *routings(one.declared, RESTRICTED),
        ]
        called: dict[str, set[str]] = {kind: set() for kind in wanted}
        for sign in signs:
            called[sign.kind].add(sign.who.removeprefix("Origin Works to ").removeprefix("Other Works to "))
        called |= {f"naive {kind}": names for kind, names in _naive(one).items()}
        for kind, names in called.items():
            target = wanted[kind.removeprefix("naive ")]
            found.setdefault(kind, []).append(target in names)
            right.setdefault(kind, []).extend(name == target for name in names)
            everybody = {item.consignee for item in one.declared} - {target}
            wrong.setdefault(kind, []).extend(name in names for name in everybody)
            if kind.endswith("new_consignee"):
                found.setdefault(f"{kind}, same {one.how}", []).append(target in names)
    result = {
        kind: {
            "recall": share(found[kind]),
            **({"precision": share(right[kind])} if right.get(kind) else {}),
            **({"false_alarms": share(wrong[kind])} if kind in wrong else {}),
        }
        for kind in found
    }
    asked.out.write_text(json.dumps({"seeds": asked.seeds, "signs": result}, indent=1) + "\n", encoding="utf-8")
    for kind, figures in result.items():
        print(kind, json.dumps(figures))
    return 0


def _naive(one: Planted) -> dict[str, set[str]]:
    """What a rule of thumb calls: anybody new within a year; three small consignments; any way through elsewhere."""
    first: dict[str, dt.date] = {}
    small: dict[str, list[dt.date]] = {}
    through: set[str] = set()
    for item in sorted(one.declared, key=lambda item: item.date):
        first.setdefault(item.consignee, item.date)
        if item.value < THRESHOLD:
            small.setdefault(item.consignee, []).append(item.date)
        if item.transit:
            through.add(item.consignee)
    return {
        "new_consignee": {name for name, day in first.items() if day > LISTED},
        "split": {
            name
            for name, days in small.items()
            if any((later - day).days <= 10 for day, later in zip(days, days[2:], strict=False))
        },
        "routing": through,
    }


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
