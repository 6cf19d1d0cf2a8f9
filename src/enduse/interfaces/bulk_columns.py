"""Which column of a table says what: stated by ``--map``, else known by its heading where only one can be meant."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from enduse.model.errors import BadInput

TARGETS = (
    "name",
    "other_names",
    "kind",
    "country",
    "birth_date",
    "birth_place",
    "nationality",
    "gender",
    "identifiers",
    "address",
    "reference",
)
JOINED_BY = {"other_names": "; ", "identifiers": "; ", "address": ", ", "birth_place": ", "}
"""What stands between the texts of several columns; a blank between the parts of a name."""

_ENTRY = re.compile(r"\s*,\s*(?=[^,=]+=)")
_PARTIES = (
    *("customer", "client", "company", "entity", "party", "business partner", "partner", "supplier", "vendor"),
    *("counterparty", "account", "beneficiary", "organisation", "organization", "business", "consignee"),
)
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "name": (
        *("name", "full name", "legal name", "trading partner", "raison sociale", "nom", "nombre", "razon social"),
        *("firma", "firmenname", "kunde", "kundenname", "denominazione"),
        *_PARTIES,
        *(f"{party} name" for party in _PARTIES),
        *(f"name of {party}" for party in _PARTIES),
    ),
    "other_names": ("other names", "aliases", "alias", "aka", "also known as", "trading name", "trade name", "dba"),
    "kind": ("kind", "party kind"),
    "country": ("country", "country code", "country of residence", "land", "pays", "pais", "paese"),
    "birth_date": ("birth date", "date of birth", "dob", "geburtsdatum", "date de naissance"),
    "birth_place": ("birth place", "place of birth", "pob", "geburtsort", "lieu de naissance"),
    "nationality": ("nationality", "citizenship"),
    "gender": ("gender", "sex"),
    "identifiers": (
        *("identifiers", "identifier", "lei", "imo", "imo number", "passport", "passport number"),
        *("registration number", "company number"),
    ),
    "address": ("address", "full address", "adresse", "anschrift", "direccion"),
    "reference": (
        *("reference", "ref", "id", "customer id", "customer number", "customer no", "client id", "client no"),
        *("account number", "account no", "account id"),
        *("supplier id", "vendor id", "record id", "kundennummer"),
    ),
}
_GIVEN = ("first name", "given name", "forename", "vorname", "prenom")
_FAMILY = ("last name", "family name", "surname", "nachname", "nom de famille")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which columns say what.

    Attributes:
        columns: for each target the columns whose texts, joined, are its value.
        keep: columns that go through to the results.
        told: what the user should know of it, a sentence each.
    """

    columns: Mapping[str, tuple[str, ...]]
    keep: tuple[str, ...] = ()
    told: tuple[str, ...] = ()

    def value(self, target: str, cells: Mapping[str, str]) -> str:
        """The text that a row gives for a target."""
        found = [cells.get(column, "") for column in self.columns.get(target, ())]
        if len(found) == 1:
            return found[0]
        return JOINED_BY.get(target, " ").join(text.strip() for text in found if text.strip())

    def target_of(self, column: str) -> str:
        """The target that a column serves; the column itself where it serves none."""
        return next((target for target, columns in self.columns.items() if column in columns), column)

    def as_text(self) -> str:
        """One line that is equal for equal mappings."""
        stated = [f"{target}={'+'.join(self.columns[target])}" for target in TARGETS if target in self.columns]
        return ",".join([*stated, *(f"keep={column}" for column in self.keep)])


