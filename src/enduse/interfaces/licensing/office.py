"""Licensing at the service's desk: made once by the service, and asked by API routes and pages alike.

    office = request.app.state.service.office
    desk = office.desk(actor_of(request))       everything below is done as the person who is signed in, and nobody else

    desk.queue(...)            cases, soonest due first; an exporter's own
    desk.view(case_id)         a case, as this person may read it
    desk.possible(case_id)     what they may do now, and what stands in the way of the rest
    desk.act(case_id, "countersign", {...}, seen=tag)

    office.issue(case)         records which bytes the documents of a case were issued as, as `act` and the daily run do

Who belongs to which exporter or agency comes from the account; what a request says of that changes nothing.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Literal

from enduse.cases.bodies import Screened
from enduse.cases.case import Case
from enduse.cases.decide import shipped_policies
from enduse.cases.log import CaseLog
from enduse.cases.refusals import Conflict
from enduse.cases.service import Licensing
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.interfaces.licensing.desk import Desk
from enduse.interfaces.licensing.documents import Documents, Fonts
from enduse.interfaces.licensing.log import StoredLog
from enduse.interfaces.licensing.outside import Outside
from enduse.interfaces.licensing.wiring import Lists, screened
from enduse.model import access
from enduse.model.errors import OperationFailed
from enduse.model.kept import Once

_TRIES = 3

Denied = Callable[[access.Actor, str, str, str], None]
"""Puts a refusal on record: who, action, subject, why."""


class Office:
    """The licensing of one service.

    Args:
        access_policies: who may do what at all.
        lists: the lists at hand; None while they cannot be used, which keeps the screening gate closed.
        required: ids of the lists that screening rests on; those that the authority's law needs where empty.
        extension: how ``extend up to 30 working days`` is read: 30 in all, or 30 more.
        fonts: a folder of fonts that documents are set with; see :class:`Fonts`.
        denied: puts a refused reading on record.

    Raises:
        BadInput: there is no such folder of fonts.
    """

    def __init__(
        self,
        stores: StoreAtHand,
        clock: Callable[[], dt.datetime],
        access_policies: access.Policies,
        lists: Callable[[], Lists | None],
        *,
        required: tuple[str, ...] = (),
        extension: Literal["in_all", "more"] = "in_all",
        fonts: Path | None = None,
        denied: Denied = lambda _person, _action, _subject, _because: None,
    ) -> None:
        self.stores = stores
        self.clock = clock
        self.access = access_policies
        self.policies = shipped_policies(extension)
        self.outside = Outside(stores, access_policies, self.policies, self.today, lists, required)
        self.denied = denied
        # A folder that is not there is said now, and not after a decision that would call for documents.
        self.fonts = Fonts(fonts)
        self.log: Callable[[Once | None], CaseLog] = lambda once: StoredLog(stores.need().cases, once)

    def today(self) -> dt.date:
        """The civil date in UTC: lists are fresh or stale by it."""
        return self.clock().astimezone(dt.UTC).date()

    def licensing(self, once: Once | None = None, *, precedents: bool = False) -> Licensing:
        """Licensing over the store.

        Args:
            once: the request that asks; it is remembered with what it appends.
            precedents: whether the ground holds precedents, which costs a search.
        """
        ground = self.outside.ground_with_precedents if precedents else self.outside.ground
        return Licensing(self.log(once), self.clock, self.policies, ground)

    def screening(self, case: Case) -> Screened:
        """A run over the lists at hand: every party against every list.

        Raises:
            OperationFailed: the lists cannot be used now.
        """
        lists = self.outside.lists()
        if lists is None:
            remedy = "try again when /readyz says that they are open"
            raise OperationFailed("the lists cannot be used now", remedy=remedy)
        return screened(case, lists, self.outside.required(case.applied.authority), self.today())

    def documents(self) -> Documents:
        """The documents of cases."""
        return Documents(self.licensing(), self.fonts)

    def issue(self, case: Case) -> Case:
        """Record which bytes the documents of a case were issued as, those that have no record yet.

        Where others write at the same time, again and again, it is left to the next event or the daily run.
        """
        for _ in range(_TRIES):
            with contextlib.suppress(Conflict):
                return self.documents().issue(case.id)
        return case

    def desk(self, person: access.Actor) -> Desk:
        """The desk of somebody who is signed in."""
        return Desk(self, person)
