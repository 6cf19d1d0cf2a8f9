"""The scorecard of a quarter equals one computed by hand; without one piece of evidence, what rests on it changes."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.model.errors import BadInput
from enduse.programme.scorecard import (
    KINDS,
    LABEL,
    Evidence,
    Scorecard,
    checked,
    read_rules,
    scorecard,
    shipped_rules,
)

START, END = dt.date(2026, 1, 1), dt.date(2026, 4, 1)


def on(month: int, day: int) -> dt.date:
    return dt.date(2026, month, day)


def at(month: int, day: int, hour: int = 9) -> str:
    return f"2026-{month:02}-{day:02}T{hour:02}:00:00+00:00"


def decision(identifier: str, day: dt.date, **facts: str) -> Evidence:
    stated = {"decided_at": f"{day}T12:00:00+00:00", "complete": "yes", "granted": "no", "unmitigated": "no"}
    return Evidence("decision", identifier, day, stated | facts, f"/licensing/cases/{identifier}")


QUARTER = (
    Evidence("criteria", "criteria-2025", dt.date(2025, 12, 8), {"edition": "2025-12-01"}),
    Evidence("criteria", "criteria-2024", dt.date(2024, 1, 8), {"edition": "2024-01-01"}),
    Evidence("regime_change", "wa-2025", on(1, 20), {"regime_on": "2025-12-10", "domestic_on": "2026-01-20"}),
    Evidence("regime_change", "wa-2026", on(2, 1), {"regime_on": "2026-01-20", "domestic_on": "2026-02-01"}),
    Evidence("catch_all", "art-4", on(1, 1), {"present": "yes"}),
    # Ten decisions in scope. D1-D6: assessed and reviewed before, two sources.
    *(
        decision(f"D{n}", on(2, n), assessed_at=at(1, 20), reviewed_at=at(1, 25), sources="2", granted="yes")
        for n in range(1, 7)
    ),
    # D7: one source; D8: nobody reviewed it; D9: assessed the day after the decision; D10: not assessed.
    decision("D7", on(2, 7), assessed_at=at(2, 1), reviewed_at=at(2, 2), sources="1"),
    decision("D8", on(2, 8), assessed_at=at(2, 1), sources="3"),
    decision("D9", on(2, 9), assessed_at=at(2, 10), reviewed_at=at(2, 11), sources="4"),
    decision("D10", on(2, 10), complete="no"),
    Evidence("consultation", "C1", on(1, 10), {"stakeholder": "civil society", "responded_on": "2026-01-20"}),
    Evidence("consultation", "C2", on(2, 10), {"stakeholder": "business", "responded_on": "2026-03-02"}),
    Evidence("consultation", "C3", on(3, 10), {"stakeholder": "civil society"}),
    *(Evidence("alert", f"A{n}", on(3, n), {"raised_at": at(3, n, 0), "told_at": at(3, n, n)}) for n in range(1, 11)),
    *(Evidence("letter", f"fr/{n}", on(3, 1), {"acknowledged": "yes" if n < 8 else "no"}) for n in range(1, 9)),
    Evidence("denial", "N1/1", on(1, 5), {"told_in_time": "yes"}),
    Evidence("denial", "N2/1", on(1, 6), {"told_in_time": "yes"}),
    Evidence("denial", "N3/1", on(1, 7), {"told_in_time": "no"}),
    Evidence("practice", "P1", on(3, 3), {}),
    Evidence("practice_received", "P2", on(3, 4), {"adopted": "yes"}),
    Evidence("capacity", "K1", on(3, 5), {"state": "XB", "followed_up": "yes"}),
    Evidence("capacity", "K2", on(3, 6), {"state": "XC", "followed_up": "no"}),
    # Before and after the quarter: counts for nothing, but for the age of the criteria.
    decision("OLD", dt.date(2025, 12, 31), assessed_at="2025-12-01T09:00:00+00:00", sources="2"),
    decision("NEW", END),
)

BY_HAND: dict[str, tuple[str | None, int | None, int | None]] = {
    "criteria_age": ("120", None, None),  # 1 December to 31 March
    "regime_lag": ("26.5", 2, 2),  # 41 and 12 days
    "catch_all": ("100.0", 1, 1),
    "assessed_before": ("80.0", 8, 10),  # not D9, not D10
    "two_sources": ("70.0", 7, 10),  # nor D7
    "second_person": ("70.0", 7, 10),  # nor D8, but D7
    "unmitigated": ("0", 0, 10),
    "consultations": ("3", None, None),
    "response_days": ("15", 2, 3),  # 10 and 20 days; C3 waits
    "alert_median": ("5.5", 10, 10),
    "alert_p90": ("9.0", 10, 10),  # the ninth of ten
    "acknowledged": ("87.5", 7, 8),
    "denials_in_time": ("66.7", 2, 3),
    "notes": ("1", None, None),
    "adopted": ("100.0", 1, 1),
    "outreach": (None, None, None),
    "declared": (None, 0, 0),
    "notifications": (None, None, None),
    "activities": ("2", None, None),
    "followed_up": ("50.0", 1, 2),
}
LEVELS_BY_HAND = {"1": 3, "2": 2, "3": 1, "4": 2, "5": 3, "6": 0, "7": 2}


def figures(card: Scorecard) -> dict[str, tuple[str | None, int | None, int | None]]:
    return {
        two.rule.id: (None if two.value is None else format(two.value, "f"), two.numerator, two.denominator)
        for one in card.commitments
        for two in one.measures
    }


def test_the_scorecard_of_a_quarter_is_the_one_computed_by_hand() -> None:
    card = scorecard(QUARTER, START, END)
    assert figures(card) == BY_HAND
    assert {one.id: one.level for one in card.commitments} == LEVELS_BY_HAND
    assert card.measure("consultations").parts == (("business", 1), ("civil society", 2))
    assert card.measure("activities").parts == (("XB", 1), ("XC", 1))
    assert card.label == LABEL == "self-assessment, not certification"


def test_every_measure_names_what_it_rests_on_and_what_was_asked() -> None:
    card = scorecard(QUARTER, START, END)
    assert set(card.measure("assessed_before").evidence) == {f"D{n}" for n in range(1, 11)}
    assert card.measure("criteria_age").evidence == ("criteria-2025",)
    assert card.measure("response_days").query == "median_days(consultation: on responded_on)"


RESTS = {
    "D1": {"assessed_before", "two_sources", "second_person", "unmitigated"},
    "C1": {"consultations", "response_days"},
    "A10": {"alert_median", "alert_p90"},
    "fr/8": {"acknowledged"},
    "N3/1": {"denials_in_time"},
    "criteria-2025": {"criteria_age"},
    "wa-2026": {"regime_lag"},
    "K2": {"activities", "followed_up"},
    "OLD": set(),
}


@pytest.mark.parametrize("gone", sorted(RESTS))
def test_taking_one_piece_of_evidence_away_changes_exactly_what_rests_on_it(gone: str) -> None:
    before = figures(scorecard(QUARTER, START, END))
    after = figures(scorecard([one for one in QUARTER if one.id != gone], START, END))
    assert {name for name in before if before[name] != after[name]} == RESTS[gone]


def test_without_evidence_nothing_is_assessable_and_nothing_is_100_percent() -> None:
    card = scorecard([], START, END)
    assert all(two.value is None for one in card.commitments for two in one.measures)
    assert {one.words for one in card.commitments} == {"not assessable"}


def test_a_hard_breach_is_not_averaged_away() -> None:
    good = [
        decision(f"G{n}", on(1, 1 + n % 28), assessed_at="2025-12-01T09:00:00+00:00", sources="3",
                 reviewed_at="2025-12-02T09:00:00+00:00", granted="yes")
        for n in range(500)
    ]  # fmt: skip
    assert scorecard(good, START, END).commitments[1].level == 3
    bad = decision(
        "BAD", on(3, 1), assessed_at=at(2, 1), sources="2", reviewed_at=at(2, 2), granted="yes", unmitigated="yes"
    )
    second = scorecard([*good, bad], START, END).commitments[1]
    assert (second.level, second.breaches) == (1, ("unmitigated",))
    assert second.words == "ad hoc; BREACHED: unmitigated"
    assert second.measures[-1].evidence == ("BAD",)


def test_an_assessment_of_the_same_moment_or_later_does_not_count() -> None:
    day = on(2, 1)
    for moment in (f"{day}T12:00:00+00:00", f"{day}T13:00:00+01:00", at(2, 2)):
        card = scorecard([decision("D", day, assessed_at=moment, sources="2")], START, END)
        assert card.measure("assessed_before").value == 0
    card = scorecard([decision("D", day, assessed_at=f"{day}T12:59:00+01:00", sources="2")], START, END)
    assert card.measure("assessed_before").value == 100


def test_what_is_published_is_a_level_of_its_own_only_where_all_else_is_systematic() -> None:
    published = [Evidence("published", f"p{one}", on(3, 30), {"commitment": str(one)}) for one in (1, 2)]
    levels = {one.id: one.level for one in scorecard([*QUARTER, *published], START, END).commitments}
    assert (levels["1"], levels["2"]) == (4, 2)


kinds = st.sampled_from([one for one in KINDS if one not in ("criteria", "published")])
evidence = st.builds(
    lambda kind, number, day, yes: Evidence(
        kind,
        str(number),
        START + dt.timedelta(days=day),
        {name: yes for name in KINDS[kind] if not name.endswith(("_on", "_at")) and name != "sources"},
    ),
    kinds,
    st.integers(0, 40),
    st.integers(-30, 150),
    st.sampled_from(("yes", "no")),
)


@given(st.lists(evidence, max_size=40, unique_by=lambda one: (one.kind, one.id)), st.randoms())
def test_shares_lie_between_0_and_100_and_the_order_of_evidence_changes_nothing(rows: list[Evidence], chance) -> None:  # type: ignore[no-untyped-def]
    card = scorecard(rows, START, END)
    mixed = list(rows)
    chance.shuffle(mixed)
    assert scorecard(mixed, START, END) == card
    for one in (two for commitment in card.commitments for two in commitment.measures):
        if one.rule.kind == "share" and one.value is not None:
            assert one.denominator and one.numerator is not None
            assert 0 <= one.numerator <= one.denominator
            assert abs(one.value - Decimal(100) * one.numerator / one.denominator) <= Decimal("0.05")


@pytest.mark.parametrize(
    ("bad", "told"),
    [
        (Evidence("invented", "1", START, {}), "no kind of evidence"),
        (Evidence("alert", " ", START, {}), "1 to 150"),
        (Evidence("alert", "1", START, {"x": "y"}), "unknown fact"),
        (Evidence("alert", "1", START, {"raised_at": "2026-01-01T00:00:00"}), "time zone"),
        (Evidence("consultation", "1", START, {"responded_on": "soon"}), "cannot be used"),
        (Evidence("letter", "1", START, {"acknowledged": "maybe"}), "yes or no"),
        (Evidence("decision", "1", START, {"sources": "many"}), "cannot be used"),
    ],
)
def test_evidence_that_cannot_be_counted_is_refused(bad: Evidence, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        checked(bad, "evidence")


def test_an_id_counts_once() -> None:
    with pytest.raises(BadInput, match="occurs twice"):
        scorecard([*QUARTER, QUARTER[0]], START, END)
    with pytest.raises(BadInput, match="holds no day"):
        scorecard([], END, START)


def test_the_rules_are_checked() -> None:
    assert len(shipped_rules().commitments) == 7
    assert [one.id for one in shipped_rules().measures if one.hard] == ["unmitigated"]
    with pytest.raises(BadInput, match="unknown commitment"):
        read_rules(
            b'commitments: [{id: "1", title: t}]\n'
            b'measures: [{id: m, commitment: "9", kind: share, from: letter, unit: "%", title: t}]\n',
            "rules",
        )
