"""Spark: the batch function through ``mapInArrow``, on the cores of this machine or on a cluster (extra ``spark``).

The function is the one that the process pool runs, so that the results are the same; ``row`` and ``place`` order them.
The folders of the indexes must be readable under the same path wherever a task may run.

Source: Apache Spark, ``pyspark.sql.DataFrame.mapInArrow``.
"""

from __future__ import annotations

import functools
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from enduse.model.errors import OperationFailed
from enduse.screen.batch import RESULT_SCHEMA, BatchJob
from enduse.screen.engines.pool import cores

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_PARTITIONS_PER_CORE = 4
_RESULTS = (
    "row bigint, place int, line bigint, "
    + ", ".join(f"`{field.name}` string" for field in RESULT_SCHEMA if field.type == pa.string())
    + ", kept array<string>"
)


def local_session(jobs: int | None = None) -> SparkSession:
    """A session on this machine alone; everything it opens is bound to the loopback address.

    Args:
        jobs: number of cores; all when None.

    Raises:
        OperationFailed: the extra ``spark`` or a Java runtime is missing.
    """
    try:
        from pyspark.errors import PySparkRuntimeError  # an extra: 450 MB and a Java runtime
        from pyspark.sql import SparkSession
    except ImportError:
        raise OperationFailed("pyspark is not installed", remedy="pip install 'enduse[spark]'") from None
    os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
    os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
    # The tasks import this package from where this process has it.
    os.environ["PYTHONPATH"] = os.pathsep.join(entry for entry in sys.path if entry)
    builder: Any = SparkSession.builder
    # Where it spills is Spark's own affair: it keeps the first folder for as long as the JVM lives.
    settings = {
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.log.level": "ERROR",
        "spark.sql.session.timeZone": "UTC",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        session: SparkSession = builder.master(f"local[{jobs or cores()}]").appName("enduse").getOrCreate()
    except (PySparkRuntimeError, OSError) as error:
        raise OperationFailed(
            f"Spark does not start: {str(error).splitlines()[0]}", remedy="it needs a Java runtime, 17 or later"
        ) from None
    return session


def screen_frame(frame: DataFrame, job: BatchJob) -> DataFrame:
    """The results for a frame of queries (columns of ``QUERY_SCHEMA``); order them by ``row`` and ``place``."""
    return frame.mapInArrow(functools.partial(_screened, job), _RESULTS)


def _screened(job: BatchJob, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        yield job(batch)


def run_batches(
    batches: Iterable[pa.RecordBatch], job: BatchJob, *, jobs: int | None = None, scratch: Path | None = None
) -> Iterator[pa.RecordBatch]:
    """The job's result for each batch, in order, as the process pool gives it; on a local session.

    The queries are written to a folder first, and the results are read from one, so that neither has to fit in memory.

    Args:
        batches: of ``QUERY_SCHEMA``, their rows in ascending order.
        job: the batch function with its indexes.
        jobs: number of cores; all when None.
        scratch: where the folder is made; the system's folder for such files when None.

    Raises:
        OperationFailed: Spark does not start, or a task failed.
    """
    with TemporaryDirectory(prefix="enduse-spark-", dir=scratch) as folder:
        asked, answered = Path(folder, "asked").resolve(), Path(folder, "answered").resolve()
        asked.mkdir()
        lasts = []
        for number, batch in enumerate(batches):
            pq.write_table(pa.Table.from_batches([batch]), asked / f"{number:08d}.parquet")
            lasts.append(batch.column("row")[-1].as_py())
        if not lasts:
            return
        count = jobs or cores()
        session = local_session(count)
        try:
            _run(session, asked, answered, job, min(len(lasts), count * _PARTITIONS_PER_CORE))
        finally:
            session.stop()
        yield from _by_batch(_ordered(answered), lasts)


def _run(session: SparkSession, asked: Path, answered: Path, job: BatchJob, partitions: int) -> None:
    from pyspark.errors import PySparkException  # an extra

    try:
        # Ranges of rows before the screening: after it, Spark would screen twice to find where to cut.
        queries = session.read.parquet(asked.as_uri()).repartitionByRange(partitions, "row")
        screen_frame(queries.sortWithinPartitions("row"), job).write.parquet(answered.as_uri())
    except PySparkException as error:
        lines = [line for line in str(error).splitlines() if line.strip()]
        raise OperationFailed(f"a Spark task failed: {lines[-1].strip() if lines else type(error).__name__}") from error


def _ordered(folder: Path) -> Iterator[pa.RecordBatch]:
    """What Spark wrote: its files are numbered as the ranges of rows are."""
    last = (0, 0)
    for path in sorted(folder.glob("part-*.parquet")):
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=10_000):
                table = pa.Table.from_batches([batch]).select(RESULT_SCHEMA.names).cast(RESULT_SCHEMA)
                for piece in table.to_batches():
                    places = list(zip(piece.column("row").to_pylist(), piece.column("place").to_pylist(), strict=True))
                    for place in places:
                        if place <= last:
                            raise OperationFailed(f"Spark gave row {place[0]:,} after row {last[0]:,}")
                        last = place
                    yield piece


def _by_batch(results: Iterator[pa.RecordBatch], lasts: list[int]) -> Iterator[pa.RecordBatch]:
    """The results cut where the batches of queries were."""
    held: list[pa.RecordBatch] = []
    for last in lasts:
        found: list[pa.RecordBatch] = []
        while True:
            piece = held.pop() if held else next(results, None)
            if piece is None:
                break
            inside = sum(row <= last for row in piece.column("row").to_pylist())
            if inside:
                found.append(piece.slice(0, inside))
            if inside < len(piece):
                held.append(piece.slice(inside))
                break
        whole = pa.Table.from_batches(found, RESULT_SCHEMA).combine_chunks().to_batches()
        yield whole[0] if whole else pa.RecordBatch.from_pylist([], RESULT_SCHEMA)
