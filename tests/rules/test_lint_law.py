"""Lint, one mistake at a time: a file of ``tests/fixtures/lint`` differs from ``good.yaml`` by what its name says."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from enduse.formats.plain_yaml import locate_yaml
from enduse.rules.citations import citation_problem
from enduse.rules.lint import LintReport, lint
from enduse.rules.rulebook import Rulebook, rulebook_of, rules_in, shipped_rulebooks
from enduse.rules.tables import Tables, parse_table

FOLDER = Path(__file__).parents[1] / "fixtures" / "lint"


def read(name: str) -> Rulebook:
    """The rulebook of one fixture file."""
    located = locate_yaml((FOLDER / f"{name}.yaml").read_bytes(), name=f"{name}.yaml")
    rules, exceptions = rules_in(located.value, f"{name}.yaml", located.lines)
    tables = Tables(Path("none"))
    return rulebook_of(located.value["rulebook"], f"{name}.yaml", rules, exceptions, tables, "0" * 64)


def report(name: str) -> LintReport:
    return lint([read(name)])


MISTAKES = {
    "overlap_without_precedence": ("xx/act/3", "lies within xx/act/4, which is stricter on the same days", "when"),
    "two_rules_of_one_condition": ("xx/act/3", "has the condition of xx/act/4 on the same days", "when"),
    "unreachable_no_destination": ("xx/act/3", "can never apply: no destination meets all that it asks", "when"),
    "unreachable_contrary": ("xx/act/3", "can never apply: it asks for", "when"),
    "unreachable_outside_the_nexus": ("xx/act/3", "can never apply: no destination meets", "when"),
    "unreachable_fact_value": ("xx/act/3", "the fact military_end_use never is perhaps", "when"),
    "unreachable_always_exempted": ("xx/act/3", "xx/act/2 exempts from it always", "when"),
    "unreachable_too_late": ("xx/act/3", "it asks for 2025-01-01 or later, and ends on 2025-01-01", "when"),
    "gap_in_the_periods": ("xx/act/3", "in force neither from 2025-01-01 nor before 2025-03-01", "in_force"),
    "periods_overlap": ("xx/act/3", "overlap", "in_force"),
    "gap_after_the_predecessor": ("xx/act/4", "ends on 2024-06-01, but this rule begins on 2025-01-01", "in_force"),
    "citation_placeholder": ("xx/act/3", "is a placeholder", "citation"),
    "citation_bracket": ("xx/act/3", "a bracket is not closed", "citation"),
    "citation_cut_off": ("xx/act/3", "breaks off", "citation"),
    "citation_names_nothing": ("xx/act/3", "names no provision that can be looked up", "citation"),
    "citation_of_a_period": ("xx/act/4", "names no provision that can be looked up", "in_force[0].citation"),
    "citation_address": ("rulebook.yaml", "'example.org/act' is no address", "citation.url"),
    "unverified_without_reason": ("xx/act/3", "not verified, and no note says why", "citation.note"),
    "unknown_predicate": ("xx/act/3", "no predicate is called 'item_coverd_by'", "when.all[1]"),
    "undeclared_fact": ("xx/act/3", "asks for the undeclared fact 'military_enduse'", "when.all[1].fact"),
    "unknown_definition": ("xx/act/3", "does not define 'weapons'", "when.all[1].defined"),
    "unknown_table": ("xx/act/3", "names the table 'weapons'", "when.all[1].item_in_table"),
    "id_of_another_act": ("xy/act/3", "the id does not begin with xx/act/", "id"),
    "no_reason": ("xx/act/3", "no reason in plain words", "reason"),
}


def test_there_is_a_file_for_every_mistake_and_a_mistake_for_every_file() -> None:
    assert {path.stem for path in FOLDER.glob("*.yaml")} == set(MISTAKES) | {"good"}


def test_the_good_rulebook_has_no_problem() -> None:
    assert report("good").problems == ()


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_found_alone_with_its_place_field_and_remedy(name: str) -> None:
    rule, message, field = MISTAKES[name]
    (problem,) = report(name).problems
    assert message in problem.message
    assert rule in problem.where
    assert problem.field == field
    assert problem.remedy
    if "rulebook.yaml" not in problem.where:
        assert f"{name}.yaml line " in problem.text()


def test_a_remedy_names_the_nearest_word() -> None:
    assert report("unknown_predicate").problems[0].remedy.startswith("did you mean item_covered_by")
    assert "military_end_use" in report("undeclared_fact").problems[0].remedy


def test_a_suspension_that_is_cited_is_no_gap() -> None:
    book = next(book for book in shipped_rulebooks() if book.id == "us/ear")
    suspended = next(rule for rule in book.rules if rule.id == "us/ear/744.11.affiliates")
    assert len(suspended.in_force) == 2 and suspended.in_force[0].interval.end != suspended.in_force[1].interval.start
    assert lint([book]).problems == ()
    bare = replace(suspended, in_force=tuple(replace(period, citation="") for period in suspended.in_force))
    others = tuple(rule for rule in book.rules if rule is not suspended)
    problems = lint([replace(book, rules=(*others, bare))]).problems
    assert ["in force neither" in problem.message for problem in problems] == [True]


def test_dated_rows_that_say_the_same_for_the_same_days_are_found() -> None:
    text = "country,from,to\nBY,2020-01-01,\nBY,2021-01-01,\nMM,,2020-01-01\nMM,2020-01-01,\n"
    meta = {"citation": "Export Control Act 2024 Schedule 1"}
    (book,) = (book for book in shipped_rulebooks() if book.id == "us/ear")
    assert len(parse_table("t", text.encode(), meta).rows) == 4
    changed = replace(book, tables=book.tables.replaced({"supplement_3_part_744": text}))
    problems = [problem for problem in lint([changed]).problems if "supplement_3" in problem.where]
    assert [problem.message for problem in problems] == ["says the same as line 2 for the same days"]


@pytest.mark.parametrize(
    "text",
    [
        "15 CFR 744.11(a), 744.16; Supp. 4 to part 744",
        "Reg. (EU) 2021/821 Art. 4(1)(b)",
        "89 FR 20107",
        "SI 2008/3231 art. 12A",
        "E.O. 13959 as amended by E.O. 14032, section 1",
        "resolution 2253 (2015) para. 2(a)",
        "Export Control Act 2024 s. 3",
        "Draft Bill 12 of 2026, clause 4",
    ],
)
def test_citations_that_a_lawyer_can_look_up_pass(text: str) -> None:
    assert citation_problem(text) == ""


@pytest.mark.parametrize(
    "text", ["", "  ", "the law", "15 CFR", "FR 89", "Reg. (EU)", "15 CFR 744.11)", "?? CFR 12.1", "see above", "1"]
)
def test_citations_that_nobody_can_look_up_do_not(text: str) -> None:
    assert citation_problem(text)


def test_every_shipped_citation_can_be_looked_up() -> None:
    texts = {rule.citation.text for book in shipped_rulebooks() for rule in book.rules}
    texts |= {exception.citation.text for book in shipped_rulebooks() for exception in book.exceptions}
    assert len(texts) > 100
    assert [problem for text in texts if (problem := citation_problem(text))] == []
