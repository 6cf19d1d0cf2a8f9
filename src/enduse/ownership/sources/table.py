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
from enduse.model.time import ALWAYS, Interval
from enduse.model.transaction import Share
from enduse.ownership.sources._reading import day_of, interval_of, share_of
from enduse.ownership.statements import Entity, Reading, Statement

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
    rows = _Rows(reading)
    for row in table.rows(numbers=("percent", "votes"), dates=("from", "to"), keep_bad_rows=True):
        reading.read += 1
        try:
            if row.problem:
                raise row.problem
            rows.one(row)
        except BadInput as problem:
            reading.bad(problem)
    return reading


class _Rows:
    """Reads rows; what a million rows repeat is made once."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        self._seen: set[str] = set()
        self._shares: dict[str, Share] = {}
        self._keys: dict[tuple[str, str], str] = {}

    def one(self, row: TableRow) -> None:
        """Read one row."""
        cells = row.cells
        whole = "\x1f".join([cells.get(name, "").strip() for name in (*REQUIRED, *OPTIONAL)])
        if whole in self._seen:
            self._reading.left_out["the same row again"] += 1
            return
        self._seen.add(whole)
        owner, owned, percent, start, end, source, votes, control, owner_id, owned_id, note = whole.split("\x1f")
        for column, name in (("owner", owner), ("owned", owned)):
            if not name:
                raise BadInput(
                    f"the {column} has no name", where=f"{row.where}, column {column}", remedy="write its name"
                )
        interval: Interval | None = ALWAYS
        if start or end:
            first = day_of(start, f"{row.where}, column from")
            last = day_of(end, f"{row.where}, column to", last=True)
            interval = interval_of(first, last, f"{row.where}, column to")
        if interval is None:
            self._reading.left_out["began and ended on one day"] += 1
            return
        kinds = _control(control, row.where) if control else ()
        share = self._share(percent, row.where, "percent")
        of_votes = self._share(votes, row.where, "votes") if votes else None
        origin = Origin(source or "table of owners", row.where)
        holder, entity = self._key(owner, owner_id), self._key(owned, owned_id)
        self._reading.statements.append(Statement(holder, entity, share, origin, of_votes, kinds, interval, note))

    def _share(self, text: str, where: str, column: str) -> Share:
        if text not in self._shares:
            self._shares[text] = share_of(text, f"{where}, column {column}")
        return self._shares[text]

    def _key(self, name: str, number: str) -> str:
        key = self._keys.get((name, number))
        if key is None:
            entity = (
                Entity(number, name, (_number(number),)) if number else Entity(" ".join(name.casefold().split()), name)
            )
            key = self._keys[name, number] = self._reading.add(entity)
        return key


def _control(text: str, where: str) -> tuple[str, ...]:
    kinds = tuple(kind.strip() for kind in text.split(";") if kind.strip())
    for kind in kinds:
        if kind not in CONTROL_WORDS:
            near = difflib.get_close_matches(kind, CONTROL_WORDS, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"known: {', '.join(CONTROL_WORDS)}"
            raise BadInput(f"control {kind[:60]!r} is not known", where=f"{where}, column control", remedy=remedy)
    return kinds


def _number(number: str) -> Identifier:
    if len(number) == 20 and number.isalnum():
        return Identifier("lei", number.upper(), label="LEI")
    if number.upper().startswith("GB-COH:"):
        return Identifier("registration", number.partition(":")[2].upper(), "GB", "GB-COH")
    return Identifier("other", number)
