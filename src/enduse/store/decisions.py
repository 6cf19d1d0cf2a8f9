"""Decisions in the database: each is a row that stays; what is superseded stays too."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from enduse.model.assessment import Edition
from enduse.model.codec import canonical_json
from enduse.model.decision import (
    Decision,
    Evidence,
    Verdict,
    checked,
    decision_document,
    decision_from,
    digest,
    heads,
    plain,
)
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.kept import Once
from enduse.store.audit import AuditChain, Read
from enduse.store.repeats import Repeats
from enduse.store.tables import decisions

Write = Callable[[], AbstractContextManager[Connection]]
LEAST_PREFIX = 6


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did: records that were put in, and records that were there."""

    added: int
    known: int


class DecisionTable:
    """The decisions of one store."""

    def __init__(
        self, read: Read, write: Write, audit: AuditChain, repeats: Repeats, clock: Callable[[], dt.datetime]
    ) -> None:
        self._read = read
        self._write = write
        self._audit = audit
        self._repeats = repeats
        self._clock = clock

    def about(self, subject: str) -> Sequence[Decision]:
        """Every record of a query's identity, in the order they came; superseded ones too."""
        return self._select(decisions.c.subject == subject)

    def all(self) -> Sequence[Decision]:
        """Every record, in the order they came."""
        return self._select(sa.true())

    def find(self, identifier: str) -> Decision:
        """The record of an id, or of the beginning of one.

        Raises:
            BadInput: no record, or several, have such an id.
        """
        with self._read() as connection:
            return _found(connection, identifier)

    def add(
        self,
        *,
        verdict: Verdict,
        name: str,
        party_id: str,
        party_name: str,
        evidence: Evidence,
        by: str,
        reason: str,
        role: str = "",
        editions: Sequence[Edition] = (),
        once: Once | None = None,
    ) -> Decision:
        """Record a decision; it supersedes what stood for its pair.

        Args:
            once: where a request with the same key was answered before, that decision is given again.

        Raises:
            BadInput: the key was used for another request; a text is missing, too long or holds control characters;
                or the verdict is a withdrawal.
        """
        if verdict is Verdict.WITHDRAWN:
            raise BadInput("a withdrawal needs the decision that it withdraws", remedy="use withdraw")
        # Publishers' names hold control characters now and then (U+0092 for an apostrophe).
        draft = Decision(verdict, name, party_id, plain(party_name), evidence, by, self._now(), reason)
        checked(draft)
        with self._write() as connection:
            if before := self._repeats.answered(connection, once):
                return _found(connection, before.partition(":")[2])
            made = self._put_over(connection, draft, "decision.add", role, editions)
            self._repeats.remember(connection, once, f"decision:{made.id}")
        return made

    def withdraw(
        self,
        identifier: str,
        *,
        by: str,
        reason: str,
        role: str = "",
        editions: Sequence[Edition] = (),
        once: Once | None = None,
    ) -> Decision:
        """Record that a decision no longer stands. The hit comes back at the next screening.

        Raises:
            BadInput: there is no such record, or it no longer stands.
        """
        with self._write() as connection:
            if before := self._repeats.answered(connection, once):
                return _found(connection, before.partition(":")[2])
            old = _found(connection, identifier)
            standing = heads(_of_pair(connection, old))
            if old.verdict is Verdict.WITHDRAWN or old not in standing:
                raise BadInput(
                    f"decision {old.id[:12]} no longer stands",
                    remedy=f"what stands for the pair: {', '.join(one.id[:12] for one in standing)}",
                )
            draft = dataclasses.replace(
                old, verdict=Verdict.WITHDRAWN, by=by, reason=reason, at=self._now(), supersedes=()
            )
            checked(draft)
            made = self._put_over(connection, draft, "decision.withdraw", role, editions)
            self._repeats.remember(connection, once, f"decision:{made.id}")
        return made

    def import_(
        self, records: Iterable[tuple[str, Decision]], *, by: str, reason: str, subject: str, role: str = ""
    ) -> Imported:
        """Put in the records of an export, all or none; those that are there already change nothing.

        Args:
            records: each with its place, for messages.
            by: who imports them.
            subject: what the records come from (``file:SHA256``), for the audit chain.

        Raises:
            BadInput: a record supersedes one that is not known, or that is of another pair.
        """
        given = list(records)
        with self._write() as connection:
            there = {row.id: (row.subject, row.party_id) for row in connection.execute(_PAIRS)}
            pairs = there | {record.id: record.pair for _, record in given}
            for place, record in given:
                for old in record.supersedes:
                    if pairs.get(old, record.pair) != record.pair:
                        raise BadInput(f"supersedes {old[:12]}, which is of another pair", where=place)
                    if old not in pairs:
                        remedy = "the export was cut: export it again"
                        raise BadInput(f"supersedes {old[:12]}, which nothing holds", where=place, remedy=remedy)
            new = {record.id: record for _, record in given if record.id not in there}
            for record in new.values():
                self._put(connection, record, "decision.import", by, reason, role)
            if new:
                after = digest(sorted(new))
                self._audit.append(
                    connection,
                    actor=by,
                    role=role,
                    action="decisions.import",
                    subject=subject,
                    after=after,
                    reason=reason,
                )
        return Imported(len(new), len(given) - len(new))

    def _now(self) -> dt.datetime:
        return self._clock().astimezone(dt.UTC).replace(microsecond=0)

    def _select(self, condition: sa.ColumnElement[bool]) -> list[Decision]:
        with self._read() as connection:
            return [] if connection is None else _records(connection, condition)

    def _put_over(
        self, connection: Connection, draft: Decision, action: str, role: str, editions: Sequence[Edition]
    ) -> Decision:
        replaced = sorted(record.id for record in heads(_of_pair(connection, draft)))
        decision = dataclasses.replace(draft, supersedes=tuple(replaced))
        self._put(connection, decision, action, decision.by, decision.reason, role, editions)
        return decision

    def _put(
        self,
        connection: Connection,
        decision: Decision,
        action: str,
        by: str,
        reason: str,
        role: str,
        editions: Sequence[Edition] = (),
    ) -> None:
        last = connection.execute(sa.select(sa.func.max(decisions.c.seq))).scalar()
        connection.execute(
            sa.insert(decisions).values(
                seq=(last or 0) + 1,
                id=decision.id,
                subject=decision.subject,
                party_id=decision.party_id,
                document=canonical_json(decision_document(decision)).decode("utf-8"),
            )
        )
        replaced = decision.supersedes
        self._audit.append(
            connection,
            actor=by,
            role=role,
            action=action,
            subject=f"decision:{decision.id}",
            before=replaced[0] if len(replaced) == 1 else digest(sorted(replaced)) if replaced else "",
            after=decision.id,
            reason=reason,
            editions=editions,
        )


