"""What is told of a live licence: use against quantity, value and time, what is due, who is listed. Each once."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from enduse.monitor.alerts import Alert, Severity
from enduse.monitor.licences import LicenceSight, Line, Named, Owed, Plan, Use, licence_alerts

BEGIN, END = dt.date(2026, 1, 1), dt.date(2028, 1, 1)
PUMPS = Line(1, "2B350", Decimal(100), "pieces", Decimal(50_000), "EUR")


def day(offset: int) -> dt.date:
    return BEGIN + dt.timedelta(days=offset)


def sight(*uses: Use, **more: object) -> LicenceSight:
    base = LicenceSight("case-1", "NL-1-L1", "active", BEGIN, END, (PUMPS,), uses)
    return replace(base, **more)  # type: ignore[arg-type]


def use(identifier: str, quantity: int, offset: int, *, counted: bool = True, line: int = 1) -> Use:
    return Use(identifier, line, Decimal(quantity), day(offset), counted)


def told(seen: LicenceSight, on: dt.date = day(40), plan: Plan = Plan(check_days=0)) -> list[Alert]:  # noqa: B008
    return list(licence_alerts(seen, on, watch="main", plan=plan))


def kinds(seen: LicenceSight, on: dt.date = day(40), plan: Plan = Plan(check_days=0)) -> list[str]:  # noqa: B008
    return [one.became for one in told(seen, on, plan)]


def test_a_licence_that_is_used_as_planned_is_not_told_of() -> None:
    assert kinds(sight(use("u1", 10, 60), use("u2", 10, 130)), day(140)) == []


def test_a_line_is_told_of_when_nearly_all_and_when_all_of_it_is_used() -> None:
    slow = sight(use("u1", 40, 300), use("u2", 45, 600), use("u3", 15, 700))
    first, second = told(slow, day(700))[:2]
    assert (first.before, first.after) == ("40 of 100 pieces used", "85 of 100 pieces used")
    assert first.headline == "NL-1-L1: 85 % of line 1 (2B350) has been used"
    assert (first.effective, second.effective) == (day(600), day(700))
    assert (first.severity, second.severity) == (Severity.MEDIUM, Severity.LOW)


def test_more_than_was_left_is_urgent_and_takes_nothing() -> None:
    (alert,) = told(sight(use("u1", 40, 300), use("u2", 70, 310, counted=False)), day(320))
    assert (alert.became, alert.severity) == ("overdrawn", Severity.HIGH)
    assert (alert.before, alert.after) == ("60 pieces of line 1 were left", f"70 pieces on {day(310)}")


def test_a_use_outside_the_time_of_the_licence_is_told() -> None:
    assert kinds(sight(use("u1", 1, -1))) == ["outside"]
    assert kinds(sight(use("u1", 1, (END - BEGIN).days)), day(900)) == ["outside"]
    assert kinds(sight(use("u1", 1, (END - BEGIN).days - 1)), day(900)) == []


def test_the_value_is_told_where_no_single_line_says_it() -> None:
    cables = Line(2, "5A002", Decimal(10), "pieces", Decimal(950_000), "EUR")
    two = sight(use("u1", 9, 690, line=2), lines=(PUMPS, cables))
    assert [one.became for one in told(two, day(690))] == ["drawn", "value"]
    value = told(two, day(690))[1]
    assert value.after == "855,000.00 of 1,000,000.00 EUR used"
    other = replace(cables, currency="USD")
    assert "value" not in kinds(replace(two, lines=(PUMPS, other)), day(690)), "sums are not made over currencies"


def test_a_pace_ahead_of_time_is_told_with_its_figures_and_a_single_delivery_has_none() -> None:
    assert "faster" not in kinds(sight(use("u1", 70, 30)), day(31))
    (alert,) = told(sight(use("u1", 30, 30), use("u2", 40, 73)), day(80))
    assert alert.became == "faster"
    assert (alert.before, alert.after) == ("10 % of its time has passed", "70 % of its quantity has been used")
    assert "2 deliveries in 73 of 730 days" in alert.explanation
    again = told(sight(use("u1", 30, 30), use("u2", 40, 73), use("u3", 5, 75)), day(80))
    assert [one.id for one in again] == [alert.id], "once for a line"


def test_a_delivery_unlike_those_before_it_is_told() -> None:
    usual = [use(f"u{number}", 2, 100 * number) for number in range(1, 5)]
    assert kinds(sight(*usual, use("u5", 6, 500)), day(510)) == []
    assert kinds(sight(*usual, use("u5", 7, 500)), day(510)) == ["unusual"]


def test_evidence_is_told_before_it_is_due_and_when_it_is_overdue() -> None:
    seen = sight(owed=(Owed("delivery-report", "Delivery is reported.", day(90)),))
    assert kinds(seen, day(75)) == []
    assert kinds(seen, day(76)) == kinds(seen, day(90)) == ["due"]
    (late,) = told(seen, day(91))
    assert (late.became, late.severity) == ("overdue", Severity.HIGH)
    assert kinds(replace(seen, status="expired"), day(91)) == ["overdue"], "the end of a licence does not end it"


def test_a_post_shipment_check_is_due_where_none_was_made_since_and_a_bad_result_is_urgent() -> None:
    seen, plan = sight(use("u1", 5, 10), use("u2", 5, 200)), Plan()
    assert kinds(seen, day(189), plan) == []
    assert kinds(seen, day(190), plan) == ["check"]
    checked = replace(seen, checks=((day(195), "as_declared"),))
    assert kinds(checked, day(379), plan) == []
    assert kinds(checked, day(380), plan) == ["check"], "the second delivery has not been checked"
    (bad,) = told(replace(seen, checks=((day(210), "diverted"),)), day(211), plan)
    assert (bad.severity, bad.headline) == (Severity.HIGH, "NL-1-L1: a post-shipment check found: diverted")


def test_a_licence_that_ends_with_something_left_is_told() -> None:
    assert kinds(sight(), END - dt.timedelta(days=31)) == []
    (alert,) = told(sight(), END - dt.timedelta(days=30))
    assert (alert.became, alert.after) == ("ends", "left: line 1: 100 pieces")
    assert kinds(sight(), END) == []


def test_a_party_that_a_list_names_comes_first_and_says_what_became_of_suspending() -> None:
    named = Named("h1", "Epsilon Trading", "ultimate consignee", "eu:1", "EPSILON", "EU-FSF", "0.99", "waits: h1")
    (alert,) = told(sight(named=(named,)))
    assert (alert.became, alert.severity, alert.effect) == ("listed", Severity.HIGH, ("waits: h1",))
    assert alert.headline == "NL-1-L1: its ultimate consignee Epsilon Trading may be EPSILON, listed after the decision"
    assert not alert.decides, "the hit is decided on in the case"


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 800), st.booleans()), max_size=8), st.integers(0, 900))
def test_what_was_told_is_told_again_as_the_same_alerts_whatever_comes_later(
    raw: list[tuple[int, int, bool]], later: int
) -> None:
    """Alerts about what was used stay as they are when further uses come after them."""
    uses = [
        use(f"u{number:02}", *one[:2], counted=one[2]) for number, one in enumerate(sorted(raw, key=lambda r: r[1]))
    ]
    last = max((one.on for one in uses), default=BEGIN)
    more = [*uses, Use("u99", 1, Decimal(3), last + dt.timedelta(days=later + 1))]
    about = {"drawn", "overdrawn", "outside", "faster", "unusual", "value"}
    first = {one.id: one for one in told(sight(*uses), day(950)) if one.became in about}
    second = {one.id: one for one in told(sight(*more), day(950)) if one.became in about}
    assert first.items() <= second.items()
    assert len(first) == len({(one.became, one.party_id) for one in first.values()})


def test_an_end_that_is_moved_forward_is_told_again() -> None:
    (first,) = told(sight(), END - dt.timedelta(days=30))
    earlier = END - dt.timedelta(days=10)
    (second,) = told(replace(sight(), valid_to=earlier), END - dt.timedelta(days=30))
    assert first.id != second.id
