"""What the shipped tables say of one classification: descriptions, reasons for control, list-based exceptions.

Source: Supplement No. 1 to 15 CFR part 774 (tables of the edition named in ``tables.yaml``); descriptions in the
project's own words.
"""

from __future__ import annotations

import csv
import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources

from enduse.model.codes import covers, eccn_of, parse_code, sub_paragraph
from enduse.model.errors import BadInput
from enduse.model.truth import Truth

Rows = tuple[Mapping[str, str], ...]


@dataclass(frozen=True, slots=True)
class ItemDescription:
    """A code in plain words.

    ``relevance`` is the kind of human-rights concern, empty where there is none of its own.
    """

    code: str
    description: str
    keywords: tuple[str, ...] = ()
    relevance: str = ""
    note: str = ""
    citation: str = ""
    verified: bool = True


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """Everything known of one code.

    Attributes:
        descriptions: of the code itself and of the entries around it, the nearest first.
        controls: rows of reasons for control that reach the code, or may reach it.
        exceptions: rows of list-based licence exceptions.
        sub_paragraphs: next level below the code.
        since: first day in the list where it has one of its own.
    """

    code: str
    descriptions: tuple[ItemDescription, ...]
    controls: Rows
    exceptions: Rows
    sub_paragraphs: tuple[str, ...]
    since: str = ""


@functools.cache
def descriptions() -> tuple[ItemDescription, ...]:
    """Descriptions in the project's own words."""
    file = resources.files("enduse.items.data") / "eccn_descriptions.csv"
    return tuple(
        ItemDescription(
            code=row["code"],
            description=row["description"],
            keywords=tuple(part.strip() for part in row["keywords"].split(";") if part.strip()),
            relevance=row["relevance"],
            note=row["human_rights_note"],
            citation=row["citation"],
            verified=row["verified"] == "yes",
        )
        for row in csv.DictReader(file.read_text(encoding="utf-8").splitlines(), strict=True)
    )


def codes() -> tuple[str, ...]:
    """Every ECCN of the shipped list, in order."""
    return tuple(row["eccn"] for row in _table("ccl_entries"))


def show(code: str) -> ItemRecord:
    """What the shipped tables say of a code.

    Raises:
        BadInput: no such entry or sub-paragraph; proposes the nearest.
    """
    parse_code(code, where="code")
    eccn = eccn_of(code)
    around = tuple(item for item in descriptions() if item.code == code)
    if eccn is None:
        return ItemRecord(code, around, (), (), ())
    entry = next((row for row in _table("ccl_entries") if row["eccn"] == eccn), None)
    if entry is None:
        close = difflib.get_close_matches(eccn, codes(), n=3, cutoff=0.6)
        raise BadInput(
            f"{eccn} is not in the tables held of the Commerce Control List",
            where="code",
            remedy=f"did you mean {', '.join(close)}?" if close else "see: enduse items search TEXT",
        )
    paragraphs = tuple(filter(None, entry["paragraphs"].split(";")))
    sub = sub_paragraph(code)
    if sub and paragraphs and sub not in paragraphs and not any(item.startswith(f"{sub}.") for item in paragraphs):
        raise BadInput(
            f"{eccn} has no sub-paragraph .{sub}", where="code", remedy=f"known: {', '.join(_below(paragraphs, ''))}"
        )
    around = tuple(
        item
        for item in sorted(descriptions(), key=lambda item: -len(item.code))
        if item.code == code or code.startswith(f"{item.code}.")
    )
    starts = [
        row["from"]
        for row in _table("ccl_paragraph_dates")
        if code == row["code"] or code.startswith(f"{row['code']}.")
    ]
    return ItemRecord(
        code=code,
        descriptions=around,
        controls=_reaching("ccl_controls", eccn, code),
        exceptions=_reaching("list_based_exceptions", eccn, code),
        sub_paragraphs=_below(paragraphs, sub),
        since=max([*starts, entry["from"]]),
    )


def _reaching(table: str, eccn: str, code: str) -> Rows:
    return tuple(
        row
        for row in _table(table)
        if row["eccn"] == eccn and covers(_parts(row["include"]), _parts(row["exclude"]), eccn, code) is not Truth.FALSE
    )


def _below(paragraphs: tuple[str, ...], sub: str) -> tuple[str, ...]:
    prefix = f"{sub}." if sub else ""
    return tuple(
        dict.fromkeys(
            prefix + item[len(prefix) :].split(".")[0] for item in paragraphs if item.startswith(prefix) and item != sub
        )
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in cell.split(";") if part)


@functools.cache
def _table(name: str) -> Rows:
    file = resources.files("enduse") / "rulebooks" / "us" / "ear" / "tables" / f"{name}.csv"
    return tuple(csv.DictReader(file.read_text(encoding="utf-8").splitlines(), strict=True))
