"""Which column says what: as stated, else by its heading where only one can be meant, and always told."""

from __future__ import annotations

import pytest

from enduse.interfaces.bulk_columns import TARGETS, map_columns
from enduse.model.errors import BadInput


def test_columns_called_as_they_are_asked_are_found_and_told() -> None:
    found = map_columns(TARGETS)
    assert found.columns == {target: (target,) for target in TARGETS}
    assert found.told[0].startswith("columns: name from 'name', other_names from 'other_names'")


@pytest.mark.parametrize(
    ("heading", "target"),
    [
        ("Customer Name", "name"),
        ("CUSTOMER_NAME", "name"),
        ("company", "name"),
        ("Full name", "name"),
        ("Firmenname", "name"),
        ("Raison sociale", "name"),
        ("Razón social", "name"),
    ],
)
def test_usual_headings_of_a_name_are_known(heading: str, target: str) -> None:
    found = map_columns(["Date", heading])
    assert found.columns == {target: (heading,)}
    assert found.told == (f"columns: {target} from '{heading}'; not used: 'Date'",)


def test_a_column_called_name_is_the_name_beside_others() -> None:
    assert map_columns(["company name", "name"]).columns["name"] == ("name",)


def test_two_columns_that_could_be_the_name_are_a_question() -> None:
    with pytest.raises(BadInput, match="'Customer', 'Vendor' could each be the name") as caught:
        map_columns(["Customer", "Vendor"], where="orders.csv")
    assert caught.value.remedy == "--map name=Customer" and caught.value.where == "orders.csv"
    assert map_columns(["Customer", "Vendor"], ["name=Vendor"]).columns["name"] == ("Vendor",)


def test_two_columns_that_could_be_the_country_are_left_and_told() -> None:
    found = map_columns(["name", "Land", "Pays"])
    assert "country" not in found.columns
    assert "'Land', 'Pays' could each be the country: none is used (--map country=COLUMN)" in found.told


def test_without_a_name_the_columns_there_are_are_named() -> None:
    with pytest.raises(BadInput, match="no column says the name") as caught:
        map_columns(["Colour", "", "Size"])
    assert caught.value.remedy == "--map name=COLUMN; columns: Colour, Size"


def test_first_and_last_name_make_a_name() -> None:
    found = map_columns(["Last name", "First name", "Country"])
    assert found.columns["name"] == ("First name", "Last name")
    assert found.value("name", {"First name": " Alpha ", "Last name": "Beta"}) == "Alpha Beta"


def test_a_mapping_is_stated() -> None:
    found = map_columns(
        ["Kunde", "Vor, und Zuname", "Land", "A", "B", "country", "id"],
        ["name=Vor, und Zuname,country=Land , identifiers = A+B", "reference="],
    )
    assert found.columns == {"name": ("Vor, und Zuname",), "country": ("Land",), "identifiers": ("A", "B")}
    assert found.value("identifiers", {"A": "1", "B": "2"}) == "1; 2"
    assert found.value("identifiers", {"A": "1", "B": " "}) == "1"
    assert found.value("gender", {}) == "" and found.target_of("Land") == "country" and found.target_of("x") == "x"


def test_a_column_whose_name_has_a_plus_is_one_column() -> None:
    assert map_columns(["A+B"], ["name=A+B"]).columns["name"] == ("A+B",)


@pytest.mark.parametrize(
    ("entry", "problem", "remedy"),
    [
        ("name", "names no column", "TARGET=COLUMN"),
        ("nmae=Customer", "'nmae' is nothing that is asked", "name, other_names"),
        ("name=Costumer", "no column 'Costumer'", "columns: Customer, Land"),
        ("name=Customer+Costumer", "no column 'Costumer'", "columns: Customer, Land"),
        ("name=Customer,name=Land", "name is stated twice", "join columns"),
        ("name=", "the name needs a column", "columns: Customer, Land"),
    ],
)
def test_a_mapping_that_cannot_be_followed_is_refused(entry: str, problem: str, remedy: str) -> None:
    with pytest.raises(BadInput, match=problem) as caught:
        map_columns(["Customer", "Land"], [entry])
    assert remedy in caught.value.remedy


def test_columns_to_keep_must_be_there() -> None:
    assert map_columns(["name", "a,b", "c"], keep=["a,b", "c,name"]).keep == ("a,b", "c", "name")
    with pytest.raises(BadInput, match="no column 'd'") as caught:
        map_columns(["name", "c"], keep=["c,d"])
    assert caught.value.remedy == "columns: name, c"


def test_equal_mappings_read_the_same() -> None:
    columns = ["name", "Land", "x"]
    assert map_columns(columns).as_text() == map_columns(columns, ["country=Land", "name=name"]).as_text()
    assert map_columns(columns).as_text() != map_columns(columns, keep=["x"]).as_text()
