"""Arrow batches to files: whole or not at all, and the same bytes however the rows were batched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from enduse.formats import arrow_files
from enduse.formats.arrow_files import write_batches
from enduse.formats.tables import read_table
from enduse.model.errors import BadInput, OperationFailed

SCHEMA = pa.schema([("row", pa.int64()), ("name", pa.string())])
ROWS = [{"row": number, "name": f'Ex\u00e4mple, "{number}"'} for number in range(1, 251)]


def batches(size: int) -> Iterator[pa.RecordBatch]:
    for start in range(0, len(ROWS), size):
        yield pa.RecordBatch.from_pylist(ROWS[start : start + size], SCHEMA)


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_the_bytes_depend_on_the_rows_alone(tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrow_files, "ROW_GROUP", 100)
    found = set()
    for size in (1, 7, 100, 125, 1000):
        path = tmp_path / f"{size}{ending}"
        assert write_batches(path, SCHEMA, batches(size)) == 250
        found.add(path.read_bytes())
    assert len(found) == 1
    assert [row.cells["name"] for row in read_table(path, numbers=["row"])] == [row["name"] for row in ROWS]
    if ending == ".parquet":
        file = pq.ParquetFile(path)
        assert [file.metadata.row_group(n).num_rows for n in range(file.num_row_groups)] == [100, 100, 50]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_no_rows_make_a_table_with_its_columns(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"none{ending}"
    assert write_batches(path, SCHEMA, []) == 0
    assert list(read_table(path)) == []
    assert b"name" in path.read_bytes()


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd", "-cmd", "-1+cmd", "\t=1", "\r=1"])
def test_no_cell_of_a_csv_file_is_a_formula_and_parquet_is_as_it_was(tmp_path: Path, cell: str) -> None:
    batch = pa.RecordBatch.from_pylist([{"row": 1, "name": cell}], SCHEMA)
    write_batches(tmp_path / "a.csv", SCHEMA, [batch])
    write_batches(tmp_path / "a.parquet", SCHEMA, [batch])
    assert next(read_table(tmp_path / "a.csv")).cells["name"] == f"'{cell}"
    assert pq.read_table(tmp_path / "a.parquet").to_pylist() == [{"row": 1, "name": cell}]


@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"hits{ending}"
    write_batches(path, SCHEMA, batches(50))
    before = path.read_bytes()

    def broken() -> Iterator[pa.RecordBatch]:
        yield from batches(50)
        raise OperationFailed("stopped")

    with pytest.raises(OperationFailed, match="stopped"):
        write_batches(path, SCHEMA, broken())
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]


def test_other_endings_and_folders_that_are_not_there_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"\.xlsx cannot be written"):
        write_batches(tmp_path / "a.xlsx", SCHEMA, [])
    with pytest.raises(OperationFailed, match="cannot write"):
        write_batches(tmp_path / "none" / "a.csv", SCHEMA, [])
