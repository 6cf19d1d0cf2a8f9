"""Watches of licences: cases of licensing as the watch sees them, and what is told of them.

A party of a live licence that a list names now is reported in its case, as the daily run of licensing does; the case
proposes to suspend the licence, and two people of the licence authority decide.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from enduse.cases.case import Case, Licence
from enduse.cases.licence_bodies import ShipmentChecked
from enduse.interfaces.licensing.daily import licensed, report_hits
from enduse.interfaces.monitor.steps import Report, Steps, Tell
from enduse.model.errors import OperationFailed
from enduse.model.record import Record
from enduse.monitor.licences import LIVE, LicenceSight, Line, Named, Owed, Plan, Use, licence_alerts

if TYPE_CHECKING:
    from enduse.interfaces.licensing.office import Office
    from enduse.store.database import Store

_EXPIRED = "expired"
_AT_ONCE = 200


class LicenceRun(Steps):
    """One run of a watch of licences."""

    def __init__(
        self,
        store: Store,
        clock: Callable[[], dt.datetime],
        record: Record,
        tell: Tell,
        office: Office | None,
    ) -> None:
        super().__init__(store, clock, record, tell)
        self._office = office

    def all(self) -> Report:
        """Do what is to be done; the record of it.

        Raises:
            OperationFailed: there is no licensing to look at.
        """
        if self._office is None:
            raise OperationFailed("licensing is not at hand", where=self._watch.name)
        with self._recorded():
            self._screen(self._office)
            for number, case in enumerate(licensed(self._office, (*LIVE, _EXPIRED)), 1):
                self._look(self._office, case)
                self._report.counts["licences"] = number
            day = self._today.isoformat()
            if day != self._watch.day:
                begun = self._watch.begun or day
                self._step(replace(self._watch, begun=begun, day=day), (), f"the licences of {day}")
        return self._report

    def _screen(self, office: Office) -> None:
        try:
            done = report_hits(office)
        except OperationFailed as problem:
            self._report.notes.append(f"parties were not screened: {problem}")
            return
        self._report.counts["hits reported"] = len(done.found)
        if done.left:
            self._report.notes.append(f"changed meanwhile, and left for the next run: {', '.join(done.left[:20])}")

    def _look(self, office: Office, case: Case) -> None:
        sight = sight_of(case, tuple(_checks(office, case)))
        plan = Plan(check_days=self._watch.check_days)
        told = licence_alerts(sight, self._today, watch=self._watch.name, plan=plan)
        known = self._store.monitoring.there([alert.id for alert in told])
        if fresh := [alert for alert in told if alert.id not in known]:
            self._step(self._watch, fresh, f"licence of case {case.id}")


def sight_of(case: Case, checks: tuple[tuple[dt.date, str], ...] = ()) -> LicenceSight:
    """A case with a licence as a watch sees it.

    Args:
        checks: post-shipment checks that were made: day and result.
    """
    licence = case.licence
    assert licence is not None
    content = licence.content
    items = {item.line: item for item in case.applied.items}
    lines = []
    for one in content.lines:
        item = items.get(one.line)
        value = item.value * one.quantity / item.quantity if item is not None and item.quantity else None
        lines.append(Line(one.line, one.code, one.quantity, one.unit, value, item.currency if item else ""))
    uses = [Use(one.usage, one.line, one.quantity, one.on) for one in licence.usages]
    uses += [Use(one.usage, one.line, one.quantity, one.on, counted=False) for one in licence.exceptions]
    return LicenceSight(
        case=case.id,
        licence=content.licence,
        status=licence.status,
        valid_from=content.valid_from,
        valid_to=content.valid_to,
        lines=tuple(lines),
        uses=tuple(uses),
        owed=tuple(Owed(one.id, one.text, day) for one, day in licence.conditions_owed),
        named=tuple(_named(case, licence)),
        checks=checks,
    )


def _named(case: Case, licence: Licence) -> Iterator[Named]:
    put_aside = {hit for hit, disposition in case.dispositions if disposition == "different"}
    parties = {party.id: party for party in case.applied.parties}
    for hit in case.later_hits:
        if hit.id in put_aside:
            continue
        party = parties[hit.party]
        yield Named(
            hit.id,
            party.name,
            party.role.value.replace("_", " "),
            hit.listed_id,
            hit.listed_name,
            hit.list_id,
            format(hit.score, "f"),
            _proposal(licence, hit.id),
            hit.explanation,
            hit.citation,
        )


def _proposal(licence: Licence, hit: str) -> str:
    own = next((one for one in licence.measures if one.content.trigger == hit), None)
    if own is not None and own.open:
        return f"a proposal to suspend the licence waits in the case ({own.content.id}): two people decide"
    if own is not None:
        return f"the proposal to suspend the licence was {'rejected' if own.rejected else 'approved'}"
    if licence.status == "suspended":
        return "the licence is suspended already"
    if any(one.open for one in licence.measures):
        return "another proposal waits in the case: it was not joined by a second one"
    return "no proposal to suspend the licence was made: look at the case"


def _checks(office: Office, case: Case) -> Iterator[tuple[dt.date, str]]:
    if all(act.kind != "shipment_checked" for act in case.acts):
        return
    for event in office.licensing().history(case.id):
        if isinstance(event.body, ShipmentChecked):
            yield event.at.date(), event.body.result
