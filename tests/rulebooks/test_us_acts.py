"""The acts beside the EAR: forced labour, section 1260H, effects of OFAC programmes, support by US persons."""

from __future__ import annotations

from typing import Any

import pytest

from enduse.assess import Settings, check
from enduse.evidence.library import Library
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import Assessment, Outcome, Status

END_USER = {"role": "end_user", "name": "Example Trading Co", "type": "non_government", "lists": [], "owners": []}


def on(list_id: str, **more: Any) -> dict[str, Any]:
    return {"list": list_id, "from": "2022-06-21", "to": None, "scope": "all", "citation": "an example", **more}


def judged(**changes: Any) -> Assessment:
    raw = {
        "date": "2026-09-01",
        "from": "US",
        "destination": "DE",
        "item": {"code": "EAR99"},
        "parties": [END_USER],
        "facts": {},
        **changes,
    }
    return check(transaction_from_mapping(raw), settings=Settings(laws=("us",)))


def codes(found: Assessment, status: Status = Status.APPLIES) -> set[str]:
    return {item.code for item in found.findings if item.status is status and item.code}


def rules(found: Assessment, status: Status = Status.APPLIES) -> set[str]:
    return {item.rule for item in found.findings if item.status is status}


# --- Uyghur Forced Labor Prevention Act: imports


def imported(**changes: Any) -> Assessment:
    facts = {"us_person": True, "us_origin": False, "us_content_percent": "0", "direct_product_of": "none"}
    facts |= changes.pop("facts", {})
    return judged(**{"from": "CN", "destination": "US", "facts": facts, **changes})


def test_goods_that_enter_the_united_states_ask_for_their_making() -> None:
    found = imported()
    assert found.outcome is Outcome.INDETERMINATE
    assert "forced_labour_link" in {question.fact for question in found.questions}
    assert imported(facts={"forced_labour_link": "none"}).outcome is Outcome.NOT_REQUIRED


@pytest.mark.parametrize("link", ["xinjiang", "listed_entity", "programme"])
def test_a_link_to_forced_labour_is_presumed_to_bar_the_entry(link: str) -> None:
    found = imported(facts={"forced_labour_link": link})
    assert (found.outcome, codes(found)) == (Outcome.PROHIBITED, {"UFLPA:PRESUMPTION"})
    assert found.review.human_rights


def test_a_listed_seller_bars_the_entry_and_a_listed_buyer_abroad_does_not() -> None:
    seller = {"role": "exporter", "name": "Example Textiles", "lists": [on("UFLPA")], "owners": []}
    found = imported(parties=[END_USER, seller], facts={"forced_labour_link": "none"})
    assert codes(found) == {"UFLPA:ENTITY"}
    abroad = judged(parties=[END_USER, seller])
    assert "UFLPA:ENTITY" not in codes(abroad)


def test_the_act_is_about_goods_that_enter_after_its_day() -> None:
    assert imported(date="2022-06-20", facts={"forced_labour_link": "xinjiang"}).outcome is Outcome.NOT_REQUIRED
    out = judged(facts={"forced_labour_link": "xinjiang"})
    assert "UFLPA:PRESUMPTION" not in codes(out)


def test_the_list_of_the_act_is_named_as_not_loaded() -> None:
    party = {key: value for key, value in END_USER.items() if key not in ("lists", "type")}
    raw = {"date": "2026-09-01", "from": "CN", "destination": "US", "item": {"code": "EAR99"}, "parties": [party]}
    found = check(transaction_from_mapping(raw), library=Library(), settings=Settings(laws=("us",)))
    assert "UFLPA: not loaded" in found.coverage.not_checked
    assert found.outcome is Outcome.INDETERMINATE


# --- section 1260H: guidance


def test_the_list_of_section_1260h_is_a_red_flag_and_never_raises_the_outcome() -> None:
    listed = {**END_USER, "lists": [on("1260H")]}
    found = judged(parties=[listed], facts={"us_person": True})
    assert "us/1260h/listed" in rules(found)
    assert found.outcome is Outcome.NOT_REQUIRED
    assert any("1260H" in part and "not loaded" in part for part in found.coverage.not_modelled)


# --- OFAC: what a programme or another list does


def test_a_programme_names_its_part_of_the_code() -> None:
    blocked = {**END_USER, "lists": [on("SDN", programme="GLOMAG", scope=None)]}
    found = judged(parties=[blocked], facts={"us_person": True})
    assert found.outcome is Outcome.PROHIBITED
    assert any("31 CFR part 583" in note for note in found.review.notes)


def test_a_sectoral_directive_binds_debt_and_oil_projects_and_blocks_no_goods() -> None:
    listed = {**END_USER, "lists": [on("SSI")]}
    asked = judged(parties=[listed], facts={"us_person": True})
    assert "oil_gas_project" in {question.fact for question in asked.questions}
    goods = judged(parties=[listed], facts={"us_person": True, "oil_gas_project": False})
    assert goods.outcome is Outcome.NOT_REQUIRED and "us/ofac/sectoral.goods" in rules(goods)
    issuer = {**listed, "role": "issuer"}
    security = {"activity": "investment", "item": {"code": "SECURITY"}, "parties": [issuer]}
    found = judged(**security, facts={"us_person": True, "side": "buy", "instrument": "publicly_traded"})
    assert found.outcome is Outcome.INDETERMINATE and "OFAC:SSI" in codes(found, Status.UNKNOWN)


# --- 744.6: support by US persons


ABROAD = {"us_origin": False, "subject_to_ear": False, "us_person": True}


@pytest.mark.parametrize(
    ("destination", "facts", "expected"),
    [
        ("CN", {"advanced_computing_use": "advanced_node_ic"}, {"USP:744.6(c)(2)"}),
        ("MO", {"advanced_computing_use": "semiconductor_equipment"}, {"USP:744.6(c)(2)"}),
        ("IN", {"advanced_computing_use": "advanced_node_ic"}, set()),
        ("CN", {"advanced_computing_use": "supercomputer"}, set()),
        ("CN", {"advanced_computing_use": "advanced_node_ic", "employed_by_allied_company": True}, set()),
        ("CN", {"military_intelligence_end_use": True}, {"USP:744.6(b)(5)"}),
        ("CN", {"military_intelligence_end_use": True, "us_government_duty": True}, set()),
        ("PK", {"wmd_end_use": "rocket_or_drone_of_unknown_range"}, {"USP:744.6(b)"}),
    ],
)
def test_support_by_us_persons_needs_no_item_subject_to_the_regulations(
    destination: str, facts: dict[str, Any], expected: set[str]
) -> None:
    found = judged(**{"from": "DE", "destination": destination, "facts": ABROAD | facts})
    assert codes(found) == expected
    if expected:
        assert any("General Prohibition Seven" in note for note in found.review.notes) or found.review.policies
