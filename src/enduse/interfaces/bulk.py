"""``check --bulk``: tables of transactions, one result row for each; a run that was stopped goes on.

Two steps, each on all cores with a journal of its own: every party that the table describes is screened, each once;
then the rows are judged, those that are alike once (:mod:`enduse.evidence.alike`). The same table, lists and options
give the same bytes, however the run was cut.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import itertools
import zlib
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from enduse.assess import Settings
from enduse.evidence.library import Library
from enduse.formats.arrow_files import check_ending, write_batches
from enduse.formats.journal import Journal
from enduse.formats.tables import Table, TableRow, open_table
from enduse.interfaces.bulk_jobs import (
    MADE,
    PARTY_SCHEMA,
    RESULT_COLUMNS,
    ROW_SCHEMA,
    JudgeRows,
    ScreenParties,
    begin,
    party_text,
)
from enduse.interfaces.progress import Lines, Progress
from enduse.interfaces.transaction_tables import row_parties, rows_of_transactions
from enduse.model.assessment import WORST_FIRST, Outcome
from enduse.model.errors import BadInput, OperationFailed
from enduse.screen.engines import pool

__all__ = ["RESULT_COLUMNS", "CheckOptions", "check_table"]

BATCH_ROWS = 2_000
PARTIES_AT_ONCE = 500

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class CheckOptions:
    """How a table of transactions is judged.

    Attributes:
        as_of: date of law and lists for every row; each row's own date when None.
        fail_on: an outcome: exit code 1 where some row's is as bad or worse, or a row could not be read.
        jobs: number of processes; all cores when None.
        restart: throw away what an interrupted run left.
        batch_rows: rows of a batch, which are a part of the journal too.
        columns: for each column of the table what it says, empty where it is left out; their names say it when None.
    """

    as_of: dt.date | None = None
    fail_on: str | None = None
    jobs: int | None = None
    restart: bool = False
    batch_rows: int = BATCH_ROWS
    columns: tuple[str, ...] | None = None


def check_table(
    source: Path,
    out: Path,
    settings: Settings,
    lists: Library,
    today: dt.date,
    tell: Tell,
    options: CheckOptions = CheckOptions(),
    *,
    progress: Progress | None = None,
) -> int:
    """Judge every transaction of a table; a row that cannot be read is written with its error and counted.

    Returns:
        0, or 1 where ``fail_on`` says so.

    Raises:
        BadInput: the table as a whole or an option cannot be used, or an interrupted run was about something else.
        OperationFailed: a file cannot be written, or a worker failed; the same command goes on where it stopped.
    """
    _check(source, out, options)
    limit = _outcome(options.fail_on)
    before, digest = _stamp(source), _digest(source)
    parties, count = _parties(_opened(source, options), source.name)
    about = {
        "the table's name": source.name,
        "the table": digest,
        "the lists or the program": lists.fingerprint(),
        **({"the columns": ",".join(options.columns)} if options.columns is not None else {}),
    }
    judging = about | {
        "the laws": ",".join(settings.laws),
        "--strict": str(settings.strict),
        "--require": ",".join(settings.require),
        "--starter": str(lists.accepts_starter),
        "--as-of": str(options.as_of or "each row's own"),
        "the day": str(today),
        "the rows of a part": str(options.batch_rows),
    }
    screened = out.with_name(f"{out.name}.parties")
    with (
        Journal(screened, about, restart=options.restart) as found,
        Journal(out, judging, restart=options.restart) as journal,
    ):
        bar = progress or Lines(tell)
        _screen(parties, lists, found, tell, options)
        job = JudgeRows(
            lists.data_dir,
            lists.accepts_starter,
            settings,
            today,
            options.as_of,
            _opened(source, options).columns,
            tuple(found.folder / f"part-{number:08d}.arrow" for number in range(found.count)),
        )
        _judge(_opened(source, options), source.name, count, job, journal, tell, options, bar)
        if _stamp(source) != before:
            raise OperationFailed(
                "the table was changed while it was read", where=str(source), remedy="give the command with --restart"
            )
        outcomes = _assemble(journal, out, tell, len(parties))
        journal.remove()
        found.remove()
    if limit is None:
        return 0
    worst = [outcome.value for outcome in WORST_FIRST[: WORST_FIRST.index(limit) + 1]]
    return 1 if any(outcomes[name] for name in [*worst, "error"]) else 0


def _check(source: Path, out: Path, options: CheckOptions) -> None:
    check_ending(out, "--out")
    if out.exists() and source.exists() and out.samefile(source):
        raise BadInput("the results would overwrite the table", where="--out", remedy="name another file")
    if options.jobs is not None and options.jobs < 1:
        raise BadInput(f"{options.jobs} processes", where="--jobs", remedy="1 or more")


def _opened(source: Path, options: CheckOptions) -> Table:
    table = open_table(source)
    return table if options.columns is None else table.called(options.columns)


def _outcome(text: str | None) -> Outcome | None:
    try:
        return Outcome(text) if text else None
    except ValueError:
        raise BadInput(f"{text!r} is no outcome", where="--fail-on", remedy=", ".join(Outcome)) from None


def _stamp(source: Path) -> tuple[int, int]:
    found = source.stat()
    return found.st_size, found.st_mtime_ns


def _digest(source: Path) -> str:
    with source.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _parties(table: Table, name: str) -> tuple[list[str], int]:
    """The parties that the table describes, each once, in order; and the number of its rows."""
    found: dict[Hashable, str] = {}
    count = 0
    for row in rows_of_transactions(table, name):
        count += 1
        for raw in row_parties(row.cells):
            if (said := tuple(raw.items())) not in found:
                found[said] = party_text(raw)
    # The same party in two roles has one text.
    return list(dict.fromkeys(found.values())), count


def _screen(parties: Sequence[str], lists: Library, journal: Journal, tell: Tell, options: CheckOptions) -> None:
    """Screen the parties that the journal does not hold yet."""
    batches = [
        pa.RecordBatch.from_arrays(
            [pa.array(range(start + 1, start + 1 + len(some)), pa.int64()), pa.array(some, pa.string())],
            schema=PARTY_SCHEMA,
        )
        for start in range(0, len(parties), PARTIES_AT_ONCE)
        for some in [parties[start : start + PARTIES_AT_ONCE]]
    ]
    if journal.count >= len(batches):
        return
    indexes = journal.folder / "indexes"
    indexes.mkdir(exist_ok=True)
    job = ScreenParties(lists.saved(indexes))
    done = journal.count
    for result in pool.run_batches(batches[done:], job, jobs=options.jobs):
        journal.add(result)
    if len(batches) > 1:
        tell(f"{len(parties):,} parties screened")


def _judge(
    table: Table,
    name: str,
    rows: int,
    job: JudgeRows,
    journal: Journal,
    tell: Tell,
    options: CheckOptions,
    progress: Progress,
) -> None:
    """Judge the rows that the journal does not hold yet."""
    done = 0
    if journal.count:
        done = journal.part(journal.count - 1).column("row")[-1].as_py()
        tell(f"going on after row {done:,}: {journal.folder}")
    begin()
    lanes = options.jobs or pool.cores()
    batches = itertools.islice(_batches(table, name, options.batch_rows), journal.count, None)
    shares = itertools.chain.from_iterable(_shared_out(batch, table.columns, lanes) for batch in batches)
    with progress:
        progress.begin(done, rows)
        try:
            results = pool.run_batches(shares, job, jobs=options.jobs, in_turn=True)
            while some := list(itertools.islice(results, lanes)):
                result = _together(some)
                journal.add(result)
                done = result.column("row")[-1].as_py()
                progress.done(done)
        except (KeyboardInterrupt, OperationFailed):
            if journal.count:
                tell(f"stopped after row {done:,}: the same command goes on from there")
            raise


def _batches(table: Table, name: str, size: int) -> Iterator[pa.RecordBatch]:
    numbered = enumerate(rows_of_transactions(table, name), start=1)
    while some := list(itertools.islice(numbered, size)):
        yield _batch(some, table.columns)


def _shared_out(batch: pa.RecordBatch, columns: Sequence[str], lanes: int) -> list[pa.RecordBatch]:
    """A batch in as many shares: rows with the same item and destination go together, as far as that is fair."""
    if lanes == 1:
        return [batch]
    places = [place for place, column in enumerate(columns) if column in ("item", "destination")]
    most = -(-len(batch) * 5 // (4 * lanes))
    shares: list[list[int]] = [[] for _ in range(lanes)]
    for number, cells in enumerate(batch.column("cells").to_pylist()):
        share = shares[zlib.crc32("\n".join(cells[place] for place in places).encode()) % lanes]
        (share if len(share) < most else min(shares, key=len)).append(number)
    return [batch.take(pa.array(share, pa.int64())) for share in shares]


def _together(shares: Sequence[pa.RecordBatch]) -> pa.RecordBatch:
    if len(shares) == 1:
        return shares[0]
    table = pa.Table.from_batches(shares).sort_by("row").combine_chunks()
    return table.to_batches()[0]


def _batch(rows: Iterable[tuple[int, TableRow]], columns: Sequence[str]) -> pa.RecordBatch:
    found: list[Mapping[str, Any]] = [
        {
            "row": number,
            "where": row.where,
            "cells": [row.cells.get(column, "") for column in columns],
            "problem": row.problem.problem if row.problem else "",
            "problem_where": row.problem.where if row.problem else "",
            "problem_remedy": row.problem.remedy if row.problem else "",
        }
        for number, row in rows
    ]
    return pa.RecordBatch.from_pylist(found, ROW_SCHEMA)


def _assemble(journal: Journal, out: Path, tell: Tell, parties: int) -> Counter[str]:
    """Write the results from the parts, and tell what they add up to."""
    outcomes: Counter[str] = Counter()
    said: Counter[str] = Counter()
    rows = made = 0
    for part in journal.parts():
        rows += len(part)
        made += sum(part.column(MADE).to_pylist())
        outcomes.update(outcome or "error" for outcome in part.column("outcome").to_pylist())
        said.update(part.column("governments").to_pylist())
    schema = pa.schema([(name, pa.string()) for name in RESULT_COLUMNS])
    write_batches(out, schema, (_results(part, schema) for part in journal.parts()))
    governments: dict[str, Counter[str]] = {}
    for cell, often in said.items():
        for answer in cell.split("; ") if cell else ():
            law, _, outcome = answer.partition(" ")
            governments.setdefault(law, Counter())[outcome] += often
    for law, count in governments.items():
        tell(f"{law}: " + ", ".join(f"{name} {count[name]:,}" for name in sorted(count)))
    tell(f"{made:,} judgements made, {parties:,} parties screened")
    tell(f"{rows:,} rows: " + ", ".join(f"{name} {outcomes[name]:,}" for name in sorted(outcomes)))
    return outcomes


def _results(part: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    columns = [part.column(name).cast(pa.string()) for name in RESULT_COLUMNS]
    return pa.RecordBatch.from_arrays(columns, schema=schema)
