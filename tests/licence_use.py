"""Licences with use that looks like diversion, for tests of every interface."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import licensing_world as w
from enduse.cases.application import CaseParty
from enduse.cases.case import Case
from enduse.cases.licence_bodies import Usage
from enduse.model.transaction import Role

TRADER = CaseParty("trader", Role.ULTIMATE_CONSIGNEE, "شركة المثال للتجارة", "XA", "commercial")
WAY = CaseParty("way", Role.INTERMEDIATE_CONSIGNEE, "Steppe Example Forwarding", "BY", "commercial")
AGENT = CaseParty("agent", Role.OTHER, "Northern Example Agents", "XB", "commercial", "trader")
BEGINS = dt.date(2025, 11, 15)


def used(world: w.World, *uses: tuple[dt.date, int], case_id: str = "case-7", reference: str = "NL-2025-7") -> Case:
    """A licence for 400 pieces worth 800,000 EUR, and what left under it: day and pieces."""
    world.now = dt.datetime.combine(BEGINS, dt.time(9), dt.UTC)
    form = w.application(items=(w.item(quantity=Decimal(400), value=Decimal(800_000)),))
    assert form.undertaking is not None
    signed = replace(form.undertaking, signed_on=BEGINS - dt.timedelta(days=30))
    form = replace(form, parties=(*form.parties, TRADER, WAY, AGENT), undertaking=signed)
    case = world.decided(world.to_consolidation(form, case_id=case_id, reference=reference), w.granted())
    for number, (day, pieces) in enumerate(uses, 1):
        world.now = dt.datetime.combine(day, dt.time(10), dt.UTC)
        case = world.do(case, "use", Usage(f"u{number}", 1, Decimal(pieces), "pieces", day), w.EXPORTER)
    return case


def surged(world: w.World, until: dt.date = dt.date(2026, 8, 1)) -> Case:
    """Fifteen small deliveries over half a year, then ten within weeks, each a little below 40,000 EUR."""
    even = [(BEGINS + dt.timedelta(days=5 + 10 * number), 3) for number in range(15)]
    many = [(until - dt.timedelta(days=2 * (9 - number)), 19 - number % 2) for number in range(10)]
    return used(world, *even, *((day, pieces) for day, pieces in many))
