"""Outcomes line by line, with their conditions: the form of a proposal, a decision and a decision on appeal.

Names of fields: ``outcome.L``, ``reasons.L``, ``criteria.L`` (several), ``condition.L.N.text``, ``.id``, ``.due``,
``.evidence``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from enduse.cases import human_rights
from enduse.cases.application import CaseItem, Condition
from enduse.cases.bodies import OUTCOMES, LineOutcome
from enduse.cases.case import Case
from enduse.cases.conditions import Facts
from enduse.cases.policies import Criterion, Policies
from enduse.interfaces.web.fields import Fields
from enduse.interfaces.web.forms import Problem

_CONDITION = re.compile(r"condition\.(\d{1,4})\.(\d{1,3})\.text")
SPARE = 1
"""Empty rows for conditions below those that are there."""


@dataclass(frozen=True, slots=True)
class ConditionRow:
    """A condition as the form shows it."""

    number: int
    id: str = ""
    text: str = ""
    due: str = ""
    evidence: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the form.

    Attributes:
        closed: outcomes that a finding of the human-rights assessment blocks, each with why.
    """

    item: CaseItem
    code: str
    outcome: str
    reasons: str
    criteria: tuple[str, ...]
    conditions: tuple[ConditionRow, ...]
    closed: tuple[tuple[str, str], ...]


def lines_of(
    case: Case, facts: Facts, policies: Policies, fields: Fields, start: Iterable[LineOutcome], wanted: Iterable[int]
) -> tuple[Line, ...]:
    """The lines as typed; as they are proposed so far, where nothing was.

    Args:
        start: outcomes that fill the form before somebody types.
        wanted: numbers of the lines that are decided on.
    """
    typed = any(name.startswith("outcome.") for name, _ in fields.pairs) or "reasoning" in fields
    before = {one.line: one for one in start}
    closed = tuple(
        (outcome, "; ".join(one.what for one in found))
        for outcome in OUTCOMES
        if (found := human_rights.blocked(facts, policies, outcome))
    )
    return tuple(
        _typed(item, case.code(item.line), fields, closed)
        if typed
        else _begun(item, case.code(item.line), before.get(item.line), closed)
        for item in case.applied.items
        if item.line in set(wanted)
    )


def _typed(item: CaseItem, code: str, fields: Fields, closed: tuple[tuple[str, str], ...]) -> Line:
    line = item.line
    numbers = sorted(
        {int(found[2]) for name, _ in fields.pairs if (found := _CONDITION.fullmatch(name)) and int(found[1]) == line}
    )
    rows = [_row(fields, line, number) for number in numbers]
    last = max(numbers, default=0)
    more = SPARE + (fields.one("more") == str(line))
    rows += [ConditionRow(last + one) for one in range(1, more + 1)]
    return Line(
        item,
        code,
        fields.one(f"outcome.{line}"),
        fields.one(f"reasons.{line}"),
        fields.all(f"criteria.{line}"),
        tuple(rows),
        closed,
    )


def _row(fields: Fields, line: int, number: int) -> ConditionRow:
    base = f"condition.{line}.{number}"
    texts = [fields.one(f"{base}.{part}") for part in ("id", "text", "due", "evidence")]
    return ConditionRow(number, *texts)


def _begun(item: CaseItem, code: str, before: LineOutcome | None, closed: tuple[tuple[str, str], ...]) -> Line:
    if before is None:
        return Line(item, code, "", "", (), (ConditionRow(1),), closed)
    rows = [
        ConditionRow(number, one.id, one.text, str(one.due_days) if one.due_days else "", one.evidence)
        for number, one in enumerate(before.conditions, 1)
    ]
    rows.append(ConditionRow(len(rows) + 1))
    return Line(item, code, before.outcome, before.reasons, before.criteria, tuple(rows), closed)


def criteria_for(policies: Policies, law: str) -> tuple[Criterion, ...]:
    """Criteria that a refusal can rest on."""
    return tuple(one for one in policies.criteria if law in one.laws)


def read_lines(fields: Fields, wanted: Iterable[int]) -> tuple[list[dict[str, Any]], dict[str, Problem]]:
    """The outcomes as plain values, and what is wrong field by field."""
    found, problems = [], {}
    for line in wanted:
        outcome, reasons = fields.one(f"outcome.{line}"), fields.one(f"reasons.{line}")
        if not outcome:
            problems[f"outcome.{line}"] = Problem(f"line {line}: choose an outcome, none is taken for granted")
        if not reasons:
            problems[f"reasons.{line}"] = Problem(f"line {line}: give the reasons")
        conditions, wrong = read_conditions(fields, f"condition.{line}")
        problems |= wrong
        found.append(
            {
                "line": line,
                "outcome": outcome,
                "reasons": reasons,
                "criteria": list(fields.all(f"criteria.{line}")),
                "conditions": conditions,
            }
        )
    return found, problems


def read_conditions(fields: Fields, base: str) -> tuple[list[dict[str, Any]], dict[str, Problem]]:
    """Conditions under a prefix as plain values; an id is made of its text where none is typed."""
    shape = re.compile(re.escape(base) + r"\.(\d{1,3})\.text")
    found: list[dict[str, Any]] = []
    problems: dict[str, Problem] = {}
    for name, text in fields.pairs:
        number = shape.fullmatch(name)
        if number is None:
            continue
        row = f"{base}.{number[1]}"
        due = fields.one(f"{row}.due", "0")
        if not due.isdecimal() or len(due) > 5:
            problems[f"{row}.due"] = Problem(f"{due[:20]!r} is no number of days", "write 90, or leave it empty")
            due = "0"
        made = Condition(
            fields.one(f"{row}.id") or _slug(text, number[1]), text, int(due), fields.one(f"{row}.evidence")
        )
        found.append({"id": made.id, "text": made.text, "due_days": made.due_days, "evidence": made.evidence})
    return found, problems


def _slug(text: str, number: str) -> str:
    words = re.findall(r"[a-z0-9]+", text.lower())[:4]
    return "-".join(words) or f"condition-{number}"
