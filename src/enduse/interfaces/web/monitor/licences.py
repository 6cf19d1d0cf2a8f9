"""The use of licences, looked through for signs of diversion."""

from __future__ import annotations

from typing import Any

from enduse.interfaces.trade.methods import LICENCES, methods
from enduse.interfaces.trade.usage import DEFAULT_CURRENCY, AskedUse, asked_use, by_kind, found_in_use
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.monitor.alerts import page
from enduse.interfaces.web.page import Page
from enduse.model.errors import BadInput

VIEW = "alert.licences"
PATH = "/monitor/licences"
MOST_SIGNS, MOST_SILENT = 200, 200


def overview(desk: Desk) -> Page:
    """What the use of licences says, by the day asked for.

    Raises:
        OperationFailed: a library of the extra ``trade`` is not installed.
    """
    problem, asked = None, AskedUse(desk.today)
    fields = desk.fields
    try:
        asked = asked_use(
            desk.today,
            fields.one("day"),
            fields.one("threshold"),
            fields.one("currency"),
            [fields.one("restricted")],
        )
    except BadInput as found:
        problem = found
    context: dict[str, Any] = {
        "problem": problem,
        "asked": asked,
        "currency": DEFAULT_CURRENCY,
        "methods": {one.key: one for one in methods().values() if one.about == LICENCES},
        "fields": fields,
        "most": MOST_SIGNS,
        "most_silent": MOST_SILENT,
    }
    if problem is None:
        seen = found_in_use(desk.service.office, asked)
        context |= {"found": seen, "groups": by_kind(seen)}
    return page(desk, "licences.html", "Use of licences", context, 422 if problem is not None else 200)
