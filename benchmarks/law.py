"""The law: assessments a second, cold start, order books that are judged line by line, drafts tried on history."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import gc
import json
import multiprocessing
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from benchmarks import scale
from benchmarks.speed import made_up_index
from enduse.assess import Settings, check, check_all
from enduse.evidence.hits import Hit
from enduse.evidence.library import Library
from enduse.evidence.parties import party_query
from enduse.interfaces.bulk import CheckOptions, check_table
from enduse.interfaces.impact import run_impact
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.model.transaction import Transaction
from enduse.rules.draft import read_draft
from enduse.rules.impact import Change, Impact
from enduse.rules.rulebook import DEFAULT_LAWS, Rulebook, known_laws, shipped_rulebooks
from enduse.screen import Screener

DAY = dt.date(2026, 8, 3)
US = Settings(laws=("us",))
_EAR = [book for book in shipped_rulebooks() if book.id in ("us/ear", "us/ear-us-persons")]
ITEMS, PLACES, PARTIES, LISTED = 300, 80, 20_000, 25_000
AT_ONCE = 25
"""Transactions that are screened; others screened and judged, at once and one by one; in turns."""
_FEW = "order book's items, the EAR"
_TYPES = ("non_government", "non_government", "government", "police", "military")
_HEADINGS = ("reference", "date", "item", "from", "destination", "end_user", "end_user_type", "value", "currency")


@functools.cache
def _codes() -> tuple[str, ...]:
    """Codes of the control list that are fine enough to be judged.

    Found in a process of its own: what that keeps would be no part of an order book's world.
    """
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_usable_codes)


def _usable_codes() -> tuple[str, ...]:
    tables = next(book.tables for book in shipped_rulebooks() if book.id == "us/ear")
    codes = [
        f"{row['eccn']}.{part}" if part else row["eccn"]
        for row in tables["ccl_entries"]
        for part in row.values("paragraphs") or ("",)
    ]
    return tuple(code for code in codes if _usable(code))


def _usable(code: str) -> bool:
    try:
        check(_transaction({"item": code, "destination": "DE", "date": DAY.isoformat()}, []), settings=US)
    except BadInput:
        return False
    return True


class Universe:
    """Items, places and names that orders are made of.

    Args:
        items: number of classifications, one in six of them EAR99; every code of the control list when None.
        places: number of destinations; every row of the Country Chart when None.
        days: orders lie so many days before :data:`DAY`.
    """

    def __init__(self, chance: random.Random, items: int | None, places: int | None, days: int = 1) -> None:
        tables = next(book.tables for book in shipped_rulebooks() if book.id == "us/ear")
        codes = list(_codes())
        rows = [row["country"] for row in tables["country_chart"] if row["country"] != "US"]
        plain = (items or len(codes)) // 6
        self.codes = (chance.sample(codes, items - plain) if items else codes) + ["EAR99"] * plain
        self.places = chance.sample(rows, places) if places else rows
        names = scale.names_of(chance.randrange(2**40))
        self.customers = list(dict.fromkeys(next(names)[0] for _ in range(PARTIES + PARTIES // 10)))[:PARTIES]
        self._types = {name: chance.choice(_TYPES) for name in self.customers}
        self._days = days
        self._chance = chance

    def order(self, number: int) -> dict[str, str]:
        """One line of an order book."""
        chance, customer = self._chance, self._chance.choice(self.customers)
        return {
            "reference": f"O-{number}",
            "date": (DAY - dt.timedelta(days=chance.randrange(self._days))).isoformat(),
            "item": chance.choice(self.codes),
            "from": "US",
            "destination": chance.choice(self.places),
            "end_user": customer,
            "end_user_type": self._types[customer],
            "value": str(chance.randrange(100, 90_000)),
            "currency": "USD",
        }

    def transactions(self, count: int, *, listed: bool) -> list[Transaction]:
        """Orders as transactions between two parties; their listing status is stated, unless ``listed`` is False."""
        found = []
        for number in range(count):
            order = self.order(number)
            names = (order["end_user"], self._chance.choice(self.customers))
            parties: list[dict[str, Any]] = [
                {"role": role, "name": name, "type": self._types[name]}
                for role, name in zip(("end_user", "purchaser"), names, strict=True)
            ]
            if listed:
                for party in parties:
                    on = [{"list": "EL", "from": "2019-10-09", "scope": "all"}] if self._chance.random() < 0.02 else []
                    party["lists"] = on
            found.append(_transaction(order, parties))
        return found


def _transaction(order: dict[str, str], parties: Sequence[dict[str, Any]]) -> Transaction:
    raw: dict[str, Any] = {"date": order["date"], "item": {"code": order["item"]}, "from": "US", "parties": parties}
    if "value" in order:
        raw["value"] = {"amount": order["value"], "currency": order["currency"]}
    return transaction_from_mapping(raw | {"destination": order["destination"]})


class MadeUp(Library):
    """A library over the index of a made-up list."""

    def __init__(self, index: Path) -> None:
        super().__init__(None, accept_starter=True)
        self._index, self._screener = index, Screener.load(index)

    def hits(self, query: Query) -> Sequence[Hit]:
        return [Hit.of(match) for match in self._screener.screen(query)]

    def saved(self, spare: Path) -> tuple[Path, ...]:  # noqa: ARG002
        return (self._index,)

    def fingerprint(self) -> str:
        return str(self._index)


def report(folder: Path, chance: random.Random, seed: int, lines: int, reconciled: int) -> dict[str, Any]:
    """Everything.

    Args:
        folder: for files.
        lines: of the order book.
        reconciled: how many of them a draft's impact is held against two full runs on.
    """
    index, _ = made_up_index(LISTED, seed, folder)
    lists = MadeUp(index)
    book = Universe(chance, ITEMS, PLACES)
    whole = Universe(chance, None, None, days=90)
    warm, less = max(300, lines // 12), max(300, lines // 40)
    own = {f"{_FEW}, Python's own settings": rate(book, warm, US, _EAR)}
    # As the commands do it.
    gc.freeze()
    gc.set_threshold(200_000, 10, 10)
    return own | {
        _FEW: rate(book, warm, US, _EAR),
        "order book's items, us": rate(book, less, US),
        "every item and place, the EAR": rate(whole, warm, US, _EAR),
        "order book's items, all laws": rate(book, less, Settings()),
        "screened": with_screening(book, lists, warm, warm // 4),
        "cold_start": cold_start(),
        "order_book": order_book(book, lists, folder, lines),
        "impact": impact(Universe(chance, ITEMS, PLACES, days=700), lists, folder, lines, reconciled),
    }


def rate(
    universe: Universe, warm: int, settings: Settings, books: Sequence[Rulebook] | None = None
) -> dict[str, float]:
    """Assessments a second on one core (CPU time) of transactions that were not judged before.

    Args:
        warm: transactions judged before the clock starts.
        books: the law; the shipped rulebooks of the settings when None.
    """
    for tx in universe.transactions(warm, listed=True):
        check(tx, settings=settings, rulebooks=books)
    asked = universe.transactions(max(100, warm // 4), listed=True)
    per_second = _per_second(asked, lambda tx: check(tx, settings=settings, rulebooks=books))
    return {"warm": warm, "assessments": len(asked), "per_second": per_second}


def with_screening(universe: Universe, lists: Library, warm: int, count: int) -> dict[str, float]:
    """Assessments under the EAR whose two parties are screened, beside what the rate of screening alone allows.

    Args:
        warm: transactions judged before the clock starts.
        count: transactions that are timed each way.
    """
    for tx in universe.transactions(warm, listed=False):
        check(tx, settings=US, rulebooks=_EAR, library=lists)
    # What is warm stays: one look through all of it would fall to one of the three.
    gc.collect()
    gc.freeze()
    alone = together = one_by_one = 0.0
    # In turns: the machine's clock is not the same from one minute to the next.
    for _ in range(count // AT_ONCE):
        asked, again, once_more = (universe.transactions(AT_ONCE, listed=False) for _ in range(3))
        alone += _seconds(asked, lambda tx: [lists.hits(party_query(party)) for party in tx.parties])
        together += _seconds([again], lambda all_: check_all(all_, settings=US, rulebooks=_EAR, library=lists))
        one_by_one += _seconds(once_more, lambda tx: check(tx, settings=US, rulebooks=_EAR, library=lists))
    done = count // AT_ONCE * AT_ONCE
    return {
        "listed_names": LISTED,
        "at_once": AT_ONCE,
        "screening_alone": round(done / alone, 1),
        "per_second": round(done / together, 1),
        "one_by_one": round(done / one_by_one, 1),
        "share_of_screening": round(alone / together, 3),
        "share_one_by_one": round(alone / one_by_one, 3),
    }


def _per_second(asked: Sequence[Transaction], run: Any) -> float:
    return round(len(asked) / _seconds(asked, run), 1)


def _seconds(asked: Sequence[Any], run: Any) -> float:
    start = time.process_time()
    for one in asked:
        run(one)
    return time.process_time() - start


def cold_start() -> dict[str, float]:
    """`enduse check` under every law in a new process: the least of five that find bytecode and what is derived.

    The first run finds nothing derived and leaves both; it is told beside.
    """
    command = [sys.executable, "-m", "enduse", "check", "--item", "5A001.j", "--from", "US", "--to", "EG"]
    command += ["--end-user", "Example Networks", "--starter", "--json", "--law", ",".join(known_laws())]
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    runs = []
    with tempfile.TemporaryDirectory() as cache:
        environment["ENDUSE_CACHE"] = str(Path(cache) / "enduse")
        for _ in range(6):
            before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=False, env=environment)
            seconds = time.perf_counter() - start
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
            runs.append((round(cpu, 2), round(seconds, 2)))
    cpu, seconds = min(runs[1:])
    return {"seconds": seconds, "cpu_seconds": cpu, "first_cpu_seconds": runs[0][0]}


def order_book(universe: Universe, lists: Library, folder: Path, lines: int) -> dict[str, Any]:
    """`check --bulk` of an order book on all cores; and of a tenth of it, once and ten times over."""
    orders = [universe.order(number) for number in range(lines)]
    few = orders[: max(1, lines // 10)]
    whole = _bulk(folder / "orders.csv", orders, lists)
    once = _bulk(folder / "once.csv", few, lists)
    often = _bulk(folder / "often.csv", [one for _ in range(10) for one in few], lists)
    return {
        "listed_names": LISTED,
        "whole": whole,
        "a tenth": once,
        "a tenth, ten times": often,
        "times_for_ten_times_the_lines": round(often["seconds"] / once["seconds"], 2),
    }


_RULE: dict[str, Any] = {
    "id": "us/ear/draft-1",
    "title": "Interception equipment",
    "citation": {"text": "Draft Bill 12 of 2026, clause 4", "verified": "false", "note": "a draft"},
    "in_force": [{"from": "2027-01-01"}],
    "effect": "require_licence",
    "code": "DRAFT:1",
    "reason": "a draft",
}
_CELL = {"table": "country_chart", "where": {"country": "DE"}, "set": {"NS2": "X", "CC1": "X"}}


def impact(universe: Universe, lists: Library, folder: Path, lines: int, reconciled: int) -> dict[str, Any]:
    """`rules impact` of two drafts on recorded transactions; of the first also judged in full, twice for every row.

    Args:
        reconciled: rows that are judged in full.
    """
    source, some_rows = folder / "recorded.csv", folder / "reconciled.csv"
    orders = [universe.order(number) for number in range(lines)]
    some = sorted({order["destination"] for order in orders})[:4]
    items = sorted({order["item"] for order in orders} - {"EAR99"})[:6]
    _write(source, orders)
    _write(some_rows, _telling(orders, {*some, "DE"}, set(items), reconciled) if reconciled < lines else orders)
    rule = _RULE | {"when": {"all": [{"destination": some}, {"item_covered_by": items}]}}
    cited = {"list": "EL", "citation": "Draft Bill 12 of 2026, clause 5"}
    listings = [{"name": name} | cited for name in universe.customers[:2]]
    with_cell = {"amends": "us/ear", "rules": [rule], "cells": [_CELL]}
    with_listings = {"amends": "us/ear", "rules": [rule], "listings": listings}
    found: dict[str, Any] = {}

    def tried(label: str, content: dict[str, Any], rows: Path, *, full: bool = False) -> Impact:
        file = folder / "draft.yaml"
        file.write_text(json.dumps(content), encoding="utf-8")
        draft = read_draft(file, [book for book in shipped_rulebooks() if book.jurisdiction in DEFAULT_LAWS])
        start = time.perf_counter()
        run = run_impact(draft, rows, lists, today=DAY, full=full)
        found[label] = {
            "rows": run.rows,
            "judgements": run.judgements,
            "moved": sum(group.count for group in run.impact.moved().values()),
            "seconds": round(time.perf_counter() - start, 1),
        }
        return run.impact

    cell = "a rule and a cell of the chart"
    quick = tried(cell, with_cell, source)
    if reconciled < lines:
        quick = tried(f"{cell}, {reconciled:,} rows", with_cell, some_rows)
    whole = tried(f"{cell}, two full runs", with_cell, some_rows, full=True)
    tried("a rule and two listings", with_listings, source)
    moved = set(Change) - {Change.SAME}
    found["reconciles"] = (
        quick.total == whole.total
        and quick.moved() == whole.moved()
        and all(
            getattr(quick, part).get(change) == getattr(whole, part).get(change)
            for part in ("changes", "groups", "examples", "reasons")
            for change in moved
        )
    )
    return found


def _telling(orders: Sequence[dict[str, str]], places: set[str], items: set[str], count: int) -> list[dict[str, str]]:
    """Some orders, three of four those that name most of what a draft names: among any it would move hardly one."""
    near = sorted(orders, key=lambda order: (order["destination"] in places) + (order["item"] in items), reverse=True)
    return [*near[: count * 3 // 4], *near[-(count - count * 3 // 4) :]]


def _write(source: Path, orders: Sequence[dict[str, str]]) -> None:
    with source.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, _HEADINGS)
        writer.writeheader()
        writer.writerows(orders)


def _bulk(source: Path, orders: Sequence[dict[str, str]], lists: Library) -> dict[str, Any]:
    _write(source, orders)
    told: list[str] = []
    start = time.perf_counter()
    check_table(source, source.with_suffix(".out.csv"), Settings(), lists, DAY, told.append, CheckOptions(restart=True))
    seconds = time.perf_counter() - start
    made, parties = _numbers(told[-2])
    return {
        "lines": len(orders),
        "parties": parties,
        "judgements": made,
        "seconds": round(seconds, 1),
        "lines_per_second": round(len(orders) / seconds),
    }


def _numbers(sentence: str) -> Iterator[int]:
    return (int(word.replace(",", "")) for word in sentence.split() if word[0].isdigit())
