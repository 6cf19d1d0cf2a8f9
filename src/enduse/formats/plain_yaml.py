"""YAML without surprises: every scalar comes back as the text that was written.

``NO`` stays Norway, ``5E980`` stays an ECCN, ``1E001`` stays technology. Anchors, tags and duplicate keys are refused,
so a document means one thing and cannot grow beyond its size. JSON with the same promises: :mod:`.plain_json`.

Source: YAML 1.2.2, with the failsafe schema plus null (chapter 10.1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from enduse.model.errors import BadInput

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000
FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")
"""Characters that no honest document holds: controls, lone surrogates and non-characters."""

Route = tuple[str | int, ...]
"""Keys and list positions from the root of a document to a value."""

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Located:
    """A document, and the line on which each of its values (for a mapping's value: its key) stands, from 1."""

    value: Any
    lines: Mapping[Route, int]


def load_yaml(
    data: bytes | str, *, name: str, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES
) -> Any:
    """Read one YAML document into dictionaries, lists, texts and None.

    Args:
        data: the document.
        name: what messages call it (a file name).
        max_bytes: refuse more than so many bytes.
        max_depth: refuse deeper nesting.
        max_nodes: refuse more values.

    Raises:
        BadInput: not UTF-8, control characters, bad syntax, an anchor, alias or tag, a duplicate key, several
            documents, or too large; the message names line and column.
    """
    text = checked_text(data, name=name, max_bytes=max_bytes)
    return _Builder(name, max_depth, max_nodes, None).build(text)


def locate_yaml(data: bytes | str, *, name: str, max_bytes: int = MAX_BYTES) -> Located:
    """As :func:`load_yaml`, with the line of every value, for messages.

    Raises:
        BadInput: as :func:`load_yaml`.
    """
    lines: dict[Route, int] = {}
    text = checked_text(data, name=name, max_bytes=max_bytes)
    return Located(_Builder(name, MAX_DEPTH, MAX_NODES, lines).build(text), lines)


def read_bounded(path: Path, *, max_bytes: int = MAX_BYTES) -> bytes:
    """The content of a file, never more than ``max_bytes`` of it in memory.

    Raises:
        BadInput: there is no such file, it cannot be read, or it is larger.
    """
    try:
        with path.open("rb") as stream:
            data = stream.read(max_bytes + 1)
    except OSError as error:
        raise BadInput(f"cannot read the file: {error.strerror}", where=str(path), remedy="check the path") from None
    if len(data) > max_bytes:
        raise too_large(path.name, max_bytes)
    return data


def too_large(name: str, max_bytes: int) -> BadInput:
    """The error for a document of more than ``max_bytes``."""
    return BadInput(f"larger than {max_bytes:,} bytes", where=name, remedy="split it: one transaction or rule per file")


def checked_text(data: bytes | str, *, name: str, max_bytes: int = MAX_BYTES) -> str:
    """Decode a document as UTF-8 (with or without a byte-order mark) and refuse what no honest document holds.

    Raises:
        BadInput: too large, not UTF-8, or control characters; names line and byte.
    """
    if len(data) > max_bytes:
        raise too_large(name, max_bytes)
    text = decoded(data, name=name) if isinstance(data, bytes) else data.removeprefix("\ufeff")
    if found := FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - text.rfind("\n", 0, found.start())
        raise forbidden_character(found[0], f"{name} line {line}, column {column}")
    return text


def decoded(data: bytes, *, name: str) -> str:
    """Decode UTF-8, with or without a byte-order mark.

    Raises:
        BadInput: not UTF-8; names the byte, counted from 0, and the line.
    """
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # The codec counts from behind a byte-order mark.
        start = error.start + (3 if data.startswith(b"\xef\xbb\xbf") else 0)
        line = data.count(b"\n", 0, start) + 1
        utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        problem = "the file is UTF-16" if utf16 else f"byte {start} is not UTF-8"
        raise BadInput(problem, where=f"{name} line {line}", remedy="save the file as UTF-8") from None


def forbidden_character(character: str, where: str) -> BadInput:
    """The error for a character that no honest document holds."""
    return BadInput(f"control character U+{ord(character):04X}", where=where, remedy="remove the character")


class _Builder:
    """Builds plain values from the parser's events, so that limits hold while reading."""

    def __init__(self, name: str, max_depth: int, max_nodes: int, lines: dict[Route, int] | None) -> None:
        self._name = name
        self._max_depth = max_depth
        self._max_nodes = max_nodes
        self._nodes = 0
        self._lines = lines
        self._path: list[str | int] = []

    def build(self, text: str) -> Any:
        try:
            events = iter(yaml.parse(text, Loader=_Loader))
            return self._document(events)
        except yaml.YAMLError as error:
            raise self._syntax(error, text) from None

    def _document(self, events: Iterator[Any]) -> Any:
        value, documents = None, 0
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                documents += 1
                if documents > 1:
                    raise self._error(event, "a second document begins", "one document per file")
            elif isinstance(event, yaml.NodeEvent):
                value = self._value(event, events, 1)
        return value

    def _value(self, event: Any, events: Iterator[Any], depth: int) -> Any:
        self._nodes += 1
        if self._nodes > self._max_nodes:
            raise self._error(event, f"more than {self._max_nodes:,} values", "split the file")
        if depth > self._max_depth:
            raise self._error(event, f"nested deeper than {self._max_depth} levels", "flatten it")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            raise self._error(event, "anchors and aliases are not accepted", "write the value out")
        if event.tag is not None and event.tag != "!":
            raise self._error(event, f"the tag {event.tag} is not accepted", "every value is text; leave the tag out")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, depth)
        return self._mapping(events, depth)

    def _scalar(self, event: Any) -> str | None:
        value: str = event.value
        if not event.style and value in _NULLS:
            return None
        # Only an escape in double quotes can smuggle in what the document itself must not hold.
        if event.style == '"' and (found := FORBIDDEN.search(value)):
            mark = event.start_mark
            raise forbidden_character(found[0], f"{self._name} line {mark.line + 1}, column {mark.column + 1}")
        return value

    def _sequence(self, events: Iterator[Any], depth: int) -> list[Any]:
        items: list[Any] = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            self._enter(len(items), event)
            items.append(self._value(event, events, depth + 1))
            self._path.pop()
        return items

    def _mapping(self, events: Iterator[Any], depth: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                raise self._error(event, "a key must be text", "write key: value")
            key = self._value(event, events, depth + 1)
            if key is None:
                raise self._error(event, "a key is empty", "write key: value")
            if key in items:
                raise self._error(event, f"the key {key!r} occurs twice", "keep one of them")
            if key == "<<":
                raise self._error(event, "merge keys are not accepted", "write the values out")
            self._enter(key, event)
            items[key] = self._value(next(events), events, depth + 1)
            self._path.pop()
        return items

    def _enter(self, step: str | int, event: Any) -> None:
        self._path.append(step)
        if self._lines is not None:
            self._lines[tuple(self._path)] = event.start_mark.line + 1

    def _error(self, event: Any, problem: str, remedy: str) -> BadInput:
        mark = event.start_mark
        return BadInput(problem, where=f"{self._name} line {mark.line + 1}, column {mark.column + 1}", remedy=remedy)

    def _syntax(self, error: yaml.YAMLError, text: str) -> BadInput:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f"{self._name} line {mark.line + 1}, column {mark.column + 1}" if mark else self._name
        problem = getattr(error, "problem", None) or str(error)
        remedy = "check indentation, colons and quotes"
        if mark and "\t" in _line(text, mark.line):
            remedy = "the line holds a tab: indent with blanks"
        return BadInput(f"not valid YAML: {problem}", where=where, remedy=remedy)


def _line(text: str, number: int) -> str:
    lines = text.split("\n", number + 1)
    return lines[number] if number < len(lines) else ""
