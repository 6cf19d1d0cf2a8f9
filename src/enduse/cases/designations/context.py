"""One command on one designation, as guards look at it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from enduse.cases.context import Actor
from enduse.cases.designations.designation import Designation
from enduse.cases.designations.rulebook import ListingAuthority, Procedure
from enduse.cases.refusals import Missing


@dataclass(frozen=True, slots=True)
class Ground:
    """What a decision rests on outside the designation.

    Attributes:
        evidence: ids of the entries of the register.
    """

    evidence: Container[str] = frozenset()


@dataclass(frozen=True)
class Context:
    """One command on one designation."""

    case: Designation
    command: str
    body: Any
    actor: Actor
    now: dt.datetime
    ground: Ground
    procedure: Procedure

    @cached_property
    def authority(self) -> ListingAuthority:
        """The authority of the nomination."""
        named = self.case.nomination or self.body
        return self.procedure.authorities[named.authority]

    @cached_property
    def day(self) -> dt.date:
        """The civil day of the authority."""
        return self.now.astimezone(self.authority.zone).date()


Guard = Callable[[Context], Iterable[Missing]]
GUARDS: dict[str, Guard] = {}


def guard(function: Guard) -> Guard:
    """Register a guard under its name."""
    GUARDS[function.__name__.strip("_")] = function
    return function
