"""Switzerland: the consolidated list of the State Secretariat for Economic Affairs, XML.

Source: SECO, whole list (``swiss-sanctions-list`` with ``list-type="whole-list"``). The structure is known from public
readers of it and from cut-down entries; no official file was at hand (``format_verified`` is False). Persons struck off
stay in the file, and each ``modification`` holds copies of what it added and removed: only what stands directly below
the root is read.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice, product
from xml.etree.ElementTree import Element

from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import country_of, iso_day, one_line
from enduse.lists.sources._xml import local, records, text, texts
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, Measure, NameKind, PartyKind, SourceReference

_KINDS = {"individual": PartyKind.PERSON, "entity": PartyKind.COMPANY, "object": PartyKind.UNKNOWN}
_NAME_KINDS = {"primary-name": NameKind.PRIMARY, "formerly-known-as": NameKind.FORMER}
_NO_NAME_PARTS = ("title",)
_MOST_SPELLINGS = 32
"""Spellings that a name of several parts may take together; what goes beyond is counted in the notes."""
_NOT_FREEZING = (("capital market", Measure.CAPITAL_MARKET_RESTRICTION), ("vessel", Measure.OTHER))
"""Words of a set of measures that say that it does not freeze."""
_DOCUMENTS = ("passport", "diplomatic-passport")


@dataclass(frozen=True, slots=True)
class SwissList:
    """Targets by ``ssid``; the set of measures that a target belongs to names the ordinance."""

    id: str = "ch_seco"
    title: str = "Swiss consolidated list of sanctioned persons (SECO)"
    authority: str = "CH-SECO"
    lists: tuple[str, ...] = ("CH-SECO", "CH-SECO-OTHER")
    document: str = (
        "https://www.seco.admin.ch/seco/en/home/Aussenwirtschaftspolitik_Wirtschaftliche_Zusammenarbeit/"
        "Wirtschaftsbeziehungen/exportkontrollen-und-sanktionen/sanktionen-embargos.html"
    )
    cadence_days: int = 7
    components: tuple[str, ...] = ("seco",)
    downloads: tuple[Download, ...] = (
        Download(
            "seco",
            "https://www.sesam.search.admin.ch/sesam-search-web/pages/downloadXmlGesamtliste.xhtml"
            "?lang=en&action=downloadXmlGesamtlisteAction",
            note="address from public documentation, not tried",
        ),
    )
    format_verified: bool = False

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002
        """The list's root element decides."""
        return "seco" if b"<swiss-sanctions-list" in head[:4096] else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        where = names["seco"]
        parsed = Parsed(0, [], notes=["the parser was written from descriptions, not from an official file"])
        reading = _Reading(where)
        tags = frozenset({"sanctions-program", "place", "target"})
        for element, root in records(files["seco"], where, "swiss-sanctions-list", tags, top_level=True):
            parsed.edition = parsed.edition or iso_day(root.get("date", "")[:10])
            if local(element) == "target":
                parsed.rows += 1
                reading.target(element, parsed)
            else:
                reading.header(element)
        if not parsed.rows:
            raise BadInput("the list holds no target", where=where, remedy="download it again")
        reading.finish(parsed)
        return parsed


SOURCE = SwissList()


@dataclass(slots=True)
class _Place:
    parts: tuple[str, ...]
    country: str | None


