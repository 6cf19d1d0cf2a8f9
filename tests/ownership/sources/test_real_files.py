"""The publishers' own files, read whole."""

from __future__ import annotations

import datetime as dt

import pytest

from enduse.model.truth import Truth
from enduse.ownership.graph import Graph
from enduse.ownership.regimes import regime
from enduse.ownership.sources import read_owners
from realdata import shared_data

pytestmark = pytest.mark.realdata
DATA = shared_data()
OWNERSHIP = DATA / "ownership"


@pytest.mark.parametrize(
    ("name", "read", "holdings", "gaps"),
    [
        ("gleif_rr-data.xml", 10, 2, 0),
        ("gleif_rr-data.json", 10, 2, 0),
        ("gleif_rr-updates-data2.xml", 11, 7, 0),
        ("gleif_repex-data.xml", 10, 0, 10),
        ("gleif_lei-data.xml", 13, 0, 0),
        ("gleif_lei-data.json", 13, 0, 0),
        ("bods_0.4_sample_300_statements.json", 300, 100, 0),
        ("bods_from_gleif_rr-data-out.json", 10, 10, 0),
        ("psc/psc_individual.json", 1, 1, 0),
        ("psc/psc_ceased_on.json", 1, 1, 0),
        ("psc/psc_corporate.json", 1, 1, 0),
        ("psc/psc_legal.json", 1, 1, 0),
        ("psc/psc_exemptions.json", 1, 0, 1),
    ],
)
def test_every_record_is_read_and_counted(name: str, read: int, holdings: int, gaps: int) -> None:
    found = read_owners(OWNERSHIP / name)
    assert not found.problems
    assert (found.read, len(found.statements), len(found.gaps)) == (read, holdings, gaps)
    assert read == holdings + gaps + sum(found.left_out.values())


def test_gleif_says_the_same_as_xml_and_as_json() -> None:
    one, other = (read_owners(OWNERSHIP / f"gleif_rr-data.{form}") for form in ("xml", "json"))
    assert [(item.holder, item.entity, item.interval) for item in one.statements] == [
        (item.holder, item.entity, item.interval) for item in other.statements
    ]


def test_names_and_relationships_of_gleif_meet_in_one_graph() -> None:
    graph = Graph(
        read_owners(OWNERSHIP / name) for name in ("gleif_rr-updates-data2.xml", "gleif_lei-updates-data2.xml")
    )
    holdings = graph.on(dt.date(2024, 1, 1))
    assert {edge.share.high for edge in holdings.edges} == {100}
    assert any(graph.name(edge.entity) != graph.entities(edge.entity)[0].key for edge in holdings.edges)


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2015-01-01", Truth.UNKNOWN), ("2020-01-01", Truth.UNKNOWN), ("2024-06-01", Truth.UNKNOWN)],
)
def test_a_share_that_registers_state_differently_over_time_asks(day: str, expected: Truth) -> None:
    """JSC Kalashnikov Concern's share in LLC CST: 49 percent in one register since 2016, unknown in the other."""
    graph = Graph([read_owners(DATA / "opensanctions" / "zala_entities.ftm.json")])
    (company,), (owner,) = graph.find("LLC CST"), graph.find("JSC Kalashnikov Concern")
    holdings = graph.on(dt.date.fromisoformat(day))
    (link,) = [link for link in holdings.owners(company) if link.holder == "JSC Kalashnikov Concern"]
    answer = holdings.standing(company, {owner: Truth.TRUE}, regime("OFAC"))
    if day == "2015-01-01":
        assert [link.share.low, link.share.high] == [0, 100]
        assert answer.owned is expected
        assert answer.missing == ("owner_share",)
    else:
        assert [link.share.low, link.share.high] == [49, 49]
        assert answer.owned is Truth.FALSE
