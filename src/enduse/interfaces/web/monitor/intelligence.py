"""What lists and law changed, and one party across governments: who lists it, since when, and who does not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from enduse.interfaces.monitor.feed import news
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.monitor.alerts import page
from enduse.interfaces.web.page import Page
from enduse.interfaces.web.parties import picture
from enduse.lists.legal import listing_words
from enduse.model.errors import BadInput
from enduse.model.match import Match, Query
from enduse.model.party import Listing
from enduse.model.truth import Truth
from enduse.rules.rulebook import lists_needed

LIKE = 0.85
SHOWN = 200


@dataclass(frozen=True, slots=True)
class First:
    """What one authority does to a party.

    Attributes:
        since: the first day that is known; None where no listing says one.
        exact: the list itself states that day; otherwise it is that of the first edition that shows it.
        after: days after the first authority that listed the party; None where a day is not known.
        now: whether a listing is in force on the day asked for.
    """

    authority: str
    listings: tuple[Listing, ...]
    since: dt.date | None
    exact: bool
    after: int | None
    now: Truth


def by_authority(listings: Iterable[Listing], day: dt.date) -> tuple[First, ...]:
    """Listings of one party by authority, the earliest first; those without any date last."""
    found: dict[str, list[Listing]] = {}
    for one in listings:
        found.setdefault(one.authority, []).append(one)
    begun = {authority: min(days) if (days := _days(some)) else None for authority, some in found.items()}
    earliest = min((start for start in begun.values() if start is not None), default=None)
    told = []
    for authority, some in found.items():
        since = begun[authority]
        truths = [one.in_force(day) for one in some]
        now = Truth.TRUE if Truth.TRUE in truths else Truth.UNKNOWN if Truth.UNKNOWN in truths else Truth.FALSE
        after = (since - earliest).days if since is not None and earliest is not None else None
        told.append(First(authority, tuple(some), since, any(one.listed_from == since for one in some), after, now))
    return tuple(sorted(told, key=lambda one: (one.since is None, one.since or dt.date.max, one.authority)))


def _days(listings: Iterable[Listing]) -> list[dt.date]:
    """The first day of each listing for which one is known."""
    days = (one.listed_from or one.seen_from for one in listings)
    return [day for day in days if day is not None]


def changes(desk: Desk) -> Page:
    """What the last editions changed, and the days of the law, the newest first."""
    found = news(desk.holdings.data_dir, desk.today) if desk.holdings.data_dir is not None else ()
    ahead = [one for one in found if one.day > desk.today]
    past = [one for one in found if one.day <= desk.today]
    return page(desk, "changes.html", "Changes of lists and law", {"ahead": ahead[::-1], "past": past[:SHOWN]})


def gap(desk: Desk) -> Page:
    """One party across governments.

    Raises:
        BadInput: the name cannot be used.
    """
    name = desk.fields.one("name")
    if len(name) > 2_000:
        raise BadInput("a name of more than 2,000 characters", where="name", remedy="shorten it")
    matches = desk.holdings.screen(Query(name), LIKE) if name else []
    listings = _listings(matches)
    firsts = by_authority(listings, desk.day)
    listing = {one.authority for one in firsts if one.now is not Truth.FALSE}
    coverage = desk.holdings.library.coverage(lists_needed(), desk.day, desk.today)
    held = [entry.partition(" (")[0] for entry in coverage.checked]
    listed_on = {one.list_id for one in listings if one.in_force(desk.day) is not Truth.FALSE}
    context = {
        "name": name,
        "matches": [(f"{one.score:.2f}", one.party) for one in matches],
        "firsts": firsts,
        "picture": picture(listings, desk.day, desk.today) if listings else None,
        "words_of_listing": listing_words,
        "listing": sorted(listing),
        "not_on": [one for one in held if one not in listed_on and " " not in one],
        "not_held": [entry.partition(":")[0] for entry in coverage.not_checked],
    }
    return page(desk, "gap.html", f"{name}: across governments" if name else "A party across governments", context)


def _listings(matches: Sequence[Match]) -> list[Listing]:
    """The listings of all matches, each once, the earliest first."""
    found = dict.fromkeys(one for match in matches for one in match.party.listings)
    return sorted(found, key=lambda one: (one.listed_from or one.seen_from or dt.date.max, one.list_id))
