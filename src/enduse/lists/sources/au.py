"""Australia: the consolidated list of the Department of Foreign Affairs and Trade, XLSX.

Source: DFAT, regulation8_consolidated.xlsx, the workbook of 2024-12.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._sheets import is_workbook, named_rows, sheet_rows
from enduse.lists.sources._text import country_of, iso_day
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, Measure, NameKind, PartyKind, SourceReference

_REFERENCE = re.compile(r"(?P<key>\d+)(?:[a-z]+\d*)*", re.IGNORECASE)
_ITEM = re.compile(r"(?:^|\s)[a-z]\)\s*")
_KINDS = {
    "individual": PartyKind.PERSON,
    "entity": PartyKind.COMPANY,
    "vessel": PartyKind.VESSEL,
}
_NAME_KINDS = {
    "primary name": NameKind.PRIMARY,
    "original script": NameKind.ORIGINAL_SCRIPT,
    "aka": NameKind.ALIAS,
    "fka": NameKind.FORMER,
}
_REQUIRED = ("Reference", "Name of Individual or Entity", "Type", "Name Type", "Committees", "Control Date")


@dataclass(frozen=True, slots=True)
class AustralianList:
    """Rows ``2``, ``2a``, ``2b`` are one party."""

    id: str = "au_dfat"
    title: str = "Australian Sanctions Consolidated List"
    authority: str = "AU"
    lists: tuple[str, ...] = ("AU-DFAT",)
    document: str = "https://www.dfat.gov.au/international-relations/security/sanctions/consolidated-list"
    cadence_days: int = 30
    components: tuple[str, ...] = ("consolidated",)
    downloads: tuple[Download, ...] = (
        Download(
            "consolidated",
            "https://www.dfat.gov.au/sites/default/files/regulation8_consolidated.xlsx",
            note="address from public documentation, not tried",
        ),
    )
    format_verified: bool = True

    def recognise(self, filename: str, head: bytes) -> str | None:
        """A workbook of the official name; its content is compressed, so the name decides and parsing proves it."""
        return "consolidated" if is_workbook(head) and "regulation8" in filename.casefold() else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        where = names["consolidated"]
        above, rows = sheet_rows(files["consolidated"], where, header_holds="Reference")
        header, every = named_rows(rows, len(above))
        if missing := [column for column in _REQUIRED if column not in header]:
            raise BadInput(f"no column {missing[0]!r}", where=where, remedy="this is not the format of this list")
        parsed = Parsed(0, [])
        drafts: dict[str, Draft] = {}
        for number, row in every:
            parsed.rows += 1
            if isinstance(row, list):
                parsed.rejected.append(
                    Rejected(where, number, "another number of cells than the header", " | ".join(row)[:200])
                )
                continue
            reference = _REFERENCE.fullmatch(row["Reference"].strip())
            if reference is None or not row["Name of Individual or Entity"].strip():
                reason = (
                    "no name"
                    if reference
                    else f"Reference {row['Reference']!r} is neither a number nor a number with letters"
                )
                parsed.rejected.append(Rejected(where, number, reason, " | ".join(row.values())[:200]))
                continue
            _join(drafts, reference["key"], row, where, number)
        if not parsed.rows:
            raise BadInput("the list holds no row", where=where, remedy="download it again")
        parsed.parties = [draft.party() for draft in drafts.values()]
        parsed.notes.append("the file states no edition and no first listing dates; control dates are kept as remarks")
        return parsed


SOURCE = AustralianList()


def _join(drafts: dict[str, Draft], key: str, row: Mapping[str, str], where: str, number: int) -> None:
    draft = drafts.get(key)
    if draft is None:
        draft = drafts[key] = Draft(f"{SOURCE.id}:{key}", SourceReference(SOURCE.id, where, number))
        draft.kind = _KINDS.get(row["Type"].strip().casefold(), PartyKind.UNKNOWN)
        _listing(draft, key, row)
    kind = _NAME_KINDS.get(row["Name Type"].strip().casefold(), NameKind.ALIAS)
    if kind is NameKind.PRIMARY:
        draft.primary(row["Name of Individual or Entity"])
    else:
        draft.name(row["Name of Individual or Entity"], kind)
    draft.say(draft.birth_dates, _items(row.get("Date of Birth", "")))
    draft.say(draft.birth_places, _items(row.get("Place of Birth", "")))
    for part in _items(row.get("Citizenship", "")):
        draft.say(draft.nationalities, [country_of(part) or part])
    for part in _items(row.get("Address", "")):
        draft.address(part, country=country_of(part.rpartition(",")[2]))
    draft.attribute("Additional Information", row.get("Additional Information", ""))


def _items(cell: str) -> list[str]:
    """``a) 1955 b) 1958`` as its parts; ``NA`` is nothing."""
    return [part.strip() for part in _ITEM.split(cell) if part.strip() and part.strip() not in ("NA", "N/A", "na")]


def _listing(draft: Draft, key: str, row: Mapping[str, str]) -> None:
    committee = row["Committees"].strip()
    draft.listing(
        Listing(
            list_id="AU-DFAT",
            authority=SOURCE.authority,
            citation=Citation(
                f"Australian consolidated list, reference {key}" + (f", {committee}" if committee else "")
            ),
            programmes=(committee,) if committee else (),
            measures=(Measure.ASSET_FREEZE, *((Measure.TRAVEL_BAN,) if draft.kind is PartyKind.PERSON else ())),
            reference=key,
            # The control date is that of the latest change, not of the first listing.
            remarks="; ".join(
                filter(
                    None,
                    (
                        f"control date {iso_day(row['Control Date'][:10]) or row['Control Date']}",
                        row.get("Listing Information", ""),
                    ),
                )
            ),
        )
    )
