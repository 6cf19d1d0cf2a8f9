"""``enduse designations`` and ``enduse demo designation``: what they print, and their exit codes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import designation_pages as p
import designation_world as w
from enduse.cases.designations import bodies
from enduse.interfaces.api.v1 import designation_shapes as shapes
from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.model.codec import to_plain


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("cli") / "data"
    app = p.application(folder)
    p.play(app)
    app.state.service.stores.close()
    yield folder


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Options of one command are not those of the next."""
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)


def run(data: Path, *asked: str) -> int:
    context.OPTIONS.json = False
    return main(["designations", *asked, "--data-dir", str(data)])


def shown(capsys: Any, data: Path, *asked: str, code: int = 0) -> Any:
    assert run(data, *asked, "--json") == code
    return json.loads(capsys.readouterr().out)


def named(capsys: Any, data: Path, name: str) -> str:
    rows = shown(capsys, data, "list", "--as", "nora", "--search", name)
    return str(rows[-1]["id"])


def test_the_list_and_one_as_of_a_day(data: Path, capsys: Any) -> None:
    listed = named(capsys, data, "brackwater")
    assert shown(capsys, data, "show", listed, "--as", "nora", "--as-of", "2026-03-05")["in_force"] is False
    found = shown(capsys, data, "show", listed, "--as", "nora", "--as-of", "2026-03-06", code=1)
    assert found["in_force"] is True
    known = ("--as-of", "2026-03-06", "--known-on", "2026-03-01")
    assert shown(capsys, data, "show", listed, "--as", "nora", *known)["in_force"] is False
    assert run(data, "show", listed, "--as", "mia") == 1
    assert "vote 1 to add: passed" in capsys.readouterr().out


@pytest.mark.parametrize(
    "asked",
    [
        ("show", "none", "--as", "nora"),
        ("show", "none", "--as", "nobody"),
        ("list", "--as", "nora", "--status"),
        ("nominate", "nowhere.json", "--as", "nora"),
        ("edition", "--bogus"),
    ],
)
def test_what_cannot_be_used_is_named(data: Path, asked: tuple[str, ...], capsys: Any) -> None:
    assert run(data, *asked) == 3
    assert capsys.readouterr().err


def test_where_there_is_no_store(tmp_path: Path, capsys: Any) -> None:
    assert run(tmp_path, "list", "--as", "nora") == 3
    assert "there is no store" in capsys.readouterr().err


