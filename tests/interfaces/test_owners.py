"""``enduse owners``: who owns a party, and what each regime's rule says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main

LISTED = "Hangzhou Hikvision Digital Technology Co."
FREE = "Riverside Gardening Example"


@pytest.fixture(autouse=True)
def _fresh_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    monkeypatch.setattr(context.OPTIONS, "no_color", False)
    monkeypatch.setenv("ENDUSE_DATA", str(tmp_path / "data"))


def table(tmp_path: Path, *rows: str, name: str = "owners.csv") -> str:
    path = tmp_path / name
    path.write_text("\n".join(["owner,owned,percent", *rows]) + "\n", encoding="utf-8")
    return str(path)


def owners(name: str, *files: str, day: str = "2025-10-10", more: tuple[str, ...] = ("--starter",)) -> int:
    return main(["owners", name, *(word for file in files for word in ("--from", file)), "--as-of", day, *more])


def document(capsys: pytest.CaptureFixture[str], *arguments: str, **options: Any) -> dict[str, Any]:
    capsys.readouterr()
    owners(*arguments, more=("--starter", "--json"), **options)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_owned_by_a_listed_party_through_another_is_1(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table(tmp_path, f"{LISTED},Middle Example Ltd,60", "Middle Example Ltd,Sub Example GmbH,50")
    assert owners("Sub Example GmbH", file) == 1
    page = capsys.readouterr().out
    assert "[x] BIS Affiliates Rule: owned by listed persons" in page
    assert "[ ] NS-CMIC securities ban: not owned by listed persons, on the owners stated" in page
    assert "source: 90 FR 47201" in page
    assert f"{LISTED} [listed]: 60 percent" in page


def test_more_than_all_shares_are_flagged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table(tmp_path, "Middle Example Ltd,Sub Example GmbH,70", f"{FREE},Sub Example GmbH,40")
    owners("Sub Example GmbH", file)
    page = " ".join(capsys.readouterr().out.split())
    assert "! 110 percent are stated to be held: the statements contradict each other" in page


def test_an_unknown_share_of_a_listed_party_is_2_and_asks(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table(tmp_path, f"{LISTED},Sub Example GmbH,unknown")
    assert owners("Sub Example GmbH", file) == 2
    page = capsys.readouterr().out
    assert "[?] BIS Affiliates Rule: may be owned by listed persons" in page
    assert "[owner_share]" in page


def test_no_listed_owner_is_0_and_says_what_is_not_stated(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert owners("Sub Example GmbH", table(tmp_path, f"{FREE},Sub Example GmbH,60")) == 0
    assert "not stated: 40 percent" in capsys.readouterr().out


def test_without_the_lists_no_listed_owner_is_2(tmp_path: Path) -> None:
    assert owners("Sub Example GmbH", table(tmp_path, f"{FREE},Sub Example GmbH,60"), more=()) == 2


def test_a_record_that_cannot_be_read_is_shown_and_leaves_it_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = table(tmp_path, f"{FREE},Sub Example GmbH,60", f"{LISTED},Sub Example GmbH,sixty")
    assert owners("Sub Example GmbH", file) == 2
    shown = capsys.readouterr()
    assert "owners.csv line 3, column percent: 'sixty' is no share" in shown.err
    assert "1 could not be read" in shown.out


def test_one_regime_alone_can_be_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table(tmp_path, f"{LISTED},Sub Example GmbH,60")
    assert owners("Sub Example GmbH", file, more=("--starter", "--regime", "ofac", "--regime", "UN")) == 0
    page = capsys.readouterr().out
    assert "OFAC" in page
    assert "BIS" not in page


def test_a_circle_is_shown_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = table(tmp_path, "Alpha Example,Beta Example,60", "Beta Example,Alpha Example,60")
    assert owners("Alpha Example", file) == 0
    assert capsys.readouterr().out.count("(see above)") == 1


def test_several_files_are_one_graph(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    record = {
        "company_number": "1234567",
        "data": {
            "kind": "corporate-entity-person-with-significant-control",
            "name": LISTED,
            "notified_on": "2016-04-06",
            "natures_of_control": ["ownership-of-shares-75-to-100-percent"],
        },
    }
    register = tmp_path / "psc.json"
    register.write_text(json.dumps(record), encoding="utf-8")
    path = tmp_path / "own.csv"
    path.write_text(
        "owner,owned,percent,owner_id\nUK Example Ltd,Sub Example GmbH,60,GB-COH:01234567\n", encoding="utf-8"
    )
    found = document(capsys, "Sub Example GmbH", str(register), str(path))
    (bis,) = [answer for answer in found["answers"] if answer["regime"] == "BIS"]
    assert bis["owned"] == "true"
    assert [(link["holder"], link["entity"]) for link in bis["path"]] == [
        ("UK Example Ltd", "Sub Example GmbH"),
        (LISTED, "UK Example Ltd"),
    ]
    assert bis["path"][1]["origins"] == [
        {"source": "UK PSC register", "where": "psc.json line 1", "published": "2016-04-06"}
    ]


def test_the_document_carries_questions_sources_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows = [f"{LISTED},Sub Example GmbH,25-to-50-percent"] * 2
    found = document(capsys, "sub example gmbh", table(tmp_path, *rows))
    assert found["schema"] == "enduse/owners/1"
    assert found["questions"][0]["fact"] == "owner_share"
    assert found["readings"][0]["left_out"] == {"the same row again": 1}
    assert {answer["citation"]["text"] != "" for answer in found["answers"]} == {True}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["Sub Exampel GmbH"], "did you mean Sub Example GmbH?"),
        (["Sub Example GmbH", "--regime", "XX"], "no ownership regime is called 'XX'"),
        (["Sub Example GmbH", "--as-of", "soon"], "'soon' is not a date"),
        (["Sub Example GmbH", "--as-of", "2099-01-01"], "more than five years ahead"),
    ],
)
def test_bad_input_is_3(tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    file = table(tmp_path, f"{FREE},Sub Example GmbH,60")
    assert main(["owners", *arguments, "--from", file, "--starter"]) == 3
    assert message in capsys.readouterr().err


def test_files_that_cannot_be_used_are_3(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = tmp_path / "other.json"
    other.write_text('{"a": 1}', encoding="utf-8")
    assert owners("Anybody", str(other)) == 3
    assert "none of the formats of owners" in capsys.readouterr().err
    assert owners("Anybody", str(tmp_path / "absent.csv")) == 3
    assert main(["owners", "Anybody"]) == 3


def test_two_parties_of_one_name_must_be_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "own.csv"
    path.write_text("owner,owned,percent,owned_id\nA Example,Twin,60,T-1\nB Example,Twin,60,T-2\n", encoding="utf-8")
    assert owners("Twin", str(path)) == 3
    assert "T-1 (Twin), T-2 (Twin)" in capsys.readouterr().err
    assert owners("T-2", str(path)) == 0
