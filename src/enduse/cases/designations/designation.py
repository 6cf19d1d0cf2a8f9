"""A designation: the fold of its events, and the questions that its readers ask of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from enduse.cases.case import Act
from enduse.cases.clocks import Deadline, Mark, Timeline
from enduse.cases.designations.bodies import (
    Amended,
    CourtOrdered,
    EffectPreviewed,
    Nomination,
    ObjectionAnswered,
    PartnersPrenotified,
    PetitionDecided,
    PetitionFiled,
    Published,
    QualityMeasured,
    Removed,
    Reviewed,
    Terms,
    VoteCast,
    VoteClosed,
    VoteOpened,
    VoteRecused,
)
from enduse.cases.designations.rulebook import ListingAuthority, Procedure
from enduse.cases.designations.voting import Ballot, Tally, VoteRule, tally
from enduse.cases.events import CaseEvent

ERASED = "erased"
"""Kind of the event that takes away what was said before, and the status after it."""


@dataclass(frozen=True, slots=True)
class Vote:
    """A question before the committee.

    Attributes:
        ballots: (member, position, moment, reason), in order; ``recused`` (member, reason).
        ended: the moment at which it was closed.
        published: a listing, a change or a removal was made public on it.
        lapsed: a later review kept the listing: the removal that was carried is not published any more.
    """

    number: int
    asked: VoteOpened
    opened: dt.datetime
    ballots: tuple[tuple[str, str, dt.datetime, str], ...] = ()
    recused: tuple[tuple[str, str], ...] = ()
    closed: VoteClosed | None = None
    published: bool = False
    ended: dt.datetime | None = None
    lapsed: bool = False

    def asks_as(self, other: Vote) -> bool:
        """Whether it answers what another vote answers: the same changes, or the same petition."""
        if self.asked.question != other.asked.question:
            return False
        same = replace(self.asked, petition="", reason="") == replace(other.asked, petition="", reason="")
        return same or bool(self.asked.petition and self.asked.petition == other.asked.petition)

    def counted(self, authority: ListingAuthority, last_day: dt.date, today: dt.date) -> Tally:
        """The vote as it stands on a day."""
        ballots = [Ballot(who, how, at.astimezone(authority.zone).date()) for who, how, at, _ in self.ballots]
        rule: VoteRule = authority.votes[self.asked.question]
        out = [who for who, _ in self.recused]
        return tally(rule, authority.members, ballots, out, last_day=last_day, today=today)


@dataclass(frozen=True, slots=True)
class Petition:
    """A petition, and its answer."""

    filed: PetitionFiled
    decided: PetitionDecided | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of a listing made public: the question that was carried, and what was published."""

    asked: VoteOpened
    published: Amended


