"""The score of two names: words are aligned, and every word says what it contributed.

    raw = matched / (matched + unlike + conflict * both + extra * one)

where *matched* is the weight of aligned words times their likeness, *unlike* what likeness was missing, *both* the
weight left over on both sides (two different given names), and *one* the rest that only one name has. The raw score is
carried through the shipped calibration curve. It depends on the two names and the shipped tables only, and is symmetric.

Sources: the alignment follows Monge and Elkan, "The field matching problem", KDD 1996 (with one-to-one pairs); the
calibration is isotonic regression, Zadrozny and Elkan, KDD 2002.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

from enduse.model.match import NameScore, ScorePart
from enduse.screen.normalise import Token, tokens, words
from enduse.screen.sounds import CUTOFF, similarity

MERGED_CUTOFF = 0.80
"""Words written together must be this like the word that they make."""

_NAMELESS = frozenset({"legal_form", "honorific", "particle"})
_PATRONYMIC = frozenset({"bin", "ibn", "ben", "bint"})
_SWAPPED = 0.60
INITIAL, INITIALS, NICKNAME = 0.80, 0.70, 0.90
UNLIKE = 0.80
_LONGEST_MERGE = 28


@dataclass(frozen=True, slots=True, order=True)
class Pair:
    """Two aligned words (or word groups) and how alike they are."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    similarity: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Alignment:
    """How two names lie on each other, and the score that follows."""

    left: tuple[Token, ...]
    right: tuple[Token, ...]
    pairs: tuple[Pair, ...]
    whole: float
    factor: float
    swapped: bool
    raw: float


def compare_names(a: str, b: str, *, kind: str = "any") -> NameScore:
    """Score two names.

    Args:
        a: a name in any script.
        b: another.
        kind: ``person, company, vessel, address`` or ``any``; for ``any`` the words decide whether it is a person.

    Returns:
        A score in 0..1 with its explanation; the contributions of the explanation add up to the score.

    Raises:
        BadInput: a name is longer than the limit.
    """
    left, right = tokens(a), tokens(b)
    if not left or not right:
        return NameScore(0.0, (ScorePart("ignored", a, b, 0.0, "a name without letters or digits"),))
    found = aligned(left, right, kind)
    score = calibrated(found.raw)
    return NameScore(score, tuple(_parts(found, score)))


def score_of(left: tuple[Token, ...], right: tuple[Token, ...], kind: str = "any") -> float:
    """The score of two names' words, without an explanation."""
    return calibrated(aligned(left, right, kind).raw) if left and right else 0.0


def aligned(left: tuple[Token, ...], right: tuple[Token, ...], kind: str) -> Alignment:
    """Align two names' words one to one, best pairs first, and weigh what is left over."""
    pairs = _align(left, right)
    matched = unlike = 0.0
    taken_left: set[int] = set()
    taken_right: set[int] = set()
    for pair in pairs:
        weight = _pair_weight(left, right, pair)
        matched += weight * pair.similarity
        unlike += weight * (1 - pair.similarity) * UNLIKE
        taken_left.update(pair.left)
        taken_right.update(pair.right)
    rest_left = [token for i, token in enumerate(left) if i not in taken_left]
    rest_right = [token for j, token in enumerate(right) if j not in taken_right]
    costs = words().scoring[scoring_kind(left, right, kind)]
    whole = matched + unlike + _left_over(rest_left, rest_right, costs)
    swapped = _generations_swapped(left, right)
    factor = _SWAPPED if swapped else 1.0
    raw = factor * matched / whole if matched else 0.0
    return Alignment(left, right, tuple(pairs), whole, factor, swapped, raw)


def scoring_kind(left: Sequence[Token], right: Sequence[Token], kind: str) -> str:
    """Whether the names are weighed as those of a person or of an organisation (or vessel)."""
    if kind == "person":
        return "person"
    if kind in ("company", "vessel", "address"):
        return "organisation"
    corporate = any(token.word_class in ("legal_form", "generic", "number") for token in (*left, *right))
    return "organisation" if corporate else "person"


def _left_over(left: Sequence[Token], right: Sequence[Token], costs: dict[str, float]) -> float:  # type: ignore[type-arg]
    """What unmatched words cost: fully where both names have some, little where only one has."""
    on_left, on_right = sum(token.weight for token in left), sum(token.weight for token in right)
    both, longer = min(on_left, on_right), left if on_left > on_right else right
    total = max(on_left, on_right)
    if not total:
        return 0.0
    extra = sum(token.weight * costs.get(f"extra_{token.word_class}", costs["extra"]) for token in longer) / total
    return costs["conflict"] * both + extra * (total - both)


def _generations_swapped(left: Sequence[Token], right: Sequence[Token]) -> bool:
    """``X bin Y`` against ``Y bin X``: father and son have changed places."""
    one, other = _generations(left), _generations(right)
    if one is None or other is None:
        return False
    (son, father), (other_son, other_father) = one, other
    return son != other_son and (son == other_father or father == other_son) and not _alike(son, other_son)


def _generations(found: Sequence[Token]) -> tuple[str, str] | None:
    for number, token in enumerate(found[1:-1], start=1):
        if token.text in _PATRONYMIC:
            after = next((item.text for item in found[number + 1 :] if item.word_class != "particle"), "")
            before = next((item.text for item in reversed(found[:number]) if item.word_class != "particle"), "")
            return (before, after) if before and after else None
    return None


def _alike(one: str, other: str) -> bool:
    return similarity(one, other) >= CUTOFF


