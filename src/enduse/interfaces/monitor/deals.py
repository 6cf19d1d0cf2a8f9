"""Registers of recorded transactions: from a table to rows whose parties are screened, and back to what is judged."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from enduse.evidence.parties import party_query
from enduse.interfaces.recorded import Recorded, Shape
from enduse.interfaces.transaction_tables import transactions_from_table
from enduse.interfaces.transactions import transaction_from_mapping, transaction_to_mapping
from enduse.model.codec import canonical_json
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.model.transaction import Owner, Transaction
from enduse.monitor.customers import Customer, Subject, checked


@dataclass(slots=True)
class Deals:
    """The recorded transactions of a table, read as they are asked for; ``reference`` is the key.

    Args:
        today: the date of rows that state none; dates more than five years after it are refused.

    Attributes:
        problems: rows that cannot be used, each with its place.
    """

    path: Path
    today: dt.date
    problems: list[BadInput] = field(default_factory=list)

    def __iter__(self) -> Iterator[Customer]:
        for row in transactions_from_table(self.path, today=self.today, default_date=self.today):
            if row.problem is not None or row.transaction is None:
                self.problems.append(row.problem or BadInput("cannot be read", where=row.where))
            elif not row.reference:
                self.problems.append(BadInput("no reference", where=row.where, remedy="each row needs its own"))
            else:
                try:
                    yield checked(deal_of(row.reference, row.transaction), row.where)
                except BadInput as problem:
                    self.problems.append(problem)


def deal_of(key: str, tx: Transaction) -> Customer:
    """A transaction as a row of a register: everybody who takes part, and the owners that it states, are screened."""
    named: dict[str, Subject] = {}

    def add(name: str, query: Query, role: str) -> None:
        if not name:
            return
        before = named.get(name)
        if before is None:
            named[name] = Subject(name, query, role)
        elif role not in before.role.split(", "):
            # One party in two roles is screened once, by what the first of them states.
            named[name] = replace(before, role=f"{before.role}, {role}")

    def above(owners: Iterable[Owner], role: str) -> None:
        for owner in owners:
            if not owner.ref:
                add(owner.name, Query(owner.name, countries=(owner.country,) if owner.country else ()), role)
            above(owner.owners, role)

    for party in tx.parties:
        role = party.role.value.replace("_", " ")
        add(party.name, party_query(party), role)
        above(party.owners or (), f"owner of the {role}")
    document = canonical_json(transaction_to_mapping(tx)).decode("utf-8")
    return Customer(key, Query(""), deal=document, named=tuple(named.values()))


def recorded(deals: Iterable[Customer], day: dt.date) -> list[Recorded]:
    """Rows of a register as they are judged: as if the transaction took place on a day.

    Those that are alike but for names, value and reference share a shape.
    """
    shapes: dict[str, Shape] = {}
    rows = []
    for number, deal in enumerate(deals, 1):
        tx = replace(transaction_from_mapping(json.loads(deal.deal)), date=day)
        bare = replace(
            tx,
            parties=tuple(replace(party, name="x") for party in tx.parties),
            value=None,
            reference="",
            end_use="",
        )
        shape = shapes.setdefault(repr(bare), Shape(len(shapes), tx))
        names = tuple(party.name for party in tx.parties)
        rows.append(Recorded(number, deal.key, deal.key, shape, day, names, tx.value))
    return rows
