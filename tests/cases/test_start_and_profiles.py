"""From an assessment to a draft, and country profiles from files that an authority loads."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from enduse import check
from enduse.cases.application import CaseItem
from enduse.cases.bodies import Submitted
from enduse.cases.profiles import Indicator, profiles, read_indicators, read_level_rules
from enduse.cases.start import application_from, digest_of, ground_of
from enduse.model.assessment import Assessment
from enduse.model.errors import BadInput
from enduse.model.transaction import Activity, Item, Money, PartyType, Role, Transaction, TransactionParty
from licensing_world import EXPORTER, HR_ASSESSOR, World


def assessed(**changes: object) -> Assessment:
    tx = Transaction(
        activity=Activity.EXPORT,
        date=dt.date(2026, 3, 2),
        items=(Item("5A001.j", "monitoring system"),),
        destination="EG",
        parties=(
            TransactionParty(Role.EXPORTER, "Delta Monitor BV", country="NL"),
            TransactionParty(Role.END_USER, "Ministry of Interior", type=PartyType.SECURITY_SERVICE, country="EG"),
        ),
        origin="NL",
        end_use="lawful interception",
        value=Money(Decimal("1840000.00"), "EUR"),
    )
    return check(replace(tx, **changes))  # type: ignore[arg-type]


class TestStart:
    def test_what_was_said_is_taken_and_what_was_not_is_left_open(self) -> None:
        found = assessed()
        form = application_from(found, authority="nl", case_type="individual", exporter="delta", law="eu")
        assert (form.destination, form.end_use, form.assessment) == ("EG", "lawful interception", digest_of(found))
        assert form.items == (
            CaseItem(1, "5A001.j", "monitoring system", Decimal(0), "", Decimal("1840000.00"), "EUR", None),
        )
        assert [(one.role, one.category) for one in form.parties] == [
            (Role.EXPORTER, ""),
            (Role.END_USER, "interior_security"),
        ]

    def test_the_draft_opens_at_once_and_is_not_submitted_before_the_rest_is_stated(self) -> None:
        world = World()
        form = application_from(assessed(), authority="nl", case_type="individual", exporter="delta", law="eu")
        case = world.licensing.open(form, EXPORTER, case_id="case-1")
        declared = Submitted(("true_and_complete", "will_report_changes"))
        said = str(world.refused(case, "submit", declared, EXPORTER))
        for what in ("line 1 must state its quantity", "its unit", "what it can do", "an undertaking", "cyber-surv"):
            assert what in said

    def test_a_value_of_several_items_is_divided_by_nobody(self) -> None:
        two = assessed(items=(Item("5A001.j"), Item("5A002.a")))
        form = application_from(two, authority="nl", case_type="individual", exporter="delta")
        assert [one.value for one in form.items] == [0, 0]

    def test_without_an_end_user_nothing_is_applied_for(self) -> None:
        nobody = assessed(parties=(TransactionParty(Role.EXPORTER, "Delta Monitor BV", country="NL"),))
        with pytest.raises(BadInput, match="no end user"):
            application_from(nobody, authority="nl", case_type="individual", exporter="delta")

    def test_its_red_flags_and_review_policies_are_put_before_the_assessor_with_their_source(self) -> None:
        world = World()
        world.ground = ground_of(assessed(), world.ground)
        assert world.ground.assessment_outcome == "licence_required"
        case = world.circulated(world.registered())
        facts = world.licensing.prefill(case.id, HR_ASSESSOR)
        assert any("2024/2659" in one.source or "742.7" in one.source or "821" in one.source for one in facts)


RULES = read_level_rules(
    'rules:\n  - {indicator: liberty, below: "0.4", reason: little liberty, '
    'citation: {text: "Guidance of the authority of 2026-01-01", verified: yes}}\n',
    "profiles.yaml",
)


def row(country: str, value: str, year: str = "2025", indicator: str = "liberty") -> dict[str, str]:
    return {"country": country, "indicator": indicator, "value": value, "year": year, "publisher": "An Institute"}


class TestProfiles:
    def test_the_latest_value_counts_and_the_reason_stays(self) -> None:
        read = read_indicators([row("LI", "0.9", "2020"), row("LI", "0.3"), row("AD", "0.8")], where="own.csv")
        found = profiles(read, RULES)
        assert (found["LI"].level, found["LI"].source) == ("elevated", "little liberty")
        assert found["AD"].level == "ordinary"
        assert found["AD"].indicators == (("liberty", "0.8", "An Institute", "2025"),)

    def test_a_country_without_the_value_a_rule_asks_for_has_no_profile(self) -> None:
        read = read_indicators([row("AD", "0.8", indicator="press")], where="own.csv")
        assert profiles(read, RULES) == {}
        assert World().ground.profile("AD") is None

    @pytest.mark.parametrize(
        "table",
        [
            [{"Entity": "Andorra", "Code": "AND", "Year": "2024", "liberty": "0.91"}],
            [{"country_name": "Andorra", "country_text_id": "AND", "year": "2024", "liberty": "0.91"}],
        ],
        ids=["Our World in Data", "V-Dem"],
    )
    def test_public_layouts_are_read(self, table: list[dict[str, str]]) -> None:
        read = read_indicators(table, where="table.csv", publisher="its publisher")
        assert read == (Indicator("AD", "liberty", Decimal("0.91"), 2024, "its publisher"),)

    def test_regions_and_empty_cells_are_no_countries_and_no_values(self) -> None:
        table = [
            {"Entity": "World", "Code": "OWID_WRL", "Year": "2024", "liberty": "0.5"},
            {"Entity": "Europe", "Code": "", "Year": "2024", "liberty": "0.5"},
            {"Entity": "Andorra", "Code": "AND", "Year": "2024", "liberty": ""},
        ]
        assert read_indicators(table, where="table.csv", publisher="p") == ()

    @pytest.mark.parametrize(
        ("bad", "problem"),
        [
            (row("Nowhere", "1"), "is no country"),
            (row("AD", "high"), "is no number"),
            (row("AD", "NaN"), "is no number"),
            (row("AD", "1", "last year"), "is no year"),
            ({"land": "AD"}, "no known layout"),
            ({"Entity": "Andorra", "Code": "AND", "Year": "2024", "liberty": "1"}, "publishes"),
        ],
    )
    def test_a_row_that_cannot_be_used_is_named(self, bad: dict[str, str], problem: str) -> None:
        with pytest.raises(BadInput, match=problem) as caught:
            read_indicators([bad], where="own.csv")
        assert "own.csv line 2" in str(caught.value)

    @pytest.mark.parametrize(
        ("rule", "problem"),
        [
            ("{indicator: a, reason: r, CITED}", "one bound"),
            ('{indicator: a, below: "1", above: "2", reason: r, CITED}', "one bound"),
            ("{indicator: a, below: low, reason: r, CITED}", "no number"),
            ('{indicator: a, below: "1", reason: r}', "citation is missing"),
        ],
    )
    def test_a_rule_of_levels_has_one_bound_and_a_source(self, rule: str, problem: str) -> None:
        cited = 'citation: {text: "Guidance of 2026-01-01", verified: yes}'
        with pytest.raises(BadInput, match=problem):
            read_level_rules(f"rules:\n  - {rule.replace('CITED', cited)}\n", "profiles.yaml")

    def test_without_rules_no_country_is_called_ordinary(self) -> None:
        with pytest.raises(BadInput, match="there is no rule"):
            read_level_rules("rules: []\n", "profiles.yaml")
