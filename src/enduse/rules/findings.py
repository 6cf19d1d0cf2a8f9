"""From what a rule has answered to its findings: citation, reason, policy and dates, in words, for one item's code."""

from __future__ import annotations

import datetime as dt
import functools
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from enduse.model.assessment import CalendarDate, Effect, Finding, Status
from enduse.model.citation import Citation
from enduse.model.truth import Truth
from enduse.rules.answer import Answer, both, either
from enduse.rules.given import PartyListing
from enduse.rules.language import Period, Rule
from enduse.rules.listing_text import policy_for

_STATUS = {Truth.TRUE: Status.APPLIES, Truth.FALSE: Status.DOES_NOT_APPLY, Truth.UNKNOWN: Status.UNKNOWN}
_CODES = 512
"""Item codes whose findings a rule keeps."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding with the answer behind it."""

    finding: Finding
    answer: Answer
    rule: Rule


Presuming = tuple[frozenset[str], str]
"""Facts that nobody has stated, and what rests on them: a reason code or a rule's id."""


@dataclass(frozen=True, slots=True)
class Said:
    """The findings of one rule on one item under one code."""

    judged: tuple[Judged, ...]
    findings: tuple[Finding, ...]
    presuming: tuple[Presuming, ...]


Parts = tuple[Answer, ...]
"""What a rule rests on besides the reach of its act: that the repetition belongs, its condition, that nothing exempts,
that it is in force."""


@dataclass(frozen=True, slots=True)
class Repeated:
    """One repetition of a rule that applies or may apply, with the words for its finding.

    Attributes:
        listing: the listing that it is about, if any.
        subject: the party that it is about, or empty.
    """

    parts: Parts
    period: Period
    words: Mapping[str, str]
    listing: PartyListing | None
    subject: str


class Ruled:
    """What one rule answers where its act reaches the transaction, whatever the item's code.

    Args:
        repeated: the repetitions that apply or may apply.
        resting: those that do not.
        why: where nothing applies: the reason in words, else that of the answers.

    Attributes:
        speaks: whether it applies or may apply.
        presuming: where it does not: what that rests on.
    """

    __slots__ = ("_by_code", "_repeated", "_resting", "_rule", "_why", "presuming", "speaks")

    def __init__(self, rule: Rule, repeated: Sequence[Repeated], resting: Sequence[Parts], why: str = "") -> None:
        self._rule = rule
        self._repeated = tuple(repeated)
        self._resting = tuple(resting)
        self._why = why
        self._by_code: dict[tuple[str, Answer], Said] = {}
        self.speaks = bool(repeated)
        # What a false conjunction rests on is its false conjunct, and the reach is none.
        presumed = frozenset[str]() if repeated else either(both(parts) for parts in resting).presumed
        self.presuming: tuple[Presuming, ...] = ((presumed, rule.id),) if presumed else ()

    @staticmethod
    def not_in_force(rule: Rule) -> Ruled:
        """The rule on a day on which it is not in force."""
        return Ruled(
            rule, (), (), f"not in force on the date: {', '.join(str(item.interval) for item in rule.in_force)}"
        )

    def on(self, code: str, reach: Answer) -> Said:
        """The findings on an item.

        Args:
            code: its classification.
            reach: whether the act reaches the transaction; not false.
        """
        key = code, reach
        found = self._by_code.get(key)
        if found is None:
            if len(self._by_code) >= _CODES:
                self._by_code.clear()
            found = self._by_code[key] = self._said(code, reach)
        return found

    def _said(self, code: str, reach: Answer) -> Said:
        rule, reached = self._rule, reach.described("the law reaches the transaction")
        if not self._repeated:
            if self._why:
                answer = Answer(Truth.FALSE, notes=("not in force on the date",))
            else:
                answer = either(both((reached, *parts)) for parts in self._resting)
            found = [Judged(_not_applying(rule, answer, self._why, code), answer, rule)]
        else:
            found = []
            for item in self._repeated:
                answer = both((reached, *item.parts))
                found.append(Judged(_finding(rule, item, answer, code), answer, rule))
        presuming = tuple(
            (item.answer.presumed, item.finding.code or rule.id) for item in found if item.answer.presumed
        )
        return Said(tuple(found), tuple(item.finding for item in found), presuming)


