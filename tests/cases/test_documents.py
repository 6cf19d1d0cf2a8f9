"""What documents say: which there are, from the case at their event, and nothing that the exporter must not see."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import licensing_world as w
from document_worlds import HOSTILE, measured, of_every_outcome
from enduse.cases.application import Condition
from enduse.cases.bodies import (
    Appealed,
    Consolidated,
    ConsultationAnswered,
    ConsultationOpened,
    Countersigned,
    Decided,
    Finding,
    LineOutcome,
    Reasoned,
    RfiOpened,
)
from enduse.cases.case import Case
from enduse.cases.context import Actor
from enduse.cases.denial_bodies import Denial
from enduse.cases.document_bodies import DocumentIssued
from enduse.cases.documents import KINDS, Content, Facts, Notice, Table, readable
from enduse.cases.refusals import Code, Refused
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput


def ids(world: w.World, case: Case, audience: str = "") -> list[str]:
    return [one.id for one in world.licensing.documents(case.id, audience)]


def text(content: Content) -> str:
    return json.dumps(to_plain(content), ensure_ascii=False)


def notices(content: Content) -> list[str]:
    return [one.text for one in content.blocks if isinstance(one, Notice)]


def table(content: Content, caption: str) -> Table:
    return next(one for one in content.blocks if isinstance(one, Table) and one.caption == caption)


def facts(content: Content) -> dict[str, str]:
    return {label: value for one in content.blocks if isinstance(one, Facts) for label, value in one.rows}


def issued(content: Content, **changes: str) -> DocumentIssued:
    return replace(DocumentIssued(content.id, content.sha256, "aa" * 32, "bb" * 32, "a renderer"), **changes)


class TestWhichThereAre:
    def test_each_outcome_question_notice_and_measure_has_its_own(self) -> None:
        world, case = of_every_outcome()
        case = measured(world, case, "suspend")
        assert ids(world, case) == [
            "end_user_certificate-1",
            "rfi-1",
            "human_rights_record-1",
            "intent_to_deny-1",
            "refusal-1",
            "no_licence_required-1",
            "licence-1",
            "conditions-1",
            "suspension-1",
        ]

    def test_the_record_of_the_assessment_is_not_there_for_the_exporter(self) -> None:
        world, case = of_every_outcome()
        assert "human_rights_record-1" not in ids(world, case, "exporter")
        with pytest.raises(BadInput, match="no document"):
            world.licensing.content(case.id, "human_rights_record-1", "exporter")
        assert ids(world, case, "authority") == ["human_rights_record-1"]

    def test_a_measure_is_named_by_what_it_does(self) -> None:
        world, case = of_every_outcome()
        for number, (measure, document) in enumerate(
            [("suspend", "suspension-1"), ("reinstate", "reinstatement-1"), ("revoke", "revocation-1")]
        ):
            case = measured(world, case, measure, f"m{number}")
            assert ids(world, case)[-1] == document

    def test_a_line_returned_without_action_has_its_notice(self) -> None:
        world = w.World().at(3, 2)
        case = world.decided(world.to_consolidation(), LineOutcome(1, "rwa", "no end user is known"))
        content = world.licensing.content(case.id, "returned_without_action-1")
        assert notices(content) == ["The lines below are returned without a decision on them."]
        assert "no end user is known" in text(content)

    def test_every_kind_has_a_title_and_an_audience(self) -> None:
        assert {whom for _, whom in KINDS.values()} == {"exporter", "authority"}

    def test_an_unknown_one_is_refused(self) -> None:
        world, case = of_every_outcome()
        with pytest.raises(BadInput, match="no document 'licence-2'"):
            world.licensing.content(case.id, "licence-2")

    def test_nothing_is_left_of_them_after_erasure(self) -> None:
        world, case = of_every_outcome()
        world.at(5, 20)
        world.do(case, "close", Reasoned("done"), w.OFFICER)
        world.at(1, 1, 2030)
        world.licensing.tick(case.id)
        world.at(1, 1, 2060)
        world.licensing.erase(case.id, w.RECORDS, "the period has passed")
        assert world.licensing.documents(case.id) == ()


class TestWhatTheySay:
    def test_a_refusal_says_why_by_which_criterion_and_until_when_it_can_be_appealed(self) -> None:
        world, case = of_every_outcome()
        content = world.licensing.content(case.id, "refusal-1")
        assert content.date == dt.date(2026, 4, 20)
        assert [row[0] for row in table(content, "What is refused").rows] == ["3"]
        criteria = table(content, "Criteria that the refusal rests on")
        assert [row[:2] for row in criteria.rows] == [("UK-2b", "3")]
        assert "the risk is clear" in text(content)
        assert "You may appeal until 18 May 2026, the last day in time." in notices(content)

    def test_where_no_period_is_held_it_says_so_and_invents_none(self) -> None:
        rules = tuple(one for one in w.World().policies.clocks.rules if "appealed" not in one.stop)
        policies = w.World().policies
        world = w.World(policies=replace(policies, clocks=replace(policies.clocks, rules=rules)))
        case = world.decided(world.to_consolidation(), w.refused(1, "EU-CP-2"))
        content = world.licensing.content(case.id, "refusal-1")
        assert "No period for an appeal to this authority is recorded." in text(content)
        assert not any("appeal until" in one for one in notices(content))

    def test_a_licence_says_what_may_leave_to_whom_and_until_which_day(self) -> None:
        world, case = of_every_outcome()
        content = world.licensing.content(case.id, "licence-1")
        assert content.number == "SIEL-2026-1-L1"
        assert facts(content)["Valid until and including"] == "19 April 2028"
        lines = table(content, "Lines of the licence").rows
        assert lines == (("2", "5A001.j", "network monitoring system", "2 pieces", "1,840,000.00 EUR"),)
        assert ("End user", "Ministry of Interior of XA", "XA") in table(content, "Parties").rows

    def test_conditions_say_what_is_owed_and_by_when(self) -> None:
        world, case = of_every_outcome()
        rows = table(
            world.licensing.content(case.id, "conditions-1"), "Conditions, what shows that they are met, and by when"
        ).rows
        assert rows == (
            ("no-reexport", "The items are not re-exported.", "none is owed", "throughout"),
            ("delivery-report", "Delivery is reported.", "proof of delivery", "19 July 2026"),
        )

    def test_an_intent_to_deny_says_until_when_the_applicant_may_reply(self) -> None:
        world = w.World().at(2, 2)
        form = w.application("us", "licence")
        case = world.to_consolidation(form)
        world.at(3, 2)
        case = world.do(case, "notify_intent", Reasoned("a risk of misuse"), w.OFFICER)
        content = world.licensing.content(case.id, "intent_to_deny-1")
        assert "You may reply until 22 March 2026, the last day in time." in notices(content)
        assert "15 CFR 750.6" in text(content)

    def test_a_suspension_says_what_is_left_and_not_why(self) -> None:
        world, case = of_every_outcome()
        world.at(6, 1)
        case = measured(world, case, "suspend")
        content = world.licensing.content(case.id, "suspension-1")
        assert facts(content)["Takes effect on"] == "1 June 2026"
        assert table(content, "The licence on this day").rows == (("2", "5A001.j", "2 pieces", "2 pieces"),)
        assert "INTERNAL-REASON" not in text(content)

    def test_the_record_holds_every_answer_its_sources_and_who_reviewed_it(self) -> None:
        world, case = of_every_outcome()
        content = world.licensing.content(case.id, "human_rights_record-1")
        assert (facts(content)["Assessed by"], facts(content)["Reviewed by"]) == ("rights-1", "rights-2")
        assert case.assessment is not None
        for answer in case.assessment.content.answers:
            assert table(content, f"Sources under {answer.criterion}").rows[0][0] == "Office of the Rapporteur"

    def test_on_appeal_they_are_about_the_lines_that_were_appealed(self) -> None:
        world, case = of_every_outcome()
        case = world.do(case, "appeal", Appealed((3,), "another ministry"), w.EXPORTER)
        still = (w.refused(3, "UK-2b"),)
        world.do(case, "decide_appeal", Decided(still), w.PANEL)
        assert [one for one in ids(world, case) if one.endswith("-2")] == ["refusal-2"]
        content = world.licensing.content(case.id, "refusal-2")
        assert "It ends the appeal before this authority." in text(content)

    def test_what_comes_later_changes_nothing_in_them(self) -> None:
        world, case = of_every_outcome()
        before = {one: world.licensing.content(case.id, one) for one in ids(world, case)}
        world.at(6, 1)
        case = measured(world, case, "suspend")
        measured(world, case, "revoke", "m2")
        world.at(1, 1, 2031)
        assert {one: world.licensing.content(case.id, one) for one in before} == before


class TestReadable:
    @pytest.mark.parametrize(
        ("given_text", "shown"),
        [
            ("a\u202eb", "a[U+202E]b"),
            ("a\u200bb\u00adc", "a[U+200B]b[U+00AD]c"),
            ("a\u2028b", "a[U+2028]b"),
            ("\u200d", "[U+200D]"),
            ("نمی\u200cخواهم", "نمی\u200cخواهم"),
            ("北京\u3000公司 a\u00a0b", "北京\u3000公司 a\u00a0b"),
            ("a\tb\r\nc", "a b \nc"),
        ],
    )
    def test_what_shows_nothing_is_written_out_and_what_belongs_to_a_script_stays(
        self, given_text: str, shown: str
    ) -> None:
        assert readable(given_text) == shown

    @given(st.text())
    def test_nothing_in_it_turns_text_around_or_hides(self, given_text: str) -> None:
        hidden = {0x202A, 0x202B, 0x202C, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0x200E, 0x200F, 0x200B, 0}
        assert not hidden & set(map(ord, readable(given_text)))


class TestIssue:
    def test_hashes_are_recorded_once_by_the_system_with_an_audit_entry(self) -> None:
        world, case = of_every_outcome()
        content = world.licensing.content(case.id, "refusal-1")
        case = world.licensing.issue(case.id, issued(content))
        again = world.licensing.issue(case.id, issued(content, html_sha256="cc" * 32))
        assert again.seq == case.seq
        assert [one.html_sha256 for one in again.documents] == ["aa" * 32]
        assert world.log.audit.count((case.id, "document_issued", "system")) == 1

    def test_a_hash_of_something_else_is_refused(self) -> None:
        world, case = of_every_outcome()
        content = world.licensing.content(case.id, "refusal-1")
        with pytest.raises(BadInput, match="not what the document says"):
            world.licensing.issue(case.id, issued(content, content_sha256="cc" * 32))

    def test_no_person_records_one(self) -> None:
        world, case = of_every_outcome()
        plain = to_plain(issued(world.licensing.content(case.id, "refusal-1")))
        for who in (w.OFFICER, w.DECIDER, w.EXPORTER, w.RECORDS):
            with pytest.raises(Refused) as refused:
                world.licensing.post(case.id, "issue_document", plain, who)
            assert refused.value.refusal.code is Code.ROLE

    def test_another_content_under_the_same_name_is_refused(self) -> None:
        """Texts of the law may change after the issue: the record is not written anew."""
        world, case = of_every_outcome()
        world.licensing.issue(case.id, issued(world.licensing.content(case.id, "refusal-1")))
        criteria = tuple(replace(one, question="Another question?") for one in world.policies.criteria)
        world.policies = replace(world.policies, criteria=criteria)
        world.__post_init__()
        with pytest.raises(Refused, match="was issued with another content"):
            world.licensing.issue(case.id, issued(world.licensing.content(case.id, "refusal-1")))


# --- never a trace of a partner's denial, of advice or of officers

SECRET = "QQSECRET"
DENIAL = Denial(
    "QQ-DENIAL-77",
    "DE",
    dt.date(2024, 6, 10),
    "5A001.j",
    f"monitoring {SECRET}",
    "XA",
    "Ministry of Interior of XA",
    reason=SECRET,
)
OUTCOMES = st.sampled_from(
    [
        w.granted(),
        w.granted(1, w.NO_REEXPORT, w.REPORT),
        w.granted(1, Condition("audit", "An audit is let in.", 30, "its report")),
        w.refused(1, "EU-CP-2"),
        w.refused(1, "EU-CP-2", "EU-DU-15"),
        LineOutcome(1, "rwa", "it lacks an end user"),
    ]
)


def marked(who: Actor, number: int = 0) -> Actor:
    return replace(who, id=f"{SECRET}-{who.id}-{number}")


def played(outcome: LineOutcome, name: str, partner: str, answer: str, finding: Finding, advice: str) -> w.World:
    """A case to its decision; ``partner`` says whether another state's denial plays a part in it."""
    world = w.World().at(3, 2)
    if partner == "identity":
        world.ground = replace(world.ground, denials=(DENIAL,))
    form = w.application()
    form = replace(form, parties=tuple(replace(one, name=name) if one.id == "user" else one for one in form.parties))
    case = world.advised(world.circulated(world.registered(form)), advice)
    if partner:
        asked = ConsultationOpened("c1", partner, "DE", 1, f"{SECRET}?", DENIAL.id if partner == "identity" else "")
        case = world.do(case, "open_consultation", asked, marked(w.CONSULTING))
        case = world.do(case, "answer_consultation", ConsultationAnswered("c1", answer, SECRET), marked(w.CONSULTING))
    content = world.answers(case, finding)
    content = replace(content, summary=SECRET, misuse_pattern=SECRET)
    case = world.do(case, "assess_human_rights", content, w.HR_ASSESSOR)
    case = world.assessed(case, finding)
    case = world.do(case, "consolidate", Consolidated((outcome,), SECRET), marked(w.OFFICER))
    for who in (w.FIRST, w.SECOND):
        if case.status.startswith("countersign"):
            body = world.do(case, "countersign", Countersigned(True, SECRET), marked(who))
            case = body
    world.at(5, 4)
    world.do(case, "decide", Decided((outcome,)), marked(w.DECIDER))
    return world