def _align(left: Sequence[Token], right: Sequence[Token]) -> list[Pair]:
    possible = [
        Pair((i,), (j,), found, note)
        for i, one in enumerate(left)
        for j, other in enumerate(right)
        for found, note in [token_similarity(one, other)]
        if found
    ]
    if len(left) > 1 or len(right) > 1:
        exact_left = {pair.left[0] for pair in possible if pair.similarity == 1.0}
        exact_right = {pair.right[0] for pair in possible if pair.similarity == 1.0}
        possible.extend(_merged(left, right, exact_left, exact_right, swap=False))
        possible.extend(_merged(right, left, exact_right, exact_left, swap=True))
    possible.sort(
        key=lambda pair: (
            not _same_word(pair),
            -pair.similarity * _pair_weight(left, right, pair),
            pair.left,
            pair.right,
        )
    )
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


def _merged(
    one: Sequence[Token], other: Sequence[Token], exact: set[int], other_exact: set[int], *, swap: bool
) -> list[Pair]:
    """Two or three neighbouring words of ``one`` that are one word of ``other``, or its initials."""
    found = []
    wholes = [(j, token) for j, token in enumerate(other) if j not in other_exact and mergeable(token)]
    if not wholes:
        return found
    for length in (2, 3):
        for i in range(len(one) - length + 1):
            if not exact.isdisjoint(range(i, i + length)):
                continue
            group = one[i : i + length]
            joined = joined_word(group)
            letters = "".join(token.text[0] for token in group)
            for j, token in wholes:
                likeness, note = 0.0, "written together"
                if joined and abs(len(joined) - len(token.text)) <= 2:
                    likeness = similarity(joined, token.text)
                    likeness = likeness if likeness >= MERGED_CUTOFF else 0.0
                if not likeness and letters == token.text and all(len(item.text) > 1 for item in group):
                    likeness, note = INITIALS, "initials"
                if likeness:
                    ours, theirs = tuple(range(i, i + length)), (j,)
                    found.append(Pair(*((theirs, ours) if swap else (ours, theirs)), likeness, note))
    return found


def nameless(token: Token) -> bool:
    """Whether the word says little of whose name it is: a legal form, a title, a particle."""
    return token.word_class in _NAMELESS


def mergeable(token: Token) -> bool:
    """Whether the word may be several words of another name written together, or their initials."""
    return token.word_class in ("plain", "generic", "place", "syllable")


def joined_word(group: Sequence[Token]) -> str:
    """Neighbouring words as one, or an empty text where that makes no word."""
    if any(token.word_class in ("number", "initial", "legal_form", "honorific") for token in group):
        return ""
    joined = "".join(token.text for token in group)
    return joined if 4 <= len(joined) <= _LONGEST_MERGE else ""


def _pair_weight(left: Sequence[Token], right: Sequence[Token], pair: Pair) -> float:
    return (sum(left[i].weight for i in pair.left) + sum(right[j].weight for j in pair.right)) / 2


@functools.lru_cache(maxsize=500_000)
def token_similarity(one: Token, other: Token) -> tuple[float, str]:
    """How alike two words are, with a note where it is not the spelling that counts; 0 where they are not alike."""
    if one.text == other.text:
        return 1.0, ""
    classes = {one.word_class, other.word_class}
    if "number" in classes:
        return 0.0, ""
    if "initial" in classes:
        return (INITIAL, "initial") if one.text[0] == other.text[0] and not classes & _NAMELESS else (0.0, "")
    if classes & _NAMELESS:
        families = words().families
        if classes == {"legal_form"}:
            same = families.get(one.text) == families.get(other.text) is not None
            return (0.9, "the same kind of legal form") if same else (0.0, "")
        return (similarity(one.text, other.text), "") if len(classes) == 1 else (0.0, "")
    found = similarity(one.text, other.text, unvowelled=one.unvowelled or other.unvowelled)
    if found < NICKNAME and other.text in words().nicknames.get(one.text, ()):
        return NICKNAME, "short form of the name"
    return found, "written without vowels" if found and (one.unvowelled != other.unvowelled) else ""


def calibrated(raw: float) -> float:
    """The raw score on the shipped calibration curve."""
    return min(1.0, max(0.0, raw))


def least_raw(score: float) -> float:
    """The least raw score that is calibrated to ``score`` or more."""
    return score


def _parts(found: Alignment, score: float) -> list[ScorePart]:
    """What every word contributed; the contributions add up to the score."""
    parts = []
    scale = score / found.raw if found.raw else 0.0
    for pair in sorted(found.pairs, key=lambda item: item.left):
        weight = _pair_weight(found.left, found.right, pair)
        contribution = scale * weight * pair.similarity / found.whole
        shown = " ".join(found.left[i].text for i in pair.left), " ".join(found.right[j].text for j in pair.right)
        parts.append(ScorePart("token", *shown, contribution, pair.note or _describe(found.left[pair.left[0]])))
    for side, words_of, taken in (
        ("missing", found.left, {i for pair in found.pairs for i in pair.left}),
        ("extra", found.right, {j for pair in found.pairs for j in pair.right}),
    ):
        for number, token in enumerate(words_of):
            if number not in taken:
                note = f"{_describe(token)}, weight {token.weight:.2f}: on this side only".lstrip(", ")
                shown = (token.text, "") if side == "missing" else ("", token.text)
                parts.append(ScorePart(side, *shown, 0.0, note))
    if found.swapped:
        lost = sum(part.contribution for part in parts) - score
        parts.append(ScorePart("generations", contribution=-lost, note="father and son have changed places"))
    return parts


def _describe(token: Token) -> str:
    return "" if token.word_class == "plain" else token.word_class.replace("_", " ")
