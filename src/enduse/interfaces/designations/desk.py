"""One person at the desk of designations: what they read and do, by their account."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enduse.cases.designations import bodies
from enduse.cases.designations.designation import Designation
from enduse.cases.designations.evidence import Alike, Entry, alike, of_entry
from enduse.cases.designations.keeping import Over
from enduse.cases.designations.publication import consolidated_csv, ftm_lines, notice
from enduse.cases.designations.service import CUSTODIAN, VAULT
from enduse.cases.designations.vault import SECRET
from enduse.cases.events import parse_body
from enduse.cases.refusals import Refusal
from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.designations import quality, views
from enduse.interfaces.designations.actions import ACTIONS, PUBLISHING
from enduse.interfaces.designations.origins import Origins
from enduse.interfaces.identity.denied import Denied
from enduse.interfaces.licensing.wiring import actor_of
from enduse.model import access
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import Query
from enduse.model.record import By

if TYPE_CHECKING:
    from enduse.interfaces.designations.office import Office

NO_ENTRY = NotHeld("there is no such entry of evidence", "GET /v1/evidence lists them")
NO_CASE = NotHeld("there is no such designation", "GET /v1/designations lists them")
NO_SOURCE = NotHeld("there is no such source", "")
LAYOUTS = ("ftm", "consolidated")


class Desk:
    """The desk of one person."""

    def __init__(self, office: Office, person: access.Actor) -> None:
        self.office = office
        self.person = person
        self.actor = actor_of(person)

    # --- who may

    def may(self, action: str) -> bool:
        """Whether the policies of access permit something."""
        return access.decide(self.office.access, self.person, action).allowed

    def demand(self, action: str) -> None:
        """Refuse what the policies of access do not permit.

        Raises:
            Denied: they do not.
        """
        decision = access.decide(self.office.access, self.person, action)
        if not decision.allowed:
            raise Denied(self.person, action, decision)

    @property
    def cleared(self) -> bool:
        """Whether the person may know who protected sources are."""
        return CUSTODIAN in self.actor.roles and self.may("protected.keep")

    # --- evidence

    def entries(self, search: str = "", *, technology: str = "", vendor: str = "") -> tuple[Entry, ...]:
        """Entries of the register, those that hold every word.

        A search looks in what the person may read alone: the name of a protected source finds nothing for those
        without clearance.
        """
        self.demand("evidence.view")
        service = self.office.readable()
        found = service.entries() if service is not None else ()
        words = search.casefold().split()
        secret = self._secrets(found) if self.cleared and words else {}
        return tuple(
            one
            for one in found
            if all(word in f"{one.text} {secret.get(one.id, '')}" for word in words)
            and (not technology or one.content.technology.casefold() == technology.casefold())
            and (not vendor or one.content.vendor.casefold() == vendor.casefold())
        )

    def _secrets(self, entries: tuple[Entry, ...]) -> dict[str, str]:
        known = {reference: one.name.casefold() for reference, one in self.office.designations().protected(self.actor)}
        return {
            one.id: " ".join(known.get(source.protected, "") for source in one.sources if source.protected)
            for one in entries
        }

    def entry(self, entry_id: str) -> Entry:
        """An entry.

        Raises:
            NotHeld: there is none.
        """
        self.demand("evidence.view")
        service = self.office.readable()
        try:
            if service is None:
                raise NO_ENTRY
            return service.entry(entry_id)
        except BadInput:
            raise NO_ENTRY from None

    def entry_document(self, entry: Entry) -> dict[str, Any]:
        """An entry as the person may read it."""
        return views.entry_document(entry, cleared=self.cleared)

    def record(self, sent: Mapping[str, Any]) -> tuple[Entry, tuple[Alike, ...]]:
        """Put an entry into the register; it, and entries that may tell of the same thing.

        Raises:
            Denied, Refused, BadInput: it may not, or cannot, be recorded.
        """
        return self.record_all((sent,))[0]

    def record_all(self, sent: Sequence[Mapping[str, Any]]) -> tuple[tuple[Entry, tuple[Alike, ...]], ...]:
        """Put entries into the register, all or none; raises as :meth:`record`, and says of which entry."""
        self.demand("evidence.record")
        made = []
        for number, one in enumerate(sent, 1):
            with of_entry(number, len(sent)):
                made.append(parse_body("evidence_recorded", one))
                if made[-1].handed_over:
                    self.handover(made[-1].handed_over)
        service = self.office.designations()
        register = list(service.entries())
        found = []
        for content, entry in zip(made, service.record_all(made, self.actor), strict=True):
            found.append((entry, alike(content, register)))
            register.append(entry)
        return tuple(found)

    def handover(self, reference: str) -> dict[str, Any]:
        """An entry as far as it is known where it is handed over from: ``alert:ID``, ``screening:ID``, ``case:ID``
        (or ``case:ID/CONDITION``), ``notice:ID``.

        Raises:
            Denied: who may not record evidence hands nothing over.
            NotHeld: there is nothing of that name, or nothing that the person may read.
            BadInput: the reference is none.
        """
        self.demand("evidence.record")
        return Origins(self.office.stores, self.office.access, self.person, self.office.cases).draft(reference)

    def correct(self, entry_id: str, sent: Mapping[str, Any]) -> Entry:
        """Correct an entry. Raises as :meth:`record`, and NotHeld."""
        self.demand("evidence.record")
        held = self.entry(entry_id)
        made = parse_body("evidence_corrected", sent)
        if made.handed_over not in ("", held.content.handed_over):
            self.handover(made.handed_over)
        return self.office.designations().correct(entry_id, made, self.actor)

    def add_source(self, entry_id: str, sent: Mapping[str, Any]) -> Entry:
        """Put a source beside an entry. Raises as :meth:`record`, and NotHeld."""
        self.demand("evidence.record")
        self.entry(entry_id)
        added = parse_body("evidence_source_added", {"source": dict(sent)})
        return self.office.designations().add_source(entry_id, added.source, self.actor)

    def link(self, entry_id: str, sent: Mapping[str, Any]) -> Entry:
        """Link an entry to another. Raises as :meth:`record`, and NotHeld."""
        self.demand("evidence.record")
        self.entry(entry_id)
        return self.office.designations().link(
            entry_id, parse_body("evidence_linked", {"link": dict(sent)}).link, self.actor
        )

    # --- protected sources

    def protect(self, sent: Mapping[str, Any]) -> str:
        """Keep a protected source; its reference.

        Raises:
            Denied, Refused, BadInput: it may not, or cannot, be kept.
        """
        self.demand("protected.keep")
        return self.office.designations().protect(parse_body("source_protected", sent), self.actor)

    def reveal(self, reference: str) -> bodies.ProtectedSource:
        """Who a protected source is; that one was read is put on record, and which in the chain of their own store.

        Raises:
            Denied: no clearance.
            NotHeld: there is none.
        """
        self.demand("protected.keep")
        store = self.office.stores.get()
        if store is None:
            raise NO_SOURCE
        try:
            found = self.office.designations().reveal(reference, self.actor)
        except BadInput:
            raise NO_SOURCE from None
        self.office.vault.was_read(f"{SECRET}{reference}", by=By.of(self.person))
        store.casework.was_read(f"case:{VAULT}", by=By.of(self.person), reason="protected source")
        return found

    def erase_source(self, reference: str, reason: str) -> None:
        """Erase who a protected source is.

        Raises:
            Denied, Refused: no clearance, or no reason.
            NotHeld: there is none.
        """
        self.demand("protected.keep")
        try:
            self.office.designations().erase_source(reference, reason, self.actor)
        except BadInput:
            raise NO_SOURCE from None

    def move_sources(self) -> int:
        """Take what an earlier build kept in the common store into the store of protected sources; how many.

        Raises:
            Denied, Refused: no clearance.
        """
        self.demand("protected.keep")
        return self.office.designations().move_sources(self.actor)

    # --- how long things are kept

    def over(self) -> tuple[Over, ...]:
        """What may be erased today, of what the person may erase.

        Raises:
            Denied, Refused: they may erase nothing.
        """
        self.demand("protected.keep" if self.cleared else "case.hold")
        return self.office.designations().over(self.actor)

    def erase_over(self, reason: str) -> tuple[Over, ...]:
        """Erase it. Raises as :meth:`over`, and where no reason is stated."""
        self.demand("protected.keep" if self.cleared else "case.hold")
        return self.office.designations().erase_over(reason, self.actor)

    # --- designations

    def cases(self, search: str = "", status: str = "") -> tuple[Designation, ...]:
        """Designations that the person may read."""
        self.demand("designation.view")
        service = self.office.readable()
        words = search.casefold().split()
        return tuple(
            one
            for one in (service.cases() if service is not None else ())
            if one.nomination is not None
            and (not status or one.status == status)
            and all(word in _text(one) for word in words)
        )

    def case(self, case_id: str) -> Designation:
        """A designation.

        Raises:
            NotHeld: there is none.
        """
        self.demand("designation.view")
        service = self.office.readable()
        try:
            if service is None:
                raise NO_CASE
            found = service.tick(case_id)
        except BadInput:
            raise NO_CASE from None
        if found.nomination is None:
            raise NO_CASE
        return found

    def view(
        self, case: Designation, *, as_of: dt.date | None = None, known_on: dt.date | None = None
    ) -> dict[str, Any]:
        """A designation as a document."""
        service = self.office.designations()
        today = service.day(case)
        return views.designation_document(case, service.procedure, today, as_of=as_of, known_on=known_on)

    def rows(self, cases: tuple[Designation, ...]) -> list[dict[str, Any]]:
        """Rows of a list."""
        service = self.office.designations()
        return [views.row_document(one, service.procedure, service.day(one)) for one in cases]

    def history(self, case: Designation) -> list[dict[str, Any]]:
        """What happened."""
        return views.history_documents(self.office.designations().history(case.id))

    def possible(self, case: Designation) -> tuple[tuple[str, Refusal | None], ...]:
        """What the person may do now, and what stands in the way of the rest."""
        return self.office.designations().possible(case.id, self.actor)

    def nominate(self, sent: Mapping[str, Any]) -> Designation:
        """Propose to list somebody.

        Raises:
            Denied, Refused, BadInput: it may not, or cannot, be nominated.
        """
        self.demand("designation.nominate")
        return self.office.designations().nominate(parse_body("designation_nominated", sent), self.actor)

    def act(self, case_id: str, command: str, sent: Mapping[str, Any], *, seen: int | None = None) -> Designation:
        """Do a command that somebody sent as plain values; after a publication the edition of the list is made.

        Raises:
            Denied: the policies of access do not permit it.
            NotHeld: there is no such designation, or no such command.
            Refused: with everything that is missing.
            Conflict: somebody else was first.
            OperationFailed: it was published, and the edition could not be written.
        """
        action = ACTIONS.get(command)
        if action is None:
            raise NotHeld(f"there is no command {command[:40]!r}", f"known: {', '.join(sorted(ACTIONS))}")
        self.demand(action)
        self.case(case_id)
        service = self.office.designations()
        found = service.post(case_id, command, sent, self.actor, expected=seen)
        if command in PUBLISHING:
            self.office.edition(service.day(found))
        return found

    def measure(self, case_id: str, names: str = "") -> tuple[Designation, tuple[tuple[str, str], ...]]:
        """Measure the quality of a nomination; it, and what lists at hand would add.

        Args:
            names: a sample, one a line; frequent names where empty.

        Raises:
            Denied, NotHeld, Refused: it may not, or cannot, be measured.
        """
        self.demand("designation.nominate")
        case = self.case(case_id)
        assert case.nomination is not None
        service = self.office.designations()
        sample = quality.given(names, "names that were given") if names.strip() else None
        found = quality.measure(case.nomination, case.nominated_sha256, service.authority(case), sample)
        lists = self.office.lists()
        hits = lists.screen(Query(case.nomination.subject.name)) if lists is not None else []
        return service.measured(case_id, found), quality.suggested_from(case.nomination, hits)[:20]

    def preview(self, case_id: str, table: bytes, name: str) -> Designation:
        """Count whom a nomination would hit among recorded transactions.

        Raises:
            Denied, NotHeld, Refused, BadInput: it may not, or cannot, be previewed.
        """
        from enduse.evidence.library import Library  # heavy: only where a table is judged
        from enduse.interfaces.designations.preview import preview

        self.demand("designation.nominate")
        case = self.case(case_id)
        lists = self.office.lists()
        if lists is None or case.nomination is None:
            raise OperationFailed(
                "the lists cannot be used now", remedy="try again when /readyz says that they are open"
            )
        service = self.office.designations()
        library = Library(self.office.data_dir, accept_starter=lists.accepts_starter)
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / (name if name.endswith((".csv", ".xlsx", ".parquet")) else "transactions.csv")
            file.write_bytes(table)
            found, _ = preview(
                case.nomination,
                case.nominated_sha256,
                service.authority(case),
                file,
                library,
                self.office.books(),
                today=self.office.today(),
                jobs=1,
            )
        return service.measured(case_id, found)

    def notice(self, case: Designation) -> str:
        """The public notice of a designation.

        Raises:
            NotHeld: nothing is public of it.
        """
        service = self.office.designations()
        party = service.party(case.id)
        if party is None:
            raise NotHeld("nothing is public of this designation", "it is not listed")
        return notice(case, party, service.authority(case))

    def own_list(self, layout: str, day: dt.date | None = None, known_on: dt.date | None = None) -> str:
        """The own list: ``ftm`` (everybody ever listed) or ``consolidated`` (what is in force on a day).

        Raises:
            NotHeld: no such layout.
        """
        self.demand("lists.view")
        if layout not in LAYOUTS:
            raise NotHeld(f"no layout {layout[:20]!r}", f"known: {', '.join(LAYOUTS)}")
        service = self.office.readable()
        on = day or self.office.today()
        parties = service.parties(known_on or self.office.today()) if service is not None else ()
        if layout == "ftm":
            return "".join(ftm_lines(parties, on))
        authorities = tuple(service.procedure.authorities.values()) if service is not None else ()
        return consolidated_csv(parties, authorities, on)


def _text(case: Designation) -> str:
    assert case.nomination is not None
    subject = case.nomination.subject
    return " ".join((case.id, subject.name, *subject.aliases, *subject.native)).casefold()
