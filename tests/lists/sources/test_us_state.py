"""The Department of State's two CSV files."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from enduse.lists.sources import us_state
from enduse.lists.sources._text import CutShort
from enduse.lists.sources.base import Parsed
from enduse.model.errors import BadInput
from enduse.model.party import Measure, NameKind, PartyKind

FIXTURES = Path(__file__).parents[2] / "fixtures" / "lists" / "us_state"
DEBARRED, SANCTIONED = us_state.SOURCES


def read(source: us_state._State, name: str) -> Parsed:
    return source.parse({source.components[0]: (FIXTURES / name).read_bytes()}, {source.components[0]: name})


@pytest.mark.parametrize(
    ("name", "source"), [("debarred_2018.csv", DEBARRED), ("debarred_2021.csv", DEBARRED), ("isn.csv", SANCTIONED)]
)
def test_each_file_is_recognised_by_its_header(name: str, source: us_state._State) -> None:
    head = (FIXTURES / name).read_bytes()
    assert [one.id for one in us_state.SOURCES if one.recognise("file.csv", head)] == [source.id]


def test_debarred_parties_aliases_dates_and_corrections() -> None:
    parsed = read(DEBARRED, "debarred_2018.csv")
    assert (parsed.rows, len(parsed.parties), parsed.rejected) == (3, 2, [])
    person, company = parsed.parties
    assert [(n.text, n.kind) for n in person.names] == [
        ("Sample, Brian", NameKind.PRIMARY),
        ("Brian Example", NameKind.ALIAS),
        ("B. Sample", NameKind.ALIAS),
    ]
    assert person.kind is PartyKind.PERSON
    assert person.birth_dates == ("1949-11",)
    assert person.listings[0].citation.text == "58 FR 6835"
    assert person.listings[0].citation.url is None
    assert person.listings[0].listed_from == dt.date(1993, 2, 2)
    assert person.listings[0].measures == (Measure.DEBARMENT,)
    assert company.kind is PartyKind.UNKNOWN
    assert [(one.citation.text, one.sources) for one in company.listings] == [
        ("57 FR 43768", ("57 FR 37184",)),
        ("59 FR 5664", ()),
    ]
    assert ("corrected notice date", "8/18/1992") in company.attributes


def test_the_header_of_another_year_is_read_too() -> None:
    parsed = read(DEBARRED, "debarred_2021.csv")
    assert parsed.parties[0].listings[0].citation.text == "58 FR 6835"
    assert parsed.parties[0].id == read(DEBARRED, "debarred_2018.csv").parties[0].id


def test_nonproliferation_rows_blank_lines_programmes_and_aliases() -> None:
    parsed = read(SANCTIONED, "isn.csv")
    assert (parsed.rows, len(parsed.parties)) == (3, 2)
    assert any("2 blank lines skipped" in note for note in parsed.notes)
    centre = parsed.parties[1]
    assert [(n.text, n.kind) for n in centre.names] == [
        ("Sample Centre", NameKind.PRIMARY),
        ("SC", NameKind.ALIAS),
        ("Old Sample Office (OSO)", NameKind.FORMER),
        ("Sample Company, Ltd.", NameKind.ALIAS),
        ("Sample Works", NameKind.ALIAS),
    ]
    assert [(a.text, a.country) for a in centre.addresses] == [("Iran", "IR")]
    assert len(centre.listings) == 1
    listing = centre.listings[0]
    assert listing.programmes == ("E.O. 13382", "Export-Import Bank Act")
    assert listing.listed_from == dt.date(2009, 1, 9)
    assert listing.citation.text == "Federal Register, Vol. 59, No. 165, 8/26/94, Notice 2061"
    assert listing.sources == ("Federal Register, Vol. 60, No. 1, 1/3/95",)
    assert listing.remarks == "Procurement ban ended"


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b"Name,Country\nA,B\n", b"\x81\x8d\x8f"])
def test_other_content_is_refused(content: bytes) -> None:
    for source in us_state.SOURCES:
        with pytest.raises(BadInput):
            source.parse({source.components[0]: content}, {})


def test_a_header_alone_and_a_cut_file_are_refused() -> None:
    content = (FIXTURES / "isn.csv").read_bytes()
    with pytest.raises(BadInput, match="no data"):
        SANCTIONED.parse({"isn": content.split(b"\n")[0] + b"\n"}, {})
    with pytest.raises(CutShort):
        SANCTIONED.parse({"isn": content[:-80]}, {})
