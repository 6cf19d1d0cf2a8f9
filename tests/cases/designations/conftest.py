"""Every scenario of designations runs over a log in memory and over both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from databases import empty_schema
from designation_world import World
from enduse.interfaces.licensing.log import StoredLog
from enduse.store import open_store

_PLACES = ["memory", "sqlite", pytest.param("postgres", marks=pytest.mark.postgres)]


@pytest.fixture(params=_PLACES)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """A world, where its log is kept."""
    if request.param == "memory":
        yield World()
        return
    if request.param == "sqlite":
        yield from _stored(tmp_path / "enduse.sqlite3")
        return
    with empty_schema() as url:
        yield from _stored(url)


def _stored(place: Path | str) -> Iterator[World]:
    with open_store(place, create=True, clock=lambda: dt.datetime(2024, 1, 8, tzinfo=dt.UTC)) as store:
        yield World(StoredLog(store.cases))
        report = store.verify()
        assert report.whole, f"{report.place} {report.problem}"
