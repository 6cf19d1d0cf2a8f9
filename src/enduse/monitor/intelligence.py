"""What all lists at hand add up to: listings by reason, country and authority over the years, and the time from one
government's listing of a party to the next's.

Reasons are those that the source states, in categories that are data (``reasons.yaml``). Parties are the same across
lists where they share a number that identifies, or where our matcher, given their details, scores a name at or above a
threshold and each is the other's best. Only days that a list states are measured between.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from enduse.formats.plain_yaml import load_yaml
from enduse.model.match import Match, Query
from enduse.model.party import ListedParty, Listing, PartyKind
from enduse.screen.identifiers import identifier_keys

THRESHOLD = 0.95
"""Score of names, with details, from which two listed parties count as the same."""
MOST_TOGETHER = 12
"""Parties that may be the same one; more of them are a name that many bear, and are left out."""
_FIRST_YEAR = 1945
_UNDER = ("reason", "authority", "country")
NOT_STATED, OTHER = "not_stated", "other_programme"
BY_NUMBER, BY_NAME = "number", "name"
_KINDS = {PartyKind.PERSON: "person", PartyKind.COMPANY: "company", PartyKind.VESSEL: "vessel"}


@functools.cache
def _categories() -> Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    raw: Any = load_yaml((resources.files("enduse.monitor") / "reasons.yaml").read_bytes(), name="reasons.yaml")
    return {
        name: (tuple(one.get("words", ())), tuple(one.get("programmes", ()))) for name, one in raw["categories"].items()
    }


def reasons_of(listing: Listing) -> tuple[str, ...]:
    """The categories under which a listing stands: those its words or programmes state, else that none is stated."""
    said = listing.reason.casefold()
    found = [
        name
        for name, (words, programmes) in _categories().items()
        if any(word in said for word in words)
        or any(_is(one, code) for one in listing.programmes for code in programmes)
    ]
    if found:
        return tuple(found)
    return (OTHER,) if listing.programmes or said else (NOT_STATED,)


def _is(programme: str, code: str) -> bool:
    return programme.startswith(code[:-1]) if code.endswith("*") else programme == code


def government_of(authority: str) -> str:
    """The government (or body) of an authority: ``US`` of ``US-BIS``."""
    return authority.partition("-")[0]


# --- curves


@dataclass(frozen=True, slots=True)
class Curve:
    """Listings of one reason, country or authority, year by year.

    Attributes:
        began: how many began in each year, by their stated day.
        standing: how many stood at the end of each year, as far as editions at hand tell.
    """

    name: str
    began: tuple[int, ...]
    standing: tuple[int, ...]

    @property
    def total(self) -> int:
        """All that began on a stated day."""
        return sum(self.began)


@dataclass(frozen=True, slots=True)
class Curves:
    """All curves.

    Attributes:
        years: the years of the curves, in order; the last is that of the day asked for, as of that day.
        listings: how many different listings there are.
        undated: how many of them state no first day; they count from the first edition that shows them.
    """

    years: tuple[int, ...]
    by_reason: tuple[Curve, ...]
    by_authority: tuple[Curve, ...]
    by_country: tuple[Curve, ...]
    listings: int
    undated: int


def curves(parties: Iterable[ListedParty], today: dt.date, *, since: int = 2010) -> Curves:
    """Listings over the years. The same listing in several sources counts once.

    Args:
        since: the first year that is shown; what began before stands in it.
    """
    years = tuple(range(since, today.year + 1))
    ends = [min(dt.date(year, 12, 31), today) for year in years]
    began: dict[str, dict[str, Counter[int]]] = {
        key: defaultdict(Counter) for key in ("reason", "authority", "country")
    }
    standing: dict[str, dict[str, list[int]]] = {key: defaultdict(lambda: [0] * len(years)) for key in _UNDER}
    seen: set[tuple[str, str, dt.date | None]] = set()
    undated = 0
    for party in parties:
        for listing in party.listings:
            key = (listing.list_id, party.name.casefold(), listing.listed_from)
            if key in seen:
                continue
            seen.add(key)
            undated += listing.listed_from is None
            start = listing.listed_from or listing.seen_from
            end = listing.listed_to or listing.gone_by
            under = {
                "reason": reasons_of(listing),
                "authority": (listing.authority,),
                "country": tuple(sorted(set(party.countries))) or ("",),
            }
            for kind, names in under.items():
                for name in names:
                    if listing.listed_from is not None and since <= listing.listed_from.year <= today.year:
                        began[kind][name][listing.listed_from.year] += 1
                    counts = standing[kind][name]
                    for place, day in enumerate(ends):
                        if start is not None and start <= day and (end is None or day < end):
                            counts[place] += 1

    def made(kind: str) -> tuple[Curve, ...]:
        found = [
            Curve(name, tuple(began[kind][name][year] for year in years), tuple(counts))
            for name, counts in standing[kind].items()
        ]
        return tuple(sorted(found, key=lambda one: (-one.standing[-1], one.name)))

    return Curves(years, made("reason"), made("authority"), made("country"), len(seen), undated)


# --- from one government to the next


@dataclass(frozen=True, slots=True)
class Gap:
    """One party: a government listed it, and the next one after so many days.

    Attributes:
        how: ``number`` or ``name``; ``score`` of the names in the second case.
        names: as each of them writes it.
    """

    first: str
    then: str
    days: int
    how: str
    score: float
    names: tuple[str, str]


@dataclass(frozen=True, slots=True)
class Lag:
    """From one government's listing to the next's, over the parties that both list.

    Attributes:
        by_name: how many of them were matched by name alone.
        quartiles: of the days; the middle one is the median.
    """

    first: str
    then: str
    count: int
    by_name: int
    same_day: int
    quartiles: tuple[float, float, float]
    longest: int


@dataclass(frozen=True, slots=True)
class Spread:
    """What is told of parties across governments.

    Attributes:
        matched: parties that several governments list.
        undated: those of them of which fewer than two governments state a day.
        implausible: stated days before 1945, which are no days of listings; they count as not stated.
        crowded: names that more than :data:`MOST_TOGETHER` parties share, left out.
    """

    threshold: float
    parties: int
    matched: int
    undated: int
    implausible: int
    crowded: int
    lags: tuple[Lag, ...]
    gaps: tuple[Gap, ...]


def spread(
    parties: Sequence[ListedParty],
    screen: Callable[[Sequence[Query], float], Iterable[Sequence[Match]]],
    *,
    threshold: float = THRESHOLD,
    told: Callable[[int], object] = lambda _: None,
) -> Spread:
    """The time from one government's listing of a party to the next's.

    Args:
        screen: the hits of each query among ``parties``, from a score on.
        told: is told how many parties have been looked up.
    """
    asked = [(party, query) for party in parties if party.listings and (query := _query(party)) is not None]
    best: dict[str, dict[str, tuple[float, str]]] = {}
    by_id = {party.id: party for party in parties}
    batch = 500
    for start in range(0, len(asked), batch):
        some = asked[start : start + batch]
        for (party, _), matches in zip(some, screen([query for _, query in some], threshold), strict=True):
            best[party.id] = _best(party, matches)
        told(min(start + batch, len(asked)))
    links = _links(by_id, best)
    groups, crowded = _groups(links)
    lags: dict[tuple[str, str], list[Gap]] = defaultdict(list)
    undated = implausible = 0
    for group in groups:
        members = [by_id[one] for one in group]
        implausible += sum(_stated(one) is None and one.listed_from is not None for m in members for one in m.listings)
        gaps = _gaps(members, links)
        undated += not gaps
        for gap in gaps:
            lags[gap.first, gap.then].append(gap)
    ordered = sorted(lags, key=lambda pair: (-len(lags[pair]), pair))
    everything = tuple(gap for pair in ordered for gap in sorted(lags[pair], key=lambda one: (-one.days, one.names)))
    return Spread(
        threshold,
        len(asked),
        len(groups),
        undated,
        implausible,
        crowded,
        tuple(_lag(lags[pair]) for pair in ordered),
        everything,
    )


def _query(party: ListedParty) -> Query | None:
    if not any(letter.isalnum() for letter in party.name):
        return None
    born = party.birth_dates[0] if len(party.birth_dates) == 1 else ""
    return Query(
        party.name[:500],
        kind=_KINDS.get(party.kind, "any"),
        countries=tuple(code for code in party.countries if len(code) == 2),
        identifiers=party.identifiers[:50],
        birth_date=born if born[:4].isdecimal() else None,
    )


def _governments(party: ListedParty) -> frozenset[str]:
    return frozenset(government_of(one.authority) for one in party.listings)


def _best(party: ListedParty, matches: Iterable[Match]) -> dict[str, tuple[float, str]]:
    """Of every other government the party that fits best."""
    own, found = _governments(party), dict[str, tuple[float, str]]()
    for match in matches:
        for other in _governments(match.party) - own:
            if other not in found or match.score > found[other][0]:
                found[other] = (match.score, match.party.id)
    return found


def _links(
    by_id: Mapping[str, ListedParty], best: Mapping[str, Mapping[str, tuple[float, str]]]
) -> dict[tuple[str, str], tuple[str, float]]:
    """Pairs that are the same party: each the other's best by name, or with a number in common."""
    links: dict[tuple[str, str], tuple[str, float]] = {}
    for one, found in best.items():
        for score, other in found.values():
            back = best.get(other, {})
            if any(back.get(own, (0.0, ""))[1] == one for own in _governments(by_id[one])):
                links[min(one, other), max(one, other)] = (BY_NAME, score)
    holders: dict[str, list[str]] = defaultdict(list)
    for party in by_id.values():
        if party.identifiers and party.listings:
            for key in set(identifier_keys(Query(party.name or "x", identifiers=party.identifiers))):
                holders[key].append(party.id)
    for some in holders.values():
        if 1 < len(some) <= MOST_TOGETHER:
            for place, one in enumerate(some):
                for other in some[place + 1 :]:
                    if _governments(by_id[one]) != _governments(by_id[other]):
                        links[min(one, other), max(one, other)] = (BY_NUMBER, 1.0)
    return links


