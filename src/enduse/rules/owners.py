"""Predicates of ownership and control: whether listed parties stand behind the bound party, under each list's rule.

The rules themselves (threshold, summing, control, dates) are data of :mod:`enduse.ownership`; here they meet the
transaction's parties and stated facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from enduse.model.ownership import OwnershipAnswer
from enduse.model.party import Listing
from enduse.model.truth import Truth, any_of
from enduse.rules.answer import FALSE, Answer, known, unknown
from enduse.rules.predicates import predicate
from enduse.rules.situation import Situation

OWNED, CONTROLLED, JOINT = "ownership_by_listed", "control_by_listed", "joint_arrangement"


def _ownership_argument(argument: Any) -> str:
    good = (
        isinstance(argument, Mapping)
        and set(argument) <= {"lists", "at_least", "programmes_in"}
        and "lists" in argument
    )
    return "" if good else "takes {lists: [...], at_least: PERCENT, programmes_in: TABLE}"


@predicate("owned_by_listed", _ownership_argument)
def owned_by_listed(s: Situation, argument: Mapping[str, Any]) -> Answer:
    """The bound party is owned, alone or together, to at least this share by parties on these lists."""
    view: Any = s.bound["party"]
    wanted = frozenset(argument["lists"])
    programmes = None
    if table := argument.get("programmes_in"):
        programmes = frozenset(row["programme"] for row in s.tables[table] if s.holds(row))

    def named(listing: Listing) -> bool:
        if listing.list_id not in wanted:
            return False
        return programmes is None or listing.list_id != "SDN" or bool(programmes & set(listing.programmes))

    def listed(listings: Any) -> Truth:
        truths = [listing.in_force(s.day) for listing in listings if named(listing)]
        if programmes is not None and not s.closed_world:
            unstated = [item for item in listings if item.list_id in wanted & {"SDN"} and not item.programmes]
            truths += [Truth.UNKNOWN] * len(unstated)
        if Truth.TRUE in truths:
            return Truth.TRUE
        return Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.FALSE

    if listed([item.listing for item in view.listings]) is Truth.TRUE:
        return known(False, notes=(f"{view.party.name} is itself listed",))
    if view.party.owners is None:
        return _as_stated(s, "ownership_by_listed", wanted)
    truth, how = s.ownership.owned(view.party.itself, listed, Decimal(argument.get("at_least", "50")))
    if truth is Truth.UNKNOWN:
        return unknown("owner_share", notes=(how,))
    return known(truth is Truth.TRUE, notes=(how,) if how else ())


def _as_stated(s: Situation, key: str, wanted: frozenset[str]) -> Answer:
    """What a fact says of owners or controllers that are not stated by name."""
    value, answer = s.fact(key)
    if value is None:
        return answer
    stated = frozenset(value) if isinstance(value, tuple) else frozenset({str(value)})
    if stated <= {"none", "false"}:
        return Answer(Truth.FALSE, presumed=answer.presumed)
    if stated & wanted:
        return known(True, notes=(f"by parties on {', '.join(sorted(stated & wanted))}, as stated",))
    if "true" in stated:
        return unknown(key, notes=("it is not stated on which list they are",))
    return FALSE


def _under_argument(argument: Any) -> str:
    good = (
        isinstance(argument, Mapping) and set(argument) == {"regime", "lists"} and isinstance(argument["lists"], list)
    )
    return "" if good else "takes {regime: REGIME, lists: [...]}"


@predicate("owned_under", _under_argument)
def owned_under(s: Situation, argument: Mapping[str, Any]) -> Answer:
    """Other listed parties own the bound party, under a regime's rule of the day."""
    view: Any = s.bound["party"]
    if view.party.owners is None:
        return _not_itself(s, view, argument, _as_stated(s, OWNED, frozenset(argument["lists"])))
    found = _standing(s, view.party, argument)
    notes = (*((found.words,) if found.words else ()), *found.notes)
    if found.owned is Truth.UNKNOWN:
        return unknown(*found.missing, notes=notes)
    return known(found.owned is Truth.TRUE, notes=notes)


@predicate("controlled_under", _under_argument)
def controlled_under(s: Situation, argument: Mapping[str, Any]) -> Answer:
    """Another listed party, or an entity so owned, controls the bound party, under a regime's rule of the day."""
    view: Any = s.bound["party"]
    if view.party.owners is None:
        return _not_itself(s, view, argument, _as_stated(s, CONTROLLED, frozenset(argument["lists"])))
    found = _standing(s, view.party, argument)
    notes = (*((found.control_words,) if found.control_words else ()), *found.notes)
    if found.control is Truth.UNKNOWN:
        return unknown(*found.control_missing, notes=notes)
    return known(found.control is Truth.TRUE, notes=notes)


def _standing(s: Situation, party: Any, argument: Mapping[str, Any]) -> OwnershipAnswer:
    value, _ = s.fact(JOINT)
    joint = Truth.UNKNOWN if value is None else Truth.of(value is True)
    wanted = frozenset(argument["lists"])
    return s.ownership.standing(party.itself, _listed_on(s, wanted), argument["regime"], s.day, joint=joint)


def _listed_on(s: Situation, wanted: frozenset[str]) -> Any:
    def listed(listings: Sequence[Listing]) -> Truth:
        return any_of(item.in_force(s.day) for item in listings if item.list_id in wanted)

    return listed


def _not_itself(s: Situation, view: Any, argument: Mapping[str, Any], answer: Answer) -> Answer:
    """A party itself listed gets only the code of its listing."""
    own = _listed_on(s, frozenset(argument["lists"]))([item.listing for item in view.listings])
    return known(False, notes=(f"{view.party.name} is itself listed",)) if own is Truth.TRUE else answer
