"""Every scenario of designations runs over a log in memory, over both databases, and over
HTTP on each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import empty_schema
from designation_http import application, over_http
from designation_world import World
from enduse.interfaces.licensing.log import StoredLog
from enduse.store import open_store

_PLACES = [
    "memory",
    "sqlite",
    pytest.param("postgres", marks=pytest.mark.postgres),
    "http",
    pytest.param("http-postgres", marks=pytest.mark.postgres),
]


@pytest.fixture(params=_PLACES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world, where its log is kept."""
    if request.param == "memory":
        yield World()
        return
    if request.param == "http":
        yield from _served(tmp_path / "data")
        return
    if request.param == "http-postgres":
        with empty_schema() as url:
            yield from _served(tmp_path / "data", url)
        return
    if request.param == "sqlite":
        yield from _stored(tmp_path / "enduse.sqlite3")
        return
    with empty_schema() as url:
        yield from _stored(url)


def _served(data: Path, place: str | None = None) -> Iterator[World]:
    app, clock = application(data, place)
    yield over_http(app, clock)
    stores = app.state.service.stores
    assert stores.need().verify().whole
    stores.close()


def _stored(place: Path | str) -> Iterator[World]:
    with open_store(place, create=True, clock=lambda: dt.datetime(2024, 1, 8, tzinfo=dt.UTC)) as store:
        yield World(StoredLog(store.cases))
        report = store.verify()
        assert report.whole, f"{report.place} {report.problem}"
