"""The index: every listed party whose score can reach the threshold, found without scoring them all.

Every word of every listed name is in one vocabulary. A query compares its words with the whole vocabulary (C speed),
adds up, per name, the weight that can be aligned, and scores only the names whose upper bound reaches the threshold.
So retrieval is complete above the threshold, not a top-k.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from enduse.model.codec import from_plain, to_plain
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import HIT_THRESHOLD, Match, Query, ScorePart
from enduse.model.party import ListedParty, PartyKind
from enduse.screen.normalise import MAX_NAME, Token, tokens, weights_version
from enduse.screen.score import compare_names

Floats: TypeAlias = "np.ndarray[Any, np.dtype[np.float32]]"
Integers: TypeAlias = "np.ndarray[Any, np.dtype[np.int32]]"

FORMAT = 1
_COUNTRY_LIFT, _COUNTRY_COST = 0.03, 0.05
_WEAK_ALIAS_COST = 0.10
_IDENTIFIER_SCORE = 0.98
_BIRTH_COST = 0.20
_KINDS = {
    "person": {PartyKind.PERSON, PartyKind.UNKNOWN},
    "company": {PartyKind.COMPANY, PartyKind.PUBLIC_BODY, PartyKind.UNKNOWN},
    "vessel": {PartyKind.VESSEL, PartyKind.AIRCRAFT, PartyKind.UNKNOWN},
    "address": set(PartyKind),
}
_NOT_ALPHANUMERIC = re.compile(r"[^0-9A-Z]")


class Screener:
    """Screens names against a set of listed parties.

    Args:
        parties: the parties; their order does not matter.
    """

    def __init__(self, parties: Iterable[ListedParty]) -> None:
        self._records = _Records.of(parties)
        self._index = _Index.build(self._records)

    def screen(self, query: Query, *, threshold: float = HIT_THRESHOLD) -> list[Match]:
        """Every party at or above ``threshold``, best first.

        Raises:
            BadInput: the name is empty or too long, or the kind is not known.
        """
        _check(query)
        found = dict.fromkeys(self._index.identified(query), (_IDENTIFIER_SCORE, -1))
        for name in self._index.candidates(query.name, threshold):
            party = self._index.party_of(name)
            score = compare_names(query.name, self._records.name(name), kind=_score_kind(query.kind)).score
            if self._records.weak[name]:
                score -= _WEAK_ALIAS_COST
            if party not in found or score > found[party][0]:
                found[party] = (score, name)
        matches = [self._match(query, party, *best) for party, best in found.items()]
        hits = [match for match in matches if match is not None and match.score >= threshold]
        return sorted(hits, key=lambda match: (-match.score, match.party.id))

    def screen_many(self, queries: Iterable[Query], *, threshold: float = HIT_THRESHOLD) -> Iterator[list[Match]]:
        """:meth:`screen` for each query, in order."""
        for query in queries:
            yield self.screen(query, threshold=threshold)

    def __len__(self) -> int:
        return len(self._records)

    def _match(self, query: Query, number: int, score: float, name: int) -> Match | None:
        party = self._records.party(number)
        if query.kind in _KINDS and party.kind not in _KINDS[query.kind]:
            return None
        parts: list[ScorePart] = []
        matched = party.name
        if name >= 0:
            matched = self._records.name(name)
            parts.extend(compare_names(query.name, matched, kind=_score_kind(query.kind)).explanation)
            if self._records.weak[name]:
                parts.append(ScorePart("alias", "", matched, -_WEAK_ALIAS_COST, "the publisher calls this alias weak"))
        else:
            parts.append(
                ScorePart("identifier", ", ".join(query.identifiers) or query.name, "", score, "the same number")
            )
        for part in _details(query, party):
            score += part.contribution
            parts.append(part)
        return Match(party, min(1.0, max(0.0, score)), matched, tuple(parts))

    def save(self, directory: Path) -> None:
        """Write the index to a new directory, whole or not at all.

        Raises:
            OperationFailed: the directory cannot be written.
        """
        building = directory.with_name(f"{directory.name}.{os.getpid()}.building")
        try:
            building.mkdir(parents=True, exist_ok=True)
            self._records.save(building)
            self._index.save(building)
            digests = {file.name: _digest(file) for file in sorted(building.iterdir()) if file.name != "index.json"}
            about = {"format": FORMAT, "weights": weights_version(), "files": digests}
            (building / "index.json").write_text(json.dumps(about), encoding="utf-8")
            if not directory.exists():
                building.replace(directory)
            else:
                # Another process has built the same index meanwhile.
                shutil.rmtree(building)
        except OSError as error:
            raise OperationFailed(f"cannot write the index: {error.strerror}", where=str(directory)) from None

    @classmethod
    def load(cls, directory: Path) -> Screener:
        """Open an index that :meth:`save` wrote; parties are decoded when they match.

        Raises:
            OperationFailed: a file is missing or damaged, or was written by another version; build it again.
        """
        remedy = "delete the directory; it is built again at the next screening"
        try:
            about = json.loads((directory / "index.json").read_text(encoding="utf-8"))
            if about.get("format") != FORMAT or about.get("weights") != weights_version():
                raise OperationFailed("the index was written by another version", where=str(directory), remedy=remedy)
            for name, digest in about["files"].items():
                if _digest(directory / name) != digest:
                    raise OperationFailed(f"{name} is damaged", where=str(directory), remedy=remedy)
            screener = cls.__new__(cls)
            screener._records = _Records.load(directory)
            screener._index = _Index.load(directory)
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise OperationFailed(f"the index cannot be read: {error}", where=str(directory), remedy=remedy) from None
        return screener


def _digest(file: Path) -> str:
    """Size and BLAKE2 of the first and last 64 KiB: enough to see a cut or overwritten file, and quick."""
    size = file.stat().st_size
    with file.open("rb") as stream:
        content = stream.read(65_536)
        if size > 131_072:
            stream.seek(-65_536, 2)
            content += stream.read()
    return f"{size}-{hashlib.blake2b(content, digest_size=16).hexdigest()}"


def _check(query: Query) -> None:
    if query.kind != "any" and query.kind not in _KINDS:
        raise BadInput(f"kind {query.kind!r}", where="--kind", remedy=f"one of any, {', '.join(_KINDS)}")
    if len(query.name) > MAX_NAME:
        raise BadInput(f"a name of {len(query.name):,} characters", remedy=f"at most {MAX_NAME:,} are accepted")
    if not tokens(query.name) and not query.identifiers:
        raise BadInput(f"{query.name!r} holds no letter or digit", remedy="give the party's name")


def _score_kind(kind: str) -> str:
    return kind if kind == "person" else "any"


def _details(query: Query, party: ListedParty) -> Iterator[ScorePart]:
    """What country and date of birth add or take."""
    asked = frozenset(query.countries)
    if asked and party.countries:
        theirs = ", ".join(sorted(party.countries))
        if asked & party.countries:
            yield ScorePart("country", ", ".join(sorted(asked)), theirs, _COUNTRY_LIFT, "the same country")
        else:
            yield ScorePart("country", ", ".join(sorted(asked)), theirs, -_COUNTRY_COST, "another country")
    if query.birth_date and party.birth_dates:
        years = {found for text in party.birth_dates for found in re.findall(r"\b(?:1[89]|20)[0-9]{2}\b", text)}
        if years and query.birth_date[:4] not in years:
            yield ScorePart("birth_date", query.birth_date, "; ".join(party.birth_dates), -_BIRTH_COST, "another year")


class _Records:
    """Parties and names, decoded when asked for."""

    def __init__(self, lines: Sequence[bytes], names: Sequence[str], weak: Integers) -> None:
        self._lines = lines
        self._names = names
        self.weak = weak

    @classmethod
    def of(cls, parties: Iterable[ListedParty]) -> _Records:
        lines, names, weak = [], [], []
        owners = []
        for number, party in enumerate(parties):
            lines.append(json.dumps(to_plain(party), ensure_ascii=False, separators=(",", ":")).encode())
            for name in party.names:
                names.append(name.text.replace("\n", " ")[:MAX_NAME])
                weak.append(int(name.weak))
                owners.append(number)
        records = cls(lines, names, np.array(weak, dtype=np.int32))
        records.owners = np.array(owners, dtype=np.int32)
        return records

    owners: Integers

    def __len__(self) -> int:
        return len(self._lines)

    def party(self, number: int) -> ListedParty:
        return from_plain(ListedParty, json.loads(self._lines[number]))

    def parties(self) -> Iterator[ListedParty]:
        return (self.party(number) for number in range(len(self)))

    def name(self, number: int) -> str:
        return self._names[number]

    def names(self) -> Sequence[str]:
        return self._names

    def save(self, directory: Path) -> None:
        (directory / "parties.jsonl").write_bytes(b"\n".join(self._lines))
        (directory / "names.txt").write_text("\n".join(self._names), encoding="utf-8")
        np.save(directory / "weak.npy", self.weak)
        np.save(directory / "owners.npy", self.owners)

    @classmethod
    def load(cls, directory: Path) -> _Records:
        lines = (directory / "parties.jsonl").read_bytes().splitlines()
        text = (directory / "names.txt").read_text(encoding="utf-8")
        names = text.split("\n") if text else []
        records = cls(lines, names, np.load(directory / "weak.npy"))
        records.owners = np.load(directory / "owners.npy")
        if len(names) != len(records.owners):
            raise ValueError("names and owners differ in number")
        return records


class _Index:
    """Vocabulary, postings and weights."""

    def __init__(
        self,
        vocabulary: list[str],
        starts: Integers,
        postings: Integers,
        name_weights: Floats,
        loose_weights: Floats,
        owners: Integers,
        identifiers: dict[str, list[int]],
    ) -> None:
        self._vocabulary = vocabulary
        self._lookup = {word: number for number, word in enumerate(vocabulary)}
        self._starts = starts
        self._postings = postings
        self._name_weights = name_weights
        self._loose_weights = loose_weights
        self._owners = owners
        self._identifiers = identifiers

    @classmethod
    def build(cls, records: _Records) -> _Index:
        words: dict[str, list[int]] = defaultdict(list)
        name_weights, loose_weights = [], []
        for number, name in enumerate(records.names()):
            found = tokens(name)
            name_weights.append(sum(token.weight for token in found))
            loose_weights.append(sum(token.weight for token in found if token.word_class == "initial"))
            for word in _index_words(found):
                words[word].append(number)
        vocabulary = sorted(words)
        starts = np.zeros(len(vocabulary) + 1, dtype=np.int32)
        starts[1:] = np.cumsum([len(words[word]) for word in vocabulary])
        postings = np.fromiter(
            (name for word in vocabulary for name in words[word]), dtype=np.int32, count=int(starts[-1])
        )
        identifiers: dict[str, list[int]] = defaultdict(list)
        for number, party in enumerate(records.parties()):
            for identifier in party.identifiers:
                key = _identifier_key(identifier.value)
                if len(key) >= 5:
                    identifiers[key].append(number)
        return cls(
            vocabulary,
            starts,
            postings,
            np.array(name_weights, dtype=np.float32),
            np.array(loose_weights, dtype=np.float32),
            records.owners,
            dict(identifiers),
        )

    def party_of(self, name: int) -> int:
        return int(self._owners[name])

    def identified(self, query: Query) -> set[int]:
        """Parties that carry one of the query's numbers."""
        asked = [*query.identifiers]
        if any(character.isdigit() for character in query.name):
            asked.append(query.name)
            asked.extend(query.name.split())
        return {
            party
            for text in asked
            if len(key := _identifier_key(text)) >= 5 and any(character.isdigit() for character in key)
            for party in self._identifiers.get(key, ())
        }

    def candidates(self, name: str, threshold: float) -> list[int]:
        """Names whose score can reach ``threshold`` less what further evidence may add."""
        found = tokens(name)
        if not found or not self._vocabulary:
            return []
        wanted = max(0.05, threshold - _COUNTRY_LIFT)
        query_weight = sum(token.weight for token in found)
        reach = np.zeros(len(self._name_weights), dtype=np.float32)
        for token, words in _query_words(found):
            best = self._alike(words)
            if best.size:
                names = np.unique(best)
                reach[names] += token.weight
        loose = sum(token.weight for token in found if token.word_class == "initial")
        bound = (2 * np.minimum(reach + loose + self._loose_weights, query_weight)) / (
            query_weight + self._name_weights
        )
        # A name's own aligned weight may exceed the query's where words were written together.
        generous = (reach + loose + self._loose_weights + np.minimum(self._name_weights, reach * 2 + loose)) / (
            query_weight + self._name_weights
        )
        return [
            int(number) for number in np.nonzero(np.maximum(bound, generous) >= wanted)[0] if reach[number] > 0 or loose
        ]

    def _alike(self, words: Sequence[str]) -> Integers:
        """Names that hold a word alike to one of ``words``."""
        rows: list[Integers] = []
        for word in words:
            if len(word) < 4 or word[0] == "~" or any(character.isdigit() for character in word):
                exact = self._lookup.get(word)
                numbers: Sequence[int] = () if exact is None else (exact,)
            else:
                allowed = 1 if len(word) <= 6 else 2 if len(word) <= 10 else 3
                numbers = [
                    number
                    for _, _, number in process.extract(
                        word, self._vocabulary, scorer=OSA.distance, score_cutoff=allowed, limit=None
                    )
                ]
            rows.extend(self._postings[self._starts[number] : self._starts[number + 1]] for number in numbers)
        return np.concatenate(rows) if rows else np.zeros(0, dtype=np.int32)

    def save(self, directory: Path) -> None:
        (directory / "vocabulary.txt").write_text("\n".join(self._vocabulary), encoding="utf-8")
        (directory / "identifiers.json").write_text(json.dumps(self._identifiers), encoding="utf-8")
        np.save(directory / "starts.npy", self._starts)
        np.save(directory / "postings.npy", self._postings)
        np.save(directory / "name_weights.npy", self._name_weights)
        np.save(directory / "loose_weights.npy", self._loose_weights)

    @classmethod
    def load(cls, directory: Path) -> _Index:
        text = (directory / "vocabulary.txt").read_text(encoding="utf-8")
        return cls(
            text.split("\n") if text else [],
            np.load(directory / "starts.npy"),
            np.load(directory / "postings.npy", mmap_mode="r"),
            np.load(directory / "name_weights.npy"),
            np.load(directory / "loose_weights.npy"),
            np.load(directory / "owners.npy"),
            json.loads((directory / "identifiers.json").read_text(encoding="utf-8")),
        )


def _index_words(found: Sequence[Token]) -> set[str]:
    """The words under which a name is found: each word, its consonants, and neighbours written together."""
    words = {token.text for token in found}
    words |= {f"~{bare}" for token in found if len(bare := _consonants(token.text)) >= 3}
    words |= {one.text + other.text for one, other in pairwise(found)}
    return words


def _query_words(found: Sequence[Token]) -> Iterator[tuple[Token, list[str]]]:
    for number, token in enumerate(found):
        words = [token.text]
        bare = _consonants(token.text)
        if len(bare) >= 3:
            words.append(f"~{bare}")
        if number + 1 < len(found):
            words.append(token.text + found[number + 1].text)
        if number:
            words.append(found[number - 1].text + token.text)
        yield token, words


def _consonants(text: str) -> str:
    kept = [character for character in text if character not in "aeiouwy"]
    return "".join(character for i, character in enumerate(kept) if i == 0 or kept[i - 1] != character)


def _identifier_key(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", text.upper())
