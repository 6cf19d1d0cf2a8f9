"""Numbers: their forms, their keys, what agreement says."""

from __future__ import annotations

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.model.match import Query, read_identifier
from enduse.model.party import IDENTIFIER_KINDS, Identifier
from enduse.screen.identifiers import (
    compare_identifiers,
    form,
    identifier_key,
    identifier_keys,
    identifier_keys_of,
    is_imo,
    is_imo_company,
    is_isin,
    is_lei,
)

IMO, OTHER_IMO = "9187629", "9074729"
LEI = "5493001KJTIIGC8Y1R12"


@pytest.mark.parametrize(
    ("written", "kind", "value", "country"),
    [
        ("imo:9187629", "imo", IMO, None),
        ("IMO 9187629", "imo", IMO, None),
        ("IMO No. 9187629", "imo", IMO, None),
        ("passport[ru]: 75 1234567", "passport", "75 1234567", "RU"),
        ("tax:800-1", "tax", "800-1", None),
        ("BIC: KGCBKPPY", "swift", "KGCBKPPY", None),
        ("9187629", "", IMO, None),
        ("http://www.example.org", "", "http://www.example.org", None),
        ("nonsense:1", "", "nonsense:1", None),
        ("", "", "", None),
    ],
)
def test_a_number_is_read_as_people_write_it(written: str, kind: str, value: str, country: str | None) -> None:
    assert read_identifier(written) == Identifier(kind, value, country)


@given(st.text(max_size=300))
def test_any_text_is_some_number(text: str) -> None:
    found = read_identifier(text)
    assert found.kind in ("", *IDENTIFIER_KINDS)
    assert form(found) in ("", "isin", "imo_company", *IDENTIFIER_KINDS)
    assert all(len(key) >= 5 for key in identifier_keys_of(found))


def test_queries_take_numbers_as_text_and_with_their_kind() -> None:
    query = Query("x", identifiers=("imo:9187629", Identifier("lei", LEI)))
    assert query.numbers == (Identifier("imo", IMO), Identifier("lei", LEI))
    assert identifier_keys(query) == (IMO, LEI)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("IMO 9187629", "9187629"),
        ("800.214.437-6", "8002144376"),
        ("https://www.example.org/", "example.org"),
        ("lei 5493001kjtiigc8y1r12", LEI),
    ],
)
def test_spellings_of_one_number_have_one_key(one: str, other: str) -> None:
    assert identifier_key(one) == identifier_key(other) != ""


def test_dates_beside_a_number_are_no_part_of_it() -> None:
    assert "L36915048" in identifier_keys_of(Identifier("passport", "2021-03-03, L36915048"))
    assert "20210303" not in identifier_keys_of(Identifier("passport", "2021-03-03, L36915048"))


def test_short_numbers_identify_nobody() -> None:
    assert identifier_keys_of(Identifier("registration", "1234")) == ()
    assert identifier_keys(Query("Plant 44")) == ()
    assert identifier_keys(Query("Plant 44871")) == ("PLANT44871", "44871")


@given(st.text(string.digits, min_size=6, max_size=6))
def test_exactly_one_check_digit_makes_a_ships_number(head: str) -> None:
    assert sum(is_imo(f"{head}{digit}") for digit in range(10)) == 1
    assert sum(is_imo_company(f"{head}{digit}") for digit in range(10)) == 1


@given(st.text(string.digits + string.ascii_uppercase, min_size=18, max_size=18), st.integers(0, 17))
def test_check_digits_of_an_lei_see_one_wrong_letter_or_digit(head: str, place: int) -> None:
    value = int("".join(str(int(character, 36)) for character in f"{head}00"))
    lei = f"{head}{98 - value % 97:02}"
    assert is_lei(lei)
    same_sort = string.digits if lei[place].isdigit() else string.ascii_uppercase
    wrong = next(character for character in same_sort if character != lei[place])
    assert not is_lei(lei[:place] + wrong + lei[place + 1 :])


def test_forms_are_checked() -> None:
    assert form(Identifier("imo", IMO)) == "imo"
    assert form(Identifier("imo", "9187620")) == "other"
    assert form(Identifier("lei", LEI)) == form(Identifier("", LEI)) == "lei"
    assert form(Identifier("lei", LEI.replace("K", "L"))) == "other"
    assert form(Identifier("swift", "KGCBKPPY")) == "swift" and form(Identifier("swift", "KGCB")) == "other"
    assert is_isin("US0378331005") and not is_isin("US0378331006")
    assert not is_imo("９１８７６２９")


def level(query: Query, *listed: Identifier) -> list[str]:
    return [found.level for found in compare_identifiers(query, listed)]


def test_how_much_agreement_says() -> None:
    passport = Identifier("passport", "751234567", "RU")
    assert level(Query("x", identifiers=("imo:9187629",)), Identifier("imo", IMO)) == ["strong"]
    assert level(Query("x", identifiers=("9187629",)), Identifier("imo", IMO)) == ["likely"]
    assert level(Query("x", identifiers=("passport[RU]:75 1234567",)), passport) == ["strong"]
    assert level(Query("x", identifiers=("passport:75 1234567",)), passport) == ["likely"]
    assert level(Query("x", identifiers=("passport[UA]:75 1234567",)), passport) == ["slight"]
    assert level(Query("x", identifiers=("tax[RU]:751234567",)), Identifier("registration", "751234567", "RU")) == [
        "likely"
    ]
    assert level(Query("x", identifiers=("website:example.org",)), Identifier("website", "www.example.org")) == ["weak"]
    assert level(Query("x", identifiers=("12345",)), Identifier("aircraft_serial", "12345")) == ["slight"]
    assert level(Query("x", identifiers=("passport:1234567",)), Identifier("phone", "1234567")) == ["slight"]
    assert level(Query("Vessel 9187629"), Identifier("imo", IMO)) == ["likely"]
    assert level(Query("x"), passport) == []


def test_two_numbers_of_a_kind_that_is_single_contradict() -> None:
    query = Query("x", identifiers=("imo:9074729",))
    assert level(query, Identifier("imo", IMO)) == ["contradiction"]
    assert level(query, Identifier("imo", "9187620")) == []
    assert level(query, Identifier("imo", IMO), Identifier("imo", OTHER_IMO)) == ["strong"]
    assert level(Query("x", identifiers=("passport[RU]:1111111",)), Identifier("passport", "2222222", "RU")) == []
