"""Notices: what one government tells others, typed and versioned; each is a value, and its hash is its id.

Types, their fields and time limits are data (``data/notices.yaml``), each with its citation.
"""

from __future__ import annotations

import datetime as dt
import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from enduse.exchange.handling import LEVELS, Handling, checked
from enduse.exchange.strict import moment
from enduse.formats.plain_yaml import load_yaml
from enduse.model.citation import Citation
from enduse.model.codec import to_plain
from enduse.model.decision import digest, stamp
from enduse.model.errors import BadInput

RECALL = "recall"
SCHEMA = "enduse.notice/1"
_KINDS = ("text", "texts", "date", "flag", "count", "mapping", "rows")
_LONGEST = 20_000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a question waits for.

    Attributes:
        by: type of the answer.
        working_days: so many working days of the one who is asked; day 1 is the first after the question.
        extended: so many in all, where more time was asked for.
        meaning: what silence means.
    """

    by: str
    working_days: int
    extended: int
    meaning: str


@dataclass(frozen=True, slots=True)
class Tell:
    """By when something is told, in days after the date in one of its fields; 0 for no such day."""

    since: str
    target_days: int
    limit_days: int


@dataclass(frozen=True, slots=True)
class NoticeType:
    """One type.

    Attributes:
        handling: the least strict class that a notice of the type may have.
        fields: name -> (kind, whether it may be left out).
        answers: types that it answers: it then names one in ``correlates_to``.
    """

    id: str
    title: str
    version: int
    handling: str
    fields: Mapping[str, tuple[str, bool]]
    citation: Citation
    answers: tuple[str, ...] = ()
    reply: Reply | None = None
    tell: Tell | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice.

    Attributes:
        version: of its type.
        originator: id of the member that tells.
        recipients: ids of those that are told, sorted.
        legal_basis: the text that calls for it.
        created, expires: moments; what arrives after it has expired is kept and does nothing.
        correlates_to: id of the notice that it answers, or empty.
        supersedes: id of the notice that it recalls or replaces, or empty.
        content: see the type.
    """

    type: str
    version: int
    originator: str
    recipients: tuple[str, ...]
    handling: Handling
    legal_basis: str
    created: str
    content: Mapping[str, Any]
    expires: str = ""
    correlates_to: str = ""
    supersedes: str = ""
    language: str = "en"
    schema: str = SCHEMA

    @property
    def id(self) -> str:
        """The hash of its plain values."""
        return digest(to_plain(self))

    def expired(self, at: dt.datetime) -> bool:
        """Whether it has expired."""
        return bool(self.expires) and stamp(at) >= self.expires


def problems(notice: Notice, types: Mapping[str, NoticeType] | None = None) -> Iterator[str]:
    """What is wrong with a notice, a line each; nothing where it can be used."""
    known = shipped_types() if types is None else types
    of_type = known.get(notice.type)
    if notice.schema != SCHEMA:
        yield f"unknown schema {notice.schema[:40]!r}"
    if not notice.recipients or list(notice.recipients) != sorted(set(notice.recipients)):
        yield "recipients are named once each, in order"
    if notice.originator in notice.recipients:
        yield "nobody writes to oneself"
    for name in ("correlates_to", "supersedes"):
        if getattr(notice, name) and not _HASH.fullmatch(getattr(notice, name)):
            yield f"{name} is no id of a notice"
    for text in (notice.created, *filter(None, (notice.expires,))):
        try:
            moment(text, "moment")
        except BadInput as error:
            yield error.message()
    try:
        checked(notice.handling)
    except BadInput as error:
        yield error.message()
        return
    if notice.handling.level == "NATIONAL-ONLY":
        yield "NATIONAL-ONLY is told to nobody"
    if of_type is None or notice.version != of_type.version:
        yield f"{notice.type[:40]!r} version {notice.version} is not known here"
        return
    if LEVELS.index(notice.handling.level) < LEVELS.index(of_type.handling):
        yield f"{of_type.id} is at least {of_type.handling}, not {notice.handling.level}"
    if of_type.answers and not notice.correlates_to:
        yield f"{of_type.id} names what it answers"
    if of_type.id == RECALL and not notice.supersedes:
        yield "a recall names what it recalls"
    yield from _wrong_fields(of_type, notice.content)


