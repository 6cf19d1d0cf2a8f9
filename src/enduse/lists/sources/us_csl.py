"""The Consolidated Screening List of the International Trade Administration, as CSV or JSON.

Columns as documented at https://developer.trade.gov (Consolidated Screening List): read by name, so the layouts of
2019 (no ``_id``), 2022 and 2025 are one. ``_id`` is not stable between editions and is not used: Treasury's rows keep
OFAC's number, the others get a key of list, name and countries.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from enduse.lists.sources._draft import Draft, last_day_to_end
from enduse.lists.sources._text import (
    US_STATES,
    cite,
    country_of,
    first_line_cells,
    iso_day,
    name_key,
    one_line,
    refuse_cut,
    refuse_other_formats,
    stable_id,
    table,
    text_of,
    worded_day,
)
from enduse.lists.sources._us_lists import OFAC, UsList, footnotes, item_scope, list_of_source
from enduse.lists.sources._us_names import PackedName, add_alias, add_names, split_aliases, unpack_name
from enduse.lists.sources._us_ofac_facts import IDENTIFIER_KINDS, add_fact, birth_date
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, PartyKind, SourceReference

_COMPONENT = "consolidated"
_REQUIRED = ("source", "name", "addresses", "license_requirement", "alt_names", "programs", "ids")
_KINDS = {
    "individual": PartyKind.PERSON,
    "entity": PartyKind.COMPANY,
    "vessel": PartyKind.VESSEL,
    "aircraft": PartyKind.AIRCRAFT,
}
_PERSONAL_LISTS = {"DPL", "DTC", "ISN"}
_LISTS = ("EL", "SDN", "DPL", "UVL", "MEU", "DTC", "ISN", "CMIC", "SSI", "FSE", "CAP", "MBS", "PLC")
_US_TAIL = re.compile(rf",\s*(?:{'|'.join(sorted(US_STATES))}),?\s+\d{{5}}(?:-\d{{4}})?\s*$")
_VESSEL_FIELDS = ("vessel_type", "gross_tonnage", "gross_registered_tonnage", "vessel_flag", "vessel_owner")


@dataclass(slots=True)
class _Record:
    """One row or result, whatever its format."""

    line: int | None
    text: dict[str, str]
    addresses: list[dict[str, str]] = field(default_factory=list)
    ids: list[tuple[str, str, str | None]] = field(default_factory=list)
    lists: dict[str, list[str]] = field(default_factory=dict)


class _Csl:
    """See the module; :class:`enduse.lists.sources.base.SourceFormat`."""

    id = "us_csl"
    title = "Consolidated Screening List"
    authority = "US"
    lists: tuple[str, ...] = _LISTS
    document = (
        "Consolidated Screening List API, data fields: https://developer.trade.gov/consolidated-screening-list.html"
    )
    cadence_days = 7
    components: tuple[str, ...] = (_COMPONENT,)
    downloads: tuple[Download, ...] = (
        Download(
            _COMPONENT,
            "https://data.trade.gov/downloadable_consolidated_screening_list/v1/consolidated.csv",
        ),
        Download(
            _COMPONENT,
            "https://data.trade.gov/downloadable_consolidated_screening_list/v1/consolidated.json",
            note="the same list as JSON, with addresses and numbers in parts",
        ),
    )
    format_verified = True

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002 - the content decides alone
        """``consolidated`` for either format."""
        if head.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
            names = (b'"results"', b'"source"', b'"alt_names"', b'"source_list_url"')
            return _COMPONENT if all(name in head for name in names) else None
        return _COMPONENT if set(_REQUIRED) <= set(first_line_cells(head)) else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition. Raises :class:`BadInput` for another format and (``CutShort``) for a file cut off."""
        where = names.get(_COMPONENT, "consolidated.csv")
        content = files.get(_COMPONENT, b"")
        parsed = Parsed(0, [])
        if content.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
            refuse_other_formats(content, where, "JSON")
            records = _from_json(text_of(content, where, parsed.notes), where, parsed)
            cut = ""
        else:
            refuse_other_formats(content, where, "CSV")
            records, cut = _from_csv(text_of(content, where, parsed.notes), where, parsed)
        _join(records, where, parsed)
        refuse_cut(cut, parsed, where)
        return parsed


