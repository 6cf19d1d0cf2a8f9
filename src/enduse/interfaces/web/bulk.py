"""A table of orders or of names: uploaded, its columns named, its rows looked at, worked on at once.

What is more than a few hundred rows is work for a job (:mod:`enduse.interfaces.web.jobs`), or for the command line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from starlette.responses import Response

from enduse.assess import check
from enduse.formats.tables import csv_text
from enduse.interfaces.bulk_jobs import RESULT_COLUMNS, result_columns
from enduse.interfaces.bulk_screen import HIT_COLUMNS, query_batches
from enduse.interfaces.decisions import recorded_decisions
from enduse.interfaces.mapped_tables import CHECK, SCREEN, WHAT, joined
from enduse.interfaces.transaction_tables import TransactionRow
from enduse.interfaces.web import columns as said_of
from enduse.interfaces.web.desk import Desk, Evidence
from enduse.interfaces.web.page import HEADERS, Page
from enduse.interfaces.web.uploads import ENDINGS, MAX_ROWS, Upload, carried, put_down, read_upload, taken_up
from enduse.model.assessment import WORST_FIRST
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import Match, Query
from enduse.rules.rulebook import lists_needed
from enduse.screen.batch import ERROR, HIT, INDETERMINATE, NOTHING_FOUND, SUPPRESSED, screen_batch

JOBS, SCREENING = "bulk.run", "screen.run"
SAMPLE = 4
ORDER = {
    CHECK: [*(outcome.value for outcome in WORST_FIRST), ERROR],
    SCREEN: [HIT, SUPPRESSED, INDETERMINATE, NOTHING_FOUND, ERROR],
}
_PART = 100


def bulk(desk: Desk) -> Page | Response:
    """Upload, columns, results: three steps at one address.

    Raises:
        BadInput: the table on its way through the page was changed, or is no longer at hand.
    """
    fields, what = desk.fields, what_is_asked(desk)
    try:
        if desk.upload is not None:
            return columns_page(desk, received(desk, what), what)
    except BadInput as problem:
        return _page("upload", what, problem=problem, status=422)
    if "table" not in fields and "upload" not in fields:
        missing = BadInput("no file", where="file", remedy="choose a table") if desk.posted else None
        return _page("upload", what, problem=missing, status=422 if missing else 200)
    upload = again(desk)
    if not any(name.startswith("map.") for name, _ in fields.pairs):
        return columns_page(desk, upload, what)
    said = said_in(desk, upload)
    if (unfit := not_yet(desk, upload, what, said)) is not None:
        return unfit
    if upload.total > MAX_ROWS:
        raise BadInput(f"more than {MAX_ROWS} rows", where="table", remedy="start it as a job")
    results = list(_screened(desk, upload, said) if what == SCREEN else _checked(desk, upload, said))
    names = HIT_COLUMNS if what == SCREEN else RESULT_COLUMNS
    if "download" in fields:
        text = csv_text([names, *([one[name] for name in names] for one in results)])
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="results.csv"'}
        return Response(text, headers=headers, media_type="text/csv; charset=utf-8")
    return _page(
        "results",
        what,
        upload=upload,
        chosen=said,
        seen=said_of.mark(said),
        results=results,
        counts=counted(results, what),
        coverage=desk.holdings.library.coverage(lists_needed(), desk.day, desk.today),
        title=f"Results of {upload.name}",
    )


def what_is_asked(desk: Desk) -> str:
    """Whether rows are orders to check or names to screen.

    Raises:
        BadInput: neither.
    """
    what = desk.fields.one("what", CHECK)
    if what not in WHAT:
        raise BadInput(f"{what[:20]!r} is nothing that is done with a table", where="what", remedy=" or ".join(WHAT))
    if what == SCREEN and not desk.may(SCREENING):
        raise OperationFailed("screening needs somebody who may screen", remedy="sign in")
    return what


def received(desk: Desk, what: str) -> Upload:
    """The table that was sent.

    Raises:
        BadInput: it is none, or too long for somebody who may run no jobs.
    """
    assert desk.upload is not None
    name, data = desk.upload
    if desk.may(JOBS) and desk.uploads is not None:
        return put_down(desk.uploads, desk.actor.id, name, data, desk.service.clock())
    return read_upload(name, data, lambda columns: said_of.must_be_text(columns, what))


def again(desk: Desk) -> Upload:
    """The table of an earlier step.

    Raises:
        BadInput: it was changed on its way, or is no longer at hand.
    """
    token = desk.fields.one("upload")
    if token and desk.uploads is not None:
        return taken_up(desk.uploads, desk.actor.id, token, desk.service.clock())
    return carried(desk.fields.one("table"))


def said_in(desk: Desk, upload: Upload) -> tuple[str, ...]:
    """What the form says of each column."""
    return tuple(desk.fields.one(f"map.{number}") for number in range(len(upload.columns)))


def not_yet(desk: Desk, upload: Upload, what: str, said: Sequence[str]) -> Page | None:
    """The page of columns again, where they cannot be so, or where rows cannot be read and nobody has seen which."""
    try:
        said_of.check_said(upload, said, what)
    except BadInput as problem:
        return columns_page(desk, upload, what, said, problem)
    if desk.fields.one("seen") == said_of.mark(said) and "again" not in desk.fields:
        return None
    found = columns_page(desk, upload, what, said)
    return found if found.context["look"].wrong or "again" in desk.fields else None


def columns_page(
    desk: Desk, upload: Upload, what: str, said: Sequence[str] = (), problem: BadInput | None = None
) -> Page:
    """Which column is what, with the first rows, and with the rows that cannot be read so."""
    chosen = tuple(said) or said_of.proposed(upload.columns, what)
    look = None
    if problem is None:
        try:
            said_of.check_said(upload, chosen, what)
        except BadInput as lacking:
            guess = not said
            problem = None if guess else lacking
        else:
            look = said_of.look(upload, chosen, what, desk.today)
    return _page(
        "columns",
        what,
        upload=upload,
        chosen=chosen,
        targets=said_of.targets(upload.columns, what),
        needed=said_of.NEEDED[what],
        sample=upload.sample(SAMPLE),
        look=look,
        seen=said_of.mark(chosen) if look is not None else "",
        problem=problem,
        status=422 if problem else 200,
        title=f"Columns of {upload.name}",
        today=desk.today,
        carried=(*upload.carried, ("what", what)),
        form_method="post",
    )


def counted(results: Sequence[dict[str, str]], what: str) -> list[tuple[str, int]]:
    """How many rows of the table came to which outcome, in the order of what matters most."""
    first: dict[str, str] = {}
    for one in results:
        first.setdefault(one["row"], one["outcome"] or ERROR)
    counts = Counter(first.values())
    return [(name, counts[name]) for name in ORDER[what] if counts[name]]


def _checked(desk: Desk, upload: Upload, said: Sequence[str]) -> Iterator[dict[str, str]]:
    evidence = desk.evidence()
    for row in said_of.transactions(upload, said, desk.today, desk.as_of):
        yield _judged(row, desk, evidence)


def _judged(row: TransactionRow, desk: Desk, evidence: Evidence) -> dict[str, str]:
    """One row judged: a cell for each column of results; one that cannot be judged has its error."""
    empty = dict.fromkeys(RESULT_COLUMNS, "") | {
        "row": str(row.number),
        "reference": row.reference,
        "where": row.where,
    }
    try:
        if row.transaction is None:
            raise row.problem or BadInput("no transaction", where=row.where)
        found = check(
            row.transaction,
            as_of=desk.as_of,
            library=evidence.library,
            today=desk.today,
            rulebooks=evidence.law.books,
        )
    except BadInput as problem:
        return empty | {"error": problem.message()}
    return empty | result_columns(found)


class _AtHand:
    """The lists of the service, screened as a table is."""

    def __init__(self, desk: Desk) -> None:
        self._holdings = desk.holdings

    def screen_many(self, queries: Sequence[Query], *, threshold: float) -> list[list[Match]]:
        """See :meth:`enduse.screen.index.Screener.screen_many`."""
        return [self._holdings.screen(query, threshold) for query in queries]


def _screened(desk: Desk, upload: Upload, said: Sequence[str]) -> Iterator[dict[str, str]]:
    """The results of ``screen --bulk``, row by row."""
    complete = desk.holdings.library.coverage(lists_needed(), desk.day, desk.today).complete
    store = desk.holdings.store
    decided = recorded_decisions(store) if store is not None else None
    lists: Any = [_AtHand(desk)]
    for batch in query_batches(upload.opened(), joined(upload.columns, said), _PART):
        found = screen_batch(
            batch,
            lists,
            nothing=NOTHING_FOUND if complete else INDETERMINATE,
            decide=decided.book if decided is not None else None,
        )
        for row in found.to_pylist():
            yield {name: str(row[name]) for name in HIT_COLUMNS}


def _page(step: str, what: str, *, status: int = 200, title: str = "Check or screen a table", **shown: Any) -> Page:
    context = {"step": step, "what": what, "problem": None, "most": MAX_ROWS, "endings": ",".join(ENDINGS), **shown}
    return Page("bulk.html", title, context, status, "/bulk")
