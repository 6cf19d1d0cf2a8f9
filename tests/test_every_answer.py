"""What holds for every answer: of any transaction, under any law, on any day."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from enduse.model.assessment import WORST_FIRST, Assessment, Effect, Outcome, Status
from enduse.model.errors import BadInput
from enduse.rules.facts import FactBook
from enduse.rules.rulebook import shipped_rulebooks
from law_samples import ALL
from transaction_samples import NOBODY, codes, judge, on

CODES = [
    *("EAR99", "UNLISTED", "5A001.j", "4A005", "4D004", "5A004.a", "5A002.a.2", "3A981", "5A992.c", "6A003.b.4"),
    *("0A982", "1C450.a.1", "EU-2019/125:II", "EU-2019/125:III", "UK-2019/125:III", "EU-401/2013:III", "5D002.c.1"),
]
COUNTRIES = ["US", "DE", "FR", "GB", "CA", "CN", "EG", "AE", "BY", "RU", "MM", "IR", "CH", "BR", "UA", "XX"]
ACTIVITIES = [
    "export",
    "reexport",
    "brokering",
    "transit",
    "technical_assistance",
    "intra_eu_transfer",
    "deemed_export",
]
FACTS: dict[str, list[Any]] = {
    "informed_by_authority": [True, False],
    "exporter_aware": [True, False],
    "exporter_suspects": [True, False],
    "cyber_surveillance": [True, False],
    "use": ["wmd", "military", "repression", "monitoring", "relevant_entity"],
    "arms_embargo": [True, False],
    "authority_decision": ["authorisation_required", "not_required", "prohibited"],
    "member_state_measure": ["ART4(3)", "ART5(3)", "ART6(3)"],
    "national_list": ["none", "of=NL,published=true"],
    "exporter_state": ["NL", "GB", "US"],
    "transit_through": ["BE", "GB", "none"],
    "eu_person": [True, False],
    "uk_person": [True, False],
    "us_person": [True, False],
    "us_origin": [True, False],
    "eu_country_measures": [True, False],
    "customs_free_zone": [True, False],
    "generally_available": [True, False],
    "red_flags": ["none", "repression_record"],
    "torture_known": [True, False],
}
LISTINGS = [on("EL"), on("SDN", "GLOMAG"), on("EU-FSF", "2020/1998"), on("UKSL", "SI 2020/680"), on("UN", "1267")]
TYPES = [None, "non_government", "government", "military", "police"]
RANK = {outcome: rank for rank, outcome in enumerate(WORST_FIRST)}
FEW = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)


def stated(key: str, value: Any) -> Any:
    return value.split(",") if isinstance(value, str) and "=" in value else value


@st.composite
def transactions(draw: st.DrawFn) -> dict[str, Any]:
    def party(role: str) -> dict[str, Any]:
        owners = draw(st.sampled_from([None, [], [LISTED_OWNER], [LISTED_OWNER, OTHER_OWNER]]))
        found = {
            "role": role,
            "name": f"Example {role}",
            "type": draw(st.sampled_from(TYPES)),
            "country": draw(st.sampled_from([None, *COUNTRIES[:-1]])),
            "lists": draw(st.lists(st.sampled_from(LISTINGS), max_size=1)),
            "owners": owners,
        }
        return {key: value for key, value in found.items() if value is not None}

    keys = draw(st.lists(st.sampled_from(sorted(FACTS)), unique=True, max_size=8))
    raw = {
        "date": draw(st.sampled_from(["2019-06-01", "2021-10-01", "2023-05-05", "2026-08-03"])),
        "activity": draw(st.sampled_from(ACTIVITIES)),
        "item": {"code": draw(st.sampled_from(CODES))},
        "from": draw(st.sampled_from([None, *COUNTRIES[:-1]])),
        "destination": draw(st.sampled_from(COUNTRIES)),
        "parties": [party(role) for role in draw(st.sampled_from([["end_user"], ["end_user", "ultimate_consignee"]]))],
        "facts": {key: stated(key, draw(st.sampled_from(FACTS[key]))) for key in keys},
    }
    return {key: value for key, value in raw.items() if value is not None}


LISTED_OWNER = {"name": "Listed Owner", "share": 50, "lists": LISTINGS, "control": ["dominant_influence"]}
OTHER_OWNER = {"name": "Other Owner", "share": "unknown", "lists": [on("UKSL", "SI 2020/680")]}


def judged(raw: Mapping[str, Any]) -> Assessment | None:
    """The answer under all laws; None where the item's code needs another classification on the day."""
    try:
        return judge(raw, laws=ALL)
    except BadInput as problem:
        assert problem.remedy, problem
        return None


