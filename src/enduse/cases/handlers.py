"""What a command makes of a case that passed its guards: the events, and where it leads."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any

from enduse.cases import human_rights
from enduse.cases.application import Condition
from enduse.cases.bodies import (
    GRANTS,
    ConsultationLapsed,
    Decided,
    LineOutcome,
    PositionDeemed,
    Reasoned,
    Retyped,
    Route,
    Routed,
)
from enduse.cases.calendars import days_between
from enduse.cases.clocks import ClockState
from enduse.cases.conditions import evaluate
from enduse.cases.context import Context
from enduse.cases.events import BODIES
from enduse.cases.facts import Fact, FactsRecorded
from enduse.cases.guards import lapsed, silent
from enduse.cases.licence_bodies import LicenceIssued, LicenceLine, MeasureProposed
from enduse.cases.policies import Transition
from enduse.model.codec import to_plain
from enduse.model.decision import digest
from enduse.model.truth import Truth

Made = tuple[str, Any]
Handler = Callable[[Context], Iterator[Made]]
HANDLERS: dict[str, Handler] = {}
WITHOUT_BODY = frozenset({"start", "finish_classification", "circulate", "positions_in", "human_rights_done"}) | {
    *("consultations_done", "deem", "lapse", "expire"),
}
"""Commands that say all by their name."""
_ONE = dt.timedelta(days=1)


def _handles(command: str) -> Callable[[Handler], Handler]:
    def register(handler: Handler) -> Handler:
        HANDLERS[command] = handler
        return handler

    return register


def body_of(row: Transition) -> type[Any] | None:
    """The class of the body that a command takes, or None."""
    return None if row.command in WITHOUT_BODY else BODIES[row.event]


def made_by(ctx: Context, row: Transition) -> list[Made]:
    """Kinds and bodies of the events of a command, the change of status not among them."""
    handler = HANDLERS.get(ctx.command)
    if handler:
        return list(handler(ctx))
    return [(row.event, ctx.body)] if row.event else []


def target_of(ctx: Context, row: Transition) -> str:
    """The status that a command leads to; empty where it stays."""
    if len(row.targets) < 2:
        return row.targets[0] if row.targets else ""
    if not ctx.body.agrees:
        return "consolidation"
    return "decision_pending" if len(ctx.case.agreed) + 1 >= ctx.countersignatures else "countersign_2"


@_handles("submit")
def _submit(ctx: Context) -> Iterator[Made]:
    for rule in ctx.policies.retype:
        reasoned = evaluate(rule.when, ctx.facts)
        # What is not known is taken as the stricter type: a notification is never lost to a gap in a form.
        if reasoned.truth is not Truth.FALSE and ctx.case.applied.type != rule.type:
            yield "retyped", Retyped(rule.type, rule.id, reasoned.because, rule.citation)
            break
    yield "submitted", ctx.body


@_handles("circulate")
def _circulate(ctx: Context) -> Iterator[Made]:
    routes: list[Route] = []
    others: list[str] = []
    for rule in ctx.policies.routing:
        if ctx.authority.id not in rule.authorities:
            continue
        reasoned = evaluate(rule.when, ctx.facts)
        if reasoned.truth is Truth.FALSE:
            others.append(f"{rule.id}/{rule.revision}: {'; '.join(reasoned.because)}")
            continue
        because = reasoned.because or ("every case",)
        routes += [Route(agency, rule.id, rule.revision, because, rule.citation) for agency in rule.agencies]
    used = digest([to_plain(rule) for rule in ctx.policies.routing])
    yield "routed", Routed(tuple(routes), tuple(others), used)


@_handles("deem")
def _deem(ctx: Context) -> Iterator[Made]:
    for one in silent(ctx):
        yield "position_deemed", PositionDeemed(one.key, one.due + _ONE, one.rule.id, one.rule.citation)


@_handles("lapse")
def _lapse(ctx: Context) -> Iterator[Made]:
    for one in lapsed(ctx):
        yield "consultation_lapsed", ConsultationLapsed(one.key, one.due + _ONE, one.rule.meaning, one.rule.citation)


@_handles("expire")
def _expire(ctx: Context) -> Iterator[Made]:
    if ctx.case.licence:
        yield "licence_expired", Reasoned(f"it was valid until before {ctx.case.licence.content.valid_to}")


@_handles("decide")
def _decide(ctx: Context) -> Iterator[Made]:
    decided = Decided(ctx.body.lines, False, _based_on(ctx), ctx.day)
    yield "decided", decided
    yield "facts_recorded", FactsRecorded(1, tuple(_facts(ctx, decided.lines, frozenset())))
    yield from _licence(ctx, decided.lines, on_appeal=False)


@_handles("decide_appeal")
def _decide_appeal(ctx: Context) -> Iterator[Made]:
    before = ctx.case.decision
    on_appeal = {one.line: one for one in ctx.body.lines}
    lines = tuple(on_appeal.get(one.line, one) for one in before.lines) if before else ctx.body.lines
    yield "decided", Decided(lines, True, _based_on(ctx), ctx.day)
    revision = 1 + max((number for number, _ in ctx.case.facts), default=0)
    yield "facts_recorded", FactsRecorded(revision, tuple(_facts(ctx, lines, frozenset(on_appeal))))
    if any(one.outcome in GRANTS for one in ctx.body.lines):
        # What was revoked, given back or has run out does not come back with an appeal on another line.
        live = ctx.case.licence is None or ctx.case.licence.status in ("active", "exhausted")
        yield from _licence(ctx, lines if live else ctx.body.lines, on_appeal=True)


@_handles("use")
def _use(ctx: Context) -> Iterator[Made]:
    licence = ctx.case.licence
    if licence is None or ctx.body in (*licence.usages, *licence.exceptions):
        return  # said before: nothing happens twice
    enough = ctx.body.quantity <= licence.balance(ctx.body.line)
    yield ("used" if enough else "overdrawn"), ctx.body


@_handles("issue_document")
def _issue_document(ctx: Context) -> Iterator[Made]:
    if ctx.body.id not in {one.id for one in ctx.case.documents}:
        yield "document_issued", ctx.body  # the hashes of the first issue stay: nothing is issued twice


@_handles("report_hit")
def _report_hit(ctx: Context) -> Iterator[Made]:
    yield "hit_found", ctx.body
    licence, found = ctx.case.licence, ctx.body.hit
    if licence is None or licence.status not in ("active", "exhausted") or any(one.open for one in licence.measures):
        return
    # Two people decide: the proposal is nobody's until one of the licence authority makes it theirs.
    if "system" in ctx.actor.roles:
        why = f"{found.listed_name} is on {found.list_id}"
        yield "measure_proposed", MeasureProposed(f"hit-{found.id}", "suspend", why, found.id)


def _based_on(ctx: Context) -> str:
    """The hash of what the decider had before them: every event so far, and the lists."""
    seen = [[act.seq, act.kind, act.actor, act.at.isoformat(), act.sha256] for act in ctx.case.acts]
    return digest({"case": ctx.case.id, "seen": seen, "lists": [to_plain(one) for one in ctx.ground.lists]})


def _licence(ctx: Context, lines: tuple[LineOutcome, ...], *, on_appeal: bool) -> Iterator[Made]:
    granted = [one for one in lines if one.outcome in GRANTS]
    if not granted or not ctx.type.valid_months:
        return
    conditions: dict[str, Condition] = {}
    for line in granted:
        for condition in line.conditions:
            conditions.setdefault(condition.id, condition)
    items = [ctx.case.applied.item(one.line) for one in granted]
    content = tuple(
        LicenceLine(item.line, ctx.case.code(item.line), item.quantity, item.unit) for item in items if item
    )
    number = 2 if on_appeal else 1
    yield (
        "licence_issued",
        LicenceIssued(
            licence=f"{ctx.case.reference}-L{number}",
            type=ctx.case.applied.type,
            lines=content,
            conditions=tuple(conditions.values()),
            valid_from=ctx.day,
            valid_to=months_later(ctx.day, ctx.type.valid_months),
            on_appeal=on_appeal,
        ),
    )


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day of a later month, or its last one."""
    years, month = divmod(day.month - 1 + months, 12)
    first = dt.date(day.year + years, month + 1, 1)
    last = (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - _ONE
    return first.replace(day=min(day.day, last.day))


def _facts(ctx: Context, lines: tuple[LineOutcome, ...], on_appeal: frozenset[int]) -> Iterator[Fact]:
    case, zone = ctx.case, ctx.authority.zone
    submitted, registered = case.last("submitted"), case.last("registered")
    submitted_on = submitted.at.astimezone(zone).date() if submitted else ctx.day
    watched = {
        call.trigger for call in human_rights.called_for(ctx.facts, ctx.policies) if "surveillance" in call.trigger
    }
    calendar = ctx.policies.clocks.calendars[ctx.authority.calendar]
    latest = case.assessment
    late = (ClockState.PASSED, ClockState.MET_LATE)
    clocks = tuple(
        f"{one.rule.id}:{'late' if one.state in late else 'in_time'}" for one in ctx.deadlines if not one.key
    )
    for one in lines:
        item = case.applied.item(one.line)
        if item is None:
            continue
        yield Fact(
            line=one.line,
            authority=ctx.authority.id,
            type=case.applied.type,
            decided_on=ctx.day,
            submitted_on=submitted_on,
            registered_on=registered.at.astimezone(zone).date() if registered else None,
            code=case.code(one.line),
            category=case.code(one.line)[:1] if case.code(one.line)[:1].isdigit() else "none",
            cyber_surveillance=bool(watched),
            destination=case.applied.destination,
            end_user_category=case.applied.end_users[0].category if case.applied.end_users else "",
            value=item.value,
            currency=item.currency,
            outcome=one.outcome,
            criteria=one.criteria,
            on_appeal=one.line in on_appeal,
            clocks=clocks,
            human_rights_assessed_on=latest.at.astimezone(zone).date() if latest else None,
            working_days=days_between(submitted_on, ctx.day, calendar.works),
        )
