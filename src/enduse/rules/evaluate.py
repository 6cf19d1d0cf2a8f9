"""One rulebook on one item of one transaction: findings, then exceptions, then reviews.

Two passes: requirements, with what exempts from them; then what follows from the reasons found, over all rulebooks of
one jurisdiction: licence exceptions (15 CFR 740.2 comes before an entry's own lines) and reviews.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from enduse.model.assessment import (
    WORST_FIRST,
    AuthorityAnswer,
    CandidateException,
    Effect,
    Exceptions,
    Finding,
    ForeclosedException,
    Outcome,
    Review,
    Status,
)
from enduse.model.citation import Citation
from enduse.model.truth import Truth
from enduse.rules.answer import TRUE, Answer
from enduse.rules.findings import Judged, Presuming, Ruled
from enduse.rules.looks import the_same
from enduse.rules.prepared import REQUIRING, Bar, Prepared
from enduse.rules.reading import ITEM, MOST
from enduse.rules.rulebook import Rulebook
from enduse.rules.situation import Situation

_CODES = 1_024
"""Items that a result is kept for; then it begins anew."""
_OUTCOME = {
    Effect.PROHIBIT: Outcome.PROHIBITED,
    Effect.REQUIRE_LICENCE: Outcome.LICENCE_REQUIRED,
    Effect.REQUIRE_NOTIFICATION: Outcome.INDETERMINATE,
}


@dataclass(slots=True)
class BookResult:
    """What one rulebook requires for one item.

    Attributes:
        code: the item's, as classified on the day; empty where no finding that applies or may apply names it, until
            :meth:`naming` says it.
        ruled: what each of its rules answers, in their order.
        spoken: the findings that apply or may apply.
        presuming: what rests on something that nobody has stated.
        reach: whether the act reaches the transaction.
        authority: the same for readers, once somebody has asked for it.
        named: the same of items with a code, for :meth:`naming`.
    """

    prepared: Prepared
    code: str
    outcome: Outcome
    nexus: str
    ruled: Sequence[Ruled] = ()
    spoken: Sequence[Judged] = ()
    presuming: tuple[Presuming, ...] = ()
    reach: Answer = TRUE
    authority: AuthorityAnswer | None = None
    named: dict[str, BookResult] | None = None

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook."""
        return self.prepared.book

    def naming(self, code: str) -> BookResult:
        """The same, of an item with this code."""
        if self.code or not self.ruled:
            return self
        if self.named is None or len(self.named) >= _CODES:
            self.named = {}
        found = self.named.get(code)
        if found is None:
            found = self.named[code] = BookResult(
                *(self.prepared, code, self.outcome, self.nexus, self.ruled, self.spoken, self.presuming, self.reach)
            )
        return found

    def findings(self) -> tuple[Finding, ...]:
        """Every finding."""
        return tuple(chain.from_iterable([item.on(self.code, self.reach).findings for item in self.ruled]))

    @property
    def reached(self) -> bool:
        """Whether the act reaches the transaction, or may."""
        return self.reach.truth is not Truth.FALSE

    @property
    def says_something(self) -> bool:
        """Whether the act reaches the transaction for certain, or something in it applies or may apply."""
        return self.reach.truth is Truth.TRUE or (self.reached and bool(self.spoken))

    @property
    def affirmed(self) -> set[str]:
        """Reason codes that apply."""
        return {item.finding.code for item in self.spoken if item.finding.status is Status.APPLIES} - {""}

    @property
    def open_codes(self) -> set[str]:
        """Reason codes that may apply."""
        return {item.finding.code for item in self.spoken if item.finding.status is Status.UNKNOWN} - {""}


