"""Where the laws of a coalition part: the same transactions under each member's law, and the gaps between them.

Pure: it takes what each member's law says of each transaction, and adds up.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from enduse.model.assessment import Outcome
from enduse.rules.impact import EXAMPLES, Facts, Group


class Says(StrEnum):
    """What a member's law says of a transaction, for the comparison."""

    CAUGHT = "caught"
    UNKNOWN = "unknown"
    FREE = "free"
    DOMESTIC = "domestic"
    ERROR = "not judged"


def says(outcome: Outcome) -> Says:
    """A requirement or a prohibition catches; an open question is unknown; the rest is free."""
    if outcome in (Outcome.PROHIBITED, Outcome.LICENCE_REQUIRED):
        return Says.CAUGHT
    return Says.UNKNOWN if outcome is Outcome.INDETERMINATE else Says.FREE


@dataclass(slots=True)
class Pattern:
    """Transactions of which the members say the same, member by member."""

    group: Group = field(default_factory=Group)
    examples: list[tuple[Facts, tuple[str, ...]]] = field(default_factory=list)


@dataclass
class Divergence:
    """The comparison.

    Attributes:
        members: their names, in order.
        patterns: by what each member says.
        gaps: caught by the first, free under the second: where a transaction could slip through.
        doubts: caught by the first, unknown under the second.
        errors: rows that could not be read, by what is wrong.
    """

    members: tuple[str, ...]
    patterns: dict[tuple[Says, ...], Pattern] = field(default_factory=dict)
    gaps: dict[tuple[str, str], Group] = field(default_factory=dict)
    doubts: dict[tuple[str, str], Group] = field(default_factory=dict)
    errors: dict[str, int] = field(default_factory=dict)

    def add(self, facts: Facts, answers: Sequence[Says], reasons: Mapping[str, Sequence[str]]) -> None:
        """Count one transaction.

        Args:
            answers: what each member's law says, in the order of the members.
            reasons: reason codes by member.
        """
        pattern = self.patterns.setdefault(tuple(answers), Pattern())
        pattern.group.add(facts.value)
        if len(pattern.examples) < EXAMPLES:
            said = tuple(f"{member}: {', '.join(reasons[member])}" for member in self.members if reasons.get(member))
            pattern.examples.append((facts, said))
        for one, answer in zip(self.members, answers, strict=True):
            if answer is not Says.CAUGHT:
                continue
            for other, elsewhere in zip(self.members, answers, strict=True):
                if elsewhere is Says.FREE:
                    self.gaps.setdefault((one, other), Group()).add(facts.value)
                elif elsewhere is Says.UNKNOWN:
                    self.doubts.setdefault((one, other), Group()).add(facts.value)

    @property
    def total(self) -> int:
        """Every transaction, those in error included."""
        return sum(pattern.group.count for pattern in self.patterns.values()) + sum(self.errors.values())

    def divergent(self) -> Iterator[tuple[tuple[Says, ...], Pattern]]:
        """The patterns in which some member catches what another lets go, the most frequent first."""
        found = [
            (answers, pattern)
            for answers, pattern in self.patterns.items()
            if Says.CAUGHT in answers and Says.FREE in answers
        ]
        yield from sorted(found, key=lambda item: (-item[1].group.count, item[0]))

    def words(self, answers: Sequence[Says]) -> str:
        """A pattern in words: ``caught by US and NL, free in XA``."""
        parts = []
        for answer, template in (
            (Says.CAUGHT, "caught by {}"),
            (Says.FREE, "free in {}"),
            (Says.UNKNOWN, "unknown in {}"),
            (Says.DOMESTIC, "domestic in {}"),
            (Says.ERROR, "not judged in {}"),
        ):
            members = [member for member, said in zip(self.members, answers, strict=True) if said is answer]
            if members:
                parts.append(template.format(_and(members)))
        return ", ".join(parts)


def _and(members: Sequence[str]) -> str:
    return members[0] if len(members) == 1 else f"{', '.join(members[:-1])} and {members[-1]}"