def _wrong_fields(of_type: NoticeType, content: Mapping[str, Any]) -> Iterator[str]:
    for name in content:
        if name not in of_type.fields:
            yield f"unknown field {str(name)[:40]!r}; known: {', '.join(of_type.fields)}"
    for name, (kind, optional) in of_type.fields.items():
        if name not in content:
            if not optional:
                yield f"{name} is missing"
        elif not _is(kind, content[name]):
            yield f"{name} is no {kind}"


def _is(kind: str, value: Any) -> bool:
    if kind == "text":
        return isinstance(value, str) and len(value) <= _LONGEST and not _CONTROL.search(value)
    if kind == "date":
        try:
            return isinstance(value, str) and dt.date.fromisoformat(value).isoformat() == value
        except ValueError:
            return False
    if kind == "flag":
        return isinstance(value, bool)
    if kind == "count":
        return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9
    if kind == "texts":
        return isinstance(value, list) and len(value) <= 500 and all(_is("text", one) for one in value)
    if kind == "rows":
        rows = isinstance(value, list) and len(value) <= 500
        return rows and all(isinstance(one, (list, dict)) and _plain(one) for one in value)
    return isinstance(value, dict) and _plain(value)


def _plain(value: Any) -> bool:
    """Texts, whole numbers and flags all the way down, no text too long."""
    if isinstance(value, dict):
        return all(_is("text", key) and _plain(one) for key, one in value.items())
    if isinstance(value, list):
        return len(value) <= 500 and all(map(_plain, value))
    return _is("text", value) if isinstance(value, str) else value is None or isinstance(value, int)


def read_types(data: bytes | str, name: str) -> dict[str, NoticeType]:
    """Types of a document.

    Raises:
        BadInput: a key is missing or unknown, a kind is none, a type occurs twice.
    """
    found: dict[str, NoticeType] = {}
    for row in load_yaml(data, name=name)["notices"]:
        identifier = str(row.get("type"))
        where = f"{name}, {identifier}"
        known = {"type", "title", "version", "handling", "fields", "citation", "answers", "reply", "tell"}
        if unknown := set(row) - known:
            raise BadInput(f"unknown key {min(unknown)!r}", where=where)
        if identifier in found:
            raise BadInput("the type occurs twice", where=where)
        try:
            found[identifier] = _type(row)
        except (KeyError, ValueError, TypeError, AttributeError) as error:
            raise BadInput(f"cannot be used: {error}", where=where) from None
        for kind, _ in found[identifier].fields.values():
            if kind not in _KINDS:
                raise BadInput(f"{kind!r} is no kind", where=where, remedy=", ".join(_KINDS))
        if found[identifier].handling not in LEVELS:
            raise BadInput(f"{found[identifier].handling!r} is no handling", where=where)
    for one in found.values():
        named = {*one.answers, *([one.reply.by] if one.reply else [])}
        if not named <= found.keys():
            raise BadInput("names a type that there is not", where=f"{name}, {one.id}")
    return found


def _type(row: Mapping[str, Any]) -> NoticeType:
    said, reply, tell = row["citation"], row.get("reply"), row.get("tell")
    return NoticeType(
        id=row["type"],
        title=row["title"],
        version=int(row["version"]),
        handling=row["handling"],
        fields={key: (kind.removesuffix("?"), kind.endswith("?")) for key, kind in row["fields"].items()},
        citation=Citation(said["text"], url=said.get("url"), verified=said["verified"] == "yes"),
        answers=tuple(row.get("answers") or ()),
        reply=Reply(reply["by"], int(reply["working_days"]), int(reply["extended_working_days"]), reply["meaning"])
        if reply
        else None,
        tell=Tell(tell["from"], int(tell.get("target_days", 0)), int(tell.get("limit_days", 0))) if tell else None,
    )


@functools.cache
def shipped_types() -> Mapping[str, NoticeType]:
    """The types that come with the program."""
    file = resources.files("enduse.exchange") / "data" / "notices.yaml"
    return read_types(file.read_bytes(), "notices.yaml")
