"""The eCFR versioner's XML: finding a supplement, and reading its tables without shifting a cell.

Source: eCFR versioner API, ``full/<date>/title-15.xml?part=774``: DIV5 TYPE="PART" > DIV6 > DIV8 TYPE="SECTION" and
DIV9 TYPE="APPENDIX"; supplements are the DIV9 elements, named by their attribute N.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from enduse.model.errors import BadInput

MAX_BYTES = 200_000_000


def read_markup(path: Path) -> Element:
    """Read one XML file.

    Raises:
        BadInput: it cannot be read, is not XML, declares entities, or is too large.
    """
    try:
        if path.stat().st_size > MAX_BYTES:
            raise BadInput(f"larger than {MAX_BYTES:,} bytes", where=path.name)
        root = fromstring(path.read_bytes(), forbid_dtd=True)
    except OSError as error:
        raise BadInput(f"cannot read the file: {error.strerror}", where=str(path)) from None
    except (ParseError, LookupError) as error:
        raise BadInput(
            f"not well-formed XML: {error}", where=path.name, remedy="save the versioner API's XML unchanged"
        ) from None
    except DefusedXmlException as error:
        raise BadInput(f"the XML declares entities or a DTD ({type(error).__name__})", where=path.name) from None
    return root


def supplement(root: Element, number: int, part: int) -> Element | None:
    """The element of ``Supplement No. <number> to Part <part>``, or None."""
    wanted = f"supplement no. {number} to part {part}"
    for element in root.iter("DIV9"):
        if element.get("N", "").strip().casefold() == wanted:
            return element
    return None


def text_of(element: Element) -> str:
    """All text inside an element, blanks squeezed, without footnote numbers (``SUP``)."""
    parts = [element.text or ""]
    for child in element:
        if child.tag.upper() != "SUP":
            parts.append(text_of(child))
        parts.append(child.tail or "")
    return re.sub(r"\s+", " ", "".join(parts)).strip()


def footnotes_of(element: Element) -> tuple[str, ...]:
    """Footnote numbers inside an element."""
    found = (
        number
        for child in element.iter()
        if child.tag.upper() == "SUP"
        for number in re.findall(r"\d+", "".join(child.itertext()))
    )
    return tuple(dict.fromkeys(found))


def rows_of(table: Element) -> list[list[Element]]:
    """The rows of a table as cells; a cell that spans columns is repeated, so that marks stay in their column."""
    rows: list[list[Element]] = []
    pending: dict[int, tuple[int, Element]] = {}
    for row in (element for element in table.iter() if element.tag.upper() == "TR"):
        cells: list[Element] = []
        source = iter([cell for cell in row if cell.tag.upper() in ("TD", "TH")])
        while True:
            column = len(cells)
            if column in pending:
                left, cell = pending.pop(column)
                cells.append(cell)
                if left > 1:
                    pending[column] = (left - 1, cell)
                continue
            found = next(source, None)
            if found is None:
                break
            for _ in range(_span(found, "colspan")):
                if _span(found, "rowspan") > 1:
                    pending[len(cells)] = (_span(found, "rowspan") - 1, found)
                cells.append(found)
        rows.append(cells)
    return rows


def _span(cell: Element, name: str) -> int:
    value = cell.get(name) or cell.get(name.upper()) or "1"
    return max(1, int(value)) if value.isdigit() else 1


def blocks(element: Element) -> Iterator[Element]:
    """Headings, paragraphs, notes and tables in document order; a table's or note's inside is not given again."""
    for child in element:
        tag = child.tag.upper()
        if tag in ("TABLE", "NOTE", "P", "FP", "FP-1", "FP-2", "HD1", "HD2", "HD3", "HEAD"):
            yield child
        else:
            yield from blocks(child)
