"""What is given to be judged: a transaction on a day with its parties' listings, and the rulebook's own world."""

from __future__ import annotations

import bisect
import datetime as dt
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Protocol

from enduse.model.errors import BadInput
from enduse.model.ownership import OwnershipAnswer
from enduse.model.party import Listing
from enduse.model.transaction import Activity, Transaction, TransactionParty
from enduse.model.truth import Truth
from enduse.rules.answer import Answer
from enduse.rules.facts import FactBook
from enduse.rules.looks import OF_PARTY, TOLD_APART, comparable, number_of, the_same_ground
from enduse.rules.tables import Tables

if TYPE_CHECKING:
    from enduse.rules.situation import Situation


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


class World:
    """What all situations of one rulebook share, and no answer has to note.

    Args:
        verified_to: last day to which somebody has checked the law.
        definitions: the rulebook's named conditions.
        dates: every day on which something in the rulebook changes. Between two of them, an *era*, all days are alike
            but to what counts days.
        closed_world: facts not stated take their closed-world value (case files); else they are asked or presumed.
        strict: presumptions become questions.
        open_facts: facts that stay open although the world is closed (case files name them).

    Attributes:
        defined: gives the function of a named condition.
    """

    def __init__(
        self,
        tables: Tables,
        facts: FactBook,
        verified_to: dt.date,
        definitions: Mapping[str, Any],
        dates: Iterable[dt.date],
        *,
        closed_world: bool = False,
        strict: bool = False,
        open_facts: frozenset[str] = frozenset(),
    ) -> None:
        self.tables = tables
        self.facts = facts
        self.verified_to = verified_to
        self.definitions = definitions
        self.closed_world = closed_world
        self.strict = strict
        self.open_facts = open_facts
        self.dates = frozenset(dates)
        self.defined: Callable[[str], Callable[[Situation], Answer]] = nothing_defined
        self.memory: dict[Hashable, Any] = {}
        self._sorted = sorted(self.dates)
        self._eras: dict[dt.date, int] = {}

    def era(self, day: dt.date) -> int:
        """The number of the days between two changes that ``day`` is one of."""
        found = self._eras.get(day)
        if found is None:
            if len(self._eras) > 10_000:
                self._eras.clear()
            found = self._eras[day] = bisect.bisect_right(self._sorted, day)
        return found


def nothing_defined(name: str) -> Callable[[Situation], Answer]:
    raise BadInput(f"no condition is called {name!r}", remedy="define it in rulebook.yaml")


_TYPE, _COUNTRY = OF_PARTY["type"], OF_PARTY["country"]
_ON_NO_LIST: tuple[tuple[str, ...], tuple[str, ...]] = (), ()


class Given:
    """One transaction on one day, as the situations of all rulebooks share it.

    Args:
        ownership: makes the oracle, where a rule asks for it.

    Attributes:
        base: equal for transactions that are alike but for items, destination, the parties' types and countries, which
            listings of a list they have, and what is counted or named.
        lists: for each party the lists that its listings are on, and those of listed addresses that it has.
        listed: for each party a number for its listings, and one for those of addresses; () where there are none.
        kinds: a number for the parties' types and countries; ``heading`` one for where it goes.
    """

    __slots__ = (
        *("_make", "_oracle", "activity", "base", "day", "destination", "facts", "heading", "kinds", "listed", "lists"),
        *("roles", "transaction", "views"),
    )

    def __init__(
        self,
        transaction: Transaction,
        day: dt.date,
        views: tuple[PartyView, ...],
        ownership: Callable[[], OwnershipOracle],
    ) -> None:
        self.transaction = transaction
        self.day = day
        self.views = views
        self.activity = transaction.activity.value
        self.roles = tuple([view.party.role.value for view in views])
        self.destination = governing(transaction)
        self.facts = {key: comparable(value) for key, value in transaction.facts.items()}
        self.heading = number_of((self.destination, transaction.destination))
        kinds = tuple([(_TYPE(view), _COUNTRY(view)) for view in views])
        self.lists = tuple(
            [
                (_lists(view.listings), _lists(view.addresses)) if view.listings or view.addresses else _ON_NO_LIST
                for view in views
            ]
        )
        self.listed = tuple(
            [
                (view.listings and number_of(view.listings), view.addresses and number_of(view.addresses))
                for view in views
            ]
        )
        self.base = the_same_ground(
            (
                self.activity,
                transaction.origin,
                self.roles,
                frozenset(self.facts.items()),
                self.lists,
                tuple([view.party.owners is not None for view in views]),
                kinds[TOLD_APART:],
                self.listed[TOLD_APART:],
            )
        )
        self.kinds = number_of(kinds)
        self._make = ownership
        self._oracle: OwnershipOracle | None = None

    @property
    def ownership(self) -> OwnershipOracle:
        """The oracle over the owners that the transaction states."""
        if self._oracle is None:
            self._oracle = self._make()
        return self._oracle


def _lists(listings: Sequence[PartyListing]) -> tuple[str, ...]:
    return tuple([item.listing.list_id for item in listings])


DEEMED = (Activity.DEEMED_EXPORT, Activity.DEEMED_REEXPORT)


def governing(tx: Transaction) -> str:
    """The release's nationality for a deemed export, else the destination (15 CFR 734.13(b), 734.14(b))."""
    if tx.activity not in DEEMED:
        return tx.destination
    nationality = tx.facts.get("nationality")
    if isinstance(nationality, str):
        return nationality
    # A destination that is only the place of the release says nothing about the person's nationality.
    place = tx.facts.get("release_in", tx.origin)
    return tx.destination if tx.destination != place else "XX"
