"""Bodies of the events from a draft to a decision."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from enduse.cases.application import Application, Condition, Hit, ListState
from enduse.cases.events import body
from enduse.model.citation import Citation

# --- application ----------------------------------------------------------------------------------------------------


@body("drafted", "revised")
@dataclass(frozen=True, slots=True)
class Drafted:
    """An application as it stands; a later one replaces it."""

    application: Application


@body("submitted")
@dataclass(frozen=True, slots=True)
class Submitted:
    """The exporter declares that it is complete and true."""

    declarations: tuple[str, ...]


@body("moved")
@dataclass(frozen=True, slots=True)
class Moved:
    """The status changed, by a row of the transition table."""

    to: str
    by: str


@body("registered")
@dataclass(frozen=True, slots=True)
class Registered:
    """The authority took it in, under its reference."""

    reference: str


@body(
    *("returned", "withdrawn", "closed", "reopened", "appeal_late_accepted", "conflict_declared", "intent_replied"),
    *("held", "released", "licence_surrendered", "licence_expired", "intent_notified", "missing_information"),
    *("reconsolidated", "measure_rejected", "erased"),
)
@dataclass(frozen=True, slots=True)
class Reasoned:
    """Something done for a reason, which is all there is to say of it."""

    reason: str


@body("retyped")
@dataclass(frozen=True, slots=True)
class Retyped:
    """It is taken in as another type of case, by a rule."""

    type: str
    rule: str
    because: tuple[str, ...]
    citation: Citation


@body("superseded")
@dataclass(frozen=True, slots=True)
class Superseded:
    """Another case amends this one."""

    by: str


@body("assigned")
@dataclass(frozen=True, slots=True)
class Assigned:
    """Who handles it. It gives nobody a right."""

    officer: str


@body("flagged", "unflagged")
@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag that blocks a grant was set, or taken away."""

    flag: str
    reason: str


# --- classification, screening, routing, advice ---------------------------------------------------------------------


@body("classified")
@dataclass(frozen=True, slots=True)
class Classified:
    """What the authority's technical assessor says of a line; the claim stays beside it.

    Attributes:
        tier: ``basic``, ``sensitive`` or ``very_sensitive`` in the Wassenaar lists; empty where in none.
        list_edition: edition of the control list.
        precedent: reference of an earlier classification it follows.
        parameters: technical characteristics that identity with another transaction would be judged by.
    """

    line: int
    code: str
    list_edition: str
    reasoning: str
    capabilities: tuple[str, ...] = ()
    tier: str = ""
    precedent: str = ""
    parameters: tuple[str, ...] = ()


@body("screened")
@dataclass(frozen=True, slots=True)
class Screened:
    """Parties were screened.

    Attributes:
        parties: ids of the parties that were.
        snapshot: hash of the lists' state.
    """

    parties: tuple[str, ...]
    hits: tuple[Hit, ...]
    lists: tuple[ListState, ...]
    algorithm: str
    snapshot: str


@body("hit_disposed")
@dataclass(frozen=True, slots=True)
class HitDisposed:
    """A hit was looked at: ``different`` or ``same``."""

    hit: str
    disposition: str
    reason: str


@dataclass(frozen=True, slots=True)
class Route:
    """An agency that must be heard, by which rule, and what it rests on."""

    agency: str
    rule: str
    revision: int
    because: tuple[str, ...]
    citation: Citation


@body("routed")
@dataclass(frozen=True, slots=True)
class Routed:
    """Where the case goes, with the rules that did not apply as well."""

    routes: tuple[Route, ...]
    did_not_apply: tuple[str, ...]
    rules_sha256: str


POSITIONS = ("approve", "approve_with_conditions", "refuse", "nlr", "no_objection")


@body("recommended")
@dataclass(frozen=True, slots=True)
class Recommended:
    """An agency's advice on one line and one party; a later one is a new version beside it."""

    agency: str
    line: int
    party: str
    position: str
    legal_basis: str
    reasoning: str
    conditions: tuple[Condition, ...] = ()


@body("position_deemed")
@dataclass(frozen=True, slots=True)
class PositionDeemed:
    """An agency was silent until its deadline had passed; ``effective`` is the day after it, whenever it was noted."""

    agency: str
    effective: dt.date
    clock: str
    citation: Citation


@body("rfi_opened")
@dataclass(frozen=True, slots=True)
class RfiOpened:
    """The exporter is asked; the clocks that say so stand still."""

    id: str
    question: str
    legal_basis: str


@body("rfi_answered")
@dataclass(frozen=True, slots=True)
class RfiAnswered:
    """The exporter's answer."""

    id: str
    answer: str


@body("paused")
@dataclass(frozen=True, slots=True)
class Paused:
    """Another reason for clocks to stand still."""

    id: str
    kind: str
    legal_basis: str


@body("resumed")
@dataclass(frozen=True, slots=True)
class Resumed:
    """It is over."""

    id: str


# --- human rights ---------------------------------------------------------------------------------------------------


