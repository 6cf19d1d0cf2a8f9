"""The queue of alerts and the page of one: looked at, worked on, several at once after a preview."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from markupsafe import Markup
from starlette.responses import RedirectResponse

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.monitor import actions
from enduse.interfaces.monitor.queue import CHOICES, cursor_of, place_of, rows
from enduse.interfaces.monitor.watches import LICENCES, Watch
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.licensing.room import names_of
from enduse.interfaces.web.page import Page, name, printable
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.monitor.alerts import END, ISOLATE, Cause, about_words
from enduse.monitor.work import Status

if TYPE_CHECKING:
    from enduse.store.database import Store

VIEW, WORK = "alert.view", "alert.work"
SECTION, QUEUE = "/monitor", "/monitor"
SHOWN = 50
TABS = (
    ("/monitor", "Alerts", VIEW),
    ("/monitor/changes", "Changes", "lists.view"),
    ("/monitor/gap", "A party across governments", "party.view"),
    ("/monitor/intelligence", "What the lists add up to", "lists.view"),
    ("/monitor/trade", "Trade", "trade.view"),
    ("/monitor/licences", "Use of licences", "alert.licences"),
)
WORDS = {
    "hit": "new hit",
    "changed": "changed",
    "gone": "no hit any more",
    "caught": "caught by law",
    "open": "may be caught by law",
    "freed": "freed by law",
    "otherwise": "other grounds",
    "law": "the law changed",
    "dealing": "dealing changes",
    "listed": "party listed",
    "drawn": "used up",
    "value": "value used up",
    "overdrawn": "overdrawn",
    "outside": "used out of time",
    "ends": "ends soon",
    "faster": "used fast",
    "unusual": "unusual use",
    "due": "evidence due",
    "overdue": "evidence overdue",
    "check": "shipment check",
}
SIGNS = {"high": ("prohibited", "■"), "medium": ("licence_required", "▲"), "low": ("no_nexus", "○")}


def tabs_of(desk: Desk) -> list[tuple[str, str]]:
    """The pages of monitoring that this person may see."""
    return [(path, label) for path, label, action in TABS if desk.may(action)]


def sentence(marked: object) -> Markup:
    """A headline whose names stand in elements of their own."""
    parts = re.split(f"{ISOLATE}([^{END}]*){END}", str(marked))
    return Markup("").join(name(one) if place % 2 else printable(one) for place, one in enumerate(parts))


def page(desk: Desk, template: str, title: str, context: dict[str, Any], status: int = 200) -> Page:
    """A page of monitoring with its own navigation."""
    shared = {"sentence": sentence, "tabs": tabs_of(desk), "tab": desk.path, "words": WORDS, "signs": SIGNS}
    return Page(f"monitor/{template}", title, shared | context, status, SECTION)


def hidden(desk: Desk) -> frozenset[str]:
    """Causes of alerts that this person may not see."""
    return actions.hidden_from(desk.service.policies, desk.actor)


def queue(desk: Desk) -> Page:
    """The queue, the most urgent first.

    Raises:
        BadInput: a filter cannot be used.
    """
    store = desk.service.stores.get()
    status = desk.fields.one("status", "open")
    watch, mine = desk.fields.one("watch"), desk.fields.one("mine")
    after = place_of(desk.fields.one("after"))
    found = []
    if store is not None:
        whose = desk.actor.id if mine else None
        found = rows(
            store, status, desk.today, watch=watch, assignee=whose, hidden=hidden(desk), after=after, limit=SHOWN + 1
        )
    older = ""
    if len(found) > SHOWN:
        pairs = (("status", status), ("watch", watch), ("mine", mine), ("after", cursor_of(found[SHOWN - 1])))
        older = address(QUEUE, pairs)
    shown = [actions.queue_document(row) | {"marked": row["headline"]} for row in found[:SHOWN]]
    return page(
        desk,
        "queue.html",
        "Alerts",
        {
            "alerts": shown,
            "names": names_of(desk, (str(row["assignee"]) for row in shown)),
            "status": status,
            "statuses_of_alerts": CHOICES,
            "watch": watch,
            "mine": mine,
            "watches": [record.key for record in store.monitoring.watches()] if store is not None else [],
            "counts": store.monitoring.counts(hidden=hidden(desk)) if store is not None else {},
            "older": older,
            "may_work": desk.may(WORK),
            "done": desk.fields.one("done"),
            "last": _last_runs(store, hidden(desk)),
        },
    )


def _last_runs(store: Store | None, unseen: Collection[str]) -> list[dict[str, Any]]:
    """The last run of each watch; runs over licences name cases, and are for who may see their alerts."""
    if store is None:
        return []
    watches = [Watch.of(record) for record in store.monitoring.watches()]
    seen = [watch for watch in watches if not (Cause.LICENCE in unseen and watch.what == LICENCES)]
    found = [store.monitoring.runs(watch.name, limit=1) for watch in seen]
    return [dict(some[0].content) for some in found if some]


def several(desk: Desk) -> Page | RedirectResponse:
    """The same for several alerts: first what would be done, then done.

    Raises:
        BadInput: no alert is chosen, or a field cannot be used.
    """
    chosen, asked = desk.fields.all("alert"), asked_in(desk)
    if not chosen:
        raise BadInput("no alert is chosen", where="alert", remedy="mark some in the queue")
    store = desk.service.stores.need()
    sure = desk.fields.one("sure") == "yes"
    told = actions.act_on_all(store, chosen, asked, by=desk.by, today=desk.today, preview=not sure, hidden=hidden(desk))
    if sure and not any(why for _, _, why in told):
        return RedirectResponse(address(QUEUE, (("done", str(len(told))),)), 303)
    heads = {}
    for one, _, _ in told:
        with contextlib.suppress(BadInput):  # one that is not there for this person says so in its row
            heads[one] = actions.alert_at_hand(store, one, hidden=hidden(desk)).alert.marked
    context = {
        "told": told,
        "heads": heads,
        "asked": asked,
        "sure": sure,
        "kept": desk.fields.without("sure", "csrf_token"),
    }
    return page(desk, "several.html", "Several alerts at once", context)


def alert(desk: Desk) -> Page:
    """One alert, side by side, with what may be done now.

    Raises:
        NotHeld: there is none of that id.
    """
    return _page(desk, _held(desk))


def act(desk: Desk) -> Page | RedirectResponse:
    """Do something with an alert, and show it again; a refusal stands on the page.

    Raises:
        NotHeld: there is none of that id.
    """
    found = _held(desk)
    try:
        store, seen = desk.service.stores.need(), desk.fields.one("version")
        done = actions.act(
            store, found.alert.id, asked_in(desk), by=desk.by, today=desk.today, seen=seen, hidden=hidden(desk)
        )
    except BadInput as problem:
        return _page(desk, _held(desk), problem)
    return RedirectResponse(address(f"/monitor/alerts/{done.alert.id}", (("done", desk.fields.one("action")),)), 303)


def asked_in(desk: Desk) -> actions.Asked:
    """What the fields ask for.

    Raises:
        BadInput: the day is none.
    """
    fields = desk.fields
    until = fields.one("until")
    to = desk.actor.id if fields.one("action") == "assign" and fields.one("to") == "me" else fields.one("to")
    return actions.Asked(
        fields.one("action"),
        fields.one("reason"),
        to,
        parse_date(until, where="until") if until else None,
        fields.one("verdict"),
    )


def _held(desk: Desk) -> actions.AlertAtHand:
    store = desk.service.stores.get()
    try:
        if store is None:
            raise BadInput("there is no alert")
        return actions.alert_at_hand(store, desk.params["id"], hidden=hidden(desk))
    except BadInput as error:
        raise NotHeld(error.problem, "the queue lists them") from None


def _page(desk: Desk, found: actions.AlertAtHand, problem: BadInput | None = None) -> Page:
    store = desk.service.stores.need()
    history = store.monitoring.history(found.alert.id)
    people = names_of(desk, (found.state.assignee, found.state.by, found.state.second))
    alert, state = found.alert, found.state
    context = {
        "alert": alert,
        "work": state,
        "record": found.record,
        "made": found.record.text("made"),
        "versions": len(history),
        "people": people,
        "changes": about_words(alert.changes),
        "asked": dict(alert.query),
        "listed": dict(alert.listed),
        "decides": alert.decides,
        "case": alert.customer if alert.cause is Cause.LICENCE and desk.may("case.view") else "",
        "open": state.status is not Status.CLOSED,
        "proposed": state.status is Status.CLOSING,
        "own": state.by == desk.by.actor,
        "may_work": desk.may(WORK),
        "problem": problem,
        "done": desk.fields.one("done") if not desk.posted else "",
        "soon": (desk.today + dt.timedelta(days=7)).isoformat(),
        "fields": desk.fields,
    }
    return page(desk, "alert.html", alert.headline, context, 422 if problem is not None else 200)
