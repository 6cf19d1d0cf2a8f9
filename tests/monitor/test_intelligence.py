"""What the lists add up to: curves that count a listing once, the time between governments, how it was matched."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import pytest

from enduse.model.citation import Citation
from enduse.model.match import Match, Query
from enduse.model.party import Identifier, ListedParty, Listing, Name, PartyKind, SourceReference
from enduse.monitor.intelligence import (
    BY_NAME,
    BY_NUMBER,
    NOT_STATED,
    OTHER,
    curves,
    government_of,
    reasons_of,
    spread,
)
from enduse.screen.index import Screener

TODAY = dt.date(2026, 8, 3)
CITED = Citation("an order")


def listing(authority: str, day: str = "", **more: object) -> Listing:
    start = dt.date.fromisoformat(day) if day else None
    return Listing(authority, authority, CITED, listed_from=start, **more)  # type: ignore[arg-type]


def party(key: str, name: str, *listings: Listing, numbers: Sequence[str] = ()) -> ListedParty:
    identifiers = tuple(Identifier("imo", one) for one in numbers)
    names, source = (Name(name),), SourceReference(key.partition(":")[0])
    return ListedParty(key, names, listings, source, PartyKind.COMPANY, identifiers=identifiers)


def spread_over(parties: Sequence[ListedParty], threshold: float = 0.95):  # type: ignore[no-untyped-def]
    screener = Screener(parties)

    def screen(queries: Sequence[Query], least: float) -> Iterable[list[Match]]:
        return list(screener.screen_many(queries, threshold=least))

    return spread(parties, screen, threshold=threshold)


@pytest.mark.parametrize(
    ("stated", "programmes", "found"),
    [
        ("commercial spyware", (), ("spyware",)),
        ("mass surveillance / Xinjiang (technology or forced labour)", (), None),
        ("", ("GLOMAG",), ("human_rights_abuse_or_corruption",)),
        ("", ("HRIT-IR",), ("mass_surveillance",)),
        ("", ("The Global Anti-Corruption Sanctions Regulations 2021",), ("corruption",)),
        ("", ("CUBA",), (OTHER,)),
        ("shipping", (), (OTHER,)),
        ("", (), (NOT_STATED,)),
    ],
)
def test_a_reason_is_what_the_source_states(stated: str, programmes: tuple[str, ...], found: object) -> None:
    told = reasons_of(listing("US-BIS", reason=stated, programmes=programmes))
    if found is None:
        assert set(told) == {"mass_surveillance", "forced_labour", "human_rights_abuse"}
    else:
        assert told == found


def test_curves_count_a_listing_once_and_tell_what_has_no_day() -> None:
    twice = listing("US-BIS", "2021-11-04", reason="spyware")
    parties = [
        party("a:1", "Example Intrusion Ltd", twice),
        party("b:1", "EXAMPLE INTRUSION LTD", twice),
        party("a:2", "Gone Example", listing("US-BIS", "2019-01-01", listed_to=dt.date(2023, 6, 1))),
        party("a:3", "Undated Example", listing("CA", seen_from=dt.date(2024, 2, 1))),
        party("a:4", "Future Example", listing("CA", "2027-01-01")),
    ]
    found = curves(parties, TODAY, since=2019)
    assert (found.listings, found.undated, found.years) == (4, 1, tuple(range(2019, 2027)))
    by_reason = {one.name: one for one in found.by_reason}
    assert by_reason["spyware"].began == (0, 0, 1, 0, 0, 0, 0, 0)
    assert by_reason["spyware"].standing == (0, 0, 1, 1, 1, 1, 1, 1)
    by_authority = {one.name: one for one in found.by_authority}
    assert by_authority["US-BIS"].standing == (1, 1, 2, 2, 1, 1, 1, 1)
    assert by_authority["CA"].standing == (0, 0, 0, 0, 0, 1, 1, 1) and by_authority["CA"].total == 0


def test_the_time_between_governments_and_how_the_party_was_matched() -> None:
    parties = [
        party("us:1", "Quiet Lens Trading FZE", listing("US-OFAC", "2022-01-10")),
        party("gb:1", "QUIET LENS TRADING FZE", listing("GB", "2022-03-11")),
        party("ca:1", "Quiet Lens Trading (FZE)", listing("CA", "2023-03-11")),
        party("us:2", "Northern Example Star", listing("US-OFAC", "2020-05-01"), numbers=["9074729"]),
        party("gb:2", "Sea Lantern", listing("GB", "2020-05-01"), numbers=["9074729"]),
        party("us:3", "Lone Example", listing("US-BIS", "2020-05-01")),
        party("us:4", "Dateless Example Works", listing("US-BIS", "2020-05-01")),
        party("gb:4", "Dateless Example Works", listing("GB")),
        party("us:5", "Mistyped Example Yard", listing("US-OFAC", "2020-05-01")),
        party("gb:5", "Mistyped Example Yard", listing("GB", "0202-05-01")),
    ]
    found = spread_over(parties)
    lags = {(one.first, one.then): one for one in found.lags}
    assert (found.matched, found.undated, found.implausible) == (4, 2, 1)
    assert {(gap.first, gap.then): gap.days for gap in found.gaps if gap.how == BY_NAME} == {
        ("US", "GB"): 60,
        ("GB", "CA"): 365,
    }
    assert lags["GB", "US"].same_day == 1 and lags["GB", "US"].by_name == 0
    assert next(gap.how for gap in found.gaps if gap.days == 0) == BY_NUMBER
    assert lags["US", "GB"].quartiles == (60.0, 60.0, 60.0)


def test_agencies_of_one_government_are_one() -> None:
    assert [government_of(one) for one in ("US-BIS", "US-OFAC", "UN-SC", "EU")] == ["US", "US", "UN", "EU"]
    parties = [
        party("us:1", "Two Agencies Example", listing("US-BIS", "2019-01-01")),
        party("us:2", "Two Agencies Example", listing("US-OFAC", "2021-01-01")),
    ]
    assert spread_over(parties).matched == 0


def test_another_name_is_no_match_and_a_crowd_is_left_out() -> None:
    others = [
        party("us:1", "Alpha Example Optics", listing("US-BIS", "2019-01-01")),
        party("gb:1", "Beta Example Foundry", listing("GB", "2020-01-01")),
    ]
    assert spread_over(others).gaps == ()
    assert spread_over([]).lags == ()
