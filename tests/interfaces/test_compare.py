"""The same transactions under each member's law: the gaps, with examples and sums."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from enduse.evidence.library import Library
from enduse.interfaces.compare import Compared, compare, put_from, read_members
from enduse.interfaces.reports import comparison_document, comparison_rows
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.errors import BadInput
from enduse.model.transaction import Activity
from enduse.rules.divergence import Says
from enduse.rules.overlay import with_overlay
from enduse.rules.rulebook import shipped_rulebooks

TODAY = dt.date(2026, 11, 26)
EXAMPLES = Path(__file__).parents[2] / "examples" / "rulebooks"
BOOKS = with_overlay(shipped_rulebooks(), EXAMPLES)
ROWS = """reference,date,item,from,destination,end_user,end_user_type,party:exporter,value,currency
A,2025-01-10,5A001.j,US,AE,Northwind Example,non_government,Maker Example,1000.50,USD
B,2025-01-11,5A001.j,US,AE,Silver Example,non_government,Maker Example,2000.25,USD
C,2025-01-12,0A979,US,BY,Harbour Example,police,Maker Example,50,EUR
D,2025-01-13,EAR99,US,GB,Maple Example,non_government,Maker Example,10,USD
E,2025-01-14,EAR99,US,Atlantis,Maple Example,non_government,Maker Example,10,USD
"""


@pytest.fixture
def found(tmp_path: Path) -> Compared:
    path = tmp_path / "orders.csv"
    path.write_text(ROWS, encoding="utf-8")
    members = read_members("US,NL,GB,XA", BOOKS)
    return compare(members, BOOKS, path, Library(accept_starter=True), today=TODAY, jobs=1)


def test_a_member_s_law_is_its_country_s_own_or_the_union_s() -> None:
    members = read_members("US, NL,GB ,XA,Home=CH:ch+un", BOOKS)
    assert [(one.name, one.country, one.laws) for one in members] == [
        ("US", "US", ("us",)),
        ("NL", "NL", ("eu",)),
        ("GB", "GB", ("uk",)),
        ("XA", "XA", ("xa",)),
        ("Home", "CH", ("ch", "un")),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("US", "needs two members"),
        ("US,BR", "no law of Brazil is at hand"),
        ("US,Atlantis", "no country is called"),
        ("US,US", "named twice"),
        ("US,A=NL:atlantis", "no rulebook for 'atlantis'"),
    ],
)
def test_members_that_cannot_be_compared_are_refused(text: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_members(text, BOOKS)


def test_the_gap_is_counted_and_said(found: Compared) -> None:
    divergence = found.divergence
    gap = divergence.gaps["US", "XA"]
    assert gap.count == 2 and str(gap.values["USD"]) == "3000.75"
    answers = next(answers for answers, _ in divergence.divergent())
    assert divergence.words(answers) == "caught by US, NL and GB, free in XA"
    assert dict(zip(divergence.members, answers, strict=True))["XA"] is Says.FREE
    assert "Atlantis" in found.unread[0][1] and divergence.total == 5


def test_what_goes_to_a_member_itself_is_no_export_from_it(found: Compared) -> None:
    patterns = [pattern for answers, pattern in found.divergence.patterns.items() if Says.DOMESTIC in answers]
    assert [facts.reference for pattern in patterns for facts, _ in pattern.examples] == ["D"]


def test_the_matrix_adds_up_to_the_patterns(found: Compared) -> None:
    document = comparison_document(found)
    for gap in document["gaps"]:
        count = sum(
            pattern["count"]
            for pattern in document["patterns"]
            if pattern["says"][gap["caught_by"]] == "caught" and pattern["says"][gap["free_in"]] == "free"
        )
        assert count == gap["count"]
    assert sum(pattern["count"] for pattern in document["patterns"]) + 1 == document["transactions"]
    rows = list(comparison_rows(found))
    assert {row["kind"] for row in rows} <= {"pattern", "gap", "doubt"}


def test_distinct_transactions_are_judged_once_under_each_law(found: Compared) -> None:
    assert found.judgements == 3 * 4


def test_a_transaction_is_put_as_if_it_went_from_the_member() -> None:
    raw = {
        "date": "2025-01-10",
        "activity": "reexport",
        "from": "AE",
        "destination": "CN",
        "item": {"code": "EAR99"},
        "parties": [{"role": "exporter", "name": "A Example", "country": "AE"}, {"role": "end_user", "name": "B"}],
        "facts": {"us_origin": "true", "exporter_state": "AE", "us_person": "false"},
    }
    (member, _) = read_members("NL,US", BOOKS)
    put = put_from(transaction_from_mapping(raw), member)
    assert (put.origin, put.activity, put.parties[0].country, put.parties[1].country) == (
        *("NL", Activity.EXPORT, "NL"),
        None,
    )
    assert set(put.facts) == {"us_person"}


def test_as_recorded_leaves_origins_alone(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(ROWS, encoding="utf-8")
    members = read_members("NL,GB", BOOKS)
    found = compare(
        members, BOOKS, path, Library(accept_starter=True), today=TODAY, jobs=1, as_recorded=True
    ).divergence
    assert all(Says.CAUGHT not in answers for answers in found.patterns)
