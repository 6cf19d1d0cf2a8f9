"""Reading the United States' files: what they may not be, their rows, their dates and their citations."""

from __future__ import annotations

import csv
import datetime as dt
import functools
import hashlib
import io
import itertools
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from enduse.lists.sources.base import Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.countries import resolve_country
from enduse.model.errors import BadInput

_END = "\x01end of file\x01\n"
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            ("jan", "january"),
            ("feb", "february"),
            ("mar", "march"),
            ("apr", "april"),
            ("may",),
            ("jun", "june"),
            ("jul", "july"),
            ("aug", "august"),
            ("sep", "september"),
            ("oct", "october"),
            ("nov", "november"),
            ("dec", "december"),
        ),
        start=1,
    )
    for name in names
}


class CutShort(BadInput):
    """A file that ends in the middle of a row: it must not replace a complete edition.

    Attributes:
        parsed: what could be read before the cut, the cut row among the rejected; for diagnosis only.
    """

    def __init__(self, problem: str, parsed: Parsed, *, where: str = "") -> None:
        super().__init__(problem, where=where, remedy="download the file again; the last complete edition stays in use")
        self.parsed = parsed


def refuse_other_formats(content: bytes, where: str, wanted: str) -> None:
    """Refuse what downloads turn into: nothing, a web page, an archive, another format.

    Raises:
        BadInput: saying what the content is instead of ``wanted`` (``CSV``, ``JSON``, ``XML``).
    """
    again = "download it again"
    head = content[:2048].lstrip(b"\xef\xbb\xbf \t\r\n")
    if not content.strip(b"\xef\xbb\xbf \t\r\n\x00\x1a"):
        raise BadInput("the file is empty", where=where, remedy=again)
    if content[:2] == b"\x1f\x8b":
        raise BadInput("the file is still compressed (gzip)", where=where, remedy="unpack it first")
    if content[:4] == b"PK\x03\x04":
        raise BadInput("the file is a ZIP archive or workbook", where=where, remedy=f"unpack it; {wanted} is expected")
    if content[:5] == b"%PDF-":
        raise BadInput("the file is a PDF document", where=where, remedy=f"download the {wanted} version")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise BadInput("the file is encoded in UTF-16", where=where, remedy="save it as UTF-8")
    lowered = head[:1024].lower()
    if lowered.startswith(b"<") and (b"<html" in lowered or lowered.startswith(b"<!doctype html")):
        raise BadInput("the file is a web page (HTML), not a list", where=where, remedy=again)
    if wanted != "JSON" and head[:1] in (b"{", b"["):
        raise BadInput(f"the file is JSON, {wanted} was expected", where=where, remedy="use the file of that format")
    if wanted != "XML" and head[:1] == b"<":
        raise BadInput(f"the file is XML, {wanted} was expected", where=where, remedy="use the file of that format")


