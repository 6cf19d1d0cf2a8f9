"""YAML and JSON without surprises: every scalar comes back as the text that was written.

``NO`` stays Norway, ``5E980`` stays an ECCN, ``1E001`` stays technology. Anchors, tags and duplicate keys are refused,
so a document means one thing and cannot grow beyond its size.

Source: YAML 1.2.2, with the failsafe schema plus null (chapter 10.1); RFC 8259 for JSON.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import yaml

from enduse.model.errors import BadInput

MAX_BYTES = 1_000_000
MAX_DEPTH = 40
MAX_NODES = 200_000
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_FORBIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


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
    return _Builder(name, max_depth, max_nodes).build(text)


def checked_text(data: bytes | str, *, name: str, max_bytes: int = MAX_BYTES) -> str:
    """Decode a document as UTF-8 and refuse what no honest document holds.

    Raises:
        BadInput: too large, not UTF-8, or control characters; names line and byte.
    """
    if len(data) > max_bytes:
        raise BadInput(
            f"larger than {max_bytes:,} bytes", where=name, remedy="give one transaction or rule file at a time"
        )
    if isinstance(data, bytes):
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            raise BadInput(
                f"byte {error.start} is not UTF-8", where=f"{name} line {line}", remedy="save the file as UTF-8"
            ) from None
    else:
        text = data.removeprefix("\ufeff")
    if found := _FORBIDDEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise BadInput(
            f"control character U+{ord(found[0]):04X}", where=f"{name} line {line}", remedy="remove the character"
        )
    return text


class _Builder:
    """Builds plain values from the parser's events, so that limits hold while reading."""

    def __init__(self, name: str, max_depth: int, max_nodes: int) -> None:
        self._name = name
        self._max_depth = max_depth
        self._max_nodes = max_nodes
        self._nodes = 0

    def build(self, text: str) -> Any:
        try:
            events = iter(yaml.parse(text, Loader=_Loader))
            return self._document(events)
        except yaml.YAMLError as error:
            raise self._syntax(error) from None

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
            raise self._error(event, f"the tag {event.tag} is not accepted", "every value is text")
        if isinstance(event, yaml.ScalarEvent):
            plain = event.style is None or event.style == ""
            return None if plain and event.value in _NULLS else event.value
        if isinstance(event, yaml.SequenceStartEvent):
            return self._sequence(events, depth)
        return self._mapping(events, depth)

    def _sequence(self, events: Iterator[Any], depth: int) -> list[Any]:
        items = []
        for event in events:
            if isinstance(event, yaml.SequenceEndEvent):
                break
            items.append(self._value(event, events, depth + 1))
        return items

    def _mapping(self, events: Iterator[Any], depth: int) -> dict[str, Any]:
        items: dict[str, Any] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            if not isinstance(event, yaml.ScalarEvent):
                raise self._error(event, "a key must be text", "write key: value")
            key = self._value(event, events, depth + 1)
            if key is None:
                raise self._error(event, "a key is empty", "write key: value")
            if key in items:
                raise self._error(event, f"the key {key!r} occurs twice", "keep one of them")
            if key == "<<":
                raise self._error(event, "merge keys are not accepted", "write the values out")
            items[key] = self._value(next(events), events, depth + 1)
        return items

    def _error(self, event: Any, problem: str, remedy: str) -> BadInput:
        mark = event.start_mark
        return BadInput(problem, where=f"{self._name} line {mark.line + 1}, column {mark.column + 1}", remedy=remedy)

    def _syntax(self, error: yaml.YAMLError) -> BadInput:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        where = f"{self._name} line {mark.line + 1}, column {mark.column + 1}" if mark else self._name
        problem = getattr(error, "problem", None) or str(error)
        return BadInput(f"not valid YAML: {problem}", where=where, remedy="check indentation, colons and quotes")


def load_json(data: bytes | str, *, name: str, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH) -> Any:
    """Read JSON; numbers stay the text that was written, ``true`` and ``false`` become those words.

    Raises:
        BadInput: as :func:`load_yaml`; also NaN and Infinity.
    """
    text = checked_text(data, name=name, max_bytes=max_bytes)
    if (depth := _json_depth(text)) > max_depth:
        raise BadInput(f"nested deeper than {max_depth} levels ({depth})", where=name, remedy="flatten it")

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in items:
            if key in found:
                raise BadInput(f"the key {key!r} occurs twice", where=name, remedy="keep one of them")
            found[key] = _words(value)
        return found

    def constant(word: str) -> Any:
        raise BadInput(f"{word} is no value", where=name, remedy="write a number or leave the key out")

    try:
        value = json.loads(text, object_pairs_hook=pairs, parse_int=str, parse_float=str, parse_constant=constant)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"not valid JSON: {error.msg}", where=f"{name} line {error.lineno}, column {error.colno}"
        ) from None
    return _words(value)


def _words(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return [_words(item) for item in value]
    return value


def _json_depth(text: str) -> int:
    depth = deepest = 0
    in_string = escaped = False
    for character in text:
        if in_string:
            if escaped:
                escaped = False
            elif character == "\\":
                escaped = True
            elif character == '"':
                in_string = False
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif character in "]}":
            depth -= 1
    return deepest
