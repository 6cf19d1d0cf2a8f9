"""Classes of handling: derived records take the strictest, and no order or grouping of inputs loosens anything."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.exchange.handling import (
    LEVELS,
    Handling,
    checked,
    may_hold,
    national,
    partner,
    public,
    regime,
    strictest,
    why_not_passed_on,
)
from enduse.exchange.keys import Keyring
from enduse.model.errors import BadInput
from exchange_world import GROUPS, START, founded

NAMES = tuple(GROUPS)
DOCUMENT, _ = founded({name: Keyring.make() for name in NAMES})

handlings = st.one_of(
    st.builds(Handling, orcon=st.booleans(), no_commercial=st.booleans()),
    st.sets(st.sampled_from(NAMES), min_size=1).flatmap(
        lambda names: st.builds(lambda orcon: partner(*names, orcon=orcon), st.booleans())
    ),
    st.sampled_from(("eu", "wassenaar")).map(regime),
    st.just(national()),
)


def holders(handling: Handling, originator: str = "de") -> set[str]:
    return {one for one in NAMES if may_hold(handling, one, originator, DOCUMENT, START)} - {originator}


def test_who_may_hold_what() -> None:
    assert holders(public()) == {"nl", "fr", "us"}
    assert holders(partner("fr", "us")) == {"fr", "us"}
    assert holders(regime("eu")) == {"nl", "fr"}
    assert holders(national()) == set()


@given(st.lists(handlings, max_size=5))
def test_what_is_derived_may_be_held_only_by_who_may_hold_each_input(inputs: list[Handling]) -> None:
    made = strictest(inputs)
    common = {"nl", "fr", "us"}
    for one in inputs:
        common &= holders(one)
    assert holders(made) == common
    assert made.level == max([one.level for one in inputs], key=LEVELS.index, default="PUBLIC")
    assert made.orcon == any(one.orcon for one in inputs)
    assert made.no_commercial == any(one.no_commercial for one in inputs)


@given(st.lists(handlings, min_size=1, max_size=4))
def test_order_and_repetition_change_nothing(inputs: list[Handling]) -> None:
    made = strictest(inputs)
    assert strictest([*inputs, *inputs]) == made == strictest([made])
    assert all(strictest(list(one)) == made for one in itertools.islice(itertools.permutations(inputs), 24))


def test_passing_on() -> None:
    def why(handling: Handling, to: str, *consents: str) -> str:
        return why_not_passed_on(handling, to, "de", "nl", consents, DOCUMENT, START)

    assert why(partner("nl", "fr"), "fr") == ""
    assert "may not hold" in why(partner("nl"), "fr")
    assert "ORCON" in why(partner("nl", "fr", orcon=True), "fr")
    assert why(partner("nl", orcon=True), "fr", "fr") == ""
    assert why(partner("nl", orcon=True), "de") == "", "back to its originator"
    assert "may not hold" in why(national(), "fr", "fr")


@pytest.mark.parametrize(
    "bad",
    [
        Handling("SECRET"),
        Handling("PARTNER"),
        Handling("PARTNER", (), listed=True),
        Handling("REGIME-PRIVILEGED"),
        Handling("PUBLIC", ("fr",), listed=True),
    ],
)
def test_a_handling_that_means_nothing_is_refused(bad: Handling) -> None:
    with pytest.raises(BadInput):
        checked(bad)
