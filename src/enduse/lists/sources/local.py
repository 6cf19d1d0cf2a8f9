"""The installation's own list: what its designations made public, as FollowTheMoney entities.

Every edition holds everybody ever listed, with the days on which each listing is in force: a day before the oldest
edition is answered as surely as any other. Written by :mod:`enduse.cases.designations.publication`; read natively.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from enduse.lists.sources import ftm
from enduse.lists.sources._text import country_of
from enduse.lists.sources.base import Download, Parsed
from enduse.model.citation import Citation
from enduse.model.party import ListedParty, Listing, Name, NameKind, SourceReference

_SCOPE, _FOOTNOTES, _FOOTNOTE = "scope: ", "footnotes: ", "footnote: "
_REQUIREMENT, _POLICY, _SAVINGS = "licence requirement: ", "licence review policy: ", "savings clause until before: "


@dataclass(frozen=True, slots=True)
class OwnList:
    """See the module; it is named in a manifest, never recognised by its content."""

    id: str = "local"
    title: str = "Own listings"
    authority: str = "LOCAL"
    lists: tuple[str, ...] = ()
    document: str = "docs/designations.md"
    cadence_days: int = 36_500
    components: tuple[str, ...] = ("entities",)
    downloads: tuple[Download, ...] = ()
    format_verified: bool = True

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002
        """Never: other entities look alike."""
        return None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        # One that was removed before its first day has no listing, and stays on file.
        parsed = ftm.FollowTheMoney(unlisted=True).parse(files, names)
        entities = {key: entity for key, (_, entity) in ftm.entities_in(files["entities"], names["entities"])}
        sanctions = [one for one in entities.values() if one["schema"] == "Sanction"]
        parsed.parties = [_own(one, entities, sanctions) for one in parsed.parties]
        return parsed


def _own(party: ListedParty, entities: Mapping[str, Any], sanctions: list[Any]) -> ListedParty:
    key = party.id.partition(":")[2]
    said = [one["properties"] for one in sanctions if key in one["properties"].get("entity", ())]
    # As read from the same file in the same order.
    listings = tuple(_listing(old, new) for old, new in zip(party.listings, said, strict=False))
    native = {text for text in entities[key]["properties"].get("name", ()) if text != party.name}
    known = tuple(
        Name(one.text, NameKind.ORIGINAL_SCRIPT, one.weak) if one.text in native else one for one in party.names
    )
    own = key.removeprefix("local.")
    source = SourceReference(SOURCE.id, party.source.file, party.source.line)
    addresses = tuple({(one.text, one.country): one for one in party.addresses}.values())
    papers: dict[tuple[str, str], str | None] = {}
    for one in entities.values():
        if key in one["properties"].get("holder", ()):
            country = country_of(next(iter(one["properties"].get("country", ())), ""))
            for number in one["properties"].get("number", ()):
                # One number may be of two kinds, each of another country; what has no kind here goes by the number.
                papers |= {(kind, number): country for kind in one["properties"].get("type", ())}
                papers.setdefault(("", number), country)
    numbers = tuple(
        replace(
            one,
            label="",
            country=papers.get((one.kind.replace("_", " "), one.value), papers.get(("", one.value))),
        )
        for one in party.identifiers
    )
    return replace(
        party,
        id=f"{SOURCE.id}:{own}",
        names=known,
        listings=listings,
        source=source,
        addresses=addresses,
        identifiers=numbers,
    )


def _listing(read: Listing, says: Mapping[str, list[str]]) -> Listing:
    def first(name: str) -> str:
        return next(iter(says.get(name, ())), "")

    def labelled(label: str) -> str:
        return next((text.removeprefix(label) for text in says.get("description", ()) if text.startswith(label)), "")

    # One a text, where what divides them stands in one of them.
    apart = [text.removeprefix(_FOOTNOTE) for text in says.get("description", ()) if text.startswith(_FOOTNOTE)]
    summary, reasons = says.get("summary", []), says.get("reason", [])
    return replace(
        read,
        list_id=first("recordId") or "LOCAL",
        citation=Citation(summary[0] if summary else read.citation.text, first("sourceUrl") or None),
        sources=tuple(summary[1:]),
        scope=labelled(_SCOPE) or None,
        footnotes=tuple(apart or filter(None, labelled(_FOOTNOTES).split(", "))),
        licence_requirement=labelled(_REQUIREMENT),
        review_policy=labelled(_POLICY),
        savings_until=dt.date.fromisoformat(labelled(_SAVINGS)) if labelled(_SAVINGS) else None,
        reason=reasons[0] if reasons else "",
        remarks="; ".join(reasons[1:]),
    )


SOURCE = OwnList()