@dataclass(frozen=True, slots=True)
class Designation:
    """A designation as its events leave it.

    Attributes:
        seq: number of its last event.
        status: a status of the procedure; empty where there is none.
        acts: who did what, and when.
        nomination: the latest version; ``nominated_sha256`` its hash.
        prenotices: what partners were told before the public was; ``told`` what of it still holds.
        removals: removals made public; a later one takes effect sooner.
    """

    id: str
    seq: int = 0
    status: str = ""
    acts: tuple[Act, ...] = ()
    nomination: Nomination | None = None
    nominated_sha256: str = ""
    quality: QualityMeasured | None = None
    effect: EffectPreviewed | None = None
    votes: tuple[Vote, ...] = ()
    listing: Published | None = None
    changes: tuple[Change, ...] = ()
    removals: tuple[Removed, ...] = ()
    petitions: tuple[Petition, ...] = ()
    objections: tuple[ObjectionAnswered, ...] = ()
    orders: tuple[CourtOrdered, ...] = ()
    prenotices: tuple[PartnersPrenotified, ...] = ()
    told: tuple[PartnersPrenotified, ...] = ()

    @property
    def removal(self) -> Removed | None:
        """The removal that counts."""
        return self.removals[-1] if self.removals else None

    def removal_known(self, known_on: dt.date) -> Removed | None:
        """The removal that counted by what was public on the evening of a day."""
        known = [one for one in self.removals if (one.published or one.effective) <= known_on]
        return known[-1] if known else None

    @property
    def promised(self) -> tuple[PartnersPrenotified, ...]:
        """What each state was told last, and that still holds."""
        return tuple({state: one for one in self.told for state in one.partners}.values())

    @property
    def unpublished(self) -> str:
        """The question that was carried, or that a court answered, and that is not made public yet; or empty."""
        found = next((one for one in ("remove", "modify", "add") if self.carried(one) is not None), "")
        if not found and self.status == "listed" and self.orders and self.orders[-1].orders == "remove":
            return "remove"
        return found

    @property
    def open_vote(self) -> Vote | None:
        """The vote that is not closed."""
        return next((one for one in self.votes if one.closed is None), None)

    def carried(self, question: str) -> Vote | None:
        """The vote on a question that was carried, still stands, and is not made public yet.

        A later vote that was carried takes the place of earlier ones; one that was lost takes away only what it asked.
        """
        closed = [one for one in self.votes if one.asked.question == question and one.closed]
        last = next((one for one in reversed(closed) if one.closed and one.closed.passed), None)
        if last is None or last.published or last.lapsed:
            return None
        return None if any(one.number > last.number and one.asks_as(last) for one in closed) else last

    def terms_on(self, day: dt.date) -> Terms | None:
        """The terms in force on a day, by the dates on which they take effect; None where it is not listed."""
        if self.listing is None or self.nomination is None or not self.listed_on(day):
            return None
        terms = self.nomination.terms
        for change in self.changes:
            if change.published.effective <= day and change.asked.terms is not None:
                terms = change.asked.terms
        return terms

    def listed_on(self, day: dt.date, known_on: dt.date | None = None) -> bool:
        """Whether the listing is in force on a day.

        Args:
            known_on: by what was public on the evening of that day; all that is public when None.
        """
        if self.listing is None:
            return False
        known = known_on or dt.date.max
        if (self.listing.published or self.listing.effective) > known or day < self.listing.effective:
            return False
        ends = [self.listing.expires] if self.listing.expires else []
        if (removal := self.removal_known(known)) is not None:
            ends.append(removal.effective)
        return not ends or day < min(ends)

    def timeline(self, zone: ZoneInfo) -> Timeline:
        """What clocks see."""
        marks = tuple(Mark(one.kind, one.at.astimezone(zone).date(), one.key, seq=one.seq) for one in self.acts)
        authority = self.nomination.authority if self.nomination else ""
        return Timeline(authority, "designation", marks)

    def deadlines(self, procedure: Procedure, today: dt.date) -> tuple[Deadline, ...]:
        """Its periods on a day."""
        if self.nomination is None:
            return ()
        zone = procedure.authorities[self.nomination.authority].zone
        return procedure.clocks.deadlines(self.timeline(zone), today)

    def last_day(self, vote: Vote, procedure: Procedure, today: dt.date) -> dt.date:
        """The last day on which a ballot of a vote counts."""
        assert self.nomination is not None
        clock = procedure.authorities[self.nomination.authority].votes[vote.asked.question].clock
        found = [
            one.due
            for one in self.deadlines(procedure, today)
            if one.rule.id == clock and one.key == str(vote.number) and one.due is not None
        ]
        return found[-1] if found else today

    def did(self, *kinds: str) -> frozenset[str]:
        """Who did one of these."""
        return frozenset(one.actor for one in self.acts if one.kind in kinds)


def fold(identifier: str, events: Iterable[CaseEvent]) -> Designation:
    """The designation that events make."""
    found = Designation(identifier)
    for event in events:
        found = apply(found, event)
    return found


def apply(case: Designation, event: CaseEvent) -> Designation:
    """The designation after one more event."""
    number = len(case.votes) + 1 if event.kind == "vote_opened" else getattr(event.body, "vote", "")
    key = str(number or getattr(event.body, "id", ""))
    act = Act(event.seq, event.at, event.actor, event.role, event.kind, key, event.sha256)
    case = replace(case, seq=event.seq, acts=(*case.acts, act))
    if event.kind == ERASED:
        return replace(case, status=ERASED)
    # What was erased leaves who did what and when.
    return _FOLDS[event.kind](case, event) if event.kind in _FOLDS and event.body is not None else case


def _nominated(case: Designation, event: CaseEvent) -> Designation:
    return replace(case, nomination=event.body, nominated_sha256=event.sha256, status="nominated")


