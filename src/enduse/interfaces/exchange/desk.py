"""One person at the exchange: what they read and send, by their account.

What somebody may not see is left out before anything is counted; a notice that they may not see answers like none.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from enduse.exchange.handling import LEVELS, Handling
from enduse.exchange.notices import Notice, shipped_types
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.exchange.book import StoredBook
from enduse.interfaces.exchange.node import Node
from enduse.interfaces.identity.denied import Denied
from enduse.model import access
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from enduse.model.letter_record import IN, OUT, LetterRow
from enduse.model.record import By

NONE_HELD = NotHeld("there is no such notice", "enduse exchange inbox lists those that you may read")
TOLD = ("PUBLIC", "PARTNER")
SENDS = "denial.record"
"""The action of whoever alone sends messages to partners: the consultation officer."""
QUESTION, ANSWER = "consultation_request", "consultation_response"


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as somebody reads it in a list.

    Attributes:
        peer: who told, or who was told.
        due: last day for an answer, where it waits for one.
        answered: whether it was answered.
    """

    id: str
    direction: str
    peer: str
    seq: int
    type: str
    title: str
    handling: str
    state: str
    at: str
    problem: str
    due: str = ""
    answered: bool = False


class ExchangeDesk:
    """What one person reads and sends.

    Args:
        policies: who may do what at all.
        person: who is signed in.
    """

    def __init__(self, node: Node, policies: access.Policies, person: access.Actor) -> None:
        self._node = node
        self._policies = policies
        self.person = person
        self.by = By.of(person)

    def levels(self) -> tuple[str, ...]:
        """The classes that the person may read."""
        return tuple(one for one in LEVELS if self._sees(one))

    def _sees(self, level: str) -> bool:
        subject = access.Subject("notice", restricted=level not in TOLD)
        return access.decide(self._policies, self.person, "denial.view", subject).allowed

    def inbox(self, types: Collection[str] = ()) -> list[Shown]:
        """What came in, newest first, of what the person may read."""
        return self._listed(IN, types)

    def outbox(self, types: Collection[str] = ()) -> list[Shown]:
        """What was sent, newest first, of what the person may read."""
        return self._listed(OUT, types)

    def _listed(self, direction: str, types: Collection[str]) -> list[Shown]:
        levels = self.levels()
        if not levels:
            return []
        letters = self._node.stores.need().letters
        return [self._shown(row) for row in letters.listed(direction, levels, types=tuple(types))]

    def _shown(self, row: LetterRow) -> Shown:
        notice = self._notice(row)
        of_type = shipped_types().get(row.type)
        letters = self._node.stores.need().letters
        other = IN if row.direction == OUT else OUT
        answered = any(
            one.type == ANSWER and one.direction == other and one.peer == row.peer
            for one in letters.answering(row.notice)
        )
        return Shown(
            id=row.notice,
            direction=row.direction,
            peer=row.peer,
            seq=row.seq,
            type=row.type,
            title=of_type.title if of_type else "a type that is not known here",
            handling=str(notice.handling),
            state=row.state,
            at=row.at,
            problem=row.problem,
            due=str(notice.content.get("reply_by", "")) if row.type == QUESTION else "",
            answered=answered,
        )

    def _notice(self, row: LetterRow) -> Notice:
        return StoredBook(self._node.stores.need().letters).letter(row).notice

    def read(self, identifier: str) -> dict[str, Any]:
        """A notice, as it was signed; the reading is put on record.

        Raises:
            NotHeld: there is none, or one that the person may not know of: neither is told from the other.
        """
        letters = self._node.stores.need().letters
        rows = letters.of_notice(identifier[:64], self.levels())
        if not rows:
            raise NONE_HELD
        row = rows[0]
        letters.was_read(row, by=self.by, reason=f"{row.type} of {row.originator}")
        lines = [to_plain(self._shown(one), keep_empty=True) for one in rows]
        return {"id": row.notice, "notice": to_plain(self._notice(row), keep_empty=True), "letters": lines}

    def send(
        self, type_id: str, recipients: Collection[str], handling: Handling, content: dict[str, Any], **more: Any
    ) -> Notice:
        """Send a notice, as the person.

        Raises:
            Denied: who is no consultation officer sends nothing.
            BadInput: it cannot be used, or may not be told to one of them.
        """
        decision = access.decide(self._policies, self.person, SENDS)
        if not decision.allowed:
            raise Denied(self.person, SENDS, decision, None)
        return self._node.post(self.by).send(type_id, recipients, handling, content, **more)

    def answer(self, identifier: str, answer: str, reasons: str) -> Notice:
        """Answer a question of another member: ``yes`` or ``no``, with reasons.

        Raises:
            NotHeld: there is no such question that the person may read.
            BadInput: it was answered, or is no question.
            Denied: see :meth:`send`.
        """
        found = self.read(identifier)
        notice = found["notice"]
        if notice["type"] != QUESTION or notice["originator"] == self._node.me:
            raise BadInput("it is no question to us", where=identifier[:64])
        if answer not in ("yes", "no") or not reasons.strip():
            raise BadInput("an answer is yes or no, with reasons", where="answer")
        if any(one["answered"] for one in found["letters"]):
            raise BadInput("it was answered", where=identifier[:64])
        asks = str(notice["originator"])
        content = {"id": notice["content"]["id"], "answer": answer, "reasons": reasons}
        handling = Handling("PARTNER", (asks,), listed=True)
        return self.send(ANSWER, [asks], handling, content, correlates_to=identifier, source=f"answer:{identifier}")

    def due(self, today: dt.date) -> list[Shown]:
        """Questions to us that wait for an answer, those past their day first."""
        waiting = [one for one in self.inbox([QUESTION]) if not one.answered and one.state != "recalled"]
        return sorted(waiting, key=lambda one: (one.due > today.isoformat(), one.due, one.at))
