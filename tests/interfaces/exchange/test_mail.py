"""Cases call for letters, and letters do to cases what their guards let them: scenarios 2 and 3 between two nodes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from enduse.cases.refusals import Refused
from enduse.exchange.handling import partner
from enduse.interfaces.identity.denied import Denied
from enduse.model.errors import BadInput
from enduse.model.letter_record import IN, OUT
from exchange_story import Authority, coalition, set_clock

DENIAL = "de/DE-1/1"


def at(year: int, month: int, day: int, hour: int = 9) -> dt.datetime:
    return dt.datetime(year, month, day, hour, tzinfo=dt.UTC)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[dict[str, Authority]]:
    made = coalition(tmp_path, "us", "nl", "fr", "de", now=at(2024, 6, 6))
    yield made
    for one in made.values():
        one.close()


def types(one: Authority, direction: str = IN) -> list[str]:
    return [row.type for row in one.node.stores.need().letters.some(direction, limit=1_000)]


def denied_by_de(world: dict[str, Authority], *, tier: str = "") -> None:
    """DE denies on 10 June 2024, as in scenario 2, and tells."""
    set_clock(world, at(2024, 6, 9))
    world["de"].refuse("DE-1", tier=tier)
    assert world["de"].stage.now.date() >= dt.date(2024, 6, 10)
    world["de"].sync()


@pytest.mark.slow
class TestDenials:
    def test_a_refusal_is_told_to_the_union_and_recorded_there_under_its_originators_name(
        self, world: dict[str, Authority]
    ) -> None:
        denied_by_de(world)
        for name in ("nl", "fr"):
            (denial,) = world[name].stage.office.licensing().denials()
            assert (denial.id, denial.authority, denial.end_user) == (DENIAL, "DE", "Northern Telecom Authority of XA")
            assert denial.handling == "PARTNER"
        assert types(world["us"]) == []
        # Again, and again: nothing is told twice.
        world["de"].sync(), world["de"].sync()
        assert types(world["nl"]) == ["denial_notification"]

    def test_scenario_3_a_sensitive_item_is_told_to_the_regime_one_by_one_and_a_basic_one_is_not(
        self, world: dict[str, Authority]
    ) -> None:
        denied_by_de(world, tier="sensitive")
        levels = {row.level for row in world["us"].node.stores.need().letters.some(IN)}
        assert levels == {"REGIME-PRIVILEGED"}
        assert sorted(types(world["nl"])) == ["denial_notification", "denial_notification"]
        assert len(world["nl"].stage.office.licensing().denials()) == 1
        set_clock(world, at(2026, 4, 18))
        world["nl"].refuse("NL-2", tier="basic")
        world["nl"].sync()
        assert len(types(world["us"])) == 1
        assert "denial_notification" in types(world["fr"])

    def test_a_denial_that_is_not_the_tellers_own_is_refused(self, world: dict[str, Authority]) -> None:
        denial = {"id": "X/1", "authority": "FR", "denied_on": "2024-06-01", "code": "5A001.j"}
        denial |= {"description": "d", "destination": "XA", "end_user": "A body"}
        world["de"].node.post().send("denial_notification", ["nl"], partner("nl"), {"denial": denial})
        world["de"].sync()
        (row,) = world["nl"].node.stores.need().letters.some(IN)
        assert row.state == "refused" and "tells of a denial of 'FR'" in row.problem
        assert world["nl"].stage.office.licensing().denials() == ()

    def test_a_recall_ends_the_denial_and_marks_the_notice(self, world: dict[str, Authority]) -> None:
        denied_by_de(world)
        desk = world["de"].desk()
        (sent,) = {one.id for one in desk.outbox()}
        desk.send("recall", ["fr", "nl"], partner("fr", "nl"), {"reason": "annulled by a court"}, supersedes=sent)
        world["de"].sync()
        for name in ("nl", "fr"):
            (denial,) = world[name].stage.office.licensing().denials()
            assert denial.status == "revoked"
            assert [one.state for one in world[name].desk().inbox(["denial_notification"])] == ["recalled"]

    def test_a_review_in_the_case_is_told_by_itself_to_those_who_were_told_of_the_denial(
        self, world: dict[str, Authority]
    ) -> None:
        denied_by_de(world, tier="sensitive")
        set_clock(world, at(2027, 6, 9))
        case = next(iter(world["de"].stage.stores.need().cases.decided("refuse")))
        body = {"id": "DE-1/1", "outcome": "revoke", "grounds": "other circumstances", "on": "2027-06-08"}
        world["de"].stage.step("officer", case, "review_denial", body)
        world["de"].sync()
        for name in ("us", "nl", "fr"):
            (denial,) = world[name].stage.office.licensing().denials()
            assert (denial.status, str(denial.reviewed_on)) == ("revoked", "2027-06-08"), name
        reviews = [row for row in world["nl"].node.stores.need().letters.some(IN) if row.type == "denial_review"]
        assert {row.level for row in reviews} == {"PARTNER", "REGIME-PRIVILEGED"}
        assert {row.state for row in reviews} == {"applied"}
        world["de"].sync()
        assert len(types(world["nl"])) == 4, "told once to each group"

    def test_denials_of_basic_items_are_told_to_the_regime_counted_once_their_half_year_is_over(
        self, world: dict[str, Authority]
    ) -> None:
        for number, month in enumerate((2, 3)):
            set_clock(world, at(2026, month, 2))
            world["nl"].refuse(f"NL-{number}", tier="basic")
        set_clock(world, at(2026, 7, 1, 1))
        world["nl"].sync()
        assert "denial_aggregate" not in types(world["nl"], OUT), "somewhere it is still June"
        set_clock(world, at(2026, 7, 2))
        for _ in range(3):
            world["nl"].sync()
        assert types(world["us"]) == ["denial_aggregate"]
        (shown,) = world["us"].desk().inbox()
        content = world["us"].desk().read(shown.id)["notice"]["content"]
        assert content == {"code": "5A001.j", "destination": "XA", "half_year": "2026-H1", "count": 2}
        assert shown.handling == "REGIME-PRIVILEGED(wassenaar)"

    def test_a_review_three_years_later_is_told_and_ends_it(self, world: dict[str, Authority]) -> None:
        denied_by_de(world)
        content = {"denial": "DE-1/1", "outcome": "revoke", "grounds": "other circumstances", "on": "2024-06-20"}
        world["de"].desk().send("denial_review", ["nl"], partner("nl"), content)
        world["de"].sync()
        (denial,) = world["nl"].stage.office.licensing().denials()
        assert (denial.status, str(denial.reviewed_on)) == ("revoked", "2024-06-20")


@pytest.mark.slow
class TestConsultation:
    def asked(self, world: dict[str, Authority]) -> str:
        denied_by_de(world)
        set_clock(world, at(2026, 3, 12))
        case = world["nl"].to_proposal("NL-1")
        world["nl"].assess(case)
        with pytest.raises(Refused, match="nobody asked about"):
            world["nl"].stage.desk("officer").act(
                case, "consolidate", {"lines": [{"line": 1, "outcome": "grant", "reasons": "r"}], "reasoning": "r"}
            )
        set_clock(world, at(2026, 3, 16))
        world["nl"].ask(case, "DE", DENIAL)
        world["nl"].sync()
        return case

    def test_scenario_2_the_question_is_due_when_the_law_says_and_silence_is_deemed_and_explained(
        self, world: dict[str, Authority]
    ) -> None:
        case = self.asked(world)
        (question,) = world["de"].desk().due(dt.date(2026, 3, 16))
        assert question.due == "2026-03-30"
        content = world["de"].desk().read(question.id)["notice"]["content"]
        assert content["denial"] == "DE-1/1", "the denial by its originator's own name"
        # More time is asked for, and silence follows: deemed the day after 29 April.
        extension = {"id": "C1", "reason": "the file is with the ministry"}
        world["de"].desk().send("consultation_extension", ["nl"], partner("nl"), extension, correlates_to=question.id)
        world["de"].sync()
        set_clock(world, at(2026, 4, 29))
        world["nl"].stage.office.licensing().tick(case)
        assert world["nl"].case(case).consultations[0].outcome == ""
        set_clock(world, at(2026, 5, 4))
        world["nl"].stage.office.licensing().tick(case)
        lapsed = [
            one for one in world["nl"].stage.office.licensing().history(case) if one.kind == "consultation_lapsed"
        ]
        assert str(lapsed[0].body.effective) == "2026-04-30"
        # An answer that comes now changes nothing, and says so.
        world["de"].desk().answer(question.id, "yes", "it is the same")
        world["de"].sync()
        (late,) = world["nl"].desk().inbox(["consultation_response"])
        assert "it changed nothing" in late.problem
        assert world["nl"].case(case).consultations[0].outcome == "deemed_no"
        world["nl"].grant(case)
        world["nl"].sync()
        (explained,) = world["de"].desk().inbox(["grant_despite_denial"])
        content = world["de"].desk().read(explained.id)["notice"]["content"]
        assert (content["case_reference"], content["denial"], content["consultation_outcome"]) == (
            "NL-1",
            "DE-1/1",
            "deemed_no",
        )

    def test_a_week_without_a_way_changes_nothing_but_the_times(self, world: dict[str, Authority]) -> None:
        case = self.asked(world)
        for name, other in (("nl", "de"), ("de", "nl")):
            world[name].ways[other].down = True
        (question,) = world["de"].desk().due(dt.date(2026, 3, 16))
        world["de"].desk().answer(question.id, "no", "another use")
        for day in range(17, 24):
            set_clock(world, at(2026, 3, day))
            assert "nl" in world["de"].sync().unreachable
        assert world["nl"].case(case).consultations[0].outcome == ""
        for name, other in (("nl", "de"), ("de", "nl")):
            world[name].ways[other].down = False
        set_clock(world, at(2026, 3, 23, 11))
        world["de"].sync()
        assert world["nl"].case(case).consultations[0].outcome == "no"

    def test_an_answer_of_somebody_who_was_not_asked_is_refused(self, world: dict[str, Authority]) -> None:
        case = self.asked(world)
        (question,) = world["de"].desk().due(dt.date(2026, 3, 16))
        content = {"id": "C1", "answer": "no", "reasons": "we say so"}
        world["fr"].desk().send("consultation_response", ["nl"], partner("nl"), content, correlates_to=question.id)
        world["fr"].sync()
        (row,) = world["nl"].desk().inbox(["consultation_response"])
        assert row.state == "refused" and "somebody else was asked" in row.problem
        assert world["nl"].case(case).consultations[0].outcome == ""

    def test_who_was_asked_one_thing_answers_and_delays_no_other(self, world: dict[str, Authority]) -> None:
        case = self.asked(world)
        body = {"id": "C2", "kind": "objection", "partner": "FR", "line": 1, "question": "and you?"}
        world["nl"].stage.step("consultation", case, "open_consultation", body)
        world["nl"].sync()
        (question,) = world["fr"].desk().due(dt.date(2026, 3, 16))
        fr, told = world["fr"].desk(), {"correlates_to": question.id}
        fr.send("consultation_response", ["nl"], partner("nl"), {"id": "C1", "answer": "no", "reasons": "r"}, **told)
        fr.send("consultation_extension", ["nl"], partner("nl"), {"id": "C1", "reason": "holidays"}, **told)
        world["fr"].sync()
        rows = world["nl"].desk().inbox(["consultation_response", "consultation_extension"])
        assert [row.state for row in rows] == ["refused", "refused"]
        assert all("another question" in row.problem for row in rows)
        assert [one.outcome for one in world["nl"].case(case).consultations] == ["", ""]
        due = [one for one in world["nl"].stage.office.licensing().deadlines(case) if one.key == "C1"]
        assert {str(one.due) for one in due} == {"2026-03-30"}
        fr.send("consultation_response", ["nl"], partner("nl"), {"id": "C2", "answer": "no", "reasons": "r"}, **told)
        world["fr"].sync()
        assert [one.outcome for one in world["nl"].case(case).consultations] == ["", "no"]

    def test_an_answer_after_the_last_day_changes_nothing_though_nobody_has_looked_since(
        self, world: dict[str, Authority]
    ) -> None:
        case = self.asked(world)
        (question,) = world["de"].desk().due(dt.date(2026, 3, 16))
        set_clock(world, at(2026, 3, 31))
        world["de"].desk().answer(question.id, "yes", "it is the same")
        world["de"].sync()
        (late,) = world["nl"].desk().inbox(["consultation_response"])
        assert "it changed nothing" in late.problem
        assert world["nl"].case(case).consultations[0].outcome == "deemed_no"
        (asked,) = world["nl"].desk().asked()
        assert (asked.stands, asked.effective) == ("deemed", "2026-03-31")

    def test_an_answer_that_came_on_the_last_day_counts_however_late_it_has_its_effect(
        self, world: dict[str, Authority]
    ) -> None:
        case = self.asked(world)
        (question,) = world["de"].desk().due(dt.date(2026, 3, 16))
        set_clock(world, at(2026, 3, 30, 15))
        world["de"].desk().answer(question.id, "yes", "it is the same")
        world["nl"].node.take([blob for _, blob in world["de"].node.post().outgoing("nl")])
        set_clock(world, at(2026, 4, 1))
        assert world["nl"].mail.act().problems == []
        assert world["nl"].case(case).consultations[0].outcome == "yes"
        (asked,) = world["nl"].desk().asked()
        assert (asked.stands, asked.answered) == ("answered", True)

    def test_only_the_consultation_officer_answers_and_only_once(self, world: dict[str, Authority]) -> None:
        self.asked(world)
        (question,) = world["de"].desk().due(dt.date(2026, 3, 16))
        with pytest.raises(Denied):
            world["de"].desk("decider").answer(question.id, "no", "r")
        world["de"].desk().answer(question.id, "no", "another use")
        with pytest.raises(BadInput, match="it was answered"):
            world["de"].desk().answer(question.id, "yes", "after all")

    def test_what_nl_makes_of_de_s_denial_does_not_go_to_others(self, world: dict[str, Authority]) -> None:
        denied_by_de(world)
        set_clock(world, at(2026, 3, 12))
        case = world["nl"].to_proposal("NL-1")
        world["nl"].assess(case)
        # An officer asks US, for its objection, and names DE's denial: it must not leave.
        body = {"id": "C9", "kind": "objection", "partner": "US", "line": 1, "denial": DENIAL, "question": "and you?"}
        world["nl"].stage.step("consultation", case, "open_consultation", body)
        done = world["nl"].sync()
        assert "us" not in done.delivered and types(world["nl"], OUT) == []
        (why,) = world["nl"].mail.blocked().values()
        assert "it rests on what de told: PARTNER(fr, nl): us may not hold it" in why


@pytest.mark.slow
def test_whatever_happened_the_chain_tells_of_it_and_is_whole(world: dict[str, Authority]) -> None:
    denied_by_de(world)
    for name in ("de", "nl"):
        report = world[name].node.stores.need().verify()
        assert report.whole, report.problem
    actions = {one.action for one in world["nl"].node.stores.need().audit.entries()}
    assert {"notice.receive", "notice.applied", "membership.keep"} <= actions
