"""From a table to a register's rows, by the same columns and with the same messages as ``screen --bulk``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path

from enduse.formats.tables import open_table
from enduse.interfaces.bulk_columns import ColumnMap, map_columns
from enduse.model.errors import BadInput
from enduse.model.transaction import Owner, Share
from enduse.monitor.customers import Customer, checked
from enduse.monitor.register import Register
from enduse.ownership.sources.table import read as read_owners
from enduse.ownership.statements import Reading
from enduse.screen.asked import Unusable, asked

SEVERAL = frozenset({"other_names", "country", "nationality", "identifiers"})
FIELDS = (
    *("name", "other_names", "kind", "country", "birth_date", "birth_place", "nationality", "gender"),
    *("identifiers", "address"),
)
MOST_DEEP = 6
_UNKNOWN = Share(Decimal(0), Decimal(100), text="unknown")


@dataclass(slots=True)
class Customers:
    """The customers of a table, read as they are asked for.

    Attributes:
        problems: rows that cannot be used, each with its place.
        told: which columns say what.
    """

    path: Path
    columns: ColumnMap
    owners: Mapping[str, tuple[Owner, ...]] = field(default_factory=dict)
    default_kind: str = "any"
    problems: list[BadInput] = field(default_factory=list)

    @property
    def told(self) -> tuple[str, ...]:
        """What the user should know of the columns."""
        return self.columns.told

    def __iter__(self) -> Iterator[Customer]:
        texts = [column for target in FIELDS for column in self.columns.columns.get(target, ())]
        keys = self.columns.columns.get("reference", ())
        rows = open_table(self.path).rows(
            text=[*texts, *keys], dates=self.columns.columns.get("birth_date", ()), keep_bad_rows=True
        )
        for row in rows:
            try:
                if row.problem:
                    raise row.problem
                yield self._customer(row.cells, row.where)
            except BadInput as problem:
                self.problems.append(problem)

    def _customer(self, cells: Mapping[str, str], where: str) -> Customer:
        key = self.columns.value("reference", cells).strip()
        if not key:
            raise BadInput("no key", where=where, remedy="each row needs its own: --map reference=COLUMN")
        stated = {}
        for target in FIELDS:
            text = self.columns.value(target, cells)
            stated[target] = text.split(";") if target in SEVERAL else [text] if text.strip() else []
        try:
            query = asked(stated, self.default_kind)
        except Unusable as problem:
            column = " and ".join(self.columns.columns.get(problem.where or "", (problem.where or "",)))
            raise BadInput(problem.problem, where=f"{where}, {column}", remedy=problem.remedy) from None
        owners = next((found for name in _names(key, query.name) if (found := self.owners.get(name))), ())
        return checked(Customer(key, query, owners), where)


def customers_of(
    path: Path,
    *,
    mapping: Sequence[str] = (),
    kind: str = "any",
    owners: Path | None = None,
    today: dt.date,
) -> Customers:
    """The customers of a table (CSV, TSV, XLSX or Parquet).

    Args:
        mapping: entries of ``--map``; the target ``reference`` is the key.
        kind: of rows that state none.
        owners: a table ``owner, owned, percent`` where ``owned`` (or ``owned_id``) is a customer's name or key.
        today: owners count that hold on this day.

    Raises:
        BadInput: a table cannot be read, or no column is the key.
    """
    columns = map_columns(open_table(path).columns, mapping, where=path.name)
    if not columns.columns.get("reference"):
        raise BadInput("no column is the key", where=path.name, remedy="--map reference=COLUMN")
    found = Customers(path, columns, {}, kind)
    if owners is not None:
        reading = read_owners(owners)
        found.problems.extend(reading.problems)
        found.owners = _owners(reading, today)
    return found


@dataclass(frozen=True, slots=True)
class Owned:
    """What a table of owners says of a register.

    Attributes:
        customers: those of whom it states other owners than the register, with the new ones.
        matched: how many customers it is about.
        unknown: names or keys in it that no customer bears, and that own nobody in it.
        problems: rows that cannot be used.
    """

    customers: tuple[Customer, ...]
    matched: int
    unknown: tuple[str, ...]
    problems: tuple[BadInput, ...]


def owned_of(path: Path, register: Register, today: dt.date) -> Owned:
    """Lay a table of owners over a register: who is named in it gets its owners, all others stay as they are.

    Args:
        path: a table ``owner, owned, percent``; ``owned`` (or ``owned_id``) is a customer's key, number or name.
        today: owners count that hold on this day.

    Raises:
        BadInput: the table cannot be read.
    """
    reading = read_owners(path)
    owners = _owners(reading, today)
    waiting, found = set(owners), dict[str, Customer]()
    matched = 0
    for customer in register.customers():
        names = _names(customer.key, customer.query.name)
        named = next((name for name in names if name in owners), None)
        if named is None:
            continue
        matched += 1
        waiting -= {*names}
        if customer.owners != owners[named]:
            found[customer.key] = replace(customer, owners=owners[named])
    holders = {statement.holder for statement in reading.statements}
    unknown = []
    for key in dict.fromkeys(statement.entity for statement in reading.statements):
        entity = reading.entities[key]
        known = {key, _folded(entity.name), *(number.value for number in entity.identifiers)}
        if known <= waiting and key not in holders:
            unknown.append(entity.name or key)
    return Owned(tuple(found.values()), matched, tuple(unknown), tuple(reading.problems))


def _owners(reading: Reading, today: dt.date) -> dict[str, tuple[Owner, ...]]:
    """Direct owners, with theirs, by the key, the number and the name of what they own."""
    direct: dict[str, list[tuple[str, Share, tuple[str, ...]]]] = {}
    for statement in reading.statements:
        if today in statement.interval:
            share = statement.share or _UNKNOWN
            direct.setdefault(statement.entity, []).append((statement.holder, share, statement.control))

    def above(key: str, seen: tuple[str, ...]) -> tuple[Owner, ...]:
        if len(seen) > MOST_DEEP:
            return ()
        return tuple(
            Owner(
                reading.entities[holder].name,
                share,
                None,
                above(holder, (*seen, holder)),
                control,
                country=reading.entities[holder].country,
            )
            for holder, share, control in direct.get(key, ())
            if holder not in seen
        )

    found: dict[str, tuple[Owner, ...]] = {}
    for key in direct:
        entity, owners = reading.entities[key], above(key, (key,))
        for name in (key, *(number.value for number in entity.identifiers), _folded(entity.name)):
            found[name] = owners
    return found


def _names(key: str, name: str) -> tuple[str, ...]:
    """What a table of owners may call a customer."""
    return key, _folded(key), _folded(name)


def _folded(name: str) -> str:
    return " ".join(name.casefold().split())
