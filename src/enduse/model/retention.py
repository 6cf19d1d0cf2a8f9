"""How long what the service keeps is kept: periods that an operator states, and what is due under them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enduse.model.decision import digest
from enduse.model.errors import BadInput

SCHEMA = "enduse.retention/1"
PERIODS = ("assessments", "jobs", "outbox", "alerts")
MOST_DAYS = 36_525


@dataclass(frozen=True, slots=True)
class Retention:
    """A policy.

    Attributes:
        days: days after which something is due, by :data:`PERIODS`; what has none is kept.
    """

    days: Mapping[str, int]

    def before(self, what: str, now: dt.datetime) -> dt.datetime | None:
        """What is older than this moment is due; None where nothing is."""
        return now - dt.timedelta(days=self.days[what]) if what in self.days else None

    @property
    def id(self) -> str:
        """The hash of the policy, for the audit chain."""
        return digest({"schema": SCHEMA, "days": dict(self.days)})


@dataclass(frozen=True, slots=True)
class Due:
    """What a policy reaches.

    Attributes:
        assessments, jobs: contents of kept assessments with their transactions, and of ended jobs, that are due.
        alerts: contents of closed alerts of monitoring.
        messages: delivered messages of the outbox.
        passing: ended sessions and keys of repeated requests that no longer count.
        held: what is due by its age and stays, because a legal hold stands.
        cases: the same, because a licensing case rests on it.
    """

    assessments: int = 0
    jobs: int = 0
    messages: int = 0
    passing: int = 0
    held: int = 0
    cases: int = 0
    alerts: int = 0


def retention_from(raw: Any, *, where: str) -> Retention:
    """A policy from plain values.

    Raises:
        BadInput: names the key.
    """
    if not isinstance(raw, Mapping) or raw.get("schema") != SCHEMA:
        raise BadInput("is no policy of retention", where=where, remedy=f'begin with: schema = "{SCHEMA}"')
    days = raw.get("days")
    if set(raw) != {"schema", "days"} or not isinstance(days, Mapping) or not days:
        raise BadInput("states no periods, or something else", where=where, remedy="[days], and below it a line each")
    for name, value in days.items():
        if name not in PERIODS:
            raise BadInput(f"{name!r} is no period", where=f"{where}: days", remedy=f"known: {', '.join(PERIODS)}")
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_DAYS:
            raise BadInput(f"{value!r} days", where=f"{where}: days.{name}", remedy=f"1 to {MOST_DAYS:,}")
    return Retention(dict(days))
