"""Answers in yente's shapes, made from what is held. Nothing here knows of HTTP."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enduse.formats.ftm.read import Asked as Understood
from enduse.formats.ftm.read import query_of
from enduse.formats.ftm.table import table
from enduse.formats.ftm.write import entity_of
from enduse.interfaces.api.about import OTHER_ALGORITHMS, algorithm_name
from enduse.interfaces.api.entities import order_of, plain
from enduse.interfaces.api.filters import Asked, Filter, checked
from enduse.interfaces.api.holdings import Holdings, Summary, summary_of
from enduse.model.countries import country_name
from enduse.model.errors import BadInput
from enduse.model.match import Match, Query, ScorePart
from enduse.model.party import ListedParty

MAX_QUERIES = 100
MAX_LIMIT = 500
MAX_OFFSET = 9_499
LEAST_CUTOFF = 0.3
"""Scores below are not computed: nobody would look at them, and they cost the most."""
SEARCH_THRESHOLD = 0.4
MAX_FACET_VALUES = 1_000
FACETS = {
    "countries": "Countries",
    "topics": "Topics",
    "datasets": "Data sources",
    "schema": "Types",
    "genders": "Genders",
}
DEFAULT_FACETS = ("countries", "topics", "datasets")


class Refused(BadInput):
    """Several things are wrong at once; each is a line of ``errors``."""

    def __init__(self, problem: str, errors: Sequence[str], *, remedy: str) -> None:
        super().__init__(problem, remedy=remedy)
        self.errors = tuple(errors)


class Unavailable(Exception):
    """There is nothing to answer from: an empty answer would be taken for a clean one."""

    def __init__(self, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class MatchAsked:
    """What a match request asks beside its filters.

    Attributes:
        examples: (key, id, schema, properties, keys without influence).
        unused: names of what was given and has no influence (``weights``, ``config``).
    """

    filters: Asked
    examples: Sequence[tuple[str, str | None, str, Mapping[str, Any], Sequence[str]]]
    limit: int
    threshold: float
    cutoff: float
    algorithm: str
    unused: Sequence[str] = ()


def match(asked: MatchAsked, holdings: Holdings, day: dt.date) -> dict[str, Any]:
    """Who on the lists resembles each example.

    Raises:
        Refused: an example cannot be used; none is answered then, because a client that reads results only would take
            an empty one for a clean answer.
        BadInput, NotHeld, Unavailable: a parameter cannot be used, or there is nothing to answer from.
    """
    selected = checked(asked.filters, holdings)
    _must_answer(selected, holdings)
    warnings = [*selected.warnings, *_algorithm_warnings(asked.algorithm), *_unused(asked.unused)]
    cutoff = min(asked.cutoff, asked.threshold)
    if cutoff < LEAST_CUTOFF:
        warnings.append(f"cutoff {cutoff:g}: scores below {LEAST_CUTOFF:g} are not computed")
        cutoff = LEAST_CUTOFF
    if holdings.decisions:
        warnings.append("decisions recorded with enduse decisions are not applied here: results hold every match")
    if not 1 <= len(asked.examples) <= MAX_QUERIES:
        raise BadInput(
            f"{len(asked.examples)} queries in one request", where="queries", remedy=f"send 1 to {MAX_QUERIES}"
        )
    errors: list[str] = []
    understood: dict[str, tuple[str | None, Understood, Sequence[str]]] = {}
    for key, identifier, schema, properties, unused in asked.examples:
        try:
            understood[key] = (identifier, query_of(schema, properties, where=f"queries.{key[:100]}"), unused)
        except BadInput as error:
            errors.append(error.message())
    responses: dict[str, Any] = {}
    for key, (identifier, one, unused) in understood.items():
        if errors:
            break
        try:
            responses[key] = _matches(identifier, one, unused, asked, cutoff, selected, holdings, day)
        except BadInput as error:
            errors.append(f"queries.{key[:100]}: {error.message()}")
    if errors:
        raise Refused(
            f"{len(errors)} of {len(asked.examples)} queries cannot be used: {errors[0]}",
            errors,
            remedy="mend or leave out these queries; none was answered",
        )
    return {
        "responses": responses,
        "limit": asked.limit,
        "algorithm": algorithm_name(),
        "coverage": _coverage(selected, holdings, day),
        "warnings": warnings,
    }


def _matches(
    identifier: str | None,
    understood: Understood,
    unused: Sequence[str],
    asked: MatchAsked,
    cutoff: float,
    selected: Filter,
    holdings: Holdings,
    day: dt.date,
) -> dict[str, Any]:
    found = [
        one
        for one in holdings.screen(understood.query, max(LEAST_CUTOFF, cutoff))
        if one.score >= cutoff and selected.admits(summary_of(one.party, day))
    ]
    return {
        "status": 200,
        "results": [_scored(one, asked.threshold, day) for one in found[: asked.limit]],
        "total": {"value": sum(one.score >= asked.threshold for one in found), "relation": "eq"},
        "query": {
            "id": identifier,
            "schema": understood.schema.name,
            "properties": {name: list(values) for name, values in understood.properties.items()},
        },
        "warnings": [*understood.warnings, *_unused(unused)],
    }


def _algorithm_warnings(name: str) -> list[str]:
    own = algorithm_name()
    if name in (own, "best", "enduse"):
        return []
    if name in OTHER_ALGORITHMS:
        return [f"algorithm {name} is not run here: the scores are those of {own}"]
    raise BadInput(f"{name[:60]!r} is no algorithm", where="algorithm", remedy=f"{own}, or best; see /algorithms")


def _unused(names: Sequence[str]) -> list[str]:
    return [f"of no influence here: {', '.join(name[:60] for name in names)}"] if names else []


def _scored(found: Match, threshold: float, day: dt.date) -> dict[str, Any]:
    explanations = _explanations(found.explanation)
    return {
        **plain(entity_of(found.party, day), summary_of(found.party, day), nested=False),
        "score": round(found.score, 6),
        "match": found.score >= threshold,
        "features": {name: part["score"] for name, part in explanations.items()},
        "explanations": explanations,
        "matched_name": found.matched_name,
    }


def _explanations(parts: Iterable[ScorePart]) -> dict[str, dict[str, Any]]:
    """The parts of a score by what they are about, those of one sort added up."""
    by_sort: dict[str, list[ScorePart]] = {}
    for part in parts:
        by_sort.setdefault(part.what, []).append(part)
    return {
        what: {
            "score": round(sum(part.contribution for part in found), 6),
            "detail": _joined(part.note for part in found),
            "query": _joined(part.query for part in found),
            "candidate": _joined(part.listed for part in found),
        }
        for what, found in by_sort.items()
    }


def _joined(texts: Iterable[str]) -> str | None:
    return "; ".join(dict.fromkeys(text for text in texts if text)) or None


def _must_answer(selected: Filter, holdings: Holdings) -> None:
    if "default" in selected.scope and not holdings.can_answer:
        raise Unavailable(
            "no list is loaded but the embedded starter listings",
            "enduse lists sync, or start the server with --starter, or ask for the data set starter",
        )


def _coverage(selected: Filter, holdings: Holdings, day: dt.date) -> dict[str, Any]:
    found = holdings.coverage(selected.scope, day)
    return {
        "complete": found.complete,
        "not_checked": list(found.not_checked),
        "stale": list(found.stale),
    }


def search(
    text: str,
    filters: Asked,
    holdings: Holdings,
    day: dt.date,
    *,
    limit: int,
    offset: int,
    sort: Sequence[str] = (),
    facets: Sequence[str] = DEFAULT_FACETS,
    unused: Sequence[str] = (),
) -> dict[str, Any]:
    """Parties whose names resemble a text, or all of them for an empty one, by pages.

    Raises:
        BadInput, NotHeld, Unavailable: a parameter cannot be used, or there is nothing to answer from.
    """
    selected = checked(filters, holdings)
    _must_answer(selected, holdings)
    unknown = [name for name in facets if name not in FACETS]
    if unknown:
        raise BadInput(f"{unknown[0][:60]!r} is no facet here", where="facets", remedy=f"one of {', '.join(FACETS)}")
    keys = [_sort_key(one) for one in sort]
    parties: dict[str, ListedParty] = {}
    if text.strip():
        found, scores = [], {}
        for one in holdings.screen(Query(text), SEARCH_THRESHOLD):
            summary = summary_of(one.party, day)
            if selected.admits(summary) and _has_properties(one.party, selected, day):
                found.append(summary)
                scores[summary.id] = one.score
                parties[summary.id] = one.party
    else:
        if selected.properties:
            raise BadInput("a filter by property without q", where="filter", remedy="give a text to search for as q")
        found = [one for one in holdings.summaries(day) if selected.admits(one)]
        scores = {}
        if not keys:
            found.sort(key=lambda one: one.id)
    for key, missing, descending in reversed(keys):
        found.sort(key=lambda one: key(one, scores), reverse=descending)
        found.sort(key=lambda one: missing(one, scores))
    page = found[offset : offset + limit]
    warnings = [*selected.warnings, *_unused(unused)]
    if any(mark in text for mark in ('"', "*", "~", " AND ", " OR ", " NOT ", ":")):
        warnings.append("q is searched for as a name; operators and wildcards have no meaning")
    return {
        "results": [
            plain(entity_of(parties.get(one.id) or holdings.party_at(one.number), day), one, nested=False)
            for one in page
        ],
        "facets": {name: _facet(name, found, holdings) for name in dict.fromkeys(facets)},
        "total": {"value": len(found), "relation": "eq"},
        "limit": limit,
        "offset": offset,
        "coverage": _coverage(selected, holdings, day),
        "warnings": warnings,
    }


def _has_properties(party: ListedParty, selected: Filter, day: dt.date) -> bool:
    if not selected.properties:
        return True
    properties = entity_of(party, day).properties
    return selected.admits_properties(lambda name: properties.get(name, ()))


Scores = Mapping[str, float]
_SORTS: dict[str, Callable[[Summary, Scores], Any]] = {
    "caption": lambda one, _: one.caption.casefold(),
    "id": lambda one, _: one.id,
    "schema": lambda one, _: one.schema,
    "first_seen": lambda one, _: one.first_seen,
    "last_seen": lambda one, _: one.last_seen,
    "_score": lambda one, scores: scores.get(one.id, 0.0),
    "score": lambda one, scores: scores.get(one.id, 0.0),
}


def _sort_key(text: str) -> tuple[Callable[[Summary, Scores], Any], Callable[[Summary, Scores], bool], bool]:
    """The key of ``field:asc`` or ``field:desc``, and whether it is missing: those stand last either way."""
    name, descending = order_of(text)
    if name not in _SORTS:
        raise BadInput(f"{name[:60]!r} is nothing to sort by", where="sort", remedy=f"one of {', '.join(_SORTS)}")
    key = _SORTS[name]
    return key, lambda one, scores: key(one, scores) == "", descending


def _facet(name: str, found: Sequence[Summary], holdings: Holdings) -> dict[str, Any]:
    values: dict[str, Callable[[Summary], Sequence[str]]] = {
        "countries": lambda one: one.countries,
        "topics": lambda one: one.topics,
        "datasets": lambda one: one.datasets,
        "schema": lambda one: (one.schema,),
        "genders": lambda one: (one.gender,) if one.gender else (),
    }
    counts = Counter(value for one in found for value in values[name](one))
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:MAX_FACET_VALUES]
    return {
        "label": FACETS[name],
        "values": [{"name": one, "label": _label(name, one, holdings), "count": count} for one, count in ordered],
    }


def _label(facet: str, value: str, holdings: Holdings) -> str:
    if facet == "countries":
        return country_name(value.upper()) if len(value) == 2 else value
    if facet == "topics":
        return table().topics[value].label
    if facet == "datasets" and value in holdings.datasets:
        return holdings.datasets[value].title
    return value
