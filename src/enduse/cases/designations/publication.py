"""An edition of an authority's own list: FollowTheMoney, the consolidated list's columns, and a notice to read."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from enduse.cases.designations.designation import Designation
from enduse.cases.designations.rulebook import ListingAuthority
from enduse.formats.ftm.write import entities_of
from enduse.formats.tables import no_formula
from enduse.model.countries import country_name
from enduse.model.party import ListedParty, Listing, Measure, NameKind, PartyKind
from enduse.model.truth import Truth

REQUIREMENT, POLICY, SAVINGS = "licence requirement: ", "licence review policy: ", "savings clause until before: "
FOOTNOTE = "footnote: "
"""How an edition says what FollowTheMoney has no property for; :mod:`enduse.lists.sources.local` reads it."""
COLUMNS = (
    *("_id", "source", "entity_number", "type", "programs", "name", "title", "addresses", "federal_register_notice"),
    *("start_date", "end_date", "standard_order", "license_requirement", "license_policy", "call_sign"),
    *("vessel_type", "gross_tonnage", "gross_registered_tonnage", "vessel_flag", "vessel_owner", "remarks"),
    *("source_list_url", "alt_names", "citizenships", "dates_of_birth", "nationalities", "places_of_birth"),
    *("source_information_url", "ids"),
)
"""The columns of the Consolidated Screening List."""
_TYPES = {PartyKind.PERSON: "Individual", PartyKind.VESSEL: "Vessel", PartyKind.AIRCRAFT: "Aircraft"}


def ftm_lines(parties: Iterable[ListedParty], day: dt.date) -> Iterator[str]:
    """An edition as FollowTheMoney entities, one JSON object a line: everybody ever listed, with the days.

    Args:
        day: of the edition; status and topics are those of that day.
    """
    for party in parties:
        sanctions = iter(party.listings)
        for entity in entities_of(party, day):
            plain: dict[str, Any] = entity.plain()
            if entity.schema == "Sanction":
                listing = next(sanctions)
                says = plain["properties"].setdefault("description", [])
                says += [f"{REQUIREMENT}{listing.licence_requirement}"] if listing.licence_requirement else []
                says += [f"{POLICY}{listing.review_policy}"] if listing.review_policy else []
                says += [f"{SAVINGS}{listing.savings_until}"] if listing.savings_until else []
                # What divides footnotes of one text may stand in one of them.
                says += [f"{FOOTNOTE}{one}" for one in listing.footnotes] if ", " in "".join(listing.footnotes) else []
                named = [one.value.replace("_", " ") for one in listing.measures]
                plain["properties"]["provisions"] = named
            yield json.dumps(plain, ensure_ascii=False, sort_keys=True) + "\n"


def consolidated_rows(
    parties: Iterable[ListedParty], authorities: Sequence[ListingAuthority], day: dt.date
) -> Iterator[dict[str, str]]:
    """What is in force on a day in the columns of the consolidated list, for authorities that are in it."""
    sources = {one.list: one.consolidated_source for one in authorities if one.consolidated_source}
    for party in parties:
        for listing in party.listings:
            if listing.list_id in sources and listing.in_force(day) is Truth.TRUE:
                yield _row(party, listing, sources[listing.list_id])


def _row(party: ListedParty, listing: Listing, source: str) -> dict[str, str]:
    row = dict.fromkeys(COLUMNS, "")
    addresses = [
        one.text
        if not one.country or one.text.rstrip().endswith((country_name(one.country), f", {one.country}"))
        else f"{one.text}, {one.country}"
        for one in party.addresses
    ]
    return row | {
        "_id": party.id.partition(":")[2],
        "source": source,
        "type": _TYPES.get(party.kind, "Entity"),
        "programs": "; ".join(listing.programmes),
        "name": party.name,
        "addresses": "; ".join(addresses),
        "federal_register_notice": listing.citation.text,
        "start_date": listing.listed_from.isoformat() if listing.listed_from else "",
        "end_date": listing.listed_to.isoformat() if listing.listed_to else "",
        "license_requirement": listing.licence_requirement
        or ("For all items subject to the EAR." if listing.scope == "all" else listing.scope or ""),
        "license_policy": listing.review_policy,
        "remarks": listing.remarks,
        "source_list_url": listing.citation.url or "",
        "alt_names": "; ".join(one.text for one in party.names[1:]),
        "ids": "; ".join(f"{one.kind}, {one.value}" for one in party.identifiers),
    }


def consolidated_csv(parties: Iterable[ListedParty], authorities: Sequence[ListingAuthority], day: dt.date) -> str:
    """:func:`consolidated_rows` as CSV; a cell that a spreadsheet would run is marked as text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for row in consolidated_rows(parties, authorities, day):
        writer.writerow({name: no_formula(cell) for name, cell in row.items()})
    return text.getvalue()


def notice(case: Designation, party: ListedParty, authority: ListingAuthority) -> str:
    """A readable notice of what is public of a designation: nothing restricted is in it."""
    listing = case.listing
    if listing is None or case.nomination is None:
        return ""
    lines = [
        f"# {authority.list_title}: {party.name}",
        "",
        f"{authority.title} ({authority.citation}) lists **{party.name}** from {listing.effective}.",
        f"Published {listing.published}. Act: {listing.citation}.",
        "",
        "## Whom it names",
        "",
        f"- Name: {party.name}",
        *(f"- {_NAMES.get(one.kind, 'Alias')}: {one.text}" for one in party.names[1:]),
        *(f"- Address: {one.text}" for one in party.addresses),
        *(f"- {one.kind.capitalize()}: {one.value}" for one in party.identifiers),
        *(f"- Listed with it: {one.name} ({one.reason})" for one in case.nomination.subject.owned if one.list_with),
        "",
        "## What it does",
        "",
        *(f"- {_in_words(one)}" for one in party.listings),
        "",
        "## Reasons",
        "",
        listing.public_reasons,
        *(
            ("", "## Goods on their way", "", f"{listing.savings} (until {listing.savings_until})")
            if listing.savings
            else ()
        ),
    ]
    for change in case.changes:
        public = change.published
        lines += ["", f"## Changed from {public.effective}", "", f"{public.public_reasons} [{public.citation}]"]
    for one in case.objections:
        lines += ["", f"## Objection of {one.by}", "", one.objection, "", f"Answer: {one.answer}"]
    if case.removal is not None:
        lines += ["", f"## Removed from {case.removal.effective}", ""]
        lines += [f"{case.removal.public_reasons} [{case.removal.citation}]"]
        until = f"The listing was in force until the day before {case.removal.effective}; that stays true."
        lines += ["", until if case.removal.effective > listing.effective else "The listing was never in force."]
    lines += [
        "",
        "## Rights",
        "",
        "The listed party may ask to be removed, or for a change, in writing, with its grounds.",
    ]
    return "\n".join(lines) + "\n"


_NAMES = {
    NameKind.ORIGINAL_SCRIPT: "Name in the original script",
    NameKind.ALIAS: "Alias",
    NameKind.FORMER: "Former name",
}


def _in_words(listing: Listing) -> str:
    does = " and ".join(_words(one) for one in listing.measures)
    until = f" until the day before {listing.listed_to}" if listing.listed_to else ""
    reach = f" for {'all items subject to the law' if listing.scope == 'all' else listing.scope}"
    policy = f"; review: {listing.review_policy}" if listing.review_policy else ""
    return f"{does}{reach}, from {listing.listed_from}{until}{policy} [{listing.citation.text}]"


def _words(measure: Measure) -> str:
    return measure.value.replace("_", " ")
