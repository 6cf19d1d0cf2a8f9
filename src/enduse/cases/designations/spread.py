"""Where a vendor's products, or a technology, have spread: counted from entries, as recorded, by country.

A country is the place that an entry states. What an entry does not state is counted as not stated, never guessed.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from enduse.cases.designations.evidence import Entry


@dataclass(frozen=True, slots=True)
class Reached:
    """What is recorded of one country.

    Attributes:
        place: its ISO code; empty where entries state none.
        first, last: the days of the earliest and the latest of them that has one.
    """

    place: str
    entries: tuple[str, ...]
    vendors: tuple[str, ...]
    technologies: tuple[str, ...]
    intermediaries: tuple[str, ...]
    end_users: tuple[str, ...]
    harms: tuple[str, ...]
    contradicted: int
    first: dt.date | None
    last: dt.date | None


def reached(entries: Iterable[Entry]) -> tuple[Reached, ...]:
    """What entries record, by country, the one with most of them first; what states no country last."""
    by_place: dict[str, list[Entry]] = {}
    for one in entries:
        by_place.setdefault(one.content.place, []).append(one)
    order = sorted(by_place, key=lambda place: (not place, -len(by_place[place]), place))
    return tuple(_of(place, by_place[place]) for place in order)


def _of(place: str, entries: Sequence[Entry]) -> Reached:
    days = sorted(one.content.occurred for one in entries if one.content.occurred)
    return Reached(
        place,
        tuple(one.id for one in entries),
        _once(one.content.vendor for one in entries),
        _once(one.content.technology for one in entries),
        _once(name for one in entries for name in one.content.intermediaries),
        _once(one.content.end_user for one in entries),
        _once(one.content.harm.value for one in entries),
        sum(one.contradicted for one in entries),
        days[0] if days else None,
        days[-1] if days else None,
    )


def _once(names: Iterable[str]) -> tuple[str, ...]:
    """Names without repetition, however they are written in capitals."""
    return tuple({" ".join(one.casefold().split()): one.strip() for one in reversed([*names]) if one.strip()}.values())[
        ::-1
    ]


def counted(names: Iterable[str]) -> tuple[tuple[str, int], ...]:
    """Names and how many entries state them, most first; empty ones are left out."""
    known = [one.strip() for one in names if one.strip()]
    shown = dict(zip((" ".join(one.casefold().split()) for one in reversed(known)), reversed(known), strict=True))
    found = Counter(" ".join(one.casefold().split()) for one in known)
    return tuple((shown[key], count) for key, count in sorted(found.items(), key=lambda pair: (-pair[1], pair[0])))
