"""The cases in ``conformance/``: every modelled one passes, and no cell they rest on can change unseen."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from enduse.interfaces.verify import CaseResult, assess_case, read_cases, run_case, verify_files
from enduse.model.assessment import Outcome, Status
from enduse.rules.rulebook import Rulebook, shipped_rulebooks
from enduse.rules.tables import Tables

CASES = Path(__file__).parents[2] / "conformance"
FILES = sorted(CASES.glob("*.yaml"))
US = {"US-EAR", "US-OFAC"}
MUTATIONS = 200


def every_case() -> list[Any]:
    return [pytest.param(where, case, id=case["id"]) for path in FILES for where, case in read_cases(path)]


@pytest.mark.parametrize(("where", "case"), every_case())
def test_every_case_passes(where: str, case: Mapping[str, Any]) -> None:
    result = run_case(case, where)
    assert (result.verdict, result.differences) == ("passed", ())


def test_a_case_of_a_jurisdiction_without_rulebook_is_neither_passed_nor_missed() -> None:
    where, case = next(iter(read_cases(CASES / "golden-cases.yaml")))
    assert run_case({**case, "jurisdiction": "XA"}, where).verdict == "not modelled"


def test_the_summary_counts_every_case() -> None:
    summary = verify_files([CASES / "golden-cases.yaml"])
    assert summary.line() == "72 passed, 0 missed, 0 not modelled"
    second = verify_files([CASES / "golden-cases-eu-uk-ownership.yaml"])
    assert second.line() == "76 passed, 0 missed, 0 not modelled"


def test_a_wrong_expectation_is_a_miss() -> None:
    """The comparison can fail: turning any compared key of a passing case around is noticed."""
    where, case = next(iter(read_cases(CASES / "golden-cases.yaml")))
    for key, wrong in {
        "licence_required": "false",
        "reasons": ["CC:CC2"],
        "exceptions_foreclosed": ["ALL"],
        "exceptions_candidate": ["STA"],
        "human_rights_review": "false",
    }.items():
        changed = {**case, "expected": {**case["expected"], key: wrong}}
        assert run_case(changed, where).verdict == "missed", key


@pytest.mark.parametrize(
    ("stated", "missing", "outcome", "reasons"),
    [
        ({}, [], Outcome.LICENCE_REQUIRED, {"EL:AFFILIATE"}),
        ({}, ["military_end_use"], Outcome.LICENCE_REQUIRED, {"EL:AFFILIATE"}),
        ({}, ["affiliates_rule_state_on_date"], Outcome.INDETERMINATE, {"EL:AFFILIATE?"}),
        ({"affiliates_rule_state_on_date": "suspended"}, [], Outcome.NOT_REQUIRED, set()),
        ({"rulebook_verified_to": "2026-10-31"}, [], Outcome.INDETERMINATE, {"EL:AFFILIATE?"}),
    ],
)
def test_the_law_counts_as_checked_to_the_day_of_a_case_that_does_not_say_otherwise(
    stated: dict[str, str], missing: list[str], outcome: Outcome, reasons: set[str]
) -> None:
    cases = (case for _, case in read_cases(CASES / "licensing-officer.yaml"))
    case = next(case for case in cases if "affiliates_rule_state_on_date" in case.get("facts", {}))
    expected = {**case["expected"], "missing_facts": missing}
    found = assess_case({**case, "facts": stated, "expected": expected}, "a case")
    spoken = {item.code + ("" if item.status is Status.APPLIES else "?") for item in found.speaking if item.code}
    assert (found.outcome, spoken) == (outcome, reasons)


# --- mutations: cells that a case rests on, changed one by one


SENSITIVE = [path for path in FILES if path.name != "licensing-officer.yaml"]
"""Files whose cases a changed cell shows in.

