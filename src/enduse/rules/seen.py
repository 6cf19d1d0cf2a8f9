"""Parties as rules see them: every look at one is noted, as narrowly as it is taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from enduse.model.party import Address
from enduse.model.transaction import Owner, PartyType, Role, TransactionParty
from enduse.rules.given import PartyListing, PartyView
from enduse.rules.looks import BEARS, LISTED_ADDRESSES, LISTINGS, bears_look, noted, noted_listings
from enduse.rules.reading import told_apart

if TYPE_CHECKING:
    from enduse.rules.situation import Situation


class SeenView:
    """A party as rules see it: :class:`PartyView`, with every look noted."""

    __slots__ = ("_number", "_s", "_view", "party")

    def __init__(self, s: Situation, number: int, view: PartyView) -> None:
        self._s = s
        self._number = number
        self._view = view
        self.party = SeenParty(s, number, view.party)

    @property
    def listings(self) -> tuple[PartyListing, ...]:
        """Its own listings."""
        return noted_listings(self._s, self._number, LISTINGS, self._view.listings)

    @property
    def addresses(self) -> tuple[PartyListing, ...]:
        """Those of addresses listed on their own that one of its addresses resembles."""
        return noted_listings(self._s, self._number, LISTED_ADDRESSES, self._view.addresses)


class SeenParty:
    """A party of the transaction, with every look noted; its role is noted with those of all parties."""

    __slots__ = ("_party", "_s", "number", "role")

    def __init__(self, s: Situation, number: int, party: TransactionParty) -> None:
        self._s = s
        self.number = number
        self._party = party
        self.role: Role = party.role

    @property
    def name(self) -> str:
        """Its name."""
        return noted(self._s, self.number, "name", self._party.name)

    def bears(self, names: tuple[str, ...]) -> bool:
        """Whether its name holds one of some names, in whole words."""
        key = self.number, names
        look = BEARS.get(key)
        if look is None:
            look = BEARS.setdefault(key, told_apart(bears_look(*key)))
        found = bool(look(self._s))
        self._s._note(look, found)
        return found

    @property
    def type(self) -> PartyType | None:
        """What it is, or None when nobody has said."""
        return noted(self._s, self.number, "type", self._party.type)

    @property
    def country(self) -> str | None:
        """ISO alpha-2 of its seat, or None."""
        return noted(self._s, self.number, "country", self._party.country)

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Its addresses."""
        return noted(self._s, self.number, "addresses", self._party.addresses)

    @property
    def owners(self) -> tuple[Owner, ...] | None:
        """Its owners as stated; None when nobody has said."""
        owners = self._party.owners
        noted(self._s, self.number, "owned", owners is not None)
        if owners is not None:
            self._s._never()
        return owners

    @property
    def itself(self) -> TransactionParty:
        """The party. Prefer a narrower look."""
        self._s._never()
        return self._party
