"""One description of each party of a source, built from all its editions: who was shown, from when to when.

Editions are folded in one after the other, oldest first. The newest description of a party wins; a listing keeps
the date of the first edition that shows it (``seen_from``), of the last (``seen_to``) and of the first later one that
does not (``gone_by``). A party that was removed stays, with ``gone_by``. A listing whose programmes, measures,
footnotes or scope change counts as ended, and as another one from then on.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, replace

from enduse.lists.sources.base import Rejected
from enduse.model.codec import from_plain, to_plain
from enduse.model.party import ListedParty, Listing

CARRIED = "names, addresses and numbers also from the edition of"
"""Label of the attribute that a party gets where its newest edition lacks files that an older one had."""

_WORD = re.compile(r"[\w./-]+")


@dataclass(frozen=True, slots=True)
class Step:
    """One edition as it is folded in.

    Attributes:
        shown_on: the date of the edition.
        shown_to: the last day on which the publisher was seen to serve it.
        parties: its parties.
        rejected: its rows that were set aside: a party among them may still be listed.
        carried_from: the date of an earlier edition that had files which this one lacks, or None.
    """

    shown_on: dt.date
    shown_to: dt.date
    parties: Iterable[ListedParty]
    rejected: tuple[Rejected, ...] = ()
    carried_from: dt.date | None = None


def fold(before: dict[str, str], step: Step) -> Iterator[tuple[str, str]]:
    """Fold an edition into what the earlier ones say.

    Args:
        before: party id -> line (see :func:`line_of`) after the edition before; it is emptied.
        step: the edition.

    Yields:
        (party id, line) of every party that any edition so far has shown.
    """
    for party in step.parties:
        line = before.pop(party.id, None)
        yield party.id, line_of(_met(party_of(line) if line else None, party, step))
    excerpts = [row.excerpt.casefold() for row in step.rejected if row.excerpt]
    while before:
        identifier, line = before.popitem()
        party = party_of(line)
        if any(listing.gone_by is None for listing in party.listings) and not _set_aside(party, excerpts):
            line = line_of(replace(party, listings=tuple(_ended(one, step.shown_on) for one in party.listings)))
        yield identifier, line


def line_of(party: ListedParty) -> str:
    """A party as one line of JSON, without its end."""
    return json.dumps(to_plain(party), ensure_ascii=False, separators=(",", ":"))


def party_of(line: str | bytes) -> ListedParty:
    """The party of a line.

    Raises:
        ValueError, TypeError, LookupError: :func:`line_of` did not write it.
    """
    return from_plain(ListedParty, json.loads(line))


def _met(old: ListedParty | None, new: ListedParty, step: Step) -> ListedParty:
    """The party as the step's edition describes it, with the listings of the past."""
    if old is None:
        return replace(new, listings=tuple(_seen(one, step.shown_on, step.shown_to) for one in new.listings))
    current: list[Listing] = []
    still_open = [one for one in old.listings if one.gone_by is None]
    pairs = pair_listings(still_open, new.listings)
    for position, listing in enumerate(new.listings):
        past = pairs.get(position)
        if past is None or _begins_after(listing, past) or _effect(listing) != _effect(past):
            current.append(_seen(listing, step.shown_on, step.shown_to))
            continue
        still_open.remove(past)
        if (
            listing.listed_from is None
            and past.listed_from
            and (listing.listed_to is None or past.listed_from < listing.listed_to)
        ):
            listing = replace(listing, listed_from=past.listed_from)
        current.append(_seen(listing, past.seen_from or step.shown_on, step.shown_to))
    # In the order of time: what an earlier edition said of a past day goes before what a later one says of it.
    listings = [one for one in old.listings if one.gone_by is not None]
    listings += [_ended(one, step.shown_on) for one in still_open]
    listings += current
    party = replace(new, listings=tuple(listings))
    return _carried(old, party, step.carried_from) if step.carried_from else party


def pair_listings(old: Iterable[Listing], new: Iterable[Listing]) -> dict[int, Listing]:
    """Which listing of one edition is which of the next, for one party.

    Listings of one list are the same where the publisher's reference is, or the citation, or the programmes; the
    closest agreement is taken first, and none twice.

    Returns:
        Position in ``new`` -> listing of ``old``.
    """
    left, found = list(old), dict[int, Listing]()
    numbered = list(enumerate(new))
    for key in _KEYS:
        by_key: dict[Hashable, list[Listing]] = {}
        for listing in left:
            if (value := key(listing)) is not None:
                by_key.setdefault((listing.list_id, value), []).append(listing)
        for position, listing in numbered:
            if position in found or (value := key(listing)) is None:
                continue
            same = by_key.get((listing.list_id, value))
            if same:
                found[position] = same.pop(0)
                left.remove(found[position])
    return found


_KEYS: tuple[Callable[[Listing], Hashable | None], ...] = (
    lambda one: (one.reference, one.listed_from, one.programmes, one.citation.text),
    lambda one: (one.reference, one.programmes) if one.reference else None,
    lambda one: one.reference,
    lambda one: (one.citation.text, one.listed_from),
    lambda one: one.citation.text,
    lambda one: one.programmes,
)


def _begins_after(listing: Listing, past: Listing) -> bool:
    """The party was listed anew: the new listing begins after the last edition that showed the old one."""
    return bool(
        listing.listed_from
        and past.seen_to
        and listing.listed_from > past.seen_to
        and listing.listed_from != past.listed_from
    )


def _effect(listing: Listing) -> tuple[object, ...]:
    """What a listing brings. Where this changes, the old listing ends and another begins: the past keeps its law.

    Wording is left out: publishers respell requirements and remarks from edition to edition.
    """
    return (
        frozenset(listing.programmes),
        frozenset(listing.measures),
        frozenset(listing.footnotes),
        listing.scope == "all",
    )


def _seen(listing: Listing, since: dt.date, until: dt.date) -> Listing:
    return replace(listing, seen_from=since, seen_to=until, gone_by=None)


def _ended(listing: Listing, day: dt.date) -> Listing:
    return listing if listing.gone_by is not None else replace(listing, gone_by=day)


def _carried(old: ListedParty, new: ListedParty, since: dt.date) -> ListedParty:
    """Names, addresses and numbers that the files which this edition lacks may have held."""
    known = {name.text for name in new.names}
    names = tuple(name for name in old.names if name.text not in known)
    addresses = tuple(one for one in old.addresses if one not in new.addresses)
    identifiers = tuple(one for one in old.identifiers if one not in new.identifiers)
    if not (names or addresses or identifiers):
        return new
    return replace(
        new,
        names=new.names + names,
        addresses=new.addresses + addresses,
        identifiers=new.identifiers + identifiers,
        attributes=(*new.attributes, (CARRIED, since.isoformat())),
    )


def _set_aside(party: ListedParty, excerpts: list[str]) -> bool:
    """Whether a party that an edition lacks may be one of its rows that could not be read.

    A row that holds its name, or its reference as a word, is enough: it is better shown too long than too short.
    """
    if not excerpts:
        return False
    name = party.name.casefold()
    words = {one.reference.casefold() for one in party.listings if one.reference}
    return any(name in excerpt or words & set(_WORD.findall(excerpt)) for excerpt in excerpts)
