"""How a finding comes about: each condition in words with the fact that met it, and what would overcome it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enduse.model.assessment import Assessment, Effect, Finding, TraceStep
from enduse.model.countries import country_name
from enduse.model.transaction import Transaction
from enduse.model.truth import Truth
from enduse.rules.language import Rule
from enduse.rules.rulebook import Rulebook
from enduse.rules.words import EXCEPTIONS, overcome_words, predicate_words, shown

_GROUPS = {"all of": "all of these", "any of": "one of these", "not": "this does not hold"}


@dataclass(frozen=True, slots=True)
class Step:
    """One condition: its words, whether it is met, the fact that says so, and how deep it stands."""

    truth: Truth
    text: str
    basis: str
    depth: int


def rules_by_id(books: Sequence[Rulebook]) -> dict[str, tuple[Rule, Rulebook]]:
    """Every rule with its act."""
    return {rule.id: (rule, book) for book in books for rule in book.rules}


def steps(finding: Finding, book: Rulebook, tx: Transaction) -> Iterator[Step]:
    """The conditions of a finding as they were evaluated."""
    words = _all_words(book)
    for step in finding.trace:
        text = words.get(step.condition) or _GROUPS.get(step.condition) or step.condition
        if step.condition.startswith("defined: "):
            text = f"“{step.condition.removeprefix('defined: ')}”"
        yield Step(step.truth, text, step.basis or _fact_of(step, tx), step.depth)


def overcome(finding: Finding, rule: Rule, book: Rulebook, found: Assessment) -> tuple[str, ...]:
    """What would overcome a finding, each once."""
    # Which exceptions are left is known here: the rest of the rulebook's need not be named.
    generally = [entry for entry in overcome_words(rule, book) if not entry.startswith(EXCEPTIONS)]
    return tuple(dict.fromkeys((*finding.would_change, *generally, *_left(finding, book, found))))


def _left(finding: Finding, book: Rulebook, found: Assessment) -> Iterator[str]:
    """The exceptions that may be reviewed for the item of a requirement."""
    if finding.effect is not Effect.REQUIRE_LICENCE:
        return
    for entry in found.exceptions.candidates:
        if entry.law == book.jurisdiction and entry.item in ("", finding.item):
            conditions = "; ".join(entry.open_conditions) or "its own conditions"
            yield f"{entry.symbol} [{entry.citation.text}], if every condition is met: {conditions}"


def _all_words(book: Rulebook) -> dict[str, str]:
    conditions = [book.nexus, *book.definitions.values(), *(rule.when for rule in book.rules)]
    return {trace: text for condition in conditions for trace, text in _words(condition, book)}


def _fact_of(step: TraceStep, tx: Transaction) -> str:
    """The fact of the transaction that a condition looked at, where its trace says none."""
    name, _, argument = step.condition.partition(": ")
    if name == "activity":
        return tx.activity.value.replace("_", " ")
    if name.startswith("destination"):
        return country_name(tx.destination)
    if name == "origin" or (name == "within" and "place=origin" in argument):
        return country_name(tx.origin) if tx.origin else "nobody has said where from"
    if name.startswith("item"):
        return ", ".join(item.code for item in tx.items)
    if name in {"fact", "person_takes_part"}:
        key = re.split(r"[=,]", argument)[0]
        if key in tx.facts:
            return f"stated: {_value(tx.facts[key])}"
        return "not stated"
    return ""


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _words(condition: Any, book: Rulebook) -> Iterator[tuple[str, str]]:
    """What each predicate of a condition is called in a trace, and in words."""
    if not isinstance(condition, Mapping):
        return
    ((key, argument),) = condition.items()
    if key in ("all", "any"):
        for part in argument:
            yield from _words(part, book)
    elif key == "not":
        yield from _words(argument, book)
    elif key != "defined":
        yield f"{key}: {shown(argument)}", predicate_words(key, argument)
