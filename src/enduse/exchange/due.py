"""What a question waits for, and what silence means.

The day of the question is day 0; the deadline is the last day in time; silence has its meaning from the day after,
however late somebody looks. An answer counts by the day on which it came in: one that comes later changes nothing, and
is shown as late beside the day on which it was written.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from enduse.exchange.notices import Notice, NoticeType, Reply

Works = Callable[[dt.date], bool]
_ONE = dt.timedelta(days=1)
_FURTHEST = 4_000


class State(StrEnum):
    """How a question stands."""

    OPEN = "open"
    ANSWERED = "answered"
    DEEMED = "deemed"


@dataclass(frozen=True, slots=True)
class Came:
    """A notice that came in, and the civil day on which it did."""

    notice: Notice
    on: dt.date


@dataclass(frozen=True, slots=True)
class Standing:
    """How a question stands on a day.

    Attributes:
        due: the last day in time.
        effective: the day from which silence has its meaning; None where it has none (yet).
        answer: id of the answer that counts.
        late: ids of answers that came after the deadline: they change nothing.
        meaning: what silence means.
    """

    state: State
    due: dt.date
    effective: dt.date | None = None
    answer: str = ""
    late: tuple[str, ...] = ()
    meaning: str = ""


def deadline(start: dt.date, days: int, works: Works) -> dt.date:
    """The so-many-th working day after a day.

    Raises:
        ValueError: the calendar has no working days.
    """
    day, left = start, days
    for _ in range(_FURTHEST):
        if left == 0:
            return day
        day += _ONE
        left -= works(day)
    raise ValueError("the calendar has no working days")


def standing(
    reply: Reply,
    asked: dt.date,
    came: Iterable[Came],
    today: dt.date,
    works: Works,
    *,
    extension: str,
    last: dt.date | None = None,
) -> Standing:
    """How a question stands.

    Args:
        asked: the civil day on which it was sent.
        came: what came in on it, answers and requests for more time, of whoever was asked.
        works: the working days of whoever is asked.
        extension: type of a request for more time; one that came in time makes the period the longer one, once.
        last: the last day in time, where it is another than the one that is reckoned here; more time never shortens it.
    """
    found = sorted(came, key=lambda one: (one.on, one.notice.id))
    due = last or deadline(asked, reply.working_days, works)
    if any(one.notice.type == extension and one.on <= due for one in found):
        due = max(due, deadline(asked, max(reply.extended, reply.working_days), works))
    answers = [one for one in found if one.notice.type == reply.by]
    first = next((one for one in answers if one.on <= due), None)
    late = tuple(one.notice.id for one in answers if one.on > due)
    if first is not None:
        return Standing(State.ANSWERED, due, answer=first.notice.id, late=late)
    if today > due:
        return Standing(State.DEEMED, due, due + _ONE, late=late, meaning=reply.meaning)
    return Standing(State.OPEN, due, meaning=reply.meaning)


def to_be_told(of_type: NoticeType, since: dt.date) -> tuple[dt.date | None, dt.date | None]:
    """By when something should be told, and by when it must; None where nothing says so."""
    tell = of_type.tell

    def after(days: int) -> dt.date | None:
        return since + dt.timedelta(days=days) if days else None

    return (after(tell.target_days), after(tell.limit_days)) if tell else (None, None)
