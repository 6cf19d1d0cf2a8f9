"""What must follow a commit: written in its transaction, delivered afterwards, at least once."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Collection, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from enduse.model.codec import canonical_json
from enduse.model.decision import stamp
from enduse.model.errors import EndUseError
from enduse.store.audit import Read
from enduse.store.tables import outbox

Write = Callable[[], AbstractContextManager[Connection]]
Handler = Callable[["Message"], None]
_PROBE, _PROBED = "store.probe", 1 << 17
_LONGEST_WAIT = dt.timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Message:
    """Something that happened.

    Attributes:
        seq: its place; a handler that has seen it before does nothing.
        topic: ``assessment.kept``, ``job.ended``, ...
    """

    seq: int
    topic: str
    document: Mapping[str, Any]
    made: str
    attempts: int


class Outbox:
    """The outbox of one store."""

    def __init__(self, read: Read, write: Write, clock: Callable[[], dt.datetime]) -> None:
        self._read = read
        self._write = write
        self._clock = clock

    def put(self, connection: Connection, topic: str, document: Mapping[str, Any]) -> None:
        """Write a message, in the transaction of what it tells of."""
        seq = (connection.execute(sa.select(sa.func.max(outbox.c.seq))).scalar() or 0) + 1
        now = stamp(self._clock())
        connection.execute(
            sa.insert(outbox).values(
                seq=seq,
                topic=topic,
                document=canonical_json(document).decode("utf-8"),
                made=now,
                due=now,
                delivered="",
                attempts=0,
                problem="",
            )
        )

    def forget(self, connection: Connection, name: str, value: str) -> None:
        """Take away what delivered messages say whose field ``name`` has a value; their places stay."""
        field = canonical_json({name: value}).decode("utf-8")[1:-1]
        about = outbox.c.document.contains(field, autoescape=True)
        connection.execute(sa.update(outbox).where(about, outbox.c.delivered != "").values(document="{}"))

    def waiting(self, *, limit: int = 100, topics: Collection[str] = (), after: int = 0) -> list[Message]:
        """Messages that are due (of some topics), oldest first; with ``after`` only those of later places."""
        with self._read() as connection:
            if connection is None:
                return []
            chosen = (
                sa.select(outbox)
                .where(outbox.c.delivered == "", outbox.c.due <= stamp(self._clock()), outbox.c.seq > after)
                .order_by(outbox.c.seq)
                .limit(limit)
            )
            if topics:
                chosen = chosen.where(outbox.c.topic.in_(sorted(topics)))
            return [
                Message(row.seq, row.topic, json.loads(row.document), row.made, row.attempts)
                for row in connection.execute(chosen)
            ]

    def deliver(
        self, handlers: Mapping[str, Handler], *, limit: int = 100, others: bool = True, every: bool = False
    ) -> int:
        """Give each message that is due to the handler of its topic; how many were delivered.

        A handler that fails is asked again later, twice as late each time. A message without a handler is delivered:
        nobody wants it. One that was handed over and not marked, because the process ended, is handed over again.

        Args:
            others: messages of topics without a handler are taken too; left for another process otherwise.
            every: all that are due, each once; otherwise the oldest ``limit`` of them. Who asks but once in a while
                asks for all: messages that nobody takes must not stand before those that somebody would.
        """
        delivered, last = 0, 0
        topics = () if others else handlers.keys()
        while some := self.waiting(limit=limit, topics=topics, after=last):
            delivered += sum(self._hand_over(message, handlers.get(message.topic)) for message in some)
            last = some[-1].seq
            if not every:
                break
        return delivered

    def _hand_over(self, message: Message, handler: Handler | None) -> bool:
        try:
            if handler is not None:
                handler(message)
        except (EndUseError, OSError) as error:
            wait = min(_LONGEST_WAIT, dt.timedelta(seconds=2 ** min(message.attempts + 1, 12)))
            self._mark(message, due=stamp(self._clock() + wait), problem=str(error)[:500])
            return False
        self._mark(message, delivered=stamp(self._clock()))
        return True

    def probe(self) -> None:
        """Write a message to nobody, as large as what is usually kept, and take it away again.

        Raises:
            OperationFailed: there is no room, or the database cannot be written.
        """
        with self._write() as connection:
            now = stamp(self._clock())
            connection.execute(sa.delete(outbox).where(outbox.c.topic == _PROBE))
            self.put(connection, _PROBE, {"filler": "x" * _PROBED})
            connection.execute(sa.update(outbox).where(outbox.c.topic == _PROBE).values(delivered=now))
        with self._write() as connection:
            connection.execute(sa.delete(outbox).where(outbox.c.topic == _PROBE))

    def _mark(self, message: Message, **values: str) -> None:
        with self._write() as connection:
            connection.execute(
                sa.update(outbox).where(outbox.c.seq == message.seq).values(attempts=message.attempts + 1, **values)
            )
