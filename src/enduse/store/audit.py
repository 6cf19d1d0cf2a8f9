"""The audit chain in the database: entries are appended, read and followed, never changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from enduse.model.assessment import Edition
from enduse.model.audit import GENESIS, AuditEntry, Checkpoint, entry_hash
from enduse.model.codec import canonical_json
from enduse.model.decision import MAX_BY, MAX_REASON, stamp
from enduse.model.errors import BadInput
from enduse.store.tables import audit

Read = Callable[[], AbstractContextManager[Connection | None]]
Write = Callable[[], AbstractContextManager[Connection]]


class AuditChain:
    """The chain of one store."""

    def __init__(self, read: Read, clock: Callable[[], dt.datetime]) -> None:
        self._read = read
        self._clock = clock

    def append(
        self,
        connection: Connection,
        *,
        actor: str,
        action: str,
        subject: str,
        reason: str,
        role: str = "",
        before: str = "",
        after: str = "",
        editions: Sequence[Edition] = (),
    ) -> AuditEntry:
        """Append an entry, in the transaction of what it tells of.

        Args:
            connection: of :meth:`enduse.store.database.Store.write`, so that nobody else appends meanwhile.

        Raises:
            BadInput: a text is too long or holds a NUL character.
        """
        for field, text, most in (("actor", actor, MAX_BY), ("role", role, MAX_BY), ("reason", reason, MAX_REASON)):
            if len(text) > most:
                raise BadInput(f"{len(text):,} characters", where=field, remedy=f"at most {most:,} are accepted")
            if "\0" in text:
                raise BadInput("control character U+0000", where=field, remedy="remove the character")
        last = connection.execute(sa.select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
        entry = AuditEntry(
            seq=last.seq + 1 if last else 1,
            at=stamp(self._clock()),
            actor=actor,
            role=role,
            action=action,
            subject=subject,
            before=before,
            after=after,
            reason=reason,
            editions=tuple(Edition(item.id, item.edition, item.sha256) for item in editions),
            previous=last.hash if last else GENESIS,
        )
        entry = dataclasses.replace(entry, hash=entry_hash(entry))
        values = entry.content() | {"hash": entry.hash}
        values["editions"] = canonical_json(values["editions"]).decode("utf-8")
        connection.execute(sa.insert(audit).values(**values))
        return entry

    def entries(
        self, *, last: int | None = None, before: int | None = None, subject: str | None = None
    ) -> list[AuditEntry]:
        """The entries in their order; of them the ``last`` ones only, where stated.

        Args:
            before: only those before this place.
            subject: only those about it (``user:ID``).
        """
        with self._read() as connection:
            if connection is None:
                return []
            chosen = sa.select(audit).order_by(audit.c.seq.desc())
            if before is not None:
                chosen = chosen.where(audit.c.seq < before)
            if subject is not None:
                chosen = chosen.where(audit.c.subject == subject)
            rows = connection.execute(chosen.limit(last) if last is not None else chosen).mappings()
            return [entry_of(row) for row in rows][::-1]

    def head(self, connection: Connection) -> Checkpoint:
        """The last entry, as the connection sees it."""
        last = connection.execute(sa.select(audit.c.seq, audit.c.hash).order_by(audit.c.seq.desc()).limit(1)).first()
        return Checkpoint(last.seq, last.hash) if last else Checkpoint(0, GENESIS)

    def note(self, write: Write, *, actor: str, role: str, action: str, subject: str, reason: str) -> None:
        """Append an entry that tells of no record: a refusal, for one."""
        with write() as connection:
            self.append(connection, actor=actor, role=role, action=action, subject=subject, reason=reason)


def entry_of(row: RowMapping) -> AuditEntry:
    """The entry of a row."""
    values = dict(row)
    values["editions"] = _editions(values["editions"])
    return AuditEntry(**values)


def _editions(text: str) -> tuple[Edition, ...]:
    """The editions as they were written; a text that nobody wrote so gives what no hash fits."""
    altered = (Edition("altered", text),)
    try:
        found = tuple(Edition(*item) for item in json.loads(text))
        written = canonical_json([[item.id, item.edition, item.sha256] for item in found]).decode("utf-8")
    except (ValueError, TypeError):
        return altered
    return found if written == text else altered
