"""Retention: erasing what a case says, once its period has passed and no hold stands."""

from __future__ import annotations

from starlette.responses import Response

from enduse.cases.refusals import Refused
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.forms import Problem
from enduse.interfaces.web.licensing.room import case_at, case_url, counter_of, page, see
from enduse.interfaces.web.page import Page

HOLD = "case.hold"


def erase(desk: Desk) -> Page | Response:
    """Erase what a case says of anybody; its hashes stay.

    Raises:
        NotHeld: there is no such case, or the person may not know of it.
    """
    counter = counter_of(desk)
    case = case_at(desk, counter, HOLD)
    problems: dict[str, Problem] = {}
    refusal = None
    if desk.posted:
        reason = desk.fields.one("reason")
        if not reason:
            problems["reason"] = Problem("give the reason: it stays in the chain")
        elif desk.fields.one("sure") != "yes":
            problems["sure"] = Problem("say that you are sure: this cannot be taken back")
        else:
            try:
                counter.erase(case.id, reason)
                return see(case_url(case.id), ("done", "erased"))
            except Refused as error:
                refusal = error.refusal
    found = counter.retention(case)
    context = {
        "id": case.id,
        "title_of": case.reference or case.id,
        "retention": found,
        "obstacles": list(found.obstacles(counter.day(case))),
        "problems": problems,
        "refusal": refusal,
        "fields": desk.fields,
    }
    status = 409 if refusal else 422 if problems else 200
    return page(desk, "erase.html", f"Erase {case.reference or case.id}", context, status)
