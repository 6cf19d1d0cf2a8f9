"""A small licensing world for tests: authorities' people, a clock that is set by hand, a log in memory."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from enduse.cases.application import (
    Answer,
    Application,
    CaseItem,
    CaseParty,
    Condition,
    Hit,
    ListState,
    Undertaking,
)
from enduse.cases.bodies import (
    Classified,
    Consolidated,
    Countersigned,
    CriterionAnswer,
    Decided,
    Determined,
    Finding,
    HumanRightsAssessed,
    HumanRightsReviewed,
    LineOutcome,
    Recommended,
    Registered,
    Screened,
    Source,
    Submitted,
)
from enduse.cases.case import Case
from enduse.cases.conditions import Facts
from enduse.cases.context import Actor
from enduse.cases.decide import Command, shipped_policies
from enduse.cases.events import CaseEvent
from enduse.cases.ground import CountryProfile, Ground
from enduse.cases.human_rights import criteria_of
from enduse.cases.log import Append, Attempt, CaseLog
from enduse.cases.messages import Message
from enduse.cases.policies import Policies
from enduse.cases.refusals import Conflict, Refusal, Refused
from enduse.cases.service import Licensing
from enduse.cases.view import CaseView
from enduse.model.transaction import Role

LISTS = tuple(ListState(name, "2026-02-27", "ab" * 32) for name in ("eu-fsf", "un", "us-csl"))
HASH = "cd" * 32


class MemoryLog:
    """Cases in memory."""

    def __init__(self) -> None:
        self.cases: dict[str, list[CaseEvent]] = {}
        self.rows: dict[str, CaseView] = {}

    def read(self, case_id: str) -> Sequence[CaseEvent]:
        return tuple(self.cases.get(case_id, ()))

    def append(self, *appends: Append) -> None:
        for one in appends:
            held = self.cases.get(one.case_id, [])
            if len(held) != one.expected_seq:
                raise Conflict(one.case_id, one.expected_seq, len(held))
        for one in appends:
            self.cases[one.case_id] = [*self.cases.get(one.case_id, []), *one.events]
            if one.view is not None:
                self.rows[one.case_id] = one.view

    def refused(self, case_id: str, attempt: Attempt) -> None:
        """Nothing is kept of it here: :class:`Watched` saw it."""

    def views(self, *, due_by: dt.date | None = None) -> Sequence[CaseView]:
        until = due_by.isoformat() if due_by else "9999"
        found = [row for row in self.rows.values() if due_by is None or (row.due and row.due <= until)]
        return sorted(found, key=lambda row: (not row.due, row.due, row.id))

    def ids(self, prefix: str = "") -> Sequence[str]:
        return tuple(one for one in self.cases if one.startswith(prefix))

    def erase(self, case_id: str, event: CaseEvent, view: CaseView | None) -> None:
        self.cases[case_id] = [*(replace(one, body=None) for one in self.cases[case_id]), event]
        if view is not None:
            self.rows[case_id] = view


class Watched:
    """A log, and what went through it: events and refused attempts (``audit``), messages, rows of the queue."""

    def __init__(self, log: CaseLog) -> None:
        self.log = log
        self.audit: list[tuple[str, str, str]] = []
        self.messages: list[Message] = []
        self.attempts: list[tuple[str, Attempt]] = []

    @property
    def rows(self) -> dict[str, CaseView]:
        return {row.id: row for row in self.log.views()}

    def read(self, case_id: str) -> Sequence[CaseEvent]:
        return self.log.read(case_id)

    def append(self, *appends: Append) -> None:
        for one in appends:
            last = one.expected_seq + len(one.events)
            assert [event.seq for event in one.events] == list(range(one.expected_seq + 1, last + 1))
            assert one.view is None or one.view.seq == last
        self.log.append(*appends)
        for one in appends:
            self.audit.extend((one.case_id, event.kind, event.actor) for event in one.events)
            self.messages.extend(one.messages)

    def refused(self, case_id: str, attempt: Attempt) -> None:
        self.log.refused(case_id, attempt)
        self.attempts.append((case_id, attempt))
        self.audit.append((case_id, "refused", attempt.actor))

    def views(self, *, due_by: dt.date | None = None) -> Sequence[CaseView]:
        return self.log.views(due_by=due_by)

    def ids(self, prefix: str = "") -> Sequence[str]:
        return self.log.ids(prefix)

    def erase(self, case_id: str, event: CaseEvent, view: CaseView | None) -> None:
        self.log.erase(case_id, event, view)
        self.audit.append((case_id, event.kind, event.actor))


NEW_LOG: list[Callable[[], CaseLog]] = [MemoryLog]
"""What makes the log of a new world; the last one counts, so that tests can run over a store."""


def actor(identifier: str, *roles: str, organisation: str = "", agency: str = "") -> Actor:
    return Actor(identifier, frozenset(roles), organisation, agency)


EXPORTER = actor("delta-1", "exporter_submitter", "exporter_admin", organisation="delta")
OTHER_EXPORTER = actor("epsilon-1", "exporter_submitter", "exporter_admin", organisation="epsilon")
INTAKE = actor("intake-1", "intake")
TECHNICAL = actor("technical-1", "technical_assessor")
SCREENING = actor("screening-1", "screening_officer")
OFFICER = actor("officer-1", "case_officer")
HR_ASSESSOR = actor("rights-1", "hr_assessor")
HR_REVIEWER = actor("rights-2", "hr_reviewer")
FIRST = actor("counter-1", "countersigner_1", "countersigner_2")
SECOND = actor("counter-2", "countersigner_1", "countersigner_2")
DECIDER = actor("decider-1", "decision_authority")
PANEL = actor("panel-1", "appeal_panel")
CONSULTING = actor("consulting-1", "consultation_officer")
LICENCE_AUTHORITY = actor("licence-1", "licence_authority")
INSPECTOR = actor("inspector-1", "compliance_inspector")
RECORDS = actor("records-1", "records_officer")
JOB = actor("system", "system")


def adviser(agency: str) -> Actor:
    return actor(f"adviser-{agency}", "agency_adviser", agency=agency)


def item(line: int = 1, code: str = "5A001.j", **changes: Any) -> CaseItem:
    base = CaseItem(
        line, code, "network monitoring system", Decimal(2), "pieces", Decimal("1840000.00"), "EUR", ("interception",)
    )
    return replace(base, **changes)


def application(authority: str = "nl", kind: str = "individual", **changes: Any) -> Application:
    base = Application(
        authority=authority,
        type=kind,
        exporter="delta",
        destination="XA",
        end_use="lawful interception by the ministry",
        items=(item(),),
        parties=(
            CaseParty("exporter", Role.EXPORTER, "Delta Monitor BV", "NL"),
            CaseParty("user", Role.END_USER, "Ministry of Interior of XA", "XA", "interior_security"),
        ),
        undertaking=Undertaking("user", dt.date(2026, 1, 15), HASH, no_reexport=True),
        answers=(
            Answer("wmd", "none"),
            Answer("military", "none"),
            Answer("art5", "none"),
            Answer("human_rights", "looked_and_found_none"),
        ),
    )
    return replace(base, **changes)


DRIVERS: list[Callable[[World], Licensing]] = [
    lambda world: Licensing(world.log, lambda: world.now, world.policies, lambda _case, _actor: world.ground)
]
"""What a world does its commands through; the last one counts: the service layer, or the same over HTTP."""


@dataclass
class World:
    """Everything a scenario needs, and steps that bring a case forward by the book."""

    now: dt.datetime = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
    log: Watched = field(default_factory=lambda: Watched(NEW_LOG[-1]()))
    policies: Policies = field(default_factory=shipped_policies)
    ground: Ground = field(
        default_factory=lambda: Ground(
            lists=LISTS,
            required=tuple(one.id for one in LISTS),
            profiles={
                "XA": CountryProfile("XA", "elevated"),
                "XB": CountryProfile("XB", "ordinary"),
                "NL": CountryProfile("NL", "ordinary"),
            },
        )
    )

    def __post_init__(self) -> None:
        self.licensing = DRIVERS[-1](self)

    def at(self, month: int, day: int, year: int = 2026, hour: int = 10) -> World:
        """Set the clock, in UTC."""
        self.now = dt.datetime(year, month, day, hour, tzinfo=dt.UTC)
        return self

    def do(self, case: Case | str, name: str, body: Any, who: Actor) -> Case:
        return self.licensing.act(case if isinstance(case, str) else case.id, Command(name, body), who)

    def refused(self, case: Case | str, name: str, body: Any, who: Actor) -> Refusal:
        """The refusal of a command that must be refused, with nothing stored."""
        identifier = case if isinstance(case, str) else case.id
        before, told = self.licensing.history(identifier), len(self.log.attempts)
        try:
            self.do(case, name, body, who)
        except Refused as error:
            assert self.licensing.history(identifier) == before
            assert len(self.log.attempts) == told + 1
            return error.refusal
        raise AssertionError(f"{name} was done by {who.id}")

    # --- the book --------------------------------------------------------------------------------------------------

    def submitted(self, form: Application | None = None, case_id: str = "case-1") -> Case:
        case = self.licensing.open(form or application(), EXPORTER, case_id=case_id)
        return self.do(case, "submit", Submitted(("true_and_complete", "will_report_changes")), EXPORTER)

    def registered(
        self, form: Application | None = None, case_id: str = "case-1", reference: str = "NL-2026-1"
    ) -> Case:
        return self.do(self.submitted(form, case_id), "register", Registered(reference), INTAKE)

    def classified(self, case: Case, **changes: Any) -> Case:
        for one in case.applied.items:
            body = Classified(one.line, one.code, "2025-11-15", "by its data sheet", one.capabilities or (), "basic")
            case = self.do(case, "classify", replace(body, **changes), TECHNICAL)
        return self.do(case, "finish_classification", None, TECHNICAL)

    def run(self, case: Case, *hits: Hit) -> Screened:
        return Screened(tuple(party.id for party in case.applied.parties), hits, self.ground.lists, "names/1", HASH)

    def circulated(self, case: Case, *hits: Hit, **changes: Any) -> Case:
        case = self.classified(case, **changes)
        case = self.do(case, "screen", self.run(case, *hits), SCREENING)
        return self.do(case, "circulate", None, SCREENING)

    def advised(self, case: Case, position: str = "approve", **positions: str) -> Case:
        for agency in dict.fromkeys(route.agency for route in case.routes):
            for one in case.applied.items:
                for party in case.applied.parties:
                    if party.role in self.policies.advised_roles:
                        chosen = positions.get(agency, position)
                        conditions = (NO_REEXPORT,) if chosen == "approve_with_conditions" else ()
                        body = Recommended(agency, one.line, party.id, chosen, "Art. 15", "as advised", conditions)
                        case = self.do(case, "recommend", body, adviser(agency))
        return case

    def answers(self, case: Case, finding: Finding = Finding.NO_CONCERN) -> HumanRightsAssessed:
        """Every criterion of the case answered, the first one with ``finding``, the others without concern."""
        facts = Facts(case, self.ground, self.policies.groups, self.policies.authorities[case.applied.authority].law)
        criteria = criteria_of(facts, self.policies)
        return HumanRightsAssessed(
            tuple(answer(one.id, finding if one.id == criteria[0].id else Finding.NO_CONCERN) for one in criteria),
            "what the sources say",
        )

    def assessed(self, case: Case, finding: Finding = Finding.NO_CONCERN) -> Case:
        case = self.do(case, "assess_human_rights", self.answers(case, finding), HR_ASSESSOR)
        version = case.assessment.version if case.assessment else 0
        return self.do(case, "review_human_rights", HumanRightsReviewed(version, True, "agreed"), HR_REVIEWER)

    def countersigned(self, case: Case, *lines: LineOutcome) -> Case:
        case = self.do(case, "consolidate", Consolidated(lines or (granted(),), "over all advice"), OFFICER)
        for who in (FIRST, SECOND):
            if case.status.startswith("countersign"):
                case = self.do(case, "countersign", Countersigned(True, "agreed"), who)
        return case

    def decided(self, case: Case, *lines: LineOutcome) -> Case:
        case = self.countersigned(case, *lines)
        return self.do(case, "decide", Decided(lines or (granted(),)), DECIDER)

    def to_consolidation(self, form: Application | None = None, **kwargs: Any) -> Case:
        case = self.advised(self.circulated(self.registered(form, **kwargs)))
        return self.assessed(case) if case.status == "hr_review" else case


NO_REEXPORT = Condition("no-reexport", "The items are not re-exported.", 0)
REPORT = Condition("delivery-report", "Delivery is reported.", 90, "proof of delivery")


def granted(line: int = 1, *conditions: Condition) -> LineOutcome:
    outcome = "grant_with_conditions" if conditions else "grant"
    return LineOutcome(line, outcome, "no ground to refuse", (), conditions)


def refused(line: int = 1, *criteria: str) -> LineOutcome:
    return LineOutcome(line, "refuse", "the risk is clear", criteria)


def answer(criterion: str, finding: Finding) -> CriterionAnswer:
    base = CriterionAnswer(
        criterion, finding, "two reports say so", (Source("Office of the Rapporteur", dt.date(2025, 6, 1), HASH, "A"),)
    )
    if finding in (Finding.RISK, Finding.CLEAR_RISK):
        return replace(
            base, likelihood="high", severity="high", groups=("journalists",), link="the ministry watched them before"
        )
    if finding is Finding.CONCERN_MITIGATED:
        return replace(
            base,
            likelihood="low",
            severity="medium",
            link="the ministry could turn it on opponents",
            mitigations=("logging under a court's eye",),
            residual=Finding.NO_CONCERN,
        )
    return base


def determined(required: bool) -> Determined:
    return Determined(required, "by the facts of the notification")


def hit(identifier: str = "h1", party: str = "user", score: str = "0.91") -> Hit:
    return Hit(identifier, party, "eu-fsf:1", "Ministry of Interior of XA", "eu-fsf", Decimal(score))
