"""A listed party as FollowTheMoney entities: itself, and the sanctions, addresses and documents linked to it.

Source: the entity model at https://followthemoney.tech; what each property stands for is in ``schemata.yaml``.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from enduse.formats.ftm.table import Schema, number_out, table
from enduse.model.countries import is_country_code
from enduse.model.party import Address, Identifier, ListedParty, Listing, NameKind, PartyKind
from enduse.model.truth import Truth

SCHEMA_OF = {
    PartyKind.PERSON: "Person",
    PartyKind.COMPANY: "Company",
    PartyKind.PUBLIC_BODY: "PublicBody",
    PartyKind.VESSEL: "Vessel",
    PartyKind.AIRCRAFT: "Airplane",
    PartyKind.ADDRESS: "Address",
    PartyKind.UNKNOWN: "LegalEntity",
}
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_YEAR = re.compile(r"\b(?:1[89]|20)[0-9]{2}\b")
_GENDERS = frozenset({"male", "female", "other"})
_DOCUMENTS = frozenset({"passport", "national_id", "tax", "registration", "other"})
_ADDRESS_KEY, _SANCTION_KEY, _DOCUMENT_KEY = "address", "sanction", "document"


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity.

    Attributes:
        properties: property -> plain values.
        linked: property -> the entities behind it, both those whose ids are among the properties
            (``addressEntity``) and those that point here (``sanctions``, ``identification``).
    """

    id: str
    caption: str
    schema: str
    properties: Mapping[str, tuple[str, ...]]
    linked: Mapping[str, tuple[Entity, ...]] = field(default_factory=dict)

    def plain(self, *, nested: bool = False) -> dict[str, Any]:
        """The entity as JSON values: ``id``, ``caption``, ``schema``, ``properties``.

        Args:
            nested: put the linked entities in place of their ids.
        """
        properties: dict[str, list[Any]] = {name: list(values) for name, values in self.properties.items()}
        if nested:
            properties |= {name: [one.plain() for one in found] for name, found in self.linked.items()}
        return {"id": self.id, "caption": self.caption, "schema": self.schema, "properties": properties}


def entities_of(party: ListedParty, day: dt.date) -> Iterator[Entity]:
    """The entity of a party, then the entities linked to it: what a file of JSON lines holds."""
    entity = entity_of(party, day)
    yield entity
    for found in entity.linked.values():
        yield from found


def schema_of(party: ListedParty) -> Schema:
    """The schema of a party. Who has a date of birth or a gender is a person, where the publisher does not say."""
    name = SCHEMA_OF[party.kind]
    if party.kind is PartyKind.UNKNOWN and (party.birth_dates or party.gender):
        name = "Person"
    return table().schemata[name]


def topics_of(party: ListedParty, day: dt.date) -> tuple[str, ...]:
    """The topics of the listings that are, or may be, in force on ``day``."""
    found = {
        table().topic_of(measure): None
        for listing in party.listings
        if listing.in_force(day) is not Truth.FALSE
        for measure in listing.measures
    }
    return tuple(found)


def is_target(party: ListedParty, day: dt.date) -> bool:
    """Whether a listing is, or may be, in force on ``day``."""
    return any(listing.in_force(day) is not Truth.FALSE for listing in party.listings)


