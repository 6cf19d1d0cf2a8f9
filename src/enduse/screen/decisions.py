"""What decisions do to hits: which fields are evidence, when a decision holds, and when it has lapsed.

A decision holds for its pair while every field that matters is as it was on both sides. Then "different" suppresses the
hit, visibly, and "same" confirms it. When a field has changed, the decision lapses by itself and says what changed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from enduse.model.decision import Decision, Evidence, Facts, Verdict, folded, heads, plain, subject_of
from enduse.model.match import Match, Query
from enduse.model.party import Identifier, ListedParty, Listing


class Standing(StrEnum):
    """What decisions say of a hit."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    SUPPRESSED = "suppressed"
    LAPSED = "lapsed"


class Decisions(Protocol):
    """Where decisions are kept. The store is one; :class:`DecisionBook` another."""

    def about(self, subject: str) -> Sequence[Decision]:
        """Every record of a query's identity, superseded ones too."""
        ...


class DecisionBook:
    """Decisions in memory: for many queries, read once."""

    def __init__(self, records: Iterable[Decision]) -> None:
        self._records: dict[str, list[Decision]] = {}
        for record in records:
            self._records.setdefault(record.subject, []).append(record)

    def about(self, subject: str) -> Sequence[Decision]:
        """Every record of a query's identity."""
        return self._records.get(subject, ())

    def __call__(self, query: Query, matches: Iterable[Match]) -> Screened:
        """:func:`apply` of these decisions, as a function that other processes can be sent."""
        return apply(matches, query, self)


@dataclass(frozen=True, slots=True)
class Change:
    """A field that mattered and is no longer what it was.

    Attributes:
        side: ``query`` or ``listed``.
        field: its name in the evidence, or ``id`` where the publisher gave the party another one.
        before: its values when the decision was made.
        after: its values now.
    """

    side: str
    field: str
    before: tuple[str, ...]
    after: tuple[str, ...]

    @property
    def lost(self) -> tuple[str, ...]:
        """Values that are gone."""
        return tuple(value for value in self.before if value not in self.after)

    @property
    def won(self) -> tuple[str, ...]:
        """Values that are new."""
        return tuple(value for value in self.after if value not in self.before)


@dataclass(frozen=True, slots=True)
class Judged:
    """A hit with the decision that concerns it, if any, and what has changed since where it has lapsed."""

    match: Match
    standing: Standing = Standing.OPEN
    decision: Decision | None = None
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Screened:
    """Hits that stand, best first, and hits that a decision suppresses."""

    hits: tuple[Judged, ...]
    suppressed: tuple[Judged, ...] = ()


def identity_of(query: Query) -> str:
    """The identity of a query, under which decisions are kept."""
    return subject_of(query.name, map(_number, query.numbers))


def _number(number: Identifier) -> str:
    """A number as a query states it, with its kind and country where these are stated."""
    country = f"[{number.country}]" if number.country else ""
    return f"{number.kind}{country}:{number.value}" if number.kind else number.value


def evidence_of(query: Query, party: ListedParty) -> Evidence:
    """The fields that matter, of both sides.

    Not among them, so that they never lapse a decision: remarks, citations, dates and references of listings, when an
    edition showed them, source lines, titles, further attributes, the order of anything, the score.
    """
    asked = {
        "names": map(folded, (query.name, *query.other_names)),
        "kind": [query.kind],
        "countries": query.countries,
        "birth_dates": [folded(query.birth_date or "")],
        "birth_places": map(folded, query.birth_places),
        "nationalities": query.nationalities,
        "identifiers": [folded(_number(number)) for number in query.numbers],
        "addresses": map(folded, query.addresses),
        "gender": [query.gender],
    }
    listed = {
        "names": [plain(name.text) for name in party.names if not name.weak],
        "weak_names": [plain(name.text) for name in party.names if name.weak],
        "kind": [party.kind.value],
        "countries": [address.country or "" for address in party.addresses],
        "birth_dates": map(plain, party.birth_dates),
        "birth_places": map(plain, party.birth_places),
        "nationalities": map(plain, party.nationalities),
        "identifiers": map(_identifier, party.identifiers),
        "addresses": [plain(address.text) for address in party.addresses],
        "high_risk_addresses": [plain(address.text) for address in party.addresses if address.high_diversion_risk],
        "gender": [plain(party.gender)],
        "listings": map(_listing, party.listings),
    }
    return Evidence.of(asked, listed)


