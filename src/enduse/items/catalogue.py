"""What the shipped tables say of one classification: descriptions, reasons for control, list-based exceptions.

Source: Supplement No. 1 to 15 CFR part 774 (tables of the edition named in ``tables.yaml``); descriptions in the
project's own words.
"""

from __future__ import annotations

import csv
import dataclasses
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
class LookAlike:
    """A question that separates two codes.

    ``if_yes`` and ``if_no`` are the codes that the answers point to; neither is a classification.
    """

    code: str
    other: str
    question: str
    if_yes: str
    if_no: str


@dataclass(frozen=True, slots=True)
class Counterpart:
    """What another list has for a code.

    Attributes:
        list: ``eu-annex-i``, ``eu-annex-iv``, ``eu-2019/125``, ``uk-annex-i``, ``uk-2019/125``.
        counterpart: the code there; ``none`` where the list has none; ``unknown`` where the table holds no row.
        relation: ``same``, ``part``, ``other grounds``, ``none`` or ``ask``.
        standing: ``law`` or ``guidance``.
    """

    code: str
    list: str
    counterpart: str
    relation: str
    citation: str
    standing: str
    verified: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class HsHint:
    """A six-digit heading of the Harmonized System under which such goods are often declared; a hint, no more.

    ``high_priority_tier`` is the tier of the Common High Priority List, empty where the heading is not on it.
    """

    hs6: str
    description: str
    codes: tuple[str, ...]
    high_priority_tier: str = ""
    note: str = ""
    citation: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True)
class ItemRecord:
    """Everything known of one code.

    Attributes:
        descriptions: of the code itself and of the entries around it, the nearest first.
        controls: rows of reasons for control that reach the code, or may reach it.
        exceptions: rows of list-based licence exceptions.
        sub_paragraphs: next level below the code.
        since: first day in the list where it has one of its own.
        look_alikes: questions that separate the code from others.
        related: entries of the same number in other product groups, and software and technology that name the code.
        counterparts: of EU and UK lists.
        hs_hints: headings of the Harmonized System.
        changes: rows of known changes of the code (date, citation, note).
        in_words: rows of reasons that the entry states outside its table, and that the tables do not hold.
        held: False where the tables lack the entry and only a description is at hand.
    """

    code: str
    descriptions: tuple[ItemDescription, ...]
    controls: Rows = ()
    exceptions: Rows = ()
    sub_paragraphs: tuple[str, ...] = ()
    since: str = ""
    look_alikes: tuple[LookAlike, ...] = ()
    related: tuple[str, ...] = ()
    counterparts: tuple[Counterpart, ...] = ()
    hs_hints: tuple[HsHint, ...] = ()
    changes: Rows = ()
    in_words: Rows = ()
    held: bool = True


@functools.cache
def descriptions() -> tuple[ItemDescription, ...]:
    """Descriptions in the project's own words."""
    return tuple(
        ItemDescription(
            code=row["code"],
            description=row["description"],
            keywords=_parts(row["keywords"]),
            relevance=row["relevance"],
            note=row["human_rights_note"],
            citation=row["citation"],
            verified=row["verified"] == "yes",
        )
        for row in data_rows("eccn_descriptions")
    )


@functools.cache
def look_alikes() -> tuple[LookAlike, ...]:
    """Every question that separates two codes."""
    return tuple(LookAlike(**row) for row in data_rows("lookalikes"))


@functools.cache
def counterparts() -> tuple[Counterpart, ...]:
    """Every row of EU and UK counterparts."""
    return tuple(
        Counterpart(
            code=row["code"],
            list=row["list"],
            counterpart=row["counterpart"],
            relation=row["relation"],
            citation=row["citation"],
            standing=row["standing"],
            verified=row["verified"] == "yes",
            note=row["note"],
        )
        for row in data_rows("counterparts")
    )


@functools.cache
def hs_hints() -> tuple[HsHint, ...]:
    """Every heading of the Harmonized System with the codes that it may hide."""
    return tuple(
        HsHint(
            hs6=row["hs6"],
            description=row["description"],
            codes=_parts(row["codes"]),
            high_priority_tier=row["high_priority_tier"],
            note=row["note"],
            citation=row["citation"],
            verified=row["verified"] == "yes",
        )
        for row in data_rows("hs_hints")
    )


