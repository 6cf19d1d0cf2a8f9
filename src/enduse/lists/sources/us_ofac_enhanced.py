"""OFAC's enhanced XML: the SDN list, or the consolidated list of non-SDN programmes.

Format: OFAC, Sanctions List Service, ENHANCED_XML.xsd (namespace
``https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ENHANCED_XML``). Values refer by ``refId``
to ``referenceValues``; every entity names the lists it stands on, with the date of publication on each.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import iterparse

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import country_of, iso_day, refuse_other_formats
from enduse.lists.sources._us_lists import LISTS, OFAC, UsList
from enduse.lists.sources._us_ofac_facts import add_fact
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty, Listing, Measure, NameKind, PartyKind, SourceReference

_NAMESPACE = "https://sanctionslistservice.ofac.treas.gov/api/PublicationPreview/exports/ENHANCED_XML"
_UMBRELLA = "Consolidated List"
_LIST_IDS = {
    "SDN List": "SDN",
    "Non-SDN Palestinian Legislative Council List": "PLC",
    "FSE List": "FSE",
    "Sectoral Sanctions Identifications List": "SSI",
    "CAPTA List": "CAP",
    "Non-SDN Menu-Based Sanctions List": "MBS",
    "Non-SDN CMIC List": "CMIC",
}
_KINDS = {
    "Individual": PartyKind.PERSON,
    "Entity": PartyKind.COMPANY,
    "Vessel": PartyKind.VESSEL,
    "Aircraft": PartyKind.AIRCRAFT,
}
_STREET = ("ADDRESS1", "ADDRESS2", "ADDRESS3")


@dataclass(slots=True)
class _Edition:
    """What the file says before its entities."""

    lists: list[str] = field(default_factory=list)
    date: dt.date | None = None
    values: dict[str, str] = field(default_factory=dict)
    iso_codes: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class _Enhanced:
    """One of OFAC's two enhanced files; :class:`enduse.lists.sources.base.SourceFormat`."""

    id: str
    title: str
    published: str
    lists: tuple[str, ...]
    components: tuple[str, ...]
    downloads: tuple[Download, ...]
    authority: str = OFAC
    document: str = f"OFAC, Sanctions List Service, enhanced XML schema: {_NAMESPACE}.xsd"
    cadence_days: int = 3
    format_verified: bool = True

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002 - the content decides alone
        """The one component, when the file is enhanced XML of this list."""
        text = head.decode("utf-8", errors="replace")
        start = text.find("<filters")
        end = text.find("</filters>", start)
        if _NAMESPACE not in text or start < 0 or end < 0:
            return None
        return self.components[0] if f">{self.published}<" in text[start:end] else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition, entity by entity.

        Raises:
            BadInput: not this XML, XML that is cut off or hostile, or the file of the other list.
        """
        component = self.components[0]
        where = names.get(component, component)
        content = files.get(component, b"")
        refuse_other_formats(content, where, "XML")
        parsed = Parsed(0, [])
        edition = _Edition()
        seen: set[str] = set()
        try:
            for element in _entities(content, edition, where):
                self._check_list(edition, where)
                parsed.rows += 1
                problem = _problem(element, seen)
                if problem:
                    excerpt = " ".join(text.strip() for text in element.itertext() if text.strip())[:200]
                    parsed.rejected.append(Rejected(where, None, problem, excerpt))
                else:
                    parsed.parties.append(self._party(element, edition, where, parsed))
        except (ParseError, ValueError, LookupError) as error:
            raise BadInput(
                f"the XML cannot be read to its end ({error or type(error).__name__})",
                where=where,
                remedy="download the file again; it may be cut off",
            ) from None
        self._check_list(edition, where)
        if not parsed.parties:
            raise BadInput("the file holds no entity that can be read", where=where, remedy="download the file again")
        parsed.edition = edition.date
        parsed.notes += [f"{where}: lists published together: {', '.join(edition.lists)}"]
        return parsed

    def _check_list(self, edition: _Edition, where: str) -> None:
        if self.published not in edition.lists:
            raise BadInput(
                f"the file is of {', '.join(edition.lists) or 'no list'}, not of {self.published!r}",
                where=where,
                remedy=f"file it under the right source; {self.id} reads {self.published}",
            )

    def _party(self, entity: Element, edition: _Edition, where: str, parsed: Parsed) -> ListedParty:
        number = entity.get("id", "")
        draft = Draft(f"{self.id}:{number}", SourceReference(self.id, where, None))
        draft.kind = _KINDS.get(_text(entity, "generalInfo/entityType"), PartyKind.UNKNOWN)
        draft.title = _text(entity, "generalInfo/title")
        _names(draft, entity)
        for address in _all(entity, "addresses/address"):
            _address(draft, address, edition)
        for feature in _all(entity, "features/feature"):
            _feature(draft, feature, edition)
        for document in _all(entity, "identityDocuments/identityDocument"):
            _document(draft, document)
        for relation in _all(entity, "relationships/relationship"):
            other = _one(relation, "relatedEntity")
            name = f"{_text(relation, 'relatedEntity')} (entry {other.get('entityId') if other is not None else '?'})"
            draft.attribute(_text(relation, "type") or "Linked To", name)
        for tag in ("sanctionsTypes/sanctionsType", "legalAuthorities/legalAuthority"):
            for item in _all(entity, tag):
                draft.attribute(tag.rsplit("/", 1)[-1], (item.text or "").strip())
        for listing in _listings(entity, number, parsed, where):
            draft.listing(listing)
        return draft.party()


def _entities(content: bytes, edition: _Edition, where: str) -> Iterator[Element]:
    """Every ``entity``, after the values it refers to; elements are let go once they were read."""
    root: Element | None = None
    for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
        if root is None:
            root = element
            if element.tag != f"{{{_NAMESPACE}}}sanctionsData":
                raise BadInput(
                    f"the XML begins with {element.tag!r}, not with OFAC's enhanced sanctionsData",
                    where=where,
                    remedy="use SDN_ENHANCED.XML or CONS_ENHANCED.XML; the classic and advanced XML are other formats",
                )
        if event == "start":
            continue
        tag = element.tag.rpartition("}")[2]
        if tag == "publicationInfo":
            edition.date = iso_day(_text(element, "dataAsOf"))
            edition.lists = [(one.text or "").strip() for one in _all(element, "filters/sanctionsLists/sanctionsList")]
        elif tag == "referenceValue":
            edition.values[element.get("refId", "")] = _text(element, "value")
            edition.iso_codes[element.get("refId", "")] = _text(element, "isoCode")
            element.clear()
        elif tag == "entity":
            yield element
            element.clear()


def _steps(path: str) -> str:
    return "/".join(f"{{{_NAMESPACE}}}{step}" for step in path.split("/"))


def _all(element: Element, path: str) -> list[Element]:
    return element.findall(_steps(path))


def _one(element: Element, path: str) -> Element | None:
    return element.find(_steps(path))


def _text(element: Element, path: str) -> str:
    return (element.findtext(_steps(path)) or "").strip()


def _problem(entity: Element, seen: set[str]) -> str:
    number = entity.get("id", "")
    if not number:
        return "the entity has no id"
    if number in seen:
        return f"entity {number} occurs twice"
    seen.add(number)
    if not any(_text(name, "translations/translation/formattedFullName") for name in _all(entity, "names/name")):
        return f"entity {number} has no name"
    lists = {(one.text or "").strip() for one in _all(entity, "sanctionsLists/sanctionsList")}
    if not lists - {_UMBRELLA, ""}:
        return f"entity {number} stands on no list"
    return ""


def _names(draft: Draft, entity: Element) -> None:
    names = _all(entity, "names/name")
    names.sort(key=lambda name: _text(name, "isPrimary") != "true")
    for name in names:
        kind = NameKind.FORMER if _text(name, "aliasType") == "F.K.A." else NameKind.ALIAS
        weak = _text(name, "isLowQuality") == "true"
        translations = _all(name, "translations/translation")
        translations.sort(key=lambda one: _text(one, "isPrimary") != "true")
        for translation in translations:
            script = _text(translation, "script")
            here = kind if script in ("Latin", "") else NameKind.ORIGINAL_SCRIPT
            draft.name(_text(translation, "formattedFullName"), here, weak=weak)


def _country(element: Element, path: str, edition: _Edition) -> str | None:
    found = _one(element, path)
    if found is None:
        return None
    return country_of(edition.iso_codes.get(found.get("refId", ""), "")) or country_of(found.text or "")


def _address(draft: Draft, address: Element, edition: _Edition) -> None:
    country = _text(address, "country")
    code = _country(address, "country", edition)
    translations = _all(address, "translations/translation") or [address]
    for translation in translations:
        parts: dict[str, str] = {}
        for part in _all(translation, "addressParts/addressPart"):
            parts[_text(part, "type")] = _text(part, "value")
        street = ", ".join(parts[name] for name in _STREET if parts.get(name))
        region = parts.get("STATE/PROVINCE") or parts.get("REGION", "")
        pieces = (street, parts.get("CITY", ""), region, parts.get("POSTAL CODE", ""), country)
        draft.address(
            ", ".join(piece for piece in pieces if piece),
            street=street,
            city=pieces[1],
            region=region,
            postal_code=pieces[3],
            country=code,
        )


def _feature(draft: Draft, feature: Element, edition: _Edition) -> None:
    label = _text(feature, "type")
    reference = _text(feature, "valueRefId")
    value = _text(feature, "value") or edition.values.get(reference, "")
    comments = _text(feature, "comments")
    days = {_text(feature, f"valueDate/{name}") for name in ("fromDateBegin", "toDateEnd")}
    if label == "Birthdate" and len(days) == 1 and _text(feature, "valueDate/isApproximate") == "false":
        value = days.pop() or value
    add_fact(draft, label, value)
    if comments:
        draft.attribute(f"{label} {value}", comments)


def _document(draft: Draft, document: Element) -> None:
    label, number = _text(document, "type"), _text(document, "documentNumber")
    add_fact(draft, label, number, _text(document, "issuingCountry") or None)
    details = []
    for tag in ("issuingLocation", "issuingAuthority", "issueDate", "expirationDate"):
        if _text(document, tag):
            details.append(f"{tag} {_text(document, tag)}")
    if _text(document, "isValid") == "false":
        details.append("not valid")
    if details:
        draft.attribute(label, " ".join((number, *details)))


def _listings(entity: Element, number: str, parsed: Parsed, where: str) -> Iterator[Listing]:
    programmes = tuple((one.text or "").strip() for one in _all(entity, "sanctionsPrograms/sanctionsProgram"))
    authorities = tuple((one.text or "").strip() for one in _all(entity, "legalAuthorities/legalAuthority"))
    remarks = _text(entity, "generalInfo/remarks")
    for entry in _all(entity, "sanctionsLists/sanctionsList"):
        name = (entry.text or "").strip()
        if name in (_UMBRELLA, ""):
            continue
        listed_on = LISTS.get(_LIST_IDS.get(name, ""))
        if listed_on is None:
            listed_on = UsList(name, name, OFAC, (Measure.OTHER,), "31 CFR chapter V", "https://ofac.treasury.gov")
            note = f"{where}: the list {name!r} is not known: kept under its name, measure `other`"
            if note not in parsed.notes:
                parsed.notes.append(note)
        yield Listing(
            list_id=listed_on.id,
            authority=OFAC,
            citation=Citation(
                listed_on.citation(number).text, f"https://sanctionssearch.ofac.treas.gov/Details.aspx?id={number}"
            ),
            listed_from=iso_day(entry.get("datePublished", "")),
            programmes=programmes,
            measures=listed_on.measures,
            reference=number,
            sources=authorities,
            remarks=remarks,
        )


_EXPORTS = "https://sanctionslistservice.ofac.treas.gov/api/publicationpreview/exports/"
SOURCES = (
    _Enhanced(
        id="us_ofac_sdn_enhanced",
        title="Specially Designated Nationals and Blocked Persons List (enhanced XML)",
        published="SDN List",
        lists=("SDN",),
        components=("sdn_enhanced",),
        downloads=(Download("sdn_enhanced", f"{_EXPORTS}SDN_ENHANCED.XML"),),
    ),
    _Enhanced(
        id="us_ofac_cons_enhanced",
        title="Consolidated Sanctions List, non-SDN (enhanced XML)",
        published=_UMBRELLA,
        lists=("CMIC", "SSI", "MBS", "CAP", "PLC", "FSE"),
        components=("cons_enhanced",),
        downloads=(Download("cons_enhanced", f"{_EXPORTS}CONS_ENHANCED.XML"),),
    ),
)
