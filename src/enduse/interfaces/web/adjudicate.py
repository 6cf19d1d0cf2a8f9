"""A decision on a hit: recorded in the store where the actor may, beside the evidence that it rests on."""

from __future__ import annotations

from starlette.responses import RedirectResponse

from enduse.interfaces.decisions import hit
from enduse.interfaces.fields import Place, text, word
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.screen import query_from, threshold_of
from enduse.model.decision import Verdict
from enduse.model.errors import BadInput, OperationFailed
from enduse.screen.decisions import evidence_of
from enduse.store import open_store

ACTION = "adjudication.create"
OWN = ("party", "verdict", "reason", "csrf_token", "saved")
"""Fields of a decision, beside those of the screening that it is about."""


def decide(desk: Desk) -> RedirectResponse:
    """Record what a reviewer decided on a hit, then show the screening again.

    Raises:
        BadInput: no verdict, no reason, or the party is no hit of this screening.
        OperationFailed: nothing says who decides, or there is no store.
    """
    if not desk.may(ACTION) or desk.holdings.store is None:
        raise OperationFailed(
            "a decision needs somebody who is signed in and may decide", remedy="sign in, or: enduse decisions add"
        )
    fields = desk.fields
    said = word(Verdict, fields.one("verdict"), Place("verdict"))
    if said is Verdict.WITHDRAWN:
        raise BadInput("a decision is withdrawn by its id", where="verdict", remedy="enduse decisions withdraw ID")
    why = text(fields.one("reason"), Place("reason"), required=True, several_lines=True)
    query, threshold = query_from(fields), threshold_of(fields)
    match = hit(desk.holdings.screen(query, threshold), fields.one("party"), query.name)
    with open_store(desk.holdings.store, create=True) as store:
        made = store.decisions.add(
            verdict=said,
            name=query.name,
            party_id=match.party.id,
            party_name=match.party.name,
            evidence=evidence_of(query, match.party),
            by=desk.by.actor,
            role=desk.by.role,
            reason=why,
            editions=desk.holdings.library.editions(),
        )
    back = (*fields.without(*OWN), ("saved", made.id[:12]))
    return RedirectResponse(address("/screen", back), 303)
