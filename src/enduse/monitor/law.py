"""What a day of the law does to a customer: rules that begin, end, or return on it, judged the day before and on it.

The days come from the rules themselves (``in_force``): a suspension that ends is a day like any other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from enduse.assess import Settings, check
from enduse.evidence.library import Library
from enduse.model.assessment import Assessment, Finding, Outcome, Status
from enduse.model.transaction import Activity, Item, Role, Transaction, TransactionParty
from enduse.monitor.alerts import Alert, Cause, Severity, alert_id
from enduse.monitor.customers import Customer
from enduse.rules.rulebook import Rulebook


class Turned(StrEnum):
    """What a day of the law did to a customer."""

    CAUGHT = "caught"
    OPEN = "open"
    FREED = "freed"


@dataclass(frozen=True, slots=True)
class Deal:
    """What is supposed to be done with every customer of a register, so that the law can be asked.

    Attributes:
        laws: jurisdictions.
        item: code of the item.
        origin: ISO alpha-2 of where it comes from.
        destination: where it goes if the customer's country is not stated.
    """

    laws: tuple[str, ...] = ("us",)
    item: str = "EAR99"
    origin: str = "US"
    destination: str = "XX"
    activity: Activity = Activity.EXPORT

    def with_(self, customer: Customer, day: dt.date) -> Transaction:
        """The deal with a customer on a day: it is the end user."""
        query = customer.query
        country = query.countries[0] if query.countries else None
        party = TransactionParty(
            role=Role.END_USER,
            name=customer.name,
            country=country,
            identifiers=query.numbers,
            owners=customer.owners or None,
            birth_date=query.birth_date,
        )
        return Transaction(
            self.activity, day, (Item(self.item),), country or self.destination, (party,), origin=self.origin
        )


@dataclass(frozen=True, slots=True)
class LawDay:
    """A day on which rules begin, end or return.

    Attributes:
        rules: their ids, each with its rulebook.
    """

    day: dt.date
    rules: Mapping[str, Rulebook]


def law_days(books: Iterable[Rulebook], laws: Sequence[str], since: dt.date, until: dt.date) -> tuple[LawDay, ...]:
    """The days after ``since``, up to ``until``, on which a rule of some laws begins, ends or returns, in order."""
    found: dict[dt.date, dict[str, Rulebook]] = {}
    for book in books:
        if book.jurisdiction not in laws or book.standing == "draft":
            continue
        for rule in book.rules:
            for period in rule.in_force:
                for day in (period.interval.start, period.interval.end):
                    if day is not None and since < day <= until:
                        found.setdefault(day, {})[rule.id] = book
    return tuple(LawDay(day, found[day]) for day in sorted(found))


def turned(
    customer: Customer, law_day: LawDay, deal: Deal, books: Sequence[Rulebook], lists: Library, *, watch: str
) -> tuple[Alert, ...]:
    """The alerts of a customer for a day of the law: one for each rule whose answer the day changes.

    Both answers rest on the same lists and the same owners; only the day moves.
    """
    eve = law_day.day - dt.timedelta(days=1)
    settings = Settings(laws=deal.laws)
    before, after = (
        check(deal.with_(customer, day), as_of=day, library=lists, settings=settings, rulebooks=books)
        for day in (eve, law_day.day)
    )
    sides = before, after
    return tuple(_turned(customer, law_day.day, law_day.rules, sides, eve.isoformat(), law_day.day.isoformat(), watch))


def reedited(
    customer: Customer,
    day: dt.date,
    editions: tuple[Sequence[Rulebook], Sequence[Rulebook]],
    deal: Deal,
    lists: Library,
    *,
    old: str,
    new: str,
    watch: str,
) -> tuple[Alert, ...]:
    """The alerts of a customer for new editions of rulebooks: one for each rule whose answer they change.

    Args:
        editions: the rulebooks as they were and as they are.
        old, new: what is told of the editions.
    """
    rules = rules_of_changed(*editions)
    return tuple(_turned(customer, day, rules, under_both(customer, day, editions, deal, lists), old, new, watch))


def under_both(
    customer: Customer,
    day: dt.date,
    editions: tuple[Sequence[Rulebook], Sequence[Rulebook]],
    deal: Deal,
    lists: Library,
) -> tuple[Assessment, Assessment]:
    """What the law says of a customer's deal on a day, under rulebooks as they were and as they are."""
    settings = Settings(laws=deal.laws)
    before, after = (
        check(deal.with_(customer, day), as_of=day, library=lists, settings=settings, rulebooks=books)
        for books in editions
    )
    return before, after


