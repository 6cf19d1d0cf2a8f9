"""Many judgements: each distinct one made once, on every core.

What distinguishes judgements is what a rule can see: activity, places, item, facts, parties with what lists say of
them, and the day, as far as some law or table changes between two days. Other names, values and references do not.
"""

from __future__ import annotations

import bisect
import datetime as dt
import functools
import multiprocessing
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from enduse.assess import Settings, check
from enduse.evidence.alike import Limits
from enduse.evidence.library import Library
from enduse.evidence.parties import party_query
from enduse.interfaces.recorded import Recorded
from enduse.model.assessment import Assessment, Outcome, Status
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.match import HIT_THRESHOLD, Match, Query
from enduse.model.party import ListedParty
from enduse.model.transaction import Transaction, TransactionParty
from enduse.ownership.regimes import regimes
from enduse.rules.draft import PROPOSED
from enduse.rules.impact import Verdict
from enduse.rules.rulebook import Rulebook
from enduse.rules.touch import days_of_change
from enduse.screen import Screener

_WORTH_A_POOL = 4_000
"""Fewer tasks are done before workers have started."""
_CHUNK = 100


@dataclass(frozen=True, slots=True)
class Judgement:
    """What every act says of one transaction, or why it cannot be judged.

    Attributes:
        acts: act, law, outcome, reasons.
        found: rules that apply or may apply: id, status, effect, reason code.
    """

    acts: tuple[tuple[str, str, Outcome, tuple[str, ...]], ...] = ()
    found: frozenset[tuple[str, str, str, str]] = frozenset()
    error: str = ""

    def verdict(self, instead: Judgement | None = None) -> Verdict:
        """The acts added up.

        Args:
            instead: answers that take the place of those of the same acts.
        """
        acts = {act: (law, outcome, reasons) for act, law, outcome, reasons in self.acts}
        if instead is not None:
            acts |= {act: (law, outcome, reasons) for act, law, outcome, reasons in instead.acts}
        laws: dict[str, Outcome] = {}
        for law, outcome, _ in acts.values():
            laws[law] = _worse(laws[law], outcome) if law in laws else outcome
        reasons = sorted({code for _, _, codes in acts.values() for code in codes})
        return Verdict(tuple(laws.items()), tuple(reasons))

    def of(self, acts: Iterable[str]) -> Judgement:
        """With the answers of some acts alone."""
        wanted = set(acts)
        return replace(self, acts=tuple(act for act in self.acts if act[0] in wanted))


_RANK = {outcome: rank for rank, outcome in enumerate(Outcome)}


def _worse(one: Outcome, other: Outcome) -> Outcome:
    return min(one, other, key=_RANK.__getitem__)


@dataclass(frozen=True)
class World:
    """The law that a question is put to.

    Attributes:
        books: the acts; one without rules stands by for what it knows of codes.
        strict: presumptions are questions.
    """

    books: tuple[Rulebook, ...]
    strict: bool = False

    @property
    def settings(self) -> Settings:
        """All laws of the books."""
        return Settings(laws=tuple(dict.fromkeys(book.jurisdiction for book in self.books)), strict=self.strict)


@dataclass(frozen=True, slots=True)
class Task:
    """A transaction to judge in a world, with what lists say of its parties."""

    world: int
    transaction: Transaction
    matches: tuple[tuple[Query, tuple[Match, ...]], ...] = ()


class Answered(Library):
    """A library that has been asked already: it answers from what it is given, and is never short of a list."""

    def __init__(self, matches: Mapping[Query, Sequence[Match]]) -> None:
        super().__init__(accept_starter=True)
        self._matches = matches

    def screen(self, query: Query, *, threshold: float = HIT_THRESHOLD) -> list[Match]:
        return [match for match in self._matches.get(query, ()) if match.score >= threshold]


def judge(task: Task, worlds: Sequence[World]) -> Judgement:
    """Judge one transaction."""
    world = worlds[task.world]
    if not world.books:
        # A new rule of an act with nothing else to ask: before the draft there is nothing that could speak.
        return Judgement()
    try:
        found = check(
            task.transaction,
            library=Answered(dict(task.matches)),
            settings=world.settings,
            rulebooks=world.books,
        )
    except BadInput as problem:
        return Judgement(error=problem.problem)
    return _judgement(found, world.books)


