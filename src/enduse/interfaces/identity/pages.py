"""Pages of accounts: signing in, the first account, one's own account and keys, users and roles, and why one may not.

They work without a script. What is decided is decided by the policies; these pages show it.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool

from enduse.interfaces.identity.cookies import end_session, known_of, set_known, set_session
from enduse.interfaces.identity.denied import Denied
from enduse.interfaces.identity.guard import actor_of, authorise, require
from enduse.interfaces.identity.identities import NotSignedIn, session_token
from enduse.interfaces.identity.words import moment
from enduse.model.access import Actor, Subject, decide
from enduse.model.errors import BadInput
from enduse.model.record import By

if TYPE_CHECKING:
    from enduse.interfaces.service.ground import Service

router = APIRouter(include_in_schema=False)
_WEB = importlib.util.find_spec("enduse.interfaces.web") is not None
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["moment"] = moment
_MAX_FIELD = 4_000
_MAX_FIELDS = 100


def service_of(request: Request) -> Service:
    """The service that answers a request."""
    found: Service = request.app.state.service
    return found


def page(request: Request, template: str, title: str, status: int = 200, **values: Any) -> HTMLResponse:
    """A page of accounts."""
    actor = actor_of(request)
    service = service_of(request)

    def may(action: str) -> bool:
        return decide(service.policies, actor, action).allowed

    inside = actor.signed_in or actor.open_mode
    sections = getattr(request.app.state, "sections", ()) if inside else ()
    stated = {"problem": "", "done": "", "sections": sections, **values}
    text = _TEMPLATES.get_template(template).render(title=title, actor=actor, may=may, styled=_WEB, **stated)
    return HTMLResponse(text, status)


async def fields(request: Request) -> dict[str, str]:
    """The texts of a form.

    Raises:
        BadInput: a field is too long, or is a file.
    """
    found: dict[str, str] = {}
    for name, value in (await request.form(max_files=0, max_fields=_MAX_FIELDS)).multi_items():
        if not isinstance(value, str) or len(value) > _MAX_FIELD:
            raise BadInput("the field is too long", where=name[:60], remedy=f"at most {_MAX_FIELD:,} characters")
        found[name] = value if name not in found else f"{found[name]},{value}"
    return found


def safe_next(text: str) -> str:
    """Where to go after signing in: a path of this service, never another site."""
    good = text.startswith("/") and not text.startswith(("//", "/\\")) and text.isprintable() and len(text) < 2_000
    return text if good and "\\" not in text else "/"


def _see(path: str) -> RedirectResponse:
    return RedirectResponse(path, 303)


def _set_cookie(request: Request, response: Response, token: str) -> None:
    set_session(request, response, token, service_of(request).settings.session_hours)


# --- signing in and out


@router.get("/login", dependencies=[require("login.use")])
def login_page(request: Request) -> Response:
    """Ask for login and password."""
    return _login(request, safe_next(request.query_params.get("next", "/")))


def _login(request: Request, back: str, status: int = 200, problem: str = "", login: str = "") -> HTMLResponse:
    settings = service_of(request).settings
    provider = settings.oidc_name if settings.oidc_issuer else ""
    return page(request, "login.html", "Sign in", status, back=back, problem=problem, login=login, provider=provider)


@router.post("/login", dependencies=[require("login.use")])
async def login(request: Request) -> Response:
    """Sign in."""
    given = await fields(request)
    service, back = service_of(request), safe_next(given.get("next", "/"))
    name = given.get("login", "")

    def sign_in() -> tuple[str, str]:
        old, known = session_token(request.headers), known_of(request)
        people, address = service.people, request.state.address
        token, user = people.sign_in(name, given.get("password", ""), address=address, old=old, known=known)
        return token, people.known_browser(user)

    try:
        token, known = await run_in_threadpool(sign_in)
    except NotSignedIn as error:
        service.metrics.logins.labels("refused").inc()
        answer = _login(request, back, 429 if error.wait else 401, str(error), name[:100])
        if error.wait:
            answer.headers["retry-after"] = str(error.wait)
        return answer
    service.metrics.logins.labels("ok").inc()
    response = _see(back)
    _set_cookie(request, response, token)
    set_known(request, response, known)
    return response


@router.post("/logout", dependencies=[require("account.change")])
async def logout(request: Request) -> Response:
    """Sign out."""
    service = service_of(request)
    await run_in_threadpool(service.people.sign_out, actor_of(request), request.state.session)
    response = _see("/login")
    end_session(response)
    return response


@router.get("/login/oidc", dependencies=[require("login.use")])
async def oidc(request: Request) -> Response:
    """Go to the identity provider."""
    provider = service_of(request).provider
    if provider is None:
        return _login(request, "/", 404, "no identity provider is set up here")
    back = safe_next(request.query_params.get("next", "/"))
    try:
        address, state = await run_in_threadpool(provider.begin, _callback(request), back)
    except NotSignedIn as error:
        return _login(request, back, 502, str(error))
    response = _see(address)
    response.set_cookie(
        "enduse_oidc",
        state,
        max_age=600,
        path="/login/oidc",
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )
    return response


@router.get("/login/oidc/back", dependencies=[require("login.use")])
async def oidc_back(request: Request) -> Response:
    """Come back from the identity provider."""
    service = service_of(request)
    provider = service.provider
    if provider is None:
        return _login(request, "/", 404, "no identity provider is set up here")
    query = dict(request.query_params)

    def sign_in() -> tuple[str, str]:
        known = request.cookies.get("enduse_oidc", "")
        person, back = provider.end(query, known, _callback(request))
        old = session_token(request.headers)
        token, _ = service.people.sign_in_from(person.issuer, person.subject, person.login, person.name, old=old)
        return token, back

    try:
        token, back = await run_in_threadpool(sign_in)
    except NotSignedIn as error:
        service.metrics.logins.labels("refused").inc()
        return _login(request, "/", 401, str(error))
    service.metrics.logins.labels("ok").inc()
    # A redirect from another site carries no cookie that is strict; ours is lax, and the page is one of ours.
    response = _see(back)
    response.delete_cookie("enduse_oidc", path="/login/oidc")
    _set_cookie(request, response, token)
    return response


def _callback(request: Request) -> str:
    origin = service_of(request).public_origin or f"{request.url.scheme}://{request.headers.get('host', '')}"
    return f"{origin}/login/oidc/back"


# --- the first account


@router.get("/setup", dependencies=[require("setup.use")])
def setup_page(request: Request) -> Response:
    """Ask for the first account."""
    token = request.query_params.get("token", "")
    if not service_of(request).people.setup_fits(token):
        return page(request, "message.html", "This link is no longer good", 404, text=_NO_LINK)
    return page(request, "setup.html", "Make the first account", token=token, login="", name="")


_NO_LINK = "It was used, or the service was started anew and printed another one."


@router.post("/setup", dependencies=[require("setup.use")])
async def setup(request: Request) -> Response:
    """Make the first account, and sign it in."""
    given = await fields(request)
    service, token = service_of(request), given.get("token", "")
    login, name, password = given.get("login", ""), given.get("name", ""), given.get("password", "")

    def make() -> str:
        user = service.people.set_up(token, login, name, password)
        return service.people.sign_in(user.login, password, address=request.state.address)[0]

    try:
        session = await run_in_threadpool(make)
    except NotSignedIn as error:
        return page(request, "message.html", "This link is no longer good", 404, text=str(error))
    except BadInput as error:
        shown = {"token": token, "login": login[:100], "name": name[:200]}
        return page(request, "setup.html", "Make the first account", 400, problem=error.message(), **shown)
    response = _see("/admin/users")
    _set_cookie(request, response, session)
    return response


# --- one's own account


@router.get("/account", dependencies=[require("account.view")])
def account(request: Request) -> Response:
    """One's own account."""
    return _account(request)


