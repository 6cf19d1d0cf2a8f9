"""What the events of evidence and of protected sources hold."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from enduse.cases.events import body


class Harm(StrEnum):
    """What was done to people: a category, never more than is needed."""

    SURVEILLANCE = "unlawful_surveillance"
    INTRUSION = "intrusion_into_devices"
    CENSORSHIP = "censorship"
    DETENTION = "arbitrary_detention"
    TORTURE = "torture_or_ill_treatment"
    KILLING = "killing_or_disappearance"
    DISCRIMINATION = "persecution_of_a_group"
    PROTEST = "repression_of_protest"
    FORCED_LABOUR = "forced_labour"
    TRANSNATIONAL = "transnational_repression"
    OTHER = "other"


class Affected(StrEnum):
    """Who was harmed, as a group."""

    JOURNALISTS = "journalists"
    DEFENDERS = "human_rights_defenders"
    OPPOSITION = "political_opposition"
    LAWYERS = "lawyers_and_judges"
    MINORITY = "ethnic_or_religious_minority"
    PROTESTERS = "protesters"
    OFFICIALS = "officials_and_diplomats"
    PUBLIC = "the_public"
    NOT_STATED = "not_stated"


class Stance(StrEnum):
    """What a source says of an entry."""

    SUPPORTS = "supports"
    CONTRADICTS = "contradicts"


RELIABILITY = {
    "A": "completely reliable",
    "B": "usually reliable",
    "C": "fairly reliable",
    "D": "not usually reliable",
    "E": "unreliable",
    "F": "reliability cannot be judged",
}
CREDIBILITY = {
    "1": "confirmed by other sources",
    "2": "probably true",
    "3": "possibly true",
    "4": "doubtful",
    "5": "improbable",
    "6": "truth cannot be judged",
}
"""The two scales by which sources are graded (the Admiralty code): the source itself, and what it says."""
LINKS = ("same_incident", "same_technology", "same_end_user", "follows", "explains", "contradicts", "duplicate")
IDENTIFIERS = ("registration", "tax", "lei", "imo", "website", "email", "phone", "other")


@dataclass(frozen=True, slots=True)
class SourceGraded:
    """A source of an entry.

    Attributes:
        publisher: who says so; empty for a protected source.
        sha256: of the file that was kept; empty where none was.
        reliability: a letter of :data:`RELIABILITY`; ``credibility`` a digit of :data:`CREDIBILITY`.
        protected: reference of a protected source, which is kept apart; empty for an open one.
    """

    publisher: str = ""
    reliability: str = "F"
    credibility: str = "6"
    published: dt.date | None = None
    title: str = ""
    url: str = ""
    sha256: str = ""
    protected: str = ""
    stance: Stance = Stance.SUPPORTS


@dataclass(frozen=True, slots=True)
class Link:
    """A link to another entry: a word of :data:`LINKS`."""

    kind: str
    entry: str


@body("evidence_recorded", "evidence_corrected")
@dataclass(frozen=True, slots=True)
class Evidence:
    """An entry of the register.

    Attributes:
        place: ISO code of the country.
        item: a code of a control list, where known.
        vendor, intermediaries, end_user: names as the sources have them.
        handed_over: what it came from: ``alert:ID``, ``case:ID``, ``screening:ID``, ``notice:ID``; empty otherwise.
        reason: why it was corrected.
    """

    title: str
    what: str
    harm: Harm
    sources: tuple[SourceGraded, ...]
    occurred: dt.date | None = None
    place: str = ""
    technology: str = ""
    item: str = ""
    vendor: str = ""
    intermediaries: tuple[str, ...] = ()
    end_user: str = ""
    affected: Affected = Affected.NOT_STATED
    links: tuple[Link, ...] = ()
    handed_over: str = ""
    reason: str = ""


@body("evidence_source_added")
@dataclass(frozen=True, slots=True)
class SourceAdded:
    """A further source of an entry, for it or against it."""

    source: SourceGraded


@body("evidence_linked")
@dataclass(frozen=True, slots=True)
class Linked:
    """A link from an entry to another."""

    link: Link


@body("source_protected")
@dataclass(frozen=True, slots=True)
class ProtectedSource:
    """Who a protected source is: kept apart, for those with clearance alone.

    Attributes:
        keep_until: the first day on which it is erased, where it was promised one; else the period of the program.
    """

    name: str
    contact: str = ""
    why: str = ""
    keep_until: dt.date | None = None


@body("source_kept")
@dataclass(frozen=True, slots=True)
class SourceKept:
    """A protected source as it is kept.

    Attributes:
        until: the first day on which it is erased.
        salt: makes the hash of this event tell nothing to who guesses a name.
    """

    source: ProtectedSource
    until: dt.date
    salt: str
