"""``enduse rules build-tables``: the tables of the EAR from official eCFR markup.

Reads the Commerce Control List (Supplement No. 1 to part 774), the Country Chart (Supplement No. 1 to part 738) and the
country groups (Supplement No. 1 to part 740), whichever the given files hold. Nothing is dropped silently: what was not
understood is counted and named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from xml.etree.ElementTree import Element

from enduse.items.ecfr.entries import SYMBOLS, Entry, Reading, with_the_first
from enduse.items.ecfr.markup import blocks, footnotes_of, read_markup, rows_of, supplement, text_of
from enduse.items.ecfr.tables import write_csv, write_list_tables
from enduse.model.countries import resolve_country
from enduse.model.errors import BadInput

CHART_COLUMNS = (
    "CB1",
    "CB2",
    "CB3",
    "NP1",
    "NP2",
    "NS1",
    "NS2",
    "MT1",
    "RS1",
    "RS2",
    "FC1",
    "CC1",
    "CC2",
    "CC3",
    "AT1",
    "AT2",
)
EMBARGOED = frozenset({"CU", "IR", "KP", "SY"})
_HEADING = re.compile(r"^(?P<eccn>[0-9][A-E][0-9]{3})\b(?P<rest>.*)", re.DOTALL)
_LINE = re.compile(rf"^(?P<symbol>{'|'.join(SYMBOLS)}|IEC|NAC|ACA|AIA|ACM|LPP|HBM)\s*:\s*(?P<text>.*)$", re.DOTALL)
_ITEM = re.compile(r"^(?P<paragraph>[a-z](?:\.[0-9a-z]+)*)\.(?:\s|$)")
_ITEMS = re.compile(r"items\s*(?::\s*(?P<first>.*)|$)", re.IGNORECASE | re.DOTALL)
_GROUP = re.compile(r"\[\s*(?P<group>[ADE]:[0-9])\s*\]")
_LICENCE_HEADER = re.compile(r"country chart|control\s*\(s\)|control\(s\)", re.IGNORECASE)


@dataclass(slots=True)
class BuildReport:
    """What was read, and what was not understood."""

    entries: int = 0
    licence_tables: int = 0
    other_tables: int = 0
    phrases: int = 0
    by_hand: int = 0
    chart_rows: int = 0
    group_rows: int = 0
    written: list[str] = field(default_factory=list)
    not_understood: list[str] = field(default_factory=list)

    def lines(self) -> list[str]:
        """The report for a reader."""
        understood = self.phrases - sum(": " in item for item in self.not_understood)
        found = [f"wrote {name}" for name in self.written]
        if self.entries:
            found.append(
                f"{self.entries} entries, {self.licence_tables} licence tables, {self.other_tables} other tables, "
                f"{understood} of {self.phrases} scope phrases read ({self.by_hand} by hand)"
            )
        if self.chart_rows or self.group_rows:
            found.append(f"{self.chart_rows} rows of the Country Chart, {self.group_rows} group memberships")
        return [*found, *(f"not understood: {item}" for item in self.not_understood)]


def build_tables(files: Sequence[Path], out: Path) -> BuildReport:
    """Write the tables that the files hold into a folder.

    Args:
        files: XML of the versioner API, one part each or several.
        out: folder for the CSV files; made if it is not there.

    Raises:
        BadInput: a file is not such XML, or none holds a supplement that is wanted.
    """
    report = BuildReport()
    roots = [read_markup(path) for path in files]
    out.mkdir(parents=True, exist_ok=True)
    for root in roots:
        if (found := supplement(root, 1, 774)) is not None:
            _control_list(found, out, report)
        if (found := supplement(root, 1, 738)) is not None:
            _chart(found, out, report)
        if (found := supplement(root, 1, 740)) is not None:
            _groups(found, out, report)
    if not report.written:
        raise BadInput(
            "no file holds Supplement No. 1 to part 738, 740 or 774",
            where=", ".join(path.name for path in files),
            remedy="save full/<date>/title-15.xml?part=774 of the versioner API",
        )
    return report


def read_control_list(element: Element, report: BuildReport) -> list[Entry]:
    """The entries of the Commerce Control List, in order."""
    drafts: list[_Draft] = []
    for block in blocks(element):
        tag, text = block.tag.upper(), text_of(block)
        heading = _HEADING.match(text)
        if heading and tag in ("FP-1", "FP-2", "FP") and block.find("B") is not None:
            drafts.append(_Draft(heading["eccn"], heading["rest"].strip()))
        elif drafts and tag == "TABLE":
            drafts[-1].table(block, report)
        elif drafts and tag != "NOTE":
            drafts[-1].line(text)
    return [draft.entry() for draft in drafts]


@dataclass(slots=True)
class _Draft:
    """An entry while its blocks are read."""

    eccn: str
    heading: str
    controls: list[tuple[str, str]] = field(default_factory=list)
    exceptions: dict[str, str] = field(default_factory=dict)
    paragraphs: dict[str, None] = field(default_factory=dict)
    waiting: str = ""
    in_items: bool = False

    def table(self, block: Element, report: BuildReport) -> None:
        """Take a licence table's rows; other tables (coatings, for example) are counted only."""
        rows = rows_of(block)
        header = " ".join(text_of(cell) for cell in rows[0]) if rows else ""
        if not _LICENCE_HEADER.search(header):
            report.other_tables += 1
            return
        report.licence_tables += 1
        for cells in rows[1:]:
            texts = [re.sub(rf"\s*\({self.eccn}\)$", "", text_of(cell)) for cell in cells]
            if any(texts):
                self.controls.append((texts[0], texts[1] if len(texts) > 1 else ""))

    def line(self, text: str) -> None:
        """Take a paragraph: an exception's line, or a sub-paragraph of the items."""
        if self.waiting and text and not _LINE.match(text):
            self.exceptions[self.waiting] = text
            self.waiting = ""
            return
        self.waiting = ""
        found = _LINE.match(text)
        if found and not self.in_items:
            if found["text"]:
                self.exceptions.setdefault(found["symbol"], found["text"])
            else:
                self.waiting = found["symbol"]
        elif re.match(r"list of items controlled", text, re.IGNORECASE):
            self.in_items = True
        elif items := _ITEMS.match(text):
            self.in_items = True
            if first := _ITEM.match(items["first"] or ""):
                self.paragraphs[first["paragraph"]] = None
        elif item := _ITEM.match(text):
            self.paragraphs[item["paragraph"]] = None

    def entry(self) -> Entry:
        """The entry as read."""
        return Entry(
            self.eccn, self.heading, tuple(self.controls), dict(self.exceptions), with_the_first(self.paragraphs)
        )


