"""Editions of the own list: one calendar for all authorities, made of the newest log, made again where one lacks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

from designation_world import NAME, SUBJECT, World
from enduse.assess import Settings, check
from enduse.cases.designations.designation import Designation
from enduse.cases.refusals import Code, Refusal, Refused
from enduse.evidence.library import Library
from enduse.interfaces.designations import editions
from enduse.interfaces.designations.daily import tick
from enduse.interfaces.designations.editions import put_edition
from enduse.interfaces.designations.office import Office
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.lists.shelf import Shelf
from enduse.model.party import ListedParty

SECOND = replace(SUBJECT, name="Quarzwerk Zweite Gesellschaft", aliases=(), native=(), identifiers=())


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def outcome(data: Path, name: str, on: str) -> str:
    order = {"item": {"code": "EAR99"}, "from": "US", "destination": "EE", "date": on}
    tx = transaction_from_mapping(
        {**order, "parties": [{"role": "end_user", "name": name, "country": "EE"}]}, where="order"
    )
    return check(
        tx, library=Library(data, accept_starter=True), settings=Settings(laws=("us",)), today=day(on)
    ).outcome.value


def own(data: Path) -> dict[dt.date, set[str]]:
    """Names in each edition on file."""
    shelf = Shelf.open(data)
    return {
        one.edition: {party.name for party in shelf.standing("local", one.edition)}
        for one in shelf.editions()
        if one.source == "local"
    }


def test_an_edition_is_never_of_an_earlier_day_than_the_newest_on_file(tmp_path: Path) -> None:
    """Half past midnight in UTC, and in Brussels, is the evening before in New York."""
    world = World()
    world.now = dt.datetime(2024, 1, 9, 0, 30, tzinfo=dt.UTC)
    world.listed("2024-01-08")
    put_edition(world.service.parties, tmp_path, day("2024-01-09"))
    other = world.listed("2024-01-08", subject=SECOND)
    assert world.service.day(other) == day("2024-01-08")
    assert put_edition(world.service.parties, tmp_path, world.service.day(other))
    assert own(tmp_path) == {day("2024-01-09"): {NAME, SECOND.name}}
    for name in (NAME, SECOND.name):
        for on in ("2024-01-08", "2024-01-09", "2024-01-10", "2024-03-01"):
            assert outcome(tmp_path, name, on) == "licence_required", (name, on)


def test_a_slow_publication_does_not_overwrite_a_newer_edition(tmp_path: Path) -> None:
    """What is listed is read while the lists are held: whoever writes last has read last."""
    world = World()
    world.listed("2024-01-08")
    held: list[bool] = []

    def parties() -> tuple[ListedParty, ...]:
        held.append(_is_held(tmp_path))
        return world.service.parties()

    put_edition(parties, tmp_path, world.today)
    assert held == [True]


def _is_held(data: Path) -> bool:
    from enduse.lists.snapshots import Store
    from enduse.model.errors import OperationFailed

    try:
        with Store(data).writing():
            return False
    except OperationFailed:
        return True


class Desk:
    """What the daily run needs of an office."""

    def __init__(self, world: World, data: Path) -> None:
        self.world, self.data = world, data

    def readable(self) -> Any:
        return self.world.service

    def edition(self, *, missing_only: bool = False) -> bool:
        return editions.put_edition(self.world.service.parties, self.data, self.world.today, missing_only=missing_only)

    def run(self) -> Any:
        return tick(cast("Office", self))


def test_the_daily_run_makes_an_edition_that_is_missing_and_no_other(tmp_path: Path) -> None:
    world = World()
    desk = Desk(world, tmp_path)
    assert not desk.run().edition, "nothing is listed"
    world.listed("2024-01-08")
    assert desk.run().edition
    world.on("2024-01-20")
    assert not desk.run().edition
    world.listed(subject=SECOND)
    assert desk.run().edition
    assert own(tmp_path)[day("2024-01-20")] == {NAME, SECOND.name}


def test_one_vote_that_cannot_be_closed_keeps_no_other_open(tmp_path: Path) -> None:
    world = World()
    first, second = world.circulate(world.nominated()), world.circulate(world.nominated())
    world.on("2024-04-20")
    world.service.tick = _refusing(first.id, world.service.tick)  # type: ignore[method-assign,assignment]
    done = Desk(world, tmp_path).run()
    assert [one for one, _ in done.refused] == [first.id]
    assert [one for one, _ in done.closed] == [second.id]


def _refusing(identifier: str, rest: Callable[[str], Designation]) -> Callable[[str], Designation]:
    def found(one: str) -> Designation:
        if one == identifier:
            raise Refused(Refusal("close_vote", Code.STATUS, "it cannot be closed"))
        return rest(one)

    return found
