"""Licensing, read this first: one object over a log of cases, a clock, policies and the ground.

    Licensing.open    a draft, by an exporter
    Licensing.act     any command on a case, by whoever is signed in
    Licensing.tick    what follows by itself; may run late or twice
    Licensing.due     what runs out when

A command is decided by :func:`enduse.cases.decide.decide`; what follows from it is added in the same append; either all
of it is kept, with its audit entries and messages, or nothing is.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from enduse.cases.application import Application
from enduse.cases.bodies import Drafted, Reasoned, Superseded
from enduse.cases.case import Case
from enduse.cases.clocks import Deadline, what_is_due
from enduse.cases.context import BY_ITSELF, Actor, Context, case_deadlines, lasts
from enduse.cases.decide import IDENTITY_KEYS, Command, decide, follow, parse_command
from enduse.cases.denial_bodies import Denial, DenialReviewed
from enduse.cases.denials import DenialMatch, fold_denial, matches
from enduse.cases.document_bodies import DocumentIssued
from enduse.cases.document_contents import content_of, documents_of
from enduse.cases.documents import Content, DocumentRef
from enduse.cases.events import CaseEvent
from enduse.cases.folding import apply, fold
from enduse.cases.ground import Ground
from enduse.cases.human_rights import PrefilledFact, prefill
from enduse.cases.log import Append, Attempt, CaseLog
from enduse.cases.messages import messages_for
from enduse.cases.policies import Policies
from enduse.cases.possible import Possible, possible
from enduse.cases.refusals import Code, Conflict, Missing, Refusal, Refused
from enduse.cases.retention import Retention, retention_of
from enduse.cases.view import CaseView, exporter_view, view_of
from enduse.model.codec import canonical_json, to_plain
from enduse.model.decision import digest
from enduse.model.errors import BadInput

DENIAL = "denial:"
"""Prefix of the ids under which partners' denials are kept."""
NO_CASE = (DENIAL, "designation:", "evidence:", "protected:")
"""Prefixes of what the log holds and is no case of licensing."""
_ID = re.compile(r"[A-Za-z0-9._/-]{1,120}")


