"""Rulebooks that a user adds: a folder of national rules beside the shipped ones, linted before anything rests on it.

A rulebook of the folder with the id of another takes its place. Tables of a jurisdiction that ships some are used where
the folder has none of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from enduse.model.errors import BadInput
from enduse.rules.rulebook import Rulebook, rulebooks_in
from enduse.rules.shelf import check_tree, refuse_problems


def with_overlay(books: Sequence[Rulebook], folder: Path) -> tuple[Rulebook, ...]:
    """The rulebooks with those of a folder, by id.

    Raises:
        BadInput: the folder holds none, or lint finds something; names file, line, field and remedy.
    """
    own = read_overlay(books, folder)
    merged = {book.id: book for book in books} | {book.id: book for book in own}
    return tuple(merged[book_id] for book_id in sorted(merged))


def read_overlay(books: Sequence[Rulebook], folder: Path) -> tuple[Rulebook, ...]:
    """The rulebooks of a folder alone.

    Args:
        books: those that it is laid over.

    Raises:
        BadInput: as :func:`with_overlay`.
    """
    check_tree(folder)
    shared = {book.jurisdiction: book.tables.shared for book in books if book.tables.shared is not None}
    own = rulebooks_in(folder, shared=shared, lines=True)
    if not own:
        remedy = "put a rulebook there: <jurisdiction>/<act>/rulebook.yaml"
        raise BadInput("no rulebook in this folder", where=str(folder), remedy=remedy)
    for book in own:
        place = f"{book.jurisdiction}/.../rulebook.yaml"
        if not book.id.startswith(f"{book.jurisdiction}/"):
            raise BadInput(f"id {book.id!r}", where=place, remedy=f"let it begin with {book.jurisdiction}/")
    refuse_problems(own)
    return own
