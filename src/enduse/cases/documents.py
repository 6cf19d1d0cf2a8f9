"""Documents of a case: which ones its events call for, and what each of them says. Renderers make pages of it.

A document is of one event (a decision, a question, a measure): what it says follows from the history up to that event
and from nothing that came later. A document for the exporter is built from what the exporter may see, named field by
field: no advice, assessment, consultation, partner or officer, and no number that counts them.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeAlias

from enduse.cases.events import CaseEvent
from enduse.model.codec import to_plain
from enduse.model.decision import digest

EXPORTER, AUTHORITY = "exporter", "authority"
"""Who a document is for."""


@dataclass(frozen=True, slots=True)
class Heading:
    """Begins a part."""

    text: str
    block: str = "heading"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or more; ``own`` where it is the words of a person, quoted as they are."""

    text: str
    own: bool = False
    block: str = "paragraph"


@dataclass(frozen=True, slots=True)
class Facts:
    """Pairs of a label and a value."""

    rows: tuple[tuple[str, str], ...]
    block: str = "facts"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; ``numbers`` are the positions of columns that hold numbers."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: tuple[int, ...] = ()
    block: str = "table"


@dataclass(frozen=True, slots=True)
class Points:
    """Numbered points."""

    items: tuple[str, ...]
    block: str = "points"


@dataclass(frozen=True, slots=True)
class Notice:
    """What a reader must not miss."""

    text: str
    block: str = "notice"


@dataclass(frozen=True, slots=True)
class Signature:
    """Places to be filled in by hand."""

    labels: tuple[str, ...]
    block: str = "signature"


Block: TypeAlias = Heading | Paragraph | Facts | Table | Points | Notice | Signature


@dataclass(frozen=True, slots=True)
class Content:
    """What a document says.

    Attributes:
        id: within the case: ``refusal-1``.
        kind: one of :data:`KINDS`.
        issuer: the authority.
        number: what it is called by: the reference of the case with the id, or the number of a licence.
        date: civil day of its event; the only date that it carries.
        audience: :data:`EXPORTER` or :data:`AUTHORITY`.
    """

    id: str
    kind: str
    title: str
    issuer: str
    number: str
    date: dt.date
    audience: str
    blocks: tuple[Block, ...]

    @property
    def sha256(self) -> str:
        """Hash of all that it says, whatever it is rendered as."""
        return digest(to_plain(self))

    @property
    def length(self) -> int:
        """Characters of its blocks."""
        return sum(map(len, _texts(self.blocks)))


@dataclass(frozen=True, slots=True)
class DocumentRef:
    """A document that an event calls for.

    Attributes:
        id: kind and ordinal, counted among documents of that kind: the number of an event would tell how much went on
            inside the authority.
        seq: the event.
    """

    id: str
    kind: str
    seq: int
    title: str
    date: dt.date
    audience: str


KINDS: dict[str, tuple[str, str]] = {
    "end_user_certificate": ("End-user certificate", EXPORTER),
    "rfi": ("Request for information", EXPORTER),
    "intent_to_deny": ("Notice of intent to deny", EXPORTER),
    "licence": ("Export licence", EXPORTER),
    "conditions": ("Conditions of a licence", EXPORTER),
    "refusal": ("Refusal of a licence", EXPORTER),
    "no_licence_required": ("Notice that no licence is required", EXPORTER),
    "returned_without_action": ("Application returned without action", EXPORTER),
    "suspension": ("Suspension of a licence", EXPORTER),
    "revocation": ("Revocation of a licence", EXPORTER),
    "reinstatement": ("Reinstatement of a licence", EXPORTER),
    "modification": ("Modification of a licence", EXPORTER),
    "human_rights_record": ("Record of a human-rights assessment", AUTHORITY),
}
"""Kind of document -> its title and who it is for."""

OF_OUTCOME = {"refuse": "refusal", "nlr": "no_licence_required", "rwa": "returned_without_action"}
OF_MEASURE = {
    "suspend": "suspension",
    "revoke": "revocation",
    "reinstate": "reinstatement",
    "modify": "modification",
}
_OF_EVENT = {
    "drafted": "end_user_certificate",
    "revised": "end_user_certificate",
    "rfi_opened": "rfi",
    "intent_notified": "intent_to_deny",
    "hr_reviewed": "human_rights_record",
}


def called_for(history: Sequence[CaseEvent]) -> Iterator[tuple[str, CaseEvent]]:
    """Kind and event of every document that a history calls for, in order; none of an event that was erased."""
    measures = {one.body.id: one.body.measure for one in history if one.kind == "measure_proposed" and one.body}
    appealed: frozenset[int] = frozenset()
    for event in history:
        body = event.body
        if body is None:
            continue
        if event.kind in ("drafted", "revised") and not body.application.end_users:
            continue
        if event.kind in _OF_EVENT:
            yield _OF_EVENT[event.kind], event
        elif event.kind == "appealed":
            appealed = frozenset(body.lines)
        elif event.kind == "decided":
            told = {one.outcome for one in body.lines if not body.on_appeal or one.line in appealed}
            for outcome, kind in OF_OUTCOME.items():
                if outcome in told:
                    yield kind, event
        elif event.kind == "licence_issued":
            yield "licence", event
            if body.conditions:
                yield "conditions", event
        elif event.kind == "measure_approved" and body.id in measures:
            yield OF_MEASURE[measures[body.id]], event


def cleaned(value: Any) -> Any:
    """A value of this module with every text in it :func:`readable`."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, tuple):
        return tuple(cleaned(one) for one in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{one.name: cleaned(getattr(value, one.name)) for one in fields(value)})
    return value


_JOINERS = "\u200c\u200d"
"""Part of how names are written in Persian, Burmese and Indian scripts."""


def readable(text: str) -> str:
    """A text in which everything can be seen.

    Characters that show nothing, turn the text around them or mean nothing are written out as their number; the two
    joiners stay between letters, a line break stays.
    """
    found = []
    for number, one in enumerate(text):
        joins = one in _JOINERS and 0 < number < len(text) - 1 and not text[number - 1].isspace()
        kept = one.isprintable() or one == "\n" or joins or unicodedata.category(one) == "Zs"
        found.append(one if kept else " " if one in "\t\r" else f"[U+{ord(one):04X}]")
    return "".join(found)


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, tuple):
        for one in value:
            yield from _texts(one)
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            if field.name != "block":
                yield from _texts(getattr(value, field.name))
