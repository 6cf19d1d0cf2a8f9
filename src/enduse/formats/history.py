"""A journal of states by day: what counted on which day, each state written once under the hash of its content.

A state is a small JSON value. Files are named ``NNNNNN-DAY-HASH.json``; the last one not after a day is what counted at
the end of it. A file is written whole and renamed, so that a reader sees it or does not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from enduse.model.codec import canonical_json
from enduse.model.errors import OperationFailed

_NAME = re.compile(r"(\d{6,})-(\d{4}-\d{2}-\d{2})-([0-9a-f]{64})\.json")


@dataclass(frozen=True, slots=True)
class Entry:
    """One state: its place in the order, the day on which it began to count, and the hash of its content."""

    number: int
    day: dt.date
    sha256: str
    path: Path

    def content(self) -> Any:
        """The state.

        Raises:
            OperationFailed: the file cannot be read, or is not what was written.
        """
        try:
            data = self.path.read_bytes()
        except OSError as error:
            raise OperationFailed(f"the history cannot be read: {error.strerror}", where=str(self.path)) from None
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise OperationFailed(
                "the history was changed after it was written", where=str(self.path), remedy="restore it from a backup"
            )
        return json.loads(data)


class History:
    """The states kept in a folder, which need not exist to be read."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __iter__(self) -> Iterator[Entry]:
        """Every state, oldest first."""
        found = []
        if self._folder.is_dir():
            for path in self._folder.iterdir():
                if match := _NAME.fullmatch(path.name):
                    found.append(Entry(int(match[1]), dt.date.fromisoformat(match[2]), match[3], path))
        return iter(sorted(found, key=lambda entry: entry.number))

    def on(self, day: dt.date) -> Entry | None:
        """What counted at the end of a day; None before the first state."""
        found = [entry for entry in self if entry.day <= day]
        return found[-1] if found else None

    def named(self, sha256: str) -> Entry | None:
        """The newest entry with this content."""
        found = [entry for entry in self if sha256 and entry.sha256 == sha256]
        return found[-1] if found else None

    def add(self, day: dt.date, state: Any) -> str:
        """Write a state that counts from ``day``, unless it is the last one already; returns the hash of its content.

        Raises:
            OSError: it cannot be written.
        """
        data = canonical_json(state)
        digest = hashlib.sha256(data).hexdigest()
        entries = list(self)
        if entries and entries[-1].sha256 == digest:
            return digest
        self._folder.mkdir(parents=True, exist_ok=True)
        number = entries[-1].number + 1 if entries else 1
        # A clock that was set back must not put a later state before an earlier one.
        last = max(day, entries[-1].day) if entries else day
        path = self._folder / f"{number:06d}-{last.isoformat()}-{digest}.json"
        temporary = path.with_suffix(f".{os.getpid()}")
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        return digest
