"""Users, their roles, one's own keys and saved searches."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, Field
from starlette.concurrency import run_in_threadpool

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.v1.common import ABSENT, Asked, body_of, part, service_of, takes
from enduse.interfaces.identity.guard import actor_of, authorise, require
from enduse.model.access import Subject
from enduse.model.account import ApiKey, User
from enduse.model.errors import BadInput
from enduse.model.record import By, Record

router = part("People")


class Account(BaseModel):
    """An account."""

    id: str
    login: str
    name: str
    active: bool
    source: str
    made: str
    roles: list[str]
    organisation: str = Field(description="The exporter that it acts for; empty where none.")
    agency: str = Field(description="The agency that it advises for; empty where none.")


class Key(BaseModel):
    """A key, without its secret."""

    id: str
    name: str
    scopes: list[str]
    expires: str
    revoked: bool
    made: str


class NewKey(Key):
    """A new key, with its secret: it is shown this once."""

    key: str


class Search(BaseModel):
    """A saved search."""

    id: str
    name: str
    query: dict[str, Any]
    at: str


class AskedAccount(Asked):
    """An account to make."""

    login: str
    name: str
    password: str = Field(description="The first password; whoever it belongs to changes it.")
    reason: str


class AskedRole(Asked):
    """A role to grant or to take away."""

    role: str = Field(examples=["analyst"])
    reason: str


class AskedAssignment(Asked):
    """For whom an account acts."""

    organisation: str = Field("", description="Id of the exporter's organisation; empty for none.", examples=["delta"])
    agency: str = Field("", description="Id of the agency; empty for none.", examples=["licensing"])
    reason: str


class AskedKey(Asked):
    """A key to make."""

    name: str = Field(examples=["order system"])
    scopes: list[str] = Field(examples=[["screen", "check"]], max_length=50)
    days: int = Field(90, description="How long it lasts.")


class AskedSearch(Asked):
    """A search to save."""

    name: str
    query: dict[str, Any] = Field(description="As POST /v1/screen takes it.")


def _account(user: User, roles: Any) -> dict[str, Any]:
    return {
        "id": user.id,
        "login": user.login,
        "name": user.name,
        "active": user.active,
        "source": user.source,
        "made": user.made,
        "roles": sorted(roles),
        "organisation": user.organisation,
        "agency": user.agency,
    }


def _key(key: ApiKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "name": key.name,
        "scopes": list(key.scopes),
        "expires": key.expires,
        "revoked": key.revoked,
        "made": key.made,
    }


def _search(record: Record) -> dict[str, Any]:
    return {
        "id": record.key,
        "name": record.text("name"),
        "query": record.content["query"],
        "at": record.text("at"),
    }


# --- users


@router.get("/users", response_model=list[Account], dependencies=[require("user.view")])
def users(request: Request) -> Any:
    """Every account, with its roles."""
    store = service_of(request).stores.get()
    accounts = store.accounts if store is not None else None
    return [_account(one, accounts.roles(one.id)) for one in accounts.users()] if accounts is not None else []


@router.get("/users/{identifier}", response_model=Account, responses=ABSENT, dependencies=[require("user.view")])
def user(request: Request, identifier: str) -> Any:
    """One account."""
    return _shown(request, identifier)


def _shown(request: Request, identifier: str) -> dict[str, Any]:
    store = service_of(request).stores.get()
    found = store.accounts.user(identifier) if store is not None else None
    if store is None or found is None:
        raise NotHeld("there is no such account", "GET /v1/users lists them")
    return _account(found, store.accounts.roles(found.id))


@router.post(
    "/users",
    status_code=201,
    response_model=Account,
    openapi_extra=takes(AskedAccount),
    dependencies=[require("user.create")],
)
async def create_user(request: Request) -> Any:
    """Make an account, without roles."""
    asked = await body_of(request, AskedAccount)

    def answer() -> JSONResponse:
        people, actor = service_of(request).people, actor_of(request)
        made = people.create(asked.login, asked.name, asked.password, by=actor, reason=asked.reason)
        return JSONResponse(_account(made, ()), 201, headers={"location": f"/v1/users/{made.id}"})

    return await run_in_threadpool(answer)


async def _role(request: Request, identifier: str, action: str) -> Any:
    asked = await body_of(request, AskedRole)

    def answer() -> dict[str, Any]:
        service, by = service_of(request), By.of(actor_of(request))
        authorise(request, action, Subject("grant", identifier[:40], target=identifier, role=asked.role))
        if asked.role not in service.policies.roles:
            remedy = ", ".join(service.policies.roles)
            raise BadInput(f"{asked.role[:40]!r} is no role", where="role", remedy=remedy)
        _shown(request, identifier)
        accounts = service.stores.need().accounts
        change = accounts.grant if action == "role.grant" else accounts.revoke
        change(identifier, asked.role, by=by, reason=asked.reason)
        return _shown(request, identifier)

    return await run_in_threadpool(answer)


@router.post(
    "/users/{identifier}/grants",
    response_model=Account,
    responses=ABSENT,
    openapi_extra=takes(AskedRole),
    dependencies=[require("role.grant")],
)
async def grant(request: Request, identifier: str) -> Any:
    """Grant a role to somebody else."""
    return await _role(request, identifier, "role.grant")


@router.post(
    "/users/{identifier}/revocations",
    response_model=Account,
    responses=ABSENT,
    openapi_extra=takes(AskedRole),
    dependencies=[require("role.revoke")],
)
async def revoke(request: Request, identifier: str) -> Any:
    """Take a role away from somebody else."""
    return await _role(request, identifier, "role.revoke")


@router.post(
    "/users/{identifier}/assignment",
    response_model=Account,
    responses=ABSENT,
    openapi_extra=takes(AskedAssignment),
    dependencies=[require("user.assign")],
)
async def assign(request: Request, identifier: str) -> Any:
    """Say which exporter an account acts for, and which agency it advises for: nobody says so of themself."""
    asked = await body_of(request, AskedAssignment)

    def answer() -> dict[str, Any]:
        authorise(request, "user.assign", Subject("user", identifier[:40], target=identifier))
        _shown(request, identifier)
        service_of(request).stores.need().accounts.assign(
            identifier,
            organisation=asked.organisation,
            agency=asked.agency,
            by=By.of(actor_of(request)),
            reason=asked.reason,
        )
        return _shown(request, identifier)

    return await run_in_threadpool(answer)


# --- keys


@router.get("/keys", response_model=list[Key], dependencies=[require("key.view")])
def keys(request: Request) -> Any:
    """One's own keys."""
    actor = actor_of(request)
    authorise(request, "key.view", Subject("key", owner=actor.id))
    return [_key(one) for one in service_of(request).stores.need().accounts.keys(actor.id)]


