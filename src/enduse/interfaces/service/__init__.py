"""The service: every interface over HTTP as one application."""

from __future__ import annotations

import contextlib
import datetime as dt
import functools
import os
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

import anyio.to_thread
from fastapi import FastAPI

from enduse.interfaces.api import opened as lists_opened
from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.api.limits import BoundedBody
from enduse.interfaces.api.problems import HANDLERS
from enduse.interfaces.identity import pages
from enduse.interfaces.service import answers, system
from enduse.interfaces.service.features import AddsFeatures, Features, web_or_none
from enduse.interfaces.service.ground import Clock, Service
from enduse.interfaces.service.middleware import Identified, Surroundings
from enduse.interfaces.service.openapi import describe
from enduse.interfaces.service.settings import ServiceSettings
from enduse.version import __version__

if TYPE_CHECKING:
    from starlette.types import Scope


def create_service(
    settings: ServiceSettings,
    *,
    clock: Clock = lambda: dt.datetime.now(tz=dt.UTC),
    open_holdings: Callable[[], Holdings] | None = None,
    log_file: Any = None,
) -> FastAPI:
    """The application.

    Args:
        clock: tells the moment, with its time zone.
        open_holdings: opens the lists; called once, in a thread of its own, when the server starts. By default those
            of the data directory.
        log_file: where log lines go; standard error when None.
    """

    def today() -> dt.date:
        return clock().astimezone(dt.UTC).date()

    def opened() -> Holdings:
        return Holdings.open(settings.data, accept_starter=settings.starter, day=today(), store=settings.place)

    lists = lists_opened.OpenedLists(open_holdings or opened, today)
    service = Service(settings, clock, lists, log_file)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        # Answers are work for the processor alone: more threads than cores only get into each other's way.
        anyio.to_thread.current_default_thread_limiter().total_tokens = max(2, os.cpu_count() or 2)
        lists.start()
        service.worker.start()
        yield
        service.worker.stop()
        service.close()
        service.log.info("stopped")

    app = FastAPI(
        title="enduse",
        version=__version__,
        description="Export control: checking, screening, lists, rules. Beside /v1, screening in the shapes of yente.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        exception_handlers={**HANDLERS, **answers.HANDLERS},
    )
    app.state.service = service
    app.state.enduse = lists
    app.openapi = functools.partial(describe, app)  # type: ignore[method-assign]
    app.state.denied_page = pages.denied_page
    parts = [system.router, pages.router, lists_opened.router]
    web = web_or_none()
    app.state.web = None
    if web is not None:
        parts.append(web.web_router())
        app.state.sections, app.state.web = web.NAVIGATION, web.router_of
        app.state.uploads = web.Uploads()
    for part in parts:
        # `include_router` makes each route a second time; these are complete as they are.
        app.router.routes.extend(part.routes)
    app.state.features = features = Features(app)

    def largest(scope: Scope) -> int:
        actor = scope["state"].get("actor")
        kind = next((value for name, value in scope["headers"] if name == b"content-type"), b"")
        table = kind.startswith((b"multipart/form-data", b"text/csv")) or scope["path"].startswith("/v1/trade/")
        upload = table and actor is not None and actor.signed_in
        return settings.max_upload if upload else settings.max_body

    # The last that is added stands outermost.
    app.add_middleware(AddsFeatures, features=features)
    app.add_middleware(BoundedBody, limit=largest)
    app.add_middleware(Identified, service=service)
    app.add_middleware(Surroundings, service=service)
    return app
