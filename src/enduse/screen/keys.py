"""Hashed keys of words: words that are alike share at least one, so that an index on them loses nothing.

A word's keys are its written form with up to two letters left out, its sound, its loose sound, and its bones. Short
words are two letters apart only where one of them reads like a slip: their further keys are of two kinds, and words of
a query that read like a slip look among all listed words, the others among listed slips.
The written ones are sums of powers modulo 2**64, so that leaving a letter out is arithmetic on prefix sums: the keys of
many words are computed at once.

Sources: deletion neighbourhoods: Mor and Fraenkel, "A hash code method for detecting and correcting spelling errors",
CACM 25 (1982); polynomial hashing: Karp and Rabin, IBM Journal of Research and Development 31 (1987).
"""

from __future__ import annotations

import functools
import zlib
from collections.abc import Sequence
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np

from enduse.screen import sounds
from enduse.screen.slips import reads_like_a_slip

Keys: TypeAlias = "np.ndarray[Any, np.dtype[np.uint64]]"
Hashes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint32]]"
Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

_BASE = 0x9E3779B97F4A7C15 | 1
_INVERSE = pow(_BASE, -1, 1 << 64)
_SPREAD = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(29)
_LESS, _TWICE_LESS = np.uint64(_INVERSE), np.uint64(_INVERSE * _INVERSE % (1 << 64))
_WRITTEN, _SHORT, _SHORT_SLIP = 0x1F83D9AB, 0x428A2F98 << 16, 0x71374491 << 16
_FURTHER: dict[tuple[bool, bool], tuple[int, ...]] = {
    (False, False): (_SHORT,),
    (False, True): (_SHORT, _SHORT_SLIP),
    (True, False): (_SHORT_SLIP,),
    (True, True): (_SHORT,),
}
"""Of which kinds a short word's further keys are, by whether it is sought (or listed), and reads like a slip."""
_HEARD = np.array([0x5BE0CD19 << 32, 0x3C6EF372 << 32, 0xA54FF53A << 32], dtype=np.uint64)
_PADDING = "\0\0"


def forms_of(asked: Sequence[tuple[str, bool]]) -> Hashes:
    """Hashes of the sound, the loose sound and the bones of words, a row each; of words together the sound alone.

    Args:
        asked: as of :func:`keys_of`.
    """
    found: list[int] = []
    crc = zlib.crc32
    for word, joined in asked:
        heard = crc(sounds.sound(word).encode())
        found += (
            (heard, 0, 0)
            if joined
            else (heard, crc(sounds.loose_sound(word).encode()), crc(sounds.bones(word).encode()))
        )
    return np.array(found, dtype=np.uint32).reshape(-1, 3)


def keys_of(asked: Sequence[tuple[str, bool]], forms: Hashes | None = None, *, sought: bool) -> tuple[Keys, Numbers]:
    """The keys of many words, and the place of the word that each belongs to.

    Args:
        asked: words of plain lower-case letters and digits, each with whether it is neighbouring words written
            together (which are compared by :func:`enduse.screen.sounds.merged_similarity` only).
        forms: of these words, where they are known.
        sought: they are words of a query, not listed ones.
    """
    forms = forms_of(asked) if forms is None else forms
    tables, marks, ends = [], [], [0]
    heard: list[int] = []
    for place, (word, joined) in enumerate(asked):
        length = len(word)
        short = not joined and sounds.TWO_SLIPS_FROM <= length < sounds.TWO_EDITS_FROM
        further = _FURTHER[sought, reads_like_a_slip(word)] if short else ()
        table, mark = _left_out(length, 1 if joined else sounds.written_edits_allowed(length), further)
        tables.append(table)
        marks.append(mark)
        ends.append(ends[-1] + length + len(_PADDING))
        heard += (3 * place,) if joined else (3 * place, 3 * place + 1, 3 * place + 2)
    bounds = np.array(ends)
    starts = bounds[:-1]
    owners = np.arange(len(asked)).repeat([len(mark) for mark in marks])
    # All words stand in one row of letters: what stands before a word is taken away again, and so are its powers.
    text = _PADDING.join([word for word, _ in asked]) + _PADDING
    letters = np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)
    powers, inverses = _powers(len(letters).bit_length())
    sums = np.zeros(len(letters) + 1, dtype=np.uint64)
    np.add.accumulate(letters * powers[: len(letters)], out=sums[1:])
    # What stands before the first place, between the two, and behind them, each moved up by the letters left out.
    less, twice_less = sums * _LESS, sums * _TWICE_LESS
    until_first, until_second = sums[:-1] - less[1:], less[:-1] - twice_less[1:]
    rest = twice_less.take(bounds[1:]) - sums.take(starts)
    first, second = np.concatenate(tables, axis=1) + starts.take(owners)
    written = until_first.take(first)
    written += until_second.take(second)
    written += rest.take(owners)
    written *= inverses.take(starts).take(owners)
    written ^= np.concatenate(marks)
    kept = np.array(heard, dtype=np.int64)
    codes = np.concatenate([written, (forms ^ _HEARD).ravel().take(kept)])
    codes *= _SPREAD
    codes ^= codes >> _HALF
    return codes, np.concatenate([owners, kept // 3])


@functools.lru_cache(maxsize=32)
def _powers(bits: int) -> tuple[Keys, Keys]:
    """Powers of the base, and of its inverse, from the power 0 on."""
    powers, inverses = np.ones((2, 1 << bits), dtype=np.uint64)
    np.cumprod(np.full((1 << bits) - 1, _BASE, dtype=np.uint64), out=powers[1:])
    np.cumprod(np.full((1 << bits) - 1, _INVERSE, dtype=np.uint64), out=inverses[1:])
    return powers, inverses


@functools.lru_cache(maxsize=512)
def _left_out(length: int, edits: int, further: tuple[int, ...]) -> tuple[Numbers, Keys]:
    """Which two places are left out of a word in turn, and what marks the key; behind it stand two more places.

    Args:
        length: letters of the word.
        edits: how many are left out at the most.
        further: marks of the further keys of a short word, of which two are left out.
    """
    none, one = [(length, length + 1)], [(place, length) for place in range(length)]
    two = list(combinations(range(length), 2))
    found = [none, [*none, *one], [*none, *one, *two]][edits]
    marks = [_WRITTEN] * len(found)
    # Short words are all of one length: each of two loses two letters. A longer word meets them by its usual keys.
    for mark in further:
        found = [*found, *two]
        marks += [mark] * len(two)
    return np.array(found, dtype=np.int64).T, np.array(marks, dtype=np.uint64)
