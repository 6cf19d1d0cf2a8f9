"""What makes an item made abroad subject to the EAR, read like 15 CFR 734.3, 734.4 and 734.9."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enduse.assess import Settings, check
from enduse.interfaces.transactions import transaction_from_mapping, transaction_to_mapping
from enduse.model.assessment import WORST_FIRST, Assessment, Outcome, Status
from enduse.model.errors import BadInput
from enduse.rules.rulebook import shipped_rulebooks

END_USER = {"role": "end_user", "name": "Example Trading Co", "type": "non_government", "lists": [], "owners": []}
ABROAD = {"us_origin": False, "us_person": False}
RULES = {
    *("734.9(b)", "734.9(c)", "734.9(d)", "734.9(e)(1)", "734.9(e)(2)", "734.9(e)(3)", "734.9(f)", "734.9(g)"),
    *("734.9(h)", "734.9(i)", "734.9(j)", "734.9(k)", "734.9(l)"),
}


def listed(*footnotes: str) -> dict[str, Any]:
    entry = {"list": "EL", "from": "2019-05-16", "to": None, "scope": "all", "citation": "84 FR 22961"}
    return {**END_USER, "name": "Example Telecom", "lists": [{**entry, "footnotes": list(footnotes)}]}


def judged(code: str = "EAR99", *, strict: bool = False, **changes: Any) -> Assessment:
    facts = ABROAD | changes.pop("facts", {})
    item = {"code": code, **changes.pop("item", {})}
    raw = {
        "date": "2026-09-01",
        "activity": "reexport",
        "from": "TW",
        "destination": "CN",
        "item": item,
        "parties": [END_USER],
        "facts": facts,
        **changes,
    }
    return check(transaction_from_mapping(raw), settings=Settings(laws=("us",), strict=strict))


def codes(found: Assessment, status: Status = Status.APPLIES) -> set[str]:
    return {item.code for item in found.findings if item.status is status and item.code}


def rules(found: Assessment, status: Status = Status.APPLIES) -> set[str]:
    return {item.rule.removeprefix("us/ear/") for item in found.findings if item.status is status}


def nexus(found: Assessment) -> str:
    return next(answer.nexus for answer in found.authorities if answer.id == "US-BIS")


def asked(found: Assessment) -> set[str]:
    return {question.fact for question in found.questions}


# --- 734.9: thirteen rules, each a finding of its own


def test_each_of_the_thirteen_rules_is_a_rule_with_its_own_citation_and_dates() -> None:
    ear = next(book for book in shipped_rulebooks() if book.id == "us/ear")
    found = {rule.id.removeprefix("us/ear/"): rule for rule in ear.rules if "/734.9(" in rule.id}
    assert found.keys() == RULES
    assert all(f"15 CFR {key}" in rule.citation.text for key, rule in found.items())
    # the national security rule is older than the regulations of 1996; every other has a first day
    assert [key for key, rule in found.items() if rule.in_force[0].interval.start is None] == ["734.9(b)"]
    inputs = {row["rule"] for row in ear.tables["fdp_inputs"]}
    assert inputs == {"b", "c", "d", "e1", "e2", "e3", "f", "g", "h", "i", "j", "k"}


def test_both_prongs_must_be_met() -> None:
    """A footnote 1 party alone, or a direct product alone, does not bring the item under the EAR."""
    nothing = {"us_content_percent": "0", "direct_product_of": "none", "plant_direct_product_of": "none"}
    assert "does not reach" in nexus(judged(parties=[listed("1")], facts=nothing))
    product = nothing | {"direct_product_of": "3E001"}
    assert "does not reach" in nexus(judged(facts=product))
    both = judged(parties=[listed("1")], facts=product)
    assert "734.9(e)(1)" in rules(both) and "EL:744.11(a)(2)(i)" in codes(both)
    assert both.outcome is Outcome.LICENCE_REQUIRED


def test_the_plant_counts_like_the_technology() -> None:
    facts = {"us_content_percent": "0", "direct_product_of": "none", "plant_direct_product_of": ["3D991"]}
    assert "EL:744.11(a)(2)(i)" in codes(judged(parties=[listed("1")], facts=facts))


def test_an_unknown_input_is_asked_and_never_a_no() -> None:
    found = judged(parties=[listed("1")], facts={"us_content_percent": "0"})
    assert found.outcome is Outcome.INDETERMINATE
    assert {"direct_product_of", "plant_direct_product_of"} <= asked(found)
    assert "may reach" in nexus(found)


def test_a_finding_says_in_words_which_technology_brought_the_item_in() -> None:
    found = judged(parties=[listed("4")], facts={"direct_product_of": "5E002"})
    finding = next(item for item in found.findings if item.rule == "us/ear/734.9(e)(2)")
    assert "direct route" in finding.reason and "5E002" in finding.reason
    assert "736.2(b)(3)" in finding.citation.text


@pytest.mark.parametrize(
    ("code", "facts", "changes", "rule"),
    [
        ("9A515.d", {"direct_product_of": "9E515"}, {"destination": "VE"}, "734.9(c)"),
        ("9A610.x", {"plant_direct_product_of": "9D610"}, {"destination": "CN"}, "734.9(d)"),
        ("3B991.a", {"plant_direct_product_of": "3D992"}, {"parties": [listed("5")]}, "734.9(e)(3)"),
        ("3A991.a", {"direct_product_of": "3E991"}, {"destination": "BY"}, "734.9(f)"),
        ("EAR99", {"direct_product_of": "4E993"}, {"parties": [listed("3")], "destination": "AE"}, "734.9(g)"),
        ("3A090.a", {"direct_product_of": "4D090"}, {"destination": "DE"}, "734.9(h)"),
        ("EAR99", {"direct_product_of": "4E001", "advanced_computing_use": "supercomputer"}, {}, "734.9(i)"),
        ("5A991.a", {"direct_product_of": "5E991"}, {"destination": "IR"}, "734.9(j)"),
        ("3B001.d", {"direct_product_of": "3E992"}, {"destination": "MO"}, "734.9(k)"),
        ("4E091", {"plant_specified_in": "3A090"}, {"destination": "FR"}, "734.9(l)"),
    ],
)
def test_a_rule_needs_its_product_and_its_reach(
    code: str, facts: dict[str, Any], changes: dict[str, Any], rule: str
) -> None:
    none = {"direct_product_of": "none", "plant_direct_product_of": "none", "plant_specified_in": "none"}
    with_input = judged(code, facts={"us_content_percent": "0"} | none | facts, **changes)
    assert rule in rules(with_input)
    without = {key: value for key, value in facts.items() if key == "advanced_computing_use"}
    assert rule not in rules(judged(code, facts={"us_content_percent": "0"} | none | without, **changes))


def test_the_russia_rule_came_before_the_belarus_rule() -> None:
    facts = {"us_content_percent": "0", "direct_product_of": "3E991"}
    assert "734.9(f)" in rules(judged("3A991.a", date="2022-02-24", destination="RU", facts=facts))
    assert "734.9(f)" not in rules(judged("3A991.a", date="2022-03-01", destination="BY", facts=facts))


# --- 734.4: de minimis


@pytest.mark.parametrize(
    ("destination", "percent", "reached"),
    [("MX", "25", False), ("MX", "25.01", True), ("SY", "10", False), ("SY", "10.01", True), ("CU", "11", True)],
)
def test_the_level_is_ten_percent_for_e1_and_e2_and_else_twenty_five(
    destination: str, percent: str, reached: bool
) -> None:
    found = judged("3A981", destination=destination, item={"us_content_percent": percent}, facts=NO_PRODUCT)
    assert ("reaches it" in nexus(found)) is reached


NO_PRODUCT = {"direct_product_of": "none", "plant_direct_product_of": "none", "us_content_codes": "none"}


def test_content_is_a_matter_of_each_item() -> None:
    raw = {
        "date": "2026-09-01",
        "activity": "reexport",
        "from": "DE",
        "destination": "MX",
        "items": [{"code": "3A981", "us_content_percent": "40"}, {"code": "3A981", "us_content_percent": 5}],
        "parties": [END_USER],
        "facts": ABROAD | NO_PRODUCT,
    }
    tx = transaction_from_mapping(raw)
    assert [str(item.us_content_percent) for item in tx.items] == ["40", "5"]
    assert transaction_from_mapping(transaction_to_mapping(tx)) == tx
    found = check(tx, settings=Settings(laws=("us",)))
    of_items = [item for item in found.findings if item.rule == "us/ear/738.4" and item.status is Status.APPLIES]
    assert len(of_items) == 1


@pytest.mark.parametrize("percent", ["101", "-1", "a third", "1e1"])
def test_a_share_that_is_none_is_refused(percent: str) -> None:
    with pytest.raises(BadInput):
        judged(item={"us_content_percent": percent})


def test_content_that_has_no_level_counts_whatever_its_share() -> None:
    series = {"us_content_codes": "9A610.x"}
    found = judged("3A981", item={"us_content_percent": "1"}, facts=NO_PRODUCT | series)
    assert "734.4" in rules(found) and "CC:CC1" in codes(found)
    undecided = judged("3A981", item={"us_content_percent": "1"}, facts={"direct_product_of": "none"})
    finding = next(item for item in undecided.findings if item.rule == "us/ear/734.4")
    assert finding.status is Status.UNKNOWN and "no de minimis level" not in finding.reason
    # .y items count only for E:1, E:2, Belarus, China and Russia
    y_only = NO_PRODUCT | {"us_content_codes": "9A610.y.1"}
    assert "reaches it" in nexus(judged("3A981", item={"us_content_percent": "1"}, facts=y_only))
    assert "reaches it" not in nexus(judged("3A981", item={"us_content_percent": "1"}, facts=y_only, destination="ZW"))


def test_no_us_content_at_all_ends_the_question() -> None:
    found = judged("3A981", item={"us_content_percent": "0"}, facts={"direct_product_of": "none"}, destination="MX")
    assert "does not reach" in nexus(found) and "us_content_codes" not in asked(found)


def test_content_nobody_has_stated_is_asked_for() -> None:
    found = judged("3A981", destination="MX")
    assert found.outcome is Outcome.INDETERMINATE and "us_content_percent" in asked(found)


# --- 734.3(b): not subject


def test_only_technology_and_software_are_published() -> None:
    claim = {"us_origin": True, "ear_exclusion": "published"}
    assert "does not reach" in nexus(judged("3E001", item={"for": "3A001.a.2"}, facts=claim))
    assert "reaches it" in nexus(judged("3A981", facts=claim))
    # files for making firearms stay in (734.7(c))
    assert "reaches it" in nexus(judged("0E501", facts=claim))


def test_published_encryption_source_code_asks_for_the_notification() -> None:
    claim = {"us_origin": True, "ear_exclusion": "published"}
    assert "encryption_source_notified" in asked(judged("5D002.c.1", facts=claim))
    assert "does not reach" in nexus(judged("5D002.c.1", facts=claim | {"encryption_source_notified": True}))


# --- general prohibitions


def test_goods_unladen_on_the_way_need_what_that_country_needs() -> None:
    home = {"us_origin": True, "transit_through": ["RU", "TR"]}
    found = judged("3A981", destination="DE", facts=home)
    assert codes(found) == {"GP:8"} and "Russia" in next(f.reason for f in found.findings if f.code == "GP:8")
    assert "GP:8" not in codes(judged("3A981", destination="DE", facts=home | {"transit_through": ["TR"]}))


def test_a_requirement_names_the_general_prohibition_that_it_rests_on() -> None:
    found = judged("3A981", destination="MX", facts={"us_origin": True})
    assert any("General Prohibition One" in note for note in found.review.notes)
    product = judged(parties=[listed("1")], facts={"direct_product_of": "3E001"})
    assert any("General Prohibition Three" in note for note in product.review.notes)
    embargo = judged("EAR99", destination="CU", facts={"us_origin": True})
    assert any("General Prohibition Six" in note for note in embargo.review.notes)


# --- licence exceptions on grounds of their own


def test_an_exception_of_its_own_ground_is_considered_where_the_ground_is_stated() -> None:
    home = {"us_origin": True}
    silent = judged("5A001.b.5", destination="BR", facts=home)
    assert "TMP" not in {item.symbol for item in silent.exceptions.candidates}
    assert any("exception_grounds" in note for note in silent.review.notes)
    stated = judged("5A001.b.5", destination="BR", facts=home | {"exception_grounds": ["temporary", "gift"]})
    candidate = next(item for item in stated.exceptions.candidates if item.symbol == "TMP")
    assert any("one year" in condition for condition in candidate.open_conditions)
    assert "GFT" in {item.symbol for item in stated.exceptions.foreclosed}


def test_a_bar_that_may_hold_is_an_open_condition() -> None:
    home = {"us_origin": True, "exception_grounds": ["temporary"]}
    found = judged("5A001.b.5", destination="HK", facts=home)
    candidate = next(item for item in found.exceptions.candidates if item.symbol == "TMP")
    assert any("740.2(a)(19), (20)" in condition for condition in candidate.open_conditions)
    barred = judged("5A001.b.5", destination="HK", facts=home | {"hong_kong_licence": False})
    assert not barred.exceptions.candidates


# --- properties


FACTS: dict[str, list[Any]] = {
    "us_origin": [True, False],
    "subject_to_ear": [True, False],
    "us_content_percent": ["1", "5", "12", "30"],  # codes of content that there is none of contradict each other
    "us_content_codes": ["none", "9A610.x", "9A610.y.1", "5D002", "3A001.a.2"],
    "direct_product_of": ["none", "3E001", "5E002", "9E515", "3D992"],
    "plant_direct_product_of": ["none", "3D001"],
    "direct_product_under_assurance": [True, False],
    "plant_specified_in": ["none", "3A090"],
    "for_products_of_footnote": ["none", "1", "4"],
    "advanced_computing_use": ["none", "supercomputer", "advanced_node_ic"],
    "headquarters": ["CN", "JP"],
    "content_authorised_under_enc": [True, False],
    "listed_by_exporting_country": [True, False],
    "cwc_end_use_certificate": [True, False],
    "supplement_3_exclusion": [True, False],
    "iraq_military_end_user": [True, False],
    "hts_in_part_746_supplements": ["none", "2", "7"],
    "oil_gas_project": [True, False],
}
ITEMS = ["EAR99", "3A981", "3B001.d", "3B991.a", "9A610.x", "3A090.b", "1C355.b.1", "0A919", "4E091", "2B352.a.1"]
FEW = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
RANK = {outcome: rank for rank, outcome in enumerate(WORST_FIRST)}
STATED = st.dictionaries(st.sampled_from(sorted(FACTS)), st.integers(0, 9), max_size=6)
PLACES = st.sampled_from(["CN", "MO", "RU", "IQ", "IL", "MX", "IR", "DE"])


def chosen(drawn: dict[str, int]) -> dict[str, Any]:
    return {key: FACTS[key][number % len(FACTS[key])] for key, number in drawn.items()}


def bare(code: str, destination: str, facts: dict[str, Any], party: dict[str, Any]) -> Assessment:
    raw = {
        "date": "2026-09-01",
        "activity": "reexport",
        "from": "KR",
        "destination": destination,
        "item": {"code": code},
        "parties": [party],
        "facts": facts,
    }
    return check(transaction_from_mapping(raw), settings=Settings(laws=("us",), strict=True))


@FEW
@given(code=st.sampled_from(ITEMS), destination=PLACES, stated=STATED, answered=STATED)
def test_an_unknown_never_stands_for_a_no(
    code: str, destination: str, stated: dict[str, int], answered: dict[str, int]
) -> None:
    """What is not required with less said stays so whatever the answers to the questions are."""
    less = bare(code, destination, chosen(stated), END_USER)
    if less.outcome is Outcome.NOT_REQUIRED:
        assert bare(code, destination, chosen(answered | stated), END_USER).outcome is Outcome.NOT_REQUIRED
    if less.outcome in (Outcome.LICENCE_REQUIRED, Outcome.PROHIBITED):
        more = bare(code, destination, chosen(answered | stated), END_USER)
        assert RANK[more.outcome] <= RANK[less.outcome]


@FEW
@given(
    code=st.sampled_from(ITEMS),
    destination=PLACES,
    stated=STATED,
    footnotes=st.lists(st.sampled_from(["1", "3", "4", "5"]), max_size=2, unique=True),
)
def test_a_listing_never_loosens(code: str, destination: str, stated: dict[str, int], footnotes: list[str]) -> None:
    before = bare(code, destination, chosen(stated), END_USER)
    after = bare(code, destination, chosen(stated), {**listed(*footnotes), "name": END_USER["name"]})
    assert RANK[after.outcome] <= RANK[before.outcome]
    assert codes(before) <= codes(after)
