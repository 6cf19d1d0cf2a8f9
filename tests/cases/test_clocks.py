"""Clocks and calendars: deadlines to the day, from events alone."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.cases.calendars import counted, day_number, read_calendars, shipped_calendars
from enduse.cases.clocks import (
    Clocks,
    ClockState,
    Deadline,
    Mark,
    Pause,
    Timeline,
    read_clocks,
    shipped_clocks,
    what_is_due,
)
from enduse.model.errors import BadInput

ENGLAND = shipped_calendars()["uk-england"]


def day(month: int, number: int, year: int = 2026) -> dt.date:
    return dt.date(year, month, number)


def clock(clocks: Clocks, timeline: Timeline, rule: str, today: dt.date, key: str = "") -> Deadline:
    return next(one for one in clocks.deadlines(timeline, today) if one.rule.id == rule and (not key or one.key == key))


UK = Timeline("uk", "siel", (Mark("submitted", day(3, 23)),))
RFI = Pause("rfi-1", "rfi", day(3, 30), day(4, 9), "query to the exporter")


class TestUnitedKingdom:
    """Scenario 4: a standard individual licence, submitted on Monday 23 March 2026."""

    @pytest.mark.parametrize(
        ("rule", "without", "with_query"),
        [("uk/20", day(4, 22), day(4, 30)), ("uk/60", day(6, 19), day(6, 29))],
    )
    def test_a_query_of_six_working_days_moves_both_marks(
        self, rule: str, without: dt.date, with_query: dt.date
    ) -> None:
        clocks = shipped_clocks()
        assert clock(clocks, UK, rule, day(3, 24)).due == without
        found = clock(clocks, Timeline(UK.law, UK.type, UK.marks, (RFI,)), rule, day(4, 10))
        assert (found.due, found.paused) == (with_query, 6)

    def test_while_the_query_is_open_there_is_no_deadline_and_the_days_left_stand_still(self) -> None:
        open_query = Timeline(UK.law, UK.type, UK.marks, (RFI,))
        seen = [clock(shipped_clocks(), open_query, "uk/20", day(3, 30) + dt.timedelta(days=n)) for n in range(10)]
        assert {(one.due, one.state, one.left) for one in seen} == {(None, ClockState.PAUSED, 16)}

    def test_an_outage_changes_nothing(self) -> None:
        timeline = Timeline(UK.law, UK.type, UK.marks, (RFI,))
        daily = [clock(shipped_clocks(), timeline, "uk/20", day(4, 9) + dt.timedelta(days=n)).due for n in range(60)]
        assert set(daily) == {day(4, 30)}

    def test_a_late_decision_is_late_by_working_days(self) -> None:
        timeline = UK.then(Mark("decided", day(4, 27)))
        found = clock(shipped_clocks(), timeline, "uk/20", day(5, 30))
        assert (found.state, found.over) == (ClockState.MET_LATE, 3)


class TestUnitedStates:
    """Scenario 5: registered on 2 February 2026, referred on 10 February."""

    START = Timeline(
        "us",
        "licence",
        (
            Mark("registered", day(2, 2)),
            Mark("routed", day(2, 10), "state"),
            Mark("routed", day(2, 10), "defense"),
        ),
    )

    @pytest.mark.parametrize(
        ("rule", "due"), [("us/initial", day(2, 11)), ("us/positions", day(3, 12)), ("us/resolved", day(5, 3))]
    )
    def test_the_first_marks(self, rule: str, due: dt.date) -> None:
        assert clock(shipped_clocks(), self.START, rule, day(2, 10)).due == due

    def test_each_agency_has_a_clock_of_its_own(self) -> None:
        timeline = self.START.then(Mark("position", day(2, 20), "state"))
        states = {
            one.key: one.state
            for one in shipped_clocks().deadlines(timeline, day(3, 13))
            if one.rule.id == "us/positions"
        }
        assert states == {"state": ClockState.MET, "defense": ClockState.PASSED}

    @pytest.mark.parametrize(
        ("rule", "due"), [("us/oc", day(3, 26)), ("us/oc-appeal", day(3, 31)), ("us/acep", day(4, 11))]
    )
    def test_the_ladder_follows_from_a_disagreement(self, rule: str, due: dt.date) -> None:
        timeline = self.START.then(
            Mark("position", day(3, 2), "state"),
            Mark("position", day(3, 3), "defense"),
            Mark("disagreement", day(3, 3)),
        )
        assert clock(shipped_clocks(), timeline, rule, day(3, 4)).due == due
        agreed = shipped_clocks().deadlines(self.START, day(3, 4))
        assert rule not in {one.rule.id for one in agreed}

    def test_a_rung_that_decides_early_moves_the_next_one(self) -> None:
        timeline = self.START.then(Mark("disagreement", day(3, 3)), Mark("rung_decided", day(3, 20), "oc"))
        assert clock(shipped_clocks(), timeline, "us/oc-appeal", day(3, 20)).due == day(3, 25)


class TestBetweenAuthorities:
    """Scenario 2: the Netherlands ask Germany on 16 March 2026."""

    ASKED = Timeline("nl", "individual", (Mark("identity_asked", day(3, 16), "c1", "eu-de"),))

    def test_ten_working_days_of_the_state_that_is_asked(self) -> None:
        assert clock(shipped_clocks(), self.ASKED, "eu/identity", day(3, 16)).due == day(3, 30)

    @pytest.mark.parametrize(("reading", "due"), [("in_all", day(4, 29)), ("more", day(5, 14))])
    def test_the_extension_is_thirty_in_all_or_thirty_more_as_the_authority_reads_it(
        self, reading: str, due: dt.date
    ) -> None:
        timeline = self.ASKED.then(Mark("identity_extended", day(3, 27), "c1"))
        expected = due if reading == "in_all" else day_number(day(3, 16), 40, shipped_calendars()["eu-de"].works)
        assert clock(shipped_clocks(reading), timeline, "eu/identity", day(3, 27)).due == expected

    def test_an_extension_of_another_consultation_changes_nothing(self) -> None:
        timeline = self.ASKED.then(Mark("identity_extended", day(3, 27), "c2"))
        assert clock(shipped_clocks(), timeline, "eu/identity", day(3, 28)).due == day(3, 30)

    def test_without_the_other_side_s_calendar_the_deadline_says_so(self) -> None:
        timeline = Timeline("nl", "individual", (Mark("identity_asked", day(3, 16), "c1", "eu-zz"),))
        assert "eu-zz is not held" in clock(shipped_clocks(), timeline, "eu/identity", day(3, 16)).notes[0]


class TestDenials:
    """Scenario 3: a denial on 20 April 2026."""

    def test_a_sensitive_item_is_notified_by_itself(self) -> None:
        timeline = Timeline("nl", "sensitive", (Mark("denied", day(4, 20)),))
        assert clock(shipped_clocks(), timeline, "wa/denial-target", day(4, 20)).due == day(5, 20)
        assert clock(shipped_clocks(), timeline, "wa/denial-limit", day(4, 20)).due == day(6, 19)

    def test_a_basic_item_is_not(self) -> None:
        timeline = Timeline("nl", "basic", (Mark("denied", day(4, 20)),))
        assert {one.rule.id for one in shipped_clocks().deadlines(timeline, day(4, 20))} == {"eu/denial-review"}


_days = st.integers(0, 200).map(lambda n: day(1, 5) + dt.timedelta(days=n))


@st.composite
def _pauses(draw: st.DrawFn) -> tuple[Pause, ...]:
    found = []
    for number in range(draw(st.integers(0, 4))):
        opened = draw(_days)
        closed = opened + dt.timedelta(days=draw(st.integers(0, 40)))
        found.append(Pause(f"p{number}", "rfi", opened, closed))
    return tuple(found)


@given(start=_days, pauses=_pauses(), count=st.sampled_from(["uk/20", "uk/60"]))
@settings(max_examples=150, deadline=None)
def test_a_deadline_is_the_last_of_exactly_so_many_days_that_count(
    start: dt.date, pauses: tuple[Pause, ...], count: str
) -> None:
    found = clock(
        shipped_clocks(), Timeline("uk", "siel", (Mark("submitted", start),), pauses), count, dt.date(2027, 12, 31)
    )
    assert found.due is not None
    counted_days = [
        one
        for number in range(1, (found.due - start).days + 1)
        if ENGLAND.works(one := start + dt.timedelta(days=number)) and not any(pause.holds(one) for pause in pauses)
    ]
    assert (len(counted_days), counted_days[-1]) == (found.rule.count, found.due)


@given(start=_days, pauses=_pauses(), late=st.integers(0, 100))
@settings(max_examples=100, deadline=None)
def test_looking_later_never_moves_a_deadline_whose_pauses_are_closed(
    start: dt.date, pauses: tuple[Pause, ...], late: int
) -> None:
    timeline = Timeline("uk", "siel", (Mark("submitted", start),), pauses)
    settled = max([start, *(pause.closed for pause in pauses if pause.closed)])
    first = clock(shipped_clocks(), timeline, "uk/60", settled)
    again = clock(shipped_clocks(), timeline, "uk/60", settled + dt.timedelta(days=late))
    assert first.due == again.due


def test_what_is_due_shows_the_most_pressing_first_and_leaves_out_what_is_met_or_paused() -> None:
    clocks = shipped_clocks()
    timelines = {
        "paused": Timeline("uk", "siel", UK.marks, (Pause("r", "rfi", day(4, 1)),)),
        "met": UK.then(Mark("decided", day(4, 1))),
        "running": UK,
        "older": Timeline("uk", "siel", (Mark("submitted", day(3, 2)),)),
    }
    pairs = [(name, one) for name, line in timelines.items() for one in clocks.deadlines(line, day(4, 20))]
    found = what_is_due(pairs, day(4, 20), within=7)
    assert [(case, one.rule.id) for case, one in found] == [("older", "uk/20"), ("running", "uk/20")]


def test_a_calendar_counts_days_in_words_of_the_rule() -> None:
    assert day_number(day(4, 2), 1, counted("working", ENGLAND)) == day(4, 7)
    assert day_number(day(4, 2), 1, counted("calendar", ENGLAND)) == day(4, 3)


CITED = 'citation: {text: "Order 2008 art. 1", verified: no}'
GOOD = f"id: a, title: t, kind: limit, count: 5, unit: calendar, start: [submitted], {CITED}"


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        (GOOD.replace("count: 5", "count: 0"), "no period"),
        (GOOD.replace("count: 5", "count: five"), "whole number"),
        (GOOD.replace("unit: calendar", "unit: working"), "need a calendar"),
        (GOOD.replace("unit: calendar", "unit: weeks"), "not known"),
        (GOOD.replace("kind: limit", "kind: wish"), "not known"),
        (GOOD.replace("start: [submitted]", "start: []"), "nothing starts it"),
        (GOOD.replace("start: [submitted]", 'start: ["clock:b"]'), "no clock 'b' above"),
        (GOOD.replace(CITED, 'citation: {text: "x"}'), "verified is missing"),
        (GOOD.replace(f", {CITED}", ""), "citation is missing"),
        (GOOD + ", calendar: mars", "no calendar"),
        (GOOD + ", extended_by: extended", "belong together"),
        (GOOD + ", extended_by: extended, extended_count: 4", "longer than the period"),
        (GOOD + ", colour: red", "unknown key"),
        (GOOD + ", in_force: {from: 2026-02-01, to: 2026-01-01}", "holds no day"),
    ],
)
def test_a_clock_with_a_mistake_is_refused_with_its_place(row: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem) as caught:
        read_clocks(f"clocks:\n  - {{{row}}}\n", "clocks.yaml", shipped_calendars())
    assert "clocks.yaml line 2" in str(caught.value)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("weekend: [caturday], closed: []", "no weekday"),
        ('closed: [{day: 2026-01-01, name: "a"}, {day: 2026-01-01, name: "b"}]', "occurs twice"),
        ('closed: [{day: 2029-01-01, name: "a"}]', "after known_to"),
        ('closed: [{day: 2026-02-30, name: "a"}]', "no.* day|not a day"),
        ('closed: [{name: "a"}]', "day is missing"),
    ],
)
def test_a_calendar_with_a_mistake_is_refused_with_its_place(row: str, problem: str) -> None:
    text = f"calendars:\n  - {{id: x, title: t, known_to: 2028-12-31, {CITED}, {row}}}\n"
    with pytest.raises(BadInput, match=problem):
        read_calendars(text, "calendars.yaml")
