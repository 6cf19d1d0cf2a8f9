"""The routes in yente's shapes, and their parameters.

Every parameter is honoured, refused, or named in ``warnings``; none is ignored silently. Nothing is stored.
Source: the paths and shapes of yente (https://www.opensanctions.org/docs/api/).
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool

from enduse.formats.plain_json import load_json
from enduse.interfaces.api import about, answers, entities, shapes
from enduse.interfaces.api.answers import MAX_LIMIT, MAX_OFFSET, MatchAsked
from enduse.interfaces.api.filters import Asked
from enduse.interfaces.api.limits import MAX_BODY, known_parameters
from enduse.interfaces.api.opened import State
from enduse.interfaces.api.problems import ABSENT, PROBLEMS, refused
from enduse.interfaces.identity.guard import require
from enduse.model.errors import BadInput
from enduse.model.match import HIT_THRESHOLD

_EXAMPLE_KEYS = ("id", "schema", "properties")

Texts = Annotated[tuple[str, ...], Query(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="At most so many results.")]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="Leave out so many results.")]
Sort = Annotated[tuple[str, ...], Query(max_length=10, description="field:asc or field:desc, several in their order.")]
Fraction = Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)]


router = APIRouter(dependencies=[Depends(known_parameters)])


@router.post(
    "/match/{dataset}",
    dependencies=[require("screen.run")],
    response_model=shapes.MatchResponse,
    responses={**PROBLEMS, **ABSENT, 413: {"description": "The body is too large"}},
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {
                    "schema": shapes.MatchRequest.model_json_schema(ref_template="#/components/schemas/{model}")
                }
            },
        }
    },
    tags=["Matching"],
)
async def match(
    request: Request,
    state: State,
    dataset: str,
    limit: Limit = 5,
    threshold: Fraction = HIT_THRESHOLD,
    cutoff: Fraction = 0.5,
    algorithm: str = "best",
    include_dataset: Texts = (),
    exclude_dataset: Texts = (),
    exclude_schema: Texts = (),
    topics: Texts = (),
    changed_since: str | None = None,
    exclude_entity_ids: Annotated[tuple[str, ...], Query(max_length=50)] = (),
) -> Any:
    """Who on the lists resembles each of the examples."""
    body = await request.body()

    def answer() -> dict[str, Any]:
        asked = _match_request(body)
        filters = Asked(
            dataset=dataset,
            include_dataset=include_dataset,
            exclude_dataset=exclude_dataset,
            exclude_schema=exclude_schema,
            exclude_entity_ids=exclude_entity_ids,
            topics=topics,
            changed_since=changed_since,
        )
        examples = [
            (key, one.id, one.schema_, one.properties, sorted(one.model_extra or ()))
            for key, one in asked.queries.items()
        ]
        unused = [name for name, given in (("weights", asked.weights), ("config", asked.config)) if given]
        return answers.match(
            MatchAsked(filters, examples, limit, threshold, cutoff, algorithm, unused), state.holdings(), state.clock()
        )

    return await run_in_threadpool(answer)


def _match_request(body: bytes) -> shapes.MatchRequest:
    raw = load_json(body, name="body", max_bytes=MAX_BODY)
    if not isinstance(raw, dict):
        raise BadInput("the body is no object", remedy='{"queries": {"q1": {"schema": "Company", "properties": {}}}}')
    try:
        return shapes.MatchRequest.model_validate(raw)
    except ValidationError as error:
        raise refused(error.errors()) from None


@router.get(
    "/search/{dataset}",
    dependencies=[require("screen.run")],
    response_model=shapes.SearchResponse,
    responses={**PROBLEMS, **ABSENT},
    tags=["Matching"],
)
def search(
    state: State,
    dataset: str,
    q: Annotated[str, Query(description="A name; empty for all parties, by pages.")] = "",
    schema: Annotated[str, Query(description="Only this schema and those that extend it.")] = "Thing",
    countries: Texts = (),
    topics: Texts = (),
    datasets: Texts = (),
    include_dataset: Texts = (),
    exclude_dataset: Texts = (),
    exclude_schema: Texts = (),
    changed_since: str | None = None,
    target: bool | None = None,
    filter: Annotated[tuple[str, ...], Query(max_length=100, description="field:value")] = (),  # noqa: A002 - yente's name
    filter_op: Annotated[Literal["AND", "OR"], Query(description="How several values of one filter combine.")] = "OR",
    limit: Limit = 10,
    offset: Offset = 0,
    sort: Sort = (),
    facets: Texts = answers.DEFAULT_FACETS,
    fuzzy: Annotated[bool, Query(description="No influence: the search always tolerates mistakes.")] = False,
    simple: Annotated[bool, Query(description="Always so: q is a name, not a query language.")] = False,
) -> Any:
    """Parties whose names resemble a text."""
    filters = Asked(
        dataset=dataset,
        include_dataset=include_dataset,
        exclude_dataset=exclude_dataset,
        exclude_schema=exclude_schema,
        topics=topics,
        countries=countries,
        datasets=datasets,
        schema=schema,
        target=target,
        changed_since=changed_since,
        filters=filter,
        every=filter_op == "AND",
    )
    unused = [name for name, given in (("fuzzy", fuzzy), ("simple", simple)) if given]
    return answers.search(
        q,
        filters,
        state.holdings(),
        state.clock(),
        limit=limit,
        offset=offset,
        sort=sort,
        facets=facets,
        unused=unused,
    )


@router.get(
    "/entities/{entity_id}",
    dependencies=[require("party.view")],
    response_model=shapes.Entity,
    responses={**PROBLEMS, **ABSENT},
    tags=["Data access"],
)
def entity(
    state: State,
    entity_id: str,
    nested: Annotated[bool, Query(description="Put linked entities in place of their ids.")] = True,
) -> Any:
    """One party, with its sanctions, addresses and documents."""
    return entities.fetch(entity_id, state.holdings(), state.clock(), nested=nested)


@router.get(
    "/entities/{entity_id}/adjacent",
    dependencies=[require("party.view")],
    response_model=shapes.AdjacentEntities,
    responses={**PROBLEMS, **ABSENT},
    tags=["Data access"],
)
def adjacent(state: State, entity_id: str, limit: Limit = 10, offset: Offset = 0, sort: Sort = ()) -> Any:
    """The entities linked to one, by property; ``limit`` and ``offset`` count within each property."""
    return entities.adjacent(
        entity_id, state.holdings(), state.clock(), name=None, limit=limit, offset=offset, sort=sort
    )


@router.get(
    "/entities/{entity_id}/adjacent/{property_name}",
    dependencies=[require("party.view")],
    response_model=shapes.Adjacent,
    responses={**PROBLEMS, **ABSENT},
    tags=["Data access"],
)
def adjacent_by_property(
    state: State, entity_id: str, property_name: str, limit: Limit = 10, offset: Offset = 0, sort: Sort = ()
) -> Any:
    """The entities linked to one by one property."""
    return entities.adjacent(
        entity_id, state.holdings(), state.clock(), name=property_name, limit=limit, offset=offset, sort=sort
    )


@router.get(
    "/catalog",
    dependencies=[require("lists.view")],
    response_model=shapes.Catalog,
    responses={**PROBLEMS},
    tags=["Data access"],
)
def catalog(state: State) -> Any:
    """The data sets: everything, the sources and the lists, with their editions."""
    return about.catalog(state.holdings(), state.clock())


@router.get(
    "/algorithms",
    dependencies=[require("lists.view")],
    response_model=shapes.Algorithms,
    responses={400: PROBLEMS[400]},
    tags=["System"],
)
def algorithms() -> Any:
    """How scores are made."""
    return about.algorithms()
