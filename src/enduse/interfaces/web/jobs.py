"""Tables as jobs: handed to the service's worker, watched while they run, downloaded when they are done."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

from starlette.responses import RedirectResponse

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.uploads import open_upload
from enduse.interfaces.web.bulk import ENDINGS, proposed
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.page import Page
from enduse.model.access import Subject, decide
from enduse.model.errors import BadInput
from enduse.model.kept import ENDED, Job

RUN, VIEW = "bulk.run", "job.view"
SHOWN = 50
_STATES = {
    "waiting": "Waiting for its turn",
    "running": "Running",
    "done": "Done",
    "failed": "Failed",
    "cancelled": "Cancelled",
}


def start(desk: Desk) -> Page | RedirectResponse:
    """Hand a table to the worker, its columns taken by their headings.

    Raises:
        BadInput: no file, no table, or a heading for the item or the destination is lacking.
    """
    if desk.upload is None:
        raise BadInput("no file", where="file", remedy="choose a table")
    job = desk.service.worker.submit(as_the_worker_reads_it(*desk.upload), desk.actor, None)
    return RedirectResponse(f"/jobs/{job.id}", 303)


def as_the_worker_reads_it(name: str, data: bytes) -> bytes:
    """The table with its columns called as ``check --bulk`` calls them; unchanged where they are.

    Raises:
        BadInput: no table, no heading for the item or the destination, or a row that cannot be read, where columns
            have to be called anew.
    """
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise BadInput(f"{ending[:20] or 'no ending'} is no table", where="file", remedy=f"one of {', '.join(ENDINGS)}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{ending}"
        path.write_bytes(data)
        table = open_upload(path)
        said = proposed(table.columns)
        for needed in ("item", "destination"):
            if needed not in said:
                raise BadInput(f"no heading says {needed!r}", where="file", remedy=f"call a column {needed!r}")
        if said == table.columns:
            return data
        taken = [(column, target) for column, target in zip(table.columns, said, strict=True) if target]
        numbers = [column for column, target in taken if target in ("value", "reference")]
        text = [column for column, _ in taken if column not in numbers]
        out = io.StringIO(newline="")
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([target for _, target in taken])
        for row in table.rows(text=text, numbers=numbers):
            writer.writerow([row.cells.get(column, "") for column, _ in taken])
    return out.getvalue().encode()


def overview(desk: Desk) -> Page:
    """The jobs that the actor may see, newest first."""
    store = desk.service.stores.get()
    found = store.casework.jobs(owner=None, limit=SHOWN * 4) if store is not None else []
    mine = [one for one in found if _may_see(desk, one)][:SHOWN]
    return Page("jobs.html", "Jobs", {"jobs": mine, "states": _STATES}, section="/bulk")


def job(desk: Desk) -> Page:
    """How far a job is; the page comes again by itself until it has ended.

    Raises:
        NotHeld: there is no such job, or none that the actor may see.
    """
    wanted = desk.params["id"]
    store = desk.service.stores.get()
    found = store.casework.job(wanted) if store is not None else None
    if found is None or not _may_see(desk, found):
        raise NotHeld("there is no such job", "the list of jobs names yours")
    ended = found.state in ENDED
    context = {"job": found, "ended": ended, "state_words": _STATES.get(found.state, found.state)}
    return Page("job.html", f"Job: {found.state}", context, section="/bulk", headers={} if ended else {"Refresh": "3"})


def _may_see(desk: Desk, found: Job) -> bool:
    subject = Subject("job", found.id, owner=found.owner)
    return decide(desk.service.policies, desk.actor, VIEW, subject).allowed
