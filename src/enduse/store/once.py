"""Repeated requests: what a key was used for, remembered in the transaction that it made harmless."""

from __future__ import annotations

import datetime as dt

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from enduse.model.decision import stamp
from enduse.model.errors import BadInput
from enduse.model.kept import Once
from enduse.store.tables import idempotency

KEYS_KEPT = dt.timedelta(days=7)
"""How long a repeated request is recognised."""


def answered(connection: Connection | None, once: Once) -> str:
    """What the same request made before; empty where it is the first.

    Raises:
        BadInput: the key was used for another request.
    """
    if connection is None:
        return ""
    chosen = sa.select(idempotency).where(idempotency.c.actor == once.actor, idempotency.c.key == once.key)
    row = connection.execute(chosen).first()
    if row is None:
        return ""
    if row.request != once.request:
        remedy = "a new key for a new request"
        raise BadInput("the key was used for another request", where="Idempotency-Key", remedy=remedy)
    return str(row.subject)


def remember(connection: Connection, once: Once, subject: str, now: dt.datetime) -> None:
    """Note what a request made; what is older than a week is forgotten."""
    connection.execute(sa.delete(idempotency).where(idempotency.c.at < stamp(now - KEYS_KEPT)))
    connection.execute(
        sa.insert(idempotency).values(
            actor=once.actor, key=once.key, request=once.request, subject=subject, at=stamp(now)
        )
    )
