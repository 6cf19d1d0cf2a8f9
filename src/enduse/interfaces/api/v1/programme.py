"""The programme under /v1: register, evidence, scorecards, transparency reports, and the law of the coalition."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse, Response
from starlette.concurrency import run_in_threadpool

from enduse.interfaces.api.v1.common import ABSENT, AsOf, body_of, part, service_of, takes
from enduse.interfaces.api.v1.programme_shapes import (
    AskedConsultation,
    AskedEvidence,
    AskedPeriod,
    Card,
    Controls,
    Draft,
    History,
    Imported,
    Piece,
    Published,
    Register,
    Side,
    Transparency,
)
from enduse.interfaces.identity.guard import actor_of, require
from enduse.interfaces.law import law_at_hand
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.programme import cards, controls, impacts, registers, transparency
from enduse.interfaces.programme.gather import evidence, record
from enduse.interfaces.programme.shelf import member_of, published
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from enduse.model.record import By
from enduse.model.time import parse_date
from enduse.programme.published import CardTold, Comparison, as_it_is
from enduse.programme.register import Initiative, by_member, overdue, totals, write_register
from enduse.programme.scorecard import Evidence

router = part("Programme")
READ, VIEW, KEEP = "programme.view", "statistics.view", "statistics.publish"
Id = Annotated[str, Path(max_length=150)]
From = Annotated[str, Query(alias="from", description="First day.", json_schema_extra={"format": "date"})]
To = Annotated[str, Query(description="The day after the last one.", json_schema_extra={"format": "date"})]
Word = Annotated[str, Query(max_length=300)]
Form = Annotated[Literal["json", "csv"], Query(description="csv for a table")]
_CSV: dict[int | str, dict[str, Any]] = {200: {"content": {"text/csv": {"schema": {"type": "string"}}}}}
_FILES: dict[int | str, dict[str, Any]] = {
    200: {"content": {name: {"schema": {"type": "string"}} for name in ("text/csv", "text/html", "application/pdf")}}
}
_TABLE: dict[str, Any] = {"requestBody": {"required": True, "content": {"text/csv": {"schema": {"type": "string"}}}}}


def _office(request: Request) -> Office:
    return service_of(request).office


def _period(start: str, to: str) -> tuple[dt.date, dt.date]:
    return parse_date(start, where="from"), parse_date(to, where="to")


def _csv(text: str) -> Response:
    return Response(text, media_type="text/csv; charset=utf-8")


# --- the register


@router.get("/programme/initiatives", response_model=Register, responses=_CSV, dependencies=[require(READ)])
def initiatives(
    request: Request,
    pillar: Word = "",
    member: Word = "",
    status: Word = "",
    format: Form = "json",  # noqa: A002
) -> Any:
    """The register: who promised what, with which money, and what shows it; exact sums by currency."""
    found = registers.chosen(_office(request), pillar, member, status)
    if format == "csv":
        return _csv(write_register(found).decode("utf-8"))
    return {
        "initiatives": to_plain(found, keep_empty=True),
        "totals": to_plain(totals(found), keep_empty=True),
        "members": [{"member": who, **to_plain(total, keep_empty=True)} for who, total in by_member(found)],
        "overdue": [
            {"initiative": name, **to_plain(one, keep_empty=True)}
            for name, one in overdue(found, _office(request).today())
        ],
    }


@router.post(
    "/programme/initiatives",
    status_code=201,
    response_model=Imported,
    openapi_extra=_TABLE,
    dependencies=[require(KEEP)],
)
async def import_initiatives(request: Request, reason: Annotated[str, Query(max_length=2_000)]) -> Any:
    """Import a table of initiatives (CSV). One bad row, and nothing is kept; all of them are named."""
    body = await request.body()

    def do() -> Response:
        by = By.of(actor_of(request))
        try:
            count = registers.import_table(_office(request), body, "table.csv", by=by, reason=reason)
        except registers.BadRows as bad:
            raise BadInput("; ".join(bad.rows[:50]), where=f"{len(bad.rows)} rows", remedy="nothing was kept") from None
        return JSONResponse({"initiatives": count}, 201)

    return await run_in_threadpool(do)


@router.get(
    "/programme/initiatives/{identifier}", response_model=History, responses=ABSENT, dependencies=[require(READ)]
)
def initiative(request: Request, identifier: Id) -> Any:
    """One initiative with its history: who kept which version, why, and what changed."""
    versions = registers.history(_office(request), identifier)
    return {
        "initiative": _plain(versions[0].initiative),
        "versions": [
            {
                "at": one.at,
                "actor": one.actor,
                "reason": one.reason,
                "entry": one.seq,
                "sha256": one.sha256,
                "changed": [{"field": name, "before": old, "after": new} for name, old, new in one.changed],
                "initiative": _plain(one.initiative),
            }
            for one in versions
        ],
    }


def _plain(one: Initiative) -> Any:
    return to_plain(one, keep_empty=True)


# --- evidence and consultations


def _piece(one: Evidence) -> dict[str, Any]:
    return {"kind": one.kind, "id": one.id, "on": str(one.on), "facts": dict(one.facts), "link": one.link}


@router.get("/programme/evidence", response_model=list[Piece], dependencies=[require(VIEW)])
def pieces(request: Request, kind: Word = "") -> Any:
    """All evidence on record: what cases, letters and publications show by themselves, and what was recorded."""
    office = _office(request)
    found = sorted(evidence(office, office.today()), key=lambda one: (one.kind, one.on, one.id))
    return [_piece(one) for one in found if kind in ("", one.kind)]


@router.post(
    "/programme/evidence",
    status_code=201,
    response_model=Piece,
    openapi_extra=takes(AskedEvidence),
    dependencies=[require(KEEP)],
)
async def add_evidence(request: Request) -> Any:
    """Record evidence that no case and no letter shows by itself; said again, it takes the place of the first."""
    asked = await body_of(request, AskedEvidence)

    def do() -> Response:
        made = Evidence(asked.kind, asked.id, parse_date(asked.on, where="on"), asked.facts, asked.link)
        record(_office(request), made, by=By.of(actor_of(request)), reason=asked.reason)
        return JSONResponse(_piece(made), 201)

    return await run_in_threadpool(do)


@router.get("/programme/consultations", response_model=list[Piece], dependencies=[require(VIEW)])
def consultations(request: Request) -> Any:
    """Consultations with business, academia and civil society, newest first."""
    return [_piece(one) for one in registers.consultations(_office(request))]


@router.post(
    "/programme/consultations",
    status_code=201,
    response_model=Piece,
    openapi_extra=takes(AskedConsultation),
    dependencies=[require(KEEP)],
)
async def consult(request: Request) -> Any:
    """Record a consultation, or the answer to one; it counts for the third commitment."""
    asked = await body_of(request, AskedConsultation)

    def do() -> Response:
        facts = {
            "stakeholder": asked.stakeholder,
            "subject": asked.subject,
            "with": asked.with_whom,
            "responded_on": asked.responded_on,
            "response": asked.response,
            "initiative": asked.initiative,
        }
        by, on = By.of(actor_of(request)), parse_date(asked.on, where="on")
        more = {"identifier": asked.id, "link": asked.link}
        made = registers.consult(_office(request), on, facts, by=by, reason=asked.reason, **more)
        return JSONResponse(_piece(made), 201)

    return await run_in_threadpool(do)


# --- scorecards


def _card(card: CardTold) -> dict[str, Any]:
    found: dict[str, Any] = to_plain(card, keep_empty=True)
    return found


@router.get("/programme/scorecard", response_model=Card, responses=_CSV, dependencies=[require(VIEW)])
def scorecard(request: Request, start: From, to: To, format: Form = "json") -> Any:  # noqa: A002
    """How the Code of Conduct was kept in a period, from recorded evidence, each measure with what it rests on."""
    office = _office(request)
    found = cards.ours(office, *_period(start, to))
    told = as_it_is(found, member_of(office), office.today())
    if format == "csv":
        return _csv(cards.to_csv([told]))
    plain = _card(told)
    for one in plain["commitments"]:
        for two in one["measures"]:
            measured = found.measure(two["id"])
            two["evidence"] = [{"kind": measured.rule.of, "id": name} for name in measured.evidence]
    return plain


@router.get("/programme/scorecards", response_model=list[Published], dependencies=[require(VIEW)])
def scorecards(request: Request) -> Any:
    """Scorecards that are published: ours, and partners' as theirs. Small numbers are withheld in them."""
    return [
        {
            "publisher": one.publisher,
            "path": one.path,
            "ours": one.ours,
            "problem": one.problem,
            "card": _card(one.card) if one.card else None,
        }
        for one in published(_office(request))
    ]


