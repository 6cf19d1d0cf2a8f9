"""OFAC's CSV files: the SDN list, and the consolidated list of non-SDN programmes.

Layout: OFAC, "SDN Data Specification" (dat_spec.txt): no header, null is ``-0- `` with a trailing blank, lines end with
CRLF (some copies with LF), the last record is the single byte 0x1A. Four files of one release belong together; rows of
the others are joined to the first by ``ent_num``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import (
    Row,
    country_of,
    delimited,
    refuse_cut,
    refuse_other_formats,
    text_of,
    worded_day,
)
from enduse.lists.sources._us_lists import LISTS, OFAC
from enduse.lists.sources._us_ofac_facts import add_remarks
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, NameKind, PartyKind, SourceReference

_EXPORTS = "https://sanctionslistservice.ofac.treas.gov/api/publicationpreview/exports/"
_WIDTHS = {"sdn": 12, "add": 6, "alt": 5, "sdn_comments": 2}
_REMARKS_WIDTH = 1000
_KINDS = {
    "": PartyKind.COMPANY,
    "individual": PartyKind.PERSON,
    "vessel": PartyKind.VESSEL,
    "aircraft": PartyKind.AIRCRAFT,
}
_ALIASES = {"fka": NameKind.FORMER}
_VESSEL_COLUMNS = ((6, "vessel type"), (7, "tonnage"), (8, "gross registered tonnage"), (9, "vessel flag"))
_NON_SDN_ONLY = {"NS-PLC", "CMIC-EO13959", "561-Related"}
_MENU_BASED = re.compile(
    r"Executive Order (?:14024|14014) Directive|CAATSA Section 235|Executive Order 14059 information"
)


@dataclass(slots=True, eq=False)
class _Ofac:
    """One of OFAC's two sets of CSV files; :class:`enduse.lists.sources.base.SourceFormat`."""

    id: str
    title: str
    lists: tuple[str, ...]
    components: tuple[str, ...]
    downloads: tuple[Download, ...]
    authority: str = OFAC
    document: str = "OFAC, SDN Data Specification: https://ofac.treasury.gov/media/29976/download (dat_spec.txt)"
    cadence_days: int = 3
    format_verified: bool = True

    @property
    def _sdn(self) -> bool:
        return self.id == "us_ofac_sdn"

    def recognise(self, filename: str, head: bytes) -> str | None:
        """The component. Both sets have the same columns: programmes, then the file name, tell them apart."""
        name = filename.rsplit("/", 1)[-1].casefold()
        first, lines = _shape(head)
        if first is None:
            return None
        ours = not name.startswith("cons") if self._sdn else name.startswith("cons")
        if first == "sdn":
            programmes = {cells[3] for cells in lines}
            if programmes & _NON_SDN_ONLY:
                ours = not self._sdn
            elif {"CUBA", "SYRIA", "IRAN", "SDNT", "SDNTK", "NPWMD", "GLOMAG"} & programmes:
                ours = self._sdn
        return self.components[tuple(_WIDTHS).index(first)] if ours else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one release; files of different releases show as orphan rows, which are rejected and counted.

        Raises:
            BadInput: the first file is missing, or a file is in another format or (``CutShort``) cut off.
        """
        parsed = Parsed(0, [])
        main, addresses, aliases, comments = self.components
        if main not in files:
            raise BadInput(f"{main} is missing", where=self.id, remedy="it is the file that names the parties")
        where = {component: names.get(component, component) for component in self.components}
        overflow = self._comments(files[comments], where[comments], parsed) if comments in files else {}
        drafts = self._parties(files[main], where[main], overflow, parsed)
        if addresses in files:
            for row in self._rows(files[addresses], where[addresses], "add", parsed):
                draft = _owner(drafts, row, where[addresses], parsed)
                if draft:
                    _address(draft, _values(row))
        if aliases in files:
            for row in self._rows(files[aliases], where[aliases], "alt", parsed):
                draft = _owner(drafts, row, where[aliases], parsed)
                if draft:
                    _alias(draft, _values(row))
        for number, (line, text) in overflow.items():
            # What is left has no party, or one whose remarks are complete without it.
            reason = "the remarks it would continue are complete" if number in drafts else _orphan(number)
            parsed.rejected.append(Rejected(where[comments], line, reason, text[:200]))
        orphans = sum(one.reason.startswith("orphan") for one in parsed.rejected)
        if orphans:
            parsed.notes.append(
                f"{orphans} rows name an ent_num that {where[main]} does not have: files of different releases?"
            )
        parsed.parties = [draft.party() for draft in drafts.values()]
        return parsed

    def _parties(
        self, content: bytes, where: str, overflow: dict[str, tuple[int, str]], parsed: Parsed
    ) -> dict[str, Draft]:
        drafts: dict[str, Draft] = {}
        cut = 0
        for row in self._rows(content, where, "sdn", parsed):
            values = _values(row)
            number, name = values[0], values[1]
            if not number.isdigit() or not name or number in drafts:
                reason = "ent_num is repeated" if number in drafts else "no ent_num or no name"
                parsed.rejected.append(Rejected(where, row.line, reason, row.excerpt()))
                continue
            draft = drafts[number] = Draft(f"{self.id}:{number}", SourceReference(self.id, where, row.line))
            self._fill(draft, values, _whole_remarks(values[11], number, overflow))
            cut += len(values[11]) == _REMARKS_WIDTH and number not in overflow
        if not drafts:
            raise BadInput("no row names a party", where=where, remedy="download the file again")
        if cut:
            parsed.notes.append(f"{where}: the remarks of {cut} parties break off; their rest is in the comments file")
        return drafts

    def _fill(self, draft: Draft, values: list[str], remarks: str) -> None:
        number, name, kind = values[:3]
        draft.kind = _KINDS.get(kind.casefold(), PartyKind.UNKNOWN)
        draft.name(name)
        draft.title = values[4]
        draft.identifier("call_sign", values[5], None, "call sign")
        for position, label in (*_VESSEL_COLUMNS, (10, "vessel owner")):
            draft.attribute(label, values[position])
        add_remarks(draft, remarks)
        programmes = tuple(one.strip(" []") for one in values[3].split("] [") if one.strip(" []"))
        listed_on = ("SDN",) if self._sdn else non_sdn_lists(programmes, remarks)
        for list_id in listed_on:
            draft.listing(_listing(draft, list_id, number, programmes, remarks))

    def _rows(self, content: bytes, where: str, layout: str, parsed: Parsed) -> Iterator[Row]:
        refuse_other_formats(content, where, "CSV")
        text = text_of(content, where, parsed.notes)
        whole = text.rstrip("\r\n").endswith("\x1a")
        found = delimited(text.rstrip("\r\n").removesuffix("\x1a") if whole else text, where)
        rows = [row for row in found.rows if not row.blank]
        width = _WIDTHS[layout]
        if not rows or not any(len(row.cells) == width for row in rows):
            raise BadInput(
                f"no row has the {width} columns of OFAC's {layout} file",
                where=where,
                remedy="this is another file; check the names",
            )
        good = [row for row in rows if len(row.cells) == width]
        before = len(parsed.rejected)
        parsed.rejected += [
            Rejected(where, row.line, f"{len(row.cells)} columns instead of {width}", row.excerpt())
            for row in rows
            if len(row.cells) != width
        ]
        parsed.rows += len(rows)
        parsed.notes.append(f"{where}: {len(rows)} rows")
        cut = found.cut(width)
        if cut:
            if len(parsed.rejected) == before:
                parsed.rejected.append(Rejected(where, rows[-1].line, cut, rows[-1].excerpt()))
            refuse_cut(cut, parsed, where)
        if not whole:
            parsed.notes.append(f"{where}: no end-of-file record (0x1A): make sure that the file is complete")
        yield from good

    def _comments(self, content: bytes, where: str, parsed: Parsed) -> dict[str, tuple[int, str]]:
        """The comments file: a number, a comma, the rest of the remarks; quotes inside it are not doubled."""
        refuse_other_formats(content, where, "CSV")
        overflow: dict[str, tuple[int, str]] = {}
        unterminated = 0
        lines = text_of(content, where, parsed.notes).split("\n")
        seen = 0
        for number, line in enumerate(lines, start=1):
            line = line.strip("\r\x1a")
            if not line.strip():
                continue
            seen += 1
            key, comma, rest = line.partition(",")
            if not comma or not key.strip().isdigit():
                parsed.rejected.append(Rejected(where, number, "does not begin with an ent_num", line[:200]))
                continue
            if rest.startswith('"'):
                rest = rest[1:]
                if rest.endswith('"'):
                    rest = rest[:-1]
                else:
                    unterminated += 1
            key = key.strip()
            overflow[key] = (overflow.get(key, (number, ""))[0], overflow.get(key, (0, ""))[1] + rest)
        parsed.rows += seen
        parsed.notes.append(f"{where}: {seen} rows")
        if unterminated:
            parsed.notes.append(
                f"{where}: {unterminated} remarks lack their closing quote; read to the end of the line"
            )
        return overflow


def non_sdn_lists(programmes: tuple[str, ...], remarks: str) -> tuple[str, ...]:
    """The lists of a row of the consolidated file, which states programmes only.

    The menu-based list has no programme of its own: it is told by the directive or prohibition that the remarks name.
    A party that was moved to the SDN list keeps those remarks, so this list can be named once too often, never too
    seldom; the enhanced XML states the lists themselves. ``NON-SDN`` stands for a list that could not be told.
    """
    found = []
    if "CMIC-EO13959" in programmes:
        found.append("CMIC")
    if "UKRAINE-EO13662" in programmes:
        found.append("SSI")
    if "NS-PLC" in programmes:
        found.append("PLC")
    if "561-Related" in programmes:
        found.append("CAP")
    if any(programme.startswith("FSE-") for programme in programmes):
        found.append("FSE")
    if "MBS" in programmes or _MENU_BASED.search(remarks):
        found.append("MBS")
    return tuple(found) or ("NON-SDN",)


def _listing(draft: Draft, list_id: str, number: str, programmes: tuple[str, ...], remarks: str) -> Listing:
    listed_on = LISTS[list_id]
    own = listed_on.citation(number)
    # The CSV states no listing date, except for the NS-CMIC list, in the remarks.
    begins = None
    if list_id == "CMIC":
        dates = (worded_day(value) for label, value in draft.attributes if label == "Listing Date (CMIC)")
        begins = next(dates, None)
    return Listing(
        list_id=list_id,
        authority=OFAC,
        citation=Citation(own.text, f"https://sanctionssearch.ofac.treas.gov/Details.aspx?id={number}"),
        listed_from=begins,
        programmes=programmes,
        measures=listed_on.measures,
        reference=number,
        remarks=remarks,
    )


def _whole_remarks(remarks: str, number: str, overflow: dict[str, tuple[int, str]]) -> str:
    """The remarks with their rest, which the comments file continues in the middle of a word."""
    if number in overflow and len(remarks) >= _REMARKS_WIDTH - 10:
        return remarks + overflow.pop(number)[1]
    return remarks


def _values(row: Row) -> list[str]:
    return ["" if cell.strip() == "-0-" else cell.strip() if i < 11 else cell for i, cell in enumerate(row.cells)]


def _orphan(number: str) -> str:
    return f"orphan: ent_num {number} is not in the list of parties"


def _owner(drafts: dict[str, Draft], row: Row, where: str, parsed: Parsed) -> Draft | None:
    number = row.cells[0].strip()
    draft = drafts.get(number)
    if draft is None:
        parsed.rejected.append(Rejected(where, row.line, _orphan(number), row.excerpt()))
    return draft


def _address(draft: Draft, values: list[str]) -> None:
    _, _, street, city, country, remarks = values
    text = ", ".join(piece for piece in (street, city, country) if piece)
    draft.address(text, street=street, city=city, country=country_of(country))
    draft.attribute("address remarks", remarks)


def _alias(draft: Draft, values: list[str]) -> None:
    _, _, kind, name, remarks = values
    draft.name(name, _ALIASES.get(kind.casefold(), NameKind.ALIAS), weak="weak" in remarks.casefold())
    if kind.casefold() not in {"aka", "fka"}:
        draft.attribute(f"alias type of {name}", kind)
    draft.attribute(f"alias remarks of {name}", remarks)


def _shape(head: bytes) -> tuple[str | None, list[list[str]]]:
    """The layout that the first lines have (a key of ``_WIDTHS``), and those lines."""
    text = head.decode("utf-8", errors="replace")
    whole_lines = text.splitlines()[:200]
    if len(head) >= 65536:
        whole_lines = whole_lines[:-1]
    try:
        rows = [row.cells for row in delimited("\n".join(whole_lines) + "\n", "head").rows]
    except BadInput:
        return None, []
    rows = [cells for cells in rows if cells and cells[0].strip().isdigit()]
    for layout in ("sdn", "add", "alt"):
        fitting = [cells for cells in rows if len(cells) == _WIDTHS[layout] and "-0- " in cells]
        if len(fitting) > len(rows) / 2:
            return layout, fitting
    lines = [line for line in whole_lines if line.strip("\x1a ")]
    if lines and all(re.match(r'\d{1,7},".', line) for line in lines) and not any("-0- " in line for line in lines):
        return "sdn_comments", []
    return None, []


SOURCES = (
    _Ofac(
        id="us_ofac_sdn",
        title="Specially Designated Nationals and Blocked Persons List",
        lists=("SDN",),
        components=("sdn", "add", "alt", "sdn_comments"),
        downloads=tuple(
            Download(component, f"{_EXPORTS}{component.upper()}.CSV")
            for component in ("sdn", "add", "alt", "sdn_comments")
        ),
    ),
    _Ofac(
        id="us_ofac_cons",
        title="Consolidated Sanctions List (non-SDN)",
        lists=("CMIC", "SSI", "MBS", "CAP", "PLC", "FSE"),
        components=("cons_prim", "cons_add", "cons_alt", "cons_comments"),
        downloads=tuple(
            Download(component, f"{_EXPORTS}{component.upper()}.CSV")
            for component in ("cons_prim", "cons_add", "cons_alt", "cons_comments")
        ),
    ),
)
