"""A look into an XLSX file before it is read: refuses bombs, and finds cells that hold an error.

The spreadsheet reader gives error cells (``#N/A``) as empty texts and lays a sheet out as one block of memory, however
far apart its cells stand; both are found here first.

Source: ECMA-376, part 1, 18.3.1.4 (cells and their types) and 18.2 (workbook); part 2 (packages).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from enduse.model.errors import BadInput

MAX_UNPACKED = 500_000_000
MAX_CELLS = 20_000_000
_CHUNK = 1 << 20
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_CELL = re.compile(rb"<(?:\w+:)?c\b(?P<attributes>[^>]*)>")
_REFERENCE = re.compile(rb"""\br=["'](?P<column>[A-Z]{1,3})(?P<row>[0-9]{1,7})["']""")
_MERGED = re.compile(rb"""<(?:\w+:)?mergeCell\b[^>]*\bref=["'](?P<range>[A-Z0-9:]+)["']""")
_UNCOUNTED = re.compile(
    rb"<(?:\w+:)?c\b(?P<attributes>[^>]*)><(?:\w+:)?f\b(?:[^>]*/>|[^>]*>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
_ERROR = re.compile(rb"""\bt=["']e["']""")


def checked_sheet(path: Path, sheet: str | None = None) -> str:
    """Check an XLSX file and one of its sheets; returns the sheet's name (the first sheet where none is asked for).

    Raises:
        BadInput: no XLSX file, no such sheet, damaged, too large when unpacked, or a cell holds an error.
    """
    try:
        with zipfile.ZipFile(path) as package:
            if (size := sum(part.file_size for part in package.infolist())) > MAX_UNPACKED:
                raise BadInput(
                    f"unpacks to {size:,} bytes, at most {MAX_UNPACKED:,} are accepted",
                    where=path.name,
                    remedy="split the table or save it as CSV",
                )
            name, part, others = _sheet(package, path.name, sheet)
            filled = [other for other, place in others.items() if _holds_cells(package, place)]
            if filled:
                raise BadInput(
                    f"the workbook has further sheets with cells: {', '.join(filled)}",
                    where=path.name,
                    remedy="keep the one sheet to be read",
                )
            for info in package.infolist():
                # Every part is read to its end: its checksum shows damage, and a false statement of its size.
                chunks = _chunks(package, info)
                if info.filename == part:
                    _check_cells(chunks, f"{path.name} sheet {name}")
                else:
                    for _ in chunks:
                        pass
    except (zipfile.BadZipFile, zlib.error, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise BadInput(f"not a readable XLSX file: {error}", where=path.name, remedy="save it again as XLSX") from None
    return name


def _holds_cells(package: zipfile.ZipFile, part: str) -> bool:
    """Whether a sheet has any cell with a value or a formula."""
    try:
        with package.open(part) as stream:
            return any(
                b"<v>" in chunk or b"<f" in chunk or b"<is>" in chunk
                for chunk in iter(lambda: stream.read(_CHUNK), b"")
            )
    except KeyError:
        return False


def _sheet(package: zipfile.ZipFile, where: str, wanted: str | None) -> tuple[str, str, dict[str, str]]:
    """Name and part of the sheet, and the other sheets where none was asked for."""
    book = _xml(package, "xl/workbook.xml", where)
    targets = {item.get("Id"): item.get("Target", "") for item in _xml(package, "xl/_rels/workbook.xml.rels", where)}
    sheets = {
        item.get("name", ""): posixpath.normpath(posixpath.join("/xl", targets.get(item.get(_RELATION)) or "")).lstrip(
            "/"
        )
        for item in book.iter()
        if item.tag.endswith("}sheet")
    }
    if not sheets:
        raise BadInput("the workbook has no sheet", where=where)
    if wanted is not None and wanted not in sheets:
        raise BadInput(f"no sheet is called {wanted!r}", where=where, remedy=f"sheets: {', '.join(sheets)}")
    name = wanted if wanted is not None else next(iter(sheets))
    others = {} if wanted is not None else {other: part for other, part in sheets.items() if other != name}
    return name, sheets[name], others


def _xml(package: zipfile.ZipFile, part: str, where: str) -> Element:
    try:
        root: Element = fromstring(package.read(part))
    except (KeyError, ParseError, DefusedXmlException, LookupError) as error:
        raise BadInput(f"not an XLSX workbook ({part}: {error})", where=where, remedy="save it again as XLSX") from None
    return root


def _chunks(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    with package.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _check_cells(chunks: Iterator[bytes], where: str) -> None:
    rows = columns = 0
    rest = b""
    for chunk in chunks:
        text = rest + chunk
        for cell in _CELL.finditer(text):
            attributes = cell["attributes"]
            reference = _REFERENCE.search(attributes)
            if reference:
                rows = max(rows, int(reference["row"]))
                columns = max(columns, _number(reference["column"]))
            if _ERROR.search(attributes):
                place = (reference["column"] + reference["row"]).decode() if reference else "?"
                raise BadInput(
                    "the cell holds an error (such as #N/A)", where=f"{where} cell {place}", remedy="mend the formula"
                )
        if merged := _MERGED.search(text):
            raise BadInput(
                f"the cells {merged['range'].decode()} are merged: all but the first are empty",
                where=where,
                remedy="unmerge them and fill each",
            )
        if formula := _UNCOUNTED.search(text):
            named = _REFERENCE.search(formula["attributes"])
            place = (named["column"] + named["row"]).decode() if named else "?"
            raise BadInput(
                "the cell holds a formula without its result",
                where=f"{where} cell {place}",
                remedy="open and save the file in a spreadsheet program, or paste the values",
            )
        if rows * columns > MAX_CELLS:
            raise BadInput(
                f"the sheet spans {rows:,} rows and {columns:,} columns",
                where=where,
                remedy="delete the stray cells outside the table",
            )
        # A cell may be cut by the end of the chunk: what follows the last whole one is looked at again.
        rest = text[max(text.rfind(b"</c>"), text.rfind(b"</row>"), len(text) - 4096, 0) :]


def _number(column: bytes) -> int:
    number = 0
    for letter in column:
        number = number * 26 + letter - 64
    return number
