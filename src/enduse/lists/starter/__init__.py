"""The embedded human-rights listings: facts with their citations, so that the main job works without a network.

Names, lists, dates and citations in our own words; a row whose date or citation nobody has confirmed in a text is
marked. The full lists are the user's to sync; an answer that rests on these rows alone says so.
"""

from __future__ import annotations

import csv
import datetime as dt
import functools
import hashlib
import io
from collections.abc import Mapping
from importlib import resources
from typing import TypeVar

from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Address, ListedParty, Listing, Measure, Name, NameKind, PartyKind, SourceReference
from enduse.model.time import parse_date

W = TypeVar("W", PartyKind, Measure)

FILE = "human_rights_listings.csv"
SOURCE = "starter"
STARTER_LISTS = ("EL", "SDN", "CMIC", "UFLPA")
EDITION = dt.date(2026, 7, 31)
"""Date of the consolidated list against which names and lists were checked."""


@functools.cache
def starter_edition() -> tuple[dt.date, str]:
    """Date and SHA-256 of the embedded listings."""
    return EDITION, hashlib.sha256(_data()).hexdigest()


@functools.cache
def starter_parties() -> tuple[ListedParty, ...]:
    """The embedded listings.

    Raises:
        BadInput: a row is not usable; names line and column.
    """
    return read_listings(_data().decode("utf-8"))


def read_listings(text: str) -> tuple[ListedParty, ...]:
    """Read listings from CSV text.

    Raises:
        BadInput: a cell cannot be used, a row has no citation or an id occurs twice; names line and column.
    """
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    found: dict[str, ListedParty] = {}
    for row in reader:
        where = f"{FILE} line {reader.line_num}"
        if None in row or None in row.values():
            raise BadInput("the number of cells differs from the header", where=where)
        party = _party(row, where, reader.line_num)
        if party.id in found:
            raise BadInput(f"the id {party.id} occurs twice", where=where)
        found[party.id] = party
    return tuple(found.values())


def _data() -> bytes:
    return (resources.files("enduse.lists.starter") / FILE).read_bytes()


def _party(row: Mapping[str, str], where: str, line: int) -> ListedParty:
    if not row["name"].strip():
        raise BadInput("no name", where=f"{where}, name")
    if not row["citation"].strip():
        raise BadInput("no citation", where=f"{where}, citation", remedy="every listing needs the act that made it")
    names = [Name(row["name"])]
    names += [Name(alias, NameKind.ALIAS) for alias in _parts(row["aliases"], "|")]
    names += [Name(alias, NameKind.ORIGINAL_SCRIPT) for alias in _parts(row["native_names"], "|")]
    return ListedParty(
        id=f"{SOURCE}:{row['id']}",
        names=tuple(names),
        listings=(_listing(row, where),),
        source=SourceReference(SOURCE, FILE, line),
        kind=_word(PartyKind, row["kind"], f"{where}, kind"),
        addresses=tuple(Address("", country=code) for code in _parts(row["countries"], ";")),
    )


def _listing(row: Mapping[str, str], where: str) -> Listing:
    return Listing(
        list_id=row["list"],
        authority=row["authority"],
        citation=Citation(
            row["citation"],
            url=row["url"] or None,
            verified=_yes(row["verified"], f"{where}, verified"),
            note=row["note"],
        ),
        listed_from=_date(row["from"], f"{where}, from"),
        listed_to=_date(row["to"], f"{where}, to"),
        programmes=_parts(row["programmes"], ";"),
        measures=tuple(_word(Measure, text, f"{where}, measures") for text in _parts(row["measures"], ";")),
        scope=row["scope"] or None,
        licence_requirement="all items subject to the EAR" if row["scope"] == "all" else "",
        review_policy=row["review_policy"],
        footnotes=_parts(row["footnotes"], ";"),
        reason=row["reason"],
        sources=_parts(row["sources"], ";"),
        remarks=row["later_changes"],
        seen_from=_date(row["seen_on"], f"{where}, seen_on"),
        seen_to=_date(row["seen_on"], f"{where}, seen_on"),
    )


def _parts(cell: str, separator: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split(separator) if part.strip())


def _date(cell: str, where: str) -> dt.date | None:
    return parse_date(cell, where=where) if cell else None


def _yes(cell: str, where: str) -> bool:
    if cell not in ("yes", "no"):
        raise BadInput(f"{cell!r} is neither yes nor no", where=where)
    return cell == "yes"


def _word(words: type[W], cell: str, where: str) -> W:
    try:
        return words(cell)
    except ValueError:
        raise BadInput(f"{cell!r} is not known", where=where, remedy=", ".join(words)) from None
