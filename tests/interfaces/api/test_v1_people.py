"""The API under /v1: accounts, keys, saved searches, the audit chain, and why somebody may not."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.testclient import TestClient

from enduse.interfaces.service.ground import Service
from enduse.model.account import User
from people import form_token, join, key_of, signed_in
from service_world import client
from v1_world import CHECK, ada, app, data, holdings, key, root

__all__ = ["ada", "app", "data", "holdings", "root"]


# --- people


def test_accounts_and_roles_through_the_api(app: FastAPI, root: User) -> None:
    http = signed_in(app, "root")
    headers = {"x-csrf-token": form_token(http)}
    body = {"login": "ada", "name": "Ada", "password": "a long good password", "reason": "joined"}
    assert http.post("/v1/users", json=body).status_code == 403, "without the session's token"
    made = http.post("/v1/users", json=body, headers=headers)
    assert made.status_code == 201
    grants = f"{made.headers['location']}/grants"
    granted = http.post(grants, json={"role": "analyst", "reason": "works at the desk"}, headers=headers)
    assert granted.json()["roles"] == ["analyst"]
    own = http.post(f"/v1/users/{root.id}/grants", json={"role": "analyst", "reason": "x"}, headers=headers)
    assert own.status_code == 403 and "to themself" in own.json()["detail"]
    taken = http.post(
        f"{made.headers['location']}/revocations", json={"role": "analyst", "reason": "left"}, headers=headers
    )
    assert taken.json()["roles"] == []
    assert {one["login"] for one in http.get("/v1/users").json()} == {"root", "ada"}
    assert "password" not in http.get("/v1/users").text


def test_no_key_makes_keys_or_grants_roles(app: FastAPI, root: User) -> None:
    http = key(app, root, *app.state.service.policies.scopes)
    assert http.post("/v1/keys", json={"name": "x", "scopes": ["read"]}).status_code == 403
    assert http.post(f"/v1/users/{root.id}/grants", json={"role": "analyst", "reason": "x"}).status_code == 403
    assert http.get("/v1/users").status_code == 200


def test_ones_own_keys(app: FastAPI) -> None:
    join(app, "ada", "analyst")
    victim = join(app, "bob", "analyst")
    http = signed_in(app, "ada")
    headers = {"x-csrf-token": form_token(http)}
    made = http.post("/v1/keys", json={"name": "crm", "scopes": ["screen"], "days": 7}, headers=headers).json()
    assert client(app, authorization=f"ApiKey {made['key']}").get("/v1/me").status_code == 403
    assert [one["id"] for one in http.get("/v1/keys").json()] == [made["id"]]
    other = key_of(app, victim, "read").split("_")[1]
    for one in (other, "none"):
        assert http.delete(f"/v1/keys/{one}", headers=headers).status_code == 404
    assert http.delete(f"/v1/keys/{made['id']}", headers=headers).status_code == 204
    assert http.get("/v1/keys").json()[0]["revoked"]


def test_saved_searches_through_the_api(app: FastAPI, ada: TestClient) -> None:
    made = ada.post("/v1/searches", json={"name": "daily", "query": {"name": "Acme"}})
    assert made.status_code == 201
    other = key(app, join(app, "bob", "analyst"), "screen")
    assert other.get("/v1/searches").json() == []
    assert other.delete(f"/v1/searches/{made.json()['id']}").status_code == 404
    assert [one["name"] for one in ada.get("/v1/searches").json()] == ["daily"]
    assert ada.delete(f"/v1/searches/{made.json()['id']}").status_code == 204
    assert ada.get("/v1/searches").json() == []


# --- audit and access


def test_an_auditor_reads_the_chain_by_pages_and_changes_nothing(app: FastAPI, ada: TestClient) -> None:
    made = ada.post("/v1/assessments", json=CHECK).json()
    http = key(app, join(app, "eva", "auditor"), "audit", "assess")
    seen: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        page = http.get("/v1/audit", params={"limit": 3, "cursor": cursor}).json()
        seen += [one["seq"] for one in page["results"]]
        cursor = page["next"]
    assert seen == list(range(len(seen), 0, -1))
    about = http.get("/v1/audit", params={"subject": f"assessment:{made['id']}"}).json()["results"]
    assert [one["action"] for one in about] == ["assessment.keep"]
    assert http.get("/v1/audit/verification").json()["whole"]
    assert http.post("/v1/assessments", json=CHECK).status_code == 403
    assert ada.get("/v1/audit").status_code == 403


def test_an_altered_chain_is_named_through_the_api(app: FastAPI, ada: TestClient) -> None:
    import sqlalchemy as sa

    ada.post("/v1/assessments", json=CHECK)
    found: Service = app.state.service
    with found.stores.need().write() as connection:
        connection.execute(sa.text("DROP TRIGGER audit_no_update"))
        connection.execute(sa.text("UPDATE audit SET actor = 'nobody' WHERE seq = 2"))
    http = key(app, join(app, "eva", "auditor"), "audit")
    chain = http.get("/v1/audit/verification").json()
    assert (chain["whole"], chain["place"]) == (False, "audit entry 2")


def test_everybody_can_ask_why_they_may_not(app: FastAPI, ada: TestClient) -> None:
    may = {one["action"]: one for one in ada.get("/v1/me").json()["may"]}
    assert may["assessment.create"]["allowed"] and not may["role.grant"]["allowed"]
    assert may["audit.view"]["would_need"] == "a key with the scope 'audit'"
