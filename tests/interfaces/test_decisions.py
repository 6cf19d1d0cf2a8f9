"""``enduse decisions`` and ``enduse audit`` as a reviewer uses them, and exports as another office gets them."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from decided import NOON, PARTY, decision
from enduse.interfaces import decisions as module
from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.interfaces.decisions import read_export, recorded_decisions, write_export
from enduse.lists.sync import sync_from_dir
from enduse.model.codec import canonical_json
from enduse.model.decision import Verdict, decision_document, digest
from enduse.model.errors import BadInput

NAME = "Hangzhou Hikvision"


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    monkeypatch.setattr(context.OPTIONS, "no_color", False)


def run(*arguments: str) -> int:
    context.OPTIONS.json = False
    return main(list(arguments))


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = run(*arguments, "--json")
    return code, json.loads(capsys.readouterr().out)


def screen(capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, list[Any], list[Any]]:
    code, found = run_json(capsys, "screen", NAME, "--starter", *more)
    return code, found["matches"], found["suppressed"]


def decide_all(capsys: pytest.CaptureFixture[str], verdict: str = "different", *more: str) -> list[Any]:
    """Decide on every hit of the name; returns the records."""
    made = []
    for hit in screen(capsys, *more)[1]:
        party = hit["party"]["id"]
        options = ["--party", party, "--verdict", verdict, "--reason", "Another company", "--by", "reviewer"]
        code, record = run_json(capsys, "decisions", "add", NAME, *options, *more)
        assert code == 0
        made.append(record)
    return made


# --- screening


def test_suppressed_hits_are_counted_and_shown_with_who_when_and_why(capsys: pytest.CaptureFixture[str]) -> None:
    made = decide_all(capsys)
    assert len(made) == 2
    assert run("screen", NAME, "--starter") == 0
    page = capsys.readouterr().out
    assert page.startswith(f"0 hits for {NAME}; 2 suppressed by a decision\n")
    assert f"not the same party: reviewer, {made[0]['at']}, decision {made[0]['id'][:12]}" in page
    assert "Another company" in page


def test_exit_code_when_all_hits_are_suppressed(capsys: pytest.CaptureFixture[str]) -> None:
    """0 where the lists are complete, 2 where some are missing; 1 when decisions are left aside."""
    decide_all(capsys)
    code, hits, suppressed = screen(capsys)
    assert (code, hits, len(suppressed)) == (0, [], 2)
    assert {one["decision"]["standing"] for one in suppressed} == {"suppressed"}
    assert run("screen", NAME) == 2
    code, hits, suppressed = screen(capsys, "--ignore-decisions")
    assert (code, len(hits), suppressed) == (1, 2, [])


def test_one_hit_of_two_suppressed_is_still_a_hit(capsys: pytest.CaptureFixture[str]) -> None:
    first = screen(capsys)[1][0]["party"]["id"]
    assert run("decisions", "add", NAME, "--party", first, "--verdict", "different", "--reason", "x") == 0
    code, hits, suppressed = screen(capsys)
    assert (code, len(hits), [one["party"]["id"] for one in suppressed]) == (1, 1, [first])


def test_a_hit_comes_back_and_shows_what_changed(capsys: pytest.CaptureFixture[str]) -> None:
    decide_all(capsys)
    code, hits, suppressed = screen(capsys, "--country", "CN")
    assert (code, len(hits), suppressed) == (1, 2, [])
    said = hits[0]["decision"]
    assert said["standing"] == "lapsed"
    assert said["changes"] == [{"side": "query", "field": "countries", "before": [], "after": ["CN"]}]
    assert run("screen", NAME, "--starter", "--country", "CN") == 1
    page = " ".join(capsys.readouterr().out.split())
    assert "a decision has lapsed, review it again: not the same party: reviewer" in page
    assert "changed: the query's countries: now CN" in page


def test_a_confirmed_match_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    decide_all(capsys, "same")
    code, hits, suppressed = screen(capsys)
    assert (code, {one["decision"]["standing"] for one in hits}, suppressed) == (1, {"confirmed"}, [])
    assert run("screen", NAME, "--starter") == 1
    assert "the same party: reviewer" in capsys.readouterr().out


def test_case_and_blanks_of_the_name_are_the_same_query(capsys: pytest.CaptureFixture[str]) -> None:
    decide_all(capsys)
    assert run("screen", f"  {NAME.upper().replace(' ', '   ')} ", "--starter") == 0


def bulk(capsys: pytest.CaptureFixture[str], folder: Path, *more: str) -> tuple[list[dict[str, str]], str]:
    table, out = folder / "names.csv", folder / "hits.csv"
    table.write_text(f"name\n{NAME}\nRiverside Gardening Example\n", encoding="utf-8")
    capsys.readouterr()
    assert run("screen", "--bulk", str(table), "--out", str(out), "--starter", "--jobs", "1", *more) == 0
    with out.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream)), capsys.readouterr().err


def test_decisions_hold_in_bulk_and_what_they_suppress_is_shown_and_counted(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    before, said = bulk(capsys, tmp_path)
    assert "suppressed" not in said
    made = decide_all(capsys)
    after, said = bulk(capsys, tmp_path)
    assert [row["outcome"] for row in after] == ["nothing_found", *["suppressed"] * len(before[:-1]), "nothing_found"]
    assert {row["decision"].split(":")[0] for row in after[1:-1]} == {"suppressed"}
    assert {row["decision"].split(": ")[1].split(", ")[2] for row in after[1:-1]} == {one["id"][:12] for one in made}
    assert f"2 names, 0 hits, {len(before[:-1])} suppressed by a decision" in said
    shown = [(row["party_id"], row["list"], row["score"]) for row in before[:-1]]
    assert [(row["party_id"], row["list"], row["score"]) for row in after[1:-1]] == shown
    assert bulk(capsys, tmp_path, "--ignore-decisions")[0] == before


def test_a_confirmed_hit_stays_a_hit_in_bulk_and_says_so(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    decide_all(capsys, "same")
    rows, said = bulk(capsys, tmp_path)
    assert {row["decision"].split(":")[0] for row in rows if row["outcome"] == "hit"} == {"confirmed"}
    assert ", 0 suppressed by a decision" in said


def test_a_lapsed_decision_says_in_bulk_what_has_changed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    decide_all(capsys, "different", "--country", "CN")
    rows, _ = bulk(capsys, tmp_path)
    hits = [row["decision"] for row in rows if row["outcome"] == "hit"]
    assert hits
    assert all(text.startswith("lapsed (changed: query countries): reviewer, ") for text in hits)


def test_a_bulk_run_is_bound_to_the_decisions(capsys: pytest.CaptureFixture[str]) -> None:
    place = context.store_place()
    assert recorded_decisions(place) is None
    made = decide_all(capsys)
    first = recorded_decisions(place)
    assert run("decisions", "withdraw", made[0]["id"], "--reason", "Looked again", "--by", "reviewer") == 0
    second = recorded_decisions(place)
    assert first is not None
    assert second is not None
    assert first.sha256 == digest(sorted(one["id"] for one in made))
    assert first.sha256 != second.sha256


DETAILS = [
    *("--country", "CN", "--country", "HK", "--other-name", "Riverside Optics", "--address", "9 Quay, Portville"),
    *("--identifier", "registration[CN]:777000", "--nationality", "CN", "--birth-place", "Portville"),
    *("--birth-date", "1962-03", "--gender", "male"),
]


def test_a_decision_is_about_the_query_with_all_that_is_stated(capsys: pytest.CaptureFixture[str]) -> None:
    made = decide_all(capsys, "different", *DETAILS)
    assert made
    assert dict(made[0]["evidence"]["query"]) == {
        "addresses": ["9 quay, portville"],
        "birth_dates": ["1962-03"],
        "birth_places": ["portville"],
        "countries": ["CN", "HK"],
        "gender": ["male"],
        "identifiers": ["registration[cn]:777000"],
        "kind": ["any"],
        "names": ["hangzhou hikvision", "riverside optics"],
        "nationalities": ["CN"],
    }
    assert screen(capsys, *DETAILS)[1] == []
    assert screen(capsys, *DETAILS[:4])[1] != []


def test_screening_makes_no_store(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    screen(capsys)
    assert not list(tmp_path.rglob("*.sqlite3"))


# --- records


def test_list_show_and_withdraw(capsys: pytest.CaptureFixture[str]) -> None:
    made = decide_all(capsys)
    identifier = made[0]["id"]
    code, listed = run_json(capsys, "decisions", "list")
    assert (code, {one["id"] for one in listed}) == (0, {one["id"] for one in made})
    assert run("decisions", "show", identifier[:8]) == 0
    page = capsys.readouterr().out
    assert f"Evidence {made[0]['evidence_sha256']}" in page
    assert "query names: hangzhou hikvision" in page
    assert run("decisions", "withdraw", identifier[:8], "--reason", "mistaken", "--by", "supervisor") == 0
    assert "withdrawn" in capsys.readouterr().out
    assert (screen(capsys)[0], len(run_json(capsys, "decisions", "list")[1])) == (1, 1)
    assert len(run_json(capsys, "decisions", "list", "--all")[1]) == 3
    assert run("decisions", "list", "--all") == 0
    assert capsys.readouterr().out.count("(no longer stands)") == 2
    code, shown = run_json(capsys, "decisions", "show", identifier)
    assert (code, len(shown["history"])) == (0, 2)


def test_who_decides_is_the_user_of_the_session_unless_stated(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("getpass.getuser", lambda: "session-user")
    party = screen(capsys)[1][0]["party"]["id"]
    options = ["--party", party, "--verdict", "different", "--reason", "x"]
    assert run_json(capsys, "decisions", "add", NAME, *options)[1]["by"] == "session-user"


def test_nobody_to_name_is_bad_input(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("uid")

    monkeypatch.setattr("getpass.getuser", nobody)
    with pytest.raises(BadInput, match="--by NAME"):
        module.actor(None)


ADD = ["decisions", "add", NAME, "--party", "starter:none", "--verdict", "different", "--reason", "x"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (ADD, "--party: 'starter:none' is no hit of"),
        ([*ADD[:6], "perhaps", *ADD[7:]], "--verdict: 'perhaps' is not known"),
        ([*ADD[:6], "withdrawn", *ADD[7:]], "enduse decisions withdraw ID"),
        ([*ADD[:8], "x" * 1_000_000], "--reason: longer than 10,000 characters"),
        ([*ADD[:8], " "], "--reason: is missing"),
        ([*ADD[:8], "a\x00b"], "control character U+0000"),
        ([*ADD, "--by", "x" * 201], "--by: 201 characters"),
        ([*ADD, "--country", "Atlantis"], "no country is called 'Atlantis'"),
        ([*ADD, "--threshold", "7"], "no threshold"),
        (["decisions", "show", "123456"], "there is no decision 123456"),
        (["decisions", "show", "'; DROP"], "is no id"),
        (["decisions", "withdraw", "123456", "--reason", "x"], "there is no decision 123456"),
        (["decisions", "import", "nowhere.jsonl"], "cannot read the file"),
        (["audit", "verify"], "there is no store"),
        (["audit", "verify", "--count", "3"], "--count and --head go together"),
        (["audit", "verify", "--count", "0", "--head", "x"], "no recorded head"),
        (["audit", "show", "--last", "0"], "--last: 0 entries"),
    ],
    ids=lambda value: " ".join(value)[:50].replace("\0", "0") if isinstance(value, list) else "",
)
def test_bad_input_is_3_with_place_and_remedy(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run(*arguments) == 3
    streams = capsys.readouterr()
    assert message in streams.err
    assert (streams.out, list(tmp_path.rglob("*.sqlite3"))) == ("", [])


# --- the audit chain


def test_the_chain_tells_who_decided_what_and_is_whole(capsys: pytest.CaptureFixture[str]) -> None:
    made = decide_all(capsys)
    code, report = run_json(capsys, "audit", "verify")
    assert (code, report["whole"], report["count"]) == (0, True, 2)
    code, entries = run_json(capsys, "audit", "show")
    assert [(one["action"], one["after"], one["actor"]) for one in entries] == [
        ("decision.add", record["id"], "reviewer") for record in made
    ]
    assert entries[0]["editions"][0][0] == "starter"
    assert run("audit", "verify") == 0
    page = capsys.readouterr().out
    assert page.startswith(f"whole: 2 entries, head {entries[-1]['hash']}\nrecord both elsewhere")
    assert run("audit", "verify", "--count", "2", "--head", report["head"]) == 0
    assert run("audit", "verify", "--count", "3", "--head", report["head"]) == 1
    assert "BROKEN: audit entry 3 is missing" in capsys.readouterr().out
    assert run("audit", "show", "--last", "1") == 0
    assert "     2  " in capsys.readouterr().out


def test_an_altered_row_is_named_and_exits_1(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    decide_all(capsys)
    connection = sqlite3.connect(tmp_path / "enduse-data" / "enduse.sqlite3")
    connection.execute("DROP TRIGGER audit_no_update")
    connection.execute("UPDATE audit SET actor = 'somebody else' WHERE seq = 2")
    connection.commit()
    connection.close()
    assert run("audit", "verify") == 1
    assert capsys.readouterr().out.startswith("BROKEN: audit entry 2 was altered")


def test_a_recorded_chain_whose_file_is_gone_exits_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("audit", "verify", "--count", "2", "--head", "a" * 64) == 1
    assert "audit entry 1 is missing: 2 entries were recorded" in capsys.readouterr().out


# --- export and import


def test_an_export_imported_elsewhere_does_the_same_there_and_twice_is_once(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    made = decide_all(capsys)
    run("decisions", "withdraw", made[1]["id"], "--reason", "mistaken")
    out, back = tmp_path / "decisions.jsonl", tmp_path / "back.jsonl"
    assert run("decisions", "export", str(out)) == 0
    there = ["--data-dir", str(tmp_path / "elsewhere")]
    assert run_json(capsys, "decisions", "import", str(out), "--by", "importer", *there) == (
        0,
        {"imported": 3, "known": 0},
    )
    assert run_json(capsys, "decisions", "import", str(out), *there)[1] == {"imported": 0, "known": 3}
    code, hits, suppressed = screen(capsys, *there)
    assert (code, len(hits), [one["decision"]["id"] for one in suppressed]) == (1, 1, [made[0]["id"]])
    assert run("decisions", "export", str(back), *there) == 0
    assert back.read_bytes() == out.read_bytes()
    code, entries = run_json(capsys, "audit", "show", *there)
    assert [one["action"] for one in entries] == ["decision.import"] * 3 + ["decisions.import"]
    assert {one["actor"] for one in entries} == {"importer"}
    assert entries[-1]["subject"].startswith("file:")
    assert run("audit", "verify", *there) == 0


def export(tmp_path: Path, *lines: bytes) -> Path:
    file = tmp_path / "x.jsonl"
    file.write_bytes(b"\n".join(lines))
    return file


def line(**changed: Any) -> bytes:
    return canonical_json(decision_document(decision()) | changed)


def test_every_line_that_cannot_be_used_is_named_and_nothing_is_imported(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    forged = decision_document(decision())
    forged["evidence"]["listed"]["names"] = ["Somebody Else"]
    rehashed = forged | {"evidence_sha256": digest(forged["evidence"])}
    file = export(
        tmp_path,
        line(),
        b"",
        b"{",
        canonical_json(forged),
        canonical_json(rehashed),
        b'{"id": "x", "id": "y"}',
        b"\xff\xfe",
        line(at="2199-01-01T00:00:00Z"),
        line(reason="x" * 1_000_000),
        b'{"reason": "\\u0000"}',
        b"[" * 100_000,
        b"null",
    )
    assert run("decisions", "import", str(file)) == 3
    message = capsys.readouterr().err
    assert message.startswith("enduse: 10 of 11 lines cannot be used; nothing was imported")
    for expected in (
        "x.jsonl line 3, column 2",
        "x.jsonl line 4, evidence_sha256: does not fit the evidence",
        "x.jsonl line 5, id: does not fit the record",
        "x.jsonl line 6, column",
        "x.jsonl line 7: ",
        "x.jsonl line 8, ",
        "x.jsonl line 9, reason: 1,000,000 characters",
        "x.jsonl line 10, column",
        "x.jsonl line 11, column",
        "x.jsonl line 12: takes an object",
    ):
        assert expected in message, message
    assert not list(tmp_path.rglob("*.sqlite3"))


def test_a_record_from_the_future_is_refused() -> None:
    assert len(read_export(line(), "x.jsonl", NOON)) == 1
    with pytest.raises(BadInput, match="line 1, at: 2026-08-03T12:00:00Z lies ahead"):
        read_export(line(), "x.jsonl", NOON.replace(day=1))


def test_what_an_import_supersedes_must_be_known(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    write_export([decision(Verdict.SAME, supersedes=("e" * 64,))], file)
    assert run("decisions", "import", str(file)) == 3
    assert "x.jsonl line 1: supersedes eeeeeeeeeeee, which nothing holds" in capsys.readouterr().err


def test_an_export_that_cannot_be_written_leaves_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("decisions", "export", str(tmp_path / "no" / "folder" / "x.jsonl")) == 4
    assert "cannot write the export" in capsys.readouterr().err
    folder = tmp_path / "folder"
    folder.mkdir()
    assert run("decisions", "export", str(folder)) == 4
    assert [file for file in tmp_path.iterdir() if "building" in file.name] == []


def test_no_decisions_are_an_empty_export(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "x.jsonl"
    assert run("decisions", "export", str(out)) == 0
    assert (out.read_bytes(), run("decisions", "import", str(out))) == (b"", 0)


def test_a_hit_is_found_by_its_party() -> None:
    with pytest.raises(BadInput, match="hits: none"):
        module.hit([], PARTY.id, "x")


def test_the_documented_example_of_an_export_is_a_record() -> None:
    text = (Path(__file__).parents[2] / "docs" / "decisions.md").read_text(encoding="utf-8")
    example = text.split("```json\n")[1].split("```")[0]
    assert module._record(" ".join(example.split()).encode(), "docs", NOON).verdict is Verdict.DIFFERENT


# --- editions of a list


LAYOUT = Path(__file__).parents[1] / "fixtures" / "lists" / "us_csl" / "layout_2022.csv"
LISTED = "Example Optics Trading"


def sync(tmp_path: Path, day: int, *replaced: tuple[str, str]) -> None:
    """Load an edition of the consolidated list, with texts replaced."""
    text = LAYOUT.read_text(encoding="utf-8")
    for old, new in replaced:
        assert old in text
        text = text.replace(old, new, 1)
    folder = tmp_path / f"edition-{day}"
    folder.mkdir()
    (folder / f"consolidated_2026-08-0{day}.csv").write_text(text, encoding="utf-8")
    report = sync_from_dir(tmp_path / "enduse-data", folder, today=dt.date(2026, 8, day))
    assert [one.source for one in report.loaded] == ["us_csl"], report


def test_an_edition_lapses_a_decision_only_where_it_changes_what_mattered(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    def standing() -> tuple[list[str], list[Any]]:
        found = run_json(capsys, "screen", LISTED)[1]
        both = [*found["matches"], *found["suppressed"]]
        mine = [one for one in both if one["party"]["id"] == party]
        return [one.get("decision", {}).get("standing") for one in mine], mine

    sync(tmp_path, 1)
    party = run_json(capsys, "screen", LISTED)[1]["matches"][0]["party"]["id"]
    options = ["--party", party, "--verdict", "different", "--reason", "Another company", "--by", "reviewer"]
    assert run("decisions", "add", LISTED, *options) == 0
    assert standing()[0] == ["suppressed"]
    remarks = ("Presumption of denial.,,,,,,,,https", "Presumption of denial.,,,,,,,A remark,https")
    order = ("Example Optics; and EOT", "EOT; and Example Optics")
    sync(tmp_path, 2, remarks, order)
    assert standing()[0] == ["suppressed"]
    sync(tmp_path, 3, remarks, ("Example Optics; and EOT", "Example Optics; and EOT; and Example Lasers"))
    states, (hit,) = standing()
    assert states == ["lapsed"]
    (change,) = hit["decision"]["changes"]
    assert (change["side"], change["field"]) == ("listed", "names")
    assert set(change["after"]) - set(change["before"]) == {"Example Lasers"}
    assert run("decisions", "add", LISTED, *options) == 0
    assert standing()[0] == ["suppressed"]
