"""What each regime's rule says of one party, over owners that a transaction states."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest

from enduse.interfaces.transactions import transaction_from_mapping
from enduse.model.ownership import OwnershipAnswer
from enduse.model.party import Listing
from enduse.model.truth import Truth
from enduse.ownership.closure import Ownership
from enduse.ownership.regimes import regime

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
LISTS = {"OFAC": "SDN", "BIS": "EL", "EU": "EU-FSF", "UK": "UKSL", "CMIC": "CMIC", "UN": "UN"}
EVERY_LIST = [{"list": name, "from": "2019-10-09", "citation": "a listing"} for name in LISTS.values()]
DAY = dt.date(2025, 10, 15)
"""A day on which every ownership rule is in force, the Affiliates Rule included."""


def owner(name: str, share: object, *above: dict[str, Any], on_list: bool = False, **more: Any) -> dict[str, Any]:
    listed = {} if more.get("ref") else {"lists": EVERY_LIST if on_list else []}
    return {"name": name, "share": str(share), "owners": list(above) or None, **listed, **more}


def listed(name: str, share: object, *above: dict[str, Any], **more: Any) -> dict[str, Any]:
    return owner(name, share, *above, on_list=True, **more)


def ref(name: str, share: object, **more: Any) -> dict[str, Any]:
    return {"name": name, "share": str(share), "ref": "true", **more}


def standing(
    regime_id: str,
    *owners: dict[str, Any],
    day: dt.date = DAY,
    joint: Truth = FALSE,
    own: Sequence[dict[str, Any]] = (),
) -> OwnershipAnswer:
    raw = {
        "date": day,
        "destination": "CN",
        "item": {"code": "EAR99"},
        "parties": [{"role": "end_user", "name": "Target", "lists": list(own), "owners": list(owners)}],
    }
    parties = transaction_from_mapping(raw).parties
    rules = regime(regime_id)

    def on_list(listings: Sequence[Listing]) -> Truth:
        return rules.listed(listings, day)

    return Ownership(parties).standing(parties[0], on_list, regime_id, day, joint=joint)


def owned(regime_id: str, *owners: dict[str, Any], **more: Any) -> Truth:
    return standing(regime_id, *owners, **more).owned


CHAIN = [owner("Holding", 60, listed("Parent", 60))]
TWO = [listed("One", 30), listed("Two", 20), owner("Public", 50)]
FAR = [listed("One", 40), listed("Two", 35), owner("Public", 25)]
HALF_OF_A = [
    owner("A", 40, listed("Parent", 50), owner("Partner", 50)),
    ref("Parent", 10),
    owner("Public", 50),
]
MOST_OF_A = [owner("A", 40, listed("Parent", 60), ref("Target", 40)), owner("B", 45), ref("Parent", 15)]
CIRCLE = [owner("A", 100, listed("Parent", 30), owner("B", 30, ref("A", 60), ref("Parent", 20)))]


@pytest.mark.parametrize(
    ("owners", "expected"),
    [
        pytest.param(
            CHAIN, {"OFAC": TRUE, "BIS": TRUE, "EU": TRUE, "UK": TRUE}, id="each link above half, product below"
        ),
        pytest.param(TWO, {"OFAC": TRUE, "BIS": TRUE, "EU": TRUE, "UK": FALSE}, id="30 and 20: exactly half in sum"),
        pytest.param(FAR, {"OFAC": TRUE, "BIS": TRUE, "EU": TRUE, "UK": FALSE}, id="40 and 35: the UK does not add up"),
        pytest.param([listed("Parent", 50)], {"OFAC": TRUE, "BIS": TRUE, "EU": TRUE, "UK": FALSE}, id="exactly half"),
        pytest.param([listed("Parent", "50.01")], {"OFAC": TRUE, "EU": TRUE, "UK": TRUE}, id="a little above half"),
        pytest.param([listed("Parent", "49.99")], {"OFAC": FALSE, "EU": FALSE, "UK": FALSE}, id="a little below half"),
        pytest.param([listed("Parent", "unknown")], {"OFAC": UNKNOWN, "EU": UNKNOWN, "UK": UNKNOWN}, id="unknown"),
        pytest.param(
            [listed("Parent", "unknown"), owner("Partner", 50)],
            {"OFAC": UNKNOWN, "EU": UNKNOWN, "UK": FALSE},
            id="an unlisted half leaves half at most",
        ),
        pytest.param(
            [listed("Parent", "unknown"), owner("Partner", "50.5")],
            {"OFAC": FALSE, "EU": FALSE, "UK": FALSE},
            id="an unlisted majority leaves too little",
        ),
        pytest.param(
            [listed("Parent", "unknown"), owner("P", "25-to-50-percent"), owner("Q", "25-to-50-percent")],
            {"OFAC": FALSE, "EU": FALSE, "UK": FALSE},
            id="two unlisted holders of over 25 leave less than half",
        ),
        pytest.param(
            [listed("Parent", "25-to-50-percent")],
            {"OFAC": UNKNOWN, "EU": UNKNOWN, "UK": FALSE},
            id="a band that includes 50",
        ),
        pytest.param(
            [listed("Parent", "50-to-75-percent")], {"OFAC": TRUE, "EU": TRUE, "UK": TRUE}, id="a band above 50"
        ),
        pytest.param(
            [listed("One", "25-to-50-percent"), listed("Two", "25-to-50-percent")],
            {"OFAC": TRUE, "EU": TRUE, "UK": FALSE},
            id="two bands over 25 are over 50 in sum",
        ),
        pytest.param(CIRCLE, {"OFAC": FALSE, "BIS": FALSE, "EU": FALSE, "UK": FALSE}, id="a circle supports nobody"),
        pytest.param(HALF_OF_A, {"OFAC": TRUE, "EU": TRUE, "UK": FALSE}, id="half of A is no majority stake in A"),
        pytest.param(MOST_OF_A, {"OFAC": TRUE, "EU": TRUE, "UK": TRUE}, id="a majority of A brings A's 40 to 15"),
        pytest.param(
            [owner("A", 30, listed("Parent", 60)), owner("B", 30, ref("Parent", 60))],
            {"OFAC": TRUE, "EU": TRUE, "UK": TRUE},
            id="through two companies",
        ),
        pytest.param(
            [owner("A", 30, listed("One", 60)), owner("B", 30, listed("Two", 60))],
            {"OFAC": TRUE, "EU": TRUE, "UK": FALSE},
            id="through two companies of two persons",
        ),
        pytest.param([], {"OFAC": FALSE, "BIS": FALSE, "EU": FALSE, "UK": FALSE}, id="no owner"),
    ],
)
def test_ownership_by_regime(owners: list[dict[str, Any]], expected: dict[str, Truth]) -> None:
    assert {key: owned(key, *owners) for key in expected} == expected
    assert {key: owned(key, *owners) for key in ("CMIC", "UN")} == {"CMIC": FALSE, "UN": FALSE}


def test_the_eu_threshold_includes_half_from_the_day_of_its_best_practices() -> None:
    half = [listed("Parent", 50)]
    assert owned("EU", *half, day=dt.date(2024, 7, 2)) is FALSE
    assert owned("EU", *half, day=dt.date(2024, 7, 3)) is TRUE


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2025-09-28", FALSE), ("2025-09-29", TRUE), ("2025-11-09", TRUE), ("2025-11-10", FALSE), ("2026-11-09", FALSE)],
)
def test_the_affiliates_rule_counts_while_it_is_in_force(day: str, expected: Truth) -> None:
    answer = standing("BIS", *CHAIN, day=dt.date.fromisoformat(day))
    assert answer.owned is expected
    assert answer.citation is not None
    assert "90 FR 50857" in answer.citation.text


def test_the_return_of_the_affiliates_rule_shows_as_not_verified() -> None:
    answer = standing("BIS", *CHAIN, day=dt.date(2026, 11, 10))
    assert answer.owned is TRUE
    assert answer.citation is not None
    assert not answer.citation.verified


def test_a_joint_arrangement_adds_up_in_the_uk() -> None:
    assert owned("UK", *FAR, joint=TRUE) is TRUE
    assert owned("UK", *TWO, joint=TRUE) is FALSE
    answer = standing("UK", *FAR, joint=UNKNOWN)
    assert answer.owned is UNKNOWN
    assert answer.missing == ("joint_arrangement",)
    assert owned("UK", *CHAIN, joint=UNKNOWN) is TRUE


def test_an_unknown_share_asks_for_it_and_an_unknown_listing_for_that() -> None:
    assert standing("OFAC", listed("Parent", "unknown")).missing == ("owner_share",)
    undated = [{"list": "SDN", "from": "2025-10-15", "citation": "x"}]
    raw = {
        "date": DAY,
        "destination": "CN",
        "item": {"code": "EAR99"},
        "parties": [
            {"role": "end_user", "name": "T", "lists": [], "owners": [{"name": "P", "share": "60", "lists": undated}]}
        ],
    }
    parties = transaction_from_mapping(raw).parties
    answer = Ownership(parties).standing(parties[0], lambda listings: UNKNOWN if listings else FALSE, "OFAC", DAY)
    assert answer.owned is UNKNOWN
    assert answer.missing == ("owner_listing",)


MINORITY: dict[str, Any] = {"control": ["appoints_board_majority"]}


def test_control_counts_in_the_eu_and_the_uk_alone() -> None:
    owners = [listed("Parent", "49.9", **MINORITY), owner("Partner", "50.1")]
    assert {key: standing(key, *owners).control for key in LISTS} == {
        "OFAC": FALSE,
        "BIS": FALSE,
        "EU": TRUE,
        "UK": TRUE,
        "CMIC": FALSE,
        "UN": FALSE,
    }
    answer = standing("EU", *owners)
    assert answer.owned is FALSE
    assert "may appoint the majority of the board of Target" in answer.control_words


def test_control_and_ownership_stand_side_by_side() -> None:
    answer = standing("EU", listed("Parent", 60, control=["dominant_influence"]))
    assert (answer.owned, answer.control) == (TRUE, TRUE)


def test_an_entity_that_is_owned_controls_for_its_owner() -> None:
    between = owner("Holding", 10, listed("Parent", 60), **MINORITY)
    assert standing("UK", between).control is TRUE
    assert standing("UK", owner("Holding", 10, listed("Parent", "unknown"), **MINORITY)).control is UNKNOWN
    assert standing("UK", owner("Holding", 10, listed("Parent", 40), **MINORITY)).control is FALSE
    assert standing("UK", owner("Holding", 10, **MINORITY)).control is FALSE


def test_control_of_a_company_between_is_not_followed_and_is_said() -> None:
    answer = standing("UK", owner("Holding", 60, listed("Parent", 10, **MINORITY)))
    assert (answer.owned, answer.control) == (FALSE, FALSE)
    assert any("control of a company between is not followed" in note for note in answer.notes)


def test_one_name_stated_twice_is_one_person_in_the_uk() -> None:
    assert owned("UK", listed("Parent", 30), listed("Parent", 30)) is TRUE


def test_two_small_holders_with_power_are_enough_only_if_one_is_owned_for_sure() -> None:
    unknown = owner("Holding", 10, listed("Parent", "unknown"), **MINORITY)
    answer = standing("EU", unknown)
    assert answer.control is UNKNOWN
    assert answer.control_missing == ("owner_share",)


def test_a_party_itself_listed_gets_only_its_own_listing() -> None:
    answer = standing("OFAC", listed("Parent", 60), own=EVERY_LIST)
    assert (answer.listed, answer.owned, answer.control) == (TRUE, FALSE, FALSE)
    assert answer.words == "Target is itself listed"


def test_the_answer_carries_the_path_in_words_and_as_data() -> None:
    answer = standing("OFAC", *CHAIN)
    assert answer.words == (
        "Holding holds 60 percent of Target; Parent (listed) holds 60 percent of Holding: "
        "60 percent of Target, that is 50 percent or more"
    )
    assert [(link.holder, link.entity, link.share.low, link.listed) for link in answer.path] == [
        ("Holding", "Target", Decimal(60), FALSE),
        ("Parent", "Holding", Decimal(60), TRUE),
    ]
    assert {str(origin) for link in answer.path for origin in link.origins} == {"as stated in the transaction"}


def test_an_answer_that_nobody_owns_it_says_what_does_not_suffice() -> None:
    answer = standing("UK", *FAR)
    assert "One (listed) holds 40 percent of Target" in answer.words
    assert answer.words.endswith("40 percent of Target, that is not more than 50 percent")


def test_five_rules_on_one_graph_give_different_cited_answers() -> None:
    """Two listed persons hold 30 and 20, one may appoint the board; the day lies in the stay of the Affiliates Rule."""
    owners = [listed("One", 30, **MINORITY), listed("Two", 20), owner("Public", 50)]
    day = dt.date(2026, 4, 16)
    answers = {key: standing(key, *owners, day=day) for key in ("BIS", "OFAC", "EU", "UK", "CMIC")}
    assert {key: (answer.owned, answer.control) for key, answer in answers.items()} == {
        "BIS": (FALSE, FALSE),
        "OFAC": (TRUE, FALSE),
        "EU": (TRUE, TRUE),
        "UK": (FALSE, TRUE),
        "CMIC": (FALSE, FALSE),
    }
    cited = {key: answer.citation.text for key, answer in answers.items() if answer.citation}
    assert "90 FR 50857" in cited["BIS"]
    assert "OFAC revised guidance of 2014-08-13" in cited["OFAC"]
    assert "Council, 2024-07-03" in cited["EU"]
    assert "SI 2020/680" in cited["UK"]
    assert "31 CFR 586.404" in cited["CMIC"]
    assert "red flag" in answers["BIS"].words
    assert "only the listed legal person counts" in answers["CMIC"].words
