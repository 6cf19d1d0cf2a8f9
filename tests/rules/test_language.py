"""Rules as data: every mistake in a rulebook is named with its file, rule and key."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from enduse.model.assessment import Effect
from enduse.model.errors import BadInput
from enduse.rules.facts import FactBook
from enduse.rules.language import read_citation, read_exception, read_rule
from enduse.rules.lint import lint
from enduse.rules.predicates import REGISTRY
from enduse.rules.rulebook import Rulebook, load_rulebook, shipped_rulebooks
from enduse.rules.tables import Tables, parse_table

RULE: dict[str, Any] = {
    "id": "xx/act/1",
    "title": "A rule",
    "citation": {"text": "Act s. 1", "url": "https://example.org/act", "verified": "true"},
    "in_force": [{"from": "2020-01-01", "to": "2021-01-01"}],
    "effect": "require_licence",
    "when": {"destination": ["CN"]},
    "reason": "because",
}


def test_a_rule_is_read_with_its_dates_and_citation() -> None:
    rule = read_rule(RULE, where="act.yaml")
    assert (rule.effect, rule.citation.url, rule.standing) == (Effect.REQUIRE_LICENCE, "https://example.org/act", "law")
    assert str(rule.in_force[0].interval) == "[2020-01-01, 2021-01-01)"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"citation": None}, "'citation' is missing"),
        ({"citation": {"url": "https://example.org"}}, "no citation"),
        ({"citation": {"text": "Act", "verified": "perhaps"}}, "verified"),
        ({"effect": "forbid"}, "effect 'forbid'"),
        ({"standing": "rumour"}, "standing 'rumour'"),
        ({"when": None}, "'when' is missing"),
        ({"in_force": []}, "'in_force' is missing"),
        ({"in_force": [{"since": "2020-01-01"}]}, "in_force is a list"),
        ({"in_force": [{"from": "2020-13-01"}]}, "not a day of the calendar"),
        ({"in_force": [{"from": "2021-01-01", "to": "2020-01-01"}]}, "holds no day"),
        ({"outcome": "cleared"}, "outcome 'cleared'"),
        ({"wehn": {}}, "unknown key 'wehn'"),
        ({"dates": [{"code": "X:DAY", "days": "sixty"}]}, "dates is a list of {code, days}"),
        ({"dates": [{"code": "X:DAY"}]}, "dates is a list of {code, days}"),
    ],
)
def test_a_mistake_is_named_with_its_place(change: dict[str, Any], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        read_rule(RULE | change, where="act.yaml")


def test_a_rule_is_a_mapping_and_an_exception_has_its_parts() -> None:
    with pytest.raises(BadInput, match="a rule is a mapping"):
        read_rule("text", where="act.yaml")
    with pytest.raises(BadInput, match="'considered_when' is missing"):
        read_exception({"symbol": "XXX", "title": "x", "citation": "Act s. 2"}, where="act.yaml")
    assert read_citation("Act s. 3", where="act.yaml").text == "Act s. 3"


# --- lint


def with_rule(**change: Any) -> list[Rulebook]:
    book = next(item for item in shipped_rulebooks() if item.id == "us/ear")
    raw = RULE | {"id": "us/ear/test"} | change
    return [replace(book, rules=(*book.rules, read_rule(raw, where="test.yaml")))]


def test_the_shipped_rulebooks_have_no_problem() -> None:
    report = lint(shipped_rulebooks())
    assert report.problems == ()
    assert report.rules > 60 and report.tables >= 16 and report.rows > 4_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id": "other/act/1"}, "does not begin with us/ear/"),
        ({"when": {"destinaton": ["CN"]}}, "no predicate is called 'destinaton'"),
        ({"when": {"destination": "CN"}}, "takes a list"),
        ({"when": {"activity": ["exprot"]}}, "'exprot' is none of"),
        ({"when": {"fact": {"us_presence": "true"}}}, "undeclared fact 'us_presence'"),
        ({"when": {"destination_in_table": "no_such_table"}}, "names the table 'no_such_table'"),
        ({"when": {"all": {"destination": ["CN"]}}}, "all takes a list"),
        ({"when": {"destination": ["CN"], "origin": ["US"]}}, "is no condition"),
        ({"when": {"not": {"any": [{"nothing": "true"}]}}}, "no predicate is called 'nothing'"),
        ({"exempts": ["us/ear/none"]}, "which is no rule of this rulebook"),
        ({"for_each": {"moons": {}}}, "for_each takes one of"),
        ({"for_each": {"parties": ["issuer"]}}, "for_each.parties takes a mapping"),
        ({"for_each": {"parties": {"rolls": ["issuer"]}}}, "for_each.parties does not know 'rolls'"),
        ({"for_each": {"parties": {"roles": ["end-user"]}}}, "'end-user' is none of the roles"),
        ({"for_each": {"listings": {"roles": ["end_user"]}}}, "for_each.listings names no lists"),
        ({"for_each": {"listings": {"lists": "EL"}}}, "for_each.listings.lists takes a list"),
        ({"for_each": {"listings": {"lists": ["EL"], "measures": ["freeze"]}}}, "'freeze' is none of the measures"),
        ({"in_force": [{"unsettled_from": "2026-01-01", "fact": "no_such_fact"}]}, "undeclared fact 'no_such_fact'"),
        ({"in_force": [{"unsettled_from": "2026-01-01", "fact": "us_person"}]}, "of which 'in_force' is no value"),
        ({"reason": ""}, "no reason in plain words"),
        ({"when": {"owned_by_listed": {"at_least": "50"}}}, "owned_by_listed takes"),
    ],
)
def test_lint_finds_what_a_rule_names_and_nobody_has(change: dict[str, Any], message: str) -> None:
    problems = lint(with_rule(**change)).problems
    assert [problem for problem in problems if message in problem.message], problems


@pytest.mark.parametrize(
    ("definitions", "when", "message"),
    [
        ({}, {"defined": "export"}, "does not define 'export'"),
        ({"export": {"defined": "export"}}, {"defined": "export"}, "is defined by itself"),
        ({"a": {"not": {"defined": "b"}}, "b": {"all": [{"defined": "a"}]}}, "always", "is defined by itself"),
        ({"a": {"destinaton": ["CN"]}}, "always", "no predicate is called 'destinaton'"),
    ],
)
def test_lint_finds_definitions_that_lead_nowhere(definitions: dict[str, Any], when: Any, message: str) -> None:
    (book,) = with_rule(when=when)
    problems = lint([replace(book, definitions=definitions)]).problems
    assert [problem for problem in problems if message in problem.message], problems


def test_lint_knows_the_tables_and_facts_that_new_words_name() -> None:
    place = {"place": "origin", "table": "atlantis", "called": "Atlantis"}
    for change, message in (
        ({"awaits": "royal_assent"}, "awaits the undeclared fact 'royal_assent'"),
        ({"asks": ["royal_assent"]}, "asks for the undeclared fact 'royal_assent'"),
        ({"when": {"within": place}}, "names the table 'atlantis'"),
        ({"when": {"within": {**place, "place": "orbit"}}}, "'orbit' is none of"),
        ({"when": {"item_in_list": {"table": "atlantis", "list": "I"}}}, "names the table 'atlantis'"),
        ({"when": {"item_listed": {"annex": "annex_i"}}}, "takes {annex: TABLE, others: TABLE}"),
        ({"for_each": {"listings": {"lists": ["EL"], "article_in": "atlantis"}}}, "names the table 'atlantis'"),
        ({"when": {"owned_under": {"regime": "EU"}}}, "takes {regime: REGIME, lists"),
    ):
        problems = lint(with_rule(**change)).problems
        assert [problem for problem in problems if message in problem.message], (change, problems)


def test_a_jurisdiction_s_tables_serve_its_acts_and_an_act_s_own_goes_first(tmp_path: Path) -> None:
    for folder, cell in (("shared", "of all"), ("own", "of one")):
        place = tmp_path / folder
        place.mkdir()
        (place / "tables.yaml").write_text(f"tables:\n  t: {{citation: Act}}\n  {folder}: {{citation: Act}}\n")
        for table in ("t", folder):
            (place / f"{table}.csv").write_text(f"a\n{cell}\n")
    shared = Tables(tmp_path / "shared")
    tables = Tables(tmp_path / "own", shared=shared)
    assert tables["t"].rows[0]["a"] == "of one" and tables["shared"].rows[0]["a"] == "of all"
    assert set(tables.ids) == {"t", "own", "shared"} and "shared" in tables and "absent" not in tables
    assert {name for name, *_ in tables.editions()} == {"t", "own", "shared"}
    assert tables.lookup("absent", "a", "x") == ()


def test_a_table_without_a_citation_or_with_a_ragged_row_is_refused() -> None:
    with pytest.raises(BadInput, match="has no citation"):
        parse_table("t", b"a,b\n1,2\n", {})
    with pytest.raises(BadInput, match="line 3"):
        parse_table("t", b"a,b\n1,2\n1\n", {"citation": "Act"})


def test_a_row_may_carry_its_own_citation() -> None:
    table = parse_table("t", b"a,citation,verified\n1,,\n2,Rule 7,no\n", {"citation": "Act"})
    assert [(row.citation.text, row.citation.verified) for row in table] == [("Act", True), ("Rule 7", False)]


def test_two_rules_of_one_id_and_unknown_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "rulebook.yaml").write_text(
        "id: xx/act\ntitle: t\nauthority: XX\nauthority_name: x\njurisdiction: xx\ncitation: Act\n"
        "verified_to: 2026-01-01\nnexus: always\nnexus_statement: always\n",
        encoding="utf-8",
    )
    body = "  - {id: xx/act/1, title: t, citation: c, in_force: [{}], effect: review, when: always}\n"
    (tmp_path / "1.yaml").write_text("rules:\n" + body, encoding="utf-8")
    assert len(load_rulebook(tmp_path).rules) == 1
    (tmp_path / "2.yaml").write_text("rules:\n" + body, encoding="utf-8")
    with pytest.raises(BadInput, match="two rules have this id"):
        load_rulebook(tmp_path)
    (tmp_path / "2.yaml").write_text("rulez: []\n", encoding="utf-8")
    with pytest.raises(BadInput, match="holds 'rules' and 'exceptions'"):
        load_rulebook(tmp_path)


def test_every_predicate_says_what_it_asks() -> None:
    assert all(item.description.endswith(".") or item.description for item in REGISTRY.values())
    assert len(REGISTRY) >= 25


def test_every_fact_that_the_shipped_rules_ask_for_has_a_question() -> None:
    assert all(item.question.strip() for item in FactBook.load())
