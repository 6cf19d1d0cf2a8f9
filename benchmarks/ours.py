"""The only door to ``enduse``: what the benchmarks ask of it, in one place."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from enduse.model.match import HIT_THRESHOLD, Match, Query
from enduse.model.party import ListedParty
from enduse.screen.index import Screener
from enduse.screen.score import compare_names
from enduse.screen.version import weights_version

__all__ = [
    "HIT_THRESHOLD",
    "Best",
    "Screener",
    "all_hits",
    "best_hits",
    "build",
    "candidates",
    "compare",
    "open_index",
    "screen",
    "weights_version",
]

Best = dict[str, tuple[float, str]]
"""For each party found, by its id: the score and the listed name."""
KINDS = {"Person": "person", "Company": "company", "Organization": "company", "Vessel": "vessel"}
"""Our word for a FollowTheMoney schema."""


def compare(left: str, right: str, schema: str = "") -> float:
    """The score of two names, with its explanation built."""
    return compare_names(left, right, kind=KINDS.get(schema, "any")).score


def build(parties: Iterable[ListedParty], folder: Path) -> None:
    """Build the index and write it to a folder."""
    Screener(parties).save(folder)


def open_index(folder: Path) -> Screener:
    """The index of a folder."""
    return Screener.load(folder)


def screen(screener: Screener, name: str, least: float = HIT_THRESHOLD) -> list[Match]:
    """Every match of one name, as a user asks for it."""
    return screener.screen(Query(name), threshold=least)


def all_hits(screener: Screener, names: Sequence[str], least: float = HIT_THRESHOLD) -> list[list[Match]]:
    """Every match of many names."""
    return list(screener.screen_many(map(Query, names), threshold=least))


def best_hits(screener: Screener, names: Sequence[str], least: float) -> list[Best]:
    """For each name, what was found at ``least`` or above; details other than names play no part."""
    return [
        {match.party.id: (match.score, match.matched_name) for match in found}
        for found in all_hits(screener, names, least)
    ]


def candidates(screener: Screener, name: str, least: float) -> list[int]:
    """Numbers of the listed names that retrieval would score."""
    return screener.candidates(name, least)
