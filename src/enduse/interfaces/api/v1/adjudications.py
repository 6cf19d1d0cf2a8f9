"""Decisions on hits: made, read, withdrawn; each is a record that stays."""

from __future__ import annotations

from typing import Any, Literal

from fastapi import Request
from fastapi.responses import JSONResponse
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.v1.answers import AskedQuery, query_from
from enduse.interfaces.api.v1.common import (
    ABSENT,
    Asked,
    Cursor,
    Limit,
    OnceKey,
    body_of,
    once,
    paged,
    part,
    place_of,
    service_of,
    takes,
)
from enduse.interfaces.identity.guard import actor_of, require
from enduse.model.decision import Verdict, decision_document
from enduse.model.errors import BadInput
from enduse.model.record import By

router = part("Adjudications")


class AskedDecision(AskedQuery):
    """A decision on a hit."""

    party_id: str = Field(max_length=500, description="Id of the listed party.")
    verdict: Literal["different", "same"]
    reason: str = Field(min_length=1, max_length=10_000)


class AskedWithdrawal(Asked):
    """Why a decision no longer stands."""

    reason: str = Field(min_length=1, max_length=10_000)


@router.post(
    "/adjudications",
    status_code=201,
    response_model=dict[str, Any],
    openapi_extra=takes(AskedDecision),
    dependencies=[require("adjudication.create")],
)
async def create(request: Request, idempotency_key: OnceKey = None) -> Any:
    """Say that a hit is, or is not, whom the query means. It supersedes what stood for the pair."""
    asked = await body_of(request, AskedDecision)
    key = once(request, idempotency_key, await request.body())

    def answer() -> JSONResponse:
        desk, actor = service_of(request).desk, actor_of(request)
        made = desk.adjudicate(query_from(asked), asked.party_id, Verdict(asked.verdict), asked.reason, actor, key)
        return JSONResponse(
            {"id": made.id, **decision_document(made)}, 201, headers={"location": f"/v1/adjudications/{made.id}"}
        )

    return await run_in_threadpool(answer)


@router.get("/adjudications", response_model=dict[str, Any], dependencies=[require("adjudication.view")])
def adjudications(request: Request, limit: Limit = 50, cursor: Cursor = "") -> Any:
    """Decisions, newest first; superseded ones too."""
    before, store = place_of(cursor), service_of(request).stores.get()
    found = list(enumerate(store.decisions.all(), start=1)) if store is not None else []
    rows = [(place, one) for place, one in reversed(found) if before is None or place < before][: limit + 1]
    return paged([{"id": one.id, **decision_document(one)} for _, one in rows], [place for place, _ in rows], limit)


@router.get(
    "/adjudications/{identifier}",
    response_model=dict[str, Any],
    responses=ABSENT,
    dependencies=[require("adjudication.view")],
)
def adjudication(request: Request, identifier: str) -> Any:
    """One decision with its evidence."""
    store = service_of(request).stores.get()
    try:
        if store is None:
            raise BadInput("there is no decision")
        found = store.decisions.find(identifier)
    except BadInput as error:
        raise NotHeld(error.problem, "GET /v1/adjudications lists them") from None
    return {"id": found.id, **decision_document(found)}


@router.post(
    "/adjudications/{identifier}/withdrawal",
    status_code=201,
    response_model=dict[str, Any],
    responses=ABSENT,
    openapi_extra=takes(AskedWithdrawal),
    dependencies=[require("adjudication.create")],
)
async def withdraw(request: Request, identifier: str, idempotency_key: OnceKey = None) -> Any:
    """Withdraw a decision: the hit comes back."""
    asked = await body_of(request, AskedWithdrawal)
    key = once(request, idempotency_key, await request.body())

    def answer() -> JSONResponse:
        by, store = By.of(actor_of(request)), service_of(request).stores.get()
        if store is None:
            raise NotHeld("there is no decision", "GET /v1/adjudications lists them")
        made = store.decisions.withdraw(identifier, by=by.actor, role=by.role, reason=asked.reason, once=key)
        return JSONResponse({"id": made.id, **decision_document(made)}, 201)

    return await run_in_threadpool(answer)
