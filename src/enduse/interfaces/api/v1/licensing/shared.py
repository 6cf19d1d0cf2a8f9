"""What the routes under /v1/licensing share: bodies, tags, and refusals that name everything that is missing."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field

from enduse.cases.case import Case
from enduse.cases.refusals import Code, Conflict, Refusal, Refused
from enduse.formats.plain_json import load_json
from enduse.interfaces.api.problems import Problem
from enduse.interfaces.api.v1.common import ABSENT, service_of, tagged
from enduse.interfaces.identity.guard import actor_of
from enduse.interfaces.licensing.desk import Desk
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.licensing.views import missing_document
from enduse.model.errors import BadInput


class MissingPart(BaseModel):
    """One thing that stands in the way."""

    what: str = Field(examples=["nobody has reviewed version 1"])
    rule: str = Field(examples=["hr_reviewed"], description="Id of the guard, criterion or separation.")
    citation: str = Field("", description="Its source; `[not verified]` where nobody read it in the text.")


class RefusedCommand(Problem):
    """Why a command was not done: everything that is missing, each with its rule and source."""

    command: str = Field("", examples=["decide"])
    code: str = Field(
        "",
        examples=["guard"],
        description="role, separation, conflict_of_interest, not_yours, identity, status, guard or input",
    )
    missing: list[MissingPart] = Field([], description="Everything that stands in the way, not the first thing alone.")


class Standing(BaseModel):
    """A case, as the person who asks may read it."""

    id: str
    view: str = Field(description="`authority`, or `exporter`, which tells nothing of advice and partners.")
    reference: str
    status: str = Field(examples=["circulated"])
    application: dict[str, Any] | None
    model_config = {"extra": "allow"}


IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="`ETag` of the case as you saw it; when somebody else changed it since, nothing is done (412).",
        json_schema_extra={"pattern": '^"[0-9a-f]{1,64}"$'},
    ),
]


def _described(description: str) -> dict[str, Any]:
    # A reference, for a model here would be made anew for each route.
    schema = {"$ref": f"#/components/schemas/{RefusedCommand.__name__}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


OUTCOMES: dict[int | str, dict[str, Any]] = {
    **ABSENT,
    403: _described("Your roles, or what you did before in this case, keep you from it"),
    409: _described("Not in this status, or somebody else changed the case while it was done: read it again"),
    412: _described("Somebody else changed the case since you saw it (If-Match): read it again"),
    422: _described("Something is missing, or stands in the way; names all of it"),
}


def office_of(request: Request) -> Office:
    """The office of the service that answers a request."""
    return service_of(request).office


def desk_of(request: Request) -> Desk:
    """The desk of who is signed in."""
    return office_of(request).desk(actor_of(request))


def refused_answer(refusal: Refusal) -> JSONResponse:
    """A refusal as a problem (RFC 9457) that names everything that is missing."""
    status = {Code.STATUS: 409, Code.GUARD: 422, Code.INPUT: 400}.get(refusal.code, 403)
    content = RefusedCommand(
        title=HTTPStatus(status).phrase,
        status=status,
        detail=f"{refusal.command}: {refusal.why}",
        where=refusal.command,
        remedy="see missing" if refusal.missing else "",
        errors=[one.what for one in refusal.missing],
        command=refusal.command,
        code=refusal.code.value,
        missing=[MissingPart(**missing_document(one)) for one in refusal.missing],
    )
    return JSONResponse(content.model_dump(), status, media_type="application/problem+json")


async def refused(_: Request, error: Exception) -> Response:
    """The answer to a command that was refused."""
    assert isinstance(error, Refused)
    return refused_answer(error.refusal)


async def conflict(request: Request, error: Exception) -> Response:
    """The answer to who came second: 412 where the request said what it saw, else 409."""
    assert isinstance(error, Conflict)
    matched = "if-match" in request.headers
    detail = "somebody else changed the case first, and nothing was done"
    content = RefusedCommand(
        title="Precondition Failed" if matched else "Conflict",
        status=412 if matched else 409,
        detail=f"{detail} (read it again, then decide again)",
        remedy="read it again, then decide again",
        code="conflict",
        where="",
        errors=[],
        command="",
        missing=[],
    )
    return JSONResponse(content.model_dump(), content.status, media_type="application/problem+json")


def shown(request: Request, desk: Desk, case: Case, *, status: int = 200, **headers: str) -> Response:
    """A case as the person may read it, with its ETag."""
    return tagged(request, desk.view(case), desk.tag(case), status=status, **headers)


def seen_of(if_match: str | None) -> str | None:
    """What a client saw, of the header ``If-Match``; None where it does not say.

    Raises:
        BadInput: it is no tag of ours.
    """
    if if_match is None or if_match.strip() == "*":
        return None
    found = if_match.strip()
    if len(found) < 3 or not (found.startswith('"') and found.endswith('"')):
        raise BadInput("this is no tag", where="If-Match", remedy='the ETag of the case, with its quotes: "17"')
    return found[1:-1]


async def plain_body(request: Request) -> dict[str, Any]:
    """The body of a command as plain values; an absent one is an empty object.

    Raises:
        BadInput: it is no JSON object, has a key twice, or nests too deep.
    """
    data = await request.body()
    if not data:
        return {}
    found = load_json(data, name="body", max_bytes=len(data) + 1)
    if not isinstance(found, dict):
        raise BadInput("the body is no object", where="body", remedy="see /openapi.json")
    try:
        # Read again with the types of JSON: what was read above has none, but is known to be sound.
        values: dict[str, Any] = json.loads(data)
    except ValueError as error:
        raise BadInput(f"a number cannot be used: {error}"[:200], where="body") from None
    return values


def page_cursor(due: str, identifier: str) -> str:
    """Where a page of the queue ends, as an opaque text."""
    return base64.urlsafe_b64encode(f"after:{due}:{identifier}".encode()).decode().rstrip("=")


def page_place(cursor: str) -> tuple[str, str] | None:
    """What a cursor of the queue says; None where none is given.

    Raises:
        BadInput: no page gave it.
    """
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    word, _, rest = text.partition(":")
    due, _, identifier = rest.partition(":")
    if word != "after" or not identifier or len(due) not in (0, 10):
        raise BadInput("this is no cursor", where="cursor", remedy="`next` of the page before, unchanged")
    return due, identifier


def body_schema(schema: Mapping[str, Any], example: Mapping[str, Any], *, required: bool = True) -> dict[str, Any]:
    """The description of a body that the route reads itself."""
    content = {"application/json": {"schema": dict(schema), "example": dict(example)}}
    return {"requestBody": {"required": required, "content": content}}
