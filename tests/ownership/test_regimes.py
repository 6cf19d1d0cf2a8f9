"""The rules as data: complete, dated, cited, and refused where they are not."""

from __future__ import annotations

import datetime as dt

import pytest

from enduse.model.errors import BadInput
from enduse.ownership.regimes import read_regimes, regime, regimes

GOOD = """
regimes:
  - id: X
    title: a rule
    authority: A
    lists: [L]
    rules:
      - {from: 2020-01-01, to: 2021-01-01, more_than: "50", summed: one, counts: shares, citation: {text: a text}}
      - {from: 2021-01-01, at_least: "25", summed: all, counts: shares_or_votes, citation: {text: another}}
"""


def test_a_rule_holds_in_its_interval() -> None:
    found = read_regimes(GOOD.encode(), name="x.yaml")["X"]
    rules = [found.rule(dt.date(year, 1, 1)) for year in (2019, 2020, 2021)]
    assert [rule and rule.words() for rule in rules] == [None, "more than 50 percent", "25 percent or more"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("id: X", "ident: X", "unknown key 'ident'"),
        ("to: 2021-01-01", "to: 2021-01-02", "two rules hold on the same day"),
        ('more_than: "50"', 'more_than: "fifty"', "the threshold is no number"),
        ('more_than: "50"', 'more_than: "0"', "0 is no threshold"),
        ('more_than: "50"', 'more_than: "50", at_least: "50"', "exactly one"),
        ("summed: one", "summed: some", "summed: 'some' is not known"),
        ("citation: {text: a text}", "citation: {url: x}", "'text' is missing"),
        ("from: 2020-01-01", "from: 2020-13-01", "is not a day of the calendar"),
        ("lists: [L]", "lists: [L]\n    control: {suffices: [magic]}", "no kind of control is called 'magic'"),
        ("regimes:", "rules:", "no list of 'regimes'"),
    ],
)
def test_what_is_wrong_is_refused_with_its_place(old: str, new: str, problem: str) -> None:
    with pytest.raises(BadInput, match=problem) as caught:
        read_regimes(GOOD.replace(old, new).encode(), name="x.yaml")
    assert "x.yaml" in caught.value.message()


def test_a_regime_without_rules_says_why() -> None:
    with pytest.raises(BadInput, match="neither 'rules' nor 'none'"):
        read_regimes(b"regimes: [{id: X, title: t, authority: A, lists: [L]}]", name="x.yaml")


def test_every_shipped_rule_is_cited_and_every_doubt_is_said() -> None:
    for entry in regimes().values():
        citations = [rule.citation for rule in entry.rules] + ([entry.none] if entry.none else [])
        assert citations
        for citation in citations:
            assert citation.text
            assert citation.verified or citation.note


def test_an_unknown_regime_names_those_that_are_known() -> None:
    with pytest.raises(BadInput, match="OFAC, BIS, EU, UK, CMIC, UN"):
        regime("XX")
