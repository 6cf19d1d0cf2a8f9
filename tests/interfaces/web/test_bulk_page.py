"""A table in a browser: upload, columns, results, download; what cannot be read comes back with its row."""

from __future__ import annotations

import csv
import html
import io
import re
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi.testclient import TestClient

from api_server import TODAY
from enduse.formats.tables import TableRow
from enduse.interfaces.mapped_tables import CHECK, SCREEN
from enduse.interfaces.transaction_tables import TransactionRow
from enduse.interfaces.web.columns import check_said, look, mark, must_be_text, proposed, transactions
from enduse.interfaces.web.uploads import MAX_ROWS, Upload, carried, read_upload
from enduse.model.errors import BadInput

TABLE = (
    "Order No;ECCN;Origin;Ship to country;Customer name;Amount;Colour\n"
    "A-1;5A001.j;US;Egypt;Bureau of Public Watching;25000USD;red\n"
    "A-2;EAR99;US;China;Akme Optronics;10 USD;=cmd()\n"
    "A-3;EAR99;US;Atlantis;شركة المثال;10USD;\n"
    "A-4;5A01;US;DE;Example GmbH;1000;\n"
)
COLUMNS = ("reference", "item", "from", "destination", "end_user", "value", "")


def upload(text: str = TABLE, name: str = "orders.csv") -> Upload:
    return read_upload(name, text.encode(), must_be_text)


def rows_of(found: Upload) -> list[TableRow]:
    return list(found.opened().rows(keep_bad_rows=True))


def mapped(found: Upload, said: tuple[str, ...]) -> list[TransactionRow]:
    check_said(found, said, CHECK)
    return list(transactions(found, said, TODAY))


def test_headings_say_what_columns_are() -> None:
    assert proposed(upload().columns) == COLUMNS
    assert proposed(("item", "fact:us_person", "party:bank", "Colour")) == ("item", "fact:us_person", "party:bank", "")
    assert proposed(("Country", "To")) == ("", ""), "two that could be the destination are left to the reader"


def test_the_same_table_in_every_format(tmp_path: Path) -> None:
    rows = [line.split(";") for line in TABLE.splitlines()]
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(["" if cell.startswith("=") else cell for cell in row])  # type: ignore[union-attr]
    book.save(tmp_path / "orders.xlsx")
    pq.write_table(
        pa.table({name: [row[n] for row in rows[1:]] for n, name in enumerate(rows[0])}), tmp_path / "o.parquet"
    )
    for name in ("orders.xlsx", "o.parquet"):
        found = read_upload(name, (tmp_path / name).read_bytes(), must_be_text)
        assert found.columns == upload().columns
        assert [list(row.cells.values())[:6] for row in rows_of(found)] == [
            list(row.cells.values())[:6] for row in rows_of(upload())
        ]


def test_a_table_comes_back_from_its_page_as_it_was() -> None:
    again = carried(dict(upload().carried)["table"])
    assert (again.name, again.columns, again.total) == ("orders.csv", upload().columns, 4)
    assert rows_of(again) == rows_of(upload())


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{}", '{"columns": ["a"], "rows": [["x", [], ""]]}', '{"columns": 1, "rows": 2}'),
        *('{"columns": ["a"], "rows": []}', '{"columns": ["a", "a"], "rows": [["x", ["", ""], ""]]}'),
    ],
)
def test_a_table_that_was_changed_on_its_way_is_refused(text: str) -> None:
    with pytest.raises(BadInput):
        carried(text)


def test_rows_are_transactions_or_say_why_not() -> None:
    rows = mapped(upload(), COLUMNS)
    assert [row.reference for row in rows] == ["A-1", "A-2", "A-3", "A-4"]
    assert rows[0].transaction is not None and rows[0].transaction.date == TODAY
    assert "Atlantis" in str(rows[2].problem) and "line 4" in str(rows[2].problem)
    assert rows[3].problem is not None


@pytest.mark.parametrize(
    "chosen", [("item",) * 7, ("", "item", "", "", "", "", ""), ("", "item", "", "destination", "", "", "ghost")]
)
def test_columns_that_cannot_be_are_refused(chosen: tuple[str, ...]) -> None:
    with pytest.raises(BadInput):
        mapped(upload(), chosen)


def test_a_code_that_the_file_holds_as_a_number_is_an_error_of_its_row(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["item", "destination", "value"])  # type: ignore[union-attr]
    book.active.append([5e9, "DE", 10])  # type: ignore[union-attr]
    book.save(tmp_path / "n.xlsx")
    found = read_upload("n.xlsx", (tmp_path / "n.xlsx").read_bytes(), must_be_text)
    (row,) = mapped(found, ("item", "destination", "value"))
    assert row.problem is not None


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("orders.pdf", b"%PDF"),
        ("orders", b"a,b\n1,2\n"),
        ("orders.csv", b""),
        ("orders.csv", b"a,b\n"),
        ("orders.xlsx", b"PK\x03\x04 broken"),
        ("orders.parquet", b"PAR1 broken"),
        ("orders.csv", b"item,destination\n" + b"EAR99,DE\n" * (MAX_ROWS + 1)),
        ("orders.csv", ",".join(f"c{n}" for n in range(200)).encode() + b"\n" + b"1," * 199 + b"1\n"),
        ("orders.csv", b"item,destination\n" + (b"x" * 3_000 + b",DE\n") * 300),
    ],
    ids=range(9),
)
def test_what_is_no_table_is_refused_with_words(web: TestClient, name: str, content: bytes) -> None:
    answer = web.post("/bulk", files={"file": (name, content)})
    assert answer.status_code == 422, answer.text[:200]
    assert "Something is to be mended" in answer.text


