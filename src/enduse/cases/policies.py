"""What an authority prescribes, as data: transitions, roles, separations, criteria, routing, messages, retention."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from enduse.cases.bodies import Finding
from enduse.cases.clocks import Clocks
from enduse.cases.conditions import Tree
from enduse.cases.denials import MatchingRule
from enduse.model.citation import Citation


@dataclass(frozen=True, slots=True)
class Authority:
    """Who decides: its state, the law it applies, and its civil time.

    Attributes:
        intent_clock: clock in which an applicant replies to an intent to deny; where there is one, a refusal needs it.
    """

    id: str
    title: str
    state: str
    law: str
    zone: ZoneInfo
    calendar: str
    intent_clock: str = ""


@dataclass(frozen=True, slots=True)
class CaseType:
    """A type of case: ``licence``, ``notification`` or ``request``."""

    id: str
    title: str
    law: str
    kind: str
    valid_months: int
    citation: Citation


@dataclass(frozen=True, slots=True)
class Transition:
    """A row of the transition table: who may do a command, from where, under which guards, and where it leads."""

    command: str
    source: tuple[str, ...]
    targets: tuple[str, ...]
    event: str
    roles: tuple[str, ...]
    guards: tuple[str, ...]
    auto: bool


@dataclass(frozen=True, slots=True)
class Separation:
    """Who did one of ``after`` (since the last ``since``) may not do ``command``."""

    id: str
    command: str
    after: tuple[str, ...]
    since: str
    why: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class Trigger:
    """Something that calls for more, under a condition."""

    id: str
    title: str
    when: Tree
    citation: Citation


@dataclass(frozen=True, slots=True)
class Criterion:
    """A criterion of the human-rights assessment."""

    id: str
    laws: tuple[str, ...]
    question: str
    mandatory: bool
    when: Tree
    citation: Citation


@dataclass(frozen=True, slots=True)
class FindingRule:
    """What an answer with a finding must state, and which outcomes it blocks."""

    id: Finding
    states: tuple[str, ...]
    blocks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """Agencies that must be heard under a condition."""

    id: str
    revision: int
    agencies: tuple[str, ...]
    authorities: tuple[str, ...]
    when: Tree
    citation: Citation


@dataclass(frozen=True, slots=True)
class Rung:
    """A rung of an authority's ladder; ``window`` is the clock in which it can be called."""

    authority: str
    id: str
    title: str
    majority: bool
    window: str
    citation: Citation


@dataclass(frozen=True, slots=True)
class QuestionRule:
    """A question that an application must answer."""

    id: str
    basis: str
    text: str
    answers: tuple[str, ...]
    laws: tuple[str, ...]
    when: Tree
    citation: Citation


@dataclass(frozen=True, slots=True)
class RetypeRule:
    """An application that is taken in as another type of case."""

    id: str
    type: str
    when: Tree
    citation: Citation


@dataclass(frozen=True, slots=True)
class MessageRule:
    """Whom an event tells, and of what.

    Attributes:
        per: ``refused_line`` or ``granted_after_consultation`` for a message each; empty for one.
        when: name of a flag of the event's body that must be set.
    """

    id: str
    on: str
    to: str
    type: str
    fields: tuple[str, ...]
    handling: str
    citation: Citation
    per: str = ""
    when: str = ""
    laws: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()
    target_days: int = 0
    limit_days: int = 0


@dataclass(frozen=True, slots=True)
class RetentionRule:
    """How long records of a law are kept."""

    id: str
    law: str
    years: int
    calendar_year: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class Policies:
    """All of it.

    Attributes:
        barred: roles whose holders do nothing in a case, whatever other roles they hold.
    """

    authorities: Mapping[str, Authority]
    partner_calendars: Mapping[str, str]
    roles: Mapping[str, str]
    barred: frozenset[str]
    types: Mapping[str, CaseType]
    separations: tuple[Separation, ...]
    statuses: tuple[str, ...]
    final: tuple[str, ...]
    transitions: tuple[Transition, ...]
    groups: Mapping[str, tuple[str, ...]]
    triggers: tuple[Trigger, ...]
    criteria: tuple[Criterion, ...]
    findings: Mapping[Finding, FindingRule]
    second_countersignature: tuple[Trigger, ...]
    advised_roles: tuple[str, ...]
    agencies: tuple[str, ...]
    routing: tuple[RoutingRule, ...]
    ladder: tuple[Rung, ...]
    declarations: tuple[str, ...]
    questions: tuple[QuestionRule, ...]
    retype: tuple[RetypeRule, ...]
    pauses: tuple[str, ...]
    messages: tuple[MessageRule, ...]
    retention: tuple[RetentionRule, ...]
    matching: MatchingRule
    clocks: Clocks = field(repr=False)

    def side(self, role: str) -> str:
        """``exporter``, ``authority`` or ``system``."""
        return self.roles.get(role, "")

    def criterion(self, identifier: str) -> Criterion | None:
        """The criterion of an id."""
        return next((one for one in self.criteria if one.id == identifier), None)

    def of_command(self, command: str) -> tuple[Transition, ...]:
        """The rows of a command."""
        return tuple(row for row in self.transitions if row.command == command)
