"""The scope phrases of the Commerce Control List, as data.

"NS applies to 5A001.b (except .b.5), .c, .d, .f (except f.3), .g, and .j" becomes sub-paragraphs included and excluded;
"RS applies to technology for equipment controlled by 1A004.d" becomes the items that the technology is for. A phrase is
understood completely or not at all: what is not understood is kept as text and becomes a question, never a "no".

Source: Supplement No. 1 to 15 CFR part 774, "Control(s)" and "List Based License Exceptions".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CODE = r"[0-9][A-E][0-9]{3}(?:\.[a-z0-9]+)*"
_TOKEN = re.compile(
    rf"(?P<code>{_CODE})|(?<![a-z0-9])\.(?P<last>[0-9]+)\b|(?<![a-z0-9])\.?(?P<sub>[a-z](?:\.[a-z0-9]+)*)(?![a-z])",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(
    r"^(?:\s|,|;|\band\b|\bor\b|\bas well as\b|\bparagraphs?\b|\beccns?\b|\bthe\b)*$", re.IGNORECASE
)
_ENTIRE = re.compile(r"^(?:the )?entire entry\b,?", re.IGNORECASE)
_FILLER = re.compile(
    r"^(?:(?:all )?(?:items|commodities|equipment|software|technology|those items)\s+)?"
    r"(?:(?:that are )?(?:controlled|specified|described|listed)\s+(?:by|in|under)\s+)?"
    r"(?:the )?(?:eccns?\s+)?(?:paragraphs?\s+)?",
    re.IGNORECASE,
)
_TRAILER = re.compile(r"(?:\s+(?:of|in) this entry|\s+only|\s+controlled by this entry|\s+entry)+$", re.IGNORECASE)
_FOR = re.compile(
    r"^(?:entire entry,? for )?(?:software|technology|equipment)"
    r"(?: (?:specially designed |required )?(?:or modified )?(?:for the |for )?"
    r"(?:development|production|use|operation|installation|maintenance|repair|overhaul|refurbishing|disposal|or|and|of|the|,|\s)*)?"
    r"\s*(?:for|of|to)?\s*(?:the )?(?P<rest>.+)$",
    re.IGNORECASE,
)
_CONTROLLED_ITEMS = re.compile(
    r"^(?:the )?(?:items|equipment|commodities|software|technology|systems|or|and|,|\s)*"
    r"(?:controlled|specified|described)?\s*(?:by|in|under)?\s*",
    re.IGNORECASE,
)
_REASONS = re.compile(r"\s+for (?P<reason>[A-Z]{2}) reasons$")
_RANGE = re.compile(rf"(?P<low>{_CODE})\s+(?:to|through)\s+(?P<high>{_CODE})")
_SUB_RANGE = re.compile(
    r"(?<![0-9A-Za-z.])\.?(?P<head>(?:[a-z0-9]+\.)*)(?P<low>[a-z0-9]+) (?:to|through) "
    r"\.?(?:(?P<same>(?:[a-z0-9]+\.)*))(?P<high>[a-z0-9]+)\b"
)


@dataclass(frozen=True, slots=True)
class Scope:
    """What a phrase reaches.

    Attributes:
        include: sub-paragraphs; empty: the entire entry.
        exclude: sub-paragraphs taken out.
        used_for: codes that the software or technology is for; empty: any.
        used_for_exclude: codes taken out.
        used_for_reason: the item that it is for must be controlled for this reason.
        rest: the part that was not understood; empty when the phrase was understood completely.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    used_for: tuple[str, ...] = ()
    used_for_exclude: tuple[str, ...] = ()
    used_for_reason: str = ""
    rest: str = ""

    @property
    def understood(self) -> bool:
        """Whether nothing of the phrase is left over."""
        return not self.rest


def parse_scope(phrase: str, eccn: str, known: Sequence[str]) -> Scope:
    """Read a scope phrase, without its "NS applies to".

    Args:
        phrase: for example ``entire entry except 0A501.y``.
        eccn: the entry in which it stands; paragraphs without a code are its own.
        known: every ECCN of the list in order, to expand ranges such as ``1B001 to 1B003``.
    """
    text = _clean(phrase)
    main, exception = _split_exception(text)
    entire = _ENTIRE.match(main)
    if entire and not main[entire.end() :].strip(" ,."):
        base: Scope | None = Scope()
    else:
        base = _paragraphs(main, eccn) or _for_items(main, eccn, known)
    if base is None:
        return Scope(rest=phrase.strip()[:200])
    if not exception:
        return base
    taken_out = _paragraphs(exception, eccn)
    if taken_out is not None and not taken_out.exclude and not base.used_for:
        return Scope(base.include, (*base.exclude, *taken_out.include), base.used_for)
    out_for = _for_items(exception, eccn, known)
    if out_for is not None and not out_for.used_for_reason:
        return Scope(base.include, base.exclude, base.used_for, out_for.used_for, base.used_for_reason)
    if base.used_for and taken_out is not None:
        codes = tuple(re.findall(_CODE, exception))
        return Scope(base.include, base.exclude, base.used_for, codes, base.used_for_reason)
    return Scope(rest=phrase.strip()[:200])


