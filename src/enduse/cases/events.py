"""What can happen to a case: events with typed bodies. Nothing else changes a case, and no event is ever changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from enduse.cases.untrusted import check_plain
from enduse.model.codec import from_plain, to_plain
from enduse.model.decision import digest
from enduse.model.errors import BadInput

BODIES: dict[str, type[Any]] = {}
"""Kind of event -> class of its body."""


def body(*kinds: str) -> Callable[[type[Any]], type[Any]]:
    """Register the class as the body of events of some kinds."""

    def register(cls: type[Any]) -> type[Any]:
        for kind in kinds:
            BODIES[kind] = cls
        return cls

    return register


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One thing that happened.

    Attributes:
        seq: its place in the case, from 1, without gaps.
        at: when, in UTC.
        actor: id of who did it; ``system`` for what follows by itself.
        role: in which role.
        kind: see :data:`BODIES`.
        body: None where it was erased; ``sha256`` stays.
        sha256: hash of the body's canonical JSON.
    """

    seq: int
    at: dt.datetime
    actor: str
    role: str
    kind: str
    body: Any
    sha256: str = ""

    @classmethod
    def of(cls, seq: int, at: dt.datetime, actor: str, role: str, kind: str, body: Any) -> CaseEvent:
        """A new event, with its hash."""
        return cls(seq, at, actor, role, kind, body, digest(to_plain(body)))


def body_document(event: CaseEvent) -> Any:
    """The body as plain JSON values."""
    return to_plain(event.body)


def read_body(kind: str, plain: Any) -> Any:
    """A body from :func:`body_document`'s output. Trusted data only."""
    return from_plain(BODIES[kind], plain)


def parse_body(kind: str, plain: Mapping[str, Any]) -> Any:
    """A body from what somebody sent.

    Raises:
        BadInput: a key is not known, is missing, or a value cannot be used.
    """
    cls = BODIES[kind]
    check_plain(cls, plain, kind)
    try:
        found = from_plain(cls, plain)
        to_plain(found)
    except (TypeError, ValueError, KeyError) as error:
        raise BadInput(f"a value cannot be used: {error}", where=kind, remedy="see the schema") from None
    return found
