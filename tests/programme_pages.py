"""The programme with something of everything, and an address of every page: for axe-core and for pictures."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from fastapi import FastAPI

from enduse.interfaces.programme.registers import consult, import_table
from enduse.interfaces.programme.transparency import freeze
from enduse.programme.shared_impact import ImpactAnswer, ImpactRequest, SharedTable, write
from programme_quarter import END, START, at, decision, on
from programme_table import table
from programme_world import CLERK, application, held_by, keep, taken, with_partners

ASKED = ImpactRequest(
    "us",
    "Cameras that recognise faces",
    "rulebooks/cameras.yaml",
    "c" * 64,
    ("be", "fr", "nl"),
    dt.date(2026, 4, 1),
    dt.date(2026, 4, 10),
)
COUNTS = (
    ("fr", "destination", ("EG", "KE", "other"), (("31", "[c]"), ("12", "0"), ("9", "[c]")), ("34", "12", "12")),
    ("fr", "item", ("4A994.a", "other"), (("40", "[c]"), ("12", "[c]")), ("44", "14")),
    ("nl", "destination", ("EG", "ET"), (("22", "6"), ("7", "0")), ("28", "7")),
    ("nl", "item", ("4A994.a", "EAR99"), (("20", "6"), ("9", "0")), ("26", "9")),
)


def answer(member: str, tried: str) -> ImpactAnswer:
    """What a member counted."""
    tables = tuple(
        SharedTable(
            name, rows, ("newly caught", "become unknown"), cells, totals, (("52", "6"), ("29", "6"))[who == "nl"]
        )
        for who, name, rows, cells, totals in COUNTS
        if who == member
    )
    return ImpactAnswer(member, "us", "c" * 64, dt.date(2026, 4, 8), tried, ("58", "35")[member == "nl"], "0", tables)


def played(data: Path) -> tuple[FastAPI, dict[str, tuple[str, str]]]:
    """A service, and name of a page -> who looks at it, and its address."""
    app = application(data)
    office = held_by(app).office
    with_partners(app)
    bad = {"assessed_at": at(2, 1), "reviewed_at": at(2, 2), "sources": "2", "granted": "yes", "unmitigated": "yes"}
    keep(app, decision("NL-2026-0107", on(3, 12), **bad))
    import_table(office, table(), "initiatives.csv", by=CLERK, reason="letter to parliament")
    import_table(
        office, table(budget="1400000.00", status="done"), "initiatives.csv", by=CLERK, reason="the budget act"
    )
    facts = {"stakeholder": "academia", "subject": "How the criteria are read", "initiative": "media-fund"}
    consult(office, on(3, 20), facts, link="https://example.org/minutes", by=CLERK, reason="round table")
    frozen = freeze(office, START, END, by=CLERK, reason="the quarter is over")
    taken(app, "us", ASKED.path, write(ASKED))
    for member, tried in (("fr", "1240"), ("nl", "860")):
        taken(app, member, answer(member, tried).path, write(answer(member, tried)))
    period = f"from={START}&to={END}"
    return app, {
        "programme": ("stan", "/programme"),
        "programme-initiative": ("ada", "/programme/initiatives/media-fund"),
        "programme-import": ("stan", "/programme/import"),
        "programme-scorecard": ("stan", f"/programme/scorecard?{period}"),
        "programme-evidence": ("otto", "/programme/evidence/decision/NL-2026-0107"),
        "programme-comparison": ("otto", "/programme/comparison?from=2025-07-01&to=2026-04-01&every=3"),
        "programme-members": ("otto", f"/programme/comparison?side=members&{period}"),
        "programme-consultations": ("stan", "/programme/consultations"),
        "programme-transparency": ("stan", f"/programme/transparency?{period}"),
        "programme-frozen": ("otto", f"/programme/transparency/{frozen.sha256}"),
        "programme-controls": ("ada", "/programme/controls"),
        "programme-drafts": ("otto", "/programme/drafts"),
        "programme-draft": ("otto", f"/programme/drafts/us/{ASKED.id}"),
    }
