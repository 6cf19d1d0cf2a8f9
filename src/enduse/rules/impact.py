"""What a draft would change, counted: transactions newly caught, freed or become unknown, by whom, what and where.

Pure: it takes the outcome of each transaction before and after, and adds up. Values are exact and kept by currency.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

from enduse.model.assessment import WORST_FIRST, Outcome
from enduse.model.transaction import Money


class Change(StrEnum):
    """How an outcome changed, what bears hardest first."""

    CAUGHT = "newly caught"
    TIGHTENED = "tightened"
    UNKNOWN = "become unknown"
    FREED = "freed"
    EASED = "eased"
    SETTLED = "settled"
    SAME = "same outcome"


_RESTRICTED = (Outcome.PROHIBITED, Outcome.LICENCE_REQUIRED)


def change_of(before: Outcome, after: Outcome) -> Change:
    """The change from one outcome to another.

    ``caught``: from free or unknown to a requirement or a prohibition; ``tightened``: a requirement becomes a
    prohibition, ``eased``: the reverse; ``freed``: a restriction falls away; ``become unknown``: what was decided no
    longer is; ``settled``: an open question falls away.
    """
    if before is after:
        return Change.SAME
    if after in _RESTRICTED:
        if before not in _RESTRICTED:
            return Change.CAUGHT
        return Change.TIGHTENED if after is Outcome.PROHIBITED else Change.EASED
    if after is Outcome.INDETERMINATE:
        return Change.UNKNOWN
    return Change.FREED if before in _RESTRICTED else Change.SETTLED


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the laws say of one transaction: the outcome of each, and the reasons that apply or (``?``) may apply.

    ``outcome`` is the worst of them; which lists are loaded plays no part in it.
    """

    laws: tuple[tuple[str, Outcome], ...]
    reasons: tuple[str, ...] = ()

    @property
    def outcome(self) -> Outcome:
        """The worst outcome of all laws."""
        present = {outcome for _, outcome in self.laws}
        return next((outcome for outcome in WORST_FIRST if outcome in present), Outcome.NOT_REQUIRED)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted of a transaction."""

    reference: str
    row: int
    date: str
    destination: str
    item: str
    exporter: str
    end_user: str
    value: Money | None = None


@dataclass(slots=True)
class Group:
    """Some transactions: their number, and their values by currency; those without a value are counted apart."""

    count: int = 0
    unvalued: int = 0
    values: dict[str, Decimal] = field(default_factory=dict)

    def add(self, value: Money | None) -> None:
        """Count one more."""
        self.count += 1
        if value is None:
            self.unvalued += 1
        else:
            self.values[value.currency] = self.values.get(value.currency, Decimal(0)) + value.amount


@dataclass(frozen=True, slots=True)
class Example:
    """One transaction as it would change."""

    facts: Facts
    before: Outcome
    after: Outcome
    gained: tuple[str, ...]
    lost: tuple[str, ...]


BY = ("destination", "item", "exporter", "end_user")
"""By what the changes are counted."""

EXAMPLES = 5


@dataclass(slots=True)
class Impact:
    """The sums.

    Attributes:
        transitions: transactions by outcome before and after, of those that were judged.
        by_law: the same for each law.
        changes: by kind of change.
        groups: for each kind of change and each of :data:`BY`, by its value.
        examples: the first of each kind.
        untouched: transactions that no changed rule or listing can reach; their outcome is the same.
        errors: transactions that could not be judged, by what is wrong.
    """

    transitions: dict[tuple[Outcome, Outcome], Group] = field(default_factory=dict)
    by_law: dict[str, dict[tuple[Outcome, Outcome], int]] = field(default_factory=dict)
    changes: dict[Change, Group] = field(default_factory=dict)
    groups: dict[Change, dict[str, dict[str, Group]]] = field(default_factory=dict)
    examples: dict[Change, list[Example]] = field(default_factory=dict)
    reasons: dict[Change, dict[str, int]] = field(default_factory=dict)
    untouched: Group = field(default_factory=Group)
    errors: dict[str, int] = field(default_factory=dict)

    def add(self, facts: Facts, before: Verdict, after: Verdict) -> Change:
        """Count one transaction that was judged."""
        old, new = before.outcome, after.outcome
        change = change_of(old, new)
        self.transitions.setdefault((old, new), Group()).add(facts.value)
        self._laws(before, after)
        self.changes.setdefault(change, Group()).add(facts.value)
        if change is Change.SAME and before.reasons == after.reasons:
            return change
        gained = tuple(code for code in after.reasons if code not in before.reasons)
        lost = tuple(code for code in before.reasons if code not in after.reasons)
        counted = self.reasons.setdefault(change, {})
        for code in (*(f"+{code}" for code in gained), *(f"-{code}" for code in lost)):
            counted[code] = counted.get(code, 0) + 1
        examples = self.examples.setdefault(change, [])
        if len(examples) < EXAMPLES:
            examples.append(Example(facts, old, new, gained, lost))
        if change is not Change.SAME:
            for name in BY:
                group = self.groups.setdefault(change, {}).setdefault(name, {})
                group.setdefault(getattr(facts, name) or "not stated", Group()).add(facts.value)
        return change

    def _laws(self, before: Verdict, after: Verdict) -> None:
        old, new = dict(before.laws), dict(after.laws)
        for law in dict.fromkeys((*old, *new)):
            pair = (old.get(law, Outcome.NOT_REQUIRED), new.get(law, Outcome.NOT_REQUIRED))
            counted = self.by_law.setdefault(law, {})
            counted[pair] = counted.get(pair, 0) + 1

    @property
    def judged(self) -> int:
        """Transactions that were judged before and after."""
        return sum(group.count for group in self.transitions.values())

    @property
    def total(self) -> int:
        """Every transaction: judged, untouched, or in error."""
        return self.judged + self.untouched.count + sum(self.errors.values())

    def moved(self) -> Mapping[tuple[Outcome, Outcome], Group]:
        """The transitions that are none: what two full runs must agree on."""
        return {pair: group for pair, group in self.transitions.items() if pair[0] is not pair[1]}

    def largest(self, change: Change, name: str, most: int) -> Iterator[tuple[str, Group]]:
        """The values of one of :data:`BY` with the most transactions."""
        groups = self.groups.get(change, {}).get(name, {})
        yield from sorted(groups.items(), key=lambda item: (-item[1].count, item[0]))[:most]
