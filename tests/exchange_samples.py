"""A service that is a node of a coalition, and has been told, asked and asked for release: an id for every route."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI

from enduse.exchange.handling import partner
from enduse.interfaces.exchange.mail import Mail
from enduse.interfaces.exchange.node import Node
from enduse.interfaces.service.ground import Service
from exchange_nodes import InProcess, Party, found, party
from exchange_pages import DENIAL, QUESTION, RISK
from exchange_world import Clock

NOTICES = "/v1/exchange/notices/"


def exchanged(app: FastAPI, folder: Path) -> dict[str, str]:
    """Make the service NL's node, beside DE; path of a route -> id of what it leads to."""
    service: Service = app.state.service
    clock = Clock(service.clock())
    node = Node(service.settings.data, service.stores, service.clock, lambda _: None)
    nl = Party(node, service.office, Mail(node, service.office), clock)
    de = party(folder / "de", clock)
    nl.node.init("nl", authority="nl")
    de.node.init("de", authority="de")
    found({"nl": nl, "de": de}, publishes=())
    de.ways["nl"] = InProcess(nl)
    ours = nl.node.post().send("risk_alert", ["de"], partner("de", orcon=True), RISK).id
    post, ids = de.node.post(), {}
    for number, name in enumerate(("", "answer", "extension")):
        said = QUESTION | {"id": f"C{number}"}
        ids[name] = post.send("consultation_request", ["nl"], partner("nl"), said).id
    asked: dict[str, Any] = {"notice": ours, "to": ["fr"], "reason": "a like case"}
    ids["consent"] = post.send("release_request", ["nl"], partner("nl"), asked).id
    ids["recall"] = ours
    post.send("denial_notification", ["nl"], partner("nl"), {"denial": DENIAL})
    de.sync()
    nl.mail.act()
    de.node.stores.close()
    return {NOTICES + (f"{{identifier}}/{name}" if name else ""): one for name, one in ids.items()}
