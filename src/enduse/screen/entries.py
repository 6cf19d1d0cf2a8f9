"""What queries ask of the listed names: the partners of their words, and what each partner adds at the most.

Words of the query that cannot make up the score among themselves are *optional*: a name must hold a partner of one of
the others, and only the names of those are looked at.

Source: Turtle and Flood, "Query evaluation: strategies and optimizations", Information Processing & Management 31
(1995): MaxScore.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Sequence
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from enduse.screen.normalise import NAMELESS
from enduse.screen.score import ONLY_GENERIC, SLIGHT, UNLIKE, UNLIKE_ALONE
from enduse.screen.vocabulary import Flags, Floats, Integers
from enduse.screen.words import words

NEAR = 1e-4
"""What rounding may take from a bound."""
_SHARED = 5
RANGE, INITIAL, VAGUE, TELLS = range(4)
"""What is known of a pair: the listed words are a range, one is an initial, both are vague, one tells whose it is."""
_TELLING = np.array([[0, 0, 0, 1, 1, 1, 1, 1], [0, 0, 0, 1, 0, 1, 1, 1]], dtype=np.float32)
"""Whether no word of a pair is an initial, and whether the pair may say whose name it is: by what is known of the
query's words (twice), and by whether the listed word says so itself (1)."""
_UNLIKE = np.array([[UNLIKE], [UNLIKE_ALONE]], dtype=np.float32)
Agreement: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
"""What agrees in pairs of a query and a name, or what a partner adds to that, a row for each of these:

what raises the score where several pairs of words agree, and where one does; weight times likeness; the weight of the
query's words, and of the name's, that may have a partner; then how many pairs of words may agree, beginnings apart, and
how many of these may say whose name it is. Neighbours that make one word together share the first :data:`_SHARED`.
"""
KINDS = ("person", "organisation")
KIND = {"person": 0, "organisation": 1}


class Part(NamedTuple):
    """Words of the vocabulary that a word of a query, or neighbouring words together, may be aligned with.

    Attributes:
        row: which word of the query.
        sharing: how many words of the query share in the pair; each has a part of its own.
        weight: of the query's words in the pair.
        numbers, alike: the words, and their likeness.
        tells: the query's words may say whose name it is.
        long: the query's word is one, and no single letter.
        last: of a range of words that all begin with an initial, or with what is left of a word, of which ``numbers``
            holds the first, the one after its last.
    """

    row: int
    sharing: int
    weight: float
    numbers: Integers
    alike: Floats
    tells: bool
    long: bool = False
    last: int = -1


class Asked(NamedTuple):
    """What a query asks of the names.

    Attributes:
        parts: the partners of its words.
        weights: the weight of each row.
        heavy, slight: together, the weight of the query's words that say whose name it is, and of the others.
        slight_words: how many the others are.
        doubtful: whether a plain word may be one of the others in a name.
        extras: the least that a left-over word of the query costs, in a person's name and in an organisation's.
        least: the raw score to reach.
        weighed_as: ``person`` or ``organisation``, or empty where the listed name decides.
    """

    parts: list[Part]
    weights: list[float]
    heavy: float
    slight: float
    slight_words: int
    doubtful: bool
    extras: tuple[float, float]
    least: float
    weighed_as: str


@functools.cache
def costs() -> tuple[Floats, Floats]:
    """What words left over on both sides cost, and one side's for want of agreement: persons, organisations."""
    conflict, lonely = ([words().scoring[kind][cost] for kind in KINDS] for cost in ("conflict", "lonely"))
    return np.array(conflict, dtype=np.float32), np.array(lonely, dtype=np.float32)


@functools.cache
def heaviest_slight() -> float:
    return max(words().weights[word_class] for word_class in NAMELESS)


class Row(NamedTuple):
    """A word of a query: how many names hold its partners, its weight, and the best that these may add."""

    number: int
    names: int
    weight: float
    best: Sequence[float]


def optional(query: Asked, rows: Sequence[Row], most_slight: float) -> list[Row]:
    """Words without which the names are found all the same: by themselves they cannot make up the score.

    Args:
        query: the query.
        rows: its words.
        most_slight: the most that slight words weigh in a name.
    """
    found: list[Row] = []
    for row in sorted(rows, key=lambda row: -row.names):
        if row.names and not may_reach(query, [*found, row], most_slight):
            found.append(row)
    return found


