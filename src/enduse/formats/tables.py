"""Tables as rows of text: CSV, TSV, XLSX and Parquet come back exactly as written.

A cell that a spreadsheet or Parquet holds as a number, date or boolean has already lost what was typed (leading zeros,
``5E980``); in a column that must be text that is an error naming row and cell.

Sources: RFC 4180 (CSV); ECMA-376 (XLSX, read by calamine); Apache Parquet (read by Arrow).
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from enduse.formats.plain_yaml import checked_text
from enduse.model.errors import BadInput, OperationFailed

MAX_BYTES = 2_000_000_000
MAX_CELL = 100_000
_DELIMITERS = (",", ";", "\t", "|")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row: cells by column name, and its place for messages (``orders.csv line 7``)."""

    cells: Mapping[str, str]
    where: str


def read_table(path: Path, *, numbers: Iterable[str] = ()) -> Iterator[TableRow]:
    """Read a table whose first row names its columns.

    Args:
        path: a ``.csv``, ``.tsv``, ``.xlsx`` or ``.parquet`` file.
        numbers: columns in which a number is as good as its text (amounts).

    Raises:
        BadInput: the file cannot be read, a row is ragged, or a cell that must be text is not; names the place.
    """
    readers = {".csv": _csv, ".tsv": _csv, ".txt": _csv, ".xlsx": _xlsx, ".parquet": _parquet}
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise BadInput(f"{path.suffix or 'no ending'} is no table format", where=path.name, remedy=", ".join(readers))
    if not path.is_file():
        raise BadInput("no such file", where=str(path))
    if path.stat().st_size > MAX_BYTES:
        raise BadInput(f"larger than {MAX_BYTES:,} bytes", where=path.name, remedy="split the file")
    return reader(path, frozenset(numbers))


def _csv(path: Path, _: frozenset[str]) -> Iterator[TableRow]:
    text = checked_text(path.read_bytes(), name=path.name, max_bytes=MAX_BYTES)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    csv.field_size_limit(MAX_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        header = _header(next(reader, []), path.name)
        for cells in reader:
            where = f"{path.name} line {reader.line_num}"
            if not cells:
                continue
            if len(cells) != len(header):
                raise BadInput(
                    f"{len(cells)} cells where the header has {len(header)}",
                    where=where,
                    remedy="quote cells that hold the delimiter",
                )
            yield TableRow(dict(zip(header, cells, strict=True)), where)
    except csv.Error as error:
        raise BadInput(f"not valid CSV: {error}", where=f"{path.name} line {reader.line_num}") from None


def _xlsx(path: Path, numbers: frozenset[str]) -> Iterator[TableRow]:
    from python_calamine import CalamineError, load_workbook  # only for spreadsheets

    try:
        workbook = load_workbook(str(path))
        sheet = workbook.sheet_names[0]
        rows = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, OSError, IndexError) as error:
        raise BadInput(f"not a readable XLSX file: {error}", where=path.name) from None
    header = _header([str(cell).strip() for cell in rows[0]] if rows else [], path.name)
    for number, cells in enumerate(rows[1:], start=2):
        where = f"{path.name} sheet {sheet} row {number}"
        if all(cell in ("", None) for cell in cells):
            continue
        yield TableRow(
            {name: _text(cell, name, where, numbers) for name, cell in zip(header, cells, strict=False)}, where
        )


def _parquet(path: Path, numbers: frozenset[str]) -> Iterator[TableRow]:
    import pyarrow as pa  # heavy: only for Parquet
    import pyarrow.parquet as pq

    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise BadInput(f"not a readable Parquet file: {error}", where=path.name) from None
    _header(file.schema_arrow.names, path.name)
    number = 0
    for batch in file.iter_batches(batch_size=10_000):
        for cells in batch.to_pylist():
            number += 1
            where = f"{path.name} row {number}"
            yield TableRow({name: _text(cell, name, where, numbers) for name, cell in cells.items()}, where)


def _text(cell: Any, column: str, where: str, numbers: frozenset[str]) -> str:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return cell
    if column in numbers and isinstance(cell, (int, float, Decimal)) and not isinstance(cell, bool):
        return format(Decimal(str(cell)).normalize(), "f")
    if isinstance(cell, (dt.date, dt.datetime)) and column in numbers | {"date"}:
        return cell.date().isoformat() if isinstance(cell, dt.datetime) else cell.isoformat()
    raise BadInput(
        f"the cell holds a {type(cell).__name__} ({cell}), not text",
        where=f"{where}, column {column}",
        remedy="format the column as text and type the value again",
    )


def _header(names: Sequence[str], where: str) -> list[str]:
    header = [name.strip() for name in names]
    if not any(header):
        raise BadInput("the table is empty", where=where, remedy="the first row names the columns")
    seen: set[str] = set()
    for name in header:
        if name in seen and name:
            raise BadInput(f"two columns are called {name!r}", where=where)
        seen.add(name)
    return header


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
        raise OperationFailed(f"cannot write: {error.strerror}", where=str(path)) from None
    finally:
        partial.unlink(missing_ok=True)
    return count


def _write_csv(path: Path, columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> int:
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


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
