"""Listings as a node of the coalition publishes them: a head, then one party a line.

Whoever takes them keeps them as the publisher's: the list is called ``us:EL``, so that no rule of another government
takes it for its own list, and each listing says who published it.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

from enduse.lists.sources.base import Download, Parsed, Rejected, SourceFormat
from enduse.model.codec import canonical_json, from_plain, to_plain
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty, SourceReference

SCHEMA = "enduse.listings/1"
PREFIX = "partner_"
_MEMBER = re.compile(r"[a-z][a-z0-9-]{0,29}")
_LIST = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,39}")
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Head:
    """What is said of an edition as a whole.

    Attributes:
        publisher: id of the member.
        list_id: as the publisher calls it.
        standing: ``law`` or ``guidance`` where it was published; what it is elsewhere, everybody says for themselves.
    """

    publisher: str
    list_id: str
    title: str
    authority: str
    edition: dt.date
    standing: str = "law"
    schema: str = SCHEMA


def write_listings(head: Head, parties: Iterable[ListedParty]) -> bytes:
    """An edition as its bytes: equal parties in equal order give equal bytes.

    Raises:
        BadInput: a name of the list or of the publisher cannot be used, or there is no party.
    """
    if not _MEMBER.fullmatch(head.publisher) or not _LIST.fullmatch(head.list_id):
        raise BadInput(f"{head.publisher[:30]!r}, {head.list_id[:40]!r}: no names", where="listings")
    lines = [canonical_json(to_plain(head))]
    for party in parties:
        own = [replace(one, list_id=head.list_id) for one in party.listings if one.list_id == head.list_id]
        if own:
            bare = replace(party, listings=tuple(own), source=SourceReference(party.source.source))
            lines.append(canonical_json(to_plain(bare)))
    if len(lines) == 1:
        raise BadInput("no party is on that list", where=head.list_id)
    return b"\n".join([lines[0], *sorted(lines[1:])]) + b"\n"


def read_head(content: bytes, where: str) -> Head:
    """The head of an edition.

    Raises:
        BadInput: it is none.
    """
    try:
        plain = json.loads(content.partition(b"\n")[0][:_LONGEST_LINE])
        if not isinstance(plain, dict) or not all(isinstance(one, str) for one in plain.values()):
            raise ValueError("no mapping of texts")
        head = from_plain(Head, plain)
    except (ValueError, TypeError, LookupError, RecursionError) as error:
        raise BadInput(f"the head cannot be read: {str(error)[:120]}", where=where) from None
    if head.schema != SCHEMA or not _MEMBER.fullmatch(head.publisher) or not _LIST.fullmatch(head.list_id):
        raise BadInput("the head names another schema, or no list", where=where)
    return head


@dataclass(frozen=True, slots=True)
class PartnerListings:
    """What one member publishes of one of its lists.

    Attributes:
        member, list_id: whose it must be; a file of another publisher is refused.
    """

    member: str
    list_id: str
    document: str = "docs/coalition.md"
    cadence_days: int = 30
    components: tuple[str, ...] = ("listings",)
    downloads: tuple[Download, ...] = ()
    format_verified: bool = True

    @property
    def id(self) -> str:
        """Source of lists under which editions are kept."""
        return f"{PREFIX}{self.member}_{self.list_id}".lower()

    @property
    def title(self) -> str:
        """What it is called where sources are listed."""
        return f"{self.list_id} as published by {self.member}"

    @property
    def authority(self) -> str:
        """Who publishes it."""
        return f"partner {self.member}"

    @property
    def lists(self) -> tuple[str, ...]:
        """The list, named as theirs."""
        return (f"{self.member}:{self.list_id}",)

    def recognise(self, filename: str, head: bytes) -> str | None:  # noqa: ARG002
        """Never by itself: what a partner publishes comes by its signature, not by its looks."""
        return None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        """Read one edition; see :class:`enduse.lists.sources.base.SourceFormat`."""
        content, where = files["listings"], names["listings"]
        head = read_head(content, where)
        if (head.publisher, head.list_id) != (self.member, self.list_id):
            raise BadInput(f"it is of {head.publisher}:{head.list_id}", where=where)
        parsed = Parsed(0, [], edition=head.edition)
        seen: set[str] = set()
        for number, raw in enumerate(content.splitlines()[1:], start=2):
            parsed.rows += 1
            try:
                party = _party(raw, head, where, number)
            except (ValueError, TypeError, LookupError, RecursionError, AttributeError) as error:
                excerpt = raw[:120].decode("utf-8", "replace")
                parsed.rejected.append(Rejected(where, number, f"no party: {str(error)[:120]}", excerpt))
                continue
            if party.id in seen:
                parsed.rejected.append(Rejected(where, number, f"the id {party.id} occurs twice"))
                continue
            seen.add(party.id)
            parsed.parties.append(party)
        parsed.notes.append(f"published by {head.publisher} as {head.standing}: {head.title}")
        return parsed


def _party(raw: bytes, head: Head, where: str, number: int) -> ListedParty:
    if len(raw) > _LONGEST_LINE:
        raise ValueError("the line is too long")
    plain: Any = json.loads(raw)
    party = from_plain(ListedParty, plain)
    if canonical_json(to_plain(party)) != raw:
        raise ValueError("it is not written as it is read")
    if not party.names or not all(one.text.strip() for one in party.names) or not party.listings:
        raise ValueError("no name, or no listing")
    theirs = tuple(
        replace(
            one,
            list_id=f"{head.publisher}:{head.list_id}",
            remarks="; ".join(filter(None, (one.remarks, f"published by {head.publisher}, edition {head.edition}"))),
            seen_from=None,
            seen_to=None,
            gone_by=None,
        )
        for one in party.listings
        if one.list_id == head.list_id
    )
    if len(theirs) != len(party.listings):
        raise ValueError("a listing of another list")
    key = party.id.partition(":")[2] or party.id
    identifier = f"{PREFIX}{head.publisher}_{head.list_id}".lower()
    return replace(party, id=f"{identifier}:{key}", listings=theirs, source=SourceReference(identifier, where, number))


def source_of(member: str, list_id: str) -> SourceFormat:
    """The source under which a member's list is kept."""
    return cast("SourceFormat", PartnerListings(member, list_id))


def source_named(identifier: str) -> SourceFormat | None:
    """The source of an id that a store holds; None where it is no partner's."""
    if not identifier.startswith(PREFIX):
        return None
    member, _, list_id = identifier.removeprefix(PREFIX).partition("_")
    return source_of(member, list_id.upper()) if member and list_id else None
