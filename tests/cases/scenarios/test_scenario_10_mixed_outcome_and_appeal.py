"""Scenario 10: three lines, three outcomes, and an appeal."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from enduse.cases.bodies import Appealed, Decided, LineOutcome, Reasoned
from enduse.cases.case import Case
from enduse.cases.context import Actor
from enduse.cases.licence_bodies import MeasureApproved, MeasureProposed
from enduse.cases.refusals import Code
from licensing_world import (
    DECIDER,
    EXPORTER,
    FIRST,
    LICENCE_AUTHORITY,
    NO_REEXPORT,
    PANEL,
    World,
    actor,
    application,
    granted,
    item,
    refused,
)

LINES = (LineOutcome(1, "nlr", "not listed"), granted(2, NO_REEXPORT), refused(3, "UK-2b"))
APPEAL = Appealed((3,), "the report is about another ministry")


def decided() -> tuple[World, Case]:
    world = World().at(3, 2)
    items = (item(1, "UNLISTED", capabilities=()), item(2), item(3))
    form = application("uk", "siel", items=items)
    case = world.to_consolidation(form, reference="SIEL-2026-1")
    case = world.countersigned(case, *LINES)
    world.at(4, 20)
    return world, world.do(case, "decide", Decided(LINES), DECIDER)


def on_appeal(world: World, case: Case, *lines: LineOutcome, who: Actor = PANEL) -> Case:
    return world.do(case, "decide_appeal", Decided(lines), who)


def test_each_line_has_its_outcome_and_the_licence_holds_the_granted_one_alone() -> None:
    _, case = decided()
    assert case.decision is not None
    assert [one.outcome for one in case.decision.lines] == ["nlr", "grant_with_conditions", "refuse"]
    assert case.licence is not None
    assert [one.line for one in case.licence.content.lines] == [2]
    assert [one.id for one in case.licence.content.conditions] == ["no-reexport"]


def test_the_exporter_may_appeal_until_18_may() -> None:
    world, case = decided()
    world.at(5, 18)
    assert world.do(case, "appeal", APPEAL, EXPORTER).status == "under_appeal"


def test_on_19_may_it_needs_a_recorded_late_acceptance() -> None:
    world, case = decided()
    world.at(5, 19)
    refusal = world.refused(case, "appeal", APPEAL, EXPORTER)
    assert "due by 2026-05-18" in str(refusal)
    assert refusal.missing[0].citation is not None

    first = actor(DECIDER.id, "appeal_panel")
    assert world.refused(case, "accept_late_appeal", Reasoned("ill"), first).code is Code.SEPARATION
    case = world.do(case, "accept_late_appeal", Reasoned("the notice went astray"), PANEL)
    assert world.do(case, "appeal", APPEAL, EXPORTER).status == "under_appeal"


def test_the_first_decider_and_the_countersigner_cannot_decide_the_appeal() -> None:
    world, case = decided()
    case = world.do(case, "appeal", APPEAL, EXPORTER)
    for identifier in (DECIDER.id, "counter-1", "officer-1", "adviser-foreign"):
        refusal = world.refused(
            case, "decide_appeal", Decided((granted(3, NO_REEXPORT),)), actor(identifier, "appeal_panel")
        )
        assert refusal.rules == ("appeal-apart",)


def test_success_is_recorded_as_issued_on_appeal_and_the_other_lines_stay() -> None:
    world, case = decided()
    case = world.do(case, "appeal", APPEAL, EXPORTER)
    world.at(6, 1)
    case = on_appeal(world, case, granted(3, NO_REEXPORT))
    assert case.status == "decided"
    assert case.decision is not None
    assert case.decision.on_appeal
    assert [one.outcome for one in case.decision.lines] == ["nlr", "grant_with_conditions", "grant_with_conditions"]
    assert case.licence is not None
    assert (case.licence.content.on_appeal, case.licence.content.licence) == (True, "SIEL-2026-1-L2")
    revision, facts = case.facts[-1]
    assert (revision, [one.line for one in facts if one.on_appeal]) == (2, [3])
    assert case.decisions[0].lines[2].outcome == "refuse"


def test_a_refusal_upheld_on_appeal_cannot_be_appealed_again() -> None:
    world, case = decided()
    case = world.do(case, "appeal", APPEAL, EXPORTER)
    case = on_appeal(world, case, refused(3, "UK-2b"))
    assert "was decided" in str(world.refused(case, "appeal", APPEAL, EXPORTER))


def test_only_refused_lines_are_appealed_and_only_appealed_ones_decided() -> None:
    world, case = decided()
    assert "line 2 was not refused" in str(world.refused(case, "appeal", replace(APPEAL, lines=(2,)), EXPORTER))
    case = world.do(case, "appeal", APPEAL, EXPORTER)
    refusal = world.refused(case, "decide_appeal", Decided((granted(2),)), PANEL)
    assert "only_appealed_lines" in refusal.rules


def test_the_case_cannot_be_closed_while_the_exporter_may_appeal() -> None:
    world, case = decided()
    officer = actor("officer-1", "case_officer")
    assert "may appeal until 2026-05-18" in str(world.refused(case, "close", Reasoned("done"), officer))
    world.at(5, 19)
    assert world.do(case, "close", Reasoned("done"), officer).status == "closed"


def test_the_decision_tells_the_exporter_every_line_and_its_day() -> None:
    world, _ = decided()
    (told,) = [one for one in world.log.messages if one.type == "decision"]
    assert told.content["date"] == dt.date(2026, 4, 20).isoformat()
    assert [line["outcome"] for line in told.content["lines"]] == ["nlr", "grant_with_conditions", "refuse"]


def test_a_closed_case_is_reopened_by_a_decision_of_its_own_and_a_late_appeal_can_follow() -> None:
    world, case = decided()
    world.at(5, 19)
    case = world.do(case, "close", Reasoned("done"), actor("officer-1", "case_officer"))
    case = world.do(case, "reopen", Reasoned("the notice went astray"), PANEL)
    case = world.do(case, "accept_late_appeal", Reasoned("the notice went astray"), PANEL)
    assert world.do(case, "appeal", APPEAL, EXPORTER).status == "under_appeal"


def test_a_suspended_licence_is_settled_before_an_appeal_grants_more_and_a_revoked_line_stays_revoked() -> None:
    world, case = decided()
    case = world.do(case, "appeal", APPEAL, EXPORTER)
    case = world.do(case, "propose_measure", MeasureProposed("m1", "suspend", "a hit"), LICENCE_AUTHORITY)
    waiting = world.refused(case, "decide_appeal", Decided((granted(3),)), PANEL)
    assert waiting.rules == ("licence_settled",)
    case = world.do(case, "approve_measure", MeasureApproved("m1", "agreed"), FIRST)
    assert "is suspended" in str(world.refused(case, "decide_appeal", Decided((granted(3),)), PANEL))
    case = world.do(case, "propose_measure", MeasureProposed("m2", "revoke", "diverted"), LICENCE_AUTHORITY)
    case = world.do(case, "approve_measure", MeasureApproved("m2", "agreed"), FIRST)
    case = on_appeal(world, case, granted(3))
    assert case.licence is not None
    assert [one.line for one in case.licence.content.lines] == [3]
    assert [one.content.id for one in case.licence.measures] == ["m1", "m2"]
