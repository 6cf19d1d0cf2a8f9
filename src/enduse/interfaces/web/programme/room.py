"""What the pages of the programme share: their frame and navigation, periods that a form asks for, tables as files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from enduse.interfaces.licensing.office import Office
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.page import HEADERS, Page
from enduse.model.time import parse_date

SECTION = "/programme"
READ, VIEW, KEEP, LAW = "programme.view", "statistics.view", "statistics.publish", "rules.view"
SCORECARD, COMPARISON = "/programme/scorecard", "/programme/comparison"
CONSULTATIONS, TRANSPARENCY = "/programme/consultations", "/programme/transparency"
CONTROLS, DRAFTS = "/programme/controls", "/programme/drafts"
_NAVIGATION = (
    ("/programme", "Register", READ),
    (SCORECARD, "Scorecard", VIEW),
    (COMPARISON, "Comparison", VIEW),
    (CONSULTATIONS, "Consultations", VIEW),
    (TRANSPARENCY, "Transparency report", VIEW),
    (CONTROLS, "Who controls what", LAW),
    (DRAFTS, "Drafts across members", VIEW),
)
DONE = {
    "published": "The scorecard is published; partners take it when their nodes next look.",
    "frozen": "The report is frozen: what it says never changes.",
    "recorded": "It is on record, and counts for the scorecard.",
    "imported": "The table is on record; what stood before stays in the history of each initiative.",
}


def office_of(desk: Desk) -> Office:
    """The office of the service."""
    found: Office = desk.service.office
    return found


def page(desk: Desk, template: str, title: str, context: Mapping[str, Any], status: int = 200) -> Page:
    """A page of the programme, with its own navigation."""
    tabs = [(path, label) for path, label, action in _NAVIGATION if desk.may(action)]
    at = max((path for path, _ in tabs if desk.path == path or desk.path.startswith(f"{path}/")), key=len, default="")
    shared = {"tabs": tabs, "tab": at, "told": DONE.get(desk.fields.one("done")) if not desk.posted else None}
    return Page(f"programme/{template}", title, shared | dict(context), status, SECTION)


def quarter(today: dt.date) -> tuple[dt.date, dt.date]:
    """The last quarter that has ended."""
    end = dt.date(today.year, 3 * ((today.month - 1) // 3) + 1, 1)
    before = end - dt.timedelta(days=1)
    return dt.date(before.year, before.month - 2, 1), end


def period(desk: Desk) -> tuple[dt.date, dt.date]:
    """The period that is asked for; the last quarter that has ended where none is.

    Raises:
        BadInput: no date.
    """
    start, end = quarter(desk.today)
    fields = desk.fields
    return (
        parse_date(fields.one("from"), where="from") if fields.one("from") else start,
        parse_date(fields.one("to"), where="to") if fields.one("to") else end,
    )


def csv(text: str, name: str) -> Response:
    """A table as a file."""
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")
