"""``screen --bulk``: every row has its result, in order; a run that was stopped, however, ends with the same bytes."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import bulk_samples
from enduse.evidence.library import Library
from enduse.interfaces.bulk_screen import ERROR_COLUMNS, HIT_COLUMNS, BulkOptions, screen_table
from enduse.interfaces.cli.main import main
from enduse.model.errors import BadInput, OperationFailed

LISTS = Library(accept_starter=True)
ROWS: list[list[Any]] = [
    ["name", "country", "kind", "reference", "note"],
    ["Hikvision", "CN", "company", "7", "x"],
    ["Riverside Gardening Example", "NO", "", "8", ""],
    ["Dahua", "ZZ", "", "9", ""],
    ["---", "", "", "10", ""],
    ["Dahua", "", "spaceship", "11", ""],
]


def write(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
    elif path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(list(row))  # type: ignore[union-attr]
        book.save(path)
    else:
        pq.write_table(pa.table({name: [row[i] for row in rows[1:]] for i, name in enumerate(rows[0])}), path)
    return path


def read(path: Path) -> list[dict[str, str]]:
    if path.suffix == ".parquet":
        return [{name: str(cell) for name, cell in row.items()} for row in pq.read_table(path).to_pylist()]
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def screened(source: Path, out: Path, **options: Any) -> tuple[list[dict[str, str]], list[str]]:
    told: list[str] = []
    assert screen_table(source, out, LISTS, told.append, BulkOptions(jobs=1, **options)) == 0
    return read(out), told


def invented_table(path: Path, count: int) -> Path:
    columns = ["reference", "name", "country", "birth_date", "identifiers"]
    rows = [[row.get(name, "") for name in columns] for row in bulk_samples.invented_rows(count)]
    listed = ["Hangzhou Hikvision", "NSO Group", "SenseTime"]
    for number in range(0, count, 40):
        rows[number][1] = listed[number % 3]
    return write(path, [columns, *rows])


# --- results


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
@pytest.mark.parametrize("source", ["names.csv", "names.xlsx", "names.parquet"])
def test_names_are_screened_row_by_row(tmp_path: Path, source: str, ending: str) -> None:
    found, told = screened(write(tmp_path / source, ROWS), tmp_path / f"hits{ending}")
    assert list(found[0]) == HIT_COLUMNS
    hits = [row for row in found if row["outcome"] == "hit"]
    assert [row["reference"] for row in found if row["outcome"] == "nothing_found"] == ["8"]
    assert {row["reference"] for row in hits} == {"7"} and {"EL", "CMIC"} <= {row["list"] for row in hits}
    errors = {row["reference"]: row["error"] for row in found if row["error"]}
    assert set(errors) == {"9", "10", "11"} and "no country is called 'ZZ'" in errors["9"]
    assert told == [
        "columns: name from 'name', kind from 'kind', country from 'country', reference from 'reference'; "
        "not used: 'note'",
        f"5 names, {len(hits)} hits",
        f"3 rows could not be screened: see {tmp_path / f'hits{ending}.errors.csv'}",
    ]


def test_the_file_of_errors_says_where_what_and_how_to_mend_it(tmp_path: Path) -> None:
    source = write(tmp_path / "names.csv", [["Kunde", *ROWS[0][1:]], *ROWS[1:]])
    screened(source, tmp_path / "hits.csv")
    errors = read(tmp_path / "hits.csv.errors.csv")
    assert list(errors[0]) == ERROR_COLUMNS
    assert [(row["file"], row["line"], row["row"], row["reference"], row["field"]) for row in errors] == [
        ("names.csv", "4", "3", "9", "country"),
        ("names.csv", "5", "4", "10", "Kunde"),
        ("names.csv", "6", "5", "11", "kind"),
    ]
    assert errors[0]["value"] == "ZZ" and "no country is called" in errors[0]["problem"]
    assert all(row["remedy"] for row in errors)


def test_the_file_of_errors_is_there_only_when_asked_or_needed(tmp_path: Path) -> None:
    source, out = write(tmp_path / "names.csv", ROWS[:3]), tmp_path / "hits.csv"
    (tmp_path / "hits.csv.errors.csv").write_text("of an earlier run", encoding="utf-8")
    screened(source, out)
    assert {path.name for path in tmp_path.iterdir()} == {"names.csv", "hits.csv"}
    screened(source, out, errors=tmp_path / "bad.parquet")
    assert pq.read_table(tmp_path / "bad.parquet").num_rows == 0


def test_lines_that_cannot_be_read_are_errors_among_the_results(tmp_path: Path) -> None:
    source = tmp_path / "names.csv"
    lines = [b"name,reference", b"Hikvision,1", b"bad\x00name,2", b"caf\xe9,3", b'"a"b,4', b"one", b"x" * 1_200_000]
    source.write_bytes(b"\n".join([*lines, b"NSO Group,7", b""]))
    found, _ = screened(source, tmp_path / "hits.csv")
    assert {row["row"]: row["outcome"] for row in found} == {
        "1": "hit",
        **dict.fromkeys("23456", "error"),
        "7": "hit",
    }
    assert [row["line"] for row in read(tmp_path / "hits.csv.errors.csv")] == ["3", "4", "5", "6", "7"]


def test_cells_that_lost_their_text_are_errors_and_numbers_of_customers_are_not(tmp_path: Path) -> None:
    source = write(tmp_path / "names.xlsx", [["name", "id", "country"], ["Hikvision", 17, "CN"], [4711, 18, "CN"]])
    found, _ = screened(source, tmp_path / "hits.csv", keep=("id",))
    assert {(row["reference"], row["outcome"], row["id"]) for row in found} == {
        ("17", "hit", "17"),
        ("18", "error", "18"),
    }
    (error,) = read(tmp_path / "hits.csv.errors.csv")
    assert (error["line"], error["field"], error["value"]) == ("3", "name", "4711")


def test_columns_go_through_to_the_results(tmp_path: Path) -> None:
    source = write(tmp_path / "names.csv", [["name", "list", "note"], ["NSO Group", "A", "=1+1"], ["---", "B", "n"]])
    found, _ = screened(source, tmp_path / "hits.csv", keep=("note,list",))
    assert list(found[0]) == [*HIT_COLUMNS, "note", "input_list"]
    assert {(row["row"], row["note"], row["input_list"]) for row in found} == {("1", "'=1+1", "A"), ("2", "n", "B")}


def test_a_mapping_and_a_kind_for_all_rows(tmp_path: Path) -> None:
    source = write(tmp_path / "names.csv", [["A", "B"], ["NSO", "Group"]])
    found, _ = screened(source, tmp_path / "hits.csv", mapping=("name=A+B",))
    assert {row["name"] for row in found} == {"NSO Group"} and found[0]["outcome"] == "hit"
    found, _ = screened(source, tmp_path / "hits.csv", mapping=("name=A+B",), kind="vessel")
    assert found[0]["outcome"] == "nothing_found"


def test_all_cores_give_what_one_process_gives(tmp_path: Path) -> None:
    source = invented_table(tmp_path / "names.csv", 200)
    outs = []
    for jobs, ending in ((1, "one.csv"), (2, "two.csv"), (3, "three.csv")):
        outs.append(tmp_path / ending)
        screen_table(source, outs[-1], LISTS, lambda _: None, BulkOptions(jobs=jobs, batch_rows=40))
    assert len({path.read_bytes() for path in outs}) == 1


def test_results_do_not_depend_on_the_size_of_a_batch(tmp_path: Path) -> None:
    source = invented_table(tmp_path / "names.csv", 100)
    for ending in (".csv", ".parquet"):
        found = set()
        for size in (7, 50, 2_000):
            screened(source, tmp_path / f"hits{ending}", batch_rows=size)
            found.add((tmp_path / f"hits{ending}").read_bytes())
        assert len(found) == 1


def test_the_formulas_of_a_table_are_text_in_the_results(tmp_path: Path) -> None:
    source = write(
        tmp_path / "names.csv", [["name", "reference"], ["Riverside Gardening Example", "=cmd|' /C calc'!A0"]]
    )
    assert screened(source, tmp_path / "hits.csv")[0][0]["reference"] == "'=cmd|' /C calc'!A0"


def test_a_table_without_rows_gives_results_without_rows(tmp_path: Path) -> None:
    found, told = screened(write(tmp_path / "names.csv", [["name"]]), tmp_path / "hits.csv")
    assert found == [] and told[-1] == "0 names, 0 hits"
    assert (tmp_path / "hits.csv").read_text(encoding="utf-8") == ",".join(HIT_COLUMNS) + "\n"
    assert not (tmp_path / "hits.csv.enduse-part").exists()


# --- what cannot be used

REFUSED: Mapping[str, tuple[str, bytes, str]] = {
    "no name": ("a.csv", b"customer number,colour\n1,red\n", "no column says the name"),
    "two names": ("a.csv", b"customer,vendor\na,b\n", "could each be the name"),
    "two headers of one name": ("a.csv", b"name,name\na,b\n", "two columns are called 'name'"),
    "an empty file": ("a.csv", b"", "the table is empty"),
    "a cut Parquet file": ("a.parquet", b"PAR1\x00\x00", "not a readable Parquet file"),
    "no Parquet file": ("a.parquet", b"name\nx\n", "not a readable Parquet file"),
    "no workbook": ("a.xlsx", b"name\nx\n", "not a readable XLSX file"),
    "another format": ("a.doc", b"name\nx\n", "no table format"),
}


@pytest.mark.parametrize(("name", "content", "problem"), REFUSED.values(), ids=REFUSED)
def test_a_table_that_cannot_be_used_leaves_nothing_behind(
    tmp_path: Path, name: str, content: bytes, problem: str
) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadInput, match=problem):
        screened(tmp_path / name, tmp_path / "hits.csv")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_options_that_cannot_be_followed_are_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, out = str(write(tmp_path / "names.csv", ROWS)), str(tmp_path / "hits.csv")
    for options, problem in (
        (["--out", str(tmp_path / "hits.xlsx")], "cannot be written"),
        (["--out", out, "--errors", out], "would overwrite the results"),
        (["--out", out, "--errors", source], "would overwrite the table"),
        (["--out", out, "--jobs", "0"], "0 processes"),
        (["--out", out, "--engine", "horses"], "'horses' is no engine"),
        (["--out", out, "--fail-on", "prohibited"], "no outcome of a screening"),
        (["--out", out, "--kind", "spaceship"], "kind 'spaceship'"),
        (["--out", out, "--map", "name=Customer"], "columns: name, country, kind, reference, note"),
        (["--out", out, "--keep", "Customer"], "no column 'Customer'"),
    ):
        assert main(["screen", "--bulk", source, *options]) == 3
        assert problem in capsys.readouterr().err
    for option in ("--map", "--keep", "--errors", "--jobs", "--engine", "--fail-on", "--out"):
        assert main(["screen", "NSO Group", option, "1"]) == 3
        assert f"{option} without --bulk" in capsys.readouterr().err
    assert main(["screen", "NSO Group", "--restart"]) == 3
    assert not Path(out).exists()


def test_fail_on_hit_is_for_scripts_and_a_row_in_error_fails_too(tmp_path: Path) -> None:
    for rows, code in ((ROWS[:2], 1), ([ROWS[0], ROWS[2]], 0), ([ROWS[0], ROWS[3]], 1)):
        source, out = str(write(tmp_path / "names.csv", rows)), str(tmp_path / "hits.csv")
        assert main(["screen", "--bulk", source, "--out", out, "--fail-on", "hit", "--jobs", "1"]) == code
        assert main(["screen", "--bulk", source, "--out", out, "--jobs", "1"]) == 0


def test_without_the_lists_nothing_found_is_no_clean_bill(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source = write(tmp_path / "names.csv", [["name"], ["Riverside Gardening Example"]])
    out = tmp_path / "hits.csv"
    assert main(["screen", "--bulk", str(source), "--out", str(out), "--map", "name=name", "--keep", "name"]) == 0
    assert read(out)[0]["outcome"] == "indeterminate" and read(out)[0]["input_name"] == "Riverside Gardening Example"
    captured = capsys.readouterr()
    assert "EL: not loaded" in captured.err and captured.out == ""


# --- stopped, and going on

RUN = """
import signal, sys
# A shell starts what runs in the background with this signal ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
sys.path[:0] = {path!r}
from pathlib import Path
from enduse.evidence.library import Library
from enduse.interfaces.bulk_screen import BulkOptions, screen_table
from enduse.interfaces.cli import main as cli
options = BulkOptions(jobs={jobs}, batch_rows=20, keep=("country",))
tell = lambda text: print(text, file=sys.stderr, flush=True)
try:
    screen_table(Path({source!r}), Path({out!r}), Library(accept_starter=True), tell, options)
