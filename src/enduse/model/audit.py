"""The audit chain: entries that each hold the hash of the one before, so that a change of the past shows.

The hash of an entry is SHA-256 over the canonical JSON of all its other fields.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from enduse.model.assessment import Edition
from enduse.model.decision import digest

GENESIS = "0" * 64
"""What the first entry holds in place of a hash."""


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Who did what to which record, when and why.

    Attributes:
        seq: place in the chain, from 1, without gaps.
        at: when, in UTC (``2026-08-03T10:00:00Z``).
        actor: who.
        role: in which role; empty where nobody has one (the command line).
        action: ``decision.add``, ``decision.withdraw``, ``decision.import``, ``decisions.import``.
        subject: what it was done to: ``decision:ID``, ``file:SHA256``.
        before: hash of what stood before; empty where nothing did.
        after: hash of what stands now.
        reason: why.
        editions: the editions of the lists that the actor had before them.
        previous: hash of the entry before; :data:`GENESIS` in the first.
        hash: the hash of this entry.
    """

    seq: int
    at: str
    actor: str
    role: str
    action: str
    subject: str
    before: str
    after: str
    reason: str
    editions: tuple[Edition, ...]
    previous: str
    hash: str = ""

    def content(self) -> dict[str, Any]:
        """What is hashed: every field but the hash, as plain values."""
        return {
            "seq": self.seq,
            "at": self.at,
            "actor": self.actor,
            "role": self.role,
            "action": self.action,
            "subject": self.subject,
            "before": self.before,
            "after": self.after,
            "reason": self.reason,
            "editions": [[item.id, item.edition, item.sha256] for item in self.editions],
            "previous": self.previous,
        }


def entry_hash(entry: AuditEntry) -> str:
    """The hash that an entry must hold."""
    return digest(entry.content())


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A head that was recorded elsewhere: the chain must still hold entry ``count`` with this hash."""

    count: int
    head: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """The state of a chain.

    Attributes:
        count: entries up to the break, or all.
        head: hash of the last of them; :data:`GENESIS` where there is none.
        place: what is broken first (``audit entry 7``, ``decision ID``); empty where all is whole.
        problem: what is wrong with it.
    """

    count: int
    head: str
    place: str = ""
    problem: str = ""

    @property
    def whole(self) -> bool:
        """Whether nothing is broken."""
        return not self.place


def verify_chain(entries: Iterable[AuditEntry], checkpoint: Checkpoint | None = None) -> ChainReport:
    """Follow a chain from its first entry, and name the first that is altered or missing.

    A cut tail shows against a checkpoint only: a shorter chain is a whole chain.

    Args:
        entries: in the order of their places.
        checkpoint: a head recorded elsewhere.
    """
    count, head = 0, GENESIS
    for entry in entries:
        expected = count + 1
        place = f"audit entry {expected}"
        if entry.seq != expected:
            return ChainReport(count, head, place, f"is missing: entry {entry.seq} follows entry {count}")
        if entry.previous != head:
            return ChainReport(count, head, place, "does not follow the entry before it: one of the two was replaced")
        if entry.hash != entry_hash(entry):
            return ChainReport(count, head, place, "was altered: its hash does not fit its content")
        count, head = entry.seq, entry.hash
        if checkpoint is not None and checkpoint.count == count and checkpoint.head != head:
            return ChainReport(count, head, place, f"was replaced: the recorded head is {checkpoint.head}")
    if checkpoint is not None and checkpoint.count > count:
        problem = f"is missing: {checkpoint.count} entries were recorded, the chain ends after {count}"
        return ChainReport(count, head, f"audit entry {count + 1}", problem)
    return ChainReport(count, head)
