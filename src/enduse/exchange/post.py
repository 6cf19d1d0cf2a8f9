"""The post of a node: what it sends, and what it takes. Read this after :mod:`enduse.exchange.letters`.

    Post.send       a notice becomes a letter to each recipient, in one act; nothing is on its way before it is kept
    Post.outgoing   letters that are due, for a transport to carry
    Post.receipts   what came back: acknowledged letters rest
    Post.take       letters that came in: kept once each, given on in their order, and receipted
    Post.to_do      what has come in and has had no effect yet, in order

Any letter may be lost, repeated, delayed or brought by a stranger; every step may be done again after a crash.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from enduse.exchange import restoring
from enduse.exchange.handling import Handling, may_hold, strictest, why_not_passed_on
from enduse.exchange.keys import Keyring
from enduse.exchange.letters import Letter, Line, Opened, opened, read_receipt, receipt, written
from enduse.exchange.membership import Membership
from enduse.exchange.notices import RECALL, Notice, problems, shipped_types
from enduse.exchange.restoring import Restore
from enduse.exchange.strict import MAX_BYTES
from enduse.model.codec import canonical_json, to_plain
from enduse.model.decision import stamp
from enduse.model.errors import BadInput

BATCH = 50
"""So many letters go out at once, and so many are taken at once."""
_FIRST_WAIT, _LONGEST_WAIT = dt.timedelta(minutes=1), dt.timedelta(hours=1)
OUTCOME = {"received": "taken", "applied": "taken", "recalled": "taken", "held": "held"}
"""What a receipt says of the state of a letter; the other states say themselves."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A letter that goes out.

    Attributes:
        state: ``waiting``, ``acknowledged``, or ``refused`` by whoever it is for.
    """

    letter: Letter
    state: str = "waiting"
    attempts: int = 0
    due: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A letter that came in.

    Attributes:
        state: ``held`` (one before it is missing), ``received``, ``applied``, ``expired``, ``refused``, ``recalled``.
        at: when it came.
        signed: the signed envelope.
    """

    letter: Letter
    state: str
    at: str
    signed: bytes = field(default=b"", repr=False)
    problem: str = ""


class Book(Protocol):
    """Where letters are kept; each method is one transaction."""

    def queue(self, source: str, peers: Sequence[str], make: Callable[[str, int, str], Letter]) -> Sequence[Letter]:
        """Keep a letter to each peer, after its last; none to whom something was queued of that source before."""
        ...

    def waiting(self, peer: str, due: str, limit: int) -> Sequence[Sent]:
        """Letters to a peer that are not acknowledged and due by then, in their order."""
        ...

    def put_off(self, peer: str, seq: int, due: str, problem: str) -> None:
        """Note that a letter did not arrive, and when to try again."""
        ...

    def settle(self, peer: str, line: Line, at: str) -> bool:
        """Note what a receipt says of a letter; False where it was said before, or of another letter."""
        ...

    def expected(self, peer: str) -> int:
        """The first place of a peer's stream at which nothing has come in, or something that is still held."""
        ...

    def held(self, peer: str, seq: int) -> Taken | None:
        """What came in at a place of a peer's stream."""
        ...

    def keep(self, peer: str, taken: Taken) -> bool:
        """Keep what came in; False where something is at its place."""
        ...

    def release(self, peer: str, seq: int, state: str) -> None:
        """What was held at a place takes its state: everything before it is there."""
        ...

    def received(self, limit: int) -> Sequence[Taken]:
        """What came in, in order, and has had no effect yet."""
        ...

    def done(self, peer: str, seq: int, state: str, problem: str) -> None:
        """Note what became of a letter that came in; when it came stays."""
        ...

    def rejected(self, why: str, size: int, at: str) -> None:
        """Note that something came in that is no letter of anybody."""
        ...

    def of_notice(self, identifier: str) -> Sequence[Taken]:
        """What came in of a notice."""
        ...

    def answers(self, identifier: str) -> Sequence[Taken]:
        """What came in that names a notice in ``correlates_to``."""
        ...

    def settled(self, peer: str) -> tuple[int, str]:
        """The last place up to which nothing waits for a peer, and its letter's id; 0 and empty for none."""
        ...

    def again(self, peer: str, seq: int) -> int:
        """Letters to a peer from a place on wait again; how many did not."""
        ...

    def signed(self, peer: str, after: int, limit: int) -> Sequence[bytes]:
        """The signed envelopes that came of a peer after a place, in order, without a gap."""
        ...

    def put_back(
        self, peer: str, letters: Sequence[Letter], make: Callable[[Letter, int, str], Letter], at: str
    ) -> tuple[int, int]:
        """Put letters back at their places, acknowledged; what stands there moves behind the last, made anew.

        Returns:
            How many were put back, and how many moved.
        """
        ...


