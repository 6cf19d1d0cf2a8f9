"""Building the EAR tables from official markup.

The Commerce Control List reader is tried on the real markup of every entry for which it is at hand, put back into the
official structure; the Country Chart and the country groups on hand-made files in that structure.
"""

from __future__ import annotations

import csv
import gzip
import json
import re
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import pytest

from enduse.items.ecfr.build import BuildReport, build_tables, read_control_list
from enduse.items.ecfr.entries import Entry, Reading, control_rows, exception_rows
from enduse.items.ecfr.markup import read_markup, supplement
from enduse.model.errors import BadInput
from realdata import shared_data

FIXTURES = Path(__file__).parents[1] / "fixtures" / "ecfr"
TABLES = Path(__file__).parents[2] / "src/enduse/rulebooks/us/ear/tables"


def rows(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def test_the_chart_keeps_every_mark_in_its_column(tmp_path: Path) -> None:
    report = build_tables([FIXTURES / "part_738.xml"], tmp_path)
    chart = {row["country"]: row for row in rows(tmp_path / "country_chart.csv")}
    assert {column for column, mark in chart["CA"].items() if mark == "X"} == {"CB1", "FC1"}
    assert {column for column, mark in chart["DE"].items() if mark == "X"} == {"CB1", "NS1", "MT1", "RS1"}
    assert (chart["CU"]["row_kind"], chart["CU"]["NS1"]) == ("part_746", "")
    assert chart["SC"]["name"] == "Seycheles"
    assert chart["AL"]["footnotes"] == "2;3"
    assert report.not_understood == ["Country Chart row 'Atlantis'"]


def test_the_groups_are_read_by_column_and_group_b_by_name(tmp_path: Path) -> None:
    build_tables([FIXTURES / "part_740.xml"], tmp_path)
    found = {(row["group"], row["country"]) for row in rows(tmp_path / "country_groups.csv")}
    assert found == {
        ("A:1", "DE"),
        ("A:5", "DE"),
        ("A:6", "IL"),
        ("B", "AF"),
        ("B", "AL"),
        ("B", "CI"),
        ("D:1", "CN"),
        ("D:1", "MO"),
        ("D:5", "CN"),
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "not well-formed"),
        (b"<html><body>Service unavailable</body></html>", "no file holds Supplement"),
        (b"<DIV5><DIV9 N='Supplement No. 1 to Part 738'/>", "not well-formed"),
        (b"<DIV5><DIV9 N='Supplement No. 1 to Part 738'/></DIV5>", "no chart row"),
        (b"<DIV5><DIV9 N='Supplement No. 1 to Part 774'/></DIV5>", "no entry"),
        (b'<!DOCTYPE x [<!ENTITY a "aaaa">]><DIV5>&a;</DIV5>', "entities or a DTD"),
    ],
)
def test_what_is_no_such_markup_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "part.xml"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=message):
        build_tables([path], tmp_path / "out")


CONTROL_LIST = """<?xml version="1.0"?>
<DIV5 N="774" TYPE="PART"><DIV9 N="Supplement No. 1 to Part 774" TYPE="APPENDIX">
<P>See also Category 8A and 5A001 in running text.</P>
<FP-2><B>5A001 Telecommunications systems, as follows.</B></FP-2>
<HD1>License Requirements</HD1><P><I>Reason for Control:</I> NS, SL, AT</P>
<DIV><TABLE><TR><TH>Control(s)</TH><TH>Country Chart (See Supp. No. 1 to part 738)</TH></TR>
<TR><TD>NS applies to 5A001.a, b.5, .e, .f.3 and .h</TD><TD>NS Column 1.</TD></TR>
<TR><TD>SL applies to 5A001.f.1</TD><TD>A license is required for all destinations, as specified in § 742.13.</TD></TR>
<TR><TD>XX is a sentence nobody understands</TD><TD/></TR></TABLE></DIV>
<P><I>LVS:</I> N/A for 5A001.a; $5000 for 5A001.b.1; $3000 for 5A001.c.</P>
<P><I>GBS:</I></P><P>Yes, except 5A001.a and e.</P>
<P><I>Items:</I></P><P>a. Any type of equipment;</P><P>a.1. Of this kind;</P>
<DIV><TABLE><TR><TH>Coating</TH><TH>Substrate</TH></TR><TR><TD>NS applies to nothing</TD><TD>x</TD></TR></TABLE></DIV>
<FP-1><B>8D001 “Software” for 8A001.</B></FP-1>
<DIV><TABLE><TR><TH>Control(s)</TH></TR><TR><TD>NS applies to entire entry</TD></TR></TABLE></DIV>
</DIV9></DIV5>"""


