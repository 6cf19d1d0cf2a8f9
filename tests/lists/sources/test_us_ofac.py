"""OFAC's CSV files: no header, `-0- ` for null, 0x1A at the end, remarks that hold the facts."""

from __future__ import annotations

import datetime as dt
import gzip
from pathlib import Path

import pytest

from enduse.lists.sources import us_ofac
from enduse.lists.sources._text import CutShort
from enduse.lists.sources.base import Parsed
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty, Measure, NameKind, PartyKind

FIXTURES = Path(__file__).parents[2] / "fixtures" / "lists" / "us_ofac"
SDN, CONS = us_ofac.SOURCES


def files(*names: str) -> dict[str, bytes]:
    return {name: (FIXTURES / f"{name}.csv").read_bytes() for name in names}


def party(parsed: Parsed, number: int) -> ListedParty:
    return next(one for one in parsed.parties if one.id.endswith(f":{number}"))


@pytest.fixture(scope="module")
def sdn() -> Parsed:
    return SDN.parse(files("sdn", "add", "alt", "sdn_comments"), {"add": "ADD.CSV"})


@pytest.fixture(scope="module")
def cons() -> Parsed:
    return CONS.parse(files("cons_prim", "cons_add", "cons_alt"), {})


@pytest.mark.parametrize("component", ["sdn", "add", "alt", "sdn_comments", "cons_prim", "cons_add", "cons_alt"])
def test_each_file_is_recognised_by_one_source_as_one_component(component: str) -> None:
    head = (FIXTURES / f"{component}.csv").read_bytes()
    found = [source.recognise(f"dir/{component.upper()}.CSV", head) for source in (SDN, CONS)]
    assert [one for one in found if one] == [component]


def test_programmes_outweigh_a_misleading_name() -> None:
    head = (FIXTURES / "cons_prim.csv").read_bytes()
    assert SDN.recognise("sdn.csv", head) is None
    assert CONS.recognise("sdn.csv", head) == "cons_prim"


def test_every_row_is_counted_and_the_end_record_is_none(sdn: Parsed) -> None:
    assert sdn.rows == 5 + 4 + 4 + 2
    assert len(sdn.parties) == 5
    assert not any("0x1A" in note for note in sdn.notes)


def test_orphans_of_another_release_are_rejected_and_counted(sdn: Parsed) -> None:
    reasons = sorted((one.file, one.line, one.reason) for one in sdn.rejected)
    assert reasons == [
        ("ADD.CSV", 4, "orphan: ent_num 999 is not in the list of parties"),
        ("alt", 4, "orphan: ent_num 998 is not in the list of parties"),
        ("sdn_comments", 2, "the remarks it would continue are complete"),
    ]
    assert any(note.startswith("2 rows name an ent_num") for note in sdn.notes)


def test_null_is_nothing_and_null_type_is_an_entity(sdn: Parsed) -> None:
    airline = party(sdn, 36)
    assert airline.kind is PartyKind.COMPANY
    assert airline.title == ""
    assert airline.attributes == ()
    assert [(a.text, a.city, a.country) for a in airline.addresses] == [("Havana, Cuba", "Havana", "CU")]
    assert [(n.text, n.kind) for n in airline.names] == [
        ("EXAMPLE AIRLINES", NameKind.PRIMARY),
        ("EX-AIR", NameKind.ALIAS),
        ("OLD EXAMPLE AIRLINES", NameKind.FORMER),
    ]
    assert airline.listings[0].remarks == ""


def test_programmes_are_split_at_inner_brackets(sdn: Parsed) -> None:
    listing = party(sdn, 101).listings[0]
    assert listing.programmes == ("SDNTK", "GLOMAG")
    assert (listing.list_id, listing.authority, listing.reference) == ("SDN", "US-OFAC", "101")
    assert listing.measures == (Measure.ASSET_FREEZE,)
    assert listing.listed_from is None
    assert listing.citation.url == "https://sanctionssearch.ofac.treas.gov/Details.aspx?id=101"


def test_remarks_are_continued_in_the_middle_of_a_word_by_the_comments_file(sdn: Parsed) -> None:
    person = party(sdn, 101)
    assert ("Linked To", "SAMPLE HOLDINGS INTERNATIONAL COMPANY LIMITED AND PARTNERS") in person.attributes
    assert person.names[-1].text == 'JP "THE SAMPLE" DOE'
    assert person.names[-1].weak
    assert person.birth_dates == ("1972-10-12",)
    assert person.birth_places == ("Sampletown, Colombia",)
    assert person.nationalities == ("CO",)
    assert person.gender == "male"
    passports = [(i.value, i.country) for i in person.identifiers if i.kind == "passport"]
    assert passports == [("P0017003", "CO"), ("AB 99", "CO")]
    assert ("Passport", "P0017003 issued 2004-12-22 expires 2009-10-28") in person.attributes
    assert [i.label for i in person.identifiers if i.kind == "other"] == ["Digital Currency Address - XBT"]


def test_without_the_comments_file_the_break_is_noted() -> None:
    parsed = SDN.parse(files("sdn"), {})
    assert parsed.rows == 5
    assert any("remarks of 1 parties break off" in note for note in parsed.notes)


