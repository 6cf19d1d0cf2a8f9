"""The files of owners that an installation holds, as one graph: ``owners/`` in the data directory.

They are read when somebody first asks, and again when one of them has changed.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from enduse.model.errors import BadInput
from enduse.model.party import ListedParty
from enduse.ownership.graph import Graph
from enduse.ownership.sources import read_owners
from enduse.ownership.statements import Reading

FOLDER = "owners"
MOST_BYTES = 300_000_000
"""Bytes of all files: the graph stands in memory."""
_LEAST_NUMBER = 5
"""Letters and digits of a number that says by itself who is meant."""

Stamp = tuple[tuple[str, int, int], ...]


@dataclass(frozen=True)
class OwnersHeld:
    """What the files state.

    Attributes:
        problems: files that cannot be used, and records that could not be read, in words.
    """

    graph: Graph
    readings: tuple[Reading, ...]
    problems: tuple[str, ...]
    by_number: dict[str, int]
    by_name: dict[str, tuple[int, ...]]

    def of(self, party: ListedParty) -> tuple[tuple[int, ...], bool]:
        """The entities that stand for a listed party, and whether a number says so; else only a name does."""
        numbers = (_plain(one.value) for one in party.identifiers)
        found = dict.fromkeys(node for one in numbers if (node := self.by_number.get(one)) is not None)
        if found:
            return tuple(found), True
        names = (_folded(one.text) for one in party.names if not one.weak)
        return tuple(dict.fromkeys(node for name in names for node in self.by_name.get(name, ()))), False


_LOCK = threading.Lock()
_HELD: dict[Path, tuple[Stamp, OwnersHeld | None]] = {}


def owners_held(data_dir: Path) -> OwnersHeld | None:
    """The graph of a data directory; None where it holds no file of owners."""
    files = _files(data_dir / FOLDER)
    stamp = tuple((path.name, found.st_size, found.st_mtime_ns) for path in files for found in [path.stat()])
    with _LOCK:
        known = _HELD.get(data_dir)
        if known is None or known[0] != stamp:
            known = (stamp, _read(files) if files else None)
            _HELD[data_dir] = known
        return known[1]


def _files(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _read(files: Sequence[Path]) -> OwnersHeld:
    readings: list[Reading] = []
    problems: list[str] = []
    size = 0
    for path in files:
        size += path.stat().st_size
        if size > MOST_BYTES:
            problems.append(f"{path.name} and what follows are not read: more than {MOST_BYTES // 1_000_000} MB")
            break
        try:
            reading = read_owners(path)
        except BadInput as error:
            problems.append(error.message())
            continue
        readings.append(reading)
        if reading.broken:
            first = f", the first: {reading.problems[0].message()}" if reading.problems else ""
            problems.append(f"{reading.name}: {reading.broken:,} records cannot be read{first}")
    graph = Graph(readings)
    return OwnersHeld(graph, tuple(readings), tuple(problems), _by_number(graph), _by_name(graph))


def _by_number(graph: Graph) -> dict[str, int]:
    return {
        plain: node
        for node in graph.nodes()
        for entity in graph.entities(node)
        for identifier in entity.identifiers
        if len(plain := _plain(identifier.value)) >= _LEAST_NUMBER
    }


def _by_name(graph: Graph) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for node in graph.nodes():
        for name in dict.fromkeys(_names(graph, node)):
            found[name] = (*found.get(name, ()), node)
    return found


def _names(graph: Graph, node: int) -> Iterable[str]:
    return (
        _folded(name)
        for entity in graph.entities(node)
        for name in (entity.name, *entity.other_names)
        if any(letter.isalnum() for letter in name)
    )


def _plain(number: str) -> str:
    return "".join(letter for letter in number.casefold() if letter.isalnum())


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
