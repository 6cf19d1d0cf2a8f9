"""One person at the desk of licensing: what they read and do, by their account."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from enduse.cases.application import Application
from enduse.cases.case import Case
from enduse.cases.clocks import Deadline
from enduse.cases.conditions import Facts
from enduse.cases.decide import IDENTITY_KEYS, Command
from enduse.cases.denials import DenialMatch, knows_of
from enduse.cases.human_rights import PrefilledFact
from enduse.cases.possible import Possible
from enduse.cases.refusals import Conflict
from enduse.cases.retention import Retention
from enduse.cases.service import NO_CASE
from enduse.cases.start import application_of
from enduse.cases.view import CaseView, exporter_view, statuses_of
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.identity.denied import Denied
from enduse.interfaces.licensing import views
from enduse.interfaces.licensing.actions import ACTIONS
from enduse.interfaces.licensing.wiring import actor_of
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model import access
from enduse.model.decision import digest
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.kept import Kept, Once
from enduse.model.record import By

if TYPE_CHECKING:
    from enduse.interfaces.licensing.office import Office

NONE_HELD = NotHeld("there is no such case", "GET /v1/licensing/cases lists those that you may read")
EXPORTER, AUTHORITY = "exporter", "authority"
_READS_DRAFTS = frozenset({"auditor", "records_officer"})
"""Roles that read what an exporter has not submitted yet."""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which cases a queue shows; empty for all.

    Attributes:
        due_by: those of which a clock runs out by this day.
        search: words of reference, names, codes.
    """

    status: str = ""
    authority: str = ""
    type: str = ""
    destination: str = ""
    officer: str = ""
    licence: str = ""
    outcome: str = ""
    due_by: str = ""
    search: str = ""


