"""Kept assessments and their transactions, one by one and as tables."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.v1.common import (
    ABSENT,
    GONE,
    Asked,
    AsOf,
    Cursor,
    Limit,
    OnceKey,
    body_of,
    once,
    paged,
    part,
    place_of,
    service_of,
    tagged,
    takes,
)
from enduse.interfaces.identity.guard import actor_of, require
from enduse.interfaces.service.desk import checked_laws
from enduse.interfaces.trade.kinds import INTELLIGENCE, KINDS
from enduse.model.errors import BadInput
from enduse.model.kept import Kept
from enduse.model.record import By

router = part("Assessments")
EXAMPLE: dict[str, Any] = {
    "item": {"code": "5A001.j"},
    "from": "DE",
    "destination": "EG",
    "parties": [{"role": "end_user", "name": "Ministry of Interior"}],
    "date": "2026-08-03",
}


class AskedAssessment(Asked):
    """What shall be checked, and how."""

    transaction: dict[str, Any] = Field(description="As `enduse schema transaction` describes it.", examples=[EXAMPLE])
    as_of: str = Field("", description="The day of law and lists; the transaction's own by default.")
    known_on: str = Field("", description="The day whose knowledge counts: what was on file then.")
    laws: list[str] = Field([], max_length=20, description="Whose law; all by default.", examples=[["us", "eu"]])
    strict: bool = Field(False, description="Turn every presumption into a question.")
    require: list[str] = Field([], max_length=50, description="Further lists that the answer must cover.")


class AskedKept(AskedAssessment):
    """What shall be checked and kept."""

    restricted: bool = Field(False, description="Every reading of it is put on record.")


class KeptAssessment(BaseModel):
    """A kept assessment, without the document itself."""

    id: str
    url: str
    record: str = Field(description="Id of its record, which the audit chain tells of.")
    judgement: str = Field(description="SHA-256 of the judgement's bytes.")
    transaction: str = Field(description="Id of the kept transaction.")
    reference: str
    outcome: str = Field(examples=["licence_required"])
    headline: str
    as_of: str
    known_on: str
    owner: str = Field(description="Id of the user who asked.")
    at: str
    restricted: bool


class WholeAssessment(KeptAssessment):
    """A kept assessment with its document."""

    assessment: dict[str, Any] = Field(description="As `enduse schema assessment` describes it.")


class AssessmentPage(BaseModel):
    """Kept assessments, newest first."""

    results: list[KeptAssessment]
    next: str | None = Field(description="`cursor` of the next page; null on the last.")


class KeptTransaction(BaseModel):
    """A kept transaction."""

    id: str
    reference: str
    owner: str
    transaction: dict[str, Any]


class JobState(BaseModel):
    """A job."""

    id: str
    url: str
    kind: str
    state: str = Field(examples=["running"], description="waiting, running, done, failed or cancelled")
    done: int
    total: int
    note: str = Field(description="What went wrong, in words.")
    made: str
    changed: str
    result: str | None = Field(description="Where the result is, once it is done.")


def summary(kept: Kept) -> dict[str, Any]:
    """A kept assessment, without the document."""
    return {
        "id": kept.id,
        "url": f"/v1/assessments/{kept.id}",
        "record": kept.record,
        "judgement": kept.judgement,
        "transaction": kept.transaction,
        "reference": kept.reference,
        "outcome": kept.outcome,
        "headline": kept.headline,
        "as_of": kept.as_of,
        "known_on": kept.known_on,
        "owner": kept.owner,
        "at": kept.at,
        "restricted": kept.restricted,
    }


def readable(request: Request, identifier: str) -> Kept:
    """A kept assessment that the actor may read; the reading is put on record where it is restricted.

    Raises:
        NotHeld: there is none, or only one of somebody else: neither is told from the other.
    """
    address = getattr(request.state, "address", "")
    desk = service_of(request).desk
    return desk.readable(identifier, actor_of(request), address=address, how="read through the API")


@router.post(
    "/assessments",
    status_code=201,
    response_model=WholeAssessment,
    openapi_extra=takes(AskedKept),
    dependencies=[require("assessment.create")],
)
async def create(request: Request, idempotency_key: OnceKey = None) -> Any:
    """Check a transaction and keep the assessment. The same key again gives the same assessment."""
    asked = await body_of(request, AskedKept)
    key = once(request, idempotency_key, await request.body())

    def answer() -> Response:
        desk, actor = service_of(request).desk, actor_of(request)
        found = desk.check(
            asked.transaction,
            as_of=asked.as_of,
            known_on=asked.known_on,
            laws=asked.laws,
            strict=asked.strict,
            require=asked.require,
        )
        kept, new = desk.keep(found, actor, restricted=asked.restricted, once=key)
        content = {**summary(kept), "assessment": desk.document(kept)}
        return JSONResponse(
            content, 201 if new else 200, headers={"location": f"/v1/assessments/{kept.id}", "etag": f'"{kept.record}"'}
        )

    return await run_in_threadpool(answer)


@router.get("/assessments", response_model=AssessmentPage, dependencies=[require("assessment.view")])
def assessments(request: Request, limit: Limit = 50, cursor: Cursor = "") -> Any:
    """Kept assessments, newest first; everybody's or one's own, by the policies."""
    found = service_of(request).desk.assessments(actor_of(request), limit=limit + 1, before=place_of(cursor))
    return paged([summary(one) for one in found], [one.seq for one in found], limit)


@router.get(
    "/assessments/{identifier}",
    response_model=WholeAssessment,
    responses={**ABSENT, **GONE, 304: {"description": "As the client has it"}},
    dependencies=[require("assessment.view")],
)
def assessment(request: Request, identifier: str) -> Any:
    """One kept assessment, with its document: it pins the editions it rests on, and can be replayed."""
    kept = readable(request, identifier)
    content = {**summary(kept), "assessment": service_of(request).desk.document(kept)}
    return tagged(request, content, kept.record)


@router.get(
    "/assessments/{identifier}/judgement",
    responses={**ABSENT, **GONE, 200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    response_class=Response,
    dependencies=[require("assessment.view")],
)
def judgement(request: Request, identifier: str) -> Any:
    """The very bytes of the judgement, whose hash the audit chain holds."""
    kept = readable(request, identifier)
    data = service_of(request).desk.judgement(kept)
    return Response(data, media_type="application/json", headers={"etag": f'"{kept.judgement}"'})


@router.get(
    "/transactions/{identifier}",
    response_model=KeptTransaction,
    responses={**ABSENT, **GONE},
    dependencies=[require("transaction.view")],
)
def transaction(request: Request, identifier: str) -> Any:
    """A kept transaction; reading that of a restricted assessment is put on record."""
    service, actor = service_of(request), actor_of(request)
    store = service.stores.get()
    found = store.casework.transaction(identifier) if store is not None else None
    unknown = NotHeld("there is no such transaction", "assessments name them")
    if store is None or found is None:
        raise unknown
    record, body = found
    if why := service.desk.hides_transaction(actor, record):
        # An id is the hash of what was asked: to tell it from none would tell that somebody else asks the same.
        service.denied(actor, "transaction.view", record.subject, why, request.state.address)
        raise unknown
    if record.content.get("restricted") is True:
        store.casework.was_read(record.subject, by=By.of(actor), reason="read through the API")
    return {
        "id": record.key,
        "reference": record.text("reference"),
        "owner": record.ref,
        "transaction": json.loads(body),
    }


# --- tables


Laws = Annotated[tuple[str, ...], Query(max_length=20, description="Whose law, each by itself; all by default.")]
_TABLE = {
    "requestBody": {
        "required": True,
        "content": {
            "text/csv": {
                "schema": {"type": "string"},
                "example": "reference,item,from,destination,end_user\nr1,5A001.j,DE,EG,Ministry of Interior\n",
            },
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        },
    }
}


def job_document(job: Any) -> dict[str, Any]:
    """A job, as answers show it."""
    return {
        "id": job.id,
        "url": f"/v1/jobs/{job.id}",
        "kind": job.kind,
        "state": job.state,
        "done": job.done,
        "total": job.total,
        "note": job.note,
        "made": job.made,
        "changed": job.changed,
        "result": f"/v1/jobs/{job.id}/result" if job.result else None,
    }


@router.post(
    "/assessments/bulk",
    status_code=202,
    response_model=JobState,
    openapi_extra=_TABLE,
    dependencies=[require("bulk.run")],
)
async def bulk(request: Request, as_of: AsOf = "", laws: Laws = (), idempotency_key: OnceKey = None) -> Any:
    """Check a table of transactions (CSV, XLSX or Parquet as the body); answers with the job's address at once."""
    body = await request.body()
    if not body:
        raise BadInput("the body is empty", where="body", remedy="send the table as the body, not as a form")
    checked_laws(laws)
    key = once(request, idempotency_key, f"{as_of} {','.join(laws)}\n".encode() + body)
    service = service_of(request)
    job = await run_in_threadpool(service.worker.submit, body, actor_of(request), key, service.desk.day(as_of), laws)
    return JSONResponse(job_document(job), 202, headers={"location": f"/v1/jobs/{job.id}"})


