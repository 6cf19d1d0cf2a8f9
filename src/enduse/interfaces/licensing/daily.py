"""What a day brings by itself: silence that now has its meaning, licences that end, parties that a new list names.

Both may run late, or twice: what they find follows from events, dates and lists alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from enduse.cases.application import CaseParty, Hit
from enduse.cases.case import Case
from enduse.cases.context import BY_ITSELF
from enduse.cases.decide import Command
from enduse.cases.licence_bodies import HitFound
from enduse.cases.refusals import Conflict
from enduse.interfaces.licensing.office import Office
from enduse.interfaces.licensing.wiring import DatedHit, Lists, dated_hits
from enduse.model.errors import OperationFailed

LIVE = ("active", "suspended", "exhausted")
"""Statuses of a licence under which something may still leave, or may again."""


@dataclass(slots=True)
class Ticked:
    """What :func:`tick` did.

    Attributes:
        changed: id of each case in which something followed, with the number of events.
        issued: cases of which a document had no record of its issue yet.
        left: cases that somebody changed meanwhile; the next run looks at them.
    """

    cases: int = 0
    changed: list[tuple[str, int]] = field(default_factory=list)
    issued: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Rescreened:
    """What :func:`rescreen` did.

    Attributes:
        cases: how many were looked at.
        screened: open cases whose parties were screened against a new edition.
        found: new hits: case, party, listed party, list; in open cases they wait for a screening officer, under a
            licence they are reported, and a suspension is proposed.
        left: cases that somebody changed meanwhile; the next run looks at them.
    """

    cases: int = 0
    screened: list[str] = field(default_factory=list)
    found: list[tuple[str, Hit]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


def tick(office: Office) -> Ticked:
    """Note in every case what followed by itself, and issue what documents it calls for."""
    done, licensing = Ticked(), office.licensing()
    for case in _alive(office):
        done.cases += 1
        try:
            after = licensing.tick(case.id)
            if after.seq > case.seq:
                done.changed.append((case.id, after.seq - case.seq))
            if office.documents().issue(case.id).seq > after.seq:
                done.issued.append(case.id)
        except Conflict:
            done.left.append(case.id)
    return done


def rescreen(office: Office) -> Rescreened:
    """Screen the parties of open cases and of cases with a licence against the lists at hand.

    An open case is screened anew when the lists have changed since its last run; a licence whose party a list names
    gets a report of the hit, once.

    Raises:
        OperationFailed: the lists cannot be used.
    """
    lists = office.outside.lists()
    if lists is None:
        raise OperationFailed("the lists cannot be used now", remedy="enduse lists status says why")
    done, run = Rescreened(), _Run(lists)
    screening = {status for row in office.policies.of_command("screen") for status in row.source}
    snapshot = lists.fingerprint()
    for case in _alive(office):
        undecided = case.status in screening and case.screened is not None
        licensed = case.licence is not None and case.licence.status in LIVE
        done.cases += undecided or licensed
        try:
            if licensed:
                _report(office, case, run, done)
            if undecided and case.screened is not None and case.screened.snapshot != snapshot:
                # Under appeal a case has a licence and waits for a decision: what was reported is an event more.
                _screen(office, office.licensing().case(case.id) if licensed else case, done)
        except Conflict:
            done.left.append(case.id)
    return done


def report_hits(office: Office) -> Rescreened:
    """Screen the parties of cases with a live licence against the lists at hand, as :func:`rescreen` does.

    Raises:
        OperationFailed: the lists cannot be used.
    """
    lists = office.outside.lists()
    if lists is None:
        raise OperationFailed("the lists cannot be used now", remedy="enduse lists status says why")
    done, run = Rescreened(), _Run(lists)
    for case in licensed(office):
        done.cases += 1
        try:
            _report(office, case, run, done)
        except Conflict:
            done.left.append(case.id)
    return done


def licensed(office: Office, statuses: tuple[str, ...] = LIVE) -> Iterator[Case]:
    """Cases whose licence has one of these statuses, in the order of their ids."""
    store = office.stores.get()
    licensing = office.licensing()
    for row in store.cases.views(within={"licence": statuses}, by_id=True) if store is not None else ():
        yield licensing.case(str(row["id"]))


def _alive(office: Office) -> Iterator[Case]:
    """Cases that are not at their end, and those with a licence that is not."""
    store = office.stores.get()
    licensing = office.licensing()
    for row in store.cases.views(by_id=True) if store is not None else ():
        ended = row["status"] in (*office.policies.final, "erased")
        if not ended or row["licence"] in LIVE:
            yield licensing.case(str(row["id"]))


def _screen(office: Office, case: Case, done: Rescreened) -> None:
    known = {hit.id for hit in (*(case.screened.hits if case.screened else ()), *case.later_hits)}
    made = office.screening(case)
    office.licensing().act(case.id, Command("screen", made), BY_ITSELF, expected=case.seq)
    done.screened.append(case.id)
    done.found.extend((case.id, hit) for hit in made.hits if hit.id not in known)


def _report(office: Office, case: Case, run: _Run, done: Rescreened) -> None:
    licensing, seq = office.licensing(), case.seq
    known = {hit.id for hit in (*(case.screened.hits if case.screened else ()), *case.later_hits)}
    for party in case.applied.parties:
        for hit, listed_on in run.hits(party):
            if hit.id not in known:
                command = Command("report_hit", HitFound(hit, listed_on))
                seq = licensing.act(case.id, command, BY_ITSELF, expected=seq).seq
                known.add(hit.id)
                done.found.append((case.id, hit))


class _Run:
    """One run: a party that occurs in many cases is screened once."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists
        self._seen: dict[tuple[str, str, str], tuple[DatedHit, ...]] = {}

    def hits(self, party: CaseParty) -> tuple[DatedHit, ...]:
        key = (party.id, party.name, party.country)
        if key not in self._seen:
            self._seen[key] = tuple(dated_hits(party, self._lists))
        return self._seen[key]
