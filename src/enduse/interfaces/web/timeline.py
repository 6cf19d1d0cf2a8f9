"""On which days the answer on a transaction changes: judged anew on every day on which law or a listing changes."""

from __future__ import annotations

import datetime as dt
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Generic, TypeVar

from enduse.assess import Settings, check
from enduse.evidence.parties import party_query
from enduse.interfaces.judging import Answered
from enduse.model.assessment import Assessment
from enduse.model.errors import BadInput
from enduse.model.match import Match, Query
from enduse.model.transaction import Transaction
from enduse.ownership.regimes import regimes
from enduse.rules.rulebook import Rulebook
from enduse.rules.touch import days_of_change

T = TypeVar("T")
MOST_DAYS = 150
"""Days judged at most; the earliest are left out, which the page says."""


@dataclass(frozen=True, slots=True)
class Period:
    """Days on which the answer is the same.

    Attributes:
        start: the first of them; None for the earliest that were judged.
        end: the first day after them; None while nothing known ends them.
        governments: name and outcome (``no_nexus`` where its law does not reach) of each.
        gained: reason codes that the period before lacked; ``lost``: those that it had.
        problem: why the transaction cannot be judged on these days (its code came into the list later).
    """

    start: dt.date | None
    end: dt.date | None
    governments: tuple[tuple[str, str], ...]
    reasons: tuple[str, ...]
    gained: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    problem: str = ""


def days_to_judge(books: Sequence[Rulebook], matches: Iterable[Match]) -> tuple[dt.date, ...]:
    """Every day on which the law, an ownership rule or a listing of a matched party changes, in order."""
    found = set(days_of_change(tuple(books)))
    for regime in regimes().values():
        found |= {day for rule in regime.rules for day in (rule.interval.start, rule.interval.end) if day is not None}
    for match in matches:
        for listing in match.party.listings:
            dates = (listing.listed_from, listing.listed_to, listing.seen_from, listing.gone_by)
            found |= {day for day in dates if day is not None}
    return tuple(sorted(found))


def timeline(
    tx: Transaction, books: Sequence[Rulebook], settings: Settings, screen: Callable[[Query], Sequence[Match]]
) -> tuple[tuple[Period, ...], int]:
    """The periods in order, and how many early days of change were left out.

    The answers are those on the stated facts, were every list at hand: coverage is of today and says nothing of a day.

    Args:
        screen: every hit for a query.

    Raises:
        BadInput: the transaction cannot be judged on any day.
    """
    asked = [book for book in books if book.jurisdiction in settings.laws]
    queries = dict.fromkeys(party_query(party) for party in tx.parties if party.listings is None)
    answers = {query: tuple(screen(query)) for query in queries}
    lists = Answered(answers)
    every = days_to_judge(asked, (match for found in answers.values() for match in found))
    days = every[-MOST_DAYS:]
    first = (days[0] if days else tx.date) - dt.timedelta(days=1)
    periods: list[Period] = []
    unusable: BadInput | None = None
    for start in (first, *days):
        day = None if start is first else start
        try:
            found = check(tx, as_of=start, library=lists, settings=settings, today=start, rulebooks=asked)
        except BadInput as problem:
            unusable = problem
            _append(periods, Period(day, None, (), (), problem=problem.problem))
        else:
            _append(periods, _period(day, found))
    if unusable is not None and all(one.problem for one in periods):
        raise unusable
    return tuple(periods), len(every) - len(days)


def _period(start: dt.date | None, found: Assessment) -> Period:
    governments = tuple((one.government, one.outcome.value if one.reached else "no_nexus") for one in found.governments)
    return Period(
        start, None, governments, tuple(dict.fromkeys(code for one in found.governments for code in one.reasons))
    )


def _append(periods: list[Period], new: Period) -> None:
    """Begin a period, unless the answer is that of the one before."""
    if not periods:
        periods.append(new)
        return
    last = periods[-1]
    if (last.governments, last.reasons, bool(last.problem)) == (new.governments, new.reasons, bool(new.problem)):
        return
    periods[-1] = replace(last, end=new.start)
    gained = () if last.problem else tuple(code for code in new.reasons if code not in last.reasons)
    lost = () if new.problem else tuple(code for code in last.reasons if code not in new.reasons)
    periods.append(replace(new, gained=gained, lost=lost))


def governments(periods: Sequence[Period]) -> tuple[str, ...]:
    """The governments that were asked."""
    return next((tuple(name for name, _ in one.governments) for one in periods if one.governments), ())


def answers(period: Period, asked: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Each government with its outcome; ``not_judged`` where the transaction cannot be judged."""
    return period.governments or tuple((name, "not_judged") for name in asked)


@dataclass(frozen=True, slots=True)
class Bar:
    """A period in the picture: place and width in its units, and whether the day asked for lies in it."""

    period: Period
    x: float
    width: float
    chosen: bool


WIDTH = 960.0


def bars(periods: Sequence[Period], day: dt.date) -> tuple[Bar, ...]:
    """Periods of one width each, side by side: the picture is of the order, not of the length of time."""
    width = WIDTH / max(1, len(periods))
    return tuple(
        Bar(
            one,
            round(number * width, 2),
            round(width, 2),
            (one.start is None or one.start <= day) and (one.end is None or day < one.end),
        )
        for number, one in enumerate(periods)
    )


class Kept(Generic[T]):
    """The last few results of something slow, by key; safe among threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[object, T] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object, make: Callable[[], T]) -> T:
        """The result of a key, made where it is not kept; two threads may make it at the same time."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            self._kept[key] = made
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return made
