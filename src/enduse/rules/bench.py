"""The laws that one question is put to, with what they have answered before."""

from __future__ import annotations

import datetime as dt
import functools
import itertools
from collections.abc import Hashable, Sequence
from operator import attrgetter, is_

from enduse.model.assessment import (
    WORST_FIRST,
    AuthorityAnswer,
    Edition,
    Effect,
    Exceptions,
    Findings,
    Outcome,
    Review,
    Status,
)
from enduse.model.codes import eccn_of
from enduse.model.errors import BadInput
from enduse.model.transaction import Item
from enduse.model.truth import any_of
from enduse.rules.evaluate import BookResult, consequences, requirements
from enduse.rules.findings import Presuming
from enduse.rules.given import Given
from enduse.rules.looks import comparable, number_of, the_same
from enduse.rules.prepared import REQUIRING, Mode, Prepared, prepared
from enduse.rules.reading import ITEM, MOST, UNCLASSIFIED
from enduse.rules.recall import Recall
from enduse.rules.rulebook import Rulebook
from enduse.rules.situation import Situation

_BENCHES = 8
_NAMED = 1_024
"""Items that an answer is kept for; then it begins anew."""
IDENTITY = "party.identity"
_seen_of = attrgetter("code", "used_for", "classification_on_date", "hs_code", "us_content_percent", "codes")


Settles = tuple[str, tuple[str, ...], bool]
"""A fact that is missing, the reasons that it settles, and whether it could raise the outcome."""
Presumed = tuple[str, tuple[str, ...]]
"""A fact that was presumed, and what rests on it."""


class LawAnswer:
    """What the acts of one law say of one item, and what of it goes into the answer of all laws.

    Args:
        results: of each act.
        authorities: what each act says, where there is no other item.

    Attributes:
        speaking: the acts that say something.
        lists: the lists of the acts that reach the transaction, or may.
        presumes_identity: whether something rests on a match that nobody has confirmed.
        grounds: what requires or prohibits, for a headline.
        owed: duties to notify and to wait.
        steps: what the acts say is next.
    """

    __slots__ = (
        *("authorities", "exceptions", "grounds", "lists", "owed", "presumed", "presumes_identity", "results"),
        *("named", "review", "settles", "speaking", "steps"),
    )

    def __init__(
        self,
        results: tuple[BookResult, ...],
        authorities: tuple[AuthorityAnswer, ...],
        exceptions: Exceptions,
        review: Review,
    ) -> None:
        self.results = results
        self.authorities = authorities
        self.exceptions = exceptions
        self.review = review
        # What names its item already is of few items.
        self.named: dict[tuple[str, ...], LawAnswer] | None = None if any(one.code for one in results) else {}
        speaking, lists, steps = list[str](), list[tuple[str, ...]](), dict[str, None]()
        settles = dict[str, dict[str, None]]()
        raising, grounds, owed = set[str](), set[str](), set[str]()
        for result in results:
            book = result.rulebook
            if result.says_something:
                speaking.append(book.id)
            for step in book.next_steps.get(result.outcome.value, ()):
                steps[step] = None
            if result.reached:
                lists.append(book.lists)
            for item in result.spoken:
                finding, rule = item.finding, item.rule
                status = finding.status
                for key in finding.missing:
                    settles.setdefault(key, {})[finding.code or finding.rule] = None
                    if rule.standing == "law" and rule.effect is not Effect.REVIEW:
                        raising.add(key)
                if status is Status.UNKNOWN:
                    if finding.owed:
                        owed.add(finding.code)
                elif rule.effect in REQUIRING and status is Status.APPLIES and rule.standing == "law":
                    grounds.add(finding.code or f"{finding.title} ({rule.citation.text})")
        self.speaking = tuple(speaking)
        self.lists = lists[0] if len(lists) == 1 else tuple(dict.fromkeys(itertools.chain.from_iterable(lists)))
        self.steps = tuple(steps)
        self.settles: tuple[Settles, ...] = the_same(
            tuple([(key, tuple(codes), key in raising) for key, codes in settles.items()])
        )
        unreached = [frozenset[str]() if result.reached else result.reach.presumed for result in results]
        self.presumed: tuple[Presumed, ...] = _presumed(
            tuple([(one.presuming, more, one.rulebook.id) for one, more in zip(results, unreached, strict=True)])
        )
        self.presumes_identity = any(IDENTITY in keys for result in results for keys, _ in result.presuming)
        self.grounds = the_same(frozenset(grounds))
        self.owed = the_same(frozenset(owed))

    def naming(self, codes: tuple[str, ...]) -> LawAnswer:
        """The same, of an item that has these codes for the acts."""
        if self.named is None:
            return self._naming(codes)
        found = self.named.get(codes)
        if found is None:
            if len(self.named) >= _NAMED:
                self.named.clear()
            found = self.named[codes] = self._naming(codes)
        return found

    def _naming(self, codes: tuple[str, ...]) -> LawAnswer:
        named = tuple([result.naming(code) for result, code in zip(self.results, codes, strict=True)])
        if all(map(is_, named, self.results)):
            return self
        other = object.__new__(LawAnswer)
        for name in LawAnswer.__slots__:
            setattr(other, name, getattr(self, name))
        other.results, other.named = named, None
        other.authorities = tuple(
            [
                act if after is before else _authority(after)
                for act, before, after in zip(self.authorities, self.results, named, strict=True)
            ]
        )
        return other


