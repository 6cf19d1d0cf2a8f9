"""Statistics: a report as it would be released today, frozen releases with all their versions, and freezing one."""

from __future__ import annotations

import datetime as dt
from typing import Any

from starlette.responses import Response

from enduse.cases.statistics import shipped_layouts, to_csv
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing import registers
from enduse.interfaces.licensing.reports import report
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.forms import Problem
from enduse.interfaces.web.licensing.room import counter_of, page, policies_of, see
from enduse.interfaces.web.page import HEADERS, Page
from enduse.model.errors import BadInput
from enduse.model.time import parse_date

VIEW, PUBLISH = "statistics.view", "statistics.publish"
STATISTICS = "/licensing/statistics"


def overview(desk: Desk) -> Page:
    """Layouts to ask for, and every release."""
    year = desk.today.year - 1
    context = {
        "layouts": list(shipped_layouts().values()),
        "authorities": policies_of(desk).authorities,
        "releases": list(reversed(registers.releases(desk.service.office))),
        "start": f"{year}-01-01",
        "end": f"{year + 1}-01-01",
    }
    return page(desk, "statistics.html", "Statistics", context)


def _asked(desk: Desk) -> tuple[str, tuple[str, ...], dt.date, dt.date]:
    fields = desk.fields
    start, end = (parse_date(fields.one(name), where=name) for name in ("from", "to"))
    authority = fields.one("authority")
    return fields.one("layout"), ((authority,) if authority else ()), start, end


def draft(desk: Desk) -> Page | Response:
    """A report as it would be released today; as CSV where that is asked for.

    Raises:
        NotHeld: there is no such layout.
        BadInput: no such authority, a date cannot be read, or the period holds no day.
    """
    layout, authorities, start, end = _asked(desk)
    made = registers.report(desk.service.office, layout, authorities, start, end)
    pairs = (("layout", layout), ("authority", "".join(authorities)), ("from", str(start)), ("to", str(end)))
    if desk.fields.one("format") == "csv":
        return _csv(to_csv(made), f"{layout}-{start}-{end}-draft")
    known = registers.layout_of(layout)
    csv = address(f"{STATISTICS}/draft", (*pairs, ("format", "csv")))
    article = report(known, [made], policies_of(desk), csv=csv)
    return page(desk, "report.html", known.title, _shown(desk, article, pairs))


def _shown(desk: Desk, article: Any, pairs: tuple[tuple[str, str], ...]) -> dict[str, Any]:
    may = counter_of(desk).may(PUBLISH) and bool(pairs)
    return {"article": article, "pairs": pairs, "may_publish": may, "problems": {}, "fields": desk.fields}


def freeze(desk: Desk) -> Page | Response:
    """Freeze a report; what was released before stays beside it.

    Raises:
        NotHeld, BadInput: as :func:`draft`.
    """
    layout, authorities, start, end = _asked(desk)
    reason = desk.fields.one("reason")
    if not reason:
        shown = draft(desk)
        assert isinstance(shown, Page)
        context = {**shown.context, "problems": {"reason": Problem("give the reason: it stays in the chain")}}
        return Page(shown.template, shown.title, context, 422, shown.section)
    made = registers.publish(desk.service.office, layout, authorities, start, end, by=desk.by, reason=reason)
    return see(f"{STATISTICS}/releases/{made.sha256}", ("done", "frozen"))


def release(desk: Desk) -> Page | Response:
    """A frozen release, among its versions; as CSV where that is asked for.

    Raises:
        NotHeld: there is none.
        BadInput: there is no such format.
    """
    found = next((one for one in registers.releases(desk.service.office) if one.sha256 == desk.params["sha256"]), None)
    if found is None:
        raise NotHeld("there is no such release", "the page of statistics lists those that there are")
    form = desk.fields.one("format")
    if form not in ("", "csv"):
        raise BadInput(f"no form {form[:20]!r}", where="format", remedy="csv")
    made = found.content
    if form:
        return _csv(to_csv(made), f"{made.layout}-{made.period[0]}-v{made.version}")
    versions = [one.content for one in registers.releases(desk.service.office, found.key)]
    known = registers.layout_of(made.layout)
    csv = address(f"{STATISTICS}/releases/{found.sha256}", (("format", "csv"),))
    article = report(known, versions, policies_of(desk), version=made.version, csv=csv)
    return page(desk, "report.html", known.title, _shown(desk, article, ()))


def _csv(text: str, name: str) -> Response:
    headers = {**HEADERS, "Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")
