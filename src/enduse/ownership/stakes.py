"""Direct stakes between entities, and the least fixed point of "members hold the threshold together".

Begin with some persons; an entity joins when the shares that members hold in it directly reach the threshold; repeat.
Percentages are never multiplied along a chain, and a circle never supports itself.

Each share is an interval, and the shares in one entity never exceed 100 percent together. Two runs decide exactly:

- the *least* run takes every share at its lower end. All lower ends together are an allowed choice (they come to 100
  at most), and whatever joins there joins for every allowed choice;
- the *most* run asks of each entity alone for the greatest sum that its members can hold beside the lower ends of the
  others. The shares in one entity are free of those in another, so one allowed choice lets all these entities join.

Hence an entity is in the least run if and only if it joins for every choice, and in the most run if and only if it
joins for some choice (``docs/adr/0012-ownership.md``; compared with brute force in the tests).

Sources: OFAC revised guidance of 2014-08-13; 90 FR 47201; for one person's chain SI 2020/680 Sch. 1.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import NamedTuple

from enduse.model.transaction import Share

UNIT = 10**9
"""Parts of one percent: sums of shares are sums of whole numbers, so that 33.4 and 16.6 percent are 50 percent."""
WHOLE = 100 * UNIT


class Bounds(NamedTuple):
    """A share as an interval of whole parts; an end that is open is excluded."""

    low: int
    high: int
    low_open: bool = False
    high_open: bool = False


def bounds(share: Share) -> Bounds:
    """The share in parts; a number finer than they are lies between two of them, ends excluded."""
    low = share.low * UNIT
    high = share.high * UNIT
    whole_low = low.to_integral_value(ROUND_FLOOR)
    whole_high = high.to_integral_value(ROUND_CEILING)
    return Bounds(
        int(whole_low), int(whole_high), share.low_open or whole_low != low, share.high_open or whole_high != high
    )


def parts(percent: Decimal) -> int:
    """A threshold in parts; one finer than they are is rounded up."""
    return int((percent * UNIT).to_integral_value(ROUND_CEILING))


class Stake(NamedTuple):
    """What ``holder`` has in ``entity``, both by number.

    ``votes`` is None where they are as the shares. ``control`` names what the holder may do beyond its share. ``ref``
    leads back to the statement.
    """

    holder: int
    entity: int
    shares: Bounds
    votes: Bounds | None = None
    control: tuple[str, ...] = ()
    ref: int = 0


class Threshold(NamedTuple):
    """When a sum suffices: at ``parts``, or only above (``strict``); ``votes``: a sum of votes does as well."""

    parts: int
    strict: bool = False
    votes: bool = False


@dataclass(slots=True)
class Tally:
    """Sums over some stakes in one entity, and how many of the ends that were added are open."""

    low: int = 0
    high: int = 0
    low_opens: int = 0
    high_opens: int = 0

    def add(self, share: Bounds) -> None:
        """Count one more stake."""
        self.low += share.low
        self.high += share.high
        self.low_opens += share.low_open
        self.high_opens += share.high_open

    def always(self, limit: Threshold, all_of_entity: Tally) -> bool:
        """Whether the sum suffices for every choice; never where the entity's statements contradict each other."""
        return always(self.low, self.low_opens, all_of_entity.low, limit)

    def ever(self, limit: Threshold, all_of_entity: Tally) -> bool:
        """Whether the sum suffices for some choice."""
        total = all_of_entity
        return ever(self.low, self.high, self.low_opens, self.high_opens, total.low, total.low_opens, limit)

    def most(self, all_of_entity: Tally) -> int:
        """The greatest sum beside the other stakes in the entity."""
        total = all_of_entity
        return most(self.low, self.high, self.low_opens, self.high_opens, total.low, total.low_opens)[0]


def always(low: int, low_opens: int, total_low: int, limit: Threshold) -> bool:
    """Whether a sum of at least ``low`` (more, where ends are open) suffices for every choice.

    Never where the lower ends of all stakes in the entity, ``total_low``, leave no choice.
    """
    if total_low > WHOLE:
        return False
    return low > limit.parts or (low == limit.parts and (low_opens > 0 or not limit.strict))


