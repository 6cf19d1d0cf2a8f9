"""The figures of the benchmarks mean what they say."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks import floors, measures
from benchmarks.edits import Edits
from benchmarks.plots import plot

SCORED = [(0.9, True), (0.8, False), (0.7, True), (0.6, True), (0.2, False)]


def test_precision_recall_and_f1_at_a_threshold() -> None:
    found = measures.at_threshold(SCORED, 0.7)
    assert (found["precision"], found["recall"], found["f1"]) == (0.667, 0.667, 0.667)
    assert measures.at_threshold(SCORED, 1.0)["f1"] == 0.0


def test_area_under_the_curve_is_the_chance_that_a_match_is_ranked_higher() -> None:
    assert measures.area_under_curve(SCORED) == round(4 / 6, 3)
    assert measures.area_under_curve([(0.5, True), (0.5, False)]) == 0.5
    assert measures.area_under_curve([(0.5, True)]) is None


def test_the_precision_recall_curve_ends_at_full_recall() -> None:
    curve = measures.precision_recall_curve(SCORED)
    assert curve[0] == (0.3333, 1.0)
    assert curve[-1] == (1.0, 0.6)


def test_equal_scores_are_one_point_of_the_curve() -> None:
    assert measures.precision_recall_curve([(0.5, True), (0.5, False), (0.5, True)]) == [(1.0, 0.6667)]


def test_calibration_sets_mean_score_beside_share_of_matches() -> None:
    assert measures.calibration([(0.91, True), (0.99, False), (0.1, False)]) == [(0.1, 0.0, 1), (0.95, 0.5, 2)]
    assert measures.calibration([(1.0, True)]) == [(1.0, 1.0, 1)]


@given(st.lists(st.floats(0, 1), min_size=1, max_size=300), st.sampled_from([0.001, 0.01, 0.1]))
def test_no_more_than_the_rate_lies_above_the_threshold(scores: list[float], rate: float) -> None:
    threshold = measures.threshold_for(scores, rate, 0.0)
    assert sum(score > threshold for score in scores) <= rate * len(scores)


def test_a_threshold_is_never_set_where_nothing_was_looked_for() -> None:
    assert measures.threshold_for([0.1, 0.2, 0.0], 0.5, 0.55) == 0.55


def test_halves_are_disjoint_and_complete() -> None:
    fixing, reporting = measures.halves([0.1, 0.2, 0.3, 0.4, 0.5], random.Random(1))
    assert sorted([*fixing, *reporting]) == [0.1, 0.2, 0.3, 0.4, 0.5]


def test_percentiles_are_in_milliseconds() -> None:
    found = measures.percentiles([number / 1000 for number in range(1, 101)])
    assert found == {"p50_ms": 51.0, "p95_ms": 96.0, "p99_ms": 100.0}


def test_rank_correlation_knows_order_and_ties() -> None:
    assert measures.rank_correlation([1, 2, 3], [10, 20, 30]) == 1.0
    assert measures.rank_correlation([1, 2, 3], [3, 2, 1]) == -1.0
    assert measures.rank_correlation([1, 1, 1], [1, 2, 3]) == 0.0


@pytest.mark.parametrize("kind", list(Edits(random.Random(0)).kinds))
def test_every_kind_of_edit_alters_a_name_and_repeats_with_its_seed(kind: str) -> None:
    name = "EXAMPLE, Nova Kharkov Trading"
    first, again = (Edits(random.Random(4)).kinds[kind](name) for _ in range(2))
    assert first == again
    assert first != name


def test_edits_do_what_they_say() -> None:
    edits = Edits(random.Random(2))
    assert edits.initials("EXAMPLE, Nova Maria") == "Nova M. EXAMPLE"
    assert sorted(edits.reorder("Alpha Beta Gamma").split()) == ["Alpha", "Beta", "Gamma"]
    assert len(edits.dropped("Alpha Beta Gamma").split()) == 2
    assert edits.joined("Alpha Beta") == "AlphaBeta"
    assert not edits.homoglyph("Alpha Beta").isascii()


def test_a_floor_that_is_missed_is_named_with_its_value() -> None:
    good = {"f1": 0.9, "auc": 0.95, "strong_misses": 0, "monotone": True}
    assert floors.missed({"pairs": {"enduse": good}}, quick=True) == []
    bad = floors.missed({"pairs": {"enduse": good | {"f1": 0.5, "strong_misses": 2}}}, quick=True)
    assert bad == ["name pairs: F1 at 0.70: 0.5, floor 0.84", "name pairs: misses of the strong tier: 2, floor 0"]


def test_a_stopwatch_fails_no_quick_run() -> None:
    slow = {"speed": {"25 k": {"p95_ms": 9999.0}}}
    assert floors.missed(slow, quick=True) == []
    assert len(floors.missed(slow, quick=False)) == 1


def test_plots_are_well_formed_and_escape_their_labels() -> None:
    from defusedxml.ElementTree import fromstring

    root = fromstring(plot("A & B", "x", "y", [("<one>", [(0, 0), (1, 1)])], dots=True, diagonal=True))
    assert root.tag.endswith("svg")
