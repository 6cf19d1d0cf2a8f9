"""What a rule sees: one item of one transaction on one day, with the parties' listings and the stated facts.

Every look at a situation is noted (:mod:`enduse.rules.reading`), as narrowly as it is taken: a rule that asks for a
party's role rests on the role, not on the party's name.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import fields, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, TypeVar

from enduse.model.time import Interval
from enduse.model.transaction import Activity, FactValue, Item, Role, Transaction
from enduse.model.truth import Truth
from enduse.rules.answer import Answer, unknown
from enduse.rules.facts import FactBook
from enduse.rules.given import DEEMED, Given, OwnershipOracle, World, governing
from enduse.rules.looks import (
    ACTIVITY,
    AFFIRMED,
    DAY,
    DESTINATION_OF,
    ERA,
    FACTS,
    ITEM_OF,
    LISTED,
    MEMORY,
    OPEN_CODES,
    ORIGIN,
    ROLES,
    SHIPPED_TO,
    UNCLASSIFIED_IS,
    WORTH,
    comparable,
    fact_look,
    listed_look,
    number_of,
    worth_look,
)
from enduse.rules.reading import Log, Look, Reader, resting_on, told_apart
from enduse.rules.seen import SeenParty, SeenView
from enduse.rules.tables import Row, Tables

V = TypeVar("V")

_UNSEEN: Mapping[str, Any] = {"description": "", "codes": ()}
"""Parts of an item that no rule sees; a rulebook's rules see the code of its own law."""
_seen_of = attrgetter(*(part.name for part in fields(Item) if part.name not in _UNSEEN))


