"""Where a vendor's products, or a technology, have spread: as entries record it, by country and over time."""

from __future__ import annotations

import datetime as dt

from designation_world import NAME, RECORDER, World
from enduse.cases.designations import bodies
from enduse.cases.designations.spread import counted, reached
from enduse.interfaces.web.designations.drawing import LEVELS, times


def test_what_is_recorded_is_counted_by_country_and_nothing_else_is() -> None:
    world = World()
    first = world.evidence()
    world.evidence(
        place="XA", occurred=dt.date(2024, 1, 2), end_user="BUREAU OF PUBLIC WATCHING", harm=bodies.Harm.PROTEST
    )
    world.evidence(place="EE", occurred=None, intermediaries=(), end_user="")
    world.evidence(place="", vendor="Another Vendor")
    denial = bodies.SourceGraded("The vendor", "D", "4", stance=bodies.Stance.CONTRADICTS)
    world.service.add_source(first.id, denial, RECORDER)
    mine = [one for one in world.service.entries() if one.content.vendor == NAME]
    found = {one.place: one for one in reached(mine)}
    assert list(found) == ["XA", "EE"], "the country with most entries first; no other vendor's"
    here = found["XA"]
    assert (len(here.entries), here.contradicted) == (2, 1)
    assert (here.first, here.last) == (dt.date(2023, 9, 1), dt.date(2024, 1, 2))
    assert here.end_users == ("Bureau of Public Watching",), "one name, however it is written in capitals"
    assert set(here.harms) == {"intrusion_into_devices", "repression_of_protest"}
    assert (found["EE"].end_users, found["EE"].first) == ((), None), "what is not stated is not guessed"
    assert reached(world.service.entries())[-1].place == ""
    assert reached(()) == ()


def test_names_are_counted_most_first() -> None:
    assert counted(["b", "A ", "a", "", "B", "b"]) == (("b", 3), ("A", 2))


def test_the_timeline_holds_every_dated_entry_and_counts_the_others() -> None:
    world = World()
    assert times(()) is None
    undated = world.evidence(occurred=None)
    assert times((undated,)) is None
    places = [f"X{letter}" for letter in "ABCDEFGHIJK"]
    entries = [world.evidence(place=one, occurred=dt.date(2020 + n % 4, 1 + n, 1)) for n, one in enumerate(places)]
    found = times((*entries, undated))
    assert found is not None
    assert (len(found.points), found.undated) == (len(entries), 1)
    assert len(found.rows) == LEVELS + 1 and found.rows[-1][1] == f"{len(places) - LEVELS} more"
    assert all(found.left <= one.x <= found.width for one in found.points)
    assert [text for _, text in found.marks[:2]] == ["2020-01-01", "2023-08-01"]
    first, again = world.evidence(), world.evidence()
    denial = bodies.SourceGraded("The vendor", "D", "4", stance=bodies.Stance.CONTRADICTS)
    against = world.service.add_source(world.evidence().id, denial, RECORDER)
    one_day = times((first, again, against))
    assert one_day is not None and len(one_day.marks) == 1
    assert [(one.count, one.contradicted) for one in one_day.points] == [(2, False), (1, True)]
    assert one_day.points[0].x + 20 < one_day.points[1].x, "beside each other"
