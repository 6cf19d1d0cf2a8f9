"""Owners as a plain table: ``owner, owned, percent``, and what else is known.

Further columns: ``from, to, source, votes, control, owner_id, owned_id, note``. One name is one entity, unless numbers
tell two apart. Percentages are numbers, ranges, bands or ``unknown``.
"""

from __future__ import annotations

import difflib
from pathlib import Path

from enduse.formats.tables import TableRow, open_table
from enduse.model.errors import BadInput
from enduse.model.ownership import CONTROL_WORDS, Origin
from enduse.model.party import Identifier
from enduse.model.transaction import Share
from enduse.ownership.graph import Entity, Reading, Statement
from enduse.ownership.sources._reading import day_of, interval_of, share_of

REQUIRED = ("owner", "owned", "percent")
OPTIONAL = ("from", "to", "source", "votes", "control", "owner_id", "owned_id", "note")


def read(path: Path) -> Reading:
    """Read a table (CSV, TSV, XLSX or Parquet); rows that cannot be used are problems of the reading.

    Raises:
        BadInput: the file cannot be read, or a column is missing or unknown.
    """
    table = open_table(path)
    for name in REQUIRED:
        if name not in table.columns:
            raise BadInput(
                f"no column {name!r}", where=path.name, remedy=f"columns: {', '.join((*REQUIRED, *OPTIONAL))}"
            )
    for name in filter(None, table.columns):
        if name not in (*REQUIRED, *OPTIONAL):
            near = difflib.get_close_matches(name, (*REQUIRED, *OPTIONAL), n=1)
            remedy = f"did you mean {near[0]!r}?" if near else f"known: {', '.join((*REQUIRED, *OPTIONAL))}"
            raise BadInput(f"unknown column {name!r}", where=path.name, remedy=remedy)
    reading = Reading(path.name, "table of owners")
    seen: set[tuple[str, ...]] = set()
    shares: dict[str, Share] = {}
    for row in table.rows(numbers=("percent", "votes"), dates=("from", "to"), keep_bad_rows=True):
        reading.read += 1
        try:
            if row.problem:
                raise row.problem
            cells = tuple(row.cells.get(name, "").strip() for name in (*REQUIRED, *OPTIONAL))
            if cells in seen:
                reading.left_out["the same row again"] += 1
                continue
            seen.add(cells)
            _row(reading, row, shares)
        except BadInput as problem:
            reading.bad(problem)
    return reading


def _row(reading: Reading, row: TableRow, shares: dict[str, Share]) -> None:
    cells = {name: cell.strip() for name, cell in row.cells.items()}
    holder, entity = (_entity(cells, name, row.where) for name in ("owner", "owned"))
    start = day_of(cells.get("from"), f"{row.where}, column from")
    end = day_of(cells.get("to"), f"{row.where}, column to", last=True)
    interval = interval_of(start, end, f"{row.where}, column to")
    if interval is None:
        reading.left_out["began and ended on one day"] += 1
        return
    control = tuple(kind.strip() for kind in cells.get("control", "").split(";") if kind.strip())
    for kind in control:
        if kind not in CONTROL_WORDS:
            near = difflib.get_close_matches(kind, CONTROL_WORDS, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"known: {', '.join(CONTROL_WORDS)}"
            raise BadInput(f"control {kind[:60]!r} is not known", where=f"{row.where}, column control", remedy=remedy)
    share = _share(cells["percent"], f"{row.where}, column percent", shares)
    votes = _share(cells["votes"], f"{row.where}, column votes", shares) if cells.get("votes") else None
    origin = Origin(cells.get("source") or "table of owners", row.where)
    reading.statements.append(
        Statement(
            reading.add(holder),
            reading.add(entity),
            share,
            origin,
            votes=votes,
            control=control,
            interval=interval,
            note=cells.get("note", ""),
        )
    )


def _share(text: str, where: str, known: dict[str, Share]) -> Share:
    if text not in known:
        known[text] = share_of(text, where)
    return known[text]


def _entity(cells: dict[str, str], column: str, where: str) -> Entity:
    name, number = cells.get(column, ""), cells.get(f"{column}_id", "")
    if not name:
        raise BadInput(f"the {column} has no name", where=f"{where}, column {column}", remedy="write its name")
    if number:
        return Entity(number, name, (_number(number),))
    return Entity(" ".join(name.casefold().split()), name)


def _number(number: str) -> Identifier:
    if len(number) == 20 and number.isalnum():
        return Identifier("lei", number.upper(), label="LEI")
    if number.upper().startswith("GB-COH:"):
        return Identifier("registration", number.partition(":")[2].upper(), "GB", "GB-COH")
    return Identifier("other", number)
