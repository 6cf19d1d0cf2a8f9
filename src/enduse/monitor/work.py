"""The work on an alert: who has it, until when it sleeps, and how it is closed; each step a new state, or refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from typing import Any

from enduse.model.errors import BadInput
from enduse.monitor.alerts import Alert, Severity

URGENCY = {Severity.HIGH: 0, Severity.MEDIUM: 1, Severity.LOW: 2}
MAX_REASON = 2_000


class Status(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSING = "closing"
    CLOSED = "closed"


class Verdict(StrEnum):
    """How an alert is closed."""

    DIFFERENT = "different"
    SAME = "same"
    NOTED = "noted"


@dataclass(frozen=True, slots=True)
class State:
    """How the work on an alert stands.

    Attributes:
        urgency: 0 is the most urgent.
        until: the day on which a snoozed alert comes back, ISO; empty otherwise.
        verdict, reason, by: of the closing, proposed or done.
        second: who confirmed it, where two have to.
        note: why it was opened again, or escalated.
    """

    status: Status
    urgency: int
    assignee: str = ""
    until: str = ""
    verdict: str = ""
    reason: str = ""
    by: str = ""
    second: str = ""
    note: str = ""

    def document(self) -> dict[str, Any]:
        """As plain values."""
        return {**asdict(self), "status": self.status.value}

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> State:
        """From plain values, other keys left aside."""
        known = {name: raw[name] for name in cls.__slots__ if name in raw}
        return cls(**{**known, "status": Status(raw["status"])})


def begun(alert: Alert) -> State:
    """The state of a new alert."""
    return State(Status.OPEN, URGENCY[alert.severity])


def assigned(state: State, to: str) -> State:
    """Given to somebody, or to nobody.

    Raises:
        BadInput: the alert is closed.
    """
    _alive(state)
    if len(to) > 100:
        raise BadInput("a name of more than 100 characters", where="to", remedy="the name of a user")
    return replace(state, assignee=to)


def snoozed(state: State, until: dt.date, today: dt.date, reason: str) -> State:
    """Put off until a day.

    Raises:
        BadInput: the alert is closed, the day lies not ahead, or more than a year (a month for the most urgent), or
            no reason is given.
    """
    _alive(state)
    longest, within = (31, "a month: it is urgent") if state.urgency == 0 else (366, "a year")
    if not today < until <= today + dt.timedelta(days=longest):
        remedy = f"a day after today, within {within}"
        raise BadInput(f"{until} is no day to come back on", where="until", remedy=remedy)
    return replace(state, status=Status.SNOOZED, until=until.isoformat(), note=_reason(reason))


def escalated(state: State, reason: str) -> State:
    """Made the most urgent.

    Raises:
        BadInput: the alert is closed, or no reason is given.
    """
    _alive(state)
    return replace(state, status=Status.OPEN, until="", urgency=0, note=_reason(reason))


def closed(
    state: State,
    alert: Alert,
    verdict: Verdict,
    reason: str,
    by: str,
    *,
    four_eyes: int,
    hit: int = URGENCY[Severity.LOW],
) -> State:
    """Closed, or proposed for closing where a second person must confirm it.

    Args:
        hit: the highest urgency (the lowest number) that any alert of the same hit has: a verdict that decides on the
            hit decides on all of it, whichever of its alerts it is given on.
        four_eyes: alerts of this urgency or a higher one (a lower number) need two people; -1: none does.

    Raises:
        BadInput: the alert is closed, no reason is given, or the verdict does not fit.
    """
    _alive(state)
    if verdict is not Verdict.NOTED and not alert.decides:
        raise BadInput(f"{verdict.value!r} says nothing of this alert", where="verdict", remedy="noted")
    urgency = state.urgency if verdict is Verdict.NOTED else min(state.urgency, hit)
    two = urgency <= four_eyes
    status = Status.CLOSING if two else Status.CLOSED
    return replace(
        state, status=status, until="", verdict=verdict.value, reason=_reason(reason), by=by, second="", note=""
    )


def confirmed(state: State, by: str) -> State:
    """A proposed closing confirmed by a second person.

    Raises:
        BadInput: nothing is proposed, or the same person proposed it.
    """
    if state.status is not Status.CLOSING:
        raise BadInput("nobody has proposed to close the alert", where="status", remedy="close it first")
    if by == state.by:
        raise BadInput(
            "who proposed to close an alert does not confirm it", where="by", remedy="ask another person to look"
        )
    return replace(state, status=Status.CLOSED, second=by)


def departed(state: State, by: str) -> State:
    """Closed because the customer has left the register; nobody decides on anything by it.

    Raises:
        BadInput: the alert is closed.
    """
    _alive(state)
    reason = "the customer has left the register"
    return replace(state, status=Status.CLOSED, until="", verdict=Verdict.NOTED.value, reason=reason, by=by, second="")


def reopened(state: State, why: str) -> State:
    """Opened again: by somebody, or because the listing it rests on is gone.

    Raises:
        BadInput: no reason is given.
    """
    return replace(state, status=Status.OPEN, until="", verdict="", reason="", by="", second="", note=_reason(why))


def _alive(state: State) -> None:
    if state.status is Status.CLOSED:
        raise BadInput("the alert is closed", where="status", remedy="reopen it, with a reason")


def _reason(text: str) -> str:
    found = text.strip()
    if not found or len(found) > MAX_REASON:
        raise BadInput("a reason is missing or too long", where="reason", remedy=f"1 to {MAX_REASON} characters")
    return found
