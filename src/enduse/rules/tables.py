"""The tables of a rulebook: CSV read as text, each with its citation and edition.

A table's citation and edition hold for its rows; a row that differs says so in its own ``citation`` column.
Source of the form: the design's "law as data"; the law itself is cited in each act's ``tables.yaml``.
"""

from __future__ import annotations

import contextlib
import csv
import datetime as dt
import functools
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources.abc import Traversable

from enduse.formats.derived import derived, own_yaml
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.time import ALWAYS, Interval, parse_date


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a table: ``row["column"]`` is the cell as written, empty when blank.

    ``place`` is the table and the row's line; ``citation`` is the row's own or the table's.
    """

    cells: Mapping[str, str]
    table: str
    line: int
    citation: Citation

    def __getitem__(self, column: str) -> str:
        if column not in self.cells:
            raise BadInput(f"no column {column!r}", where=f"{self.table}.csv line {self.line}")
        return self.cells[column]

    def get(self, column: str) -> str:
        """The cell, or an empty text where the table has no such column."""
        return self.cells.get(column, "")

    def values(self, column: str) -> tuple[str, ...]:
        """The parts of a cell that holds several, separated by ``;``."""
        return _parts(self.cells.get(column, ""))

    def cell(self, column: str) -> str:
        """The cell's address, for traces: ``country_chart:12:NS1``."""
        return f"{self.table}:{self.line}:{column}"

    @property
    def interval(self) -> Interval:
        """The days on which the row holds (columns ``from`` and ``to``)."""
        start, end = self.cells.get("from", ""), self.cells.get("to", "")
        if not start and not end:
            return ALWAYS
        return _interval(start, end, f"{self.table}.csv line {self.line}")

    def holds_on(self, day: dt.date) -> bool:
        """Whether the row is in force on ``day``; a row without dates always is."""
        return day in self.interval


@functools.lru_cache(maxsize=65_536)
def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(";") if part.strip())


@functools.lru_cache(maxsize=65_536)
def _interval(start: str, end: str, where: str) -> Interval:
    return Interval(parse_date(start, where=where) if start else None, parse_date(end, where=where) if end else None)


@dataclass(frozen=True, slots=True)
class Table:
    """One table of one edition."""

    id: str
    rows: tuple[Row, ...]
    columns: tuple[str, ...]
    citation: Citation
    edition: dt.date | None
    sha256: str

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def index(self, column: str) -> dict[str, tuple[Row, ...]]:
        """Rows by the value of ``column``."""
        grouped: dict[str, list[Row]] = {}
        for row in self.rows:
            grouped.setdefault(row[column], []).append(row)
        return {value: tuple(rows) for value, rows in grouped.items()}


