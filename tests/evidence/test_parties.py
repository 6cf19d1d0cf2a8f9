"""What a transaction states of a party is asked of the lists; an address listed on its own is no listing of a party."""

from __future__ import annotations

import datetime as dt
from typing import Any

import enduse
from enduse.evidence.hits import Hit
from enduse.evidence.parties import known_parties, party_query
from enduse.model.citation import Citation
from enduse.model.match import Query
from enduse.model.party import Address, Identifier, ListedParty, Listing, Name, PartyKind, SourceReference
from enduse.screen import Screener

DAY = dt.date(2026, 8, 3)
QUAY = "Flat 5, 12 Harbour Road, Portville"
LISTED_ADDRESS = ListedParty(
    "invented:address-1",
    (Name("Address 01"),),
    (Listing("EL", "US-BIS", Citation("99 FR 1"), listed_from=dt.date(2024, 6, 12)),),
    SourceReference("invented"),
    kind=PartyKind.ADDRESS,
    addresses=(Address(QUAY, country="HK", high_diversion_risk=True),),
)
LISTED_PARTY = ListedParty(
    "invented:riverside",
    (Name("Riverside Optics Co."),),
    (Listing("EL", "US-BIS", Citation("99 FR 2"), listed_from=dt.date(2024, 6, 12)),),
    SourceReference("invented"),
    kind=PartyKind.COMPANY,
    addresses=(Address(QUAY, country="HK"),),
)


class Lists:
    """A library over some parties."""

    accepts_starter = True

    def __init__(self, *parties: ListedParty) -> None:
        self._screener = Screener(parties)

    def hits(self, query: Query) -> list[Hit]:
        return [Hit.of(match) for match in self._screener.screen(query)]


def transaction(**party: Any) -> enduse.Transaction:
    return enduse.transaction(
        {
            "date": DAY.isoformat(),
            "from": "US",
            "destination": "HK",
            "item": {"code": "EAR99"},
            "parties": [{"role": "end_user", "name": "Harbour Gardening Example", **party}],
        }
    )


def query(**party: Any) -> Query:
    return party_query(transaction(**party).parties[0])


def test_all_that_is_stated_of_a_party_is_asked() -> None:
    assert query() == Query("Harbour Gardening Example")
    assert query(
        country="HK",
        address={"text": QUAY, "country": "HK"},
        identifiers=["imo:9187629", "HRB 12345", {"kind": "tax", "value": "777", "country": "DE"}],
    ) == Query(
        "Harbour Gardening Example",
        countries=("HK",),
        addresses=(f"{QUAY}, Hong Kong",),
        identifiers=(Identifier("imo", "9187629"), Identifier("", "HRB 12345"), Identifier("tax", "777", "DE")),
    )


def test_an_individual_is_screened_as_a_person_with_the_date_of_birth() -> None:
    found = query(type="individual", birth_date="1962-03")
    assert (found.kind, found.birth_date) == ("person", "1962-03")
    assert query(type="individual", birth_date=dt.date(1962, 3, 14)).birth_date == "1962-03-14"
    assert query(type="military").kind == "any"


def test_a_party_at_a_listed_address_is_not_the_listed_party_but_at_its_address() -> None:
    known = known_parties(transaction(address=QUAY, country="HK").parties, Lists(LISTED_ADDRESS, LISTED_PARTY), DAY)
    (view,) = known.views
    assert view.listings == ()
    (item,) = view.addresses
    assert item.listing.list_id == "EL"
    assert item.basis == f"match 1.00 with {QUAY}, invented"
    (match,) = known.assessed[0].matches
    assert match.party_id == LISTED_ADDRESS.id
    assert any("high diversion risk" in line for line in match.explanation)


def test_another_address_or_one_ruled_out_is_none() -> None:
    lists = Lists(LISTED_ADDRESS)
    other = known_parties(transaction(address="99 Mill Lane, Exampleton", country="HK").parties, lists, DAY)
    ruled_out = transaction(address=QUAY, country="HK", not_same_as=[LISTED_ADDRESS.id])
    for known in (other, known_parties(ruled_out.parties, lists, DAY)):
        assert known.views[0].addresses == ()
        assert known.assessed[0].matches == ()
