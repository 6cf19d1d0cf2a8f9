"""What the routes under /v1 share: bodies, pages, ETags, keys of repeated requests, and their answers' descriptions."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, ValidationError

from enduse.formats.plain_json import load_json
from enduse.interfaces.api import shapes
from enduse.interfaces.api.limits import known_parameters
from enduse.interfaces.api.problems import refused
from enduse.interfaces.identity.guard import actor_of
from enduse.model.errors import BadInput
from enduse.model.kept import Once

if TYPE_CHECKING:
    from enduse.interfaces.service.ground import Service

M = TypeVar("M", bound=BaseModel)
MOST = 200
_KEY = re.compile(r"[\x21-\x7e]{1,200}")

Limit = Annotated[int, Query(ge=1, le=MOST, description="At most so many.")]
# Patterns are stated and not enforced here: what refuses a value says more of how to mend it.
Cursor = Annotated[
    str,
    Query(
        max_length=100,
        description="Where to go on: `next` of the page before.",
        json_schema_extra={"pattern": "^[A-Za-z0-9_-]*$"},
    ),
]
AsOf = Annotated[
    str,
    Query(
        max_length=20,
        description="The day of law and lists (2026-08-03); today by default.",
        json_schema_extra={"pattern": "^([0-9]{4}-[0-9]{2}-[0-9]{2})?$"},
    ),
]
OnceKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="A key of your own: the same request is then done once only.",
        json_schema_extra={"pattern": "^[!-~]{1,200}$"},
    ),
]


def _described(description: str) -> dict[str, Any]:
    return {"model": shapes.Problem, "description": description}


REFUSALS: dict[int | str, dict[str, Any]] = {
    400: _described("The request cannot be used; says how to mend it"),
    401: _described("Nobody is signed in, or the key is no good"),
    403: _described("You may not do this; says why, and what would be needed"),
    408: _described("The body did not come on"),
    413: _described("The body is too large"),
    429: _described("Too many requests; Retry-After says when to try again"),
    503: _described("The lists or the store cannot be used now"),
}
ABSENT: dict[int | str, dict[str, Any]] = {404: _described("There is no such thing, or you may not know of it")}


def part(tag: str) -> APIRouter:
    """A router for some of the routes."""
    return APIRouter(prefix="/v1", dependencies=[Depends(known_parameters)], responses=REFUSALS, tags=[tag])


class Asked(BaseModel):
    """A request's body; unknown keys are refused."""

    model_config = ConfigDict(extra="forbid")


def service_of(request: Request) -> Service:
    """The service that answers a request."""
    found: Service = request.app.state.service
    return found


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """The description of a body that the route reads itself."""
    schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


async def body_of(request: Request, model: type[M]) -> M:
    """The body of a request.

    Raises:
        BadInput: it is no JSON, has a key twice, nests too deep, or has not the types of the description.
    """
    data = await request.body()
    raw = load_json(data, name="body", max_bytes=len(data) + 1)
    if not isinstance(raw, dict):
        raise BadInput("the body is no object", where="body", remedy="see /openapi.json")
    try:
        # Numbers are read as texts, which hold every digit; so that a text is no number, the bytes are looked at too.
        model.model_validate_json(data, strict=True)
        return model.model_validate(raw)
    except ValidationError as error:
        raise refused(error.errors()) from None


def once(request: Request, key: str | None, body: bytes) -> Once | None:
    """What makes a repeated request harmless, where the client gave a key.

    Raises:
        BadInput: the key cannot be one.
    """
    if key is None:
        return None
    if not _KEY.fullmatch(key):
        remedy = "1 to 200 visible ASCII characters, such as a UUID"
        raise BadInput("this cannot be a key", where="Idempotency-Key", remedy=remedy)
    asked = f"{request.method} {request.url.path}\n".encode() + body
    return Once(actor_of(request).id, key, hashlib.sha256(asked).hexdigest())


def cursor_of(place: int) -> str:
    """Where a page ends, as an opaque text."""
    return base64.urlsafe_b64encode(f"before:{place}".encode()).decode().rstrip("=")


def place_of(cursor: str) -> int | None:
    """What a cursor says; None where none is given.

    Raises:
        BadInput: no page gave it.
    """
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    word, _, number = text.partition(":")
    if word != "before" or not number.isdecimal() or len(number) > 12:
        raise BadInput("this is no cursor", where="cursor", remedy="`next` of the page before, unchanged")
    return int(number)


def paged(rows: list[Any], places: list[int], limit: int) -> dict[str, Any]:
    """A page: at most ``limit`` rows, and where the next one begins.

    Args:
        rows: one more than ``limit`` where there are more.
        places: the place of each row.
    """
    more = len(rows) > limit
    return {"results": rows[:limit], "next": cursor_of(places[limit - 1]) if more else None}


def tagged(request: Request, content: Mapping[str, Any], tag: str, *, status: int = 200, **headers: str) -> Response:
    """An answer with its ETag; 304 where the client has it already."""
    etag = f'"{tag}"'
    given = [one.strip().removeprefix("W/") for one in request.headers.get("if-none-match", "").split(",")]
    all_headers = {"etag": etag, "cache-control": "private, no-cache", **headers}
    if status == 200 and (etag in given or "*" in given):
        return Response(status_code=304, headers=all_headers)
    return JSONResponse(dict(content), status, headers=all_headers)
