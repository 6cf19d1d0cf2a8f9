"""The cookies of signing in: the session's, and the one by which a browser is known again on the login page."""

from __future__ import annotations

from fastapi import Request
from fastapi.responses import Response

from enduse.interfaces.identity.identities import COOKIE, SECURE_COOKIE

_KNOWN = "enduse_known"
_KNOWN_SECONDS = 180 * 24 * 3600


def set_session(request: Request, response: Response, token: str, hours: int) -> None:
    """Give a browser its session."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        SECURE_COOKIE if secure else COOKIE,
        token,
        max_age=hours * 3600,
        path="/",
        secure=secure,
        httponly=True,
        samesite="lax",
    )


def end_session(response: Response) -> None:
    """Take its session from a browser."""
    for name in (COOKIE, SECURE_COOKIE):
        response.delete_cookie(name, path="/", secure=name == SECURE_COOKIE, httponly=True, samesite="lax")


def known_of(request: Request) -> str:
    """What :func:`set_known` gave this browser; empty where nothing."""
    return request.cookies.get(_KNOWN, "")[:100]


def set_known(request: Request, response: Response, mark: str) -> None:
    """Let a browser be known again: see :meth:`enduse.interfaces.identity.identities.Identities.known_browser`."""
    secure = request.url.scheme == "https"
    response.set_cookie(
        _KNOWN, mark, max_age=_KNOWN_SECONDS, path="/login", secure=secure, httponly=True, samesite="lax"
    )
