"""Tables as jobs: for who may, watched until they end, seen by nobody else."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.mapped_tables import HEAD, MappedTable, read_mapped
from enduse.interfaces.web.uploads import MAX_ROWS, MOST_OF_ONE, Uploads
from enduse.model.errors import BadInput
from people import form_token, join, signed_in
from service_world import Clock, client, service

TABLE = b"Order No,ECCN,Country,Colour\nA-1,EAR99,DE,red\nA-2,EAR99,Atlantis,=1\n"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def app(tmp_path: Path, data: Path, holdings: Holdings, clock: Clock) -> Iterator[FastAPI]:
    (tmp_path / "lists").symlink_to(data / "lists")
    found = service(tmp_path, clock, open_holdings=lambda: holdings, request_rate=1_000_000)
    join(found, "ada", "analyst")
    join(found, "eve", "engineer")
    with client(found) as http:
        while http.get("/readyz").status_code == 503:
            time.sleep(0.02)
        yield found


def uploaded(http: TestClient, table: bytes = TABLE, what: str = "check", name: str = "orders.csv") -> dict[str, str]:
    """The form of the page of columns, as it is sent when nothing is changed."""
    page = http.post("/bulk", data={"csrf_token": form_token(http), "what": what}, files={"file": (name, table)})
    assert page.status_code == 200, page.text
    form = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text))
    assert "table" not in form and form["upload"], "a table of somebody who may run jobs does not travel with the page"
    selects = re.findall(r'<select id="(map\.\d+)".*?</select>', page.text, re.S)
    for place in selects:
        chosen = re.search(rf'<select id="{re.escape(place)}".*?</select>', page.text, re.S)
        assert chosen is not None
        said = re.search(r'value="([^"]+)" selected', chosen[0])
        form[place] = said[1] if said else ""
    return form


def finished(http: TestClient, address: str) -> str:
    deadline = time.monotonic() + 60
    while "data-again" in (page := http.get(address)).text:
        assert page.status_code == 200 and time.monotonic() < deadline
        assert '<noscript><meta http-equiv="refresh"' in page.text, "without scripts it comes again too"
        time.sleep(0.05)
    return page.text


def test_a_job_is_watched_until_it_is_done_and_seen_by_nobody_else(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    form = uploaded(http)
    answer = http.post("/jobs", data=form)
    assert answer.status_code == 303, answer.text
    address = answer.headers["location"]
    page = finished(http, address)
    assert "Check of orders: done" in page and "2 of 2 rows" in page and "Atlantis" in page
    assert address in http.get("/jobs").text
    results = http.get(f"/v1{address}/result").text
    assert "A-1" in results and "Atlantis" in results
    other = signed_in(app, "eve")
    assert other.get(address).status_code == 404 and address not in other.get("/jobs").text


def test_names_are_screened_as_a_job(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    rows = b"Kunde,Land\nAkme Optronics,CN\nNobody of this name at all,DE\nExample,Atlantis\n" * 150
    table = b"Kunde,Land\n" + rows.replace(b"Kunde,Land\n", b"")
    page = finished(http, http.post("/jobs", data=uploaded(http, table, "screen", "n.csv")).headers["location"])
    assert "Screening of names: done" in page and "450 of 450 rows" in page and "ftm%3Aacme" in page
    assert "Names screened" in http.get("/jobs").text


def test_more_rows_than_a_page_waits_for_are_offered_as_a_job_alone(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    form = uploaded(http, b"item,destination\n" + b"EAR99,DE\n" * (MAX_ROWS + 1))
    answer = http.post("/bulk", data=form)
    assert answer.status_code == 422 and "start it as a job" in answer.text


def test_the_day_asked_for_holds_for_a_job(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    address = http.post("/jobs", data=uploaded(http) | {"as_of": "2022-01-01"}).headers["location"]
    assert "law and lists as of 2022-01-01" in finished(http, address)


def test_rows_in_error_are_seen_before_a_job_begins(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    form = uploaded(http)
    assert form.pop("seen")
    again = http.post("/jobs", data=form)
    assert again.status_code == 200 and "1 of 2 rows cannot be read so" in again.text
    assert "None yet" in http.get("/jobs").text


def test_a_table_that_was_put_down_is_its_owners_and_for_an_hour(app: FastAPI, clock: Clock) -> None:
    http, other = signed_in(app, "ada"), signed_in(app, "eve")
    form = uploaded(http)
    stolen = other.post("/jobs", data=form | {"csrf_token": form_token(other)})
    assert stolen.status_code == 422 and "no longer at hand" in stolen.text
    clock.on(minutes=61)
    http = signed_in(app, "ada")
    late = http.post("/jobs", data=form | {"csrf_token": form_token(http)})
    assert late.status_code == 422 and "upload it again" in late.text


def test_only_so_many_tables_are_put_down(tmp_path: Path) -> None:
    uploads, now = Uploads(), Clock()()
    tokens = [uploads.put("ada", "a.csv", b"a\n1\n", now) for _ in range(MOST_OF_ONE + 1)]
    with pytest.raises(BadInput, match="no longer at hand"):
        uploads.get("ada", tokens[0], now)
    assert uploads.get("ada", tokens[-1], now)[1].read_bytes() == b"a\n1\n"


def test_a_form_without_its_token_starts_no_job(app: FastAPI) -> None:
    http = signed_in(app, "ada")
    form = uploaded(http)
    form.pop("csrf_token")
    assert http.post("/jobs", data=form).status_code == 403
    assert http.post("/jobs", data={"csrf_token": form_token(http)}).status_code == 422


@pytest.mark.parametrize(
    "body",
    [
        HEAD + b"{}\nitem\n",
        HEAD + b"nothing\n",
        HEAD + b'{"what":"burn","name":"a.csv","columns":[],"said":[]}\n',
        HEAD + b'{"what":"check","name":"a.csv","columns":["a"],"said":[]}\n',
    ],
)
def test_a_mapped_table_that_was_altered_is_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        read_mapped(body)


def test_a_mapped_table_comes_back_as_it_was() -> None:
    table = MappedTable("screen", "ä.tsv", ("a", "b,c=d+e"), ("", "name"), b"a\tb\n\x00")
    assert read_mapped(table.as_bytes()) == table and table.ending == ".tsv"
    assert read_mapped(b"item,destination\n") is None
