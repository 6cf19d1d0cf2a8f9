"""Everybody who is owned, in a graph of millions of holdings: the fixed points of :mod:`.stakes` on columns.

The answers are those of ``Stakes.reached`` (a test compares them); each holding is looked at once.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from enduse.model.truth import Truth
from enduse.ownership.stakes import WHOLE, Stake, Threshold, always, ever

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

Sums = tuple[list[int], ...]

WIDE_ROUNDS = 64
"""Rounds on columns; a chain longer than that is followed holding by holding."""


@dataclass(frozen=True)
class Columns:
    """Holdings as columns: numbers of holder and entity, and the share in parts (see ``stakes.UNIT``)."""

    holder: Ints
    entity: Ints
    low: Ints
    high: Ints
    low_open: Flags
    high_open: Flags

    @staticmethod
    def of(stakes: Sequence[Stake], *, votes: bool = False) -> Columns:
        """The shares of some stakes, or their votes."""
        shares = [stake.votes if votes and stake.votes is not None else stake.shares for stake in stakes]
        return Columns(
            np.fromiter((stake.holder for stake in stakes), np.int64, len(stakes)),
            np.fromiter((stake.entity for stake in stakes), np.int64, len(stakes)),
            np.fromiter((share.low for share in shares), np.int64, len(stakes)),
            np.fromiter((share.high for share in shares), np.int64, len(stakes)),
            np.fromiter((share.low_open for share in shares), np.bool_, len(stakes)),
            np.fromiter((share.high_open for share in shares), np.bool_, len(stakes)),
        )


class Closure:
    """Fixed points over columns of holdings between entities 0 .. ``size`` - 1."""

    def __init__(self, columns: Columns, size: int) -> None:
        order = np.argsort(columns.holder, kind="stable")
        self._size = size
        self._entity = columns.entity[order]
        self._low = columns.low[order]
        self._high = columns.high[order]
        self._low_open = columns.low_open[order].astype(np.int64)
        self._high_open = columns.high_open[order].astype(np.int64)
        self._first = np.zeros(size + 1, np.int64)
        np.cumsum(np.bincount(columns.holder, minlength=size), out=self._first[1:])
        self._total_low = np.zeros(size, np.int64)
        self._total_low_open = np.zeros(size, np.int64)
        np.add.at(self._total_low, self._entity, self._low)
        np.add.at(self._total_low_open, self._entity, self._low_open)

    def together(self, sure: Iterable[int], perhaps: Iterable[int], limit: Threshold) -> dict[Truth, Ints]:
        """Who is owned by listed persons together.

        Args:
            sure: who is listed.
            perhaps: who may be.

        Returns:
            The entities owned for every allowed choice of shares (true) and for some (unknown), without the listed.
        """
        first = np.fromiter(sure, np.int64)
        both = np.concatenate([first, np.fromiter(perhaps, np.int64)])
        least = self._reached(first, limit, least=True)
        most = self._reached(both, limit, least=False)
        least[both] = most[both] = False
        return {Truth.TRUE: np.flatnonzero(least), Truth.UNKNOWN: np.flatnonzero(most & ~least)}

    def each_alone(self, sure: Iterable[int], perhaps: Iterable[int], limit: Threshold) -> dict[Truth, Ints]:
        """Who is owned by one listed person; as :meth:`together`."""
        first = list(sure)
        both = [*first, *perhaps]
        least = self._alone(first, limit, least=True)
        most = self._alone(both, limit, least=False)
        listed = set(both)
        return {
            Truth.TRUE: np.array(sorted(least - listed), np.int64),
            Truth.UNKNOWN: np.array(sorted(most - least - listed), np.int64),
        }

    def _reached(self, seeds: Ints, limit: Threshold, *, least: bool) -> Flags:
        member = np.zeros(self._size, np.bool_)
        member[seeds] = True
        low, high, low_open, high_open = (np.zeros(self._size, np.int64) for _ in range(4))
        frontier = np.unique(seeds)
        for _ in range(WIDE_ROUNDS):
            if not frontier.size:
                return member
            at = self._holdings_of(frontier)
            at = at[~member[self._entity[at]]]
            entity = self._entity[at]
            np.add.at(low, entity, self._low[at])
            np.add.at(low_open, entity, self._low_open[at])
            if not least:
                np.add.at(high, entity, self._high[at])
                np.add.at(high_open, entity, self._high_open[at])
            touched = np.unique(entity)
            if least:
                joins = self._always(touched, low, low_open, limit)
            else:
                joins = self._ever(touched, low, high, low_open, high_open, limit)
            frontier = touched[joins]
            member[frontier] = True
        if frontier.size:
            sums = tuple(column.tolist() for column in (low, high, low_open, high_open))
            found = bytearray(member.tobytes())
            self._follow(frontier.tolist(), limit, sums, found, least=least)
            member = np.frombuffer(found, np.bool_).copy()
        return member

    def _holdings_of(self, holders: Ints) -> Ints:
        starts, ends = self._first[holders], self._first[holders + 1]
        counts = ends - starts
        before = np.cumsum(counts) - counts
        found: Ints = np.repeat(starts - before, counts) + np.arange(int(counts.sum()), dtype=np.int64)
        return found

    def _always(self, at: Ints, low: Ints, low_open: Ints, limit: Threshold) -> Flags:
        there = low[at]
        level = there == limit.parts
        if limit.strict:
            level &= low_open[at] > 0
        enough: Flags = ((there > limit.parts) | level) & (self._total_low[at] <= WHOLE)
        return enough

    def _ever(self, at: Ints, low: Ints, high: Ints, low_open: Ints, high_open: Ints, limit: Threshold) -> Flags:
        total, total_open = self._total_low[at], self._total_low_open[at]
        uncapped = (total > WHOLE) | ((total == WHOLE) & (total_open > 0))
        room = WHOLE - (total - low[at])
        top = high[at]
        greatest = np.where(uncapped, top, np.minimum(top, room))
        if limit.strict:
            above: Flags = greatest > limit.parts
            return above
        others_closed = total_open == low_open[at]
        own_closed = high_open[at] == 0
        attained = np.where(
            uncapped | (top < room), own_closed, np.where(room < top, others_closed, others_closed & own_closed)
        )
        found: Flags = (greatest > limit.parts) | ((greatest == limit.parts) & attained)
        return found

    @cached_property
    def _lists(self) -> tuple[list[int], ...]:
        """The columns as lists, for following one holding after the other."""
        return tuple(
            column.tolist()
            for column in (
                self._first,
                self._entity,
                self._low,
                self._high,
                self._low_open,
                self._high_open,
                self._total_low,
                self._total_low_open,
            )
        )

    def _follow(
        self, frontier: Iterable[int], limit: Threshold, sums: Sums, members: bytearray, *, least: bool
    ) -> tuple[list[int], list[int]]:
        """Follow holdings one by one, adding to ``sums`` and ``members``.

        Returns:
            Who joined, and who has a sum now.
        """
        first, entities, low, high, low_open, high_open, total_low, total_low_open = self._lists
        held_low, held_high, held_low_open, held_high_open = sums
        queue, joined, touched = deque(frontier), [], []
        while queue:
            holder = queue.popleft()
            for at in range(first[holder], first[holder + 1]):
                entity = entities[at]
                if members[entity]:
                    continue
                touched.append(entity)
                held_low[entity] += low[at]
                held_high[entity] += high[at]
                held_low_open[entity] += low_open[at]
                held_high_open[entity] += high_open[at]
                if least:
                    joins = always(held_low[entity], held_low_open[entity], total_low[entity], limit)
                else:
                    joins = ever(
                        held_low[entity],
                        held_high[entity],
                        held_low_open[entity],
                        held_high_open[entity],
                        total_low[entity],
                        total_low_open[entity],
                        limit,
                    )
                if joins:
                    members[entity] = 1
                    joined.append(entity)
                    queue.append(entity)
        return joined, touched

    def _alone(self, seeds: Sequence[int], limit: Threshold, *, least: bool) -> set[int]:
        found: set[int] = set()
        sums: Sums = tuple([0] * self._size for _ in range(4))
        members = bytearray(self._size)
        for seed in seeds:
            # Whoever is owned by somebody owns nothing that this somebody does not own.
            if seed in found:
                continue
            members[seed] = 1
            joined, touched = self._follow([seed], limit, sums, members, least=least)
            found.update(joined)
            for entity in (seed, *joined):
                members[entity] = 0
            for entity in touched:
                for column in sums:
                    column[entity] = 0
        return found