@dataclass(frozen=True, slots=True)
class Brought:
    """What taking a batch came to.

    Attributes:
        receipts: by member: signed, to be brought back to them.
        taken, again: letters that are new, and that had come before.
        rejected: why others are no letters.
    """

    receipts: dict[str, bytes]
    taken: int
    again: int
    rejected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Post:
    """The post of one node.

    Args:
        me: id of the member.
        membership: the version that is trusted now.
    """

    me: str
    membership: Callable[[], Membership]
    ring: Callable[[], Keyring]
    book: Book
    clock: Callable[[], dt.datetime]

    # --- sending

    def send(
        self,
        type_id: str,
        recipients: Iterable[str],
        handling: Handling,
        content: dict[str, object],
        *,
        legal_basis: str = "",
        expires: str = "",
        correlates_to: str = "",
        supersedes: str = "",
        rests_on: Collection[str] = (),
        source: str = "",
    ) -> Notice:
        """Put a notice on its way.

        Args:
            rests_on: ids of notices that it was made of: their limits hold for it, and their originators' consent.
            source: what called for it; the same source sends once.

        Raises:
            BadInput: it cannot be used, or may not be told to one of them; nothing is sent then.
        """
        now, document = self._now(), self.membership()
        of_type, told = shipped_types().get(type_id), tuple(sorted(set(recipients)))
        derived = [one.letter.notice for name in rests_on for one in self.book.of_notice(name)[:1]]
        # What goes back to its originator alone may say what they said, under the limits that are stated for it.
        merged = strictest([handling, *(one.handling for one in derived if told != (one.originator,))])
        notice = Notice(
            type=type_id,
            version=of_type.version if of_type else 0,
            originator=self.me,
            recipients=told,
            handling=merged,
            legal_basis=legal_basis or (str(of_type.citation) if of_type else ""),
            created=stamp(now),
            content=content,
            expires=expires,
            correlates_to=correlates_to,
            supersedes=supersedes,
        )
        self._may_pass_on(derived, told, document, now)
        for problem in problems(notice):
            raise BadInput(problem, where=type_id[:40])
        self._may(notice, document, now)
        if len(canonical_json(to_plain(notice))) > MAX_BYTES // 2:
            raise BadInput("it is too long", where=type_id, remedy=f"at most {MAX_BYTES // 2:,} bytes")

        def make(peer: str, seq: int, previous: str) -> Letter:
            return Letter(document.coalition, peer, seq, previous, notice)

        self.book.queue(source, notice.recipients, make)
        return notice

    def _may_pass_on(
        self, derived: Sequence[Notice], told: Sequence[str], document: Membership, now: dt.datetime
    ) -> None:
        for other in derived:
            consents = self.consents(other)
            for one in told:
                why = why_not_passed_on(other.handling, one, other.originator, self.me, consents, document, now)
                if why:
                    raise BadInput(f"it rests on what {other.originator} told: {why}", where="recipients")

    def _may(self, notice: Notice, document: Membership, now: dt.datetime) -> None:
        if document.expired(now):
            raise BadInput(f"the membership document expired on {document.expires}", remedy="renew it")
        active = {one.id for one in document.active(now)}
        for one in notice.recipients:
            if one not in active:
                raise BadInput(f"{one[:30]!r} is no member", where="recipients", remedy=", ".join(sorted(active)))
            if not may_hold(notice.handling, one, self.me, document, now):
                raise BadInput(f"{notice.handling}: {one} may not hold it", where="recipients")

    def consents(self, notice: Notice) -> frozenset[str]:
        """To whom the originator of a notice has consented that it is passed on."""
        found: set[str] = set()
        for request in self.book.of_notice(notice.id):
            for one in self.book.answers(request.letter.notice.id):
                given = one.letter.notice
                good = given.type == "release_consent" and given.originator == notice.originator
                if good and given.content.get("notice") == notice.id and one.state in ("received", "applied"):
                    found.update(given.content["to"])
        return frozenset(found)

    def outgoing(self, peer: str, *, limit: int = BATCH) -> list[tuple[Letter, bytes]]:
        """Letters to a peer that are due, as they go out: signed with the keys of now.

        Raises:
            BadInput: the membership document has expired.
        """
        now, document = self._now(), self.membership()
        if document.expired(now):
            raise BadInput(f"the membership document expired on {document.expires}", remedy="renew it")
        waiting = self.book.waiting(peer, stamp(now), limit)
        return [(one.letter, written(one.letter, self.ring(), document, now)) for one in waiting]

    def put_off(self, peer: str, letters: Iterable[Letter], problem: str) -> None:
        """Letters did not arrive: they are tried again, each time twice as late, at least once an hour."""
        now = self._now()
        attempts = {one.letter.seq: one.attempts for one in self.book.waiting(peer, stamp(now), 10 * BATCH)}
        for letter in letters:
            wait = min(_LONGEST_WAIT, _FIRST_WAIT * 2 ** min(attempts.get(letter.seq, 0), 6))
            self.book.put_off(peer, letter.seq, stamp(now + wait), problem[:500])

    def receipts(self, blob: bytes) -> int:
        """Take a receipt; how many letters it settles that were not settled before.

        Raises:
            BadInput: it is none of a member to us.
        """
        now = self._now()
        found = read_receipt(blob, self.me, self.membership(), now)
        return sum(self.book.settle(found.by, line, stamp(now)) for line in found.lines)

    # --- taking

    def take(self, blobs: Sequence[bytes]) -> Brought:
        """Take letters that somebody brought; who brought them says nothing."""
        now, document = self._now(), self.membership()
        lines: dict[str, list[Line]] = {}
        rejected: list[str] = []
        new = again = 0
        for blob in blobs[: 10 * BATCH]:
            try:
                if document.expired(now):
                    raise BadInput(f"the membership document expired on {document.expires}", remedy="renew it")
                found = opened(blob, self.me, document, self.ring(), now)
                line, first = self._keep(found, document, now)
            except BadInput as error:
                rejected.append(str(error))
                self.book.rejected(str(error), len(blob), stamp(now))
                continue
            lines.setdefault(found.letter.notice.originator, []).append(line)
            new, again = new + first, again + (not first)
        receipts = {
            peer: receipt(tuple(found), self.me, peer, document, self.ring(), now) for peer, found in lines.items()
        }
        return Brought(receipts, new, again, tuple(rejected))

    def _keep(self, found: Opened, document: Membership, now: dt.datetime) -> tuple[Line, bool]:
        letter, peer = found.letter, found.letter.notice.originator
        there = self.book.held(peer, letter.seq)
        if there is None:
            self._follows(letter, peer)
            state, why = self._state(found, document, now)
            # Whatever comes before its turn waits, also what will be refused: an order has no exceptions.
            state = "held" if letter.seq > self.book.expected(peer) else state
            if self.book.keep(peer, Taken(letter, state, stamp(now), found.signed, why)):
                self._release(peer, now)
                return Line(letter.seq, letter.id, OUTCOME.get(state, state), why), True
            there = self.book.held(peer, letter.seq)
        if there is None or there.letter.id != letter.id:
            told = f"{peer} wrote two letters number {letter.seq}: the first one counts"
            raise BadInput(told, where="letter", remedy="ask them which backup they restored")
        return Line(letter.seq, letter.id, OUTCOME.get(there.state, there.state), there.problem), False

    def _follows(self, letter: Letter, peer: str) -> None:
        """Refuse a letter that is of another stream than its neighbours."""
        before = self.book.held(peer, letter.seq - 1) if letter.seq > 1 else None
        after = self.book.held(peer, letter.seq + 1)
        forked = (before is not None and before.letter.id != letter.previous) or (
            after is not None and after.letter.previous != letter.id
        )
        if forked or (letter.seq == 1) != (not letter.previous):
            told = f"letter {letter.seq} of {peer} does not follow those that came before"
            raise BadInput(told, where="letter", remedy="ask them which backup they restored")

    def _release(self, peer: str, now: dt.datetime) -> None:
        """Give on what waited for a letter that is there now."""
        seq = self.book.expected(peer)
        while (one := self.book.held(peer, seq)) is not None and one.state == "held":
            state = "expired" if one.letter.notice.expired(now) else "refused" if one.problem else "received"
            self.book.release(peer, seq, state)
            seq += 1

    def _state(self, found: Opened, document: Membership, now: dt.datetime) -> tuple[str, str]:
        """What becomes of a letter that is authentic: refused for good where it breaks a rule."""
        notice = found.letter.notice
        for problem in problems(notice):
            return "refused", problem
        if notice.handling.sealed and not found.sealed:
            return "refused", f"{notice.handling} travels sealed; it came open"
        if not may_hold(notice.handling, self.me, notice.originator, document, now):
            return "refused", f"{notice.handling}: {self.me} may not hold it"
        if notice.expired(now):
            return "expired", f"it expired on {notice.expires}"
        return "received", ""

    # --- after a restored backup

    def ask_back(self, peer: str) -> tuple[Restore, bytes]:
        """What a node that was restored asks a member for: its own letters that it lost, and theirs once more.

        Raises:
            BadInput: the membership document has expired.
        """
        now, document = self._now(), self.membership()
        if document.expired(now):
            raise BadInput(f"the membership document expired on {document.expires}", remedy="renew it")
        request = restoring.asked(self.me, peer, self.book.settled(peer), self.book.expected(peer), document, now)
        return request, restoring.written(request, self.ring())

    def give_back(self, blob: bytes, *, limit: int = BATCH) -> tuple[Restore, list[bytes], int]:
        """What a restored member asks for: its letters that we hold, and how many of ours go out once more.

        Raises:
            BadInput: it is no request of a member to us, or its stream is another than the one that we hold.
        """
        now, document = self._now(), self.membership()
        request = restoring.read(blob, self.me, document, now)
        there = self.book.held(request.by, request.sent) if request.sent else None
        if request.sent and (there is None or there.letter.id != request.last):
            raise BadInput("their stream is another than the one that we hold", where="restore")
        letters = restoring.given_back(self.book.signed(request.by, request.sent, limit), request.by, document, now)
        return request, letters, self.book.again(request.by, request.came)

    def put_back(self, request: Restore, blobs: Sequence[bytes]) -> tuple[int, int]:
        """Put our own letters that a member gave back into their places; how many, and how many of ours moved.

        Raises:
            BadInput: one is not ours; nothing is changed then.
        """
        now, document = self._now(), self.membership()
        letters = restoring.own_letters(blobs, request, document, self.ring(), now)

        def make(letter: Letter, seq: int, previous: str) -> Letter:
            return replace(letter, seq=seq, previous=previous)

        return self.book.put_back(request.to, letters, make, stamp(now))

    # --- effects

    def to_do(self, *, limit: int = BATCH) -> list[Taken]:
        """What has come in and has had no effect yet, in the order of each stream."""
        return list(self.book.received(limit))

    def recalled(self, recall: Notice) -> list[Taken]:
        """The letters that a recall takes back: only whoever told can."""
        if recall.type != RECALL:
            return []
        found = self.book.of_notice(recall.supersedes)
        return [one for one in found if one.letter.notice.originator == recall.originator]

    def done(self, taken: Taken, state: str, problem: str = "") -> None:
        """Note what became of a letter: ``applied``, ``refused`` or ``recalled``."""
        peer = taken.letter.notice.originator
        self.book.done(peer, taken.letter.seq, state, problem[:500])

    def _now(self) -> dt.datetime:
        return self.clock().astimezone(dt.UTC)
