"""Files that say who owns whom, each in its publisher's format; :func:`read_owners` finds out which it is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import Any

from enduse.formats.plain_json import load_json
from enduse.model.errors import BadInput
from enduse.ownership.sources import bods, ftm, gleif, psc, table
from enduse.ownership.sources._reading import json_documents, json_lines
from enduse.ownership.statements import Reading, values_only

FORMATS = (
    "GLEIF level 1, level 2 and reporting exceptions (XML, JSON), UK PSC (JSON, one record a line or a file), "
    "BODS (JSON), FollowTheMoney (JSON lines), or a table with the columns owner, owned, percent"
)
_Read = Callable[[Path, Iterable[tuple[str, Any]]], Reading]
_READERS: tuple[tuple[Callable[[Any], bool], _Read], ...] = (
    (psc.recognised, psc.read),
    (bods.recognised, bods.read),
    (ftm.recognised, ftm.read),
    (gleif.recognised, gleif.read),
)
_TABLES = frozenset({".csv", ".tsv", ".txt", ".xlsx", ".parquet"})


@values_only()
def read_owners(path: Path) -> Reading:
    """Read a file of owners.

    Raises:
        BadInput: there is no such file, or it has none of the formats; names the place and how to mend it. A record
            that cannot be used is a problem of the reading, with its place.
    """
    if path.suffix.lower() in _TABLES:
        return table.read(path)
    start = _start(path)
    if start.startswith(b"<"):
        return gleif.read_xml(path)
    if start.startswith(b"["):
        return _of_records(path, json_documents(path))
    if start.startswith(b"{"):
        return _of_records(path, json_lines(path) if _one_a_line(path) else json_documents(path))
    raise BadInput("has none of the formats of owners", where=path.name, remedy=FORMATS)


def _start(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(4096).removeprefix(b"\xef\xbb\xbf").lstrip()
    except FileNotFoundError:
        raise BadInput("no such file", where=str(path), remedy="check the path") from None
    except OSError as error:
        raise BadInput(f"cannot be read: {error.strerror}", where=str(path), remedy="check the path") from None


def _one_a_line(path: Path) -> bool:
    """Whether the first line is a JSON value by itself."""
    with path.open("rb") as stream:
        for line in stream:
            if line.strip():
                try:
                    load_json(line, name=path.name)
                except BadInput:
                    return False
                return True
    return False


def _of_records(path: Path, records: Iterator[tuple[str, Any]]) -> Reading:
    waiting: list[tuple[str, Any]] = []
    for where, record in records:
        waiting.append((where, record))
        for recognised, read in _READERS:
            if recognised(record):
                return read(path, chain(waiting, records))
        if not isinstance(record, BadInput):
            break
    place = waiting[0][0] if waiting else path.name
    raise BadInput("has none of the formats of owners", where=place, remedy=FORMATS)
