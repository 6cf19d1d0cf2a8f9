"""BIS's own files: a party is repeated per alias and address; denial orders have an end."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from enduse.lists.sources import us_bis
from enduse.lists.sources.base import Parsed
from enduse.model.errors import BadInput
from enduse.model.party import Measure, NameKind

FIXTURES = Path(__file__).parents[2] / "fixtures" / "lists" / "us_bis"
EL, MEU, UVL, DPL = us_bis.SOURCES
FILES = {"el.csv": EL, "meu.csv": MEU, "uvl.csv": UVL, "dpl.txt": DPL}


def read(name: str) -> Parsed:
    source = FILES[name]
    return source.parse({source.components[0]: (FIXTURES / name).read_bytes()}, {source.components[0]: name})


@pytest.mark.parametrize("name", sorted(FILES))
def test_each_file_is_recognised_by_content_alone(name: str) -> None:
    head = (FIXTURES / name).read_bytes()
    assert [one.id for one in us_bis.SOURCES if one.recognise("file", head)] == [FILES[name].id]


@pytest.mark.parametrize(("name", "list_id"), [("el.csv", "EL"), ("meu.csv", "MEU")])
def test_rows_per_alias_and_address_become_one_party(name: str, list_id: str) -> None:
    parsed = read(name)
    assert (parsed.rows, len(parsed.parties), parsed.rejected) == (5, 2, [])
    builder, chips = parsed.parties
    assert [n.text for n in builder.names] == ["Sample Construction Company", "Sample Alias", "S. Construction"]
    assert [(a.street, a.city, a.country) for a in builder.addresses] == [
        ("1 Sample Road", "Kabul", "AF"),
        ("2 Sample Road", "Kabul", "AF"),
    ]
    assert len(builder.listings) == 1
    listing = builder.listings[0]
    assert (listing.list_id, listing.scope, listing.citation.text) == (list_id, "all", "76 FR 71867")
    assert listing.listed_from == dt.date(2011, 11, 21)
    assert listing.measures == (Measure.LICENCE_REQUIREMENT,)
    assert chips.listings[0].footnotes == (("4",) if list_id == "EL" else ())


def test_a_row_of_another_list_is_rejected() -> None:
    content = (FIXTURES / "el.csv").read_text() + (FIXTURES / "meu.csv").read_text().split("\n")[1] + "\n"
    parsed = EL.parse({"el": content.encode()}, {})
    assert [(one.line, one.reason) for one in parsed.rejected] == [(7, "the row belongs to the list MEU")]


def test_the_unverified_list_is_windows_1252_and_packs_aliases() -> None:
    parsed = read("uvl.csv")
    assert any("Windows-1252" in note for note in parsed.notes)
    photonics, academy = parsed.parties
    assert [a.text for a in photonics.addresses] == [
        "Unit 1, 53–59 Sample Street, Kowloon, Hong Kong",
        "Unit 2, Wanchai, Hong Kong",
    ]
    assert photonics.countries == {"HK"}
    assert [(n.text, n.kind) for n in academy.names] == [
        ("Sample Academy", NameKind.PRIMARY),
        ("S2A", NameKind.ALIAS),
        ("Academy of Samples", NameKind.ALIAS),
    ]
    assert academy.listings[0].measures == (Measure.NO_LICENCE_EXCEPTION,)


def test_denied_persons_are_joined_and_in_force_through_the_expiration_date() -> None:
    parsed = read("dpl.txt")
    assert (parsed.rows, len(parsed.parties)) == (4, 3)
    person, expired, endless = parsed.parties
    assert person.name == "J. SAMPLE"
    assert [(a.region, a.country) for a in person.addresses] == [("TX", "US"), ("TX", "US")]
    assert [(one.listed_from, one.listed_to) for one in person.listings] == [
        (dt.date(2003, 6, 19), dt.date(2056, 6, 30)),
        (dt.date(2002, 3, 4), dt.date(2056, 6, 30)),
    ]
    assert person.listings[0].sources == ("71 FR 38843",)
    assert expired.listings[0].listed_to == dt.date(2003, 3, 4)
    assert dt.date(2003, 3, 3) in expired.listings[0].interval
    assert dt.date(2003, 3, 4) not in expired.listings[0].interval
    assert endless.listings[0].listed_to is None
    assert endless.listings[0].scope is None
    assert endless.listings[0].sources == ("46 FR 19290",)


def test_lines_that_leave_out_their_last_empty_cells_are_filled_up() -> None:
    lines = (FIXTURES / "dpl.txt").read_text().split("\n")
    lines[3] = "\t".join(lines[3].split("\t")[:10])
    parsed = DPL.parse({"dpl": "\n".join(lines).encode()}, {})
    assert parsed.rejected == []
    assert parsed.parties[1].listings[0].listed_to == dt.date(2003, 3, 4)
    assert any("leave out empty cells" in note for note in parsed.notes)


def test_an_order_that_ends_before_it_begins_is_kept_without_end() -> None:
    content = (FIXTURES / "dpl.txt").read_text().replace("3/3/2003", "3/3/1903")
    party = DPL.parse({"dpl": content.encode()}, {}).parties[1]
    assert party.listings[0].listed_to is None
    assert any("not used" in value for _, value in party.attributes)


def test_the_export_of_the_new_site_is_recognised_and_refused() -> None:
    content = (FIXTURES / "dpl_new_site.csv").read_bytes()
    assert DPL.recognise("export.csv", content) == "dpl"
    with pytest.raises(BadInput, match="new site") as caught:
        DPL.parse({"dpl": content}, {"dpl": "export.csv"})
    assert "dpl.txt" in caught.value.remedy


@pytest.mark.parametrize("content", [b"", b"<html>", b"{}", b"a,b\n1,2\n", b"\x1f\x8b\x08"])
def test_other_content_is_refused(content: bytes) -> None:
    for source in us_bis.SOURCES:
        with pytest.raises(BadInput):
            source.parse({source.components[0]: content}, {})
