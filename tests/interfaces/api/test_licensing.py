"""Licensing over HTTP: who reads what, who acts, pages and tags, registers, statistics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

import licensing_world as w
from api_server import held
from enduse.cases.context import Actor
from enduse.cases.decide import IDENTITY_KEYS
from enduse.cases.handlers import body_of
from enduse.interfaces.service.ground import Service
from enduse.model.codec import from_plain, to_plain
from enduse.model.record import By
from licensing_http import Registry
from licensing_samples import COMMAND, INDICATORS, Samples
from service_world import Clock, routes, service

STATISTICIAN = w.actor("count-1", "statistician")
CUSTOMS = w.actor("customs-1", "customs_liaison")
AUDITOR = w.actor("auditor-1", "auditor")
CASES = "/v1/licensing/cases"
LEVELS = """rules:
  - {indicator: civil_liberties, below: "0.3", reason: few liberties, citation: {text: "an index", verified: yes}}
"""


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    made = service(held(tmp_path_factory.mktemp("lists")), Clock(), request_rate=1_000_000)
    found: Service = made.state.service
    made.state.enduse._opening()
    yield made
    assert found.stores.need().verify().whole
    found.stores.close()


@pytest.fixture(scope="module")
def people(app: FastAPI) -> Registry:
    return Registry(app)


@pytest.fixture(scope="module")
def samples(app: FastAPI) -> Samples:
    return Samples(app)


# --- who acts


def acting(command: str, samples: Samples) -> Actor:
    """Somebody who may do a command, and has done nothing in the case."""
    rows = samples.world.policies.of_command(command)
    roles = [role for row in rows for role in row.roles if role != "system"]
    exporter = all(role.startswith("exporter_") for role in roles)
    return Actor("named-1", frozenset(roles), "delta" if exporter else "", "state")


def test_somebody_else_named_in_a_body_changes_nothing_but_the_audit_trail(people: Registry, samples: Samples) -> None:
    """Every command, with a right body: as who is signed in it would be done; naming another it is not."""
    office, audit = samples.service.office, samples.service.stores.need().audit
    for path, case_id in samples.ids.items():
        if not path.startswith(COMMAND):
            continue
        command = path.removeprefix(COMMAND)
        who, before = acting(command, samples), office.licensing().history(case_id)
        key = sorted(IDENTITY_KEYS)[len(command) % len(IDENTITY_KEYS)]
        body = samples.good[f"POST {path}"]["body"] | {key: "counter-2"}
        answer = people.ask(who, "POST", f"{CASES}/{case_id}/commands/{command}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (403, "identity"), (command, answer.text)
        assert office.licensing().history(case_id) == before
        (last,) = audit.entries(last=1)
        assert (last.actor, last.action) == (who.id, f"case.refused.{command}")
        assert f"{key}=counter-2" in last.reason


def test_the_exporter_s_organisation_comes_from_the_account_not_from_the_application(people: Registry) -> None:
    answer = people.ask(w.OTHER_EXPORTER, "POST", "/v1/licensing/applications", json=to_plain(w.application()))
    assert answer.status_code == 422
    assert "the organisation that you act for" in answer.json()["errors"][0]


def test_every_command_has_a_route_of_its_own_with_its_schema_and_an_example_that_can_be_read(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    policies = app.state.service.office.policies
    commands = {row.command for row in policies.transitions if not row.auto and row.roles != ("system",)} - {"draft"}
    assert {path.removeprefix(COMMAND) for path in paths if path.startswith(COMMAND)} == commands
    for command in commands:
        body = paths[COMMAND + command]["post"]["requestBody"]["content"]["application/json"]
        assert body["schema"]["additionalProperties"] is False
        cls = body_of(policies.of_command(command)[0])
        if cls is not None and command != "screen":
            from_plain(cls, body["example"])
    assert len(routes(app)) > 100


# --- reading


def test_an_exporter_reads_no_trace_of_advice_partners_or_who_did_what(people: Registry, samples: Samples) -> None:
    case = samples.consulted()
    for path in ("", "/history", "/commands", "/deadlines"):
        text = people.ask(w.EXPORTER, "GET", f"{CASES}/{case.id}{path}").text
        for trace in ("DE-2024-17", "consult", "adviser-licensing", "hr_", "screening-1", "circulated"):
            assert trace not in text, (path, trace)
    assert people.ask(w.EXPORTER, "GET", f"{CASES}/{case.id}/human-rights").status_code == 404
    for path in ("denials", "retention"):
        assert people.ask(w.EXPORTER, "GET", f"{CASES}/{case.id}/{path}").status_code in (403, 404)
    refused = people.ask(w.EXPORTER, "POST", f"{CASES}/{case.id}/commands/appeal", json={"lines": [1], "grounds": "x"})
    assert refused.status_code == 409
    assert "the case is in in_review" in refused.json()["detail"] and refused.json()["missing"] == []


def test_an_officer_without_sight_of_partners_is_shown_no_consultation(people: Registry, samples: Samples) -> None:
    case = samples.consulted()
    told = people.ask(w.OFFICER, "GET", f"{CASES}/{case.id}").json()
    assert told["consultations"][0]["asked"]["denial"] == "DE-2024-17"
    hidden = people.ask(w.TECHNICAL, "GET", f"{CASES}/{case.id}").json()
    assert hidden["consultations"] is None
    assert not any("identity" in one["clock"] for one in hidden["deadlines"])
    history = people.ask(w.TECHNICAL, "GET", f"{CASES}/{case.id}/history")
    assert "DE-2024-17" not in history.text and "withheld" in history.text


def test_reading_denials_is_put_on_record(people: Registry, samples: Samples) -> None:
    case = samples.circulated()
    found = people.ask(w.OFFICER, "GET", f"{CASES}/{case.id}/denials").json()
    assert "DE-2024-17" in {one["denial"]["id"] for one in found}
    (last,) = samples.service.stores.need().audit.entries(last=1)
    assert (last.action, last.subject) == ("record.read", f"case:{case.id}") and "DE-2024-17" in last.reason
    assert people.ask(w.TECHNICAL, "GET", f"{CASES}/{case.id}/denials").status_code == 403


def test_a_privileged_denial_is_read_by_who_decides_alone(people: Registry, samples: Samples) -> None:
    body = {
        "id": "US-9",
        "authority": "US",
        "denied_on": "2025-01-01",
        "code": "6A003",
        "description": "cameras",
        "destination": "KZ",
        "end_user": "A Bureau",
        "handling": "REGIME-PRIVILEGED",
    }
    assert people.ask(w.CONSULTING, "POST", "/v1/licensing/denials", json=body).status_code == 201
    adviser = w.adviser("licensing")
    seen = {who.id: people.ask(who, "GET", "/v1/licensing/denials").text for who in (w.DECIDER, adviser)}
    assert "US-9" in seen[w.DECIDER.id] and "US-9" not in seen[adviser.id] and "DE-2024-17" in seen[adviser.id]
    again = people.ask(w.CONSULTING, "POST", "/v1/licensing/denials", json=body)
    assert (again.status_code, again.json()["code"]) == (409, "conflict")
    bad = people.ask(w.CONSULTING, "POST", "/v1/licensing/denials", json=body | {"id": "x", "handling": "SECRET"})
    assert bad.status_code == 400 and "handling" in bad.json()["where"]


def test_facts_for_the_assessor_hold_precedents_but_no_other_exporter_reads_them(
    people: Registry, samples: Samples
) -> None:
    before, case = samples.refused(), samples.circulated()
    found = people.ask(w.HR_ASSESSOR, "GET", f"{CASES}/{case.id}/human-rights").json()
    precedents = [one for one in found["facts"] if one["subject"] == "precedent"]
    assert before.reference in {one["source"] for one in precedents}
    assert {one["id"] for one in found["criteria"]} == {"EU-CP-2", "EU-DU-15", "ECHRI"}
    assert found["missing"] and found["versions"] == []


# --- the queue


def test_the_queue_goes_by_pages_and_shifts_nothing(people: Registry, samples: Samples) -> None:
    everything = people.ask(w.OFFICER, "GET", CASES, params={"limit": 200}).json()["results"]
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        page = people.ask(w.OFFICER, "GET", CASES, params={"limit": 7, "cursor": cursor}).json()
        seen += [one["id"] for one in page["results"]]
        cursor = page["next"]
    assert seen == [one["id"] for one in everything] and len(seen) > 20
    due = [one["due"] for one in everything if one["due"]]
    assert due == sorted(due)
    for asked in ({"cursor": "nonsense"}, {"limit": 0}, {"due_by": "soon"}, {"nonsense": "1"}):
        assert people.ask(w.OFFICER, "GET", CASES, params=asked).status_code == 400, asked


def test_the_queue_is_filtered(people: Registry, samples: Samples) -> None:
    def ids(**asked: Any) -> list[str]:
        results = people.ask(w.OFFICER, "GET", CASES, params=asked).json()["results"]
        return [one["id"] for one in results]

    licensed = samples.licensed()
    assert licensed.id in ids(licence="active", limit=200)
    assert licensed.id not in ids(outcome="refuse", limit=200)
    assert set(ids(q="ministry interior", authority="us")) < set(ids(q="ministry", limit=200))
    assert ids(q="no-such-word") == []
    mine = people.ask(w.EXPORTER, "GET", CASES, params={"status": "in_review", "limit": 200}).json()["results"]
    assert mine and {one["status"] for one in mine} == {"in_review"}
    assert all(one["due"] is None and one["officer"] is None for one in mine)
    assert people.ask(w.OTHER_EXPORTER, "GET", CASES).json()["results"] == []
    assert people.ask(w.EXPORTER, "GET", "/v1/licensing/due").json() == []
    assert people.ask(w.OFFICER, "GET", "/v1/licensing/due", params={"within": 60}).json()


# --- tags


def test_who_saw_an_older_state_is_told_and_a_tag_saves_a_reading(people: Registry, samples: Samples) -> None:
    case = samples.registered()
    tag = people.ask(w.OFFICER, "GET", f"{CASES}/{case.id}").headers["etag"]
    again = people.ask(w.OFFICER, "GET", f"{CASES}/{case.id}", headers={"if-none-match": tag})
    assert again.status_code == 304
    body = {"flag": "doubt", "reason": "the quantity"}
    path = f"{CASES}/{case.id}/commands/flag"
    assert people.ask(w.OFFICER, "POST", path, json=body, headers={"if-match": tag}).status_code == 200
    late = people.ask(w.SCREENING, "POST", path, json=body, headers={"if-match": tag})
    assert late.status_code == 412 and "somebody else changed the case first" in late.json()["detail"]
    assert people.ask(w.SCREENING, "POST", path, json=body, headers={"if-match": "17"}).status_code == 400


# --- from an assessment to a draft


def test_a_draft_starts_from_an_assessment_in_one_step(people: Registry) -> None:
    parties = [{"role": "end_user", "name": "Bureau of Public Watching", "type": "police"}]
    tx = {
        "item": {"code": "5A001.j"},
        "from": "NL",
        "destination": "KZ",
        "parties": parties,
        "value": {"amount": "25000", "currency": "EUR"},
    }
    kept = people.ask(w.EXPORTER, "POST", "/v1/assessments", json={"transaction": tx | {"date": "2026-08-03"}}).json()
    asked = {"assessment": kept["id"], "authority": "nl", "type": "individual"}
    key = {"idempotency-key": "from-assessment"}
    made = people.ask(w.EXPORTER, "POST", "/v1/licensing/drafts", json=asked, headers=key)
    assert made.status_code == 201, made.text
    form = made.json()["application"]
    assert (form["destination"], form["exporter"], form["assessment"]) == ("KZ", "delta", kept["judgement"])
    assert form["parties"][0]["category"] == "police"
    assert people.ask(w.EXPORTER, "POST", "/v1/licensing/drafts", json=asked, headers=key).status_code == 200
    possible = people.ask(w.EXPORTER, "GET", f"{CASES}/{made.json()['id']}/commands").json()
    submit = next(one for one in possible if one["command"] == "submit")
    assert not submit["now"] and {"what", "rule", "citation"} == set(submit["missing"][0])
    # A revision keeps the assessment; another cannot be named, and no application names one of its own.
    other = {"application": form | {"assessment": "ab" * 32}}
    path = f"{CASES}/{made.json()['id']}/commands/revise"
    assert people.ask(w.EXPORTER, "POST", path, json=other).status_code == 400
    assert people.ask(w.EXPORTER, "POST", path, json={"application": form}).status_code == 200
    assert people.ask(w.EXPORTER, "POST", "/v1/licensing/applications", json=form).status_code == 400
    for bad in ({"assessment": "none"}, {"authority": "mars"}, {"type": "nonsense"}):
        answer = people.ask(w.EXPORTER, "POST", "/v1/licensing/drafts", json=asked | bad)
        assert answer.status_code in (400, 404), answer.text


def test_what_the_assessment_found_lies_on_the_ground_of_its_case(people: Registry, app: FastAPI) -> None:
    tx: dict[str, Any] = {"item": {"code": "5A001.j"}, "from": "NL", "destination": "KZ", "date": "2026-08-03"}
    tx["parties"] = [{"role": "end_user", "name": "Bureau of Public Watching"}]
    kept = people.ask(w.EXPORTER, "POST", "/v1/assessments", json={"transaction": tx}).json()
    asked = {"assessment": kept["id"], "authority": "nl", "type": "individual"}
    made = people.ask(w.EXPORTER, "POST", "/v1/licensing/drafts", json=asked).json()
    office = app.state.service.office
    ground = office.outside.ground(office.licensing().case(made["id"]), w.OFFICER)
    assert ground.assessment_outcome == kept["outcome"]
    assert any("5A001.j" in reason for _, reason, _ in ground.findings)


# --- bodies


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 400),
        (b"[]", 400),
        (b"{", 400),
        (b'{"flag": "x", "flag": "y", "reason": "z"}', 400),
        (b'{"flag": 7, "reason": "z"}', 400),
        (b'{"flag": "x", "reason": "z", "more": 1}', 400),
        (b'{"flag": "x", "reason": ""}', 422),
        (b'{"flag": "\\u0000", "reason": "z"}', 400),
        (b'{"flag": ' + b"[" * 500 + b"]" * 500 + b"}", 400),
        (b'{"flag": ' + b"9" * 5_000 + b', "reason": "z"}', 400),
    ],
)
def test_a_body_that_cannot_be_used_is_refused_in_words(
    people: Registry, samples: Samples, body: bytes, status: int
) -> None:
    path = f"{CASES}/{samples.ids[CASES + '/']}/commands/flag"
    answer = people.ask(w.OFFICER, "POST", path, content=body)
    assert answer.status_code == status, answer.text
    assert answer.json()["detail"]


# --- licences and customs


def test_customs_looks_up_a_licence_and_reports_what_leaves_and_sees_no_case(
    people: Registry, samples: Samples
) -> None:
    case = samples.licensed()
    assert case.licence is not None
    number = case.licence.content.licence
    found = people.ask(CUSTOMS, "GET", f"/v1/licensing/licences/{number}").json()
    assert (found["case"], found["status"], found["lines"][0]["left"]) == (case.id, "active", "2")
    assert "measures" not in found
    body = {"usage": "B1", "line": 1, "quantity": "3", "unit": "pieces", "on": "2026-08-03"}
    used = people.ask(CUSTOMS, "POST", f"{CASES}/{case.id}/commands/use", json=body)
    assert used.status_code == 200
    found = people.ask(CUSTOMS, "GET", f"/v1/licensing/licences/{number}").json()
    assert (found["lines"][0]["left"], len(found["exceptions"])) == ("2", 1), "an overdraw takes nothing"
    assert people.ask(CUSTOMS, "GET", f"{CASES}/{case.id}").status_code == 403
    assert people.ask(CUSTOMS, "GET", "/v1/licensing/licences/NL-0-L1").status_code == 404


# --- registers


def test_indicators_are_loaded_as_versions_and_make_profiles(people: Registry, app: FastAPI) -> None:
    def load(name: str, body: str, who: Actor = w.HR_ASSESSOR, **params: str) -> Any:
        path = f"/v1/licensing/references/{name}"
        return people.ask(who, "PUT", path, content=body, params={"reason": "the yearly table"} | params)

    # No key loads tables: a person does, in a session.
    assert load("liberties", INDICATORS).status_code == 403
    from enduse.interfaces.licensing import registers

    office = app.state.service.office
    for name, body in (("liberties", INDICATORS), ("levels", LEVELS), ("liberties", INDICATORS)):
        registers.load_reference(office, name, body.encode(), "", by=By("t"), reason="yearly")
    found = people.ask(w.HR_ASSESSOR, "GET", "/v1/licensing/profiles").json()
    assert [(one["country"], one["level"]) for one in found] == [("KZ", "elevated")]
    assert {one["name"] for one in people.ask(w.HR_ASSESSOR, "GET", "/v1/licensing/references").json()} == {
        "liberties",
        "levels",
    }
    assert people.ask(w.EXPORTER, "GET", "/v1/licensing/profiles").status_code == 403


def test_a_report_is_computed_frozen_and_revised(people: Registry, samples: Samples) -> None:
    period = {"from": "2026-01-01", "to": "2027-01-01"}
    samples.refused()
    made = people.ask(STATISTICIAN, "GET", "/v1/licensing/statistics/eu", params=period).json()
    assert made["facts"] > 0 and made["version"] == 1
    csv = people.ask(STATISTICIAN, "GET", "/v1/licensing/statistics/eu", params=period | {"format": "csv"})
    assert csv.headers["content-type"].startswith("text/csv") and "Delta" not in csv.text
    path = "/v1/licensing/statistics/eu/releases"
    first = people.ask(STATISTICIAN, "POST", path, json=period | {"reason": "yearly"}).json()
    same = people.ask(STATISTICIAN, "POST", path, json=period | {"reason": "again"}).json()
    assert same["sha256"] == first["sha256"], "nothing has changed"
    samples.refused()
    second = people.ask(STATISTICIAN, "POST", path, json=period | {"reason": "revised"}).json()
    assert (second["version"], second["supersedes"]) == (2, first["sha256"])
    frozen = people.ask(STATISTICIAN, "GET", first["url"]).json()
    assert frozen["facts"] == made["facts"] and frozen["sha256"] == first["sha256"]
    listed = people.ask(STATISTICIAN, "GET", "/v1/licensing/releases").json()
    assert [one["version"] for one in listed] == [1, 2]
    for bad in ({"to": "2026-01-01"}, {"from": "soon"}, {"authority": "mars"}):
        assert people.ask(STATISTICIAN, "GET", "/v1/licensing/statistics/eu", params=period | bad).status_code == 400
    assert people.ask(STATISTICIAN, "GET", "/v1/licensing/statistics/mars", params=period).status_code == 404
    assert people.ask(w.OFFICER, "GET", "/v1/licensing/statistics/eu", params=period).status_code == 403
    assert people.ask(AUDITOR, "POST", path, json=period | {"reason": "x"}).status_code == 403


def test_a_case_is_erased_when_its_period_has_passed_and_not_before(people: Registry, samples: Samples) -> None:
    old, new = samples._old(), samples.registered()
    kept = people.ask(w.RECORDS, "GET", f"{CASES}/{old.id}/retention").json()
    assert kept["until"] == "2016-01-01" and kept["obstacles"] == []
    early = people.ask(w.RECORDS, "POST", f"{CASES}/{new.id}/erasure", json={"reason": "asked"})
    assert early.status_code == 422 and early.json()["missing"][0]["rule"] == "open"
    gone = people.ask(w.RECORDS, "POST", f"{CASES}/{old.id}/erasure", json={"reason": "the period has passed"})
    assert (gone.status_code, gone.json()["status"], gone.json()["application"]) == (200, "erased", None)
    assert people.ask(w.OFFICER, "POST", f"{CASES}/{new.id}/erasure", json={"reason": "x"}).status_code == 403
    history = people.ask(AUDITOR, "GET", f"{CASES}/{old.id}/history").json()
    assert [one["body"] for one in history[:-1]] == [None] * (len(history) - 1)
    assert all(one["sha256"] for one in history)


def test_what_an_authority_asks_can_be_read_before_applying(people: Registry) -> None:
    found = {one["id"]: one for one in people.ask(w.EXPORTER, "GET", "/v1/licensing/authorities").json()}
    assert {"nl", "de", "fr", "uk", "us"} == set(found)
    assert "art5" in {one["id"] for one in found["nl"]["questions"]}
    assert "art5" not in {one["id"] for one in found["us"]["questions"]}


def test_held_lists_are_asked_for(samples: Samples) -> None:
    """The gate rests on the lists that the law of the authority needs, as the service holds them."""
    office = samples.service.office
    assert office.outside.required("nl") == ("EU-FSF", "UN")
    assert [one.id for one in office.outside.states("us")] == [*office.outside.required("us")]
