"""The lists of the United Nations, Canada, the EU, the UK and Australia, and FollowTheMoney: quirks and bad input."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.lists.sources import au, ca, ch, eu, ftm, jp, uk, uk_conlist, un
from enduse.lists.sources.base import Parsed
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty, Measure, NameKind, PartyKind

UN = b"""<?xml version='1.0' encoding='UTF-8' standalone='yes'?>
<CONSOLIDATED_LIST dateGenerated='2026-02-27T00:00:01.500Z'>
 <INDIVIDUALS>
  <INDIVIDUAL><DATAID>1</DATAID><FIRST_NAME>BRIAN</FIRST_NAME><SECOND_NAME>SAMPLE</SECOND_NAME><THIRD_NAME/>
   <UN_LIST_TYPE>Example</UN_LIST_TYPE><REFERENCE_NUMBER>EXi.001</REFERENCE_NUMBER><LISTED_ON>2001-01-25</LISTED_ON>
   <NAME_ORIGINAL_SCRIPT>\xd8\xa8\xd8\xb1\xd8\xa7\xd9\x8a\xd8\xa7\xd9\x86</NAME_ORIGINAL_SCRIPT>
   <COMMENTS1>First line.
   Second line.</COMMENTS1>
   <TITLE><VALUE>Mr</VALUE></TITLE><DESIGNATION><VALUE>Director</VALUE></DESIGNATION>
   <NATIONALITY><VALUE>Iran (Islamic Republic of)</VALUE></NATIONALITY>
   <INDIVIDUAL_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>Bryan Sample</ALIAS_NAME></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_ALIAS><QUALITY>Low</QUALITY><ALIAS_NAME>Bri</ALIAS_NAME></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_ALIAS><QUALITY/><ALIAS_NAME/></INDIVIDUAL_ALIAS>
   <INDIVIDUAL_ADDRESS><COUNTRY/></INDIVIDUAL_ADDRESS>
   <INDIVIDUAL_DATE_OF_BIRTH><TYPE_OF_DATE>APPROXIMATELY</TYPE_OF_DATE><YEAR>1965</YEAR></INDIVIDUAL_DATE_OF_BIRTH>
   <INDIVIDUAL_DATE_OF_BIRTH><FROM_YEAR>1962</FROM_YEAR><TO_YEAR>1964</TO_YEAR></INDIVIDUAL_DATE_OF_BIRTH>
   <INDIVIDUAL_PLACE_OF_BIRTH><CITY>Springfield</CITY><COUNTRY>Afghanistan</COUNTRY></INDIVIDUAL_PLACE_OF_BIRTH>
   <INDIVIDUAL_DOCUMENT><TYPE_OF_DOCUMENT>Passport</TYPE_OF_DOCUMENT><NUMBER>OR801168</NUMBER>
    <COUNTRY_OF_ISSUE>Afghanistan</COUNTRY_OF_ISSUE></INDIVIDUAL_DOCUMENT>
   <INDIVIDUAL_DOCUMENT/></INDIVIDUAL>
  <INDIVIDUAL><DATAID>2</DATAID><FIRST_NAME/></INDIVIDUAL>
  <INDIVIDUAL><FIRST_NAME>NO KEY</FIRST_NAME></INDIVIDUAL>
 </INDIVIDUALS>
 <ENTITIES>
  <ENTITY><DATAID>3</DATAID><FIRST_NAME>EXAMPLE MINING BUREAU</FIRST_NAME><UN_LIST_TYPE>DPRK</UN_LIST_TYPE>
   <REFERENCE_NUMBER>KPe.099</REFERENCE_NUMBER><LISTED_ON>2009-07-16</LISTED_ON>
   <ENTITY_ALIAS><QUALITY>f.k.a.</QUALITY><ALIAS_NAME>OLD EXAMPLE BUREAU</ALIAS_NAME></ENTITY_ALIAS>
   <ENTITY_ADDRESS><STREET>1 Road</STREET><CITY>Pyongyang</CITY>
    <COUNTRY>Democratic People's Republic of Korea</COUNTRY></ENTITY_ADDRESS></ENTITY>
  <ENTITY><DATAID>3</DATAID><FIRST_NAME>TWICE</FIRST_NAME></ENTITY>
 </ENTITIES>
