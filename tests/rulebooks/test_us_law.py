"""What the US rulebooks say beyond the determination cases: one line of law, one transaction, one expectation."""

from __future__ import annotations

from typing import Any

import pytest

from enduse.assess import Settings, check
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import Assessment, Outcome, Status
from enduse.model.errors import BadInput

END_USER = {
    "role": "end_user",
    "name": "Riverside Gardening Example",
    "type": "non_government",
    "lists": [],
    "owners": [],
}
ABROAD: dict[str, Any] = {"from": "DE", "facts": {"us_origin": False, "subject_to_ear": False, "us_person": True}}
REEXPORT: dict[str, Any] = {
    "activity": "reexport",
    "from": "DE",
    "facts": {"us_origin": True, "us_person": False},
}


def on(list_id: str, since: str = "2019-10-09", **more: Any) -> dict[str, Any]:
    return {"list": list_id, "from": since, "to": None, "scope": "all", "citation": "84 FR 54002", **more}


def judged(**changes: Any) -> Assessment:
    facts = changes.pop("facts", {})
    party = {**END_USER, **changes.pop("end_user", {})}
    more = changes.pop("also", [])
    raw = {
        "date": "2026-09-01",
        "from": "US",
        "destination": "DE",
        "item": {"code": changes.pop("code", "EAR99")},
        "parties": [party, *more],
        "facts": facts,
    }
    return check(transaction_from_mapping({**raw, **changes}), settings=Settings(laws=("us",)))


def codes(found: Assessment, status: Status = Status.APPLIES) -> set[str]:
    return {item.code for item in found.findings if item.status is status and item.code}


def applying(found: Assessment) -> set[str]:
    return {item.rule for item in found.findings if item.status is Status.APPLIES}


def asked(found: Assessment) -> set[str]:
    return {question.fact for question in found.questions}


# --- activities of US persons (15 CFR 744.6)


@pytest.mark.parametrize("activity", ["technical_assistance", "brokering", "export"])
def test_a_us_person_may_not_support_weapons_of_mass_destruction_with_items_outside_the_regulations(
    activity: str,
) -> None:
    facts = ABROAD["facts"] | {"wmd_end_use": "nuclear", "technology_released": False}
    found = judged(activity=activity, destination="PK", **{**ABROAD, "facts": facts})
    assert found.outcome is Outcome.LICENCE_REQUIRED and "USP:744.6(b)" in codes(found)


def test_nor_the_military_intelligence_of_named_countries() -> None:
    facts = ABROAD["facts"] | {"military_intelligence_end_use": True}
    assert "USP:744.6(b)(5)" in codes(judged(destination="CN", **{**ABROAD, "facts": facts}))
    assert "USP:744.6(b)(5)" not in codes(judged(destination="IN", **{**ABROAD, "facts": facts}))
    assert "USP:744.6(b)(5)" not in codes(judged(destination="CN", date="2021-03-15", **{**ABROAD, "facts": facts}))


# --- the Commerce Control List says in prose what the chart does not


@pytest.mark.parametrize("code", ["0A521", "0A998", "4A611", "2B018"])
def test_an_entry_without_a_reason_in_its_table_is_no_wrong_no(code: str) -> None:
    found = judged(code=code, destination="CN")
    assert found.outcome is Outcome.INDETERMINATE and codes(found, Status.UNKNOWN) == {"CCL:PROSE"}


@pytest.mark.parametrize("code", ["9A005", "0A002", "9A116"])
def test_an_entry_that_points_to_another_agency_names_it(code: str) -> None:
    found = judged(code=code, destination="CN")
    assert found.outcome is Outcome.INDETERMINATE and codes(found) == {"CCL:OTHER_AGENCY"}
    finding = next(item for item in found.findings if item.code == "CCL:OTHER_AGENCY")
    assert "22 CFR" in finding.reason


