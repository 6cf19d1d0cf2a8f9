"""The UK Sanctions List of the Foreign, Commonwealth and Development Office, CSV and XML.

Source: FCDO, "UK Sanctions List: format guide" (published description). No official file was at hand when this was
written; the parser was tried on hand-made files alone (``format_verified`` is False).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._sheets import csv_rows, named_rows
from enduse.lists.sources._uk import NAME_COLUMNS, add_address, add_name, add_person, british_day, kind_of
from enduse.lists.sources._xml import records, text, texts
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, Measure, NameKind, SourceReference

_ADDRESS = tuple(f"Address Line {number}" for number in range(1, 7))
_PERSON = {
    "birth": "D.O.B",
    "town": "Town of birth",
    "birth_country": "Country of birth",
    "nationality": "Nationality(/ies)",
    "passport": "Passport number",
    "passport_details": "Passport additional information",
    "national": "National Identifier number",
    "national_details": "National Identifier additional information",
    "position": "Position",
}
_REQUIRED = ("Unique ID", "Name 6", "Regime Name", "Date Designated")
_MEASURES = (
    ("asset freeze", Measure.ASSET_FREEZE),
    ("travel ban", Measure.TRAVEL_BAN),
    ("arms embargo", Measure.ARMS_EMBARGO),
    ("prohibition", Measure.OTHER),
    ("ship", Measure.OTHER),
)
_XML_FIELDS = {
    "UniqueID": "Unique ID",
    "OFSIGroupID": "OFSI Group ID",
    "UNReferenceNumber": "UN Reference Number",
    "RegimeName": "Regime Name",
    "IndividualEntityShip": "Designation Type",
    "SanctionsImposed": "Sanctions Imposed",
    "OtherInformation": "Other Information",
    "UKStatementofReasons": "UK Statement of Reasons",
    "DateDesignated": "Date Designated",
}


@dataclass(frozen=True, slots=True)
class UKSanctionsList:
    """Designations by Unique ID; in the CSV one row per name or address."""

    id: str = "uk_sanctions_list"
    title: str = "UK Sanctions List (FCDO)"
    authority: str = "GB"
    lists: tuple[str, ...] = ("UKSL",)
    document: str = "https://www.gov.uk/government/publications/the-uk-sanctions-list"
    cadence_days: int = 7
    components: tuple[str, ...] = ("uksl",)
    downloads: tuple[Download, ...] = (
        Download(
            "uksl",
            "https://sanctionslist.fcdo.gov.uk/docs/UK-Sanctions-List.csv",
            note="address from public documentation, not tried",
        ),
    )
    format_verified: bool = False

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002
        """The header's own columns, or the root element, decide."""
        start = head[:8192]
        if b"<Designations" in start:
            return "uksl"
        return "uksl" if b"Unique ID" in start and b"OFSI Group ID" in start and b"Regime Name" in start else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        content, where = files["uksl"], names["uksl"]
        parsed = Parsed(
            0, [], notes=["the parser was written from the published description, not from an official file"]
        )
        drafts: dict[str, Draft] = {}
        is_xml = content.lstrip(b"\xef\xbb\xbf \r\n\t")[:1] == b"<"
        for number, row in _from_xml(content, where, parsed) if is_xml else _from_csv(content, where, parsed):
            parsed.rows += 1
            if isinstance(row, list):
                parsed.rejected.append(
                    Rejected(where, number, "another number of cells than the header", " | ".join(row)[:200])
                )
                continue
            key = row.get("Unique ID", "").strip()
            if not key or not any(row.get(column, "").strip() for column in NAME_COLUMNS):
                reason = "no Unique ID" if not key else "no name"
                parsed.rejected.append(Rejected(where, number, reason, " | ".join(row.values())[:200]))
                continue
            _join(drafts, key, row, where, number)
        if not parsed.rows:
            raise BadInput("the list holds no designation", where=where, remedy="download it again")
        parsed.parties = [draft.party() for draft in drafts.values()]
        return parsed


SOURCE = UKSanctionsList()


def _from_csv(content: bytes, where: str, parsed: Parsed) -> Iterator[tuple[int, Mapping[str, str] | list[str]]]:
    above, rows = csv_rows(content, where, parsed.notes, delimiter=",", header_holds="Unique ID")
    _edition(" ".join(above), parsed)
    header, every = named_rows(rows, len(above))
    if missing := [column for column in _REQUIRED if column not in header]:
        raise BadInput(f"no column {missing[0]!r}", where=where, remedy="this is not the published CSV format")
    yield from every


