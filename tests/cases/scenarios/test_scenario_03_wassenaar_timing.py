"""Scenario 3: when a denial must be told, and how."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from enduse.cases.bodies import Finding
from enduse.cases.denial_bodies import DenialReviewed
from enduse.cases.denials import denial_deadlines, own_denials
from enduse.cases.messages import Message
from licensing_world import OFFICER, World, refused


def denied(tier: str) -> tuple[World, list[Message]]:
    world = World().at(4, 20)
    case = world.assessed(world.advised(world.circulated(world.registered(), tier=tier)), Finding.CLEAR_RISK)
    world.decided(case, refused(1, "EU-CP-2"))
    return world, [one for one in world.log.messages if one.type.startswith("denial")]


@pytest.mark.parametrize("tier", ["sensitive", "very_sensitive"])
def test_a_denial_of_a_sensitive_item_is_told_by_itself_by_20_may_and_at_the_latest_19_june(tier: str) -> None:
    _, messages = denied(tier)
    (individual,) = [one for one in messages if one.to == "regime"]
    assert (individual.target, individual.limit) == (dt.date(2026, 5, 20), dt.date(2026, 6, 19))
    assert individual.handling == "REGIME-PRIVILEGED"


def test_a_denial_of_a_basic_item_goes_into_the_half_year_alone_while_the_union_is_told_at_once() -> None:
    _, messages = denied("basic")
    assert {one.to for one in messages} == {"regime_aggregate", "member_states"}
    (aggregate,) = [one for one in messages if one.to == "regime_aggregate"]
    assert aggregate.content == {"code": "5A001.j", "destination": "XA", "half_year": "2026-H1"}
    (union,) = [one for one in messages if one.to == "member_states"]
    assert "Art. 16(1)" in union.citation.text
    assert union.content["denial"]["criteria"] == ["EU-CP-2"]


def test_an_own_denial_is_reviewed_after_three_years_and_stays_valid_until_it_is_revoked() -> None:
    world, _ = denied("sensitive")
    (denial,) = own_denials(world.licensing.case("case-1"), "NL")
    review = next(
        one
        for one in denial_deadlines(denial, world.policies.clocks, dt.date(2029, 5, 1))
        if one.rule.id == "eu/denial-review"
    )
    assert (review.due, review.state) == (dt.date(2029, 4, 19), "passed")
    assert denial.status == "in_force"


def test_the_review_is_among_what_is_due_when_its_time_comes_and_starts_again_with_each_renewal() -> None:
    world, _ = denied("sensitive")
    world.at(4, 10, 2029)
    assert [(one.rule.id, one.key) for _, one in world.licensing.due(14)] == [("eu/denial-review", "NL-2026-1/1")]
    renewed = DenialReviewed("NL-2026-1/1", "renew", "nothing has changed", dt.date(2029, 4, 10))
    case = world.do("case-1", "review_denial", renewed, OFFICER)
    assert world.licensing.due(14) == ()
    assert own_denials(case, "NL")[0].status == "in_force"
    world.at(4, 9, 2032)
    case = world.do(case, "review_denial", replace(renewed, outcome="revoke", on=dt.date(2032, 4, 9)), OFFICER)
    assert own_denials(case, "NL")[0].status == "revoked"
    assert world.licensing.due(14) == ()


def test_only_a_denial_of_the_case_is_reviewed_with_an_outcome_and_grounds() -> None:
    world, _ = denied("basic")
    wrong = DenialReviewed("DE-1", "extend", " ", dt.date(2029, 4, 10))
    assert world.refused("case-1", "review_denial", wrong, OFFICER).rules == ("own_denial", "review_outcome")
