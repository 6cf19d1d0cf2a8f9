"""The words of all listed names, found by likeness: every word at least :data:`~enduse.screen.sounds.CUTOFF` alike.

Each word is filed under its keys (:mod:`enduse.screen.keys`); a query's words look up theirs, all at once. Words that
are alike share a key, so nothing is lost, and only words that share one are compared.
"""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from enduse.screen import sounds
from enduse.screen.keys import Hashes, Keys, forms_of, keys_of
from enduse.screen.records import mapped
from enduse.screen.slips import reads_like_a_slip

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
Integers: TypeAlias = "np.ndarray[Any, np.dtype[np.int32]]"
Marks: TypeAlias = "np.ndarray[Any, np.dtype[np.uint8]]"
Flags: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"
AskedWord: TypeAlias = tuple[str, bool, bool]
"""A word, whether it comes from a script that leaves vowels out, whether it is neighbouring words written together."""

_CACHED = 20_000
_AT_ONCE = 4_000
_NEAR = 1e-4
_SWAPPED = min(1.0, sounds.TRANSPOSED)
_KNOWN = 100_000
_FAR = 99.0
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
        starts, ends = self.offsets.take(numbers).tolist(), self.offsets.take(numbers + 1).tolist()
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

    ``forms`` are hashes of each word's sounds and bones, ``shapes`` its length, and whether it stands only for
    neighbouring words written together, comes from a script that leaves vowels out, or reads like a slip.
    """

    def __init__(self, words: Text, arrays: dict[str, Any]) -> None:
        self._words = words
        self._arrays = arrays
        self.lengths: Integers = arrays["lengths"]
        self._forms: Hashes = arrays["forms"]
        self._shapes: Any = arrays["shapes"]
        self._buckets: Integers = arrays["buckets"]
        self._filed: Integers = arrays["filed"]
        self._marks: Marks = arrays["marks"]
        self._codes: Hashes = arrays["codes"]
        self._by_code: Integers = arrays["by_code"]
        self._shift = np.uint64(64 - (len(self._buckets) - 1).bit_length() + 1)
        self._found: dict[AskedWord, tuple[Integers, Floats]] = {}
        self._numbers: dict[str, int | None] = {}
        self._bits = len(words).bit_length()

    @classmethod
    def build(cls, words: Sequence[str], joined: Sequence[bool], unvowelled: Sequence[bool]) -> Vocabulary:
        """File words, given in order, under their keys."""
        # Initials of neighbouring words ("^abc") are looked up as they are.
        numbers = [number for number, word in enumerate(words) if word[0].isalnum()]
        numbers.sort(key=lambda number: len(words[number]))
        parts: list[tuple[Keys, Integers]] = []
        forms = np.zeros((len(words), 3), dtype=np.uint32)
        for start in range(0, len(numbers), _AT_ONCE):
            some = np.array(numbers[start : start + _AT_ONCE], dtype=np.int32)
            asked = [(words[number], bool(joined[number])) for number in some.tolist()]
            forms[some] = found = forms_of(asked)
            codes, owners = keys_of(asked, found, sought=False)
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
                "lengths": np.array([len(word) for word in words], dtype=np.int32),
                "forms": forms,
                "shapes": np.array(
                    [_shape(*word) for word in zip(words, unvowelled, joined, strict=True)], dtype=np.int16
                ),
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
        if not new:
            return
        codes = _hashes(new)
        starts = np.searchsorted(self._codes, codes)
        known, size = self._codes, len(self._codes)
        here = known.take(starts, mode="clip") == codes if size else np.zeros(len(new), dtype=np.bool_)
        for word, start, found in zip(new, starts.tolist(), here.tolist(), strict=True):
            self._numbers[word] = self._at(word, start) if found else None

    def _at(self, word: str, place: int) -> int | None:
        """The number of a word among those of its hash, which begin at ``place``."""
        code = self._codes[place]
        while place < len(self._codes) and self._codes[place] == code:
            number = int(self._by_code[place])
            if self._words[number] == word:
                return number
            place += 1
        return None

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
        plain = [(word, joined) for word, _, joined in asked]
        forms = forms_of(plain)
        codes, owners = keys_of(plain, forms, sought=True)
        places = (codes >> self._shift).view(np.int64)
        starts = self._buckets.take(places)
        counts = self._buckets.take(places + 1) - starts
        runs = spans(starts, counts)
        # Eight more bits of the key: what is in the bucket of another key is not looked at.
        same = (self._marks.take(runs) == codes.astype(np.uint8).repeat(counts)).nonzero()[0]
        pairs = owners.repeat(counts).take(same) << self._bits
        pairs |= self._filed.take(runs.take(same))
        pairs = distinct(pairs)
        rows = pairs >> self._bits
        numbers = (pairs & ((1 << self._bits) - 1)).astype(np.int32)
        likeness = self._likeness(asked, forms, rows, numbers)
        kept = likeness.nonzero()[0]
        rows, numbers, likeness = rows.take(kept), numbers.take(kept), likeness.take(kept)
        ends = rows.searchsorted(np.arange(len(asked) + 1)).tolist()
        return [(numbers[a:b], likeness[a:b]) for a, b in itertools.pairwise(ends)]

    def _likeness(self, asked: Sequence[AskedWord], forms: Hashes, rows: Any, numbers: Integers) -> Floats:
        """What :func:`sounds.similarity` (or ``merged_similarity``) says of many pairs, at once and never less.

        It depends on the words' shapes, on which of their sounds are the same, and on the letters between them, so
        that few kinds of pairs occur.
        """
        words = [word for word, *_ in asked]
        own, listed = [words[row] for row in rows.tolist()], self._words.take(numbers)
        written = cpdist(own, listed, **_EDITS)
        # Equal hashes stand for equal strings here: this may only raise the bound.
        same = (self._forms.take(numbers, axis=0) == forms.take(rows, axis=0)) @ _SAME
        kinds = same | written << _EDITS_AT
        # What is neither heard alike nor written so is not looked at any more.
        some = ((kinds >> _SAME_AT) != _UNLIKE).nonzero()[0]
        shapes = np.array([_own_shape(*word) for word in asked], dtype=np.int64).take(rows.take(some))
        kinds, written = kinds.take(some), written.take(some)
        kinds |= self._shapes.take(numbers.take(some))
        kinds |= shapes
        # One edit between words of one length is a letter exchanged for another, or two that have changed places.
        level = ((written == 1) & ((kinds ^ (kinds >> _SHAPE)) & _LONGEST == 0)).nonzero()[0]
        for place, pair in zip(level.tolist(), some.take(level).tolist(), strict=True):
            if sorted(own[pair]) == sorted(listed[pair]):
                kinds[place] |= 1 << _SWAPPED_AT
        kinds &= _MATTERS.take(kinds >> _SAME_AT & _SAME_OR_EDITS)
        likeness = np.zeros(len(rows), dtype=np.float32)
        likeness[some] = _likenesses_of(kinds.tolist())
        return likeness

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
    "forms",
    "shapes",
    "buckets",
    "filed",
    "marks",
    "codes",
    "by_code",
)


_SHAPE, _LETTERS = 15, 12
"""Bits of a word's shape, and of its length. A kind of pairs is the listed word's shape with the other's marks in it,
the other's length and consonants, which sounds are the same, the edits between them, whether letters were swapped."""
_LONGEST = (1 << _LETTERS) - 1
_CONSONANTS_AT = _SHAPE + _LETTERS
_SAME_AT = _CONSONANTS_AT + 3
_EDITS_AT = _SAME_AT + 3
_SWAPPED_AT = _EDITS_AT + 2
_SAME_OR_EDITS = (1 << _SWAPPED_AT - _SAME_AT) - 1
_UNLIKE = 3 << _EDITS_AT - _SAME_AT
_MATTERS = np.array(
    [
        # Consonants count where they are the same, a slip where two letters are wrong.
        ~((0 if same & 4 else 7 << _CONSONANTS_AT) | (0 if written == 2 else 1 << _LETTERS + 2))
        for written in range(4)
        for same in range(8)
    ],
    dtype=np.int64,
)
"""The bits of a kind that count, by which sounds are the same and by the edits: so fewer kinds occur."""
_SAME = np.array([1 << _SAME_AT, 1 << _SAME_AT + 1, 1 << _SAME_AT + 2], dtype=np.int64)
_EDITS: dict[str, Any] = {"scorer": OSA.distance, "score_cutoff": 2, "dtype": np.int64}
_known: dict[int, float] = {}
"""The likeness of each kind of pair that has occurred."""


