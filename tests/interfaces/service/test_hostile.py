"""A hostile client: what it sends to exhaust, to break out of its place or to learn what is not its own."""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import gzip
import io
import json
import re
import resource
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import uvicorn
from fastapi import FastAPI
from fastapi.testclient import TestClient

from enduse.interfaces.api import limits as body_limits
from enduse.interfaces.identity.limits import Limits, network_of
from enduse.interfaces.service import patience
from enduse.interfaces.uploads import MAX_ROWS, open_upload
from enduse.model.errors import BadInput
from people import cheap, join, key_of
from service_world import Clock, client, routes, service

CSV = {"content-type": "text/csv"}
COLUMNS = ["reference", "item", "from", "destination", "end_user"]
CHECK = {"item": {"code": "EAR99"}, "from": "US", "destination": "DE", "date": "2026-08-03"}


@pytest.fixture
def app(tmp_path: Path) -> Iterator[FastAPI]:
    made = cheap(service(tmp_path, Clock()))
    yield made
    made.state.service.stores.close()


@pytest.fixture
def ada(app: FastAPI) -> Iterator[TestClient]:
    secret = key_of(app, join(app, "ada", "analyst"), "assess", "read", "check", "screen", "adjudicate")
    with client(app, authorization=f"Bearer {secret}") as http:
        end = time.monotonic() + 60
        while http.get("/readyz").status_code != 200:
            assert time.monotonic() < end
            time.sleep(0.01)
        yield http


# --- bodies


def test_a_body_that_says_that_it_is_too_large_is_not_read(ada: TestClient) -> None:
    sent = 0

    def parts() -> Iterator[bytes]:
        nonlocal sent
        while True:
            sent += 1
            yield b"x" * 1000

    headers = {"content-length": "99999999999", "content-type": "application/json"}
    answer = ada.build_request("POST", "/v1/check", content=b"{}", headers=headers)
    assert ada.send(answer).status_code == 413
    assert ada.post("/v1/check", content=(b"x" * 100_000 for _ in range(40))).status_code == 413, "chunked"
    assert sent == 0


def test_a_packed_body_is_not_unpacked(ada: TestClient) -> None:
    bomb = gzip.compress(b"0" * 20_000_000)
    for path in ("/v1/check", "/match/default", "/v1/assessments/bulk"):
        answer = ada.post(path, content=bomb, headers={"content-encoding": "gzip"})
        assert answer.status_code == 400, (path, answer.text)


def workbook(rows: int, text: str = "a", *, one_row: bool = False) -> bytes:
    """A small file that unpacks to a large sheet."""
    kinds = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    sheets = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}/content-types"><Default Extension="xml" '
        f'ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="{sheets}.sheet.main+xml"/>'
        "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{kinds}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="a" sheetId="1" '
        'r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{kinds}/relationships"><Relationship Id="r1" '
        f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
        with package.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(f'<worksheet xmlns="{main}"><sheetData>'.encode())
            for number in range(1, rows + 1):
                place = 1 if one_row else number
                cell = f'<c r="A{place}" t="inlineStr"><is><t>{text}</t></is></c>'
                sheet.write(f'<row r="{place}">{cell}</row>'.encode())
            sheet.write(b"</sheetData></worksheet>")
    return out.getvalue()


def parquet(rows: int, text: str, *, dictionary: bool = True) -> bytes:
    """A small file of many rows, or of long texts."""
    out = io.BytesIO()
    schema = pa.schema([(name, pa.string()) for name in COLUMNS])
    with pq.ParquetWriter(out, schema, compression="zstd", use_dictionary=dictionary) as writer:
        left = rows
        while left > 0:
            count = min(left, 1_000_000 if len(text) < 100 else 100)
            writer.write_table(pa.table([pa.array([text] * count)] * len(COLUMNS), schema=schema))
            left -= count
    return out.getvalue()