@pytest.mark.parametrize(
    ("code", "destination", "more", "expected"),
    [
        ("2B352.a.1", "CN", {}, {"CB:CB2"}),
        ("2B352.b.1", "GB", {}, set()),
        ("3E002", "CN", {}, {"NS:NS1"}),
        ("8D001", "IN", {"used": "8A001.c.1"}, {"NS:NS1"}),
        ("0D614.a", "KR", {}, {"NS:NS1", "RS:RS1"}),
        # Schedule 2: a licence for every state that is no party
        ("1C355.a.1", "IL", {}, {"CW:742.18"}),
        ("1C355.a.1", "TW", {}, {"CW:742.18"}),
        ("1C355.a.1", "IN", {}, set()),
        ("1C350.b.1", "EG", {}, {"CB:CB2", "CW:742.18"}),
        # Schedule 3: unless its government's End-Use Certificate is at hand
        ("1C355.b.1", "IL", {"cwc_end_use_certificate": True}, set()),
        ("1C355.b.1", "IL", {"cwc_end_use_certificate": False}, {"CW:742.18"}),
        ("1C395.a", "IL", {}, {"CB:774", "CW:742.18"}),
        ("1C395.b", "IL", {"kit_schedule": "3", "cwc_end_use_certificate": True}, {"CB:774"}),
        ("1C395.b", "IL", {"kit_schedule": "none"}, {"CB:774"}),
        # toxins of Schedule 1: every destination, allies too
        ("1C351.d.16", "CA", {}, {"CB:CB1", "CW:ALL"}),
        ("1C351.d.15", "GB", {"ricin_of_schedule_1": True}, {"CB:CB1", "CW:ALL"}),
        # technology: but for Israel and Taiwan
        ("1E355", "EG", {}, {"CW:742.18"}),
        ("1E355", "IL", {}, set()),
        # short supply: every destination
        ("0A980", "CA", {}, {"SS:ALL"}),
        ("1C984", "DE", {}, {"SS:ALL"}),
        # regional stability in words: Iraq and Pakistan
        ("1B999", "PK", {}, {"RS:742.6"}),
        ("2A992", "PK", {}, {"RS:742.6(a)(12)"}),
        ("2A992", "IN", {}, set()),
        ("1C999", "IQ", {}, {"RS:742.6"}),
        # anti-terrorism outside the chart
        ("2A994", "CN", {}, set()),
        ("2A994", "IR", {}, {"EMB:746.7"}),
        ("1C355.b.1", "IR", {}, {"EMB:746.7"}),
    ],
)
def test_what_an_entry_says_in_words_is_required(
    code: str, destination: str, more: dict[str, Any], expected: set[str]
) -> None:
    used = {"for": more["used"]} if "used" in more else {}
    facts = {key: value for key, value in more.items() if key != "used"}
    found = codes(judged(item={"code": code, **used}, destination=destination, facts=facts))
    assert {item for item in found if not item.startswith(("UN:", "GP:"))} == expected


def test_a_chemical_of_schedule_3_asks_for_the_certificate() -> None:
    found = judged(code="1C355.b.1", destination="IL")
    assert found.outcome is Outcome.INDETERMINATE and "cwc_end_use_certificate" in asked(found)


def test_an_entry_that_changed_later_is_open_before_the_change() -> None:
    facts = {"uav_range_at_least_300_km": False}
    before = judged(code="9A012.a.1", date="2026-01-20", facts=facts)
    assert "NS:NS1" in codes(before) and any(item.rule == "us/ear/774.changed" for item in before.findings)
    assert "CCL:CHANGED" not in codes(judged(code="9A012.a.1", facts=facts), Status.UNKNOWN)


def test_before_the_regulations_of_1996_nothing_is_decided() -> None:
    assert judged(date="1996-03-24").outcome is Outcome.INDETERMINATE


# --- ownership across lists


def owned(*owners: tuple[str, int], **more: Any) -> dict[str, Any]:
    stated = [
        {"name": f"Owner {number}", "share": share, "lists": [on(list_id, programmes=["SDGT"], since="2019-10-09")]}
        for number, (list_id, share) in enumerate(owners)
    ]
    return {"end_user": {"owners": stated}, **REEXPORT, "destination": "CN", **more}


@pytest.mark.parametrize(
    ("owners", "affiliate"),
    [
        ([("EL", 30), ("SDN", 30)], {"EL:AFFILIATE"}),
        ([("EL", 30), ("SDN", 19)], set()),
        ([("EL", 50), ("SDN", 30)], {"EL:AFFILIATE"}),
        ([("SDN", 60)], {"SDN:AFFILIATE"}),
    ],
)
def test_owners_on_several_lists_count_together_while_the_rule_is_in_force(
    owners: list[tuple[str, int]], affiliate: set[str]
) -> None:
    found = codes(judged(**owned(*owners), date="2025-10-15"))
    assert {code for code in found if code.endswith("AFFILIATE")} == affiliate
    assert not {code for code in codes(judged(**owned(*owners), date="2026-03-01")) if code.endswith("AFFILIATE")}


