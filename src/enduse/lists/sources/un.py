"""The United Nations Security Council's consolidated list, XML.

Source: the list's own schema, https://www.un.org/sc/resources/sc-sanctions.xsd, and the files of 2025-04-19 and
2026-02-27.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import country_of, iso_day
from enduse.lists.sources._xml import local, records, text, texts
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, Measure, NameKind, PartyKind, SourceReference

_NAMES = ("FIRST_NAME", "SECOND_NAME", "THIRD_NAME", "FOURTH_NAME")
_DOCUMENTS = {"passport": "passport", "national": "national_id"}


@dataclass(frozen=True, slots=True)
class UnitedNationsList:
    """The consolidated list: individuals and entities, keyed by DATAID."""

    id: str = "un_sc"
    title: str = "United Nations Security Council Consolidated List"
    authority: str = "UN-SC"
    lists: tuple[str, ...] = ("UN",)
    document: str = "https://www.un.org/sc/resources/sc-sanctions.xsd"
    cadence_days: int = 14
    components: tuple[str, ...] = ("consolidated",)
    downloads: tuple[Download, ...] = (
        Download("consolidated", "https://scsanctions.un.org/resources/xml/en/consolidated.xml"),
    )
    format_verified: bool = True

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002
        """The list's root element decides."""
        return "consolidated" if b"<CONSOLIDATED_LIST" in head[:4096] else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        where = names["consolidated"]
        parsed = Parsed(0, [])
        seen: set[str] = set()
        found = records(files["consolidated"], where, "CONSOLIDATED_LIST", frozenset({"INDIVIDUAL", "ENTITY"}))
        for element, root in found:
            parsed.rows += 1
            parsed.edition = parsed.edition or iso_day(root.get("dateGenerated", "")[:10])
            key, reason = text(element, "DATAID"), ""
            if not key:
                reason = "no DATAID"
            elif key in seen:
                reason = f"DATAID {key} occurs twice"
            elif not any(text(element, name) for name in _NAMES):
                reason = "no name"
            if reason:
                parsed.rejected.append(Rejected(where, None, f"record {parsed.rows}: {reason}", key))
                continue
            seen.add(key)
            parsed.parties.append(_party(element, key, where).party())
        if not parsed.rows:
            raise BadInput("the list holds no record", where=where, remedy="download it again")
        return parsed


SOURCE = UnitedNationsList()


def _party(element: Element, key: str, where: str) -> Draft:
    person = local(element) == "INDIVIDUAL"
    draft = Draft(f"{SOURCE.id}:{key}", SourceReference(SOURCE.id, where))
    draft.kind = PartyKind.PERSON if person else PartyKind.COMPANY
    draft.name(" ".join(filter(None, (text(element, name) for name in _NAMES))))
    draft.name(text(element, "NAME_ORIGINAL_SCRIPT"), NameKind.ORIGINAL_SCRIPT)
    side = "INDIVIDUAL" if person else "ENTITY"
    for alias in element.findall(f"{side}_ALIAS"):
        quality = text(alias, "QUALITY")
        kind = NameKind.FORMER if quality == "f.k.a." else NameKind.ALIAS
        draft.name(text(alias, "ALIAS_NAME"), kind, weak=quality == "Low")
    for address in element.findall(f"{side}_ADDRESS"):
        _address(draft, address)
    draft.say(draft.birth_dates, filter(None, map(_birth, element.findall("INDIVIDUAL_DATE_OF_BIRTH"))))
    for place in element.findall("INDIVIDUAL_PLACE_OF_BIRTH"):
        draft.say(draft.birth_places, [", ".join(_parts(place, "CITY", "STATE_PROVINCE", "COUNTRY"))])
    for document in element.findall("INDIVIDUAL_DOCUMENT"):
        label = text(document, "TYPE_OF_DOCUMENT") or text(document, "TYPE_OF_DOCUMENT2")
        number = next((known for word, known in _DOCUMENTS.items() if word in label.casefold()), "other")
        country = country_of(text(document, "COUNTRY_OF_ISSUE") or text(document, "ISSUING_COUNTRY"))
        draft.identifier(number, text(document, "NUMBER"), country, label)
    draft.say(draft.nationalities, (country_of(value) or value for value in texts(element, "NATIONALITY/VALUE")))
    draft.gender = text(element, "GENDER").casefold()
    draft.title = "; ".join(texts(element, "DESIGNATION/VALUE") + texts(element, "TITLE/VALUE"))
    regime = text(element, "UN_LIST_TYPE")
    draft.listing(
        Listing(
            list_id="UN",
            authority=SOURCE.authority,
            citation=Citation(f"UN Security Council, {regime} committee, {text(element, 'REFERENCE_NUMBER')}"),
            listed_from=iso_day(text(element, "LISTED_ON")[:10]),
            programmes=(regime,) if regime else (),
            measures=(Measure.ASSET_FREEZE, Measure.ARMS_EMBARGO, *((Measure.TRAVEL_BAN,) if person else ())),
            reference=text(element, "REFERENCE_NUMBER") or None,
            remarks=text(element, "COMMENTS1"),
        )
    )
    return draft


def _parts(element: Element, *names: str) -> Iterator[str]:
    return filter(None, (text(element, name) for name in names))


def _address(draft: Draft, address: Element) -> None:
    names = ("STREET", "CITY", "STATE_PROVINCE", "ZIP_CODE", "COUNTRY", "NOTE")
    draft.address(
        ", ".join(_parts(address, *names)),
        street=text(address, "STREET"),
        city=text(address, "CITY"),
        region=text(address, "STATE_PROVINCE"),
        postal_code=text(address, "ZIP_CODE"),
        country=country_of(text(address, "COUNTRY")),
    )


def _birth(element: Element) -> str:
    if exact := text(element, "DATE")[:10] or text(element, "YEAR"):
        return f"circa {exact}" if text(element, "TYPE_OF_DATE") == "APPROXIMATELY" else exact
    years = text(element, "FROM_YEAR"), text(element, "TO_YEAR")
    return f"{years[0]} to {years[1]}" if any(years) else text(element, "NOTE")
