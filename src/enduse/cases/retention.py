"""How long a case is kept: the longest period that reaches it; a legal hold beats every period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from dataclasses import dataclass

from enduse.cases.case import Case
from enduse.cases.policies import Policies
from enduse.cases.refusals import Missing
from enduse.model.citation import Citation
from enduse.model.errors import BadInput


@dataclass(frozen=True, slots=True)
class Retention:
    """The first day on which a case may be erased, by which rule.

    Attributes:
        until: that day; None while the case is open.
        held: a legal hold stands.
    """

    until: dt.date | None
    rule: str
    held: bool
    counted_from: dt.date | None
    citation: Citation | None

    def obstacles(self, today: dt.date) -> Iterator[Missing]:
        """What forbids to erase it on a day."""
        if self.held:
            yield Missing("a legal hold stands", "hold")
        if self.until is None:
            yield Missing("the case is open", "open")
        elif today < self.until:
            yield Missing(f"kept until before {self.until}", self.rule, self.citation)


def retention_of(case: Case, policies: Policies, laws: Collection[str] = ()) -> Retention:
    """The retention of a case, counted from the latest of its acts and of what left under its licence.

    Args:
        laws: further laws that reach it, beside that of its authority.

    Raises:
        BadInput: the case was erased already.
    """
    if case.application is None:
        raise BadInput(f"{case.id} was erased", where="case")
    authority = policies.authorities[case.applied.authority]
    ended = case.last("closed", "withdrawn", "superseded")
    live = case.licence is not None and case.licence.status in ("active", "suspended", "exhausted")
    if ended is None or live or case.status not in policies.final:
        return Retention(None, "", case.held, None, None)
    latest = max(act.at.astimezone(authority.zone).date() for act in case.acts)
    latest = max([latest, *(one.on for one in (case.licence.usages if case.licence else ()))])
    periods = []
    for rule in policies.retention:
        if rule.law == authority.law or rule.law in laws:
            start = dt.date(latest.year + 1, 1, 1) if rule.calendar_year else latest
            periods.append((_years_later(start, rule.years), rule))
    until, rule = max(periods, key=lambda pair: pair[0])
    return Retention(until, rule.id, case.held, latest, rule.citation)


def _years_later(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, month=3, day=1)
