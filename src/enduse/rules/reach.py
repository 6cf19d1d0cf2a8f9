"""Predicates of reach: whether a government's law reaches a transaction, by places and persons.

Each says in its notes why not, so that an answer can name every government: "the items come from the United States,
which is not in the customs territory of the Union".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from enduse.model.countries import country_name
from enduse.model.transaction import Activity, Role
from enduse.model.truth import Truth
from enduse.rules.answer import FALSE, TRUE, Answer, known, unknown
from enduse.rules.facts import NONE
from enduse.rules.places import UNRESOLVED
from enduse.rules.predicates import predicate
from enduse.rules.situation import Situation

PLACES = ("origin", "destination", "actor", "transit", "party")
_FROM_ELSEWHERE = (Activity.BROKERING, Activity.TRANSIT, Activity.INVESTMENT)
_ACTORS = (Role.EXPORTER, Role.BROKER, Role.INVESTOR)


def _within_argument(argument: Any) -> str:
    good = isinstance(argument, Mapping) and set(argument) == {"place", "table", "called"}
    if not good:
        return "takes {place: PLACE, table: TABLE, called: TEXT}"
    return "" if argument["place"] in PLACES else f"{argument['place']!r} is none of {', '.join(PLACES)}"


@predicate("within", _within_argument)
def within(s: Situation, argument: Mapping[str, str]) -> Answer:
    """A place of the transaction lies in a territory: one of the countries of a table, by date.

    ``actor`` is where the exporter, broker or provider is established; ``transit`` where the goods pass through;
    ``party`` the seat of any party. In a closed world a place that nobody states lies within: a case asks one law.
    """
    place = argument["place"]
    codes, missing = _codes(s, place)
    if codes is None:
        return TRUE if s.closed_world else unknown(missing)
    inside = [code for code in codes if in_territory(s, argument["table"], code)]
    if inside:
        return TRUE
    return known(False, notes=(_said(place, codes, argument["called"]),) if codes else ())


def in_territory(s: Situation, table: str, code: str) -> bool:
    """Whether a country is in a table's territory on the day."""
    return any(s.holds(row) for row in s.tables.lookup(table, "country", code))


def _codes(s: Situation, place: str) -> tuple[tuple[str, ...] | None, str]:
    """The countries of a place; None where nobody has said, with the fact that would say."""
    if place == "origin":
        return ((s.origin,) if s.origin else None), "from"
    if place == "destination":
        if s.destination == UNRESOLVED and not s.closed_world:
            return None, "destination_name"
        return (s.destination,), ""
    if place == "actor":
        found = actor_country(s)
        return ((found,) if found else None), "exporter_state"
    if place == "party":
        return tuple(dict.fromkeys(view.party.country for view in s.parties if view.party.country)), ""
    stated = s.stated("transit_through")
    if isinstance(stated, tuple):
        return tuple(code for code in stated if code != NONE), ""
    return (None, "transit_through") if s.activity is Activity.TRANSIT else ((), "")


def actor_country(s: Situation) -> str | None:
    """Where the exporter, broker or provider is established: as a fact or a party states it, else where it acts from.

    A broker's goods come from elsewhere: their place says nothing of where the broker is.
    """
    stated = s.stated("exporter_state")
    if isinstance(stated, str) and stated != NONE:
        return stated
    seats = [view.party.country for view in s.parties if view.party.role in _ACTORS and view.party.country]
    if seats:
        return seats[0]
    return None if s.activity in _FROM_ELSEWHERE else s.origin


_SAID = {
    "origin": "the items come from {}",
    "destination": "the destination is {}",
    "actor": "the exporter, broker or provider is established in {}",
    "transit": "the goods pass through {}",
    "party": "the parties have their seats in {}",
}


def _said(place: str, codes: Iterable[str], territory: str) -> str:
    names = " and ".join(sorted(country_name(code) for code in codes))
    return f"{_SAID[place].format(names)}, not in {territory}"


@predicate("person_takes_part", lambda argument: "" if isinstance(argument, str) and argument else "takes one fact")
def person_takes_part(s: Situation, argument: str) -> Answer:
    """A person of the government takes part: a boolean fact such as ``eu_person``."""
    value, answer = s.fact(argument)
    if value is None:
        return answer
    if value is True:
        return Answer(Truth.TRUE, presumed=answer.presumed)
    name = argument.removesuffix("_person").upper()
    return Answer(Truth.FALSE, presumed=answer.presumed, notes=(f"no person of the {name} takes part, as stated",))


def _national_argument(argument: Any) -> str:
    return "" if argument in ("own", "published") else "takes own or published"


@predicate("national_list", _national_argument)
def national_list(s: Situation, argument: str) -> Answer:
    """The item is on a Member State's national list: the exporter's own, or another's that is published."""
    value, answer = s.fact("national_list")
    if value is None:
        return answer
    parts = dict(part.partition("=")[::2] for part in value) if isinstance(value, tuple) else {}
    if not parts.get("of"):
        return FALSE
    state = actor_country(s)
    if state is None:
        return FALSE if s.closed_world else unknown("exporter_state")
    own = parts["of"] == state
    if argument == "own":
        return known(own, notes=(f"the item is on the national list of {country_name(parts['of'])}",) if own else ())
    if own:
        return FALSE
    if "published" not in parts:
        return FALSE if s.closed_world else unknown("national_list")
    return known(parts["published"] == "true", notes=(f"the list is that of {country_name(parts['of'])}",))
