"""Licensing over the lists at hand: the screening gate with real listings, and actors from the session."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

import licensing_world as w
from enduse.cases.application import Application
from enduse.cases.bodies import HitDisposed
from enduse.cases.context import Actor
from enduse.cases.decide import shipped_policies as licensing_policies
from enduse.evidence.library import Library
from enduse.interfaces.identity.policies import shipped_policies as access_policies
from enduse.interfaces.licensing.wiring import actor_of, list_states, party_hits, screened
from enduse.model import access

TODAY = dt.date(2026, 3, 2)
REQUIRED = ("CMIC", "EL")


def world_with(lists: Library) -> w.World:
    world = w.World().at(3, 2)
    world.ground = replace(world.ground, required=REQUIRED, lists=list_states(lists, REQUIRED, TODAY))
    return world


@pytest.fixture(scope="module")
def starter() -> Library:
    return Library(accept_starter=True)


def listed_consignee() -> Application:
    form = w.application()
    user = replace(form.parties[1], name="Hangzhou Hikvision", country="CN")
    return replace(form, parties=(form.parties[0], user))


def test_a_listed_party_is_a_hit_with_its_list_citation_and_explanation(starter: Library) -> None:
    world = world_with(starter)
    case = world.classified(world.registered(listed_consignee()))
    run = screened(case, starter, REQUIRED, TODAY)
    assert run.parties == ("exporter", "user")
    assert {hit.party for hit in run.hits} == {"user"}
    assert all(hit.citation and hit.explanation and hit.score > 0 for hit in run.hits)


def test_the_gate_stays_closed_until_each_hit_is_disposed_of_and_a_new_run_keeps_what_was_said(
    starter: Library,
) -> None:
    world = world_with(starter)
    case = world.classified(world.registered(listed_consignee()))
    case = world.do(case, "screen", screened(case, starter, REQUIRED, TODAY), w.SCREENING)
    assert set(world.refused(case, "circulate", None, w.SCREENING).rules) == {"hits_disposed"}
    for hit in case.open_hits:
        case = world.do(case, "dispose_hit", HitDisposed(hit.id, "same", "the company itself"), w.SCREENING)
    case = world.do(case, "screen", screened(case, starter, REQUIRED, TODAY), w.SCREENING)
    assert case.open_hits == ()
    assert world.do(case, "circulate", None, w.SCREENING).status == "circulated"


def test_a_hit_comes_back_when_the_party_is_stated_otherwise(starter: Library) -> None:
    party = listed_consignee().parties[1]
    ids = {hit.id for hit in party_hits(party, starter)}
    changed = {hit.id for hit in party_hits(replace(party, name="Hangzhou Hikvision Digital Technology"), starter)}
    assert ids
    assert ids.isdisjoint(changed)


def test_an_empty_shelf_keeps_the_gate_closed(tmp_path: Path) -> None:
    empty = Library(tmp_path)
    world = world_with(empty)
    case = world.classified(world.registered())
    case = world.do(case, "screen", screened(case, empty, REQUIRED, TODAY), w.SCREENING)
    assert "CMIC was not loaded whole" in str(world.refused(case, "circulate", None, w.SCREENING))


def test_nobody_becomes_the_system_by_holding_a_role_of_that_name() -> None:
    person = access.Actor("u1", "somebody", frozenset({"system", "case_officer"}), agency="licensing")
    assert actor_of(person) == Actor("u1", frozenset({"case_officer"}), "", "licensing")


def test_every_role_that_licensing_asks_for_can_be_granted_to_an_account() -> None:
    asked = {role for row in licensing_policies().transitions for role in row.roles} - {"system"}
    assert asked <= set(access_policies().roles)
    assert licensing_policies().barred <= set(access_policies().roles)
