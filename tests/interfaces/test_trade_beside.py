"""What is shown of a hub beside the signs: unit values, what goes back to the origins, and years where months lack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main
from enduse.interfaces.trade.analysis import Found, asked_of, look
from enduse.interfaces.trade.documents import found_of, signs_document
from enduse.interfaces.trade.report import report

NUMBERS = {"DE": 276, "KZ": 398, "AM": 51, "RU": 643, "PL": 616}


@pytest.fixture(autouse=True)
def _fresh_options(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)


def row(who: str, whom: str, flow: str, period: str, value: float, weight: float | None = None) -> dict[str, Any]:
    return {
        "reporterCode": NUMBERS[who],
        "partnerCode": NUMBERS[whom],
        "flowCode": flow,
        "cmdCode": "854231",
        "classificationCode": "H6",
        "period": period,
        "primaryValue": value,
        "netWgt": weight,
    }


def yearly() -> Iterator[dict[str, Any]]:
    for year, to_hub in (("2020", 100.0), ("2021", 110.0), ("2022", 400.0), ("2023", 500.0)):
        yield row("DE", "KZ", "X", year, to_hub, to_hub / (10 if year < "2022" else 2))
        yield row("DE", "PL", "X", year, 1000.0, 100.0)
        yield row("KZ", "RU", "X", year, 5.0)
        yield row("KZ", "DE", "X", year, 10.0)
        yield row("KZ", "DE", "RX", year, to_hub / 10)


def filed(folder: Path, rows: Any) -> Path:
    path = folder / "flows.json"
    path.write_text(json.dumps({"data": list(rows)}), encoding="utf-8")
    return path


def looked(folder: Path, rows: Any) -> Found:
    return look([filed(folder, rows)], asked_of(["DE"], ["RU"], "2022-01-01", ["KZ"], ["854231"]))


def test_years_are_shown_and_not_judged(tmp_path: Path) -> None:
    found = looked(tmp_path, yearly())
    assert found.of_years and not found.judged and found.control == 2022
    (hub,) = found.hubs
    assert (hub.before, hub.after) == (110.0, 400.0)
    assert "whole years allow no judgement" in hub.signals[0].silent and hub.signals[0].score is None
    page = report(found)
    assert "Year by year" in page and '<th scope="row">2022 (control)</th>' in page
    assert signs_document(found_of(signs_document(found))) == signs_document(found)


def test_a_control_within_a_year_counts_from_the_next(tmp_path: Path) -> None:
    found = look([filed(tmp_path, yearly())], asked_of(["DE"], ["RU"], "2021-03-15", ["KZ"], ["854231"]))
    assert found.control == 2022


def test_unit_values_and_what_goes_back(tmp_path: Path) -> None:
    beside = looked(tmp_path, yearly()).hubs[0].beside
    assert beside.unit == pytest.approx((10.0, 2.0)) and beside.unit_others == pytest.approx((10.0, 10.0))
    assert beside.returned == pytest.approx(((10.0 + 11.0) / 110.0, (10.0 + 40.0) / 400.0))


def test_what_is_not_reported_is_not_told(tmp_path: Path) -> None:
    rows = [one for one in yearly() if one["reporterCode"] == NUMBERS["DE"]]
    for one in rows:
        one["netWgt"] = "heavy" if one["period"] == "2020" else -1
    beside = looked(tmp_path, rows).hubs[0].beside
    assert not beside.says
    assert "not judged</h2>" not in report(looked(tmp_path, rows))


def test_months_stand_before_years(tmp_path: Path) -> None:
    months = [row("DE", "KZ", "X", f"2022{month:02d}", 10.0) for month in range(1, 13)]
    found = looked(tmp_path, [*yearly(), *months])
    assert not found.of_years and found.yearly == 20


def test_the_command_tells_both(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    asked = ["--origin", "DE", "--restricted", "RU", "--control-date", "2022-01-01", "--hub", "KZ", "--code", "854231"]
    assert main(["trade", "signs", str(filed(tmp_path, yearly())), *asked]) == 2
    page = " ".join(capsys.readouterr().out.split())
    assert "US$ a kg 10.00 before, 2.00 after (everybody else 10.00, 10.00)" in page
    assert "went back to the origins 19.1% before, 12.5% after" in page and "years are shown" in page
