"""A form as data: its fields, what they depend on, and what a person typed as plain values."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from enduse.cases.case import Case
from enduse.cases.policies import Policies
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import Fields
from enduse.interfaces.web.forms import Problem

Options = tuple[tuple[str, str], ...]
FILE_HASH = "file_sha256"


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form.

    Attributes:
        kind: ``text, lines, select, radios, checks, date, number, file, hidden``.
        takes: what the command takes of it: ``text, int, bool, list, ints, date``.
        optional: whether it may stay empty; then nothing is sent.
        default: what it holds before somebody types.
    """

    name: str
    label: str
    kind: str = "text"
    options: Options = ()
    hint: str = ""
    takes: str = "text"
    optional: bool = False
    default: str = ""
    key: str = ""

    @property
    def into(self) -> str:
        """The key of the command that it fills."""
        return self.key or self.name


@dataclass(frozen=True)
class Asked:
    """What the fields of a form depend on: the case as an officer reads it, and who asks."""

    case: Case
    policies: Policies
    desk: Desk
    today: dt.date

    @property
    def lines(self) -> Options:
        """Lines of the application."""
        return tuple((str(one.line), f"Line {one.line}: {self.case.code(one.line)}") for one in self.case.applied.items)

    @property
    def fields(self) -> Fields:
        """What was typed, or stands in the address."""
        return self.desk.fields


def read(
    form: Sequence[Field], fields: Fields, upload: tuple[str, bytes] | None
) -> tuple[dict[str, Any], dict[str, Problem]]:
    """What was typed as plain values, and what is wrong with it field by field."""
    sent: dict[str, Any] = {}
    problems: dict[str, Problem] = {}
    for one in form:
        value = _value(one, fields, upload)
        if isinstance(value, Problem):
            problems[one.name] = value
        elif value is not None:
            sent[one.into] = value
        elif not one.optional:
            problems[one.name] = Problem(_needed(one))
    return sent, problems


def _needed(one: Field) -> str:
    verb = "choose" if one.kind in ("select", "radios", "checks", "file") else "fill in"
    return f"{one.label or one.name}: {verb} it, nothing is taken for granted"


def _value(one: Field, fields: Fields, upload: tuple[str, bytes] | None) -> Any:
    if one.kind == "file":
        if upload is not None:
            return hashlib.sha256(upload[1]).hexdigest()
        return fields.one(FILE_HASH) or None
    if one.takes in ("list", "ints"):
        found = fields.all(one.name) if one.kind == "checks" else tuple(_split(fields.one(one.name)))
        if one.takes == "ints":
            return [int(text) for text in found if text.isdecimal() and len(text) < 8] or None
        return list(found) or ([] if one.kind == "checks" and one.optional else None)
    text = fields.one(one.name)
    if not text:
        return None
    return _single(one, text)


def _single(one: Field, text: str) -> Any:
    match one.takes:
        case "int":
            return int(text) if text.isdecimal() and len(text) < 8 else Problem(f"{text[:20]!r} is no number")
        case "bool":
            return text == "yes"
        case "date":
            try:
                return dt.date.fromisoformat(text).isoformat()
            except ValueError:
                return Problem(f"{text[:20]!r} is no date", "write it as 2026-03-31")
        case "votes":
            return _votes(text)
    return text


def _votes(text: str) -> Any:
    found = []
    for line in _split(text):
        agency, colon, position = line.partition(":")
        if not colon:
            return Problem(f"{line[:40]!r} is no vote", "write an agency, a colon and approve or refuse")
        found.append({"agency": agency.strip(), "position": position.strip()})
    return found


def _split(text: str) -> list[str]:
    return [line.strip() for line in text.split("\n") if line.strip()]
