"""The pages of designations without JavaScript: from evidence to a removal by forms alone, and what is refused."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import designation_pages as p
from designation_world import NAME, SEATS
from enduse.interfaces.web.designations.addresses import ADDRESSES
from people import join, post, signed_in


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    found = p.application(tmp_path / "data")
    yield found
    assert found.state.service.stores.need().verify().whole
    found.state.service.stores.close()


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[FastAPI, dict[str, tuple[str, str]]]]:
    found = p.application(tmp_path_factory.mktemp("pages") / "data")
    yield found, p.play(found)
    found.state.service.stores.close()


@pytest.mark.parametrize("name", p.NAMES)
def test_every_page_is_answered(played: tuple[FastAPI, dict[str, tuple[str, str]]], name: str) -> None:
    app, pages = played
    login, path = pages[name]
    answer = signed_in(app, login).get(path)
    assert answer.status_code == 200, answer.text
    assert answer.text.count("<h1") == 1


def test_no_page_is_forgotten(played: tuple[FastAPI, dict[str, tuple[str, str]]]) -> None:
    shown = [path.partition("?")[0] for _, path in played[1].values()]
    for one in ADDRESSES:
        if "GET" in one.methods and "/do/" not in one.path and not one.path.endswith("/notice"):
            pattern = re.sub(r"\{[^}]+\}", "[^/]+", one.path)
            assert any(re.fullmatch(pattern, path) for path in shown), one.path


def _sent(http: TestClient, path: str, **data: Any) -> str:
    answer = post(http, path, **data)
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"]).partition("?")[0]


def test_from_evidence_to_a_removal_by_forms_alone(app: FastAPI) -> None:
    for seat in SEATS:
        join(app, f"m.{seat}", "committee_member", agency=seat)
    people = {login: signed_in(app, login) for login in ("erin", "nora", "chris", "paul")}
    entry = _sent(
        people["erin"],
        "/evidence/new",
        title="Telephones of a news room",
        what="Infected.",
        harm="intrusion_into_devices",
        vendor=NAME,
        end_user="Bureau of Public Watching",
        publisher="Institute for Network Studies",
        reliability="B",
        credibility="2",
    )
    number = entry.rpartition("/")[2]
    page = people["nora"].get(entry).text
    assert "Institute for Network Studies" in page and "<svg" in page and "Table: the steps of the picture" in page
    nomination = {
        "authority": "us-erc",
        "name": NAME,
        "kind": "company",
        "addresses": "14 Quarry Road, Tallinn, Estonia | EE",
        "identifiers": "registration | 90214417 | EE",
        "measures": "licence_requirement",
        "scope": "all",
        "review_policy": "Presumption of denial",
        "c.reasonable-cause.met": "yes",
        "c.reasonable-cause.evidence": number,
        "c.reasonable-cause.why": "it sold what was misused",
        "c.human-rights.met": "yes",
        "c.human-rights.evidence": number,
        "c.human-rights.why": "journalists",
        "foreign_policy": "partners were consulted",
        "humanitarian": "none",
    }
    refused = post(people["nora"], "/designations/nominate", **nomination)
    assert refused.status_code == 422 and "less restrictive measure" in refused.text
    assert "it sold what was misused" in refused.text, "what was typed stays"
    nomination["alternatives"] = "an is-informed letter | reaches exporters that are known alone"
    case = _sent(people["nora"], "/designations/nominate", **nomination)
    _sent(people["nora"], f"{case}/quality")
    _sent(people["chris"], f"{case}/do/circulate", reason="ready")
    for seat in ("commerce", "state", "defense"):
        _sent(signed_in(app, f"m.{seat}"), f"{case}/do/vote", position="yes", reason="criteria are met")
    _sent(people["chris"], f"{case}/do/close_vote")
    today = p.NOW.date().isoformat()
    act = {"effective": today, "citation": "91 FR 100", "public_reasons": "It supplied what was used."}
    denied = post(people["nora"], f"{case}/do/publish", **act)
    assert denied.status_code == 403
    _sent(people["paul"], f"{case}/do/publish", **act)
    page = people["nora"].get(case).text
    assert f"In force on {today}" in page and "Versions of the listing over time" in page
    assert "It supplied what was used." in people["nora"].get(f"{case}/notice").text
    filed = {"id": "p1", "by": NAME, "asks": "remove", "grounds": "it left the market", "received": today}
    _sent(people["nora"], f"{case}/do/petition", **filed)
    _sent(people["chris"], f"{case}/do/circulate", question="remove", petition="p1", reason="asked")
    for seat in SEATS:
        _sent(signed_in(app, f"m.{seat}"), f"{case}/do/vote", position="no" if seat == "energy" else "yes")
    _sent(people["chris"], f"{case}/do/close_vote")
    later = (p.NOW.date() + dt.timedelta(days=1)).isoformat()
    act["effective"] = later
    refused = post(people["paul"], f"{case}/do/remove", **act)
    assert refused.status_code == 422 and "unanimity" in refused.text
    _sent(people["chris"], f"{case}/do/decide_petition", id="p1", outcome="refused", reasons="no unanimity")
    _sent(people["chris"], f"{case}/do/circulate", question="remove", reason="new facts")
    for seat in SEATS:
        _sent(signed_in(app, f"m.{seat}"), f"{case}/do/vote", position="yes")
    _sent(people["chris"], f"{case}/do/close_vote")
    _sent(people["paul"], f"{case}/do/remove", **act)
    assert f"In force on {today}" in people["nora"].get(case).text
    assert f"Not in force on {later}" in people["nora"].get(f"{case}?on={later}").text


def test_who_came_second_is_told(played: tuple[FastAPI, dict[str, tuple[str, str]]]) -> None:
    app, pages = played
    http = signed_in(app, "mia")
    path = pages["designation-vote"][1]
    answer = post(http, path, position="yes", seen="1")
    assert answer.status_code == 409 and "somebody else changed it" in answer.text


def test_strangers_see_no_designation(played: tuple[FastAPI, dict[str, tuple[str, str]]]) -> None:
    app, pages = played
    join(app, "ada", "analyst")
    http = signed_in(app, "ada")
    for name in ("designations", "evidence", "evidence-entry", "designation-listed"):
        assert http.get(pages[name][1]).status_code == 403
    assert "Designations</a>" not in http.get("/").text
