"""One pure function from a record batch of names to a record batch of results; every engine runs this and nothing else.

The result of a row depends on that row, the lists and the options alone, never on the batch it came in.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from enduse.model.decision import stamp
from enduse.model.errors import BadInput
from enduse.model.match import HIT_THRESHOLD, Match, Query
from enduse.screen.asked import Unusable, asked, shortened
from enduse.screen.decisions import Judged, Screened
from enduse.screen.index import Screener
from enduse.screen.normalise import MAX_NAME

HIT = "hit"
SUPPRESSED = "suppressed"
NOTHING_FOUND = "nothing_found"
INDETERMINATE = "indeterminate"
ERROR = "error"

Decide = Callable[[Query, Sequence[Match]], Screened]
"""A pure function of a query and its matches to those that stand and those that are suppressed; picklable, so that
other processes run it. :class:`~enduse.screen.decisions.DecisionBook` is one."""

QUERY_TEXTS = (
    "reference",
    "name",
    "other_names",
    "kind",
    "country",
    "birth_date",
    "birth_place",
    "nationality",
    "gender",
    "identifiers",
    "address",
)
QUERY_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("line", pa.int64()),
        ("where", pa.string()),
        *((name, pa.string()) for name in QUERY_TEXTS),
        *((name, pa.string()) for name in ("problem", "problem_field", "problem_remedy")),
        ("kept", pa.list_(pa.string())),
    ]
)
"""What :func:`screen_batch` takes; only ``row`` and ``name`` are required, a column that is absent counts as empty."""

RESULT_TEXTS = (
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
    "field",
    "value",
    "remedy",
)
RESULT_SCHEMA = pa.schema(
    [
        ("row", pa.int64()),
        ("place", pa.int32()),
        ("line", pa.int64()),
        *((name, pa.string()) for name in RESULT_TEXTS),
        ("kept", pa.list_(pa.string())),
    ]
)
"""What it gives; ``row`` and ``place`` (from 1 within the row) order the results and together name one."""

_SEVERAL = frozenset({"other_names", "country", "nationality", "identifiers"})


@dataclass(frozen=True, slots=True)
class BatchJob:
    """The function with all it needs, to be sent to other processes; calling it screens a batch.

    Attributes:
        indexes: folders that :meth:`Screener.save` wrote; each process maps them once.
        threshold, kind, nothing, decide: see :func:`screen_batch`.
    """

    indexes: tuple[Path, ...]
    threshold: float = HIT_THRESHOLD
    kind: str = "any"
    nothing: str = NOTHING_FOUND
    decide: Decide | None = None

    def open(self) -> None:
        """Map the indexes now.

        Raises:
            OperationFailed: an index is missing or damaged.
        """
        _opened(self.indexes)

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        return screen_batch(
            batch,
            _opened(self.indexes),
            threshold=self.threshold,
            kind=self.kind,
            nothing=self.nothing,
            decide=self.decide,
        )


@functools.lru_cache(maxsize=4)
def _opened(folders: tuple[Path, ...]) -> tuple[Screener, ...]:
    return tuple(Screener.load(folder) for folder in folders)


def screen_batch(
    batch: pa.RecordBatch,
    screeners: Sequence[Screener],
    *,
    threshold: float = HIT_THRESHOLD,
    kind: str = "any",
    nothing: str = NOTHING_FOUND,
    decide: Decide | None = None,
) -> pa.RecordBatch:
    """Screen a batch: a row for every hit and listing, one for a name without, one for a row that cannot be screened.

    Args:
        batch: :data:`QUERY_SCHEMA`. A row whose ``problem`` is not empty is given back as an error. Several countries,
            nationalities, other names or identifiers are separated by semicolons.
        screeners: the lists; their matches are put together, best first.
        threshold: least score of a hit, 0..1.
        kind: of the rows that state none.
        nothing: outcome of a row without hits.
        decide: which matches stand; all when None. A match that does not stand has its rows too, as ``suppressed``,
            after those of the hits or the row that says that none stands.

    Returns:
        :data:`RESULT_SCHEMA`, in the order of the batch.

    Raises:
        BadInput: the batch has no column ``row`` or ``name``.
    """
    rows = _texts(batch)
    numbers = batch.column("row").to_pylist()
    read: list[Query | _Problem] = [_query(row, kind) for row in rows]
    queries = [item for item in read if isinstance(item, Query)]
    found = _all_matches(screeners, queries, threshold)
    results = _Results()
    answers = iter(found)
    for number, row, query in zip(numbers, rows, read, strict=True):
        answer = next(answers) if isinstance(query, Query) else query
        if isinstance(answer, _Problem):
            results.add(number, row, [answer.columns()])
        else:
            assert isinstance(query, Query)
            screened = Screened(tuple(map(Judged, answer))) if decide is None else decide(query, answer)
            hits = [line for judged in screened.hits for line in _lines(judged, HIT)]
            aside = [line for judged in screened.suppressed for line in _lines(judged, SUPPRESSED)]
            results.add(number, row, [*(hits or [{"outcome": nothing}]), *aside])
    return results.batch()


@dataclass(frozen=True, slots=True)
class _Problem:
    """Why a row cannot be screened."""

    text: str
    field: str
    value: str
    remedy: str

    def columns(self) -> dict[str, str]:
        return {
            "outcome": ERROR,
            "error": self.text,
            "field": self.field,
            "value": shortened(self.value),
            "remedy": self.remedy,
        }


class _Results:
    """Result rows as they add up."""

    def __init__(self) -> None:
        self._columns: dict[str, list[Any]] = {name: [] for name in RESULT_SCHEMA.names}

    def add(self, number: int, row: Mapping[str, Any], found: Iterable[Mapping[str, str]]) -> None:
        given = {"reference": row["reference"], "name": shortened(row["name"], MAX_NAME), "where": row["where"]}
        for place, columns in enumerate(found, start=1):
            self._columns["row"].append(number)
            self._columns["place"].append(place)
            self._columns["line"].append(row["line"])
            self._columns["kept"].append(row["kept"])
            for name in RESULT_TEXTS:
                self._columns[name].append(given[name] if name in given else columns.get(name, ""))

    def batch(self) -> pa.RecordBatch:
        arrays = [pa.array(self._columns[field.name], field.type) for field in RESULT_SCHEMA]
        return pa.RecordBatch.from_arrays(arrays, schema=RESULT_SCHEMA)


def _texts(batch: pa.RecordBatch) -> list[dict[str, Any]]:
    """The rows with every column; what is absent or null is empty."""
    for name in ("row", "name"):
        if name not in batch.schema.names:
            raise BadInput(f"no column {name!r}", remedy=f"columns: {', '.join(QUERY_SCHEMA.names)}")
    empty: dict[str, Any] = {"row": 0, "line": 0, "kept": []}
    columns = {
        field.name: [empty.get(field.name, "") if value is None else value for value in column.to_pylist()]
        for field in QUERY_SCHEMA
        if field.name in batch.schema.names
        for column in [batch.column(field.name)]
    }
    absent = {field.name: empty.get(field.name, "") for field in QUERY_SCHEMA if field.name not in columns}
    return [absent | dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


def _query(row: Mapping[str, Any], default_kind: str) -> Query | _Problem:
    if row["problem"]:
        field = row["problem_field"]
        return _Problem(
            row["problem"], field, row.get(field, "") if field in QUERY_TEXTS else "", row["problem_remedy"]
        )
    try:
        return asked(_texts_of(row), default_kind)
    except Unusable as found:
        return _Problem(found.problem, found.where, found.value, found.remedy)


def _texts_of(row: Mapping[str, Any]) -> dict[str, list[str]]:
    """What a row says, by field; several values of a cell stand between semicolons, an address is one whole."""
    return {field: row[field].split(";") if field in _SEVERAL else [row[field]] for field in QUERY_TEXTS[1:]}


def _all_matches(
    screeners: Sequence[Screener], queries: Sequence[Query], threshold: float
) -> Iterable[list[Match] | _Problem]:
    """For each query its matches from all screeners, best first."""
    by_screener = [_matches(screener, queries, threshold) for screener in screeners]
    for answers in zip(*by_screener, strict=True) if by_screener else ([] for _ in queries):
        problem = next((answer for answer in answers if isinstance(answer, _Problem)), None)
        if problem is not None:
            yield problem
        else:
            matches = [match for answer in answers if not isinstance(answer, _Problem) for match in answer]
            yield sorted(matches, key=lambda match: (-match.score, match.party.id))


def _matches(screener: Screener, queries: Sequence[Query], threshold: float) -> list[list[Match] | _Problem]:
    """A query that the screener still refuses is found by halving, so that it costs the others nothing but time."""
    if not queries:
        return []
    try:
        return list(screener.screen_many(queries, threshold=threshold))
    except BadInput as error:
        if len(queries) == 1:
            return [_Problem(error.problem, "name", queries[0].name, error.remedy)]
    middle = len(queries) // 2
    return [*_matches(screener, queries[:middle], threshold), *_matches(screener, queries[middle:], threshold)]


def _lines(judged: Judged, outcome: str) -> Iterable[dict[str, str]]:
    """The rows of a match: one for each listing."""
    match = judged.match
    found = {
        "outcome": outcome,
        "score": f"{match.score:.4f}",
        "matched_name": match.matched_name,
        "party_id": match.party.id,
        "decision": _decision(judged),
    }
    for listing in match.party.listings or (None,):
        yield (
            found
            if listing is None
            else found
            | {
                "list": listing.list_id,
                "programmes": "; ".join(listing.programmes),
                "listed_from": listing.listed_from.isoformat() if listing.listed_from else "",
                "citation": listing.citation.text,
            }
        )


def _decision(judged: Judged) -> str:
    """What a decision says of a match, in one line; empty where none does."""
    decision = judged.decision
    if decision is None:
        return ""
    changed = ", ".join(f"{change.side} {change.field.replace('_', ' ')}" for change in judged.changes)
    since = f" (changed: {changed})" if changed else ""
    reason = " ".join(decision.reason.split())
    return f"{judged.standing.value}{since}: {decision.by}, {stamp(decision.at)}, {decision.id[:12]}: {reason}"
