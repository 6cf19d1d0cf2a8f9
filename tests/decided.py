"""Parties, queries and decisions for tests of decisions. All names are invented."""

from __future__ import annotations

import datetime as dt
from typing import Any

from enduse.model.citation import Citation
from enduse.model.decision import Decision, Verdict
from enduse.model.match import Match, Query
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
from enduse.screen.decisions import evidence_of

NOON = dt.datetime(2026, 8, 3, 12, 0, tzinfo=dt.UTC)

QUERY = Query(
    "Riverside Optics",
    kind="company",
    countries=("DE", "AT"),
    addresses=("1 Mill Lane, Exampleton", "2 Dock Road, Exampleton"),
    identifiers=("HRB 12345", "DE 999"),
    birth_date=None,
    other_names=("Riverside Optical", "Riverside Lenses"),
    birth_places=("Exampleton",),
    nationalities=("DE",),
)

LISTING = Listing(
    "EL",
    "EX-AUTHORITY",
    Citation("1 EX 2"),
    listed_from=dt.date(2020, 1, 1),
    programmes=("EX-A", "EX-B"),
    measures=(Measure.LICENCE_REQUIREMENT, Measure.EXPORT_PROHIBITION),
)

PARTY = ListedParty(
    id="test:riverside-optics",
    names=(
        Name("Riverside Optics Co."),
        Name("Riverside Lens Works", NameKind.ALIAS),
        Name("R.O.", NameKind.ALIAS, weak=True),
        Name("Riverside", NameKind.ALIAS, weak=True),
    ),
    listings=(LISTING, Listing("SDN", "EX-AUTHORITY", Citation("1 EX 3"), programmes=("EX-C",))),
    source=SourceReference("test", "list.csv", 7),
    kind=PartyKind.COMPANY,
    addresses=(Address("9 Quay, Portville", country="CN"), Address("8 Quay, Portville", country="HK")),
    identifiers=(Identifier("registration", "777", "CN"), Identifier("tax", "778", "CN")),
    birth_dates=("1962", "1963-01"),
    birth_places=("Portville", "Harbourtown"),
    nationalities=("CN", "HK"),
    gender="",
    attributes=(("remark", "first"),),
)


def match(party: ListedParty = PARTY, score: float = 0.9) -> Match:
    return Match(party, score, party.name)


def decision(verdict: Verdict = Verdict.DIFFERENT, **changed: Any) -> Decision:
    query, party = changed.pop("query", QUERY), changed.pop("party", PARTY)
    values: dict[str, Any] = {
        "name": query.name,
        "party_id": party.id,
        "party_name": party.name,
        "evidence": evidence_of(query, party),
        "by": "reviewer",
        "at": NOON,
        "reason": "another company: register extract",
    }
    return Decision(verdict, **(values | changed))
