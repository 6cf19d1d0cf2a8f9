"""``rules impact``: a draft tried on recorded transactions.

What the draft cannot touch is not judged (:mod:`enduse.rules.touch`), what is alike is judged once; before and after
are judged by the same code as any other transaction.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from operator import itemgetter
from pathlib import Path

from enduse.evidence.alike import Limits
from enduse.evidence.library import Library
from enduse.evidence.parties import party_query
from enduse.interfaces.judging import Days, Ground, Judgement, Judges, Screening, Task, World, key_of
from enduse.interfaces.recorded import Recorded, read_recorded
from enduse.model.match import Query
from enduse.model.party import ListedParty
from enduse.model.transaction import Role, Transaction, TransactionParty
from enduse.rules.draft import Draft
from enduse.rules.impact import Facts, Impact
from enduse.rules.rulebook import Rulebook
from enduse.rules.touch import ACTIVITY, DESTINATION, FACTS, FIELDS, ITEM, ORIGIN, Sieve, sieve

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class ImpactRun:
    """The answer, and what it took.

    Attributes:
        rows: rows of the table.
        judgements: judgements made, before and after, the small ones of the sieve included.
        parties: different parties that were screened against the lists at hand.
        unread: rows that could not be read or judged, with the reason: the first few.
    """

    impact: Impact
    rows: int
    judgements: int
    parties: int
    unread: tuple[tuple[str, str], ...]


_BEFORE, _AFTER, _CHANGED, _SIEVE_BEFORE, _SIEVE_AFTER, _PROBES = range(6)
_SHOWN_UNREAD = 20


def run_impact(
    draft: Draft,
    table: Path,
    library: Library,
    *,
    today: dt.date,
    as_of: dt.date | None = None,
    strict: bool = False,
    full: bool = False,
    jobs: int | None = None,
    tell: Tell = lambda _: None,
) -> ImpactRun:
    """Try a draft on recorded transactions.

    Args:
        table: transactions or licences, one a row; columns as ``check --bulk`` takes them.
        library: the lists at hand.
        as_of: one day of law and lists for every row; each row's own date when None.
        strict: presumptions are questions.
        full: judge every row before and after, without any sieve or memory (slow; for comparison).
        jobs: number of processes.

    Raises:
        BadInput: the table as a whole cannot be used.
    """
    rows, unread = [], []
    for row in read_recorded(table, today=today, default_date=as_of or today):
        if row.problem is not None:
            unread.append((row.where, row.problem.message()))
            continue
        row.date = as_of or row.date
        rows.append(row)
    tell(f"{len(rows):,} transactions read")
    impact = Impact()
    for _, problem in unread:
        impact.errors[problem] = impact.errors.get(problem, 0) + 1
    found = compared(draft, rows, library, strict=strict, full=full, jobs=jobs, tell=tell)
    for row, pair in zip(rows, found.pairs, strict=True):
        if pair is None:
            impact.untouched.add(row.value)
            continue
        before, after, instead = pair
        if problem := before.error or after.error:
            impact.errors[problem] = impact.errors.get(problem, 0) + 1
            unread.append((row.where, problem))
            continue
        proposed = before.verdict(after) if instead else after.verdict()
        impact.add(facts_of(row), before.verdict(), proposed)
    return ImpactRun(impact, impact.total, found.judgements, found.parties, tuple(unread[:_SHOWN_UNREAD]))


Pair = tuple[Judgement, Judgement, bool] | None
"""Before and after; whether "after" holds the changed acts alone. None where nothing can change."""


@dataclass(frozen=True, slots=True)
class Compared:
    """Recorded transactions judged before and after.

    Attributes:
        pairs: for each row what was found before and after, or None where nothing can change.
        judgements: judgements made, the small ones of the sieve included.
        parties: different parties that were screened against the lists at hand.
    """

    pairs: Sequence[Pair]
    judgements: int
    parties: int


def compared(
    draft: Draft,
    rows: Sequence[Recorded],
    library: Library,
    *,
    strict: bool = False,
    full: bool = False,
    jobs: int | None = None,
    tell: Tell = lambda _: None,
) -> Compared:
    """Judge recorded transactions before and after a change of the law; those that it cannot touch are left out.

    Args:
        library: the lists at hand.
        full: judge every row before and after, without any sieve or memory (slow; for comparison).
    """
    changed = draft.changed
    small = sieve(draft)
    worlds = [
        World(draft.before, strict),
        World(draft.after, strict),
        World(_standing_by(draft.after, changed), strict),
        World(_standing_by(small.before, changed), strict),
        World(_standing_by(small.after, changed), strict),
        *(World(_standing_by(_with(draft.after, book), (book.id,)), strict) for _, book, _ in small.probes),
    ]
    with tempfile.TemporaryDirectory() as spare:
        listed = (*draft.listed, *_delisted(draft, library))
        ground = Ground(tuple(worlds), listed, library.saved(Path(spare)))
        with Judges(ground, jobs) as judges:
            limits = Limits.of((*draft.before, *draft.after))
            screening = Screening(judges, limits, _without(draft) if draft.delisted else None)
            run = _Run(draft, small, screening, judges, tell)
            pairs = run.one_by_one(rows) if full else run.sieved(rows, bool(listed))
    return Compared(pairs, judges.made, screening.asked)


@dataclass
class _Run:
    draft: Draft
    sieve: Sieve
    screening: Screening
    judges: Judges
    tell: Tell

    def one_by_one(self, rows: Sequence[Recorded]) -> list[Pair]:
        """Every row judged before and after, nothing left out."""
        tasks = []
        self.screening.prepare(queries_of(rows))
        for row in rows:
            tx = row.transaction
            tasks.append(Task(_BEFORE, tx, self.screening.answers(tx)))
            tasks.append(Task(_AFTER, tx, self.screening.answers(tx, changed=True)))
        found = self.judges.judge(tasks)
        return [(found[n], found[n + 1], False) for n in range(0, len(found), 2)]

    def sieved(self, rows: Sequence[Recorded], listings: bool) -> list[Pair]:
        """Rows that the draft can touch, each distinct judgement made once.

        Args:
            listings: the draft lists or delists somebody.
        """
        listed = self._newly_listed(rows) if listings else set()
        touched = self._by_rules(rows, listed) | listed
        self.tell(f"{len(touched):,} of {len(rows):,} transactions can be touched")
        self.screening.prepare(queries_of([rows[number] for number in touched]))
        days = Days.of((*self.draft.before, *self.draft.after))
        keys: dict[Hashable, int] = {}
        first: list[int] = []
        place: dict[int, int] = {}
        for number in sorted(touched):
            key = key_of(rows[number], self.screening, days)
            if key not in keys:
                keys[key] = len(first)
                first.append(number)
            place[number] = keys[key]
        tasks = []
        for number in first:
            tx = rows[number].transaction
            before, after = self.screening.answers(tx), self.screening.answers(tx, changed=True)
            tasks.append(Task(_BEFORE, tx, before))
            # Where the parties' listings change, every act may answer differently.
            tasks.append(Task(_CHANGED if before == after else _AFTER, tx, after))
        self.tell(f"{len(first):,} distinct judgements, before and after")
        found = self.judges.judge(tasks, lambda done: self.tell(f"{done:,} of {len(tasks):,} judged"))
        pairs: list[Pair] = [None] * len(rows)
        for number, position in place.items():
            task = tasks[2 * position + 1]
            pairs[number] = (found[2 * position], found[2 * position + 1], task.world == _CHANGED)
        return pairs

    def _newly_listed(self, rows: Sequence[Recorded]) -> set[int]:
        """Rows with a party that the draft lists or delists."""
        self.screening.prepare_proposed(queries_of(rows))
        found = set()
        for number, row in enumerate(rows):
            if any(self.screening.proposed(query) for query in queries_of([row])):
                found.add(number)
        return found

    def _by_rules(self, rows: Sequence[Recorded], already: set[int]) -> set[int]:
        """Rows on which a changed rule may hold."""
        if not self.sieve.rules:
            return set()
        days = Days.of((*self.sieve.before, *self.sieve.after))
        possible = self._probed(rows, days)
        screening = self.screening if self.sieve.looks_at_listings else None
        if screening is not None:
            screening.prepare(queries_of([rows[number] for number in possible]))
        keys: dict[Hashable, list[int]] = {}
        for number in possible:
            if number not in already:
                keys.setdefault(key_of(rows[number], screening, days), []).append(number)
        tasks = []
        for numbers in keys.values():
            tx = rows[numbers[0]].transaction
            if screening is None:
                tx = replace(tx, parties=tuple(replace(party, listings=()) for party in tx.parties))
            answers = screening.answers(tx) if screening is not None else ()
            tasks += [Task(_SIEVE_BEFORE, tx, answers), Task(_SIEVE_AFTER, tx, answers)]
        self.tell(f"{len(possible):,} transactions asked of the changed rules alone, {len(keys):,} of them distinct")
        found = self.judges.judge(tasks)
        touched: set[int] = set()
        for position, numbers in enumerate(keys.values()):
            before, after = found[2 * position], found[2 * position + 1]
            same = before.found == after.found and not self.sieve.exemptions
            if before.error or after.error or ((before.found or after.found) and not same):
                touched.update(numbers)
        return touched

    def _probed(self, rows: Sequence[Recorded], days: Days) -> list[int]:
        """Rows that no probe rules out for every changed rule."""
        by_shape: dict[Hashable, list[int]] = {}
        for number, row in enumerate(rows):
            by_shape.setdefault(key_of(row, None, days), []).append(number)
        rows_of = list(by_shape.values())
        firsts = [rows[numbers[0]] for numbers in rows_of]
        # Days that a rule may tell apart stay apart.
        seen = _Values(firsts, days)
        # The rules that are still open for a shape, one bit each.
        bits = {rule: 1 << place for place, rule in enumerate(sorted(self.sieve.rules))}
        left = [(1 << len(bits)) - 1] * len(firsts)
        for place, (fields, _, ruled_out) in enumerate(self.sieve.probes):
            targets = _sum_of(bits, frozenset[tuple[str, str]]().union(*ruled_out.values()))
            group_of = seen.in_fields(fields)
            asked: dict[Hashable, list[int]] = {}
            for shape, still in enumerate(left):
                if still & targets:
                    asked.setdefault(group_of[shape], []).append(shape)
            tasks = [
                Task(_PROBES + place, replace(firsts[shapes[0]].transaction, parties=())) for shapes in asked.values()
            ]
            for shapes, answer in zip(asked.values(), self.judges.judge(tasks), strict=True):
                if answer.error:
                    continue
                held = {rule for rule, *_ in answer.found}
                kept = ~_sum_of(bits, {target for probe in ruled_out.keys() - held for target in ruled_out[probe]})
                for shape in shapes:
                    left[shape] &= kept
        return [number for numbers, still in zip(rows_of, left, strict=True) if still for number in numbers]


def _sum_of(bits: Mapping[tuple[str, str], int], rules: Set[tuple[str, str]]) -> int:
    return sum(bits.get(rule, 0) for rule in rules)


class _Values:
    """What rows hold in the fields that probes look at, each value as a number of its own.

    Args:
        days: gives a number for each row's day.
    """

    def __init__(self, rows: Sequence[Recorded], days: Days) -> None:
        self._numbers: dict[str, dict[Hashable, int]] = {name: {} for name in FIELDS}
        self._seen = [tuple(self._of(row, days)) for row in rows]
        self._in: dict[tuple[int, ...], list[Hashable]] = {}

    def in_fields(self, fields: Collection[str]) -> list[Hashable]:
        """For each row a key that is equal where these fields and the day are."""
        places = (*[place for place, name in enumerate(FIELDS) if name in fields], len(FIELDS))
        if places not in self._in:
            take = itemgetter(*places)
            self._in[places] = [take(values) for values in self._seen]
        return self._in[places]

    def _of(self, row: Recorded, days: Days) -> Iterator[int]:
        assert row.shape is not None and row.date is not None
        model = row.shape.model
        values: Mapping[str, Hashable] = {
            ACTIVITY: model.activity,
            ORIGIN: model.origin,
            DESTINATION: model.destination,
            ITEM: model.items,
            FACTS: tuple(sorted(model.facts.items(), key=lambda fact: fact[0])),
        }
        for name in FIELDS:
            known = self._numbers[name]
            yield known.setdefault(values[name], len(known))
        yield days.bucket(row.date)


def queries_of(rows: Sequence[Recorded]) -> list[Query]:
    """What is asked of lists about the parties of some rows, each once."""
    seen: dict[Hashable, TransactionParty] = {}
    for row in rows:
        assert row.shape is not None
        for party, name in zip(row.shape.model.parties, row.names, strict=True):
            key = (name, party.type, party.country, party.addresses, party.identifiers)
            if key not in seen:
                seen[key] = replace(party, name=name)
    return [party_query(party) for party in seen.values()]


def _delisted(draft: Draft, library: Library) -> list[ListedParty]:
    """The parties at hand that the draft takes off a list."""
    if not draft.delisted:
        return []
    return [party for party in library.parties() if any(one.means(party) for one in draft.delisted)]


def _with(books: Sequence[Rulebook], book: Rulebook) -> tuple[Rulebook, ...]:
    return (book, *(other for other in books if other.id != book.id))


def _standing_by(books: Sequence[Rulebook], speaking: Collection[str]) -> tuple[Rulebook, ...]:
    """The acts that speak, and of every other law one that says nothing but still knows whose codes are whose."""
    found: dict[str, Rulebook] = {book.id: book for book in books if book.id in speaking and book.rules}
    laws = {book.jurisdiction for book in found.values()}
    for book in books:
        if book.jurisdiction not in laws and "annex_i" in book.tables:
            laws.add(book.jurisdiction)
            found[book.id] = replace(book, rules=(), exceptions=(), nexus={"not": "always"})
    return tuple(found[book_id] for book_id in sorted(found))


def _without(draft: Draft) -> Callable[[ListedParty], ListedParty]:
    def without(party: ListedParty) -> ListedParty:
        for one in draft.delisted:
            if one.means(party):
                party = one.without(party)
        return party

    return without


def facts_of(row: Recorded) -> Facts:
    assert row.shape is not None and row.date is not None
    model: Transaction = row.shape.model
    return Facts(
        reference=row.reference,
        row=row.number,
        date=row.date.isoformat(),
        destination=model.destination,
        item=", ".join(item.code for item in model.items),
        exporter=row.named(Role.EXPORTER),
        end_user=row.named(Role.END_USER) or row.named(Role.ULTIMATE_CONSIGNEE),
        value=row.value,
    )
