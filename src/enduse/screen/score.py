"""The score of two names: words are aligned, and every word says what it contributed.

    raw = matched / (matched + (unlike + conflict * both + extra * one) * (1 + slight * max(0, 2 - matched)))

where *matched* is the weight of aligned words times their likeness, *unlike* what likeness was missing, *both* the
weight left over on both sides (two different given names), and *one* the rest that only one name has; what does not
agree counts more where little agrees. The raw score is carried through the shipped calibration curve. It depends on the
two names and the shipped tables only, and is symmetric.

Sources: the alignment follows Monge and Elkan, "The field matching problem", KDD 1996 (with one-to-one pairs); the
calibration is isotonic regression, Zadrozny and Elkan, KDD 2002.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from enduse.model.match import HIT_THRESHOLD, NameScore, ScorePart
from enduse.screen.calibration import calibrated
from enduse.screen.cut_off import goes_on
from enduse.screen.explanation import parts_of
from enduse.screen.generations import generations_swapped
from enduse.screen.normalise import NAMELESS, Token, tokens
from enduse.screen.rarity import BEGINNINGS, SLIGHT_OTHERWISE, Pair, known, standing
from enduse.screen.sounds import CUTOFF, MERGED_FROM, merged_similarity, similarity, sound, sounds_like
from enduse.screen.syllables import heard, is_syllables
from enduse.screen.words import words

_NO_EVIDENCE = NAMELESS | {"initial"}
_PLAIN = frozenset({"plain"})
_GENERIC_OR_NUMBER = frozenset({"generic", "number"})
_UNSURE = SLIGHT_OTHERWISE | BEGINNINGS | {"initials"}
_SWAPPED, _SYLLABLES_SWAPPED, _HOMOPHONES = 0.50, 0.86, 0.92
_SYLLABLE_CUTOFF, _LOOSE_SYLLABLES = 0.70, 0.85
_SYLLABLE_LETTERS = 5
_ONLY_INITIALS = 0.40
ONLY_GENERIC = 0.60
INITIAL, INITIALS, CUT_OFF, NICKNAME, SPELLING = 0.85, 0.65, 0.88, 0.84, 0.99
COUNTERPART = 0.90
"""How alike a name is to the one that another language has for it."""
MISTYPED_FORM, TITLE_SPELLING = 0.80, 0.90
"""How alike a legal form is to what it may be mistyped as, and a title to a spelling that may be a name."""
APART = 0.90
"""What is left of the likeness of two words that many bear and that a letter, not the spelling, parts."""
NAME_OF_DESCENT = 0.80
"""What is left of the likeness of a name and the family's name made from it (Hashem, Hashemi; Ghorbani, Ghorbanian)."""
FEW_SOUNDS = 1.5
"""How much more left-over words of syllables count in names made of them."""
SLIGHT = 0.54
"""How much more what does not agree counts, for each unit of weight that the agreeing words lack of two."""
UNLIKE, UNLIKE_ALONE = 0.85, 2.05
_LONGEST_MERGE = 28


class Alignment(NamedTuple):
    """How two names lie on each other, and the score that follows."""

    left: tuple[Token, ...]
    right: tuple[Token, ...]
    pairs: tuple[Pair, ...]
    whole: float
    doubt: str
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
    return explained_score(left, right, kind)


def explained_score(left: tuple[Token, ...], right: tuple[Token, ...], kind: str = "any") -> NameScore:
    """The score of two names' words, with its explanation."""
    return explained(aligned(left, right, kind))


def explained(found: Alignment, score: float | None = None) -> NameScore:
    """The score of names that are aligned, with its explanation.

    Args:
        found: how they are aligned.
        score: what :func:`shaded` says of them, where that is known.
    """
    score = shaded(found) if score is None else score
    return NameScore(score, tuple(parts_of(found, score)))


def score_of(left: tuple[Token, ...], right: tuple[Token, ...], kind: str = "any") -> float:
    """The score of two names' words, without an explanation."""
    return shaded(aligned(left, right, kind)) if left and right else 0.0


def shaded(found: Alignment) -> float:
    """The calibrated score; above the default threshold, less where many others bear names like these.

    Names that agree letter for letter keep their score; which names are hits does not change.
    """
    score = calibrated(found.raw)
    if score <= HIT_THRESHOLD:
        return score
    room = 1 - HIT_THRESHOLD
    return HIT_THRESHOLD + room * standing((score - HIT_THRESHOLD) / room, found.left, found.right, found.pairs)


