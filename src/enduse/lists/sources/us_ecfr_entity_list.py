"""The Entity List itself: 15 CFR part 744, supplement no. 4, in the XML of the eCFR versioner.

Format: GPO, "Electronic Code of Federal Regulations (e-CFR) XML User Guide"; versioner API
``/api/versioner/v1/full/<date>/title-15.xml?part=744``: ``DIV5`` (part) > ``DIV9 TYPE="APPENDIX"`` whose ``N`` is
``Supplement No. 4 to Part 744``, with table rows of five ``TD``. Written from that description: no official file was at
hand, so ``format_verified`` is False. The text has no listing dates; the Federal Register citations stand in for them.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError

from defusedxml.ElementTree import iterparse

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import cite, country_of, iso_day, name_key, refuse_other_formats, stable_id
from enduse.lists.sources._us_entity_cell import EntityCell, read_entity_cell
from enduse.lists.sources._us_lists import BIS, LISTS, footnotes, item_scope
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.errors import BadInput
from enduse.model.party import Listing, NameKind, SourceReference

_COMPONENT = "part_744"
_SUPPLEMENT = "Supplement No. 4 to Part 744"
_CELLS = 5
_FOOTNOTED_COUNTRY = re.compile(r"\s*\(?\d\)?\s*$")


@dataclass(slots=True, eq=False)
class _Ecfr:
    """See the module; :class:`enduse.lists.sources.base.SourceFormat`."""

    id: str = "us_ecfr_el"
    title: str = "Entity List (15 CFR part 744, supplement no. 4)"
    authority: str = BIS
    lists: tuple[str, ...] = ("EL",)
    document: str = "GPO, e-CFR XML User Guide: https://github.com/usgpo/bulk-data/blob/main/ECFR-XML-User-Guide.md"
    cadence_days: int = 7
    components: tuple[str, ...] = (_COMPONENT,)
    downloads: tuple[Download, ...] = (
        Download(
            _COMPONENT,
            "https://www.ecfr.gov/api/versioner/v1/full/{date}/title-15.xml?part=744",
            note="put an issue date of title 15 for {date}; /api/versioner/v1/titles.json names the newest",
        ),
    )
    format_verified: bool = False

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002 - the content decides alone
        """``part_744`` for eCFR XML that begins with part 744, or with the supplement alone."""
        text = head.decode("utf-8", errors="replace")
        if re.search(r'<DIV5\b[^>]*\bN="744"', text) or re.search(rf'<DIV9\b[^>]*\bN="{_SUPPLEMENT}"', text):
            return _COMPONENT
        return None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read the supplement.

        Raises:
            BadInput: not eCFR XML, cut off or hostile XML, no supplement no. 4 in it, or a supplement without rows.
        """
        where = names.get(_COMPONENT, "title-15.xml")
        content = files.get(_COMPONENT, b"")
        refuse_other_formats(content, where, "XML")
        parsed = Parsed(0, [])
        supplement, parsed.edition = _supplement(content, where)
        drafts: dict[str, Draft] = {}
        country = ""
        reserved = 0
        for position, row in enumerate(_rows(supplement), start=1):
            cells = [_cell_text(cell) for cell in row]
            words = " ".join(" ".join(cell.split()) for cell in cells).strip()
            if not words:
                continue
            if len(cells) == _CELLS and cells[0].strip():
                country = _FOOTNOTED_COUNTRY.sub("", " ".join(cells[0].split())).rstrip(".")
            if "[reserved]" in words.casefold():
                reserved += 1
                continue
            parsed.rows += 1
            problem = ""
            if len(cells) != _CELLS:
                problem = f"{len(cells)} cells instead of {_CELLS}"
            elif not country:
                problem = "no country in this row nor above it"
            elif not re.search(r"\w", cells[1]):
                problem = "no entity"
            if problem:
                parsed.rejected.append(Rejected(where, None, f"row {position}: {problem}", words[:200]))
                continue
            self._add(drafts, country, cells, where)
        if not drafts:
            raise BadInput(f"{_SUPPLEMENT} holds no row of {_CELLS} cells", where=where, remedy="download it again")
        parsed.parties = [draft.party() for draft in drafts.values()]
        if reserved:
            parsed.notes.append(f"{where}: {reserved} reserved rows skipped")
        if len(drafts) != parsed.rows - len(parsed.rejected):
            parsed.notes.append(f"{where}: {parsed.rows - len(parsed.rejected)} rows give {len(drafts)} parties")
        unresolved = sorted({a.text for d in drafts.values() for a in d.addresses if a.country is None})
        if unresolved:
            parsed.notes.append(
                f"{where}: no country resolved for {len(unresolved)} addresses, first {unresolved[0]!r}"
            )
        return parsed

    def _add(self, drafts: dict[str, Draft], country: str, cells: list[str], where: str) -> None:
        requirement, policy, register = (" ".join(cell.split()) for cell in cells[2:])
        entry = read_entity_cell(cells[1])
        listed_on = LISTS["EL"]
        citation, further, rest = cite(register, listed_on.citation())
        listing = Listing(
            list_id="EL",
            authority=BIS,
            citation=citation,
            measures=listed_on.measures,
            scope=item_scope(requirement),
            licence_requirement=requirement,
            review_policy=policy,
            footnotes=footnotes(requirement),
            sources=further,
            remarks=" ".join(cells[1].split()),
        )
        main = self._party(drafts, entry, country, where, listing)
        main.attribute("Federal Register citation", register if rest or "/" in register else "")
        for text in entry.affiliates:
            affiliate = self._party(drafts, read_entity_cell(text), country, where, listing)
            affiliate.attribute("Affiliated entity of", entry.name)

    def _party(self, drafts: dict[str, Draft], entry: EntityCell, country: str, where: str, listing: Listing) -> Draft:
        code = country_of(country)
        key = stable_id(self.id, "EL", name_key(entry.name), code or country.casefold())
        draft = drafts.setdefault(key, Draft(key, SourceReference(self.id, where, None)))
        draft.name(entry.name)
        for kind, alias in entry.aliases:
            former = re.match(r"(?i)f\.?k\.?a\.?,?\s+", alias)
            draft.name(alias[former.end() :] if former else alias, NameKind.FORMER if former else kind)
        for address in entry.addresses:
            draft.address(address, country=country_of(address.rsplit(",", 1)[-1]) or code)
        if not entry.addresses:
            draft.address(country, country=code)
        for see in entry.see:
            draft.attribute("cross reference", see)
        draft.listing(listing)
        return draft


