"""The coalition: notices that came and went, what is due, members, what they publish; without the extra, nothing of it.

What somebody may not read is in no answer, no count and no file, and asked for by its id it is like none.
"""

from __future__ import annotations

import csv
import io
from typing import Annotated, Any, Literal

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from enduse.exchange.notices import shipped_types
from enduse.interfaces.api.v1.common import (
    ABSENT,
    Asked,
    Cursor,
    Limit,
    body_of,
    cursor_of,
    part,
    place_of,
    service_of,
    takes,
)
from enduse.interfaces.exchange import views
from enduse.interfaces.exchange.adopting import ADOPTS, Adoptions, document
from enduse.interfaces.exchange.desk import SENDS, ExchangeDesk, Shown
from enduse.interfaces.identity.guard import actor_of, require
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from enduse.model.record import By
from enduse.model.time import parse_date

router = part("Coalition")
VIEW = "denial.view"
COLUMNS = ("id", "direction", "peer", "seq", "type", "handling", "state", "at", "due", "stands", "subject")
_Direction = Annotated[Literal["in", "out"], Query(description="`in`: what came; `out`: what was told.")]
_Type = Annotated[str, Query(alias="type", max_length=40, description="Only of this type: denial_notification.")]
_Peer = Annotated[str, Query(max_length=30, description="Only of, or to, this member.")]
_Search = Annotated[str, Query(max_length=500, description="Words that the text holds, all of them.")]


class AskedAnswer(Asked):
    """An answer to a question of another member."""

    answer: Literal["yes", "no"] = Field(description="`yes`: it is identical, or we object.")
    reasons: str = Field(min_length=1, max_length=20_000)


class AskedReason(Asked):
    """Why something is asked for, or done."""

    reason: str = Field(min_length=1, max_length=2_000)


class AskedConsent(Asked):
    """To whom a notice of ours may pass."""

    to: list[str] = Field(min_length=1, max_length=100, description="Members, of those that were asked for.")


def desk_of(request: Request) -> ExchangeDesk:
    """The desk of who is signed in.

    Raises:
        NotHeld: this installation is no node.
    """
    service = service_of(request)
    return ExchangeDesk(service.node(), service.policies, actor_of(request))


def _rows(found: list[Shown]) -> list[dict[str, Any]]:
    return [to_plain(one, keep_empty=True) for one in found]


def _types(name: str) -> list[str]:
    if name and name not in shipped_types():
        raise BadInput(f"{name[:40]!r} is no type", where="type", remedy=", ".join(shipped_types()))
    return [name] if name else []


@router.get("/exchange", response_model=dict[str, Any], responses=ABSENT, dependencies=[require("lists.view")])
def coalition(request: Request) -> Any:
    """The membership document that is trusted: members, keys, days, and how fresh their publications are."""
    return views.membership_document(service_of(request).node(), desk_of(request))


@router.get("/exchange/notices", response_model=dict[str, Any], responses=ABSENT, dependencies=[require(VIEW)])
def notices(
    request: Request,
    direction: _Direction = "in",
    of_type: _Type = "",
    peer: _Peer = "",
    search: _Search = "",
    limit: Limit = 50,
    cursor: Cursor = "",
) -> Any:
    """Notices that you may read, newest first; `total` counts those of them alone."""
    desk, offset, types = desk_of(request), place_of(cursor) or 0, _types(of_type)
    found = desk.listed(direction, types, peer=peer, search=search, limit=limit + 1, offset=offset)
    following = cursor_of(offset + limit) if len(found) > limit else None
    total = None if search else desk.count(direction, types, peer=peer)
    return {"results": _rows(found[:limit]), "total": total, "next": following}


@router.get(
    "/exchange/notices.csv",
    response_class=Response,
    responses=ABSENT | {200: {"content": {"text/csv": {}}, "description": "A line for each letter"}},
    dependencies=[require(VIEW)],
)
def exported(request: Request, direction: _Direction = "in", of_type: _Type = "", peer: _Peer = "") -> Response:
    """Notices that you may read as CSV: what stands in the lists, not what they say."""
    text = io.StringIO()
    table = csv.DictWriter(text, COLUMNS, extrasaction="ignore", lineterminator="\n")
    table.writeheader()
    for one in _rows(desk_of(request).listed(direction, _types(of_type), peer=peer)):
        # A spreadsheet reads some beginnings as formulas.
        table.writerow({key: f"'{value}" if str(value)[:1] in "=+-@\t" else value for key, value in one.items()})
    return Response(text.getvalue(), media_type="text/csv; charset=utf-8")


@router.get("/exchange/due", response_model=dict[str, Any], responses=ABSENT, dependencies=[require(VIEW)])
def due(request: Request) -> Any:
    """Questions that wait for us, and ours to others: last day, answered or deemed, and what silence means."""
    desk = desk_of(request)
    return {"to_us": _rows(desk.due(service_of(request).today())), "ours": _rows(desk.asked())}


@router.get("/exchange/denials", response_model=dict[str, Any], responses=ABSENT, dependencies=[require(VIEW)])
def denials(request: Request) -> Any:
    """Denials that members told of, of those that you may read; the reading is put on record."""
    service = service_of(request)
    counter = service.office.desk(actor_of(request))
    found = views.partner_denials(service.node(), service.office, service.office.outside.denials(counter.actor))
    counter.read_of_partners("exchange", [one["id"] for one in found])
    return {"results": found}


@router.get(
    "/exchange/notices/{identifier}", response_model=dict[str, Any], responses=ABSENT, dependencies=[require(VIEW)]
)
def notice(request: Request, identifier: str) -> Any:
    """A notice as it was signed, its handling, letters and receipts, and what rests on it; the reading is on record."""
    return desk_of(request).read(identifier)


