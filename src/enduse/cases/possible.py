"""What somebody may do in a case now, and what stands in the way of the rest, for pages and programs that offer it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, NoReturn

from enduse.cases.case import Case
from enduse.cases.context import Actor, Context
from enduse.cases.decide import refused_person, wrong_status
from enduse.cases.ground import Ground
from enduse.cases.guards import GUARDS
from enduse.cases.policies import Policies, Transition
from enduse.cases.refusals import Code, Missing, Refusal
from enduse.model.errors import BadInput


@dataclass(frozen=True, slots=True)
class Possible:
    """A command of one of the person's roles.

    Attributes:
        refusal: what stands in the way whatever is sent; None where it depends on what is sent alone.
        depends: ids of the guards that look at what is sent.
    """

    command: str
    refusal: Refusal | None
    depends: tuple[str, ...] = ()

    @property
    def now(self) -> bool:
        """Whether it can be done now, with the right content."""
        return self.refusal is None


def possible(case: Case, actor: Actor, now: dt.datetime, ground: Ground, policies: Policies) -> tuple[Possible, ...]:
    """Every command that a role of the actor may do, those that nothing stands in the way of first.

    Nothing is stored, and nobody is refused: this is what a refusal would say.
    """
    names = dict.fromkeys(row.command for row in policies.transitions if not row.auto and actor.roles & set(row.roles))
    found = [_possible(case, name, actor, now, ground, policies) for name in names if name not in ("draft",)]
    return tuple(sorted(found, key=lambda one: not one.now))


def _possible(case: Case, name: str, actor: Actor, now: dt.datetime, ground: Ground, policies: Policies) -> Possible:
    rows = policies.of_command(name)
    ctx = Context(case, name, _Unsent(), actor, now, ground, policies)
    if case.erased:
        return Possible(name, Refusal(name, Code.STATUS, "the case was erased"))
    if refusal := refused_person(ctx, rows):
        return Possible(name, refusal)
    here = [row for row in rows if case.status in row.source]
    if not here:
        return Possible(name, wrong_status(ctx, rows, lambda *one: _standing(*one)[0]))
    missing, depends = _standing(ctx, here[0])
    if missing:
        return Possible(name, Refusal(name, Code.GUARD, "something is missing, or stands in the way", missing), depends)
    return Possible(name, None, depends)


def _standing(ctx: Context, row: Transition) -> tuple[tuple[Missing, ...], tuple[str, ...]]:
    """What guards find that need not know what is sent, and those that must."""
    found: dict[Missing, None] = {}
    depends = []
    for name in row.guards:
        try:
            for one in GUARDS[name](ctx):
                found[one] = None
        except (_Asked, BadInput):
            depends.append(name)
    return tuple(found), tuple(depends)


class _Asked(Exception):
    """A guard looked at what is sent."""


class _Unsent:
    """Stands for what is not sent yet."""

    def __getattr__(self, name: str) -> NoReturn:
        raise _Asked(name)

    def __eq__(self, other: Any) -> bool:
        raise _Asked("compared")

    __hash__ = None  # type: ignore[assignment]
