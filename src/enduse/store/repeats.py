"""Requests that come again: what was answered to a key of an actor is answered again, for a while."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from enduse.model.decision import stamp
from enduse.model.errors import BadInput
from enduse.model.kept import Once
from enduse.store.tables import idempotency

KEYS_KEPT = dt.timedelta(days=7)
"""How long a repeated request is recognised."""


class Repeats:
    """The keys of one store; every call takes the connection of the transaction that it belongs to."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock

    def answered(self, connection: Connection, once: Once | None) -> str:
        """What a request with the same key made (``assessment:ID``); empty where there was none.

        Raises:
            BadInput: the key was used for another request.
        """
        if once is None:
            return ""
        chosen = sa.select(idempotency).where(idempotency.c.actor == once.actor, idempotency.c.key == once.key)
        row = connection.execute(chosen).first()
        if row is None:
            return ""
        if row.request != once.request:
            remedy = "a new key for a new request"
            raise BadInput("the key was used for another request", where="Idempotency-Key", remedy=remedy)
        return str(row.subject)

    def remember(self, connection: Connection, once: Once | None, subject: str) -> None:
        """Write down what a request made."""
        if once is None:
            return
        now = self._clock()
        connection.execute(sa.delete(idempotency).where(idempotency.c.at < stamp(now - KEYS_KEPT)))
        connection.execute(
            sa.insert(idempotency).values(
                actor=once.actor, key=once.key, request=once.request, subject=subject, at=stamp(now)
            )
        )