def _shape(word: str, unvowelled: bool, joined: bool) -> int:
    """Length, whether vowels were never written, whether it is several words together, whether it reads like a slip."""
    found = min(len(word), _LONGEST) | bool(unvowelled) << _LETTERS | bool(joined) << _LETTERS + 1
    return found | (not joined and reads_like_a_slip(word)) << _LETTERS + 2


def _own_shape(word: str, unvowelled: bool, joined: bool) -> int:
    """The marks of a query's word where the listed one's stand, then its length, then how many consonants it has.

    They count as far as they matter; of words written together none are compared.
    """
    shape = _shape(word, unvowelled, joined)
    consonants = 0 if joined else min(len(sounds.bones(word)), sounds.MANY_CONSONANTS)
    return shape & ~_LONGEST | (shape & _LONGEST) << _SHAPE | consonants << _CONSONANTS_AT


def _likenesses_of(kinds: Sequence[int]) -> list[float]:
    """The likeness of kinds of pairs, each worked out once."""
    found = [_known.get(kind) for kind in kinds]
    if None in found:
        new = {kind: _likeness_of(kind) for kind, known in zip(kinds, found, strict=True) if known is None}
        if len(_known) + len(new) <= _KNOWN:
            _known.update(new)
        return [new[kind] if known is None else known for kind, known in zip(kinds, found, strict=True)]
    return [known for known in found if known is not None]


