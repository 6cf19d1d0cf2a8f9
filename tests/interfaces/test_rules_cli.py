"""``enduse rules`` and the questions of time on the command line: exit codes, streams, pages."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from pathlib import Path
from typing import Any

import pytest

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.rules.rulebook import shipped_rulebooks
from loopback import Answer, serving

EXAMPLES = Path(__file__).parents[2] / "examples" / "rulebooks"
ORDERS = """reference,date,item,from,destination,end_user,end_user_type,party:exporter,value,currency
A,2025-01-10,5A992.c,US,EG,Northwind Example,non_government,Maker Example,1000.50,USD
B,2025-01-11,EAR99,US,DE,Silver Example,non_government,Maker Example,2000.25,USD
"""
DRAFT = """title: Licence for mass-market encryption to Egypt
amends: us/ear
rules:
  - id: us/ear/draft-1
    title: Mass-market encryption to Egypt
    citation: {text: "Draft Bill 12 of 2026, clause 4", verified: "false", note: a draft}
    in_force: [{from: 2027-01-01}]
    effect: require_licence
    code: "DRAFT:1"
    when: {all: [{destination: [EG]}, {item_covered_by: [5A992]}]}
    reason: a draft
"""


@pytest.fixture(autouse=True)
def _fresh_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name, value in (("json", False), ("data_dir", None), ("no_color", False)):
        monkeypatch.setattr(context.OPTIONS, name, value)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "orders.csv").write_text(ORDERS, encoding="utf-8")
    (tmp_path / "draft.yaml").write_text(DRAFT, encoding="utf-8")


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    capsys.readouterr()
    code = main(list(arguments))
    written = capsys.readouterr()
    return code, written.out, written.err


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code, out, _ = run(capsys, *arguments, "--json")
    context.OPTIONS.json = False
    return code, json.loads(out)


# --- what stands


def test_show_says_a_rule_in_words(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "rules", "show", "us/ear/744.11.affiliates")
    assert code == 0
    assert "from 2025-09-29 until the day before 2025-11-10 (90 FR 47201" in out
    assert "parties on EL own 50 percent or more of the party" in out
    assert "would overcome it" in out and "source: 15 CFR" in out
    code, _, err = run(capsys, "rules", "show", "us/ear/744.12.affiliates")
    assert code == 3 and "did you mean" in err and "us/ear/744.11.affiliates" in err


def test_status_names_age_source_and_what_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "rules", "status")
    assert code == 0 and "us/ear" in out and "not modelled:" in out
    code, found = run_json(capsys, "rules", "status")
    assert {item["source"] for item in found["rulebooks"]} == {"shipped"}
    assert all(item["age_days"] > 0 for item in found["rulebooks"])


def test_lint_of_a_folder_shows_every_problem_and_fails(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run(capsys, "rules", "lint")[0] == 0
    folder = Path(shutil.copytree(EXAMPLES, tmp_path / "own"))
    path = folder / "xa" / "act" / "sections.yaml"
    path.write_text(path.read_text().replace("item_covered_by", "item_coverd_by").replace("Act 2024 s. 3", "law"))
    code, out, _ = run(capsys, "rules", "lint", "--rules", str(folder))
    assert code == 4
    assert "xa/act/sections.yaml line 2, rule xa/act/3, when.all[0]: no predicate is called 'item_coverd_by'" in out
    assert "names no provision" in out
    code, _, err = run(capsys, "check", "--item", "EAR99", "--from", "US", "--to", "DE", "--rules", str(folder))
    assert code == 3 and "did you mean item_covered_by" in err
    code, out, _ = run(capsys, "rules", "lint", "--unverified")
    assert code == 0 and out.count("not verified: ") > 100


def test_a_local_folder_of_the_data_directory_is_laid_over(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENDUSE_DATA", str(tmp_path / "data"))
    shutil.copytree(EXAMPLES, tmp_path / "data" / "rules" / "local")
    _, out, _ = run(capsys, "rules", "list")
    assert "xa/act/3" in out
    asked = ["check", "--item", "EAR99", "--from", "US", "--to", "DE", "--end-user", "A Example", "--starter"]
    code, out, _ = run(capsys, *asked, "--law", "xa")
    assert code == 0 and "the items come from United States" in out.replace("\n    ", " ")


# --- sync


def packed(folder: Path, prefix: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, prefix + path.relative_to(folder).as_posix())
        archive.writestr(prefix + "README.md", "not a rulebook")
    return stream.getvalue()


def test_sync_takes_a_folder_an_archive_and_an_address(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENDUSE_DATA", str(tmp_path / "data"))
    assert run(capsys, "rules", "sync", str(EXAMPLES))[0] == 0
    (tmp_path / "rules.zip").write_bytes(packed(EXAMPLES, "release-1/"))
    code, out, _ = run(capsys, "rules", "sync", "rules.zip")
    assert code == 0 and "xa/act" in out
    with serving() as server:
        server.say("/rules.zip", Answer(packed(EXAMPLES)))
        code, found = run_json(capsys, "rules", "sync", f"{server.base}/rules.zip")
        assert code == 0 and [one["book"] for one in found["loaded"]] == ["xa/act"]
    code, found = run_json(capsys, "rules", "status")
    assert "xa/act" in {item["id"] for item in found["rulebooks"]}
    assert run(capsys, "rules", "sync")[0] == 0


@pytest.mark.parametrize(
    ("name", "content", "code", "message"),
    [
        ("none", None, 3, "no such folder"),
        ("text.zip", b"hello", 3, "no zip archive"),
        ("cut.zip", b"PK\x03\x04 cut", 3, "damaged"),
        ("http://example.org/rules.zip", None, 3, "no https address"),
    ],
)
def test_a_source_that_is_none_is_refused(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, content: bytes | None, code: int, message: str
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    found, _, err = run(capsys, "rules", "sync", name)
    assert (found, message in err) == (code, True), err


@pytest.mark.parametrize("inner", ["../../escape/rulebook.yaml", "/etc/x/rulebook.yaml", "a/b/..\\rulebook.yaml"])
def test_an_archive_that_leads_out_of_itself_writes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, inner: str
) -> None:
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as archive:
        archive.writestr(inner, "id: x")
    code, _, err = run(capsys, "rules", "sync", "bad.zip")
    assert code == 3 and "leads out of the archive" in err
    assert not (tmp_path.parent / "escape").exists()


def test_a_refused_sync_is_4_and_status_shows_it(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ENDUSE_DATA", str(tmp_path / "data"))
    folder = Path(shutil.copytree(EXAMPLES, tmp_path / "own"))
    path = folder / "xa" / "act" / "sections.yaml"
    path.write_text(path.read_text().replace("require_licence", "forbid"))
    code, _, err = run(capsys, "rules", "sync", str(folder))
    assert code == 4 and "what was on file stays" in err
    _, out, _ = run(capsys, "rules", "status")
    assert "REFUSED on" in out and "forbid" in out


# --- diff


def test_diff_between_two_days_says_what_came_into_force(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "rules", "diff", "2020-01-01", "2024-06-01", "--book", "us/ear")
    assert code == 0
    assert "NEWLY REQUIRED  744.22" in out and "FREED" in out and "source: 15 CFR 744.22" in out
    code, out, _ = run(capsys, "rules", "diff", "shipped", "current")
    assert code == 0 and "the law is the same" in out


def test_diff_of_two_editions_in_legal_terms(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    old, new = (Path(shutil.copytree(EXAMPLES, tmp_path / name)) for name in ("old", "new"))
    path = new / "xa" / "act" / "sections.yaml"
    text = path.read_text().replace("[{from: 2024-07-01}]", "[{from: 2024-09-01}]").replace("[BY, MM,", "[BY, MM, RU,")
    path.write_text(text.replace("effect: require_licence", "effect: prohibit"))
    code, changes = run_json(capsys, "rules", "diff", str(old), str(new))
    assert code == 0
    assert [change["kind"] for change in changes] == ["newly prohibited", "dates changed", "condition changed"]
    assert "before, it requires a licence" in changes[0]["text"]
    assert "in force from 2024-09-01; before, from 2024-07-01" in changes[1]["text"]
    assert "Russia" in changes[2]["after"][0] and "Russia" not in changes[2]["before"][0]
    _, back = run_json(capsys, "rules", "diff", str(new), str(old))
    assert back[0]["kind"] == "freed" or "requires a licence; before, it prohibits" in back[0]["text"]


@pytest.mark.parametrize("name", ["yesterday", "on-file:2020-01-01", "deadbeef", "2020-13-01", "current@x"])
def test_an_edition_that_nobody_has_is_3(capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run(capsys, "rules", "diff", name)[0] == 3


# --- impact and compare


def test_impact_says_who_would_be_caught(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code, out, err = run(capsys, "rules", "impact", "draft.yaml", "--on", "orders.csv", "--out", "groups.csv")
    assert code == 0
    assert "NEWLY CAUGHT: 1 transactions, 1,000.50 USD" in out
    assert "A (2025-01-10): 5A992.c to Northwind Example in EG" in out and "+DRAFT:1" in out
    assert "2 transactions read" in err
    assert "newly caught,destination,EG,1,1000.50,USD" in (tmp_path / "groups.csv").read_text()
    code, found = run_json(capsys, "rules", "impact", "draft.yaml", "--on", "orders.csv", "--fail-on", "caught")
    assert code == 1 and found["changes"]["newly caught"]["by"]["exporter"]["Maker Example"]["count"] == 1
    assert run(capsys, "rules", "impact", "draft.yaml", "--on", "orders.csv", "--fail-on", "freed")[0] == 0
    dated = run(capsys, "rules", "impact", "draft.yaml", "--on", "orders.csv", "--as-dated")[1]
    assert "Nothing changes in these transactions." in dated


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["none.yaml", "--on", "orders.csv"], "cannot read the file"),
        (["draft.yaml", "--on", "none.csv"], "none.csv"),
        (["draft.yaml", "--on", "orders.csv", "--law", "atlantis"], "no rulebook for 'atlantis'"),
        (["draft.yaml", "--on", "orders.csv", "--law", "eu"], "no rulebook is called 'us/ear'"),
        (["draft.yaml", "--on", "orders.csv", "--fail-on", "rain"], "'rain' is no change"),
        (["draft.yaml", "--on", "draft.yaml"], "draft.yaml"),
    ],
)
def test_impact_with_bad_input_is_3(capsys: pytest.CaptureFixture[str], arguments: list[str], message: str) -> None:
    code, _, err = run(capsys, "rules", "impact", *arguments)
    assert code == 3 and message in err, err


def test_compare_shows_the_gaps(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    arguments = ["rules", "compare", "--on", "orders.csv", "--members", "US,XA", "--rules", str(EXAMPLES)]
    code, out, _ = run(capsys, *arguments, "--out", "gaps.csv")
    assert code == 0 and "Gaps: caught by the row's law, free under the column's" in out
    assert "free in US and XA" in out
    assert "pattern,members," in (tmp_path / "gaps.csv").read_text()
    code, found = run_json(capsys, *arguments)
    assert code == 0 and [member["name"] for member in found["members"]] == ["US", "XA"]
    assert run(capsys, *arguments[:4], "--members", "US")[0] == 3


# --- time and explanation


def test_replay_is_0_when_it_comes_out_again_1_when_not_and_3_when_it_cannot(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    asked = ["check", "--item", "5A001.j", "--from", "US", "--to", "CN", "--end-user", "Hikvision", "--law", "us"]
    code, out, _ = run(capsys, *asked, "--as-of", "2024-01-01", "--json")
    context.OPTIONS.json = False
    assert code == 1
    (tmp_path / "a.json").write_text(out)
    assert run(capsys, "check", "--replay", "a.json")[:2] == (
        0,
        "reproduced: the same bytes from the recorded editions\n",
    )
    (tmp_path / "b.json").write_text(out.replace('"outcome": "licence_required"', '"outcome": "not_required"'))
    code, out, _ = run(capsys, "check", "--replay", "b.json")
    assert code == 1 and "NOT reproduced" in out and "outcome: licence_required; recorded: not_required" in out
    assert run(capsys, "check", "--replay", "draft.yaml")[0] == 3
    assert run(capsys, "check", "--replay", "a.json", "--item", "EAR99")[0] == 3


def test_known_on_reaches_back_and_never_ahead(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["check", "--item", "EAR99", "--from", "US", "--to", "CN", "--end-user", "Hangzhou Hikvision"]
    code, out, _ = run(capsys, *asked, "--as-of", "2024-01-01", "--known-on", "2024-01-01", "--law", "us")
    assert code == 2 and "edition_substituted (rulebooks)" in out and "EL:744.11" not in out
    code, _, err = run(capsys, *asked, "--known-on", "2999-01-01")
    assert code == 3 and "lies ahead" in err


def test_a_check_in_a_data_directory_puts_its_rulebooks_on_file(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = tmp_path / "there"
    data.mkdir()
    asked = ["check", "--item", "EAR99", "--from", "US", "--to", "DE", "--end-user", "A Example", "--law", "us"]
    run(capsys, *asked, "--data-dir", str(data))
    assert len(list((data / "rules" / "editions").iterdir())) == len(shipped_rulebooks())


def test_explain_names_conditions_facts_and_what_would_overcome(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["check", "--item", "5A001.j", "--from", "US", "--to", "CN", "--end-user", "A Example", "--law", "us"]
    code, out, _ = run(capsys, *asked, "--as-of", "2024-01-01", "--explain")
    text = " ".join(out.split())
    assert code == 1
    assert "NS:NS2 applies: Commerce Country Chart" in text
    assert "met the items come from United States — United States" in text
    assert "met the destination's row has an X in the control's column" in text and "NS2 is marked for China" in text
    assert "would overcome it: another destination without the mark" in text
    assert "missing: " in text and "source: 15 CFR 738.4(a)(2)(ii)" in text
