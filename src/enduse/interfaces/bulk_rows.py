"""Rows of a table of transactions, read piece by piece: equal cells are read once.

A row is an item, a way (activity, from, destination), a day, a value and parties. Each piece is first read within its
whole row, as any other transaction is, which also says what is wrong; rows whose pieces have all been read are put
together from them. Rows with stated facts are not: a fact may bear on any piece.
"""

from __future__ import annotations

import datetime as dt
import itertools
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from enduse.evidence.alike import Limits, plain_party
from enduse.interfaces.fields import Place, text
from enduse.interfaces.transaction_parties import parties_from
from enduse.interfaces.transaction_tables import row_parties
from enduse.model.errors import BadInput
from enduse.model.transaction import Activity, Item, Money, Transaction, TransactionParty

_WAY = ("activity", "from", "destination")
_ITEM = ("item", "for", "hs_code")
_TEXTS = (("reference", False), ("description", True), ("end_use", True))
_PLAIN = re.compile(r"[0-9]{1,15}(?:\.[0-9]{1,12})?")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_MOST = 200_000
"""Pieces of a kind that are held."""

P = TypeVar("P")
Cells = tuple[str, ...]
Listed = Callable[[TransactionParty, Mapping[str, str]], bool]


class Pieces:
    """The pieces of a table's rows that have been read.

    Args:
        columns: of the table.
        as_of: the day for every row; each row's own when None.
        default_date: the day of a row that gives none.
        listed: whether lists say anything of a party, given as read and as the row describes it.
    """

    def __init__(
        self, columns: Sequence[str], as_of: dt.date | None, default_date: dt.date, limits: Limits, listed: Listed
    ) -> None:
        self._columns = tuple(columns)
        self._as_of, self._default = as_of, default_date
        self._limits, self._listed = limits, listed
        at = {column: place for place, column in enumerate(columns)}
        self._way_at = [at[column] for column in _WAY if column in at]
        self._item_at = [at[column] for column in columns if column in _ITEM or column.startswith("code:")]
        self._facts_at = [at[column] for column in columns if column.startswith("fact:")]
        self._texts_at = [(at[column], several) for column, several in _TEXTS if column in at]
        self._date_at, self._value_at = at.get("date"), at.get("value")
        self._currency_at = at.get("currency")
        self._roles_at = _roles(columns)
        self._ways: dict[Cells, tuple[int, tuple[Activity, str | None, str]]] = {}
        self._items: dict[Cells, tuple[int, Item]] = {}
        self._parties: dict[tuple[int, Cells], tuple[int, TransactionParty]] = {}
        self._dates: dict[str, dt.date] = {}
        self._alike: dict[TransactionParty, int] = {}
        self._numbers = itertools.count()

    def of(self, cells: Sequence[str]) -> tuple[Hashable, Callable[[], Transaction], dt.date] | None:
        """A key that is equal for rows that are alike, what makes their transaction, and its day.

        None where a piece has not been read yet, or the row is not of the plain kind.
        """
        if self._roles_at is None or any(cells[place] for place in self._facts_at):
            return None
        way = self._ways.get(tuple([cells[place].strip() for place in self._way_at]))
        item = self._items.get(tuple([cells[place].strip() for place in self._item_at]))
        day = self._day(cells)
        if way is None or item is None or day is None or not self._readable(cells):
            return None
        amount = cells[self._value_at].strip() if self._value_at is not None else ""
        currency = cells[self._currency_at].strip() if self._currency_at is not None else ""
        value = None
        if amount or currency:
            if not (_PLAIN.fullmatch(amount) and _CURRENCY.fullmatch(currency)):
                return None
            value = self._limits.alike(Money(Decimal(amount), currency.upper()), (item[1],))
        parties, numbers = list[TransactionParty](), list[tuple[int, int]]()
        for places in self._roles_at:
            said = tuple([cells[place].strip() for place in places])
            if any(said):
                known = self._parties.get((places[0], said)) or self._read(places, cells, said)
                if known is None:
                    return None
                number, party = known
                numbers.append((number, len(parties)))
                parties.append(party)
        plain = tuple(parties)

        def make() -> Transaction:
            activity, origin, destination = way[1]
            return Transaction(
                activity=activity,
                date=day,
                items=(item[1],),
                destination=destination,
                parties=tuple(plain_party(party, place) for place, party in enumerate(plain, start=1)),
                origin=origin,
                value=value,
            )

        return (way[0], item[0], day, value, tuple(numbers)), make, day

    def learn(self, cells: Sequence[str], tx: Transaction) -> None:
        """Hold the pieces of a row that has been read as a whole.

        Args:
            tx: the transaction that it is.
        """
        if self._roles_at is None or tx.facts or any(cells[place] for place in self._facts_at):
            return
        self._add(self._ways, self._way_at, cells, (tx.activity, tx.origin, tx.destination))
        self._add(self._items, self._item_at, cells, replace(tx.items[0], description=""))
        if self._date_at is not None:
            self._dates[cells[self._date_at].strip()] = tx.date
        if len(self._dates) > _MOST:
            self._dates.clear()

    def _add(self, held: dict[Cells, tuple[int, P]], places: Sequence[int], cells: Sequence[str], piece: P) -> None:
        key = tuple([cells[place].strip() for place in places])
        if key not in held:
            if len(held) >= _MOST:
                held.clear()
            held[key] = next(self._numbers), piece

    def _read(self, places: Sequence[int], cells: Sequence[str], said: Cells) -> tuple[int, TransactionParty] | None:
        """A party that has not come before; None where it cannot be read."""
        (raw,) = row_parties({self._columns[place]: cells[place] for place in places})
        try:
            (party,) = parties_from([raw], Place("row"))
        except BadInput:
            return None
        for held in (self._parties, self._alike):
            if len(held) >= _MOST:
                held.clear()
        found = self._parties[places[0], said] = self._numbered(party, raw)
        return found

    def _numbered(self, party: TransactionParty, raw: Mapping[str, str]) -> tuple[int, TransactionParty]:
        """A party of whom nothing is said is as any other of its kind: its number and the party itself."""
        if self._limits.named(party.name) or self._listed(party, raw):
            return next(self._numbers), party
        plain = plain_party(party, 1, nobody=True)
        number = self._alike.get(plain)
        if number is None:
            number = self._alike[plain] = next(self._numbers)
        return number, plain

    def _day(self, cells: Sequence[str]) -> dt.date | None:
        if self._date_at is None:
            return self._as_of or self._default
        cell = cells[self._date_at].strip()
        found = self._dates.get(cell)
        return None if found is None else self._as_of or found

    def _readable(self, cells: Sequence[str]) -> bool:
        try:
            for place, several in self._texts_at:
                if cells[place]:
                    text(cells[place], Place("row"), several_lines=several)
        except BadInput:
            return False
        return True


def _roles(columns: Sequence[str]) -> list[list[int]] | None:
    """The places of each role's columns, in order; None where they do not stand together."""
    found: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        if column.startswith("end_user"):
            found.setdefault("end_user", []).append(place)
        elif column.startswith("party:"):
            found.setdefault(column.split(":")[1], []).append(place)
    together = all(places == list(range(places[0], places[0] + len(places))) for places in found.values())
    return list(found.values()) if together else None