def aligned(left: tuple[Token, ...], right: tuple[Token, ...], kind: str) -> Alignment:
    """Align two names' words one to one, best pairs first, and weigh what is left over."""
    few_sounds = _few_sounds(left) and _few_sounds(right) and (_of_a_family(left) or _of_a_family(right))
    weighed = scoring_kind(left, right, kind)
    pairs = _align(left, right, few_sounds, weighed == "person")
    matched = unlike = 0.0
    taken_left, taken_right = set[int](), set[int]()
    telling = 0
    for _, _, on_left, on_right, note in pairs:
        telling += note not in BEGINNINGS and _tells(left, on_left) and _tells(right, on_right)
        taken_left.update(on_left)
        taken_right.update(on_right)
    unlike_cost = UNLIKE if telling > 1 else UNLIKE_ALONE
    for likeness, weight, _, _, _ in pairs:
        matched += weight * likeness
        if likeness < 1:
            unlike += weight * (1 - likeness) * unlike_cost
    rest_left = [token for i, token in enumerate(left) if i not in taken_left]
    rest_right = [token for j, token in enumerate(right) if j not in taken_right]
    left_over = _left_over(rest_left, rest_right, matched, words().scoring[weighed])
    if few_sounds:
        # A syllable more makes another name: Wen, Wenfu.
        left_over *= FEW_SOUNDS
    whole = matched + (unlike + left_over) * (1 + SLIGHT * max(0.0, 2 - matched))
    factor, because = _doubt(left, right, pairs, [*rest_left, *rest_right])
    raw = factor * matched / whole if matched else 0.0
    return Alignment(left, right, tuple(pairs), whole, because, raw)


def _tells(found: tuple[Token, ...], places: tuple[int, ...]) -> bool:
    """Whether one of the words says whose name it is."""
    if len(places) == 1:
        return found[places[0]].word_class not in NAMELESS
    return any(found[place].word_class not in NAMELESS for place in places)


def scoring_kind(left: tuple[Token, ...], right: tuple[Token, ...], kind: str) -> str:
    """Whether the names are weighed as those of a person or of an organisation (or vessel)."""
    return weighed_as(left, kind) or weighed_as(right, kind) or "person"


def weighed_as(found: tuple[Token, ...], kind: str) -> str:
    """``person`` or ``organisation`` where one name or the kind decides it, else empty."""
    if kind == "person":
        return "person"
    return "organisation" if kind in ("company", "vessel", "address") or corporate(found) else ""


@functools.lru_cache(maxsize=50_000)
def _few_sounds(found: tuple[Token, ...]) -> bool:
    """Whether a name is two to four words of what may be Chinese or Korean syllables."""
    telling = [token for token in found if token.word_class not in NAMELESS]
    return 2 <= len(telling) <= 4 and all(
        token.word_class == "syllable" or is_syllables(token.text) for token in telling
    )


@functools.lru_cache(maxsize=50_000)
def _of_a_family(found: tuple[Token, ...]) -> bool:
    """Whether a Chinese or Korean family name stands in a name."""
    return any(token.text in words().families_of_syllables for token in found if token.word_class not in NAMELESS)


def _of_syllables(found: float, one: str, other: str) -> float:
    """The likeness of two words of syllables: none for other syllables (Hongmei, Hongfei), less for Gim, Kim."""
    if len(one) < 2 or len(other) < 2 or not (is_syllables(one) and is_syllables(other)):
        return found
    if heard(one) != heard(other):
        return 0.0
    return found if sound(one) == sound(other) else _LOOSE_SYLLABLES * found


def _same_syllables(left: Sequence[Token], right: Sequence[Token], pair: Pair) -> bool:
    """Whether words written together or apart are the same syllables; single words have been told apart before."""
    _, _, on_left, on_right, note = pair
    if len(on_left) == len(on_right) == 1 or note == "initials":
        return True
    one, other = "".join(left[i].text for i in on_left), "".join(right[j].text for j in on_right)
    return not (is_syllables(one) and is_syllables(other)) or heard(one) == heard(other)


@functools.lru_cache(maxsize=50_000)
def corporate(found: tuple[Token, ...]) -> bool:
    """Whether a name's words are those of an organisation: a legal form, a generic word, a number."""
    return any(token.word_class in ("legal_form", "generic", "number") for token in found)


