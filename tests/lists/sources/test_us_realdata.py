"""The United States' real files: counts, quirks and the parties that everybody looks for."""

from __future__ import annotations

import csv
import datetime as dt
import gzip
import io
import json
from collections import Counter

import pytest

from enduse.lists.sources import us_bis, us_csl, us_ofac, us_ofac_enhanced, us_state
from enduse.lists.sources._text import CutShort
from enduse.lists.sources._us_lists import footnotes, item_scope
from enduse.lists.sources.base import Parsed, SourceFormat
from enduse.model.errors import BadInput
from enduse.model.party import ListedParty
from realdata import shared_data

pytestmark = pytest.mark.realdata


def content(path: str) -> bytes:
    found = (shared_data() / path).read_bytes()
    return gzip.decompress(found) if path.endswith(".gz") else found


def parse(source: SourceFormat, **paths: str) -> Parsed:
    return source.parse({component: content(path) for component, path in paths.items()}, paths)


def counts(parsed: Parsed) -> dict[str, int]:
    return dict(Counter(listing.list_id for party in parsed.parties for listing in party.listings))


@pytest.fixture(scope="module")
def csl() -> Parsed:
    return parse(us_csl.SOURCE, consolidated="us_csl/consolidated_2022-04.csv.gz")


def find(parsed: Parsed, list_id: str, name: str) -> ListedParty:
    return next(
        party
        for party in parsed.parties
        if party.name.casefold() == name.casefold() and any(one.list_id == list_id for one in party.listings)
    )


def test_csl_2022(csl: Parsed) -> None:
    assert csl.rows == 14_160
    assert csl.rejected == []
    assert len(csl.parties) == 13_985
    found = counts(csl)
    assert {name: found[name] for name in ("SDN", "DTC", "UVL", "MEU", "CMIC", "SSI", "MBS", "PLC", "FSE")} == {
        "SDN": 10_026,
        "DTC": 727,
        "UVL": 201,
        "MEU": 71,
        "CMIC": 68,
        "SSI": 290,
        "MBS": 17,
        "PLC": 78,
        "FSE": 3,
    }
    countries = sum(address.country is not None for party in csl.parties for address in party.addresses)
    assert countries / sum(len(party.addresses) for party in csl.parties) > 0.99
    assert all(len(code) == 2 for party in csl.parties for code in party.nationalities)


def test_csl_2022_knows_the_parties_of_the_report(csl: Parsed) -> None:
    nso = find(csl, "EL", "NSO Group").listings[0]
    assert (nso.listed_from, nso.scope, nso.citation.text) == (dt.date(2021, 11, 4), "all", "86 FR 60760")
    assert nso.review_policy == "Presumption of denial."
    sensetime = find(csl, "EL", "Beijing Sensetime Technology Development Co., Ltd.")
    assert "Sense Time" in [name.text for name in sensetime.names]
    assert sensetime.listings[0].citation.text == "84 FR 54002"
    cmic = next(party for party in csl.parties if party.name.casefold().startswith("sensetime"))
    assert cmic.listings[0].list_id == "CMIC"
    assert cmic.listings[0].listed_from == dt.date(2021, 12, 10)


def test_csl_samples_of_other_layouts() -> None:
    assert parse(us_csl.SOURCE, consolidated="us_csl/consolidated_2025-06_sample.csv").rows == 13
    old = parse(us_csl.SOURCE, consolidated="us_csl/consolidated_2019-12_sample_no_id.csv")
    assert (old.rows, old.rejected) == (115, [])


def test_csl_2023_is_two_files_in_one_and_cut_in_a_cell() -> None:
    with pytest.raises(CutShort, match="a quoted cell never ends") as caught:
        parse(us_csl.SOURCE, consolidated="us_csl/consolidated_2023-11_concatenated.csv.gz")
    parsed = caught.value.parsed
    assert parsed.rows == 4_227
    assert [(one.line, one.reason) for one in parsed.rejected] == [(4_233, "8 columns where the header has 29")]
    assert any("header line is repeated 1 times" in note for note in parsed.notes)


def test_somebody_elses_reduced_json_is_refused() -> None:
    with pytest.raises(BadInput, match="no list `results`"):
        parse(us_csl.SOURCE, consolidated="us_csl/csl_reduced_25k.json.gz")


def test_every_real_spelling_of_a_licence_requirement_is_understood() -> None:
    reduced = json.loads(content("us_csl/csl_reduced_25k.json.gz"))
    spellings = set(reduced["tables"]["licenceRequirements"])
    rows = csv.DictReader(io.StringIO(content("us_csl/consolidated_2022-04.csv.gz").decode(), newline=""))
    spellings |= {row["license_requirement"] for row in rows if row["license_requirement"]}
    assert len(spellings) == 115
    partial = {text for text in spellings if item_scope(text) != "all"}
    assert all(
        any(word in text.casefold() for word in ("except", "apart from", "when used", "listed in")) for text in partial
    )
    assert len(partial) == 28
    by_footnotes = Counter(footnotes(text) for text in spellings)
    assert set(by_footnotes) == {(), ("1",), ("1", "2"), ("3",), ("4",), ("5",)}
    undecided = {text for text in spellings if "734.9" in text and not footnotes(text)}
    assert undecided == {"For all items subject to the EAR. (See §734.9(e) and §744.11 of the EAR)"}


