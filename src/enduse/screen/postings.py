"""The words of all names: under which words a name is filed, and what a query's words may be aligned with.

:mod:`enduse.screen.reach` then says which names can reach a score; only these are scored. So retrieval is complete
above the threshold, never a top-k.
"""

from __future__ import annotations

import functools
from array import array
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from enduse.screen import sounds
from enduse.screen.entries import KINDS, Asked, Part
from enduse.screen.normalise import NAMELESS, Token, may_be_cut, token_of, tokens
from enduse.screen.reach import THOUSAND, Names
from enduse.screen.records import Lines, Records, mapped
from enduse.screen.score import (
    COUNTERPART,
    CUT_OFF,
    INITIAL,
    INITIALS,
    NICKNAME,
    SPELLING,
    corporate,
    groups,
    nameless,
    weighed_as,
)
from enduse.screen.vocabulary import AskedWord, Floats, Integers, Vocabulary
from enduse.screen.words import words

_LETTERS = "^"
_VAGUE = NAMELESS | {"initial", "generic"}


class _Filing:
    """Names filed under their words, their neighbouring words written together, and their initials."""

    def __init__(self) -> None:
        self._words: dict[str, int] = {}
        self._weights = array("f")
        self._alone, self._bare, self._telling = bytearray(), bytearray(), bytearray()
        self._tokens: dict[Token, int] = {}
        self._name_tokens, self._name_starts = array("i"), array("i", [0])
        self._held, self._held_starts = array("i"), array("i", [0])
        self._places, self._lengths = bytearray(), bytearray()
        self._held_weights, self._held_telling = array("H"), bytearray()
        self._name_weights, self._slight_weights, self._extras = array("f"), array("f"), array("f")
        self._organisations, self._slight_only = bytearray(), array("i")

    def add(self, found: tuple[Token, ...]) -> None:
        """File the next name."""
        numbers = self._tokens
        self._name_tokens.extend([numbers.setdefault(token, len(numbers)) for token in found])
        self._name_starts.append(len(self._name_tokens))
        heavy = slight = 0.0
        for place, token in enumerate(found):
            if nameless(token):
                slight += token.weight
                continue
            heavy += token.weight
            word = self._file(token.text, token.weight, place, 1, _tells(token))
            self._alone[word] = 1
            self._bare[word] |= token.unvowelled
        for places, joined, letters, weight in groups.__wrapped__(found):
            telling = any(_tells(found[place]) for place in places)
            for text in (joined, _LETTERS + letters if letters else ""):
                if text:
                    self._file(text, weight, places[0], len(places), telling)
        self._held_starts.append(len(self._held))
        if not heavy:
            self._slight_only.append(len(self._name_weights))
        self._name_weights.append(heavy)
        self._slight_weights.append(slight)
        self._extras.extend(_least_extras(found))
        self._organisations.append(corporate.__wrapped__(found))

    def _file(self, text: str, weight: float, place: int, length: int, telling: bool) -> int:
        word = self._words.setdefault(text, len(self._words))
        if word == len(self._weights):
            self._weights.append(weight)
            for marks in (self._alone, self._bare, self._telling):
                marks.append(0)
        elif self._weights[word] < weight:
            self._weights[word] = weight
        self._telling[word] |= telling
        self._held.append(word)
        self._places.append(place)
        self._lengths.append(length)
        self._held_weights.append(round(weight * THOUSAND))
        self._held_telling.append(telling)
        return word

    def done(self) -> tuple[Vocabulary, Lines, dict[str, Any]]:
        """The words, the tokens, and the arrays of an index."""
        ordered = sorted(self._words)
        order = np.array([self._words[word] for word in ordered], dtype=np.int32)
        rank = np.empty(len(order), dtype=np.int32)
        rank[order] = np.arange(len(order), dtype=np.int32)
        held = rank[_array(self._held, np.int32)]
        held_starts = _array(self._held_starts, np.int32)
        filed = np.repeat(np.arange(len(held_starts) - 1, dtype=np.int32), np.diff(held_starts))
        by_word = np.argsort(held, kind="stable")
        filed, of_word = filed[by_word], held[by_word]
        # A name that holds a word twice is filed once.
        first = np.ones(len(filed), dtype=np.bool_)
        first[1:] = (filed[1:] != filed[:-1]) | (of_word[1:] != of_word[:-1])
        starts = np.zeros(len(ordered) + 1, dtype=np.int32)
        starts[1:] = np.cumsum(np.bincount(of_word[first], minlength=len(ordered)))
        alone, bare, telling = (_array(marks, np.bool_)[order] for marks in (self._alone, self._bare, self._telling))
        return (
            Vocabulary.build(ordered, ~alone, bare),
            Lines.of([_line(token) for token in self._tokens]),
            {
                "name_starts": _array(self._name_starts, np.int32),
                "name_tokens": _array(self._name_tokens, np.int32),
                "starts": starts,
                "postings": filed[first],
                "held_starts": held_starts,
                "held": held,
                "held_places": _array(self._places, np.uint8),
                "held_lengths": _array(self._lengths, np.uint8),
                "held_weights": _array(self._held_weights, np.uint16),
                "held_telling": _array(self._held_telling, np.bool_),
                "word_weights": _array(self._weights, np.float32)[order],
                "telling": telling,
                "of_organisations": _array(self._organisations, np.bool_),
                "name_weights": _array(self._name_weights, np.float32),
                "slight_weights": _array(self._slight_weights, np.float32),
                "least_extras": _array(self._extras, np.float32).reshape(-1, len(KINDS)),
                "slight_only": _array(self._slight_only, np.int32),
            },
        )


