"""Shapes and examples of the routes of designations."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from enduse.interfaces.api.v1.common import Asked
from enduse.interfaces.api.v1.licensing.shared import MissingPart

EVIDENCE: dict[str, Any] = {
    "title": "Journalists' telephones intercepted",
    "what": "Traffic of a news room was redirected and its devices infected.",
    "harm": "intrusion_into_devices",
    "sources": [{"publisher": "Institute for Network Studies", "reliability": "B", "credibility": "2"}],
    "vendor": "Brackwater Interception Systems",
    "end_user": "Bureau of Public Watching",
}
SOURCE: dict[str, Any] = {
    "publisher": "The vendor",
    "reliability": "D",
    "credibility": "4",
    "stance": "contradicts",
}
NOMINATION: dict[str, Any] = {
    "authority": "us-erc",
    "subject": {"name": "Brackwater Interception Systems", "addresses": [{"text": "14 Quarry Road", "country": "EE"}]},
    "terms": {"measures": ["licence_requirement"], "scope": "all", "review_policy": "Presumption of denial"},
    "criteria": [
        {"criterion": "reasonable-cause", "met": True, "evidence": ["e-1"], "why": "it sold what was misused"},
        {"criterion": "human-rights", "met": True, "evidence": ["e-1"], "why": "journalists were intruded upon"},
    ],
    "foreign_policy": "partners were consulted",
    "humanitarian": "none",
    "alternatives": [{"measure": "an is-informed letter", "why_not": "reaches exporters that are known alone"}],
}
_ACT = {"effective": "2026-08-10", "citation": "91 FR 100", "public_reasons": "It supplied what was used."}
EXAMPLES: dict[str, dict[str, Any]] = {
    "revise": NOMINATION,
    "withdraw": {"reason": "the evidence does not hold"},
    "circulate": {"question": "add"},
    "vote": {"vote": 1, "position": "yes", "reason": "the criteria are met"},
    "recuse": {"vote": 1, "reason": "it advised the subject"},
    "close_vote": {"vote": 1},
    "prenotify": {
        "partners": ["NL", "FR"],
        "effective": "2026-08-10",
        "public_on": "2026-08-10",
        "why": "It supplied what was used against journalists.",
    },
    "publish": _ACT,
    "amend": _ACT,
    "remove": _ACT,
    "notify": {"how": "registered letter", "on": "2026-08-11"},
    "petition": {
        "id": "p1",
        "by": "Brackwater Interception Systems",
        "asks": "remove",
        "grounds": "it left the market",
        "received": "2026-08-01",
    },
    "answer_objection": {"by": "its government", "objection": "it is lawful there", "answer": "the use was not"},
    "decide_petition": {"id": "p1", "outcome": "refused", "reasons": "no unanimity"},
    "review": {"outcome": "keep", "reason": "nothing has changed"},
    "record_order": {"court": "Example Court", "reference": "C-1/26", "orders": "maintain", "on": "2026-08-03"},
}
"""A body of each command, for the description of the API."""


class Handover(Asked):
    """What evidence is handed over from."""

    of: str = Field(
        max_length=300,
        description="alert:ID, screening:ID (a decision on a hit), case:ID, case:ID/CONDITION, or notice:ID.",
        examples=["alert:3f2a9c01"],
    )


class EntryAnswer(BaseModel):
    """An entry of the register; of a protected source nothing is in it."""

    id: str = Field(examples=["e-3f2a"])
    title: str
    what: str
    harm: str
    sources: list[dict[str, Any]]
    links: list[dict[str, Any]]
    grade: str = Field(description="The best grade of a source that supports it.", examples=["B2"])
    contradicted: bool
    model_config = {"extra": "allow"}


class DesignationAnswer(BaseModel):
    """A designation, with what is in force on the day that was asked for."""

    id: str
    status: str = Field(examples=["listed"])
    subject: dict[str, Any]
    votes: list[dict[str, Any]]
    in_force: bool
    in_force_words: list[str]
    model_config = {"extra": "allow"}


class DesignationRow(BaseModel):
    """A row of the list."""

    id: str
    status: str
    name: str
    authority: str
    list: str
    in_force: bool
    model_config = {"extra": "allow"}


class PossibleCommand(BaseModel):
    """A command of one of your roles."""

    command: str
    url: str
    now: bool
    why: str = ""
    missing: list[MissingPart] = []


class Event(BaseModel):
    """Something that happened."""

    seq: int
    at: str
    actor: str
    role: str
    kind: str
    body: dict[str, Any] | None
    sha256: str


class Kept(BaseModel):
    """The reference of a protected source: it tells nothing of it."""

    reference: str


class Secret(BaseModel):
    """Who a protected source is."""

    name: str
    contact: str
    why: str
    keep_until: str | None = Field(description="The first day on which it is erased, where it was promised one.")


class Graph(BaseModel):
    """Vendor, intermediary, end user, harm, as recorded."""

    nodes: list[dict[str, Any]]
    steps: list[dict[str, Any]]
    note: str
