"""Designations under /v1: the register of evidence, protected sources, nominations, votes, listings, the own list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import Path, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.routing import APIRoute
from starlette.concurrency import run_in_threadpool

from enduse.cases.bodies import Reasoned
from enduse.cases.designations import bodies
from enduse.cases.designations.decide import event_body, shipped_procedure
from enduse.cases.designations.rulebook import ListingAuthority
from enduse.cases.designations.spread import reached
from enduse.cases.events import parse_body
from enduse.interfaces.api.v1.common import body_of, part, service_of, tagged, takes
from enduse.interfaces.api.v1.designation_shapes import (
    EVIDENCE,
    EXAMPLES,
    NOMINATION,
    SOURCE,
    DesignationAnswer,
    DesignationRow,
    EntryAnswer,
    Event,
    Graph,
    Handover,
    Kept,
    PossibleCommand,
    Secret,
)
from enduse.interfaces.api.v1.licensing.schemas import schema_of
from enduse.interfaces.api.v1.licensing.shared import (
    OUTCOMES,
    IfMatch,
    body_schema,
    plain_body,
    seen_of,
)
from enduse.interfaces.designations.actions import ACTIONS
from enduse.interfaces.designations.desk import Desk
from enduse.interfaces.designations.views import graph_document
from enduse.interfaces.identity.guard import actor_of, require
from enduse.interfaces.licensing.views import refusal_document
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from enduse.model.time import parse_date

router = part("Designations")
Id = Annotated[str, Path(max_length=100)]
_DATE = {"pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"}
AsOf = Annotated[str, Query(max_length=20, description="Of which day; today by default.", json_schema_extra=_DATE)]
KnownOn = Annotated[
    str,
    Query(
        max_length=20, description="By what was public on this day; all that is by default.", json_schema_extra=_DATE
    ),
]
Search = Annotated[str, Query(max_length=200, description="Words that it must hold.")]
_TEXT: dict[str, Any] = {"content": {"text/csv": {"schema": {"type": "string"}}}}
_TABLE: dict[str, Any] = {"requestBody": {"required": True, **_TEXT}}
_NAMES: dict[str, Any] = {
    "requestBody": {
        "required": False,
        "description": "Names to measure on, one a line; frequent names where none are sent.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
    }
}


def _desk(request: Request) -> Desk:
    return service_of(request).designations.desk(actor_of(request))


def _seen(if_match: str | None) -> int | None:
    tag = seen_of(if_match)
    if tag is None:
        return None
    if not tag.isdecimal() or len(tag) > 9:
        raise BadInput("this is no tag", where="If-Match", remedy='the ETag of the designation, with its quotes: "17"')
    return int(tag)


def _body(cls: type[Any], example: dict[str, Any]) -> dict[str, Any]:
    return body_schema(schema_of(cls), example)


# --- authorities, the own list


@router.get("/designation-authorities", response_model=list[dict[str, Any]], dependencies=[require("rules.view")])
def authorities() -> Any:
    """Who lists, by which vote, on what criteria: with the source of each, and what the text leaves to be read."""
    return [_authority(one) for one in shipped_procedure().authorities.values()]


def _authority(one: ListingAuthority) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "list": one.list,
        "members": list(one.members),
        "measures": [measure.value for measure in one.measures],
        "citation": str(one.citation),
        "votes": [
            {
                "question": rule.question,
                "threshold": rule.threshold,
                "base": rule.base,
                "abstention": rule.abstention,
                "silence": rule.silence,
                "quorum": rule.quorum,
                "citation": str(rule.citation),
                "reading": str(rule.reading) if rule.reading else "",
            }
            for rule in one.votes.values()
        ],
        "criteria": [
            {"id": rule.id, "question": rule.question, "mandatory": rule.mandatory, "citation": str(rule.citation)}
            for rule in one.criteria
        ],
    }


@router.get(
    "/own-list/{layout}",
    response_class=Response,
    responses={**OUTCOMES, 200: {"content": {"text/plain": {"schema": {"type": "string"}}, **_TEXT["content"]}}},
    dependencies=[require("lists.view")],
)
def own_list(
    request: Request, layout: Annotated[str, Path(max_length=20)], as_of: AsOf = "", known_on: KnownOn = ""
) -> Response:
    """The list that designations made public: `ftm` (everybody ever listed), or `consolidated` (in force on a day)."""
    day = parse_date(as_of, where="as_of") if as_of else None
    known = parse_date(known_on, where="known_on") if known_on else None
    text = _desk(request).own_list(layout, day, known)
    return Response(text, media_type="text/csv" if layout == "consolidated" else "text/plain")


# --- evidence


@router.get("/evidence", response_model=list[EntryAnswer], dependencies=[require("evidence.view")])
def entries(request: Request, search: Search = "", technology: Search = "", vendor: Search = "") -> Any:
    """The register of evidence."""
    desk = _desk(request)
    return [desk.entry_document(one) for one in desk.entries(search, technology=technology, vendor=vendor)]


@router.get("/evidence-graph", response_model=Graph, dependencies=[require("evidence.view")])
def evidence_graph(request: Request, search: Search = "") -> Any:
    """Who sold to whom, and what was done with it: the steps that entries record."""
    return graph_document(_desk(request).entries(search))


@router.get("/evidence-spread", response_model=list[dict[str, Any]], dependencies=[require("evidence.view")])
def evidence_spread(request: Request, technology: Search = "", vendor: Search = "") -> Any:
    """Where a vendor's products, or a technology, have spread, by country: as entries record it, nothing inferred."""
    found = reached(_desk(request).entries(technology=technology, vendor=vendor))
    return [to_plain(one, keep_empty=True) for one in found]


