"""``enduse monitor``: from a table to a closed alert, with the exit codes of the contract."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from enduse.interfaces.cli.context import OPTIONS
from enduse.interfaces.cli.main import main

TABLE = (
    "ID,Customer,Country,LEI\n"
    "1,Hangzhou Hikvision,CN,\n"
    "2,Gardening Without Borders,DE,\n"
    "3,Quiet Optics,CN,\n"
    "4,Example,Atlantis,\n"
)
OWNERS = "owner,owned,percent\nDahua Technology,Quiet Optics,60\n"


@pytest.fixture
def said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    (tmp_path / "customers.csv").write_text(TABLE, encoding="utf-8")
    (tmp_path / "owners.csv").write_text(OWNERS, encoding="utf-8")

    def run(*arguments: str) -> tuple[int, str, str]:
        OPTIONS.json = False
        code = main(["monitor", *arguments, "--data-dir", str(tmp_path / "data")])
        found = capsys.readouterr()
        return code, found.out, found.err

    run.table = str(tmp_path / "customers.csv")  # type: ignore[attr-defined]
    run.owners = str(tmp_path / "owners.csv")  # type: ignore[attr-defined]
    return run


def loaded(said: Any) -> None:
    code, out, err = said(
        "register", "customers", said.table, "--map", "reference=ID", "--owners", said.owners, "--json"
    )
    assert code == 3, "a row cannot be used"
    assert "Atlantis" in err
    assert json.loads(out) == {
        "register": "customers",
        "customers": 3,
        "new": 3,
        "changed": 0,
        "unchanged": 0,
        "removed": 0,
        "bad_rows": 1,
    }
    assert said("watch", "main", "--register", "customers", "--by", "ada")[0] == 0


def test_from_a_table_to_a_closed_alert(said: Any) -> None:
    loaded(said)
    code, out, _ = said("run", "--starter", "--fail-on-alert")
    assert code == 1
    assert "main: done" in out
    assert said("run", "--starter", "--fail-on-alert")[0] == 0
    code, out, _ = said("alerts", "--json")
    assert code == 1
    found = json.loads(out)
    assert {one["customer"] for one in found} == {"1", "3"}
    assert {one["owner"] for one in found if one["customer"] == "3"} == {"Dahua Technology"}
    alert = found[0]["id"]
    code, out, _ = said("show", alert[:12])
    assert code == 0
    assert "before: no hit" in out and "source:" in out
    assert "would be closing" in said("close", alert, "--reason", "they", "--verdict", "same", "--preview")[1]
    assert said("close", alert, "--reason", "they", "--verdict", "same", "--by", "ada")[1].strip().endswith("closing")
    code, _, err = said("confirm", alert, "--by", "ada")
    assert code == 3
    assert "does not confirm" in err
    assert said("confirm", alert, "--by", "bob")[0] == 0
    assert said("snooze", found[1]["id"], "--until", "2020-01-01", "--reason", "later")[0] == 3
    assert said("assign", found[1]["id"], "--to", "bob")[0] == 0
    assert said("escalate", found[1]["id"], "--reason", "urgent")[0] == 0
    assert said("reopen", alert, "--reason", "an error", "--by", "ada")[0] == 0
    code, out, _ = said("status", "--json")
    assert code == 0
    told = json.loads(out)
    assert told["registers"] == {"customers": 3}
    assert told["runs"]["main"]["status"] == "done"


def test_nothing_is_watched_yet(said: Any) -> None:
    assert said("run")[:2] == (0, "")
    assert said("alerts")[:2] == (0, "no alerts\n")
    assert said("status")[0] == 0
    assert said("show", "0123456789ab")[0] == 3


def test_what_cannot_be_watched_is_refused_in_words(said: Any) -> None:
    assert "no register is called" in said("watch", "main", "--register", "none")[2]
    loaded(said)
    assert said("watch", "main", "--register", "customers", "--law", "mars")[0] == 3
    assert said("watch", "main", "--register", "customers", "--webhook", "http://receiver.example/")[0] == 3
    assert said("watch", "main", "--register", "customers", "--four-eyes", "some")[0] == 3
    assert said("watch", "Main!", "--register", "customers")[0] == 3
    assert "no column is the key" in said("register", "x", said.table, "--map", "reference=")[2]


def test_a_row_that_cannot_be_read_takes_nobody_out_of_a_whole_table(said: Any, tmp_path: Path) -> None:
    loaded(said)
    table = tmp_path / "next.csv"
    table.write_text("ID,Customer,Country\n1,Hangzhou Hikvision,Atlantis\n2,Gardening Without Borders,DE\n")
    code, out, err = said("register", "customers", str(table), "--map", "reference=ID", "--whole", "--json")
    assert (code, json.loads(out)["removed"], json.loads(out)["customers"]) == (3, 0, 3)
    assert "nobody was taken out" in err
    table.write_text("ID,Customer,Country\n")
    code, _, err = said("register", "customers", str(table), "--map", "reference=ID", "--whole")
    assert (code, "everybody would be taken out" in err) == (3, True)
    table.write_text("ID,Customer,Country\n1,Hangzhou Hikvision,CN\n")
    code, out, _ = said("register", "customers", str(table), "--map", "reference=ID", "--whole", "--json")
    assert (code, json.loads(out)["removed"], json.loads(out)["customers"]) == (0, 2, 1)


def test_rows_that_no_database_can_keep_are_named(said: Any, tmp_path: Path) -> None:
    table = tmp_path / "hostile.csv"
    table.write_text(f"ID,Customer\n{'9' * 201},Norvik Optics\nb\0,Norvik Optics\nc,Norvik\0Optics\nd,Norvik Optics\n")
    code, out, err = said("register", "customers", str(table), "--map", "reference=ID", "--json")
    assert code == 3
    assert json.loads(out)["customers"] + json.loads(out)["bad_rows"] == 4
    assert json.loads(out)["customers"] == 1, err
