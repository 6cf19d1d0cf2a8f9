"""The story of an assessment: outcomes, presumptions in the open, coverage, time, determinism."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enduse.assess import Settings, check, check_all
from enduse.evidence.hits import Hit
from enduse.evidence.library import Library
from enduse.interfaces.documents import judgement_bytes
from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.assessment import WORST_FIRST, Assessment, Outcome, Status
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.rules.facts import FactBook

UNLISTED = {"role": "end_user", "name": "Riverside Gardening Example", "lists": [], "owners": []}
LISTED = {
    "list": "EL",
    "from": "2019-10-09",
    "to": None,
    "scope": "all",
    "policy": "presumption_of_denial",
    "citation": "84 FR 54002",
}


def transaction(**changes: Any) -> dict[str, Any]:
    found: dict[str, Any] = {
        "date": "2026-08-03",
        "from": "US",
        "destination": "DE",
        "item": {"code": "EAR99"},
        "parties": [{**UNLISTED, "type": "non_government"}],
    }
    return {key: value for key, value in (found | changes).items() if value is not None}


def judge(raw: Mapping[str, Any], **options: Any) -> Assessment:
    return check(transaction_from_mapping(raw), settings=Settings(**{"laws": ("us",), **options}))


def codes(found: Assessment, status: Status = Status.APPLIES) -> set[str]:
    return {item.code for item in found.findings if item.status is status and item.code}


# --- several at once


class Counting(Library):
    """The embedded listings; it counts what it is asked."""

    def __init__(self) -> None:
        super().__init__(accept_starter=True)
        self.asked = Counter[str]()

    def hits(self, query: Query) -> Sequence[Hit]:
        self.asked[query.name] += 1
        return super().hits(query)


def test_several_at_once_are_what_each_is_alone_and_each_party_is_screened_once() -> None:
    names = ("Hangzhou Hikvision", "Riverside Gardening Example", "Hangzhou Hikvision")
    several = [
        transaction_from_mapping(
            transaction(date=f"2026-0{month}-03", parties=[{"role": "end_user", "name": name}], destination=place)
        )
        for month, name, place in zip((8, 7, 6), names, ("CN", "DE", "AE"), strict=True)
    ]
    lists = Counting()
    together = check_all(several, library=lists)
    assert lists.asked == Counter(dict.fromkeys(names, 1))
    alone = [check(tx, library=Library(accept_starter=True)) for tx in several]
    assert [judgement_bytes(found) for found in together] == [judgement_bytes(found) for found in alone]
    assert {found.outcome for found in together} > {Outcome.LICENCE_REQUIRED}
    assert check_all([]) == []


def test_several_at_once_are_refused_together_where_one_cannot_be_judged() -> None:
    good, bad = transaction_from_mapping(transaction()), transaction_from_mapping(transaction(item={"code": "9E995"}))
    with pytest.raises(BadInput, match="9E995"):
        check_all([good, bad])


# --- outcomes


def test_nothing_found_is_not_required_and_never_cleared() -> None:
    found = judge(transaction())
    assert found.outcome is Outcome.NOT_REQUIRED
    assert "not a clearance" in found.headline
    assert "cleared" not in str(judgement_bytes(found)).casefold()


def test_every_requirement_is_collected_and_none_stops_the_search() -> None:
    found = judge(
        transaction(
            destination="CN", item={"code": "5A001.j"}, parties=[{**UNLISTED, "type": "government", "lists": [LISTED]}]
        )
    )
    assert codes(found) == {"EL:744.11", "NS:NS2"}


def test_the_overall_outcome_is_the_worst_of_all_authorities() -> None:
    blocked = {**LISTED, "list": "SDN", "programme": "GLOMAG", "scope": None}
    found = judge(transaction(parties=[{**UNLISTED, "type": "government", "lists": [blocked]}]))
    assert {answer.id: answer.outcome for answer in found.authorities if answer.standing == "law"} == {
        "US-BIS": Outcome.NOT_REQUIRED,
        "US-CBP": Outcome.NOT_REQUIRED,
        "US-OFAC": Outcome.PROHIBITED,
    }
    assert found.outcome is Outcome.PROHIBITED
    assert [item.symbol for item in found.exceptions.foreclosed] == ["ALL"]


def test_several_items_are_judged_each_and_named() -> None:
    raw = transaction(destination="MX", items=[{"code": "3A981"}, {"code": "EAR99"}])
    del raw["item"]
    found = judge(raw)
    assert {item.item for item in found.findings if item.code == "CC:CC1"} == {"3A981"}
    assert {item.item for item in found.exceptions.foreclosed} == {"3A981"}


def test_without_any_party_the_answer_stays_open() -> None:
    found = judge(transaction(parties=[]))
    assert found.outcome is Outcome.INDETERMINATE
    assert found.questions[0].fact == "end_user"


def test_the_law_does_not_reach_what_neither_comes_from_nor_was_made_in_the_united_states() -> None:
    facts = {"us_origin": "false", "subject_to_ear": "false", "us_person": "false"}
    found = judge(transaction(**{"from": "FR"}, destination="CN", item={"code": "3A981"}, facts=facts))
    assert found.outcome is Outcome.NOT_REQUIRED
    assert all("does not reach it" in answer.nexus for answer in found.authorities)


# --- facts: asked, or presumed in the open


PRESUMPTIONS = [
    ("us_origin", {"destination": "CN", "item": {"code": "3A981"}}),
    ("general_prohibition_knowledge", {}),
    ("wmd_end_use", {}),
    ("military_end_use", {"destination": "CN", "item": {"code": "5A992.c"}}),
    ("military_intelligence_end_use", {"destination": "CN"}),
    ("advanced_computing_end_use", {"destination": "CN"}),
    ("advanced_computing_use", {"destination": "CN"}),
    ("order_or_terms_violated", {}),
    ("route", {}),
    (
        "government_of_iran_party",
        {"from": "DE", "destination": "CN", "item": {"code": "3B991.a"}, "facts": {"us_origin": "false"}},
    ),
    (
        "for_products_of_footnote",
        {"from": "DE", "destination": "CN", "item": {"code": "3B991.a"}, "facts": {"us_origin": "false"}},
    ),
    (
        "ownership_by_listed",
        {"parties": [{"role": "end_user", "name": "Example Co", "type": "non_government", "lists": []}]},
    ),
    (
        "control_by_listed",
        {
            "from": "DE",
            "destination": "CH",
            "parties": [{"role": "end_user", "name": "Example Co", "type": "non_government", "lists": []}],
        },
    ),
    ("party.type", {"destination": "CN", "item": {"code": "5A992.c"}, "parties": [UNLISTED]}),
]


def test_every_presumption_that_is_declared_is_tested_here() -> None:
    declared = {item.key for item in FactBook.load() if item.presume is not None}
    unused = {"rulebook_verified_to", "destination_name", "party.identity"}
    assert declared - unused == {key for key, _ in PRESUMPTIONS}


@pytest.mark.parametrize(("key", "changes"), PRESUMPTIONS, ids=[key for key, _ in PRESUMPTIONS])
def test_a_presumption_is_listed_and_strict_turns_it_into_a_question(key: str, changes: dict[str, Any]) -> None:
    raw = transaction(**changes)
    if key == "us_origin":
        # From the United States the origin alone settles the nexus; the presumption matters elsewhere.
        assert FactBook.load().resolve(key, {}, transaction=transaction_from_mapping(raw)).presumed
        return
    open_world = judge(raw, laws=("us", "eu"))
    assert key in {item.fact for item in open_world.assumed}
    assumed = next(item for item in open_world.assumed if item.fact == key)
    assert assumed.reason and assumed.would_change
    strict = judge(raw, strict=True, laws=("us", "eu"))
    assert key not in {item.fact for item in strict.assumed}
    assert key in {item.fact for item in strict.questions}


def test_a_military_end_use_is_presumed_absent_only_where_the_law_asks_for_it() -> None:
    asked = {
        place: {item.fact for item in judge(transaction(destination=place, item={"code": "EAR99"})).assumed}
        for place in ("DE", "BY")
    }
    assert "military_end_use" in asked["BY"], "15 CFR 744.21(a)(2)"
    assert not {fact for fact in asked["DE"] if fact.startswith("military")}


def test_a_screened_name_is_presumed_to_be_the_listed_party_until_it_is_ruled_out() -> None:
    party = {"role": "end_user", "name": "NSO Group", "type": "non_government", "owners": []}
    raw = transaction(destination="IL", parties=[party])
    tx = transaction_from_mapping(raw)
    found = check(tx, library=Library(accept_starter=True))
    assert codes(found) == {"EL:744.11"}
    assert "party.identity" in {item.fact for item in found.assumed}
    strict = check(tx, library=Library(accept_starter=True), settings=Settings(strict=True))
    assert strict.outcome is Outcome.INDETERMINATE and "EL:744.11" in codes(strict, Status.UNKNOWN)
    ids = [match.party_id for assessed in found.parties for match in assessed.matches]
    ruled_out = transaction_from_mapping(transaction(destination="IL", parties=[{**party, "not_same_as": ids}]))
    assert check(ruled_out, library=Library(accept_starter=True)).outcome is Outcome.NOT_REQUIRED


def test_a_missing_fact_is_a_question_that_names_what_it_decides() -> None:
    found = judge(transaction(destination="SY", item={"code": "EAR99"}))
    question = next(item for item in found.questions if item.fact == "food_or_medicine")
    assert (question.settles, found.outcome) == (("EMB:746.9",), Outcome.INDETERMINATE)
    answered = judge(transaction(destination="SY", facts={"food_or_medicine": "true"}))
    assert answered.outcome is Outcome.NOT_REQUIRED


ASKED = {
    "food_or_medicine": ["true", "false"],
    "hts_in_part_746_supplements": ["none", "4", "5", "7"],
    "destination_region": ["none", "crimea"],
    "purpose": ["none", "vulnerability_disclosure"],
    "classified_740_17": ["true", "false"],
    "us_or_allied_owned": ["true", "false"],
    "knows_unauthorised_use": ["true", "false"],
    "us_origin": ["true", "false"],
    "us_person": ["true", "false"],
    "subject_to_ear": ["true", "false"],
    "z_paragraph": ["false"],
    "listed_business_software": ["true", "false"],
    "intelligence_of_armed_forces": ["true", "false"],
    "personal_communication_software": ["true", "false"],
}


@settings(max_examples=120, deadline=None)
@given(
    destination=st.sampled_from(["DE", "CN", "RU", "IR", "KP", "SY", "UA", "CU", "IN", "HK"]),
    item=st.sampled_from(["EAR99", "5A992.c", "4D004", "4E001.c", "3A981", "0A983"]),
    origin=st.sampled_from(["US", "FR"]),
    stated=st.dictionaries(st.sampled_from(sorted(ASKED)), st.integers(0, 9), max_size=4),
    answered=st.dictionaries(st.sampled_from(sorted(ASKED)), st.integers(0, 9), max_size=4),
)
def test_answering_a_question_never_flips_a_decided_finding(
    destination: str, item: str, origin: str, stated: dict[str, int], answered: dict[str, int]
) -> None:
    def facts(chosen: Mapping[str, int]) -> dict[str, str]:
        return {key: ASKED[key][number % len(ASKED[key])] for key, number in chosen.items()}

    base = {"destination": destination, "item": {"code": item}, "from": origin}
    less = judge(transaction(**base, facts=facts(stated)), strict=True)
    more = judge(transaction(**base, facts=facts(answered) | facts(stated)), strict=True)
    after = {(finding.rule, finding.code, finding.subject): finding.status for finding in more.findings}
    for finding in less.findings:
        if finding.status is Status.APPLIES:
            assert after.get((finding.rule, finding.code, finding.subject)) is Status.APPLIES
        if finding.status is Status.DOES_NOT_APPLY and more.findings:
            settled = [item for item in more.findings if item.rule == finding.rule]
            assert all(item.status is Status.DOES_NOT_APPLY for item in settled)
    if less.outcome is not Outcome.INDETERMINATE:
        assert WORST_FIRST.index(more.outcome) <= WORST_FIRST.index(less.outcome)


# --- activities other than shipping


def test_a_broker_meets_the_requirement_of_the_export_that_it_arranges() -> None:
    found = judge(transaction(activity="brokering", destination="MX", item={"code": "3A981"}))
    assert (found.outcome, codes(found)) == (Outcome.LICENCE_REQUIRED, {"CC:CC1"})


def test_technical_assistance_asks_whether_technology_is_released() -> None:
    assisted = {"activity": "technical_assistance", "destination": "MX", "item": {"code": "3E980"}}
    found = judge(transaction(**assisted))
    assert found.outcome is Outcome.INDETERMINATE
    assert "technology_released" in {question.fact for question in found.questions}
    assert judge(transaction(**assisted, facts={"technology_released": True})).outcome is Outcome.LICENCE_REQUIRED
    assert judge(transaction(**assisted, facts={"technology_released": False})).outcome is Outcome.NOT_REQUIRED


def security(**changes: Any) -> dict[str, Any]:
    cmic = {"list": "CMIC", "from": "2021-12-10", "to": None, "citation": "OFAC notice of 2021-12-10"}
    issuer = {"role": "issuer", "name": "Example Vision Group", "lists": [cmic], "owners": []}
    facts = {"us_person": True, "side": "buy", "instrument": "publicly_traded"} | changes.pop("facts", {})
    return transaction(activity="investment", item={"code": "SECURITY"}, parties=[issuer], facts=facts, **changes)


@pytest.mark.parametrize(
    ("day", "facts", "outcome"),
    [
        ("2022-02-07", {}, Outcome.NOT_REQUIRED),
        ("2022-02-08", {}, Outcome.INDETERMINATE),
        ("2022-02-08", {"solely_to_divest": False}, Outcome.PROHIBITED),
        ("2022-12-10", {}, Outcome.PROHIBITED),
        ("2022-02-08", {"us_person": False}, Outcome.NOT_REQUIRED),
        ("2022-12-09", {"side": "sell", "solely_to_divest": True}, Outcome.NOT_REQUIRED),
        ("2022-12-10", {"side": "sell", "solely_to_divest": True}, Outcome.PROHIBITED),
        ("2022-12-10", {"side": "hold"}, Outcome.NOT_REQUIRED),
        ("2022-02-08", {"instrument": "not_publicly_traded"}, Outcome.NOT_REQUIRED),
    ],
)
def test_securities_of_a_listed_company_are_barred_from_the_sixtieth_day(
    day: str, facts: dict[str, Any], outcome: Outcome
) -> None:
    assert judge(security(date=day, facts=facts)).outcome is outcome


def test_a_trade_of_unknown_kind_stays_open() -> None:
    raw = security(date="2023-03-01")
    del raw["facts"]["side"]
    found = judge(raw)
    assert found.outcome is Outcome.INDETERMINATE
    assert codes(found, Status.UNKNOWN) == {"CMIC:PURCHASE_BARRED", "CMIC:SALE_BARRED"}


@pytest.mark.parametrize(("destination", "asked"), [("CN", True), ("VE", True), ("NI", False), ("PK", False)])
def test_an_intelligence_end_user_is_asked_whether_it_belongs_to_the_forces(destination: str, asked: bool) -> None:
    raw = transaction(destination=destination, parties=[{**UNLISTED, "type": "intelligence"}])
    found = judge(raw)
    assert ("intelligence_of_armed_forces" in {question.fact for question in found.questions}) is asked
    settled = judge({**raw, "facts": {"intelligence_of_armed_forces": True}})
    assert ("MIEU:744.22" in codes(settled)) is asked


# --- classification


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("5A001.q", r"5A001 has no sub-paragraph \.q .*known: a, b, c"),
        ("5A001.j.9", r"5A001 has no sub-paragraph \.j\.9 .*known: j\.1, j\.2"),
        ("3A001", "needs a sub-paragraph"),
    ],
)
def test_a_sub_paragraph_that_does_not_exist_is_no_wrong_no(code: str, message: str) -> None:
    with pytest.raises(BadInput, match=message):
        judge(transaction(destination="CN", item={"code": code}))


def test_intrusion_software_technology_is_for_no_other_item() -> None:
    found = judge(transaction(destination="IN", item={"code": "4E001.c"}))
    assert [question.fact for question in found.questions if question.could_raise] == ["purpose"]
    assert [question.fact for question in found.questions if not question.could_raise] == ["red_flags"]


# --- coverage


def test_only_acts_that_reach_the_transaction_ask_for_their_lists() -> None:
    raw = transaction(parties=[{"role": "end_user", "name": "Riverside Gardening Example", "owners": []}])
    goods = check(transaction_from_mapping(raw))
    assert "CMIC" not in {entry.partition(":")[0] for entry in goods.coverage.not_checked}
    trade = {**raw, "activity": "investment", "item": {"code": "SECURITY"}, "facts": {"us_person": True}}
    assert "CMIC" in {entry.partition(":")[0] for entry in check(transaction_from_mapping(trade)).coverage.not_checked}


def test_an_empty_shelf_is_no_clean_bill() -> None:
    raw = transaction(parties=[{"role": "end_user", "name": "Riverside Gardening Example", "owners": []}])
    tx = transaction_from_mapping(raw)
    found = check(tx)
    assert found.outcome is Outcome.INDETERMINATE
    lists = ["EL", "MEU", "UVL", "DPL", "SDN", "EU-FSF", "UKSL", "UN"]
    assert [entry.partition(":")[0] for entry in found.coverage.not_checked] == lists
    of_one_law = check(tx, settings=Settings(laws=("us",))).coverage.not_checked
    assert [entry.partition(":")[0] for entry in of_one_law] == lists[:5]
    accepted = check(tx, library=Library(accept_starter=True))
    assert (accepted.outcome, accepted.coverage.complete) == (Outcome.NOT_REQUIRED, True)
    assert accepted.coverage.not_checked == found.coverage.not_checked


def test_missing_lists_never_lower_a_requirement() -> None:
    raw = transaction(
        destination="MX", item={"code": "3A981"}, parties=[{"role": "end_user", "name": "Example", "owners": []}]
    )
    assert check(transaction_from_mapping(raw)).outcome is Outcome.LICENCE_REQUIRED


def test_further_lists_can_be_required() -> None:
    raw = transaction(parties=[{"role": "end_user", "name": "Riverside Gardening Example", "owners": []}])
    found = check(transaction_from_mapping(raw), settings=Settings(require=("UN", "EU-FSF")))
    assert {"UN", "EU-FSF"} <= {entry.partition(":")[0] for entry in found.coverage.not_checked}


def test_provisions_that_are_not_modelled_are_named() -> None:
    assert any("734.9" in entry for entry in judge(transaction()).coverage.not_modelled)


# --- time


@pytest.mark.parametrize(
    ("day", "listed"), [("2019-10-08", False), ("2019-10-09", True), ("2024-01-31", True), ("2024-02-01", False)]
)
def test_a_listing_applies_from_its_first_day_up_to_not_including_its_last(day: str, listed: bool) -> None:
    ended = {**LISTED, "to": "2024-02-01"}
    found = judge(
        transaction(date=day, destination="CN", parties=[{**UNLISTED, "type": "non_government", "lists": [ended]}])
    )
    assert ("EL:744.11" in codes(found)) is listed


@pytest.mark.parametrize(
    ("day", "outcome"),
    [
        ("2025-09-28", Outcome.NOT_REQUIRED),
        ("2025-09-29", Outcome.LICENCE_REQUIRED),
        ("2025-11-09", Outcome.LICENCE_REQUIRED),
        ("2025-11-10", Outcome.NOT_REQUIRED),
        ("2026-11-09", Outcome.NOT_REQUIRED),
        ("2026-11-10", Outcome.INDETERMINATE),
    ],
)
def test_a_suspension_is_a_gap_and_an_unsettled_return_is_a_question(day: str, outcome: Outcome) -> None:
    owners = [
        {"name": "Listed Parent", "share": "30", "lists": [LISTED]},
        {"name": "Other", "share": "20", "lists": [LISTED]},
    ]
    party = {"role": "end_user", "name": "Unlisted Subsidiary", "type": "non_government", "lists": [], "owners": owners}
    assert judge(transaction(date=day, destination="CN", parties=[party])).outcome is outcome


def test_a_rulebook_verified_later_answers_what_an_older_one_leaves_open() -> None:
    owners = [{"name": "Listed Parent", "share": "60", "lists": [LISTED]}]
    party = {"role": "end_user", "name": "Unlisted Subsidiary", "type": "non_government", "lists": [], "owners": owners}
    raw = transaction(date="2026-11-20", destination="CN", parties=[party])
    assert codes(judge(raw), Status.UNKNOWN) == {"EL:AFFILIATE"}
    later = judge(raw | {"facts": {"rulebook_verified_to": "2026-11-15"}}, closed_world=True)
    assert (later.outcome, codes(later)) == (Outcome.LICENCE_REQUIRED, {"EL:AFFILIATE"})


def test_a_date_after_the_last_check_of_the_law_has_a_banner() -> None:
    assert any(
        banner.startswith("not_verified_after: 2026-10-02") for banner in judge(transaction(date="2026-10-03")).banners
    )


def test_tables_of_a_later_edition_are_named() -> None:
    assert any(banner.startswith("edition_substituted") for banner in judge(transaction(date="2020-01-01")).banners)


def test_a_code_that_entered_the_list_later_needs_the_classification_of_the_day() -> None:
    with pytest.raises(BadInput, match=r"4D004 entered the list on 2022-03-07.*state item.classification_on_date"):
        judge(transaction(date="2021-12-01", item={"code": "4D004"}))
    stated = {"code": "4D004", "classification_on_date": "EAR99"}
    assert judge(transaction(date="2021-12-01", item=stated)).outcome is Outcome.NOT_REQUIRED
    assert codes(judge(transaction(date="2022-03-07", item=stated))) == {"NS:NS1"}


# --- the judgement


def test_equal_transactions_give_equal_bytes_whatever_was_judged_before() -> None:
    raw = transaction(destination="MX", item={"code": "3A981"})
    first = judgement_bytes(judge(raw))
    judge(transaction(destination="RU", item={"code": "5A992.c"}))
    tx = transaction_from_mapping(raw)
    later = check(tx, today=dt.date(2027, 1, 1), settings=Settings(laws=("us",)))
    assert judgement_bytes(judge(raw)) == first == judgement_bytes(later)


def test_the_judgement_names_every_edition_it_rests_on() -> None:
    editions = {item.id: item for item in judge(transaction()).editions}
    assert {"us/ear", "us/ofac", "us/ear/country_chart", "us/ear/ccl_controls"} <= set(editions)
    assert all(len(item.sha256) == 64 for item in editions.values())


def test_every_finding_that_applies_has_a_source_and_a_reason() -> None:
    raw = transaction(destination="CN", item={"code": "5A001.f.1"}, parties=[{**UNLISTED, "lists": [LISTED]}])
    for finding in judge(raw).findings:
        assert finding.citation.text
        if finding.status is Status.APPLIES:
            assert finding.reason and finding.trace
