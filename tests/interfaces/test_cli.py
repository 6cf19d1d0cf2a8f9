"""The command line as scripts see it: exit codes, streams, global options, messages."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.model.errors import OperationFailed

HIKVISION = ["--item", "EAR99", "--from", "US", "--to", "CN", "--end-user", "Hangzhou Hikvision"]
UNLISTED = ["--item", "EAR99", "--from", "US", "--to", "DE", "--end-user", "Riverside Gardening Example"]


@pytest.fixture(autouse=True)
def _fresh_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    monkeypatch.setattr(context.OPTIONS, "no_color", False)


def run(*arguments: str) -> int:
    return main(list(arguments))


def run_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    capsys.readouterr()
    code = run(*arguments, "--json")
    return code, json.loads(capsys.readouterr().out)


# --- exit codes


def test_nothing_found_on_the_stated_facts_is_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", *UNLISTED, "--as-of", "2026-08-03", "--starter") == 0
    assert capsys.readouterr().out.startswith("NOT REQUIRED  No licence requirement was found on the stated facts")


def test_a_requirement_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", *HIKVISION, "--as-of", "2019-10-10") == 1
    assert "EL:744.11" in capsys.readouterr().out


def test_a_prohibition_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--item", "EAR99", "--from", "US", "--to", "BD", "--end-user", "Rapid Action Battalion"]
    assert run("check", *arguments, "--as-of", "2026-08-03", "--starter") == 1
    assert capsys.readouterr().out.startswith("PROHIBITED")


def test_an_open_answer_is_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", *UNLISTED, "--as-of", "2026-08-03") == 2
    assert "not loaded: EL, MEU, UVL, DPL, SDN" in capsys.readouterr().out


def test_a_hit_that_no_rule_acts_on_is_1(capsys: pytest.CaptureFixture[str]) -> None:
    """NS-CMIC concerns securities: no licence, but the analyst must see the hit."""
    arguments = ["--item", "EAR99", "--from", "US", "--to", "CN", "--end-user", "SenseTime Group Limited"]
    assert run("check", *arguments, "--as-of", "2022-06-01", "--starter") == 1
    assert "CMIC" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check"], "give a transaction file, or --item and --to"),
        (["check", "--item", "EAR99", "--to", "Atlantis"], "no country is called 'Atlantis'"),
        (["check", "--item", "EAR99", "--to", "Germny"], "did you mean Germany (DE)"),
        (["check", "--item", "5A099", "--to", "DE"], "not in the Commerce Control List held"),
        (["check", "--item", "5a001j", "--to", "DE"], "did you mean 5A001.j?"),
        (["check", "--item", "5A001", "--to", "DE", "--from", "US"], "5A001 needs a sub-paragraph"),
        (
            ["check", "--item", "EAR99", "--to", "DE", "--fact", "informed_by_autority=true"],
            "did you mean informed_by_authority",
        ),
        (["check", "--item", "EAR99", "--to", "DE", "--fact", "us_person=perhaps"], "neither true nor false"),
        (["check", "--item", "EAR99", "--to", "DE", "--party", "Acme"], "ROLE=NAME"),
        (["check", "--item", "EAR99", "--to", "DE", "--party", "enduser=Acme"], "did you mean end_user"),
        (["check", "--item", "EAR99", "--to", "DE", "--value", "lots"], "25000USD"),
        (["check", "--item", "EAR99", "--to", "DE", "--as-of", "soon"], "is not a date"),
        (["check", "--item", "EAR99", "--to", "DE", "--as-of", "2026-02-30"], "not a day of the calendar"),
        (["check", "--item", "EAR99", "--to", "DE", "--as-of", "2199-01-01"], "more than five years ahead"),
        (["check", "--item", "EAR99", "--to", "DE", "--law", "mars"], "no rulebook for 'mars'"),
        (["check", "nowhere.yaml"], "cannot read the file"),
        (["check", "--no-such-flag"], "No such option"),
        (["nonsense"], "No such command"),
        (["screen"], "give a name"),
        (["screen", "   "], "NAME: no name"),
        (["screen", "Acme", "--country", "Germny"], "--country: no country is called 'Germny' (Germany (DE)"),
        (["screen", "Acme", "--nationality", "ZZ"], "--nationality: no country is called 'ZZ'"),
        (["screen", "Acme", "--birth-date", "1962-13"], "--birth-date: '1962-13' is no date of birth (1962, 1962-03"),
        (["screen", "Acme", "--gender", "robot"], "--gender: gender 'robot' is not known (male (m), female (f))"),
        (["screen", "Acme", "--identifier", " "], "--identifier: is empty"),
        (["screen", "--identifier", "12"], "--identifier: no name, and no number that can be looked up"),
        (["screen", "Quay 1", "--kind", "address", "--gender", "male"], "--gender beside --kind address"),
        (["screen", "Quay 1", "--kind", "address", "--country", "DE", "--country", "AT"], "--country: several"),
        (["screen", "--kind", "address", "--country", "DE"], "give a name"),
        (["screen", "--bulk", "t.csv", "--out", "o.csv", "--birth-date", "1962"], "--birth-date beside --bulk"),
        (["compare", "Quay 1", "...", "--kind", "address"], "SECOND: '...' holds no letter or digit"),
        (["screen", "()"], "holds no letter or digit"),
        (["screen", "\x1b[31mNSO Group"], "control character U+001B"),
        (["screen", "Acme", "--kind", "dragon"], "dragon"),
        (["screen", "Acme", "--threshold", "7"], "no threshold"),
        (["compare", "one"], "Missing argument"),
        (["items", "show", "9Z999"], "is no classification"),
        (["items", "show", "5A001.q"], "has no sub-paragraph .q"),
        (["rules", "show", "us/ear/744.111"], "did you mean us/ear/744.11"),
        (["lists", "show", "us_cls"], "us_cls"),
        (["lists", "sync", "--from-dir", "/no/such/directory"], "directory"),
        (["schema", "universe"], "transaction or assessment"),
        (["verify", "nowhere.yaml"], "cannot read the case file"),
    ],
    ids=lambda value: " ".join(value)[:60] if isinstance(value, list) else "",
)
def test_bad_input_is_3_with_place_and_remedy(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 3
    streams = capsys.readouterr()
    assert message in streams.err.replace("\n", " ")
    assert streams.out == ""
    assert "Traceback" not in streams.err


def test_an_internal_error_is_4_and_shows_no_trace(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a defect")

    monkeypatch.setattr("enduse.assess.check", broken)
    assert run("check", *UNLISTED) == 4
    message = capsys.readouterr().err
    assert "internal error: RuntimeError: a defect" in message and "ENDUSE_DEBUG" in message
    assert "Traceback" not in message
    monkeypatch.setenv("ENDUSE_DEBUG", "1")
    assert run("check", *UNLISTED) == 4
    assert "Traceback" in capsys.readouterr().err


def test_a_failed_operation_is_4(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def failed(*_: object, **__: object) -> None:
        raise OperationFailed("the disk is full", where="/data", remedy="make room")

    monkeypatch.setattr("enduse.assess.check", failed)
    assert run("check", *UNLISTED) == 4
    assert "the disk is full (make room)" in capsys.readouterr().err


def test_screen_exits_1_on_a_hit_2_without_coverage_and_0_when_nothing_was_found() -> None:
    assert run("screen", "NSO Group") == 1
    assert run("screen", "Riverside Gardening Example") == 2
    assert run("screen", "Riverside Gardening Example", "--starter") == 0


def test_what_is_known_beside_the_name_moves_the_score_and_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    def score(*options: str) -> tuple[float, list[str]]:
        _, found = run_json(capsys, "screen", "Hikvison", "--starter", *options)
        first = found["matches"][0]
        assert sum(Decimal(part["contribution"]) for part in first["explanation"]) == Decimal(first["score"])
        return float(first["score"]), [part["what"] for part in first["explanation"]]

    plain, _ = score()
    lifted, parts = score("--country", "CN")
    lowered, _ = score("--country", "NO")
    assert lowered < plain < lifted
    assert "country" in parts
    assert "absent" in score("--birth-date", "1962")[1]
    assert score("--other-name", "Hangzhou Hikvision Digital Technology Co., Ltd.")[0] > 0.99


def test_a_page_shows_words_in_columns_that_add_up(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("screen", "Hikvison Digital Norge", "--country", "CN", "--starter", "--threshold", "0.4") == 1
    lines = capsys.readouterr().out.splitlines()
    start = next(number for number, line in enumerate(lines) if line.split() == ["share", "what", "asked", "listed"])
    end = next(number for number, line in enumerate(lines[start:], start) if line.split()[-1:] == ["score"])
    shares = [Decimal(line.split()[0]) for line in lines[start + 1 : end] if line.split()[0][0] in "+-"]
    total = Decimal(lines[end].split()[0].removeprefix("="))
    assert sum(shares) == total
    assert any(line.startswith(f"{total}  ") for line in lines[:start])
    asked = lines[start].index("asked")
    assert any(line[asked:].startswith("norge") and "asked only" in line for line in lines[start:end])


def test_addresses_are_compared_as_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    pair = ["ul. Primernaya 12, Moscow", "12 Primernaya Street, Moscow"]
    assert run("compare", *pair, "--kind", "address") == 1
    assert capsys.readouterr().out.startswith("1.00  ul. Primernaya")
    assert run("compare", pair[0], "13 Primernaya Street, Moscow", "--kind", "address") == 0


def test_compare_exits_1_at_the_threshold() -> None:
    assert run("compare", "Hangzhou Hikvision", "Hangzhou Hikvision Digital Technology Co., Ltd.") == 1
    assert run("compare", "Hikvision", "Dahua") == 0


def test_verify_exits_1_on_a_miss(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    case = """cases:
- id: T001
  jurisdiction: "US-EAR"
  date: "2026-08-03"
  activity: "export"
  item: {code: "3A981"}
  destination: "CN"
  parties: [{role: "end_user", name: "Unlisted Co", type: "non_government", lists: [], owners: []}]
  expected:
    {licence_required: EXPECTED, reasons: null, exceptions_foreclosed: null, exceptions_candidate: null,
     human_rights_review: true}
  confidence: "high"
