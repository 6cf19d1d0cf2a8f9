"""Every cell of the shipped EAR tables against copies reduced from the eCFR of 2026-07-23.

The comparison reads the copies with a few expressions of its own, not with the product's parser, so that an error of
the parser shows. What differs on purpose is named here or in ``reasons_in_prose.csv``, and nothing else may differ.
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest

from enduse.items.catalogue import data_rows
from enduse.model.countries import resolve_country
from realdata import shared_data

TABLES = Path(__file__).parents[2] / "src/enduse/rulebooks/us/ear/tables"
EDITION = "2026-07-23"
REASON = re.compile(r"\b(NS|MT|NP|CB|RS|FC|CC|AT|EI|SI|SL|UN|CW|SS)(?=\b|\d)")
HEADING_WITHOUT_REASONS = {
    # the copy has rows for these, but its "Reason for Control" line is empty
    *("0A919", "2A001", "2B910", "3C005", "3C006", "3E003", "5E002", "7A006", "9B104", "9D620"),
}
ANOTHER_ENTRY_S_TABLE = {("3E001", "MT"), ("3E001", "NP"), ("3E001", "RS")}
"""The copy of 3E001 holds the table of 3E002 (which it lacks); the text of 2025-09-29 was entered by hand."""
ROWS_SAY_MORE_THAN_THE_HEADING = {("3A232", "NP"), *ANOTHER_ENTRY_S_TABLE}
NOT_IN_THE_COPY = {"0D614", "1C012", "2B352", "3D006", "3E002", "8D001"}
"""Entries of the edition of 2025-09-29 that the reduced copy lacks; the tables hold them by hand, so cited."""


def rows(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader((TABLES / f"{name}.csv").read_text(encoding="utf-8").splitlines()))


def copy(name: str) -> Any:
    return json.loads((shared_data() / "us_ear" / name).read_text(encoding="utf-8"))


def in_force(row: dict[str, str]) -> bool:
    return (not row["from"] or row["from"] <= EDITION) and (not row["to"] or row["to"] > EDITION)


@pytest.mark.realdata
def test_every_cell_of_the_country_chart() -> None:
    chart = copy("country-chart_reduced_2026-07-23.json")
    columns = [name.replace(" ", "") for name in chart["columns"]]
    expected = {}
    for name, row in chart["countries"].items():
        marks = {mark.replace(" ", "") for mark in row["marks"]}
        expected[resolve_country(name)] = (
            name,
            "marks",
            {column: "X" if column in marks else "" for column in columns},
            [str(number) for number in row["footnotes"]],
        )
    for name, row in chart["embargoed"].items():
        notes = [str(number) for number in row["footnotes"]]
        expected[resolve_country(name)] = (name, "part_746", dict.fromkeys(columns, ""), notes)
    shipped = {
        row["country"]: (
            row["name"],
            row["row_kind"],
            {column: row[column] for column in columns},
            [number for number in row["footnotes"].split(";") if number],
        )
        for row in rows("country_chart")
        if in_force(row)
    }
    assert len(expected) == chart["countryCount"] + len(chart["embargoed"]) == 200
    assert shipped == expected


@pytest.mark.realdata
def test_every_membership_of_a_country_group() -> None:
    groups = copy("country-groups_reduced_2026-07-23.json")["groups"]
    expected = {(group, resolve_country(name)) for group, names in groups.items() for name in names}
    shipped = {(row["group"], row["country"]) for row in rows("country_groups") if in_force(row)}
    assert len(expected) > 490
    assert shipped == expected


@pytest.fixture(scope="module")
def entries() -> dict[str, dict[str, Any]]:
    return {entry["eccn"]: entry for entry in copy("ccl_reduced_2026-07-23.json")["entries"]}


def reasons_shipped() -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for row in rows("ccl_controls"):
        found[row["eccn"]].add(row["reason"])
    return found


@pytest.mark.realdata
def test_every_entry_of_the_copy_and_no_other(entries: dict[str, dict[str, Any]]) -> None:
    shipped = {row["eccn"]: (row["category"], row["group"]) for row in rows("ccl_entries")}
    of_the_copy = {eccn: (entry["category"], entry["productGroup"]) for eccn, entry in entries.items()}
    assert {eccn: place for eccn, place in shipped.items() if eccn not in NOT_IN_THE_COPY} == of_the_copy
    by_hand = {row["eccn"] for row in rows("ccl_entries") if "missing in the copy" in row["citation"]}
    assert by_hand == NOT_IN_THE_COPY == shipped.keys() - of_the_copy.keys()


@pytest.mark.realdata
def test_every_reason_for_control_of_a_heading(entries: dict[str, dict[str, Any]]) -> None:
    shipped = reasons_shipped()
    stated = {eccn: set(REASON.findall(entry["reasonForControl"] or "")) for eccn, entry in entries.items()}
    missing = {(eccn, reason) for eccn, named in stated.items() for reason in named - shipped[eccn]}
    in_words = {(row["eccn"], row["reason"]) for row in data_rows("reasons_in_prose")}
    assert missing == in_words == {("3A232", "RS"), ("5A980", "AT"), ("5D980", "AT"), ("5E980", "AT")}
    more = {(eccn, reason) for eccn in entries for reason in shipped[eccn] - stated[eccn]}
    assert {eccn for eccn, _ in more - ROWS_SAY_MORE_THAN_THE_HEADING} == HEADING_WITHOUT_REASONS
    assert all(not stated[eccn] for eccn in HEADING_WITHOUT_REASONS)


@pytest.mark.realdata
def test_every_column_of_a_licence_table(entries: dict[str, dict[str, Any]]) -> None:
    shipped: dict[str, set[str]] = defaultdict(set)
    for row in rows("ccl_controls"):
        if row["requirement"] == "column":
            shipped[row["eccn"]].add(row["column"])
    differing = {}
    for eccn, entry in entries.items():
        cells = [(row["control"], row["countryChart"]) for row in entry["countryChart"]]
        stated = {
            f"{reason or control[:2]}{number}"
            for control, cell in cells
            for reason, number in re.findall(r"(?:([A-Z]{2}) )?Column ([0-9])", cell)
        }
        if stated != shipped[eccn]:
            differing[eccn] = (stated - shipped[eccn], shipped[eccn] - stated)
    assert differing == {"3E001": (set(), {"MT1", "NP1", "RS2"})}


@pytest.mark.realdata
def test_every_licence_row_has_its_reason_in_the_table(entries: dict[str, dict[str, Any]]) -> None:
    """Each row of the copy is a row of the table, save those that another rule states."""
    shipped = reasons_shipped()
    for eccn, entry in entries.items():
        for row in entry["countryChart"]:
            control, cell = row["control"].strip(), row["countryChart"]
            elsewhere = control.startswith("Russian industry") or "North Korea" in cell + control
            assert elsewhere or control[:2] in shipped[eccn], (eccn, control, cell)


@pytest.mark.realdata
def test_every_exception_that_an_entry_names_has_a_line(entries: dict[str, dict[str, Any]]) -> None:
    shipped = {(row["eccn"], row["symbol"]) for row in rows("list_based_exceptions")}
    known = {symbol for _, symbol in shipped}
    named = {
        (eccn, symbol)
        for eccn, entry in entries.items()
        for symbol, text in (entry["licenceExceptionFlags"] or {}).items()
        if symbol in known and text
    }
    assert named <= shipped, sorted(named - shipped)
