"""What a change of a list does to a register: only whom it can touch is screened again.

The result is exactly that of screening the whole register against the list before and after (:func:`in_full`, slow).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from enduse.lists.delta import PartyDelta, parties_delta
from enduse.lists.diff import FieldChange
from enduse.lists.legal import WORDING, listing_words
from enduse.model.match import Match
from enduse.model.party import ListedParty
from enduse.model.truth import Truth
from enduse.monitor.customers import Customer
from enduse.monitor.register import Register
from enduse.screen.index import Screener

_AT_ONCE = 2_000

Pair = tuple[str, str, str]
"""Key of a customer, name of its owner (empty for the customer itself), id of a listed party."""


class Became(StrEnum):
    """What became of a pair of a customer and a listed party."""

    HIT = "hit"
    CHANGED = "changed"
    REWORDED = "reworded"
    GONE = "gone"


@dataclass(frozen=True, slots=True)
class PairChange:
    """A pair that a change of a list touches.

    Attributes:
        owner: name of the customer's owner that is meant; empty for the customer itself.
        before: the hit as it was; None where there was none.
        after: the hit as it is; None where there is none any more.
        fields: what the list says otherwise of the party now.
    """

    customer: Customer
    owner: str
    before: Match | None
    after: Match | None
    fields: tuple[FieldChange, ...] = ()

    @property
    def pair(self) -> Pair:
        """What the change is about."""
        return self.customer.key, self.owner, self.match.party.id

    @property
    def match(self) -> Match:
        """The hit as it is, or as it was last."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def became(self) -> Became:
        """What became of the pair."""
        if self.before is None:
            return Became.HIT
        if self.after is None:
            return Became.GONE
        told = any(change.about != WORDING for change in self.fields)
        return Became.CHANGED if told or self.before.score != self.after.score else Became.REWORDED


def touched(
    register: Register, parties: Sequence[PartyDelta], *, before: dt.date, after: dt.date
) -> tuple[PairChange, ...]:
    """The pairs that a change of a list touches, in the order of customers and parties.

    Args:
        parties: what the list says otherwise, and the parties with a listing that begins or ends between the days.
        before: the date as of which listings counted before.
        after: the date as of which they count now.
    """
    if not parties:
        return ()
    old = [one.before for one in parties if one.before is not None]
    new = [one.after for one in parties if one.after is not None]
    near = register.near([*old, *new])
    past, present = Screener(old), Screener(new)
    hits_before = _hits(past, near, before, register.threshold)
    hits_after = _hits(present, near, after, register.threshold)
    fields = {one.party.id: one.fields for one in parties}
    return _changes({customer.key: customer for customer in near}, hits_before, hits_after, fields, (before, after))


def in_full(
    register: Register, old: Iterable[ListedParty], new: Iterable[ListedParty], *, before: dt.date, after: dt.date
) -> tuple[PairChange, ...]:
    """What :func:`touched` finds, by screening every customer against all that the list said and says."""
    was, now = list(old), list(new)
    fields = {one.party.id: one.fields for one in parties_delta(was, now)}
    customers = {customer.key: customer for customer in register.customers()}
    hits_before = _hits(Screener(was), customers.values(), before, register.threshold)
    hits_after = _hits(Screener(now), customers.values(), after, register.threshold)
    return _changes(customers, hits_before, hits_after, fields, (before, after))


def hits(
    screeners: Sequence[Screener], customers: Iterable[Customer], day: dt.date, threshold: float
) -> Iterator[tuple[Customer, str, Match]]:
    """The hits of customers and their owners whose listings may be in force on a day."""
    for some in _chunks(customers, _AT_ONCE):
        asked = [(customer, subject) for customer in some for subject in customer.subjects()]
        queries = [subject.query for _, subject in asked]
        for screener in screeners:
            for (customer, subject), found in zip(
                asked, screener.screen_many(queries, threshold=threshold), strict=True
            ):
                for match in found:
                    if stands(match.party, day):
                        yield customer, subject.owner, match


def stands(party: ListedParty, day: dt.date) -> bool:
    """Whether a listing of a party is in force on a day, or may be."""
    return any(listing.in_force(day) is not Truth.FALSE for listing in party.listings)


def _hits(screener: Screener, customers: Iterable[Customer], day: dt.date, threshold: float) -> dict[Pair, Match]:
    found = hits([screener], customers, day, threshold) if len(screener) else iter(())
    return {(customer.key, owner, match.party.id): match for customer, owner, match in found}


def _changes(
    customers: Mapping[str, Customer],
    before: Mapping[Pair, Match],
    after: Mapping[Pair, Match],
    fields: Mapping[str, tuple[FieldChange, ...]],
    days: tuple[dt.date, dt.date],
) -> tuple[PairChange, ...]:
    found = []
    for pair in sorted(before.keys() | after.keys()):
        was, now, told = before.get(pair), after.get(pair), fields.get(pair[2], ())
        if was is not None and now is not None:
            told = told or _begun_or_ended(now.party, days)
        if (was is None) != (now is None) or told:
            found.append(PairChange(customers[pair[0]], pair[1], was, now, told))
    return tuple(found)


def _begun_or_ended(party: ListedParty, days: tuple[dt.date, dt.date]) -> tuple[FieldChange, ...]:
    """Which listings of a party whose description is as it was begin or end between two days, others standing."""
    was, now = ([one for one in party.listings if one.in_force(day) is not Truth.FALSE] for day in days)
    ended, begun = (
        tuple(listing_words(one) for one in some if one not in rest) for some, rest in ((was, now), (now, was))
    )
    return (FieldChange("listings", ended, begun),) if ended or begun else ()


def _chunks(customers: Iterable[Customer], size: int) -> Iterator[list[Customer]]:
    pending: list[Customer] = []
    for customer in customers:
        pending.append(customer)
        if len(pending) == size:
            yield pending
            pending = []
    if pending:
        yield pending
