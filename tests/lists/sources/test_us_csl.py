"""The Consolidated Screening List: three CSV layouts and the JSON are one list."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from pathlib import Path

import pytest

from enduse.lists.sources import us_csl
from enduse.lists.sources._text import CutShort
from enduse.lists.sources.base import Parsed
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty, Measure, NameKind, PartyKind

FIXTURES = Path(__file__).parents[2] / "fixtures" / "lists" / "us_csl"
SOURCE = us_csl.SOURCE
NAMES = {"consolidated": "consolidated.csv"}


def read(name: str) -> Parsed:
    return SOURCE.parse({"consolidated": (FIXTURES / name).read_bytes()}, {"consolidated": name})


def by_name(parsed: Parsed, start: str) -> ListedParty:
    found = [party for party in parsed.parties if party.name.startswith(start)]
    assert len(found) == 1, [party.name for party in parsed.parties]
    return found[0]


@pytest.mark.parametrize("name", ["layout_2019.csv", "layout_2022.csv", "layout_2025.csv", "consolidated.json"])
def test_every_layout_is_recognised_by_its_content(name: str) -> None:
    assert SOURCE.recognise("whatever.bin", (FIXTURES / name).read_bytes()[:65536]) == "consolidated"


@pytest.mark.parametrize("name", ["layout_2022.csv", "layout_2025.csv"])
def test_rows_of_one_party_are_joined_and_counted(name: str) -> None:
    parsed = read(name)
    assert parsed.rows == 14
    assert parsed.rejected == []
    assert len(parsed.parties) == 12
    bank = by_name(parsed, "EXAMPLE BANK")
    assert [listing.list_id for listing in bank.listings] == ["SDN", "SSI"]
    assert bank.listings[0].programmes == ("GLOMAG", "SDGT")
    assert any("2 rows were joined" in note for note in parsed.notes)


def test_keys_do_not_depend_on_the_unstable_id_nor_on_the_layout() -> None:
    keys = {party.id for party in read("layout_2022.csv").parties}
    assert keys == {party.id for party in read("layout_2025.csv").parties}
    assert {party.id for party in read("layout_2019.csv").parties} < keys
    assert "us_csl:ofac-18725" in keys


def test_json_gives_the_same_parties_as_csv() -> None:
    from_json, from_csv = read("consolidated.json"), read("layout_2022.csv")
    assert from_json.rows == from_csv.rows == 14
    chips = by_name(from_json, "Example Optics")
    assert chips.id == by_name(from_csv, "Example Optics").id
    assert [(a.street, a.city, a.country) for a in chips.addresses] == [
        ("Room 1, 12 Example Road", "Xian", "CN"),
        ("3 Sample Street", "", "HK"),
    ]
    bank = by_name(from_json, "EXAMPLE BANK")
    assert [(i.kind, i.value, i.country) for i in bank.identifiers] == [
        ("registration", "1234567", "TR"),
        ("website", "www.example.org", None),
    ]
    assert by_name(from_json, "SAMPLE AVIATION").listings[0].listed_from == dt.date(2021, 6, 3)


@pytest.mark.parametrize("name", ["layout_2022.csv", "layout_2025.csv"])
def test_an_entity_list_row(name: str) -> None:
    party = by_name(read(name), "Example Optics")
    listing = party.listings[0]
    assert party.kind is PartyKind.UNKNOWN
    assert (listing.list_id, listing.authority) == ("EL", "US-BIS")
    assert listing.measures == (Measure.LICENCE_REQUIREMENT,)
    assert listing.listed_from == dt.date(2021, 11, 4)
    assert listing.listed_to is None
    assert listing.scope == "all"
    assert listing.review_policy == "Presumption of denial."
    assert listing.citation.text == "86 FR 60760"
    assert listing.citation.url == "https://www.federalregister.gov/citation/86-FR-60760"
    assert listing.sources == ("87 FR 20299",)
    assert [name.text for name in party.names] == ["Example Optics Trading Co., Ltd.", "Example Optics", "EOT"]
    assert [address.country for address in party.addresses] == ["CN", "HK"]
    assert party.addresses[1].text == "3 Sample Street, Hong Kong, HK"


def test_an_affiliated_entity_is_named_by_itself() -> None:
    party = by_name(read("layout_2022.csv"), "Branch Example")
    assert ("Affiliated Entity of", "Parent Example Technologies Co., Ltd") in party.attributes
    assert any(label == "name as published" for label, _ in party.attributes)
    assert party.listings[0].footnotes == ("1", "2")
    assert party.listings[0].scope == "all"


def test_an_exception_of_items_is_kept_as_the_scope_and_a_semicolon_in_a_policy_is_not_split() -> None:
    listing = by_name(read("layout_2022.csv"), "Food Exception").listings[0]
    assert listing.scope == listing.licence_requirement
    assert "except for food or medicine" in listing.licence_requirement
    assert listing.review_policy.endswith("; with a semicolon; kept")
    assert listing.footnotes == ("3",)


@pytest.mark.parametrize("name", ["layout_2022.csv", "layout_2025.csv"])
def test_treasury_rows_state_kind_numbers_and_dates(name: str) -> None:
    parsed = read(name)
    bank = by_name(parsed, "EXAMPLE BANK")
    assert bank.kind is PartyKind.COMPANY
    assert [(i.kind, i.value, i.country) for i in bank.identifiers] == [
        ("registration", "1234567", "TR"),
        ("website", "www.example.org", None),
        ("swift", "EXAMTR2A", None),
    ]
    assert ("Additional Sanctions Information", "Subject to Secondary Sanctions") in bank.attributes
    assert ("Linked To", "DOE, Jane") in bank.attributes
    assert bank.addresses[0].text == "TR"
    assert bank.addresses[0].country == "TR"
    person = by_name(parsed, "DOE, Jan")
    assert person.kind is PartyKind.PERSON
    assert person.birth_dates == ("1967", "1966-02-03", "circa 1965")
    assert person.birth_places == ("Tehran, Iran",)
    assert person.nationalities == ("CO", "VE")
    assert person.gender == "male"
    assert person.title == "Director"
    ship = by_name(parsed, "SAMPLE STAR")
    assert ship.kind is PartyKind.VESSEL
    assert {(i.kind, i.value) for i in ship.identifiers} == {
        ("imo", "9102277"),
        ("mmsi", "352002494"),
        ("call_sign", "5IM 597"),
    }


def test_a_cmic_listing_begins_on_the_listing_date_that_the_row_states() -> None:
    listing = by_name(read("layout_2022.csv"), "SAMPLE AVIATION").listings[0]
    assert listing.listed_from == dt.date(2021, 6, 3)
    assert listing.measures == (Measure.INVESTMENT_BAN,)
    assert listing.reference == "40003"


def test_a_denial_order_is_in_force_through_its_expiration_date() -> None:
    party = by_name(read("layout_2022.csv"), "J. DOE-SAMPLE")
    assert party.name == "J. DOE-SAMPLE"
    assert [address.country for address in party.addresses] == ["US", "CA"]
    listing = party.listings[0]
    assert len(party.listings) == 1
    assert listing.citation.text == "82 FR 48792"
    assert listing.listed_to == dt.date(2020, 10, 14)
    assert dt.date(2020, 10, 13) in listing.interval


def test_lists_without_a_register_notice_cite_the_list_itself() -> None:
    listing = by_name(read("layout_2022.csv"), "Unverified").listings[0]
    assert listing.measures == (Measure.NO_LICENCE_EXCEPTION,)
    assert "supplement no. 6 to part 744" in listing.citation.text
    assert listing.citation.url == "https://example.org/uvl"
    assert listing.scope is None


def test_state_names_lose_their_clause_but_not_its_words() -> None:
    party = by_name(read("layout_2022.csv"), "Sample Import")
    assert party.name == "Sample Import and Export Company"
    assert ("entry also covers", "and any successor, sub-unit, or subsidiary thereof") in party.attributes
    assert party.listings[0].citation.text == "Federal Register, Vol. 88, No. 151, 08/08/2023"


def test_meu_scope_is_what_the_entry_says() -> None:
    listing = by_name(read("layout_2022.csv"), "Military Sample").listings[0]
    assert listing.scope == "For any item subject to the EAR listed in supplement no. 2 to part 744."


def test_a_repeated_header_is_counted_and_a_short_row_rejected() -> None:
    content = (FIXTURES / "layout_2022.csv").read_text()
    header, _, rest = content.partition("\n")
    first, _, others = rest.partition("\n")
    damaged = f"{header}\n{header}\n{first}\nx,Entity List (EL) - BIS,short\n\n{others}"
    parsed = SOURCE.parse({"consolidated": damaged.encode()}, NAMES)
    assert parsed.rows == 15
    assert [(one.line, one.reason) for one in parsed.rejected] == [(4, "3 columns where the header has 29")]
    assert any("header line is repeated 1 times" in note for note in parsed.notes)


@pytest.mark.parametrize(
    ("last_line", "reason"),
    [("x,Entity List (EL) - BIS,,,,Sam", "6 of 29 columns"), ('x,"Entity', "a quoted cell never ends")],
)
def test_a_file_that_is_cut_off_is_refused_with_what_could_be_read(last_line: str, reason: str) -> None:
    content = (FIXTURES / "layout_2022.csv").read_text() + last_line
    with pytest.raises(CutShort, match=reason) as caught:
        SOURCE.parse({"consolidated": content.encode()}, NAMES)
    assert caught.value.where == "consolidated.csv, line 16"
    assert "download the file again" in str(caught.value)
    assert len(caught.value.parsed.parties) == 12
    assert [one.line for one in caught.value.parsed.rejected] == [16]


def test_an_unknown_list_is_kept_and_said() -> None:
    text = (FIXTURES / "layout_2022.csv").read_text().replace("Unverified List (UVL)", "Brand New List (BNL)")
    parsed = SOURCE.parse({"consolidated": text.encode()}, NAMES)
    listing = by_name(parsed, "Unverified").listings[0]
    assert (listing.list_id, listing.measures) == ("BNL", (Measure.OTHER,))
    assert any("BNL" in note and "not known" in note for note in parsed.notes)


def test_a_source_that_names_no_list_is_rejected_with_its_line() -> None:
    text = (FIXTURES / "layout_2022.csv").read_text().replace("Unverified List (UVL) - Bureau", "Something")
    parsed = SOURCE.parse({"consolidated": text.encode()}, NAMES)
    assert len(parsed.rejected) == 1
    assert parsed.rejected[0].line == 12
    assert "names no list" in parsed.rejected[0].reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n \r\n", "empty"),
        (gzip.compress(b"_id,source", mtime=0), "gzip"),
        (b"<!DOCTYPE html><html><body>503</body></html>", "web page"),
        (b"PK\x03\x04rest", "ZIP"),
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xfea\x00", "UTF-16"),
        (b"<sdnList/>", "XML"),
        (b"a,b,c\n1,2,3\n", "header lacks source"),
        (b'{"results": []}', "results"),
        (b'{"results": [{"source": "x", "na', "damaged"),
        (b'{"entries": [1]}', "results"),
        (b'{"results": [1, 2]}', "no result has"),
        (b"{" * 100_000, "JSON"),
    ],
)
def test_what_a_download_can_turn_into_is_refused_in_plain_words(content: bytes, words: str) -> None:
    with pytest.raises(BadInput, match=words) as caught:
        SOURCE.parse({"consolidated": content}, NAMES)
    assert caught.value.where.startswith("consolidated.csv")


def test_a_damaged_json_result_is_rejected_alone() -> None:
    document = json.loads((FIXTURES / "consolidated.json").read_text())
    document["results"].append({"name": None, "source": "Entity List (EL) - Bureau of Industry and Security"})
    document["results"].append(["nonsense"])
    parsed = SOURCE.parse({"consolidated": json.dumps(document).encode()}, NAMES)
    assert parsed.rows == 16
    assert len(parsed.rejected) == 2


def test_names_kinds_are_primary_then_alias() -> None:
    party = by_name(read("layout_2022.csv"), "Example Optics")
    assert [name.kind for name in party.names] == [NameKind.PRIMARY, NameKind.ALIAS, NameKind.ALIAS]
