"""Changes of the law as a watch sees them: days that the law names, and new editions of rulebooks.

A recorded transaction is judged as if it took place on the day, before and after the change; what the change cannot
touch is not judged (:mod:`enduse.rules.touch`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from enduse.evidence.library import Library
from enduse.interfaces.impact import compared
from enduse.interfaces.judging import Judgement
from enduse.interfaces.monitor.deals import recorded
from enduse.model.assessment import Outcome
from enduse.model.citation import Citation
from enduse.model.time import ALWAYS
from enduse.monitor.alerts import Alert, Cause, Severity, alert_id, isolated
from enduse.monitor.customers import Customer
from enduse.rules.diff import Kind, LegalChange, diff
from enduse.rules.draft import Draft
from enduse.rules.impact import Change, change_of
from enduse.rules.language import ExceptionRule, Period, Rule
from enduse.rules.rulebook import Rulebook
from enduse.rules.touch import days_of_change

_SHOWN = 20
_R = TypeVar("_R", Rule, ExceptionRule)


@dataclass(frozen=True, slots=True)
class LawChange:
    """A change of the law: a day that it names, or new editions.

    Attributes:
        day: the day on which transactions are judged.
        old, new: what is told of the law before and after.
    """

    before: tuple[Rulebook, ...]
    after: tuple[Rulebook, ...]
    day: dt.date
    old: str
    new: str

    @property
    def draft(self) -> Draft:
        """The change as a comparison takes it."""
        return Draft(f"{self.old} to {self.new}", self.before, self.after)


def books_of(books: Sequence[Rulebook], laws: Sequence[str]) -> tuple[Rulebook, ...]:
    """The rulebooks of some laws, drafts left out."""
    return tuple(book for book in books if book.jurisdiction in laws and book.standing != "draft")


def changes_by_day(
    books: Sequence[Rulebook], laws: Sequence[str], since: dt.date, until: dt.date
) -> Iterator[LawChange]:
    """What the law changes by itself after ``since``, up to ``until``: rules and rows of tables that begin or end."""
    own = books_of(books, laws)
    for day in days_of_change(own):
        if since < day <= until:
            change = change_on(own, day)
            if change.before != change.after:
                yield change


def change_on(own: Sequence[Rulebook], day: dt.date) -> LawChange:
    """What rulebooks said the day before, and what they say on a day."""
    eve = day - dt.timedelta(days=1)
    return LawChange(law_on(own, eve), law_on(own, day), day, eve.isoformat(), day.isoformat())


def law_on(books: Sequence[Rulebook], day: dt.date) -> tuple[Rulebook, ...]:
    """The rules, exceptions and rows of tables that hold on a day, as if they held always."""
    return tuple(
        replace(
            book,
            rules=tuple(_on(rule, day) for rule in book.rules if rule.period_on(day) is not None),
            exceptions=tuple(_on(rule, day) for rule in book.exceptions if rule.period_on(day) is not None),
            tables=book.tables.on(day),
        )
        for book in books
    )


def _on(rule: _R, day: dt.date) -> _R:
    period = rule.period_on(day)
    assert period is not None
    unsettled = period.unsettled_from if period.unsettled_from is not None and period.unsettled_from <= day else None
    return replace(rule, in_force=(Period(ALWAYS, period.citation, unsettled, period.fact),))


def deal_alerts(
    change: LawChange,
    deals: Sequence[Customer],
    lists: Library,
    *,
    watch: str,
    full: bool = False,
    failed: Callable[[str, str], object] = lambda _key, _problem: None,
) -> list[Alert]:
    """The alerts of recorded transactions that a change of the law touches: one for each act whose answer it changes.

    Args:
        full: judge all of them before and after, in place of those that the change can touch: slow, for proof.
        failed: is told the key of each that could not be judged, and why.
    """
    draft = change.draft
    if not draft.changed or not deals:
        return []
    books = {book.id: book for book in (*change.before, *change.after) if book.id in draft.changed}
    rules = {rule.id: (book.id, rule) for book in (*change.before, *change.after) for rule in book.rules}
    rows = recorded(deals, change.day)
    found = []
    for deal, pair in zip(deals, compared(draft, rows, lists, full=full, jobs=1).pairs, strict=True):
        if pair is None:
            continue
        if problem := pair[0].error or pair[1].error:
            failed(deal.key, problem)
            continue
        before, after, instead = pair
        outcomes = before.verdict().outcome, (before.verdict(after) if instead else after.verdict()).outcome
        for book in books.values():
            own = {rule for rule, (act, _) in rules.items() if act == book.id}
            was, now = ({one for one in side.found if one[0] in own} for side in (before, after))
            if was == now:
                continue
            gained = [rules[one][1] for one in sorted({one[0] for one in now - was})]
            lost = [rules[one][1] for one in sorted({one[0] for one in was - now} - {one[0] for one in now})]
            found.append(_alert(change, deal, book, gained, lost, outcomes, watch, (before, after)))
    return found


def _alert(
    change: LawChange,
    deal: Customer,
    book: Rulebook,
    gained: Sequence[Rule],
    lost: Sequence[Rule],
    outcomes: tuple[Outcome, Outcome],
    watch: str,
    sides: tuple[Judgement, Judgement],
) -> Alert:
    before, after = (_of_act(side, book.id) for side in sides)
    turned = change_of(before, after) if before is not after else Change.SAME
    became, severity = _BECAME[turned]
    verify = ""
    if book.verified_to < change.day:
        verify = f"the rulebook {book.id} is verified to {book.verified_to} only: verify what holds on {change.day}"
    pair = (deal.key, book.id)
    return Alert(
        id=alert_id(watch, Cause.LAW, became, pair, (change.old, change.new)),
        watch=watch,
        cause=Cause.LAW,
        became=became,
        severity=severity,
        customer=deal.key,
        customer_name=deal.key,
        owner="",
        asked="",
        party_id=book.id,
        party_name=book.title,
        source=book.id,
        old=change.old,
        new=change.new,
        effective=change.day,
        before=f"under this act: {_words(before)}; as a whole: {_words(outcomes[0])}",
        after=f"under this act: {_words(after)}; as a whole: {_words(outcomes[1])}",
        effect=tuple(rule.title for rule in gained),
        citations=_citations(gained or lost),
        explanation=tuple(
            f"{sign} {rule.id}: {rule.title}" for sign, some in (("+", gained), ("-", lost)) for rule in some[:_SHOWN]
        ),
        verify=verify,
        said=f"{_SAID[became]} by {isolated(book.title)}",
    )


_BECAME = {
    Change.CAUGHT: ("caught", Severity.HIGH),
    Change.TIGHTENED: ("caught", Severity.HIGH),
    Change.UNKNOWN: ("open", Severity.HIGH),
    Change.FREED: ("freed", Severity.MEDIUM),
    Change.EASED: ("freed", Severity.MEDIUM),
    Change.SETTLED: ("freed", Severity.MEDIUM),
    Change.SAME: ("otherwise", Severity.LOW),
}
_SAID = {
    "caught": "is caught, or held more strictly,",
    "open": "may be caught",
    "freed": "is freed, or held less strictly,",
    "otherwise": "has the same outcome on other grounds",
}


def _of_act(side: Judgement, act: str) -> Outcome:
    return next((outcome for one, _, outcome, _ in side.acts if one == act), Outcome.NOT_REQUIRED)


def _words(outcome: Outcome) -> str:
    return outcome.value.replace("_", " ")


def _citations(rules: Sequence[Rule]) -> tuple[Citation, ...]:
    return tuple(dict.fromkeys(rule.citation for rule in rules))[:_SHOWN]


def tells(alert: Alert) -> tuple[object, ...]:
    """What an alert of the law says of whom, whether a day or an edition brings it."""
    return alert.customer, alert.party_id, alert.became, alert.explanation


# --- new editions


def text_alerts(change: LawChange, *, watch: str) -> list[Alert]:
    """The alerts of the law itself: one for each rule, table or act that new editions say otherwise."""
    old = {book.id: book for book in change.before}
    new = {book.id: book for book in change.after}
    return [_text_alert(change, one, old, new, watch) for one in diff(change.before, change.after)]


def _text_alert(
    change: LawChange, one: LegalChange, old: dict[str, Rulebook], new: dict[str, Rulebook], watch: str
) -> Alert:
    book = new.get(one.act) or old[one.act]
    editions = tuple(books[one.act].edition_id[:12] if one.act in books else "" for books in (old, new))
    severity = Severity.HIGH if one.kind in _STRICTER else Severity.LOW if one.kind is Kind.WORDING else Severity.MEDIUM
    rule = next((rule for rule in book.rules if rule.id == one.subject), None)
    pair = (one.act, one.subject, one.kind.value, one.text)
    return Alert(
        id=alert_id(watch, Cause.LAW, "law", pair, editions),
        watch=watch,
        cause=Cause.LAW,
        became="law",
        severity=severity,
        customer="",
        customer_name=book.title,
        owner="",
        asked="",
        party_id=one.subject,
        party_name=one.subject,
        source=one.act,
        old=editions[0],
        new=editions[1],
        effective=change.day,
        before="; ".join(one.before) or "as the edition before says",
        after="; ".join(one.after) or one.text,
        effect=(one.text,),
        citations=(rule.citation,) if rule is not None else (book.citation,),
        verify="" if book.verified_to >= change.day else f"the rulebook is verified to {book.verified_to} only",
        said=f"{one.kind.value}: {isolated(one.subject)}",
    )


_STRICTER = (Kind.PROHIBITED, Kind.REQUIRED, Kind.NOTIFIED, Kind.NARROWED)
