"""Requests and answers as they go over the wire, for checking and for the OpenAPI document.

Names and nesting are those of yente's answers (https://www.opensanctions.org/docs/api/), so that its clients can read
them. What we add: ``warnings``, ``coverage``, ``matched_name``, ``algorithm``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_PARTY: dict[str, Any] = {
    "id": "starter.el-aksu-district-public-security-bureau",
    "caption": "Aksu District Public Security Bureau",
    "schema": "PublicBody",
    "properties": {"name": ["Aksu District Public Security Bureau"], "country": ["cn"], "topics": ["export.control"]},
    "datasets": ["starter", "EL"],
    "referents": [],
    "target": True,
}


class Entity(BaseModel):
    """A FollowTheMoney entity. Nested ones stand among the properties."""

    model_config = ConfigDict(populate_by_name=True, json_schema_extra={"examples": [_PARTY]})

    id: str
    caption: str
    schema_: str = Field(alias="schema")
    properties: dict[str, list[str | Entity]]
    datasets: list[str] = Field([], description="The source, then the lists.")
    referents: list[str] = Field([], description="Always empty: parties of different sources are not merged.")
    target: bool = Field(False, description="A listing is, or may be, in force today.")
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    last_change: datetime | None = Field(None, description="Always null: changes are known by edition only.")


class Feature(BaseModel):
    """One part of a score: what it added or took, and why."""

    score: float
    detail: str | None = None
    query: str | None = None
    candidate: str | None = None


class ScoredEntity(Entity):
    """A listed party that resembles the query."""

    score: float = Field(ge=0, le=1)
    match: bool = Field(description="The score is at or above the threshold.")
    features: dict[str, float] = Field(description="Explanations as bare numbers, for older clients.")
    explanations: dict[str, Feature]
    matched_name: str = Field(description="The listed name that scored best.")


class Total(BaseModel):
    """How many there are."""

    value: int
    relation: str = "eq"


class CoverageReport(BaseModel):
    """How far the answer can be relied on to be complete: an empty answer from incomplete lists says nothing."""

    complete: bool
    not_checked: list[str] = Field([], examples=[["UVL: not loaded: sync us_csl or us_bis_uvl"]])
    stale: list[str] = []


class Example(BaseModel):
    """Whom to look for, as an entity by example. Keys of an entity that have no influence are named in warnings."""

    model_config = ConfigDict(extra="allow", populate_by_name=True)

    id: str | None = None
    schema_: str = Field(alias="schema", examples=["Company"])
    properties: dict[str, Any] = Field(examples=[{"name": ["Example Trading"], "jurisdiction": ["cn"]}])


class MatchRequest(BaseModel):
    """Up to 100 examples, each under a key of the caller's."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [{"queries": {"q1": {"schema": "Company", "properties": {"name": ["Hikvision Digital"]}}}}]
        },
    )

    queries: dict[str, Example]
    weights: dict[str, Any] = Field({}, description="Accepted and named in warnings: the scores here are calibrated.")
    config: dict[str, Any] = Field({}, description="Accepted and named in warnings, as weights.")


class Echo(BaseModel):
    """The query as it was understood."""

    model_config = ConfigDict(populate_by_name=True)

    id: str | None = None
    schema_: str = Field(alias="schema")
    properties: dict[str, list[str]]


class Matches(BaseModel):
    """The answer to one example; ``total`` counts those at or above the threshold, whatever the limit."""

    status: int = 200
    results: list[ScoredEntity]
    total: Total
    query: Echo
    warnings: list[str] = []


class MatchResponse(BaseModel):
    """The answers by the keys of the queries."""

    responses: dict[str, Matches]
    limit: int
    algorithm: str = Field(examples=["enduse-v3"])
    coverage: CoverageReport
    warnings: list[str] = []


class FacetValue(BaseModel):
    """How many results have a value."""

    name: str
    label: str
    count: int


class Facet(BaseModel):
    """Counts by value, over all results and not only the page."""

    label: str
    values: list[FacetValue]


class SearchResponse(BaseModel):
    """A page of results."""

    results: list[Entity]
    facets: dict[str, Facet]
    total: Total
    limit: int
    offset: int
    coverage: CoverageReport
    warnings: list[str] = []


class Adjacent(BaseModel):
    """The entities behind one property, by pages."""

    results: list[str | Entity]
    total: Total
    limit: int
    offset: int


class AdjacentEntities(BaseModel):
    """An entity and those linked to it, by property."""

    entity: Entity
    adjacent: dict[str, Adjacent]


class Publisher(BaseModel):
    """Who publishes a source."""

    name: str
    official: bool


class DatasetEntry(BaseModel):
    """One data set: a source, a list, or all of them together (``default``)."""

    name: str
    title: str
    summary: str | None = None
    url: str | None = None
    version: str | None = Field(None, description="Date of the newest edition.")
    entity_count: int = 0
    updated_at: datetime | None = None
    publisher: Publisher | None = None
    load: bool
    index_version: str | None = None
    index_current: bool = False
    children: list[str] = []
    tags: list[str] = []


class Catalog(BaseModel):
    """What is held, and how fresh it is."""

    datasets: list[DatasetEntry]
    current: list[str]
    outdated: list[str]
    index_stale: bool


class Algorithm(BaseModel):
    """A way of scoring, with the parts of its scores."""

    name: str
    description: str
    features: dict[str, dict[str, Any]]
    docs: dict[str, Any]


class Algorithms(BaseModel):
    """The ways of scoring."""

    algorithms: list[Algorithm]
    default: str
    best: str


Entity.model_rebuild()
