"""The store of protected sources: a database that nothing else is in, with an audit chain and backups of its own."""

from __future__ import annotations

import datetime as dt
import os
import stat
from collections.abc import Callable, Sequence
from pathlib import Path

from enduse.cases.events import CaseEvent
from enduse.cases.log import Append, Attempt
from enduse.cases.view import CaseView
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.licensing.log import StoredLog
from enduse.model.errors import OperationFailed
from enduse.model.record import By


class SecretLog:
    """A :class:`~enduse.cases.log.CaseLog` over that store, which is made with the first protected source.

    Args:
        place: a file, which is made for its owner alone, or the URL of a database.
    """

    def __init__(self, place: Path | str, clock: Callable[[], dt.datetime]) -> None:
        self._place = place
        self._stores = StoreAtHand(place, clock)

    def read(self, case_id: str) -> Sequence[CaseEvent]:
        """See :meth:`enduse.cases.log.CaseLog.read`."""
        held = self._there()
        return held.read(case_id) if held is not None else ()

    def append(self, *appends: Append) -> None:
        """See :meth:`enduse.cases.log.CaseLog.append`."""
        self._made().append(*appends)

    def refused(self, case_id: str, attempt: Attempt) -> None:
        """See :meth:`enduse.cases.log.CaseLog.refused`."""
        self._made().refused(case_id, attempt)

    def views(self, *, due_by: dt.date | None = None) -> Sequence[CaseView]:  # noqa: ARG002  there is no queue
        """Nothing: protected sources are in no queue."""
        return ()

    def ids(self, prefix: str = "") -> Sequence[str]:
        """See :meth:`enduse.cases.log.CaseLog.ids`."""
        held = self._there()
        return held.ids(prefix) if held is not None else ()

    def erase(self, case_id: str, event: CaseEvent, view: CaseView | None) -> None:
        """See :meth:`enduse.cases.log.CaseLog.erase`."""
        self._made().erase(case_id, event, view)

    def was_read(self, case_id: str, *, by: By) -> None:
        """Put on record, in the audit chain of this store, that a protected source was read."""
        self._own_alone()
        self._stores.need().casework.was_read(f"case:{case_id}", by=by, reason="protected source")

    def close(self) -> None:
        """Let go of the database."""
        self._stores.close()

    def _there(self) -> StoredLog | None:
        self._own_alone()
        store = self._stores.get()
        return StoredLog(store.cases) if store is not None else None

    def _made(self) -> StoredLog:
        if isinstance(self._place, Path) and not self._place.exists():
            self._place.parent.mkdir(parents=True, exist_ok=True)
            # SQLite gives its other files the rights of this one.
            os.close(os.open(self._place, os.O_WRONLY | os.O_CREAT, 0o600))
        self._own_alone()
        return StoredLog(self._stores.need().cases)

    def _own_alone(self) -> None:
        if os.name != "posix" or not isinstance(self._place, Path) or not self._place.exists():
            return
        if stat.S_IMODE(self._place.stat().st_mode) & 0o077:
            remedy = "chmod 600, and ask who changed it"
            raise OperationFailed("others may read the protected sources", where=str(self._place), remedy=remedy)
