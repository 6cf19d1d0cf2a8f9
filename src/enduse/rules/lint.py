"""``rules lint``: what is wrong with a rulebook before anybody relies on it.

No rule, exception or table without a citation that can be looked up; every predicate, fact, table and exempted rule
that is named exists; every argument has the form that its predicate takes; no rule that can never apply, no overlap
without precedence, no unexplained gap (:mod:`enduse.rules.lint_law`); unverified citations are counted and shown, never
hidden.
"""

from __future__ import annotations

import csv
import difflib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from enduse.model.assessment import Effect
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.party import Measure
from enduse.model.transaction import Role
from enduse.rules.citations import citation_problem, date_source_problem
from enduse.rules.facts import FactBook
from enduse.rules.language import STANDS, ExceptionRule, Rule
from enduse.rules.lint_law import law_findings, table_findings
from enduse.rules.registered import REGISTRY, REPETITIONS
from enduse.rules.rulebook import Rulebook

_TABLE_PREDICATES = frozenset(
    {
        *("destination_in_table", "item_in_table", "programme_in_table", "item_corresponds", "red_flags_present"),
        *("transit_needs_licence", "origin_in_table", "party_named_in"),
    }
)

_ROLES = frozenset(role.value for role in Role)
_MEASURES = frozenset(measure.value for measure in Measure)
_LISTINGS: dict[str, frozenset[str]] = {
    "lists": frozenset(),
    "roles": _ROLES,
    "measures": _MEASURES,
    "article_in": frozenset(),
}
_REPEATED: dict[str, dict[str, frozenset[str]]] = {
    "parties": {"roles": _ROLES},
    "listings": _LISTINGS,
    "programmes": _LISTINGS,
    "controls": {"requirement": frozenset()},
}
"""What ``for_each`` takes, and the words that each may hold (none: any). A word that nobody has would never match."""
_REPETITION_FORMS = {kind: "{" + ", ".join(f"{key}: [...]" for key in keys) + "}" for kind, keys in _REPEATED.items()}


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to mend.

    Attributes:
        where: file (with its line, where it is known) and rule.
        field: the place inside the rule (``when.all[1].fact``).
        remedy: how to mend it.
        about: ``precedence`` where two rules meet and nothing says which goes first; else empty.
    """

    where: str
    message: str
    field: str = ""
    remedy: str = ""
    about: str = ""

    def text(self) -> str:
        """One line: place, field, problem, remedy."""
        place = ", ".join(filter(None, [self.where, self.field]))
        return f"{place}: {self.message}" + (f" ({self.remedy})" if self.remedy else "")


@dataclass(frozen=True, slots=True)
class LintReport:
    """What lint found, and what it looked at."""

    problems: tuple[Problem, ...]
    rules: int
    exceptions: int
    tables: int
    rows: int
    unverified: tuple[str, ...]


def lint(books: Sequence[Rulebook], facts: FactBook | None = None) -> LintReport:
    """Check rulebooks.

    Args:
        books: the rulebooks; they have been read already, so their form is good.
        facts: the declared facts; the shipped ones when None.
    """
    declared = facts or FactBook.load()
    problems: list[Problem] = []
    unverified: list[str] = []
    rows = 0
    for book in books:
        named = list(_book_problems(book, declared))
        problems.extend(named)
        problems.extend(_citations(book))
        if not named:  # what is not well formed cannot be reasoned about
            problems.extend(Problem(*found) for found in law_findings(book, declared))
        unverified.extend(f"{rule.id}: {rule.citation.text}" for rule in (*book.rules,) if not rule.citation.verified)
        unverified.extend(
            f"{book.id}, exception {item.symbol}: {item.citation.text}"
            for item in book.exceptions
            if not item.citation.verified
        )
        for table_id in book.tables.ids:
            table_problems, count, open_rows = _table(book, table_id)
            problems.extend(table_problems)
            rows += count
            unverified.extend(open_rows)
    return LintReport(
        tuple(problems),
        rules=sum(len(book.rules) for book in books),
        exceptions=sum(len(book.exceptions) for book in books),
        tables=sum(len(book.tables.ids) for book in books),
        rows=rows,
        unverified=tuple(unverified),
    )


def _book_problems(book: Rulebook, declared: FactBook) -> Iterator[Problem]:
    ids = {rule.id for rule in book.rules}
    yield from _condition(book.nexus, f"{book.id}, nexus", book, declared)
    for name, condition in book.definitions.items():
        if name in _named(condition, book):
            yield Problem(f"{book.id}, definition {name}", "is defined by itself")
        else:
            yield from _condition(condition, f"{book.id}, definition {name}", book, declared)
    for rule in book.rules:
        where = rule.where
        if not rule.id.startswith(f"{book.id}/"):
            yield Problem(where, f"the id does not begin with {book.id}/", "id", f"id: {book.id}/...")
        if rule.effect in (Effect.REQUIRE_LICENCE, Effect.PROHIBIT) and not rule.reason:
            yield Problem(where, "no reason in plain words", "reason", "reason: why, in one sentence")
        for target in rule.exempts:
            if target not in ids:
                yield Problem(
                    where, f"exempts {target!r}, which is no rule of this rulebook", "exempts", near(target, ids)
                )
        if rule.for_each is not None:
            yield from _repetition(rule.for_each, where, book)
        if rule.awaits and not declared.knows(rule.awaits):
            yield Problem(
                where, f"awaits the undeclared fact {rule.awaits!r}", "awaits", _near_fact(rule.awaits, declared)
            )
        for fact in rule.asks:
            if not declared.knows(fact):
                yield Problem(where, f"asks for the undeclared fact {fact!r}", "asks", _near_fact(fact, declared))
        for period in rule.in_force:
            if period.fact and not declared.knows(period.fact):
                yield Problem(where, f"in_force names the undeclared fact {period.fact!r}")
            elif period.fact and STANDS not in declared.get(period.fact).values:
                yield Problem(
                    where, f"in_force names the fact {period.fact!r}, of which {STANDS!r} is no value", "in_force"
                )
        yield from _condition(rule.when, where, book, declared, "when")
        for survivor in rule.survivors:
            if survivor.when is not None:
                yield from _condition(survivor.when, where, book, declared)
    for exception in book.exceptions:
        yield from _condition(exception.considered_when, exception.where, book, declared, "considered_when")
        for position, (_, when) in enumerate(exception.foreclosed):
            yield from _condition(when, exception.where, book, declared, f"foreclosed_when[{position}].when")


def _citations(book: Rulebook) -> Iterator[Problem]:
    """Citations that cannot be looked up, and doubts that nobody explains."""
    places: list[tuple[str, str, Citation]] = [(f"{book.id}, rulebook.yaml", "citation", book.citation)]
    every: list[Rule | ExceptionRule] = [*book.rules, *book.exceptions]
    places += [(rule.where, "citation", rule.citation) for rule in every]
    for where, field, citation in places:
        if problem := citation_problem(citation.text):
            yield Problem(where, problem, field, "act and provision: 15 CFR 744.11(a); Reg. (EU) 2021/821 Art. 4(1)")
        if citation.url and not citation.url.startswith(("https://", "http://")):
            yield Problem(where, f"{citation.url!r} is no address", f"{field}.url", "https://...")
        if not citation.verified and not citation.note:
            yield Problem(where, "not verified, and no note says why", f"{field}.note", "note: what was not read")
    for rule in every:
        for position, period in enumerate(rule.in_force):
            if period.citation and (problem := date_source_problem(period.citation)):
                yield Problem(rule.where, problem, f"in_force[{position}].citation", "name the act that sets the date")


def _repetition(for_each: Any, where: str, book: Rulebook) -> Iterator[Problem]:
    if not isinstance(for_each, Mapping) or len(for_each) != 1 or next(iter(for_each)) not in REPETITIONS:
        yield Problem(where, f"for_each takes one of {', '.join(REPETITIONS)}")
        return
    ((kind, argument),) = for_each.items()
    if not isinstance(argument, Mapping):
        yield Problem(where, f"for_each.{kind} takes a mapping", f"for_each.{kind}", _REPETITION_FORMS.get(kind, ""))
        return
    known = _REPEATED.get(kind, {})
    for key in argument:
        if kind in _REPEATED and key not in known:
            yield Problem(where, f"for_each.{kind} does not know {key!r}", f"for_each.{kind}", _REPETITION_FORMS[kind])
    for key, words in known.items():
        value = argument.get(key)
        if key in ("lists", "requirement") and not value:
            yield Problem(where, f"for_each.{kind} names no {key}", f"for_each.{kind}", _REPETITION_FORMS[kind])
        elif key in argument and key != "article_in" and not isinstance(value, list):
            yield Problem(where, f"for_each.{kind}.{key} takes a list", f"for_each.{kind}.{key}")
        elif words and isinstance(value, list):
            for word in value:
                if word not in words:
                    near = difflib.get_close_matches(str(word), words, 1)
                    remedy = f"did you mean {near[0]}?" if near else f"one of {', '.join(sorted(words))}"
                    yield Problem(where, f"{word!r} is none of the {key}", f"for_each.{kind}.{key}", remedy)
    if argument.get("article_in") and argument["article_in"] not in book.tables:
        yield Problem(where, f"names the table {argument['article_in']!r}, which the rulebook does not have")


def _named(condition: Any, book: Rulebook, seen: frozenset[str] = frozenset()) -> frozenset[str]:
    """The definitions that a condition uses, directly or through others."""
    found = set(seen)
    if isinstance(condition, Mapping):
        for key, argument in condition.items():
            if key == "defined" and isinstance(argument, str) and argument not in found:
                found.add(argument)
                found |= _named(book.definitions.get(argument), book, frozenset(found))
            elif key in ("all", "any", "not"):
                found |= _named(argument, book, frozenset(found))
    elif isinstance(condition, list):
        for part in condition:
            found |= _named(part, book, frozenset(found))
    return frozenset(found)


def _condition(condition: Any, where: str, book: Rulebook, declared: FactBook, field: str = "") -> Iterator[Problem]:
    if condition == "always":
        return
    if not isinstance(condition, Mapping) or len(condition) != 1:
        words = f"{condition!r} is no condition: one key, all, any, not or a predicate"
        yield Problem(where, words, field, "see: docs/rules/language.md")
        return
    ((key, argument),) = condition.items()
    inside = f"{field}.{key}" if field else key
    if key in ("all", "any"):
        if not isinstance(argument, list) or not argument:
            yield Problem(where, f"{key} takes a list of conditions", inside, f"{key}: [...]")
            return
        for position, part in enumerate(argument):
            yield from _condition(part, where, book, declared, f"{inside}[{position}]")
    elif key == "not":
        yield from _condition(argument, where, book, declared, inside)
    elif key == "defined":
        if not isinstance(argument, str) or argument not in book.definitions:
            remedy = near(str(argument), book.definitions)
            yield Problem(where, f"the rulebook does not define {argument!r}", inside, remedy)
    elif key not in REGISTRY:
        yield Problem(where, f"no predicate is called {key!r}", field, near(key, REGISTRY))
    else:
        yield from _argument(key, argument, where, book, declared, inside)


def _argument(key: str, argument: Any, where: str, book: Rulebook, declared: FactBook, field: str) -> Iterator[Problem]:
    if problem := REGISTRY[key].check(argument):
        yield Problem(where, f"{key} {problem}", field, REGISTRY[key].description)
        return
    if key == "fact":
        for name in argument:
            if not declared.knows(name):
                yield Problem(where, f"asks for the undeclared fact {name!r}", field, _near_fact(name, declared))
    tables: Iterable[str] = (argument,) if key in _TABLE_PREDICATES else ()
    if key == "owned_by_listed" and argument.get("programmes_in"):
        tables = (argument["programmes_in"],)
    if key in ("within", "item_in_list", "destination_in_list"):
        tables = (argument["table"],)
    if key == "item_listed":
        tables = (argument["annex"], argument["others"])
    for table in tables:
        if table not in book.tables:
            words = f"names the table {table!r}, which the rulebook does not have"
            yield Problem(where, words, field, near(table, book.tables.ids))


def near(word: str, known: Iterable[str]) -> str:
    """A remedy that names the known words nearest to one."""
    words = sorted(known)
    close = difflib.get_close_matches(word, words, n=3, cutoff=0.5)
    return f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(words[:12]) or 'none'}"


def _near_fact(key: str, declared: FactBook) -> str:
    close = declared.suggest(key)
    return f"did you mean {' or '.join(close)}?" if close else "see: enduse facts list"


def _table(book: Rulebook, table_id: str) -> tuple[list[Problem], int, list[str]]:
    where = f"{book.id}, table {table_id}"
    try:
        table = book.tables[table_id]
        problems = [
            Problem(f"{where} line {row.line}", problem, "citation", "name act and provision")
            for row in table
            if (problem := citation_problem(row.citation.text))
        ]
        problems.extend(Problem(*found) for found in table_findings(table, where))
        open_rows = [f"{where} line {row.line}: {row.citation.text}" for row in table if not row.citation.verified]
        for row in table:
            row.holds_on(book.verified_to)
    except (BadInput, csv.Error, OSError) as error:
        return [Problem(where, str(error))], 0, []
    return problems, len(table.rows), open_rows