@router.get("/programme/comparison", response_model=Side, responses=_CSV, dependencies=[require(VIEW)])
def comparison(
    request: Request,
    start: From,
    to: To,
    side: Annotated[Literal["periods", "members"], Query(description="What is compared.")] = "periods",
    months: Annotated[int, Query(ge=1, le=12, description="Length of a period.")] = 3,
    format: Form = "json",  # noqa: A002
) -> Any:
    """Our scorecards period after period, or ours beside those that partners publish."""
    office, period = _office(request), _period(start, to)
    found = cards.across(office, *period) if side == "members" else cards.over_time(office, *period, months)
    if format == "csv":
        return _csv(cards.to_csv(one.card for one in found.columns))
    return _side(found)


def _side(found: Comparison) -> dict[str, Any]:
    return {
        "columns": [
            {
                "publisher": one.card.publisher,
                "theirs": one.theirs,
                "start": str(one.card.start),
                "end": str(one.card.end),
            }
            for one in found.columns
        ],
        "levels": [{"commitment": name, "title": title, "cells": list(cells)} for name, title, cells in found.levels],
        "measures": [to_plain(one, keep_empty=True) for one in found.lines],
    }


# --- transparency reports


@router.get("/programme/transparency", response_model=Transparency, responses=_FILES, dependencies=[require(VIEW)])
def report(
    request: Request,
    start: From,
    to: To,
    format: Annotated[Literal["json", "csv", "html", "pdf"], Query(description="Form of the answer.")] = "json",  # noqa: A002
) -> Any:
    """The transparency report of a period as it would be released today; small numbers are withheld."""
    return _told(request, transparency.report(_office(request), *_period(start, to)), format)


