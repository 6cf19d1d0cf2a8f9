"""Whether a word reads like a slip of the pen: its letters follow each other as those of names seldom do.

*Fmcsal* is no name in any language of the lists, and two letters from *Faysal* it is hardly another one; *Fadil* is.
The table says how seldom each letter stands after two others in names, on a logarithmic scale; a word reads like a
slip where its letters are together that much rarer than those of most names.

Source: Shannon, "A mathematical theory of communication", 1948 (words as chains of letters);
Kernighan, Church and Gale, "A spelling correction program based on a noisy channel model", COLING 1990.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from importlib import resources

from enduse.screen.words import words

LETTERS = "abcdefghijklmnopqrstuvwxyz"
COLUMNS = (*LETTERS, "end")
"""The columns of ``letters.csv``: what may follow two letters."""

START = "^"
"""Stands in front of a word, twice."""

USUAL = 95
"""What a letter of a name costs on average, in hundredths of a decimal logarithm."""

UNUSUAL = 125
"""What the letters of a word cost more than those of names, where it reads like a slip."""

_VOWELS = frozenset("aeiouy")
SHORTEST = 3
"""Letters that a word must have to read like anything."""


@functools.lru_cache(maxsize=200_000)
def reads_like_a_slip(word: str) -> bool:
    """Whether names seldom have such letters; never where many parties or people bear the word.

    Args:
        word: a word in lower-case Latin letters; of others, and of letters without a vowel (KGBM), nothing can be said.
    """
    return (
        len(word) >= SHORTEST
        and word.isascii()
        and word.isalpha()
        and not _VOWELS.isdisjoint(word)
        and word not in words().frequencies
        and cost(word) > USUAL * (len(word) + 1) + UNUSUAL
    )


def cost(word: str) -> int:
    """How rare the letters of a word are as they follow each other, its end included: hundredths of a logarithm."""
    text, found = START * 2 + word, 0
    for place, letter in enumerate(word):
        found += _following(text[place : place + 2])[ord(letter) - ord("a")]
    return found + _following(text[-2:])[-1]


@functools.cache
def _following(letters: str) -> Sequence[int]:
    """What each letter and the end cost after two letters."""
    return tuple(map(int, _lines()[letters].split(",")))


@functools.cache
def _lines() -> Mapping[str, str]:
    text = (resources.files("enduse.screen") / "letters.csv").read_text(encoding="ascii")
    return {line[:2]: line[3:] for line in text.splitlines()[1:]}
