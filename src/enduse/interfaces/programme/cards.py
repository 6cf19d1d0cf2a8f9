"""Scorecards at hand: ours of any period, as we publish it, and side by side with those that partners publish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from enduse.formats.tables import csv_of
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.programme.gather import evidence
from enduse.interfaces.programme.shelf import member_of, published
from enduse.interfaces.told import refuse_overlap
from enduse.model.errors import BadInput
from enduse.model.record import By
from enduse.programme.published import (
    CardTold,
    Column,
    Comparison,
    as_it_is,
    for_the_public,
    path_of,
    periods,
    side_by_side,
    write_card,
)
from enduse.programme.scorecard import Evidence, Scorecard, scorecard

COLUMNS = (
    *("publisher", "from", "to", "commitment", "level", "measure", "value", "unit", "numerator", "denominator"),
    *("breached", "query"),
)


class Publisher(Protocol):
    """What publishes for the member: its node."""

    @property
    def me(self) -> str:
        """The member's id."""

    def now(self) -> dt.datetime:
        """The moment."""

    def publish(self, path: str, body: bytes, custom: dict[str, str], *, by: By) -> str:
        """Publish a file."""


def ours(office: Office, start: dt.date, end: dt.date) -> Scorecard:
    """Our scorecard of a period, from everything on record.

    Raises:
        BadInput: the period holds no day.
    """
    return scorecard(evidence(office, office.today()), start, end)


def one_piece(office: Office, kind: str, identifier: str) -> Evidence:
    """One piece of evidence.

    Raises:
        NotHeld: there is none.
    """
    every = evidence(office, office.today())
    found = next((one for one in every if (one.kind, one.id) == (kind, identifier)), None)
    if found is None:
        raise NotHeld("there is no such evidence", "the scorecard links what it rests on")
    return found


def publish(office: Office, node: Publisher, start: dt.date, end: dt.date, *, by: By, reason: str) -> CardTold:
    """Publish our scorecard of a period, small numbers withheld. A later one of the period takes its place.

    Raises:
        BadInput: no reason is given, the period has not ended, or overlaps one that is published, from which the rest
            could be computed; or the membership document does not let us publish there.
    """
    if not reason.strip():
        raise BadInput("a reason is missing", where="reason", remedy="say why, for those who read the audit chain")
    if end > node.now().date():
        raise BadInput(f"the period has not ended: {end} lies ahead", where="to")
    refuse_overlap(office, start, end)
    card = for_the_public(ours(office, start, end), node.me, node.now().date())
    custom = {"title": f"Scorecard {start} to {end}", "standing": "guidance", "edition": str(card.made_on)}
    node.publish(path_of(start, end), write_card(card), custom, by=by)
    store = office.stores.need()
    store.audit.note(
        store.write,
        actor=by.actor,
        role=by.role,
        action="scorecard.publish",
        subject=f"publication:{node.me}/{path_of(start, end)}",
        reason=reason,
    )
    return card


def over_time(office: Office, start: dt.date, end: dt.date, months: int) -> Comparison:
    """Our scorecards of several periods, side by side.

    Raises:
        BadInput: see :func:`enduse.programme.published.periods`.
    """
    rows, today = evidence(office, office.today()), office.today()
    cards = [scorecard(rows, first, after) for first, after in periods(start, end, months)]
    return side_by_side(Column(as_it_is(one, "", today)) for one in cards)


def across(office: Office, start: dt.date, end: dt.date) -> Comparison:
    """Our scorecard of a period beside what partners published of periods that overlap it."""
    own = Column(as_it_is(ours(office, start, end), member_of(office) or "ours", office.today()))
    theirs = [
        Column(one.card, theirs=True)
        for one in sorted(published(office), key=lambda one: (one.publisher, one.path))
        if one.card is not None and not one.ours and one.card.start < end and start < one.card.end
    ]
    return side_by_side((own, *theirs))


def to_csv(cards: Iterable[CardTold]) -> str:
    """Scorecards as a table, a measure a row."""
    rows = [
        (
            *(card.publisher, card.start, card.end, one.id, one.words, two.id),
            *(two.value, two.unit, two.numerator, two.denominator, "yes" if two.breached else "no", two.query),
        )
        for card in cards
        for one in card.commitments
        for two in one.measures
    ]
    return csv_of((COLUMNS, *rows))
