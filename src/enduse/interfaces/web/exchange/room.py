"""One request in the pages of the coalition: the web's desk with that of the exchange, and pages with their frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from enduse.interfaces.exchange.desk import ExchangeDesk
from enduse.interfaces.exchange.node import Node
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.page import Page

SECTION = "/exchange"
TABS = (
    ("/exchange", "Members", "lists.view"),
    ("/exchange/publications", "Publications", "lists.view"),
    ("/exchange/inbox", "Inbox", "denial.view"),
    ("/exchange/due", "Due", "denial.view"),
    ("/exchange/outbox", "Outbox", "denial.view"),
    ("/exchange/denials", "Denials of partners", "denial.view"),
)
STANDS = {
    "open": ("waits", "?", "open"),
    "answered": ("answered", "✓", "free"),
    "deemed": ("deemed by silence", "■", "prohibited"),
}
STATES = {
    "waiting": ("waits to go out", "?", "open"),
    "acknowledged": ("acknowledged", "✓", "free"),
    "refused": ("refused", "■", "prohibited"),
    "held": ("waits for one before it", "?", "open"),
    "received": ("waits for its effect", "?", "open"),
    "applied": ("taken", "✓", "free"),
    "expired": ("expired on the way", "–", "none"),
    "recalled": ("recalled", "■", "licence"),
    "fresh": ("fresh", "✓", "free"),
    "stale": ("stale: not renewed", "▲", "licence"),
    "withdrawn": ("withdrawn", "–", "none"),
}


def node_of(desk: Desk) -> Node:
    """The node whose store this is.

    Raises:
        NotHeld: there is none.
    """
    found: Node = desk.service.node()
    return found


def exchange_desk(desk: Desk) -> ExchangeDesk:
    """The desk of the exchange of who is signed in."""
    return ExchangeDesk(node_of(desk), desk.service.policies, desk.actor)


def notice_url(identifier: str) -> str:
    """The address of a notice."""
    return f"/exchange/notices/{quote(identifier, safe='')}"


def publication_url(publisher: str, path: str) -> str:
    """The address of a file that a member publishes."""
    return f"/exchange/publications/{quote(publisher, safe='')}/{quote(path)}"


def page(desk: Desk, template: str, title: str, context: Mapping[str, Any], status: int = 200) -> Page:
    """A page of the coalition, with its own navigation."""
    tabs = [(path, label) for path, label, action in TABS if desk.may(action)]
    shared = {
        "tabs": tabs,
        "tab": max(
            (one for one, _ in tabs if desk.path == one or desk.path.startswith(f"{one}/")), key=len, default=""
        ),
        "notice_url": notice_url,
        "publication_url": publication_url,
        "stands": STANDS,
        "states": STATES,
        "done": desk.fields.one("done") if not desk.posted else "",
        "fields": desk.fields,
        "posted": desk.posted,
    }
    return Page(f"exchange/{template}", title, shared | dict(context), status, SECTION)
