"""Releases of statistics as fragments of pages: figures, each table with its picture, what is not shown, all versions.

A pure function of frozen releases. It holds no script and no style of its own: ``enduse.css`` and ``reports.css`` of
the web interface go with it, under its strict policy.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from enduse.cases.document_parts import in_words
from enduse.cases.policies import Policies
from enduse.cases.statistics import SUPPRESSED, Layout, PublishedTable, Release, TableLayout
from enduse.interfaces.licensing.reports.charts import BAR, LABELS, OTHER, WIDTH, chart
from enduse.model.countries import country_name
from enduse.model.errors import BadInput

STYLESHEETS = ("enduse.css", "reports.css")
"""Files of the web interface that a page with a report links."""

FIGURES: Mapping[str, str] = {
    "appeals": "Lines decided on appeal",
    "with_assessment": "Lines with a human-rights assessment",
    "within_20": "Decided within 20 working days",
    "within_60": "Decided within 60 working days",
    "median_days": "Median working days from submission to decision",
    "average_days": "Average working days from submission to decision",
    "criteria": "Criteria that refusals rest on",
}
DIMENSIONS: Mapping[str, str] = {
    "category": "Category of item",
    "destination": "Destination",
    "type": "Type of authorisation",
    "outcome": "Outcome",
    "end_user_category": "Kind of end user",
}
OUTCOMES: Mapping[str, str] = {
    "grant": "Granted",
    "grant_with_conditions": "Granted with conditions",
    "refuse": "Refused",
    "nlr": "No licence required",
    "rwa": "Returned without action",
}
CATEGORIES: Mapping[str, str] = {
    "0": "0 Nuclear",
    "1": "1 Materials",
    "2": "2 Materials processing",
    "3": "3 Electronics",
    "4": "4 Computers",
    "5": "5 Telecommunications, information security",
    "6": "6 Sensors and lasers",
    "7": "7 Navigation and avionics",
    "8": "8 Marine",
    "9": "9 Aerospace and propulsion",
    "none": "Not in a category",
}
"""Categories of the control lists that begin with a digit, in short."""
NOT_HELD: Mapping[str, tuple[str, ...]] = {
    "eu": (
        "Administration: staff, outreach and tools of the authority are not recorded by this system; it adds them.",
        "Enforcement: infringements and penalties are not recorded by this system; the authority adds them.",
    ),
    "uk": ("Open licences in use, compliance visits and enforcement are not recorded by this system.",),
    "us": ("Licence exceptions in use and enforcement are not recorded by this system.",),
}
"""What a reader of such a report may look for and not find, by law."""


@functools.cache
def _environment() -> Environment:
    found = Environment(
        loader=PackageLoader("enduse.interfaces.licensing.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters |= {"day": in_words, "figure": _figure, "amount": _amount}
    return found


def report(
    layout: Layout, releases: Sequence[Release], policies: Policies, *, version: int = 0, csv: str = ""
) -> Markup:
    """A release as an ``article``; its heading is an ``h1``.

    Args:
        releases: every version of one report over one period, in any order.
        version: the one that is shown; the latest where 0.
        csv: address of its numbers as CSV, for a link; none where empty.

    Raises:
        BadInput: there is no such version, or the releases are not of this layout and one period.
    """
    ordered = sorted(releases, key=lambda one: one.version)
    if len({one.period for one in ordered}) > 1 or any(one.layout != layout.id for one in ordered):
        raise BadInput("releases of several reports", where="releases", remedy="all of one layout and one period")
    shown = next((one for one in reversed(ordered) if version in (0, one.version)), None)
    if shown is None:
        raise BadInput(f"no version {version}", where="version", remedy="see the list of versions")
    text = (
        _environment()
        .get_template("report.html")
        .render(
            layout=layout,
            shown=shown,
            versions=ordered[::-1],
            latest=ordered[-1],
            facts=SUPPRESSED if shown.facts is None else str(shown.facts),
            last_day=shown.period[1].fromordinal(shown.period[1].toordinal() - 1),
            sections=sections(layout, shown, policies),
            hidden=sum(one.suppressed for one in shown.tables),
            not_held=NOT_HELD.get(layout.law, ()),
            csv=csv,
            mark=SUPPRESSED,
            sizes={"labels": LABELS, "bar": BAR, "width": WIDTH},
        )
    )
    return Markup(text)  # noqa: S704 - the template escapes


def sections(layout: Layout, shown: Release, policies: Policies) -> tuple[dict[str, Any], ...]:
    """What a release holds, section by section, in words: for a report of which it is a part."""
    return tuple(_section(one.id, one.title, layout, shown, policies) for one in layout.sections)


def fragment(layout: Layout, shown: Release, policies: Policies) -> Markup:
    """The sections of a release alone, for a page that has a heading and stands by what is not shown.

    Ids of its parts begin with the id of the layout: several may stand on one page.
    """
    found = [
        {
            **one,
            "id": f"{layout.id}-{one['id']}",
            "tables": [{**t, "id": f"{layout.id}-{t['id']}"} for t in one["tables"]],
        }
        for one in sections(layout, shown, policies)
    ]
    sizes = {"labels": LABELS, "bar": BAR, "width": WIDTH}
    text = _environment().get_template("sections.html").render(sections=found, mark=SUPPRESSED, sizes=sizes)
    return Markup(text)  # noqa: S704 - the template escapes


def _section(identifier: str, title: str, layout: Layout, shown: Release, policies: Policies) -> dict[str, Any]:
    kinds = {one.id: one for one in layout.tables}
    tables = [_table(one, kinds[one.id], policies) for one in shown.tables if one.section == identifier]
    figures = [(FIGURES.get(name, name), text) for section, name, text in shown.figures if section == identifier]
    total = next((one.total for one in shown.tables if one.section == identifier), "0")
    return {"id": identifier, "title": title, "tables": tables, "figures": figures, "total": total}


def _table(table: PublishedTable, layout: TableLayout, policies: Policies) -> dict[str, Any]:
    rows, columns = _words(layout.rows, policies), _words(layout.columns, policies)
    columns_title = DIMENSIONS[layout.columns]
    return {
        "id": f"{table.section}-{table.id}",
        "title": f"{DIMENSIONS[layout.rows]} by {columns_title[0].lower()}{columns_title[1:]}",
        "table": table,
        "corner": DIMENSIONS[layout.rows],
        "rows": [rows(one) for one in table.rows],
        "columns": [columns(one) for one in table.columns],
        "chart": chart(table, rows, columns),
    }


def _words(dimension: str, policies: Policies) -> Callable[[str], str]:
    names: Mapping[str, str] = {
        "outcome": OUTCOMES,
        "category": CATEGORIES,
        "type": {one.id: one.title[:1].upper() + one.title[1:] for one in policies.types.values()},
    }.get(dimension, {})

    def words(value: str) -> str:
        if value == OTHER:
            return "Others, joined"
        if not value:
            return "Not stated"
        if dimension == "destination":
            return country_name(value)
        plain = value.replace("_", " ")
        return names.get(value, plain[:1].upper() + plain[1:])

    return words


def _figure(text: str) -> str:
    return text.replace(SUPPRESSED, f"{SUPPRESSED} (not shown)")


def _amount(text: str) -> str:
    try:
        return f"{Decimal(text):,f}"
    except InvalidOperation:
        return text
