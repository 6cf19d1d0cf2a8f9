"""``check --bulk``: one result for each row, in order; a row that cannot be read is named, never dropped."""

from __future__ import annotations

import csv
import datetime as dt
import gc
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from enduse.assess import Settings
from enduse.evidence.library import Library
from enduse.formats.journal import Journal
from enduse.interfaces.bulk import RESULT_COLUMNS, CheckOptions, check_table
from enduse.interfaces.bulk_jobs import ROW_SCHEMA, JudgeRows
from enduse.interfaces.cli.main import main
from enduse.model.errors import BadInput

TODAY = dt.date(2026, 9, 1)
ORDERS = [
    ["reference", "date", "item", "hs_code", "from", "destination", "end_user"],
    ["A-1", "2026-08-03", "5E980", "0847130", "US", "NO", "Riverside Gardening Example"],
    ["A-2", "2019-10-08", "EAR99", "", "US", "CN", "Hangzhou Hikvision"],
    ["A-3", "2019-10-10", "EAR99", "", "US", "CN", "Hangzhou Hikvision"],
    ["A-4", "2026-08-03", "3A001", "", "US", "CN", "Riverside Gardening Example"],
    ["A-5", "2026-08-03", "EAR99", "", "US", "ON", "Riverside Gardening Example"],
    ["A-6", "2026-08-03", "EAR99", "", "US", "NA", "Riverside Gardening Example"],
]
LISTS = Library(accept_starter=True)


