"""Which listed addresses reach a score: every one that does, by an upper bound over all addresses at once.

Every word of the query adds at most its best partner's share; what has no partner is left over for certain. Words that
are alike are found through the words that are left when one or two letters are deleted (W. Garbe's symmetric deletes),
so that no word of the vocabulary is compared in vain. Addresses of equal words are one form and are scored once.
"""

from __future__ import annotations

import itertools
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from enduse.model.match import HIT_THRESHOLD, Match, ScorePart
from enduse.model.party import ListedParty
from enduse.screen.addresses import (
    LONGEST_WRONG,
    MAX_ADDRESS,
    ONE_WRONG,
    TWO_WRONG,
    Word,
    compare_words,
    cost_of,
    parts_of,
    table,
    word_likeness,
    word_of,
    words_of,
)

Integers: TypeAlias = "np.ndarray[Any, np.dtype[np.int32]]"
Hashes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint32]]"
Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
Bytes: TypeAlias = "np.ndarray[Any, np.dtype[np.uint8]]"

Hit: TypeAlias = tuple[int, int, float]
"""Number of the party, number of the address among its addresses, score."""

_ROLES = ("name", "place", "letter", "number", "unit", "postal", "country", "kind")
_ARRAYS = (
    *("letters", "letter_starts", "variants", "variant_words", "form_starts", "form_words", "form_roles"),
    *("form_costs", "postings", "posting_starts", "posting_weights", "posting_costs", "member_starts", "members"),
)
_SLACK = 1e-4


def query_words(address: str, country: str | None = None) -> tuple[Word, ...]:
    """The words of an address that is asked for, with its country where the text names none.

    Args:
        address: free text.
        country: ISO alpha-2 code.

    Raises:
        BadInput: the address is too long.
    """
    found = words_of(address)
    if country and not any(word.role == "country" for word in found):
        return (*found, word_of(f"@{country.casefold()}", "country"))
    return found


def address_match(address: str, country: str | None, party: ListedParty, place: int) -> Match:
    """A hit of :meth:`AddressIndex.screen` as a match that explains itself; ``matched_name`` is the listed address.

    Args:
        address: what was asked for.
        country: ISO alpha-2 code, as for the index.
        party: the party of the hit.
        place: number of the address among its addresses.
    """
    listed = party.addresses[place]
    found = compare_words(query_words(address, country), query_words(listed.text[:MAX_ADDRESS], listed.country))
    note = f"address of {party.name}"
    if listed.high_diversion_risk:
        note += "; an address of high diversion risk, listed on its own (15 CFR 744.16(f))"
    where = ScorePart("address", address, listed.text, 0.0, note)
    return Match(party, found.score, listed.text, (*parts_of(found), where))


