"""What of a transaction a row of results can rest on: two that differ in nothing else are judged once.

Names of parties about whom the lists say nothing, references, descriptions and end uses in words are for readers; a
value counts only by the limits that the law sets for the entry of the item.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from enduse.model.codes import eccn_of
from enduse.model.transaction import Item, Money, Transaction, TransactionParty
from enduse.rules.rulebook import Rulebook

NOBODY = "—"
"""Stands for a name that says nothing; no transaction can state it, for a name holds a letter or digit."""

LIMITS = "value_usd"
"""The column of tables that limits values, beside ``eccn``; in US dollars (15 CFR 740.3)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits of value that some rulebooks set, by entry, in rising order."""

    by_entry: dict[str, tuple[Decimal, ...]]

    @staticmethod
    def of(books: Iterable[Rulebook]) -> Limits:
        """Those of the tables with the columns ``eccn`` and :data:`LIMITS`."""
        found: dict[str, set[Decimal]] = {}
        for book in books:
            for table_id in book.tables.ids:
                table = book.tables[table_id]
                if {"eccn", LIMITS} <= set(table.columns):
                    for row in table:
                        if row[LIMITS]:
                            found.setdefault(row["eccn"], set()).add(Decimal(row[LIMITS]))
        return Limits({entry: tuple(sorted(limits)) for entry, limits in found.items()})

    def alike(self, value: Money | None, items: Sequence[Item]) -> Money | None:
        """A value that lies among the limits of the items' entries as ``value`` does; None where they have none."""
        codes = {code for item in items for code in (item.code, *(code for _, code in item.codes))}
        # What holds on the date may be another entry than the one stated.
        codes |= {item.classification_on_date for item in items if item.classification_on_date}
        limits = sorted({limit for code in codes for limit in self.by_entry.get(eccn_of(code) or "", ())})
        if value is None or not limits:
            return None
        if value.currency != "USD":
            return Money(Decimal(0), value.currency)
        return Money(next((limit for limit in limits if value.amount <= limit), limits[-1] + 1), "USD")


def alike(
    tx: Transaction, day: dt.date, limits: Limits, listed: Callable[[TransactionParty], bool]
) -> tuple[Hashable, Transaction]:
    """A transaction with nothing in it on which a row of results cannot rest, and a key that is equal for equal ones.

    Args:
        day: the date as of which it is judged.
        listed: whether the lists say anything of a party whose listings nobody has stated.
    """
    named = any(party.owners is not None for party in tx.parties)
    plain = Transaction(
        activity=tx.activity,
        date=day,
        items=tuple(replace(item, description="") for item in tx.items),
        destination=tx.destination,
        parties=tuple(
            party if named or party.listings or listed(party) else _nobody(party, number)
            for number, party in enumerate(tx.parties, start=1)
        ),
        origin=tx.origin,
        value=limits.alike(tx.value, tx.items),
        facts=tx.facts,
    )
    facts = tuple(sorted((key, type(value).__name__, str(value)) for key, value in tx.facts.items()))
    key = (
        *(plain.activity, day, plain.items, plain.destination, plain.parties, plain.origin, plain.value),
        facts,
    )
    return key, plain


def _nobody(party: TransactionParty, number: int) -> TransactionParty:
    return TransactionParty(
        role=party.role,
        name=NOBODY * number,
        type=party.type,
        country=party.country,
        addresses=tuple(
            replace(address, text="", street="", city="", region="", postal_code="")
            for address in party.addresses
            if address.high_diversion_risk
        ),
        listings=party.listings,
    )
