"""Tables and releases that stay: each version is a record with its audit entry, its bytes kept under their hash."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from sqlalchemy.engine import Connection

from enduse.model.decision import stamp
from enduse.model.record import By, Kind, Record
from enduse.store.audit import Read
from enduse.store.records import Records

Write = Callable[[], AbstractContextManager[Connection]]


class References:
    """What an authority loads (country indicators, rules of levels) and what it publishes (releases of statistics)."""

    def __init__(self, read: Read, write: Write, kept: Records, clock: Callable[[], dt.datetime]) -> None:
        self._read = read
        self._write = write
        self._records = kept
        self._clock = clock

    def keep(
        self, kind: Kind, key: str, body: bytes, *, by: By, reason: str, content: Mapping[str, str] | None = None
    ) -> Record:
        """Keep a version; the record that stands where its bytes and what is said of it are the same as before."""
        with self._write() as connection:
            stated = {**(content or {}), "body": self._records.keep(connection, body)}
            before = self._records.latest(connection, kind, key)
            if before is not None and {**before.content, "at": ""} == {**stated, "at": ""}:
                return before
            stated["at"] = stamp(self._clock())
            return self._records.put(
                connection, kind, key, stated, ref=kind.value, by=by, action=f"{kind.value}.keep", reason=reason
            )

    def standing(self, kind: Kind) -> list[Record]:
        """The latest version of each key."""
        with self._read() as connection:
            return self._records.standing(connection, kind)

    def versions(self, kind: Kind, key: str) -> list[Record]:
        """Every version of a key, oldest first."""
        with self._read() as connection:
            return self._records.versions(connection, kind, key)

    def body(self, record: Record) -> bytes:
        """The bytes of a version.

        Raises:
            OperationFailed: they are gone, or were altered.
        """
        with self._read() as connection:
            return self._records.body(connection, record.text("body"))
