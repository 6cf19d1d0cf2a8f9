"""The looks that rules take, each the same object whenever it is taken (:mod:`enduse.rules.reading`); and what makes
looked-at values comparable.
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Callable, Hashable, Iterable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from enduse.rules.reading import DESTINATION, ITEM, UNCLASSIFIED, Look, resting_on, told_apart

if TYPE_CHECKING:
    from enduse.rules.given import PartyView
    from enduse.rules.situation import Situation

V = TypeVar("V")
H = TypeVar("H", bound=Hashable)
MEMORY = 100_000

_PARTY_LOOKS: dict[tuple[str, int], Look] = {}
_LISTING_LOOKS: dict[tuple[str, int, bool], Look] = {}
FACTS: dict[str, Look] = {}
LISTED: dict[tuple[str, ...], Look] = {}
BEARS: dict[tuple[int, tuple[str, ...]], Look] = {}
WORTH: dict[tuple[Decimal, str], Look] = {}
OF_PARTY: Mapping[str, Callable[[PartyView], Hashable]] = {
    "name": lambda view: view.party.name,
    "type": lambda view: view.party.type and view.party.type.value,
    "country": lambda view: view.party.country,
    "addresses": lambda view: view.party.addresses,
    "owned": lambda view: view.party.owners is not None,
}
LISTINGS, LISTED_ADDRESSES = "listings", "listed addresses"
OF_KINDS = ("type", "country")
TOLD_APART = 8
"""Parties whose type, country and listings are told apart; of any further ones they belong to the base."""
_GROUNDS: dict[Hashable, object] = {}
_NUMBERS: dict[Hashable, int] = {}
_NEXT = itertools.count(1)
_SAME: dict[Any, Any] = {}


def the_same_ground(parts: Hashable) -> object:
    """One object for equal grounds: it is compared often, and by itself alone."""
    found = _GROUNDS.get(parts)
    if found is None:
        if len(_GROUNDS) >= MEMORY:
            _GROUNDS.clear()
        found = _GROUNDS[parts] = object()
    return found


def number_of(key: Hashable) -> int:
    """One number for equal keys, of which no other has ever had it: told apart and joined faster than they are."""
    found = _NUMBERS.get(key)
    if found is None:
        if len(_NUMBERS) >= MEMORY:
            _NUMBERS.clear()
        found = _NUMBERS.setdefault(key, next(_NEXT))
    return found


def the_same(value: H) -> H:
    """One object for equal values that are held for long: what is told apart often, and looked through for garbage."""
    found: H | None = _SAME.get(value)
    if found is None:
        if len(_SAME) >= MEMORY:
            _SAME.clear()
        found = _SAME.setdefault(value, value)
    return found


def noted(s: Situation, number: int, what: str, value: V) -> V:
    if s.reader.log is not None:
        look = _PARTY_LOOKS.get((what, number))
        if look is None:
            made = _party_look(what, number)
            if what == "owned" or (what in OF_KINDS and number >= TOLD_APART):
                resting_on(0, made)
            elif number < TOLD_APART:
                told_apart(made, of_kinds=what in OF_KINDS)
            look = _PARTY_LOOKS.setdefault((what, number), made)
        s.reader.log.seen.setdefault(look, look(s))
    return value


def _party_look(what: str, number: int) -> Look:
    get = OF_PARTY[what]
    return lambda s: get(s._given.views[number])


def noted_listings(s: Situation, number: int, what: str, value: V) -> V:
    """As :func:`noted`, of listings: on which lists they are, which any base knows; then which they are."""
    if s.reader.log is not None:
        seen = s.reader.log.seen
        for exactly in (False, True):
            look = _LISTING_LOOKS.get((what, number, exactly))
            if look is None:
                made = _listings_look(what, number, exactly)
                if exactly and number < TOLD_APART:
                    told_apart(made)
                else:
                    resting_on(0, made)
                look = _LISTING_LOOKS.setdefault((what, number, exactly), made)
            found = seen.setdefault(look, look(s))
            if not found:
                break
    return value


def _listings_look(what: str, number: int, exactly: bool) -> Look:
    place = (LISTINGS, LISTED_ADDRESSES).index(what)
    if exactly:
        return lambda s: s._given.listed[number][place]
    return lambda s: s._given.lists[number][place]


_WORD = re.compile(r"\w+")


@functools.lru_cache(maxsize=65_536)
def in_words(name: str) -> str:
    """A name's words in small letters, with a space before and behind each."""
    return f" {' '.join(_WORD.findall(name.casefold()))} "


def bears(name: str, names: Iterable[str]) -> bool:
    """Whether a name holds one of some names, in whole words."""
    words = in_words(name)
    return any(in_words(wanted) in words for wanted in names)


def bears_look(number: int, names: tuple[str, ...]) -> Look:
    holds = re.compile("|".join([re.escape(in_words(name)) for name in names]) or r"(?!)").search

    def look(s: Situation) -> Hashable:
        return holds(in_words(s._given.views[number].party.name)) is not None

    return look


def fact_look(key: str) -> Look:
    return lambda s: s._given.facts.get(key)


def listed_look(lists: tuple[str, ...]) -> Look:
    wanted = frozenset(lists)

    def look(s: Situation) -> Hashable:
        return tuple(
            number
            for number, view in enumerate(s._given.views)
            if view.listings and any(item.listing.list_id in wanted for item in view.listings)
        )

    return look


def worth_look(amount: Decimal, currency: str) -> Look:
    def look(s: Situation) -> Hashable:
        value = s._given.transaction.value
        if value is None or value.currency != currency:
            return None
        return (value.amount > amount) - (value.amount < amount)

    return look


def comparable(value: Hashable) -> Hashable:
    """A value that equals another only where both read alike: 25 is not 25.0, and not True."""
    if value is None or value.__class__ is str:
        return value
    return value.__class__, str(value)


DAY: Look = told_apart(attrgetter("_given.day"))
ERA: Look = resting_on(0, attrgetter("_era"))
ACTIVITY: Look = resting_on(0, attrgetter("_given.activity"))
ORIGIN: Look = resting_on(0, attrgetter("_given.transaction.origin"))
DESTINATION_OF: Look = resting_on(DESTINATION, attrgetter("_given.destination"))
SHIPPED_TO: Look = resting_on(DESTINATION, attrgetter("_given.transaction.destination"))
ITEM_OF: Look = resting_on(ITEM, attrgetter("_item_key"))
UNCLASSIFIED_IS: Look = resting_on(UNCLASSIFIED, attrgetter("_unclassified"))
AFFIRMED: Look = resting_on(0, attrgetter("_affirmed"))
OPEN_CODES: Look = resting_on(0, attrgetter("_open_codes"))
ROLES: Look = resting_on(0, attrgetter("_given.roles"))