@functools.lru_cache(maxsize=4_096)
def _presumed(of_acts: tuple[tuple[tuple[Presuming, ...], frozenset[str], str], ...]) -> tuple[Presumed, ...]:
    """What is presumed, with the findings and acts that rest on it.

    Args:
        of_acts: of each act what its findings presume, what its not reaching the transaction does, and its id.
    """
    found: dict[str, dict[str, None]] = {}
    for presuming, unreached, book in of_acts:
        for keys, name in presuming:
            for key in keys:
                found.setdefault(key, {})[name] = None
        for key in unreached:
            found.setdefault(key, {})[book] = None
    return tuple([(key, tuple(names)) for key, names in found.items()])


def authority_answer(own: Sequence[BookResult]) -> AuthorityAnswer:
    """What one act says of some items."""
    first, book = own[0], own[0].rulebook
    alone = len(own) == 1
    spoken = first.spoken if alone else [item for result in own for item in result.spoken]
    findings = Findings(
        tuple([item.finding for item in spoken]) if spoken else (),
        first.findings if alone else lambda: tuple(finding for result in own for finding in result.findings()),
    )
    outcome = first.outcome if alone else worst([result.outcome for result in own])
    reached = first.reach.truth if alone else any_of([result.reach.truth for result in own])
    return AuthorityAnswer(
        *(book.authority, book.heading, outcome, first.nexus, findings),
        law=book.jurisdiction,
        government=book.government,
        standing=book.standing,
        reached=reached,
        act=book.id,
    )


def _authority(result: BookResult) -> AuthorityAnswer:
    """What one act says of one item; the result keeps it."""
    if result.authority is None:
        result.authority = authority_answer([result])
    return result.authority


def worst(outcomes: Sequence[Outcome]) -> Outcome:
    """The outcome that decides."""
    return next(outcome for outcome in WORST_FIRST if outcome in outcomes)