@router.post(
    "/evidence",
    status_code=201,
    response_model=EntryAnswer,
    responses=OUTCOMES,
    dependencies=[require("evidence.record")],
    openapi_extra=_body(bodies.Evidence, EVIDENCE),
)
async def record(request: Request) -> Response:
    """Record what happened; `alike` names entries that may tell of the same thing."""
    sent = await plain_body(request)

    def do() -> Response:
        desk = _desk(request)
        entry, twins = desk.record(sent)
        return JSONResponse({**desk.entry_document(entry), "alike": to_plain(twins, keep_empty=True)}, 201)

    return await run_in_threadpool(do)


@router.post(
    "/evidence/drafts",
    response_model=dict[str, Any],
    responses=OUTCOMES,
    dependencies=[require("evidence.record")],
    openapi_extra=takes(Handover),
)
async def draft(request: Request) -> Any:
    """Hand over: an entry as far as it is known where it comes from; complete it, grade it, and record it.

    From an alert, a decision that a hit stands, a licence or its condition, or a partner's notice. Nothing is kept yet.
    """
    asked, desk = await body_of(request, Handover), _desk(request)
    return await run_in_threadpool(lambda: desk.handover(asked.of))


@router.get(
    "/evidence/{identifier}", response_model=EntryAnswer, responses=OUTCOMES, dependencies=[require("evidence.view")]
)
def entry(request: Request, identifier: Id) -> Any:
    """An entry of the register."""
    desk = _desk(request)
    return desk.entry_document(desk.entry(identifier))


@router.post(
    "/evidence/{identifier}/sources",
    response_model=EntryAnswer,
    responses=OUTCOMES,
    dependencies=[require("evidence.record")],
    openapi_extra=_body(bodies.SourceGraded, SOURCE),
)
async def add_source(request: Request, identifier: Id) -> Any:
    """Put a further source beside an entry, for it or against it."""
    sent, desk = await plain_body(request), _desk(request)
    return await run_in_threadpool(lambda: desk.entry_document(desk.add_source(identifier, sent)))


@router.post(
    "/evidence/{identifier}/links",
    response_model=EntryAnswer,
    responses=OUTCOMES,
    dependencies=[require("evidence.record")],
    openapi_extra=_body(bodies.Link, {"kind": "same_end_user", "entry": "e-1"}),
)
async def add_link(request: Request, identifier: Id) -> Any:
    """Link an entry to another."""
    sent, desk = await plain_body(request), _desk(request)
    return await run_in_threadpool(lambda: desk.entry_document(desk.link(identifier, sent)))


