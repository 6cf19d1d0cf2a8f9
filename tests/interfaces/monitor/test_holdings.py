"""Registers of positions: the days of SenseTime's listing as a Chinese military company, by moving the clock alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from enduse.interfaces.monitor.actions import alert_at_hand
from enduse.interfaces.monitor.holdings import Holdings, holding_of
from enduse.monitor.alerts import Alert
from enduse.monitor.customers import customer_of, line_of
from enduse.monitor.register import HOLDINGS
from monitored import World

ISIN = "US0378331005"


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, "2022-02-01")
    table = tmp_path / "holdings.csv"
    table.write_text(
        f"name,isin,ticker\nSenseTime Group Limited,,\nGardens Example Plc,{ISIN},\n,,0020 HK\n", encoding="utf-8"
    )
    positions = Holdings(table, world.today)
    world.register(positions, kind=HOLDINGS)
    assert [one.problem for one in positions.problems] == ["a ticker alone is not watched"]
    world.watch()
    world.run()
    return world


def alerts(world: World) -> list[Alert]:
    with world.store() as store:
        return [alert_at_hand(store, str(row["id"])).alert for row in world.alerts() if row["became"] == "dealing"]


def test_a_position_is_kept_as_it_was(tmp_path: Path) -> None:
    table = tmp_path / "one.csv"
    table.write_text(f"name,isin\nGardens Example Plc,{ISIN}\n", encoding="utf-8")
    (row,) = Holdings(table, World(tmp_path, "2022-02-01").today)
    found = holding_of(customer_of(line_of(row)))
    assert (row.key, found.name, found.isin) == (ISIN, "Gardens Example Plc", ISIN)


def test_dealing_is_told_of_on_the_days_on_which_its_answer_changes_once_each(world: World) -> None:
    assert alerts(world) == []
    days = []
    for day in ("2022-02-07", "2022-02-08", "2022-02-20", "2022-12-31"):
        world.clock.put(day)
        world.run()
        assert world.run().counts["new alerts"] == 0
        days.append(len(alerts(world)))
    assert days[0] == 0
    first, last = alerts(world)
    assert first.customer == last.customer == "SenseTime Group Limited"
    assert first.effective.isoformat() == "2022-02-08"
    assert "bought: barred" in first.after
    assert "bought: barred" not in first.before
    assert last.effective.isoformat().startswith("2022-12-")
    assert "sold: barred" in last.after
    assert "sold: barred" not in last.before
    assert all(one.citations for one in (first, last))


def test_one_position_in_two_spellings_of_its_number_is_one(tmp_path: Path) -> None:
    table = tmp_path / "two.csv"
    table.write_text(f"name,isin\nGardens Example Plc,{ISIN}\nGardens,{ISIN.lower()}\n", encoding="utf-8")
    assert [row.key for row in Holdings(table, World(tmp_path, "2022-02-01").today)] == [ISIN]


def test_days_that_lie_too_far_back_are_named(world: World) -> None:
    world.clock.put("2023-06-01")
    report = world.run()
    assert report.notes == ["days of dealing from 2022-02-01 to 2022-04-27 lie too far back: not looked at"]
    assert [one.effective.isoformat() for one in alerts(world)] == ["2022-12-10"]