def _control_list(element: Element, out: Path, report: BuildReport) -> None:
    entries = read_control_list(element, report)
    if not entries:
        raise BadInput("Supplement No. 1 to part 774 holds no entry", remedy="save the whole part")
    reading = Reading()
    write_list_tables(entries, out, reading)
    report.entries, report.phrases, report.by_hand = len(entries), reading.phrases, reading.by_hand
    report.not_understood += reading.unparsed
    report.written += ["ccl_entries.csv", "ccl_controls.csv", "list_based_exceptions.csv"]


def _chart(element: Element, out: Path, report: BuildReport) -> None:
    rows = []
    for table in (block for block in blocks(element) if block.tag.upper() == "TABLE"):
        columns: dict[int, str] = {}
        reasons: list[str] = []
        for cells in rows_of(table):
            texts = [text_of(cell) for cell in cells]
            if _is_reason_row(texts):
                reasons = [_reason(text) for text in texts]
                continue
            labels = [re.sub(r"[^A-Z0-9]", "", text.upper()) for text in texts]
            named = {
                index: _column(label, reasons[index] if index < len(reasons) else "")
                for index, label in enumerate(labels)
            }
            named = {index: name for index, name in named.items() if name in CHART_COLUMNS}
            if len(named) == len(CHART_COLUMNS):
                columns = named
            elif columns:
                rows += _chart_row(cells, texts, columns, report)
    if not rows:
        raise BadInput("Supplement No. 1 to part 738 holds no chart row with all sixteen columns")
    header = ("country", "name", *CHART_COLUMNS, "footnotes", "row_kind", "from", "to", "citation")
    write_csv(out / "country_chart.csv", header, sorted(rows, key=lambda row: row["country"]))
    report.chart_rows = len(rows)
    report.written.append("country_chart.csv")


