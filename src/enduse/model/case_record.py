"""Events of cases as they are kept: an envelope that stays, and a body apart from its hash that may be erased."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enduse.model.decision import digest
from enduse.model.errors import EndUseError


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One event.

    Attributes:
        at: in UTC, ISO 8601, to the microsecond.
        sha256: hash of the body.
        previous: hash of the event before it in the case; empty in the first.
        body: canonical JSON; None where it was erased.
    """

    case_id: str
    seq: int
    at: str
    actor: str
    role: str
    kind: str
    sha256: str
    previous: str
    body: str | None

    @property
    def hash(self) -> str:
        """Hash of the envelope: it holds without the body."""
        fields = dataclasses.asdict(self)
        del fields["body"]
        return digest(fields)


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """A message that follows an event, for the outbox."""

    topic: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class CaseAppend:
    """What is to be put after the last event of a case.

    Attributes:
        expected: number of events that the case must have.
        rows: numbered from ``expected + 1``.
        view: the row of the queue afterwards; None leaves it as it is.
    """

    case_id: str
    expected: int
    rows: tuple[CaseRow, ...]
    messages: tuple[CaseMessage, ...] = ()
    view: Mapping[str, str | int] | None = None


class CaseConflict(EndUseError):
    """Somebody else wrote first."""

    def __init__(self, case_id: str, expected: int, found: int) -> None:
        self.case_id, self.expected, self.found = case_id, expected, found
        super().__init__(f"{case_id}: event {expected} was the last one seen, it has {found}")
