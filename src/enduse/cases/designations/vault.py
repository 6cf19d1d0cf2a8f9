"""Who protected sources are: a log of its own, which may be in a database that nothing else is in.

The register, designations and every output know references alone. The hash of a source is salted: it confirms no guess.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator

from enduse.cases.bodies import Reasoned
from enduse.cases.context import Actor
from enduse.cases.designations import bodies
from enduse.cases.events import CaseEvent
from enduse.cases.log import Append, CaseLog

SECRET = "protected:"  # noqa: S105  a prefix
"""Prefix of the ids in the log."""
ROLE = "source_custodian"


class Vault:
    """Protected sources over a log.

    Args:
        log: keeps them, with an audit chain of its own.
    """

    def __init__(self, log: CaseLog, clock: Callable[[], dt.datetime]) -> None:
        self._log = log
        self._clock = clock

    def keep(self, reference: str, source: bodies.ProtectedSource, until: dt.date, actor: Actor) -> None:
        """Keep a source until before a day."""
        kept = bodies.SourceKept(source, until, secrets.token_hex(16))
        self._log.append(Append(f"{SECRET}{reference}", 0, (self._event(1, actor, "source_kept", kept),)))

    def read(self, reference: str) -> bodies.SourceKept | None:
        """A source; None where there is none, or where it was erased."""
        events = self._log.read(f"{SECRET}{reference}")
        return events[-1].body if events and isinstance(events[-1].body, bodies.SourceKept) else None

    def all(self) -> Iterator[tuple[str, bodies.SourceKept]]:
        """All that is kept, each with its reference."""
        for one in self._log.ids(SECRET):
            kept = self.read(one.removeprefix(SECRET))
            if kept is not None:
                yield one.removeprefix(SECRET), kept

    def erase(self, reference: str, reason: str, actor: Actor) -> None:
        """Take away who a source is; that it was kept, and who erased it, stays."""
        events = self._log.read(f"{SECRET}{reference}")
        erased = self._event(len(events) + 1, actor, "erased", Reasoned(reason))
        self._log.erase(f"{SECRET}{reference}", erased, None)

    def _event(self, seq: int, actor: Actor, kind: str, content: object) -> CaseEvent:
        return CaseEvent.of(seq, self._clock().astimezone(dt.UTC), actor.id, ROLE, kind, content)
