"""Dated statements of several sources, and what they come to on a day."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enduse.model.truth import Truth
from enduse.ownership.graph import Graph, Holdings
from enduse.ownership.regimes import regime, regimes
from enduse.ownership.sources import read_owners
from enduse.ownership.sources.table import OPTIONAL, REQUIRED

TRUE, FALSE, UNKNOWN = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
DAY = dt.date(2026, 4, 16)
HEAD = "owner,owned,percent,from,to,source"


def graph(tmp_path: Path, *rows: str, head: str = HEAD) -> Graph:
    path = tmp_path / f"owners{len(list(tmp_path.iterdir()))}.csv"
    path.write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    return Graph([read_owners(path)])


def node(found: Graph, name: str) -> int:
    (number,) = found.find(name)
    return number


def owned(holdings: Holdings, name: str, *listed: str, by: str = "OFAC", joint: Truth = FALSE) -> Truth:
    seeds = {node(holdings.graph, holder): TRUE for holder in listed}
    return holdings.standing(node(holdings.graph, name), seeds, regime(by), joint=joint).owned


def test_a_holding_counts_in_its_interval_and_not_on_the_day_it_ends(tmp_path: Path) -> None:
    found = graph(tmp_path, "Parent,Sub,60,2020-01-01,2024-07-01,annual report")
    days = [dt.date(2019, 12, 31), dt.date(2020, 1, 1), dt.date(2024, 6, 30), dt.date(2024, 7, 1)]
    assert [owned(found.on(day), "Sub", "Parent") for day in days] == [FALSE, TRUE, TRUE, FALSE]


def test_the_answer_shows_dates_and_sources(tmp_path: Path) -> None:
    holdings = graph(tmp_path, "Parent,Sub,60,2020-01-01,,annual report 2025").on(DAY)
    answer = holdings.standing(node(holdings.graph, "Sub"), {node(holdings.graph, "Parent"): TRUE}, regime("OFAC"))
    (link,) = answer.path
    assert link.words() == "Parent (listed) holds 60 percent of Sub since 2020-01-01"
    assert [str(origin) for origin in link.origins] == ["annual report 2025 owners0.csv line 2"]


def test_two_sources_that_agree_are_one_holding(tmp_path: Path) -> None:
    holdings = graph(tmp_path, "Parent,Sub,40,,,register", "Parent,Sub,25-to-50-percent,,,annual report").on(DAY)
    (link,) = holdings.owners(node(holdings.graph, "Sub"))
    assert [link.share.low, link.share.high] == [40, 40]
    assert owned(holdings, "Sub", "Parent") is FALSE


def test_two_sources_that_disagree_allow_what_either_allows(tmp_path: Path) -> None:
    holdings = graph(tmp_path, "Parent,Sub,40,,,register", "Parent,Sub,60,,,annual report").on(DAY)
    (link,) = holdings.owners(node(holdings.graph, "Sub"))
    assert [link.share.low, link.share.high] == [40, 60]
    assert "sources disagree: 40 percent, 60 percent" in link.note
    assert owned(holdings, "Sub", "Parent") is UNKNOWN


def test_one_source_that_states_two_shares_may_mean_parcels(tmp_path: Path) -> None:
    holdings = graph(tmp_path, "Parent,Sub,20,,,register", "Parent,Sub,31,2020-01-01,,register").on(DAY)
    (link,) = holdings.owners(node(holdings.graph, "Sub"))
    assert [link.share.low, link.share.high] == [20, 51]
    assert "stated 2 times" in link.note
    assert owned(holdings, "Sub", "Parent") is UNKNOWN


def test_the_same_row_again_is_counted_and_adds_nothing(tmp_path: Path) -> None:
    found = graph(tmp_path, *["Parent,Sub,30,,,register"] * 3)
    assert owned(found.on(DAY), "Sub", "Parent") is FALSE
    assert found.readings[0].left_out == {"the same row again": 2}


def test_entities_with_a_number_in_common_are_one(tmp_path: Path) -> None:
    head = "owner,owned,percent,owner_id,owned_id"
    found = graph(
        tmp_path,
        "Parent PLC,Middle Ltd,60,GB-COH:01234567,GB-COH:07654321",
        "MIDDLE LIMITED,Sub GmbH,60,GB-COH:07654321,DE-1",
        head=head,
    )
    assert owned(found.on(DAY), "Sub GmbH", "Parent PLC") is TRUE
    assert found.find("07654321") == found.find("middle ltd") == found.find("Middle Limited")


def test_names_alone_keep_apart_what_numbers_tell_apart(tmp_path: Path) -> None:
    head = "owner,owned,percent,owner_id,owned_id"
    found = graph(tmp_path, "Twin,Sub,60,A-1,", "Twin,Other,60,A-2,", head=head)
    assert len(found.find("Twin")) == 2


def test_control_stands_beside_shares(tmp_path: Path) -> None:
    head = "owner,owned,percent,control"
    holdings = graph(tmp_path, "Parent,Sub,10,appoints_board_majority", "Chair,Sub,0,directorship", head=head).on(DAY)
    sub, parent, chair = (node(holdings.graph, name) for name in ("Sub", "Parent", "Chair"))
    assert holdings.standing(sub, {parent: TRUE}, regime("UK")).control is TRUE
    assert holdings.standing(sub, {parent: TRUE}, regime("OFAC")).control is FALSE
    assert holdings.standing(sub, {chair: TRUE}, regime("UK")).control is FALSE


def test_control_that_may_or_may_not_suffice_asks(tmp_path: Path) -> None:
    head = "owner,owned,percent,control"
    holdings = graph(tmp_path, "Parent,Sub,10,consolidated_accounts", head=head).on(DAY)
    answer = holdings.standing(node(holdings.graph, "Sub"), {node(holdings.graph, "Parent"): TRUE}, regime("EU"))
    assert answer.control is UNKNOWN
    assert answer.control_missing == ("owner_control",)


def test_votes_count_in_the_uk_alone(tmp_path: Path) -> None:
    head = "owner,owned,percent,votes"
    holdings = graph(tmp_path, "Parent,Sub,20,60", head=head).on(DAY)
    assert {key: owned(holdings, "Sub", "Parent", by=key) for key in ("OFAC", "EU", "UK")} == {
        "OFAC": FALSE,
        "EU": FALSE,
        "UK": TRUE,
    }


def test_two_entries_of_one_listed_person_are_added_up_in_the_uk(tmp_path: Path) -> None:
    holdings = graph(tmp_path, "A. Parent,Sub,30", "Parent A.,Sub,30", head="owner,owned,percent").on(DAY)
    one, other, sub = (node(holdings.graph, name) for name in ("A. Parent", "Parent A.", "Sub"))
    listed = {one: TRUE, other: TRUE}
    apart = holdings.standing(sub, listed, regime("UK"), joint=FALSE)
    same = holdings.standing(sub, listed, regime("UK"), joint=FALSE, persons={one: "uk:1", other: "uk:1"})
    assert (apart.owned, same.owned) == (FALSE, TRUE)


def test_what_nobody_is_stated_to_hold_is_said(tmp_path: Path) -> None:
    rows = ["Parent,Sub,60", "A,Mixed,25-to-50-percent", "B,Full,100"]
    holdings = graph(tmp_path, *rows, head="owner,owned,percent").on(DAY)
    found = {name: holdings.not_stated(node(holdings.graph, name)) for name in ("Sub", "Mixed", "Full", "Parent")}
    assert found == {"Sub": "40 percent", "Mixed": "50 to 75 percent", "Full": "", "Parent": "100 percent"}


def test_contradictory_statements_show_in_the_notes(tmp_path: Path) -> None:
    holdings = graph(tmp_path, "Parent,Sub,60", "Other,Sub,60", head="owner,owned,percent").on(DAY)
    answer = holdings.standing(node(holdings.graph, "Sub"), {node(holdings.graph, "Parent"): TRUE}, regime("OFAC"))
    assert answer.owned is UNKNOWN
    assert "the stated shares in Sub come to 120 percent: at least one statement is wrong" in answer.notes


NAMES = st.sampled_from(["A", "B", "C", "D"])
ROWS = st.lists(st.tuples(NAMES, NAMES, st.sampled_from(["30", "50", "60", "unknown", "25-50"])), max_size=6)


@given(ROWS, st.sets(NAMES, max_size=2), NAMES, NAMES, st.sampled_from(list(regimes())))
def test_a_further_listing_never_frees_a_party(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    listed: set[str],
    more: str,
    asked: str,
    by: str,
) -> None:
    path = tmp_path_factory.mktemp("owners")
    everybody = [f"{name},Sink {name},1" for name in "ABCD"]
    holdings = graph(path, *map(",".join, rows), *everybody, head="owner,owned,percent").on(DAY)
    rank = {FALSE: 0, UNKNOWN: 1, TRUE: 2}

    def caught(names: set[str]) -> int:
        numbers = {node(holdings.graph, name): TRUE for name in names}
        answer = holdings.standing(node(holdings.graph, asked), numbers, regime(by), joint=FALSE)
        return max(rank[answer.owned], rank[answer.control], rank[answer.listed])

    assert caught(listed) <= caught(listed | {more})


@given(ROWS, st.sets(NAMES, max_size=2), st.sampled_from(list(regimes())), st.sampled_from(list(Truth)), st.booleans())
def test_the_whole_graph_at_once_answers_as_each_party_alone(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, str, str]],
    listed: set[str],
    by: str,
    joint: Truth,
    votes: bool,
) -> None:
    path = tmp_path_factory.mktemp("owners")
    everybody = [(name, f"Sink {name}", "1") for name in "ABCD"]
    lines = [f"{owner},{entity},{share},{'55' if votes else ''}" for owner, entity, share in [*rows, *everybody]]
    holdings = graph(path, *lines, head="owner,owned,percent,votes").on(DAY)
    seeds = {node(holdings.graph, name): TRUE for name in listed}
    found = holdings.owned_by(seeds, regime(by), joint=joint)
    for number in holdings.graph.nodes():
        if number not in seeds:
            expected = holdings.standing(number, seeds, regime(by), joint=joint).owned
            assert (number in found[TRUE], number in found[UNKNOWN]) == (expected is TRUE, expected is UNKNOWN)


def test_the_table_says_which_columns_it_takes() -> None:
    assert set(REQUIRED).isdisjoint(OPTIONAL)
