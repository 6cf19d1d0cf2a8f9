"""`enduse licensing` and `enduse demo licensing`: what an authority scripts."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.model.record import By
from enduse.store import FILE, open_store

LEVELS = """rules:
  - {indicator: liberties, below: "0.3", reason: few liberties, citation: {text: "an invented index", verified: yes}}
"""
INDICATORS = "country,indicator,value,year,publisher\nKZ,liberties,0.2,2025,An Index\nNL,liberties,0.9,2025,An Index\n"
DENIALS = (
    "id,authority,denied_on,code,description,destination,end_user,parameters\n"
    "DE-1,DE,2024-06-10,5A001.j,monitoring system,KZ,A Ministry,100 Gbit/s;10 ms\n"
)
Ran = Any


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """A store in which both cases of the demonstration were played, and what was said of it."""
    folder = tmp_path_factory.mktemp("demo") / "kept"
    with pytest.MonkeyPatch.context() as patch:
        for name, value in (("json", False), ("data_dir", None)):
            patch.setattr(context.OPTIONS, name, value)
        said: list[str] = []
        patch.setattr("enduse.interfaces.cli.demo.write_json", lambda value: said.append(json.dumps(value)))
        assert main(["demo", "licensing", "--keep", str(folder), "--json"]) == 0
    return folder, json.loads(said[0])


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options are read anew in every test."""
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)


@pytest.fixture
def run(played: tuple[Path, dict[str, Any]], capsys: pytest.CaptureFixture[str]) -> Ran:
    def ran(*words: str, code: int = 0) -> str:
        context.OPTIONS.json = False
        assert main(["licensing", *words, "--data-dir", str(played[0])]) == code, capsys.readouterr().err
        streams = capsys.readouterr()
        return streams.out if code in (0, 1) else streams.err

    return ran


def test_the_demonstration_plays_a_refusal_and_a_licence_that_is_suspended(played: tuple[Path, dict[str, Any]]) -> None:
    folder, said = played
    text = "\n".join(said["steps"])
    for words in (
        "still missing: line 1 must state its quantity",
        "no human-rights assessment answers EU-CP-2",
        "clear_risk under EU-CP-2 (version 1) blocks grant",
        "line 1 refuse (EU-CP-2)",
        "may appeal until",
        "is active: 40 used, 60 left",
        "finds 1 new hits",
        "run again, finds 0 new hits",
        "a person of the licence authority must make it theirs first",
        "is suspended: 40 used, 60 left",
        "told to customs",
        "all whole",
        "[/licensing/cases/nl-",
    ):
        assert words in text, words
    with open_store(folder / FILE, create=False) as store:
        assert {row["status"] for row in store.cases.views()} == {"decided"}
        assert store.accounts.by_login("delta.export").organisation == "delta"  # type: ignore[union-attr]
        assert store.verify().whole
    assert set(said["passwords"]) >= {"officer", "decider", "delta.export"}
    assert main(["demo", "licensing", "--keep", str(folder)]) == 3
    assert main(["demo", "nonsense"]) == 3


def test_the_queue_and_a_case(run: Ran) -> None:
    rows = json.loads(run("queue", "--json"))
    assert {row["reference"] for row in rows} == {"NL-DEMO-1", "NL-DEMO-2"}
    assert "NL-DEMO-1" in run("queue", "--search", "ministry") and "NL-DEMO-2" not in run(
        "queue", "--search", "ministry"
    )
    assert run("queue", "--status", "screening") == ""
    case = next(row["id"] for row in rows if row["reference"] == "NL-DEMO-1")
    assert "may now: declare_conflict" in run("show", case, "--as", "officer")
    own = json.loads(run("show", case, "--as", "delta.export", "--json"))
    assert own["view"] == "exporter" and "assessments" not in own
    assert "there is no such case" in run("show", "none", "--as", "officer", code=3)
    assert "no open account" in run("show", case, "--as", "nobody", code=3)
    assert "yesterday" in run("queue", "--due-by", "yesterday", code=3)


def test_what_is_due_and_what_follows_by_itself(run: Ran) -> None:
    found = json.loads(run("due", "--within", "3650", "--json"))
    assert "eu/denial-review" in {one["clock"] for one in found}
    assert json.loads(run("tick", "--json"))["changed"] == []


