"""One person at the exchange: what they read and send, by their account.

What somebody may not see is left out before anything is counted; a notice that they may not see answers like none.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from enduse.exchange.due import Came, Standing, State, deadline, standing
from enduse.exchange.handling import LEVELS, Handling, partner
from enduse.exchange.notices import RECALL, Notice, shipped_types
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.exchange.book import StoredBook
from enduse.interfaces.exchange.deadlines import works_of
from enduse.interfaces.exchange.node import Node
from enduse.interfaces.identity.denied import Denied
from enduse.model import access
from enduse.model.codec import canonical_json, to_plain
from enduse.model.errors import BadInput
from enduse.model.letter_record import IN, OUT, LetterRow
from enduse.model.record import By

NONE_HELD = NotHeld("there is no such notice", "enduse exchange inbox lists those that you may read")
TOLD = ("PUBLIC", "PARTNER")
SENDS = "denial.record"
"""The action of whoever alone sends messages to partners: the consultation officer."""
QUESTION, ANSWER, MORE_TIME = "consultation_request", "consultation_response", "consultation_extension"
ASKS_RELEASE, CONSENT = "release_request", "release_consent"
_ID = re.compile(r"[0-9a-f]{64}")
RESTS = "rests:"
"""Mark of what was made of a notice: ``rests:NOTICE:NOTICE``."""
SEARCHED = 2_000
"""So many of the newest notices are searched for words."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as somebody reads it in a list.

    Attributes:
        peer: who told, or who was told.
        due: last day for an answer, where it waits for one.
        answered: whether it was answered.
        stands: of a question: ``open``, ``answered``, or ``deemed``; ``effective`` the day from which silence counts.
        meaning: what silence means.
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
    stands: str = ""
    effective: str = ""
    meaning: str = ""
    subject: str = ""


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

    # --- lists

    def inbox(self, types: Collection[str] = (), **chosen: Any) -> list[Shown]:
        """What came in, newest first, of what the person may read; see :meth:`listed`."""
        return self.listed(IN, types, **chosen)

    def outbox(self, types: Collection[str] = (), **chosen: Any) -> list[Shown]:
        """What was sent, newest first, of what the person may read; see :meth:`listed`."""
        return self.listed(OUT, types, **chosen)

    def listed(
        self,
        direction: str,
        types: Collection[str] = (),
        *,
        peer: str = "",
        search: str = "",
        limit: int = 1_000,
        offset: int = 0,
    ) -> list[Shown]:
        """Notices that the person may read, newest first: left out before anything is searched or counted.

        Args:
            peer: only those of, or to, a member.
            search: words, all of which their text holds; the newest :data:`SEARCHED` are searched.
        """
        levels = self.levels()
        if not levels or not self._known(peer):
            return []
        letters = self._node.stores.need().letters
        if not search:
            rows = letters.listed(direction, levels, types=tuple(types), peer=peer, limit=limit, offset=offset)
            return [self._shown(row) for row in rows]
        words, found = search.casefold().split(), []
        for row in letters.listed(direction, levels, types=tuple(types), peer=peer, limit=SEARCHED):
            notice = self._notice(row)
            text = f"{canonical_json(to_plain(notice)).decode('utf-8')} {row.peer} {row.notice}".casefold()
            if all(word in text for word in words):
                found.append((row, notice))
        return [self._shown(row, notice) for row, notice in found[offset : offset + limit]]

    def count(self, direction: str, types: Collection[str] = (), *, peer: str = "") -> int:
        """How many notices the person may read."""
        letters, levels = self._node.stores.need().letters, self.levels()
        if not levels or not self._known(peer):
            return 0
        return letters.count(direction, levels, types=tuple(types), peer=peer)

    def _known(self, peer: str) -> bool:
        return not peer or self._node.membership().member(peer) is not None

    def waiting(self) -> Mapping[str, int]:
        """How many letters wait for each member, of those that the person may read."""
        levels = self.levels()
        return self._node.stores.need().letters.waiting(levels) if levels else {}

    def due(self, today: dt.date) -> list[Shown]:
        """Questions to us that wait for an answer, those past their day first."""
        waiting = [one for one in self.inbox([QUESTION]) if not one.answered and one.state != "recalled"]
        return sorted(waiting, key=lambda one: (one.due > today.isoformat(), one.due, one.at))

    def asked(self) -> list[Shown]:
        """Our questions to others, with what was answered or is deemed."""
        return sorted(self.outbox([QUESTION]), key=lambda one: (one.stands != State.OPEN, one.due, one.at))

    def _shown(self, row: LetterRow, notice: Notice | None = None) -> Shown:
        notice = notice or self._notice(row)
        of_type = shipped_types().get(row.type)
        found = Shown(
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
            subject=_subject(notice.content),
        )
        if row.type != QUESTION:
            return found
        stands, answered = self._stands(row, notice)
        return replace(
            found,
            due=stands.due.isoformat(),
            answered=answered,
            stands=stands.state.value,
            effective=stands.effective.isoformat() if stands.effective else "",
            meaning=stands.meaning,
        )

    def _stands(self, row: LetterRow, notice: Notice) -> tuple[Standing, bool]:
        """How a question stands today, by the working days of whoever is asked; whether anything answers it."""
        reply = shipped_types()[QUESTION].reply
        assert reply is not None
        letters, document = self._node.stores.need().letters, self._node.membership()
        other = IN if row.direction == OUT else OUT
        came = [
            Came(self._notice(one), dt.date.fromisoformat((one.at if other == IN else one.created)[:10]))
            for one in letters.answering(row.notice)
            if one.direction == other and one.peer == row.peer and one.state not in ("refused", "held", "expired")
        ]
        member = document.member(row.peer if row.direction == OUT else self._node.me)
        works = works_of(member.state if member else "")
        asked, today = dt.date.fromisoformat(row.created[:10]), self._node.now().date()
        stated = str(notice.content.get("reply_by") or "")
        last = dt.date.fromisoformat(stated) if stated else None
        if last is not None and row.direction == IN:
            # Whoever asks may give more time than the law does here, and not less. Ours says what the case reckoned.
            last = max(last, deadline(asked, reply.working_days, works))
        found = standing(reply, asked, came, today, works, extension=MORE_TIME, last=last)
        answered = any(one.notice.type == ANSWER for one in came)
        return found, answered

    def _notice(self, row: LetterRow) -> Notice:
        return StoredBook(self._node.stores.need().letters).letter(row).notice

    # --- one notice

    def read(self, identifier: str) -> dict[str, Any]:
        """A notice, as it was signed; the reading is put on record.

        Raises:
            NotHeld: there is none, or one that the person may not know of: neither is told from the other.
        """
        letters = self._node.stores.need().letters
        rows = letters.of_notice(identifier, self.levels()) if _ID.fullmatch(identifier) else []
        if not rows:
            raise NONE_HELD
        row = rows[0]
        letters.was_read(row, by=self.by, reason=f"{row.type} of {row.originator}")
        notice = self._notice(row)
        return {
            "id": row.notice,
            "notice": to_plain(notice, keep_empty=True),
            "handling": str(notice.handling),
            "ours": row.originator == self._node.me,
            "letters": [to_plain(self._shown(one), keep_empty=True) for one in rows],
            "rests": self._rests(row.notice, notice),
        }

    def _rests(self, identifier: str, notice: Notice) -> dict[str, Any]:
        """What rests on a notice, as far as the person may read it."""
        letters, levels = self._node.stores.need().letters, self.levels()
        answers = letters.answering(identifier, levels)
        made = [
            row
            for name in letters.marks(f"{RESTS}{identifier}:")
            for row in letters.of_notice(name.rpartition(":")[2], levels)[:1]
        ]
        denial = notice.content.get("denial")
        theirs = notice.type == "denial_notification" and notice.originator != self._node.me
        return {
            "answers": [to_plain(self._shown(one), keep_empty=True) for one in answers],
            "made_of_it": [to_plain(self._shown(one), keep_empty=True) for one in made],
            "denial": f"{notice.originator}/{denial.get('id', '')}" if theirs and isinstance(denial, Mapping) else "",
            "released_to": sorted(self._node.post().consents(notice)),
        }

    # --- sending

    def _may_send(self) -> None:
        decision = access.decide(self._policies, self.person, SENDS)
        if not decision.allowed:
            raise Denied(self.person, SENDS, decision, None)

    def send(
        self, type_id: str, recipients: Collection[str], handling: Handling, content: dict[str, Any], **more: Any
    ) -> Notice:
        """Send a notice, as the person.

        Raises:
            Denied: who is no consultation officer sends nothing.
            BadInput: it cannot be used, or may not be told to one of them.
        """
        self._may_send()
        made = self._node.post(self.by).send(type_id, recipients, handling, content, **more)
        for one in more.get("rests_on", ()):
            self._node.stores.need().letters.set_mark(f"{RESTS}{one}:{made.id}", made.created)
        return made

    def answer(self, identifier: str, answer: str, reasons: str) -> Notice:
        """Answer a question of another member: ``yes`` or ``no``, with reasons.

        Raises:
            NotHeld: there is no such question that the person may read.
            BadInput: it was answered, or is no question.
            Denied: see :meth:`send`.
        """
        notice, rows = self._question(identifier)
        if answer not in ("yes", "no") or not reasons.strip():
            raise BadInput("an answer is yes or no, with reasons", where="answer")
        self._refuse_again(rows, ANSWER, "it was answered")
        content = {"id": notice["content"]["id"], "answer": answer, "reasons": reasons}
        return self._back(ANSWER, notice, content, identifier)

    def more_time(self, identifier: str, reason: str) -> Notice:
        """Ask for more time to answer a question, once.

        Raises:
            NotHeld, BadInput, Denied: see :meth:`answer`.
        """
        notice, rows = self._question(identifier)
        if not reason.strip():
            raise BadInput("more time is asked for with a reason", where="reason")
        self._refuse_again(rows, ANSWER, "it was answered")
        self._refuse_again(rows, MORE_TIME, "more time was asked for")
        if any(one["stands"] == State.DEEMED for one in rows):
            raise BadInput("its day is past: silence has its meaning", where=identifier[:64])
        return self._back(MORE_TIME, notice, {"id": notice["content"]["id"], "reason": reason}, identifier)

    def _question(self, identifier: str) -> tuple[dict[str, Any], Sequence[dict[str, Any]]]:
        found = self.read(identifier)
        notice = found["notice"]
        if notice["type"] != QUESTION or notice["originator"] == self._node.me:
            raise BadInput("it is no question to us", where=identifier[:64])
        return notice, found["letters"]

    def _refuse_again(self, rows: Sequence[dict[str, Any]], type_id: str, why: str) -> None:
        letters = self._node.stores.need().letters
        for one in letters.answering(str(rows[0]["id"])):
            if one.type == type_id and one.direction == OUT:
                raise BadInput(why, where=str(rows[0]["id"]))

    def _back(self, type_id: str, notice: Mapping[str, Any], content: dict[str, Any], identifier: str) -> Notice:
        asks = str(notice["originator"])
        source = f"{'answer' if type_id == ANSWER else 'more'}:{identifier}"
        return self.send(type_id, [asks], partner(asks), content, correlates_to=identifier, source=source)

    def consent(self, identifier: str, to: Collection[str] = ()) -> Notice:
        """Consent that a notice of ours is passed on, as a member asked.

        Args:
            identifier: of the question.
            to: members; those that were asked for where empty.

        Raises:
            NotHeld: there is no such question that the person may read.
            BadInput: it asks for no release, of no notice of ours, or for others.
            Denied: see :meth:`send`.
        """
        notice = self.read(identifier)["notice"]
        if notice["type"] != ASKS_RELEASE or notice["originator"] == self._node.me:
            raise BadInput("it asks for no release", where=identifier[:64])
        wanted, asks = list(notice["content"]["to"]), str(notice["originator"])
        chosen = sorted(set(to) or set(wanted))
        if not set(chosen) <= set(wanted):
            raise BadInput("it was not asked for them", where="to", remedy=", ".join(wanted))
        named = str(notice["content"]["notice"])
        ours = self._node.stores.need().letters.of_notice(named, self.levels()) if _ID.fullmatch(named) else []
        if not any(one.direction == OUT and one.peer == asks for one in ours):
            raise BadInput("we told them no such notice", where="notice")
        content = {"notice": ours[0].notice, "to": chosen}
        source = f"consent:{identifier}:{','.join(chosen)}"[:200]
        return self.send(CONSENT, [asks], partner(asks), content, correlates_to=ours[0].notice, source=source)

    def recall(self, identifier: str, reason: str) -> Notice:
        """Take a notice of ours back, by a new one to all who were told.

        Raises:
            NotHeld: there is none that the person may read.
            BadInput: it is not ours, was taken back, or no reason is given.
            Denied: see :meth:`send`.
        """
        found = self.read(identifier)["notice"]
        if found["originator"] != self._node.me:
            raise BadInput("it is not ours", where=identifier[:64], remedy="only whoever told can take back")
        if not reason.strip():
            raise BadInput("a notice is taken back with a reason", where="reason")
        if self.recalled(identifier):
            raise BadInput("it was taken back", where=identifier[:64])
        to = list(found["recipients"])
        handling = Handling() if found["handling"]["level"] == "PUBLIC" else partner(*to)
        return self.send(RECALL, to, handling, {"reason": reason}, supersedes=identifier, source=f"recall:{identifier}")

    def recalled(self, identifier: str) -> bool:
        """Whether a notice of ours was taken back."""
        rows = self._node.stores.need().letters.listed(OUT, LEVELS, types=(RECALL,), limit=None)
        return any(row.supersedes == identifier for row in rows)


def _subject(content: Mapping[str, Any]) -> str:
    """What a notice is about, in a line."""
    denial = content.get("denial")
    if isinstance(denial, Mapping):
        parts = (denial.get("id"), denial.get("code"), denial.get("end_user"), denial.get("destination"))
        return ", ".join(str(one) for one in parts if one)[:200]
    names = (
        "question",
        "entity",
        "typology",
        "title",
        "reasons",
        "reason",
        "licence",
        "case_reference",
        "denial",
        "code",
    )
    return next((str(content[name])[:200] for name in names if isinstance(content.get(name), str)), "")
