"""Recall at a false-positive rate: the right party counts, thresholds come from the other half."""

from __future__ import annotations

import random

from benchmarks.listed import Negatives, Positive
from benchmarks.recall import Outcome, Sets


def positive(kind: str) -> Positive:
    return Positive(kind, "Latin", "Alpha Beta", "Alpha Bta", frozenset({"made:1"}), person=True)


def test_a_hit_on_another_party_is_no_recall() -> None:
    sets = Sets([], [positive("one typo"), positive("joined")], [])
    found = sets.figures([Outcome(0.9, 0.9), Outcome(0.0, 0.95)], random.Random(1))
    assert found["recall_at_default"] == 0.5
    assert found["at_default_by_kind"] == {"one typo": 1.0, "joined": 0.0}


def test_the_threshold_lets_no_more_through_than_the_rate_and_recall_is_taken_there() -> None:
    names = [f"Invented {number}" for number in range(1_000)]
    sets = Sets([], [positive("one typo")] * 4, [Negatives("all", names)])
    outcomes = [Outcome(score, score) for score in (0.99, 0.9, 0.7, 0.6)]
    outcomes += [Outcome(0.0, 0.80 if number % 200 == 0 else 0.3) for number in range(1_000)]
    found = sets.figures(outcomes, random.Random(1))["sets"]["all"]
    assert found["negatives"] == 1_000
    assert found["rate_at_default"] == 0.005
    assert found["1 %"]["threshold"] == 0.55
    assert found["1 %"]["recall"] == 1.0
    assert not found["1 %"]["enough"]
    assert found["0.1 %"]["threshold"] in (0.55, 0.8)


def test_each_half_fixes_a_threshold_for_the_other_and_the_figures_are_the_means() -> None:
    names = [f"Invented {number}" for number in range(400)]
    sets = Sets([], [positive("one typo")] * 2, [Negatives("all", names)])
    # Of the five that stand high three or more are in one half (0.8 is its threshold), two at most in the other (0.55).
    outcomes = [Outcome(0.9, 0.9), Outcome(0.6, 0.6)]
    outcomes += [Outcome(0.0, 0.8 if number < 5 else 0.2) for number in range(400)]
    for seed in range(20):
        at = sets.figures(outcomes, random.Random(seed))["sets"]["all"]["1 %"]
        assert (at["threshold"], at["recall"], at["worst_kind"]) == (0.675, 0.75, 0.75)
        assert 0.0075 <= at["rate"] <= 0.0125


def test_names_alike_but_for_spelling_count_and_are_taken_apart_beside() -> None:
    names = [f"Invented {number}" for number in range(400)]
    sets = Sets([], [positive("one typo")], [Negatives("all", names, alike=frozenset(names[:40]))])
    outcomes = [Outcome(0.8, 0.8), *(Outcome(0.0, 0.95 if number < 40 else 0.2) for number in range(400))]
    found = sets.figures(outcomes, random.Random(1))["sets"]["all"]
    assert found["1 %"]["recall"] == 0.0
    assert found["unlike"]["negatives"] == 360
    assert found["unlike"]["1 %"]["recall"] == 1.0


def test_a_sample_keeps_every_kind_and_every_set() -> None:
    kinds = ["one typo"] * 30 + ["joined"] * 30
    groups = [Negatives(label, [f"{label} {number}" for number in range(100)]) for label in ("one", "two")]
    part = Sets([], [positive(kind) for kind in kinds], groups).sample(20, 50, random.Random(1))
    assert [positive.kind for positive in part.positives] == ["one typo"] * 10 + ["joined"] * 10
    assert [len(group.names) for group in part.groups] == [25, 25]