class Tables:
    """The tables of one folder, read when first asked for.

    Args:
        folder: holds ``tables.yaml`` and the CSV files that it describes.
        shared: the tables of the jurisdiction, used by all of its acts; an act's own table of one name goes first.
        overrides: CSV text by table id, in place of the shipped file (used by tests and by users' own editions).
    """

    def __init__(
        self, folder: Traversable, overrides: Mapping[str, str] | None = None, *, shared: Tables | None = None
    ) -> None:
        self._folder = folder
        self._shared = shared
        self._overrides = dict(overrides or {})
        self._tables: dict[str, Table] = {}
        self._editions: tuple[tuple[str, str, str, str], ...] | None = None
        self._indexes: dict[tuple[str, str], dict[str, tuple[Row, ...]]] = {}
        self._dates: frozenset[dt.date] | None = None
        meta_file = folder / "tables.yaml"
        raw = own_yaml(meta_file.read_bytes(), name="tables.yaml") if meta_file.is_file() else {}
        self._meta: Mapping[str, Mapping[str, str]] = raw.get("tables", raw)

    def replaced(self, overrides: Mapping[str, str]) -> Tables:
        """The same tables with the CSV text of some replaced."""
        return Tables(self._folder, {**self._overrides, **overrides}, shared=self._shared)

    def on(self, day: dt.date) -> Tables:
        """The same tables with the rows of one day alone, their dates left out."""
        found = Tables(self._folder, self._overrides, shared=self._shared.on(day) if self._shared else None)
        for table_id in self._meta:
            table = self[table_id]
            kept = [row for row in table if row.holds_on(day)]
            undated = tuple(replace(row, cells={**row.cells, **_undated(row)}) for row in kept)
            digest = hashlib.sha256(repr([tuple(row.cells.items()) for row in undated]).encode()).hexdigest()
            found._tables[table_id] = replace(table, rows=undated, sha256=digest)
        return found

    @property
    def ids(self) -> tuple[str, ...]:
        """Identifiers of the tables of this folder, then of the shared ones."""
        return tuple(dict.fromkeys([*self._meta, *(self._shared.ids if self._shared else ())]))

    @property
    def folder(self) -> Traversable:
        """Where the tables of this folder are."""
        return self._folder

    @property
    def shared(self) -> Tables | None:
        """The tables of the jurisdiction."""
        return self._shared

    @property
    def own_ids(self) -> tuple[str, ...]:
        """Identifiers of the tables of this folder alone."""
        return tuple(self._meta)

    def __contains__(self, table_id: str) -> bool:
        return table_id in self._meta or (self._shared is not None and table_id in self._shared)

    def __getitem__(self, table_id: str) -> Table:
        found = self._tables.get(table_id)
        if found is None:
            of_all = table_id not in self._meta and self._shared is not None and table_id in self._shared
            found = self._shared[table_id] if of_all and self._shared else self._read(table_id)
            self._tables[table_id] = found
        return found

    def lookup(self, table_id: str, column: str, value: str) -> tuple[Row, ...]:
        """Rows whose ``column`` equals ``value``; none where there is no such table."""
        found = self._indexes.get((table_id, column))
        if found is None:
            if table_id not in self:
                return ()
            found = self._indexes[table_id, column] = self[table_id].index(column)
        return found.get(value, ())

    def editions(self) -> Iterator[tuple[str, str, str, str]]:
        """Identifier, edition, SHA-256 and citation of every table; the tables themselves are not parsed."""
        if self._editions is None:
            own = [
                (key, meta.get("edition", ""), hashlib.sha256(self._data(key)).hexdigest(), meta.get("citation", ""))
                for key, meta in self._meta.items()
            ]
            shared = self._shared.editions() if self._shared is not None else ()
            self._editions = (*own, *(entry for entry in shared if entry[0] not in self._meta))
        yield from self._editions

    def dates(self) -> frozenset[dt.date]:
        """Every day that is written in one of the tables; they are not parsed."""
        if self._dates is None:
            own = frozenset(date for key in self._meta for date in _dates_of(self._data(key)))
            self._dates = own | (self._shared.dates() if self._shared is not None else frozenset())
        return self._dates

    def _read(self, table_id: str) -> Table:
        meta = self._meta.get(table_id)
        if meta is None:
            raise BadInput(f"no table {table_id!r}", where="tables.yaml", remedy=f"known: {', '.join(self._meta)}")
        return parse_table(table_id, self._data(table_id), meta)

    def _data(self, table_id: str) -> bytes:
        text = self._overrides.get(table_id)
        return (self._folder / f"{table_id}.csv").read_bytes() if text is None else text.encode()


_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")


def dates_in(text: str) -> frozenset[dt.date]:
    """The days of the calendar that a text writes as ``YYYY-MM-DD``."""
    found = set()
    for written in set(_DATE.findall(text)):
        with contextlib.suppress(ValueError):
            found.add(dt.date.fromisoformat(written))
    return frozenset(found)


def _dates_of(data: bytes) -> Iterator[dt.date]:
    """The days that a table writes; found once, since looking for them takes longer than reading the table."""
    written = derived("dates", data, lambda: sorted(map(str, dates_in(data.decode("utf-8", "replace")))))
    return map(dt.date.fromisoformat, written)


def _undated(row: Row) -> dict[str, str]:
    return {column: "" for column in ("from", "to") if column in row.cells}


def parse_table(table_id: str, data: bytes, meta: Mapping[str, str]) -> Table:
    """Read one CSV table; every cell stays text.

    Raises:
        BadInput: a row has too few or too many cells, or the table has no citation.
    """
    citation = Citation(
        text=meta.get("citation", ""),
        url=meta.get("url") or None,
        verified=meta.get("verified", "true") == "true",
        note=meta.get("note", ""),
    )
    if not citation.text:
        raise BadInput(f"table {table_id!r} has no citation", where="tables.yaml")
    reader = csv.reader(io.StringIO(data.decode("utf-8"), newline=""), strict=True)
    columns = tuple(next(reader, ()))
    rows, width = [], len(columns)
    own_citations = "citation" in columns or "verified" in columns
    for cells in reader:
        if not cells:
            continue
        if len(cells) != width:
            raise BadInput(
                f"{len(cells)} cells where the header has {width}",
                where=f"{table_id}.csv line {reader.line_num}",
            )
        named = dict(zip(columns, cells, strict=False))
        rows.append(
            Row(named, table_id, reader.line_num, _row_citation(named, citation) if own_citations else citation)
        )
    edition = meta.get("edition")
    return Table(
        id=table_id,
        rows=tuple(rows),
        columns=columns,
        citation=citation,
        edition=parse_date(edition) if edition else None,
        sha256=hashlib.sha256(data).hexdigest(),
    )


def _row_citation(cells: Mapping[str, str], default: Citation) -> Citation:
    own, verified = cells.get("citation", ""), cells.get("verified", "")
    if not own and not verified:
        return default
    return Citation(
        text=own or default.text,
        url=None if own else default.url,
        verified=default.verified if not verified else verified in ("yes", "true"),
        note=cells.get("note", ""),
    )
