"""Spark in local mode gives the same bytes as the process pool; run by ``make spark-test``, never by ``make test``."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import bulk_samples
from enduse.evidence.library import Library
from enduse.formats.arrow_files import write_batches
from enduse.interfaces.bulk_screen import BulkOptions, screen_table
from enduse.model.errors import OperationFailed
from enduse.screen.batch import RESULT_SCHEMA, BatchJob
from enduse.screen.engines import pool

ROWS = 100_000
BATCH = 2_000
FLAT = pa.schema([field for field in RESULT_SCHEMA if field.name != "kept"])


def flat(results: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    """Without the column that no CSV cell can hold."""
    return (batch.select(FLAT.names) for batch in results)


@pytest.mark.spark
def test_a_hundred_thousand_rows_give_the_same_bytes(tmp_path: Path) -> None:
    from enduse.screen.engines import spark

    job = BatchJob((bulk_samples.saved_index(tmp_path / "index"),))
    counts = set()
    for name, run in (("pool", pool.run_batches), ("spark", spark.run_batches)):
        parquet = tmp_path / f"{name}.parquet"
        counts.add(write_batches(parquet, RESULT_SCHEMA, run(bulk_samples.query_batches(ROWS, BATCH), job)))
        read = pa.parquet.ParquetFile(parquet).iter_batches()
        counts.add(write_batches(tmp_path / f"{name}.csv", FLAT, flat(read)))
    assert len(counts) == 1 and counts.pop() > ROWS
    for ending in ("csv", "parquet"):
        assert (tmp_path / f"spark.{ending}").read_bytes() == (tmp_path / f"pool.{ending}").read_bytes()


@pytest.mark.spark
def test_the_command_gives_the_same_files_on_either_engine(tmp_path: Path) -> None:
    source = tmp_path / "names.csv"
    rows = list(bulk_samples.invented_rows(900))
    with source.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, ["reference", "name", "country", "birth_date", "identifiers"], restval="")
        writer.writeheader()
        writer.writerows([{**row, "name": "NSO Group"} if number % 40 == 0 else row for number, row in enumerate(rows)])
    written = []
    for engine in ("processes", "spark"):
        for ending in (".csv", ".parquet"):
            out = tmp_path / f"{engine}{ending}"
            options = BulkOptions(jobs=2, engine=engine, batch_rows=130, keep=("country", "name"))
            screen_table(source, out, Library(accept_starter=True), lambda _: None, options)
            errors = out.with_name(f"{out.name}.errors.csv")
            written.append((out.read_bytes(), errors.read_bytes()))
    assert written[0] == written[2] and written[1] == written[3]
    assert {path.suffix for path in tmp_path.iterdir()} == {".csv", ".parquet"}


@pytest.mark.spark
def test_a_task_that_fails_is_an_error(tmp_path: Path) -> None:
    from enduse.screen.engines import spark

    job = BatchJob((tmp_path / "no-index",))
    with pytest.raises(OperationFailed, match="a Spark task failed"):
        list(spark.run_batches(bulk_samples.query_batches(20, 10), job, jobs=1))
    assert list(spark.run_batches([], job)) == []


def test_without_the_extra_it_says_what_to_install() -> None:
    program = (
        "import sys; sys.modules['pyspark'] = None\n"
        "from enduse.model.errors import OperationFailed\n"
        "from enduse.screen.engines.spark import local_session\n"
        "try:\n    local_session()\nexcept OperationFailed as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "pyspark is not installed (pip install 'enduse[spark]')\n"