@dataclass(slots=True)
class _Reading:
    """Programmes and places may stand before or after the targets that name them."""

    where: str
    sets: dict[str, tuple[str, str, str]] = field(default_factory=dict)
    """Set of measures -> programme, ordinance, words of the set."""
    places: dict[str, _Place] = field(default_factory=dict)
    drafts: dict[str, Draft] = field(default_factory=dict)
    waiting: list[tuple[Draft, str, _Place, str]] = field(default_factory=list)
    """Draft, place named, what stands beside it, and what it is: an address or a place of birth."""
    targets: list[tuple[Draft, str, list[str], list[tuple[dt.date | None, dt.date | None]], str]] = field(
        default_factory=list
    )
    cut: int = 0

    def header(self, element: Element) -> None:
        if local(element) == "place":
            self.places[element.get("ssid", "")] = _place(element)
            return
        key, name = _english(element, "program-key"), _english(element, "program-name")
        for measures in element.findall("sanctions-set"):
            known = self.sets.get(measures.get("ssid", ""))
            if known is None or measures.get("lang") == "eng":
                self.sets[measures.get("ssid", "")] = (key, name, one_line(measures.text or ""))

    def target(self, element: Element, parsed: Parsed) -> None:
        key = element.get("ssid", "").strip()
        node = next((child for child in element if local(child) in _KINDS), None)
        reason = ""
        if not key:
            reason = "no ssid"
        elif key in self.drafts:
            reason = f"ssid {key} occurs twice"
        elif node is None:
            reason = "neither individual, entity nor object"
        draft = Draft(f"{SOURCE.id}:{key}", SourceReference(SOURCE.id, self.where))
        if node is not None and not reason:
            self._describe(draft, node)
            reason = "" if draft.names else "no name"
        if reason:
            parsed.rejected.append(Rejected(self.where, None, f"target {parsed.rows}: {reason}", key))
            return
        self.drafts[key] = draft
        stated = [element.get("sanctions-set-id", ""), *texts(element, "sanctions-set-id")]
        remarks = "; ".join(texts(node, "justification")) if node is not None else ""
        self.targets.append((draft, key, [one for one in stated if one], list(_intervals(element)), remarks))
        draft.identifier("other", text(element, "foreign-identifier"), label="foreign-identifier")

    def _describe(self, draft: Draft, node: Element) -> None:
        draft.kind = _KINDS[local(node)]
        if node.get("object-type") == "vessel":
            draft.kind = PartyKind.VESSEL
        draft.gender = node.get("sex", "").casefold()
        identities = node.findall("identity")
        for identity in sorted(identities, key=lambda one: one.get("main") != "true"):
            for name in identity.findall("name"):
                self._name(draft, name, main=identity.get("main") != "false")
            self._person(draft, identity)
        for other in texts(node, "other-information"):
            label, _, value = other.partition(":")
            if label.strip().casefold() == "imo number":
                draft.identifier("imo", value.strip().rstrip("."), label=label.strip())
            else:
                draft.attribute("other information", other)

    def _name(self, draft: Draft, name: Element, *, main: bool) -> None:
        kind = _NAME_KINDS.get(name.get("name-type", ""), NameKind.ALIAS) if main else NameKind.ALIAS
        weak = name.get("quality") == "low"
        parts = sorted(name.findall("name-part"), key=_order)
        draft.title = draft.title or "; ".join(
            text(part, "value") for part in parts if part.get("name-part-type") in _NO_NAME_PARTS
        )
        choices: list[list[str]] = []
        scripts: dict[str, list[list[str]]] = {}
        for part in parts:
            if part.get("name-part-type") in _NO_NAME_PARTS or not (value := text(part, "value")):
                continue
            variants = part.findall("spelling-variant")
            latin = [one_line(one.text or "") for one in variants if one.get("script", "LATN") in ("LATN", "")]
            choices.append(list(dict.fromkeys(filter(None, [value, *latin]))))
            for one in variants:
                if one.get("script", "LATN") not in ("LATN", "") and one.text:
                    scripts.setdefault(one.get("script", ""), []).append([one_line(one.text)])
        if not choices:
            return
        spellings = [" ".join(chosen) for chosen in islice(product(*choices), _MOST_SPELLINGS + 1)]
        self.cut += len(spellings) > _MOST_SPELLINGS
        for number, spelling in enumerate(spellings[:_MOST_SPELLINGS]):
            draft.name(spelling, kind if number == 0 else NameKind.ALIAS, weak=weak)
        for written in scripts.values():
            # A script in which a part is missing, or stands twice, gives no whole name.
            if len(written) == len(choices):
                draft.name(" ".join(one[0] for one in written), NameKind.ORIGINAL_SCRIPT, weak=weak)

    def _person(self, draft: Draft, identity: Element) -> None:
        births = [_day(one) for one in identity.findall("day-month-year")]
        if draft.kind is PartyKind.PERSON:
            draft.say(draft.birth_dates, filter(None, births))
        else:
            for day in filter(None, births):
                draft.attribute("founded", day)
        for country in identity.findall("nationality/country"):
            draft.say(draft.nationalities, [_country(country, "iso-code") or one_line(country.text or "")])
        for tag in ("address", "place-of-birth"):
            for element in identity.findall(tag):
                self.waiting.append((draft, element.get("place-id", ""), _place(element), tag))
        for document in identity.findall("identification-document"):
            kind = document.get("document-type", "")
            issuer = _country(document.find("issuer"), "code")
            draft.identifier("passport" if kind in _DOCUMENTS else "other", text(document, "number"), issuer, kind)

    def finish(self, parsed: Parsed) -> None:
        for draft, place_id, beside, tag in self.waiting:
            place = self.places.get(place_id)
            whole = ", ".join((*beside.parts, *(place.parts if place else ())))
            country = beside.country or (place.country if place else None)
            if tag == "address":
                draft.address(whole, country=country)
            else:
                draft.say(draft.birth_places, [whole])
        unknown = 0
        for draft, key, sets, intervals, remarks in self.targets:
            unknown += any(one not in self.sets for one in sets) or not sets
            for one in sets or [""]:
                for start, end in intervals:
                    draft.listing(self._listing(draft, key, one, start, end, remarks))
        parsed.parties = [draft.party() for draft in self.drafts.values()]
        if unknown:
            parsed.notes.append(f"{unknown} targets name no set of measures that the file describes: taken as freezes")
        if self.cut:
            parsed.notes.append(f"{self.cut} names have more than {_MOST_SPELLINGS} spellings: the first were kept")

    def _listing(
        self, draft: Draft, key: str, measures_set: str, start: dt.date | None, end: dt.date | None, remarks: str
    ) -> Listing:
        programme, ordinance, words = self.sets.get(measures_set, ("", "", ""))
        other = next((measure for word, measure in _NOT_FREEZING if word in words.casefold()), None)
        measures: tuple[Measure, ...] = (Measure.ASSET_FREEZE,) if other is None else (other,)
        if other is None and draft.kind is PartyKind.PERSON:
            measures += (Measure.TRAVEL_BAN,)
        return Listing(
            list_id="CH-SECO" if other is None else "CH-SECO-OTHER",
            authority=SOURCE.authority,
            citation=Citation(", ".join(filter(None, (ordinance or "Embargo Act (SR 946.231)", words, f"ssid {key}")))),
            listed_from=start,
            listed_to=end,
            programmes=(programme,) if programme else (),
            measures=measures,
            reference=key,
            remarks=remarks,
        )


