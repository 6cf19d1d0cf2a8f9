"""How long evidence, nominations and protected sources are kept, and what is erased by when."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from enduse.cases.designations.designation import Designation
from enduse.cases.designations.evidence import Entry
from enduse.cases.reading import read_document, shipped
from enduse.model.citation import Citation
from enduse.model.errors import BadInput

EVIDENCE, DESIGNATION, SOURCE = "evidence", "designation", "source"
OVER = ("rejected", "withdrawn")
"""Statuses in which a designation ends without ever having been public."""


@dataclass(frozen=True, slots=True)
class Period:
    """How long something is kept."""

    id: str
    years: int
    citation: Citation

    def after(self, day: dt.date) -> dt.date:
        """The first day on which it may be erased."""
        return _years_later(day, self.years)


@dataclass(frozen=True, slots=True)
class Over:
    """What may be erased: its kind, its id, the first day on which it may, and by which period."""

    kind: str
    id: str
    until: dt.date
    period: str


def read_periods(data: bytes | str, name: str) -> Mapping[str, Period]:
    """The periods of a document, by what they are of.

    Raises:
        BadInput: one is missing, or cannot be used.
    """
    found: dict[str, Period] = {}
    for row in read_document(data, name).only("periods").rows("periods"):
        row.only("id", "of", "years", "citation")
        years = row.number("years", 0)
        if not 0 < years < 200:
            raise row.wrong(f"{years} years", "years")
        found[row.word("of", (EVIDENCE, DESIGNATION, SOURCE))] = Period(row.identifier(), years, row.citation())
    if missing := {EVIDENCE, DESIGNATION, SOURCE} - found.keys():
        raise BadInput(f"no period of {min(missing)}", where=name)
    return found


@functools.cache
def shipped_periods() -> Mapping[str, Period]:
    """The periods that come with the program."""
    return read_periods(shipped("designation_retention.yaml"), "designation_retention.yaml")


def designation_until(case: Designation, period: Period) -> dt.date | None:
    """The first day on which a designation may be erased; None where it is open, or was ever public."""
    if case.status not in OVER or case.listing is not None:
        return None
    return period.after(max(act.at.date() for act in case.acts))


def evidence_until(entry: Entry, cases: Iterable[Designation], period: Period) -> dt.date | None:
    """The first day on which an entry may be erased; None while something open or listed rests on it."""
    latest = entry.last.date()
    for case in _resting_on(entry, cases):
        if case.removal is not None:
            latest = max(latest, case.removal.effective)
        elif case.listing is not None and case.listing.expires is not None:
            latest = max(latest, case.listing.expires)
        elif case.status in OVER:
            latest = max(latest, *(act.at.date() for act in case.acts))
        else:
            return None
    return period.after(latest)


def over_in(cases: Collection[Designation], entries: Iterable[Entry]) -> Iterator[Over]:
    """From when on designations and entries may be erased, of those that ever may."""
    periods = shipped_periods()
    for case in cases:
        if until := designation_until(case, periods[DESIGNATION]):
            yield Over(DESIGNATION, case.id, until, periods[DESIGNATION].id)
    for entry in entries:
        if until := evidence_until(entry, cases, periods[EVIDENCE]):
            yield Over(EVIDENCE, entry.id, until, periods[EVIDENCE].id)


def _resting_on(entry: Entry, cases: Iterable[Designation]) -> Iterator[Designation]:
    for case in cases:
        if case.nomination is None:
            continue
        named = {one for answer in case.nomination.criteria for one in answer.evidence}
        named |= {one for petition in case.petitions for one in petition.filed.evidence}
        if entry.id in named:
            yield case


def _years_later(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)
