"""What a request may be at most, enforced before anything reads it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

import anyio
from fastapi import Request

from enduse.model.errors import BadInput

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

MAX_BODY = 2 * 1024 * 1024
PATIENCE_SECONDS = 30.0
"""How long the next part of a body may be waited for."""


class TooLarge(BadInput):
    """The body is larger than is accepted."""

    def __init__(self, most: int = MAX_BODY) -> None:
        super().__init__(f"a body of more than {most:,} bytes", remedy="send less in one request")


class TooSlow(BadInput):
    """The body did not come on."""

    def __init__(self) -> None:
        super().__init__("the body did not come on", remedy="send it at once")


class BoundedBody:
    """Reads no body that says that it is larger than the limit, nor on where it grows past that or does not come on."""

    def __init__(self, app: ASGIApp, limit: Callable[[Scope], int]) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        seen, whole = 0, False
        most = self._limit(scope)
        declared = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")

        async def bounded() -> Message:
            nonlocal seen, whole
            if int(declared) > most:
                raise TooLarge(most)
            if whole:
                return await receive()
            try:
                with anyio.fail_after(PATIENCE_SECONDS):
                    message = await receive()
            except TimeoutError:
                raise TooSlow from None
            seen += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if seen > most:
                raise TooLarge(most)
            return message

        await self._app(scope, bounded, send)


def known_parameters(request: Request) -> None:
    """Refuse a query parameter that the route does not have, and one that is given twice and taken once.

    Raises:
        BadInput: so that nothing is ignored silently.
    """
    route = request.scope["route"]
    fields = {field.alias: field for field in route.dependant.query_params}
    given = Counter(name for name, _ in request.query_params.multi_items())
    for name, count in given.items():
        if name not in fields:
            known = ", ".join(fields) or "none"
            raise BadInput(f"{name[:60]!r} is no parameter of this path", where=name[:60], remedy=f"known: {known}")
        if count > 1 and "tuple" not in str(fields[name].field_info.annotation):
            raise BadInput(f"{name} is given {count} times", where=name, remedy="give it once")
