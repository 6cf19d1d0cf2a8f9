"""What the table ``schemata.yaml`` declares: schemata, their ancestors, and what each property stands for."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from enduse.formats.plain_yaml import load_yaml
from enduse.model.errors import BadInput
from enduse.model.party import Measure, PartyKind

FILE = "schemata.yaml"


@dataclass(frozen=True, slots=True)
class Schema:
    """One schema with everything it inherits.

    Attributes:
        ancestors: the schema itself and all that it extends.
        query_kind: the kind of query that an example of it is; empty where it cannot be matched.
        party_kind: the kind of party that an entity of it becomes, or None.
        roles: property -> what it stands for (see the head of the table).
    """

    name: str
    ancestors: frozenset[str]
    query_kind: str
    party_kind: PartyKind | None
    roles: Mapping[str, str]

    def is_a(self, ancestor: str) -> bool:
        """Whether it is that schema or extends it."""
        return ancestor in self.ancestors

    @property
    def identifiers(self) -> Mapping[str, str]:
        """Property -> kind of identifier."""
        return {name: role.removeprefix("id.") for name, role in self.roles.items() if role.startswith("id.")}


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic: the words for it, the measures filed under it, and what it says of an entity without a sanction."""

    label: str
    measures: tuple[Measure, ...]
    read: Measure | None


@dataclass(frozen=True, slots=True)
class Table:
    """All that is declared.

    Attributes:
        schemata: by name, those that are matched, read or written.
        others: names of further schemata of the model.
        topics: by name, those that parties are filed under.
        other_topics: names of further topics of the model.
        writes: kind of identifier -> the property under which it is written.
        otherwise: where the schema does not have that property, the first of these that it has.
    """

    schemata: Mapping[str, Schema]
    others: frozenset[str]
    topics: Mapping[str, Topic]
    other_topics: frozenset[str]
    writes: Mapping[str, str]
    otherwise: tuple[str, ...]

    def schema(self, name: str, *, where: str = "schema") -> Schema:
        """The schema of that name.

        Raises:
            BadInput: there is none, or nothing of it is read or written here; the remedy proposes the nearest ones.
        """
        found = self.schemata.get(name)
        if found is not None:
            return found
        matchable = [schema.name for schema in self.schemata.values() if schema.query_kind]
        if name in self.others:
            raise BadInput(
                f"{name} is a schema of FollowTheMoney under which no listed party is filed",
                where=where,
                remedy=f"one of {', '.join(matchable)}",
            )
        raise BadInput(
            f"{name!r} is no schema of FollowTheMoney",
            where=where,
            remedy=_nearest(name, [*self.schemata, *self.others], matchable),
        )

    def topic(self, name: str, *, where: str = "topics") -> str:
        """The name of a topic, checked.

        Raises:
            BadInput: there is none; the remedy proposes the nearest ones.
        """
        if name not in self.topics and name not in self.other_topics:
            remedy = _nearest(name, [*self.topics, *self.other_topics], list(self.topics))
            raise BadInput(f"{name!r} is no topic of FollowTheMoney", where=where, remedy=remedy)
        return name

    def topic_of(self, measure: Measure) -> str:
        """The topic under which a measure is filed."""
        return next(name for name, topic in self.topics.items() if measure in topic.measures)


_IMO_OUT, _IMO_IN = re.compile(r"[0-9]{7}"), re.compile(r"IMO[ -]?([0-9]{7})", re.IGNORECASE)


def number_out(kind: str, value: str) -> str:
    """A number as the model writes it: an IMO number has its letters."""
    return f"IMO{value}" if kind == "imo" and _IMO_OUT.fullmatch(value) else value


def number_in(kind: str, value: str) -> str:
    """A number without what the model adds to it."""
    found = _IMO_IN.fullmatch(value) if kind == "imo" else None
    return found[1] if found else value


def _nearest(name: str, known: list[str], otherwise: list[str]) -> str:
    by_fold = {one.casefold(): one for one in known}
    near = [by_fold[fold] for fold in difflib.get_close_matches(name[:100].casefold(), by_fold, 3, 0.6)]
    return f"did you mean {' or '.join(near)}?" if near else f"one of {', '.join(otherwise)}"


@functools.cache
def table() -> Table:
    """The shipped table."""
    raw = load_yaml((resources.files(__package__) / FILE).read_bytes(), name=FILE)
    return Table(
        schemata={name: _schema(name, raw["schemata"]) for name in raw["schemata"]},
        others=frozenset(raw["others"]),
        topics={name: _topic(row) for name, row in raw["topics"].items()},
        other_topics=frozenset(raw["other_topics"]),
        writes=raw["writes"],
        otherwise=tuple(raw["otherwise"]),
    )


def _schema(name: str, rows: Mapping[str, Any]) -> Schema:
    order: list[str] = []
    _ancestors(name, rows, order)
    roles: dict[str, str] = {}
    for ancestor in order:
        for role, properties in (rows[ancestor].get("properties") or {}).items():
            for one in properties:
                roles.setdefault(one, role)
    row = rows[name]
    read = row.get("read")
    return Schema(name, frozenset(order), row.get("kind") or "", PartyKind(read) if read else None, roles)


def _ancestors(name: str, rows: Mapping[str, Any], order: list[str]) -> None:
    """The schema and what it extends, nearest first."""
    if name not in order:
        order.append(name)
    for parent in rows[name]["extends"]:
        _ancestors(parent, rows, order)


def _topic(row: Mapping[str, Any]) -> Topic:
    read = row.get("read")
    return Topic(row["label"], tuple(Measure(one) for one in row["measures"]), Measure(read) if read else None)
