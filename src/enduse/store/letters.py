"""Letters to and from other nodes: each is a record with its audit entry and its bytes; how far it is stands beside."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from enduse.model.decision import plain, stamp
from enduse.model.errors import OperationFailed
from enduse.model.letter_record import IN, OUT, LetterRow
from enduse.model.record import By, Kind, Record
from enduse.store.audit import AuditChain, Read
from enduse.store.records import Records, record_of
from enduse.store.tables import exchange_marks, letters, outbox, records

Write = Callable[[], AbstractContextManager[Connection]]
Make = Callable[[str, int, str], tuple[LetterRow, bytes]]
"""Makes a letter of its peer, its place and the id of the one before it."""
MAX_PAGE = 1_000


class Letters:
    """The letters of one store."""

    def __init__(
        self, read: Read, write: Write, kept: Records, audit: AuditChain, clock: Callable[[], dt.datetime]
    ) -> None:
        self._read = read
        self._write = write
        self._records = kept
        self._audit = audit
        self._clock = clock

    def queue(self, source: str, peers: Sequence[str], make: Make, *, by: By) -> list[LetterRow]:
        """Keep a letter to each peer, after its last one, all or none; none to whom the source has called before."""
        with self._write() as connection:
            before = sa.select(letters.c.peer).where(letters.c.source == source, letters.c.direction == OUT)
            told = set(connection.execute(before).scalars()) if source else set()
            made = []
            for peer in (one for one in peers if one not in told):
                stream = (letters.c.direction == OUT) & (letters.c.peer == peer)
                last = connection.execute(
                    sa.select(letters.c.seq, letters.c.id).where(stream).order_by(letters.c.seq.desc()).limit(1)
                ).first()
                row, body = make(peer, last.seq + 1 if last else 1, last.id if last else "")
                made.append(self._put(connection, dataclasses.replace(row, source=source), body, by, "notice.send"))
            return made

    def keep(self, row: LetterRow, body: bytes, *, by: By) -> bool:
        """Keep a letter that came in; False where one is at its place."""
        with self._write() as connection:
            if self._row(connection, IN, row.peer, row.seq) is not None:
                return False
            self._put(connection, row, body, by, "notice.receive")
            return True

    def _put(self, connection: Connection, row: LetterRow, body: bytes, by: By, action: str) -> LetterRow:
        row = dataclasses.replace(row, body=self._records.keep(connection, body))
        self._records.put(
            connection, Kind.NOTICE, row.key, row.stays(), ref=row.notice, by=by, action=action, reason=row.type
        )
        connection.execute(sa.insert(letters).values(**dataclasses.asdict(row)))
        return row

    def change(
        self, row: LetterRow, state: str, *, problem: str, at: str, by: By, action: str, of: Sequence[str] = ()
    ) -> bool:
        """Note what became of a letter; False where it is in none of the states ``of``."""
        with self._write() as connection:
            place = _at(row.direction, row.peer, row.seq)
            chosen = sa.update(letters).where(place)
            if of:
                chosen = chosen.where(letters.c.state.in_(of))
            done = connection.execute(chosen.values(state=state, problem=problem, at=at))
            if not done.rowcount:
                return False
            reason = plain(f"{state}: {problem}" if problem else state)
            subject = f"{Kind.NOTICE.value}:{row.key}"
            self._audit.append(connection, actor=by.actor, role=by.role, action=action, subject=subject, reason=reason)
            return True

    def put_off(self, peer: str, seq: int, due: str, problem: str) -> None:
        """Note that a letter did not arrive, and when it is tried again."""
        with self._write() as connection:
            values = {"due": due, "problem": problem, "attempts": letters.c.attempts + 1}
            connection.execute(sa.update(letters).where(_at(OUT, peer, seq)).values(**values))

    def row(self, direction: str, peer: str, seq: int) -> LetterRow | None:
        """The letter at a place."""
        with self._read() as connection:
            return self._row(connection, direction, peer, seq) if connection is not None else None

    def expected(self, peer: str) -> int:
        """The first place of a peer's stream at which nothing has come in, or something that is still held."""
        with self._read() as connection:
            if connection is None:
                return 1
            stream = (letters.c.direction == IN) & (letters.c.peer == peer)
            held = stream & (letters.c.state == "held")
            first = connection.execute(sa.select(sa.func.min(letters.c.seq)).where(held)).scalar()
            run = stream & (letters.c.seq < first) if first is not None else stream
            last = connection.execute(sa.select(sa.func.max(letters.c.seq)).where(run)).scalar()
            return int(last or 0) + 1

    def some(
        self, direction: str, *, states: Sequence[str] = (), peer: str = "", due: str = "", limit: int = 100
    ) -> list[LetterRow]:
        """Letters, in the order of their streams."""
        chosen = sa.select(letters).where(letters.c.direction == direction)
        if states:
            chosen = chosen.where(letters.c.state.in_(states))
        if peer:
            chosen = chosen.where(letters.c.peer == peer)
        if due:
            chosen = chosen.where(letters.c.due <= due)
        return self._rows(chosen.order_by(letters.c.peer, letters.c.seq).limit(min(limit, MAX_PAGE)))

    def of_notice(self, identifier: str, levels: Sequence[str] | None = None) -> list[LetterRow]:
        """Every letter of a notice, in either direction; of some classes of handling, where they are stated."""
        chosen = sa.select(letters).where(letters.c.notice == identifier)
        if levels is not None:
            chosen = chosen.where(letters.c.level.in_(list(levels)))
        return self._rows(chosen.order_by(letters.c.peer))

    def answering(self, identifier: str, levels: Sequence[str] | None = None) -> list[LetterRow]:
        """Every letter that names a notice in ``correlates_to``; of some classes of handling, where they are stated."""
        chosen = sa.select(letters).where(letters.c.correlates_to == identifier)
        if levels is not None:
            chosen = chosen.where(letters.c.level.in_(list(levels)))
        return self._rows(chosen.order_by(letters.c.at, letters.c.peer, letters.c.seq))

    def listed(
        self,
        direction: str,
        levels: Sequence[str],
        *,
        types: Sequence[str] = (),
        peer: str = "",
        limit: int | None = MAX_PAGE,
        offset: int = 0,
    ) -> list[LetterRow]:
        """Letters of some classes of handling, newest first: what somebody may not see is never looked at.

        Args:
            limit: at most so many; all when None.
        """
        chosen = sa.select(letters).where(_seen(direction, levels, types, peer))
        ordered = chosen.order_by(letters.c.at.desc(), letters.c.peer, letters.c.seq.desc())
        return self._rows(ordered.limit(limit).offset(offset or None))

    def count(self, direction: str, levels: Sequence[str], *, types: Sequence[str] = (), peer: str = "") -> int:
        """How many such letters there are."""
        with self._read() as connection:
            if connection is None:
                return 0
            chosen = sa.select(sa.func.count()).select_from(letters).where(_seen(direction, levels, types, peer))
            return int(connection.execute(chosen).scalar() or 0)

    def sent_of(self, source: str) -> bool:
        """Whether a letter was made of a source."""
        with self._read() as connection:
            if connection is None:
                return False
            return connection.execute(sa.select(letters.c.id).where(letters.c.source == source)).first() is not None

    def waiting(self, levels: Sequence[str] | None = None) -> dict[str, int]:
        """How many letters wait for each peer; of some classes of handling, where they are stated."""
        with self._read() as connection:
            if connection is None:
                return {}
            chosen = sa.select(letters.c.peer, sa.func.count()).where(
                letters.c.direction == OUT, letters.c.state == "waiting"
            )
            if levels is not None:
                chosen = chosen.where(letters.c.level.in_(list(levels)))
            return {str(peer): int(count) for peer, count in connection.execute(chosen.group_by(letters.c.peer))}

    def body(self, row: LetterRow) -> bytes:
        """What was written, or the signed envelope that came.

        Raises:
            Erased, OperationFailed: see :meth:`enduse.store.records.Records.body`.
        """
        with self._read() as connection:
            return self._records.body(connection, row.body)

    def rejected(self, why: str, *, by: By) -> None:
        """Put on record that something came that is no letter of anybody."""
        self._audit.note(
            self._write, actor=by.actor, role=by.role, action="notice.reject", subject="exchange", reason=plain(why)
        )

    def was_read(self, row: LetterRow, *, by: By, reason: str) -> None:
        """Put on record that somebody read a notice."""
        subject = f"{Kind.NOTICE.value}:{row.key}"
        self._audit.note(
            self._write, actor=by.actor, role=by.role, action="notice.read", subject=subject, reason=plain(reason)
        )

    # --- after a restored backup

    def settled(self, peer: str) -> tuple[int, str]:
        """The last place of the stream to a peer up to which nothing waits, and its letter's id; 0 for none."""
        with self._read() as connection:
            if connection is None:
                return 0, ""
            stream = (letters.c.direction == OUT) & (letters.c.peer == peer)
            waits = sa.select(sa.func.min(letters.c.seq)).where(stream, letters.c.state == "waiting")
            first = connection.execute(waits).scalar()
            run = stream & (letters.c.seq < first) if first is not None else stream
            chosen = sa.select(letters.c.seq, letters.c.id).where(run).order_by(letters.c.seq.desc()).limit(1)
            found = connection.execute(chosen).first()
            return (int(found.seq), str(found.id)) if found else (0, "")

    def run(self, direction: str, peer: str, after: int, limit: int) -> list[LetterRow]:
        """Letters of a stream after a place, without a gap."""
        stream = (letters.c.direction == direction) & (letters.c.peer == peer) & (letters.c.seq > after)
        rows = self._rows(sa.select(letters).where(stream).order_by(letters.c.seq).limit(limit))
        return [row for number, row in enumerate(rows, after + 1) if row.seq == number]

    def again(self, peer: str, seq: int, *, by: By) -> int:
        """Letters to a peer from a place on wait again, with an audit entry; how many did not wait."""
        with self._write() as connection:
            place = (letters.c.direction == OUT) & (letters.c.peer == peer) & (letters.c.seq >= seq)
            chosen = sa.update(letters).where(place, letters.c.state == "acknowledged")
            count = connection.execute(chosen.values(state="waiting", due="", attempts=0)).rowcount
            subject, reason = f"exchange:{peer}", f"{peer} was restored: {count} letters from {seq} on go out again"
            self._audit.append(
                connection, actor=by.actor, role=by.role, action="exchange.again", subject=subject, reason=reason
            )
            return int(count)

    def put_back(
        self,
        peer: str,
        back: Sequence[tuple[LetterRow, bytes]],
        moved: Callable[[LetterRow, int, str], tuple[LetterRow, bytes]],
        *,
        by: By,
    ) -> tuple[int, int]:
        """Put letters back at their places; others that stand there move behind the last one, made anew by ``moved``.

        What called for a letter that is put back calls once: another of it that nobody has goes.

        Returns:
            How many were put back, and how many moved.
        """
        if not back:
            return 0, 0
        first, last = back[0][0].seq, back[-1][0]
        stream = (letters.c.direction == OUT) & (letters.c.peer == peer)
        here = self._rows(sa.select(letters).where(stream, letters.c.seq >= first).order_by(letters.c.seq))
        ids = {row.id for row, _ in back}
        known = {row.id: row for row in here}
        back = [
            (dataclasses.replace(row, source=known[row.id].source) if row.id in known else row, body)
            for row, body in back
        ]
        sources = {row.source for row, _ in back if row.source}
        others = [row for row in here if row.id not in ids]
        gone = [row for row in others if row.source in sources and row.state == "waiting"]
        others = [row for row in others if row not in gone]
        made, previous = [], last
        for row in others:
            made.append(moved(row, previous.seq + 1, previous.id))
            previous = made[-1][0]
        with self._write() as connection:
            connection.execute(sa.delete(letters).where(stream, letters.c.seq >= first))
            for row in gone:
                subject, reason = f"{Kind.NOTICE.value}:{row.key}", f"{row.notice[:12]} was told before: {row.source}"
                self._audit.append(
                    connection, actor=by.actor, role=by.role, action="notice.drop", subject=subject, reason=reason
                )
            for row, body in back:
                self._put(connection, row, body, by, "notice.put_back")
            for row, body in made:
                self._put(connection, row, body, by, "notice.renumber")
        return len(back), len(made)

    # --- what the exchange keeps beside letters

    def keep_version(
        self,
        kind: Kind,
        key: str,
        content: Mapping[str, Any],
        body: bytes | None,
        *,
        by: By,
        reason: str,
        ref: str = "",
    ) -> Record:
        """Keep a version of a membership document or of what a member publishes, with its bytes where given."""
        with self._write() as connection:
            stated = {**content, "body": self._records.keep(connection, body) if body is not None else ""}
            before = self._records.latest(connection, kind, key)
            if before is not None and {**before.content, "at": ""} == {**stated, "at": ""}:
                return before
            stated["at"] = stamp(self._clock())
            action = f"{kind.value}.keep"
            return self._records.put(connection, kind, key, stated, ref=ref, by=by, action=action, reason=reason)

    def versions(self, kind: Kind, key: str) -> list[Record]:
        """Every version of a key, oldest first."""
        with self._read() as connection:
            return self._records.versions(connection, kind, key)

    def standing(self, kind: Kind, *, ref: str | None = None) -> list[Record]:
        """What stands for each key."""
        with self._read() as connection:
            return self._records.standing(connection, kind, ref=ref)

    def content(self, record: Record) -> bytes:
        """The bytes of a version."""
        with self._read() as connection:
            return self._records.body(connection, record.text("body"))

    def mark(self, name: str) -> str:
        """What was noted under a name; empty where nothing was."""
        with self._read() as connection:
            if connection is None:
                return ""
            chosen = sa.select(exchange_marks.c.value).where(exchange_marks.c.name == name)
            return str(connection.execute(chosen).scalar() or "")

    def marks(self, prefix: str) -> dict[str, str]:
        """What was noted under names that begin so."""
        with self._read() as connection:
            if connection is None:
                return {}
            chosen = sa.select(exchange_marks).where(exchange_marks.c.name.startswith(prefix, autoescape=True))
            return {row.name: row.value for row in connection.execute(chosen.order_by(exchange_marks.c.name))}

    def set_mark(self, name: str, value: str) -> None:
        """Note something under a name; nothing where it is empty."""
        with self._write() as connection:
            connection.execute(sa.delete(exchange_marks).where(exchange_marks.c.name == name))
            if value:
                connection.execute(sa.insert(exchange_marks).values(name=name, value=value))

    def called(self, after: int, *, limit: int = 500) -> list[tuple[int, Mapping[str, Any]]]:
        """Messages of cases in the outbox after a place, delivered or not: (place, what was said)."""
        with self._read() as connection:
            if connection is None:
                return []
            chosen = (
                sa.select(outbox.c.seq, outbox.c.document)
                .where(outbox.c.seq > after, outbox.c.topic.startswith("case.", autoescape=True))
                .order_by(outbox.c.seq)
                .limit(limit)
            )
            return [(row.seq, json.loads(row.document)) for row in connection.execute(chosen)]

    def called_as(self, type_id: str) -> list[tuple[int, Mapping[str, Any]]]:
        """Every message of cases in the outbox of a type of notice, delivered or not: (place, what was said)."""
        with self._read() as connection:
            if connection is None:
                return []
            chosen = (
                sa.select(outbox.c.seq, outbox.c.document)
                .where(
                    outbox.c.topic.startswith("case.", autoescape=True),
                    outbox.c.document.contains(f'"type":{json.dumps(type_id)}', autoescape=True),
                )
                .order_by(outbox.c.seq)
            )
            found = [(row.seq, json.loads(row.document)) for row in connection.execute(chosen)]
        return [(place, one) for place, one in found if one.get("type") == type_id]

    def called_to(self, to: str) -> list[Mapping[str, Any]]:
        """Every message of cases in the outbox that is for somebody, delivered or not, in order."""
        with self._read() as connection:
            if connection is None:
                return []
            chosen = (
                sa.select(outbox.c.document)
                .where(
                    outbox.c.topic.startswith("case.", autoescape=True),
                    outbox.c.document.contains(f'"to":{json.dumps(to)}', autoescape=True),
                )
                .order_by(outbox.c.seq)
            )
            found = [json.loads(row.document) for row in connection.execute(chosen)]
        return [one for one in found if one.get("to") == to]

    def _row(self, connection: Connection, direction: str, peer: str, seq: int) -> LetterRow | None:
        found = connection.execute(sa.select(letters).where(_at(direction, peer, seq))).first()
        return _row_of(found) if found is not None else None

    def _rows(self, chosen: sa.Select[Any]) -> list[LetterRow]:
        with self._read() as connection:
            return [] if connection is None else [_row_of(row) for row in connection.execute(chosen)]