def entity_of(party: ListedParty, day: dt.date) -> Entity:
    """The entity of a party.

    Args:
        day: topics are those of the listings in force on it; ended listings are shown as ended.
    """
    schema = schema_of(party)
    says = _Values(schema)
    says.add("name", party.name)
    for name in party.names:
        says.add(_name_property(name.kind, weak=name.weak), name.text)
    countries = sorted(code for code in party.countries if is_country_code(code))
    for code in countries:
        says.add("country", code.lower())
    for nationality in party.nationalities:
        if not is_country_code(nationality):
            says.add("notes", f"nationality: {nationality}")
        elif "nationality" in schema.roles:
            says.add("nationality", nationality.lower())
        elif "flag" in schema.roles:
            says.add("flag", nationality.lower())
    for address in party.addresses:
        says.add("full" if schema.name == "Address" else "address", address.text)
    for identifier in party.identifiers:
        _identifier(says, identifier)
    for date in party.birth_dates:
        _birth_date(says, date)
    for place in party.birth_places:
        says.add_or_note("birthPlace", place)
    if party.gender:
        says.add_or_note("gender", party.gender) if party.gender in _GENDERS else says.add("notes", party.gender)
    says.add_or_note("position", party.title)
    for label, value in party.attributes:
        says.add("notes", f"{label}: {value}")
    for topic in topics_of(party, day):
        says.add("topics", topic)
    for listing in party.listings:
        for programme in listing.programmes:
            says.add("program", programme)
        says.add("sourceUrl", listing.citation.url or "")
    return _linked(party, says, day)


def _linked(party: ListedParty, says: _Values, day: dt.date) -> Entity:
    links: dict[str, tuple[Entity, ...]] = {}
    own = entity_id(party.id)
    addresses = [one for one in party.addresses if one.text or one.street or one.city]
    if addresses and says.schema.name != "Address":
        links["addressEntity"] = tuple(
            _address(linked_id(own, _ADDRESS_KEY, number), address) for number, address in enumerate(addresses, 1)
        )
        for one in links["addressEntity"]:
            says.add("addressEntity", one.id)
    if party.listings:
        links["sanctions"] = tuple(
            _sanction(linked_id(own, _SANCTION_KEY, number), listing, own, day)
            for number, listing in enumerate(party.listings, 1)
        )
    documents = [one for one in party.identifiers if one.kind in _DOCUMENTS]
    if documents and says.schema.is_a("LegalEntity"):
        links["identification"] = tuple(
            _document(linked_id(own, _DOCUMENT_KEY, number), document, own)
            for number, document in enumerate(documents, 1)
        )
    return Entity(own, party.name, says.schema.name, says.values(), links)


def entity_id(party_id: str) -> str:
    """The id under which a party is an entity: letters, digits, full stops and hyphens, as the model wants them.

    ``us_csl:el-acme-1f2e`` becomes ``us-csl.el-acme-1f2e``; a key with any other character is told apart by a hash.
    """
    source, _, key = party_id.partition(":")
    plain = _NOT_IN_IDS.sub("-", key).strip("-.")[:120]
    if plain != key:
        plain = f"{plain}-{hashlib.sha256(party_id.encode('utf-8')).hexdigest()[:12]}".lstrip("-")
    return f"{source.replace('_', '-')}.{plain}"


_NOT_IN_IDS = re.compile(r"[^0-9A-Za-z.-]+")


def linked_id(entity: str, key: str, number: int) -> str:
    """The id of the entity of that number that belongs to another."""
    return f"{entity}.{key}-{number}"


def party_id_of(entity: str) -> str:
    """The id of the entity of a party that an entity is, or belongs to."""
    return re.sub(rf"\.(?:{_ADDRESS_KEY}|{_SANCTION_KEY}|{_DOCUMENT_KEY})-[0-9]+\Z", "", entity)


class _Values:
    """Values by property: none twice, none empty, none under a property that the schema does not have."""

    def __init__(self, schema: Schema) -> None:
        self.schema = schema
        self._found: dict[str, dict[str, None]] = {}

    def add(self, name: str, value: str) -> None:
        if name not in self.schema.roles:
            raise ValueError(f"{self.schema.name} has no property {name}")
        if value.strip():
            self._found.setdefault(name, {}).setdefault(value.strip())

    def add_or_note(self, name: str, value: str) -> None:
        """Under the property, or as a note where the schema has no such property."""
        if name in self.schema.roles:
            self.add(name, value)
        elif value.strip():
            self.add("notes", f"{name}: {value}")

    def values(self) -> dict[str, tuple[str, ...]]:
        return {name: tuple(found) for name, found in self._found.items()}


