"""``enduse portfolio check``: tables in, answers with citations and exit codes out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from enduse.interfaces.cli import context
from enduse.interfaces.cli.main import main

HEAD = "name,isin,lei,ticker,side,quantity,trade_date"
NAME = "SenseTime Group Limited"
TRADES = (
    f"{NAME},,,,buy,1000,2021-12-01",
    f"{NAME},,,,buy,1000,2022-02-07",
    f"{NAME},,,,buy,1000,2022-02-09",
    f"{NAME},,,,sell,1000,2022-11-30",
    f"{NAME},,,,sell,1000,2023-01-15",
)


@pytest.fixture(autouse=True)
def _fresh_options(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(context.OPTIONS, "json", False)
    monkeypatch.setattr(context.OPTIONS, "data_dir", None)
    monkeypatch.setattr(context.OPTIONS, "no_color", False)
    monkeypatch.setenv("ENDUSE_DATA", str(tmp_path / "data"))


def table(tmp_path: Path, *rows: str, head: str = HEAD) -> Path:
    path = tmp_path / "holdings.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return path


def run(path: Path, *more: str) -> int:
    return main(["portfolio", "check", str(path), "--as-of", "2023-06-01", "--starter", *more])


def document(path: Path, capsys: pytest.CaptureFixture[str], *more: str) -> dict[str, Any]:
    capsys.readouterr()
    run(path, "--json", *more)
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_trades_of_the_order_in_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = document(table(tmp_path, *TRADES), capsys)
    said = [(one["side"], one["trade_date"], one["dealing"], one["outcome"]) for one in found["lines"]]
    assert said == [
        ("buy", "2021-12-01", "not_barred", "not_required"),
        ("buy", "2022-02-07", "not_barred", "not_required"),
        ("buy", "2022-02-09", "barred", "prohibited"),
        ("sell", "2022-11-30", "only_to_divest", "not_required"),
        ("sell", "2023-01-15", "barred", "prohibited"),
    ]
    assert all(one["window"] == {"barred_from": "2022-02-08", "divest_before": "2022-12-10"} for one in found["lines"])
    bought = found["lines"][2]
    assert bought["findings"][0]["code"] == "CMIC:PURCHASE_BARRED"
    assert bought["findings"][0]["citation"]["text"].startswith("E.O. 13959 as amended by E.O. 14032, section 1")
    assert bought["line"] == 4
    assert found["counts"] == {"barred": 2, "only_to_divest": 1, "not_barred": 2}
    assumed = {(one["fact"], one["value"]): one["would_change"] for one in found["assumed"]}
    assert assumed["solely_to_divest", "true"] == ["CMIC:SALE_BARRED"]
    assert assumed["us_person", "true"] == ["CMIC:PURCHASE_BARRED", "CMIC:SALE_BARRED"]


def test_the_page_says_when_why_and_who_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(table(tmp_path, *TRADES)) == 1
    page = " ".join(capsys.readouterr().out.split())
    assert page.startswith("5 lines: 2 barred, 1 only to divest, 2 not barred BARRED line 4: SenseTime Group Limited")
    assert (
        "ONLY TO DIVEST line 5: SenseTime Group Limited, sell on 2022-11-30 1,000 may be sold on 2022-11-30 only"
        in page
    )
    assert "window: barred from 2022-02-08; permitted solely to divest before 2022-12-10" in page
    assert "source: CMIC:SALE_BARRED: E.O. 13959 as amended by E.O. 14032, section 1" in page
    assert "the ban on this issuer's securities has not begun: it begins on 2022-02-08" in page


def test_a_namesake_is_shown_for_review(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = table(tmp_path, "SenseTime Group Inc.,KYG8062L1041,,20 HK,buy,500,2022-03-01")
    (one,) = document(path, capsys)["lines"]
    assert (one["dealing"], one["outcome"], one["identified_by"]) == ("review", "indeterminate", "")
    assert {hit["taken_as_issuer"] for hit in one["hits"]} == {False}
    assert run(path) == 1


def test_a_column_may_be_absent_and_an_empty_side_is_a_position(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = document(table(tmp_path, NAME, head="Name"), capsys)["lines"]
    assert (one["dealing"], one["day"], one["side"]) == ("not_barred", "2023-06-01", "")
    assert (one["if_bought"]["dealing"], one["if_sold"]["dealing"]) == ("barred", "barred")


# --- exit codes


@pytest.mark.parametrize(
    ("row", "more", "code"),
    [
        ("Riverside Example AG,,,,buy,1,2022-06-01", (), 0),
        (f"{NAME},,,,buy,1,2022-06-01", (), 1),
        (f"{NAME},,,,buy,1,2021-12-01", (), 0),
        (f"{NAME},,,,buy,1,2022-02-01", (), 1),
        ("Riverside Example AG,,,,buy,1,2022-06-01", ("--strict",), 2),
        ("Riverside Example AG,US0378331006,,,buy,1,2022-06-01", (), 3),
        (f"{NAME},,,,buy,1,2022-06-01", ("--fact", "us_person=perhaps"), 3),
        (f"{NAME},,,,buy,1,2022-06-01", ("--fact", "side=buy"), 3),
        (f"{NAME},,,,buy,1,2022-06-01", ("--law", "mars"), 3),
    ],
)
def test_exit_codes(tmp_path: Path, row: str, more: tuple[str, ...], code: int) -> None:
    assert run(table(tmp_path, row), *more) == code


def test_without_lists_the_answer_is_open(tmp_path: Path) -> None:
    path = table(tmp_path, "Riverside Example AG,,,,buy,1,2022-06-01")
    assert main(["portfolio", "check", str(path), "--as-of", "2023-06-01"]) == 2


# --- what is wrong with a table, with its line


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (",,,,buy,1,2022-06-01", "holdings.csv line 2: no security (fill one of name, isin, lei, ticker)"),
        ("X,US0378331006,,,,,", "line 2, column isin: 'US0378331006' is no ISIN"),
        ("X,,549300XIVJCBIGMRUD49,,,,", "line 2, column lei: '549300XIVJCBIGMRUD49' is no LEI"),
        ("X,,,,short,,", "line 2, column side: 'short' is no side (buy or sell; empty for a position that is held)"),
        ('X,,,,buy,"1,000",', "line 2, column quantity: '1,000' is no quantity"),
        ("X,,,,buy,-1,", "line 2, column quantity: '-1' is no quantity"),
        ("X,,,,buy,1,01/02/2022", "line 2, column trade_date: '01/02/2022' is not a date (write YYYY-MM-DD"),
        ("X,,,,buy,1,2922-01-01", "line 2, column trade_date: 2922-01-01 lies more than five years ahead"),
        ("X,,,,buy", "line 2: 5 cells where the header has 7"),
        (f"{'X' * 1001},,,,buy,1,", "line 2, column name: 1,001 characters"),
    ],
)
def test_an_unreadable_line_is_named_and_the_others_are_answered(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], row: str, said: str
) -> None:
    assert run(table(tmp_path, row, f"{NAME},,,,buy,1,2022-06-01")) == 3
    captured = capsys.readouterr()
    assert said in captured.err
    assert "BARRED  line 3" in captured.out
    assert "1 lines could not be read and were not judged" in captured.out


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("nmae,isin", "column nmae: unknown column (did you mean name?)"),
        ("side,quantity", "no column says which security it is"),
        ("name,name", "two columns are called 'name'"),
        ("name,fact:us_persn", "no fact of that name (did you mean us_person or uk_person?)"),
    ],
)
def test_columns_that_are_none(tmp_path: Path, capsys: pytest.CaptureFixture[str], head: str, said: str) -> None:
    assert run(table(tmp_path, "a,b", head=head)) == 3
    assert said in capsys.readouterr().err


def test_facts_and_rulings_of_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    head = "name,side,trade_date,fact:solely_to_divest,fact:us_person,not_same_as"
    ruled_out = "starter:cmic-sensetime-group-limited"
    path = table(
        tmp_path,
        f"{NAME},sell,2022-06-01,false,,",
        f"{NAME},sell,2022-06-01,,false,",
        f"{NAME},sell,2022-06-01,,,{ruled_out}",
        head=head,
    )
    said = [one["dealing"] for one in document(path, capsys)["lines"]]
    assert said == ["barred", "not_barred", "not_barred"]


def test_xlsx_and_parquet_say_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    import datetime as dt

    rows = [("SenseTime Group Limited", "buy", 1000, dt.date(2022, 2, 9))]
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["name", "side", "quantity", "trade_date"])
    sheet.append(list(rows[0]))
    book.save(tmp_path / "holdings.xlsx")
    columns = dict(zip(["name", "side", "quantity", "trade_date"], map(list, zip(*rows, strict=True)), strict=True))
    pq.write_table(pa.table(columns), tmp_path / "holdings.parquet")
    for ending in ("xlsx", "parquet"):
        (one,) = document(tmp_path / f"holdings.{ending}", capsys)["lines"]
        assert (one["dealing"], one["quantity"], one["trade_date"]) == ("barred", "1000", "2022-02-09")


def test_a_name_that_would_be_markup_or_control_is_no_more_than_a_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (one,) = document(table(tmp_path, "<script>alert(1)</script>,,,,buy,1,2022-06-01"), capsys)["lines"]
    assert (one["dealing"], one["hits"]) == ("not_barred", [])
    assert run(table(tmp_path, "a\x1bb,,,,buy,1,2022-06-01")) == 3
