"""Registers beside the cases: denials, tables of indicators, licences by number, statistics."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from enduse.cases.denial_bodies import Denial, DenialReviewed
from enduse.cases.events import parse_body
from enduse.cases.statistics import Release, to_csv
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.v1.common import Asked, body_of, part, takes
from enduse.interfaces.api.v1.licensing import schemas
from enduse.interfaces.api.v1.licensing.shared import (
    OUTCOMES,
    body_schema,
    desk_of,
    office_of,
    plain_body,
)
from enduse.interfaces.identity.guard import actor_of, require
from enduse.interfaces.licensing import registers
from enduse.interfaces.licensing.views import licence_document
from enduse.model.codec import to_plain
from enduse.model.record import By
from enduse.model.time import parse_date

router = part("Licensing")
Name = Annotated[str, Path(max_length=100)]
Authorities = Annotated[
    tuple[str, ...], Query(max_length=50, description="Ids of authorities; those of the layout's law where empty.")
]
From = Annotated[str, Query(alias="from", description="First day.", json_schema_extra={"format": "date"})]
To = Annotated[str, Query(description="The day after the last one.", json_schema_extra={"format": "date"})]
_TABLE: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


class Licence(BaseModel):
    """A licence, with its ledger: what is left of each line."""

    id: str = Field(examples=["NL-2026-1-L1"])
    case: str
    status: str = Field(examples=["active"])
    valid_from: str
    valid_to: str
    lines: list[dict[str, Any]]
    conditions: list[dict[str, Any]]
    usages: list[dict[str, Any]]
    exceptions: list[dict[str, Any]]
    model_config = {"extra": "allow"}


class Reference(BaseModel):
    """A table that profiles of countries rest on."""

    name: str
    sha256: str
    publisher: str
    at: str


class Profile(BaseModel):
    """What an authority holds of a country."""

    country: str
    level: str = Field(examples=["elevated"])
    indicators: list[list[str]] = Field(description="Name, value, publisher and year of each.")
    source: str


class Published(BaseModel):
    """A report: what may be read by anybody."""

    layout: str
    version: int
    sha256: str
    facts: int | None = Field(description="How many decisions; none where a section's total is suppressed.")
    period: list[str]
    tables: list[dict[str, Any]]
    figures: list[list[str]]
    model_config = {"extra": "allow"}


class Released(BaseModel):
    """A frozen release."""

    sha256: str
    url: str
    layout: str
    version: int
    period: list[str]
    at: str
    supersedes: str
    changed: str


class AskedRelease(Asked):
    """A report to freeze."""

    authorities: list[str] = Field([], max_length=50, description="Those of the layout's law where empty.")
    start: str = Field(alias="from", examples=["2026-01-01"], max_length=10)
    to: str = Field(examples=["2027-01-01"], max_length=10, description="The day after the last one.")
    reason: str = Field(max_length=2_000)


# --- what an application states


@router.get("/licensing/authorities", response_model=list[dict[str, Any]], dependencies=[require("rules.view")])
def authorities(request: Request) -> Any:
    """Authorities that can be applied to: types of case, declarations, questions that an application answers."""
    policies = office_of(request).policies
    return [
        {
            "id": one.id,
            "title": one.title,
            "law": one.law,
            "types": [
                {"id": kind.id, "title": kind.title, "kind": kind.kind, "citation": str(kind.citation)}
                for kind in policies.types.values()
                if kind.law == one.law
            ],
            "declarations": list(policies.declarations),
            "questions": [
                {
                    "id": question.id,
                    "basis": question.basis,
                    "text": question.text,
                    "answers": list(question.answers),
                    "citation": str(question.citation),
                }
                for question in policies.questions
                if one.law in question.laws
            ],
        }
        for one in policies.authorities.values()
    ]


# --- licences


@router.get(
    "/licensing/licences/{number}",
    response_model=Licence,
    responses=OUTCOMES,
    dependencies=[require("licence.look_up")],
)
def licence(request: Request, number: Name) -> Any:
    """A licence by its number, as a customs office sees it: whether it holds, and what is left of it."""
    case = registers.licence_by_number(office_of(request), number)
    return JSONResponse({"case": case.id, **(licence_document(case, measures=False) or {})})


# --- denials


@router.get("/licensing/denials", response_model=list[dict[str, Any]], dependencies=[require("denial.view")])
def denials(request: Request) -> Any:
    """Denials, own and partners', that you may read; the reading is put on record."""
    return [to_plain(one, keep_empty=True) for one in registers.visible_denials(desk_of(request))]


@router.post(
    "/licensing/denials",
    status_code=201,
    response_model=dict[str, Any],
    responses=OUTCOMES,
    openapi_extra=body_schema(schemas.schema_of(Denial), schemas.DENIAL),
    dependencies=[require("denial.record")],
)
async def record_denial(request: Request) -> Any:
    """Keep a denial that a partner told of."""
    sent = await plain_body(request)

    def do() -> Response:
        body = parse_body("denial_recorded", sent)
        assert isinstance(body, Denial)
        return JSONResponse(to_plain(registers.record_denial(desk_of(request), body), keep_empty=True), 201)

    return await run_in_threadpool(do)


