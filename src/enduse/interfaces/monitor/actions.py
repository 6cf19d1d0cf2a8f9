"""What people do with alerts: one function for each, over the store, for commands, API and pages alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from enduse.interfaces.monitor.documents import alert_document, read_alert
from enduse.interfaces.monitor.watches import FOUR_EYES, Watch
from enduse.model.access import Actor, Policies, decide
from enduse.model.decision import Verdict as Decided
from enduse.model.decision import heads, subject_of
from enduse.model.errors import BadInput
from enduse.model.record import By, Record
from enduse.monitor.alerts import Alert, Cause, plain_headline
from enduse.monitor.work import (
    URGENCY,
    State,
    Status,
    Verdict,
    assigned,
    closed,
    confirmed,
    escalated,
    reopened,
    snoozed,
)

if TYPE_CHECKING:
    from enduse.store.database import Store

ACTIONS = ("assign", "snooze", "escalate", "close", "confirm", "reopen")
MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class AlertAtHand:
    """An alert with how its work stands.

    Attributes:
        record: the version that was read; an action on another version is refused.
    """

    alert: Alert
    state: State
    record: Record

    def document(self) -> dict[str, Any]:
        """As plain values."""
        return {
            **alert_document(self.alert),
            "work": self.state.document(),
            "made": self.record.text("made"),
            "version": self.record.id,
        }


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants done.

    Attributes:
        action: one of :data:`ACTIONS`.
        to: whom it is given to.
        until: the day on which it comes back.
        verdict: ``different``, ``same`` or ``noted``.
    """

    action: str
    reason: str = ""
    to: str = ""
    until: dt.date | None = None
    verdict: str = ""


def hidden_from(policies: Policies, person: Actor) -> frozenset[str]:
    """Causes of alerts that somebody may not see: of licences, and of registers, lists and law.

    Who acts for an exporter sees no alert of a licence: they read cases as the exporter does.
    """
    hidden: frozenset[str] = frozenset()
    if not decide(policies, person, "alert.customers").allowed:
        hidden |= frozenset(Cause) - {Cause.LICENCE}
    if person.organisation or not decide(policies, person, "alert.licences").allowed:
        hidden |= {Cause.LICENCE}
    return hidden


def alert_at_hand(store: Store, identifier: str, *, hidden: Collection[str] = ()) -> AlertAtHand:
    """The alert of an id, or of the beginning of one.

    Args:
        hidden: causes that the reader may not see: such an alert is not there.

    Raises:
        BadInput: there is none, or several begin so.
    """
    found = store.monitoring.alert(identifier)
    if found is None or read_alert(found[1]).cause in hidden:
        raise BadInput(f"no alert {identifier[:64]!r}", where="alert", remedy="enduse monitor alerts shows the ids")
    record, body = found
    return AlertAtHand(read_alert(body), State.of(record.content), record)


def act(
    store: Store, identifier: str, asked: Asked, *, by: By, today: dt.date, seen: str = "", hidden: Collection[str] = ()
) -> AlertAtHand:
    """Do something with an alert.

    Closing as ``different`` or ``same`` is a decision on the hit too: the next runs keep to it until something that
    mattered changes on either side. Opening such an alert again withdraws its decision.

    Args:
        seen: the version of the alert that they looked at; the present one when empty.

    Raises:
        BadInput: it cannot be done; somebody else has changed the alert meanwhile.
    """
    before = alert_at_hand(store, identifier, hidden=hidden)
    if seen and seen != before.record.id:
        raise BadInput("somebody else has changed the alert", where=identifier[:12], remedy="look at it again")
    state = _after(store, before, asked, by, today)
    if state.status is Status.CLOSED and state.verdict in (Verdict.DIFFERENT.value, Verdict.SAME.value):
        alert = before.alert
        store.decisions.add(
            verdict=Decided(state.verdict),
            name=alert.asked,
            party_id=alert.party_id,
            party_name=alert.party_name,
            evidence=alert.evidence,
            by=by.actor,
            role=by.role,
            reason=f"{_decided_by(alert)}{state.reason}",
        )
    reason = asked.reason.strip() or asked.action
    record = store.monitoring.move(
        before.record,
        state.document(),
        state.status.value,
        by=by,
        action=f"alert.{asked.action}",
        reason=reason[:1_000],
    )
    if asked.action == "reopen" and before.state.status is Status.CLOSED:
        _withdraw(store, before.alert, by, asked.reason)
    return AlertAtHand(before.alert, state, record)


