"""Checking, screening, adjudicating and keeping, for every interface over HTTP: the work behind a route."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enduse.assess import Settings
from enduse.assess import check as assess
from enduse.evidence.library import Library
from enduse.interfaces.api.holdings import Holdings, NotHeld
from enduse.interfaces.decisions import hit
from enduse.interfaces.documents import assessment_document, document_bytes
from enduse.interfaces.law import LawAtHand, law_at_hand, overlay_folder
from enduse.interfaces.replay import ListsAsked, Replayed, replay_document
from enduse.interfaces.transactions import FURTHEST_AHEAD, transaction_from_mapping
from enduse.model.access import Actor, Subject, decide
from enduse.model.assessment import Assessment, Coverage, Edition
from enduse.model.codec import canonical_json
from enduse.model.decision import Decision, Verdict
from enduse.model.errors import BadInput
from enduse.model.kept import Job, Kept, Once
from enduse.model.match import HIT_THRESHOLD, Match, Query
from enduse.model.record import By, Record
from enduse.model.time import parse_date
from enduse.rules.overlay import read_overlay
from enduse.rules.rulebook import DEFAULT_LAWS, known_laws, shipped_rulebooks
from enduse.screen.decisions import DecisionBook, Screened, apply, evidence_of

if TYPE_CHECKING:
    from enduse.interfaces.service.ground import Service


class SharedLists(Library):
    """The lists of the service for one check: other requests may screen between two of its names."""

    def __init__(self, holdings: Holdings) -> None:
        super().__init__(accept_starter=holdings.library.accepts_starter)
        self._holdings = holdings

    def screen(self, query: Query, *, threshold: float = HIT_THRESHOLD) -> list[Match]:
        """See :meth:`enduse.evidence.library.Library.screen`."""
        return self._holdings.screen(query, threshold)

    @property
    def on_file(self) -> str:
        """See :attr:`enduse.evidence.library.Library.on_file`."""
        return self._holdings.library.on_file

    def coverage(
        self, required: Sequence[str], day: dt.date, today: dt.date, *, insisted: Sequence[str] = ()
    ) -> Coverage:
        """See :meth:`enduse.evidence.library.Library.coverage`."""
        return self._holdings.library.coverage(required, day, today, insisted=insisted)

    def fingerprint(self) -> str:
        """See :meth:`enduse.evidence.library.Library.fingerprint`."""
        return self._holdings.library.fingerprint()

    def editions(self) -> tuple[Edition, ...]:
        """See :meth:`enduse.evidence.library.Library.editions`."""
        return self._holdings.library.editions()


@functools.lru_cache(maxsize=2)
def _past(data_dir: Path, known_on: dt.date, starter: bool) -> tuple[Library, LawAtHand]:
    library = Library(data_dir, accept_starter=starter, known_on=known_on)
    return library, law_at_hand(data_dir, None, known_on)


@functools.lru_cache(maxsize=2)
def _on_file(wanted: ListsAsked) -> Library:
    return wanted.open()


def checked_laws(laws: Sequence[str]) -> None:
    """Refuse a law that is none.

    Raises:
        BadInput: names it.
    """
    for law in laws:
        if law not in known_laws():
            raise BadInput(f"{law[:40]!r} is no law", where="laws", remedy=f"known: {', '.join(known_laws())}")


class Desk:
    """What one service answers from."""

    def __init__(self, service: Service) -> None:
        self._service = service

    def day(self, text: str | None, *, where: str = "as_of") -> dt.date | None:
        """A date as a request states it.

        Raises:
            BadInput: no date, or one more than five years ahead.
        """
        if not text:
            return None
        found = parse_date(text, where=where)
        if found > self._service.today() + FURTHEST_AHEAD:
            raise BadInput(f"{found} lies more than five years ahead", where=where, remedy="check the year")
        return found

    def check(
        self,
        transaction: Mapping[str, Any],
        *,
        as_of: str | None = None,
        known_on: str | None = None,
        laws: Sequence[str] = (),
        strict: bool = False,
        require: Sequence[str] = (),
    ) -> Assessment:
        """Judge a transaction; nothing is kept.

        Args:
            transaction: plain values, as a transaction file holds them.
            known_on: the day whose knowledge counts: lists and rulebooks as they were on file then.

        Raises:
            BadInput: names the field.
            Unavailable: the lists are still being opened.
        """
        today = self._service.today()
        day, known = self.day(as_of), self.day(known_on, where="known_on")
        if known is not None and known > today:
            raise BadInput(f"{known} lies ahead", where="known_on", remedy="what will be known then is not on file")
        checked_laws(laws)
        tx = transaction_from_mapping(transaction, today=today, default_date=day or today)
        holdings = self._service.lists.holdings()
        library: Library = SharedLists(holdings)
        law_now = law_at_hand(holdings.data_dir)
        if known is not None and known != today:
            library, law_now = _past(holdings.data_dir, known, holdings.library.accepts_starter)
        return assess(
            tx,
            as_of=day,
            library=library,
            settings=Settings(laws=tuple(laws) or DEFAULT_LAWS, strict=strict, require=tuple(require)),
            today=known or today,
            rulebooks=law_now.books,
            banners=law_now.banners,
        )

    def keep(
        self, found: Assessment, actor: Actor, *, restricted: bool = False, once: Once | None = None
    ) -> tuple[Kept, bool]:
        """Keep an assessment with its transaction; whether it is new.

        Raises:
            BadInput: the key of ``once`` was used for another request.
        """
        document = assessment_document(found)
        kept, new = self._service.stores.need().casework.keep(
            transaction=canonical_json(document["transaction"]),
            judgement=document_bytes(document),
            content={
                "as_of": found.as_of,
                "known_on": found.known_on,
                "on_file": found.on_file,
                "outcome": found.outcome.value,
                "headline": found.headline,
                "reference": found.transaction.reference,
            },
            editions=found.editions,
            by=By.of(actor),
            restricted=restricted,
            once=once,
        )
        if new:
            self._service.metrics.assessments.labels(found.outcome.value).inc()
        return kept, new

    def readable(self, identifier: str, actor: Actor, *, address: str = "", how: str) -> Kept:
        """A kept assessment that the actor may read; a reading of what is restricted is put on record, a refusal too.

        Args:
            address: where the request comes from, for the record.
            how: in which way it is read, for the record.

        Raises:
            NotHeld: there is none, or only one of somebody else: neither is told from the other.
        """
        store = self._service.stores.get()
        kept = store.casework.assessment(identifier) if store is not None else None
        if store is None or kept is None:
            raise NotHeld("there is no such assessment", "the list of kept assessments names yours")
        subject = self.subject(actor, "assessment", kept.id, kept.owner, kept.at)
        subject = replace(subject, restricted=kept.restricted)
        decision = decide(self._service.policies, actor, "assessment.view", subject)
        if not decision.allowed:
            self._service.denied(actor, "assessment.view", f"assessment:{kept.id}", decision.because, address)
            raise NotHeld("there is no such assessment", "the list of kept assessments names yours")
        if kept.restricted:
            store.casework.was_read(f"assessment:{kept.id}", by=By.of(actor), reason=how)
        return kept

    def subject(self, actor: Actor, kind: str, identifier: str, owner: str, at: str) -> Subject:
        """Something that is kept, as the policies ask about it.

        Args:
            at: when it was made: its owner may have acted for another exporter then.
        """
        store = self._service.stores.get()
        asked = bool(actor.organisation) and owner != actor.id and store is not None
        organisation = store.accounts.organisation_at(owner, at) if asked and store is not None else ""
        return Subject(kind, identifier, owner=owner, organisation=organisation)

    def whose(self, actor: Actor, action: str, kind: str) -> frozenset[str] | None:
        """Whose records the actor may list: everybody's (None), or those of some: each is still to be asked about."""
        others = Subject(kind, owner="somebody else")
        if decide(self._service.policies, actor, action, others).allowed:
            return None
        store = self._service.stores.get()
        shared = replace(others, organisation=actor.organisation)
        if store is None or not decide(self._service.policies, actor, action, shared).allowed:
            return frozenset({actor.id})
        return store.accounts.members(actor.organisation) | {actor.id}

    def assessments(self, actor: Actor, *, limit: int, before: int | None = None) -> list[Kept]:
        """Kept assessments that the actor may read, newest first."""
        store, action = self._service.stores.get(), "assessment.view"
        owners, found = self.whose(actor, action, "assessment"), list[Kept]()
        while store is not None and len(found) < limit:
            page = store.casework.assessments(limit=limit, before=before, owner=owners)
            for one in page:
                subject = self.subject(actor, "assessment", one.id, one.owner, one.at)
                if owners is None or decide(self._service.policies, actor, action, subject).allowed:
                    found.append(one)
            if len(page) < limit:
                break
            before = page[-1].seq
        return found[:limit]

    def jobs(self, actor: Actor, *, limit: int) -> list[Job]:
        """Jobs that the actor may see, newest first."""
        store = self._service.stores.get()
        owners, found, offset = self.whose(actor, "job.view", "job"), list[Job](), 0
        while store is not None and len(found) < limit:
            page = store.casework.jobs(owner=owners, limit=limit, offset=offset)
            found += [one for one in page if self.sees_job(actor, one)]
            offset += len(page)
            if len(page) < limit:
                break
        return found[:limit]

    def sees_job(self, actor: Actor, job: Job) -> bool:
        """Whether the actor may see a job."""
        subject = self.subject(actor, "job", job.id, job.owner, job.made)
        return decide(self._service.policies, actor, "job.view", subject).allowed

    def hides_transaction(self, actor: Actor, record: Record) -> str:
        """Why the actor may not read a kept transaction; empty where they may. Who kept an assessment of it owns it."""
        owners, casework = self.whose(actor, "transaction.view", "transaction"), self._service.stores.need().casework
        kept = casework.of_transaction(record.key, owners) if owners is not None else ()
        subjects = [self.subject(actor, "transaction", record.key, one.owner, one.at) for one in kept]
        subjects.append(Subject("transaction", record.key, owner=record.ref))
        decisions = [decide(self._service.policies, actor, "transaction.view", one) for one in subjects]
        return "" if any(one.allowed for one in decisions) else decisions[-1].because

    def replayed(self, kept: Kept) -> Replayed:
        """A kept assessment made again, from the editions that it rests on.

        Raises:
            Unavailable: the lists are still being opened.
            OperationFailed: the judgement is gone or altered, or what is on file is damaged.
        """
        holdings = self._service.lists.holdings()

        def opened(wanted: ListsAsked) -> Library:
            at_hand = holdings.library
            now = (at_hand.on_file, at_hand.accepts_starter, True)
            if now == (wanted.on_file, wanted.accept_starter, wanted.embedded):
                return SharedLists(holdings)
            return _on_file(wanted)

        folder = overlay_folder(holdings.data_dir)
        own = read_overlay(shipped_rulebooks(), folder) if folder is not None else ()
        return replay_document(self.document(kept), holdings.data_dir, own, open_lists=opened)

    def judgement(self, kept: Kept) -> bytes:
        """The very bytes of a kept judgement.

        Raises:
            OperationFailed: they are gone, or were altered.
        """
        return self._service.stores.need().casework.content(kept.judgement)

    def document(self, kept: Kept) -> dict[str, Any]:
        """A kept assessment as ``check --json`` writes it, so that it can be replayed."""
        found: dict[str, Any] = json.loads(self.judgement(kept))
        return {**found, "known_on": kept.known_on, "on_file": kept.on_file}

    def screen(self, query: Query, *, threshold: float = HIT_THRESHOLD) -> Screened:
        """Every hit, after decisions.

        Raises:
            Unavailable: the lists are still being opened.
        """
        matches = self._service.lists.holdings().screen(query, threshold)
        store = self._service.stores.get()
        return apply(matches, query, store.decisions if store is not None else DecisionBook(()))

    def adjudicate(
        self, query: Query, party_id: str, verdict: Verdict, reason: str, actor: Actor, once: Once | None = None
    ) -> Decision:
        """Record a decision on a hit.

        Raises:
            BadInput: the key of ``once`` was used for another request; the party is no hit of the query, or a text
                cannot be used.
        """
        holdings = self._service.lists.holdings()
        name = query.name or "the numbers"
        try:
            found = hit(holdings.screen(query, HIT_THRESHOLD), party_id, name)
        except BadInput as error:
            raise BadInput(error.problem, where="party_id", remedy=error.remedy) from None
        by = By.of(actor)
        return self._service.stores.need().decisions.add(
            verdict=verdict,
            name=query.name,
            party_id=found.party.id,
            party_name=found.party.name,
            evidence=evidence_of(query, found.party),
            by=by.actor,
            role=by.role,
            reason=reason,
            editions=holdings.library.editions(),
            once=once,
        )
