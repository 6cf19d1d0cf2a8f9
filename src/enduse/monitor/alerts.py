"""Alerts: what a change of a list or of the law does to a customer, in words, each with an id of its own.

An alert's id is a hash of what it tells of, so that a run that is repeated, resumed or caught up makes it once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from enduse.lists.diff import FieldChange
from enduse.lists.legal import EFFECT, IDENTITY, WORDING, listing_words
from enduse.model.citation import Citation
from enduse.model.decision import Evidence, digest
from enduse.model.match import Match
from enduse.model.party import Listing, Measure
from enduse.model.truth import Truth
from enduse.monitor.rescreen import Became, PairChange
from enduse.screen.decisions import evidence_of

NO_HIT = "no hit"


class Severity(StrEnum):
    """How soon somebody should look. Most urgent first."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


class Cause(StrEnum):
    """What made the difference."""

    LIST = "list"
    REGISTER = "register"
    LAW = "law"
    LICENCE = "licence"


@dataclass(frozen=True, slots=True)
class Alert:
    """What a change does to a customer.

    Attributes:
        watch: name of the watch.
        became: ``hit``, ``changed``, ``gone``; of law ``caught``, ``open`` or ``freed``; of licences see
            :mod:`enduse.monitor.licences`.
        customer: its key in the register; the case of a licence.
        owner: name of its owner that is meant; empty for itself.
        asked: the name that was screened.
        party_id: the listed party, or the rule.
        source: the source whose edition changed, or the rulebook.
        old, new: the editions before and after, or the days.
        effective: the first day on which it is so.
        before, after: the outcome in words.
        effect: what the listings or rules do, a sentence each.
        explanation: why the names match, a line each.
        verify: what must be verified before anybody relies on it; empty where nothing.
        evidence: what a decision on the hit would rest on; empty for law and licences.
        role: of a recorded transaction: the role in which ``owner`` takes part.
        said: what is told of the customer, names between marks of direction; empty where ``became`` says it all.
    """

    id: str
    watch: str
    cause: Cause
    became: str
    severity: Severity
    customer: str
    customer_name: str
    owner: str
    asked: str
    party_id: str
    party_name: str
    source: str
    old: str
    new: str
    effective: dt.date
    before: str
    after: str
    effect: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    changes: tuple[FieldChange, ...] = ()
    score: str = ""
    matched_name: str = ""
    explanation: tuple[str, ...] = ()
    verify: str = ""
    query: tuple[tuple[str, tuple[str, ...]], ...] = ()
    listed: tuple[tuple[str, tuple[str, ...]], ...] = ()
    said: str = ""
    role: str = ""

    @property
    def decides(self) -> bool:
        """Whether somebody may say of it that both sides are the same party, or not."""
        return self.cause in (Cause.LIST, Cause.REGISTER) and self.became != "gone"

    @property
    def evidence(self) -> Evidence:
        """Both sides of the hit, as a decision keeps them."""
        return Evidence(self.query, self.listed)

    @property
    def headline(self) -> str:
        """The alert in a sentence."""
        return plain_headline(self.marked)

    @property
    def marked(self) -> str:
        """The headline with each name between marks of direction, so that no script turns the words around it."""
        whom, party = isolated(self.customer_name), isolated(self.party_name)
        if self.owner and self.role:
            whom = f"{whom} (its {self.role} {isolated(self.owner)})"
        elif self.owner:
            whom = f"{whom} (through its owner {isolated(self.owner)})"
        if self.said:
            return f"{whom}: {self.said}"
        said = {
            "hit": f"may be {party}" + (", now listed" if self.cause is Cause.LIST else ""),
            "changed": f"what the list says of {party} has changed",
            "gone": f"no longer resembles a listing: {party}",
            "caught": f"is caught by {party}",
            "open": f"may be caught by {party}",
            "freed": f"is no longer caught by {party}",
        }
        return f"{whom}: {said[self.became]}"


ISOLATE, END = "\u2068", "\u2069"
"""First strong isolate and its end (Unicode Standard Annex 9)."""


def plain_headline(marked: str) -> str:
    """A headline without its marks."""
    return marked.replace(ISOLATE, "").replace(END, "")


def isolated(name: str) -> str:
    """A name between marks of direction."""
    return f"{ISOLATE}{plain_headline(name)}{END}"


