"""Entities and what is linked to them, as JSON values in yente's shapes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from enduse.formats.ftm.table import table
from enduse.formats.ftm.write import Entity, entity_of, party_id_of
from enduse.interfaces.api.holdings import Holdings, NotHeld, Summary, summary_of
from enduse.model.errors import BadInput


def plain(entity: Entity, one: Summary, *, nested: bool) -> dict[str, Any]:
    """An entity with its data sets and dates; ``nested`` puts linked entities in place of their ids."""
    found = entity.plain(nested=nested) | _about(one)
    if nested:
        for name in entity.linked:
            found["properties"][name] = [
                {**inner, **_about(one), "target": False} if isinstance(inner, dict) else inner
                for inner in found["properties"][name]
            ]
    return found


def _about(one: Summary) -> dict[str, Any]:
    return {
        "datasets": list(one.datasets),
        "referents": [],
        "target": one.target,
        "first_seen": one.first_seen or None,
        "last_seen": one.last_seen or None,
        "last_change": None,
    }


def fetch(identifier: str, holdings: Holdings, day: dt.date, *, nested: bool) -> dict[str, Any]:
    """One entity by its id.

    Raises:
        NotHeld: there is none.
    """
    entity, one = _entity(identifier, holdings, day)
    return plain(entity, one, nested=nested)


def _entity(identifier: str, holdings: Holdings, day: dt.date) -> tuple[Entity, Summary]:
    """A party, or an entity linked to one; from the latter the link leads back to the party."""
    party = holdings.party(identifier if identifier in holdings else party_id_of(identifier))
    entity, one = entity_of(party, day), summary_of(party, day)
    if entity.id == identifier:
        return entity, one
    flat = replace(entity, linked={})
    for found in entity.linked.values():
        for inner in found:
            if inner.id == identifier:
                back = {"Sanction": "entity", "Address": "things"}.get(inner.schema, "holder")
                return replace(inner, linked={back: (flat,)}), one._replace(target=False)
    raise NotHeld(f"no entity has the id {identifier[:200]!r}", "ids are those of /match, /search and /entities")


def adjacent(
    identifier: str,
    holdings: Holdings,
    day: dt.date,
    *,
    name: str | None,
    limit: int,
    offset: int,
    sort: Sequence[str] = (),
) -> dict[str, Any]:
    """The entities linked to one, by property, each by pages; with ``name`` those of one property.

    Raises:
        NotHeld: there is no such entity, or its schema has no such property.
        BadInput: ``sort`` cannot be used.
    """
    entity, one = _entity(identifier, holdings, day)
    if name is not None:
        if table().schemata[entity.schema].roles.get(name) != "linked":
            raise NotHeld(
                f"{entity.schema} has no property {name[:100]!r} that leads to entities",
                f"here: {', '.join(entity.linked) or 'none'}",
            )
        return _page(entity.linked.get(name, ()), one, limit, offset, sort)
    return {
        "entity": plain(entity, one, nested=False),
        "adjacent": {name: _page(found, one, limit, offset, sort) for name, found in entity.linked.items()},
    }


def _page(found: Sequence[Entity], one: Summary, limit: int, offset: int, sort: Sequence[str]) -> dict[str, Any]:
    ordered = list(found)
    for field, descending in reversed([order_of(text) for text in sort]):
        ordered.sort(key=lambda inner: _first(inner, field), reverse=descending)
        ordered.sort(key=lambda inner: not _first(inner, field))
    return {
        "results": [
            inner.plain() | _about(one if inner.id == one.id else one._replace(target=False))
            for inner in ordered[offset : offset + limit]
        ],
        "total": {"value": len(ordered), "relation": "eq"},
        "limit": limit,
        "offset": offset,
    }


def _first(entity: Entity, name: str) -> str:
    if name in ("id", "caption", "schema"):
        return str(getattr(entity, name))
    return next(iter(entity.properties.get(name, ())), "")


def order_of(text: str) -> tuple[str, bool]:
    """The field of ``field:asc`` or ``field:desc``, and whether it is descending.

    Raises:
        BadInput: it is of another form.
    """
    name, _, order = text.partition(":")
    if order not in ("", "asc", "desc"):
        raise BadInput(f"{text[:60]!r} is no order", where="sort", remedy="write field:asc or field:desc")
    return name, order == "desc"