def requirements(prepared: Prepared, s: Situation) -> tuple[BookResult, int]:
    """First pass: exemptions and requirements of one rulebook; and the parts of the situation that these rest on."""
    book, code = prepared.book, s.item.code
    nexus, parts = prepared.nexus(s), prepared.nexus.rests_on(s)
    if nexus.truth is Truth.FALSE:
        return _not_reached(prepared, nexus), parts
    found, resting = prepared.first.find(s)
    parts |= resting
    for ruled in found:
        if ruled.speaks:
            parts |= ITEM  # a finding names it
            break
    else:
        code = ""
    # What was found is kept by the rulebook: equal parts are mostly the same objects, and so then is the result.
    # A result holds what its key names, so that no other takes its place.
    key = (code, id(nexus), *map(id, found))
    same: BookResult | None = prepared.results.get(key)
    if same is not None:
        return same, parts
    spoken, presuming = list[Judged](), list[Presuming]()
    for ruled in found:
        if ruled.speaks:
            said = ruled.on(code, nexus)
            spoken += said.judged
            presuming += said.presuming
        elif ruled.presuming:
            presuming += ruled.presuming
    reach = "reaches it" if nexus.truth is Truth.TRUE else "may reach it"
    statement = f"{reach}: {book.nexus_statement}"
    result = BookResult(
        prepared, code, outcome_of(spoken), statement, found, tuple(spoken), the_same(tuple(presuming)), nexus
    )
    if len(prepared.results) >= MOST:
        prepared.results.clear()
    prepared.results[key] = result
    return result, parts


@functools.lru_cache(maxsize=4_096)
def _not_reached(prepared: Prepared, nexus: Answer) -> BookResult:
    why = f"does not reach it: {_why_not(nexus) or prepared.book.nexus_statement}"
    return BookResult(prepared, "", Outcome.NOT_REQUIRED, why, reach=nexus)


@functools.lru_cache(maxsize=1_024)
def _why_not(nexus: Answer) -> str:
    return "; ".join(dict.fromkeys(nexus.notes))


def consequences(
    results: Sequence[BookResult], situation: Callable[[int], Situation]
) -> tuple[Exceptions, Review, int]:
    """Second pass, over all rulebooks of one jurisdiction: which exceptions remain, how a licence is reviewed, and the
    parts of the situation that these rest on beside those of the first pass.

    Args:
        situation: gives that of each result.
    """
    reached = [result for result in results if result.ruled]
    affirmed = tuple(sorted(set[str]().union(*(result.affirmed for result in reached))))
    open_codes = tuple(sorted(set[str]().union(*(result.open_codes for result in reached))))
    second = [
        (result.prepared, situation(number).after(affirmed, open_codes))
        for number, result in enumerate(results)
        if result.ruled and result.prepared.follows
    ]
    spoken = [item for result in reached for item in result.spoken]
    exceptions, parts = _exceptions(second, affirmed, open_codes)
    review, resting = _review(second, spoken)
    return exceptions, review, parts | resting


def outcome_of(spoken: Sequence[Judged]) -> Outcome:
    """The first present of prohibited, licence required, indeterminate, not required; only law counts."""
    present = {Outcome.NOT_REQUIRED}
    for item in spoken:
        if item.rule.standing != "law":
            continue
        if item.finding.status is Status.APPLIES:
            found = item.rule.outcome or _OUTCOME.get(item.rule.effect)
            if found:
                present.add(found)
        elif item.finding.status is Status.UNKNOWN and item.rule.effect in _OUTCOME:
            present.add(Outcome.INDETERMINATE)
    return next(outcome for outcome in WORST_FIRST if outcome in present)


def _review(second: Sequence[tuple[Prepared, Situation]], spoken: Sequence[Judged]) -> tuple[Review, int]:
    policies: dict[str, None] = {}
    notes: dict[str, None] = {}
    human_rights, parts = False, 0
    for item in spoken:
        found = item.finding
        if item.rule.effect in REQUIRING and found.review_policy:
            policies[f"{found.code}: {found.review_policy}" if found.code else found.review_policy] = None
    for prepared, s in second:
        reviewed, resting = prepared.reviewed.find(s)
        parts |= resting
        for rule, ruled in zip(prepared.reviews, reviewed, strict=True):
            if ruled.speaks:
                human_rights = human_rights or rule.human_rights
                if rule.review_policy:
                    policies[rule.review_policy] = None
                if rule.reason:
                    notes[f"{rule.reason} ({rule.citation.text})"] = None
    return the_same(Review(tuple(policies), human_rights, tuple(notes))), parts


