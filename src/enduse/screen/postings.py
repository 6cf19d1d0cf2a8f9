"""Which names can reach a score: an upper bound over all names at once, from words alone.

A score is at least *t* where ``(1 - t) * matched - t * (unlike + left over) >= 0``. Every word of the query adds at
most the gain of its best partner in a name; what no word can match is left over for certain. Names whose sum stays
below zero cannot reach *t*; only the others are scored. So retrieval is complete above the threshold, never a top-k.
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from enduse.screen.normalise import Token, tokens, words
from enduse.screen.records import Records
from enduse.screen.score import INITIAL, INITIALS, NICKNAME, UNLIKE, groups, nameless
from enduse.screen.vocabulary import Floats, Integers, Vocabulary, distinct

Mask: TypeAlias = "np.ndarray[Any, np.dtype[np.bool_]]"

_MOST_WEIGHT = 1.3
_LETTERS = "^"
_KEPT, _LARGEST_KEPT = 5_000, 10_000


class Postings:
    """The words of all names, and for each word the names that hold it."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        starts: Integers,
        postings: Integers,
        word_weights: Floats,
        name_weights: Floats,
        slight_weights: Floats,
        slight_only: Integers,
    ) -> None:
        self._vocabulary = vocabulary
        self._starts = starts
        self._postings = postings
        self._word_weights = word_weights
        self._name_weights = name_weights
        self._slight_weights = slight_weights
        self._slight_only = slight_only
        count = len(name_weights)
        self._gain = np.zeros(count, dtype=np.float32)
        self._theirs = np.zeros(count, dtype=np.float32)
        self._ours = np.zeros(count, dtype=np.float32)
        self._best = np.zeros(count, dtype=np.float32)
        self._best_weight = np.zeros(count, dtype=np.float32)
        self._known: OrderedDict[tuple[Token, float], tuple[Integers, Floats, Floats]] = OrderedDict()
        self._none = (np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.float32), np.zeros(0, dtype=np.float32))

    @classmethod
    def build(cls, records: Records) -> Postings:
        """File every name under its words, its neighbouring words written together, and their initials."""
        filed: dict[str, list[int]] = defaultdict(list)
        alone: set[str] = set()
        bare: set[str] = set()
        weights: dict[str, float] = defaultdict(float)
        name_weights, slight_weights, slight_only = [], [], []
        for number, name in enumerate(records.names()):
            found = tokens(name)
            heavy = [token for token in found if not nameless(token)]
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
            starts,
            np.fromiter((name for word in ordered for name in filed[word]), dtype=np.int32, count=int(starts[-1])),
            np.array([weights[word] for word in ordered], dtype=np.float32),
            np.array(name_weights, dtype=np.float32),
            np.array(slight_weights, dtype=np.float32),
            np.array(slight_only, dtype=np.int32),
        )

    def candidates(self, found: Sequence[Token], least: float) -> Integers:
        """Numbers of the names whose raw score against these words can reach ``least``.

        Args:
            found: the words of a name.
            least: raw score, above 0 and at most 1.
        """
        heavy = [(number, token) for number, token in enumerate(found) if not nameless(token)]
        if not heavy:
            return self._slight_only
        touched: list[Integers] = []
        for number, token in heavy:
            names = self._best_partners(found, number, token, least)
            if names.size:
                self._gain[names] += self._best[names]
                self._theirs[names] += self._best_weight[names]
                self._ours[names] += token.weight
                self._best[names] = 0
                self._best_weight[names] = 0
                touched.append(names)
        for places, joined, _, _ in groups(tuple(found)):
            word = self._vocabulary.number(joined) if joined and all(nameless(found[i]) for i in places) else None
            if word is not None:
                # Slight words that make one word together: "Sa ad" for "Saad".
                names = self._postings[self._starts[word] : self._starts[word + 1]]
                weight = float(self._word_weights[word])
                self._gain[names] += _gain(weight, weight, 1.0, least)
                self._theirs[names] += weight
                touched.append(names)
        if not touched:
            return np.zeros(0, dtype=np.int32)
        names = distinct(touched)
        reached = self._reach(names, found, heavy, least)
        self._gain[names] = 0
        self._theirs[names] = 0
        self._ours[names] = 0
        return names[reached]

    def _reach(self, names: Integers, found: Sequence[Token], heavy: Sequence[tuple[int, Token]], least: float) -> Mask:
        costs = words().scoring.values()
        conflict = min(kind["conflict"] for kind in costs)
        extra = min(value for kind in costs for key, value in kind.items() if key.startswith("extra"))
        ours = sum(token.weight for _, token in heavy) - self._ours[names]
        weights = self._name_weights[names]
        theirs = weights - np.minimum(weights, self._theirs[names])
        both = np.minimum(ours, theirs)
        left_over = conflict * both + extra * (np.maximum(ours, theirs) - both)
        slight = sum(token.weight for token in found if nameless(token)) + self._slight_weights[names]
        bound = self._gain[names] + (1 - least) * slight / 2 - least * left_over
        return bound >= -1e-4

    def _best_partners(self, found: Sequence[Token], position: int, token: Token, least: float) -> Integers:
        """Fill in, for each name with a partner for the word, the best gain and the most weight; return the names."""
        names, gains, weights = self._alone(token, least)
        self._best[names] = gains
        self._best_weight[names] = weights
        rows = [names]
        for number, alike in self._together(found, position):
            more = self._postings[self._starts[number] : self._starts[number + 1]]
            theirs = float(self._word_weights[number])
            gain = _gain(token.weight, theirs, alike, least)
            self._best[more] = np.maximum(self._best[more], gain)
            self._best_weight[more] = np.maximum(self._best_weight[more], theirs)
            rows.append(more)
        return distinct(rows) if len(rows) > 1 else names

    def _alone(self, token: Token, least: float) -> tuple[Integers, Floats, Floats]:
        """Names with a partner for one word, each with its best gain and the most weight of a partner."""
        key = (token, least)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        partners = self._partners(token)
        slices = [(self._starts[number], self._starts[number + 1]) for number, _ in partners]
        if token.word_class == "initial":
            first, last = (self._vocabulary.first_from(token.text + end) for end in ("", "\uffff"))
            slices.append((self._starts[first], self._starts[last]))
        lengths = [int(end - start) for start, end in slices]
        found = self._none
        if sum(lengths):
            theirs = [float(self._word_weights[number]) for number, _ in partners]
            gains = [_gain(token.weight, w, alike, least) for w, (_, alike) in zip(theirs, partners, strict=True)]
            if token.word_class == "initial":
                theirs.append(_MOST_WEIGHT)
                gains.append(_gain(token.weight, _MOST_WEIGHT, INITIAL, least))
            own = distinct([self._postings[start:end] for start, end in slices])
            # The last assignment to a name stays: in rising order that is the greatest.
            for values, target in ((gains, self._best), (theirs, self._best_weight)):
                order = np.argsort(values, kind="stable")
                for place in order.tolist():
                    start, end = slices[place]
                    target[self._postings[start:end]] = values[place]
            found = (own, self._best[own], self._best_weight[own])
        if len(found[0]) <= _LARGEST_KEPT:
            self._known[key] = found
            if len(self._known) > _KEPT:
                self._known.popitem(last=False)
        return found

    def _partners(self, token: Token) -> list[tuple[int, float]]:
        """Words of the vocabulary that the word alone may be aligned with, and how alike they are."""
        if token.word_class in ("number", "initial"):
            number = self._vocabulary.number(token.text)
            return [(number, 1.0)] if number is not None else []
        numbers, likeness = self._vocabulary.alike(token.text, unvowelled=token.unvowelled)
        exact = [(token.text[0], INITIAL), (_LETTERS + token.text, INITIALS)]
        exact += [(nickname, NICKNAME) for nickname in words().nicknames.get(token.text, ())]
        known = [(number, alike) for word, alike in exact if (number := self._vocabulary.number(word)) is not None]
        return [*zip(numbers.tolist(), likeness.tolist(), strict=True), *known]

    def _together(self, found: Sequence[Token], position: int) -> Iterator[tuple[int, float]]:
        """Words that neighbours of the query, this one among them, may be when written together."""
        for places, joined, letters, _ in groups(tuple(found)):
            if position not in places:
                continue
            known = self._vocabulary.number(letters) if letters else None
            if known is not None:
                yield known, INITIALS
            if joined:
                numbers, likeness = self._vocabulary.alike(joined, joined=True)
                yield from zip(numbers.tolist(), likeness.tolist(), strict=True)

    def save(self, directory: Path) -> None:
        """Write to a folder."""
        self._vocabulary.save(directory)
        for name in _ARRAYS:
            np.save(directory / f"{name}.npy", getattr(self, f"_{name}"))

    @classmethod
    def load(cls, directory: Path) -> Postings:
        """Map what :meth:`save` wrote."""
        arrays = {name: np.load(directory / f"{name}.npy", mmap_mode="r") for name in _ARRAYS}
        return cls(Vocabulary.load(directory), **arrays)


_ARRAYS = ("starts", "postings", "word_weights", "name_weights", "slight_weights", "slight_only")


def _gain(ours: float, theirs: float, alike: float, least: float) -> float:
    """What a pair of words adds at most towards the score ``least``."""
    pair = (ours + theirs) / 2
    return max(0.0, (1 - least) * pair * alike - least * UNLIKE * pair * (1 - alike))


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