def _supplement(content: bytes, where: str) -> tuple[Element, dt.date | None]:
    found: Element | None = None
    edition: dt.date | None = None
    open_supplement = 0
    root: Element | None = None
    try:
        for event, element in iterparse(io.BytesIO(content), events=("start", "end"), forbid_dtd=True):
            root = element if root is None else root
            ours = element.tag == "DIV9" and " ".join(element.get("N", "").split()) == _SUPPLEMENT
            if event == "start":
                edition = edition or _stated_date(element)
                open_supplement += ours
            elif ours:
                open_supplement -= 1
                found = element if found is None else found
            elif not open_supplement and element.tag.startswith("DIV"):
                element.clear()
    except (ParseError, ValueError, LookupError) as error:
        raise BadInput(
            f"the XML cannot be read to its end ({error or type(error).__name__})",
            where=where,
            remedy="download the file again; it may be cut off",
        ) from None
    if found is None:
        tag = root.tag if root is not None else "nothing"
        raise BadInput(
            f"the XML (it begins with {tag}) has no appendix {_SUPPLEMENT!r}",
            where=where,
            remedy="download title-15.xml?part=744 from the eCFR versioner, whole",
        )
    return found, edition


def _stated_date(element: Element) -> dt.date | None:
    """The versioner writes the issue date into the path of ``hierarchy_metadata`` (``/on/2024-05-03/title-15/...``)."""
    try:
        metadata = json.loads(element.get("hierarchy_metadata", "{}"))
    except (ValueError, RecursionError):
        return None
    path = metadata.get("path", "") if isinstance(metadata, dict) else ""
    found = re.search(r"/on/(\d{4}-\d{2}-\d{2})\b", path) if isinstance(path, str) else None
    return iso_day(found[1]) if found else None


def _rows(supplement: Element) -> list[list[Element]]:
    """The data cells of every table row; header rows (``TH`` only) have none and are left out."""
    rows = ([cell for cell in row if cell.tag == "TD"] for row in supplement.iter("TR"))
    return [row for row in rows if row]


def _cell_text(cell: Element) -> str:
    """The text of a cell; line and paragraph breaks of the markup become line breaks, those of the file blanks."""
    breaks = {"br", "p", "fp", "fp-1", "fp-2"}
    pieces: list[str] = []
    stack: list[Element | str] = [cell]
    while stack:
        top = stack.pop()
        if isinstance(top, str):
            pieces.append(top)
            continue
        is_break = top.tag.lower() in breaks
        if top is not cell:
            stack.append(("\n" if is_break and top.tag.lower() != "br" else "") + re.sub(r"\s+", " ", top.tail or ""))
        stack.extend(reversed(list(top)))
        pieces.append(("\n" if is_break else "") + re.sub(r"\s+", " ", top.text or ""))
    return re.sub(r" *\n[ \n]*", "\n", "".join(pieces)).strip()


SOURCE = _Ecfr()
