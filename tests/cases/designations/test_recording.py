"""Entries from files: all of a file or none, and whatever a file holds is answered with the place where it is wrong."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designation_world import ABUSE, CUSTODIAN, RECORDER, World
from enduse.cases.designations import bodies
from enduse.cases.designations.evidence_ftm import read_entities
from enduse.cases.refusals import Refused
from enduse.interfaces.cli.designations import _rows
from enduse.model.errors import BadInput

EVENT = {"id": "e1", "schema": "Event", "properties": {"name": ["A network was redirected"], "publisher": ["A"]}}


def test_entries_of_a_file_are_recorded_all_or_none_and_what_is_wrong_is_told_by_entry() -> None:
    world = World()
    with pytest.raises(Refused) as error:
        world.service.record_all((ABUSE, replace(ABUSE, title=" "), replace(ABUSE, what="")), RECORDER)
    assert error.value.refusal.missing[0].what.startswith("entry 2: a title")
    with pytest.raises(BadInput, match="entry 2, place"):
        world.service.record_all((ABUSE, replace(ABUSE, place="QQ")), RECORDER)
    world.service.protect(bodies.ProtectedSource("Zephyrine Quillfeather Trust"), CUSTODIAN)
    told = replace(ABUSE, what="told by the Zephyrine\nQuillfeather Trust")
    with pytest.raises(Refused) as error:
        world.service.record_all((ABUSE, told), CUSTODIAN)
    assert error.value.refusal.missing[0].what.startswith("entry 2: leave out")
    assert world.service.entries() == ()
    done = world.service.record_all((ABUSE, replace(ABUSE, title="Another")), RECORDER)
    assert world.service.entries() == done and [one.content.title for one in done] == [ABUSE.title, "Another"]
    assert world.service.record_all((), RECORDER) == ()


def test_who_may_not_record_records_nothing_of_a_file() -> None:
    world = World()
    for made in ((ABUSE, ABUSE), ()):
        with pytest.raises(Refused):
            world.service.record_all(made, replace(RECORDER, roles=frozenset({"list_publisher"})))


def test_a_cell_that_is_too_long_is_told_with_its_line() -> None:
    text = 'title,what\na,b\n"' + "x" * 200_000 + '",y\n'
    with pytest.raises(BadInput, match=r"f\.csv, line 3: this is no table"):
        list(_rows(text, "f.csv"))


def test_a_table_with_more_cells_than_names_is_refused_and_not_cut_off() -> None:
    with pytest.raises(BadInput, match=r"f\.csv, row 2: more cells"):
        list(_rows("title,what\na,b\nc,d,e\n", "f.csv"))
    assert len(list(_rows("title,what\na,b,,\n", "f.csv"))) == 1


@pytest.mark.parametrize("character", ["\u2028", "\u2029", "\x85", "\x0c", "\x1c"])
def test_characters_that_divide_lines_elsewhere_stand_in_a_text(character: str) -> None:
    event = {**EVENT, "properties": {"name": [f"a{character}b"], "publisher": ["A"]}}
    for ascii_only in (True, False):
        text = json.dumps(event, ensure_ascii=ascii_only)
        for end in ("\n", "\r\n"):
            assert read_entities(text + end, "f").entries[0]["title"] == f"a{character}b"


@pytest.mark.parametrize("value", [5, 1.5, True, {"a": 1}, None])
def test_a_property_that_is_no_list_is_told_with_its_line(value: Any) -> None:
    made = {**EVENT, "properties": {**EVENT["properties"], "involved": value}}  # type: ignore[dict-item]
    with pytest.raises(BadInput, match="f, line 2: 'involved' is no list"):
        read_entities(json.dumps(EVENT) + "\n" + json.dumps(made), "f")


def test_a_text_in_place_of_a_list_is_one_value() -> None:
    made = {**EVENT, "properties": {"name": "A network", "publisher": "A"}}
    (entry,) = read_entities(json.dumps(made), "f").entries
    assert (entry["title"], entry["sources"][0]["publisher"]) == ("A network", "A")


_VALUES = st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=6)


@given(st.dictionaries(st.sampled_from(["name", "date", "proof", "involved", "keywords", "country", "x"]), _VALUES))
def test_whatever_properties_an_entity_has_it_is_read_or_told(properties: dict[str, Any]) -> None:
    try:
        assert len(read_entities(json.dumps({**EVENT, "properties": properties}), "f").entries) == 1
    except BadInput as error:
        assert error.where == "f, line 1"
