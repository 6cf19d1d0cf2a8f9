"""What the processes of ``check --bulk`` do: screen parties, each once; judge rows, what is alike once."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from enduse.assess import Settings, check
from enduse.evidence.alike import Limits, alike
from enduse.evidence.hits import Hit
from enduse.evidence.library import Library
from enduse.evidence.parties import party_query
from enduse.formats.tables import TableRow
from enduse.interfaces.bulk_rows import Pieces
from enduse.interfaces.fields import Place
from enduse.interfaces.transaction_parties import parties_from
from enduse.interfaces.transaction_tables import TransactionRow, row_parties, transaction_row
from enduse.model.assessment import Assessment, Coverage, Edition, Status
from enduse.model.codec import from_plain, to_plain
from enduse.model.errors import BadInput
from enduse.model.match import Match, Query
from enduse.model.transaction import Transaction, TransactionParty
from enduse.rules.rulebook import shipped_rulebooks
from enduse.screen.engines.pool import settle

RESULT_COLUMNS = [
    "row",
    "reference",
    "outcome",
    "headline",
    "governments",
    "reasons",
    "reasons_by_government",
    "exceptions_candidate",
    "questions",
    "matches",
    "where",
    "error",
]
MADE = "made"
"""Beside the results: 1 where the judgement was made for this row, 0 where one that is alike was at hand."""

PARTY_SCHEMA = pa.schema([("row", pa.int64()), ("party", pa.string())])
HITS_SCHEMA = pa.schema([("row", pa.int64()), ("party", pa.string()), ("hits", pa.string())])
ROW_SCHEMA = pa.schema(
    [
        *(("row", pa.int64()), ("where", pa.string()), ("cells", pa.list_(pa.string()))),
        *(("problem", pa.string()), ("problem_where", pa.string()), ("problem_remedy", pa.string())),
    ]
)
RESULT_SCHEMA = pa.schema(
    [*((name, pa.string()) for name in RESULT_COLUMNS[1:]), ("row", pa.int64()), (MADE, pa.int8())]
)
_REFUSED = "refused"
_NOTHING_FOUND = ("",) * 8
Cells = tuple[str, ...]
_MOST = 200_000
"""Judgements that a process holds."""


def party_text(raw: Mapping[str, str]) -> str:
    """A party as a row describes it, as one text that is equal for equal descriptions; its role does not matter."""
    return json.dumps({**raw, "role": "other"}, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True, slots=True)
class ScreenParties:
    """Screens the parties of a batch (:data:`PARTY_SCHEMA`) and gives what was found (:data:`HITS_SCHEMA`).

    A party that cannot be read or screened is marked: its rows say why when they are judged.

    Attributes:
        indexes: folders that ``Screener.save`` wrote.
    """

    indexes: tuple[Path, ...]

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        texts = batch.column("party").to_pylist()
        queries = [_query(text) for text in texts]
        usable = [query for query in queries if query is not None]
        found = iter(_found(self.indexes, usable))
        hits = [_REFUSED if query is None else next(found) for query in queries]
        arrays = [batch.column("row"), batch.column("party"), pa.array(hits, pa.string())]
        return pa.RecordBatch.from_arrays(arrays, schema=HITS_SCHEMA)


def _query(text: str) -> Query | None:
    try:
        return party_query(_party(text))
    except BadInput:
        return None


def _party(text: str) -> TransactionParty:
    return parties_from([json.loads(text)], Place("party"))[0]


def _found(indexes: tuple[Path, ...], queries: Sequence[Query]) -> Iterable[str]:
    """For each query its hits as text, empty where there are none."""
    try:
        by_index = [list(screener.screen_many(queries)) for screener in _screeners(indexes)]
    except BadInput:
        if len(queries) == 1:
            yield _REFUSED
            return
        middle = len(queries) // 2
        yield from _found(indexes, queries[:middle])
        yield from _found(indexes, queries[middle:])
        return
    for answers in zip(*by_index, strict=True):
        matches = sorted((match for answer in answers for match in answer), key=lambda one: (-one.score, one.party.id))
        yield _written(matches)


def _written(matches: Sequence[Match]) -> str:
    return json.dumps([to_plain(Hit.of(match)) for match in matches], ensure_ascii=False) if matches else ""


@functools.lru_cache(maxsize=4)
def _screeners(folders: tuple[Path, ...]) -> tuple[Any, ...]:
    from enduse.screen import Screener  # heavy: only where names are screened

    return tuple(Screener.load(folder) for folder in folders)


class Found(Library):
    """A library whose screening was done before.

    Args:
        hits: what was found, by query; one that is not there is screened now.
    """

    def __init__(self, data_dir: Path | None, *, accept_starter: bool, hits: Mapping[Query, Sequence[Hit]]) -> None:
        super().__init__(data_dir, accept_starter=accept_starter)
        self._hits = hits
        self._coverage: dict[Hashable, Coverage] = {}
        self._editions: tuple[Edition, ...] | None = None

    def hits(self, query: Query) -> Sequence[Hit]:
        if not any(character.isalnum() for character in query.name):
            return ()  # stands for a party about whom the lists say nothing
        found = self._hits.get(query)
        return super().hits(query) if found is None else found

    def coverage(
        self, required: Sequence[str], day: dt.date, today: dt.date, *, insisted: Sequence[str] = ()
    ) -> Coverage:
        key = (tuple(required), day, today, tuple(insisted))
        if key not in self._coverage:
            self._coverage[key] = super().coverage(required, day, today, insisted=insisted)
        return self._coverage[key]

    def editions(self) -> tuple[Edition, ...]:
        if self._editions is None:
            self._editions = super().editions()
        return self._editions


@dataclass(frozen=True, slots=True)
class JudgeRows:
    """Judges the rows of a batch (:data:`ROW_SCHEMA`) and gives the results (:data:`RESULT_SCHEMA`).

    Attributes:
        data_dir, accept_starter: of the library.
        columns: of the table.
        hits: files of batches of :data:`HITS_SCHEMA`.
        as_of: date of law and lists for every row; each row's own date when None.
    """

    data_dir: Path | None
    accept_starter: bool
    settings: Settings
    today: dt.date
    as_of: dt.date | None
    columns: tuple[str, ...]
    hits: tuple[Path, ...]

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        bench = _bench(self)
        results = [bench.result(row) for row in batch.to_pylist()]
        columns = list(zip(*results, strict=True)) if results else [()] * len(RESULT_SCHEMA)
        arrays = [pa.array(cells, part.type) for cells, part in zip(columns, RESULT_SCHEMA, strict=True)]
        return pa.RecordBatch.from_arrays(arrays, schema=RESULT_SCHEMA)


@functools.lru_cache(maxsize=1)
def _bench(job: JudgeRows) -> _Bench:
    return _Bench(job)


def begin() -> None:
    """Forget what this process held for an earlier table: its files may have been written anew."""
    _bench.cache_clear()


class _Bench:
    """What a process holds between batches: what was found of the parties, and the judgements made."""

    def __init__(self, job: JudgeRows) -> None:
        self._job = job
        self._found = dict(_read_hits(job.hits))
        hits: dict[Query, Sequence[Hit]] = {}
        for text, found in self._found.items():
            if found not in ("", _REFUSED) and (query := _query(text)) is not None:
                hits[query] = [from_plain(Hit, item) for item in json.loads(found)]
        self._hits = hits
        self._lists = Found(job.data_dir, accept_starter=job.accept_starter, hits=hits)
        self._limits = Limits.of(book for book in shipped_rulebooks() if book.jurisdiction in job.settings.laws)
        self._made: dict[Hashable, Cells] = {}
        self._pieces = Pieces(job.columns, job.as_of, job.as_of or job.today, self._limits, self._says)
        columns = job.columns
        self._reference_at = columns.index("reference") if "reference" in columns else None
        settle()

    def result(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        """The result of a row: the cells of :data:`RESULT_SCHEMA`."""
        cells = row["cells"]
        pieces = None if row["problem"] else self._pieces.of(cells)
        if pieces is None:
            return self._read_whole(row)
        key, make, day = pieces
        found, made = self._made.get(key), 0
        if found is None:
            try:
                found, made = self._judge(key, make(), day), 1
            except BadInput:
                return self._read_whole(row)
        reference = cells[self._reference_at].strip() if self._reference_at is not None else ""
        return (reference, *found, row["where"], "", row["row"], made)

    def _read_whole(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        read, made = self._read(row), 0
        try:
            if read.transaction is None:
                raise read.problem or BadInput("no transaction", where=read.where)
            for raw, party in zip(row_parties(self._cells(row)), read.transaction.parties, strict=True):
                self._says(party, raw)
            day = self._job.as_of or read.transaction.date
            self._pieces.learn(row["cells"], read.transaction)
            if (pieces := self._pieces.of(row["cells"])) is not None:
                key, plain = pieces[0], pieces[1]()
            else:
                key, plain = alike(read.transaction, day, self._limits, self._listed)
            found = self._made.get(key)
            if found is None:
                found, made = self._judge(key, plain, day), 1
        except BadInput as problem:
            problem.__traceback__ = None  # it leads back to the row, which holds the problem: a ring
            return (read.reference, *_NOTHING_FOUND, read.where, problem.message(), read.number, 0)
        return (read.reference, *found, read.where, "", read.number, made)

    def _judge(self, key: Hashable, tx: Transaction, day: dt.date) -> Cells:
        answer = check(tx, as_of=day, library=self._lists, settings=self._job.settings, today=self._job.today)
        found = tuple(result_columns(answer).values())
        if len(self._made) >= _MOST:
            self._made.clear()
        self._made[key] = found
        return found

    def _says(self, party: TransactionParty, raw: Mapping[str, str]) -> bool:
        """Whether lists say anything of a party, or could not be asked, as the row describes it."""
        found = self._found.get(party_text(raw))
        if found == "":
            self._hits.setdefault(party_query(party), ())
        return found != ""

    def _listed(self, party: TransactionParty) -> bool:
        found = self._hits.get(party_query(party))
        return found is None or bool(found)

    def _cells(self, row: Mapping[str, Any]) -> dict[str, str]:
        return dict(zip(self._job.columns, row["cells"], strict=True))

    def _read(self, row: Mapping[str, Any]) -> TransactionRow:
        problem = None
        if row["problem"]:
            problem = BadInput(row["problem"], where=row["problem_where"], remedy=row["problem_remedy"])
        table_row = TableRow(self._cells(row), row["where"], problem)
        return transaction_row(
            row["row"], table_row, today=self._job.today, default_date=self._job.as_of or self._job.today
        )


def _read_hits(files: Iterable[Path]) -> Iterable[tuple[str, str]]:
    for file in files:
        with pa.OSFile(str(file), "rb") as source, pa.ipc.open_file(source) as reader:
            batch = reader.get_batch(0)
        yield from zip(batch.column("party").to_pylist(), batch.column("hits").to_pylist(), strict=True)


_IN_FORCE = {"true": "", "unknown": " (unknown whether in force)", "false": " (not in force)"}


def result_columns(found: Assessment) -> dict[str, str]:
    """What a row of results says of an assessment, from ``outcome`` to ``matches``."""
    codes = sorted({item.code for item in found.speaking if item.code and item.status is Status.APPLIES})
    governments = found.governments
    return {
        "outcome": found.outcome.value,
        "headline": found.headline,
        "governments": "; ".join(
            f"{answer.law} {answer.outcome.value if answer.reached else 'no nexus'}" for answer in governments
        ),
        "reasons": "; ".join(codes),
        "reasons_by_government": "; ".join(
            f"{answer.law}: {', '.join(answer.reasons)}" for answer in governments if answer.reasons
        ),
        "exceptions_candidate": "; ".join(item.symbol for item in found.exceptions.candidates),
        "questions": "; ".join(item.fact for item in found.questions),
        "matches": "; ".join(
            f"{match.score} {match.list_id} {match.name}" + _IN_FORCE[match.in_force]
            for party in found.parties
            for match in party.matches
        ),
    }
