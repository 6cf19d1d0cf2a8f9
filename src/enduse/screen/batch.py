"""One pure function from a record batch of names to a record batch of results; every engine runs this and nothing else.

The result of a row depends on that row, the lists and the options alone, never on the batch it came in.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from enduse.model.countries import resolve_country, suggest_country
from enduse.model.errors import BadInput
from enduse.model.match import HIT_THRESHOLD, Match, Query
from enduse.model.party import Listing
from enduse.screen.index import Screener
from enduse.screen.normalise import MAX_NAME

HIT = "hit"
NOTHING_FOUND = "nothing_found"
INDETERMINATE = "indeterminate"
ERROR = "error"

Decide = Callable[[Query, Sequence[Match]], Sequence[Match]]
"""A pure function of a query and its matches to the matches that stand; picklable, so that other processes run it."""

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

KINDS = ("any", "person", "company", "vessel", "address")
_GENDERS = {"": "", "m": "male", "male": "male", "f": "female", "female": "female"}
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_MAX_PARTS = 100
_SHOWN = 100


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
        decide: which matches stand; all when None.

    Returns:
        :data:`RESULT_SCHEMA`, in the order of the batch.

    Raises:
        BadInput: the batch has no column ``row`` or ``name``.
    """
    rows = _texts(batch)
    numbers = batch.column("row").to_pylist()
    asked: list[Query | _Problem] = [_query(row, kind) for row in rows]
    queries = [item for item in asked if isinstance(item, Query)]
    found = _all_matches(screeners, queries, threshold)
    results = _Results()
    answers = iter(found)
    for number, row, query in zip(numbers, rows, asked, strict=True):
        answer = next(answers) if isinstance(query, Query) else query
        if isinstance(answer, _Problem):
            results.add(number, row, [answer.columns()])
        else:
            assert isinstance(query, Query)
            matches = answer if decide is None else decide(query, answer)
            hits = [_hit(match, listing) for match in matches for listing in match.party.listings or (None,)]
            results.add(number, row, hits or [{"outcome": nothing}])
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


def shortened(text: str, most: int = _SHOWN) -> str:
    """A text of at most ``most`` characters and an ellipsis."""
    return text if len(text) <= most else f"{text[:most]}…"


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
        return _asked(row, default_kind)
    except _Unusable as found:
        return found.problem


class _Unusable(Exception):
    def __init__(self, text: str, field: str, value: str, remedy: str) -> None:
        self.problem = _Problem(text, field, value, remedy)
        super().__init__(text)


def _asked(row: Mapping[str, Any], default_kind: str) -> Query:
    name = row["name"].strip()
    identifiers = _parts(row, "identifiers")
    if not identifiers and not any(character.isalnum() for character in name):
        problem = f"{shortened(name)!r} holds no letter or digit" if name else "no name"
        raise _Unusable(problem, "name", row["name"], "give the party's name")
    if len(name) > MAX_NAME:
        raise _Unusable(
            f"a name of {len(name):,} characters", "name", name, f"at most {MAX_NAME:,} characters are accepted"
        )
    kind = row["kind"].strip().casefold() or default_kind
    if kind not in KINDS:
        raise _Unusable(f"kind {shortened(row['kind'])!r}", "kind", row["kind"], f"one of {', '.join(KINDS)}, or empty")
    gender = _GENDERS.get(row["gender"].strip().casefold())
    if gender is None:
        raise _Unusable(
            f"gender {shortened(row['gender'])!r}", "gender", row["gender"], "male (m), female (f) or empty"
        )
    return Query(
        name,
        kind,
        countries=_countries(row, "country"),
        addresses=_whole(row, "address"),
        identifiers=identifiers,
        birth_date=_birth_date(row["birth_date"]),
        other_names=_parts(row, "other_names"),
        birth_places=_whole(row, "birth_place"),
        nationalities=_countries(row, "nationality"),
        gender=gender,
    )


def _parts(row: Mapping[str, Any], field: str) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(part.strip() for part in row[field].split(";") if part.strip()))
    if len(found) > _MAX_PARTS:
        raise _Unusable(f"{len(found)} values", field, row[field], f"at most {_MAX_PARTS} are accepted")
    if any(len(part) > MAX_NAME for part in found):
        raise _Unusable("a value is too long", field, row[field], f"at most {MAX_NAME:,} characters are accepted")
    return found


def _whole(row: Mapping[str, Any], field: str) -> tuple[str, ...]:
    text = row[field].strip()
    if len(text) > MAX_NAME:
        raise _Unusable("the text is too long", field, text, f"at most {MAX_NAME:,} characters are accepted")
    return (text,) if text else ()


def _countries(row: Mapping[str, Any], field: str) -> tuple[str, ...]:
    found = []
    for part in _parts(row, field):
        code, remedy = _country(part)
        if code is None:
            raise _Unusable(f"no country is called {shortened(part)!r}", field, row[field], remedy)
        found.append(code)
    return tuple(dict.fromkeys(found))


@functools.lru_cache(maxsize=10_000)
def _country(text: str) -> tuple[str | None, str]:
    """The code of a country, or what may have been meant."""
    if len(text) <= _SHOWN:
        if code := resolve_country(text):
            return code, ""
        if close := suggest_country(text):
            return None, " or ".join(close)
    return None, "its English name or ISO 3166 code, or empty"


def _birth_date(cell: str) -> str | None:
    text = cell.strip()
    if not text:
        return None
    try:
        if not _DATE.fullmatch(text):
            raise ValueError(text)
        dt.date.fromisoformat(f"{text}-01-01"[:10])
    except ValueError:
        raise _Unusable(
            f"{shortened(text)!r} is no date of birth", "birth_date", cell, "1962, 1962-03 or 1962-03-14, or empty"
        ) from None
    return text


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


def _hit(match: Match, listing: Listing | None) -> dict[str, str]:
    found = {
        "outcome": HIT,
        "score": f"{match.score:.4f}",
        "matched_name": match.matched_name,
        "party_id": match.party.id,
    }
    if listing is None:
        return found
    return found | {
        "list": listing.list_id,
        "programmes": "; ".join(listing.programmes),
        "listed_from": listing.listed_from.isoformat() if listing.listed_from else "",
        "citation": listing.citation.text,
    }