@router.post(
    "/evidence/{identifier}/corrections",
    response_model=EntryAnswer,
    responses=OUTCOMES,
    dependencies=[require("evidence.record")],
    openapi_extra=_body(bodies.Evidence, {**EVIDENCE, "reason": "the date was wrong"}),
)
async def correct(request: Request, identifier: Id) -> Any:
    """Correct an entry; what it said before stays in its history."""
    sent, desk = await plain_body(request), _desk(request)
    return await run_in_threadpool(lambda: desk.entry_document(desk.correct(identifier, sent)))


# --- protected sources


@router.post(
    "/protected-sources",
    status_code=201,
    response_model=Kept,
    responses=OUTCOMES,
    dependencies=[require("protected.keep")],
    openapi_extra=_body(bodies.ProtectedSource, {"name": "somebody who must not be known", "why": "lives there"}),
)
async def protect(request: Request) -> Any:
    """Keep a source that must not be known, apart from the register."""
    sent, desk = await plain_body(request), _desk(request)
    return {"reference": await run_in_threadpool(lambda: desk.protect(sent))}


@router.get(
    "/protected-sources/{identifier}",
    response_model=Secret,
    responses=OUTCOMES,
    dependencies=[require("protected.keep")],
)
def reveal(request: Request, identifier: Id) -> Any:
    """Who a protected source is; that you read it is put on record."""
    return to_plain(_desk(request).reveal(identifier), keep_empty=True)


@router.post(
    "/protected-sources/{identifier}/erasure",
    response_model=Kept,
    responses=OUTCOMES,
    dependencies=[require("protected.keep")],
    openapi_extra=_body(Reasoned, {"reason": "it asked for it"}),
)
async def erase_source(request: Request, identifier: Id) -> Any:
    """Erase who a protected source is; that it was kept, and who erased it, stays on record."""
    sent, desk = await plain_body(request), _desk(request)
    reason = parse_body("erased", sent).reason
    await run_in_threadpool(lambda: desk.erase_source(identifier, reason))
    return {"reference": identifier}


# --- designations


@router.get("/designations", response_model=list[DesignationRow], dependencies=[require("designation.view")])
def cases(request: Request, search: Search = "", status: Search = "") -> Any:
    """Designations: nominated, before the committee, listed, removed."""
    desk = _desk(request)
    return desk.rows(desk.cases(search, status))


@router.post(
    "/designations",
    status_code=201,
    response_model=DesignationAnswer,
    responses=OUTCOMES,
    dependencies=[require("designation.nominate")],
    openapi_extra=_body(bodies.Nomination, NOMINATION),
)
async def nominate(request: Request) -> Response:
    """Propose to list somebody: every criterion answered from evidence."""
    sent = await plain_body(request)

    def do() -> Response:
        desk = _desk(request)
        found = desk.nominate(sent)
        return tagged(request, desk.view(found), str(found.seq), status=201, location=f"/v1/designations/{found.id}")

    return await run_in_threadpool(do)


@router.get(
    "/designations/{identifier}",
    response_model=DesignationAnswer,
    responses=OUTCOMES,
    dependencies=[require("designation.view")],
)
def one(request: Request, identifier: Id, as_of: AsOf = "", known_on: KnownOn = "") -> Response:
    """A designation, and whether its listing is in force on a day, by what was public on another."""
    day = parse_date(as_of, where="as_of") if as_of else None
    known = parse_date(known_on, where="known_on") if known_on else None
    desk = _desk(request)
    found = desk.case(identifier)
    return tagged(request, desk.view(found, as_of=day, known_on=known), f"{found.seq}")


@router.get(
    "/designations/{identifier}/history",
    response_model=list[Event],
    responses=OUTCOMES,
    dependencies=[require("designation.view")],
)
def history(request: Request, identifier: Id) -> Any:
    """What happened, in order; nothing of it is ever changed."""
    desk = _desk(request)
    return desk.history(desk.case(identifier))


