"""The pages, over a few invented lists and the embedded listings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api_server import TODAY
from enduse.interfaces.api.app import create_app
from enduse.interfaces.api.holdings import Holdings
from pages import two_editions


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_editions(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="session")
def holdings(data: Path) -> Holdings:
    return Holdings.open(data, accept_starter=True, day=TODAY)


@pytest.fixture(scope="session")
def web(holdings: Holdings) -> Iterator[TestClient]:
    with TestClient(create_app(lambda: holdings, lambda: TODAY)) as client:
        for _ in range(100):
            if client.get("/").status_code != 503:
                break
        yield client
