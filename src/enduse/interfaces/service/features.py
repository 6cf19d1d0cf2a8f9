"""Parts of the service whose code is read when somebody first asks for one of their addresses.

Reading the code of the API, licensing, designations, monitoring and the programme takes as long as the rest of the
start, and whoever checks and screens in a browser needs none of it.
"""

from __future__ import annotations

import importlib
import importlib.util
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool

from enduse.interfaces.exchange.extra import missing

if TYPE_CHECKING:
    from fastapi import FastAPI
    from starlette.types import ASGIApp, Receive, Scope, Send

WEB = "enduse.interfaces.web"
_API = "enduse.interfaces.api"


@dataclass(frozen=True)
class Feature:
    """One part.

    Attributes:
        routers: modules below ``interfaces.api`` that have a ``router`` each.
        pages: module below ``interfaces.web`` that has its ``ADDRESSES``; empty where it has no pages.
        roots: what its paths begin with. No other part has an address below them.
    """

    name: str
    routers: tuple[str, ...]
    pages: str
    roots: tuple[str, ...]

    def has(self, path: str) -> bool:
        """Whether a path is one of its roots, or below one."""
        return any(path == root or path.startswith(f"{root}/") for root in self.roots)


_CORE = ("assessments", "answers", "reference", "ownership", "portfolio", "adjudications", "system", "people")
_ASKED = ("check", "screen", "items", "lists", "parties", "rules", "ownership", "portfolio")
_KEPT = ("assessments", "transactions", "jobs", "adjudications", "audit", "me", "keys", "searches", "users")
_REGISTERS = ("evidence", "evidence-graph", "evidence-spread", "protected-sources")
_DESIGNATIONS = ("designations", "designation-authorities", "own-list", *_REGISTERS)
_LOOKED_UP = ("parties", "items", "rules", "lists", "map", "assessments", "searches", "audit")
FEATURES = (
    Feature(
        "the API",
        tuple(f"v1.{name}" for name in _CORE),
        "",
        tuple(f"/v1/{name}" for name in (*_ASKED, *_KEPT)),
    ),
    Feature("yente's shapes", ("app",), "", ("/match", "/search", "/entities", "/catalog", "/algorithms")),
    Feature("lookups", (), "lookups", tuple(f"/{name}" for name in _LOOKED_UP)),
    Feature("tables", (), "tables", ("/bulk", "/jobs", "/portfolio")),
    Feature("licensing", ("v1.licensing",), "licensing.addresses", ("/licensing", "/v1/licensing")),
    Feature(
        "designations",
        ("v1.designations",),
        "designations.addresses",
        ("/designations", "/evidence", *(f"/v1/{name}" for name in _DESIGNATIONS)),
    ),
    Feature("the programme", ("v1.programme",), "programme.addresses", ("/programme", "/v1/programme")),
    Feature("monitoring", ("v1.monitor", "v1.trade"), "monitor.addresses", ("/monitor", "/v1/monitor", "/v1/trade")),
    # Without its extra there are no such pages, and no such routes.
    *(
        (Feature("the coalition", ("v1.exchange",), "exchange.addresses", ("/exchange", "/v1/exchange")),)
        if not missing()
        else ()
    ),
)


def pages_of(feature: Feature) -> tuple[Any, ...]:
    """The addresses of a feature's pages."""
    found: tuple[Any, ...] = importlib.import_module(f"{WEB}.{feature.pages}").ADDRESSES if feature.pages else ()
    return found


class Features:
    """Those of one application: each adds its routes once, at the first request below its roots."""

    def __init__(self, app: FastAPI, features: Sequence[Feature] = FEATURES) -> None:
        self._app = app
        self._waiting = {one.name: one for one in features}
        self._adding = threading.Lock()

    def wanted(self, path: str) -> bool:
        """Whether a request waits for code that was not read yet."""
        return any(one.has(path) for one in tuple(self._waiting.values()))

    def add(self, path: str) -> None:
        """Add the feature that a path is below, if it is not there yet."""
        self._add(lambda one: one.has(path))

    def add_all(self) -> None:
        """Add all of them; the description of the API needs that."""
        self._add(lambda _: True)

    def _add(self, meant: Callable[[Feature], bool]) -> None:
        with self._adding:
            for one in tuple(self._waiting.values()):
                if meant(one):
                    # Added in one step: what cannot be read adds nothing, and the next request tries again.
                    self._app.router.routes.extend(self._routes(one))
                    # Last: a request that comes meanwhile waits at the lock.
                    del self._waiting[one.name]

    def _routes(self, feature: Feature) -> list[Any]:
        # `include_router` makes each route a second time; these are complete as they are.
        routers = [importlib.import_module(f"{_API}.{name}").router for name in feature.routers]
        if (router_of := self._app.state.web) is not None:
            routers.append(router_of(pages_of(feature)))
        return [route for router in routers for route in router.routes]


class AddsFeatures:
    """Innermost: reads the code of a feature before its first request is routed."""

    def __init__(self, app: ASGIApp, features: Features) -> None:
        self._app = app
        self._features = features

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and self._features.wanted(scope["path"]):
            await run_in_threadpool(self._features.add, scope["path"])
        await self._app(scope, receive, send)


def web_or_none() -> Any:
    """The package of the pages; None in an installation without them."""
    return importlib.import_module(WEB) if importlib.util.find_spec(WEB) is not None else None