def write(path: Path, rows: list[list[str]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)  # type: ignore[union-attr]
        book.save(path)
    else:
        columns = {name: pa.array([row[i] for row in rows[1:]], pa.string()) for i, name in enumerate(rows[0])}
        pq.write_table(pa.table(columns), path)
    return path


def read(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".parquet":
        return pq.read_table(path).to_pylist()  # type: ignore[no-any-return]
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def checked(source: Path, out: Path, **options: object) -> tuple[int, list[dict[str, str]], list[str]]:
    told: list[str] = []
    code = check_table(source, out, Settings(), LISTS, TODAY, told.append, CheckOptions(**options))  # type: ignore[arg-type]
    return code, read(out), told


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_every_row_has_its_result_in_order_whatever_the_format(tmp_path: Path, ending: str) -> None:
    code, results, told = checked(write(tmp_path / f"orders{ending}", ORDERS), tmp_path / "out.csv")
    assert code == 0 and list(results[0]) == RESULT_COLUMNS
    assert [(row["row"], row["reference"]) for row in results] == [(str(n), f"A-{n}") for n in range(1, 7)]
    assert [row["outcome"] for row in results] == _outcomes()
    assert results[0]["reasons"] == "SL:ALL"
    assert "EL" not in results[1]["reasons"] and "EL" in results[2]["reasons"]
    assert told[-1].startswith("6 rows: error 2, ")


def _outcomes() -> list[str]:
    """What the same transactions give one by one."""
    found = []
    for row in ORDERS[1:]:
        options = ["--item", row[2], "--from", row[4], "--to", row[5], "--end-user", row[6], "--as-of", row[1]]
        code = main(["check", *options, "--starter"])
        found.append({1: "licence_required", 2: "indeterminate", 3: "", 0: "not_required"}[code])
    return found


def test_a_row_that_cannot_be_read_says_where_and_why(tmp_path: Path) -> None:
    _, results, _ = checked(write(tmp_path / "orders.csv", ORDERS), tmp_path / "out.csv")
    assert "needs a sub-paragraph" in results[3]["error"] and results[3]["where"] == "orders.csv line 5"
    assert "no country is called 'ON'" in results[4]["error"] and results[4]["outcome"] == ""
    assert results[5]["error"] == ""


def test_a_party_that_may_be_listed_is_shown_with_its_state(tmp_path: Path) -> None:
    _, results, _ = checked(write(tmp_path / "orders.csv", ORDERS), tmp_path / "out.parquet")
    assert "(not in force)" in results[1]["matches"]
    assert "EL Hangzhou Hikvision" in results[2]["matches"]


def test_one_date_may_be_set_for_all(tmp_path: Path) -> None:
    source = write(tmp_path / "orders.csv", ORDERS[:3])
    _, results, _ = checked(source, tmp_path / "out.csv", as_of=dt.date(2019, 10, 10))
    assert "EL" in results[1]["reasons"]


@pytest.mark.parametrize(("limit", "code"), [("licence_required", 1), ("prohibited", 1), (None, 0)])
def test_fail_on_is_for_scripts_and_a_row_in_error_fails_too(tmp_path: Path, limit: str | None, code: int) -> None:
    assert checked(write(tmp_path / "orders.csv", ORDERS), tmp_path / "out.csv", fail_on=limit)[0] == code


def test_fail_on_passes_what_is_less_severe(tmp_path: Path) -> None:
    source = write(tmp_path / "orders.csv", ORDERS[:2])
    assert checked(source, tmp_path / "out.csv", fail_on="prohibited")[0] == 0
    assert checked(source, tmp_path / "out.csv", fail_on="licence_required")[0] == 1


def test_options_that_would_be_ignored_are_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = str(write(tmp_path / "orders.csv", ORDERS)), str(tmp_path / "out.csv")
    for beside in (["--item", "EAR99"], ["--to", "DE"], ["--fact", "foreign_made=no"], ["--trace"]):
        assert main(["check", "--bulk", source, "--out", out, *beside]) == 3
        assert beside[0] in capsys.readouterr().err
    assert main(["check", "--bulk", source]) == 3
    assert main(["check", "--item", "EAR99", "--to", "DE", "--out", out]) == 3
    assert main(["screen", "Example", "--bulk", source, "--out", out]) == 3
    assert not Path(out).exists()


def test_a_table_that_cannot_be_used_leaves_nothing_behind(tmp_path: Path) -> None:
    source = write(tmp_path / "orders.csv", [["item", "colour"], ["EAR99", "red"]])
    with pytest.raises(BadInput, match="column colour: unknown column"):
        checked(source, tmp_path / "out.csv")
    assert [path.name for path in tmp_path.iterdir()] == ["orders.csv"]


@pytest.mark.parametrize("command", ["check", "screen"])
def test_results_never_overwrite_the_table(tmp_path: Path, command: str) -> None:
    source = write(tmp_path / "names.csv", [["name"], ["Hikvision"]] if command == "screen" else ORDERS)
    before = source.read_bytes()
    assert main([command, "--bulk", str(source), "--out", str(source)]) == 3
    assert source.read_bytes() == before


def many(count: int) -> list[list[str]]:
    """Orders that repeat themselves but for their references and customers."""
    places, items = ["NO", "CN", "EG", "ON"], ["5E980", "EAR99", "3A001"]
    customers = ["Riverside Gardening Example", "Hangzhou Hikvision", "Lakeside Gardening Example", ""]
    rows = [[f"B-{n}", "2026-08-03", items[n % 3], "", "US", places[n % 4], customers[n % 4]] for n in range(count)]
    return [ORDERS[0], *rows]


def test_every_way_to_cut_the_work_gives_the_same_bytes(tmp_path: Path) -> None:
    source = write(tmp_path / "orders.csv", many(90))
    checked(source, tmp_path / "one.csv", jobs=1)
    checked(source, tmp_path / "parts.csv", jobs=1, batch_rows=7)
    checked(source, tmp_path / "processes.csv", jobs=2, batch_rows=30)
    expected = (tmp_path / "one.csv").read_bytes()
    assert (tmp_path / "parts.csv").read_bytes() == expected == (tmp_path / "processes.csv").read_bytes()
    assert not list(tmp_path.glob("*.enduse-part"))


def test_what_is_alike_is_judged_once_and_each_party_screened_once(tmp_path: Path) -> None:
    *_, told = checked(write(tmp_path / "few.csv", many(24)), tmp_path / "out.csv", jobs=1)
    *_, more = checked(write(tmp_path / "more.csv", many(240)), tmp_path / "out.csv", jobs=1)
    assert told[-2] == more[-2] and told[-2].endswith("judgements made, 3 parties screened")
    assert more[-1].startswith("240 rows: ")


def test_rows_that_cannot_be_judged_leave_no_garbage_that_only_a_search_finds() -> None:
    """Workers search seldom."""
    columns = ("item", "from", "destination", "end_user")
    job = JudgeRows(None, True, Settings(), TODAY, None, columns, ())
    rows = [
        {"row": number, "where": f"line {number}", "cells": ["EAR99", "US", "Nowhere", "Acme"]}
        | dict.fromkeys(("problem", "problem_where", "problem_remedy"), "")
        for number in range(1, 201)
    ]
    batch = pa.RecordBatch.from_pylist(rows, ROW_SCHEMA)
    job(batch)
    gc.collect()
    gc.disable()
    try:
        errors = job(batch).column("error").to_pylist()
        assert gc.collect() < len(rows) < sum(map(len, errors))
    finally:
        gc.enable()


def test_the_summary_adds_up_for_every_government(tmp_path: Path) -> None:
    _, results, told = checked(write(tmp_path / "orders.csv", ORDERS), tmp_path / "out.csv")
    summary = {line.partition(":")[0]: line for line in told}
    assert set(summary) >= {"us", "eu", "uk", "un"}
    assert summary["us"].startswith("us: licence_required 2, not_required 2")
    assert results[0]["reasons_by_government"] == "us: SL:ALL"
    assert results[0]["governments"].startswith("us licence_required; ")


def test_a_stopped_run_goes_on_and_ends_with_the_same_bytes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "orders.csv", many(60))
    checked(source, tmp_path / "whole.csv", jobs=1)
    add = Journal.add
    parts: list[int] = []

    def stopping(journal: Journal, batch: pa.RecordBatch) -> None:
        if len(parts) == 3:
            raise KeyboardInterrupt
        add(journal, batch)
        parts.append(len(batch))

    monkeypatch.setattr(Journal, "add", stopping)
    told: list[str] = []
    with pytest.raises(KeyboardInterrupt):
        check_table(
            source, tmp_path / "out.csv", Settings(), LISTS, TODAY, told.append, CheckOptions(jobs=1, batch_rows=10)
        )
    assert told[-1] == "stopped after row 20: the same command goes on from there"
    monkeypatch.setattr(Journal, "add", add)
    *_, told = checked(source, tmp_path / "out.csv", jobs=1, batch_rows=10)
    assert told[0].startswith("going on after row 20")
    assert (tmp_path / "out.csv").read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_an_interrupted_run_about_something_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = write(tmp_path / "orders.csv", many(30))
    out = tmp_path / "out.csv"
    add = Journal.add
    left = [2]

    def stopping(journal: Journal, batch: pa.RecordBatch) -> None:
        if not left[0]:
            raise KeyboardInterrupt
        left[0] -= 1
        add(journal, batch)

    monkeypatch.setattr(Journal, "add", stopping)
    with pytest.raises(KeyboardInterrupt):
        checked(source, out, jobs=1, batch_rows=10)
    monkeypatch.setattr(Journal, "add", add)
    with pytest.raises(BadInput, match="--as-of"):
        checked(source, out, jobs=1, batch_rows=10, as_of=dt.date(2020, 1, 1))
    checked(source, out, jobs=1, batch_rows=10, as_of=dt.date(2020, 1, 1), restart=True)
    assert not list(tmp_path.glob("*.enduse-part"))