def text_of(content: bytes, where: str, notes: list[str]) -> str:
    """Decode as UTF-8, else as Windows-1252 (as BIS saves some files), and note the latter.

    Raises:
        BadInput: neither encoding fits.
    """
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise BadInput(
            f"byte {error.start} is neither UTF-8 nor Windows-1252", where=where, remedy="download the file again"
        ) from None
    notes.append(f"{where}: read as Windows-1252, it is not UTF-8")
    return text


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a delimited file and the line it begins on."""

    line: int
    cells: list[str]

    @property
    def blank(self) -> bool:
        """True when no cell holds anything."""
        return not any(cell.strip() for cell in self.cells)

    def excerpt(self) -> str:
        """The record in at most 200 characters."""
        return " | ".join(cell for cell in self.cells if cell.strip())[:200]


@dataclass(frozen=True, slots=True)
class Rows:
    """All records of a delimited file; ``cut`` says why the last one is not whole, else it is empty."""

    rows: list[Row]
    open_quote: bool
    ends_with_newline: bool

    def cut(self, width: int) -> str:
        """Why the last record looks cut off, given the columns a record must have; empty when it does not."""
        if not self.rows:
            return ""
        if self.open_quote:
            return "a quoted cell never ends"
        if not self.ends_with_newline and len(self.rows[-1].cells) < width:
            return f"the last line has no line end and {len(self.rows[-1].cells)} of {width} columns"
        return ""


def delimited(text: str, where: str, delimiter: str = ",") -> Rows:
    """Split a delimited file into records (RFC 4180 quoting, any line end), each with its line number.

    Raises:
        BadInput: a cell is larger than any list holds, which is what an unbalanced quote looks like.
    """
    rows: list[Row] = []
    reader = csv.reader(itertools.chain(io.StringIO(text, newline=""), [_END]), delimiter=delimiter)
    line = 1
    try:
        for cells in reader:
            rows.append(Row(line, cells))
            line = reader.line_num + 1
    except csv.Error as error:
        raise BadInput(
            f"cannot be split into cells ({error})",
            where=f"{where}, line {line}",
            remedy="look for an unbalanced quote",
        ) from None
    whole = bool(rows) and rows[-1].cells == [_END.rstrip("\n")]
    if whole:
        rows.pop()
    elif rows:
        rows[-1] = Row(rows[-1].line, [*rows[-1].cells[:-1], rows[-1].cells[-1].replace(_END, "")])
    return Rows([row for row in rows if row.cells], not whole, text.endswith(("\n", "\r")))


@dataclass(frozen=True, slots=True)
class Table:
    """The data records of a file with a header line.

    Attributes:
        columns: normalised column name -> position.
        rows: data rows of the right width.
        rejected: rows of another width.
        cut: why the file looks cut off; empty when it does not.
    """

    columns: dict[str, int]
    rows: list[Row]
    rejected: list[Rejected]
    notes: list[str]
    cut: str

    @property
    def seen(self) -> int:
        """Data rows seen, rejected ones included."""
        return len(self.rows) + len(self.rejected)

    def get(self, row: Row, column: str) -> str:
        """A cell by column name without surrounding blanks; empty when the layout lacks the column."""
        position = self.columns.get(column)
        return "" if position is None else row.cells[position].strip()


def table(text: str, where: str, required: Sequence[str], delimiter: str = ",", least: int | None = None) -> Table:
    """Read a file with a header line by column name. Blank lines and repeated headers are counted, not kept.

    Args:
        least: a row with so many columns is filled up with empty ones (for files that leave out empty cells at the
            end of a line); without it every row must have all columns of the header.

    Raises:
        BadInput: the header lacks a required column, or the file has no data row.
    """
    found = delimited(text, where, delimiter)
    rows = found.rows
    while rows and rows[0].blank:
        rows = rows[1:]
    header = [_column(cell) for cell in rows[0].cells] if rows else []
    while header and not header[-1]:
        # Spreadsheet exports carry empty columns at the end, not equally many in every line.
        header.pop()
    width = len(header)
    missing = [name for name in required if name not in header]
    if missing:
        raise BadInput(
            f"the header lacks {', '.join(missing)}",
            where=f"{where}, line {rows[0].line if rows else 1}",
            remedy="this is another file or a new layout; check where it was downloaded",
        )
    columns = {name: position for position, name in reversed(list(enumerate(header))) if name}
    data: list[Row] = []
    rejected: list[Rejected] = []
    blank = repeated = filled = 0
    for row in rows[1:]:
        if row.blank:
            blank += 1
        elif [_column(cell) for cell in row.cells[:width]] == header:
            repeated += 1
        elif least is not None and least <= len(row.cells) < width:
            filled += 1
            data.append(Row(row.line, row.cells + [""] * (width - len(row.cells))))
        elif len(row.cells) < width or any(cell.strip() for cell in row.cells[width:]):
            reason = f"{len(row.cells)} columns where the header has {width}"
            rejected.append(Rejected(where, row.line, reason, row.excerpt()))
        else:
            data.append(row)
    cut = found.cut(width) if len(rows) > 1 else ""
    if found.open_quote and data and data[-1].line == rows[-1].line:
        last = data.pop()
        rejected.append(Rejected(where, last.line, "a quoted cell never ends", last.excerpt()))
    if not data and not rejected:
        raise BadInput("the file has a header and no data", where=where, remedy="download the file again")
    notes = []
    if blank:
        notes.append(f"{where}: {blank} blank lines skipped")
    if filled:
        notes.append(f"{where}: {filled} lines leave out empty cells at their end")
    if repeated:
        notes.append(f"{where}: the header line is repeated {repeated} times: several files in one?")
    return Table(columns, data, rejected, notes, cut)


def refuse_cut(reason: str, parsed: Parsed, where: str) -> None:
    """Refuse a file that ends in the middle of a row.

    Raises:
        CutShort: always, unless ``reason`` is empty.
    """
    if reason:
        line = parsed.rejected[-1].line if parsed.rejected else None
        raise CutShort(
            f"the file is cut off: {reason}", parsed, where=where if line is None else f"{where}, line {line}"
        )


def _column(cell: str) -> str:
    return " ".join(cell.split()).casefold()


def first_line_cells(head: bytes, delimiter: str = ",") -> list[str]:
    """The normalised cells of the first line that is not blank: for recognising a file."""
    text = head.decode("utf-8-sig", errors="replace")
    for line in text.splitlines()[:5]:
        if line.strip(" ,\t"):
            try:
                return [_column(cell) for cell in next(csv.reader([line], delimiter=delimiter))]
            except (csv.Error, StopIteration):
                return []
    return []


def one_line(text: str) -> str:
    """The text on one line: line breaks inside a cell become a blank, nothing else changes."""
    return re.sub(r"\s*[\r\n]+\s*", " ", text).strip()


def us_date(text: str) -> dt.date | None:
    """Read ``M/D/YYYY``; None when it is no such date."""
    found = re.fullmatch(r"\s*(\d{1,2})/(\d{1,2})/(\d{4})\s*", text, re.ASCII)
    return _day(int(found[3]), int(found[1]), int(found[2])) if found else None


def iso_day(text: str) -> dt.date | None:
    """Read ``YYYY-MM-DD`` (a time after it is ignored); None when it is no such date."""
    found = re.match(r"\s*(\d{4})-(\d{2})-(\d{2})(?!\d)", text, re.ASCII)
    return _day(int(found[1]), int(found[2]), int(found[3])) if found else None


def worded_day(text: str) -> dt.date | None:
    """Read ``03 Jun 2021``; None when it is no such date."""
    found = re.fullmatch(r"\s*(\d{1,2}) ([A-Za-z]{3,9})\.? (\d{4})\s*", text, re.ASCII)
    if not found or found[2].lower() not in _MONTHS:
        return None
    return _day(int(found[3]), _MONTHS[found[2].lower()], int(found[1]))


def _day(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def worded_date(text: str) -> str:
    """A birth date in ISO form, as exact as it is (``1962``, ``1962-10``, ``circa 1962``); else the words.

    Understands ``12 Oct 1962``, ``Oct 1962``, ``October, 1962``, ``1962`` and ISO dates, with ``circa`` before them.
    """
    stripped = " ".join(text.split())
    circa = re.match(r"(?i)circa\s+(.+)", stripped)
    if circa:
        return f"circa {worded_date(circa[1])}"
    day = worded_day(stripped)
    if day:
        return day.isoformat()
    month = re.fullmatch(r"([A-Za-z]{3,9})\.?,? (\d{4})", stripped, re.ASCII)
    if month and month[1].lower() in _MONTHS:
        return f"{month[2]}-{_MONTHS[month[1].lower()]:02d}"
    return stripped


_REGISTER = re.compile(
    r"(?<![\d/])(\d{1,3})\s*\.?\s*F\.?\s*R\.?\s*(?:no\.?\s*\d+\s*,?\s*pg\.?\s*)?(\d{1,6})(?![\d/])"
    r"((?:\s*,\s*\d{4,6}(?![\d/]|\s*\.?\s*F\.?\s*R))*)",
    re.IGNORECASE | re.ASCII,
)
_REGISTER_ISSUE = re.compile(
    r"(?:(?P<notice>Notice\s+\d+)\s*,?\s*)?Vol\.?\s*(?P<volume>\d+)\s*[,;]?\s*No\.?\s*(?P<issue>\d+)"
    r"(?:\s*,?\s*(?P<date>\d{1,2}/\d{1,2}/\d{2,4}))?",
    re.IGNORECASE | re.ASCII,
)
_REGISTER_TRIMMINGS = re.compile(r"\(?\d{1,2}/\d{1,2}/\d{2,4}\)?|\(?no\.?\s*\d+\)?|\band\b|[\s,;.()]+", re.IGNORECASE)


def register_citations(text: str) -> tuple[tuple[str, ...], str]:
    """Federal Register citations in a cell, in one spelling, and what the cell says beside them.

    ``82 F.R. 48792 10/20/2017`` gives ``82 FR 48792``; the State Department's ``Vol. 83, No. 91, 05/10/2018``, which
    names no page, gives ``Federal Register, Vol. 83, No. 91, 05/10/2018``. Order is kept, repetitions are not.
    """
    found: list[tuple[int, str]] = []
    for match in _REGISTER.finditer(text):
        found.append((match.start(), f"{int(match[1])} FR {int(match[2])}"))
        for page in re.findall(r"\d+", match[3]):
            found.append((match.start(), f"{int(match[1])} FR {int(page)}"))
    rest = _REGISTER.sub(" ", text)
    for match in _REGISTER_ISSUE.finditer(text):
        pieces = [f"Vol. {match['volume']}", f"No. {match['issue']}", match["date"] or "", match["notice"] or ""]
        found.append((match.start(), "Federal Register, " + ", ".join(piece for piece in pieces if piece)))
    rest = _REGISTER_TRIMMINGS.sub(" ", _REGISTER_ISSUE.sub(" ", rest)).strip()
    ordered = [citation for _, citation in sorted(found, key=lambda item: item[0])]
    return tuple(dict.fromkeys(ordered)), text.strip() if rest else ""


def register_url(citation: str) -> str | None:
    """Where a ``86 FR 60759`` citation can be read; the online edition begins with volume 59 (1994)."""
    found = re.fullmatch(r"(\d+) FR (\d+)", citation)
    if not found or int(found[1]) < 59:
        return None
    return f"https://www.federalregister.gov/citation/{found[1]}-FR-{found[2]}"


def cite(text: str, otherwise: Citation) -> tuple[Citation, tuple[str, ...], str]:
    """The act that listed a party, the further ones, and the words that are no citation.

    ``otherwise`` is cited where the cell names none.
    """
    citations, rest = register_citations(text)
    if not citations:
        return otherwise, (), rest
    return Citation(citations[0], register_url(citations[0])), citations[1:], rest


US_STATES = frozenset(
    re.findall(
        "..",
        "ALAKAZARCACOCTDEDCFLGAHIIDILINIAKSKYLAMEMDMAMIMNMSMOMTNENVNHNJNMNYNCNDOHOKORPARISCSDTNTXUTVTVAWAWVWIWYPR",
    )
)
"""Postal codes of the states, the District of Columbia and Puerto Rico."""

_PLACES = {"prc": "CN", "p.r.c.": "CN", "uae": "AE", "u.a.e.": "AE"}


@functools.cache
def country_of(text: str) -> str | None:
    """ISO alpha-2 of a country as United States files write it (``Region: Gaza``, ``PRC``), else None."""
    name = re.sub(r"(?i)^region:\s*", "", text.strip().rstrip("."))
    if not name:
        return None
    return _PLACES.get(name.casefold()) or resolve_country(name)


def name_key(text: str) -> str:
    """A name without case, punctuation and repeated blanks: to see that two rows name one party."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return " ".join(re.sub(r"[^\w]+", " ", folded).split()) or folded.strip()


def stable_id(source: str, list_id: str, *parts: str) -> str:
    """``<source>:<list>-<slug>-<hash>``: depends on the content given only, so it is the same in every release."""
    slug = re.sub(r"[^a-z0-9]+", "-", parts[0])[:40].strip("-") if parts else ""
    digest = hashlib.sha256("\x1f".join((list_id, *parts)).encode()).hexdigest()[:12]
    return f"{source}:{list_id.lower()}-{slug}-{digest}" if slug else f"{source}:{list_id.lower()}-{digest}"
