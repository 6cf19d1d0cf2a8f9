"""Follows the audit chain, then compares everything it tells of with what the store holds."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from enduse.model.audit import AuditEntry, ChainReport, Checkpoint, verify_chain
from enduse.model.decision import decision_from, digest
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.record import CONTENTS, Kind, Record
from enduse.store.audit import entry_of
from enduse.store.cases import row_of
from enduse.store.letters import broken_letter
from enduse.store.records import record_of
from enduse.store.seals import seal_problem
from enduse.store.tables import audit, case_bodies, case_events, contents, credentials, decisions, records

_BATCH = 1_000
_KINDS = frozenset(kind.value for kind in Kind)
Broken = tuple[str, str]


@dataclass(slots=True)
class _Told:
    """What the chain tells of.

    Attributes:
        decisions, records: id -> the entry that tells of it.
        credentials: user -> hash of what was last set.
        cases: hash of an event of a case -> the entry that tells of it.
        heads: count -> hash, for the checkpoints that were signed.
    """

    decisions: dict[str, int] = field(default_factory=dict)
    records: dict[str, tuple[int, str]] = field(default_factory=dict)
    credentials: dict[str, str] = field(default_factory=dict)
    cases: dict[str, tuple[int, str]] = field(default_factory=dict)
    heads: dict[int, str] = field(default_factory=dict)

    def take(self, entry: AuditEntry) -> None:
        if entry.action.startswith("decision."):
            self.decisions[entry.after] = entry.seq
            return
        kind, _, key = entry.subject.partition(":")
        if kind == "credential":
            self.credentials[key] = entry.after
        elif kind == "case":
            if entry.after:
                self.cases[entry.after] = (entry.seq, key)
        elif kind in _KINDS and entry.after:
            self.records[entry.after] = (entry.seq, entry.subject)
        if self.heads.get(entry.seq) is not None:
            self.heads[entry.seq] = entry.hash


def verify_store(
    connection: Connection | None, checkpoint: Checkpoint | None = None, *, trusted: str | None = None
) -> ChainReport:
    """What is broken first, or that all is whole.

    Args:
        checkpoint: a head that was recorded elsewhere.
        trusted: public key (hexadecimal) that must have signed every checkpoint; None accepts the one they name.
    """
    if connection is None:
        return verify_chain((), checkpoint)
    told = _Told()
    try:
        told.heads = {int(one.content["count"]): "" for one in _of_kind(connection, Kind.CHECKPOINT)}
    except OperationFailed:
        # The pass over the records names it.
        told.heads = {}

    def entries() -> Iterator[AuditEntry]:
        chosen = sa.select(audit).order_by(audit.c.seq)
        for row in connection.execution_options(yield_per=_BATCH).execute(chosen).mappings():
            entry = entry_of(row)
            told.take(entry)
            yield entry

    report = verify_chain(entries(), checkpoint)
    if not report.whole:
        return report
    broken = (
        _broken_decision(connection, told.decisions)
        or _broken_record(connection, told, trusted)
        or _broken_credential(connection, told.credentials)
        or _broken_case(connection, told.cases)
        or broken_letter(connection)
    )
    return dataclasses.replace(report, place=broken[0], problem=broken[1]) if broken else report


def _of_kind(connection: Connection, kind: Kind) -> list[Record]:
    chosen = sa.select(records).where(records.c.kind == kind.value).order_by(records.c.seq)
    return [record_of(row) for row in connection.execute(chosen)]


def _broken_decision(connection: Connection, told: dict[str, int]) -> Broken | None:
    """A decision that was altered, that no entry tells of, or that is gone."""
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


def _broken_record(connection: Connection, told: _Told, trusted: str | None) -> Broken | None:
    """A record, or a content that one names, that was altered, that nothing tells of, or that is gone."""
    left = dict(told.records)
    named: dict[str, str] = {}
    erased: set[str] = set()
    rows = connection.execution_options(yield_per=_BATCH).execute(sa.select(records).order_by(records.c.seq))
    for row in rows:
        place = f"{row.kind} {row.key}"
        try:
            record = record_of(row)
        except OperationFailed:
            return place, "was altered: its content does not fit its hash or its columns"
        entry = left.pop(record.id, None)
        if entry is None:
            return place, "was put in by another hand: no audit entry tells of it"
        if entry[1] != record.subject:
            return place, f"was exchanged: audit entry {entry[0]} tells of {entry[1]}"
        for name in CONTENTS.get(record.kind, ()):
            if record.text(name):
                named.setdefault(record.text(name), place)
                # What is kept again after an erasure is to be there again.
                erased.discard(record.text(name))
        if record.kind is Kind.ERASURE:
            erased.add(record.key)
        if record.kind is Kind.CHECKPOINT and (problem := seal_problem(record, told.heads, trusted)):
            return place, problem
    if left:
        seq, subject = min(left.values())
        return subject.replace(":", " ", 1), f"is missing: audit entry {seq} tells of it"
    return _broken_content(connection, named, erased)


def _broken_content(connection: Connection, named: dict[str, str], erased: set[str]) -> Broken | None:
    left = dict(named)
    chosen = sa.select(contents.c.sha256, contents.c.body)
    for row in connection.execution_options(yield_per=50).execute(chosen):
        place = left.pop(row.sha256, None)
        if place is None:
            return f"content {row.sha256}", "was put in by another hand: no record names it"
        if hashlib.sha256(row.body).hexdigest() != row.sha256:
            return place, f"was altered: content {row.sha256[:12]} does not fit its hash"
    if missing := {digest_: place for digest_, place in left.items() if digest_ not in erased}:
        digest_, place = next(iter(missing.items()))
        return place, f"is incomplete: content {digest_[:12]} is missing"
    return None


def _broken_credential(connection: Connection, told: dict[str, str]) -> Broken | None:
    left = dict(told)
    for row in connection.execute(sa.select(credentials.c.user, credentials.c.hash).order_by(credentials.c.user)):
        expected = left.pop(row.user, None)
        if expected is None:
            return f"credential {row.user}", "was put in by another hand: no audit entry tells of it"
        if digest(row.hash) != expected:
            return f"credential {row.user}", "was altered: it is not the one that was set last"
    if left:
        return f"credential {min(left)}", "is missing: the audit chain tells of it"
    return None


def _broken_case(connection: Connection, told: dict[str, tuple[int, str]]) -> Broken | None:
    """An event of a case, or its body, that was altered, that no entry tells of, or that is gone without an erasure."""
    left = dict(told)
    erased = sa.select(case_events.c.case_id, sa.func.max(case_events.c.seq).label("seq"))
    gone = {
        row.case_id: row.seq
        for row in connection.execute(erased.where(case_events.c.kind == "erased").group_by(case_events.c.case_id))
    }
    both = (case_bodies.c.case_id == case_events.c.case_id) & (case_bodies.c.seq == case_events.c.seq)
    chosen = (
        sa.select(case_events, case_bodies.c.body)
        .select_from(case_events.outerjoin(case_bodies, both))
        .order_by(case_events.c.case_id, case_events.c.seq)
    )
    previous = ("", "")
    for found in connection.execution_options(yield_per=_BATCH).execute(chosen):
        row = row_of(found._mapping)
        place = f"case {row.case_id} event {row.seq}"
        before = previous[1] if previous[0] == row.case_id else ""
        if row.hash != found.hash or row.previous != before:
            return place, "was altered: its hash does not fit its content, or does not follow the event before it"
        if left.pop(row.hash, None) is None:
            return place, "was put in by another hand: no audit entry tells of it"
        if row.body is None and row.seq >= gone.get(row.case_id, 0):
            return place, "is incomplete: its body is missing, and no erasure tells of that"
        if row.body is not None and hashlib.sha256(row.body.encode("utf-8")).hexdigest() != row.sha256:
            return place, "was altered: its body does not fit its hash"
        previous = (row.case_id, row.hash)
    if left:
        seq, case_id = min(left.values())
        return f"case {case_id}", f"is incomplete: an event that audit entry {seq} tells of is missing"
    return None
