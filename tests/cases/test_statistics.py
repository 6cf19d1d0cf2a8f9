"""Reports over facts written at decision time; small cells cannot be computed back."""

from __future__ import annotations

import csv
import datetime as dt
import io
import itertools
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.cases.bodies import Appealed, Decided, Finding
from enduse.cases.facts import Fact
from enduse.cases.statistics import SUPPRESSED, Release, current_facts, read_layouts, release, shipped_layouts, to_csv
from enduse.cases.suppression import Counts, joined_groups, protected
from enduse.model.errors import BadInput
from licensing_world import DECIDER, EXPORTER, NO_REEXPORT, PANEL, World, application, granted, item, refused

YEAR = (dt.date(2026, 1, 1), dt.date(2027, 1, 1))
MADE = dt.date(2027, 3, 1)


def fact(**changes: object) -> Fact:
    base = Fact(
        line=1,
        authority="nl",
        type="individual",
        decided_on=dt.date(2026, 5, 4),
        submitted_on=dt.date(2026, 4, 1),
        registered_on=dt.date(2026, 4, 2),
        code="5A001.j",
        category="5",
        cyber_surveillance=True,
        destination="XA",
        end_user_category="police",
        value=Decimal("1000.00"),
        currency="EUR",
        outcome="grant",
        criteria=(),
        on_appeal=False,
        clocks=(),
        human_rights_assessed_on=dt.date(2026, 4, 20),
        working_days=20,
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def report(facts: list[Fact], layout: str = "eu", previous: Release | None = None) -> Release:
    return release(facts, shipped_layouts()[layout], ["nl", "de", "uk", "us"], YEAR, MADE, previous=previous)


class TestFacts:
    def test_they_are_written_with_the_decision_and_hold_no_name(self) -> None:
        world = World().at(3, 2)
        case = world.assessed(world.advised(world.circulated(world.registered())), Finding.CLEAR_RISK)
        case = world.decided(case, refused(1, "EU-CP-2"))
        ((revision, (written,)),) = case.facts
        assert (revision, written.outcome, written.criteria) == (1, "refuse", ("EU-CP-2",))
        assert (written.cyber_surveillance, written.destination, written.code) == (True, "XA", "5A001.j")
        assert written.human_rights_assessed_on == dt.date(2026, 3, 2)
        assert "Ministry" not in repr(written)
        assert "Delta" not in repr(written)

    def test_an_appeal_revises_them_beside_the_first(self) -> None:
        world = World().at(3, 2)
        form = application("uk", "siel", items=(item(1), item(2)))
        case = world.to_consolidation(form)
        case = world.countersigned(case, granted(1), refused(2, "UK-2a"))
        case = world.do(case, "decide", Decided((granted(1), refused(2, "UK-2a"))), DECIDER)
        case = world.do(case, "appeal", Appealed((2,), "wrong ministry"), EXPORTER)
        case = world.do(case, "decide_appeal", Decided((granted(2, NO_REEXPORT),)), PANEL)
        assert [revision for revision, _ in case.facts] == [1, 2]
        assert [one.outcome for one in case.facts[0][1]] == ["grant", "refuse"]
        assert [one.outcome for one in current_facts([case])] == ["grant", "grant_with_conditions"]


class TestLayouts:
    def test_the_union_s_report_puts_cyber_surveillance_first_and_apart(self) -> None:
        facts = [fact() for _ in range(6)] + [fact(cyber_surveillance=False, code="3A001") for _ in range(7)]
        made = report(facts)
        assert made.tables[0].section == "cyber_surveillance"
        totals = {(one.section, one.id): one.total for one in made.tables}
        assert totals["cyber_surveillance", "category-destination"] == "6"
        assert totals["other_items", "category-destination"] == "7"

    def test_numbers_and_values_are_there_in_each_currency_and_exact(self) -> None:
        made = report([fact(value=Decimal("0.10")) for _ in range(10)])
        (currency, cells) = made.tables[0].values[0]
        assert (currency, cells) == ("EUR", (("1.00",),))

    def test_the_uk_s_has_rates_medians_criteria_and_appeals_over_the_same_facts(self) -> None:
        on_time = [fact(authority="uk", clocks=("uk/20:in_time", "uk/60:in_time")) for _ in range(14)]
        late = [fact(authority="uk", clocks=("uk/20:late", "uk/60:in_time"), working_days=40) for _ in range(6)]
        cited = [replace(one, outcome="refuse", criteria=("UK-2b",)) for one in late]
        figures = {name: value for _, name, value in report([*on_time, *cited], "uk").figures}
        assert figures == {
            "criteria": "UK-2b: 6",
            "median_days": "20.0",
            "within_20": "70.0 %",
            "within_60": "100.0 %",
            "appeals": "0",
        }

    def test_a_zero_denominator_is_not_assessable_and_never_a_hundred_percent(self) -> None:
        assert ("all", "within_20", "not assessable") in report([], "uk").figures

    def test_other_authorities_and_periods_are_left_out(self) -> None:
        facts = [fact() for _ in range(5)] + [fact(decided_on=dt.date(2027, 1, 1)) for _ in range(5)]
        made = release(facts, shipped_layouts()["eu"], ["nl"], YEAR, MADE)
        assert made.facts == 5
        assert release(facts, shipped_layouts()["eu"], ["de"], YEAR, MADE).facts == 0

    def test_a_release_is_frozen_by_its_hash_and_a_revision_says_what_it_replaces(self) -> None:
        facts = [fact() for _ in range(6)]
        first = report(facts)
        assert report(list(reversed(facts))).sha256 == first.sha256
        second = report([*facts, fact(), fact()], previous=first)
        assert (second.version, second.supersedes) == (2, first.sha256)
        assert second.changed == "+2 facts since version 1"

    def test_the_number_of_all_decisions_does_not_give_a_suppressed_total_away(self) -> None:
        few = [fact(cyber_surveillance=True) for _ in range(2)]
        many = [fact(cyber_surveillance=False) for _ in range(20)]
        made = report([*few, *many])
        assert made.facts is None
        assert report([*few, *many, *few], previous=made).changed == "revised; by how many facts is not shown"
        # Every other part of the release is public: its hash may not rest on the number either.
        assert all(replace(made, facts=number).sha256 != made.sha256 for number in range(100))

    def test_every_number_is_a_row_of_the_csv(self) -> None:
        rows = list(csv.DictReader(io.StringIO(to_csv(report([fact() for _ in range(8)])))))
        assert {"section", "table", "row", "column", "measure", "value"} == set(rows[0])
        first = next(row for row in rows if row["table"] == "category-destination" and row["measure"] == "count")
        assert (first["row"], first["column"], first["value"]) == ("5", "XA", "8")


class TestSmallCells:
    def test_a_small_destination_is_joined_to_others(self) -> None:
        facts = [fact(destination="XA") for _ in range(9)] + [fact(destination="XB"), *[fact(destination="XC")] * 4]
        table = report(facts).tables[0]
        assert table.columns == ("XA", "other")
        assert table.column_totals == ("9", "5")

    def test_a_section_of_fewer_cases_than_the_threshold_shows_nothing_but_that(self) -> None:
        made = report([fact(), fact()])
        for table in made.tables[:3]:
            assert table.total == SUPPRESSED
            assert {cell for line in table.cells for cell in line} == {SUPPRESSED}
        assert ("cyber_surveillance", "median_days", SUPPRESSED) in made.figures

    def test_a_value_in_a_currency_of_one_case_of_a_cell_is_suppressed(self) -> None:
        facts = [fact() for _ in range(9)] + [fact(currency="USD", value=Decimal("777.77"))]
        assert "777.77" not in to_csv(report(facts))


def fillings(table: Counts) -> dict[tuple[int, int], set[int]]:
    """By brute force: every value that a suppressed cell can have, for who knows all totals and all other cells."""
    hidden = sorted(table.suppressed)
    most = [min(table.row_total(r), table.column_total(c)) for r, c in hidden]
    seen: dict[tuple[int, int], set[int]] = {cell: set() for cell in hidden}
    rows = [table.row_total(r) for r in range(len(table.rows))]
    columns = [table.column_total(c) for c in range(len(table.columns))]
    for guess in itertools.product(*(range(1, top + 1) for top in most)):
        cells = [list(line) for line in table.cells]
        for (r, c), value in zip(hidden, guess, strict=True):
            cells[r][c] = value
        if [sum(line) for line in cells] == rows and [sum(col) for col in zip(*cells, strict=True)] == columns:
            for cell, value in zip(hidden, guess, strict=True):
                seen[cell].add(value)
    return seen


@st.composite
def _tables(draw: st.DrawFn) -> Counts:
    rows, columns = draw(st.integers(1, 3)), draw(st.integers(1, 3))
    cells = tuple(tuple(draw(st.integers(0, 6)) for _ in range(columns)) for _ in range(rows))
    return Counts(tuple(map(str, range(rows))), tuple(map(str, range(columns))), cells)


@given(_tables())
@settings(max_examples=200, deadline=None)
def test_no_suppressed_cell_can_be_computed_back(table: Counts) -> None:
    made = protected(table, threshold=3)
    small = {(r, c) for r, line in enumerate(table.cells) for c, value in enumerate(line) if 0 < value < 3}
    assert small <= made.suppressed
    if made.shown and len(made.suppressed) <= 6:
        assert all(len(values) > 1 for values in fillings(made).values())


@given(_tables())
@settings(max_examples=200, deadline=None)
def test_a_table_that_cannot_be_protected_shows_nothing_inside(table: Counts) -> None:
    made = protected(table, threshold=3)
    if not made.shown:
        nonzero = {(r, c) for r, line in enumerate(table.cells) for c, value in enumerate(line) if value}
        assert made.suppressed == nonzero


@given(st.dictionaries(st.text("abcdefgh", min_size=1, max_size=3), st.integers(1, 12), max_size=8))
@settings(max_examples=200, deadline=None)
def test_every_published_group_reaches_the_threshold_or_is_all_there_is(totals: dict[str, int]) -> None:
    groups = joined_groups(totals, 5)
    sums: dict[str, int] = {}
    for value, group in groups.items():
        sums[group] = sums.get(group, 0) + totals[value]
    assert all(count >= 5 for count in sums.values()) or len(sums) == 1


GOOD = (
    "layouts:\n  - id: x\n    title: t\n    law: eu\n    sections: [{id: all, title: All}]\n"
    "    tables: [{id: t, rows: outcome, columns: type}]\n    figures: [median_days]\n"
    '    citation: {text: "Order 2008 art. 1", verified: no}\n'
)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("rows: outcome", "rows: colour", "not known"),
        ("columns: type", "columns: outcome", "two dimensions"),
        ("median_days", "happiness", "no figure"),
        ("[{id: all, title: All}]", "[{id: all, title: All}, {id: b, title: B}]", "part the facts"),
        ('citation: {text: "Order 2008 art. 1", verified: no}', "note: x", "unknown key"),
    ],
)
def test_a_layout_with_a_mistake_is_refused(old: str, new: str, problem: str) -> None:
    assert read_layouts(GOOD, "reports.yaml")["x"].figures == ("median_days",)
    with pytest.raises(BadInput, match=problem):
        read_layouts(GOOD.replace(old, new), "reports.yaml")
