"""Working days: calendars as data, each closed day with its source."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from enduse.cases.reading import Row, read_document, shipped
from enduse.model.errors import BadInput

_ONE = dt.timedelta(days=1)
FURTHEST = 4_000
"""No period is longer, in days: a guard against a typing mistake in data."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days on which an authority works.

    Attributes:
        weekend: weekdays that are closed, Monday being 0.
        closed: closed days with their names.
        known_to: last day up to which the closed days are known; later days are counted without holidays, and say so.
    """

    id: str
    title: str
    weekend: frozenset[int]
    closed: Mapping[dt.date, str]
    known_to: dt.date

    def works(self, day: dt.date) -> bool:
        """Whether ``day`` is a working day."""
        return day.weekday() not in self.weekend and day not in self.closed


def counted(unit: str, calendar: Calendar) -> Callable[[dt.date], bool]:
    """Which days a period counts: every day, or working days."""
    return calendar.works if unit == "working" else _every


def _every(_day: dt.date) -> bool:
    return True


def day_number(start: dt.date, number: int, counts: Callable[[dt.date], bool]) -> dt.date:
    """The ``number``-th counted day after ``start``; ``start`` itself is day 0."""
    day, left = start, number
    for _ in range(FURTHEST):
        if left == 0:
            return day
        day += _ONE
        left -= counts(day)
    raise BadInput(f"a period of {number} days does not end within {FURTHEST} days", remedy="check the calendar")


def days_between(start: dt.date, end: dt.date, counts: Callable[[dt.date], bool]) -> int:
    """How many counted days lie after ``start`` up to and including ``end``; 0 when ``end`` is not later."""
    return sum(counts(start + _ONE * step) for step in range(1, (end - start).days + 1))


_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def read_calendars(data: bytes | str, name: str) -> dict[str, Calendar]:
    """Calendars of a document.

    Raises:
        BadInput: something is missing, unknown, twice there, or lies after ``known_to``.
    """
    root = read_document(data, name).only("calendars")
    found: dict[str, Calendar] = {}
    for row in root.rows("calendars"):
        row.only("id", "title", "weekend", "known_to", "closed", "citation")
        calendar = _calendar(row)
        if calendar.id in found:
            raise row.wrong(f"the calendar {calendar.id!r} occurs twice", "id")
        found[calendar.id] = calendar
    return found


def _calendar(row: Row) -> Calendar:
    row.citation()
    known_to = row.date("known_to")
    if known_to is None:
        raise row.wrong("known_to is missing", "known_to", "the last day whose holidays are known")
    weekend = row.texts("weekend", ("saturday", "sunday"))
    for word in weekend:
        if word not in _WEEKDAYS:
            raise row.wrong(f"{word!r} is no weekday", "weekend", f"known: {', '.join(_WEEKDAYS)}")
    closed: dict[dt.date, str] = {}
    for day_row in row.rows("closed"):
        day = day_row.only("day", "name").date("day")
        if day is None:
            raise day_row.wrong("day is missing", "day")
        if day in closed:
            raise day_row.wrong(f"{day} occurs twice", "day")
        if day > known_to:
            raise day_row.wrong(f"{day} lies after known_to", "day", "move known_to")
        closed[day] = day_row.text("name")
    return Calendar(row.identifier(), row.text("title"), frozenset(map(_WEEKDAYS.index, weekend)), closed, known_to)


@functools.cache
def shipped_calendars() -> Mapping[str, Calendar]:
    """The calendars that come with the program."""
    return read_calendars(shipped("calendars.yaml"), "calendars.yaml")
