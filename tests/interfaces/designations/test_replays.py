"""Real listings and a removal: the facts are those of the embedded listings; ``check`` and ``portfolio check`` are
right on every day, in the library, at the command line and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.interfaces.demo.replays import Day, Replay, replays
from people import join, key_of
from service_world import client, service

REPLAYS = replays()
EACH = pytest.mark.parametrize("one", REPLAYS, ids=lambda one: f"{one.party[:20]} {one.list_id}")


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options of one command are not those of the next."""
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)


@pytest.fixture(scope="module")
def http(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service with the embedded listings, as an analyst."""
    app = service(tmp_path_factory.mktemp("replays") / "data")
    key = key_of(app, join(app, "ada", "analyst"), "check")
    with client(app, authorization=f"Bearer {key}") as found:
        while found.get("/readyz").status_code != 200:
            pass
        yield found


def said(day: Day, outcome: str, lines: list[Mapping[str, Any]], list_id: str) -> Day:
    """What a check and the two lines of a portfolio, to buy and to sell, say of a day."""
    buy, sell = (line["dealing"] for line in lines)
    on = {hit["in_force"] for hit in lines[0]["hits"] if hit["taken_as_issuer"] and hit["list_id"] == list_id}
    return Day(day.day, outcome, buy, sell, "true" in on)


def test_the_listings_of_the_issue_are_replayed() -> None:
    names = " ".join(one.party for one in REPLAYS)
    assert all(word in names for word in ("NSO Group", "Sensetime", "Sandvine"))
    assert {one.list_id for one in REPLAYS if "ensetime" in one.party} == {"EL", "CMIC"}


@EACH
def test_the_facts_are_those_of_the_embedded_listing(one: Replay) -> None:
    listing = one.listing()
    assert (listing.listed_from, listing.listed_to) == (one.effective, one.removed)
    assert listing.citation.text == one.citation.text
    assert listing.citation.verified == one.citation.verified


@EACH
def test_both_are_right_before_between_and_after(one: Replay) -> None:
    assert [answer.said for answer in one.answers()] == list(one.days)


@EACH
def test_the_days_are_those_around_each_change(one: Replay) -> None:
    listed = {day.day: day.listed for day in one.days}
    assert one.effective in listed and one.removed in (None, *listed)
    for day, there in listed.items():
        assert there is (one.effective <= day and (one.removed is None or day < one.removed)), day
    assert {day for day in listed if day < one.effective}, "a day before"
    assert one.removed is None or {day for day in listed if day > one.removed}, "a day after"


@EACH
def test_the_commands_say_so(one: Replay, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    order, held = tmp_path / "order.json", tmp_path / "held.csv"
    held.write_text(f'name,side\n"{one.party}",buy\n"{one.party}",sell\n', encoding="utf-8")
    common = ("--law", "us", "--starter", "--json", "--data-dir", str(tmp_path))
    for day in one.days:
        order.write_text(json.dumps({**one.transaction, "date": day.day.isoformat()}), encoding="utf-8")
        code = main(["check", str(order), *common])
        outcome = json.loads(capsys.readouterr().out)["outcome"]
        assert code == 1 or outcome == "not_required", "a hit alone is told too"
        main(["portfolio", "check", str(held), "--as-of", day.day.isoformat(), *common])
        lines = json.loads(capsys.readouterr().out)["lines"]
        assert said(day, outcome, lines, one.list_id) == day


def test_the_page_of_a_portfolio_tells_of_a_removal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    held = tmp_path / "held.csv"
    held.write_text("name,side\nSandvine Incorporated,buy\n", encoding="utf-8")
    main(["portfolio", "check", str(held), "--as-of", "2025-06-02", "--starter", "--data-dir", str(tmp_path)])
    assert "on EL since 2024-02-27 until 2024-10-21" in " ".join(capsys.readouterr().out.split())


@EACH
def test_the_service_says_so(one: Replay, http: TestClient) -> None:
    for day in one.days:
        sent = {"transaction": {**one.transaction, "date": day.day.isoformat()}, "laws": ["us"]}
        found = http.post("/v1/check", json=sent)
        assert found.status_code == 200, found.text
        lines = [{"name": one.party, "side": side} for side in ("buy", "sell")]
        asked = {"lines": lines, "laws": ["us"]}
        held = http.post("/v1/portfolio", json=asked, params={"as_of": day.day.isoformat()})
        assert said(day, found.json()["outcome"], held.json()["lines"], one.list_id) == day
