"""What the events of designations hold; with those of evidence and of protected sources."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from enduse.cases.designations.evidence_bodies import (
    CREDIBILITY,
    IDENTIFIERS,
    LINKS,
    RELIABILITY,
    Affected,
    Evidence,
    Harm,
    Link,
    Linked,
    ProtectedSource,
    SourceAdded,
    SourceGraded,
    SourceKept,
    Stance,
)
from enduse.cases.events import body
from enduse.model.party import Measure, PartyKind

__all__ = [
    "CREDIBILITY",
    "IDENTIFIERS",
    "LINKS",
    "RELIABILITY",
    "Affected",
    "Alternative",
    "Amended",
    "Answered",
    "CourtOrdered",
    "EffectPreviewed",
    "Evidence",
    "Harm",
    "Link",
    "Linked",
    "Nomination",
    "Notified",
    "Number",
    "ObjectionAnswered",
    "Owned",
    "PartnersPrenotified",
    "PetitionDecided",
    "PetitionFiled",
    "Place",
    "ProtectedSource",
    "Published",
    "QualityMeasured",
    "Removed",
    "Reviewed",
    "SourceAdded",
    "SourceGraded",
    "SourceKept",
    "Stance",
    "Subject",
    "Terms",
    "VoteCast",
    "VoteClosed",
    "VoteOpened",
    "VoteRecused",
]


# --- nomination


@dataclass(frozen=True, slots=True)
class Place:
    """An address; ``country`` is its ISO code."""

    text: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """A number that tells the subject from others; ``kind`` is a word of :data:`IDENTIFIERS`."""

    kind: str
    value: str
    country: str = ""


@dataclass(frozen=True, slots=True)
class Owned:
    """An entity of the subject, considered by itself: whether it is listed with it, and why or why not."""

    name: str
    list_with: bool
    reason: str
    aliases: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    addresses: tuple[Place, ...] = ()
    identifiers: tuple[Number, ...] = ()


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a nomination names.

    Attributes:
        native: names in the original script.
    """

    name: str
    kind: PartyKind = PartyKind.COMPANY
    aliases: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    addresses: tuple[Place, ...] = ()
    identifiers: tuple[Number, ...] = ()
    owned: tuple[Owned, ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """What a listing does.

    Attributes:
        scope: items that it reaches; ``all`` for all that are subject to the law.
        requirement: the licence requirement in words; ``review_policy`` the licence review policy.
        expires: first day no longer in force; None while it has no end. Of a nomination; a change states none.
    """

    measures: tuple[Measure, ...]
    scope: str = "all"
    requirement: str = ""
    review_policy: str = ""
    footnotes: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    expires: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """A criterion answered from evidence: whether it is met, by which entries, and why."""

    criterion: str
    met: bool
    evidence: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Alternative:
    """A less restrictive measure that was considered, and why it does not do."""

    measure: str
    why_not: str


@body("designation_nominated", "designation_revised")
@dataclass(frozen=True, slots=True)
class Nomination:
    """A proposal to list somebody.

    Attributes:
        foreign_policy, humanitarian: the effects that were considered.
    """

    authority: str
    subject: Subject
    terms: Terms
    criteria: tuple[Answered, ...]
    foreign_policy: str
    humanitarian: str
    alternatives: tuple[Alternative, ...]


@body("quality_measured")
@dataclass(frozen=True, slots=True)
class QualityMeasured:
    """How well a nomination tells its subject from others, measured before publication.

    Attributes:
        sample: what the names were; ``names`` how many; ``namesakes`` those that the listing would hit.
        examples: a few of them.
        flags: ids of what is wrong.
        nomination: hash of the nomination that was measured.
    """

    sample: str
    names: int
    namesakes: int
    nomination: str
    examples: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()


@body("effect_previewed")
@dataclass(frozen=True, slots=True)
class EffectPreviewed:
    """Whom the listing would hit, counted on recorded transactions.

    Attributes:
        changes: (change, number of transactions).
    """

    table: str
    rows: int
    nomination: str
    changes: tuple[tuple[str, int], ...] = ()


# --- votes


@body("vote_opened")
@dataclass(frozen=True, slots=True)
class VoteOpened:
    """A question before the committee.

    Attributes:
        question: ``add``, ``modify`` or ``remove``.
        terms: the terms proposed, to modify; ``aliases`` and others are added to the subject.
        petition: the petition that it answers; empty for a motion of the authority's own.
    """

    question: str
    terms: Terms | None = None
    aliases: tuple[str, ...] = ()
    native: tuple[str, ...] = ()
    addresses: tuple[Place, ...] = ()
    identifiers: tuple[Number, ...] = ()
    petition: str = ""
    reason: str = ""


@body("vote_cast")
@dataclass(frozen=True, slots=True)
class VoteCast:
    """A member's vote: ``yes``, ``no`` or ``abstain``. The last one in time counts."""

    vote: int
    position: str
    reason: str = ""
    member: str = ""


@body("vote_recused")
@dataclass(frozen=True, slots=True)
class VoteRecused:
    """A member takes no part, for a conflict of interest."""

    vote: int
    reason: str
    member: str = ""


@body("vote_closed")
@dataclass(frozen=True, slots=True)
class VoteClosed:
    """How a vote ended, counted from the ballots by the rule in force when it was opened."""

    vote: int
    passed: bool = False
    yes: int = 0
    no: int = 0
    abstained: int = 0
    silent: int = 0
    recused: int = 0
    late: int = 0
    rule: str = ""
    why: str = ""


# --- listing


@body("partners_prenotified")
@dataclass(frozen=True, slots=True)
class PartnersPrenotified:
    """Partners were told before the public was, under embargo.

    Attributes:
        partners: ISO codes of the states that are told.
        effective: first day in force; ``public_on`` the day until which nothing of it is public.
        why: what they may know of the reasons; never who a source is.
    """

    partners: tuple[str, ...]
    effective: dt.date
    public_on: dt.date
    why: str


@body("listing_published")
@dataclass(frozen=True, slots=True)
class Published:
    """A listing made public.

    Attributes:
        effective: first day in force; the day of publication is that of the event.
        citation: of the act; ``url`` where it can be read.
        public_reasons: what everybody may read; ``restricted_reasons`` what those with access may.
        savings: what still may be done with goods on their way, ``savings_until`` the first day on which it may not.
        expires: first day no longer in force, as voted; None while it has no end.
        vote: number of the vote that it publishes; filled in where it is 0.
        accepted_flags: why flags of quality do not keep it from being published.
    """

    effective: dt.date
    citation: str
    public_reasons: str
    url: str = ""
    restricted_reasons: str = ""
    savings: str = ""
    savings_until: dt.date | None = None
    expires: dt.date | None = None
    accepted_flags: str = ""
    published: dt.date | None = None
    vote: int = 0


@body("listing_amended")
@dataclass(frozen=True, slots=True)
class Amended:
    """A change of a listing made public, after the ``vote`` of that number; filled in where it is 0."""

    effective: dt.date
    citation: str
    public_reasons: str
    url: str = ""
    published: dt.date | None = None
    vote: int = 0


@body("listing_removed")
@dataclass(frozen=True, slots=True)
class Removed:
    """A removal made public: the listing is in force until the day before ``effective``, and was before.

    Attributes:
        vote: number of the vote that it publishes, filled in; 0 on a court's order alone.
    """

    effective: dt.date
    citation: str
    public_reasons: str
    url: str = ""
    published: dt.date | None = None
    vote: int = 0


@body("listing_reviewed")
@dataclass(frozen=True, slots=True)
class Reviewed:
    """The regular review of an entry: ``keep`` or ``reconsider``."""

    outcome: str
    reason: str


# --- rights of the listed party


@body("party_notified")
@dataclass(frozen=True, slots=True)
class Notified:
    """The listed party was told, or could not be."""

    how: str
    on: dt.date


@body("petition_filed")
@dataclass(frozen=True, slots=True)
class PetitionFiled:
    """The listed party asks to be removed, or for a change.

    Attributes:
        id: given by the authority.
        asks: ``remove`` or ``modify``.
        evidence: entries of the register that it brought.
    """

    id: str
    by: str
    asks: str
    grounds: str
    received: dt.date
    evidence: tuple[str, ...] = ()


@body("objection_answered")
@dataclass(frozen=True, slots=True)
class ObjectionAnswered:
    """An objection of the listed party or its government, with the published answer, beside the reasons."""

    by: str
    objection: str
    answer: str


@body("petition_decided")
@dataclass(frozen=True, slots=True)
class PetitionDecided:
    """The answer to a petition, after the vote on it: ``granted`` or ``refused``, with reasons."""

    id: str
    outcome: str
    reasons: str


@body("court_ordered")
@dataclass(frozen=True, slots=True)
class CourtOrdered:
    """What a court ordered of the listing: ``remove`` or ``maintain``."""

    court: str
    reference: str
    orders: str
    on: dt.date
    summary: str = ""
