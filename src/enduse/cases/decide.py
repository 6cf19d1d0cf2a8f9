"""A command on a case: the events that it makes, or a refusal. A pure function of case, actor, time and ground.

In this order: may your role, is it your case, do you have a conflict of interest, did you do something before that
keeps you from it, is the case where it must be, is anything missing. Who is refused for what they are learns no more.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from enduse.cases import decision_guards  # noqa: F401  it registers guards
from enduse.cases.bodies import Moved
from enduse.cases.case import Case
from enduse.cases.clocks import shipped_clocks
from enduse.cases.context import BY_ITSELF, Actor, Context
from enduse.cases.events import CaseEvent, parse_body
from enduse.cases.folding import apply
from enduse.cases.ground import Ground
from enduse.cases.guards import GUARDS
from enduse.cases.handlers import body_of, made_by, target_of
from enduse.cases.policies import Policies, Transition
from enduse.cases.policy_files import read_policies
from enduse.cases.refusals import Code, Missing, Refusal
from enduse.cases.view import exporter_status
from enduse.model.errors import BadInput

IDENTITY_KEYS = frozenset(
    {"actor", "by", "user", "user_id", "as", "on_behalf_of", "countersigner", "adviser", "decider", "reviewer", "role"}
    | {"assessor", "signed_by", "approved_by", "roles"}
)
"""Keys that say who acts. Who acts comes from the session."""
_MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class Command:
    """What somebody asks for: a row of the transition table, with the body of its event."""

    name: str
    body: Any = None


@functools.cache
def shipped_policies(extension: str = "in_all") -> Policies:
    """The policies that come with the program.

    Args:
        extension: see :func:`enduse.cases.clocks.shipped_clocks`.
    """
    return read_policies({}, guards=GUARDS, clocks=shipped_clocks(extension))


def parse_command(name: str, plain: Mapping[str, Any], policies: Policies) -> Command | Refusal:
    """A command from what somebody sent.

    Raises:
        BadInput: an unknown command, key or value.
    """
    rows = policies.of_command(name)
    if not rows or rows[0].auto:
        known = sorted({row.command for row in policies.transitions if not row.auto})
        raise BadInput(f"no command {name!r}", where="command", remedy=f"known: {', '.join(known)}")
    named = sorted(IDENTITY_KEYS & set(plain))
    if named:
        missing = Missing(f"leave out {', '.join(named)}", "identity")
        return Refusal(name, Code.IDENTITY, "who acts is who is signed in, never whom a request names", (missing,))
    cls = body_of(rows[0])
    if cls is None:
        if plain:
            raise BadInput("takes nothing", where=name, remedy="send an empty object")
        return Command(name)
    return Command(name, parse_body(rows[0].event, plain))


def decide(
    case: Case, command: Command, actor: Actor, now: dt.datetime, ground: Ground, policies: Policies
) -> tuple[CaseEvent, ...] | Refusal:
    """The events that a command makes.

    Args:
        now: the moment, with its time zone.

    Returns:
        New events, which may be none where what is asked for was done before; or the refusal.
    """
    rows = policies.of_command(command.name)
    if not rows:
        return Refusal(command.name, Code.INPUT, "there is no such command")
    if case.erased:
        return Refusal(command.name, Code.STATUS, "the case was erased")
    ctx = Context(case, command.name, command.body, actor, now, ground, policies)
    try:
        refusal = refused_person(ctx, rows)
        if refusal:
            return refusal
        here = [row for row in rows if case.status in row.source]
        if not here:
            return wrong_status(ctx, rows)
        row = here[0]
        missing = _missing(ctx, row)
        if missing:
            return Refusal(command.name, Code.GUARD, "something is missing, or stands in the way", missing)
        return _events(ctx, row, _role(ctx, row))
    except BadInput as error:
        return Refusal(command.name, Code.INPUT, str(error))


def follow(case: Case, now: dt.datetime, ground: Ground, policies: Policies) -> tuple[CaseEvent, ...]:
    """What follows by itself: changes of status whose guards hold, silence that now has its meaning, a licence's end.

    It may be called at any time and as often as one likes: what it finds follows from events and dates alone.
    """
    found: list[CaseEvent] = []
    for _ in range(_MOST_STEPS):
        made = _next_step(case, now, ground, policies)
        for event in made:
            case = apply(case, event)
        found.extend(made)
        if not made:
            break
    return tuple(found)


def _next_step(case: Case, now: dt.datetime, ground: Ground, policies: Policies) -> tuple[CaseEvent, ...]:
    for row in policies.transitions:
        if row.auto and case.status in row.source:
            ctx = Context(case, row.command, None, BY_ITSELF, now, ground, policies)
            if not _missing(ctx, row):
                return _events(ctx, row, "system")
    return ()


def refused_person(ctx: Context, rows: Iterable[Transition]) -> Refusal | None:
    """Why this person may not do a command, whatever the case needs; None where they may."""
    return _person(ctx, rows) or _duties(ctx, rows)


def _person(ctx: Context, rows: Iterable[Transition]) -> Refusal | None:
    allowed = tuple(dict.fromkeys(role for row in rows for role in row.roles))
    held = _held(ctx, allowed)
    if not held:
        missing = Missing(f"one of the roles: {', '.join(allowed)}", "roles")
        return Refusal(ctx.command, Code.ROLE, "none of your roles may do this", (missing,))
    if barred := ctx.actor.roles & ctx.policies.barred:
        missing = Missing(f"an account without the role {', '.join(sorted(barred))}", "barred")
        return Refusal(ctx.command, Code.ROLE, "one of your roles keeps you from acting in cases", (missing,))
    exporter_only = all(ctx.policies.side(role) == "exporter" for role in held)
    if exporter_only and ctx.case.application and ctx.case.application.exporter != ctx.actor.organisation:
        return Refusal(ctx.command, Code.NOT_YOURS, "this is another exporter's case")
    authority_only = not any(ctx.policies.side(role) == "exporter" for role in held)
    if authority_only and ctx.case.application and ctx.actor.organisation == ctx.case.application.exporter:
        return Refusal(ctx.command, Code.CONFLICT_OF_INTEREST, "you act for the exporter of this case")
    if not ctx.actor.id.strip():
        return Refusal(ctx.command, Code.ROLE, "nobody is signed in")
    return None


def _held(ctx: Context, allowed: Iterable[str]) -> frozenset[str]:
    """The roles in which somebody acts: for the exporter of the case as its exporter, for nobody else's case so."""
    held = ctx.actor.roles & set(allowed)
    of_exporter = frozenset(role for role in held if ctx.policies.side(role) == "exporter")
    application = ctx.case.application
    if application is None or not of_exporter or of_exporter == held:
        return held
    return of_exporter if application.exporter == ctx.actor.organisation else held - of_exporter


