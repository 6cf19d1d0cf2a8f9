"""Random legal and illegal actions by random people: what must never happen does not."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

import licensing_world as w
from enduse.cases.bodies import (
    Appealed,
    Classified,
    Consolidated,
    Countersigned,
    Decided,
    Finding,
    HitDisposed,
    HumanRightsReviewed,
    Reasoned,
    Recommended,
    Registered,
    RfiAnswered,
    RfiOpened,
    Submitted,
)
from enduse.cases.case import Case
from enduse.cases.context import Actor, case_deadlines
from enduse.cases.decide import Command
from enduse.cases.folding import apply, fold
from enduse.cases.licence_bodies import HitFound, MeasureApproved, MeasureProposed, Usage
from enduse.cases.policies import Transition
from enduse.cases.refusals import Refused

ROLES = sorted(w.World().policies.roles)
BARRED = w.World().policies.barred
PEOPLE = (
    *(w.EXPORTER, w.OTHER_EXPORTER, w.INTAKE, w.TECHNICAL, w.SCREENING, w.OFFICER, w.HR_ASSESSOR, w.HR_REVIEWER),
    *(w.FIRST, w.SECOND, w.DECIDER, w.PANEL, w.LICENCE_AUTHORITY, w.adviser("licensing"), w.adviser("foreign")),
    # People of many roles, who are kept apart by what they did alone; the last one acts for the exporter as well.
    Actor("many-1", frozenset(ROLES) - {"system"} - BARRED, "", "licensing"),
    Actor("many-2", frozenset(ROLES) - {"system"} - BARRED, "", "foreign"),
    Actor("many-3", frozenset(ROLES) - {"system"} - BARRED, "delta", "foreign"),
)
OUTCOMES = st.sampled_from([w.granted(), w.granted(1, w.NO_REEXPORT), w.refused(1, "EU-CP-2")])


def plausible(world: w.World, case: Case, name: str, data: st.DataObject) -> Any:
    """A body that the command could take, often a good one."""
    match name:
        case "submit":
            return Submitted(("true_and_complete", "will_report_changes"))
        case "register":
            return Registered("NL-2026-1")
        case "classify":
            return Classified(1, "5A001.j", "2025-11-15", "its data sheet", ("interception",), "basic")
        case "screen":
            return world.run(case, *data.draw(st.sampled_from([(), (), (w.hit(),)])))
        case "recommend":
            agency = data.draw(st.sampled_from(["licensing", "foreign"]))
            position = data.draw(st.sampled_from(["approve", "approve", "refuse"]))
            return Recommended(agency, 1, "user", position, "Art. 15", "reasons")
        case "open_rfi":
            return RfiOpened(data.draw(st.sampled_from(["q1", "q2"])), "Who?", "Art. 15")
        case "answer_rfi":
            return RfiAnswered(data.draw(st.sampled_from(["q1", "q2"])), "We.")
        case "assess_human_rights":
            return world.answers(case, data.draw(st.sampled_from(list(Finding)[:4])))
        case "review_human_rights":
            version = case.assessment.version if case.assessment else 1
            return HumanRightsReviewed(version, data.draw(st.booleans()), "reviewed")
        case "consolidate":
            return Consolidated((data.draw(OUTCOMES),), "over all advice")
        case "countersign":
            return Countersigned(data.draw(st.sampled_from([True, True, False])), "looked at")
        case "decide" | "decide_appeal":
            proposed = case.consolidated.lines if case.consolidated else (w.granted(),)
            return Decided(data.draw(st.sampled_from([proposed, (w.granted(1, w.NO_REEXPORT),)])))
        case "appeal":
            return Appealed((1,), "wrong")
        case "use":
            amount = data.draw(st.sampled_from(["0.5", "1", "1.5", "2"]))
            usage = data.draw(st.sampled_from(["U1", "U2", "U3", "U4"]))
            return Usage(usage, 1, Decimal(amount), "pieces", dt.date(2026, 3, 3))
        case "report_hit":
            return HitFound(w.hit("later"))
        case "propose_measure":
            word = data.draw(st.sampled_from(["suspend", "revoke", "reinstate"]))
            return MeasureProposed(data.draw(st.sampled_from(["m1", "m2", "m3"])), word, "a reason")
        case "confirm_measure" | "approve_measure":
            return MeasureApproved(data.draw(st.sampled_from(["m1", "m2", "m3", "hit-later"])), "agreed")
        case "dispose_hit":
            return HitDisposed("h1", data.draw(st.sampled_from(["different", "same"])), "looked at")
        case "finish_classification" | "circulate":
            return None
        case _:
            return Reasoned("a reason")


COMMANDS = (
    *("submit", "register", "return", "withdraw", "classify", "finish_classification", "screen", "dispose_hit"),
    *("circulate", "recommend", "open_rfi", "answer_rfi", "assess_human_rights", "review_human_rights", "consolidate"),
    *("reconsolidate", "countersign", "decide", "appeal", "accept_late_appeal", "decide_appeal", "close", "use"),
    *("report_hit", "propose_measure", "confirm_measure", "approve_measure", "surrender", "declare_conflict"),
)
NEXT = {
    "draft": ("submit", w.EXPORTER),
    "submitted": ("register", w.INTAKE),
    "hr_review": ("assess_human_rights", w.HR_ASSESSOR),
    "consolidation": ("consolidate", w.OFFICER),
    "countersign_1": ("countersign", w.FIRST),
    "countersign_2": ("countersign", w.SECOND),
    "decision_pending": ("decide", w.DECIDER),
    "under_appeal": ("decide_appeal", w.PANEL),
}


class AnyOrder(RuleBasedStateMachine):
    """One case, many hands."""

    @initialize(stage=st.sampled_from(["draft", "advised", "proposed", "pending", "granted", "refused"]))
    def begin(self, stage: str) -> None:
        """Start somewhere on the way, so that every status is met in a bounded run."""
        world = self.world = w.World().at(3, 3)
        self.refusals = 0
        if stage == "draft":
            world.licensing.open(w.application(), w.EXPORTER, case_id="case-1")
        elif stage == "advised":
            world.advised(world.circulated(world.registered()))
        elif stage == "proposed":
            proposal = Consolidated((w.granted(),), "over all advice")
            world.do(world.to_consolidation(), "consolidate", proposal, w.OFFICER)
        elif stage == "pending":
            world.countersigned(world.to_consolidation())
        elif stage == "granted":
            world.decided(world.to_consolidation())
        else:
            world.decided(world.to_consolidation(), w.refused(1, "EU-CP-2"))
        self.stored = world.licensing.case("case-1")

    def rows(self, name: str) -> tuple[Transition, ...]:
        return self.world.policies.of_command(name)

    def try_to(self, name: str, body: Any, who: Actor) -> None:
        try:
            case = self.world.licensing.act("case-1", Command(name, body), who)
        except Refused:
            self.refusals += 1
            return
        for event in self.world.licensing.history("case-1")[self.stored.seq :]:
            self.stored = apply(self.stored, event)
        assert case.seq == self.stored.seq

    @rule(data=st.data())
    def anybody_does_anything(self, data: st.DataObject) -> None:
        possible = [name for name in COMMANDS if any(self.stored.status in row.source for row in self.rows(name))]
        name = data.draw(
            st.sampled_from(possible) | st.sampled_from(COMMANDS) if possible else st.sampled_from(COMMANDS)
        )
        allowed = [who for who in PEOPLE if any(who.roles & set(row.roles) for row in self.rows(name))]
        who = data.draw(st.sampled_from(allowed or PEOPLE) | st.sampled_from(PEOPLE))
        self.try_to(name, plausible(self.world, self.stored, name, data), who)

    @rule(data=st.data())
    def the_next_step_by_the_book(self, data: st.DataObject) -> None:
        case, status = self.stored, self.stored.status
        if status == "classification":
            self.try_to("classify", plausible(self.world, case, "classify", data), w.TECHNICAL)
            self.try_to("finish_classification", None, w.TECHNICAL)
        elif status == "screening":
            self.try_to("screen", self.world.run(case), w.SCREENING)
            self.try_to("circulate", None, w.SCREENING)
        elif status == "circulated":
            for agency in ("licensing", "foreign"):
                body = Recommended(agency, 1, "user", "approve", "Art. 15", "reasons")
                self.try_to("recommend", body, w.adviser(agency))
        elif status == "decided" and case.licence:
            self.try_to("use", plausible(self.world, case, "use", data), w.EXPORTER)
        elif status in NEXT:
            name, who = NEXT[status]
            self.try_to(name, plausible(self.world, case, name, data), who)
            if status == "hr_review":
                self.try_to(
                    "review_human_rights",
                    plausible(self.world, self.stored, "review_human_rights", data),
                    w.HR_REVIEWER,
                )

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.world.now += dt.timedelta(days=days)
        self.world.licensing.tick("case-1")
        for event in self.world.licensing.history("case-1")[self.stored.seq :]:
            self.stored = apply(self.stored, event)

    @invariant()
    def what_is_stored_is_the_fold_of_the_events(self) -> None:
        if hasattr(self, "world"):
            assert fold("case-1", self.world.licensing.history("case-1")) == self.stored

    @invariant()
    def every_change_of_status_is_a_row_of_the_table(self) -> None:
        if not hasattr(self, "world"):
            return
        status = ""
        for event in self.world.licensing.history("case-1"):
            if event.kind == "drafted":
                status = status or "draft"
            if event.kind == "moved":
                rows = self.world.policies.of_command(event.body.by)
                assert (
                    any(status in row.source and event.body.to in row.targets for row in rows)
                    or event.body.to == "draft"
                )
                assert any(event.role in row.roles for row in rows)
                status = event.body.to

    @invariant()
    def every_event_and_every_refusal_has_its_audit_entry(self) -> None:
        if hasattr(self, "world"):
            events = self.world.licensing.history("case-1")
            assert len(self.world.log.audit) == len(events) + self.refusals
            assert [event.seq for event in events] == list(range(1, len(events) + 1))

    @invariant()
    def four_eyes(self) -> None:
        if not hasattr(self, "world"):
            return
        did: dict[str, set[str]] = {}
        countersigners: set[str] = set()
        proposer = ""
        for event in self.world.licensing.history("case-1"):
            who, before = event.actor, did
            advised = before.get("recommended", set()) | before.get("consolidated", set())
            if event.kind == "consolidated":
                countersigners = set()
            if event.kind == "countersigned":
                assert who not in advised | before.get("classified", set()) | before.get("hr_assessed", set())
                assert who not in countersigners
                countersigners.add(who)
            if event.kind == "decided":
                assert who not in advised | before.get("countersigned", set())
                assert countersigners
                if event.body.on_appeal:
                    assert who not in before["decided"]
            if event.kind == "hr_reviewed":
                assert who not in before["hr_assessed"]
            if event.kind == "measure_proposed":
                proposer = who
            if event.kind == "measure_confirmed":
                proposer = who
            if event.kind == "measure_approved":
                assert who != proposer
                assert proposer != "system"
            did.setdefault(event.kind, set()).add(who)

    @invariant()
    def nobody_acts_for_both_sides(self) -> None:
        if hasattr(self, "world"):
            sides: dict[str, set[str]] = {}
            for event in self.world.licensing.history("case-1"):
                sides.setdefault(event.actor, set()).add(self.world.policies.side(event.role))
            assert all(len(found) == 1 for found in sides.values())

    @invariant()
    def no_grant_without_a_reviewed_assessment_or_against_a_clear_risk(self) -> None:
        if not hasattr(self, "world"):
            return
        found: list[Finding] = []
        reviewed = False
        for event in self.world.licensing.history("case-1"):
            if event.kind == "hr_assessed":
                found, reviewed = [one.worst for one in event.body.answers], False
            if event.kind == "hr_reviewed":
                reviewed = event.body.agrees
            if event.kind == "licence_issued":
                assert reviewed
                assert Finding.CLEAR_RISK not in found

    @invariant()
    def the_ledger_is_never_below_nothing(self) -> None:
        if hasattr(self, "world") and self.stored.licence:
            assert self.stored.licence.balance(1) >= 0
            ids = [one.usage for one in self.stored.licence.usages]
            assert len(ids) == len(set(ids))

    @invariant()
    def clocks_recomputed_are_the_clocks_stored(self) -> None:
        if hasattr(self, "world"):
            day = self.world.now.date()
            again = fold("case-1", self.world.licensing.history("case-1"))
            policies = self.world.policies
            assert case_deadlines(again, policies, day) == case_deadlines(self.stored, policies, day)


AnyOrder.TestCase.settings = settings(
    max_examples=20, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestAnyOrder = AnyOrder.TestCase
