"""Whom an event tells, and of what: messages for the outbox, written in the transaction of the event.

What a message holds is named field by field in ``data/messages.yaml``. The exporter's messages are built from the
decision alone: nothing that a partner said can be in them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enduse.cases.bodies import GRANTS
from enduse.cases.case import Case
from enduse.cases.denial_bodies import Denial
from enduse.cases.denials import consulted, half_year, own_denials
from enduse.cases.events import CaseEvent
from enduse.cases.policies import MessageRule, Policies
from enduse.model.citation import Citation
from enduse.model.codec import to_plain


@dataclass(frozen=True, slots=True)
class Message:
    """A message to be sent.

    Attributes:
        rule: id of the rule that called for it.
        to: ``exporter``, ``customs``, ``member_states``, ``regime``, ``regime_aggregate``, or the ISO code of a state.
        seq: the event that it tells of.
        target: day by which it should be sent, or None; ``limit`` the day by which it must.
    """

    rule: str
    to: str
    type: str
    handling: str
    case: str
    seq: int
    content: Mapping[str, Any]
    citation: Citation
    target: dt.date | None = None
    limit: dt.date | None = None


def messages_for(case: Case, events: Iterable[CaseEvent], policies: Policies) -> tuple[Message, ...]:
    """The messages that new events call for.

    Args:
        case: after the events.
    """
    return tuple(
        message
        for event in events
        for rule in policies.messages
        if rule.on == event.kind and event.body is not None
        for message in _of_rule(case, event, rule, policies)
    )


def _of_rule(case: Case, event: CaseEvent, rule: MessageRule, policies: Policies) -> Iterator[Message]:
    authority = policies.authorities[case.applied.authority]
    if rule.laws and authority.law not in rule.laws:
        return
    if rule.when and not getattr(event.body, rule.when):
        return
    day = event.at.astimezone(authority.zone).date()
    if rule.per == "refused_line":
        appealed = set(case.appealed) if event.body.on_appeal else None
        for denial in own_denials(case, authority.state):
            line = int(denial.id.rpartition("/")[2])
            if (rule.tiers and denial.tier not in rule.tiers) or (appealed is not None and line not in appealed):
                continue
            content = _content(rule, _denial_fields(denial))
            yield _message(rule, rule.to, case, event, content, day)
    elif rule.per == "reviewed_denial":
        denied = next((one for one in own_denials(case, authority.state) if one.id == event.body.id), None)
        if denied is not None and (not rule.tiers or denied.tier in rule.tiers):
            review = to_plain(event.body)
            content = _content(rule, {**review, "denial": review["id"]})
            yield _message(rule, rule.to, case, event, content, day)
    elif rule.per == "granted_after_consultation":
        granted = {one.line: one for one in event.body.lines if one.outcome in GRANTS}
        for asked in (one.asked for one in case.consultations):
            outcome = consulted(case, asked.denial, asked.line)
            if asked.denial and outcome and asked.line in granted:
                conditions = to_plain(granted[asked.line].conditions)
                fields = {"denial": asked.denial, "line": asked.line, "consultation_outcome": outcome}
                content = _content(rule, {"case_reference": case.reference, "conditions": conditions, **fields})
                yield _message(rule, asked.partner, case, event, content, day)
    else:
        to = event.body.partner if rule.to == "consulted" else rule.to
        yield _message(rule, to, case, event, _content(rule, _fields(case, event, day)), day)


def _message(
    rule: MessageRule, to: str, case: Case, event: CaseEvent, content: Mapping[str, Any], day: dt.date
) -> Message:
    def after(days: int) -> dt.date | None:
        return day + dt.timedelta(days=days) if days else None

    return Message(
        rule=rule.id,
        to=to,
        type=rule.type,
        handling=rule.handling,
        case=case.id,
        seq=event.seq,
        content=content,
        citation=rule.citation,
        target=after(rule.target_days),
        limit=after(rule.limit_days),
    )


def _content(rule: MessageRule, fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: fields[name]() if callable(fields[name]) else fields[name] for name in rule.fields}


def _denial_fields(denial: Denial) -> dict[str, Any]:
    return {
        "denial": to_plain(denial),
        "code": denial.code,
        "destination": denial.destination,
        "half_year": half_year(denial.denied_on),
    }


def _fields(case: Case, event: CaseEvent, day: dt.date) -> dict[str, Any]:
    """Everything that a message may name; what is costly or not always there is computed when it is named."""
    body, applied = event.body, case.applied

    def of_measure(name: str) -> Callable[[], Any]:
        def value() -> Any:
            licence = case.licence
            found = next((one for one in licence.measures if one.content.id == body.id), None) if licence else None
            if licence is None or found is None:
                raise LookupError(f"no measure {body.id}")
            balance = [[one.line, str(licence.balance(one.line)), one.unit] for one in licence.content.lines]
            return {"licence": licence.content.licence, "measure": found.content.measure, "balance": balance}[name]

        return value

    def of_body(name: str) -> Callable[[], Any]:
        return lambda: to_plain(getattr(body, name))

    measured = event.kind == "measure_approved"
    fields: dict[str, Any] = {
        "case": case.id,
        "case_reference": case.reference,
        "reference": case.reference,
        "effective": day.isoformat(),
        "destination": applied.destination,
        "end_use": applied.end_use,
        "end_users": [[party.name, party.country] for party in applied.end_users],
        "parties": [[party.role.value, party.name, party.country] for party in applied.parties],
        "items": [[case.code(one.line), one.description, str(one.quantity), one.unit] for one in applied.items],
        "item": lambda: _item(case, body.line),
        "licence": of_measure("licence") if measured else of_body("licence"),
        "measure": of_measure("measure"),
        "balance": of_measure("balance"),
    }
    for name in (
        "id",
        "question",
        "legal_basis",
        "kind",
        "denial",
        "lines",
        "date",
        "on_appeal",
        "valid_from",
        "valid_to",
    ):
        fields[name] = of_body(name)
    return fields


def _item(case: Case, line: int) -> Sequence[str]:
    item = case.applied.item(line)
    return [case.code(line), item.description, str(item.quantity), item.unit] if item else []
