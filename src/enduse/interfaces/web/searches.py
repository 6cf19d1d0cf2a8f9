"""Saved searches: one's own, saved from a screening, each to be run again or taken off the list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import RedirectResponse

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.fields import Place, text
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import LONGEST_ADDRESS, Fields, address
from enduse.interfaces.web.page import Page
from enduse.interfaces.web.screen import query_from, threshold_of
from enduse.model.errors import BadInput

VIEW, SAVE = "search.view", "search.save"
FIELD_OF: Mapping[str, str] = {
    "name": "name",
    "kind": "kind",
    "countries": "country",
    "other_names": "other_names",
    "birth_date": "birth_date",
    "birth_places": "birth_place",
    "nationalities": "nationality",
    "gender": "gender",
    "identifiers": "identifiers",
    "addresses": "address",
    "threshold": "threshold",
}
"""What a saved search calls a field, as ``POST /v1/screen`` does, and what the form of the page calls it."""

_SEVERAL = frozenset({"countries", "other_names", "birth_places", "nationalities", "identifiers", "addresses"})
_MOST = 200


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved search as the page shows it.

    Attributes:
        run: where it is run; empty where it cannot be.
        left_out: keys that a screening does not know, or whose values are none.
    """

    id: str
    name: str
    at: str
    said: str
    run: str
    left_out: tuple[str, ...]


def overview(desk: Desk) -> Page:
    """One's own saved searches."""
    store = desk.service.stores.get()
    found = store.casework.searches(desk.actor.id) if store is not None else []
    rows = [saved(desk, one.key, one.text("name"), one.text("at"), one.content["query"]) for one in found]
    context = {"searches": rows, "saved": desk.fields.one("saved"), "deleted": desk.fields.one("deleted")}
    return Page("searches.html", "Saved searches", context)


def save(desk: Desk) -> RedirectResponse:
    """Save a screening under a name.

    Raises:
        BadInput: it has no name, a field cannot be used, or there are too many.
    """
    called = text(desk.fields.one("label"), Place("label"), required=True)
    asked = query_of(desk.fields)
    casework = desk.service.stores.need().casework
    if len(casework.searches(desk.actor.id)) >= _MOST:
        raise BadInput(f"{_MOST} searches are saved", where="label", remedy="delete one that is no longer needed")
    made = casework.save_search(called, asked, by=desk.by)
    return RedirectResponse(address("/searches", [("saved", made.key)]), 303)


def forget(desk: Desk) -> RedirectResponse:
    """Take a search off the list.

    Raises:
        NotHeld: the actor has none of that id.
    """
    store = desk.service.stores.get()
    if store is None or not store.casework.forget_search(desk.params["id"], by=desk.by):
        raise NotHeld("there is no such saved search", "the list of saved searches names yours")
    return RedirectResponse(address("/searches", [("deleted", "yes")]), 303)


def query_of(fields: Fields) -> dict[str, Any]:
    """A screening as ``POST /v1/screen`` takes it.

    Raises:
        Unusable: a field cannot be used.
    """
    query_from(fields)
    found: dict[str, Any] = {}
    for key, field in FIELD_OF.items():
        if key in _SEVERAL:
            found[key] = [one for stated in fields.all(field) for one in stated.split("\n") if one.strip()]
        else:
            found[key] = fields.one(field)
    threshold_of(fields)
    return {key: value for key, value in found.items() if value}


def saved(desk: Desk, identifier: str, name: str, at: str, query: Any) -> Saved:
    """A saved search with the address that runs it."""
    from enduse.interfaces.web.licensing.queue import queue_filters, url_of  # licensing: read where it is asked for

    if filters := queue_filters(query):
        said = "; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in filters.items())
        return Saved(identifier, name, at, f"cases with {said}"[:300], url_of(filters), ())
    stated = query if isinstance(query, Mapping) else {"query": query}
    pairs: list[tuple[str, str]] = []
    left_out = []
    for key, value in stated.items():
        texts = value if isinstance(value, list) else [value]
        field = FIELD_OF.get(key)
        if field is None or not all(isinstance(one, (str, int, float)) and not isinstance(one, bool) for one in texts):
            left_out.append(str(key)[:40])
            continue
        pairs += [(field, str(one)) for one in texts if str(one).strip()]
    run = desk.url("/screen", *pairs) if any(field != "kind" for field, _ in pairs) else ""
    said = "; ".join(f"{field.replace('_', ' ')}: {text}" for field, text in pairs)
    return Saved(identifier, name, at, said[:300], run if len(run) <= LONGEST_ADDRESS else "", tuple(left_out))
