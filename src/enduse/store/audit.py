"""The audit chain in the database: entries are appended, read and followed, never changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager

import sqlalchemy as sa
from sqlalchemy.engine import Connection, RowMapping

from enduse.model.assessment import Edition
from enduse.model.audit import GENESIS, AuditEntry, ChainReport, Checkpoint, entry_hash, verify_chain
from enduse.model.codec import canonical_json
from enduse.model.decision import MAX_BY, MAX_REASON, decision_from, stamp
from enduse.model.errors import BadInput
from enduse.store.tables import audit, decisions

Read = Callable[[], AbstractContextManager[Connection | None]]
_BATCH = 1_000


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

    def entries(self, *, last: int | None = None) -> list[AuditEntry]:
        """The entries in their order; of them the ``last`` ones only, where stated."""
        with self._read() as connection:
            if connection is None:
                return []
            chosen = sa.select(audit).order_by(audit.c.seq.desc())
            rows = connection.execute(chosen.limit(last) if last is not None else chosen).mappings()
            return [_entry(row) for row in rows][::-1]

    def verify(self, checkpoint: Checkpoint | None = None) -> ChainReport:
        """Follow the chain, then compare the records that it tells of with those there are.

        Returns:
            what is broken first, or that all is whole.
        """
        with self._read() as connection:
            if connection is None:
                return verify_chain((), checkpoint)
            told: dict[str, int] = {}

            def entries() -> Iterator[AuditEntry]:
                chosen = sa.select(audit).order_by(audit.c.seq)
                for row in connection.execution_options(yield_per=_BATCH).execute(chosen).mappings():
                    entry = _entry(row)
                    if entry.action.startswith("decision."):
                        told[entry.after] = entry.seq
                    yield entry

            report = verify_chain(entries(), checkpoint)
            if not report.whole:
                return report
            broken = _first_broken_record(connection, told)
            return dataclasses.replace(report, place=broken[0], problem=broken[1]) if broken else report


def _entry(row: RowMapping) -> AuditEntry:
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


def _first_broken_record(connection: Connection, told: dict[str, int]) -> tuple[str, str] | None:
    """A decision that was altered, that no entry tells of, or that is gone: place and problem."""
    left = dict(told)
    rows = connection.execution_options(yield_per=_BATCH).execute(sa.select(decisions).order_by(decisions.c.seq))
    for row in rows:
        place = f"decision {row.id}"
        try:
            found = decision_from(json.loads(row.document))
        except (ValueError, BadInput) as error:
            return place, f"was altered: {error}"
        if (found.id, found.subject, found.party_id) != (row.id, row.subject, row.party_id):
            return place, "was altered: its columns do not fit its content"
        if left.pop(row.id, None) is None:
            return place, "was put in by another hand: no audit entry tells of it"
    if left:
        identifier, seq = min(left.items(), key=lambda item: item[1])
        return f"decision {identifier}", f"is missing: audit entry {seq} tells of it"
    return None
