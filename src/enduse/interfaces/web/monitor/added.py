"""What the lists at hand add up to: curves of listings, the time between governments, the health of each source."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse

from enduse.interfaces.monitor.intelligence import checked_threshold, document_from, lag_bars, newest, panels
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.lists import STATES
from enduse.interfaces.web.monitor.alerts import page
from enduse.interfaces.web.page import Page
from enduse.lists.status import status
from enduse.model.errors import BadInput
from enduse.monitor.intelligence import THRESHOLD

RUN = "intelligence.run"
KINDS = (("by_reason", "By reason"), ("by_authority", "By authority"), ("by_country", "By country"))


def overview(desk: Desk, problem: BadInput | None = None) -> Page:
    """The newest result, and how each source is; a result of other editions says so."""
    store = desk.service.stores.get()
    done, running = newest(store.casework if store is not None else None)
    document: dict[str, Any] | None = document_from(store.casework.content(done.result)) if store and done else None
    context = {
        "problem": problem,
        "document": document,
        "running": running,
        "made": done.made if done is not None else "",
        "may_run": desk.may(RUN),
        "threshold": desk.fields.one("threshold") or f"{THRESHOLD}",
        "sources": [one for one in status(desk.holdings.data_dir, desk.today) if one.edition is not None],
        "absent": [one.source for one in status(desk.holdings.data_dir, desk.today) if one.edition is None],
        "states": STATES,
        "kinds": [(title, panels(document, kind), document[kind]) for kind, title in KINDS] if document else [],
        "picture": lag_bars(document) if document else None,
        "other": document is not None and document["lists"] != desk.holdings.library.fingerprint(),
    }
    return page(desk, "intelligence.html", "What the lists add up to", context, 422 if problem is not None else 200)


def start(desk: Desk) -> Page | RedirectResponse:
    """Have it worked out anew."""
    text = desk.fields.one("threshold", f"{THRESHOLD}").strip()
    try:
        try:
            value = float(text)
        except ValueError:
            raise BadInput(f"{text[:20]!r} is no number", where="threshold", remedy="0.85 to 1.0") from None
        checked = checked_threshold(value)
    except BadInput as problem:
        return overview(desk, problem)
    desk.service.worker.submit_intelligence(checked, desk.actor)
    return RedirectResponse("/monitor/intelligence", 303)