def _at(direction: str, peer: str, seq: int) -> sa.ColumnElement[bool]:
    return (letters.c.direction == direction) & (letters.c.peer == peer) & (letters.c.seq == seq)


def _seen(direction: str, levels: Sequence[str], types: Sequence[str], peer: str) -> sa.ColumnElement[bool]:
    found = (letters.c.direction == direction) & letters.c.level.in_(list(levels))
    if types:
        found &= letters.c.type.in_(list(types))
    return found & (letters.c.peer == peer) if peer else found


def _row_of(row: Row[Any]) -> LetterRow:
    return LetterRow(**row._mapping)


def broken_letter(connection: Connection) -> tuple[str, str] | None:
    """A letter that is not the one that its record tells of, or is gone."""
    told = {}
    chosen = sa.select(records).where(records.c.kind == Kind.NOTICE.value).order_by(records.c.seq)
    for row in connection.execution_options(yield_per=500).execute(chosen):
        try:
            told[row.key] = dict(record_of(row).content)
        except OperationFailed:
            return f"notice {row.key}", "was altered: its record does not fit its hash"
    for found in connection.execution_options(yield_per=500).execute(sa.select(letters)):
        letter = _row_of(found)
        if told.pop(letter.key, None) != letter.stays():
            return f"notice {letter.key}", "was altered, or put in by another hand: its record says otherwise"
    return (f"notice {min(told)}", "is missing: its record tells of it") if told else None
