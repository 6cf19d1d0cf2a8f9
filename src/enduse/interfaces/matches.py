"""Hits as documents: what ``screen --json``, the API and agents are given."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from enduse.model.codec import to_plain
from enduse.model.match import ScorePart, shares

if TYPE_CHECKING:
    from enduse.screen.decisions import Judged


def match_document(judged: Judged) -> dict[str, object]:
    """A hit: the party as listed, the score and how it comes about, and the decision that stands on it."""
    from enduse.interfaces.decisions import standing_document  # loads the store

    match = judged.match
    return {
        "score": f"{match.score:.4f}",
        "matched_name": match.matched_name,
        "party": to_plain(match.party),
        "explanation": explanation_document(match.explanation, match.score),
        **standing_document(judged),
    }


def explanation_document(parts: Sequence[ScorePart], score: float) -> list[dict[str, str]]:
    """The parts of a score; their contributions add up to it."""
    return [
        {
            "what": part.what,
            "query": part.query,
            "listed": part.listed,
            "contribution": f"{share:.4f}",
            "note": part.note,
        }
        for part, share in zip(parts, shares(parts, score, 4), strict=True)
    ]
