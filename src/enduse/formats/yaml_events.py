"""Plain values from the events of the YAML parser: what :mod:`enduse.formats.plain_yaml` reads with."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import yaml

from enduse.formats.plain_yaml import FORBIDDEN, Route, forbidden_character
from enduse.model.errors import BadInput

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Builder:
    """Builds plain values from the parser's events, so that limits hold while reading."""

    def __init__(self, name: str, max_depth: int, max_nodes: int, lines: dict[Route, int] | None) -> None:
        self._name = name
        self._max_depth = max_depth
        self._max_nodes = max_nodes
        self._nodes = 0
        self._lines = lines
        self._path: list[str | int] = []

    def build(self, text: str) -> Any:
        """The value of a document.

        Raises:
            BadInput: as :func:`~enduse.formats.plain_yaml.load_yaml`.
        """
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
