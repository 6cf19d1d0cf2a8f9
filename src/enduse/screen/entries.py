"""What queries ask of the listed names: the partners of their words, and what each partner adds at the most.

Words of the query that cannot make up the score among themselves are *optional*: a name must hold a partner of one of
the others, and only the names of those are fetched.

Source: Turtle and Flood, "Query evaluation: strategies and optimizations", Information Processing & Management 31
(1995): MaxScore.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from enduse.screen.normalise import words
from enduse.screen.score import NAMELESS, ONLY_GENERIC, SLIGHT, UNLIKE, UNLIKE_ALONE
from enduse.screen.vocabulary import Flags, Floats, Integers, run_starts

NEAR = 1e-4
"""What rounding may take from a bound."""
_MANY = 1 << 32
_SHARED = 5
RANGE, INITIAL, VAGUE, TELLS = range(4)
"""What is known of a pair: the listed words are a range, one is an initial, both are vague, one tells whose it is."""
_TELLING = np.array([(0, 0), (0, 2), (1, 2), (2, 2)], dtype=np.int8)
"""2 where a pair may say whose name it is, 0 where one of its words is an initial, else 1: by what is known of the
query's words, and by whether the listed word says so itself."""
Agreement: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
"""What agrees in pairs of a query and a name, or what a partner adds to that, a row for each of these:

what raises the score where several pairs of words agree, and where one does; weight times likeness; the weight of the
query's words, and of the name's, that may have a partner; then how many pairs of words may agree, initials apart, and
how many of these may say whose name it is. Neighbours that make one word together share the first :data:`_SHARED`.
"""
KINDS = ("person", "organisation")
_KIND = {"person": 0, "organisation": 1}


class Part(NamedTuple):
    """Words of the vocabulary that a word of a query, or neighbouring words together, may be aligned with.

    Attributes:
        row: which word of the query.
        sharing: how many words of the query share in the pair; each has a part of its own.
        weight: of the query's words in the pair.
        numbers, alike: the words, and their likeness.
        tells: the query's words may say whose name it is.
        long: the query's word is one, and no single letter.
        last: of a range of words that all begin with an initial, of which ``numbers`` holds the first, the one after
            its last.
    """

    row: int
    sharing: int
    weight: float
    numbers: Integers
    alike: Floats
    tells: bool
    long: bool = False
    last: int = -1


@dataclass(frozen=True, slots=True)
class Asked:
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


@dataclass(frozen=True, slots=True)
class _Row:
    """A word of a query: how many names hold its partners, its weight, and the best that these may add."""

    number: int
    names: float
    weight: float
    gain: float
    alone: float
    matched: float
    pairs: float
    telling: float


def _optional(query: Asked, rows: list[_Row], most_slight: float) -> list[_Row]:
    """Words without which the names are found all the same: by themselves they cannot make up the score."""
    found: list[_Row] = []
    for row in sorted(rows, key=lambda row: -row.names):
        if not _may_reach(query, [*found, row], most_slight):
            found.append(row)
    return found


def _may_reach(query: Asked, rows: Sequence[_Row], most_slight: float) -> bool:
    """Whether a name that agrees in these words, and in slight ones, may reach the score."""
    left = max(0.0, query.heavy - sum(row.weight for row in rows))
    if left > NEAR and _strict(query) and not any(row.telling for row in rows):
        return False
    several = sum(row.pairs for row in rows) > 1
    gain = sum(row.gain if several else row.alone for row in rows)
    slight = query.slight + min(most_slight, query.slight_words * heaviest_slight())
    short = max(0.0, 2 - (sum(row.matched for row in rows) + slight / 2))
    gain += (1 - query.least) * slight / 2 + 10 * NEAR
    # Left over on both sides, words cost more.
    return any(
        gain >= query.least * (1 + SLIGHT * short) * (extra + lonely * short) * left
        for place, (extra, lonely) in enumerate(zip(query.extras, costs()[1].tolist(), strict=True))
        if _KIND.get(query.weighed_as, place) == place
    )


def _strict(query: Asked) -> bool:
    """Whether initials and words that many names share are not enough where other words are left over."""
    return query.least > ONLY_GENERIC and not query.doubtful


@dataclass(frozen=True, slots=True)
class Queries:
    """What is asked of the names by each query, an array each."""

    least: Floats
    heavy: Floats
    slight: Floats
    slight_words: Floats
    extras: Floats
    strict: Flags
    kinds: Any

    @classmethod
    def of(cls, queries: Sequence[Asked]) -> Queries:
        numbers = np.array(
            [(query.least, query.heavy, query.slight, query.slight_words, *query.extras) for query in queries],
            dtype=np.float32,
        )
        return cls(
            numbers[:, 0],
            numbers[:, 1],
            numbers[:, 2],
            numbers[:, 3],
            numbers[:, 4:],
            np.array([_strict(query) for query in queries], dtype=np.bool_),
            np.array([_KIND.get(query.weighed_as, -1) for query in queries], dtype=np.int8),
        )