def _left_over(left: Sequence[Token], right: Sequence[Token], matched: float, costs: Mapping[str, float]) -> float:
    """What unmatched words cost: fully where both names have some, little where only one has."""
    if not left and not right:
        return 0.0
    on_left = on_right = 0.0
    for token in left:
        on_left += token.weight
    for token in right:
        on_right += token.weight
    (both, total), longer = sorted((on_left, on_right)), left if on_left > on_right else right
    if not total:
        return 0.0
    usual, classes = costs["extra"], _extras()
    extra = sum([token.weight * costs.get(classes[token.word_class], usual) for token in longer]) / total
    # One word of a longer name says little; two or more say whose name it is.
    extra += costs["lonely"] * max(0.0, 2 - matched)
    return costs["conflict"] * both + extra * (total - both)


@functools.cache
def _extras() -> Mapping[str, str]:
    """The name of what a left-over word of a class costs."""
    return {word_class: f"extra_{word_class}" for word_class in words().weights}


def _doubt(
    left: tuple[Token, ...], right: tuple[Token, ...], pairs: Sequence[Pair], rest: Sequence[Token]
) -> tuple[float, str]:
    """What lowers the whole score, and why."""
    if generations_swapped(left, right):
        return _SWAPPED, "father and son have changed places"
    if _syllables_swapped(left, right, pairs):
        return _SYLLABLES_SWAPPED, "the same syllables in another order"
    notes = [pair[4] for pair in pairs]
    if NAMELESS.issuperset([token.word_class for token in rest]) and _UNSURE.isdisjoint(notes):
        return _homophones(left, right)
    telling: list[set[str]] = []
    for _, _, on_left, on_right, note in pairs:
        if note not in BEGINNINGS:
            if len(on_left) == len(on_right) == 1:
                classes = {left[on_left[0]].word_class, right[on_right[0]].word_class}
                # A title in one name is a surname in the other where initials agree too: "Du Y. R.", "DU, Yu Rong".
                tells = NAMELESS.isdisjoint(classes) or ("initial" in notes and note not in SLIGHT_OTHERWISE)
                telling.append(classes - _NO_EVIDENCE if tells else set())
            else:
                classes = {left[i].word_class for i in on_left} | {right[j].word_class for j in on_right}
                telling.append(classes - _NO_EVIDENCE)
    if not any(telling):
        return _ONLY_INITIALS, "only initials agree"
    if len(telling) == 1 and "initials" in notes:
        return ONLY_GENERIC, "only initials agree"
    if _GENERIC_OR_NUMBER.issuperset(set().union(*telling)):
        if "initial" in notes:
            return _ONLY_INITIALS, "only initials and numbers agree"
        if not any("number" in classes for classes in telling):
            return ONLY_GENERIC, "only words that many names share agree"
    return _homophones(left, right)


def _homophones(left: tuple[Token, ...], right: tuple[Token, ...]) -> tuple[float, str]:
    """A name of syllables only (Han, Hangul) against another script, where other names sound the same."""
    return (_HOMOPHONES, "other names sound the same") if _syllabic(left) != _syllabic(right) else (1.0, "")


@functools.lru_cache(maxsize=50_000)
def _syllabic(found: tuple[Token, ...]) -> bool:
    return all(token.word_class == "syllable" for token in found)


def _syllables_swapped(left: Sequence[Token], right: Sequence[Token], pairs: Sequence[Pair]) -> bool:
    """The same three syllables or more in an order that is more than the family name moved to the other end."""
    if len(pairs) < 3:
        return False
    every = (*left, *right)
    if "syllable" not in [token.word_class for token in every] and not all(
        len(token.text) <= _SYLLABLE_LETTERS and _spoken(token) for token in every
    ):
        return False
    texts, others = ([token.text for token in name] for name in (left, right))
    if any(texts == others[start:] + others[:start] for start in range(len(others))):
        return False
    if any(len(on_left) > 1 or len(on_right) > 1 for _, _, on_left, on_right, _ in pairs):
        return False
    order = [on_right[0] for _, _, _, on_right, _ in sorted(pairs, key=lambda pair: pair[2])]
    falls = sum(after < before for before, after in zip(order, [*order[1:], order[0]], strict=True))
    return falls > 1


def _spoken(token: Token) -> bool:
    """A plain word with its vowels: where those are left out, few letters are no sign of a syllable."""
    return token.word_class == "plain" and not token.unvowelled


