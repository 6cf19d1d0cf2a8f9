"""What a rule sees: one item of one transaction on one day, with the parties' listings and the stated facts.

Every look at a situation is noted (:mod:`enduse.rules.reading`), as narrowly as it is taken: a rule that asks for a
party's role rests on the role, not on the party's name.
"""

from __future__ import annotations

import bisect
import datetime as dt
import functools
import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from operator import attrgetter
from typing import Any, Protocol, TypeVar

from enduse.model.errors import BadInput
from enduse.model.ownership import OwnershipAnswer
from enduse.model.party import Address, Listing
from enduse.model.time import Interval
from enduse.model.transaction import (
    Activity,
    FactValue,
    Item,
    Owner,
    PartyType,
    Role,
    Transaction,
    TransactionParty,
)
from enduse.model.truth import Truth
from enduse.rules.answer import Answer, unknown
from enduse.rules.facts import FactBook
from enduse.rules.reading import DESTINATION, ITEM, Log, Look, Reader, resting_on
from enduse.rules.tables import Row, Tables

V = TypeVar("V")
_MEMORY = 100_000


@dataclass(frozen=True, slots=True)
class PartyListing:
    """A listing of a party of the transaction, and why it is taken as that party's.

    ``basis`` is "stated" or the match that it rests on; ``presumed`` is the presumption's key (``party.identity``)
    when nobody has confirmed that the match is the same party.
    """

    listing: Listing
    basis: str
    presumed: str = ""


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party with everything that lists say of it.

    ``listings`` are its own; ``addresses`` are those of addresses listed on their own that one of its addresses
    resembles.
    """

    party: TransactionParty
    listings: tuple[PartyListing, ...] = ()
    addresses: tuple[PartyListing, ...] = ()


class OwnershipOracle(Protocol):
    """Answers who is owned by listed parties; supplied by :mod:`enduse.ownership` through ``assess``."""

    def owned(
        self, party: TransactionParty, listed: Callable[[Sequence[Listing]], Truth], percent: Decimal
    ) -> tuple[Truth, str]:
        """Whether parties for which ``listed`` holds own ``percent`` or more of ``party``, and how."""

    def standing(
        self,
        party: TransactionParty,
        listed: Callable[[Sequence[Listing]], Truth],
        regime_id: str,
        day: dt.date,
        *,
        joint: Truth = Truth.FALSE,
    ) -> OwnershipAnswer:
        """Whether other listed parties own or control ``party`` under a regime's rule of that day."""


class World:
    """What all situations of one rulebook share, and no answer has to note.

    Args:
        verified_to: last day to which somebody has checked the law.
        definitions: the rulebook's named conditions.
        dates: every day on which something in the rulebook changes. Between two of them, an *era*, all days are alike
            but to what counts days.
        closed_world: facts not stated take their closed-world value (case files); else they are asked or presumed.
        strict: presumptions become questions.
        open_facts: facts that stay open although the world is closed (case files name them).

    Attributes:
        defined: gives the function of a named condition.
    """

    def __init__(
        self,
        tables: Tables,
        facts: FactBook,
        verified_to: dt.date,
        definitions: Mapping[str, Any],
        dates: Iterable[dt.date],
        *,
        closed_world: bool = False,
        strict: bool = False,
        open_facts: frozenset[str] = frozenset(),
    ) -> None:
        self.tables = tables
        self.facts = facts
        self.verified_to = verified_to
        self.definitions = definitions
        self.closed_world = closed_world
        self.strict = strict
        self.open_facts = open_facts
        self.dates = frozenset(dates)
        self.defined: Callable[[str], Callable[[Situation], Answer]] = nothing_defined
        self.memory: dict[Hashable, Any] = {}
        self._sorted = sorted(self.dates)
        self._eras: dict[dt.date, int] = {}

    def era(self, day: dt.date) -> int:
        """The number of the days between two changes that ``day`` is one of."""
        found = self._eras.get(day)
        if found is None:
            if len(self._eras) > 10_000:
                self._eras.clear()
            found = self._eras[day] = bisect.bisect_right(self._sorted, day)
        return found


def nothing_defined(name: str) -> Callable[[Situation], Answer]:
    raise BadInput(f"no condition is called {name!r}", remedy="define it in rulebook.yaml")


