"""A portfolio uploaded and answered, line by line; it is kept nowhere."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from enduse.assess import Settings
from enduse.interfaces.portfolio import (
    COLUMNS,
    Report,
    holdings_of,
    portfolio_report,
    securities_of,
    sides_of,
    why,
)
from enduse.interfaces.uploads import filed, open_upload
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.page import Page
from enduse.interfaces.web.uploads import ENDINGS
from enduse.model.errors import BadInput
from enduse.monitor.issuers import Side
from enduse.monitor.portfolio import Dealing
from enduse.rules.rulebook import DEFAULT_LAWS

MAX_LINES = 1_000
"""Lines that are answered while somebody waits."""
DEALINGS = {
    Dealing.BARRED.value: ("Barred", "■", "prohibited"),
    Dealing.REVIEW.value: ("Name hit to review", "▲", "licence_required"),
    Dealing.OPEN.value: ("Cannot be decided yet", "?", "indeterminate"),
    Dealing.ONLY_TO_DIVEST.value: ("Only to divest", "◆", "indeterminate"),
    Dealing.NOT_BARRED.value: ("Not barred", "○", "not_required"),
}
"""Words, sign and the outcome whose colour a dealing has."""


def portfolio(desk: Desk) -> Page:
    """The form, or the answers to the table that was sent."""
    if not desk.posted:
        return _page()
    try:
        report = _report(desk)
    except BadInput as problem:
        return _page(problem, 422)
    return _page(report=report)


def _report(desk: Desk) -> Report:
    if desk.upload is None:
        raise BadInput("no file was sent", where="file", remedy="choose a table")
    name, data = desk.upload
    evidence = desk.evidence()
    with tempfile.TemporaryDirectory() as folder:
        path = filed(Path(folder), data, ".tsv" if name.casefold().endswith(".tsv") else ".csv")
        lines, unread = holdings_of(open_upload(path), "table", desk.today, most=MAX_LINES)
    return portfolio_report(
        lines,
        unread,
        evidence.library,
        securities_of(desk.holdings.library),
        desk.day,
        desk.today,
        settings=Settings(laws=DEFAULT_LAWS, strict=desk.fields.one("strict") == "yes"),
        books=evidence.law.books,
        banners=evidence.law.banners,
        facts={"us_person": False} if desk.fields.one("us_person") == "no" else {},
    )


def _page(problem: BadInput | None = None, status: int = 200, report: Report | None = None) -> Page:
    order = list(Dealing)
    context: dict[str, Any] = {
        "problem": problem,
        "report": report,
        "told": [],
        "dealings": DEALINGS,
        "columns": COLUMNS,
        "endings": ",".join(ENDINGS),
        "most": MAX_LINES,
        "why": why,
        "sides_of": sides_of,
        "side_words": {Side.BUY: "Bought", Side.SELL: "Sold", Side.HOLD: "Held"},
    }
    if report is not None:
        told = [one for one in report.lines if one.hits or one.notes or one.answer.dealing is not Dealing.NOT_BARRED]
        context["told"] = sorted(told, key=lambda one: (order.index(one.answer.dealing), one.holding.line))
    title = "Check a portfolio" if report is None else "Portfolio: answers"
    return Page("portfolio.html", title, context, status, "/bulk")
