"""Kleene logic with provenance: what an answer rests on follows the logic."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.model.truth import Truth, all_of, any_of
from enduse.rules.answer import FALSE, TRUE, Answer, both, either, known, negated, unknown

TRUTHS = st.sampled_from(list(Truth))
ORDER = {Truth.FALSE: 0, Truth.UNKNOWN: 1, Truth.TRUE: 2}


def answer(truth: Truth, name: str = "f") -> Answer:
    missing = frozenset({name}) if truth is Truth.UNKNOWN else frozenset[str]()
    return Answer(truth, missing=missing)


@given(st.lists(TRUTHS, max_size=6))
def test_conjunction_is_the_least_and_disjunction_the_greatest_value(truths: list[Truth]) -> None:
    answers = [answer(truth) for truth in truths]
    least = min(truths, key=ORDER.__getitem__, default=Truth.TRUE)
    greatest = max(truths, key=ORDER.__getitem__, default=Truth.FALSE)
    assert both(answers).truth is all_of(truths) is least
    assert either(answers).truth is any_of(truths) is greatest


@given(TRUTHS, TRUTHS)
def test_de_morgan(one: Truth, other: Truth) -> None:
    left = negated(both([answer(one), answer(other)]))
    right = either([negated(answer(one)), negated(answer(other))])
    assert left.truth is right.truth
    assert left.missing == right.missing


@given(st.lists(TRUTHS, max_size=6))
def test_a_decided_answer_misses_nothing_and_an_unknown_one_names_what(truths: list[Truth]) -> None:
    for combine in (both, either):
        found = combine([answer(truth, f"f{number}") for number, truth in enumerate(truths)])
        assert bool(found.missing) == (found.truth is Truth.UNKNOWN)


@given(st.lists(TRUTHS, min_size=1, max_size=6), st.data())
def test_replacing_an_unknown_never_flips_a_decided_answer(truths: list[Truth], data: st.DataObject) -> None:
    settled = [data.draw(TRUTHS) if truth is Truth.UNKNOWN else truth for truth in truths]
    for combine in (both, either):
        before = combine(answer(truth) for truth in truths).truth
        after = combine(answer(truth) for truth in settled).truth
        assert before is Truth.UNKNOWN or before is after


def test_a_false_conjunction_asks_nothing_and_rests_on_the_false_conjunct() -> None:
    found = both([unknown("a"), known(False, cells=["t:1:c"]), unknown("b")])
    assert (found.truth, found.missing, found.cells) == (Truth.FALSE, frozenset(), frozenset({"t:1:c"}))


def test_an_unknown_disjunction_asks_for_every_open_disjunct() -> None:
    assert either([FALSE, unknown("a"), unknown("b")]).missing == {"a", "b"}


def test_presumptions_travel_with_the_answers_that_rest_on_them() -> None:
    presumed = Answer(Truth.FALSE, presumed=frozenset({"us_origin"}))
    assert both([TRUE, presumed]).presumed == {"us_origin"}
    assert either([presumed, TRUE]).presumed == frozenset()


@pytest.mark.parametrize("combine", [both, either])
def test_the_trace_keeps_what_was_evaluated_in_order(combine: object) -> None:
    parts = [unknown("a").described("first"), unknown("b").described("second")]
    found = combine(parts).described("outer")  # type: ignore[operator]
    assert [(step.condition, step.depth) for step in found.trace] == [("outer", 0), ("first", 1), ("second", 1)]
