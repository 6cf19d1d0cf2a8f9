"""Trade and customs declarations in a browser: sent or chosen, looked through by a job, and what comes of it."""

from __future__ import annotations

from typing import Any

from starlette.responses import RedirectResponse, Response

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.trade.analysis import asked_of, countries
from enduse.interfaces.trade.documents import found_of
from enduse.interfaces.trade.kinds import DECLARATIONS, SIGNS
from enduse.interfaces.trade.methods import WHOSE, methods
from enduse.interfaces.trade.report import parts
from enduse.interfaces.trade.reports import NoPdf, report_document, report_file, report_job, report_jobs
from enduse.interfaces.trade.work import (
    ENDINGS,
    MOST_FILES,
    TradeWork,
    declarations_work,
    flows_work,
    stored_files,
)
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.monitor.alerts import page
from enduse.interfaces.web.page import Page
from enduse.interfaces.web.uploads import shown_name
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.kept import ENDED, Job
from enduse.monitor.trade.flows import EDITIONS

VIEW, RUN = "trade.view", "trade.run"
SHOWN = 20
MOST_SIGNS = 200
PATH = "/monitor/trade"
STATES = {"waiting": "waiting for its turn", "running": "running", "failed": "failed", "cancelled": "cancelled"}
CALLED = {SIGNS: "Trade between countries", DECLARATIONS: "Customs declarations"}


def overview(desk: Desk, problem: BadInput | None = None) -> Page:
    """The forms, and the reports that there are."""
    context = {
        "problem": problem,
        "reports": report_jobs(desk.service.stores.get(), limit=SHOWN),
        "stored": stored_files(desk.service.settings.data),
        "methods": list(methods().values()),
        "editions": [*EDITIONS.values()][::-1],
        "called": CALLED,
        "state_words": {"done": "done", **STATES},
        "endings": {kind: ",".join(endings) for kind, endings in ENDINGS.items()},
        "most": MOST_FILES,
        "may_run": desk.may(RUN),
        "chosen": [text for name, text in desk.fields.pairs if name == "stored"],
        "fields": desk.fields,
        "what": desk.fields.one("what", SIGNS),
    }
    return _page(desk, "trade.html", "Signs of diversion", context, 422 if problem is not None else 200)


def _page(desk: Desk, template: str, title: str, context: dict[str, Any], status: int = 200) -> Page:
    return page(desk, template, title, {"tab": PATH} | context, status)


def start(desk: Desk) -> Page | RedirectResponse:
    """Hand what was sent or chosen to the worker."""
    try:
        work = _work(desk)
    except BadInput as problem:
        return overview(desk, problem)
    made = desk.service.worker.submit_trade(work, desk.actor)
    return RedirectResponse(f"{PATH}/{made.id}", 303)


def _work(desk: Desk) -> TradeWork:
    fields = desk.fields
    files = [(shown_name(name), data) for name, data in desk.files]
    if fields.one("what", SIGNS) == DECLARATIONS:
        text = fields.one("threshold").strip()
        try:
            threshold = float(text) if text else None
        except ValueError:
            remedy = "US dollars, without separators: 5000"
            raise BadInput(f"{text[:20]!r} is no amount", where="threshold", remedy=remedy) from None
        restricted = countries([fields.one("through")], "through")
        lists = fields.one("lists") == "yes"
        return declarations_work(files[0] if files else None, restricted, threshold, lists)
    asked = asked_of(
        [fields.one("origin")],
        [fields.one("restricted")],
        fields.one("control_date"),
        [fields.one("hub")],
        [fields.one("code")],
        fields.one("edition"),
        unverified=fields.one("unverified") == "yes",
    )
    stored = [text for name, text in fields.pairs if name == "stored"]
    return flows_work(asked, files, stored, desk.service.settings.data)


def one(desk: Desk) -> Page:
    """A report, or how far it is.

    Raises:
        NotHeld: there is none.
    """
    store = desk.service.stores.get()
    job = report_job(store, desk.params["id"])
    context: dict[str, Any] = {
        "job": job,
        "ended": job.state in ENDED,
        "state_words": STATES.get(job.state, job.state),
        "called": CALLED[job.kind],
    }
    if not job.result:
        return _page(desk, "trade_report.html", f"{CALLED[job.kind]}: {STATES[job.state]}", context)
    document = report_document(store, job)
    if job.kind == SIGNS:
        r = parts(found_of(document), lambda kind: f"{PATH}/signs/{kind}?report={job.id}")
        title = f"Signs of diversion: {r['origins']} to {r['restricted']}"
        return _page(desk, "trade_report.html", title, context | {"r": r, "document": document})
    return _page(desk, "trade_report.html", "Signs in declarations", context | _declared(document))


def _declared(document: dict[str, Any]) -> dict[str, Any]:
    found = {key: [one for one in document["signs"] if one["kind"] == key] for key in methods()}
    groups = [(methods()[key], some[:MOST_SIGNS], len(some)) for key, some in found.items() if some]
    return {"document": document, "groups": groups}


def download(desk: Desk) -> Response | Page:
    """The report as a file: one HTML page without scripts, or a PDF.

    Raises:
        NotHeld: there is none.
        OperationFailed: no PDF can be made here.
    """
    store = desk.service.stores.get()
    job = report_job(store, desk.params["id"])
    try:
        found = report_file(store, job, desk.fields.one("form", "pdf"), desk.service.office.fonts)
    except NoPdf as why:
        raise OperationFailed(str(why), remedy="the page and the HTML file say the same") from None
    return Response(found.body, headers=dict(found.headers), media_type=found.media_type)


def sign(desk: Desk) -> Page:
    """One indicator: its method, how often it was wrong, and its evidence in a report.

    Raises:
        NotHeld: there is no such indicator, or report.
    """
    method = methods().get(desk.params["kind"])
    if method is None:
        raise NotHeld("there is no such indicator", f"one of: {', '.join(methods())}")
    every = list(methods().values())
    context: dict[str, Any] = {
        "method": method,
        "methods": every,
        "whose": WHOSE[method.about],
        "job": None,
        "rows": [],
    }
    wanted = desk.fields.one("report")
    if wanted:
        store = desk.service.stores.get()
        job = report_job(store, wanted)
        context |= {"job": job, "called": CALLED[job.kind], **_evidence(store, job, method.key)}
    return _page(desk, "trade_sign.html", f"{method.title}: a sign of diversion", context)


def _evidence(store: Any, job: Job, key: str) -> dict[str, Any]:
    """What a report says by one indicator; flows and declarations are told apart by their rows."""
    document = report_document(store, job)
    if job.kind == SIGNS:
        signals = [(hub["name"], one) for hub in document["hubs"] for one in hub["signals"] if one["indicator"] == key]
        ordered = sorted(signals, key=lambda row: -(row[1]["score"] if row[1]["score"] is not None else -99.0))
        return {"rows": ordered, "flows": True}
    return {"rows": [one for one in document["signs"] if one["kind"] == key][:MOST_SIGNS], "flows": False}