def _array(values: Any, dtype: Any) -> Any:
    return np.frombuffer(values, dtype=dtype) if len(values) else np.zeros(0, dtype=dtype)


class Postings:
    """The words of all names, and for each word the names that hold it."""

    def __init__(self, vocabulary: Vocabulary, token_lines: Lines, arrays: dict[str, Any]) -> None:
        self._vocabulary = vocabulary
        self._arrays = arrays
        self._slight_only: Integers = arrays["slight_only"]
        self._names = Names(arrays, vocabulary.lengths)
        # Single numbers come quicker from a view than from an array.
        self._name_starts = memoryview(arrays["name_starts"])
        self._name_tokens = memoryview(arrays["name_tokens"])
        self._tokens = token_lines
        self._known: dict[int, Token] = {}

    @classmethod
    def build(cls, records: Records) -> Postings:
        """File every name."""
        filing = _Filing()
        for name in records.names():
            filing.add(tokens.__wrapped__(name))
        return cls(*filing.done())

    def __len__(self) -> int:
        """How many words the names hold together, neighbours written together and initials among them."""
        return len(self._arrays["held"])

    def words_of(self, name: int) -> tuple[Token, ...]:
        """The words of a listed name, by its number."""
        known = self._known
        numbers = self._name_tokens[self._name_starts[name] : self._name_starts[name + 1]]
        return tuple([known.get(number) or self._word(number) for number in numbers])

    def _word(self, number: int) -> Token:
        text, word_class, marks, written, *forms = self._tokens[number].decode().split("\t")
        sounds.remember(text, *forms)
        token = token_of(text, word_class, "u" in marks, written, cut="c" in marks)
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
        weighed = list(map(weighed_as, map(tuple, queries), kinds or ["any"] * len(queries)))
        self._vocabulary.find(
            [word for found, kind in zip(queries, weighed, strict=True) for word in _exactly(found, kind)]
        )
        asked = [
            self._parts(tuple(found), reach, kind) for found, reach, kind in zip(queries, least, weighed, strict=True)
        ]
        return [self._with_slight(query, self._names.reached(query)) for query in asked]

    def _parts(self, found: tuple[Token, ...], least: float, weighed: str) -> Asked:
        """Every word of the vocabulary that a word of the query may be aligned with."""
        number, classes, otherwise = self._vocabulary.number, words().classes, words().slight_otherwise
        weights = [token.weight for token in found if not nameless(token)]
        heavy = sum(weights)
        # The letters of an organisation stand for no single word.
        initials = weighed != "organisation"
        rows: dict[int, int] = {}
        parts: list[Part] = []
        slight, slight_words, doubtful = 0.0, 0, 0.0
        for place, token in enumerate(found):
            if nameless(token):
                slight += token.weight
                slight_words += 1
                # A name may hold the word as a plain one: "HAJI, Ali"; or written otherwise: "Ldt".
                held = self._as_plain(token.text)
                if len(held):
                    parts.append(Part(len(weights), 1, token.weight, held, _ONE.repeat(len(held)), True))
                    weights.append(token.weight)
                continue
            row = rows[place] = len(rows)
            partners = self._partners(token, initials)
            parts.append(Part(row, 1, token.weight, *partners, _tells(token), long=len(token.text) > 1))
            if token.cut or (token.word_class == "initial" and initials):
                first, last = (self._vocabulary.first_from(token.text + end) for end in ("", "~"))
                if first < last:
                    alike = _CUT_OFF if token.cut else _INITIAL
                    parts.append(Part(row, 1, token.weight, _only(first), alike, False, last=last))
            if classes.get(token.text) in NAMELESS or token.text in otherwise:
                doubtful += token.weight
                slight_words += 1
        for places, joined, letters, weight in groups(found):
            if len(joined) == len(places) and classes.get(joined) in NAMELESS:
                doubtful += weight
                slight_words += 1
            inside = [rows[place] for place in places if place in rows]
            word = number(letters) if letters else None
            some = [] if word is None else [(_only(word), _INITIALS)]
            if joined and inside:
                some.append(self._vocabulary.alike(joined, joined=True))
            elif joined and (word := number(joined)) is not None:
                # Slight words that make one word together: "Sa ad" for "Saad".
                parts.append(Part(len(weights), 1, weight, _only(word), _ONE, True))
                weights.append(weight)
            for numbers, likeness in some:
                if len(numbers):
                    # A word for several neighbours counts once: each of them has its share. Slight words among them
                    # count in full as it is.
                    tells = any(_tells(found[place]) for place in places)
                    heavy_part = sum([weights[row] for row in inside])
                    parts.extend([Part(row, len(inside), heavy_part, numbers, likeness, tells) for row in inside])
        return Asked(
            parts,
            weights,
            heavy - doubtful,
            slight + doubtful,
            slight_words,
            doubtful > 0,
            _least_extras(found),
            least,
            weighed,
        )

    def _as_plain(self, text: str) -> Integers:
        """Words of the vocabulary that a slight word of a query may be in a name where it is none."""
        number = self._vocabulary.number
        some = [number(word) for word in (text, *sorted(words().slight_otherwise.get(text, ())))]
        return np.array([word for word in some if word is not None], dtype=np.int32)

    def _with_slight(self, query: Asked, names: Integers) -> Integers:
        """A query of slight words alone, or of one that may be slight, also meets every name of such words alone."""
        return names if query.heavy > 1e-6 and not query.doubtful else np.union1d(names, self._slight_only)

    def _partners(self, token: Token, initials: bool) -> tuple[Integers, Floats]:
        """Words of the vocabulary that the word alone may be aligned with, and how alike they are.

        Args:
            token: the word.
            initials: whether a single letter may stand for it.
        """
        if token.word_class in ("number", "initial"):
            number = self._vocabulary.number(token.text)
            return (_NO_NAMES, _NO_VALUES) if number is None else (np.array([number], dtype=np.int32), _ONE)
        text, table = token.text, words()
        numbers, likeness = self._vocabulary.alike(text, unvowelled=token.unvowelled)
        exact = [(text[0], INITIAL), (_LETTERS + text, INITIALS)] if initials else [(_LETTERS + text, INITIALS)]
        exact += [(beginning, CUT_OFF) for beginning in _beginnings(text)]
        for others, alike in (
            (table.nicknames, NICKNAME),
            (table.spellings, SPELLING),
            (table.counterparts, COUNTERPART),
        ):
            if text in others:
                exact += [(name, alike) for name in others[text]]
        known = [(number, alike) for word, alike in exact if (number := self._vocabulary.number(word)) is not None]
        if not known:
            return numbers, likeness
        return (
            np.concatenate([numbers, np.array([number for number, _ in known], dtype=np.int32)]),
            np.concatenate([likeness, np.array([alike for _, alike in known], dtype=np.float32)]),
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
    "held_starts",
    "held",
    "held_places",
    "held_lengths",
    "held_weights",
    "held_telling",
    "word_weights",
    "telling",
    "name_weights",
    "slight_weights",
    "least_extras",
    "slight_only",
    "of_organisations",
)
_NO_NAMES: Integers = np.zeros(0, dtype=np.int32)
_NO_VALUES: Floats = np.zeros(0, dtype=np.float32)
_ONE: Floats = np.ones(1, dtype=np.float32)
_INITIALS: Floats = np.full(1, INITIALS, dtype=np.float32)
_KNOWN = 50_000
_INITIAL: Floats = np.full(1, INITIAL, dtype=np.float32)
_CUT_OFF: Floats = np.full(1, CUT_OFF, dtype=np.float32)


