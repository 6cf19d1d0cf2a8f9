"""The queue of alerts as people ask for it."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from collections.abc import Collection, Mapping
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
    hidden: Collection[str] = (),
    after: tuple[int, str, str] | None = None,
    limit: int = 50,
) -> list[dict[str, str | int]]:
    """Rows of the queue, the most urgent first; snoozed alerts whose day has come are among the open ones.

    Args:
        hidden: causes of alerts that the reader may not see.
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
    return store.monitoring.queue(status=wanted, equal=equal, hidden=hidden, until=until, after=after, limit=limit)


def cursor_of(row: Mapping[str, str | int]) -> str:
    """Where a page ends, as an opaque text."""
    text = f"{row['urgency']}|{row['made']}|{row['id']}"
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def place_of(cursor: str) -> tuple[int, str, str] | None:
    """What a cursor says; None where none is given.

    Raises:
        BadInput: no page gave it.
    """
    if not cursor:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        text = ""
    parts = text.split("|")
    if len(parts) != 3 or parts[0] not in ("0", "1", "2"):
        raise BadInput("this is no cursor", where="cursor", remedy="`next` of the page before, unchanged")
    return int(parts[0]), parts[1], parts[2]
