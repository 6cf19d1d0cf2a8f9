"""A command on a designation: the event that it makes, or a refusal that names everything in the way.

In this order: may your role, did you do something before that keeps you from it, is the designation where it must be,
is anything missing. Who is refused for what they are learns no more.
"""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from enduse.cases.bodies import Reasoned
from enduse.cases.context import Actor
from enduse.cases.decide import IDENTITY_KEYS, Command
from enduse.cases.designations import bodies
from enduse.cases.designations.context import Context, Ground
from enduse.cases.designations.designation import Designation
from enduse.cases.designations.guards import GUARDS, QUESTIONS
from enduse.cases.designations.rulebook import Procedure, read_procedure, shipped_clocks
from enduse.cases.events import BODIES, CaseEvent, body, parse_body
from enduse.cases.policies import Transition
from enduse.cases.reading import shipped
from enduse.cases.refusals import Code, Missing, Refusal
from enduse.model.errors import BadInput

BARRED = frozenset({"sysadmin", "auditor"})
"""Roles whose holders do nothing in a designation, whatever other roles they hold."""
body("designation_withdrawn")(Reasoned)


@functools.cache
def shipped_procedure() -> Procedure:
    """The procedure that comes with the program."""
    name = "designations.yaml"
    return read_procedure(shipped(name), name, shipped_clocks(), GUARDS)


def parse_command(name: str, plain: Mapping[str, Any], procedure: Procedure) -> Command | Refusal:
    """A command from what somebody sent.

    Raises:
        BadInput: an unknown command, key or value.
    """
    rows = procedure.of_command(name)
    if not rows or rows[0].roles == ("system",):
        known = sorted({row.command for row in procedure.transitions if row.roles != ("system",)})
        raise BadInput(f"no command {name[:40]!r}", where="command", remedy=f"known: {', '.join(known)}")
    named = sorted((IDENTITY_KEYS - ({"by"} if name in ("petition", "answer_objection") else set())) & set(plain))
    if "member" in plain and name in ("vote", "recuse"):
        named.append("member")
    if named:
        missing = Missing(f"leave out {', '.join(named)}", "identity")
        return Refusal(name, Code.IDENTITY, "who acts is who is signed in, never whom a request names", (missing,))
    return Command(name, parse_body(rows[0].event, plain))


def decide(
    case: Designation, command: Command, actor: Actor, now: dt.datetime, ground: Ground, procedure: Procedure
) -> tuple[CaseEvent, ...] | Refusal:
    """The event that a command makes, or the refusal.

    Args:
        now: the moment, with its time zone.
    """
    rows = procedure.of_command(command.name)
    if not rows:
        return Refusal(command.name, Code.INPUT, "there is no such command")
    row = rows[0]
    ctx = Context(case, command.name, command.body, actor, now, ground, procedure)
    try:
        if refusal := _person(ctx, row):
            return refusal
        if case.status not in row.source:
            where = ", ".join(one or "nothing" for one in row.source)
            why = f"the designation is in {case.status or 'nothing'}; this is possible in {where}"
            return Refusal(command.name, Code.STATUS, why)
        missing = tuple(dict.fromkeys(one for name in row.guards for one in GUARDS[name](ctx)))
        if missing:
            return Refusal(command.name, Code.GUARD, "something is missing, or stands in the way", missing)
    except BadInput as error:
        return Refusal(command.name, Code.INPUT, str(error))
    role = next((role for role in row.roles if role in actor.roles), "")
    at = now.astimezone(dt.UTC)
    return (CaseEvent.of(case.seq + 1, at, actor.id, role, row.event, _completed(ctx)),)


def possible(
    case: Designation, actor: Actor, now: dt.datetime, ground: Ground, procedure: Procedure
) -> tuple[tuple[str, Refusal | None], ...]:
    """The commands of the actor's roles, each with what stands in the way whatever is sent; None where nothing does."""
    found: list[tuple[str, Refusal | None]] = []
    for row in procedure.transitions:
        if not actor.roles & set(row.roles) or row.roles == ("system",) or row.command == "nominate":
            continue
        ctx = Context(case, row.command, None, actor, now, ground, procedure)
        refusal = _person(ctx, row)
        if refusal is None and case.status not in row.source:
            where = ", ".join(row.source)
            refusal = Refusal(row.command, Code.STATUS, f"it is in {case.status}; this is possible in {where}")
        if refusal is None:
            needs = tuple(one for name in row.guards if name in _UNSENT for one in GUARDS[name](ctx))
            refusal = Refusal(row.command, Code.GUARD, "something is missing", needs) if needs else None
        found.append((row.command, refusal))
    return tuple(sorted(found, key=lambda one: one[1] is not None))


_UNSENT = frozenset(
    {"no_open_vote", "awaited", "embargo", "not_over", "carried_add", "carried_modify", "carried_remove"}
)
"""Guards that need not know what is sent."""


def _person(ctx: Context, row: Transition) -> Refusal | None:
    if not ctx.actor.id.strip():
        return Refusal(ctx.command, Code.ROLE, "nobody is signed in")
    if not ctx.actor.roles & set(row.roles):
        missing = Missing(f"one of the roles: {', '.join(row.roles)}", "roles")
        return Refusal(ctx.command, Code.ROLE, "none of your roles may do this", (missing,))
    if barred := ctx.actor.roles & BARRED:
        missing = Missing(f"an account without the role {', '.join(sorted(barred))}", "barred")
        return Refusal(ctx.command, Code.ROLE, "one of your roles keeps you from acting in designations", (missing,))
    found = tuple(
        Missing(one.why, one.id, one.citation)
        for one in ctx.procedure.separations
        if one.command == ctx.command
        and ctx.actor.id in ctx.case.did(*one.after)
        and not (one.id == "chair-apart" and ctx.case.status == "listed")
    )
    return Refusal(ctx.command, Code.SEPARATION, "another person must do this", found) if found else None


def _completed(ctx: Context) -> Any:
    """The body with what the system adds: the member from the account, the count, the day of publication."""
    content = ctx.body
    if ctx.command in ("vote", "recuse"):
        return replace(content, member=ctx.actor.agency)
    if ctx.command == "close_vote":
        vote = ctx.case.votes[content.vote - 1]
        found = vote.counted(ctx.authority, ctx.case.last_day(vote, ctx.procedure, ctx.day), ctx.day)
        rule = ctx.authority.votes[vote.asked.question]
        moot = "; the listing was removed before the vote ended" if ctx.case.status == "removed" else ""
        return bodies.VoteClosed(
            vote=vote.number,
            passed=found.passed,
            yes=len(found.yes),
            no=len(found.no),
            abstained=len(found.abstained),
            silent=len(found.silent),
            recused=len(found.recused),
            late=len(found.late),
            rule=f"{rule.threshold} [{rule.citation}]",
            why=f"{found.why}{moot}",
        )
    if ctx.command in QUESTIONS:
        carried = ctx.case.carried(QUESTIONS[ctx.command])
        content = replace(content, published=ctx.day, vote=carried.number if carried else 0)
        if ctx.command == "publish" and ctx.case.nomination is not None:
            return replace(content, expires=ctx.case.nomination.terms.expires)
        return content
    return content


def event_body(name: str, procedure: Procedure) -> type[Any]:
    """The class of the body of a command."""
    return BODIES[procedure.of_command(name)[0].event]
