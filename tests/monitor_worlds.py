"""Invented lists and registers, and changes of them, for tests of monitoring."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import strategies as st

from enduse.model.citation import Citation
from enduse.model.match import Query
from enduse.model.party import (
    Address,
    Identifier,
    ListedParty,
    Listing,
    Measure,
    Name,
    NameKind,
    PartyKind,
    SourceReference,
)
from enduse.model.transaction import Owner, Share
from enduse.monitor.customers import Customer

NAMES = (
    *("Norvik Optics LLC", "Norvik Optic", "Halden Marine Shipping Co.", "Halden Shipping", "Qarabulaq Telecom JSC"),
    *("Karabulak Telecom", "Sable Ridge Systems Ltd", "Sable Systems Limited", "Ministry of Interior of Examplia"),
    *("Trading House Severny", "Torgovy Dom Severny", "Wan Li Precision Machinery Co Ltd", "Wanli Precision"),
    *("IKM", "Intellect Key Machines", "Omar Trading", "Omar General Trading FZE", "123 Logistics", "Haji Ali"),
    *("Lodestar Aviation Services", "Lode Star Aviation", "Bluefin Surveillance", "Blue Fin Surveillance Inc"),
)
ADDRESSES = (
    *("Unit 5, 20/F, Tower B, 12 Kwun Tong Road, Hong Kong", "12 Kwun Tong Rd, Tower B, 20/F Unit 5, Kowloon"),
    *("44 Harbour Street, Halden", "Harbour Street 44, Halden", "7 Gagarin Avenue, Severny, 101000"),
)
NUMBERS = ("7701234567", "HRB 90210", "5493001KJTIIGC8Y1R12", "9187629", "AB1234567")
COUNTRIES = ("HK", "RU", "AE", "NO", "CN")
LISTED = dt.date(2024, 1, 10)


def listing(*, list_id: str = "EL", until: dt.date | None = None, policy: str = "") -> Listing:
    return Listing(
        list_id,
        "US-BIS",
        Citation("89 FR 1"),
        listed_from=LISTED,
        listed_to=until,
        measures=(Measure.LICENCE_REQUIREMENT,),
        scope="all",
        review_policy=policy,
    )


def party(key: str, *names: str, **more: object) -> ListedParty:
    more.setdefault("listings", (listing(),))
    return ListedParty(
        f"made:{key}",
        tuple(Name(name, NameKind.ALIAS if place else NameKind.PRIMARY) for place, name in enumerate(names)),
        source=SourceReference("made"),
        **more,  # type: ignore[arg-type]
    )


def customer(key: str, name: str, *owners: tuple[str, int], **more: object) -> Customer:
    return Customer(
        key,
        Query(name, **more),  # type: ignore[arg-type]
        tuple(Owner(owner, Share(Decimal(share), Decimal(share), text=str(share))) for owner, share in owners),
    )


def _some(values: tuple[str, ...], most: int) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=most, unique=True).map(tuple)


@st.composite
def descriptions(draw: st.DrawFn, key: str) -> ListedParty:
    """A party as one edition describes it."""
    names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=3, unique=True))
    weak = draw(st.booleans())
    found = party(
        key,
        *names,
        kind=draw(st.sampled_from([PartyKind.UNKNOWN, PartyKind.COMPANY, PartyKind.PERSON, PartyKind.VESSEL])),
        addresses=tuple(
            Address(text, country=draw(st.sampled_from([None, *COUNTRIES])), high_diversion_risk=draw(st.booleans()))
            for text in draw(_some(ADDRESSES, 2))
        ),
        identifiers=tuple(Identifier("other", value) for value in draw(_some(NUMBERS, 1))),
        birth_dates=draw(_some(("1970", "1970-05-01", "1982-11"), 1)),
        nationalities=draw(_some(COUNTRIES, 1)),
        listings=(listing(policy=draw(st.sampled_from(["", "presumption of denial"]))),),
    )
    if weak:
        found = replace(found, names=(found.names[0], *(replace(one, weak=True) for one in found.names[1:])))
    return found


@st.composite
def customers(draw: st.DrawFn, key: str) -> Customer:
    """A row of a register, stating more or less of itself."""
    address = draw(st.integers(0, 7)) == 0
    kind = "address" if address else draw(st.sampled_from(["any", "any", "company", "person", "vessel"]))
    name = draw(st.sampled_from(ADDRESSES if address else NAMES))
    return Customer(
        key,
        Query(
            name,
            kind,
            countries=draw(_some(COUNTRIES, 1)),
            addresses=draw(_some(ADDRESSES, 1)),
            identifiers=draw(_some(NUMBERS, 1)),
            birth_date=draw(st.sampled_from([None, None, "1970", "1970-05-01"])),
            other_names=() if address else draw(_some(NAMES, 1)),
            nationalities=draw(_some(COUNTRIES, 1)),
            gender=draw(st.sampled_from(["", "male"])),
        ),
        tuple(
            Owner(owner, Share(Decimal(60), Decimal(60), text="60"), country=draw(st.sampled_from([None, "RU"])))
            for owner in draw(_some(NAMES, 1))
        ),
    )


@st.composite
def editions(draw: st.DrawFn) -> tuple[list[ListedParty], list[ListedParty]]:
    """Two editions: parties stay, change, go and come."""
    old, new = [], []
    for number in range(draw(st.integers(1, 6))):
        key = str(number)
        before = draw(descriptions(key))
        what = draw(st.sampled_from(["stays", "changes", "goes", "comes", "touched"]))
        if what != "comes":
            old.append(before)
        if what in ("stays", "comes"):
            new.append(before)
        elif what == "changes":
            new.append(draw(descriptions(key)))
        elif what == "touched":
            other = draw(descriptions(key))
            new.append(
                draw(
                    st.sampled_from(
                        [
                            replace(before, names=(*before.names, *other.names)),
                            replace(before, addresses=other.addresses),
                            replace(before, identifiers=other.identifiers),
                            replace(before, listings=(listing(until=dt.date(2024, 3, 1)),)),
                        ]
                    )
                )
            )
    return old, new


registers = st.integers(1, 12).flatmap(lambda count: st.tuples(*(customers(f"C{number}") for number in range(count))))
