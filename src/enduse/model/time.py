"""Civil dates and half-open intervals ``[from, to)``: the only notion of time in the product.

A date is the civil date of the authority that made the rule or the listing.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from enduse.model.errors import BadInput

_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def parse_date(text: str, *, where: str = "") -> dt.date:
    """Read an ISO 8601 calendar date (``2021-11-04``).

    Raises:
        BadInput: the text is not a date that the calendar holds.
    """
    stripped = text.strip()
    if not _ISO_DATE.fullmatch(stripped):
        raise BadInput(f"{text!r} is not a date", where=where, remedy="write YYYY-MM-DD, for example 2021-11-04")
    try:
        return dt.date.fromisoformat(stripped)
    except ValueError:
        raise BadInput(f"{text!r} is not a day of the calendar", where=where, remedy="check month and day") from None


@dataclass(frozen=True, slots=True)
class Interval:
    """Half-open interval of civil dates. ``None`` is an open end.

    Attributes:
        start: first day inside, or None when it reaches back without a known beginning.
        end: first day *outside*, or None when it has no known end.
    """

    start: dt.date | None = None
    end: dt.date | None = None

    def __post_init__(self) -> None:
        if self.start and self.end and self.start >= self.end:
            raise BadInput(f"interval {self.start} to {self.end} holds no day", remedy="end must lie after start")

    def __contains__(self, day: dt.date) -> bool:
        return (self.start is None or self.start <= day) and (self.end is None or day < self.end)

    def __str__(self) -> str:
        return f"[{self.start or '…'}, {self.end or '…'})"


ALWAYS = Interval()


def any_contains(intervals: Iterable[Interval], day: dt.date) -> bool:
    """True when one of ``intervals`` holds ``day``."""
    return any(day in interval for interval in intervals)