except KeyboardInterrupt:
    sys.exit(4)
"""


def run(source: Path, out: Path, jobs: int) -> subprocess.Popen[str]:
    program = RUN.format(path=sys.path, jobs=jobs, source=str(source), out=str(out))
    return subprocess.Popen(
        [sys.executable, "-c", program], stderr=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True
    )


def stopped_by(sent: signal.Signals, process: subprocess.Popen[str], journal: Path, parts: int) -> str:
    """Send a signal to the run, as a terminal does, once it has kept some parts; returns what it told."""
    limit = time.monotonic() + 120
    # What earlier runs have kept does not count.
    parts = max(parts, len([*journal.glob("part-*.arrow")]) + 2)
    while not (journal / f"part-{parts - 1:08d}.arrow").exists():
        assert process.poll() is None and time.monotonic() < limit
        time.sleep(0.005)
    if sent == signal.SIGINT:
        os.killpg(process.pid, sent)
    else:
        process.send_signal(sent)
    told = process.communicate(timeout=120)[1]
    assert process.returncode == (4 if sent == signal.SIGINT else -sent)
    return told


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize(("jobs", "ending"), [(1, ".parquet"), (2, ".csv")])
def test_a_run_stopped_twice_ends_with_the_bytes_of_one_that_was_not(tmp_path: Path, jobs: int, ending: str) -> None:
    source = invented_table(tmp_path / "names.csv", 4_000)
    whole = tmp_path / f"whole{ending}"
    assert run(source, whole, 1).wait(timeout=300) == 0

    out = tmp_path / f"hits{ending}"
    journal = tmp_path / f"hits{ending}.enduse-part"
    told = stopped_by(signal.SIGINT, run(source, out, jobs), journal, 3)
    assert "the same command goes on from there" in told and "Traceback" not in told
    assert not out.exists()
    told = stopped_by(signal.SIGKILL, run(source, out, jobs), journal, 8)
    assert "going on after row" in told and not out.exists()
    with run(source, out, jobs) as process:
        told = process.communicate(timeout=300)[1]
    assert process.returncode == 0 and "going on after row" in told
    assert out.read_bytes() == whole.read_bytes()
    assert (
        out.with_name(f"{out.name}.errors.csv").read_bytes() == whole.with_name(f"{whole.name}.errors.csv").read_bytes()
    )
    assert not journal.exists()


def interrupted(tmp_path: Path, **options: Any) -> tuple[Path, Path]:
    """A run that fails in its last batch, so that its journal stays."""
    rows = [row.get("name", "") for row in bulk_samples.invented_rows(40)]
    source = write(tmp_path / "names.csv", [["name"], *([name] for name in rows), [bulk_samples.DEFECTIVE]])
    out = tmp_path / "hits.csv"
    with pytest.raises(OperationFailed, match="rows 41 to 41"):
        screened(source, out, batch_rows=20, decide=bulk_samples.harmful, **options)
    assert not out.exists()
    return source, out


def test_a_failed_run_keeps_what_it_has_and_says_so(tmp_path: Path) -> None:
    source, out = interrupted(tmp_path)
    found, told = screened(source, out, batch_rows=20)
    assert any(text.startswith("going on after row 40") for text in told)
    assert found == screened(source, tmp_path / "again.csv")[0]


@pytest.mark.parametrize(
    ("what", "changed"),
    [
        ("--threshold", {"threshold": 0.8}),
        ("--kind", {"kind": "vessel"}),
        ("the columns", {"keep": ("name",)}),
        ("the decisions", {"decided": "abc"}),
    ],
)
def test_a_run_never_goes_on_with_other_options(tmp_path: Path, what: str, changed: dict[str, Any]) -> None:
    source, out = interrupted(tmp_path)
    with pytest.raises(BadInput, match=f"cannot go on.*{what}") as caught:
        screened(source, out, batch_rows=20, **changed)
    assert "--restart" in caught.value.remedy
    found, _ = screened(source, out, batch_rows=20, restart=True, **changed)
    assert len({row["row"] for row in found}) == 41


def test_a_run_never_goes_on_with_another_table_or_other_lists(tmp_path: Path) -> None:
    source, out = interrupted(tmp_path)

    class Others(Library):
        def fingerprint(self) -> str:
            return "others"

    with pytest.raises(BadInput, match=r"cannot go on.*the lists or the program"):
        screen_table(source, out, Others(accept_starter=True), lambda _: None, BulkOptions(jobs=1, batch_rows=20))
    with source.open("a", encoding="utf-8") as stream:
        stream.write("One more\n")
    with pytest.raises(BadInput, match=r"cannot go on.*the table"):
        screened(source, out, batch_rows=20)
    assert main(["screen", "--bulk", str(source), "--out", str(out), "--starter", "--jobs", "1"]) == 3
    assert main(["screen", "--bulk", str(source), "--out", str(out), "--starter", "--jobs", "1", "--restart"]) == 0


def test_a_run_stopped_between_its_files_writes_them_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, out = write(tmp_path / "names.csv", ROWS), tmp_path / "hits.csv"
    expected = screened(source, tmp_path / "expected.csv")[0]
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr("enduse.formats.journal.Journal.remove", _interrupt)
        screened(source, out)
    found, told = screened(source, out)
    assert found == expected and any("going on after row 5:" in text for text in told)


def test_a_table_that_changes_while_it_is_read_is_told(tmp_path: Path) -> None:
    source = write(tmp_path / "names.csv", ROWS)

    class Meddling(Library):
        def saved(self, spare: Path) -> tuple[Path, ...]:
            os.utime(source, ns=(1, 1))
            return super().saved(spare)

    with pytest.raises(OperationFailed, match="the table was changed while it was read"):
        screen_table(source, tmp_path / "hits.csv", Meddling(), lambda _: None, BulkOptions(jobs=1))
    assert not (tmp_path / "hits.csv").exists()


def _interrupt(_journal: object) -> None:
    raise KeyboardInterrupt
