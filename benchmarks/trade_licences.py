"""What the signs in the use of licences find in simulated use, and how often they are wrong, beside naive rules.

``python -m benchmarks.trade_licences``. A world has 60 licences of one line over one or two years, at every age on the
day that is looked at. Use begins after a lead time and goes on by orders of uneven size. Around what is planted,
lawful use is not even either: one licence in ten is seasonal (three months of each year take most of it), one in ten
grows to twice its pace, one in ten is used up in its last weeks because something is left, one in twenty has a single
large order, and one in ten sends small regular parcels. Land routes pass the restricted destination lawfully for one
licence in a hundred, and one licence in twenty names one of two agents who act for many.

Planted on the day: a surge (for 90 days two, three or five times as often, or as large), a rush at the end (nine tenths
of what is left, half of the licence at least, in its last 60 days), a split delivery, a way through the restricted
destination, a consignee with the agent of a party that a list has named.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import numpy as np

from benchmarks.trade import share
from benchmarks.trade_declarations import _word
from enduse.monitor.licences import LicenceSight, Line, Plan, Use, licence_alerts
from enduse.monitor.trade.declarations import ListedOne
from enduse.monitor.trade.usage import (
    CONSIGNEE,
    LAST,
    LATE,
    ROUTING,
    SPLIT,
    SURGE,
    WINDOW,
    Delivery,
    Threshold,
    UsedLine,
    look_through,
)

RESULTS = Path(__file__).parent / "results" / "trade_licences.json"
SEEDS, LICENCES = 1_200, 60
"""So many that each size and way of a surge has 200."""
DAY = dt.date(2026, 6, 1)
THRESHOLD, RESTRICTED = Threshold(10_000.0, "EUR"), ("XA",)
SIZES = (2, 3, 5)
WAYS = ("more often", "larger")
_LISTED = DAY - dt.timedelta(days=200)
_HABITS = ("even", "seasonal", "growing", "used up", "one large", "parcels")
_OFTEN = (0.55, 0.1, 0.1, 0.1, 0.05, 0.1)


@dataclass(frozen=True, slots=True)
class Planted:
    """A world, and the line that each sign should find.

    Attributes:
        size: of the surge; ``way``: whether by more deliveries or by larger ones.
    """

    lines: tuple[UsedLine, ...]
    listed: ListedOne
    targets: Mapping[str, str]
    size: int
    way: str


def _licence(random: np.random.Generator, number: int, agents: Sequence[str], age: int, days: int) -> UsedLine:
    """A licence whose use is lawful, without its deliveries."""
    begins = DAY - dt.timedelta(days=age)
    agent = agents[int(random.integers(2))] if random.random() < 0.05 else f"{_word(random, 2)} {_word(random)}"
    licensed = Decimal(int(random.integers(100, 2_000)))
    return UsedLine(
        case=f"case-{number}",
        licence=f"L-{number}",
        line=1,
        code="3A001",
        unit="pieces",
        licensed=licensed,
        valid_from=begins,
        valid_to=begins + dt.timedelta(days=days),
        exporter=f"{_word(random)} Works {int(random.integers(20))}",
        consignee=f"{_word(random)} {number}",
        destination="XB",
        officers=(agent,) if random.random() < 0.5 else (),
        through=("XA",) if random.random() < 0.01 else ("XC",) if random.random() < 0.2 else (),
        value=licensed * Decimal(int(np.exp(random.normal(6.0, 0.8))) + 1),
        currency="EUR",
    )


def _days(random: np.random.Generator, habit: str, days: int) -> list[int]:
    """Days of orders over the time of a licence, counted from its first."""
    lead, gap = int(random.integers(0, 120)), float(np.exp(random.normal(3.4, 0.4)))
    found, day = list[int](), float(lead)
    phase = int(random.integers(365))
    while day < days:
        pace = 1.0
        if habit == "seasonal":
            pace = 2.5 if (day + phase) % 365 < 90 else 0.5
        if habit == "growing":
            pace = 0.7 + 1.4 * day / days
        if habit == "used up" and day > days - 45:
            pace = 3.0
        found.append(int(day))
        # Between a clock and pure chance: a gamma of shape 3.
        day += max(1.0, float(random.gamma(3.0, gap / 3.0)) / pace)
    return found


def _with_use(random: np.random.Generator, line: UsedLine, habit: str) -> UsedLine:
    days = _days(random, habit, (line.valid_to - line.valid_from).days)
    sizes = np.exp(random.normal(0.0, 0.5, len(days)))
    if habit == "one large" and len(days):
        sizes[int(random.integers(len(days)))] *= 5
    if habit == "parcels":
        sizes = np.exp(random.normal(0.0, 0.1, len(days)))
    wanted = float(line.licensed) * float(random.uniform(0.3, 1.0))
    own = [
        Delivery(f"u{place}", line.valid_from + dt.timedelta(days=day), Decimal(max(1, round(wanted * part))))
        for place, (day, part) in enumerate(zip(days, sizes / (sizes.sum() or 1.0), strict=True))
    ]
    return replace(line, deliveries=_within(line, own))


def _within(line: UsedLine, deliveries: Sequence[Delivery]) -> tuple[Delivery, ...]:
    """Those that the licence had left."""
    kept, drawn = list[Delivery](), Decimal(0)
    for one in sorted(deliveries, key=lambda one: (one.on, one.id)):
        if drawn + one.quantity <= line.licensed and one.on < line.valid_to:
            kept.append(one)
            drawn += one.quantity
    return tuple(kept)


def _surged(random: np.random.Generator, line: UsedLine, size: int, way: str) -> UsedLine:
    """Use over the last days ``size`` times as often, or as large."""
    begins = DAY - dt.timedelta(days=WINDOW - 1)
    before = [one for one in line.deliveries if one.on < begins]
    usual = [float(one.quantity) for one in before]
    pace = len(before) / max(1, (begins - before[0].on).days)
    times = size if way == "more often" else 1
    count = max(1, round(pace * WINDOW * times))
    factor = 1.0 if way == "more often" else float(size)
    own = [
        Delivery(
            f"s{number}",
            begins + dt.timedelta(days=int(random.integers(WINDOW))),
            Decimal(max(1, round(factor * float(random.choice(usual))))),
        )
        for number in range(count)
    ]
    whole = sum((one.quantity for one in (*before, *own)), Decimal(0))
    # What a licence has left bounds a surge: this one was made large enough.
    line = replace(line, licensed=max(line.licensed, whole))
    return replace(line, deliveries=_within(line, [*before, *own]))


def _rushed(random: np.random.Generator, line: UsedLine) -> UsedLine:
    """The last days take half of the licence, by four orders or more."""
    begins = line.valid_to - dt.timedelta(days=LAST)
    before = [one for one in line.deliveries if one.on < begins]
    drawn = sum((one.quantity for one in before), Decimal(0))
    licensed = max(line.licensed, drawn * 2)
    line = replace(line, licensed=licensed)
    count, left = int(random.integers(4, 9)), licensed - drawn
    each = Decimal(max(1, int(left * Decimal("0.9") / count)))
    last = min(LAST, (DAY - begins).days)
    own = [
        Delivery(f"r{number}", begins + dt.timedelta(days=int(random.integers(last))), each) for number in range(count)
    ]
    return replace(line, deliveries=_within(line, [*before, *own]))


def world(seed: int) -> Planted:
    """One world."""
    random = np.random.default_rng(seed)
    size, way = SIZES[seed % 3], WAYS[seed // 3 % 2]
    agents = [f"{_word(random, 2)} {_word(random)}" for _ in range(2)]
    listed = ListedOne(f"{_word(random)} Trading", _LISTED, officers=(f"{_word(random, 2)} {_word(random)}", agents[0]))
    lines = []
    for number in range(LICENCES):
        days = int(random.choice([365, 730]))
        line = _licence(random, number, agents, int(random.integers(30, days + 300)), days)
        habit = str(random.choice(_HABITS, p=_OFTEN))
        if habit == "parcels":
            line = replace(line, value=line.licensed * Decimal(int(random.integers(20, 200))))
        lines.append(_with_use(random, line, habit))
    planted: dict[str, UsedLine] = {}
    for kind, age in ((SURGE, 450), (LATE, 730 - int(random.integers(1, 20))), (ROUTING, 300), (SPLIT, 300)):
        line = replace(_licence(random, LICENCES + len(planted), agents, age, 730), through=(), officers=())
        planted[kind] = _with_use(random, line, "even")
    planted[SURGE] = _surged(random, planted[SURGE], size, way)
    planted[LATE] = _rushed(random, planted[LATE])
    planted[ROUTING] = replace(planted[ROUTING], through=("XC", "XA"))
    planted[SPLIT] = _split(random, planted[SPLIT])
    line = _licence(random, LICENCES + len(planted), agents, 150, 730)
    planted[CONSIGNEE] = _with_use(random, replace(line, officers=(listed.officers[0],), through=()), "even")
    targets = {kind: one.consignee for kind, one in planted.items()}
    return Planted((*lines, *planted.values()), listed, targets, size, way)


def _split(random: np.random.Generator, line: UsedLine) -> UsedLine:
    """A delivery cut into several within days, each in the upper part below the value."""
    unit = Decimal(50)
    count = int(random.integers(4, 8))
    begins = DAY - dt.timedelta(days=int(random.integers(10, 200)))
    own = [
        Delivery(
            f"p{number}",
            begins + dt.timedelta(days=number % 9),
            Decimal(int(THRESHOLD.value * float(random.uniform(0.8, 0.99)) / float(unit))),
        )
        for number in range(count)
    ]
    licensed = Decimal(5_000)
    return replace(
        line, licensed=licensed, value=licensed * unit, deliveries=_within(replace(line, licensed=licensed), own)
    )


def _thumb(lines: Sequence[UsedLine]) -> dict[str, set[str]]:
    """Rules of thumb: two of the watch of licences, and the plainest of each kind."""
    called: dict[str, set[str]] = {name: set() for names in _BESIDE.values() for name in names}
    for line in lines:
        known = [one for one in line.deliveries if one.on <= DAY]
        own = Line(1, line.code, line.licensed, line.unit, line.value, line.currency)
        uses = tuple(Use(one.id, 1, one.quantity, one.on) for one in known)
        sight = LicenceSight(line.case, line.licence, "active", line.valid_from, line.valid_to, (own,), uses)
        found = {alert.became for alert in licence_alerts(sight, DAY, watch="bench", plan=Plan(check_days=0))}
        last = [one.quantity for one in known if one.on >= line.valid_to - dt.timedelta(days=LAST)]
        if sum(last, Decimal(0)) * 4 >= line.licensed:
            found.add("a quarter at the end")
        if known and 0 < (known[0].on - _LISTED).days <= 365:
            found.add("anybody new")
        if line.through and known:
            found.add("any third country")
        price = (line.value or Decimal(0)) / line.licensed
        small = [one.on for one in known if float(one.quantity * price) < THRESHOLD.value and one.on > _SINCE]
        if any((later - day).days <= 10 for day, later in zip(small, small[2:], strict=False)):
            found.add("three small ones")
        for name in found & called.keys():
            called[name].add(line.consignee)
    return called


_SINCE = DAY - dt.timedelta(days=365)
_BESIDE = {
    SURGE: ("faster", "unusual"),
    LATE: ("a quarter at the end",),
    ROUTING: ("any third country",),
    SPLIT: ("three small ones",),
    CONSIGNEE: ("anybody new",),
}


def main(arguments: Sequence[str] = ()) -> int:
    """Measure, write the results, and print them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trade_licences", description=__doc__)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args(arguments)
    recall: dict[str, list[bool]] = {}
    right: dict[str, list[bool]] = {}
    wrong: dict[str, list[bool]] = {}
    silent = dict.fromkeys((SURGE, LATE), 0)
    for seed in range(asked.seeds):
        one = world(seed)
        found = look_through(one.lines, DAY, threshold=THRESHOLD, restricted=RESTRICTED, listed=[one.listed])
        names = {line.name: line.consignee for line in one.lines}
        called: dict[str, set[str]] = {kind: set() for kind in one.targets}
        for sign in found.signs:
            called[sign.kind].add(names.get(sign.who, sign.who.rpartition(" to ")[2]))
        quiet: dict[str, set[str]] = {kind: set() for kind in silent}
        for said in found.silent:
            quiet[said.kind].add(names[said.who])
            silent[said.kind] += 1
        thumb = _thumb(one.lines)
        for kind, target in one.targets.items():
            # Whom an indicator could say nothing of is no false alarm, and no quiet either.
            asked_of = {line.consignee for line in one.lines if _asked(kind, line)} - quiet.get(kind, set())
            for name, some in (
                (kind, called[kind]),
                *((f"naive {kind} ({by})", thumb[by]) for by in _BESIDE[kind]),
            ):
                recall.setdefault(name, []).append(target in some)
                right.setdefault(name, []).extend(who == target for who in some & asked_of)
                wrong.setdefault(name, []).extend(who in some for who in asked_of - {target})
                if kind == SURGE:
                    recall.setdefault(f"{name}, {one.size} times, {one.way}", []).append(target in some)
    result = {
        name: {
            "recall": share(some),
            **({"precision": share(right[name])} if right.get(name) else {}),
            **({"false_alarms": share(wrong[name])} if name in wrong else {}),
        }
        for name, some in recall.items()
    }
    document = {"seeds": asked.seeds, "too_short": silent, "signs": result}
    asked.out.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    for name, figures in result.items():
        print(name, json.dumps(figures))
    print("too short", silent)
    return 0


def _asked(kind: str, line: UsedLine) -> bool:
    """Whether an indicator is asked about a line at all."""
    begins = line.valid_to - dt.timedelta(days=LAST)
    if kind == SURGE:
        return line.valid_from <= DAY < begins
    if kind == LATE:
        return begins <= DAY and line.valid_to > DAY - dt.timedelta(days=365)
    return True


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
