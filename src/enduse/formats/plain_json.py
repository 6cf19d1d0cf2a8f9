"""JSON without surprises: numbers stay the text that was written, ``true`` and ``false`` become those words.

A reader of its own, because the standard one gives no lines, keeps the last of two equal keys and recurses without end.

Source: RFC 8259.
"""

from __future__ import annotations

import json
import re
from typing import Any

from enduse.formats.plain_yaml import (
    FORBIDDEN,
    MAX_BYTES,
    MAX_DEPTH,
    MAX_NODES,
    Located,
    Route,
    checked_text,
    forbidden_character,
)
from enduse.model.errors import BadInput

_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]+|\\.)*"')
_BLANKS = re.compile(r"[ \t\r\n]*")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_WORD = re.compile(r"[A-Za-z0-9_+-][A-Za-z0-9_.+-]*")
_WORDS = {"true": "true", "false": "false", "null": None}


def load_json(
    data: bytes | str, *, name: str, max_bytes: int = MAX_BYTES, max_depth: int = MAX_DEPTH, max_nodes: int = MAX_NODES
) -> Any:
    """Read JSON into dictionaries, lists, texts and None.

    Args:
        data: the document.
        name: what messages call it.
        max_bytes: refuse more than so many bytes.
        max_depth: refuse deeper nesting.
        max_nodes: refuse more values.

    Raises:
        BadInput: not UTF-8, control characters (escaped ones too), bad syntax, NaN or Infinity, a duplicate key, or
            too large; the message names line and column.
    """
    text = checked_text(data, name=name, max_bytes=max_bytes)
    return _Reader(text, name, max_depth, max_nodes, None).read()


def locate_json(data: bytes | str, *, name: str, max_bytes: int = MAX_BYTES) -> Located:
    """As :func:`load_json`, with the line of every value, for messages.

    Raises:
        BadInput: as :func:`load_json`.
    """
    lines: dict[Route, int] = {}
    text = checked_text(data, name=name, max_bytes=max_bytes)
    return Located(_Reader(text, name, MAX_DEPTH, MAX_NODES, lines).read(), lines)


class _Reader:
    """Reads one value after the other, so that limits hold while reading."""

    def __init__(self, text: str, name: str, max_depth: int, max_nodes: int, lines: dict[Route, int] | None) -> None:
        self._text = text
        self._name = name
        self._max_depth = max_depth
        self._max_nodes = max_nodes
        self._at = 0
        self._nodes = 0
        self._lines = lines
        self._path: list[str | int] = []
        self._line, self._counted = 1, 0

    def read(self) -> Any:
        value = self._value(1)
        if self._peek():
            raise self._error("something follows the value", "one value per file")
        return value

    def _value(self, depth: int) -> Any:
        self._nodes += 1
        if self._nodes > self._max_nodes:
            raise self._error(f"more than {self._max_nodes:,} values", "split the file")
        if depth > self._max_depth:
            raise self._error(f"nested deeper than {self._max_depth} levels", "flatten it")
        character = self._peek()
        if character == "{":
            return self._object(depth)
        if character == "[":
            return self._array(depth)
        if character == '"':
            return self._string()
        if found := _NUMBER.match(self._text, self._at):
            following = _WORD.match(self._text, found.end())
            if not following and self._text[found.end() : found.end() + 1] != ".":
                self._at = found.end()
                return found[0]
        word = _WORD.match(self._text, self._at)
        if word and word[0] in _WORDS:
            self._at = word.end()
            return _WORDS[word[0]]
        if not character:
            raise self._error("not valid JSON: the file ends too early", "close every quote, brace and bracket")
        shown = word[0][:40] if word else character
        raise self._error(f"not valid JSON: {shown!r} is no value", "put texts in double quotes, leave out the empty")

    def _object(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        self._at += 1
        if self._take("}"):
            return found
        while True:
            if self._peek() != '"':
                raise self._error("not valid JSON: a key in double quotes is expected", "check commas and quotes")
            place = self._at
            key = self._string()
            if key in found:
                self._at = place
                raise self._error(f"the key {key!r} occurs twice", "keep one of them")
            self._enter(key, place)
            if not self._take(":"):
                raise self._error("not valid JSON: a colon is expected", "check commas and quotes")
            found[key] = self._value(depth + 1)
            self._path.pop()
            if self._take("}"):
                return found
            self._comma("}")

    def _array(self, depth: int) -> list[Any]:
        found: list[Any] = []
        self._at += 1
        if self._take("]"):
            return found
        while True:
            self._peek()
            self._enter(len(found), self._at)
            found.append(self._value(depth + 1))
            self._path.pop()
            if self._take("]"):
                return found
            self._comma("]")

    def _string(self) -> str:
        token = _STRING.match(self._text, self._at)
        if not token:
            raise self._error("not valid JSON: a text without an end", "close the quote; write a line break as \\n")
        try:
            value: str = json.loads(token[0])
        except json.JSONDecodeError as error:
            raise self._error(f"not valid JSON: {error.msg}", "write a backslash as two") from None
        if found := FORBIDDEN.search(value):
            raise forbidden_character(found[0], self._where())
        self._at = token.end()
        return value

    def _comma(self, closing: str) -> None:
        if not self._take(","):
            raise self._error(f"not valid JSON: a comma or {closing} is expected", "check commas and brackets")
        if self._peek() == closing:
            raise self._error(f"not valid JSON: a comma stands before {closing}", "remove the comma")

    def _peek(self) -> str:
        """The next character that is not blank; empty at the end."""
        blanks = _BLANKS.match(self._text, self._at)
        self._at = blanks.end() if blanks else self._at
        return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> bool:
        found = self._peek() == character
        self._at += found
        return found

    def _enter(self, step: str | int, place: int) -> None:
        self._path.append(step)
        if self._lines is not None:
            self._line += self._text.count("\n", self._counted, place)
            self._counted = place
            self._lines[tuple(self._path)] = self._line

    def _where(self) -> str:
        line = self._text.count("\n", 0, self._at) + 1
        return f"{self._name} line {line}, column {self._at - self._text.rfind(chr(10), 0, self._at)}"

    def _error(self, problem: str, remedy: str) -> BadInput:
        return BadInput(problem, where=self._where(), remedy=remedy)