def _clean(phrase: str) -> str:
    text = re.sub(r"[“”\"'‘’]", "", phrase)
    text = re.sub(r"(?<=[0-9A-Za-z])\s+\.(?=[a-z][,.\s]|[a-z]$)", " .", text)
    text = re.sub(r"(\d[A-E]\d{3})\s+\.", r"\1.", text)
    text = re.sub(r"(\d[A-E]\d{3})\. (?=[a-z]\b)", r"\1.", text)
    text = re.sub(r"\.xnd\b", ".x and", text)
    return re.sub(r"\s+", " ", re.sub(r"\s\.and\b", " and", text)).strip(" .,;")


def _split_exception(text: str) -> tuple[str, str]:
    outside = re.sub(r"\([^()]*\)", lambda found: "#" * len(found[0]), text)
    found = re.search(r",?\s*\b(?:except(?: for)?|other than|excluding)\b:?\s*", outside, re.IGNORECASE)
    return (text[: found.start()], text[found.end() :]) if found else (text, "")


def _paragraphs(text: str, eccn: str) -> Scope | None:
    """A list of the entry's own sub-paragraphs, each perhaps with an exception in brackets."""
    body = _TRAILER.sub("", _FILLER.sub("", text.strip())).strip(" ,.")
    exclude: list[str] = []
    for bracket in re.findall(r"\((?:except|other than)\s+([^()]*)\)", body, re.IGNORECASE):
        inner = _listed(bracket, eccn)
        if inner is None:
            return None
        exclude.extend(inner)
    body = re.sub(r"\s*\((?:except|other than)\s+[^()]*\)", "", body, flags=re.IGNORECASE)
    include = _listed(body, eccn)
    if not include:
        return None
    own_entry = [part for part in include if part == ""]
    return Scope(tuple(part for part in include if part) if not own_entry else (), tuple(exclude))


def _listed(text: str, eccn: str) -> list[str] | None:
    """Sub-paragraphs named in ``text``; None when it holds anything else, or another entry's code."""
    own = re.sub(rf"\b{eccn}\.(?=[a-z])", ".", text, flags=re.IGNORECASE)
    expanded = _SUB_RANGE.sub(_expand_sub_range, own)
    found: list[str] = []
    position = 0
    for token in _TOKEN.finditer(expanded):
        if not _SEPARATORS.match(expanded[position : token.start()]):
            return None
        position = token.end()
        if token["code"]:
            entry, _, sub = token["code"].partition(".")
            if entry.upper() != eccn:
                return None
            found.append(sub.lower())
        elif token["last"]:
            if not found or "." not in found[-1]:
                return None
            found.append(f"{found[-1].rpartition('.')[0]}.{token['last']}")
        else:
            found.append(token["sub"].lower())
    return found if found and _SEPARATORS.match(expanded[position:]) else None


def _expand_sub_range(found: re.Match[str]) -> str:
    low, high, head = found["low"], found["high"], found["head"]
    if low.isdigit() and high.isdigit() and int(low) < int(high) <= int(low) + 60:
        return ", ".join(f".{head}{number}" for number in range(int(low), int(high) + 1))
    if len(low) == len(high) == 1 and low.isalpha() and high.isalpha() and low < high:
        return ", ".join(f".{head}{chr(letter)}" for letter in range(ord(low), ord(high) + 1))
    return found[0].replace(" to ", " <to> ").replace(" through ", " <through> ")


def _for_items(text: str, eccn: str, known: Sequence[str]) -> Scope | None:
    """Software, technology or equipment for items of other entries."""
    found = _FOR.match(text.strip())
    if not found or not re.match(r"(?:entire entry|software|technology|equipment)\b", text.strip(), re.IGNORECASE):
        return None
    rest = found["rest"]
    reason = ""
    if ending := _REASONS.search(rest):
        reason = ending["reason"]
        rest = rest[: ending.start()]
    rest = _CONTROLLED_ITEMS.sub("", rest)
    codes = _codes(rest, known)
    if codes is None or eccn in codes:
        return None
    return Scope(used_for=tuple(codes), used_for_reason=reason)


def _codes(text: str, known: Sequence[str]) -> list[str] | None:
    """Codes of other entries; a bare ``.b`` continues the entry before it."""
    expanded = _RANGE.sub(lambda found: _expand_range(found, known), text)
    result: list[str] = []
    entry = ""
    position = 0
    for token in _TOKEN.finditer(expanded):
        between = re.sub(
            r"\b(?:items|equipment|commodities|software|technology|controlled|specified|by|in|under)\b",
            "",
            expanded[position : token.start()],
        )
        if not _SEPARATORS.match(between):
            return None
        position = token.end()
        if token["code"]:
            entry = token["code"].partition(".")[0]
            result.append(token["code"])
        elif token["last"] and "." in result[-1] if result else False:
            result.append(f"{result[-1].rpartition('.')[0]}.{token['last']}")
        elif entry and token["sub"]:
            result.append(f"{entry}.{token['sub'].lower()}")
        else:
            return None
    return result if result and _SEPARATORS.match(expanded[position:]) else None


def _expand_range(found: re.Match[str], known: Sequence[str]) -> str:
    low, high = found["low"], found["high"]
    if "." in low or "." in high:
        return found[0].replace(" to ", " <to> ").replace(" through ", " <through> ")
    return ", ".join(code for code in known if low <= code <= high and code[1] == low[1]) or found[0]
