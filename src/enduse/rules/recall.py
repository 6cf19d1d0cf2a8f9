"""What a whole law has answered, kept under what that rests on.

A law's answer to one item of a transaction rests on the *base* of what is given (all but item, destination, the
parties' types and countries, and what is counted or named), on the period of the law, mostly on the item, often on the
destination, and on a few looks besides: whether the value exceeds a limit, what the second party is. Which of these
is read from the looks of its rules (:mod:`enduse.rules.reading`), so that customers who differ in nothing that was
looked at share an answer.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any, Generic, TypeVar

from enduse.rules.given import Given
from enduse.rules.reading import ANYTHING, DESTINATION, ITEM, UNCLASSIFIED, Look, looks_apart

T = TypeVar("T")

MOST = 32_768
"""Values that one memory holds; then it begins anew."""

_Alike = tuple[tuple[Look, ...], dict[Hashable, Any]]
"""Values that rest on the same looks, by what these saw."""
_Only = tuple[tuple[Look, ...], Hashable, Any]
"""One value, with its looks and what these saw: most have no other beside them."""


class _Held:
    """The values of one base and period: by nothing else, by item, by destination, by both."""

    __slots__ = ("alone", "by_destination", "by_item", "by_pair")

    def __init__(self) -> None:
        self.alone: dict[Hashable, _Only | list[_Alike]] = {}
        self.by_item: dict[Hashable, _Only | list[_Alike]] = {}
        self.by_destination: dict[Hashable, _Only | list[_Alike]] = {}
        self.by_pair: dict[Hashable, _Only | list[_Alike]] = {}


class _Facing:
    """What the looks that are told apart look at: no more than what is given."""

    __slots__ = ("_given",)

    def __init__(self, given: Given) -> None:
        self._given = given


class Recall(Generic[T]):
    """A memory of values; None is no value."""

    __slots__ = ("_count", "_held")

    def __init__(self) -> None:
        self._held: dict[Hashable, _Held] = {}
        self._count = 0

    def find(self, given: Given, period: Hashable, item: Hashable) -> T | None:
        """The value for an item of what is given, or None.

        Args:
            period: the period of the law that the day lies in.
            item: equal for items that are alike to every rule.
        """
        held = self._held.get((given.base, period))
        if held is None:
            return None
        if held.alone:
            found = _among(held.alone[None], given)
            if found is not None:
                return found  # type: ignore[no-any-return]
        if alike := held.by_pair.get((item, given.heading)):
            found = _among(alike, given)
            if found is not None:
                return found  # type: ignore[no-any-return]
        if alike := held.by_item.get(item):
            found = _among(alike, given)
            if found is not None:
                return found  # type: ignore[no-any-return]
        if alike := held.by_destination.get(given.heading):
            return _among(alike, given)  # type: ignore[no-any-return]
        return None

    def keep(self, given: Given, period: Hashable, item: Hashable, parts: int, value: T) -> bool:
        """Keep a value with the parts of the situation that it rests on; False where that cannot be."""
        if parts & ANYTHING:
            return False
        if self._count >= MOST:
            self._held, self._count = {}, 0
        self._count += 1
        held = self._held.setdefault((given.base, period), _Held())
        by_item, by_destination = parts & (ITEM | UNCLASSIFIED), parts & DESTINATION
        known: dict[Hashable, _Only | list[_Alike]] = held.alone
        key: Hashable = None
        if by_item and by_destination:
            known, key = held.by_pair, (item, given.heading)
        elif by_item:
            known, key = held.by_item, item
        elif by_destination:
            known, key = held.by_destination, given.heading
        looks, facing = looks_apart(parts), _Facing(given)
        seen = tuple(look(facing) for look in looks)  # type: ignore[arg-type]
        alike = known.get(key)
        if alike is None:
            known[key] = looks, seen, value
            return True
        if isinstance(alike, tuple):
            others, before, first = alike
            alike = known[key] = [(others, {before: first})]
        values = next((values for others, values in alike if others == looks), None)
        if values is None:
            alike.append((looks, {seen: value}))
        else:
            values[seen] = value
        return True


def _among(alike: _Only | list[_Alike], given: Given) -> Any:
    facing: Any = _Facing(given)
    if isinstance(alike, tuple):
        looks, seen, found = alike
        return found if tuple([look(facing) for look in looks]) == seen else None
    for looks, values in alike:
        found = values.get(tuple([look(facing) for look in looks]))
        if found is not None:
            return found
    return None
