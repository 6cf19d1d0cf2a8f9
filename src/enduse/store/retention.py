"""Erasure: contents whose period is over go, with a record and an entry each; hashes, records and entries stay.

A backup that was made before still holds what is erased here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from enduse.model.decision import plain, stamp
from enduse.model.errors import BadInput
from enduse.model.kept import ENDED
from enduse.model.letter_record import SEEN
from enduse.model.record import CONTENTS, By, Kind, Record
from enduse.model.retention import Due, Retention
from enduse.store.audit import AuditChain, Read
from enduse.store.records import Records
from enduse.store.repeats import KEYS_KEPT
from enduse.store.tables import alert_views, case_bodies, contents, exchange_marks, idempotency, outbox, sessions

Write = Callable[[], AbstractContextManager[Connection]]
_BATCH = 1_000
_HASH = re.compile(r"[0-9a-f]{64}")
_SUBJECT = re.compile(r"(assessment|job|alert):[0-9a-f]{8,64}|owner:[\w.-]{1,60}|all")


@dataclass(frozen=True, slots=True)
class _Plan:
    due: Due
    erase: tuple[tuple[str, str], ...]
    """Hash of a content, and what it is of."""


class Erasures:
    """Legal holds and erasure in one store."""

    def __init__(
        self, read: Read, write: Write, kept: Records, audit: AuditChain, clock: Callable[[], dt.datetime]
    ) -> None:
        self._read = read
        self._write = write
        self._records = kept
        self._audit = audit
        self._clock = clock

    # --- legal holds

    def hold(self, subject: str, *, by: By, reason: str) -> None:
        """Keep something whatever its period.

        Args:
            subject: ``assessment:ID``, ``job:ID``, ``alert:ID``, ``owner:USER`` (everything of a user), or ``all``.

        Raises:
            BadInput: there is nothing of that name, it is held already, or no reason is given.
        """
        self._set(subject, True, by, reason)

    def release(self, subject: str, *, by: By, reason: str) -> None:
        """End a hold.

        Raises:
            BadInput: it is not held, or no reason is given.
        """
        self._set(subject, False, by, reason)

    def holds(self) -> list[Record]:
        """The holds that stand."""
        with self._read() as connection:
            return [one for one in self._records.standing(connection, Kind.HOLD) if one.content.get("held") is True]

    def _set(self, subject: str, held: bool, by: By, reason: str) -> None:
        if not _SUBJECT.fullmatch(subject):
            remedy = "assessment:ID, job:ID, alert:ID, owner:USER or all"
            raise BadInput(f"{subject[:80]!r} cannot be held", where="subject", remedy=remedy)
        if not plain(reason):
            raise BadInput("a reason is missing", where="reason", remedy="say why, for those who read the audit chain")
        with self._write() as connection:
            kind, _, key = subject.partition(":")
            known = {"assessment": Kind.ASSESSMENT, "job": Kind.JOB, "alert": Kind.ALERT, "owner": Kind.USER}.get(kind)
            if held and known is not None and self._records.latest(connection, known, key) is None:
                raise BadInput(f"there is no {subject[:80]}", where="subject")
            before = self._records.latest(connection, Kind.HOLD, subject)
            if (before is not None and before.content.get("held") is True) is held:
                raise BadInput("is held already" if held else "is not held", where=subject)
            content = {"held": held, "at": stamp(self._clock()), "by": by.actor}
            action = "hold.set" if held else "hold.release"
            self._records.put(connection, Kind.HOLD, subject, content, by=by, action=action, reason=reason)

    # --- erasure

    def due(self, policy: Retention) -> Due:
        """What a policy reaches now; nothing is changed."""
        with self._read() as connection:
            return self._plan(connection, policy).due if connection is not None else Due()

    def apply(self, policy: Retention, *, by: By, reason: str) -> Due:
        """Erase what is due, in transactions of some thousand contents; what was erased.

        Raises:
            BadInput: no reason is given.
        """
        if not plain(reason):
            raise BadInput("a reason is missing", where="reason", remedy="say why, for those who read the audit chain")
        first: Due | None = None
        while True:
            with self._write() as connection:
                plan = self._plan(connection, policy)
                first = first or plan.due
                for digest, subject in plan.erase[:_BATCH]:
                    self._erase(connection, digest, subject, policy, by, reason)
                if len(plan.erase) > _BATCH:
                    continue
                self._pass(connection, policy)
                self._audit.append(
                    connection,
                    actor=by.actor,
                    role=by.role,
                    action="retention.apply",
                    subject=f"retention:{policy.id}",
                    after=policy.id,
                    reason=f"{plain(reason)}; {first.assessments} contents of assessments, {first.jobs} of jobs, "
                    f"{first.alerts} of alerts, "
                    f"{first.messages} messages",
                )
            return replace(first, held=plan.due.held, cases=plan.due.cases)

    def _erase(self, connection: Connection, digest: str, subject: str, policy: Retention, by: By, reason: str) -> None:
        content = {"of": subject, "policy": policy.id, "at": stamp(self._clock())}
        self._records.put(
            connection, Kind.ERASURE, digest, content, ref=subject, by=by, action="content.erase", reason=reason
        )
        connection.execute(sa.delete(contents).where(contents.c.sha256 == digest))
        kind, _, key = subject.partition(":")
        if kind == Kind.ALERT.value:
            # The row stays, so that a run that finds the same again does not raise it again; it names nobody.
            nobody = {"customer": "", "owner": "", "party_id": "", "headline": "erased", "evidence": ""}
            connection.execute(sa.update(alert_views).where(alert_views.c.id == key).values(**nobody))

    def _pass(self, connection: Connection, policy: Retention) -> None:
        connection.execute(sa.delete(sessions).where(self._ended()))
        connection.execute(sa.delete(idempotency).where(self._forgotten()))
        if (condition := self._delivered(policy)) is not None:
            connection.execute(sa.delete(outbox).where(condition))

    def _ended(self) -> sa.ColumnElement[bool]:
        return sessions.c.ends < stamp(self._clock())

    def _forgotten(self) -> sa.ColumnElement[bool]:
        return idempotency.c.at < stamp(self._clock() - KEYS_KEPT)

    def _delivered(self, policy: Retention) -> sa.ColumnElement[bool] | None:
        before = policy.before("outbox", self._clock())
        if before is None:
            return None
        # The last one stays: a place that was given is not given again.
        last = sa.select(sa.func.max(outbox.c.seq)).scalar_subquery()
        # What the exchange has not looked at yet stays too, where there is one.
        seen = sa.select(sa.cast(exchange_marks.c.value, sa.Integer)).where(exchange_marks.c.name == SEEN)
        looked_at = ~outbox.c.topic.startswith("case.", autoescape=True) | ~seen.exists()
        looked_at |= outbox.c.seq <= seen.scalar_subquery()
        return (outbox.c.delivered != "") & (outbox.c.delivered < stamp(before)) & (outbox.c.seq < last) & looked_at

    def _plan(self, connection: Connection, policy: Retention) -> _Plan:
        now = self._clock()
        before = {
            Kind.ASSESSMENT: policy.before("assessments", now),
            Kind.JOB: policy.before("jobs", now),
            Kind.ALERT: policy.before("alerts", now),
        }
        held = {one.key for one in self._records.standing(connection, Kind.HOLD) if one.content.get("held") is True}
        rested_on = _rested_on(connection)
        there = set(connection.execute(sa.select(contents.c.sha256)).scalars())
        stays: set[str] = set()
        goes: dict[str, tuple[Kind, str]] = {}
        kept_back = {"held": set[str](), "cases": set[str]()}
        for record, named in self._named(connection):
            limit = before[record.kind]
            old = limit is not None and (record.text("at") or record.text("made")) < stamp(limit)
            if record.kind is Kind.ALERT:
                old = old and record.text("status") == "closed"
            if record.kind is Kind.JOB:
                old = old and record.text("state") in ENDED
            why = ""
            owner = f"owner:{record.ref}" if record.kind is not Kind.ALERT else ""
            if old and {"all", record.subject, owner} & held:
                why = "held"
            elif old and rested_on & {record.text("judgement"), record.id}:
                why = "cases"
            if why and there & named:
                kept_back[why].add(record.subject)
            if not old or why:
                stays |= named
            else:
                goes.update(dict.fromkeys(named & there, (record.kind, record.subject)))
        erase = {digest: found for digest, found in goes.items() if digest not in stays}
        kinds = [kind for kind, _ in erase.values()]
        due = Due(
            assessments=kinds.count(Kind.ASSESSMENT),
            jobs=kinds.count(Kind.JOB),
            alerts=kinds.count(Kind.ALERT),
            messages=_count(connection, outbox, self._delivered(policy)),
            passing=_count(connection, sessions, self._ended()) + _count(connection, idempotency, self._forgotten()),
            held=len(kept_back["held"]),
            cases=len(kept_back["cases"]),
        )
        return _Plan(due, tuple(sorted((digest, subject) for digest, (_, subject) in erase.items())))

    def _named(self, connection: Connection) -> Iterator[tuple[Record, set[str]]]:
        """Every assessment (with its transaction), job and alert as it stands, and the hashes of its contents."""
        bodies = {one.key: one.text("body") for one in self._records.standing(connection, Kind.TRANSACTION)}
        for kind in (Kind.ASSESSMENT, Kind.JOB, Kind.ALERT):
            for record in self._records.standing(connection, kind):
                named = {record.text(name) for name in CONTENTS[kind]}
                if kind is Kind.ASSESSMENT:
                    named.add(bodies.get(record.text("transaction"), ""))
                yield record, named - {""}


def _rested_on(connection: Connection) -> set[str]:
    """Every hash that a case names."""
    rows = connection.execute(sa.select(case_bodies.c.body).execution_options(yield_per=1_000))
    return {found for row in rows for found in _HASH.findall(row.body)}


def _count(connection: Connection, table: sa.Table, condition: sa.ColumnElement[bool] | None) -> int:
    if condition is None:
        return 0
    return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(condition)).scalar() or 0)