def act_on_all(
    store: Store,
    identifiers: Sequence[str],
    asked: Asked,
    *,
    by: By,
    today: dt.date,
    preview: bool,
    hidden: Collection[str] = (),
) -> list[tuple[str, str, str]]:
    """Do the same with several alerts, each by itself; with ``preview`` say only what would be done.

    Returns:
        for each alert its id, the status it has afterwards, and why it was refused (empty where it was not).

    Raises:
        BadInput: too many alerts.
    """
    if len(identifiers) > MOST_AT_ONCE:
        raise BadInput(f"{len(identifiers)} alerts at once", where="alerts", remedy=f"at most {MOST_AT_ONCE}")
    told = []
    for identifier in dict.fromkeys(identifiers):
        try:
            if preview:
                before = alert_at_hand(store, identifier, hidden=hidden)
                state = _after(store, before, asked, by, today)
            else:
                state = act(store, identifier, asked, by=by, today=today, hidden=hidden).state
            told.append((identifier, state.status.value, ""))
        except BadInput as problem:
            told.append((identifier, "", problem.message()))
    return told


def _after(store: Store, before: AlertAtHand, asked: Asked, by: By, today: dt.date) -> State:
    state = before.state
    if asked.action == "assign":
        return assigned(state, asked.to)
    if asked.action == "snooze":
        if asked.until is None:
            raise BadInput("no day to come back on", where="until", remedy="YYYY-MM-DD")
        return snoozed(state, asked.until, today, asked.reason)
    if asked.action == "escalate":
        return escalated(state, asked.reason)
    if asked.action == "close":
        try:
            verdict = Verdict(asked.verdict)
        except ValueError:
            known = ", ".join(Verdict)
            raise BadInput(f"{asked.verdict!r} is no verdict", where="verdict", remedy=known) from None
        watch = store.monitoring.watch(before.alert.watch)
        limit = FOUR_EYES[Watch.of(watch).four_eyes] if watch is not None else 0
        urgent = _urgency_of_hit(store, before.alert)
        return closed(state, before.alert, verdict, asked.reason, by.actor, four_eyes=limit, hit=urgent)
    if asked.action == "confirm":
        return confirmed(state, by.actor)
    if asked.action == "reopen":
        return reopened(state, asked.reason)
    raise BadInput(f"{asked.action!r} is nothing that is done with an alert", remedy=", ".join(ACTIONS))


def _urgency_of_hit(store: Store, alert: Alert) -> int:
    """The highest urgency that an alert of the same hit has, or had."""
    pair = (alert.customer, alert.owner, alert.party_id)
    rows = store.monitoring.of_customers(alert.watch, [alert.customer])
    own = (int(row["urgency"]) for row in rows if (row["customer"], row["owner"], row["party_id"]) == pair)
    return min((URGENCY[alert.severity], *own))


def _withdraw(store: Store, alert: Alert, by: By, reason: str) -> None:
    """Withdraw the decision that closing an alert was, where it still stands."""
    subject = subject_of(alert.asked, dict(alert.query).get("identifiers", ()))
    for one in heads(store.decisions.about(subject)):
        own = one.party_id == alert.party_id and one.reason.startswith(_decided_by(alert))
        if own and one.verdict is not Decided.WITHDRAWN:
            why = f"alert {alert.id[:12]} was opened again: {reason.strip()}"
            store.decisions.withdraw(one.id, by=by.actor, role=by.role, reason=why)


def _decided_by(alert: Alert) -> str:
    return f"alert {alert.id[:12]}: "


def queue_document(row: Mapping[str, str | int]) -> dict[str, Any]:
    """A row of the queue as plain values."""
    severities = ("high", "medium", "low")
    kept = ("id", "watch", "became", "cause", "status", "assignee", "effective", "made", "until", "customer", "owner")
    return {
        **{name: row[name] for name in (*kept, "party_id", "source")},
        "headline": plain_headline(str(row["headline"])),
        "severity": severities[int(row["urgency"])],
    }
