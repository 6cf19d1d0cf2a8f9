"""Trade and customs declarations: looked through by a job for signs of diversion; reports, methods, stored files."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.v1.assessments import JobState, job_document
from enduse.interfaces.api.v1.common import ABSENT, GONE, Limit, OnceKey, once, part, service_of
from enduse.interfaces.identity.guard import actor_of, require
from enduse.interfaces.licensing.documents.rendered import FORMS
from enduse.interfaces.trade.analysis import asked_of, countries
from enduse.interfaces.trade.methods import methods
from enduse.interfaces.trade.reports import NoPdf, report_document, report_file, report_job, report_jobs
from enduse.interfaces.trade.usage import asked_use, found_in_use, use_document
from enduse.interfaces.trade.work import TradeWork, declarations_work, flows_work, stored_files
from enduse.model.errors import BadInput

router = part("Trade")
_BINARY = {"schema": {"type": "string", "format": "binary"}}
_FLOWS = {
    "requestBody": {
        "description": "A file of UN Comtrade, where none that is stored is asked for.",
        "content": {"text/csv": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}},
    }
}
_TABLE = {
    "requestBody": {
        "required": True,
        "description": "The table of declarations (docs/diversion.md): CSV, XLSX or Parquet.",
        "content": {"text/csv": {"schema": {"type": "string"}}},
    }
}
Countries = Annotated[
    str, Query(max_length=2_000, description="Countries, with commas: DE, FR.", json_schema_extra={"examples": ["DE"]})
]


def _document(job: Any) -> dict[str, Any]:
    return job_document(job) | {"url": f"/v1/trade/reports/{job.id}"}


@router.get("/trade/indicators", response_model=dict[str, Any], dependencies=[require("trade.view")])
def indicators() -> Any:
    """Every sign of diversion: what it asks, its method, its evidence, and how often it was wrong in simulation."""
    return {"results": [one.document for one in methods().values()]}


@router.get("/trade/files", response_model=dict[str, Any], dependencies=[require("trade.view")])
def files(request: Request) -> Any:
    """The files of trade that the installation keeps (folder `trade` of the data directory)."""
    found = stored_files(service_of(request).settings.data)
    return {"results": [{"name": name, "bytes": size} for name, size in found]}


@router.post(
    "/trade/signs",
    status_code=202,
    response_model=JobState,
    openapi_extra=_FLOWS,
    dependencies=[require("trade.run")],
)
async def signs(
    request: Request,
    origin: Countries = "",
    restricted: Countries = "",
    control_date: str = Query("", max_length=20, description="The day on which the control began: 2022-03-01."),
    hub: Countries = "",
    code: str = Query("", max_length=2_000, description="HS codes, with commas; default: all of high priority."),
    edition: str = Query("", max_length=20, description="Edition of the Harmonised System: HS2022."),
    join_unverified: bool = Query(False, description="Join editions said to name the same goods, though unverified."),
    stored: Annotated[list[str], Query(max_length=8, description="Names of stored files (repeatable).")] = [],  # noqa: B006
    idempotency_key: OnceKey = None,
) -> Any:
    """Look through trade between countries: a file as the body, stored files, or both. Answers with the job at once."""
    body = await request.body()
    asked = asked_of([origin], [restricted], control_date, [hub], [code], edition, unverified=join_unverified)
    json_like = body[:200].lstrip()[:1] in (b"{", b"[")
    sent = [("body.json" if json_like else "body.csv", body)] if body else []
    data = service_of(request).settings.data
    work = await run_in_threadpool(flows_work, asked, sent, stored, data)
    return await _submitted(request, work, idempotency_key)


@router.post(
    "/trade/declarations",
    status_code=202,
    response_model=JobState,
    openapi_extra=_TABLE,
    dependencies=[require("trade.run")],
)
async def declarations(
    request: Request,
    restricted: Countries = "",
    threshold: float | None = Query(None, gt=0, lt=1e15, description="US dollars below which less is asked."),
    lists: bool = Query(False, description="Compare new consignees with the addresses of the lists at hand."),
    idempotency_key: OnceKey = None,
) -> Any:
    """Look through customs declarations (CSV, XLSX or Parquet as the body). Answers with the job at once."""
    body = await request.body()
    if not body:
        raise BadInput("the body is empty", where="body", remedy="send the table as the body, not as a form")
    ending = ".xlsx" if body[:4] == b"PK\x03\x04" else ".parquet" if body[:4] == b"PAR1" else ".csv"
    work = declarations_work((f"table{ending}", body), countries([restricted], "restricted"), threshold, lists)
    return await _submitted(request, work, idempotency_key)


async def _submitted(request: Request, work: TradeWork, key: str | None) -> JSONResponse:
    service, actor = service_of(request), actor_of(request)
    job = await run_in_threadpool(service.worker.submit_trade, work, actor, once(request, key, work.as_bytes()))
    document = _document(job)
    return JSONResponse(document, 202, headers={"location": document["url"]})


@router.get("/trade/licences", response_model=dict[str, Any], dependencies=[require("alert.licences")])
def licences(
    request: Request,
    day: str = Query("", max_length=20, description="As of which day, over the year before it; today when empty."),
    threshold: str = Query("", max_length=20, description="A value below which less is asked of a delivery."),
    currency: str = Query("", max_length=10, description="Of the value, ISO 4217; EUR when empty."),
    restricted: Countries = "",
) -> Any:
    """Look through what left under licences for signs of diversion; each with evidence and how often it is wrong."""
    service = service_of(request)
    asked = asked_use(service.today(), day, threshold, currency, [restricted])
    return use_document(asked, found_in_use(service.office, asked))


@router.get("/trade/reports", response_model=dict[str, Any], dependencies=[require("trade.view")])
def reports(request: Request, limit: Limit = 50) -> Any:
    """The reports, newest first, with how far each is."""
    return {"results": [_document(one) for one in report_jobs(service_of(request).stores.get(), limit=limit)]}


@router.get(
    "/trade/reports/{identifier}",
    response_model=dict[str, Any],
    responses=ABSENT,
    dependencies=[require("trade.view")],
)
def one(request: Request, identifier: str) -> Any:
    """How far a report is, and once it is done its `report`: the document of `enduse trade ... --json`, with series."""
    store = service_of(request).stores.get()
    job = report_job(store, identifier)
    document = report_document(store, job) if store is not None and job.result else None
    return JSONResponse(_document(job) | {"report": document})


@router.get(
    "/trade/reports/{identifier}/file",
    responses={**ABSENT, **GONE, 200: {"content": {"application/pdf": _BINARY, "text/html": _BINARY}}},
    response_class=Response,
    dependencies=[require("trade.view")],
)
def file(
    request: Request,
    identifier: str,
    form: str = Query("pdf", max_length=10, description="`pdf` or `html`.", json_schema_extra={"enum": list(FORMS)}),
) -> Any:
    """The report on trade between countries as a file, with its pictures: PDF, or one HTML page without scripts."""
    service = service_of(request)
    store = service.stores.get()
    job = report_job(store, identifier)
    assert store is not None  # it holds the job
    try:
        found = report_file(store, job, form, service.office.fonts)
    except NoPdf as why:
        raise NotHeld(str(why), "form=html says the same") from None
    return Response(found.body, headers=dict(found.headers), media_type=found.media_type)
