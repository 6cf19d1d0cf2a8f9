"""Invented names of persons and companies, by culture: for queries that must not match, and for lists of any size.

Given and family names come from `faker`'s tables (written in Latin letters) and from ``cultures.yaml``; which
of them stand together is chance. Frequencies follow Zipf's law, as real name parts do. A share of the parts is coined
from the letter sequences of the culture's own, so that rare names occur as well. The same seed gives the same names.
"""

from __future__ import annotations

import importlib
import itertools
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from anyascii import anyascii

TABLES = Path(__file__).with_name("cultures.yaml")
COINED = 0.10
"""Share of coined parts among the names of queries; lists of millions hold more."""


@dataclass(frozen=True)
class Parts:
    """What names of one culture are made of; the commonest first."""

    given: tuple[str, ...]
    family: tuple[str, ...]
    patronymics: tuple[str, ...]
    forms: dict[str, float]
    places: tuple[str, ...]
    about: tuple[str, ...]
    legal: tuple[str, ...]
    before: tuple[str, ...]
    coined: tuple[str, ...]


@cache
def cultures() -> dict[str, Parts]:
    """Every culture's parts."""
    table: dict[str, dict[str, Any]] = yaml.safe_load(TABLES.read_text(encoding="utf-8"))
    return {name: _parts(entry) for name, entry in table.items()}


def _parts(entry: dict[str, Any]) -> Parts:
    glued, respelt = bool(entry.get("glued")), entry.get("respelt", {})
    given, family, patronymics = list(entry.get("given", ())), list(entry.get("family", ())), list[str]()
    for locale in entry.get("faker", ()):
        provider = importlib.import_module(f"faker.providers.person.{locale}").Provider
        given += [_latin(name, glued) for name in provider.first_names]
        family += [respelt.get(latin := _latin(name, glued), latin) for name in provider.last_names]
        patronymics += [_latin(name, glued) for name in getattr(provider, "middle_names", ())]
    syllables = entry.get("syllables", ())
    given += [(one + other).capitalize() for one in syllables for other in syllables]
    unique = [tuple(dict.fromkeys(name for name in names if name)) for names in (given, family, patronymics)]
    words = [tuple(entry.get(key, ())) for key in ("places", "about", "legal", "before", "coined")]
    return Parts(unique[0], unique[1], unique[2], entry["forms"], *words)


def _latin(name: str, glued: bool) -> str:
    """In Latin letters; syllables of Han and Hangul names run together, as most systems hold them."""
    text = anyascii(name).replace("`", "'").strip()
    return text.replace(" ", "").capitalize() if glued else text


class Names:
    """Invented names of one culture.

    Args:
        culture: its name in ``cultures.yaml``.
        chance: where chance comes from.
        coined: share of name parts that are coined.
    """

    def __init__(self, culture: str, chance: random.Random, coined: float = COINED) -> None:
        self._parts = cultures()[culture]
        self._chance = chance
        self._coined_share = coined
        self._forms = (list(self._parts.forms), list(itertools.accumulate(self._parts.forms.values())))
        self._ranks = {
            len(names): list(itertools.accumulate(1 / (rank + 8) for rank in range(len(names))))
            for names in (self._parts.given, self._parts.family, self._parts.patronymics, self._parts.about)
        }
        self._chains = {kind: _chain(getattr(self._parts, kind)) for kind in ("given", "family")}

    def person(self) -> str:
        """One person's name."""
        form = self._chance.choices(self._forms[0], cum_weights=self._forms[1])[0]
        return re.sub(r"(?<![A-Za-z])[gfmiGF](?![a-z])", lambda found: self._piece(found[0]), form).replace("+", "-")

    def company(self) -> str:
        """One company's name."""
        chance, parts = self._chance, self._parts
        kind = chance.random()
        if parts.coined and kind < 0.7:
            name = "".join(chance.choices(parts.coined, k=chance.choice((2, 2, 3)))).capitalize()
        elif kind < 0.45:
            name = self._common("family", parts.family)
        elif kind < 0.65:
            name = self._coin("family")
        elif kind < 0.8:
            name = f"{self._common('family', parts.family)} {self._coin('family')}"
        else:
            name = ""
        place = chance.choice(parts.places) if not name or chance.random() < 0.3 else ""
        words = [name, place] if chance.random() < 0.5 else [place, name]
        about = chance.sample(parts.about, 2 if chance.random() < 0.25 or not name else 1)
        # Where the trade leads (Grupo ..., Zavod ...), it does so in about half of the names.
        words = [*words, *about] if chance.random() < 0.75 else [*about, *words]
        before = chance.choice(parts.before) if parts.before else ""
        return " ".join(word for word in [before, *words, chance.choice(parts.legal)] if word)

    def persons(self) -> Iterator[str]:
        """Persons without end."""
        while True:
            yield self.person()

    def companies(self) -> Iterator[str]:
        """Companies without end."""
        while True:
            yield self.company()

    def _piece(self, letter: str) -> str:
        if letter == "i":
            return f"{self._common('given', self._parts.given)[0]}."
        if letter == "m":
            return self._common("", self._parts.patronymics)
        kind = "given" if letter in "gG" else "family"
        names: Sequence[str] = getattr(self._parts, kind)
        pieces = 2 if letter in "GF" else 1
        return " ".join(self._common(kind, names) for _ in range(pieces))

    def _common(self, kind: str, names: Sequence[str]) -> str:
        if kind and self._chance.random() < self._coined_share:
            return self._coin(kind)
        return self._chance.choices(names, cum_weights=self._ranks[len(names)])[0]

    def _coin(self, kind: str) -> str:
        """A part that sounds like the culture's own: letters follow as they do there."""
        chain = self._chains[kind]
        while True:
            found = "^^"
            while not found.endswith("$") and len(found) < 16:
                found += self._chance.choice(chain[found[-2:]])
            if 4 <= len(found) - 3 <= 12 and found.endswith("$"):
                return found[2:-1].capitalize()


def _chain(names: Sequence[str]) -> dict[str, list[str]]:
    """Which letters follow two letters, in the words of ``names``."""
    found: dict[str, list[str]] = {}
    for word in sorted({word for name in names for word in name.casefold().replace("-", " ").split()}):
        text = f"^^{word}$"
        for place in range(len(text) - 2):
            found.setdefault(text[place : place + 2], []).append(text[place + 2])
    return found