def for_exporter(world: w.World) -> dict[str, str]:
    return {
        one.id: text(world.licensing.content("case-1", one.id, "exporter"))
        for one in world.licensing.documents("case-1", "exporter")
    }


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    OUTCOMES,
    st.sampled_from(["Ministry of Interior of XA", *HOSTILE[:3]]),
    st.sampled_from(["identity", "objection"]),
    st.sampled_from([Finding.NO_CONCERN, Finding.CONCERN_MITIGATED]),
    st.sampled_from(["approve", "no_objection"]),
)
def test_with_a_partner_s_denial_or_without_the_exporter_reads_the_same_to_the_last_character(
    outcome: LineOutcome, name: str, partner: str, finding: Finding, advice: str
) -> None:
    withheld = for_exporter(played(outcome, name, partner, "no", finding, advice))
    without = for_exporter(played(outcome, name, "", "no", finding, advice))
    assert withheld == without
    assert len(withheld) > 1
    for one in withheld.values():
        assert not [word for word in (SECRET, DENIAL.id, "DE", "consult", "Consult") if word in one]
        people = (w.OFFICER, w.DECIDER, w.FIRST, w.HR_ASSESSOR, w.CONSULTING, w.adviser("licensing"))
        assert not [who.id for who in people if who.id in one]


