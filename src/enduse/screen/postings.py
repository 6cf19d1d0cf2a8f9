"""Which names can reach a score: an upper bound over all names at once, from words alone.

A score is at least *t* where ``(1 - t) * matched - t * (unlike + left over) >= 0``. Every word of the query adds at
most the gain of its best partner in a name; what no word can match is left over for certain. Names whose sum stays
below zero cannot reach *t*; only the others are scored. So retrieval is complete above the threshold, never a top-k.
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from enduse.screen import sounds
from enduse.screen.normalise import Token, token_of, tokens, words
from enduse.screen.records import Lines, Records, mapped
from enduse.screen.score import (
    COUNTERPART,
    INITIAL,
    INITIALS,
    NAMELESS,
    NICKNAME,
    SLIGHT,
    SPELLING,
    UNLIKE,
    UNLIKE_ALONE,
    corporate,
    groups,
    nameless,
    weighed_as,
)
from enduse.screen.vocabulary import Asked, Floats, Integers, Vocabulary, spans

Mask: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"

_LETTERS = "^"


class Postings:
    """The words of all names, and for each word the names that hold it."""

    def __init__(self, vocabulary: Vocabulary, token_lines: Lines, arrays: dict[str, Any]) -> None:
        self._vocabulary = vocabulary
        self._arrays = arrays
        self._starts: Integers = arrays["starts"]
        self._postings: Integers = arrays["postings"]
        self._word_weights: Floats = arrays["word_weights"]
        self._name_weights: Floats = arrays["name_weights"]
        self._slight_weights: Floats = arrays["slight_weights"]
        self._of_organisations: Mask = arrays["of_organisations"]
        self._slight_only: Integers = arrays["slight_only"]
        # Single numbers come quicker from a view than from an array.
        self._name_starts = memoryview(arrays["name_starts"])
        self._name_tokens = memoryview(arrays["name_tokens"])
        self._tokens = token_lines
        self._known: dict[int, Token] = {}

    @classmethod
    def build(cls, records: Records) -> Postings:
        """File every name under its words, its neighbouring words written together, and their initials."""
        filed: dict[str, list[int]] = defaultdict(list)
        alone: set[str] = set()
        bare: set[str] = set()
        weights: dict[str, float] = defaultdict(float)
        name_weights, slight_weights, slight_only, of_organisations = [], [], [], []
        numbers: dict[Token, int] = {}
        name_tokens = array("i")
        name_starts = array("i", [0])
        for number, name in enumerate(records.names()):
            found = tokens.__wrapped__(name)
            name_tokens.extend(numbers.setdefault(token, len(numbers)) for token in found)
            name_starts.append(len(name_tokens))
            heavy = [token for token in found if not nameless(token)]
            of_organisations.append(corporate(found))
            name_weights.append(sum(token.weight for token in heavy))
            slight_weights.append(sum(token.weight for token in found if nameless(token)))
            alone.update(token.text for token in heavy)
            bare.update(token.text for token in heavy if token.unvowelled)
            if not heavy:
                slight_only.append(number)
            for word, weight in _filed_under(found):
                if not filed[word] or filed[word][-1] != number:
                    filed[word].append(number)
                weights[word] = max(weights[word], weight)
        ordered = sorted(filed)
        starts = np.zeros(len(ordered) + 1, dtype=np.int32)
        starts[1:] = np.cumsum([len(filed[word]) for word in ordered])
        return cls(
            Vocabulary.build(ordered, [word not in alone for word in ordered], [word in bare for word in ordered]),
            Lines.of([_line(token) for token in numbers]),
            {
                "name_starts": np.array(name_starts, dtype=np.int32),
                "name_tokens": np.array(name_tokens, dtype=np.int32),
                "starts": starts,
                "postings": np.fromiter(
                    (name for word in ordered for name in filed[word]), dtype=np.int32, count=int(starts[-1])
                ),
                "word_weights": np.array([weights[word] for word in ordered], dtype=np.float32),
                "of_organisations": np.array(of_organisations, dtype=np.bool_),
                "name_weights": np.array(name_weights, dtype=np.float32),
                "slight_weights": np.array(slight_weights, dtype=np.float32),
                "slight_only": np.array(slight_only, dtype=np.int32),
            },
        )

    def words_of(self, name: int) -> tuple[Token, ...]:
        """The words of a listed name, by its number."""
        known = self._known
        numbers = self._name_tokens[self._name_starts[name] : self._name_starts[name + 1]]
        return tuple([known.get(number) or self._word(number) for number in numbers])

    def _word(self, number: int) -> Token:
        text, word_class, unvowelled, written, *forms = self._tokens[number].decode().split("\t")
        sounds.remember(text, *forms)
        token = token_of(text, word_class, bool(unvowelled), written)
        if len(self._known) > _KNOWN:
            self._known.clear()
        self._known[number] = token
        return token

    def candidates(self, found: Sequence[Token], least: float) -> Integers:
        """Numbers of the names whose raw score against these words can reach ``least``, in order.

        Args:
            found: the words of a name.
            least: raw score, above 0 and at most 1.
        """
        return self.candidates_many([found], [least])[0]

    def candidates_many(
        self, queries: Sequence[Sequence[Token]], least: Sequence[float], kinds: Sequence[str] = ()
    ) -> list[Integers]:
        """:meth:`candidates` of many queries, each with its raw score to reach, looked up together.

        Args:
            queries: the words of each.
            least: for each, the raw score to reach.
            kinds: for each, the kind that :func:`~enduse.screen.score.score_of` will be told; ``any`` where left out.
        """
        self._vocabulary.look_up([asked for found in queries for asked in _asked(found)])
        self._vocabulary.find([word for found in queries for word in _exactly(found)])
        result: list[Integers] = []
        pending: list[_Entries] = []
        together = 0
        for found, reach, kind in zip(queries, least, kinds or ["any"] * len(queries), strict=True):
            entries = self._entries(found, reach, kind)
            size = int(entries.counts.sum())
            if pending and together + size > _AT_ONCE:
                result.extend(self._reached(pending))
                pending, together = [], 0
            pending.append(entries)
            together += size
        if pending:
            result.extend(self._reached(pending))
        return result

    def _entries(self, found: Sequence[Token], least: float, kind: str) -> _Entries:
        """Every word of the vocabulary that a word of the query may be aligned with."""
        heavy = [number for number, token in enumerate(found) if not nameless(token)]
        rows = {number: row for row, number in enumerate(heavy)}
        # Row, words, likenesses, the query's weight in the pair, and the share of the word's weight that it stands for.
        parts: list[tuple[int, Integers, Floats, float, float]] = []
        prefixes: list[tuple[int, int, int]] = []
        ours = [found[number].weight for number in heavy]
        for number in heavy:
            token = found[number]
            parts.append((rows[number], *self._partners(token), token.weight, 1.0))
            if token.word_class == "initial":
                first, last = (self._vocabulary.first_from(token.text + end) for end in ("", "~"))
                prefixes.append((rows[number], int(self._starts[first]), int(self._starts[last])))
        doubtful = 0.0
        for places, joined, letters, weight in groups(tuple(found)) if heavy else ():
            if len(joined) == len(places) and words().classes.get(joined) in NAMELESS:
                doubtful += weight
            inside = [rows[place] for place in places if place in rows]
            # A word for several neighbours counts once: each of them has its share.
            share = 1 / max(1, len(inside))
            known = self._vocabulary.number(letters) if letters else None
            if known is not None:
                single = np.array([known], dtype=np.int32)
                parts.extend((row, single, _INITIALS, weight * share, share) for row in inside)
            if joined and inside:
                numbers, likeness = self._vocabulary.alike(joined, joined=True)
                if len(numbers):
                    parts.extend((row, numbers, likeness, weight * share, share) for row in inside)
            elif joined:
                # Slight words that make one word together: "Sa ad" for "Saad".
                word = self._vocabulary.number(joined)
                if word is not None:
                    parts.append((len(ours), np.array([word], dtype=np.int32), _ONE, weight, 1.0))
                    ours.append(weight)
        for token in found:
            if nameless(token):
                # A name may hold the word as a plain one: "HAJI, Ali".
                word = self._vocabulary.number(token.text)
                if word is not None:
                    parts.append((len(ours), np.array([word], dtype=np.int32), _ONE, token.weight, 1.0))
                    ours.append(token.weight)
            elif words().classes.get(token.text) in NAMELESS:
                doubtful += token.weight
        numbers = np.concatenate([part[1] for part in parts]) if parts else _NO_NAMES
        alike = np.concatenate([part[2] for part in parts]) if parts else _NO_VALUES
        lengths = [len(part[1]) for part in parts]
        row_of = np.repeat([part[0] for part in parts], lengths)
        own = np.repeat([part[3] for part in parts], lengths)
        starts, ends = self._starts[numbers], self._starts[numbers + 1]
        theirs = self._word_weights[numbers] * np.repeat([part[4] for part in parts], lengths)
        # An initial may stand for any word, the heaviest included.
        most = max(words().weights.values())
        for row, start, end in prefixes:
            starts, ends = np.append(starts, np.int32(start)), np.append(ends, np.int32(end))
            theirs, alike = np.append(theirs, np.float32(most)), np.append(alike, np.float32(INITIAL))
            row_of, own = np.append(row_of, row), np.append(own, ours[row])
        return _Entries(
            starts,
            ends - starts,
            ((own + theirs) / 2).astype(np.float32),
            theirs.astype(np.float32),
            alike,
            row_of.astype(np.int64),
            np.array(ours, dtype=np.float32),
            sum(found[number].weight for number in heavy) - doubtful,
            sum(token.weight for token in found if nameless(token)) + doubtful,
            least,
            weighed_as(tuple(found), kind),
        )

    def _reached(self, queries: Sequence[_Entries]) -> list[Integers]:
        """For each query, the names whose bound reaches its least raw score."""
        rows = max((len(item.ours) for item in queries), default=0) or 1
        counts = np.concatenate([item.counts for item in queries])
        theirs = np.concatenate([item.theirs for item in queries])
        alike = np.concatenate([item.alike for item in queries])
        number = np.repeat(np.arange(len(queries)), [len(item.counts) for item in queries])
        row = np.concatenate([item.rows for item in queries])
        weights = np.zeros((len(queries), rows), dtype=np.float32)
        for place, item in enumerate(queries):
            weights[place, : len(item.ours)] = item.ours
        pair = np.concatenate([item.pairs for item in queries])
        matched = pair * alike
        least = np.array([item.least for item in queries], dtype=np.float32)
        to_reach = least[number]
        sure_gain, unlike = (1 - to_reach) * matched, to_reach * (pair - matched)
        gain = np.maximum(0, sure_gain - UNLIKE * unlike)
        alone = np.maximum(0, sure_gain - UNLIKE_ALONE * unlike)
        names = self._postings[spans(np.concatenate([item.starts for item in queries]), counts)]
        entry = np.repeat(np.arange(len(counts)), counts)
        # Of a query's word and a name, the best partner; then, of a query and a name, the sum over the words.
        code = (number[entry] * len(self._name_weights) + names) * rows + row[entry]
        order = np.argsort(code, kind="stable")
        code, entry = code[order], entry[order]
        first = _firsts(code)
        pairs, code = code[first] // rows, code[first]
        if not len(code):
            return [self._with_slight(item, _NO_NAMES) for item in queries]
        own = weights[pairs // len(self._name_weights), code - pairs * rows]
        best = [np.maximum.reduceat(values[entry], first) for values in (gain, alone, matched, theirs)]
        ends = _firsts(pairs)
        # Where one word alone may agree, what it lacks counts more.
        single = np.diff(np.append(ends, len(pairs))) == 1
        gains, alones, matches, heaviest, owns = (np.add.reduceat(values, ends) for values in (*best, own))
        pairs = pairs[ends]
        asked = pairs // len(self._name_weights)
        names = (pairs - asked * len(self._name_weights)).astype(np.int32)
        heavy = np.array([item.heavy for item in queries], dtype=np.float32)[asked]
        slight = np.array([item.slight for item in queries], dtype=np.float32)[asked] + self._slight_weights[names]
        sure = np.array([_SURE[item.weighed_as] for item in queries], dtype=np.int8)[asked]
        organisation = np.where(sure < 0, self._of_organisations[names], sure == 1)
        gains = np.where(single, alones, gains)
        reach = self._reach(names, gains, matches, heaviest, heavy - owns, slight, least[asked], organisation)
        names, asked = names[reach], asked[reach]
        cuts = np.searchsorted(asked, np.arange(len(queries) + 1)).tolist()
        return [
            self._with_slight(item, names[start:end]) for item, start, end in zip(queries, cuts, cuts[1:], strict=False)
        ]

    def _reach(
        self,
        names: Integers,
        gain: Floats,
        matched: Floats,
        heaviest: Floats,
        ours: Floats,
        slight: Floats,
        least: Floats,
        organisation: Mask,
    ) -> Mask:
        conflict, extra, lonely = (np.where(organisation, *values).astype(np.float32) for values in _least_costs())
        short = np.maximum(0, 2 - (matched + slight / 2))
        ours = np.maximum(ours, 0)
        weights = self._name_weights[names]
        theirs = weights - np.minimum(weights, heaviest)
        both = np.minimum(ours, theirs)
        left_over = conflict * both + (extra + lonely * short) * (np.maximum(ours, theirs) - both)
        bound = gain + (1 - least) * slight / 2 - least * (1 + SLIGHT * short) * left_over
        reached: Mask = bound >= -1e-4
        return reached

    def _with_slight(self, query: _Entries, names: Integers) -> Integers:
        """A query of slight words alone also meets every name of such words alone."""
        return names if query.heavy > 1e-6 else np.union1d(names, self._slight_only)

    def _partners(self, token: Token) -> tuple[Integers, Floats]:
        """Words of the vocabulary that the word alone may be aligned with, and how alike they are."""
        if token.word_class in ("number", "initial"):
            number = self._vocabulary.number(token.text)
            return (_NO_NAMES, _NO_VALUES) if number is None else (np.array([number], dtype=np.int32), _ONE)
        numbers, likeness = self._vocabulary.alike(token.text, unvowelled=token.unvowelled)
        exact = [(token.text[0], INITIAL), (_LETTERS + token.text, INITIALS)]
        exact += [(nickname, NICKNAME) for nickname in words().nicknames.get(token.text, ())]
        exact += [(spelling, SPELLING) for spelling in words().spellings.get(token.text, ())]
        exact += [(name, COUNTERPART) for name in words().counterparts.get(token.text, ())]
        known = [(number, alike) for word, alike in exact if (number := self._vocabulary.number(word)) is not None]
        if not known:
            return numbers, likeness
        return (
            np.append(numbers, np.array([number for number, _ in known], dtype=np.int32)),
            np.append(likeness, np.array([alike for _, alike in known], dtype=np.float32)),
        )

    def save(self, directory: Path) -> None:
        """Write to a folder."""
        self._vocabulary.save(directory)
        self._tokens.save(directory, "tokens")
        for name, values in self._arrays.items():
            np.save(directory / f"{name}.npy", values)

    @classmethod
    def load(cls, directory: Path) -> Postings:
        """Map what :meth:`save` wrote."""
        arrays = {name: mapped(directory / f"{name}.npy") for name in _ARRAYS}
        return cls(Vocabulary.load(directory), Lines.load(directory, "tokens"), arrays)


_ARRAYS = (
    "name_starts",
    "name_tokens",
    "starts",
    "postings",
    "word_weights",
    "name_weights",
    "slight_weights",
    "slight_only",
    "of_organisations",
)
_NO_NAMES: Integers = np.zeros(0, dtype=np.int32)
_NO_VALUES: Floats = np.zeros(0, dtype=np.float32)
_ONE: Floats = np.ones(1, dtype=np.float32)
_INITIALS: Floats = np.full(1, INITIALS, dtype=np.float32)
_KNOWN = 50_000
_AT_ONCE = 300_000
"""Pairs of a word and a name that are weighed together."""


@dataclass(frozen=True, slots=True)
class _Entries:
    """The words of the vocabulary that a query's words may be aligned with.

    Attributes:
        starts, counts: where each one's names stand, and how many there are.
        pairs: the weight of the pair.
        theirs, alike, rows: its weight, its likeness, and the row of the query's word.
        ours: the weight of each row.
        heavy, slight: together, the weight of the query's words that say whose name it is, and of the others.
        least: the raw score to reach.
        weighed_as: ``person`` or ``organisation``, or empty where the listed name decides.
    """

    starts: Integers
    counts: Integers
    pairs: Floats
    theirs: Floats
    alike: Floats
    rows: Any
    ours: Floats
    heavy: float
    slight: float
    least: float
    weighed_as: str


def _exactly(found: Sequence[Token]) -> Iterator[str]:
    """What a name's words ask the vocabulary as they are: numbers, initials, short forms, spellings."""
    for token in found:
        if not nameless(token):
            yield token.text
            yield token.text[0]
            yield _LETTERS + token.text
            yield from words().nicknames.get(token.text, ())
            yield from words().spellings.get(token.text, ())
            yield from words().counterparts.get(token.text, ())
    for _, joined, letters, _ in groups(tuple(found)):
        if letters:
            yield letters
        if joined:
            yield joined