def rules_of_changed(past: Sequence[Rulebook], present: Sequence[Rulebook]) -> dict[str, Rulebook]:
    """The rules of the rulebooks that are not as they were, past and present ones, each with its rulebook."""
    known = {book.id: book for book in past}
    changed = [book for book in present if known.get(book.id) != book]
    gone = [known[one] for one in known if one not in {book.id for book in present}]
    before = [known[one.id] for one in changed if one.id in known]
    return {rule.id: book for book in (*gone, *before, *changed) for rule in book.rules}


def reowned(
    past: Customer,
    customer: Customer,
    day: dt.date,
    deal: Deal,
    books: Sequence[Rulebook],
    lists: Library,
    *,
    version: str,
    watch: str,
) -> tuple[Alert, ...]:
    """The alerts of a customer whose owners have changed: one for each rule whose answer that changes.

    Args:
        past: the customer as it was.
        version: what the update of the register that brought the change is called.
    """
    rules = {rule.id: book for book in books if book.jurisdiction in deal.laws for rule in book.rules}
    settings = Settings(laws=deal.laws)
    before, after = (
        check(deal.with_(one, day), as_of=day, library=lists, settings=settings, rulebooks=books)
        for one in (past, customer)
    )
    return tuple(_turned(customer, day, rules, (before, after), "owners as they were", version, watch))


def _turned(
    customer: Customer,
    day: dt.date,
    rules: Mapping[str, Rulebook],
    answers: tuple[Assessment, Assessment],
    old: str,
    new: str,
    watch: str,
) -> Iterator[Alert]:
    was, now = map(speaking, answers)
    for rule, book in sorted(rules.items(), key=lambda pair: pair[0]):
        past, present = was.get(rule), now.get(rule)
        if (past.status if past else None) != (present.status if present else None):
            yield _alert(customer, day, old, new, rule, book, past, present, answers, watch)


def speaking(answer: Assessment) -> dict[str, Finding]:
    """The findings that apply or may apply, by their rules."""
    return {finding.rule: finding for act in answer.authorities for finding in act.findings.speaking}


def _alert(
    customer: Customer,
    day: dt.date,
    old: str,
    new: str,
    rule: str,
    book: Rulebook,
    past: Finding | None,
    present: Finding | None,
    answers: tuple[Assessment, Assessment],
    watch: str,
) -> Alert:
    told = present or past
    assert told is not None
    became = Turned.FREED if present is None else Turned.OPEN if present.status is Status.UNKNOWN else Turned.CAUGHT
    verify = ""
    if book.verified_to < day:
        verify = f"the rulebook {book.id} is verified to {book.verified_to} only: verify what holds on {day}"
    if present is not None and present.missing:
        verify = "; ".join(filter(None, (verify, f"to be answered: {', '.join(present.missing)}")))
    severity = Severity.MEDIUM if became is Turned.FREED else Severity.HIGH
    return Alert(
        id=alert_id(watch, Cause.LAW, became.value, (customer.key, rule), (new,)),
        watch=watch,
        cause=Cause.LAW,
        became=became.value,
        severity=severity,
        customer=customer.key,
        customer_name=customer.name,
        owner="",
        asked=customer.query.name,
        party_id=rule,
        party_name=told.title,
        source=book.id,
        old=old,
        new=new,
        effective=day,
        before=_outcome(past, answers[0]),
        after=_outcome(present, answers[1]),
        effect=tuple(filter(None, (told.reason, told.review_policy))),
        citations=(told.citation,),
        explanation=told.conditions,
        verify=verify,
    )


def _outcome(finding: Finding | None, answer: Assessment) -> str:
    outcome: Outcome = answer.outcome
    said = f"{finding.code or finding.rule} {finding.status.value.replace('_', ' ')}" if finding else "does not apply"
    return f"{said}; the deal as a whole: {outcome.value.replace('_', ' ')}"
