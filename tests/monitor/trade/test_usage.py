"""Signs of diversion in what leaves under licences: surges, rushes, splits, routes, who stands behind a consignee."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.trade_licences import DAY, RESTRICTED, THRESHOLD, world
from enduse.monitor.trade.declarations import ListedOne
from enduse.monitor.trade.usage import (
    CONSIGNEE,
    LAST,
    LATE,
    ROUTING,
    SPLIT,
    SURGE,
    WINDOW,
    Delivery,
    Threshold,
    UsedLine,
    UseFound,
    late,
    look_through,
    surge,
)

BEGIN, END = dt.date(2025, 1, 1), dt.date(2027, 1, 1)


def day(offset: int) -> dt.date:
    return BEGIN + dt.timedelta(days=offset)


def line(*deliveries: tuple[int, int], **more: Any) -> UsedLine:
    """A line of 1,000 pieces worth 100,000 EUR over two years; deliveries as days since its first, and pieces."""
    stated: dict[str, Any] = {
        "case": "case-1",
        "licence": "NL-1",
        "line": 1,
        "code": "3A001",
        "unit": "pieces",
        "licensed": Decimal(1_000),
        "valid_from": BEGIN,
        "valid_to": END,
        "exporter": "Works",
        "consignee": "Shop",
        "destination": "KZ",
        "value": Decimal(100_000),
        "currency": "EUR",
        "deliveries": tuple(
            Delivery(f"u{number}", day(offset), Decimal(pieces)) for number, (offset, pieces) in enumerate(deliveries)
        ),
    }
    return UsedLine(**(stated | more))


EVERY_MONTH = [(30 * month, 30) for month in range(1, 12)]
"""Use that is even: 330 pieces in eleven months."""


def kinds(found: UseFound) -> list[str]:
    return [one.kind for one in found.signs]


# --- against the plan


def test_even_use_is_judged_and_says_nothing() -> None:
    said = surge(line(*EVERY_MONTH), day(335))
    assert said is not None and said.sign is None and said.silent == ""


def test_many_more_deliveries_are_a_surge_with_its_figures() -> None:
    said = surge(line(*EVERY_MONTH, *((335 + 7 * week, 30) for week in range(12))), day(420))
    assert said is not None and said.sign is not None
    assert said.who == "NL-1 line 1, Works to Shop"
    assert said.sign.why.startswith(
        "36% of the line (360 of 1000 pieces) left in the 90 days to 2026-02-25, where even "
    )
    assert "even use allots 12%: 12 deliveries in 90 days after 11 in 301" in said.sign.why
    assert said.sign.evidence[0] == "NL-1 use u11" and len(said.sign.evidence) == 12


def test_larger_deliveries_are_a_surge_too() -> None:
    uneven = [(offset, 20 + 3 * number) for number, (offset, _) in enumerate(EVERY_MONTH)]
    said = surge(line(*uneven, (360, 120), (390, 130), (415, 140)), day(420))
    assert said is not None and said.sign is not None
    assert "larger than before with p = 0.003" in said.sign.why


def test_a_surge_within_what_the_plan_allots_is_none() -> None:
    many = line(*EVERY_MONTH, *((335 + 7 * week, 30) for week in range(12)), licensed=Decimal(10_000))
    said = surge(many, day(420))
    assert said is not None and said.sign is None


@pytest.mark.parametrize(
    ("deliveries", "said"),
    [
        ([], "0 deliveries before these days; 4 over 90 days are needed"),
        ([(10, 5), (20, 5), (400, 100)], "2 deliveries over 321 days before these days"),
        ([(300, 5), (305, 5), (310, 5), (320, 5), (400, 100)], "4 deliveries over 31 days before these days"),
    ],
)
def test_a_series_that_is_too_short_says_so(deliveries: list[tuple[int, int]], said: str) -> None:
    found = surge(line(*deliveries), day(420))
    assert found is not None and found.sign is None and found.silent.startswith(said)


def test_the_days_before_the_end_are_looked_at_apart() -> None:
    end = (END - BEGIN).days
    rush = line(*EVERY_MONTH, *((end - LAST + 10 * number, 100) for number in range(5)))
    assert surge(rush, day(end - LAST)) is None, "its last days are no surge"
    assert late(rush, day(end - LAST - 1)) is None, "they have not begun"
    said = late(rush, END + dt.timedelta(days=30))
    assert said is not None and said.sign is not None
    assert "50% of the line (500 of 1000 pieces) left in the last 60 days of the licence, which ends on 2027-01-01" in (
        said.sign.why
    )
    assert surge(rush, END) is None and surge(rush, day(-1)) is None


def test_what_left_after_the_day_is_not_known_on_it() -> None:
    seen = look_through([line(*EVERY_MONTH, *((425 + 2 * number, 30) for number in range(12)))], day(420))
    assert seen.deliveries == 10 and kinds(seen) == [], "the first lies more than a year back"


# --- as consignments


def test_deliveries_crowded_below_a_value_are_one_over_several_licences() -> None:
    usual = [
        line((300, 10 + number), case=f"other-{number}", consignee=f"Other {number}", licence=f"NL-9{number}")
        for number in range(30)
    ]
    first = line((300, 98), (302, 97))
    second = line((303, 98), (305, 99), (307, 96), case="case-2", licence="NL-2")
    found = look_through([*usual, first, second], day(320), threshold=Threshold(10_000.0, "EUR"))
    (sign,) = (one for one in found.signs if one.kind == SPLIT)
    assert sign.who == "Works to Shop" and len(sign.evidence) == 5
    assert "NL-2 use u0" in sign.evidence and sign.why.endswith("values in EUR")


def test_values_that_are_not_known_in_the_currency_are_left_aside_and_counted() -> None:
    some = [line((300, 10), currency="USD"), line((300, 10), (301, 10), value=None, case="case-2", licence="NL-2")]
    found = look_through(some, day(320), threshold=Threshold(10_000.0, "EUR"))
    assert dict(found.left_aside) == {
        "in USD, not EUR: not looked at for splits": 1,
        "no value in the application: not looked at for splits": 2,
    }
    assert look_through(some, day(320)).left_aside == {}, "nothing was asked of values"


def test_a_way_through_a_restricted_destination() -> None:
    through = line((300, 10), (310, 10), through=("BY",))
    found = look_through([through, line((300, 10), through=("PL",), case="case-2")], day(320), restricted=["BY", "RU"])
    (sign,) = found.signs
    assert (sign.kind, sign.who) == (ROUTING, "Shop")
    assert "2 consignments (2,000) declared BY - KZ: through BY to elsewhere" in sign.why
    assert kinds(look_through([through], day(320))) == []


@pytest.mark.parametrize(
    ("first", "officers", "found"),
    [
        (300, ("Delmar Vikrin",), 1),
        (300, ("Vikrin Delmar",), 1),
        (300, ("Another Agent",), 0),
        (300, (), 0),
        (100, ("Delmar Vikrin",), 0),
    ],
)
def test_a_new_consignee_for_whom_the_agent_of_a_listed_party_acts(
    first: int, officers: tuple[str, ...], found: int
) -> None:
    listed = [ListedOne("Lantern Trading", day(200), officers=("Delmar Vikrin",))]
    seen = look_through([line((first, 10), (310, 10), officers=officers)], day(400), listed=listed)
    assert kinds(seen) == [CONSIGNEE] * found
    if found:
        assert "first seen 100 days after Lantern Trading was listed" in seen.signs[0].why
        assert kinds(look_through([line((300, 10), officers=officers)], day(400 + 365), listed=listed)) == []


def test_only_licences_of_the_last_year_are_looked_through() -> None:
    old = line(*EVERY_MONTH, valid_to=day(365))
    assert look_through([old], day(365 + 364)).lines == 1
    assert look_through([old], day(365 + 365)).lines == 0
    assert look_through([old], day(-1)).lines == 0


# --- as a whole


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(-400, 1_200), st.integers(0, 2_000)), max_size=25),
    st.integers(-100, 1_500),
    st.sampled_from([Decimal(0), Decimal(1), Decimal(1_000)]),
)
def test_any_use_is_judged_or_says_why_not(deliveries: list[tuple[int, int]], on: int, licensed: Decimal) -> None:
    one = line(*deliveries, licensed=licensed)
    shuffled = replace(one, deliveries=one.deliveries[::-1])
    asked: dict[str, Any] = {"threshold": Threshold(500.0, "EUR"), "restricted": ["BY"]}
    found, again = look_through([one], day(on), **asked), look_through([shuffled], day(on), **asked)
    assert found == again, "the order of notices does not matter"
    assert sum(found.judged.values()) + len(found.silent) == (1 if _asked(one, day(on)) else 0)


def _asked(one: UsedLine, on: dt.date) -> bool:
    return one.valid_from <= on and one.valid_to > on - dt.timedelta(days=365)


def test_the_planted_ones_of_a_simulated_world_are_found() -> None:
    one = world(5)
    assert (one.size, one.way) == (5, "larger")
    found = look_through(one.lines, DAY, threshold=THRESHOLD, restricted=RESTRICTED, listed=[one.listed])
    who = {(sign.kind, sign.who.rpartition(" to ")[2]) for sign in found.signs}
    assert {(kind, one.targets[kind]) for kind in (SURGE, LATE, ROUTING, SPLIT, CONSIGNEE)} <= who
    assert WINDOW > LAST
