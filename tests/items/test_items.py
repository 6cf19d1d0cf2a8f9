"""What a code means, down to the sub-paragraph."""

from __future__ import annotations

import csv
import re

import pytest

from enduse.items.catalogue import (
    codes,
    counterparts,
    data_rows,
    descriptions,
    hs_hints,
    look_alikes,
    reasons,
    show,
    us_only,
)
from enduse.items.topics import topics
from enduse.model.codes import parse_code
from enduse.model.errors import BadInput
from realdata import shared_data


def test_a_record_shows_controls_exceptions_and_dates() -> None:
    record = show("5A001.j")
    assert record.since == "2022-03-07"
    assert {(row["reason"], row["column"]) for row in record.controls} == {("NS", "NS2"), ("AT", "AT1")}
    assert {row["symbol"]: row["available"] for row in record.exceptions} == {"GBS": "yes", "ACE": "yes", "STA": "no"}
    assert record.sub_paragraphs == ("j.1", "j.2")
    assert show("5A001").sub_paragraphs[:3] == ("a", "b", "c")


def test_a_record_names_what_is_like_it_related_to_it_and_abroad() -> None:
    record = show("5A001.f.1")
    assert {"5A001.f.2", "5A980"} <= {row.other for row in record.look_alikes}
    assert {"5B001", "5D001", "5E001"} <= set(record.related)
    abroad = {row.list: row for row in record.counterparts}
    assert show("5A001.f").counterparts[0].counterpart == "5A001.f"
    assert abroad["eu-annex-i"].counterpart == "5A001.f"
    assert abroad["eu-annex-i"].verified and not abroad["uk-annex-i"].verified
    assert "851769" in {hint.hs6 for hint in record.hs_hints}


def test_dates_and_changes_are_shown() -> None:
    changes = {row["changed_on"]: row["verified"] for row in show("9A012.a.1").changes}
    assert changes == {"2026-01-21": "no", "2026-08-13": "no"}
    assert show("5A001.b").changes == ()


@pytest.mark.parametrize("code", ["5A980", "0A503", "0A977", "3A981", "3A090", "9A610", "0A501"])
def test_an_entry_of_the_united_states_alone_says_so(code: str) -> None:
    assert us_only(code)
    annex = next(row for row in show(code).counterparts if row.list == "eu-annex-i")
    assert annex.counterpart == "none"


def test_a_code_without_a_row_is_unknown_abroad_never_the_same_by_analogy() -> None:
    annex = next(row for row in show("2B001").counterparts if row.list == "eu-annex-i")
    assert (annex.counterpart, annex.relation, annex.verified) == ("unknown", "ask", False)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("5A001.f.1", ("NS2", "SL every destination", "AT1")),
        ("5A001.f.3", ("NS1", "AT1")),
        ("0A981", ("CC every destination",)),
        ("0A503", ("CC every destination but CA", "UN")),
        ("1C355", ("CW some destinations?", "AT embargoed destinations")),
        ("EAR99", ()),
    ],
)
def test_reasons_in_short(code: str, expected: tuple[str, ...]) -> None:
    assert reasons(code) == expected


def test_a_reason_that_reaches_a_part_only_is_marked() -> None:
    assert "NS1?" in reasons("5A001")


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("0A981", "CC"),
        ("0A983", "CC"),
        ("0A982", "CC"),
        ("0A503", "CC"),
        ("0E982", "CC"),
        ("5A980", "SL"),
        ("5E980", "SL"),
    ],
)
def test_entries_whose_requirement_stands_in_prose_are_not_empty(code: str, reason: str) -> None:
    rows = [row for row in show(code).controls if row["reason"] == reason]
    assert rows and all(row["requirement"] in ("all", "all_except") for row in rows)


def test_a_uk_annex_is_shown_as_the_eu_annex_it_came_from_and_not_verified() -> None:
    shown = show("UK-2019/125:III").descriptions
    assert len(shown) == 3
    assert all(not item.verified and item.citation.endswith("as assimilated") for item in shown)


def test_an_entry_that_the_copy_lacks_is_held_by_hand_and_says_so() -> None:
    record = show("2B352")
    assert record.held and {(row["reason"], row["column"]) for row in record.controls} == {("CB", "CB2"), ("AT", "AT1")}
    assert record.in_words == ()
    assert "missing in the copy" in record.descriptions[0].note
    assert {"b", "e"} <= set(record.sub_paragraphs)


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("5A099", "not in the tables held"),
        ("5A001.q", "known: a, b, c"),
        ("camera", "is no classification"),
        ("UNLISTED", "nothing is held of UNLISTED"),
        ("EU-2099/1:II", "known beside ECCNs: EAR99, EU-2019/125:II"),
        ("", "is no classification"),
        ("5A001.j" * 500, "is no classification"),
    ],
)
def test_an_unknown_code_is_bad_input(code: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        show(code)
    assert message in str(caught.value)


def test_every_entry_of_the_list_has_a_short_cited_description_of_our_own() -> None:
    described = {item.code for item in descriptions()}
    assert len(codes()) == 639
    assert not set(codes()) - described
    for item in descriptions():
        parse_code(item.code)
        assert len(item.description.split()) <= 20 and item.citation


def test_every_described_code_can_be_shown() -> None:
    for code in {item.code for item in descriptions()}:
        record = show(code)
        assert record.held, code


def test_every_code_in_the_tables_beside_is_described() -> None:
    described = {item.code for item in descriptions()}
    named = {row.code for row in look_alikes()} | {row.other for row in look_alikes()}
    named |= {row.code for row in counterparts()}
    named |= {code for hint in hs_hints() for code in hint.codes}
    named |= {code for topic in topics() for code in topic.candidates}
    assert not named - described


def test_a_question_points_to_its_two_codes() -> None:
    for row in look_alikes():
        assert {row.if_yes, row.if_no} == {row.code, row.other}
        assert row.question.endswith(("?", "."))


def test_what_is_not_verified_says_so_and_all_is_cited() -> None:
    assert {row["standing"] for row in data_rows("counterparts")} <= {"law", "guidance"}
    assert {row["verified"] for row in data_rows("counterparts")} == {"yes", "no"}
    assert all(row["citation"] for row in data_rows("counterparts"))
    assert all(re.fullmatch(r"[0-9]{6}", hint.hs6) and hint.citation for hint in hs_hints())
    assert all(topic.provisions or topic.outcome == "listed" or topic.note for topic in topics())
    assert all(item.citation.url for topic in topics() for item in topic.provisions)
    assert {topic.outcome for topic in topics()} == {"listed", "unlisted", "depends"}


@pytest.mark.realdata
def test_the_tiers_are_those_of_the_common_high_priority_list() -> None:
    path = shared_data() / "dual_use" / "common_high_priority_items_2024-02-23.csv"
    published = {row["hs6"]: row["tier"] for row in csv.DictReader(path.read_text(encoding="utf-8").splitlines())}
    assert {hint.hs6: hint.high_priority_tier for hint in hs_hints() if hint.high_priority_tier} == published
