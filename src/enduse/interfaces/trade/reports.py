"""Reports on trade that jobs left: who may see which, and the files that are made of them."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import re
from typing import TYPE_CHECKING, Any

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing.documents.rendered import FORMS, Document
from enduse.interfaces.licensing.documents.typeset import Fonts, NoPdf
from enduse.interfaces.trade.documents import found_of
from enduse.interfaces.trade.kinds import KINDS, SIGNS
from enduse.interfaces.trade.pdf import report_pdf
from enduse.interfaces.trade.report import report
from enduse.interfaces.trade.work import document_of
from enduse.model.errors import BadInput
from enduse.model.kept import Job

if TYPE_CHECKING:
    from enduse.store.database import Store

_PAGE, _MOST_PAGES = 100, 20
_REMEDY = "the list of reports names those that there are"


def report_jobs(store: Store | None, *, limit: int) -> list[Job]:
    """The jobs on trade, newest first, among the last two thousand of all jobs."""
    found: list[Job] = []
    for page in range(_MOST_PAGES if store is not None else 0):
        some = store.casework.jobs(limit=_PAGE, offset=page * _PAGE)  # type: ignore[union-attr]
        found += [one for one in some if one.kind in KINDS]
        if len(some) < _PAGE or len(found) >= limit:
            break
    return found[:limit]


def report_job(store: Store | None, identifier: str) -> Job:
    """The job of a report.

    Raises:
        NotHeld: there is none.
    """
    found = store.casework.job(identifier) if store is not None else None
    if found is None or found.kind not in KINDS:
        raise NotHeld("there is no such report", _REMEDY)
    return found


def report_document(store: Store, job: Job) -> dict[str, Any]:
    """The document of a report.

    Raises:
        NotHeld: the job has left none, or not yet.
    """
    if not job.result:
        raise NotHeld(f"the report is {job.state}: there is nothing of it yet", _REMEDY)
    return document_of(store.casework.content(job.result))


def report_file(store: Store, job: Job, form: str, fonts: Fonts) -> Document:
    """The report as a file.

    Raises:
        BadInput: there is no such form, or none of this report.
        NoPdf: no PDF can be made here; says why.
    """
    if form not in FORMS:
        raise BadInput(f"no form is called {form[:20]!r}", where="form", remedy=" or ".join(FORMS))
    if job.kind != SIGNS:
        raise BadInput("only reports on trade between countries are files", where="form", remedy="read the page")
    found = found_of(report_document(store, job))
    stem = re.sub(r"[^a-z0-9-]+", "-", f"trade-{job.id}")
    if form == "html":
        text = report(found)
        return Document("html", text.encode(), stem, job.result, style=_style(text))
    return Document("pdf", report_pdf(found, fonts, dt.date.fromisoformat(job.made[:10])), stem, job.result)


def _style(text: str) -> str:
    """The hash of the style sheet in the page, for its policy."""
    css = text.partition("<style>")[2].partition("</style>")[0]
    return f"'sha256-{base64.b64encode(hashlib.sha256(css.encode()).digest()).decode()}'"


__all__ = ["NoPdf", "report_document", "report_file", "report_job", "report_jobs"]
