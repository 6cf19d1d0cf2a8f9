"""The service: every route is guarded, every answer carries its headers, and what is open keeps nothing."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from fastapi.testclient import TestClient

from enduse.interfaces.identity.guard import require, required_action
from enduse.interfaces.service.settings import PREFIX, ServiceSettings, read_settings
from enduse.model.access import ANYONE, Actor, decide
from enduse.model.errors import BadInput
from enduse.model.record import By
from service_world import Clock, client, routes, service


@pytest.fixture
def log() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def app(tmp_path: Path, log: io.StringIO) -> FastAPI:
    return service(tmp_path, log=log)


@pytest.fixture
def http(app: FastAPI) -> Iterator[TestClient]:
    with client(app) as opened:
        yield opened


def test_every_route_requires_an_action_that_the_policies_know(app: FastAPI) -> None:
    policies = app.state.service.policies
    found = routes(app)
    assert len(found) > 8
    for route in found:
        assert isinstance(route.original_route, APIRoute), f"{route.path} cannot be guarded"
        assert required_action(route.dependant) in policies.actions, f"{route.path} requires no action"


def test_a_route_that_is_not_open_asks_for_a_login(app: FastAPI, tmp_path: Path) -> None:
    @app.get("/secret", dependencies=[require("audit.view")])
    def secret() -> str:
        raise AssertionError

    with client(app) as http:
        answer = http.get("/secret")
        assert (answer.status_code, answer.json()["remedy"]) == (401, "sign in")
        assert answer.headers["www-authenticate"].startswith("Bearer")
        page = http.get("/secret?x=1", headers={"accept": "text/html"})
        assert (page.status_code, page.headers["location"]) == (303, "/login?next=%2Fsecret%3Fx%3D1")
    assert not (tmp_path / "enduse.sqlite3").exists()


def test_where_others_can_reach_it_nothing_is_open(tmp_path: Path) -> None:
    app = service(tmp_path, host="192.0.2.1")
    with client(app, "http://export.example") as http:
        for route in routes(app):
            for method in route.methods - {"HEAD"}:
                open_to_all = (
                    decide(app.state.service.policies, Actor(), required_action(route.dependant) or "").policy
                    == "public"
                )
                answer = http.request(method, route.path)
                asked = answer.status_code == 401 and "www-authenticate" in answer.headers
                assert asked is not open_to_all, (method, route.path, answer.status_code)
    assert ANYONE in next(one for one in app.state.service.policies.policies if one.id == "public").roles


def test_every_answer_carries_the_security_headers(http: TestClient) -> None:
    for answer in (
        http.get("/healthz"),
        http.get("/nowhere"),
        http.post("/healthz"),
        http.get("/healthz?x=1"),
        http.get("/healthz", headers={"host": "elsewhere.example"}),
    ):
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ") and "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert len(answer.headers["x-request-id"]) >= 8
        assert "server" not in answer.headers


def test_a_request_id_is_taken_over_only_where_it_is_one(http: TestClient) -> None:
    assert http.get("/healthz", headers={"x-request-id": "abc-12345"}).headers["x-request-id"] == "abc-12345"
    for bad in ("short", "x" * 65, "a b c d e f g h", '{"a": 1234567}'):
        assert http.get("/healthz", headers={"x-request-id": bad}).headers["x-request-id"] != bad


def test_a_foreign_name_that_leads_here_is_refused(http: TestClient) -> None:
    """DNS rebinding: a page elsewhere must not read what is open on this machine."""
    answer = http.get("/catalog", headers={"host": "evil.example:8000"})
    assert (answer.status_code, answer.headers["content-type"]) == (421, "application/problem+json")
    for host in ("localhost:8000", "127.0.0.1", "[::1]:8000"):
        assert http.get("/healthz", headers={"host": host}).status_code == 200


def test_an_address_that_is_too_long_is_refused(http: TestClient) -> None:
    assert http.get("/search/default?q=" + "a" * 30_000).status_code == 414


def test_a_defect_is_answered_without_its_insides(app: FastAPI, log: io.StringIO) -> None:
    @app.get("/broken", dependencies=[require("home.view")])
    def broken() -> str:
        raise ValueError("password hunter2")

    with client(app) as http:
        answer = http.get("/broken")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    assert (
        answer.headers["x-request-id"] in answer.text
        and "default-src 'none'" in answer.headers["content-security-policy"]
    )
    assert "hunter2" not in answer.text + log.getvalue()
    assert '"event": "defect"' in log.getvalue()


def test_log_lines_hold_no_name_and_no_secret(http: TestClient, log: io.StringIO) -> None:
    http.get("/search/starter?q=Very+Private+Person", headers={"authorization": "Basic hunter2", "cookie": "a=hunter3"})
    http.get("/search/starter?q=Private", headers={"authorization": "Bearer hunter4"})
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert any(one["event"] == "request" and one["route"] == "/search/{dataset}" for one in lines)
    assert "Private" not in log.getvalue() and "hunter" not in log.getvalue()


def test_a_database_that_is_gone_is_said_and_the_service_still_tells_that_it_runs(tmp_path: Path) -> None:
    (tmp_path / "enduse.sqlite3").write_bytes(b"this is no database" * 100)
    with client(service(tmp_path)) as http:
        assert http.get("/healthz").status_code == 200
        for path in ("/readyz", "/v1/lists", "/algorithms", "/account"):
            answer = http.get(path)
            assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
            assert "restore the last backup" in answer.json()["detail"]
            assert str(tmp_path) not in answer.text, "where the file is concerns those who run the service"


def test_too_many_requests_are_held_back(tmp_path: Path) -> None:
    clock = Clock()
    with client(service(tmp_path, clock, request_rate=3)) as http:
        assert {http.get("/healthz").status_code for _ in range(9)} == {200}, "open: nobody else asks"
    with client(service(tmp_path, clock, request_rate=3, host="192.0.2.1")) as http:
        assert [http.get("/healthz").status_code for _ in range(4)] == [200, 200, 200, 429]
        assert int(http.get("/healthz").headers["retry-after"]) <= 20
        clock.on(seconds=20)
        assert http.get("/healthz").status_code == 200


def test_metrics_count_by_route(http: TestClient) -> None:
    http.get("/healthz")
    http.get("/nowhere/private-name")
    http.get("/v1/lists")
    text = http.get("/metrics").text
    assert 'route="/v1/lists"' in text
    assert 'enduse_requests_total{method="GET",route="/healthz",status="200"} 1.0' in text
    assert 'route="(none)",status="404"' in text and "private-name" not in text


def test_metrics_tell_of_the_store(tmp_path: Path) -> None:
    clock = Clock()
    app = service(tmp_path, clock)
    with client(app) as http:
        assert "enduse_store_up 1.0" in http.get("/metrics").text
        store = app.state.service.stores.need()
        job = store.casework.start_job("check_table", b"x", by=By("u1"))
        store.casework.end_job(job.id, "failed", by=By("u1"))
        store.casework.start_job("check_table", b"y", by=By("u1"))
        clock.on(seconds=90)
        text = http.get("/metrics").text
        for line in (
            'enduse_jobs{state="failed"} 1.0',
            'enduse_jobs{state="waiting"} 1.0',
            'enduse_jobs{state="done"} 0.0',
            "enduse_outbox_waiting 1.0",
            "enduse_outbox_failing 0.0",
            "enduse_outbox_oldest_seconds 90.0",
            "enduse_audit_entries 3.0",
        ):
            assert line in text, line
        assert float(re.findall(r"enduse_store_bytes ([\d.e+]+)", text)[0]) > 10_000
        assert float(re.findall(r"enduse_store_free_bytes ([\d.e+]+)", text)[0]) > 0


def test_metrics_say_that_the_store_is_gone(tmp_path: Path) -> None:
    app = service(tmp_path, Clock())
    with client(app) as http:
        http.get("/healthz")
        store = app.state.service.stores.need()
        store._engine.dispose()
        (tmp_path / "enduse.sqlite3").write_bytes(b"this is no database" * 1000)
        for left in ("-wal", "-shm"):
            (tmp_path / f"enduse.sqlite3{left}").unlink(missing_ok=True)
        answer = http.get("/metrics")
        assert answer.status_code in (200, 503)
        assert answer.status_code == 503 or "enduse_store_up 0.0" in answer.text


def test_the_description_is_whole(http: TestClient) -> None:
    """Every reference leads somewhere, and refusals are described as they are answered."""
    document = http.get("/openapi.json").json()
    text = json.dumps(document)
    for reference in set(re.findall(r'"#/components/schemas/(\w+)"', text)):
        assert reference in document["components"]["schemas"], reference
    for path, operations in document["paths"].items():
        for operation in operations.values():
            # A command that is understood and refused; what cannot be read is 400.
            assert "RefusedCommand" in str(operation["responses"].get("422", "RefusedCommand"))
            assert "HTTPValidationError" not in str(operation["responses"])
            assert {"400", "401", "403", "413", "429", "503"} <= set(operation["responses"]), path
            for status, response in operation["responses"].items():
                if int(status) >= 400:
                    assert list(response["content"]) == ["application/problem+json"]
    example = document["paths"]["/v1/assessments"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert example["properties"]["transaction"]["examples"]


@pytest.mark.parametrize(("name", "value"), [("port", "70000"), ("session_hours", "0"), ("log_level", "loud")])
def test_a_setting_that_cannot_be_used_is_named(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PREFIX + name.upper(), value)
    with pytest.raises(BadInput, match=f"{PREFIX}{name.upper()}") as found:
        read_settings(tmp_path)
    assert value not in found.value.message().replace(name, "")


def test_every_setting_is_documented_and_no_other() -> None:
    text = (Path(__file__).parents[3] / "docs" / "operations.md").read_text(encoding="utf-8")
    documented = {line.split("`")[1] for line in text.splitlines() if line.startswith(f"| `{PREFIX}")}
    assert documented == {PREFIX + name.upper() for name in ServiceSettings.model_fields}


def test_secrets_do_not_show(tmp_path: Path) -> None:
    settings = read_settings(tmp_path, oidc_client_secret="hunter2", database_url="postgresql://u:hunter2@h/d")
    assert "hunter2" not in repr(settings) + str(settings.model_dump())


def test_the_address_is_one_of_this_machine(tmp_path: Path) -> None:
    assert read_settings(tmp_path).hosts == frozenset({"localhost", "127.0.0.1", "::1"})
    assert read_settings(tmp_path, host="0.0.0.0").hosts is None
    assert read_settings(tmp_path, host="0.0.0.0", public_url="https://x.example").hosts == frozenset({"x.example"})