def _name_property(kind: NameKind, *, weak: bool) -> str:
    if weak:
        return "weakAlias"
    if kind is NameKind.FORMER:
        return "previousName"
    return "name" if kind in (NameKind.PRIMARY, NameKind.ORIGINAL_SCRIPT) else "alias"


def _identifier(says: _Values, identifier: Identifier) -> None:
    """Under the property of its kind, else under a general one of the schema, else as a note."""
    known = table()
    general = () if identifier.kind in _CONTACTS else known.otherwise
    fitting = [name for name in (known.writes.get(identifier.kind, ""), *general) if name in says.schema.roles]
    if fitting:
        says.add(fitting[0], number_out(identifier.kind, identifier.value))
    else:
        says.add("notes", f"{identifier.label or identifier.kind}: {identifier.value}")


_CONTACTS = frozenset({"email", "phone", "website"})


def _birth_date(says: _Values, text: str) -> None:
    if _DATE.fullmatch(text):
        says.add_or_note("birthDate", text)
        return
    says.add("notes", f"birthDate: {text}")
    if "birthDate" in says.schema.roles:
        for year in _YEAR.findall(text):
            says.add("birthDate", year)


def _address(identifier: str, address: Address) -> Entity:
    says = _Values(table().schemata["Address"])
    parts = (address.street, address.city, address.region, address.postal_code)
    full = address.text or ", ".join(part for part in parts if part)
    says.add("full", full)
    for name, value in zip(("street", "city", "region", "postalCode"), parts, strict=True):
        says.add(name, value)
    if address.country and is_country_code(address.country):
        says.add("country", address.country.lower())
    if address.high_diversion_risk:
        says.add("remarks", "high diversion risk")
    return Entity(identifier, full, "Address", says.values())


def _sanction(identifier: str, listing: Listing, party_id: str, day: dt.date) -> Entity:
    says = _Values(table().schemata["Sanction"])
    says.add("entity", party_id)
    place = listing.authority.partition("-")[0].lower()
    if place == "eu" or is_country_code(place.upper()):
        says.add("country", place)
    says.add("authority", listing.authority)
    says.add("authorityId", listing.reference or "")
    for programme in listing.programmes:
        says.add("program", programme)
    for measure in listing.measures:
        says.add("provisions", measure.value.replace("_", " "))
    for text in (listing.licence_requirement, listing.review_policy):
        says.add("provisions", text)
    if listing.scope is not None:
        says.add("description", f"scope: {listing.scope}")
    if listing.footnotes:
        says.add("description", f"footnotes: {', '.join(listing.footnotes)}")
    force = listing.in_force(day)
    says.add("status", {Truth.TRUE: "in force", Truth.FALSE: "not in force"}.get(force, "unknown whether in force"))
    for text in (listing.reason, listing.remarks):
        says.add("reason", text)
    if listing.listed_from is not None:
        says.add("startDate", listing.listed_from.isoformat())
        says.add("listingDate", listing.listed_from.isoformat())
    end = listing.listed_to or listing.gone_by
    if end is not None:
        says.add("endDate", end.isoformat())
    says.add("sourceUrl", listing.citation.url or "")
    for text in (listing.citation.text, *listing.sources):
        says.add("summary", text)
    says.add("recordId", listing.list_id)
    return Entity(identifier, f"{listing.list_id} ({listing.authority})", "Sanction", says.values())


def _document(identifier: str, document: Identifier, party_id: str) -> Entity:
    says = _Values(table().schemata["Passport" if document.kind == "passport" else "Identification"])
    says.add("holder", party_id)
    says.add("number", document.value)
    says.add("type", document.label or document.kind.replace("_", " "))
    if document.country and is_country_code(document.country):
        says.add("country", document.country.lower())
    return Entity(identifier, document.value, says.schema.name, says.values())
