"""Pages: templates, the words and marks that they share, and the headers that every answer carries."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import Response

from enduse.interfaces.identity.words import moment
from enduse.interfaces.web.desk import Desk, State
from enduse.interfaces.web.fields import LONGEST_ADDRESS, PINS, address
from enduse.model.assessment import Outcome, Status
from enduse.model.countries import country_name
from enduse.version import __version__

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""Addresses hold what was asked: they go to no other server, and no cache keeps a page."""

OUTCOMES: Mapping[str, tuple[str, str]] = {
    Outcome.PROHIBITED.value: ("Prohibited", "■"),
    Outcome.LICENCE_REQUIRED.value: ("Licence required", "▲"),
    Outcome.INDETERMINATE.value: ("Cannot be decided yet", "?"),
    Outcome.NOT_REQUIRED.value: ("No licence requirement found", "○"),
    "no_nexus": ("Its law does not reach this", "–"),
    "not_judged": ("Not judged", "·"),
}
"""Words and sign of an outcome: colour is never the only one. No word says "cleared"."""

STATUSES: Mapping[str, str] = {
    Status.APPLIES.value: "applies",
    Status.UNKNOWN.value: "may apply",
    Status.DOES_NOT_APPLY.value: "does not apply",
}

NAVIGATION = (
    ("/", "Check"),
    ("/screen", "Screen"),
    ("/items", "Items"),
    ("/rules", "Rules"),
    ("/lists", "Lists"),
    ("/map", "Map"),
    ("/bulk", "Bulk"),
)


@dataclass(frozen=True)
class Page:
    """What a view answers: a template with what it shows.

    Attributes:
        section: the path in the navigation that the page belongs to.
    """

    template: str
    title: str
    context: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    section: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


def words(text: object) -> str:
    """A word of the program as a reader writes it."""
    return str(text).replace("_", " ")


def capital(text: object) -> str:
    """With a capital first letter, the rest as it is."""
    plain = words(text)
    return plain[:1].upper() + plain[1:]


def printable(text: object) -> str:
    """A text without control characters; line breaks stay. Direction marks become blanks: they hide text."""
    return "".join(one if one.isprintable() or one == "\n" else " " for one in str(text))


def name(text: object) -> Markup:
    """A name in whatever script, kept from turning the text around it."""
    return Markup('<bdi dir="auto">{}</bdi>').format(printable(text))


def outcome_words(outcome: object) -> str:
    """An outcome in words."""
    return OUTCOMES[str(outcome)][0]


def outcome_sign(outcome: object) -> str:
    """The sign beside an outcome."""
    return OUTCOMES[str(outcome)][1]


def country(code: object) -> str:
    """A country's name."""
    return country_name(str(code)) if code else ""


@functools.cache
def environment() -> Environment:
    """The templates; everything that is not marked as markup is escaped."""
    found = Environment(
        loader=ChoiceLoader([PackageLoader("enduse.interfaces.web"), PackageLoader("enduse.interfaces.trade")]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {
        "words": words,
        "capital": capital,
        "printable": printable,
        "name": name,
        "outcome": outcome_words,
        "sign": outcome_sign,
        "moment": moment,
        "country": country,
    }
    found.globals |= {"version": __version__, "navigation": NAVIGATION, "statuses": STATUSES, "asset": asset}
    return found


def render(page: Page, desk: Desk, state: State | None) -> Response:
    """The page as an answer."""
    shared = {
        "title": page.title,
        "section": page.section or desk.path,
        "desk": desk,
        "url": desk.url,
        "state": state,
        "csrf_token": desk.actor.csrf_token,
        "carried": desk.fields.without("as_of", "csrf_token", "add", *PINS),
        "form_method": "post" if desk.posted else "get",
    }
    text = environment().get_template(page.template).render(shared | dict(page.context))
    return Response(text, page.status, {**HEADERS, **page.headers}, media_type="text/html")


def method_for(path: str, pairs: Any) -> str:
    """How a form with these pairs is sent: in the address while that is short enough."""
    return "get" if len(address(path, pairs)) <= LONGEST_ADDRESS else "post"


# --- files beside the pages

ASSETS: Mapping[str, str] = {
    "enduse.css": "text/css",
    "licensing.css": "text/css",
    "designations.css": "text/css",
    "print.css": "text/css",
    "trade.css": "text/css",
    "reports.css": "text/css",
    "programme.css": "text/css",
    "enduse.js": "text/javascript",
    "suggest.js": "text/javascript",
    "later.js": "text/javascript",
    "keys.js": "text/javascript",
    "live.js": "text/javascript",
    "officer.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}


@functools.cache
def asset_bytes(file: str) -> tuple[bytes, str]:
    """A file beside the pages, and a tag that changes with it."""
    data = (resources.files("enduse.interfaces.web") / "static" / file).read_bytes()
    return data, hashlib.sha256(data).hexdigest()[:16]


def asset(file: str) -> str:
    """The address of a file beside the pages."""
    return f"/static/{file}?v={asset_bytes(file)[1]}"
