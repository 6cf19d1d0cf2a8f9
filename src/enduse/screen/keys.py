"""Hashed keys of words: words that are alike share at least one, so that an index on them loses nothing.

A word's keys are its written form with up to two letters left out, its sound, its loose sound, and its bones.
They are sums of powers modulo 2**64, so that leaving a letter out is arithmetic on prefix sums: the keys of many words
are computed at once.

Sources: deletion neighbourhoods: Mor and Fraenkel, "A hash code method for detecting and correcting spelling errors",
CACM 25 (1982); polynomial hashing: Karp and Rabin, IBM Journal of Research and Development 31 (1987).
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from itertools import combinations
from typing import Any, TypeAlias

import numpy as np

from enduse.screen import sounds

Keys: TypeAlias = "np.ndarray[Any, np.dtype[np.uint64]]"
Numbers: TypeAlias = "np.ndarray[Any, np.dtype[np.int64]]"

_BASE = 0x9E3779B97F4A7C15 | 1
_INVERSE = pow(_BASE, -1, 1 << 64)
_SPREAD = np.uint64(0xD6E8FEB86659FD93)
_WRITTEN, _SOUND, _LOOSE, _BONES = (np.uint64(tag) for tag in (0x1F83D9AB, 0x5BE0CD19, 0x3C6EF372, 0xA54FF53A))


def keys_of(asked: Sequence[tuple[str, bool]]) -> tuple[Keys, Numbers]:
    """The keys of many words, and the place of the word that each belongs to.

    Args:
        asked: words of plain lower-case letters and digits, each with whether it is neighbouring words written
            together (which are compared by :func:`enduse.screen.sounds.merged_similarity` only).
    """
    rows: list[tuple[str, int, np.uint64, int]] = []
    for number, (word, joined) in enumerate(asked):
        heard = sounds.sound(word)
        rows.append((word, 1 if joined else sounds.written_edits_allowed(len(word)), _WRITTEN, number))
        rows.append((heard, 0, _SOUND, number))
        if not joined:
            rows.append((sounds.loose_sound(word), 0, _LOOSE, number))
            rows.append((sounds.bones(word), 0, _BONES, number))
    found: list[Keys] = []
    owners: list[Numbers] = []
    groups: dict[int, list[tuple[str, int, np.uint64, int]]] = {}
    for row in rows:
        groups.setdefault(row[1], []).append(row)
    for deleted, group in groups.items():
        lengths = np.array([len(text) for text, *_ in group], dtype=np.int64)
        letters = _letters([text for text, *_ in group], int(lengths.max()))
        tags = np.array([tag for _, _, tag, _ in group], dtype=np.uint64)
        numbers = np.array([number for *_, number in group], dtype=np.int64)
        hashes, kept = _without(letters, lengths, deleted)
        hashes = (hashes ^ tags[:, None]) * _SPREAD
        hashes ^= hashes >> np.uint64(29)
        found.append(hashes[kept])
        owners.append(np.broadcast_to(numbers[:, None], kept.shape)[kept])
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


def _without(letters: Keys, lengths: Numbers, deleted: int) -> tuple[Keys, Any]:
    """Hashes of each text with up to ``deleted`` letters left out, and which of them are of letters that it has."""
    count, longest = letters.shape
    sums = np.zeros((count, longest + 1), dtype=np.uint64)
    np.cumsum(letters * _powers(longest), axis=1, out=sums[:, 1:])
    whole = sums[:, -1:]
    parts, kept = [whole], [np.ones((count, 1), dtype=np.bool_)]
    inverse = np.uint64(_INVERSE)
    if deleted >= 1 and longest:
        parts.append(sums[:, :-1] + (whole - sums[:, 1:]) * inverse)
        kept.append(np.arange(longest) < lengths[:, None])
    if deleted >= 2 and longest > 1:
        first, second = _places(longest)
        middle = (sums[:, second] - sums[:, first + 1]) * inverse
        parts.append(sums[:, first] + middle + (whole - sums[:, second + 1]) * inverse * inverse)
        kept.append(second < lengths[:, None])
    return np.concatenate(parts, axis=1), np.concatenate(kept, axis=1)
