"""The fold: how each kind of event changes a case."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

from enduse.cases.case import Act, Assessment, Case, Consultation, Licence, Measure
from enduse.cases.clocks import Pause
from enduse.cases.events import CaseEvent


def fold(case_id: str, events: Iterable[CaseEvent]) -> Case:
    """The case that some events make."""
    case, acts = Case(case_id), []
    for event in events:
        acts.append(_act(event))
        case = _changed(case, event)
    # Acts are gathered in one go: a licence with thousands of usages is read in a time that grows with them, no faster.
    return replace(case, acts=tuple(acts), seq=acts[-1].seq if acts else 0)


def apply(case: Case, event: CaseEvent) -> Case:
    """The case after one more event."""
    return replace(_changed(case, event), seq=event.seq, acts=(*case.acts, _act(event)))


def _act(event: CaseEvent) -> Act:
    return Act(event.seq, event.at, event.actor, event.role, event.kind, _key(event), event.sha256)


def _changed(case: Case, event: CaseEvent) -> Case:
    if event.body is None:
        return replace(case, erased=(*case.erased, event.sha256))
    change = _CHANGES.get(event.kind)
    return change(case, event, event.body) if change else case


def _key(event: CaseEvent) -> str:
    """Which of several the event is about."""
    body = event.body
    if body is None:
        return ""
    if event.kind == "routed":
        return " ".join(dict.fromkeys(route.agency for route in body.routes))
    if event.kind == "decided":
        return "refused" if any(one.outcome == "refuse" for one in body.lines) else ""
    if event.kind in ("escalated", "rung_decided"):
        return str(body.rung)
    for name in ("agency", "id", "usage", "hit", "condition"):
        if isinstance(value := getattr(body, name, None), str):
            return value
    return ""


Change = Callable[[Case, CaseEvent, Any], Case]
_CHANGES: dict[str, Change] = {}


def _on(*kinds: str) -> Callable[[Change], Change]:
    def register(change: Change) -> Change:
        for kind in kinds:
            _CHANGES[kind] = change
        return change

    return register


@_on("drafted", "revised")
def _drafted(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, application=body.application, status=case.status or "draft")


@_on("moved")
def _moved(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, status=body.to)


@_on("submitted")
def _submitted(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, declarations=body.declarations)


@_on("retyped")
def _retyped(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, application=replace(case.applied, type=body.type))


@_on("registered")
def _registered(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, reference=body.reference)


@_on("superseded")
def _superseded(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, superseded_by=body.by)


@_on("assigned")
def _assigned(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, officer=body.officer)


@_on("flagged")
def _flagged(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, flags=(*case.flags, body.flag))


@_on("unflagged")
def _unflagged(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, flags=tuple(one for one in case.flags if one != body.flag))


@_on("conflict_declared")
def _conflict(case: Case, event: CaseEvent, _body: Any) -> Case:
    return replace(case, conflicts=(*case.conflicts, event.actor))


@_on("held")
def _held(case: Case, _event: CaseEvent, _body: Any) -> Case:
    return replace(case, held=True)


@_on("released")
def _released(case: Case, _event: CaseEvent, _body: Any) -> Case:
    return replace(case, held=False)


@_on("classified")
def _classified(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, classified=(*case.classified, body))


@_on("screened")
def _screened(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, screened=body)


@_on("hit_found")
def _hit_found(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, later_hits=(*case.later_hits, body.hit))


@_on("hit_disposed")
def _hit_disposed(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, dispositions=(*case.dispositions, (body.hit, body.disposition)))


@_on("routed")
def _routed(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, routes=(*case.routes, *body.routes))


@_on("recommended")
def _recommended(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, recommended=(*case.recommended, body))


@_on("position_deemed")
def _deemed(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, deemed=(*case.deemed, body.agency))


@_on("rfi_opened")
def _rfi_opened(case: Case, event: CaseEvent, body: Any) -> Case:
    pause = Pause(f"{event.seq}:{body.id}", "rfi", dt.date.min, None, body.legal_basis)
    return replace(case, rfis=(*case.rfis, body), pauses=(*case.pauses, pause))


@_on("rfi_answered")
def _rfi_answered(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, answered=(*case.answered, body.id))


@_on("paused")
def _paused(case: Case, event: CaseEvent, body: Any) -> Case:
    pause = Pause(f"{event.seq}:{body.id}", body.kind, dt.date.min, None, body.legal_basis)
    return replace(case, pauses=(*case.pauses, pause))


@_on("hr_assessed")
def _hr_assessed(case: Case, event: CaseEvent, body: Any) -> Case:
    version = Assessment(len(case.assessments) + 1, event.actor, event.at, event.seq, body)
    return replace(case, assessments=(*case.assessments, version))


@_on("hr_reviewed")
def _hr_reviewed(case: Case, event: CaseEvent, body: Any) -> Case:
    latest = replace(case.assessments[-1], reviewed_by=event.actor, review=body)
    return replace(case, assessments=(*case.assessments[:-1], latest))


@_on("consultation_opened")
def _consultation_opened(case: Case, event: CaseEvent, body: Any) -> Case:
    return replace(case, consultations=(*case.consultations, Consultation(body, event.at)))


@_on("consultation_answered", "consultation_lapsed")
def _consultation_over(case: Case, event: CaseEvent, body: Any) -> Case:
    lapsed = event.kind == "consultation_lapsed"
    outcome, reasons = ("deemed_no", body.meaning) if lapsed else (body.answer, body.reasons)
    return replace(
        case,
        consultations=tuple(
            replace(one, outcome=outcome, reasons=reasons) if one.asked.id == body.id else one
            for one in case.consultations
        ),
    )


@_on("consolidated")
def _consolidated(case: Case, event: CaseEvent, body: Any) -> Case:
    return replace(case, consolidated=body, consolidated_seq=event.seq, agreed=())


@_on("countersigned")
def _countersigned(case: Case, event: CaseEvent, body: Any) -> Case:
    return replace(case, agreed=(*case.agreed, event.actor) if body.agrees else ())


@_on("escalated")
def _escalated(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, escalations=(*case.escalations, (body.rung, body.agency)))


@_on("rung_decided")
def _rung_decided(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, rungs=(*case.rungs, (body.rung, body.position)))


@_on("determined")
def _determined(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, determined=body.required)


@_on("intent_notified")
def _intent(case: Case, _event: CaseEvent, _body: Any) -> Case:
    return replace(case, intent=True)


@_on("decided")
def _decided(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, decisions=(*case.decisions, body))


@_on("facts_recorded")
def _facts(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, facts=(*case.facts, (body.revision, body.facts)))


@_on("denial_reviewed")
def _denial_reviewed(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, denial_reviews=(*case.denial_reviews, body))


@_on("document_issued")
def _document_issued(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, documents=(*case.documents, body))


@_on("appealed")
def _appealed(case: Case, _event: CaseEvent, body: Any) -> Case:
    return replace(case, appealed=body.lines)


@_on("licence_issued")
def _issued(case: Case, _event: CaseEvent, body: Any) -> Case:
    # A licence on appeal carries on the ledger of the one it replaces: what left has left.
    if case.licence is None:
        return replace(case, licence=Licence(body))
    return replace(case, licence=replace(case.licence, content=body, status="active"))


def _licence(case: Case, **changes: Any) -> Case:
    return replace(case, licence=replace(case.licence, **changes)) if case.licence else case


@_on("used")
def _used(case: Case, _event: CaseEvent, body: Any) -> Case:
    if case.licence is None:
        return case
    case = _licence(case, usages=(*case.licence.usages, body))
    spent = case.licence is not None and all(case.licence.balance(one.line) == 0 for one in case.licence.content.lines)
    return _licence(case, status="exhausted") if spent else case


@_on("overdrawn")
def _overdrawn(case: Case, _event: CaseEvent, body: Any) -> Case:
    return _licence(case, exceptions=(*case.licence.exceptions, body)) if case.licence else case


@_on("condition_met")
def _condition_met(case: Case, _event: CaseEvent, body: Any) -> Case:
    return _licence(case, met=(*case.licence.met, body.condition)) if case.licence else case


@_on("measure_proposed")
def _measure_proposed(case: Case, event: CaseEvent, body: Any) -> Case:
    return (
        _licence(
            case,
            measures=(*case.licence.measures, Measure(body, "" if event.role == "system" else event.actor, event.at)),
        )
        if case.licence
        else case
    )


@_on("measure_confirmed")
def _measure_confirmed(case: Case, event: CaseEvent, body: Any) -> Case:
    if case.licence is None:
        return case
    measures = tuple(
        replace(one, owner=event.actor) if one.content.id == body.id else one for one in case.licence.measures
    )
    return _licence(case, measures=measures)


@_on("measure_approved")
def _measure_approved(case: Case, event: CaseEvent, body: Any) -> Case:
    if case.licence is None:
        return case
    words = {"suspend": "suspended", "revoke": "revoked", "reinstate": "active"}
    status = case.licence.status
    measures = []
    for one in case.licence.measures:
        if one.content.id == body.id and one.open:
            one = replace(one, approved_by=event.actor)
            status = words.get(one.content.measure, status)
            case = _modified(case, one.content)
        measures.append(one)
    return _licence(case, measures=tuple(measures), status=status)


def _modified(case: Case, measure: Any) -> Case:
    """The licence with what a measure takes from it; only ``modify`` states anything."""
    if case.licence is None:
        return case
    content = case.licence.content
    lower = {one.line: one for one in measure.lines}
    lines = tuple(lower.get(one.line, one) for one in content.lines)
    valid_to = measure.valid_to or content.valid_to
    return _licence(case, content=replace(content, lines=lines, valid_to=valid_to))


@_on("measure_rejected")
def _measure_rejected(case: Case, _event: CaseEvent, _body: Any) -> Case:
    if case.licence is None:
        return case
    return _licence(
        case, measures=tuple(replace(one, rejected=one.open or one.rejected) for one in case.licence.measures)
    )


@_on("licence_surrendered")
def _surrendered(case: Case, _event: CaseEvent, _body: Any) -> Case:
    return _licence(case, status="surrendered")


@_on("licence_expired")
def _expired(case: Case, _event: CaseEvent, _body: Any) -> Case:
    return _licence(case, status="expired")
