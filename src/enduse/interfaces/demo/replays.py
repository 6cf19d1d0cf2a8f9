"""Real listings and a removal, replayed: what ``check`` and ``portfolio check`` answer before, between and after.

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
from enduse.interfaces.portfolio import portfolio_report, securities_of
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.lists.starter import starter_parties
from enduse.model.citation import Citation
from enduse.model.party import Listing
from enduse.model.truth import Truth
from enduse.monitor.issuers import Holding, Side
from enduse.monitor.portfolio import LineAnswer


@dataclass(frozen=True, slots=True)
class Day:
    """What is right on a day.

    Attributes:
        expect: outcome of ``check``.
        buy, sell: what ``portfolio check`` says of the company's securities.
        listed: whether the listing is in force.
    """

    day: dt.date
    expect: str
    buy: str
    sell: str
    listed: bool


@dataclass(frozen=True, slots=True)
class Answer:
    """What ``check`` and ``portfolio check`` say of a day, and what they should.

    Attributes:
        outcome: of ``check``; ``headline`` in a sentence.
        buy, sell: of ``portfolio check``; ``listed`` whether it names the issuer as on the list on that day.
    """

    right: Day
    outcome: str
    headline: str
    buy: str
    sell: str
    listed: bool

    @property
    def day(self) -> dt.date:
        """The day that was asked about."""
        return self.right.day

    @property
    def said(self) -> Day:
        """All that was answered, to be compared with what is right."""
        return Day(self.day, self.outcome, self.buy, self.sell, self.listed)


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
    days: tuple[Day, ...]

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
        """Ask ``check`` and ``portfolio check`` on every day."""
        lists = library or Library(accept_starter=True)
        for right in self.days:
            tx = transaction_from_mapping({**self.transaction, "date": right.day.isoformat()}, where=self.party)
            found = check(tx, library=lists, settings=Settings(laws=("us",)), today=right.day)
            bought, sold = (self._dealt(lists, right.day, side) for side in (Side.BUY, Side.SELL))
            listed = any(
                listing.list_id == self.list_id and listing.in_force(right.day) is Truth.TRUE
                for hit in bought.hits
                if hit.sure
                for listing in hit.match.party.listings
            )
            buy, sell = bought.answer.dealing.value, sold.answer.dealing.value
            yield Answer(right, found.outcome.value, found.headline, buy, sell, listed)

    def _dealt(self, lists: Library, day: dt.date, side: Side) -> LineAnswer:
        line = Holding(1, "replays.yaml", name=self.party, side=side)
        report = portfolio_report([line], [], lists, securities_of(lists), day, day, settings=Settings(laws=("us",)))
        return report.lines[0]


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
            days=tuple(
                Day(dt.date.fromisoformat(one["day"]), one["expect"], one["buy"], one["sell"], one["listed"] == "true")
                for one in raw["days"]
            ),
        )
        for raw in found["replays"]
    )
