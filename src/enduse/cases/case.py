"""A case: the fold of its events, and the questions that its readers ask of it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from enduse.cases import licence_bodies
from enduse.cases.application import Application, Condition, Hit
from enduse.cases.bodies import (
    Classified,
    Consolidated,
    ConsultationOpened,
    Decided,
    HumanRightsAssessed,
    HumanRightsReviewed,
    Recommended,
    RfiOpened,
    Route,
    Screened,
)
from enduse.cases.clocks import Pause
from enduse.cases.denial_bodies import DenialReviewed
from enduse.cases.document_bodies import DocumentIssued
from enduse.cases.facts import Fact

Usage = licence_bodies.Usage


@dataclass(frozen=True, slots=True)
class Act:
    """Who did what, and when: what separations of duty and clocks ask for; ``sha256`` is that of the body."""

    seq: int
    at: dt.datetime
    actor: str
    role: str
    kind: str
    key: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Assessment:
    """A version of the human-rights assessment, with what its reviewer said."""

    version: int
    by: str
    at: dt.datetime
    seq: int
    content: HumanRightsAssessed
    reviewed_by: str = ""
    review: HumanRightsReviewed | None = None

    @property
    def accepted(self) -> bool:
        """Whether a second person agreed."""
        return self.review is not None and self.review.agrees


@dataclass(frozen=True, slots=True)
class Consultation:
    """A question to another authority.

    Attributes:
        outcome: ``yes``, ``no``, ``deemed_no``, or empty while it is open.
    """

    asked: ConsultationOpened
    opened: dt.datetime
    outcome: str = ""
    reasons: str = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """A proposal to suspend, revoke or reinstate.

    Attributes:
        owner: the person who proposes it, or who made the system's proposal their own; empty while nobody has.
    """

    content: licence_bodies.MeasureProposed
    owner: str
    at: dt.datetime
    approved_by: str = ""
    rejected: bool = False

    @property
    def open(self) -> bool:
        """Whether it waits for the second person."""
        return not self.approved_by and not self.rejected


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence with its ledger.

    Attributes:
        status: ``active, suspended, revoked, surrendered, expired, exhausted``.
        usages: what was used; their sum never passes what is licensed.
        exceptions: usages that would have.
    """

    content: licence_bodies.LicenceIssued
    status: str = "active"
    usages: tuple[Usage, ...] = ()
    exceptions: tuple[Usage, ...] = ()
    met: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()

    def balance(self, line: int) -> Decimal:
        """What is left of a line."""
        licensed = sum((one.quantity for one in self.content.lines if one.line == line), Decimal(0))
        return licensed - sum((one.quantity for one in self.usages if one.line == line), Decimal(0))

    @property
    def conditions_owed(self) -> tuple[tuple[Condition, dt.date], ...]:
        """Conditions that ask for evidence by a day and have none, each with its day."""
        start = self.content.valid_from
        return tuple(
            (one, start + dt.timedelta(days=one.due_days))
            for one in self.content.conditions
            if one.due_days and one.id not in self.met
        )


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands after its events.

    Attributes:
        seq: number of its events; what a writer must have seen.
        status: see ``data/transitions.yaml``; empty before the draft.
        acts: every event without its body.
        erased: hashes of bodies that were erased.
    """

    id: str
    seq: int = 0
    status: str = ""
    application: Application | None = None
    reference: str = ""
    acts: tuple[Act, ...] = ()
    classified: tuple[Classified, ...] = ()
    screened: Screened | None = None
    dispositions: tuple[tuple[str, str], ...] = ()
    later_hits: tuple[Hit, ...] = ()
    routes: tuple[Route, ...] = ()
    recommended: tuple[Recommended, ...] = ()
    deemed: tuple[str, ...] = ()
    rfis: tuple[RfiOpened, ...] = ()
    answered: tuple[str, ...] = ()
    pauses: tuple[Pause, ...] = ()
    assessments: tuple[Assessment, ...] = ()
    consultations: tuple[Consultation, ...] = ()
    consolidated: Consolidated | None = None
    consolidated_seq: int = 0
    agreed: tuple[str, ...] = ()
    escalations: tuple[tuple[str, str], ...] = ()
    rungs: tuple[tuple[str, str], ...] = ()
    determined: bool | None = None
    decisions: tuple[Decided, ...] = ()
    facts: tuple[tuple[int, tuple[Fact, ...]], ...] = ()
    appealed: tuple[int, ...] = ()
    licence: Licence | None = None
    flags: tuple[str, ...] = ()
    conflicts: tuple[str, ...] = ()
    officer: str = ""
    superseded_by: str = ""
    denial_reviews: tuple[DenialReviewed, ...] = ()
    held: bool = False
    intent: bool = False
    declarations: tuple[str, ...] = ()
    documents: tuple[DocumentIssued, ...] = ()
    erased: tuple[str, ...] = ()

    @property
    def applied(self) -> Application:
        """The application; every event but the first follows one."""
        if self.application is None:
            raise LookupError(f"case {self.id} has no application: it was erased, or never drafted")
        return self.application

    @property
    def decision(self) -> Decided | None:
        """The decision that stands."""
        return self.decisions[-1] if self.decisions else None

    @property
    def assessment(self) -> Assessment | None:
        """The latest version of the human-rights assessment, agreed or not."""
        return self.assessments[-1] if self.assessments else None

    def classification(self, line: int) -> Classified | None:
        """What the authority says of a line, latest."""
        return next((one for one in reversed(self.classified) if one.line == line), None)

    def code(self, line: int) -> str:
        """The classification that counts: the assessed one, else the claimed one."""
        assessed, item = self.classification(line), self.applied.item(line)
        return assessed.code if assessed else item.code if item else ""

    def advice(self, agency: str, line: int, party: str) -> Recommended | None:
        """The latest advice of an agency on a line and a party."""
        return next(
            (one for one in reversed(self.recommended) if (one.agency, one.line, one.party) == (agency, line, party)),
            None,
        )

    @property
    def open_hits(self) -> tuple[Hit, ...]:
        """Hits that nobody has disposed of."""
        disposed = {hit for hit, _ in self.dispositions}
        hits = (*(self.screened.hits if self.screened else ()), *self.later_hits)
        # A later hit that a run of screening found again is one hit.
        return tuple({hit.id: hit for hit in hits if hit.id not in disposed}.values())

    @property
    def open_rfis(self) -> tuple[RfiOpened, ...]:
        """Questions to the exporter without an answer."""
        return tuple(one for one in self.rfis if one.id not in self.answered)

    def did(self, *kinds: str, since: int = 0) -> frozenset[str]:
        """Who did one of these things, from event ``since`` on."""
        return frozenset(act.actor for act in self.acts if act.kind in kinds and act.seq >= since)

    def first(self, *kinds: str) -> Act | None:
        """The first act of one of these kinds."""
        return next((act for act in self.acts if act.kind in kinds), None)

    def last(self, *kinds: str) -> Act | None:
        """The last act of one of these kinds."""
        return next((act for act in reversed(self.acts) if act.kind in kinds), None)
