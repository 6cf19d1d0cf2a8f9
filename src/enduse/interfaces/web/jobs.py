"""Tables as jobs: handed to the service's worker, watched while they run, downloaded when they are done."""

from __future__ import annotations

import csv
import io
import itertools
from typing import Any

from starlette.responses import RedirectResponse

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.mapped_tables import CHECK, SCREEN, MappedTable
from enduse.interfaces.service.work import SCREEN_TABLE
from enduse.interfaces.trade.kinds import DECLARATIONS, INTELLIGENCE, KINDS, SIGNS
from enduse.interfaces.web.bulk import again, counted, not_yet, said_in, what_is_asked
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.page import Page
from enduse.model.errors import BadInput
from enduse.model.kept import ENDED

RUN, VIEW = "bulk.run", "job.view"
SHOWN = 50
ROWS_SHOWN = 20
MOST_READ = 4_000_000
"""Bytes of results that the page counts and shows the beginning of; longer ones are for the download."""
STATES = {
    "waiting": "Waiting for its turn",
    "running": "Running",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}
_WORK = {
    SCREEN_TABLE: "Names screened",
    SIGNS: "Trade looked through",
    DECLARATIONS: "Declarations looked through",
    INTELLIGENCE: "Lists added up",
}
"""What a job does, by how its kind begins; all others check orders."""


def start(desk: Desk) -> Page | RedirectResponse:
    """Hand a table, with what its columns say, to the worker.

    Raises:
        BadInput: no table is at hand.
    """
    what = what_is_asked(desk)
    if "upload" not in desk.fields:
        raise BadInput("no table", where="table", remedy="upload it, and say which column is what")
    upload = again(desk)
    said = said_in(desk, upload)
    if (unfit := not_yet(desk, upload, what, said)) is not None:
        return unfit
    assert upload.data is not None
    table = MappedTable(what, upload.name, upload.columns, said, upload.data())
    job = desk.service.worker.submit(table.as_bytes(), desk.actor, None, desk.as_of)
    return RedirectResponse(f"/jobs/{job.id}", 303)


def overview(desk: Desk) -> Page:
    """The jobs that the actor may see, newest first."""
    mine = desk.service.desk.jobs(desk.actor, limit=SHOWN)
    return Page("jobs.html", "Jobs", {"jobs": mine, "states": STATES, "work": _WORK}, section="/bulk")


def job(desk: Desk) -> Page | RedirectResponse:
    """How far a job is; the page follows it until it has ended.

    Raises:
        NotHeld: there is no such job, or none that the actor may see.
    """
    wanted = desk.params["id"]
    store = desk.service.stores.get()
    found = store.casework.job(wanted) if store is not None else None
    if found is None or not desk.service.desk.sees_job(desk.actor, found):
        raise NotHeld("there is no such job", "the list of jobs names yours")
    if found.kind in KINDS:
        return RedirectResponse(f"/monitor/trade/{found.id}", 303)
    if found.kind == INTELLIGENCE:
        return RedirectResponse("/monitor/intelligence", 303)
    ended = found.state in ENDED
    what = SCREEN if found.kind.startswith(SCREEN_TABLE) else CHECK
    context = {
        "job": found,
        "ended": ended,
        "what": what,
        "state_words": STATES.get(found.state, found.state),
        "lacking": found.note.partition(": ")[2].split("; ") if found.result and found.note else [],
        "as_of": found.kind.partition(" as of ")[2].partition(" ")[0],
        "found": _results(store.casework.content(found.result), what) if found.result else None,
    }
    return Page("job.html", f"Job: {found.state}", context, section="/bulk")


def _results(data: bytes, what: str) -> dict[str, Any]:
    """The results in short: how many rows came to what, and the first of them."""
    whole = len(data) <= MOST_READ
    rows = csv.DictReader(io.StringIO(data.decode() if whole else data[:MOST_READ].decode("utf-8", "ignore")))
    if not whole:
        return {"counts": [], "rows": list(itertools.islice(rows, ROWS_SHOWN)), "more": True}
    found = list(rows)
    return {"counts": counted(found, what), "rows": found[:ROWS_SHOWN], "more": len(found) > ROWS_SHOWN}
