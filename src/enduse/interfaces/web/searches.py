"""Saved searches: one's own, each to be run again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import LONGEST_ADDRESS
from enduse.interfaces.web.licensing.queue import queue_filters, url_of
from enduse.interfaces.web.page import Page

VIEW = "search.view"
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


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved search as the page shows it.

    Attributes:
        run: where it is run; empty where it cannot be.
        left_out: keys that a screening does not know, or whose values are none.
    """

    name: str
    at: str
    said: str
    run: str
    left_out: tuple[str, ...]


def overview(desk: Desk) -> Page:
    """One's own saved searches."""
    store = desk.service.stores.get()
    found = store.casework.searches(desk.actor.id) if store is not None else []
    rows = [saved(desk, one.text("name"), one.text("at"), one.content["query"]) for one in found]
    return Page("searches.html", "Saved searches", {"searches": rows})


def saved(desk: Desk, name: str, at: str, query: Any) -> Saved:
    """A saved search with the address that runs it; filters of a queue of licensing are run there."""
    if filters := queue_filters(query):
        said = "; ".join(f"{name.replace('_', ' ')}: {text}" for name, text in filters.items())
        return Saved(name, at, f"cases with {said}"[:300], url_of(filters), ())
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
    return Saved(name, at, said[:300], run if len(run) <= LONGEST_ADDRESS else "", tuple(left_out))
