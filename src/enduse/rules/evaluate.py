"""One rulebook on one item of one transaction: findings, then exceptions, then reviews.

Three passes: exemptions and requirements; licence exceptions, which look at the requirements found (15 CFR 740.2 comes
before an entry's own lines); reviews, which look at both.
"""

from __future__ import annotations

import datetime as dt
import string
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from enduse.model.assessment import (
    WORST_FIRST,
    CalendarDate,
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
from enduse.rules.answer import FALSE, TRUE, Answer, both, either, negated, unknown
from enduse.rules.language import ExceptionRule, Period, Rule
from enduse.rules.listing_text import policy_for
from enduse.rules.registered import Binding, bindings, evaluate
from enduse.rules.rulebook import Rulebook
from enduse.rules.situation import PartyListing, Situation

_STATUS = {Truth.TRUE: Status.APPLIES, Truth.FALSE: Status.DOES_NOT_APPLY, Truth.UNKNOWN: Status.UNKNOWN}
_OUTCOME = {
    Effect.PROHIBIT: Outcome.PROHIBITED,
    Effect.REQUIRE_LICENCE: Outcome.LICENCE_REQUIRED,
    Effect.REQUIRE_NOTIFICATION: Outcome.INDETERMINATE,
}


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with the answer behind it."""

    finding: Finding
    answer: Answer
    rule: Rule


@dataclass(frozen=True, slots=True)
class BookResult:
    """What one rulebook requires for one item."""

    rulebook: Rulebook
    situation: Situation
    outcome: Outcome
    nexus: str
    judged: tuple[Judged, ...]
    nexus_truth: Truth = Truth.TRUE
    presumed: frozenset[str] = frozenset()

    @property
    def reached(self) -> bool:
        """Whether the act reaches the transaction, or may."""
        return self.nexus_truth is not Truth.FALSE

    @property
    def says_something(self) -> bool:
        """Whether the act reaches the transaction for certain, or something in it applies or may apply."""
        found = any(item.finding.status is not Status.DOES_NOT_APPLY for item in self.judged)
        return self.nexus_truth is Truth.TRUE or (self.reached and found)

    @property
    def affirmed(self) -> tuple[str, ...]:
        """Reason codes that apply."""
        return _codes(self.judged, Status.APPLIES)

    @property
    def open_codes(self) -> tuple[str, ...]:
        """Reason codes that may apply."""
        return _codes(self.judged, Status.UNKNOWN)


def requirements(book: Rulebook, s: Situation) -> BookResult:
    """First pass: exemptions and requirements of one rulebook.

    Raises:
        BadInput: a rule holds something that is no condition.
    """
    nexus = evaluate(s, book.nexus, where=f"{book.id}, nexus")
    if nexus.truth is Truth.FALSE:
        why = "; ".join(dict.fromkeys(nexus.notes))
        said = f"does not reach it: {why or book.nexus_statement}"
        return BookResult(book, s, Outcome.NOT_REQUIRED, said, (), Truth.FALSE, nexus.presumed)
    exempting = _exemptions(book, s)
    judged = tuple(
        item
        for rule in book.rules
        if rule.effect in _OUTCOME or (rule.effect is Effect.REVIEW and not _second_pass(rule))
        for item in _judge_rule(rule, s, nexus, exempting.get(rule.id, FALSE))
    )
    reach = "reaches it" if nexus.truth is Truth.TRUE else "may reach it"
    statement = f"{reach}: {book.nexus_statement}"
    return BookResult(book, s, outcome_of(judged), statement, judged, nexus.truth)


def consequences(results: Sequence[BookResult]) -> tuple[Exceptions, Review]:
    """Second pass, over all rulebooks of one jurisdiction: which exceptions remain, and how a licence is reviewed."""
    affirmed = tuple(sorted({code for result in results for code in result.affirmed}))
    open_codes = tuple(sorted({code for result in results for code in result.open_codes}))
    reached = [result for result in results if result.judged]
    situations = [
        (result.rulebook, replace(result.situation, affirmed=affirmed, open_codes=open_codes, settled={}))
        for result in reached
    ]
    return _exceptions(situations), _review(situations, [item for result in reached for item in result.judged])


def outcome_of(judged: Sequence[Judged]) -> Outcome:
    """The first present of prohibited, licence required, indeterminate, not required; only law counts."""
    present = {Outcome.NOT_REQUIRED}
    for item in judged:
        if item.rule.standing != "law":
            continue
        if item.finding.status is Status.APPLIES:
            found = item.rule.outcome or _OUTCOME.get(item.rule.effect)
            if found:
                present.add(found)
        elif item.finding.status is Status.UNKNOWN and item.rule.effect in _OUTCOME:
            present.add(Outcome.INDETERMINATE)
    return next(outcome for outcome in WORST_FIRST if outcome in present)


def _second_pass(rule: Rule) -> bool:
    return "affirmed" in str(rule.when)


def _codes(judged: Sequence[Judged], status: Status) -> tuple[str, ...]:
    found = {item.finding.code for item in judged if item.finding.status is status and item.finding.code}
    return tuple(sorted(found))


def _exemptions(book: Rulebook, s: Situation) -> Mapping[str, Answer]:
    found: dict[str, list[Answer]] = {}
    for rule in book.rules:
        if rule.effect is not Effect.EXEMPT:
            continue
        period, state = _in_force(rule.in_force, s)
        if period is None:
            continue
        answer = both((state, evaluate(s, rule.when, where=rule.where))).described(f"exemption {rule.id}")
        for target in rule.exempts:
            found.setdefault(target, []).append(answer)
    return {target: either(answers) for target, answers in found.items()}


def _in_force(periods: tuple[Period, ...], s: Situation) -> tuple[Period | None, Answer]:
    period = next((item for item in periods if s.day in item.interval), None)
    if period is None:
        return None, FALSE
    if period.unsettled_from and period.unsettled_from <= s.day and s.verified_to < period.unsettled_from:
        note = (
            f"the law was last checked on {s.verified_to}; what took effect on {period.unsettled_from} is not confirmed"
        )
        return period, unknown(period.fact, notes=(note,)).described("in force on the date", note)
    return period, TRUE


def _judge_rule(rule: Rule, s: Situation, nexus: Answer, exempt: Answer) -> Iterator[Judged]:
    period, state = _in_force(rule.in_force, s)
    if period is None:
        yield _not_applying(rule, s, Answer(Truth.FALSE, notes=("not in force on the date",)), _periods(rule))
        return
    applied = False
    resting: list[Answer] = []
    for binding in bindings(s, rule.for_each):
        bound = replace(s, bound=binding.bound) if binding.bound else s
        answer = both(
            (
                nexus.described("the law reaches the transaction"),
                binding.membership,
                evaluate(bound, rule.when, where=rule.where),
                negated(exempt),
                state,
            )
        )
        if answer.truth is Truth.FALSE:
            resting.append(answer)
            continue
        applied = True
        yield _judged(rule, bound, binding, answer, period)
    if not applied:
        yield _not_applying(rule, s, either(resting), "")


def _not_applying(rule: Rule, s: Situation, answer: Answer, periods: str) -> Judged:
    finding = Finding(
        rule=rule.id,
        title=rule.title,
        status=Status.DOES_NOT_APPLY,
        effect=rule.effect,
        code="",
        citation=rule.citation,
        reason=periods or "; ".join(answer.notes),
        standing=rule.standing,
        item=s.item.code,
        rests_on=tuple(sorted(answer.cells)),
        trace=answer.trace,
    )
    return Judged(finding, answer, rule)


def _judged(rule: Rule, s: Situation, binding: Binding, answer: Answer, period: Period) -> Judged:
    is_open = answer.truth is Truth.UNKNOWN
    words = {"item": s.item.code, "destination": s.destination, **binding.words}
    listing = binding.bound.get("listing")
    citation, policy, changes = rule.citation, rule.review_policy, [rule.changes] if rule.changes else []
    if isinstance(listing, PartyListing):
        own = listing.listing.citation
        citation = Citation(
            text=f"{citation.text}; {own.text}",
            url=own.url or citation.url,
            verified=citation.verified and own.verified,
            note="; ".join(part for part in (citation.note, own.note) if part),
        )
        policy = policy or policy_for(listing.listing.review_policy, s.item.code)
        if listing.listing.listed_to:
            changes.append(f"the listing ends on {listing.listing.listed_to}")
    if period.citation:
        citation = replace(citation, text=f"{citation.text}; {period.citation}")
    if period.interval.end:
        changes.append(f"the rule is in force until {period.interval.end}")
    finding = Finding(
        rule=rule.id,
        title=rule.title,
        status=_STATUS[answer.truth],
        effect=rule.effect,
        code=_fill(rule.code_open if is_open and rule.code_open else rule.code, words),
        citation=citation,
        subject=binding.subject,
        # What a questionnaire lists is for the reader to consider, one by one.
        reason=_sentence(_fill(rule.reason, words), answer.notes if rule.standing == "law" else ()),
        conditions=rule.conditions if rule.standing == "law" else (*rule.conditions, *answer.notes),
        missing=tuple(sorted(answer.missing)),
        review_policy=policy,
        standing=rule.standing,
        item=s.item.code,
        would_change=tuple(changes),
        rests_on=tuple(sorted(answer.cells)),
        trace=answer.trace,
        owed=is_open and rule.effect is Effect.REQUIRE_NOTIFICATION and answer.missing == {rule.awaits},
        dates=_dates(rule, listing),
    )
    return Judged(finding, answer, rule)


def _dates(rule: Rule, listing: object) -> tuple[CalendarDate, ...]:
    """Days counted from the first day of the bound listing; none where that day is not known."""
    if not rule.dates or not isinstance(listing, PartyListing) or listing.listing.listed_from is None:
        return ()
    start = listing.listing.listed_from
    return tuple(CalendarDate(item.code, (start + dt.timedelta(days=item.days)).isoformat()) for item in rule.dates)


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "{" + key + "}"


def _fill(template: str, words: Mapping[str, str]) -> str:
    return string.Formatter().vformat(template, (), _Words(words))


def _sentence(reason: str, notes: tuple[str, ...]) -> str:
    extra = "; ".join(dict.fromkeys(note for note in notes if note))
    return f"{reason} ({extra})" if reason and extra else reason or extra


def _periods(rule: Rule) -> str:
    return "not in force on the date: " + ", ".join(str(period.interval) for period in rule.in_force)


def _review(situations: Sequence[tuple[Rulebook, Situation]], judged: Sequence[Judged]) -> Review:
    policies: dict[str, None] = {}
    notes: dict[str, None] = {}
    human_rights = False
    for item in judged:
        found = item.finding
        if found.status is not Status.DOES_NOT_APPLY and item.rule.effect in _OUTCOME and found.review_policy:
            policies[f"{found.code}: {found.review_policy}" if found.code else found.review_policy] = None
    for book, s in situations:
        for rule in book.rules:
            if rule.effect is not Effect.REVIEW or not _second_pass(rule):
                continue
            for result in _judge_rule(rule, s, TRUE, FALSE):
                if result.finding.status is Status.DOES_NOT_APPLY:
                    continue
                human_rights = human_rights or rule.human_rights
                if rule.review_policy:
                    policies[rule.review_policy] = None
                if rule.reason:
                    notes[f"{rule.reason} ({rule.citation.text})"] = None
    return Review(tuple(policies), human_rights, tuple(notes))


def _exceptions(situations: Sequence[tuple[Rulebook, Situation]]) -> Exceptions:
    if not any(s.affirmed for _, s in situations):
        return Exceptions(decided=not any(s.open_codes for _, s in situations))
    candidates: dict[str, CandidateException] = {}
    foreclosed: list[ForeclosedException] = []
    for book, s in situations:
        for exception in book.exceptions:
            found = _exception(exception, s, book.jurisdiction)
            if isinstance(found, CandidateException):
                candidates[found.symbol] = found
            elif found is not None:
                foreclosed.append(found)
    bars, possible = _bars(situations, frozenset(candidates))
    candidates = {symbol: _held_back(candidate, possible) for symbol, candidate in candidates.items()}
    if not bars:
        return Exceptions(
            tuple(sorted(foreclosed, key=lambda item: item.symbol)),
            tuple(candidates[symbol] for symbol in sorted(candidates)),
        )
    surviving = frozenset[str].intersection(*(kept for _, kept in bars))
    citation = Citation(
        "; ".join(dict.fromkeys(rule.citation.text for rule, _ in bars)),
        url=bars[0][0].citation.url,
        verified=all(rule.citation.verified for rule, _ in bars),
    )
    token = f"ALL_EXCEPT:{','.join(sorted(surviving))}" if surviving else "ALL"
    reason = "; ".join(dict.fromkeys(rule.title for rule, _ in bars))
    kept = tuple(candidates[symbol] for symbol in sorted(candidates) if symbol in surviving)
    return Exceptions((ForeclosedException(token, reason, citation, law=situations[0][0].jurisdiction),), kept)


def _bars(
    situations: Sequence[tuple[Rulebook, Situation]], candidates: frozenset[str]
) -> tuple[list[tuple[Rule, frozenset[str]]], list[tuple[Rule, frozenset[str], Answer]]]:
    """The bars that hold, each with the exceptions that it lets through; and those that may hold, with why."""
    found, possible = [], []
    for book, s in situations:
        for rule in book.rules:
            if rule.effect is not Effect.FORECLOSE_EXCEPTION:
                continue
            period, state = _in_force(rule.in_force, s)
            if period is None:
                continue
            answer = both((state, evaluate(s, rule.when, where=rule.where)))
            if answer.truth is Truth.TRUE:
                found.append((rule, _survivors(rule, s, candidates)))
            elif answer.truth is Truth.UNKNOWN:
                possible.append((rule, _survivors(rule, s, candidates), answer))
    return found, possible


def _held_back(
    candidate: CandidateException, possible: Sequence[tuple[Rule, frozenset[str], Answer]]
) -> CandidateException:
    """A candidate with one more open condition for every bar that may hold against it."""
    more = tuple(
        f"open: {rule.title} ({rule.citation.text})? ({', '.join(sorted(answer.missing))})"
        for rule, survivors, answer in possible
        if candidate.symbol not in survivors
    )
    return replace(candidate, open_conditions=(*candidate.open_conditions, *more)) if more else candidate


def _survivors(rule: Rule, s: Situation, candidates: frozenset[str]) -> frozenset[str]:
    kept = set()
    for survivor in rule.survivors:
        if survivor.if_candidate and survivor.symbol not in candidates:
            continue
        if survivor.when is not None and evaluate(s, survivor.when, where=rule.where).truth is Truth.FALSE:
            continue
        kept.add(survivor.symbol)
    return frozenset(kept)


def _exception(rule: ExceptionRule, s: Situation, law: str) -> CandidateException | ForeclosedException | None:
    if rule.period_on(s.day) is None:
        return None
    if evaluate(s, rule.considered_when, where=rule.where).truth is not Truth.TRUE:
        return None
    answers = [(because, evaluate(s, when, where=rule.where)) for because, when in rule.foreclosed]
    bars = [(because, answer) for because, answer in answers if answer.truth is Truth.TRUE]
    if bars:
        # Two bars hold each on its own: then no single cell decides.
        cells = sorted(bars[0][1].cells) if len(bars) == 1 else []
        because = "; ".join(because for because, _ in bars)
        return ForeclosedException(rule.symbol, because, rule.citation, rests_on=tuple(cells), law=law)
    open_bars = [
        f"open: {because}? ({', '.join(sorted(answer.missing))})"
        for because, answer in answers
        if answer.truth is Truth.UNKNOWN
    ]
    cells = sorted(frozenset[str]().union(*(answer.cells for _, answer in answers)))
    conditions = (*rule.conditions, *open_bars)
    return CandidateException(rule.symbol, rule.citation, conditions, rests_on=tuple(cells), law=law)