def _job(request: Request, identifier: str) -> Any:
    service = service_of(request)
    store = service.stores.get()
    found = store.casework.job(identifier) if store is not None else None
    if found is None or not service.desk.sees_job(actor_of(request), found):
        raise NotHeld("there is no such job", "GET /v1/jobs lists them")
    return found


@router.get("/jobs", response_model=list[JobState], dependencies=[require("job.view")])
def jobs(request: Request, limit: Limit = 50) -> Any:
    """Jobs, newest first."""
    return [job_document(one) for one in service_of(request).desk.jobs(actor_of(request), limit=limit)]


@router.get("/jobs/{identifier}", response_model=JobState, responses=ABSENT, dependencies=[require("job.view")])
def job(request: Request, identifier: str) -> Any:
    """How far a job is."""
    return job_document(_job(request, identifier))


@router.get(
    "/jobs/{identifier}/result",
    responses={
        **ABSENT,
        **GONE,
        200: {"content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": {}}}},
    },
    response_class=Response,
    dependencies=[require("job.view")],
)
def result(request: Request, identifier: str) -> Any:
    """The results of a job that is done, as a table; of one on trade or on the lists, its document."""
    found = _job(request, identifier)
    if not found.result:
        raise NotHeld(f"the job is {found.state}: there is no result", "ask the job how far it is")
    data = service_of(request).stores.need().casework.content(found.result)
    table = found.kind not in (*KINDS, INTELLIGENCE)
    name, kind = ("results.csv", "text/csv; charset=utf-8") if table else ("report.json", "application/json")
    headers = {"content-disposition": f'attachment; filename="{name}"', "etag": f'"{found.result}"'}
    return Response(data, media_type=kind, headers=headers)
