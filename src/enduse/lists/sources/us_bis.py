"""The Bureau of Industry and Security's own files: Entity, Military End-User, Unverified and Denied Persons lists.

Entity and MEU list: the CSV that the International Trade Administration reads, a party repeated once per alias and
once per address. Unverified List: country, name, address. Denied Persons List: ``dpl.txt``, tab separated, one row per
address, expired orders kept. Sources: 15 CFR part 744 supplements 4, 6 and 7; 15 CFR part 764.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from enduse.lists.sources._draft import Draft, last_day_to_end
from enduse.lists.sources._text import (
    US_STATES,
    Row,
    Table,
    cite,
    country_of,
    first_line_cells,
    iso_day,
    name_key,
    refuse_cut,
    refuse_other_formats,
    stable_id,
    table,
    text_of,
    us_date,
)
from enduse.lists.sources._us_lists import BIS, LISTS, footnotes, item_scope
from enduse.lists.sources._us_names import add_alias, add_names, split_aliases, unpack_name
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.errors import BadInput
from enduse.model.party import Listing, SourceReference

_LISTED = ("source list", "name", "address", "country", "federal register notice", "license requirement")
_UNVERIFIED = ("country", "name", "address")
_DENIED = ("name", "street_address", "city", "country", "effective_date", "expiration_date", "fr_citation")
_REST = (
    "title",
    "entity number",
    "sdn type",
    "standard order",
    "address remarks",
    "alternate remarks",
    "call sign",
    "vessel type",
    "gross tonnage",
    "gross register tonnage",
    "vessel flag",
    "vessel owner",
)


@dataclass(slots=True, eq=False)
class _Bis:
    """One of the four files; :class:`enduse.lists.sources.base.SourceFormat`."""

    id: str
    title: str
    list_id: str
    lists: tuple[str, ...]
    components: tuple[str, ...]
    document: str
    downloads: tuple[Download, ...]
    authority: str = BIS
    cadence_days: int = 7
    format_verified: bool = True

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002 - the content decides alone
        """The one component, by its header and, for the two files with one layout, by the first row's list."""
        component = self.components[0]
        if self.list_id == "DPL":
            known = set(_DENIED) <= set(first_line_cells(head, "\t"))
            return component if known or _is_new_export(head) else None
        cells = first_line_cells(head)
        if self.list_id == "UVL":
            return component if tuple(cells[:3]) == _UNVERIFIED and not any(cells[3:]) else None
        if not set(_LISTED) <= set(cells):
            return None
        first = re.search(rb"\n\s*\"?([A-Z]+)\"?\s*,", head)
        return component if first and first[1].decode() == self.list_id else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition. Raises :class:`BadInput` for another format and (``CutShort``) for a file cut off."""
        component = self.components[0]
        where = names.get(component, component)
        content = files.get(component, b"")
        refuse_other_formats(content, where, "tab-separated text" if self.list_id == "DPL" else "CSV")
        if self.list_id == "DPL" and _is_new_export(content[:65536]):
            raise BadInput(
                "this is the export of BIS's new site, which packs name and address into one cell; it is not read",
                where=where,
                remedy="use dpl.txt, or the Consolidated Screening List, which holds the same orders",
            )
        parsed = Parsed(0, [])
        text = text_of(content, where, parsed.notes)
        delimiter = "\t" if self.list_id == "DPL" else ","
        required = {"DPL": _DENIED, "UVL": _UNVERIFIED}.get(self.list_id, _LISTED)
        found = table(text, where, required, delimiter, least=8 if self.list_id == "DPL" else None)
        parsed.rows, parsed.rejected = found.seen, list(found.rejected)
        parsed.notes += found.notes
        drafts: dict[str, Draft] = {}
        for row in found.rows:
            problem = self._problem(found, row)
            if problem:
                parsed.rejected.append(Rejected(where, row.line, problem, row.excerpt()))
            else:
                self._add(drafts, found, row, where)
        parsed.parties = [draft.party() for draft in drafts.values()]
        if not drafts:
            raise BadInput(f"no row names a party of the {self.title}", where=where, remedy="download the file again")
        parsed.notes.append(f"{where}: {found.seen} rows joined to {len(drafts)} parties")
        refuse_cut(found.cut, parsed, where)
        return parsed

    def _problem(self, found: Table, row: Row) -> str:
        if not found.get(row, "name"):
            return "no name"
        listed = found.get(row, "source list")
        if listed and listed != self.list_id:
            return f"the row belongs to the list {listed}"
        return ""

    def _add(self, drafts: dict[str, Draft], found: Table, row: Row, where: str) -> None:
        packed = unpack_name(found.get(row, "name"))
        country = country_of(found.get(row, "country"))
        # A denied person is one party however many addresses; the other lists name parties country by country.
        parts = () if self.list_id == "DPL" else (country or found.get(row, "country").casefold(),)
        key = stable_id(self.id, self.list_id, name_key(packed.name), *parts)
        draft = drafts.setdefault(key, Draft(key, SourceReference(self.id, where, row.line)))
        add_names(draft, packed)
        if self.list_id == "DPL":
            _denied(draft, found, row)
        elif self.list_id == "UVL":
            _address(draft, (found.get(row, "address"), "", "", "", found.get(row, "country")), country)
            listed_on = LISTS["UVL"]
            draft.listing(Listing("UVL", BIS, listed_on.citation(), measures=listed_on.measures))
        else:
            _listed(draft, self.list_id, found, row)


def _is_new_export(head: bytes) -> bool:
    start = head[:4096].decode("utf-8", errors="replace").casefold()
    return "name and address" in start and "denial" in start


def _address(draft: Draft, written: tuple[str, str, str, str, str], code: str | None) -> None:
    """Add street, city, region, postal code and country as one address; the country only where the street lacks it."""
    street, city, region, postal_code, country = written
    named = street.casefold().rstrip(".").endswith(f", {country}".casefold())
    pieces = written[:4] if named else written
    draft.address(
        ", ".join(piece for piece in pieces if piece),
        street=street,
        city=city,
        region=region,
        postal_code=postal_code,
        country=code,
    )


def _denied(draft: Draft, found: Table, row: Row) -> None:
    street, city, state, country, postal_code = (
        found.get(row, name) for name in ("street_address", "city", "state", "country", "postal_code")
    )
    code = country_of(country)
    if not country and state in US_STATES:
        # The file leaves the country of most addresses in the United States empty; their ZIP codes are often damaged.
        code = "US"
    _address(draft, (street, city, state, postal_code, country), code)
    listed_on = LISTS["DPL"]
    citation, further, rest = cite(found.get(row, "fr_citation"), listed_on.citation())
    draft.attribute("FR_Citation", rest)
    begins, expires = us_date(found.get(row, "effective_date")), us_date(found.get(row, "expiration_date"))
    for column, day in (("effective_date", begins), ("expiration_date", expires)):
        if day is None:
            draft.attribute(column, found.get(row, column))
    # "through" the expiration date: that day still counts, so the half-open interval ends the day after.
    ends = last_day_to_end(expires)
    if begins and ends and ends <= begins:
        draft.attribute("expiration_date", f"{found.get(row, 'expiration_date')}, not used: before the effective date")
        ends = None
    for column in ("standard_order", "action"):
        draft.attribute(column, found.get(row, column))
    updated = iso_day(found.get(row, "last_update"))
    draft.attribute("last_update", updated.isoformat() if updated else found.get(row, "last_update"))
    draft.listing(
        Listing(
            list_id="DPL",
            authority=BIS,
            citation=citation,
            listed_from=begins,
            listed_to=ends,
            measures=listed_on.measures,
            # The standard denial order (15 CFR part 764, supplement no. 1) reaches any item subject to the EAR.
            scope="all" if found.get(row, "standard_order").upper() == "Y" else None,
            sources=further,
        )
    )


def _listed(draft: Draft, list_id: str, found: Table, row: Row) -> None:
    country = found.get(row, "country")
    street, city, region, postal_code = (
        found.get(row, name) for name in ("address", "city", "state/province", "postal code")
    )
    _address(draft, (street, city, region, postal_code, country), country_of(country))
    for alias in split_aliases(found.get(row, "alternate name")):
        add_alias(draft, alias)
    for column in _REST:
        draft.attribute(column, found.get(row, column))
    listed_on = LISTS[list_id]
    citation, further, rest = cite(found.get(row, "federal register notice"), listed_on.citation())
    draft.attribute("federal register notice", rest)
    dates = {}
    for column in ("effective date", "date lifted/waived/expired"):
        written = found.get(row, column)
        dates[column] = us_date(written) or iso_day(written)
        if written and dates[column] is None:
            draft.attribute(column, written)
    begins, ends = dates["effective date"], dates["date lifted/waived/expired"]
    if begins and ends and ends <= begins:
        draft.attribute("date lifted/waived/expired", f"{ends.isoformat()}, not used: before the effective date")
        ends = None
    requirement = found.get(row, "license requirement")
    draft.listing(
        Listing(
            list_id=list_id,
            authority=BIS,
            citation=citation,
            listed_from=begins,
            listed_to=ends,
            programmes=tuple(one.strip() for one in found.get(row, "programs").split(";") if one.strip()),
            measures=listed_on.measures,
            scope=item_scope(requirement),
            licence_requirement=requirement,
            review_policy=found.get(row, "license policy"),
            footnotes=footnotes(requirement) if list_id == "EL" else (),
            sources=further,
            remarks=found.get(row, "remarks/notes"),
        )
    )


def _source(list_id: str, document: str, *downloads: Download, component: str = "") -> _Bis:
    name = component or list_id.lower()
    return _Bis(f"us_bis_{list_id.lower()}", LISTS[list_id].title, list_id, (list_id,), (name,), document, downloads)


_AS_READ = "CSV as read by the International Trade Administration's webservices (screening list importers)"
SOURCES = (
    _source("EL", f"15 CFR part 744, supplement no. 4; {_AS_READ}"),
    _source("MEU", f"15 CFR part 744, supplement no. 7; {_AS_READ}"),
    _source("UVL", f"15 CFR part 744, supplement no. 6; {_AS_READ}"),
    _source(
        "DPL",
        "BIS, Denied Persons List, text file dpl.txt",
        Download(
            "dpl",
            "https://www.bis.doc.gov/dpl/dpl.txt",
            note="BIS has moved to a new site, whose export has another layout and is refused",
        ),
    ),
)
