"""What a queue shows of a case, and what an exporter may see of it. Both follow from the events; neither is a state."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enduse.cases.case import Case
from enduse.cases.clocks import ClockState
from enduse.cases.context import case_deadlines, lasts
from enduse.cases.policies import Policies
from enduse.model.codec import to_plain

MAX_SHOWN = 100
"""Longest text of a column of the queue, in characters; the case itself holds all of it."""


@dataclass(frozen=True, slots=True)
class CaseView:
    """A row of the queue, written with the events it follows from: nobody folds ten thousand cases to list them.

    Attributes:
        due: the next day by which somebody must do something; empty where none runs. Rights that close on a day are not
            among them. It follows from the events and not from the day on which it was written.
        clock: id of the clock it belongs to.
        search: what a search looks in: reference, names, codes.
    """

    id: str
    seq: int
    status: str
    authority: str
    type: str
    reference: str
    exporter: str
    destination: str
    officer: str
    submitted: str
    decided: str
    outcomes: str
    licence: str
    due: str
    clock: str
    search: str


def view_of(case: Case, policies: Policies) -> CaseView:
    """The row of a case; an erased one keeps its id and nothing else."""
    if case.application is None:
        return CaseView(case.id, case.seq, "erased", *[""] * 13)
    applied = case.applied
    authority = policies.authorities[applied.authority]
    ended = case.status in policies.final
    running = [
        (one.due, one.rule.id)
        for one in case_deadlines(case, policies, case.acts[-1].at.astimezone(authority.zone).date())
        if one.due and one.state in (ClockState.RUNNING, ClockState.PASSED) and (not ended or lasts(one))
    ]
    due, clock = min(running, default=(None, ""))

    def day(*kinds: str) -> str:
        act = case.last(*kinds)
        return act.at.astimezone(authority.zone).date().isoformat() if act else ""

    words = [
        case.reference,
        *(party.name for party in applied.parties),
        *dict.fromkeys(code for one in applied.items for code in (case.code(one.line), one.code)),
    ]
    return CaseView(
        id=case.id,
        seq=case.seq,
        status=case.status,
        authority=applied.authority,
        type=applied.type,
        reference=case.reference[:MAX_SHOWN],
        exporter=applied.exporter[:MAX_SHOWN],
        destination=applied.destination,
        officer=case.officer[:MAX_SHOWN],
        submitted=day("submitted"),
        decided=day("decided"),
        outcomes=" ".join(dict.fromkeys(one.outcome for one in case.decision.lines)) if case.decision else "",
        licence=case.licence.status if case.licence else "",
        due=due.isoformat() if due else "",
        clock=clock[:MAX_SHOWN],
        search=" ".join(words).casefold(),
    )


_EXPORTER_STATUS = {
    **dict.fromkeys(("classification", "screening", "circulated", "hr_review", "consultation"), "in_review"),
    **dict.fromkeys(("consolidation", "countersign_1", "countersign_2", "decision_pending"), "in_review"),
}
"""Where a case is inside the authority tells of advice and consultations: the exporter reads that it is in review."""


def exporter_status(status: str) -> str:
    """A status as the exporter reads it."""
    return _EXPORTER_STATUS.get(status, status)


def statuses_of(shown: str) -> tuple[str, ...]:
    """The statuses that an exporter reads as ``shown``."""
    return tuple(one for one, as_read in _EXPORTER_STATUS.items() if as_read == shown) or (shown,)


def exporter_view(case: Case, policies: Policies, today: dt.date) -> Mapping[str, Any]:
    """What the exporter may see: what they said, what they are asked, what was decided. Named field by field.

    Advice, assessments, screening, consultations, partners' denials and who did what in the authority are not in it.
    """
    applied, licence = case.applied, case.licence
    windows = [
        {"clock": one.rule.id, "title": one.rule.title, "due": one.due.isoformat()}
        for one in case_deadlines(case, policies, today)
        if one.rule.kind == "window" and one.state is ClockState.RUNNING and one.due and "appealed" in one.rule.stop
    ]
    return {
        "id": case.id,
        "reference": case.reference,
        "status": exporter_status(case.status),
        "application": to_plain(applied),
        "questions": [{"id": one.id, "question": one.question, "basis": one.legal_basis} for one in case.open_rfis],
        "decision": {"date": to_plain(case.decision.date), "lines": to_plain(case.decision.lines)}
        if case.decision
        else None,
        "may_appeal": windows,
        "licence": {
            "id": licence.content.licence,
            "status": licence.status,
            "valid_from": licence.content.valid_from.isoformat(),
            "valid_to": licence.content.valid_to.isoformat(),
            "lines": [
                {
                    "line": one.line,
                    "licensed": str(one.quantity),
                    "left": str(licence.balance(one.line)),
                    "unit": one.unit,
                }
                for one in licence.content.lines
            ],
            "conditions": to_plain(licence.content.conditions),
            "owed": [{"condition": one.id, "by": day.isoformat()} for one, day in licence.conditions_owed],
            "usages": to_plain(licence.usages),
            "exceptions": to_plain(licence.exceptions),
        }
        if licence
        else None,
    }
