"""Errors as problems (RFC 9457) that say how to mend them."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import iter_route_contexts
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from enduse.interfaces.api.answers import Refused, Unavailable
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.limits import TooLarge, TooSlow
from enduse.model.errors import BadInput, EndUseError, Erased, OperationFailed

PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: {"description": "The request cannot be used; says how to mend it"},
    503: {"description": "No list is loaded, or the lists are still being opened"},
}
ABSENT: dict[int | str, dict[str, Any]] = {404: {"description": "Nothing of that name"}}


class Problem(BaseModel):
    """Why a request was refused, and how to mend it (RFC 9457); ``detail`` is what yente's clients read."""

    type: str = "about:blank"
    title: str = Field(examples=["Bad Request"])
    status: int = Field(examples=[400])
    detail: str = Field(examples=["schema: 'Compny' is no schema of FollowTheMoney (did you mean Company?)"])
    where: str = Field("", examples=["schema"])
    remedy: str = Field("", examples=["did you mean Company?"])
    errors: list[str] = Field([], description="Everything that is wrong, where it is more than one thing.")


def problem(
    status: int,
    detail: str,
    *,
    where: str = "",
    remedy: str = "",
    errors: tuple[str, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """An answer that says what is wrong."""
    title = HTTPStatus(status).phrase
    content = Problem(
        title=title, status=status, detail=detail, where=where, remedy=remedy, errors=list(errors)
    ).model_dump()
    retry = {"Retry-After": "5"} if status == 503 else {}
    return JSONResponse(content, status, media_type="application/problem+json", headers={**retry, **(headers or {})})


async def _bad_input(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, BadInput)
    errors = error.errors if isinstance(error, Refused) else ()
    status = 413 if isinstance(error, TooLarge) else 408 if isinstance(error, TooSlow) else 400
    return problem(status, error.message(), where=error.where, remedy=error.remedy, errors=errors)


async def _not_held(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, NotHeld)
    detail = f"{error.problem} ({error.remedy})" if error.remedy else error.problem
    return problem(404, detail, remedy=error.remedy)


async def _unavailable(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Unavailable)
    return problem(503, f"{error.problem} ({error.remedy})", remedy=error.remedy)


async def _erased(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, Erased)
    return problem(410, str(error), remedy=error.remedy)


async def _invalid(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    return await _bad_input(_, refused(error.errors()))


async def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        error.headers = {"Allow": ", ".join(_methods(request))}
    remedy = "see /openapi.json for the paths and methods" if error.status_code in (404, 405) else ""
    return problem(error.status_code, str(error.detail), remedy=remedy, headers=error.headers)


def _methods(request: Request) -> list[str]:
    """The methods of a path, of all its routes: the framework names those of the first route only."""
    found: dict[int, set[str]] = {}
    for route in iter_route_contexts(request.app.routes):
        if route.methods and route.matches(request.scope)[0] is not Match.NONE:
            found.setdefault(str(route.path).count("{"), set()).update(route.methods)
    # A path of its own comes before a pattern that it fits too.
    return sorted(found[min(found)]) if found else []


async def _failed(request: Request, error: Exception) -> JSONResponse:
    if isinstance(error, OperationFailed):
        # Where it failed is a file or a database of the service: for those who run it, not for those who ask.
        if (service := getattr(request.app.state, "service", None)) is not None:
            service.log.error("failed", request_id=getattr(request.state, "request_id", ""), problem=str(error))
        return problem(503, f"{error.problem} ({error.remedy})" if error.remedy else error.problem, remedy=error.remedy)
    return problem(503, str(error)) if isinstance(error, EndUseError) else problem(500, "internal error: a defect")


def refused(found: Any) -> Refused:
    """What a validator found, as lines of place and reason; values are not repeated, they may be long or private."""
    lines = [f"{'.'.join(str(part)[:60] for part in one['loc'])}: {one['msg']}" for one in list(found)[:20]]
    return Refused(lines[0] if lines else "the request cannot be used", lines, remedy="see /openapi.json")


HANDLERS: dict[int | type[Exception], Any] = {
    BadInput: _bad_input,
    NotHeld: _not_held,
    Unavailable: _unavailable,
    Erased: _erased,
    RequestValidationError: _invalid,
    HTTPException: _http,
    EndUseError: _failed,
    Exception: _failed,
}
