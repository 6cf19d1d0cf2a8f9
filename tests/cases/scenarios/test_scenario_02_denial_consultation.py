"""Scenario 2: Germany denied the same item and end user; the Netherlands ask whether the transactions are identical."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

from enduse.cases.bodies import (
    Consolidated,
    ConsultationAnswered,
    ConsultationExtended,
    ConsultationOpened,
    LineOutcome,
)
from enduse.cases.case import Case
from enduse.cases.clocks import ClockState, Deadline
from enduse.cases.context import BY_ITSELF
from enduse.cases.decide import Command
from enduse.cases.denial_bodies import Denial, DenialReviewed
from enduse.model.truth import Truth
from licensing_world import (
    CONSULTING,
    EXPORTER,
    NO_REEXPORT,
    OFFICER,
    World,
    granted,
    refused,
)

DENIAL = Denial(
    id="DE-2024-77",
    authority="DE",
    denied_on=dt.date(2024, 6, 10),
    code="5A001.j",
    description="IP network surveillance system",
    destination="XA",
    end_user="Ministry of the Interior of XA",
    end_use="lawful interception",
    parameters=("100 Gbit/s",),
    reason="repression",
)


def ask(kind: str = "identity") -> ConsultationOpened:
    return ConsultationOpened("c1", kind, "DE", 1, "Is it essentially identical with what you denied?", DENIAL.id)


def with_denial(**changes: Any) -> tuple[World, Case]:
    world = World().at(3, 2)
    world.licensing.record_denial(DENIAL, CONSULTING)
    world.ground = replace(world.ground, denials=world.licensing.denials())
    case = world.advised(world.circulated(world.registered(), **changes))
    return world, case


def identity_clock(world: World, case: Case) -> Deadline:
    return next(one for one in world.licensing.deadlines(case.id) if one.rule.id == "eu/identity")


def test_the_denial_is_found_with_a_score_and_reasons_and_what_is_missing() -> None:
    world, case = with_denial()
    (match,) = world.licensing.matches(case.id, OFFICER)
    assert match.score > 0.8
    assert match.identical is Truth.UNKNOWN
    assert "technical parameters" in match.missing[0]
    assert any("Ministry of the Interior of XA" in reason for reason in match.reasons)


def test_with_the_same_parameters_it_is_identical_and_with_another_item_it_is_not() -> None:
    world, case = with_denial(parameters=("100 Gbit/s",))
    assert world.licensing.matches(case.id, OFFICER)[0].identical is Truth.TRUE
    world, case = with_denial(code="5A002.a")
    assert all(one.identical is Truth.FALSE for one in world.licensing.matches(case.id, OFFICER))


def test_a_grant_is_closed_until_the_denying_state_was_asked_a_refusal_is_not() -> None:
    world, case = with_denial()
    case = world.assessed(case)
    refusal = world.refused(case, "consolidate", Consolidated((granted(),), "all advice"), OFFICER)
    assert refusal.rules == ("denials_consulted",)
    assert "DE-2024-77" in str(refusal)
    assert world.licensing.preview(case.id, _proposal(refused(1, "EU-CP-2")), OFFICER) is None


def test_the_reply_is_due_on_30_march_and_after_an_agreed_extension_on_29_april() -> None:
    world, case = with_denial()
    world.at(3, 16)
    case = world.do(case, "open_consultation", ask(), CONSULTING)
    assert identity_clock(world, case).due == dt.date(2026, 3, 30)
    world.at(3, 27)
    case = world.do(case, "extend_consultation", ConsultationExtended("c1", "holidays"), CONSULTING)
    assert identity_clock(world, case).due == dt.date(2026, 4, 29)


def test_silence_is_logged_as_deemed_and_a_grant_owes_an_explanation() -> None:
    world, case = with_denial()
    world.at(3, 16)
    case = world.do(case, "open_consultation", ask(), CONSULTING)
    world.at(3, 27)
    case = world.do(case, "extend_consultation", ConsultationExtended("c1", "holidays"), CONSULTING)
    case = world.assessed(case)
    world.at(4, 29)
    assert world.licensing.tick(case.id).status == "consultation"
    world.at(5, 20)  # the job was out of order for weeks
    case = world.licensing.tick(case.id)

    assert case.consultations[0].outcome == "deemed_no"
    lapse = next(event for event in world.licensing.history(case.id) if event.kind == "consultation_lapsed")
    assert (lapse.actor, lapse.body.effective) == (BY_ITSELF.id, dt.date(2026, 4, 30))
    assert "not regarded as essentially identical" in lapse.body.meaning

    case = world.decided(case, granted(1, NO_REEXPORT))
    (explanation,) = [one for one in world.log.messages if one.type == "grant_despite_denial"]
    assert (explanation.to, explanation.content["denial"]) == ("DE", "DE-2024-77")
    assert explanation.content["consultation_outcome"] == "deemed_no"


def test_an_answer_in_time_stops_the_clock_and_the_officer_sees_it() -> None:
    world, case = with_denial()
    world.at(3, 16)
    case = world.do(case, "open_consultation", ask(), CONSULTING)
    world.at(3, 20)
    case = world.do(case, "answer_consultation", ConsultationAnswered("c1", "yes", "the same system"), CONSULTING)
    assert identity_clock(world, case).state is ClockState.MET
    assert case.consultations[0].outcome == "yes"


def test_an_objection_of_another_state_blocks_the_grant() -> None:
    world, case = with_denial()
    case = world.do(case, "open_consultation", replace(ask("objection"), denial=""), CONSULTING)
    case = world.do(case, "answer_consultation", ConsultationAnswered("c1", "yes", "we object"), CONSULTING)
    case = world.assessed(case)
    refusal = world.refused(case, "consolidate", Consolidated((granted(),), "all advice"), OFFICER)
    assert "DE objects to line 1" in str(refusal)


def test_who_may_not_see_partner_denials_gets_none_not_even_a_count() -> None:
    world, case = with_denial()
    world.ground = replace(world.ground, denials=())
    assert world.licensing.matches(case.id, EXPORTER) == ()
    assert not any("denial" in one.subject for one in world.licensing.prefill(case.id, EXPORTER))


def test_no_message_to_the_exporter_holds_a_trace_of_the_partner_s_denial() -> None:
    world, case = with_denial()
    world.at(3, 16)
    case = world.do(case, "open_consultation", ask(), CONSULTING)
    case = world.do(case, "answer_consultation", ConsultationAnswered("c1", "no", "another system"), CONSULTING)
    case = world.assessed(case)
    world.decided(case, granted(1, NO_REEXPORT))
    told = [one for one in world.log.messages if one.to == "exporter"]
    assert told
    for message in told:
        assert DENIAL.id not in repr(message.content)
        assert "DE" not in repr(message.content)


def test_a_revoked_denial_no_longer_counts_and_one_that_nobody_reviewed_still_does() -> None:
    world, case = with_denial()
    world.at(7, 1, 2030)
    assert world.licensing.denials()[0].status == "in_force"
    world.licensing.review_denial(DenialReviewed(DENIAL.id, "revoke", "changed", dt.date(2030, 7, 1)), CONSULTING)
    world.ground = replace(world.ground, denials=world.licensing.denials())
    assert world.licensing.matches(case.id, OFFICER) == ()


def test_only_the_consultation_officer_asks_a_partner() -> None:
    world, case = with_denial()
    assert "consultation_officer" in str(world.refused(case, "open_consultation", ask(), OFFICER))


def _proposal(*lines: LineOutcome) -> Command:
    return Command("consolidate", Consolidated(lines, "all advice"))
