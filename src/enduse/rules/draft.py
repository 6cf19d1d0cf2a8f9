"""A draft: what somebody proposes to change, laid over the law at hand, so that both can be asked the same questions.

A draft is a YAML file (``docs/changing-law.md``) that proposes a new act, amends one (rules, repeals, table cells and
rows), lists or delists parties; or a folder of rulebooks. In the changed law its rules count as law.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from enduse.formats.plain_yaml import Located, locate_yaml, read_bounded
from enduse.model.citation import Citation
from enduse.model.countries import country_name
from enduse.model.errors import BadInput
from enduse.model.party import Address, ListedParty, Listing, Measure, Name, NameKind, PartyKind, SourceReference
from enduse.model.time import ALWAYS, parse_date
from enduse.rules.language import ExceptionRule, Period, Rule, read_citation
from enduse.rules.lint_law import PRECEDENCE
from enduse.rules.overlay import read_overlay
from enduse.rules.rulebook import Rulebook, rulebook_of, rules_in
from enduse.rules.shelf import refuse_problems
from enduse.rules.tables import Tables

_KEYS = (
    *("title", "citation", "rulebook", "amends", "rules", "exceptions", "repeal", "cells", "rows"),
    *("listings", "delistings"),
)
_LISTING_KEYS = (
    *("name", "aliases", "kind", "country", "list", "authority", "from", "measures", "policy", "scope", "programmes"),
    *("footnotes", "requirement", "citation"),
)
PROPOSED = "draft"
"""The source of a proposed listing."""


@dataclass(frozen=True, slots=True)
class Delisting:
    """A proposal to take a party off a list: by its id, or by a name that the list shows exactly."""

    list_id: str
    name: str = ""
    party_id: str = ""

    def means(self, party: ListedParty) -> bool:
        """Whether the proposal is about this party."""
        if not any(listing.list_id == self.list_id for listing in party.listings):
            return False
        named = self.name.casefold()
        return party.id == self.party_id or any(bool(named) and name.text.casefold() == named for name in party.names)

    def without(self, party: ListedParty) -> ListedParty:
        """The party without its listings on that list."""
        return replace(party, listings=tuple(one for one in party.listings if one.list_id != self.list_id))


@dataclass(frozen=True)
class Draft:
    """The law before and after, and the listings proposed.

    Attributes:
        changed: ids of the acts that differ.
        listed: parties that the draft lists.
        delisted: listings that it ends.
        notes: what the reader must know of how the draft was taken.
    """

    title: str
    before: tuple[Rulebook, ...]
    after: tuple[Rulebook, ...]
    listed: tuple[ListedParty, ...] = ()
    delisted: tuple[Delisting, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def changed(self) -> tuple[str, ...]:
        """Ids of the acts that the draft adds or changes."""
        old = {book.id: book for book in self.before}
        return tuple(book.id for book in self.after if old.get(book.id) != book)

    @property
    def new_laws(self) -> tuple[str, ...]:
        """Jurisdictions that have no act before."""
        known = {book.jurisdiction for book in self.before}
        return tuple(dict.fromkeys(book.jurisdiction for book in self.after if book.jurisdiction not in known))


def read_draft(path: Path, books: Sequence[Rulebook], *, as_dated: bool = False) -> Draft:
    """Read a draft and lay it over the law at hand.

    Args:
        path: a YAML file, or a folder of rulebooks.
        books: the law at hand.
        as_dated: the draft's rules keep their own periods; else they count as in force on every day, so that recorded
            transactions can be tried on them.

    Raises:
        BadInput: the draft cannot be used; names file, line, field and remedy.
    """
    if path.is_dir():
        return _of_folder(path, books, as_dated)
    located = locate_yaml(read_bounded(path), name=path.name)
    raw = located.value
    _check_keys(raw, _KEYS, path.name, "a draft")
    title = str(raw.get("title") or path.stem)
    notes: tuple[str, ...] = () if as_dated else (_FROM_NOW,)
    after = {book.id: book for book in books}
    proposed = [key for key in ("rules", "exceptions", "repeal", "cells", "rows") if raw.get(key)]
    if proposed and not (raw.get("rulebook") or raw.get("amends")):
        raise BadInput(f"{proposed[0]!r} without the act", where=path.name, remedy="amends: us/ear, or rulebook: {...}")
    if raw.get("rulebook") and raw.get("amends"):
        raise BadInput("'rulebook' beside 'amends'", where=path.name, remedy="propose a new act or amend one")
    if raw.get("rulebook") or raw.get("amends"):
        book = (_new_act if raw.get("rulebook") else _amended)(located, path.name, books, as_dated)
        # Where a draft meets rules that stand is what its author wants to see, no reason to refuse it.
        notes += refuse_problems([book], forgiven=PRECEDENCE)
        after[book.id] = book
    listed = tuple(_listed(item, f"{path.name}, listing {n}") for n, item in enumerate(_list(raw, "listings"), start=1))
    delisted = tuple(
        _delisting(item, f"{path.name}, delisting {n}") for n, item in enumerate(_list(raw, "delistings"), start=1)
    )
    if not (proposed or raw.get("rulebook") or listed or delisted):
        raise BadInput("the draft changes nothing", where=path.name, remedy=f"give one of {', '.join(_KEYS[2:])}")
    ordered = tuple(after[book_id] for book_id in sorted(after))
    return Draft(title, tuple(books), ordered, listed, delisted, notes if proposed else ())


_FROM_NOW = "the draft's rules count as in force on every day (--as-dated: on their own days alone)"


def _of_folder(path: Path, books: Sequence[Rulebook], as_dated: bool) -> Draft:
    own = read_overlay(books, path)
    after = {book.id: book for book in books}
    for book in own:
        old = {rule.id: rule for rule in after[book.id].rules} if book.id in after else {}
        rules = tuple(rule if _same(old.get(rule.id), rule) else _as_law(rule, as_dated) for rule in book.rules)
        after[book.id] = replace(book, rules=rules, standing="law")
    ordered = tuple(after[book_id] for book_id in sorted(after))
    return Draft(path.name, tuple(books), ordered, notes=() if as_dated else (_FROM_NOW,))


def _same(old: Rule | None, new: Rule) -> bool:
    return old is not None and replace(old, where=new.where) == new


def _as_law(rule: Rule, as_dated: bool) -> Rule:
    return replace(rule, standing="law", in_force=rule.in_force if as_dated else (Period(ALWAYS),))


def _new_act(located: Located, name: str, books: Sequence[Rulebook], as_dated: bool) -> Rulebook:
    raw = located.value
    meta = {"verified_to": "2000-01-01"} | dict(raw["rulebook"]) if isinstance(raw["rulebook"], Mapping) else None
    if meta is None:
        raise BadInput("'rulebook' is no mapping", where=name, remedy="rulebook: {id: xa/act, title: ...}")
    rules, exceptions = rules_in(raw, name, located.lines)
    shared = next((book.tables.shared for book in books if book.jurisdiction == meta.get("jurisdiction")), None)
    tables = shared if shared is not None else Tables(_NOWHERE)
    if any(book.id == meta.get("id") for book in books):
        raise BadInput(f"{meta.get('id')} is an act at hand", where=name, remedy=f"amends: {meta.get('id')}")
    for key in ("repeal", "cells", "rows"):
        if raw.get(key):
            raise BadInput(f"{key!r} in a new act", where=name, remedy="amends: the act that has it")
    own = [_as_law(rule, as_dated) for rule in rules]
    return rulebook_of(
        meta | {"standing": "law"}, f"{name}, rulebook", own, exceptions, tables, _digest("", raw), _NOWHERE
    )


_NOWHERE = Path("/nonexistent")  # a new act in one file has no tables of its own


def _amended(located: Located, name: str, books: Sequence[Rulebook], as_dated: bool) -> Rulebook:
    raw = located.value
    base = next((book for book in books if book.id == raw["amends"]), None)
    if base is None:
        known = ", ".join(book.id for book in books)
        raise BadInput(f"no rulebook is called {raw['amends']!r}", where=f"{name}, amends", remedy=f"known: {known}")
    rules, exceptions = rules_in(raw, name, located.lines)
    repealed = set(map(str, _list(raw, "repeal")))
    there = {rule.id for rule in base.rules} | {rule.symbol for rule in base.exceptions}
    if unknown := sorted(repealed - there):
        problem = f"repeals {unknown[0]!r}, which is no rule of {base.id}"
        raise BadInput(problem, where=f"{name}, repeal", remedy="its id")
    kept = {rule.id: rule for rule in base.rules if rule.id not in repealed}
    kept |= {rule.id: _as_law(rule, as_dated) for rule in rules}
    symbols: dict[str, ExceptionRule] = {rule.symbol: rule for rule in base.exceptions if rule.symbol not in repealed}
    symbols |= {rule.symbol: rule for rule in exceptions}
    return replace(
        base,
        rules=tuple(kept.values()),
        exceptions=tuple(symbols.values()),
        tables=_tables(raw, base, name),
        sha256=_digest(base.sha256, raw),
    )


def _tables(raw: Mapping[str, Any], base: Rulebook, name: str) -> Tables:
    changed: dict[str, list[dict[str, str]]] = {}
    for number, item in enumerate(_list(raw, "cells"), start=1):
        place = f"{name}, cell {number}"
        _check_keys(item, ("table", "where", "set"), place, "a change of cells", need=("table", "where", "set"))
        rows = _rows(changed, base, str(item["table"]), place)
        hit = [row for row in rows if _matches(row, item["where"], place)]
        if not hit:
            raise BadInput(f"no row of {item['table']} is {item['where']}", where=place, remedy="check 'where'")
        for row in hit:
            _known_columns(row, item["set"], place)
            row.update({str(key): str(value) for key, value in item["set"].items()})
    for number, item in enumerate(_list(raw, "rows"), start=1):
        place = f"{name}, row {number}"
        _check_keys(item, ("table", "add", "remove"), place, "a change of rows", need=("table",))
        rows = _rows(changed, base, str(item["table"]), place)
        if item.get("remove"):
            left = [row for row in rows if not _matches(row, item["remove"], place)]
            if len(left) == len(rows):
                raise BadInput(f"no row of {item['table']} is {item['remove']}", where=place, remedy="check 'remove'")
            rows[:] = left
        if item.get("add"):
            columns = base.tables[str(item["table"])].columns
            blank = dict.fromkeys(columns, "")
            _known_columns(blank, item["add"], place)
            rows.append(blank | {str(key): str(value) for key, value in item["add"].items()})
    if not changed:
        return base.tables
    texts = {table_id: _csv(base.tables[table_id].columns, rows) for table_id, rows in changed.items()}
    own = {key: text for key, text in texts.items() if key in base.tables.own_ids}
    shared = base.tables.shared
    of_all = {key: text for key, text in texts.items() if key not in own}
    tables = base.tables.replaced(own)
    if of_all and shared is not None:
        tables = Tables(tables.folder, own, shared=shared.replaced(of_all))
    return tables


def _rows(changed: dict[str, list[dict[str, str]]], base: Rulebook, table_id: str, place: str) -> list[dict[str, str]]:
    if table_id not in base.tables:
        known = ", ".join(base.tables.ids)
        raise BadInput(f"{base.id} has no table {table_id!r}", where=place, remedy=f"known: {known}")
    return changed.setdefault(table_id, [dict(row.cells) for row in base.tables[table_id]])


def _matches(row: Mapping[str, str], wanted: Any, place: str) -> bool:
    _known_columns(row, wanted, place)
    return all(row[str(key)] == str(value) for key, value in wanted.items())


def _known_columns(row: Mapping[str, str], named: Any, place: str) -> None:
    if not isinstance(named, Mapping) or not named:
        raise BadInput("it names no column", where=place, remedy="{country: EG}")
    if unknown := [str(key) for key in named if str(key) not in row]:
        raise BadInput(f"no column {unknown[0]!r}", where=place, remedy=f"known: {', '.join(row)}")


def _csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def _digest(base: str, raw: Any) -> str:
    return hashlib.sha256(f"{base}\n{raw!r}".encode()).hexdigest()


def _listed(raw: Any, place: str) -> ListedParty:
    _check_keys(raw, _LISTING_KEYS, place, "a listing", need=("name", "list", "citation"))
    try:
        measures = tuple(Measure(word) for word in _list(raw, "measures"))
        kind = PartyKind(raw.get("kind") or "unknown")
    except ValueError as problem:
        remedy = f"measures: {', '.join(Measure)}; kind: {', '.join(PartyKind)}"
        raise BadInput(str(problem), where=place, remedy=remedy) from None
    citation = read_citation(raw["citation"], where=place)
    names = (Name(str(raw["name"])), *(Name(str(alias), NameKind.ALIAS) for alias in _list(raw, "aliases")))
    listing = Listing(
        list_id=str(raw["list"]),
        authority=str(raw.get("authority") or ""),
        measures=measures,
        citation=Citation(citation.text, citation.url, citation.verified, citation.note),
        listed_from=parse_date(str(raw["from"]), where=f"{place}, from") if raw.get("from") else _LONG_AGO,
        programmes=tuple(map(str, _list(raw, "programmes"))),
        review_policy=str(raw.get("policy") or ""),
        scope=str(raw.get("scope") or "all"),
        licence_requirement=str(raw.get("requirement") or ""),
        footnotes=tuple(map(str, _list(raw, "footnotes"))),
    )
    return ListedParty(
        id=f"{PROPOSED}:{raw['name']}",
        kind=kind,
        names=names,
        listings=(listing,),
        addresses=(Address(country_name(str(raw["country"])), country=str(raw["country"])),)
        if raw.get("country")
        else (),
        source=SourceReference(PROPOSED, str(raw["name"])),
    )


_LONG_AGO = parse_date("1900-01-01")
"""A proposed listing without a date counts on every day, as the rules of a draft do."""


def _delisting(raw: Any, place: str) -> Delisting:
    _check_keys(raw, ("list", "name", "id"), place, "a delisting", need=("list",))
    if bool(raw.get("name")) == bool(raw.get("id")):
        raise BadInput("a delisting names the party", where=place, remedy="name: as the list has it, or id:")
    return Delisting(str(raw["list"]), str(raw.get("name") or ""), str(raw.get("id") or ""))


def _list(raw: Mapping[str, Any], key: str) -> list[Any]:
    value = raw.get(key)
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _check_keys(raw: Any, known: Sequence[str], place: str, what: str, need: Sequence[str] = ()) -> None:
    if not isinstance(raw, Mapping):
        raise BadInput(f"{what} is a mapping", where=place, remedy=f"keys: {', '.join(known)}")
    if unknown := [str(key) for key in raw if key not in known]:
        raise BadInput(f"unknown key {unknown[0]!r}", where=place, remedy=f"{what} has {', '.join(known)}")
    for key in need:
        if not raw.get(key):
            raise BadInput(f"{key!r} is missing", where=place, remedy=f"{key}: ...")
