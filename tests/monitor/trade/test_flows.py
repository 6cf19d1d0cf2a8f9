"""Files of UN Comtrade: what is read, what is left aside with its reason, and what cannot be read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from enduse.model.errors import BadInput
from enduse.monitor.trade.editions import (
    JOINED,
    NARROWER,
    NEW,
    NOT_KNOWN,
    NOT_VERIFIED,
    SAME_EDITION,
    comparable,
    correlations,
    priority_codes,
    within_one_edition,
)
from enduse.monitor.trade.flows import WORLD, Flow, Report, country_of, read_flows
from realdata import shared_data

ROW: dict[str, Any] = {
    "period": "202203",
    "reporterCode": 276,
    "reporterISO": "DEU",
    "flowCode": "X",
    "partnerCode": 417,
    "partnerISO": "KGZ",
    "partner2Code": 0,
    "classificationCode": "H6",
    "cmdCode": "854231",
    "customsCode": "C00",
    "motCode": 0,
    "primaryValue": 1234.5,
}
BULK = "Year,Reporter Code,Trade Flow Code,Partner Code,Classification,Commodity Code,Value,Estimation Code\n"


def answer(tmp_path: Path, *rows: Any, **more: Any) -> Path:
    path = tmp_path / "flows.json"
    path.write_text(json.dumps({"count": len(rows), "data": list(rows), "error": "", **more}), encoding="utf-8")
    return path


def bulk(tmp_path: Path, *rows: str, head: str = BULK) -> Path:
    path = tmp_path / "flows.csv"
    path.write_text(head + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_a_row_of_the_api(tmp_path: Path) -> None:
    (one,) = read_flows(answer(tmp_path, ROW)).reports
    assert one == Report("DE", "KG", Flow.EXPORT, "854231", "HS2022", "2022-03", 1234.5)
    assert one.monthly


def test_the_api_as_csv_is_the_same(tmp_path: Path) -> None:
    path = tmp_path / "flows.csv"
    path.write_text(",".join(ROW) + "\n" + ",".join(map(str, ROW.values())) + "\n", encoding="utf-8")
    assert read_flows(path).reports == read_flows(answer(tmp_path, ROW)).reports


def test_a_row_of_the_older_bulk_file_keeps_its_zeros(tmp_path: Path) -> None:
    (one,) = read_flows(bulk(tmp_path, '2010,699,2,156,"H3","010619",109,4')).reports
    assert one == Report("IN", "CN", Flow.EXPORT, "010619", "HS2007", "2010", 109.0, estimated=True)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"partner2Code": 156}, "split by second partner"),
        ({"customsCode": "C04"}, "split by customs procedure"),
        ({"motCode": 1000}, "split by mode of transport"),
        ({"flowCode": "Q"}, "flow code 'Q' is not known"),
        ({"partnerISO": "_X ", "partnerCode": 899}, "no country"),
        ({"cmdCode": "ABC"}, "a commodity code that is no number"),
        ({"period": "2022Q1"}, "a period that is neither year nor month"),
        ({"primaryValue": None}, "no value"),
        ({"primaryValue": -4}, "a value that is no amount"),
    ],
)
def test_what_is_left_aside_is_counted_with_its_place(tmp_path: Path, change: dict[str, Any], why: str) -> None:
    found = read_flows(answer(tmp_path, ROW, ROW | change))
    assert len(found.reports) == 1
    ((reason, count),) = found.dropped.items()
    assert (why in reason, count, found.examples[reason]) == (True, 1, "flows.json data[1]")
    assert f"1 left aside: {reason} (first: flows.json data[1])" in found.summary()


@pytest.mark.parametrize(
    ("word", "code"),
    [
        ("699", "IN"),
        ("842", "US"),
        ("757", "CH"),
        ("0", WORLD),
        ("W00", WORLD),
        ("CHN", "CN"),
        ("356", "IN"),
        ("899", ""),
    ],
)
def test_countries_as_un_comtrade_writes_them(word: str, code: str) -> None:
    assert country_of(word) == code


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not valid JSON"),
        (b'{"data": [', "not valid JSON"),
        (b"[]", "no list 'data'"),
        (b'{"error": "Invalid subscription key"}', "it says: Invalid subscription key"),
        (b'{"data": []}', "no records"),
        (b"[" * 100_000, ""),
    ],
)
def test_broken_answers_are_refused(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "flows.json"
    path.write_bytes(content)
    with pytest.raises(BadInput) as caught:
        read_flows(path)
    assert said.casefold() in caught.value.message().casefold() or "json" in caught.value.message().casefold()


def test_a_row_that_is_no_object_is_left_aside(tmp_path: Path) -> None:
    assert sum(read_flows(answer(tmp_path, ROW, 7, None)).dropped.values()) == 2


def test_other_columns_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no columns of UN Comtrade"):
        read_flows(bulk(tmp_path, "1,2", head="a,b\n"))


def test_a_ragged_line_of_a_bulk_file_is_left_aside(tmp_path: Path) -> None:
    found = read_flows(bulk(tmp_path, '2010,699,2,156,"H3","010619",109,4', "2010,699"))
    assert (len(found.reports), sum(found.dropped.values())) == (1, 1)


# --- editions


def report(code: str, edition: str) -> Report:
    return Report("DE", "KG", Flow.EXPORT, code, edition, "2022-03", 1.0)


def test_the_list_of_priority_codes_has_its_fifty() -> None:
    assert len(priority_codes()) == 50
    begin = {one.code for one in priority_codes().values() if one.begins}
    assert begin == {"852589", "854149", "854151", "854159", "854800", "880730"}


def test_one_edition_is_comparable() -> None:
    assert comparable("854231", {"HS2022"}).state == SAME_EDITION


@pytest.mark.parametrize(
    ("code", "older", "state"),
    [
        ("852589", "HS2007", NEW),
        ("854231", "HS2007", NOT_KNOWN),
        ("854231", "HS2017", NOT_VERIFIED),
        ("901380", "HS2017", NARROWER),
    ],
)
def test_codes_are_not_compared_across_editions(code: str, older: str, state: str) -> None:
    reports = [report(code, older), report(code, "HS2022")]
    kept, (said,) = within_one_edition(reports)
    assert ([one.edition for one in kept], said.state) == (["HS2022"], state)
    assert older in said.note


def test_the_table_names_every_code_once_with_its_source_and_no_code_that_is_the_same_is_called_verified() -> None:
    """The tables of the World Customs Organization were not at hand: nothing is joined without being asked for."""
    rows = correlations()
    assert {code for code, _ in rows} == set(priority_codes())
    assert all(row.citation and row.older == "HS2017" for row in rows.values())
    assert {row.relation for row in rows.values() if row.verified} == {"new"}
    begin = {code for code, one in priority_codes().items() if one.begins}
    assert begin == {row.code for row in rows.values() if row.relation == "new"}
    assert all(row.older_codes != (row.code,) for row in rows.values() if row.relation == "new")


def test_editions_are_joined_only_where_somebody_accepts_that_it_is_not_verified() -> None:
    found = comparable("854231", {"HS2017", "HS2022"}, unverified=True)
    assert (found.state, found.joined) == (JOINED, ("HS2017",)) and "nobody has verified" in found.note
    assert comparable("854149", {"HS2017", "HS2022"}, unverified=True).state == NEW
    mixed = comparable("854231", {"HS2007", "HS2017", "HS2022"}, unverified=True)
    assert mixed.joined == ("HS2017",) and mixed.state == NOT_KNOWN and "HS2007" in mixed.note
    assert comparable("854231", {"HS2012", "HS2017"}, unverified=True).state == NOT_KNOWN


def test_a_period_that_is_reported_in_two_editions_counts_once() -> None:
    def one(edition: str, period: str, value: float, partner: str = "KZ") -> Report:
        return Report("DE", partner, Flow.EXPORT, "854231", edition, period, value)

    rows = [
        one("HS2017", "2021-12", 1.0),
        one("HS2017", "2022-01", 2.0),
        one("HS2022", "2022-01", 3.0),
        one("HS2017", "2022-01", 9.0, "AM"),
    ]
    kept, said = within_one_edition(rows, unverified=True)
    assert sorted((row.period, row.value) for row in kept) == [("2021-12", 1.0), ("2022-01", 3.0)]
    assert said[0].state == JOINED
    assert [row.value for row in within_one_edition(rows)[0]] == [3.0]


def test_an_edition_may_be_named() -> None:
    kept, _ = within_one_edition([report("854231", "HS2007"), report("854231", "HS2022")], "HS2007")
    assert [one.edition for one in kept] == ["HS2007"]


# --- the real files


@pytest.mark.realdata
def test_the_real_files_are_read_whole() -> None:
    folder = shared_data() / "trade"
    api = read_flows(folder / "comtrade_api_get_C_A_HS_2010_CHN.json")
    assert (len(api.reports), api.editions, dict(api.dropped)) == (4, ("HS2007",), {})
    assert {one.partner for one in api.reports} >= {"AR", "DE"}
    old = read_flows(folder / "comtrade_legacy_h3_india_china_2010.csv")
    assert (len(old.reports), old.editions, dict(old.dropped)) == (8_739, ("HS2007",), {})
    assert {(one.reporter, one.partner) for one in old.reports} == {("IN", "CN")}
    assert {one.code[:4] for one in old.reports} >= {"8525", "8517", "8471", "8543", "9031"}
