"""A published scorecard: small numbers withheld with what would give them away, read strictly, side by side."""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.model.errors import BadInput
from enduse.programme.published import (
    WITHHELD,
    Column,
    as_it_is,
    for_the_public,
    later,
    period_of,
    periods,
    read_card,
    side_by_side,
    write_card,
)
from enduse.programme.scorecard import Evidence, scorecard, shipped_rules
from programme_quarter import END, QUARTER, START, at, decision, on

MADE = dt.date(2026, 4, 9)
SMALL = {one.id for one in shipped_rules().measures if one.small}


def test_the_quarter_as_it_is_published_by_hand() -> None:
    card = for_the_public(scorecard(QUARTER, START, END), "nl", MADE)
    told = {name: (one.value, one.numerator, one.denominator) for name, one in card.measures().items()}
    hidden = (WITHHELD, WITHHELD)
    assert told["assessed_before"] == (*hidden, "10")  # two were not: few
    assert told["two_sources"] == (*hidden, "10")
    assert told["unmitigated"] == ("0", "0", "10")
    assert told["acknowledged"] == (*hidden, "8")  # one was not
    assert told["denials_in_time"] == (WITHHELD, WITHHELD, WITHHELD)
    assert told["alert_median"] == ("5.5", "10", "10")
    assert told["declared"] == ("", "0", "0")
    # What an authority does in public is told, however little it is.
    assert told["notes"] == ("1", "", "")
    assert card.measures()["consultations"].parts == (("business", "1"), ("civil society", "2"))
    levels = {one.id: one.level for one in card.commitments}
    assert levels == {"1": 3, "2": -1, "3": 1, "4": -1, "5": 3, "6": 0, "7": 2}
    assert card.withheld == 5 + 2 and read_card(write_card(card), "nl/x", "nl") == card


def test_what_lies_between_two_measures_is_small_too() -> None:
    # Of 30 decisions 20 were assessed, 18 of them with two sources: that two rest on one source is not told.
    rows = [
        decision(f"D{n}", on(2, 1), assessed_at=at(1, 20), sources="2" if n < 18 else "1")
        if n < 20
        else decision(f"D{n}", on(2, 1), complete="no")
        for n in range(30)
    ]
    told = for_the_public(scorecard(rows, START, END), "nl", MADE).measures()
    assert (told["assessed_before"].numerator, told["two_sources"].numerator) == ("20", WITHHELD)
    assert told["second_person"].numerator == "0"


def test_a_breach_is_told_and_its_small_number_is_not() -> None:
    good = [
        decision(f"G{n}", on(2, 1), assessed_at=at(1, 2), reviewed_at=at(1, 3), sources="2", granted="yes")
        for n in range(40)
    ]
    bad = decision("B", on(2, 2), assessed_at=at(1, 2), sources="1", granted="yes", unmitigated="yes")
    card = for_the_public(scorecard([*good, bad], START, END), "nl", MADE)
    assert card.measures()["unmitigated"].breached
    assert card.measures()["unmitigated"].value == WITHHELD
    second = card.commitments[1]
    assert (second.level, second.breaches) == (1, ("unmitigated",)) and "BREACHED" in second.words


rows = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.booleans(), st.booleans()), min_size=0, max_size=25
)


@given(rows)
def test_no_small_number_can_be_read_or_subtracted(drawn: list[tuple[bool, ...]]) -> None:
    made = [
        decision(
            f"D{n}", on(2, 1), granted="yes" if granted else "no", unmitigated="yes" if bad else "no",
            **({"assessed_at": at(1, 20), "sources": "2" if two else "1"} if assessed else {"complete": "no"}),
            **({"reviewed_at": at(1, 21)} if assessed and second else {}),
        )
        for n, (assessed, two, second, granted, bad) in enumerate(drawn)
    ]  # fmt: skip
    card = for_the_public(scorecard(made, START, END), "nl", MADE)
    shown = card.measures()
    of_decisions = ("assessed_before", "two_sources", "second_person", "unmitigated")
    for name in of_decisions:
        one = shown[name]
        if WITHHELD in (one.numerator, one.denominator):
            assert one.value in (WITHHELD, "")
            continue
        done, all_of = int(one.numerator), int(one.denominator)
        for number in (done, all_of, all_of - done):
            assert number == 0 or number >= 5, name
    for inner in ("two_sources", "second_person"):
        pair = shown["assessed_before"].numerator, shown[inner].numerator
        if WITHHELD not in pair:
            left = int(pair[0]) - int(pair[1])
            assert left == 0 or left >= 5
    # A level never tells what a share does not.
    second = card.commitments[1]
    if any(shown[name].value == WITHHELD for name in of_decisions[:3]) and not second.breaches:
        assert second.level == -1