def _sent(made: Any) -> JSONResponse:
    return JSONResponse({"id": made.id, "type": made.type, "to": list(made.recipients)}, 201)


_MADE: dict[int | str, dict[str, Any]] = ABSENT | {201: {"description": "It is on its way"}}


@router.post(
    "/exchange/notices/{identifier}/answer",
    response_model=dict[str, Any],
    status_code=201,
    responses=_MADE,
    openapi_extra=takes(AskedAnswer),
    dependencies=[require(SENDS)],
)
async def answer(request: Request, identifier: str) -> Any:
    """Answer a question of another member, once."""
    asked = await body_of(request, AskedAnswer)
    return await run_in_threadpool(lambda: _sent(desk_of(request).answer(identifier, asked.answer, asked.reasons)))


@router.post(
    "/exchange/notices/{identifier}/extension",
    response_model=dict[str, Any],
    status_code=201,
    responses=_MADE,
    openapi_extra=takes(AskedReason),
    dependencies=[require(SENDS)],
)
async def more_time(request: Request, identifier: str) -> Any:
    """Ask for more time to answer a question, once, while it is open."""
    asked = await body_of(request, AskedReason)
    return await run_in_threadpool(lambda: _sent(desk_of(request).more_time(identifier, asked.reason)))


@router.post(
    "/exchange/notices/{identifier}/consent",
    response_model=dict[str, Any],
    status_code=201,
    responses=_MADE,
    openapi_extra=takes(AskedConsent),
    dependencies=[require(SENDS)],
)
async def consent(request: Request, identifier: str) -> Any:
    """Consent that a notice of ours is passed on, as a member asked (`release_request`)."""
    asked = await body_of(request, AskedConsent)
    return await run_in_threadpool(lambda: _sent(desk_of(request).consent(identifier, asked.to)))


@router.post(
    "/exchange/notices/{identifier}/recall",
    response_model=dict[str, Any],
    status_code=201,
    responses=_MADE,
    openapi_extra=takes(AskedReason),
    dependencies=[require(SENDS)],
)
async def recall(request: Request, identifier: str) -> Any:
    """Take a notice of ours back, by a new one to all who were told."""
    asked = await body_of(request, AskedReason)
    return await run_in_threadpool(lambda: _sent(desk_of(request).recall(identifier, asked.reason)))


@router.get(
    "/exchange/publications", response_model=dict[str, Any], responses=ABSENT, dependencies=[require("lists.view")]
)
def publications(request: Request) -> Any:
    """What other members publish, as it is held here: whose, with which standing there, fresh, stale or withdrawn."""
    return {"results": views.publications_document(service_of(request).node())}


class AskedAdoption(Asked):
    """What is adopted, with which standing, from when."""

    what: str = Field(
        min_length=1, max_length=300, description="`MEMBER/PATH` of a publication, or an act: `coalition/echri`."
    )
    standing: Literal["information", "guidance", "law"]
    since: str = Field(max_length=10, description="First day: 2026-04-01.")
    effect: Literal["", "prohibit", "require_licence", "review"] = Field("", description="Law: what it does here.")
    citation: str = Field("", max_length=400, description="Law: the own act that adopts it.")
    url: str = Field("", max_length=500)
    reason: str = Field(min_length=1, max_length=2_000)


class AskedEnd(Asked):
    """When an adoption ends."""

    what: str = Field(min_length=1, max_length=300)
    on: str = Field(max_length=10, description="First day on which it holds no more; today or later.")
    reason: str = Field(min_length=1, max_length=2_000)


@router.get(
    "/exchange/adoptions", response_model=dict[str, Any], responses=ABSENT, dependencies=[require("lists.view")]
)
def adoptions(request: Request) -> Any:
    """What this node has adopted, ended ones too: with which standing, from when to when, by whom and why."""
    service = service_of(request)
    found = Adoptions(service.node()).all()
    return {"results": [document(one, service.today(), record) for one, record in found]}


@router.post(
    "/exchange/adoptions",
    response_model=dict[str, Any],
    status_code=201,
    responses=ABSENT | {201: {"description": "It is adopted"}},
    openapi_extra=takes(AskedAdoption),
    dependencies=[require(ADOPTS)],
)
async def adopt(request: Request) -> Any:
    """Adopt a list or rulebook of another member, or guidance at hand: as information, guidance or law, from a day."""
    asked = await body_of(request, AskedAdoption)

    def answer() -> JSONResponse:
        service = service_of(request)
        one = Adoptions(service.node()).adopt(
            asked.what,
            asked.standing,
            parse_date(asked.since, where="since"),
            by=By.of(actor_of(request)),
            reason=asked.reason,
            effect=asked.effect,
            citation=asked.citation,
            url=asked.url,
        )
        return JSONResponse(document(one, service.today()), 201)

    return await run_in_threadpool(answer)


@router.post(
    "/exchange/adoptions/end",
    response_model=dict[str, Any],
    responses=ABSENT,
    openapi_extra=takes(AskedEnd),
    dependencies=[require(ADOPTS)],
)
async def end_adoption(request: Request) -> Any:
    """Let an adoption end on a day, today or later; what it did until then stays as it was."""
    asked = await body_of(request, AskedEnd)

    def answer() -> JSONResponse:
        service = service_of(request)
        on, by = parse_date(asked.on, where="on"), By.of(actor_of(request))
        one = Adoptions(service.node()).end(asked.what, on, by=by, reason=asked.reason)
        return JSONResponse(document(one, service.today()))

    return await run_in_threadpool(answer)
