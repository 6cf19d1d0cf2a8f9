"""A rulebook: the rules of one act of one authority, with its tables, exceptions and what it leaves out.

Path = legal hierarchy: ``rulebooks/<jurisdiction>/<act>/<part>/<section>.yaml``; ``rulebook.yaml`` describes the act.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Any

from enduse.formats.derived import own_yaml
from enduse.formats.plain_yaml import Route, locate_yaml
from enduse.model.assessment import Edition
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.rules.language import STANDINGS, ExceptionRule, Rule, read_citation, read_exception, read_rule
from enduse.rules.tables import Tables

_META_KEYS = frozenset(
    [
        "id",
        "title",
        "authority",
        "authority_name",
        "jurisdiction",
        "standing",
        "leading",
        "citation",
        "verified_to",
        "nexus",
        "nexus_statement",
        "lists",
        "not_modelled",
        "next_steps",
        "government",
        "definitions",
    ]
)
_META_REQUIRED = (
    *("id", "title", "authority", "authority_name", "jurisdiction", "citation", "verified_to"),
    *("nexus", "nexus_statement"),
)

DEFAULT_LAWS = ("us", "eu", "uk", "un", "coalition")
"""The laws asked for where nobody names any: the governments whose law is modelled, and what they have agreed on."""


@dataclass(frozen=True, slots=True)
class NotModelled:
    """A provision that the rulebook leaves out, named in every answer that it could concern."""

    provision: str
    what: str


@dataclass(frozen=True)
class Rulebook:
    """One act.

    Attributes:
        id: ``us/ear``.
        jurisdiction: the word that ``--law`` takes (``us``); ``government`` is its name in full.
        verified_to: last day to which somebody has checked the law.
        nexus: condition under which the act reaches the transaction at all.
        lists: identifiers of the restricted-party lists that an answer under this act needs.
        definitions: conditions by name, for ``{defined: NAME}``.
        leading: the act that speaks first for its government, also where none of its acts reaches the transaction.
    """

    id: str
    title: str
    authority: str
    authority_name: str
    jurisdiction: str
    standing: str
    citation: Citation
    verified_to: dt.date
    nexus: Any
    nexus_statement: str
    lists: tuple[str, ...]
    not_modelled: tuple[NotModelled, ...]
    rules: tuple[Rule, ...]
    exceptions: tuple[ExceptionRule, ...]
    tables: Tables
    sha256: str
    next_steps: Mapping[str, tuple[str, ...]]
    government: str = ""
    definitions: Mapping[str, Any] = field(default_factory=dict)
    folder: Traversable | None = field(default=None, compare=False, repr=False)
    leading: bool = False

    @functools.cached_property
    def edition_id(self) -> str:
        """One hash for the rules and every table that they may use: equal where the book answers alike."""
        digest = hashlib.sha256(f"{self.id}\n{self.sha256}\n".encode())
        for entry in sorted(self.tables.editions()):
            digest.update("\t".join(entry).encode() + b"\n")
        return digest.hexdigest()

    @functools.cached_property
    def heading(self) -> str:
        """Authority and title, for readers."""
        return f"{self.authority_name}: {self.title}"

    @functools.cached_property
    def editions(self) -> tuple[Edition, ...]:
        """The editions that an answer under the act rests on: its own, and those of the tables it uses."""
        verified_to = self.verified_to.isoformat()
        own = Edition(self.id, verified_to, self.sha256, self.citation.text, verified_to)
        tables = (
            Edition(f"{self.id}/{table_id}", edition, digest, citation)
            for table_id, edition, digest, citation in self.tables.editions()
            if table_id in self.tables_used
        )
        return (own, *tables)

    @functools.cached_property
    def table_editions(self) -> tuple[tuple[dt.date, str], ...]:
        """The days of which its tables are, in order, each once."""
        used = self.tables_used
        written = {edition for table_id, edition, _, _ in self.tables.editions() if edition and table_id in used}
        return tuple((parse_date(edition), edition) for edition in sorted(written))

    @functools.cached_property
    def left_out(self) -> tuple[str, ...]:
        """What is not modelled, a sentence each."""
        return tuple(f"{item.provision}: {item.what}" for item in self.not_modelled)

    @functools.cached_property
    def ready(self) -> dict[Any, Any]:
        """The rulebook made ready to judge, by the way of asking (:mod:`enduse.rules.prepared`)."""
        return {}

    def __getstate__(self) -> dict[str, Any]:
        """Without what was kept for judging: another process keeps its own."""
        return {key: value for key, value in self.__dict__.items() if key != "ready"}

    def arguments_of(self, predicate: str) -> tuple[Any, ...]:
        """The arguments with which the act's conditions ask a predicate, as written."""
        conditions = [
            self.nexus,
            *self.definitions.values(),
            *(part for rule in self.rules for part in (rule.when, *(entry.when for entry in rule.survivors))),
            *(part for rule in self.exceptions for part in (rule.considered_when, rule.foreclosed)),
        ]
        return tuple(_arguments_of(predicate, conditions))

    @functools.cached_property
    def tables_used(self) -> frozenset[str]:
        """The act's own tables, and those of its jurisdiction that its conditions name."""
        conditions = [
            self.nexus,
            *self.definitions.values(),
            *(part for rule in self.rules for part in (rule.when, rule.for_each)),
            *(part for rule in self.exceptions for part in (rule.considered_when, rule.foreclosed)),
        ]
        named = set(_words_of(conditions))
        return frozenset(self.tables.own_ids) | (frozenset(self.tables.ids) & named)


