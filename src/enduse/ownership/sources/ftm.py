"""FollowTheMoney: ``Ownership`` and ``Directorship`` entities, one JSON object a line.

Source: the entity model at https://followthemoney.tech.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from enduse.model.countries import resolve_country
from enduse.model.errors import BadInput
from enduse.model.ownership import Origin
from enduse.model.party import Identifier
from enduse.model.transaction import Share
from enduse.ownership.sources._reading import day_of, interval_of, lei_identifier, mapping, share_of, uk_identifier
from enduse.ownership.statements import UNKNOWN_SHARE, Entity, Reading, Statement

ENDS = {"Ownership": ("owner", "asset"), "Directorship": ("director", "organization")}


def recognised(record: Any) -> bool:
    """Whether a JSON record is one of these."""
    return isinstance(record, dict) and "schema" in record and isinstance(record.get("properties"), dict)


def read(path: Path, records: Iterable[tuple[str, Any]]) -> Reading:
    """Read entities; a record that is a problem comes as such (see ``json_lines``)."""
    reading = Reading(path.name, "FollowTheMoney")
    for where, raw in records:
        reading.read += 1
        try:
            if isinstance(raw, BadInput):
                raise raw
            _one(reading, mapping(raw, where), where)
        except BadInput as problem:
            reading.bad(problem)
    return reading


def _one(reading: Reading, record: dict[str, Any], where: str) -> None:
    schema = str(record.get("schema") or "")
    properties = mapping(record.get("properties"), f"{where}, properties")
    if schema in ENDS:
        _statement(reading, record, schema, properties, where)
        return
    key = str(record.get("id") or "")
    if not key:
        raise BadInput("no id", where=where, remedy="every entity has one")
    names = _values(properties, "name", where)
    if not names:
        reading.left_out[f"{schema or 'no schema'}, without a name and no holding"] += 1
        return
    country = next(iter(_values(properties, "jurisdiction", where) or _values(properties, "country", where)), "")
    code = resolve_country(country)
    identifiers = [lei_identifier(lei) for lei in _values(properties, "leiCode", where)]
    for number in _values(properties, "registrationNumber", where):
        identifiers.append(uk_identifier(number) if code == "GB" else Identifier("registration", number, code))
    caption = str(record.get("caption") or "") or names[0]
    others = tuple(name for name in dict.fromkeys([*names, *_values(properties, "alias", where)]) if name != caption)
    reading.add(Entity(key, caption, tuple(identifiers), code, others))
    reading.left_out["entities, not holdings"] += 1


def _statement(reading: Reading, record: dict[str, Any], schema: str, properties: dict[str, Any], where: str) -> None:
    holder_field, entity_field = ENDS[schema]
    holders = _values(properties, holder_field, where)
    entities = _values(properties, entity_field, where)
    if not holders or not entities:
        missing = holder_field if not holders else entity_field
        raise BadInput(f"no {missing}", where=f"{where}, properties.{missing}", remedy="an entity's id")
    starts = [day_of(text, f"{where}, startDate") for text in _values(properties, "startDate", where)]
    ends = [day_of(text, f"{where}, endDate", last=True) for text in _values(properties, "endDate", where)]
    start = min((day for day in starts if day), default=None)
    end = max((day for day in ends if day), default=None)
    interval = interval_of(start, end, f"{where}, startDate")
    if interval is None:
        reading.left_out["began and ended on one day"] += 1
        return
    notes = _values(properties, "role", where)
    share: Share | None = None
    control = () if schema == "Ownership" else ("directorship",)
    if schema == "Ownership":
        stated = [share_of(text, f"{where}, percentage") for text in _values(properties, "percentage", where)]
        share = stated[0] if len(set(stated)) == 1 else UNKNOWN_SHARE
        if len(set(stated)) > 1:
            notes = [*notes, f"several percentages: {', '.join(item.text for item in stated)}"]
    datasets = record.get("datasets")
    source = ", ".join(map(str, datasets)) if isinstance(datasets, list) and datasets else "FollowTheMoney"
    seen = day_of(record.get("last_change"), f"{where}, last_change")
    origin = Origin(source, f"{where}, {record.get('id', '')}", seen)
    for holder in holders:
        for entity in entities:
            for key in (holder, entity):
                reading.add(Entity(key))
            reading.statements.append(
                Statement(holder, entity, share, origin, control=control, interval=interval, note="; ".join(notes))
            )


def _values(properties: dict[str, Any], name: str, where: str) -> list[str]:
    raw = properties.get(name)
    values = raw if isinstance(raw, list) else [] if raw is None else [raw]
    for value in values:
        if not isinstance(value, str):
            raise BadInput("a value is no text", where=f"{where}, properties.{name}", remedy="a list of texts")
    return [value for value in values if value.strip()]
