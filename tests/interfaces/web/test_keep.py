"""From the question to an application: the answer on the page is kept by a button, and applied from."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from enduse.interfaces.api.holdings import Holdings
from people import form_token, join, signed_in
from service_world import Clock, client, service

ASKED = {
    "item": "5A001.j",
    "from": "NL",
    "to": "EG",
    "party.0.role": "end_user",
    "party.0.name": "Ministry of Interior",
    "party.0.type": "government",
    "party.0.country": "EG",
    "date": "2026-08-03",
}


@pytest.fixture
def app(data: Path, tmp_path: Path, holdings: Holdings) -> Iterator[FastAPI]:
    (tmp_path / "lists").symlink_to(data / "lists")
    found = service(tmp_path, Clock(), open_holdings=lambda: holdings, request_rate=1_000_000)
    join(found, "ada", "analyst")
    join(found, "dirk", "exporter_submitter", organisation="delta")
    join(found, "vera", "exporter_viewer", organisation="delta")
    with client(found) as http:
        while http.get("/readyz").status_code == 503:
            time.sleep(0.02)
        yield found
    assert found.state.service.stores.need().verify().whole


def form_of(page: str, action: str) -> dict[str, str]:
    """The fields of a form on a page."""
    found = re.search(rf'<form[^>]*action="{action}".*?</form>', page, re.S)
    assert found is not None, page[:2_000]
    pairs = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', found[0])
    return dict(pairs)


def kept(http: TestClient) -> str:
    page = http.get(f"/check?{urlencode(ASKED)}").text
    answer = http.post("/check/keep", data=form_of(page, "/check/keep"))
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).rpartition("/")[2]


def test_an_answer_is_kept_by_a_button_under_who_is_signed_in_and_only_once(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    casework = app.state.service.stores.need().casework
    first = kept(http)
    assert kept(http) == first, "the same answer once more is the one that was kept"
    (record,) = casework.assessments(limit=10)
    ada = app.state.service.stores.need().accounts.by_login("ada")
    assert (record.id, record.owner) == (first, ada.id)
    (entry,) = app.state.service.stores.need().audit.entries(subject=f"assessment:{first}")
    assert (entry.action, entry.actor) == ("assessment.keep", ada.id)
    page = http.get(f"/assessments/{first}").text
    assert "says the same, byte for byte" in page and "Ministry of Interior" in page


def test_from_the_first_page_to_a_draft_that_rests_on_the_assessment(app: FastAPI) -> None:
    http = signed_in(app, "dirk")
    page = http.get(f"/check?{urlencode(ASKED)}").text
    assert "You can apply for a licence from it" in page
    identifier = kept(http)
    shown = http.get(f"/assessments/{identifier}").text
    stated = form_of(shown, "/licensing/apply")
    begun = http.post("/licensing/apply", data={**stated, "type": "nl/individual"})
    assert begun.status_code == 303 and "/do/revise" in begun.headers["location"], begun.text
    form = http.get(begun.headers["location"]).text
    assert "Ministry of Interior" in form and "5A001.j" in form
    case_id = begun.headers["location"].split("/")[3]
    case = app.state.service.office.licensing().case(case_id)
    judgement = app.state.service.stores.need().casework.assessment(identifier).judgement
    assert case.applied.assessment == judgement

    # An amendment of it goes on resting on the same assessment, and on no other.
    token = form_token(http)
    amended = http.post(f"/licensing/cases/{case_id}/amend", data={"csrf_token": token})
    assert amended.status_code == 303, amended.text
    new = app.state.service.office.licensing().case(amended.headers["location"].split("/")[3])
    assert (new.applied.amends, new.applied.assessment) == (case_id, judgement)


def test_who_may_keep_nothing_sees_no_button_and_a_form_without_its_token_keeps_nothing(app: FastAPI) -> None:
    viewer = signed_in(app, "vera")
    assert "/check/keep" not in viewer.get(f"/check?{urlencode(ASKED)}").text
    assert viewer.post("/check/keep", data={**ASKED, "csrf_token": form_token(viewer)}).status_code == 403
    ada = signed_in(app, "ada")
    assert ada.post("/check/keep", data=ASKED).status_code == 403
    assert client(app).post("/check/keep", data=ASKED).status_code == 401
    wrong = ada.post("/check/keep", data={"csrf_token": form_token(ada), "item": "no such code"})
    assert wrong.status_code == 422
    assert app.state.service.stores.need().casework.assessments(limit=10) == []
