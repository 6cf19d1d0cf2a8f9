"""``enduse items`` as a reader and a script see it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main

LIST = """<DIV5 N="774" TYPE="PART"><DIV9 N="Supplement No. 1 to Part 774" TYPE="APPENDIX">
<FP-2><B>5A001 Telecommunications systems, as follows.</B></FP-2>
<P><I>Items:</I></P><P>f. Interception and jamming of mobile services;</P>
<P>f.2. Equipment that collects subscriber identifiers over the air;</P></DIV9></DIV5>"""


@pytest.fixture(autouse=True)
def _fresh_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    monkeypatch.setattr(context.OPTIONS, "no_color", False)
    monkeypatch.setenv("ENDUSE_DATA", str(tmp_path / "data"))


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main(["items", *arguments]) == 0
    return capsys.readouterr().out


def asked_json(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    return json.loads(asked(capsys, *arguments, "--json"))


def test_a_search_gives_candidates_controls_and_questions(capsys: pytest.CaptureFixture[str]) -> None:
    out = asked(capsys, "search", "IMSI", "catcher")
    assert out.startswith("Candidates to check, best first. This helps to classify; it does not classify.")
    assert " 1  5A001.f.2" in out and "controls: NS2, AT1" in out
    assert "yes: 5A001.f.1; no:" in out
    assert "8517.61  base stations" in out
    assert out.rstrip().endswith("next: enduse items show 5A001.f.2")


def test_what_no_list_names_says_what_decides(capsys: pytest.CaptureFixture[str]) -> None:
    out = asked(capsys, "search", "face recognition SDK")
    assert " 1  in no list" in out
    assert "where no entry names it, listings and catch-alls decide:" in out
    for cited in ("15 CFR 744.6, 744.21, 744.22", "15 CFR 744.11", "2021/821", "12A"):
        assert cited in out.replace("\n    ", " ")
    assert "guidance" in out and "[not verified]" in out


def test_a_listed_thing_is_not_said_to_fall_under_a_catch_all_for_the_unlisted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert "Art. 2(20), 5" not in asked(capsys, "search", "spyware")


def test_nothing_found_says_that_this_means_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    out = asked(capsys, "search", "kitchen table")
    assert out.startswith("No entry is described in these words. That says nothing of how the item is classified.")
    assert "Loosely near" in out


def test_a_corrected_word_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, "search", "watercannon").startswith(
        "('watercannon' is not known: searched for 'water cannon')"
    )


def test_a_search_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = asked_json(capsys, "search", "license plate reader", "--limit", "3")
    assert [hit["code"] for hit in found["hits"][:2]] == ["NO-LIST", "EAR99"]
    assert len(found["hits"]) == 3
    assert found["hits"][0]["topic"]["provisions"][0]["citation"]["text"]


def test_a_record_shows_everything(capsys: pytest.CaptureFixture[str]) -> None:
    out = asked(capsys, "show", "5A001.j")
    for part in (
        "in the list since 2022-03-07",
        "NS: Country Chart column NS 2",
        "ACE: line allows for .j",
        "sub-paragraphs: .j.1, .j.2",
        "related entries: 5B001, 5D001, 5E001",
        "EU Annex I",
        "Look-alikes to rule out",
        "edition 2026-07-23",
    ):
        assert part in out


@pytest.mark.parametrize(
    ("code", "part"),
    [
        ("0A983", "EU-2019/125:II"),
        ("5A980", "no entry"),
        ("2B001", "ask for the Annex I"),
        ("9A012.a.1", "changed 2026-08-13 (91 FR 52501)"),
        ("2B352", "its rows were entered by hand"),
        ("1C355", "states that are no party"),
        ("EAR99", "source: 15 CFR 734.3(c)"),
        ("EU-2019/125:III", "source: Regulation (EU) 2019/125, Annex III"),
    ],
)
def test_records_say_what_is_special(capsys: pytest.CaptureFixture[str], code: str, part: str) -> None:
    assert part in asked(capsys, "show", code)


def test_the_official_text_is_read_once_and_then_shown(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    file = tmp_path / "part-774.xml"
    file.write_text(LIST, encoding="utf-8")
    out = asked(capsys, "sync", "--ecfr", str(file), "--edition", "2026-07-23")
    assert out.strip() == "read 1 entries, 3 paragraphs, edition 2026-07-23"
    out = asked(capsys, "show", "5A001.f")
    assert "Official text, edition 2026-07-23" in out
    assert "5A001.f.2  Equipment that collects subscriber identifiers over the air;" in out
    out = asked(capsys, "search", "imsi catcher that collects identifiers")
    assert "text: “Equipment that collects subscriber identifiers over the air;”" in out
    assert "searched: official text of 2026-07-23" in out


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["search", "---x"], 3, ""),
        (["search", "of the"], 3, "no word to search for"),
        (["show", "5A099"], 3, "not in the tables held"),
        (["show", "5a001J"], 3, "did you mean 5A001.j"),
        (["sync", "--ecfr", "absent.xml", "--edition", "2026-07-23"], 3, "cannot read the file"),
        (["sync", "--ecfr", "absent.xml", "--edition", "yesterday"], 3, "is no date"),
    ],
)
def test_bad_input_is_3_with_a_remedy(
    capsys: pytest.CaptureFixture[str], arguments: list[str], code: int, message: str
) -> None:
    assert main(["items", *arguments]) == code
    captured = capsys.readouterr()
    assert captured.out == "" and message in captured.err


def test_a_damaged_text_is_4(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "data" / "items"
    folder.mkdir(parents=True)
    (folder / "ccl-text-2026-07-23.json").write_text("{", encoding="utf-8")
    assert main(["items", "search", "spyware"]) == 4
    assert "enduse items sync" in capsys.readouterr().err
