"""Evidence for the scorecard: what cases and letters show by themselves, and what somebody has recorded."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from enduse.cases.bodies import GRANTS, Finding
from enduse.cases.case import Case
from enduse.cases.conditions import Facts
from enduse.cases.context import BY_ITSELF
from enduse.cases.denials import own_denials
from enduse.cases.human_rights import called_for
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.programme.shelf import published
from enduse.model.codec import canonical_json, from_plain, to_plain
from enduse.model.errors import BadInput
from enduse.model.letter_record import IN, OUT, LetterRow
from enduse.model.record import By, Kind
from enduse.programme.published import WITHHELD
from enduse.programme.register import Initiative, starter
from enduse.programme.scorecard import Evidence, checked

DENIAL_DAYS = 60
"""By when a denial is told at the latest: Wassenaar Arrangement, Initial Elements, section V (a secondary source)."""
_COUNTED = ("PUBLIC", "PARTNER")
"""Letters that count by themselves. Privileged ones do not: whoever counts may not learn that there are any."""
_RISKS = (Finding.RISK, Finding.CLEAR_RISK)


def evidence(office: Office, today: dt.date) -> tuple[Evidence, ...]:
    """Everything on record: what was recorded by hand takes the place of what a case or letter shows under its id."""
    shown = (*_of_cases(office, today), *_of_letters(office), *_of_publications(office))
    found = {(one.kind, one.id): one for one in shown}
    found.update({(one.kind, one.id): one for one in recorded(office)})
    return tuple(found.values())


# --- cases


def _of_cases(office: Office, today: dt.date) -> Iterator[Evidence]:
    store = office.stores.get()
    licensing = office.licensing()
    told = _told_denials(office) if store is not None else {}
    for row in store.cases.views() if store is not None else ():
        case = licensing.case(str(row["id"]))
        if case.application is None:
            continue
        if case.applied.type == "art5_notification" and (submitted := case.first("submitted")) is not None:
            yield Evidence("notification", case.id, submitted.at.date(), {}, _link(case))
        if case.decision is None or case.decision.date is None:
            continue
        authority = office.policies.authorities[case.applied.authority]
        facts = Facts(case, office.outside.ground(case, BY_ITSELF), office.policies.groups, authority.law)
        if called_for(facts, office.policies):
            yield _decision(office, case)
        for denial in own_denials(case, authority.state):
            told_on = told.get(denial.id)
            limit = denial.denied_on + dt.timedelta(days=DENIAL_DAYS)
            if told_on is None and today <= limit:
                continue  # there is time left: neither kept nor broken
            in_time = told_on is not None and told_on <= limit
            yield Evidence("denial", denial.id, denial.denied_on, {"told_in_time": _yes(in_time)}, _link(case))


def _decision(office: Office, case: Case) -> Evidence:
    """A decision in scope, by what was on record when it was taken."""
    events = office.licensing().history(case.id)
    decided = next(one for one in events if one.kind == "decided")
    assessments = [one for one in events if one.kind == "hr_assessed"]
    before = [one for one in assessments if one.seq < decided.seq]
    chosen = (before or assessments)[-1:]
    facts: dict[str, str] = {"decided_at": decided.at.isoformat()}
    granted = any(one.outcome in GRANTS for one in decided.body.lines)
    open_grant = any(one.outcome in GRANTS and not one.conditions for one in decided.body.lines)
    facts["granted"] = _yes(granted)
    unmitigated = False
    for event in chosen:
        answers = event.body.answers if event.body is not None else ()
        publishers = {source.publisher for one in answers for source in one.sources}
        reviews = [one for one in events if one.kind == "hr_reviewed" and one.seq > event.seq and one.body is not None]
        agreed = next((one for one in reviews if one.body.agrees and one.actor != event.actor), None)
        worst = [one.worst for one in answers]
        unmitigated = Finding.CLEAR_RISK in worst or (open_grant and any(one in _RISKS for one in worst))
        facts |= {"assessed_at": event.at.isoformat(), "complete": _yes(bool(answers)), "sources": str(len(publishers))}
        if agreed is not None:
            facts["reviewed_at"] = agreed.at.isoformat()
    facts["unmitigated"] = _yes(unmitigated)
    return Evidence(
        "decision",
        case.id,
        case.decision.date if case.decision and case.decision.date else decided.at.date(),
        facts,
        _link(case),
    )


def _told_denials(office: Office) -> Mapping[str, dt.date]:
    """When each own denial was first told to a partner."""
    letters = office.stores.need().letters
    found: dict[str, dt.date] = {}
    for row in _all(office, OUT, "denial_notification"):
        told = json.loads(letters.body(row))["notice"]["content"].get("denial", {})
        identifier, day = str(told.get("id", "")), dt.date.fromisoformat(row.created[:10])
        found[identifier] = min(day, found.get(identifier, day))
    return found


# --- letters


def _of_letters(office: Office) -> Iterator[Evidence]:
    if office.stores.get() is None:
        return
    for row in _all(office, OUT, levels=_COUNTED):
        day = dt.date.fromisoformat(row.created[:10])
        facts = {"acknowledged": _yes(row.state == "acknowledged")}
        # The number of a letter would tell, by a gap, of one that is not counted.
        yield Evidence("letter", f"{row.notice}/{row.peer}", day, facts, f"notice:{row.notice}")
    for direction, kind in ((OUT, "practice"), (IN, "practice_received")):
        for notice, row in {
            one.notice: one for one in _all(office, direction, "best_practice", levels=_COUNTED)
        }.items():
            facts = {} if direction == OUT else {"adopted": "no"}
            yield Evidence(kind, notice, dt.date.fromisoformat(row.created[:10]), facts, f"notice:{notice}")


def _all(
    office: Office, direction: str, type_id: str = "", levels: tuple[str, ...] = (*_COUNTED, "REGIME-PRIVILEGED")
) -> list[LetterRow]:
    types = (type_id,) if type_id else ()
    return office.stores.need().letters.listed(direction, levels, types=types, limit=None)


# --- what we publish


def _of_publications(office: Office) -> Iterator[Evidence]:
    """Commitments whose measures are all public in a scorecard that we published."""
    for held in published(office):
        for one in held.card.commitments if held.ours and held.card is not None else ():
            numbers = (text for two in one.measures for text in (two.value, two.numerator, two.denominator))
            if held.card is not None and WITHHELD not in numbers:
                last = held.card.end - dt.timedelta(days=1)
                yield Evidence("published", f"{held.path}#{one.id}", last, {"commitment": one.id}, held.path)


# --- what people record


def record(office: Office, one: Evidence, *, by: By, reason: str) -> Evidence:
    """Keep evidence that no case shows, with its audit entry; a later one of its id takes its place.

    Raises:
        BadInput: it cannot be counted, or no reason is given.
    """
    if not reason.strip():
        raise BadInput("a reason is missing", where="reason", remedy="say why, for those who read the audit chain")
    checked(one, "evidence")
    body = canonical_json({**to_plain(one), "facts": dict(one.facts)})
    office.stores.need().references.keep(Kind.EVIDENCE, f"{one.kind}/{one.id}", body, by=by, reason=reason)
    return one


def recorded(office: Office) -> tuple[Evidence, ...]:
    """What people have recorded, as it stands."""
    store = office.stores.get()
    if store is None:
        return ()
    found = []
    for kept in store.references.standing(Kind.EVIDENCE):
        plain = json.loads(store.references.body(kept))
        found.append(
            Evidence(
                plain["kind"], plain["id"], dt.date.fromisoformat(plain["on"]), plain["facts"], plain.get("link", "")
            )
        )
    return tuple(found)


# --- the register


def register(office: Office) -> tuple[Initiative, ...]:
    """The register as it stands: what it began with, and what was imported."""
    found = {one.id: one for one in starter()}
    store = office.stores.get()
    for kept in store.references.standing(Kind.INITIATIVE) if store is not None else ():
        assert store is not None
        one = from_plain(Initiative, json.loads(store.references.body(kept)))
        found[one.id] = one
    return tuple(sorted(found.values(), key=lambda one: (one.member, one.id)))


def import_register(office: Office, initiatives: Iterable[Initiative], *, by: By, reason: str) -> int:
    """Keep initiatives; how many. A later import of an id is its next version.

    Raises:
        BadInput: no reason is given.
    """
    if not reason.strip():
        raise BadInput("a reason is missing", where="reason", remedy="say why, for those who read the audit chain")
    count = 0
    for one in initiatives:
        body = canonical_json(to_plain(one))
        office.stores.need().references.keep(Kind.INITIATIVE, one.id, body, by=by, reason=reason)
        count += 1
    return count


def _yes(value: Any) -> str:
    return "yes" if value else "no"


def _link(case: Case) -> str:
    return f"/licensing/cases/{case.id}"
