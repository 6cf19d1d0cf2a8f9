"""What the store says of itself, for whoever watches over it: counts alone."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from enduse.model.decision import stamp
from enduse.model.kept import ENDED
from enduse.store.tables import audit, jobs, outbox

STATES = ("waiting", "running", *sorted(ENDED))


@dataclass(frozen=True, slots=True)
class Figures:
    """The state of one store.

    Attributes:
        jobs: how many, by state.
        waiting, failing: messages of the outbox that are not delivered; of them those whose delivery failed before.
        oldest: seconds since the oldest undelivered message was written.
        entries: of the audit chain.
        size, free: bytes of an embedded store, and free on its disk; None where the database is elsewhere.
    """

    jobs: Mapping[str, int]
    waiting: int
    failing: int
    oldest: int
    entries: int
    size: int | None
    free: int | None


def figures_of(connection: Connection, now: dt.datetime, file: Path | None) -> Figures:
    """Count."""
    by_state = {row.state: int(row.number) for row in connection.execute(_JOBS)}
    row = connection.execute(_OUTBOX).one()
    begun = dt.datetime.fromisoformat(row.oldest or stamp(now))
    size = free = None
    if file is not None:
        parts = [file.with_name(file.name + ending) for ending in ("", "-wal")]
        size = sum(part.stat().st_size for part in parts if part.exists())
        free = shutil.disk_usage(file.parent).free
    return Figures(
        jobs={state: by_state.get(state, 0) for state in STATES},
        waiting=row.waiting,
        failing=row.failing or 0,
        oldest=max(0, int((now - begun).total_seconds())),
        entries=int(connection.execute(sa.select(sa.func.max(audit.c.seq))).scalar() or 0),
        size=size,
        free=free,
    )


_JOBS = sa.select(jobs.c.state, sa.func.count().label("number")).group_by(jobs.c.state)
_OUTBOX = sa.select(
    sa.func.count().label("waiting"),
    sa.func.sum(sa.case((outbox.c.attempts > 0, 1), else_=0)).label("failing"),
    sa.func.min(outbox.c.made).label("oldest"),
).where(outbox.c.delivered == "")
