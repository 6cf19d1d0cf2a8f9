"""What a browser sends: pairs of names and texts, in order, names repeated where several are chosen."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

Pairs = tuple[tuple[str, str], ...]

MAX_PAIRS = 2_000
LONGEST_ADDRESS = 6_000
"""Characters of an address that every browser and proxy takes; what is longer goes in a body."""

PINS = ("known_on", "lists", "rules")
"""What pins an answer: the day whose knowledge counts, the state of the lists, the hash of the rulebooks."""


@dataclass(frozen=True)
class Fields:
    """The fields of one request; blanks around a text are taken off, empty ones are left out."""

    pairs: Pairs

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Fields:
        """Fields as sent."""
        kept = ((name, text.strip().replace("\r\n", "\n")) for name, text in pairs)
        return cls(tuple((name, text) for name, text in kept if text))

    def one(self, name: str, default: str = "") -> str:
        """The first text of a name."""
        return next((text for key, text in self.pairs if key == name), default)

    def all(self, name: str) -> tuple[str, ...]:
        """Every text of a name."""
        return tuple(text for key, text in self.pairs if key == name)

    def __contains__(self, name: object) -> bool:
        return any(key == name for key, _ in self.pairs)

    def under(self, prefix: str) -> Iterator[tuple[str, str]]:
        """What follows a prefix, with its text."""
        return ((key.removeprefix(prefix), text) for key, text in self.pairs if key.startswith(prefix))

    def without(self, *names: str) -> Pairs:
        """The pairs but for some names."""
        return tuple(pair for pair in self.pairs if pair[0] not in names)

    def but(self, *pairs: tuple[str, str]) -> Fields:
        """With some names stated anew."""
        return Fields.of((*self.without(*(name for name, _ in pairs)), *pairs))


def address(path: str, pairs: Sequence[tuple[str, str]] = ()) -> str:
    """An address with its query; pairs without a text are left out."""
    query = urlencode([(name, text) for name, text in pairs if text])
    return f"{path}?{query}" if query else path
