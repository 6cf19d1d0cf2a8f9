"""The words of all listed names, found by likeness: every word at least :data:`~enduse.screen.sounds.CUTOFF` alike.

Each word is filed under its keys (:func:`enduse.screen.sounds.keys`), hashed; a query's word looks up its own keys.
Two words that are alike share a key, so nothing is lost, and only words that share one are compared, all at once.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cdist

from enduse.screen import sounds
from enduse.screen.records import Lines

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
Integers: TypeAlias = "np.ndarray[Any, np.dtype[np.int32]]"
Hashes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint32]]"
Flags: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"

_CACHED = 20_000
_NEAR = 1e-4
_FAR = np.float32(99.0)


class Vocabulary:
    """Words by number, in order, with the hashed keys under which they are filed.

    ``joined`` marks words that stand only for neighbouring words written together, ``unvowelled`` words that come from
    a script that leaves vowels out.
    """

    def __init__(
        self,
        words: Lines,
        heard: Lines,
        loose: Hashes,
        bones: Hashes,
        joined: Flags,
        unvowelled: Flags,
        hashes: Hashes,
        filed: Integers,
    ) -> None:
        self._words = words
        self._heard = heard
        self._loose = loose
        self._bones = bones
        self._joined = joined
        self._unvowelled = unvowelled
        self._hashes = hashes
        self._filed = filed
        self._found: OrderedDict[tuple[str, bool, bool], tuple[Integers, Floats]] = OrderedDict()

    @classmethod
    def build(cls, words: Sequence[str], joined: Sequence[bool], unvowelled: Sequence[bool]) -> Vocabulary:
        """File words, given in order, under their keys."""
        hashes: list[int] = []
        filed: list[int] = []
        for number, word in enumerate(words):
            if not word[0].isalnum():
                # Initials of neighbouring words are looked up as they are.
                continue
            own = {_hash(key) for key in sounds.keys(word, joined=joined[number])}
            hashes.extend(own)
            filed.extend([number] * len(own))
        codes = np.array(hashes, dtype=np.uint32)
        order = np.argsort(codes, kind="stable")
        return cls(
            Lines.of([word.encode() for word in words]),
            Lines.of([sounds.sound(word).encode() for word in words]),
            np.fromiter((_hash(sounds.loose_sound(word)) for word in words), dtype=np.uint32, count=len(words)),
            np.fromiter((_hash(sounds.bones(word)) for word in words), dtype=np.uint32, count=len(words)),
            np.array(joined, dtype=np.bool_),
            np.array(unvowelled, dtype=np.bool_),
            codes[order],
            np.array(filed, dtype=np.int32)[order],
        )

    def __len__(self) -> int:
        return len(self._words)

    def first_from(self, word: str) -> int:
        """Number of the first word that is not before ``word`` in order."""
        wanted = word.encode()
        low, high = 0, len(self._words)
        while low < high:
            middle = (low + high) // 2
            if self._words[middle] < wanted:
                low = middle + 1
            else:
                high = middle
        return low

    def number(self, word: str) -> int | None:
        """Number of exactly this word."""
        place = self.first_from(word)
        return place if place < len(self._words) and self._words[place] == word.encode() else None

    def alike(self, word: str, *, unvowelled: bool = False, joined: bool = False) -> tuple[Integers, Floats]:
        """Numbers and likenesses of the words that are alike to ``word``.

        Args:
            word: a word of a query.
            unvowelled: it comes from a script that leaves vowels out.
            joined: it is neighbouring words written together.
        """
        asked = (word, unvowelled, joined)
        known = self._found.get(asked)
        if known is not None:
            self._found.move_to_end(asked)
            return known
        found = self._search(word, unvowelled, joined)
        self._found[asked] = found
        if len(self._found) > _CACHED:
            self._found.popitem(last=False)
        return found

    def _search(self, word: str, unvowelled: bool, joined: bool) -> tuple[Integers, Floats]:
        codes = np.fromiter({_hash(key) for key in sounds.keys(word, joined=joined)}, dtype=np.uint32)
        starts = np.searchsorted(self._hashes, codes, side="left").tolist()
        ends = np.searchsorted(self._hashes, codes, side="right").tolist()
        rows = [self._filed[start:end] for start, end in zip(starts, ends, strict=True) if end > start]
        if not rows:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        numbers = distinct(rows)
        likeness = self._likeness(word, numbers, unvowelled, joined)
        kept = likeness > 0
        return numbers[kept], likeness[kept]

    def _likeness(self, word: str, numbers: Integers, unvowelled: bool, joined: bool) -> Floats:
        """What :func:`sounds.similarity` (or ``merged_similarity``) says of many words, at once and never less."""
        others = [self._words[number].decode() for number in numbers.tolist()]
        heard = [self._heard[number].decode() for number in numbers.tolist()]
        lengths = np.maximum(len(word), np.fromiter(map(len, others), dtype=np.float32, count=len(others)))
        own = sounds.sound(word)
        by_ear = cdist([own], heard, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)[0].astype(np.float32)
        merged = self._joined[numbers] | joined
        uneven = np.abs(np.fromiter(map(len, others), dtype=np.float32, count=len(others)) - len(word))
        slack = np.maximum(uneven - 1, 0)
        allowed = np.where(merged, 1, sounds.edits_allowed(own))
        heard_cost = sounds.SOUND + sounds.SOUND_EDIT * by_ear + np.where(merged, 0, sounds.SOUND_UNEVEN * slack)
        cost = np.where(by_ear <= allowed, heard_cost, _FAR).astype(np.float32)
        written = cdist([word], others, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8)[0].astype(np.float32)
        cost = np.where(merged & (by_ear == 1), 1, cost)
        cost = np.where(merged & (written > 2 - by_ear), _FAR, cost)
        written = np.where(written == 1, sounds.TRANSPOSED, written).astype(np.float32)
        cost = np.where(~merged & (written <= 2), np.minimum(cost, written), cost)
        # Equal hashes stand for equal strings here: this may only raise the bound.
        same_loose = ~merged & (self._loose[numbers] == _hash(sounds.loose_sound(word)))
        cost = np.where(same_loose, np.minimum(cost, sounds.LOOSE), cost)
        consonants = sounds.bones(word)
        same_bones = (self._bones[numbers] == _hash(consonants)) & ~merged
        bare = self._unvowelled[numbers] | unvowelled
        own_bones = np.where(
            bare,
            sounds.bones_cost(len(consonants), 0, True),
            np.where(
                uneven == 0,
                sounds.bones_cost(len(consonants), 0, False),
                sounds.bones_cost(len(consonants), 1, False) + sounds.BONES_UNEVEN * slack,
            ),
        )
        cost = np.where(same_bones, np.minimum(cost, own_bones), cost)
        cost = np.where(np.fromiter((other == word for other in others), dtype=np.bool_, count=len(others)), 0, cost)
        close = 1 - (np.minimum(cost / (0.5 * lengths), 1)) ** sounds.POWER
        cutoff = np.where(merged, sounds.MERGED_CUTOFF, sounds.CUTOFF) - _NEAR
        return np.where(close >= cutoff, np.minimum(close + _NEAR, 1), 0).astype(np.float32)

    def save(self, directory: Path) -> None:
        """Write the vocabulary to a folder."""
        self._words.save(directory, "words")
        self._heard.save(directory, "heard")
        np.save(directory / "joined.npy", self._joined)
        np.save(directory / "unvowelled.npy", self._unvowelled)
        np.save(directory / "loose.npy", self._loose)
        np.save(directory / "bones.npy", self._bones)
        np.save(directory / "keys.npy", self._hashes)
        np.save(directory / "filed.npy", self._filed)

    @classmethod
    def load(cls, directory: Path) -> Vocabulary:
        """Map a vocabulary that :meth:`save` wrote."""
        return cls(
            Lines.load(directory, "words"),
            Lines.load(directory, "heard"),
            np.load(directory / "loose.npy", mmap_mode="r"),
            np.load(directory / "bones.npy", mmap_mode="r"),
            np.load(directory / "joined.npy", mmap_mode="r"),
            np.load(directory / "unvowelled.npy", mmap_mode="r"),
            np.load(directory / "keys.npy", mmap_mode="r"),
            np.load(directory / "filed.npy", mmap_mode="r"),
        )


def distinct(rows: Sequence[Integers]) -> Integers:
    """The numbers of several arrays, each once, in order."""
    numbers = np.concatenate(rows) if len(rows) > 1 else rows[0].copy()
    numbers.sort()
    if len(numbers) < 2:
        return numbers
    first = np.empty(len(numbers), dtype=np.bool_)
    first[0] = True
    np.not_equal(numbers[1:], numbers[:-1], out=first[1:])
    return numbers[first]


def _hash(text: str) -> int:
    return zlib.crc32(text.encode())
