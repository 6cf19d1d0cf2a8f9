"""Who is owned or controlled by listed parties, over the owners that one transaction states.

The statements are taken as direct holdings, of shares and of votes alike, and as complete: owners not named are
unlisted. The rules are those of :mod:`enduse.ownership.regimes`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from enduse.model.ownership import Link, Origin, OwnershipAnswer
from enduse.model.party import Listing
from enduse.model.transaction import Owner, Share, TransactionParty
from enduse.model.truth import Truth
from enduse.ownership.regimes import Regime, regime
from enduse.ownership.stakes import Stake, Stakes, Threshold, bounds, parts
from enduse.ownership.standing import judge

Listed = Callable[[Sequence[Listing]], Truth]
STATED = Origin("as stated in the transaction")


@dataclass(frozen=True, slots=True)
class Holding:
    """A direct share of ``holder`` in ``entity``, and what the holder may do beyond it."""

    holder: str
    entity: str
    share: Share
    control: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Structure:
    """The owners of the transaction's parties, flattened: names and what each says about listings.

    Two parties or owners of one name are the same entity only where an owner says so (``ref``); otherwise each keeps
    a name of its own. A rule that adds up one person's shares takes one name for one person all the same.
    """

    holdings: tuple[Holding, ...]
    listings: dict[str, tuple[Listing, ...]]
    keys: dict[int, str]
    names: dict[str, str]


def structure(parties: Iterable[TransactionParty]) -> Structure:
    """Flatten the owners stated for ``parties``."""
    holdings: list[Holding] = []
    listings: dict[str, tuple[Listing, ...]] = {}
    keys: dict[int, str] = {}
    names: dict[str, str] = {}

    def add(owner: Owner, entity: str) -> None:
        key = owner.name if owner.ref or owner.name not in listings else f"{owner.name} ({len(listings)})"
        if not owner.ref:
            listings[key] = owner.listings or ()
            names[key] = owner.name
        holdings.append(Holding(key, entity, owner.share, owner.control))
        for above in owner.owners:
            add(above, key)

    for party in parties:
        key = party.name if party.name not in listings else f"{party.name} ({len(listings)})"
        listings[key] = party.listings or ()
        names[key] = party.name
        keys[id(party)] = key
    for party in parties:
        for owner in party.owners or ():
            add(owner, keys[id(party)])
    return Structure(tuple(holdings), listings, keys, names)


class Ownership:
    """Answers ownership questions over the owners stated in one transaction."""

    def __init__(self, parties: Sequence[TransactionParty]) -> None:
        self._structure = structure(tuple(parties))
        self._numbers: dict[str, int] = {}
        for name in self._structure.listings:
            self._numbers[name] = len(self._numbers)
        for holding in self._structure.holdings:
            self._numbers.setdefault(holding.holder, len(self._numbers))
        self._persons = {self._numbers[key]: name for key, name in self._structure.names.items()}
        self._stakes = Stakes(
            Stake(
                self._numbers[holding.holder],
                self._numbers[holding.entity],
                bounds(holding.share),
                control=holding.control,
                ref=ref,
            )
            for ref, holding in enumerate(self._structure.holdings)
        )

    def owned(self, party: TransactionParty, listed: Listed, percent: Decimal) -> tuple[Truth, str]:
        """Whether other parties for which ``listed`` holds own ``percent`` or more of ``party``, added up.

        Returns:
            The truth value and the holdings it rests on, in words (empty when there are none).
        """
        if not self._structure.holdings:
            return Truth.FALSE, ""
        target = self._numbers[self._structure.keys[id(party)]]
        seeds = {number: truth for number, truth in self._listed(listed).items() if number != target}
        limit = Threshold(parts(percent))
        sure = [number for number, truth in seeds.items() if truth is Truth.TRUE]
        for truth, members, least in ((Truth.TRUE, sure, True), (Truth.UNKNOWN, list(seeds), False)):
            ranks = self._stakes.reached(members, limit, least=least)
            if target in ranks:
                found = (self._structure.holdings[stake.ref] for stake in self._stakes.path(ranks, target))
                return truth, " and ".join(
                    f"{holding.holder} holds {holding.share.text or holding.share.low} percent of {holding.entity}"
                    for holding in found
                )
        return Truth.FALSE, ""

    def standing(
        self,
        party: TransactionParty,
        listed: Listed,
        regime_id: str,
        day: dt.date,
        *,
        joint: Truth = Truth.FALSE,
    ) -> OwnershipAnswer:
        """Whether other listed parties own or control ``party`` under a regime's rule of that day.

        Args:
            listed: whether listings put somebody on the list in question (on the day).
            regime_id: ``OFAC, BIS, EU, UK, CMIC`` or ``UN``.
            joint: whether a joint arrangement binds all listed holders; only a regime that adds up one person's shares
                asks for it (SI 2020/680 Sch. 1 para. 3).

        Raises:
            BadInput: no such regime.
        """
        rules: Regime = regime(regime_id)
        key = self._structure.keys[id(party)]
        return judge(
            self._stakes,
            self._numbers[key],
            self._listed(listed),
            rules,
            day,
            self._link,
            name=party.name,
            joint=joint,
            persons=self._persons,
        )

    def _listed(self, listed: Listed) -> dict[int, Truth]:
        found: dict[int, Truth] = {}
        for name, listings in self._structure.listings.items():
            if listings and (truth := listed(listings)) is not Truth.FALSE:
                found[self._numbers[name]] = truth
        return found

    def _link(self, stake: Stake, listed: Truth) -> Link:
        holding = self._structure.holdings[stake.ref]
        return Link(
            holder=holding.holder,
            entity=holding.entity,
            share=holding.share,
            holder_id=holding.holder,
            entity_id=holding.entity,
            control=holding.control,
            listed=listed,
            origins=(STATED,),
        )
