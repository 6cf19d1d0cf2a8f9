"""The form of the human-rights assessment: every criterion with its finding, sources and what the finding must state.

Names of fields: ``finding.C``, ``reasoning.C``, ``likelihood.C``, ``severity.C``, ``groups.C``, ``link.C``,
``mitigations.C``, ``residual.C``, ``source.C.N.publisher``, ``.published``, ``.where``, ``.reliability``; ``summary``,
``misuse_pattern``. Nothing is chosen beforehand: a missing answer is never "no concern".
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from enduse.cases.bodies import CriterionAnswer, Finding, HumanRightsAssessed
from enduse.cases.human_rights import GRADES, LEVELS
from enduse.cases.policies import Criterion, Policies
from enduse.interfaces.web.fields import Fields
from enduse.interfaces.web.forms import Problem
from enduse.interfaces.web.licensing import words

SPARE = 2
"""Rows for sources that an answer begins with."""
_TEXTS = ("reasoning", "likelihood", "severity", "link", "residual")
_LISTS = ("groups", "mitigations")
_STATES = {
    "reasoning": "the reasoning",
    "sources": "a dated source",
    "likelihood": "how likely it is",
    "severity": "how severe it would be",
    "link": "how item, end user and misuse hang together",
    "groups": "who would suffer",
    "mitigations": "what is done against it",
    "residual": "what remains",
}


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A source as the form shows it."""

    number: int
    publisher: str = ""
    published: str = ""
    where: str = ""
    reliability: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """A criterion as the form shows it."""

    criterion: Criterion
    finding: str
    texts: dict[str, str]
    sources: tuple[SourceRow, ...]


def must_state(policies: Policies) -> dict[str, str]:
    """What an answer with each finding must state, in words."""
    return {
        one.id.value: ", ".join(_STATES.get(name, name) for name in one.states) for one in policies.findings.values()
    }


def answers_of(criteria: Iterable[Criterion], fields: Fields, before: HumanRightsAssessed | None) -> tuple[Answer, ...]:
    """The answers as typed; those of the version before, where nothing was typed."""
    typed = "summary" in fields or any(name.startswith(("finding.", "source.")) for name, _ in fields.pairs)
    earlier = {one.criterion: one for one in before.answers} if before else {}
    return tuple(_typed(one, fields) if typed else _begun(one, earlier.get(one.id)) for one in criteria)


def _typed(criterion: Criterion, fields: Fields) -> Answer:
    name = criterion.id
    texts = {part: fields.one(f"{part}.{name}") for part in (*_TEXTS, *_LISTS)}
    numbers = sorted(set(_numbers(fields, name)))
    rows = [
        SourceRow(
            number,
            *(
                fields.one(f"source.{name}.{number}.{part}")
                for part in ("publisher", "published", "where", "reliability")
            ),
        )
        for number in numbers
    ]
    last = max(numbers, default=0)
    more = max(1 + (fields.one("more") == name), SPARE - len(rows))
    rows += [SourceRow(last + one) for one in range(1, more + 1)]
    return Answer(criterion, fields.one(f"finding.{name}"), texts, tuple(rows))


def _numbers(fields: Fields, criterion: str) -> Iterator[int]:
    shape = re.compile(rf"source\.{re.escape(criterion)}\.(\d{{1,3}})\.\w+")
    for name, _ in fields.pairs:
        if found := shape.fullmatch(name):
            yield int(found[1])


def _begun(criterion: Criterion, before: CriterionAnswer | None) -> Answer:
    empty = tuple(SourceRow(one) for one in range(1, SPARE + 1))
    if before is None:
        return Answer(criterion, "", dict.fromkeys((*_TEXTS, *_LISTS), ""), empty)
    texts = {
        "reasoning": before.reasoning,
        "likelihood": before.likelihood,
        "severity": before.severity,
        "link": before.link,
        "residual": before.residual.value if before.residual else "",
        "groups": "\n".join(before.groups),
        "mitigations": "\n".join(before.mitigations),
    }
    rows = [
        SourceRow(number, one.publisher, one.published.isoformat(), one.where, one.reliability)
        for number, one in enumerate(before.sources, 1)
    ]
    rows += [SourceRow(len(rows) + 1)]
    return Answer(criterion, before.finding.value, texts, tuple(rows))


def read(criteria: Iterable[Criterion], fields: Fields) -> tuple[dict[str, Any], dict[str, Problem]]:
    """The assessment as plain values, and what is wrong field by field. A criterion without a finding is left out."""
    problems: dict[str, Problem] = {}
    answers = []
    for criterion in criteria:
        name = criterion.id
        sources, wrong = _sources(fields, name)
        problems |= wrong
        texts = {part: fields.one(f"{part}.{name}") for part in _TEXTS}
        lists = {
            part: [one.strip() for one in fields.one(f"{part}.{name}").split("\n") if one.strip()] for part in _LISTS
        }
        finding = fields.one(f"finding.{name}")
        if not finding:
            if sources or any(texts.values()) or any(lists.values()):
                problems[f"finding.{name}"] = Problem(f"{name}: something is written, and no finding chosen")
            continue
        answer: dict[str, Any] = {"criterion": name, "finding": finding, "sources": sources, **texts, **lists}
        answer["residual"] = texts["residual"] or None
        answers.append(answer)
    summary = fields.one("summary")
    if not summary:
        problems["summary"] = Problem("sum up what was found")
    sent = {"answers": answers, "summary": summary, "misuse_pattern": fields.one("misuse_pattern")}
    return sent, problems


def _sources(fields: Fields, criterion: str) -> tuple[list[dict[str, str]], dict[str, Problem]]:
    found: list[dict[str, str]] = []
    problems: dict[str, Problem] = {}
    for number in dict.fromkeys(_numbers(fields, criterion)):
        base = f"source.{criterion}.{number}"
        texts = {part: fields.one(f"{base}.{part}") for part in ("publisher", "published", "where", "reliability")}
        missing = [part for part, text in texts.items() if not text]
        if missing:
            problems[f"{base}.{missing[0]}"] = Problem(f"{criterion}: source {number} lacks its {missing[0]}")
            continue
        try:
            dt.date.fromisoformat(texts["published"])
        except ValueError:
            problems[f"{base}.published"] = Problem(f"{texts['published'][:20]!r} is no date", "write it as 2026-03-31")
            continue
        found.append(texts)
    return found, problems


CHOICES = {
    "findings": tuple((one.value, words.FINDINGS[one.value][0]) for one in Finding),
    "levels": tuple((one, one.capitalize()) for one in LEVELS),
    "grades": tuple(
        zip(
            GRADES,
            (
                "A: reliable",
                "B: usually reliable",
                "C: fairly reliable",
                "D: not usually reliable",
                "E: unreliable",
                "F: cannot be judged",
            ),
            strict=True,
        )
    ),
}
