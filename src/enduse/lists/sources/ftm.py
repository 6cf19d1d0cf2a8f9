"""FollowTheMoney entities, one JSON object a line, read natively.

Source: https://followthemoney.tech (entity format and schemata). Parties with a restricting topic, or to which a
``Sanction`` entity is linked, become listed parties; addresses and owners are joined; all other entities are counted.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from enduse.formats.ftm.table import number_in, table
from enduse.lists.sources._draft import Draft
from enduse.lists.sources._text import country_of, iso_day, refuse_other_formats
from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Listing, Measure, NameKind, PartyKind, SourceReference


@dataclass(frozen=True, slots=True)
class FollowTheMoney:
    """Entities as JSON lines; the list is what the file's sanctions and topics say.

    Attributes:
        unlisted: take parties that are on no list too, each without a listing.
    """

    id: str = "ftm"
    title: str = "FollowTheMoney entities"
    authority: str = "FTM"
    lists: tuple[str, ...] = ()
    document: str = "https://followthemoney.tech"
    cadence_days: int = 7
    components: tuple[str, ...] = ("entities",)
    downloads: tuple[Download, ...] = ()
    format_verified: bool = True
    unlisted: bool = False

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002
        """The first line is a JSON object with id, schema and properties."""
        line = head.lstrip(b"\xef\xbb\xbf").partition(b"\n")[0][:20_000]
        return "entities" if line[:1] == b"{" and b'"schema"' in line and b'"properties"' in line else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        content, where = files["entities"], names["entities"]
        refuse_other_formats(content, where, "JSON")
        parsed = Parsed(0, [])
        entities = dict(_entities(content, where, parsed))
        if not parsed.rows:
            raise BadInput("the file holds no entity", where=where)
        if not entities:
            raise BadInput("no line is a FollowTheMoney entity", where=where, remedy="one JSON object a line")
        others: Counter[str] = Counter()
        sanctions = _by(entities, "Sanction", "entity")
        owners = _by(entities, "Ownership", "asset")
        for key, (line, entity) in entities.items():
            listings = [*_sanctions(entities, sanctions.get(key, ()))] or [*_topics(entity)]
            if _kind(entity) is None or not (listings or self.unlisted):
                others[entity["schema"]] += 1
                continue
            if not _values(entity, "name") and not entity.get("caption"):
                parsed.rejected.append(Rejected(where, line, f"entity {key} has no name"))
                continue
            parsed.parties.append(_party(key, line, entity, entities, owners, listings, where).party())
        parsed.notes.append(
            "not parties of a list: "
            + (", ".join(f"{count} {name}" for name, count in sorted(others.items())) or "none")
        )
        return parsed


SOURCE = FollowTheMoney()

Entity = Mapping[str, Any]
Entities = Mapping[str, tuple[int, Entity]]


def entities_in(content: bytes, where: str) -> Iterator[tuple[str, tuple[int, Entity]]]:
    """The entities of a file that was read before, each with its line."""
    return _entities(content, where, Parsed(0, []))


def _entities(content: bytes, where: str, parsed: Parsed) -> Iterator[tuple[str, tuple[int, Entity]]]:
    seen: set[str] = set()
    for line, raw in enumerate(content.removeprefix(b"\xef\xbb\xbf").split(b"\n"), start=1):
        if not raw.strip():
            continue
        parsed.rows += 1
        try:
            entity = json.loads(raw)
        except (ValueError, RecursionError) as error:
            parsed.rejected.append(
                Rejected(where, line, f"not JSON: {error}"[:200], raw[:120].decode("utf-8", "replace"))
            )
            continue
        if isinstance(entity, dict) and "op" in entity and "entity" in entity:
            raise BadInput(
                "the lines are changes (op, entity), not entities",
                where=f"{where} line {line}",
                remedy="use the full file, entities.ftm.json",
            )
        if not _is_entity(entity):
            parsed.rejected.append(
                Rejected(where, line, "no id, schema and properties", raw[:120].decode("utf-8", "replace"))
            )
        elif entity["id"] in seen:
            parsed.rejected.append(Rejected(where, line, f"the id {entity['id']} occurs twice"))
        else:
            seen.add(entity["id"])
            yield entity["id"], (line, entity)


def _is_entity(entity: Any) -> bool:
    return (
        isinstance(entity, dict)
        and all(isinstance(entity.get(key), str) and entity[key] for key in ("id", "schema"))
        and isinstance(entity.get("properties"), dict)
        and all(isinstance(values, list) for values in entity["properties"].values())
    )


def _values(entity: Entity, name: str) -> list[str]:
    return [value for value in entity["properties"].get(name, ()) if isinstance(value, str) and value.strip()]


def _first(entity: Entity, name: str) -> str:
    return next(iter(_values(entity, name)), "")


def _kind(entity: Entity) -> PartyKind | None:
    """The kind of party that an entity becomes, or None."""
    schema = table().schemata.get(entity["schema"])
    return schema.party_kind if schema else None


def _by(entities: Entities, schema: str, link: str) -> dict[str, list[str]]:
    """Entities of a schema by the entity that they point to."""
    found: dict[str, list[str]] = {}
    for key, (_, entity) in entities.items():
        if entity["schema"] == schema:
            for target in _values(entity, link):
                found.setdefault(target, []).append(key)
    return found


def _sanctions(entities: Entities, keys: Any) -> Iterator[Listing]:
    for key in keys:
        entity = entities[key][1]
        authority = _first(entity, "authority") or "unstated authority"
        programmes = tuple(dict.fromkeys(_values(entity, "programId") or _values(entity, "program")))
        yield Listing(
            list_id="FTM",
            authority=authority,
            citation=Citation(
                "; ".join(filter(None, (authority, _first(entity, "program"), _first(entity, "authorityId")))),
                url=_first(entity, "sourceUrl") or None,
            ),
            listed_from=_day(_first(entity, "startDate") or _first(entity, "listingDate")),
            listed_to=_day(_first(entity, "endDate")),
            programmes=programmes,
            measures=_measures(_values(entity, "provisions")),
            reference=_first(entity, "authorityId") or key,
            remarks="; ".join(_values(entity, "reason")),
        )


def _measures(provisions: list[str]) -> tuple[Measure, ...]:
    """Measures that the provisions name, else those that their words suggest, else an asset freeze."""
    named = [measure for text in provisions if (measure := _NAMED.get(text.casefold())) is not None]
    if named:
        return tuple(dict.fromkeys(named))
    words = " ".join(provisions).casefold()
    hints = (("travel", Measure.TRAVEL_BAN), ("export", Measure.LICENCE_REQUIREMENT))
    return tuple(measure for word, measure in hints if word in words) or (Measure.ASSET_FREEZE,)


_NAMED = {measure.value.replace("_", " "): measure for measure in Measure}


def _topics(entity: Entity) -> Iterator[Listing]:
    read = {name: topic.read for name, topic in table().topics.items()}
    measures = tuple(measure for topic in _values(entity, "topics") if (measure := read.get(topic)) is not None)
    if measures:
        datasets = ", ".join(str(name) for name in entity.get("datasets") or ("unstated dataset",))
        yield Listing(
            "FTM", "FTM", Citation(f"topics {', '.join(_values(entity, 'topics'))} in {datasets}"), measures=measures
        )


def _day(text: str) -> dt.date | None:
    return iso_day(text[:10]) if len(text) >= 10 else None


def _party(
    key: str,
    line: int,
    entity: Entity,
    entities: Entities,
    owners: Mapping[str, list[str]],
    listings: list[Listing],
    where: str,
) -> Draft:
    kind = _kind(entity)
    draft = Draft(f"{SOURCE.id}:{key}", SourceReference(SOURCE.id, where, line), kind or PartyKind.UNKNOWN)
    draft.name(entity.get("caption") or _first(entity, "name"))
    for name in _values(entity, "name"):
        draft.name(name)
    for name in _values(entity, "alias"):
        draft.name(name)
    for name in _values(entity, "previousName"):
        draft.name(name, NameKind.FORMER)
    for name in _values(entity, "weakAlias"):
        draft.name(name, weak=True)
    for listing in listings:
        draft.listing(listing)
    country = country_of(_first(entity, "country") or _first(entity, "jurisdiction"))
    for text in _values(entity, "address"):
        draft.address(text, country=country)
    for linked in _values(entity, "addressEntity"):
        if linked in entities:
            address = entities[linked][1]
            draft.address(
                _first(address, "full") or _first(address, "city"),
                street=_first(address, "street"),
                city=_first(address, "city"),
                region=_first(address, "region") or _first(address, "state"),
                postal_code=_first(address, "postalCode"),
                country=country_of(_first(address, "country")),
            )
    schema = table().schemata[entity["schema"]]
    for name, sort in schema.identifiers.items():
        for value in _values(entity, name):
            draft.identifier(sort, number_in(sort, value), label=name)
    draft.say(draft.birth_dates, _values(entity, "birthDate"))
    draft.say(draft.birth_places, _values(entity, "birthPlace"))
    for role in ("nationality", "country"):
        for name, found in schema.roles.items():
            if found == role:
                draft.say(draft.nationalities, [country_of(value) or value for value in _values(entity, name)])
    draft.gender = _first(entity, "gender")
    draft.title = _first(entity, "position")
    for holding in owners.get(key, ()):
        for owner in _values(entities[holding][1], "owner"):
            name = entities[owner][1].get("caption", owner) if owner in entities else owner
            share = (
                _first(entities[holding][1], "percentage") or _first(entities[holding][1], "role") or "share not stated"
            )
            draft.attribute("owner", f"{name} ({share})")
    return draft