def map_columns(
    columns: Sequence[str], stated: Sequence[str] = (), keep: Sequence[str] = (), *, where: str = ""
) -> ColumnMap:
    """Decide which columns say what.

    Args:
        columns: the table's columns.
        stated: entries of ``--map``: ``name=Customer,country=Land``; several columns are joined with ``+``, and a
            target without a column (``country=``) is left empty.
        keep: entries of ``--keep``: columns separated by commas.
        where: the table's name, for messages.

    Raises:
        BadInput: a target is not known or stated twice, a column is not there, or nobody says which column is the
            name.
    """
    there = [column for column in columns if column]
    chosen = _stated(stated, there)
    told = []
    taken = {column for found in chosen.values() for column in found}
    for target in TARGETS:
        if target in chosen:
            continue
        candidates = _candidates(target, [column for column in there if column not in taken])
        if len(candidates) > 1 and target != "identifiers":
            if target == "name":
                raise BadInput(
                    f"{_listed(candidates)} could each be the name", where=where, remedy=f"--map name={candidates[0]}"
                )
            told.append(f"{_listed(candidates)} could each be the {target}: none is used (--map {target}=COLUMN)")
        elif candidates:
            chosen[target] = tuple(candidates)
    if "name" not in chosen and (parts := _name_in_parts([column for column in there if column not in taken])):
        chosen["name"] = parts
    if "name" not in chosen:
        raise BadInput(
            "no column says the name", where=where, remedy=f"--map name=COLUMN; columns: {', '.join(there) or 'none'}"
        )
    if not chosen["name"]:
        raise BadInput("the name needs a column", where="--map name=", remedy=f"columns: {', '.join(there)}")
    kept = _kept(keep, there)
    used = {column for found in chosen.values() for column in found} | set(kept)
    pairs = [f"{target} from {_listed(chosen[target], ' and ')}" for target in TARGETS if chosen.get(target)]
    unused = [column for column in there if column not in used]
    told.insert(0, f"columns: {', '.join(pairs)}" + (f"; not used: {_listed(unused)}" if unused else ""))
    return ColumnMap({target: found for target, found in chosen.items() if found}, kept, tuple(told))


def guessed_columns(columns: Sequence[str]) -> tuple[str, ...]:
    """For each column what its heading says that it is; empty where nothing, or where several could be meant."""
    found = dict.fromkeys(columns, "")
    for target in TARGETS:
        candidates = _candidates(target, [column for column in columns if column and not found[column]])
        if len(candidates) == 1 or target == "identifiers":
            found |= dict.fromkeys(candidates, target)
    if "name" not in found.values():
        parts = _name_in_parts([column for column in columns if column and not found[column]])
        found |= dict.fromkeys(parts or (), "name")
    return tuple(found[column] for column in columns)


def _stated(entries: Sequence[str], there: Sequence[str]) -> dict[str, tuple[str, ...]]:
    chosen: dict[str, tuple[str, ...]] = {}
    for entry in (part for text in entries for part in _ENTRY.split(text) if part.strip()):
        target, equals, column = (part.strip() for part in entry.partition("="))
        if not equals:
            raise BadInput(f"{entry!r} names no column", where="--map", remedy="TARGET=COLUMN, as in name=Customer")
        if target not in TARGETS:
            raise BadInput(f"{target!r} is nothing that is asked", where="--map", remedy=f"one of {', '.join(TARGETS)}")
        if target in chosen:
            raise BadInput(f"{target} is stated twice", where="--map", remedy="join columns with +")
        chosen[target] = _columns(column, there, f"--map {target}")
    return chosen


def _columns(text: str, there: Sequence[str], where: str) -> tuple[str, ...]:
    if not text:
        return ()
    names = [text] if text in there else [part.strip() for part in text.split("+")]
    for name in names:
        if name not in there:
            raise BadInput(f"no column {name!r}", where=where, remedy=f"columns: {', '.join(there)}")
    return tuple(dict.fromkeys(names))


def _kept(entries: Sequence[str], there: Sequence[str]) -> tuple[str, ...]:
    names: list[str] = []
    for entry in entries:
        names.extend([entry] if entry in there else [part.strip() for part in entry.split(",") if part.strip()])
    for name in names:
        if name not in there:
            raise BadInput(f"no column {name!r}", where="--keep", remedy=f"columns: {', '.join(there)}")
    return tuple(dict.fromkeys(names))


def _candidates(target: str, columns: Sequence[str]) -> list[str]:
    """The columns whose heading says the target; one that is called exactly so is meant."""
    if target in columns:
        return [target]
    own = [column for column in columns if _folded(column) == _folded(target)]
    return own or [column for column in columns if _folded(column) in map(_folded, _HEADINGS[target])]


def _name_in_parts(columns: Sequence[str]) -> tuple[str, str] | None:
    """First and last name, where each is one column."""
    given = [column for column in columns if _folded(column) in map(_folded, _GIVEN)]
    family = [column for column in columns if _folded(column) in map(_folded, _FAMILY)]
    return (given[0], family[0]) if len(given) == len(family) == 1 else None


def _folded(heading: str) -> str:
    plain = unicodedata.normalize("NFKD", heading).casefold()
    return "".join(character for character in plain if character.isalnum())


def _listed(columns: Sequence[str], last: str = ", ") -> str:
    return last.join(repr(column) for column in columns)
