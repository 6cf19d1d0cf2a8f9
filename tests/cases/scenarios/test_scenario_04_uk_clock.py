"""Scenario 4: the clock of a standard individual licence in the United Kingdom, with a query."""

from __future__ import annotations

import datetime as dt

from enduse.cases.bodies import RfiAnswered, RfiOpened
from enduse.cases.case import Case
from enduse.cases.clocks import ClockState, Deadline
from enduse.cases.context import case_deadlines
from enduse.cases.folding import apply, fold
from licensing_world import EXPORTER, OFFICER, World, application


def clock(world: World, case: Case, rule: str) -> Deadline:
    return next(one for one in world.licensing.deadlines(case.id) if one.rule.id == rule)


def with_query() -> tuple[World, Case]:
    world = World().at(3, 23)
    case = world.registered(application("uk", "siel"), reference="SIEL-2026-1")
    assert clock(world, case, "uk/20").due == dt.date(2026, 4, 22)
    assert clock(world, case, "uk/60").due == dt.date(2026, 6, 19)
    world.at(3, 30)
    case = world.do(case, "open_rfi", RfiOpened("q1", "Who maintains it?", "licensing policy"), OFFICER)
    assert clock(world, case, "uk/20").state is ClockState.PAUSED
    world.at(4, 9)
    return world, world.do(case, "answer_rfi", RfiAnswered("q1", "The ministry itself."), EXPORTER)


def test_six_working_days_of_the_query_move_both_marks() -> None:
    world, case = with_query()
    assert (clock(world, case, "uk/20").due, clock(world, case, "uk/20").paused) == (dt.date(2026, 4, 30), 6)
    assert clock(world, case, "uk/60").due == dt.date(2026, 6, 29)


def test_recomputing_from_events_gives_the_same_after_an_outage() -> None:
    world, case = with_query()
    kept = world.licensing.deadlines(case.id)
    world.at(5, 29)
    recomputed = {one.rule.id: one.due for one in world.licensing.deadlines(case.id)}
    assert {one.rule.id: one.due for one in kept} == recomputed

    stepwise = Case(case.id)
    for event in world.licensing.history(case.id):
        stepwise = apply(stepwise, event)
    whole = fold(case.id, world.licensing.history(case.id))
    day = dt.date(2026, 5, 29)
    assert case_deadlines(stepwise, world.policies, day) == case_deadlines(whole, world.policies, day)


def test_an_event_shortly_after_midnight_in_london_counts_on_london_s_day() -> None:
    world = World().at(6, 1)
    world.now = dt.datetime(2026, 6, 1, 23, 30, tzinfo=dt.UTC)  # 2 June, 00:30 in London
    case = world.submitted(application("uk", "siel"))
    assert clock(world, case, "uk/20").started == dt.date(2026, 6, 2)


def test_what_is_due_lists_the_case_until_it_is_paused() -> None:
    world = World().at(3, 23)
    case = world.registered(application("uk", "siel"), reference="SIEL-2026-1")
    world.at(4, 20)
    assert [(name, one.rule.id) for name, one in world.licensing.due(7)] == [(case.id, "uk/20")]
    world.do(case, "open_rfi", RfiOpened("q1", "Who maintains it?", "licensing policy"), OFFICER)
    assert world.licensing.due(7) == ()
