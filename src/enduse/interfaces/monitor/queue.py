"""The queue of alerts as people ask for it."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from enduse.model.errors import BadInput
from enduse.monitor.work import Status

if TYPE_CHECKING:
    from enduse.store.database import Store

CHOICES = (*(status.value for status in Status), "all")


def rows(
    store: Store,
    status: str,
    today: dt.date,
    *,
    watch: str = "",
    assignee: str | None = None,
    after: tuple[int, str, str] | None = None,
    limit: int = 50,
) -> list[dict[str, str | int]]:
    """Rows of the queue, the most urgent first; snoozed alerts whose day has come are among the open ones.

    Args:
        after: urgency, moment and id of the last row of the page before.

    Raises:
        BadInput: the status is not known, or the limit is none.
    """
    if status not in CHOICES:
        raise BadInput(f"{status!r} is no status", where="status", remedy=", ".join(CHOICES))
    if not 1 <= limit <= 500:
        raise BadInput(f"{limit} rows", where="limit", remedy="1 to 500")
    wanted = {"all": (), "open": ("open", "snoozed")}.get(status, (status,))
    equal = {} if not watch else {"watch": watch}
    if assignee is not None:
        equal["assignee"] = assignee
    until = today.isoformat() if status == "open" else ""
    return store.monitoring.queue(status=wanted, equal=equal, until=until, after=after, limit=limit)
