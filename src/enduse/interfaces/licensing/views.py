"""What people of an authority read of a case: all of it, but for what they may not know of other authorities."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from enduse.cases.case import Case
from enduse.cases.clocks import Deadline
from enduse.cases.context import case_deadlines
from enduse.cases.events import CaseEvent
from enduse.cases.policies import Policies
from enduse.cases.refusals import Missing, Refusal
from enduse.cases.view import exporter_status
from enduse.model.codec import to_plain

_OF_PARTNERS = frozenset(
    {"consultation_opened", "consultation_extended", "consultation_answered", "consultation_lapsed"}
)
_PLAIN = (
    *("classified", "screened", "routes", "recommended", "rfis", "consolidated", "decisions", "appealed", "flags"),
    *("conflicts", "officer", "superseded_by", "held", "intent", "declarations", "determined", "deemed", "later_hits"),
    *("escalations", "rungs", "agreed", "denial_reviews"),
)


def deadline_document(one: Deadline) -> dict[str, Any]:
    """A clock as it stands."""
    return {
        "clock": one.rule.id,
        "title": one.rule.title,
        "kind": one.rule.kind,
        "key": one.key,
        "start": to_plain(one.started),
        "due": to_plain(one.due),
        "state": one.state.value,
        "left": one.left,
        "over": one.over,
        "citation": str(one.rule.citation),
    }


def missing_document(one: Missing) -> dict[str, str]:
    """One thing that stands in the way."""
    return {"what": one.what, "rule": one.rule, "citation": str(one.citation) if one.citation else ""}


def refusal_document(refusal: Refusal) -> dict[str, Any]:
    """A refusal, with everything that is missing."""
    return {
        "command": refusal.command,
        "code": refusal.code.value,
        "why": refusal.why,
        "missing": [missing_document(one) for one in refusal.missing],
    }


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may know of other authorities in one case.

    Attributes:
        partners: whether they may read what concerns denials of partners at all.
        hidden: ids of the consultations that they may not know of: those about a denial that they may not read.
    """

    partners: bool
    hidden: Collection[str] = ()

    def of(self, clock: str, key: str) -> bool:
        """Whether a deadline may be shown."""
        return key not in self.hidden and (self.partners or not of_partners(clock))

    def event(self, one: CaseEvent) -> bool:
        """Whether the content of an event may be shown."""
        if one.kind not in _OF_PARTNERS or one.body is None:
            return True
        return self.partners and one.body.id not in self.hidden


def officer_view(case: Case, policies: Policies, today: dt.date, sight: Sight) -> dict[str, Any]:
    """A case as an officer reads it; without sight of partners there are no consultations, not even an empty list."""
    erased = case.application is None
    found: dict[str, Any] = {
        "id": case.id,
        "seq": case.seq,
        "view": "authority",
        "reference": case.reference,
        "status": "erased" if erased else case.status,
        "application": None if erased else to_plain(case.application),
        "deadlines": []
        if erased
        else [
            deadline_document(one) for one in case_deadlines(case, policies, today) if sight.of(one.rule.id, one.key)
        ],
    }
    for name in _PLAIN:
        found[name] = to_plain(getattr(case, name))
    found["dispositions"] = dict(case.dispositions)
    found["open_hits"] = [one.id for one in case.open_hits]
    found["open_rfis"] = [one.id for one in case.open_rfis]
    found["assessments"] = [
        {
            "version": one.version,
            "by": one.by,
            "at": one.at.isoformat(),
            "content": to_plain(one.content),
            "reviewed_by": one.reviewed_by,
            "review": to_plain(one.review),
        }
        for one in case.assessments
    ]
    found["consultations"] = (
        [
            {
                "asked": to_plain(one.asked),
                "opened": one.opened.isoformat(),
                "outcome": one.outcome,
                "reasons": one.reasons,
            }
            for one in case.consultations
            if one.asked.id not in sight.hidden
        ]
        if sight.partners
        else None
    )
    found["licence"] = licence_document(case)
    return found


