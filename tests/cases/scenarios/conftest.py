"""Every scenario runs through the service layer and through the HTTP API, each over a log in memory and over the store:
SQLite always, PostgreSQL where a server is named.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

import licensing_world
from databases import empty_schema
from enduse.cases.events import CaseEvent
from enduse.cases.log import Append, Attempt
from enduse.cases.view import CaseView
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.service.ground import Service
from enduse.store import open_store
from enduse.store.database import Store
from licensing_http import Registry, WorldClock, over_http
from service_world import service


def _opened(place: Path | str) -> Store:
    return open_store(place, create=True, clock=lambda: dt.datetime(2026, 3, 2, tzinfo=dt.UTC))


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A schema for all tests."""
    with empty_schema() as url:
        yield url


class Apart:
    """A log of its own in a store that many tests share, for making the tables takes half a second."""

    def __init__(self, store: Store) -> None:
        self._log = StoredLog(store.cases)
        self._prefix = f"{uuid.uuid4().hex[:12]}/"

    def read(self, case_id: str) -> Sequence[CaseEvent]:
        return self._log.read(self._prefix + case_id)

    def append(self, *appends: Append) -> None:
        self._log.append(
            *(replace(one, case_id=self._prefix + one.case_id, view=self._inside(one.view)) for one in appends)
        )

    def refused(self, case_id: str, attempt: Attempt) -> None:
        self._log.refused(self._prefix + case_id, attempt)

    def views(self, *, due_by: dt.date | None = None) -> Sequence[CaseView]:
        found = self._log.views(due_by=due_by)
        own = [row for row in found if row.id.startswith(self._prefix)]
        return [replace(row, id=self._outside(row.id), reference=self._outside(row.reference)) for row in own]

    def ids(self, prefix: str = "") -> Sequence[str]:
        return [self._outside(one) for one in self._log.ids(self._prefix + prefix)]

    def erase(self, case_id: str, event: CaseEvent, view: CaseView | None) -> None:
        inside = replace(view, id=self._prefix + view.id) if view is not None else None
        self._log.erase(self._prefix + case_id, event, inside)

    def _inside(self, view: CaseView | None) -> CaseView | None:
        # References are a case's own in a store, as ids are.
        known = self._prefix if view and view.reference else ""
        return replace(view, id=self._prefix + view.id, reference=known + view.reference) if view else None

    def _outside(self, identifier: str) -> str:
        return identifier.removeprefix(self._prefix)


def _whole(store: Store) -> None:
    report = store.verify()
    assert report.whole, f"{report.place} {report.problem}"
    store.close()


@pytest.fixture(scope="session")
def sqlite_store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One SQLite store for all scenarios; in the end everything in it must fit its audit chain."""
    store = _opened(tmp_path_factory.mktemp("cases") / "enduse.sqlite3")
    yield store
    _whole(store)


@pytest.fixture(scope="session")
def postgres_store(postgres_url: str) -> Iterator[Store]:
    """One schema in PostgreSQL, likewise."""
    store = _opened(postgres_url)
    yield store
    _whole(store)


@pytest.fixture(scope="session")
def people(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Registry, WorldClock]]:
    """A service for all scenarios over HTTP, and the accounts of their people."""
    clock = WorldClock()
    app = service(tmp_path_factory.mktemp("service"), clock, request_rate=1_000_000)
    found: Service = app.state.service
    yield Registry(app), clock
    assert found.stores.need().verify().whole
    found.stores.close()


_PLACES = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=_PLACES)
def log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Where the worlds of a test keep their cases."""
    if request.param == "memory":
        yield
        return
    store: Store = request.getfixturevalue(f"{request.param}_store")
    licensing_world.NEW_LOG.append(lambda: Apart(store))
    try:
        yield
    finally:
        licensing_world.NEW_LOG.pop()


@pytest.fixture(autouse=True, params=["layer", "http"])
def driver(request: pytest.FixtureRequest, log: None) -> Iterator[None]:
    """What the worlds of a test do their commands through."""
    if request.param == "layer":
        yield
        return
    registry, clock = request.getfixturevalue("people")
    with over_http(registry, clock):
        yield
