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
    overdue,
    read_register,
    starter,
    totals,
    write_register,
)

ROW = {
    "id": "media-fund",
    "member": "NL",
    "pillar": "media",
    "title": "A fund",
    "commitment": "supports newsrooms",
    "budget": "1250000.50",
    "currency": "EUR",
    "from": "2026-01-01",
    "to": "2026-12-31",
    "status": "under_way",
    "milestones": "2026-02-01 done call opens; 2026-03-01 open first grants",
    "evidence": "https://example.org/1; file 7",
    "source": "Letter to parliament",
    "source_url": "https://example.org/letter",
    "verified": "no",
    "note": "invented",
}


def table(**changes: str) -> bytes:
    row = ROW | changes
    return (",".join(COLUMNS) + "\n" + ",".join(row[name] for name in COLUMNS) + "\n").encode()


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
    assert list(read_register(written, "t.csv")) == rows

    for row in list(csv.reader(io.StringIO(written.decode())))[1:]:
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


@given(initiatives)
def test_sums_are_exact_and_by_currency(rows: list[Initiative]) -> None:
    for total in totals(rows):
        mine = [one for one in rows if (one.pillar, one.currency) == (total.pillar, total.currency)]
        assert total.budget == sum((one.budget for one in mine if one.budget is not None), Decimal(0))
    assert sum(one.initiatives for one in totals(rows)) == len(rows)


def test_what_the_register_begins_with_names_its_source_and_what_is_doubtful() -> None:
    for one in starter():
        assert one.source.text and (one.source.verified or one.source.note)
    assert [(one.id, one.budget, one.currency) for one in starter()] == [
        ("us-democratic-renewal", Decimal(420000000), "USD")
    ]
