"""Canada: the consolidated autonomous sanctions list under the Special Economic Measures Act, XML.

Source: Global Affairs Canada, sema-lmes.xml, the file of 2025-05.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import country_of, iso_day
from enduse.lists.sources._xml import records, text
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, Measure, PartyKind, SourceReference

_ALIAS_BREAK = re.compile(r"\s*[;\n]\s*|\s+\bor\b\s+")


@dataclass(frozen=True, slots=True)
class CanadianList:
    """Records keyed by country, schedule and item."""

    id: str = "ca_sema"
    title: str = "Consolidated Canadian Autonomous Sanctions List"
    authority: str = "CA"
    lists: tuple[str, ...] = ("CA-SEMA",)
    document: str = (
        "https://www.international.gc.ca/world-monde/international_relations-relations_internationales/sanctions/"
        "consolidated-consolide.aspx"
    )
    cadence_days: int = 30
    components: tuple[str, ...] = ("sema",)
    downloads: tuple[Download, ...] = (
        Download(
            "sema",
            "https://www.international.gc.ca/world-monde/assets/office_docs/international_relations-relations_internationales/"
            "sanctions/sema-lmes.xml",
        ),
    )
    format_verified: bool = True

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002
        """The root element and a field that only this list has decide."""
        return "sema" if b"<data-set" in head[:4096] and b"<DateOfListing>" in head else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        where = names["sema"]
        parsed = Parsed(0, [])
        seen: dict[str, int] = {}
        for element, _ in records(files["sema"], where, "data-set", frozenset({"record"})):
            parsed.rows += 1
            name = _name(element)
            if not name:
                parsed.rejected.append(Rejected(where, None, f"record {parsed.rows}: no name", text(element, "Item")))
                continue
            country = text(element, "Country").partition("/")[0].strip()
            key = "/".join((country, text(element, "Schedule"), text(element, "Item")))
            seen[key] = seen.get(key, 0) + 1
            if seen[key] > 1:
                key = f"{key}/{seen[key]}"
            parsed.parties.append(_party(element, name, key, country, where).party())
        repeated = sum(count - 1 for count in seen.values())
        if repeated:
            parsed.notes.append(f"{repeated} records repeat the country, schedule and item of another: kept, numbered")
        if not parsed.rows:
            raise BadInput("the list holds no record", where=where, remedy="download it again")
        return parsed


SOURCE = CanadianList()


def _name(element: Element) -> str:
    person = " ".join(filter(None, (text(element, "GivenName"), text(element, "LastName"))))
    return person or text(element, "EntityOrShip")


def _party(element: Element, name: str, key: str, country: str, where: str) -> Draft:
    draft = Draft(f"{SOURCE.id}:{key}", SourceReference(SOURCE.id, where))
    imo, title = text(element, "ShipIMONumber"), text(element, "TitleOrShip")
    if text(element, "LastName"):
        draft.kind = PartyKind.PERSON
        draft.title = title
    elif imo:
        draft.kind = PartyKind.VESSEL
        draft.attribute("vessel type", title)
    else:
        draft.kind = PartyKind.COMPANY
        draft.attribute("title", title)
    draft.name(name)
    raw = element.find("Aliases")
    for alias in _ALIAS_BREAK.split(raw.text or "") if raw is not None else ():
        draft.name(alias)
    draft.identifier("imo", imo, label="ShipIMONumber")
    born = text(element, "DateOfBirthOrShipBuildDate")
    if draft.kind is PartyKind.PERSON:
        draft.say(draft.birth_dates, [born])
    else:
        draft.attribute("built", born)
    code = country_of(country)
    draft.attribute("regime country", code or country)
    schedule = text(element, "Schedule")
    draft.listing(
        Listing(
            list_id="CA-SEMA",
            authority=SOURCE.authority,
            citation=Citation(
                f"Special Economic Measures ({country}) Regulations, Schedule {schedule}, item {text(element, 'Item')}"
                if schedule
                else f"Canadian autonomous sanctions, {country}, item {text(element, 'Item')}"
            ),
            listed_from=iso_day(text(element, "DateOfListing")[:10]),
            programmes=(country,) if country else (),
            measures=(Measure.ASSET_FREEZE,),
            reference=key,
        )
    )
    return draft
