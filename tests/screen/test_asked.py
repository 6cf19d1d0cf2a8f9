"""Texts that somebody typed become a query, or an error that names the field and how to mend it."""

from __future__ import annotations

import pytest

from enduse.model.match import Query
from enduse.screen.asked import MAX_VALUES, Unusable, asked


def test_everything_that_a_query_can_state() -> None:
    found = asked(
        {
            "name": [" Riverside Optics "],
            "kind": ["Company"],
            "country": ["Germany", "DE", "at"],
            "other_names": ["Riverside Lenses", " ", "Riverside Lenses"],
            "birth_date": ["1962-03"],
            "birth_place": ["Portville"],
            "nationality": ["France"],
            "gender": ["M"],
            "identifiers": ["imo:9187629"],
            "address": ["1 Quay; Portville", "2 Quay"],
        }
    )
    assert found == Query(
        "Riverside Optics",
        "company",
        countries=("DE", "AT"),
        addresses=("1 Quay; Portville", "2 Quay"),
        identifiers=("imo:9187629",),
        birth_date="1962-03",
        other_names=("Riverside Lenses",),
        birth_places=("Portville",),
        nationalities=("FR",),
        gender="male",
    )


def test_nothing_but_a_name_or_a_number_is_needed() -> None:
    assert asked({"name": ["Riverside Optics"]}) == Query("Riverside Optics")
    assert asked({"name": ["Riverside Optics"]}, "company") == Query("Riverside Optics", "company")
    assert asked({"identifiers": ["9187629"]}) == Query("", identifiers=("9187629",))


@pytest.mark.parametrize(
    ("texts", "field", "problem"),
    [
        ({}, "name", "no name"),
        ({"name": ["---"]}, "name", "'---' holds no letter or digit"),
        ({"name": ["x" * 100_000]}, "name", "a name of 100,000 characters"),
        ({"identifiers": ["12", "-"]}, "identifiers", "no name, and no number that can be looked up"),
        ({"name": ["---"], "identifiers": ["9187629"], "kind": ["address"]}, "name", "'---' holds no letter"),
        ({"name": ["A"], "kind": ["dragon"]}, "kind", "kind 'dragon' is not known"),
        ({"name": ["A"], "gender": ["robot"]}, "gender", "gender 'robot' is not known"),
        ({"name": ["A"], "country": ["Atlantis"]}, "country", "no country is called 'Atlantis'"),
        ({"name": ["A"], "nationality": ["x" * 1_000_000]}, "nationality", "too long"),
        ({"name": ["A"], "birth_date": ["14.3.1962"]}, "birth_date", "'14.3.1962' is no date of birth"),
        ({"name": ["A"], "birth_date": ["1962-02-30"]}, "birth_date", "is no date of birth"),
        ({"name": ["A"], "birth_date": ["0000"]}, "birth_date", "is no date of birth"),
        ({"name": ["A"], "birth_date": ["١٩٦٢"]}, "birth_date", "is no date of birth"),
        ({"name": ["A"], "address": [str(n) for n in range(MAX_VALUES + 1)]}, "address", "101 values"),
    ],
)
def test_what_cannot_be_used_is_named(texts: dict[str, list[str]], field: str, problem: str) -> None:
    with pytest.raises(Unusable) as caught:
        asked(texts)
    assert caught.value.where == field
    assert problem in caught.value.problem
    assert caught.value.remedy
