"""Brute force: every allowed choice of shares in a small graph, and who is owned in each.

Written apart from the engine: shares are single numbers here, sums are added up anew each time.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Sequence

from hypothesis import strategies as st

from enduse.ownership.stakes import UNIT, WHOLE, Bounds, Stake, Threshold

STEP = 25 * UNIT
"""All ends lie on multiples of it, so that a sum changes sides only near such a multiple."""
NEAR = (-2, -1, 0, 1, 2)


def inside(number: int, share: Bounds) -> bool:
    above = number > share.low if share.low_open else number >= share.low
    below = number < share.high if share.high_open else number <= share.high
    return above and below


def choices(share: Bounds) -> list[int]:
    """Numbers that stand for all in the interval: at and close to every multiple of the step."""
    numbers = {step + near for step in range(0, WHOLE + 1, STEP) for near in NEAR}
    return sorted(number for number in numbers if inside(number, share) and 0 <= number <= WHOLE)


def allowed(stakes: Sequence[Stake]) -> bool:
    """Whether the statements about each entity leave a choice."""
    for entity in {stake.entity for stake in stakes}:
        into = [stake.shares for stake in stakes if stake.entity == entity]
        low = sum(share.low for share in into)
        if low > WHOLE or (low == WHOLE and any(share.low_open for share in into)):
            return False
    return True


def reach(total: int, limit: Threshold) -> bool:
    return total > limit.parts if limit.strict else total >= limit.parts


def patterns(stakes: Sequence[Stake], entity: int, limit: Threshold) -> set[frozenset[frozenset[int]]]:
    """For every allowed choice of the shares in one entity: which sets of holders reach the threshold together."""
    into = [stake for stake in stakes if stake.entity == entity]
    positions = range(len(into))
    groups = [group for size in range(len(into) + 1) for group in itertools.combinations(positions, size)]
    found = set()
    for numbers in itertools.product(*(choices(stake.shares) for stake in into)):
        if sum(numbers) <= WHOLE:
            found.add(
                frozenset(
                    frozenset(into[position].ref for position in group)
                    for group in groups
                    if reach(sum(numbers[position] for position in group), limit)
                )
            )
    return found


def worlds(stakes: Sequence[Stake], limit: Threshold) -> Iterator[dict[int, frozenset[frozenset[int]]]]:
    """Every combination of the entities' patterns."""
    entities = sorted({stake.entity for stake in stakes})
    for combination in itertools.product(*(patterns(stakes, entity, limit) for entity in entities)):
        yield dict(zip(entities, combination, strict=True))


def members(stakes: Sequence[Stake], world: dict[int, frozenset[frozenset[int]]], seeds: Collection[int]) -> set[int]:
    """The least fixed point in one world, by repeating until nothing changes."""
    found = set(seeds)
    while True:
        joining = {
            entity
            for entity, reaching in world.items()
            if entity not in found
            and frozenset(stake.ref for stake in stakes if stake.entity == entity and stake.holder in found) in reaching
        }
        if not joining:
            return found
        found |= joining


@st.composite
def graphs(draw: st.DrawFn, size: int = 5, most_holders: int = 3) -> list[Stake]:
    """Small graphs with circles, several holders, exact, banded and unknown shares; contradictions left out."""
    stakes: list[Stake] = []
    for entity in range(size):
        holders = draw(st.lists(st.integers(0, size - 1), max_size=most_holders, unique=True))
        for holder in holders:
            low, high = sorted(draw(st.tuples(st.integers(0, 4), st.integers(0, 4))))
            if draw(st.booleans()):
                high = low
            open_ends = (draw(st.booleans()), draw(st.booleans())) if low < high else (False, False)
            stake = Stake(holder, entity, Bounds(low * STEP, high * STEP, *open_ends), ref=len(stakes))
            if allowed([*stakes, stake]):
                stakes.append(stake)
    return stakes


LIMITS = st.sampled_from([Threshold(2 * STEP), Threshold(2 * STEP, strict=True)])
