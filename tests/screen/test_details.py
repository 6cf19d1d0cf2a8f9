"""Details: what each field adds or takes, and how name and details make one score."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.model.citation import Citation
from enduse.model.match import HIT_THRESHOLD, Query, ScorePart
from enduse.model.party import Address, Identifier, ListedParty, Listing, Name, PartyKind, SourceReference
from enduse.screen.details import combine, details, excluded, explained, least_name_score, levels, weak_alias

LISTING = Listing("EL", "US-BIS", Citation("84 FR 54002"))
COUNTRIES = ("RU", "UA", "CN", "HK", "AE", "GB")
DATES = (
    "1962",
    "1962-03",
    "1962-03-14",
    "1962-04-01",
    "1963",
    "1964-01-01",
    "1990",
    "circa 1963",
    "1961 to 1964",
    "junk",
)
PLACES = ("Moscow, Russia", "Kyiv, Ukraine", "Ukraine", "Dubai", "")
STREETS = (
    "Unit 5, 12 Example Road, Kowloon",
    "12 Example Road, Kowloon, Hong Kong",
    "7 Other Street, Dubai",
    "Dubai",
    "",
)


def party(**more: Any) -> ListedParty:
    return ListedParty("x", (Name("Riverside Optics"),), (LISTING,), SourceReference("test"), **more)


def several(values: tuple[str, ...]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(values), max_size=2).map(tuple)


queries = st.builds(
    Query,
    name=st.just("Riverside Optics"),
    kind=st.sampled_from(["any", "person", "company", "vessel", "address"]),
    countries=several(COUNTRIES),
    addresses=several(STREETS),
    birth_date=st.none() | st.sampled_from(DATES),
    birth_places=several(PLACES),
    nationalities=several((*COUNTRIES, "Russian", "unheard of")),
    gender=st.sampled_from(["", "male", "female", "F"]),
)
parties = st.builds(
    party,
    kind=st.sampled_from(PartyKind),
    addresses=st.lists(
        st.builds(Address, st.sampled_from(STREETS), country=st.none() | st.sampled_from(COUNTRIES))
    ).map(lambda found: tuple(found[:2])),
    birth_dates=several(DATES),
    birth_places=several(PLACES),
    nationalities=several((*COUNTRIES, "Russian", "unheard of")),
    gender=st.sampled_from(["", "male", "female"]),
)
scores = st.floats(0, 1)
SHIP = party(kind=PartyKind.VESSEL, identifiers=(Identifier("imo", "9187629"),))
BORN = party(birth_dates=("1962-03-14",), identifiers=(Identifier("passport", "751234567", "RU"),))


def score(name_score: float, query: Query, listed: ListedParty) -> float:
    return combine(name_score, details(query, listed))


class TestTogether:
    @given(scores)
    def test_without_details_the_name_score_stands(self, name_score: float) -> None:
        assert score(name_score, Query("x"), party()) == name_score

    @given(scores, queries, parties)
    def test_contributions_add_up_to_the_score(self, name_score: float, query: Query, listed: ListedParty) -> None:
        parts = details(query, listed)
        whole = name_score + sum(part.contribution for part in explained(name_score, parts))
        assert whole == pytest.approx(combine(name_score, parts), abs=1e-9)
        assert 0 <= combine(name_score, parts) <= 1

    @given(scores, scores, queries, parties)
    def test_a_better_name_is_never_a_worse_score(
        self, one: float, other: float, query: Query, listed: ListedParty
    ) -> None:
        low, high = sorted((one, other))
        assert score(low, query, listed) <= score(high, query, listed) + 1e-9

    @given(scores, queries, parties, st.sampled_from(["lift", "cost"]))
    def test_a_field_more_moves_the_score_its_own_way(
        self, name: float, query: Query, listed: ListedParty, way: str
    ) -> None:
        parts = details(query, listed)
        more = ScorePart("gender", contribution=0.5 if way == "lift" else -0.5)
        before, after = combine(name, parts), combine(name, [*parts, more])
        assert after >= before - 1e-9 if way == "lift" else after <= before + 1e-9

    @given(scores, queries, parties)
    def test_a_lift_adds_and_a_contradiction_takes(self, name: float, query: Query, listed: ListedParty) -> None:
        parts = details(query, listed)
        for weighed, shown in zip(parts, explained(name, parts), strict=True):
            assert weighed.contribution * shown.contribution >= 0

    @given(scores, queries, parties, st.floats(0.3, 0.99))
    def test_no_name_below_the_least_reaches_the_threshold(
        self, name: float, query: Query, listed: ListedParty, threshold: float
    ) -> None:
        if score(name, query, listed) >= threshold:
            assert name >= least_name_score(query, threshold)

    def test_details_move_a_middling_score_much_and_a_sure_one_little(self) -> None:
        query = Query("x", nationalities=("UA",))
        listed = party(nationalities=("RU",))
        loss = {name: name - score(name, query, listed) for name in (0.6, 0.99)}
        assert loss[0.6] > 3 * loss[0.99] > 0

    def test_nobody_is_found_for_details_alone(self) -> None:
        listed = party(
            addresses=(Address("12 Example Road, Kowloon, Hong Kong", country="HK"),),
            nationalities=("CN",),
            birth_dates=("1962-03-14",),
            birth_places=("Kyiv",),
            gender="male",
        )
        query = Query(
            "x",
            countries=("HK",),
            addresses=("12 Example Road, Kowloon",),
            nationalities=("CN",),
            birth_date="1962-03-14",
            birth_places=("Kyiv",),
            gender="male",
        )
        assert score(0.4, query, listed) < HIT_THRESHOLD <= score(0.45, query, listed)

    def test_the_table_is_symmetric(self) -> None:
        query = Query("x", countries=("RU",), nationalities=("UA",), birth_date="1962", gender="male")
        listed = party(
            addresses=(Address("", country="RU"),), nationalities=("UA",), birth_dates=("circa 1963",), gender="male"
        )
        swapped = Query("x", countries=("RU",), nationalities=("UA",), birth_date="circa 1963", gender="male")
        other = party(
            addresses=(Address("", country="RU"),), nationalities=("UA",), birth_dates=("1962",), gender="male"
        )
        assert levels(query, listed) == levels(swapped, other)


class TestNumbers:
    @given(scores)
    def test_a_strong_number_lifts_any_name(self, name_score: float) -> None:
        assert score(name_score, Query("x", identifiers=("imo:9187629",)), SHIP) >= 0.95
        assert score(name_score, Query("x", identifiers=("passport[RU]:75 1234567",)), BORN) >= 0.95

    def test_a_strong_number_outvotes_another_year_of_birth_and_both_are_shown(self) -> None:
        query = Query("x", identifiers=("passport[RU]:75 1234567",), birth_date="1985")
        assert 0.95 <= score(0.0, query, BORN) < score(0.0, Query("x", identifiers=query.identifiers), BORN)
        shown = {part.what: part.contribution for part in explained(0.0, details(query, BORN))}
        assert shown["identifier"] > 0 > shown["birth_date"]

    def test_a_number_of_unknown_kind_lifts_less(self) -> None:
        sure, unsure = (score(0.0, Query("x", identifiers=(text,)), SHIP) for text in ("imo:9187629", "9187629"))
        assert HIT_THRESHOLD <= unsure < 0.95 <= sure

    def test_another_number_of_the_same_ship_lowers(self) -> None:
        query = Query("x", identifiers=("imo:9074729",))
        assert score(0.9, query, SHIP) < HIT_THRESHOLD <= score(1.0, query, SHIP) < 0.8

    def test_a_shared_website_does_not_suffice(self) -> None:
        listed = party(identifiers=(Identifier("website", "www.example.org"),))
        assert score(0.0, Query("x", identifiers=("website:example.org",)), listed) < HIT_THRESHOLD


class TestFields:
    def test_dates_of_birth_weigh_by_precision(self) -> None:
        found = [
            score(0.6, Query("x", birth_date=date), BORN)
            for date in ("1962-03-14", "1962-03", "1962", "1963", "1964", "1985")
        ]
        assert found == sorted(found, reverse=True) and len(set(found)) == len(found)
        assert found[3] == 0.6 > found[4]

    def test_another_year_of_birth_lowers_strongly(self) -> None:
        query = Query("x", birth_date="1985-01-01")
        assert score(0.9, query, BORN) < 0.4
        assert HIT_THRESHOLD < score(1.0, query, BORN) < 0.8

    def test_another_country_lowers_little_and_another_nationality_a_little_more(self) -> None:
        seat, passport = party(addresses=(Address("", country="RU"),)), party(nationalities=("Russian",))
        country = score(0.9, Query("x", countries=("AE",)), seat)
        nationality = score(0.9, Query("x", nationalities=("AE",)), passport)
        assert 0.8 < nationality < country < 0.9
        assert score(0.9, Query("x", countries=("RU",)), passport) > 0.9

    def test_hong_kong_and_china_do_not_contradict(self) -> None:
        assert score(0.8, Query("x", countries=("HK",)), party(addresses=(Address("", country="CN"),))) == 0.8

    def test_gender_and_kind(self) -> None:
        assert score(0.8, Query("x", gender="f"), party(gender="male")) < 0.6
        person = party(kind=PartyKind.PERSON)
        assert excluded(Query("x", kind="vessel"), person) and not excluded(Query("x", kind="vessel"), party())
        assert not excluded(Query("x", kind="address"), person) and not excluded(Query("x"), person)
        assert score(1.0, Query("x", kind="vessel"), person) < HIT_THRESHOLD

    def test_an_address_lifts_and_another_does_not_lower(self) -> None:
        listed = party(addresses=(Address("12 Example Road, Kowloon, Hong Kong", high_diversion_risk=True),))
        (part,) = details(Query("x", addresses=("12 Example Rd., Kowloon",)), listed)
        assert part.contribution > 0 and "high diversion risk" in part.note
        assert score(0.6, Query("x", addresses=("7 Other Street, Dubai",)), listed) == 0.6

    def test_what_the_list_does_not_state_is_named_once(self) -> None:
        (part,) = details(Query("x", birth_date="1962", gender="male"), party())
        assert (part.what, part.query, part.contribution) == ("absent", "birth date, gender", 0.0)
        assert details(Query("x"), BORN) == ()

    def test_a_weak_alias_has_to_agree_almost_exactly(self) -> None:
        part = weak_alias("Riverside")
        assert combine(0.85, [part]) < HIT_THRESHOLD < combine(0.9, [part]) < 0.9
        assert combine(1.0, [part]) >= 0.95

    @given(st.text(max_size=100), st.text(max_size=100), st.text(max_size=100))
    def test_any_text_is_borne(self, one: str, other: str, third: str) -> None:
        query = Query(one, countries=(other,), nationalities=(third,), birth_date=other, gender=third, addresses=(one,))
        listed = party(birth_dates=(one,), nationalities=(other,), gender=third, addresses=(Address(other),))
        assert 0 <= score(0.5, query, listed) <= 1
