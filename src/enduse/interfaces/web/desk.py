"""What one page answers from: the lists and the law at hand, or as they were on file when a link was made."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from enduse.evidence.library import Library
from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.law import LawAtHand, law_at_hand
from enduse.interfaces.service.desk import SharedLists
from enduse.interfaces.transactions import FURTHEST_AHEAD
from enduse.interfaces.web.fields import Fields, Pairs, address
from enduse.interfaces.web.uploads import Uploads
from enduse.lists.status import Freshness
from enduse.model.access import Actor
from enduse.model.errors import BadInput
from enduse.model.record import By
from enduse.model.time import parse_date
from enduse.rules.rulebook import Rulebook, lists_needed


@dataclass(frozen=True)
class Evidence:
    """Lists and law that an answer rests on.

    Attributes:
        known_on: the day whose knowledge they are.
        pinned: asked for by a link, not simply the newest.
        notes: what must be said of them: what the link names and is not at hand.
    """

    library: Library
    law: LawAtHand
    known_on: dt.date
    pinned: bool = False
    notes: tuple[str, ...] = ()

    @property
    def pins(self) -> Pairs:
        """What a link says to have this evidence again."""
        return (
            ("known_on", self.known_on.isoformat()),
            ("lists", self.library.on_file[:16]),
            ("rules", rules_hash(self.law.books)),
        )


def rules_hash(books: Sequence[Rulebook]) -> str:
    """A short hash of the editions of rulebooks."""
    return hashlib.sha256("\n".join(book.edition_id for book in books).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Desk:
    """One request, read: who asks for what, as of which day.

    Attributes:
        open: gives the lists.
        today: the civil date.
        as_of: the day as of which law and lists are asked for, where the address states one.
        actor: who asks, where the service knows it.
        may: whether the actor may do an action.
        upload: name and bytes of the first file that was sent, if any.
        files: every file that was sent.
        service: what the routes stand on (``interfaces/service``), for what is kept.
        address: where the request comes from, for the record.
        uploads: tables that were put down on their way to a job.
    """

    path: str
    fields: Fields
    open: Callable[[], Holdings]
    today: dt.date
    as_of: dt.date | None = None
    actor: Actor = field(default_factory=Actor)
    params: dict[str, str] = field(default_factory=dict)
    may: Callable[[str], bool] = lambda _: False
    upload: tuple[str, bytes] | None = None
    files: tuple[tuple[str, bytes], ...] = ()
    service: Any = None
    address: str = ""
    posted: bool = False
    uploads: Uploads | None = None

    @property
    def holdings(self) -> Holdings:
        """The lists.

        Raises:
            Unavailable: they are still being opened.
        """
        return self.open()

    @property
    def by(self) -> By:
        """The actor, as what they decide is put on record."""
        return By.of(self.actor)

    @property
    def day(self) -> dt.date:
        """The day as of which a page without a date of its own is shown."""
        return self.as_of or self.today

    def url(self, path: str, *pairs: tuple[str, str]) -> str:
        """An address of this server that keeps ``as_of``."""
        stated = (("as_of", self.as_of.isoformat()),) if self.as_of else ()
        return address(path, [*pairs, *stated])

    @property
    def before(self) -> int | None:
        """Where a page of a long list begins (``before``); None for the newest.

        Raises:
            BadInput: no page links there.
        """
        text = self.fields.one("before")
        if not text:
            return None
        if not text.isascii() or not text.isdecimal() or len(text) > 12:
            raise BadInput("this is no place in the list", where="before", remedy="follow the link of a page")
        return int(text)

    def evidence(self) -> Evidence:
        """Lists and law: those at hand, or those that the address pins.

        Raises:
            BadInput: ``known_on`` is no day, or lies ahead.
            OperationFailed: what is on file is damaged.
        """
        stated = self.fields.one("known_on")
        known_on = parse_date(stated, where="known_on") if stated else self.today
        if known_on > self.today:
            raise BadInput(f"{known_on} lies ahead", where="known_on", remedy="what will be known then is not on file")
        now = Evidence(SharedLists(self.holdings), law_at_hand(self.holdings.data_dir), self.today)
        if not stated or self._is(now):
            return Evidence(now.library, now.law, known_on, bool(stated))
        past = _past(self.holdings.data_dir, known_on, self.holdings.library.accepts_starter)
        notes = []
        if (lists := self.fields.one("lists")) and not past.library.on_file.startswith(lists):
            notes.append(f"the lists that this link names ({lists}) are not on file as they were on {known_on}")
        if (rules := self.fields.one("rules")) and rules != rules_hash(past.law.books):
            notes.append(f"the rulebooks that this link names ({rules}) are not on file; others took their place")
        return Evidence(past.library, past.law, known_on, True, tuple(notes))

    def _is(self, now: Evidence) -> bool:
        """Whether the link names what is at hand now."""
        pins = dict(now.pins)
        return "rules" in self.fields and all(self.fields.one(name) == pins[name] for name in ("lists", "rules"))


@functools.lru_cache(maxsize=2)
def _past(data_dir: Path, known_on: dt.date, starter: bool) -> Evidence:
    library = Library(data_dir, accept_starter=starter, known_on=known_on)
    return Evidence(library, law_at_hand(data_dir, None, known_on), known_on, True)


def day_asked(fields: Fields, today: dt.date) -> dt.date | None:
    """The day that ``as_of`` names.

    Raises:
        BadInput: no date, or one more than five years ahead.
    """
    stated = fields.one("as_of")
    if not stated:
        return None
    day = parse_date(stated, where="as_of")
    if day > today + FURTHEST_AHEAD:
        raise BadInput(f"{day} lies more than five years ahead", where="as_of", remedy="check the year")
    return day


@dataclass(frozen=True)
class State:
    """What every page says of the lists.

    Attributes:
        loaded: sources with an edition, each with its date.
        absent: lists that answers need and that are not loaded.
        troubled: sources that are stale or refused, each with the reason.
    """

    loaded: tuple[tuple[str, str], ...]
    absent: tuple[str, ...]
    troubled: tuple[str, ...]
    starter: bool
    outdated: bool

    @property
    def fine(self) -> bool:
        """Nothing needs saying."""
        return not (self.absent or self.troubled or self.outdated)


def state_of(holdings: Holdings, today: dt.date, status: Callable[[], bool]) -> State:
    """The state of the lists.

    Args:
        status: whether lists were synced since the server was started.
    """
    coverage = holdings.library.coverage(lists_needed(), today, today)
    sources = [one for one in holdings.statuses if one.edition is not None]
    troubled = [
        f"{one.source}: " + ("refused" if one.state is Freshness.REFUSED else f"stale, {one.age_days} days old")
        for one in holdings.statuses
        if one.state in (Freshness.STALE, Freshness.REFUSED)
    ]
    return State(
        loaded=tuple((one.source, str(one.edition)) for one in sources),
        absent=tuple(entry.partition(":")[0] for entry in coverage.not_checked),
        troubled=tuple(troubled),
        starter=holdings.library.accepts_starter,
        outdated=status(),
    )


Clock = Callable[[], dt.date]
