"""What a guard and a handler see: the case, the command, who acts, when, and on what ground."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from enduse.cases.application import CaseParty
from enduse.cases.case import Case
from enduse.cases.clocks import ClockRule, ClockState, Deadline
from enduse.cases.conditions import Facts, evaluate
from enduse.cases.denials import DenialMatch, denial_deadlines, matches, own_denials
from enduse.cases.ground import Ground
from enduse.cases.policies import Authority, CaseType, Policies
from enduse.cases.timeline import timeline
from enduse.model.citation import Citation
from enduse.model.truth import Truth

SYSTEM = "system"
_REVIEW = "eu/denial-review"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as the session says; never as a request says of itself.

    Attributes:
        organisation: the exporter's organisation that it acts for.
        agency: the agency that it advises for.
    """

    id: str
    roles: frozenset[str]
    organisation: str = ""
    agency: str = ""


BY_ITSELF = Actor(SYSTEM, frozenset({SYSTEM}))


@dataclass(frozen=True)
class Context:
    """One command on one case.

    Attributes:
        body: of the event that it asks for; None where the command says all.
        now: the moment, with its time zone.
    """

    case: Case
    command: str
    body: Any
    actor: Actor
    now: dt.datetime
    ground: Ground
    policies: Policies

    @cached_property
    def authority(self) -> Authority:
        """The authority of the case."""
        return self.policies.authorities[self.case.applied.authority]

    @cached_property
    def type(self) -> CaseType:
        """The type of the case."""
        return self.policies.types[self.case.applied.type]

    @cached_property
    def day(self) -> dt.date:
        """The civil day of the authority."""
        return self.now.astimezone(self.authority.zone).date()

    @cached_property
    def facts(self) -> Facts:
        """What conditions ask for."""
        return Facts(self.case, self.ground, self.policies.groups, self.authority.law)

    @cached_property
    def deadlines(self) -> tuple[Deadline, ...]:
        """The clocks as they stand today."""
        return case_deadlines(self.case, self.policies, self.day)

    def clock(self, identifier: str) -> Deadline | None:
        """The latest deadline of a clock."""
        return next((one for one in reversed(self.deadlines) if one.rule.id == identifier), None)

    def overdue(self, prefix_kind: str, stop: str) -> Iterator[Deadline]:
        """Clocks of a kind that ``stop`` would have ended, and whose day has passed."""
        for one in self.deadlines:
            if one.rule.kind == prefix_kind and stop in one.rule.stop and one.state is ClockState.PASSED:
                yield one

    @cached_property
    def advised(self) -> tuple[CaseParty, ...]:
        """The parties that advice is given on."""
        return tuple(party for party in self.case.applied.parties if party.role in self.policies.advised_roles)

    @cached_property
    def agencies(self) -> tuple[str, ...]:
        """The agencies that must be heard."""
        return tuple(dict.fromkeys(route.agency for route in self.case.routes))

    @cached_property
    def matches(self) -> tuple[DenialMatch, ...]:
        """Denials that resemble the case, of those on the ground."""
        return matches(self.case, self.ground.denials, self.policies.matching)

    @cached_property
    def countersignatures(self) -> int:
        """How many countersignatures the proposal needs."""
        more = any(
            evaluate(one.when, self.facts).truth is not Truth.FALSE for one in self.policies.second_countersignature
        )
        return 2 if more else 1


def case_deadlines(case: Case, policies: Policies, today: dt.date) -> tuple[Deadline, ...]:
    """Every clock of a case, recomputed from its events.

    Conditions that are owed by a day are among them, and reviews of the denials that its decision made.
    """
    authority = policies.authorities[case.applied.authority]
    clocks = policies.clocks.deadlines(timeline(case, authority.zone, policies.partner_calendars), today)
    return (*clocks, *_owed(case, today), *_reviews(case, authority, policies, today))


def lasts(deadline: Deadline) -> bool:
    """Whether a deadline runs on after its case is closed."""
    return deadline.rule.id.startswith("condition:") or deadline.rule.id == _REVIEW


def _reviews(case: Case, authority: Authority, policies: Policies, today: dt.date) -> Iterator[Deadline]:
    if authority.law != "eu":
        return
    for denial in own_denials(case, authority.state):
        for one in denial_deadlines(denial, policies.clocks, today):
            if one.rule.id == _REVIEW:
                yield replace(one, key=denial.id)


def _owed(case: Case, today: dt.date) -> Iterator[Deadline]:
    licence = case.licence
    if licence is None or licence.status in ("revoked", "surrendered"):
        return
    source = Citation(f"condition of licence {licence.content.licence}")
    for one, due in licence.conditions_owed:
        rule = ClockRule(
            f"condition:{one.id}", one.text, "limit", one.due_days, "calendar", "", ("licence_issued",), source
        )
        left = (due - today).days
        state = ClockState.RUNNING if left >= 0 else ClockState.PASSED
        start = licence.content.valid_from
        yield Deadline(rule, one.id, start, due, state, left=max(0, left), over=max(0, -left))
