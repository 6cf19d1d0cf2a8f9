"""Hashed keys of words: words that are alike share at least one, so that an index on them loses nothing.

A word's keys are its written form with up to two letters left out, its sound, its loose sound, and its bones.
They are sums of powers modulo 2**64, so that leaving a letter out is arithmetic on prefix sums: the keys of many words
are computed at once.

Sources: deletion neighbourhoods: Mor and Fraenkel, "A hash code method for detecting and correcting spelling errors",
CACM 25 (1982); polynomial hashing: Karp and Rabin, IBM Journal of Research and Development 31 (1987).
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np

from enduse.screen import sounds

Keys: TypeAlias = "np.ndarray[Any, np.dtype[np.uint64]]"
Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

_BASE = 0x9E3779B97F4A7C15 | 1
_INVERSE = pow(_BASE, -1, 1 << 64)
_SPREAD = np.uint64(0xD6E8FEB86659FD93)
_HALF = np.uint64(29)
_LESS, _TWICE_LESS = np.uint64(_INVERSE), np.uint64(_INVERSE * _INVERSE % (1 << 64))
_WRITTEN, _SOUND, _LOOSE, _BONES = 0x1F83D9AB, 0x5BE0CD19, 0x3C6EF372, 0xA54FF53A


def keys_of(asked: Sequence[tuple[str, bool]]) -> tuple[Keys, Numbers]:
    """The keys of many words, and the place of the word that each belongs to.

    Args:
        asked: words of plain lower-case letters and digits, each with whether it is neighbouring words written
            together (which are compared by :func:`enduse.screen.sounds.merged_similarity` only).
    """
    texts: list[str] = []
    about: list[tuple[int, int, int]] = []
    for number, (word, joined) in enumerate(asked):
        texts += (word, sounds.sound(word))
        about += (
            (1 if joined else sounds.written_edits_allowed(len(word)), _WRITTEN, number),
            (0, _SOUND, number),
        )
        if not joined:
            texts += (sounds.loose_sound(word), sounds.bones(word))
            about += ((0, _LOOSE, number), (0, _BONES, number))
    deleted, tags, numbers = np.array(about, dtype=np.int64).reshape(-1, 3).T
    lengths = np.array([len(text) for text in texts], dtype=np.int64)
    letters = _letters(texts, int(lengths.max(initial=0)))
    found, owners = [], []
    for hashes, rows in _without(letters, lengths, deleted):
        hashes = (hashes ^ tags[rows].astype(np.uint64)) * _SPREAD
        hashes ^= hashes >> _HALF
        found.append(hashes)
        owners.append(numbers[rows])
    return np.concatenate(found), np.concatenate(owners)


def _letters(texts: Sequence[str], longest: int) -> Keys:
    """One row of letters for each text, zeros behind."""
    padded = "".join(text.ljust(longest, "\0") for text in texts).encode("ascii", "replace")
    return np.frombuffer(padded, dtype=np.uint8).reshape(len(texts), longest).astype(np.uint64)


@functools.lru_cache(maxsize=256)
def _powers(longest: int) -> Keys:
    return np.array([pow(_BASE, place, 1 << 64) for place in range(longest)], dtype=np.uint64)


@functools.lru_cache(maxsize=256)
def _places(longest: int) -> tuple[Numbers, Numbers]:
    pairs = np.array(list(combinations(range(longest), 2)), dtype=np.int64).reshape(-1, 2)
    return pairs[:, 0].copy(), pairs[:, 1].copy()


def _without(letters: Keys, lengths: Numbers, deleted: Numbers) -> Iterator[tuple[Keys, Numbers]]:
    """Hashes of each text, and of it with one or two letters left out where ``deleted`` allows it, with its place."""
    count, longest = letters.shape
    sums = np.zeros((count, longest + 1), dtype=np.uint64)
    np.cumsum(letters * _powers(longest), axis=1, out=sums[:, 1:])
    yield sums[:, -1], np.arange(count)
    for left_out in (1, 2):
        rows = np.flatnonzero(deleted >= left_out)
        if not len(rows):
            return
        own = lengths[rows]
        longest = int(own.max())
        some = sums[rows, : longest + 1]
        whole = some[:, -1:]
        if left_out == 1:
            hashes = some[:, :-1] + (whole - some[:, 1:]) * _LESS
            kept = np.arange(longest) < own[:, None]
        else:
            first, second = _places(longest)
            hashes = some[:, first] + (some[:, second] - some[:, first + 1]) * _LESS
            hashes += (whole - some[:, second + 1]) * _TWICE_LESS
            kept = second < own[:, None]
        yield hashes[kept], np.repeat(rows, np.count_nonzero(kept, axis=1))