def test_ships_and_aircraft_keep_their_numbers(sdn: Parsed) -> None:
    ship = party(sdn, 102)
    assert ship.kind is PartyKind.VESSEL
    assert {(i.kind, i.value) for i in ship.identifiers} == {
        ("call_sign", "5IM 597"),
        ("imo", "9102277"),
        ("mmsi", "352002494"),
    }
    assert ("vessel flag", "Panama") in ship.attributes
    assert ("tonnage", "318,000") in ship.attributes
    assert ("Additional Sanctions Information", "Subject to Secondary Sanctions") in ship.attributes
    aircraft = party(sdn, 103)
    assert aircraft.kind is PartyKind.AIRCRAFT
    assert {(i.kind, i.value) for i in aircraft.identifiers} == {
        ("aircraft_serial", "1023"),
        ("aircraft_tail", "EX-AMP"),
    }


def test_company_facts_find_their_place_and_nothing_is_dropped(sdn: Parsed) -> None:
    company = party(sdn, 104)
    numbers = {(i.kind, i.value, i.country, i.label) for i in company.identifiers}
    assert ("website", "www.example.org", None, "Website") in numbers
    assert ("email", "office@example.org", None, "Email") in numbers
    assert ("tax", "7707000000", "RU", "Tax ID No.") in numbers
    assert ("lei", "5299007NTWCC3U23WM81", None, "Legal Entity Number") in numbers
    # An IMO company number is no ship's number.
    assert ("other", "5933437", None, "Identification Number IMO") in numbers
    assert ("Secondary sanctions risk", "Sample Regulations, 31 CFR 589.201") in company.attributes
    assert ("Organization Established Date", "25 Sep 2018") in company.attributes
    assert ("Remarks", "circa words without a label") in company.attributes
    assert ("address remarks", "(head office)") in company.attributes
    assert [(n.text, n.kind, n.weak) for n in company.names] == [
        ("EXAMPLE TRADING LLC", NameKind.PRIMARY, False),
        ("EXTRA", NameKind.ALIAS, True),
        ("EXOLD", NameKind.FORMER, True),
        ("NEW EXAMPLE TRADING", NameKind.ALIAS, False),
    ]


def test_the_consolidated_file_is_sorted_into_its_lists(cons: Parsed) -> None:
    lists = {one.id.rsplit(":", 1)[1]: [listing.list_id for listing in one.listings] for one in cons.parties}
    assert lists == {
        "9639": ["PLC"],
        "30930": ["CMIC"],
        "17016": ["SSI", "MBS"],
        "15268": ["CAP"],
        "26182": ["FSE"],
        "50000": ["NON-SDN"],
    }
    assert party(cons, 30930).listings[0].listed_from == dt.date(2021, 6, 3)
    assert party(cons, 30930).addresses[0].country == "CN"


def test_an_alias_that_is_also_in_the_alias_file_is_not_weak() -> None:
    alt = b'104,14,"aka","EXTRA",-0- \r\n\x1a'
    names = party(SDN.parse(files("sdn") | {"alt": alt}, {}), 104).names
    assert [(name.text, name.weak) for name in names if name.text == "EXTRA"] == [("EXTRA", False)]


def test_lf_instead_of_crlf_and_a_missing_end_record_are_read_and_noted() -> None:
    content = (FIXTURES / "sdn.csv").read_bytes().replace(b"\r\n", b"\n").rstrip(b"\x1a")
    parsed = SDN.parse({"sdn": content}, {})
    assert parsed.rows == 5
    assert any("no end-of-file record" in note for note in parsed.notes)


def test_unterminated_comments_are_read_to_the_end_of_the_line_and_counted() -> None:
    comments = (FIXTURES / "sdn_comments.csv").read_bytes().replace(b"DOE'.\"", b"DOE'.")
    parsed = SDN.parse(files("sdn") | {"sdn_comments": comments}, {})
    assert party(parsed, 101).names[-1].text == 'JP "THE SAMPLE" DOE'
    assert any("1 remarks lack their closing quote" in note for note in parsed.notes)


def test_a_row_of_another_width_and_a_repeated_number_are_rejected() -> None:
    content = (FIXTURES / "sdn.csv").read_bytes()
    damaged = content.replace(b"\x1a", content.split(b"\r\n", 1)[0] + b'\r\n1,"short"\r\n\x1a')
    parsed = SDN.parse({"sdn": damaged}, {})
    assert parsed.rows == 7
    assert [(one.line, one.reason) for one in parsed.rejected] == [
        (7, "2 columns instead of 12"),
        (6, "ent_num is repeated"),
    ]


def test_a_file_cut_in_a_row_is_refused() -> None:
    content = (FIXTURES / "sdn.csv").read_bytes()
    with pytest.raises(CutShort, match="cut off"):
        SDN.parse({"sdn": content[: content.index(b"EX-AMP") + 3]}, {})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\x1a", "empty"),
        (gzip.compress(b"36", mtime=0), "gzip"),
        (b"<html><head></head></html>", "web page"),
        (b'{"a": 1}', "JSON"),
        (b"1,2,3\n", "12 columns"),
        (b'36,"never closed,-0- \n' + b"x" * 200_000, "cannot be split"),
    ],
)
def test_other_content_is_refused(content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        SDN.parse({"sdn": content}, {})


def test_the_first_file_is_required() -> None:
    with pytest.raises(BadInput, match="sdn is missing"):
        SDN.parse(files("add"), {})
