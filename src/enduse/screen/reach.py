"""Which names can reach a score: an upper bound over all names at once, from words alone.

A score is at least *t* where ``(1 - t) * matched - t * (unlike + left over) >= 0``. Every word of the query adds at
most the gain of its best partner in a name, and every word of the name at most that of its best partner in the query;
what has no partner is left over for certain. Names whose sum stays below zero cannot reach *t*.

Not all names that hold a partner are looked at: words of the query that cannot make up the score among themselves are
*optional*, and a name must hold a partner of one of the others. Only the names of those are fetched, and the names' own
words say what the optional ones add.

Source: Turtle and Flood, "Query evaluation: strategies and optimizations", Information Processing & Management 31
(1995): MaxScore.
"""

from __future__ import annotations

import functools
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, NamedTuple, TypeAlias

import numpy as np

from enduse.screen.normalise import words
from enduse.screen.score import NAMELESS, ONLY_GENERIC, SLIGHT, UNLIKE, UNLIKE_ALONE
from enduse.screen.vocabulary import Flags, Floats, Integers, distinct, run_starts, spans

_AT_ONCE = 3_000
"""Names, of one or several queries, that are looked at together."""
_FEW = 2
"""Names that are scored sooner than the bound would be found."""
_LITTLE = 300
"""Names, once for each word that they hold, among which optional words need not be looked for."""
_NEAR = 1e-4
_MANY = 1 << 32
_SHARED = 5
_RANGE, _INITIAL, _VAGUE, _TELLS = range(4)
_TELLING = np.array([(0, 0), (0, 2), (1, 2), (2, 2)], dtype=np.int8)
"""2 where a pair may say whose name it is, 0 where one of its words is an initial, else 1: by what is known of the
query's words, and by whether the listed word says so itself."""
THOUSAND = 1_000
Agreement: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
"""What agrees in pairs of a query and a name, or what a partner adds to that, a row for each of these:

what raises the score where several pairs of words agree, and where one does; weight times likeness; the weight of the
query's words, and of the name's, that may have a partner; then how many pairs of words may agree, initials apart, and
how many of these may say whose name it is. Neighbours that make one word together share the first :data:`_SHARED`.
"""
_NO_VALUES: Floats = np.zeros(0, dtype=np.float32)
_NO_NAMES: Integers = np.zeros(0, dtype=np.int32)
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
def _costs() -> tuple[Floats, Floats]:
    """What words left over on both sides cost, and one side's for want of agreement: persons, organisations."""
    conflict, lonely = ([words().scoring[kind][cost] for kind in KINDS] for cost in ("conflict", "lonely"))
    return np.array(conflict, dtype=np.float32), np.array(lonely, dtype=np.float32)


@functools.cache
def _heaviest_slight() -> float:
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
    if left > _NEAR and _strict(query) and not any(row.telling for row in rows):
        return False
    several = sum(row.pairs for row in rows) > 1
    gain = sum(row.gain if several else row.alone for row in rows)
    slight = query.slight + min(most_slight, query.slight_words * _heaviest_slight())
    short = max(0.0, 2 - (sum(row.matched for row in rows) + slight / 2))
    gain += (1 - query.least) * slight / 2 + 10 * _NEAR
    # Left over on both sides, words cost more.
    return any(
        gain >= query.least * (1 + SLIGHT * short) * (extra + lonely * short) * left
        for place, (extra, lonely) in enumerate(zip(query.extras, _costs()[1].tolist(), strict=True))
        if _KIND.get(query.weighed_as, place) == place
    )


def _strict(query: Asked) -> bool:
    """Whether initials and words that many names share are not enough where other words are left over."""
    return query.least > ONLY_GENERIC and not query.doubtful