def test_after_the_stay_the_joint_rule_is_unsettled_too() -> None:
    found = judged(**owned(("EL", 30), ("MEU", 30)), date="2026-11-24")
    assert found.outcome is Outcome.INDETERMINATE and "affiliates_rule_state_on_date" in asked(found)


@pytest.mark.parametrize(
    ("state", "outcome"), [("in_force", Outcome.LICENCE_REQUIRED), ("suspended", Outcome.NOT_REQUIRED)]
)
def test_who_knows_whether_the_stay_was_extended_answers_the_question(state: str, outcome: Outcome) -> None:
    case = owned(("EL", 60))
    case["facts"] = case["facts"] | {"affiliates_rule_state_on_date": state}
    found = judged(**case, date="2026-11-24")
    assert found.outcome is outcome and "affiliates_rule_state_on_date" not in asked(found)


def test_stated_ownership_names_its_list() -> None:
    party = {key: value for key, value in END_USER.items() if key != "owners"}
    base = {"parties": [party], "destination": "CN", "date": "2026-01-15"}
    assert judged(**base, facts={"ownership_by_listed": ["EL"]}).outcome is Outcome.NOT_REQUIRED
    assert judged(**base, facts={"ownership_by_listed": ["SDN"]}).outcome is Outcome.PROHIBITED
    unnamed = judged(**base, facts={"ownership_by_listed": "true"})
    assert unnamed.outcome is Outcome.INDETERMINATE and "ownership_by_listed" in asked(unnamed)


# --- blocked persons


@pytest.mark.parametrize(
    ("programme", "day", "code"),
    [
        ("SDGT", "2024-03-20", "SDN:744.8"),
        ("SDGT", "2024-03-21", "SDN:744.8"),
        ("NPWMD", "2015-05-01", "SDN:744.8"),
        ("RUSSIA-EO14024", "2024-03-20", ""),
        ("RUSSIA-EO14024", "2024-03-21", "SDN:744.8"),
        ("GLOMAG", "2024-03-21", ""),
    ],
)
def test_end_user_controls_on_blocked_persons_by_date(programme: str, day: str, code: str) -> None:
    listing = on("SDN", "2010-01-01", programmes=[programme])
    found = judged(**REEXPORT, end_user={"lists": [listing]}, date=day)
    assert {item for item in codes(found) if item.startswith("SDN")} == ({code} if code else set())


def test_a_blocked_person_without_a_programme_stays_open() -> None:
    found = judged(**REEXPORT, end_user={"lists": [on("SDN", "2010-01-01")]})
    assert found.outcome is Outcome.INDETERMINATE and "listing.programme" in asked(found)


def test_a_denied_person_may_not_be_assisted() -> None:
    found = judged(
        activity="technical_assistance", end_user={"lists": [on("DPL")]}, facts={"technology_released": False}
    )
    assert found.outcome is Outcome.PROHIBITED


def test_a_listed_exporter_is_a_red_flag_and_said_so() -> None:
    found = judged(also=[{"role": "exporter", "name": "Example Radio Works", "lists": [on("EL")], "owners": []}])
    assert found.outcome is Outcome.NOT_REQUIRED and "Example Radio Works may be on a list" in found.headline
    assert any(item.rule == "us/ear/732.red-flag.role" for item in found.findings if item.status is Status.APPLIES)


def test_an_address_of_high_diversion_risk_needs_a_licence() -> None:
    address = {"text": "Example Street 1", "country": "HK", "high_diversion_risk": True}
    assert codes(judged(destination="HK", end_user={"address": address})) == {"EL:744.16(f)"}


# --- end users behind end users


def test_a_military_consignee_behind_a_civil_end_user_is_asked_about() -> None:
    consignee = {"role": "ultimate_consignee", "name": "Example Depot", "type": "military", "lists": [], "owners": []}
    found = judged(code="5A992.c", destination="CN", also=[consignee])
    assert found.outcome is Outcome.INDETERMINATE and "consignee_is_military_end_user" in asked(found)
    sure = judged(code="5A992.c", destination="CN", also=[consignee], facts={"consignee_is_military_end_user": True})
    assert "MEU:744.21(a)(1)" in codes(sure)


