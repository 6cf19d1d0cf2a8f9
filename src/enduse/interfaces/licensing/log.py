"""Cases of :mod:`enduse.cases` kept in the store: events to rows and back."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from enduse.cases.events import CaseEvent, body_document, read_body
from enduse.cases.log import Append, Attempt
from enduse.cases.messages import Message
from enduse.cases.refusals import Conflict
from enduse.cases.view import CaseView
from enduse.model.case_record import CaseAppend, CaseConflict, CaseMessage, CaseRow
from enduse.model.codec import to_plain
from enduse.model.kept import Once

if TYPE_CHECKING:
    from enduse.store.cases import Cases  # SQLAlchemy: only where there is a store


class StoredLog:
    """A :class:`~enduse.cases.log.CaseLog` over a store.

    Args:
        once: the request that asks for what is appended; it is remembered with it.
    """

    def __init__(self, cases: Cases, once: Once | None = None) -> None:
        self._cases = cases
        self._once = once

    def read(self, case_id: str) -> Sequence[CaseEvent]:
        """The events of a case in their order."""
        return [_event(row) for row in self._cases.read(case_id)]

    def append(self, *appends: Append) -> None:
        """See :meth:`enduse.cases.log.CaseLog.append`."""
        try:
            self._cases.append(*map(_rows, appends), once=self._once)
        except CaseConflict as error:
            raise Conflict(error.case_id, error.expected, error.found) from None

    def refused(self, case_id: str, attempt: Attempt) -> None:
        """See :meth:`enduse.cases.log.CaseLog.refused`."""
        named = f"; the request named {', '.join(attempt.named)}" if attempt.named else ""
        reason = f"{attempt.code}: {attempt.why}{named}; sent {attempt.sent[:16]}"
        self._cases.refused(case_id, actor=attempt.actor, role="", command=attempt.command, reason=reason)

    def views(self, *, due_by: dt.date | None = None) -> Sequence[CaseView]:
        """See :meth:`enduse.cases.log.CaseLog.views`."""
        found = self._cases.views(due_by=due_by.isoformat() if due_by else "")
        return [CaseView(**row) for row in found]  # type: ignore[arg-type]

    def ids(self, prefix: str = "") -> Sequence[str]:
        """See :meth:`enduse.cases.log.CaseLog.ids`."""
        return self._cases.ids(prefix)

    def erase(self, case_id: str, event: CaseEvent, view: CaseView | None) -> None:
        """See :meth:`enduse.cases.log.CaseLog.erase`."""
        try:
            self._cases.erase(case_id, _row(case_id, event), _columns(view) if view is not None else None)
        except CaseConflict as error:
            raise Conflict(error.case_id, error.expected, error.found) from None


def _rows(append: Append) -> CaseAppend:
    return CaseAppend(
        append.case_id,
        append.expected_seq,
        tuple(_row(append.case_id, event) for event in append.events),
        tuple(map(_message, append.messages)),
        _columns(append.view) if append.view is not None else None,
    )


def _row(case_id: str, event: CaseEvent) -> CaseRow:
    # The bytes that the hash of the event was made of: see enduse.model.decision.digest.
    body = json.dumps(body_document(event), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return CaseRow(
        case_id, event.seq, event.at.isoformat(), event.actor, event.role, event.kind, event.sha256, "", body
    )


def _event(row: CaseRow) -> CaseEvent:
    body = read_body(row.kind, json.loads(row.body)) if row.body is not None else None
    return CaseEvent(row.seq, dt.datetime.fromisoformat(row.at), row.actor, row.role, row.kind, body, row.sha256)


def _message(message: Message) -> CaseMessage:
    return CaseMessage(f"case.{message.type}", to_plain(message))


def _columns(view: CaseView) -> dict[str, Any]:
    return dataclasses.asdict(view)
