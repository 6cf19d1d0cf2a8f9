"""Screening: every listed party whose score reaches the threshold, with its explanation.

The index is built once for a set of parties, written to a folder, and mapped into memory by every process that uses it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path

from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import HIT_THRESHOLD, Match, Query, ScorePart
from enduse.model.party import ListedParty, PartyKind
from enduse.screen.normalise import MAX_NAME, Token, tokens, weights_version
from enduse.screen.postings import Postings
from enduse.screen.records import Records
from enduse.screen.score import compare_names, least_raw, score_of

FORMAT = 3
_AT_ONCE = 256
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
        self._records = Records.of(parties)
        self._postings = Postings.build(self._records)
        self._identifiers = _identifiers(self._records)

    def screen(self, query: Query, *, threshold: float = HIT_THRESHOLD) -> list[Match]:
        """Every party at or above ``threshold``, best first.

        Raises:
            BadInput: the name is empty or too long, or the kind is not known.
        """
        return next(self.screen_many([query], threshold=threshold))

    def screen_many(self, queries: Iterable[Query], *, threshold: float = HIT_THRESHOLD) -> Iterator[list[Match]]:
        """:meth:`screen` for each query, in order; many at once are quicker."""
        least = least_raw(max(0.05, threshold - _COUNTRY_LIFT))
        for some in _chunks(queries, _AT_ONCE):
            for query in some:
                _check(query)
            asked = [tokens(query.name) for query in some]
            for query, found, names in zip(some, asked, self._postings.candidates_many(asked, least), strict=True):
                yield self._screened(query, found, names.tolist(), threshold)

    def _screened(self, query: Query, asked: tuple[Token, ...], names: list[int], threshold: float) -> list[Match]:
        found = dict.fromkeys(self._identified(query), (_IDENTIFIER_SCORE, -1))
        kind = _score_kind(query.kind)
        for name in names:
            score = score_of(asked, self._postings.words_of(name), kind)
            if self._records.weak[name]:
                score -= _WEAK_ALIAS_COST
            party = int(self._records.owners[name])
            if party not in found or score > found[party][0]:
                found[party] = (score, name)
        likely = ((party, best) for party, best in found.items() if best[0] >= threshold - _COUNTRY_LIFT)
        matches = [self._match(query, party, *best) for party, best in likely]
        hits = [match for match in matches if match is not None and match.score >= threshold]
        return sorted(hits, key=lambda match: (-match.score, match.party.id))

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
            parts.append(ScorePart("identifier", _numbers(query) or query.name, "", score, "the same number"))
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
            self._postings.save(building)
            (building / "identifiers.json").write_text(json.dumps(self._identifiers), encoding="utf-8")
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
            screener._records = Records.load(directory)
            screener._postings = Postings.load(directory)
            screener._identifiers = json.loads((directory / "identifiers.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise OperationFailed(f"the index cannot be read: {error}", where=str(directory), remedy=remedy) from None
        return screener

    def _identified(self, query: Query) -> set[int]:
        """Parties that carry one of the query's numbers."""
        asked = [number.value for number in query.numbers]
        if any(character.isdigit() for character in query.name):
            asked.append(query.name)
            asked.extend(query.name.split())
        return {
            party
            for text in asked
            if len(key := _identifier_key(text)) >= 5 and any(character.isdigit() for character in key)
            for party in self._identifiers.get(key, ())
        }


def _chunks(queries: Iterable[Query], size: int) -> Iterator[list[Query]]:
    pending: list[Query] = []
    for query in queries:
        pending.append(query)
        if len(pending) == size:
            yield pending
            pending = []
    if pending:
        yield pending


def _identifiers(records: Records) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for number, party in enumerate(records.parties()):
        for identifier in party.identifiers:
            key = _identifier_key(identifier.value)
            if len(key) >= 5:
                found.setdefault(key, []).append(number)
    return found


def _identifier_key(text: str) -> str:
    return _NOT_ALPHANUMERIC.sub("", text.upper())


def _numbers(query: Query) -> str:
    return ", ".join(number.value for number in query.numbers)


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