def _align(left: tuple[Token, ...], right: tuple[Token, ...], few_sounds: bool, initials: bool) -> list[Pair]:
    """Words that both names hold once, first; then, of what is left, the best pairs one after the other."""
    chosen: list[Pair] = []
    open_left, open_right = list(range(len(left))), list(range(len(right)))
    texts, other_texts = [token.text for token in left], [token.text for token in right]
    for i, text in enumerate(texts):
        if text in other_texts and other_texts.count(text) == 1 and texts.count(text) == 1:
            j = other_texts.index(text)
            chosen.append((1.0, (left[i].weight + right[j].weight) / 2, (i,), (j,), ""))
            open_left.remove(i)
            open_right.remove(j)
    if not open_left or not open_right:
        return chosen
    possible: list[Pair] = []
    for i in open_left:
        one = left[i]
        for j in open_right:
            found, note = token_similarity(one, right[j])
            if (note == "initial" and not initials) or (note == "cut off" and not goes_on(left, i, right, j)):
                # The letters of an organisation stand for no single word; what is left of one follows what it followed.
                continue
            if found < 1 and few_sounds and note != "another spelling":
                found = _of_syllables(found, one.text, right[j].text)
            if found:
                mean = (one.weight + right[j].weight) / 2
                # A slight word written otherwise says no more than that word.
                weight = min(one.weight, right[j].weight) if note in SLIGHT_OTHERWISE else mean
                possible.append((found, weight, (i,), (j,), note))
    if len(open_left) + len(open_right) > 2:
        groups_left, groups_right = _open_groups(left, open_left), _open_groups(right, open_right)
        if groups_left:
            possible += _merged(left, right, groups_left, open_right, swap=False)
        if groups_right:
            possible += _merged(right, left, groups_right, open_left, swap=True)
        if groups_left and groups_right:
            possible += _divided(left, right, groups_left, groups_right)
        if few_sounds:
            possible = [pair for pair in possible if pair[0] == 1 or _same_syllables(left, right, pair)]
    if len(possible) > 1:
        # Pairs may mirror each other: then the name decides that comes first by its letters, whichever side it is on.
        possible.sort(key=_by_left if texts <= other_texts else _by_right)
    taken_left, taken_right = set[int](), set[int]()
    for pair in possible:
        if taken_left.isdisjoint(pair[2]) and taken_right.isdisjoint(pair[3]):
            chosen.append(pair)
            taken_left.update(pair[2])
            taken_right.update(pair[3])
    return chosen


def _by_left(pair: Pair) -> tuple[bool, float, int, int, int, int, int, int]:
    """The same letters first, then by likeness and weight; equal ones by their places, the same from either side."""
    found, weight, left, right, _ = pair
    ours, theirs = sum(left), sum(right)
    places, first = len(left) + len(right), left[0]
    return found < 1, -found * weight, places, ours + theirs, abs(ours - theirs), min(first, right[0]), first, len(left)


def _by_right(pair: Pair) -> tuple[bool, float, int, int, int, int, int, int]:
    """As :func:`_by_left`, with the sides changed."""
    found, weight, left, right, note = pair
    return _by_left((found, weight, right, left, note))


Group: TypeAlias = tuple[tuple[int, ...], str, str, float]
"""Neighbouring words: their places, the word that they make together, their initials, their weight."""


def _open_groups(found: tuple[Token, ...], places: Sequence[int]) -> list[Group]:
    """Groups of neighbours of which none has its partner yet."""
    if len(places) < 2:
        return []
    if len(places) == len(found):
        return list(groups(found))
    free = set(places)
    return [group for group in groups(found) if free.issuperset(group[0])]


def _divided(
    left: Sequence[Token], right: Sequence[Token], ours: Sequence[Group], theirs: Sequence[Group]
) -> list[Pair]:
    """Two neighbouring words of each name that are the same letters with the blank in another place."""
    found: list[Pair] = []
    for places, joined, _, weight in ours:
        if len(places) != 2 or not joined:
            continue
        for other_places, other_joined, _, other_weight in theirs:
            if len(other_places) != 2 or not other_joined or not -1 <= len(joined) - len(other_joined) <= 1:
                continue
            likeness = merged_similarity(joined, other_joined)
            if likeness and _divisible(left, places) and _divisible(right, other_places):
                note = "the blank in another place"
                found.append((likeness, (weight + other_weight) / 2, places, other_places, note))
    return found


def _divisible(found: Sequence[Token], places: Sequence[int]) -> bool:
    return not nameless(found[places[0]]) and all(found[place].word_class != "initial" for place in places)


