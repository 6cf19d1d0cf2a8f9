"""Where a statement of law or fact comes from."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Citation:
    """A source that a reader can look up.

    Attributes:
        text: the citation as lawyers write it, e.g. ``15 CFR 744.11(a)`` or ``86 FR 60759``.
        url: where the text can be read, or None.
        verified: False while nobody of this project has confirmed the statement in that text.
        note: what is doubtful, or what was seen instead; empty when verified.
    """

    text: str
    url: str | None = None
    verified: bool = True
    note: str = ""

    def __str__(self) -> str:
        return self.text if self.verified else f"{self.text} [not verified]"