def _line(token: Token) -> bytes:
    text = token.text
    forms = sounds.sound(text), sounds.loose_sound(text), sounds.bones(text)
    return "\t".join((text, token.word_class, "1" if token.unvowelled else "", token.written, *forms)).encode()


_SURE = {"": -1, "person": 0, "organisation": 1}


def _least_costs() -> list[tuple[float, float]]:
    """The least that left-over words cost on both sides, on one, and for want of agreement: organisations, persons."""
    kinds = [words().scoring["organisation"], words().scoring["person"]]
    extra = [min(value for key, value in kind.items() if key.startswith("extra")) for kind in kinds]
    return [
        (kinds[0]["conflict"], kinds[1]["conflict"]),
        (extra[0], extra[1]),
        (kinds[0]["lonely"], kinds[1]["lonely"]),
    ]


def _firsts(ordered: Any) -> Any:
    """Where each run of equal numbers begins."""
    if not len(ordered):
        return np.zeros(0, dtype=np.int64)
    return np.concatenate([[0], np.flatnonzero(ordered[1:] != ordered[:-1]) + 1])


def _asked(found: Sequence[Token]) -> list[Asked]:
    """What a name's words, alone and with their neighbours, ask the vocabulary."""
    asked = [
        (token.text, token.unvowelled, False)
        for token in found
        if not nameless(token) and token.word_class not in ("number", "initial")
    ]
    asked += [(joined, False, True) for _, joined, _, _ in groups(tuple(found)) if joined]
    return asked


def _filed_under(found: Sequence[Token]) -> Iterator[tuple[str, float]]:
    """The words under which a name is filed, with the weight that each stands for."""
    for token in found:
        if not nameless(token):
            yield token.text, token.weight
    for _, joined, letters, weight in groups(tuple(found)):
        if joined:
            yield joined, weight
        if letters:
            yield _LETTERS + letters, weight
