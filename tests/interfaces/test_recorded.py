"""Recorded transactions are read as any others are, whatever stood in the rows before."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.formats.tables import read_table
from enduse.interfaces.recorded import read_recorded
from enduse.interfaces.transaction_tables import transaction_of_row
from enduse.model.errors import BadInput
from enduse.model.transaction import Transaction

TODAY = dt.date(2026, 8, 3)
CELLS: Mapping[str, list[str]] = {
    "reference": ["r-1", "", "x" * 1_001],
    "date": ["2026-08-01", "2020-02-02", ""],
    "activity": ["", "reexport", "deemed_export"],
    "item": ["5A001.j", "EAR99", "4A003", "nonsense"],
    "code:eu": ["", "4A005", "UNLISTED"],
    "for": ["", "8A992"],
    "from": ["US", "NL", ""],
    "destination": ["EG", "DE", "Nowhere"],
    "hs_code": ["", "", "8471.30", "x1"],
    "end_use": ["", "", "a line\nand another", "x" * 10_001],
    "end_user": ["Acme Optronics", "Halden Trade", "", "---"],
    "party:end_user": ["", "", "Fenwick Diagnostics"],
    "end_user_type": ["", "police"],
    "party:purchaser": ["", "Quillfeather Works"],
    "party:purchaser:country": ["", "AE"],
    "value": ["", "100", "1e3"],
    "currency": ["", "USD"],
    "fact:exporter_aware": ["", "true"],
    "fact:nationality": ["", "", "SY"],
    "fact:from": ["", "", "US"],
}
COLUMNS = st.sets(st.sampled_from(sorted(CELLS))).map(lambda some: {"item", "from", "destination", "end_user"} | some)
"""A table has some of them, so that rows are often alike."""


def rows_of(columns: set[str]) -> st.SearchStrategy[list[dict[str, str]]]:
    """Rows of a table; most cells are the first of their column."""
    cells = {
        name: st.one_of(st.just(CELLS[name][0]), st.sampled_from(CELLS[name])) for name in CELLS if name in columns
    }
    return st.lists(st.fixed_dictionaries(cells), min_size=1, max_size=30)


ROWS = COLUMNS.flatmap(rows_of)


def plainly(tx: Transaction) -> Transaction:
    """Without what no rule reads."""
    items = tuple(replace(item, hs_code=None) for item in tx.items)
    return replace(tx, items=items, facts=dict(tx.facts), end_use="")


@given(ROWS)
def test_a_row_is_read_as_it_is_alone(rows: list[dict[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        table = Path(folder) / "orders.csv"
        with table.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        found = list(read_recorded(table, today=TODAY, default_date=TODAY))
        for row, alone in zip(found, read_table(table, numbers=("value",)), strict=True):
            try:
                expected = plainly(transaction_of_row(alone, TODAY, TODAY))
            except BadInput:
                assert row.problem is not None
            else:
                assert row.problem is None and plainly(row.transaction) == expected


def test_a_row_of_known_pieces_is_not_read_as_a_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items, places = ["5A001.j", "EAR99", "4A001.a"], ["EG", "DE", "FR"]
    table = tmp_path / "orders.csv"
    lines = [f"{item},US,{place},Acme Optronics,police" for item in items for place in places]
    table.write_text("\n".join(["item,from,destination,end_user,end_user_type", *lines]), encoding="utf-8")
    whole = []

    def counted(*asked: object) -> Transaction:
        whole.append(asked)
        return transaction_of_row(*asked)  # type: ignore[arg-type]

    monkeypatch.setattr("enduse.interfaces.recorded.transaction_of_row", counted)
    found = list(read_recorded(table, today=TODAY, default_date=TODAY))
    assert len({row.shape.number for row in found if row.shape}) == 9 and len(whole) == 5
    assert [(tx.items[0].code, tx.destination) for tx in (row.transaction for row in found)] == [
        (item, place) for item in items for place in places
    ]


def test_a_stated_origin_is_no_other_rows(tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    lines = ["5A001.j,,EG,A,US", "EAR99,,DE,A,", "EAR99,,EG,A,"]
    table.write_text("\n".join(["item,from,destination,end_user,fact:from", *lines]), encoding="utf-8")
    found = [row.transaction.origin for row in read_recorded(table, today=TODAY, default_date=TODAY)]
    assert found == ["US", None, None]


@pytest.mark.parametrize(
    ("cells", "problem"),
    [
        ("r,---,,", "holds no letter or digit"),
        ("r,Acme,x1,", "is no HS code"),
        (f"{'r' * 1_001},Acme,,", "longer than 1,000 characters"),
        (f"r,Acme,,{'x' * 10_001}", "longer than 10,000 characters"),
    ],
)
def test_a_row_of_known_pieces_is_refused_for_what_is_its_own(tmp_path: Path, cells: str, problem: str) -> None:
    table = tmp_path / "orders.csv"
    good = ["5A001.j,EG,r,Acme,,", "5A001.j,DE,r,Acme,,", "EAR99,EG,r,Acme,,", f"EAR99,DE,{cells}"]
    table.write_text(
        "\n".join(["item,destination,reference,end_user,hs_code,end_use", *good, good[-1]]), encoding="utf-8"
    )
    *others, last, again = read_recorded(table, today=TODAY, default_date=TODAY)
    assert all(row.problem is None for row in others)
    for row in (last, again):
        assert row.problem is not None and problem in row.problem.message()


def test_of_two_columns_for_one_role_the_last_that_is_filled_counts(tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    lines = ["5A001.j,EG,,A,US", "5A001.j,EG,,B,US", "5A001.j,EG,X,C,US", "5A001.j,EG,Y,D,US", "5A001.j,EG,Z,,US"]
    table.write_text("\n".join(["item,destination,end_user,party:end_user,from", *lines]), encoding="utf-8")
    found = [row.names for row in read_recorded(table, today=TODAY, default_date=TODAY)]
    assert found == [("A",), ("B",), ("C",), ("D",), ("Z",)]
