"""Tables as rows of text: CSV, TSV, XLSX and Parquet come back exactly as written.

A cell that a spreadsheet or Parquet holds as a number, date or boolean has already lost what was typed (leading zeros,
``5E980``); in a column that must be text that is an error naming row and cell.

Sources: RFC 4180 (CSV); ECMA-376 (XLSX, read by calamine); Apache Parquet (read by Arrow).
"""

from __future__ import annotations

import csv
import dataclasses
import datetime as dt
import math
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
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
_SIGNED_NUMBER = re.compile(r"[+-]\d[\d.,]*%?")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row.

    Attributes:
        cells: texts by column name.
        where: its place for messages (``orders.csv line 7``).
        problem: what is wrong with this row alone; only from ``read_table(..., keep_bad_rows=True)``.
        line: number of its (first) line in a text file, else of its row in the sheet or Parquet file, from 1.
        column: the column of the problem, where one cell has it.
    """

    cells: Mapping[str, str]
    where: str
    problem: BadInput | None = None
    line: int = 0
    column: str = ""


@dataclass(frozen=True, slots=True)
class _Columns:
    """How cells that are no text are taken."""

    text: Collection[str] | None
    numbers: Collection[str]
    dates: Collection[str]

    def must_be_text(self, name: str) -> bool:
        return self.text is None or name in self.text

    def may_be_date(self, name: str) -> bool:
        return name in self.dates or name == "date" or name.endswith("_date")


_Rows = Callable[[_Columns, bool], Iterator[TableRow]]


class Table:
    """A table whose header has been read; made by :func:`open_table`.

    Attributes:
        columns: its columns' names, in order; empty for a column without a name.
        about: how many rows it has, where the file says so before they are read; blank ones count.
    """

    def __init__(self, columns: Sequence[str], about: int | None, rows: _Rows) -> None:
        self.columns = tuple(columns)
        self.about = about
        self._rows = rows

    def rows(
        self,
        *,
        text: Iterable[str] | None = None,
        numbers: Iterable[str] = (),
        dates: Iterable[str] = (),
        keep_bad_rows: bool = False,
    ) -> Iterator[TableRow]:
        """The rows, in order, once; those without any cell filled are passed over.

        Args:
            text: columns that must be text; every column when None. Other columns are given as they can be shown.
            numbers: columns in which a number is as good as its text (amounts).
            dates: columns in which a date is as good as its text, as it is in every column called ``date`` or with a
                name that ends in ``_date``.
            keep_bad_rows: give a row that cannot be read with its ``problem`` instead of raising it: a ragged row,
                broken quotes, a line that is not UTF-8 or too long, a control character, a cell that must be text
                and is not. Characters that cannot be shown are then given as U+FFFD.

        Raises:
            BadInput: the file cannot be read, or a row cannot; names the place and how to mend it.
        """
        columns = _Columns(frozenset(text) if text is not None else None, frozenset(numbers), frozenset(dates))
        rows = self._rows(columns, keep_bad_rows)
        return rows if keep_bad_rows else _all_good(rows)

    def called(self, names: Sequence[str]) -> Table:
        """The same table with other names for its columns.

        Args:
            names: one for each column, none twice; a column whose name is empty is left out.
        """
        own = {new: old for old, new in zip(self.columns, names, strict=True) if new}
        new_of = {old: new for new, old in own.items()}

        def rows(columns: _Columns, keep: bool) -> Iterator[TableRow]:
            read = _Columns(
                frozenset(old for new, old in own.items() if columns.must_be_text(new)),
                frozenset(own[new] for new in columns.numbers if new in own),
                frozenset(old for new, old in own.items() if columns.may_be_date(new)),
            )
            for row in self._rows(read, keep):
                cells = {new: row.cells[old] for new, old in own.items() if old in row.cells}
                yield dataclasses.replace(row, cells=cells, column=new_of.get(row.column, row.column))

        return Table(tuple(own), self.about, rows)


def read_table(
    path: Path,
    *,
    sheet: str | None = None,
    text: Iterable[str] | None = None,
    numbers: Iterable[str] = (),
    keep_bad_rows: bool = False,
) -> Iterator[TableRow]:
    """Read a table whose first row names its columns: :func:`open_table` and :meth:`Table.rows` in one.

    Raises:
        BadInput: the file cannot be read, or a row cannot; names the place and how to mend it.
    """
    table = open_table(path, sheet=sheet)
    return table.rows(text=text, numbers=numbers, keep_bad_rows=keep_bad_rows)


def open_table(path: Path, *, sheet: str | None = None) -> Table:
    """Open a table and read its first row, which names its columns.

    Args:
        path: a ``.csv``, ``.tsv``, ``.xlsx`` or ``.parquet`` file.
        sheet: sheet of a workbook; its first sheet when None.

    Raises:
        BadInput: the file cannot be read; names the place and how to mend it.
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
    return reader(path, sheet)