@dataclass(frozen=True, slots=True)
class Values:
    """What partners are worth, whatever the name.

    Attributes:
        least: the raw score to reach.
        alike: likeness.
        ours: the query's weight in the pair, or a word's share of it.
        sharing: how many words of the query share in the pair.
        tells: whether the pair may say whose name it is, a row of :data:`_TELLING`.
        weights: of the query's word.
    """

    least: Floats
    alike: Floats
    ours: Floats
    sharing: Floats
    tells: Any
    weights: Floats

    def take(self, chosen: Any) -> Values:
        """Some of them."""
        return Values(*(getattr(self, field)[chosen] for field in Values.__slots__))

    def of_row(self, theirs: Floats, sure: Flags) -> Agreement:
        """What each adds to a word of the query.

        Args:
            theirs: the listed word's weight in the pair, or its share of it.
            sure: whether the listed word says whose name it is.
        """
        pair = (self.ours + theirs) / 2
        matched = pair * self.alike
        sure_gain, unlike = (1 - self.least) * matched, self.least * (pair - matched)
        found = np.empty((7, len(pair)), dtype=np.float32)
        np.maximum(0, sure_gain - UNLIKE * unlike, out=found[0])
        np.maximum(0, sure_gain - UNLIKE_ALONE * unlike, out=found[1])
        found[2], found[3], found[4] = matched, self.weights, theirs
        telling = _TELLING[self.tells, sure.astype(np.int8)]
        found[5], found[6] = telling > 0, telling > 1
        return found

    def of_place(self, of_row: Agreement, lengths: Any) -> Agreement:
        """What each adds to a word of the name, of which ``lengths`` have a share in it."""
        found = of_row.copy()
        found[3] = self.ours
        found[:_SHARED] *= self.sharing / lengths
        return found


@dataclass(frozen=True, slots=True)
class Entries:
    """The partners of several queries' words, one query's after the other's.

    Attributes:
        numbers, ends, rows: as of each query.
        cuts: where each query's begin.
        values: what each is worth.
        best: what each adds at the most to a word of the query.
        ordered: entries by word, of each query; words that occur in several rows make runs.
        run_words, run_starts, run_lengths: each run's word, where it begins in ``ordered``, its length.
        runs_of: where each query's runs begin.
        ranges: the entries of each query that are ranges.
    """

    numbers: Integers
    ends: Integers
    rows: Any
    cuts: Any
    values: Values
    best: Agreement
    ordered: Any
    run_words: Integers
    run_starts: Any
    run_lengths: Any
    runs_of: list[int]
    ranges: list[list[int]]
    of_queries: Queries

    @classmethod
    def of(
        cls,
        numbers: Integers,
        ends: Integers,
        rows: Any,
        cuts: Any,
        owners: Any,
        table: Queries,
        ranges: list[list[int]],
        values: Values,
        best: Agreement,
    ) -> Entries:
        """From what each partner is worth, and the query of each."""
        single = np.ones(len(numbers), dtype=np.bool_)
        single[[entry for some in ranges for entry in some]] = False
        ordered = single.nonzero()[0]
        key = owners[ordered] * _MANY + numbers[ordered]
        order = np.argsort(key, kind="stable")
        ordered, key = ordered[order], key[order]
        starts = run_starts(key)
        return cls(
            numbers,
            ends,
            rows,
            cuts,
            values,
            best,
            ordered,
            numbers[ordered[starts]],
            starts,
            np.diff(starts, append=len(key)),
            np.searchsorted(owners[ordered[starts]], np.arange(len(cuts))).tolist(),
            ranges,
            table,
        )

    def needed(self, queries: Sequence[Asked], counts: Integers, most_slight: float) -> Flags:
        """Which entries' names are looked at: a name that holds none of these cannot reach."""
        offsets = np.concatenate([[0], np.cumsum([len(query.weights) for query in queries])])
        sizes = np.diff(self.cuts)
        rows = np.repeat(offsets[:-1], sizes) + self.rows
        total = int(offsets[-1])
        names = np.bincount(rows, weights=counts, minlength=total).tolist()
        own = self.best
        best = np.zeros((len(own), total), dtype=np.float32)
        cells = np.arange(len(own))[:, None] * total + rows
        np.maximum.at(best.reshape(-1), cells.reshape(-1), own.reshape(-1))
        gain, alone, matched, _, _, pairs, telling = best.tolist()
        keep = np.ones(total, dtype=np.bool_)
        for query, start in zip(queries, offsets.tolist(), strict=False):
            found = [
                _Row(row, names[row], weight, gain[row], alone[row], matched[row], pairs[row], telling[row])
                for row, weight in enumerate(query.weights, start)
                if names[row]
            ]
            for row in _optional(query, found, most_slight):
                keep[row.number] = False
        needed: Flags = keep[rows]
        return needed
