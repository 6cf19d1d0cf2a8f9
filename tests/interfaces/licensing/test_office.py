"""Licensing at the service's desk: who reads and does what, by their account alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

import licensing_world as w
from enduse.cases.decide import shipped_policies as licensing_policies
from enduse.cases.refusals import Conflict, Refused
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.identity.denied import Denied
from enduse.interfaces.identity.policies import shipped_policies
from enduse.interfaces.licensing.actions import ACTIONS
from enduse.interfaces.licensing.desk import Desk, Filters
from enduse.model import access
from people import join
from service_world import service


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    return service(tmp_path)


def desk(app: FastAPI, login: str, *roles: str, organisation: str = "", agency: str = "") -> Desk:
    made = app.state.service
    user = made.stores.need().accounts.by_login(login) or join(app, login, *roles)
    person = access.Actor(user.id, user.name, frozenset(roles), organisation=organisation, agency=agency)
    found: Desk = made.office.desk(person)
    return found


def exporter(app: FastAPI, organisation: str = "delta") -> Desk:
    return desk(app, f"someone.{organisation}", "exporter_submitter", organisation=organisation)


def submitted(app: FastAPI, **changes: Any) -> str:
    who = exporter(app)
    case, new = who.open(w.application(**changes))
    assert new
    who.act(case.id, "submit", {"declarations": ["true_and_complete", "will_report_changes"]})
    return case.id


def test_whoever_may_do_a_command_holds_the_action_that_lets_them_to_it() -> None:
    """The coarse net of the routes keeps nobody out whom licensing lets in, and leaves no command out."""
    policies, transitions = shipped_policies(), licensing_policies().transitions
    commands = {row.command for row in transitions if not row.auto and row.roles != ("system",)}
    assert set(ACTIONS) == commands
    for row in transitions:
        for role in set(row.roles) - {"system"} if row.command in ACTIONS else ():
            allowed = access.decide(policies, access.Actor("u", "u", frozenset({role})), ACTIONS[row.command])
            assert allowed.allowed, (row.command, role)


def test_an_officer_reads_what_was_submitted_and_an_exporter_their_own(app: FastAPI) -> None:
    case_id = submitted(app)
    draft, _ = exporter(app).open(w.application(end_use="another"))
    officer = desk(app, "officer", "case_officer")
    assert officer.view(officer.readable(case_id))["view"] == "authority"
    assert exporter(app).view(exporter(app).readable(case_id))["view"] == "exporter"
    for who, what in (
        (exporter(app, "epsilon"), case_id),
        (officer, draft.id),
        (desk(app, "count", "analyst"), case_id),
    ):
        with pytest.raises(NotHeld):
            who.readable(what)
    assert [row.id for row, _ in officer.queue(Filters(), limit=10)] == [case_id]
    assert {row.id for row, _ in exporter(app).queue(Filters(), limit=10)} == {case_id, draft.id}
    assert exporter(app, "epsilon").queue(Filters(), limit=10) == []


def test_who_acts_for_the_exporter_reads_the_case_as_the_exporter_whatever_else_they_are(app: FastAPI) -> None:
    case_id = submitted(app)
    both = desk(app, "both", "case_officer", "exporter_viewer", organisation="delta")
    assert both.view(both.readable(case_id))["view"] == "exporter"
    assert both.queue(Filters(), limit=10) == []
    insider = desk(app, "insider", "case_officer", organisation="delta")
    with pytest.raises(NotHeld):
        insider.readable(case_id)


def test_what_a_run_of_screening_found_is_never_what_somebody_says(app: FastAPI) -> None:
    case_id = submitted(app)
    desk(app, "intake", "intake").act(case_id, "register", {"reference": "NL-1"})
    technical = desk(app, "technical", "technical_assessor")
    classified = {"line": 1, "code": "5A001.j", "list_edition": "2025", "reasoning": "by its data sheet"}
    technical.act(case_id, "classify", classified)
    technical.act(case_id, "finish_classification", {})
    screening = desk(app, "screening", "screening_officer")
    clean = {"parties": ["exporter", "user"], "hits": [], "lists": [], "algorithm": "x", "snapshot": "x"}
    from enduse.model.errors import BadInput, OperationFailed

    with pytest.raises(BadInput, match="screening takes nothing"):
        screening.act(case_id, "screen", clean)
    with pytest.raises(OperationFailed, match="the lists cannot be used now"):
        screening.act(case_id, "screen", {})
    with pytest.raises(Refused, match="no party has been screened"):
        screening.act(case_id, "circulate", {})


def test_the_second_of_two_who_act_on_what_they_saw_is_told(app: FastAPI) -> None:
    case_id = submitted(app)
    first, second = desk(app, "intake", "intake"), desk(app, "intake.2", "intake")
    seen = first.tag(first.readable(case_id))
    first.act(case_id, "register", {"reference": "NL-1"}, seen=seen)
    with pytest.raises(Conflict):
        second.act(case_id, "return", {"reason": "x"}, seen=seen)


def test_the_exporter_s_tag_tells_nothing_of_what_happens_inside_the_authority(app: FastAPI) -> None:
    case_id = submitted(app)
    desk(app, "intake", "intake").act(case_id, "register", {"reference": "NL-1"})
    who = exporter(app)
    before = who.tag(who.readable(case_id))
    desk(app, "officer", "case_officer").act(case_id, "flag", {"flag": "look", "reason": "a doubt"})
    assert who.tag(who.readable(case_id)) == before


def test_who_holds_no_fitting_role_is_refused_by_the_policies(app: FastAPI) -> None:
    case_id = submitted(app)
    with pytest.raises(Denied):
        exporter(app).act(case_id, "register", {"reference": "NL-1"})
    with pytest.raises(NotHeld):
        exporter(app).act(case_id, "nonsense", {})


def test_a_page_can_say_what_may_be_done_and_what_stands_in_the_way(app: FastAPI) -> None:
    who = exporter(app)
    case, _ = who.open(w.application(items=(w.item(quantity=0 * w.item().quantity),)))
    found = {one.command: one for one in who.possible(case)}
    assert found["revise"].now and not found["appeal"].now
    assert "line 1 must state its quantity" in str(found["submit"].refusal)
    assert "decide" not in found
    officer = desk(app, "officer", "case_officer")
    commands = {one.command: one for one in officer.possible(who.readable(case.id))}
    assert commands["consolidate"].refusal is not None and not commands["consolidate"].now
