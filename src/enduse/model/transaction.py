"""What is asked: an activity with items between parties, from a place to a place, for a use, on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from enduse.model.party import Address, Identifier, Listing

FactValue = bool | str | Decimal | dt.date | tuple[str, ...]
"""The value of a fact; its declared type says which of these it is."""


class Activity(StrEnum):
    """What is done with the items."""

    EXPORT = "export"
    REEXPORT = "reexport"
    IN_COUNTRY_TRANSFER = "in_country_transfer"
    DEEMED_EXPORT = "deemed_export"
    DEEMED_REEXPORT = "deemed_reexport"
    INTRA_EU_TRANSFER = "intra_eu_transfer"
    TRANSIT = "transit"
    BROKERING = "brokering"
    TECHNICAL_ASSISTANCE = "technical_assistance"
    INVESTMENT = "investment"


class Role(StrEnum):
    """The part that a party plays (15 CFR 748.5 and the words of other laws)."""

    EXPORTER = "exporter"
    PURCHASER = "purchaser"
    INTERMEDIATE_CONSIGNEE = "intermediate_consignee"
    ULTIMATE_CONSIGNEE = "ultimate_consignee"
    END_USER = "end_user"
    FREIGHT_FORWARDER = "freight_forwarder"
    BANK = "bank"
    BROKER = "broker"
    INVESTOR = "investor"
    ISSUER = "issuer"
    OTHER = "other"


class PartyType(StrEnum):
    """What a party is, as far as rules ask for it."""

    NON_GOVERNMENT = "non_government"
    GOVERNMENT = "government"
    MILITARY = "military"
    POLICE = "police"
    PARAMILITARY = "paramilitary"
    SECURITY_SERVICE = "security_service"
    INTELLIGENCE = "intelligence"
    FINANCIAL_INSTITUTION = "financial_institution"
    INSURER = "insurer"
    CIVIL_HEALTH = "civil_health"
    US_SUBSIDIARY = "us_subsidiary"
    INDIVIDUAL = "individual"


@dataclass(frozen=True, slots=True)
class Share:
    """A direct share of ownership in percent, as an interval: exact when ``low == high``.

    Attributes:
        low: least share that the statement allows, 0..100.
        high: greatest share that the statement allows, 0..100.
        low_open: the least share itself is excluded ("over 25").
        high_open: the greatest share itself is excluded ("under 75").
        text: the statement as given (``60``, ``unknown``, ``25-to-50-percent``).
    """

    low: Decimal
    high: Decimal
    low_open: bool = False
    high_open: bool = False
    text: str = ""


@dataclass(frozen=True, slots=True)
class Owner:
    """A direct owner of a party, with its own owners.

    ``control`` lists what the owner may do beyond its share (``appoints_board_majority``,
    ``voting_majority_by_agreement``, ``dominant_influence``); ``ref`` says that this is the entity of that
    name described elsewhere in the transaction; ``listings`` is None when nobody has said, and the name is screened.
    """

    name: str
    share: Share
    listings: tuple[Listing, ...] | None = None
    owners: tuple[Owner, ...] = ()
    control: tuple[str, ...] = ()
    ref: bool = False
    country: str | None = None


@dataclass(frozen=True, slots=True)
class TransactionParty:
    """A party to the transaction.

    Attributes:
        type: what it is, or None when nobody has said.
        country: ISO alpha-2 of its seat, or None.
        listings: its listings as stated by the user; None when nobody has said, and the name is screened.
        owners: its direct owners as stated; None when nobody has said.
        not_same_as: ids of listed parties that the user has ruled out after review.
        birth_date: of a natural person: ``1962``, ``1962-03`` or ``1962-03-14``.
    """

    role: Role
    name: str
    type: PartyType | None = None
    country: str | None = None
    addresses: tuple[Address, ...] = ()
    identifiers: tuple[Identifier, ...] = ()
    listings: tuple[Listing, ...] | None = None
    owners: tuple[Owner, ...] | None = None
    not_same_as: tuple[str, ...] = ()
    birth_date: str | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """Goods, software, technology or a service.

    Attributes:
        code: classification to the sub-paragraph (``5A001.j``), ``EAR99``, ``UNLISTED``, or a list annex.
        description: free text; never decides anything.
        used_for: code of the item that software or technology is for (the key ``for`` of a transaction file).
        classification_on_date: the classification that held on the date, where ``code`` came later.
        hs_code: Harmonised System code as text, leading zeros kept.
        us_content_percent: controlled US-origin content of a foreign-made item, in percent of its value (15 CFR 734.4).
        codes: classifications under single laws, as pairs of law and code (``("eu", "UNLISTED")``), where ``code``
            is not theirs: an ECCN is not an Annex I code.
    """

    code: str
    description: str = ""
    used_for: str | None = None
    classification_on_date: str | None = None
    hs_code: str | None = None
    codes: tuple[tuple[str, str], ...] = ()
    us_content_percent: Decimal | None = None

    def under(self, law: str) -> Item:
        """The item as classified under a law (``eu``)."""
        own = dict(self.codes).get(law)
        return self if own is None else replace(self, code=own, classification_on_date=None)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in a currency (ISO 4217)."""

    amount: Decimal
    currency: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """One transaction.

    Attributes:
        date: the civil date on which it takes place.
        origin: ISO alpha-2 of the place the items come from; None when nobody has said.
        destination: ISO alpha-2, or ``XX`` when it could not be resolved.
        end_use: free text, shown to the reader; no rule reads it.
        facts: declared facts by key (see ``enduse facts list``); a key that is absent is unknown or presumed.
    """

    activity: Activity
    date: dt.date
    items: tuple[Item, ...]
    destination: str
    parties: tuple[TransactionParty, ...]
    origin: str | None = None
    end_use: str = ""
    value: Money | None = None
    facts: Mapping[str, FactValue] = field(default_factory=lambda: MappingProxyType({}))
    reference: str = ""
