"""The store of a service: opened when somebody needs it, made when there is something to keep."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from enduse.model.access import Actor
from enduse.model.errors import BadInput, OperationFailed
from enduse.store import open_store, store_exists

if TYPE_CHECKING:
    from enduse.store.database import Store


class StoreAtHand:
    """One store for all threads of a service.

    Args:
        place: see :func:`enduse.store.place_of`.
    """

    def __init__(self, place: Path | str, clock: Callable[[], dt.datetime]) -> None:
        self._place = place
        self._clock = clock
        self._lock = threading.Lock()
        self._store: Store | None = None

    def get(self, *, create: bool = False) -> Store | None:
        """The store; None where there is none and none shall be made.

        Raises:
            OperationFailed: the database cannot be used.
        """
        found = self._store
        if found is not None:
            return found
        with self._lock:
            if self._store is None and (create or store_exists(self._place)):
                # A database behind a URL is there to be used: its tables are made at once.
                self._store = open_store(self._place, create=True, clock=self._clock)
            return self._store

    def need(self) -> Store:
        """The store, made where there is none.

        Raises:
            OperationFailed: the database cannot be used.
        """
        found = self.get(create=True)
        if found is None:
            raise OperationFailed("the store cannot be opened", where=str(self._place))
        return found

    def person(self, login: str) -> Actor:
        """Who acts under a login at the command line.

        Raises:
            BadInput: there is no such account, or it is locked.
            OperationFailed: the database cannot be used.
        """
        accounts = self.need().accounts
        user = accounts.by_login(login)
        if user is None or not user.active:
            raise BadInput(f"no open account {login[:60]!r}", where="--as", remedy="an account of the service")
        roles = accounts.roles(user.id)
        return Actor(user.id, user.name, roles, organisation=user.organisation, agency=user.agency)

    def close(self) -> None:
        """Let go of the database."""
        with self._lock:
            if self._store is not None:
                self._store.close()
                self._store = None
