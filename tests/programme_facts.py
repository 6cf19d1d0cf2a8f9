"""A fact of licensing's statistics, as written with a decision."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from enduse.cases.facts import Fact


def fact() -> Fact:
    """A grant of 4 March 2026 by the authority nl."""
    return Fact(
        line=1,
        authority="nl",
        type="individual",
        decided_on=dt.date(2026, 3, 4),
        submitted_on=dt.date(2026, 2, 1),
        registered_on=dt.date(2026, 2, 2),
        code="5A001.j",
        category="5",
        cyber_surveillance=True,
        destination="XA",
        end_user_category="police",
        value=Decimal("1000.00"),
        currency="EUR",
        outcome="grant",
        criteria=(),
        on_appeal=False,
        clocks=(),
        human_rights_assessed_on=dt.date(2026, 2, 20),
        working_days=20,
    )