class TestWhatOfficersWriteToTheExporter:
    def consulted(self) -> tuple[w.World, Case]:
        world = w.World().at(3, 2)
        world.ground = replace(world.ground, denials=(DENIAL,))
        case = world.advised(world.circulated(world.registered()))
        case = world.do(
            case, "open_consultation", ConsultationOpened("c1", "identity", "DE", 1, "same?", DENIAL.id), w.CONSULTING
        )
        case = world.do(case, "answer_consultation", ConsultationAnswered("c1", "no", "other"), w.CONSULTING)
        return world, world.assessed(case)

    def test_reasons_that_name_a_denial_are_refused_before_anybody_signs_them(self) -> None:
        world, case = self.consulted()
        named = LineOutcome(1, "refuse", f"as in {DENIAL.id.lower()}.", ("EU-CP-2",))
        refusal = world.refused(case, "consolidate", Consolidated((named,), "x"), w.OFFICER)
        assert "nothing_of_partners" in refusal.rules

    def test_so_are_conditions_questions_and_notices(self) -> None:
        world, case = self.consulted()
        condition = Condition("c", f"Unlike {DENIAL.id}, delivered.")
        for name, body in [
            ("consolidate", Consolidated((w.granted(1, condition),), "x")),
            ("open_rfi", RfiOpened("q", f"What of {DENIAL.id}?", "Art. 15")),
            ("notify_intent", Reasoned(f"see {DENIAL.id}")),
        ]:
            assert "nothing_of_partners" in world.refused(case, name, body, w.OFFICER).rules

    def test_a_word_that_merely_holds_its_letters_is_fine(self) -> None:
        world, case = self.consulted()
        world.do(case, "open_rfi", RfiOpened("q", f"Is X{DENIAL.id}9 a type plate?", "Art. 15"), w.OFFICER)


def test_every_pair_of_documents_of_a_case_has_its_own_number() -> None:
    world, case = of_every_outcome()
    numbers = [world.licensing.content(case.id, one).number for one in ids(world, case)]
    assert all(a != b for a, b in itertools.combinations(numbers, 2))
