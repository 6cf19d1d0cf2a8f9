"""Owners and holdings on a party's page: the graph of the files of owners that the installation holds, day by day."""

from __future__ import annotations

import datetime as dt
import html
import os
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from enduse.interfaces import owners_held as held
from enduse.interfaces.owners_held import OwnersHeld, owners_held
from enduse.interfaces.web.ownership import LINE, Drawing, Neighbours, _caught, _drawing, fitted, share_words
from enduse.model.citation import Citation
from enduse.model.party import Identifier, ListedParty, Listing, Name, SourceReference
from enduse.model.transaction import Share
from enduse.ownership.statements import UNKNOWN_SHARE
from pages import ACME, GROUP, holdings_csv

DAY = dt.date(2026, 8, 3)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "owners").mkdir()
    (tmp_path / "owners" / "owners.csv").write_text(holdings_csv(), encoding="utf-8")
    yield tmp_path


def of(folder: Path) -> OwnersHeld:
    found = owners_held(folder)
    assert found is not None
    return found


def around(folder: Path, name: str, day: dt.date = DAY) -> tuple[OwnersHeld, Neighbours]:
    found = of(folder)
    (node,) = found.graph.find(name)
    return found, Neighbours(found.graph.on(day), node)


def names(found: OwnersHeld, near: Neighbours) -> dict[str, int]:
    return {found.graph.name(node): level for node, level in near.levels.items()}


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))


# --- what is held


def test_files_are_read_once_and_again_when_they_change(folder: Path, tmp_path: Path) -> None:
    first = of(folder)
    assert of(folder) is first
    path = folder / "owners" / "owners.csv"
    path.write_text(holdings_csv() + "One More Example Ltd,Acme Optronics Co. Ltd.,1,,,,,,,,\n", encoding="utf-8")
    os.utime(path, ns=(1, 1))
    assert of(folder).graph.find("One More Example Ltd")
    assert owners_held(tmp_path / "elsewhere") is None


def test_what_cannot_be_used_is_told_and_costs_the_rest_nothing(folder: Path) -> None:
    (folder / "owners" / "broken.json").write_text("{]", encoding="utf-8")
    (folder / "owners" / "bad.csv").write_text("owner,owned,percent\nA Example,B Example,many\n", encoding="utf-8")
    (folder / "owners" / ".hidden").write_text("nothing", encoding="utf-8")
    found = of(folder)
    assert found.graph.find(ACME)
    assert any("broken.json" in one for one in found.problems) and any(
        "bad.csv: 1 records" in o for o in found.problems
    )
    assert not any("hidden" in one for one in found.problems)


def test_files_beyond_what_memory_may_hold_are_left_out_and_named(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held, "MOST_BYTES", 10)
    found = of(folder)
    assert found.readings == () and "owners.csv and what follows are not read" in found.problems[0]


def test_a_number_says_who_is_meant_and_a_weak_name_never_does(folder: Path) -> None:
    found = of(folder)
    source = SourceReference("ftm")
    named = ListedParty("x", (Name("acme optronics  co. ltd."),), (), source)
    assert found.of(named) == (tuple(found.graph.find(ACME)), False)
    numbered = ListedParty(
        "x", (Name("Someone Else"),), (), source, identifiers=(Identifier("registration", "9133-0100-7654-3210-98"),)
    )
    assert found.of(numbered) == (tuple(found.graph.find(ACME)), True)
    weak = ListedParty("x", (Name("Unheard Of"), Name(ACME, weak=True)), (), source)
    assert found.of(weak) == ((), False)


# --- what is shown


def test_owners_stand_above_and_what_is_owned_below(folder: Path) -> None:
    found, near = around(folder, ACME)
    levels = names(found, near)
    assert levels == {
        ACME: 0,
        GROUP: -1,
        "شركة المثال القابضة": -1,
        "Bureau of Public Watching": -2,
        "Example Lens Works GmbH": 1,
        "Riverside Precision Sp. z o.o.": 1,
        "株式会社見本光学": 2,
    }


def test_the_day_asked_for_decides_what_holds(folder: Path) -> None:
    found, near = around(folder, ACME, dt.date(2020, 6, 1))
    levels = names(found, near)
    assert levels["Former Example Trading"] == 1 and "شركة المثال القابضة" not in levels


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (Share(Decimal(60), Decimal(60), text="60"), "60%"),
        (UNKNOWN_SHARE, "unknown share"),
        (None, ""),
    ],
)
def test_an_unknown_share_is_said_to_be_unknown(share: Share | None, words: str) -> None:
    assert share_words(share) == words