def _exceptions(
    second: Sequence[tuple[Prepared, Situation]], affirmed: tuple[str, ...], open_codes: tuple[str, ...]
) -> tuple[Exceptions, int]:
    if not affirmed:
        return Exceptions(decided=not open_codes), 0
    considered, bars, parts = list[tuple[CandidateException | ForeclosedException, ...]](), list[Barring](), 0
    for prepared, s in second:
        values, resting = prepared.relief.find(s)
        parts |= resting
        considered += values[: prepared.exceptions]
        for bar, answer in zip(prepared.bars, values[prepared.exceptions :], strict=True):
            if answer.truth is not Truth.FALSE:
                passes, resting = bar.passes.weighed(s)
                bars.append((bar, answer, passes))
                parts |= resting
    # What was found is kept by the rulebook: equal parts are mostly the same objects.
    key = tuple(map(id, chain(considered, chain.from_iterable(bars))))
    weighed = _WEIGHED.get(key)
    if weighed is None:
        if len(_WEIGHED) >= MOST:
            _WEIGHED.clear()
        found = _weighed(considered, bars, second[0][0].book.jurisdiction if second else "")
        weighed = _WEIGHED[key] = considered, bars, found
    return weighed[2], parts


Considered = Sequence[tuple[CandidateException | ForeclosedException, ...]]
Barring = tuple[Bar, Answer, tuple[tuple[str, bool], ...]]
_WEIGHED: dict[tuple[int, ...], tuple[Considered, Sequence[Barring], Exceptions]] = {}
"""By the identity of what was weighed, which is held so that it stays what it is."""


def _weighed(considered: Considered, barring: Sequence[Barring], law: str) -> Exceptions:
    """The exceptions that remain.

    Args:
        considered: what each exception gives.
        barring: the bars that hold or may hold, with the exceptions that each lets through.
    """
    candidates: dict[str, CandidateException] = {}
    foreclosed: list[ForeclosedException] = []
    for found in chain.from_iterable(considered):
        if isinstance(found, CandidateException):
            candidates[found.symbol] = found
        else:
            foreclosed.append(found)
    symbols = frozenset(candidates)
    judged = [
        (bar, answer, frozenset(symbol for symbol, if_candidate in passes if not if_candidate or symbol in symbols))
        for bar, answer, passes in barring
    ]
    possible = [(bar, survivors, answer) for bar, answer, survivors in judged if answer.truth is Truth.UNKNOWN]
    bars = [(bar, survivors) for bar, answer, survivors in judged if answer.truth is Truth.TRUE]
    candidates = {symbol: _held_back(candidate, possible) for symbol, candidate in candidates.items()}
    if not bars:
        return Exceptions(
            tuple(sorted(foreclosed, key=lambda item: item.symbol)),
            tuple(candidates[symbol] for symbol in sorted(candidates)),
        )
    surviving = frozenset[str].intersection(*(survivors for _, survivors in bars))
    citation = Citation(
        "; ".join(dict.fromkeys(bar.rule.citation.text for bar, _ in bars)),
        url=bars[0][0].rule.citation.url,
        verified=all(bar.rule.citation.verified for bar, _ in bars),
    )
    token = f"ALL_EXCEPT:{','.join(sorted(surviving))}" if surviving else "ALL"
    reason = "; ".join(dict.fromkeys(bar.rule.title for bar, _ in bars))
    kept = tuple(candidates[symbol] for symbol in sorted(candidates) if symbol in surviving)
    return Exceptions((ForeclosedException(token, reason, citation, law=law),), kept)


def _held_back(
    candidate: CandidateException, possible: Sequence[tuple[Bar, frozenset[str], Answer]]
) -> CandidateException:
    """A candidate with one more open condition for every bar that may hold against it."""
    more = tuple(
        f"open: {bar.rule.title} ({bar.rule.citation.text})? ({', '.join(sorted(answer.missing))})"
        for bar, survivors, answer in possible
        if candidate.symbol not in survivors
    )
    return replace(candidate, open_conditions=(*candidate.open_conditions, *more)) if more else candidate