class Given:
    """One transaction on one day, as the situations of all rulebooks share it.

    Args:
        ownership: makes the oracle, where a rule asks for it.
    """

    __slots__ = (
        *("_make", "_oracle", "activity", "day", "destination", "facts", "ground", "heading", "roles", "transaction"),
        "views",
    )

    def __init__(
        self,
        transaction: Transaction,
        day: dt.date,
        views: tuple[PartyView, ...],
        ownership: Callable[[], OwnershipOracle],
    ) -> None:
        self.transaction = transaction
        self.day = day
        self.views = views
        self.activity = transaction.activity.value
        self.roles = tuple(view.party.role.value for view in views)
        self.destination = _governing(transaction)
        self.facts = {key: _comparable(value) for key, value in transaction.facts.items()}
        self.heading = (self.destination, transaction.destination)
        self.ground = _the_same_ground(
            (
                self.activity,
                transaction.origin,
                self.roles,
                frozenset(self.facts.items()),
                tuple(tuple(_OF_PARTY[what](view) for what in _OF_GROUND) for view in views),
            )
        )
        self._make = ownership
        self._oracle: OwnershipOracle | None = None

    @property
    def ownership(self) -> OwnershipOracle:
        """The oracle over the owners that the transaction states."""
        if self._oracle is None:
            self._oracle = self._make()
        return self._oracle


_DEEMED = (Activity.DEEMED_EXPORT, Activity.DEEMED_REEXPORT)
_UNSEEN: Mapping[str, Any] = {"description": "", "codes": ()}
"""Parts of an item that no rule sees; a rulebook's rules see the code of its own law."""
_seen_of = attrgetter(*(part.name for part in fields(Item) if part.name not in _UNSEEN))


def _governing(tx: Transaction) -> str:
    """The release's nationality for a deemed export, else the destination (15 CFR 734.13(b), 734.14(b))."""
    if tx.activity not in _DEEMED:
        return tx.destination
    nationality = tx.facts.get("nationality")
    if isinstance(nationality, str):
        return nationality
    # A destination that is only the place of the release says nothing about the person's nationality.
    place = tx.facts.get("release_in", tx.origin)
    return tx.destination if tx.destination != place else "XX"


