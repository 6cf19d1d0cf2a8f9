"""The law as it is held: acts, their rules over time, and each rule in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from enduse.interfaces.api.holdings import NotHeld
from enduse.interfaces.web.desk import Desk
from enduse.interfaces.web.page import Page
from enduse.model.assessment import Effect
from enduse.rules.language import ExceptionRule, Rule
from enduse.rules.lint import near
from enduse.rules.rulebook import Rulebook
from enduse.rules.shelf import RuleShelf
from enduse.rules.words import each_words, effect_words, overcome_words, period_words, said

WIDTH = 400.0


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of the picture of a rule in force; ``open_start`` and ``open_end`` where it goes on beyond."""

    x: float
    width: float
    open_start: bool
    open_end: bool
    unsettled: bool


def years(books: Iterable[Rulebook], today: dt.date) -> tuple[int, int]:
    """The first and last year that a picture of these acts shows."""
    days = [
        day
        for book in books
        for rule in book.rules
        for period in rule.in_force
        for day in (period.interval.start, period.interval.end, period.unsettled_from)
        if day is not None
    ]
    return min([day.year for day in days], default=today.year - 5), max([today.year, *(day.year for day in days)]) + 1


def spans(rule: Rule | ExceptionRule, first: int, last: int) -> tuple[Span, ...]:
    """The periods of a rule, from the beginning of the first year to that of the last."""
    start, end = dt.date(first, 1, 1), dt.date(last, 1, 1)
    whole = (end - start).days
    found = []
    for period in rule.in_force:
        since, until = period.interval.start or start, period.interval.end or end
        x = max(0, (since - start).days) / whole * WIDTH
        right = min(whole, (until - start).days) / whole * WIDTH
        found.append(
            Span(
                round(x, 1),
                round(max(3.0, right - x), 1),
                period.interval.start is None,
                period.interval.end is None,
                period.unsettled_from is not None,
            )
        )
    return tuple(found)


def in_force(rule: Rule, day: dt.date) -> bool:
    """Whether the rule is in force on a day."""
    return rule.period_on(day) is not None


def browse(desk: Desk) -> Page:
    """Every act, by government."""
    evidence = desk.evidence()
    books = evidence.law.books
    statuses = {one.id: one for one in RuleShelf(desk.holdings.data_dir).status_of(books, desk.today)}
    governments: dict[str, list[Rulebook]] = {}
    for book in books:
        governments.setdefault(book.government, []).append(book)
    return Page(
        "rules.html",
        "Rules",
        {
            "governments": governments,
            "statuses": statuses,
            "counts": {book.id: sum(in_force(rule, desk.day) for rule in book.rules) for book in books},
            "notes": evidence.law.banners,
        },
        section="/rules",
    )


def one(desk: Desk) -> Page:
    """An act, or a rule of one.

    Raises:
        NotHeld: neither has that id.
    """
    wanted = desk.params["id"]
    books = desk.evidence().law.books
    for book in books:
        if book.id == wanted:
            return act_page(desk, book)
        for rule in book.rules:
            if rule.id == wanted:
                return rule_page(desk, rule, book)
    known = [*(book.id for book in books), *(rule.id for book in books for rule in book.rules)]
    raise NotHeld(f"no act or rule is called {wanted[:100]!r}", near(wanted, known))


def act_page(desk: Desk, book: Rulebook) -> Page:
    """An act with its rules over time."""
    first, last = years([book], desk.today)
    status = next(one for one in RuleShelf(desk.holdings.data_dir).status_of([book], desk.today))
    groups = {
        title: rules
        for effect, title in _GROUPS.items()
        if (rules := [rule for rule in book.rules if rule.effect is effect])
    }
    return Page(
        "act.html",
        book.title,
        {
            "book": book,
            "status": status,
            "groups": groups,
            "spans": lambda rule: spans(rule, first, last),
            "now": _place(desk.day, first, last),
            "first": first,
            "last": last,
            "width": WIDTH,
            "in_force": lambda rule: in_force(rule, desk.day),
            "periods": lambda rule: "; ".join(period_words(rule)),
            "nexus": tuple(said(book.nexus, book)),
        },
        section="/rules",
    )


def _place(day: dt.date, first: int, last: int) -> float:
    start, end = dt.date(first, 1, 1), dt.date(last, 1, 1)
    return round(min(1.0, max(0.0, (day - start).days / (end - start).days)) * WIDTH, 1)


_GROUPS = {
    Effect.PROHIBIT: "Prohibitions",
    Effect.REQUIRE_LICENCE: "Licence requirements",
    Effect.REQUIRE_NOTIFICATION: "Duties to notify and wait",
    Effect.EXEMPT: "Exemptions",
    Effect.FORECLOSE_EXCEPTION: "Bars on licence exceptions",
    Effect.REVIEW: "What a review looks at",
}


def rule_page(desk: Desk, rule: Rule, book: Rulebook) -> Page:
    """A rule in words."""
    first, last = years([book], desk.today)
    return Page(
        "rule.html",
        f"{rule.id}: {rule.title}",
        {
            "rule": rule,
            "book": book,
            "effect": effect_words(rule),
            "each": each_words(rule),
            "periods": tuple(period_words(rule)),
            "conditions": tuple(said(rule.when, book)),
            "overcome": tuple(overcome_words(rule, book)),
            "spans": spans(rule, first, last),
            "now": _place(desk.day, first, last),
            "first": first,
            "last": last,
            "width": WIDTH,
            "holds": in_force(rule, desk.day),
            "beside": _beside(rule, book.rules),
        },
        section="/rules",
    )


def _beside(rule: Rule, rules: Sequence[Rule]) -> tuple[tuple[str, Rule], ...]:
    """The rules before and after it in the act."""
    place = next(number for number, other in enumerate(rules) if other.id == rule.id)
    found = []
    if place:
        found.append(("Before", rules[place - 1]))
    if place + 1 < len(rules):
        found.append(("After", rules[place + 1]))
    return tuple(found)
