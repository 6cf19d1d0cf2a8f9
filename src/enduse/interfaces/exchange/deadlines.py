"""The working days of a member: those of its state, as licensing knows them."""

from __future__ import annotations

import datetime as dt

from enduse.cases.decide import shipped_policies
from enduse.exchange.due import Works

_SATURDAY = 5


def works_of(state: str) -> Works:
    """The working days of a state; Monday to Friday where no calendar of it is shipped."""
    policies = shipped_policies()
    name = policies.partner_calendars.get(state, "")
    return policies.clocks.calendars[name].works if name else _weekdays


def _weekdays(day: dt.date) -> bool:
    return day.weekday() < _SATURDAY