class Situation:
    """One item of one transaction, as a rulebook's rules see it.

    Args:
        item: as classified under the rulebook's law; its description is for readers and no rule sees it.
        unclassified: the item's code is none of this law's, and nobody has said which of its codes is the item's.
        conditions: how many conditions the rulebook has.
    """

    __slots__ = (
        *("_affirmed", "_bound", "_elsewhere", "_era", "_given", "_item", "_item_key", "_item_named", "_open_codes"),
        *("_unclassified", "_world", "answers", "apart", "reader"),
    )

    def __init__(
        self, world: World, given: Given, item: Item, *, unclassified: bool = False, conditions: int = 0
    ) -> None:
        self._world = world
        self._given = given
        self._era = world.era(given.day)
        self._item = replace(item, **_UNSEEN) if item.description or item.codes else item
        self._item_key = tuple(map(_comparable, _seen_of(self._item)))
        self._item_named = False
        self._elsewhere: str | None = None
        self._unclassified = unclassified
        self._affirmed: tuple[str, ...] = ()
        self._open_codes: tuple[str, ...] = ()
        self._bound: Mapping[str, object] = {}
        self.answers: list[Answer | None] = [None] * conditions
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
        if self.activity in _DEEMED:
            # Where the release goes follows from these, and from the destination.
            self.stated("nationality"), self.stated("release_in"), self.origin
            other._elsewhere = _governing(replace(self._given.transaction, destination=code))
        other.apart = True
        return other

    def after(self, affirmed: tuple[str, ...], open_codes: tuple[str, ...]) -> Situation:
        """The same on the second pass, which knows the reasons found."""
        other = self._copy()
        other._affirmed, other._open_codes = affirmed, open_codes
        other.answers = [None] * len(self.answers)
        other.reader = Reader()
        return other

    def _copy(self) -> Situation:
        other = object.__new__(Situation)
        other._world = self._world
        other._given = self._given
        other._era = self._era
        other._item = self._item
        other._item_key = self._item_key
        other._item_named = self._item_named
        other._elsewhere = self._elsewhere
        other._unclassified = self._unclassified
        other._affirmed = self._affirmed
        other._open_codes = self._open_codes
        other._bound = self._bound
        other.answers = self.answers
        other.apart = self.apart
        other.reader = self.reader
        return other

    # --- what answers are kept together under; see :mod:`enduse.rules.panel`

    @property
    def ground(self) -> Hashable:
        """Equal for situations that are alike but for item, destination, and what is counted or named."""
        return (self._given.ground, self._era, self._unclassified, self._affirmed, self._open_codes)

    @property
    def heading(self) -> Hashable:
        """Equal for equal destinations."""
        return self._given.heading

    @property
    def item_key(self) -> Hashable:
        """Equal for items that no rule can tell apart."""
        return self._item_key

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
        self._note(_day, self._given.day)
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
        self._note(_era, self._era)
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
        if log.unkept or log.bound or any(look is not _era for look in log.seen):
            # It rests on more than it says: then it is no more than a part of what is being found.
            if outer is not None:
                outer.take_over(log)
            return found
        if len(memory) >= _MEMORY:
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
            self._note(_era, self._era)
        else:
            self._note(_day, self._given.day)

    @property
    def activity(self) -> Activity:
        """What is done with the item."""
        self._note(_activity, self._given.activity)
        return self._given.transaction.activity

    @property
    def origin(self) -> str | None:
        """Where the items come from, or None where nobody has said."""
        origin = self._given.transaction.origin
        self._note(_origin, origin)
        return origin

    @property
    def destination(self) -> str:
        """Country whose requirements govern: the release's nationality for a deemed export, else the destination.

        Source: 15 CFR 734.13(b), 734.14(b).
        """
        if self._elsewhere is not None:
            return self._elsewhere
        destination = self._given.destination
        self._note(_destination, destination)
        return destination

    @property
    def shipped_to(self) -> str:
        """The destination as the transaction states it."""
        destination = self._given.transaction.destination
        self._note(_shipped_to, destination)
        return destination

    @property
    def item(self) -> Item:
        """The item under this law's classification."""
        if not self._item_named:
            self._note(_item, self._item_key)
        return self._item

    @property
    def unclassified(self) -> bool:
        """Whether the item's code is none of this law's."""
        self._note(_unclassified, self._unclassified)
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
        look = _WORTH.get(key)
        if look is None:
            look = _WORTH.setdefault(key, _worth_look(*key))
        sign: Any = look(self)
        self._note(look, sign)
        return None if sign is None else int(sign)

    @property
    def affirmed(self) -> tuple[str, ...]:
        """Reason codes that apply (second pass)."""
        self._note(_affirmed, self._affirmed)
        return self._affirmed

    @property
    def open_codes(self) -> tuple[str, ...]:
        """Reason codes that may apply (second pass)."""
        self._note(_open_codes, self._open_codes)
        return self._open_codes

    def stated(self, key: str) -> FactValue | None:
        """The value of a fact as the transaction states it, or None."""
        look = _FACTS.get(key)
        if look is None:
            look = _FACTS.setdefault(key, resting_on(0, _fact_look(key)))
        self._note(look, look(self))
        return self._given.transaction.facts.get(key)

    def fact(self, key: str) -> tuple[FactValue | None, Answer]:
        """The value of a fact, and the answer that carries its provenance.

        The value is None where the fact is missing; the answer is then unknown and names the key.
        """
        self.stated(key)
        if self.facts.get(key).when_origin:
            self._note(_origin, self._given.transaction.origin)
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
        self._note(_roles, self._given.roles)
        return tuple(SeenView(self, number, view) for number, view in enumerate(self._given.views))

    def on_lists(self, lists: Sequence[str]) -> tuple[SeenView, ...]:
        """The parties that have a listing on one of these lists, whether or not it is in force."""
        key = tuple(lists)
        look = _LISTED.get(key)
        if look is None:
            look = _LISTED.setdefault(key, resting_on(0, _listed_look(key)))
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


class SeenView:
    """A party as rules see it: :class:`PartyView`, with every look noted."""

    __slots__ = ("_number", "_s", "_view", "party")

    def __init__(self, s: Situation, number: int, view: PartyView) -> None:
        self._s = s
        self._number = number
        self._view = view
        self.party = SeenParty(s, number, view.party)

    @property
    def listings(self) -> tuple[PartyListing, ...]:
        """Its own listings."""
        return _noted(self._s, self._number, "listings", self._view.listings)

    @property
    def addresses(self) -> tuple[PartyListing, ...]:
        """Those of addresses listed on their own that one of its addresses resembles."""
        return _noted(self._s, self._number, "listed addresses", self._view.addresses)