def _only(number: int) -> Integers:
    return np.array([number], dtype=np.int32)


def _tells(token: Token) -> bool:
    """Whether the word may say whose name it is, if nothing else does."""
    return token.word_class not in _VAGUE


def _least_extras(found: Sequence[Token]) -> tuple[float, float]:
    """The least that one of the words costs where it is left over, in a person's name and in an organisation's."""
    return _least_extras_of(frozenset([token.word_class for token in found]))


@functools.lru_cache(maxsize=2_000)
def _least_extras_of(classes: frozenset[str]) -> tuple[float, float]:
    person, organisation = (
        min((costs.get(f"extra_{word_class}", costs["extra"]) for word_class in classes), default=costs["extra"])
        for costs in (words().scoring[kind] for kind in KINDS)
    )
    return person, organisation


def _exactly(found: Sequence[Token], weighed: str) -> list[str]:
    """What a name's words ask the vocabulary as they are: numbers, initials, short forms, spellings."""
    table = words()
    asked: list[str] = []
    for token in found:
        text = token.text
        if nameless(token) or token.word_class in ("number", "initial"):
            asked += (text, *table.slight_otherwise.get(text, ()))
        else:
            asked += (_LETTERS + text, *_beginnings(text))
            if weighed != "organisation":
                asked.append(text[0])
            for others in (table.nicknames, table.spellings, table.counterparts):
                asked += others.get(text, ())
    asked += [letters for _, _, letters, _ in groups(tuple(found)) if letters]
    return asked


@functools.lru_cache(maxsize=20_000)
def _beginnings(text: str) -> tuple[str, ...]:
    """What may be left of a word where a name was cut off."""
    return tuple([text[:end] for end in range(2, len(text)) if may_be_cut(text[:end])])


def _line(token: Token) -> bytes:
    text = token.text
    forms = sounds.sound(text), sounds.loose_sound(text), sounds.bones(text)
    marks = "u" * token.unvowelled + "c" * token.cut
    return "\t".join((text, token.word_class, marks, token.written, *forms)).encode()


def _asked(found: Sequence[Token]) -> list[AskedWord]:
    """What a name's words, alone and with their neighbours, ask the vocabulary."""
    asked = [
        (token.text, token.unvowelled, False)
        for token in found
        if not nameless(token) and token.word_class not in ("number", "initial")
    ]
    asked += [(joined, False, True) for _, joined, _, _ in groups(tuple(found)) if joined]
    return asked
