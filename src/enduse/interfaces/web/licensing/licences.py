"""A licence by its number, as an office at the border sees it: whether it holds, and what is left of it."""

from __future__ import annotations

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing import registers
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.licensing.room import counter_of, page
from enduse.interfaces.web.page import Page

LOOK_UP = "licence.look_up"
LICENCES = "/licensing/licences"


def look_up(desk: Desk) -> Page:
    """The form; with the licence where a number is asked for and there is one."""
    number = desk.fields.one("number")
    case, status = None, 200
    if number:
        try:
            case = registers.licence_by_number(desk.service.office, number)
        except NotHeld:
            status = 404
    context = {"number": number, "case": case, "may_use": counter_of(desk).may("licence.use")}
    return page(desk, "licences.html", "Look up a licence", context, status)