class Names:
    """What the bound knows of the listed names: who holds a word, and which words a name holds.

    ``starts`` and ``postings`` lead from a word to its names; ``held_starts`` and ``held`` from a name to its
    words, with the place of each, how many words of the name it stands for, its weight there in thousandths, and
    whether it says there whose name it is.
    """

    def __init__(self, arrays: dict[str, Any], lengths: Integers) -> None:
        self._word_weights: Floats = arrays["word_weights"]
        self._telling: Flags = arrays["telling"]
        self._starts: Integers = arrays["starts"]
        self._postings: Integers = arrays["postings"]
        self._held_starts: Integers = arrays["held_starts"]
        self._held: Integers = arrays["held"]
        self._held_weights: Any = arrays["held_weights"]
        self._held_telling: Flags = arrays["held_telling"]
        self._places: Any = arrays["held_places"]
        self._lengths: Any = arrays["held_lengths"]
        self._weights: Floats = arrays["name_weights"]
        self._slight: Floats = arrays["slight_weights"]
        self._extras: Floats = arrays["least_extras"]
        self._organisations: Flags = arrays["of_organisations"]
        self._word_lengths = lengths
        self._most_slight = float(self._slight.max()) if len(self._slight) else 0.0
        self._local = threading.local()

    def reached(self, queries: Sequence[Asked]) -> list[Integers]:
        """For each query, the names whose bound reaches its least raw score, in order."""
        entries = self._entries(queries)
        starts = self._starts[entries.numbers]
        counts = self._starts[entries.ends] - starts
        cuts = entries.cuts
        if int(counts.sum()) > _LITTLE:
            needed = entries.needed(queries, counts, self._most_slight).nonzero()[0]
            starts, counts, cuts = starts[needed], counts[needed], np.searchsorted(needed, cuts)
        result: list[Integers] = []
        pending: list[Integers] = []
        together = 0
        for start, end in pairwise(cuts.tolist()):
            names = distinct(self._postings[spans(starts[start:end], counts[start:end])])
            if pending and together + len(names) > _AT_ONCE:
                result.extend(self._kept(entries, len(result), pending))
                pending, together = [], 0
            pending.append(names)
            together += len(names)
        if pending:
            result.extend(self._kept(entries, len(result), pending))
        return result

    def _entries(self, queries: Sequence[Asked]) -> _Entries:
        """The partners of all words of some queries."""
        parts = [part for query in queries for part in query.parts]
        sizes = np.array([len(part.numbers) for part in parts], dtype=np.int64)
        cuts = np.concatenate([[0], np.cumsum(sizes)])
        firsts = np.concatenate([[0], np.cumsum([len(query.parts) for query in queries])])
        table = _Queries.of(queries)
        facts = np.array(
            [
                (
                    part.row,
                    part.sharing,
                    part.weight / part.sharing,
                    part.tells,
                    part.long,
                    query.weights[part.row],
                    place,
                )
                for place, query in enumerate(queries)
                for part in query.parts
            ],
            dtype=np.float32,
        ).reshape(-1, 7)
        row, sharing, ours, tells, long, weights, query_of = facts.repeat(sizes, axis=0).T
        owners = query_of.astype(np.int64)
        numbers = np.concatenate([_NO_NAMES, *(part.numbers for part in parts)])
        alike = np.concatenate([_NO_VALUES, *(part.alike for part in parts)])
        ends = numbers + 1
        # An initial has no partner that says more than it does itself.
        initial = (long > 0) & (self._word_lengths[numbers] == 1)
        tells = np.where(initial, _INITIAL, np.where(tells > 0, _TELLS, _VAGUE)).astype(np.int8)
        theirs = self._word_weights[numbers]
        ranges: list[list[int]] = [[] for _ in queries]
        for place, part in enumerate(parts):
            if part.last >= 0:
                entry = int(cuts[place])
                # An initial may stand for any word, the heaviest included.
                ends[entry], tells[entry], theirs[entry] = part.last, _RANGE, max(words().weights.values())
                ranges[int(owners[entry])].append(entry)
        values = _Values(table.least[owners], alike, ours, sharing, tells, weights)
        best = values.of_row(theirs / sharing, self._telling[numbers])
        return _Entries.of(numbers, ends, row.astype(np.int64), cuts[firsts], owners, table, ranges, values, best)

    def _kept(self, entries: _Entries, first: int, found: Sequence[Integers]) -> list[Integers]:
        """Of the names found for some queries, ``first`` and those after it, the ones whose bound reaches."""
        kept: list[list[Integers]] = [[] for _ in found]
        numbers = np.repeat(np.arange(len(found)), [len(names) for names in found])
        together = found[0] if len(found) == 1 else np.concatenate(found)
        if len(together) <= _FEW:
            return list(found)
        # One query may find very many names.
        for start in range(0, len(together), _AT_ONCE):
            names, asked = together[start : start + _AT_ONCE], numbers[start : start + _AT_ONCE]
            reach = np.flatnonzero(self._can_reach(entries, first + asked, names))
            names, asked = names[reach], asked[reach]
            ends = np.searchsorted(asked, np.arange(len(found) + 1)).tolist()
            for place, (low, high) in enumerate(pairwise(ends)):
                if high > low:
                    kept[place].append(names[low:high])
        return [np.concatenate(parts) if len(parts) > 1 else parts[0] if parts else _NO_NAMES for parts in kept]

    def _can_reach(self, entries: _Entries, asked: Any, names: Integers) -> Flags:
        """Which pairs of a query and a name have a bound that reaches the query's least raw score."""
        gain, alone, matched, own, other, pairs, telling = self._agreement(entries, asked, names)
        table = entries.of_queries
        least, slight = table.least[asked], table.slight[asked]
        # A slight word of the name counts where one of the query's may be its partner.
        slight = slight + np.minimum(self._slight[names], table.slight_words[asked] * _heaviest_slight())
        kind = np.where(table.kinds[asked] < 0, self._organisations[names], table.kinds[asked])
        conflict, lonely = (values[kind] for values in _costs())
        extra = np.minimum(table.extras[asked, kind], self._extras[names, kind])
        gain = np.where(pairs > 1, gain, alone)
        short = np.maximum(0, 2 - (matched + slight / 2))
        ours = np.maximum(0, table.heavy[asked] - own)
        theirs = np.maximum(0, self._weights[names] - other)
        both, most = np.minimum(ours, theirs), np.maximum(ours, theirs)
        left_over = conflict * both + (extra + lonely * short) * (most - both)
        bound = gain + (1 - least) * slight / 2 - least * (1 + SLIGHT * short) * left_over
        # Where words are left over, initials and words that many names share are not enough.
        enough = (telling > 0) | ((most < _NEAR) & (pairs > 0)) | ~table.strict[asked]
        reached: Flags = (bound >= -_NEAR) & enough
        return reached

    def _agreement(self, entries: _Entries, asked: Any, names: Integers) -> Agreement:
        """What the words of each query and name have in common at the most."""
        starts = self._held_starts[names]
        counts = self._held_starts[names + 1] - starts
        flat = spans(starts, counts)
        held = self._held[flat]
        cuts = np.concatenate([[0], np.cumsum(counts)])
        elements, chosen = self._partners(entries, asked, held, self._lengths[flat], cuts)
        pairs = np.repeat(np.arange(len(names)), counts)[elements]
        flat = flat[elements]
        lengths = self._lengths[flat]
        values = entries.values.take(chosen)
        theirs = self._held_weights[flat] / (THOUSAND * values.sharing)
        of_row = values.of_row(theirs.astype(np.float32), self._held_telling[flat])
        by_row = _sums(of_row, pairs, entries.rows[chosen], len(names))
        of_place = values.of_place(of_row, lengths)
        # A word that stands for several neighbours of the name gives each of them its share.
        places = self._places[flat].astype(np.int64)
        longer = (lengths > 1).nonzero()[0]
        if len(longer):
            again = np.concatenate([np.arange(len(flat)), longer, longest := longer[lengths[longer] > 2]])
            further = np.concatenate([places[longer] + 1, places[longest] + 2])
            of_place, pairs, places = of_place[:, again], pairs[again], np.concatenate([places, further])
        by_place = _sums(of_place, pairs, places, len(names))
        least: Agreement = np.minimum(by_row, by_place)
        return least

    def _partners(self, entries: _Entries, asked: Any, held: Integers, lengths: Any, cuts: Any) -> tuple[Any, Any]:
        """Words of the names that are partners of the queries' words: their places in ``held``, and the entries."""
        slots = self._slots()
        found = np.zeros(len(held), dtype=np.int32)
        ranged: list[tuple[Any, Any]] = []
        changes = run_starts(asked)
        bounds = [*cuts[changes].tolist(), len(held)]
        for query, start, end in zip(asked[changes].tolist(), bounds, bounds[1:], strict=False):
            some = held[start:end]
            first, last, ranges = entries.runs_of[query], entries.runs_of[query + 1], entries.ranges[query]
            own = entries.run_words[first:last]
            slots[own] = np.arange(first + 1, last + 1, dtype=np.int32)
            found[start:end] = slots[some]
            slots[own] = 0
            for entry in ranges:
                low, high = entries.numbers[entry], entries.ends[entry]
                inside = np.flatnonzero((some >= low) & (some < high) & (lengths[start:end] == 1))
                ranged.append((inside + start, np.full(len(inside), entry)))
        elements = found.nonzero()[0]
        runs = found[elements] - 1
        counts = entries.run_lengths[runs]
        chosen = entries.ordered[spans(entries.run_starts[runs], counts)]
        elements = np.repeat(elements, counts)
        if ranged:
            elements = np.concatenate([elements, *(part for part, _ in ranged)])
            chosen = np.concatenate([chosen, *(part for _, part in ranged)])
        return elements, chosen

    def _slots(self) -> Integers:
        """A number for each word of the vocabulary, all zero; each thread has its own."""
        slots: Integers | None = getattr(self._local, "slots", None)
        if slots is None:
            slots = self._local.slots = np.zeros(len(self._starts), dtype=np.int32)
        return slots