def _account(request: Request, status: int = 200, **values: Any) -> Response:
    service, actor = service_of(request), actor_of(request)
    authorise(request, "account.view", Subject("user", actor.id, owner=actor.id))
    accounts = service.stores.need().accounts
    roles = [service.policies.roles[one] for one in sorted(actor.roles) if one in service.policies.roles]
    stated = {"secret": "", **values}
    return page(
        request,
        "account.html",
        "Your account",
        status,
        user=accounts.user(actor.id),
        roles=roles,
        sessions=accounts.sessions(actor.id),
        keys=accounts.keys(actor.id),
        scopes=service.policies.scopes,
        **stated,
    )


@router.post("/account/password", dependencies=[require("account.change")])
async def password(request: Request) -> Response:
    """Change one's own password."""
    given = await fields(request)

    def change() -> Response:
        actor = actor_of(request)
        authorise(request, "account.change", Subject("user", actor.id, owner=actor.id))
        old, new = given.get("old", ""), given.get("new", "")
        try:
            service_of(request).people.change_password(actor, old, new, session=request.state.session)
        except (NotSignedIn, BadInput) as error:
            return _account(request, 400, problem=str(error))
        return _account(request, done="The password is changed; your other sessions have ended.")

    return await run_in_threadpool(change)


@router.post("/account/keys", dependencies=[require("key.create")])
async def make_key(request: Request) -> Response:
    """Make a key; it is shown once."""
    given = await fields(request)

    def make() -> Response:
        actor = actor_of(request)
        authorise(request, "key.create", Subject("key", owner=actor.id))
        scopes = [one for one in given.get("scopes", "").split(",") if one]
        days = int(given["days"]) if given.get("days", "").isdecimal() and len(given["days"]) < 6 else 0
        try:
            secret, _ = service_of(request).people.make_key(actor, given.get("name", ""), scopes, days)
        except BadInput as error:
            return _account(request, 400, problem=error.message())
        return _account(request, secret=secret)

    return await run_in_threadpool(make)