def may_reach(query: Asked, rows: Sequence[Row], most_slight: float) -> bool:
    """Whether a name that agrees in these words, and in slight ones, may reach the score."""
    left = max(0.0, query.heavy - sum([row.weight for row in rows]))
    several, alone, matched, _, _, pairs, telling = map(math.fsum, zip(*[row.best for row in rows], strict=True))
    if left > NEAR and is_strict(query) and not telling:
        return False
    gain = several if pairs > 1 else alone
    slight = query.slight + min(most_slight, query.slight_words * heaviest_slight())
    short = max(0.0, 2 - (matched + slight / 2))
    gain += (1 - query.least) * slight / 2 + 10 * NEAR
    # Left over on both sides, words cost more.
    return any(
        gain >= query.least * (1 + SLIGHT * short) * (extra + lonely * short) * left
        for place, (extra, lonely) in enumerate(zip(query.extras, costs()[1].tolist(), strict=True))
        if KIND.get(query.weighed_as, place) == place
    )


def is_strict(query: Asked) -> bool:
    """Whether initials and words that many names share are not enough where other words are left over."""
    return query.least > ONLY_GENERIC and not query.doubtful


class Values(NamedTuple):
    """What partners are worth, whatever the name.

    Attributes:
        least: the raw score that the query has to reach.
        alike: likeness.
        ours: the query's weight in the pair, or a word's share of it.
        sharing: how many words of the query share in the pair.
        tells: what is known of the pair, see :data:`_TELLING`.
        weights: of the query's word.
    """

    least: float
    alike: Floats
    ours: Floats
    sharing: Floats
    tells: Any
    weights: Floats

    def take(self, chosen: Any) -> Values:
        """Some of them."""
        return Values(
            self.least,
            self.alike.take(chosen),
            self.ours.take(chosen),
            self.sharing.take(chosen),
            self.tells.take(chosen),
            self.weights.take(chosen),
        )

    def of_row(self, theirs: Floats, sure: Flags) -> Agreement:
        """What each adds to a word of the query.

        Args:
            theirs: the listed word's weight in the pair, or its share of it.
            sure: whether the listed word says whose name it is.
        """
        pair = (self.ours + theirs) / 2
        matched = pair * self.alike
        found = np.empty((7, len(pair)), dtype=np.float32)
        # Weight times likeness raises the score, what likeness is missing lowers it.
        sure_gain, unlike = (1 - self.least) * matched, self.least * (pair - matched)
        np.subtract(sure_gain, _UNLIKE * unlike, out=found[:2])
        np.maximum(found[:2], 0, out=found[:2])
        found[2], found[3], found[4] = matched, self.weights, theirs
        _TELLING.take(2 * self.tells + sure, axis=1, out=found[5:], mode="clip")
        return found

    def of_place(self, of_row: Agreement, lengths: Any) -> Agreement:
        """What each adds to a word of the name, of which ``lengths`` have a share in it."""
        found = of_row.copy()
        found[3] = self.ours
        found[:_SHARED] *= self.sharing / lengths
        return found


