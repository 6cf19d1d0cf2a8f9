"""From code to law: who controls what, member by member, and what drafts would change across the coalition."""

from __future__ import annotations

from decimal import Decimal

from starlette.responses import Response

from enduse.interfaces.programme import controls as matrices
from enduse.interfaces.programme import impacts, pictures
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.forms import Problem
from enduse.interfaces.web.page import Page
from enduse.interfaces.web.programme.room import CONTROLS, csv, office_of, page
from enduse.interfaces.web.timeline import Kept
from enduse.model.countries import country_name
from enduse.model.errors import BadInput
from enduse.programme.shared_impact import SummedTable

MEMBERS, DESTINATION = "US,NL,GB", "EG"
_KEPT: Kept[matrices.Matrix] = Kept(24)


def controls(desk: Desk) -> Page | Response:
    """The matrix of who controls what; as CSV where that is asked for.

    Raises:
        BadInput: another form is asked for, or the link pins a day that lies ahead.
    """
    fields = desk.fields
    members, destination = fields.one("members", MEMBERS), fields.one("destination", DESTINATION)
    items = fields.one("items", ", ".join(matrices.ITEMS))
    form = fields.one("format")
    if form not in ("", "csv"):
        raise BadInput(f"no form {form[:20]!r}", where="format", remedy="csv")
    evidence = desk.evidence()
    key = (members, items, destination, desk.day, evidence.pins[2])
    found, problem = None, None
    try:
        found = _KEPT.get(
            key, lambda: matrices.matrix(members, items.split(","), destination, desk.day, evidence.law.books)
        )
    except BadInput as error:
        name = error.where.removeprefix("--")
        problem = {name if name in ("members", "destination") else "items": Problem(error.problem, error.remedy)}
    if form and found is not None:
        return csv(matrices.to_csv(found), f"controls-{found.destination}-{found.day}")
    asked = (("members", members), ("items", items), ("destination", destination))
    context = {
        "found": found,
        "problems": problem or {},
        "members": members,
        "items": items,
        "destination": destination,
        "place": country_name(found.destination) if found else "",
        "csv": address(CONTROLS, (*asked, ("as_of", str(desk.as_of or "")), ("format", "csv"))),
    }
    return page(desk, "controls.html", "Who controls what", context, 422 if problem else 200)


def drafts(desk: Desk) -> Page:
    """Requests to try a draft, ours and partners', and how many have answered."""
    office = office_of(desk)
    rows = [(one, impacts.added_up(office, one.request) if one.request else None) for one in impacts.requests(office)]
    return page(desk, "drafts.html", "Drafts across members", {"rows": rows})


def draft(desk: Desk) -> Page | Response:
    """What a draft would change, added up; as CSV where that is asked for.

    Raises:
        NotHeld: there is no such request.
        BadInput: another form is asked for.
    """
    office = office_of(desk)
    found = impacts.added_up(office, impacts.request_of(office, desk.params["asker"], desk.params["id"]))
    form = desk.fields.one("format")
    if form not in ("", "csv"):
        raise BadInput(f"no form {form[:20]!r}", where="format", remedy="csv")
    if form:
        return csv(impacts.to_csv(found), f"impact-{found.request.id}")
    context = {
        "found": found,
        "pictures": {one.id: _picture(one) for one in found.tables},
        "csv": address(desk.path, (("format", "csv"),)),
    }
    return page(desk, "draft.html", found.request.title, context)


def _picture(table: SummedTable) -> pictures.Picture:
    rows = [
        (row, [(Decimal(cell.count), cell.words) for cell in line])
        for row, line in list(zip(table.rows, table.cells, strict=True))[:20]
    ]
    full = max((cell.count for line in table.cells for cell in line), default=0)
    return pictures.picture(rows, table.columns, Decimal(full))