class Licensing:
    """The licensing of an installation.

    Args:
        log: keeps the events.
        clock: tells the moment, with its time zone.
        policies: what the authorities prescribe.
        ground: what lies outside a case, for a case and the person who acts on it: it gives nobody a denial that they
            may not see.
    """

    def __init__(
        self,
        log: CaseLog,
        clock: Callable[[], dt.datetime],
        policies: Policies,
        ground: Callable[[Case, Actor], Ground],
    ) -> None:
        self._log = log
        self._clock = clock
        self._policies = policies
        self._ground = ground

    @property
    def policies(self) -> Policies:
        """The policies in force."""
        return self._policies

    def open(self, application: Application, actor: Actor, *, case_id: str = "") -> Case:
        """Open a case with a draft.

        Args:
            case_id: its id; made of its content and the moment where empty.

        Raises:
            Refused: the actor may not, or a value cannot be used.
            BadInput: the id has other characters than letters, digits and ``. _ / -``, or more than 120.
            Conflict: there is such a case.
        """
        now = self._clock()
        identifier = _usable(case_id or self._new_id(application, now, actor))
        if application.amends:
            return self._amend(identifier, application, actor)
        return self._do(Case(identifier), Command("draft", Drafted(application)), actor)

    def act(self, case_id: str, command: Command, actor: Actor, *, expected: int | None = None) -> Case:
        """Do a command.

        Args:
            expected: number of the last event that the actor saw; the present one when None.

        Raises:
            Refused: with everything that is missing; the attempt is in the audit chain.
            Conflict: somebody else was first.
        """
        case = self._existing(case_id)
        if expected is not None and expected != case.seq:
            raise Conflict(case_id, expected, case.seq)
        return self._do(case, command, actor)

    def post(
        self, case_id: str, name: str, sent: Mapping[str, Any], actor: Actor, *, expected: int | None = None
    ) -> Case:
        """Do a command that somebody sent as plain values.

        Raises:
            Refused: also where the request names who acts: that is who is signed in, and nobody else.
            Conflict: somebody else was first.
        """
        try:
            command = parse_command(name, sent, self._policies)
        except BadInput as error:
            command = Refusal(name, Code.INPUT, str(error))
        if isinstance(command, Refusal):
            named = tuple(f"{key}={str(sent[key])[:100]}" for key in sorted(IDENTITY_KEYS & set(sent)))
            raise self._refused(case_id, command, actor, digest(_harmless(sent)), named)
        return self.act(case_id, command, actor, expected=expected)

    def case(self, case_id: str) -> Case:
        """The case as it stands.

        Raises:
            BadInput: there is none.
        """
        return self._existing(case_id)

    def history(self, case_id: str) -> tuple[CaseEvent, ...]:
        """Its events, in order."""
        return tuple(self._log.read(case_id))

    def tick(self, case_id: str) -> Case:
        """Note what followed by itself since the last event."""
        case = self._existing(case_id)
        events = follow(case, self._clock(), self._ground(case, BY_ITSELF), self._policies)
        if not events:
            return case
        after, append = self._kept(case, events)
        self._log.append(append)
        return after

    def exporter_view(self, case_id: str, actor: Actor) -> Mapping[str, Any]:
        """What the exporter sees of their case.

        Raises:
            Refused: it is another exporter's.
        """
        case = self._existing(case_id)
        if case.application is None or case.application.exporter != actor.organisation:
            refusal = Refusal("view", Code.NOT_YOURS, "this is another exporter's case")
            raise self._refused(case_id, refusal, actor, "")
        return exporter_view(case, self._policies, self._day(case))

    def preview(self, case_id: str, command: Command, actor: Actor) -> Refusal | None:
        """Why a command would be refused now; None where it would be done. Nothing is stored."""
        case = self._existing(case_id)
        found = decide(case, command, actor, self._clock(), self._ground(case, actor), self._policies)
        return found if isinstance(found, Refusal) else None

    def possible(self, case_id: str, actor: Actor) -> tuple[Possible, ...]:
        """What the actor may do in a case now, and what stands in the way of the rest. Nothing is stored."""
        case = self._existing(case_id)
        return possible(case, actor, self._clock(), self._ground(case, actor), self._policies)

    def prefill(self, case_id: str, actor: Actor) -> tuple[PrefilledFact, ...]:
        """Facts for the human-rights assessor, as far as the actor may see them."""
        return prefill(self._context(case_id, actor).facts, self._policies)

    def matches(self, case_id: str, actor: Actor) -> tuple[DenialMatch, ...]:
        """Denials that resemble a case, of those that the actor may see."""
        case = self._existing(case_id)
        return matches(case, self._ground(case, actor).denials, self._policies.matching)

    def deadlines(self, case_id: str) -> tuple[Deadline, ...]:
        """The clocks of a case today, recomputed from its events."""
        case = self._existing(case_id)
        return case_deadlines(case, self._policies, self._day(case))

    def due(self, within: int) -> tuple[tuple[str, Deadline], ...]:
        """Deadlines of all cases that run out in ``within`` days or have passed unmet."""
        today = self._clock().date()
        until = today + dt.timedelta(days=within)
        return what_is_due(self._all_deadlines(until), today, within)

    def documents(self, case_id: str, audience: str = "") -> tuple[DocumentRef, ...]:
        """The documents that a case calls for, in order.

        Args:
            audience: see :func:`enduse.cases.document_contents.documents_of`.
        """
        self._existing(case_id)
        return documents_of(self.history(case_id), self._policies, audience)

    def content(self, case_id: str, document: str, audience: str = "") -> Content:
        """What a document says, from the case as it stood at its event.

        Raises:
            BadInput: there is no such document for that audience.
        """
        self._existing(case_id)
        return content_of(case_id, self.history(case_id), document, self._policies, audience)

    def issue(self, case_id: str, issued: DocumentIssued) -> Case:
        """Record which bytes a document was issued as. What is recorded once stays; saying it again changes nothing.

        Raises:
            BadInput: there is no such document, or it says something else.
            Refused: it was issued with another content.
            Conflict: somebody else was first.
        """
        if self.content(case_id, issued.id).sha256 != issued.content_sha256:
            raise BadInput("this is not what the document says", where="content_sha256", remedy="render it again")
        return self.act(case_id, Command("issue_document", issued), BY_ITSELF)

    def retention(self, case_id: str) -> Retention:
        """How long a case is kept, and why."""
        return retention_of(self._existing(case_id), self._policies)

    def erase(self, case_id: str, actor: Actor, reason: str) -> None:
        """Take away what a case says of anybody, keep its hashes.

        Raises:
            Refused: the role may not, a legal hold stands, or the period has not passed.
        """
        case = self._existing(case_id)
        found = retention_of(case, self._policies)
        missing: list[Missing] = list(found.obstacles(self._day(case)))
        if not reason.strip():
            missing.append(Missing("a reason", "reason"))
        code, why = Code.GUARD, "it must be kept"
        if "records_officer" not in actor.roles or actor.roles & self._policies.barred:
            code, why, missing = Code.ROLE, "none of your roles may do this", [Missing("records_officer", "roles")]
        if missing:
            raise self._refused(case_id, Refusal("erase", code, why, tuple(missing)), actor, digest(reason))
        from_reason = _event(case, self._clock(), actor.id, "records_officer", "erased", reason)
        view = CaseView(case_id, from_reason.seq, "erased", *[""] * 13)
        self._log.erase(case_id, from_reason, view)

    def record_denial(self, denial: Denial, actor: Actor) -> Denial:
        """Keep a denial that a partner told of.

        Raises:
            Refused: the role may not.
            Conflict: it is kept already.
        """
        self._denial_role(actor, "record_denial", _usable(denial.id))
        event = CaseEvent.of(
            1, self._clock().astimezone(dt.UTC), actor.id, "consultation_officer", "denial_recorded", denial
        )
        self._log.append(Append(f"{DENIAL}{denial.id}", 0, (event,)))
        return denial

    def denials(self) -> tuple[Denial, ...]:
        """Partners' denials as they stand. Who may see which is the caller's to filter, before anything is compared."""
        found = (fold_denial(self._log.read(one)) for one in self._log.ids(DENIAL))
        return tuple(one for one in found if one is not None)

    def review_denial(self, review: DenialReviewed, actor: Actor) -> Denial:
        """Note what its originator said of a partner's denial: renewed, amended or revoked.

        Raises:
            Refused: the role may not.
            BadInput: no such denial.
        """
        self._denial_role(actor, "review_denial", review.id)
        events = list(self._log.read(f"{DENIAL}{review.id}"))
        if not events:
            raise BadInput(f"no denial {review.id!r}", where="denial")
        now = self._clock().astimezone(dt.UTC)
        event = CaseEvent.of(len(events) + 1, now, actor.id, "consultation_officer", "denial_reviewed", review)
        self._log.append(Append(f"{DENIAL}{review.id}", len(events), (event,)))
        found = fold_denial([*events, event])
        if found is None:
            raise BadInput(f"denial {review.id!r} was never recorded", where="denial")
        return found

    def _denial_role(self, actor: Actor, command: str, subject: str) -> None:
        if "consultation_officer" not in actor.roles or actor.roles & self._policies.barred:
            missing = (Missing("one of the roles: consultation_officer", "roles"),)
            refusal = Refusal(command, Code.ROLE, "none of your roles may do this", missing)
            raise self._refused(f"{DENIAL}{subject}", refusal, actor, "")

    def _amend(self, identifier: str, application: Application, actor: Actor) -> Case:
        """A new case that amends another; the other ends in the same breath, or, where it is decided, stays."""
        old = self._existing(application.amends)
        if old.application is None or old.application.exporter != actor.organisation:
            refusal = Refusal("draft", Code.NOT_YOURS, "what it amends is another exporter's case")
            raise self._refused(application.amends, refusal, actor, digest(to_plain(application)))
        if old.superseded_by:
            refusal = Refusal("draft", Code.STATUS, f"{old.id} is amended by {old.superseded_by} already")
            raise self._refused(old.id, refusal, actor, digest(to_plain(application)))
        new, draft = self._made(Case(identifier), Command("draft", Drafted(application)), actor)
        appends = [draft]
        if any(old.status in row.source for row in self._policies.of_command("supersede")):
            appends.append(self._made(old, Command("supersede", Superseded(identifier)), BY_ITSELF)[1])
        # In one transaction: of two who amend at once, one must not leave a draft that amends nothing.
        self._log.append(*appends)
        return new

    def _do(self, case: Case, command: Command, actor: Actor) -> Case:
        after, append = self._made(case, command, actor)
        if append.events:
            self._log.append(append)
        return after

    def _made(self, case: Case, command: Command, actor: Actor) -> tuple[Case, Append]:
        """The case after a command and what follows from it, and what is to be kept.

        Raises:
            Refused: the command is; the attempt is in the audit chain.
        """
        now, ground = self._clock(), self._ground(case, actor)
        made = decide(case, command, actor, now, ground, self._policies)
        if isinstance(made, Refusal):
            raise self._refused(case.id, made, actor, digest(to_plain(command.body)))
        after = _after(case, made)
        if made:
            made = (*made, *follow(after, now, self._ground(after, BY_ITSELF), self._policies))
        return self._kept(case, made)

    def _kept(self, case: Case, events: tuple[CaseEvent, ...]) -> tuple[Case, Append]:
        after = _after(case, events)
        messages = messages_for(after, events, self._policies)
        return after, Append(case.id, case.seq, events, messages, view_of(after, self._policies))

    def _refused(self, case_id: str, refusal: Refusal, actor: Actor, sent: str, named: tuple[str, ...] = ()) -> Refused:
        why = f"{refusal.why}: {', '.join(refusal.rules)}" if refusal.missing else refusal.why
        at = self._clock().astimezone(dt.UTC)
        self._log.refused(case_id, Attempt(at, actor.id, refusal.command, refusal.code, why, sent, named))
        return Refused(refusal)

    def _existing(self, case_id: str) -> Case:
        events = self._log.read(case_id)
        if not events or case_id.startswith(NO_CASE):
            raise BadInput(f"no case {case_id!r}", where="case", remedy="check its id")
        return fold(case_id, events)

    def _context(self, case_id: str, actor: Actor) -> Context:
        case = self._existing(case_id)
        return Context(case, "", None, actor, self._clock(), self._ground(case, actor), self._policies)

    def _day(self, case: Case) -> dt.date:
        if case.application is None:
            return self._clock().date()
        return self._clock().astimezone(self._policies.authorities[case.applied.authority].zone).date()

    def _all_deadlines(self, until: dt.date) -> Iterator[tuple[str, Deadline]]:
        for row in self._log.views(due_by=until):
            case = self._existing(row.id)
            ended = case.status in self._policies.final
            for one in case_deadlines(case, self._policies, self._day(case)):
                if not ended or lasts(one):
                    yield row.id, one

    @staticmethod
    def _new_id(application: Application, now: dt.datetime, actor: Actor) -> str:
        seed = canonical_json([to_plain(application), now.isoformat(), actor.id])
        return f"{application.authority}-{now:%Y%m%d}-{hashlib.sha256(seed).hexdigest()[:10]}"


def _usable(identifier: str) -> str:
    if not _ID.fullmatch(identifier):
        raise BadInput(f"{identifier[:60]!r} is no id", where="id", remedy="letters, digits and . _ / -, at most 120")
    return identifier


def _after(case: Case, events: tuple[CaseEvent, ...]) -> Case:
    for event in events:
        case = apply(case, event)
    return case


def _event(case: Case, now: dt.datetime, actor: str, role: str, kind: str, reason: str) -> CaseEvent:
    return CaseEvent.of(case.seq + 1, now.astimezone(dt.UTC), actor, role, kind, Reasoned(reason))


def _harmless(sent: Mapping[str, Any]) -> str:
    return repr(sorted(sent.items(), key=lambda pair: pair[0]))[:100_000]
