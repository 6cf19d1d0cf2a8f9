"""What a code means, and finding a code in plain words."""

from __future__ import annotations

import pytest

from enduse.items.catalogue import codes, descriptions, show
from enduse.items.search import search_items
from enduse.model.codes import parse_code
from enduse.model.errors import BadInput


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("phone tracking", "5A001.f.2"),
        ("IMSI catcher", "5A001.f.2"),
        ("wiretap", "5A980"),
        ("spyware", "4A005"),
        ("stun gun", "0A503"),
        ("water cannon", "0A977"),
        ("face recognition", "EAR99"),
        ("deep packet inspection", "5A001.j"),
        ("phone unlocking", "5A004.b"),
        ("lie detector", "3A981"),
        ("polygraphs", "3A981"),
        ("handcuffs", "0A982"),
        ("tear gas", "1A984"),
        ("drone", "9A012"),
        ("4D004", "4D004"),
    ],
)
def test_plain_words_find_the_code_first(text: str, code: str) -> None:
    assert search_items(text)[0].item.code == code


def test_a_fingerprint_is_found_on_the_biometric_entries() -> None:
    assert {"3A981", "1A985"} <= {hit.item.code for hit in search_items("fingerprint", 5)}


def test_a_spelling_error_is_forgiven_and_nonsense_finds_nothing() -> None:
    assert search_items("polygraf")[0].item.code == "3A981"
    assert search_items("xyzzy plugh") == []


@pytest.mark.parametrize("text", ["", "   ", "the of and", "---"])
def test_no_word_is_bad_input(text: str) -> None:
    with pytest.raises(BadInput, match="no word to search for"):
        search_items(text)


def test_a_record_shows_controls_exceptions_and_dates() -> None:
    record = show("5A001.j")
    assert record.since == "2022-03-07"
    assert {(row["reason"], row["column"]) for row in record.controls} == {("NS", "NS2"), ("AT", "AT1")}
    assert {row["symbol"]: row["available"] for row in record.exceptions} == {"GBS": "yes", "ACE": "yes", "STA": "no"}
    assert show("5A001").sub_paragraphs[:3] == ("a", "b", "c")


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


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("5A099", "not in the tables held"),
        ("5A001.q", "known: a, b, c"),
        ("camera", "is no classification"),
    ],
)
def test_an_unknown_code_is_bad_input(code: str, message: str) -> None:
    with pytest.raises(BadInput) as caught:
        show(code)
    assert message in str(caught.value)


def test_every_description_is_short_cited_and_of_a_code_of_the_list() -> None:
    known = set(codes()) | {"EAR99"}
    for item in descriptions():
        parse_code(item.code)
        assert item.code.partition(".")[0] in known, item.code
        assert len(item.description.split()) <= 16 and item.citation


def test_the_list_holds_633_entries() -> None:
    assert len(codes()) == 633
