"""What people read of evidence and designations, as documents: the same for the API, the pages and commands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Any

from enduse.cases.designations.bodies import CREDIBILITY, RELIABILITY
from enduse.cases.designations.designation import Designation, Vote
from enduse.cases.designations.evidence import PROTECTED, Entry, graph, source_seen
from enduse.cases.designations.listing import party_of
from enduse.cases.designations.rulebook import ListingAuthority, Procedure
from enduse.cases.events import CaseEvent
from enduse.lists.legal import listing_words
from enduse.model.codec import to_plain
from enduse.model.truth import Truth


def entry_document(entry: Entry, *, cleared: bool) -> dict[str, Any]:
    """An entry of the register.

    Args:
        cleared: whether the reader may know protected sources; others do not even see a reference.
    """
    sources = [source_seen(one, cleared=cleared) for one in entry.sources]
    content = to_plain(entry.content, keep_empty=True)
    content.pop("sources"), content.pop("links")
    return {
        "id": entry.id,
        **content,
        "sources": [
            {
                **to_plain(one, keep_empty=True),
                "said": PROTECTED if one.protected else one.publisher,
                "grade": f"{one.reliability}{one.credibility}",
                "in_words": f"{RELIABILITY[one.reliability]}; {CREDIBILITY[one.credibility]}",
            }
            for one in sources
        ],
        "links": to_plain(entry.links, keep_empty=True),
        "grade": entry.grade,
        "contradicted": entry.contradicted,
        "recorded_by": entry.by,
        "recorded_at": entry.at.isoformat(),
        "versions": entry.versions,
    }


def graph_document(entries: Sequence[Entry]) -> dict[str, Any]:
    """Vendor, intermediary, end user and harm, with the entries that record each step."""
    nodes, edges = graph(entries)
    return {
        "nodes": [{"column": one.column, "name": one.name} for one in nodes],
        "steps": [
            {"from": one.start.name, "to": one.end.name, "column": one.start.column, "entries": list(one.entries)}
            for one in edges
        ],
        "note": "as recorded: nothing is inferred between entries",
    }


def vote_document(case: Designation, vote: Vote, procedure: Procedure, today: dt.date) -> dict[str, Any]:
    """A vote as it stands."""
    assert case.nomination is not None
    authority = procedure.authorities[case.nomination.authority]
    rule = authority.votes[vote.asked.question]
    last = case.last_day(vote, procedure, today)
    found = vote.counted(authority, last, today)
    closed = vote.closed
    said = {who: (how, at, why) for who, how, at, why in vote.ballots}
    out = dict(vote.recused)
    return {
        "number": vote.number,
        "question": vote.asked.question,
        "petition": vote.asked.petition,
        "opened": vote.opened.isoformat(),
        "last_day": last.isoformat(),
        "standing": ("passed" if closed.passed else "failed") if closed else found.standing.value,
        "closed": closed is not None,
        "why": closed.why if closed else found.why,
        "rule": {
            "threshold": rule.threshold,
            "base": rule.base,
            "abstention": rule.abstention,
            "silence": rule.silence,
            "quorum": rule.quorum,
            "citation": str(rule.citation),
            "reading": str(rule.reading) if rule.reading else "",
        },
        "members": [
            {
                "member": one,
                "position": "recused" if one in out else said[one][0] if one in said else "silent",
                "at": said[one][1].isoformat() if one in said and one not in out else "",
                "reason": out[one] if one in out else said[one][2] if one in said else "",
            }
            for one in authority.members
        ],
        "late": list(found.late),
    }


def designation_document(
    case: Designation,
    procedure: Procedure,
    today: dt.date,
    *,
    as_of: dt.date | None = None,
    known_on: dt.date | None = None,
) -> dict[str, Any]:
    """A designation, for those who may read designations; ``in_force`` is of one day, by what was public on another."""
    nomination = case.nomination
    assert nomination is not None
    authority = procedure.authorities[nomination.authority]
    day = as_of or today
    return {
        "id": case.id,
        "seq": case.seq,
        "status": case.status,
        "authority": {"id": authority.id, "title": authority.title, "list": authority.list},
        "subject": to_plain(nomination.subject, keep_empty=True),
        "terms": to_plain(nomination.terms, keep_empty=True),
        "criteria": [
            {
                **to_plain(one, keep_empty=True),
                "question": criterion.question if (criterion := authority.criterion(one.criterion)) else "",
                "citation": str(criterion.citation) if criterion else "",
            }
            for one in nomination.criteria
        ],
        "foreign_policy": nomination.foreign_policy,
        "humanitarian": nomination.humanitarian,
        "alternatives": to_plain(nomination.alternatives, keep_empty=True),
        "quality": to_plain(case.quality, keep_empty=True) if case.quality else None,
        "effect": to_plain(case.effect, keep_empty=True) if case.effect else None,
        "votes": [vote_document(case, one, procedure, today) for one in case.votes],
        "listing": to_plain(case.listing, keep_empty=True) if case.listing else None,
        "changes": [to_plain(one.published, keep_empty=True) for one in case.changes],
        "removal": to_plain(case.removal, keep_empty=True) if case.removal else None,
        "petitions": [
            {
                **to_plain(one.filed, keep_empty=True),
                "decided": to_plain(one.decided, keep_empty=True) if one.decided else None,
            }
            for one in case.petitions
        ],
        "objections": to_plain(case.objections, keep_empty=True),
        "orders": to_plain(case.orders, keep_empty=True),
        "prenotices": to_plain(case.prenotices, keep_empty=True),
        "deadlines": [
            {
                "clock": one.rule.id,
                "title": one.rule.title,
                "key": one.key,
                "due": one.due.isoformat() if one.due else "",
                "state": one.state.value,
                "citation": str(one.rule.citation),
            }
            for one in case.deadlines(procedure, today)
        ],
        "as_of": day.isoformat(),
        "known_on": known_on.isoformat() if known_on else "",
        "in_force": case.listed_on(day, known_on),
        "in_force_words": in_force_words(case, authority, day, known_on),
    }


def in_force_words(
    case: Designation, authority: ListingAuthority, day: dt.date, known_on: dt.date | None = None
) -> list[str]:
    """What is in force on a day, in sentences."""
    party = party_of(case, authority, known_on)
    found = party.listings if party else ()
    return [listing_words(one) for one in found if one.in_force(day) is Truth.TRUE]


def row_document(case: Designation, procedure: Procedure, today: dt.date) -> dict[str, Any]:
    """A row of the list of designations."""
    assert case.nomination is not None
    authority = procedure.authorities[case.nomination.authority]
    due = [one for one in case.deadlines(procedure, today) if one.due and one.state.value in ("running", "passed")]
    first = min(due, key=lambda one: one.due or today, default=None)
    return {
        "id": case.id,
        "status": case.status,
        "name": case.nomination.subject.name,
        "authority": authority.title,
        "list": authority.list,
        "effective": case.listing.effective.isoformat() if case.listing else "",
        "removed": case.removal.effective.isoformat() if case.removal else "",
        "in_force": case.listed_on(today),
        "due": first.due.isoformat() if first and first.due else "",
        "clock": first.rule.title if first else "",
    }


def history_documents(events: Iterable[CaseEvent]) -> list[dict[str, Any]]:
    """What happened, in order."""
    return [
        {
            "seq": one.seq,
            "at": one.at.isoformat(),
            "actor": one.actor,
            "role": one.role,
            "kind": one.kind,
            "body": to_plain(one.body, keep_empty=True),
            "sha256": one.sha256,
        }
        for one in events
    ]
