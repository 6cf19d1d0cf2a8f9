"""Registers of positions in securities: listings of their issuers, and days on which dealing in them changes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from enduse.assess import Settings
from enduse.evidence.library import Library
from enduse.interfaces.portfolio import read_holdings, securities_of
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.match import Query
from enduse.model.party import Identifier
from enduse.monitor.alerts import Alert, Cause, Severity, alert_id
from enduse.monitor.customers import Customer, checked
from enduse.monitor.issuers import Holding
from enduse.monitor.portfolio import Adviser, Dealing, LineAnswer
from enduse.rules.rulebook import Rulebook
from enduse.screen.identifiers import identifier_key

MOST_DAYS = 400
"""Days that a run looks back on at the most, one by one."""

_BARRED = (Dealing.BARRED, Dealing.REVIEW, Dealing.OPEN)


@dataclass(slots=True)
class Holdings:
    """The positions of a portfolio (the columns of ``portfolio check``); the ISIN, the LEI or the name is the key.

    Sides, quantities and days of trade are left aside: what is watched is the position.

    Attributes:
        problems: rows that cannot be used, each with its place.
    """

    path: Path
    today: dt.date
    problems: list[BadInput] = field(default_factory=list)

    def __iter__(self) -> Iterator[Customer]:
        found, unread = read_holdings(self.path, self.today)
        self.problems.extend(unread)
        seen: set[str] = set()
        for one in found:
            key = identifier_key(one.isin) or identifier_key(one.lei) or one.name
            if not key:
                remedy = "an ISIN, a LEI or a name"
                self.problems.append(BadInput("a ticker alone is not watched", where=one.where, remedy=remedy))
            elif key not in seen:
                seen.add(key)
                try:
                    yield checked(position(key, one), one.where)
                except BadInput as problem:
                    self.problems.append(problem)


def position(key: str, holding: Holding) -> Customer:
    """A position as a row of a register."""
    stated = (("ISIN", holding.isin), ("LEI", holding.lei))
    numbers = [Identifier("", value, label=label) for label, value in stated if value]
    return Customer(key, Query(holding.name, identifiers=tuple(numbers)))


def holding_of(customer: Customer) -> Holding:
    """The position of a row of a register."""
    stated = {one.label: one.value for one in customer.query.numbers}
    return Holding(0, customer.key, customer.query.name, stated.get("ISIN", ""), stated.get("LEI", ""))


def first_day(since: dt.date, until: dt.date) -> dt.date:
    """The day that the first one is compared with: the last that was looked at, or as far back as is looked."""
    return max(since, until - dt.timedelta(days=MOST_DAYS))


def dealing_alerts(
    positions: Sequence[Customer],
    since: dt.date,
    until: dt.date,
    lists: Library,
    books: Sequence[Rulebook],
    laws: Sequence[str],
    *,
    watch: str,
) -> list[Alert]:
    """The alerts of the days after ``since``, up to ``until``, on which holding, buying or selling changes its answer.

    Args:
        positions: those whose issuer may be listed: of no other can the answer change.
    """
    found: list[Alert] = []
    before: dict[str, tuple[str, ...]] = {}
    if not positions:
        return found
    day = first_day(since, until)
    while day <= until:
        adviser = Adviser(lists, securities_of(lists), Settings(laws=tuple(laws)), day, day, books)
        for one in positions:
            answer = adviser.judge(holding_of(one))
            words = _words(answer)
            past = before.get(one.key)
            if past is not None and past != words:
                found.append(_alert(one, past, words, answer, day, watch))
            before[one.key] = words
        day += dt.timedelta(days=1)
    return found


def _words(answer: LineAnswer) -> tuple[str, ...]:
    sides = (("held", answer.answer), ("bought", answer.if_bought), ("sold", answer.if_sold))
    return tuple(f"{name}: {side.dealing.value.replace('_', ' ')}" for name, side in sides if side is not None)


def _alert(
    one: Customer, past: tuple[str, ...], words: tuple[str, ...], answer: LineAnswer, day: dt.date, watch: str
) -> Alert:
    sides = [side for side in (answer.answer, answer.if_bought, answer.if_sold) if side is not None]
    severity = Severity.HIGH if any(side.dealing in _BARRED for side in sides) else Severity.MEDIUM
    cited: dict[Citation, None] = dict.fromkeys(item.citation for side in sides for item in side.findings)
    return Alert(
        id=alert_id(watch, Cause.LAW, "dealing", (one.key,), (day.isoformat(), *words)),
        watch=watch,
        cause=Cause.LAW,
        became="dealing",
        severity=severity,
        customer=one.key,
        customer_name=one.name,
        owner="",
        asked="",
        party_id=answer.hits[0].match.party.id if answer.hits else "",
        party_name=answer.hits[0].match.party.name if answer.hits else "",
        source="",
        old=(day - dt.timedelta(days=1)).isoformat(),
        new=day.isoformat(),
        effective=day,
        before="; ".join(past),
        after="; ".join(words),
        effect=tuple(dict.fromkeys(item.title for side in sides for item in side.findings)),
        citations=tuple(cited),
        explanation=tuple(dict.fromkeys((*answer.notes, *(side.only_if for side in sides if side.only_if)))),
        said="dealing in it is answered otherwise from this day",
    )
