"""A finding as a lawyer explains it: the rule in our words, each condition with the fact that met it, what would
overcome it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from enduse.interfaces.cli.render import wrapped
from enduse.model.assessment import Assessment, Effect, Finding, Status, TraceStep
from enduse.model.countries import country_name
from enduse.model.transaction import Transaction
from enduse.model.truth import Truth
from enduse.rules.facts import FactBook
from enduse.rules.language import Rule
from enduse.rules.rulebook import Rulebook
from enduse.rules.words import (
    EXCEPTIONS,
    each_words,
    effect_words,
    overcome_words,
    period_words,
    predicate_words,
    shown,
)

_SIGN = {Truth.TRUE: "met    ", Truth.FALSE: "not met", Truth.UNKNOWN: "open   "}
_GROUPS = {"all of": "all of these", "any of": "one of these", "not": "this does not hold"}


def explanation(found: Assessment, books: Sequence[Rulebook]) -> str:
    """Every finding that applies or may apply, explained."""
    rules = {rule.id: (rule, book) for book in books for rule in book.rules}
    lines: list[str] = []
    for finding in found.findings:
        if finding.status is Status.DOES_NOT_APPLY or finding.rule not in rules:
            continue
        rule, book = rules[finding.rule]
        lines += [*_finding(finding, rule, book, found), ""]
    if not lines:
        return "No rule applies or may apply on the stated facts: nothing to explain.\n"
    return "\n".join(["How each finding comes about", "", *lines]) + "\n"


def _finding(finding: Finding, rule: Rule, book: Rulebook, found: Assessment) -> Iterator[str]:
    state = "applies" if finding.status is Status.APPLIES else "may apply"
    subject = f" to {finding.subject}" if finding.subject else ""
    yield from wrapped(f"{finding.code or finding.rule} {state}{subject}: {finding.title}", "")
    yield from wrapped(f"the rule: {effect_words(rule)}{_for(rule)}; in force {', '.join(period_words(rule))}", "  ")
    if rule.reason:
        yield from wrapped(f"in our words: {finding.reason or rule.reason}", "  ")
    verified = "" if finding.citation.verified else "  [not verified]"
    yield from wrapped(f"source: {finding.citation.text}{verified}", "  ")
    yield "  conditions:"
    words = _all_words(book)
    for step in finding.trace:
        yield from _step(step, words, found.transaction)
    facts = FactBook.load()
    for key in finding.missing:
        yield from wrapped(f"missing: {facts.question(key)} [{key}]", "  ", hang="    ")
    # Which exceptions are left is known here: the rest of the rulebook's need not be named.
    generally = [entry for entry in overcome_words(rule, book) if not entry.startswith(EXCEPTIONS)]
    for entry in dict.fromkeys((*finding.would_change, *generally, *_left(finding, book, found))):
        yield from wrapped(f"would overcome it: {entry}", "  ", hang="    ")
    for condition in finding.conditions:
        yield from wrapped(f"to observe: {condition}", "  ", hang="    ")


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


def _for(rule: Rule) -> str:
    each = each_words(rule)
    return f", for {each}" if each else ""


def _step(step: TraceStep, words: Mapping[str, str], tx: Transaction) -> Iterator[str]:
    text = words.get(step.condition) or _GROUPS.get(step.condition) or step.condition
    if step.condition.startswith("defined: "):
        text = f"“{step.condition.removeprefix('defined: ')}”"
    basis = step.basis or _fact_of(step.condition, tx)
    said = f"{_SIGN[step.truth]} {text}" + (f" — {basis}" if basis else "")
    indent = "    " + "  " * step.depth
    yield from wrapped(said, indent, hang=indent + "        ")


def _fact_of(condition: str, tx: Transaction) -> str:
    """The fact of the transaction that a condition looked at, where its trace says none."""
    name, _, argument = condition.partition(": ")
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
