"""Votes, counted: majorities, unanimity, abstentions, silence, recusals, late votes; by properties and by examples."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designation_world import MEMBERS, PUBLISHER, SEATS, World
from enduse.cases.designations import bodies
from enduse.cases.designations.decide import shipped_procedure
from enduse.cases.designations.voting import (
    BASES,
    MEANINGS,
    POSITIONS,
    THRESHOLDS,
    Ballot,
    Standing,
    Tally,
    VoteRule,
    tally,
)
from enduse.cases.refusals import Code
from enduse.model.citation import Citation

LAST = dt.date(2024, 2, 7)
OVER, BEFORE = LAST + dt.timedelta(days=1), LAST - dt.timedelta(days=3)
RULES = st.builds(
    VoteRule,
    st.just("add"),
    st.sampled_from(THRESHOLDS),
    st.sampled_from(BASES),
    st.sampled_from(MEANINGS),
    st.sampled_from(MEANINGS),
    st.integers(0, 5),
    st.just("clock"),
    st.just(Citation("a rule")),
)
SAID = st.dictionaries(st.sampled_from(SEATS), st.sampled_from(POSITIONS))
OUT = st.sets(st.sampled_from(SEATS))
ERC = shipped_procedure().authorities["us-erc"].votes


def counted(
    rule: VoteRule,
    said: Mapping[str, str],
    recused: set[str] | tuple[str, ...] = (),
    *,
    today: dt.date = OVER,
    late: Mapping[str, str] | None = None,
) -> Tally:
    ballots = [Ballot(who, how, BEFORE) for who, how in said.items()]
    ballots += [Ballot(who, how, OVER) for who, how in (late or {}).items()]
    return tally(rule, SEATS, ballots, recused, last_day=LAST, today=today)


@given(RULES, SAID, OUT)
def test_everybody_is_counted_once(rule: VoteRule, said: dict[str, str], out: set[str]) -> None:
    found = counted(rule, said, out)
    groups = (found.yes, found.no, found.abstained, found.silent, found.recused)
    assert sorted(one for group in groups for one in group) == sorted(SEATS)
    assert found.standing is not Standing.OPEN, "the period is over"


@given(RULES, SAID, OUT, st.sampled_from(SEATS))
def test_a_further_vote_for_never_loses_what_was_carried(
    rule: VoteRule, said: dict[str, str], out: set[str], who: str
) -> None:
    if counted(rule, said, out).passed and who not in out:
        assert counted(rule, said | {who: "yes"}, out).passed


@given(RULES, SAID, OUT)
def test_nothing_is_carried_without_somebody_for_it(rule: VoteRule, said: dict[str, str], out: set[str]) -> None:
    found = counted(rule, said, out)
    agreeing = "agrees" in (rule.silence, rule.abstention)
    if found.passed and not agreeing:
        assert found.yes


@given(RULES, SAID, OUT)
def test_one_against_blocks_unanimity(rule: VoteRule, said: dict[str, str], out: set[str]) -> None:
    found = counted(rule, said, out)
    if rule.threshold == "unanimous" and found.no:
        assert not found.passed


@given(RULES, SAID, OUT, SAID)
def test_late_votes_and_votes_of_the_recused_change_nothing(
    rule: VoteRule, said: dict[str, str], out: set[str], late: dict[str, str]
) -> None:
    before = counted(rule, said, out)
    after = counted(rule, said, out, late=late)
    assert (after.standing, after.yes, after.no) == (before.standing, before.yes, before.no)
    assert set(after.late) == set(late) - out
    without = {who: how for who, how in said.items() if who not in out}
    assert counted(rule, without, out).standing is before.standing


@given(RULES, SAID, OUT, st.data())
def test_what_is_settled_early_stays_settled_whatever_comes(
    rule: VoteRule, said: dict[str, str], out: set[str], data: st.DataObject
) -> None:
    early = counted(rule, said, out, today=BEFORE)
    if early.standing is Standing.OPEN:
        return
    left = list(early.silent)
    more = {one: data.draw(st.sampled_from([*POSITIONS, ""])) for one in left}
    ends = said | {who: how for who, how in more.items() if how}
    assert counted(rule, ends, out).standing is early.standing


@given(SAID, OUT)
def test_the_committee_adds_by_a_majority_of_who_may_vote(said: dict[str, str], out: set[str]) -> None:
    voting = [one for one in SEATS if one not in out]
    yes = sum(said.get(one) == "yes" for one in voting)
    voted = sum(one in said for one in voting)
    found = counted(ERC["add"], said, out)
    assert found.passed is (2 * yes > len(voting) and voted >= ERC["add"].quorum)


@given(SAID, OUT, st.sampled_from(["remove", "modify"]))
def test_the_committee_removes_and_modifies_by_unanimity_alone(
    said: dict[str, str], out: set[str], question: str
) -> None:
    voting = [one for one in SEATS if one not in out]
    found = counted(ERC[question], said, out)
    everybody = bool(voting) and all(said.get(one) == "yes" for one in voting)
    assert found.passed is (everybody and len(voting) >= ERC[question].quorum)


def test_in_the_council_an_abstention_does_not_prevent_unanimity_and_silence_does() -> None:
    council = shipped_procedure().authorities["eu-council"]
    rule, members = council.votes["add"], council.members
    said = [Ballot(one, "yes", BEFORE) for one in members]

    def standing(ballots: list[Ballot]) -> Standing:
        return tally(rule, members, ballots, (), last_day=LAST, today=OVER).standing

    assert standing(said) is Standing.PASSED
    assert standing([*said[:-1], Ballot("SK", "abstain", BEFORE)]) is Standing.PASSED
    assert standing(said[:-1]) is Standing.FAILED
    assert standing([*said[:-1], Ballot("SK", "no", BEFORE)]) is Standing.FAILED
    assert standing(said[:13]) is Standing.FAILED, "fewer than the quorum"


def test_the_last_vote_in_time_counts() -> None:
    ballots = [Ballot("state", "no", BEFORE), Ballot("state", "yes", LAST), Ballot("state", "no", OVER)]
    found = tally(ERC["add"], SEATS, ballots, (), last_day=LAST, today=OVER)
    assert (found.yes, found.no, found.late) == (("state",), (), ("state",))


@pytest.mark.parametrize("last", ["no", "abstain", ""])
def test_a_removal_by_majority_is_refused_where_unanimity_is_the_rule(world: World, last: str) -> None:
    case = world.listed("2024-01-10")
    world.circulate(case, "remove")
    said = dict.fromkeys(SEATS[:4], "yes") | ({"treasury": last} if last else {})
    world.votes(case, **said)
    world.on("2024-03-01")
    case = world.service.tick(case.id)
    assert case.votes[-1].closed is not None and case.votes[-1].closed.passed is False
    body = bodies.Removed(world.today, "89 FR 99003", "Four of five agreed.")
    refusal = world.refused(case, "remove", body, PUBLISHER).refusal
    assert (refusal.code, refusal.rules) == (Code.GUARD, ("carried_remove",))
    assert "supplement no. 5 to part 744" in str(refusal.missing[0].citation)
    assert world.service.case(case.id).listed_on(world.today)


def test_who_has_a_conflict_of_interest_takes_no_part(world: World) -> None:
    case = world.circulate(world.nominated())
    world.votes(case, commerce="yes", state="yes", treasury="no")
    world.act(case, "recuse", bodies.VoteRecused(1, "it advised the subject"), MEMBERS["treasury"])
    refusal = world.refused(case, "vote", bodies.VoteCast(1, "no"), MEMBERS["treasury"]).refusal
    assert refusal.rules == ("own_seat",)
    assert world.refused(case, "close_vote", bodies.VoteClosed(1), PUBLISHER).refusal.code is Code.ROLE
    world.votes(case, defense="yes")
    closed = world.close(case).votes[0].closed
    assert closed is not None and closed.passed
    assert (closed.yes, closed.no, closed.recused, closed.silent) == (3, 0, 1, 1)
