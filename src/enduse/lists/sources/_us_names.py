"""Names as BIS and State write them: one cell may pack aliases, a former name, the parent or a clause of law.

Patterns as found in the Consolidated Screening List and the agencies' own files: ``X (f.k.a., Y)``, ``X -AKA- Y``,
``X, a.k.a. Y, a.k.a. Z``, ``Parent. Affiliated Entity: X``, ``X; and any successor, sub-unit, or subsidiary thereof``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import one_line
from enduse.model.party import NameKind

_AFFILIATE = re.compile(r"(?P<parent>.+?)\.?\s+Affiliated Entit(?:y|ies):\s*(?P<name>.+)", re.IGNORECASE | re.DOTALL)
_SUCCESSORS = re.compile(
    r"[;,]?\s+and\s+(?:any|its)\s+(?:successors?|sub-?\s?units?|subsidiar)\b.*$", re.IGNORECASE | re.DOTALL
)
_IN_BRACKETS = re.compile(
    r"\s*[(\[]\s*(?P<mark>[afn])\.?\s?k\.?\s?a\.?[.,:]*\s+(?P<names>[^()\[\]]*(?:\([^()\[\]]*\)[^()\[\]]*)*)[)\]]",
    re.IGNORECASE,
)
# Without full stops "aka" may be part of a name, so it counts in brackets and between dashes only.
_INLINE = re.compile(
    r"\s*[;,]?\s+(?P<dotted>[afn])\.k\.a\.?,?\s+|\s*-\s?(?P<dashed>[afn])ka(?P<many>s?)\s?-\s*|,\s*akas,\s*",
    re.IGNORECASE,
)
_NEXT = re.compile(r"\s*;\s*(?:[afn]\.?k\.?a\.?,?\s+)?|,?\s+[afn]\.?k\.?a\.?,?\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class PackedName:
    """A cell taken apart: the name, the other names with their kind, and what else it says as (label, text)."""

    name: str
    others: tuple[tuple[NameKind, str], ...] = ()
    rest: tuple[tuple[str, str], ...] = ()


def unpack_name(text: str) -> PackedName:
    """Take a name cell apart; a cell that holds nothing but a name comes back as it is."""
    whole = one_line(text)
    name = whole
    others: list[tuple[NameKind, str]] = []
    rest: list[tuple[str, str]] = []
    affiliate = _AFFILIATE.fullmatch(name)
    if affiliate:
        name = affiliate["name"].strip()
        rest.append(("Affiliated Entity of", affiliate["parent"].strip()))
    clause = _SUCCESSORS.search(name)
    if clause and name[: clause.start()].strip(" ;,"):
        rest.append(("entry also covers", clause[0].lstrip(" ;,")))
        name = name[: clause.start()]
    for found in _IN_BRACKETS.finditer(name):
        others += [(_kind(found["mark"]), one) for one in _NEXT.split(found["names"])]
    name = _IN_BRACKETS.sub("", name)
    first = _INLINE.search(name)
    if first and name[: first.start()].strip():
        pieces = [(match, match.end()) for match in _INLINE.finditer(name)]
        ends = [match.start() for match, _ in pieces[1:]] + [len(name)]
        for (match, start), end in zip(pieces, ends, strict=True):
            several = match["many"] or not (match["dotted"] or match["dashed"])
            mark = match["dotted"] or match["dashed"] or "a"
            written = name[start:end]
            others += [(_kind(mark), one) for one in (written.split(",") if several else [written])]
        name = name[: first.start()]
    cleaned = tuple((kind, one.strip(" ;")) for kind, one in others if one.strip(" ;,."))
    name = re.sub(r"\s{2,}", " ", name).strip(" ;") if (cleaned or rest) else name
    if not name:
        return PackedName(whole)
    if cleaned or rest:
        rest.append(("name as published", whole))
    return PackedName(name, cleaned, tuple(rest))


def add_names(draft: Draft, packed: PackedName, kind: NameKind = NameKind.ALIAS) -> None:
    """Add an unpacked name to a party: first to come is the primary name."""
    draft.name(packed.name, kind)
    for other_kind, other in packed.others:
        draft.name(other, other_kind)
    for label, value in packed.rest:
        draft.attribute(label, value)


def split_aliases(text: str) -> list[str]:
    """The aliases in one cell: separated by ``;``, the last after ``; and`` or, after a legal form, ``., and``."""
    pieces = re.split(r"\s*;\s*|(?<=[a-z]\.),\s+(?=and\s+[A-Z])", one_line(text))
    return [name for piece in pieces if (name := re.sub(r"^and(?:\s+|$)", "", piece).strip())]


def add_alias(draft: Draft, text: str) -> None:
    """Add an alias, which may begin with ``f.k.a.`` or pack a former name in brackets."""
    former = re.match(r"(?i)f\.?k\.?a\.?,?\s+(?=\S)", text)
    if former:
        draft.name(text[former.end() :], NameKind.FORMER)
    else:
        add_names(draft, unpack_name(text))


def _kind(mark: str) -> NameKind:
    return NameKind.FORMER if mark.lower() == "f" else NameKind.ALIAS
