"""A court's order: what it needs, who publishes it, and what it leaves behind."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from designation_world import CHAIR, MEMBERS, NAME, NOMINATOR, PUBLISHER, TERMS, World, nomination
from enduse.assess import Settings, check
from enduse.cases.designations import bodies
from enduse.cases.designations.designation import Designation
from enduse.cases.designations.publication import notice
from enduse.cases.refusals import Code
from enduse.evidence.library import Library
from enduse.interfaces.designations.editions import put_edition
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.lists.shelf import Shelf
from enduse.model.truth import Truth
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


def test_a_petition_is_answered_after_a_court_removed_the_listing(world: World) -> None:
    case = world.listed("2024-01-08")
    world.on("2024-02-05")
    for name, asks in (("p1", "remove"), ("p2", "modify")):
        filed = bodies.PetitionFiled(name, NAME, asks, "its grounds", dt.date(2024, 2, 1))
        world.act(case, "petition", filed, NOMINATOR)
    world.act(case, "record_order", ORDER, NOMINATOR)
    before = bodies.PetitionDecided("p1", "granted", "a court ordered it")
    assert world.refused(case, "decide_petition", before, CHAIR).refusal.rules == ("petition_as_voted",)
    world.act(case, "remove", REMOVAL, PUBLISHER)
    case = world.act(case, "decide_petition", before, CHAIR)
    granted = bodies.PetitionDecided("p2", "granted", "as asked")
    assert world.refused(case, "decide_petition", granted, CHAIR).refusal.rules == ("petition_as_voted",)
    case = world.act(case, "decide_petition", bodies.PetitionDecided("p2", "refused", "it is off the list"), CHAIR)
    assert all(one.decided for one in case.petitions)


def days_in_force(world: World, case: Designation) -> list[tuple[dt.date | None, dt.date | None]]:
    party = world.service.party(case.id)
    assert party is not None
    return [(one.listed_from, one.listed_to) for one in party.listings]


def test_a_removal_cuts_off_a_change_that_is_to_come(world: World) -> None:
    case = world.listed("2024-01-08")
    world.on("2024-02-05")
    world.circulate(case, "modify", terms=replace(TERMS, scope="5A001.j"))
    world.votes(case, **dict.fromkeys(MEMBERS, "yes"))
    world.close(case)
    world.act(case, "amend", bodies.Amended(dt.date(2024, 9, 1), "89 FR 2", "New facts."), PUBLISHER)
    world.act(case, "record_order", ORDER, NOMINATOR)
    case = world.act(case, "remove", REMOVAL, PUBLISHER)
    assert days_in_force(world, case) == [(dt.date(2024, 1, 8), dt.date(2024, 2, 5))]


@pytest.mark.parametrize("effective", [dt.date(2024, 2, 5), dt.date(2024, 6, 1)])
def test_a_removal_may_come_before_the_first_day(world: World, effective: dt.date, tmp_path: Path) -> None:
    """It stays on file that it was published, and known on a day before that it was to come; it is never in force."""
    case = world.listed("2024-06-01")
    put_edition(world.service.parties, tmp_path, world.today)
    world.on("2024-02-05")
    world.act(case, "record_order", ORDER, NOMINATOR)
    case = world.act(case, "remove", replace(REMOVAL, effective=effective), PUBLISHER)
    put_edition(world.service.parties, tmp_path, world.today)
    days = [dt.date(2024, 1, 8) + dt.timedelta(days=number) for number in range(300)]
    party, before = world.service.party(case.id), world.service.party(case.id, known_on=dt.date(2024, 2, 4))
    assert party is not None and before is not None
    assert not any(case.listed_on(day) for day in days)
    assert party.listings == ()
    (read,) = (one for one in Shelf.open(tmp_path).parties() if one.source.source == "local")
    assert Truth.TRUE not in {one.in_force(day) for one in read.listings for day in days}
    for on in (dt.date(2024, 2, 5), dt.date(2024, 6, 1), dt.date(2024, 7, 1)):
        order = {"item": {"code": "EAR99"}, "from": "US", "destination": "EE", "date": on.isoformat()}
        tx = transaction_from_mapping({**order, "parties": [{"role": "end_user", "name": NAME}]}, where="order")
        for folder in (tmp_path, tmp_path / "other"):
            put_edition(world.service.parties, folder, world.today)
            library = Library(folder, accept_starter=True)
            assert check(tx, library=library, settings=Settings(laws=("us",)), today=on).outcome.value == "not_required"
    assert before.listings[0].in_force(dt.date(2024, 6, 1)) is Truth.TRUE
    text = notice(case, party, world.service.authority(case))
    assert "never in force" in text


def test_the_first_day_in_force_stays(world: World) -> None:
    case = world.listed()
    world.act(case, "record_order", replace(ORDER, on=world.today), NOMINATOR)
    removal = replace(REMOVAL, effective=world.today)
    assert world.refused(case, "remove", removal, PUBLISHER).refusal.rules == ("dates",)
    tomorrow = world.today + dt.timedelta(days=1)
    assert world.act(case, "remove", replace(removal, effective=tomorrow), PUBLISHER).listed_on(world.today)


def test_a_court_brings_a_removal_forward_and_what_was_known_stays(world: World) -> None:
    case = world.listed("2024-01-08")
    world.on("2024-02-01")
    world.circulate(case, "remove")
    world.votes(case, **dict.fromkeys(MEMBERS, "yes"))
    world.close(case)
    far = replace(REMOVAL, effective=dt.date(2025, 1, 8))
    case = world.act(case, "remove", far, PUBLISHER)
    assert world.refused(case, "remove", REMOVAL, PUBLISHER).refusal.rules == ("carried_remove",)
    seen = world.service.party(case.id, known_on=dt.date(2024, 2, 3))
    world.on("2024-02-05")
    world.act(case, "record_order", ORDER, NOMINATOR)
    assert world.refused(case, "remove", far, PUBLISHER).refusal.rules == ("dates",)
    case = world.act(case, "remove", REMOVAL, PUBLISHER)
    assert days_in_force(world, case) == [(dt.date(2024, 1, 8), dt.date(2024, 2, 5))]
    assert world.service.party(case.id, known_on=dt.date(2024, 2, 3)) == seen
    assert case.listed_on(dt.date(2024, 6, 1), known_on=dt.date(2024, 2, 3))
    assert not case.listed_on(dt.date(2024, 6, 1))
    assert world.refused(case, "remove", REMOVAL, PUBLISHER).refusal.rules == ("not_over", "dates")
