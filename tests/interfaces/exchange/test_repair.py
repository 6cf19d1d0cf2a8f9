"""A node that was restored from an older backup: `enduse exchange repair` makes its streams whole over its store."""

from __future__ import annotations

import dataclasses
import datetime as dt
import shutil
from pathlib import Path

import pytest

import exchange_story
from enduse.exchange import restoring
from enduse.exchange.handling import partner
from enduse.interfaces.exchange.mail import Mail
from enduse.interfaces.exchange.node import Node
from enduse.interfaces.identity.storehouse import StoreAtHand
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.letter_record import IN, OUT
from enduse.store import place_of
from exchange_nodes import InProcess, Party, coalition
from exchange_pages import RISK


def told(party: Party, name: str, to: str) -> str:
    return party.node.post().send("risk_alert", [to], partner(to), RISK | {"typology": name}, source=name).id


def reopened(party: Party, world: dict[str, Party]) -> Party:
    """The node over what stands in its data directory now, as a process that starts anew."""
    stores = StoreAtHand(place_of(party.node.data, None), party.clock)
    node = Node(party.node.data, stores, party.clock, lambda member: party.ways.get(member.id))
    party.office.stores = stores
    again = Party(node, party.office, Mail(node, party.office), party.clock, party.ways)
    for one in world.values():
        one.ways.update({node.me: InProcess(again)} if one.node.me != node.me else {})
    return again


def store_files(party: Party) -> list[Path]:
    place = Path(str(place_of(party.node.data, None)))
    return [one for one in place.parent.iterdir() if one.name.startswith(place.name)]


@pytest.mark.slow
def test_what_was_lost_comes_back_and_what_was_written_since_moves_behind_it(tmp_path: Path) -> None:
    world = coalition(tmp_path, "nl", "de")
    nl, de = world["nl"], world["de"]
    first = [told(nl, "one", "de"), told(de, "a", "nl")]
    nl.sync(), de.sync()
    nl.node.stores.close()
    backup = tmp_path / "backup"
    backup.mkdir()
    for file in store_files(nl):
        shutil.copy(file, backup)
    assert list(backup.iterdir())

    nl = world["nl"] = reopened(nl, world)
    lost = [told(nl, "two", "de"), told(nl, "three", "de"), told(de, "b", "nl")]
    nl.sync(), de.sync()
    nl.node.stores.close()
    for file in store_files(nl):
        file.unlink()
    for file in backup.iterdir():
        shutil.copy(file, Path(str(place_of(nl.node.data, None))).parent)

    nl = world["nl"] = reopened(nl, world)
    since = told(nl, "four", "de")
    done = nl.sync()
    assert "no receipt" in done.unreachable["de"]
    last = de.node.stores.need().audit.entries(last=1)[0]
    assert (last.action, "two letters number 2" in last.reason) == ("notice.reject", True)
    member = next(one for one in nl.node.others() if one.id == "de")
    assert nl.node.repair(member) == (2, 1)
    assert nl.node.repair(member) == (0, 0), "again does nothing"
    nl.clock.later(hours=2)
    nl.sync(), de.sync(), nl.sync()

    came = [row.notice for row in de.node.stores.need().letters.some(IN)]
    assert came == [first[0], *lost[:2], since]
    assert [row.notice for row in nl.node.stores.need().letters.some(IN)] == [first[1], lost[2]]
    out = nl.node.stores.need().letters.some(OUT)
    assert [(row.seq, row.notice, row.state) for row in out] == [
        (number, notice, "acknowledged") for number, notice in enumerate(came, 1)
    ]
    assert out[-1].source == "four", "what called for it calls once still"
    actions = [entry.action for entry in nl.node.stores.need().audit.entries()]
    assert actions.count("notice.put_back") == 2 and actions.count("notice.renumber") == 1
    assert "exchange.again" in [entry.action for entry in de.node.stores.need().audit.entries()]
    for one in world.values():
        report = one.node.stores.need().verify()
        assert report.whole, report.problem
        one.node.stores.close()


@pytest.mark.slow
@pytest.mark.parametrize("first", ["repair", "sync"])
def test_a_question_that_was_lost_is_its_case_s_question_again_and_is_asked_once(tmp_path: Path, first: str) -> None:
    world = exchange_story.coalition(tmp_path, "nl", "fr")
    nl, fr = world["nl"], world["fr"]
    nl.refuse("NL-1")
    nl.sync(), fr.sync()
    (denial,) = fr.stage.office.licensing().denials()
    case = fr.to_proposal("FR-1")
    fr.assess(case)
    fr.ask(case, "NL", denial.id)
    fr.stage.stores.close()
    shutil.copytree(tmp_path / "fr", tmp_path / "backup")
    fr.sync()
    (question,) = nl.desk().due(nl.stage.now.date())
    nl.desk().answer(question.id, "yes", "identical: we object")
    nl.sync()
    assert fr.case(case).consultations[0].outcome == "yes"

    fr.stage.stores.close()
    for file in (one for one in (tmp_path / "fr").iterdir() if one.is_file()):
        file.unlink()
    for file in (one for one in (tmp_path / "backup").iterdir() if one.is_file()):
        shutil.copy2(file, tmp_path / "fr")
    exchange_story.set_clock(world, nl.stage.now + dt.timedelta(hours=1))
    assert fr.case(case).consultations[0].outcome == ""
    if first == "sync":
        fr.sync()
    assert fr.node.repair(next(one for one in fr.node.others() if one.id == "nl")) == (1, 0)
    exchange_story.set_clock(world, nl.stage.now + dt.timedelta(hours=2))
    fr.sync(), nl.sync(), fr.sync()

    (asked,) = fr.desk().asked()
    assert (asked.id, asked.stands, asked.state) == (question.id, "answered", "acknowledged")
    assert [one.id for one in nl.desk().inbox(["consultation_request"])] == [question.id]
    (row,) = fr.desk().inbox(["consultation_response"])
    assert (row.state, row.problem) == ("applied", "")
    assert fr.case(case).consultations[0].outcome == "yes"
    assert fr.node.stores.need().letters.some(OUT)[0].source.startswith(f"case:{case}:")
    dropped = [one for one in fr.node.stores.need().audit.entries() if one.action == "notice.drop"]
    assert len(dropped) == (first == "sync")
    for one in world.values():
        report = one.node.stores.need().verify()
        assert report.whole, report.problem
        one.close()


def test_without_a_way_nothing_is_repaired_and_another_stream_is_refused(tmp_path: Path) -> None:
    world = coalition(tmp_path, "nl", "de")
    nl, de = world["nl"], world["de"]
    told(nl, "one", "de")
    nl.sync()
    member = next(one for one in nl.node.others() if one.id == "de")
    nl.ways.clear()
    with pytest.raises(OperationFailed, match="no way"):
        nl.node.repair(member)
    request, blob = nl.node.post().ask_back("de")
    assert request.sent == 1
    # The other end was itself restored from before that letter, or holds another.
    other = restoring.written(dataclasses.replace(request, last="0" * 64), nl.node.ring())
    with pytest.raises(BadInput, match="another than the one"):
        de.node.give_back(other)
    assert de.node.give_back(blob) == []
