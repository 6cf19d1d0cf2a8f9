"""The check form: what it states, and that every field that cannot be used is named beside itself."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.assess import check
from enduse.evidence.library import Library
from enduse.interfaces.web.fields import Fields, address
from enduse.interfaces.web.forms import Filled, label_of, read_form
from enduse.interfaces.web.questions import Field, asked, names_in, presumed
from enduse.model.transaction import Activity, PartyType, Role, Transaction
from enduse.rules.facts import FactBook

TODAY = dt.date(2026, 8, 3)
LISTS = Library(accept_starter=True)


def filled(**fields: str) -> Filled:
    """The form with an item and a destination, and fields whose dots are written as double underscores."""
    stated = {"item": "EAR99", "from": "US", "to": "DE"} | {
        key.replace("__", "."): text for key, text in fields.items()
    }
    return read_form(Fields.of(stated.items()), TODAY)


def transaction(**fields: str) -> Transaction:
    found = filled(**fields)
    assert found.transaction is not None, found.problems
    return found.transaction


def test_the_fields_become_a_transaction() -> None:
    found = transaction(
        item="5A001.j",
        description="traffic analysis",
        to="Egypt",
        activity="reexport",
        date="2026-07-01",
        value="25000",
        end_use="a national network\r\nand more",
        party__0__role="end_user",
        party__0__name="Bureau of Public Watching",
        party__0__type="government",
        party__0__country="eg",
        party__3__role="bank",
        party__3__name="Example Bank",
        party__3__owners="Acme Optronics; 60%\nSmall Holder; 10",
        code__eu="UNLISTED",
        fact__us_person="true",
    )
    assert (found.activity, found.destination, found.date) == (Activity.REEXPORT, "EG", dt.date(2026, 7, 1))
    assert found.items[0].codes == (("eu", "UNLISTED"),)
    assert found.value is not None and (found.value.amount, found.value.currency) == (Decimal(25000), "USD")
    assert found.end_use == "a national network\nand more"
    first, second = found.parties
    assert (first.role, first.type, first.country) == (Role.END_USER, PartyType.GOVERNMENT, "EG")
    assert second.owners is not None and [(one.name, one.share.text) for one in second.owners] == [
        ("Acme Optronics", "60"),
        ("Small Holder", "10"),
    ]
    assert found.facts["us_person"] is True


def test_a_row_of_which_only_the_part_is_chosen_is_no_party() -> None:
    assert transaction(party__0__role="end_user", party__1__role="bank").parties == ()


def test_no_owner_is_something_else_than_nothing_said() -> None:
    assert transaction(party__0__name="A B", party__0__owners="none").parties[0].owners == ()
    assert transaction(party__0__name="A B").parties[0].owners is None


def test_the_date_is_today_where_none_is_stated() -> None:
    assert transaction().date == TODAY


def test_every_field_that_cannot_be_used_is_named_at_once() -> None:
    found = filled(
        item="5A001j",
        to="Egyptt",
        value="1,000",
        date="yesterday",
        activity="smuggle",
        party__0__country="Chinaa",
        party__1__name="Example",
        party__1__birth_date="long ago",
        fact__us_person="perhaps",
    )
    assert found.transaction is None
    assert set(found.problems) == {
        *("item", "to", "value", "date", "activity"),
        *("party.0.name", "party.0.country", "party.1.birth_date", "fact.us_person"),
    }
    assert found.problems["item"].remedy == "did you mean 5A001.j?"
    assert "Egypt (EG)" in found.problems["to"].remedy
    assert all(label_of(name) for name in found.problems)


def test_an_empty_form_says_what_is_missing() -> None:
    found = read_form(Fields.of([]), TODAY)
    assert set(found.problems) == {"item", "to"}


def test_an_unknown_field_is_refused_with_the_nearest() -> None:
    found = filled(destinatoin="EG")
    assert "destinatoin" in found.problems[""].text
    assert filled(fact__us_persn="true").problems["fact.us_persn"].remedy.startswith("did you mean us_person")
    assert "law" in filled(law="zz").problems


@given(st.dictionaries(st.text(min_size=1, max_size=12), st.text(max_size=30), max_size=6))
def test_whatever_is_sent_is_read_or_refused_with_words(fields: dict[str, str]) -> None:
    found = read_form(Fields.of(fields.items()), TODAY)
    assert (found.transaction is None) == bool(found.problems)
    assert all(problem.text for problem in found.problems.values())


# --- the questions that the law asks next


def questions_of(**fields: str) -> tuple[dict[str, tuple[Field, ...]], Filled]:
    form = filled(**fields)
    assert form.transaction is not None
    found = check(form.transaction, library=LISTS, settings=form.settings, today=TODAY)
    return {one.fact: one.fields for one in (*asked(found, form.fields), *presumed(found, form.fields))}, form


def test_missing_facts_become_fields_of_the_right_type() -> None:
    found, _ = questions_of(item="5A001.j", to="EG", party__0__name="Ministry of Interior", **{"from": "DE"})
    (us_origin,) = found["us_origin"]
    assert us_origin.kind == "radios"
    assert [value for value, _ in us_origin.options] == ["true", "false", ""]
    (flags,) = found["red_flags"]
    assert flags.kind == "checks" and "none" in dict(flags.options)
    (kind,) = found["party.type"]
    assert (kind.name, kind.kind) == ("party.0.type", "select")


def test_who_takes_part_is_asked_where_nobody_is_named() -> None:
    found, _ = questions_of()
    assert [one.name for one in found["end_user"]] == ["party.0.name", "party.0.country"]


def test_a_matched_party_can_be_ruled_out() -> None:
    found, form = questions_of(party__0__name="NSO Group", to="IL")
    (field,) = found["party.identity"]
    listed = field.options[0][0]
    again = read_form(form.fields.but((field.name, listed)), TODAY)
    assert again.transaction is not None and again.transaction.parties[0].not_same_as == (listed,)


def test_an_answer_that_is_given_is_asked_no_more() -> None:
    found, form = questions_of(item="5A001.j", to="EG", party__0__name="A Ministry", **{"from": "DE"})
    assert "us_origin" in found
    answered = read_form(form.fields.but(("fact.us_origin", "false"), ("fact.subject_to_ear", "false")), TODAY)
    assert answered.transaction is not None
    again = check(answered.transaction, library=LISTS, today=TODAY)
    assert {"us_origin", "subject_to_ear"}.isdisjoint(one.fact for one in again.questions)


@pytest.mark.parametrize("key", sorted(one.key for one in FactBook.load() if not one.stated_at))
def test_every_fact_that_can_be_stated_has_a_field_whose_choices_are_taken(key: str) -> None:
    """Each choice that a question offers is a value that the fact takes."""
    from enduse.interfaces.web.questions import _fact_fields

    form = filled()
    assert form.transaction is not None
    found = check(form.transaction, library=LISTS, today=TODAY)
    for one in _fact_fields(FactBook.load().get(key), found, form.fields):
        for value, _ in one.options:
            if value:
                said = read_form(form.fields.but((one.name, value)), TODAY)
                assert f"fact.{key}" not in said.problems, said.problems


def test_names_in_questions_are_those_of_their_fields() -> None:
    form = filled()
    assert form.transaction is not None
    found = asked(check(form.transaction, library=LISTS, today=TODAY), form.fields)
    assert {"party.0.name", "party.0.country"} <= names_in(found)


def test_an_address_leaves_out_what_is_empty() -> None:
    assert address("/check", [("a", "1"), ("b", ""), ("c", "x & y")]) == "/check?a=1&c=x+%26+y"