@functools.cache
def codes() -> tuple[str, ...]:
    """Every ECCN of the shipped list, in order."""
    return tuple(row["eccn"] for row in _table("ccl_entries"))


def us_only(code: str) -> bool:
    """Whether the number itself says that only the United States have the entry.

    The third character is 9 for unilateral controls, 6 for the munitions series, 5 for firearms and spacecraft
    (15 CFR 738.2(d)); a few advanced-computing and laboratory entries are named.
    """
    eccn = eccn_of(code) or ""
    return eccn[2:3] in ("5", "6", "9") or eccn in ("3A090", "4A090", "3A069", "3E069", "4D090", "4E091")


def show(code: str) -> ItemRecord:
    """What the shipped tables say of a code.

    Raises:
        BadInput: no such entry or sub-paragraph; proposes the nearest.
    """
    parse_code(code, where="code")
    eccn = eccn_of(code)
    around = tuple(
        item
        for item in sorted(descriptions(), key=lambda item: -len(item.code))
        if item.code == code or code.startswith(f"{item.code}.")
    )
    if eccn is None:
        around = around or _assimilated(code)
        if not around:
            known = sorted({item.code for item in descriptions() if eccn_of(item.code) is None})
            raise BadInput(f"nothing is held of {code}", where="code", remedy=f"known beside ECCNs: {', '.join(known)}")
        return ItemRecord(code, around, look_alikes=_alike(code), counterparts=_abroad(code), hs_hints=_customs(code))
    entry = next((row for row in _table("ccl_entries") if row["eccn"] == eccn), None)
    if entry is None:
        return _described_only(code, eccn, around)
    paragraphs = _parts(entry["paragraphs"])
    sub = sub_paragraph(code)
    if sub and paragraphs and sub not in paragraphs and not any(item.startswith(f"{sub}.") for item in paragraphs):
        raise BadInput(
            f"{eccn} has no sub-paragraph .{sub}", where="code", remedy=f"known: {', '.join(_below(paragraphs, ''))}"
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
        look_alikes=_alike(code),
        related=_related(eccn, code),
        counterparts=_abroad(code),
        hs_hints=_customs(code),
        in_words=_in_words(eccn),
        changes=tuple(row for row in _table("ccl_known_changes") if _touches(row["code"], code)),
    )


@functools.cache
def reasons(code: str) -> tuple[str, ...]:
    """Reasons for control in short, with their columns: ``NS2``, ``SL every destination``.

    A question mark stands where a row reaches part of the code only, or has a condition. Empty for a code that the
    tables do not hold.
    """
    eccn = eccn_of(code)
    if eccn is None:
        return ()
    tabled = [_short(row, code) for row in _reaching("ccl_controls", eccn, code)]
    stated = [f"{row['reason']} in words" for row in _in_words(eccn)]
    return tuple(dict.fromkeys([*tabled, *stated]))


def _in_words(eccn: str) -> Rows:
    return tuple(row for row in data_rows("reasons_in_prose") if row["eccn"] == eccn)


def _short(row: Mapping[str, str], code: str) -> str:
    what = {
        "column": row["column"],
        "all": f"{row['reason']} every destination",
        "all_except": f"{row['reason']} every destination but {row['except_countries'].replace(';', ', ')}",
        "un_embargo": "UN",
        "worldwide": f"{row['reason']} every destination, where BIS enforces it",
        "destinations": f"{row['reason']} some destinations",
        "embargo": f"{row['reason']} embargoed destinations",
        "other": f"{row['reason']} in words",
    }[row["requirement"]]
    reach = covers(_parts(row["include"]), _parts(row["exclude"]), row["eccn"], code)
    return f"{what}?" if row["condition"] or row["used_for"] or reach is not Truth.TRUE else what


def _assimilated(code: str) -> tuple[ItemDescription, ...]:
    """A UK annex as the EU annex that it was taken over from; what has changed since was not compared."""
    return tuple(
        dataclasses.replace(item, code=code, citation=f"{item.citation}, as assimilated", verified=False)
        for item in descriptions()
        if code.startswith("UK-") and item.code == f"EU-{code.removeprefix('UK-')}"
    )


