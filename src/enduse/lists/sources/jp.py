"""Japan: the Foreign End User List of the Ministry of Economy, Trade and Industry, XLSX.

Source: METI, workbook linked from https://www.meti.go.jp/policy/anpo/law00.html (headings in Japanese with the English
below, as of the revision of 2025-09-29). The layout is known from public readers of it; the official workbook was not
at hand (``format_verified`` is False). Its numbers change with every revision, so a party is known by name and country.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._sheets import is_workbook, named_rows, sheet_rows
from enduse.lists.sources._text import country_of, iso_day, one_line, stable_id
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, Measure, NameKind, PartyKind, SourceReference

_FILE = re.compile(r"(?P<day>20\d{6})_\d+\.xlsx", re.IGNORECASE)
_COLUMNS = {
    "country": ("country or region", "国名"),
    "name": ("company or organization", "企業名"),
    "aliases": ("also known as", "別名"),
    "concern": ("type of wmd", "懸念区分"),
    "arms": ("conventional", "通常兵器"),
}
_REQUIRED = ("country", "name", "aliases", "concern")
_CONCERN = re.compile(r"(?<![A-Za-z])[BCMN](?![A-Za-z])")
_BRACKET = re.compile(r"\s*\((?P<inside>[^()]+)\)\s*$")
_BULLET = re.compile(r"(?:^|\n)\s*[・･•]\s*")


@dataclass(frozen=True, slots=True)
class JapaneseList:
    """One row per foreign user."""

    id: str = "jp_meti"
    title: str = "Foreign End User List (METI)"
    authority: str = "JP-METI"
    lists: tuple[str, ...] = ("JP-EUL",)
    document: str = "https://www.meti.go.jp/policy/anpo/law00.html"
    cadence_days: int = 200
    components: tuple[str, ...] = ("eul",)
    downloads: tuple[Download, ...] = (
        Download(
            "eul",
            "https://www.meti.go.jp/policy/anpo/20250929_4.xlsx",
            note="address of the revision of 2025-09-29, from public readers, not tried; each revision has its own",
        ),
    )
    format_verified: bool = False

    def recognise(self, filename: str, head: bytes) -> str | None:
        """A workbook of the official name; its content is compressed, so the name decides and parsing proves it."""
        if not is_workbook(head):
            return None
        name = unicodedata.normalize("NFKC", filename).casefold()
        return "eul" if _FILE.fullmatch(name) or "end_user_list" in name or "ユーザーリスト" in name else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        where = names["eul"]
        above, rows = sheet_rows(files["eul"], where, header_holds="No.")
        header, every = named_rows(rows, len(above))
        columns = _columns(header, where)
        parsed = Parsed(0, [], notes=["the parser was written from descriptions, not from an official file"])
        if stated := _FILE.fullmatch(where.rpartition("/")[2]):
            day = stated["day"]
            parsed.edition = iso_day(f"{day[:4]}-{day[4:6]}-{day[6:]}")
        drafts: dict[str, Draft] = {}
        for number, row in every:
            parsed.rows += 1
            cells = row if isinstance(row, list) else list(row.values())
            excerpt = one_line(" | ".join(cells))[:200]
            if isinstance(row, list):
                parsed.rejected.append(Rejected(where, number, "another number of cells than the header", excerpt))
                continue
            said = {key: unicodedata.normalize("NFKC", row[column]) for key, column in columns.items()}
            if not said["name"].strip():
                parsed.rejected.append(Rejected(where, number, "no name", excerpt))
                continue
            draft = _party(said, row.get("No.", "").strip(), where, number)
            if draft.id in drafts:
                parsed.rejected.append(Rejected(where, number, "name and country occur twice", excerpt))
                continue
            drafts[draft.id] = draft
        if not parsed.rows:
            raise BadInput("the list holds no row", where=where, remedy="download it again")
        parsed.parties = [draft.party() for draft in drafts.values()]
        parsed.notes.append("the file states no listing dates")
        return parsed


SOURCE = JapaneseList()


def _columns(header: list[str], where: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in header:
        plain = one_line(unicodedata.normalize("NFKC", column)).casefold()
        for key, words in _COLUMNS.items():
            if key not in found and any(word in plain for word in words):
                found[key] = column
                break
    if missing := [key for key in _REQUIRED if key not in found]:
        raise BadInput(
            f"no column {_COLUMNS[missing[0]][0]!r}", where=where, remedy="this is not the format of this list"
        )
    return found


def _party(said: Mapping[str, str], reference: str, where: str, number: int) -> Draft:
    country = [line.strip() for line in said["country"].split("\n") if line.strip()]
    code = next((found for line in reversed(country) if (found := country_of(line))), None)
    name = one_line(said["name"])
    draft = Draft(
        stable_id(SOURCE.id, "JP-EUL", name, code or " ".join(country)), SourceReference(SOURCE.id, where, number)
    )
    bracket = _BRACKET.search(name)
    if bracket and name[: bracket.start()].strip():
        draft.name(name[: bracket.start()])
        inside = bracket["inside"]
        draft.name(inside, NameKind.ALIAS if inside.isascii() else NameKind.ORIGINAL_SCRIPT)
    else:
        draft.name(name)
    for alias in _BULLET.split(said["aliases"]):
        draft.name(alias)
    draft.kind = PartyKind.UNKNOWN
    draft.address(country[-1] if country else "", country=code)
    concerns = list(dict.fromkeys(_CONCERN.findall(said["concern"])))
    if said.get("arms", "").strip():
        concerns.append("CW")
    draft.listing(
        Listing(
            list_id="JP-EUL",
            authority=SOURCE.authority,
            citation=Citation(f"Foreign End User List of METI, No. {reference}".rstrip(" No.")),
            programmes=tuple(concerns),
            measures=(Measure.LICENCE_REQUIREMENT,),
            reference=reference or None,
        )
    )
    return draft
