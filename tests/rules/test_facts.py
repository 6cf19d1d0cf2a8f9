"""Facts: declared once, asked or presumed in the open, and never mistaken for another."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from importlib import resources
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.formats.plain_yaml import load_yaml
from enduse.model.errors import BadInput
from enduse.model.transaction import Activity, Item, Transaction
from enduse.rules.facts import NONE, TYPES, FactBook

BOOK = FactBook.load()

NAMED_BY_THE_CASE_FILES = [
    "us_person",
    "classified_740_17",
    "us_or_allied_owned",
    "food_or_medicine",
    "hts_in_part_746_supplements",
    "knows_unauthorised_use",
    "purpose",
    "sta_supplement8_entity",
    "z_paragraph",
    "cb2_chemical_detector",
    "release_in",
    "nationality",
    "from",
    "rulebook_verified_to",
    "destination_name",
    "use",
    "arms_embargo",
    "customs_free_zone",
    "authority_decision",
    "member_state_measure",
    "national_list",
    "exporter_state",
    "eu007_conditions",
    "eu008_conditions",
    "generally_available",
    "medical_civilian",
    "joint_arrangement",
    "side",
    "trade_date",
    "solely_to_divest",
    "instrument",
    "cyber_surveillance",
    "informed_by_authority",
    "exporter_aware",
    "exporter_suspects",
]

PRESUMED = {
    "control_by_listed": "none",
    # US origin when shipped from the United States
    "us_origin": "true",
    "advanced_computing_use": "none",
    "for_products_of_footnote": "none",
    "order_or_terms_violated": "false",
    "government_of_iran_party": "false",
    "route": "none",
    # no knowledge under General Prohibitions 4 to 10
    "general_prohibition_knowledge": "false",
    "wmd_end_use": "none",
    "military_end_use": "false",
    "military_intelligence_end_use": "false",
    "advanced_computing_end_use": "false",
    "party.type": "non_government",
    # no listed owner
    "ownership_by_listed": "none",
    # a name that matches is the listed party; case files' own date
    "party.identity": "same party",
    "rulebook_verified_to": "none",
}


def transaction(origin: str | None = "US") -> Transaction:
    return Transaction(Activity.EXPORT, dt.date(2026, 8, 3), (Item("EAR99"),), "DE", (), origin=origin)


def test_every_fact_of_the_case_files_is_declared() -> None:
    assert set(NAMED_BY_THE_CASE_FILES) <= BOOK.known_keys


def test_only_what_the_design_names_is_presumed() -> None:
    assert {item.key: item.presume for item in BOOK if item.presume is not None} == PRESUMED
    assert all(item.presume_reason for item in BOOK if item.presume)


@pytest.mark.parametrize("item", list(BOOK), ids=lambda item: item.key)
def test_every_fact_is_declared_whole(item: Any) -> None:
    assert item.type in TYPES
    assert item.question.endswith(("?", ".")), "a question, in whole words"
    assert len(item.question) > 15
    assert set(item.laws) <= {"us", "eu", "uk", "ca", "au", "jp", "ch"}
    assert item.citation is None or item.citation.text


def test_no_declaration_lost_words_to_a_comma() -> None:
    """In a flow mapping an unquoted comma ends the value: the rest would become a key of its own."""
    raw = load_yaml((resources.files("enduse") / "rulebooks" / "facts.yaml").read_bytes(), name="facts.yaml")
    for fact in raw["facts"]:
        assert None not in fact.values(), fact["key"]
        if isinstance(fact["absence"], dict):
            assert set(fact["absence"]) <= {"presume", "reason", "when_origin"}, fact["key"]


# --- values


def test_a_boolean_takes_words_and_a_country_code_is_none_of_them() -> None:
    for word, value in {"true": True, "yes": True, "True": True, "false": False, "no": False, "NO": False}.items():
        assert BOOK.parse_value("us_person", word, where="f") is value
    assert BOOK.parse_value("us_person", True, where="f") is True
    assert BOOK.parse_value("nationality", "NO", where="f") == "NO"
    assert BOOK.parse_value("from", "no", where="f") == "NO"
    assert BOOK.parse_value("exporter_state", "Norway", where="f") == "NO"


ACCEPTED: list[tuple[str, Any, Any]] = [
    ("nationality", "Iran", "IR"),
    ("trade_date", "2022-02-08", dt.date(2022, 2, 8)),
    ("purpose", "vulnerability_disclosure", "vulnerability_disclosure"),
    ("member_state_measure", ["ART4(3)", "ART5(3)", "ART4(3)"], ("ART4(3)", "ART5(3)")),
    ("member_state_measure", "ART4(3)", ("ART4(3)",)),
    ("hts_in_part_746_supplements", ["4", "7"], ("4", "7")),
    ("national_list", {"published": "true", "of": "NL"}, ("of=NL", "published=true")),
    ("national_list", ["of=Netherlands", "published=false"], ("of=NL", "published=false")),
    ("destination_name", "  Sevastopol ", "Sevastopol"),
]


@pytest.mark.parametrize(("key", "raw", "value"), ACCEPTED)
def test_values_are_typed(key: str, raw: Any, value: Any) -> None:
    assert BOOK.parse_value(key, raw, where="f") == value


REFUSED: list[tuple[str, Any, str]] = [
    ("us_person", "maybe", "neither true nor false"),
    ("us_person", None, "takes one boolean"),
    ("us_person", ["true"], "takes one boolean"),
    ("us_person", "", "takes one boolean"),
    ("nationality", "Irann", r"no country is called 'Irann' \(did you mean Iran"),
    ("nationality", "true", "no country"),
    ("trade_date", "2022-02-30", "not a day of the calendar"),
    ("trade_date", "8.2.2022", "not a date"),
    ("purpose", "vulnerability-disclosure", "did you mean vulnerability_disclosure"),
    ("member_state_measure", ["ART4(4)"], "not known here"),
    ("member_state_measure", {"a": "b"}, "takes one list"),
    ("member_state_measure", ["ART4(3)"] * 101, "101 entries"),
    ("national_list", {"off": "NL"}, "'off' is not known here"),
    ("national_list", {"of": "Nowhereland"}, "no country"),
    ("national_list", {"published": "perhaps"}, "neither true nor false"),
    ("destination_name", "x" * 1001, "longer than 1000"),
    ("destination_name", "x\x00", r"U\+0000"),
]


@pytest.mark.parametrize(("key", "raw", "problem"), REFUSED)
def test_what_a_fact_does_not_take_is_refused_with_its_place(key: str, raw: Any, problem: str) -> None:
    with pytest.raises(BadInput, match=problem) as caught:
        BOOK.parse_value(key, raw, where="order.yaml line 3, facts.x")
    assert caught.value.where.startswith("order.yaml line 3, facts.x")
    assert caught.value.remedy


def test_a_percentage_is_a_plain_number() -> None:
    book = FactBook.read(b"facts: [{key: share, type: percent, question: Which share is it?, absence: ask}]", name="f")
    assert book.parse_value("share", "49.5", where="f") == Decimal("49.5")
    for text in ("101", "-1", "NaN", "1e1", "1E-999999999", "Infinity", "50%", "1,5", "\u0661"):
        with pytest.raises(BadInput, match="no percentage"):
            book.parse_value("share", text, where="f")


def test_unknown_keys_are_errors_that_propose_the_nearest() -> None:
    with pytest.raises(BadInput, match="did you mean informed_by_authority"):
        BOOK.parse_value("informed_by_authorty", "true", where="f")
    with pytest.raises(BadInput, match="did you mean informed_by_authority"):
        BOOK.get("informed-by-authority")
    assert BOOK.suggest("informed") == ("informed_by_authority",)
    assert BOOK.suggest("zzz") == ()
    with pytest.raises(BadInput, match="enduse facts list"):
        BOOK.get("zzz")


@given(st.text(max_size=30))
def test_no_key_is_ignored(key: str) -> None:
    if not BOOK.knows(key):
        with pytest.raises(BadInput):
            BOOK.parse_value(key, "true", where="f")


@pytest.mark.parametrize("key", [item.key for item in BOOK if item.stated_at])
def test_keys_of_the_transaction_are_not_stated_as_facts(key: str) -> None:
    with pytest.raises(BadInput, match="state it at"):
        BOOK.parse_value(key, "military", where="f")
    assert key not in BOOK.suggest(key)
    assert "state it at" in BOOK.question(key)


# --- absence


def test_a_stated_fact_is_that_value_in_every_world() -> None:
    for closed in (True, False):
        found = BOOK.resolve(
            "us_person",
            {"us_person": False},
            transaction=transaction(),
            closed_world=closed,
            open_keys=frozenset(["us_person"]),
        )
        assert (found.value, found.presumed, found.reason) == (False, False, "stated")


def test_us_origin_is_presumed_only_when_shipped_from_the_united_states() -> None:
    found = BOOK.resolve("us_origin", {}, transaction=transaction("US"))
    assert (found.value, found.presumed) == (True, True)
    assert "734.3" in found.reason
    for origin in ("DE", None):
        found = BOOK.resolve("us_origin", {}, transaction=transaction(origin))
        assert (found.value, found.presumed) == (None, False)
        assert "only for items from US" in found.reason


def test_strict_presumes_nothing() -> None:
    for item in BOOK:
        assert BOOK.resolve(item.key, {}, transaction=transaction(), strict=True).value is None


def test_what_is_not_presumed_is_asked() -> None:
    for item in BOOK:
        found = BOOK.resolve(item.key, {}, transaction=transaction())
        assert (found.value is None) == (item.key not in PRESUMED), item.key
        assert found.presumed == (item.key in PRESUMED)


def test_in_a_closed_world_what_is_not_stated_is_absent_or_false() -> None:
    for item in BOOK:
        found = BOOK.resolve(item.key, {}, transaction=transaction(), closed_world=True)
        assert found.value in (False, "none", (), ("none",)) or item.closed_world, item.key
        assert not found.presumed
    for key, value in {
        "us_origin": True,
        "subject_to_ear": True,
        "us_person": True,
        "instrument": "publicly_traded",
    }.items():
        assert BOOK.resolve(key, {}, transaction=transaction(None), closed_world=True).value == value


def test_a_fact_that_a_case_names_as_missing_stays_unknown() -> None:
    open_keys = frozenset(["food_or_medicine"])
    found = BOOK.resolve("food_or_medicine", {}, transaction=transaction(), closed_world=True, open_keys=open_keys)
    assert (found.value, found.reason) == (None, "named as missing")


# --- declarations


GOOD = "key: a, type: boolean, question: Is it so?, absence: ask"
BAD_DECLARATIONS = {
    "no list": ("fact: x", "no list of 'facts'"),
    "no mapping": ("facts: [x]", "no mapping"),
    "own key": (f"facts: [{{{GOOD}, colour: red}}]", "unknown key 'colour'"),
    "unspecific": (f"facts: [{{{GOOD}, unspecific: [some]}}]", "unspecific 'some' is none of its values"),
    "no question": ("facts: [{key: a, type: boolean, absence: ask}]", "'question' is missing"),
    "unknown type": ("facts: [{key: a, type: number, question: x?, absence: ask}]", "type 'number'"),
    "twice": (f"facts: [{{{GOOD}}}, {{{GOOD}}}]", "declared twice"),
    "choice of nothing": ("facts: [{key: a, type: choice, question: x?, absence: ask}]", "needs 'values'"),
    "presumption without reason": (
        "facts: [{key: a, type: boolean, question: x?, absence: {presume: 'true'}}]",
        "absence is ask",
    ),
    "presumption cut by a comma": (
        "facts: [{key: a, type: boolean, question: x?, absence: {presume: 'true', reason: no a, b or c}}]",
        "unknown key 'b or c'",
    ),
    "presumption of another type": (
        "facts: [{key: a, type: boolean, question: x?, absence: {presume: perhaps, reason: r}}]",
        "neither true nor false",
    ),
    "closed world of another type": (f"facts: [{{{GOOD}, closed_world: perhaps}}]", "neither true nor false"),
}


@pytest.mark.parametrize(("text", "problem"), BAD_DECLARATIONS.values(), ids=BAD_DECLARATIONS)
def test_a_bad_declaration_is_refused(text: str, problem: str) -> None:
    with pytest.raises(BadInput, match=re.escape(problem)) as caught:
        FactBook.read(text.encode(), name="own-facts.yaml")
    assert caught.value.where.startswith("own-facts.yaml")


# --- countries, and facts that stay open


def test_countries_are_resolved_and_none_is_none() -> None:
    assert BOOK.parse_value("transit_through", ["Belgium", "CH"], where="f") == ("BE", "CH")
    assert BOOK.parse_value("transit_through", "none", where="f") == ("none",)
    with pytest.raises(BadInput, match="no country is called"):
        BOOK.parse_value("transit_through", ["Atlantis"], where="f")


def test_a_record_may_say_that_there_is_nothing_of_the_kind() -> None:
    assert BOOK.parse_value("national_list", "none", where="f") == ()
    assert BOOK.parse_value("national_list", {"of": "NL", "published": "true"}, where="f") == (
        "of=NL",
        "published=true",
    )


def test_what_an_authority_has_not_decided_stays_open_in_a_closed_world_too() -> None:
    found = BOOK.resolve("authority_decision", {}, transaction=transaction(), closed_world=True)
    assert (found.value, found.presumed) == (None, False)


@pytest.mark.parametrize("key", [one.key for one in BOOK if re.search(r"\bnone\)", one.question) and not one.stated_at])
def test_a_question_that_offers_none_takes_it_for_an_answer(key: str) -> None:
    value = BOOK.parse_value(key, NONE, where="facts")
    assert value in (NONE, (NONE,), ())


def test_a_test_kit_without_scheduled_chemicals_asks_no_more() -> None:
    assert BOOK.parse_value("kit_schedule", "none", where="facts") == "none"
    with pytest.raises(BadInput, match="not known here"):
        BOOK.parse_value("kit_schedule", "1", where="facts")