@router.post(
    "/licensing/denials/reviews",
    response_model=dict[str, Any],
    responses=OUTCOMES,
    openapi_extra=body_schema(schemas.schema_of(DenialReviewed), schemas.DENIAL_REVIEW),
    dependencies=[require("denial.record")],
)
async def review_denial(request: Request) -> Any:
    """Note what its originator said of a partner's denial: renewed, amended or revoked."""
    sent = await plain_body(request)

    def do() -> Response:
        body = parse_body("denial_reviewed", sent)
        assert isinstance(body, DenialReviewed)
        return JSONResponse(to_plain(registers.review_denial(desk_of(request), body), keep_empty=True))

    return await run_in_threadpool(do)


# --- profiles of countries


@router.get("/licensing/references", response_model=list[Reference], dependencies=[require("reference.view")])
def references(request: Request) -> Any:
    """The tables of indicators at hand, and (``levels``) the rules by which a country is elevated."""
    return [
        {"name": one.key, "sha256": one.text("body"), "publisher": one.text("publisher"), "at": one.text("at")}
        for one in registers.references(office_of(request))
    ]


@router.put(
    "/licensing/references/{name}",
    response_model=Reference,
    responses=OUTCOMES,
    openapi_extra=_TABLE,
    dependencies=[require("reference.load")],
)
async def load_reference(
    request: Request,
    name: Name,
    reason: Annotated[str, Query(max_length=2_000)],
    publisher: Annotated[str, Query(max_length=200, description="Where the table does not say.")] = "",
) -> Any:
    """Load a table of indicators (CSV), or as ``levels`` the rules of levels (YAML); the one before stays on record."""
    body = await request.body()

    def do() -> Response:
        by = By.of(actor_of(request))
        kept = registers.load_reference(office_of(request), name, body, publisher, by=by, reason=reason)
        answer = {"name": kept.key, "sha256": kept.text("body"), "publisher": publisher, "at": kept.text("at")}
        return JSONResponse(answer)

    return await run_in_threadpool(do)


@router.get("/licensing/profiles", response_model=list[Profile], dependencies=[require("reference.view")])
def profiles(request: Request) -> Any:
    """The profiles that follow from the tables. A country that is not there is unknown, not ordinary."""
    return [
        {
            "country": one.country,
            "level": one.level,
            "indicators": [list(row) for row in one.indicators],
            "source": one.source,
        }
        for one in registers.country_profiles(office_of(request))
    ]


# --- statistics


def _day(text: str, where: str) -> dt.date:
    return parse_date(text, where=where)


def release_document(made: Release) -> dict[str, Any]:
    """A report as JSON."""
    plain: dict[str, Any] = to_plain(made, keep_empty=True)
    return {**plain, "sha256": made.sha256}


@router.get(
    "/licensing/statistics/{layout}",
    response_model=Published,
    responses={**OUTCOMES, 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    dependencies=[require("statistics.view")],
)
def statistics(
    request: Request,
    layout: Name,
    start: From,
    to: To,
    authority: Authorities = (),
    format: Annotated[Literal["json", "csv"], Query(description="csv for a table")] = "json",  # noqa: A002
) -> Any:
    """A report of the decisions of a period, as it would be released today; small cells are suppressed."""
    office = office_of(request)
    made = registers.report(office, layout, authority, _day(start, "from"), _day(to, "to"))
    if format == "csv":
        return Response(to_csv(made), media_type="text/csv; charset=utf-8")
    return JSONResponse(release_document(made))


def _released(one: registers.Frozen) -> dict[str, Any]:
    made = one.content
    return {
        "sha256": one.sha256,
        "url": f"/v1/licensing/releases/{one.sha256}",
        "layout": made.layout,
        "version": made.version,
        "period": [day.isoformat() for day in made.period],
        "at": one.made,
        "supersedes": made.supersedes,
        "changed": made.changed,
    }


@router.post(
    "/licensing/statistics/{layout}/releases",
    status_code=201,
    response_model=Released,
    responses=OUTCOMES,
    openapi_extra=takes(AskedRelease),
    dependencies=[require("statistics.publish")],
)
async def publish(request: Request, layout: Name) -> Any:
    """Freeze a report under its hash. A revision stands beside what was released before, and names it."""
    asked = await body_of(request, AskedRelease)

    def do() -> Response:
        made = registers.publish(
            office_of(request),
            layout,
            asked.authorities,
            _day(asked.start, "from"),
            _day(asked.to, "to"),
            by=By.of(actor_of(request)),
            reason=asked.reason,
        )
        return JSONResponse(_released(made), 201, headers={"location": f"/v1/licensing/releases/{made.sha256}"})

    return await run_in_threadpool(do)


@router.get("/licensing/releases", response_model=list[Released], dependencies=[require("statistics.view")])
def released(request: Request) -> Any:
    """Every release, with what it supersedes."""
    return [_released(one) for one in registers.releases(office_of(request))]


@router.get(
    "/licensing/releases/{sha256}",
    response_model=Published,
    responses={**OUTCOMES, 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
    dependencies=[require("statistics.view")],
)
def one_release(
    request: Request,
    sha256: Name,
    format: Annotated[Literal["json", "csv"], Query(description="csv for a table")] = "json",  # noqa: A002
) -> Any:
    """A release, as it was frozen."""
    found = next((one for one in registers.releases(office_of(request)) if one.sha256 == sha256), None)
    if found is None:
        raise NotHeld("there is no such release", "GET /v1/licensing/releases lists them")
    if format == "csv":
        return Response(to_csv(found.content), media_type="text/csv; charset=utf-8")
    return JSONResponse(release_document(found.content))
