"""Scenario 7: social-media analytics software, in no entry of Annex I, and the exporter is aware."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from enduse.cases.application import Answer, Application
from enduse.cases.bodies import Consolidated, Decided, LineOutcome, Submitted
from enduse.cases.case import Case
from enduse.cases.decide import Command
from licensing_world import (
    DECIDER,
    EXPORTER,
    NO_REEXPORT,
    OFFICER,
    World,
    application,
    determined,
    granted,
    item,
)


def form(said: str = "aware") -> Application:
    answers = tuple(Answer("art5", said) if one.question == "art5" else one for one in application().answers)
    software = item(1, "UNLISTED", description="social-media analytics", capabilities=("social_media_analytics",))
    return application(items=(replace(software, value=Decimal("90000.00")),), answers=answers)


def uncontrolled() -> LineOutcome:
    return LineOutcome(1, "nlr", "not listed")


def opened(said: str = "aware") -> tuple[World, Case]:
    world = World().at(3, 2)
    return world, world.registered(form(said))


@pytest.mark.parametrize("said", ["informed", "aware", "suspects"])
def test_a_notification_under_article_5_opens_with_its_reasons(said: str) -> None:
    world, case = opened(said)
    assert case.applied.type == "art5_notification"
    (retyped,) = [one.body for one in world.licensing.history(case.id) if one.kind == "retyped"]
    assert "Art. 5" in retyped.citation.text
    assert any(f"art5={said}" in word for word in retyped.because)


def test_an_exporter_who_says_none_stays_with_the_type_applied_for_and_is_reviewed_all_the_same() -> None:
    world, case = opened("none")
    assert case.applied.type == "individual"
    case = world.advised(world.circulated(case))
    assert case.status == "hr_review"
    assert "EU-DU-5" in world.refused(case, "consolidate", Consolidated((uncontrolled(),), "x"), OFFICER).rules


def test_it_is_never_closed_on_its_own_as_uncontrolled() -> None:
    world, case = opened()
    case = world.assessed(world.advised(world.circulated(case)))
    refusal = world.refused(case, "consolidate", Consolidated((uncontrolled(),), "not listed"), OFFICER)
    assert refusal.rules == ("determined",)
    for year in (2027, 2030, 2036):
        case = world.at(3, 2, year).licensing.tick(case.id)
    assert case.status == "consolidation"
    assert case.decision is None


def test_where_an_authorisation_is_required_the_notices_are_queued_and_nlr_is_closed() -> None:
    world, case = opened()
    case = world.assessed(world.advised(world.circulated(case)))
    case = world.do(case, "determine", determined(True), DECIDER)
    notices = [one for one in world.log.messages if one.type == "cyber_surveillance_notice"]
    assert {one.to for one in notices} == {"customs", "member_states"}
    assert any("Art. 5(4)" in one.citation.text for one in notices)

    refusal = world.refused(case, "consolidate", Consolidated((uncontrolled(),), "not listed"), OFFICER)
    assert "an authorisation is required, the outcome cannot be nlr" in str(refusal)
    decider = replace(DECIDER, id="decider-2")
    case = world.countersigned(case, granted(1, NO_REEXPORT))
    assert world.licensing.preview(case.id, _decide(granted(1, NO_REEXPORT)), decider) is None


def test_where_none_is_required_no_notice_leaves_and_the_outcome_is_nlr_by_a_person_s_decision() -> None:
    world, case = opened()
    case = world.assessed(world.advised(world.circulated(case)))
    case = world.do(case, "determine", determined(False), DECIDER)
    assert not [one for one in world.log.messages if one.type == "cyber_surveillance_notice"]
    case = world.decided(case, uncontrolled())
    assert case.decision is not None
    assert [one.outcome for one in case.decision.lines] == ["nlr"]


def test_the_question_on_cyber_surveillance_cannot_be_left_out() -> None:
    world = World().at(3, 2)
    without = replace(form(), answers=tuple(one for one in form().answers if one.question != "art5"))
    case = world.licensing.open(without, EXPORTER, case_id="case-1")
    declared = Submitted(("true_and_complete", "will_report_changes"))
    assert world.refused(case, "submit", declared, EXPORTER).rules == ("art5",)


def test_what_an_item_can_do_must_be_said_or_denied() -> None:
    world = World().at(3, 2)
    silent = replace(form(), items=(replace(form().items[0], capabilities=None),))
    case = world.licensing.open(silent, EXPORTER, case_id="case-1")
    declared = Submitted(("true_and_complete", "will_report_changes"))
    refusal = world.refused(case, "submit", declared, EXPORTER)
    assert "must say what it can do" in str(refusal)


def _decide(*lines: LineOutcome) -> Command:
    return Command("decide", Decided(lines))
