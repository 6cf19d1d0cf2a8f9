"""How long an alert may be put off."""

from __future__ import annotations

import datetime as dt

import pytest

from enduse.model.errors import BadInput
from enduse.monitor.work import State, Status, snoozed

TODAY = dt.date(2026, 8, 3)


@pytest.mark.parametrize(("urgency", "days"), [(0, 31), (1, 366), (2, 366)])
def test_the_most_urgent_come_back_within_a_month_and_the_others_within_a_year(urgency: int, days: int) -> None:
    state = State(Status.OPEN, urgency)
    last = TODAY + dt.timedelta(days=days)
    assert snoozed(state, last, TODAY, "the owner answers then").until == last.isoformat()
    for day in (TODAY, last + dt.timedelta(days=1)):
        with pytest.raises(BadInput, match="no day to come back on"):
            snoozed(state, day, TODAY, "later")
