"""How long a case is kept, the legal hold, and erasure that keeps the hashes."""

from __future__ import annotations

import datetime as dt

import pytest

from enduse.cases.bodies import Reasoned
from enduse.cases.case import Case
from enduse.cases.refusals import Code, Refused
from enduse.cases.retention import retention_of
from licensing_world import EXPORTER, OFFICER, RECORDS, World, actor, application, granted


def withdrawn(authority: str = "nl", kind: str = "individual") -> tuple[World, Case]:
    world = World().at(3, 2)
    case = world.submitted(application(authority, kind))
    return world, world.do(case, "withdraw", Reasoned("the customer went elsewhere"), EXPORTER)


@pytest.mark.parametrize(
    ("authority", "kind", "until"),
    [
        ("nl", "individual", dt.date(2032, 1, 1)),
        ("us", "licence", dt.date(2031, 3, 2)),
        ("uk", "siel", dt.date(2031, 1, 1)),
    ],
)
def test_the_period_of_the_law_counts_from_the_last_act(authority: str, kind: str, until: dt.date) -> None:
    world, case = withdrawn(authority, kind)
    assert world.licensing.retention(case.id).until == until


def test_the_longest_of_the_laws_that_reach_it_wins() -> None:
    world, case = withdrawn("uk", "siel")
    found = retention_of(case, world.policies, laws=("eu",))
    assert (found.until, found.rule) == (dt.date(2032, 1, 1), "eu")


def test_an_open_case_and_a_live_licence_have_no_end() -> None:
    world = World().at(3, 2)
    case = world.to_consolidation()
    assert world.licensing.retention(case.id).until is None
    case = world.decided(case, granted())
    case = world.do(case, "close", Reasoned("done"), OFFICER)
    assert world.licensing.retention(case.id).until is None


def test_a_legal_hold_beats_every_period() -> None:
    world, case = withdrawn()
    case = world.do(case, "hold", Reasoned("an investigation"), RECORDS)
    world.at(1, 1, 2040)
    with pytest.raises(Refused) as caught:
        world.licensing.erase(case.id, RECORDS, "periods have passed")
    assert caught.value.refusal.rules == ("hold",)


def test_before_its_day_a_case_cannot_be_erased_and_the_refusal_names_the_law() -> None:
    world, case = withdrawn()
    world.at(12, 31, 2031)
    with pytest.raises(Refused) as caught:
        world.licensing.erase(case.id, RECORDS, "cleaning up")
    assert "Art. 27" in str(caught.value)


@pytest.mark.parametrize("role", ["sysadmin", "case_officer", "decision_authority"])
def test_only_the_records_officer_erases(role: str) -> None:
    world, case = withdrawn()
    world.at(1, 1, 2040)
    with pytest.raises(Refused) as caught:
        world.licensing.erase(case.id, actor("somebody", role), "cleaning up")
    assert caught.value.refusal.code is Code.ROLE


def test_erasure_takes_what_was_said_and_keeps_who_did_what_when_with_every_hash() -> None:
    world, case = withdrawn()
    before = world.licensing.history(case.id)
    world.at(1, 1, 2040)
    world.licensing.erase(case.id, RECORDS, "the period has passed")
    after = world.licensing.history(case.id)
    assert [(one.seq, one.kind, one.actor, one.at, one.sha256) for one in after[:-1]] == [
        (one.seq, one.kind, one.actor, one.at, one.sha256) for one in before
    ]
    assert all(one.body is None for one in after[:-1])
    assert after[-1].kind == "erased"
    erased = world.licensing.case(case.id)
    assert erased.application is None
    assert len(erased.erased) == len(before)
    assert "Delta" not in repr(erased)
