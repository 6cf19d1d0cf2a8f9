"""Applications and cases: drafts, the queue, one case, its history, clocks, facts for the assessor, retention."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from enduse.cases.application import Application
from enduse.cases.bodies import Drafted
from enduse.cases.events import parse_body
from enduse.cases.human_rights import called_for, criteria_of, gaps
from enduse.interfaces.api.v1.assessments import readable
from enduse.interfaces.api.v1.common import Asked, Cursor, Limit, OnceKey, body_of, once, part, takes
from enduse.interfaces.api.v1.licensing import schemas
from enduse.interfaces.api.v1.licensing.shared import (
    OUTCOMES,
    MissingPart,
    Standing,
    body_schema,
    desk_of,
    page_cursor,
    page_place,
    plain_body,
    shown,
)
from enduse.interfaces.identity.guard import require
from enduse.interfaces.licensing.desk import AUTHORITY, NONE_HELD, Desk, Filters
from enduse.interfaces.licensing.views import deadline_document, missing_document
from enduse.model.codec import to_plain

router = part("Licensing")
Word = Annotated[str, Query(max_length=200)]
Day = Annotated[
    str,
    Query(
        max_length=10,
        description="2026-03-30",
        json_schema_extra={"pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"},
    ),
]


class AskedDraft(Asked):
    """A draft to start from a kept assessment."""

    assessment: str = Field(description="Id of the kept assessment; one that you may read.", max_length=100)
    authority: str = Field(examples=["nl"], max_length=100)
    type: str = Field(examples=["individual"], max_length=100, description="Type of case.")


class AskedErasure(Asked):
    """Why what a case says is taken away."""

    reason: str = Field(min_length=1, max_length=10_000)


class QueueRow(BaseModel):
    """A row of the queue. Clocks, officers and the exporter's id are not there for an exporter."""

    id: str
    url: str
    reference: str
    status: str
    authority: str
    type: str
    destination: str
    submitted: str
    decided: str
    outcomes: str
    licence: str = Field(description="Status of the licence; empty where there is none.")
    seq: int | None = None
    exporter: str | None = None
    officer: str | None = None
    due: str | None = Field(None, description="The next day by which somebody must do something.")
    clock: str | None = None


class QueuePage(BaseModel):
    """Cases, soonest due first; an exporter's in the order of their ids."""

    results: list[QueueRow]
    next: str | None = Field(description="`cursor` of the next page; null on the last.")


class Event(BaseModel):
    """Something that happened."""

    at: str
    by: str = Field(description="Who did it; an exporter reads `exporter` or `authority`.")
    kind: str
    body: dict[str, Any] | None
    seq: int | None = None
    role: str | None = None
    sha256: str | None = Field(None, description="Hash of the body, which stays when the body is erased.")


class Clock(BaseModel):
    """A clock of a case, recomputed from its events."""

    case: str
    clock: str = Field(examples=["uk/20"])
    title: str
    kind: str
    key: str
    start: str | None
    due: str | None
    state: str = Field(examples=["running"])
    left: int
    over: int
    citation: str


class AskedCriterion(BaseModel):
    """A criterion that an assessment of this case answers."""

    id: str = Field(examples=["EU-CP-2"])
    question: str
    mandatory: bool
    citation: str


class Fact(BaseModel):
    """Something known, put before the assessor. It is no finding."""

    subject: str
    fact: str
    source: str


class HumanRights(BaseModel):
    """What the human-rights assessment of a case rests on, and what it lacks."""

    called_for: list[dict[str, Any]]
    criteria: list[AskedCriterion]
    facts: list[Fact]
    missing: list[MissingPart]
    versions: list[dict[str, Any]]


class DenialLikeness(BaseModel):
    """A denial that resembles a line of the case. The score orders, and decides nothing."""

    denial: dict[str, Any]
    line: int
    party: str
    score: str
    identical: str = Field(description="`true`, `false`, or `unknown`, which is asked about.")
    reasons: list[str]
    missing: list[str]


