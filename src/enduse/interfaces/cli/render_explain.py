"""A finding as a lawyer explains it: the rule in our words, each condition with the fact that met it, what would
overcome it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from enduse.interfaces.cli.render import wrapped
from enduse.interfaces.explained import overcome, rules_by_id, steps
from enduse.model.assessment import Assessment, Finding, Status
from enduse.model.truth import Truth
from enduse.rules.facts import FactBook
from enduse.rules.language import Rule
from enduse.rules.rulebook import Rulebook
from enduse.rules.words import each_words, effect_words, period_words

_SIGN = {Truth.TRUE: "met    ", Truth.FALSE: "not met", Truth.UNKNOWN: "open   "}


def explanation(found: Assessment, books: Sequence[Rulebook]) -> str:
    """Every finding that applies or may apply, explained."""
    rules = rules_by_id(books)
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
    for step in steps(finding, book, found.transaction):
        said = f"{_SIGN[step.truth]} {step.text}" + (f" — {step.basis}" if step.basis else "")
        indent = "    " + "  " * step.depth
        yield from wrapped(said, indent, hang=indent + "        ")
    facts = FactBook.load()
    for key in finding.missing:
        yield from wrapped(f"missing: {facts.question(key)} [{key}]", "  ", hang="    ")
    for entry in overcome(finding, rule, book, found):
        yield from wrapped(f"would overcome it: {entry}", "  ", hang="    ")
    for condition in finding.conditions:
        yield from wrapped(f"to observe: {condition}", "  ", hang="    ")


def _for(rule: Rule) -> str:
    each = each_words(rule)
    return f", for {each}" if each else ""