@router.post("/account/keys/revoke", dependencies=[require("key.revoke")])
async def revoke_key(request: Request) -> Response:
    """Revoke a key of one's own."""
    given = await fields(request)

    def revoke() -> Response:
        actor, accounts = actor_of(request), service_of(request).stores.need().accounts
        known = accounts.key(given.get("key", ""))
        # The key of somebody else is as unknown as one that is none.
        owner = known[0].user if known is not None else ""
        authorise(request, "key.revoke", Subject("key", given.get("key", "")[:40], owner=owner))
        try:
            accounts.revoke_key(given["key"], by=By.of(actor), reason="revoked by its owner")
        except BadInput as error:
            return _account(request, 400, problem=error.message())
        return _account(request, done="The key is revoked.")

    return await run_in_threadpool(revoke)


# --- users and roles


@router.get("/admin/users", dependencies=[require("user.view")])
def users(request: Request) -> Response:
    """Every account."""
    return _users(request)


def _users(request: Request, status: int = 200, **values: Any) -> Response:
    accounts = service_of(request).stores.need().accounts
    found = [(one, sorted(accounts.roles(one.id))) for one in accounts.users()]
    stated = {"login": "", "name": "", "reason": "", **values}
    return page(request, "users.html", "Users", status, users=found, **stated)


@router.post("/admin/users", dependencies=[require("user.create")])
async def create_user(request: Request) -> Response:
    """Make an account."""
    given = await fields(request)
    login, name, reason = (given.get(one, "") for one in ("login", "name", "reason"))

    def create() -> Response:
        try:
            user = service_of(request).people.create(
                login, name, given.get("password", ""), by=actor_of(request), reason=reason
            )
        except BadInput as error:
            shown = {"login": login[:100], "name": name[:200], "reason": reason[:500]}
            return _users(request, 400, problem=error.message(), **shown)
        return _see(f"/admin/users/{user.id}")

    return await run_in_threadpool(create)


@router.get("/admin/users/{identifier}", dependencies=[require("user.view")])
def user(request: Request, identifier: str) -> Response:
    """One account, with its roles and keys."""
    return _user(request, identifier)


def _user(request: Request, identifier: str, status: int = 200, **values: Any) -> Response:
    service = service_of(request)
    store = service.stores.need()
    found = store.accounts.user(identifier)
    if found is None:
        return page(request, "message.html", "There is no such account", 404, text="See the list of users.")
    held = store.accounts.roles(identifier)
    return page(
        request,
        "user.html",
        found.name,
        status,
        user=found,
        held=[one for one in service.policies.roles.values() if one.id in held],
        others=[one for one in service.policies.roles.values() if one.id not in held],
        keys=store.accounts.keys(identifier)
        if decide(service.policies, actor_of(request), "key.oversee").allowed
        else (),
        oneself=identifier == actor_of(request).id,
        agencies=sorted({one for rule in service.office.policies.routing for one in rule.agencies}),
        entries=store.audit.entries(last=20, subject=f"user:{identifier}"),
        **values,
    )


