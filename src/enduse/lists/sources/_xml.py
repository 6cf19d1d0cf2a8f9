"""XML read safely and record by record."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from enduse.lists.sources._text import one_line, refuse_other_formats
from enduse.model.errors import BadInput


def records(
    content: bytes, where: str, root: str, tags: frozenset[str], *, top_level: bool = False
) -> Iterator[tuple[Element, Element]]:
    """Each element called one of ``tags``, with the document's root element; freed after use.

    ``top_level``: only children of the root count; elements of that name deeper down stay inside their parent.

    Raises:
        BadInput: not XML, another root, an entity declaration, or cut short.
    """
    refuse_other_formats(content, where, "XML")
    top: Any = None
    depth = 0
    try:
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if top is None:
                top = element
                if local(element) != root:
                    raise BadInput(f"the XML begins with {local(element)!r}, not {root!r}", where=where)
            elif event == "end" and local(element) in tags and (depth == 1 or not top_level):
                yield element, top
                element.clear()
    except LookupError as error:
        raise BadInput(f"the XML cannot be decoded: {error}", where=where, remedy="download it again") from None
    except ParseError as error:
        line, column = error.position
        raise BadInput(
            f"the XML is cut short or malformed: {error.msg}",
            where=f"{where} line {line}, column {column}",
            remedy="download it again",
        ) from None
    except DefusedXmlException as error:
        raise BadInput(f"the XML declares entities or a DTD: {type(error).__name__}", where=where) from None


def local(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def text(element: Element, path: str) -> str:
    """The text of a child on one line, empty where there is none."""
    found = element.find(path)
    return one_line(found.text or "") if found is not None else ""


def texts(element: Element, path: str) -> list[str]:
    """The texts of all such children that hold any."""
    return [one_line(found.text) for found in element.findall(path) if found.text and found.text.strip()]