def _not_applying(rule: Rule, answer: Answer, why: str, code: str) -> Finding:
    return Finding(
        rule=rule.id,
        title=rule.title,
        status=Status.DOES_NOT_APPLY,
        effect=rule.effect,
        code="",
        citation=rule.citation,
        reason=why or "; ".join(answer.notes),
        standing=rule.standing,
        item=code,
        rests_on=tuple(sorted(answer.cells)),
        trace=answer.trace,
    )


def _finding(rule: Rule, item: Repeated, answer: Answer, code: str) -> Finding:
    is_open = answer.truth is Truth.UNKNOWN
    words = {"item": code, **item.words}
    citation, policy, changes = rule.citation, rule.review_policy, [rule.changes] if rule.changes else []
    if item.listing is not None:
        listing = item.listing.listing
        own = listing.citation
        citation = Citation(
            text=f"{citation.text}; {own.text}",
            url=own.url or citation.url,
            verified=citation.verified and own.verified,
            note="; ".join(part for part in (citation.note, own.note) if part),
        )
        policy = policy or policy_for(listing.review_policy, code)
        if listing.listed_to:
            changes.append(f"the listing ends on {listing.listed_to}")
    if item.period.citation:
        citation = replace(citation, text=f"{citation.text}; {item.period.citation}")
    if item.period.interval.end:
        changes.append(f"the rule is in force until {item.period.interval.end}")
    return Finding(
        rule=rule.id,
        title=rule.title,
        status=_STATUS[answer.truth],
        effect=rule.effect,
        code=_fill(rule.code_open if is_open and rule.code_open else rule.code, words),
        citation=citation,
        subject=item.subject,
        # What a questionnaire lists is for the reader to consider, one by one.
        reason=_sentence(_fill(rule.reason, words), answer.notes if rule.standing == "law" else ()),
        conditions=rule.conditions if rule.standing == "law" else (*rule.conditions, *answer.notes),
        missing=tuple(sorted(answer.missing)) if is_open else rule.asks,
        review_policy=policy,
        standing=rule.standing,
        item=code,
        would_change=tuple(changes),
        rests_on=tuple(sorted(answer.cells)),
        trace=answer.trace,
        owed=is_open and rule.effect is Effect.REQUIRE_NOTIFICATION and answer.missing == {rule.awaits},
        dates=_dates(rule, item.listing),
    )


def _dates(rule: Rule, item: PartyListing | None) -> tuple[CalendarDate, ...]:
    """Days counted from the first day of the bound listing; none where that day is not known."""
    if not rule.dates or item is None or item.listing.listed_from is None:
        return ()
    start = item.listing.listed_from
    return tuple(CalendarDate(entry.code, (start + dt.timedelta(days=entry.days)).isoformat()) for entry in rule.dates)


def asks_for(rule: Rule, word: str) -> bool:
    """Whether a text of the rule is to be filled with this word."""
    return any(f"{{{word}}}" in text for text in (rule.reason, rule.code, rule.code_open))


def _fill(template: str, words: Mapping[str, str]) -> str:
    """A template with its words; a word that is not there stays as it is asked for."""
    if "{" not in template and "}" not in template:
        return template
    return "".join([text + words.get(word, f"{{{word}}}") if word else text for text, word in _parts(template)])


@functools.lru_cache(maxsize=4_096)
def _parts(template: str) -> tuple[tuple[str, str], ...]:
    """The texts of a template, each with the word that follows it."""
    return tuple((text, word or "") for text, word, _, _ in string.Formatter().parse(template))


def _sentence(reason: str, notes: tuple[str, ...]) -> str:
    extra = "; ".join(dict.fromkeys(note for note in notes if note))
    return f"{reason} ({extra})" if reason and extra else reason or extra