@pytest.mark.parametrize(
    "items",
    [
        "<P><I>Items:</I></P><P>a. Of one kind;</P><P>b. Of another.</P>",
        "<P><I>Items:</I> a. Of one kind;</P><P>b. Of another.</P>",
        "<P><I>Items:</I></P><P>b. Of another.</P>",
    ],
)
def test_the_first_sub_paragraph_is_kept_also_behind_the_heading_or_where_a_copy_lost_it(
    tmp_path: Path, items: str
) -> None:
    path = tmp_path / "part-774.xml"
    path.write_text(re.sub("<P><I>Items:.*kind;</P>", items, CONTROL_LIST), encoding="utf-8")
    build_tables([path], tmp_path / "out")
    first = rows(tmp_path / "out/ccl_entries.csv")[0]
    assert (first["eccn"], first["paragraphs"]) == ("5A001", "a;b")


def test_a_heading_of_the_items_that_never_ends_is_read_once(tmp_path: Path) -> None:
    path = tmp_path / "part-774.xml"
    endless = f"<P>{'Items: ' * 5_000}a. Of one kind;</P><P>b. Of another.</P>"
    path.write_text(re.sub("<P><I>Items:.*kind;</P>", endless, CONTROL_LIST), encoding="utf-8")
    build_tables([path], tmp_path / "out")
    assert rows(tmp_path / "out/ccl_entries.csv")[0]["paragraphs"] == "a;b"


def test_no_shipped_entry_begins_with_its_second_sub_paragraph() -> None:
    for row in rows(TABLES / "ccl_entries.csv"):
        letters = {paragraph.partition(".")[0] for paragraph in row["paragraphs"].split(";")}
        assert "b" not in letters or "a" in letters, row["eccn"]


def test_the_control_list_is_read_by_its_headings_and_licence_tables(tmp_path: Path) -> None:
    path = tmp_path / "part-774.xml"
    path.write_text(CONTROL_LIST, encoding="utf-8")
    report = build_tables([path], tmp_path / "out")
    assert [row["eccn"] for row in rows(tmp_path / "out/ccl_entries.csv")] == ["5A001", "8D001"]
    assert (report.licence_tables, report.other_tables) == (2, 1)
    controls = rows(tmp_path / "out/ccl_controls.csv")
    assert (controls[0]["column"], controls[0]["include"]) == ("NS1", "a;b.5;e;f.3;h")
    assert (controls[1]["requirement"], controls[1]["include"]) == ("all", "f.1")
    assert controls[2]["condition"].startswith("unparsed:5A001")
    assert (controls[3]["requirement"], controls[3]["scope_text"]) == ("other", "")
    exceptions = rows(tmp_path / "out/list_based_exceptions.csv")
    lvs = [(row["available"], row["include"], row["value_usd"]) for row in exceptions if row["symbol"] == "LVS"]
    assert lvs == [("no", "a", ""), ("yes", "b.1", "5000"), ("yes", "c", "3000")]
    gbs = [(row["available"], row["include"]) for row in exceptions if row["symbol"] == "GBS"]
    assert gbs == [("yes", ""), ("no", "a;e")]
    assert len(report.not_understood) == 1


def official_markup(nodes: list[dict[str, Any]]) -> str:
    """Real markup fragments put back into the structure of the versioner's XML."""
    parts = ['<DIV5 N="774" TYPE="PART"><DIV9 N="Supplement No. 1 to Part 774" TYPE="APPENDIX">']
    for node in nodes:
        structure = node["structure"]
        parts.append(f"<FP-2><B>{escape(structure['heading'])}</B></FP-2>")
        content = structure.get("content") or []
        skip: set[str] = set()
        for block in content:
            if block["type"] == "html":
                parts.append(block["html"])
                if block["tag"] == "TABLE":
                    # The flattened copy of the table's cells follows it in this file.
                    skip = {piece.strip() for piece in _cells(block["html"])}
            elif block["text"].strip() not in skip:
                parts.append(f"<P>{escape(block['text'])}</P>")
    return "".join(parts) + "</DIV9></DIV5>"


