"""Clocks: periods that start, pause and stop with events, computed from them every time and stored nowhere.

A clock is data: what starts it, how many days of which calendar it runs, what pauses it, what stops it, and the text
that says so. A job that looks at it late changes nothing, because a deadline is a day that follows from events.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from enduse.cases.calendars import FURTHEST, Calendar, counted, days_between, shipped_calendars
from enduse.cases.reading import Row, read_document, shipped
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.time import ALWAYS, Interval

UNITS = ("working", "calendar")
KINDS = ("target", "limit", "deemed", "window")
"""``target`` is aimed at; ``limit`` must be kept; after ``deemed`` silence has a meaning; ``window`` closes a right."""
_CLOCK = "clock:"
_ONE = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that happened on a civil day of the authority.

    Attributes:
        key: which of several (an agency, a consultation, a rung); empty for the case as a whole.
        calendar: calendar that the period it starts is counted in, where the rule leaves that to it.
        seq: its place among the events; tells what came first on one day.
    """

    kind: str
    day: dt.date
    key: str = ""
    calendar: str = ""
    seq: int = 0


@dataclass(frozen=True, slots=True)
class Pause:
    """An interval on the clocks: its first day does not count, the day it closes does.

    Attributes:
        kind: ``rfi``, ``consultation``, ``prelicense_check``, ...
        closed: None while it is open.
        basis: why the clocks stand still.
    """

    id: str
    kind: str
    opened: dt.date
    closed: dt.date | None = None
    basis: str = ""

    def holds(self, day: dt.date) -> bool:
        """Whether ``day`` lies inside."""
        return self.opened <= day and (self.closed is None or day < self.closed)


@dataclass(frozen=True, slots=True)
class Timeline:
    """What clocks see of a case."""

    law: str
    type: str
    marks: tuple[Mark, ...] = ()
    pauses: tuple[Pause, ...] = ()

    def then(self, *marks: Mark) -> Timeline:
        """With further marks."""
        return replace(self, marks=(*self.marks, *marks))


@dataclass(frozen=True, slots=True)
class ClockRule:
    """One period.

    Attributes:
        law: authorities whose cases it runs in; empty for all.
        types: types of case; empty for all.
        start: kinds of marks (``routed``, ``rung_decided@oc``) or another clock's deadline (``clock:ID``); the first
            that is there counts.
        requires: kinds of marks without which there is no such clock.
        per_key: a clock of its own for every key of the starting mark.
        calendar: id of a calendar, or ``mark``: that of the starting mark.
        stop: kinds of marks, with the same key, that end it.
        pauses: kinds of pauses in which it stands still.
        extended_by: kind of mark that lengthens it to ``extended_count``, counted from the start (``in_all``) or on top
            (``more``).
        meaning: what its passing means.
    """

    id: str
    title: str
    kind: str
    count: int
    unit: str
    calendar: str
    start: tuple[str, ...]
    citation: Citation
    law: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    per_key: bool = False
    stop: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    extended_by: str = ""
    extended_count: int = 0
    extension: str = "in_all"
    meaning: str = ""
    interval: Interval = ALWAYS


