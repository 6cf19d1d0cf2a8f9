"""The named predicates of the rule language: the only way in which a rule looks at a transaction.

Each takes the situation and its argument as written in the rule, and answers in three values. The registry also tells
``rules lint`` what an argument must look like. Predicates that belong to one act's tables are in
:mod:`enduse.rules.ear`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from typing import Any

from enduse.model.codes import covers_code
from enduse.model.countries import country_name
from enduse.model.time import parse_date
from enduse.model.transaction import Activity, PartyType, Role
from enduse.model.truth import Truth
from enduse.rules.answer import FALSE, TRUE, Answer, both, either, known, unknown
from enduse.rules.given import PartyListing
from enduse.rules.seen import SeenParty, SeenView
from enduse.rules.situation import Situation

Function = Callable[[Situation, Any], Answer]


@dataclass(frozen=True, slots=True)
class Predicate:
    """A named predicate: its function, and a check of its argument that returns what is wrong, or an empty text."""

    name: str
    function: Function
    check: Callable[[Any], str]
    description: str


REGISTRY: dict[str, Predicate] = {}


def predicate(name: str, check: Callable[[Any], str]) -> Callable[[Function], Function]:
    """Register a predicate under its name."""

    def register(function: Function) -> Function:
        if name in REGISTRY:
            raise ValueError(f"two predicates are called {name}")
        REGISTRY[name] = Predicate(name, function, check, (function.__doc__ or "").strip().splitlines()[0])
        return function

    return register


def texts(argument: Any) -> str:
    """Argument check: a list of texts."""
    good = isinstance(argument, list) and argument and all(isinstance(item, str) and item for item in argument)
    return "" if good else "takes a list of texts"


def a_text(argument: Any) -> str:
    """Argument check: one text."""
    return "" if isinstance(argument, str) and argument else "takes one text"


def flag(argument: Any) -> str:
    """Argument check: the word ``true``."""
    return "" if argument == "true" else "takes only true"


def one_of(*words: str) -> Callable[[Any], str]:
    """Argument check: a list of the given words."""

    def check(argument: Any) -> str:
        if problem := texts(argument):
            return problem
        wrong = [item for item in argument if item not in words]
        return f"{wrong[0]!r} is none of {', '.join(words)}" if wrong else ""

    return check


@predicate("activity", one_of(*(member.value for member in Activity)))
def activity(s: Situation, argument: list[str]) -> Answer:
    """The activity is one of these."""
    return known(s.activity.value in argument)


@predicate("destination", texts)
def destination_is(s: Situation, argument: list[str]) -> Answer:
    """The destination is one of these countries (ISO alpha-2)."""
    return known(s.destination in argument)


@predicate("origin", texts)
def origin_is(s: Situation, argument: list[str]) -> Answer:
    """The items come from one of these countries (ISO alpha-2)."""
    origin = s.origin
    if origin is None:
        return FALSE if s.closed_world else unknown("from")
    inside = origin in argument
    return known(inside, notes=() if inside else (f"the items come from {country_name(origin)}",))


@predicate("on_or_after", a_text)
def on_or_after(s: Situation, argument: str) -> Answer:
    """The date of the law is this day or later."""
    return known(s.since(parse_date(argument)))


def _fact_argument(argument: Any) -> str:
    if isinstance(argument, Mapping) and len(argument) == 1:
        return ""
    return "takes {key: value} or {key: [values]}"


@predicate("fact", _fact_argument)
def fact(s: Situation, argument: Mapping[str, Any]) -> Answer:
    """A declared fact has this value, or one of these values."""
    ((key, wanted),) = argument.items()
    value, answer = s.fact(key)
    if value is None:
        return answer
    options = wanted if isinstance(wanted, list) else [wanted]
    truth = any(_equals(value, option) for option in options)
    if not truth and any(_equals(value, option) for option in s.facts.get(key).unspecific):
        return unknown(key)
    return Answer(Truth.of(truth), presumed=answer.presumed)


@predicate("item_covered_by", texts)
def item_covered_by(s: Situation, argument: list[str]) -> Answer:
    """The item is classified under one of these codes (or ``CODE for CODE``: technology for such items)."""
    return either(answer for code in argument if (answer := code_covered(s, code)) is not FALSE)


def code_covered(s: Situation, code: str) -> Answer:
    """Whether the item is under a code, or under ``CODE for CODE``: software or technology for such items."""
    own, _, used_for = code.partition(" for ")
    truth = covers_code(own, s.item.code)
    answer = unknown("item.sub_paragraph") if truth is Truth.UNKNOWN else known(truth is Truth.TRUE)
    if not used_for:
        return answer
    return both((answer, used_for_covered(s, (used_for,))))


def used_for_covered(s: Situation, codes: tuple[str, ...]) -> Answer:
    """Whether the item that software or technology is for lies under one of ``codes``."""
    if s.item.used_for is None:
        own = "technology_of_its_own" in s.tables and any(
            covers_code(row["code"], s.item.code) is Truth.TRUE for row in s.tables["technology_of_its_own"]
        )
        return FALSE if s.closed_world or own else unknown("item.for")
    results = [_named(s, code) for code in codes]
    if Truth.TRUE in results:
        return TRUE
    return unknown("item.for") if Truth.UNKNOWN in results else FALSE


def _named(s: Situation, code: str) -> Truth:
    truth = covers_code(code, s.item.used_for or "")
    # A case file names the full classification: a .z paragraph that it does not name is not meant.
    return Truth.FALSE if truth is Truth.UNKNOWN and s.closed_world and ".z" in code else truth


@predicate("item_unlisted", flag)
def item_unlisted(s: Situation, _: Any) -> Answer:
    """The item is in no control list of the jurisdiction (``UNLISTED`` or ``EAR99``)."""
    return known(s.item.code in ("UNLISTED", "EAR99"))


def _party_types(argument: Any) -> str:
    return one_of(*(member.value for member in PartyType))(argument)


@predicate("some_end_user", _party_types)
def some_end_user(s: Situation, argument: list[str]) -> Answer:
    """Some end user (ultimate consignee where no end user is named) is of one of these types."""
    return either(_is_type(s, party, argument) for party in s.end_users)


@predicate("every_end_user", _party_types)
def every_end_user(s: Situation, argument: list[str]) -> Answer:
    """There is an end user, and every one is of one of these types."""
    if not s.end_users:
        return FALSE if s.closed_world else unknown("end_user")
    return both(_is_type(s, party, argument) for party in s.end_users)


@predicate("some_end_user_known_as", _party_types)
def some_end_user_known_as(s: Situation, argument: list[str]) -> Answer:
    """As ``some_end_user``; a type that nobody has stated is presumed to be none of these (General Prohibition 5)."""
    answers = [
        known(party.type.value in argument)
        if party.type
        else (unknown("party.type") if s.strict else Answer(Truth.FALSE, presumed=frozenset({"party.type"})))
        for party in s.end_users
    ]
    return either(answers)


def _is_type(s: Situation, party: SeenParty, wanted: list[str]) -> Answer:
    if party.type is None:
        return FALSE if s.closed_world else unknown("party.type", notes=(f"type of {party.name} not stated",))
    return known(party.type.value in wanted, notes=(f"{party.name} is {party.type.value}",))


_RECEIVERS = (Role.ULTIMATE_CONSIGNEE, Role.INTERMEDIATE_CONSIGNEE, Role.PURCHASER)


@predicate("some_consignee_known_as", _party_types)
def some_consignee_known_as(s: Situation, argument: list[str]) -> Answer:
    """Some purchaser or consignee that is not the end user is stated to be of one of these types."""
    users = {party.number for party in s.end_users}
    others = [view.party for view in s.parties if view.party.role in _RECEIVERS and view.party.number not in users]
    return known(any(party.type is not None and party.type.value in argument for party in others))


@predicate("party_at_high_diversion_address", flag)
def party_at_high_diversion_address(s: Situation, _: Any) -> Answer:
    """An address of the bound party is one of high diversion risk: as stated, or as the Entity List has it."""
    view: Any = s.bound["party"]
    if any(address.high_diversion_risk for address in view.party.addresses):
        return known(True)
    return either(both((listing_holds(s, view, item), known(True, notes=(item.basis,)))) for item in view.addresses)


def listing_holds(s: Situation, view: SeenView, item: PartyListing) -> Answer:
    """Whether a listing is in force on the day, and is the party's: presumed where it rests on a match."""
    truth = item.listing.in_force(s.day)
    if truth is Truth.UNKNOWN:
        in_force = unknown("listing.date", notes=(f"the date of the listing of {view.party.name} is not known",))
    else:
        in_force = known(truth is Truth.TRUE)
    identity = Answer(Truth.TRUE, presumed=frozenset({item.presumed}) if item.presumed else frozenset())
    if item.presumed and s.strict:
        identity = unknown(item.presumed)
    return both((in_force, identity, *_not_saved(s, item)))


