"""Citations, dates, scopes and footnotes as the United States' files spell them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.lists.sources._text import (
    country_of,
    delimited,
    register_citations,
    register_url,
    stable_id,
    us_date,
    worded_date,
)
from enduse.lists.sources._us_lists import footnotes, item_scope
from enduse.lists.sources._us_names import split_aliases, unpack_name


@pytest.mark.parametrize(
    ("cell", "citations"),
    [
        ("86 FR 60760", ("86 FR 60760",)),
        ("82 F.R. 48792 10/20/2017", ("82 FR 48792",)),
        ("81 F.R.45276 7/13/2016", ("81 FR 45276",)),
        ("83F.R. 28801 6/21/2018", ("83 FR 28801",)),
        ("89.F.R. 12345 1/2/2024", ("89 FR 12345",)),
        ("85  FR 34501; 88 fr 2", ("85 FR 34501", "88 FR 2")),
        ("77 FR 61249 No. 195", ("77 FR 61249",)),
        ("75 FR 36516, 77 FR 58006 (no. 182)", ("75 FR 36516", "77 FR 58006")),
        ("62 F.R. 26922, 26923 5/16/1997", ("62 FR 26922", "62 FR 26923")),
        ("66 FR no. 93 pg. 24266", ("66 FR 24266",)),
        ("46 F.R. 46154 9/17/81 and 46 F.R. 19290 3/30/81", ("46 FR 46154", "46 FR 19290")),
        ("86 FR 60760; 86 FR 60760", ("86 FR 60760",)),
        ("Vol. 83, No. 91, 05/10/2018", ("Federal Register, Vol. 83, No. 91, 05/10/2018",)),
        ("Vol. 64, No. 240 12/15/99", ("Federal Register, Vol. 64, No. 240, 12/15/99",)),
        ("Notice 2061, Vol. 59, No. 165, 8/26/94", ("Federal Register, Vol. 59, No. 165, 8/26/94, Notice 2061",)),
    ],
)
def test_federal_register_citations_get_one_spelling(cell: str, citations: tuple[str, ...]) -> None:
    assert register_citations(cell) == (citations, "")


@pytest.mark.parametrize(
    ("cell", "citations"),
    [
        ("68 F.R. 38290 6/27/03 72 F.R. 1/30/07", ("68 FR 38290",)),
        ("85 FR 83420; 88 FR", ("85 FR 83420",)),
        ("76 FR No. 197 (10/12/2011)", ()),
        ("66 F.R. 47630 9/13/01, NEW F.R. NOTICE TO BE PUBLISHED SOON", ("66 FR 47630",)),
        ("79 F.R. 60445 10/7/14, 80 17726 4/2/15", ("79 FR 60445",)),
    ],
)
def test_what_is_no_citation_is_handed_back_and_never_guessed(cell: str, citations: tuple[str, ...]) -> None:
    assert register_citations(cell) == (citations, cell)


def test_online_register_begins_with_volume_59() -> None:
    assert register_url("86 FR 60760") == "https://www.federalregister.gov/citation/86-FR-60760"
    assert register_url("53 FR 27097") is None
    assert register_url("Federal Register, Vol. 83, No. 91, 05/10/2018") is None


@pytest.mark.parametrize(
    "text",
    [
        "For all items subject to the EAR. (See §744.11 of the EAR).",
        "For All Items Subject to the EAR (See §734.9(g), 3 §746.8(a)(3), and §744.21(b) of the EAR).",
        "All Items Subject to the EAR",
        "For all items subject to the EAR.  (See part§744.11 of the EAR).",
        "For all items subject to the EAR, see §§ 734.9(e)1, and 744.11 of the EAR2",
        "For all items subject to the EAR, with case-by-case basis for items listed on the CCL",
        "All items subject to the EAR. (See §§ 734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR). This license "
        "requirement may be overcome by License Exception GOV under § 740.11(b)(2) and (e).",
        "All items subject to the EAR. (See §§ 734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR) The license "
        "requirements under this entry also extend to any export, reexport and transfer (in-country) to the entity "
        "wherever located worldwide.",
    ],
)
def test_all_items_in_any_spelling_is_all(text: str) -> None:
    assert item_scope(text) == "all"


@pytest.mark.parametrize(
    "text",
    [
        "All items subject to the EAR except for food or medicine designated as EAR99.",
        "For all items subject to the EAR when used in projects specified in §746.5 of the EAR.",
        "All items subject to the EAR, apart from items that are related to transactions that are authorized",
        "For any item subject to the EAR listed in supplement no. 2 to part 744.",
        "For items on the CCL and EAR99 items listed in supplement no. 7 to part 746 of the EAR",
        "See § 744.11",
    ],
)
def test_less_than_all_items_keeps_its_words(text: str) -> None:
    assert item_scope(text) == text


def test_no_requirement_has_no_scope() -> None:
    assert item_scope("  ") is None


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("(See §744.11 of the EAR)", ()),
        ("(See §744.2 (d) of the EAR)", ()),
        ("see §§ 734.9(e)1 and 744.11 of the EAR2", ("1", "2")),
        ("see §§ 734.9(e) 1 and 744.11 of the EAR 2", ("1", "2")),
        ("(See §734.9(e)1, and §744.11 of the EAR)2.", ("1", "2")),
        ("see §§ 736.2(b)(3)(vi), and 744.11 of the EAR, EXCEPT for technology designated as EAR99", ("1",)),
        ("(See §§ 734.9(g),3 746.8(a)(3), and 744.21(b) of the EAR)", ("3",)),
        ("(See §§ 734.9(g)3, 746.8(a)(3), and 744.21(b) of the EAR.", ("3",)),
        ("(See §§ 734.9(g), 746.8(a)(3), and 744.21(b) of the EAR)", ("3",)),
        ("(See §§ 734.9(e) and 744.11 of the EAR)4", ("4",)),
        ("(See §§ 734.9(e)(2) and 744.11 of the EAR) 4", ("4",)),
        ("(See §§ 734.9(e)(2) and 744.11 of the EAR)", ("4",)),
        ("(See §§734.4(a)(9), 734.9(e)(3), and 744.11 of the EAR)5", ("5",)),
        ("(See §734.9(e) and §744.11 of the EAR)", ()),
        ("All items subject to the EAR except EAR99 items", ()),
        ("(See § 746.8(a)(4) of the EAR)", ()),
    ],
)
def test_footnotes_come_from_the_text_and_section_numbers_do_not(text: str, found: tuple[str, ...]) -> None:
    assert footnotes(text) == found


@pytest.mark.parametrize(
    ("cell", "name", "others"),
    [
        ("Sample Holding (f.k.a. Sample Old Ltd.)", "Sample Holding", ["Sample Old Ltd."]),
        ("PEARL (A.K.A. JANE DOE) SAMPLE", "PEARL SAMPLE", ["JANE DOE"]),
        ("JOHN SAMPLE -AKA- JIM SAMPLE", "JOHN SAMPLE", ["JIM SAMPLE"]),
        ("SAMPLE INTERNATIONAL -AKAS- SAMPLE TECH, S ZING", "SAMPLE INTERNATIONAL", ["SAMPLE TECH", "S ZING"]),
        ("Doe; a.k.a. Doe Craig; a.k.a Doe C.", "Doe", ["Doe Craig", "Doe C."]),
        (
            "Sample [aka One, aka Two] (HK entity), and its sub-units and successors",
            "Sample (HK entity)",
            ["One", "Two"],
        ),
        ("Aka Sample Bank", "Aka Sample Bank", []),
        ("Sample and Sons", "Sample and Sons", []),
        ("Leon Sample Co., Ltd.,", "Leon Sample Co., Ltd.,", []),
    ],
)
def test_packed_names_are_taken_apart(cell: str, name: str, others: list[str]) -> None:
    found = unpack_name(cell)
    assert found.name == name
    assert [other for _, other in found.others] == others
    assert (("name as published", cell) in found.rest) == (name != cell)


def test_aliases_end_in_and() -> None:
    assert split_aliases("A; B; and C") == ["A", "B", "C"]
    assert split_aliases("Sample Co., Ltd., and Sense Sample") == ["Sample Co., Ltd.", "Sense Sample"]
    assert split_aliases("A;B; and") == ["A", "B"]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("12 Oct 1972", "1972-10-12"),
        ("Mar 1965", "1965-03"),
        ("October, 1949", "1949-10"),
        ("1962", "1962"),
        ("circa 1962", "circa 1962"),
        ("circa Mar 1962", "circa 1962-03"),
        ("1958 to 1960", "1958 to 1960"),
        ("31 Feb 1960", "31 Feb 1960"),
    ],
)
def test_birth_dates_are_as_exact_as_they_are(text: str, iso: str) -> None:
    assert worded_date(text) == iso


def test_us_dates_need_four_digits_of_year() -> None:
    assert us_date("9/4/2002") == dt.date(2002, 9, 4)
    assert us_date("09/04/2002") == dt.date(2002, 9, 4)
    assert us_date("9/4/02") is None
    assert us_date("13/13/2002") is None


def test_countries_as_the_files_write_them() -> None:
    assert country_of("PRC") == "CN"
    assert country_of("Korea, North") == "KP"
    assert country_of("undetermined") is None
    assert country_of(" ") is None


def test_records_may_span_lines_and_keep_their_line_number() -> None:
    found = delimited('a,"b\nc"\r\nd,e\n', "x")
    assert [(row.line, row.cells) for row in found.rows] == [(1, ["a", "b\nc"]), (3, ["d", "e"])]
    assert not found.open_quote


@given(
    st.lists(
        st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1), min_size=2), min_size=1
    )
)
def test_any_cells_survive_quoting(rows: list[list[str]]) -> None:
    text = "".join(",".join('"' + cell.replace('"', '""') + '"' for cell in row) + "\n" for row in rows)
    assert [row.cells for row in delimited(text, "x").rows] == rows


@given(st.text(), st.text())
def test_keys_are_stable_and_tell_contents_apart(one: str, two: str) -> None:
    assert stable_id("s", "EL", one) == stable_id("s", "EL", one)
    assert (stable_id("s", "EL", one) == stable_id("s", "EL", two)) == (one == two)


@given(st.text())
def test_citations_and_names_never_fail(text: str) -> None:
    citations, _ = register_citations(text)
    assert all(citations)
    assert unpack_name(text).name.strip() or not text.strip()
