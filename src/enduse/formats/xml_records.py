"""XML read safely, record by record: a large file never stands in memory whole."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from enduse.model.errors import BadInput


def xml_records(path: Path, roots: frozenset[str], tags: frozenset[str]) -> Iterator[Element]:
    """Each element called one of ``tags`` (names without namespace); freed after use.

    Raises:
        BadInput: no such file, not XML, another root than one of ``roots``, an entity declaration, or cut short.
    """
    where = path.name
    holder: Any = None
    try:
        with path.open("rb") as stream:
            depth: list[Any] = []
            for event, element in iterparse(stream, events=("start", "end"), forbid_dtd=True):
                if event == "start":
                    if not depth and local_name(element) not in roots:
                        raise BadInput(
                            f"the XML begins with {local_name(element)!r}",
                            where=where,
                            remedy=f"expected: {', '.join(sorted(roots))}",
                        )
                    depth.append(element)
                    continue
                depth.pop()
                if local_name(element) in tags:
                    yield element
                    holder = depth[-1] if depth else None
                    if holder is not None:
                        holder.clear()
    except FileNotFoundError:
        raise BadInput("no such file", where=str(path), remedy="check the path") from None
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path), remedy="check the path") from None
    except LookupError as error:
        raise BadInput(f"the XML cannot be decoded: {error}", where=where, remedy="save it as UTF-8") from None
    except ParseError as error:
        line, column = error.position
        raise BadInput(
            f"the XML is cut short or malformed: {error.msg}",
            where=f"{where} line {line}, column {column}",
            remedy="download it again",
        ) from None
    except DefusedXmlException as error:
        raise BadInput(f"the XML declares entities or a DTD: {type(error).__name__}", where=where) from None


def local_name(element: Element) -> str:
    """The element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def as_record(element: Element) -> Any:
    """An element as texts, records and lists: a child that occurs several times becomes a list."""
    if not len(element):
        return " ".join((element.text or "").split())
    found: dict[str, Any] = {}
    for child in element:
        name, value = local_name(child), as_record(child)
        if name not in found:
            found[name] = value
        elif isinstance(found[name], list):
            found[name].append(value)
        else:
            found[name] = [found[name], value]
    return found
