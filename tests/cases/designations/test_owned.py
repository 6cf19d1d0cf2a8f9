"""Entities of a subject are considered one by one: one that is listed with it is a party of its own; others are not."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from designation_world import NAME, SUBJECT, World
from enduse.cases.designations import bodies
from enduse.cases.designations.publication import ftm_lines, notice
from enduse.cases.refusals import Refused
from enduse.evidence.library import Library
from enduse.interfaces.designations.editions import put_edition
from enduse.interfaces.designations.quality import flags_of
from enduse.model.match import Query

WITH = bodies.Owned(
    "Brackwater Signals OU",
    list_with=True,
    reason="it sells the same systems",
    native=("Брэкуотер Сигналс",),
    addresses=(bodies.Place("16 Quarry Road, Tallinn, Estonia", "EE"),),
    identifiers=(bodies.Number("registration", "90214418", "EE"),),
)
WITHOUT = bodies.Owned("Brackwater Services", list_with=False, reason="has no part in interception")


def test_each_is_listed_by_itself_or_not_at_all(world: World, tmp_path: Path) -> None:
    case = world.listed("2024-01-10", subject=replace(SUBJECT, owned=(WITHOUT, WITH)))
    first, second = world.service.parties()
    assert (first.name, second.name) == (NAME, WITH.name)
    assert second.id != first.id and second.listings == first.listings
    assert {one.value for one in second.identifiers} == {"90214418"}
    assert world.watched.messages[-1].content["identifiers"][-1] == f"listed with it: {WITH.name}"
    authority = world.service.authority(case)
    said = notice(world.service.case(case.id), first, authority)
    assert f"Listed with it: {WITH.name}" in said and WITHOUT.name not in said
    # Read back from an edition, screening finds both and not the one that was left out.
    put_edition(world.service.parties, tmp_path / "data", world.today)
    library = Library(tmp_path / "data", accept_starter=True)
    found = {hit.party.id: hit.party for hit in library.screen(Query(WITH.name)) if hit.party.id.startswith("local:")}
    assert found[second.id].names == second.names and found[second.id].identifiers == second.identifiers
    assert len(list(ftm_lines((first, second), world.today))) > 4


def test_each_needs_its_reason(world: World) -> None:
    with pytest.raises(Refused) as error:
        world.nominated(subject=replace(SUBJECT, owned=(replace(WITH, reason=" "),)))
    assert error.value.refusal.rules == ("owned",)
    assert "is listed with it" in error.value.refusal.missing[0].what


def test_one_that_is_thin_is_flagged_before_publication() -> None:
    thin = bodies.Owned("Brackwater Signals OU", list_with=True, reason="the same systems")
    nomination = bodies.Nomination("us-erc", replace(SUBJECT, owned=(thin,)), bodies.Terms(()), (), "none", "none", ())
    assert "owned-thin" in flags_of(nomination)
    assert "owned-thin" not in flags_of(replace(nomination, subject=replace(SUBJECT, owned=(WITH, WITHOUT))))