@pytest.mark.parametrize(
    ("bomb", "says"),
    [
        (lambda: workbook(MAX_ROWS + 2), "rows"),
        (lambda: workbook(60_000, "a" * 4_000, one_row=True), "unpacks to"),
        (lambda: parquet(2_000_000, "a"), "rows"),
        (lambda: parquet(100, "b" * 500_000, dictionary=False), "unpacks to"),
        (lambda: "\n".join([",".join(COLUMNS), *["a,b,c,d,e"] * (MAX_ROWS + 1)]).encode(), "rows"),
    ],
    ids=["xlsx rows", "xlsx text", "parquet rows", "parquet text", "csv rows"],
)
def test_a_small_file_that_unpacks_to_much_is_refused(ada: TestClient, bomb: Any, says: str) -> None:
    data = bomb()
    assert len(data) < 3_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer = ada.post("/v1/assessments/bulk", content=data, headers=CSV)
    assert answer.status_code == 400 and says in answer.json()["detail"] and answer.json()["remedy"]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000, "kilobytes"
    assert ada.get("/v1/jobs").json() == []


def test_a_long_text_that_stands_in_every_row_is_in_memory_once(tmp_path: Path) -> None:
    """Ten thousand rows of one megabyte, from a file of a few kilobytes, would be ten gigabytes."""
    path = tmp_path / "table.parquet"
    texts = pa.DictionaryArray.from_arrays(pa.array([0] * 10_000, pa.int32()), pa.array(["c" * 1_000_000]))
    pq.write_table(pa.table({"end_user": texts}), path, store_schema=False)
    assert path.stat().st_size < 200_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lengths = {len(row.cells["end_user"]) for row in open_upload(path).rows(keep_bad_rows=True)}
    assert lengths == {1_000_000}
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 400_000, "kilobytes"


