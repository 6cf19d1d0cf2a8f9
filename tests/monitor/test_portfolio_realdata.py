"""Portfolios against OFAC's own list of 2025-12-19: its companies, their numbers, and the two days it prints."""

from __future__ import annotations

import datetime as dt

import pytest

from enduse.assess import Settings
from enduse.lists.sources._text import worded_day
from enduse.lists.sources.us_ofac import SOURCES
from enduse.model.party import ListedParty
from enduse.monitor.issuers import Securities
from enduse.monitor.portfolio import Adviser, Dealing
from enduse.screen.identifiers import is_isin
from portfolio_world import TODAY, Lists, line
from realdata import shared_data

pytestmark = pytest.mark.realdata


@pytest.fixture(scope="module")
def companies() -> tuple[ListedParty, ...]:
    folder = shared_data() / "us_ofac"
    names = ("cons_prim", "cons_add", "cons_alt", "cons_comments")
    files = {name: folder / f"{name}.csv" for name in names}
    parsed = SOURCES[1].parse(
        {n: path.read_bytes() for n, path in files.items()}, {n: p.name for n, p in files.items()}
    )
    return tuple(one for one in parsed.parties if any(listing.list_id == "CMIC" for listing in one.listings))


@pytest.fixture(scope="module")
def asked(companies: tuple[ListedParty, ...]) -> Adviser:
    return Adviser(Lists(*companies), Securities(companies), Settings(laws=("us",)), TODAY, TODAY)


def printed(party: ListedParty, label: str) -> str:
    day = next(worded_day(value) for one, value in party.attributes if one == label)
    assert day is not None
    return day.isoformat()


def test_the_days_that_the_rules_count_are_those_that_the_list_prints(
    asked: Adviser, companies: tuple[ListedParty, ...]
) -> None:
    assert len(companies) == 68
    for party in companies:
        found = asked.judge(line(party.name, "buy", "2021-06-01"))
        assert found.window.barred_from == printed(party, "Effective Date (CMIC)"), party.name
        assert found.window.divest_before == printed(party, "Purchase/Sales For Divestment Date (CMIC)"), party.name


def test_every_number_on_the_list_identifies_its_company(asked: Adviser, companies: tuple[ListedParty, ...]) -> None:
    """Three ISINs that the list itself misprints identify nobody; a line with one is refused for its check digit."""
    counted, malformed = {"isin": 0, "lei": 0, "ticker": 0}, list[str]()
    for party in companies:
        for number in party.identifiers:
            kind = {"ISIN": "isin", "Equity Ticker": "ticker", "Legal Entity Number": "lei"}.get(number.label, "")
            if kind == "isin" and not is_isin(number.value):
                malformed.append(number.value)
            elif kind:
                counted[kind] += 1
                found = asked.judge(line(side="buy", day="2023-06-01", **{kind: number.value}))
                assert found.identified_by == kind, number
                assert party.id in {hit.match.party.id for hit in found.hits}
                assert found.answer.dealing is Dealing.BARRED
    assert (counted, malformed) == (
        {"isin": 160, "lei": 3, "ticker": 69},
        ["BRC1EODR004", "CND10002K094", "CND10002G601"],
    )


def test_the_company_of_the_news_report(asked: Adviser) -> None:
    """The list states no ISIN and no ticker of SenseTime Group Limited: its name alone leads to it."""
    said = {
        (side, day): asked.judge(line("SenseTime Group Limited", side, day)).answer.dealing
        for side, day in (
            ("buy", "2021-12-01"),
            ("buy", "2022-02-07"),
            ("buy", "2022-02-09"),
            ("sell", "2022-11-30"),
            ("sell", "2023-01-15"),
        )
    }
    assert list(said.values()) == [
        Dealing.NOT_BARRED,
        Dealing.NOT_BARRED,
        Dealing.BARRED,
        Dealing.ONLY_TO_DIVEST,
        Dealing.BARRED,
    ]
    traded = asked.judge(line("SenseTime Group Inc.", "buy", "2022-02-09", isin="KYG8062L1041", ticker="20 HK"))
    assert (traded.identified_by, traded.answer.dealing) == ("", Dealing.REVIEW)


def test_companies_of_like_names_are_told_apart_by_number(asked: Adviser) -> None:
    """China Telecom Corporation Limited and China Telecommunications Corporation are two companies of the list."""
    found = asked.judge(line("China Telecom Corp Ltd", "buy", "2021-07-30", isin="CNE1000002V2"))
    assert (found.identified_by, found.answer.dealing) == ("isin", Dealing.NOT_BARRED)
    assert found.window.barred_from == dt.date(2021, 8, 2).isoformat()
    assert found.hits[0].match.party.name == "CHINA TELECOM CORPORATION LIMITED"
