"""Functions of situations that are asked together, so that most of them need not be asked.

Of a rulebook's rules, most rest on little: what is done, from where, with what stated. In an order book that repeats
from line to line, while customers, items and destinations change. What functions have found is therefore also kept
together, level by level: for one *base* (all but the parties' types and countries, item, destination and what is
counted or named) the values of all that rest on it alone; for one base and item, those that rest on the item besides;
and so on for every two of types, item and destination. The others are asked one by one.

Which function rests on what is not declared: it is read from the looks under which its value is kept
(:mod:`enduse.rules.reading`). A look of which nothing is known counts as resting on everything.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any, Generic, TypeVar

from enduse.rules.looks import the_same
from enduse.rules.reading import DESTINATION, ITEM, MOST, Kept, of_kinds
from enduse.rules.situation import Situation

T = TypeVar("T")

WORTH_KEEPING = 4
"""What has come so often is kept together: less would cost more than it saves."""
PAIRS = 32_768
"""Pairs of item and destination that a plan holds; then it begins anew."""
KINDS = 16
"""The part of the parties' types and countries, beside :data:`DESTINATION` and :data:`ITEM`."""
_LEVELS = (KINDS, DESTINATION, ITEM, DESTINATION | ITEM, KINDS | DESTINATION, KINDS | ITEM)
_NOTHING: tuple[tuple[int, ...], tuple[Any, ...], int] = (), (), 0


class _Plan(Generic[T]):
    """What is known of one base.

    Attributes:
        fixed: the values that rest on it alone, by the places of the functions.
        parts: what these rest on.
        open: the places of the others.
        levels: parts that values rest on, with what is kept by the parts' values: places, their values, and what these
            rest on, or how often the parts have come.
    """

    __slots__ = ("fixed", "levels", "open", "parts")

    def __init__(self, fixed: list[T | None], parts: int) -> None:
        self.fixed = fixed
        self.parts = parts
        self.open = tuple(place for place, value in enumerate(fixed) if value is None)
        self.levels: tuple[tuple[int, dict[int, Any]], ...] = tuple([(level, {}) for level in _LEVELS])


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
        base = s.base
        plan = self._plans.get(base, 0)
        if isinstance(plan, int):
            return self._without_plan(base, s)
        found, parts = plan.fixed.copy(), plan.parts
        if not plan.open:
            return found, parts  # type: ignore[return-value]
        kinds, destination, item = s.numbers
        unseen = []
        for (level, known), key in zip(
            plan.levels,
            (kinds, destination, item, destination << 32 | item, kinds << 32 | destination, kinds << 32 | item),
            strict=True,
        ):
            kept = known.get(key, 0)
            if kept.__class__ is tuple:
                places, values, resting = kept
                parts |= resting
                for place, value in zip(places, values, strict=True):
                    found[place] = value
            else:
                unseen.append((level, known, key, kept))
        functions, asked = self._functions, []
        for place in plan.open:
            if found[place] is None:
                value, resting = functions[place].weighed(s)
                found[place] = value
                parts |= resting
                asked.append((place, value, resting))
        for level, known, key, times in unseen:
            self._add(level, known, key, times, asked)
        return found, parts  # type: ignore[return-value]

    def _without_plan(self, base: Hashable, s: Situation) -> tuple[list[T], int]:
        weighed = [function.weighed(s) for function in self._functions]
        found, parts = [value for value, _ in weighed], 0
        for _, resting in weighed:
            parts |= resting
        seen = self._plans.get(base, 0)
        if not isinstance(seen, int):
            return found, parts  # another thread has made the plan
        if seen + 1 < WORTH_KEEPING:
            if len(self._plans) >= MOST:
                self._plans.clear()
            self._plans[base] = seen + 1
        else:
            fixed = 0
            for _, resting in weighed:
                fixed |= 0 if _level_of(resting) else resting
            self._plans[base] = _Plan([None if _level_of(resting) else value for value, resting in weighed], fixed)
        return found, parts

    @staticmethod
    def _add(level: int, known: dict[int, Any], key: int, times: int, asked: Sequence[tuple[int, T, int]]) -> None:
        """Keep what was asked now and rests on the base and these parts alone."""
        pair = level == DESTINATION | ITEM
        if times + 1 < WORTH_KEEPING and not pair:
            if len(known) >= MOST:
                known.clear()
            known[key] = times + 1
            return
        if len(known) >= (PAIRS if pair else MOST) and key not in known:
            known.clear()
        kept = [one for one in asked if _level_of(one[2]) | level == level]
        parts = 0
        for _, _, resting in kept:
            parts |= resting
        places = the_same(tuple([place for place, _, _ in kept]))
        known[key] = (places, tuple([value for _, value, _ in kept]), parts) if kept else _NOTHING


def _level_of(parts: int) -> int:
    """The parts with those of the parties' kinds as one; 0 for what rests on the base alone."""
    kinds, others = of_kinds(parts)
    return others | KINDS if kinds else others
