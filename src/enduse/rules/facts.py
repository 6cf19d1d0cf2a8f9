"""Facts: what a rule can ask for, declared once, and what their absence means.

A fact that nobody has stated is *asked* (unknown) or *presumed in the open*: the answer lists every presumption with
the findings that it would change. In a closed world (case files) it takes its closed-world value.
"""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from importlib import resources
from typing import Any

from enduse.formats.derived import own_yaml
from enduse.formats.plain_yaml import FORBIDDEN, forbidden_character
from enduse.model.citation import Citation
from enduse.model.countries import resolve_country, suggest_country
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.model.transaction import FactValue, Transaction

TYPES = ("boolean", "choice", "countries", "country", "date", "list", "percent", "record", "text")
"""``record``: named parts, kept as texts ``NAME=VALUE`` in the declared order."""

NONE = "none"
"""The word for "nothing of the kind", a value of every fact that is not boolean."""

OPEN = "open"
"""In place of a closed-world value: the fact stays open there too (an authority has not decided)."""

MAX_TEXT = 1_000
MAX_ENTRIES = 100
_DECLARATION_KEYS = frozenset(
    [
        *("key", "type", "values", "question", "matters", "absence"),
        *("closed_world", "laws", "stated_at", "citation", "verified", "unspecific"),
    ]
)
_PRESUMPTION_KEYS = frozenset(["presume", "reason", "when_origin"])
_PERCENT = re.compile(r"[0-9]{1,3}(?:\.[0-9]{1,12})?")
_UNPARSED = "unparsed:"


