"""Scenario 5: the agencies of the United States differ."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from enduse.cases.bodies import (
    Decided,
    Escalated,
    Reasoned,
    Recommended,
    RungDecided,
    Vote,
)
from enduse.cases.case import Case
from enduse.cases.clocks import Deadline
from licensing_world import DECIDER, OFFICER, World, adviser, application, granted


def clock(world: World, case: Case, rule: str, key: str = "") -> Deadline:
    return next(
        one for one in world.licensing.deadlines(case.id) if one.rule.id == rule and (not key or one.key == key)
    )


def referred() -> tuple[World, Case]:
    world = World().at(2, 2, hour=15)
    case = world.registered(application("us", "licence"), reference="Z100001")
    assert clock(world, case, "us/initial").due == dt.date(2026, 2, 11)
    assert clock(world, case, "us/resolved").due == dt.date(2026, 5, 3)
    world.at(2, 10, hour=15)
    return world, world.circulated(case)


def advise(world: World, case: Case, agency: str, position: str) -> Case:
    body = Recommended(agency, 1, "user", position, "15 CFR 742.7(b)", "reasons")
    return world.do(case, "recommend", body, adviser(agency))


def differing() -> tuple[World, Case]:
    world, case = referred()
    world.at(3, 2, hour=15)
    case = advise(world, case, "commerce", "approve")
    case = advise(world, case, "defense", "approve")
    return world, advise(world, case, "state", "refuse")


def test_each_agency_has_thirty_days_from_its_referral() -> None:
    world, case = referred()
    for agency in ("commerce", "state", "defense"):
        assert clock(world, case, "us/positions", agency).due == dt.date(2026, 3, 12)


def test_the_rungs_of_the_ladder_are_due_to_the_day() -> None:
    world, case = differing()
    assert clock(world, case, "us/oc").due == dt.date(2026, 3, 26)
    assert clock(world, case, "us/oc-appeal").due == dt.date(2026, 3, 31)
    assert clock(world, case, "us/acep").due == dt.date(2026, 4, 11)


def test_silence_past_the_deadline_is_no_objection_from_the_day_after_it_whenever_it_is_noted() -> None:
    world, case = referred()
    case = advise(world, case, "commerce", "approve")
    case = advise(world, case, "defense", "approve")
    world.at(3, 12, hour=15)
    assert world.licensing.tick(case.id).deemed == ()
    world.at(4, 20, hour=15)
    case = world.licensing.tick(case.id)
    (event,) = [one for one in world.licensing.history(case.id) if one.kind == "position_deemed"]
    assert (event.body.agency, event.body.effective) == ("state", dt.date(2026, 3, 13))
    assert "750.4" in event.body.citation.text
    assert case.status == "hr_review"


def test_a_difference_must_be_settled_on_the_ladder_before_a_decision() -> None:
    world, case = differing()
    case = world.countersigned(world.assessed(case))
    refusal = world.refused(case, "decide", Decided((granted(),)), DECIDER)
    assert "ladder_settled" in refusal.rules


def test_a_dissenting_agency_goes_up_in_its_days_and_not_after_them() -> None:
    world, case = differing()
    case = world.do(case, "escalate", Escalated("state", "oc", "we dissent"), adviser("state"))
    case = world.do(case, "decide_rung", RungDecided("oc", "approve", (), "the chair decides"), DECIDER)
    assert clock(world, case, "us/oc-appeal").due == dt.date(2026, 3, 7)

    world.at(3, 8, hour=15)
    late = world.refused(case, "escalate", Escalated("state", "acep", "we dissent"), adviser("state"))
    assert late.rules == ("us/oc-appeal",)

    world.at(3, 7, hour=15)
    case = world.do(case, "escalate", Escalated("state", "acep", "we dissent"), adviser("state"))
    votes = (Vote("state", "refuse"), Vote("defense", "refuse"), Vote("commerce", "approve"))
    minority = world.refused(case, "decide_rung", RungDecided("acep", "approve", votes, "outvoted"), DECIDER)
    assert minority.rules == ("votes_counted",)
    case = world.do(case, "decide_rung", RungDecided("acep", "refuse", votes, "the majority"), DECIDER)

    case = world.countersigned(world.assessed(case))
    refusal = world.refused(case, "decide", Decided((granted(),)), DECIDER)
    assert "acep refused; line 1 is granted" in str(refusal)


def test_no_rung_is_skipped_and_nobody_escalates_for_another_agency() -> None:
    world, case = differing()
    assert "has not decided" in str(
        world.refused(case, "escalate", Escalated("state", "acep", "at once"), adviser("state"))
    )
    assert world.refused(case, "escalate", Escalated("state", "oc", "x"), adviser("defense")).rules == ("own_agency",)


def test_a_refusal_follows_an_intent_to_deny_and_its_twenty_days() -> None:
    world, case = referred()
    case = world.assessed(world.advised(case, "refuse"))
    line = replace(granted(), outcome="refuse", criteria=("US-HR-all",))
    case = world.countersigned(case, line)
    assert world.refused(case, "decide", Decided((line,)), DECIDER).rules == ("us/reply-to-intent",)
    world.at(3, 2, hour=15)
    case = world.do(case, "notify_intent", Reasoned("risk of abuse"), OFFICER)
    refusal = world.refused(case, "decide", Decided((line,)), DECIDER)
    assert "may reply until 2026-03-22" in str(refusal)
    world.at(3, 23, hour=15)
    assert world.do(case, "decide", Decided((line,)), DECIDER).status == "decided"
