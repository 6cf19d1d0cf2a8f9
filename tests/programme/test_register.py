"""The register: money is exact and keeps its currency, every row has a source, and the table comes back as it was."""

from __future__ import annotations

import csv
import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.programme.register import (
    COLUMNS,
    PILLARS,
    STATUSES,
    Initiative,
    Milestone,
    by_member,
    overdue,
    read_register,
    read_rows,
    starter,
    totals,
    write_register,
)
from programme_table import table


def test_a_row_is_read_with_exact_money_and_milestones() -> None:
    (one,) = read_register(table(), "t.csv")
    assert (one.budget, one.currency) == (Decimal("1250000.50"), "EUR")
    assert one.milestones == (
        Milestone(dt.date(2026, 2, 1), "call opens", True),
        Milestone(dt.date(2026, 3, 1), "first grants", False),
    )
    assert overdue([one], dt.date(2026, 3, 2)) == (("media-fund", one.milestones[1]),)
    assert overdue([one], dt.date(2026, 3, 1)) == ()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"budget": "1,000"}, "another number of cells"),
        ({"budget": "1e6"}, "no sum"),
        ({"budget": "-5"}, "no sum"),
        ({"budget": "1.234"}, "no sum"),
        ({"budget": "NaN"}, "no sum"),
        ({"budget": ""}, "currency without a budget"),
        ({"currency": ""}, "no currency"),
        ({"pillar": "space"}, "media, corruption"),
        ({"status": "great"}, "announced"),
        ({"source": ""}, "source: is missing"),
        ({"verified": ""}, "yes, no"),
        ({"to": "2025-01-01"}, "ends before it begins"),
        ({"from": "soon"}, "no day"),
        ({"member": "Holland"}, "no state"),
        ({"id": "A B"}, "no id"),
        ({"milestones": "soon done x"}, "no milestone"),
    ],
)
def test_a_bad_row_refuses_the_table_and_names_the_line(changes: dict[str, str], told: str) -> None:
    with pytest.raises(BadInput, match=told) as found:
        read_register(table(**changes), "t.csv")
    assert "t.csv line 2" in found.value.message()


def test_a_table_that_is_none_is_refused() -> None:
    for bad in (b"\xff", b'id\n"a', (",".join(COLUMNS) + ",more\n" + "x," * 17).encode()):
        with pytest.raises(BadInput):
            read_register(bad, "t.csv")
    with pytest.raises(BadInput, match="occurs twice"):
        read_register(table() + table().partition(b"\n")[2], "t.csv")


texts = st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S")), min_size=1, max_size=20).filter(
    lambda text: ";" not in text
)
initiatives = st.lists(
    st.builds(
        Initiative,
        id=st.from_regex(r"[a-z][a-z0-9-]{0,10}", fullmatch=True),
        member=st.sampled_from(("NL", "US", "FR")),
        pillar=st.sampled_from(sorted(PILLARS)),
        title=texts,
        commitment=texts,
        status=st.sampled_from(STATUSES),
        source=st.builds(Citation, texts, st.none(), st.booleans(), st.just("")),
        budget=st.decimals(0, 10**12, places=2),
        currency=st.sampled_from(("EUR", "USD")),
        evidence=st.lists(texts, max_size=2).map(tuple),
    ),
    max_size=5,
    unique_by=lambda one: one.id,
)


@given(initiatives)
def test_what_is_written_is_read_back_and_no_cell_is_computed(rows: list[Initiative]) -> None:
    written = write_register(rows)
    assert not rows or list(read_register(written, "t.csv")) == rows

    for row in list(csv.reader(io.StringIO(written.decode())))[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_every_bad_row_is_named_at_once() -> None:
    good, bad = table().decode().splitlines(), table(id="A B", budget="x").decode().splitlines()[1]
    found, errors = read_rows("\n".join([*good, bad, good[1]]).encode(), "t.csv")
    assert [one.id for one in found] == ["media-fund"]
    assert [error.where for error in errors] == ["t.csv line 3, id", "t.csv line 4, id"]
    with pytest.raises(BadInput, match="no rows"):
        read_rows(b"id,member\n", "t.csv")


@given(initiatives)
def test_sums_by_member_are_exact_and_count_everybody(rows: list[Initiative]) -> None:
    found = by_member(rows)
    assert sum(total.initiatives for _, total in found) == len(rows)
    for member, total in found:
        key = (member, total.pillar, total.currency)
        mine = [one for one in rows if (one.member, one.pillar, one.currency) == key]
        assert total.budget == sum((one.budget for one in mine if one.budget is not None), Decimal(0))


@given(initiatives)
def test_sums_are_exact_and_by_currency(rows: list[Initiative]) -> None:
    for total in totals(rows):
        mine = [one for one in rows if (one.pillar, one.currency) == (total.pillar, total.currency)]
        assert total.budget == sum((one.budget for one in mine if one.budget is not None), Decimal(0))
    assert sum(one.initiatives for one in totals(rows)) == len(rows)


def test_what_the_register_begins_with_names_its_source_and_what_is_doubtful() -> None:
    for one in starter():
        assert one.source.text and (one.source.verified or one.source.note)
    budgets = {one.id: (one.budget, one.currency) for one in starter()}
    assert budgets["us-democratic-renewal"] == (Decimal(424400000), "USD")
    assert {one.member for one in starter() if one.id.endswith("export-controls-human-rights")} == {
        "AU",
        "DK",
        "NO",
        "US",
    }
    # No part is larger than the whole that was announced.
    parts = [budget for name, (budget, _) in budgets.items() if budget is not None and name != "us-democratic-renewal"]
    assert sum(parts) < Decimal(424400000)