class Partners(NamedTuple):
    """The partners of a query's words, those of its first word first.

    Attributes:
        numbers, ends: each is a word of the vocabulary, or all from the first up to the one before the last.
        rows: the word of the query.
        firsts: where the partners of each part begin.
        row_of: the word of the query of each part.
        ranges: the partners that are several words.
        values: what each is worth.
        best: what each adds at the most to the word of the query.
    """

    numbers: Integers
    ends: Integers
    rows: Any
    firsts: list[int]
    row_of: list[int]
    ranges: list[int]
    values: Values
    best: Agreement

    @classmethod
    def of(cls, query: Asked, word_weights: Floats, telling: Flags, lengths: Integers) -> Partners | None:
        """The partners of a query, or None where it has none.

        Args:
            query: the query.
            word_weights: of each word of the vocabulary, the most that it weighs in a name.
            telling: whether it says in any name whose it is.
            lengths: its letters.
        """
        parts = sorted([part for part in query.parts if len(part.numbers)], key=_row_of)
        if not parts:
            return None
        sizes = [len(part.numbers) for part in parts]
        firsts = [0, *itertools.accumulate(sizes)][:-1]
        facts = (
            [part.row for part in parts],
            [part.weight / part.sharing for part in parts],
            [part.sharing for part in parts],
            [query.weights[part.row] for part in parts],
            [4 * part.tells + 2 * part.long for part in parts],
        )
        row, ours, sharing, weights, marks = np.array(facts, dtype=np.float32).repeat(sizes, axis=1)
        numbers = np.concatenate([part.numbers for part in parts])
        ends = numbers + 1
        # An initial has no partner that says more than it does itself.
        tells = _KNOWN.take(marks.astype(np.int8) + (lengths.take(numbers) == 1))
        theirs = word_weights.take(numbers)
        ranges = []
        for entry, part in zip(firsts, parts, strict=True):
            if part.last >= 0:
                # A beginning may stand for any word, the heaviest included.
                ends[entry], tells[entry], theirs[entry] = part.last, RANGE, max(words().weights.values())
                ranges.append(entry)
        values = Values(query.least, np.concatenate([part.alike for part in parts]), ours, sharing, tells, weights)
        best = values.of_row(theirs / sharing, telling.take(numbers))
        rows = row.astype(np.int64)
        return cls(numbers, ends, rows, firsts, [part.row for part in parts], ranges, values, best)

    def held(self, query: Asked, counts: Integers) -> list[Row]:
        """Each word of the query with how many names hold its partners, and what a partner adds at the most.

        Args:
            query: the query.
            counts: the names of each partner.
        """
        names = [0] * len(query.weights)
        best: list[list[float]] = [[0.0] * len(self.best) for _ in names]
        found = np.add.reduceat(counts, self.firsts).tolist()
        most = np.maximum.reduceat(self.best, self.firsts, axis=1).T.tolist()
        for row, number, values in zip(self.row_of, found, most, strict=True):
            best[row] = [*map(max, best[row], values)] if names[row] else values
            names[row] += number
        return [Row(*row) for row in zip(range(len(names)), names, query.weights, best, strict=True)]

    def classes(self, rows: Sequence[Row]) -> Classes:
        """The partners of some words of the query in few classes.

        Args:
            rows: the words; partners of others have no class.
        """
        of_partner = np.zeros(len(self.numbers), dtype=np.uint8)
        sums = np.zeros((len(self.best), 1), dtype=np.float32)
        rows = [row for row in rows if row.names]
        # Words for which no class is left share the last one, as if a name held partners of all of them.
        rest = rows[_CLASSES - 1 :] if len(rows) > _CLASSES else []
        rows = rows[: len(rows) - len(rest)]
        each = max(1, _CLASSES // max(1, len(rows))) if not rest else 1
        bits = 0
        for row in rows:
            first, last = self.rows.searchsorted((row.number, row.number + 1)).tolist()
            sets = np.zeros((len(sums), 1), dtype=np.float32)
            if each == 1:
                of_partner[first:last] = 1 << bits
                sets = np.array([sets[:, 0], row.best], dtype=np.float32).T
                bits += 1
            else:
                levels = _levels(self.best[0, first:last], each)
                for level in range(each):
                    chosen = (levels == level).nonzero()[0] + first
                    if len(chosen):
                        of_partner[chosen] = 1 << bits
                        most = self.best.take(chosen, axis=1).max(axis=1)[:, None]
                        sets = np.concatenate([sets, np.maximum(sets, most)], axis=1)
                        bits += 1
            sums = (sets[:, :, None] + sums[:, None, :]).reshape(len(sums), -1)
        for row in rest:
            first, last = self.rows.searchsorted((row.number, row.number + 1)).tolist()
            of_partner[first:last] = 1 << bits
        if rest:
            most = np.array([row.best for row in rest], dtype=np.float32).sum(axis=0)[:, None]
            sums = np.concatenate([sums, sums + most], axis=1)
        return Classes(of_partner, sums)


def _levels(gains: Floats, number: int) -> Any:
    """Partners of one word divided by what they add, as 0 to ``number - 1``."""
    most = max(float(gains.max()), NEAR)
    return np.minimum(gains * (number / most), number - 1).astype(np.int64)


class Classes(NamedTuple):
    """Partners in at most eight classes, so that one byte says of a name of which classes it holds a partner.

    Attributes:
        of_partner: the bit of the class of each partner, or 0.
        best: for each set of classes (a byte) what a name that holds partners of just these agrees in at the most.
    """

    of_partner: Any
    best: Agreement


_CLASSES = 8


def _row_of(part: Part) -> int:
    return part.row


_KNOWN = np.array([VAGUE, VAGUE, VAGUE, INITIAL, TELLS, TELLS, TELLS, INITIAL], dtype=np.int8)
"""What is known of a pair, by whether the query's words tell (4) and are one that is no initial (2), and by whether the
listed word is a single letter (1)."""