def _judgement(found: Assessment, books: Sequence[Rulebook]) -> Judgement:
    speaking = {book.id for book in books if book.rules}
    acts = []
    for answer in found.authorities:
        if answer.standing != "law" or answer.act not in speaking:
            continue
        codes = {
            item.code + ("" if item.owed or item.status is Status.APPLIES else "?")
            for item in answer.findings.speaking
            if item.code
        }
        acts.append((answer.act, answer.law, answer.outcome, tuple(sorted(codes))))
    return Judgement(
        tuple(acts),
        frozenset((item.rule, item.status, item.effect, item.code) for item in found.speaking),
    )


# --- processes


@dataclass(frozen=True)
class Ground:
    """What every task of a worker stands on, sent to it once.

    Attributes:
        worlds: the laws that tasks name by their number.
        listed: parties that a draft lists, to be searched by themselves.
        indexes: folders of the indexes of the lists at hand.
    """

    worlds: tuple[World, ...] = ()
    listed: tuple[ListedParty, ...] = ()
    indexes: tuple[Path, ...] = ()

    @functools.cached_property
    def proposed(self) -> Screener | None:
        """What the draft lists, searchable."""
        return Screener(self.listed) if self.listed else None

    @functools.cached_property
    def at_hand(self) -> tuple[Screener, ...]:
        """The lists at hand, searchable."""
        return tuple(Screener.load(folder) for folder in self.indexes)


_GROUND = Ground()


def _begin(ground: Ground) -> None:
    global _GROUND  # noqa: PLW0603  the ground of this process
    _GROUND = ground


def _judge_some(tasks: Sequence[Task]) -> list[Judgement]:
    return [judge(task, _GROUND.worlds) for task in tasks]


def _proposed_some(queries: Sequence[Query]) -> list[tuple[Match, ...]]:
    screener = _GROUND.proposed
    return [tuple(screener.screen(query)) if screener is not None else () for query in queries]


def _matches_some(queries: Sequence[Query]) -> list[tuple[Match, ...]]:
    return [tuple(match for one in _GROUND.at_hand for match in one.screen(query)) for query in queries]


class Judges:
    """Processes that judge and screen; a context manager.

    Args:
        ground: what they stand on.
        jobs: number of processes; all cores when None. One works in this process.
    """

    def __init__(self, ground: Ground, jobs: int | None = None) -> None:
        self._ground = ground
        from enduse.screen.engines.pool import cores  # heavy: only where judgements are made

        self._jobs = cores() if jobs is None else jobs
        self._pool: ProcessPoolExecutor | None = None
        self.made = 0

    def __enter__(self) -> Judges:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)

    def judge(self, tasks: Sequence[Task], done: Callable[[int], None] = lambda _: None) -> list[Judgement]:
        """Judge every task, in order.

        Raises:
            OperationFailed: a process ended.
        """
        self.made += len(tasks)
        return self._each(_judge_some, tasks, done)

    def proposed(self, queries: Sequence[Query]) -> list[tuple[Match, ...]]:
        """The hits of each query in what a draft lists."""
        return self._each(_proposed_some, queries)

    def matches(self, queries: Sequence[Query]) -> list[tuple[Match, ...]]:
        """The hits of each query in the lists at hand, those of each index best first."""
        return self._each(_matches_some, queries)

    def _each(
        self,
        work: Callable[[Sequence[Any]], list[Any]],
        items: Sequence[Any],
        done: Callable[[int], None] | None = None,
    ) -> list[Any]:
        if self._jobs < 2 or len(items) < _WORTH_A_POOL:
            _begin(self._ground)
            return work(items)
        if self._pool is None:
            # Threads of other libraries run in this process: a worker starts afresh.
            context = multiprocessing.get_context("spawn")
            # A copy: what this process opened of it, an index that is mapped, cannot be sent.
            self._pool = ProcessPoolExecutor(self._jobs, context, _begin, (replace(self._ground),))
        chunks = [list(items[start : start + _CHUNK]) for start in range(0, len(items), _CHUNK)]
        found: list[Any] = []
        try:
            for part in self._pool.map(work, chunks):
                found += part
                if done is not None:
                    done(len(found))
        except BrokenProcessPool:
            raise OperationFailed("a process that judged ended", remedy="fewer --jobs need less memory") from None
        return found


# --- what distinguishes judgements


