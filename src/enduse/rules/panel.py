"""Functions of situations that are asked together, so that most of them need not be asked.

Of a rulebook's rules, most rest on little: what is done, by whom, with what stated. In an order book that repeats from
line to line, while items and destinations change. What functions have found is therefore also kept together: for one
*ground* (all but item, destination and what is counted or named) the values of all that rest on it alone; for one
ground and destination, and for one ground and item, those that rest on these besides. The others are asked one by one.

Which function rests on what is not declared: it is read from the looks under which its value is kept
(:mod:`enduse.rules.reading`). A look of which nothing is known counts as resting on everything.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Generic, TypeVar

from enduse.rules.reading import DESTINATION, ITEM, MOST, Kept, apart_from_ground
from enduse.rules.situation import Situation

T = TypeVar("T")

WORTH_KEEPING = 4
"""What has come so often is kept together: less would cost more than it saves."""


class _Plan(Generic[T]):
    """What is known of one ground: values with their places among the functions, or how often a key has come.

    Attributes:
        parts: what the fixed values rest on.
    """

    __slots__ = ("by_destination", "by_item", "fixed", "open", "parts")

    def __init__(self, fixed: list[T | None], parts: int) -> None:
        self.fixed = fixed
        self.parts = parts
        self.open = tuple(place for place, value in enumerate(fixed) if value is None)
        self.by_destination: dict[Hashable, Any] = {}
        self.by_item: dict[Hashable, Any] = {}


class Panel(Generic[T]):
    """Some functions asked together.

    Args:
        functions: of which no value is None.
    """

    def __init__(self, functions: Sequence[Kept[T]]) -> None:
        self._functions = tuple(functions)
        self._plans: dict[Hashable, _Plan[T] | int] = {}

    def __len__(self) -> int:
        return len(self._functions)

    def find(self, s: Situation) -> tuple[list[T], int]:
        """The values, in the order of the functions; nothing is noted in the log of a function that calls this.

        Returns:
            the values, and the parts of the situation that they rest on.
        """
        if not self._functions:
            return [], 0
        ground = s.ground
        plan = self._plans.get(ground, 0)
        if isinstance(plan, int):
            return self._without_plan(ground, s)
        found, parts = plan.fixed.copy(), plan.parts
        if plan.open:
            destination, item = s.heading, s.item_key
            by_destination, by_item = plan.by_destination.get(destination, 0), plan.by_item.get(item, 0)
            if by_destination.__class__ is tuple:
                known, resting = by_destination
                parts |= resting
                for place, value in known:
                    found[place] = value
            if by_item.__class__ is tuple:
                known, resting = by_item
                parts |= resting
                for place, value in known:
                    found[place] = value
            asked = []
            functions = self._functions
            for place in plan.open:
                if found[place] is None:
                    value, resting = functions[place].weighed(s)
                    found[place] = value
                    parts |= resting
                    asked.append((place, value, resting))
            if by_destination.__class__ is int:
                self._add(plan.by_destination, destination, DESTINATION, asked)
            if by_item.__class__ is int:
                self._add(plan.by_item, item, ITEM, asked)
        return found, parts  # type: ignore[return-value]

    def _without_plan(self, ground: Hashable, s: Situation) -> tuple[list[T], int]:
        weighed = [function.weighed(s) for function in self._functions]
        found, parts = [value for value, _ in weighed], 0
        for _, resting in weighed:
            parts |= resting
        seen = self._plans.get(ground, 0)
        if not isinstance(seen, int):
            return found, parts  # another thread has made the plan
        if seen + 1 < WORTH_KEEPING:
            if len(self._plans) >= MOST:
                self._plans.clear()
            self._plans[ground] = seen + 1
        else:
            fixed = 0
            for _, resting in weighed:
                fixed |= 0 if apart_from_ground(resting) else resting
            self._plans[ground] = _Plan(
                [None if apart_from_ground(resting) else value for value, resting in weighed], fixed
            )
        return found, parts

    @staticmethod
    def _add(known: dict[Hashable, Any], key: Hashable, part: int, asked: Sequence[tuple[int, T, int]]) -> None:
        """Keep what was asked now and rests on the ground and this part alone."""
        seen = known.get(key, 0)
        if not isinstance(seen, int):
            return  # as above
        if seen + 1 < WORTH_KEEPING:
            if len(known) >= MOST:
                known.clear()
            known[key] = seen + 1
            return
        kept, parts = [], 0
        for place, value, resting in asked:
            if apart_from_ground(resting) | part == part:
                kept.append((place, value))
                parts |= resting
        known[key] = (tuple(kept), parts)
