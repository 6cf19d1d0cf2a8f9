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
from programme_quarter import BY_HAND, END, LEVELS_BY_HAND, QUARTER, START, at, decision, on


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
