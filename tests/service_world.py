"""A service in this process, with a client that has a cookie jar, over a small world."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from fastapi.testclient import TestClient

from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.service import create_service
from enduse.interfaces.service.settings import read_settings

NOON = dt.datetime(2026, 8, 3, 12, tzinfo=dt.UTC)
LOCAL = "http://127.0.0.1"


class Clock:
    """A clock that stands still until a test moves it."""

    def __init__(self, now: dt.datetime = NOON) -> None:
        self.now = now

    def __call__(self) -> dt.datetime:
        return self.now

    def on(self, **passed: float) -> None:
        """Let time pass."""
        self.now += dt.timedelta(**passed)


def service(
    data: Path,
    clock: Callable[[], dt.datetime] | None = None,
    *,
    open_holdings: Callable[[], Holdings] | None = None,
    log: io.StringIO | None = None,
    **settings: Any,
) -> FastAPI:
    """A service over a data directory."""
    return create_service(
        read_settings(data, **{"starter": True, "log_level": "info"} | settings),
        clock=clock or Clock(),
        open_holdings=open_holdings,
        log_file=log if log is not None else io.StringIO(),
    )


def client(app: FastAPI, base: str = LOCAL, **headers: str) -> TestClient:
    """A client that follows no redirect."""
    return TestClient(app, base_url=base, follow_redirects=False, headers=headers, raise_server_exceptions=False)


def routes(app: FastAPI) -> list[Any]:
    """Every route as it answers: with its whole path and all its guards."""
    app.state.features.add_all()
    return list(iter_route_contexts(app.routes))