class Bench:
    """Some acts, in one way of asking.

    Args:
        books: those of one law stand together.
        mode: the way of asking.

    Attributes:
        editions: what an answer rests on.
    """

    def __init__(self, books: Sequence[Rulebook], mode: Mode) -> None:
        self.books = tuple(books)
        self.editions: tuple[Edition, ...] = tuple(edition for book in books for edition in book.editions)
        self._ready = [prepared(book, mode) for book in books]
        self._of_law: dict[str, list[Prepared]] = {}
        for ready in self._ready:
            self._of_law.setdefault(ready.book.jurisdiction, []).append(ready)
        self._recall: dict[str, Recall[LawAnswer]] = {law: Recall() for law in self._of_law}
        self._of_act: dict[str, Recall[BookResult]] = {ready.book.id: Recall() for ready in self._ready}
        self._periods: dict[dt.date, dict[str, tuple[int, ...]]] = {}
        self._placed: dict[Hashable, list[tuple[Item, bool]]] = {}
        self._said: dict[Hashable, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def answers(self, given: Given, item: Item, laws: Sequence[str]) -> list[LawAnswer]:
        """What each law says of an item.

        Raises:
            BadInput: the item's code is in no list, or needs a sub-paragraph.
        """
        key = number_of(tuple(map(comparable, _seen_of(item))))
        periods = self._periods.get(given.day) or self._periods_of(given.day)
        found = []
        for law in laws:
            period = periods[law]
            placed = self._placed.get((law, key, period))
            if placed is None:
                placed = self._place(law, item, given.day)
                if len(self._placed) >= MOST:
                    self._placed.clear()
                self._placed[law, key, period] = placed
            found.append(self._judged(law, given, key, period, placed))
        return found

    def said_by(self, speaking: frozenset[str], day: dt.date) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """What must be said of the acts that speak: before anything else, and what is not modelled."""
        found = self._said.get((speaking, day))
        if found is None:
            books = [book for book in self.books if book.id in speaking]
            if len(self._said) >= MOST:
                self._said.clear()
            found = self._said[speaking, day] = (
                _banners(books, day),
                tuple(said for book in books for said in book.left_out),
            )
        return found

    def _periods_of(self, day: dt.date) -> dict[str, tuple[int, ...]]:
        if len(self._periods) >= MOST:
            self._periods.clear()
        found = self._periods[day] = {
            law: tuple(ready.world.era(day) for ready in of_law) for law, of_law in self._of_law.items()
        }
        return found

    def _place(self, law: str, item: Item, day: dt.date) -> list[tuple[Item, bool]]:
        """For each act of a law the item as it is classified on the day, and whether its code is none of the law's."""
        found = []
        for ready in self._of_law[law]:
            own = item.under(law)
            try:
                found.append((ready.classified(own, day), False))
            except BadInput:
                # A code that this list has not may be another law's: then the question is which of its own it is.
                if own is not item or not self._known_elsewhere(item, ready.book):
                    raise
                found.append((own, True))
        return found

    def _known_elsewhere(self, item: Item, book: Rulebook) -> bool:
        """Whether the code's entry is in no edition of this book's list, but in that of another law asked for."""
        entry = eccn_of(item.code)
        if entry is None or book.tables.lookup("ccl_entries", "eccn", entry):
            return False
        others = [
            other for other in self.books if other.jurisdiction != book.jurisdiction and "annex_i" in other.tables
        ]
        # Union entries that no multilateral regime has yet are numbered in the five hundreds.
        numbered = bool(others) and entry[2] == "5" and entry[0] != "0"
        return numbered or any(other.tables.lookup("annex_i", "code", entry) for other in others)

    def _judged(
        self, law: str, given: Given, key: Hashable, period: tuple[int, ...], placed: Sequence[tuple[Item, bool]]
    ) -> LawAnswer:
        of_law = self._of_law[law]
        situations: dict[int, Situation] = {}

        def situation(number: int) -> Situation:
            if number not in situations:
                ready, (item, unclassified) = of_law[number], placed[number]
                situations[number] = Situation(
                    ready.world, given, item, unclassified=unclassified, conditions=ready.conditions
                )
            return situations[number]

        results = []
        for number, ready in enumerate(of_law):
            recall = self._of_act[ready.book.id]
            result = recall.find(given, period[number], key)
            if result is None:
                result, parts = requirements(ready, situation(number))
                recall.keep(given, period[number], key, parts, result)
            results.append(result)
        # What follows rests on the results; and on the item, where it is looked at again.
        ids = tuple(map(id, results))
        of_law_recall = self._recall[law]
        found = of_law_recall.find(given, period, ids) or of_law_recall.find(given, period, (ids, key))
        if found is None:
            exceptions, review, parts = consequences(results, situation)
            authorities = tuple([_authority(result) for result in results])
            found = LawAnswer(tuple(results), authorities, exceptions, review)
            looked_again = parts & (ITEM | UNCLASSIFIED)
            of_law_recall.keep(given, period, (ids, key) if looked_again else ids, parts | ITEM, found)
        return found.naming(tuple([item.code for item, _ in placed]))


def bench_of(books: Sequence[Rulebook], mode: Mode) -> Bench:
    """The bench of some acts in one way of asking; the first of them keeps it."""
    if not books:
        return Bench((), mode)
    kept = books[0].benches
    key = (mode, tuple(map(id, books)))
    found: Bench | None = kept.get(key)
    if found is None:
        while len(kept) >= _BENCHES:
            kept.pop(next(iter(kept)), None)
        found = kept[key] = Bench(books, mode)
    return found


def _banners(books: Sequence[Rulebook], day: dt.date) -> tuple[str, ...]:
    found = []
    for book in books:
        if day > book.verified_to and book.standing == "law":
            found.append(f"not_verified_after: {book.verified_to} ({book.title}): later changes are not in this answer")
        dated = book.table_editions
        later = [edition for date, edition in dated if day < date] if dated and day < dated[-1][0] else []
        if later:
            found.append(
                f"edition_substituted ({book.title}): none of {day} is held, tables of {', '.join(later)} were used"
            )
    return tuple(found)