def _likeness_of(kind: int) -> float:
    """The likeness of a kind of pairs."""
    heard, loose, bones = (kind >> _SAME_AT + place & 1 for place in range(3))
    written = kind >> _EDITS_AT & 3
    bare, merged, slip = (kind >> _LETTERS + place & 1 for place in range(3))
    shortest, longest = sorted((kind & _LONGEST, kind >> _SHAPE & _LONGEST))
    uneven = longest - shortest
    if not written:
        return 1.0
    if merged:
        cost = sounds.SOUND if heard and written <= 2 else _FAR
        cost = min(cost, 1.0) if written == 1 else cost
        cost = _FAR if shortest < sounds.MERGED_FROM else cost
    else:
        cost = sounds.SOUND + sounds.SOUND_UNEVEN * max(uneven - 1, 0) if heard else _FAR
        if written <= sounds.written_edits_between(shortest, longest, slip=bool(slip)):
            cost = min(cost, _SWAPPED if kind >> _SWAPPED_AT else sounds.written_cost(written, slip=bool(slip)))
        cost = min(cost, sounds.LOOSE) if loose else cost
        if bones:
            cost = min(cost, sounds.bones_cost(kind >> _CONSONANTS_AT & 7, uneven, bool(bare)))
    close = sounds.closeness(cost, longest) + _NEAR
    return min(close, 1.0) if close >= (sounds.MERGED_CUTOFF if merged else sounds.CUTOFF) else 0.0


def spans(starts: Any, counts: Any) -> Any:
    """The places of several runs one after the other: ``starts[i], starts[i] + 1, ...``, ``counts[i]`` of each."""
    ends = np.add.accumulate(counts, dtype=np.int64)
    found = (starts - (ends - counts)).repeat(counts)
    found += np.arange(len(found))
    return found


def distinct(numbers: Any) -> Any:
    """The numbers, each once, in order."""
    ordered = numbers.copy()
    ordered.sort()
    return ordered.take(run_starts(ordered))


def run_starts(ordered: Any) -> Any:
    """Where each run of equal numbers begins."""
    first = np.empty(len(ordered), dtype=np.bool_)
    first[:1] = True
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