def _from_csv(text: str, where: str, parsed: Parsed) -> tuple[list[_Record], str]:
    found = table(text, where, _REQUIRED)
    parsed.rows = found.seen
    parsed.rejected += found.rejected
    parsed.notes += found.notes
    number_first = _number_first(found.get(row, "ids") for row in found.rows)
    records = []
    for row in found.rows:
        plain = {name: found.get(row, name) for name in found.columns}
        record = _Record(row.line, plain)
        agency_list = not plain.get("entity_number")
        for name in ("programs", "citizenships", "dates_of_birth", "nationalities", "places_of_birth"):
            record.lists[name] = _split(plain.get(name, ""))
        record.lists["alt_names"] = split_aliases(plain["alt_names"]) if agency_list else _split(plain["alt_names"])
        record.addresses = [{"text": piece} for piece in _split(plain["addresses"], agency_list=agency_list)]
        record.ids = [_id_of_csv(piece, number_first=number_first) for piece in _split(plain["ids"])]
        records.append(record)
    return records, found.cut


def _split(text: str, *, agency_list: bool = False) -> list[str]:
    """Split a cell of several values; BIS and State rows also write ``; and `` between them and begin with ``and ``."""
    pieces = [one_line(piece) for piece in re.split(r";(?:\s+|$)", text)]
    if agency_list:
        pieces = [re.sub(r"^and(?:\s+|$)", "", piece) for piece in pieces]
    return [piece for piece in pieces if piece]


def _number_first(cells: Iterable[str]) -> bool:
    """Whether this edition writes ``number, type`` (to 2022) or ``type, number`` (since): the known types decide."""
    known = IDENTIFIER_KINDS.keys() | {"Gender"}
    votes = 0
    for cell in cells:
        for piece in cell.split("; "):
            parts = piece.split(", ")
            if len(parts) > 1:
                votes += (parts[-1].strip() in known) - (parts[0].strip() in known)
    return votes >= 0


def _id_of_csv(piece: str, *, number_first: bool) -> tuple[str, str, str | None]:
    parts = piece.split(", ")
    if len(parts) == 1:
        return "ids", piece, None
    if number_first:
        label, rest = parts[-1], parts[:-1]
        country = rest[0] if len(rest) > 1 and re.fullmatch("[A-Z]{2}", rest[0]) else None
        rest = rest[1:] if country else rest
    else:
        label, rest = parts[0], parts[1:]
        country = rest[-1] if len(rest) > 1 and re.fullmatch("[A-Z]{2}", rest[-1]) else None
        rest = rest[:-1] if country else rest
    return label.strip(), ", ".join(rest), country


def _from_json(text: str, where: str, parsed: Parsed) -> list[_Record]:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise BadInput(
            f"the JSON does not end as it should or is damaged ({error.msg})",
            where=f"{where}, line {error.lineno}",
            remedy="download the file again",
        ) from None
    except (RecursionError, ValueError):
        raise BadInput("the JSON is nested too deeply or holds an absurd number", where=where) from None
    results = document.get("results")
    if not isinstance(results, list) or not results:
        raise BadInput(
            "there is no list `results` with entries in it", where=where, remedy="use ITA's consolidated.json"
        )
    records = []
    for number, result in enumerate(results, start=1):
        parsed.rows += 1
        if isinstance(result, dict) and isinstance(result.get("source"), str) and isinstance(result.get("name"), str):
            records.append(_record_of_json(number, result))
        else:
            excerpt = repr(result)[:200]
            parsed.rejected.append(Rejected(where, None, f"result {number} has no source or no name", excerpt))
    if not records:
        raise BadInput("no result has a source and a name", where=where, remedy="use ITA's consolidated.json")
    return records