def of_partners(clock: str) -> bool:
    """Whether a clock tells of what other authorities denied or were asked."""
    return "consult" in clock or "identity" in clock or "objection" in clock or "denial" in clock


def licence_document(case: Case, *, measures: bool = True) -> dict[str, Any] | None:
    """The licence of a case with its ledger, for the authority."""
    licence = case.licence
    if licence is None:
        return None
    found = {
        "id": licence.content.licence,
        "type": licence.content.type,
        "status": licence.status,
        "valid_from": licence.content.valid_from.isoformat(),
        "valid_to": licence.content.valid_to.isoformat(),
        "on_appeal": licence.content.on_appeal,
        "lines": [
            {
                "line": one.line,
                "code": one.code,
                "licensed": format(one.quantity, "f"),
                "left": format(licence.balance(one.line), "f"),
                "unit": one.unit,
            }
            for one in licence.content.lines
        ],
        "conditions": to_plain(licence.content.conditions),
        "owed": [{"condition": one.id, "by": day.isoformat()} for one, day in licence.conditions_owed],
        "met": list(licence.met),
        "usages": to_plain(licence.usages),
        "exceptions": to_plain(licence.exceptions),
    }
    if measures:
        found["measures"] = [
            {
                "content": to_plain(one.content),
                "owner": one.owner,
                "at": one.at.isoformat(),
                "approved_by": one.approved_by,
                "rejected": one.rejected,
                "open": one.open,
            }
            for one in licence.measures
        ]
    return found


def officer_timeline(events: Iterable[CaseEvent], sight: Sight) -> Iterator[dict[str, Any]]:
    """Every event, with its content; what concerns denials of partners is withheld from who may not read it."""
    for one in events:
        withheld = not sight.event(one)
        yield {
            "seq": one.seq,
            "at": one.at.isoformat(),
            "by": one.actor,
            "role": one.role,
            "kind": "withheld" if withheld else one.kind,
            "body": None if withheld or one.body is None else to_plain(one.body),
            "sha256": one.sha256,
        }


_EXPORTER_READS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(("drafted", "revised", "submitted", "licence_issued", "licence_expired", "decided"), ()),
    **dict.fromkeys(("withdrawn", "returned", "licence_surrendered", "intent_notified", "intent_replied"), ("reason",)),
    "registered": ("reference",),
    "superseded": ("by",),
    "rfi_opened": ("id", "question", "legal_basis"),
    "rfi_answered": ("id", "answer"),
    "appealed": ("lines", "grounds"),
    "used": ("usage", "line", "quantity", "unit", "on"),
    "overdrawn": ("usage", "line", "quantity", "unit", "on"),
    "condition_met": ("condition", "note"),
}
"""What an exporter reads of the history, event by event, field by field; every other kind is not there for them."""


def exporter_timeline(events: Iterable[CaseEvent], policies: Policies) -> Iterator[dict[str, Any]]:
    """What happened, as the exporter may know it. Places are left out: gaps between them would tell of the rest."""
    for one in events:
        if one.kind not in _EXPORTER_READS or (one.body is None and one.kind != "decided"):
            continue
        yield {
            "at": one.at.isoformat(),
            "by": "exporter" if policies.side(one.role) == "exporter" else "authority",
            "kind": one.kind,
            "body": {name: to_plain(getattr(one.body, name)) for name in _EXPORTER_READS[one.kind]},
        }


def queue_row(row: Mapping[str, Any], *, exporter: bool, partners: bool) -> dict[str, Any]:
    """A row of the queue; an exporter reads nothing of clocks and officers.

    Args:
        partners: whether they may read every denial of partners; the day of such a clock is left out otherwise.
    """
    names = [
        "id",
        "reference",
        "status",
        "authority",
        "type",
        "destination",
        "submitted",
        "decided",
        "outcomes",
        "licence",
    ]
    if not exporter:
        names += ["seq", "exporter", "officer", "due", "clock"]
    found = {name: row[name] for name in names}
    if not exporter and not partners and of_partners(str(found["clock"])):
        found |= {"due": "", "clock": ""}
    if exporter:
        found["status"] = exporter_status(str(found["status"]))
    return found
