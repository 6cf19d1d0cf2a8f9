"""Tables as rows of text: CSV, TSV, XLSX and Parquet come back exactly as written.

A cell that a spreadsheet or Parquet holds as a number, date or boolean has already lost what was typed (leading zeros,
``5E980``); in a column that must be text that is an error naming row and cell.

Sources: RFC 4180 (CSV); ECMA-376 (XLSX, read by calamine); Apache Parquet (read by Arrow).
"""

from __future__ import annotations

import csv
import datetime as dt
import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from enduse.formats.plain_yaml import FORBIDDEN, decoded, forbidden_character
from enduse.formats.workbook import checked_sheet
from enduse.model.errors import BadInput, OperationFailed

MAX_BYTES = 2_000_000_000
MAX_LINE = 1_000_000
_DELIMITERS = (",", ";", "\t", "|")
_NEEDS_QUOTES = frozenset(',"\r\n')


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row.

    Attributes:
        cells: texts by column name.
        where: its place for messages (``orders.csv line 7``).
        problem: what is wrong with this row alone; only from ``read_table(..., keep_bad_rows=True)``.
    """

    cells: Mapping[str, str]
    where: str
    problem: BadInput | None = None


@dataclass(frozen=True, slots=True)
class _Columns:
    """How cells that are no text are taken."""

    text: Collection[str] | None
    numbers: Collection[str]

    def must_be_text(self, name: str) -> bool:
        return self.text is None or name in self.text


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    text: Iterable[str] | None = None,
    numbers: Iterable[str] = (),
    keep_bad_rows: bool = False,
) -> Iterator[TableRow]:
    """Read a table whose first row names its columns; rows without any cell filled are passed over.

    Args:
        path: a ``.csv``, ``.tsv``, ``.xlsx`` or ``.parquet`` file.
        sheet: sheet of a workbook; its first sheet when None.
        text: columns that must be text; every column when None. Other columns are given as they can be shown.
        numbers: columns in which a number is as good as its text (amounts). In a column called ``date``, or with a
            name that ends in ``_date``, a date is as good as its text.
        keep_bad_rows: give a row that is ragged, or holds a cell that must be text and is not, with its ``problem``
            instead of raising it.

    Raises:
        BadInput: the file cannot be read, or a row cannot; names the place and how to mend it.
    """
    readers = {".csv": _csv, ".tsv": _csv, ".txt": _csv, ".xlsx": _xlsx, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInput(
            f"{path.suffix or 'no ending'} is no table format", where=path.name, remedy=f"one of {', '.join(readers)}"
        )
    if not path.is_file():
        raise BadInput("no such file", where=str(path), remedy="check the path")
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(f"larger than {MAX_BYTES:,} bytes", where=path.name, remedy="split the file")
    columns = _Columns(frozenset(text) if text is not None else None, frozenset(numbers))
    rows = reader(path, sheet, columns)
    return rows if keep_bad_rows else _all_good(rows)


def _all_good(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    for row in rows:
        if row.problem:
            raise row.problem
        yield row


def _csv(path: Path, _sheet: str | None, _columns: _Columns) -> Iterator[TableRow]:
    lines = _lines(path)
    first = next(lines, "")
    reader = csv.reader(_again(first, lines), delimiter=_delimiter(path, first), strict=True)
    line = 1
    try:
        header = _header(next(reader, []), path.name)
        line = reader.line_num + 1
        for cells in reader:
            where = f"{path.name} line {line}"
            line = reader.line_num + 1
            if any(cells):
                yield _row(header, cells, where)
    except csv.Error as error:
        raise BadInput(
            f"not valid CSV: {error}",
            where=f"{path.name} line {line}",
            remedy="close every quote, and double a quote inside a quoted cell",
        ) from None


def _row(header: Sequence[str], cells: Sequence[str], where: str) -> TableRow:
    if len(cells) != len(header):
        problem = BadInput(
            f"{len(cells)} cells where the header has {len(header)}",
            where=where,
            remedy="quote cells that hold the delimiter",
        )
        return TableRow(dict(zip(header, cells, strict=False)), where, problem)
    found = dict(zip(header, cells, strict=True))
    return TableRow(found, where, _unnamed(header, cells, where))


def _lines(path: Path) -> Iterator[str]:
    """The lines of a UTF-8 file, so that no more than one is in memory."""
    number = offset = 0
    with path.open("rb") as stream:
        while raw := stream.readline(MAX_LINE):
            number += 1
            where = f"{path.name} line {number}"
            if len(raw) == MAX_LINE:
                raise BadInput(f"longer than {MAX_LINE:,} bytes", where=where, remedy="end every row with a line break")
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError as error:
                if number == 1:
                    decoded(raw, name=path.name)
                raise BadInput(
                    f"byte {offset + error.start} is not UTF-8", where=where, remedy="save the file as CSV UTF-8"
                ) from None
            if found := FORBIDDEN.search(line):
                raise forbidden_character(found[0], where)
            offset += len(raw)
            yield line


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(path: Path, first: str) -> str:
    """The delimiter that gives the header the most columns."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    return max(_DELIMITERS, key=lambda delimiter: len(next(csv.reader([first], delimiter=delimiter), [])))


