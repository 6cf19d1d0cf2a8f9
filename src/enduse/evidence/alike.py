"""What of a transaction a row of results can rest on: two that differ in nothing else are judged once.

Names of parties about whom neither the lists nor the law say anything, references, descriptions and end uses in words
are for readers; a value counts only by the limits that the law sets.
"""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from enduse.model.codes import eccn_of
from enduse.model.transaction import Item, Money, Transaction, TransactionParty
from enduse.rules.looks import bears
from enduse.rules.rulebook import Rulebook

NOBODY = "—"
"""Stands for a name that says nothing; no transaction can state it, for a name holds a letter or digit."""

LIMITS = "value_usd"
"""The column of tables that limits values, beside ``eccn``; in US dollars (15 CFR 740.3)."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What some rulebooks read of values and of names.

    Attributes:
        by_entry: limits of value in US dollars, by entry of the control list.
        anywhere: those that hold whatever the entry.
        names: names that the law itself singles out, for parties that bear them.
    """

    by_entry: dict[str, frozenset[Decimal]]
    anywhere: frozenset[Decimal] = frozenset()
    names: tuple[str, ...] = ()

    @staticmethod
    def of(books: Iterable[Rulebook]) -> Limits:
        """Those of the tables with the columns ``eccn`` and :data:`LIMITS`, and those that conditions name."""
        found: dict[str, set[Decimal]] = {}
        anywhere: set[Decimal] = set()
        names: dict[str, None] = {}
        for book in books:
            anywhere |= {Decimal(amount) for amount in book.arguments_of("value_at_least")}
            for table_id in book.arguments_of("party_named_in"):
                names |= dict.fromkeys(name for row in book.tables[table_id] for name in row.values("names"))
            for table_id in book.tables.ids:
                table = book.tables[table_id]
                if {"eccn", LIMITS} <= set(table.columns):
                    for row in table:
                        if row[LIMITS]:
                            found.setdefault(row["eccn"], set()).add(Decimal(row[LIMITS]))
        by_entry = {entry: frozenset(limits) for entry, limits in found.items()}
        return Limits(by_entry, frozenset(anywhere), tuple(names))

    def named(self, name: str) -> bool:
        """Whether a name is one that the law reads."""
        return bears(name, self.names)

    def alike(self, value: Money | None, items: Sequence[Item]) -> Money | None:
        """A value that lies among the limits of the items' entries as ``value`` does; None where they have none."""
        codes = {code for item in items for code in (item.code, *(code for _, code in item.codes))}
        # What holds on the date may be another entry than the one stated.
        codes |= {item.classification_on_date for item in items if item.classification_on_date}
        found = self.anywhere.union(*(self.by_entry.get(eccn_of(code) or "", frozenset()) for code in codes))
        limits = [Decimal(0), *sorted(found - {0})]
        if value is None or not found:
            return None
        if value.currency != "USD":
            return Money(Decimal(0), value.currency)
        # A limit itself is apart: some laws say "up to" it, others "from" it.
        place = bisect.bisect_left(limits, value.amount)
        if place == len(limits):
            return Money(limits[-1] + 1, "USD")
        if limits[place] == value.amount:
            return Money(limits[place], "USD")
        return Money((limits[place - 1] + limits[place]) / 2, "USD")


def alike(
    tx: Transaction, day: dt.date, limits: Limits, listed: Callable[[TransactionParty], bool]
) -> tuple[Hashable, Transaction]:
    """A transaction with nothing in it on which a row of results cannot rest, and a key that is equal for equal ones.

    Args:
        day: the date as of which it is judged.
        listed: whether the lists say anything of a party whose listings nobody has stated.
    """
    owned = any(party.owners is not None for party in tx.parties)
    plain = Transaction(
        activity=tx.activity,
        date=day,
        items=tuple(replace(item, description="") for item in tx.items),
        destination=tx.destination,
        parties=tuple(
            plain_party(
                party,
                number,
                nobody=not (owned or party.listings or listed(party) or limits.named(party.name)),
            )
            for number, party in enumerate(tx.parties, start=1)
        ),
        origin=tx.origin,
        value=limits.alike(tx.value, tx.items),
        facts=tx.facts,
    )
    # 10 and 10.0 percent are equal, and read otherwise.
    contents = tuple(str(item.us_content_percent) for item in plain.items)
    facts = tuple(sorted((key, type(value).__name__, str(value)) for key, value in tx.facts.items()))
    key = (
        *(plain.activity, day, plain.items, plain.destination, plain.parties, plain.origin, plain.value),
        facts,
        contents,
    )
    return key, plain


def plain_party(party: TransactionParty, number: int, *, nobody: bool | None = None) -> TransactionParty:
    """A party with nothing on which a row of results cannot rest.

    Args:
        number: its place among the parties, from 1.
        nobody: whether neither lists nor law say anything of it; where None, whether it was made so before.
    """
    if not (party.name.startswith(NOBODY) if nobody is None else nobody):
        return party
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