def _withdrawn(case: Designation, _: CaseEvent) -> Designation:
    return replace(case, status="withdrawn")


def _opened(case: Designation, event: CaseEvent) -> Designation:
    vote = Vote(len(case.votes) + 1, event.body, event.at)
    status = "voting" if event.body.question == "add" else case.status
    return replace(case, votes=(*case.votes, vote), status=status)


def _with(case: Designation, number: int, **changed: object) -> Designation:
    votes = tuple(replace(one, **changed) if one.number == number else one for one in case.votes)  # type: ignore[arg-type]
    return replace(case, votes=votes)


def _cast(case: Designation, event: CaseEvent) -> Designation:
    body: VoteCast = event.body
    vote = case.votes[body.vote - 1]
    return _with(case, body.vote, ballots=(*vote.ballots, (body.member, body.position, event.at, body.reason)))


def _recused(case: Designation, event: CaseEvent) -> Designation:
    body: VoteRecused = event.body
    vote = case.votes[body.vote - 1]
    return _with(case, body.vote, recused=(*vote.recused, (body.member, body.reason)))


def _closed(case: Designation, event: CaseEvent) -> Designation:
    body: VoteClosed = event.body
    case = _with(case, body.vote, closed=body, ended=event.at)
    if case.votes[body.vote - 1].asked.question == "add":
        return replace(case, status="approved" if body.passed else "rejected")
    return case


def _made_public(case: Designation, question: str, number: int) -> tuple[Designation, Vote | None]:
    case, vote = replace(case, told=()), _meant(case, question, number)
    return (_with(case, vote.number, published=True) if vote else case), vote


def _meant(case: Designation, question: str, number: int) -> Vote | None:
    """The vote that a publication names; earlier builds named none, and meant the latest that was not public yet."""
    if number:
        return case.votes[number - 1]
    found = [one for one in case.votes if one.asked.question == question and one.closed and not one.published]
    return found[-1] if found and found[-1].closed and found[-1].closed.passed else None


def _prenotified(case: Designation, event: CaseEvent) -> Designation:
    return replace(case, prenotices=(*case.prenotices, event.body), told=(*case.told, event.body))


def _published(case: Designation, event: CaseEvent) -> Designation:
    body: Published = event.body
    return replace(_made_public(case, "add", body.vote)[0], listing=body, status="listed")


def _amended(case: Designation, event: CaseEvent) -> Designation:
    body: Amended = event.body
    after, vote = _made_public(case, "modify", body.vote)
    return replace(after, changes=(*case.changes, Change(vote.asked, body))) if vote else case


def _removed(case: Designation, event: CaseEvent) -> Designation:
    body: Removed = event.body
    return replace(_made_public(case, "remove", body.vote)[0], removals=(*case.removals, body), status="removed")


def _reviewed(case: Designation, event: CaseEvent) -> Designation:
    body: Reviewed = event.body
    vote = case.carried("remove") if body.outcome == "keep" else None
    return _with(case, vote.number, lapsed=True) if vote else case


def _petitioned(case: Designation, event: CaseEvent) -> Designation:
    return replace(case, petitions=(*case.petitions, Petition(event.body)))


def _answered(case: Designation, event: CaseEvent) -> Designation:
    body: PetitionDecided = event.body
    petitions = tuple(replace(one, decided=body) if one.filed.id == body.id else one for one in case.petitions)
    return replace(case, petitions=petitions)


_FOLDS: dict[str, Callable[[Designation, CaseEvent], Designation]] = {
    "designation_nominated": _nominated,
    "designation_revised": _nominated,
    "designation_withdrawn": _withdrawn,
    "quality_measured": lambda case, event: replace(case, quality=event.body),
    "effect_previewed": lambda case, event: replace(case, effect=event.body),
    "vote_opened": _opened,
    "vote_cast": _cast,
    "vote_recused": _recused,
    "vote_closed": _closed,
    "partners_prenotified": _prenotified,
    "listing_published": _published,
    "listing_amended": _amended,
    "listing_removed": _removed,
    "listing_reviewed": _reviewed,
    "petition_filed": _petitioned,
    "petition_decided": _answered,
    "objection_answered": lambda case, event: replace(case, objections=(*case.objections, event.body)),
    "court_ordered": lambda case, event: replace(case, orders=(*case.orders, event.body)),
}
