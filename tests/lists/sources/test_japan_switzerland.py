"""The lists of Japan and Switzerland: hand-made files in the structure that public readers describe."""

# ruff: noqa: E501
from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence
from typing import Any

import openpyxl
import pytest

from enduse.lists.sources import ch, jp
from enduse.lists.sources.base import Parsed
from enduse.model.errors import BadInput
from enduse.model.party import Measure, NameKind, PartyKind

NAME = '<name name-type="{kind}" quality="{quality}"><name-part order="1" name-part-type="whole-name"><value>{value}</value></name-part></name>'


def whole(value: str, kind: str = "primary-name", quality: str = "good") -> str:
    return NAME.format(value=value, kind=kind, quality=quality)


def change(what: str, day: str, inside: str = "") -> str:
    return f'<modification modification-type="{what}" publication-date="{day}" effective-date="{day}">{inside}</modification>'


SWISS = f"""<?xml version="1.0" encoding="UTF-8"?>
<swiss-sanctions-list list-type="whole-list" date="2026-08-27">
 <sanctions-program ssid="20"><program-key lang="ger">Musterland</program-key>
  <program-key lang="eng">Exampleland</program-key><program-name lang="eng">Ordinance on Exampleland</program-name>
  <sanctions-set ssid="41" lang="ger">Artikel 12</sanctions-set>
  <sanctions-set ssid="41" lang="eng">article 12, named individuals and entities</sanctions-set>
  <sanctions-set ssid="42" lang="eng">article 16, money and capital market</sanctions-set></sanctions-program>
 <target ssid="100"><sanctions-set-id>41</sanctions-set-id><foreign-identifier>EXi.001</foreign-identifier>
  <individual sex="male"><identity ssid="1" main="true">
   <name name-type="primary-name" quality="good">
    <name-part order="2" name-part-type="given-name"><value>Brian</value>
     <spelling-variant script="LATN" lang="ENG">Bryan</spelling-variant>
     <spelling-variant script="CYRL" lang="RUS">Брайан</spelling-variant></name-part>
    <name-part order="1" name-part-type="family-name"><value>Sample</value>
     <spelling-variant script="CYRL" lang="RUS">Сэмпл</spelling-variant></name-part>
    <name-part order="3" name-part-type="title"><value>Colonel</value></name-part></name>
   {whole("Bri", "alias", "low")}
   <day-month-year day="3" month="8" year="1954"/><place-of-birth place-id="9"/>
   <nationality><country iso-code="BY">Belarus</country></nationality>
   <address place-id="9"><address-details>1 Road</address-details></address>
   <identification-document document-type="passport"><number>AB123</number><issuer code="BY">Belarus</issuer>
   </identification-document></identity>
   <justification>Example reason.</justification></individual>
  {change("amended", "2023-01-01", f"<added><target ssid='100'><entity><identity>{whole('Not This')}</identity></entity></target></added>")}
  {change("listed", "2022-03-16")}</target>
 <target ssid="101" sanctions-set-id="41"><entity><identity main="true">{whole("Example Works")}</identity></entity>
  {change("de-listed", "2016-03-01")}{change("listed", "2012-01-01")}</target>
 <target ssid="102"><sanctions-set-id>42</sanctions-set-id><entity><identity>{whole("Example Bank")}</identity></entity>
  {change("listed", "2021-08-11")}</target>
 <target ssid="103"><sanctions-set-id>77</sanctions-set-id><object object-type="vessel"><identity>{whole("Example Ship")}
  </identity><other-information>IMO Number: 9260823</other-information></object></target>
 <target ssid="104"><entity/></target>
 <target><entity><identity>{whole("No Key")}</identity></entity></target>
 <place ssid="9"><location>Minsk</location><country iso-code="BY">Belarus</country></place>
</swiss-sanctions-list>""".encode()

COLUMNS = [
    "No.",
    "国名、地域名\nCountry or Region",
    "企業名、組織名\nCompany or Organization",
    "別名\nAlso Known As",
    "懸念区分\nType of WMD",
    "通常兵器\nConventional Weapons",
]


def workbook(*rows: Sequence[Any], columns: Sequence[str] = COLUMNS) -> bytes:
    book = openpyxl.Workbook()
    for row in (columns, *rows):
        book.active.append(list(row))  # type: ignore[union-attr]
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(source: Any, content: bytes, name: str = "file") -> Parsed:
    found = source.parse({source.components[0]: content}, {source.components[0]: name})
    assert isinstance(found, Parsed)
    return found


