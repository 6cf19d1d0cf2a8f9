"""Customs declarations: the table, and the three signs."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from benchmarks.trade_declarations import RESTRICTED, THRESHOLD, world
from enduse.model.errors import BadInput
from enduse.monitor.trade.declarations import (
    Declaration,
    ListedOne,
    new_consignees,
    read_declarations,
    routings,
    splits,
)

HEAD = (
    "date,exporter,consignee,consignee_address,officers,hs_code,value_usd,dispatch_country,transit_countries,"
    "destination_country"
)
LISTED = ListedOne("Lantern Trading", dt.date(2023, 1, 1), ("12 Harbour Street, Example City",), ("Delmar Vikrin",))


def table(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "declared.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def declared(consignee: str, day: str, value: float = 9_000.0, **more: Any) -> Declaration:
    stated: dict[str, Any] = {
        "where": f"line of {day}",
        "id": "",
        "date": dt.date.fromisoformat(day),
        "exporter": "Works",
        "consignee": consignee,
        "address": "",
        "officers": (),
        "code": "854231",
        "value": value,
        "dispatch": "DE",
        "transit": (),
        "destination": "KZ",
    }
    return Declaration(**(stated | more))


def test_a_row_is_read(tmp_path: Path) -> None:
    (one,), unread = read_declarations(
        table(tmp_path, '2023-04-01,Works,Shop,"1 A Street, City",A B; C D,085423,12.50,DEU,Poland;BY,Kazakhstan')
    )
    assert not unread
    assert (one.code, one.value, one.dispatch, one.transit, one.destination) == (
        "085423",
        12.5,
        "DE",
        ("PL", "BY"),
        "KZ",
    )
    assert (one.officers, one.where) == (("A B", "C D"), "declared.csv line 2")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("2023-04-01,Works,,,,8542,1,DE,,KZ", "column consignee: is empty"),
        ("01.04.2023,Works,Shop,,,8542,1,DE,,KZ", "column date: '01.04.2023' is not a date"),
        ("2023-04-01,Works,Shop,,,85A,1,DE,,KZ", "column hs_code: '85A' is no HS code"),
        ("2023-04-01,Works,Shop,,,8542,1e999,DE,,KZ", "column value_usd: '1e999' is no amount"),
        ("2023-04-01,Works,Shop,,,8542,-1,DE,,KZ", "column value_usd: '-1' is no amount"),
        ("2023-04-01,Works,Shop,,,8542,1,DE,,Atlantis", "column destination_country: 'Atlantis' is no country"),
        ("2023-04-01,Works", "2 cells where the header has 10"),
    ],
)
def test_an_unreadable_row_is_named_and_the_others_are_read(tmp_path: Path, row: str, said: str) -> None:
    found, (problem,) = read_declarations(table(tmp_path, row, "2023-04-01,Works,Shop,,,8542,1,DE,,KZ"))
    assert len(found) == 1
    assert said in problem.message()


@pytest.mark.parametrize(
    ("head", "said"), [("date,exporter", "no column consignee"), (f"{HEAD},colour", "unknown column 'colour'")]
)
def test_columns_that_are_none_or_missing(tmp_path: Path, head: str, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        read_declarations(table(tmp_path, head=head))


# --- new consignees


@pytest.mark.parametrize(
    ("more", "found"),
    [
        ({"address": "12 Harbour St., Example City"}, 1),
        ({"address": "Harbour Street 12, Example City"}, 1),
        ({"address": "14 Harbour Street, Example City"}, 0),
        ({"officers": ("Vikrin Delmar",)}, 1),
        ({"officers": ("Another Person",)}, 0),
        ({}, 0),
    ],
)
def test_a_successor_shares_address_or_officer(more: dict[str, Any], found: int) -> None:
    assert len(list(new_consignees([declared("New Shop", "2023-04-01", **more)], [LISTED]))) == found


@pytest.mark.parametrize(
    ("first", "found"), [("2022-12-31", 0), ("2023-01-01", 0), ("2023-01-02", 1), ("2024-02-01", 0)]
)
def test_only_consignees_first_seen_soon_after_the_listing(first: str, found: int) -> None:
    at: dict[str, Any] = {"address": LISTED.addresses[0]}
    rows = [declared("New Shop", first, **at), declared("New Shop", "2024-06-01", **at)]
    signs = list(new_consignees(rows, [LISTED]))
    assert len(signs) == found
    if signs:
        assert "first seen 1 days after Lantern Trading was listed (2023-01-01); same address" in signs[0].why


# --- splits


def usual() -> list[Declaration]:
    """Small consignments of many, spread evenly below the threshold."""
    return [declared(f"Shop {n}", "2023-03-01", 100.0 + 190 * (n % 25), exporter=f"E {n}") for n in range(100)]


def test_consignments_crowded_below_the_threshold_are_one() -> None:
    rows = [declared("Splitter", f"2023-04-0{day}", 4_700.0 + day) for day in range(1, 6)]
    (sign,) = splits([*usual(), *rows], 5_000.0)
    assert sign.who == "Works to Splitter"
    assert "5 consignments of 854231 within 10 days, each below 5,000 and together 23,515" in sign.why
    assert len(sign.evidence) == 5


@pytest.mark.parametrize(
    "rows",
    [
        [declared("Shop", f"2023-04-0{day}", 1_500.0) for day in range(1, 6)],
        [declared("Shop", f"2023-0{month}-01", 4_900.0) for month in range(1, 6)],
        [declared("Shop", f"2023-04-0{day}", 6_000.0) for day in range(1, 6)],
        [declared("Shop", f"2023-04-0{day}", 4_900.0) for day in range(1, 3)],
        [declared("Shop", f"2023-04-0{day}", 4_900.0, code=f"85423{day}") for day in range(1, 6)],
    ],
    ids=["far below", "far apart", "above", "two", "other goods"],
)
def test_what_is_no_split(rows: list[Declaration]) -> None:
    assert list(splits([*usual(), *rows], 5_000.0)) == []


def test_a_file_without_small_consignments_has_no_splits() -> None:
    assert list(splits([], 5_000.0)) == []


# --- routing


def test_through_a_restricted_destination_to_elsewhere() -> None:
    rows = [declared("Shop", "2023-04-01", transit=("PL", "RU")), declared("Shop", "2023-05-01", transit=("PL", "RU"))]
    (sign,) = routings(rows, ["RU"])
    assert "2 consignments (18,000) declared DE - PL - RU - KZ: through RU to elsewhere" in sign.why


def test_round_trips_and_plain_ways() -> None:
    (sign,) = routings([declared("Shop", "2023-04-01", transit=("TR",), destination="DE")], ["RU"])
    assert "they end where they began" in sign.why
    assert list(routings([declared("Shop", "2023-04-01", transit=("TR",))], ["RU"])) == []
    assert list(routings([declared("Shop", "2023-04-01", transit=("BY",), destination="RU")], ["RU", "BY"])) == []


def test_the_planted_ones_of_a_simulated_world_are_found() -> None:
    one = world(0)
    assert one.successor in {sign.who for sign in new_consignees(one.declared, [one.listed])}
    assert f"Other Works to {one.splitter}" in {sign.who for sign in splits(one.declared, THRESHOLD)}
    assert one.router in {sign.who for sign in routings(one.declared, RESTRICTED)}
