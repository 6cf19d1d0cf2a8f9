"""Letters between nodes as they are kept: what a letter is stays, how far it is changes."""

from __future__ import annotations

from dataclasses import dataclass

OUT, IN = "out", "in"
SEEN = "outbox"
"""Mark up to which place of the outbox the exchange has looked."""


@dataclass(frozen=True, slots=True)
class LetterRow:
    """One letter.

    Attributes:
        direction: ``out`` or ``in``.
        peer: the member that it goes to, or comes from.
        seq: its place in that stream.
        id: hash of the letter; ``notice`` of what it brings.
        level: class of handling.
        state: see :mod:`enduse.exchange.post`.
        at: when it took that state.
        due: when it is tried next; empty for what comes in.
        source: what called for it; empty where somebody wrote it.
        body: hash of the content that is kept beside it: what was written, or the signed envelope that came.
    """

    direction: str
    peer: str
    seq: int
    id: str
    notice: str
    type: str
    originator: str
    level: str
    created: str
    correlates_to: str
    supersedes: str
    state: str
    at: str
    body: str
    due: str = ""
    attempts: int = 0
    problem: str = ""
    source: str = ""

    @property
    def key(self) -> str:
        """Key of the record that tells of it."""
        return f"{self.direction}/{self.peer}/{self.seq}"

    def stays(self) -> dict[str, str | int]:
        """What never changes, as its record holds it."""
        names = ("direction", "peer", "seq", "id", "notice", "type", "originator", "level", "created")
        more = ("correlates_to", "supersedes", "body", "source")
        return {name: getattr(self, name) for name in (*names, *more)}
