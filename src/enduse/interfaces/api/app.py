"""The application: routes, their parameters, and errors as problems that say how to mend them.

Every parameter is honoured, refused, or named in ``warnings``; none is ignored silently. Nothing is stored.
Sources: the paths and shapes of yente (https://www.opensanctions.org/docs/api/); RFC 9457 for problems.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import threading
from collections.abc import AsyncIterator, Callable
from http import HTTPStatus
from typing import Annotated, Any, Literal

import anyio.to_thread
from fastapi import APIRouter, Depends, FastAPI, Query, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from enduse.formats.plain_json import load_json
from enduse.interfaces.api import about, answers, entities, shapes
from enduse.interfaces.api.answers import MAX_LIMIT, MAX_OFFSET, MatchAsked, Refused, Unavailable
from enduse.interfaces.api.filters import Asked
from enduse.interfaces.api.holdings import Holdings, NotHeld
from enduse.interfaces.api.limits import MAX_BODY, BoundedBody, TooLarge, known_parameters
from enduse.model.errors import BadInput, EndUseError
from enduse.model.match import HIT_THRESHOLD
from enduse.version import __version__

Clock = Callable[[], dt.date]
_PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"model": shapes.Problem, "description": "The request cannot be used; says how to mend it"},
    503: {"model": shapes.Problem, "description": "No list is loaded, or the lists are still being opened"},
}
_ABSENT: dict[int | str, dict[str, Any]] = {404: {"model": shapes.Problem, "description": "Nothing of that name"}}
_EXAMPLE_KEYS = ("id", "schema", "properties")

Texts = Annotated[tuple[str, ...], Query(max_length=100)]
Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT, description="At most so many results.")]
Offset = Annotated[int, Query(ge=0, le=MAX_OFFSET, description="Leave out so many results.")]
Sort = Annotated[tuple[str, ...], Query(max_length=10, description="field:asc or field:desc, several in their order.")]
Fraction = Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)]


class _State:
    """The holdings, once they are open; before that, and after a failure, the reason why not."""

    def __init__(self, open_holdings: Callable[[], Holdings], clock: Clock) -> None:
        self._open = open_holdings
        self.clock = clock
        self._holdings: Holdings | None = None
        self._problem = "the lists are being opened"

    def start(self) -> None:
        """Open the holdings beside the server, so that it can say meanwhile that it is not ready."""
        threading.Thread(target=self._opening, name="open lists", daemon=True).start()

    def _opening(self) -> None:
        try:
            self._holdings = self._open()
        except (EndUseError, OSError) as error:
            self._problem = f"the lists cannot be opened: {error}"

    def holdings(self) -> Holdings:
        if self._holdings is None:
            raise Unavailable(self._problem, "ask /readyz again")
        return self._holdings


def create_app(open_holdings: Callable[[], Holdings], clock: Clock) -> FastAPI:
    """The application.

    Args:
        open_holdings: opens the lists; called once, in a thread of its own, when the server starts.
        clock: the civil date.
    """
    state = _State(open_holdings, clock)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Answers are work for the processor alone: more threads than cores only get into each other's way.
        anyio.to_thread.current_default_thread_limiter().total_tokens = max(2, os.cpu_count() or 2)
        state.start()
        yield

    app = FastAPI(
        title="enduse",
        version=__version__,
        description="Screening in the shapes of yente: FollowTheMoney entities in and out. Read-only; stores nothing.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        dependencies=[Depends(known_parameters)],
        exception_handlers=_HANDLERS,
    )
    app.state.enduse = state
    app.add_middleware(BoundedBody)
    app.include_router(router)
    return app


def _state(request: Request) -> _State:
    found: _State = request.app.state.enduse
    return found


State = Annotated[_State, Depends(_state)]
router = APIRouter()


@router.post(
    "/match/{dataset}",
    response_model=shapes.MatchResponse,
    responses={**_PROBLEMS, **_ABSENT, 413: {"model": shapes.Problem, "description": "The body is too large"}},
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
        raise _refused(error.errors()) from None


@router.get(
    "/search/{dataset}", response_model=shapes.SearchResponse, responses={**_PROBLEMS, **_ABSENT}, tags=["Matching"]
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
    "/entities/{entity_id}", response_model=shapes.Entity, responses={**_PROBLEMS, **_ABSENT}, tags=["Data access"]
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
    response_model=shapes.AdjacentEntities,
    responses={**_PROBLEMS, **_ABSENT},
    tags=["Data access"],
)
def adjacent(state: State, entity_id: str, limit: Limit = 10, offset: Offset = 0, sort: Sort = ()) -> Any:
    """The entities linked to one, by property; ``limit`` and ``offset`` count within each property."""
    return entities.adjacent(
        entity_id, state.holdings(), state.clock(), name=None, limit=limit, offset=offset, sort=sort
    )


@router.get(
    "/entities/{entity_id}/adjacent/{property_name}",
    response_model=shapes.Adjacent,
    responses={**_PROBLEMS, **_ABSENT},
    tags=["Data access"],
)
def adjacent_by_property(
    state: State, entity_id: str, property_name: str, limit: Limit = 10, offset: Offset = 0, sort: Sort = ()
) -> Any:
    """The entities linked to one by one property."""
    return entities.adjacent(
        entity_id, state.holdings(), state.clock(), name=property_name, limit=limit, offset=offset, sort=sort
    )


@router.get("/catalog", response_model=shapes.Catalog, responses={**_PROBLEMS}, tags=["Data access"])
def catalog(state: State) -> Any:
    """The data sets: everything, the sources and the lists, with their editions."""
    return about.catalog(state.holdings(), state.clock())


@router.get("/algorithms", response_model=shapes.Algorithms, responses={400: _PROBLEMS[400]}, tags=["System"])
def algorithms() -> Any:
    """How scores are made."""
    return about.algorithms()


@router.get("/healthz", response_model=shapes.Status, responses={400: _PROBLEMS[400]}, tags=["System"])
async def healthz() -> Any:
    """The server runs."""
    return {"status": "ok"}


@router.get("/readyz", response_model=shapes.Status, responses={**_PROBLEMS}, tags=["System"])
async def readyz(state: State) -> Any:
    """The lists are open and there is something to answer from."""
    if not state.holdings().can_answer:
        raise Unavailable(
            "no list is loaded but the embedded starter listings", "enduse lists sync, or start with --starter"
        )
    return {"status": "ok"}


def _problem(
    status: int, detail: str, *, where: str = "", remedy: str = "", errors: tuple[str, ...] = ()
) -> JSONResponse:
    title = HTTPStatus(status).phrase
    content = shapes.Problem(
        title=title, status=status, detail=detail, where=where, remedy=remedy, errors=list(errors)
    ).model_dump()
    headers = {"Retry-After": "5"} if status == 503 else None
    return JSONResponse(content, status, media_type="application/problem+json", headers=headers)


async def _bad_input(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BadInput)
    errors = error.errors if isinstance(error, Refused) else ()
    status = 413 if isinstance(error, TooLarge) else 400
    return _problem(status, error.message(), where=error.where, remedy=error.remedy, errors=errors)


async def _not_held(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, NotHeld)
    detail = f"{error.problem} ({error.remedy})" if error.remedy else error.problem
    return _problem(404, detail, remedy=error.remedy)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Unavailable)
    return _problem(503, f"{error.problem} ({error.remedy})", remedy=error.remedy)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return await _bad_input(_, _refused(error.errors()))


async def _http(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    remedy = "see /openapi.json for the paths and methods" if error.status_code in (404, 405) else ""
    return _problem(error.status_code, str(error.detail), remedy=remedy)


async def _failed(_: Request, error: Exception) -> JSONResponse:
    return _problem(503, str(error)) if isinstance(error, EndUseError) else _problem(500, "internal error: a defect")


def _refused(found: Any) -> Refused:
    """What a validator found, as lines of place and reason; values are not repeated, they may be long or private."""
    lines = [f"{'.'.join(str(part)[:60] for part in one['loc'])}: {one['msg']}" for one in list(found)[:20]]
    return Refused(lines[0] if lines else "the request cannot be used", lines, remedy="see /openapi.json")


_HANDLERS: dict[int | type[Exception], Any] = {
    BadInput: _bad_input,
    NotHeld: _not_held,
    Unavailable: _unavailable,
    RequestValidationError: _invalid,
    HTTPException: _http,
    EndUseError: _failed,
    Exception: _failed,
}
