"""The Entity List in the eCFR's XML, by a fixture made after the format's description."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from enduse.lists.sources import us_ecfr_entity_list
from enduse.lists.sources._us_entity_cell import read_entity_cell
from enduse.lists.sources.base import Parsed
from enduse.model.errors import BadInput
from enduse.model.party import NameKind, PartyKind

CONTENT = (Path(__file__).parents[2] / "fixtures" / "lists" / "us_ecfr" / "title-15_part-744.xml").read_bytes()
SOURCE = us_ecfr_entity_list.SOURCE


@pytest.fixture(scope="module")
def parsed() -> Parsed:
    return SOURCE.parse({"part_744": CONTENT}, {"part_744": "title-15.xml"})


def test_the_format_is_not_verified_and_says_so() -> None:
    assert SOURCE.format_verified is False
    assert SOURCE.recognise("x", CONTENT[:65536]) == "part_744"
    assert SOURCE.recognise("x", b'<DIV5 N="740" TYPE="PART"/>') is None


def test_rows_reserved_rows_and_short_rows(parsed: Parsed) -> None:
    assert parsed.rows == 5
    assert parsed.edition == dt.date(2024, 5, 3)
    assert [one.reason for one in parsed.rejected] == ["row 6: 3 cells instead of 5"]
    assert any("1 reserved rows skipped" in note for note in parsed.notes)
    assert len(parsed.parties) == 6


def test_a_blank_country_cell_inherits_the_one_above(parsed: Parsed) -> None:
    trading = parsed.parties[1]
    assert trading.name == "Sample Trading Co., Ltd."
    assert [(a.text, a.country) for a in trading.addresses] == [("15 Sample Street, Kabul, Afghanistan", "AF")]
    assert trading.listings[0].footnotes == ("3",)


def test_names_aliases_addresses_and_citations(parsed: Parsed) -> None:
    first = parsed.parties[0]
    assert [n.text for n in first.names] == [
        "Sample Construction Company",
        "Sample Construction",
        "Sample Construction Co.",
    ]
    assert [(a.text, a.country) for a in first.addresses] == [
        ("Golden Street, Kabul, Afghanistan", "AF"),
        ("Flat No. 41, Peshawar, Pakistan", "PK"),
    ]
    assert ("cross reference", "See also address under Pakistan") in first.attributes
    listing = first.listings[0]
    assert (listing.citation.text, listing.sources) == ("76 FR 71867", ("77 FR 25055",))
    assert listing.listed_from is None
    assert listing.scope == "all"


def test_an_entry_that_is_an_address_is_marked_as_one() -> None:
    content = CONTENT.replace(b"Sample Trading Co., Ltd., 15", b"Address 01, 15")
    entry = SOURCE.parse({"part_744": content}, {"part_744": "title-15.xml"}).parties[1]
    assert (entry.name, entry.kind) == ("Address 01", PartyKind.ADDRESS)
    assert [(a.text, a.high_diversion_risk) for a in entry.addresses] == [
        ("15 Sample Street, Kabul, Afghanistan", True)
    ]


def test_affiliated_entities_are_parties_of_their_own(parsed: Parsed) -> None:
    names = [party.name for party in parsed.parties[3:]]
    assert names == [
        "Example Networks Co., Ltd.",
        "Branch Networks (Chengdu) Co., Ltd.",
        "Branch Networks (Dalian)",
    ]
    assert ("Affiliated entity of", "Example Networks Co., Ltd.") in parsed.parties[4].attributes
    assert parsed.parties[5].listings[0].footnotes == ("1", "2")


@pytest.mark.parametrize(
    ("cell", "name", "aliases", "addresses"),
    [
        (
            "Jane Sample, 12 Sample Street, Lahore, Pakistan.",
            "Jane Sample",
            [],
            ["12 Sample Street, Lahore, Pakistan"],
        ),
        (
            "Sample Parts Co., Ltd., a.k.a., the following two aliases: —Sample Parts Mfg. Co., Ltd.; and —SPC. "
            "No. 5 St. Mary Road, Xian, China; and P.O. Box 7, Xian, China.",
            "Sample Parts Co., Ltd.",
            ["Sample Parts Mfg. Co., Ltd.", "SPC"],
            ["No. 5 St. Mary Road, Xian, China", "P.O. Box 7, Xian, China"],
        ),
        (
            "Sample Works, a.k.a., the following one alias: —S. Works, Inc. Room 1, Minsk, Belarus.",
            "Sample Works",
            ["S. Works, Inc."],
            ["Room 1, Minsk, Belarus"],
        ),
        (
            "Sample Bureau, f.k.a., the following one alias: —Old Bureau. 1 Lane, Minsk, Belarus.",
            "Sample Bureau",
            ["Old Bureau"],
            ["1 Lane, Minsk, Belarus"],
        ),
        ("Sample Name Only", "Sample Name Only", [], []),
    ],
)
def test_entity_cells_in_one_run_of_text(cell: str, name: str, aliases: list[str], addresses: list[str]) -> None:
    found = read_entity_cell(cell)
    assert found.name == name
    assert [alias for _, alias in found.aliases] == aliases
    assert list(found.addresses) == addresses
    if "f.k.a" in cell:
        assert found.aliases[0][0] is NameKind.FORMER


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (CONTENT[: len(CONTENT) // 2], "cannot be read to its end"),
        (CONTENT.replace(b"Supplement No. 4 to Part 744", b"Supplement No. 5 to Part 744"), "has no appendix"),
        (b"<DIV5 N='744'/>", "has no appendix"),
        (b"", "empty"),
        (b"<!doctype html><html></html>", "web page"),
        (b"{}", "JSON"),
    ],
)
def test_other_or_cut_content_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        SOURCE.parse({"part_744": content}, {})