class ClockState(StrEnum):
    """How a clock stands on a day."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MET_LATE = "met_late"
    PASSED = "passed"


@dataclass(frozen=True, slots=True)
class Deadline:
    """A clock of a case on a day.

    Attributes:
        due: last day that is in time; None while a pause is open.
        met_on: the day on which it was stopped, or None.
        left: counted days until ``due``; while paused, those that are left when it goes on; never negative.
        over: counted days past ``due``.
        paused: counted days that pauses took.
        notes: what a reader should know of the calculation.
    """

    rule: ClockRule
    key: str
    started: dt.date
    due: dt.date | None
    state: ClockState
    met_on: dt.date | None = None
    left: int = 0
    over: int = 0
    paused: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Clocks:
    """The clocks of an installation: rules and calendars."""

    rules: tuple[ClockRule, ...]
    calendars: Mapping[str, Calendar]

    def deadlines(self, timeline: Timeline, today: dt.date) -> tuple[Deadline, ...]:
        """Every clock that has started, as it stands at the end of ``today``; later marks do not count."""
        known = replace(
            timeline,
            marks=tuple(mark for mark in timeline.marks if mark.day <= today),
            pauses=tuple(
                replace(pause, closed=None if pause.closed and pause.closed > today else pause.closed)
                for pause in timeline.pauses
                if pause.opened <= today
            ),
        )
        found: list[Deadline] = []
        for rule in self._applying(known):
            found.extend(self._of_rule(rule, known, found, today))
        return tuple(found)

    def _applying(self, timeline: Timeline) -> Iterator[ClockRule]:
        for rule in self.rules:
            if (rule.law and timeline.law not in rule.law) or (rule.types and timeline.type not in rule.types):
                continue
            if all(_marks(timeline.marks, kind) for kind in rule.requires):
                yield rule

    def _of_rule(
        self, rule: ClockRule, timeline: Timeline, earlier: Sequence[Deadline], today: dt.date
    ) -> Iterator[Deadline]:
        for source in rule.start:
            if source.startswith(_CLOCK):
                dues = [one.due for one in earlier if one.rule.id == source.removeprefix(_CLOCK)]
                starts = [Mark(source, max(due for due in dues if due))] if dues and all(dues) else []
            else:
                starts = _marks(timeline.marks, source)
            if starts:
                break
        else:
            return
        keyed: dict[str, Mark] = {}
        for mark in starts:
            keyed[mark.key if rule.per_key else ""] = mark  # what starts again starts a new period
        for key, mark in keyed.items():
            if mark.day in rule.interval:
                yield self._deadline(rule, key, mark, timeline, today)

    def _deadline(self, rule: ClockRule, key: str, start: Mark, timeline: Timeline, today: dt.date) -> Deadline:
        calendar, notes = self._calendar(rule, start)
        counts = counted(rule.unit, calendar)
        stops = [
            mark.day
            for kind in rule.stop
            for mark in _marks(timeline.marks, kind)
            if mark.day >= start.day and mark.seq >= start.seq and (mark.key == key or not rule.per_key)
        ]
        met_on = min(stops, default=None)
        pauses = [one for one in timeline.pauses if one.kind in rule.pauses and (not met_on or one.opened <= met_on)]
        extended = any(mark.key == key or not rule.per_key for mark in _marks(timeline.marks, rule.extended_by))
        total = rule.count
        if rule.extended_by and extended:
            total = rule.extended_count + (rule.count if rule.extension == "more" else 0)
        day, left, paused = start.day, total, 0
        while left and not _never_again(pauses, day + _ONE):
            day += _ONE
            if (day - start.day).days > FURTHEST:
                raise BadInput(f"the clock {rule.id} does not end within {FURTHEST} days")
            if counts(day):
                if any(pause.holds(day) for pause in pauses):
                    paused += 1
                else:
                    left -= 1
        due = None if left else day
        if due and due > calendar.known_to and rule.unit == "working":
            notes = (*notes, f"holidays after {calendar.known_to} are not known")
        base = Deadline(rule, key, start.day, due, ClockState.RUNNING, met_on, paused=paused, notes=notes)
        if met_on is not None:
            late = due is not None and met_on > due
            over = days_between(due, met_on, counts) if due and late else 0
            return replace(base, state=ClockState.MET_LATE if late else ClockState.MET, over=over)
        if due is None:
            return replace(base, state=ClockState.PAUSED, left=left)
        if today > due:
            return replace(base, state=ClockState.PASSED, over=days_between(due, today, counts))
        return replace(base, left=days_between(today, due, counts))

    def _calendar(self, rule: ClockRule, start: Mark) -> tuple[Calendar, tuple[str, ...]]:
        wanted = start.calendar if rule.calendar == "mark" else rule.calendar
        if wanted in self.calendars:
            return self.calendars[wanted], ()
        missing = wanted or "the other side's calendar"
        return _WEEKDAYS_ONLY, (f"{missing} is not held: weekends alone are counted as closed",)


_WEEKDAYS_ONLY = Calendar("weekdays", "Monday to Friday", frozenset({5, 6}), {}, dt.date.max)


def _marks(marks: Iterable[Mark], kind: str) -> list[Mark]:
    name, _, key = kind.partition("@")
    return [mark for mark in marks if mark.kind == name and (not key or mark.key == key)]


def _never_again(pauses: Sequence[Pause], day: dt.date) -> bool:
    return any(pause.closed is None and pause.opened <= day for pause in pauses)


def is_duty(deadline: Deadline) -> bool:
    """Whether somebody must do something by it: it runs or has passed, and is no window of somebody's right."""
    return deadline.rule.kind != "window" and deadline.state in (ClockState.RUNNING, ClockState.PASSED)


