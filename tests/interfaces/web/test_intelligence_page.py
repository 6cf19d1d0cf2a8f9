"""What the lists add up to: worked out by a job, shown by page, API and command alike."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from people import form_token, join, signed_in
from service_world import Clock, client, service


@pytest.fixture
def app(tmp_path: Path, data: Path, holdings: Holdings) -> Iterator[FastAPI]:
    (tmp_path / "lists").symlink_to(data / "lists")
    found = service(tmp_path, Clock(), open_holdings=lambda: holdings, request_rate=1_000_000)
    for login, role in (("ada", "analyst"), ("eve", "engineer")):
        join(found, login, role)
    with client(found) as http:
        while http.get("/readyz").status_code == 503:
            time.sleep(0.02)
        yield found


def worked_out(http: TestClient, threshold: str = "0.95") -> str:
    form = {"csrf_token": form_token(http), "threshold": threshold}
    answer = http.post("/monitor/intelligence", data=form, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    deadline = time.monotonic() + 120
    while "data-again" in (page := http.get("/monitor/intelligence")).text:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return page.text


def test_curves_and_their_tables_with_the_health_of_each_source(app: FastAPI) -> None:
    ada = signed_in(app, "ada")
    assert "Nothing has been worked out yet" in ada.get("/monitor/intelligence").text
    assert ada.get("/v1/monitor/intelligence").status_code == 404
    page = worked_out(ada)
    for words in ("Spyware", "Mass surveillance", "Forced labour", "US-BIS", "The same as a table", "Not at hand"):
        assert words in page, words
    assert "ftm" in page and 'style="' not in page
    document = ada.get("/v1/monitor/intelligence").json()
    assert document["schema"] == "enduse/list-intelligence/1"
    spyware = next(one for one in document["by_reason"] if one["name"] == "spyware")
    assert sum(spyware["began"]) > 0 and len(spyware["standing"]) == len(document["years"])


def test_who_may_begin_it_and_with_what(app: FastAPI) -> None:
    ada, eve = signed_in(app, "ada"), signed_in(app, "eve")
    for threshold in ("0.5", "2", "much", ""):
        form = {"csrf_token": form_token(ada), "threshold": threshold}
        assert ada.post("/monitor/intelligence", data=form).status_code == 422 or threshold == ""
    form = {"csrf_token": form_token(eve), "threshold": "0.95"}
    assert eve.post("/monitor/intelligence", data=form).status_code == 403
    page = eve.get("/monitor/intelligence")
    assert page.status_code == 200 and "Work it out" not in page.text


def test_the_command_says_the_same(
    data: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    assert main(["lists", "intelligence", "--data-dir", str(data)]) == 0
    page = capsys.readouterr().out
    assert "Reason, as stated" in page and "spyware" in page and "lists of several governments" in page
    assert main(["lists", "intelligence", "--data-dir", str(data), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["schema"] == "enduse/list-intelligence/1"
    assert main(["lists", "intelligence", "--threshold", "0.2", "--data-dir", str(data)]) == 3
    assert "threshold" in capsys.readouterr().err