def _identifier(identifier: Identifier) -> str:
    kind = identifier.label if identifier.kind == "other" and identifier.label else identifier.kind
    return _joined(kind, identifier.value, identifier.country or "")


def _listing(listing: Listing) -> str:
    measures = sorted(measure.value for measure in listing.measures)
    return _joined(listing.list_id, ", ".join(sorted(set(listing.programmes))), ", ".join(measures))


def _joined(*parts: str) -> str:
    """Parts of one value; a bar inside a part is doubled, so that different parts never give the same value."""
    return " | ".join(plain(part).replace("|", "||") for part in parts)


def changes(before: Evidence, after: Evidence) -> tuple[Change, ...]:
    """What differs between two evidences, field by field."""
    return (*_changes("query", before.query, after.query), *_changes("listed", before.listed, after.listed))


def _changes(side: str, before: Facts, after: Facts) -> Iterable[Change]:
    old, new = dict(before), dict(after)
    for field in sorted(old.keys() | new.keys()):
        if old.get(field) != new.get(field):
            yield Change(side, field, old.get(field, ()), new.get(field, ()))


def apply(matches: Iterable[Match], query: Query, decisions: Decisions) -> Screened:
    """Divide hits into those that stand and those that a decision suppresses. The order is kept.

    Where stores that decided apart were joined, the most cautious of a pair's records counts: "same" before a
    withdrawal, a withdrawal before "different".

    Args:
        matches: the hits of ``query``, all of them.
        query: as it was screened.
        decisions: where decisions are kept.
    """
    found = list(matches)
    by_party: dict[str, list[Decision]] = {}
    for record in heads(decisions.about(identity_of(query))):
        by_party.setdefault(record.party_id, []).append(record)
    if not by_party:
        return Screened(tuple(Judged(match) for match in found))
    shown = {match.party.id for match in found}
    gone = [records for party_id, records in by_party.items() if party_id not in shown]
    judged = [_judged(match, evidence_of(query, match.party), by_party, gone) for match in found]
    return Screened(
        tuple(one for one in judged if one.standing is not Standing.SUPPRESSED),
        tuple(one for one in judged if one.standing is Standing.SUPPRESSED),
    )


def _judged(
    match: Match, now: Evidence, by_party: dict[str, list[Decision]], gone: Sequence[Sequence[Decision]]
) -> Judged:
    records = by_party.get(match.party.id)
    if records is None:
        return _renumbered(match, now, gone)
    same = [record for record in records if record.verdict is Verdict.SAME]
    if not same and any(record.verdict is Verdict.WITHDRAWN for record in records):
        return Judged(match)
    deciding = same or records
    holding = [record for record in deciding if record.evidence == now]
    if holding:
        return Judged(match, Standing.CONFIRMED if same else Standing.SUPPRESSED, holding[0])
    return Judged(match, Standing.LAPSED, deciding[0], changes(deciding[0].evidence, now))


def _renumbered(match: Match, now: Evidence, gone: Sequence[Sequence[Decision]]) -> Judged:
    """A party under a new id that looks in every field like one that was decided: the hit stands, and says so."""
    for records in gone:
        latest = records[0]
        if latest.verdict is not Verdict.WITHDRAWN and latest.evidence.listed == now.listed:
            moved = Change("listed", "id", (latest.party_id,), (match.party.id,))
            return Judged(match, Standing.LAPSED, latest, (*changes(latest.evidence, now), moved))
    return Judged(match)
