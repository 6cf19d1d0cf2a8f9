"""Two exporters and an authority in one service: nobody of one exporter reads what the other kept."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api_server import held
from people import SETUP, join, key_of, signed_in
from service_world import Clock, client, service

TRANSACTION: dict[str, Any] = {
    "item": {"code": "EAR99"},
    "from": "US",
    "destination": "CN",
    "parties": [{"role": "end_user", "name": "Acme Optronics"}],
    "date": "2026-08-03",
}
TABLE = b"reference,item,from,destination,end_user\nr1,EAR99,US,CN,Acme Optronics\n"
PEOPLE = {
    "delta.files": ("exporter_submitter", "delta"),
    "delta.admin": ("exporter_admin", "delta"),
    "delta.viewer": ("exporter_viewer", "delta"),
    "epsilon.files": ("exporter_submitter", "epsilon"),
    "epsilon.admin": ("exporter_admin", "epsilon"),
    "epsilon.viewer": ("exporter_viewer", "epsilon"),
    "nobody.admin": ("exporter_admin", ""),
    "nobody.viewer": ("exporter_viewer", ""),
    "analyst": ("analyst", ""),
    "auditor": ("auditor", ""),
}


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[FastAPI]:
    made = service(held(tmp_path_factory.mktemp("lists")), clock, request_rate=1_000_000, login_rate=10_000)
    for login, (role, organisation) in PEOPLE.items():
        join(made, login, role, organisation=organisation)
    with client(made) as http:
        while http.get("/readyz").status_code == 503:
            time.sleep(0.02)
        yield made
        assert made.state.service.stores.need().verify().whole


class Program:
    """A program with somebody's key."""

    def __init__(self, app: FastAPI, login: str) -> None:
        user = app.state.service.stores.need().accounts.by_login(login)
        assert user is not None
        key = key_of(app, user, "assess", "read", "check", "screen")
        self.http: TestClient = client(app, authorization=f"Bearer {key}")

    def keep(self, **changed: Any) -> dict[str, Any]:
        answer = self.http.post("/v1/assessments", json={"transaction": TRANSACTION | changed})
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def code(self, path: str) -> int:
        return self.http.get(path).status_code

    def listed(self, path: str) -> list[str]:
        found = self.http.get(path).json()
        return [one["id"] for one in (found["results"] if isinstance(found, dict) else found)]


def test_an_assessment_is_read_by_its_exporter_and_the_authority_and_by_no_other_exporter(app: FastAPI) -> None:
    kept = Program(app, "delta.files").keep(reference="delta's")
    foreign = Program(app, "epsilon.files").keep(reference="epsilon's")
    paths = [
        f"/v1/assessments/{kept['id']}",
        f"/v1/assessments/{kept['id']}/judgement",
        f"/v1/transactions/{kept['transaction']}",
    ]
    for login in PEOPLE:
        reads = login.startswith("delta") or login in ("analyst", "auditor")
        who = Program(app, login)
        assert [who.code(path) for path in paths] == [200 if reads else 404] * len(paths), login
        assert (kept["id"] in who.listed("/v1/assessments")) is reads, login
        sees = login.startswith("epsilon") or login in ("analyst", "auditor")
        assert (foreign["id"] in who.listed("/v1/assessments?limit=1") or not sees) is True, login
        assert kept["id"] in who.listed("/v1/assessments?limit=2") or not reads, login


def test_in_the_browser_too(app: FastAPI) -> None:
    kept = Program(app, "delta.files").keep(reference="seen in a browser")
    for login in ("epsilon.admin", "epsilon.viewer", "nobody.viewer"):
        http = signed_in(app, login)
        assert kept["id"] not in http.get("/assessments").text
        assert http.get(f"/assessments/{kept['id']}").status_code == 404
    http = signed_in(app, "delta.viewer")
    page = http.get("/assessments").text
    assert kept["id"] in page and "What was kept for your exporter" in page
    assert http.get(f"/assessments/{kept['id']}").status_code == 200


def test_a_table_and_its_results_are_its_exporter_s(app: FastAPI) -> None:
    answer = Program(app, "delta.files").http.post(
        "/v1/assessments/bulk", content=TABLE, headers={"content-type": "text/csv"}
    )
    assert answer.status_code == 202, answer.text
    job = answer.json()["id"]
    deadline = time.monotonic() + 60
    while Program(app, "analyst").http.get(f"/v1/jobs/{job}").json()["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    for login in PEOPLE:
        reads = login.startswith("delta") or login in ("analyst", "auditor")
        who = Program(app, login)
        assert [who.code(f"/v1/jobs/{job}"), who.code(f"/v1/jobs/{job}/result")] == [200 if reads else 404] * 2, login
        assert (job in who.listed("/v1/jobs")) is reads, login
    for login, found in (("epsilon.admin", 404), ("delta.admin", 200)):
        http = signed_in(app, login)
        assert http.get(f"/jobs/{job}").status_code == found
        assert (job in http.get("/jobs").text) is (found == 200)


def test_what_somebody_kept_stays_with_the_exporter_that_they_acted_for_then(app: FastAPI, clock: Clock) -> None:
    kept = Program(app, "delta.files").keep(reference="before the move")
    accounts = app.state.service.stores.need().accounts
    user = accounts.by_login("delta.files")
    clock.on(seconds=5)
    accounts.assign(user.id, organisation="epsilon", agency="", by=SETUP, reason="works there now")
    try:
        clock.on(seconds=5)
        later = Program(app, "delta.files").keep(reference="after the move")
        for login, before, after in (("delta.admin", 200, 404), ("epsilon.admin", 404, 200)):
            who = Program(app, login)
            assert who.code(f"/v1/assessments/{kept['id']}") == before, login
            assert who.code(f"/v1/assessments/{later['id']}") == after, login
            assert (kept["id"] in who.listed("/v1/assessments")) is (before == 200)
    finally:
        accounts.assign(user.id, organisation="delta", agency="", by=SETUP, reason="came back")
        clock.on(seconds=5)