def _merged(
    one: tuple[Token, ...], other: tuple[Token, ...], found: Sequence[Group], places: Sequence[int], *, swap: bool
) -> list[Pair]:
    """Two or three neighbouring words of ``one`` that are one word of ``other``, or its initials."""
    pairs: list[Pair] = []
    for j in places:
        token = other[j]
        if not mergeable(token):
            continue
        text, length = token.text, len(token.text)
        for group, joined, letters, weight in found:
            likeness, note = 0.0, "written together"
            if joined == text:
                likeness = 1.0
            elif length >= MERGED_FROM and joined and -2 <= len(joined) - length <= 2 and _tells(one, group):
                likeness = merged_similarity(joined, text)
            if letters == text and not likeness:
                likeness, note = INITIALS, "initials"
            if likeness:
                sides = ((j,), group) if swap else (group, (j,))
                pairs.append((likeness, (weight + token.weight) / 2, *sides, note))
    return pairs


@functools.lru_cache(maxsize=50_000)
def groups(found: tuple[Token, ...]) -> tuple[Group, ...]:
    """Two or three neighbouring words: their places, the word that they make together, their initials, their weight."""
    # A blank stands for what goes into no group: a number into no word, a single letter to no initials.
    written = [" " if token.word_class == "number" else token.written for token in found]
    initials = [token.text[0] if len(token.text) > 1 else " " for token in found]
    weights = [token.weight for token in found]
    result = []
    for length in (2, 3):
        for start in range(len(found) - length + 1):
            end = start + length
            joined, letters = "".join(written[start:end]), "".join(initials[start:end])
            if " " in joined or not 2 <= len(joined) <= _LONGEST_MERGE:
                joined = ""
            if " " in letters:
                letters = ""
            if joined or letters:
                result.append((tuple(range(start, end)), joined, letters, sum(weights[start:end])))
    return tuple(result)


def nameless(token: Token) -> bool:
    """Whether the word says little of whose name it is: a legal form, a title, a particle."""
    return token.word_class in NAMELESS


def mergeable(token: Token) -> bool:
    """Whether the word may be several words of another name written together, or their initials."""
    return token.word_class in ("plain", "generic", "place", "syllable")


@functools.lru_cache(maxsize=500_000)
def token_similarity(one: Token, other: Token) -> tuple[float, str]:
    """How alike two words are, with a note where it is not the spelling that counts; 0 where they are not alike."""
    if one.text == other.text:
        return 1.0, ""
    classes, table = {one.word_class, other.word_class}, words()
    if classes != _PLAIN:
        if "number" in classes:
            return 0.0, ""
        if "initial" in classes:
            return (INITIAL, "initial") if one.text[0] == other.text[0] and not classes & NAMELESS else (0.0, "")
        if classes & NAMELESS:
            if classes == {"legal_form"}:
                same = table.families.get(one.text) == table.families.get(other.text) is not None
                return (0.9, "the same kind of legal form") if same else (0.0, "")
            if other.text in table.slight_otherwise.get(one.text, ()):
                if "legal_form" in classes:
                    return MISTYPED_FORM, "a legal form with a letter wrong"
                return TITLE_SPELLING, "a title spelt otherwise"
            return (similarity(one.text, other.text), "") if len(classes) == 1 else (0.0, "")
    if other.text in table.spellings.get(one.text, ()):
        return SPELLING, "another spelling"
    if other.text in table.counterparts.get(one.text, ()):
        return COUNTERPART, "the name in another language"
    unvowelled = one.unvowelled or other.unvowelled
    found = similarity(one.text, other.text, unvowelled=unvowelled)
    if found and not unvowelled and known(one) and known(other) and not sounds_like(one.text, other.text):
        found *= APART
        found = found if found >= CUTOFF else 0.0
    if found and not unvowelled and _of_descent(*sorted((one.text, other.text), key=len)):
        found *= NAME_OF_DESCENT
        found = found if found >= CUTOFF else 0.0
    if "syllable" in classes and found < _SYLLABLE_CUTOFF:
        return 0.0, ""
    if found < NICKNAME and other.text in table.nicknames.get(one.text, ()):
        return NICKNAME, "short form of the name"
    if not found and (one.may_begin(other) or other.may_begin(one)):
        return CUT_OFF, "cut off"
    return found, "written without vowels" if found and (one.unvowelled != other.unvowelled) else ""


def _of_descent(name: str, longer: str) -> bool:
    """Whether the longer word is a family name made from the other by a Persian or Arabic ending."""
    return len(name) > 3 and longer.startswith(name) and longer[len(name) :] in words().endings_of_descent