def drawing(folder: Path, unstated: str = "0 to 15 percent") -> Drawing:
    found, near = around(folder, ACME)
    return _drawing(found.graph, near, unstated, {})


def test_the_picture_says_what_the_statements_say(folder: Path) -> None:
    found = drawing(folder)
    words = {one.words for one in found.lines}
    assert ("60%", "and control", "since 2019-03-01") in words and ("25 to 50%", "since 2021-01-01") in words
    assert ("unknown share",) in words and ("51%", "40% of votes", "since 2022-04-01") in words
    assert ("0 to 15%",) in words, "what nobody is stated to hold"
    assert all(box.x >= 0 and box.x <= found.width and box.y <= found.height for box in found.boxes)
    assert len({(box.x, box.y) for box in found.boxes}) == len(found.boxes)


def test_many_owners_stay_readable_and_those_left_out_are_counted(folder: Path) -> None:
    rows = "".join(f"Owner Number {n},{ACME},1,,,,,,,,913301007654321098\n" for n in range(20))
    path = folder / "owners" / "more.csv"
    path.write_text(holdings_csv().splitlines()[0] + "\n" + rows, encoding="utf-8")
    found = drawing(folder)
    assert found.left_out == 22 - 5 and found.width < 1_400


def test_a_circle_of_owners_is_drawn_and_ends(tmp_path: Path) -> None:
    (tmp_path / "owners").mkdir()
    (tmp_path / "owners" / "circle.csv").write_text(
        "owner,owned,percent\nA Example,B Example,60\nB Example,A Example,60\nA Example,A Example,5\n", encoding="utf-8"
    )
    found, near = around(tmp_path, "A Example")
    picture = _drawing(found.graph, near, "", {})
    assert len(picture.boxes) == 2 and len(picture.lines) == 3


@pytest.mark.parametrize("name", ["A", "杭州灯笼集团有限公司" * 6, "x" * 200, "Example " * 30, "شركة المثال القابضة"])
def test_a_name_is_fitted_into_two_lines(name: str) -> None:
    lines = fitted(name)
    assert 1 <= len(lines) <= 2 and all(len(one) <= LINE for one in lines)


def test_what_the_rules_of_the_partys_lists_make_of_those_below(folder: Path) -> None:
    found, near = around(folder, ACME)
    listing = Listing("SDN", "OFAC", Citation("31 CFR 1.1"), listed_from=dt.date(2021, 1, 1))
    caught = list(_caught(found.graph.on(DAY), near, (listing,), DAY))
    said = {(one.entity, one.regime.split()[0]): one.owned for one in caught}
    assert said["Example Lens Works GmbH", "OFAC"] == "counts as owned"
    assert said["Riverside Precision Sp. z o.o.", "OFAC"] == "may count as owned: not known"
    assert all(one.words and one.citation for one in caught)
    assert list(_caught(found.graph.on(DAY), near, (), DAY)) == []


# --- the page


def test_the_page_shows_picture_table_and_sources(web: TestClient) -> None:
    page = web.get("/parties/ftm:acme").text
    said = text_of(page)
    assert '<svg class="owners"' in page and "Table of owners and holdings" in page
    assert "They name this party by its number" in said and "Who holds 0 to 15 percent of it is not stated" in said
    for text in (
        "杭州灯笼集团有限公司",
        "شركة المثال القابضة",
        "株式会社見本光学",
        "register of companies owners.csv line 2",
    ):
        assert text in said
    assert "may appoint the majority of the board of it" in said and "unknown share" in said
    assert "Bureau of Public Watching: 1.00" in said and 'href="/parties/ftm%3Aministry"' in page
    assert "Former Example Trading" not in said


def test_the_page_travels_in_time(web: TestClient) -> None:
    said = text_of(web.get("/parties/ftm:acme?as_of=2020-06-01").text)
    assert "Former Example Trading" in said and "2022-12-31" in said and "شركة المثال القابضة" not in said


def test_a_like_name_alone_is_said_to_be_no_more(web: TestClient) -> None:
    said = text_of(web.get("/parties/ftm:ministry").text)
    assert "a like name alone does not say that it is this one" in said


def test_who_is_in_no_file_is_said_to_be_unknown(web: TestClient) -> None:
    assert "The files of owners say nothing of this party" in text_of(web.get("/parties/ftm:plant-1").text)