def _xlsx(path: Path, sheet: str | None, columns: _Columns) -> Iterator[TableRow]:
    from python_calamine import CalamineError, load_workbook  # only for spreadsheets

    name = checked_sheet(path, sheet)
    try:
        rows = load_workbook(str(path)).get_sheet_by_name(name).iter_rows()
    except (CalamineError, OSError, ValueError) as error:
        raise BadInput(f"not a readable XLSX file: {error}", where=path.name, remedy="save it again as XLSX") from None
    header: list[str] = []
    for number, cells in enumerate(rows, start=1):
        if number == 1:
            header = _header([str(cell) for cell in cells], f"{path.name} sheet {name}")
        elif any(cell not in ("", None) for cell in cells):
            yield _typed(header, cells, f"{path.name} sheet {name} row {number}", columns)
    if not header:
        _header([], f"{path.name} sheet {name}")


def _parquet(path: Path, _sheet: str | None, columns: _Columns) -> Iterator[TableRow]:
    import pyarrow as pa  # heavy: only for Parquet
    import pyarrow.parquet as pq

    number = 0
    try:
        with pq.ParquetFile(path) as file:
            header = _header(file.schema_arrow.names, path.name)
            for batch in file.iter_batches(batch_size=10_000):
                for cells in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    if any(cell not in ("", None) for cell in cells):
                        yield _typed(header, cells, f"{path.name} row {number}", columns)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise BadInput(
            f"not a readable Parquet file: {error}", where=path.name, remedy="write the file again"
        ) from None


def _typed(header: Sequence[str], cells: Sequence[Any], where: str, columns: _Columns) -> TableRow:
    problem = _unnamed(header, cells, where)
    found = {}
    for name, cell in zip(header, cells, strict=True):
        try:
            found[name] = _text(cell, name, where, columns)
        except BadInput as error:
            problem = problem or error
            found[name] = str(cell)
    return TableRow(found, where, problem)


def _text(cell: Any, column: str, where: str, columns: _Columns) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        if found := FORBIDDEN.search(cell):
            raise forbidden_character(found[0], f"{where}, column {column}")
        return cell
    if isinstance(cell, dt.datetime) and cell.time() == dt.time():
        cell = cell.date()
    number = isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool) and math.isfinite(cell)
    day = isinstance(cell, dt.date) and not isinstance(cell, dt.datetime)
    accepted = (number and column in columns.numbers) or (day and (column == "date" or column.endswith("_date")))
    if columns.must_be_text(column) and not accepted:
        kind = {bool: "a yes-or-no value", float: "a number", int: "a number", Decimal: "a number"}.get(type(cell))
        raise BadInput(
            f"the cell holds {kind or 'a ' + type(cell).__name__} ({cell}), not text",
            where=f"{where}, column {column}",
            remedy="format the column as text and type the value again",
        )
    if number:
        return format(Decimal(str(cell)).normalize(), "f")
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return cell.isoformat() if isinstance(cell, dt.date) else str(cell)


def _header(names: Sequence[str], where: str) -> list[str]:
    header = [name.strip() for name in names]
    if not any(header):
        raise BadInput("the table is empty", where=where, remedy="the first row names the columns")
    seen: set[str] = set()
    for name in header:
        if name in seen and name:
            raise BadInput(f"two columns are called {name!r}", where=where, remedy="rename one of them")
        seen.add(name)
    return header


def _unnamed(header: Sequence[str], cells: Sequence[Any], where: str) -> BadInput | None:
    """A cell in a column without a name would be lost: say so."""
    if all(header):
        return None
    for name, cell in zip(header, cells, strict=True):
        if not name and cell not in ("", None):
            return BadInput(f"{cell!r} stands in a column without a name", where=where, remedy="name the column")
    return None


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    """Write rows of text as ``.csv`` or ``.parquet``, whole or not at all; returns how many were written.

    Raises:
        BadInput: the ending is neither.
        OperationFailed: the file cannot be written.
    """
    if path.suffix.lower() not in (".csv", ".parquet"):
        raise BadInput(f"{path.suffix or 'no ending'} cannot be written", where=path.name, remedy=".csv or .parquet")
    partial = path.with_name(f".{path.name}.partial")
    try:
        count = (_write_csv if path.suffix.lower() == ".csv" else _write_parquet)(partial, columns, rows)
        partial.replace(path)
    except OSError as error:
        raise OperationFailed(f"cannot write: {error.strerror}", where=str(path), remedy="check the folder") from None
    finally:
        partial.unlink(missing_ok=True)
    return count


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        stream.write(_csv_line(columns))
        for row in rows:
            stream.write(_csv_line([_no_formula(row.get(name, "")) for name in columns]))
            count += 1
    return count


def _csv_line(cells: Sequence[str]) -> str:
    # csv.writer leaves a lone carriage return unquoted in some versions of Python.
    return ",".join(map(_csv_cell, cells)) + "\n" if cells != [""] else '""\n'


def _no_formula(cell: str) -> str:
    """A text that a spreadsheet would run as a formula, marked as text (OWASP, CSV injection)."""
    runs = cell[:1] in ("=", "@", "\t", "\r") or (cell[:1] in ("+", "-") and not cell[1:2].isdigit() and len(cell) > 1)
    return f"'{cell}" if runs else cell


def _csv_cell(cell: str) -> str:
    return cell if _NEEDS_QUOTES.isdisjoint(cell) else '"' + cell.replace('"', '""') + '"'


def _write_parquet(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    import pyarrow as pa  # heavy: only for Parquet
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.string()) for name in columns])
    count = 0
    with pq.ParquetWriter(path, schema) as writer:
        batch: list[Mapping[str, str]] = []
        for row in rows:
            batch.append(row)
            if len(batch) == 10_000:
                writer.write_table(pa.Table.from_pylist(batch, schema=schema))
                count += len(batch)
                batch = []
        writer.write_table(pa.Table.from_pylist(batch, schema=schema))
        count += len(batch)
    return count
