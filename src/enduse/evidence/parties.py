"""From what a transaction says of a party to what lists say of it; stated listings are taken as they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from enduse.evidence.hits import Hit
from enduse.model.assessment import AssessedParty, PartyMatch
from enduse.model.countries import country_name
from enduse.model.match import Query
from enduse.model.party import Address, Identifier, Listing, PartyKind
from enduse.model.transaction import Owner, PartyType, TransactionParty
from enduse.model.truth import Truth
from enduse.rules.given import PartyListing, PartyView

IDENTITY = "party.identity"


class Lists(Protocol):
    """What can be screened against."""

    def hits(self, query: Query) -> Sequence[Hit]:
        """Every hit for the query, best first."""


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the parties.

    Attributes:
        views: for the rules.
        assessed: for the reader.
        screened: whether any name was screened (then the answer depends on which lists are loaded).
    """

    views: tuple[PartyView, ...]
    assessed: tuple[AssessedParty, ...]
    screened: bool


def known_parties(parties: Iterable[TransactionParty], lists: Lists, day: dt.date) -> Known:
    """Screen the parties and owners whose listings nobody has stated."""
    views: list[PartyView] = []
    assessed: list[AssessedParty] = []
    screened = False
    for party in parties:
        found, looked = _listings(party, lists, day)
        screened = screened or looked
        owners = None
        if party.owners is not None:
            owners, owner_matches, looked = _owners(party.owners, party.name, lists, day)
            assessed.extend(owner_matches)
            screened = screened or looked
        resolved = party
        if found.listings or owners is not None or party.listings is None:
            resolved = replace(party, listings=tuple(item.listing for item in found.listings), owners=owners)
        views.append(PartyView(resolved, found.listings, found.addresses))
        assessed.append(AssessedParty(party.role.value, party.name, found.matches))
    return Known(tuple(views), tuple(assessed), screened)


def _owners(
    owners: tuple[Owner, ...], entity: str, lists: Lists, day: dt.date
) -> tuple[tuple[Owner, ...], list[AssessedParty], bool]:
    resolved, assessed, screened = [], [], False
    for owner in owners:
        above, above_matches, looked_above = _owners(owner.owners, owner.name, lists, day)
        listings = owner.listings
        if listings is None and not owner.ref:
            found = _screen(Query(owner.name, countries=(owner.country,) if owner.country else ()), lists, day)
            listings = tuple(item.listing for item in found.listings)
            assessed.append(AssessedParty("owner", owner.name, found.matches, owner_of=entity))
            screened = True
        screened = screened or looked_above
        assessed.extend(above_matches)
        resolved.append(replace(owner, listings=listings or (), owners=above))
    return tuple(resolved), assessed, screened


@dataclass(frozen=True, slots=True)
class _Found:
    """Listings of the party, listings of addresses that its own resemble, and every match for the reader."""

    listings: tuple[PartyListing, ...] = ()
    addresses: tuple[PartyListing, ...] = ()
    matches: tuple[PartyMatch, ...] = ()


_NOTHING = _Found()


def _listings(party: TransactionParty, lists: Lists, day: dt.date) -> tuple[_Found, bool]:
    """What is stated, or else found, and whether lists were asked."""
    if party.listings is not None:
        return _Found(tuple(PartyListing(listing, "as stated") for listing in party.listings)), False
    return _screen(party_query(party), lists, day, frozenset(party.not_same_as)), True


def party_query(party: TransactionParty) -> Query:
    """What is asked of the lists about a party of a transaction: all that the transaction states of it.

    Only an individual is screened as a kind: other types may be companies, public bodies, vessels or none of these.
    """
    return Query(
        name=party.name,
        kind="person" if party.type is PartyType.INDIVIDUAL else "any",
        countries=(party.country,) if party.country else (),
        addresses=tuple(_whole(address) for address in party.addresses),
        identifiers=tuple(_number(number) for number in party.identifiers),
        birth_date=party.birth_date,
    )


def _whole(address: Address) -> str:
    """An address in one text, its country among it."""
    return f"{address.text}, {country_name(address.country)}" if address.country else address.text


def _number(number: Identifier) -> Identifier:
    """A number; one of which the transaction does not say the kind is of none, so that its form may show it."""
    return replace(number, kind="") if number.kind == "other" and not number.label else number


def _screen(query: Query, lists: Lists, day: dt.date, ruled_out: frozenset[str] = frozenset()) -> _Found:
    hits = [hit for hit in lists.hits(query) if hit.party_id not in ruled_out]
    if not hits:
        return _NOTHING
    every = [listing for hit in hits for listing in hit.listings]
    listings: list[PartyListing] = []
    addresses: list[PartyListing] = []
    matches: list[PartyMatch] = []
    for hit in hits:
        for listing in hit.listings:
            current = _with_known_end(listing, every)
            basis = f"match {hit.score} with {hit.matched_name}, {hit.source}"
            # An address that is listed on its own is no listing of who is there (15 CFR 744.16(f)).
            own = hit.kind is not PartyKind.ADDRESS
            (listings if own else addresses).append(PartyListing(current, basis, IDENTITY))
            matches.append(_shown(hit, current, day))
    return _Found(_strongest(listings, day), _strongest(addresses, day), tuple(matches))


def _with_known_end(listing: Listing, others: Sequence[Listing]) -> Listing:
    """The listing with the removal that another source records after this one's last edition."""
    if listing.listed_to is not None or listing.seen_to is None:
        return listing
    ends = [
        other.listed_to
        for other in others
        if other.list_id == listing.list_id
        and other.listed_to is not None
        and other.listed_to > listing.seen_to
        and (listing.listed_from is None or other.listed_from == listing.listed_from)
    ]
    gone = [
        other.gone_by
        for other in others
        if listing.reference
        and (other.list_id, other.reference) == (listing.list_id, listing.reference)
        and other.gone_by is not None
        and other.gone_by > listing.seen_to
        and (listing.gone_by is None or other.gone_by < listing.gone_by)
    ]
    ended = replace(listing, listed_to=min(ends)) if ends else listing
    return replace(ended, gone_by=min(gone)) if gone else ended


def _strongest(listings: Sequence[PartyListing], day: dt.date) -> tuple[PartyListing, ...]:
    """One listing per list, programme and status: sources repeat each other."""
    best: dict[tuple[object, ...], PartyListing] = {}
    for item in listings:
        listing = item.listing
        key = (listing.list_id, listing.programmes, listing.in_force(day))
        if key not in best:
            best[key] = item
    decided = {(key[0], key[1]) for key in best if key[2] is Truth.TRUE}
    return tuple(item for key, item in best.items() if key[2] is not Truth.UNKNOWN or (key[0], key[1]) not in decided)


def _shown(hit: Hit, listing: Listing, day: dt.date) -> PartyMatch:
    return PartyMatch(
        party_id=hit.party_id,
        name=hit.name,
        matched_name=hit.matched_name,
        list_id=listing.list_id,
        authority=listing.authority,
        score=hit.score,
        in_force=listing.in_force(day).value,
        citation=listing.citation,
        listed_from=listing.listed_from.isoformat() if listing.listed_from else "",
        listed_to=listing.listed_to.isoformat() if listing.listed_to else "",
        review_policy=listing.review_policy,
        reason=listing.reason,
        explanation=hit.explanation,
    )
