"""What an answer has read, and answers kept under it.

A rule looks at a transaction only through its :class:`~enduse.rules.situation.Situation`, and every look is noted while
an answer is being found. Equal looks with equal results therefore mean an equal answer: it is found once and kept in a
tree, each fork of which is one look and each branch one result of it. A rule that the first look settles (the activity,
the destination, no party on the list) costs one look from then on, whatever the transaction.

Nothing has to be declared: a look that a predicate begins to take is noted like any other, and a look that cannot be
compared (the whole transaction, owners) makes that the answer is not kept. The idea is that of recorded dependencies,
as in build systems: A. Mokhov, N. Mitchell, S. Peyton Jones, Build Systems a la Carte (2018), section 4.2.2
(constructive traces).
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from enduse.rules.answer import Answer
    from enduse.rules.situation import Situation

T = TypeVar("T")
Look = Callable[["Situation"], Hashable]
"""One look at a situation; it notes nothing itself. The same look is the same object, always."""

MOST = 4_096
"""Answers that a rulebook's other memories keep; then they begin anew, so that memory stays bounded."""
MOST_OF_ONE, MOST_OF_ALL = 32_768, 400_000
"""Answers that one function keeps, and that all keep together: few rest on so much as to have more than a hundred."""


DESTINATION, ITEM, ANYTHING, UNCLASSIFIED = 1, 2, 4, 8
"""What a look rests on besides the base of a situation (:attr:`~enduse.rules.situation.Situation.base`); a
look that is told apart has a further bit of its own."""

_kept = 0
_FEW = 64
_RESTING: dict[Look, int] = {}
_APART: list[Look] = []
_ONE_AT_A_TIME = threading.Lock()
_FIRST = 32
_MOST_APART = 240
_kinds = 0


def resting_on(part: int, look: Look) -> Look:
    """Say what a look rests on; one of which nothing is said counts as resting on anything."""
    _RESTING[look] = part
    return look


def told_apart(look: Look, *, of_kinds: bool = False) -> Look:
    """Give a look at what is given alone (parties, value, day) a bit of its own; the first few hundred have one.

    Args:
        of_kinds: it sees a party's type or country.
    """
    global _kinds  # noqa: PLW0603  grows with the looks
    with _ONE_AT_A_TIME:
        if len(_APART) < _MOST_APART:
            bit = _FIRST << len(_APART)
            _APART.append(look)
            _RESTING[look] = bit
            if of_kinds:
                _kinds |= bit
    return look


def of_kinds(parts: int) -> tuple[int, int]:
    """The parts that are parties' types and countries, and the others but for what any base knows."""
    return parts & _kinds, parts & ~_kinds & ~UNCLASSIFIED


def looks_apart(parts: int) -> tuple[Look, ...]:
    """The looks that have bits of their own among the parts."""
    return tuple(look for number, look in enumerate(_APART) if parts & (_FIRST << number))


class Log:
    """The looks taken while one answer is being found.

    Attributes:
        seen: each look with what it saw, in order.
        bound: whether the repetition's own party, listing or row was looked at.
        unkept: whether something was looked at that cannot be compared.
    """

    __slots__ = ("bound", "seen", "unkept")

    def __init__(self) -> None:
        self.seen: dict[Look, Hashable] = {}
        self.bound = False
        self.unkept = False

    def take_over(self, other: Log) -> None:
        """Note what a part of the answer has looked at."""
        for look, result in other.seen.items():
            self.seen.setdefault(look, result)
        self.bound = self.bound or other.bound
        self.unkept = self.unkept or other.unkept


class Reader:
    """The log that is being written; all situations of one transaction share it."""

    __slots__ = ("log",)

    def __init__(self) -> None:
        self.log: Log | None = None


Steps = tuple[tuple[Look, Hashable], ...]
"""Looks with their results."""


