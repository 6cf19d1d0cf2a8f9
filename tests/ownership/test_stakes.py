"""The two runs decide exactly: compared with every allowed choice of shares in small graphs."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.model.transaction import Share
from enduse.ownership.bulk import Closure, Columns
from enduse.ownership.stakes import UNIT, WHOLE, Bounds, Stake, Stakes, Threshold, bounds
from ownership_worlds import LIMITS, STEP, allowed, choices, graphs, members, worlds

HALF = Threshold(50 * UNIT)
SEEDS = st.sets(st.integers(0, 4), min_size=1, max_size=2)


@settings(max_examples=150, deadline=None)
@given(graphs(), SEEDS, LIMITS)
def test_least_is_every_choice_and_most_is_some_choice(stakes: list[Stake], seeds: set[int], limit: Threshold) -> None:
    found = [members(stakes, world, seeds) for world in worlds(stakes, limit)]
    graph = Stakes(stakes)
    assert set(graph.reached(seeds, limit, least=True)) == set.intersection(*found)
    assert set(graph.reached(seeds, limit, least=False)) == set.union(*found)


@settings(max_examples=150, deadline=None)
@given(graphs(), SEEDS, LIMITS)
def test_one_person_alone_owns_as_in_every_choice(stakes: list[Stake], seeds: set[int], limit: Threshold) -> None:
    """Owned by one of several persons alone: in every choice, by whichever it is."""
    per_world = [set.union(*(members(stakes, world, {seed}) for seed in seeds)) for world in worlds(stakes, limit)]
    graph = Stakes(stakes)
    least = set().union(*(graph.reached([seed], limit, least=True) for seed in seeds))
    most = set().union(*(graph.reached([seed], limit, least=False) for seed in seeds))
    assert least == set.intersection(*per_world)
    assert most == set.union(*per_world)


@settings(max_examples=100, deadline=None)
@given(graphs(size=8, most_holders=4), st.sets(st.integers(0, 7), max_size=3), st.sets(st.integers(0, 7)), LIMITS)
def test_columns_answer_as_stakes_do(stakes: list[Stake], sure: set[int], perhaps: set[int], limit: Threshold) -> None:
    graph, closure = Stakes(stakes), Closure(Columns.of(stakes), 8)
    both = sure | perhaps
    least = set(graph.reached(sure, limit, least=True)) - both
    most = set(graph.reached(both, limit, least=False)) - both
    found = closure.together(sure, perhaps, limit)
    assert {truth.value: set(numbers.tolist()) for truth, numbers in found.items()} == {
        "true": least,
        "unknown": most - least,
    }
    least = set().union(*(graph.reached([seed], limit, least=True) for seed in sure)) - both
    most = set().union(*(graph.reached([seed], limit, least=False) for seed in both)) - both
    found = closure.each_alone(sure, perhaps, limit)
    assert {truth.value: set(numbers.tolist()) for truth, numbers in found.items()} == {
        "true": least,
        "unknown": most - least,
    }


@given(graphs(), SEEDS, st.integers(0, 4), LIMITS, st.booleans())
def test_a_further_listing_never_loosens(
    stakes: list[Stake], seeds: set[int], more: int, limit: Threshold, least: bool
) -> None:
    graph = Stakes(stakes)
    before = set(graph.reached(seeds, limit, least=least))
    assert before <= set(graph.reached({*seeds, more}, limit, least=least))


@given(graphs(), SEEDS, LIMITS, st.data())
def test_a_share_that_becomes_known_never_flips_what_was_decided(
    stakes: list[Stake], seeds: set[int], limit: Threshold, data: st.DataObject
) -> None:
    known = list(stakes)
    for position, stake in enumerate(stakes):
        number = data.draw(st.sampled_from(choices(stake.shares)))
        narrowed = stake._replace(shares=Bounds(number, number))
        if allowed([*known[:position], narrowed, *known[position + 1 :]]):
            known[position] = narrowed
    before, after = Stakes(stakes), Stakes(known)
    assert set(before.reached(seeds, limit, least=True)) <= set(after.reached(seeds, limit, least=True))
    assert set(before.reached(seeds, limit, least=False)) >= set(after.reached(seeds, limit, least=False))


@given(graphs(), SEEDS, LIMITS, st.randoms(use_true_random=False))
def test_the_order_of_statements_does_not_matter(
    stakes: list[Stake], seeds: set[int], limit: Threshold, shuffle: random.Random
) -> None:
    shuffled = list(stakes)
    shuffle.shuffle(shuffled)
    for least in (True, False):
        one, other = (Stakes(order).reached(seeds, limit, least=least) for order in (stakes, shuffled))
        assert set(one) == set(other)


@given(graphs(), st.sets(st.integers(0, 4)), LIMITS)
def test_a_circle_never_supports_itself(stakes: list[Stake], circle: set[int], limit: Threshold) -> None:
    """Nobody is owned where nobody is listed, whatever they hold in each other."""
    inner = [Stake(one, other, Bounds(WHOLE, WHOLE)) for one in circle for other in circle]
    assert Stakes([*stakes, *inner]).reached([], limit, least=False) == {}


def test_a_long_chain_is_followed_beyond_the_wide_rounds() -> None:
    chain = [Stake(number, number + 1, Bounds(60 * UNIT, 60 * UNIT)) for number in range(500)]
    found = Closure(Columns.of(chain), 501).together([0], [], HALF)
    assert [len(numbers) for numbers in found.values()] == [500, 0]


@pytest.mark.parametrize(
    ("share", "expected"),
    [
        (Share(Decimal("33.4"), Decimal("33.4")), Bounds(334 * UNIT // 10, 334 * UNIT // 10)),
        (Share(Decimal(25), Decimal(50), low_open=True), Bounds(STEP, 2 * STEP, True)),
        (
            Share(Decimal("49.99999999999"), Decimal("49.99999999999")),
            Bounds(50 * UNIT - 1, 50 * UNIT, True, True),
        ),
    ],
)
def test_shares_are_whole_parts_or_lie_between_two(share: Share, expected: Bounds) -> None:
    assert bounds(share) == expected


def test_a_number_finer_than_the_parts_never_reaches_a_threshold_above_it() -> None:
    fine = bounds(Share(Decimal("49.99999999999"), Decimal("49.99999999999")))
    graph = Stakes([Stake(0, 1, fine)])
    assert 1 not in graph.reached([0], HALF, least=False)


def test_many_small_exact_shares_come_to_exactly_half() -> None:
    third = bounds(Share(Decimal("16.6"), Decimal("16.6")))
    rest = bounds(Share(Decimal("0.2"), Decimal("0.2")))
    stakes = [Stake(number, 9, third) for number in range(3)] + [Stake(3, 9, rest)]
    assert 9 in Stakes(stakes).reached(range(4), HALF, least=True)
    assert 9 not in Stakes(stakes).reached(range(3), HALF, least=False)


def test_contradictory_statements_decide_nothing() -> None:
    """60 of a listed and 60 of an unlisted holder cannot both be true: neither owned for sure, nor not owned."""
    stakes = Stakes([Stake(0, 2, Bounds(60 * UNIT, 60 * UNIT)), Stake(1, 2, Bounds(60 * UNIT, 60 * UNIT))])
    assert 2 not in stakes.reached([0], HALF, least=True)
    assert 2 in stakes.reached([0], HALF, least=False)
    assert stakes.contradictory(2)
    closure = Closure(Columns.of([*stakes.into(2)]), 3)
    assert [numbers.tolist() for numbers in closure.together([0], [], HALF).values()] == [[], [2]]


def test_bands_that_touch_a_hundred_do_not_end_ownership() -> None:
    """75 to 100 beside over 25 leaves no choice to the letter; the listed band still decides."""
    stakes = Stakes([Stake(0, 2, Bounds(75 * UNIT, WHOLE)), Stake(1, 2, Bounds(25 * UNIT, 50 * UNIT, low_open=True))])
    assert 2 in stakes.reached([0], HALF, least=True)
    assert 2 in stakes.reached([0], Threshold(50 * UNIT, strict=True), least=True)


def test_votes_reach_the_threshold_where_shares_do_not() -> None:
    few, many = Bounds(10 * UNIT, 10 * UNIT), Bounds(60 * UNIT, 60 * UNIT)
    stakes = Stakes([Stake(0, 1, few, votes=many)])
    assert 1 in stakes.reached([0], Threshold(50 * UNIT, strict=True, votes=True), least=True)
    assert 1 not in stakes.reached([0], Threshold(50 * UNIT, strict=True), least=False)
