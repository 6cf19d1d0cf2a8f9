"""Transactions that are alike have one row of results: whatever is left out, no row rests on it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import law_samples
from enduse.assess import Settings, check
from enduse.evidence.alike import Limits, alike
from enduse.evidence.library import Library
from enduse.evidence.parties import party_query
from enduse.interfaces.bulk_jobs import Found, result_columns
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.errors import BadInput
from enduse.model.transaction import Item, Money, TransactionParty
from enduse.rules.rulebook import shipped_rulebooks

LISTS = Library(accept_starter=True)
LIMITS = Limits.of(shipped_rulebooks())
BASE: dict[str, Any] = {
    "date": "2026-08-03",
    "item": {"code": "5A001.j"},
    "from": "US",
    "destination": "EG",
    "parties": [{"role": "end_user", "name": "Riverside Gardening Example", "type": "government"}],
}


def listed(party: TransactionParty) -> bool:
    return bool(LISTS.hits(party_query(party)))


def key(**changes: Any) -> object:
    tx = transaction_from_mapping({**BASE, **changes})
    return alike(tx, tx.date, LIMITS, listed)[0]


def test_names_references_and_words_make_no_difference() -> None:
    other = [{"role": "end_user", "name": "Lakeside Gardening Example", "type": "government"}]
    assert key() == key(parties=other) == key(reference="X", end_use="parks") == key(id="7")
    assert key() == key(item={"code": "5A001.j", "description": "a box"})


def test_what_a_rule_may_read_makes_a_difference() -> None:
    changes: list[dict[str, Any]] = [
        {"destination": "CN"},
        {"date": "2026-08-04"},
        {"item": {"code": "EAR99"}},
        {"activity": "reexport"},
        {"item": {"code": "5A001.j", "us_content_percent": "10"}},
        {"item": {"code": "5A001.j", "us_content_percent": "10.0"}},
        {"value": {"amount": "14000000", "currency": "USD"}},
        {"value": {"amount": "25000001", "currency": "USD"}},
        {"from": "DE"},
        {"facts": {"us_person": "true"}},
        {"parties": [{"role": "end_user", "name": "Riverside Gardening Example", "type": "police"}]},
        {"parties": [{"role": "purchaser", "name": "Riverside Gardening Example", "type": "government"}]},
        {"parties": [{"role": "end_user", "name": "Hangzhou Hikvision", "type": "government"}]},
        {"parties": []},
    ]
    keys = [key(), *(key(**change) for change in changes)]
    assert len(set(keys)) == len(keys)


def test_a_value_counts_by_the_limits_of_the_entry() -> None:
    limits = Limits({"0A501": frozenset({Decimal(500), Decimal(1500)})})
    items = [Item("0A501.c")]

    def value(amount: str, currency: str = "USD") -> Money | None:
        return limits.alike(Money(Decimal(amount), currency), items)

    assert value("1") == value("499") != value("500") != value("500.01")
    assert value("500.01") == value("1499") != value("1500") != value("1501")
    assert value("1501") == value("90000")
    assert value("1", "EUR") == value("90000", "EUR") != value("1")
    assert limits.alike(Money(Decimal(5), "USD"), [Item("EAR99")]) is None
    everywhere = Limits({}, frozenset({Decimal(100)}))
    assert everywhere.alike(Money(Decimal(99), "USD"), [Item("EAR99")]) != everywhere.alike(
        Money(Decimal(100), "USD"), [Item("EAR99")]
    )


def test_limits_are_those_that_tables_and_conditions_name() -> None:
    assert {Decimal(14_000_000), Decimal(25_000_000)} <= LIMITS.anywhere
    assert LIMITS.by_entry


def test_a_name_that_the_law_reads_is_kept() -> None:
    named = [{"role": "end_user", "name": "Directorate of Signal", "type": "government"}]
    assert key(parties=named) != key()
    tx = transaction_from_mapping({**BASE, "destination": "MM", "parties": named})
    assert alike(tx, tx.date, LIMITS, listed)[1].parties == tx.parties


def test_a_row_of_results_is_the_same_for_what_is_alike() -> None:
    lists = Found(None, accept_starter=True, hits={})
    settings = Settings(laws=law_samples.ALL)

    def row(tx: Any, library: Library) -> object:
        try:
            return result_columns(check(tx, library=library, settings=settings))
        except BadInput as problem:
            return problem.message()

    for raw in law_samples.transactions(150, seed=11):
        tx = transaction_from_mapping(raw)
        assert row(tx, LISTS) == row(alike(tx, tx.date, LIMITS, listed)[1], lists), raw["reference"]