def _cells(table: str) -> list[str]:
    from xml.etree.ElementTree import fromstring

    return [" ".join("".join(cell.itertext()).split()) for cell in fromstring(table).iter() if cell.tag in ("TD", "TH")]


@pytest.fixture(scope="module")
def real_nodes() -> list[dict[str, Any]]:
    with gzip.open(shared_data() / "us_ear" / "ccl_2025-09-29_nodes.json.gz") as stream:
        nodes: list[dict[str, Any]] = json.load(stream)
    return [node for node in nodes if "." not in node["eccn"]]


@pytest.fixture(scope="module")
def reduced_entries() -> dict[str, Entry]:
    content = json.loads((shared_data() / "us_ear" / "ccl_reduced_2026-07-23.json").read_text(encoding="utf-8"))
    return {
        raw["eccn"]: Entry(
            raw["eccn"],
            raw["heading"],
            tuple((row["control"], row["countryChart"]) for row in raw["countryChart"]),
            raw.get("licenceExceptionFlags") or {},
        )
        for raw in content["entries"]
    }


AMENDED = {
    # firearms and crime control, 90 FR 47170 (2025-09-30)
    *("0A502", "0D505", "0E502", "0E504", "0E505"),
    # rows that one of the two copies lacks, or words differently
    *("1C997", "2E018", "2E101", "3D005", "3E001", "4D090", "6D991", "6E991"),
    # readings by hand that the wording of one copy alone begins with; the UAE named since 2026
    *("0D501", "1E201", "3D001"),
}


@pytest.mark.realdata
def test_the_real_markup_gives_the_same_controls_as_the_reduced_list(
    real_nodes: list[dict[str, Any]], reduced_entries: dict[str, Entry], tmp_path: Path
) -> None:
    """Whole entries of 2025-09-29 against the edition of 2026-07-23: what differs are amendments between the two."""
    path = tmp_path / "part-774.xml"
    path.write_text(official_markup(real_nodes), encoding="utf-8")
    found = supplement(read_markup(path), 1, 774)
    assert found is not None
    report = BuildReport()
    entries = read_control_list(found, report)
    headed = [node for node in real_nodes if node["structure"]["heading"].startswith(node["eccn"])]
    assert len(entries) == len(headed) == 308
    assert report.licence_tables >= 245
    known = list(reduced_entries)
    shared = [entry for entry in entries if entry.eccn in reduced_entries]
    differing = [entry.eccn for entry in shared if facts(entry, known) != facts(reduced_entries[entry.eccn], known)]
    assert len(shared) >= 300
    assert set(differing) <= AMENDED, differing


def facts(entry: Entry, known: list[str]) -> set[tuple[str, ...]]:
    """What an entry's controls say, without the text that was not understood."""
    return {
        (row["reason"], row["requirement"], row["column"], row["include"], row["exclude"], row["used_for"])
        for row in control_rows(entry, known, Reading())
        if not row["condition"].startswith("unparsed")
    }


@pytest.mark.realdata
def test_the_shipped_tables_are_what_the_parser_makes_of_the_reduced_list(reduced_entries: dict[str, Entry]) -> None:
    known = list(reduced_entries)
    reading = Reading()
    made = [row for entry in reduced_entries.values() for row in control_rows(entry, known, reading)]
    shipped_controls = rows(TABLES / "ccl_controls.csv")
    by_hand = [row for row in shipped_controls if row["citation"]]
    assert [row for row in shipped_controls if not row["citation"]] == [row for row in made if row in shipped_controls]
    replaced = {(row["eccn"], row["reason"]) for row in made if row not in shipped_controls}
    assert replaced <= {(row["eccn"], row["reason"]) for row in by_hand}, "a row by hand carries its own citation"
    understood = 1 - len([item for item in reading.unparsed if " STA:" not in item]) / reading.phrases
    assert understood > 0.9
    lines = [row for entry in reduced_entries.values() for row in exception_rows(entry, known, reading)]
    shipped = rows(TABLES / "list_based_exceptions.csv")
    assert len(lines) <= len(shipped)