@dataclass(frozen=True, slots=True)
class FactDeclaration:
    """One fact.

    Attributes:
        question: what the user is asked.
        values: of a choice or list: the values it takes; of a record: the names of its parts. Empty: any text.
        matters: when the fact matters, in plain words.
        presume: value used when nobody has stated the fact, or None: it is asked.
        presume_reason: why.
        when_origin: the presumption holds only for items from these countries; empty: always.
        closed_world: its value where a case file does not state it.
        laws: jurisdictions that ask for it; empty: any.
        stated_at: it is a key of the transaction and cannot be stated as a fact; this says where it stands.
        citation: where the law asks for it.
        unspecific: values that do not say which: a rule that asks for one of the others is left open by them.
    """

    key: str
    type: str
    question: str
    values: tuple[str, ...] = ()
    presume: str | None = None
    presume_reason: str = ""
    when_origin: tuple[str, ...] = ()
    closed_world: str = ""
    laws: tuple[str, ...] = ()
    matters: str = ""
    stated_at: str = ""
    citation: Citation | None = None
    unspecific: tuple[str, ...] = ()

    @property
    def absence(self) -> str:
        """What absence means, in words."""
        if self.presume is None:
            return "asked"
        places = f" for items from {', '.join(self.when_origin)}" if self.when_origin else ""
        return f"presumed {self.presume}{places}: {self.presume_reason}"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The value of a fact for one transaction; None is unknown.

    ``presumed`` when nobody has stated it; ``reason`` says where the value comes from, or why there is none.
    """

    value: FactValue | None
    presumed: bool = False
    reason: str = ""


class FactBook:
    """All declared facts."""

    def __init__(self, declarations: Mapping[str, FactDeclaration]) -> None:
        self._declarations = dict(declarations)

    @staticmethod
    @functools.cache
    def load() -> FactBook:
        """The facts that the product ships (``rulebooks/facts.yaml``)."""
        file = resources.files("enduse") / "rulebooks" / "facts.yaml"
        return FactBook.read(file.read_bytes(), name="facts.yaml")

    @staticmethod
    def read(data: bytes, *, name: str) -> FactBook:
        """Read declarations.

        Raises:
            BadInput: a declaration lacks its key, type, question or absence, has a key of its own invention, or gives
                a value that the fact does not take.
        """
        content = own_yaml(data, name=name)
        if not isinstance(content, Mapping) or not isinstance(content.get("facts"), list):
            raise BadInput("no list of 'facts'", where=name, remedy="facts: [{key: ..., type: ..., ...}]")
        found: dict[str, FactDeclaration] = {}
        for number, raw in enumerate(content["facts"], start=1):
            declaration = _declaration(raw, where=f"{name}, fact {number}")
            if declaration.key in found:
                raise BadInput(f"{declaration.key!r} is declared twice", where=name, remedy="keep one of them")
            found[declaration.key] = declaration
        return FactBook(found)

    def __iter__(self) -> Iterator[FactDeclaration]:
        return iter(self._declarations.values())

    @property
    def known_keys(self) -> frozenset[str]:
        """The keys of all facts, those included that are keys of the transaction."""
        return frozenset(self._declarations)

    def knows(self, key: str) -> bool:
        """Whether the fact is declared."""
        return key in self._declarations

    def suggest(self, key: str) -> tuple[str, ...]:
        """Facts that can be stated, with a key near to this one."""
        stateable = [item.key for item in self if not item.stated_at]
        folded = key.strip().casefold().replace("-", "_")
        close = difflib.get_close_matches(folded, stateable, n=3, cutoff=0.6)
        holding = [name for name in stateable if len(folded) > 3 and folded in name]
        return tuple(dict.fromkeys([*close, *holding]))[:3]

    def get(self, key: str) -> FactDeclaration:
        """The declaration.

        Raises:
            BadInput: no fact has this key; proposes the nearest.
        """
        if key not in self._declarations:
            close = self.suggest(key)
            remedy = f"did you mean {', '.join(close)}?" if close else "see: enduse facts list"
            raise BadInput(f"no fact is called {key!r}", where=f"facts.{key}", remedy=remedy)
        return self._declarations[key]

    def question(self, key: str) -> str:
        """The question to the user for a missing fact."""
        if key.startswith(_UNPARSED):
            return f"Does the entry's condition hold: {key.removeprefix(_UNPARSED).replace('-', ' ')}?"
        if not self.knows(key):
            return f"What is {key}?"
        declaration = self.get(key)
        place = f" (state it at: {declaration.stated_at})" if declaration.stated_at else ""
        return declaration.question + place

    def presumption(self, key: str) -> tuple[str, str]:
        """Value and reason of a presumption."""
        declaration = self.get(key)
        return declaration.presume or "", declaration.presume_reason

    def parse_value(self, key: str, raw: Any, *, where: str) -> FactValue:
        """Read a stated value.

        Raises:
            BadInput: unknown key, a key of the transaction, or a value that the fact's type does not take.
        """
        if key not in self._declarations:
            close = self.suggest(key)
            remedy = f"did you mean {' or '.join(close)}?" if close else "see: enduse facts list"
            raise BadInput(f"no fact is called {key!r}", where=where, remedy=remedy)
        declaration = self._declarations[key]
        if declaration.stated_at:
            raise BadInput(
                f"{key!r} is not stated among the facts", where=where, remedy=f"state it at: {declaration.stated_at}"
            )
        return _parse(declaration, raw, where)

    def resolve(
        self,
        key: str,
        stated: Mapping[str, FactValue],
        *,
        transaction: Transaction,
        closed_world: bool = False,
        open_keys: frozenset[str] = frozenset(),
        strict: bool = False,
    ) -> Resolved:
        """The value of a fact: as stated, else closed-world, else presumed, else unknown.

        Args:
            open_keys: facts that stay unknown even in a closed world.
            strict: presumptions are not made.
        """
        if key in stated:
            return Resolved(stated[key], reason="stated")
        declaration = self.get(key)
        if key in open_keys:
            return Resolved(None, reason="named as missing")
        if closed_world:
            if declaration.closed_world == OPEN:
                return Resolved(None, reason="not stated, and open until it is")
            return Resolved(_closed(declaration), reason="not stated in a closed world")
        if declaration.presume is None:
            return Resolved(None, reason="not stated")
        if strict:
            return Resolved(None, reason="not stated, and nothing is presumed")
        if declaration.when_origin and transaction.origin not in declaration.when_origin:
            places = ", ".join(declaration.when_origin)
            return Resolved(None, reason=f"not stated, and presumed only for items from {places}")
        return Resolved(_typed(declaration, declaration.presume), presumed=True, reason=declaration.presume_reason)


def _declaration(raw: Any, *, where: str) -> FactDeclaration:
    _only(raw, _DECLARATION_KEYS, where, "a fact")
    for key in ("key", "type", "question", "absence"):
        if not raw.get(key):
            raise BadInput(f"{key!r} is missing", where=where, remedy=f"{key}: ...")
    place = f"{where} ({raw['key']})"
    if raw["type"] not in TYPES:
        raise BadInput(f"type {raw['type']!r}", where=place, remedy=f"one of {', '.join(TYPES)}")
    values = tuple(raw.get("values") or ())
    if raw["type"] in ("choice", "record") and not values:
        raise BadInput(f"a {raw['type']} needs 'values'", where=place, remedy="values: [...]")
    absence = raw["absence"]
    presumption: Mapping[str, Any] = {}
    if absence != "ask":
        _only(absence, _PRESUMPTION_KEYS, f"{place}, absence", "a presumption")
        presumption = absence
        if not (presumption.get("presume") and presumption.get("reason")):
            raise BadInput("absence is ask, or {presume: VALUE, reason: TEXT}", where=place, remedy="give both")
    text = raw.get("citation")
    declaration = FactDeclaration(
        key=raw["key"],
        type=raw["type"],
        question=raw["question"],
        values=values,
        presume=presumption.get("presume"),
        presume_reason=presumption.get("reason", ""),
        when_origin=tuple(presumption.get("when_origin") or ()),
        closed_world=raw.get("closed_world") or "",
        laws=tuple(raw.get("laws") or ()),
        matters=raw.get("matters") or "",
        stated_at=raw.get("stated_at") or "",
        citation=Citation(text, verified=raw.get("verified") != "false") if text else None,
        unspecific=tuple(raw.get("unspecific") or ()),
    )
    for one in declaration.unspecific:
        if one not in values:
            raise BadInput(f"unspecific {one!r} is none of its values", where=place, remedy="one of 'values'")
    for value in (declaration.presume, declaration.closed_world):
        if value and value not in (NONE, OPEN) and not (declaration.stated_at and declaration.type == "text"):
            _parse(declaration, value, place)
    return declaration


def _only(raw: Any, known: frozenset[str], where: str, what: str) -> None:
    if not isinstance(raw, Mapping) or (wrong := sorted(set(raw) - known)):
        shown = f"unknown key {wrong[0]!r}" if isinstance(raw, Mapping) else f"{raw!r} is no mapping"
        raise BadInput(shown, where=where, remedy=f"{what} takes the keys {', '.join(sorted(known))}")


def _closed(declaration: FactDeclaration) -> FactValue:
    if declaration.closed_world:
        return _typed(declaration, declaration.closed_world)
    if declaration.type == "boolean":
        return False
    return NONE if declaration.type in ("choice", "country", "text") else ()


def _typed(declaration: FactDeclaration, text: str) -> FactValue:
    """A declared value; ``none`` is a value of every type but boolean."""
    if text == NONE:
        return (NONE,) if declaration.type == "list" else NONE
    return _parse(declaration, text, declaration.key)


def _parse(declaration: FactDeclaration, raw: Any, where: str) -> FactValue:
    kind, values = declaration.type, declaration.values
    if kind == "record":
        return () if raw in (NONE, [NONE]) else _record(declaration, raw, where)
    if kind == "countries":
        return _countries(declaration, raw, where)
    if kind == "list":
        items = raw if isinstance(raw, list) else [raw]
        if len(items) > MAX_ENTRIES:
            raise BadInput(f"{len(items):,} entries", where=where, remedy=f"at most {MAX_ENTRIES}")
        return tuple(dict.fromkeys(_one_of(values, _one(declaration, item, where), where) for item in items))
    text = _one(declaration, raw, where)
    if kind == "boolean":
        if text.casefold() not in ("true", "false", "yes", "no"):
            raise BadInput(f"{text!r} is neither true nor false", where=where, remedy="write true or false")
        return text.casefold() in ("true", "yes")
    if kind == "choice":
        return _one_of(values, text, where)
    if kind == "country":
        return country_code(text, where)
    if kind == "date":
        return parse_date(text, where=where)
    if kind == "percent":
        if not _PERCENT.fullmatch(text) or not 0 <= Decimal(text) <= 100:
            raise BadInput(f"{text!r} is no percentage", where=where, remedy="a number from 0 to 100")
        return Decimal(text)
    return text


def _countries(declaration: FactDeclaration, raw: Any, where: str) -> tuple[str, ...]:
    items = list(raw) if isinstance(raw, (list, tuple)) else [raw]
    if len(items) > MAX_ENTRIES:
        raise BadInput(f"{len(items):,} entries", where=where, remedy=f"at most {MAX_ENTRIES}")
    texts = [_one(declaration, item, where) for item in items]
    return tuple(dict.fromkeys(NONE if text == NONE else country_code(text, where) for text in texts))


def _one(declaration: FactDeclaration, raw: Any, where: str) -> str:
    """One text, as YAML, JSON and Python callers give it."""
    if isinstance(raw, bool):
        raw = "true" if raw else "false"
    if not isinstance(raw, str) or not raw.strip():
        raise BadInput(f"{declaration.key} takes one {declaration.type}", where=where, remedy=declaration.question)
    if len(raw) > MAX_TEXT:
        raise BadInput(f"longer than {MAX_TEXT} characters", where=where, remedy="shorten it")
    if found := FORBIDDEN.search(raw):
        raise forbidden_character(found[0], where)
    return raw.strip()


def _one_of(values: tuple[str, ...], text: str, where: str) -> str:
    if values and text not in values:
        close = difflib.get_close_matches(text, values, n=1)
        remedy = f"did you mean {close[0]}?" if close else f"one of {', '.join(values)}"
        raise BadInput(f"{text!r} is not known here", where=where, remedy=remedy)
    return text


def _record(declaration: FactDeclaration, raw: Any, where: str) -> tuple[str, ...]:
    """Parts as a mapping, or as texts ``NAME=VALUE``; a part called ``of`` is a country, any other true or false."""
    parts = raw
    if not isinstance(raw, Mapping):
        pairs = [_one(declaration, item, where).partition("=") for item in (raw if isinstance(raw, list) else [raw])]
        parts = {name.strip(): value for name, _, value in pairs}
    found = {}
    for name, value in parts.items():
        _one_of(declaration.values, name, where)
        text = _one(declaration, value, f"{where}.{name}")
        if name == "of":
            found[name] = country_code(text, f"{where}.{name}")
        elif text.casefold() in ("true", "false"):
            found[name] = text.casefold()
        else:
            raise BadInput(f"{text!r} is neither true nor false", where=f"{where}.{name}", remedy="true or false")
    return tuple(f"{name}={found[name]}" for name in declaration.values if name in found)


def country_code(text: str, where: str) -> str:
    """The ISO 3166-1 alpha-2 code of a country as users write it.

    Raises:
        BadInput: no country is called so; proposes the nearest.
    """
    code = resolve_country(text)
    if code is None:
        close = suggest_country(text)
        remedy = f"did you mean {', '.join(close)}?" if close else "write the ISO 3166-1 alpha-2 code"
        raise BadInput(f"no country is called {text!r}", where=where, remedy=remedy)
    return code
