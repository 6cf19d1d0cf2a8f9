"""Monitoring: what a run over a list's changes costs beside screening the whole register again, before and after."""

from __future__ import annotations

import datetime as dt
import itertools
import random
import resource
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import scale
from benchmarks.edits import Edits
from enduse.lists.delta import parties_delta
from enduse.model.match import Query
from enduse.model.party import ListedParty
from enduse.monitor.customers import Customer
from enduse.monitor.register import Register
from enduse.monitor.rescreen import PairChange, in_full, touched
from enduse.screen import Screener

BEFORE, AFTER = dt.date(2026, 2, 1), dt.date(2026, 3, 1)
CAME, WENT, CHANGED = 14, 98, 20
LISTED = 15_000
SAMPLE = 2_000
COUNTRIES = ("CN", "RU", "AE", "TR", "IR", "DE", "US", "")


def customers(count: int, listed: list[ListedParty], chance: random.Random) -> Iterator[Customer]:
    """A register: invented names, two in three with a country, one in five hundred a listed name, altered or not."""
    names = scale.names_of(chance.randrange(2**40))
    for number in range(count):
        name, _ = next(names)
        if number % 500 == 0:
            name = chance.choice(listed).name
            if number % 1_000:
                name = Edits(chance).typo(name)
        country = chance.choice(COUNTRIES)
        yield Customer(f"C{number:08}", Query(name, countries=(country,) if country else ()))


def report(folder: Path, chance: random.Random, seed: int, count: int) -> dict[str, Any]:
    """A change like that of two consecutive editions of OFAC's list (98 go, 14 come), against a register.

    Screening everything again is timed on a sample of the register and scaled up; on that sample both ways must find
    the same.

    Args:
        count: customers of the register.
    """
    listed = list(itertools.islice(scale.parties(4 * LISTED, seed), LISTED + CAME))
    old, new = changed_list(listed, chance)
    register = Register(folder / "registers", "all")
    began = time.process_time()
    register.upsert(customers(count, listed, random.Random(seed)))
    indexing = time.process_time() - began
    began = time.process_time()
    register.upsert(customers(1_000, listed, random.Random(seed + 1)))
    update = time.process_time() - began
    delta = parties_delta(old, new)
    touched(register, delta[:1], before=BEFORE, after=AFTER)  # opens what is mapped
    began = time.process_time()
    found = touched(register, delta, before=BEFORE, after=AFTER)
    quick = time.process_time() - began
    sample = Register(folder / "registers", "sample")
    near = register.near([one.party for one in delta])[: SAMPLE // 10]
    kept = {customer.key: customer for customer in [*near, *itertools.islice(register.customers(), SAMPLE)]}
    sample.upsert(kept.values())
    slow = in_full(sample, old, new, before=BEFORE, after=AFTER)
    pairs = {_content(change) for change in found if change.customer.key in kept}
    agree = pairs == {_content(change) for change in slow}
    whole = _whole(old, new, list(kept.values()), count)
    return {
        "customers": count,
        "changed parties": len(delta),
        "pairs": len(found),
        "agree": agree,
        "delta_s": round(quick, 3),
        "full_s": round(whole, 1),
        "ratio": round(whole / quick, 1),
        "index_s": round(indexing, 1),
        "update_of_1000_s": round(update, 2),
        "memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def changed_list(listed: list[ListedParty], chance: random.Random) -> tuple[list[ListedParty], list[ListedParty]]:
    """A list as it was and as it is: some go, some change a name, some come."""
    old = listed[:LISTED]
    gone = {party.id for party in chance.sample(old[CHANGED:], WENT)}
    new = [party for party in old if party.id not in gone] + listed[LISTED:]
    new[:CHANGED] = [_changed(party, chance) for party in new[:CHANGED]]
    return old, new


def _whole(old: list[ListedParty], new: list[ListedParty], asked: list[Customer], count: int) -> float:
    """CPU seconds of screening everybody before and after: the indexes are there already."""
    queries = [customer.query for customer in asked]
    spent = 0.0
    for parties in (old, new):
        screener = Screener(parties)
        list(screener.screen_many(queries[:50]))
        began = time.process_time()
        for _ in screener.screen_many(queries):
            pass
        spent += time.process_time() - began
    return spent / len(queries) * count


def _changed(party: ListedParty, chance: random.Random) -> ListedParty:
    return replace(party, names=(*party.names, replace(party.names[0], text=Edits(chance).typo(party.name))))


def _content(change: PairChange) -> tuple[Any, ...]:
    before, after = (round(one.score, 6) if one else None for one in (change.before, change.after))
    return change.pair, change.became, before, after
