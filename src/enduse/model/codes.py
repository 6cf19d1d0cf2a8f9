"""Classification codes, and what one code says about another, in three values.

An Export Control Classification Number is a digit (category), a letter (product group) and three digits, then
sub-paragraphs separated by full stops: ``5A001.b.5``. Source: 15 CFR 738.2(d).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from enduse.model.errors import BadInput
from enduse.model.truth import Truth, any_of

_ECCN = re.compile(r"(?P<eccn>[0-9][A-E][0-9]{3})(?P<sub>(?:\.[a-z0-9]+)*)")
_ANNEX = re.compile(r"(?:EU|UK)-[0-9]+/[0-9]+:[IVX]+")
_WORDS = frozenset({"EAR99", "UNLISTED", "SECURITY"})


def parse_code(text: str, *, where: str = "item.code") -> str:
    """Check the form of a classification and return it unchanged.

    Args:
        text: an ECCN to the sub-paragraph, ``EAR99``, ``UNLISTED``, ``SECURITY`` or the annex of an act.

    Raises:
        BadInput: the text has none of these forms; the remedy proposes the nearest one.
    """
    if text in _WORDS or _ECCN.fullmatch(text) or _ANNEX.fullmatch(text):
        return text
    raise BadInput(f"{text!r} is no classification", where=where, remedy=_nearest(text))


def _nearest(text: str) -> str:
    squeezed = text.strip().replace(" ", "")
    if squeezed.upper() in _WORDS:
        return f"write {squeezed.upper()}"
    head, tail = squeezed[:5].upper(), squeezed[5:].lower()
    joined = head + "".join(f".{part}" for part in re.findall(r"[a-z]+|[0-9]+", tail))
    if _ECCN.fullmatch(joined):
        return f"did you mean {joined}?"
    return "write an ECCN such as 5A001.j, or EAR99"


def is_annex(code: str) -> bool:
    """Whether the code is an annex of an act (``EU-2019/125:II``)."""
    return _ANNEX.fullmatch(code) is not None


@functools.lru_cache(maxsize=16_384)
def eccn_of(code: str) -> str | None:
    """The five characters of the entry, or None for a code that is no ECCN."""
    found = _ECCN.fullmatch(code)
    return found["eccn"] if found else None


def sub_paragraph(code: str) -> str:
    """What follows the entry, without the first full stop; empty for a bare ECCN."""
    found = _ECCN.fullmatch(code)
    return found["sub"].removeprefix(".") if found else ""


def covers_code(listed: str, code: str) -> Truth:
    """Whether a listed code covers an item's code.

    A code covers itself and its sub-paragraphs; an item that is classified more coarsely than the listed code is
    unknown; anything else is not covered.
    """
    if code == listed or code.startswith(f"{listed}."):
        return Truth.TRUE
    return Truth.UNKNOWN if listed.startswith(f"{code}.") else Truth.FALSE


def covers(include: Sequence[str], exclude: Sequence[str], eccn: str, code: str) -> Truth:
    """Whether a scope "``include`` except ``exclude``" of an entry covers an item.

    Args:
        include: sub-paragraphs such as ``b`` or ``f.1``; empty means the entire entry.
        exclude: sub-paragraphs taken out.
        eccn: the entry.
        code: the item's code.

    Returns:
        UNKNOWN where the item is classified more coarsely than the scope distinguishes.
    """
    if eccn_of(code) != eccn:
        return Truth.FALSE
    inside = any_of(covers_code(f"{eccn}.{part}", code) for part in include) if include else Truth.TRUE
    outside = any_of(covers_code(f"{eccn}.{part}", code) for part in exclude)
    if inside is Truth.FALSE or outside is Truth.TRUE:
        return Truth.FALSE
    if inside is Truth.UNKNOWN or outside is Truth.UNKNOWN:
        return Truth.UNKNOWN
    return Truth.TRUE


def only_z(include: Sequence[str]) -> bool:
    """Whether a scope names nothing but the entry's ``.z`` paragraph (advanced computing) or parts of it."""
    return bool(include) and all(part == "z" or part.startswith("z.") for part in include)
