"""Why something cannot be done: what is missing, by which rule, with its source."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from enduse.model.citation import Citation
from enduse.model.errors import EndUseError


class Code(StrEnum):
    """The kind of a refusal."""

    STATUS = "status"
    ROLE = "role"
    SEPARATION = "separation"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    NOT_YOURS = "not_yours"
    IDENTITY = "identity"
    GUARD = "guard"
    INPUT = "input"

    @property
    def forbidden(self) -> bool:
        """Whether this person may not, rather than nobody now (HTTP 403 beside 409 and 422)."""
        return self in (
            Code.ROLE,
            Code.SEPARATION,
            Code.CONFLICT_OF_INTEREST,
            Code.NOT_YOURS,
            Code.IDENTITY,
        )


@dataclass(frozen=True, slots=True)
class Missing:
    """One thing that stands in the way.

    Attributes:
        what: in words.
        rule: id of the guard, criterion or separation.
    """

    what: str
    rule: str
    citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that is not done.

    Attributes:
        missing: everything that stands in the way, not the first thing alone.
    """

    command: str
    code: Code
    why: str
    missing: tuple[Missing, ...] = ()

    @property
    def rules(self) -> tuple[str, ...]:
        """Ids of the rules that refuse it."""
        return tuple(dict.fromkeys(one.rule for one in self.missing))

    def __str__(self) -> str:
        lines = [f"{self.command}: {self.why}"]
        for one in self.missing:
            source = f" [{one.citation}]" if one.citation else ""
            lines.append(f"  - {one.what} ({one.rule}){source}")
        return "\n".join(lines)


class Refused(EndUseError):
    """A command was refused; nothing was stored but the audit entry of the attempt."""

    def __init__(self, refusal: Refusal) -> None:
        self.refusal = refusal
        super().__init__(str(refusal))


class Conflict(EndUseError):
    """Somebody else changed the case first: read it again, then decide again."""

    def __init__(self, case_id: str, expected: int, found: int) -> None:
        self.case_id, self.expected, self.found = case_id, expected, found
        super().__init__(
            f"{case_id}: somebody else changed it first (you saw event {expected}, it has {found}); read it again"
        )
