"""Rules that begin, are stayed and return reach owned customers on the very day, by the clock alone."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from enduse.interfaces.monitor.actions import alert_at_hand
from enduse.monitor.alerts import Alert
from enduse.monitor.law import law_days
from enduse.rules.rulebook import shipped_rulebooks
from monitor_worlds import customer
from monitored import World

HIKVISION = "Hangzhou Hikvision Digital Technology Co., Ltd."
CAUGHT, STAYED, BACK = "2025-09-29", "2025-11-10", "2026-11-10"


def alerts_of(world: World) -> list[Alert]:
    with world.store() as store:
        return [alert_at_hand(store, str(row["id"])).alert for row in world.alerts() if row["cause"] == "law"]


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, "2025-09-28")
    world.register(
        [
            customer("owned", "Quiet Optics Trading", (HIKVISION, 60), countries=("CN",)),
            customer("less", "Minority Optics Trading", (HIKVISION, 30), countries=("CN",)),
            customer("free", "Gardening Without Borders", countries=("CN",)),
        ]
    )
    world.watch()
    return world


def test_the_affiliates_rule_catches_frees_and_catches_again(world: World) -> None:
    world.run()
    assert alerts_of(world) == []
    days = []
    for day in (CAUGHT, "2025-10-20", STAYED, "2026-06-01", BACK, "2026-11-11"):
        world.clock.put(day)
        world.run()
        world.run()
        days.append(len(alerts_of(world)))
    assert days == [1, 1, 2, 2, 3, 3]
    caught, freed, back = alerts_of(world)
    assert [(one.customer, one.became, one.effective.isoformat()) for one in (caught, freed, back)] == [
        ("owned", "caught", CAUGHT),
        ("owned", "freed", STAYED),
        ("owned", "open", BACK),
    ]
    assert [one.citations[0].text for one in (caught, freed, back)] == [
        "15 CFR 744.11(a)(1); 90 FR 47201, stayed by 90 FR 50857",
        "15 CFR 744.11(a)(1); 90 FR 47201, stayed by 90 FR 50857",
        "15 CFR 744.11(a)(1); back in force by the terms of 90 FR 50857",
    ]
    assert "does not apply" in caught.before
    assert caught.verify == ""
    book = next(book for book in shipped_rulebooks() if book.id == "us/ear")
    assert str(book.verified_to) in back.verify
    assert "affiliates_rule_state_on_date" in back.verify


def test_a_run_that_was_missed_for_a_year_tells_of_every_day(world: World) -> None:
    world.run()
    world.clock.put("2026-11-12")
    world.run()
    assert [one.effective.isoformat() for one in alerts_of(world)] == [CAUGHT, STAYED, BACK]


def test_the_days_come_from_the_rules() -> None:
    books = shipped_rulebooks()
    since, until = dt.date(2025, 9, 1), dt.date(2026, 11, 30)
    found = {one.day.isoformat() for one in law_days(books, ("us",), since, until)}
    assert {CAUGHT, STAYED, BACK} <= found
    moved = [
        replace(book, rules=tuple(rule for rule in book.rules if not rule.id.endswith("affiliates"))) for book in books
    ]
    fewer = {one.day.isoformat() for one in law_days(moved, ("us",), since, until)}
    assert CAUGHT not in fewer
