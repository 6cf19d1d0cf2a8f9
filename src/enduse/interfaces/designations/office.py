"""Designations at the service's desk: made once, asked by API routes, pages and commands alike.

desk = office.desk(person)          everything below is done as who is signed in, and nobody else
desk.entries(...)                   the register, as this person may read it
desk.view(id, as_of=..., known_on=...)
desk.act(id, "vote", {...})         publishing commands make an edition of the list
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from enduse.cases.designations.service import Designations
from enduse.cases.log import CaseLog
from enduse.interfaces.designations.desk import Desk
from enduse.interfaces.designations.editions import put_edition
from enduse.interfaces.designations.places import FILE
from enduse.interfaces.designations.secrets import SecretLog
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.law import law_at_hand
from enduse.interfaces.licensing.desk import Desk as CaseDesk
from enduse.interfaces.licensing.log import StoredLog
from enduse.model import access
from enduse.rules.rulebook import Rulebook

if TYPE_CHECKING:
    from enduse.evidence.library import Library

Denied = Callable[[access.Actor, str, str, str], None]


class Office:
    """The designations of one service.

    Args:
        data_dir: where lists are kept; an edition of the own list is put there.
        access_policies: who may do what at all.
        lists: the lists at hand; None while they cannot be used.
        published: is told when an edition was put on file.
        denied: puts a refused reading on record.
        cases: the desk of licensing of somebody, from which evidence is handed over.
        secrets_place: the store of protected sources; a file of its own in the data directory when None.
    """

    def __init__(
        self,
        stores: StoreAtHand,
        clock: Callable[[], dt.datetime],
        access_policies: access.Policies,
        data_dir: Path,
        lists: Callable[[], Library | None],
        *,
        published: Callable[[], None] = lambda: None,
        denied: Denied = lambda _person, _action, _subject, _because: None,
        secrets_place: Path | str | None = None,
        cases: Callable[[access.Actor], CaseDesk] | None = None,
    ) -> None:
        self.stores = stores
        self.clock = clock
        self.access = access_policies
        self.data_dir = data_dir
        self.lists = lists
        self.published = published
        self.denied = denied
        self.cases = cases
        self.vault = SecretLog(secrets_place or data_dir / FILE, clock)
        self.log: Callable[[], CaseLog] = lambda: StoredLog(stores.need().cases)
        self.new_id: Callable[[], str] = lambda: secrets.token_hex(6)

    def today(self) -> dt.date:
        """The civil date in UTC."""
        return self.clock().astimezone(dt.UTC).date()

    def designations(self) -> Designations:
        """Designations over the store."""
        return Designations(self.log(), self.clock, self.new_id, secrets=self.vault)

    def close(self) -> None:
        """Let go of the store of protected sources."""
        self.vault.close()

    def readable(self) -> Designations | None:
        """Designations, where there is a store; None where nothing was ever kept."""
        return self.designations() if self.stores.get() is not None else None

    def books(self) -> tuple[Rulebook, ...]:
        """The law at hand."""
        return law_at_hand(self.data_dir).books

    def edition(self, day: dt.date | None = None, *, missing_only: bool = False) -> bool:
        """Make the edition of the own list; whether it is a new one.

        Args:
            day: which it is of, or that of the newest on file where that is later; today when None.
            missing_only: make none where the newest on file says what the log says.

        Raises:
            OperationFailed: it cannot be written.
        """
        parties = self.designations().parties
        new = put_edition(parties, self.data_dir, day or self.today(), missing_only=missing_only)
        if new:
            self.published()
        return new

    def desk(self, person: access.Actor) -> Desk:
        """The desk of somebody who is signed in."""
        return Desk(self, person)
