"""Transactions, assessments, saved searches and jobs in the database, with what makes a repeated request harmless."""

from __future__ import annotations

import dataclasses
import datetime as dt
import secrets
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from enduse.model.assessment import Edition
from enduse.model.decision import plain, stamp
from enduse.model.errors import BadInput
from enduse.model.kept import ENDED, Job, Kept, Once
from enduse.model.record import By, Kind, Record
from enduse.store.audit import AuditChain, Read
from enduse.store.outbox import Outbox
from enduse.store.records import Records
from enduse.store.repeats import Repeats
from enduse.store.tables import jobs

Write = Callable[[], AbstractContextManager[Connection]]
MAX_TEXT = 2_000


class Casework:
    """What is kept for people who check and screen."""

    def __init__(
        self,
        read: Read,
        write: Write,
        kept: Records,
        audit: AuditChain,
        outbox: Outbox,
        repeats: Repeats,
        clock: Callable[[], dt.datetime],
    ) -> None:
        self._read = read
        self._write = write
        self._records = kept
        self._audit = audit
        self._outbox = outbox
        self._repeats = repeats
        self._clock = clock

    # --- assessments

    def keep(
        self,
        *,
        transaction: bytes,
        judgement: bytes,
        content: Mapping[str, str],
        editions: Sequence[Edition],
        by: By,
        restricted: bool = False,
        once: Once | None = None,
    ) -> tuple[Kept, bool]:
        """Keep an assessment and its transaction; whether it is new.

        Args:
            transaction: canonical JSON.
            judgement: canonical JSON, the very bytes.
            content: ``as_of``, ``known_on``, ``on_file``, ``outcome``, ``headline``, ``reference``.
            once: where a request with the same key was answered before, that answer is given again.

        Raises:
            BadInput: the key was used for another request.
        """
        with self._write() as connection:
            if before := self._repeats.answered(connection, once):
                found = self._records.latest(connection, Kind.ASSESSMENT, before.partition(":")[2])
                if found is not None:
                    return _kept(found), False
            body = self._keep_transaction(connection, transaction, content.get("reference", ""), by, restricted)
            identifier = secrets.token_hex(12)
            record = self._records.put(
                connection,
                Kind.ASSESSMENT,
                identifier,
                {
                    **content,
                    "transaction": body[:24],
                    "judgement": self._records.keep(connection, judgement),
                    "restricted": restricted,
                    "at": stamp(self._clock()),
                },
                ref=by.actor,
                by=by,
                action="assessment.keep",
                reason=f"checked as of {content.get('as_of', '')}",
                editions=editions,
            )
            self._outbox.put(connection, "assessment.kept", {"assessment": identifier, "record": record.id})
            self._repeats.remember(connection, once, record.subject)
        return _kept(record), True

    def _keep_transaction(
        self, connection: Connection, transaction: bytes, reference: str, by: By, restricted: bool
    ) -> str:
        """Keep a transaction once, however often it is checked; the hash of its bytes."""
        body = self._records.keep(connection, transaction)
        known = self._records.latest(connection, Kind.TRANSACTION, body[:24])
        erased = self._records.latest(connection, Kind.ERASURE, body)
        again = known is not None and erased is not None and erased.seq > known.seq
        if known is None or again or (restricted and known.content.get("restricted") is not True):
            content = {"body": body, "reference": reference}
            self._records.put(
                connection,
                Kind.TRANSACTION,
                body[:24],
                content | {"restricted": True} if restricted else content,
                ref=known.ref if known is not None else by.actor,
                by=by,
                action="transaction.keep",
                reason="checked",
            )
        return body

    def assessment(self, identifier: str) -> Kept | None:
        """The kept assessment of an id."""
        with self._read() as connection:
            found = self._records.latest(connection, Kind.ASSESSMENT, identifier)
        return _kept(found) if found else None

    def assessments(
        self, *, limit: int, before: int | None = None, owner: str | Collection[str] | None = None
    ) -> list[Kept]:
        """Kept assessments, newest first.

        Args:
            before: only those that came before this place (:attr:`Kept.seq`).
            owner: only those of a user, or of several.
        """
        with self._read() as connection:
            found = self._records.page(connection, Kind.ASSESSMENT, limit=limit, before=before, ref=owner)
        return [_kept(one) for one in found]

    def content(self, digest: str) -> bytes:
        """The bytes of a hash.

        Raises:
            OperationFailed: they are gone, or were altered.
        """
        with self._read() as connection:
            return self._records.body(connection, digest)

    def transaction(self, identifier: str) -> tuple[Record, bytes] | None:
        """The kept transaction of an id: its record, and its canonical JSON."""
        with self._read() as connection:
            found = self._records.latest(connection, Kind.TRANSACTION, identifier)
            return (found, self._records.body(connection, found.text("body"))) if found else None

    def of_transaction(self, transaction: str, owners: Collection[str]) -> list[Kept]:
        """Assessments of a transaction that some users kept, whoever else did."""
        with self._read() as connection:
            found = self._records.mentioning(connection, Kind.ASSESSMENT, owners, "transaction", transaction)
        return [_kept(one) for one in found]

    def was_read(self, subject: str, *, by: By, reason: str) -> None:
        """Put on record that a restricted record was read."""
        with self._write() as connection:
            self._audit.append(
                connection, actor=by.actor, role=by.role, action="record.read", subject=subject, reason=reason
            )

    # --- saved searches

    def save_search(self, name: str, query: Mapping[str, Any], *, by: By) -> Record:
        """Save a search of a user.

        Raises:
            BadInput: the name is missing or too long.
        """
        name = plain(name)
        if not name or len(name) > MAX_TEXT:
            raise BadInput("a name is missing or too long", where="name", remedy=f"1 to {MAX_TEXT} characters")
        with self._write() as connection:
            return self._records.put(
                connection,
                Kind.SEARCH,
                secrets.token_hex(8),
                {"name": name, "query": dict(query), "deleted": False, "at": stamp(self._clock())},
                ref=by.actor,
                by=by,
                action="search.save",
                reason="saved",
            )

    def searches(self, owner: str) -> list[Record]:
        """The saved searches of a user."""
        with self._read() as connection:
            found = self._records.standing(connection, Kind.SEARCH, ref=owner)
        return [one for one in found if one.content.get("deleted") is False]

    def forget_search(self, identifier: str, *, by: By) -> bool:
        """Take a saved search off the list; whether the user had it."""
        with self._write() as connection:
            found = self._records.latest(connection, Kind.SEARCH, identifier)
            if found is None or found.ref != by.actor or found.content.get("deleted") is not False:
                return False
            self._records.put(
                connection,
                Kind.SEARCH,
                identifier,
                {**found.content, "deleted": True, "at": stamp(self._clock())},
                ref=found.ref,
                by=by,
                action="search.delete",
                reason="deleted",
            )
        return True

    # --- jobs

    def start_job(self, kind: str, body: bytes, *, by: By, total: int = 0, once: Once | None = None) -> Job:
        """Put a job on the list.

        Args:
            body: what it works on.

        Raises:
            BadInput: the key of ``once`` was used for another request.
        """
        with self._write() as connection:
            if before := self._repeats.answered(connection, once):
                found = _job_row(connection, before.partition(":")[2])
                if found is not None:
                    return found
            now = stamp(self._clock())
            digest = self._records.keep(connection, body)
            job = Job(secrets.token_hex(12), kind, by.actor, "waiting", 0, total, digest, "", "", now, now)
            connection.execute(sa.insert(jobs).values(**_job_values(job)))
            record = self._put_job(connection, job, by=by, action="job.start", reason=kind)
            self._repeats.remember(connection, once, record.subject)
        return job

    def job(self, identifier: str) -> Job | None:
        """The job of an id."""
        with self._read() as connection:
            return _job_row(connection, identifier)

    def jobs(self, *, owner: str | Collection[str] | None = None, limit: int = 50, offset: int = 0) -> list[Job]:
        """Jobs, newest first.

        Args:
            owner: only those of a user, or of several.
        """
        with self._read() as connection:
            if connection is None:
                return []
            chosen = sa.select(jobs).order_by(jobs.c.made.desc(), jobs.c.id).limit(limit).offset(offset)
            if owner is not None:
                chosen = chosen.where(jobs.c.owner.in_([owner] if isinstance(owner, str) else sorted(owner)))
            rows = connection.execute(chosen)
            return [_job(row) for row in rows]

    def progress(self, identifier: str, done: int, total: int) -> None:
        """How far a job is; no record of its own."""
        with self._write() as connection:
            connection.execute(
                sa.update(jobs)
                .where(jobs.c.id == identifier, jobs.c.state.in_(("waiting", "running")))
                .values(state="running", done=done, total=total, changed=stamp(self._clock()))
            )

    def end_job(
        self, identifier: str, state: str, *, by: By, result: bytes | None = None, note: str = ""
    ) -> Job | None:
        """End a job that has not ended; None where it has, or where there is none."""
        assert state in ENDED
        with self._write() as connection:
            found = _job_row(connection, identifier)
            if found is None or found.state in ENDED:
                return None
            digest = self._records.keep(connection, result) if result is not None else ""
            values = {"state": state, "result": digest, "note": note[:MAX_TEXT], "changed": stamp(self._clock())}
            connection.execute(sa.update(jobs).where(jobs.c.id == identifier).values(**values))
            ended = _job_row(connection, identifier)
            assert ended is not None
            self._put_job(connection, ended, by=by, action=f"job.{state}", reason=note or state)
            self._outbox.put(connection, "job.ended", {"job": identifier, "state": state})
        return ended

    def abandoned(self, *, by: By) -> int:
        """Fail the jobs that a service left unfinished when it ended; how many."""
        with self._read() as connection:
            if connection is None:
                return 0
            chosen = sa.select(jobs.c.id).where(jobs.c.state.in_(("waiting", "running")))
            left = [str(row.id) for row in connection.execute(chosen)]
        note = "the service was stopped before the job was done: start it again"
        return sum(self.end_job(one, "failed", by=by, note=note) is not None for one in left)

    def _put_job(self, connection: Connection, job: Job, *, by: By, action: str, reason: str) -> Record:
        content = {"kind": job.kind, "state": job.state, "input": job.input, "result": job.result, "at": job.changed}
        return self._records.put(
            connection, Kind.JOB, job.id, content, ref=job.owner, by=by, action=action, reason=reason[:MAX_TEXT]
        )


def _kept(record: Record) -> Kept:
    return Kept(
        id=record.key,
        transaction=record.text("transaction"),
        judgement=record.text("judgement"),
        as_of=record.text("as_of"),
        known_on=record.text("known_on"),
        on_file=record.text("on_file"),
        outcome=record.text("outcome"),
        headline=record.text("headline"),
        reference=record.text("reference"),
        owner=record.ref,
        at=record.text("at"),
        restricted=record.content.get("restricted") is True,
        seq=record.seq,
        record=record.id,
    )


def _job_values(job: Job) -> dict[str, Any]:
    return {field.name: getattr(job, field.name) for field in dataclasses.fields(job)}


def _job(row: Row[Any]) -> Job:
    return Job(**row._mapping)


def _job_row(connection: Connection | None, identifier: str) -> Job | None:
    if connection is None:
        return None
    row = connection.execute(sa.select(jobs).where(jobs.c.id == identifier)).first()
    return _job(row) if row is not None else None
