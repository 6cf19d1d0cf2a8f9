"""What engineers, sellers and journalists call things, and which entries, or provisions, such a thing leads to.

A topic leads to entries (``listed``), to the answer that no list names the thing (``unlisted``), or to both
(``depends``); then the provisions decide.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

from enduse.items.catalogue import data_rows
from enduse.model.citation import Citation


@dataclass(frozen=True, slots=True)
class Provision:
    """A control that reaches items whatever their classification."""

    id: str
    regime: str
    title: str
    text: str
    citation: Citation
    standing: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of thing.

    Attributes:
        phrases: trade words in English, German, French and Spanish.
        kinds: phrases made of kinds of words, ``@phone @locate``: any word of ``fields.csv`` may stand for its kind.
        generic: True for everyday goods that are named in passing ("on a laptop"): they count when they are all of it.
        candidates: codes to look at, the likeliest first.
        outcome: ``listed``, ``unlisted`` or ``depends``.
        provisions: what decides where no entry does.
        note: what the classification turns on.
    """

    id: str
    title: str
    phrases: tuple[str, ...]
    kinds: tuple[str, ...]
    candidates: tuple[str, ...]
    outcome: str
    provisions: tuple[Provision, ...] = ()
    note: str = ""
    generic: bool = False


@functools.cache
def provisions() -> dict[str, Provision]:
    """Provisions by id."""
    return {
        row["id"]: Provision(
            id=row["id"],
            regime=row["regime"],
            title=row["title"],
            text=row["text"],
            citation=Citation(
                row["citation"],
                row["url"],
                verified=row["verified"] == "yes",
                note="" if row["verified"] == "yes" else "the text was not read",
            ),
            standing=row["standing"],
        )
        for row in data_rows("provisions")
    }


@functools.cache
def topics() -> tuple[Topic, ...]:
    """Every topic."""
    known = provisions()
    return tuple(
        Topic(
            id=row["topic"],
            title=row["title"],
            phrases=_parts(row["phrases"]),
            kinds=_parts(row["kinds"]),
            candidates=_parts(row["candidates"]),
            outcome=row["outcome"],
            provisions=tuple(known[part] for part in _parts(row["provisions"])),
            note=row["note"],
            generic=row["generic"] == "yes",
        )
        for row in data_rows("topics")
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in cell.split(";")) if part)
