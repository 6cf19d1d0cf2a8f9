"""Customers whom no rule on parties reaches: the law is asked once for each country, and one alert tells how many."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.interfaces.law import LawAtHand
from enduse.interfaces.monitor import run as module
from enduse.interfaces.monitor.actions import alert_at_hand
from enduse.model.assessment import Effect
from enduse.model.citation import Citation
from enduse.model.time import Interval
from enduse.monitor.alerts import Alert
from enduse.monitor.countries import by_country
from enduse.monitor.law import Deal
from enduse.rules.language import Period, Rule
from enduse.rules.rulebook import Rulebook, shipped_rulebooks
from monitor_worlds import customer
from monitored import World

HIKVISION = "Hangzhou Hikvision Digital Technology Co., Ltd."
BEGINS = dt.date(2026, 4, 1)
EMBARGO = Rule(
    "us/ear/999.9",
    "All goods to two countries",
    Citation("91 FR 9, of 1 April 2026"),
    (Period(Interval(BEGINS, dt.date(2026, 6, 1))),),
    Effect.PROHIBIT,
    {"destination": ["EG", "ET"]},
    code="NEW:9",
    where="a test",
)


def with_rules(*rules: Rule) -> tuple[Rulebook, ...]:
    return tuple(
        replace(book, rules=(*book.rules, *rules), sha256="0" * 64) if book.id == "us/ear" else book
        for book in shipped_rulebooks()
    )


def law(monkeypatch: pytest.MonkeyPatch, *rules: Rule) -> None:
    monkeypatch.setattr(module, "law_at_hand", lambda _: LawAtHand(with_rules(*(rules or (EMBARGO,)))))


@pytest.fixture
def world(tmp_path: Path) -> World:
    world = World(tmp_path, "2026-03-30")
    world.register(
        [
            *(customer(f"EG-{number}", f"Gardening Tools Number {number}", countries=("EG",)) for number in range(3)),
            customer("ET-1", "Quiet Gardens Example", countries=("ET", "EG")),
            customer("DE-1", "Riverside Gardens Example", countries=("DE",)),
            customer("nowhere", "Gardens of Nowhere Example"),
            customer("owned", "Quiet Optics Trading", (HIKVISION, 60), countries=("EG",)),
        ]
    )
    world.watch()
    return world


def of_countries(world: World) -> list[Alert]:
    with world.store() as store:
        found = [alert_at_hand(store, str(row["id"])).alert for row in world.alerts() if row["cause"] == "law"]
    return [one for one in found if one.customer == "" and one.became != "law"]


def test_an_embargo_is_told_once_for_each_country_with_how_many_it_touches(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    law(monkeypatch)
    world.run()
    assert of_countries(world) == []
    world.clock.put("2026-04-01")
    report = world.run()
    egypt, ethiopia = of_countries(world)
    assert egypt.headline == "3 customers in Egypt: are caught by All goods to two countries"
    assert ethiopia.headline == "1 customer in Ethiopia: is caught by All goods to two countries"
    assert (egypt.became, egypt.severity.value, egypt.effective) == ("caught", "high", BEGINS)
    assert egypt.after == "the deal with one of them: prohibited"
    assert egypt.citations == (EMBARGO.citation,)
    assert "enduse monitor customers customers --country EG lists all of the country" in egypt.effect[-1]
    assert egypt.explanation == ("+ us/ear/999.9: All goods to two countries",)
    assert "1 customers state no country: not judged by country" in report.notes
    assert world.run().counts["new alerts"] == 0, "once"


def test_its_end_frees_and_a_run_that_was_missed_tells_of_both_days(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    law(monkeypatch)
    world.run()
    world.clock.put("2026-06-02")
    world.run()
    told = [(one.effective.isoformat(), one.became, one.customer_name) for one in of_countries(world)]
    assert told == [
        ("2026-04-01", "caught", "3 customers in Egypt"),
        ("2026-04-01", "caught", "1 customer in Ethiopia"),
        ("2026-06-01", "freed", "3 customers in Egypt"),
        ("2026-06-01", "freed", "1 customer in Ethiopia"),
    ]
    assert of_countries(world)[2].headline == "3 customers in Egypt: are no longer caught by All goods to two countries"


def test_a_new_edition_of_a_rulebook_is_told_by_country_too(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.run()
    law(monkeypatch, replace(EMBARGO, in_force=(Period(Interval(dt.date(2026, 2, 1), None)),)))
    world.clock.put("2026-03-31")
    world.run()
    assert [one.customer_name for one in of_countries(world)] == ["3 customers in Egypt", "1 customer in Ethiopia"]
    assert world.run().counts["new alerts"] == 0


def test_an_exemption_that_begins_frees(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    standing = replace(EMBARGO, id="us/ear/999.8", in_force=(Period(Interval(dt.date(2020, 1, 1), None)),))
    exempt = replace(EMBARGO, effect=Effect.EXEMPT, code="", exempts=(standing.id,))
    law(monkeypatch, standing, exempt)
    world.run()
    world.clock.put("2026-04-01")
    world.run()
    assert {one.became for one in of_countries(world)} == {"freed"}
    assert of_countries(world)[0].headline == "3 customers in Egypt: are no longer caught by All goods to two countries"


def test_judgements_are_as_many_as_countries_and_not_as_customers(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    deal = Deal.with_

    def counted(self: Deal, one: object, day: dt.date) -> object:
        asked.append(one.key)  # type: ignore[attr-defined]
        return deal(self, one, day)  # type: ignore[arg-type]

    world.register(
        [customer(f"more-{number}", f"Gardening Tools Number 1{number}", countries=("EG",)) for number in range(50)]
    )
    law(monkeypatch)
    world.run()
    monkeypatch.setattr(Deal, "with_", counted)
    world.clock.put("2026-04-01")
    world.run()
    unowned = [key for key in asked if key != "owned"]
    assert len(unowned) == 2 * 3, "three countries, the day before and the day"
    assert of_countries(world)[0].customer_name == "53 customers in Egypt"


def test_who_has_owners_or_a_hit_is_judged_alone_and_not_counted() -> None:
    some = [customer("a", "A Example", countries=("EG",)), customer("b", "B Example", countries=("EG",))]
    found = by_country([*some, customer("c", "C Example")], {"b"})
    assert [(one.code, one.count, one.example.key) for one in found.known] == [("EG", 1, "a")]
    assert found.unstated == 1


def test_the_customers_of_a_country_are_listed(
    world: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    asked = ["monitor", "customers", "customers", "--data-dir", str(world.data)]
    assert main([*asked, "--country", "Egypt"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "EG-0\tGardening Tools Number 0\tEG" and len(lines) == 4
    assert main(asked) == 0
    assert len(capsys.readouterr().out.splitlines()) == 7
    assert main([*asked, "--country", "Atlantis"]) == 3
    assert main(["monitor", "customers", "none", "--data-dir", str(world.data)]) == 3
    assert "registers: customers" in capsys.readouterr().err


def test_the_shipped_law_tells_of_russia_and_belarus_on_their_days(tmp_path: Path) -> None:
    world = World(tmp_path, "2022-02-23")
    world.register(
        customer(code, f"Quiet Gardens of {code} Example", countries=(code,)) for code in ("RU", "BY", "DE", "KZ")
    )
    world.watch(item="5A002.a")
    world.run()
    world.clock.put("2022-04-09")
    world.run()
    told = [(one.effective.isoformat(), one.customer_name, one.became, one.party_id) for one in of_countries(world)]
    assert ("2022-02-24", "1 customer in Russia", "caught", "us/ear/746.8(a)(1).first") in told
    assert ("2022-04-08", "1 customer in Belarus", "caught", "us/ear/746.8(a)(1)") in told
    assert {name for _, name, _, _ in told} == {"1 customer in Russia", "1 customer in Belarus"}
