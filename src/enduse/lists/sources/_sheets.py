"""Tables with a header row, as CSV or XLSX: rows of text by column name, with their place."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterator, Mapping
from typing import Any

from enduse.lists.sources._text import refuse_other_formats, text_of
from enduse.model.errors import BadInput

Row = tuple[int, Mapping[str, str]]
"""Line or row number, and the cells by column."""

_MAX_ROWS = 2_000_000


def is_workbook(head: bytes) -> bool:
    """Whether the content is a ZIP container such as XLSX."""
    return head[:4] == b"PK\x03\x04"


def csv_rows(
    content: bytes, where: str, notes: list[str], *, delimiter: str, header_holds: str
) -> tuple[list[str], Iterator[list[str]]]:
    """The lines above the header joined, and an iterator over raw rows from the header on.

    Raises:
        BadInput: another format, or no header row that holds ``header_holds``.
    """
    refuse_other_formats(content, where, "CSV")
    text = text_of(content, where, notes)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    above: list[str] = []
    try:
        for cells in rows:
            if any(cell.strip() == header_holds for cell in cells):
                return above, _chained(cells, rows, where)
            above.append(" ".join(cells))
            if len(above) > 20:
                break
    except csv.Error as error:
        raise BadInput(f"not valid CSV: {error}", where=f"{where} line {rows.line_num}") from None
    raise BadInput(f"no header row with {header_holds!r}", where=where, remedy="this is not the format of this list")


def _chained(header: list[str], rows: Any, where: str) -> Iterator[list[str]]:
    yield header
    try:
        yield from rows
    except csv.Error as error:
        raise BadInput(f"not valid CSV: {error}", where=f"{where} line {rows.line_num}") from None


def sheet_rows(content: bytes, where: str, *, header_holds: str) -> tuple[list[str], Iterator[list[str]]]:
    """As :func:`csv_rows`, for the first sheet of a workbook; dates become ISO, whole numbers lose their ``.0``.

    Raises:
        BadInput: no workbook, a damaged one, or no header row that holds ``header_holds``.
    """
    from python_calamine import CalamineError, load_workbook  # only for workbooks

    if not is_workbook(content):
        refuse_other_formats(content, where, "XLSX")
        raise BadInput("not an XLSX workbook", where=where, remedy="download it again")
    try:
        workbook = load_workbook(io.BytesIO(content))
        raw = workbook.get_sheet_by_index(0).to_python(skip_empty_area=False, nrows=_MAX_ROWS)
    except (CalamineError, IndexError, OSError, ValueError) as error:
        raise BadInput(
            f"the workbook is damaged or cut short: {error}", where=where, remedy="download it again"
        ) from None
    above: list[str] = []
    for number, cells in enumerate(raw[:20]):
        texts = [_cell(cell) for cell in cells]
        if header_holds in [text.strip() for text in texts]:
            return above, ([_cell(cell) for cell in cells] for cells in raw[number:])
        above.append(" ".join(filter(None, texts)))
    raise BadInput(f"no header row with {header_holds!r}", where=where, remedy="this is not the format of this list")


def _cell(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    if isinstance(cell, dt.date):
        return cell.isoformat()
    return str(cell)


def named_rows(
    rows: Iterator[list[str]], above: int
) -> tuple[list[str], Iterator[tuple[int, Mapping[str, str] | list[str]]]]:
    """The column names, and each row by name; a row of another width comes back as its raw cells."""
    header = [name.strip() for name in next(rows)]
    while header and not header[-1]:
        header.pop()

    def every() -> Iterator[tuple[int, Mapping[str, str] | list[str]]]:
        for number, cells in enumerate(rows, start=above + 2):
            if not any(cell.strip() for cell in cells):
                continue
            extra = cells[len(header) :]
            if len(cells) < len(header) or any(cell.strip() for cell in extra):
                yield number, cells
            else:
                yield number, dict(zip(header, cells, strict=False))

    return header, every()