def _sums(values: Agreement, pairs: Any, words: Any, count: int) -> Agreement:
    """Of each word of each pair of a query and a name the best partner, then their sums for each pair.

    Args:
        values: what each partner adds.
        pairs: the pair of a query and a name of each.
        words: its word, of the query or of the name.
        count: how many pairs of a query and a name there are.
    """
    width = int(words.max()) + 1 if len(words) else 1
    # Sums over the first of the inner axes are quicker than over the last.
    best = np.zeros((len(values), width, count), dtype=np.float32)
    cells = np.arange(len(values))[:, None] * (width * count) + (words * count + pairs)
    np.maximum.at(best.reshape(-1), cells.reshape(-1), values.reshape(-1))
    found: Agreement = best.sum(axis=1)
    return found


@dataclass(frozen=True, slots=True)
class _Queries:
    """What is asked of the names by each query, an array each."""

    least: Floats
    heavy: Floats
    slight: Floats
    slight_words: Floats
    extras: Floats
    strict: Flags
    kinds: Any

    @classmethod
    def of(cls, queries: Sequence[Asked]) -> _Queries:
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
class _Values:
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

    def take(self, chosen: Any) -> _Values:
        """Some of them."""
        return _Values(*(getattr(self, field)[chosen] for field in _Values.__slots__))

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
class _Entries:
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
    values: _Values
    best: Agreement
    ordered: Any
    run_words: Integers
    run_starts: Any
    run_lengths: Any
    runs_of: list[int]
    ranges: list[list[int]]
    of_queries: _Queries

    @classmethod
    def of(
        cls,
        numbers: Integers,
        ends: Integers,
        rows: Any,
        cuts: Any,
        owners: Any,
        table: _Queries,
        ranges: list[list[int]],
        values: _Values,
        best: Agreement,
    ) -> _Entries:
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
