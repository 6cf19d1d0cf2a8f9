"""Cases in the database: events are appended with their audit entries, messages and row of the queue, or nothing is."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from enduse.model.case_record import CaseAppend, CaseConflict, CaseRow
from enduse.model.decision import MAX_REASON, plain
from enduse.model.errors import BadInput
from enduse.model.kept import Once
from enduse.store.audit import AuditChain, Read
from enduse.store.outbox import Outbox
from enduse.store.repeats import Repeats
from enduse.store.tables import case_bodies, case_events, case_views

Write = Callable[[], AbstractContextManager[Connection]]
MAX_PAGE = 500
VIEW_COLUMNS = tuple(column.name for column in case_views.columns)


class Cases:
    """The cases of one store.

    Args:
        shake_out: takes what was erased out of the files too.
    """

    def __init__(
        self,
        read: Read,
        write: Write,
        audit: AuditChain,
        outbox: Outbox,
        repeats: Repeats,
        shake_out: Callable[[], None],
    ) -> None:
        self._read = read
        self._write = write
        self._audit = audit
        self._outbox = outbox
        self._repeats = repeats
        self._shake_out = shake_out

    def read(self, case_id: str) -> list[CaseRow]:
        """The events of a case, in order."""
        with self._read() as connection:
            return _rows(connection, case_id) if connection is not None else []

    def append(self, *appends: CaseAppend, once: Once | None = None) -> None:
        """Append events, each with its audit entry, their messages, and rows of the queue, in one transaction.

        What events state as ``previous`` is put in here.

        Args:
            once: the request that asks for it; remembered in the same transaction.

        Raises:
            CaseConflict: a case has another number of events than expected; nothing was written.
            BadInput: the key of ``once`` was used for another request, or a case is registered under a reference that
                another has: customs look licences up by it.
        """
        with self._write() as connection:
            if not self._repeats.answered(connection, once):
                self._repeats.remember(connection, once, f"case:{appends[0].case_id}"[:200])
            for one in appends:
                self._append(connection, one.case_id, one.expected, one.rows)
                _own_reference(connection, one)
                for message in one.messages:
                    self._outbox.put(connection, message.topic, message.document)
                _keep_view(connection, one.view)

    def _append(self, connection: Connection, case_id: str, expected: int, rows: Sequence[CaseRow]) -> None:
        chosen = sa.select(case_events).where(case_events.c.case_id == case_id).order_by(case_events.c.seq.desc())
        last = connection.execute(chosen.limit(1)).first()
        found = last.seq if last else 0
        if found != expected:
            raise CaseConflict(case_id, expected, found)
        previous = last.hash if last else ""
        for number, row in enumerate(rows, expected + 1):
            assert (row.case_id, row.seq) == (case_id, number)
            kept = CaseRow(case_id, number, row.at, row.actor, row.role, row.kind, row.sha256, previous, row.body)
            values = {column.name: getattr(kept, column.name) for column in case_events.columns}
            connection.execute(sa.insert(case_events).values(**values))
            if kept.body is not None:
                body = {"case_id": case_id, "seq": number, "body": kept.body}
                connection.execute(sa.insert(case_bodies).values(**body))
            self._audit.append(
                connection,
                actor=kept.actor,
                role=kept.role,
                action=f"case.{kept.kind}",
                subject=f"case:{case_id}",
                before=previous,
                after=kept.hash,
                reason=f"event {number}",
            )
            previous = kept.hash

    def answered(self, once: Once) -> bool:
        """Whether the same request was done before.

        Raises:
            BadInput: the key was used for another request.
        """
        with self._read() as connection:
            return connection is not None and bool(self._repeats.answered(connection, once))

    def erase(self, case_id: str, row: CaseRow, view: Mapping[str, str | int] | None) -> None:
        """Append ``row``, which says that the bodies before it go, and take them away; hashes and envelopes stay.

        What delivered messages said of it goes as well; a message that still waits is somebody's to receive.

        Raises:
            CaseConflict: the case has another number of events than ``row.seq - 1``.
        """
        with self._write() as connection:
            self._append(connection, case_id, row.seq - 1, [row])
            connection.execute(
                sa.delete(case_bodies).where(case_bodies.c.case_id == case_id, case_bodies.c.seq < row.seq)
            )
            self._outbox.forget(connection, "case", case_id)
            _keep_view(connection, view)
        self._shake_out()

    def refused(self, case_id: str, *, actor: str, role: str, command: str, reason: str) -> None:
        """Put a refused attempt into the audit chain."""
        with self._write() as connection:
            self._audit.append(
                connection,
                actor=actor,
                role=role,
                action=f"case.refused.{command}"[:100],
                subject=f"case:{case_id}",
                reason=plain(reason)[:MAX_REASON],
            )

    def ids(self, prefix: str = "") -> list[str]:
        """Ids of everything kept, in the order in which it began."""
        with self._read() as connection:
            if connection is None:
                return []
            first = sa.select(case_events.c.case_id, case_events.c.at).where(case_events.c.seq == 1)
            chosen = first.where(case_events.c.case_id.startswith(prefix, autoescape=True)) if prefix else first
            return [row.case_id for row in connection.execute(chosen.order_by(case_events.c.at, case_events.c.case_id))]

    def heads(self, prefix: str) -> dict[str, int]:
        """Ids of what is kept under a prefix, each with the number of its last event."""
        with self._read() as connection:
            if connection is None:
                return {}
            last = sa.select(case_events.c.case_id, sa.func.max(case_events.c.seq).label("last"))
            chosen = last.where(case_events.c.case_id.startswith(prefix, autoescape=True)).group_by(
                case_events.c.case_id
            )
            rows = connection.execute(chosen.order_by(case_events.c.case_id))
            return {row.case_id: row.last for row in rows}

    def decided(self, outcome: str) -> dict[str, int]:
        """Ids of cases with a line that was decided so, in order, each with the number of its last event."""
        chosen = sa.select(case_views.c.id, case_views.c.seq).where(_decided(outcome)).order_by(case_views.c.id)
        with self._read() as connection:
            return {row.id: row.seq for row in connection.execute(chosen)} if connection is not None else {}

    def views(
        self,
        *,
        due_by: str = "",
        status: str = "",
        search: str = "",
        equal: Mapping[str, str] | None = None,
        within: Mapping[str, Collection[str]] | None = None,
        differs: Mapping[str, str] | None = None,
        outcome: str = "",
        after: tuple[str, str] | None = None,
        by_id: bool = False,
        newest: bool = False,
        limit: int | None = None,
        offset: int = 0,
    ) -> list[dict[str, str | int]]:
        """Rows of the queue, soonest due first, then by id.

        Args:
            due_by: those whose next day is this one or an earlier one.
            search: those that hold every one of these words in reference, names or codes.
            equal: further columns and the values that they must have.
            within: columns and the values of which they must have one.
            differs: columns and the values that they must not have.
            outcome: those with a line that was decided so.
            after: day and id of the last row of the page before.
            by_id: order by id alone.
            newest: order by the day of the decision, the latest first; there are no pages of it.
        """
        chosen = sa.select(case_views)
        if due_by:
            chosen = chosen.where(case_views.c.due != "", case_views.c.due <= due_by)
        if status:
            chosen = chosen.where(case_views.c.status == status)
        for word in search.casefold().split():
            chosen = chosen.where(case_views.c.search.contains(word, autoescape=True))
        for name, value in (equal or {}).items():
            chosen = chosen.where(case_views.c[name] == value)
        for name, values in (within or {}).items():
            chosen = chosen.where(case_views.c[name].in_(sorted(values)))
        for name, value in (differs or {}).items():
            chosen = chosen.where(case_views.c[name] != value)
        if outcome:
            chosen = chosen.where(_decided(outcome))
        latest = case_views.c.decided.desc(), case_views.c.id
        chosen = chosen.order_by(*latest) if newest else _in_order(chosen, after, by_id)
        if limit is not None:
            chosen = chosen.limit(limit).offset(offset)
        with self._read() as connection:
            if connection is None:
                return []
            # Plain texts: the names of columns are a class of their own.
            found = connection.execute(chosen).mappings()
            return [{str(name): value for name, value in row.items()} for row in found]


def _decided(outcome: str) -> sa.ColumnElement[bool]:
    return (" " + case_views.c.outcomes + " ").contains(f" {outcome} ", autoescape=True)


def _in_order(chosen: sa.Select[Any], after: tuple[str, str] | None, by_id: bool) -> sa.Select[Any]:
    due, identifier = case_views.c.due, case_views.c.id
    if by_id:
        chosen = chosen.where(identifier > after[1]) if after else chosen
        return chosen.order_by(identifier)
    if after and after[0]:
        later = (due > after[0]) | ((due == after[0]) & (identifier > after[1]))
        chosen = chosen.where((due == "") | later)
    elif after:
        chosen = chosen.where(due == "", identifier > after[1])
    # Empty days sort last.
    return chosen.order_by(sa.case((due == "", 1), else_=0), due, identifier)


def _rows(connection: Connection, case_id: str) -> list[CaseRow]:
    joined = case_events.outerjoin(
        case_bodies, (case_bodies.c.case_id == case_events.c.case_id) & (case_bodies.c.seq == case_events.c.seq)
    )
    chosen = (
        sa.select(case_events, case_bodies.c.body)
        .select_from(joined)
        .where(case_events.c.case_id == case_id)
        .order_by(case_events.c.seq)
    )
    return [row_of(row._mapping) for row in connection.execute(chosen)]


def row_of(values: RowMapping) -> CaseRow:
    """The event of a row of the database, its stored hash left out."""
    return CaseRow(**{str(key): value for key, value in values.items() if key != "hash"})


def _own_reference(connection: Connection, one: CaseAppend) -> None:
    reference = one.view["reference"] if one.view is not None else ""
    if not reference or all(row.kind != "registered" for row in one.rows):
        return
    same = sa.select(case_views.c.id).where(case_views.c.reference == reference, case_views.c.id != one.case_id)
    if connection.execute(same.limit(1)).first() is not None:
        raise BadInput(f"another case has the reference {reference!r}", where="reference", remedy="one of its own")


def _keep_view(connection: Connection, view: Mapping[str, str | int] | None) -> None:
    if view is None:
        return
    connection.execute(sa.delete(case_views).where(case_views.c.id == view["id"]))
    connection.execute(sa.insert(case_views).values(**view))