def _duties(ctx: Context, rows: Iterable[Transition]) -> Refusal | None:
    if ctx.actor.id in ctx.case.conflicts and ctx.command != "declare_conflict":
        return Refusal(ctx.command, Code.CONFLICT_OF_INTEREST, "you declared a conflict of interest in this case")
    acted = {ctx.policies.side(act.role) for act in ctx.case.acts if act.actor == ctx.actor.id}
    sides = {ctx.policies.side(role) for role in _held(ctx, (role for row in rows for role in row.roles))}
    found = []
    if acted and not acted & sides:
        why = "nobody acts for the exporter and for the authority in one case"
        found.append(Missing(why, "sides-apart"))
    for one in ctx.policies.separations:
        if one.command != ctx.command:
            continue
        start = ctx.case.last(one.since) if one.since else None
        if ctx.actor.id in ctx.case.did(*one.after, since=start.seq if start else 0):
            found.append(Missing(one.why, one.id, one.citation))
    if found:
        return Refusal(ctx.command, Code.SEPARATION, "another person must do this", tuple(found))
    return None


def wrong_status(
    ctx: Context,
    rows: tuple[Transition, ...],
    missing_of: Callable[[Context, Transition], tuple[Missing, ...]] | None = None,
) -> Refusal:
    """The command is not possible in this status: where it is, and everything that is missing on the way.

    An exporter reads neither: where a case is inside the authority, and what it waits for there, tells of advice and of
    other authorities.

    Args:
        missing_of: what guards of a row find; all of them by default.
    """
    find = missing_of or _missing
    if all(ctx.policies.side(role) == "exporter" for row in rows for role in row.roles if role in ctx.actor.roles):
        status = exporter_status(ctx.case.status) or "nothing"
        where = ", ".join(dict.fromkeys(exporter_status(one) or "nothing" for row in rows for one in row.source))
        why = f"the case is in {status}: this cannot be done now"
        if status not in where.split(", "):
            why = f"the case is in {status}; this is possible in {where}"
        return Refusal(ctx.command, Code.STATUS, why)
    where = ", ".join(dict.fromkeys(status or "nothing" for row in rows for status in row.source))
    missing: dict[Missing, None] = {}
    if ctx.case.application is not None:
        waiting = [
            row for row in ctx.policies.transitions if row.auto and row.targets and ctx.case.status in row.source
        ]
        for row in waiting:
            bare = Context(ctx.case, row.command, None, BY_ITSELF, ctx.now, ctx.ground, ctx.policies)
            missing.update(dict.fromkeys(_missing(bare, row)))
        if ctx.case.status not in ctx.policies.final:
            missing.update(dict.fromkeys(find(ctx, rows[0])))
    why = f"the case is in {ctx.case.status or 'nothing'}; this is possible in {where}"
    return Refusal(ctx.command, Code.STATUS, why, tuple(missing))


def _missing(ctx: Context, row: Transition) -> tuple[Missing, ...]:
    return tuple(dict.fromkeys(one for name in row.guards for one in GUARDS[name](ctx)))


def _role(ctx: Context, row: Transition) -> str:
    held = _held(ctx, row.roles)
    return next((role for role in row.roles if role in held), "")


def _events(ctx: Context, row: Transition, role: str) -> tuple[CaseEvent, ...]:
    made = made_by(ctx, row)
    target = target_of(ctx, row)
    if target and target != ctx.case.status:
        made = [*made, ("moved", Moved(target, row.command))]
    at = ctx.now.astimezone(dt.UTC)
    return tuple(
        CaseEvent.of(ctx.case.seq + number, at, ctx.actor.id, role, kind, body)
        for number, (kind, body) in enumerate(made, 1)
    )
