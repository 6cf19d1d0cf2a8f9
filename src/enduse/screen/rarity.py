"""How telling a word is: in how many names of other parties it stands by chance.

What a word tells is the decimal logarithm of how many names one meets before the word comes up: 2 for a word that one
name in a hundred holds. Where two words only sound alike, every word with their consonants counts, since any of them
would have been taken for it.

Source: Fellegi and Sunter, "A theory for record linkage", JASA 1969 (agreement on a rare value says more).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from importlib import resources
from typing import TypeAlias

from enduse.screen.normalise import Token, words
from enduse.screen.sounds import bones, sound
from enduse.screen.syllables import is_syllables

INITIAL, NUMBER = 2.1, 4.0
PLACE = 0.80
"""Share of what a place tells: it says less whose name it is."""

GENERIC = 2.0
"""The most that a word of the trade tells."""

SYLLABLES = 5_000.0
"""Names per million that hold a given short word of syllables; of a longer one, far fewer."""

LONG_SYLLABLES = 160.0
SHORT = 5
ALIKE = 1.3
"""How many more words are taken for one another than the counted ones of the same consonants."""

TOLD, RANGE, SHARE = 5.58, 1.05, 0.60
"""Names whose agreeing words tell this much keep their score; of the others a share goes, whole over a range."""
SPELT_ALIKE, UNLIKE, LEFT_OVER = 0.33, 0.38, 1.48
"""What an agreement tells less that is none of letters, that is no full one; and what a word left over takes away."""

Pair: TypeAlias = tuple[float, float, tuple[int, ...], tuple[int, ...], str]
"""Two aligned words or word groups: likeness, weight, places on the left, places on the right, a note."""

_SILENT = frozenset({"legal_form", "honorific", "particle"})


def commonness(left: Sequence[Token], right: Sequence[Token], pairs: Sequence[Pair]) -> float:
    """How much of a score's height over the threshold goes, since others bear names like these.

    0 for names that agree letter for letter, whoever bears them, and for telling ones; at most :data:`SHARE`.
    """
    ours_taken = {place for pair in pairs for place in pair[2]}
    theirs_taken = {place for pair in pairs for place in pair[3]}
    rest = [token for place, token in enumerate(left) if place not in ours_taken]
    rest += [token for place, token in enumerate(right) if place not in theirs_taken]
    if not rest and all([pair[0] == 1 for pair in pairs]):
        return 0.0
    total = -LEFT_OVER * sum([token.word_class in ("plain", "syllable") for token in rest])
    for likeness, _, on_left, on_right, _ in pairs:
        ours = sum([told(left[place], likeness == 1) for place in on_left])
        theirs = sum([told(right[place], likeness == 1) for place in on_right])
        # Written together, two words tell what they tell apart.
        tells = min(ours, theirs) if len(on_left) == len(on_right) else max(ours, theirs)
        total += max(0.0, tells - (SPELT_ALIKE + UNLIKE * (1 - likeness) if likeness < 1 else 0.0))
    return SHARE * min(1.0, max(0.0, (TOLD - total) / RANGE))


@functools.lru_cache(maxsize=200_000)
def told(token: Token, exactly: bool) -> float:
    """What an agreement on a word tells, 0 to 6.

    Args:
        token: the word.
        exactly: both names hold it letter for letter; else words that sound alike count.
    """
    if token.word_class in _SILENT:
        return 0.0
    if token.word_class == "initial":
        return INITIAL
    if token.word_class == "number":
        return NUMBER
    text = token.text
    often = float(words().frequencies.get(text, 0))
    if not exactly:
        often = max(often, ALIKE * _alike().get(key(text), 0))
    if token.word_class == "syllable" or is_syllables(text):
        often = max(often, SYLLABLES if len(text) <= SHORT else LONG_SYLLABLES)
    found = math.log10(1_000_000 / (often + 1))
    return (
        min(found, GENERIC)
        if token.word_class == "generic"
        else PLACE * found
        if token.word_class == "place"
        else found
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
