"""The addresses of the programme in a browser."""

from __future__ import annotations

from enduse.interfaces.web.addresses import BOTH, Address
from enduse.interfaces.web.programme import coalition, registers, scorecards, transparency
from enduse.interfaces.web.programme.room import (
    COMPARISON,
    CONSULTATIONS,
    CONTROLS,
    DRAFTS,
    KEEP,
    LAW,
    READ,
    SCORECARD,
    SECTION,
    TRANSPARENCY,
    VIEW,
)

ADDRESSES: tuple[Address, ...] = (
    Address(SECTION, registers.overview, READ),
    Address("/programme/initiatives/{id}", registers.one, READ),
    Address("/programme/import", registers.bring, KEEP, BOTH),
    Address(CONSULTATIONS, registers.consultations, VIEW),
    Address(CONSULTATIONS, registers.consult, KEEP, ("POST",)),
    Address(SCORECARD, scorecards.card, VIEW),
    Address(SCORECARD, scorecards.publish, KEEP, ("POST",)),
    Address("/programme/evidence/{kind}/{id:path}", scorecards.evidence, VIEW),
    Address(COMPARISON, scorecards.comparison, VIEW),
    Address(TRANSPARENCY, transparency.draft, VIEW),
    Address(TRANSPARENCY, transparency.freeze, KEEP, ("POST",)),
    Address(f"{TRANSPARENCY}/{{sha256}}", transparency.frozen, VIEW),
    Address(CONTROLS, coalition.controls, LAW),
    Address(DRAFTS, coalition.drafts, VIEW),
    Address(f"{DRAFTS}/{{asker}}/{{id}}", coalition.draft, VIEW),
)
