"""OFAC's enhanced XML: lists and their dates, weak aliases, scripts, numbers."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from enduse.lists.sources import us_ofac_enhanced
from enduse.lists.sources.base import Parsed
from enduse.model.errors import BadInput
from enduse.model.party import NameKind, PartyKind

CONTENT = (Path(__file__).parents[2] / "fixtures" / "lists" / "us_ofac_enhanced" / "cons_enhanced.xml").read_bytes()
SDN, CONS = us_ofac_enhanced.SOURCES


@pytest.fixture(scope="module")
def cons() -> Parsed:
    return CONS.parse({"cons_enhanced": CONTENT}, {})


def test_the_list_in_the_file_decides_which_source_it_is() -> None:
    assert CONS.recognise("anything", CONTENT[:65536]) == "cons_enhanced"
    assert SDN.recognise("SDN_ENHANCED.XML", CONTENT[:65536]) is None
    sdn = CONTENT.replace(
        b">Consolidated List</sanctionsList></sanctionsLists></filters>",
        b">SDN List</sanctionsList></sanctionsLists></filters>",
    )
    assert SDN.recognise("x", sdn[:65536]) == "sdn_enhanced"
    assert len(SDN.parse({"sdn_enhanced": sdn}, {}).parties) == 2
    with pytest.raises(BadInput, match="not of 'SDN List'"):
        SDN.parse({"sdn_enhanced": CONTENT}, {})


def test_edition_rows_and_rejected_entities(cons: Parsed) -> None:
    assert cons.edition == dt.date(2025, 1, 10)
    assert cons.rows == 4
    assert len(cons.parties) == 2
    assert [one.reason for one in cons.rejected] == ["entity 1 stands on no list", "entity 2 has no name"]


def test_each_list_is_a_listing_with_its_date(cons: Parsed) -> None:
    company = cons.parties[0]
    assert [(one.list_id, one.listed_from) for one in company.listings] == [
        ("CMIC", dt.date(2021, 6, 3)),
        ("SDN", dt.date(2024, 11, 21)),
    ]
    assert company.listings[0].programmes == ("CMIC-EO13959",)
    assert company.listings[0].sources == ("Executive Order 14032 (CMIC)",)
    assert company.listings[0].remarks == "A remark."


def test_names_begin_with_the_primary_one_and_keep_script_and_quality(cons: Parsed) -> None:
    assert [(n.text, n.kind, n.weak) for n in cons.parties[0].names] == [
        ("SAMPLE AVIATION GROUP CO., LTD", NameKind.PRIMARY, False),
        ("样本航空集团", NameKind.ORIGINAL_SCRIPT, False),
        ("SAG", NameKind.ALIAS, True),
        ("OLD SAMPLE AVIATION", NameKind.FORMER, False),
    ]


def test_addresses_numbers_and_references(cons: Parsed) -> None:
    company = cons.parties[0]
    assert company.kind is PartyKind.COMPANY
    assert [(a.text, a.street, a.city, a.postal_code, a.country) for a in company.addresses] == [
        ("1 Sample Road, Bldg. 2, Taizhou, 318000, China", "1 Sample Road, Bldg. 2", "Taizhou", "318000", "CN")
    ]
    assert [(i.kind, i.value, i.country) for i in company.identifiers] == [
        ("website", "www.example.org", None),
        ("registration", "91330000734507783X", "CN"),
    ]
    assert ("Executive Order 13662 Directive Determination", "Subject to Directive 1") in company.attributes
    assert ("Owned or Controlled By", "SAMPLE HOLDING (entry 40009)") in company.attributes


def test_birth_dates_are_as_exact_as_published(cons: Parsed) -> None:
    person = cons.parties[1]
    assert person.kind is PartyKind.PERSON
    assert person.birth_dates == ("1966-02-03", "1962")
    assert person.birth_places == ("Sampletown",)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CONTENT[: len(CONTENT) // 2], "cannot be read to its end"),
        (b"", "empty"),
        (b"<html></html>", "web page"),
        (b"{}", "JSON"),
        (b'<?xml version="1.0"?><sdnList xmlns="http://tempuri.org/sdnList.xsd"/>', "begins with"),
        (
            b'<!DOCTYPE a [<!ENTITY b "bbbb">]><a>&b;</a>',
            "cannot be read",
        ),
        (b'<?xml version="1.0" encoding="no-such-code"?><a/>', "cannot be read"),
    ],
)
def test_other_cut_or_hostile_xml_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        CONS.parse({"cons_enhanced": content}, {})
