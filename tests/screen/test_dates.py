"""Dates of birth as lists publish them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.screen.dates import compare_dates, read_dates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1962-03-14", [("1962-03-14", "1962-03-14", "day")]),
        ("1962-03", [("1962-03-01", "1962-03-31", "month")]),
        ("1962", [("1962-01-01", "1962-12-31", "year")]),
        ("14 Mar. 1962", [("1962-03-14", "1962-03-14", "day")]),
        ("14/03/1962", [("1962-03-14", "1962-03-14", "day")]),
        ("03/14/1962", [("1962-03-14", "1962-03-14", "day")]),
        ("00/00/1962", [("1962-01-01", "1962-12-31", "year")]),
        ("04/1962", [("1962-04-01", "1962-04-30", "month")]),
        ("circa 1962", [("1960-01-01", "1964-12-31", "range")]),
        ("Between 1958 and 1963", [("1958-01-01", "1963-12-31", "range")]),
        ("1961 to 1964", [("1961-01-01", "1964-12-31", "range")]),
        ("01 Jan 1961 to 31 Dec 1962", [("1961-01-01", "1962-12-31", "range")]),
        ("1956-1957", [("1956-01-01", "1957-12-31", "range")]),
        ("1965 or 1966", [("1965-01-01", "1965-12-31", "year"), ("1966-01-01", "1966-12-31", "year")]),
        ("19/03/1967; alt DOB: 1971", [("1967-03-19", "1967-03-19", "day"), ("1971-01-01", "1971-12-31", "year")]),
        ("1962-13-45", [("1962-01-01", "1962-12-31", "year")]),
        ("1962-02-30", [("1962-02-01", "1962-02-28", "month")]),
        ("24/06/1402 (Hijri calendar)", []),
        ("30-35 years old", []),
        ("", []),
    ],
)
def test_published_forms(text: str, expected: list[tuple[str, str, str]]) -> None:
    found = [(date.first.isoformat(), date.last.isoformat(), date.exact) for date in read_dates(text)]
    assert found == expected


@given(st.text("0123456789/-. ;abcirJanto", max_size=600))
def test_any_text_gives_ordered_ranges(text: str) -> None:
    assert all(date.first <= date.last for date in read_dates(text))


@given(st.dates(dt.date(1900, 1, 1), dt.date(2020, 12, 31)))
def test_one_day_in_every_form_is_one_day(day: dt.date) -> None:
    months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    written = [
        day.isoformat(),
        f"{day.day:02}/{day.month:02}/{day.year}",
        f"{day.day} {months[day.month - 1]}. {day.year}",
    ]
    for text in written:
        assert [(date.first, date.exact) for date in read_dates(text)] == [(day, "day")]


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        ("1962-03-14", "14/03/1962", "day"),
        ("1962-03-14", "1962-03-15", "month"),
        ("1962-03-14", "1962-03", "month"),
        ("1962-03-04", "1962-04-03", "swapped"),
        ("1962-03-14", "1962", "year"),
        ("1962-03-14", "1962-11-01", "year"),
        ("1962-03-14", "circa 1960", "range"),
        ("1961-12-31", "1962-01-01", "near"),
        ("1962", "1964", "far"),
        ("1962", "1985", "contradiction"),
        ("1962", "circa 1985", "contradiction"),
        ("1962", "1985; 1962-01-01", "year"),
        ("1962", "not known", ""),
    ],
)
def test_the_best_of_several_counts(one: str, other: str, level: str) -> None:
    assert compare_dates(read_dates(one), read_dates(other)) == level
    assert compare_dates(read_dates(other), read_dates(one)) == level