class _Fork:
    """One look, and what follows each of its results."""

    __slots__ = ("branches", "look")

    def __init__(self, look: Look, branches: dict[Hashable, Any]) -> None:
        self.look = look
        self.branches = branches


class _Run:
    """Looks that have had one result each so far, and what follows them: most of a tree, in little memory."""

    __slots__ = ("steps", "then")

    def __init__(self, steps: Steps, then: Any) -> None:
        self.steps = steps
        self.then = then


class _Leaf:
    """A value, with what its path rests on: parts, and conditions that rest on more."""

    __slots__ = ("asked", "parts", "value")

    def __init__(self, log: Log, value: Any) -> None:
        self.value = value
        parts, asked = 0, []
        for look in log.seen:
            condition = getattr(look, "__self__", None)
            if isinstance(condition, Condition):
                asked.append(condition)
            else:
                parts |= _RESTING.get(look, ANYTHING)
        self.parts = parts
        self.asked = tuple(asked)

    def rests_on(self, s: Situation) -> int:
        """The parts that the value rests on for a situation that has this path."""
        parts = self.parts
        for condition in self.asked:
            parts |= condition.rests_on(s)
        return parts


class Kept(Generic[T]):
    """A function of situations that is pure in what it reads; its values are kept. None is no value."""

    __slots__ = ("_count", "_function", "_root")

    def __init__(self, function: Callable[[Situation], T]) -> None:
        self._function = function
        self._root: Any = None
        self._count = 0

    def find(self, s: Situation) -> T:
        """The value, kept or found now; nothing is noted in the log of a function that calls this."""
        # The walk is written out where it is taken most: calls would cost more than it does.
        node = self._root
        while True:
            if node.__class__ is _Fork:
                node = node.branches.get(node.look(s))
            elif node.__class__ is _Run:
                for look, result in node.steps:
                    if look(s) != result:
                        node = None
                        break
                else:
                    node = node.then
            else:
                break
        if node is not None:
            kept: T = node.value
            return kept
        found, log = self._found(s)
        if not log.unkept:
            self._keep(log, found)
        return found

    def weighed(self, s: Situation) -> tuple[T, int]:
        """As :meth:`find`, with the parts of the situation that the value rests on."""
        leaf = self._leaf(s)
        if leaf is None:
            found, log = self._found(s)
            leaf = None if log.unkept else self._keep(log, found)
            if leaf is None:
                return found, ANYTHING
        value: T = leaf.value
        return value, leaf.rests_on(s)

    def _leaf(self, s: Situation) -> _Leaf | None:
        node = self._root
        while True:
            if node.__class__ is _Fork:
                node = node.branches.get(node.look(s))
            elif node.__class__ is _Run:
                for look, result in node.steps:
                    if look(s) != result:
                        return None
                node = node.then
            else:
                leaf: _Leaf | None = node
                return leaf

    def noted(self, s: Situation) -> T:
        """The value; what it rests on is noted in the log of the function that calls this."""
        outer = s.reader.log
        node = self._root
        read = Log()
        while True:
            if node.__class__ is _Fork:
                read.seen[node.look] = result = node.look(s)
                node = node.branches.get(result)
            elif node.__class__ is _Run:
                for look, result in node.steps:
                    read.seen[look] = now = look(s)
                    if now != result:
                        node = None
                        break
                else:
                    node = node.then
            else:
                break
        if node is not None:
            value: T = node.value
        else:
            value, read = self._found(s)
            if not read.unkept:
                self._keep(read, value)
        if outer is not None:
            outer.take_over(read)
        return value

    def _found(self, s: Situation) -> tuple[T, Log]:
        reader = s.reader
        outer, log = reader.log, Log()
        reader.log = log
        try:
            return self._function(s), log
        finally:
            reader.log = outer

    def _keep(self, log: Log, value: T) -> _Leaf | None:
        global _kept  # noqa: PLW0603  of all functions
        if self._count >= MOST_OF_ONE or (_kept >= MOST_OF_ALL and self._count >= _FEW):
            self._root, _kept, self._count = None, _kept - self._count, 0
        self._count += 1
        _kept += 1
        leaf = _Leaf(log, value)
        self._root = _with(self._root, tuple(log.seen.items()), leaf)
        return leaf


