"""``enduse trade``: files in, signs out, with a report that needs no script."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.trade_world import CONTROL, MONTHS, world
from browsers import RULES, axe, browser
from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.interfaces.trade.analysis import control_month
from enduse.monitor.trade.series import month_number, month_text
from realdata import shared_data
from trade_samples import HUBS, flows


@pytest.fixture(autouse=True)
def _fresh_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "no_color", False)


def signs(path: Path, *more: str) -> int:
    asked = ["--origin", "DE", "--restricted", "Russia", "--control-date", f"{month_text(CONTROL)}-01"]
    return main(["trade", "signs", str(path), *asked, "--hub", ",".join(HUBS), *more])


def test_a_planted_hub_comes_first_with_its_evidence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert signs(flows(tmp_path), "--json") == 1
    found = json.loads(capsys.readouterr().out)
    planted = world(7, "reexport", 3.0).planted
    assert planted is not None
    first = found["hubs"][0]
    assert first["hub"] == HUBS[planted]
    said = {one["indicator"]: one for one in first["signals"]}
    assert said["transhipment"]["speaks"] and said["surge"]["speaks"]
    to_hub, onward, direct = (one["change"] for one in said["transhipment"]["evidence"])
    assert to_hub > 2 and onward > 2 and direct < 1
    assert 0 < said["transhipment"]["false_alarms"] < 0.12


def test_the_page_and_the_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "report.html"
    assert signs(flows(tmp_path), "--out", str(out), "--code", "854231") == 1
    page = " ".join(capsys.readouterr().out.split())
    assert page.startswith("From Germany to Russia, control since 2022-01 [x] Kazakhstan: US$")
    assert "A sign is a reason to look, not proof of anything" in page
    text = out.read_text(encoding="utf-8")
    assert "<script" not in text and "http://" not in text.replace("http://www.w3.org", "")
    assert text.count('class="control"') == len(HUBS)
    assert text.count("<tr>") > len(HUBS) * MONTHS


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_the_report_is_accessible_and_fits_a_telephone(
    tmp_path: Path, scheme: str, width: int, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "report.html"
    signs(flows(tmp_path), "--out", str(out))
    capsys.readouterr()
    with browser() as chromium:
        page = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}).new_page()  # type: ignore[arg-type]
        page.goto(out.as_uri())
        page.evaluate(axe())
        found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)
        assert [one["id"] for one in found["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_series_that_are_too_short_are_2_and_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert signs(flows(tmp_path, months=50)) == 2
    assert "too short: 48 months before and 2 after the control" in " ".join(capsys.readouterr().out.split())


def test_a_file_without_the_codes_asked_for_is_2(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert signs(flows(tmp_path), "--code", "901310") == 2
    assert "no report is of the codes asked for" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (("--edition", "HS2030"), "no edition is called 'HS2030'"),
        (("--restricted", "Atlantis"), "'Atlantis' is no country"),
        (("--restricted", "DE"), "a country stands on two sides"),
    ],
)
def test_what_cannot_be_asked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], more: tuple[str, ...], said: str
) -> None:
    assert signs(flows(tmp_path), *more) == 3
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("day", "month"), [("2022-03-01", "2022-03"), ("2022-02-24", "2022-03"), ("2021-12-02", "2022-01")]
)
def test_the_first_whole_month_counts(day: str, month: str) -> None:
    assert control_month(day) == month_number(month)


def test_largest_partners_are_judged_where_no_hub_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--origin", "DE", "--restricted", "RU", "--control-date", "2022-01-01", "--json"]
    main(["trade", "signs", str(flows(tmp_path)), *asked])
    hubs = [one["hub"] for one in json.loads(capsys.readouterr().out)["hubs"]]
    assert 0 < len(hubs) <= 5 and "PL" in hubs


# --- declarations


def declared(tmp_path: Path) -> Path:
    path = tmp_path / "declared.csv"
    path.write_text(
        "date,exporter,consignee,consignee_address,hs_code,value_usd,dispatch_country,transit_countries,destination_country\n"
        '2023-04-01,Works,New Shop,"12 Harbour Street, Example City",854231,9000,DE,PL;BY,KZ\n'
        "2023-04-02,Works,Shop,,8542,x,DE,,KZ\n",
        encoding="utf-8",
    )
    return path


def test_signs_in_declarations(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    listed = tmp_path / "listed.csv"
    listed.write_text(
        'name,listed,address\nLantern Trading,2023-01-01,"Harbour St. 12, Example City"\n', encoding="utf-8"
    )
    path = declared(tmp_path)
    more = ["--listed", str(listed), "--restricted", "BY"]
    assert main(["trade", "declarations", str(path), *more]) == 3
    captured = capsys.readouterr()
    assert "declared.csv line 3, column value_usd: 'x' is no amount" in captured.err
    page = " ".join(captured.out.split())
    assert "New consignee after a listing: New Shop first seen 90 days after Lantern Trading was listed" in page
    assert "Unusual routing: New Shop" in page
    assert "1 rows could not be read" in page


def test_declarations_without_a_question_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trade", "declarations", str(declared(tmp_path))]) == 3
    assert "nothing is looked for" in capsys.readouterr().err


def test_no_sign_is_0(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "declared.csv"
    path.write_text("date,exporter,consignee,hs_code,value_usd,destination_country\n2023-04-01,W,S,8542,1,KZ\n")
    assert main(["trade", "declarations", str(path), "--threshold", "5000", "--restricted", "RU", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["signs"] == []


# --- the real files


@pytest.mark.realdata
def test_the_real_files_are_read_and_nothing_is_claimed_of_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """They prove reading and editions, not detection: two countries, one year, HS 2007."""
    files = [str(path) for path in sorted((shared_data() / "trade").iterdir())]
    assert main(["trade", "read", *files]) == 0
    page = " ".join(capsys.readouterr().out.split())
    assert "8,739 records" in page
    assert "what is known of them in HS2007" in page and "no correlation at hand says" in page
    out = tmp_path / "report.html"
    asked = [
        "--origin",
        "IN",
        "--restricted",
        "RU",
        "--control-date",
        "2010-06-01",
        "--code",
        "854231",
        "--out",
        str(out),
    ]
    assert main(["trade", "signs", *files, *asked]) == 2
    assert "every report is of a whole year" in capsys.readouterr().out
    assert "Nothing can be said" in out.read_text(encoding="utf-8")
