"""Real listings and a removal, replayed: what ``check`` answers on the days before, between and after.

The listings are the embedded ones; nothing is listed twice. Facts and citations are compared with them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from enduse.assess import Settings, check
from enduse.evidence.library import Library
from enduse.formats.plain_yaml import load_yaml
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.lists.starter import starter_parties
from enduse.model.citation import Citation
from enduse.model.party import Listing


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``check`` says of a day, and what it should."""

    day: dt.date
    outcome: str
    expected: str
    headline: str


@dataclass(frozen=True, slots=True)
class Replay:
    """A listing as it happened."""

    party: str
    list_id: str
    why: str
    effective: dt.date
    published: dt.date
    removed: dt.date | None
    citation: Citation
    transaction: Mapping[str, Any]
    days: tuple[tuple[dt.date, str], ...]

    def listing(self) -> Listing:
        """The embedded listing that it is.

        Raises:
            LookupError: there is none.
        """
        for party in starter_parties():
            for one in party.listings:
                if party.name == self.party and one.list_id == self.list_id:
                    return one
        raise LookupError(f"{self.party} is not on {self.list_id} in the embedded listings")

    def answers(self, library: Library | None = None) -> Iterator[Answer]:
        """Ask ``check`` on every day."""
        lists = library or Library(accept_starter=True)
        for day, expected in self.days:
            tx = transaction_from_mapping({**self.transaction, "date": day.isoformat()}, where=self.party)
            found = check(tx, library=lists, settings=Settings(laws=("us",)), today=day)
            yield Answer(day, found.outcome.value, expected, found.headline)


def replays() -> tuple[Replay, ...]:
    """The listings, in their order."""
    file = resources.files("enduse.interfaces.demo") / "replays.yaml"
    found = load_yaml(file.read_bytes(), name="replays.yaml")
    return tuple(
        Replay(
            party=raw["party"],
            list_id=raw["list"],
            why=raw["why"],
            effective=dt.date.fromisoformat(raw["effective"]),
            published=dt.date.fromisoformat(raw["published"]),
            removed=dt.date.fromisoformat(raw["removed"]) if raw.get("removed") else None,
            citation=Citation(
                raw["citation"]["text"],
                raw["citation"].get("url") or None,
                raw["citation"]["verified"] == "true",
                raw["citation"].get("note") or "",
            ),
            transaction=raw["transaction"],
            days=tuple((dt.date.fromisoformat(one["day"]), one["expect"]) for one in raw["days"]),
        )
        for raw in found["replays"]
    )