def _run(steps: Steps, then: Any) -> Any:
    return _Run(steps, then) if steps else then


def _with(node: Any, steps: Steps, value: Any) -> Any:
    """The tree with one more path; the same looks before give the same look next."""
    if node is None:
        return _run(steps, value)
    if node.__class__ is _Fork:
        look, result = steps[0]
        assert node.look is look, "a condition reads past its situation"
        node.branches[result] = _with(node.branches.get(result), steps[1:], value)
        return node
    if node.__class__ is _Run:
        pairs = zip(node.steps, steps, strict=False)
        place = next((n for n, (old, new) in enumerate(pairs) if old[1] != new[1]), None)
        if place is None:
            node.then = _with(node.then, steps[len(node.steps) :], value)
            return node
        (look, before), (other, now) = node.steps[place], steps[place]
        assert look is other, "a condition reads past its situation"
        branches = {before: _run(node.steps[place + 1 :], node.then), now: _run(steps[place + 1 :], value)}
        return _run(steps[:place], _Fork(look, branches))
    return value  # the path is there already: another thread has kept it


class Condition(Kept["Answer"]):
    """A condition whose answer is kept; for the functions that ask it, it is a look of its own.

    Args:
        number: its place among the conditions of the rulebook: one transaction asks each condition once.
        same: gives the one object that stands for all equal answers.
    """

    __slots__ = ("_apart", "_number", "_same", "look")

    def __init__(self, function: Callable[[Situation], Answer], number: int, same: Callable[[Answer], Answer]) -> None:
        super().__init__(function)
        self._number = number
        self._same = same
        self._apart = False
        self.look: Look = self._look

    def __call__(self, s: Situation) -> Answer:
        """The answer; noted as one look, or as those it rests on where they are the repetition's own."""
        if self._apart or s.apart:
            return self._function(s)
        log = s.reader.log
        if log is None:
            return self._look(s)
        answer = s.answers[self._number] or self._kept_for(s)
        if answer is None:
            answer, read = self._asked_anew(s)
            if read is not None:
                log.take_over(read)
                return answer
        log.seen.setdefault(self.look, answer)
        return answer

    def _kept_for(self, s: Situation) -> Answer | None:
        leaf = self._leaf(s)
        return None if leaf is None else leaf.value

    def rests_on(self, s: Situation) -> int:
        """The parts of the situation that the answer rests on; it has been asked."""
        known = s.resting[self._number]
        if isinstance(known, int):
            return known
        leaf = known if isinstance(known, _Leaf) else self._leaf(s)
        parts = s.resting[self._number] = ANYTHING if leaf is None else leaf.rests_on(s)
        return parts

    def _look(self, s: Situation) -> Answer:
        answer = s.answers[self._number]
        if answer is not None:
            return answer
        node = self._root
        while True:
            if node.__class__ is _Fork:
                node = node.branches.get(node.look(s))
            elif node.__class__ is _Run:
                for look, result in node.steps:
                    if look(s) != result:
                        node = None
                        break
                else:
                    node = node.then
            else:
                break
        if node is None:
            return self._asked_anew(s)[0]
        known: Answer = node.value
        s.answers[self._number] = known
        s.resting[self._number] = node
        return known

    def _asked_anew(self, s: Situation) -> tuple[Answer, Log | None]:
        """The answer, with what it has read where that does not make it one to keep."""
        found, read = self._found(s)
        if read.bound or read.unkept:
            self._apart = read.bound
            return found, read
        answer = s.answers[self._number] = self._same(found)
        s.resting[self._number] = self._keep(read, answer)
        return answer, None