def most(
    low: int, high: int, low_opens: int, high_opens: int, total_low: int, total_low_opens: int
) -> tuple[int, bool]:
    """The greatest sum beside the others in the entity, and whether it is reached itself.

    Where the lower ends of all leave no choice the statements contradict each other, and nothing caps the sum.
    """
    room = WHOLE - (total_low - low)
    if high < room or total_low > WHOLE or (total_low == WHOLE and total_low_opens):
        return high, not high_opens
    others_closed = total_low_opens == low_opens
    return room, others_closed and (room < high or not high_opens)


def ever(
    low: int, high: int, low_opens: int, high_opens: int, total_low: int, total_low_opens: int, limit: Threshold
) -> bool:
    """Whether the sum suffices for some choice."""
    greatest, reached = most(low, high, low_opens, high_opens, total_low, total_low_opens)
    return greatest > limit.parts or (greatest == limit.parts and reached and not limit.strict)


class Stakes:
    """Stakes by holder and by entity."""

    def __init__(self, stakes: Iterable[Stake]) -> None:
        self._into: dict[int, list[Stake]] = {}
        self._out: dict[int, list[Stake]] = {}
        self.votes_stated = False
        """Whether some stake has votes that differ from its shares."""
        for stake in stakes:
            self.votes_stated = self.votes_stated or stake.votes is not None
            self._into.setdefault(stake.entity, []).append(stake)
            self._out.setdefault(stake.holder, []).append(stake)
        self._totals: dict[tuple[int, bool], Tally] = {}

    def into(self, entity: int) -> list[Stake]:
        """The stakes in an entity, as stated."""
        return self._into.get(entity, [])

    def above(self, entity: int) -> set[int]:
        """The entity with everybody who holds something in it, directly or through others."""
        found, queue = {entity}, [entity]
        while queue:
            for stake in self.into(queue.pop()):
                if stake.holder not in found:
                    found.add(stake.holder)
                    queue.append(stake.holder)
        return found

    def total(self, entity: int, *, votes: bool = False) -> Tally:
        """The sums over all stakes in an entity."""
        key = (entity, votes)
        if key not in self._totals:
            tally = Tally()
            for stake in self.into(entity):
                tally.add(measured(stake, votes=votes))
            self._totals[key] = tally
        return self._totals[key]

    def contradictory(self, entity: int) -> bool:
        """Whether the statements about shares in an entity come to more than 100 percent."""
        return self.total(entity).low > WHOLE

    def held(self, entity: int, members: Collection[int], *, votes: bool = False) -> Tally:
        """The sums over the stakes of ``members`` in an entity."""
        tally = Tally()
        for stake in self.into(entity):
            if stake.holder in members:
                tally.add(measured(stake, votes=votes))
        return tally

    def reached(self, seeds: Iterable[int], limit: Threshold, *, least: bool) -> dict[int, int]:
        """Who is owned by the seeds: seeds with rank 0, the others with the rank in which they joined.

        Args:
            least: for every allowed choice of shares; else for some.
        """
        ranks = dict.fromkeys(seeds, 0)
        queue = deque(ranks)
        tallies: dict[tuple[int, bool], Tally] = {}
        measures = (False, True) if limit.votes else (False,)
        while queue:
            for stake in self._out.get(queue.popleft(), ()):
                entity = stake.entity
                if entity in ranks:
                    continue
                for votes in measures:
                    tally = tallies.setdefault((entity, votes), Tally())
                    tally.add(measured(stake, votes=votes))
                    total = self.total(entity, votes=votes)
                    if tally.always(limit, total) if least else tally.ever(limit, total):
                        ranks[entity] = len(ranks) + 1
                        queue.append(entity)
                        break
        return ranks

    def path(self, ranks: dict[int, int], target: int) -> Iterator[Stake]:
        """The stakes by which ``target`` was reached, its own holders first.

        Where it was not reached: those that count for it all the same.
        """
        queue, seen = deque([target]), {target}
        while queue:
            entity = queue.popleft()
            before = ranks.get(entity, len(ranks) + 2)
            for stake in self.into(entity):
                rank = ranks.get(stake.holder, before)
                if rank >= before:
                    continue
                yield stake
                if rank and stake.holder not in seen:
                    seen.add(stake.holder)
                    queue.append(stake.holder)


def measured(stake: Stake, *, votes: bool) -> Bounds:
    """The shares or the votes of a stake."""
    return stake.votes if votes and stake.votes is not None else stake.shares
