"""A service with the people of an authority and of exporters, and a browser for each of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from browsers import browser
from enduse.interfaces.api.holdings import Holdings
from licensing_crowd import Crowd
from licensing_service import Office, office, opened, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, Office]]:
    with serving(tmp_path / "office", dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)) as found:
        yield found


@pytest.fixture
def crowd(chromium: Browser, served: tuple[str, Office]) -> Iterator[Callable[..., Crowd]]:
    made: list[Crowd] = []

    def make(**options: Any) -> Crowd:
        made.append(Crowd(chromium, *served, **options))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def at_desk(tmp_path: Path, holdings: Holdings) -> Office:
    """The office without a server, its lists open."""
    found = office(tmp_path, open_holdings=lambda: holdings)
    opened(found)
    return found