def _from_xml(content: bytes, where: str, parsed: Parsed) -> Iterator[tuple[int, Mapping[str, str]]]:
    number = 0
    for element, root in records(content, where, "Designations", frozenset({"Designation"})):
        _edition(text(root, "DateGenerated"), parsed)
        base = {column: text(element, name) for name, column in _XML_FIELDS.items()}
        for row in _designation_rows(element):
            number += 1
            yield number, base | row


def _designation_rows(element: Element) -> Iterator[dict[str, str]]:
    """A designation as rows like those of the CSV: one for each name, address and document."""
    for name in element.findall("Names/Name"):
        cells = {f"Name {part}": text(name, f"Name{part}") for part in range(1, 7)}
        yield cells | {"Name type": text(name, "NameType"), "Alias strength": text(name, "AliasStrength")}
    first = next(iter(element.findall("Names/Name")), None)
    again = {f"Name {part}": text(first, f"Name{part}") for part in range(1, 7)} if first is not None else {}
    for script in texts(element, "NonLatinNames/NonLatinName/NameNonLatinScript"):
        yield again | {"Name non-latin script": script}
    for address in element.findall("Addresses/Address"):
        cells = {f"Address Line {line}": text(address, f"AddressLine{line}") for line in range(1, 7)}
        yield (
            again
            | cells
            | {
                "Address Postal Code": text(address, "AddressPostalCode"),
                "Address Country": text(address, "AddressCountry"),
            }
        )
    for path, column in (
        ("IndividualDetails/Individual/DOBs/DOB", "D.O.B"),
        ("IndividualDetails/Individual/Nationalities/Nationality", "Nationality(/ies)"),
        ("IndividualDetails/Individual/PassportDetails/Passport/PassportNumber", "Passport number"),
        ("ShipDetails/Ship/IMONumbers/IMONumber", "IMO number"),
        (
            "EntityDetails/Entity/BusinessRegistrationNumbers/BusinessRegistrationNumber",
            "Business registration number (s)",
        ),
    ):
        for value in texts(element, path):
            yield again | {column: value}


def _edition(stated: str, parsed: Parsed) -> None:
    found = re.search(r"\d{1,2}/\d{1,2}/\d{4}", stated)
    if parsed.edition is None and found:
        parsed.edition = british_day(found[0])


def _join(drafts: dict[str, Draft], key: str, row: Mapping[str, str], where: str, number: int) -> None:
    draft = drafts.get(key)
    if draft is None:
        draft = drafts[key] = Draft(f"{SOURCE.id}:{key}", SourceReference(SOURCE.id, where, number))
        draft.kind = kind_of(row.get("Designation Type", ""))
        _listing(draft, key, row)
    add_name(draft, row, row.get("Name type", "").strip(), row.get("Alias strength", ""))
    draft.name(row.get("Name non-latin script", ""), NameKind.ORIGINAL_SCRIPT)
    add_person(draft, row, _PERSON)
    add_address(draft, row, _ADDRESS, "Address Postal Code", "Address Country")
    draft.identifier("imo", row.get("IMO number", ""), label="IMO number")
    draft.identifier(
        "registration", row.get("Business registration number (s)", ""), label="Business registration number"
    )
    draft.identifier("phone", row.get("Phone number", ""))
    draft.identifier("email", row.get("Email address", ""))
    draft.identifier("website", row.get("Website", ""))
    draft.gender = draft.gender or row.get("Gender", "").strip().casefold()
    for column in ("Parent company", "Subsidiaries", "Type of entity", "UN Reference Number", "Other Information"):
        draft.attribute(column, row.get(column, ""))


def _listing(draft: Draft, key: str, row: Mapping[str, str]) -> None:
    regime, imposed = row.get("Regime Name", "").strip(), row.get("Sanctions Imposed", "").casefold()
    draft.listing(
        Listing(
            list_id="UKSL",
            authority=SOURCE.authority,
            citation=Citation(f"{regime}, {key}"),
            listed_from=british_day(row.get("Date Designated", "")),
            programmes=(regime,) if regime else (),
            measures=tuple(dict.fromkeys(measure for words, measure in _MEASURES if words in imposed)),
            reference=key,
            remarks=row.get("UK Statement of Reasons", "").strip(),
        )
    )
