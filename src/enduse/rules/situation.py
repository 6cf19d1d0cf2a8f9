"""What a rule sees: one item of one transaction on one day, with the parties' listings and the stated facts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol

from enduse.model.ownership import OwnershipAnswer
from enduse.model.party import Listing
from enduse.model.transaction import FactValue, Item, Role, Transaction, TransactionParty
from enduse.model.truth import Truth
from enduse.rules.answer import Answer, unknown
from enduse.rules.facts import FactBook
from enduse.rules.tables import Row, Tables


@dataclass(frozen=True, slots=True)
class PartyListing:
    """A listing of a party of the transaction, and why it is taken as that party's.

    ``basis`` is "stated" or the match that it rests on; ``presumed`` is the presumption's key (``party.identity``)
    when nobody has confirmed that the match is the same party.
    """

    listing: Listing
    basis: str
    presumed: str = ""


@dataclass(frozen=True, slots=True)
class PartyView:
    """A party with everything that lists say of it.

    ``listings`` are its own; ``addresses`` are those of addresses listed on their own that one of its addresses
    resembles.
    """

    party: TransactionParty
    listings: tuple[PartyListing, ...] = ()
    addresses: tuple[PartyListing, ...] = ()


class OwnershipOracle(Protocol):
    """Answers who is owned by listed parties; supplied by :mod:`enduse.ownership` through ``assess``."""

    def owned(
        self, party: TransactionParty, listed: Callable[[Sequence[Listing]], Truth], percent: Decimal
    ) -> tuple[Truth, str]:
        """Whether parties for which ``listed`` holds own ``percent`` or more of ``party``, and how."""

    def standing(
        self,
        party: TransactionParty,
        listed: Callable[[Sequence[Listing]], Truth],
        regime_id: str,
        day: dt.date,
        *,
        joint: Truth = Truth.FALSE,
    ) -> OwnershipAnswer:
        """Whether other listed parties own or control ``party`` under a regime's rule of that day."""


@dataclass(frozen=True)
class Situation:
    """One item of one transaction, as a rulebook's rules see it.

    Attributes:
        day: date as of which the law is applied.
        open_facts: facts that stay open although the world is closed (case files name them).
        closed_world: facts not stated take their closed-world value (case files); else they are asked or presumed.
        strict: presumptions become questions.
        affirmed: reason codes found so far (second pass: exceptions and reviews).
        definitions: the rulebook's named conditions.
        unclassified: the item's code is none of this law's, and nobody has said which of its codes is the item's.
    """

    transaction: Transaction
    item: Item
    day: dt.date
    parties: tuple[PartyView, ...]
    tables: Tables
    facts: FactBook
    ownership: OwnershipOracle
    verified_to: dt.date
    closed_world: bool = False
    strict: bool = False
    open_facts: frozenset[str] = frozenset()
    affirmed: tuple[str, ...] = ()
    open_codes: tuple[str, ...] = ()
    bound: Mapping[str, object] = field(default_factory=dict)
    definitions: Mapping[str, Any] = field(default_factory=dict)
    unclassified: bool = False
    settled: dict[str, Answer] = field(default_factory=dict, compare=False, repr=False)
    """Answers of named conditions while nothing is bound; a pass that knows more reasons starts a new one."""

    def fact(self, key: str) -> tuple[FactValue | None, Answer]:
        """The value of a fact, and the answer that carries its provenance.

        The value is None where the fact is missing; the answer is then unknown and names the key.
        """
        resolved = self.facts.resolve(
            key,
            self.transaction.facts,
            transaction=self.transaction,
            closed_world=self.closed_world,
            open_keys=self.open_facts,
            strict=self.strict,
        )
        if resolved.value is None:
            return None, unknown(key)
        presumed = frozenset({key}) if resolved.presumed else frozenset[str]()
        return resolved.value, Answer(Truth.TRUE, presumed=presumed)

    @property
    def destination(self) -> str:
        """Country whose requirements govern: the release's nationality for a deemed export, else the destination.

        Source: 15 CFR 734.13(b), 734.14(b).
        """
        tx = self.transaction
        if not tx.activity.value.startswith("deemed"):
            return tx.destination
        nationality = tx.facts.get("nationality")
        if isinstance(nationality, str):
            return nationality
        # A destination that is only the place of the release says nothing about the person's nationality.
        place = tx.facts.get("release_in", tx.origin)
        return tx.destination if tx.destination != place else "XX"

    @property
    def end_users(self) -> tuple[TransactionParty, ...]:
        """The end users; where none is named, the ultimate consignees."""
        for role in (Role.END_USER, Role.ULTIMATE_CONSIGNEE):
            found = tuple(view.party for view in self.parties if view.party.role is role)
            if found:
                return found
        return ()

    def row(self, name: str) -> Row:
        """The bound table row called ``name``."""
        value = self.bound[name]
        assert isinstance(value, Row)
        return value
