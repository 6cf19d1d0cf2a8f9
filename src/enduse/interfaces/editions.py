"""Editions of the law as somebody names them: ``current``, ``shipped``, a day, a folder, a hash."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.rules.diff import in_force_on
from enduse.rules.overlay import read_overlay
from enduse.rules.rulebook import Rulebook, shipped_rulebooks
from enduse.rules.shelf import RuleShelf

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HASH = re.compile(r"[0-9a-f]{6,64}")
ON_FILE = "on-file:"
REMEDY = "current, shipped, on-file:DATE, a folder, an edition's hash, DATE, or EDITION@DATE"


def books_of(reference: str, data_dir: Path, current: Sequence[Rulebook]) -> tuple[Rulebook, ...]:
    """The rulebooks that a reference names; with a day, as in force on it.

    Args:
        current: the rulebooks at hand.

    Raises:
        BadInput: nothing is called so.
    """
    name, at, day = reference.rpartition("@")
    if not at:
        name, day = ("current", reference) if _DATE.fullmatch(reference) else (reference, "")
    books = _edition(name, data_dir, current)
    return in_force_on(books, parse_date(day, where=reference)) if day else books


def _edition(name: str, data_dir: Path, current: Sequence[Rulebook]) -> tuple[Rulebook, ...]:
    if name == "current":
        return tuple(current)
    if name == "shipped":
        return shipped_rulebooks()
    shelf = RuleShelf(data_dir)
    if name.startswith(ON_FILE):
        books, notes = shelf.books(parse_date(name.removeprefix(ON_FILE), where=name))
        if notes:
            raise BadInput(notes[0], where=name, remedy=REMEDY)
        return books
    if Path(name).is_dir():
        return read_overlay(current, Path(name))
    if _HASH.fullmatch(name) and (book := shelf.edition(name)) is not None:
        return (book,)
    raise BadInput(f"no edition is called {name!r}", remedy=REMEDY)