_REASON_WORDS = {
    "chemical": "CB",
    "nuclear": "NP",
    "national": "NS",
    "missile": "MT",
    "regional": "RS",
    "firearms": "FC",
    "crime": "CC",
    "anti": "AT",
}


def _reason(text: str) -> str:
    return next((code for word, code in _REASON_WORDS.items() if word in text.casefold()), "")


def _is_reason_row(texts: Sequence[str]) -> bool:
    return len({_reason(text) for text in texts} - {""}) >= 6


def _column(label: str, reason: str) -> str:
    """``CB1`` from ``CB 1``, or from the number below its reason's heading."""
    return f"{reason}{label}" if label.isdigit() else label


def _chart_row(
    cells: Sequence[Element], texts: Sequence[str], columns: dict[int, str], report: BuildReport
) -> list[dict[str, str]]:
    name = texts[0]
    if not name or _is_reason_row(texts):
        return []
    code = resolve_country(name)
    if code is None:
        report.not_understood.append(f"Country Chart row {name!r}")
        return []
    marks = dict.fromkeys(CHART_COLUMNS, "")
    kind = "part_746" if code in EMBARGOED else "marks"
    if kind == "marks":
        if len(cells) <= max(columns):
            report.not_understood.append(f"Country Chart row {name!r}: {len(cells)} cells")
            return []
        marks |= {column: "X" if texts[index].strip().upper() == "X" else "" for index, column in columns.items()}
    return [
        {
            "country": code,
            "name": name,
            **marks,
            "footnotes": ";".join(footnotes_of(cells[0])),
            "row_kind": kind,
            "from": "",
            "to": "",
            "citation": "",
        }
    ]


def _groups(element: Element, out: Path, report: BuildReport) -> None:
    rows: dict[tuple[str, str], dict[str, str]] = {}
    current = ""
    for block in blocks(element):
        text = text_of(block)
        if block.tag.upper() != "TABLE":
            if found := re.search(r"Country Group ([ABDE])\b", text):
                current = found[1]
            continue
        columns: dict[int, str] = {}
        for cells in rows_of(block):
            texts = [text_of(cell) for cell in cells]
            named = {index: found["group"] for index, text in enumerate(texts) if (found := _GROUP.search(text))}
            if named:
                columns = named
                continue
            if found := re.search(r"Country Group ([ABDE])\b", " ".join(texts)):
                current = found[1]
                continue
            members = _group_members(texts, columns, current, report)
            rows |= {(group, code): _group_row(group, code) for group, code in members}
    if not rows:
        raise BadInput("Supplement No. 1 to part 740 holds no group that could be read")
    write_csv(
        out / "country_groups.csv",
        ("group", "country", "from", "to", "citation", "verified", "note"),
        [rows[key] for key in sorted(rows)],
    )
    report.group_rows = len(rows)
    report.written.append("country_groups.csv")


def _group_members(
    texts: Sequence[str], columns: dict[int, str], current: str, report: BuildReport
) -> list[tuple[str, str]]:
    """The memberships that one row states: marks by column, or in Group B every named country."""
    names = [text for text in texts if text] if not columns and current == "B" else texts[:1]
    found = []
    for name in names:
        if not name or name.casefold() == "country":
            continue
        code = resolve_country(name)
        if code is None:
            report.not_understood.append(f"country group row {name!r}")
        elif columns:
            found += [
                (group, code)
                for index, group in columns.items()
                if index < len(texts) and texts[index].strip().upper() == "X"
            ]
        elif current == "B":
            found.append(("B", code))
    return found


def _group_row(group: str, code: str) -> dict[str, str]:
    return {"group": group, "country": code, "from": "", "to": "", "citation": "", "verified": "", "note": ""}
