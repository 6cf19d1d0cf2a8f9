"""``screen --bulk``: every name of a table against every list at hand; a run that was stopped goes on.

The table is read as text, cut into batches, and given to an engine; each result becomes a part of the journal, and the
parts become the files at the end. The same table, lists and options give the same bytes, however the run was cut.
"""

from __future__ import annotations

import hashlib
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from enduse.evidence.library import Library
from enduse.formats.arrow_files import check_ending, write_batches
from enduse.formats.journal import Journal
from enduse.formats.tables import Table, TableRow, open_table
from enduse.interfaces.bulk_columns import ColumnMap, map_columns
from enduse.interfaces.progress import Lines, Progress
from enduse.model.assessment import Coverage
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import HIT_THRESHOLD
from enduse.screen.asked import KINDS
from enduse.screen.batch import (
    ERROR,
    HIT,
    INDETERMINATE,
    NOTHING_FOUND,
    QUERY_SCHEMA,
    QUERY_TEXTS,
    SUPPRESSED,
    BatchJob,
    Decide,
)
from enduse.screen.engines import pool

HIT_COLUMNS = [
    "row",
    "reference",
    "name",
    "outcome",
    "score",
    "matched_name",
    "list",
    "programmes",
    "listed_from",
    "citation",
    "party_id",
    "decision",
    "where",
    "error",
]
ERROR_COLUMNS = ["file", "line", "row", "reference", "field", "value", "problem", "remedy"]
BATCH_ROWS = 2_000
ENGINES = ("processes", "spark")

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class BulkOptions:
    """How a table is screened.

    Attributes:
        threshold: least score of a hit, 0..1.
        kind: of rows that state none.
        mapping: entries of ``--map``.
        keep: entries of ``--keep``.
        errors: the file of rows that could not be screened; beside the results, where there are any, when None.
        jobs: number of processes; all cores when None.
        engine: ``processes`` or ``spark``.
        restart: throw away what an interrupted run left.
        fail_on: ``hit`` or None: exit code 1 where there is a hit, or a row that could not be screened.
        batch_rows: rows of a batch, which are a part of the journal too.
        decide: see :func:`enduse.screen.batch.screen_batch`.
        decided: what ``decide`` rests on, as a hash: a run goes on with the same decisions only.
        columns: which columns say what, in place of ``mapping`` and ``keep``.
    """

    threshold: float = HIT_THRESHOLD
    kind: str = "any"
    mapping: tuple[str, ...] = ()
    keep: tuple[str, ...] = ()
    errors: Path | None = None
    jobs: int | None = None
    engine: str = ENGINES[0]
    restart: bool = False
    fail_on: str | None = None
    batch_rows: int = BATCH_ROWS
    decide: Decide | None = None
    decided: str = ""
    columns: ColumnMap | None = None


def screen_table(
    source: Path,
    out: Path,
    lists: Library,
    tell: Tell,
    options: BulkOptions = BulkOptions(),
    *,
    coverage: Coverage | None = None,
    progress: Progress | None = None,
) -> int:
    """Screen every name of a table: a row for each hit and listing, one for a name without, one for a row in error.

    The column ``outcome`` is ``hit``, ``suppressed`` (a hit that a decision rules out; its name has a row of another
    outcome too), ``nothing_found``, ``indeterminate`` (nothing found, but lists are missing or stale) or ``error``.
    Rows that could not be screened stand in the file of errors too, with how to mend them.

    Returns:
        0, or 1 where ``fail_on`` says so.

    Raises:
        BadInput: the table as a whole or an option cannot be used, or an interrupted run was about something else.
        OperationFailed: a file cannot be written, or a worker failed; the same command goes on where it stopped.
    """
    errors = options.errors or out.with_name(f"{out.name}.errors.csv")
    _check(source, out, errors, options)
    table = open_table(source)
    columns = options.columns or map_columns(table.columns, options.mapping, options.keep, where=source.name)
    for sentence in columns.told:
        tell(sentence)
    complete = coverage is None or coverage.complete
    before = _stamp(source)
    digest, lines = _digest(source)
    about = {
        "the table's name": source.name,
        "the table": digest,
        "the columns": columns.as_text(),
        "the lists or the program": lists.fingerprint(),
        "the coverage": "complete" if complete else "not complete",
        "the decisions": options.decided,
        "--threshold": repr(options.threshold),
        "--kind": options.kind,
        "the rows of a part": str(options.batch_rows),
    }
    with Journal(out, about, restart=options.restart) as journal:
        _run(table, lines, columns, lists, journal, tell, options, complete, progress or Lines(tell))
        if _stamp(source) != before:
            raise OperationFailed(
                "the table was changed while it was read", where=str(source), remedy="give the command with --restart"
            )
        count = _assemble(journal, source, out, errors, columns, tell, options)
        journal.remove()
    if coverage is not None and not coverage.complete:
        tell(
            "lists missing or stale, so that nothing found is no clean bill: "
            + "; ".join([*coverage.not_checked, *coverage.stale])
        )
    return 1 if options.fail_on and (count[HIT] or count[ERROR]) else 0


