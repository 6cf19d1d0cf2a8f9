"""The European Union's consolidated list of financial sanctions, CSV 1.1.

Source: European Commission, Financial Sanctions Files, "FSF CSV attributes" (field description) and a shortened file of
2024-10-02. The download needs the user's own token.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._sheets import csv_rows, named_rows
from enduse.lists.sources._text import country_of, iso_day
from enduse.lists.sources._uk import british_day
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, Measure, NameKind, PartyKind, SourceReference

_KINDS = {"p": PartyKind.PERSON, "person": PartyKind.PERSON, "e": PartyKind.COMPANY, "enterprise": PartyKind.COMPANY}
_IDENTIFIERS = {
    "passport": "passport",
    "id": "national_id",
    "regnumber": "registration",
    "imo": "imo",
    "swiftbic": "swift",
}
_REQUIRED = ("fileGenerationDate", "Entity_LogicalId", "Entity_SubjectType", "NameAlias_WholeName")


@dataclass(frozen=True, slots=True)
class EuropeanList:
    """One row per entity and attribute; rows are joined by Entity_LogicalId."""

    id: str = "eu_fsf"
    title: str = "Consolidated list of persons, groups and entities subject to EU financial sanctions"
    authority: str = "EU"
    lists: tuple[str, ...] = ("EU-FSF",)
    document: str = "https://webgate.ec.europa.eu/fsd/fsf (FSF CSV attributes)"
    cadence_days: int = 7
    components: tuple[str, ...] = ("fsf",)
    downloads: tuple[Download, ...] = (
        Download(
            "fsf",
            "https://webgate.ec.europa.eu/fsd/fsf/public/files/csvFullSanctionsList_1_1/content?token={token}",
            note="needs the user's own token (ENDUSE_EU_FSF_TOKEN)",
        ),
    )
    format_verified: bool = True

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002
        """The header's first columns decide."""
        start = head[:200].lstrip(b"\xef\xbb\xbf")
        return "fsf" if start.startswith(b"fileGenerationDate;Entity_LogicalId") else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        where = names["fsf"]
        parsed = Parsed(0, [])
        above, rows = csv_rows(files["fsf"], where, parsed.notes, delimiter=";", header_holds="fileGenerationDate")
        header, every = named_rows(rows, len(above))
        if missing := [column for column in _REQUIRED if column not in header]:
            raise BadInput(f"no column {missing[0]!r}", where=where, remedy="this is not CSV 1.1 of the list")
        drafts: dict[str, Draft] = {}
        for number, row in every:
            parsed.rows += 1
            if isinstance(row, list):
                parsed.rejected.append(
                    Rejected(where, number, "another number of cells than the header", ";".join(row)[:200])
                )
                continue
            if not row["Entity_LogicalId"].strip():
                parsed.rejected.append(Rejected(where, number, "no Entity_LogicalId", ";".join(row.values())[:200]))
                continue
            parsed.edition = parsed.edition or british_day(row["fileGenerationDate"])
            _join(drafts, row, where, number)
        for key, draft in drafts.items():
            if draft.names:
                parsed.parties.append(draft.party())
            else:
                parsed.rejected.append(Rejected(where, draft.source.line, f"entity {key} has no name row"))
        if not parsed.rows:
            raise BadInput("the list holds no row", where=where, remedy="download it again")
        return parsed


SOURCE = EuropeanList()


def _join(drafts: dict[str, Draft], row: Mapping[str, str], where: str, number: int) -> None:
    key = row["Entity_LogicalId"].strip()
    draft = drafts.get(key)
    if draft is None:
        draft = drafts[key] = Draft(f"{SOURCE.id}:{key}", SourceReference(SOURCE.id, where, number))
        draft.kind = _KINDS.get(row["Entity_SubjectType"].strip().casefold(), PartyKind.UNKNOWN)
        draft.attribute("remark", row.get("Entity_Remark", ""))
    _listing(draft, row)
    latin = row["NameAlias_WholeName"]
    other_script = latin.strip() and not re.search(r"[A-Za-z]", latin)
    draft.name(latin, NameKind.ORIGINAL_SCRIPT if other_script else NameKind.ALIAS, weak=_weak(row))
    draft.gender = draft.gender or {"m": "male", "f": "female"}.get(row.get("NameAlias_Gender", "").casefold(), "")
    draft.title = draft.title or row.get("NameAlias_Function", "").strip()
    _address(draft, row)
    _birth(draft, row)
    kind = _IDENTIFIERS.get(row.get("Identification_TypeCode", "").casefold(), "other")
    draft.identifier(
        kind,
        row.get("Identification_Number", ""),
        country_of(row.get("Identification_CountryIso2Code", "")),
        row.get("Identification_TypeDescription", ""),
    )
    draft.say(draft.nationalities, [country_of(row.get("Citizenship_CountryIso2Code", "")) or ""])


def _weak(row: Mapping[str, str]) -> bool:
    remark = row.get("NameAlias_Remark", "").casefold()
    return "low quality" in remark or "weak" in remark


def _address(draft: Draft, row: Mapping[str, str]) -> None:
    names = ("Street", "PoBox", "ZipCode", "City", "Region", "Place", "CountryDescription")
    parts = [row.get(f"Address_{name}", "").strip() for name in names]
    draft.address(
        ", ".join(filter(None, parts)),
        street=parts[0],
        city=row.get("Address_City", "").strip(),
        region=row.get("Address_Region", "").strip(),
        postal_code=row.get("Address_ZipCode", "").strip(),
        country=country_of(row.get("Address_CountryIso2Code", "")),
    )


def _birth(draft: Draft, row: Mapping[str, str]) -> None:
    exact, year = row.get("BirthDate_BirthDate", "").strip(), row.get("BirthDate_Year", "").strip()
    first, last = row.get("BirthDate_YearRangeFrom", "").strip(), row.get("BirthDate_YearRangeTo", "").strip()
    stated = exact or year or (f"{first} to {last}" if first or last else "")
    circa = row.get("BirthDate_Circa", "").strip().casefold() in ("yes", "true", "1")
    draft.say(draft.birth_dates, [f"circa {stated}" if circa and stated else stated])
    place = [row.get(f"BirthDate_{name}", "").strip() for name in ("City", "Place", "Region", "CountryDescription")]
    draft.say(draft.birth_places, [", ".join(filter(None, place))])


def _listing(draft: Draft, row: Mapping[str, str]) -> None:
    number = row.get("Entity_Regulation_NumberTitle", "").strip()
    regulation = re.match(r"\d+/\d+", number)
    programme = row.get("Entity_Regulation_Programme", "").strip()
    designated = row.get("Entity_DesignationDate", "").strip()
    from_day = (iso_day(designated[:10]) or british_day(designated)) if designated else None
    started: dt.date | None = from_day or iso_day(row.get("Entity_Regulation_EntryIntoForceDate", "").strip()[:10])
    draft.listing(
        Listing(
            list_id="EU-FSF",
            authority=SOURCE.authority,
            citation=Citation(
                f"Regulation {number}" if number else "EU financial sanctions",
                url=row.get("Entity_Regulation_PublicationUrl") or None,
            ),
            listed_from=started,
            programmes=tuple(filter(None, (regulation[0] if regulation else "", programme))),
            measures=(Measure.ASSET_FREEZE,),
            reference=row.get("Entity_EU_ReferenceNumber", "").strip() or None,
        )
    )
