"""Backup and restore: SQLite by its online backup, and a portable dump of our own rows for either database.

The dump is JSON lines: a head with the form of the tables, a line for each row, and an end with counts and the hash of
all that came before it. It moves a store from one database to the other, too.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from enduse.model.errors import BadInput, OperationFailed
from enduse.store.tables import metadata

SCHEMA = "enduse.dump/1"
SQLITE_HEAD = b"SQLite format 3\0"
_BATCH = 500
_BYTES = "base64:"
_LONGEST_LINE = 1 << 28


def backup_sqlite(source: Path, out: Path) -> int:
    """Copy an embedded store while others use it; the size of the copy in bytes.

    Raises:
        BadInput: the target is there already.
        OperationFailed: it cannot be read or written (disk full).
    """
    part = _fresh(out)
    try:
        with closing(_reader(source)) as old, closing(sqlite3.connect(part)) as new:
            old.backup(new, pages=1_000)
            new.execute("PRAGMA journal_mode = DELETE")
        _finish(part, out)
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise OperationFailed(f"the backup cannot be written: {error}", where=str(out)) from None
    return out.stat().st_size


def restore_sqlite(source: Path, target: Path) -> None:
    """Put a copy of an embedded store in its place.

    Raises:
        BadInput: there is a store already, or the file is no store.
        OperationFailed: it cannot be read or written.
    """
    if target.exists():
        raise BadInput(
            "there is a store already", where=str(target), remedy="move it away first; nothing is overwritten"
        )
    with source.open("rb") as file:
        if file.read(16) != SQLITE_HEAD:
            raise BadInput("is no backup of a store", where=str(source), remedy="a file that enduse store backup wrote")
    part = _fresh(target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with closing(_reader(source)) as old, closing(sqlite3.connect(part)) as new:
            if old.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BadInput("is damaged", where=str(source), remedy="use another backup")
            old.backup(new, pages=1_000)
        _finish(part, target)
        with closing(sqlite3.connect(target)) as there:
            there.execute("PRAGMA journal_mode = WAL")
    except (sqlite3.Error, OSError) as error:
        part.unlink(missing_ok=True)
        raise OperationFailed(f"the store cannot be restored: {error}", where=str(source)) from None
    except BadInput:
        part.unlink(missing_ok=True)
        raise


def dump(connection: Connection, head: str, out: Path) -> int:
    """Write every row to a file; how many there are.

    Raises:
        BadInput: the target is there already.
        OperationFailed: it cannot be written.
    """
    part = _fresh(out)
    digest, count = hashlib.sha256(), 0

    def line(value: Any) -> bytes:
        return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode() + b"\n"

    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            for one in _lines(connection, head):
                data = line(one)
                digest.update(data)
                file.write(data)
                count += "row" in one
            file.write(line({"end": {"rows": count, "sha256": digest.hexdigest()}}))
        _finish(part, out)
    except OSError as error:
        part.unlink(missing_ok=True)
        raise OperationFailed(f"the backup cannot be written: {error.strerror}", where=str(out)) from None
    return count


def _lines(connection: Connection, head: str) -> Iterator[dict[str, Any]]:
    yield {"schema": SCHEMA, "tables": head}
    for table in metadata.sorted_tables:
        rows = connection.execution_options(yield_per=_BATCH).execute(sa.select(table).order_by(*table.primary_key))
        for row in rows.mappings():
            yield {"row": table.name, "values": {name: _plain(value) for name, value in row.items()}}


def _plain(value: Any) -> Any:
    return _BYTES + base64.b64encode(value).decode() if isinstance(value, (bytes, memoryview)) else value


def load(connection: Connection, head: str, source: Path) -> int:
    """Put the rows of a dump into empty tables, all or none; how many.

    Args:
        connection: one that writes.

    Raises:
        BadInput: the tables hold something, or the dump is none, is of another form, was cut or was altered.
    """
    for table in metadata.sorted_tables:
        if connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1)).first() is not None:
            raise BadInput("the store is not empty", remedy="restore into a new one; nothing is overwritten")
    digest, count, ended = hashlib.sha256(), 0, False
    tables = {table.name: table for table in metadata.sorted_tables}
    with source.open("rb") as file:
        for number, data in enumerate(_read_lines(file, source), start=1):
            where = f"{source}, line {number}"
            try:
                raw = json.loads(data)
            except ValueError:
                raise BadInput("is no JSON", where=where, remedy="the file was cut or altered") from None
            if ended or not isinstance(raw, dict):
                raise BadInput("holds more than a dump", where=where, remedy="use another backup")
            if number == 1:
                if raw.get("schema") != SCHEMA:
                    raise BadInput("is no backup of a store", where=str(source), remedy=f"a file of schema {SCHEMA}")
                if raw.get("tables") != head:
                    raise BadInput(
                        f"was written for tables of form {raw.get('tables')}, these are of form {head}",
                        where=str(source),
                        remedy="restore with the version of enduse that wrote it, then upgrade",
                    )
            elif "end" in raw:
                ended = True
                if raw["end"] != {"rows": count, "sha256": digest.hexdigest()}:
                    raise BadInput("does not hold what its end says: it was altered", where=str(source))
            else:
                _insert(connection, tables, raw, where)
                count += 1
            digest.update(data)
    if not ended:
        raise BadInput("has no end: it was cut", where=str(source), remedy="use another backup")
    return count


def _read_lines(file: IO[bytes], source: Path) -> Iterator[bytes]:
    while data := file.readline(_LONGEST_LINE):
        if not data.endswith(b"\n"):
            raise BadInput("has no end: it was cut", where=str(source), remedy="use another backup")
        yield data


def _insert(connection: Connection, tables: Mapping[str, sa.Table], raw: Mapping[str, Any], where: str) -> None:
    table, values = tables.get(str(raw.get("row"))), raw.get("values")
    if table is None or not isinstance(values, dict) or set(values) != {column.name for column in table.columns}:
        raise BadInput("is no row of a store", where=where, remedy="the file was altered")
    binary = {column.name for column in table.columns if isinstance(column.type, sa.LargeBinary)}
    try:
        row = {
            name: base64.b64decode(value.removeprefix(_BYTES), validate=True) if name in binary else value
            for name, value in values.items()
        }
    except (ValueError, AttributeError):
        raise BadInput("is no row of a store", where=where, remedy="the file was altered") from None
    connection.execute(sa.insert(table).values(**row))


def _reader(source: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{source.absolute().as_uri()}?mode=ro", uri=True)


def _fresh(out: Path) -> Path:
    if out.exists():
        raise BadInput("is there already", where=str(out), remedy="another name; nothing is overwritten")
    part = out.with_name(f".{out.name}.part{os.getpid()}")
    part.unlink(missing_ok=True)
    return part


def _finish(part: Path, out: Path) -> None:
    part.chmod(0o600)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(out)
