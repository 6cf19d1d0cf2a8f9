"""The process pool: the same results as one process, in order, in bounded memory; a worker that dies is told of."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pytest

import bulk_samples
from enduse.model.errors import OperationFailed
from enduse.screen.batch import BatchJob
from enduse.screen.engines import pool


@pytest.fixture
def job(tmp_path: Path) -> BatchJob:
    return BatchJob((bulk_samples.saved_index(tmp_path / "index"),))


def children(process: int) -> list[int]:
    """Processes that a process has started (Linux)."""
    try:
        return [int(word) for word in Path(f"/proc/{process}/task/{process}/children").read_text().split()]
    except FileNotFoundError:
        return []


def test_the_results_are_those_of_one_process_in_order(job: BatchJob) -> None:
    batches = list(bulk_samples.query_batches(300, 17))
    found = list(pool.run_batches(batches, job, jobs=3))
    assert found == [job(batch) for batch in batches]


def test_one_process_and_one_batch_start_no_other(job: BatchJob, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(_job: BatchJob) -> None:
        raise AssertionError("a process was started")

    monkeypatch.setattr(pool, "_started", never)
    batches = list(bulk_samples.query_batches(60, 20))
    assert len(list(pool.run_batches(batches, job, jobs=1))) == 3
    assert len(list(pool.run_batches(batches[:1], job, jobs=4))) == 1
    assert list(pool.run_batches([], job)) == []
    assert pool.cores() >= 1


def test_the_table_is_read_only_as_fast_as_it_is_screened(job: BatchJob) -> None:
    read = 0

    def source() -> Iterator[pa.RecordBatch]:
        nonlocal read
        for batch in bulk_samples.query_batches(400, 4):
            read += 1
            yield batch

    results = pool.run_batches(source(), job, jobs=2)
    for taken in range(1, 30):
        next(results)
        assert read <= taken + 2 * pool._AHEAD
    results.close()  # type: ignore[attr-defined]


def test_a_worker_that_dies_is_an_error_that_names_its_rows(job: BatchJob) -> None:
    batches = list(bulk_samples.query_batches(60, 10))
    batches[3] = bulk_samples.query_batch([{"name": bulk_samples.DEADLY}] * 10, 31)
    deadly = BatchJob(job.indexes, decide=bulk_samples.harmful)
    with pytest.raises(OperationFailed, match=r"rows 31 to 40: a worker process was ended by signal 9"):
        list(pool.run_batches(batches, deadly, jobs=2))
    assert workers() == []


def workers() -> list[int]:
    """Children of this process that are workers of a pool."""
    found = []
    for child in children(os.getpid()):
        try:
            line = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:
            continue
        if b"spawn_main" in line:
            found.append(child)
    return found


@pytest.mark.parametrize("jobs", [1, 2])
def test_a_defect_names_the_rows_too(job: BatchJob, jobs: int) -> None:
    batches = list(bulk_samples.query_batches(60, 10))
    batches[2] = bulk_samples.query_batch([{"name": bulk_samples.DEFECTIVE}], 21)
    with pytest.raises(OperationFailed, match=r"rows 21 to 21: internal error: LookupError: .?no such thing"):
        list(pool.run_batches(batches, BatchJob(job.indexes, decide=bulk_samples.harmful), jobs=jobs))


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_index_that_is_not_there_is_an_error(tmp_path: Path, jobs: int) -> None:
    with pytest.raises(OperationFailed, match="the index cannot be read"):
        list(pool.run_batches(bulk_samples.query_batches(40, 10), BatchJob((tmp_path / "none",)), jobs=jobs))


def test_a_script_without_a_guard_is_told_what_it_lacks(job: BatchJob, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(
        f"""
import sys
sys.path[:0] = {sys.path!r}
import bulk_samples
from pathlib import Path
from enduse.screen.batch import BatchJob
from enduse.screen.engines import pool
list(pool.run_batches(bulk_samples.query_batches(40, 10), BatchJob((Path({str(job.indexes[0])!r}),)), jobs=2))
""",
        encoding="utf-8",
    )
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 1
    assert "a script that starts workers needs: if __name__ == '__main__'" in done.stderr.splitlines()[-1]


def test_results_before_a_failure_are_given(job: BatchJob) -> None:
    batches = list(bulk_samples.query_batches(60, 10))
    batches[5] = bulk_samples.query_batch([{"name": bulk_samples.DEFECTIVE}], 51)
    results = pool.run_batches(batches, BatchJob(job.indexes, decide=bulk_samples.harmful), jobs=2)
    assert [next(results) for _ in range(5)] == [job(batch) for batch in batches[:5]]
    with pytest.raises(OperationFailed, match="rows 51 to 51"):
        next(results)


def test_a_reader_that_stops_leaves_no_process_behind(job: BatchJob) -> None:
    results = pool.run_batches(bulk_samples.query_batches(400, 10), job, jobs=2)
    next(results)
    assert len(workers()) == 2
    results.close()  # type: ignore[attr-defined]
    assert workers() == []


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="reads /proc")
def test_workers_end_when_their_parent_is_killed(job: BatchJob) -> None:
    program = f"""
import sys, time
sys.path[:0] = {sys.path!r}
import bulk_samples
from pathlib import Path
from enduse.screen.batch import BatchJob
from enduse.screen.engines import pool
results = pool.run_batches(bulk_samples.query_batches(400, 10), BatchJob((Path({str(job.indexes[0])!r}),)), jobs=2)
next(results)
print("going", flush=True)
time.sleep(600)
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as parent:
        assert parent.stdout is not None and parent.stdout.readline() == b"going\n"
        left = children(parent.pid)
        assert len(left) >= 2
        os.kill(parent.pid, signal.SIGKILL)
    limit = time.monotonic() + 60
    while any(_running(child) for child in left) and time.monotonic() < limit:
        time.sleep(0.05)
    assert [child for child in left if _running(child)] == []


def _running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