class AddressIndex:
    """The addresses of listed parties.

    Args:
        parties: in the order whose numbers :meth:`screen` answers.
    """

    def __init__(self, parties: Iterable[ListedParty]) -> None:
        self._use(_build(parties))

    def _use(self, arrays: dict[str, Any]) -> None:
        self._arrays = arrays
        self._letters: Bytes = arrays["letters"]
        self._letter_starts: Integers = arrays["letter_starts"]
        self._variants: Hashes = arrays["variants"]
        self._variant_words: Integers = arrays["variant_words"]
        self._form_starts: Integers = arrays["form_starts"]
        self._form_words: Integers = arrays["form_words"]
        self._form_roles: Bytes = arrays["form_roles"]
        self._form_costs: Floats = arrays["form_costs"]
        self._postings: Integers = arrays["postings"]
        self._posting_starts: Integers = arrays["posting_starts"]
        self._posting_weights: Floats = arrays["posting_weights"]
        self._posting_costs: Floats = arrays["posting_costs"]
        self._member_starts: Integers = arrays["member_starts"]
        self._members: Integers = arrays["members"]

    def __len__(self) -> int:
        """How many addresses are filed."""
        return len(self._members) // 2

    def screen(self, address: str, country: str | None = None, *, threshold: float = HIT_THRESHOLD) -> list[Hit]:
        """Every listed address at or above a score, best first.

        Args:
            address: free text, at most 2,000 characters.
            country: ISO alpha-2 code, counted where the text names no country.
            threshold: above 0, at most 1.

        Raises:
            BadInput: the address is too long.
        """
        asked = query_words(address, country)
        hits: list[Hit] = []
        for form in self._candidates(asked, threshold):
            score = compare_words(asked, self._words(form)).score
            if score >= threshold:
                members = self._members[2 * self._member_starts[form] : 2 * self._member_starts[form + 1]].tolist()
                hits.extend((party, number, score) for party, number in zip(members[::2], members[1::2], strict=True))
        return sorted(hits, key=lambda hit: (-hit[2], hit[0], hit[1]))

    def _candidates(self, asked: Sequence[Word], threshold: float) -> list[int]:
        count = len(self._form_costs)
        gain, ours, theirs = (np.zeros(count, dtype=np.float32) for _ in range(3))
        for word in asked:
            found = self._alike(word.text)
            cost = cost_of((word,))
            if len(found) == 1:
                (number, likeness), *_ = found
                forms, weights, listed_costs = self._posted(number)
                gain[forms] += likeness * (word.weight + weights) / 2
                theirs[forms] += listed_costs
                ours[forms] += cost
            elif found:
                best, weight = np.zeros(count, dtype=np.float32), np.zeros(count, dtype=np.float32)
                for number, likeness in found:
                    forms, weights, listed_costs = self._posted(number)
                    best[forms] = np.maximum(best[forms], likeness * (word.weight + weights) / 2)
                    weight[forms] = np.maximum(weight[forms], listed_costs)
                gain += best
                theirs += weight
                ours += np.where(best > 0, cost, 0).astype(np.float32)
        costs = table().costs
        left = np.maximum(cost_of(asked) - ours, 0)
        right = np.maximum(self._form_costs - theirs, 0)
        both = np.minimum(left, right)
        lost = costs["conflict"] * both + costs["extra"] * (np.maximum(left, right) - both)
        bound = gain / np.maximum(gain + lost, 1e-9)
        reached: list[int] = np.flatnonzero((bound >= threshold - _SLACK) & (gain > 0)).tolist()
        return reached

    def _posted(self, word: int) -> tuple[Integers, Floats, Floats]:
        place = slice(int(self._posting_starts[word]), int(self._posting_starts[word + 1]))
        return self._postings[place], self._posting_weights[place], self._posting_costs[place]

    def _alike(self, text: str) -> list[tuple[int, float]]:
        """Words of the vocabulary that are alike, with their likeness."""
        hashes = np.fromiter(_hashes(text), dtype=np.uint32)
        starts = np.searchsorted(self._variants, hashes, side="left")
        ends = np.searchsorted(self._variants, hashes, side="right")
        numbers = {
            number
            for start, end in zip(starts.tolist(), ends.tolist(), strict=True)
            for number in self._variant_words[start:end].tolist()
        }
        scored = ((number, word_likeness(text, self._text(number))) for number in sorted(numbers))
        return [(number, likeness) for number, likeness in scored if likeness]

    def _text(self, word: int) -> str:
        return self._letters[self._letter_starts[word] : self._letter_starts[word + 1]].tobytes().decode("ascii")

    def _words(self, form: int) -> list[Word]:
        place = slice(int(self._form_starts[form]), int(self._form_starts[form + 1]))
        numbers, roles = self._form_words[place].tolist(), self._form_roles[place].tolist()
        return [word_of(self._text(number), _ROLES[role]) for number, role in zip(numbers, roles, strict=True)]

    def save(self, directory: Path) -> None:
        """Write the arrays to a folder that exists, each as ``address_<name>.npy``."""
        for name in _ARRAYS:
            np.save(directory / f"address_{name}.npy", self._arrays[name])

    @classmethod
    def load(cls, directory: Path) -> AddressIndex:
        """Map what :meth:`save` wrote.

        Raises:
            OSError, ValueError: a file is missing or cut, or the files do not belong together.
        """
        arrays = {name: np.load(directory / f"address_{name}.npy", mmap_mode="r") for name in _ARRAYS}
        index = cls.__new__(cls)
        index._use(arrays)
        for starts, whole in (
            ("letter_starts", len(arrays["letters"])),
            ("form_starts", len(arrays["form_words"])),
            ("posting_starts", len(arrays["postings"])),
            ("member_starts", len(arrays["members"]) // 2),
        ):
            if not len(arrays[starts]) or int(arrays[starts][-1]) != whole:
                raise ValueError(f"address_{starts}.npy does not fit the other files")
        return index


def _hashes(text: str) -> Iterator[int]:
    """Hashes of a word and of what is left of it without one letter, or one or two where two may be wrong."""
    variants = {text}
    if text.isalpha() and ONE_WRONG <= len(text) <= LONGEST_WRONG:
        for length in range(1, 3 if len(text) >= TWO_WRONG else 2):
            variants.update("".join(kept) for kept in itertools.combinations(text, len(text) - length))
    return (zlib.crc32(variant.encode("utf-8", "replace")) for variant in sorted(variants))


def _build(parties: Iterable[ListedParty]) -> dict[str, Any]:
    forms: dict[tuple[Word, ...], list[tuple[int, int]]] = {}
    for number, party in enumerate(parties):
        for place, address in enumerate(party.addresses):
            found = query_words(address.text[:MAX_ADDRESS], address.country)
            if found:
                forms.setdefault(tuple(sorted(found, key=lambda word: (word.text, word.role))), []).append(
                    (number, place)
                )
    numbers = {text: number for number, text in enumerate(sorted({word.text for form in forms for word in form}))}
    filed: dict[int, dict[int, tuple[float, float]]] = defaultdict(dict)
    for place, form in enumerate(forms):
        for word in form:
            weights = filed[numbers[word.text]]
            weight, cost = weights.get(place, (0.0, 0.0))
            weights[place] = (max(weight, word.weight), max(cost, cost_of((word,))))
    texts = [text.encode("ascii") for text in numbers]
    variants = sorted((value, number) for text, number in numbers.items() for value in _hashes(text))
    postings = [sorted(filed[number].items()) for number in range(len(numbers))]
    return {
        "letters": np.frombuffer(b"".join(texts), dtype=np.uint8),
        "letter_starts": _starts(map(len, texts)),
        "variants": np.array([value for value, _ in variants], dtype=np.uint32),
        "variant_words": np.array([number for _, number in variants], dtype=np.int32),
        "form_starts": _starts(map(len, forms)),
        "form_words": np.array([numbers[word.text] for form in forms for word in form], dtype=np.int32),
        "form_roles": np.array([_ROLES.index(word.role) for form in forms for word in form], dtype=np.uint8),
        "form_costs": np.array([cost_of(form) for form in forms], dtype=np.float32),
        "postings": np.array([place for found in postings for place, _ in found], dtype=np.int32),
        "posting_starts": _starts(map(len, postings)),
        "posting_weights": np.array([weight for found in postings for _, (weight, _) in found], dtype=np.float32),
        "posting_costs": np.array([cost for found in postings for _, (_, cost) in found], dtype=np.float32),
        "member_starts": _starts(map(len, forms.values())),
        "members": np.array([value for found in forms.values() for pair in found for value in pair], dtype=np.int32),
    }


def _starts(lengths: Iterable[int]) -> Integers:
    return np.concatenate(
        [np.zeros(1, dtype=np.int32), np.cumsum(np.fromiter(lengths, dtype=np.int32), dtype=np.int32)]
    )
