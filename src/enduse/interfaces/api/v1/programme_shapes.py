"""Bodies and answers of the programme under /v1."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from enduse.interfaces.api.v1.common import Asked


class Register(BaseModel):
    """Initiatives, and sums of their budgets by currency."""

    initiatives: list[dict[str, Any]]
    totals: list[dict[str, Any]] = Field(description="By pillar and currency; nothing is summed across pillars.")
    members: list[dict[str, Any]]
    overdue: list[dict[str, Any]]


class History(BaseModel):
    """An initiative, with every version that it had, newest first."""

    initiative: dict[str, Any]
    versions: list[dict[str, Any]]


class Imported(BaseModel):
    """How many initiatives a table held."""

    initiatives: int


class Piece(BaseModel):
    """One piece of evidence."""

    kind: str
    id: str
    on: str
    facts: dict[str, str]
    link: str


class AskedEvidence(Asked):
    """Evidence to record; docs/programme.md says which facts each kind may state."""

    kind: str = Field(examples=["outreach"], max_length=40)
    id: str = Field(examples=["fair-2026"], max_length=150)
    on: str = Field(examples=["2026-03-03"], max_length=10)
    facts: dict[str, str] = Field({}, max_length=20)
    link: str = Field("", max_length=500)
    reason: str = Field(max_length=2_000)


class AskedConsultation(Asked):
    """A consultation; under an id that is there it takes the place of what was, as when an answer is added."""

    stakeholder: str = Field(examples=["academia"], max_length=40)
    subject: str = Field(examples=["the criteria"], max_length=2_000)
    on: str = Field(examples=["2026-03-02"], max_length=10)
    id: str = Field("", max_length=150)
    with_whom: str = Field("", max_length=2_000)
    responded_on: str = Field("", max_length=10)
    response: str = Field("", max_length=2_000)
    initiative: str = Field("", max_length=80)
    link: str = Field("", max_length=500)
    reason: str = Field(max_length=2_000)


class Card(BaseModel):
    """A scorecard: a self-assessment, not a certification."""

    publisher: str
    start: str
    end: str
    label: str
    commitments: list[dict[str, Any]]
    model_config = {"extra": "allow"}


class Published(BaseModel):
    """A published scorecard; `ours` is false where it is a partner's, as they published it."""

    publisher: str
    path: str
    ours: bool
    problem: str = Field(description="Why it cannot be used, where it cannot.")
    card: Card | None


class Side(BaseModel):
    """Scorecards side by side."""

    columns: list[dict[str, Any]]
    levels: list[dict[str, Any]]
    measures: list[dict[str, Any]]


class Transparency(BaseModel):
    """A transparency report; `version` is 0 while it is not frozen."""

    start: str
    end: str
    version: int
    sha256: str
    card: dict[str, Any]
    model_config = {"extra": "allow"}


class AskedPeriod(Asked):
    """A period to freeze."""

    start: str = Field(alias="from", examples=["2026-01-01"], max_length=10)
    to: str = Field(examples=["2026-04-01"], max_length=10, description="The day after the last one.")
    reason: str = Field(max_length=2_000)


class Controls(BaseModel):
    """Who controls what."""

    destination: str
    day: str
    rows: list[dict[str, Any]]
    gaps: list[dict[str, Any]]


class Draft(BaseModel):
    """A draft that members were asked to try."""

    id: str
    asker: str
    title: str
    problem: str
    answers: list[dict[str, Any]]
    model_config = {"extra": "allow"}
