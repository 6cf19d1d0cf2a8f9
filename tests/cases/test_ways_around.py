"""Ways around what blocks a grant, each tried and closed: amendments, appeals, suspended licences, borrowed answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from enduse.cases.bodies import (
    Appealed,
    Consolidated,
    ConsultationAnswered,
    ConsultationOpened,
    Decided,
    Finding,
    Flagged,
    HitDisposed,
    HumanRightsReviewed,
    LineOutcome,
    Reasoned,
)
from enduse.cases.case import Case
from enduse.cases.denial_bodies import Denial
from enduse.cases.licence_bodies import HitFound, LicenceLine, MeasureApproved, MeasureProposed, Usage
from enduse.cases.refusals import Code, Refused
from licensing_world import (
    CONSULTING,
    EXPORTER,
    FIRST,
    HR_ASSESSOR,
    HR_REVIEWER,
    INSPECTOR,
    JOB,
    LICENCE_AUTHORITY,
    NO_REEXPORT,
    OFFICER,
    PANEL,
    RECORDS,
    REPORT,
    SCREENING,
    TECHNICAL,
    World,
    actor,
    application,
    granted,
    hit,
    item,
    refused,
)

CONDITIONAL = granted(1, REPORT)


def licensed(quantity: str = "100") -> tuple[World, Case]:
    world = World().at(3, 2)
    form = application(items=(item(quantity=Decimal(quantity)),))
    return world, world.decided(world.to_consolidation(form), CONDITIONAL)


def measured(world: World, case: Case, measure: str, name: str) -> Case:
    case = world.do(case, "propose_measure", MeasureProposed(name, measure, "as found"), LICENCE_AUTHORITY)
    return world.do(case, "approve_measure", MeasureApproved(name, "agreed"), FIRST)


def under_appeal() -> tuple[World, Case]:
    """Line 1 was granted, line 2 refused and appealed."""
    world = World().at(3, 2)
    form = application(items=(item(1), item(2)))
    case = world.decided(world.to_consolidation(form), CONDITIONAL, refused(2, "EU-CP-2"))
    return world, world.do(case, "appeal", Appealed((2,), "another body"), EXPORTER)


# --- human rights


def test_a_suspension_is_not_lifted_while_a_clear_risk_stands() -> None:
    world, case = licensed()
    case = measured(world, case, "suspend", "m1")
    case = world.do(case, "assess_human_rights", world.answers(case, Finding.CLEAR_RISK), HR_ASSESSOR)
    again = MeasureProposed("m2", "reinstate", "they promised")
    refusal = world.refused(case, "propose_measure", again, LICENCE_AUTHORITY)
    assert "EU-CP-2" in refusal.rules and "clear_risk" in str(refusal)
    case = world.do(case, "review_human_rights", HumanRightsReviewed(2, True, "agreed"), HR_REVIEWER)
    assert "clear_risk" in str(world.refused(case, "propose_measure", again, LICENCE_AUTHORITY))

    case = world.assessed(case)  # a new version, agreed by a second person
    case = measured(world, case, "reinstate", "m2")
    assert case.licence is not None and case.licence.status == "active"


def test_a_clear_risk_that_comes_between_the_two_people_stops_the_second() -> None:
    world, case = licensed()
    case = measured(world, case, "suspend", "m1")
    case = world.do(case, "propose_measure", MeasureProposed("m2", "reinstate", "cleared up"), LICENCE_AUTHORITY)
    case = world.do(case, "assess_human_rights", world.answers(case, Finding.CLEAR_RISK), HR_ASSESSOR)
    assert "clear_risk" in str(world.refused(case, "approve_measure", MeasureApproved("m2", "agreed"), FIRST))
    case = world.do(case, "reject_measure", Reasoned("a clear risk"), FIRST)
    assert case.licence is not None and case.licence.status == "suspended"
    assert measured(world, case, "revoke", "m3").licence.status == "revoked"  # type: ignore[union-attr]


def test_a_suspension_is_not_lifted_while_a_hit_is_open() -> None:
    world, case = licensed()
    case = world.do(case, "report_hit", HitFound(hit("later")), JOB)
    case = world.do(case, "confirm_measure", MeasureApproved("hit-later", "listed"), LICENCE_AUTHORITY)
    case = world.do(case, "approve_measure", MeasureApproved("hit-later", "agreed"), FIRST)
    back = MeasureProposed("m2", "reinstate", "a name alike")
    assert "hits_disposed" in world.refused(case, "propose_measure", back, LICENCE_AUTHORITY).rules
    case = world.do(case, "dispose_hit", HitDisposed("later", "different", "another company"), SCREENING)
    case = world.do(case, "propose_measure", back, LICENCE_AUTHORITY)
    assert case.licence is not None and case.licence.measures[-1].open


def test_an_amendment_does_not_leave_a_clear_risk_behind() -> None:
    world = World().at(3, 2)
    case = world.advised(world.circulated(world.registered()))
    case = world.assessed(case, Finding.CLEAR_RISK)
    # The same goods, told as harmless as can be: nothing of the new application calls for an assessment by itself.
    harmless = replace(
        application(destination="XB", items=(item(code="UNLISTED", capabilities=()),), amends=case.id),
        parties=tuple(replace(one, country="XB", category="commercial") for one in application().parties),
    )
    new = world.registered(harmless, case_id="case-2", reference="NL-2026-2")
    world.ground = replace(world.ground, amended=(("EU-CP-2", "clear_risk"),))
    new = world.advised(world.circulated(new))
    assert new.status == "hr_review"
    assert any("clear_risk under EU-CP-2" in one.fact for one in world.licensing.prefill(new.id, HR_ASSESSOR))
    refusal = world.refused(new, "consolidate", Consolidated((LineOutcome(1, "nlr", "harmless"),), "x"), OFFICER)
    assert "no human-rights assessment answers" in str(refusal)
    assert world.assessed(new).status == "consolidation"


@pytest.mark.parametrize("outcome", ["grant", "grant_with_conditions", "nlr", "rwa"])
def test_on_appeal_a_clear_risk_blocks_as_it_did_before(outcome: str) -> None:
    world, case = under_appeal()
    case = world.do(case, "assess_human_rights", world.answers(case, Finding.CLEAR_RISK), HR_ASSESSOR)
    case = world.do(case, "review_human_rights", HumanRightsReviewed(2, True, "agreed"), HR_REVIEWER)
    conditions = (NO_REEXPORT,) if outcome == "grant_with_conditions" else ()
    line = LineOutcome(2, outcome, "on appeal", (), conditions)
    every_role = actor("all-1", *(one for one in world.policies.roles if one not in world.policies.barred))
    for who in (PANEL, every_role):
        assert "clear_risk" in str(world.refused(case, "decide_appeal", Decided((line,)), who))


# --- screening, flags and consultations on appeal


def test_an_appeal_is_not_granted_on_old_screening_and_parties_can_be_screened_then() -> None:
    world, case = under_appeal()
    world.ground = replace(world.ground, lists=tuple(replace(one, edition="2026-04-01") for one in world.ground.lists))
    grant = Decided((granted(2, NO_REEXPORT),))
    assert "screened_whole" in world.refused(case, "decide_appeal", grant, PANEL).rules
    case = world.do(case, "screen", world.run(case, hit("new")), SCREENING)
    assert "hits_disposed" in world.refused(case, "decide_appeal", grant, PANEL).rules
    case = world.do(case, "dispose_hit", HitDisposed("new", "different", "another"), SCREENING)
    assert world.do(case, "decide_appeal", grant, PANEL).status == "decided"


def test_a_flag_can_be_set_and_taken_away_under_appeal() -> None:
    world, case = under_appeal()
    case = world.do(case, "flag", Flagged("doubt", "a report"), INSPECTOR)
    grant = Decided((granted(2, NO_REEXPORT),))
    assert world.refused(case, "decide_appeal", grant, PANEL).rules == ("no_flag",)
    case = world.do(case, "unflag", Flagged("doubt", "cleared up"), OFFICER)
    assert world.do(case, "decide_appeal", grant, PANEL).status == "decided"


DENIAL = Denial("DE/2024/17", "DE", dt.date(2024, 6, 10), "5A001.j", "monitoring", "XA", "Ministry of Interior of XA")


def ask(line: int, kind: str = "identity", name: str = "c1") -> ConsultationOpened:
    return ConsultationOpened(name, kind, "DE", line, "Is it identical?", DENIAL.id)


def with_denial(lines: int = 2) -> tuple[World, Case]:
    world = World().at(3, 2)
    world.ground = replace(world.ground, denials=(DENIAL,))
    form = application(items=tuple(item(one) for one in range(1, lines + 1)))
    return world, world.advised(world.circulated(world.registered(form)))


def answered(world: World, case: Case, asked: ConsultationOpened) -> Case:
    case = world.do(case, "open_consultation", asked, CONSULTING)
    return world.do(case, "answer_consultation", ConsultationAnswered(asked.id, "no", "another"), CONSULTING)


def test_an_answer_about_one_line_opens_no_other() -> None:
    world, case = with_denial()
    case = world.assessed(answered(world, case, ask(1)))
    both = Consolidated((granted(1, NO_REEXPORT), granted(2, NO_REEXPORT)), "over all advice")
    refusal = world.refused(case, "consolidate", both, OFFICER)
    assert refusal.rules == ("denials_consulted",)
    assert [one.what.split()[1] for one in refusal.missing] == ["2"]


def test_an_answer_to_an_objection_is_none_about_a_denial() -> None:
    world, case = with_denial(1)
    case = world.assessed(answered(world, case, ask(1, "objection")))
    refusal = world.refused(case, "consolidate", Consolidated((granted(1, NO_REEXPORT),), "x"), OFFICER)
    assert refusal.rules == ("denials_consulted",)


def test_a_denial_that_comes_to_light_under_appeal_can_be_asked_about() -> None:
    world, case = under_appeal()
    world.ground = replace(world.ground, denials=(DENIAL,))
    grant = Decided((granted(2, NO_REEXPORT),))
    assert "denials_consulted" in world.refused(case, "decide_appeal", grant, PANEL).rules
    case = world.do(case, "open_consultation", ask(2), CONSULTING)
    assert "consultations_over" in world.refused(case, "decide_appeal", grant, PANEL).rules
    case = world.do(case, "answer_consultation", ConsultationAnswered("c1", "no", "another"), CONSULTING)
    case = world.do(case, "decide_appeal", grant, PANEL)
    told = [one for one in world.log.messages if one.type == "grant_despite_denial"]
    assert [one.content["denial"] for one in told] == [DENIAL.id]


def test_a_refusal_tells_who_may_not_read_denials_neither_partner_nor_question() -> None:
    world, case = with_denial(1)
    case = world.assessed(world.do(case, "open_consultation", ask(1, name="partner-question"), CONSULTING))
    assert case.status == "consultation"
    seen = world.refused(case, "finish_classification", None, TECHNICAL)
    assert "DE has not answered partner-question" in str(seen)
    world.ground = replace(world.ground, denials=(), sees_partners=False)
    hidden = str(world.refused(case, "finish_classification", None, TECHNICAL))
    assert "another authority has not answered" in hidden
    assert "DE " not in hidden and "partner-question" not in hidden


# --- the ledger and the licence


def use(world: World, case: Case, name: str, day: dt.date) -> Case:
    return world.do(case, "use", Usage(name, 1, Decimal(1), "pieces", day), EXPORTER)


def test_nothing_leaves_on_a_day_of_a_suspension_not_even_when_it_is_over_or_the_licence_has_run_out() -> None:
    world, case = licensed()
    case = measured(world.at(4, 1), case, "suspend", "m1")
    world.at(4, 10)
    with pytest.raises(Refused, match="is suspended"):
        use(world, case, "U1", dt.date(2026, 4, 5))
    case = use(world, case, "U2", dt.date(2026, 3, 31))  # it left before, and is told late
    case = measured(world.at(4, 20), case, "reinstate", "m2")
    with pytest.raises(Refused, match="was stopped on 2026-04-05"):
        use(world, case, "U1", dt.date(2026, 4, 5))
    case = use(world, case, "U3", dt.date(2026, 4, 20))
    case = measured(world.at(5, 4), case, "suspend", "m3")
    case = world.at(4, 1, 2028).licensing.tick(case.id)
    assert case.licence is not None and case.licence.status == "expired"
    with pytest.raises(Refused, match="was stopped on 2027-01-01"):
        use(world, case, "U4", dt.date(2027, 1, 1))
    assert [one.usage for one in case.licence.usages] == ["U2", "U3"]


@pytest.mark.parametrize("quantity", ["NaN", "sNaN", "Infinity", "-1", "1E+999999", "1" * 40])
def test_a_line_is_lowered_to_a_number_that_counts(quantity: str) -> None:
    world, case = licensed()
    line = LicenceLine(1, "5A001.j", Decimal(quantity), "pieces")
    body = MeasureProposed("m1", "modify", "less", lines=(line,))
    assert world.refused(case, "propose_measure", body, LICENCE_AUTHORITY).code is Code.INPUT


def test_who_works_at_the_border_and_for_an_exporter_reports_another_s_goods_as_customs() -> None:
    world, case = licensed()
    both = actor("both-1", "customs_liaison", "exporter_submitter", organisation="epsilon")
    body = Usage("U1", 1, Decimal(1), "pieces", dt.date(2026, 3, 2))
    world.do(case, "use", body, both)
    assert world.licensing.history(case.id)[-1].role == "customs_liaison"
    own = actor("both-2", "customs_liaison", "exporter_submitter", organisation="delta")
    world.do(case, "use", replace(body, usage="U2"), own)
    assert world.licensing.history(case.id)[-1].role == "exporter_submitter"


# --- whose case it is, and how long it stays


def test_who_acts_for_no_exporter_files_for_none() -> None:
    world = World()
    nobody = actor("nobody-1", "exporter_submitter")
    with pytest.raises(Refused, match="your account acts for no exporter"):
        world.licensing.open(application(exporter=""), nobody, case_id="case-1")


def test_a_case_that_was_opened_again_is_not_erased() -> None:
    world = World().at(3, 2)
    case = world.decided(world.to_consolidation(), refused(1, "EU-CP-2"))
    case = world.do(case.id, "close", Reasoned("done"), OFFICER) if world.at(6, 1) else case
    assert world.licensing.retention(case.id).until == dt.date(2032, 1, 1)
    world.do(case, "reopen", Reasoned("a letter came"), actor("decider-2", "decision_authority"))
    world.at(1, 1, 2040)
    with pytest.raises(Refused) as caught:
        world.licensing.erase(case.id, RECORDS, "periods have passed")
    assert caught.value.refusal.rules == ("open",)
