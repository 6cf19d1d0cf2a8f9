"""Scenario 6: an officer countersigns their own recommendation in somebody else's name."""

from __future__ import annotations

import pytest

from enduse.cases.bodies import Consolidated, Countersigned, Decided, Reasoned, Recommended
from enduse.cases.case import Case
from enduse.cases.context import Actor
from enduse.cases.decide import Command
from enduse.cases.refusals import Code, Conflict, Refused
from licensing_world import EXPORTER, FIRST, OFFICER, SECOND, World, actor, adviser, granted

BOTH = actor("adviser-licensing", "agency_adviser", "countersigner_1", agency="licensing")
"""Officer A: adviser, and a countersigner in other cases."""


def proposed() -> tuple[World, Case]:
    world = World().at(3, 2)
    case = world.to_consolidation()
    return world, world.do(case, "consolidate", Consolidated((granted(),), "all advice"), OFFICER)


def test_naming_b_in_the_request_is_refused_stores_nothing_and_is_audited() -> None:
    world, case = proposed()
    before = world.licensing.history(case.id)

    with pytest.raises(Refused) as caught:
        sent = {"agrees": True, "reason": "agreed", "countersigner": SECOND.id}
        world.licensing.post(case.id, "countersign", sent, BOTH)

    assert caught.value.refusal.code is Code.IDENTITY
    assert caught.value.refusal.code.forbidden
    assert world.licensing.history(case.id) == before
    ((_, attempt),) = world.log.attempts
    assert (attempt.actor, attempt.named) == (BOTH.id, ("countersigner=counter-2",))


def test_without_the_name_it_is_refused_because_a_wrote_the_recommendation() -> None:
    world, case = proposed()
    with pytest.raises(Refused) as caught:
        world.licensing.post(case.id, "countersign", {"agrees": True, "reason": "agreed"}, BOTH)
    assert (caught.value.refusal.code, caught.value.refusal.rules) == (Code.SEPARATION, ("countersigner-apart",))
    assert world.log.attempts[-1][1].actor == BOTH.id


@pytest.mark.parametrize(
    "who",
    [
        actor(OFFICER.id, "case_officer", "countersigner_1"),
        actor("technical-1", "technical_assessor", "countersigner_1"),
        actor("rights-1", "hr_assessor", "countersigner_1"),
    ],
    ids=["case officer", "technical assessor", "human-rights assessor"],
)
def test_neither_case_officer_nor_assessor_countersigns(who: Actor) -> None:
    world, case = proposed()
    assert world.refused(case, "countersign", Countersigned(True, "agreed"), who).code is Code.SEPARATION


@pytest.mark.parametrize("earlier", [BOTH.id, OFFICER.id, FIRST.id])
def test_adviser_case_officer_and_countersigner_cannot_decide(earlier: str) -> None:
    world, case = proposed()
    case = world.do(case, "countersign", Countersigned(True, "agreed"), FIRST)
    refusal = world.refused(case, "decide", Decided((granted(),)), actor(earlier, "decision_authority"))
    assert refusal.rules == ("decider-apart",)


def test_an_exporter_cannot_countersign_and_learns_nothing_of_the_case() -> None:
    world, case = proposed()
    refusal = world.refused(case, "countersign", Countersigned(True, "agreed"), EXPORTER)
    assert refusal.code is Code.ROLE
    assert case.status not in str(refusal)


def test_of_two_who_act_on_what_they_saw_one_wins_and_the_other_is_told() -> None:
    world, case = proposed()
    command = Command("countersign", Countersigned(True, "agreed"))
    world.licensing.act(case.id, command, FIRST, expected=case.seq)
    with pytest.raises(Conflict) as caught:
        world.licensing.act(case.id, command, SECOND, expected=case.seq)
    assert caught.value.expected == case.seq


def test_a_declared_conflict_of_interest_keeps_its_owner_out() -> None:
    world, case = proposed()
    case = world.do(case, "declare_conflict", Reasoned("a former employer"), FIRST)
    refusal = world.refused(case, "countersign", Countersigned(True, "agreed"), FIRST)
    assert refusal.code is Code.CONFLICT_OF_INTEREST


def test_an_adviser_advises_for_the_agency_of_their_session_only() -> None:
    world = World().at(3, 2)
    case = world.circulated(world.registered())
    body = Recommended("foreign", 1, "user", "approve", "Art. 15", "fine")
    assert world.refused(case, "recommend", body, adviser("licensing")).rules == ("own_agency",)


@pytest.mark.parametrize("role", ["sysadmin", "auditor", "statistician"])
def test_an_administrator_or_auditor_does_nothing_in_a_case_whatever_other_roles_they_hold(role: str) -> None:
    world, case = proposed()
    refusal = world.refused(case, "countersign", Countersigned(True, "x"), actor("x-1", "countersigner_1", role))
    assert (refusal.code, refusal.rules) == (Code.ROLE, ("barred",))


def test_who_countersigned_does_not_advise_afterwards() -> None:
    world, case = proposed()
    case = world.do(case, "countersign", Countersigned(True, "agreed"), FIRST)
    late = actor(FIRST.id, "agency_adviser", agency="licensing")
    body = Recommended("licensing", 1, "user", "refuse", "Art. 15", "new facts")
    assert world.refused(case, "recommend", body, late).rules == ("adviser-apart",)


def test_nobody_acts_for_the_exporter_and_for_the_authority_in_one_case() -> None:
    world, case = proposed()
    insider = actor("delta-9", "countersigner_1", organisation="delta")
    body = Countersigned(True, "x")
    assert world.refused(case, "countersign", body, insider).code is Code.CONFLICT_OF_INTEREST
    moved = actor(EXPORTER.id, "countersigner_1")
    assert world.refused(case, "countersign", body, moved).rules == ("sides-apart",)
    officer = actor(OFFICER.id, "exporter_admin", organisation="delta")
    assert world.refused(case, "withdraw", Reasoned("x"), officer).rules == ("sides-apart",)
