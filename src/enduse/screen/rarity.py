"""How telling a word is: in how many names of other parties it stands by chance.

What a word tells is the decimal logarithm of how many names one meets before the word comes up: 2 for a word that one
name in a hundred holds. Where two words only sound alike, every word with their consonants counts, since any of them
would have been taken for it. And a word that is not quite the other tells no more than the rarer of the two, less what
it takes to write it wrong: a slip leaves a word that few bear, so that two known words are two people's. Words of
Arabic origin come together, and each after the first tells less.

Source: Fellegi and Sunter, "A theory for record linkage", JASA 1969 (agreement on a rare value says more).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from importlib import resources
from typing import TypeAlias

from rapidfuzz.distance import OSA

from enduse.screen.normalise import NAMELESS, Token
from enduse.screen.sounds import bones, loose_sound, sound
from enduse.screen.syllables import is_syllables
from enduse.screen.words import words

INITIAL, NUMBER = 2.6, 4.0
PLACE = 0.60
"""Share of what a place tells: it says less whose name it is."""

GENERIC = 1.6
"""The most that a word of the trade tells."""

SYLLABLES = 5_000.0
"""Names per million that hold a given short word of syllables; of a longer one, far fewer."""

LONG_SYLLABLES = 160.0
SHORT = 5
ALIKE = 0.55
"""Of the counted names with words of the same consonants, the share that counts where two words only sound alike."""

TOLD, TOLD_BESIDE = 5.0, 2.5
"""What agreeing words have to tell; and how much more where words come together, since many listed names hold such."""

RANGE, SHARE, FURTHER_SHARE = 2.9, 0.97, 0.025
"""Of the others' height over the threshold a share goes, whole over a range; some more over a second: an order."""

UNCOUNTED, COMPANY = 0.2, 0.6
"""What words tell less where they come together: one that is in no table, and every one after the first."""

SPELT_ALIKE, SLIP, JOINED = 3.6, 1.5, 4.0
"""What the rarer of two words tells less that sound alike, or have all letters but one, or stand together."""

TWO_SLIPS, APART = 5.0, 2.5
"""What an agreement of all letters but two tells less; and one of two words that are both known."""

LEFT_OVER, LEFT_OVER_BESIDE, TRADE_LEFT_OVER = 1.4, 1.1, 2.5
"""What a word without a partner takes away; more where words come together; and all of the trade, places, numbers."""

FURTHER_TRADE, OTHER_NAME = 1.0, 2.0
"""What words of the trade, places and numbers tell less, each after the first; and what a name that is left over takes
away besides where no name agrees."""

Pair: TypeAlias = tuple[float, float, tuple[int, ...], tuple[int, ...], str]
"""Two aligned words or word groups: likeness, weight, places on the left, places on the right, a note."""

_NAMES = frozenset({"plain", "syllable"})
_TRADE = frozenset({"generic", "place", "number"})
_NEVER_COUNTED = 5.999


def standing(height: float, left: Sequence[Token], right: Sequence[Token], pairs: Sequence[Pair]) -> float:
    """Where names stand between the threshold and the top, 0 to 1: lower where the agreeing words tell little.

    Names that agree letter for letter but for legal forms stay, whoever bears them; none comes down to the threshold.
    """
    ours_taken = {place for pair in pairs for place in pair[2]}
    theirs_taken = {place for pair in pairs for place in pair[3]}
    rest_left = [_class(token) for place, token in enumerate(left) if place not in ours_taken]
    rest_right = [_class(token) for place, token in enumerate(right) if place not in theirs_taken]
    unlike = {*rest_left, *rest_right} - {"legal_form"}
    named = [pair[0] for pair in pairs if not _forms(left, pair[2]) and not _forms(right, pair[3])]
    if not unlike and min(named, default=1) == 1:
        return height
    beside = max(_beside(left), _beside(right))
    total = _evidence(left, right, pairs, beside) - _left_over(rest_left, rest_right, beside)
    total -= _trade_alone(left, right, pairs, [*rest_left, *rest_right])
    lacking = (TOLD + TOLD_BESIDE * beside - total) / RANGE
    share = SHARE * min(1.0, max(0.0, lacking)) + FURTHER_SHARE * min(1.0, max(0.0, lacking - 1))
    return height * (1 - share)


def _class(token: Token) -> str:
    """The class of a word by what it tells: names from the words of the trade tell as little as those."""
    return "generic" if token.word_class == "plain" and token.text in words().named_for_trade else token.word_class


def _forms(name: Sequence[Token], places: Sequence[int]) -> bool:
    return all(name[place].word_class == "legal_form" for place in places)


def _trade_alone(left: Sequence[Token], right: Sequence[Token], pairs: Sequence[Pair], rest: Sequence[str]) -> float:
    """What words of the trade and places tell less: after the first, and where no name agrees but one is left over."""
    trade = names = 0
    for _, _, on_left, on_right, _ in pairs:
        classes = {*(_class(left[place]) for place in on_left), *(_class(right[place]) for place in on_right)}
        named = not _NAMES.isdisjoint(classes)
        names += named
        trade += not named and not _TRADE.isdisjoint(classes)
    lone = 0 if names else sum([word_class in _NAMES for word_class in rest])
    return FURTHER_TRADE * max(0, trade - 1) + OTHER_NAME * lone


def _beside(name: Sequence[Token]) -> float:
    """How much a name is one of those whose words come together."""
    shares = words().beside
    return max([shares.get(token.text, 0.0) for token in name if token.word_class == "plain"], default=0.0)


