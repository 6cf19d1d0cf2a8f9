"""The row of the queue, and what an exporter sees."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.cases.bodies import ConsultationAnswered, ConsultationOpened, Finding, Reasoned, RfiOpened
from enduse.cases.folding import fold
from enduse.cases.refusals import Refused
from enduse.cases.view import view_of
from licensing_world import (
    CONSULTING,
    EXPORTER,
    NO_REEXPORT,
    OFFICER,
    OTHER_EXPORTER,
    RECORDS,
    SCREENING,
    World,
    application,
    granted,
    hit,
    refused,
)


def test_the_row_follows_from_the_events_and_not_from_the_day() -> None:
    world = World().at(3, 23)
    case = world.registered(application("uk", "siel"), reference="SIEL-2026-1")
    row = world.log.rows[case.id]
    assert (row.status, row.reference, row.due, row.clock) == ("classification", "SIEL-2026-1", "2026-04-22", "uk/20")
    assert "ministry of interior of xa" in row.search
    world.at(9, 1)
    assert view_of(fold(case.id, world.licensing.history(case.id)), world.policies) == row


def test_a_paused_case_has_no_due_day() -> None:
    world = World().at(3, 23)
    case = world.registered(application("uk", "siel"))
    world.do(case, "open_rfi", RfiOpened("q1", "Who?", "policy"), OFFICER)
    assert world.log.rows[case.id].due == ""


def test_an_erased_case_leaves_a_row_without_content() -> None:
    world = World().at(3, 2)
    case = world.submitted()
    world.do(case, "withdraw", Reasoned("no longer needed"), EXPORTER)
    world.at(1, 1, 2040)
    world.licensing.erase(case.id, RECORDS, "over")
    assert (world.log.rows[case.id].status, world.log.rows[case.id].search) == ("erased", "")


def test_another_exporter_sees_nothing() -> None:
    world = World()
    case = world.submitted()
    with pytest.raises(Refused):
        world.licensing.exporter_view(case.id, OTHER_EXPORTER)


SECRETS = ("DE-2024-77", "consult", "adviser", "rights-1", "officer-1", "hr_", "countersign", "eu-fsf", "screen")


@pytest.mark.parametrize("answer", ["yes", "no"])
def test_an_exporter_never_sees_a_trace_of_a_partner_s_denial_of_advice_or_of_screening(answer: str) -> None:
    world = World().at(3, 16)
    case = world.advised(world.circulated(world.registered()))
    asked = ConsultationOpened("c1", "objection", "DE", 1, "Do you object? DE-2024-77", "")
    case = world.do(case, "open_consultation", asked, CONSULTING)
    seen = [json.dumps(world.licensing.exporter_view(case.id, EXPORTER))]
    case = world.do(case, "answer_consultation", ConsultationAnswered("c1", answer, "DE-2024-77"), CONSULTING)
    case = world.assessed(case, Finding.CLEAR_RISK)
    case = world.decided(case, refused(1, "EU-CP-2"))
    seen.append(json.dumps(world.licensing.exporter_view(case.id, EXPORTER)))
    for text in seen:
        assert not [word for word in SECRETS if word in text]
    assert json.loads(seen[0])["status"] == "in_review"
    assert json.loads(seen[1])["may_appeal"][0]["due"] == "2026-04-27"


def test_an_exporter_sees_the_ledger_and_what_is_owed() -> None:
    world = World().at(3, 2)
    case = world.decided(world.to_consolidation(), granted(1, replace(NO_REEXPORT, due_days=30)))
    seen = world.licensing.exporter_view(case.id, EXPORTER)
    assert seen["licence"]["lines"] == [{"line": 1, "licensed": "2", "left": "2", "unit": "pieces"}]
    assert seen["licence"]["owed"] == [{"condition": "no-reexport", "by": "2026-04-01"}]


@given(st.integers(0, 400))
@settings(max_examples=30, deadline=None)
def test_a_hit_changes_nothing_that_the_exporter_sees(days: int) -> None:
    world = World().at(3, 2)
    case = world.classified(world.registered())
    before = world.licensing.exporter_view(case.id, EXPORTER)
    hits = (hit(f"h{days}"),) if days % 2 else ()
    case = world.do(case, "screen", world.run(case, *hits), SCREENING)
    assert world.licensing.exporter_view(case.id, EXPORTER) == before
