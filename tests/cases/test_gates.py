"""The gates of the transition table, one by one: what each lets through, and how it says no."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from enduse.cases.application import Application, Undertaking
from enduse.cases.bodies import (
    Classified,
    Consolidated,
    Decided,
    Drafted,
    Finding,
    Flagged,
    HitDisposed,
    HumanRightsAssessed,
    HumanRightsReviewed,
    Paused,
    Reasoned,
    Recommended,
    Registered,
    Resumed,
    RfiAnswered,
    RfiOpened,
    Submitted,
)
from enduse.cases.refusals import Code, Refused
from enduse.model.errors import BadInput
from licensing_world import (
    DECIDER,
    EXPORTER,
    HASH,
    HR_ASSESSOR,
    INTAKE,
    LISTS,
    NO_REEXPORT,
    OFFICER,
    OTHER_EXPORTER,
    SCREENING,
    TECHNICAL,
    World,
    adviser,
    answer,
    application,
    granted,
    hit,
    refused,
)

DECLARED = Submitted(("true_and_complete", "will_report_changes"))


def test_an_incomplete_application_is_told_everything_it_lacks_at_once() -> None:
    world = World()
    bare = Application("nl", "individual", "delta", "", "", (), ())
    case = world.licensing.open(bare, EXPORTER, case_id="case-1")
    refusal = world.refused(case, "submit", Submitted(()), EXPORTER)
    said = str(refusal)
    for what in ("items", "a destination", "an end user", "end use", "true_and_complete", "undertaking"):
        assert what in said


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"type": "siel"}, "no type of case"),
        ({"authority": "atlantis"}, "no authority"),
        ({"destination": "Xanadu"}, "ISO alpha-2"),
        ({"end_use": "x\x00y"}, "control character"),
        ({"end_use": "x" * 20_001}, "characters"),
        ({"undertaking": Undertaking("nobody", application().undertaking.signed_on, HASH)}, "no party"),  # type: ignore[union-attr]
        ({"parties": (*application().parties, application().parties[0])}, "occurs twice"),
        ({"items": (*application().items, application().items[0])}, "occurs twice"),
    ],
)
def test_a_draft_with_a_value_that_cannot_be_used_is_refused(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(Refused) as caught:
        World().licensing.open(application(**changes), EXPORTER)
    assert caught.value.refusal.code is Code.INPUT
    assert problem in str(caught.value)


def test_nobody_drafts_for_another_organisation_or_touches_its_case() -> None:
    world = World()
    with pytest.raises(Refused):
        world.licensing.open(application(), OTHER_EXPORTER)
    case = world.licensing.open(application(), EXPORTER, case_id="case-1")
    other = Drafted(application(exporter="epsilon"))
    assert world.refused(case, "revise", other, OTHER_EXPORTER).code is Code.NOT_YOURS
    assert world.refused(case, "submit", DECLARED, OTHER_EXPORTER).code is Code.NOT_YOURS


def test_an_amendment_is_a_new_linked_case_and_ends_the_old_one() -> None:
    world = World()
    case = world.registered()
    new = world.licensing.open(application(amends=case.id, end_use="training"), EXPORTER, case_id="case-2")
    assert (new.applied.amends, new.status) == (case.id, "draft")
    old = world.licensing.case(case.id)
    assert (old.status, old.superseded_by) == ("superseded", "case-2")
    assert old.applied.end_use != "training"
    with pytest.raises(Refused):
        world.licensing.open(application(amends=case.id), EXPORTER, case_id="case-3")
    with pytest.raises(Refused):
        world.licensing.open(application(amends="case-2", exporter="epsilon"), OTHER_EXPORTER, case_id="case-4")


def test_a_returned_application_is_revised_and_submitted_again_and_its_clock_starts_again() -> None:
    world = World().at(3, 23)
    case = world.submitted(application("uk", "siel"))
    case = world.do(case, "return", Reasoned("the undertaking is not signed"), INTAKE)
    world.at(3, 25)
    case = world.do(case, "revise", Drafted(application("uk", "siel")), EXPORTER)
    case = world.do(case, "submit", DECLARED, EXPORTER)
    (clock,) = [one for one in world.licensing.deadlines(case.id) if one.rule.id == "uk/20"]
    assert (clock.started.day, clock.state) == (25, "running")


def test_claim_and_assessment_stand_side_by_side() -> None:
    world = World()
    case = world.registered()
    body = Classified(1, "5A001.f", "2025-11-15", "it intercepts mobile calls", ("mobile_interception",), "sensitive")
    case = world.do(case, "classify", body, TECHNICAL)
    assert (case.applied.items[0].code, case.code(1)) == ("5A001.j", "5A001.f")
    case = world.do(case, "classify", replace(body, code="5A001.f.1"), TECHNICAL)
    assert [one.code for one in case.classified] == ["5A001.f", "5A001.f.1"]


def test_screening_opens_only_with_lists_loaded_fresh_and_every_hit_disposed_of() -> None:
    world = World()
    case = world.classified(world.registered())
    assert "no party has been screened" in str(world.refused(case, "circulate", None, SCREENING))

    run = world.run(case, hit())
    partial = replace(run, lists=(replace(LISTS[0], whole=False), *LISTS[1:]))
    case = world.do(case, "screen", partial, SCREENING)
    assert "eu-fsf was not loaded whole" in str(world.refused(case, "circulate", None, SCREENING))

    case = world.do(case, "screen", replace(run, lists=LISTS[1:]), SCREENING)
    assert "eu-fsf was not loaded whole" in str(world.refused(case, "circulate", None, SCREENING))

    case = world.do(case, "screen", replace(run, parties=("exporter",)), SCREENING)
    assert "Ministry of Interior of XA has not been screened" in str(world.refused(case, "circulate", None, SCREENING))

    case = world.do(case, "screen", run, SCREENING)
    assert world.refused(case, "circulate", None, SCREENING).rules == ("hits_disposed",)
    case = world.do(case, "dispose_hit", HitDisposed("h1", "different", "another ministry"), SCREENING)

    world.ground = replace(world.ground, lists=(replace(LISTS[0], edition="2026-03-02"), *LISTS[1:]))
    assert "newer edition" in str(world.refused(case, "circulate", None, SCREENING))
    world.ground = replace(world.ground, lists=(replace(LISTS[0], fresh=False), *LISTS[1:]))
    assert "stale" in str(world.refused(case, "circulate", None, SCREENING))
    world.ground = replace(world.ground, lists=LISTS)
    assert world.do(case, "circulate", None, SCREENING).status == "circulated"


def test_a_hit_that_comes_late_closes_the_decision_again() -> None:
    world = World()
    case = world.countersigned(world.to_consolidation())
    case = world.do(case, "screen", world.run(case, hit("h9")), SCREENING)
    assert "hits_disposed" in world.refused(case, "decide", Decided((granted(),)), DECIDER).rules


def test_every_route_keeps_its_rule_revision_and_reasons_and_those_that_did_not_apply() -> None:
    world = World()
    case = world.circulated(world.registered())
    assert {(one.agency, one.rule) for one in case.routes} == {
        ("licensing", "licensing-unit"),
        ("foreign", "foreign-policy"),
    }
    foreign = next(one for one in case.routes if one.agency == "foreign")
    assert foreign.revision == 1
    assert any("interior_security" in word for word in foreign.because)
    (event,) = [one for one in world.licensing.history(case.id) if one.kind == "routed"]
    assert any(word.startswith("military-end-user/1") for word in event.body.did_not_apply)


def test_advice_is_kept_in_versions_and_asked_for_per_line_and_party() -> None:
    world = World()
    case = world.circulated(world.registered())
    body = Recommended("licensing", 1, "user", "approve", "Art. 15", "no objection")
    case = world.do(case, "recommend", body, adviser("licensing"))
    case = world.do(case, "recommend", replace(body, position="refuse", reasoning="new facts"), adviser("licensing"))
    assert [one.position for one in case.recommended] == ["approve", "refuse"]
    assert case.status == "circulated"
    assert "advice is given on end users" in str(
        world.refused(case, "recommend", replace(body, party="exporter"), adviser("licensing"))
    )
    assert "conditions are stated where" in str(
        world.refused(case, "recommend", replace(body, conditions=(NO_REEXPORT,)), adviser("licensing"))
    )


def test_an_open_question_to_the_exporter_blocks_the_decision_until_it_is_answered() -> None:
    world = World()
    case = world.countersigned(world.to_consolidation())
    case = world.do(case, "open_rfi", RfiOpened("q1", "Who installs it?", "Art. 15"), OFFICER)
    assert world.refused(case, "decide", Decided((granted(),)), DECIDER).rules == ("no_open_rfi",)
    assert world.refused(case, "open_rfi", RfiOpened("q1", "again?", "Art. 15"), OFFICER).rules == ("new_id",)
    case = world.do(case, "answer_rfi", RfiAnswered("q1", "We do."), EXPORTER)
    assert world.do(case, "decide", Decided((granted(),)), DECIDER).status == "decided"


def test_a_flag_blocks_a_grant_and_not_a_refusal() -> None:
    world = World()
    case = world.countersigned(world.to_consolidation())
    case = world.do(case, "flag", Flagged("ongoing_investigation", "told by customs"), OFFICER)
    assert world.refused(case, "decide", Decided((granted(),)), DECIDER).rules == ("no_flag",)
    case = world.do(case, "unflag", Flagged("ongoing_investigation", "closed"), OFFICER)
    assert world.do(case, "decide", Decided((granted(),)), DECIDER).status == "decided"


def test_the_decider_decides_what_was_countersigned_or_sends_it_back() -> None:
    world = World()
    case = world.countersigned(world.to_consolidation(), granted(1, NO_REEXPORT))
    refusal = world.refused(case, "decide", Decided((granted(),)), DECIDER)
    assert refusal.rules == ("as_countersigned",)
    assert world.do(case, "reconsolidate", Reasoned("without the condition"), DECIDER).status == "consolidation"


def test_a_pause_with_its_basis_stops_the_clocks_that_name_it() -> None:
    world = World().at(2, 2, hour=15)
    case = world.registered(application("us", "licence"), reference="Z1")
    world.at(2, 5, hour=15)
    case = world.do(case, "pause", Paused("p1", "prelicense_check", "15 CFR 750.4(b)(3)"), OFFICER)
    world.at(2, 15, hour=15)
    case = world.do(case, "resume", Resumed("p1"), OFFICER)
    (clock,) = [one for one in world.licensing.deadlines(case.id) if one.rule.id == "us/initial"]
    assert (clock.due.isoformat() if clock.due else "", clock.paused) == ("2026-02-21", 10)
    assert "no pause" in str(world.refused(case, "pause", Paused("p2", "lunch", "hunger"), OFFICER))


class TestHumanRightsAnswers:
    """A missing answer is never "no concern"."""

    def complete(self, *answers: object) -> str:
        world = World()
        case = world.advised(world.circulated(world.registered()))
        body = HumanRightsAssessed(tuple(answers), "summary")  # type: ignore[arg-type]
        case = world.do(case, "assess_human_rights", body, HR_ASSESSOR)
        reviewer = replace(HR_ASSESSOR, id="rights-9", roles=frozenset({"hr_reviewer"}))
        case = world.do(case, "review_human_rights", HumanRightsReviewed(1, True, "agreed"), reviewer)
        return str(world.refused(case, "decide", Decided((granted(),)), DECIDER))

    def test_a_criterion_without_an_answer_is_missing(self) -> None:
        said = self.complete(answer("EU-CP-2", Finding.NO_CONCERN))
        assert "does not answer EU-DU-15" in said
        assert "does not answer ECHRI" in said

    @pytest.mark.parametrize(
        ("finding", "field", "empty"),
        [
            (Finding.NO_CONCERN, "sources", ()),
            (Finding.NO_CONCERN, "reasoning", " "),
            (Finding.CONCERN_MITIGATED, "mitigations", ()),
            (Finding.CONCERN_MITIGATED, "residual", None),
            (Finding.RISK, "likelihood", ""),
            (Finding.RISK, "severity", ""),
            (Finding.RISK, "link", ""),
            (Finding.CLEAR_RISK, "groups", ()),
        ],
    )
    def test_an_answer_states_what_its_finding_asks_for(self, finding: Finding, field: str, empty: object) -> None:
        incomplete = replace(answer("EU-CP-2", finding), **{field: empty})  # type: ignore[arg-type]
        rest = (answer("EU-DU-15", Finding.NO_CONCERN), answer("ECHRI", Finding.NO_CONCERN))
        assert f"EU-CP-2: {finding} must state {field}" in self.complete(incomplete, *rest)

    def test_a_mandatory_criterion_cannot_be_not_applicable(self) -> None:
        assert "EU-CP-2 is mandatory" in self.complete(answer("EU-CP-2", Finding.NOT_APPLICABLE))

    def test_mitigations_do_not_make_a_clear_risk_disappear(self) -> None:
        world = World()
        case = world.advised(world.circulated(world.registered()))
        softened = replace(answer("EU-CP-2", Finding.CLEAR_RISK), mitigations=("training",), residual=Finding.RISK)
        rest = (answer("EU-DU-15", Finding.NO_CONCERN), answer("ECHRI", Finding.NO_CONCERN))
        case = world.do(case, "assess_human_rights", HumanRightsAssessed((softened, *rest), "s"), HR_ASSESSOR)
        reviewer = replace(HR_ASSESSOR, id="rights-9", roles=frozenset({"hr_reviewer"}))
        case = world.do(case, "review_human_rights", HumanRightsReviewed(1, True, "agreed"), reviewer)
        grant = Consolidated((granted(1, NO_REEXPORT),), "with conditions")
        assert world.refused(case, "consolidate", grant, OFFICER).rules == ("EU-CP-2",)

    def test_unknown_facts_call_for_an_assessment_as_known_ones_do(self) -> None:
        world = World()
        world.ground = replace(world.ground, profiles={})
        form = application(
            items=(replace(application().items[0], code="3A001.a.1", capabilities=()),),
            parties=(application().parties[0], replace(application().parties[1], category="commercial")),
        )
        case = world.advised(world.circulated(world.registered(form)))
        assert case.status == "hr_review"
        assert "destination_profile of XA is not known" in str(
            world.refused(case, "decide", Decided((granted(),)), DECIDER)
        )

    def test_an_ordinary_item_for_an_ordinary_user_in_an_ordinary_place_needs_none(self) -> None:
        world = World()
        form = application(
            destination="XB",
            items=(replace(application().items[0], code="3A001.a.1", capabilities=()),),
            parties=(application().parties[0], replace(application().parties[1], category="commercial", country="XB")),
        )
        case = world.advised(world.circulated(world.registered(form)))
        assert case.status == "consolidation"
        assert world.decided(case).licence is not None

    def test_facts_are_put_before_the_assessor_and_no_verdict(self) -> None:
        world = World()
        case = world.circulated(world.registered())
        facts = world.licensing.prefill(case.id, HR_ASSESSOR)
        said = " ".join(f"{one.subject} {one.fact}" for one in facts)
        assert "interior_security" in said
        assert not any(word.value in said.split() for word in Finding)
        assert case.assessments == ()


def test_refusing_needs_a_criterion_of_the_authority_s_own_law() -> None:
    world = World()
    case = world.to_consolidation()
    assert "names the criteria" in str(world.refused(case, "consolidate", Consolidated((refused(1),), "x"), OFFICER))
    foreign = Consolidated((refused(1, "UK-2b"),), "x")
    assert "no criterion of Netherlands" in str(world.refused(case, "consolidate", foreign, OFFICER))


@pytest.mark.parametrize(
    ("name", "sent", "problem"),
    [
        ("fly", {}, "no command"),
        ("register", {"reference": "R", "colour": "red"}, "unknown key"),
        ("register", {}, "reference is missing"),
        ("register", {"reference": 5}, "takes a text, not 5"),
        ("register", {"reference": "a\x00b"}, "control character"),
        ("register", {"reference": "a" * 20_001}, "characters"),
        ("submit", {"declarations": "true_and_complete"}, "takes a list"),
        ("submit", {"declarations": ["x"] * 501}, "501 entries"),
        ("countersign", {"agrees": "yes", "reason": "x"}, "true or false"),
        ("classify", {"line": True, "code": "5A001", "list_edition": "x", "reasoning": "y"}, "whole number"),
        ("review_human_rights", {"version": 10**12, "agrees": True, "reason": "x"}, "whole number"),
        (
            "assess_human_rights",
            {"answers": [{"criterion": "ECHRI", "finding": "fine", "reasoning": "x"}], "summary": ""},
            "known: no_concern",
        ),
        ("assess_human_rights", {"answers": [[]], "summary": ""}, "takes an object"),
        ("circulate", {"x": "y"}, "takes nothing"),
        ("use", {"usage": "U", "line": 1, "quantity": "many", "unit": "kg", "on": "2026-03-02"}, "is no number"),
        ("use", {"usage": "U", "line": 1, "quantity": 1.5, "unit": "kg", "on": "2026-03-02"}, "written as text"),
        ("use", {"usage": "U", "line": 1, "quantity": "1", "unit": "kg", "on": "yesterday"}, "cannot be used"),
        ("lapse", {}, "no command"),
    ],
)
def test_what_cannot_be_read_is_refused_and_audited(name: str, sent: dict[str, object], problem: str) -> None:
    world = World()
    case = world.submitted()
    with pytest.raises(Refused, match=problem) as caught:
        world.licensing.post(case.id, name, sent, INTAKE)
    assert caught.value.refusal.code is Code.INPUT
    assert len(world.log.attempts) == 1


def test_the_same_command_by_post_and_by_call_is_the_same_event() -> None:
    world, other = World(), World()
    case = world.submitted()
    other.submitted()
    sent = world.licensing.post(case.id, "register", {"reference": "NL-2026-1"}, INTAKE)
    called = other.do("case-1", "register", Registered("NL-2026-1"), INTAKE)
    assert sent == called


def test_there_is_no_case_of_an_unknown_id() -> None:
    with pytest.raises(BadInput, match="no case"):
        World().licensing.case("nothing")


@pytest.mark.parametrize("identifier", ["denial:x", "a b", "a" * 121, "\x00", "é"])
def test_an_id_that_could_be_taken_for_something_else_is_refused(identifier: str) -> None:
    with pytest.raises(BadInput, match="is no id"):
        World().licensing.open(application(), EXPORTER, case_id=identifier)


def test_ids_are_made_where_none_is_given_and_differ_by_moment() -> None:
    world = World()
    first = world.licensing.open(application(), EXPORTER)
    second = world.at(3, 3).licensing.open(application(), EXPORTER)
    assert first.id.startswith("nl-20260302-")
    assert first.id != second.id


def test_a_text_of_any_length_is_kept_whole_and_shown_short_in_the_queue() -> None:
    world = World()
    case = world.registered(reference="R" * 5_000)
    assert len(case.reference) == 5_000
    assert len(world.log.rows[case.id].reference) == 100