class TestSwitzerland:
    def test_a_person_with_spellings_scripts_and_a_place_named_later(self) -> None:
        found = read(ch.SOURCE, SWISS)
        person = found.parties[0]
        assert (found.rows, found.edition, found.rejected[0].reason) == (6, dt.date(2026, 8, 27), "target 5: no name")
        assert [(one.text, one.kind, one.weak) for one in person.names] == [
            ("Sample Brian", NameKind.PRIMARY, False),
            ("Sample Bryan", NameKind.ALIAS, False),
            ("Сэмпл Брайан", NameKind.ORIGINAL_SCRIPT, False),
            ("Bri", NameKind.ALIAS, True),
        ]
        assert (person.kind, person.birth_dates, person.birth_places) == (
            PartyKind.PERSON,
            ("1954-08-03",),
            ("Minsk, Belarus",),
        )
        assert person.nationalities == ("BY",) and person.title == "Colonel"
        assert [(one.text, one.country) for one in person.addresses] == [("1 Road, Minsk, Belarus", "BY")]
        assert ("passport", "AB123", "BY") in [(one.kind, one.value, one.country) for one in person.identifiers]

    def test_what_a_change_added_is_no_target(self) -> None:
        every = [name.text for party in read(ch.SOURCE, SWISS).parties for name in party.names]
        assert "Not This" not in every

    def test_the_listing_begins_with_the_listing_and_ends_with_the_removal(self) -> None:
        person, removed, bank, ship = (party.listings[0] for party in read(ch.SOURCE, SWISS).parties)
        assert (person.listed_from, person.listed_to, person.programmes) == (
            dt.date(2022, 3, 16),
            None,
            ("Exampleland",),
        )
        assert "Ordinance on Exampleland, article 12" in person.citation.text
        assert person.measures == (Measure.ASSET_FREEZE, Measure.TRAVEL_BAN)
        assert (removed.listed_from, removed.listed_to) == (dt.date(2012, 1, 1), dt.date(2016, 3, 1))
        assert (bank.list_id, bank.measures) == ("CH-SECO-OTHER", (Measure.CAPITAL_MARKET_RESTRICTION,))
        assert (ship.list_id, ship.listed_from) == ("CH-SECO", None)

    def test_a_set_that_the_file_does_not_describe_counts_as_a_freeze_and_is_said(self) -> None:
        notes = " ".join(read(ch.SOURCE, SWISS).notes)
        assert "1 targets name no set of measures" in notes and "not from an official file" in notes

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ([("listed", "2020-01-01"), ("de-listed", "2021-01-01"), ("listed", "2022-01-01")], [("2020-01-01", "2021-01-01"), ("2022-01-01", None)]),
            ([("de-listed", "2021-01-01")], [(None, "2021-01-01")]),
            ([("amended", "2021-01-01")], [(None, None)]),
            ([], [(None, None)]),
        ],
    )  # fmt: skip
    def test_intervals(self, changes: list[tuple[str, str]], expected: list[tuple[str | None, str | None]]) -> None:
        newest_first = "".join(change(what, day) for what, day in reversed(changes))
        body = f"<target ssid='1'><entity><identity>{whole('Example')}</identity></entity>{newest_first}</target>"
        (party,) = read(ch.SOURCE, f"<swiss-sanctions-list>{body}</swiss-sanctions-list>".encode()).parties
        days = [tuple(day and day.isoformat() for day in (one.listed_from, one.listed_to)) for one in party.listings]
        assert days == expected

    def test_very_many_spellings_are_bounded_and_counted(self) -> None:
        variants = "".join(f"<spelling-variant script='LATN'>V{n}</spelling-variant>" for n in range(20))
        parts = "".join(f"<name-part order='{n}'><value>P{n}</value>{variants}</name-part>" for n in range(30))
        body = f"<target ssid='1'><entity><identity><name>{parts}</name></identity></entity></target>"
        found = read(ch.SOURCE, f"<swiss-sanctions-list>{body}</swiss-sanctions-list>".encode())
        assert len(found.parties[0].names) == 32 and any("more than 32 spellings" in note for note in found.notes)


class TestJapan:
    def test_rows_with_aliases_concerns_and_native_names(self) -> None:
        found = read(
            jp.SOURCE,
            workbook(
                [1, "イラン\nIslamic Republic of Iran", "Example Works (EXW)", "・Old Works\n・Example\nJoint Works", "ミサイル、核\nM、Ｎ", "CW"],
                [2, "北朝鮮\nNorth Korea", "Example Koryo (高麗見本)", "", "生物、化学 B,C", ""],
                [3, "北朝鮮\nNorth Korea", "", "", "核 N", ""],
                [4, "イラン\nIslamic Republic of Iran", "Example Works (EXW)", "", "核 N", ""],
            ),
            "20250929_4.xlsx",
        )  # fmt: skip
        first, second = found.parties
        assert (found.rows, found.edition) == (4, dt.date(2025, 9, 29))
        assert [name.text for name in first.names] == ["Example Works", "EXW", "Old Works", "Example Joint Works"]
        assert first.addresses[0].country == "IR" and first.listings[0].programmes == ("M", "N", "CW")
        assert first.listings[0].measures == (Measure.LICENCE_REQUIREMENT,)
        assert [name.kind for name in second.names] == [NameKind.PRIMARY, NameKind.ORIGINAL_SCRIPT]
        assert second.listings[0].programmes == ("B", "C")
        assert [one.reason for one in found.rejected] == ["no name", "name and country occur twice"]

    def test_a_party_keeps_its_identity_when_the_numbers_move(self) -> None:
        row = ["イラン\nIslamic Republic of Iran", "Example Works", "", "核 N", ""]
        old, new = (read(jp.SOURCE, workbook([number, *row])).parties[0] for number in (7, 8))
        assert old.id == new.id and old.listings[0].reference != new.listings[0].reference

    def test_another_workbook_is_refused(self) -> None:
        with pytest.raises(BadInput, match="company or organization"):
            read(jp.SOURCE, workbook([1, "x"], columns=["No.", "Country or Region"]))

    @pytest.mark.parametrize(
        ("name", "ours"), [("20250929_4.xlsx", True), ("外国ユーザーリスト.xlsx", True), ("orders.xlsx", False)]
    )
    def test_the_name_of_the_workbook_decides(self, name: str, ours: bool) -> None:
        assert (jp.SOURCE.recognise(name, workbook()) == "eul") is ours


@pytest.mark.parametrize("source", [ch.SOURCE, jp.SOURCE])
def test_neither_format_was_verified_on_an_official_file(source: Any) -> None:
    assert source.format_verified is False