def test_a_package_that_is_none_is_refused(tmp_path: Path) -> None:
    for name, content in (("a.xlsx", b"PK\x03\x04nonsense"), ("a.parquet", b"PAR1nonsense")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(BadInput):
            open_upload(tmp_path / name)


# --- patience


@contextlib.contextmanager
def listening(app: FastAPI) -> Iterator[int]:
    """The service on a port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as opened:
        config = uvicorn.Config(app, http=patience.PatientProtocol, log_level="critical", access_log=False)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            yield opened.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(timeout=30)


def until_closed(port: int, data: bytes) -> bytes:
    """What comes back until the server closes."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as sent:
        sent.sendall(data)
        found = b""
        while part := sent.recv(4_096):
            found += part
    return found


@pytest.mark.parametrize("head", [b"", b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx-"])
def test_a_head_that_does_not_come_ends_the_connection(
    app: FastAPI, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "HEAD_SECONDS", 0.2)
    with listening(app) as port:
        assert until_closed(port, head) == b""
        whole = b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
        assert until_closed(port, whole).startswith(b"HTTP/1.1 200")


def test_a_body_that_does_not_come_on_is_not_waited_for(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body_limits, "PATIENCE_SECONDS", 0.2)
    with listening(app) as port:
        head = b"POST /v1/check HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n{"
        found = until_closed(port, head)
    assert found.startswith(b"HTTP/1.1 408") and b"problem+json" in found and b"did not come on" in found


@pytest.mark.parametrize(
    "head",
    [
        b"POST /v1/check HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabc",
        b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nhost: evil.example\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost: 127.0.0.1\r\nx: a\rb\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\nhost : 127.0.0.1\r\n\r\n",
    ],
)
def test_a_request_that_two_readers_would_read_in_two_ways_is_refused(app: FastAPI, head: bytes) -> None:
    with listening(app) as port:
        assert until_closed(port, head).startswith(b"HTTP/1.1 400")


# --- addresses


def test_one_network_is_one_client() -> None:
    assert network_of("2001:db8::1") == network_of("2001:db8::ffff:2") != network_of("2001:db8:0:1::1")
    assert network_of("::ffff:192.0.2.1") == network_of("192.0.2.1") == "192.0.2.1"
    assert [network_of(one) for one in ("u12", "fe80::1%eth0", "no:address")] == ["u12", "fe80::/64", "no:address"]
    limited = Limits(Clock(), requests=10, logins=2)
    assert [limited.logins(f"2001:db8::{number:x}") > 0 for number in range(3)] == [False, False, True]


AWAY = (
    "..%2f..%2f..%2fetc%2fpasswd",
    "%2e%2e%2fkeys",
    "..%5c..%5ckeys",
    "%00",
    "keys%2faudit-ed25519.pem",
    "%252e%252e",
)


def test_no_path_leads_out_of_its_place(app: FastAPI, ada: TestClient, tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "audit-ed25519.pem").write_text("PRIVATE hunter2", encoding="utf-8")
    asked = 0
    for route in routes(app):
        if "{" not in route.path or "GET" not in route.methods:
            continue
        for away in AWAY:
            answer = ada.get(re.sub(r"\{[^}]+\}", lambda _, to=away: to, route.path))  # type: ignore[misc]
            assert answer.status_code in (303, 400, 403, 404, 422), (route.path, away, answer.status_code)
            assert "hunter2" not in answer.text and "root:" not in answer.text
            asked += 1
    assert asked > 60


SQL = (
    "' OR '1'='1",
    "x'); DROP TABLE audit; --",
    '"; DELETE FROM records; --',
    "%' UNION SELECT hash FROM credentials --",
)


@pytest.mark.parametrize("text", SQL)
def test_what_means_something_to_sql_means_nothing_here(app: FastAPI, ada: TestClient, text: str) -> None:
    kept = ada.post("/v1/assessments", json={"transaction": CHECK | {"reference": text}}).json()
    assert ada.get(kept["url"]).json()["reference"] == text
    assert len(ada.get("/v1/assessments").json()["results"]) == 1
    for path, name in (
        ("/v1/assessments", "cursor"),
        ("/v1/items", "q"),
        ("/search/default", "q"),
        ("/v1/lists", "as_of"),
    ):
        answer = ada.get(path, params={name: text})
        assert answer.status_code in (200, 400) and "argon2" not in answer.text
    assert ada.post("/v1/screen", json={"name": text}).status_code == 200
    auditor = key_of(app, join(app, "aud", "auditor"), "audit")
    with client(app, authorization=f"Bearer {auditor}") as http:
        assert http.get("/v1/audit", params={"subject": text}).json()["results"] == []
    for login in (text, f"ada{text}"):
        answer = client(app).post("/login", data={"login": login, "password": text})
        assert answer.status_code == 401
    store = app.state.service.stores.need()
    assert store.verify().whole and len(store.accounts.users()) == 2


def test_nothing_that_is_sent_becomes_a_header(app: FastAPI, ada: TestClient) -> None:
    split = "x%0d%0aset-cookie:%20a=b"
    for path in (f"/login?next=/{split}", f"/account?{split}", f"/v1/parties/{split}", f"/v1/jobs/{split}"):
        for http in (ada, client(app, accept="text/html")):
            answer = http.get(path)
            assert "set-cookie" not in answer.headers, path
            assert not any("\n" in value or "\r" in value for value in answer.headers.values())
    answer = ada.get("/healthz", headers={"x-request-id": "abcdefgh\tset-cookie"})
    assert "set-cookie" not in answer.headers["x-request-id"]


def test_results_hold_nothing_that_a_spreadsheet_runs(ada: TestClient) -> None:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for cell in ("=cmd|' /C calc'!A0", "@SUM(1)", "+cmd", "-cmd", "\t=1"):
        writer.writerow([cell, "EAR99", "US", "DE", cell])
    job = ada.post("/v1/assessments/bulk", content=out.getvalue().encode(), headers=CSV).json()
    end = time.monotonic() + 60
    while (found := ada.get(job["url"]).json())["state"] not in ("done", "failed"):
        assert time.monotonic() < end
        time.sleep(0.02)
    assert found["state"] == "done", found
    cells = [cell for row in csv.reader(io.StringIO(ada.get(found["result"]).text)) for cell in row]
    assert len(cells) > 20 and not [cell for cell in cells if cell[:1] in ("=", "@", "+", "\t")]
    assert not [cell for cell in cells if cell.startswith("-") and not cell[1:2].isdigit()]


# --- what is private


def test_no_answer_about_people_or_cases_is_kept_by_a_cache(app: FastAPI, ada: TestClient) -> None:
    kept = ada.post("/v1/assessments", json={"transaction": CHECK}).json()
    paths = (kept["url"], f"{kept['url']}/judgement", "/v1/assessments", "/v1/jobs", "/v1/me", "/v1/adjudications")
    for path in paths:
        answer = ada.get(path)
        assert answer.status_code == 200, path
        assert answer.headers["cache-control"] in ("no-store", "private, no-cache"), path


def test_a_key_ends_with_its_day(app: FastAPI, ada: TestClient) -> None:
    clock = app.state.service.clock
    assert ada.get("/v1/me").status_code == 200
    clock.now += dt.timedelta(days=31)
    answer = ada.get("/v1/me")
    assert answer.status_code == 401 and json.loads(answer.text)["detail"].startswith("the key is not known")
