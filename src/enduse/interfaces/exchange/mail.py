"""What cases call for, as letters; and what letters do to cases, denials and consultations.

A case's messages are in the outbox, written with their events. Each becomes one notice, once, however often this runs.
What came in has its effect through licensing itself, by an actor named after the node that told: its guards decide.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from enduse.cases.clocks import Deadline
from enduse.cases.context import Actor
from enduse.cases.denial_bodies import Denial, DenialReviewed
from enduse.cases.denials import half_year
from enduse.cases.events import parse_body
from enduse.cases.refusals import Conflict, Refused
from enduse.exchange.handling import Handling, partner, public, regime
from enduse.exchange.notices import RECALL, Notice
from enduse.exchange.post import Post, Taken
from enduse.exchange.strict import moment
from enduse.interfaces.exchange.book import StoredBook
from enduse.interfaces.exchange.desk import RESTS
from enduse.interfaces.exchange.node import Acted, Node
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.licensing.registers import checked_denial
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput, EndUseError
from enduse.model.letter_record import OUT, SEEN

EU, REGIME = "eu", "wassenaar"
AGGREGATE = "regime_aggregate"
"""Told once a half-year, counted by item and destination, when it is over."""
_TOLD, _AGGREGATES = "aggregates", "blocked:aggregates"
_OURS = ("exporter", "customs")
_DENIAL = "denial:"
_MOST = 500


class Mail:
    """The mail between a node and the cases of its authority.

    Args:
        node: the node.
        office: the licensing of the same store.
    """

    def __init__(self, node: Node, office: Office) -> None:
        self._node = node
        self._office = office

    # --- out

    def call(self) -> int:
        """Make letters of what cases called for since the last time, or could not be told then; how many notices."""
        letters, made = self._node.stores.need().letters, 0
        for name in filter(str.isdigit, self.blocked()):
            for place, message in letters.called(int(name) - 1, limit=1):
                if place == int(name):
                    letters.set_mark(f"blocked:{place}", "")
                    made += self._called(place, message)
        while found := letters.called(int(letters.mark(SEEN) or 0), limit=100):
            for place, message in found:
                made += self._called(place, message)
                letters.set_mark(SEEN, str(place))
        return made + self._aggregates()

    def _aggregates(self) -> int:
        """Tell the regime of denials of basic items, counted, once their half-year is over; how many notices."""
        letters, today = self._node.stores.need().letters, self._node.now().date()
        # A day later everywhere on earth is in the new half-year.
        current = half_year(today - dt.timedelta(days=1))
        if letters.mark(_TOLD) == current:
            return 0
        counts: Counter[tuple[str, str, str]] = Counter()
        citation = ""
        for message in letters.called_to(AGGREGATE):
            content = message["content"]
            if content["half_year"] < current:
                counts[content["half_year"], content["code"], content["destination"]] += 1
                citation = str(message["citation"]["text"])
        made = 0
        for (half, code, destination), count in sorted(counts.items()):
            source = f"aggregate:{half}:{code}:{destination}"[:200]
            if letters.sent_of(source):
                continue
            try:
                recipients, handling = self._whom("regime", "REGIME-PRIVILEGED")
                said = {"code": code, "destination": destination, "half_year": half, "count": count}
                self._node.post().send(
                    "denial_aggregate", recipients, handling, said, legal_basis=citation, source=source
                )
            except BadInput as error:
                letters.set_mark(_AGGREGATES, f"denial_aggregate to the regime: {error}"[:1000])
                return made
            made += 1
        letters.set_mark(_AGGREGATES, "")
        letters.set_mark(_TOLD, current)
        return made

    def blocked(self) -> dict[str, str]:
        """What cases called for and could not be told: place in the outbox -> why."""
        found = self._node.stores.need().letters.marks("blocked:")
        return {name.partition(":")[2]: why for name, why in found.items()}

    def _called(self, place: int, message: Mapping[str, Any]) -> int:
        to = str(message.get("to", ""))
        if to in _OURS or to == AGGREGATE:
            return 0
        source = f"case:{message['case']}:{place}"
        try:
            recipients, handling = self._whom(to, str(message["handling"]))
            content, rests_on = self._content(message)
            made = self._node.post().send(
                str(message["type"]),
                recipients,
                handling,
                content,
                legal_basis=str(message["citation"]["text"]),
                rests_on=rests_on,
                source=source,
            )
        except BadInput as error:
            self._node.stores.need().letters.set_mark(f"blocked:{place}", f"{message['type']} to {to}: {error}"[:1000])
            return 0
        for one in rests_on:
            self._node.stores.need().letters.set_mark(f"{RESTS}{one}:{made.id}", made.created)
        return 1

    def _whom(self, to: str, level: str) -> tuple[list[str], Handling]:
        node, now = self._node, self._node.now()
        document = node.membership()
        if to == "partners":
            return sorted(one.id for one in node.others()), public()
        if to in ("member_states", "regime"):
            group = EU if to == "member_states" else REGIME
            recipients = sorted(document.group(group, now) - {node.me})
            if not recipients:
                raise BadInput(f"nobody else of {group} is a member", where="membership")
            return recipients, regime(group) if level == "REGIME-PRIVILEGED" else partner(*recipients)
        member = document.of_state(to, now)
        if member is None:
            raise BadInput(f"no member of {to[:10]!r}", where="membership", remedy="tell them by other means")
        return [member.id], partner(member.id)

    def _content(self, message: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
        """What is told, by the originator's own names of their denials, and the notices that it rests on."""
        content = dict(message["content"])
        rests_on: list[str] = []
        named = content.get("denial")
        if isinstance(named, str) and named:
            told = self._node.stores.need().letters.mark(_DENIAL + named)
            if told:
                rests_on.append(told)
                content["denial"] = named.partition("/")[2]
        if message["type"] == "consultation_request":
            due = self._due(str(message["case"]), str(content["id"]))
            if due is not None and due.due is not None:
                content["reply_by"] = due.due.isoformat()
        return content, rests_on

    def _due(self, case: str, consultation: str) -> Deadline | None:
        found = self._office.licensing().deadlines(case)
        return next((one for one in found if one.key == consultation and one.rule.kind == "deemed"), None)

    # --- in

    def act(self) -> Acted:
        """Give what has come in its effect, in order. What fails stays, and is tried again at the next run."""
        acted = Acted()
        post = self._node.post()
        stuck: set[str] = set()
        while True:
            waiting = [one for one in post.to_do(limit=_MOST) if one.letter.notice.originator not in stuck]
            if not waiting:
                return acted
            for taken in waiting:
                notice = taken.letter.notice
                if notice.originator in stuck:
                    continue
                try:
                    state, problem = self._effect(taken, post)
                except EndUseError as error:
                    # Those after it may rest on it: they wait. What another member told does not.
                    stuck.add(notice.originator)
                    acted.problems.append(f"{notice.originator} {taken.letter.seq} {notice.type}: {error}")
                    continue
                post.done(taken, state, problem)
                acted.applied[notice.type] = acted.applied.get(notice.type, 0) + 1
                if problem:
                    acted.problems.append(f"{notice.originator} {taken.letter.seq} {notice.type}: {problem}")

    def _effect(self, taken: Taken, post: Post) -> tuple[str, str]:
        """What becomes of a letter: its state, and what is to be said of it."""
        notice = taken.letter.notice
        actor = Actor(f"node:{notice.originator}", frozenset({"consultation_officer"}))
        try:
            if notice.type == "denial_notification":
                return self._denied(notice, actor)
            if notice.type == "denial_review":
                content = {**notice.content, "id": f"{notice.originator}/{notice.content['denial']}"}
                content.pop("denial")
                review = parse_body("denial_reviewed", content)
                assert isinstance(review, DenialReviewed)
                self._reviewed(review, actor)
            elif notice.type in ("consultation_response", "consultation_extension"):
                return self._answered(taken, actor)
            elif notice.type == RECALL:
                return self._recalled(notice, post, actor)
        except BadInput as error:
            return "refused", str(error)
        except Refused as error:
            return "applied", f"it changed nothing: {str(error).splitlines()[0]}"
        return "applied", ""

    def _denied(self, notice: Notice, actor: Actor) -> tuple[str, str]:
        plain = notice.content["denial"]
        own = str(plain.get("id", ""))
        denial = parse_body(
            "denial_recorded",
            {**plain, "id": f"{notice.originator}/{own}", "handling": notice.handling.level},
        )
        assert isinstance(denial, Denial)
        member = self._node.membership().member(notice.originator)
        if member is None or denial.authority != member.state:
            raise BadInput(f"{notice.originator} tells of a denial of {denial.authority[:10]!r}", where="denial")
        problem = ""
        try:
            self._office.licensing().record_denial(checked_denial(denial), actor)
        except Conflict:
            # Told before: by this same letter, before the process ended; or to say the same to another group.
            there = next((one for one in self._office.licensing().denials() if one.id == denial.id), None)
            if there is None or _said(there) != _said(denial):
                problem = f"another denial is kept as {denial.id}: this one is not"
        letters = self._node.stores.need().letters
        if not problem and not letters.mark(_DENIAL + denial.id):
            letters.set_mark(_DENIAL + denial.id, notice.id)
        return "applied", problem

    def _reviewed(self, review: DenialReviewed, actor: Actor) -> None:
        """Note a review, once: it may be told to two groups of which we are both."""
        there = next((one for one in self._office.licensing().denials() if one.id == review.id), None)
        ends = "revoked" if review.outcome == "revoke" else "in_force"
        if there is None or (there.reviewed_on, there.status) != (review.on, ends):
            self._office.licensing().review_denial(review, actor)

    def _answered(self, taken: Taken, actor: Actor) -> tuple[str, str]:
        notice, letters = taken.letter.notice, self._node.stores.need().letters
        asked = next((one for one in letters.of_notice(notice.correlates_to) if one.direction == OUT), None)
        if asked is None or asked.type != "consultation_request":
            raise BadInput("it answers what we did not ask", where="correlates_to")
        if notice.originator not in {one.peer for one in letters.of_notice(asked.notice)}:
            raise BadInput("it answers what somebody else was asked", where="correlates_to")
        consultation = StoredBook(letters).letter(asked).notice.content["id"]
        if notice.content["id"] != consultation:
            raise BadInput("it answers another question than the one that it names", where="id")
        if not asked.source.startswith("case:"):
            return "applied", "no case of ours asked it: somebody must look"
        case = asked.source.split(":")[1]
        self._theirs(case, consultation, notice.originator)
        due = self._due(case, consultation)
        if due is not None and due.due is not None and self._came(case, taken) > due.due:
            # Silence had its meaning before it came, whether or not somebody looked.
            self._office.licensing().tick(case)
        name = {"consultation_response": "answer_consultation", "consultation_extension": "extend_consultation"}
        try:
            self._office.licensing().post(case, name[notice.type], dict(notice.content), actor)
        except Conflict:
            raise BadInput("somebody changed the case meanwhile", remedy="the next run tries again") from None
        return "applied", ""

    def _theirs(self, case: str, consultation: str, originator: str) -> None:
        """Refuse whoever is not the partner of a consultation.

        Raises:
            BadInput: they are not.
        """
        member = self._node.membership().member(originator)
        of_case = self._office.licensing().case(case).consultations
        partners = {one.asked.partner for one in of_case if one.asked.id == consultation}
        if member is None or partners != {member.state}:
            raise BadInput("it answers what somebody else was asked", where="id")

    def _came(self, case: str, taken: Taken) -> dt.date:
        """The civil day of the authority on which a letter came."""
        applied = self._office.licensing().case(case).applied
        zone = self._office.policies.authorities[applied.authority].zone
        return moment(taken.at, "at").astimezone(zone).date()

    def _recalled(self, notice: Notice, post: Post, actor: Actor) -> tuple[str, str]:
        found = post.recalled(notice)
        for one in found:
            told = one.letter.notice
            if told.type == "denial_notification" and one.state == "applied":
                identifier = f"{told.originator}/{told.content['denial'].get('id', '')}"
                day = self._node.now().date()
                review = DenialReviewed(identifier, "revoke", f"recalled: {notice.content['reason']}", day)
                self._office.licensing().review_denial(review, actor)
            post.done(one, "recalled", f"by {notice.id[:12]}")
        return "applied", "" if found else "we hold nothing that it recalls"


def _said(denial: Denial) -> dict[str, Any]:
    plain: dict[str, Any] = to_plain(denial)
    for name in ("handling", "status", "reviewed_on"):
        plain.pop(name, None)
    return plain
