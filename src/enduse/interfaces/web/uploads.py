"""Tables on their way from the upload to the work: carried by the page, or put down for whoever may run jobs.

What a page carries is kept nowhere. What is put down is a file of whoever sent it, gone after an hour, when others take
its room, and when the service ends.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from enduse.formats.plain_json import load_json
from enduse.formats.tables import Table, TableRow
from enduse.interfaces.uploads import MAX_ROWS as MOST_ROWS
from enduse.interfaces.uploads import open_upload, too_many
from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput

MAX_ROWS = 300
"""Rows that are worked on while somebody waits, and that a page carries."""
MAX_TABLE = 800_000
"""Characters of a table on its way through the page."""
MAX_COLUMNS = 100
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
KEPT_FOR = dt.timedelta(hours=1)
MOST_OF_ONE, MOST_OF_ALL = 3, 30
"""Files that are put down of one person and of everybody; the oldest make room."""

_LONGER = "split it, or: enduse check --bulk, enduse screen --bulk"


@dataclass(frozen=True)
class Upload:
    """A table that can be read as often as is needed.

    Attributes:
        total: how many rows it has.
        opened: opens it.
        carried: what a form carries so that the next request has it.
        data: the file, where it was put down.
    """

    name: str
    columns: tuple[str, ...]
    total: int
    opened: Callable[[], Table]
    carried: tuple[tuple[str, str], ...]
    data: Callable[[], bytes] | None = None

    def sample(self, most: int) -> list[tuple[str, ...]]:
        """The cells of the first rows, as they can be shown."""
        found: list[tuple[str, ...]] = []
        for row in self.opened().rows(text=(), keep_bad_rows=True):
            found.append(tuple(row.cells.get(column, "") for column in self.columns))
            if len(found) == most:
                break
        return found


class Uploads:
    """Files that were put down."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._kept: dict[str, tuple[str, str, Path, dt.datetime]] = {}

    def put(self, owner: str, name: str, data: bytes, now: dt.datetime) -> str:
        """Put a file down, under a name that is fit for one; returns the word that has it again."""
        token = secrets.token_hex(16)
        with self._lock:
            if self._folder is None:
                self._folder = tempfile.TemporaryDirectory(prefix="enduse-uploads-")
            path = Path(self._folder.name) / token / name
            path.parent.mkdir()
            path.write_bytes(data)
            self._kept[token] = (owner, name, path, now)
            own = [key for key, (whose, *_) in self._kept.items() if whose == owner]
            late = [key for key, (*_, since) in self._kept.items() if since < now - KEPT_FOR]
            for old in {*own[:-MOST_OF_ONE], *list(self._kept)[:-MOST_OF_ALL], *late}:
                shutil.rmtree(self._kept.pop(old)[2].parent, ignore_errors=True)
        return token

    def get(self, owner: str, token: str, now: dt.datetime) -> tuple[str, Path]:
        """Name and place of a file.

        Raises:
            BadInput: there is none of this person, or no more.
        """
        with self._lock:
            found = self._kept.get(token)
        if found is None or found[0] != owner or found[3] < now - KEPT_FOR:
            raise BadInput("the table is no longer at hand", where="table", remedy="upload it again")
        return found[1], found[2]


def put_down(uploads: Uploads, owner: str, name: str, data: bytes, now: dt.datetime) -> Upload:
    """A table of somebody who may run jobs.

    Raises:
        BadInput: it is no table, or has no rows.
    """
    _check_ending(name)
    token = uploads.put(owner, shown_name(name), data, now)
    return taken_up(uploads, owner, token, now)


def taken_up(uploads: Uploads, owner: str, token: str, now: dt.datetime) -> Upload:
    """A table that was put down before.

    Raises:
        BadInput: it is no longer there, or no table.
    """
    name, path = uploads.get(owner, token, now)
    table = open_upload(path)
    _check_columns(table)
    total = 0
    for _ in table.rows(text=(), keep_bad_rows=True):
        total += 1
        if total > MOST_ROWS:
            raise too_many(MOST_ROWS, "file")
    _check_rows(total)
    return Upload(name, table.columns, total, lambda: open_upload(path), (("upload", token),), path.read_bytes)


def read_upload(name: str, data: bytes, text_columns: Callable[[Sequence[str]], Sequence[str]] = tuple) -> Upload:
    """A table that the page carries.

    Args:
        name: as the browser called the file; only its ending counts.
        text_columns: which columns must be text: a code that the file holds as a number is no longer the code that
            somebody wrote.

    Raises:
        BadInput: no table, too many rows or columns, or too long for a page.
    """
    _check_ending(name)
    rows: list[tuple[str, tuple[str, ...], str]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / shown_name(name)
        path.write_bytes(data)
        table = open_upload(path)
        _check_columns(table)
        for row in table.rows(text=text_columns(table.columns), keep_bad_rows=True):
            if len(rows) == MAX_ROWS:
                raise BadInput(f"more than {MAX_ROWS} rows", where="file", remedy=_LONGER)
            problem = row.problem.problem if row.problem else ""
            rows.append((row.where, tuple(row.cells.get(column, "") for column in table.columns), problem))
    _check_rows(len(rows))
    found = {"name": shown_name(name), "columns": list(table.columns), "rows": [[w, list(c), p] for w, c, p in rows]}
    text = canonical_json(found).decode()
    if len(text) > MAX_TABLE:
        raise BadInput("the table is too long for a page", where="file", remedy=_LONGER)
    return carried(text)


def carried(text: str) -> Upload:
    """The table that a page carried.

    Raises:
        BadInput: the page was changed on its way.
    """
    raw = load_json(text, name="table", max_bytes=4 * MAX_TABLE)
    changed = BadInput("the table was changed on its way", where="table", remedy="upload it again")
    try:
        columns = tuple(str(one) for one in raw["columns"])
        rows = tuple((str(w), tuple(str(cell) for cell in cells), str(p)) for w, cells, p in raw["rows"])
    except (TypeError, KeyError, ValueError):
        raise changed from None
    named = [one for one in columns if one]
    if not 0 < len(rows) <= MAX_ROWS or any(len(cells) != len(columns) for _, cells, _ in rows):
        raise changed
    if not named or len(set(named)) != len(named):
        raise changed

    def again(*_: object) -> Iterator[TableRow]:
        for number, (where, cells, problem) in enumerate(rows, start=1):
            wrong = BadInput(problem, where=where) if problem else None
            yield TableRow(dict(zip(columns, cells, strict=True)), where, wrong, number)

    name = str(raw.get("name", "table"))[:80]
    return Upload(name, columns, len(rows), lambda: Table(columns, len(rows), again), (("table", text),))


def shown_name(name: str) -> str:
    """What a file is called, without a path and without odd characters."""
    plain = re.sub(r"[^\w .()-]", "_", Path(name.replace("\\", "/")).name).lstrip(". ")
    ending = Path(plain).suffix
    return f"{plain.removesuffix(ending)[:60]}{ending[:20]}" or "table"


def _check_ending(name: str) -> None:
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise BadInput(f"{ending[:20] or 'no ending'} is no table", where="file", remedy=f"one of {', '.join(ENDINGS)}")


def _check_columns(table: Table) -> None:
    if len(table.columns) > MAX_COLUMNS:
        raise BadInput(f"{len(table.columns)} columns", where="file", remedy=f"at most {MAX_COLUMNS}")


def _check_rows(count: int) -> None:
    if not count:
        raise BadInput("the table has no rows", where="file", remedy="a line of column names, then a line for each row")