def _not_saved(s: Situation, item: PartyListing) -> Iterator[Answer]:
    """Whether goods were not on their way when the listing began, on days on which a savings clause counts."""
    since, until = item.listing.listed_from, item.listing.savings_until
    if since is None or until is None or not since <= s.day < until:
        return
    note = f"its savings clause lets goods that were en route on {since} go on until before {until}"
    value, answer = s.fact("en_route_since")
    if value is None:
        yield unknown("en_route_since", notes=(note,))
    else:
        yield both((answer, known(not (isinstance(value, dt.date) and value <= since), notes=(note,))))


@predicate("listing_programme", texts)
def listing_programme(s: Situation, argument: list[str]) -> Answer:
    """The bound listing is under one of these programmes."""
    return programmes_among(s, frozenset(argument))


def programmes_among(s: Situation, wanted: frozenset[str]) -> Answer:
    """Whether the bound listing's programmes are among some; a listing without programmes is unknown."""
    listing: Any = s.bound["listing"]
    programmes = listing.listing.programmes
    if not programmes and not s.closed_world:
        return unknown("listing.programme", notes=("the programme of the listing is not stated",))
    return known(bool(wanted & set(programmes)))


@predicate("party_role", one_of(*(member.value for member in Role)))
def party_role(s: Situation, argument: list[str]) -> Answer:
    """The bound party plays one of these parts."""
    return known(s.bound["party"].party.role.value in argument)