def test_the_daily_screening_finds_nothing_new_twice(run: Ran) -> None:
    for _ in range(2):
        done = json.loads(run("rescreen", "--starter", "--json"))
        assert (done["cases"], done["found"], done["left"]) == (1, [], [])


def test_a_report_is_made_and_frozen_once(run: Ran) -> None:
    period = ("--from", "2020-01-01", "--to", "2030-01-01")
    assert "cyber" in run("report", "eu", *period)
    # Two decisions are few enough to say who they were about: neither their sum nor the number of facts is told.
    assert json.loads(run("report", "eu", *period, "--json"))["facts"] is None
    frozen = ("report", "eu", *period, "--publish", "--as", "statistics", "--json")
    first = json.loads(run(*frozen, "--reason", "the yearly report"))
    assert json.loads(run(*frozen, "--reason", "again"))["sha256"] == first["sha256"]
    run(*frozen, code=3)
    run("report", "eu", *period, "--publish", "--as", "officer", "--reason", "x", code=4)
    run("report", "mars", *period, code=3)
    run("report", "eu", "--from", "2026-01-01", "--to", "2026-01-01", code=3)
    run("report", "eu", *period, "--authority", "mars", code=3)


def test_tables_are_loaded_whole_or_not_at_all(run: Ran, tmp_path: Path) -> None:
    levels, table, denials = tmp_path / "levels.yaml", tmp_path / "liberties.csv", tmp_path / "denials.csv"
    levels.write_text(LEVELS, encoding="utf-8")
    table.write_text(INDICATORS, encoding="utf-8")
    denials.write_text(DENIALS, encoding="utf-8")
    assessor = ("--as", "rights.assessor", "--reason", "the yearly table")
    run("import-indicators", "liberties", str(table), *assessor)
    assert "2 profiles, 1 elevated" in run("import-indicators", "levels", str(levels), *assessor)
    table.write_text(INDICATORS + "KZ,liberties,much,2025,An Index\n", encoding="utf-8")
    assert "line 4" in run("import-indicators", "liberties", str(table), *assessor, code=3)
    run("import-indicators", "liberties", str(levels), "--as", "intake", "--reason", "x", code=4)

    assert "no open account 'consulting'" in run("import-denials", str(denials), "--as", "consulting", code=3)
    run("import-denials", str(denials), "--as", "officer", code=4)
    denials.write_text(DENIALS.replace("DE,2024", "Germany,2024"), encoding="utf-8")
    assert "ISO alpha-2" in run("import-denials", str(denials), "--as", "officer", code=3)


def test_a_consultation_officer_imports_denials_once(
    played: tuple[Path, dict[str, Any]], run: Ran, tmp_path: Path
) -> None:
    with open_store(played[0] / FILE, create=True) as store:
        store.accounts.create(
            "consulting", "C", by=By("t"), reason="joined", password_hash="h", roles=("consultation_officer",)
        )
    denials = tmp_path / "denials.csv"
    denials.write_text(DENIALS, encoding="utf-8")
    assert "1 denials kept, 0 were there before" in run("import-denials", str(denials), "--as", "consulting")
    assert "0 denials kept, 1 were there before" in run("import-denials", str(denials), "--as", "consulting")
    for bad in ("id,nonsense\n1,2\n", "", "id,authority\nDE-2,DE\n"):
        denials.write_text(bad, encoding="utf-8")
        run("import-denials", str(denials), "--as", "consulting", code=3)


def test_for_whom_an_account_acts_is_said_at_the_machine(run: Ran) -> None:
    said = json.loads(run("assign", "statistics", "--agency", "counting", "--reason", "moved", "--json"))
    assert said == {"login": "statistics", "organisation": "", "agency": "counting"}
    run("assign", "nobody", "--reason", "x", code=3)
    run("assign", "statistics", "--agency", "a b", "--reason", "x", code=3)


def test_without_a_store_there_is_nothing_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (["queue"], ["due"], ["tick"], ["rescreen"]):
        assert main(["licensing", *words, "--data-dir", str(tmp_path)]) == 3
    assert "there is no store" in capsys.readouterr().err
