"""Condition trees, made into functions once: ``all / any / not`` over named predicates and named conditions.

Equal conditions of one rulebook are one function with one memory (:mod:`enduse.rules.reading`), wherever they stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from enduse.model.errors import BadInput
from enduse.rules.answer import TRUE, Answer, both, either, negated
from enduse.rules.predicates import REGISTRY, Predicate
from enduse.rules.reading import Condition
from enduse.rules.situation import Situation

Asks = Callable[[Situation], Answer]


class Conditions:
    """The conditions of one rulebook.

    Args:
        definitions: the rulebook's named conditions.
    """

    def __init__(self, definitions: Mapping[str, Any]) -> None:
        self._definitions = definitions
        self._kept: dict[str, Condition] = {}
        self._same: dict[tuple[object, ...], Answer] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def function(self, condition: Any, *, where: str = "") -> Asks:
        """The function that a condition tree means.

        Raises:
            BadInput: the tree holds something that is no condition (``rules lint`` finds it beforehand).
        """
        if condition == "always":
            return _always
        if not isinstance(condition, Mapping) or len(condition) != 1:
            raise BadInput("a condition has exactly one key: all, any, not, defined or a predicate", where=where)
        ((key, argument),) = condition.items()
        if key in ("all", "any"):
            parts = tuple(self.function(part, where=where) for part in argument)
            return _all(parts) if key == "all" else _any(parts)
        if key == "not":
            return _not(self.function(argument, where=where))
        if key == "defined":
            return self._defined(argument, where)
        found = REGISTRY.get(key)
        if found is None:
            raise BadInput(
                f"no predicate is called {key!r}", where=where, remedy=f"known: {', '.join(sorted(REGISTRY))}"
            )
        return self.kept(f"{key} {argument!r}", _predicate(found, argument))

    def kept(self, name: str, function: Asks) -> Condition:
        """The condition of this name, made with ``function`` where there is none yet."""
        found = self._kept.get(name)
        if found is None:
            found = self._kept[name] = Condition(function, len(self._kept), self._the_same)
        return found

    def _defined(self, name: str, where: str) -> Condition:
        key = f"defined: {name}"
        if key in self._kept:
            return self._kept[key]
        made: list[Asks] = []
        # There before its parts are: a condition that is defined by itself is for `rules lint` to find.
        condition = self.kept(key, lambda s: made[0](s).described(key))
        made.append(self.function(self._definitions.get(name), where=f"{where}, {name}"))
        return condition

    def _the_same(self, answer: Answer) -> Answer:
        if len(self._same) > 100_000:
            self._same.clear()
        return self._same.setdefault(answer.said, answer)


def _always(_: Situation) -> Answer:
    return TRUE


def _all(parts: tuple[Asks, ...]) -> Asks:
    return lambda s: both(part(s) for part in parts).described("all of")


def _any(parts: tuple[Asks, ...]) -> Asks:
    return lambda s: either(part(s) for part in parts).described("any of")


def _not(part: Asks) -> Asks:
    return lambda s: negated(part(s)).described("not")


def _predicate(found: Predicate, argument: Any) -> Asks:
    function, shown = found.function, f"{found.name}: {_shown(argument)}"

    def ask(s: Situation) -> Answer:
        answer = function(s, argument)
        return answer.described(shown, "; ".join(answer.notes) or ", ".join(sorted(answer.cells)))

    return ask


def _shown(argument: Any) -> str:
    if isinstance(argument, list):
        return ", ".join(map(str, argument))
    if isinstance(argument, Mapping):
        return ", ".join(f"{key}={_shown(value)}" for key, value in argument.items())
    return str(argument)
