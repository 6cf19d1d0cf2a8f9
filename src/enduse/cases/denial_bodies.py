"""Bodies of the events of denials."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from enduse.cases.events import body

HANDLING = ("PUBLIC", "PARTNER", "REGIME-PRIVILEGED", "NATIONAL-ONLY")


@body("denial_recorded")
@dataclass(frozen=True, slots=True)
class Denial:
    """A transaction that an authority denied.

    Attributes:
        authority: ISO code of the state that denied.
        parameters: technical characteristics, as far as told.
        handling: who may see it.
        status: ``in_force`` or ``revoked``; a denial that nobody revoked stays in force.
    """

    id: str
    authority: str
    denied_on: dt.date
    code: str
    description: str
    destination: str
    end_user: str
    end_use: str = ""
    consignee: str = ""
    parameters: tuple[str, ...] = ()
    reason: str = ""
    criteria: tuple[str, ...] = ()
    tier: str = ""
    handling: str = "PARTNER"
    status: str = "in_force"
    reviewed_on: dt.date | None = None


@body("denial_reviewed")
@dataclass(frozen=True, slots=True)
class DenialReviewed:
    """A review: ``renew``, ``amend`` or ``revoke``, with its grounds; ``id`` is the denial's."""

    id: str
    outcome: str
    grounds: str
    on: dt.date
