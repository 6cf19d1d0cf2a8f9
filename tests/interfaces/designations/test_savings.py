"""A savings clause for goods on their way is applied by ``check``: in three values, on its days alone."""

from __future__ import annotations

import csv
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

from designation_world import NAME, PUBLISHER, SEATS, TERMS, World
from enduse.assess import Settings, check
from enduse.cases.designations import bodies
from enduse.evidence.library import Library
from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.interfaces.designations.editions import put_edition
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import Assessment

EFFECTIVE, UNTIL = dt.date(2024, 1, 10), dt.date(2024, 2, 12)
ORDER: dict[str, Any] = {
    "activity": "export",
    "from": "US",
    "destination": "EE",
    "item": {"code": "EAR99", "description": "servers"},
    "parties": [{"role": "end_user", "name": NAME, "country": "EE", "type": "non_government", "owners": []}],
}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Lists with an edition of the own list that has a savings clause."""
    world, folder = World(), tmp_path_factory.mktemp("savings") / "data"
    case = world.circulate(world.nominated())
    world.votes(case, commerce="yes", state="yes", defense="yes")
    world.close(case)
    world.measured(case)
    world.publish(case, EFFECTIVE.isoformat(), savings="goods aboard a carrier may go on", savings_until=UNTIL)
    put_edition(world.service.parties, folder, world.today)
    return folder


def asked(data: Path, day: dt.date, en_route_since: str = "") -> Assessment:
    facts = {"facts": {"en_route_since": en_route_since}} if en_route_since else {}
    tx = transaction_from_mapping({**ORDER, **facts, "date": day.isoformat()}, where="order")
    return check(tx, library=Library(data, accept_starter=True), settings=Settings(laws=("us",)), today=day)


@pytest.mark.parametrize(
    ("day", "en_route_since", "outcome"),
    [
        ("2024-01-09", "", "not_required"),
        ("2024-01-10", "", "indeterminate"),
        ("2024-01-10", "2024-01-09", "not_required"),
        ("2024-01-10", "2024-01-10", "not_required"),
        ("2024-02-11", "2024-01-02", "not_required"),
        ("2024-01-20", "2024-01-11", "licence_required"),
        ("2024-02-11", "", "indeterminate"),
        ("2024-02-12", "2024-01-02", "licence_required"),
        ("2024-02-12", "", "licence_required"),
    ],
)
def test_goods_that_were_on_their_way_go_on_until_the_clause_ends(
    data: Path, day: str, en_route_since: str, outcome: str
) -> None:
    assert asked(data, dt.date.fromisoformat(day), en_route_since).outcome.value == outcome


def test_what_is_not_known_is_asked_and_says_why(data: Path) -> None:
    found = asked(data, dt.date(2024, 1, 20))
    assert "en_route_since" in {one.fact for one in found.questions}
    said = json.dumps([repr(one) for one in found.authorities[0].findings])
    assert "savings clause lets goods that were en route on 2024-01-10 go on until before 2024-02-12" in said


def test_outside_its_days_nothing_is_asked(data: Path) -> None:
    for day in ("2024-01-09", "2024-02-12", "2024-06-01"):
        assert "en_route_since" not in {one.fact for one in asked(data, dt.date.fromisoformat(day)).questions}


def test_a_listing_without_a_clause_asks_nothing_of_goods_on_their_way(data: Path) -> None:
    other = {**ORDER, "destination": "IL"}
    other["parties"] = [{"role": "end_user", "name": "NSO Group", "country": "IL", "type": "non_government"}]
    tx = transaction_from_mapping({**other, "date": "2024-01-20"}, where="order")
    found = check(tx, library=Library(data, accept_starter=True), settings=Settings(laws=("us",)))
    assert found.outcome.value == "licence_required"
    assert "en_route_since" not in {one.fact for one in found.questions}


def test_the_command_line_asks_it_and_takes_it(data: Path, capsys: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    words = ["check", "--item", "EAR99", "--from", "US", "--to", "EE", "--end-user", NAME, "--law", "us"]
    common = [*words, "--as-of", "2024-01-20", "--starter", "--json", "--data-dir", str(data)]
    main(common)
    assert "en_route_since" in capsys.readouterr().out
    main([*common, "--fact", "en_route_since=2024-01-05"])
    found = json.loads(capsys.readouterr().out)
    codes = [one["code"] for authority in found["authorities"] for one in authority["findings"]]
    assert "EL:744.11" not in [code for code in codes if code]


def test_a_change_in_the_meantime_ends_the_clause_for_what_it_changes(tmp_path: Path) -> None:
    world = World()
    case = world.circulate(world.nominated())
    world.votes(case, commerce="yes", state="yes", defense="yes")
    world.close(case)
    world.measured(case)
    case = world.publish(case, EFFECTIVE.isoformat(), savings="goods aboard a carrier may go on", savings_until=UNTIL)
    world.on("2024-01-20")
    world.circulate(case, "modify", terms=TERMS)
    world.votes(case, **dict.fromkeys(SEATS, "yes"))
    world.close(case)
    world.act(case, "amend", bodies.Amended(dt.date(2024, 1, 22), "89 FR 2", "so"), PUBLISHER)
    party = world.service.party(case.id)
    assert party is not None
    assert [one.savings_until for one in party.listings] == [UNTIL, None]


def test_lines_of_a_table_are_told_apart_by_it(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    lines = [
        ("2024-01-20", "2024-01-05"),
        ("2024-01-20", ""),
        ("2024-01-20", "2024-01-15"),
        ("2024-02-12", "2024-01-05"),
    ]
    rows = [f"r,{day},EAR99,US,EE,{NAME},{since}" for day, since in lines]
    table, out = tmp_path / "orders.csv", tmp_path / "out.csv"
    head = "reference,date,item,from,destination,end_user,fact:en_route_since"
    table.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    options = ["--out", str(out), "--law", "us", "--starter", "--jobs", "1", "--data-dir", str(data)]
    assert main(["check", "--bulk", str(table), *options]) == 0
    with out.open(encoding="utf-8", newline="") as stream:
        found = [row["outcome"] for row in csv.DictReader(stream)]
    assert found == ["not_required", "indeterminate", "licence_required", "licence_required"]
