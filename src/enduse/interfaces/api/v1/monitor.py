"""Monitoring: alerts and the work on them, watches and their runs, registers, and what lists and law changed."""

from __future__ import annotations

from typing import Any, Literal
from urllib.parse import urlsplit

from fastapi import Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.api.v1.answers import AskedQuery, query_from
from enduse.interfaces.api.v1.assessments import JobState, job_document
from enduse.interfaces.api.v1.common import ABSENT, Asked, Limit, body_of, part, service_of, takes
from enduse.interfaces.identity.guard import actor_of, require
from enduse.interfaces.monitor import actions
from enduse.interfaces.monitor.feed import atom, news
from enduse.interfaces.monitor.intelligence import LEAST, MOST, checked_threshold, document_from, newest
from enduse.interfaces.monitor.queue import CHOICES, cursor_of, place_of, rows
from enduse.interfaces.monitor.watches import LICENCES, Watch, registers_of
from enduse.model.errors import BadInput
from enduse.model.record import By
from enduse.model.time import parse_date
from enduse.monitor.alerts import Cause
from enduse.monitor.customers import MAX_KEY, Customer, checked
from enduse.monitor.intelligence import THRESHOLD
from enduse.monitor.register import Register

router = part("Monitoring")
MOST_CUSTOMERS = 1_000


class AskedAction(Asked):
    """What is to be done with an alert."""

    action: Literal["assign", "snooze", "escalate", "close", "confirm", "reopen"]
    reason: str = Field("", max_length=2_000, description="Why; needed for all but assign and confirm.")
    to: str = Field("", max_length=100, description="assign: to whom; empty for nobody.")
    until: str = Field("", max_length=20, description="snooze: the day on which it comes back.")
    verdict: Literal["", "different", "same", "noted"] = Field("", description="close: how.")
    version: str = Field("", max_length=64, description="The version that was looked at; any when empty.")


class AskedActions(AskedAction):
    """What is to be done with several alerts."""

    alerts: list[str] = Field(min_length=1, max_length=actions.MOST_AT_ONCE, description="Ids.")
    preview: bool = Field(False, description="Say what would be done, and do nothing.")


class AskedCustomer(AskedQuery):
    """A row of a register: how the customer is screened."""

    key: str = Field(min_length=1, max_length=MAX_KEY, description="What the register calls the customer.")


class AskedCustomers(Asked):
    """Rows of a register."""

    customers: list[AskedCustomer] = Field(max_length=MOST_CUSTOMERS)
    remove: list[str] = Field(default=[], max_length=MOST_CUSTOMERS, description="Keys that are taken out.")


def _asked(asked: AskedAction) -> actions.Asked:
    until = parse_date(asked.until, where="until") if asked.until else None
    return actions.Asked(asked.action, asked.reason, asked.to, until, asked.verdict)


@router.get("/monitor/alerts", response_model=dict[str, Any], dependencies=[require("alert.view")])
def alerts(
    request: Request,
    status: str = Query(
        "open", max_length=20, description=", ".join(CHOICES), json_schema_extra={"enum": list(CHOICES)}
    ),
    watch: str = Query("", max_length=64, description="Only of this watch."),
    limit: Limit = 50,
    cursor: str = Query("", max_length=200, description="Where to go on: `next` of the page before."),
) -> Any:
    """The queue, the most urgent first. Snoozed alerts whose day has come are among the open ones."""
    service = service_of(request)
    after, store = place_of(cursor), service.stores.get()
    if store is None:
        return {"results": [], "next": None}
    found = rows(store, status, service.today(), watch=watch, hidden=_hidden(request), after=after, limit=limit + 1)
    following = cursor_of(found[limit - 1]) if len(found) > limit else None
    return {"results": [actions.queue_document(row) for row in found[:limit]], "next": following}


@router.get(
    "/monitor/alerts/{identifier}",
    response_model=dict[str, Any],
    responses=ABSENT,
    dependencies=[require("alert.view")],
)
def alert(request: Request, identifier: str) -> Any:
    """An alert: what changed, before and after, what it means, its evidence, and how the work on it stands."""
    return _held(request, identifier).document()


@router.post(
    "/monitor/alerts/{identifier}/actions",
    response_model=dict[str, Any],
    responses=ABSENT,
    openapi_extra=takes(AskedAction),
    dependencies=[require("alert.work")],
)
async def act(request: Request, identifier: str) -> Any:
    """Do something with an alert. Closing as different or same is a decision on the hit too."""
    asked = await body_of(request, AskedAction)

    def answer() -> JSONResponse:
        found = _held(request, identifier)
        service, by = service_of(request), By.of(actor_of(request))
        done = actions.act(
            service.stores.need(),
            found.alert.id,
            _asked(asked),
            by=by,
            today=service.today(),
            seen=asked.version,
            hidden=_hidden(request),
        )
        return JSONResponse(done.document())

    return await run_in_threadpool(answer)


@router.post(
    "/monitor/alerts/actions",
    response_model=dict[str, Any],
    openapi_extra=takes(AskedActions),
    dependencies=[require("alert.work")],
)
async def act_on_several(request: Request) -> Any:
    """Do the same with several alerts, each by itself; those that refuse are named."""
    asked = await body_of(request, AskedActions)

    def answer() -> JSONResponse:
        service = service_of(request)
        done = actions.act_on_all(
            service.stores.need(),
            asked.alerts,
            _asked(asked),
            by=By.of(actor_of(request)),
            today=service.today(),
            preview=asked.preview,
            hidden=_hidden(request),
        )
        told = [{"alert": one, "status": status, "refused": why} for one, status, why in done]
        return JSONResponse({"results": told, "preview": asked.preview})

    return await run_in_threadpool(answer)