def test_who_may_not_is_told(data: Path, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "n.json"
    file.write_text(json.dumps(shapes.NOMINATION), encoding="utf-8")
    assert run(data, "nominate", str(file), "--as", "erin") == 3
    assert "--as" in capsys.readouterr().err


def test_evidence_from_a_table_names_what_is_alike(data: Path, tmp_path: Path, capsys: Any) -> None:
    file = tmp_path / "entries.csv"
    file.write_text(
        "title,what,harm,vendor,intermediaries,end_user,occurred,place,publisher,reliability,credibility\n"
        f"Again,Devices were infected,intrusion_into_devices,{w.NAME.upper()},A GmbH; B Ltd,Bureau of Public Watching,"
        "2023-09-02,XA,Another institute,C,3\n",
        encoding="utf-8",
    )
    (made,) = shown(capsys, data, "record", str(file), "--as", "erin")
    assert made["alike"]
    (row,) = shown(capsys, data, "evidence", "--as", "nora", "--search", "another institute")
    assert (row["id"], row["intermediaries"], row["grade"]) == (made["id"], ["A GmbH", "B Ltd"], "C3")
    assert run(data, "evidence", "--as", "nora", "--search", "institute") == 0
    assert "A GmbH -> B Ltd -> Bureau of Public Watching" in capsys.readouterr().out


def test_a_table_with_a_bad_row_records_nothing_of_it(data: Path, tmp_path: Path, capsys: Any) -> None:
    before = len(shown(capsys, data, "evidence", "--as", "nora"))
    head, good = "title,what,harm,publisher\n", "First of two,It happened,censorship,An institute\n"
    for bad, said in (("Second,It happened,no such harm,An institute\n", "entry 2"), ("Second,,other,A\n", "entry 2")):
        file = tmp_path / "entries.csv"
        file.write_text(head + good + bad, encoding="utf-8")
        assert run(data, "record", str(file), "--as", "erin") == 3
        assert said in capsys.readouterr().err
    assert len(shown(capsys, data, "evidence", "--as", "nora")) == before
    file.write_text(head + good + good.replace("First", "Second"), encoding="utf-8")
    assert len(shown(capsys, data, "record", str(file), "--as", "erin")) == 2


def test_a_nomination_is_made_measured_and_put_to_the_vote(data: Path, tmp_path: Path, capsys: Any) -> None:
    entry = shown(capsys, data, "evidence", "--as", "nora")[0]["id"]
    nomination = to_plain(w.nomination(entry, subject=bodies.Subject("Global Trading")))
    file = tmp_path / "n.json"
    file.write_text(json.dumps(nomination), encoding="utf-8")
    made = shown(capsys, data, "nominate", str(file), "--as", "nora")
    found = shown(capsys, data, "quality", made["id"], "--as", "nora", code=1)
    assert found["namesakes"] > 3 and "no-identifier" in found["flags"]
    names = tmp_path / "names.txt"
    names.write_text("Meridian Works\nHarbour Lights\n", encoding="utf-8")
    assert run(data, "quality", made["id"], "--as", "nora", "--names", str(names)) == 1
    assert "0 namesakes in names that were given" in capsys.readouterr().out
    table = tmp_path / "orders.csv"
    table.write_text(
        "reference,item,from,destination,end_user\na,EAR99,US,EE,Global Trading\nb,EAR99,US,EE,Meridian Works\n",
        encoding="utf-8",
    )
    assert shown(capsys, data, "preview", made["id"], str(table), "--as", "nora")["changes"]["newly caught"] == 1
    body = tmp_path / "b.json"
    body.write_text('{"question": "add"}', encoding="utf-8")
    assert shown(capsys, data, "act", made["id"], "circulate", str(body), "--as", "chris")["status"] == "voting"
    assert run(data, "act", made["id"], "publish", str(body), "--as", "paul") != 0


def test_the_list_for_others_and_the_notice(data: Path, capsys: Any) -> None:
    listed = named(capsys, data, "brackwater")
    assert run(data, "own-list", "consolidated", "--as", "nora", "--as-of", "2026-06-02") == 0
    assert "Brackwater Signals" in capsys.readouterr().out
    assert run(data, "own-list", "ftm", "--as", "nora", "--known-on", "2026-08-03") == 0
    first = json.loads(capsys.readouterr().out.splitlines()[0])
    assert first["schema"] == "Company"
    assert run(data, "notice", listed, "--as", "nora") == 0
    assert "# Entity List: Brackwater Interception Systems" in capsys.readouterr().out
    assert run(data, "edition") == 0
    assert "a new edition" in capsys.readouterr().out
    assert run(data, "edition") == 0
    assert "nothing new" in capsys.readouterr().out


def test_authorities_and_replays(data: Path, capsys: Any) -> None:
    assert run(data, "authorities") == 0
    told = capsys.readouterr().out
    assert "remove: unanimous of entitled" in told and "[not verified]" in told
    documents = shown(capsys, data, "replay")
    assert {one["party"] for one in documents} >= {"NSO Group", "Sandvine Incorporated"}


def test_the_demonstration_tells_one_story(capsys: Any) -> None:
    assert main(["demo", "designation"]) == 0
    told = capsys.readouterr().out
    for words in (
        "1 entries found",
        "2 newly caught",
        "-> listed",
        "not public before",
        "(embargo)",
        "reads: a party is listed, its listing is changed, or it is removed (PUBLIC)",
        "on us:ERC-EL, a list of a partner",
        "unanimity of 5 members entitled to vote is not reached",
        "[/designations/d-",
        "all whole",
    ):
        assert words in told, words
    ends = [line.split()[-1] for line in told.splitlines() if "check as of" in line]
    assert ends[-4:] == ["not_required", "licence_required", "licence_required", "not_required"]
