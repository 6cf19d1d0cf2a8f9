"""Members with their keys and days, and what they publish as it is held here."""

from __future__ import annotations

from enduse.interfaces.exchange.views import membership_document, publication_at, publications_document
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.exchange.room import exchange_desk, node_of, page
from enduse.interfaces.web.page import Page

VIEW = "lists.view"
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
    return page(desk, "publications.html", "Publications", {"rows": publications_document(node_of(desk))})


def one(desk: Desk) -> Page:
    """One file of a member: where it is from, what became of it, its text where it is one.

    Raises:
        NotHeld: none is held.
    """
    return _page(desk)


def _page(desk: Desk) -> Page:
    node = node_of(desk)
    record, row = publication_at(node, desk.params["publisher"], desk.params["path"])
    text = ""
    if record.text("body"):
        text = node.stores.need().letters.content(record)[:_MOST_SHOWN].decode("utf-8", "replace")
    versions = node.stores.need().letters.versions(record.kind, record.key)
    context = {
        "row": row,
        "text": text,
        "cut": len(text) >= _MOST_SHOWN,
        "versions": [dict(v.content) for v in versions],
    }
    return page(desk, "publication.html", f"{row['path']} of {row['publisher']}", context)