def _days_argument(argument: Any) -> str:
    good = isinstance(argument, Mapping) and len(argument) == 1 and set(argument) <= {"at_least", "less_than"}
    return (
        "" if good and all(str(days).isdigit() for days in argument.values()) else "takes {at_least | less_than: DAYS}"
    )


@predicate("days_since_listing", _days_argument)
def days_since_listing(s: Situation, argument: Mapping[str, Any]) -> Answer:
    """The day (a trade's own date, where stated) lies so many days after the first day of the bound listing."""
    listing: Any = s.bound["listing"]
    since = listing.listing.listed_from
    if since is None:
        return unknown("listing.date", notes=("the first day of the listing is not known",))
    stated = s.stated("trade_date")
    day = stated if isinstance(stated, dt.date) else s.day
    ((comparison, days),) = argument.items()
    passed = (day - since).days
    note = f"day {passed} of the listing of {since}"
    return known(passed >= int(days) if comparison == "at_least" else passed < int(days), notes=(note,))


def _affirmed_argument(argument: Any) -> str:
    return texts(argument)


@predicate("affirmed", _affirmed_argument)
def affirmed(s: Situation, argument: list[str]) -> Answer:
    """One of these reason codes (patterns with ``*``) was found to apply."""
    return known(any(fnmatchcase(code, pattern) for code in s.affirmed for pattern in argument))


@predicate("affirmed_other_than", texts)
def affirmed_other_than(s: Situation, argument: list[str]) -> Answer:
    """A reason outside these (patterns with ``*``) was found to apply."""
    return known(any(not any(fnmatchcase(code, pattern) for pattern in argument) for code in s.affirmed))


@predicate("affirmed_or_open", texts)
def affirmed_or_open(s: Situation, argument: list[str]) -> Answer:
    """One of these reason codes (patterns with ``*``) applies, or may apply."""
    codes = (*s.affirmed, *s.open_codes)
    return known(any(fnmatchcase(code, pattern) for code in codes for pattern in argument))


@predicate("affirmed_or_open_other_than", texts)
def affirmed_or_open_other_than(s: Situation, argument: list[str]) -> Answer:
    """A reason outside these (patterns with ``*``) applies, or may apply."""
    codes = (*s.affirmed, *s.open_codes)
    return known(any(not any(fnmatchcase(code, pattern) for pattern in argument) for code in codes))


def _equals(value: object, option: str) -> bool:
    if isinstance(value, bool):
        return option == ("true" if value else "false")
    if isinstance(value, tuple):
        return option in value
    if isinstance(value, Decimal):
        return value == Decimal(option)
    if isinstance(value, dt.date):
        return value.isoformat() == option
    return value == option
