"""Which names can reach a score: an upper bound over all names at once, from words alone.

A score is at least *t* where ``(1 - t) * matched - t * (unlike + left over) >= 0``. Every word of the query adds at
most the gain of its best partner in a name, and every word of the name at most that of its best partner in the query;
what has no partner is left over for certain. Names whose sum stays below zero cannot reach *t*.

The sum is taken twice: first over the query's words, each partner, or on long lists each class of partners, at the most
that it adds to any name (:mod:`enduse.screen.entries`), which needs the names of the partners alone; then, for the
names that are left, over their own words too, each at its weight in that very name.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from enduse.screen.entries import (
    KIND,
    NEAR,
    Agreement,
    Asked,
    Partners,
    costs,
    heaviest_slight,
    is_strict,
    optional,
)
from enduse.screen.score import SLIGHT
from enduse.screen.vocabulary import Flags, Floats, Integers, distinct, run_starts, spans

_AT_ONCE = 3_000
"""Names that are looked at together, word for word."""
_READ = 100_000
"""Names that are looked at together before."""
_FEW, _SOME = 3, 8
"""Names that are scored sooner than a bound by the query's words would be found, or one by the names' words too."""
_LITTLE = 10_000
"""Names, once for each partner that they hold, up to which all are put in order, those of optional words too."""
_MANY = 50
"""Names that hold an optional word, for each name that is looked at, from which on the word is taken to agree."""
_DENSE = 16
"""All marks are cleared together from a mark for this many names on."""
_LONG = 24
"""Names of a word, on average, from which on they are copied word by word."""
THOUSAND = 1_000
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
        self._extras: Floats = arrays["least_extras"].reshape(-1)
        self._organisations: Flags = arrays["of_organisations"]
        self._word_lengths = lengths
        self._most_slight = float(self._slight.max()) if len(self._slight) else 0.0
        self._local = threading.local()

    def reached(self, query: Asked) -> Integers:
        """The names whose bound reaches the query's least raw score, in order."""
        partners = Partners.of(query, self._word_weights, self._telling, self._word_lengths)
        if partners is None:
            return _NO_NAMES
        starts = self._starts.take(partners.numbers)
        counts = self._starts.take(partners.ends) - starts
        total = int(np.add.reduce(counts))
        if total <= _FEW:
            few: Integers = distinct(self._read(starts, counts, total))
            return few
        if total <= _LITTLE:
            holders = self._by_partner(query, partners, starts, counts)
        else:
            holders = self._by_class(query, partners, starts, counts)
        kept: list[tuple[Integers, Agreement | None]] = []
        for some, agreement in holders:
            if agreement is not None:
                places = self._can_reach(query, some, agreement).nonzero()[0]
                some, agreement = some.take(places), agreement.take(places, axis=1)
            kept.append((some, agreement))
        if sum([len(some) for some, _ in kept]) <= _SOME:
            return np.concatenate([_NO_NAMES, *[some for some, _ in kept]])
        found = []
        for some, agreement in kept:
            if agreement is None:
                found.append(some)
                continue
            # A query may find very many names.
            for start in range(0, len(some), _AT_ONCE):
                part = slice(start, start + _AT_ONCE)
                found.append(self._by_both(query, partners, some[part], agreement[:, part]))
        result: Integers = np.concatenate(found)
        return result

    def _by_class(
        self, query: Asked, partners: Partners, starts: Integers, counts: Integers
    ) -> Iterator[tuple[Integers, Agreement]]:
        """Names in order that hold a partner of a word that is not optional, with what agrees in them at the most.

        Args:
            query: the query.
            partners: its partners.
            starts, counts: where the names of each partner begin, and how many they are.
        """
        rows = partners.held(query, counts)
        skipped = optional(query, rows, self._most_slight)
        left_out = {row.number for row in skipped}
        needed = [row for row in rows if row.number not in left_out]
        least = sum([row.names for row in needed])
        if not least:
            return
        assumed = [row for row in skipped if row.names > _MANY * least]
        looked_up = [row for row in skipped if row.names <= _MANY * least]
        classes = partners.classes([*needed, *looked_up])
        best = classes.best
        if assumed:
            best = best + np.array([row.best for row in assumed], dtype=np.float32).sum(axis=0)[:, None]
        reached = self._suffices(query, best).any(axis=0)
        is_needed = np.zeros(len(rows), dtype=np.bool_)
        is_needed[[row.number for row in needed]] = True
        every = np.arange(len(counts))
        parts = [every[is_needed[partners.rows]]]
        parts += [every[slice(*partners.rows.searchsorted((row.number, row.number + 1)).tolist())] for row in looked_up]
        marks = self._marks()
        names = _NO_NAMES
        for place, wanted in enumerate(parts):
            own = classes.of_partner.take(wanted)
            order = own.argsort(kind="stable")
            wanted, own = wanted.take(order), own.take(order)
            sizes = counts.take(wanted)
            ends = np.add.accumulate(sizes)
            read = self._read(starts.take(wanted), sizes, int(ends[-1]))
            firsts = run_starts(own)
            cuts = (ends.take(firsts) - sizes.take(firsts)).tolist()
            if place:
                inside = marks.take(read).nonzero()[0]
                read, cuts = read.take(inside), inside.searchsorted(cuts).tolist()
            else:
                names = read
            for value, start, end in zip(own.take(firsts), cuts, [*cuts[1:], len(read)], strict=True):
                some = read[start:end]
                marks[some] = marks.take(some) | value
        held = distinct(names.take(reached.take(marks.take(names)).nonzero()[0]))
        sets = marks.take(held)
        if len(names) * _DENSE > len(marks):
            marks.fill(0)
        else:
            marks[names] = 0
        for start in range(0, len(held), _READ):
            part = slice(start, start + _READ)
            yield held[part], best.take(sets[part], axis=1)

    def _suffices(self, query: Asked, best: Agreement) -> Flags:
        """For a person's name and an organisation's, whether what it agrees in, and no more, may reach the score.

        Where the query decides as what names are weighed there is one row for all.

        Args:
            query: the query.
            best: what agrees at the most, a column for each case.
        """
        gain, alone, matched, own, _, pairs, telling = best
        slight = query.slight + min(self._most_slight, query.slight_words * heaviest_slight())
        short = np.maximum(0, 2 - slight / 2 - matched)
        left_over = query.least * (1 + SLIGHT * short) * np.maximum(0, query.heavy - own)
        gain = np.where(pairs > 1, gain, alone)
        gain += (1 - query.least) * slight / 2 + 10 * NEAR
        extra, lonely = np.array(query.extras, dtype=np.float32), costs()[1]
        if query.weighed_as:
            # Every name is weighed as one kind.
            kind = slice(KIND[query.weighed_as], KIND[query.weighed_as] + 1)
            extra, lonely = extra[kind], lonely[kind]
        reached: Flags = gain >= left_over * (extra[:, None] + lonely[:, None] * short)
        if is_strict(query):
            reached &= (telling > 0) | (left_over < NEAR)
        return reached

    def _by_partner(
        self, query: Asked, partners: Partners, starts: Integers, counts: Integers
    ) -> Iterator[tuple[Integers, Agreement | None]]:
        """Names in order that hold a partner, with what agrees in them at the most; of few names nothing.

        Args:
            query: the query.
            partners: its partners.
            starts, counts: where the names of each partner begin, and how many they are.
        """
        total = int(np.add.reduce(counts))
        bits = len(partners.numbers).bit_length()
        key = self._read(starts, counts, total).astype(np.int64)
        key <<= bits
        key |= np.arange(len(counts)).repeat(counts)
        key.sort()
        entries = key & ((1 << bits) - 1)
        some = key >> bits
        first = np.empty(len(some) + 1, dtype=np.bool_)
        first[0] = first[-1] = True
        np.not_equal(some[1:], some[:-1], out=first[1:-1])
        # Most names hold one partner of one word.
        alone = self._suffices(query, partners.best)
        kind = self._organisations.take(some) * len(partners.numbers) if len(alone) > 1 else 0
        looked_at = alone.ravel().take(entries + kind)
        looked_at |= ~(first[:-1] & first[1:])
        kept = looked_at.nonzero()[0]
        if not len(kept):
            return
        some, entries, first = some.take(kept), entries.take(kept), first.take(kept)
        rows = partners.rows.take(entries)
        if len(kept) <= _FEW:
            yield some[first].astype(np.int32), None
            return
        agreement = partners.best.take(entries, axis=1)
        pairs = first.copy()
        pairs[1:] |= rows[1:] != rows[:-1]
        # Of a word's partners in a name the best counts, then the words add up.
        runs = pairs.nonzero()[0]
        if len(runs) < len(some):
            agreement = np.maximum.reduceat(agreement, runs, axis=1)
            first, some = first.take(runs), some.take(runs)
        runs = first.nonzero()[0]
        if len(runs) < len(some):
            agreement, some = np.add.reduceat(agreement, runs, axis=1), some.take(runs)
        yield some.astype(np.int32), agreement

    def _read(self, starts: Integers, counts: Integers, total: int) -> Integers:
        """The names of some partners, one partner's after the other's."""
        if total <= _LONG * len(starts):
            few: Integers = self._postings.take(spans(starts, counts))
            return few
        ends = (starts + counts).tolist()
        some = [self._postings[start:end] for start, end in zip(starts.tolist(), ends, strict=True)]
        read: Integers = np.concatenate(some)
        return read

    def _can_reach(self, query: Asked, names: Integers, agreement: Agreement) -> Flags:
        """Which names have a bound that reaches the query's least raw score."""
        gain, alone, matched, own, other, pairs, telling = agreement
        least = query.least
        slight: Any = query.slight
        if query.slight_words:
            # A slight word of the name counts where one of the query's may be its partner.
            slight = slight + np.minimum(self._slight.take(names), query.slight_words * heaviest_slight())
        conflict, lonely = costs()
        kind: Any = KIND.get(query.weighed_as)
        extra: Any
        if kind is None:
            kind = self._organisations.take(names).view(np.int8)
            conflict, lonely = conflict.take(kind), lonely.take(kind)
            extra = np.array(query.extras, dtype=np.float32).take(kind)
        else:
            conflict, lonely, extra = conflict[kind], lonely[kind], np.float32(query.extras[kind])
        extra = np.minimum(extra, self._extras.take(2 * names + kind))
        gain = np.where(pairs > 1, gain, alone)
        short = np.maximum(0, 2 - (matched + slight / 2))
        ours = np.maximum(0, query.heavy - own)
        theirs = np.maximum(0, self._weights.take(names) - other)
        both, most = np.minimum(ours, theirs), np.maximum(ours, theirs)
        left_over = conflict * both + (extra + lonely * short) * (most - both)
        reached: Flags = gain + (1 - least) * slight / 2 - least * (1 + SLIGHT * short) * left_over >= -NEAR
        if is_strict(query):
            # Where words are left over, initials and words that many names share are not enough.
            reached &= (telling > 0) | ((most < NEAR) & (pairs > 0))
        return reached

    def _by_both(self, query: Asked, partners: Partners, names: Integers, agreement: Agreement) -> Integers:
        """The names whose bound reaches the query's least raw score by the words of both.

        Args:
            query: the query.
            partners: its partners.
            names: names.
            agreement: what agrees in each at the most by the query's words.
        """
        starts = self._held_starts.take(names)
        counts = self._held_starts.take(names + 1) - starts
        flat = spans(starts, counts)
        lengths, places = self._lengths.take(flat), self._places.take(flat)
        elements, chosen = self._partners(partners, self._held.take(flat), lengths)
        of_name = np.arange(len(names)).repeat(counts)
        # The weight of the name's words that have a partner, alone or with neighbours, is known in full.
        width = int(places.max()) + 3
        weights = np.zeros(width * len(names), dtype=np.float32)
        single = (lengths == 1).nonzero()[0]
        weights[places.take(single).astype(np.int64) * len(names) + of_name.take(single)] = self._held_weights.take(
            flat.take(single)
        ) / np.float32(THOUSAND)
        shared = np.zeros(len(weights), dtype=np.bool_)
        lengths, places = lengths.take(elements), places.take(elements).astype(np.int64)
        pairs = of_name.take(elements)
        longer, longest = (lengths > 1).nonzero()[0], (lengths > 2).nonzero()[0]
        cells = places * len(names) + pairs
        shared[cells] = True
        shared[cells.take(longer) + len(names)] = True
        shared[cells.take(longest) + 2 * len(names)] = True
        agreement = agreement.copy()
        agreement[4] = (weights * shared).reshape(width, -1).sum(axis=0)
        reached = self._can_reach(query, names, agreement)
        left = reached.nonzero()[0]
        if len(left) < len(names):
            if not len(left):
                return _NO_NAMES
            some = reached.take(pairs).nonzero()[0]
            elements, chosen, lengths, places = (item.take(some) for item in (elements, chosen, lengths, places))
            pairs = (np.add.accumulate(reached, dtype=np.int64) - 1).take(pairs.take(some))
            names, agreement = names.take(left), agreement.take(left, axis=1)
        flat = flat.take(elements)
        values = partners.values.take(chosen)
        theirs = self._held_weights.take(flat) / (THOUSAND * values.sharing)
        of_row = values.of_row(theirs.astype(np.float32), self._held_telling.take(flat))
        by_row = _sums(of_row, pairs, partners.rows.take(chosen), len(names))
        of_place = values.of_place(of_row, lengths)
        # A word that stands for several neighbours of the name gives each of them its share.
        longer, longest = (lengths > 1).nonzero()[0], (lengths > 2).nonzero()[0]
        if len(longer):
            again = np.concatenate([np.arange(len(flat)), longer, longest])
            further = np.concatenate([places, places.take(longer) + 1, places.take(longest) + 2])
            of_place, pairs, places = of_place.take(again, axis=1), pairs.take(again), further
        by_place = _sums(of_place, pairs, places, len(names))
        by_place[4] = agreement[4]
        kept: Integers = names[self._can_reach(query, names, np.minimum(by_row, by_place))]
        return kept

    def _partners(self, partners: Partners, held: Integers, lengths: Any) -> tuple[Any, Any]:
        """Words of the names that are partners of the query's words: their places in ``held``, and the partners."""
        order = np.argsort(partners.numbers, kind="stable")
        if partners.ranges:
            order = order[~np.isin(order, partners.ranges)]
        numbers = partners.numbers[order]
        starts = run_starts(numbers)
        slots = self._slots()
        slots[numbers[starts]] = np.arange(1, len(starts) + 1, dtype=np.int32)
        found = slots[held]
        slots[numbers] = 0
        elements = found.nonzero()[0]
        runs = found[elements] - 1
        sizes = np.diff(starts, append=len(order))[runs]
        chosen = order[spans(starts[runs], sizes)]
        elements = elements.repeat(sizes)
        for entry in partners.ranges:
            inside = (held >= partners.numbers[entry]) & (held < partners.ends[entry]) & (lengths == 1)
            some = inside.nonzero()[0]
            elements = np.concatenate([elements, some])
            chosen = np.concatenate([chosen, np.full(len(some), entry)])
        return elements, chosen

    def _slots(self) -> Integers:
        """A number for each word of the vocabulary, all zero; each thread has its own."""
        slots: Integers | None = getattr(self._local, "slots", None)
        if slots is None:
            slots = self._local.slots = np.zeros(len(self._starts), dtype=np.int32)
        return slots

    def _marks(self) -> Any:
        """A byte for each name, all zero; each thread has its own."""
        marks: Any = getattr(self._local, "marks", None)
        if marks is None:
            marks = self._local.marks = np.zeros(len(self._weights), dtype=np.uint8)
        return marks


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