def _all_good(rows: Iterator[TableRow]) -> Iterator[TableRow]:
    for row in rows:
        if row.problem:
            raise row.problem
        yield row


def _csv(path: Path, _sheet: str | None) -> Table:
    lines = _Lines(path)
    texts = iter(lines)
    first = next(texts, "")
    reader = csv.reader(_again(first, texts), delimiter=_delimiter(path, first), strict=True)
    try:
        header = _header(next(reader, []), path.name)
    except csv.Error as error:
        raise _not_csv(str(error), f"{path.name} line 1") from None

    def rows(_columns: _Columns, keep: bool) -> Iterator[TableRow]:
        lines.keep = keep
        while True:
            line, cells, problem = reader.line_num + 1, [], None
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                # The reader starts afresh with the next line.
                more = f"; the row runs to line {reader.line_num}" if reader.line_num > line else ""
                problem = _not_csv(f"{error}{more}", f"{path.name} line {line}")
            # A line that could not be read as it stands is the first thing wrong with its row.
            problem = next((lines.problems.pop(n) for n in sorted(lines.problems) if n >= line), problem)
            lines.problems.clear()
            if problem or any(cells):
                yield _row(header, cells, f"{path.name} line {line}", line, problem)

    return Table(header, None, rows)


def _not_csv(error: str, where: str) -> BadInput:
    return BadInput(
        f"not valid CSV: {error}", where=where, remedy="close every quote, and double a quote inside a quoted cell"
    )


def _row(header: Sequence[str], cells: Sequence[str], where: str, line: int, problem: BadInput | None) -> TableRow:
    if problem is None and len(cells) != len(header):
        problem = BadInput(
            f"{len(cells)} cells where the header has {len(header)}",
            where=where,
            remedy="quote cells that hold the delimiter",
        )
    if problem:
        return TableRow(dict(zip(header, cells, strict=False)), where, problem, line)
    found = dict(zip(header, cells, strict=True))
    return TableRow(found, where, _unnamed(header, cells, where), line)


