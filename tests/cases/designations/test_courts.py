"""A court's order: what it needs, who publishes it, and what it leaves behind."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from designation_world import MEMBERS, NOMINATOR, PUBLISHER, World, nomination
from enduse.cases.designations import bodies
from enduse.cases.refusals import Code
from licensing_world import actor

ORDER = bodies.CourtOrdered("Example Court", "C-1/24", "remove", dt.date(2024, 2, 5))
REMOVAL = bodies.Removed(dt.date(2024, 2, 5), "order of the court", "A court ordered it.")


def test_who_recorded_the_order_does_not_publish_the_removal(world: World) -> None:
    both = actor("both", "designation_officer", "list_publisher")
    case = world.listed("2024-01-08")
    world.on("2024-02-05")
    world.act(case, "record_order", ORDER, both)
    assert world.refused(case, "remove", REMOVAL, both).refusal.code is Code.SEPARATION
    assert world.act(case, "remove", REMOVAL, PUBLISHER).status == "removed"


def test_who_nominated_publishes_neither_removal_nor_change(world: World) -> None:
    both = actor("both", "designation_officer", "list_publisher")
    case = world.circulate(world.service.nominate(nomination(world.evidence().id), both))
    world.votes(case, commerce="yes", state="yes", defense="yes")
    world.close(case)
    world.measured(case)
    world.publish(case, "2024-01-08")
    world.on("2024-02-05")
    world.act(case, "record_order", ORDER, NOMINATOR)
    assert world.refused(case, "remove", REMOVAL, both).refusal.code is Code.SEPARATION
    world.circulate(case, "modify", aliases=("Brackwater Signals",))
    world.votes(case, **dict.fromkeys(MEMBERS, "yes"))
    world.close(case)
    change = bodies.Amended(world.today, "89 FR 2", "A further name.")
    assert world.refused(case, "amend", change, both).refusal.code is Code.SEPARATION
    world.act(case, "amend", change, PUBLISHER)


@pytest.mark.parametrize(
    "changed", [{"court": " "}, {"reference": ""}, {"on": dt.date(1999, 2, 5)}, {"on": dt.date(2024, 2, 6)}]
)
def test_an_order_names_court_reference_and_a_day_since_the_listing(world: World, changed: dict[str, object]) -> None:
    case = world.listed("2024-01-08")
    world.on("2024-02-05")
    order = replace(ORDER, **changed)  # type: ignore[arg-type]
    assert world.refused(case, "record_order", order, NOMINATOR).refusal.rules == ("court_orders",)


def removed_with_an_open_vote(world: World) -> str:
    case = world.listed("2024-01-08")
    world.on("2024-02-05")
    world.circulate(case, "modify", aliases=("Brackwater Signals",))
    world.act(case, "record_order", ORDER, NOMINATOR)
    return world.act(case, "remove", REMOVAL, PUBLISHER).id


def test_a_vote_that_was_open_ends_with_the_removal(world: World) -> None:
    identifier = removed_with_an_open_vote(world)
    case = world.service.tick(identifier)
    closed = case.votes[-1].closed
    assert closed is not None and not closed.passed and "removed before the vote ended" in closed.why
    assert (case.status, case.acts[-1].actor) == ("removed", "system")
    world.act(identifier, "notify", bodies.Notified("by letter", world.today), NOMINATOR)
