"""People with accounts in a service under test, and browsers that are signed in."""

from __future__ import annotations

import re
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from enduse.interfaces.identity.passwords import Passwords
from enduse.interfaces.service.ground import Service
from enduse.model.access import Actor
from enduse.model.account import User
from enduse.model.record import By
from service_world import client

PASSWORD = "correct horse battery"
CHEAP = Passwords(memory=64)
"""Hashes that cost nothing, for tests."""
SETUP = By("setup")


def cheap(app: FastAPI) -> FastAPI:
    """The service, with hashes that cost nothing."""
    app.state.service.people._passwords = CHEAP
    return app


def join(app: FastAPI, login: str, *roles: str, organisation: str = "", agency: str = "") -> User:
    """Make an account with roles, which acts for an exporter or an agency where one is stated."""
    service: Service = cheap(app).state.service
    accounts = service.stores.need().accounts
    made = accounts.create(
        login, login.title(), by=SETUP, reason="joined", password_hash=CHEAP.hash(PASSWORD), roles=roles
    )
    if organisation or agency:
        return accounts.assign(made.id, organisation=organisation, agency=agency, by=SETUP, reason="joined")
    return made


def form_token(http: TestClient, path: str = "/account") -> str:
    """The token of a form on a page."""
    found = re.search(r'name="csrf_token" value="([0-9a-f]*)"', http.get(path).text)
    assert found is not None, path
    return found[1]


def signed_in(app: FastAPI, login: str, **headers: str) -> TestClient:
    """A browser of somebody who has signed in."""
    http = client(app, **headers)
    answer = http.post("/login", data={"login": login, "password": PASSWORD})
    assert answer.status_code == 303, answer.text
    return http


def post(http: TestClient, path: str, **data: Any) -> Any:
    """Send a form as its page would."""
    page = "/login" if path == "/login" else "/account"
    return http.post(path, data={"csrf_token": form_token(http, page), **data})


def key_of(app: FastAPI, user: User, *scopes: str) -> str:
    """A key of somebody."""
    service: Service = app.state.service
    roles = service.stores.need().accounts.roles(user.id)
    return service.people.make_key(Actor(user.id, user.name, roles), "test", scopes, 30)[0]
