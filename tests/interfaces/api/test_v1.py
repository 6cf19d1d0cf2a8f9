"""The API under /v1: what is kept, by whom, and what everybody may ask."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from enduse.model.account import User
from enduse.model.record import By
from enduse.model.retention import Retention
from people import join, signed_in
from service_world import client
from v1_world import CHECK, ada, app, data, holdings, key, root

__all__ = ["ada", "app", "data", "holdings", "root"]


# --- assessments


def test_an_assessment_is_kept_and_read_back_byte_for_byte(app: FastAPI, ada: TestClient) -> None:
    made = ada.post("/v1/assessments", json=CHECK)
    assert made.status_code == 201, made.text
    body = made.json()
    assert body["outcome"] == body["assessment"]["outcome"] and body["reference"] == "order 7"
    assert made.headers["location"] == body["url"]
    read = ada.get(body["url"])
    assert read.json() == body and read.headers["etag"] == made.headers["etag"]
    assert ada.get(body["url"], headers={"if-none-match": read.headers["etag"]}).status_code == 304
    judgement = ada.get(f"{body['url']}/judgement")
    assert hashlib.sha256(judgement.content).hexdigest() == body["judgement"]
    assert json.loads(judgement.content)["outcome"] == body["outcome"]
    transaction = ada.get(f"/v1/transactions/{body['transaction']}").json()
    assert transaction["transaction"] == body["assessment"]["transaction"]
    store = app.state.service.stores.need()
    entry = store.audit.entries(last=1)[0]
    assert (entry.action, entry.after) == ("assessment.keep", body["record"])
    assert {one.id for one in entry.editions} >= {"us/ear", "ftm"} and store.verify().whole


def test_a_kept_assessment_can_be_made_again(app: FastAPI, ada: TestClient, data: Path, tmp_path: Path) -> None:
    from enduse.interfaces.replay import replay

    document = ada.get(ada.post("/v1/assessments", json=CHECK).json()["url"]).json()["assessment"]
    (tmp_path / "a.json").write_text(json.dumps(document), encoding="utf-8")
    assert replay(tmp_path / "a.json", data, ()).identical


def test_the_same_request_twice_is_kept_once(app: FastAPI, ada: TestClient) -> None:
    headers = {"idempotency-key": "7f9c"}
    first = ada.post("/v1/assessments", json=CHECK, headers=headers)
    again = ada.post("/v1/assessments", json=CHECK, headers=headers)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    other = ada.post("/v1/assessments", json=CHECK | {"strict": True}, headers=headers)
    assert (other.status_code, other.json()["where"]) == (400, "Idempotency-Key")
    assert len(ada.get("/v1/assessments").json()["results"]) == 1
    for bad in ("", "a b", "x" * 201):
        assert ada.post("/v1/assessments", json=CHECK, headers={"idempotency-key": bad}).status_code == 400


def test_pages_of_assessments(ada: TestClient) -> None:
    made = [ada.post("/v1/assessments", json=CHECK).json()["id"] for _ in range(5)]
    found, cursor = [], ""
    while cursor is not None:
        page = ada.get("/v1/assessments", params={"limit": 2, "cursor": cursor}).json()
        found += [one["id"] for one in page["results"]]
        cursor = page["next"]
    assert found == made[::-1]


@pytest.mark.parametrize("cursor", ["x", "YmVmb3JlOng", "YWZ0ZXI6MQ", "YmVmb3JlOi0x", "'", "%00", "é", "=" * 40])
def test_a_cursor_that_is_none(ada: TestClient, cursor: str) -> None:
    answer = ada.get("/v1/assessments", params={"cursor": cursor})
    assert (answer.status_code, answer.json()["where"]) == (400, "cursor")


def test_what_somebody_else_filed_is_as_unknown_as_what_is_not_there(app: FastAPI, ada: TestClient) -> None:
    """Insecure direct object references."""
    first = key(app, join(app, "sub1", "exporter_submitter"), "assess")
    second = key(app, join(app, "sub2", "exporter_submitter"), "assess")
    made = first.post("/v1/assessments", json=CHECK).json()
    assert first.get(made["url"]).status_code == 200 and ada.get(made["url"]).status_code == 200
    for path in (made["url"], f"{made['url']}/judgement", "/v1/assessments/000000000000"):
        assert second.get(path).status_code == 404
    unknown = [second.get(f"/v1/transactions/{one}") for one in (made["transaction"], "0" * 24)]
    assert [one.status_code for one in unknown] == [404, 404] and unknown[0].json() == unknown[1].json()
    assert first.get(f"/v1/transactions/{made['transaction']}").status_code == 200
    assert second.get("/v1/assessments").json()["results"] == []
    assert len(first.get("/v1/assessments").json()["results"]) == 1
    job = first.post("/v1/assessments/bulk", content=TABLE).json()
    for path in (job["url"], f"{job['url']}/result"):
        assert second.get(path).status_code == 404
    assert second.get("/v1/jobs").json() == []
    denied = [one for one in app.state.service.stores.need().audit.entries() if one.action == "access.denied"]
    assert len(denied) == 3
    # Whoever asks the same has it too.
    assert second.post("/v1/assessments", json=CHECK).json()["transaction"] == made["transaction"]
    assert second.get(f"/v1/transactions/{made['transaction']}").status_code == 200


def test_reading_what_is_restricted_is_put_on_record(app: FastAPI, ada: TestClient) -> None:
    made = ada.post("/v1/assessments", json=CHECK | {"restricted": True}).json()
    ada.get(made["url"])
    entry = app.state.service.stores.need().audit.entries(last=1)[0]
    assert (entry.action, entry.subject) == ("record.read", f"assessment:{made['id']}")
    assert ada.get(f"/v1/transactions/{made['transaction']}").status_code == 200
    entry = app.state.service.stores.need().audit.entries(last=1)[0]
    assert (entry.action, entry.subject) == ("record.read", f"transaction:{made['transaction']}")


def test_a_transaction_becomes_restricted_with_an_assessment_of_it(app: FastAPI, ada: TestClient) -> None:
    made = ada.post("/v1/assessments", json=CHECK).json()
    path = f"/v1/transactions/{made['transaction']}"
    store = app.state.service.stores.need()
    ada.get(path)
    assert store.audit.entries(last=1)[0].action != "record.read"
    ada.post("/v1/assessments", json=CHECK | {"restricted": True})
    ada.get(path)
    assert store.audit.entries(last=1)[0].action == "record.read" and store.verify().whole


def test_an_administrator_sees_no_case_content(app: FastAPI, ada: TestClient, root: User) -> None:
    made = ada.post("/v1/assessments", json=CHECK).json()
    http = signed_in(app, "root")
    for path in (
        made["url"],
        "/v1/assessments",
        "/v1/jobs",
        "/v1/adjudications",
        f"/v1/transactions/{made['transaction']}",
    ):
        answer = http.get(path)
        assert answer.status_code == 403 and "sees no case content" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b"", "body"),
        (b"[]", "body"),
        (b"{", "body"),
        (b'{"transaction": {}, "transaction": {}}', "body"),
        (b'{"transaction": 7}', ""),
        (b'{"transaction": {}, "owner": "somebody"}', ""),
        (b'{"transaction": {"item": {"code": "EAR99"}, "destination": "CN", "actor": "x"}}', "transaction"),
        (b'{"transaction": {"item": {"code": "EAR99"}, "destination": "CN"}, "as_of": "yesterday"}', "as_of"),
        (b'{"transaction": {"item": {"code": "EAR99"}, "destination": "CN"}, "as_of": "2099-01-01"}', "as_of"),
        (b'{"transaction": {"item": {"code": "EAR99"}, "destination": "CN"}, "known_on": "2026-12-01"}', "known_on"),
        (b'{"transaction": {"item": {"code": "EAR99"}, "destination": "CN"}, "laws": ["mars"]}', "laws"),
        (b'{"transaction": ' + b'{"a":' * 200 + b"1" + b"}" * 200 + b"}", "body"),
        (b'{"transaction": {"item": {"code": "\\u0000"}, "destination": "CN"}}', ""),
    ],
)
def test_a_body_that_cannot_be_used_is_refused_in_words(ada: TestClient, body: bytes, where: str) -> None:
    for path in ("/v1/assessments", "/v1/check"):
        answer = ada.post(path, content=body)
        assert answer.status_code == 400, answer.text
        assert where in answer.json()["where"] + answer.json()["detail"]
    assert ada.get("/v1/assessments").json()["results"] == []


def test_who_acts_comes_from_the_session_never_from_the_body(app: FastAPI, ada: TestClient) -> None:
    user = app.state.service.stores.need().accounts.by_login("ada")
    assert ada.post("/v1/assessments", json=CHECK).json()["owner"] == user.id
    assert ada.post("/v1/assessments", json=CHECK | {"owner": "root"}).status_code == 400


# --- questions that keep nothing


def test_open_reading_checks_and_screens_and_keeps_nothing(app: FastAPI) -> None:
    http = client(app)
    found = http.post("/v1/check", json=CHECK).json()
    assert found["outcome"] in ("licence_required", "indeterminate", "prohibited", "not_required")
    hits = http.post("/v1/screen", json={"name": "Acme Optronics", "countries": ["CN"]}).json()
    assert hits["hits"][0]["party"]["id"] and hits["hits"][0]["listings"]
    for path in (
        "/v1/lists",
        "/v1/lists/ftm",
        "/v1/items?q=thermal+camera",
        "/v1/items/5A001.j",
        "/v1/rules",
        "/v1/me",
    ):
        assert http.get(path).status_code == 200, path
    assert http.post("/v1/assessments", json=CHECK).status_code == 401
    assert not Path(app.state.service.settings.place).exists()


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/v1/lists/none", 404),
        ("/v1/lists/..%2f..%2fetc%2fpasswd", 404),
        ("/v1/lists/none/diff", 404),
        ("/v1/items/9Z999", 404),
        ("/v1/items/..%2f..%2fetc", 404),
        ("/v1/items?q=", 400),
        ("/v1/items", 400),
        ("/v1/lists?as_of=never", 400),
        ("/v1/lists?asof=2026-01-01", 400),
        ("/v1/rules?known_on=x", 400),
    ],
)
def test_what_is_not_there_or_cannot_be_asked(app: FastAPI, path: str, status: int) -> None:
    answer = client(app).get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")


@pytest.mark.parametrize("path", sorted(["/v1/screen"]))
@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x", "kind": "ghost"}, {"name": "x" * 3_000}, {"name": "x", "threshold": 0}]
)
def test_a_screening_that_cannot_be_asked(app: FastAPI, path: str, body: dict[str, Any]) -> None:
    assert client(app).post(path, json=body).status_code == 400


# --- adjudications


def test_a_decision_suppresses_its_hit_until_it_is_withdrawn(app: FastAPI, ada: TestClient) -> None:
    query = {"name": "Acme Optronics", "countries": ["CN"]}
    before = ada.post("/v1/screen", json=query).json()
    party = before["hits"][0]["party"]["id"]
    made = ada.post("/v1/adjudications", json={**query, "party_id": party, "verdict": "different", "reason": "another"})
    assert made.status_code == 201, made.text
    user = app.state.service.stores.need().accounts.by_login("ada")
    assert made.json()["by"] == user.id
    after = ada.post("/v1/screen", json=query).json()
    assert [one["party"]["id"] for one in after["suppressed"]] == [party]
    identifier = made.json()["id"]
    assert ada.get(f"/v1/adjudications/{identifier[:12]}").json()["id"] == identifier
    gone = ada.post(f"/v1/adjudications/{identifier}/withdrawal", json={"reason": "mistaken"})
    assert gone.status_code == 201
    assert ada.post("/v1/screen", json=query).json()["suppressed"] == []
    page = ada.get("/v1/adjudications?limit=1").json()
    assert page["results"][0]["verdict"] == "withdrawn"
    assert ada.get("/v1/adjudications", params={"cursor": page["next"]}).json()["results"][0]["id"] == identifier
    assert app.state.service.stores.need().verify().whole


def test_the_same_decision_twice_is_one(app: FastAPI, ada: TestClient) -> None:
    body = {"name": "Acme Optronics", "party_id": "ftm:acme", "verdict": "different", "reason": "another company"}
    keyed = {"idempotency-key": "d1"}
    first, again = (ada.post("/v1/adjudications", json=body, headers=keyed) for _ in range(2))
    assert (first.status_code, again.status_code) == (201, 201) and first.json() == again.json()
    other = ada.post("/v1/adjudications", json=body | {"reason": "x"}, headers=keyed)
    assert other.status_code == 400 and "used for another request" in other.json()["detail"]
    path = f"/v1/adjudications/{first.json()['id']}/withdrawal"
    gone = [ada.post(path, json={"reason": "an error"}, headers={"idempotency-key": "w1"}) for _ in range(2)]
    assert [one.status_code for one in gone] == [201, 201] and gone[0].json() == gone[1].json()
    assert ada.post(path, json={"reason": "an error"}).status_code == 400
    assert ada.post("/v1/adjudications", json=body, headers={"idempotency-key": " "}).status_code == 400
    store = app.state.service.stores.need()
    assert len(list(store.decisions.all())) == 2 and store.verify().whole


def test_what_was_erased_is_gone_and_its_register_is_not(app: FastAPI, ada: TestClient) -> None:
    made = ada.post("/v1/assessments", json=CHECK).json()
    store = app.state.service.stores.need()
    app.state.service.clock.on(days=2)
    store.erasures.apply(Retention({"assessments": 1}), by=By("operator"), reason="over")
    for path in (made["url"], f"{made['url']}/judgement", f"/v1/transactions/{made['transaction']}"):
        answer = ada.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (410, "application/problem+json"), answer.text
        assert "was erased on" in answer.json()["detail"]
    assert [one["id"] for one in ada.get("/v1/assessments").json()["results"]] == [made["id"]]


def test_a_decision_on_what_is_no_hit_is_refused(ada: TestClient) -> None:
    body = {"name": "Acme Optronics", "party_id": "ftm:nobody", "verdict": "same", "reason": "x"}
    assert ada.post("/v1/adjudications", json=body).status_code == 400
    assert ada.post("/v1/adjudications", json=body | {"verdict": "perhaps"}).status_code == 400
    assert ada.get("/v1/adjudications/' OR 1=1 --").status_code == 404


# --- tables

TABLE = "reference,item,from,destination,end_user\nr1,EAR99,US,CN,Acme Optronics\nr2,nonsense!,US,CN,X\n"


def finished(http: TestClient, url: str) -> dict[str, Any]:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        found: dict[str, Any] = http.get(url).json()
        if found["state"] in ("done", "failed"):
            return found
        time.sleep(0.02)
    raise AssertionError("the job did not end")


def test_a_table_is_checked_beside_the_requests(app: FastAPI, ada: TestClient) -> None:
    answer = ada.post("/v1/assessments/bulk", content=TABLE, headers={"idempotency-key": "t1"})
    assert answer.status_code == 202, answer.text
    again = ada.post("/v1/assessments/bulk", content=TABLE, headers={"idempotency-key": "t1"})
    assert again.json()["id"] == answer.json()["id"]
    done = finished(ada, answer.headers["location"])
    assert (done["state"], done["done"], done["total"]) == ("done", 2, 2)
    rows = list(csv.DictReader(io.StringIO(ada.get(done["result"]).text)))
    assert [row["reference"] for row in rows] == ["r1", "r2"] and rows[0]["outcome"] and rows[1]["error"]
    assert app.state.service.stores.need().verify().whole


def test_a_table_is_checked_as_of_a_day(ada: TestClient) -> None:
    answer = ada.post("/v1/assessments/bulk?as_of=2020-02-03", content=TABLE)
    assert answer.json()["kind"] == "check_table as of 2020-02-03"
    assert finished(ada, answer.headers["location"])["state"] == "done"
    assert ada.post("/v1/assessments/bulk?as_of=2099-01-01", content=TABLE).status_code == 400


def test_a_table_is_checked_under_some_laws(ada: TestClient) -> None:
    answers = [
        ada.post(f"/v1/assessments/bulk{query}", content=TABLE) for query in ("?laws=eu&laws=uk", "?laws=us", "")
    ]
    assert [one.json()["kind"] for one in answers] == ["check_table under eu,uk", "check_table under us", "check_table"]
    found = []
    for answer in answers:
        assert finished(ada, answer.headers["location"])["state"] == "done"
        rows = csv.DictReader(io.StringIO(ada.get(f"{answer.headers['location']}/result").text))
        found.append(next(rows)["outcome"])
    assert found[0] != found[1] and found[2]
    with_day = ada.post("/v1/assessments/bulk?as_of=2020-02-03&laws=us", content=TABLE)
    assert with_day.json()["kind"] == "check_table as of 2020-02-03 under us"
    assert finished(ada, with_day.headers["location"])["state"] == "done"
    refused = ada.post("/v1/assessments/bulk?laws=xx", content=TABLE)
    assert refused.status_code == 400 and "'xx' is no law" in refused.json()["detail"]
    again = [
        ada.post(f"/v1/assessments/bulk?laws={law}", content=TABLE, headers={"idempotency-key": "t"}).status_code
        for law in ("us", "us", "eu")
    ]
    assert again == [202, 202, 400]


@pytest.mark.parametrize(
    "body", [b"", b"\xff\xfe\x00", b"reference,item\n", b"PK\x03\x04nonsense", b"PAR1nonsense", b"no,such\n1,2\n"]
)
def test_a_table_that_cannot_be_used_is_refused_or_fails_in_words(ada: TestClient, body: bytes) -> None:
    answer = ada.post("/v1/assessments/bulk", content=body)
    if answer.status_code == 202:
        done = finished(ada, answer.headers["location"])
        assert done["state"] == "failed" and done["note"] and "defect" not in done["note"]
        assert ada.get(f"{done['url']}/result").status_code == 404
    else:
        assert answer.status_code == 400, answer.text


def test_an_upload_that_is_too_large_is_refused(app: FastAPI, ada: TestClient) -> None:
    most = app.state.service.settings.max_upload
    answer = ada.post("/v1/assessments/bulk", content=b"x" * (most + 1), headers={"content-type": "text/csv"})
    assert answer.status_code == 413
    assert ada.post("/v1/check", content=b" " * 3_000_000).status_code == 413


def test_a_store_that_fails_is_said_with_503(app: FastAPI, ada: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    from enduse.model.errors import OperationFailed

    store = app.state.service.stores.need()

    def fails(**_: Any) -> None:
        raise OperationFailed("the store cannot be used: disk is full", remedy="make room on the disk")

    monkeypatch.setattr(store.casework, "keep", fails)
    answer = ada.post("/v1/assessments", json=CHECK)
    assert answer.status_code == 503 and "make room on the disk" in answer.json()["detail"]
