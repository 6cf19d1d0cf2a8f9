"""Everything held of one listed party: names, listings over time, addresses, numbers, sources."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.ownership import BOX, TALL, ownership
from enduse.interfaces.web.page import Page
from enduse.interfaces.web.screen import Listed, listed
from enduse.lists.legal import listing_words
from enduse.model.match import Query
from enduse.model.party import ListedParty, Listing
from enduse.model.truth import Truth

LABEL, CHART, ROW = 190, 660, 30
LABELLED = 26
"""Letters that stand beside a bar."""
_ALIKE_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Stretch:
    """A listing in the picture: where it begins and ends, and what of that is not known.

    Attributes:
        known_start: False where only the first edition that shows it is known.
        known_end: False where it is still shown, or only the last edition that shows it is known.
    """

    y: int
    label: str
    x: float
    width: float
    known_start: bool
    known_end: bool
    words: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Listings over time: stretches, the years on the axis, and where the day asked for lies."""

    stretches: tuple[Stretch, ...]
    years: tuple[tuple[float, int], ...]
    day_x: float
    height: int


def picture(listings: Sequence[Listing], day: dt.date, today: dt.date) -> Picture | None:
    """Listings over time; None where no date at all is known."""
    starts = [one.listed_from or one.seen_from for one in listings]
    known = [start for start in starts if start is not None]
    if not known:
        return None
    first = dt.date(min(*known, day, today).year if known else today.year, 1, 1)
    ends = [end for one in listings for end in (one.listed_to, one.gone_by) if end is not None]
    last = dt.date(max([*ends, today, day]).year + 1, 1, 1)

    def place(moment: dt.date) -> float:
        return round(LABEL + (moment - first).days / (last - first).days * CHART, 1)

    stretches = []
    for number, (one, start) in enumerate(zip(listings, starts, strict=True)):
        end = one.listed_to or one.gone_by
        x, right = place(start or first), place(end or last)
        stretches.append(
            Stretch(
                number * ROW + 4,
                _short(f"{one.list_id} {one.programmes[0] if one.programmes else ''}".strip()),
                x,
                max(3.0, round(right - x, 1)),
                one.listed_from is not None,
                one.listed_to is not None,
                listing_words(one),
            )
        )
    step = max(1, (last.year - first.year) // 8)
    years = tuple((place(dt.date(year, 1, 1)), year) for year in range(first.year, last.year, step))
    return Picture(tuple(stretches), years, place(day), len(listings) * ROW + 26)


def _short(label: str) -> str:
    return label if len(label) <= LABELLED else f"{label[: LABELLED - 1].rstrip()}…"


def party(desk: Desk) -> Page:
    """The page of a listed party.

    Raises:
        NotHeld: no party has that id.
    """
    found = desk.holdings.listed(desk.params["id"])
    state = [listed(one, desk.day) for one in found.listings]
    return Page(
        "party.html",
        found.name,
        {
            "party": found,
            "listings": state,
            "words": [listing_words(one) for one in found.listings],
            "picture": picture(found.listings, desk.day, desk.today),
            "listed_now": any(one.listing.in_force(desk.day) is Truth.TRUE for one in state),
            "elsewhere": elsewhere(desk, found),
            "owners": ownership(desk, found),
            "check": desk.url("/", ("party.0.name", found.name)),
            "screen": desk.url("/screen", ("name", found.name)),
            "sources": _sources(state),
            "label_words": label_words,
            "box": BOX,
            "tall": TALL,
        },
        section="/screen",
    )


def label_words(label: str) -> str:
    """A publisher's label in words: ``registrationNumber`` is a registration number."""
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", label)
    plain = apart.lower() if apart != label else apart
    return re.sub(r"\b(lei|imo|swift|bic|ogrn|inn|npwp|mmsi|duns)\b", lambda one: one[0].upper(), plain).removesuffix(
        " code"
    )


def elsewhere(desk: Desk, found: ListedParty) -> list[tuple[str, ListedParty]]:
    """Parties of a like name in the lists at hand: other sources' records of the same one among them."""
    hits = desk.holdings.screen(Query(found.name), 0.9)
    return [(f"{hit.score:.2f}", hit.party) for hit in hits if hit.party.id != found.id][:_ALIKE_SHOWN]


def _sources(listings: Iterable[Listed]) -> list[str]:
    """Every further citation of the listings, each once."""
    return list(dict.fromkeys(text for one in listings for text in one.listing.sources))