def what_is_due(
    deadlines: Iterable[tuple[str, Deadline]], today: dt.date, within: int
) -> tuple[tuple[str, Deadline], ...]:
    """Deadlines of many cases that run out in ``within`` days or have passed unmet, the most pressing first.

    Args:
        deadlines: pairs of a case's id and a deadline.
    """
    until = today + dt.timedelta(days=within)
    found = [(case, one) for case, one in deadlines if is_duty(one) and one.due and one.due <= until]
    return tuple(sorted(found, key=lambda pair: (pair[1].due or today, pair[0], pair[1].rule.id, pair[1].key)))


def read_clocks(data: bytes | str, name: str, calendars: Mapping[str, Calendar]) -> tuple[ClockRule, ...]:
    """Clock rules of a document; a clock that starts at another's deadline stands after it.

    Raises:
        BadInput: something is missing, unknown or contradictory.
    """
    found: dict[str, ClockRule] = {}
    for row in read_document(data, name).only("clocks").rows("clocks"):
        rule = _rule(row, calendars)
        if rule.id in found:
            raise row.wrong(f"the clock {rule.id!r} occurs twice", "id")
        for source in rule.start:
            if source.startswith(_CLOCK) and source.removeprefix(_CLOCK) not in found:
                raise row.wrong(f"no clock {source.removeprefix(_CLOCK)!r} above", "start", "put it first")
        found[rule.id] = rule
    return tuple(found.values())


def _rule(row: Row, calendars: Mapping[str, Calendar]) -> ClockRule:
    row.only(
        *("id", "title", "law", "types", "kind", "count", "unit", "calendar", "start", "requires", "per_key", "stop"),
        *("pauses", "extended_by", "extended_count", "extension", "meaning", "in_force", "citation"),
    )
    unit = row.word("unit", UNITS)
    calendar = row.text("calendar", "")
    if calendar and calendar != "mark" and calendar not in calendars:
        raise row.wrong(f"no calendar {calendar!r}", "calendar", f"known: {', '.join(sorted(calendars))}, mark")
    if unit == "working" and not calendar:
        raise row.wrong("working days need a calendar", "unit", "state calendar")
    start = row.texts("start", None)
    if not start:
        raise row.wrong("nothing starts it", "start")
    count = row.number("count")
    if not 0 < count < FURTHEST:
        raise row.wrong(f"{count} days is no period", "count")
    extended_by, extended_count = row.text("extended_by", ""), row.number("extended_count", 0)
    if bool(extended_by) != bool(extended_count):
        raise row.wrong("extended_by and extended_count belong together", "extended_by")
    extension = row.word("extension", ("in_all", "more"), "in_all")
    if extension == "in_all" and extended_by and extended_count <= count:
        raise row.wrong("an extension in all is longer than the period", "extended_count")
    return ClockRule(
        id=row.identifier(),
        title=row.text("title"),
        kind=row.word("kind", KINDS),
        count=count,
        unit=unit,
        calendar=calendar,
        start=start,
        citation=row.citation(),
        law=row.texts("law"),
        types=row.texts("types"),
        requires=row.texts("requires"),
        per_key=row.flag("per_key"),
        stop=row.texts("stop"),
        pauses=row.texts("pauses"),
        extended_by=extended_by,
        extended_count=extended_count,
        extension=extension,
        meaning=row.text("meaning", ""),
        interval=row.interval(),
    )


@functools.cache
def shipped_clocks(extension: str = "in_all") -> Clocks:
    """The clocks that come with the program.

    Args:
        extension: how ``extend up to 30 working days`` is read: ``in_all`` or ``more``. The text is ambiguous, so that
            an authority states its reading.
    """
    calendars = shipped_calendars()
    rules = read_clocks(shipped("clocks.yaml"), "clocks.yaml", calendars)
    read = tuple(replace(rule, extension=extension) if rule.extended_by else rule for rule in rules)
    return Clocks(read, calendars)
