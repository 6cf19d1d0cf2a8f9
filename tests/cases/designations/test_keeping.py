"""How long things are kept: evidence, nominations and protected sources go when their period is over, what was public
never."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import pytest

from designation_world import CUSTODIAN, NAME, NOMINATOR, RECORDER, SEATS, World
from enduse.cases.bodies import Reasoned
from enduse.cases.designations import bodies
from enduse.cases.designations.keeping import Over, read_periods, shipped_periods
from enduse.cases.events import CaseEvent
from enduse.cases.log import Append
from enduse.cases.refusals import Code, Refused
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from licensing_world import MemoryLog, actor

RECORDS = actor("records", "records_officer")
SOURCE = bodies.ProtectedSource("Zephyrine Quillfeather Trust", "quillfeather-line-7781", "lives there")


def over(world: World, day: str) -> list[tuple[str, str]]:
    """What the records officer may erase on a day."""
    world.on(day)
    return [(one.kind, one.id) for one in world.service.over(RECORDS)]


def test_a_nomination_that_came_to_nothing_is_erased_after_its_period_and_leaves_who_acted(world: World) -> None:
    case = world.nominated()
    world.act(case, "withdraw", Reasoned("the evidence does not hold"), NOMINATOR)
    assert over(world, "2029-01-07") == []
    assert over(world, "2029-01-08") == [("designation", case.id)]
    world.service.erase_over("its period is over", RECORDS)
    after = world.service.case(case.id)
    assert (after.status, after.nomination) == ("erased", None)
    events = world.service.history(case.id)
    assert [one.kind for one in events] == ["designation_nominated", "designation_withdrawn", "erased"]
    assert [one.body for one in events[:2]] == [None, None] and all(one.sha256 for one in events)
    assert NAME not in json.dumps([to_plain(one) for one in events], default=str)
    assert world.service.erase_over("again", RECORDS) == ()


def test_what_was_public_is_never_erased(world: World) -> None:
    case = world.listed("2024-01-10")
    assert over(world, "2099-01-01") == []
    world.on("2024-03-01")
    world.circulate(case, "remove")
    world.votes(case, **dict.fromkeys(SEATS, "yes"))
    world.close(case)
    world.act(case, "remove", bodies.Removed(world.today, "89 FR 2", "Wound up."), actor("publisher", "list_publisher"))
    assert over(world, "2034-02-28") == []
    # What it rested on goes ten years after its removal; the listing and its reasons stay.
    assert [kind for kind, _ in over(world, "2034-03-01")] == ["evidence"]
    world.service.erase_over("its period is over", RECORDS)
    party = world.service.party(case.id)
    assert party is not None and party.name == NAME
    assert world.service.entries() == ()


def test_evidence_stays_while_something_open_rests_on_it(world: World) -> None:
    alone = world.evidence(title="Another report")
    case = world.nominated()
    assert over(world, "2040-01-01") == [("evidence", alone.id)]
    world.act(case, "withdraw", Reasoned("no"), NOMINATOR)
    assert over(world, "2040-06-01") == [("evidence", alone.id)]


def test_an_erased_entry_is_no_evidence_any_more(world: World) -> None:
    entry = world.evidence()
    assert over(world, "2034-01-08") == [("evidence", entry.id)]
    world.service.erase_over("its period is over", RECORDS)
    with pytest.raises(BadInput):
        world.service.entry(entry.id)
    with pytest.raises(Refused) as error:
        world.service.link(world.evidence().id, bodies.Link("follows", entry.id), RECORDER)
    assert error.value.refusal.rules == ("link",)


def test_a_protected_source_goes_when_it_was_promised_or_when_it_asks(world: World) -> None:
    promised = world.service.protect(bodies.ProtectedSource("Somebody", keep_until=dt.date(2024, 6, 1)), CUSTODIAN)
    other = world.service.protect(SOURCE, CUSTODIAN)
    world.on("2024-06-01")
    found = world.service.over(CUSTODIAN)
    assert found == (Over("source", promised, dt.date(2024, 6, 1), "protected-source"),)
    assert world.service.over(RECORDS) == (), "a records officer is not even told that there is one"
    world.service.erase_over("as promised", CUSTODIAN)
    world.service.erase_source(other, "it asked for it", CUSTODIAN)
    for one in (promised, other):
        with pytest.raises(BadInput):
            world.service.reveal(one, CUSTODIAN)
    assert world.service.protected(CUSTODIAN) == ()
    hidden = bodies.SourceGraded(reliability="B", credibility="2", protected=other)
    with pytest.raises(Refused):
        world.evidence(sources=(hidden,))


def test_an_entry_keeps_the_grades_of_a_source_that_was_erased(world: World) -> None:
    reference = world.service.protect(SOURCE, CUSTODIAN)
    hidden = bodies.SourceGraded(reliability="B", credibility="2", protected=reference)
    entry = world.evidence(sources=(hidden,))
    world.service.erase_source(reference, "it asked for it", CUSTODIAN)
    assert world.service.entry(entry.id).grade == "B2"


def test_who_may_not_erase_erases_nothing(world: World) -> None:
    reference = world.service.protect(SOURCE, CUSTODIAN)
    for who in (RECORDER, RECORDS, NOMINATOR):
        with pytest.raises(Refused) as error:
            world.service.erase_source(reference, "so", who)
        assert error.value.refusal.code is Code.ROLE
    for reason in ("", "  "):
        with pytest.raises(Refused):
            world.service.erase_source(reference, reason, CUSTODIAN)
    with pytest.raises(Refused):
        world.service.over(RECORDER)
    with pytest.raises(Refused):
        world.service.erase_source(reference, f"{SOURCE.name} asked for it", CUSTODIAN)
    assert world.service.reveal(reference, CUSTODIAN) == SOURCE


def test_a_reason_for_erasing_other_things_names_no_protected_source(world: World) -> None:
    both = actor("both", "records_officer", "source_custodian")
    world.service.protect(bodies.ProtectedSource(SOURCE.name, keep_until=dt.date(2050, 1, 1)), CUSTODIAN)
    entry = world.evidence()
    world.on("2034-02-01")
    with pytest.raises(Refused) as error:
        world.service.erase_over(f"{SOURCE.name} asked for it", both)
    assert error.value.refusal.rules == ("protected_source",)
    assert world.service.entry(entry.id) == entry


def test_who_a_source_is_is_in_another_log_than_everything_else() -> None:
    main, secrets = MemoryLog(), MemoryLog()
    world = World(main, secrets=secrets)
    reference = world.service.protect(SOURCE, CUSTODIAN)
    hidden = bodies.SourceGraded(reliability="B", credibility="2", protected=reference)
    world.evidence(sources=(hidden,))
    assert "uillfeather" not in repr(main.cases) and f"protected:{reference}" not in main.cases
    assert list(secrets.cases) == [f"protected:{reference}"]
    # The hash that stays confirms no guess: the same source kept twice has two hashes.
    other = world.service.protect(SOURCE, CUSTODIAN)
    kept = [secrets.cases[f"protected:{one}"][0].sha256 for one in (reference, other)]
    assert kept[0] != kept[1]
    world.service.erase_source(reference, "it asked for it", CUSTODIAN)
    assert "uillfeather" not in repr(secrets.cases[f"protected:{reference}"])


def test_what_an_earlier_build_kept_in_the_common_log_is_moved_once() -> None:
    main, secrets = MemoryLog(), MemoryLog()
    world = World(main, secrets=secrets)
    old = CaseEvent.of(1, world.now, CUSTODIAN.id, "source_custodian", "source_protected", SOURCE)
    main.append(Append("protected:s-old", 0, (old,)))
    with pytest.raises(Refused):
        world.service.move_sources(RECORDER)
    assert (world.service.move_sources(CUSTODIAN), world.service.move_sources(CUSTODIAN)) == (1, 0)
    assert world.service.reveal("s-old", CUSTODIAN) == SOURCE
    assert "uillfeather" not in repr(main.cases)


def test_the_periods_are_read_strictly(tmp_path: Path) -> None:
    assert {one.years for one in shipped_periods().values()} == {5, 10}
    for wrong in ("periods: []", "periods:\n  - {id: a, of: cases, years: 1, citation: {text: t, verified: no}}"):
        with pytest.raises(BadInput):
            read_periods(wrong, "x.yaml")
