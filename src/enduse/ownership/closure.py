"""Who is owned by listed parties: the least fixed point of "holds the threshold together".

Begin with the listed parties; an entity joins when the shares that members hold in it directly reach the threshold;
repeat. Percentages are never multiplied along a chain, and a circle never supports itself.

Sources: OFAC revised guidance of 2014-08-13 (aggregation, indirect ownership); 90 FR 47201 (Affiliates Rule).
Shares may be unknown or banded: the answer is true if it follows for every share that the statements allow, false if
for none, else unknown. The shares in one entity never exceed 100 percent together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from enduse.model.party import Listing
from enduse.model.transaction import Owner, Share, TransactionParty
from enduse.model.truth import Truth

HUNDRED = Decimal(100)
Listed = Callable[[Sequence[Listing]], Truth]


@dataclass(frozen=True, slots=True)
class Holding:
    """A direct share of ``holder`` in ``entity``."""

    holder: str
    entity: str
    share: Share


@dataclass(frozen=True, slots=True)
class Structure:
    """The owners of the transaction's parties, flattened: names and what each says about listings.

    Two parties or owners of one name are the same entity only where an owner says so (``ref``); otherwise each keeps
    a name of its own.
    """

    holdings: tuple[Holding, ...]
    listings: dict[str, tuple[Listing, ...]]
    keys: dict[int, str]


def structure(parties: Iterable[TransactionParty]) -> Structure:
    """Flatten the owners stated for ``parties``."""
    holdings: list[Holding] = []
    listings: dict[str, tuple[Listing, ...]] = {}
    keys: dict[int, str] = {}

    def add(owner: Owner, entity: str) -> None:
        key = owner.name if owner.ref or owner.name not in listings else f"{owner.name} ({len(listings)})"
        if not owner.ref:
            listings[key] = owner.listings or ()
        holdings.append(Holding(key, entity, owner.share))
        for above in owner.owners:
            add(above, key)

    for party in parties:
        key = party.name if party.name not in listings else f"{party.name} ({len(listings)})"
        listings[key] = party.listings or ()
        keys[id(party)] = key
    for party in parties:
        for owner in party.owners or ():
            add(owner, keys[id(party)])
    return Structure(tuple(holdings), listings, keys)


class Ownership:
    """Answers ownership questions over the owners stated in one transaction."""

    def __init__(self, parties: Sequence[TransactionParty]) -> None:
        self._structure = structure(tuple(parties))

    def owned(self, party: TransactionParty, listed: Listed, percent: Decimal) -> tuple[Truth, str]:
        """Whether parties for which ``listed`` holds own ``percent`` or more of ``party``.

        Returns:
            The truth value and the holdings it rests on, in words (empty when there are none).
        """
        key = self._structure.keys[id(party)]
        seeds = {name: listed(listings) for name, listings in self._structure.listings.items()}
        certain = self._members({name for name, truth in seeds.items() if truth is Truth.TRUE}, percent, least=True)
        possible = self._members(
            {name for name, truth in seeds.items() if truth is not Truth.FALSE}, percent, least=False
        )
        if key in certain:
            return Truth.TRUE, self._words(key, certain)
        if key in possible:
            return Truth.UNKNOWN, self._words(key, possible)
        return Truth.FALSE, ""

    def _members(self, seeds: set[str], percent: Decimal, *, least: bool) -> set[str]:
        members = set(seeds)
        entities = {holding.entity for holding in self._structure.holdings}
        while True:
            joining = {entity for entity in entities - members if self._reaches(entity, members, percent, least=least)}
            if not joining:
                return members
            members |= joining

    def _reaches(self, entity: str, members: set[str], percent: Decimal, *, least: bool) -> bool:
        direct = [holding for holding in self._structure.holdings if holding.entity == entity]
        held = [holding.share for holding in direct if holding.holder in members]
        if not held:
            return False
        if least:
            total = sum((share.low for share in held), Decimal(0))
            return total >= percent
        others = sum((holding.share.low for holding in direct if holding.holder not in members), Decimal(0))
        total = min(sum((share.high for share in held), Decimal(0)), HUNDRED - others)
        open_above = any(share.high_open for share in held) and total == sum((share.high for share in held), Decimal(0))
        return total > percent or (total == percent and not open_above)

    def _words(self, entity: str, members: set[str]) -> str:
        parts = [
            f"{holding.holder} holds {holding.share.text or holding.share.low} percent of {entity}"
            for holding in self._structure.holdings
            if holding.entity == entity and holding.holder in members
        ]
        return " and ".join(parts)
