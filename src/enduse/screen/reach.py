"""Which names can reach a score: an upper bound over all names at once, from words alone.

A score is at least *t* where ``(1 - t) * matched - t * (unlike + left over) >= 0``. Every word of the query adds at
most the gain of its best partner in a name, and every word of the name at most that of its best partner in the query;
what has no partner is left over for certain. Names whose sum stays below zero cannot reach *t*.

Not all names that hold a partner are looked at (:mod:`enduse.screen.entries`); the names' own words say what the
optional words of the query add.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from enduse.screen.entries import (
    INITIAL,
    NEAR,
    RANGE,
    TELLS,
    VAGUE,
    Agreement,
    Asked,
    Entries,
    Queries,
    Values,
    costs,
    heaviest_slight,
)
from enduse.screen.normalise import words
from enduse.screen.score import SLIGHT
from enduse.screen.vocabulary import Flags, Floats, Integers, distinct, run_starts, spans

_AT_ONCE = 3_000
"""Names, of one or several queries, that are looked at together."""
_FEW = 2
"""Names that are scored sooner than the bound would be found."""
_LITTLE = 300
"""Names, once for each word that they hold, among which optional words need not be looked for."""
THOUSAND = 1_000
_NO_VALUES: Floats = np.zeros(0, dtype=np.float32)
_NO_NAMES: Integers = np.zeros(0, dtype=np.int32)


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

    def _entries(self, queries: Sequence[Asked]) -> Entries:
        """The partners of all words of some queries."""
        parts = [part for query in queries for part in query.parts]
        sizes = np.array([len(part.numbers) for part in parts], dtype=np.int64)
        cuts = np.concatenate([[0], np.cumsum(sizes)])
        firsts = np.concatenate([[0], np.cumsum([len(query.parts) for query in queries])])
        table = Queries.of(queries)
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
        tells = np.where(initial, INITIAL, np.where(tells > 0, TELLS, VAGUE)).astype(np.int8)
        theirs = self._word_weights[numbers]
        ranges: list[list[int]] = [[] for _ in queries]
        for place, part in enumerate(parts):
            if part.last >= 0:
                entry = int(cuts[place])
                # An initial may stand for any word, the heaviest included.
                ends[entry], tells[entry], theirs[entry] = part.last, RANGE, max(words().weights.values())
                ranges[int(owners[entry])].append(entry)
        values = Values(table.least[owners], alike, ours, sharing, tells, weights)
        best = values.of_row(theirs / sharing, self._telling[numbers])
        return Entries.of(numbers, ends, row.astype(np.int64), cuts[firsts], owners, table, ranges, values, best)

    def _kept(self, entries: Entries, first: int, found: Sequence[Integers]) -> list[Integers]:
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

    def _can_reach(self, entries: Entries, asked: Any, names: Integers) -> Flags:
        """Which pairs of a query and a name have a bound that reaches the query's least raw score."""
        gain, alone, matched, own, other, pairs, telling = self._agreement(entries, asked, names)
        table = entries.of_queries
        least, slight = table.least[asked], table.slight[asked]
        # A slight word of the name counts where one of the query's may be its partner.
        slight = slight + np.minimum(self._slight[names], table.slight_words[asked] * heaviest_slight())
        kind = np.where(table.kinds[asked] < 0, self._organisations[names], table.kinds[asked])
        conflict, lonely = (values[kind] for values in costs())
        extra = np.minimum(table.extras[asked, kind], self._extras[names, kind])
        gain = np.where(pairs > 1, gain, alone)
        short = np.maximum(0, 2 - (matched + slight / 2))
        ours = np.maximum(0, table.heavy[asked] - own)
        theirs = np.maximum(0, self._weights[names] - other)
        both, most = np.minimum(ours, theirs), np.maximum(ours, theirs)
        left_over = conflict * both + (extra + lonely * short) * (most - both)
        bound = gain + (1 - least) * slight / 2 - least * (1 + SLIGHT * short) * left_over
        # Where words are left over, initials and words that many names share are not enough.
        enough = (telling > 0) | ((most < NEAR) & (pairs > 0)) | ~table.strict[asked]
        reached: Flags = (bound >= -NEAR) & enough
        return reached

    def _agreement(self, entries: Entries, asked: Any, names: Integers) -> Agreement:
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

    def _partners(self, entries: Entries, asked: Any, held: Integers, lengths: Any, cuts: Any) -> tuple[Any, Any]:
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