def good() -> dict[str, object]:
    plain = json.loads(write_card(for_the_public(scorecard(QUARTER, START, END), "nl", MADE)))
    assert isinstance(plain, dict)
    return plain


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"schema": "enduse.scorecard/9"}, "enduse.scorecard/1"),
        ({"publisher": "fr"}, "it says that it is of 'fr'"),
        ({"start": "2026-04-01"}, "holds no day"),
        ({"end": "2026-05-01"}, "another period"),
        ({"commitments": []}, "another number"),
        ({"commitments": 7}, "no scorecard"),
        ({"more": 1}, "no scorecard"),
        ({"start": "soon"}, "no scorecard"),
    ],
)
def test_a_file_that_is_no_scorecard_is_refused(change: dict[str, object], told: str) -> None:
    body = json.dumps(good() | change).encode()
    with pytest.raises(BadInput) as found:
        read_card(body, f"nl/statistics/scorecard-{START}-{END}.json", "nl")
    assert told in f"{found.value.message()}"


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b"1", b"{}", b"[" * 100_000, b" " * (1 << 21)])
def test_hostile_bytes_are_refused(body: bytes) -> None:
    with pytest.raises(BadInput):
        read_card(body, "nl/x", "nl")


def test_a_number_that_is_none_is_refused() -> None:
    plain = good()
    plain["commitments"][1]["measures"][0]["value"] = "<b>100</b>"  # type: ignore[index]
    with pytest.raises(BadInput, match="no number"):
        read_card(json.dumps(plain).encode(), "nl/x", "nl")
    plain = good()
    plain["commitments"][0]["measures"] *= 2  # type: ignore[index]
    with pytest.raises(BadInput, match="occurs twice"):
        read_card(json.dumps(plain).encode(), "nl/x", "nl")


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda plain: plain["commitments"][0]["measures"][0].update(id=[]), "a text is none"),
        (lambda plain: plain["commitments"][0].update(words="\ud800"), "no scorecard"),
        (lambda plain: plain["commitments"][0].update(level=True), "level of commitment"),
        (lambda plain: plain.update(label={"a": 1}), "label"),
        (lambda plain: plain.update(label=float("inf")), "no scorecard"),
        (lambda plain: plain.update(withheld="many"), "withheld"),
        (lambda plain: plain.update(withheld=-1), "withheld"),
    ],
)
def test_a_value_of_another_type_is_refused_wherever_it_stands(change: Callable[[Any], None], told: str) -> None:
    plain = good()
    change(plain)
    with pytest.raises(BadInput) as found:
        read_card(json.dumps(plain).encode(), "nl/x", "nl")
    assert told in found.value.message()


def test_a_path_names_its_period() -> None:
    own = "statistics/scorecard-2026-01-01-2026-04-01.json"
    assert period_of(own) == (START, END) and period_of("statistics/x.json") is None
    assert period_of("statistics/scorecard-2026-13-01-2026-04-01.json") is None


def test_side_by_side_every_measure_of_every_card_has_its_line() -> None:
    mine = as_it_is(scorecard(QUARTER, START, END), "", MADE)
    other = replace(mine, publisher="fr", commitments=mine.commitments[:2])
    found = side_by_side([Column(mine), Column(other, theirs=True)])
    assert [one.title for one in found.columns] == ["2026-01-01 to 2026-03-31", "fr: 2026-01-01 to 2026-03-31"]
    assert len(found.lines) == 20 and len(found.levels) == 7
    assert [one.cells[1] is None for one in found.lines if one.commitment == "7"] == [True, True]
    assert found.levels[6][2][1] == "not stated"


@given(st.dates(dt.date(2000, 1, 1), dt.date(2050, 1, 1)), st.sampled_from([1, 3, 6, 12]), st.integers(1, 300))
def test_periods_follow_each_other_without_gap(start: dt.date, months: int, days: int) -> None:
    found = periods(start, start + dt.timedelta(days=days), months)
    assert found[0][0] == start and found[-1][1] == start + dt.timedelta(days=days)
    assert all(one[1] == two[0] for one, two in itertools.pairwise(found))
    assert all(first < after for first, after in found)


def test_periods_stop_where_the_calendar_does() -> None:
    last = dt.date(9999, 10, 1), dt.date.max
    assert periods(*last, 3) == (last,)
    assert later(dt.date(2024, 2, 29), -12) == dt.date(2023, 2, 28)
    assert later(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert later(dt.date(1, 3, 1), -12) == dt.date.min


def test_too_many_periods_are_refused() -> None:
    with pytest.raises(BadInput, match="twelve"):
        periods(dt.date(2020, 1, 1), dt.date(2026, 1, 1), 1)
    with pytest.raises(BadInput, match="holds no day"):
        periods(START, START, 1)


def test_what_is_small_is_marked_in_the_rules() -> None:
    of = {one.id: one.of for one in shipped_rules().measures}
    assert {of[name] for name in SMALL} == {"decision", "alert", "letter", "denial", "exporter", "notification"}
    assert {one.of for one in shipped_rules().measures if not one.small}.isdisjoint({of[name] for name in SMALL})
    few = [Evidence("notification", f"n{n}", on(2, 2), {}) for n in range(4)]
    assert for_the_public(scorecard(few, START, END), "nl", MADE).measures()["notifications"].value == WITHHELD
    many = [*few, Evidence("notification", "n5", on(2, 2), {})]
    assert Decimal(for_the_public(scorecard(many, START, END), "nl", MADE).measures()["notifications"].value) == 5