@dataclass
class Days:
    """Days between which nothing changes, for some acts; days of listings come on top, party by party."""

    starts: tuple[dt.date, ...]
    seen: dict[dt.date, int] = field(default_factory=dict)

    @classmethod
    def of(cls, books: Iterable[Rulebook]) -> Days:
        found = set(days_of_change(tuple(books)))
        for regime in regimes().values():
            for rule in regime.rules:
                found |= {day for day in (rule.interval.start, rule.interval.end) if day is not None}
        return cls(tuple(sorted(found)))

    def bucket(self, day: dt.date) -> int:
        """A number that is equal for two days between which nothing changes."""
        number = self.seen.get(day)
        if number is None:
            number = self.seen[day] = bisect.bisect_right(self.starts, day)
        return number


class Screening:
    """What lists say of parties, each asked once: the lists at hand, and as a draft would have them.

    Args:
        judges: who screens.
        limits: what the law reads of names.
        without: takes listings away from a party as matched (the delistings of a draft).
    """

    def __init__(
        self, judges: Judges, limits: Limits, without: Callable[[ListedParty], ListedParty] | None = None
    ) -> None:
        self._judges = judges
        self._limits = limits
        self._without = without
        self._known: dict[Query, tuple[Match, ...]] = {}
        self._proposed: dict[Query, tuple[Match, ...]] = {}
        self._marks: dict[Hashable, Hashable] = {}

    @property
    def asked(self) -> int:
        """How many different parties were screened against the lists at hand."""
        return len(self._known)

    def prepare(self, queries: Iterable[Query]) -> None:
        """Ask the lists at hand about some parties, all at once."""
        new = [query for query in dict.fromkeys(queries) if query not in self._known]
        for query, found in zip(new, self._judges.matches(new), strict=True):
            self._known[query] = tuple(sorted(found, key=lambda match: (-match.score, match.party.id)))

    def prepare_proposed(self, queries: Iterable[Query]) -> None:
        """Ask what a draft lists about some parties, all at once."""
        new = [query for query in dict.fromkeys(queries) if query not in self._proposed]
        self._proposed |= dict(zip(new, self._judges.proposed(new), strict=True))

    def matches(self, query: Query) -> tuple[Match, ...]:
        """The hits of a query in the lists at hand."""
        if query not in self._known:
            self.prepare([query])
        return self._known[query]

    def proposed(self, query: Query) -> tuple[Match, ...]:
        """The hits of a query in what a draft lists, or in what it delists."""
        if query not in self._proposed:
            self.prepare_proposed([query])
        return self._proposed[query]

    def changed(self, query: Query) -> tuple[Match, ...]:
        """The hits of a query in the lists as a draft would have them."""
        kept = self.matches(query)
        if self._without is not None:
            left = ((match, self._without(match.party)) for match in kept)
            kept = tuple(replace(match, party=party) for match, party in left if party.listings)
        listed = (match for match in self.proposed(query) if match.party.source.source == PROPOSED)
        return (*kept, *listed)

    def mark(self, party: TransactionParty, name: str) -> Hashable:
        """What lists and the law say of a party, as far as a rule can see it; empty where they say nothing."""
        key = (name, party.role, party.type, party.country, party.addresses, party.identifiers, party.birth_date)
        found = self._marks.get(key)
        if found is None:
            query = party_query(replace(party, name=name))
            before, after = self.matches(query), self.changed(query)
            found = tuple(_said(match) for match in before)
            if before != after:
                found = (found, tuple(_said(match) for match in after))
            if self._limits.named(name):
                found = (found, name)
            self._marks[key] = found
        return found

    def answers(self, tx: Transaction, *, changed: bool = False) -> tuple[tuple[Query, tuple[Match, ...]], ...]:
        """What lists say of a transaction's parties, for a task."""
        ask = self.changed if changed else self.matches
        queries = dict.fromkeys(party_query(party) for party in tx.parties if party.listings is None)
        return tuple((query, found) for query in queries if (found := ask(query)))


def key_of(row: Recorded, screening: Screening | None, days: Days) -> Hashable:
    """Equal for rows that every rule must answer alike.

    Args:
        screening: None where no rule looks at listings; parties then differ by shape alone.
    """
    assert row.shape is not None and row.date is not None
    if screening is None:
        return (row.shape.number, days.bucket(row.date))
    listed = False
    parties = []
    for party, name in zip(row.shape.model.parties, row.names, strict=True):
        mark = screening.mark(party, name)
        listed = listed or bool(mark)
        parties.append(mark)
    # Days counted from a listing, or its own dates, make any two days differ.
    when: Hashable = row.date if listed else days.bucket(row.date)
    return (row.shape.number, when, tuple(parties))


def _said(match: Match) -> Hashable:
    return (match.party.kind, match.party.listings, match.party.id, match.score)