def _evidence(left: Sequence[Token], right: Sequence[Token], pairs: Sequence[Pair], beside: float) -> float:
    """What the agreements of two names tell together."""
    total, further = 0.0, -1
    for likeness, _, on_left, on_right, note in pairs:
        ours, theirs = [left[place] for place in on_left], [right[place] for place in on_right]
        total += max(0.0, _agreement(likeness == 1, ours, theirs, note, beside, len(pairs) > 1))
        further += note not in _NO_NAMES and not _NAMES.isdisjoint([_class(token) for token in (*ours, *theirs)])
    return total - COMPANY * beside * max(0, further)


def _agreement(
    exactly: bool, ours: Sequence[Token], theirs: Sequence[Token], note: str, beside: float, among: bool
) -> float:
    """What one agreement, among others or alone, tells; less than nothing where it speaks for two people."""
    if note in _COMMON:
        return 0.0
    one, other = (sum([told(token, exactly) for token in some]) for some in (ours, theirs))
    # Without its vowels a word is every word with such consonants.
    rare_one, rare_other = (sum([told(token, not token.unvowelled) for token in some]) for some in (ours, theirs))
    rarer = max(rare_one, rare_other)
    if len(ours) > 1 or len(theirs) > 1:
        # Written together, two words tell what they tell apart.
        return min(min(one, other) if len(ours) == len(theirs) else max(one, other), rarer - JOINED)
    tells = min(one, other)
    if note == "cut off":
        return min(tells, INITIAL)
    if exactly or note == "initial":
        return tells - UNCOUNTED * beside if min(rare_one, rare_other) > _NEVER_COUNTED else tells
    relation = "" if note in _OTHER_NAME else _relation(ours[0].text, theirs[0].text)
    if relation == "slip":
        found = min(tells, rarer - SLIP)
    elif relation == "two slips":
        found = tells - TWO_SLIPS
    else:
        found = min(tells, rarer - (SPELT_ALIKE if among or not _one_letter(ours, theirs) else SLIP))
    return found - APART if relation and known(ours[0]) and known(theirs[0]) else found


_COMMON = frozenset({"another spelling", "initials"})
"""Agreements that tell nothing: names with known spellings are common."""
SLIGHT_OTHERWISE = frozenset({"a legal form with a letter wrong", "a title spelt otherwise"})
"""Notes of agreements of a legal form or a title with a word that is one beside it only."""
BEGINNINGS = frozenset({"initial", "cut off"})
"""Notes of agreements of the beginning of a word with the whole word."""
_NO_NAMES = SLIGHT_OTHERWISE | BEGINNINGS
_OTHER_NAME = frozenset({"the name in another language", "short form of the name"})


@functools.lru_cache(maxsize=200_000)
def _relation(one: str, other: str) -> str:
    """What lies between two words: nothing that is heard, a voiced consonant or a vowel, a slip or two."""
    if sound(one) == sound(other) and not _lost(one, other):
        return ""
    if loose_sound(one) == loose_sound(other):
        return "spelt"
    edits = OSA.distance(one, other, score_cutoff=1)
    if edits > 1 and bones(one) == bones(other):
        return "spelt"
    return "slip" if edits == 1 else "two slips"


def _one_letter(ours: Sequence[Token], theirs: Sequence[Token]) -> bool:
    """Whether one letter parts two words that sound alike: in a name of one word, a brand mostly, a slip."""
    return OSA.distance(ours[0].text, theirs[0].text, score_cutoff=1) == 1


def _lost(one: str, other: str) -> bool:
    """Whether a ``j`` that need not be heard (Jelena, Elena) may be one that must be: Jebali, Ebali."""
    return "j" in (one[0], other[0]) and not {one[0], other[0]}.isdisjoint("aeiou")


def _left_over(left: Sequence[str], right: Sequence[str], beside: float) -> float:
    """What words that have no partner take away, by their classes."""
    one, other = (sum([word_class in _NAMES for word_class in rest]) for rest in (left, right))
    trade, other_trade = (sum([word_class in _TRADE for word_class in rest]) for rest in (left, right))
    lone = LEFT_OVER + LEFT_OVER_BESIDE * beside
    return lone * max(one, other) + TRADE_LEFT_OVER * (trade != other_trade)


@functools.lru_cache(maxsize=200_000)
def told(token: Token, exactly: bool) -> float:
    """What an agreement on a word tells, 0 to 6.

    Args:
        token: the word.
        exactly: both names hold it letter for letter; else words that sound alike count.
    """
    if token.word_class in NAMELESS:
        return 0.0
    if token.word_class == "initial":
        return INITIAL
    if token.word_class == "number":
        return NUMBER
    text = token.text
    often = float(words().frequencies.get(text, 0))
    if not exactly:
        often = max(often, ALIKE * _alike().get(key(text), 0))
    # Hasan and Rida read as syllables too; that they are words of Arabic origin is known.
    if token.word_class == "syllable" or (is_syllables(text) and text not in words().beside):
        often = max(often, SYLLABLES if len(text) <= SHORT else LONG_SYLLABLES)
    found = math.log10(1_000_000 / (often + 1))
    return (
        min(found, GENERIC) if _class(token) == "generic" else PLACE * found if token.word_class == "place" else found
    )


def key(word: str) -> str:
    """What words that are taken for one another share: three consonants or more, else the sound."""
    consonants = bones(word)
    return consonants if len(consonants) >= 3 else sound(word)


def known(token: Token) -> bool:
    """Whether many parties or people bear the word as it is written: hardly a slip of the pen."""
    return token.text in words().frequencies


@functools.cache
def _alike() -> dict[str, int]:
    """Names per million that hold any of the words of a key (``tools/count_words.py``)."""
    text = (resources.files("enduse.screen") / "frequencies_alike.csv").read_text(encoding="utf-8")
    lines = (line.split(",") for line in text.splitlines()[1:])
    return {alike: int(count) for alike, count in lines}
