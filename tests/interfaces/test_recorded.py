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
    "reference": ["r-1", ""],
    "date": ["2026-08-01", "2020-02-02", ""],
    "activity": ["", "reexport", "deemed_export"],
    "item": ["5A001.j", "EAR99", "4A003", "nonsense"],
    "code:eu": ["", "4A005", "UNLISTED"],
    "for": ["", "8A992"],
    "from": ["US", "NL"],
    "destination": ["EG", "DE", "Nowhere"],
    "end_user": ["Acme Optronics", "Halden Trade", ""],
    "end_user_type": ["", "police"],
    "party:purchaser": ["", "Quillfeather Works"],
    "party:purchaser:country": ["", "AE"],
    "value": ["", "100", "1e3"],
    "currency": ["", "USD"],
    "fact:exporter_aware": ["", "true"],
    "fact:nationality": ["", "", "SY"],
}
ROWS = st.lists(st.fixed_dictionaries({name: st.sampled_from(cells) for name, cells in CELLS.items()}), max_size=30)


def plainly(tx: Transaction) -> Transaction:
    """Without what no rule reads."""
    return replace(tx, facts=dict(tx.facts), end_use="")


@given(ROWS)
def test_a_row_is_read_as_it_is_alone(rows: list[dict[str, str]]) -> None:
    with TemporaryDirectory() as folder:
        table = Path(folder) / "orders.csv"
        with table.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(CELLS))
            writer.writeheader()
            writer.writerows(rows)
        found = list(read_recorded(table, today=TODAY, default_date=TODAY))
        for row, alone in zip(found, read_table(table, numbers=("value",)), strict=True):
            try:
                expected = plainly(transaction_of_row(alone, TODAY, TODAY))
            except BadInput as problem:
                assert row.problem is not None and row.problem.message() == problem.message()
            else:
                assert row.problem is None and row.transaction == expected


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