def alert_id(watch: str, cause: Cause, became: str, pair: Sequence[str], occasion: Sequence[str]) -> str:
    """The id of an alert: equal for the same change of the same pair on the same occasion."""
    return digest({"watch": watch, "cause": cause.value, "became": became, "pair": [*pair], "on": [*occasion]})[:32]


def alert_of(
    change: PairChange,
    *,
    watch: str,
    cause: Cause,
    source: str,
    old: str,
    new: str,
    day: dt.date,
    since: dt.date | None = None,
    occasion: str = "",
) -> Alert:
    """The alert of a pair that has changed.

    Args:
        day: the day as of which listings count now.
        since: the day as of which they counted before; the same when None.
        occasion: tells occasions apart that the editions do not.
    """
    match = change.match
    subject = next(one for one in change.customer.subjects() if one.owner == change.owner)
    query = subject.query
    evidence = evidence_of(query, match.party)
    became = change.became.value
    listings = [one for one in match.party.listings if one.in_force(day) is not Truth.FALSE or change.after is None]
    return Alert(
        id=alert_id(watch, cause, became, change.pair, (source, old, new, occasion)),
        watch=watch,
        cause=cause,
        became=became,
        severity=severity_of(change, day),
        customer=change.customer.key,
        customer_name=change.customer.name,
        owner=change.owner,
        asked=query.name,
        party_id=match.party.id,
        party_name=match.party.name,
        source=source,
        old=old,
        new=new,
        effective=_effective(change, day),
        before=outcome_words(change.before, since or day),
        after=outcome_words(change.after, day),
        effect=tuple(map(listing_words, listings)),
        citations=tuple(dict.fromkeys(one.citation for one in listings if one.citation.text)),
        changes=change.fields,
        score=f"{match.score:.2f}",
        matched_name=match.matched_name,
        explanation=tuple(
            " ".join(filter(None, (part.what, part.query, part.listed, f"{part.contribution:+.2f}", part.note)))
            for part in match.explanation
        ),
        query=evidence.query,
        listed=evidence.listed,
        role=subject.role,
    )


def severity_of(change: PairChange, day: dt.date) -> Severity:
    """How soon somebody should look at a pair that has changed.

    A new hit of a listing that forbids or demands a licence, and a change of what a listing does, come first; then what
    frees a customer and other new hits; last a change of who is meant or of dates and reviews.
    """
    strict = any(
        measure in _STRICT
        for listing in change.match.party.listings
        if listing.in_force(day) is not Truth.FALSE
        for measure in listing.measures
    )
    if change.became is Became.HIT:
        return Severity.HIGH if strict else Severity.MEDIUM
    if change.became is Became.GONE:
        return Severity.MEDIUM
    does = any(one.about == EFFECT for one in change.fields)
    return Severity.HIGH if does and strict else Severity.MEDIUM if does else Severity.LOW


_STRICT = frozenset(Measure) - {Measure.OTHER}


def outcome_words(match: Match | None, day: dt.date) -> str:
    """A hit as an outcome: the lists on which the party stands, and how like the names are."""
    if match is None:
        return NO_HIT
    lists = dict.fromkeys(one.list_id for one in match.party.listings if one.in_force(day) is not Truth.FALSE)
    return f"hit {match.score:.2f} on {', '.join(lists) or 'a list that it has left'}"


def told(changes: Iterable[PairChange]) -> tuple[list[PairChange], int]:
    """The changes that somebody must know, and how many were of wording alone."""
    every = list(changes)
    some = [change for change in every if change.became is not Became.REWORDED]
    return some, len(every) - len(some)


def _effective(change: PairChange, day: dt.date) -> dt.date:
    """The first day of the newest listing that is in force, or the day itself."""
    listings: Iterable[Listing] = change.after.party.listings if change.after is not None else ()
    days = [one.listed_from for one in listings if one.listed_from is not None and one.listed_from <= day]
    return max(days) if days and change.became is Became.HIT else day


def about_words(changes: Sequence[FieldChange]) -> Mapping[str, tuple[FieldChange, ...]]:
    """Changes by what they are about, in the order in which a reader wants them."""
    order = (EFFECT, *dict.fromkeys(one.about for one in changes if one.about not in (EFFECT, IDENTITY, WORDING)))
    kinds = (*order, IDENTITY, WORDING)
    found = {kind: tuple(one for one in changes if one.about == kind) for kind in kinds}
    return {kind: some for kind, some in found.items() if some}
