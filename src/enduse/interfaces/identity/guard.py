"""The guard of every route: ``require("action")`` decides by the policies, and says why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlsplit

from fastapi import Depends, Request

from enduse.interfaces.identity.denied import Denied
from enduse.model.access import Actor, Policies, Subject, decide
from enduse.model.errors import EndUseError, OperationFailed

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "x-csrf-token"
MAX_FIELDS = 2_000
MAX_FILES = 4
_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Gate(Protocol):
    """What the guard needs of the service."""

    policies: Policies

    @property
    def public_origin(self) -> str:
        """Scheme and name under which people reach the service; empty where none is stated."""

    def csrf_matches(self, actor: Actor, given: str) -> bool:
        """Whether a form was sent from a page of this session."""


class Forged(EndUseError):
    """A form came without the token of its session: another site may have sent it."""


@dataclass(frozen=True, slots=True)
class Require:
    """A dependency that lets a request pass, or raises :class:`Denied`; its value is the actor."""

    action: str

    async def __call__(self, request: Request) -> Actor:
        """Decide for one request."""
        actor = actor_of(request)
        gate: Gate = request.app.state.service
        decision = decide(gate.policies, actor, self.action)
        if not decision.allowed:
            if problem := getattr(request.state, "unknown_because", ""):
                raise OperationFailed(problem)
            raise Denied(actor, self.action, decision)
        if request.method not in SAFE and not from_here(request):
            raise Forged("the request was sent from a page of another site")
        if request.method not in SAFE and actor.csrf_token:
            given = request.headers.get(CSRF_HEADER, "") or await _form_token(request)
            if not gate.csrf_matches(actor, given):
                raise Forged("the form was not sent from a page of this session")
        return actor


def require(action: str) -> Any:
    """The guard of a route: ``dependencies=[require("lists.view")]`` or ``actor: Annotated[Actor, require("...")]``."""
    return Depends(Require(action))


def from_here(request: Request) -> bool:
    """Whether a browser sent the request from a page of this service; programs do not say, and pass."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    if origin is None:
        return True
    parts = urlsplit(origin)
    gate: Gate = request.app.state.service
    return parts.netloc == request.headers.get("host", "") or origin == gate.public_origin


def actor_of(request: Request) -> Actor:
    """Who asks; nobody, where nothing identified them."""
    found = getattr(request.state, "actor", None)
    return found if isinstance(found, Actor) else Actor()


def authorise(request: Request, action: str, subject: Subject) -> Actor:
    """Decide about one subject, before it is shown or changed.

    Raises:
        Denied: the actor may not.
    """
    actor = actor_of(request)
    gate: Gate = request.app.state.service
    decision = decide(gate.policies, actor, action, subject)
    if not decision.allowed:
        raise Denied(actor, action, decision, subject)
    return actor


def required_action(dependant: Any) -> str | None:
    """The action that a route requires; None where nothing guards it."""
    for one in dependant.dependencies:
        if isinstance(one.call, Require):
            return one.call.action
        if (found := required_action(one)) is not None:
            return found
    return None


async def _form_token(request: Request) -> str:
    if not request.headers.get("content-type", "").lower().startswith(_FORMS):
        return ""
    form = await request.form(max_files=MAX_FILES, max_fields=MAX_FIELDS)
    found = form.get(CSRF_FIELD)
    return found if isinstance(found, str) else ""