def _record_of_json(number: int, result: dict[str, object]) -> _Record:
    record = _Record(None, {"result": str(number)})
    for key, value in result.items():
        if isinstance(value, list):
            if key == "addresses":
                record.addresses = [_strings(one) if isinstance(one, dict) else {"text": str(one)} for one in value]
            elif key == "ids":
                record.ids = [_id_of_json(one) for one in value]
            else:
                record.lists[key] = [one_line(str(one)) for one in value if one is not None]
        elif value is not None and not isinstance(value, dict):
            record.text[key] = str(value).strip()
            if key in {"programs", "alt_names", "citizenships", "dates_of_birth", "nationalities", "places_of_birth"}:
                record.lists[key] = _split(str(value))
    return record


def _strings(value: dict[str, object]) -> dict[str, str]:
    return {key: one_line(str(item)) for key, item in value.items() if item is not None}


def _id_of_json(value: object) -> tuple[str, str, str | None]:
    if not isinstance(value, dict):
        return "ids", str(value), None
    parts = _strings(value)
    number = parts.get("number", "")
    for what in ("issue_date", "expiration_date"):
        if parts.get(what):
            number += f" {'issued' if what == 'issue_date' else 'expires'} {parts[what]}"
    return parts.get("type", "ids"), number, parts.get("country")


def _join(records: list[_Record], where: str, parsed: Parsed) -> None:
    drafts: dict[str, Draft] = {}
    unknown: Counter[str] = Counter()
    set_aside = 0
    for record in records:
        source = record.text.get("source", "")
        listed_on = list_of_source(source)
        if listed_on is None or not one_line(record.text.get("name", "")):
            reason = "no name" if listed_on else f"the source {source!r} names no list"
            excerpt = " | ".join(value for value in record.text.values() if value)[:200]
            parsed.rejected.append(Rejected(where, record.line, reason, excerpt))
            set_aside += 1
            continue
        if listed_on.id not in _LISTS:
            unknown[listed_on.id] += 1
        key = _key(listed_on, record)
        draft = drafts.get(key)
        if draft is None:
            draft = drafts[key] = Draft(key, SourceReference("us_csl", where, record.line))
        _fill(draft, listed_on, record)
    parsed.parties = [draft.party() for draft in drafts.values()]
    for list_id, count in unknown.items():
        parsed.notes.append(
            f"{where}: {count} entries of the list {list_id}, which is not known: kept, measure `other`"
        )
    joined = len(records) - set_aside - len(parsed.parties)
    if joined:
        parsed.notes.append(f"{where}: {joined} rows were joined to a party that an earlier row names")
    if not parsed.parties:
        raise BadInput("no row names a party and its list", where=where, remedy="use ITA's consolidated.csv")


def _key(listed_on: UsList, record: _Record) -> str:
    number = record.text.get("entity_number", "")
    if number and listed_on.authority == OFAC:
        return f"us_csl:ofac-{number}"
    name = name_key(_name(listed_on, record).name)
    if listed_on.id in _PERSONAL_LISTS:
        return stable_id("us_csl", listed_on.id, name)
    countries = sorted({code for parts in record.addresses if (code := _country(parts))})
    return stable_id("us_csl", listed_on.id, name, *countries)


def _name(listed_on: UsList, record: _Record) -> PackedName:
    written = record.text["name"]
    return PackedName(written) if listed_on.authority == OFAC else unpack_name(written)


def _country(parts: dict[str, str]) -> str | None:
    if "text" not in parts:
        return country_of(parts.get("country", ""))
    # A trailing code may follow the country's name ("Xian, China, CN"); US addresses of the DPL end in state and ZIP.
    if _US_TAIL.search(parts["text"]):
        return "US"
    tail = parts["text"].rsplit(",", 1)[-1]
    named = re.sub(r"[\s\d-]+$", "", tail).strip()
    # "China 610036" names a country; of "WA 98107" nothing may be concluded.
    return country_of(named) if named == tail.strip() or len(named) > 2 else None