def test_advanced_computing_end_uses_are_controlled_where_known() -> None:
    facts = {"advanced_computing_end_use": True}
    assert "ACS:744.23" in codes(judged(code="3B991.a", destination="CN", facts=facts))
    # 744.23(a)(1), (2), (4) are about places in Macau and D:5 alone
    assert judged(code="3B991.a", destination="IN", facts=facts).outcome is Outcome.NOT_REQUIRED
    assert "advanced_computing_end_use" in {item.fact for item in judged(code="3B991.a", destination="CN").assumed}


def test_cameras_for_soldiers_are_not_waved_through() -> None:
    facts = {"military_end_use": True, "camera_above_60_hz_or_111000_elements": False}
    found = judged(code="6A993.a", destination="BR", facts=facts)
    assert found.outcome is not Outcome.NOT_REQUIRED and "CAM:744.9" in codes(found, Status.UNKNOWN)
    # Country Group A:1 since 2024-03-08, Canada alone before
    assert "CAM:744.9" not in codes(judged(code="6A993.a", destination="MX", facts=facts), Status.UNKNOWN)
    before = judged(code="6A993.a", destination="MX", date="2024-03-07", facts=facts)
    assert "CAM:744.9" in codes(before, Status.UNKNOWN)


# --- embargoes


@pytest.mark.parametrize(
    ("destination", "region", "day", "required"),
    [
        ("UA", "crimea", "2015-01-28", False),
        ("UA", "crimea", "2015-01-29", True),
        ("UA", "donetsk", "2018-05-01", False),
        ("UA", "donetsk", "2022-02-24", True),
        ("RU", "crimea", "2018-05-01", True),
        ("UA", "none", "2026-09-01", False),
    ],
)
def test_the_occupied_regions_by_date(destination: str, region: str, day: str, required: bool) -> None:
    facts = {"destination_region": region, "food_or_medicine": False, "personal_communication_software": False}
    found = judged(destination=destination, date=day, facts=facts)
    assert ("EMB:746.6" in codes(found)) is required


def test_a_city_in_an_occupied_region_is_recognised() -> None:
    found = judged(destination="RU", code="3A991", facts={"destination_name": "Kerch"})
    assert "EMB:746.6" in codes(found)


def test_software_for_intrusion_equipment_may_not_move_under_sta() -> None:
    tx = transaction_from_mapping(
        {"date": "2026-08-03", "from": "US", "destination": "DE", "item": {"code": "4D001.a", "for": "4A005"}}
    )
    found = check(tx, settings=Settings(laws=("us",)))
    assert "STA" in {entry.symbol for entry in found.exceptions.foreclosed}
    assert "STA" not in {entry.symbol for entry in found.exceptions.candidates}


def test_personal_communication_software_is_outside_746_6() -> None:
    facts = {"destination_region": "crimea", "personal_communication_software": True}
    assert "EMB:746.6" not in codes(judged(destination="UA", code="5D992.c", facts=facts))


def test_russia_and_belarus_by_supplement() -> None:
    base = {"destination": "RU", "facts": {"hts_in_part_746_supplements": ["2"], "listed_business_software": False}}
    found = judged(**base)
    assert found.outcome is Outcome.INDETERMINATE and "EMB:746.8(a)(4)" in codes(found, Status.UNKNOWN)
    software = {"hts_in_part_746_supplements": ["none"], "listed_business_software": True}
    assert "us_or_allied_owned" in asked(judged(destination="RU", facts=software)), "746.8(a)(12)(ii)"
    bound = software | {"us_or_allied_owned": False}
    assert "agriculture_or_medical_only" in asked(judged(destination="RU", facts=bound)), "746.8(a)(12)(iv)"
    bound |= {"agriculture_or_medical_only": False}
    assert codes(judged(destination="RU", facts=bound)) == {"EMB:746.8(a)(8)"}
    assert "listed_business_software" in asked(
        judged(destination="RU", facts={"hts_in_part_746_supplements": ["none"]})
    )
    four = {"hts_in_part_746_supplements": ["4"]}
    assert "EMB:746.8(a)(5)" in codes(judged(destination="RU", facts=four, date="2022-03-03"))
    assert "EMB:746.8(a)(5)" not in codes(judged(destination="BY", facts=four, date="2022-06-10"))


