"""An example entity as a query: what a program writes that asks "who on the lists is this?".

Source: the entity model at https://followthemoney.tech; what each property stands for is in ``schemata.yaml``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from enduse.formats.ftm.table import Schema, number_in, table
from enduse.model.countries import resolve_country
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.model.party import Identifier

MAX_VALUES = 500
"""Values of one example, over all its properties."""
MAX_VALUE = 65_536
"""Characters of one value."""
_DATE = re.compile(r"[0-9]{4}(?:-[0-9]{2}(?:-[0-9]{2})?)?")
_GENDERS = {"male": "male", "m": "male", "female": "female", "f": "female"}


@dataclass(frozen=True, slots=True)
class Asked:
    """An example as it was understood.

    Attributes:
        schema: its schema.
        properties: property -> values, as far as the schema has the property.
        warnings: what was left out or has no influence, in plain words; nothing is dropped without one.
    """

    schema: Schema
    query: Query
    properties: Mapping[str, tuple[str, ...]]
    warnings: tuple[str, ...]


def query_of(schema_name: str, properties: Mapping[str, Any], *, where: str = "") -> Asked:
    """Read an example.

    Args:
        schema_name: its schema.
        properties: property -> a value, or a list of values.
        where: what messages call it.

    Raises:
        BadInput: the schema is unknown or cannot be matched, a value is no text, or there is neither a name nor a
            number to look for.
    """
    prefix = f"{where}, " if where else ""
    schema = table().schema(schema_name, where=f"{prefix}schema")
    if not schema.query_kind:
        raise BadInput(
            f"an entity of the schema {schema.name} cannot be matched",
            where=f"{prefix}schema",
            remedy="ask for the party itself: Person, Company, Organization, PublicBody, LegalEntity, Vessel, ...",
        )
    found: dict[str, tuple[str, ...]] = {}
    unknown: dict[str, int] = {}
    nested: dict[str, int] = {}
    for name, value in properties.items():
        values, entities = _values(value, f"{prefix}properties.{name}")
        if name not in schema.roles:
            unknown[name] = len(values) + entities
        elif values:
            found[name] = values
        if name in schema.roles and entities:
            nested[name] = entities
    if sum(map(len, found.values())) > MAX_VALUES:
        raise BadInput(
            f"{sum(map(len, found.values())):,} values", where=f"{prefix}properties", remedy=f"at most {MAX_VALUES}"
        )
    reader = _Reader(schema, found)
    query = reader.query()
    if not query.name and not query.identifiers:
        raise BadInput(
            "neither a name nor a number", where=f"{prefix}properties", remedy="give at least name, or an identifier"
        )
    told = sorted(name for name in found if schema.roles[name] in ("told", "linked"))
    warnings = [
        *_counted("unknown properties, left out", unknown),
        *_counted("nested entities, left out: give their values as plain texts", nested),
        *([f"of no influence on the score: {', '.join(told)}"] if told else []),
        *reader.warnings,
    ]
    return Asked(schema, query, found, tuple(warnings))


def _counted(what: str, counts: Mapping[str, int]) -> list[str]:
    if not counts:
        return []
    shown = ", ".join(f"{name[:60]} ({count})" for name, count in list(counts.items())[:20])
    more = f" and {len(counts) - 20} more" if len(counts) > 20 else ""
    return [f"{len(counts)} {what}: {shown}{more}"]


def _values(value: Any, where: str) -> tuple[tuple[str, ...], int]:
    """The texts of a property without the empty ones, and how many entities stand among them."""
    texts: list[str] = []
    entities = 0
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str):
            if len(one) > MAX_VALUE:
                raise BadInput(f"a value of {len(one):,} characters", where=where, remedy=f"at most {MAX_VALUE:,}")
            texts += [one.strip()] if one.strip() else []
        elif isinstance(one, dict):
            entities += 1
        elif one is not None:
            raise BadInput("a value is neither a text nor a number", where=where, remedy='write ["text"]')
    return tuple(dict.fromkeys(texts)), entities


class _Reader:
    def __init__(self, schema: Schema, properties: Mapping[str, tuple[str, ...]]) -> None:
        self._schema = schema
        self._by_role: dict[str, list[str]] = defaultdict(list)
        self.warnings: list[str] = []
        for name, role in schema.roles.items():
            self._by_role[role] += properties.get(name, ())

    def query(self) -> Query:
        names = self._names()
        return Query(
            name=names[0] if names else "",
            other_names=tuple(names[1:]),
            kind=self._schema.query_kind,
            countries=self._countries("country"),
            nationalities=self._countries("nationality"),
            addresses=tuple(self._addresses()),
            identifiers=tuple(dict.fromkeys(self._numbers())),
            birth_date=self._birth_date(),
            birth_places=tuple(self._by_role["birth_place"]),
            gender=self._gender(),
        )

    def _numbers(self) -> Iterable[Identifier]:
        for role, values in self._by_role.items():
            if role.startswith("id."):
                kind = role.removeprefix("id.")
                yield from (Identifier(kind, number_in(kind, value)) for value in values)

    def _names(self) -> list[str]:
        role = self._by_role
        full = list(role["name"])
        parts = [*role["first"], *role["middle"], *role["last"]]
        if not full and self._schema.name == "Address":
            full = list(role["full"]) or list(self._addresses())[:1]
        if not full and parts:
            full = [" ".join(parts)]
        return list(dict.fromkeys([*full, *role["alias"], *role["former"], *role["short"], *role["weak"]]))

    def _addresses(self) -> Iterable[str]:
        role = self._by_role
        yield from role["address"]
        yield from role["full"]
        parts = [*role["street"], *role["postal_code"], *role["city"], *role["region"]]
        if parts and not role["full"]:
            yield ", ".join(parts)

    def _countries(self, role: str) -> tuple[str, ...]:
        codes = {text: resolve_country(text) for text in self._by_role[role]}
        unresolved = [text[:40] for text, code in codes.items() if code is None]
        if unresolved:
            self.warnings.append(f"no country, left out: {', '.join(unresolved)}")
        return tuple(dict.fromkeys(code for code in codes.values() if code))

    def _birth_date(self) -> str | None:
        dates = [text[:10] for text in self._by_role["birth_date"]]
        usable = [text for text in dates if _is_date(text)]
        if len(usable) < len(dates):
            self.warnings.append(
                f"{len(dates) - len(usable)} birthDate that is no date, left out: write 1962-03-14 or 1962"
            )
        if len(usable) > 1:
            self.warnings.append(f"{len(usable)} dates of birth: {usable[0]} is compared")
        return usable[0] if usable else None

    def _gender(self) -> str:
        stated = self._by_role["gender"]
        known = [_GENDERS[text.casefold()] for text in stated if text.casefold() in _GENDERS]
        if len(known) < len(stated):
            self.warnings.append("a gender that is neither male nor female has no influence on the score")
        return known[0] if len(set(known)) == 1 else ""


def _is_date(text: str) -> bool:
    if not _DATE.fullmatch(text):
        return False
    try:
        dt.date.fromisoformat(f"{text}-01-01"[:10] if len(text) == 4 else f"{text}-01"[:10])
    except ValueError:
        return False
    return True