class SeenParty:
    """A party of the transaction, with every look noted; its role is noted with those of all parties."""

    __slots__ = ("_party", "_s", "number", "role")

    def __init__(self, s: Situation, number: int, party: TransactionParty) -> None:
        self._s = s
        self.number = number
        self._party = party
        self.role: Role = party.role

    @property
    def name(self) -> str:
        """Its name."""
        return _noted(self._s, self.number, "name", self._party.name)

    def bears(self, names: tuple[str, ...]) -> bool:
        """Whether its name holds one of some names, in whole words."""
        key = self.number, names
        look = _BEARS.get(key)
        if look is None:
            look = _BEARS.setdefault(key, _bears_look(*key))
        found = bool(look(self._s))
        self._s._note(look, found)
        return found

    @property
    def type(self) -> PartyType | None:
        """What it is, or None when nobody has said."""
        return _noted(self._s, self.number, "type", self._party.type)

    @property
    def country(self) -> str | None:
        """ISO alpha-2 of its seat, or None."""
        return _noted(self._s, self.number, "country", self._party.country)

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Its addresses."""
        return _noted(self._s, self.number, "addresses", self._party.addresses)

    @property
    def owners(self) -> tuple[Owner, ...] | None:
        """Its owners as stated; None when nobody has said."""
        owners = self._party.owners
        _noted(self._s, self.number, "owned", owners is not None)
        if owners is not None:
            self._s._never()
        return owners

    @property
    def itself(self) -> TransactionParty:
        """The party. Prefer a narrower look."""
        self._s._never()
        return self._party


_PARTY_LOOKS: dict[tuple[str, int], Look] = {}
_FACTS: dict[str, Look] = {}
_LISTED: dict[tuple[str, ...], Look] = {}
_BEARS: dict[tuple[int, tuple[str, ...]], Look] = {}
_WORTH: dict[tuple[Decimal, str], Look] = {}
_OF_PARTY: Mapping[str, Callable[[PartyView], Hashable]] = {
    "listings": lambda view: view.listings,
    "listed addresses": lambda view: view.addresses,
    "name": lambda view: view.party.name,
    "type": lambda view: view.party.type and view.party.type.value,
    "country": lambda view: view.party.country,
    "addresses": lambda view: view.party.addresses,
    "owned": lambda view: view.party.owners is not None,
}
_OF_GROUND = ("listings", "listed addresses", "type", "country", "owned")
_GROUNDS: dict[Hashable, object] = {}


def _the_same_ground(parts: Hashable) -> object:
    """One object for equal grounds: it is compared often, and by itself alone."""
    found = _GROUNDS.get(parts)
    if found is None:
        if len(_GROUNDS) >= _MEMORY:
            _GROUNDS.clear()
        found = _GROUNDS[parts] = object()
    return found


def _noted(s: Situation, number: int, what: str, value: V) -> V:
    if s.reader.log is not None:
        look = _PARTY_LOOKS.get((what, number))
        if look is None:
            made = _party_look(what, number)
            if what in _OF_GROUND:
                resting_on(0, made)
            look = _PARTY_LOOKS.setdefault((what, number), made)
        s.reader.log.seen.setdefault(look, look(s))
    return value


def _party_look(what: str, number: int) -> Look:
    get = _OF_PARTY[what]
    return lambda s: get(s._given.views[number])


_WORD = re.compile(r"\w+")


@functools.lru_cache(maxsize=65_536)
def in_words(name: str) -> str:
    """A name's words in small letters, with a space before and behind each."""
    return f" {' '.join(_WORD.findall(name.casefold()))} "


def bears(name: str, names: Iterable[str]) -> bool:
    """Whether a name holds one of some names, in whole words."""
    words = in_words(name)
    return any(in_words(wanted) in words for wanted in names)


def _bears_look(number: int, names: tuple[str, ...]) -> Look:
    wanted = [in_words(name) for name in names]

    def look(s: Situation) -> Hashable:
        words = in_words(s._given.views[number].party.name)
        return any(name in words for name in wanted)

    return look


def _fact_look(key: str) -> Look:
    return lambda s: s._given.facts.get(key)


def _listed_look(lists: tuple[str, ...]) -> Look:
    wanted = frozenset(lists)

    def look(s: Situation) -> Hashable:
        return tuple(
            number
            for number, view in enumerate(s._given.views)
            if view.listings and any(item.listing.list_id in wanted for item in view.listings)
        )

    return look


def _worth_look(amount: Decimal, currency: str) -> Look:
    def look(s: Situation) -> Hashable:
        value = s._given.transaction.value
        if value is None or value.currency != currency:
            return None
        return (value.amount > amount) - (value.amount < amount)

    return look


def _comparable(value: Hashable) -> Hashable:
    """A value that equals another only where both read alike: 25 is not 25.0, and not True."""
    if value is None or value.__class__ is str:
        return value
    return value.__class__, str(value)


_day: Look = attrgetter("_given.day")
_era: Look = resting_on(0, attrgetter("_era"))
_activity: Look = resting_on(0, attrgetter("_given.activity"))
_origin: Look = resting_on(0, attrgetter("_given.transaction.origin"))
_destination: Look = resting_on(DESTINATION, attrgetter("_given.destination"))
_shipped_to: Look = resting_on(DESTINATION, attrgetter("_given.transaction.destination"))
_item: Look = resting_on(ITEM, attrgetter("_item_key"))
_unclassified: Look = resting_on(0, attrgetter("_unclassified"))
_affirmed: Look = resting_on(0, attrgetter("_affirmed"))
_open_codes: Look = resting_on(0, attrgetter("_open_codes"))
_roles: Look = resting_on(0, attrgetter("_given.roles"))
