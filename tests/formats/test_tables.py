"""Tables come back as the text that was written; a cell that has lost it is an error with its place."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enduse.formats.tables import no_formula, open_table, read_table, write_table
from enduse.model.errors import BadInput, OperationFailed

CODES = [
    "NO",
    "NA",
    "ON",
    "3E001",
    "5E980",
    "1E001",
    "0847130",
    "00012",
    "1.10",
    "TRUE",
    "2021-11-04",
    "1/2",
    "-",
    "N/A",
]


def write_csv(path: Path, rows: list[list[Any]]) -> None:
    path.write_text("".join(",".join(map(str, row)) + "\n" for row in rows), encoding="utf-8")


def write_xlsx(path: Path, rows: list[list[Any]]) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Orders"
    for row in rows:
        sheet.append(row)
    book.save(path)


def write_parquet(path: Path, rows: list[list[Any]]) -> None:
    columns = {name: [row[index] for row in rows[1:]] for index, name in enumerate(rows[0])}
    pq.write_table(pa.table(columns), path)


WRITERS: dict[str, Callable[[Path, list[list[Any]]], None]] = {
    ".csv": write_csv,
    ".xlsx": write_xlsx,
    ".parquet": write_parquet,
}


def cells(path: Path, **options: Any) -> list[dict[str, str]]:
    return [dict(row.cells) for row in read_table(path, **options)]


@pytest.mark.parametrize("ending", WRITERS)
def test_codes_survive(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"orders{ending}"
    WRITERS[ending](path, [["item", "n"], *([code, "x"] for code in CODES)])
    assert cells(path) == [{"item": code, "n": "x"} for code in CODES]


words = st.text(
    st.characters(blacklist_categories=["Cs", "Cc"], blacklist_characters="\ufffe\uffff"), max_size=8
) | st.sampled_from(["\r", "\n", "a\r\nb", '"', ",", ";", "\t", "=1+1", " padded ", *CODES])


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(rows=st.lists(st.fixed_dictionaries({"a": words, "b": words}), max_size=5))
def test_what_is_written_is_read_back(tmp_path: Path, ending: str, rows: list[dict[str, str]]) -> None:
    path = tmp_path / f"table{ending}"
    assert write_table(path, ["a", "b"], rows) == len(rows)
    marked = [{name: cell if ending != ".csv" else no_formula(cell) for name, cell in row.items()} for row in rows]
    assert cells(path) == [row for row in marked if any(row.values())]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_text(f'item{delimiter}"a,b;c|d"{delimiter}n\nNO{delimiter}x{delimiter}1\n', encoding="utf-8")
    assert cells(path) == [{"item": "NO", "a,b;c|d": "x", "n": "1"}]


def test_one_column_needs_no_delimiter(tmp_path: Path) -> None:
    path = tmp_path / "names.csv"
    path.write_text("name\nACME\n\nOther Ltd\n", encoding="utf-8")
    assert [(row.cells["name"], row.where) for row in read_table(path)] == [
        ("ACME", "names.csv line 2"),
        ("Other Ltd", "names.csv line 4"),
    ]


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes("item;from\r\nEAR99;NO\r\n".encode("utf-8-sig"))
    assert cells(path) == [{"item": "EAR99", "from": "NO"}]


def test_a_row_of_several_lines_is_named_by_its_first(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text('a,b\n"x\ny",1\n2,3,4\n', encoding="utf-8")
    first, second = read_table(path, keep_bad_rows=True)
    assert (first.cells, first.where, first.problem) == ({"a": "x\ny", "b": "1"}, "orders.csv line 2", None)
    assert second.where == "orders.csv line 4"
    assert second.problem is not None


def test_a_ragged_row_is_an_error_or_kept_with_its_problem(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("a,b\n1,2\n1,2,3\n4,5\n", encoding="utf-8")
    with pytest.raises(BadInput, match=r"orders\.csv line 3: 3 cells where the header has 2"):
        cells(path)
    rows = list(read_table(path, keep_bad_rows=True))
    assert [row.problem is None for row in rows] == [True, False, True]


CSV_REFUSED = {
    "not UTF-8": (b"a,b\nx,caf\xe9\n", "line 2: byte 9 is not UTF-8"),
    "not UTF-8, in the header": (b"a\xe9,b\nx,y\n", "line 1: byte 1 is not UTF-8"),
    "not UTF-8, after a mark": (b"\xef\xbb\xbfa,b\nx,caf\xe9\n", "line 2: byte 12 is not UTF-8"),
    "UTF-16": ("a,b\nx,y\n".encode("utf-16"), "the file is UTF-16"),
    "NUL": (b"a,b\nx,\x00\n", "line 2: control character U.0000"),
    "open quote": (b'a,b\n1,2\n"x,y\nz,w\n', "line 3: not valid CSV"),
    "text after a quote": (b'a,b\n"x"y,1\n', "line 2: not valid CSV"),
    "empty": (b"", "the table is empty"),
    "blank header": (b"\n1,2\n", "the table is empty"),
    "two columns of one name": (b"a, a\n1,2\n", "two columns are called 'a'"),
    "cell in a column without a name": (b"a,\n1,\n2,x\n", "line 3: 'x' stands in a column without a name"),
}


@pytest.mark.parametrize(("data", "problem"), CSV_REFUSED.values(), ids=CSV_REFUSED)
def test_a_bad_csv_file_is_refused_with_its_place(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(data)
    with pytest.raises(BadInput, match=problem) as caught:
        cells(path)
    assert caught.value.where.startswith("orders.csv")
    assert caught.value.remedy


BAD_LINES = {
    "not UTF-8": (b"a,b\n1,2\nx,caf\xe9\n3,4\n", "byte 13 is not UTF-8"),
    "NUL": (b"a,b\n1,2\nx,\x00y\n3,4\n", "control character U+0000"),
    "text after a quote": (b'a,b\n1,2\n"x"y,1\n3,4\n', "not valid CSV"),
    "a long line": (b'a,b\n1,2\n"' + b"x" * 3_000_000 + b",1\n3,4\n", "longer than 1,000,000 bytes"),
    "a long cell": (b"a,b\n1,2\n" + b"x" * 200_000 + b",1\n3,4\n", "field larger than"),
    "a control character in a row of two lines": (b'a,b\n1,2\n"x\n\x07",y\n3,4\n', "control character U+0007"),
}


@pytest.mark.parametrize(("data", "problem"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_bad_line_costs_its_own_row_alone_where_bad_rows_are_kept(tmp_path: Path, data: bytes, problem: str) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(data)
    before, bad, after = read_table(path, keep_bad_rows=True)
    assert (before.cells, before.line, before.problem) == ({"a": "1", "b": "2"}, 2, None)
    assert bad.problem is not None and problem in bad.problem.problem and bad.problem.remedy
    assert (bad.where, bad.line) == ("orders.csv line 3", 3)
    assert not any("\x00" in text or "\x07" in text for text in bad.cells.values())
    assert (after.cells, after.problem) == ({"a": "3", "b": "4"}, None)


def test_a_quote_left_open_says_how_far_it_runs(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_bytes(b'a,b\n1,2\n"x,y\nz,w\nu,v\n')
    first, bad = read_table(path, keep_bad_rows=True)
    assert first.problem is None and bad.problem is not None
    assert bad.where == "orders.csv line 3" and "the row runs to line 5" in bad.problem.problem


@pytest.mark.parametrize("ending", [".csv", ".xlsx", ".parquet"])
def test_the_columns_are_known_before_the_rows(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"orders{ending}"
    WRITERS[ending](path, [["item", "name"], ["EAR99", "x"], ["5E980", "y"]])
    table = open_table(path)
    assert table.columns == ("item", "name") and table.about in (2, None)
    assert [row.cells["item"] for row in table.rows()] == ["EAR99", "5E980"]
    empty = tmp_path / f"empty{ending}"
    WRITERS[ending](empty, [["item", "name"]])
    assert open_table(empty).columns == ("item", "name") and list(open_table(empty).rows()) == []


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
def test_other_columns_may_be_called_dates(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"people{ending}"
    WRITERS[ending](path, [["born"], [dt.date(1962, 3, 14)]])
    assert [row.cells for row in open_table(path).rows(dates=["born"])] == [{"born": "1962-03-14"}]
    (bad,) = open_table(path).rows(keep_bad_rows=True)
    assert bad.problem is not None and bad.column == "born"


def test_a_column_without_name_and_cells_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("a,\n1,\n", encoding="utf-8")
    assert [row.cells["a"] for row in read_table(path)] == ["1"]


LOST = {
    "number": (8471.3, "a number"),
    "whole number": (847130, "a number"),
    "infinity of a code": (float("1E001"), "a number"),
    "boolean": (True, "a yes-or-no value"),
    "date": (dt.date(2021, 11, 4), "a date"),
}


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
@pytest.mark.parametrize(("value", "kind"), LOST.values(), ids=LOST)
def test_a_cell_that_lost_its_text_is_an_error(tmp_path: Path, ending: str, value: Any, kind: str) -> None:
    path = tmp_path / f"orders{ending}"
    WRITERS[ending](path, [["reference", "item"], ["R1", value]])
    place = {".xlsx": "orders.xlsx sheet Orders row 2, column item", ".parquet": "orders.parquet row 1, column item"}
    with pytest.raises(BadInput) as caught:
        cells(path)
    assert caught.value.where == place[ending]
    assert kind in caught.value.problem
    assert caught.value.remedy == "format the column as text and type the value again"


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
def test_amounts_may_be_numbers_and_dates_dates(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"orders{ending}"
    WRITERS[ending](
        path,
        [
            ["value", "date", "trade_date"],
            [25000, dt.date(2026, 1, 2), dt.date(2026, 1, 3)],
            [0.1, dt.date(2025, 1, 1), None],
        ],
    )
    assert cells(path, numbers=["value"]) == [
        {"value": "25000", "date": "2026-01-02", "trade_date": "2026-01-03"},
        {"value": "0.1", "date": "2025-01-01", "trade_date": ""},
    ]


def test_decimal_amounts_keep_every_digit(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    pq.write_table(pa.table({"value": pa.array([Decimal("12345678901234567890.10")])}), path)
    assert cells(path, numbers=["value"]) == [{"value": "12345678901234567890.1"}]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_an_amount_that_is_no_number_is_an_error(tmp_path: Path, value: float) -> None:
    path = tmp_path / "orders.parquet"
    write_parquet(path, [["value"], [value]])
    with pytest.raises(BadInput, match="row 1, column value"):
        cells(path, numbers=["value"])


def test_columns_that_nobody_reads_may_hold_anything(tmp_path: Path) -> None:
    path = tmp_path / "customers.xlsx"
    since = dt.datetime(2020, 1, 2, 3, 4)  # noqa: DTZ001 (spreadsheets know no time zone)
    write_xlsx(path, [["name", "id", "active", "since"], ["ACME", 17, True, since]])
    assert cells(path, text=["name"]) == [
        {"name": "ACME", "id": "17", "active": "true", "since": "2020-01-02T03:04:00"}
    ]


def test_bad_cells_are_kept_with_their_problem(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    write_xlsx(path, [["item"], ["EAR99"], [8471], ["5E980"]])
    rows = list(read_table(path, keep_bad_rows=True))
    assert [row.where for row in rows if row.problem] == ["orders.xlsx sheet Orders row 3"]
    assert [row.cells["item"] for row in rows if not row.problem] == ["EAR99", "5E980"]


def test_a_sheet_is_chosen_by_name(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    book = openpyxl.Workbook()
    book.create_sheet("Second & last").append(["item"])
    book["Second & last"].append(["NO"])
    book.save(path)
    assert cells(path, sheet="Second & last") == [{"item": "NO"}]
    with pytest.raises(BadInput, match="no sheet is called 'Third'"):
        cells(path, sheet="Third")
    with pytest.raises(BadInput, match="further sheets with cells: Second & last"):
        cells(path)


def test_formulas_without_results_and_merged_cells_are_no_empty_cells(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    for row in (["item", "name"], ["EAR99", '="NSO Group"'], ["EAR99", "x"]):
        book.active.append(row)
    book.save(path)
    with pytest.raises(BadInput, match="formula without its result") as caught:
        cells(path)
    assert caught.value.where is not None and "cell B2" in caught.value.where
    book.active["B2"] = "NSO Group"
    book.active.merge_cells("B2:B3")
    book.save(path)
    with pytest.raises(BadInput, match="the cells B2:B3 are merged"):
        cells(path)


def test_an_error_cell_is_an_error_and_not_an_empty_text(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    write_xlsx(path, [["item", "name"], ["EAR99", "#N/A"]])
    with pytest.raises(BadInput, match=r"orders\.xlsx sheet Orders cell B2: the cell holds an error"):
        cells(path)


def test_an_error_cell_of_a_sheet_that_is_not_read_does_not_matter(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["item"])
    book.active.append(["NO"])
    book.create_sheet("Scratch").append(["#REF!"])
    book.save(path)
    assert cells(path, sheet="Sheet") == [{"item": "NO"}]


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
@pytest.mark.parametrize("kept", [0, 1, 100, 0.5, -1])
def test_a_cut_file_is_refused(tmp_path: Path, ending: str, kept: float) -> None:
    path = tmp_path / f"orders{ending}"
    WRITERS[ending](path, [["item"], *([f"EAR99 {number}"] for number in range(50))])
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * kept) if isinstance(kept, float) else kept])
    with pytest.raises(BadInput, match=f"orders{ending}: not a"):
        cells(path)


@pytest.mark.parametrize("ending", [".xlsx", ".parquet"])
def test_flipped_bytes_are_refused_or_change_no_promise(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"orders{ending}"
    WRITERS[ending](path, [["item"], *([f"EAR99 {number}"] for number in range(20))])
    data = path.read_bytes()
    outcomes = set()
    for place in range(0, len(data), max(1, len(data) // 60)):
        path.write_bytes(data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :])
        try:
            outcomes.add(all(isinstance(text, str) for row in cells(path) for text in row.values()))
        except BadInput as problem:
            assert problem.where.startswith(f"orders{ending}")
    assert outcomes <= {True}


def test_other_endings_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\.ods is no table format"):
        read_table(tmp_path / "orders.ods")
    with pytest.raises(BadInput, match="no such file"):
        read_table(tmp_path / "orders.csv")
    with pytest.raises(BadInput, match=r"\.xlsx cannot be written"):
        write_table(tmp_path / "out.xlsx", ["a"], [])


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_table_is_written_whole_or_not_at_all(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"out{ending}"
    write_table(path, ["a"], [{"a": "before"}])

    def rows() -> Any:
        yield {"a": "after"}
        raise BadInput("the input broke")

    with pytest.raises(BadInput, match="the input broke"):
        write_table(path, ["a"], rows())
    assert cells(path) == [{"a": "before"}]
    assert [file.name for file in tmp_path.iterdir() if file.name.startswith((".", "out"))] == [path.name]
    with pytest.raises(OperationFailed, match="cannot write"):
        write_table(tmp_path / "no-such-folder" / path.name, ["a"], [])
