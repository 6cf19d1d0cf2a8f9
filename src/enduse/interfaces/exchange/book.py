"""The book of letters in the store."""

from __future__ import annotations

import dataclasses
import json
from base64 import b64decode
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from enduse.exchange.letters import Letter, Line
from enduse.exchange.notices import RECALL, Notice
from enduse.exchange.post import Sent, Taken
from enduse.exchange.strict import read_as
from enduse.model.codec import canonical_json, to_plain
from enduse.model.letter_record import IN, OUT, LetterRow
from enduse.model.record import By

if TYPE_CHECKING:
    from enduse.store.letters import Letters

NODE = By("exchange")


class StoredBook:
    """A :class:`enduse.exchange.post.Book` over a store.

    Args:
        by: who sends; what comes in is the exchange's own doing.
    """

    def __init__(self, letters: Letters, by: By = NODE) -> None:
        self._letters = letters
        self._by = by

    def queue(self, source: str, peers: Sequence[str], make: Callable[[str, int, str], Letter]) -> Sequence[Letter]:
        """See :class:`enduse.exchange.post.Book`."""
        made: list[Letter] = []

        def row(peer: str, seq: int, previous: str) -> tuple[LetterRow, bytes]:
            letter = make(peer, seq, previous)
            made.append(letter)
            return _row(letter, OUT, peer, "waiting", letter.notice.created, ""), canonical_json(to_plain(letter))

        return made if self._letters.queue(source, peers, row, by=self._by) else []

    def waiting(self, peer: str, due: str, limit: int) -> Sequence[Sent]:
        """See :class:`enduse.exchange.post.Book`."""
        rows = self._letters.some(OUT, states=("waiting",), peer=peer, due=due, limit=limit)
        return [Sent(self.letter(row), row.state, row.attempts, row.due, row.problem) for row in rows]

    def put_off(self, peer: str, seq: int, due: str, problem: str) -> None:
        """See :class:`enduse.exchange.post.Book`."""
        self._letters.put_off(peer, seq, due, problem)

    def settle(self, peer: str, line: Line, at: str) -> bool:
        """See :class:`enduse.exchange.post.Book`."""
        row = self._letters.row(OUT, peer, line.seq)
        if row is None or row.id != line.id:
            return False
        state = "refused" if line.outcome == "refused" else "acknowledged"
        return self._letters.change(
            row, state, problem=line.why[:500], at=at, by=NODE, action="notice.acknowledge", of=("waiting",)
        )

    def expected(self, peer: str) -> int:
        """See :class:`enduse.exchange.post.Book`."""
        return self._letters.expected(peer)

    def held(self, peer: str, seq: int) -> Taken | None:
        """See :class:`enduse.exchange.post.Book`."""
        row = self._letters.row(IN, peer, seq)
        return self.taken(row) if row is not None else None

    def keep(self, peer: str, taken: Taken) -> bool:
        """See :class:`enduse.exchange.post.Book`."""
        row = _row(taken.letter, IN, peer, taken.state, taken.at, taken.problem)
        return self._letters.keep(row, taken.signed, by=NODE)

    def release(self, peer: str, seq: int, state: str) -> None:
        """See :class:`enduse.exchange.post.Book`."""
        row = self._letters.row(IN, peer, seq)
        if row is not None:
            self._letters.change(
                row, state, problem=row.problem, at=row.at, by=NODE, action="notice.release", of=("held",)
            )

    def received(self, limit: int) -> Sequence[Taken]:
        """See :class:`enduse.exchange.post.Book`."""
        return [self.taken(row) for row in self._letters.some(IN, states=("received",), limit=limit)]

    def done(self, peer: str, seq: int, state: str, problem: str) -> None:
        """See :class:`enduse.exchange.post.Book`."""
        row = self._letters.row(IN, peer, seq)
        if row is not None:
            self._letters.change(row, state, problem=problem, at=row.at, by=NODE, action=f"notice.{state}")

    def rejected(self, why: str, size: int, at: str) -> None:  # noqa: ARG002  the chain has its own moment
        """See :class:`enduse.exchange.post.Book`."""
        self._letters.rejected(f"{why} ({size:,} bytes)", by=NODE)

    def of_notice(self, identifier: str) -> Sequence[Taken]:
        """See :class:`enduse.exchange.post.Book`."""
        return [self.taken(row) for row in self._letters.of_notice(identifier) if row.direction == IN]

    def answers(self, identifier: str) -> Sequence[Taken]:
        """See :class:`enduse.exchange.post.Book`."""
        return [self.taken(row) for row in self._letters.answering(identifier) if row.direction == IN]

    def settled(self, peer: str) -> tuple[int, str]:
        """See :class:`enduse.exchange.post.Book`."""
        return self._letters.settled(peer)

    def again(self, peer: str, seq: int) -> int:
        """See :class:`enduse.exchange.post.Book`."""
        return self._letters.again(peer, seq, by=self._by)

    def signed(self, peer: str, after: int, limit: int) -> Sequence[bytes]:
        """See :class:`enduse.exchange.post.Book`."""
        rows = self._letters.run(IN, peer, after, limit)
        return [self._letters.body(row) for row in rows]

    def put_back(
        self, peer: str, letters: Sequence[Letter], make: Callable[[Letter, int, str], Letter], at: str
    ) -> tuple[int, int]:
        """See :class:`enduse.exchange.post.Book`."""
        back, used = [], set[str]()
        for one in letters:
            source = self._source(one.notice, used)
            used.add(source)
            row = dataclasses.replace(_row(one, OUT, peer, "acknowledged", at, ""), source=source)
            back.append((row, canonical_json(to_plain(one))))

        def moved(row: LetterRow, seq: int, previous: str) -> tuple[LetterRow, bytes]:
            letter = make(self.letter(row), seq, previous)
            new = _row(letter, OUT, peer, "waiting", at, "")
            return dataclasses.replace(new, source=row.source), canonical_json(to_plain(letter))

        return self._letters.put_back(peer, back, moved, by=self._by)

    def _source(self, notice: Notice, used: Collection[str]) -> str:
        """What called for a notice of ours of which the letter is lost; empty where nothing did."""
        said = notice.content
        if notice.type == "denial_aggregate":
            return f"aggregate:{said['half_year']}:{said['code']}:{said['destination']}"[:200]
        if notice.type == RECALL:
            return f"recall:{notice.supersedes}"
        kinds = {"consultation_response": "answer", "consultation_extension": "more"}
        if notice.type in kinds:
            return f"{kinds[notice.type]}:{notice.correlates_to}"
        found = [
            (message["handling"] != notice.handling.level, place, f"case:{message['case']}:{place}")
            for place, message in self._letters.called_as(notice.type)
            if _told_of(message["content"], said)
        ]
        return next((source for _, _, source in sorted(found) if source not in used), "")

    # --- rows as letters

    def letter(self, row: LetterRow) -> Letter:
        """The letter of a row."""
        body = json.loads(self._letters.body(row))
        if row.direction == IN:
            body = json.loads(b64decode(body["payload"]))
        return read_as(Letter, body, "letter")

    def taken(self, row: LetterRow) -> Taken:
        """The letter of a row that came in."""
        return Taken(self.letter(row), row.state, row.at, problem=row.problem)


def _told_of(message: Mapping[str, Any], said: Mapping[str, Any]) -> bool:
    """Whether a notice says what a message of a case says: a partner's denial by their own name, and a day added."""

    def plain(content: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in content.items() if name not in ("denial", "reply_by")}

    one, other = message.get("denial"), said.get("denial")
    same = one == other or (isinstance(one, str) and one.partition("/")[2] == other)
    return same and plain(message) == plain(said)


def _row(letter: Letter, direction: str, peer: str, state: str, at: str, problem: str) -> LetterRow:
    notice = letter.notice
    return LetterRow(
        direction=direction,
        peer=peer,
        seq=letter.seq,
        id=letter.id,
        notice=notice.id,
        # What is not known here is named as it came, cut to what the column holds.
        type=notice.type[:40],
        originator=notice.originator,
        level=notice.handling.level[:20],
        created=notice.created[:20],
        correlates_to=notice.correlates_to[:64],
        supersedes=notice.supersedes[:64],
        state=state,
        at=at,
        body="",
        problem=problem,
    )