def _fill(draft: Draft, listed_on: UsList, record: _Record) -> None:
    text = record.text
    kind = _KINDS.get(text.get("type", "").casefold(), PartyKind.UNKNOWN)
    if draft.kind is PartyKind.UNKNOWN:
        draft.kind = kind
    add_names(draft, _name(listed_on, record))
    for alias in record.lists.get("alt_names", []):
        if listed_on.authority == OFAC:
            draft.name(alias)
        else:
            for one in split_aliases(alias):
                add_alias(draft, one)
    for parts in record.addresses:
        _address(draft, parts)
    for label, value, country in record.ids:
        add_fact(draft, label, value, country)
    draft.say(draft.birth_dates, [birth_date(date) for date in record.lists.get("dates_of_birth", [])])
    draft.say(draft.birth_places, record.lists.get("places_of_birth", []))
    for column in ("nationalities", "citizenships"):
        draft.say(draft.nationalities, [country_of(name) or name for name in record.lists.get(column, [])])
    draft.title = draft.title or text.get("title", "")
    draft.identifier("call_sign", text.get("call_sign", ""), None, "call_sign")
    for column in (*_VESSEL_FIELDS, "standard_order"):
        draft.attribute(column, text.get(column, ""))
    linked = re.sub(r"^\((.*)\)$", r"\1", text.get("remarks", ""), flags=re.DOTALL)
    for piece in re.split(r";\s+\(?", linked):
        if piece.startswith("Linked To: "):
            draft.attribute("Linked To", piece.removeprefix("Linked To: ").removesuffix(")"))
    draft.listing(_listing(draft, listed_on, record))


def _address(draft: Draft, parts: dict[str, str]) -> None:
    country = _country(parts)
    if "text" in parts:
        draft.address(parts["text"], country=country)
        return
    pieces = [parts.get(name, "") for name in ("address", "city", "state", "postal_code", "country")]
    draft.address(
        ", ".join(piece for piece in pieces if piece),
        street=pieces[0],
        city=pieces[1],
        region=pieces[2],
        postal_code=pieces[3],
        country=country,
    )


def _listing(draft: Draft, listed_on: UsList, record: _Record) -> Listing:
    text = record.text
    entry = text.get("entity_number", "") if listed_on.authority == OFAC else ""
    own = listed_on.citation(entry)
    otherwise = Citation(
        f"{own.text} (as the Consolidated Screening List gives it)", text.get("source_list_url") or own.url
    )
    citation, further, rest = cite(text.get("federal_register_notice", ""), otherwise)
    if rest:
        draft.attribute("federal_register_notice", rest)
    begins, ends = iso_day(text.get("start_date", "")), iso_day(text.get("end_date", ""))
    for column, day in (("start_date", begins), ("end_date", ends)):
        if text.get(column) and day is None:
            draft.attribute(column, text[column])
    if listed_on.id == "CMIC" and begins is None:
        begins = next(
            (worded_day(value) for label, value in draft.attributes if label == "Listing Date (CMIC)"),
            None,
        )
    # A denial order is in force through its expiration date, so the half-open interval ends the day after.
    ends = last_day_to_end(ends) if listed_on.id == "DPL" else ends
    if begins and ends and ends <= begins:
        draft.attribute("end_date", f"{text['end_date']}, not used: it lies before the start date")
        ends = None
    requirement = text.get("license_requirement", "")
    return Listing(
        list_id=listed_on.id,
        authority=listed_on.authority,
        citation=citation,
        listed_from=begins,
        listed_to=ends,
        programmes=tuple(record.lists.get("programs", [])),
        measures=listed_on.measures,
        scope="all" if listed_on.id == "DPL" else item_scope(requirement),
        licence_requirement=requirement,
        review_policy=text.get("license_policy", ""),
        footnotes=footnotes(requirement) if listed_on.id == "EL" else (),
        reference=entry or None,
        sources=further,
        remarks=text.get("remarks", ""),
    )


SOURCE = _Csl()
