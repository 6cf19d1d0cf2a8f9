"""Kept assessments: the list, and one made again from the editions that it rests on."""

from __future__ import annotations

from enduse.interfaces.web import answer as shown
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.page import Page, outcome_words

VIEW = "assessment.view"
SHOWN = 50


def overview(desk: Desk) -> Page:
    """Kept assessments, newest first: everybody's or one's own, by the policies.

    Raises:
        BadInput: ``before`` is no place in the list.
    """
    before, owners = desk.before, desk.service.desk.whose(desk.actor, VIEW, "assessment")
    found = desk.service.desk.assessments(desk.actor, limit=SHOWN + 1, before=before)
    older = desk.url("/assessments", ("before", str(found[SHOWN - 1].seq))) if len(found) > SHOWN else ""
    context = {
        "kept": found[:SHOWN],
        "own": owners == {desk.actor.id},
        "shared": owners is not None,
        "older": older,
        "newest": before is None,
    }
    return Page("assessments.html", "Kept assessments", context)


def _types(desk: Desk) -> list[tuple[str, str]]:
    """What can be applied for from an assessment; nothing for who may not file."""
    if not desk.may("case.file") or not desk.actor.organisation:
        return []
    policies = desk.service.office.policies
    return [
        (f"{known.id}/{one.id}", f"{known.title}: {one.title}")
        for known in policies.authorities.values()
        for one in policies.types.values()
        if one.law == known.law
    ]


def assessment(desk: Desk) -> Page:
    """One kept assessment: its transaction judged again on its editions, compared with what was kept.

    Raises:
        NotHeld: there is none, or none that the actor may read.
        OperationFailed: the judgement is gone or altered, or what is on file is damaged.
    """
    kept = desk.service.desk.readable(desk.params["id"], desk.actor, address=desk.address, how="read on its page")
    again = desk.service.desk.replayed(kept)
    found = again.found
    title = f"{outcome_words(found.outcome)}: {found.transaction.items[0].code} to {found.transaction.destination}"
    filed = {"kept": kept, "again": again, "lines": list(again.lines()), "types": _types(desk)}
    return Page("answer.html", title, {**shown.told(found, again.books), "pinned": True, "filed": filed})
