"""What surrounds every request: its id, its log line, security headers, bounds, and who asks."""

from __future__ import annotations

import json
import re
import secrets
import time
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders

from enduse.interfaces.identity.identities import Identity
from enduse.interfaces.service.observe import status_shown
from enduse.model.access import Actor
from enduse.model.errors import EndUseError

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from enduse.interfaces.service.ground import Service

CSP = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
SECURITY_HEADERS = {
    "content-security-policy": CSP,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_LONGEST_TARGET = 24 * 1024


class Surroundings:
    """Outermost: request id, log line, metrics, security headers, host names, and the last line of defence."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        service, headers = self._service, Headers(scope=scope)
        _behind_proxy(scope, headers, service.settings.trusted)
        given = headers.get("x-request-id", "")
        request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        status = 500
        started = False

        async def with_headers(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                started, status = True, message["status"]
                mutable = MutableHeaders(scope=message)
                for name, value in SECURITY_HEADERS.items():
                    mutable.setdefault(name, value)
                mutable["x-request-id"] = request_id
                if scope.get("scheme") == "https":
                    mutable["strict-transport-security"] = "max-age=31536000"
                if not scope["path"].startswith("/static/"):
                    mutable.setdefault("cache-control", "no-store")
            await send(message)

        begun = time.perf_counter()
        service.metrics.running.inc()
        try:
            refused = self._refused(scope, headers)
            if refused is not None:
                await plain_problem(with_headers, *refused)
            else:
                await self._app(scope, receive, with_headers)
        except Exception as error:
            service.log.error("defect", request_id=request_id, error=type(error).__name__, exc_info=service.debug)
            if not started:
                await plain_problem(with_headers, 500, "internal error: a defect", f"tell the operators: {request_id}")
        finally:
            service.metrics.running.dec()
            route = getattr(scope.get("route"), "path", "(none)")
            passed = time.perf_counter() - begun
            method = scope["method"] if scope["method"] in _METHODS else "OTHER"
            service.metrics.requests.labels(method, route, status_shown(route, status)).inc()
            service.metrics.seconds.labels(route).observe(passed)
            actor = state.get("actor")
            service.log.info(
                "request",
                request_id=request_id,
                method=method,
                route=route,
                status=status if (shown := status_shown(route, status)).isdigit() else shown,
                milliseconds=round(passed * 1000, 1),
                actor=actor.id if actor is not None else "",
            )

    def _refused(self, scope: Scope, headers: Headers) -> tuple[int, str, str] | None:
        if len(scope["path"]) + len(scope["query_string"]) > _LONGEST_TARGET:
            return 414, "the address is too long", "send a body in place of parameters"
        allowed = self._service.settings.hosts
        name = _host_name(headers.get("host", ""))
        if allowed is not None and name not in allowed:
            return 421, f"this service is not called {name[:100]!r}", "ENDUSE_PUBLIC_URL or _ALLOWED_HOSTS names it"
        return None


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


def _behind_proxy(scope: Scope, headers: Headers, trusted: frozenset[str]) -> None:
    """Take the address and the scheme from a proxy that is trusted; from nobody else."""
    if _address(scope) not in trusted:
        return
    passed = [one.strip() for one in headers.get("x-forwarded-for", "").split(",") if one.strip()]
    # From the right: what stands left of the first address that is no proxy of ours is the client's own word.
    outside = next((one for one in reversed(passed) if one not in trusted), "")
    if outside:
        scope["client"] = (outside[:60], 0)
    if headers.get("x-forwarded-proto", "").lower() == "https":
        scope["scheme"] = "https"


def _host_name(host: str) -> str:
    host = host.lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0]


async def plain_problem(send: Send, status: int, detail: str, remedy: str = "", headers: Any = ()) -> None:
    """Answer with a problem (RFC 9457), where no route does."""
    content = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": f"{detail} ({remedy})" if remedy else detail,
        "where": "",
        "remedy": remedy,
        "errors": [],
    }
    body = json.dumps(content).encode()
    start = [(b"content-type", b"application/problem+json"), (b"content-length", str(len(body)).encode()), *headers]
    await send({"type": "http.response.start", "status": status, "headers": start})
    await send({"type": "http.response.body", "body": body})


class Identified:
    """Says who asks, from the session's cookie or the key, and holds the rate limits."""

    def __init__(self, app: ASGIApp, service: Service) -> None:
        self._app = app
        self._service = service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            found = await run_in_threadpool(self._service.people.identify, headers)
        except EndUseError as error:
            # What needs nobody's name still answers; the guard says of the rest why it cannot.
            found = Identity(Actor())
            scope["state"]["unknown_because"] = _told(error)
            self._service.log.error("nobody could be identified", problem=str(error))
        scope["state"]["actor"] = found.actor
        scope["state"]["session"] = found.session
        scope["state"]["address"] = _address(scope)
        if found.refused:
            challenge = [(b"www-authenticate", b'Bearer realm="enduse", error="invalid_token"')]
            await plain_problem(send, 401, found.refused, "make a new key, or sign in", challenge)
            return
        # Open, only this machine asks: programs that screen from here are not held back.
        actor = found.actor
        wait = 0 if actor.open_mode else self._service.limits.requests(actor.id or _address(scope))
        if wait:
            self._service.metrics.limited.inc()
            await plain_problem(
                send, 429, "too many requests", f"try again in {wait} s", [(b"retry-after", str(wait).encode())]
            )
            return
        await self._app(scope, receive, send)


def _told(error: EndUseError) -> str:
    """What went wrong and how to mend it, without the file or the database in which it did."""
    problem, remedy = str(getattr(error, "problem", error)), str(getattr(error, "remedy", ""))
    return f"{problem} ({remedy})" if remedy else problem


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""
