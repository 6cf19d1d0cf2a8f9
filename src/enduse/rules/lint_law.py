"""What lint finds in the law itself: rules that can never apply, overlaps without precedence, gaps in time.

Reasoning is by structure, so that what is found is certain: a conjunction that asks for two destinations at once, a
condition beside its own negation, a fact's value that the fact does not take, an exemption that always holds.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from enduse.model.assessment import Effect
from enduse.model.errors import BadInput
from enduse.model.time import ALWAYS, Interval, parse_date
from enduse.rules.facts import NONE, FactBook
from enduse.rules.language import ExceptionRule, Rule
from enduse.rules.rulebook import Rulebook
from enduse.rules.tables import Table

Found = tuple[str, str, str, str] | tuple[str, str, str, str, str]
"""Place, message, field, remedy, and what it is about."""

PRECEDENCE = "precedence"

_SETS = frozenset({"activity", "destination", "origin"})
_TABLES = frozenset({"destination_in_table", "item_in_table", "programme_in_table"})
_MILDER = (Effect.REQUIRE_NOTIFICATION, Effect.REQUIRE_LICENCE, Effect.PROHIBIT)
_ASIDE = frozenset({"from", "to", "citation", "verified", "note", "source", "url"})


def law_findings(book: Rulebook, facts: FactBook) -> Iterator[Found]:
    """What is wrong with the rules of a well-formed rulebook."""
    every: list[Rule | ExceptionRule] = [*book.rules, *book.exceptions]
    for one in every:
        yield from _periods(one.where, [period.interval for period in one.in_force], one.in_force)
    by_id = {rule.id: rule for rule in book.rules}
    for rule in book.rules:
        if (past := by_id.get(f"{rule.id}.before")) is not None:
            yield from _succession(past, rule)
    exempted = _always_exempted(book)
    for rule in book.rules:
        why = _never(rule.when, _Known.of_nexus(book, facts))
        if not why and rule.id in exempted:
            why = f"{exempted[rule.id]} exempts from it always"
        if not why:
            why = _too_late(rule)
        if why:
            yield rule.where, f"can never apply: {why}", "when", "mend the condition, or remove the rule"
    for exception in book.exceptions:
        if why := _never(exception.considered_when, _Known.of_nexus(book, facts)):
            yield exception.where, f"can never be considered: {why}", "considered_when", "mend the condition"
    yield from _overlaps(book)


# --- time


def _periods(where: str, intervals: list[Interval], periods: Iterable[Any]) -> Iterator[Found]:
    """Overlaps and unexplained gaps among the periods of one rule."""
    cited = [bool(period.citation) for period in periods]
    order = sorted(range(len(intervals)), key=lambda n: intervals[n].start or dt.date.min)
    for first, second in itertools.pairwise(order):
        end, start = intervals[first].end, intervals[second].start
        if end is None or start is None or start < end:
            words = f"the periods {intervals[first]} and {intervals[second]} overlap"
            yield where, words, "in_force", "let one end where the other begins"
        elif start > end and not (cited[first] or cited[second]):
            words = f"in force neither from {end} nor before {start}, and no citation says why"
            yield where, words, "in_force", "cite the act that suspends it, or close the gap"


def _succession(past: Rule, rule: Rule) -> Iterator[Found]:
    ends = [period.interval.end for period in past.in_force]
    starts = [period.interval.start for period in rule.in_force]
    end = None if None in ends else max(day for day in ends if day)
    start = None if None in starts else min(day for day in starts if day)
    if end != start:
        words = f"{past.id} ends on {end or 'no day'}, but this rule begins on {start or 'no day'}"
        yield rule.where, words, "in_force", "let the one begin on the day on which the other ends"


def _too_late(rule: Rule) -> str:
    """The condition asks for a day that the rule does not live to see."""
    ends = [period.interval.end for period in rule.in_force]
    if not ends or None in ends:
        return ""
    last = max(day for day in ends if day)
    for part in _conjuncts(rule.when, {}):
        if isinstance(part, Mapping) and "on_or_after" in part and parse_date(part["on_or_after"]) >= last:
            return f"it asks for {part['on_or_after']} or later, and ends on {last}"
    return ""


def table_findings(table: Table, where: str) -> Iterator[Found]:
    """Dated rows that say the same for the same days; what repeats without a date does no harm."""
    if "from" not in table.columns and "to" not in table.columns:
        return
    seen: dict[tuple[str, ...], list[tuple[int, Interval]]] = defaultdict(list)
    for row in table:
        cells = tuple(row[column] for column in table.columns if column not in _ASIDE)
        try:
            interval = row.interval
        except BadInput as problem:
            yield f"{where} line {row.line}", problem.problem, "from", problem.remedy
            continue
        for line, other in seen[cells]:
            if _meet(interval, other) and (interval, other) != (ALWAYS, ALWAYS):
                words = f"says the same as line {line} for the same days"
                yield f"{where} line {row.line}", words, "from", "keep one of them"
        seen[cells].append((row.line, interval))


def _meet(one: Interval, other: Interval) -> bool:
    before = one.end is not None and other.start is not None and one.end <= other.start
    after = other.end is not None and one.start is not None and other.end <= one.start
    return not (before or after)


# --- reach


@dataclass(frozen=True)
class _Known:
    """What a conjunction has said so far: what a place or fact may still be, and what it may not."""

    book: Rulebook
    facts: FactBook
    may: dict[str, frozenset[str]] = field(default_factory=dict)
    may_not: dict[str, frozenset[str]] = field(default_factory=dict)
    holds: frozenset[str] = frozenset()
    fails: frozenset[str] = frozenset()

    @classmethod
    def of_nexus(cls, book: Rulebook, facts: FactBook) -> _Known:
        known = cls(book, facts)
        for part in _conjuncts(book.nexus, book.definitions):
            known = known.told(part)
        return known

    def told(self, part: Any) -> _Known:
        """With one more conjunct."""
        may, may_not = dict(self.may), dict(self.may_not)
        holds, fails = self.holds | {_canonical(part)}, self.fails
        negated = isinstance(part, Mapping) and "not" in part
        inner = part["not"] if negated else part
        if negated:
            several = inner["any"] if isinstance(inner, Mapping) and "any" in inner else [inner]
            fails = fails | {_canonical(one) for one in several}
        else:
            several = [inner]
        for one in several:
            for name, values in _values(one):
                if negated:
                    may_not[name] = may_not.get(name, frozenset()) | values
                else:
                    may[name] = may[name] & values if name in may else values
        return _Known(self.book, self.facts, may, may_not, holds, fails)

    def contradiction(self) -> str:
        """Why not everything that was told can hold; empty where it can."""
        for name, values in sorted(self.may.items()):
            if not values - self.may_not.get(name, frozenset()):
                return f"no {name} meets all that it asks"
        both = sorted(self.holds & self.fails)
        return f"it asks for {both[0]} and for its contrary" if both else ""


def _never(condition: Any, known: _Known) -> str:
    """Why a condition can never hold beside what is known; empty where it may."""
    if not isinstance(condition, Mapping):
        return ""
    ((key, argument),) = condition.items()
    if key == "all":
        for part in _conjuncts(condition, known.book.definitions):
            known = known.told(part)
        if why := known.contradiction():
            return why
        return next(filter(None, (_never(part, known) for part in argument)), "")
    if key == "any":
        reasons = [_never(part, known) for part in argument]
        return reasons[0] if reasons and all(reasons) else ""
    if key == "not":
        return "it denies what always holds" if argument == "always" else ""
    if key == "defined":
        return _never(known.book.definitions.get(argument), known)
    if key == "fact" and (why := _foreign_value(argument, known.facts)):
        return why
    if key in _TABLES and not known.book.tables[argument].rows:
        return f"the table {argument} has no row"
    return known.told(condition).contradiction()


def _foreign_value(argument: Mapping[str, Any], facts: FactBook) -> str:
    ((key, wanted),) = argument.items()
    declaration = facts.get(key)
    values = set(declaration.values)
    if declaration.type == "boolean":
        values = {"true", "false"}
    elif declaration.type == "record" or not values:
        return ""
    options = wanted if isinstance(wanted, list) else [wanted]
    foreign = [option for option in options if option not in values | {NONE}]
    return f"the fact {key} never is {', '.join(map(str, foreign))}" if len(foreign) == len(options) else ""


def _conjuncts(condition: Any, definitions: Mapping[str, Any]) -> Iterator[Any]:
    """The conditions that must all hold."""
    if isinstance(condition, Mapping):
        ((key, argument),) = condition.items()
        if key == "all":
            for part in argument:
                yield from _conjuncts(part, definitions)
            return
        if key == "defined" and argument in definitions:
            yield from _conjuncts(definitions[argument], definitions)
    yield condition


def _values(condition: Any) -> Iterator[tuple[str, frozenset[str]]]:
    """The one place or fact that a predicate asks for, with the values that meet it."""
    if not isinstance(condition, Mapping):
        return
    ((key, argument),) = condition.items()
    if key in _SETS and isinstance(argument, list):
        yield key, frozenset(argument)


def _canonical(condition: Any) -> str:
    if condition == "always":
        return "always"
    return json.dumps(_sorted(condition), sort_keys=True)


def _sorted(condition: Any) -> Any:
    """With the order taken out of ``all``, ``any`` and lists of words."""
    if isinstance(condition, Mapping):
        return {key: _sorted(value) for key, value in condition.items()}
    if isinstance(condition, list):
        return sorted((_sorted(item) for item in condition), key=lambda item: json.dumps(item, sort_keys=True))
    return condition


# --- precedence


def _always_exempted(book: Rulebook) -> dict[str, str]:
    return {
        target: rule.id
        for rule in book.rules
        if rule.effect is Effect.EXEMPT and rule.when == "always"
        for target in rule.exempts
    }


def _overlaps(book: Rulebook) -> Iterator[Found]:
    """A rule inside a stricter one never decides anything; two rules that say the same say it once too often."""
    rules = [rule for rule in book.rules if rule.effect in _MILDER and rule.outcome is None]
    parts = {rule.id: {_canonical(part) for part in _conjuncts(rule.when, {}) if not _is_all(part)} for rule in rules}
    for one, other in itertools.permutations(rules, 2):
        if one.for_each != other.for_each or one.standing != other.standing or not _same_days(one, other):
            continue
        inside = parts[other.id] <= parts[one.id] or other.when == "always"
        if not inside:
            continue
        milder = _MILDER.index(one.effect) < _MILDER.index(other.effect)
        if milder:
            words = f"lies within {other.id}, which is stricter on the same days, and nothing says which goes first"
            remedy = f"exempt from {other.id}, or let its condition exclude this one"
            yield one.where, words, "when", remedy, PRECEDENCE
        elif one.effect is other.effect and parts[one.id] == parts[other.id] and one.id < other.id:
            words = f"has the condition of {other.id} on the same days, and nothing says which goes first"
            remedy = "make them one rule, or let their conditions exclude one another"
            yield one.where, words, "when", remedy, PRECEDENCE


def _is_all(condition: Any) -> bool:
    return isinstance(condition, Mapping) and "all" in condition


def _same_days(one: Rule, other: Rule) -> bool:
    return any(_meet(a.interval, b.interval) for a in one.in_force for b in other.in_force)
