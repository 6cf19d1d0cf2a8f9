"""A table of transactions: uploaded, its columns named, checked at once. It travels with the page; nothing is kept.

What may be more than :data:`MAX_ROWS` rows is work for a job, or for ``enduse check --bulk``.
"""

from __future__ import annotations

import datetime as dt
import re
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.responses import Response

from enduse.assess import check
from enduse.formats.plain_json import load_json
from enduse.formats.tables import TableRow, csv_text
from enduse.interfaces.bulk_jobs import RESULT_COLUMNS, result_columns
from enduse.interfaces.transaction_tables import TABLE_COLUMNS, TransactionRow, check_columns, transaction_of_row
from enduse.interfaces.uploads import open_upload
from enduse.interfaces.web.desk import Desk, Evidence
from enduse.interfaces.web.page import HEADERS, Page
from enduse.model.assessment import WORST_FIRST
from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput

MAX_ROWS = 300
MAX_TABLE = 800_000
"""Characters of a table on its way through the page."""
MAX_COLUMNS = 100
ENDINGS = (".csv", ".tsv", ".txt", ".xlsx", ".parquet")
SHOWN = 5
_FURTHER = (
    *("code:eu", "code:uk", "party:exporter", "party:purchaser", "party:intermediate_consignee"),
    *("party:ultimate_consignee", "party:freight_forwarder", "party:bank", "party:end_user"),
)
_HEADINGS: Mapping[str, tuple[str, ...]] = {
    "item": ("eccn", "code", "classification", "item code", "export control classification number"),
    "description": ("item description", "product", "goods"),
    "from": ("origin", "country of origin", "ship from", "export country"),
    "destination": ("to", "country", "destination country", "ship to country", "country of destination"),
    "end_user": ("end user name", "customer", "customer name", "consignee"),
    "end_user_address": ("address", "customer address"),
    "end_user_country": ("customer country", "country of end user"),
    "value": ("amount", "price", "total"),
    "reference": ("order", "order number", "order no", "ref", "id", "invoice"),
    "date": ("ship date", "shipping date", "order date"),
    "hs_code": ("hs", "tariff code", "commodity code"),
    "end_use": ("use", "purpose"),
}


@dataclass(frozen=True)
class Upload:
    """A table as read.

    Attributes:
        rows: for each its place, its cells in the order of the columns, and what is wrong with it as it stands.
    """

    name: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[str, ...], str], ...]

    def text(self) -> str:
        """The table as the page carries it."""
        return canonical_json(
            {"name": self.name, "columns": list(self.columns), "rows": [[w, list(c), p] for w, c, p in self.rows]}
        ).decode()


def read_upload(name: str, data: bytes) -> Upload:
    """Read a table.

    Args:
        name: as the browser called the file; only its ending counts.

    Raises:
        BadInput: no table, too many rows or columns, or too long for a page.
    """
    ending = Path(name).suffix.lower()
    if ending not in ENDINGS:
        raise BadInput(f"{ending[:20] or 'no ending'} is no table", where="file", remedy=f"one of {', '.join(ENDINGS)}")
    shown = re.sub(r"[^\w .()-]", "_", Path(name.replace("\\", "/")).name)[-80:] or f"table{ending}"
    rows: list[tuple[str, tuple[str, ...], str]] = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{ending}"
        path.write_bytes(data)
        table = open_upload(path)
        if len(table.columns) > MAX_COLUMNS:
            raise BadInput(f"{len(table.columns)} columns", where="file", remedy=f"at most {MAX_COLUMNS}")
        said = dict(zip(table.columns, proposed(table.columns), strict=True))
        numbers = [column for column, target in said.items() if target in ("value", "reference")]
        # A code that the file holds as a number is no longer the code that somebody wrote.
        text = [column for column, target in said.items() if target and column not in numbers]
        for row in table.rows(text=text, numbers=numbers, keep_bad_rows=True):
            if len(rows) == MAX_ROWS:
                raise BadInput(
                    f"more than {MAX_ROWS} rows",
                    where="file",
                    remedy="split it, or: enduse check --bulk FILE --out FILE",
                )
            problem = row.problem.problem if row.problem else ""
            rows.append((row.where, tuple(row.cells.get(column, "") for column in table.columns), problem))
    if not rows:
        raise BadInput("the table has no rows", where="file", remedy="a line of column names, then a line for each row")
    found = Upload(shown, tuple(table.columns), tuple(rows))
    if len(found.text()) > MAX_TABLE:
        raise BadInput("the table is too long for a page", where="file", remedy="split it, or: enduse check --bulk")
    return found


def carried(text: str) -> Upload:
    """The table that a page carried.

    Raises:
        BadInput: the page was changed on its way.
    """
    raw = load_json(text, name="table", max_bytes=4 * MAX_TABLE)
    try:
        columns = tuple(str(one) for one in raw["columns"])
        rows = tuple((str(w), tuple(str(cell) for cell in cells), str(p)) for w, cells, p in raw["rows"])
    except (TypeError, KeyError, ValueError):
        raise BadInput("the table was changed on its way", where="table", remedy="upload it again") from None
    if len(rows) > MAX_ROWS or any(len(cells) != len(columns) for _, cells, _ in rows):
        raise BadInput("the table was changed on its way", where="table", remedy="upload it again")
    return Upload(str(raw.get("name", "table"))[:80], columns, rows)


