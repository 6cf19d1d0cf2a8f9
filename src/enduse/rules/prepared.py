"""A rulebook made ready to judge: its conditions as functions, its rules as functions that keep what they answer.

One is made for each way of asking (closed or open world, strict or not) and kept with the rulebook.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from enduse.model.assessment import CandidateException, Effect, ForeclosedException
from enduse.model.transaction import Item
from enduse.model.truth import Truth
from enduse.rules.answer import FALSE, TRUE, Answer, both, either, negated, unknown
from enduse.rules.classification import classified, demand_sub_paragraph
from enduse.rules.facts import FactBook
from enduse.rules.findings import Parts, Repeated, Ruled, asks_for
from enduse.rules.given import PartyListing, World, nothing_defined
from enduse.rules.language import STANDS, ExceptionRule, Period, Rule
from enduse.rules.panel import Panel
from enduse.rules.reading import MOST, Kept
from enduse.rules.registered import Conditions, Repeats, repetition_of
from enduse.rules.rulebook import Rulebook
from enduse.rules.situation import Situation
from enduse.rules.tables import dates_in

Asks = Callable[[Situation], Answer]
Exempting = Callable[[Situation], Answer | None]
Mode = tuple[bool, bool, frozenset[str]]
"""Closed world, strict, facts that stay open in a closed world."""

REQUIRING = (Effect.PROHIBIT, Effect.REQUIRE_LICENCE, Effect.REQUIRE_NOTIFICATION)
_MODES = 8


def prepared(book: Rulebook, mode: Mode) -> Prepared:
    """The rulebook made ready for a way of asking.

    Raises:
        BadInput: a rule holds something that is no condition.
    """
    found: Prepared | None = book.ready.get(mode)
    if found is None:
        while len(book.ready) >= _MODES:
            book.ready.pop(next(iter(book.ready)), None)
        found = book.ready[mode] = Prepared(book, mode)
    return found


class Prepared:
    """One rulebook, for one way of asking.

    Attributes:
        world: what its situations share.
        nexus: whether the act reaches the transaction.
        reviews: reviews that ask which reasons were found; ``reviewed``: what each answers.
        first: the rules of the first pass: requirements, and reviews that ask for no reason.
        bars: rules that foreclose licence exceptions, each with those that it lets through.
        results: of the first pass, by the item's code, the nexus and what each rule answers.
        exceptions: how many licence exceptions there are.
        relief: what each exception gives (a candidate, a foreclosed one, or nothing), then whether each bar holds.
    """

    def __init__(self, book: Rulebook, mode: Mode) -> None:
        closed_world, strict, open_facts = mode
        self.book = book
        self.results: dict[Hashable, Any] = {}
        self._codes: dict[tuple[str, str | None, int], str] = {}
        self.world = World(
            book.tables,
            FactBook.load(),
            book.verified_to,
            book.definitions,
            _dates(book),
            closed_world=closed_world,
            strict=strict,
            open_facts=open_facts,
        )
        self._conditions = Conditions(book.definitions)
        # Before anything is asked: what a predicate asks by name has its place among the conditions too.
        named = {name: self._function({"defined": name}, f"{book.id}, definitions") for name in book.definitions}
        self.world.defined = lambda name: named.get(name) or nothing_defined(name)
        self.nexus = self._conditions.kept("nexus", self._function(book.nexus, f"{book.id}, nexus"))
        self._exempting = self._exemptions()
        self.first = Panel(
            [
                _rule(rule, self._function(rule.when, rule.where), self._exempting.get(rule.id, ()))
                for rule in book.rules
                if rule.effect in REQUIRING or (rule.effect is Effect.REVIEW and not _second_pass(rule))
            ]
        )
        self.reviews = tuple(rule for rule in book.rules if rule.effect is Effect.REVIEW and _second_pass(rule))
        self.reviewed = Panel([_rule(rule, self._function(rule.when, rule.where), ()) for rule in self.reviews])
        self.bars = tuple(self._bar(rule) for rule in book.rules if rule.effect is Effect.FORECLOSE_EXCEPTION)
        exceptions = [self._exception(rule) for rule in book.exceptions]
        self.exceptions = len(exceptions)
        self.relief: Panel[Any] = Panel([*exceptions, *[bar.answer for bar in self.bars]])

    @property
    def follows(self) -> bool:
        """Whether anything follows from reasons found: exceptions, bars on them, reviews."""
        return bool(self.reviews or self.bars or self.exceptions)

    @property
    def conditions(self) -> int:
        """How many conditions there are."""
        return len(self._conditions)

    def classified(self, item: Item, day: dt.date) -> Item:
        """The item under the classification that holds on the day.

        Raises:
            BadInput: as :func:`~enduse.rules.classification.classified`; in an open world also where the code is
                coarser than the entry's own distinctions.
        """
        key = (item.code, item.classification_on_date, self.world.era(day))
        code = self._codes.get(key)
        if code is None:
            found = classified(item, self.book.tables, day)
            if not self.world.closed_world:
                demand_sub_paragraph(found, self.book.tables, day)
            if len(self._codes) >= MOST:
                self._codes.clear()
            code = self._codes[key] = found.code
        return item if code == item.code else replace(item, code=code)

    def _function(self, condition: object, where: str) -> Asks:
        return self._conditions.function(condition, where=where)

    def _exemptions(self) -> dict[str, list[Exempting]]:
        found: dict[str, list[Exempting]] = {}
        for rule in self.book.rules:
            if rule.effect is Effect.EXEMPT:
                for target in rule.exempts:
                    found.setdefault(target, []).append(_exemption(rule, self._function(rule.when, rule.where)))
        return found

    def _bar(self, rule: Rule) -> Bar:
        return Bar(
            rule,
            self._function(rule.when, rule.where),
            [
                (
                    entry.symbol,
                    entry.if_candidate,
                    None if entry.when is None else self._function(entry.when, rule.where),
                )
                for entry in rule.survivors
            ],
        )

    def _exception(self, rule: ExceptionRule) -> Kept[tuple[CandidateException | ForeclosedException, ...]]:
        considered = self._function(rule.considered_when, rule.where)
        foreclosed = [(because, self._function(when, rule.where)) for because, when in rule.foreclosed]
        law = self.book.jurisdiction
        return Kept(lambda s: tuple(_considered(rule, considered, foreclosed, s, law)))


class Bar:
    """A rule that forecloses licence exceptions."""

    def __init__(self, rule: Rule, when: Asks, survivors: Sequence[tuple[str, bool, Asks | None]]) -> None:
        self.rule = rule
        self._when = when
        self._survivors = survivors
        self.answer = Kept(self._found)
        """Whether it holds, and what keeps that open."""
        self.passes = Kept(self._passing)
        """The exceptions that it lets through; with each, whether only as a candidate."""

    def _found(self, s: Situation) -> Answer:
        period, state = in_force(self.rule.in_force, s)
        return FALSE if period is None else both((state, self._when(s)))

    def _passing(self, s: Situation) -> tuple[tuple[str, bool], ...]:
        return tuple(
            (symbol, if_candidate)
            for symbol, if_candidate, when in self._survivors
            if when is None or when(s).truth is not Truth.FALSE
        )


def in_force(periods: tuple[Period, ...], s: Situation) -> tuple[Period | None, Answer]:
    """The period that holds the day, and whether it is certain that it does."""
    for period in periods:
        if s.within(period.interval):
            break
    else:
        return None, FALSE
    if period.unsettled_from and s.since(period.unsettled_from) and s.verified_to < period.unsettled_from:
        note = (
            f"the law was last checked on {s.verified_to}; what took effect on {period.unsettled_from} is not confirmed"
        )
        if s.stated(period.fact) is None:
            return period, unknown(period.fact, notes=(note,)).described("in force on the date", note)
        value, answer = s.fact(period.fact)
        if value != STANDS:
            return None, FALSE
        return period, answer.described("in force on the date", f"{note}; it is stated that it stands")
    return period, TRUE


def _exemption(rule: Rule, when: Asks) -> Exempting:
    def ask(s: Situation) -> Answer | None:
        period, state = in_force(rule.in_force, s)
        return None if period is None else both((state, when(s))).described(f"exemption {rule.id}")

    return ask


def _rule(rule: Rule, when: Asks, exempting: Sequence[Exempting]) -> Kept[Ruled]:
    repeats = repetition_of(rule.for_each)
    return Kept(lambda s: _judge(rule, when, exempting, repeats, s))


def _judge(rule: Rule, when: Asks, exempting: Sequence[Exempting], repeats: Repeats, s: Situation) -> Ruled:
    period, state = in_force(rule.in_force, s)
    if period is None:
        return Ruled.not_in_force(rule)
    resting: list[Parts] = []
    found: list[Repeated] = []
    exempt: Answer | None = None
    for binding in repeats(s):
        bound = s.binding(binding.bound) if binding.bound else s
        membership, holds = binding.membership, when(bound)
        if membership.truth is Truth.FALSE or holds.truth is Truth.FALSE:
            resting.append((membership, holds))
            continue
        if exempt is None:
            # What does not apply anyhow does not rest on what would exempt it.
            exempt = _exempt(exempting, s)
        parts = (membership, holds, exempt, state)
        if exempt.truth is Truth.FALSE or state.truth is Truth.FALSE:
            resting.append(parts)
            continue
        listing = binding.bound.get("listing")
        words = dict(binding.spoken)
        if asks_for(rule, "destination"):
            words = {"destination": s.destination, **words}
        found.append(
            Repeated(
                parts,
                period,
                words,
                listing if isinstance(listing, PartyListing) else None,
                binding.concerns.party.name if binding.concerns else "",
            )
        )
    return Ruled(rule, found, resting)


def _exempt(exempting: Sequence[Exempting], s: Situation) -> Answer:
    """That nothing exempts."""
    if not exempting:
        return TRUE
    return negated(either([answer for ask in exempting if (answer := ask(s)) is not None]))


_FINER = frozenset({"item.sub_paragraph"})


def _considered(
    rule: ExceptionRule, considered: Asks, foreclosed: Sequence[tuple[str, Asks]], s: Situation, law: str
) -> Iterator[CandidateException | ForeclosedException]:
    """The exception as a candidate or as foreclosed; nothing where it is not considered.

    Where a finer classification would say whether it is considered at all, it is a candidate with that as a condition.
    """
    if not any(s.within(period.interval) for period in rule.in_force):
        return
    reaches = considered(s)
    by_paragraph = reaches.truth is Truth.UNKNOWN and reaches.missing == _FINER
    if reaches.truth is not Truth.TRUE and not by_paragraph:
        return
    answers = [(because, when(s)) for because, when in foreclosed]
    bars = [(because, answer) for because, answer in answers if answer.truth is Truth.TRUE]
    if bars:
        if by_paragraph:
            return
        # Two bars hold each on its own: then no single cell decides.
        cells = sorted(bars[0][1].cells) if len(bars) == 1 else []
        because = "; ".join(because for because, _ in bars)
        yield ForeclosedException(rule.symbol, because, rule.citation, rests_on=tuple(cells), law=law)
        return
    open_bars = [
        f"open: {because}? ({', '.join(sorted(answer.missing))})"
        for because, answer in answers
        if answer.truth is Truth.UNKNOWN
    ]
    if by_paragraph:
        open_bars.insert(0, f"open: is the item in a paragraph that {rule.symbol} names? (item.sub_paragraph)")
    cells = sorted(frozenset[str]().union(*(answer.cells for _, answer in answers)))
    conditions = (*rule.conditions, *open_bars)
    yield CandidateException(rule.symbol, rule.citation, conditions, rests_on=tuple(cells), law=law)


def _second_pass(rule: Rule) -> bool:
    return "affirmed" in str(rule.when)


def _dates(book: Rulebook) -> frozenset[dt.date]:
    """Every day that the rulebook writes: in its tables, periods and conditions."""
    periods = [period for rule in book.rules for period in rule.in_force]
    periods += [period for exception in book.exceptions for period in exception.in_force]
    ends = {day for item in periods for day in (item.interval.start, item.interval.end, item.unsettled_from) if day}
    conditions = [(rule.when, rule.for_each) for rule in book.rules]
    texts = dates_in(repr((book.nexus, book.definitions, conditions, book.exceptions)))
    return frozenset(ends) | texts | book.tables.dates()
