"""Checking, screening, adjudicating and keeping, for every interface over HTTP: the work behind a route."""

from __future__ import annotations

import datetime as dt
import functools
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from enduse.assess import Settings
from enduse.assess import check as assess
from enduse.evidence.library import Library
from enduse.interfaces.api.holdings import Holdings
from enduse.interfaces.decisions import hit
from enduse.interfaces.documents import assessment_document, document_bytes
from enduse.interfaces.law import LawAtHand, law_at_hand
from enduse.interfaces.transactions import FURTHEST_AHEAD, transaction_from_mapping
from enduse.model.access import Actor
from enduse.model.assessment import Assessment, Coverage, Edition
from enduse.model.codec import canonical_json
from enduse.model.decision import Decision, Verdict
from enduse.model.errors import BadInput
from enduse.model.kept import Kept, Once
from enduse.model.match import HIT_THRESHOLD, Match, Query
from enduse.model.record import By
from enduse.model.time import parse_date
from enduse.rules.rulebook import DEFAULT_LAWS, known_laws
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

    def editions(self) -> tuple[Edition, ...]:
        """See :meth:`enduse.evidence.library.Library.editions`."""
        return self._holdings.library.editions()


@functools.lru_cache(maxsize=2)
def _past(data_dir: Path, known_on: dt.date, starter: bool) -> tuple[Library, LawAtHand]:
    library = Library(data_dir, accept_starter=starter, known_on=known_on)
    return library, law_at_hand(data_dir, None, known_on)


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
        for law in laws:
            if law not in known_laws():
                remedy = f"known: {', '.join(known_laws())}"
                raise BadInput(f"{law[:40]!r} is no law", where="laws", remedy=remedy)
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

    def adjudicate(self, query: Query, party_id: str, verdict: Verdict, reason: str, actor: Actor) -> Decision:
        """Record a decision on a hit.

        Raises:
            BadInput: the party is no hit of the query, or a text cannot be used.
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
        )
