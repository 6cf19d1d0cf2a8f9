"""The entity cell of the Entity List: a name, its aliases and its addresses in one run of text.

Source: 15 CFR part 744, supplement no. 4, column "Entity": ``Name, a.k.a., the following two aliases: —Alias 1; and
—Alias 2. Address 1; and Address 2.``
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from enduse.model.party import NameKind

_KNOWN_AS = re.compile(
    r"[,;]?\s*\(?\b(?P<mark>[afn])\.?k\.?a\.?,?\s*"
    r"(?P<list>(?:(?:the|including the)\s+)?following\s+[\w-]+\s+alias(?:es)?(?:\s*\([^)]*\))?\s*[:,]?\s*)?",
    re.IGNORECASE,
)
_DASH = r"[\u2014\u2013\u2015]"
_ITEM = re.compile(rf"\s*(?:{_DASH}|(?<=\s)-(?=\w))\s*")
_LEGAL_FORM = re.compile(
    r"\s*(?:ltd|limited|inc|incorporated|llc|l\.l\.c|llp|lp|co|company|corp|corporation|gmbh|ag|s\.?a|s\.?r\.?l|plc|"
    r"jsc|ojsc|cjsc|pjsc|ooo|oao|zao|ao|pao|fze|fzc|fzco|fz-llc|pte|pty|pvt|sdn|bhd|bv|b\.v|nv|n\.v|ltda|as|a\.s|"
    r"kg|sas|spa|s\.p\.a|ltd\. şti|sti|dmcc|w\.l\.l|wll|branch)\b\.?",
    re.IGNORECASE,
)
# After these a full stop is part of the word, not the end of the aliases.
_NEVER_AN_END = re.compile(
    r"(?:\b[A-Z]|\b(?:No|Nos|St|Dr|Mr|Mrs|Ms|Prof|Gen|Mfg|Intl|Int|Sci|Tech|Dept|Univ|Bros|Ind|Eng|a\.k|f\.k|k\.a))$",
    re.IGNORECASE,
)
_SEE = re.compile(r"\(\s*See (?:also|alternate)?[^)]*\)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class EntityCell:
    """What one cell says.

    Attributes:
        name: the listed name.
        aliases: the other names, with their kind.
        addresses: addresses as published, without their conjunctions.
        see: cross references ("See also ...").
        affiliates: text of affiliated entities, one string each; their own aliases and addresses are inside.
    """

    name: str
    aliases: tuple[tuple[NameKind, str], ...] = ()
    addresses: tuple[str, ...] = ()
    see: tuple[str, ...] = ()
    affiliates: tuple[str, ...] = ()


def read_entity_cell(text: str) -> EntityCell:
    """Take a cell apart. Line breaks in ``text`` are those of the markup, and are trusted where they are there."""
    see = tuple(" ".join(one.split()).strip("()") for one in _SEE.findall(text))
    text = _SEE.sub(" ", text)
    text = re.sub(r"[ \t\u00a0]+", " ", text).strip()
    text, affiliates = _affiliates(text)
    known_as = _KNOWN_AS.search(text)
    if known_as is None or not text[: known_as.start()].strip():
        name, rest = _name_and_rest(text)
        return EntityCell(name, (), _addresses(rest), see, affiliates)
    name = _clean(text[: known_as.start()])
    kind = NameKind.FORMER if known_as["mark"].lower() == "f" else NameKind.ALIAS
    rest = text[known_as.end() :]
    if known_as["list"] or _ITEM.match(rest):
        aliases, rest = _listed_aliases(rest)
    else:
        alias, rest = _name_and_rest(rest)
        aliases = [alias]
    named = [(kind, alias) for alias in aliases if alias]
    again = _KNOWN_AS.match(rest.lstrip(" ,;."))
    if again:
        more = read_entity_cell(f"{name}, {rest.lstrip(' ,;.')}")
        named += list(more.aliases)
        return EntityCell(name, tuple(named), more.addresses, see, affiliates)
    return EntityCell(name, tuple(named), _addresses(rest), see, affiliates)


def _affiliates(text: str) -> tuple[str, tuple[str, ...]]:
    found = re.search(r"(?:[,;]?\s*and )?\bAffiliated entit(?:y|ies)\s*:\s*", text, re.IGNORECASE)
    if not found or not text[: found.start()].strip():
        return text, ()
    lines = [line.strip() for line in text[found.end() :].split("\n") if line.strip(" ;.")]
    joined: list[str] = []
    for line in lines:
        # A line that begins with a dash is an alias of the entity above it.
        if joined and re.match(_DASH, line):
            joined[-1] += f"\n{line}"
        else:
            joined.append(line)
    return text[: found.start()], tuple(joined)


def _listed_aliases(text: str) -> tuple[list[str], str]:
    """Aliases that follow as dashed items, and what comes after the last of them."""
    pieces = _ITEM.split(text)
    items = [piece for piece in pieces[1:] if piece.strip(" ;.\n")]
    if not items:
        alias, rest = _name_and_rest(text)
        return [alias], rest
    last, rest = _end_of_aliases(items[-1])
    return [_clean(item) for item in (*items[:-1], last)], rest


def _end_of_aliases(text: str) -> tuple[str, str]:
    """Split the last alias from the addresses: at a line break of the markup, else at the first full stop."""
    alias, line_break, rest = text.strip().partition("\n")
    if line_break and rest.strip():
        return alias, rest
    for stop in re.finditer(r"\.\s+(?=[\"“(\w])", text):
        before = text[: stop.start()]
        if _NEVER_AN_END.search(before) or _LEGAL_FORM.match(text[stop.end() :]):
            continue
        return before + ("." if _LEGAL_FORM.search(before[-6:]) else ""), text[stop.end() :]
    return text, ""


def _name_and_rest(text: str) -> tuple[str, str]:
    """The name ends at a line break, else at the first comma that no legal form follows."""
    first, line_break, rest = text.partition("\n")
    if line_break and rest.strip() and first.strip(" ,;"):
        return _clean(first), rest
    for comma in re.finditer(r",", text):
        if not _LEGAL_FORM.match(text[comma.end() :]) and text[: comma.start()].strip():
            return _clean(text[: comma.start()]), text[comma.end() :]
    return _clean(text), ""


def _addresses(text: str) -> tuple[str, ...]:
    pieces = re.split(r";\s*(?:and\s+)?|\n(?:and\s+)?", text)
    cleaned = (re.sub(r"^(?:and|or)\s+", "", _clean(piece)) for piece in pieces)
    return tuple(dict.fromkeys(piece for piece in cleaned if re.search(r"\w", piece)))


def _clean(text: str) -> str:
    """One line, without the conjunctions and punctuation that join it to its neighbours."""
    text = re.sub(r"[;,]?\s*\b(?:and|or)\s*$", "", " ".join(text.split()))
    text = re.sub(r"(?:\s*\.)+$", ".", text.strip(" ;,"))
    if text.endswith(".") and not _LEGAL_FORM.search(text[-8:]) and not re.search(r"\b\w\.\w\.$", text):
        text = text[:-1]
    return text.strip(" ;,")