def test_from_upload_to_download(web: TestClient) -> None:
    page = web.post("/bulk", files={"file": ("../../o<r>ders.csv", TABLE.encode())}).text
    assert "o_r_ders.csv" in page and "<r>" not in page
    chosen = re.findall(r'<option value="([^"]+)" selected>', page)
    assert chosen == [one for one in COLUMNS if one]
    assert "2 of 4 rows cannot be read so" in page and "Atlantis" in page and "line 5" in page
    table = html.unescape(re.search(r'name="table" value="([^"]*)"', page)[1])  # type: ignore[index]
    form = {"table": table} | {f"map.{number}": one for number, one in enumerate(COLUMNS)}
    unseen = web.post("/bulk", data=form)
    assert "Which column is what?" in unseen.text and "2 of 4 rows cannot be read so" in unseen.text
    form["seen"] = re.search(r'name="seen" value="([^"]*)"', unseen.text)[1]  # type: ignore[index]
    assert form["seen"] == mark(COLUMNS)
    results = web.post("/bulk", data=form)
    assert results.status_code == 200
    assert "Licence required" in results.text and "Cannot be read" in results.text and "Atlantis" in results.text
    answer = web.post("/bulk", data=form | {"download": "csv"})
    assert answer.headers["content-disposition"] == 'attachment; filename="results.csv"'
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["reference"] for row in rows] == ["A-1", "A-2", "A-3", "A-4"]
    assert rows[0]["outcome"] == "licence_required" and rows[2]["error"]


def test_a_column_that_is_chosen_twice_is_told_and_the_choice_kept(web: TestClient) -> None:
    form = dict(upload().carried) | {f"map.{number}": "item" for number in range(7)}
    answer = web.post("/bulk", data=form)
    assert answer.status_code == 422 and "two columns say" in answer.text
    assert answer.text.count('<option value="item" selected>') == 7


def test_nothing_chosen_is_told(web: TestClient) -> None:
    assert web.post("/bulk", data={}).status_code == 422


# --- names

NAMES = (
    "Customer No,Vorname,Nachname,Firma,Land,DOB\n"
    "C-1,,,Akme Optronics,CN,\n"
    "C-2,,,شركة المثال للبصريات,AE,\n"
    "C-3,,,Nobody of this name at all,DE,\n"
    "C-4,,,Example GmbH,Atlantis,yesterday\n"
)
SAID = ("reference", "", "", "name", "country", "birth_date")


def test_headings_of_names_say_what_they_are() -> None:
    assert proposed(upload(NAMES).columns, SCREEN) == SAID
    assert proposed(("Vorname", "Nachname", "Land"), SCREEN) == ("name", "name", "country")
    assert proposed(("Customer", "Supplier"), SCREEN) == ("", ""), "two that could be the name are left to the reader"


def test_rows_of_names_that_cannot_be_read_are_shown_before() -> None:
    found = look(upload(NAMES), SAID, SCREEN, TODAY)
    assert (found.read, found.wrong) == (4, 1)
    (problem,) = found.problems
    assert problem.column == "Land" and problem.value == "Atlantis" and problem.where.endswith("line 5")


def test_columns_that_say_the_same_are_one_name() -> None:
    table = upload("Given,Family\nAkme,Optronics\n")
    check_said(table, ("name", "name"), SCREEN)
    with pytest.raises(BadInput, match="no column says"):
        check_said(table, ("", "country"), SCREEN)
    with pytest.raises(BadInput, match="nothing that is asked"):
        check_said(table, ("name", "item"), SCREEN)


def test_names_from_upload_to_download(web: TestClient) -> None:
    page = web.post("/bulk", data={"what": "screen"}, files={"file": ("names.csv", NAMES.encode())}).text
    assert "1 of 4 rows cannot be read so" in page and "Atlantis" in page
    table = html.unescape(re.search(r'name="table" value="([^"]*)"', page)[1])  # type: ignore[index]
    form = {"table": table, "what": "screen", "seen": mark(SAID)}
    form |= {f"map.{number}": one for number, one in enumerate(SAID)}
    results = web.post("/bulk", data=form)
    assert results.status_code == 200 and 'href="/parties/ftm%3Aacme"' in results.text
    rows = list(csv.DictReader(io.StringIO(web.post("/bulk", data=form | {"download": "csv"}).text)))
    assert [(row["reference"], row["outcome"]) for row in rows if row["reference"] != "C-1"] == [
        ("C-2", "hit"),
        ("C-3", "indeterminate" if rows[-2]["outcome"] == "indeterminate" else "nothing_found"),
        ("C-4", "error"),
    ]
    assert rows[0]["party_id"] == "ftm:acme" and "Atlantis" in rows[-1]["error"]


def test_what_is_done_with_a_table_is_one_of_two(web: TestClient) -> None:
    answer = web.post("/bulk", data={"what": "burn"}, files={"file": ("names.csv", NAMES.encode())})
    assert answer.status_code == 422 and "check or screen" in answer.text
