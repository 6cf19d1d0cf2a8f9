"""Hits side by side: which words stand for each other, what a score is made of, and why it is not 1."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from anyascii import anyascii

from enduse.model.match import HIT_THRESHOLD, Match, ScorePart, shares
from enduse.screen.normalise import MAX_NAME, tokens

SILENT = frozenset({"missing", "extra", "absent", "ignored"})
_WORDS = {"token": "word", "alias": "weak alias", "missing": "asked only", "extra": "listed only"}
_ALONE = ": on this side only"
_PREFIX = 4
"""So many letters of a word that was shortened or spelled otherwise still mark it."""

_IDEOGRAPHS = ("\u4e00", "\u9fff")

ROW, LABEL, CHART = 22, 230, 420


@dataclass(frozen=True, slots=True)
class Pair:
    """Two words that stand for each other, or one that stands alone: ``same``, ``alike``, ``asked``, ``listed``."""

    asked: str
    listed: str
    kind: str
    note: str


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a name; marked where it stands for a word of the other side."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a score as a row of its table: what it gave, in hundredths, as text."""

    what: str
    asked: str
    listed: str
    share: str
    note: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A part of a score in its picture: from where to where, in units of the picture."""

    y: int
    x: float
    width: float
    label: str
    share: str
    falls: bool


@dataclass(frozen=True, slots=True)
class Waterfall:
    """The picture: bars from top to bottom, the score, and the line above which a match is a hit."""

    bars: tuple[Bar, ...]
    height: int
    score: float
    threshold: float
    score_y: int


def pairs(parts: Sequence[ScorePart]) -> tuple[Pair, ...]:
    """The words of the two names against each other, in the order of the explanation."""
    found = []
    for part in parts:
        if part.what == "token":
            kind = "same" if part.query == part.listed else "alike"
        elif part.what in ("missing", "extra"):
            kind = "asked" if part.query else "listed"
        else:
            continue
        found.append(Pair(part.query, part.listed, kind, part.note.removesuffix(_ALONE)))
    return tuple(found)


def pieces(name: str, words: Iterable[str]) -> tuple[Piece, ...]:
    """A name in stretches, those marked that stand for one of the words; written without blanks, sign by sign."""
    wanted = {word for word in words if word}
    found: list[Piece] = []
    for number, word in enumerate(name.split(" ")):
        if number:
            found.append(Piece(" ", False))
        stretches = word if any(_IDEOGRAPHS[0] <= letter <= _IDEOGRAPHS[1] for letter in word) else (word,)
        found += [Piece(stretch, _stands(stretch, wanted)) for stretch in stretches]
    return tuple(found)


def _stands(stretch: str, wanted: Collection[str]) -> bool:
    """Whether a stretch stands for one of the words, or is written together of several of them."""
    plain = _plain(stretch)
    if any(_alike(plain, one) for one in wanted):
        return True
    own = tokens(stretch[:MAX_NAME])
    return bool(own) and all(one.text in wanted for one in own)


def _plain(text: str) -> str:
    return "".join(letter for letter in anyascii(text).casefold() if letter.isalnum())


def _alike(plain: str, word: str) -> bool:
    """Whether letters are those of a word, as far as both are written out and transliterated alike."""
    if plain == word:
        return True
    return plain[:_PREFIX] == word[:_PREFIX] and len(plain[:_PREFIX]) == _PREFIX


def rows(parts: Sequence[ScorePart], score: float) -> tuple[Part, ...]:
    """Every part, with shares that add up to the score that is shown."""
    return tuple(
        Part(
            _WORDS.get(part.what, part.what.replace("_", " ")),
            part.query,
            part.listed,
            "" if part.what in SILENT and not share else f"{share:+.2f}",
            part.note.removesuffix(_ALONE) if part.what in ("missing", "extra") else part.note,
        )
        for part, share in zip(parts, shares(parts, score), strict=True)
    )


def waterfall(parts: Sequence[ScorePart], score: float) -> Waterfall:
    """The parts that give or take something, each beginning where the one before ended."""
    bars: list[Bar] = []
    reached = 0.0
    for part, share in zip(parts, shares(parts, score), strict=True):
        if not share:
            continue
        after = reached + float(share)
        low, high = sorted((reached, after))
        label = " / ".join(dict.fromkeys(filter(None, (part.query, part.listed)))) or part.note
        what = "" if part.what == "token" else f"{_WORDS.get(part.what, part.what.replace('_', ' '))}: "
        bars.append(
            Bar(
                len(bars) * ROW,
                round(LABEL + _x(low), 1),
                round(max(1.5, _x(high) - _x(low)), 1),
                _short(f"{what}{label}"),
                f"{share:+.2f}",
                share < 0,
            )
        )
        reached = after
    return Waterfall(
        tuple(bars),
        (len(bars) + 1) * ROW + 6,
        round(_x(score), 1),
        round(LABEL + _x(HIT_THRESHOLD), 1),
        len(bars) * ROW,
    )


def _x(value: float) -> float:
    return min(1.15, max(0.0, value)) / 1.15 * CHART


def _short(text: str, most: int = 30) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def why_not_one(parts: Sequence[ScorePart], score: float) -> tuple[str, ...]:
    """What keeps the score below 1, in sentences; empty where it is 1."""
    if round(score, 2) >= 1:
        return ()
    found = []
    for part, share in zip(parts, shares(parts, score), strict=True):
        note = part.note.removesuffix(_ALONE)
        said = f" ({note})" if note else ""
        if part.what == "missing":
            found.append(f"“{part.query}” was asked and the listed name lacks it{said}")
        elif part.what == "extra":
            found.append(f"the listed name has “{part.listed}” beyond what was asked{said}")
        elif part.what == "token" and part.query != part.listed:
            found.append(f"“{part.query}” and “{part.listed}” are alike, not the same{said}")
        elif share < 0:
            sides = " against ".join(filter(None, (part.query, part.listed)))
            found.append(f"{part.what.replace('_', ' ')}: {sides}{said} takes {-share:.2f} away")
    return tuple(found) or ("the words agree, and nothing beside the name confirms that the parties are the same",)


def by_address(match: Match) -> bool:
    """Whether the match is of an address, and not of a name."""
    return all(one.text != match.matched_name for one in match.party.names) and any(
        one.text == match.matched_name for one in match.party.addresses
    )


def at_risk(match: Match) -> bool:
    """Whether it is an address that is listed on its own (15 CFR 744.16(f))."""
    return by_address(match) and any(
        one.high_diversion_risk for one in match.party.addresses if one.text == match.matched_name
    )
