"""Parties and the listings that authorities put on them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from enduse.model.citation import Citation
from enduse.model.time import Interval
from enduse.model.truth import Truth


class PartyKind(StrEnum):
    """What a listed name stands for. ``UNKNOWN`` where the publisher does not say."""

    PERSON = "person"
    COMPANY = "company"
    PUBLIC_BODY = "public_body"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    ADDRESS = "address"
    UNKNOWN = "unknown"


class NameKind(StrEnum):
    """How the publisher describes a name."""

    PRIMARY = "primary"
    ALIAS = "alias"
    FORMER = "former"
    ORIGINAL_SCRIPT = "original_script"
    TRADE = "trade"


class Measure(StrEnum):
    """What a listing does. One listing may carry several."""

    LICENCE_REQUIREMENT = "licence_requirement"
    EXPORT_PROHIBITION = "export_prohibition"
    NO_LICENCE_EXCEPTION = "no_licence_exception"
    ASSET_FREEZE = "asset_freeze"
    INVESTMENT_BAN = "investment_ban"
    CAPITAL_MARKET_RESTRICTION = "capital_market_restriction"
    CORRESPONDENT_ACCOUNT_RESTRICTION = "correspondent_account_restriction"
    IMPORT_BAN = "import_ban"
    TRAVEL_BAN = "travel_ban"
    DEBARMENT = "debarment"
    PROCUREMENT_BAN = "procurement_ban"
    ARMS_EMBARGO = "arms_embargo"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Name:
    """One name of a party, exactly as published (only surrounding blanks removed)."""

    text: str
    kind: NameKind = NameKind.PRIMARY
    weak: bool = False
    """The publisher calls the alias weak or of low quality."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address. ``text`` is the whole address as published; the parts are given where published.

    ``country`` is ISO 3166-1 alpha-2, or None where the source gives none that can be resolved.
    """

    text: str
    street: str = ""
    city: str = ""
    region: str = ""
    postal_code: str = ""
    country: str | None = None
    high_diversion_risk: bool = False


IDENTIFIER_KINDS = (
    *("passport", "national_id", "tax", "registration", "lei", "imo", "mmsi", "call_sign", "swift", "aircraft_tail"),
    *("aircraft_serial", "phone", "email", "website", "other"),
)
"""Kinds of :class:`Identifier`."""


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number that identifies a party.

    ``kind`` is one of :data:`IDENTIFIER_KINDS`, or empty where a query does not say; ``label`` keeps the publisher's
    word.
    """

    kind: str
    value: str
    country: str | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A party named on a list by an authority.

    Attributes:
        list_id: short identifier used by the rules: ``EL, SDN, MEU, UVL, DPL, CMIC, UN, ...``.
        authority: who lists, e.g. ``US-BIS``, ``US-OFAC``, ``UN-SC``, ``EU``, ``GB``, ``CA``, ``AU``.
        listed_from: first day in force, or None where the source does not say.
        listed_to: first day no longer in force, or None.
        programmes: programme or regime codes as the authority writes them (``GLOMAG``).
        measures: what the listing does.
        scope: item scope in the entry's words; ``all`` means all items subject to the law; None: not item-based.
        licence_requirement: the entry's licence requirement as published (empty if none).
        review_policy: the entry's licence review policy as published (empty if none).
        footnotes: footnote designations, e.g. ``("4",)``.
        reference: the publisher's own number for the entry, if any.
        reason: category of the reason, in the project's words, if known.
        citation: the act that listed the party.
        sources: further citations in the entry (amendments).
        remarks: other text of the entry.
        seen_from: date of the first edition that shows the listing; None when it does not come from an edition.
        seen_to: date of the last edition that shows it; None as ``seen_from``.
        gone_by: date of the first later edition that shows it no more; None while it is still shown.
        savings_until: first day on which goods that were on their way when the listing began may no longer go on; None
            where there is no savings clause.
    """

    list_id: str
    authority: str
    citation: Citation
    listed_from: dt.date | None = None
    listed_to: dt.date | None = None
    programmes: tuple[str, ...] = ()
    measures: tuple[Measure, ...] = ()
    scope: str | None = None
    licence_requirement: str = ""
    review_policy: str = ""
    footnotes: tuple[str, ...] = ()
    reference: str | None = None
    reason: str = ""
    sources: tuple[str, ...] = ()
    remarks: str = ""
    seen_from: dt.date | None = None
    seen_to: dt.date | None = None
    gone_by: dt.date | None = None
    savings_until: dt.date | None = None

    @property
    def interval(self) -> Interval:
        """The days on which the listing is in force, as far as its dates are known."""
        return Interval(self.listed_from, self.listed_to)

    def in_force(self, day: dt.date) -> Truth:
        """Whether the listing is in force on ``day``.

        A listing without a date counts from the first edition that shows it and is unknown before. Between the last
        edition that shows a listing and the first that does not, its end is unknown.
        """
        if day not in self.interval:
            return Truth.FALSE
        if self.listed_from is None and self.seen_from is not None and day < self.seen_from:
            return Truth.UNKNOWN
        if self.listed_to is None and self.gone_by is not None:
            if day >= self.gone_by:
                return Truth.FALSE
            if self.seen_to is not None and day > self.seen_to:
                return Truth.UNKNOWN
        return Truth.TRUE


@dataclass(frozen=True, slots=True)
class SourceReference:
    """The row a party was read from."""

    source: str
    file: str = ""
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ListedParty:
    """A party as one source describes it, with the listings that source records.

    Attributes:
        id: ``<source>:<key>``; unique within the source's edition. A hint for a reader, never a cache key.
        birth_dates: as published, ISO where the source is exact (``1962``, ``1962-03``, ``1962-03-14``,
            ``circa 1962``).
        nationalities: ISO alpha-2 codes where resolved, else the words of the source.
        attributes: whatever else the source says, as (label, value) pairs; nothing is dropped.
    """

    id: str
    names: tuple[Name, ...]
    listings: tuple[Listing, ...]
    source: SourceReference
    kind: PartyKind = PartyKind.UNKNOWN
    addresses: tuple[Address, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    birth_dates: tuple[str, ...] = ()
    birth_places: tuple[str, ...] = ()
    nationalities: tuple[str, ...] = ()
    gender: str = ""
    title: str = ""
    attributes: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """The primary name."""
        return self.names[0].text

    @property
    def countries(self) -> frozenset[str]:
        """ISO codes of the published addresses and nationalities."""
        codes = {address.country for address in self.addresses if address.country}
        return frozenset(codes | {code for code in self.nationalities if len(code) == 2})
