"""What sources state about owners, and what was read of a file."""

from __future__ import annotations

import contextlib
import gc
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from enduse.model.errors import BadInput
from enduse.model.ownership import Origin
from enduse.model.party import Identifier
from enduse.model.time import ALWAYS, Interval
from enduse.model.transaction import Share

HUNDRED = Decimal(100)
NO_SHARE = Share(Decimal(0), Decimal(0), text="0")
UNKNOWN_SHARE = Share(Decimal(0), HUNDRED, text="unknown")
MAX_PROBLEMS = 1_000


@contextlib.contextmanager
def values_only() -> Iterator[None]:
    """Pause the search for cycles: millions of values hold none, and it would look at all of them again and again."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@dataclass(frozen=True, slots=True)
class Entity:
    """A person or body that a source speaks of.

    ``key`` is unique within the source; ``identifiers`` lead to the same entity in other sources.
    """

    key: str
    name: str = ""
    identifiers: tuple[Identifier, ...] = ()
    country: str | None = None
    other_names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One source's statement about one holder and one entity.

    Attributes:
        holder, entity: keys of entities.
        share: of the shares; None where nothing is said of shares.
        votes: of the votes; None where nothing is said of them (they are then as the shares).
        control: what the holder may do beyond its share.
        interval: when it holds.
        note: what makes it doubtful, or what it really says.
    """

    holder: str
    entity: str
    share: Share | None
    origin: Origin
    votes: Share | None = None
    control: tuple[str, ...] = ()
    interval: Interval = ALWAYS
    note: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """What a source says that it does not know of an entity's owners."""

    entity: str
    words: str
    origin: Origin


@dataclass(slots=True)
class Reading:
    """What a file states, and what of it was left out.

    Attributes:
        read: records seen.
        left_out: records that say nothing of ownership, by reason.
        problems: records that could not be used, each with its place; counted in ``broken`` beyond a thousand.
    """

    name: str
    format: str = ""
    read: int = 0
    entities: dict[str, Entity] = field(default_factory=dict)
    statements: list[Statement] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    problems: list[BadInput] = field(default_factory=list)
    broken: int = 0

    def add(self, entity: Entity) -> str:
        """Note an entity; the fuller description stays. Returns its key."""
        known = self.entities.get(entity.key)
        if known is None:
            self.entities[entity.key] = entity
        elif known != entity and entity != Entity(entity.key):
            names = [*filter(None, (known.name, *known.other_names, entity.name, *entity.other_names))]
            first, *others = dict.fromkeys(names) or [""]
            numbers = tuple(dict.fromkeys((*known.identifiers, *entity.identifiers)))
            country = known.country or entity.country
            self.entities[entity.key] = Entity(entity.key, first, numbers, country, tuple(others))
        return entity.key

    def bad(self, problem: BadInput) -> None:
        """Note a record that cannot be used."""
        self.broken += 1
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(problem)

    def summary(self) -> str:
        """One line: what was read, used and left out."""
        parts = [f"{self.read:,} records", f"{len(self.statements):,} holdings", f"{len(self.entities):,} entities"]
        if self.gaps:
            parts.append(f"{len(self.gaps):,} say that an owner is not known")
        parts.extend(f"{count:,} left out: {reason}" for reason, count in sorted(self.left_out.items()))
        if self.broken:
            parts.append(f"{self.broken:,} could not be read")
        return f"{self.name} ({self.format}): {', '.join(parts)}"
