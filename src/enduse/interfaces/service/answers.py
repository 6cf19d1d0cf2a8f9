"""What is answered to who may not: a problem for programs, a page or the way to the login for people."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.concurrency import run_in_threadpool

from enduse.cases.refusals import Conflict, Refused
from enduse.interfaces.api.problems import problem
from enduse.interfaces.identity.denied import Denied
from enduse.interfaces.identity.guard import SAFE, Forged
from enduse.interfaces.service.ground import Service

LOGIN = "/login"


def wants_page(request: Request) -> bool:
    """Whether a person asks with a browser."""
    return "text/html" in request.headers.get("accept", "") and not request.url.path.startswith("/v1/")


async def denied(request: Request, error: Exception) -> Response:
    """The answer to a refusal, which is put on record first."""
    assert isinstance(error, Denied)
    service: Service = request.app.state.service
    address = getattr(request.state, "address", "")
    subject = f"{error.subject.kind}:{error.subject.id}" if error.subject is not None else ""
    await run_in_threadpool(service.denied, error.actor, error.action, subject, error.decision.because, address)
    page = wants_page(request)
    if not error.actor.signed_in:
        if page:
            back = str(request.url.path) + (f"?{request.url.query}" if request.url.query else "")
            target = f"{LOGIN}?{urlencode({'next': back})}" if request.method in SAFE and back != "/" else LOGIN
            return RedirectResponse(target, 303)
        found = _refusal(401, error)
        found.headers["www-authenticate"] = 'Bearer realm="enduse"'
        return found
    render = getattr(request.app.state, "denied_page", None)
    if page and render is not None:
        made: Response = await render(request, error)
        return made
    return _refusal(403, error)


def _refusal(status: int, error: Denied) -> JSONResponse:
    decision = error.decision
    return problem(status, f"you may not do this: {decision.because}", where=error.action, remedy=decision.would_need)


async def forged(_: Request, error: Exception) -> Response:
    """The answer to a form without its session's token."""
    return problem(403, str(error), where="csrf_token", remedy="load the page again and send the form from there")


async def refused(request: Request, error: Exception) -> Response:
    """The answer to a command that was refused."""
    from enduse.interfaces.api.v1.licensing import shared  # read by whoever refuses

    return await shared.refused(request, error)


async def conflict(request: Request, error: Exception) -> Response:
    """The answer to who came second."""
    from enduse.interfaces.api.v1.licensing import shared  # read by whoever refuses

    return await shared.conflict(request, error)


HANDLERS: dict[int | type[Exception], Any] = {Denied: denied, Forged: forged, Refused: refused, Conflict: conflict}
