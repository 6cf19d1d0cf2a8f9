"""Dates of birth as lists publish them, and how two of them agree.

Forms seen on the lists: ISO in three precisions, ``14 Mar. 1962``, ``14/03/1962`` (day first), ``00/00/1962``,
``04/1962``, ``March 1962``, ``circa 1962``, ``1961 to 1964``, ``Between 1958 and 1963``, ``1956-1957``, ``1965 or
1966``, several with ``;`` or ``alt DOB:`` between them.
"""

from __future__ import annotations

import calendar
import datetime as dt
import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST = 500
"""Characters of a date that are looked at."""

CIRCA = 2
"""Years that ``circa`` leaves open on either side."""

_MONTHS = {name.casefold(): number for number, name in enumerate(calendar.month_abbr) if name}
_MONTH = f"(?:{'|'.join(_MONTHS)})"
_YEAR = r"(?:1[89]|20)[0-9]{2}"
_DATE = re.compile(
    rf"(?P<iso_year>{_YEAR})-(?P<iso_month>[01][0-9])(?:-(?P<iso_day>[0-3][0-9]))?(?![0-9])"
    rf"|(?<![0-9])(?P<day>[0-3]?[0-9])[/.](?P<month>[01]?[0-9]|[0-3][0-9])[/.](?P<year>{_YEAR})(?![0-9])"
    rf"|(?<![0-9])(?P<only_month>[01]?[0-9])/(?P<month_year>{_YEAR})(?![0-9])"
    rf"|(?:(?<![0-9])(?P<word_day>[0-3]?[0-9])(?:st|nd|rd|th)?[\s.-]{{1,3}})?(?P<word>{_MONTH}[a-z]{{0,6}})[\s.,-]{{1,3}}"
    rf"(?P<word_year>{_YEAR})(?![0-9])"
    rf"|(?<![0-9])(?P<bare>{_YEAR})(?![0-9])"
)
_RANGE = re.compile(r"\s*(?:to|until|-|\u2013|\u2014)\s*")
_AND = re.compile(r"\s*and\s*")
_CIRCA = re.compile(r"(?:circa|c\.|ca\.?|approximately|approx\.?|about)\s*\Z")
_BETWEEN = re.compile(r"between\s*\Z")


@dataclass(frozen=True, slots=True)
class DateRange:
    """The days a published date may mean.

    Attributes:
        first: first day.
        last: last day.
        exact: ``day``, ``month``, ``year`` or ``range``.
    """

    first: dt.date
    last: dt.date
    exact: str


@functools.lru_cache(maxsize=50_000)
def read_dates(text: str) -> tuple[DateRange, ...]:
    """All dates in a published text, in order; empty where it holds none."""
    plain = text[:LONGEST].casefold()
    found: list[DateRange] = []
    joins = False
    end = 0
    for match in _DATE.finditer(plain):
        date = _read(match)
        if date is None:
            continue
        before = plain[end : match.start()]
        if found and (_RANGE.fullmatch(before) or (joins and _AND.fullmatch(before))):
            last = found.pop()
            found.append(DateRange(min(last.first, date.first), max(last.last, date.last), "range"))
            joins = False
        else:
            joins = bool(_BETWEEN.search(before))
            found.append(_around(date) if _CIRCA.search(before) else date)
        end = match.end()
    return tuple(dict.fromkeys(found))


def _around(date: DateRange) -> DateRange:
    first, last = max(dt.MINYEAR, date.first.year - CIRCA), date.last.year + CIRCA
    return DateRange(dt.date(first, 1, 1), dt.date(last, 12, 31), "range")


def _read(match: re.Match[str]) -> DateRange | None:
    part = match.groupdict()
    if part["iso_year"]:
        return _range(int(part["iso_year"]), int(part["iso_month"]), int(part["iso_day"] or 0))
    if part["year"]:
        day, month = int(part["day"]), int(part["month"])
        if month > 12 >= day:
            day, month = month, day
        return _range(int(part["year"]), month, day)
    if part["month_year"]:
        return _range(int(part["month_year"]), int(part["only_month"]), 0)
    if part["word_year"]:
        month = _MONTHS.get(part["word"][:3], 0)
        return _range(int(part["word_year"]), month, int(part["word_day"] or 0) if month else 0)
    return _range(int(part["bare"]), 0, 0)


def _range(year: int, month: int, day: int) -> DateRange:
    """A day, a month or a year; what is no month or day of the calendar is not known."""
    if not 1 <= month <= 12:
        return DateRange(dt.date(year, 1, 1), dt.date(year, 12, 31), "year")
    length = calendar.monthrange(year, month)[1]
    if not 1 <= day <= length:
        return DateRange(dt.date(year, month, 1), dt.date(year, month, length), "month")
    date = dt.date(year, month, day)
    return DateRange(date, date, "day")


_LEVELS = ("day", "month", "swapped", "year", "range", "near", "far", "contradiction")
"""Best first; weights in ``details.yaml`` follow this order."""


def compare_dates(asked: Iterable[DateRange], listed: Iterable[DateRange]) -> str:
    """The best level at which one of some dates agrees with one of others; empty where a side has none."""
    others = tuple(listed)
    found = {_level(one, other) for one in asked for other in others}
    return next((level for level in _LEVELS if level in found), "")


def _level(one: DateRange, other: DateRange) -> str:
    exact = {one.exact, other.exact}
    if exact == {"day"} and one.first == other.first:
        return "day"
    if exact == {"day"} and one.first.year == other.first.year and _swapped(one.first, other.first):
        return "swapped"
    if exact <= {"day", "month"} and (one.first.year, one.first.month) == (other.first.year, other.first.month):
        return "month"
    overlap = one.first <= other.last and other.first <= one.last
    if "range" in exact and overlap:
        return "range"
    gap = max(one.first.year - other.last.year, other.first.year - one.last.year, 0)
    if gap == 0:
        return "year"
    return "near" if gap == 1 else "far" if gap == 2 else "contradiction"


def _swapped(one: dt.date, other: dt.date) -> bool:
    return (one.day, one.month) == (other.month, other.day)
