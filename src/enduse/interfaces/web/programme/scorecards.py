"""The scorecard of a period, one piece of evidence, what is published, and scorecards side by side."""

from __future__ import annotations

import datetime as dt

from starlette.responses import Response

from enduse.interfaces.programme import cards, pictures
from enduse.interfaces.programme.nodes import publisher
from enduse.interfaces.programme.shelf import member_of, published
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.licensing.room import names_of, see
from enduse.interfaces.web.page import Page
from enduse.interfaces.web.programme.room import COMPARISON, KEEP, SCORECARD, csv, office_of, page, period
from enduse.model.errors import BadInput
from enduse.model.record import Kind
from enduse.programme.published import Column, as_it_is, later, side_by_side
from enduse.programme.scorecard import shipped_rules

MOST_LINKS = 40
EVERY = (("1", "every month"), ("3", "every quarter"), ("6", "every half-year"), ("12", "every year"))


def card(desk: Desk) -> Page | Response:
    """Our scorecard of a period; as CSV where that is asked for.

    Raises:
        BadInput: the period cannot be used, or another form is asked for.
    """
    return _card(desk)


def _card(desk: Desk, problem: BadInput | None = None) -> Page | Response:
    office, (start, end) = office_of(desk), period(desk)
    found = cards.ours(office, start, end)
    told = as_it_is(found, member_of(office), desk.today)
    form = desk.fields.one("format")
    if form not in ("", "csv"):
        raise BadInput(f"no form {form[:20]!r}", where="format", remedy="csv")
    if form and not desk.posted:
        return csv(cards.to_csv([told]), f"scorecard-{start}-{end}")
    known = {(one.path, one.publisher) for one in published(office) if one.ours}
    context = {
        "card": found,
        "last": end - dt.timedelta(days=1),
        "start": start,
        "end": end,
        "most": MOST_LINKS,
        "picture": pictures.shares(side_by_side([Column(told)])),
        "rules": shipped_rules(),
        "csv": address(SCORECARD, (("from", str(start)), ("to", str(end)), ("format", "csv"))),
        "member": member_of(office),
        "published": any(path == told.path for path, _ in known),
        "may_publish": desk.may(KEEP),
        "files": published(office),
        "problem": problem,
        "fields": desk.fields,
    }
    return page(desk, "scorecard.html", f"Scorecard {start} to {end}", context, 422 if problem else 200)


def publish(desk: Desk) -> Page | Response:
    """Publish it, small numbers withheld.

    Raises:
        BadInput: the period cannot be used.
    """
    start, end = period(desk)
    reason = desk.fields.one("reason")
    try:
        node = publisher(desk.service.settings.data, desk.service.stores, desk.service.clock)
        cards.publish(office_of(desk), node, start, end, by=desk.by, reason=reason)
    except BadInput as problem:
        return _card(desk, problem)
    return see(SCORECARD, ("from", str(start)), ("to", str(end)), ("done", "published"))


def evidence(desk: Desk) -> Page:
    """One piece of evidence: what it states, where it can be looked up, who recorded it.

    Raises:
        NotHeld: there is none.
    """
    kind, identifier = desk.params["kind"], desk.params["id"]
    found = cards.one_piece(office_of(desk), kind, identifier)
    store = desk.service.stores.get()
    entries = store.audit.entries(subject=f"{Kind.EVIDENCE.value}:{kind}/{identifier}") if store is not None else []
    context = {
        "one": found,
        "entries": entries[::-1],
        "names": names_of(desk, (one.actor for one in entries)),
        "measures": [one for one in shipped_rules().measures if one.of == kind],
        # A browser reads a backslash as a slash: two of them lead outside.
        "inside": found.link.startswith("/") and not found.link.startswith("//") and "\\" not in found.link,
        "may_follow": desk.may("case.view") if found.link.startswith("/licensing/cases/") else True,
    }
    return page(desk, "evidence.html", f"Evidence: {identifier}", context)


def comparison(desk: Desk) -> Page | Response:
    """Scorecards of several periods, or ours beside those that partners publish; as CSV where that is asked for.

    Raises:
        BadInput: the periods cannot be used, or another form is asked for.
    """
    office, fields = office_of(desk), desk.fields
    across = fields.one("side") == "members"
    start, end = period(desk)
    if "from" not in fields and not across:
        start = later(end, -12)
    every = fields.one("every", "3")
    if every not in dict(EVERY):
        raise BadInput(f"no length {every[:10]!r}", where="every", remedy=", ".join(dict(EVERY)))
    found = cards.across(office, start, end) if across else cards.over_time(office, start, end, int(every))
    form = fields.one("format")
    if form not in ("", "csv"):
        raise BadInput(f"no form {form[:20]!r}", where="format", remedy="csv")
    if form:
        return csv(cards.to_csv(one.card for one in found.columns), f"scorecards-{start}-{end}")
    asked = (("side", fields.one("side")), ("from", str(start)), ("to", str(end)), ("every", every))
    context = {
        "found": found,
        "across": across,
        "start": start,
        "end": end,
        "every": every,
        "lengths": EVERY,
        "picture": pictures.shares(found),
        "csv": address(COMPARISON, (*asked, ("format", "csv"))),
        "files": [one for one in published(office) if not one.ours],
    }
    return page(desk, "comparison.html", "Scorecards side by side", context)
