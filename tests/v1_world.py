"""The API under /v1 as tests ask it: a service with lists, somebody with a key, an administrator."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api_server import TODAY, held
from enduse.interfaces.api.holdings import Holdings
from enduse.model.account import User
from people import join, key_of
from service_world import Clock, client, service

CHECK: dict[str, Any] = {
    "transaction": {
        "reference": "order 7",
        "item": {"code": "EAR99"},
        "from": "US",
        "destination": "CN",
        "parties": [{"role": "end_user", "name": "Acme Optronics"}],
        "date": "2026-08-03",
    }
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return held(tmp_path_factory.mktemp("v1"))


@pytest.fixture(scope="module")
def holdings(data: Path) -> Holdings:
    return Holdings.open(data, accept_starter=True, day=TODAY)


@pytest.fixture
def app(data: Path, holdings: Holdings, tmp_path: Path) -> Iterator[FastAPI]:
    (tmp_path / "lists").symlink_to(data / "lists")
    found = service(tmp_path, Clock(), open_holdings=lambda: holdings)
    with client(found) as http:
        until = time.monotonic() + 30
        while http.get("/readyz").status_code != 200 and time.monotonic() < until:
            time.sleep(0.01)
        yield found


def key(app: FastAPI, user: User, *scopes: str) -> TestClient:
    return client(app, authorization=f"Bearer {key_of(app, user, *scopes)}")


@pytest.fixture
def ada(app: FastAPI) -> TestClient:
    return key(app, join(app, "ada", "analyst"), "assess", "check", "screen", "read", "adjudicate")


@pytest.fixture
def root(app: FastAPI) -> User:
    return join(app, "root", "sysadmin")
