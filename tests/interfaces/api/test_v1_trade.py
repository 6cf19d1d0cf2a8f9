"""``/v1/trade``: the reports of the command and of the pages over HTTP."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from people import join
from trade_samples import DECLARED, HUBS, flows
from v1_world import app, data, holdings, key

__all__ = ["app", "data", "holdings"]
ASKED = {"origin": "DE", "restricted": "RU", "control_date": "2022-01-01", "hub": ",".join(HUBS), "code": "854231"}


@pytest.fixture
def http(app: FastAPI) -> TestClient:
    return key(app, join(app, "ada", "analyst"), "monitor")


def finished(http: TestClient, url: str) -> dict[str, Any]:
    deadline = time.monotonic() + 120
    while (found := http.get(url).json())["state"] in ("waiting", "running"):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return dict(found)


def test_flows_are_looked_through(http: TestClient, tmp_path: Path) -> None:
    body = flows(tmp_path).read_bytes()
    answer = http.post("/v1/trade/signs", params=ASKED, content=body, headers={"Idempotency-Key": "k1"})
    assert answer.status_code == 202, answer.text
    found = finished(http, answer.headers["location"])
    assert found["state"] == "done", found
    first = found["report"]["hubs"][0]
    assert first["name"] == "Kazakhstan" and first["signals"][0]["speaks"]
    assert len(first["series"]["to_hub"]["values"]) > 60
    again = http.post("/v1/trade/signs", params=ASKED, content=body, headers={"Idempotency-Key": "k1"})
    assert again.json()["id"] == answer.json()["id"], "the same request is done once"
    assert http.get("/v1/trade/reports").json()["results"][0]["id"] == answer.json()["id"]
    page = http.get(f"{found['url']}/file", params={"form": "html"})
    assert page.status_code == 200 and "Signs of diversion" in page.text


def test_declarations_are_looked_through(http: TestClient) -> None:
    asked = {"restricted": "RU", "threshold": "5000", "lists": "true"}
    answer = http.post("/v1/trade/declarations", params=asked, content=DECLARED.encode())
    found = finished(http, answer.json()["url"])["report"]
    assert {one["kind"] for one in found["signs"]} == {"split", "routing"} and found["unread"] == 1


def test_methods_and_files_are_told(http: TestClient) -> None:
    told = http.get("/v1/trade/indicators").json()["results"]
    assert {one["key"] for one in told} >= {"surge", "mirror_gap", "transhipment", "split"}
    assert all(one["measured"]["false_alarms"] for one in told)
    assert http.get("/v1/trade/files").json() == {"results": []}


@pytest.mark.parametrize(
    ("path", "params", "body", "where"),
    [
        ("signs", {}, b"{}", "origin"),
        ("signs", ASKED, b"", "file"),
        ("signs", ASKED | {"stored": "x.json"}, b"", "stored"),
        ("signs", ASKED | {"control_date": "soon"}, b"{}", "control_date"),
        ("declarations", {}, b"a,b\n1,2\n", "restricted"),
        ("declarations", {"restricted": "RU"}, b"", "body"),
    ],
)
def test_what_cannot_be_used_is_refused(
    http: TestClient, path: str, params: dict[str, str], body: bytes, where: str
) -> None:
    answer = http.post(f"/v1/trade/{path}", params=params, content=body)
    assert answer.status_code == 400 and answer.json()["where"] == where, answer.text


def test_there_is_no_report_of_another_job(http: TestClient) -> None:
    assert http.get("/v1/trade/reports/none").status_code == 404
    assert http.get("/v1/trade/reports/none/file").status_code == 404
