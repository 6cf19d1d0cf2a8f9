"""What statistics know of a decision: facts written at its time, frozen with it, revised by later ones beside them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from enduse.cases.events import body


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the decision as statistics count it; no name of a person or company is in it."""

    line: int
    authority: str
    type: str
    decided_on: dt.date
    submitted_on: dt.date
    registered_on: dt.date | None
    code: str
    category: str
    cyber_surveillance: bool
    destination: str
    end_user_category: str
    value: Decimal
    currency: str
    outcome: str
    criteria: tuple[str, ...]
    on_appeal: bool
    clocks: tuple[str, ...]
    human_rights_assessed_on: dt.date | None
    working_days: int | None = None


@body("facts_recorded")
@dataclass(frozen=True, slots=True)
class FactsRecorded:
    """What statistics know of the decision, frozen at its time. A revision is a later event."""

    revision: int
    facts: tuple[Fact, ...]
