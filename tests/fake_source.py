"""A small invented list format, for tests of what is done with editions whatever their format.

A header ``FAKE <date or -> list``, rows ``key|name|programmes|reference|listed_from``, and ``END``. A file of aliases
(``ALIASES fake``, then rows ``key|alias``) may go with it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from enduse.lists.sources.base import Download, Parsed, Rejected
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty, Listing, Name, NameKind, SourceReference


class FakeSource:
    """A source of the list ``FAKE-LIST`` (or another)."""

    title = "Invented list"
    authority = "XX"
    document = "this file"
    cadence_days = 7
    components: tuple[str, ...] = ("main", "aliases")
    format_verified = True

    def __init__(
        self, name: str = "fake", lists: tuple[str, ...] = ("FAKE-LIST",), downloads: tuple[Download, ...] = ()
    ) -> None:
        self.id = name
        self.lists = lists
        self.downloads = downloads

    def recognise(self, filename: str, head: bytes) -> str | None:
        if head.startswith(f"{self.id.upper()} ".encode()):
            return "main"
        return "aliases" if head.startswith(f"ALIASES {self.id}".encode()) else None

    def parse(self, files: Mapping[str, bytes], names: Mapping[str, str]) -> Parsed:
        if "main" not in files:
            raise BadInput("main is missing", where=self.id)
        header, *rows = files["main"].decode().splitlines()
        where = names["main"]
        if not header.startswith(f"{self.id.upper()} "):
            raise BadInput("not this format", where=where)
        if not rows or rows[-1] != "END":
            raise BadInput("the file is cut off", where=where)
        stated = header.split()[1]
        aliases: dict[str, list[str]] = {}
        alias_rows = files.get("aliases", b"").decode().splitlines()[1:]
        for row in alias_rows:
            key, _, alias = row.partition("|")
            aliases.setdefault(key, []).append(alias)
        parsed = Parsed(len(rows) - 1 + len(alias_rows), [])
        parsed.edition = None if stated == "-" else dt.date.fromisoformat(stated)
        for number, row in enumerate(rows[:-1], start=2):
            cells = row.split("|")
            if len(cells) != 5:
                parsed.rejected.append(Rejected(where, number, f"{len(cells)} cells instead of 5", row[:200]))
                continue
            key, name, programmes, reference, since = cells
            listing = Listing(
                self.lists[0],
                self.authority,
                Citation("Act 1"),
                listed_from=dt.date.fromisoformat(since) if since else None,
                programmes=tuple(programmes.split()),
                reference=reference or None,
            )
            found = [Name(name), *(Name(alias, NameKind.ALIAS) for alias in aliases.get(key, []))]
            source = SourceReference(self.id, where, number)
            parsed.parties.append(ListedParty(f"{self.id}:{key}", tuple(found), (listing,), source))
        return parsed


def fake_list(rows: Iterable[str], day: str = "-", *, source: str = "fake") -> bytes:
    """A whole file of the format."""
    return "\n".join([f"{source.upper()} {day} list", *rows, "END", ""]).encode()


def row(key: str, name: str = "", programmes: str = "", reference: str = "", since: str = "") -> str:
    """One row."""
    return "|".join((key, name or f"Party {key}", programmes, reference, since))


def rows(count: int) -> list[str]:
    """Rows of so many parties."""
    return [row(str(number)) for number in range(count)]