@pytest.mark.parametrize(("day", "rows"), [("2024-05-03", 14_965), ("2024-03-04", 14_426), ("2024-02-28", 14_510)])
def test_sdn(day: str, rows: int) -> None:
    parsed = parse(us_ofac.SOURCES[0], sdn=f"us_ofac/sdn_{day}.csv.gz")
    assert (parsed.rows, len(parsed.parties), parsed.rejected) == (rows, rows, [])
    assert all(party.listings[0].programmes for party in parsed.parties)


def test_ofac_files_of_one_release_join() -> None:
    folder = "us_ofac/2022-01_consistent_set"
    parsed = parse(
        us_ofac.SOURCES[0], sdn=f"{folder}/sdn.csv.gz", add=f"{folder}/add.csv.gz", alt=f"{folder}/alt.csv.gz"
    )
    assert parsed.rows == 9_044 + 13_625 + 12_409
    assert len(parsed.parties) == 9_043
    # The copy has one party a second time and one address of nobody at its end.
    assert [one.reason.split(":")[0] for one in parsed.rejected] == ["ent_num is repeated", "orphan"]


def test_ofac_files_of_different_releases_show() -> None:
    parsed = parse(
        us_ofac.SOURCES[0],
        sdn="us_ofac/sdn_2024-05-03.csv.gz",
        add="us_ofac/add_2025-12.csv",
        alt="us_ofac/alt_2025-12.csv",
        sdn_comments="us_ofac/sdn_comments_2025-12.csv",
    )
    assert parsed.rows == 14_965 + 24_244 + 20_107 + 28
    assert any("files of different releases?" in note for note in parsed.notes)


def test_consolidated_csv_and_enhanced_xml_agree() -> None:
    names = ("cons_prim", "cons_add", "cons_alt", "cons_comments")
    parsed = parse(us_ofac.SOURCES[1], **{name: f"us_ofac/{name}.csv" for name in names})
    assert (parsed.rows, len(parsed.parties), parsed.rejected) == (442 + 574 + 1_073 + 10, 442, [])
    enhanced = parse(us_ofac_enhanced.SOURCES[1], cons_enhanced="us_ofac/CONS_ENHANCED_2025-01.XML.gz")
    assert (enhanced.rows, len(enhanced.parties), enhanced.rejected) == (443, 443, [])
    assert enhanced.edition == dt.date(2025, 1, 10)
    assert counts(enhanced) == {"SSI": 286, "PLC": 78, "SDN": 77, "CMIC": 68, "MBS": 12, "CAP": 1, "FSE": 1}
    assert {name: counts(parsed)[name] for name in ("SSI", "PLC", "CMIC", "CAP")} == {
        "SSI": 286,
        "PLC": 78,
        "CMIC": 68,
        "CAP": 1,
    }
    dates = {
        one.id.rsplit(":", 1)[1]: listing.listed_from
        for one in enhanced.parties
        for listing in one.listings
        if listing.list_id == "CMIC"
    }
    for party in parsed.parties:
        for listing in party.listings:
            if listing.list_id == "CMIC":
                assert listing.listed_from == dates[party.id.rsplit(":", 1)[1]]


def test_weak_aliases_of_the_remarks_are_those_the_xml_marks() -> None:
    names = ("cons_prim", "cons_alt", "cons_comments")
    parsed = parse(us_ofac.SOURCES[1], **{name: f"us_ofac/{name}.csv" for name in names})
    enhanced = parse(us_ofac_enhanced.SOURCES[1], cons_enhanced="us_ofac/CONS_ENHANCED_2025-01.XML.gz")
    weak = {(one.id.rsplit(":", 1)[1], name.text) for one in parsed.parties for name in one.names if name.weak}
    marked = {
        (one.id.rsplit(":", 1)[1], name.text)
        for one in enhanced.parties
        for name in one.names
        if name.weak and name.text.isascii()
    }
    assert len(marked) >= 65
    assert marked <= weak


@pytest.mark.parametrize(
    ("source", "component", "path", "rows", "parties"),
    [
        (us_bis.SOURCES[3], "dpl", "us_bis/dpl_2023-11.txt", 665, 544),
        (us_bis.SOURCES[0], "el", "us_csl/component_sources_fixture/el_el.csv", 18, 5),
        (us_bis.SOURCES[1], "meu", "us_csl/component_sources_fixture/meu_meu.csv", 18, 5),
        (us_bis.SOURCES[2], "uvl", "us_csl/component_sources_fixture/uvl_uvl.csv", 19, 13),
        (us_bis.SOURCES[3], "dpl", "us_csl/component_sources_fixture/dpl_dpl.txt", 9, 9),
        (us_state.SOURCES[0], "itar_debarred_parties", "us_state/itar_debarred_party_list_2018-01-24.csv", 515, 511),
        (us_state.SOURCES[1], "isn", "us_state/isn_2016.csv", 213, 177),
        (us_state.SOURCES[1], "isn", "us_csl/component_sources_fixture/isn_isn.csv", 5, 3),
    ],
)
def test_agency_files(source: SourceFormat, component: str, path: str, rows: int, parties: int) -> None:
    assert source.recognise(path.rsplit("/", 1)[-1], content(path)[:65536]) == component
    parsed = parse(source, **{component: path})
    assert (parsed.rows, len(parsed.parties), parsed.rejected) == (rows, parties, [])
    assert all(one.citation.text for party in parsed.parties for one in party.listings)


def test_ids_of_bis_rows_do_not_change_between_editions(csl: Parsed) -> None:
    old = parse(us_csl.SOURCE, consolidated="us_csl/consolidated_2019-12_sample_no_id.csv")
    shared = {party.id for party in old.parties if ":el-" in party.id} & {party.id for party in csl.parties}
    assert len(shared) >= 15