def load_rulebook(
    folder: Traversable, *, where: str = "", shared: Tables | None = None, lines: bool = False
) -> Rulebook:
    """Read a rulebook from its folder.

    Args:
        shared: the tables of its jurisdiction.
        lines: messages name the line of the rule (reading takes a little longer).

    Raises:
        BadInput: a file is not what the rule language takes; names file, rule and key.
    """
    place = where or folder.name
    digest = hashlib.sha256()
    meta: Mapping[str, Any] = {}
    rules: list[Rule] = []
    exceptions: list[ExceptionRule] = []
    for path, data in sorted(_yaml_files(folder)):
        digest.update(path.encode() + b"\0" + data + b"\0")
        name = f"{place}/{path}"
        if path == "tables/tables.yaml":
            continue
        located = locate_yaml(data, name=name) if lines else None
        content = located.value if located is not None else own_yaml(data, name=name)
        if path == "rulebook.yaml":
            meta = content
            continue
        if not isinstance(content, Mapping) or set(content) - {"rules", "exceptions"}:
            raise BadInput(
                "a rule file holds 'rules' and 'exceptions'", where=name, remedy="put the rules under rules:"
            )
        own_rules, own_exceptions = rules_in(content, name, located.lines if located is not None else {})
        rules.extend(own_rules)
        exceptions.extend(own_exceptions)
    if not meta:
        raise BadInput("no rulebook.yaml", where=place, remedy="describe the act in rulebook.yaml")
    tables = Tables(folder / "tables", shared=shared)
    return rulebook_of(meta, f"{place}/rulebook.yaml", rules, exceptions, tables, digest.hexdigest(), folder)


def rules_in(
    content: Mapping[str, Any], name: str, lines: Mapping[Route, int]
) -> tuple[list[Rule], list[ExceptionRule]]:
    """The rules and exceptions of a file.

    Args:
        lines: line numbers by route, where messages should name them.

    Raises:
        BadInput: one is not what the rule language takes.
    """

    def place(key: str, position: int) -> str:
        line = lines.get((key, position))
        return f"{name} line {line}" if line else name

    for key in ("rules", "exceptions"):
        if not isinstance(content.get(key) or [], list):
            raise BadInput(f"{key} is a list", where=place(key, 0), remedy=f"{key}: [{{id: ...}}]")
    return (
        [read_rule(raw, where=place("rules", n)) for n, raw in enumerate(content.get("rules") or [])],
        [read_exception(raw, where=place("exceptions", n)) for n, raw in enumerate(content.get("exceptions") or [])],
    )


