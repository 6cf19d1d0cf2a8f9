"""The words of all listed names, found by likeness: every word at least :data:`~enduse.screen.sounds.CUTOFF` alike.

Each word is filed under its keys (:mod:`enduse.screen.keys`); a query's words look up theirs, all at once. Words that
are alike share a key, so nothing is lost, and only words that share one are compared.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from enduse.screen import sounds
from enduse.screen.keys import Keys, keys_of
from enduse.screen.records import mapped

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
Integers: TypeAlias = "np.ndarray[Any, np.dtype[np.int32]]"
Hashes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint32]]"
Marks: TypeAlias = "np.ndarray[Any, np.dtype[np.uint8]]"
Flags: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
AskedWord: TypeAlias = tuple[str, bool, bool]
"""A word, whether it comes from a script that leaves vowels out, whether it is neighbouring words written together."""

_CACHED = 20_000
_AT_ONCE = 4_000
_NEAR = 1e-4
_LEAST_EDIT = min(1.0, sounds.TRANSPOSED)
_FAR = np.float32(99.0)
_NOTHING: tuple[Integers, Floats] = (np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32))


class Text:
    """Many words of plain ASCII in one string, each found by its number."""

    def __init__(self, block: str, offsets: Integers) -> None:
        self._block = block
        self.offsets = offsets
        # Single numbers come quicker from a view than from an array.
        self._starts: memoryview[int] = memoryview(offsets.data)

    @classmethod
    def of(cls, words: Sequence[str]) -> Text:
        """From words in memory."""
        offsets = np.zeros(len(words) + 1, dtype=np.int32)
        offsets[1:] = np.cumsum([len(word) for word in words], dtype=np.int64)
        return cls("".join(words), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, number: int) -> str:
        return self._block[self._starts[number] : self._starts[number + 1]]

    def take(self, numbers: Integers) -> list[str]:
        """The words of some numbers."""
        block = self._block
        starts, ends = self.offsets[numbers].tolist(), self.offsets[numbers + 1].tolist()
        return [block[start:end] for start, end in zip(starts, ends, strict=True)]

    def save(self, directory: Path, name: str) -> None:
        """Write to a folder."""
        (directory / f"{name}.txt").write_bytes(self._block.encode("ascii"))
        np.save(directory / f"{name}.npy", self.offsets)

    @classmethod
    def load(cls, directory: Path, name: str) -> Text:
        """Read what :meth:`save` wrote.

        Raises:
            OSError, ValueError: a file is missing, or its length is not what the offsets say.
        """
        offsets = mapped(directory / f"{name}.npy")
        block = (directory / f"{name}.txt").read_bytes().decode("ascii")
        if not len(offsets) or int(offsets[-1]) != len(block):
            raise ValueError(f"{name}.txt is not of the stated length")
        return cls(block, offsets)


class Vocabulary:
    """Words by number, in order, with the buckets of their keys.

    ``joined`` marks words that stand only for neighbouring words written together, ``unvowelled`` words that come from
    a script that leaves vowels out.
    """

    def __init__(self, words: Text, arrays: dict[str, Any]) -> None:
        self._words = words
        self._arrays = arrays
        self.lengths: Integers = arrays["lengths"]
        self._bags: Keys = arrays["bags"]
        self._heard: Hashes = arrays["heard"]
        self._loose: Hashes = arrays["loose"]
        self._bones: Hashes = arrays["bones"]
        self.joined: Flags = arrays["joined"]
        self._unvowelled: Flags = arrays["unvowelled"]
        self._buckets: Integers = arrays["buckets"]
        self._filed: Integers = arrays["filed"]
        self._marks: Marks = arrays["marks"]
        self._codes: Hashes = arrays["codes"]
        self._by_code: Integers = arrays["by_code"]
        self._shift = np.uint64(64 - (len(self._buckets) - 1).bit_length() + 1)
        self._found: dict[AskedWord, tuple[Integers, Floats]] = {}
        self._numbers: dict[str, int | None] = {}

    @classmethod
    def build(cls, words: Sequence[str], joined: Sequence[bool], unvowelled: Sequence[bool]) -> Vocabulary:
        """File words, given in order, under their keys."""
        # Initials of neighbouring words ("^abc") are looked up as they are.
        numbers = [number for number, word in enumerate(words) if word[0].isalnum()]
        numbers.sort(key=lambda number: len(words[number]))
        parts: list[tuple[Keys, Integers]] = []
        for start in range(0, len(numbers), _AT_ONCE):
            some = np.array(numbers[start : start + _AT_ONCE], dtype=np.int32)
            codes, owners = keys_of([(words[number], joined[number]) for number in some.tolist()])
            parts.append((codes, some[owners]))
        bits = max(8, int(sum(len(codes) for codes, _ in parts) * 0.7).bit_length())
        places, marks, filed = _in_order(parts, bits, len(words).bit_length())
        exact = _hashes(words)
        by_code = np.argsort(exact, kind="stable").astype(np.int32)
        buckets = np.zeros((1 << bits) + 1, dtype=np.int32)
        buckets[1:] = np.cumsum(np.bincount(places, minlength=1 << bits))
        return cls(
            Text.of(words),
            {
                "heard": _hashes([sounds.sound(word) for word in words]),
                "lengths": np.array([len(word) for word in words], dtype=np.int32),
                "bags": np.array([sounds.bag(word) for word in words], dtype=np.uint64),
                "loose": _hashes([sounds.loose_sound(word) for word in words]),
                "bones": _hashes([sounds.bones(word) for word in words]),
                "joined": np.array(joined, dtype=np.bool_),
                "unvowelled": np.array(unvowelled, dtype=np.bool_),
                "buckets": buckets,
                "filed": filed,
                "marks": marks,
                "codes": exact[by_code],
                "by_code": by_code,
            },
        )

    def __len__(self) -> int:
        return len(self._words)

    def first_from(self, word: str) -> int:
        """Number of the first word that is not before ``word`` in order."""
        low, high = 0, len(self._words)
        while low < high:
            middle = (low + high) // 2
            if self._words[middle] < word:
                low = middle + 1
            else:
                high = middle
        return low

    def number(self, word: str) -> int | None:
        """Number of exactly this word."""
        if word not in self._numbers:
            self.find([word])
        return self._numbers[word]

    def find(self, words: Sequence[str]) -> None:
        """Find the numbers of many words at once; :meth:`number` then answers from memory."""
        new = [word for word in dict.fromkeys(words) if word not in self._numbers]
        if len(self._numbers) + len(new) > _CACHED:
            self._numbers.clear()
            new = list(dict.fromkeys(words))
        starts = np.searchsorted(self._codes, codes := _hashes(new))
        ends = np.searchsorted(self._codes, codes, side="right")
        for word, start, end in zip(new, starts.tolist(), ends.tolist(), strict=True):
            some = self._by_code[start:end].tolist() if end > start else ()
            self._numbers[word] = next((number for number in some if self._words[number] == word), None)

    def alike(self, word: str, *, unvowelled: bool = False, joined: bool = False) -> tuple[Integers, Floats]:
        """Numbers and likenesses of the words that are alike to ``word``.

        Args:
            word: a word of a query.
            unvowelled: it comes from a script that leaves vowels out.
            joined: it is neighbouring words written together.
        """
        asked = (word, unvowelled, joined)
        if asked not in self._found:
            self.look_up([asked])
        return self._found[asked]

    def look_up(self, asked: Sequence[AskedWord]) -> None:
        """Find what is alike to many words at once; :meth:`alike` then answers from memory."""
        new = [item for item in dict.fromkeys(asked) if item not in self._found]
        if len(self._found) + len(new) > _CACHED:
            self._found.clear()
            new = list(dict.fromkeys(asked))
        for start in range(0, len(new), _AT_ONCE):
            some = new[start : start + _AT_ONCE]
            self._found.update(zip(some, self._search(some), strict=True))

    def _search(self, asked: Sequence[AskedWord]) -> list[tuple[Integers, Floats]]:
        codes, owners = keys_of([(word, joined) for word, _, joined in asked])
        places = (codes >> self._shift).astype(np.int64)
        starts = self._buckets[places]
        counts = self._buckets[places + 1] - starts
        filed = counts > 0
        rows, counts, starts = owners[filed], counts[filed], starts[filed]
        if not len(rows):
            return [_NOTHING] * len(asked)
        runs = spans(starts, counts)
        # Eight more bits of the key: what is in the bucket of another key is not looked at.
        same = self._marks[runs] == np.repeat(codes.astype(np.uint8)[filed], counts)
        numbers = self._filed[runs[same]]
        pairs = distinct(np.repeat(rows, counts)[same] * len(self._words) + numbers)
        rows = pairs // len(self._words)
        numbers = (pairs - rows * len(self._words)).astype(np.int32)
        words = _Words.of(asked)
        near = self._near(words, rows, numbers)
        rows, numbers = rows[near], numbers[near]
        likeness = self._likeness(words, rows, numbers)
        kept = likeness > 0
        rows, numbers, likeness = rows[kept], numbers[kept], likeness[kept]
        ends = np.searchsorted(rows, np.arange(len(asked) + 1)).tolist()
        return [(numbers[a:b], likeness[a:b]) for a, b in itertools.pairwise(ends)]

    def _near(self, asked: _Words, rows: Any, numbers: Integers) -> Flags:
        """Which pairs may be alike, by their letters, sounds, loose sounds and bones alone."""
        lengths, own_lengths = self.lengths[numbers], asked.lengths[rows]
        most = sounds.most_cost(np.maximum(lengths, own_lengths))
        # An edit changes at most two letters of a bag.
        edits = np.where(most >= 2, 4, np.where(most >= _LEAST_EDIT, 2, -1))
        by_eye = np.bitwise_count(asked.bags[rows] ^ self._bags[numbers]) <= edits
        by_ear = (self._heard[numbers] == asked.heard[rows]) | (self._loose[numbers] == asked.loose[rows])
        # Few consonants say enough only where vowels were never written, or the words are of one length.
        enough = (
            (asked.consonants[rows] >= sounds.MANY_CONSONANTS)
            | self._unvowelled[numbers]
            | asked.unvowelled[rows]
            | (lengths == own_lengths)
        )
        near: Flags = by_eye | by_ear | ((self._bones[numbers] == asked.bones[rows]) & enough)
        return near

    def _likeness(self, asked: _Words, rows: Any, numbers: Integers) -> Floats:
        """What :func:`sounds.similarity` (or ``merged_similarity``) says of many pairs, at once and never less."""
        written = _distance([asked.words[place] for place in rows.tolist()], self._words.take(numbers))
        lengths, own_lengths = self.lengths[numbers], asked.lengths[rows]
        longest, shortest = np.maximum(lengths, own_lengths), np.minimum(lengths, own_lengths)
        uneven = longest - shortest
        slack = np.maximum(uneven - 1, 0)
        merged = self.joined[numbers] | asked.joined[rows]
        # Equal hashes stand for equal strings here: this may only raise the bound.
        same = self._heard[numbers] == asked.heard[rows]
        cost = np.where(same, sounds.SOUND + np.where(merged, 0, sounds.SOUND_UNEVEN * slack), _FAR)
        cost = np.where(merged & same & (written > 2), _FAR, cost)
        by_eye = np.where(
            written == 1, np.where(merged, 1, _LEAST_EDIT), np.where(merged & (written > 1), _FAR, written)
        )
        cost = np.where(written <= 2, np.minimum(cost, by_eye), cost)
        same_loose = ~merged & (self._loose[numbers] == asked.loose[rows])
        cost = np.where(same_loose, np.minimum(cost, sounds.LOOSE), cost)
        same_bones = ~merged & (self._bones[numbers] == asked.bones[rows])
        bare = self._unvowelled[numbers] | asked.unvowelled[rows]
        by_bones = asked.by_bones[rows]
        bones_cost = np.where(uneven == 0, by_bones[:, 0], by_bones[:, 1] + sounds.BONES_UNEVEN * slack)
        bare_cost = by_bones[:, 2] + sounds.UNVOWELLED_UNEVEN * np.maximum(uneven - 2, 0)
        cost = np.where(same_bones, np.minimum(cost, np.where(bare, bare_cost, bones_cost)), cost)
        cost = np.where(written == 0, 0, cost)
        close = 1 - (np.minimum(cost / (0.5 * longest), 1)) ** sounds.POWER
        cutoff = np.where(merged, sounds.MERGED_CUTOFF, sounds.CUTOFF) - _NEAR
        close = np.where(merged & (shortest < sounds.MERGED_FROM) & (cost > 0), 0, close)
        found: Floats = np.where(close >= cutoff, np.minimum(close + _NEAR, 1), 0).astype(np.float32)
        return found

    def save(self, directory: Path) -> None:
        """Write the vocabulary to a folder."""
        self._words.save(directory, "words")
        for name, array in self._arrays.items():
            np.save(directory / f"{name}.npy", array)

    @classmethod
    def load(cls, directory: Path) -> Vocabulary:
        """Map a vocabulary that :meth:`save` wrote."""
        arrays = {name: mapped(directory / f"{name}.npy") for name in _ARRAYS}
        return cls(Text.load(directory, "words"), arrays)


_ARRAYS = (
    "lengths",
    "bags",
    "heard",
    "loose",
    "bones",
    "joined",
    "unvowelled",
    "buckets",
    "filed",
    "marks",
    "codes",
    "by_code",
)


@dataclass(frozen=True, slots=True)
class _Words:
    """What is compared of the words that are asked for, an array each."""

    words: list[str]
    lengths: Integers
    bags: Keys
    heard: Hashes
    loose: Hashes
    bones: Hashes
    consonants: Integers
    by_bones: Floats
    unvowelled: Flags
    joined: Flags

    @classmethod
    def of(cls, asked: Sequence[AskedWord]) -> _Words:
        words = [word for word, *_ in asked]
        # Of words written together neither bones nor loose sound are compared.
        bones = ["" if joined else sounds.bones(word) for word, _, joined in asked]
        consonants = [len(text) for text in bones]
        costs = {count: _bones_costs(count) for count in set(consonants)}
        return cls(
            words,
            np.array([len(word) for word in words], dtype=np.int32),
            np.array([sounds.bag(word) for word in words], dtype=np.uint64),
            _hashes([sounds.sound(word) for word in words]),
            _hashes(["" if joined else sounds.loose_sound(word) for word, _, joined in asked]),
            _hashes(bones),
            np.array(consonants, dtype=np.int32),
            np.array([costs[count] for count in consonants], dtype=np.float32),
            np.array([unvowelled for _, unvowelled, _ in asked], dtype=np.bool_),
            np.array([joined for *_, joined in asked], dtype=np.bool_),
        )


def _bones_costs(consonants: int) -> tuple[float, float, float]:
    """Costs of the same bones: for words of one length, of other lengths, and where vowels were never written."""
    cost = sounds.bones_cost
    return cost(consonants, 0, False), cost(consonants, 1, False), cost(consonants, 0, True)


def _distance(left: list[str], right: list[str]) -> Floats:
    found: Floats = cpdist(left, right, scorer=OSA.distance, score_cutoff=2, dtype=np.uint8).astype(np.float32)
    return found


def spans(starts: Any, counts: Any) -> Any:
    """The places of several runs one after the other: ``starts[i], starts[i] + 1, ...``, ``counts[i]`` of each."""
    ends = np.cumsum(counts, dtype=np.int64)
    return np.arange(int(ends[-1]) if len(ends) else 0) + np.repeat(starts - (ends - counts), counts)


def distinct(numbers: Any) -> Any:
    """The numbers, each once, in order."""
    ordered = np.sort(numbers)
    return ordered[run_starts(ordered)]


def run_starts(ordered: Any) -> Any:
    """Where each run of equal numbers begins."""
    first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=first[1:])
    return first.nonzero()[0]


def _in_order(parts: list[tuple[Keys, Integers]], bits: int, wide: int) -> tuple[Any, Marks, Integers]:
    """Buckets, marks and words of keys, each once, in order.

    Args:
        parts: keys and their words; emptied, since a large vocabulary has a hundred million.
        bits: of a key that are its bucket.
        wide: bits of a word's number.
    """
    packed = np.empty(sum(len(codes) for codes, _ in parts), dtype=np.uint64)
    end = len(packed)
    while parts:
        codes, numbers = parts.pop()
        key = (codes >> np.uint64(64 - bits) << np.uint64(8)) | (codes & np.uint64(255))
        packed[end - len(codes) : end] = key << np.uint64(wide) | numbers.astype(np.uint64)
        end -= len(codes)
    packed.sort()
    packed = packed[run_starts(packed)]
    filed = (packed & np.uint64((1 << wide) - 1)).astype(np.int32)
    packed >>= np.uint64(wide)
    return (packed >> np.uint64(8)).astype(np.int32), packed.astype(np.uint8), filed


def _hashes(texts: Sequence[str]) -> Hashes:
    return np.fromiter((zlib.crc32(text.encode()) for text in texts), dtype=np.uint32, count=len(texts))