def proposed(columns: Sequence[str]) -> tuple[str, ...]:
    """What each column is taken to say by its heading; empty where nothing, or where two would say the same."""
    found = [_target(column) for column in columns]
    return tuple(one if one and found.count(one) == 1 else "" for one in found)


def _target(column: str) -> str:
    plain = re.sub(r"[\s_-]+", " ", column).strip().casefold()
    if column in TABLE_COLUMNS or column.startswith(("code:", "fact:", "party:")):
        return column
    for target in TABLE_COLUMNS:
        if plain == target.replace("_", " ") or plain in _HEADINGS.get(target, ()):
            return target
    return ""


def targets(columns: Sequence[str]) -> tuple[str, ...]:
    """What a column can be said to be: the columns of a table, and those that are called so already."""
    own = [one for one in columns if one.startswith(("code:", "fact:", "party:"))]
    return tuple(dict.fromkeys((*TABLE_COLUMNS, *_FURTHER, *own)))


def mapped(upload: Upload, chosen: Sequence[str], today: dt.date) -> tuple[TransactionRow, ...]:
    """The transactions of a table, each with its problem where it has one.

    Args:
        chosen: for each column what it says; empty leaves it out.
        today: the date where a row gives none.

    Raises:
        BadInput: two columns say the same, none says the item or the destination, or a word is not known.
    """
    said = [one for one in chosen if one]
    for one in said:
        if said.count(one) > 1:
            raise BadInput(f"two columns say {one!r}", where="columns", remedy="leave one of them out")
    for needed in ("item", "destination"):
        if needed not in said:
            raise BadInput(f"no column says {needed!r}", where="columns", remedy=f"choose {needed!r} for one of them")
    check_columns(said, "columns")
    found = []
    for number, (where, cells, problem) in enumerate(upload.rows, start=1):
        named = {one: cell for one, cell in zip(chosen, cells, strict=True) if one}
        reference = named.get("reference", "")
        try:
            if problem:
                raise BadInput(problem, where=where)
            tx = transaction_of_row(TableRow(named, where), today, today)
        except BadInput as error:
            found.append(TransactionRow(number, where, reference, problem=error))
        else:
            found.append(TransactionRow(number, where, reference, tx))
    return tuple(found)


def _checked(row: TransactionRow, desk: Desk, evidence: Evidence) -> dict[str, str]:
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


def bulk(desk: Desk) -> Page | Response:
    """Upload, columns, results: three steps at one address.

    Raises:
        BadInput: the table on its way through the page was changed.
    """
    fields = desk.fields
    try:
        if desk.upload is not None:
            return _columns_page(desk, read_upload(*desk.upload))
    except BadInput as problem:
        return _page("upload", problem=problem, status=422)
    if not fields.one("table"):
        missing = BadInput("no file", where="file", remedy="choose a table") if desk.posted else None
        return _page("upload", problem=missing, status=422 if missing else 200)
    upload = carried(fields.one("table"))
    chosen = [fields.one(f"map.{number}") for number in range(len(upload.columns))]
    if not any(name.startswith("map.") for name, _ in fields.pairs):
        return _columns_page(desk, upload)
    try:
        rows = mapped(upload, chosen, desk.today)
    except BadInput as problem:
        return _columns_page(desk, upload, chosen, problem)
    evidence = desk.evidence()
    results = [_checked(row, desk, evidence) for row in rows]
    if "download" in fields:
        text = csv_text([RESULT_COLUMNS, *([one[name] for name in RESULT_COLUMNS] for one in results)])
        headers = {**HEADERS, "Content-Disposition": 'attachment; filename="results.csv"'}
        return Response(text, headers=headers, media_type="text/csv; charset=utf-8")
    counts = Counter(one["outcome"] or "error" for one in results)
    order = [*(outcome.value for outcome in WORST_FIRST), "error"]
    return _page(
        "results",
        upload=upload,
        chosen=chosen,
        results=results,
        counts=[(name, counts[name]) for name in order if counts[name]],
        title=f"Results of {upload.name}",
    )


def _columns_page(desk: Desk, upload: Upload, chosen: Sequence[str] = (), problem: BadInput | None = None) -> Page:
    return _page(
        "columns",
        upload=upload,
        chosen=chosen or proposed(upload.columns),
        targets=targets(upload.columns),
        sample=upload.rows[:SHOWN],
        problem=problem,
        status=422 if problem else 200,
        title=f"Columns of {upload.name}",
        today=desk.today,
        carried=(("table", upload.text()),),
        form_method="post",
    )


def _page(step: str, *, status: int = 200, title: str = "Check a table", **shown: Any) -> Page:
    context = {"step": step, "problem": None, "most": MAX_ROWS, "endings": ",".join(ENDINGS), **shown}
    return Page("bulk.html", title, context, status, "/bulk")
