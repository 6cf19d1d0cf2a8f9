"""Periods of which numbers were told to the public: licensing's releases, transparency reports, scorecards of our own.

All of them count the same decisions. From a quarter and two of its months the third could be computed, small numbers
and all, whoever told which.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from enduse.model.errors import BadInput
from enduse.model.record import Kind
from enduse.programme.published import period_of

if TYPE_CHECKING:
    from enduse.interfaces.licensing.office import Office

PROGRAMME = "programme/"
"""How the keys of releases of the programme begin; those of licensing are ``LAYOUT/AUTHORITIES/FROM/TO``."""


@dataclass(frozen=True, slots=True)
class Told:
    """Numbers of ``[start, end)`` that were told; ``authorities`` whose decisions they count, empty for all."""

    start: dt.date
    end: dt.date
    authorities: frozenset[str] = frozenset()


def told(office: Office) -> list[Told]:
    """What was told so far."""
    store = office.stores.get()
    if store is None:
        return []
    found = []
    for one in store.references.standing(Kind.RELEASE):
        *head, start, end = one.key.split("/")
        whose = frozenset() if one.key.startswith(PROGRAMME) else frozenset(head[1].split("+"))
        found.append(Told(dt.date.fromisoformat(start), dt.date.fromisoformat(end), whose))
    me = store.letters.mark("node")
    for one in store.letters.standing(Kind.PUBLICATION):
        period = period_of(one.text("path"))
        if one.ref == me and one.text("body") and period is not None:
            found.append(Told(*period))
    return found


def refuse_overlap(office: Office, start: dt.date, end: dt.date, authorities: Collection[str] = ()) -> None:
    """See that a period is one that was told before, or overlaps none that was.

    Args:
        authorities: whose decisions are counted; all where empty.

    Raises:
        BadInput: it overlaps another period that was told, of the same authorities or some of them.
    """
    for one in told(office):
        apart = authorities and one.authorities and one.authorities.isdisjoint(authorities)
        if (one.start, one.end) != (start, end) and one.start < end and start < one.end and not apart:
            raise BadInput(
                f"{start} to {end} overlaps {one.start} to {one.end}, which was told to the public",
                where="from, to",
                remedy="periods that do not overlap: from two that do, small numbers can be computed",
            )
