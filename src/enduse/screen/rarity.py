"""How telling a word is: in how many names of other parties it stands by chance.

What a word tells is the decimal logarithm of how many names one meets before the word comes up: 2 for a word that one
name in a hundred holds. Where two words only sound alike, every word with their consonants counts, since any of them
would have been taken for it.

Source: Fellegi and Sunter, "A theory for record linkage", JASA 1969 (agreement on a rare value says more).
"""

from __future__ import annotations

import functools
import math
from importlib import resources

from enduse.screen.normalise import Token, words
from enduse.screen.sounds import bones, sound
from enduse.screen.syllables import is_syllables

MOST = 7.0
"""What a word tells that nobody else is known to bear."""

INITIAL, NUMBER = 2.1, 4.0
PLACE, GENERIC = 0.75, 0.9
"""Share of what a place and a word of the trade tell: they say less whose name it is."""

SYLLABLES = 5_500.0
"""Names per million that hold a given short word of syllables; of a longer one, far fewer."""

LONG_SYLLABLES = 120.0
SHORT = 5
ALIKE = 1.6
"""How many more words are taken for one another than the counted ones of the same consonants."""

_SILENT = frozenset({"legal_form", "honorific", "particle"})


@functools.lru_cache(maxsize=200_000)
def told(token: Token, exactly: bool) -> float:
    """What an agreement on a word tells, 0..:data:`MOST`.

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
    found = min(MOST, math.log10(1_000_000 / (often + 1)))
    return found * (GENERIC if token.word_class == "generic" else PLACE if token.word_class == "place" else 1.0)


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
