"""The register in the browser: exact money, sources, tables in and out with their bad rows, history, consultations."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from people import form_token, post, signed_in
from programme_table import table
from programme_world import application, held_by


@pytest.fixture
def app(tmp_path: Path) -> FastAPI:
    return application(tmp_path / "data", quarter=False)


def send(http: TestClient, data: bytes, reason: str = "letter of 3 March") -> Any:
    files = {"file": ("t.csv", data, "text/csv")}
    return http.post("/programme/import", data={"csrf_token": form_token(http), "reason": reason}, files=files)


def test_everybody_who_is_signed_in_reads_it_and_a_statistician_alone_keeps_it(app: FastAPI) -> None:
    ada = signed_in(app, "ada")
    text = ada.get("/programme").text
    assert "424,400,000 USD" in text and "Import a table" not in text
    assert "not verified" in text
    assert send(ada, table()).status_code == 403
    assert ada.get("/programme/consultations").status_code == 403
    assert ada.get("/programme/initiatives/none").status_code == 404


def test_a_table_comes_in_with_its_history_and_goes_out_as_it_came(app: FastAPI) -> None:
    http = signed_in(app, "stan")
    assert send(http, table()).status_code == 303
    assert send(http, table(budget="1250000.75", status="done"), "the audit").status_code == 303
    page = http.get("/programme/initiatives/media-fund").text
    assert "1,250,000.75 EUR" in page and "1250000.50 → 1250000.75" in page
    assert "letter of 3 March" in page and "the audit" in page and "Stan" in page
    assert "overdue" in page.partition("Milestones")[2]  # the first grants were due on 1 March
    out = http.get("/programme?member=NL&format=csv").content
    assert out == table(budget="1250000.75", status="done")
    assert "1,250,000.75 EUR" in http.get("/programme?pillar=media").text
    assert held_by(app).stores.need().verify().whole


def test_every_bad_row_is_shown_and_nothing_is_kept(app: FastAPI) -> None:
    http = signed_in(app, "stan")
    good, bad = table(), table(id="other", budget="1e6").partition(b"\n")[2]
    answer = send(http, good + bad + table(id="third", pillar="space").partition(b"\n")[2])
    assert answer.status_code == 422
    assert "line 3, budget" in answer.text and "line 4, pillar" in answer.text
    assert http.get("/programme/initiatives/media-fund").status_code == 404
    assert send(http, b"\xff").status_code == 422
    assert send(http, table(), reason="").status_code == 422
    assert http.get("/programme?pillar=space").status_code == 422


def test_a_consultation_feeds_the_third_commitment_and_its_answer_the_days(app: FastAPI) -> None:
    http = signed_in(app, "stan")
    asked = {"stakeholder": "academia", "subject": "Criteria <2>", "on": "2026-03-02", "reason": "round table"}
    assert post(http, "/programme/consultations", **asked).status_code == 303
    card = "/programme/scorecard?from=2026-01-01&to=2026-04-01&format=csv"
    assert "response_days,,days,0,1" in http.get(card).text
    shown = http.get("/programme/consultations").text
    assert "Criteria &lt;2&gt;" in shown and "none yet" in shown
    more = {"id": "2026-03-02-criteria-2", "responded_on": "2026-03-12", "response": "taken up in the guidance"}
    assert post(http, "/programme/consultations", **asked, **more).status_code == 303
    assert "consultations,1," in http.get(card).text and "response_days,10,days,1,1" in http.get(card).text


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"stakeholder": "friends"}, "say whom"),
        ({"subject": ""}, "what it was about"),
        ({"on": "soon"}, "date"),
        ({"responded_on": "2026-03-01"}, "before the question"),
        ({"initiative": "none"}, "not in the register"),
        ({"link": "javascript:alert(1)"}, "no address"),
        ({"reason": ""}, "reason is missing"),
    ],
)
def test_a_consultation_that_cannot_count_is_refused_beside_its_field(
    app: FastAPI, change: dict[str, str], told: str
) -> None:
    http = signed_in(app, "stan")
    asked = {"stakeholder": "academia", "subject": "Criteria", "on": "2026-03-02", "reason": "round table"} | change
    answer = post(http, "/programme/consultations", **asked)
    assert answer.status_code == 422 and told in answer.text
    assert "None is on record" in http.get("/programme/consultations").text
