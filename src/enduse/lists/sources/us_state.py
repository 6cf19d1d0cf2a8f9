"""The Department of State's lists: statutory debarment (AECA) and nonproliferation sanctions, as CSV.

Sources: Directorate of Defense Trade Controls, "AECA Debarred List" (statutory debarment under 22 CFR 127.7);
Bureau of International Security and Nonproliferation, sanctions list. Both files have changed their headers; each
column is found by any of its names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import (
    Row,
    Table,
    cite,
    country_of,
    first_line_cells,
    name_key,
    refuse_cut,
    refuse_other_formats,
    register_citations,
    stable_id,
    table,
    text_of,
    us_date,
    worded_date,
)
from enduse.lists.sources._us_lists import LISTS, STATE
from enduse.lists.sources._us_names import add_alias, add_names, unpack_name
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.errors import BadInput
from enduse.model.party import Listing, PartyKind, SourceReference

_DEBARRED_LAYOUTS = (
    ("debarred party full name and alias", "date of birth", "notice", "notice date"),
    ("party name", "date of birth", "federal register notice", "notice date"),
)
_SANCTIONED_LAYOUT = ("source list", "programs", "name", "alternative names", "country", "federal register notice")
# A comma inside a company's name is followed by its legal form.
_LEGAL_FORM = r"(?:ltd|limited|inc|llc|l\.l\.c|co|corp|gmbh|s\.?a|plc|jsc|lda|bv|b\.v)\b"


@dataclass(slots=True, eq=False)
class _State:
    """One of the two files; :class:`enduse.lists.sources.base.SourceFormat`."""

    id: str
    title: str
    lists: tuple[str, ...]
    components: tuple[str, ...]
    document: str
    downloads: tuple[Download, ...]
    authority: str = STATE
    cadence_days: int = 30
    format_verified: bool = True

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002 - the content decides alone
        """The one component, by its header."""
        cells = set(first_line_cells(head))
        if self.lists == ("DTC",):
            return self.components[0] if any(set(layout) <= cells for layout in _DEBARRED_LAYOUTS) else None
        return self.components[0] if set(_SANCTIONED_LAYOUT) <= cells else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition. Raises :class:`BadInput` for another format and (``CutShort``) for a file cut off."""
        component = self.components[0]
        where = names.get(component, component)
        content = files.get(component, b"")
        refuse_other_formats(content, where, "CSV")
        parsed = Parsed(0, [])
        text = text_of(content, where, parsed.notes)
        layout: tuple[str, ...] = _SANCTIONED_LAYOUT
        if self.lists == ("DTC",):
            layout = next((one for one in _DEBARRED_LAYOUTS if one[0] in text[:2000].casefold()), _DEBARRED_LAYOUTS[0])
        found = table(text, where, layout)
        parsed.rows, parsed.rejected = found.seen, list(found.rejected)
        parsed.notes += found.notes
        drafts: dict[str, Draft] = {}
        name_column = layout[0] if self.lists == ("DTC",) else "name"
        for row in found.rows:
            written = found.get(row, name_column)
            if not written:
                parsed.rejected.append(Rejected(where, row.line, "no name", row.excerpt()))
                continue
            packed = unpack_name(written)
            key = stable_id(self.id, self.lists[0], name_key(packed.name))
            draft = drafts.setdefault(key, Draft(key, SourceReference(self.id, where, row.line)))
            add_names(draft, packed)
            if self.lists == ("DTC",):
                _debarred(draft, found, row, layout)
            else:
                _sanctioned(draft, found, row)
        parsed.parties = [draft.party() for draft in drafts.values()]
        joined = parsed.rows - len(parsed.rejected) - len(parsed.parties)
        if joined and drafts:
            parsed.notes.append(f"{where}: {joined} rows were joined to a party that an earlier row names")
        if not drafts:
            raise BadInput("no row names a party", where=where, remedy="download the file again")
        refuse_cut(found.cut, parsed, where)
        return parsed


def _debarred(draft: Draft, found: Table, row: Row, layout: tuple[str, ...]) -> None:
    born = found.get(row, "date of birth")
    if born:
        # Only a natural person has a date of birth; the file has no other mark of the kind.
        draft.kind = PartyKind.PERSON
        draft.say(draft.birth_dates, [worded_date(born)])
    listed_on = LISTS["DTC"]
    citation, further, rest = cite(found.get(row, layout[2]), listed_on.citation())
    corrected, _ = register_citations(found.get(row, "corrected notice"))
    draft.attribute("notice", rest)
    draft.attribute("corrected notice date", found.get(row, "corrected notice date"))
    # A statutory debarment takes effect with the notice of it (22 CFR 127.7(b)).
    begins = us_date(found.get(row, "notice date"))
    if begins is None:
        draft.attribute("notice date", found.get(row, "notice date"))
    draft.listing(
        Listing(
            list_id="DTC",
            authority=STATE,
            citation=citation,
            listed_from=begins,
            measures=listed_on.measures,
            sources=further + corrected,
        )
    )


def _sanctioned(draft: Draft, found: Table, row: Row) -> None:
    for alias in _split_aliases(found.get(row, "alternative names")):
        add_alias(draft, alias)
    country = found.get(row, "country")
    draft.address(country, country=country_of(country))
    listed_on = LISTS["ISN"]
    citation, further, rest = cite(found.get(row, "federal register notice"), listed_on.citation())
    draft.attribute("federal register notice", rest)
    begins = us_date(found.get(row, "effective date"))
    if begins is None:
        draft.attribute("effective date", found.get(row, "effective date"))
    programme = " ".join(found.get(row, "programs").split())
    draft.listing(
        Listing(
            list_id="ISN",
            authority=STATE,
            citation=replace(citation, url=citation.url or found.get(row, "web link") or None),
            listed_from=begins,
            programmes=(programme,) if programme else (),
            measures=listed_on.measures,
            sources=further,
            remarks=found.get(row, "remarks/notes"),
        )
    )


def _split_aliases(text: str) -> list[str]:
    pieces = re.split(rf"\s*[,;]\s+(?!{_LEGAL_FORM})", text, flags=re.IGNORECASE)
    return [name for piece in pieces if (name := re.sub(r"(?i)^(?:and|or)\s+(?:the\s+)?", "", piece).strip())]


SOURCES = (
    _State(
        id="us_state_dtc",
        title="AECA Debarred List (statutory debarment)",
        lists=("DTC",),
        components=("itar_debarred_parties",),
        document="22 CFR 127.7(b); DDTC, statutory debarment list: https://www.pmddtc.state.gov/ddtc_public",
        downloads=(
            Download(
                "itar_debarred_parties",
                "https://www.pmddtc.state.gov/ddtc_public?id=ddtc_kb_article_page"
                "&sys_id=c22d1833dbb8d300d0a370131f9619f0",
                note="the page that offers the list, as the Consolidated Screening List cites it",
            ),
        ),
    ),
    _State(
        id="us_state_isn",
        title="Nonproliferation Sanctions",
        lists=("ISN",),
        components=("isn",),
        document="Department of State, Bureau of International Security and Nonproliferation, sanctions list",
        downloads=(
            Download(
                "isn",
                "https://www.state.gov/key-topics-bureau-of-international-security-and-nonproliferation/"
                "nonproliferation-sanctions/",
                note="the page that offers the list, as the Consolidated Screening List cites it",
            ),
        ),
    ),
)
