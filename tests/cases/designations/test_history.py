"""History is never rewritten: what was public on a day stays what was public on it, whatever comes later."""

from __future__ import annotations

import datetime as dt

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designation_world import MEMBERS, NOMINATOR, PUBLISHER, World
from enduse.cases.designations import bodies
from enduse.model.party import ListedParty, Measure
from enduse.model.truth import Truth

FIRST = dt.date(2024, 1, 8)
STEPS = st.lists(st.tuples(st.sampled_from(["terms", "alias"]), st.integers(1, 40), st.integers(0, 20)), max_size=4)


def known(world: World, case: str, last: dt.date) -> dict[dt.date, ListedParty | None]:
    """What was public on every day until ``last``."""
    days = [FIRST + dt.timedelta(days=number) for number in range(-2, (last - FIRST).days + 1, 5)]
    return {day: world.service.party(case, known_on=day) for day in days}


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(STEPS, st.integers(0, 15), st.booleans())
def test_what_was_public_on_a_day_stays_so(steps: list[tuple[str, int, int]], delay: int, removed: bool) -> None:
    world = World()
    case = world.listed((FIRST + dt.timedelta(days=delay)).isoformat()).id
    seen = known(world, case, world.today)
    effective = FIRST + dt.timedelta(days=delay)
    for number, (kind, passed, ahead) in enumerate(steps):
        world.now += dt.timedelta(days=passed)
        effective = max(effective, world.today) + dt.timedelta(days=ahead)
        asked = {"terms": bodies.Terms((Measure.LICENCE_REQUIREMENT,), scope=f"scope {number}")}
        _carried(world, case, "modify", **(asked if kind == "terms" else {"aliases": (f"Alias {number}",)}))
        world.act(case, "amend", bodies.Amended(effective, f"change {number}", "New facts."), PUBLISHER)
        seen |= {
            day: one for day, one in known(world, case, world.today).items() if day not in seen and day < world.today
        }
        assert {day: world.service.party(case, known_on=day) for day in seen if day < world.today} == {
            day: one for day, one in seen.items() if day < world.today
        }
    world.now += dt.timedelta(days=30)
    last = max(effective, world.today) + dt.timedelta(days=1)
    if removed:
        _carried(world, case, "remove")
        world.act(case, "remove", bodies.Removed(last, "removal", "It left."), PUBLISHER)
    for day, one in seen.items():
        if day < world.today - dt.timedelta(days=29):
            assert world.service.party(case, known_on=day) == one
    party, held = world.service.party(case), world.service.case(case)
    assert party is not None
    for ahead in range(-3, 160, 7):
        day = FIRST + dt.timedelta(days=ahead)
        forced = [one for one in party.listings if one.in_force(day) is Truth.TRUE]
        assert len(forced) == held.listed_on(day), "one version on each day on which it is in force, and none else"


def _carried(world: World, case: str, question: str, **asked: object) -> None:
    held = world.service.case(case)
    world.circulate(held, question, **asked)
    world.votes(held, **dict.fromkeys(MEMBERS, "yes"))
    world.close(held)


def test_a_nominator_cannot_touch_what_is_listed() -> None:
    world = World()
    case = world.listed("2024-01-10")
    made = case.nomination
    assert world.refused(case, "revise", made, NOMINATOR).refusal.code.value == "status"
