"""Databases for tests of what is kept: SQLite always, PostgreSQL where a server is named."""

from __future__ import annotations

import contextlib
import os
import socket
import threading
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

VARIABLE = "ENDUSE_TEST_POSTGRES"


class PostgresAbsentWarning(UserWarning):
    """Shown in pytest's summary, so that a run without PostgreSQL cannot be taken for a full one."""


@contextlib.contextmanager
def empty_schema() -> Iterator[str]:
    """The URL of an empty schema in the database that the environment names; skips, loudly, where it names none."""
    url = os.environ.get(VARIABLE)
    if not url:
        reason = f"NOT TESTED ON POSTGRESQL: set {VARIABLE} to the URL of a database that tests may write to"
        warnings.warn(reason, PostgresAbsentWarning, stacklevel=2)
        pytest.skip(reason)
    import psycopg

    schema = f"enduse_{uuid.uuid4().hex}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE SCHEMA {schema}")
        try:
            yield f"{url}{'&' if '?' in url else '?'}options=-csearch_path%3D{schema}"
        finally:
            connection.execute(f"DROP SCHEMA {schema} CASCADE")


@pytest.fixture
def postgres() -> Iterator[str]:
    """A schema for one test."""
    with empty_schema() as url:
        yield url


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a store may be made: both databases, one after the other."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres")
        return found
    return tmp_path / "data" / "enduse.sqlite3"


class Door:
    """A way to a server on this machine that can be shut: connections break, new ones are refused."""

    def __init__(self, url: str) -> None:
        parts = urlsplit(url)
        self._server = (parts.hostname or "127.0.0.1", parts.port or 5432)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._port = self._listening.getsockname()[1]
        self._pairs: list[socket.socket] = []
        netloc = f"{parts.username}@127.0.0.1:{self._port}" if parts.username else f"127.0.0.1:{self._port}"
        self.url = parts._replace(netloc=netloc).geturl()
        self._begin()

    def _begin(self) -> None:
        threading.Thread(target=self._take, args=(self._listening,), daemon=True).start()

    def _take(self, listening: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                inside, _ = listening.accept()
                outside = socket.create_connection(self._server)
                self._pairs += [inside, outside]
                for one, other in ((inside, outside), (outside, inside)):
                    threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()

    def shut(self) -> None:
        """Break every connection and take no new one."""
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for one in self._pairs:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._pairs = []

    def open(self) -> None:
        """Take connections again, at the same address."""
        self._listening = socket.create_server(("127.0.0.1", self._port))
        self._begin()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
        other.shutdown(socket.SHUT_RDWR)
