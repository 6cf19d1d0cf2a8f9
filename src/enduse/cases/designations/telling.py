"""Whom a designation tells: an alert to every partner of what is public, and an embargoed notice to some before.

What a message holds is named field by field, as the notice that the exchange makes of it is: nothing of a source,
nothing of the vote, nothing of reasons that are restricted.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from enduse.cases.designations.bodies import PartnersPrenotified, Subject, Terms
from enduse.cases.designations.designation import Designation
from enduse.cases.designations.listing import subject_of
from enduse.cases.designations.rulebook import ListingAuthority, Procedure
from enduse.cases.events import CaseEvent
from enduse.cases.messages import Message
from enduse.model.citation import Citation

PUBLIC = {"listing_published": "listed", "listing_amended": "changed", "listing_removed": "removed"}
"""Events that make something public, and what became of the party."""
COMING = {"add": "to be listed", "modify": "to be changed", "remove": "to be removed"}
PARTNERS = "partners"
"""Every other member of the exchange."""


def messages_of(case: Designation, event: CaseEvent, procedure: Procedure) -> Iterator[Message]:
    """The messages that an event calls for.

    Args:
        case: after the event.
    """
    if case.nomination is None:
        return
    authority = procedure.authorities[case.nomination.authority]
    if event.kind in PUBLIC:
        yield _alert(case, event, authority, procedure)
    elif event.kind == "partners_prenotified":
        told: PartnersPrenotified = event.body
        for state in told.partners:
            yield _before(case, event, told, state, authority)


def _alert(case: Designation, event: CaseEvent, authority: ListingAuthority, procedure: Procedure) -> Message:
    body, change = event.body, PUBLIC[event.kind]
    last = body.effective - dt.timedelta(days=1) if change == "removed" else body.effective
    content: dict[str, Any] = {
        **_subject(subject_of(case, case.changes), case.terms_on(last) or _proposed(case)),
        "change": change,
        "list": authority.list,
        "legal_text": body.citation,
        "effective_at": body.effective.isoformat(),
        "published_at": body.published.isoformat(),
        "reasons": body.public_reasons,
    }
    petition = next((one for one in procedure.clocks.rules if one.id == f"{authority.id}/petition"), None)
    if petition is not None and change != "removed":
        content["removal_route"] = f"petition to the {authority.title} ({petition.citation})"
    source = Citation(body.citation, body.url or None)
    rule = f"designation/{change}"
    return Message(rule, PARTNERS, "listing_alert", "PUBLIC", case.id, event.seq, content, source)


def _before(
    case: Designation, event: CaseEvent, told: PartnersPrenotified, state: str, authority: ListingAuthority
) -> Message:
    question = case.unpublished or "remove"
    vote = case.carried(question)
    changed = () if vote is None or question != "modify" else (vote.asked,)
    terms = next((one.terms for one in changed if one.terms is not None), None)
    subject = subject_of(case, (*case.changes, *changed))
    content = {
        **_subject(subject, terms or case.terms_on(told.effective) or _proposed(case)),
        "change": COMING[question],
        "list": authority.list,
        "effective_at": told.effective.isoformat(),
        "public_at": told.public_on.isoformat(),
        "why": told.why,
    }
    rule = "designation/prenotice"
    return Message(rule, state, "listing_prenotice", "PARTNER", case.id, event.seq, content, authority.citation)


def _subject(subject: Subject, terms: Terms) -> dict[str, Any]:
    with_it = [f"listed with it: {one.name}" for one in subject.owned if one.list_with]
    numbers = [f"{one.kind} {one.value}{f' ({one.country})' if one.country else ''}" for one in subject.identifiers]
    return {
        "entity": subject.name,
        "identifiers": [*subject.aliases, *subject.native, *numbers, *with_it],
        "measure": ", ".join(one.value for one in terms.measures),
        "scope": terms.scope,
    }


def _proposed(case: Designation) -> Terms:
    assert case.nomination is not None
    return case.nomination.terms