def test_technology_that_is_ear99_may_be_released_to_a_cuban_national() -> None:
    found = judged(activity="deemed_export", destination="CU", facts={"nationality": "CU"})
    assert "EMB:746.2" not in codes(found)


@pytest.mark.parametrize("destination", ["IR", "CU", "KP"])
@pytest.mark.parametrize("activity", ["technical_assistance", "brokering", "investment", "export"])
def test_ofac_country_programmes_are_never_a_silent_no(destination: str, activity: str) -> None:
    facts = ABROAD["facts"] | {"technology_released": False, "side": "hold"}
    found = judged(activity=activity, destination=destination, **{**ABROAD, "facts": facts})
    assert found.outcome in (Outcome.PROHIBITED, Outcome.INDETERMINATE)


def test_goods_within_the_union_are_a_reexport_where_they_are_of_us_origin() -> None:
    found = judged(code="5A980", **{**REEXPORT, "activity": "intra_eu_transfer"})
    assert "SL:ALL" in codes(found)


# --- licence exceptions (15 CFR 740.2)


@pytest.mark.parametrize(
    ("code", "destination", "gone"),
    [
        ("9A515.a.1", "LB", "LVS"),
        ("3B001.a.4.a", "LB", "LVS"),
        ("0A919.a.1", "DE", "STA"),
        ("2A983.a", "AE", "STA"),
        ("1C608.m", "IL", "STA"),
    ],
)
def test_restrictions_of_740_2_come_before_the_entry(code: str, destination: str, gone: str) -> None:
    try:
        found = judged(code=code, destination=destination, value={"amount": "100", "currency": "USD"})
    except BadInput as problem:
        pytest.skip(f"{code}: {problem}")
    assert gone not in {item.symbol for item in found.exceptions.candidates}


# --- bad input


def test_only_a_case_file_says_how_far_a_rulebook_is_verified() -> None:
    with pytest.raises(BadInput, match="only a case file"):
        judged(facts={"rulebook_verified_to": "2027-01-01"})


def test_a_name_that_cannot_be_screened_is_refused() -> None:
    with pytest.raises(BadInput, match="holds no letter or digit"):
        judged(end_user={"name": "🙂"})


def test_a_worldwide_requirement_that_bis_says_it_does_not_enforce_stays_open() -> None:
    found = judged(code="3A090.a", destination="FR")
    assert found.outcome is Outcome.INDETERMINATE and "RS:ALL" in codes(found, Status.UNKNOWN)
    assert "worldwide_requirement_applied" in asked(found), "742.6(a)(6)(iii)(A)"
    assert codes(judged(code="3A090.a", destination="CN")) >= {"RS:ALL"}, "it stood there before 90 FR 4544"
    assert codes(judged(code="3A090.a", destination="FR", facts={"worldwide_requirement_applied": True})) == {"RS:ALL"}
    before = judged(code="3A090.a", destination="FR", date="2025-05-14")
    assert not codes(before) and "worldwide_requirement_applied" not in asked(before)


def test_a_footnote_3_party_is_a_military_end_user_wherever_it_is() -> None:
    listed = {"lists": [on("EL", footnotes=["3"], since="2022-03-03")]}
    found = judged(destination="AE", end_user=listed)
    assert "us/ear/744.21(a)(2).listed" in applying(found)
    assert codes(found) == {"EL:744.11"}, "the requirement is that of the Entity List"
    other = judged(destination="AE", end_user={"lists": [on("EL", footnotes=["1"])]})
    assert "us/ear/744.21(a)(2).listed" not in applying(other)


def test_hong_kong_had_a_row_of_its_own_until_85_fr_83788() -> None:
    found = judged(code="5A992.c", destination="HK", date="2020-12-22")
    assert "CHART:HK" in codes(found, Status.UNKNOWN) and "destination_name" not in asked(found)
    assert not codes(judged(destination="HK", date="2020-12-22"), Status.UNKNOWN), "EAR99 needs no row"
    assert "CHART:HK" not in codes(judged(code="5A992.c", destination="HK", date="2020-12-23"), Status.UNKNOWN)