@router.post(
    "/keys",
    status_code=201,
    response_model=NewKey,
    openapi_extra=takes(AskedKey),
    dependencies=[require("key.create")],
)
async def make_key(request: Request) -> Any:
    """Make a key for oneself; its secret is shown this once."""
    asked = await body_of(request, AskedKey)

    def answer() -> JSONResponse:
        actor = actor_of(request)
        authorise(request, "key.create", Subject("key", owner=actor.id))
        secret, key = service_of(request).people.make_key(actor, asked.name, asked.scopes, asked.days)
        return JSONResponse({**_key(key), "key": secret}, 201)

    return await run_in_threadpool(answer)


@router.delete("/keys/{identifier}", status_code=204, responses=ABSENT, dependencies=[require("key.revoke")])
def revoke_key(request: Request, identifier: str) -> Response:
    """Revoke a key of one's own."""
    actor, accounts = actor_of(request), service_of(request).stores.need().accounts
    known = accounts.key(identifier)
    if known is None or known[0].user != actor.id:
        raise NotHeld("there is no such key", "GET /v1/keys lists yours")
    authorise(request, "key.revoke", Subject("key", identifier, owner=known[0].user))
    accounts.revoke_key(identifier, by=By.of(actor), reason="revoked by its owner")
    return Response(status_code=204)


# --- saved searches


@router.get("/searches", response_model=list[Search], dependencies=[require("search.view")])
def searches(request: Request) -> Any:
    """One's own saved searches."""
    store = service_of(request).stores.get()
    return [_search(one) for one in store.casework.searches(actor_of(request).id)] if store is not None else []


@router.post(
    "/searches",
    status_code=201,
    response_model=Search,
    openapi_extra=takes(AskedSearch),
    dependencies=[require("search.save")],
)
async def save_search(request: Request) -> Any:
    """Save a search."""
    asked = await body_of(request, AskedSearch)

    def answer() -> JSONResponse:
        store, by = service_of(request).stores.need(), By.of(actor_of(request))
        return JSONResponse(_search(store.casework.save_search(asked.name, asked.query, by=by)), 201)

    return await run_in_threadpool(answer)


@router.delete("/searches/{identifier}", status_code=204, responses=ABSENT, dependencies=[require("search.save")])
def forget_search(request: Request, identifier: str) -> Response:
    """Take a saved search off the list."""
    store = service_of(request).stores.get()
    if store is None or not store.casework.forget_search(identifier, by=By.of(actor_of(request))):
        raise NotHeld("there is no such saved search", "GET /v1/searches lists yours")
    return Response(status_code=204)
