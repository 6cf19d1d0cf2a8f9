"""The store: decisions and the audit chain, in SQLite beside the lists or in PostgreSQL by URL. The only SQL.

Importing this package is cheap; SQLAlchemy loads when a store is opened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from enduse.store.database import Store

FILE = "enduse.sqlite3"
"""Name of the SQLite store in the data directory."""


def place_of(data_dir: Path, url: str | None) -> Path | str:
    """Where the store is: the database of a URL, else the file in the data directory."""
    return url or data_dir / FILE


def store_exists(place: Path | str) -> bool:
    """Whether there may be a store. A database behind a URL counts; whether it holds tables shows when it is opened."""
    return isinstance(place, str) or place.is_file()


def open_store(
    place: Path | str, *, create: bool, clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(tz=dt.UTC)
) -> Store:
    """Open a store.

    Args:
        place: see :func:`place_of`.
        create: make its tables where there are none; otherwise an absent store reads as an empty one.
        clock: tells the moment, with its time zone.

    Raises:
        BadInput: the URL cannot be used.
        OperationFailed: the database cannot be reached, is damaged, or was written by a later version.
    """
    from enduse.store.database import Store  # heavy: only where a store is used

    return Store.open(place, create=create, clock=clock)
