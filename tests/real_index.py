"""An index over every party of the real lists, built once for all the workers of a test run."""

from __future__ import annotations

import datetime as dt
import fcntl
import os
from pathlib import Path

import pytest

from enduse.lists.shelf import Shelf
from enduse.lists.starter import starter_parties
from enduse.lists.sync import sync_from_dir
from enduse.screen import Screener
from realdata import shared_data


def real_index(factory: pytest.TempPathFactory) -> Screener:
    """Every party of the embedded and the real lists, as an index mapped into memory."""
    source = shared_data()
    root = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        root = root.parent
    folder: Path = root / "real-index"
    with (root / "real-index.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            sync_from_dir(root / "real-lists", source, today=dt.date(2026, 11, 24))
            Screener([*starter_parties(), *Shelf.open(root / "real-lists").parties()]).save(folder)
    return Screener.load(folder)