@router.get("/monitor/watches", response_model=dict[str, Any], dependencies=[require("watch.view")])
def watches(request: Request) -> Any:
    """Every watch, how far it has come, and its last run; and how many customers each register has."""
    service = service_of(request)
    root, store = registers_of(service.settings.data), service.stores.get()
    registers = {name: len(Register(root, name)) for name in Register.names(root)}
    if store is None:
        return {"results": [], "registers": registers}
    found = []
    for watch in _seen_watches(request):
        last = store.monitoring.runs(watch.name, limit=1)
        # A receiver's path may hold its password.
        receivers = {"webhooks": [urlsplit(one).hostname for one in watch.webhooks]}
        found.append({**watch.document(), **receivers, "last_run": dict(last[0].content) if last else None})
    return {"results": found, "registers": registers}


def _seen_watches(request: Request) -> list[Watch]:
    """The watches but for those of licences, which name cases, where somebody may see no alerts of licences."""
    store = service_of(request).stores.get()
    found = [Watch.of(record) for record in store.monitoring.watches()] if store is not None else []
    unseen = Cause.LICENCE in _hidden(request)
    return [one for one in found if not (unseen and one.what == LICENCES)]


@router.get("/monitor/runs", response_model=dict[str, Any], dependencies=[require("watch.view")])
def runs(
    request: Request, watch: str = Query("", max_length=64, description="Only of this watch."), limit: Limit = 20
) -> Any:
    """The last runs, newest first: what each compared and found, and how long it took."""
    store = service_of(request).stores.get()
    if store is None:
        return {"results": []}
    names = [one.name for one in _seen_watches(request) if watch in ("", one.name)]
    found = sorted(
        (one for name in names for one in store.monitoring.runs(name, limit=limit)),
        key=lambda one: one.seq,
        reverse=True,
    )
    return {"results": [dict(one.content) for one in found[:limit]]}


@router.post(
    "/monitor/registers/{name}/customers",
    response_model=dict[str, Any],
    openapi_extra=takes(AskedCustomers),
    dependencies=[require("register.update")],
)
async def upsert(request: Request, name: str) -> Any:
    """Bring a register up to date by key: customers that come or change, and keys that go."""
    asked = await body_of(request, AskedCustomers)

    def answer() -> JSONResponse:
        register = Register(registers_of(service_of(request).settings.data), name)
        customers = [checked(Customer(one.key, query_from(one)), "customers") for one in asked.customers]
        if not customers and not asked.remove:
            raise BadInput("no customer", where="customers", remedy="state customers, or keys to remove")
        counted = register.upsert(customers, stop="customers", keep_owners=True)
        removed = register.remove(asked.remove)
        told = {"new": counted.new, "changed": counted.changed, "unchanged": counted.unchanged, "removed": removed}
        return JSONResponse({"register": name, "customers": len(register), **told})

    return await run_in_threadpool(answer)


@router.get(
    "/monitor/changes.atom",
    response_class=Response,
    responses={200: {"content": {"application/atom+xml": {}}, "description": "An Atom feed (RFC 4287)"}},
    dependencies=[require("lists.view")],
)
def changes(request: Request) -> Response:
    """What the last editions of lists changed, and the days on which rules begin, end or return, in plain words."""
    service = service_of(request)
    found = news(service.settings.data, service.today())
    return Response(atom(found, service.public_origin, service.today()), media_type="application/atom+xml")


def _hidden(request: Request) -> frozenset[str]:
    return actions.hidden_from(service_of(request).policies, actor_of(request))


@router.get(
    "/monitor/intelligence",
    response_model=dict[str, Any],
    responses=ABSENT,
    dependencies=[require("lists.view")],
)
def intelligence(request: Request) -> Any:
    """Listings by reason, country and authority over the years, and the time from one government to the next."""
    store = service_of(request).stores.get()
    done, running = newest(store.casework if store is not None else None)
    if store is None or done is None:
        remedy = "it is being worked out" if running is not None else "POST /v1/monitor/intelligence works it out"
        raise NotHeld("nothing has been worked out yet", remedy)
    return JSONResponse(document_from(store.casework.content(done.result)))


@router.post(
    "/monitor/intelligence",
    status_code=202,
    response_model=JobState,
    dependencies=[require("intelligence.run")],
)
def work_out(
    request: Request,
    threshold: float = Query(THRESHOLD, ge=LEAST, le=MOST, description="Score of names that counts as the same party."),
) -> Any:
    """Work out what the lists at hand add up to, as a job; one that has not ended stands for it."""
    service = service_of(request)
    made = service.worker.submit_intelligence(checked_threshold(threshold), actor_of(request))
    return JSONResponse(job_document(made), 202, headers={"location": f"/v1/jobs/{made.id}"})


def _held(request: Request, identifier: str) -> actions.AlertAtHand:
    """The alert of an id.

    Raises:
        NotHeld: there is none.
    """
    store = service_of(request).stores.get()
    try:
        if store is None:
            raise BadInput("there is no alert")
        return actions.alert_at_hand(store, identifier, hidden=_hidden(request))
    except BadInput as error:
        raise NotHeld(error.problem, "GET /v1/monitor/alerts lists them") from None