class _Lines:
    """The lines of a UTF-8 file, so that no more than one is in memory.

    With ``keep``, a line that cannot be read as it stands is given as far as it can be shown, and ``problems`` says
    under its number what is wrong.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.keep = False
        self.problems: dict[int, BadInput] = {}

    def __iter__(self) -> Iterator[str]:
        number = offset = 0
        with self._path.open("rb") as stream:
            while raw := stream.readline(MAX_LINE):
                number += 1
                try:
                    line = self._text(raw, number, offset)
                except BadInput as problem:
                    if not self.keep or number == 1:
                        raise
                    self.problems[number] = problem
                    line = FORBIDDEN.sub("\ufffd", raw.decode("utf-8", "replace"))
                    if len(raw) == MAX_LINE:
                        # The rest of the line is passed over; an open quote must not swallow the next one.
                        line = line[:1000].replace('"', "") + "\n"
                        while raw and not raw.endswith(b"\n"):
                            offset += len(raw)
                            raw = stream.readline(MAX_LINE)
                offset += len(raw)
                yield line

    def _text(self, raw: bytes, number: int, offset: int) -> str:
        where = f"{self._path.name} line {number}"
        if len(raw) == MAX_LINE:
            raise BadInput(f"longer than {MAX_LINE:,} bytes", where=where, remedy="end every row with a line break")
        try:
            line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            if number == 1:
                decoded(raw, name=self._path.name)
            raise BadInput(
                f"byte {offset + error.start} is not UTF-8", where=where, remedy="save the file as CSV UTF-8"
            ) from None
        if found := FORBIDDEN.search(line):
            raise forbidden_character(found[0], where)
        return line


def _again(first: str, rest: Iterator[str]) -> Iterator[str]:
    yield first
    yield from rest


def _delimiter(path: Path, first: str) -> str:
    """The delimiter that gives the header the most columns."""
    if path.suffix.lower() == ".tsv":
        return "\t"
    return max(_DELIMITERS, key=lambda delimiter: len(next(csv.reader([first], delimiter=delimiter), [])))


def _xlsx(path: Path, sheet: str | None) -> Table:
    from python_calamine import CalamineError, load_workbook  # only for spreadsheets

    name = checked_sheet(path, sheet)
    try:
        found = load_workbook(str(path)).get_sheet_by_name(name)
    except (CalamineError, OSError, ValueError) as error:
        raise BadInput(f"not a readable XLSX file: {error}", where=path.name, remedy="save it again as XLSX") from None
    numbered = enumerate(found.iter_rows(), start=1)
    header = _header([str(cell) for cell in next(numbered, (0, []))[1]], f"{path.name} sheet {name}")

    def rows(columns: _Columns, _keep: bool) -> Iterator[TableRow]:
        for number, cells in numbered:
            if any(cell not in ("", None) for cell in cells):
                yield _typed(header, cells, f"{path.name} sheet {name} row {number}", number, columns)

    return Table(header, max(0, found.height - 1), rows)


def _parquet(path: Path, _sheet: str | None) -> Table:
    import pyarrow as pa  # heavy: only for Parquet
    import pyarrow.parquet as pq

    def unreadable(error: Exception) -> BadInput:
        return BadInput(f"not a readable Parquet file: {error}", where=path.name, remedy="write the file again")

    try:
        names = [field.name for field in pq.read_schema(path) if pa.types.is_string(field.type)]
        # A long text that stands in every row is then in memory once.
        file = pq.ParquetFile(path, read_dictionary=names)
        header = _header(file.schema_arrow.names, path.name)
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise unreadable(error) from None

    def rows(columns: _Columns, _keep: bool) -> Iterator[TableRow]:
        number = 0
        try:
            with file:
                for batch in file.iter_batches(batch_size=10_000):
                    for cells in zip(*map(_cells, batch.columns), strict=True):
                        number += 1
                        if any(cell not in ("", None) for cell in cells):
                            yield _typed(header, cells, f"{path.name} row {number}", number, columns)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise unreadable(error) from None

    return Table(header, file.metadata.num_rows, rows)


def _cells(column: Any) -> list[Any]:
    """The cells of a column of a batch; a text that comes again is the same object."""
    if not hasattr(column, "dictionary"):
        found: list[Any] = column.to_pylist()
        return found
    used = column.indices.unique().drop_null()
    words = dict(zip(used.to_pylist(), column.dictionary.take(used).to_pylist(), strict=True))
    return [None if place is None else words[place] for place in column.indices.to_pylist()]


def _typed(header: Sequence[str], cells: Sequence[Any], where: str, number: int, columns: _Columns) -> TableRow:
    problem, column = _unnamed(header, cells, where), ""
    found = {}
    for name, cell in zip(header, cells, strict=True):
        try:
            found[name] = _text(cell, name, where, columns)
        except BadInput as error:
            if problem is None:
                problem, column = error, name
            found[name] = FORBIDDEN.sub("\ufffd", _shown(cell))
    return TableRow(found, where, problem, number, column)


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
    accepted = (number and column in columns.numbers) or (day and columns.may_be_date(column))
    if columns.must_be_text(column) and not accepted:
        kind = {bool: "a yes-or-no value", float: "a number", int: "a number", Decimal: "a number"}.get(type(cell))
        raise BadInput(
            f"the cell holds {kind or 'a ' + type(cell).__name__} ({cell}), not text",
            where=f"{where}, column {column}",
            remedy="format the column as text and type the value again",
        )
    return _shown(cell)


def _shown(cell: Any) -> str:
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, (int, float, Decimal)) and math.isfinite(cell):
        return format(Decimal(str(cell)).normalize(), "f")
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
        stream.write(csv_text([columns]))
        for row in rows:
            stream.write(csv_text([[row.get(name, "") for name in columns]]))
            count += 1
    return count


def csv_text(rows: Iterable[Sequence[str]]) -> str:
    """Rows as lines of CSV; a cell that a spreadsheet would run as a formula gets an apostrophe before it."""
    return "".join(_csv_line([no_formula(cell) for cell in row]) for row in rows)


def csv_of(rows: Iterable[Iterable[object]]) -> str:
    """Rows of any values as :func:`csv_text` writes them."""
    return csv_text([str(cell) for cell in row] for row in rows)


def _csv_line(cells: Sequence[str]) -> str:
    # csv.writer leaves a lone carriage return unquoted in some versions of Python.
    return ",".join(map(_csv_cell, cells)) + "\n" if cells != [""] else '""\n'


def no_formula(cell: str) -> str:
    """A text that a spreadsheet would run as a formula, marked as text (OWASP, CSV injection)."""
    signed = cell[:1] in ("+", "-") and len(cell) > 1 and _SIGNED_NUMBER.fullmatch(cell) is None
    runs = cell[:1] in ("=", "@", "\t", "\r") or signed
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