@router.get(
    "/designations/{identifier}/notice",
    response_class=Response,
    responses={**OUTCOMES, 200: {"content": {"text/markdown": {"schema": {"type": "string"}}}}},
    dependencies=[require("designation.view")],
)
def public_notice(request: Request, identifier: Id) -> Response:
    """The notice that everybody may read: nothing restricted is in it."""
    desk = _desk(request)
    return Response(desk.notice(desk.case(identifier)), media_type="text/markdown")


@router.get(
    "/designations/{identifier}/commands",
    response_model=list[PossibleCommand],
    responses=OUTCOMES,
    dependencies=[require("designation.view")],
)
def possible(request: Request, identifier: Id) -> Any:
    """What may I do now, and why not the rest."""
    desk = _desk(request)
    found: list[dict[str, Any]] = []
    for command, refusal in desk.possible(desk.case(identifier)):
        told: dict[str, Any] = refusal_document(refusal) if refusal else {}
        row = {"command": command, "url": f"/v1/designations/{identifier}/commands/{command}", "now": refusal is None}
        found.append(row | {name: told[name] for name in ("why", "missing") if name in told})
    return found


@router.post(
    "/designations/{identifier}/quality",
    response_model=DesignationAnswer,
    responses=OUTCOMES,
    dependencies=[require("designation.nominate")],
    openapi_extra=_NAMES,
)
async def measure(request: Request, identifier: Id) -> Any:
    """How many namesakes would it hit, and what does it lack? `suggestions` are from the lists at hand."""
    names = (await request.body()).decode("utf-8", "replace")

    def do() -> dict[str, Any]:
        desk = _desk(request)
        found, suggested = desk.measure(identifier, names)
        return {**desk.view(found), "suggestions": [{"what": what, "value": value} for what, value in suggested]}

    return await run_in_threadpool(do)


@router.post(
    "/designations/{identifier}/effect",
    response_model=DesignationAnswer,
    responses=OUTCOMES,
    dependencies=[require("designation.nominate")],
    openapi_extra=_TABLE,
)
async def effect(request: Request, identifier: Id) -> Any:
    """Whom would it hit among recorded transactions (a table as `check --bulk` takes it)?"""
    table = await request.body()

    def do() -> dict[str, Any]:
        desk = _desk(request)
        return desk.view(desk.preview(identifier, table, "transactions.csv"))

    return await run_in_threadpool(do)


def _route(command: str) -> Callable[..., Awaitable[Response]]:
    async def run(request: Request, identifier: Id, if_match: IfMatch = None) -> Response:
        sent, seen = await plain_body(request), _seen(if_match)

        def do() -> Response:
            desk = _desk(request)
            found = desk.act(identifier, command, sent, seen=seen)
            return tagged(request, desk.view(found), str(found.seq))

        return await run_in_threadpool(do)

    return run


_BY_NAME = {f"designation_{name}": name for name in ACTIONS}


def describe_commands() -> None:
    """Say of each command's route what the description of the API shows."""
    for route in router.routes:
        if isinstance(route, APIRoute) and (command := _BY_NAME.get(route.name)):
            row = shipped_procedure().of_command(command)[0]
            schema = schema_of(event_body(command, shipped_procedure()))
            # The account says for which member somebody votes; the count and the day are the system's.
            for name in ("member", "passed", "yes", "no", "abstained", "silent", "recused", "late", "rule", "why"):
                if command in ("vote", "recuse", "close_vote"):
                    schema["properties"].pop(name, None)
            lines = [f"Roles: {', '.join(row.roles)}.", f"In: {', '.join(row.source)}."]
            lines += [f"Guards: {', '.join(row.guards)}."] if row.guards else []
            route.description = " ".join(lines)
            route.openapi_extra = body_schema(schema, EXAMPLES[command])


for _command in ACTIONS:
    router.add_api_route(
        f"/designations/{{identifier}}/commands/{_command}",
        _route(_command),
        methods=["POST"],
        name=f"designation_{_command}",
        summary=_command.replace("_", " ").capitalize(),
        operation_id=f"designation_{_command}",
        response_model=DesignationAnswer,
        responses=OUTCOMES,
        dependencies=[require(ACTIONS[_command])],
    )