_PAIRS = sa.select(decisions.c.id, decisions.c.subject, decisions.c.party_id)


def _of_pair(connection: Connection, decision: Decision) -> list[Decision]:
    subject, party_id = decision.pair
    return _records(connection, sa.and_(decisions.c.subject == subject, decisions.c.party_id == party_id))


def _records(connection: Connection, condition: sa.ColumnElement[bool]) -> list[Decision]:
    chosen = sa.select(decisions.c.id, decisions.c.document).where(condition).order_by(decisions.c.seq)
    return [_record(row.id, row.document) for row in connection.execute(chosen)]


def _record(identifier: str, document: str) -> Decision:
    try:
        found = decision_from(json.loads(document))
    except (ValueError, BadInput) as error:
        problem = f"decision {identifier[:12]} was altered in the store: {error}"
        raise OperationFailed(problem, remedy="see: enduse audit verify") from None
    return found


def _found(connection: Connection | None, identifier: str) -> Decision:
    known = identifier.strip().lower()
    remedy = "see: enduse decisions list"
    if len(known) < LEAST_PREFIX or not all(character in "0123456789abcdef" for character in known):
        raise BadInput(f"{identifier[:80]!r} is no id", remedy=f"at least {LEAST_PREFIX} of its digits; {remedy}")
    matching = [] if connection is None else _records(connection, decisions.c.id.startswith(known))
    if not matching:
        raise BadInput(f"there is no decision {known[:64]}", remedy=remedy)
    if len(matching) > 1:
        raise BadInput(f"{len(matching)} decisions begin with {known}", remedy="give more of its digits")
    return matching[0]