def _described_only(code: str, eccn: str, around: tuple[ItemDescription, ...]) -> ItemRecord:
    """A code whose entry the tables lack, though a description is at hand."""
    known = tuple(item.code for item in descriptions() if eccn_of(item.code) == eccn)
    if not known:
        close = difflib.get_close_matches(eccn, codes(), n=3, cutoff=0.6)
        raise BadInput(
            f"{eccn} is not in the tables held of the Commerce Control List",
            where="code",
            remedy=f"did you mean {', '.join(close)}?" if close else "see: enduse items search TEXT",
        )
    below = _below(tuple(sub_paragraph(item) for item in known if "." in item), sub_paragraph(code))
    return ItemRecord(
        code,
        around,
        sub_paragraphs=below,
        look_alikes=_alike(code),
        counterparts=_abroad(code),
        in_words=_in_words(eccn),
        held=False,
    )


def _touches(listed: str, code: str) -> bool:
    """Whether a row for ``listed`` says something of ``code``: the code itself, above it or below it."""
    return listed == code or code.startswith(f"{listed}.") or listed.startswith(f"{code}.")


def _alike(code: str) -> tuple[LookAlike, ...]:
    return tuple(row for row in look_alikes() if _touches(row.code, code) or _touches(row.other, code))


def _customs(code: str) -> tuple[HsHint, ...]:
    return tuple(hint for hint in hs_hints() if any(_touches(listed, code) for listed in hint.codes))


def _abroad(code: str) -> tuple[Counterpart, ...]:
    """Rows of counterparts that touch the code; where a list has none, what its absence means."""
    found = [row for row in counterparts() if _touches(row.code, code)]
    for name, act in (
        ("eu-annex-i", "Regulation (EU) 2021/821, Annex I"),
        ("uk-annex-i", "Regulation (EC) No 428/2009 as assimilated, Annex I"),
    ):
        if eccn_of(code) is None or any(row.list == name for row in found):
            continue
        if us_only(code):
            found.append(
                Counterpart(
                    code, name, "none", "none", act, "law", False, "the number is one of the United States alone"
                )
            )
        else:
            found.append(
                Counterpart(
                    code,
                    name,
                    "unknown",
                    "ask",
                    act,
                    "law",
                    False,
                    "the table holds no row: ask for the Annex I classification",
                )
            )
    return tuple(found)


def _related(eccn: str, code: str) -> tuple[str, ...]:
    """Entries of the same number in the other product groups, and entries whose controls name the code."""
    same = [known for known in codes() if known != eccn and known[0] == eccn[0] and known[2:] == eccn[2:]]
    naming = [
        row["eccn"]
        for table in ("ccl_controls", "list_based_exceptions")
        for row in _table(table)
        if row["eccn"] != eccn and any(_touches(listed, code) for listed in _parts(row["used_for"]))
    ]
    return tuple(dict.fromkeys([*same, *naming]))


def _reaching(table: str, eccn: str, code: str) -> Rows:
    return tuple(
        row
        for row in _rows_of(table, eccn)
        if covers(_parts(row["include"]), _parts(row["exclude"]), eccn, code) is not Truth.FALSE
    )


def _rows_of(table: str, eccn: str) -> Rows:
    return _by_entry(table).get(eccn, ())


@functools.cache
def _by_entry(table: str) -> dict[str, Rows]:
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in _table(table):
        found.setdefault(row["eccn"], []).append(row)
    return {eccn: tuple(rows) for eccn, rows in found.items()}


def _below(paragraphs: tuple[str, ...], sub: str) -> tuple[str, ...]:
    prefix = f"{sub}." if sub else ""
    return tuple(
        dict.fromkeys(
            prefix + item[len(prefix) :].split(".")[0] for item in paragraphs if item.startswith(prefix) and item != sub
        )
    )


def _parts(cell: str) -> tuple[str, ...]:
    return tuple(part for part in (piece.strip() for piece in cell.split(";")) if part)


@functools.cache
def data_rows(name: str) -> Rows:
    """Rows of one of the tables beside this module."""
    file = resources.files("enduse.items.data") / f"{name}.csv"
    return tuple(csv.DictReader(file.read_text(encoding="utf-8").splitlines(), strict=True))


@functools.cache
def _table(name: str) -> Rows:
    file = resources.files("enduse") / "rulebooks" / "us" / "ear" / "tables" / f"{name}.csv"
    return tuple(csv.DictReader(file.read_text(encoding="utf-8").splitlines(), strict=True))