def rulebook_of(
    meta: Mapping[str, Any],
    place: str,
    rules: Sequence[Rule],
    exceptions: Sequence[ExceptionRule],
    tables: Tables,
    sha256: str,
    folder: Traversable | None = None,
) -> Rulebook:
    """A rulebook of what describes the act, its rules and its tables.

    Raises:
        BadInput: a key is unknown or missing, or two rules have one id.
    """
    if not isinstance(meta, Mapping):
        raise BadInput("it is no mapping", where=place, remedy="id: ..., title: ..., one key on each line")
    if unknown := sorted(set(meta) - _META_KEYS):
        raise BadInput(f"unknown key {unknown[0]!r}", where=place, remedy=f"known: {', '.join(sorted(_META_KEYS))}")
    for key in _META_REQUIRED:
        if meta.get(key) in (None, "", []):
            raise BadInput(f"{key!r} is missing", where=place, remedy=f"{key}: ...")
    if meta.get("standing", "law") not in STANDINGS:
        raise BadInput(f"standing {meta['standing']!r}", where=place, remedy=f"one of {', '.join(STANDINGS)}")
    seen: set[str] = set()
    for rule in rules:
        if rule.id in seen:
            raise BadInput("two rules have this id", where=rule.where, remedy="give each its own")
        seen.add(rule.id)
    return Rulebook(
        id=meta["id"],
        title=meta["title"],
        authority=meta["authority"],
        authority_name=meta["authority_name"],
        jurisdiction=meta["jurisdiction"],
        standing=meta.get("standing", "law"),
        citation=read_citation(meta["citation"], where=place),
        verified_to=parse_date(meta["verified_to"], where=f"{place}, verified_to"),
        nexus=meta["nexus"],
        nexus_statement=meta["nexus_statement"],
        lists=tuple(meta.get("lists") or ()),
        not_modelled=tuple(NotModelled(item["provision"], item["what"]) for item in meta.get("not_modelled") or ()),
        rules=tuple(rules),
        exceptions=tuple(exceptions),
        tables=tables,
        sha256=sha256,
        next_steps={outcome: tuple(steps) for outcome, steps in (meta.get("next_steps") or {}).items()},
        government=meta.get("government") or meta["jurisdiction"].upper(),
        definitions=meta.get("definitions") or {},
        folder=folder,
        leading=bool(meta.get("leading")),
    )


def rulebooks_in(
    root: Traversable, *, shared: Mapping[str, Tables] | None = None, lines: bool = False
) -> tuple[Rulebook, ...]:
    """The rulebooks of a tree ``<jurisdiction>/<act>/rulebook.yaml``, in order of their ids.

    Args:
        shared: tables by jurisdiction, for one that has none in this tree.

    Raises:
        BadInput: as :func:`load_rulebook`.
    """
    books = []
    for jurisdiction in sorted(root.iterdir(), key=lambda entry: entry.name):
        if not jurisdiction.is_dir() or jurisdiction.name.startswith(("_", ".")):
            continue
        tables = (shared or {}).get(jurisdiction.name)
        if (jurisdiction / "tables").is_dir():
            tables = Tables(jurisdiction / "tables")
        for act in sorted(jurisdiction.iterdir(), key=lambda entry: entry.name):
            if (act / "rulebook.yaml").is_file():
                where = f"{jurisdiction.name}/{act.name}"
                books.append(load_rulebook(act, where=where, shared=tables, lines=lines))
    return tuple(sorted(books, key=lambda book: book.id))


def _arguments_of(predicate: str, condition: Any) -> Iterator[Any]:
    if isinstance(condition, Mapping):
        for key, part in condition.items():
            if key == predicate:
                yield part
            yield from _arguments_of(predicate, part)
    elif isinstance(condition, (list, tuple)):
        for part in condition:
            yield from _arguments_of(predicate, part)


def _words_of(condition: Any) -> Iterator[str]:
    if isinstance(condition, str):
        yield condition
    elif isinstance(condition, Mapping):
        for part in condition.values():
            yield from _words_of(part)
    elif isinstance(condition, (list, tuple)):
        for part in condition:
            yield from _words_of(part)


@functools.cache
def shipped_rulebooks() -> tuple[Rulebook, ...]:
    """The rulebooks that the product ships, in order of their ids."""
    return rulebooks_in(resources.files("enduse") / "rulebooks")


@functools.cache
def known_laws() -> tuple[str, ...]:
    """The words that ``--law`` takes: the jurisdictions of the shipped rulebooks."""
    root = resources.files("enduse") / "rulebooks"
    return tuple(sorted(entry.name for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("_")))


def lists_needed(laws: Sequence[str] = DEFAULT_LAWS) -> tuple[str, ...]:
    """The restricted-party lists that an answer under these laws may need, each once."""
    books = [book for book in shipped_rulebooks() if book.jurisdiction in laws]
    return tuple(dict.fromkeys(list_id for book in books for list_id in book.lists))


def _yaml_files(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, bytes]]:
    for entry in folder.iterdir():
        path = f"{prefix}{entry.name}"
        if entry.is_dir():
            yield from _yaml_files(entry, f"{path}/")
        elif entry.name.endswith(".yaml"):
            yield path, entry.read_bytes()
