"""Who may hold, read and pass on a record: classes that only ever grow stricter.

``PUBLIC``, ``PARTNER`` (a list), ``REGIME-PRIVILEGED`` (members of a group), ``NATIONAL-ONLY``; beside them ``ORCON``
(passing on needs the originator's recorded consent) and ``NO-COMMERCIAL-USE`` (nothing of it reaches an exporter).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from enduse.exchange.membership import Membership
from enduse.model.errors import BadInput

LEVELS = ("PUBLIC", "PARTNER", "REGIME-PRIVILEGED", "NATIONAL-ONLY")
"""From the loosest to the strictest."""


@dataclass(frozen=True, slots=True)
class Handling:
    """How a record is handled.

    Attributes:
        level: one of :data:`LEVELS`.
        partners: ids of members that may hold it; meant where ``listed``.
        listed: whether ``partners`` limits it: an empty list that limits lets nobody hold it.
        groups: groups all of which a holder must belong to.
        orcon: passing it on needs the originator's recorded consent.
        no_commercial: nothing of it may be put to commercial use, or reach an exporter.
    """

    level: str = "PUBLIC"
    partners: tuple[str, ...] = ()
    listed: bool = False
    groups: tuple[str, ...] = ()
    orcon: bool = False
    no_commercial: bool = False

    @property
    def sealed(self) -> bool:
        """Whether it travels sealed."""
        return self.level != "PUBLIC" or self.orcon or self.no_commercial

    def __str__(self) -> str:
        """As it is shown: ``PARTNER(fr, nl) ORCON``."""
        limits = [*(sorted(self.partners) if self.listed else ()), *sorted(self.groups)]
        words = [self.level + (f"({', '.join(limits)})" if limits else "")]
        words += ["ORCON"] * self.orcon + ["NO-COMMERCIAL-USE"] * self.no_commercial
        return " ".join(words)


def public() -> Handling:
    """For everybody."""
    return Handling()


def partner(*members: str, orcon: bool = False, no_commercial: bool = False) -> Handling:
    """For members that are named."""
    return Handling("PARTNER", tuple(sorted(set(members))), True, (), orcon, no_commercial)


def regime(group: str, *, orcon: bool = False, no_commercial: bool = False) -> Handling:
    """For the members of a group."""
    return Handling("REGIME-PRIVILEGED", (), False, (group,), orcon, no_commercial)


def national() -> Handling:
    """For nobody else."""
    return Handling("NATIONAL-ONLY")


def checked(handling: Handling, where: str = "handling") -> Handling:
    """A handling that means something.

    Raises:
        BadInput: unknown level; a list without members; a regime without a group.
    """
    if handling.level not in LEVELS:
        raise BadInput(f"{handling.level[:40]!r} is no handling", where=where, remedy=", ".join(LEVELS))
    if handling.level == "PARTNER" and not (handling.listed and handling.partners):
        raise BadInput("PARTNER names the members that may hold it", where=where)
    if handling.level == "REGIME-PRIVILEGED" and not handling.groups:
        raise BadInput("REGIME-PRIVILEGED names a group", where=where)
    if handling.level == "PUBLIC" and (handling.listed or handling.groups):
        raise BadInput("PUBLIC is for everybody", where=where, remedy="PARTNER, or REGIME-PRIVILEGED")
    return handling


def strictest(handlings: Iterable[Handling]) -> Handling:
    """What is derived from several records takes the strictest of each of their limits."""
    found = Handling()
    for one in handlings:
        level = max(found.level, one.level, key=LEVELS.index)
        if found.listed and one.listed:
            listed, partners = True, tuple(sorted(set(found.partners) & set(one.partners)))
        else:
            listed = found.listed or one.listed
            partners = found.partners if found.listed else one.partners
        groups = tuple(sorted({*found.groups, *one.groups}))
        found = Handling(
            level, partners, listed, groups, found.orcon or one.orcon, found.no_commercial or one.no_commercial
        )
    return found


def may_hold(handling: Handling, member: str, originator: str, membership: Membership, at: dt.datetime) -> bool:
    """Whether a member may hold a record of an originator."""
    if member == originator:
        return True
    if handling.level == "NATIONAL-ONLY" or member not in {one.id for one in membership.active(at)}:
        return False
    if handling.listed and member not in handling.partners:
        return False
    return all(member in membership.group(name, at) for name in handling.groups)


def why_not_passed_on(
    handling: Handling,
    to: str,
    originator: str,
    me: str,
    consents: Collection[str],
    membership: Membership,
    at: dt.datetime,
) -> str:
    """Why a record may not be passed on to a member; empty where it may.

    Args:
        originator: whose record it is.
        consents: members to whom the originator has consented that it is passed on.
    """
    if originator in (me, to):
        return ""
    if to in consents and handling.level != "NATIONAL-ONLY":
        return ""
    if handling.orcon:
        return f"ORCON: {originator} has not consented that {to} holds it"
    if not may_hold(handling, to, originator, membership, at):
        return f"{handling}: {to} may not hold it"
    return ""