class Finding(StrEnum):
    """What an assessor finds under a criterion. There is no default: a missing answer is never "no concern"."""

    NO_CONCERN = "no_concern"
    CONCERN_MITIGATED = "concern_mitigated"
    RISK = "risk"
    CLEAR_RISK = "clear_risk"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, slots=True)
class Source:
    """What a finding rests on.

    Attributes:
        published: the day it was published.
        where: address or hash of the document.
        reliability: ``A`` (reliable) to ``F`` (cannot be judged).
    """

    publisher: str
    published: dt.date
    where: str
    reliability: str


@dataclass(frozen=True, slots=True)
class CriterionAnswer:
    """One criterion answered.

    Attributes:
        likelihood: ``low, medium, high``; empty where the finding asks for none.
        severity: likewise.
        link: how the item, in the hands of the end user, comes to the misuse.
        residual: the finding after the mitigations; None where there are none.
    """

    criterion: str
    finding: Finding
    reasoning: str
    sources: tuple[Source, ...] = ()
    likelihood: str = ""
    severity: str = ""
    groups: tuple[str, ...] = ()
    link: str = ""
    mitigations: tuple[str, ...] = ()
    residual: Finding | None = None

    @property
    def worst(self) -> Finding:
        """The worse of the finding and what remains of it: a mitigation never makes a clear risk disappear."""
        order = (Finding.CLEAR_RISK, Finding.RISK, Finding.CONCERN_MITIGATED, Finding.NO_CONCERN)
        held = {self.finding, self.residual}
        return next((one for one in order if one in held), Finding.NOT_APPLICABLE)


@body("hr_assessed")
@dataclass(frozen=True, slots=True)
class HumanRightsAssessed:
    """A version of the human-rights assessment.

    Attributes:
        misuse_pattern: what such items were misused for before.
    """

    answers: tuple[CriterionAnswer, ...]
    summary: str
    misuse_pattern: str = ""


@body("hr_reviewed")
@dataclass(frozen=True, slots=True)
class HumanRightsReviewed:
    """A second person agrees with the latest version, or sends it back."""

    version: int
    agrees: bool
    reason: str


# --- consultation, consolidation, decision --------------------------------------------------------------------------


@body("consultation_opened")
@dataclass(frozen=True, slots=True)
class ConsultationOpened:
    """Another authority is asked.

    Attributes:
        kind: ``identity`` (is ours essentially identical with what you denied?) or ``objection``.
        denial: reference of the denial, for ``identity``.
    """

    id: str
    kind: str
    partner: str
    line: int
    question: str
    denial: str = ""


@body("consultation_extended")
@dataclass(frozen=True, slots=True)
class ConsultationExtended:
    """The other authority asked for more time, and got it."""

    id: str
    reason: str


@body("consultation_answered")
@dataclass(frozen=True, slots=True)
class ConsultationAnswered:
    """The other authority answered: ``yes`` (identical, or it objects) or ``no``."""

    id: str
    answer: str
    reasons: str


@body("consultation_lapsed")
@dataclass(frozen=True, slots=True)
class ConsultationLapsed:
    """No answer in time: what silence means, by which text."""

    id: str
    effective: dt.date
    meaning: str
    citation: Citation


OUTCOMES = ("grant", "grant_with_conditions", "refuse", "nlr", "rwa")
GRANTS = ("grant", "grant_with_conditions")


@dataclass(frozen=True, slots=True)
class LineOutcome:
    """What is proposed or decided of a line.

    Attributes:
        criteria: ids of the criteria that a refusal rests on.
    """

    line: int
    outcome: str
    reasons: str
    criteria: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()


@body("consolidated")
@dataclass(frozen=True, slots=True)
class Consolidated:
    """The case officer's proposal over all advice."""

    lines: tuple[LineOutcome, ...]
    reasoning: str


@body("countersigned")
@dataclass(frozen=True, slots=True)
class Countersigned:
    """A further person agrees with the latest proposal, or sends it back."""

    agrees: bool
    reason: str


@body("escalated")
@dataclass(frozen=True, slots=True)
class Escalated:
    """A dissenting agency takes it to the next rung."""

    agency: str
    rung: str
    reason: str


@dataclass(frozen=True, slots=True)
class Vote:
    """One voice on a rung."""

    agency: str
    position: str


@body("rung_decided")
@dataclass(frozen=True, slots=True)
class RungDecided:
    """A rung of the ladder decided."""

    rung: str
    position: str
    votes: tuple[Vote, ...]
    reason: str


@body("determined")
@dataclass(frozen=True, slots=True)
class Determined:
    """On a notification: whether the authority requires an authorisation."""

    required: bool
    reason: str


@body("decided")
@dataclass(frozen=True, slots=True)
class Decided:
    """The decision, line by line.

    Attributes:
        on_appeal: it replaces an earlier one.
        based_on: hash of what the decider had before them.
    """

    lines: tuple[LineOutcome, ...]
    on_appeal: bool = False
    based_on: str = ""
    date: dt.date | None = None


@body("appealed")
@dataclass(frozen=True, slots=True)
class Appealed:
    """The exporter appeals some lines."""

    lines: tuple[int, ...]
    grounds: str
