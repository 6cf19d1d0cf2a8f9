"""Licensing over the store: two people at once, erasure, attempts in the audit chain, messages in the outbox."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import licensing_world as w
from enduse.cases.bodies import Decided, Reasoned
from enduse.cases.context import Actor
from enduse.cases.decide import Command
from enduse.cases.licence_bodies import Usage
from enduse.cases.refusals import Conflict, Refused
from enduse.interfaces.licensing.log import StoredLog
from enduse.store import open_store
from enduse.store.database import Store

NOW = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)


def opened(place: Path | str) -> Store:
    return open_store(place, create=True, clock=lambda: NOW)


def world_over(store: Store) -> w.World:
    return w.World(log=w.Watched(StoredLog(store.cases)))


@pytest.fixture
def store(place: Path | str) -> Iterator[Store]:
    with opened(place) as store:
        yield store


def at_once(place: Path | str, commands: list[tuple[Command, Actor]], expected: int) -> list[str]:
    """What became of commands that people give at one moment, each over a connection of their own."""
    ready = threading.Barrier(len(commands))
    outcomes: list[str] = []

    def act(command: Command, who: Actor) -> None:
        with opened(place) as mine:
            world = world_over(mine)
            ready.wait(timeout=30)
            try:
                world.licensing.act("case-1", command, who, expected=expected)
                outcomes.append("won")
            except Conflict:
                outcomes.append("told")

    threads = [threading.Thread(target=act, args=pair) for pair in commands]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return sorted(outcomes)


def test_of_two_who_decide_at_once_one_decides_and_the_other_is_told(place: Path | str) -> None:
    with opened(place) as store:
        world = world_over(store)
        case = world.countersigned(world.to_consolidation())
    deciders = [w.actor(f"decider-{number}", "decision_authority") for number in (1, 2)]
    command = Command("decide", Decided((w.granted(),)))
    assert at_once(place, [(command, who) for who in deciders], case.seq) == ["told", "won"]
    with opened(place) as store:
        assert len(world_over(store).licensing.case("case-1").decisions) == 1
        assert store.verify().whole


def test_of_two_who_use_the_last_of_a_licence_one_is_told_and_then_recorded_as_an_overdraw(place: Path | str) -> None:
    with opened(place) as store:
        world = world_over(store)
        case = world.decided(world.to_consolidation(w.application(items=(w.item(quantity=Decimal("10.0")),))))
    uses = [Command("use", Usage(name, 1, Decimal("7.5"), "pieces", NOW.date())) for name in ("U1", "U2")]
    assert at_once(place, [(use, w.EXPORTER) for use in uses], case.seq) == ["told", "won"]
    with opened(place) as store:
        world = world_over(store)
        for use in uses:  # both say it again: what was recorded stays as it is
            case = world.licensing.act("case-1", use, w.EXPORTER)
        assert case.licence is not None
        assert (len(case.licence.usages), len(case.licence.exceptions)) == (1, 1)
        assert case.licence.balance(1) == Decimal("2.5")
        assert store.verify().whole


def test_of_two_who_amend_at_once_one_amends_and_the_old_case_names_it(place: Path | str) -> None:
    with opened(place) as store:
        case = world_over(store).registered()
    ready = threading.Barrier(2)
    outcomes: list[str] = []

    def amend(name: str) -> None:
        with opened(place) as mine:
            world = world_over(mine)
            form = w.application(amends=case.id, end_use=name)
            ready.wait(timeout=30)
            try:
                world.licensing.open(form, w.EXPORTER, case_id=name)
                outcomes.append("won")
            except (Conflict, Refused):
                outcomes.append("told")

    threads = [threading.Thread(target=amend, args=(name,)) for name in ("case-2", "case-3")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert sorted(outcomes) == ["told", "won"]
    with opened(place) as store:
        old = world_over(store).licensing.case(case.id)
        assert old.superseded_by in ("case-2", "case-3")
        assert [one for one in store.cases.ids() if one != case.id] == [old.superseded_by]


def test_every_event_comes_back_as_it_was_written(store: Store) -> None:
    world, memory = world_over(store), w.World(log=w.Watched(w.MemoryLog()))
    for one in (world, memory):
        one.at(3, 2)
        one.decided(one.to_consolidation(), w.granted(1, w.REPORT))
    assert world.licensing.history("case-1") == memory.licensing.history("case-1")
    assert world.licensing.case("case-1") == memory.licensing.case("case-1")


def test_messages_wait_in_the_outbox_and_refused_attempts_stand_in_the_chain(store: Store) -> None:
    world = world_over(store)
    case = world.decided(world.to_consolidation())
    assert {one.topic for one in store.outbox.waiting()} == {"case.receipt", "case.decision", "case.licence"}
    sent = {"agrees": True, "reason": "x", "countersigner": "counter-2"}
    with pytest.raises(Refused):
        world.licensing.post(case.id, "countersign", sent, w.FIRST)
    last = store.audit.entries(last=1)[0]
    assert (last.actor, last.action) == (w.FIRST.id, "case.refused.countersign")
    assert "countersigner=counter-2" in last.reason


def test_an_erased_case_is_read_without_its_content_and_the_chain_stays_whole(store: Store) -> None:
    world = world_over(store)
    case = world.submitted()
    world.do(case, "withdraw", Reasoned("no longer needed"), w.EXPORTER)
    world.at(1, 1, 2040)
    world.licensing.erase(case.id, w.RECORDS, "the period has passed")
    found = world.licensing.case(case.id)
    assert found.application is None
    assert len(found.erased) == found.seq - 1
    assert store.verify().whole
