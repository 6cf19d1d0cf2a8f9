"""Denials that resemble what somebody screens or checks, for those who may read them; for others there is nothing.

A flag is no hit: it changes no score, no count and no outcome. Whoever may not read a denial gets the very answer that
they would get without it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from enduse.model import access
from enduse.model.codes import covers_code
from enduse.model.match import HIT_THRESHOLD
from enduse.model.truth import Truth

if TYPE_CHECKING:
    from enduse.cases.denial_bodies import Denial
    from enduse.interfaces.licensing.office import Office  # read and opened for who may read denials alone

VIEW = "denial.view"
MOST = 20


class Holder(Protocol):
    """Where licensing is, which is opened when it is asked for."""

    policies: access.Policies

    @property
    def office(self) -> Office:
        """Licensing."""


@dataclass(frozen=True, slots=True)
class Flag:
    """A denial whose end user or consignee resembles a name.

    Attributes:
        score: of the two names, 0 to 1.
        same_item, same_destination: whether what is asked about is the item, the place, that was denied.
    """

    denial: Denial
    asked: str
    name: str
    score: float
    same_item: bool
    same_destination: bool

    def document(self) -> dict[str, Any]:
        """As an answer shows it."""
        one = self.denial
        return {
            "denial": one.id,
            "authority": one.authority,
            "denied_on": one.denied_on.isoformat(),
            "asked": self.asked,
            "name": self.name,
            "score": round(self.score, 2),
            "code": one.code,
            "destination": one.destination,
            "same_item": self.same_item,
            "same_destination": self.same_destination,
            "handling": one.handling,
        }


def flags(
    holder: Holder, person: access.Actor, names: Iterable[str], *, codes: Iterable[str] = (), destination: str = ""
) -> tuple[Flag, ...]:
    """Denials in force that resemble, the closest first; the reading is put on record. Nothing without clearance.

    Args:
        names: of parties, as asked.
        codes: of the items asked about.
    """
    asked, wanted = [one for one in dict.fromkeys(names) if one.strip()], tuple(codes)
    if not asked or not access.decide(holder.policies, person, VIEW).allowed:
        return ()
    from enduse.cases.denials import closest  # licensing: read for who may read denials alone

    office = holder.office
    counter = office.desk(person)
    found = []
    for denial in office.outside.denials(counter.actor):
        if denial.status != "in_force":
            continue
        (_, one, listed), score = closest([("", one) for one in asked], denial)
        if score >= HIT_THRESHOLD:
            same = any(
                Truth.TRUE in (covers_code(denial.code, code), covers_code(code, denial.code)) for code in wanted
            )
            place = bool(destination) and destination == denial.destination
            found.append(Flag(denial, one, listed, float(score), same, place))
    found.sort(key=lambda one: (-one.same_item, -one.same_destination, -one.score, one.denial.id))
    counter.read_of_partners("screening", [one.denial.id for one in found[:MOST]])
    return tuple(found[:MOST])