def _told(request: Request, made: transparency.Report, form: str) -> Response:
    if form == "csv":
        return _csv(transparency.as_csv(made))
    if form in ("html", "pdf"):
        found = transparency.as_document(_office(request), made, form)
        return Response(found.body, headers=dict(found.headers), media_type=found.media_type)
    return JSONResponse({**to_plain(made, keep_empty=True), "sha256": made.sha256})


@router.post(
    "/programme/transparency",
    status_code=201,
    response_model=Transparency,
    openapi_extra=takes(AskedPeriod),
    dependencies=[require(KEEP)],
)
async def freeze(request: Request) -> Any:
    """Freeze the report of a period that has ended; a revision stands beside what was frozen before."""
    asked = await body_of(request, AskedPeriod)

    def do() -> Response:
        by, period = By.of(actor_of(request)), _period(asked.start, asked.to)
        made = transparency.freeze(_office(request), *period, by=by, reason=asked.reason)
        plain = {**to_plain(made.report, keep_empty=True), "sha256": made.sha256}
        return JSONResponse(plain, 201, headers={"location": f"/v1/programme/transparency/{made.sha256}"})

    return await run_in_threadpool(do)


@router.get(
    "/programme/transparency/{sha256}",
    response_model=Transparency,
    responses={**ABSENT, **_FILES},
    dependencies=[require(VIEW)],
)
def frozen(
    request: Request,
    sha256: Id,
    format: Annotated[Literal["json", "csv", "html", "pdf"], Query(description="Form of the answer.")] = "json",  # noqa: A002
) -> Any:
    """A frozen report."""
    return _told(request, transparency.one_frozen(_office(request), sha256).report, format)


# --- from code to law


@router.get("/programme/controls", response_model=Controls, responses=_CSV, dependencies=[require("rules.view")])
def who_controls_what(
    request: Request,
    members: Annotated[str, Query(max_length=200, description="As `rules compare` takes them.")] = "US,NL,GB",
    items: Annotated[str, Query(max_length=500, description="Codes, separated by commas.")] = ",".join(controls.ITEMS),
    destination: Annotated[str, Query(max_length=60)] = "EG",
    as_of: AsOf = "",
    format: Form = "json",  # noqa: A002
) -> Any:
    """Items under each member's law, to one destination on one day: who catches what another lets go."""
    service = service_of(request)
    day = parse_date(as_of, where="as_of") if as_of else service.today()
    books = law_at_hand(service.settings.data).books
    found = controls.matrix(members, items.split(","), destination, day, books)
    if format == "csv":
        return _csv(controls.to_csv(found))
    return {
        "destination": found.destination,
        "day": str(found.day),
        "rows": [
            {
                "item": code,
                "words": words,
                "members": [
                    {"member": member.name, "laws": list(member.laws), **to_plain(one, keep_empty=True)}
                    for member, one in zip(found.members, row, strict=True)
                ],
            }
            for code, row, words in zip(found.items, found.rows, found.words, strict=True)
        ],
        "gaps": [{"caught_by": one, "free_in": other, "items": count} for one, other, count in found.gaps],
    }


@router.get("/programme/drafts", response_model=list[Draft], dependencies=[require(VIEW)])
def drafts(request: Request) -> Any:
    """Drafts that members were asked to try on their own transactions, and who answered."""
    return [_draft(_office(request), one) for one in impacts.requests(_office(request))]


def _draft(office: Office, one: impacts.Asked) -> dict[str, Any]:
    if one.request is None:
        return {"id": "", "asker": one.publisher, "title": one.path, "problem": one.problem, "answers": []}
    parts = impacts.added_up(office, one.request).parts
    answers = [{"member": part.member, "answered": part.answer is not None, "words": part.words} for part in parts]
    return {**to_plain(one.request, keep_empty=True), "id": one.request.id, "problem": "", "answers": answers}


@router.get(
    "/programme/drafts/{identifier}",
    response_model=dict[str, Any],
    responses={**ABSENT, **_CSV},
    dependencies=[require(VIEW)],
)
def draft(
    request: Request,
    identifier: Id,
    asker: Annotated[str, Query(max_length=40, description="Who asks; the newest request of the id if empty.")] = "",
    format: Form = "json",  # noqa: A002
) -> Any:
    """What a draft would change across the coalition: counts added up, with what members withheld."""
    office = _office(request)
    known = (one.publisher for one in impacts.requests(office) if one.request and one.request.id == identifier)
    found = impacts.added_up(office, impacts.request_of(office, asker or next(known, ""), identifier))
    if format == "csv":
        return _csv(impacts.to_csv(found))
    return to_plain(found, keep_empty=True)
