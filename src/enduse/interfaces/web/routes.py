"""The pages' addresses; each view answers a page, and what goes wrong becomes a page too."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, Protocol

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from enduse.interfaces.api.answers import Unavailable
from enduse.interfaces.api.holdings import Holdings, NotHeld
from enduse.interfaces.identity.denied import Denied
from enduse.interfaces.identity.guard import actor_of, require
from enduse.interfaces.web import adjudicate, check, screen
from enduse.interfaces.web.addresses import BOTH, Address, View
from enduse.interfaces.web.desk import Clock, Desk, State, day_asked, state_of
from enduse.interfaces.web.fields import MAX_PAIRS, Fields
from enduse.interfaces.web.page import ASSETS, HEADERS, Page, asset_bytes, render
from enduse.model.access import decide
from enduse.model.errors import BadInput, EndUseError


class Lists(Protocol):
    """What the application's state holds."""

    @property
    def clock(self) -> Clock:
        """The civil date."""

    def holdings(self) -> Holdings:
        """The lists; raises ``Unavailable`` while they are being opened."""


ADDRESSES: tuple[Address, ...] = (
    Address("/", check.home, "home.view", BOTH),
    Address("/check", check.answer, "check.run", BOTH),
    Address("/check/timeline", check.over_time, "check.run", BOTH),
    Address("/check/keep", check.keep, check.KEEP, ("POST",)),
    Address("/check/document", check.document, "check.run", BOTH),
    Address("/screen", screen.screen, "screen.run", BOTH),
    Address("/screen/decide", adjudicate.decide, "adjudication.create", ("POST",)),
)
"""All but those of the features, which bring their own."""


def web_router() -> APIRouter:
    """The pages. The application's state holds lists and clock (``app.state.enduse``), and ``uploads``."""
    router = router_of(ADDRESSES)
    files = [require("assets.view")]
    router.add_api_route("/static/{file}", _static, dependencies=files, response_model=None, name="web files")
    return router


def router_of(addresses: Sequence[Address]) -> APIRouter:
    """A page for each address."""
    router = APIRouter(include_in_schema=False)
    for one in addresses:
        router.add_api_route(
            one.path,
            _endpoint(one.view, one.files),
            methods=list(one.methods),
            dependencies=[require(one.action)],
            response_model=None,
            name=f"web {one.path} {one.methods[0]}",
        )
    return router


def _endpoint(view: View, most: int) -> Callable[[Request], Any]:
    async def serve(request: Request) -> Response:
        pairs = list(request.query_params.multi_items())
        posted = request.method == "POST"
        files: tuple[tuple[str, bytes], ...] = ()
        if posted:
            async with request.form(max_files=most, max_fields=MAX_PAIRS) as form:
                pairs += [(name, text) for name, text in form.multi_items() if isinstance(text, str)]
                sent = [one for _, one in form.multi_items() if isinstance(one, UploadFile) and one.filename]
                files = tuple([(str(one.filename), await one.read()) for one in sent])
        return await run_in_threadpool(_served, view, request, Fields.of(pairs), posted, files)

    return serve


def _served(
    view: View,
    request: Request,
    fields: Fields,
    posted: bool,
    files: tuple[tuple[str, bytes], ...],
) -> Response:
    lists: Lists = request.app.state.enduse
    actor = actor_of(request)
    desk = Desk(
        request.url.path,
        fields,
        lists.holdings,
        lists.clock(),
        actor=actor,
        params=dict(request.path_params),
        posted=posted,
        upload=files[0] if files else None,
        files=files,
        uploads=request.app.state.uploads,
        service=request.app.state.service,
        address=getattr(request.state, "address", ""),
        may=lambda action: decide(request.app.state.service.policies, actor, action).allowed,
    )
    state = None
    try:
        desk = replace(desk, as_of=day_asked(fields, desk.today))
        state = _state(desk.holdings, desk)
        page = view(desk)
    except Denied:
        # The application's own page says why, and what would be needed.
        raise
    except (BadInput, NotHeld, Unavailable, EndUseError) as error:
        page = _problem(error)
    return page if isinstance(page, Response) else render(page, desk, state)


def _state(held: Holdings, desk: Desk) -> State:
    return state_of(held, desk.today, held.outdated)


def _problem(error: Exception) -> Page:
    """What went wrong, as a page: what, where, how to mend it."""
    where, remedy = str(getattr(error, "where", "")), str(getattr(error, "remedy", ""))
    problem = str(getattr(error, "problem", error))
    if isinstance(error, NotHeld):
        return Page("error.html", "Nothing of that name", _said(problem, where, remedy), 404)
    if isinstance(error, BadInput):
        return Page("error.html", "This cannot be used", _said(problem, where, remedy), 422)
    waiting = isinstance(error, Unavailable) and "being opened" in problem
    headers = {"Retry-After": "5", **({"Refresh": "3"} if waiting else {})}
    title = "The lists are being opened" if waiting else "This cannot be answered now"
    return Page("error.html", title, _said(problem, where, remedy), 503, headers=headers)


def _said(problem: str, where: str, remedy: str) -> dict[str, str]:
    return {"problem": problem, "where": where, "remedy": remedy}


async def _static(request: Request, file: str) -> Response:
    if file not in ASSETS:
        return Response("no such file", 404, media_type="text/plain")
    data, tag = asset_bytes(file)
    headers = {"Cache-Control": "no-cache", "ETag": f'"{tag}"', "X-Content-Type-Options": "nosniff"}
    if request.headers.get("if-none-match") == f'"{tag}"':
        return Response(status_code=304, headers=headers)
    return Response(
        data,
        headers={**headers, "Content-Security-Policy": HEADERS["Content-Security-Policy"]},
        media_type=ASSETS[file],
    )