def _check(source: Path, out: Path, errors: Path, options: BulkOptions) -> None:
    if options.fail_on not in (None, HIT):
        raise BadInput(f"{options.fail_on!r} is no outcome of a screening", where="--fail-on", remedy=HIT)
    if options.engine not in ENGINES:
        raise BadInput(f"{options.engine!r} is no engine", where="--engine", remedy=" or ".join(ENGINES))
    if options.kind not in KINDS:
        raise BadInput(f"kind {options.kind!r}", where="--kind", remedy=f"one of {', '.join(KINDS)}")
    if options.jobs is not None and options.jobs < 1:
        raise BadInput(f"{options.jobs} processes", where="--jobs", remedy="1 or more")
    check_ending(out, "--out")
    check_ending(errors, "--errors")
    for file, option in ((out, "--out"), (errors, "--errors")):
        if _same(source, file):
            raise BadInput("the results would overwrite the table", where=option, remedy="name another file")
    if _same(out, errors):
        raise BadInput("the errors would overwrite the results", where="--errors", remedy="name another file")


def _same(one: Path, other: Path) -> bool:
    if one.exists() and other.exists():
        return one.samefile(other)
    return one.resolve() == other.resolve()


def _stamp(source: Path) -> tuple[int, int]:
    found = source.stat()
    return found.st_size, found.st_mtime_ns


def _digest(source: Path) -> tuple[str, int]:
    """SHA-256 and number of lines of a file."""
    digest, lines = hashlib.sha256(), 0
    with source.open("rb") as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
            lines += chunk.count(b"\n")
    return digest.hexdigest(), lines


def _run(
    table: Table,
    lines: int,
    columns: ColumnMap,
    lists: Library,
    journal: Journal,
    tell: Tell,
    options: BulkOptions,
    complete: bool,
    progress: Progress,
) -> None:
    """Screen what the journal does not hold yet."""
    batches = itertools.islice(query_batches(table, columns, options.batch_rows), journal.count, None)
    done = 0
    if journal.count:
        done = journal.part(journal.count - 1).column("row")[-1].as_py()
        tell(f"going on after row {done:,}: {journal.folder}")
    indexes = journal.folder / "indexes"
    indexes.mkdir(exist_ok=True)
    job = BatchJob(
        lists.saved(indexes),
        options.threshold,
        options.kind,
        NOTHING_FOUND if complete else INDETERMINATE,
        options.decide,
    )
    with progress:
        progress.begin(done, table.about if table.about is not None else max(0, lines - 1))
        try:
            for result in _engine(batches, job, options, journal.folder):
                journal.add(result)
                done = result.column("row")[-1].as_py()
                progress.done(done)
        except (KeyboardInterrupt, OperationFailed):
            if journal.count:
                tell(f"stopped after row {done:,}: the same command goes on from there")
            raise


def _engine(
    batches: Iterable[pa.RecordBatch], job: BatchJob, options: BulkOptions, scratch: Path
) -> Iterator[pa.RecordBatch]:
    if options.engine == "spark":
        from enduse.screen.engines import spark  # an extra

        return spark.run_batches(batches, job, jobs=options.jobs, scratch=scratch)
    return pool.run_batches(batches, job, jobs=options.jobs)


