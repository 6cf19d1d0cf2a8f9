"""Scenario 9: ten licensed; what is used is counted once and never below nothing."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enduse.cases.application import Condition
from enduse.cases.bodies import Reasoned
from enduse.cases.case import Case
from enduse.cases.licence_bodies import ConditionMet, Usage
from enduse.cases.refusals import Code
from licensing_world import EXPORTER, NO_REEXPORT, OFFICER, OTHER_EXPORTER, REPORT, World, application, granted, item

DAY = dt.date(2026, 3, 2)


def usage(name: str, quantity: str, **changes: object) -> Usage:
    values = {"usage": name, "line": 1, "quantity": Decimal(quantity), "unit": "kg", "on": DAY, **changes}
    return Usage(**values)  # type: ignore[arg-type]


def licensed(*conditions: Condition) -> tuple[World, Case]:
    world = World().at(3, 2)
    form = application(items=(item(quantity=Decimal("10.0"), unit="kg"),))
    return world, world.decided(world.to_consolidation(form), granted(1, *conditions))


def test_the_scenario() -> None:
    world, case = licensed()
    assert case.licence is not None
    case = world.do(case, "use", usage("U1", "7.5"), EXPORTER)
    case = world.do(case, "use", usage("U1", "7.5"), EXPORTER)
    assert case.licence is not None
    assert case.licence.balance(1) == Decimal("2.5")

    case = world.do(case, "use", usage("U2", "3.0"), EXPORTER)

    assert case.licence is not None
    assert case.licence.balance(1) == Decimal("2.5")
    assert [one.usage for one in case.licence.exceptions] == ["U2"]
    assert [one.usage for one in case.licence.usages] == ["U1"]


def test_an_id_said_again_with_another_quantity_is_refused_and_not_counted() -> None:
    world, case = licensed()
    case = world.do(case, "use", usage("U1", "7.5"), EXPORTER)
    assert world.refused(case, "use", usage("U1", "0.5"), EXPORTER).rules == ("same_usage",)


@pytest.mark.parametrize(
    ("body", "what"),
    [
        (usage("U1", "1", unit="pieces"), "counted in kg"),
        (usage("U1", "1", line=2), "no licence has a line 2"),
        (usage("U1", "1", on=dt.date(2026, 3, 3)), "is to come"),
        (usage("U1", "1", on=dt.date(2026, 2, 27)), "valid from 2026-03-02"),
        (usage("U1", "0"), "no amount"),
        (usage("U1", "-1"), "no amount"),
        (usage("U1", "NaN"), "no amount"),
        (usage("U1", "Infinity"), "no amount"),
        (usage("U1", "1E-40"), "too long"),
    ],
)
def test_what_cannot_be_counted_is_refused(body: Usage, what: str) -> None:
    world, case = licensed()
    assert what in str(world.refused(case, "use", body, EXPORTER))


def test_another_exporter_cannot_use_the_licence() -> None:
    world, case = licensed()
    assert world.refused(case, "use", usage("U1", "1"), OTHER_EXPORTER).code is Code.NOT_YOURS


def test_the_last_piece_exhausts_the_licence_and_more_is_an_exception() -> None:
    world, case = licensed()
    case = world.do(case, "use", usage("U1", "10.0"), EXPORTER)
    assert case.licence is not None
    assert case.licence.status == "exhausted"
    case = world.do(case, "use", usage("U2", "0.1"), EXPORTER)
    assert case.licence is not None
    assert len(case.licence.exceptions) == 1


def test_a_licence_ends_on_its_day_by_itself() -> None:
    world, case = licensed()
    world.at(3, 1, 2028)
    assert world.licensing.tick(case.id).seq == case.seq
    case = world.at(3, 2, 2028).licensing.tick(case.id)
    assert case.licence is not None
    assert case.licence.status == "expired"


def test_conditions_are_owed_until_there_is_evidence() -> None:
    world, case = licensed(REPORT, NO_REEXPORT)
    assert case.licence is not None
    assert [(one.id, day) for one, day in case.licence.conditions_owed] == [("delivery-report", dt.date(2026, 5, 31))]
    case = world.do(case, "meet_condition", ConditionMet("delivery-report", "ef" * 32), EXPORTER)
    assert case.licence is not None
    assert case.licence.conditions_owed == ()


def test_a_condition_that_is_owed_is_among_what_is_due_also_after_the_case_is_closed() -> None:
    world, case = licensed(REPORT)
    world.do(case, "close", Reasoned("decided"), OFFICER)
    world.at(5, 28)
    assert [(name, one.rule.id) for name, one in world.licensing.due(7)] == [(case.id, "condition:delivery-report")]
    world.do(case, "meet_condition", ConditionMet("delivery-report", "ef" * 32), EXPORTER)
    assert world.licensing.due(7) == ()


@given(st.lists(st.tuples(st.integers(0, 5), st.decimals("0.001", "6", places=3)), max_size=14))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_balance_is_what_is_licensed_less_what_was_used_and_never_negative(
    said: list[tuple[int, Decimal]],
) -> None:
    world, case = licensed()
    seen: dict[str, Decimal] = {}
    for number, quantity in said:
        name = f"U{number}"
        if name in seen and seen[name] != quantity:
            world.refused(case, "use", usage(name, str(quantity)), EXPORTER)
            continue
        seen[name] = quantity
        case = world.do(case, "use", usage(name, str(quantity)), EXPORTER)
        assert case.licence is not None
        used = sum((one.quantity for one in case.licence.usages), Decimal(0))
        assert case.licence.balance(1) == Decimal("10.0") - used
        assert case.licence.balance(1) >= 0
    assert case.licence is not None
    assert {one.usage for one in (*case.licence.usages, *case.licence.exceptions)} == set(seen)
