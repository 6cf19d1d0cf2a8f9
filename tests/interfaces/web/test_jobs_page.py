"""Tables as jobs: for who may, watched until they end, seen by nobody else."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.web.jobs import as_the_worker_reads_it
from enduse.model.errors import BadInput
from people import form_token, join, signed_in
from service_world import Clock, client, service

TABLE = b"Order No,ECCN,Country,Colour\nA-1,EAR99,DE,red\nA-2,EAR99,Atlantis,=1\n"


@pytest.fixture
def app(tmp_path: Path, holdings: Holdings) -> Iterator[FastAPI]:
    found = service(tmp_path, Clock(), open_holdings=lambda: holdings, request_rate=1_000_000)
    join(found, "ada", "analyst")
    join(found, "eve", "engineer")
    with client(found) as http:
        while http.get("/readyz").status_code == 503:
            time.sleep(0.02)
        yield found


def test_headings_become_the_columns_that_the_worker_knows() -> None:
    assert (
        as_the_worker_reads_it("orders.csv", TABLE) == b"reference,item,destination\nA-1,EAR99,DE\nA-2,EAR99,Atlantis\n"
    )
    own = b"item,destination\nEAR99,DE\n"
    assert as_the_worker_reads_it("orders.csv", own) == own


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", b""), ("a.csv", b"item\nEAR99\n"), ("a.csv", b"ECCN,Country\nEAR99,DE,more\n")]
)
def test_what_the_worker_could_not_read_is_refused(name: str, content: bytes) -> None:
    with pytest.raises(BadInput):
        as_the_worker_reads_it(name, content)


def test_a_job_is_watched_until_it_is_done_and_seen_by_nobody_else(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    assert "Upload as a job" in http.get("/bulk").text
    answer = http.post("/jobs", data={"csrf_token": form_token(http)}, files={"file": ("orders.csv", TABLE)})
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    deadline = time.monotonic() + 60
    while "refresh" in (page := http.get(address)).headers:
        assert page.status_code == 200 and time.monotonic() < deadline
        time.sleep(0.05)
    assert "<h1>Done</h1>" in page.text and "2 of 2 rows" in page.text
    assert address in http.get("/jobs").text
    results = http.get(f"/v1{address}/result").text
    assert "A-1" in results and "Atlantis" in results
    other = signed_in(app, "eve")
    assert other.get(address).status_code == 404 and address not in other.get("/jobs").text


def test_a_form_without_its_token_starts_no_job(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    assert http.post("/jobs", files={"file": ("orders.csv", TABLE)}).status_code == 403
    assert http.post("/jobs", data={"csrf_token": form_token(http)}).status_code == 422
