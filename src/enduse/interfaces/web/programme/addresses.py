"""The addresses of the programme in a browser."""

from __future__ import annotations

from enduse.interfaces.web.addresses import Address
from enduse.interfaces.web.programme import scorecards
from enduse.interfaces.web.programme.room import COMPARISON, KEEP, SCORECARD, VIEW

ADDRESSES: tuple[Address, ...] = (
    Address(SCORECARD, scorecards.card, VIEW),
    Address(SCORECARD, scorecards.publish, KEEP, ("POST",)),
    Address("/programme/evidence/{kind}/{id:path}", scorecards.evidence, VIEW),
    Address(COMPARISON, scorecards.comparison, VIEW),
)
