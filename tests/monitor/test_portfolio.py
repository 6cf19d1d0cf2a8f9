"""Portfolios: who the issuer is (numbers first, names second), and what the order says of its day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.model.assessment import Outcome
from enduse.monitor.issuers import Securities, ticker_key
from enduse.monitor.portfolio import Dealing
from portfolio_world import (
    ISIN,
    LANTERN,
    LEI,
    LISTED,
    OTHER_ISIN,
    OTHER_LEI,
    SENSETIME,
    adviser,
    isin,
    issuer,
    judged,
    lei,
    line,
)

NAME = "SenseTime Group Limited"


# --- the order, on the days of the news report


@pytest.mark.parametrize(
    ("side", "day", "dealing", "code"),
    [
        ("buy", "2021-12-01", Dealing.NOT_BARRED, ""),
        ("buy", "2022-02-07", Dealing.NOT_BARRED, ""),
        ("buy", "2022-02-08", Dealing.BARRED, "CMIC:PURCHASE_BARRED"),
        ("buy", "2022-02-09", Dealing.BARRED, "CMIC:PURCHASE_BARRED"),
        ("sell", "2022-11-30", Dealing.ONLY_TO_DIVEST, ""),
        ("sell", "2022-12-09", Dealing.ONLY_TO_DIVEST, ""),
        ("sell", "2022-12-10", Dealing.BARRED, "CMIC:SALE_BARRED"),
        ("sell", "2023-01-15", Dealing.BARRED, "CMIC:SALE_BARRED"),
    ],
)
def test_sensetime(side: str, day: str, dealing: Dealing, code: str) -> None:
    found = judged(line(NAME, side, day))
    assert found.answer.dealing is dealing
    assert [item.code for item in found.answer.barring] == ([code] if code else [])
    assert (found.window.barred_from, found.window.divest_before) == ("2022-02-08", "2022-12-10")
    for item in found.answer.barring:
        assert item.citation.text.startswith("E.O. 13959 as amended by E.O. 14032, section 1")
    assert found.identified_by == "name"


def test_the_offering_of_december_2021_is_judged_as_of_its_day() -> None:
    """Shares bought on the first day of trading, 2021-12-30: listed already, the ban still to come."""
    found = judged(line(NAME, "buy", "2021-12-30"))
    assert (found.answer.dealing, found.in_force) == (Dealing.NOT_BARRED, True)
    assert found.window.barred_from == "2022-02-08"


def test_before_the_listing_the_later_listing_is_told() -> None:
    found = judged(line(NAME, "buy", "2021-12-01"))
    assert not found.in_force
    assert found.notes == ("SENSETIME GROUP LIMITED is on CMIC since 2021-12-10, after the day judged",)


def test_a_position_is_not_barred_and_both_ways_out_are_told() -> None:
    found = judged(line(NAME), as_of=dt.date(2022, 6, 1))
    assert found.answer.dealing is Dealing.NOT_BARRED
    assert found.if_bought is not None and found.if_bought.dealing is Dealing.BARRED
    assert found.if_sold is not None and found.if_sold.dealing is Dealing.ONLY_TO_DIVEST


# --- the purpose, the person, the instrument


@pytest.mark.parametrize(
    ("side", "purpose", "dealing"),
    [
        ("sell", False, Dealing.BARRED),
        ("sell", True, Dealing.ONLY_TO_DIVEST),
        ("buy", True, Dealing.ONLY_TO_DIVEST),
        ("buy", False, Dealing.BARRED),
    ],
)
def test_a_stated_purpose_takes_the_place_of_the_presumed_one(side: str, purpose: bool, dealing: Dealing) -> None:
    found = judged(line(NAME, side, "2022-06-01", facts={"solely_to_divest": purpose}))
    assert found.answer.dealing is dealing
    assert "solely_to_divest" not in [one.fact for one in found.answer.presumed]


def test_whoever_is_no_us_person_is_not_bound() -> None:
    assert judged(line(NAME, "buy", "2022-06-01"), us_person=False).answer.dealing is Dealing.NOT_BARRED


def test_what_is_not_publicly_traded_is_outside_the_order() -> None:
    held = line(NAME, "buy", "2022-06-01", facts={"instrument": "not_publicly_traded"})
    assert judged(held).answer.dealing is Dealing.NOT_BARRED


@pytest.mark.parametrize(("day", "asked"), [("2022-06-01", {"solely_to_divest"}), ("2023-06-01", set())])
def test_strict_asks_for_what_is_presumed(day: str, asked: set[str]) -> None:
    found = judged(line(NAME, "sell", day), strict=True)
    assert (found.answer.dealing, found.answer.presumed) == (Dealing.OPEN, ())
    assert {"us_person", "instrument"} | asked <= {item.fact for item in found.answer.assessment.questions}


def test_a_presumption_says_what_it_turns() -> None:
    sold, bought = judged(line(NAME, "sell", "2022-06-01")), judged(line(NAME, "buy", "2022-06-01"))
    assert (sold.answer.turns, bought.answer.turns) == (("CMIC:SALE_BARRED",), ("CMIC:PURCHASE_BARRED",))
    assert judged(line(NAME, "sell", "2023-06-01")).answer.turns == ()


# --- who the issuer is


@pytest.mark.parametrize(
    ("numbers", "by"),
    [
        ({"isin": ISIN}, "isin"),
        ({"lei": LEI}, "lei"),
        ({"ticker": "728.HK"}, "ticker"),
        ({"ticker": "603019.SS"}, "ticker"),
        ({"isin": ISIN, "name": "A name that nobody lists"}, "isin"),
    ],
)
def test_a_number_of_the_listed_company_identifies_it(numbers: dict[str, str], by: str) -> None:
    found = judged(line(side="buy", day="2022-06-01", **numbers))
    assert (found.identified_by, found.answer.dealing) == (by, Dealing.BARRED)
    assert found.hits[0].match.party.id == LANTERN.id


def test_a_number_comes_before_the_name_of_another_source() -> None:
    copy = issuer("Lantern Vision Group Limited")
    found = judged(line("Lantern Vision Group Limited", "buy", "2022-06-01", isin=ISIN), copy, LANTERN)
    assert (found.identified_by, [hit.by for hit in found.hits]) == ("isin", ["isin", "name"])


def test_a_namesake_with_another_number_is_for_review_and_not_barred() -> None:
    found = judged(line("Lantern Vision Group Limited", "buy", "2022-06-01", isin=OTHER_ISIN))
    assert (found.identified_by, found.answer.dealing) == ("", Dealing.REVIEW)
    assert found.answer.outcome is Outcome.INDETERMINATE
    (hit,) = found.hits
    assert (hit.by, hit.sure) == ("name", False)
    assert "US0378331005 is not among them: another security of it, or a namesake" in hit.note


def test_a_namesake_of_another_legal_form_is_for_review() -> None:
    """The company whose shares are traded, SenseTime Group Inc., is not the legal person that the list names."""
    found = judged(line("SenseTime Group Inc.", "buy", "2022-06-01", isin="KYG8062L1041"))
    assert (found.identified_by, found.answer.dealing) == ("", Dealing.REVIEW)
    assert found.answer.only_if == "barred if the issuer is the listed company of a like name"
    assert found.in_force


def test_a_namesake_of_another_lei_is_no_more_than_a_hit() -> None:
    found = judged(line("Lantern Vision Group Limited", "buy", "2022-06-01", lei=OTHER_LEI))
    assert found.identified_by == ""
    assert found.answer.dealing in (Dealing.REVIEW, Dealing.NOT_BARRED)


@pytest.mark.parametrize("name", ["Lantern Vision Group Ltd.", "LANTERN VISION GROUP LIMITED", "LVG"])
def test_the_very_name_or_an_alias_is_taken_as_the_issuer_to_be_confirmed(name: str) -> None:
    found = judged(line(name, "buy", "2022-06-01"))
    assert (found.identified_by, found.answer.dealing) == ("name", Dealing.BARRED)
    assert found.hits[0].note.endswith("confirm that it is this legal person")


def test_a_reviewer_rules_a_namesake_out_in_the_open() -> None:
    held = line("SenseTime Group Inc.", "buy", "2022-06-01", not_same_as=(SENSETIME.id,))
    found = judged(held)
    assert (found.answer.dealing, found.hits) == (Dealing.NOT_BARRED, ())
    assert found.notes == (f"{SENSETIME.id} was ruled out as the issuer (not_same_as)",)


def test_a_ticker_without_a_market_identifies_nobody_and_says_so() -> None:
    found = judged(line("Riverside Example", "buy", "2022-06-01", ticker="728"))
    assert found.hits == ()
    assert found.notes == ("ticker '728' names no market (write 0020 HK): it identifies nobody and was not used",)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("00981 HK", "981 HK"),
        ("0981.HK", "981 HK"),
        ("HK:981", "981 HK"),
        ("603019CN", "603019 CN"),
        ("600677  CN", "600677 CN"),
        ("603019.SS", "603019 CN"),
        ("CHA US", "CHA US"),
        ("C1HL34 BR", "C1HL34 BR"),
        ("0000 HK", "0 HK"),
        ("728", ""),
        ("CHAUS", ""),
        ("", ""),
    ],
)
def test_tickers_of_several_spellings_are_one(text: str, key: str) -> None:
    assert ticker_key(text) == key


@given(st.text(max_size=40))
def test_any_text_is_a_ticker_or_none(text: str) -> None:
    key = ticker_key(text)
    assert key == "" or ticker_key(key) == key


def test_a_number_with_a_wrong_check_digit_on_a_list_identifies_nobody() -> None:
    found = Securities([issuer("Broken Example", isin("CNE100000PM9"), lei("549300XIVJCBIGMRUD49"))])
    assert len(found) == 0


# --- other lists


def test_an_issuer_whose_property_is_blocked_is_barred_in_every_way() -> None:
    blocked = issuer("Blocked Example Group", isin(ISIN), on="SDN", since=dt.date(2020, 1, 1))
    found = judged(line(isin=ISIN), blocked)
    assert (found.answer.dealing, found.answer.barring[0].code) == (Dealing.BARRED, "OFAC:GLOMAG")


def test_the_entity_list_bars_no_dealing_in_securities() -> None:
    listed = issuer("Lens Example Works", isin(ISIN), on="EL")
    found = judged(line(isin=ISIN, side="buy", day="2022-06-01"), listed)
    assert (found.answer.dealing, found.in_force, len(found.hits)) == (Dealing.NOT_BARRED, False, 1)


def test_a_listing_that_has_ended_bars_nothing() -> None:
    ended = issuer("Former Example", isin(ISIN), to=dt.date(2022, 5, 1))
    found = judged(line(isin=ISIN, side="buy", day="2022-06-01"), ended)
    assert (found.answer.dealing, found.in_force) == (Dealing.NOT_BARRED, False)


def test_lists_that_are_not_loaded_leave_the_answer_open() -> None:
    asked = adviser()
    asked.lists._accept_starter = False
    assert asked.judge(line("Riverside Example", "buy", "2022-06-01")).answer.dealing is Dealing.OPEN
    assert asked.judge(line(NAME, "buy", "2022-06-01")).answer.dealing is Dealing.BARRED


def test_lines_that_no_list_touches_are_judged_once() -> None:
    asked = adviser()
    for number in range(20):
        asked.judge(line(f"Riverside Example {number} AG", "buy", "2022-06-01"))
    assert len(asked._nobody) == 1


@given(st.integers(-400, 800), st.sampled_from(["buy", "sell"]))
def test_the_days_are_those_of_the_order(offset: int, side: str) -> None:
    """Section 1: barred from the 60th day after the listing; to divest, permitted before the 365th."""
    day = LISTED + dt.timedelta(days=offset)
    found = _ASKED.judge(line(NAME, side, day.isoformat()))
    barred = offset >= 365 or (offset >= 60 and side == "buy")
    wanted = Dealing.BARRED if barred else Dealing.ONLY_TO_DIVEST if offset >= 60 else Dealing.NOT_BARRED
    assert found.answer.dealing is wanted


_ASKED = adviser()


@pytest.mark.parametrize(("side", "day"), [("sell", "2022-06-09"), ("buy", "2022-06-09"), ("buy", "2023-06-09")])
def test_a_like_name_is_for_review_too_where_a_fact_is_missing_for_the_listed_company(side: str, day: str) -> None:
    facts = {"us_person": True, "instrument": "publicly_traded", "destination_region": "none"}
    facts |= {"ownership_by_listed": False, "wmd_end_use": False}
    nobody = judged(line("ROSES AND TULIPS", side, day), strict=True, **facts)
    assert nobody.answer.dealing is Dealing.NOT_BARRED
    found = judged(line("SENSETIME GROUP INC", side, day), strict=True, **facts)
    assert (found.answer.dealing, found.answer.outcome) == (Dealing.REVIEW, Outcome.INDETERMINATE)
    assert found.answer.only_if == "cannot be decided if the issuer is the listed company of a like name"
