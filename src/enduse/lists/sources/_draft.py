"""A party in the making: rows that describe one party are joined here, nothing is said twice."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from enduse.lists.sources._text import one_line
from enduse.model.party import (
    Address,
    Identifier,
    ListedParty,
    Listing,
    Name,
    NameKind,
    PartyKind,
    SourceReference,
)

T = TypeVar("T", bound=Hashable)

_ENTITY_LIST = "EL"
_ADDRESS_ENTRY = re.compile(r"Address\s+[0-9]+", re.IGNORECASE)
"""How the Entity List names an address that it lists on its own (15 CFR 744.16(f); 89 FR 51653)."""


@dataclass(slots=True)
class Draft:
    """Collects what the rows of one party say, in their order."""

    id: str
    source: SourceReference
    kind: PartyKind = PartyKind.UNKNOWN
    names: dict[str, Name] = field(default_factory=dict)
    listings: dict[Hashable, Listing] = field(default_factory=dict)
    addresses: dict[Address, None] = field(default_factory=dict)
    identifiers: dict[Identifier, None] = field(default_factory=dict)
    birth_dates: dict[str, None] = field(default_factory=dict)
    birth_places: dict[str, None] = field(default_factory=dict)
    nationalities: dict[str, None] = field(default_factory=dict)
    attributes: dict[tuple[str, str], None] = field(default_factory=dict)
    gender: str = ""
    title: str = ""

    def name(self, text: str, kind: NameKind = NameKind.ALIAS, *, weak: bool = False) -> None:
        """Add a name; the first is the primary one. A name that is there already stays, unless it was only weak."""
        text = one_line(text)
        known = self.names.get(text)
        if text and (known is None or (known.weak and not weak)):
            self.names[text] = Name(text, kind if self.names else NameKind.PRIMARY, weak)

    def primary(self, text: str) -> None:
        """Make a name the primary one; an earlier primary name becomes an alias."""
        text = one_line(text)
        if not text or (self.names and next(iter(self.names)) == text):
            return
        others = [
            replace(name, kind=NameKind.ALIAS) if name.kind is NameKind.PRIMARY else name
            for name in self.names.values()
        ]
        self.names = {text: Name(text)} | {name.text: name for name in others if name.text != text}

    def address(self, text: str, **parts: str | None) -> None:
        """Add an address, unless it is empty."""
        text = one_line(text)
        if text:
            self.addresses.setdefault(Address(text, **parts))  # type: ignore[arg-type]

    def identifier(self, kind: str, value: str, country: str | None = None, label: str = "") -> None:
        """Add a number, unless it is empty."""
        if value.strip():
            self.identifiers.setdefault(Identifier(kind, value.strip(), country, label))

    def attribute(self, label: str, value: str) -> None:
        """Keep something that the model has no place for."""
        if value.strip():
            self.attributes.setdefault((label, one_line(value)))

    def say(self, into: dict[T, None], values: Iterable[T]) -> None:
        """Add values that are not there yet."""
        for value in values:
            if value:
                into.setdefault(value)

    def listing(self, listing: Listing) -> None:
        """Add a listing; one that differs only in programmes or sources is joined to the one that is there."""
        key = (
            listing.list_id,
            listing.listed_from,
            listing.listed_to,
            listing.licence_requirement,
            listing.review_policy,
            listing.citation.text,
        )
        old = self.listings.get(key)
        if old is None:
            self.listings[key] = listing
            return
        self.listings[key] = replace(
            old,
            programmes=tuple(dict.fromkeys(old.programmes + listing.programmes)),
            sources=tuple(dict.fromkeys(old.sources + listing.sources)),
            remarks="; ".join(dict.fromkeys(text for text in (old.remarks, listing.remarks) if text)),
        )

    def party(self) -> ListedParty:
        """The party as it stands; an entry of the Entity List that is an address has its addresses marked."""
        kind, addresses = self.kind, tuple(self.addresses)
        if self._is_address():
            kind = PartyKind.ADDRESS
            addresses = tuple(replace(address, high_diversion_risk=True) for address in addresses)
        return ListedParty(
            id=self.id,
            names=tuple(self.names.values()),
            listings=tuple(self.listings.values()),
            source=self.source,
            kind=kind,
            addresses=addresses,
            identifiers=tuple(self.identifiers),
            birth_dates=tuple(self.birth_dates),
            birth_places=tuple(self.birth_places),
            nationalities=tuple(self.nationalities),
            gender=self.gender,
            title=self.title,
            attributes=tuple(self.attributes),
        )

    def _is_address(self) -> bool:
        listed = any(listing.list_id == _ENTITY_LIST for listing in self.listings.values())
        return listed and bool(self.names) and all(_ADDRESS_ENTRY.fullmatch(name) for name in self.names)


def last_day_to_end(expires: dt.date | None) -> dt.date | None:
    """The half-open end of an order: it is in force through its expiration date, so it ends the day after."""
    if expires is None or expires == dt.date.max:
        return None
    return expires + dt.timedelta(days=1)