</CONSOLIDATED_LIST>"""

CA = """<?xml version="1.0" encoding="utf-8"?>
<data-set>
 <record><Country>Belarus / Bélarus</Country><LastName>Sample</LastName><GivenName>Brian</GivenName>
  <DateOfBirthOrShipBuildDate>1954</DateOfBirthOrShipBuildDate><Schedule>1, Part 1</Schedule><Item>7</Item>
  <Aliases>Bryan Sample; Brian Samplov</Aliases><DateOfListing>2020-09-28</DateOfListing></record>
 <record><Country>Russia / Russie</Country><EntityOrShip>Example Tanker</EntityOrShip>
  <TitleOrShip>Oil tanker</TitleOrShip><ShipIMONumber>9260823</ShipIMONumber>
  <DateOfBirthOrShipBuildDate>2003</DateOfBirthOrShipBuildDate><Schedule>3</Schedule><Item>1</Item></record>
 <record><Country>Russia / Russie</Country><EntityOrShip>Example Works</EntityOrShip><Schedule>3</Schedule>
  <Item>1</Item></record>
 <record><Country>Russia / Russie</Country><Schedule>3</Schedule><Item>9</Item></record>
</data-set>""".encode()

EU_COLUMNS = [
    "fileGenerationDate",
    "Entity_LogicalId",
    "Entity_EU_ReferenceNumber",
    "Entity_SubjectType",
    "Entity_DesignationDate",
    "Entity_Regulation_NumberTitle",
    "Entity_Regulation_Programme",
    "Entity_Regulation_EntryIntoForceDate",
    "Entity_Regulation_PublicationUrl",
    "NameAlias_WholeName",
    "NameAlias_Remark",
    "NameAlias_Gender",
    "Address_City",
    "Address_CountryIso2Code",
    "BirthDate_BirthDate",
    "BirthDate_Year",
    "BirthDate_Circa",
    "Identification_Number",
    "Identification_TypeCode",
    "Citizenship_CountryIso2Code",
]


def eu_file(*rows: dict[str, str]) -> bytes:
    base = {"fileGenerationDate": "02/10/2024", "Entity_SubjectType": "P"}
    lines = [EU_COLUMNS, *([{**base, **row}.get(column, "") for column in EU_COLUMNS] for row in rows)]
    return b"\xef\xbb\xbf" + "\n".join(";".join(line) for line in lines).encode()


CONLIST_COLUMNS = [
    *(f"Name {n}" for n in (6, 1, 2, 3, 4, 5)),
    "Title",
    "Name Non-Latin Script",
    "DOB",
    "Town of Birth",
    "Country of Birth",
    "Nationality",
    "Passport Number",
    *(f"Address {n}" for n in range(1, 7)),
    "Post/Zip Code",
    "Country",
    "Other Information",
    "Group Type",
    "Alias Type",
    "Alias Quality",
    "Regime",
    "Listed On",
    "UK Sanctions List Date Designated",
    "Group ID",
]


def conlist_rows(*rows: dict[str, str]) -> list[list[str]]:
    base = {"Group Type": "Individual", "Alias Type": "Primary name", "Regime": "Example", "Group ID": "1"}
    return [
        ["Last Updated", "10/04/2025"],
        CONLIST_COLUMNS,
        *([{**base, **row}.get(column, "") for column in CONLIST_COLUMNS] for row in rows),
    ]


def as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    return "\r\n".join(",".join(f'"{cell}"' if "," in cell else cell for cell in row) for row in rows).encode()


def as_xlsx(rows: Sequence[Sequence[Any]]) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))  # type: ignore[union-attr]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


AU_COLUMNS = [
    "Reference",
    "Name of Individual or Entity",
    "Type",
    "Name Type",
    "Date of Birth",
    "Place of Birth",
    "Citizenship",
    "Address",
    "Additional Information",
    "Listing Information",
    "Committees",
    "Control Date",
]


def au_file(*rows: Sequence[Any]) -> bytes:
    return as_xlsx([AU_COLUMNS, *rows])


def parsed(source: Any, content: bytes, name: str = "file") -> Parsed:
    found = source.parse({source.components[0]: content}, {source.components[0]: name})
    assert isinstance(found, Parsed)
    return found


def names(party: ListedParty) -> list[tuple[str, NameKind, bool]]:
    return [(name.text, name.kind, name.weak) for name in party.names]


class TestUnitedNations:
    def test_an_individual_with_aliases_dates_and_documents(self) -> None:
        found = parsed(un.SOURCE, UN)
        person = found.parties[0]
        assert (found.rows, found.edition) == (5, dt.date(2026, 2, 27))
        assert names(person) == [
            ("BRIAN SAMPLE", NameKind.PRIMARY, False),
            ("برايان", NameKind.ORIGINAL_SCRIPT, False),
            ("Bryan Sample", NameKind.ALIAS, False),
            ("Bri", NameKind.ALIAS, True),
        ]
        assert (person.kind, person.birth_dates) == (PartyKind.PERSON, ("circa 1965", "1962 to 1964"))
        assert person.nationalities == ("IR",) and person.birth_places == ("Springfield, Afghanistan",)
        assert [(one.kind, one.value, one.country) for one in person.identifiers] == [("passport", "OR801168", "AF")]
        (listing,) = person.listings
        assert (listing.list_id, listing.reference, listing.listed_from) == ("UN", "EXi.001", dt.date(2001, 1, 25))
        assert Measure.TRAVEL_BAN in listing.measures and "EXi.001" in listing.citation.text

    def test_an_entity_and_its_former_name(self) -> None:
        entity = parsed(un.SOURCE, UN).parties[1]
        assert names(entity)[1] == ("OLD EXAMPLE BUREAU", NameKind.FORMER, False)
        assert entity.addresses[0].country == "KP" and Measure.TRAVEL_BAN not in entity.listings[0].measures

    def test_what_cannot_be_a_party_is_rejected_with_its_reason(self) -> None:
        reasons = [one.reason for one in parsed(un.SOURCE, UN).rejected]
        assert reasons == ["record 2: no name", "record 3: no DATAID", "record 5: DATAID 3 occurs twice"]


class TestCanada:
    def test_a_person_a_ship_and_a_company(self) -> None:
        found = parsed(ca.SOURCE, CA)
        person, ship, company = found.parties
        assert (person.kind, ship.kind, company.kind) == (PartyKind.PERSON, PartyKind.VESSEL, PartyKind.COMPANY)
        assert [name.text for name in person.names] == ["Brian Sample", "Bryan Sample", "Brian Samplov"]
        assert (person.birth_dates, person.listings[0].listed_from) == (("1954",), dt.date(2020, 9, 28))
        assert [(one.kind, one.value) for one in ship.identifiers] == [("imo", "9260823")]
        assert ("built", "2003") in ship.attributes

    def test_records_that_repeat_a_key_are_kept_and_said(self) -> None:
        found = parsed(ca.SOURCE, CA)
        assert [party.id for party in found.parties[1:]] == ["ca_sema:Russia/3/1", "ca_sema:Russia/3/1/2"]
        assert any("1 records repeat" in note for note in found.notes)
        assert [one.reason for one in found.rejected] == ["record 4: no name"]


class TestEuropeanUnion:
    def test_rows_of_one_entity_are_one_party(self) -> None:
        common = {
            "Entity_LogicalId": "13",
            "Entity_EU_ReferenceNumber": "EU.27.28",
            "Entity_Regulation_NumberTitle": "1210/2003 (OJ L169)",
            "Entity_Regulation_Programme": "IRQ",
            "Entity_Regulation_EntryIntoForceDate": "2003-07-07",
        }
        found = parsed(
            eu.SOURCE,
            eu_file(
                common | {"NameAlias_WholeName": "Brian Sample", "NameAlias_Gender": "M"},
                common | {"NameAlias_WholeName": "Bri", "NameAlias_Remark": "low quality alias"},
                common | {"NameAlias_WholeName": "براين"},
                common | {"Address_City": "Springfield", "Address_CountryIso2Code": "NO"},
                common | {"BirthDate_BirthDate": "1937-04-28"},
                common | {"BirthDate_Year": "1940", "BirthDate_Circa": "true"},
                common | {"Identification_Number": "A12", "Identification_TypeCode": "passport"},
                common | {"Citizenship_CountryIso2Code": "IQ"},
            ),
        )
        (party,) = found.parties
        assert (found.rows, found.edition, found.rejected) == (8, dt.date(2024, 10, 2), [])
        assert names(party) == [
            ("Brian Sample", NameKind.PRIMARY, False),
            ("Bri", NameKind.ALIAS, True),
            ("براين", NameKind.ORIGINAL_SCRIPT, False),
        ]
        assert party.birth_dates == ("1937-04-28", "circa 1940") and party.nationalities == ("IQ",)
        assert (party.gender, party.addresses[0].country) == ("male", "NO")
        assert party.listings[0].programmes == ("1210/2003", "IRQ")
        assert party.listings[0].listed_from == dt.date(2003, 7, 7)

    def test_designation_dates_come_in_both_orders_and_enterprises_are_companies(self) -> None:
        row = {"Entity_LogicalId": "9", "NameAlias_WholeName": "Example Works", "Entity_SubjectType": "enterprise"}
        for written in ("2014-03-17", "17/03/2014"):
            (party,) = parsed(eu.SOURCE, eu_file(row | {"Entity_DesignationDate": written})).parties
            assert (party.kind, party.listings[0].listed_from) == (PartyKind.COMPANY, dt.date(2014, 3, 17))

    def test_an_entity_without_a_name_and_a_row_without_a_key_are_rejected(self) -> None:
        found = parsed(
            eu.SOURCE,
            eu_file(
                {"Entity_LogicalId": "1", "NameAlias_WholeName": "Example Works"},
                {"Entity_LogicalId": "2", "Address_City": "Springfield"},
                {"NameAlias_WholeName": "Nobody"},
            ),
        )
        assert sorted(one.reason for one in found.rejected) == ["entity 2 has no name row", "no Entity_LogicalId"]


CONLIST = conlist_rows(
    {
        "Name 6": "SAMPLE",
        "Name 1": "BRIAN",
        "DOB": "00/00/1994",
        "Name Non-Latin Script": "براين",
        "Other Information": "(UK Sanctions List Ref):GHR0086 (UK Statement of Reasons):Reasons. (Gender):Male",
        "Listed On": "06/07/2020",
        "UK Sanctions List Date Designated": "06/07/2020",
        "Passport Number": "123",
    },
    {"Name 6": "SAMPLOV", "Alias Type": "AKA", "Alias Quality": "Low quality", "DOB": "02/00/1994"},
    {"Name 6": "EXAMPLE WORKS", "Group ID": "2", "Group Type": "Entity"},
    {"Name 6": "OLD WORKS", "Group ID": "2", "Group Type": "Entity", "Alias Type": "FKA"},
    {"Name 6": "EXAMPLE STAR", "Group ID": "3", "Group Type": "Ship", "Other Information": "(IMO number):1234567"},
    {"Name 6": "NO GROUP", "Group ID": "x"},
    {"Group ID": "9"},
)


class TestUnitedKingdom:
    @pytest.mark.parametrize("content", [as_csv(CONLIST), as_xlsx(CONLIST)], ids=["csv", "xlsx"])
    def test_the_closed_consolidated_list_in_both_formats(self, content: bytes) -> None:
        found = parsed(uk_conlist.SOURCE, content)
        person, company, ship = found.parties
        assert (found.rows, found.edition) == (7, dt.date(2025, 4, 10))
        assert names(person) == [
            ("BRIAN SAMPLE", NameKind.PRIMARY, False),
            ("براين", NameKind.ORIGINAL_SCRIPT, False),
            ("SAMPLOV", NameKind.ALIAS, True),
        ]
        assert (person.birth_dates, person.gender) == (("1994",), "male")
        assert person.listings[0].reference == "GHR0086" and person.listings[0].listed_from == dt.date(2020, 7, 6)
        assert names(company)[1][:2] == ("OLD WORKS", NameKind.FORMER)
        assert (ship.kind, [one.value for one in ship.identifiers]) == (PartyKind.VESSEL, ["1234567"])
        assert [one.reason for one in found.rejected] == ["Group ID 'x' is no number", "no name"]

    def test_the_sanctions_list_says_that_its_format_was_not_verified(self) -> None:
        assert uk.SOURCE.format_verified is False

    def test_the_sanctions_list_as_csv(self) -> None:
        columns = [
            "Unique ID",
            "OFSI Group ID",
            *(f"Name {n}" for n in (6, 1)),
            "Name type",
            "Alias strength",
            "Designation Type",
            "Regime Name",
            "Sanctions Imposed",
            "Date Designated",
        ]
        rows = [
            ["Report Date: 28-Jan-2026", *[""] * 9],
            columns,
            ["GHR0001", "1", "EXAMPLE WORKS", "", "Primary Name", "", "Entity", "Rights", "Asset freeze", "06/07/2020"],
            ["GHR0001", "1", "WORKS", "", "Alias", "Weak", "Entity", "Human Rights", "Asset freeze", "06/07/2020"],
            ["", "1", "NO ID", "", "Alias", "", "Entity", "Human Rights", "Asset freeze", "06/07/2020"],
        ]  # fmt: skip
        found = parsed(uk.SOURCE, as_csv(rows))
        (party,) = found.parties
        assert [(name.text, name.weak) for name in party.names] == [("EXAMPLE WORKS", False), ("WORKS", True)]
        assert party.listings[0].list_id == "UKSL" and party.listings[0].listed_from == dt.date(2020, 7, 6)
        assert [one.reason for one in found.rejected] == ["no Unique ID"]

    def test_the_sanctions_list_as_xml(self) -> None:
        content = b"""<Designations><DateGenerated>28/01/2026</DateGenerated><Designation>
        <UniqueID>GHR0002</UniqueID><RegimeName>Human Rights</RegimeName>
        <IndividualEntityShip>Ship</IndividualEntityShip><SanctionsImposed>Asset freeze</SanctionsImposed>
        <DateDesignated>06/07/2020</DateDesignated>
        <Names><Name><Name6>EXAMPLE STAR</Name6><NameType>Primary Name</NameType></Name></Names>
        <ShipDetails><Ship><IMONumbers><IMONumber>1234567</IMONumber></IMONumbers></Ship></ShipDetails>
        </Designation></Designations>"""
        (party,) = parsed(uk.SOURCE, content).parties
        assert (party.kind, party.name) == (PartyKind.VESSEL, "EXAMPLE STAR")
        assert [(one.kind, one.value) for one in party.identifiers] == [("imo", "1234567")]


class TestAustralia:
    def test_numbers_and_lettered_references_are_one_party(self) -> None:
        found = parsed(
            au.SOURCE,
            au_file(
                [2, "EXAMPLE, Brian", "Individual", "Primary Name", "a) 1955 b) 1958", "Springfield", "Norway", "NA",
                 "", "", "1988 (Taliban)", "2024-11-11"],
                ["2a", "براين", "Individual", "Original Script", "", "", "", "", "", "", "1988 (Taliban)", ""],
                ["2b", "Bryan Example", "Individual", "aka", "", "", "", "", "", "", "1988 (Taliban)", ""],
                ["two", "Nobody", "Individual", "aka", "", "", "", "", "", "", "", ""],
                [3, "Example Works", "Entity", "Primary Name", "", "", "", "1 Road, Oslo, Norway", "", "", "", ""],
            ),
        )  # fmt: skip
        person, company = found.parties
        assert names(person) == [
            ("EXAMPLE, Brian", NameKind.PRIMARY, False),
            ("براين", NameKind.ORIGINAL_SCRIPT, False),
            ("Bryan Example", NameKind.ALIAS, False),
        ]
        assert (person.birth_dates, person.nationalities, person.addresses) == (("1955", "1958"), ("NO",), ())
        assert person.listings[0].listed_from is None and "control date 2024-11-11" in person.listings[0].remarks
        assert company.addresses[0].country == "NO"
        assert "'two' is neither a number" in found.rejected[0].reason


def line(key: str, schema: str, **properties: Any) -> dict[str, Any]:
    return {"id": key, "schema": schema, "caption": properties.get("name", [key])[0], "properties": properties}


class TestFollowTheMoney:
    def test_sanctions_addresses_and_owners_are_joined(self) -> None:
        entities = [
            line("c", "Company", name=["Example Works"], weakAlias=["EW"], country=["no"], leiCode=["X" * 20],
                 addressEntity=["a"]),
            line("s", "Sanction", entity=["c"], authority=["Office"], startDate=["2022-02-01"], programId=["P"]),
            line("a", "Address", full=["1 Road, Oslo"], country=["no"]),
            line("p", "Person", name=["Brian Sample"]),
            line("o", "Ownership", asset=["c"], owner=["p"], percentage=["60"]),
            line("t", "Organization", name=["Example Club"], topics=["sanction", "gov"]),
        ]  # fmt: skip
        found = parsed(ftm.SOURCE, "\n".join(map(json.dumps, entities)).encode())
        company, club = found.parties
        assert [(name.text, name.weak) for name in company.names] == [("Example Works", False), ("EW", True)]
        assert company.listings[0].listed_from == dt.date(2022, 2, 1) and company.addresses[0].country == "NO"
        assert ("owner", "Brian Sample (60)") in company.attributes
        assert ("lei", "X" * 20) in [(one.kind, one.value) for one in company.identifiers]
        assert club.listings[0].measures == (Measure.ASSET_FREEZE,)
        assert any("1 Address, 1 Ownership, 1 Person, 1 Sanction" in note for note in found.notes)

    def test_broken_lines_are_rejected_one_by_one_and_delta_files_whole(self) -> None:
        good = json.dumps(line("t", "Organization", name=["Example Club"], topics=["sanction"]))
        found = parsed(ftm.SOURCE, f"{good}\n{{broken\n{good}\n[1]\n".encode())
        assert [(one.line, one.reason.split(":")[0]) for one in found.rejected] == [
            (2, "not JSON"),
            (3, "the id t occurs twice"),
            (4, "no id, schema and properties"),
        ]
        with pytest.raises(BadInput, match="changes"):
            parsed(ftm.SOURCE, json.dumps({"op": "ADD", "entity": {}}).encode())


# --- bad input, for every one of them

GOOD: dict[Any, bytes] = {
    un.SOURCE: UN,
    ca.SOURCE: CA,
    eu.SOURCE: eu_file({"Entity_LogicalId": "1", "NameAlias_WholeName": "Example Works"}),
    uk_conlist.SOURCE: as_csv(CONLIST),
    uk.SOURCE: b"<Designations><Designation><UniqueID>X1</UniqueID><RegimeName>R</RegimeName><Names><Name>"
    b"<Name6>EXAMPLE</Name6></Name></Names></Designation></Designations>",
    au.SOURCE: au_file([2, "Example", "Entity", "Primary Name", "", "", "", "", "", "", "", ""]),
    ch.SOURCE: b"<swiss-sanctions-list date='2026-01-02'><target ssid='1'><entity><identity main='true'><name>"
    b"<name-part order='1'><value>EXAMPLE</value></name-part></name></identity></entity></target>"
    b"</swiss-sanctions-list>",
    jp.SOURCE: as_xlsx(
        [
            ["No.", "Country or Region", "Company or Organization", "Also Known As", "Type of WMD"],
            [1, "Islamic Republic of Iran", "Example Works", "", "M"],
        ]
    ),
    ftm.SOURCE: json.dumps(line("t", "Organization", name=["Example Club"], topics=["sanction"])).encode(),
}
EVERY = pytest.mark.parametrize("source", GOOD, ids=lambda source: source.id)
HTML = b"<!DOCTYPE html><html><head><title>Sign in</title></head><body>Session expired</body></html>"
BOMB = b"""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c SYSTEM "file:///etc/passwd">]><%s><record>&b;&c;</record></%s>"""


@EVERY
def test_a_good_file_is_recognised_and_gives_parties(source: Any) -> None:
    found = parsed(source, GOOD[source])
    assert found.parties and all(party.listings and party.name for party in found.parties)
    name = {
        "au_dfat": "regulation8_consolidated.xlsx",
        "uk_ofsi_conlist": "ConList.csv",
        "jp_meti": "20250929_4.xlsx",
    }.get(source.id, "file")
    assert source.recognise(name, GOOD[source][:65536]) == source.components[0]


@EVERY
@pytest.mark.parametrize(
    "content", [b"", b"\xef\xbb\xbf", b"\n\n", HTML, b"\x00" * 50, b"\xff\xfe\xff", b"PK\x03\x04cut"]
)
def test_empty_foreign_and_broken_files_are_refused(source: Any, content: bytes) -> None:
    with pytest.raises(BadInput):
        parsed(source, content)


@EVERY
def test_half_a_file_is_refused_or_loses_no_row_silently(source: Any) -> None:
    content = GOOD[source]
    for part in (0.3, 0.6, 0.9):
        try:
            found = parsed(source, content[: int(len(content) * part)])
        except BadInput as error:
            assert error.problem and error.where
        else:
            assert found.rows and (found.parties or found.rejected)


@pytest.mark.parametrize(
    ("source", "root"),
    [
        (un.SOURCE, b"CONSOLIDATED_LIST"),
        (ca.SOURCE, b"data-set"),
        (uk.SOURCE, b"Designations"),
        (ch.SOURCE, b"swiss-sanctions-list"),
    ],
)
def test_entity_bombs_and_external_entities_are_refused(source: Any, root: bytes) -> None:
    with pytest.raises(BadInput):
        parsed(source, BOMB % (root, root))


@EVERY
@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_damaged_files_raise_nothing_but_bad_input(source: Any, data: st.DataObject) -> None:
    content = GOOD[source]
    start = data.draw(st.integers(0, len(content)))
    length = data.draw(st.integers(0, 40))
    damaged = content[:start] + data.draw(st.binary(max_size=12)) + content[start + length :]
    try:
        found = parsed(source, damaged)
    except BadInput as error:
        assert error.problem
    else:
        assert len({party.id for party in found.parties}) == len(found.parties)


@pytest.mark.parametrize("count", [3000])
def test_many_aliases_and_long_texts_are_read_in_bounded_work(count: int) -> None:
    aliases = "".join(
        f"<ENTITY_ALIAS><QUALITY>Good</QUALITY><ALIAS_NAME>ALIAS {n}</ALIAS_NAME></ENTITY_ALIAS>" for n in range(count)
    )
    content = (
        "<CONSOLIDATED_LIST dateGenerated='2026-01-01'><ENTITIES><ENTITY><DATAID>1</DATAID><FIRST_NAME>X</FIRST_NAME>"
        f"<COMMENTS1>{'long ' * 100_000}</COMMENTS1>{aliases}</ENTITY></ENTITIES></CONSOLIDATED_LIST>"
    )
    (party,) = parsed(un.SOURCE, content.encode()).parties
    assert len(party.names) == count + 1
