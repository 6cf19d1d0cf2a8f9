"""Screening a name: the form, and its hits as cards side by side."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from enduse.interfaces.decisions import decided
from enduse.interfaces.licensing.risk import flags
from enduse.interfaces.web import hits
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import Fields, address
from enduse.interfaces.web.forms import Problem
from enduse.interfaces.web.page import Page
from enduse.model.countries import country_name, country_names
from enduse.model.match import HIT_THRESHOLD, Query
from enduse.model.party import ListedParty, Listing
from enduse.rules.rulebook import lists_needed
from enduse.screen.asked import KINDS, Unusable, asked
from enduse.screen.decisions import Judged, Standing

SHOWN = 50
FIELDS = (
    *("name", "kind", "country", "other_names", "birth_date", "birth_place", "nationality", "gender"),
    *("identifiers", "address"),
)
_LINES = ("other_names", "identifiers", "address", "birth_place", "country", "nationality")
LEAST = 0.30
_STATES: Mapping[str, str] = {
    "true": "in force",
    "false": "no longer in force",
    "unknown": "not known whether in force",
}
_STANDINGS: Mapping[Standing, str] = {
    Standing.OPEN: "",
    Standing.CONFIRMED: "Decided: the same party",
    Standing.SUPPRESSED: "Decided: not the same party",
    Standing.LAPSED: "A decision has lapsed: review it again",
}


@dataclass(frozen=True, slots=True)
class Listed:
    """A listing in words, and whether it is in force on the day."""

    listing: Listing
    since: str
    state: str


@dataclass(frozen=True, slots=True)
class Card:
    """One hit, ready to be shown."""

    judged: Judged
    party: ListedParty
    score: str
    asked: tuple[hits.Piece, ...]
    matched: tuple[hits.Piece, ...]
    alias: bool
    by_address: bool
    at_risk: bool
    pairs: tuple[hits.Pair, ...]
    rows: tuple[hits.Part, ...]
    waterfall: hits.Waterfall
    why_not: tuple[str, ...]
    listings: tuple[Listed, ...]
    standing: str
    countries: str


def query_from(fields: Fields) -> Query:
    """The query that the form states.

    Raises:
        Unusable: a field cannot be used; ``where`` is its name.
    """
    texts = {
        name: [line for text in fields.all(name) for line in (text.split("\n") if name in _LINES else [text])]
        for name in FIELDS
    }
    return asked(texts)


def card(judged: Judged, query: Query, day: dt.date) -> Card:
    """A hit as a card."""
    match, party = judged.match, judged.match.party
    own = [part for part in match.explanation if part.what == "token"]
    return Card(
        judged,
        party,
        f"{match.score:.2f}",
        hits.pieces(query.name, [part.query for part in own]),
        hits.pieces(match.matched_name, [part.listed for part in own]),
        match.matched_name != party.name,
        hits.by_address(match),
        hits.at_risk(match),
        hits.pairs(match.explanation),
        hits.rows(match.explanation, match.score),
        hits.waterfall(match.explanation, match.score),
        hits.why_not_one(match.explanation, match.score),
        tuple(listed(one, day) for one in party.listings),
        _STANDINGS[judged.standing],
        ", ".join(country_name(code) for code in sorted(party.countries)),
    )


def listed(listing: Listing, day: dt.date) -> Listed:
    """A listing, with what is known of its first day and whether it is in force on ``day``."""
    since = str(listing.listed_from or (f"seen {listing.seen_from}" if listing.seen_from else "date not stated"))
    return Listed(listing, since, _STATES[listing.in_force(day).value])


def screen(desk: Desk) -> Page:
    """The form; with its hits where something is asked."""
    fields = desk.fields
    problems: dict[str, Problem] = {}
    context = {"fields": fields, "problems": problems, "kinds": KINDS, "countries": country_names(), "result": None}
    if not any(name in fields for name in FIELDS if name != "kind"):
        return Page("screen.html", "Screen a name", context, section="/screen")
    query, threshold = None, HIT_THRESHOLD
    try:
        query, threshold = query_from(fields), threshold_of(fields)
    except Unusable as problem:
        problems[problem.where] = Problem(problem.problem, problem.remedy)
    if problems or query is None:
        return Page("screen.html", "Screen a name: something is to be mended", context, 422, "/screen")
    judged = decided(desk.holdings.screen(query, threshold), query, desk.holdings.store)
    coverage = desk.holdings.library.coverage(lists_needed(), desk.day, desk.today)
    result = {
        "query": query,
        "said": query.name or ", ".join(f"{one.kind} {one.value}".strip() for one in query.numbers),
        "cards": [card(one, query, desk.day) for one in judged.hits[:SHOWN]],
        "more": max(0, len(judged.hits) - SHOWN),
        "count": len(judged.hits),
        "suppressed": [card(one, query, desk.day) for one in judged.suppressed[:SHOWN]],
        "coverage": coverage,
        "threshold": f"{threshold:.2f}",
        "link": address("/screen", fields.without("csrf_token", "saved")),
        "asked": fields.without("csrf_token", "saved", "as_of"),
        "saved": fields.one("saved"),
        "may_decide": desk.may("adjudication.create") and desk.holdings.store is not None,
        "may_save": desk.may("search.save") and desk.service is not None,
        "denials": flags(desk.service, desk.actor, [query.name]) if desk.service is not None else (),
        "check": desk.url("/", ("party.0.name", query.name), ("party.0.country", next(iter(query.countries), ""))),
    }
    return Page("screen.html", f"Screening: {result['said']}", {**context, "result": result}, section="/screen")


def threshold_of(fields: Fields) -> float:
    """The least score of a hit.

    Raises:
        Unusable: it is no number from :data:`LEAST` to 1.
    """
    text = fields.one("threshold")
    try:
        found = float(text) if text else HIT_THRESHOLD
    except ValueError:
        found = -1.0
    if not LEAST <= found <= 1:
        raise Unusable(f"{text[:40]!r} is no threshold", "threshold", text, f"from {LEAST:.2f} to 1, such as 0.70")
    return found
