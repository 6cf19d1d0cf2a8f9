"""Tables of transactions: a row is a transaction, a column one thing that it states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from enduse.formats.plain_yaml import Route
from enduse.formats.tables import Table, TableRow, open_table
from enduse.interfaces.fields import Place, nearest
from enduse.interfaces.transactions import fact_from_text, money_from_text, transaction_at
from enduse.model.errors import BadInput
from enduse.model.transaction import Role, Transaction
from enduse.rules.facts import FactBook
from enduse.rules.rulebook import known_laws

TABLE_COLUMNS = (
    *("reference", "date", "activity", "item", "description", "for", "hs_code", "from", "destination"),
    *("end_user", "end_user_type", "end_user_country", "end_user_address", "value", "currency", "end_use"),
)
"""Columns of a table of transactions. ``code:LAW`` gives the item's code under another law; ``fact:KEY`` states a fact;
``party:ROLE`` names a further party, described by ``party:ROLE:type``, ``party:ROLE:country`` and
``party:ROLE:address``."""

_PARTY_DETAILS = ("type", "country", "address")
_ITEM_COLUMNS = MappingProxyType({"item": "code", "description": "description", "for": "for", "hs_code": "hs_code"})


@dataclass(frozen=True, slots=True)
class TransactionRow:
    """One row of a table of transactions: the transaction, or the problem that keeps it from being one.

    ``number`` counts the rows that are not empty, from 1; ``where`` names file and line.
    """

    number: int
    where: str
    reference: str
    transaction: Transaction | None = None
    problem: BadInput | None = None


def transactions_from_table(
    path: Path, *, today: dt.date | None = None, default_date: dt.date | None = None
) -> Iterator[TransactionRow]:
    """Read a table of transactions (CSV, TSV, XLSX or Parquet), one per row; columns: :data:`TABLE_COLUMNS`.

    Args:
        today: dates more than five years after it are refused; no check when None.
        default_date: date where a row gives none.

    Raises:
        BadInput: the table as a whole cannot be used: unreadable, or a column that is not known. What is wrong with
            one row alone comes with that row.
    """
    table = open_table(path)
    rows = rows_of_transactions(table, path.name)
    for count, row in enumerate(rows, start=1):
        yield transaction_row(count, row, today=today, default_date=default_date)


def rows_of_transactions(table: Table, name: str) -> Iterator[TableRow]:
    """The rows of a table of transactions, as text.

    Raises:
        BadInput: as :func:`transactions_from_table`.
    """
    rows = table.rows(numbers=("value", "reference"), keep_bad_rows=True)
    first = next(rows, None)
    if first is None:
        return
    check_columns(first.cells, name)
    yield first
    yield from rows


def transaction_row(
    number: int, row: TableRow, *, today: dt.date | None = None, default_date: dt.date | None = None
) -> TransactionRow:
    """A row of a table as a transaction, or with the problem that keeps it from being one."""
    reference = row.cells.get("reference", "").strip()
    try:
        if row.problem:
            raise row.problem
        tx = transaction_of_row(row, today, default_date)
    except BadInput as problem:
        return TransactionRow(number, row.where, reference, problem=problem)
    return TransactionRow(number, row.where, reference, tx)


def row_parties(cells: Mapping[str, str]) -> list[dict[str, str]]:
    """The parties that a row describes, as a transaction file would."""
    parties: dict[str, dict[str, str]] = {}
    for column, cell in cells.items():
        if column.startswith(("party:", "end_user")) and (said := cell.strip()):
            role, detail = _party_column(column)
            parties.setdefault(role, {"role": role})[detail] = said
    return list(parties.values())


def check_columns(columns: Iterable[str], name: str) -> None:
    """Refuse a column that a table of transactions has not.

    Raises:
        BadInput: proposes the nearest.
    """
    roles, book = [role.value for role in Role], FactBook.load()
    for column in filter(None, columns):
        place = Place(name).at(f"column {column}")
        head, _, rest = column.partition(":")
        if head == "code" and rest:
            if rest not in known_laws():
                raise place.bad(f"no law is called {rest!r}", nearest(rest, known_laws()))
        elif head == "fact":
            if not book.knows(rest):
                raise place.bad(f"no fact is called {rest!r}", nearest(rest, book.known_keys))
        elif head == "party" and rest:
            role, _, detail = rest.partition(":")
            if role not in roles:
                raise place.bad(f"no role is called {role!r}", nearest(role, roles))
            if detail and detail not in _PARTY_DETAILS:
                raise place.bad(f"unknown detail {detail!r}", nearest(detail, _PARTY_DETAILS))
        elif column not in TABLE_COLUMNS:
            raise place.bad("unknown column", nearest(column, [*TABLE_COLUMNS, "code:LAW", "fact:KEY", "party:ROLE"]))


def transaction_of_row(row: TableRow, today: dt.date | None, default_date: dt.date | None) -> Transaction:
    """The transaction of one row."""
    cells = {column: cell.strip() for column, cell in row.cells.items() if cell.strip()}
    names: dict[Route, str] = {}
    item: dict[str, Any] = {}
    facts: dict[str, Any] = {}
    raw: dict[str, Any] = {"item": item, "facts": facts}
    for column, cell in cells.items():
        label = f"column {column}"
        if column in _ITEM_COLUMNS:
            item[_ITEM_COLUMNS[column]] = cell
            names["item", _ITEM_COLUMNS[column]] = label
        elif column.startswith("code:"):
            item.setdefault("codes", {})[column.removeprefix("code:")] = cell
            names["item", "codes", column.removeprefix("code:")] = label
        elif column.startswith("fact:"):
            key = column.removeprefix("fact:")
            facts[key] = fact_from_text(key, cell)
            names["facts", key] = label
        elif column not in ("value", "currency") and not column.startswith(("party:", "end_user")):
            raw[column] = cell
            names[column,] = label
    if "value" in cells or "currency" in cells:
        raw["value"] = _row_money(cells, f"{row.where}, column value")
        names["value",] = "column value"
    parties = row_parties(cells)
    raw["parties"] = parties
    names |= {("parties", position): f"party {party['role']}" for position, party in enumerate(parties)}
    return transaction_at(raw, Place(row.where, names=names), today=today, default_date=default_date)


def _party_column(column: str) -> tuple[str, str]:
    """Role and key of a column that describes a party."""
    if column.startswith("party:"):
        _, role, *details = column.split(":")
        return role, details[0] if details else "name"
    return "end_user", column.removeprefix("end_user").removeprefix("_") or "name"


def _row_money(cells: Mapping[str, str], where: str) -> dict[str, str]:
    if "value" not in cells:
        raise BadInput("a currency without a value", where=where, remedy="fill both, or neither")
    if "currency" in cells:
        return {"amount": cells["value"], "currency": cells["currency"]}
    return money_from_text(cells["value"], where)