def _english(element: Element, tag: str) -> str:
    found = [one for one in element.findall(tag) if one.text]
    chosen = next((one for one in found if one.get("lang") == "eng"), found[0] if found else None)
    return one_line(chosen.text or "") if chosen is not None else ""


def _order(part: Element) -> int:
    order = part.get("order", "")
    return int(order) if order.isascii() and order.isdigit() else 0


def _place(element: Element) -> _Place:
    names = ("c-o", "address-details", "p-o-box", "zip-code", "location", "area", "country")
    return _Place(
        tuple(filter(None, (text(element, name) for name in names))), _country(element.find("country"), "iso-code")
    )


def _country(element: Element | None, attribute: str) -> str | None:
    if element is None:
        return None
    code = element.get(attribute, "").strip().upper()
    return (country_of(code) if len(code) == 2 else None) or country_of(element.text or "")


def _day(element: Element) -> str:
    year, month, day = (element.get(part, "").strip() for part in ("year", "month", "day"))
    if not year:
        return ""
    parts = [year, *([month.zfill(2)] if month else []), *([day.zfill(2)] if month and day else [])]
    return "-".join(parts)


def _intervals(target: Element) -> Iterator[tuple[dt.date | None, dt.date | None]]:
    """From when to when (not including) a target stood on the list, oldest first."""
    changes = []
    for number, change in enumerate(target.findall("modification")):
        stated = change.get("effective-date") or change.get("publication-date") or ""
        # The file lists the newest change first: among changes of one day a later place is an earlier change.
        changes.append((iso_day(stated[:10]), -number, change.get("modification-type", "")))
    changes.sort(key=lambda one: (one[0] or dt.date.min, one[1]))
    listed, start = True, None
    for index, (day, _, what) in enumerate(changes):
        if what == "de-listed" and listed:
            yield start, day
            listed = False
        elif what == "listed" and (index == 0 or not listed):
            listed, start = True, day
    if listed:
        yield start, None
