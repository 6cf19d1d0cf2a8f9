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

from enduse.rules.reading import DESTINATION, ITEM, MOST, Kept, rests_on
from enduse.rules.situation import Situation

T = TypeVar("T")

WORTH_KEEPING = 4
"""What has come so often is kept together: less would cost more than it saves."""


class _Plan(Generic[T]):
    """What is known of one ground: values with their places among the functions, or how often a key has come."""

    __slots__ = ("by_destination", "by_item", "fixed", "open")

    def __init__(self, fixed: list[T | None]) -> None:
        self.fixed = fixed
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

    def find(self, s: Situation) -> list[T]:
        """The values, in the order of the functions; nothing is noted in the log of a function that calls this."""
        ground = s.ground
        plan = self._plans.get(ground, 0)
        if isinstance(plan, int):
            return self._without_plan(ground, s)
        found = plan.fixed.copy()
        if plan.open:
            destination, item = s.heading, s.item_key
            by_destination, by_item = plan.by_destination.get(destination, 0), plan.by_item.get(item, 0)
            if by_destination.__class__ is tuple:
                for place, value in by_destination:
                    found[place] = value
            if by_item.__class__ is tuple:
                for place, value in by_item:
                    found[place] = value
            functions = self._functions
            for place in plan.open:
                if found[place] is None:
                    found[place] = functions[place].find(s)
            if by_destination.__class__ is int:
                self._add(plan, plan.by_destination, destination, DESTINATION, found, s)
            if by_item.__class__ is int:
                self._add(plan, plan.by_item, item, ITEM, found, s)
        return found  # type: ignore[return-value]

    def _without_plan(self, ground: Hashable, s: Situation) -> list[T]:
        found = [function.find(s) for function in self._functions]
        seen = self._plans.get(ground, 0)
        if not isinstance(seen, int):
            return found  # another thread has made the plan
        if seen + 1 < WORTH_KEEPING:
            if len(self._plans) >= MOST:
                self._plans.clear()
            self._plans[ground] = seen + 1
        else:
            self._plans[ground] = _Plan(
                [
                    value if rests_on(function, s) == 0 else None
                    for function, value in zip(self._functions, found, strict=True)
                ]
            )
        return found

    def _add(
        self,
        plan: _Plan[T],
        known: dict[Hashable, Any],
        key: Hashable,
        part: int,
        found: Sequence[T | None],
        s: Situation,
    ) -> None:
        seen = known.get(key, 0)
        if not isinstance(seen, int):
            return  # as above
        if seen + 1 < WORTH_KEEPING:
            if len(known) >= MOST:
                known.clear()
            known[key] = seen + 1
            return
        known[key] = tuple(
            (place, value)
            for place in plan.open
            if rests_on(self._functions[place], s) | part == part and (value := found[place]) is not None
        )
