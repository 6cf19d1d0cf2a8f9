"""Records that stay: each is a version of something with a key, and names the version before it.

The id of a record is the SHA-256 of its canonical JSON; the latest record of a key is what stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from enduse.model.access import Actor
from enduse.model.decision import digest


class Kind(StrEnum):
    """What a record is of."""

    USER = "user"
    GRANT = "grant"
    KEY = "key"
    TRANSACTION = "transaction"
    ASSESSMENT = "assessment"
    SEARCH = "search"
    JOB = "job"
    CHECKPOINT = "checkpoint"
    REFERENCE = "reference"
    RELEASE = "release"
    HOLD = "hold"
    ERASURE = "erasure"
    WATCH = "watch"
    RUN = "run"
    ALERT = "alert"
    DIGEST = "digest"
    NOTICE = "notice"
    MEMBERSHIP = "membership"
    PUBLICATION = "publication"
    ADOPTION = "adoption"
    EVIDENCE = "evidence"
    INITIATIVE = "initiative"


@dataclass(frozen=True, slots=True)
class By:
    """Who acts, for the audit chain.

    Attributes:
        actor: id of a user, or the name of whoever works at the machine itself.
        role: the roles that they held, separated by commas.
    """

    actor: str
    role: str = ""

    @classmethod
    def of(cls, actor: Actor) -> By:
        """An actor as the chain names them."""
        return cls(actor.id or "visitor", ",".join(sorted(actor.roles))[:200])


@dataclass(frozen=True, slots=True)
class Record:
    """One version.

    Attributes:
        seq: its place among all records; 0 before it is written.
        key: what it is a version of.
        ref: what it belongs to (the user of a grant, the owner of an assessment).
        previous: id of the version before; empty in the first.
        content: what it says, as plain values.
    """

    kind: Kind
    key: str
    ref: str
    previous: str
    content: Mapping[str, Any]
    seq: int = 0

    def document(self) -> dict[str, Any]:
        """What is hashed and kept."""
        return {
            "kind": self.kind.value,
            "key": self.key,
            "ref": self.ref,
            "previous": self.previous,
            "content": dict(self.content),
        }

    @property
    def id(self) -> str:
        """The hash of the record."""
        return digest(self.document())

    @property
    def subject(self) -> str:
        """What the audit chain calls the thing that it is a version of."""
        return f"{self.kind.value}:{self.key}"

    def text(self, name: str) -> str:
        """A text of the content; empty where there is none."""
        found = self.content.get(name)
        return found if isinstance(found, str) else ""


CONTENTS: Mapping[Kind, tuple[str, ...]] = {
    Kind.TRANSACTION: ("body",),
    Kind.ASSESSMENT: ("judgement",),
    Kind.JOB: ("input", "result"),
    Kind.REFERENCE: ("body",),
    Kind.RELEASE: ("body",),
    Kind.ALERT: ("body",),
    Kind.NOTICE: ("body",),
    Kind.MEMBERSHIP: ("body",),
    Kind.PUBLICATION: ("body",),
    Kind.ADOPTION: ("body",),
    Kind.EVIDENCE: ("body",),
    Kind.INITIATIVE: ("body",),
}
"""Which texts of a record's content are hashes of contents that are kept beside it."""
