"""Scenario 8: a consignee is listed after the licence was granted."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from enduse.cases.application import CaseParty
from enduse.cases.bodies import HitDisposed
from enduse.cases.case import Case
from enduse.cases.licence_bodies import HitFound, LicenceLine, MeasureApproved, MeasureProposed, ShipmentChecked, Usage
from enduse.cases.refusals import Code
from enduse.model.transaction import Role
from licensing_world import (
    DECIDER,
    EXPORTER,
    FIRST,
    INSPECTOR,
    JOB,
    LICENCE_AUTHORITY,
    REPORT,
    SCREENING,
    World,
    actor,
    application,
    granted,
    hit,
    item,
)


def usage(name: str, quantity: str, day: dt.date) -> Usage:
    return Usage(name, 1, Decimal(quantity), "pieces", day)


def licensed() -> tuple[World, Case]:
    world = World().at(3, 2)
    base = application()
    consignee = CaseParty("consignee", Role.ULTIMATE_CONSIGNEE, "Epsilon Trading LLC", "XA")
    form = replace(base, items=(item(quantity=Decimal(100)),), parties=(*base.parties, consignee))
    case = world.decided(world.to_consolidation(form), granted(1, REPORT))
    world.at(5, 4)
    return world, world.do(case, "use", usage("U1", "40", dt.date(2026, 5, 4)), EXPORTER)


def listed() -> tuple[World, Case]:
    world, case = licensed()
    world.at(6, 2)
    found = replace(hit("later-1", "consignee"), listed_name="Epsilon Trading LLC")
    return world, world.do(case, "report_hit", HitFound(found, dt.date(2026, 6, 1)), JOB)


def approved() -> tuple[World, Case]:
    world, case = listed()
    case = world.do(case, "confirm_measure", MeasureApproved("hit-later-1", "the same company"), LICENCE_AUTHORITY)
    return world, world.do(case, "approve_measure", MeasureApproved("hit-later-1", "agreed"), FIRST)


def test_the_hit_makes_a_proposal_to_suspend_that_suspends_nothing_yet() -> None:
    _, case = listed()
    assert case.licence is not None
    (measure,) = case.licence.measures
    assert (measure.content.measure, measure.open, measure.owner) == ("suspend", True, "")
    assert case.licence.status == "active"


def test_the_system_and_one_person_are_not_two_people() -> None:
    world, case = listed()
    refusal = world.refused(case, "approve_measure", MeasureApproved("hit-later-1", "agreed"), FIRST)
    assert "the system proposed it" in str(refusal)
    case = world.do(case, "confirm_measure", MeasureApproved("hit-later-1", "the same"), LICENCE_AUTHORITY)
    same = actor(LICENCE_AUTHORITY.id, "countersigner_1")
    assert world.refused(case, "approve_measure", MeasureApproved("hit-later-1", "x"), same).code is Code.SEPARATION


def test_on_the_second_person_s_approval_customs_stops_the_remaining_sixty_and_the_forty_stay_used() -> None:
    world, case = approved()
    assert case.licence is not None
    assert case.licence.status == "suspended"
    assert case.licence.balance(1) == Decimal(60)
    assert sum(one.quantity for one in case.licence.usages) == Decimal(40)
    sent = {one.to: one for one in world.log.messages if one.rule.startswith("measure")}
    assert set(sent) == {"customs", "exporter", "member_states"}
    assert sent["customs"].content == {
        "licence": "NL-2026-1-L1",
        "measure": "suspend",
        "balance": [[1, "60", "pieces"]],
        "effective": "2026-06-02",
    }
    assert "Epsilon" not in repr(sent["exporter"].content)


def test_nothing_leaves_under_a_suspended_licence_but_what_was_said_before_is_still_known() -> None:
    world, case = approved()
    refusal = world.refused(case, "use", usage("U2", "1", dt.date(2026, 6, 2)), EXPORTER)
    assert "is suspended" in str(refusal)
    again = world.do(case, "use", usage("U1", "40", dt.date(2026, 5, 4)), EXPORTER)
    assert again.seq == case.seq


def test_a_licence_is_reinstated_or_revoked_by_two_people_too() -> None:
    world, case = approved()
    back = MeasureProposed("m2", "reinstate", "delisted")
    assert "hits_disposed" in world.refused(case, "propose_measure", back, LICENCE_AUTHORITY).rules
    case = world.do(case, "dispose_hit", HitDisposed("later-1", "same", "taken off the list"), SCREENING)
    case = world.do(case, "propose_measure", back, LICENCE_AUTHORITY)
    case = world.do(case, "approve_measure", MeasureApproved("m2", "agreed"), FIRST)
    assert case.licence is not None
    assert case.licence.status == "active"
    case = world.do(case, "propose_measure", MeasureProposed("m3", "revoke", "diverted"), LICENCE_AUTHORITY)
    refusal = world.refused(case, "propose_measure", MeasureProposed("m4", "suspend", "too"), LICENCE_AUTHORITY)
    assert "waits for its second person" in str(refusal)
    case = world.do(case, "approve_measure", MeasureApproved("m3", "agreed"), FIRST)
    assert case.licence is not None
    assert case.licence.status == "revoked"
    gone = world.refused(case, "propose_measure", MeasureProposed("m5", "reinstate", "no"), LICENCE_AUTHORITY)
    assert "is revoked" in str(gone)


def test_a_decider_cannot_suspend_and_an_exporter_cannot_approve() -> None:
    world, case = listed()
    body = MeasureApproved("hit-later-1", "x")
    assert world.refused(case, "approve_measure", body, DECIDER).code is Code.ROLE
    assert world.refused(case, "approve_measure", body, EXPORTER).code is Code.ROLE


def test_a_licence_is_lowered_by_two_people_never_raised_and_never_below_what_has_left() -> None:
    world, case = licensed()
    world.at(6, 2)

    def lowered(quantity: str, name: str = "m1") -> MeasureProposed:
        line = LicenceLine(1, "5A001.j", Decimal(quantity), "pieces")
        return MeasureProposed(name, "modify", "fewer are needed", "", (line,))

    more = world.refused(case, "propose_measure", lowered("101"), LICENCE_AUTHORITY)
    assert "can only be lowered" in str(more)
    less = world.refused(case, "propose_measure", lowered("39"), LICENCE_AUTHORITY)
    assert "has left already" in str(less)
    nothing = MeasureProposed("m1", "modify", "no change")
    assert world.refused(case, "propose_measure", nothing, LICENCE_AUTHORITY).rules == ("only_less",)

    case = world.do(case, "propose_measure", lowered("60"), LICENCE_AUTHORITY)
    assert case.licence is not None
    assert case.licence.balance(1) == Decimal(60)
    case = world.do(case, "approve_measure", MeasureApproved("m1", "agreed"), FIRST)
    assert case.licence is not None
    assert (case.licence.status, case.licence.balance(1)) == ("active", Decimal(20))


def test_what_left_before_the_suspension_and_is_reported_late_is_counted() -> None:
    world, case = approved()
    world.at(6, 10)
    case = world.do(case, "use", usage("U9", "5", dt.date(2026, 5, 30)), EXPORTER)
    assert case.licence is not None
    assert (case.licence.status, case.licence.balance(1)) == ("suspended", Decimal(55))
    assert "is suspended" in str(world.refused(case, "use", usage("U10", "5", dt.date(2026, 6, 2)), EXPORTER))


def test_a_post_shipment_check_is_recorded_with_what_it_found() -> None:
    world, case = licensed()
    found = ShipmentChecked("diverted", "port of XB", "the crates are empty")
    case = world.do(case, "check_shipment", found, INSPECTOR)
    assert world.licensing.history(case.id)[-1].body == found
    assert world.refused(case, "check_shipment", replace(found, result="fine"), INSPECTOR).rules == ("check_result",)
    assert world.refused(case, "check_shipment", found, EXPORTER).code is Code.ROLE