class Situation:
    """One item of one transaction, as a rulebook's rules see it.

    Args:
        item: as classified under the rulebook's law; its description is for readers and no rule sees it.
        unclassified: the item's code is none of this law's, and nobody has said which of its codes is the item's.
        conditions: how many conditions the rulebook has.
    """

    __slots__ = (
        *("_affirmed", "_bound", "_elsewhere", "_era", "_given", "_item", "_item_key", "_item_named", "_open_codes"),
        *("_numbers", "_unclassified", "_world", "answers", "apart", "reader", "resting"),
    )

    def __init__(
        self, world: World, given: Given, item: Item, *, unclassified: bool = False, conditions: int = 0
    ) -> None:
        self._world = world
        self._given = given
        self._era = world.era(given.day)
        self._item = replace(item, **_UNSEEN) if item.description or item.codes else item
        self._item_key = tuple(map(comparable, _seen_of(self._item)))
        self._numbers: tuple[int, int, int] | None = None
        self._item_named = False
        self._elsewhere: str | None = None
        self._unclassified = unclassified
        self._affirmed: tuple[str, ...] = ()
        self._open_codes: tuple[str, ...] = ()
        self._bound: Mapping[str, object] = {}
        self.answers: list[Answer | None] = [None] * conditions
        self.resting: list[object] = [None] * conditions
        self.apart = False
        self.reader = Reader()

    # --- situations made of this one

    def binding(self, bound: Mapping[str, object]) -> Situation:
        """The same, with what a rule is repeated over."""
        other = self._copy()
        other._bound = bound
        return other

    def about(self, code: str) -> Situation:
        """The same, about another item: one that this one has named."""
        other = self._copy()
        other._item = Item(code)
        other._item_named = other.apart = True
        return other

    def towards(self, code: str) -> Situation:
        """The same, with another destination: one that a look has given."""
        other = self._copy()
        other._bound = {}
        other._elsewhere = code
        if self.activity in DEEMED:
            # Where the release goes follows from these, and from the destination.
            self.stated("nationality"), self.stated("release_in"), self.origin
            other._elsewhere = governing(replace(self._given.transaction, destination=code))
        other.apart = True
        return other

    def after(self, affirmed: tuple[str, ...], open_codes: tuple[str, ...]) -> Situation:
        """The same on the second pass, which knows the reasons found."""
        other = self._copy()
        other._affirmed, other._open_codes = affirmed, open_codes
        other.answers = [None] * len(self.answers)
        other.resting = [None] * len(self.answers)
        other.reader = Reader()
        return other

    def _copy(self) -> Situation:
        other = object.__new__(Situation)
        other._world = self._world
        other._given = self._given
        other._era = self._era
        other._item = self._item
        other._item_key = self._item_key
        other._numbers = self._numbers
        other._item_named = self._item_named
        other._elsewhere = self._elsewhere
        other._unclassified = self._unclassified
        other._affirmed = self._affirmed
        other._open_codes = self._open_codes
        other._bound = self._bound
        other.answers = self.answers
        other.resting = self.resting
        other.apart = self.apart
        other.reader = self.reader
        return other

    # --- what answers are kept together under; see :mod:`enduse.rules.panel`

    @property
    def base(self) -> Hashable:
        """Equal for situations alike but for parties' kinds, item, destination, and what is counted or named."""
        return (self._given.base, self._era, self._unclassified, self._affirmed, self._open_codes)

    @property
    def numbers(self) -> tuple[int, int, int]:
        """Of the parties' types and countries, destination and item: equal for those that no rule can tell apart."""
        if self._numbers is None:
            given = self._given
            self._numbers = given.kinds, given.heading, number_of(self._item_key)
        return self._numbers

    def _note(self, look: Look, result: Hashable) -> None:
        log = self.reader.log
        if log is not None:
            log.seen.setdefault(look, result)

    # --- what the rulebook says: not noted

    @property
    def tables(self) -> Tables:
        """The rulebook's tables."""
        return self._world.tables

    @property
    def facts(self) -> FactBook:
        """The declared facts."""
        return self._world.facts

    @property
    def verified_to(self) -> dt.date:
        """Last day to which somebody has checked the law."""
        return self._world.verified_to

    @property
    def definitions(self) -> Mapping[str, Any]:
        """The rulebook's named conditions."""
        return self._world.definitions

    def defined(self, name: str) -> Answer:
        """The answer of one of the rulebook's named conditions; noted as those of any condition are."""
        return self._world.defined(name)(self)

    @property
    def closed_world(self) -> bool:
        """Whether facts not stated take their closed-world value."""
        return self._world.closed_world

    @property
    def strict(self) -> bool:
        """Whether presumptions become questions."""
        return self._world.strict

    @property
    def open_facts(self) -> frozenset[str]:
        """Facts that stay open although the world is closed."""
        return self._world.open_facts

    # --- what the transaction says: noted

    @property
    def day(self) -> dt.date:
        """The date as of which the law is applied; where only a change of the law matters, see :meth:`holds`."""
        self._note(DAY, self._given.day)
        return self._given.day

    def holds(self, row: Row) -> bool:
        """Whether a row of a table is in force on the day."""
        interval = row.interval
        return self.within(interval)

    def in_era(self, key: Hashable, find: Callable[[], V]) -> V:
        """What follows from a key and the rulebook as it is on the day; found once for each era and kept.

        Args:
            key: everything else that ``find`` rests on.
        """
        self._note(ERA, self._era)
        memory = self._world.memory
        full = key, self._era
        found: V | None = memory.get(full)
        if found is not None:
            return found
        outer, log = self.reader.log, Log()
        self.reader.log = log
        try:
            found = find()
        finally:
            self.reader.log = outer
        if log.unkept or log.bound or any(look is not ERA for look in log.seen):
            # It rests on more than it says: then it is no more than a part of what is being found.
            if outer is not None:
                outer.take_over(log)
            return found
        if len(memory) >= MEMORY:
            memory.clear()
        memory[full] = found
        return found

    def within(self, interval: Interval) -> bool:
        """Whether the day lies in an interval of the rulebook."""
        if interval.start is None and interval.end is None:
            return True
        self._change(interval.start, interval.end)
        return self._given.day in interval

    def since(self, day: dt.date) -> bool:
        """Whether a day of the rulebook has come."""
        self._change(day)
        return self._given.day >= day

    def _change(self, *days: dt.date | None) -> None:
        if all(day is None or day in self._world.dates for day in days):
            self._note(ERA, self._era)
        else:
            self._note(DAY, self._given.day)

    @property
    def activity(self) -> Activity:
        """What is done with the item."""
        self._note(ACTIVITY, self._given.activity)
        return self._given.transaction.activity

    @property
    def origin(self) -> str | None:
        """Where the items come from, or None where nobody has said."""
        origin = self._given.transaction.origin
        self._note(ORIGIN, origin)
        return origin

    @property
    def destination(self) -> str:
        """Country whose requirements govern: the release's nationality for a deemed export, else the destination.

        Source: 15 CFR 734.13(b), 734.14(b).
        """
        if self._elsewhere is not None:
            return self._elsewhere
        destination = self._given.destination
        self._note(DESTINATION_OF, destination)
        return destination

    @property
    def shipped_to(self) -> str:
        """The destination as the transaction states it."""
        destination = self._given.transaction.destination
        self._note(SHIPPED_TO, destination)
        return destination

    @property
    def item(self) -> Item:
        """The item under this law's classification."""
        if not self._item_named:
            self._note(ITEM_OF, self._item_key)
        return self._item

    @property
    def unclassified(self) -> bool:
        """Whether the item's code is none of this law's."""
        self._note(UNCLASSIFIED_IS, self._unclassified)
        return self._unclassified

    def worth_at_most(self, amount: Decimal, currency: str) -> bool | None:
        """Whether the transaction's value does not exceed an amount; None where none is stated in the currency."""
        sign = self._worth(amount, currency)
        return None if sign is None else sign <= 0

    def worth_at_least(self, amount: Decimal, currency: str) -> bool | None:
        """Whether the transaction's value is an amount or more; None where none is stated in the currency."""
        sign = self._worth(amount, currency)
        return None if sign is None else sign >= 0

    def _worth(self, amount: Decimal, currency: str) -> int | None:
        key = (amount, currency)
        look = WORTH.get(key)
        if look is None:
            look = WORTH.setdefault(key, told_apart(worth_look(*key)))
        sign: Any = look(self)
        self._note(look, sign)
        return None if sign is None else int(sign)

    @property
    def affirmed(self) -> tuple[str, ...]:
        """Reason codes that apply (second pass)."""
        self._note(AFFIRMED, self._affirmed)
        return self._affirmed

    @property
    def open_codes(self) -> tuple[str, ...]:
        """Reason codes that may apply (second pass)."""
        self._note(OPEN_CODES, self._open_codes)
        return self._open_codes

    def stated(self, key: str) -> FactValue | None:
        """The value of a fact as the transaction states it, or None."""
        look = FACTS.get(key)
        if look is None:
            look = FACTS.setdefault(key, resting_on(0, fact_look(key)))
        self._note(look, look(self))
        return self._given.transaction.facts.get(key)

    def fact(self, key: str) -> tuple[FactValue | None, Answer]:
        """The value of a fact, and the answer that carries its provenance.

        The value is None where the fact is missing; the answer is then unknown and names the key.
        """
        self.stated(key)
        if self.facts.get(key).when_origin:
            self._note(ORIGIN, self._given.transaction.origin)
        resolved = self.facts.resolve(
            key,
            self._given.transaction.facts,
            transaction=self._given.transaction,
            closed_world=self.closed_world,
            open_keys=self.open_facts,
            strict=self.strict,
        )
        if resolved.value is None:
            return None, unknown(key)
        presumed = frozenset({key}) if resolved.presumed else frozenset[str]()
        return resolved.value, Answer(Truth.TRUE, presumed=presumed)

    @property
    def parties(self) -> tuple[SeenView, ...]:
        """The parties with their roles; what else is looked at is noted when it is."""
        self._note(ROLES, self._given.roles)
        return tuple(SeenView(self, number, view) for number, view in enumerate(self._given.views))

    def on_lists(self, lists: Sequence[str]) -> tuple[SeenView, ...]:
        """The parties that have a listing on one of these lists, whether or not it is in force."""
        key = tuple(lists)
        look = LISTED.get(key)
        if look is None:
            look = LISTED.setdefault(key, resting_on(0, listed_look(key)))
        numbers: Any = look(self)
        self._note(look, numbers)
        if not numbers:
            return ()
        parties = self.parties
        return tuple(parties[number] for number in numbers)

    @property
    def end_users(self) -> tuple[SeenParty, ...]:
        """The end users; where none is named, the ultimate consignees."""
        for role in (Role.END_USER, Role.ULTIMATE_CONSIGNEE):
            found = tuple(view.party for view in self.parties if view.party.role is role)
            if found:
                return found
        return ()

    # --- what cannot be compared: an answer that looks here is found anew each time

    @property
    def transaction(self) -> Transaction:
        """The whole transaction. Prefer a narrower look."""
        self._never()
        return self._given.transaction

    @property
    def ownership(self) -> OwnershipOracle:
        """Who is owned by listed parties."""
        self._never()
        return self._given.ownership

    def _never(self) -> None:
        if self.reader.log is not None:
            self.reader.log.unkept = True

    # --- what the rule is repeated over

    @property
    def bound(self) -> Mapping[str, Any]:
        """What the rule is repeated over: it follows from looks that are noted."""
        if self.reader.log is not None:
            self.reader.log.bound = True
        return self._bound

    def row(self, name: str) -> Row:
        """The bound table row called ``name``."""
        value = self.bound[name]
        assert isinstance(value, Row)
        return value