class Desk:
    """What one person reads and does.

    Attributes:
        person: who is signed in.
        actor: the same, as licensing knows them.
    """

    def __init__(self, office: Office, person: access.Actor) -> None:
        self.office = office
        self.person = person
        self.actor = actor_of(person)

    # --- who may

    def may(self, action: str, subject: access.Subject | None = None) -> bool:
        """Whether the policies of access permit something."""
        return access.decide(self.office.access, self.person, action, subject).allowed

    def demand(self, action: str, subject: access.Subject | None = None) -> None:
        """Refuse what the policies of access do not permit.

        Raises:
            Denied: they do not.
        """
        decision = access.decide(self.office.access, self.person, action, subject)
        if not decision.allowed:
            raise Denied(self.person, action, decision, subject)

    @property
    def of_authority(self) -> bool:
        """Whether the person works for an authority, whatever else they do."""
        return any(self.office.policies.side(role) == AUTHORITY for role in self.actor.roles)

    @property
    def sees_partners(self) -> bool:
        """Whether the person may read what concerns denials of partners."""
        return self.may("denial.view")

    def side(self, exporter: str) -> str:
        """As what the person stands to a case of an exporter: ``exporter``, ``authority``, or empty for a stranger.

        Whoever acts for its exporter reads a case as the exporter does, whatever role they hold in an authority.
        """
        if exporter and exporter == self.person.organisation:
            return EXPORTER
        return AUTHORITY if self.of_authority else ""

    def readable(self, case_id: str, action: str = "case.view") -> Case:
        """A case that the person may read, or act in.

        Raises:
            NotHeld: there is none, or only one that they may not know of: neither is told from the other.
        """
        if case_id.startswith(NO_CASE):
            raise NONE_HELD
        try:
            case = self.office.licensing().case(case_id)
        except BadInput:
            raise NONE_HELD from None
        if why := self._hidden(case, action):
            self.office.denied(self.person, action, f"case:{case_id}", why)
            raise NONE_HELD
        return case

    def _hidden(self, case: Case, action: str) -> str:
        decision = access.decide(self.office.access, self.person, action)
        if not decision.allowed:
            return decision.because
        exporter = case.application.exporter if case.application else ""
        side = self.side(exporter)
        if not side:
            return "it is another exporter's case"
        if side == EXPORTER and not any(self.office.policies.side(one) == EXPORTER for one in self.actor.roles):
            return "who acts for its exporter does not read it for the authority"
        submitted = case.first("submitted") is not None
        if side == AUTHORITY and not submitted and not self.actor.roles & _READS_DRAFTS:
            return "it has not been submitted"
        return ""

    # --- reading

    def view(self, case: Case) -> dict[str, Any]:
        """A case as the person may read it: an exporter reads nothing of advice, partners or who did what."""
        policies, today = self.office.policies, self.day(case)
        if not case.application or self.side(case.application.exporter) == AUTHORITY:
            return views.officer_view(case, policies, today, self.sight(case))
        return {"view": EXPORTER, **exporter_view(case, policies, today)}

    def tag(self, case: Case) -> str:
        """What the person saw of a case, in a word: it changes when what they may read does.

        An exporter's is a hash of their own view: a count of events would tell of what happens inside the authority.
        """
        if case.application and self.side(case.application.exporter) == EXPORTER:
            return digest(self.view(case))[:24]
        return str(case.seq)

    def sight(self, case: Case) -> views.Sight:
        """What the person may know of other authorities in a case."""
        if not self.sees_partners or not case.consultations or case.application is None:
            return views.Sight(self.sees_partners)
        ground = self.office.outside.ground(case, self.actor)
        return views.Sight(True, {one.asked.id for one in case.consultations if not knows_of(one.asked, ground)})

    def day(self, case: Case) -> dt.date:
        """The civil day of the authority of a case."""
        known = self.office.policies.authorities.get(case.application.authority) if case.application else None
        return self.office.clock().astimezone(known.zone).date() if known else self.office.today()

    def history(self, case: Case) -> list[dict[str, Any]]:
        """What happened, as the person may read it."""
        events = self.office.licensing().history(case.id)
        if case.application and self.side(case.application.exporter) == EXPORTER:
            return list(views.exporter_timeline(events, self.office.policies))
        return list(views.officer_timeline(events, self.sight(case)))

    def queue(
        self, filters: Filters, *, limit: int, after: tuple[str, str] | None = None
    ) -> list[tuple[CaseView, dict[str, Any]]]:
        """Rows of the queue: each as it is kept, and as the person may read it.

        Args:
            after: ``due`` and ``id`` of the last row of the page before.
        """
        store = self.office.stores.get()
        if store is None or not self.may("case.view") or not (self.of_authority or self.person.organisation):
            return []
        exporter = not self.of_authority
        equal = {
            name: value for name in ("authority", "type", "destination", "licence") if (value := getattr(filters, name))
        }
        within: dict[str, tuple[str, ...]] = {}
        differs: dict[str, str] = {}
        due_by = ""
        if filters.status:
            within["status"] = statuses_of(filters.status) if exporter else (filters.status,)
        if exporter:
            equal["exporter"] = self.person.organisation
        else:
            due_by = filters.due_by
            if filters.officer:
                equal["officer"] = filters.officer
            if not self.actor.roles & _READS_DRAFTS:
                differs["submitted"] = ""
            if self.person.organisation:
                differs["exporter"] = self.person.organisation
        wanted: dict[str, Any] = {
            "due_by": due_by,
            "search": filters.search,
            "equal": equal,
            "within": within,
            "differs": differs,
            "outcome": filters.outcome,
        }
        rows: list[dict[str, str | int]] = []
        while len(rows) < limit:
            found = store.cases.views(**wanted, after=after, by_id=exporter, limit=limit)
            rows += [row for row in found if not (exporter and filters.search) or self._may_find(row, filters.search)]
            if len(found) < limit:
                break
            after = str(found[-1]["due"]), str(found[-1]["id"])
        rows = rows[:limit]
        partners = self.may("denial.view", access.Subject("denial", restricted=True))
        return [
            (CaseView(**row), views.queue_row(row, exporter=exporter, partners=partners))  # type: ignore[arg-type]
            for row in rows
        ]

    def _may_find(self, row: Mapping[str, str | int], search: str) -> bool:
        """Whether the words of an exporter stand in what they wrote or were told: a search finds what an officer made
        of it as well, such as a classification before it is decided."""
        case = self.office.licensing().case(str(row["id"]))
        applied = case.applied
        told = [case.reference, *(party.name for party in applied.parties), *(item.code for item in applied.items)]
        told += [case.code(item.line) for item in applied.items] if case.decision else []
        text = " ".join(told).casefold()
        return all(word in text for word in search.casefold().split())

    def possible(self, case: Case) -> tuple[Possible, ...]:
        """What the person may do in a case now, and what stands in the way of the rest."""
        return self.office.licensing().possible(case.id, self.actor)

    def facts(self, case: Case) -> Facts:
        """What conditions of the policies ask of a case, as far as the person may see it."""
        policies = self.office.policies
        law = policies.authorities[case.applied.authority].law
        return Facts(case, self.office.outside.ground(case, self.actor), policies.groups, law)

    def prefill(self, case: Case) -> tuple[PrefilledFact, ...]:
        """Facts for the human-rights assessor; a reading of denials is put on record."""
        found = self.office.licensing(precedents=True).prefill(case.id, self.actor)
        self.read_of_partners(
            case.id, [one.subject.partition(" ")[2] for one in found if one.subject.startswith("denial ")]
        )
        return found

    def matches(self, case: Case) -> tuple[DenialMatch, ...]:
        """Denials that resemble a case, of those that the person may read; the reading is put on record."""
        found = self.office.licensing().matches(case.id, self.actor)
        self.read_of_partners(case.id, [one.denial.id for one in found])
        return found

    def read_of_partners(self, case_id: str, denials: list[str]) -> None:
        """Put on record that denials were read."""
        store = self.office.stores.get()
        if store is not None and denials:
            names = ", ".join(dict.fromkeys(denials))[:500]
            store.casework.was_read(f"case:{case_id}", by=By.of(self.person), reason=f"denials: {names}")

    def deadlines(self, case: Case) -> tuple[Deadline, ...]:
        """The clocks of a case today, for the authority; none for an exporter, whose view names theirs."""
        if case.application and self.side(case.application.exporter) == EXPORTER:
            return ()
        sight = self.sight(case)
        return tuple(one for one in self.office.licensing().deadlines(case.id) if sight.of(one.rule.id, one.key))

    def due(self, within: int) -> tuple[tuple[str, Deadline], ...]:
        """What runs out in so many days in the cases of others; nothing for an exporter, whose views name theirs."""
        if not self.of_authority or not self.may("case.view"):
            return ()
        own = {row.id for row, _ in self.queue(Filters(due_by="9999-12-31"), limit=1_000_000)}
        licensing = self.office.licensing()

        def shown(case_id: str, one: Deadline) -> bool:
            # Most clocks concern nobody else: then no case is read for it.
            if case_id not in own or not views.of_partners(one.rule.id):
                return case_id in own
            return self.sight(licensing.case(case_id)).of(one.rule.id, one.key)

        return tuple((case_id, one) for case_id, one in licensing.due(within) if shown(case_id, one))

    def retention(self, case: Case) -> Retention:
        """How long a case is kept, and why."""
        return self.office.licensing().retention(case.id)

    # --- doing

    def open(self, application: Application, *, once: Once | None = None) -> tuple[Case, bool]:
        """Open a case with a draft, which amends another where it says so; whether it is new.

        Args:
            once: the request; its repetition gives the case that it made.

        Raises:
            NotHeld: what it amends is no case that the person may know of.
            Refused, Conflict, BadInput: see :meth:`enduse.cases.service.Licensing.open`; also where the application
                names an assessment (:meth:`draft` starts from one), but for that of the case that it amends.
        """
        amended = self.readable(application.amends, "case.file").application if application.amends else None
        if application.assessment and (amended is None or application.assessment != amended.assessment):
            remedy = "leave it out, or start the draft from the assessment"
            raise BadInput("an assessment is named by the draft that starts from it", where="assessment", remedy=remedy)
        return self._open(application, once)

    def draft(
        self, kept: Kept, *, authority: str, case_type: str, exporter: str = "", once: Once | None = None
    ) -> tuple[Case, bool]:
        """Open a case from a kept assessment, in one step; whether it is new. What it does not say stays open.

        Args:
            kept: one that the person may read.
            exporter: the organisation that it is for; the person's own where empty, and nobody acts for another.

        Raises:
            BadInput: no such authority, or the transaction names no end user.
        """
        known = self.office.policies.authorities.get(authority)
        if known is None:
            remedy = f"known: {', '.join(self.office.policies.authorities)}"
            raise BadInput(f"no authority {authority[:40]!r}", where="authority", remedy=remedy)
        record = self.office.stores.need().casework.transaction(kept.transaction)
        if record is None:
            raise OperationFailed("the transaction of the assessment is gone", where=kept.id)
        plain = json.loads(record[1])
        tx = transaction_from_mapping(plain, today=self.office.today(), default_date=dt.date.fromisoformat(kept.as_of))
        application = application_of(
            tx,
            authority=authority,
            case_type=case_type,
            exporter=exporter or self.person.organisation,
            law=known.law,
            assessment=kept.judgement,
        )
        return self._open(application, once)

    def _open(self, application: Application, once: Once | None) -> tuple[Case, bool]:
        licensing = self.office.licensing(once)
        case_id = ""
        if once is not None:
            seed = hashlib.sha256(f"{once.actor}\n{once.key}".encode()).hexdigest()
            case_id = f"{application.authority}-{seed[:20]}"
            if self.office.stores.need().cases.answered(once):
                return licensing.case(case_id), False
        return licensing.open(application, self.actor, case_id=case_id), True

    def act(
        self,
        case_id: str,
        command: str,
        sent: Mapping[str, Any],
        *,
        seen: str | None = None,
        once: Once | None = None,
    ) -> Case:
        """Do a command that somebody sent as plain values, as who is signed in, and issue what documents it calls for.

        Args:
            seen: :meth:`tag` of the case as the person saw it; the present one counts when None.
            once: the request; its repetition changes nothing and gives the case as it stands.

        Raises:
            Denied: the policies of access do not permit it.
            NotHeld: there is no such case, or they may not know of it.
            Refused: with everything that is missing; the attempt is in the audit chain.
            Conflict: somebody else was first.
        """
        action = ACTIONS.get(command)
        if action is None or command == "draft":
            known = ", ".join(sorted(set(ACTIONS) - {"draft"}))
            raise NotHeld(f"there is no command {command[:40]!r}", f"known: {known}")
        self.demand(action)
        case = self.readable(case_id, action)
        if once is not None and self.office.stores.need().cases.answered(once):
            return case
        if seen is not None and seen != self.tag(case):
            raise Conflict(case.id, int(seen) if seen.isdecimal() and len(seen) < 9 else 0, case.seq)
        licensing = self.office.licensing(once)
        if command == "screen" and not IDENTITY_KEYS & set(sent):
            _nothing_sent(sent)
            run = Command(command, self.office.screening(case))
            return self.office.issue(licensing.act(case.id, run, self.actor, expected=case.seq))
        if command == "revise":
            _same_assessment(case, sent)
        return self.office.issue(licensing.post(case.id, command, sent, self.actor, expected=case.seq))

    def erase(self, case_id: str, reason: str) -> Case:
        """Take away what a case says of anybody; its hashes stay.

        Raises:
            Denied, NotHeld: as :meth:`act`.
            Refused: the period has not passed, or a legal hold stands.
        """
        self.demand("case.hold")
        case = self.readable(case_id, "case.hold")
        self.office.licensing().erase(case.id, self.actor, reason)
        return self.office.licensing().case(case.id)


def _nothing_sent(sent: Mapping[str, Any]) -> None:
    """Hold that nobody says what a run of screening found."""
    if sent:
        remedy = "send an empty object: every party is screened against the lists at hand"
        raise BadInput("screening takes nothing", where=next(iter(sent))[:60], remedy=remedy)


def _same_assessment(case: Case, sent: Mapping[str, Any]) -> None:
    """Hold that a revision names the assessment that the draft was started from, and no other."""
    named = sent.get("application")
    before = case.application.assessment if case.application else ""
    if isinstance(named, Mapping) and named.get("assessment", "") not in ("", before):
        raise BadInput(
            "a revision names no other assessment", where="application.assessment", remedy="leave it as it is"
        )