@FEW
@given(transactions())
def test_an_answer_never_says_not_required_while_a_needed_fact_is_unknown(raw: dict[str, Any]) -> None:
    found = judged(raw)
    if found is None:
        return
    requirements = (Effect.PROHIBIT, Effect.REQUIRE_LICENCE, Effect.REQUIRE_NOTIFICATION)
    for act in found.authorities:
        is_open = [
            item
            for item in act.findings
            if item.status is Status.UNKNOWN and item.standing == "law" and item.effect in requirements
        ]
        assert not (is_open and act.outcome is Outcome.NOT_REQUIRED), act.name
        assert act.id and act.name and act.law
        for item in is_open:
            assert item.missing, item.rule
    raising = [question for question in found.questions if question.could_raise]
    assert not (raising and found.outcome is Outcome.NOT_REQUIRED)
    assert {edition.id for edition in found.editions} >= {book.id for book in shipped_rulebooks()}
    assert all(item.citation.text for item in found.findings)


@FEW
@given(transactions(), st.randoms(use_true_random=False))
def test_replacing_an_unknown_never_flips_a_decided_finding(raw: dict[str, Any], chance: random.Random) -> None:
    found = judged(raw)
    if found is None:
        return
    book = FactBook.load()
    asked = sorted(
        question.fact
        for question in found.questions
        if question.fact in FACTS and not book.get(question.fact).stated_at
    )
    if not asked:
        return
    key = chance.choice(asked)
    value = stated(key, chance.choice(FACTS[key]))
    after = judged({**raw, "facts": {**raw["facts"], key: value}})
    assert after is not None
    assert_no_flip(found, after, f"{key} = {value}")


def assert_no_flip(before: Assessment, after: Assessment, change: str) -> None:
    applied = {(item.rule, item.subject, item.code) for item in after.findings if item.status is Status.APPLIES}
    open_after = {item.rule for item in after.findings if item.status is not Status.DOES_NOT_APPLY}
    for item in before.findings:
        if item.status is Status.APPLIES:
            assert (item.rule, item.subject, item.code) in applied, (item.rule, change)
        elif item.status is Status.DOES_NOT_APPLY:
            assert item.rule not in open_after, (item.rule, change)


@FEW
@given(transactions(), st.sampled_from(LISTINGS))
def test_adding_a_listing_never_loosens_an_outcome(raw: dict[str, Any], listing: dict[str, Any]) -> None:
    found = judged(raw)
    if found is None:
        return
    first, *others = raw["parties"]
    more = judged({**raw, "parties": [{**first, "lists": [*first["lists"], listing]}, *others]})
    assert more is not None
    for before, after in zip(found.governments, more.governments, strict=True):
        assert RANK[after.outcome] <= RANK[before.outcome], (before.law, listing["list"])


@FEW
@given(transactions(), st.randoms(use_true_random=False))
def test_the_order_of_parties_does_not_matter(raw: dict[str, Any], chance: random.Random) -> None:
    parties = [*raw["parties"], {**NOBODY, "role": "purchaser", "name": "Example purchaser", "type": "police"}]
    shuffled = chance.sample(parties, len(parties))
    one, other = judged({**raw, "parties": parties}), judged({**raw, "parties": shuffled})
    if one is None or other is None:
        assert one is other
        return
    assert one.outcome is other.outcome
    assert [(item.law, item.outcome, item.reasons) for item in one.governments] == [
        (item.law, item.outcome, item.reasons) for item in other.governments
    ]


def boundaries() -> list[dt.date]:
    """Every day on which a rule, a row of a table or an ownership rule begins or ends."""
    found = {dt.date(2014, 8, 13), dt.date(2024, 7, 3)}
    for book in shipped_rulebooks():
        periods = [
            *(period for rule in book.rules for period in rule.in_force),
            *(period for exception in book.exceptions for period in exception.in_force),
        ]
        found |= {day for period in periods for day in (period.interval.start, period.interval.end) if day}
        for table_id in book.tables.ids:
            for row in book.tables[table_id]:
                if row.get("from") or row.get("to"):
                    found |= {day for day in (row.interval.start, row.interval.end) if day}
                if row.get("changed_on"):
                    found.add(dt.date.fromisoformat(row["changed_on"]))
    return sorted(day for day in found if dt.date(2016, 1, 1) <= day <= dt.date(2026, 6, 1))


@FEW
@given(transactions(), st.randoms(use_true_random=False))
def test_two_dates_inside_one_interval_agree(raw: dict[str, Any], chance: random.Random) -> None:
    days = [day for day in boundaries() if day > dt.date(2019, 10, 9)]
    start, end = chance.choice(list(pairwise(days)))
    last = end - dt.timedelta(days=1)
    one, other = judged({**raw, "date": start.isoformat()}), judged({**raw, "date": last.isoformat()})
    if one is None or other is None:
        assert one is other
        return
    assert codes(one) == codes(other) and codes(one, Status.UNKNOWN) == codes(other, Status.UNKNOWN)
    assert one.outcome is other.outcome
