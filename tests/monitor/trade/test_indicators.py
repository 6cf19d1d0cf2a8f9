"""Signs of diversion: what they find in planted worlds, what they need, and what they say when it is not there."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchmarks.trade_world import CONTROL, START, World, world
from enduse.monitor.trade.flows import Flow, Report
from enduse.monitor.trade.indicators import Flows, Kind, Signal, Step, combined, levels, signals, step
from enduse.monitor.trade.series import Book, Series, month_number, month_text


def by_kind(flows: Flows) -> dict[Kind, Signal]:
    return {one.kind: one for one in signals(flows, CONTROL)}


def planted(one: World) -> dict[Kind, Signal]:
    assert one.planted is not None
    return by_kind(one.flows[one.planted])


def test_reexports_through_a_hub_are_seen_by_the_transhipment_sign() -> None:
    found = planted(world(1, "reexport", 3.0))
    assert found[Kind.SURGE].speaks
    assert found[Kind.TRANSHIPMENT].speaks
    assert not found[Kind.MIRROR_GAP].speaks
    onward = found[Kind.TRANSHIPMENT].evidence[1]
    assert onward.change > 2 and onward.z > 3


def test_goods_that_never_arrive_are_seen_by_the_mirror_gap() -> None:
    found = planted(world(1, "transit", 3.0))
    assert found[Kind.MIRROR_GAP].speaks
    assert 2 < found[Kind.MIRROR_GAP].evidence[0].change < 4


def test_a_world_without_diversion_is_mostly_quiet() -> None:
    scores = [one for flows in world(3).flows for one in signals(flows, CONTROL)]
    assert sum(one.speaks for one in scores) <= len(scores) // 4


def test_levels_say_how_often_they_are_wrong() -> None:
    for kind, level in levels().items():
        assert level.level > 1.5, kind
        assert 0 < level.false_alarms < 0.12


@pytest.mark.parametrize("factor", [1e-3, 7.0, 1e6])
def test_the_unit_of_money_does_not_matter(factor: float) -> None:
    flows = world(2).flows[0]
    assert flows.to_hub is not None and flows.to_others is not None
    scaled = replace(flows.to_hub, values=flows.to_hub.values * factor)
    one, other = step("x", flows.to_hub, flows.to_others, CONTROL), step("x", scaled, flows.to_others, CONTROL)
    assert isinstance(one, Step) and isinstance(other, Step)
    assert other.z == pytest.approx(one.z, abs=1e-6)


def test_one_large_order_is_not_a_step() -> None:
    flows = world(2).flows[0]
    assert flows.to_hub is not None
    odd = flows.to_hub.values.copy()
    before = step("x", flows.to_hub, None, CONTROL)
    odd[CONTROL - START + 5] *= 20
    after = step("x", replace(flows.to_hub, values=odd), None, CONTROL)
    assert isinstance(before, Step) and isinstance(after, Step)
    assert after.change < before.change * 1.3


def series(values: list[float], first: int = START) -> Series:
    return Series("x", first, np.array(values))


@pytest.mark.parametrize(
    ("length", "said"),
    [(20, "too short: 20 months before and 0 after"), (50, "too short: 48 months before and 2 after")],
)
def test_a_short_series_says_so(length: int, said: str) -> None:
    found = step("exports", series([1.0 + (n % 3) for n in range(length)]), None, CONTROL)
    assert isinstance(found, str) and said in found


def test_months_that_are_not_reported_do_not_count() -> None:
    values = [1.0 + (n % 5) for n in range(66)]
    values[50:] = [float("nan")] * 16
    found = step("exports", series(values), None, CONTROL)
    assert found == "exports: too short: 48 months before and 2 after the control, 24 and 6 are needed"


def test_a_series_that_does_not_vary_is_not_judged() -> None:
    assert step("exports", series([5.0] * 66), None, CONTROL) == "exports: it does not vary"
    found = step("exports", series([0.0] * 66), None, CONTROL)
    assert isinstance(found, str)


def test_what_nobody_reports_is_said_and_the_others_go_on() -> None:
    flows = replace(world(1).flows[0], arrived=None, onward=None)
    found = by_kind(flows)
    assert found[Kind.MIRROR_GAP].score is None
    assert found[Kind.TRANSHIPMENT].silent == "exports of the hub to the restricted destinations: nobody reports it"
    assert found[Kind.SURGE].score is not None


def test_without_a_fall_of_direct_exports_there_is_no_transhipment() -> None:
    flows = world(1, "reexport", 3.0).flows[0]
    assert flows.direct is not None
    grown = flows.direct.values.copy()
    grown[CONTROL - START :] *= 40
    found = by_kind(replace(flows, direct=replace(flows.direct, values=grown)))[Kind.TRANSHIPMENT]
    assert (found.score, found.silent) == (None, "direct exports to the restricted destinations did not fall")


def test_scores_add_up_by_stouffer() -> None:
    assert combined([3.0]) == 3.0
    assert combined([2.0, 2.0]) == pytest.approx(2.0 * 2**0.5)


# --- series


def flow(month: str, value: float, reporter: str = "DE", partner: str = "KG", way: Flow = Flow.EXPORT) -> Report:
    return Report(reporter, partner, way, "854231", "HS2022", month, value)


def test_a_month_without_a_partner_is_zero_where_its_reporter_reported_and_unknown_where_not() -> None:
    book = Book([flow("2022-01", 5.0), flow("2022-02", 1.0, partner="PL"), flow("2022-04", 2.0)])
    found = book.series("x", ["DE"], ["KG"], Flow.EXPORT)
    assert found is not None
    np.testing.assert_array_equal(found.values, [5.0, 0.0, np.nan, 2.0])
    assert (month_text(found.first), found.total(month_number("2022-01"), month_number("2022-03"))) == ("2022-01", 5.0)
    assert book.series("x", ["KG"], ["DE"], Flow.IMPORT) is None


def test_several_origins_are_known_when_all_of_them_reported() -> None:
    book = Book([flow("2022-01", 5.0), flow("2022-02", 5.0), flow("2022-01", 1.0, reporter="FR")])
    found = book.series("x", ["DE", "FR"], ["KG"], Flow.EXPORT)
    assert found is not None
    np.testing.assert_array_equal(found.values, [6.0, np.nan])


def test_whole_years_and_the_world_are_no_part_of_a_series() -> None:
    book = Book([flow("2021", 5.0), flow("2022-01", 7.0, partner="W0")])
    assert (book.yearly, book.partners(["DE"], Flow.EXPORT)) == (1, set())


# --- what was measured


def test_the_shipped_levels_are_those_that_were_measured() -> None:
    """Levels, results and the documentation say the same; the best sign of each way reaches what is claimed of it."""
    root = Path(__file__).parents[3]
    results = json.loads((root / "benchmarks" / "results" / "trade.json").read_text(encoding="utf-8"))
    assert results["seeds"] >= 200
    document = (root / "docs" / "diversion.md").read_text(encoding="utf-8")
    for kind, level in levels().items():
        measured = results["indicators"][kind.value]
        assert level.level == measured["level"]
        assert level.false_alarms == pytest.approx(measured["false_alarms"]["share"], abs=5e-4)
        assert f"{100 * measured['false_alarms']['share']:.1f} %" in document
    for best_kind, way in (("transhipment", "reexport"), ("mirror_gap", "transit")):
        best = results["indicators"][best_kind]
        assert best["false_alarms"]["share"] <= 0.05
        assert all(best["recall"][way][size]["share"] >= 0.9 for size in ("1.5", "2.0", "3.0"))
