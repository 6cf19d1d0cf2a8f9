"""The score of two names: words are aligned, and every word says what it contributed.

score = 2 * (weight of aligned words, times their similarity) / (weight of all words of both names), lowered where
numbers differ. It depends on the two names and the shipped weight table only, and is symmetric.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA, JaroWinkler

from enduse.model.match import NameScore, ScorePart
from enduse.screen.normalise import Token, tokens

TOKEN_CUTOFF = 0.75
"""Words less alike than this are not aligned."""

_NUMBERS_DIFFER = 0.6
_MAX_WORDS = 60


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two aligned words (or word groups) and how alike they are."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    similarity: float
    note: str = ""


def compare_names(a: str, b: str, *, kind: str = "any") -> NameScore:
    """Score two names.

    Args:
        a: a name in any script.
        b: another.
        kind: ``person, company, vessel, address`` or ``any``; persons' names weigh generic words fully.

    Returns:
        A score in 0..1 with its explanation; the contributions of the explanation add up to the score.

    Raises:
        BadInput: a name is longer than the limit.
    """
    left, right = _relevant(tokens(a), kind), _relevant(tokens(b), kind)
    if not left or not right:
        return NameScore(0.0, (ScorePart("ignored", a, b, 0.0, "a name without letters or digits"),))
    pairs = align(left, right)
    total = sum(token.weight for token in left) + sum(token.weight for token in right)
    parts, score = _parts(left, right, pairs, total)
    if _numbers(left) != _numbers(right) and (_numbers(left) and _numbers(right)):
        lowered = score * _NUMBERS_DIFFER
        parts.append(ScorePart("number", contribution=lowered - score, note="the numbers in the names differ"))
        score = lowered
    score = min(1.0, max(0.0, score))
    return NameScore(score, tuple(parts))


def _relevant(found: Sequence[Token], kind: str) -> tuple[Token, ...]:
    if kind == "person":
        return tuple(
            Token(token.text, token.word_class, 1.0, token.skeleton)
            if token.word_class in ("generic", "place")
            else token
            for token in found[:_MAX_WORDS]
        )
    return tuple(found[:_MAX_WORDS])


def align(left: Sequence[Token], right: Sequence[Token]) -> list[Pair]:
    """The best one-to-one alignment found greedily, best pairs first; neighbouring words may count as one."""
    possible = [
        Pair((i,), (j,), similarity, note)
        for i, one in enumerate(left)
        for j, other in enumerate(right)
        for similarity, note in [token_similarity(one, other)]
        if similarity >= TOKEN_CUTOFF or note
    ]
    possible.extend(_merged(left, right, swap=False))
    possible.extend(_merged(right, left, swap=True))
    possible.sort(key=lambda pair: (not _same_word(pair), -pair.similarity * _pair_weight(left, right, pair), pair))
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    chosen = []
    for pair in possible:
        if taken_left.isdisjoint(pair.left) and taken_right.isdisjoint(pair.right):
            chosen.append(pair)
            taken_left.update(pair.left)
            taken_right.update(pair.right)
    return chosen


def _same_word(pair: Pair) -> bool:
    return pair.similarity == 1.0 and len(pair.left) == len(pair.right) == 1


def _merged(one: Sequence[Token], other: Sequence[Token], *, swap: bool) -> list[Pair]:
    """Two neighbouring words of ``one`` that are one word of ``other``."""
    found = []
    for i in range(len(one) - 1):
        joined = one[i].text + one[i + 1].text
        if len(joined) < 5 or {one[i].word_class, one[i + 1].word_class} & {"number", "initial"}:
            continue
        for j, token in enumerate(other):
            similarity = _spelling(joined, token.text) if abs(len(joined) - len(token.text)) <= 1 else 0.0
            if similarity >= 0.88:
                ours, theirs = (i, i + 1), (j,)
                left, right = (theirs, ours) if swap else (ours, theirs)
                found.append(Pair(left, right, similarity, "written together"))
    return found


def _pair_weight(left: Sequence[Token], right: Sequence[Token], pair: Pair) -> float:
    return sum(left[i].weight for i in pair.left) + sum(right[j].weight for j in pair.right)


@functools.lru_cache(maxsize=500_000)
def token_similarity(one: Token, other: Token) -> tuple[float, str]:
    """How alike two words are, with a note where it is not the spelling that counts."""
    if one.text == other.text:
        return 1.0, ""
    if one.word_class == "number" or other.word_class == "number":
        return 0.0, ""
    if "initial" in (one.word_class, other.word_class):
        return (
            (0.8, "initial")
            if one.text[0] == other.text[0] and one.text.isalpha() and other.text.isalpha()
            else (0.0, "")
        )
    if one.skeleton or other.skeleton:
        bare, full = _bare(one), _bare(other)
        if len(bare) >= 3 and bare == full:
            return 0.92, "written without vowels"
    return _spelling(one.text, other.text), ""


def _bare(token: Token) -> str:
    consonants = "".join(character for character in token.text if character not in "aeiouwy")
    squeezed = [character for i, character in enumerate(consonants) if i == 0 or consonants[i - 1] != character]
    return "".join(squeezed)


def _spelling(one: str, other: str) -> float:
    """Likeness of spelling: edits count more in short words, and the first letter counts most."""
    shorter, longer = sorted((len(one), len(other)))
    if shorter < 4:
        return 0.0 if shorter != longer or one != other else 1.0
    edits = OSA.distance(one, other)
    allowed = 1 if longer <= 7 else 2 if longer <= 11 else 3
    if edits > allowed:
        return 0.0
    plain = 1 - edits / longer
    return 0.5 * plain + 0.5 * JaroWinkler.similarity(one, other) if plain >= 0.7 else 0.0


def _numbers(found: Sequence[Token]) -> frozenset[str]:
    return frozenset(token.text for token in found if token.word_class == "number")


def _parts(
    left: Sequence[Token], right: Sequence[Token], pairs: Sequence[Pair], total: float
) -> tuple[list[ScorePart], float]:
    parts, score = [], 0.0
    for pair in sorted(pairs, key=lambda item: item.left):
        weight = _pair_weight(left, right, pair)
        contribution = weight * pair.similarity / total
        score += contribution
        words = " ".join(left[i].text for i in pair.left), " ".join(right[j].text for j in pair.right)
        parts.append(ScorePart("token", *words, contribution, pair.note or _describe(left[pair.left[0]])))
    for side, found, taken in (
        ("missing", left, {i for pair in pairs for i in pair.left}),
        ("extra", right, {j for pair in pairs for j in pair.right}),
    ):
        for number, token in enumerate(found):
            if number not in taken:
                lost = f"{_describe(token)}: would have counted {token.weight / total:.2f}"
                words = (token.text, "") if side == "missing" else ("", token.text)
                parts.append(ScorePart(side, *words, 0.0, lost))
    return parts, score


def _describe(token: Token) -> str:
    return "" if token.word_class == "plain" else token.word_class.replace("_", " ")
