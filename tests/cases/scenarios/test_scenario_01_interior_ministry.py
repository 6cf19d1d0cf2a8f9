"""Scenario 1: an interior ministry, all advice "approve", and no human-rights assessment."""

from __future__ import annotations

from enduse.cases.bodies import Consolidated, Countersigned, Decided, Finding, HumanRightsReviewed, Reasoned
from enduse.cases.refusals import Code
from licensing_world import (
    DECIDER,
    FIRST,
    HR_ASSESSOR,
    HR_REVIEWER,
    NO_REEXPORT,
    OFFICER,
    SECOND,
    World,
    granted,
    refused,
)


def test_the_decision_is_blocked_and_names_what_it_lacks() -> None:
    world = World().at(3, 2)
    case = world.advised(world.circulated(world.registered()))

    refusal = world.refused(case, "decide", Decided((granted(),)), DECIDER)

    assert case.status == "hr_review"
    assert {"EU-DU-15", "EU-CP-2", "ECHRI"} <= set(refusal.rules)
    assert "Common Position 2008/944/CFSP" in str(refusal)
    assert any("XA is elevated" in one.what for one in refusal.missing)


def test_after_a_clear_risk_nobody_can_propose_or_agree_to_a_grant() -> None:
    world = World().at(3, 2)
    case = world.assessed(world.advised(world.circulated(world.registered())), Finding.CLEAR_RISK)

    for outcome in (granted(), granted(1, NO_REEXPORT)):
        refusal = world.refused(case, "consolidate", Consolidated((outcome,), "all approve"), OFFICER)
        assert (refusal.code, refusal.rules) == (Code.GUARD, ("EU-CP-2",))


def test_a_refusal_for_the_clear_risk_is_possible_and_must_name_it() -> None:
    world = World().at(3, 2)
    case = world.assessed(world.advised(world.circulated(world.registered())), Finding.CLEAR_RISK)

    other = world.refused(case, "consolidate", Consolidated((refused(1, "EU-DU-15"),), "advice"), OFFICER)
    assert "names it: EU-CP-2" in str(other)

    case = world.decided(case, refused(1, "EU-CP-2"))
    assert case.status == "decided"
    assert case.decision is not None
    assert case.decision.lines[0].criteria == ("EU-CP-2",)
    assert case.licence is None


def test_a_clear_risk_found_after_the_countersignature_blocks_the_grant_for_everyone() -> None:
    world = World().at(3, 2)
    case = world.countersigned(world.to_consolidation())
    assert case.status == "decision_pending"

    case = world.do(case, "assess_human_rights", world.answers(case, Finding.CLEAR_RISK), HR_ASSESSOR)
    refusal = world.refused(case, "decide", Decided((granted(),)), DECIDER)

    assert {"EU-CP-2", "hr_reviewed", "consolidation_current"} <= set(refusal.rules)


def test_only_a_new_version_with_new_countersignatures_changes_it() -> None:
    world = World().at(3, 2)
    case = world.assessed(world.advised(world.circulated(world.registered())), Finding.CLEAR_RISK)
    case = world.countersigned(case, refused(1, "EU-CP-2"))
    case = world.assessed(case, Finding.CONCERN_MITIGATED)

    stale = world.refused(case, "decide", Decided((granted(),)), DECIDER)
    assert {"as_countersigned", "consolidation_current"} <= set(stale.rules)

    case = world.do(case, "reconsolidate", Reasoned("a new assessment"), OFFICER)
    case = world.decided(case, granted(1, NO_REEXPORT))
    assert case.licence is not None
    assert [one.content.answers[0].finding for one in case.assessments] == ["clear_risk", "concern_mitigated"]


def test_who_wrote_the_assessment_cannot_review_it() -> None:
    world = World().at(3, 2)
    case = world.advised(world.circulated(world.registered()))
    case = world.do(case, "assess_human_rights", world.answers(case), HR_ASSESSOR)
    both = HR_ASSESSOR.__class__(HR_ASSESSOR.id, HR_ASSESSOR.roles | HR_REVIEWER.roles)

    refusal = world.refused(case, "review_human_rights", HumanRightsReviewed(1, True, "fine"), both)

    assert (refusal.code, refusal.rules) == (Code.SEPARATION, ("reviewer-apart",))


def test_a_risk_takes_two_countersignatures_of_two_people() -> None:
    world = World().at(3, 2)
    case = world.assessed(world.advised(world.circulated(world.registered())), Finding.RISK)
    proposal = Consolidated((granted(1, NO_REEXPORT),), "with a condition")
    case = world.do(case, "consolidate", proposal, OFFICER)
    case = world.do(case, "countersign", Countersigned(True, "agreed"), FIRST)
    assert case.status == "countersign_2"

    again = world.refused(case, "countersign", Countersigned(True, "agreed"), FIRST)
    assert again.rules == ("two-countersigners",)

    assert world.do(case, "countersign", Countersigned(True, "agreed"), SECOND).status == "decision_pending"