def query_batches(table: Table, columns: ColumnMap, size: int) -> Iterator[pa.RecordBatch]:
    """The rows of a table as batches of queries; the first row has number 1."""
    mapped = {target: found for target, found in columns.columns.items() if target != "reference"}
    rows = table.rows(
        text=[column for found in mapped.values() for column in found],
        dates=mapped.get("birth_date", ()),
        keep_bad_rows=True,
    )
    numbered = enumerate(rows, start=1)
    while some := list(itertools.islice(numbered, size)):
        yield _batch(some, columns)


def _batch(rows: Sequence[tuple[int, TableRow]], columns: ColumnMap) -> pa.RecordBatch:
    found: dict[str, list[Any]] = {
        "row": [number for number, _ in rows],
        "line": [row.line for _, row in rows],
        "where": [row.where for _, row in rows],
        **{target: [columns.value(target, row.cells) for _, row in rows] for target in QUERY_TEXTS},
        "problem": [row.problem.problem if row.problem else "" for _, row in rows],
        "problem_field": [columns.target_of(row.column) for _, row in rows],
        "problem_remedy": [row.problem.remedy if row.problem else "" for _, row in rows],
        "kept": [[row.cells.get(column, "") for column in columns.keep] for _, row in rows],
    }
    return pa.RecordBatch.from_arrays(
        [pa.array(found[field.name], field.type) for field in QUERY_SCHEMA], schema=QUERY_SCHEMA
    )


def _assemble(
    journal: Journal, source: Path, out: Path, errors: Path, columns: ColumnMap, tell: Tell, options: BulkOptions
) -> Counter[str]:
    """Write the files from the parts: first the errors, so that results without them are never there alone."""
    count: Counter[str] = Counter()
    for part in journal.parts():
        count.update(part.column("outcome").to_pylist())
        count["name"] += sum(place == 1 for place in part.column("place").to_pylist())
    if count[ERROR] or options.errors is not None:
        write_batches(errors, _ERROR_SCHEMA, (_errors(part, source, columns) for part in journal.parts()))
    else:
        errors.unlink(missing_ok=True)
    schema = pa.schema(
        [
            *((name, pa.int64() if name == "row" else pa.string()) for name in HIT_COLUMNS),
            *((_kept_name(column), pa.string()) for column in columns.keep),
        ]
    )
    write_batches(out, schema, (_results(part, schema) for part in journal.parts()))
    said = [f"{count[what]} {what}{'' if count[what] == 1 else 's'}" for what in ("name", HIT)]
    if count[SUPPRESSED] or options.decide is not None:
        said.append(f"{count[SUPPRESSED]} suppressed by a decision")
    tell(", ".join(said))
    if count[ERROR]:
        tell(f"{count[ERROR]} rows could not be screened: see {errors}")
    return count


_ERROR_SCHEMA = pa.schema([(name, pa.int64() if name in ("line", "row") else pa.string()) for name in ERROR_COLUMNS])


def _kept_name(column: str) -> str:
    """A column that goes through keeps its name, unless a result has it."""
    return f"input_{column}" if column in HIT_COLUMNS else column


def _results(part: pa.RecordBatch, schema: pa.Schema) -> pa.RecordBatch:
    kept = part.column("kept").to_pylist()
    further = [pa.array([cells[n] for cells in kept], pa.string()) for n in range(len(schema) - len(HIT_COLUMNS))]
    return pa.RecordBatch.from_arrays([*(part.column(name) for name in HIT_COLUMNS), *further], schema=schema)


def _errors(part: pa.RecordBatch, source: Path, columns: ColumnMap) -> pa.RecordBatch:
    rows = [
        {
            "file": source.name,
            "line": row["line"],
            "row": row["row"],
            "reference": row["reference"],
            "field": " and ".join(columns.columns.get(row["field"], (row["field"],))),
            "value": row["value"],
            "problem": row["error"],
            "remedy": row["remedy"],
        }
        for row in part.filter(
            pa.array([outcome == ERROR for outcome in part.column("outcome").to_pylist()])
        ).to_pylist()
    ]
    return pa.RecordBatch.from_pylist(rows, _ERROR_SCHEMA)
