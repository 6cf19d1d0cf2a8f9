"""The United Kingdom's former consolidated list of financial sanctions targets (OFSI), CSV and XLSX of the 2022 format.

Source: OFSI, consolidated list format guide; the workbook of 2025-04-10. OFSI closed the list on 2026-01-28; it is read
for history.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._sheets import csv_rows, is_workbook, named_rows, sheet_rows
from enduse.lists.sources._uk import add_address, add_name, add_person, british_day, kind_of
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, Measure, NameKind, PartyKind, SourceReference

_ADDRESS = tuple(f"Address {number}" for number in range(1, 7))
_PERSON = {
    "birth": "DOB",
    "town": "Town of Birth",
    "birth_country": "Country of Birth",
    "nationality": "Nationality",
    "passport": "Passport Number",
    "passport_details": "Passport Details",
    "national": "National Identification Number",
    "national_details": "National Identification Details",
    "position": "Position",
}
_REQUIRED = ("Name 6", "Group Type", "Alias Type", "Regime", "Group ID")
_REFERENCE = re.compile(r"\(UK Sanctions List Ref\):\s*([A-Z]{3}[A-Z0-9]*\d+)")
_TAG = re.compile(r"\((?P<label>[A-Z][^():]{2,60})\):")


@dataclass(frozen=True, slots=True)
class ConsolidatedList:
    """One row per name, address and passport; rows are joined by Group ID."""

    id: str = "uk_ofsi_conlist"
    title: str = "OFSI Consolidated List of Financial Sanctions Targets in the UK (closed 2026-01-28)"
    authority: str = "GB"
    lists: tuple[str, ...] = ("UK-CONLIST",)
    document: str = "https://www.gov.uk/government/publications/financial-sanctions-consolidated-list-of-targets"
    cadence_days: int = 7
    components: tuple[str, ...] = ("conlist",)
    downloads: tuple[Download, ...] = ()
    format_verified: bool = True

    def recognise(self, filename: str, head: bytes) -> str | None:
        """A CSV by its two first lines; a workbook by its name, since its content is compressed."""
        if is_workbook(head):
            return "conlist" if "conlist" in filename.casefold() else None
        return (
            "conlist"
            if head[:20].lstrip(b"\xef\xbb\xbf").startswith(b"Last Updated") and b"Group Type" in head
            else None
        )

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        content, where = files["conlist"], names["conlist"]
        parsed = Parsed(0, [])
        if is_workbook(content):
            above, rows = sheet_rows(content, where, header_holds="Group ID")
        else:
            above, rows = csv_rows(content, where, parsed.notes, delimiter=",", header_holds="Group ID")
        stated = re.search(r"\d{1,2}/\d{1,2}/\d{4}", " ".join(above))
        parsed.edition = british_day(stated[0]) if stated else None
        header, every = named_rows(rows, len(above))
        if missing := [column for column in _REQUIRED if column not in header]:
            raise BadInput(f"no column {missing[0]!r}", where=where, remedy="this is not the 2022 format of the list")
        drafts: dict[str, Draft] = {}
        for number, row in every:
            parsed.rows += 1
            reason = ""
            if isinstance(row, list):
                reason = f"{len(row)} cells where the header has {len(header)}"
            elif not row["Group ID"].strip().isdigit():
                reason = f"Group ID {row['Group ID']!r} is no number"
            elif not any(row.get(f"Name {part}", "").strip() for part in range(1, 7)):
                reason = "no name"
            if reason or isinstance(row, list):
                excerpt = " | ".join(row if isinstance(row, list) else row.values())[:200]
                parsed.rejected.append(Rejected(where, number, reason, excerpt))
                continue
            _join(drafts, row, where, number)
        if not parsed.rows:
            raise BadInput("the list holds no row", where=where, remedy="download it again")
        parsed.parties = [draft.party() for draft in drafts.values()]
        return parsed


SOURCE = ConsolidatedList()


def _join(drafts: dict[str, Draft], row: Mapping[str, str], where: str, number: int) -> None:
    key = row["Group ID"].strip()
    draft = drafts.get(key)
    if draft is None:
        draft = drafts[key] = Draft(f"{SOURCE.id}:{key}", SourceReference(SOURCE.id, where, number))
        draft.kind = kind_of(row["Group Type"])
        _listing(draft, row, key)
    add_name(draft, row, row.get("Alias Type", "").strip(), row.get("Alias Quality", ""))
    draft.name(row.get("Name Non-Latin Script", ""), NameKind.ORIGINAL_SCRIPT)
    add_person(draft, row, _PERSON)
    add_address(draft, row, _ADDRESS, "Post/Zip Code", "Country")
    for label, value in _tagged(row.get("Other Information", "")):
        if "IMO" in label:
            draft.identifier("imo", value, label=label)
        elif label == "Gender":
            draft.gender = draft.gender or value.casefold()
        else:
            draft.attribute(label, value)


def _listing(draft: Draft, row: Mapping[str, str], key: str) -> None:
    reference = _REFERENCE.search(row.get("Other Information", ""))
    regime = row.get("Regime", "").strip()
    person = draft.kind is PartyKind.PERSON
    designated = british_day(row.get("UK Sanctions List Date Designated", ""))
    draft.listing(
        Listing(
            list_id="UK-CONLIST",
            authority=SOURCE.authority,
            citation=Citation(f"UK sanctions regime {regime}, {reference[1] if reference else f'OFSI group {key}'}"),
            listed_from=designated or british_day(row.get("Listed On", "")),
            programmes=(regime,) if regime else (),
            measures=(Measure.ASSET_FREEZE, *((Measure.TRAVEL_BAN,) if person else ())),
            reference=reference[1] if reference else key,
        )
    )


def _tagged(text: str) -> list[tuple[str, str]]:
    """``(Gender):Male (UN Ref):IQi.036.`` as pairs; text before the first tag keeps the label of the column."""
    tags = list(_TAG.finditer(text))
    if not tags:
        return [("Other Information", text.strip())] if text.strip() else []
    found = [("Other Information", text[: tags[0].start()].strip())]
    for tag, following in zip(tags, [*tags[1:], None], strict=True):
        found.append((tag["label"], text[tag.end() : following.start() if following else None].strip(" .")))
    return [(label, value) for label, value in found if value]