_CHANGES: Mapping[str, str] = {
    "lock": "user.change",
    "open": "user.change",
    "assign": "user.assign",
    "grant": "role.grant",
    "revoke": "role.revoke",
    "revoke-key": "key.administer",
}


async def _changed(request: Request, identifier: str, what: str) -> Response:
    given = await fields(request)
    role, reason = given.get("role", ""), given.get("reason", "")

    def change() -> Response:
        service, by = service_of(request), By.of(actor_of(request))
        accounts = service.stores.need().accounts
        kind = "grant" if what in ("grant", "revoke") else "user"
        authorise(request, _CHANGES[what], Subject(kind, identifier[:40], target=identifier, role=role))
        try:
            if what in ("lock", "open"):
                accounts.change(identifier, active=what == "open", by=by, reason=reason)
            elif what == "assign":
                stated = {one: given.get(one, "") for one in ("organisation", "agency")}
                accounts.assign(identifier, **stated, by=by, reason=reason)
            elif what == "revoke-key":
                _of_user(accounts.key(given.get("key", "")), identifier)
                accounts.revoke_key(given["key"], by=by, reason=reason)
            elif role not in service.policies.roles:
                raise BadInput(f"{role[:40]!r} is no role", where="role")
            else:
                (accounts.grant if what == "grant" else accounts.revoke)(identifier, role, by=by, reason=reason)
        except BadInput as error:
            return _user(request, identifier, 400, problem=error.message())
        return _see(f"/admin/users/{quote(identifier)}")

    return await run_in_threadpool(change)


def _of_user(known: Any, identifier: str) -> None:
    if known is None or known[0].user != identifier:
        raise BadInput("there is no such key of this user", where="key")


@router.post("/admin/users/{identifier}/lock", dependencies=[require("user.change")])
async def lock(request: Request, identifier: str) -> Response:
    """Lock an account."""
    return await _changed(request, identifier, "lock")


@router.post("/admin/users/{identifier}/open", dependencies=[require("user.change")])
async def reopen(request: Request, identifier: str) -> Response:
    """Open an account again."""
    return await _changed(request, identifier, "open")


@router.post("/admin/users/{identifier}/assign", dependencies=[require("user.assign")])
async def assign(request: Request, identifier: str) -> Response:
    """Say which exporter or agency an account acts for."""
    return await _changed(request, identifier, "assign")


@router.post("/admin/users/{identifier}/grant", dependencies=[require("role.grant")])
async def grant(request: Request, identifier: str) -> Response:
    """Grant a role."""
    return await _changed(request, identifier, "grant")


@router.post("/admin/users/{identifier}/revoke", dependencies=[require("role.revoke")])
async def revoke(request: Request, identifier: str) -> Response:
    """Take a role away."""
    return await _changed(request, identifier, "revoke")


@router.post("/admin/users/{identifier}/revoke-key", dependencies=[require("key.administer")])
async def revoke_key_of(request: Request, identifier: str) -> Response:
    """Revoke a key of somebody else."""
    return await _changed(request, identifier, "revoke-key")


# --- why may I not?


@router.get("/why", dependencies=[require("access.explain")])
def why(request: Request, actor: Annotated[Actor, require("access.explain")]) -> Response:
    """For every action, whether one may, and why or why not."""
    policies = service_of(request).policies
    found = [(one, decide(policies, actor, one.id)) for one in policies.actions.values()]
    return page(request, "why.html", "What may I do?", answers=found)


async def denied_page(request: Request, error: Denied) -> Response:
    """Why an actor may not do something, and what would be needed."""
    action = service_of(request).policies.actions.get(error.action)
    what = action.title if action is not None else error.action
    return page(request, "denied.html", "You may not do this", 403, what=what, decision=asdict(error.decision))
