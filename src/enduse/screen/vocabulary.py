"""The words of all listed names, found by likeness: every word at least :data:`~enduse.screen.sounds.CUTOFF` alike.

Each word is filed under its keys (:func:`enduse.screen.sounds.keys`), hashed; a query's word looks up its own keys.
Two words that are alike share a key, so nothing is lost, and only words that share one are compared.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from enduse.screen.sounds import keys, similarity

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
Integers: TypeAlias = "np.ndarray[Any, np.dtype[np.int32]]"
Hashes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint32]]"

_CACHED = 50_000


class Vocabulary:
    """Words by number, with the hashed keys under which they are filed."""

    def __init__(self, words: Sequence[str], hashes: Hashes, filed: Integers) -> None:
        self.words = words
        self._hashes = hashes
        self._filed = filed
        self._found: OrderedDict[tuple[str, bool], tuple[Integers, Floats]] = OrderedDict()

    @classmethod
    def build(cls, words: Sequence[str]) -> Vocabulary:
        """File the words under their keys."""
        hashes: list[int] = []
        filed: list[int] = []
        for number, word in enumerate(words):
            if not word[0].isalnum():
                # Initials of neighbouring words are looked up as they are.
                continue
            own = {zlib.crc32(key.encode()) for key in keys(word)}
            hashes.extend(own)
            filed.extend([number] * len(own))
        codes = np.array(hashes, dtype=np.uint32)
        order = np.argsort(codes, kind="stable")
        return cls(words, codes[order], np.array(filed, dtype=np.int32)[order])

    def alike(self, word: str, *, unvowelled: bool = False) -> tuple[Integers, Floats]:
        """Numbers and likenesses of the words that are alike to ``word``."""
        asked = (word, unvowelled)
        known = self._found.get(asked)
        if known is not None:
            self._found.move_to_end(asked)
            return known
        found = self._search(word, unvowelled)
        self._found[asked] = found
        if len(self._found) > _CACHED:
            self._found.popitem(last=False)
        return found

    def _search(self, word: str, unvowelled: bool) -> tuple[Integers, Floats]:
        codes = np.fromiter({zlib.crc32(key.encode()) for key in keys(word)}, dtype=np.uint32)
        starts = np.searchsorted(self._hashes, codes, side="left")
        ends = np.searchsorted(self._hashes, codes, side="right")
        rows = [self._filed[start:end] for start, end in zip(starts, ends, strict=True) if end > start]
        if not rows:
            return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32)
        numbers = np.unique(np.concatenate(rows))
        likeness = [similarity(word, self.words[number], unvowelled=unvowelled) for number in numbers]
        found = np.array(likeness, dtype=np.float32)
        kept = found > 0
        return numbers[kept].astype(np.int32), found[kept]

    def save(self, directory: Path) -> None:
        """Write the vocabulary to a folder."""
        (directory / "vocabulary.txt").write_text("\n".join(self.words), encoding="utf-8")
        np.save(directory / "keys.npy", self._hashes)
        np.save(directory / "filed.npy", self._filed)

    @classmethod
    def load(cls, directory: Path) -> Vocabulary:
        """Open a vocabulary that :meth:`save` wrote; the keys are mapped, not read."""
        text = (directory / "vocabulary.txt").read_text(encoding="utf-8")
        return cls(
            text.split("\n") if text else [],
            np.load(directory / "keys.npy", mmap_mode="r"),
            np.load(directory / "filed.npy", mmap_mode="r"),
        )
