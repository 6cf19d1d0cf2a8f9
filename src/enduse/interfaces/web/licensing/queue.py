"""The officer's queue with its filters, kept under names of one's own, and what is due."""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Mapping
from dataclasses import fields as fields_of_dataclass
from typing import Any

from starlette.responses import Response

from enduse.cases.bodies import OUTCOMES
from enduse.cases.clocks import ClockState
from enduse.interfaces.licensing.desk import Desk as Counter
from enduse.interfaces.licensing.desk import Filters
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.licensing.officer import clock_words
from enduse.interfaces.web.licensing.room import CASES, counter_of, is_exporter, names_of, page, policies_of, see
from enduse.interfaces.web.page import Page
from enduse.model.errors import BadInput
from enduse.model.time import parse_date

SHOWN = 40
MINE = "me"
SAVE, SEE = "search.save", "search.view"
KEPT_AS = "licensing_cases"
"""Key under which a saved search holds the filters of a queue."""
_NAMES = tuple(one.name for one in fields_of_dataclass(Filters))
_SOON = 14


def filters_of(desk: Desk) -> Filters:
    """The filters that the address states.

    Raises:
        BadInput: ``due_by`` is no date.
    """
    stated = {name: desk.fields.one(name) for name in _NAMES}
    if stated["officer"] == MINE:
        stated["officer"] = desk.actor.id
    if stated["due_by"]:
        stated["due_by"] = parse_date(stated["due_by"], where="due_by").isoformat()
    return Filters(**stated)


def cases(desk: Desk) -> Page | Response:
    """Cases, the soonest due first.

    Raises:
        BadInput: a filter cannot be used.
    """
    counter = counter_of(desk)
    if is_exporter(counter):
        return see("/licensing")
    filters = filters_of(desk)
    due, mark, last = desk.fields.one("after").partition("|")
    found = counter.queue(filters, limit=SHOWN + 1, after=(due, last) if mark else None)
    rows = [row for _, row in found[:SHOWN]]
    pairs = tuple((name, desk.fields.one(name)) for name in _NAMES)
    policies = policies_of(desk)
    store = desk.service.stores.get()
    able = [one for one in store.accounts.users() if "case_officer" in store.accounts.roles(one.id)] if store else []
    context = {
        "rows": rows,
        "names": names_of(desk, (str(row["officer"]) for row in rows)),
        "left": {row["id"]: _left(counter, row, desk.today, policies.final) for row in rows},
        "titles": {one.id: one.title for one in policies.clocks.rules},
        "fields": desk.fields,
        "filtered": any(desk.fields.one(name) for name in _NAMES),
        "pairs": tuple(pair for pair in pairs if pair[1]),
        "policies": policies,
        "officers": [(one.id, one.name) for one in able],
        "outcomes": OUTCOMES,
        "older": address(CASES, (*pairs, ("after", f"{rows[-1]['due']}|{rows[-1]['id']}")))
        if len(found) > SHOWN
        else "",
        "saved": saved(desk),
        "may_save": desk.may(SAVE),
        "soon": (desk.today + dt.timedelta(days=_SOON)).isoformat(),
        "counts": _counts(counter, desk),
    }
    return page(desk, "queue.html", "Cases", context)


def _counts(counter: Counter, desk: Desk) -> dict[str, int]:
    """How many cases wait: counted up to a hundred, for nobody needs to know the number beyond."""
    over = (desk.today - dt.timedelta(days=1)).isoformat()
    soon = (desk.today + dt.timedelta(days=_SOON)).isoformat()
    return {
        "mine": len(counter.queue(Filters(officer=desk.actor.id), limit=101)),
        "over": len(counter.queue(Filters(due_by=over), limit=101)),
        "soon": len(counter.queue(Filters(due_by=soon), limit=101)),
    }


def _left(counter: Counter, row: Mapping[str, Any], today: dt.date, final: Container[str]) -> tuple[str, str]:
    """Days to the next day by which something must be done in words, with a tone; what stopped clocks have left."""
    due = str(row["due"])
    if not due:
        clocks = () if row["status"] in final else counter.office.licensing().deadlines(str(row["id"]))
        stopped = [clock_words(one) for one in clocks if one.state is ClockState.PAUSED]
        return (stopped[0].words, "open") if stopped else ("no clock runs", "none")
    days = (dt.date.fromisoformat(due) - today).days
    if days < 0:
        return f"{-days} day{'s' if days != -1 else ''} over", "prohibited"
    if days == 0:
        return "today", "licence"
    return f"{days} day{'s' if days != 1 else ''}", "licence" if days <= 3 else "none"


# --- filters under a name


def saved(desk: Desk) -> list[dict[str, Any]]:
    """One's saved filters."""
    store = desk.service.stores.get()
    if store is None or not desk.may(SEE):
        return []
    found = [(one, queue_filters(one.content["query"])) for one in store.casework.searches(desk.actor.id)]
    return [{"name": one.text("name"), "url": url_of(kept), "id": one.key} for one, kept in found if kept]


def queue_filters(query: object) -> dict[str, str]:
    """The filters of a queue that a saved search holds; nothing where it is another search, or holds no text."""
    kept = query.get(KEPT_AS) if isinstance(query, Mapping) else None
    if not isinstance(kept, Mapping):
        return {}
    return {name: text for name in _NAMES if isinstance(text := kept.get(name), str) and text}


def url_of(filters: Mapping[str, str]) -> str:
    """The queue with filters."""
    return address(CASES, tuple(filters.items()))


def save(desk: Desk) -> Response:
    """Keep the filters of the queue under a name, or forget one.

    Raises:
        BadInput: the name is missing, or no filter is set.
    """
    store = desk.service.stores.need()
    if identifier := desk.fields.one("forget"):
        store.casework.forget_search(identifier, by=desk.by)
        return see(CASES, ("done", "forgotten"))
    filters = {name: desk.fields.one(name) for name in _NAMES if desk.fields.one(name)}
    if not filters:
        raise BadInput("no filter is set", where="filters", remedy="set one, apply it, then save it")
    store.casework.save_search(desk.fields.one("name"), {KEPT_AS: filters}, by=desk.by)
    return see(CASES, *filters.items(), ("done", "saved"))


# --- what is due


def due(desk: Desk) -> Page | Response:
    """What runs out in so many days, or has passed unmet, in every case that the person may read."""
    counter = counter_of(desk)
    if is_exporter(counter):
        return see("/licensing")
    text = desk.fields.one("within", str(_SOON))
    if not text.isdecimal() or len(text) > 3:
        raise BadInput(f"{text[:20]!r} is no number of days", where="within", remedy="write a number from 0 to 999")
    rows = []
    until = (desk.today + dt.timedelta(days=int(text))).isoformat()
    references = {row.id: row for row, _ in counter.queue(Filters(due_by=until), limit=100_000)}
    for case_id, one in counter.due(int(text)):
        row = references.get(case_id)
        rows.append(
            {
                "id": case_id,
                "reference": (row.reference if row else "") or case_id,
                "exporter": row.exporter if row else "",
                "status": row.status if row else "",
                "clock": clock_words(one),
            }
        )
    return page(desk, "due.html", "What is due", {"rows": rows, "within": int(text), "fields": desk.fields})
