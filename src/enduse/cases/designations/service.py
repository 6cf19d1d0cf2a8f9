"""Designations, read this first: one object over a log of events, a clock and a procedure.

    Designations.record      an entry of evidence; ``protect`` keeps a source that must not be known
    Designations.nominate    a proposal to list somebody
    Designations.act         any command on a designation, by whoever is signed in
    Designations.tick        closes what has run out; may run late or twice
    Designations.party       what is listed, as public on a day

A command is decided by :func:`enduse.cases.designations.decide.decide`; its events are kept with their audit entries
and messages, or nothing is.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from typing import Any

from enduse.cases.bodies import Reasoned
from enduse.cases.context import BY_ITSELF, SYSTEM, Actor
from enduse.cases.decide import Command
from enduse.cases.designations import bodies
from enduse.cases.designations.context import Ground
from enduse.cases.designations.decide import BARRED, decide, parse_command, possible, shipped_procedure
from enduse.cases.designations.designation import Designation, apply, fold
from enduse.cases.designations.evidence import (
    Entry,
    Held,
    fold_entry,
    of_entry,
    problems_of,
    problems_of_link,
    problems_of_source,
    sources_left_out,
    with_sources_of,
)
from enduse.cases.designations.keeping import DESIGNATION as DESIGNATION_KIND
from enduse.cases.designations.keeping import SOURCE, Over, over_in, shipped_periods
from enduse.cases.designations.listing import parties_of, party_of
from enduse.cases.designations.naming import names_somebody
from enduse.cases.designations.rulebook import ListingAuthority, Procedure
from enduse.cases.designations.telling import messages_of
from enduse.cases.designations.vault import SECRET, Vault
from enduse.cases.events import CaseEvent
from enduse.cases.log import Append, Attempt, CaseLog
from enduse.cases.refusals import Code, Conflict, Missing, Refusal, Refused
from enduse.model.codec import to_plain
from enduse.model.decision import digest
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty

DESIGNATION, EVIDENCE = "designation:", "evidence:"
"""Prefixes of the ids in the log."""
PREFIXES = (DESIGNATION, EVIDENCE, SECRET)
VAULT = SECRET.removesuffix(":")
"""What the common audit chain calls every protected source: a reference stands in the chain of their own store."""
RECORDER, CUSTODIAN, RECORDS = "evidence_officer", "source_custodian", "records_officer"
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")


class Designations:
    """The designations of an installation.

    Args:
        log: keeps the events.
        clock: tells the moment, with its time zone.
        new_id: makes an id that tells nothing.
        procedure: what the authorities prescribe.
        secrets: keeps who protected sources are, in a store of its own; ``log`` when None.
    """

    def __init__(
        self,
        log: CaseLog,
        clock: Callable[[], dt.datetime],
        new_id: Callable[[], str],
        procedure: Procedure | None = None,
        secrets: CaseLog | None = None,
    ) -> None:
        self._log = log
        self._clock = clock
        self._new_id = new_id
        self.procedure = procedure or shipped_procedure()
        self._vault = Vault(secrets or log, clock)

    # --- evidence

    def record(self, made: bodies.Evidence, actor: Actor, *, entry_id: str = "") -> Entry:
        """Put an entry into the register.

        Args:
            entry_id: its id; made where empty.

        Raises:
            Refused: the role may not, or something is missing.
            BadInput: a value, or the id, cannot be used.
            Conflict: there is such an entry.
        """
        return self.record_all((made,), actor, ids=(entry_id,))[0]

    def record_all(
        self, made: Sequence[bodies.Evidence], actor: Actor, *, ids: Sequence[str] = ()
    ) -> tuple[Entry, ...]:
        """Put entries into the register, all or none; raises as :meth:`record`, and says of which entry."""
        names = [_usable(one or f"e-{self._new_id()}") for one in ids or [""] * len(made)]
        self._allowed("record_evidence", RECORDER, f"{EVIDENCE}{names[0]}" if names else "evidence", actor)
        for number, (name, one) in enumerate(zip(names, made, strict=True), 1):
            with of_entry(number, len(made)):
                said = f"entry {number}: " if len(made) > 1 else ""
                self._sound("record_evidence", name, actor, one, said=said)
        events = [self._event(1, actor, RECORDER, "evidence_recorded", one) for one in made]
        kept = zip(names, events, strict=True)
        if events:
            self._log.append(*(Append(f"{EVIDENCE}{name}", 0, (event,)) for name, event in kept))
        return tuple(map(self.entry, names))

    def correct(self, entry_id: str, made: bodies.Evidence, actor: Actor) -> Entry:
        """Correct an entry; what it said before stays in its history, and no source is left out.

        A protected source that the entry rests on is stated as ``yes`` by who does not know its reference.

        Raises:
            Refused, BadInput, Conflict: as :meth:`record`; also where no reason is stated.
        """
        held = self.entry(entry_id)
        self._allowed("correct_evidence", RECORDER, f"{EVIDENCE}{entry_id}", actor)
        if not made.reason.strip():
            raise self._missing("correct_evidence", f"{EVIDENCE}{entry_id}", actor, Missing("a reason", "reason"))
        made, kept = with_sources_of(made, held)
        if wrong := sources_left_out(made, held):
            raise self._missing("correct_evidence", f"{EVIDENCE}{entry_id}", actor, *wrong)
        if self._cleared(actor) or held.by == actor.id:
            kept |= {one.protected for one in held.sources if one.protected}
        self._sound("correct_evidence", entry_id, actor, made, kept)
        return self._entry_event(entry_id, held.seq, actor, "evidence_corrected", made)

    def add_source(self, entry_id: str, source: bodies.SourceGraded, actor: Actor) -> Entry:
        """Put a further source beside an entry, for it or against it.

        Raises:
            Refused, BadInput, Conflict: as :meth:`record`.
        """
        held, subject = self.entry(entry_id), f"{EVIDENCE}{entry_id}"
        self._allowed("add_source", RECORDER, subject, actor)
        if wrong := problems_of_source(source, self._protected()):
            raise self._missing("add_source", subject, actor, *wrong)
        added = bodies.SourceAdded(source)
        self._keeps_secrets("add_source", subject, actor, added)
        return self._entry_event(entry_id, held.seq, actor, "evidence_source_added", added)

    def link(self, entry_id: str, link: bodies.Link, actor: Actor) -> Entry:
        """Link an entry to another.

        Raises:
            Refused, BadInput, Conflict: as :meth:`record`.
        """
        held, subject = self.entry(entry_id), f"{EVIDENCE}{entry_id}"
        self._allowed("link_evidence", RECORDER, subject, actor)
        if wrong := problems_of_link(link, self._known(without=entry_id)):
            raise self._missing("link_evidence", subject, actor, *wrong)
        return self._entry_event(entry_id, held.seq, actor, "evidence_linked", bodies.Linked(link))

    def entry(self, entry_id: str) -> Entry:
        """An entry as it stands.

        Raises:
            BadInput: there is none.
        """
        found = fold_entry(entry_id, self._log.read(f"{EVIDENCE}{entry_id}"))
        if found is None:
            raise BadInput(f"no entry {entry_id[:60]!r}", where="entry", remedy="check its id")
        return found

    def entries(self) -> tuple[Entry, ...]:
        """The register, in the order in which entries were recorded."""
        found = (fold_entry(one.removeprefix(EVIDENCE), self._log.read(one)) for one in self._log.ids(EVIDENCE))
        return tuple(one for one in found if one is not None)

    # --- protected sources

    def protect(self, source: bodies.ProtectedSource, actor: Actor) -> str:
        """Keep a source that must not be known; its reference, which tells nothing of it.

        Raises:
            Refused: the role may not, the name is missing, or it is to be erased at once.
        """
        reference = f"s-{self._new_id()}"
        self._allowed("protect_source", CUSTODIAN, VAULT, actor)
        if not source.name.strip():
            raise self._missing("protect_source", VAULT, actor, Missing("its name", "name"))
        today = self._clock().astimezone(dt.UTC).date()
        if source.keep_until is not None and source.keep_until <= today:
            raise self._missing("protect_source", VAULT, actor, Missing("a day to come", "keep_until"))
        until = source.keep_until or shipped_periods()[SOURCE].after(today)
        self._vault.keep(reference, source, until, actor)
        return reference

    def reveal(self, reference: str, actor: Actor) -> bodies.ProtectedSource:
        """Who a protected source is.

        Raises:
            Refused: the role may not; whether there is one is not told.
            BadInput: there is none, or it was erased.
        """
        self._allowed("reveal_source", CUSTODIAN, VAULT, actor)
        found = self._vault.read(reference)
        if found is None:
            raise BadInput(f"no protected source {reference[:40]!r}", where="source", remedy="check its reference")
        return found.source

    def protected(self, actor: Actor) -> tuple[tuple[str, bodies.ProtectedSource], ...]:
        """All protected sources, for those with clearance; nothing for anybody else."""
        if not self._cleared(actor):
            return ()
        return tuple((one, kept.source) for one, kept in self._vault.all())

    def erase_source(self, reference: str, reason: str, actor: Actor) -> None:
        """Erase who a protected source is, on request or when its period is over; that it was is on record.

        Raises:
            Refused: the role may not, or no reason is stated.
            BadInput: there is none.
        """
        self._allowed("erase_source", CUSTODIAN, VAULT, actor)
        if not reason.strip():
            raise self._missing("erase_source", VAULT, actor, Missing("a reason", "reason"))
        self.reveal(reference, actor)
        self._keeps_secrets("erase_source", VAULT, actor, reason)
        self._vault.erase(reference, reason, actor)

    def move_sources(self, actor: Actor) -> int:
        """Take protected sources that an earlier build kept in the common log into the store of their own; how many.

        Raises:
            Refused: the role may not.
        """
        self._allowed("move_sources", CUSTODIAN, VAULT, actor)
        today, moved = self._clock().astimezone(dt.UTC).date(), 0
        for one in self._log.ids(SECRET):
            events = self._log.read(one)
            source = events[-1].body
            if not isinstance(source, bodies.ProtectedSource):
                continue
            reference = one.removeprefix(SECRET)
            # Kept there first: what is cut off here is done again.
            if self._vault.read(reference) is None:
                self._vault.keep(reference, source, shipped_periods()[SOURCE].after(today), actor)
            gone = Reasoned("moved into the store of protected sources")
            self._log.erase(one, self._event(len(events) + 1, actor, CUSTODIAN, "erased", gone), None)
            moved += 1
        return moved

    # --- how long things are kept

    def over(self, actor: Actor) -> tuple[Over, ...]:
        """What may be erased today, of what the actor may erase.

        Raises:
            Refused: neither of their roles may erase anything.
        """
        if not {CUSTODIAN, RECORDS} & actor.roles:
            self._allowed("erase", RECORDS, "designations", actor)
        today, periods = self._clock().astimezone(dt.UTC).date(), shipped_periods()
        found = []
        if CUSTODIAN in actor.roles and not actor.roles & BARRED:
            found += [Over(SOURCE, one, kept.until, periods[SOURCE].id) for one, kept in self._vault.all()]
        if RECORDS in actor.roles and not actor.roles & BARRED:
            found += over_in(self.cases(), self.entries())
        return tuple(one for one in found if one.until <= today)

    def erase_over(self, reason: str, actor: Actor) -> tuple[Over, ...]:
        """Erase what may be erased today; hashes, days and who acted stay.

        Raises:
            Refused: neither of their roles may, or no reason is stated.
        """
        found = self.over(actor)
        if not reason.strip():
            raise self._missing("erase", "designations", actor, Missing("a reason", "reason"))
        self._keeps_secrets("erase", "designations", actor, reason)
        for one in found:
            if one.kind == SOURCE:
                self.erase_source(one.id, reason, actor)
                continue
            prefix = DESIGNATION if one.kind == DESIGNATION_KIND else EVIDENCE
            seq = len(self._log.read(f"{prefix}{one.id}"))
            event = self._event(seq + 1, actor, RECORDS, "erased", Reasoned(reason))
            self._log.erase(f"{prefix}{one.id}", event, None)
        return found

    # --- designations

    def nominate(self, made: bodies.Nomination, actor: Actor, *, case_id: str = "") -> Designation:
        """Propose to list somebody.

        Raises:
            Refused: the role may not, or something is missing.
            BadInput: a value, or the id, cannot be used.
            Conflict: there is such a designation.
        """
        identifier = _usable(case_id or f"d-{self._new_id()}")
        if self._log.read(f"{DESIGNATION}{identifier}"):
            raise Conflict(identifier, 0, self.case(identifier).seq)
        return self._do(Designation(identifier), Command("nominate", made), actor)

    def act(self, case_id: str, command: Command, actor: Actor, *, expected: int | None = None) -> Designation:
        """Do a command.

        Args:
            expected: number of the last event that the actor saw; the present one when None.

        Raises:
            Refused: with everything that is missing; the attempt is in the audit chain.
            Conflict: somebody else was first.
        """
        case = self.tick(case_id) if command.name != "nominate" else self.case(case_id)
        if expected is not None and expected != case.seq:
            raise Conflict(case_id, expected, case.seq)
        return self._do(case, command, actor)

    def post(
        self, case_id: str, name: str, sent: Mapping[str, Any], actor: Actor, *, expected: int | None = None
    ) -> Designation:
        """Do a command that somebody sent as plain values.

        Raises:
            Refused: also where the request names who acts.
            Conflict: somebody else was first.
        """
        try:
            command = parse_command(name, sent, self.procedure)
        except BadInput as error:
            command = Refusal(name[:60], Code.INPUT, str(error))
        if isinstance(command, Refusal):
            raise self._refused(f"{DESIGNATION}{case_id}", command, actor, repr(sorted(map(str, sent))))
        return self.act(case_id, command, actor, expected=expected)

    def measured(self, case_id: str, found: bodies.QualityMeasured | bodies.EffectPreviewed) -> Designation:
        """Keep what the system measured of a nomination.

        Raises:
            Refused: the designation is past it.
        """
        name = "measure_quality" if isinstance(found, bodies.QualityMeasured) else "preview_effect"
        return self._do(self.case(case_id), Command(name, found), BY_ITSELF)

    def case(self, case_id: str) -> Designation:
        """A designation as it stands.

        Raises:
            BadInput: there is none.
        """
        events = self._log.read(f"{DESIGNATION}{case_id}")
        if not events:
            raise BadInput(f"no designation {case_id[:60]!r}", where="designation", remedy="check its id")
        return fold(case_id, events)

    def history(self, case_id: str) -> tuple[CaseEvent, ...]:
        """Its events, in order."""
        return tuple(self._log.read(f"{DESIGNATION}{case_id}"))

    def cases(self) -> tuple[Designation, ...]:
        """All designations, in the order in which they began."""
        return tuple(self.case(one.removeprefix(DESIGNATION)) for one in self._log.ids(DESIGNATION))

    def tick(self, case_id: str) -> Designation:
        """Close the vote whose period has ended, or whose listing was removed."""
        case = self.case(case_id)
        vote = case.open_vote
        if vote is None or case.nomination is None:
            return case
        day = self.day(case)
        if day <= case.last_day(vote, self.procedure, day) and case.status != "removed":
            return case
        return self._do(case, Command("close_vote", bodies.VoteClosed(vote.number)), BY_ITSELF)

    def possible(self, case_id: str, actor: Actor) -> tuple[tuple[str, Refusal | None], ...]:
        """What the actor may do now, and what stands in the way of the rest."""
        return possible(self.case(case_id), actor, self._clock(), self._ground(), self.procedure)

    def authority(self, case: Designation) -> ListingAuthority:
        """The authority of a designation."""
        assert case.nomination is not None
        return self.procedure.authorities[case.nomination.authority]

    def day(self, case: Designation) -> dt.date:
        """The civil day of its authority."""
        return self._clock().astimezone(self.authority(case).zone).date()

    def party(self, case_id: str, known_on: dt.date | None = None) -> ListedParty | None:
        """What a designation lists, as public on a day."""
        case = self.case(case_id)
        return party_of(case, self.authority(case), known_on)

    def parties(self, known_on: dt.date | None = None) -> tuple[ListedParty, ...]:
        """Everybody listed, those removed too, as public on a day."""
        found = (parties_of(case, self.authority(case), known_on) for case in self.cases() if case.nomination)
        return tuple(one for parties in found for one in parties)

    # --- inside

    def _do(self, case: Designation, command: Command, actor: Actor) -> Designation:
        subject = f"{DESIGNATION}{case.id}"
        if actor.id != SYSTEM:
            self._keeps_secrets(command.name, subject, actor, command.body)
        made = decide(case, command, actor, self._clock(), self._ground(), self.procedure)
        if isinstance(made, Refusal):
            raise self._refused(subject, made, actor, digest(to_plain(command.body)))
        after = case
        for event in made:
            after = apply(after, event)
        messages = tuple(one for event in made for one in messages_of(after, event, self.procedure))
        self._log.append(Append(subject, case.seq, made, messages))
        return after

    def _ground(self) -> Ground:
        return Ground(self._known())

    def _known(self, without: str = "") -> Container[str]:
        return Held(lambda one: one != without and fold_entry(one, self._log.read(f"{EVIDENCE}{one}")) is not None)

    def _protected(self, kept: Container[str] = ()) -> Container[str]:
        return Held(lambda one: one in kept or self._vault.read(one) is not None)

    def _sound(
        self,
        command: str,
        entry_id: str,
        actor: Actor,
        made: bodies.Evidence,
        kept: Container[str] = (),
        said: str = "",
    ) -> None:
        subject = f"{EVIDENCE}{entry_id}"
        if wrong := problems_of(made, self._known(without=entry_id), self._protected(kept)):
            raise self._missing(command, subject, actor, *(replace(one, what=f"{said}{one.what}") for one in wrong))
        self._keeps_secrets(command, subject, actor, made, said)

    @staticmethod
    def _cleared(actor: Actor) -> bool:
        return CUSTODIAN in actor.roles and not actor.roles & BARRED

    def _keeps_secrets(self, command: str, subject: str, actor: Actor, content: Any, said: str = "") -> None:
        """Keep who knows a protected source from writing its name where others read.

        Who has no clearance is not told anything: a refusal would confirm a guess.
        """
        if CUSTODIAN not in actor.roles:
            return
        written = to_plain(content)
        for _, source in self.protected(actor):
            if names_somebody(written, source.name) or names_somebody(written, source.contact):
                missing = Missing(f"{said}leave out who a protected source is: others read this", "protected_source")
                raise self._missing(command, subject, actor, missing)

    def _entry_event(self, entry_id: str, seq: int, actor: Actor, kind: str, content: Any) -> Entry:
        event = self._event(seq + 1, actor, RECORDER, kind, content)
        self._log.append(Append(f"{EVIDENCE}{entry_id}", seq, (event,)))
        return self.entry(entry_id)

    def _event(self, seq: int, actor: Actor, role: str, kind: str, content: Any) -> CaseEvent:
        return CaseEvent.of(seq, self._clock().astimezone(dt.UTC), actor.id, role, kind, content)

    def _allowed(self, command: str, role: str, subject: str, actor: Actor) -> None:
        if role not in actor.roles or actor.roles & BARRED or not actor.id.strip():
            missing = (Missing(f"one of the roles: {role}", "roles"),)
            raise self._refused(subject, Refusal(command, Code.ROLE, "none of your roles may do this", missing), actor)

    def _missing(self, command: str, subject: str, actor: Actor, *missing: Missing) -> Refused:
        why = "something is missing, or stands in the way"
        return self._refused(subject, Refusal(command, Code.GUARD, why, tuple(missing)), actor)

    def _refused(self, subject: str, refusal: Refusal, actor: Actor, sent: str = "") -> Refused:
        why = f"{refusal.why}: {', '.join(refusal.rules)}" if refusal.missing else refusal.why
        at = self._clock().astimezone(dt.UTC)
        self._log.refused(subject, Attempt(at, actor.id, refusal.command, refusal.code, why, sent))
        return Refused(refusal)


def _usable(identifier: str) -> str:
    if not _ID.fullmatch(identifier):
        raise BadInput(f"{identifier[:60]!r} is no id", where="id", remedy="letters, digits and . _ -, at most 100")
    return identifier
