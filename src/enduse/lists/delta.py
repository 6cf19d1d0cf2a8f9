"""What a new edition of a source changes, as parties: how each was described before, and how it is now.

Most lines of two editions are equal, and only those that are not are read. Where the editions do not compare like with
like (one lacks a file, or rows could not be read), what the editions so far add up to is compared instead.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from enduse.lists import registry
from enduse.lists.diff import FieldChange, edition_notes, party_changes
from enduse.lists.merge import party_of
from enduse.lists.shelf import Shelf
from enduse.lists.snapshots import EditionRecord, Store
from enduse.model.party import ListedParty

_ID = re.compile(rb'\{"id":("(?:[^"\\]|\\.)*")')
_DAYS = re.compile(rb'"listed_(?:from|to)":"([0-9-]{10})"')
_SOURCE = re.compile(rb'"source":\{[^{}]*\},?')


@dataclass(frozen=True, slots=True)
class PartyDelta:
    """A party that an edition changes.

    Attributes:
        before: as described before; None where it was not listed.
        after: as described now; None where it is listed no more.
        fields: what differs, where it is listed before and after.
    """

    before: ListedParty | None
    after: ListedParty | None
    fields: tuple[FieldChange, ...] = ()

    @property
    def party(self) -> ListedParty:
        """Its newest description."""
        found = self.after or self.before
        assert found is not None
        return found


@dataclass(frozen=True, slots=True)
class EditionDelta:
    """What an edition changes. Parties are in the order of their ids.

    Attributes:
        old: date of the edition before; None where there is none.
        notes: what makes the comparison less than like with like.
    """

    source: str
    old: dt.date | None
    new: dt.date
    parties: tuple[PartyDelta, ...]
    notes: tuple[str, ...] = ()

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many parties are new, changed, and gone."""
        new = sum(one.before is None for one in self.parties)
        gone = sum(one.after is None for one in self.parties)
        return new, len(self.parties) - new - gone, gone


def edition_delta(
    data_dir: Path, before: EditionRecord, after: EditionRecord, *, since: dt.date, until: dt.date
) -> EditionDelta:
    """What changed from one edition of a source to a later one, and which listings begin or end meanwhile.

    Args:
        data_dir: the user's data directory.
        before: the edition before; where it is ``after`` itself, only the days have moved.
        since: a party with a listing that begins or ends after this day ...
        until: ... and not after this one is among them, though its description is as it was.

    Raises:
        OperationFailed: the store is damaged.
    """
    notes = edition_notes(before, after)
    if notes:
        store = Store(data_dir)
        state, known = store.state(), registry.sources()
        # Of two editions of one day the state names one alone: each side is read with its own.
        was, now = (
            Shelf(store, state.with_edition(one), known).standing(one.source, one.edition) for one in (before, after)
        )
        parties = parties_delta(was, now, since=since, until=until)
    else:
        store = Store(data_dir)
        present = _by_id(store.lines(after))
        past = present if before == after else _by_id(store.lines(before))
        parties = _of_lines(past, present, since, until)
    return EditionDelta(after.source, before.edition, after.edition, parties, notes)


def parties_delta(
    before: Iterable[ListedParty],
    after: Iterable[ListedParty],
    *,
    since: dt.date = dt.date.max,
    until: dt.date = dt.date.max,
) -> tuple[PartyDelta, ...]:
    """What differs between two sets of parties, told apart by their ids; in the order of ids.

    Args:
        since, until: see :func:`edition_delta`.
    """
    past = {party.id: party for party in before}
    found = []
    for party in after:
        old = past.pop(party.id, None)
        fields = party_changes(old, party) if old is not None and old != party else ()
        if old is None or fields or _begins_or_ends(party, since, until):
            found.append(PartyDelta(old, party, fields))
    found += [PartyDelta(old, None) for old in past.values()]
    return tuple(sorted(found, key=lambda one: one.party.id))


def _begins_or_ends(party: ListedParty, since: dt.date, until: dt.date) -> bool:
    days = (day for listing in party.listings for day in (listing.listed_from, listing.listed_to))
    return any(since < day <= until for day in days if day is not None)


def _of_lines(
    before: Mapping[str, bytes], after: Mapping[str, bytes], since: dt.date, until: dt.date
) -> tuple[PartyDelta, ...]:
    start, end = since.isoformat().encode(), until.isoformat().encode()
    differing = [
        key
        for key in before.keys() | after.keys()
        if _content(before.get(key)) != _content(after.get(key))
        or any(start < day <= end for day in _DAYS.findall(after[key]))
    ]
    return parties_delta(
        [party_of(before[key]) for key in differing if key in before],
        [party_of(after[key]) for key in differing if key in after],
        since=since,
        until=until,
    )


def _content(line: bytes | None) -> bytes | None:
    """A line without the row that it was read from: a removal moves every row below."""
    return None if line is None else _SOURCE.sub(b"", line, count=1)


def _by_id(lines: Iterable[bytes]) -> dict[str, bytes]:
    found = {}
    for line in lines:
        match = _ID.match(line)
        found[json.loads(match[1]) if match else json.loads(line)["id"]] = line
    return found
