"""What changed from one edition of a source to another, party by party and field by field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from enduse.lists.legal import about, listing_words
from enduse.lists.merge import line_of, pair_listings, party_of
from enduse.lists.snapshots import EditionRecord, Store
from enduse.model.codec import to_plain
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty, Listing


@dataclass(frozen=True, slots=True)
class PartyLine:
    """A party in a word: id, primary name, the lists it stands on, and what each of its listings does."""

    id: str
    name: str
    lists: tuple[str, ...]
    listings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What one field lost and won. Values are as a reader sees them; a field that holds one value has one of each.

    ``field`` is a field of :class:`enduse.model.party.ListedParty`, or ``listing LIST.field``.
    """

    field: str
    removed: tuple[str, ...]
    added: tuple[str, ...]

    @property
    def about(self) -> str:
        """What the change is about, in legal terms."""
        return about(self.field)


@dataclass(frozen=True, slots=True)
class PartyChange:
    """A party that both editions show, with the fields that differ."""

    party: PartyLine
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class EditionDiff:
    """What changed. Parties are in the order of their ids.

    ``notes`` says what makes the comparison less than like with like (other files, rows set aside).
    """

    source: str
    old: dt.date
    new: dt.date
    added: tuple[PartyLine, ...]
    removed: tuple[PartyLine, ...]
    changed: tuple[PartyChange, ...]
    unchanged: int
    notes: tuple[str, ...] = ()


def diff(data_dir: Path, source: str, old: dt.date | None = None, new: dt.date | None = None) -> EditionDiff:
    """Compare two editions of a source.

    Args:
        data_dir: the user's data directory.
        source: id of the source.
        old: date of the older edition; None for the one before ``new``.
        new: date of the newer one; None for the newest.

    Raises:
        BadInput: there is no such edition; the remedy names those there are.
        OperationFailed: the store is damaged.
    """
    store = Store(data_dir)
    editions = store.state().of(source)
    after = _edition(source, editions, new) if new or not editions else editions[-1]
    before = _edition(source, editions, old) if old else _edition_before(source, editions, after)
    past = {party.id: line_of(party) for party in store.parties(before)}
    added: list[PartyLine] = []
    changed: list[PartyChange] = []
    unchanged = 0
    for party in store.parties(after):
        line = past.pop(party.id, None)
        if line is None:
            added.append(_line(party))
            continue
        found = party_changes(party_of(line), party)
        if found:
            changed.append(PartyChange(_line(party), found))
        else:
            unchanged += 1
    return EditionDiff(
        source,
        before.edition,
        after.edition,
        tuple(sorted(added, key=_id)),
        tuple(sorted((_line(party_of(line)) for line in past.values()), key=_id)),
        tuple(sorted(changed, key=lambda one: one.party.id)),
        unchanged,
        edition_notes(before, after),
    )


def _edition(source: str, editions: tuple[EditionRecord, ...], day: dt.date | None) -> EditionRecord:
    for record in editions:
        if record.edition == day:
            return record
    held = ", ".join(record.edition.isoformat() for record in editions)
    raise BadInput(
        f"there is no edition of {source}" + (f" of {day}" if day else ""),
        remedy=f"editions at hand: {held}" if held else "sync the source first",
    )


def _edition_before(source: str, editions: tuple[EditionRecord, ...], after: EditionRecord) -> EditionRecord:
    earlier = [record for record in editions if record.edition < after.edition]
    if not earlier:
        raise BadInput(f"there is no edition of {source} before {after.edition}", remedy="sync an older one")
    return earlier[-1]


def edition_notes(before: EditionRecord, after: EditionRecord) -> tuple[str, ...]:
    """What makes the comparison of two editions less than like with like."""
    notes = [
        f"the edition of {record.edition} lacks {', '.join(sorted(other.components - record.components))}"
        for record, other in ((before, after), (after, before))
        if other.components - record.components
    ]
    notes += [
        f"{record.rejected} rows of the edition of {record.edition} could not be read: parties may seem to come or go"
        for record in (before, after)
        if record.rejected
    ]
    return tuple(notes)


def _id(line: PartyLine) -> str:
    return line.id


def _line(party: ListedParty) -> PartyLine:
    lists = tuple(dict.fromkeys(listing.list_id for listing in party.listings))
    return PartyLine(party.id, party.name, lists, tuple(listing_words(listing) for listing in party.listings))


_NOT_CONTENT = {"id", "source", "listings"}
_PARTY_FIELDS = tuple(field.name for field in fields(ListedParty) if field.name not in _NOT_CONTENT)
_LISTING_FIELDS = tuple(
    field.name for field in fields(Listing) if field.name not in ("list_id", "seen_from", "seen_to", "gone_by")
)


def party_changes(old: ListedParty, new: ListedParty) -> tuple[FieldChange, ...]:
    """Which fields of a party differ between two descriptions; where it was read and when it was seen do not count."""
    found = [change for name in _PARTY_FIELDS if (change := _change(name, getattr(old, name), getattr(new, name)))]
    if old.listings != new.listings:
        pairs = pair_listings(old.listings, new.listings)
        for position, listing in enumerate(new.listings):
            past = pairs.get(position)
            if past is None:
                found.append(FieldChange("listings", (), (_of_listing(listing),)))
                continue
            for name in _LISTING_FIELDS:
                label = f"listing {listing.list_id}.{name}"
                if change := _change(label, getattr(past, name), getattr(listing, name)):
                    found.append(change)
        kept = list(pairs.values())
        found += [FieldChange("listings", (_of_listing(one),), ()) for one in old.listings if one not in kept]
    return tuple(found)


def _change(name: str, old: Any, new: Any) -> FieldChange | None:
    if old == new:
        return None
    before, after = _values(old), _values(new)
    removed = tuple(value for value in before if value not in after)
    added = tuple(value for value in after if value not in before)
    if not removed and not added:
        return None  # the same values in another order
    return FieldChange(name, removed, added)


def _values(value: Any) -> tuple[str, ...]:
    if isinstance(value, tuple):
        return tuple(_word(item) for item in value)
    return (_word(value),) if value not in (None, "") else ()


def _word(value: Any) -> str:
    plain = to_plain(value)
    if isinstance(plain, Mapping):
        text = str(plain.get("text") or plain.get("value") or "")
        rest = ", ".join(f"{key} {item}" for key, item in plain.items() if key not in ("text", "value"))
        return f"{text} ({rest})" if rest else text
    if isinstance(plain, list):
        return ": ".join(str(item) for item in plain)
    return str(plain)


def _of_listing(listing: Listing) -> str:
    parts = (listing.list_id, listing.reference or "", listing.citation.text, "; ".join(listing.programmes))
    return ", ".join(part for part in parts if part)
