"""Transparency reports: as one would be released today, frozen ones with all their versions, and freezing one."""

from __future__ import annotations

from markupsafe import Markup
from starlette.responses import Response

from enduse.cases.statistics import Release, shipped_layouts
from enduse.interfaces.licensing.reports import fragment
from enduse.interfaces.programme import pictures, transparency
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.fields import address
from enduse.interfaces.web.licensing.room import see
from enduse.interfaces.web.page import Page
from enduse.interfaces.web.programme.room import KEEP, TRANSPARENCY, csv, office_of, page, period
from enduse.model.errors import BadInput
from enduse.programme.published import Column, side_by_side
from enduse.programme.register import PILLARS

FORMS = ("", "csv", "html", "pdf")


def draft(desk: Desk) -> Page | Response:
    """The report of a period as it would be released today; as CSV, HTML or PDF where that is asked for.

    Raises:
        BadInput: the period cannot be used, or another form is asked for.
    """
    return _shown(desk, transparency.report(office_of(desk), *period(desk)))


def frozen(desk: Desk) -> Page | Response:
    """A frozen report.

    Raises:
        NotHeld: there is none.
        BadInput: another form is asked for.
    """
    return _shown(desk, transparency.one_frozen(office_of(desk), desk.params["sha256"]).report)


def freeze(desk: Desk) -> Page | Response:
    """Freeze the report of a period.

    Raises:
        BadInput: the period cannot be used.
    """
    start, end = period(desk)
    try:
        made = transparency.freeze(office_of(desk), start, end, by=desk.by, reason=desk.fields.one("reason"))
    except BadInput as problem:
        return _shown(desk, transparency.report(office_of(desk), start, end), problem)
    return see(f"{TRANSPARENCY}/{made.sha256}", ("done", "frozen"))


def _shown(desk: Desk, made: transparency.Report, problem: BadInput | None = None) -> Page | Response:
    office, form = office_of(desk), desk.fields.one("format")
    if form not in FORMS:
        raise BadInput(f"no form {form[:20]!r}", where="format", remedy="csv, html, pdf")
    if form == "csv":
        return csv(transparency.as_csv(made), f"transparency-{made.start}-{made.end}")
    if form:
        found = transparency.as_document(office, made, form)
        return Response(found.body, headers=dict(found.headers), media_type=found.media_type)
    asked = () if made.version else (("from", str(made.start)), ("to", str(made.end)))
    currencies = sorted({one.currency for one in made.money} - {""})
    context = {
        "made": made,
        "picture": pictures.shares(side_by_side([Column(made.card)])),
        "licensing": [_part(desk, one) for one in made.licensing],
        "money": [(one, pictures.money(made.money, one)) for one in currencies],
        "pillars": PILLARS,
        "forms": [(one, address(desk.path, (*asked, ("format", one)))) for one in FORMS if one],
        "not_shown": transparency.NOT_SHOWN,
        "title_of": transparency.TITLE,
        "frozen": transparency.frozen(office)[::-1],
        "may_publish": desk.may(KEEP) and not made.version,
        "problem": problem,
        "fields": desk.fields,
    }
    return page(desk, "transparency.html", "Transparency report", context, 422 if problem else 200)


def _part(desk: Desk, release: Release) -> tuple[str, str, Markup]:
    layout = shipped_layouts()[release.layout]
    return layout.title, str(layout.citation), fragment(layout, release, office_of(desk).policies)
