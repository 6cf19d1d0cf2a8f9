"""The laws that one question is put to, with what they have answered before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import attrgetter

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
from enduse.rules.given import Given
from enduse.rules.looks import comparable
from enduse.rules.prepared import Mode, Prepared, prepared
from enduse.rules.reading import MOST
from enduse.rules.recall import Recall
from enduse.rules.rulebook import Rulebook
from enduse.rules.situation import Situation

_BENCHES = 8
_REQUIRING = (Effect.PROHIBIT, Effect.REQUIRE_LICENCE, Effect.REQUIRE_NOTIFICATION)
_seen_of = attrgetter("code", "used_for", "classification_on_date", "hs_code", "us_content_percent", "codes")


@dataclass(frozen=True)
class LawAnswer:
    """What the acts of one law say of one item, and what of it goes into the answer of all laws.

    Attributes:
        results: of each act.
    """

    results: tuple[BookResult, ...]
    exceptions: Exceptions
    review: Review

    @cached_property
    def speaking(self) -> frozenset[str]:
        """The acts that say something."""
        return frozenset(result.rulebook.id for result in self.results if result.says_something)

    @cached_property
    def authorities(self) -> tuple[AuthorityAnswer, ...]:
        """What each act says, where there is no other item."""
        return tuple(authority_answer([result]) for result in self.results)

    @cached_property
    def lists(self) -> tuple[str, ...]:
        """The lists of the acts that reach the transaction, or may."""
        return tuple(
            dict.fromkeys(list_id for result in self.results if result.reached for list_id in result.rulebook.lists)
        )

    @cached_property
    def settles(self) -> tuple[tuple[str, tuple[str, ...], bool], ...]:
        """Facts that are missing; with each the reasons that it settles, and whether it could raise the outcome."""
        found: dict[str, dict[str, None]] = {}
        raising: set[str] = set()
        for result in self.results:
            for item in result.spoken:
                if item.finding.status is Status.UNKNOWN:
                    for key in item.finding.missing:
                        found.setdefault(key, {})[item.finding.code or item.finding.rule] = None
                        if item.rule.standing == "law" and item.rule.effect is not Effect.REVIEW:
                            raising.add(key)
        return tuple((key, tuple(codes), key in raising) for key, codes in found.items())

    @cached_property
    def presumed(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """Facts that were presumed, each with what rests on it."""
        found: dict[str, dict[str, None]] = {}
        for result in self.results:
            for keys, name in result.presuming:
                for key in keys:
                    found.setdefault(key, {})[name] = None
            for key in () if result.reached else result.reach.presumed:
                found.setdefault(key, {})[result.rulebook.id] = None
        return tuple((key, tuple(names)) for key, names in found.items())

    @cached_property
    def presumes_identity(self) -> bool:
        """Whether something rests on a match that nobody has confirmed."""
        return any("party.identity" in keys for result in self.results for keys, _ in result.presuming)

    @cached_property
    def grounds(self) -> frozenset[str]:
        """What requires or prohibits, for a headline."""
        return frozenset(
            item.finding.code or f"{item.finding.title} ({item.rule.citation.text})"
            for result in self.results
            for item in result.spoken
            if item.finding.status is Status.APPLIES and item.rule.standing == "law" and item.rule.effect in _REQUIRING
        )

    @cached_property
    def owed(self) -> frozenset[str]:
        """Duties to notify and to wait."""
        return frozenset(item.finding.code for result in self.results for item in result.spoken if item.finding.owed)

    @cached_property
    def steps(self) -> tuple[str, ...]:
        """What the acts say is next."""
        return tuple(
            dict.fromkeys(
                step for result in self.results for step in result.rulebook.next_steps.get(result.outcome.value, ())
            )
        )


def authority_answer(own: Sequence[BookResult]) -> AuthorityAnswer:
    """What one act says of some items."""
    book = own[0].rulebook
    return AuthorityAnswer(
        id=book.authority,
        name=book.heading,
        outcome=own[0].outcome if len(own) == 1 else worst([result.outcome for result in own]),
        nexus=own[0].nexus,
        findings=Findings(
            tuple(item.finding for result in own for item in result.spoken),
            lambda: tuple(finding for result in own for finding in result.findings),
        ),
        law=book.jurisdiction,
        government=book.government,
        standing=book.standing,
        reached=own[0].reach.truth if len(own) == 1 else any_of([result.reach.truth for result in own]),
        act=book.id,
    )


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
        self._of_act: dict[str, Recall[tuple[BookResult, int]]] = {ready.book.id: Recall() for ready in self._ready}
        self._same: dict[tuple[int, ...], LawAnswer] = {}
        self._periods: dict[dt.date, dict[str, tuple[int, ...]]] = {}
        self._placed: dict[Hashable, list[tuple[Item, bool]]] = {}
        self._said: dict[Hashable, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def answers(self, given: Given, item: Item, laws: Sequence[str]) -> list[LawAnswer]:
        """What each law says of an item.

        Raises:
            BadInput: the item's code is in no list, or needs a sub-paragraph.
        """
        key = tuple(map(comparable, _seen_of(item)))
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
            recall = self._recall[law]
            answer = recall.find(given, period, key)
            found.append(self._judged(law, given, key, period, placed) if answer is None else answer)
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

        results, parts = [], 0
        for number, ready in enumerate(of_law):
            recall = self._of_act[ready.book.id]
            known = recall.find(given, period[number], key)
            if known is None:
                known = requirements(ready, situation(number))
                recall.keep(given, period[number], key, known[1], known)
            results.append(known[0])
            parts |= known[1]
        if any(result.ruled and result.prepared.follows for result in results):
            exceptions, review, resting = consequences(results, situation)
            answer = LawAnswer(tuple(results), exceptions, review)
            self._recall[law].keep(given, period, key, parts | resting, answer)
            return answer
        # Nothing more is looked at: what follows, follows from the results.
        ids = tuple(map(id, results))
        same = self._same.get(ids)
        if same is None:
            exceptions, review, _ = consequences(results, situation)
            if len(self._same) >= MOST:
                self._same.clear()
            same = self._same[ids] = LawAnswer(tuple(results), exceptions, review)
        return same


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
