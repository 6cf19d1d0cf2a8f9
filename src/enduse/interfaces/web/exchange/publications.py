"""Members with their keys and days, what they publish as it is held here, and what of it is adopted."""

from __future__ import annotations

from starlette.responses import RedirectResponse

from enduse.exchange.adoption import EFFECTS, STANDINGS
from enduse.interfaces.exchange.adopting import ADOPTS, Adoptions, document
from enduse.interfaces.exchange.views import membership_document, publication_at, publications_document
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.exchange.room import exchange_desk, node_of, page, publication_url
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.page import Page
from enduse.model.errors import BadInput
from enduse.model.time import parse_date

VIEW, ADOPT = "lists.view", ADOPTS
_MOST_SHOWN = 20_000


def members(desk: Desk) -> Page:
    """Who takes part, with keys, days, groups, and how fresh their publications are.

    Raises:
        NotHeld: this installation is no node.
    """
    node = node_of(desk)
    context = {"found": membership_document(node, exchange_desk(desk))}
    return page(desk, "members.html", "The coalition", context)


def held(desk: Desk) -> Page:
    """What others publish, as it is held here: whose each file is, and how it stands.

    Raises:
        NotHeld: this installation is no node.
    """
    node = node_of(desk)
    adopted = {one.what: document(one, desk.today, record) for one, record in Adoptions(node).all()}
    rows = publications_document(node)
    named = {f"{row['publisher']}/{row['path']}" for row in rows}
    context = {"rows": rows, "adopted": adopted, "acts": [one for what, one in adopted.items() if what not in named]}
    return page(desk, "publications.html", "Publications", context)


def one(desk: Desk) -> Page:
    """One file of a member: where it is from, what became of it, its text where it is one.

    Raises:
        NotHeld: none is held.
    """
    return _page(desk, None)


def act(desk: Desk) -> Page | RedirectResponse:
    """Adopt it, or let an adoption end; a refusal stands on the page.

    Raises:
        NotHeld: none is held.
    """
    fields, what = desk.fields, f"{desk.params['publisher']}/{desk.params['path']}"
    adoptions = Adoptions(node_of(desk))
    try:
        if fields.one("action") == "end":
            on = parse_date(fields.one("on"), where="on")
            adoptions.end(what, on, by=desk.by, reason=fields.one("reason"))
        else:
            adoptions.adopt(
                what,
                fields.one("standing"),
                parse_date(fields.one("since"), where="since"),
                by=desk.by,
                reason=fields.one("reason"),
                effect=fields.one("effect"),
                citation=fields.one("citation"),
                url=fields.one("url"),
            )
    except BadInput as problem:
        return _page(desk, problem)
    done = (("done", fields.one("action")),)
    return RedirectResponse(address(publication_url(desk.params["publisher"], desk.params["path"]), done), 303)


def _page(desk: Desk, problem: BadInput | None) -> Page:
    node = node_of(desk)
    record, row = publication_at(node, desk.params["publisher"], desk.params["path"])
    letters, text = node.stores.need().letters, ""
    if record.text("body"):
        text = letters.content(record)[:_MOST_SHOWN].decode("utf-8", "replace")
    adoptions, what = Adoptions(node), f"{row['publisher']}/{row['path']}"
    adopted = adoptions.of(what)
    now = document(adopted[0], desk.today, adopted[1]) if adopted is not None else None
    context = {
        "row": row,
        "text": text,
        "cut": len(text) >= _MOST_SHOWN,
        "versions": [dict(one.content) for one in letters.versions(record.kind, record.key)],
        "adopted": now,
        "newer": bool(now and now["sha256"] and now["sha256"] != row["sha256"]),
        "decisions": adoptions.history(what),
        "over": bool(now and now["until"] and now["until"] <= max(desk.today.isoformat(), now["since"])),
        "may_adopt": desk.may(ADOPT) and row["path"].startswith(("listings/", "rulebooks/")),
        "standings": STANDINGS,
        "effects": EFFECTS,
        "problem": problem,
    }
    return page(desk, "publication.html", f"{row['path']} of {row['publisher']}", context, 422 if problem else 200)
