"""Reads the data of this package strictly: unknown keys are errors, and every error names file, line and key."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib import resources
from typing import Any

from enduse.formats.plain_yaml import Located, Route, locate_yaml
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.time import ALWAYS, Interval, parse_date

_ID = re.compile(r"[a-z0-9][a-z0-9_./-]*|[A-Z]{2,5}(?:-[A-Za-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Row:
    """A mapping of a document, with its place.

    Attributes:
        name: name of the file.
        route: keys and positions from the root to it.
    """

    document: Located
    name: str
    route: Route
    values: Mapping[str, Any]

    def wrong(self, problem: str, key: str = "", remedy: str = "") -> BadInput:
        """The error for a value of this mapping."""
        lines = self.document.lines
        line = lines.get((*self.route, key), lines.get(self.route, 1))
        place = f"{self.name} line {line}" + (f", {key}" if key else "")
        return BadInput(problem, where=place, remedy=remedy)

    def only(self, *keys: str) -> Row:
        """This row, when it holds no other keys.

        Raises:
            BadInput: it does.
        """
        for key in self.values:
            if key not in keys:
                raise self.wrong(f"unknown key {key!r}", key, f"keys: {', '.join(keys)}")
        return self

    def text(self, key: str, default: str | None = None) -> str:
        """A text; an absent one is an error unless there is a default."""
        value = self.values.get(key)
        if value is None:
            if default is None or key in self.values:
                raise self.wrong(f"{key} is missing", key, f"state {key}")
            return default
        if not isinstance(value, str):
            raise self.wrong(f"{key} takes a text", key)
        return value

    def identifier(self, key: str = "id") -> str:
        """An id: small letters, digits, ``_ . / -``, or a code in capitals such as ``EU-DU-15``."""
        value = self.text(key)
        if not _ID.fullmatch(value):
            raise self.wrong(
                f"{value!r} is no id", key, "write small letters, digits, _ . / -, or a code like EU-DU-15"
            )
        return value

    def word(self, key: str, words: tuple[str, ...], default: str | None = None) -> str:
        """One of some words."""
        value = self.text(key, default)
        if value not in words:
            raise self.wrong(f"{value!r} is not known", key, f"known: {', '.join(words)}")
        return value

    def texts(self, key: str, default: tuple[str, ...] | None = ()) -> tuple[str, ...]:
        """A list of texts, none twice."""
        value = self.values.get(key)
        if value is None:
            if default is None:
                raise self.wrong(f"{key} is missing", key, f"state {key}")
            return default
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self.wrong(f"{key} takes a list of texts", key, "write [a, b]")
        if len(set(value)) != len(value):
            raise self.wrong(f"{key} holds a value twice", key)
        return tuple(value)

    def number(self, key: str, default: int | None = None) -> int:
        """A whole number from 0."""
        value = self.text(key, None if default is None else str(default))
        if not value.isascii() or not value.isdigit():
            raise self.wrong(f"{value!r} is no whole number", key)
        return int(value)

    def decimal(self, key: str) -> Decimal:
        """A finite decimal number."""
        try:
            value = Decimal(self.text(key))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite():
            raise self.wrong(f"{self.text(key)!r} is no number", key)
        return value

    def flag(self, key: str, default: bool = False) -> bool:
        """``yes`` or ``no``."""
        return self.word(key, ("yes", "no", "true", "false"), "yes" if default else "no") in ("yes", "true")

    def row(self, key: str) -> Row | None:
        """A mapping inside, or None."""
        value = self.values.get(key)
        if value is None:
            return None
        if not isinstance(value, dict):
            raise self.wrong(f"{key} takes a mapping", key)
        return Row(self.document, self.name, (*self.route, key), value)

    def rows(self, key: str) -> Iterator[Row]:
        """The mappings of a list inside."""
        value = self.values.get(key)
        if value is None:
            return
        if not isinstance(value, list):
            raise self.wrong(f"{key} takes a list", key)
        for number, item in enumerate(value):
            route = (*self.route, key, number)
            if not isinstance(item, dict):
                raise Row(self.document, self.name, route, {}).wrong("takes a mapping")
            yield Row(self.document, self.name, route, item)

    def citation(self, key: str = "citation") -> Citation:
        """The source; a row without one is an error, and so is an unverified one that hides it."""
        row = self.row(key)
        if row is None:
            raise self.wrong("a citation is missing", key, 'write citation: {text: "...", verified: no}')
        row.only("text", "url", "verified", "note")
        text = row.text("text")
        if not text.strip() or "TODO" in text:
            raise row.wrong("the citation names nothing", "text")
        if "verified" not in row.values:
            raise row.wrong("verified is missing", "text", "yes only where the text itself was read")
        return Citation(text, row.values.get("url"), row.flag("verified"), row.text("note", ""))

    def interval(self, key: str = "in_force") -> Interval:
        """The days on which the row holds: ``{from: DATE, to: DATE}``, half-open; absent means always."""
        row = self.row(key)
        if row is None:
            return ALWAYS
        row.only("from", "to")
        start, end = row.date("from"), row.date("to")
        if start and end and start >= end:
            raise row.wrong(f"holds no day: {start} to {end}", "to")
        return Interval(start, end)

    def date(self, key: str) -> dt.date | None:
        """A date, or None where absent."""
        value = self.values.get(key)
        if value is None:
            return None
        try:
            return parse_date(self.text(key))
        except BadInput as error:
            raise self.wrong(error.problem, key, error.remedy) from None


def read_document(data: bytes | str, name: str) -> Row:
    """The root mapping of a YAML document.

    Raises:
        BadInput: it cannot be read, or is no mapping.
    """
    document = locate_yaml(data, name=name)
    if not isinstance(document.value, dict):
        raise BadInput("takes a mapping", where=name)
    return Row(document, name, (), document.value)


def shipped(name: str) -> bytes:
    """A file of ``cases/data``."""
    return (resources.files("enduse.cases") / "data" / name).read_bytes()
