"""What a match says, as far as an assessment shows it and rests on it; without the machinery that found it."""

from __future__ import annotations

from dataclasses import dataclass

from enduse.model.match import Match
from enduse.model.party import Listing, PartyKind


@dataclass(frozen=True, slots=True)
class Hit:
    """A listed party that a party may be.

    Attributes:
        score: with two digits.
        source: where the listed party was read.
        explanation: why, a line each.
    """

    party_id: str
    name: str
    matched_name: str
    score: str
    kind: PartyKind
    source: str
    listings: tuple[Listing, ...]
    explanation: tuple[str, ...] = ()

    @staticmethod
    def of(match: Match) -> Hit:
        """What a match says."""
        return Hit(
            party_id=match.party.id,
            name=match.party.name,
            matched_name=match.matched_name,
            score=f"{match.score:.2f}",
            kind=match.party.kind,
            source=match.party.source.source,
            listings=match.party.listings,
            explanation=tuple(
                " ".join(
                    part
                    for part in (step.what, step.query, step.listed, f"{step.contribution:+.2f}", step.note)
                    if part
                )
                for step in match.explanation
            ),
        )