class Keeping(BaseModel):
    """How long a case is kept."""

    until: str | None = Field(description="The first day on which it may be erased; null while it is open.")
    held: bool
    rule: str
    counted_from: str | None
    citation: str
    obstacles: list[MissingPart]


# --- applications


@router.post(
    "/licensing/drafts",
    status_code=201,
    response_model=Standing,
    responses=OUTCOMES,
    openapi_extra=takes(AskedDraft),
    dependencies=[require("case.file")],
)
async def start(request: Request, idempotency_key: OnceKey = None) -> Any:
    """Start an application from a kept assessment: what was said there is not asked again, what was not stays open."""
    asked = await body_of(request, AskedDraft)
    key = once(request, idempotency_key, await request.body())

    def do() -> Response:
        desk = desk_of(request)
        kept = readable(request, asked.assessment)
        case, new = desk.draft(kept, authority=asked.authority, case_type=asked.type, once=key)
        return _opened(request, desk, case, new)

    return await run_in_threadpool(do)


@router.post(
    "/licensing/applications",
    status_code=201,
    response_model=Standing,
    responses=OUTCOMES,
    openapi_extra=body_schema(schemas.schema_of(Application), schemas.APPLICATION),
    dependencies=[require("case.file")],
)
async def apply(request: Request, idempotency_key: OnceKey = None) -> Any:
    """Open a case with a draft. With ``amends`` it is a new version of another, which ends unless it is decided."""
    sent = await plain_body(request)
    key = once(request, idempotency_key, await request.body())

    def do() -> Response:
        desk = desk_of(request)
        body = parse_body("drafted", {"application": sent})
        assert isinstance(body, Drafted)
        case, new = desk.open(body.application, once=key)
        return _opened(request, desk, case, new)

    return await run_in_threadpool(do)


def _opened(request: Request, desk: Desk, case: Any, new: bool) -> Response:
    return shown(request, desk, case, status=201 if new else 200, location=f"/v1/licensing/cases/{case.id}")


# --- cases


