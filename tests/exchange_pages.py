"""A node with something of everything that the pages of the coalition show, and people who may read more or less."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fastapi import FastAPI

from enduse.exchange.handling import Handling, partner, regime
from enduse.model.letter_record import IN
from exchange_nodes import SETUP, Party, coalition, load_list
from people import join
from service_world import service

LOGINS = {
    "paula": ("consultation_officer",),
    "adam": ("agency_adviser",),
    "olga": ("auditor",),
    "rita": ("rule_approver",),
    "sven": ("sysadmin",),
}
END_USER = "Northern Telecom Authority of XA"
DENIAL: dict[str, Any] = {
    "id": "DE-7/1",
    "authority": "DE",
    "denied_on": "2026-02-20",
    "code": "5A001.j",
    "description": "network monitoring system",
    "destination": "XA",
    "end_user": END_USER,
    "criteria": ["EU-CP-2"],
}
QUESTION: dict[str, Any] = {
    "case_reference": "DE-2026-12",
    "id": "C1",
    "kind": "identity",
    "denial": "NL-1/1",
    "question": "Is our transaction essentially identical with the one that you denied?",
    "item": ["5A001.j network monitoring system"],
    "parties": [{"role": "end_user", "name": END_USER, "country": "XA"}],
    "end_use": "quality of the network",
}
RISK: dict[str, Any] = {
    "typology": "diversion through a trader of a third country",
    "item": "5A001.j",
    "red_flags": ["a new company", "payment from elsewhere"],
    "confidence": "medium",
    "source_grade": "B",
    "noticed_on": "2026-02-27",
}
RULEBOOK = """\
rulebook:
  id: coalition/us_guidance
  title: Guidance on network surveillance
  authority: US-OFFICE
  authority_name: Office of US
  jurisdiction: coalition
  standing: guidance
  citation: {text: "Invented guidance of 2026-01-01 of the US node", verified: true}
  verified_to: 2026-03-01
  nexus: always
  nexus_statement: every transaction
rules:
  - id: coalition/us_guidance/1
    title: Network surveillance is looked at twice
    citation: {text: "Invented guidance of 2026-01-01 of the US node, 1", verified: true}
    in_force: [{from: 2026-01-01}]
    standing: guidance
    effect: review
    when: {item_covered_by: [5A001.j]}
    reason: "{item} is looked at twice"
"""


@dataclass
class World:
    """The nodes, the service of NL, and ids of notices by what they are."""

    nodes: dict[str, Party]
    app: FastAPI
    log: io.StringIO
    notices: dict[str, str]

    @property
    def nl(self) -> Party:
        return self.nodes["nl"]


def application(folder: Path) -> World:
    """US, NL and DE, and the service of NL."""
    nodes = coalition(folder, "us", "nl", "de")
    clock, log = nodes["nl"].clock, io.StringIO()
    load_list(nodes["us"].node.data, ["Epsilon Trading LLC", "Omega Holding"], clock().date())
    nodes["us"].node.publish_list("ftm", "FTM", name="EL", title="An invented list", standing="law", by=SETUP)
    custom = {"title": "Guidance on network surveillance", "standing": "guidance", "edition": "2026-03-01"}
    nodes["us"].node.publish("rulebooks/network.yaml", RULEBOOK.encode(), custom, by=SETUP)
    nodes["us"].node.publish("practice/visits.md", b"Visit end users.\n", {"title": "Visits"}, by=SETUP)
    app = service(folder / "nl", clock, request_rate=1_000_000, login_rate=10_000, log=log)
    for login, roles in LOGINS.items():
        join(app, login, *roles)
    return World(nodes, app, log, _told(nodes))


def _told(nodes: dict[str, Party]) -> dict[str, str]:
    de, nl, us = (nodes[name].node.post() for name in ("de", "nl", "us"))
    clock = nodes["nl"].clock
    found: dict[str, str] = {}

    def told(name: str, type_id: str, handling: Handling, content: dict[str, object], **more: str) -> None:
        found[name] = de.send(type_id, ["nl"], handling, content, **more).id

    told("old question", "consultation_request", partner("nl"), QUESTION | {"id": "C0", "reply_by": "2026-03-16"})
    told("denial", "denial_notification", partner("nl", no_commercial=True, orcon=True), {"denial": DENIAL})
    secret = DENIAL | {"id": "DE-8/1", "end_user": "Zyxwvut Bureau"}
    told("privileged", "denial_notification", regime("wassenaar"), {"denial": secret})
    nodes["de"].sync()
    nodes["nl"].mail.act()
    clock.later(days=15)
    told("question", "consultation_request", partner("nl"), QUESTION | {"reply_by": "2026-03-31"})
    told("risk", "risk_alert", partner("nl"), RISK)
    found["ours"] = nl.send("risk_alert", ["de", "us"], partner("de", "us", orcon=True), RISK | {"typology": "ours"}).id
    found["asked"] = nl.send("consultation_request", ["de"], partner("de"), QUESTION | {"reply_by": "2026-03-31"}).id
    nodes["nl"].sync()
    asks: dict[str, Any] = {"notice": found["ours"], "to": ["us"], "reason": "a like case there"}
    told("release", "release_request", partner("nl"), asks)
    found["open letter"] = us.send(
        "best_practice", ["de", "nl"], Handling(), {"title": "Visits", "scope": "s", "evaluation": "e", "contact": "c"}
    ).id
    nodes["de"].sync()
    nodes["us"].sync()
    nodes["us"].node.renew()
    nodes["nl"].sync()
    assert len(nodes["nl"].node.stores.need().letters.some(IN)) == 7
    return found


def pages(world: World) -> dict[str, tuple[str, str]]:
    """An address of every page, with who looks at it."""
    at = {name: f"/exchange/notices/{one}" for name, one in world.notices.items()}
    return {
        "exchange-members": ("paula", "/exchange"),
        "exchange-members-public": ("rita", "/exchange"),
        "exchange-inbox": ("paula", "/exchange/inbox"),
        "exchange-inbox-adviser": ("adam", "/exchange/inbox"),
        "exchange-search": ("paula", "/exchange/inbox?search=telecom&type=denial_notification"),
        "exchange-outbox": ("paula", "/exchange/outbox"),
        "exchange-due": ("paula", "/exchange/due"),
        "exchange-denials": ("paula", "/exchange/denials"),
        "exchange-question": ("paula", at["question"]),
        "exchange-deemed": ("paula", at["old question"]),
        "exchange-denial": ("paula", at["denial"]),
        "exchange-release": ("paula", at["release"]),
        "exchange-ours": ("paula", at["ours"]),
        "exchange-read-only": ("olga", at["question"]),
        "exchange-publications": ("paula", "/exchange/publications"),
        "exchange-list": ("rita", "/exchange/publications/us/listings/el.jsonl"),
        "exchange-rulebook": ("rita", "/exchange/publications/us/rulebooks/network.yaml"),
        "exchange-text": ("olga", "/exchange/publications/us/practice/visits.md"),
    }
