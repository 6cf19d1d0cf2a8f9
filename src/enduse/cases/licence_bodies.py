"""Bodies of the events in the life of a licence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from enduse.cases.application import Condition, Hit
from enduse.cases.events import body


@dataclass(frozen=True, slots=True)
class LicenceLine:
    """What a licence allows of one line."""

    line: int
    code: str
    quantity: Decimal
    unit: str


@body("licence_issued")
@dataclass(frozen=True, slots=True)
class LicenceIssued:
    """A licence, valid on ``[valid_from, valid_to)``."""

    licence: str
    type: str
    lines: tuple[LicenceLine, ...]
    conditions: tuple[Condition, ...]
    valid_from: dt.date
    valid_to: dt.date
    on_appeal: bool = False


@body("used", "overdrawn")
@dataclass(frozen=True, slots=True)
class Usage:
    """Goods that left, or (``overdrawn``) more than the licence had left, which takes nothing from it."""

    usage: str
    line: int
    quantity: Decimal
    unit: str
    on: dt.date


@body("condition_met")
@dataclass(frozen=True, slots=True)
class ConditionMet:
    """Evidence that a condition is met."""

    condition: str
    evidence_sha256: str
    note: str = ""


@body("shipment_checked")
@dataclass(frozen=True, slots=True)
class ShipmentChecked:
    """A post-shipment check: ``as_declared``, ``not_found``, ``diverted`` or ``refused``."""

    result: str
    where: str
    note: str


@body("measure_proposed")
@dataclass(frozen=True, slots=True)
class MeasureProposed:
    """Somebody proposes to ``suspend``, ``revoke``, ``reinstate`` or ``modify`` the licence.

    Attributes:
        trigger: id of the hit that it follows from, if any.
        lines: for ``modify``: what lines are lowered to.
        valid_to: for ``modify``: an earlier end.
    """

    id: str
    measure: str
    reason: str
    trigger: str = ""
    lines: tuple[LicenceLine, ...] = ()
    valid_to: dt.date | None = None


@body("measure_confirmed", "measure_approved")
@dataclass(frozen=True, slots=True)
class MeasureApproved:
    """``confirmed``: a person makes the system's proposal theirs. ``approved``: a second one agrees, and it holds."""

    id: str
    reason: str


@body("hit_found")
@dataclass(frozen=True, slots=True)
class HitFound:
    """A later run of screening found a party of a case that is decided."""

    hit: Hit
    listed_on: dt.date | None = None
