"""The audit chain, and what one may do."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from pydantic import BaseModel, Field

from enduse.interfaces.api.v1.common import Cursor, Limit, paged, part, place_of, service_of
from enduse.interfaces.identity.guard import actor_of, require
from enduse.model.access import decide

router = part("Audit and access")


class Entry(BaseModel):
    """An entry of the audit chain."""

    seq: int
    at: str
    actor: str
    role: str
    action: str
    subject: str
    before: str
    after: str
    reason: str
    editions: list[list[str]]
    previous: str
    hash: str


class EntryPage(BaseModel):
    """Entries, newest first."""

    results: list[Entry]
    next: str | None


class Chain(BaseModel):
    """The state of the audit chain."""

    whole: bool
    count: int
    head: str
    place: str = Field(description="What is broken first; empty where all is whole.")
    problem: str


@router.get("/audit", response_model=EntryPage, dependencies=[require("audit.view")])
def audit(request: Request, limit: Limit = 50, cursor: Cursor = "", subject: str = "") -> Any:
    """Who did what, newest first; of one subject (`assessment:ID`) alone where it is stated."""
    before, store = place_of(cursor), service_of(request).stores.get()
    found = (
        store.audit.entries(last=limit + 1, before=before, subject=subject or None)[::-1] if store is not None else []
    )
    rows = [one.content() | {"hash": one.hash} for one in found]
    return paged(rows, [one.seq for one in found], limit)


@router.get("/audit/verification", response_model=Chain, dependencies=[require("audit.verify")])
def verification(request: Request) -> Any:
    """Follow the chain and compare it with all that it tells of."""
    store = service_of(request).stores.get()
    if store is None:
        return {"whole": True, "count": 0, "head": "", "place": "", "problem": ""}
    found = store.verify()
    return {
        "whole": found.whole,
        "count": found.count,
        "head": found.head,
        "place": found.place,
        "problem": found.problem,
    }


class May(BaseModel):
    """Whether one may do something, and why or why not."""

    action: str
    title: str
    allowed: bool
    because: str
    would_need: str
    policy: str


class Me(BaseModel):
    """Who asks, and what they may do."""

    id: str
    name: str
    roles: list[str]
    scopes: list[str] | None = Field(description="What the key is limited to; null for a session.")
    open_mode: bool
    may: list[May]


@router.get("/me", response_model=Me, dependencies=[require("access.explain")])
def me(request: Request) -> Any:
    """Who am I here, and why may I not?"""
    actor, policies = actor_of(request), service_of(request).policies
    found = [(one, decide(policies, actor, one.id)) for one in policies.actions.values()]
    return {
        "id": actor.id,
        "name": actor.name,
        "roles": sorted(actor.roles),
        "scopes": sorted(actor.scopes) if actor.scopes is not None else None,
        "open_mode": actor.open_mode,
        "may": [
            {
                "action": action.id,
                "title": action.title,
                "allowed": decision.allowed,
                "because": decision.because,
                "would_need": decision.would_need,
                "policy": decision.policy,
            }
            for action, decision in found
        ],
    }
