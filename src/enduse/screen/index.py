"""Screening: every listed party whose score reaches the threshold, with its explanation.

The index is built once for a set of parties, written to a folder, and mapped into memory by every process that uses it.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import HIT_THRESHOLD, Match, NameScore, Query
from enduse.model.party import ListedParty
from enduse.screen.address_index import AddressIndex, address_match
from enduse.screen.addresses import MAX_ADDRESS, says_where, words_of
from enduse.screen.calibration import calibrated, least_raw
from enduse.screen.details import combine, details, excluded, identifier_keys, least_name_score, weak_alias
from enduse.screen.details import explained as in_units
from enduse.screen.normalise import MAX_NAME, Token, tokens
from enduse.screen.numbers import Numbers
from enduse.screen.postings import Postings
from enduse.screen.records import Records
from enduse.screen.score import Alignment, aligned, explained, explained_score, shaded
from enduse.screen.version import weights_version

FORMAT = 7
KINDS = ("any", "person", "company", "vessel", "address")
_LEAST = 0.05
_AT_ONCE = 256
_DECODED = 2_000
_NO_NAME = -1


class _Best(NamedTuple):
    """The best that a party's names reached: the score, the name, how it lies on the query's, and what that scores."""

    score: float
    name: int
    found: Alignment | None
    shown: float


class Screener:
    """Screens names, numbers and addresses against a set of listed parties.

    Args:
        parties: the parties; their order does not matter.
    """

    def __init__(self, parties: Iterable[ListedParty]) -> None:
        records = Records.of(parties)
        self._use(
            records, Postings.build(records), Numbers.build(records.parties()), lambda: AddressIndex(records.parties())
        )

    def _use(
        self, records: Records, postings: Postings, numbers: Numbers, addresses: Callable[[], AddressIndex]
    ) -> None:
        self._records = records
        # Single numbers come quicker from a view than from an array.
        self._weak, self._owners = memoryview(records.weak), memoryview(records.owners)  # type: ignore[arg-type]
        self._postings = postings
        self._numbers = numbers
        # Addresses are opened when one is asked for.
        self._addresses = functools.cache(addresses)
        self._party = functools.lru_cache(maxsize=_DECODED)(records.party)

    def screen(self, query: Query, *, threshold: float = HIT_THRESHOLD) -> list[Match]:
        """Every party at or above ``threshold``, best first.

        The best of the query's names counts for each party. With the kind ``address`` the name is an address, and only
        addresses are looked at; other queries meet listed addresses of high diversion risk by their ``addresses``.

        Raises:
            BadInput: the name is empty or too long, or the kind is not known.
        """
        return next(self.screen_many([query], threshold=threshold))

    def screen_many(self, queries: Iterable[Query], *, threshold: float = HIT_THRESHOLD) -> Iterator[list[Match]]:
        """:meth:`screen` for each query, in order; many at once are quicker.

        Raises:
            BadInput: as :meth:`screen`, for the first query that cannot be used among the next few hundred.
        """
        for some in _chunks(queries, _AT_ONCE):
            for query in some:
                _check(query)
            least = [max(_LEAST, least_name_score(query, threshold)) for query in some]
            asked = [
                (place, words)
                for place, query in enumerate(some)
                if query.kind != "address"
                for name in (query.name, *query.other_names)
                if (words := tokens(name))
            ]
            names = self._postings.candidates_many(
                [words for _, words in asked],
                [least_raw(least[place]) for place, _ in asked],
                [_score_kind(some[place].kind) for place, _ in asked],
            )
            own: list[list[tuple[tuple[Token, ...], list[int]]]] = [[] for _ in some]
            for (place, words), found in zip(asked, names, strict=True):
                own[place].append((words, found.tolist()))
            for place, query in enumerate(some):
                if query.kind == "address":
                    yield self._at_address(query, threshold)
                else:
                    yield self._screened(query, own[place], least[place], threshold)

    def _screened(
        self, query: Query, asked: Sequence[tuple[tuple[Token, ...], list[int]]], least: float, threshold: float
    ) -> list[Match]:
        keys = identifier_keys(query)
        numbered = self._numbers.parties(keys) if keys else frozenset()
        best: dict[int, _Best] = dict.fromkeys(numbered, _Best(0.0, _NO_NAME, None, 0.0))
        own_names = [name for party in numbered for name in self._names_of(party)]
        kind = _score_kind(query.kind)
        weak, owners, words_of = self._weak, self._owners, self._postings.words_of
        for words, names in asked:
            known: dict[tuple[Token, ...], Alignment] = {}
            for name in (*names, *own_names):
                listed = words_of(name)
                # Many parties bear names of the same words.
                found = known.get(listed)
                if found is None and listed:
                    found = known[listed] = aligned(words, listed, kind)
                party = owners[name]
                least_new = best[party].score if party in best else 0.0
                if found is None or (calibrated(found.raw) <= least_new and not weak[name]):
                    # That many bear names like these only lowers a score.
                    continue
                score = shown = shaded(found)
                if weak[name]:
                    score = combine(score, [weak_alias("")])
                if score > least_new:
                    best[party] = _Best(score, name, found, shown)
        explanations: dict[int, NameScore] = {}
        matches = [
            self._match(query, party, found, explanations)
            for party, found in best.items()
            if found.score >= least or party in numbered
        ]
        hits = {match.party.id: match for match in matches if match is not None and match.score >= threshold}
        for match in self._at_risky_addresses(query, threshold) if query.addresses else ():
            if match.party.id not in hits:
                hits[match.party.id] = match
        return sorted(hits.values(), key=lambda match: (-match.score, match.party.id))

    def _match(self, query: Query, number: int, best: _Best, explanations: dict[int, NameScore]) -> Match | None:
        """A match, unless the details exclude it; names of the same words share one of ``explanations``."""
        party = self._party(number)
        if excluded(query, party):
            return None
        name = best.name
        found: NameScore | None
        matched = party.name if name == _NO_NAME else self._records.name(name)
        if best.found is not None and not query.other_names:
            found = explanations.get(id(best.found))
            if found is None:
                found = explanations[id(best.found)] = explained(best.found, best.shown)
        else:
            words = self._postings.words_of(name) if name != _NO_NAME else tokens(matched[:MAX_NAME])
            kind = _score_kind(query.kind)
            own_names = [own for text in (query.name, *query.other_names) if (own := tokens(text))] if words else []
            found = max(
                (explained_score(own, words, kind) for own in own_names), key=lambda item: item.score, default=None
            )
        score = found.score if found is not None else 0.0
        weak = name != _NO_NAME and bool(self._weak[name])
        parts = (*((weak_alias(matched),) if weak else ()), *details(query, party))
        explanation = (*(found.explanation if found is not None else ()), *in_units(score, parts))
        return Match(party, combine(score, parts), matched, explanation)

    def _at_address(self, query: Query, threshold: float) -> list[Match]:
        """Parties at an address, each with the one that fits best."""
        best: dict[int, tuple[int, float]] = {}
        country = query.countries[0] if query.countries else None
        for party, place, score in self._addresses().screen(query.name, country, threshold=threshold):
            if party not in best or score > best[party][1]:
                best[party] = (place, score)
        matches = [address_match(query.name, country, self._party(party), place) for party, (place, _) in best.items()]
        return sorted(matches, key=lambda match: (-match.score, match.party.id))

    def _at_risky_addresses(self, query: Query, threshold: float) -> Iterator[Match]:
        """Listed addresses of high diversion risk among the query's own; shared addresses of others are no hit."""
        country = query.countries[0] if query.countries else None
        for address in query.addresses:
            if not says_where(address[:MAX_ADDRESS]):
                continue
            for number, place, _ in self._addresses().screen(address[:MAX_ADDRESS], country, threshold=threshold):
                party = self._party(number)
                if party.addresses[place].high_diversion_risk:
                    yield address_match(address[:MAX_ADDRESS], country, party, place)

    def _names_of(self, party: int) -> range:
        """Numbers of a party's names: they stand together."""
        first, last = self._records.names_of(party)
        return range(first, last)

    def __len__(self) -> int:
        return len(self._records)

    def candidates(self, name: str, least: float) -> list[int]:
        """Numbers of the listed names whose score can reach ``least``: all that do, and some that do not."""
        found: list[int] = self._postings.candidates(tokens(name), least_raw(least)).tolist()
        return found

    def name(self, number: int) -> str:
        """The listed name of a number."""
        return self._records.name(number)

    def party_of(self, number: int) -> int:
        """The place, among the parties, of the one that bears the name of a number."""
        return int(self._records.owners[number])

    def save(self, directory: Path) -> None:
        """Write the index to a new directory, whole or not at all.

        Raises:
            OperationFailed: the directory cannot be written.
        """
        building = directory.with_name(f"{directory.name}.{os.getpid()}.building")
        try:
            building.mkdir(parents=True, exist_ok=True)
            for part in (self._records, self._postings, self._numbers, self._addresses()):
                part.save(building)
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
            screener._use(
                Records.load(directory),
                Postings.load(directory),
                Numbers.load(directory),
                lambda: AddressIndex.load(directory),
            )
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise OperationFailed(f"the index cannot be read: {error}", where=str(directory), remedy=remedy) from None
        return screener


def _chunks(queries: Iterable[Query], size: int) -> Iterator[list[Query]]:
    pending: list[Query] = []
    for query in queries:
        pending.append(query)
        if len(pending) == size:
            yield pending
            pending = []
    if pending:
        yield pending


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
    if query.kind not in KINDS:
        raise BadInput(f"kind {query.kind!r}", where="--kind", remedy=f"one of {', '.join(KINDS)}")
    longest = MAX_ADDRESS if query.kind == "address" else MAX_NAME
    for name in (query.name, *query.other_names):
        if len(name) > longest:
            raise BadInput(f"a name of {len(name):,} characters", remedy=f"at most {longest:,} are accepted")
    if query.kind == "address":
        if not words_of(query.name):
            raise BadInput(f"{query.name!r} holds no letter or digit", remedy="give the address")
    elif not any(tokens(name) for name in (query.name, *query.other_names)) and not query.identifiers:
        raise BadInput(f"{query.name!r} holds no letter or digit", remedy="give the party's name")


def _score_kind(kind: str) -> str:
    return kind if kind != "address" else "any"
