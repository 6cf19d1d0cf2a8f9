"""What is shown of a score adds up to it."""

from __future__ import annotations

from decimal import Decimal

import hypothesis.strategies as st
from hypothesis import given

from enduse.model.match import ScorePart, shares

Contributions = st.lists(st.floats(-2, 2, allow_nan=False).filter(lambda value: value == 0 or abs(value) > 1e-6))


def parts(*contributions: float) -> list[ScorePart]:
    return [ScorePart("token", contribution=value) for value in contributions]


def test_what_rounding_loses_goes_to_the_part_that_lost_most() -> None:
    assert shares(parts(0.524, 0.436), 0.96) == (Decimal("0.52"), Decimal("0.44"))
    assert shares(parts(0.524, 0.433), 0.957) == (Decimal("0.53"), Decimal("0.43"))
    assert shares(parts(1 / 3, 1 / 3, 1 / 3), 1.0) == (Decimal("0.34"), Decimal("0.33"), Decimal("0.33"))


def test_a_part_that_takes_away_keeps_its_sign() -> None:
    assert shares(parts(1.02, -0.164, 0.0), 0.856) == (Decimal("1.02"), Decimal("-0.16"), Decimal(0))


def test_nothing_adds_up_to_nothing() -> None:
    assert shares([], 0.0) == ()
    assert shares(parts(0.0), 0.0) == (Decimal(0),)


@given(Contributions, st.sampled_from([2, 4]))
def test_what_is_shown_adds_up_and_lies_next_to_what_it_was(contributions: list[float], digits: int) -> None:
    score = sum(contributions)
    shown = shares(parts(*contributions), score, digits)
    assert abs(sum(shown) - Decimal(score)) <= Decimal(1).scaleb(-digits) * Decimal("0.501")
    for value, given_ in zip(shown, contributions, strict=True):
        assert abs(float(value) - given_) <= 10**-digits * 1.001
        assert given_ or not value
