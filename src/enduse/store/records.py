"""Records in the database: appended with their audit entry, in one transaction; the latest of a key is what stands."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from enduse.model.assessment import Edition
from enduse.model.codec import canonical_json
from enduse.model.decision import plain
from enduse.model.errors import Erased, OperationFailed
from enduse.model.record import By, Kind, Record
from enduse.store.audit import AuditChain
from enduse.store.tables import contents, records

MAX_PAGE = 500


class Records:
    """The records of one store; every call takes the connection of the transaction that it belongs to."""

    def __init__(self, audit: AuditChain) -> None:
        self._audit = audit

    def put(
        self,
        connection: Connection,
        kind: Kind,
        key: str,
        content: Mapping[str, Any],
        *,
        by: By,
        action: str,
        reason: str,
        ref: str = "",
        editions: Sequence[Edition] = (),
    ) -> Record:
        """Append a version, with its audit entry.

        Args:
            connection: one that writes.
            content: plain values: texts, whole numbers, booleans, lists, mappings.
        """
        before = self.latest(connection, kind, key)
        record = Record(kind, key, ref, before.id if before else "", content)
        seq = (connection.execute(sa.select(sa.func.max(records.c.seq))).scalar() or 0) + 1
        connection.execute(
            sa.insert(records).values(
                seq=seq,
                id=record.id,
                kind=kind.value,
                key=key,
                ref=ref,
                document=canonical_json(record.document()).decode("utf-8"),
            )
        )
        self._audit.append(
            connection,
            actor=by.actor,
            role=by.role,
            action=action,
            subject=record.subject,
            before=record.previous,
            after=record.id,
            reason=plain(reason),
            editions=editions,
        )
        return replace(record, seq=seq)

    def latest(self, connection: Connection | None, kind: Kind, key: str) -> Record | None:
        """What stands for a key; None where nothing does."""
        if connection is None:
            return None
        chosen = (
            sa.select(records)
            .where(records.c.kind == kind.value, records.c.key == key)
            .order_by(records.c.seq.desc())
            .limit(1)
        )
        row = connection.execute(chosen).first()
        return record_of(row) if row is not None else None

    def versions(self, connection: Connection | None, kind: Kind, key: str) -> list[Record]:
        """Every version of a key, in their order."""
        return self._all(connection, records.c.kind == kind.value, records.c.key == key)

    def standing(self, connection: Connection | None, kind: Kind, *, ref: str | None = None) -> list[Record]:
        """What stands for every key of a kind (of one ref), in the order in which the keys came."""
        conditions = [records.c.kind == kind.value] + ([records.c.ref == ref] if ref is not None else [])
        found: dict[str, Record] = {}
        for record in self._all(connection, *conditions):
            found[record.key] = record
        return list(found.values())

    def mentioning(
        self, connection: Connection | None, kind: Kind, refs: Collection[str] | None, name: str, value: str
    ) -> list[Record]:
        """Records of a kind (and of some refs) that have a text in their content, in their order."""
        if connection is None:
            return []
        written = canonical_json({name: value}).decode("utf-8")[1:-1]
        chosen = sa.select(records).where(records.c.kind == kind.value)
        if refs is not None:
            chosen = chosen.where(records.c.ref.in_(sorted(refs)))
        chosen = chosen.where(records.c.document.contains(written, autoescape=True)).order_by(records.c.seq)
        return [one for one in map(record_of, connection.execute(chosen)) if one.text(name) == value]

    def page(
        self,
        connection: Connection | None,
        kind: Kind,
        *,
        limit: int,
        before: int | None = None,
        ref: str | Collection[str] | None = None,
    ) -> list[Record]:
        """The newest records of a kind, newest first; for kinds whose records have one version.

        Args:
            before: only those that came before this place.
            ref: only those of a ref, or of several.
        """
        if connection is None:
            return []
        chosen = sa.select(records).where(records.c.kind == kind.value)
        if before is not None:
            chosen = chosen.where(records.c.seq < before)
        if ref is not None:
            chosen = chosen.where(records.c.ref.in_([ref] if isinstance(ref, str) else sorted(ref)))
        rows = connection.execute(chosen.order_by(records.c.seq.desc()).limit(min(limit, MAX_PAGE)))
        return [record_of(row) for row in rows]

    def keep(self, connection: Connection, body: bytes) -> str:
        """Keep bytes under their hash, once; the hash."""
        digest = hashlib.sha256(body).hexdigest()
        there = connection.execute(sa.select(contents.c.sha256).where(contents.c.sha256 == digest)).first()
        if there is None:
            connection.execute(sa.insert(contents).values(sha256=digest, body=body))
        return digest

    def body(self, connection: Connection | None, digest: str) -> bytes:
        """The bytes of a hash.

        Raises:
            Erased: their period was over.
            OperationFailed: they are gone, or were altered.
        """
        found = None
        if connection is not None:
            found = connection.execute(sa.select(contents.c.body).where(contents.c.sha256 == digest)).scalar()
        gone = self.latest(connection, Kind.ERASURE, digest) if found is None else None
        if gone is not None:
            raise Erased(f"{gone.text('of')} was erased on {gone.text('at')[:10]}", remedy="its records stay")
        if found is None or hashlib.sha256(found).hexdigest() != digest:
            problem = "is gone from" if found is None else "was altered in"
            raise OperationFailed(f"content {digest[:12]} {problem} the store", remedy="see: enduse audit verify")
        return bytes(found)

    def _all(self, connection: Connection | None, *conditions: sa.ColumnElement[bool]) -> list[Record]:
        if connection is None:
            return []
        rows = connection.execute(sa.select(records).where(*conditions).order_by(records.c.seq))
        return [record_of(row) for row in rows]


def record_of(row: Row[Any]) -> Record:
    """The record of a row.

    Raises:
        OperationFailed: the row was altered.
    """
    try:
        raw = json.loads(row.document)
        record = Record(Kind(raw["kind"]), raw["key"], raw["ref"], raw["previous"], raw["content"], row.seq)
        whole = (record.id, record.kind.value, record.key, record.ref) == (row.id, row.kind, row.key, row.ref)
    except (ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        problem = f"record {str(row.kind)[:40]}:{str(row.key)[:60]} was altered in the store"
        raise OperationFailed(problem, remedy="see: enduse audit verify")
    return record