@router.get("/licensing/cases", response_model=QueuePage, dependencies=[require("case.view")])
def queue(
    request: Request,
    status: Word = "",
    authority: Word = "",
    type: Word = "",  # noqa: A002 - the column's name
    destination: Word = "",
    officer: Word = "",
    licence: Word = "",
    outcome: Word = "",
    due_by: Day = "",
    q: Annotated[str, Query(max_length=200, description="Words of reference, names, codes.")] = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Any:
    """The cases that you may read, soonest due first; an exporter's own, and nothing else."""
    desk = desk_of(request)
    day = desk_day(request, due_by, "due_by")
    filters = Filters(status, authority, type, destination, officer, licence, outcome, day, q)
    found = desk.queue(filters, limit=limit + 1, after=page_place(cursor))
    rows = [{**row, "url": f"/v1/licensing/cases/{row['id']}"} for _, row in found[:limit]]
    more = len(found) > limit
    last = found[limit - 1][0] if more else None
    return {"results": rows, "next": page_cursor(last.due, last.id) if last else None}


def desk_day(request: Request, text: str, where: str) -> str:
    """A day as a request states it; empty where it states none.

    Raises:
        BadInput: it is none.
    """
    found = request.app.state.service.desk.day(text, where=where)
    return found.isoformat() if found else ""


@router.get(
    "/licensing/cases/{identifier}",
    response_model=Standing,
    responses={**OUTCOMES, 304: {"description": "As the client has it"}},
    dependencies=[require("case.view")],
)
def case(request: Request, identifier: str) -> Any:
    """One case, by who asks: an exporter reads nothing of advice, partners, or who did what in the authority."""
    desk = desk_of(request)
    return shown(request, desk, desk.readable(identifier))


@router.get(
    "/licensing/cases/{identifier}/history",
    response_model=list[Event],
    response_model_exclude_none=False,
    responses=OUTCOMES,
    dependencies=[require("case.view")],
)
def history(request: Request, identifier: str) -> Any:
    """What happened, in order, as you may read it."""
    desk = desk_of(request)
    return desk.history(desk.readable(identifier))


@router.get(
    "/licensing/cases/{identifier}/deadlines",
    response_model=list[Clock],
    responses=OUTCOMES,
    dependencies=[require("case.view")],
)
def deadlines(request: Request, identifier: str) -> Any:
    """Its clocks today, recomputed from its events."""
    desk = desk_of(request)
    found = desk.readable(identifier)
    return [{"case": found.id, **deadline_document(one)} for one in desk.deadlines(found)]


def _for_the_authority(request: Request, identifier: str) -> tuple[Desk, Any]:
    """A case that the person reads as the authority does.

    Raises:
        NotHeld: there is none, or it is their own exporter's.
    """
    desk = desk_of(request)
    found = desk.readable(identifier)
    if found.application is None or desk.side(found.application.exporter) != AUTHORITY:
        raise NONE_HELD
    return desk, found


@router.get(
    "/licensing/cases/{identifier}/human-rights",
    response_model=HumanRights,
    responses=OUTCOMES,
    dependencies=[require("case.view")],
)
def human_rights(request: Request, identifier: str) -> Any:
    """What calls for a human-rights assessment, which criteria it answers, what is known already, what it lacks."""
    desk, found = _for_the_authority(request, identifier)
    facts, policies = desk.facts(found), desk.office.policies
    return {
        "called_for": [
            {"trigger": one.trigger, "title": one.title, "because": list(one.because), "citation": str(one.citation)}
            for one in called_for(facts, policies)
        ],
        "criteria": [
            {"id": one.id, "question": one.question, "mandatory": one.mandatory, "citation": str(one.citation)}
            for one in criteria_of(facts, policies)
        ],
        "facts": [to_plain(one) for one in desk.prefill(found)],
        "missing": [missing_document(one) for one in gaps(facts, policies)],
        "versions": desk.view(found)["assessments"],
    }


@router.get(
    "/licensing/cases/{identifier}/denials",
    response_model=list[DenialLikeness],
    responses=OUTCOMES,
    dependencies=[require("denial.view")],
)
def like_denials(request: Request, identifier: str) -> Any:
    """Denials that resemble the case, the closest first; the reading is put on record."""
    desk, found = _for_the_authority(request, identifier)
    return [
        {
            "denial": to_plain(one.denial, keep_empty=True),
            "line": one.line,
            "party": one.party,
            "score": format(one.score, "f"),
            "identical": one.identical.value,
            "reasons": list(one.reasons),
            "missing": list(one.missing),
        }
        for one in desk.matches(found)
    ]


@router.get(
    "/licensing/cases/{identifier}/retention",
    response_model=Keeping,
    responses=OUTCOMES,
    dependencies=[require("case.view")],
)
def retention(request: Request, identifier: str) -> Any:
    """How long the case is kept, by which rule, and what forbids to erase it today."""
    desk, found = _for_the_authority(request, identifier)
    kept = desk.retention(found)
    return {
        "until": to_plain(kept.until),
        "held": kept.held,
        "rule": kept.rule,
        "counted_from": to_plain(kept.counted_from),
        "citation": str(kept.citation) if kept.citation else "",
        "obstacles": [missing_document(one) for one in kept.obstacles(desk.day(found))],
    }


@router.post(
    "/licensing/cases/{identifier}/erasure",
    response_model=Standing,
    responses=OUTCOMES,
    openapi_extra=takes(AskedErasure),
    dependencies=[require("case.hold")],
)
async def erase(request: Request, identifier: str) -> Any:
    """Take away what a case says of anybody, once its period has passed; hashes and the audit chain stay."""
    asked = await body_of(request, AskedErasure)

    def do() -> Response:
        desk = desk_of(request)
        return JSONResponse(desk.view(desk.erase(identifier, asked.reason)))

    return await run_in_threadpool(do)


@router.get("/licensing/due", response_model=list[Clock], dependencies=[require("case.view")])
def due(request: Request, within: Annotated[int, Query(ge=0, le=3_650, description="So many days.")] = 14) -> Any:
    """What runs out in so many days, and what has passed unmet, over all cases that you may read."""
    return [{"case": case_id, **deadline_document(one)} for case_id, one in desk_of(request).due(within)]
