"""Where cases are kept: a small protocol, so that this package knows no database."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from enduse.cases.events import CaseEvent
from enduse.cases.messages import Message
from enduse.cases.view import CaseView


@dataclass(frozen=True, slots=True)
class Attempt:
    """A command that was refused: it leaves an audit entry and nothing else.

    Attributes:
        sent: hash of what was sent.
        named: whom the request named as acting, where it did; that changes nothing but this entry.
    """

    at: dt.datetime
    actor: str
    command: str
    code: str
    why: str
    sent: str
    named: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Append:
    """What is to be put after the last event of a case.

    Attributes:
        expected_seq: number of events that the case must have.
        view: the row of the queue afterwards; None for what is in no queue.
    """

    case_id: str
    expected_seq: int
    events: tuple[CaseEvent, ...]
    messages: tuple[Message, ...] = ()
    view: CaseView | None = None


class CaseLog(Protocol):
    """Keeps events of cases, append-only."""

    def read(self, case_id: str) -> Sequence[CaseEvent]:
        """The events of a case in their order; none where there is no such case."""
        ...

    def append(self, *appends: Append) -> None:
        """Append events with an audit entry each, messages, and rows of the queue, of all cases in one transaction.

        Raises:
            Conflict: a case has another number of events than expected; nothing was written.
        """
        ...

    def refused(self, case_id: str, attempt: Attempt) -> None:
        """Record an attempt in the audit chain."""
        ...

    def views(self, *, due_by: dt.date | None = None) -> Sequence[CaseView]:
        """The rows of the queue, latest of each case; of them those due by a day, where stated, soonest first."""
        ...

    def ids(self, prefix: str = "") -> Sequence[str]:
        """Ids of everything that is kept, in the order in which it began."""
        ...

    def erase(self, case_id: str, event: CaseEvent, view: CaseView | None) -> None:
        """Take away the bodies of a case's events, keep their hashes, and append ``event``, which says so.

        Args:
            view: the row of the queue afterwards; None for what is in no queue.

        Raises:
            Conflict: the case no longer has ``event.seq - 1`` events.
        """
        ...
