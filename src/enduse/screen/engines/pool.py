"""The process pool: every core runs the batch function over indexes that all of them map; results come in order.

Each worker holds one batch at a time, and no batch is read that is far ahead of the results, so that memory stays
bounded whatever the length of the table.
"""

from __future__ import annotations

import contextlib
import gc
import itertools
import multiprocessing
import os
import signal
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any

import pyarrow as pa

from enduse.model.errors import EndUseError, OperationFailed

Job = Callable[[pa.RecordBatch], pa.RecordBatch]
"""A picklable function of a batch with the column ``row``; :class:`~enduse.screen.batch.BatchJob` is one."""

_AHEAD = 4
"""Batches per worker that may be under way or wait for an earlier one."""

_DONE, _REFUSED, _DEFECT = b"+", b"!", b"?"
_PATIENCE = 5.0
_COLLECTED = 100_000
"""Rows after which a worker looks for garbage: batch functions hold much and make hardly any cycles."""


def cores() -> int:
    """How many processes this machine can run at once, as far as this process may use them."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0)) or 1
    return os.cpu_count() or 1


def settle() -> None:
    """Tell the collector of this process that what is there stays: it is looked through again and again otherwise.

    In a worker it rests anyway (:func:`_work`).
    """
    if not gc.isenabled():
        return
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def run_batches(
    batches: Iterable[pa.RecordBatch], job: Job, *, jobs: int | None = None, in_turn: bool = False
) -> Iterator[pa.RecordBatch]:
    """The job's result for each batch, in order, as soon as it is there.

    Args:
        batches: at best 1,000 to 4,000 rows each; taken only as fast as they are screened.
        job: the batch function with its indexes.
        jobs: number of processes; all cores when None. One screens in this process.
        in_turn: the processes get the batches in turn, so that what one has learnt serves its later ones.

    Raises:
        OperationFailed: an index cannot be opened, or a worker ended or failed; names the rows it had.
    """
    count = cores() if jobs is None else jobs
    if count < 1:
        raise ValueError(f"{jobs} processes")
    source = iter(batches)
    first = list(itertools.islice(source, count))
    if len(first) < 2:
        yield from (_in_this_process(job, batch) for batch in itertools.chain(first, source))
    else:
        yield from _in_processes(itertools.chain(first, source), job, len(first), in_turn=in_turn)


def _in_this_process(job: Job, batch: pa.RecordBatch) -> pa.RecordBatch:
    try:
        return job(batch)
    except EndUseError:
        raise
    except Exception as error:
        raise _failed(_rows(batch), f"{type(error).__name__}: {error}") from error


@dataclass(slots=True)
class _Worker:
    """A process and the batch it has: its place in the order, and its rows in words."""

    process: BaseProcess
    connection: Connection
    number: int | None = None
    rows: str = ""

    def give(self, number: int, batch: pa.RecordBatch) -> None:
        self.number, self.rows = number, _rows(batch)
        try:
            self.connection.send_bytes(_packed(batch))
        except OSError:
            raise self.ended() from None

    def take(self) -> pa.RecordBatch:
        """The result of its batch; the worker is free for another then."""
        try:
            answer = self.connection.recv_bytes()
        except (EOFError, OSError):
            raise self.ended() from None
        if answer[:1] == _REFUSED:
            raise OperationFailed(answer[1:].decode(), where=self.rows)
        if answer[:1] == _DEFECT:
            raise _failed(self.rows, answer[1:].decode())
        self.number = None
        return _unpacked(answer[1:])

    def ended(self) -> OperationFailed:
        """The error of a process that is no more."""
        self.process.join(_PATIENCE)
        code = self.process.exitcode
        if code is not None and code < 0:
            how, remedy = f"was ended by signal {-code}", "fewer --jobs need less memory"
        else:
            how = f"ended with code {code}"
            remedy = "its own message says why; a script that starts workers needs: if __name__ == '__main__'"
        return OperationFailed(f"a worker process {how}", where=self.rows, remedy=remedy)


def _in_processes(
    batches: Iterator[pa.RecordBatch], job: Job, count: int, *, in_turn: bool
) -> Iterator[pa.RecordBatch]:
    workers: list[_Worker] = []
    waiting: dict[int, pa.RecordBatch] = {}
    ready: dict[int, pa.RecordBatch] = {}
    failed: dict[int, OperationFailed] = {}
    given = taken = 0
    exhausted = False
    try:
        while len(workers) < count:
            workers.append(_started(job))
        while True:
            while not exhausted and not failed and given - taken < count * _AHEAD:
                batch = next(batches, None)
                if batch is None:
                    exhausted = True
                    break
                waiting[given] = batch
                given += 1
            for place, worker in enumerate(workers):
                turns = (number for number in waiting if not in_turn or number % count == place)
                if worker.number is None and not failed and (number := next(turns, None)) is not None:
                    try:
                        worker.give(number, waiting.pop(number))
                    except OperationFailed as error:
                        failed[number] = error
            while taken in ready:
                yield ready.pop(taken)
                taken += 1
            if taken in failed:
                raise failed[taken]
            # After a failure only what comes before it in the table is waited for.
            busy = {
                worker.connection: worker
                for worker in workers
                if worker.number is not None and worker.number not in failed
            }
            if not busy and exhausted and not waiting:
                return
            for connection in wait(list(busy)) if busy else ():
                worker = busy[connection]  # type: ignore[index]
                number = worker.number
                assert number is not None
                try:
                    ready[number] = worker.take()
                except OperationFailed as error:
                    failed[number] = error
    finally:
        _stop(workers)


def _started(job: Job) -> _Worker:
    """A new worker. It never sees Ctrl-C, which the terminal sends to it too: this process ends it."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, job), daemon=True)
    with _interrupts_held():
        process.start()
    theirs.close()
    return _Worker(process, ours)


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _work(connection: Connection, job: Job) -> None:
    """What a worker does: one batch after another, until the other end of its pipe is closed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        rows = 0
        while True:
            batch = _unpacked(connection.recv_bytes())
            connection.send_bytes(_answer(job, batch))
            rows += len(batch)
            if rows >= _COLLECTED:
                rows = 0
                gc.collect()
                gc.freeze()


def _answer(job: Job, batch: pa.RecordBatch) -> bytes:
    try:
        return _DONE + _packed(job(batch))
    except EndUseError as error:
        return _REFUSED + str(error).encode("utf-8", "replace")
    except Exception as error:  # noqa: BLE001  a defect is reported with its rows by the process that reads the table
        if os.environ.get("ENDUSE_DEBUG"):
            traceback.print_exc()
        return _DEFECT + f"{type(error).__name__}: {error}".encode("utf-8", "replace")


def _stop(workers: list[_Worker]) -> None:
    for worker in workers:
        worker.connection.close()
        if worker.number is not None:
            worker.process.terminate()
    for worker in workers:
        worker.process.join(_PATIENCE)
        if worker.process.is_alive():
            worker.process.kill()
            worker.process.join()


def _failed(rows: str, problem: str) -> OperationFailed:
    return OperationFailed(
        f"internal error: {problem}", where=rows, remedy="this is a defect; ENDUSE_DEBUG=1 shows the trace"
    )


def _rows(batch: pa.RecordBatch) -> str:
    numbers: Any = batch.column("row")
    return f"rows {numbers[0].as_py():,} to {numbers[-1].as_py():,}" if len(numbers) else "no rows"


def _packed(batch: pa.RecordBatch) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    packed: bytes = sink.getvalue().to_pybytes()
    return packed


def _unpacked(packed: bytes) -> pa.RecordBatch:
    with pa.ipc.open_stream(packed) as reader:
        return reader.read_next_batch()
