"""The pages, over a few invented lists and the embedded listings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api_server import TODAY
from enduse.interfaces.api.holdings import Holdings
from pages import two_editions
from service_world import LOCAL, service


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return two_editions(tmp_path_factory.mktemp("web"))


@pytest.fixture(scope="session")
def holdings(data: Path) -> Holdings:
    return Holdings.open(data, accept_starter=True, day=TODAY)


@pytest.fixture(scope="session")
def web(data: Path, holdings: Holdings) -> Iterator[TestClient]:
    app = service(data, open_holdings=lambda: holdings, request_rate=1_000_000)
    with TestClient(app, base_url=LOCAL) as client:
        for _ in range(100):
            if client.get("/").status_code != 503:
                break
        yield client
