"""Databases for tests of the store: SQLite always, PostgreSQL where a server is named."""

from __future__ import annotations

import os
import uuid
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

VARIABLE = "ENDUSE_TEST_POSTGRES"


class PostgresAbsentWarning(UserWarning):
    """Shown in pytest's summary, so that a run without PostgreSQL cannot be taken for a full one."""


@pytest.fixture
def postgres() -> Iterator[str]:
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


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.postgres)])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Path | str:
    """Where a store may be made: both databases, one after the other."""
    if request.param == "postgres":
        found: str = request.getfixturevalue("postgres")
        return found
    return tmp_path / "data" / "enduse.sqlite3"