"""
    good, bad = tmp_path / "good.yaml", tmp_path / "bad.yaml"
    good.write_text(case.replace("EXPECTED", "true"), encoding="utf-8")
    bad.write_text(case.replace("EXPECTED", "false"), encoding="utf-8")
    assert run("verify", str(good)) == 0
    assert capsys.readouterr().out == "1 passed, 0 missed, 0 not modelled\n"
    assert run("verify", str(good), str(bad)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("MISS T001") and lines[-1] == "1 passed, 1 missed, 0 not modelled"


# --- streams and global options


@pytest.mark.parametrize("place", ["before", "after"])
def test_global_options_work_before_and_after_the_command(
    place: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    options = ["--json", "--no-color", "--data-dir", str(tmp_path)]
    command = ["compare", "Acme", "Acme"]
    assert run(*([*options, *command] if place == "before" else [*command, *options])) == 1
    assert json.loads(capsys.readouterr().out)["score"] == "1.0000"


def test_the_whole_answer_as_json_fits_its_schema(capsys: pytest.CaptureFixture[str]) -> None:
    import jsonschema

    _, schema = run_json(capsys, "schema", "assessment")
    for arguments in (HIKVISION, UNLISTED, ["--item", "5A001.j", "--from", "US", "--to", "EG"]):
        _, document = run_json(capsys, "check", *arguments, "--as-of", "2026-08-03")
        jsonschema.validate(document, schema)


def test_output_is_plain_text_when_piped_and_a_closed_pipe_is_no_error() -> None:
    command = [sys.executable, "-m", "enduse", "check", *HIKVISION, "--as-of", "2019-10-10"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert done.returncode == 1 and b"\x1b" not in done.stdout and done.stderr == b""
    piped = subprocess.run(
        f"{sys.executable} -m enduse rules list | head -1", shell=True, capture_output=True, check=False
    )
    assert piped.stderr == b""


def test_a_reader_that_goes_away_does_not_turn_a_requirement_into_nothing_found() -> None:
    command = shlex.join([sys.executable, "-m", "enduse", "check", *HIKVISION, "--as-of", "2019-10-10", "--json"])
    piped = subprocess.run(
        ["bash", "-c", f"{command} | true; exit ${{PIPESTATUS[0]}}"], capture_output=True, check=False
    )
    assert (piped.returncode, piped.stderr) == (1, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_a_failed_operation_and_no_defect() -> None:
    with Path("/dev/full").open("wb") as full:
        command = [sys.executable, "-m", "enduse", "check", *HIKVISION, "--as-of", "2019-10-10"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 4 and b"the answer cannot be written" in done.stderr and b"defect" not in done.stderr


def test_names_in_any_script_are_read_whatever_the_locale() -> None:
    plain = {**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    command = [sys.executable, "-m", "enduse", "screen", "海康威视", "--starter"]
    done = subprocess.run(command, env=plain, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_sync_that_finds_nothing_is_no_success(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    assert run("lists", "sync", "--from-dir", str(empty)) == 3
    assert "no list was found" in capsys.readouterr().err
    assert run("lists", "sync", "--from-dir", str(empty), "--source", "us_csl", "--source", "un_sc") == 3


def test_a_message_that_nobody_can_read_does_not_change_the_exit_code() -> None:
    for arguments, code in ((["check", "--bogus"], 3), (["rules", "list"], 0), (["check", "nofile.yaml"], 3)):
        command = shlex.join([sys.executable, "-m", "enduse", *arguments])
        done = subprocess.run(["bash", "-c", f"{command} >/dev/null 2>&-"], check=False)
        assert done.returncode == code, arguments
    command = shlex.join([sys.executable, "-m", "enduse", "check", "-"])
    closed = subprocess.run(["bash", "-c", f"{command} <&-"], check=False)
    assert closed.returncode == 3


@pytest.mark.parametrize("repeated", [("--item", "5A980"), ("--to", "IR"), ("--end-user", "zor"), ("--to=IR",)])
def test_an_option_given_twice_is_refused(repeated: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    assert run("check", *HIKVISION, *repeated) == 3
    assert f"{repeated[0].split('=')[0]} is given 2 times" in capsys.readouterr().err
    assert run("check", *HIKVISION, "--fact", "us_person=true", "--fact", "us_origin=true", "--starter") == 1


def test_a_list_that_is_insisted_on_is_not_covered_by_the_embedded_data(capsys: pytest.CaptureFixture[str]) -> None:
    shipment = ("check", "--item", "EAR99", "--from", "US", "--to", "DE", "--end-user", "Riverside Gardening Example")
    assert run(*shipment, "--starter") == 0
    assert run(*shipment, "--starter", "--require", "UN") == 2
    assert "lists not covered" in (page := capsys.readouterr().out) and "UN" in page
    assert run(*shipment, "--require", "NOPE") == 3
    assert run("screen", "Example", "--list", "NOPE") == 3


def test_the_demo_prints_five_cited_situations(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("demo") == 0
    page = capsys.readouterr().out
    assert [number for number in "12345" if f"\n{number}. " in page or page.startswith(f"{number}. ")] == list("12345")
    for citation in ("84 FR 54002", "86 FR 60759", "90 FR 47201", "15 CFR 738.4(a)(2)(ii)", "Supp. 1 to part 738"):
        assert citation in page
    assert "Traceback" not in page


def test_the_demo_ends_with_the_way_to_the_pages(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("demo") == 0
    end = capsys.readouterr().out.splitlines()[-3:]
    assert "enduse serve --starter" in end[1] and "http://127.0.0.1:8000/" in end[2]


def test_the_demo_tells_the_stories_that_the_law_tells(capsys: pytest.CaptureFixture[str]) -> None:
    _, answers = run_json(capsys, "demo")
    outcomes = [(answer["variant"], answer["assessment"]["outcome"]) for answer in answers]
    assert outcomes == [
        ("2026-08-03", "licence_required"),
        ("2019-10-08", "not_required"),
        ("2019-10-10", "licence_required"),
        ("2021-11-03", "not_required"),
        ("2021-11-04", "licence_required"),
        ("2022-03-08", "licence_required"),
        ("2025-09-15", "not_required"),
        ("2025-10-15", "licence_required"),
        ("2025-11-20", "not_required"),
        ("2026-11-20", "indeterminate"),
        ("DE", "not_required"),
        ("MX", "licence_required"),
    ]


# --- addresses listed on their own (15 CFR 744.16(f))


@pytest.fixture
def risky_address(tmp_path: Path) -> str:
    """An edition of the Entity List that lists an address on its own."""
    fixture = Path(__file__).parents[1] / "fixtures" / "lists" / "us_ecfr" / "title-15_part-744.xml"
    folder = tmp_path / "official"
    folder.mkdir()
    content = fixture.read_bytes().replace(b"Sample Trading Co., Ltd., 15", b"Address 01, 15")
    (folder / fixture.name).write_bytes(content)
    assert run("lists", "sync", "--from-dir", str(folder)) == 0
    return "15 Sample Street, Kabul"


def test_a_listed_address_is_found_by_itself_and_by_who_is_there(
    risky_address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    alone = ["screen", risky_address, "--kind", "address", "--country", "AF", "--starter"]
    there = ["screen", "Harbour Gardening Example", "--address", f"{risky_address}, Afghanistan", "--starter"]
    for arguments in (alone, there):
        assert run(*arguments) == 1
        page = capsys.readouterr().out
        assert "address of Address 01" in page
        assert "! ADDRESS OF HIGH DIVERSION RISK" in page
        assert "EL (US-BIS)" in page
    assert run("screen", "Harbour Gardening Example", "--country", "AF", "--starter") != 1


def test_a_transaction_with_a_party_at_a_listed_address_needs_a_licence(
    risky_address: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    party = {"role": "end_user", "name": "Harbour Gardening Example", "type": "non_government", "country": "AF"}
    raw = {
        "date": "2026-08-03",
        "from": "US",
        "destination": "AF",
        "item": {"code": "EAR99"},
        "parties": [{**party, "address": risky_address}],
    }
    file = tmp_path / "transaction.json"
    file.write_text(json.dumps(raw), encoding="utf-8")
    code, found = run_json(capsys, "check", str(file), "--starter")
    codes = {item["code"]: item for act in found["authorities"] for item in act["findings"] if item["code"]}
    assert code in (1, 2)
    assert "EL:744.16(f)" in codes
    assert "EL:744.11" not in codes
    assert [match["name"] for match in found["parties"][0]["matches"]] == ["Address 01"]
    assert any("high diversion risk" in line for line in found["parties"][0]["matches"][0]["explanation"])
