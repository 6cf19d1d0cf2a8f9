"""Recorded transactions or licences from a table, by their shape: rows that differ in names, dates, values and
references alone are read once.

A *shape* is a row without what no rule reads (reference, value, descriptions) and without what is looked at row by row
(date, names). One row of each shape is read as any transaction is, or put together from pieces of such rows: the way
(activity, from, destination), the item, the parties; the others are made from it. Rows with stated facts are not put
together: a fact may bear on any piece.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from enduse.formats.tables import TableRow, read_table
from enduse.interfaces.fields import MAX_NAME, Place, day, text
from enduse.interfaces.transaction_parties import party_name
from enduse.interfaces.transaction_tables import check_columns, transaction_of_row
from enduse.model.errors import BadInput
from enduse.model.transaction import Money, Role, Transaction

_ROW_BY_ROW = frozenset({"reference", "date", "value", "currency", "description", "end_use", "hs_code"})
_TEXTS = {"reference": False, "description": True, "end_use": True}
"""Texts that a row alone has, and whether they may be of several lines."""

_ROW = Place("row")
_WAY = frozenset({"activity", "from", "destination"})
_ITEM = frozenset({"item", "for"})
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,12})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
Cells = tuple[str, ...]


@dataclass(slots=True)
class Shape:
    """Rows that are alike to every rule but for names and dates; ``model`` is the first of them."""

    number: int
    model: Transaction


@dataclass(slots=True)
class Recorded:
    """One row: a shape with its own date, names and value; or the problem that keeps it from being one."""

    number: int
    where: str
    reference: str
    shape: Shape | None = None
    date: dt.date | None = None
    names: tuple[str, ...] = ()
    value: Money | None = None
    problem: BadInput | None = None

    @property
    def transaction(self) -> Transaction:
        """The whole transaction."""
        assert self.shape is not None and self.date is not None
        model = self.shape.model
        parties = tuple(replace(party, name=name) for party, name in zip(model.parties, self.names, strict=True))
        return replace(
            model,
            date=self.date,
            parties=parties,
            value=self.value,
            reference=self.reference,
            facts=dict(model.facts),
            end_use="",
        )

    def named(self, role: Role) -> str:
        """The first party of a role; empty where there is none."""
        assert self.shape is not None
        parties = zip(self.shape.model.parties, self.names, strict=True)
        return next((name for party, name in parties if party.role is role), "")


def read_recorded(path: Path, *, today: dt.date, default_date: dt.date | None = None) -> Iterator[Recorded]:
    """Read a table of transactions or licences; columns as ``check --bulk`` takes them.

    Args:
        today: dates more than five years after it are refused.
        default_date: date where a row gives none.

    Raises:
        BadInput: the table as a whole cannot be used. What is wrong with one row alone comes with that row.
    """
    reader: _Reader | None = None
    for count, row in enumerate(read_table(path, numbers=("value", "reference"), keep_bad_rows=True), start=1):
        if reader is None:
            check_columns(row.cells, path.name)
            reader = _Reader(tuple(row.cells), today, default_date)
        yield reader.read(row, count)


class _Reader:
    def __init__(self, columns: tuple[str, ...], today: dt.date, default_date: dt.date | None) -> None:
        self._today, self._default = today, default_date
        self._names = tuple(name for name in columns if name == "end_user" or _is_party(name))
        self._naming: dict[Role, list[str]] = {}
        for name in reversed(self._names):
            self._naming.setdefault(Role(name.removeprefix("party:")), []).append(name)
        self._texts = tuple((name, several) for name, several in _TEXTS.items() if name in columns)
        self._fixed = tuple(name for name in columns if name not in _ROW_BY_ROW and name not in self._names)
        facts = tuple(name for name in self._fixed if name.startswith("fact:"))
        way = tuple(name for name in self._fixed if name in _WAY)
        item = tuple(name for name in self._fixed if name in _ITEM or name.startswith("code:"))
        known = frozenset({*facts, *way, *item})
        self._facts, self._way, self._item = facts, way, item
        self._details = tuple(name for name in self._fixed if name not in known)
        self._pieces: tuple[dict[Cells, Transaction], ...] = ({}, {}, {})
        self._shapes: dict[Cells, Shape] = {}
        self._dates: dict[str, dt.date] = {}
        self._good_names: set[str] = set()
        self._good_codes = {""}

    def read(self, row: TableRow, number: int) -> Recorded:
        cells = row.cells
        reference = cells.get("reference", "").strip()
        try:
            if row.problem:
                raise row.problem
            return self._read(row, number, reference)
        except BadInput as problem:
            return Recorded(number, row.where, reference, problem=problem)

    def _read(self, row: TableRow, number: int, reference: str) -> Recorded:
        cells = row.cells
        named = [name for column in self._names if (name := cells[column].strip())]
        key = (
            *(cells[column].strip() for column in self._fixed),
            *("x" if cells[column].strip() else "" for column in self._names),
        )
        shape = self._shapes.get(key)
        value, plain = self._value(cells)
        date = self._date(cells.get("date", "").strip(), row)
        plain = plain and self._readable(cells, named)
        if shape is None and plain and (made := self._put_together(cells)) is not None:
            shape = self._shapes[key] = Shape(len(self._shapes), made)
        if shape is None or not plain:
            # What is new is read as in any other transaction, which also says what is wrong.
            model = transaction_of_row(row, self._today, self._default)
            self._good_codes.add(cells.get("hs_code", "").strip())
            if not self._states_facts(cells):
                for held, piece in zip(self._pieces, self._pieces_of(cells), strict=True):
                    held.setdefault(piece, model)
            if shape is None:
                shape = self._shapes[key] = Shape(len(self._shapes), model)
            return Recorded(
                number, row.where, reference, shape, model.date, tuple(p.name for p in model.parties), model.value
            )
        return Recorded(number, row.where, reference, shape, date, tuple(self._ordered(shape, cells)), value)

    def _readable(self, cells: Mapping[str, str], named: Sequence[str]) -> bool:
        """Whether what is looked at row by row, but for date and value, is as a reading of the whole row takes it."""
        try:
            for name in named:
                if name not in self._good_names:
                    self._good_names.add(party_name(name, _ROW))
            for column, several_lines in self._texts:
                cell = cells[column]
                if cell and (len(cell) > MAX_NAME or not cell.isprintable()):
                    text(cell, _ROW, several_lines=several_lines)
        except BadInput:
            return False
        return cells.get("hs_code", "").strip() in self._good_codes

    def _states_facts(self, cells: Mapping[str, str]) -> bool:
        return any(cells[column].strip() for column in self._facts)

    def _put_together(self, cells: Mapping[str, str]) -> Transaction | None:
        """The model of a new shape from models that have its pieces; None where one is new too, or a fact is stated."""
        if self._states_facts(cells):
            return None
        way, item, parties = (held.get(key) for held, key in zip(self._pieces, self._pieces_of(cells), strict=True))
        if way is None or item is None or parties is None:
            return None
        return replace(way, items=item.items, parties=parties.parties)

    def _pieces_of(self, cells: Mapping[str, str]) -> tuple[Cells, Cells, Cells]:
        named = tuple(["x" if cells[column].strip() else "" for column in self._names])
        way, item, details = (
            tuple([cells[column].strip() for column in columns]) for columns in (self._way, self._item, self._details)
        )
        return way, item, details + named

    def _ordered(self, shape: Shape, cells: Mapping[str, str]) -> Iterator[str]:
        """The names in the order of the shape's parties."""
        for party in shape.model.parties:
            # Two columns may name one role: the last that is filled counts.
            filled = (name for column in self._naming[party.role] if (name := cells[column].strip()))
            yield next(filled)

    def _date(self, cell: str, row: TableRow) -> dt.date:
        found = self._dates.get(cell)
        if found is None:
            place = Place(row.where).at("column date")
            if not cell and self._default is None:
                raise place.bad("is missing", "date: 2026-11-24")
            found = self._dates[cell] = day(cell or self._default, place, self._today)
        return found

    def _value(self, cells: object) -> tuple[Money | None, bool]:
        """The value, and whether its form is the plain one."""
        assert isinstance(cells, dict)
        amount, currency = cells.get("value", "").strip(), cells.get("currency", "").strip()
        if not amount and not currency:
            return None, True
        if _PLAIN.fullmatch(amount) and _CURRENCY.fullmatch(currency):
            return Money(Decimal(amount), currency.upper()), True
        return None, False


def _is_party(column: str) -> bool:
    return column.startswith("party:") and column.count(":") == 1