The officer's ask what several cells answer alike (a territory whose parent has the marks of others, a footnote beside a
mark), so a single one of those cells may change unnoticed.
"""


@cache
def us_cases() -> tuple[tuple[str, Mapping[str, Any]], ...]:
    return tuple((where, case) for path in SENSITIVE for where, case in read_cases(path) if case["jurisdiction"] in US)


def book(tables: Tables | None = None) -> list[Rulebook]:
    from dataclasses import replace

    return [
        replace(item, tables=tables) if tables is not None and item.id == "us/ear" else item
        for item in shipped_rulebooks()
    ]


def mutated(tables: Tables, table_id: str, number: int, column: str, value: str) -> Tables:
    """The tables with one cell changed."""
    table = tables[table_id]
    lines = [",".join(table.columns)]
    for index, row in enumerate(table.rows):
        cells = dict(row.cells) | ({column: value} if index == number else {})
        lines.append(",".join('"' + cells[name].replace('"', '""') + '"' for name in table.columns))
    return tables.replaced({table_id: "\n".join(lines) + "\n"})


LETTERS = ";".join("abcdefghijklmnopqrstuvwxyz")
OTHER_VALUES = {
    "include": ["q", "q.1;y.9"],
    "exclude": [LETTERS],
    "available": ["yes", "no"],
    "value_usd": ["1"],
    "requirement": ["all", "other", "un_embargo"],
    "reason": ["QQ", ""],
    "column": ["MT1", "CB3", ""],
    "country": ["ZZ", ""],
    "row": ["DE", "ZZ"],
    "group": ["Z:9"],
    "programme": ["NONE"],
    "eccn": ["9Z999", "0A980"],
    "except_countries": ["DE;JP;AU;GB;CA;FR;BD;IL;CN", "ZZ"],
}


def mutations(tables: Tables, cells: Iterable[tuple[str, int, str]]) -> list[tuple[str, int, str, str]]:
    """Other values for every cell that a case rests on."""
    found = []
    for table_id, number, column in cells:
        value = tables[table_id].rows[number][column]
        marks = ["" if value == "X" else "X"]
        found += [(table_id, number, column, other) for other in OTHER_VALUES.get(column, marks) if other != value]
    return found


def verdicts(tables: Tables, cases: Iterable[int]) -> Iterator[CaseResult]:
    """The results of some cases under changed tables, one after the other: the first miss is enough."""
    books = book(tables)
    return (run_case(us_cases()[number][1], us_cases()[number][0], books) for number in cases)


def rests_on(tables: Tables) -> dict[tuple[str, int, str], list[int]]:
    """Cells that some case's answer rests on, as the engine itself records them, with the numbers of those cases."""
    rows = {table_id: {row.line: number for number, row in enumerate(tables[table_id])} for table_id in tables.ids}
    used: dict[tuple[str, int, str], dict[int, None]] = {}
    for case_number, (where, case) in enumerate(us_cases()):
        found = assess_case(case, where)
        given = [item.code for item in found.findings]
        # A code that two findings give rests on no single cell.
        compared = [
            item
            for item in found.findings
            if (item.code and given.count(item.code) == 1) or item.status.value == "does_not_apply"
        ]
        entries = [*compared]
        if case["expected"]["exceptions_foreclosed"] is not None:
            entries += [*found.exceptions.foreclosed, *found.exceptions.candidates]  # type: ignore[list-item]
        for entry in entries:
            for address in entry.rests_on:
                table_id, line, column = address.split(":")
                used.setdefault((table_id, rows[table_id][int(line)], column), {})[case_number] = None
    return {cell: list(used[cell]) for cell in sorted(used)}


def ear_tables() -> Tables:
    return next(item for item in shipped_rulebooks() if item.id == "us/ear").tables


def test_the_engine_names_the_cells_that_a_case_rests_on() -> None:
    cells = rests_on(ear_tables())
    assert len(cells) > 150
    assert {"ccl_controls", "country_chart", "country_groups", "list_based_exceptions"} <= {
        table for table, _, _ in cells
    }


@pytest.mark.slow
def test_two_hundred_seeded_mutations_of_cells_that_a_case_rests_on_are_all_noticed() -> None:
    tables = ear_tables()
    resting = rests_on(tables)
    possible = mutations(tables, resting)
    chosen = random.Random(20261124).sample(possible, MUTATIONS)
    unnoticed = [
        (table_id, tables[table_id].rows[number].line, column, value)
        for table_id, number, column, value in chosen
        if all(
            result.verdict == "passed"
            for result in verdicts(mutated(tables, table_id, number, column, value), resting[table_id, number, column])
        )
    ]
    assert unnoticed == [], "\n".join(map(str, unnoticed))