def _groups(links: Iterable[tuple[str, str]]) -> tuple[list[list[str]], int]:
    """Parties that hang together, and how many groups were too large."""
    parent: dict[str, str] = {}

    def root(one: str) -> str:
        while parent.setdefault(one, one) != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for one, other in links:
        parent[root(one)] = root(other)
    groups: dict[str, list[str]] = defaultdict(list)
    for one in sorted(parent):
        groups[root(one)].append(one)
    fit = [some for some in groups.values() if len(some) <= MOST_TOGETHER]
    return fit, len(groups) - len(fit)


def _stated(listing: Listing) -> dt.date | None:
    """The first day that the list states, where it can be one."""
    day = listing.listed_from
    return day if day is not None and day.year >= _FIRST_YEAR else None


def _gaps(group: Sequence[ListedParty], links: Mapping[tuple[str, str], tuple[str, float]]) -> list[Gap]:
    """From each government to the next one, by their first stated days."""
    first: dict[str, tuple[dt.date, ListedParty]] = {}
    for party in group:
        for listing in party.listings:
            day, government = _stated(listing), government_of(listing.authority)
            if day is not None and (government not in first or day < first[government][0]):
                first[government] = (day, party)
    ordered = sorted(first.items(), key=lambda item: (item[1][0], item[0]))
    found = []
    for (one, (day, party)), (other, (later, listed)) in itertools.pairwise(ordered):
        how, score = links.get((min(party.id, listed.id), max(party.id, listed.id)), (BY_NAME, 0.0))
        if not score:
            # Linked through a third: the weakest link of the group counts.
            ids = {member.id for member in group}
            inside = [link for pair, link in links.items() if pair[0] in ids and pair[1] in ids]
            how = BY_NUMBER if all(kind == BY_NUMBER for kind, _ in inside) else BY_NAME
            score = min(value for _, value in inside)
        found.append(Gap(one, other, (later - day).days, how, score, (party.name, listed.name)))
    return found


def _lag(gaps: Sequence[Gap]) -> Lag:
    days = sorted(gap.days for gap in gaps)
    if len(days) > 1:
        low, middle, high = statistics.quantiles(days, n=4, method="inclusive")
    else:
        low = middle = high = float(days[0])
    by_name = sum(gap.how == BY_NAME for gap in gaps)
    return Lag(
        gaps[0].first, gaps[0].then, len(days), by_name, sum(day == 0 for day in days), (low, middle, high), days[-1]
    )
