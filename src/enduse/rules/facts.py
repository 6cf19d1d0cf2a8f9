"""Facts: what a rule can ask for, declared once, and what their absence means.

A fact that nobody has stated is *asked* (unknown) or *presumed in the open*: the answer lists every presumption with
the findings that it would change. In a closed world (case files) it takes its closed-world value.
"""

from __future__ import annotations

import datetime as dt
import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib import resources
from typing import Any

from enduse.formats.plain_yaml import load_yaml
from enduse.model.countries import resolve_country, suggest_country
from enduse.model.errors import BadInput
from enduse.model.time import parse_date
from enduse.model.transaction import FactValue, Transaction

TYPES = ("boolean", "choice", "country", "date", "list", "percent", "text")
_DECLARATION_KEYS = frozenset({"key", "type", "values", "question", "absence", "closed_world", "laws"})
_UNPARSED = "unparsed:"


@dataclass(frozen=True, slots=True)
class FactDeclaration:
    """One fact.

    Attributes:
        question: what the user is asked.
        presume: value used when nobody has stated the fact, or None: it is asked.
        presume_reason: why.
        when_origin: the presumption holds only for items from these countries; empty: always.
        closed_world: its value where a case file does not state it.
        laws: jurisdictions that ask for it; empty: any.
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

    @property
    def absence(self) -> str:
        """What absence means, in words."""
        if self.presume is None:
            return "asked"
        places = f" for items from {', '.join(self.when_origin)}" if self.when_origin else ""
        return f"presumed {self.presume}{places}: {self.presume_reason}"


@dataclass(frozen=True, slots=True)
class Resolved:
    """The value of a fact for one transaction; None is unknown. ``presumed`` when nobody has stated it."""

    value: FactValue | None
    presumed: bool = False


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
            BadInput: a declaration lacks its key, type or question, or has a key of its own invention.
        """
        found: dict[str, FactDeclaration] = {}
        for number, raw in enumerate(load_yaml(data, name=name)["facts"], start=1):
            declaration = _declaration(raw, where=f"{name}, fact {number}")
            if declaration.key in found:
                raise BadInput(f"{declaration.key!r} is declared twice", where=name)
            found[declaration.key] = declaration
        return FactBook(found)

    def __iter__(self) -> Any:
        return iter(self._declarations.values())

    def knows(self, key: str) -> bool:
        """Whether the fact is declared."""
        return key in self._declarations

    def get(self, key: str) -> FactDeclaration:
        """The declaration.

        Raises:
            BadInput: no fact has this key; proposes the nearest.
        """
        if key not in self._declarations:
            close = difflib.get_close_matches(key, self._declarations, n=3, cutoff=0.6)
            remedy = f"did you mean {', '.join(close)}?" if close else "see: enduse facts list"
            raise BadInput(f"no fact is called {key!r}", where=f"facts.{key}", remedy=remedy)
        return self._declarations[key]

    def question(self, key: str) -> str:
        """The question to the user for a missing fact."""
        if key.startswith(_UNPARSED):
            return f"Does the entry's condition hold: {key.removeprefix(_UNPARSED).replace('-', ' ')}?"
        return self.get(key).question if self.knows(key) else f"What is {key}?"

    def presumption(self, key: str) -> tuple[str, str]:
        """Value and reason of a presumption."""
        declaration = self.get(key)
        return declaration.presume or "", declaration.presume_reason

    def parse_value(self, key: str, raw: Any, *, where: str) -> FactValue:
        """Read a stated value.

        Raises:
            BadInput: unknown key, or a value that the fact's type does not take.
        """
        return _parse(self.get(key), raw, where)

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
            return Resolved(stated[key])
        declaration = self.get(key)
        if key in open_keys:
            return Resolved(None)
        if closed_world:
            return Resolved(_closed(declaration))
        holds = not declaration.when_origin or transaction.origin in declaration.when_origin
        if declaration.presume is None or strict or not holds:
            return Resolved(None)
        return Resolved(_typed(declaration, declaration.presume), presumed=True)


def _declaration(raw: Any, *, where: str) -> FactDeclaration:
    if not isinstance(raw, Mapping) or set(raw) - _DECLARATION_KEYS:
        raise BadInput(f"a fact takes the keys {', '.join(sorted(_DECLARATION_KEYS))}", where=where)
    for key in ("key", "type", "question", "absence"):
        if not raw.get(key):
            raise BadInput(f"{key!r} is missing", where=where)
    if raw["type"] not in TYPES:
        raise BadInput(f"type {raw['type']!r}", where=where, remedy=f"one of {', '.join(TYPES)}")
    absence = raw["absence"]
    presumption: Mapping[str, Any] = absence if isinstance(absence, Mapping) else {}
    if absence != "ask" and not (presumption.get("presume") and presumption.get("reason")):
        raise BadInput("absence is ask, or {presume: VALUE, reason: TEXT}", where=where)
    return FactDeclaration(
        key=raw["key"],
        type=raw["type"],
        question=raw["question"],
        values=tuple(raw.get("values") or ()),
        presume=presumption.get("presume"),
        presume_reason=presumption.get("reason", ""),
        when_origin=tuple(presumption.get("when_origin") or ()),
        closed_world=raw.get("closed_world") or "",
        laws=tuple(raw.get("laws") or ()),
    )


def _closed(declaration: FactDeclaration) -> FactValue | None:
    if declaration.closed_world:
        return _typed(declaration, declaration.closed_world)
    if declaration.type == "boolean":
        return False
    return "none" if declaration.type in ("choice", "text") else ()


def _typed(declaration: FactDeclaration, text: str) -> FactValue:
    if declaration.type == "boolean":
        return text == "true"
    return (text,) if declaration.type == "list" else text


def _parse(declaration: FactDeclaration, raw: Any, where: str) -> FactValue:
    kind, values = declaration.type, declaration.values
    if kind == "list":
        items = tuple(raw) if isinstance(raw, list) else ((raw,) if isinstance(raw, str) else None)
        if items is None or not all(isinstance(item, str) for item in items):
            raise BadInput(f"{declaration.key} takes a list of texts", where=where)
        return items
    if kind == "text" and isinstance(raw, Mapping):
        return ", ".join(f"{key}={value}" for key, value in raw.items())
    if not isinstance(raw, str):
        raise BadInput(f"{declaration.key} takes one {kind}", where=where, remedy=declaration.question)
    text = raw.strip()
    if kind == "boolean":
        if text.casefold() not in ("true", "false", "yes", "no"):
            raise BadInput(f"{raw!r} is neither true nor false", where=where, remedy="write true or false")
        return text.casefold() in ("true", "yes")
    if kind == "choice" and text not in values:
        raise BadInput(f"{raw!r} is no value of {declaration.key}", where=where, remedy=f"one of {', '.join(values)}")
    if kind == "country":
        code = resolve_country(text)
        if code is None:
            raise BadInput(f"no country is called {raw!r}", where=where, remedy=_did_you_mean(text))
        return code
    if kind == "date":
        parse_date(text, where=where)
        return dt.date.fromisoformat(text)
    if kind == "percent":
        try:
            share = Decimal(text)
        except InvalidOperation:
            raise BadInput(f"{raw!r} is no number", where=where, remedy="a percentage from 0 to 100") from None
        if not 0 <= share <= 100:
            raise BadInput(f"{raw} is no percentage", where=where, remedy="from 0 to 100")
        return share
    return text


def _did_you_mean(text: str) -> str:
    close = suggest_country(text)
    return f"did you mean {', '.join(close)}?" if close else "write the ISO 3166-1 alpha-2 code"
