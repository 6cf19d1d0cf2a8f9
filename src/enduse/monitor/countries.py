"""What a change of the law does to the customers whom no rule on parties can reach: judged once for each country.

Without stated owners and without a hit, customers of one country are alike before the law: the deal with them differs
in their names alone. So one of them is judged for all, and one alert tells how many there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass, replace

from enduse.evidence.library import Library
from enduse.model.assessment import Assessment, Finding, Status
from enduse.model.countries import country_name
from enduse.monitor.alerts import Alert, Cause, Severity, alert_id, isolated
from enduse.monitor.customers import Customer
from enduse.monitor.law import Deal, rules_of_changed, speaking, under_both
from enduse.rules.rulebook import Rulebook

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Country:
    """Customers of one country whom no rule on parties can reach.

    Attributes:
        code: ISO alpha-2.
        example: one of them, judged for all.
    """

    code: str
    count: int
    example: Customer


@dataclass(frozen=True, slots=True)
class Countries:
    """The customers of a register by country.

    Attributes:
        unstated: how many state no country, so that nothing can be said of where goods go.
    """

    known: tuple[Country, ...]
    unstated: int


def by_country(customers: Iterable[Customer], reachable: Container[str]) -> Countries:
    """Customers by the first country that each states.

    Args:
        reachable: keys of those who are judged by themselves.
    """
    found: dict[str, Country] = {}
    unstated = 0
    for one in customers:
        if one.key in reachable:
            continue
        if not one.query.countries:
            unstated += 1
            continue
        code = one.query.countries[0]
        past = found.get(code)
        found[code] = Country(code, 1, one) if past is None else replace(past, count=past.count + 1)
    return Countries(tuple(found[code] for code in sorted(found)), unstated)


def country_alerts(
    countries: Iterable[Country],
    day: dt.date,
    editions: tuple[Sequence[Rulebook], Sequence[Rulebook]],
    deal: Deal,
    lists: Library,
    *,
    old: str,
    new: str,
    watch: str,
    register: str,
) -> list[Alert]:
    """One alert for each country whose customers the law answers otherwise.

    Args:
        editions: the rulebooks as they were and as they are, or those of the day before and of the day.
        old, new: what is told of the two.
    """
    rules = rules_of_changed(*editions)
    found = []
    for country in countries:
        before, after = under_both(country.example, day, editions, deal, lists)
        was, now = speaking(before), speaking(after)
        turned = [
            (was.get(rule), now.get(rule))
            for rule in sorted(rules)
            if _status(was.get(rule)) is not _status(now.get(rule))
        ]
        if turned:
            verify = sorted({_verify(rules[_told(pair).rule], day) for pair in turned} - {""})
            found.append(_alert(country, day, turned, (before, after), (old, new), watch, register, "; ".join(verify)))
    return found


def _status(finding: Finding | None) -> Status | None:
    return finding.status if finding is not None else None


def _told(pair: tuple[Finding | None, Finding | None]) -> Finding:
    found = pair[1] or pair[0]
    assert found is not None
    return found


def _verify(book: Rulebook, day: dt.date) -> str:
    if book.verified_to >= day:
        return ""
    return f"the rulebook {book.id} is verified to {book.verified_to} only: verify what holds on {day}"


def _became(pair: tuple[Finding | None, Finding | None]) -> str:
    """What the change of one rule does. An exemption has no finding of its own: it takes those of other rules away."""
    _, present = pair
    if present is None:
        return "freed"
    return "open" if present.status is Status.UNKNOWN else "caught"


_WORDS = {"caught": "are caught by", "open": "may be caught by", "freed": "are no longer caught by"}
_ORDER = tuple(_WORDS)


def _alert(
    country: Country,
    day: dt.date,
    turned: Sequence[tuple[Finding | None, Finding | None]],
    answers: tuple[Assessment, Assessment],
    editions: tuple[str, str],
    watch: str,
    register: str,
    verify: str,
) -> Alert:
    ordered = sorted(turned, key=lambda pair: _ORDER.index(_became(pair)))
    became, first = _became(ordered[0]), _told(ordered[0])
    name, many = country_name(country.code), f"{country.count:,} customer{'s' if country.count != 1 else ''}"
    said = _WORDS[became] if country.count != 1 else _WORDS[became].replace("are ", "is ", 1)
    more = f" and {len(ordered) - 1} more rule{'s' if len(ordered) > 2 else ''}" if len(ordered) > 1 else ""
    how = f"without stated owners and without a hit; enduse monitor customers {register} --country {country.code} lists"
    missing = sorted({key for pair in ordered if pair[1] is not None for key in pair[1].missing})
    if missing:
        verify = "; ".join(filter(None, (verify, f"to be answered: {', '.join(missing)}")))
    return Alert(
        id=alert_id(watch, Cause.LAW, "country", (country.code, register), editions),
        watch=watch,
        cause=Cause.LAW,
        became=became,
        severity=Severity.MEDIUM if became == "freed" else Severity.HIGH,
        customer="",
        customer_name=f"{many} in {name}",
        owner="",
        asked="",
        party_id=first.rule,
        party_name=first.title,
        source=first.rule.rpartition("/")[0],
        old=editions[0],
        new=editions[1],
        effective=day,
        before=f"the deal with one of them: {answers[0].outcome.value.replace('_', ' ')}",
        after=f"the deal with one of them: {answers[1].outcome.value.replace('_', ' ')}",
        effect=(
            *dict.fromkeys(
                text for pair in ordered[:_SHOWN] for text in (_told(pair).reason, _told(pair).review_policy) if text
            ),
            f"{many} of the register {register} {how} all of the country",
        ),
        citations=tuple(dict.fromkeys(_told(pair).citation for pair in ordered))[:_SHOWN],
        explanation=tuple(
            f"{'+' if pair[1] is not None else '-'} {_told(pair).rule}: {_told(pair).title}"
            for pair in ordered[:_SHOWN]
        ),
        verify=verify,
        said=f"{said} {isolated(first.title)}{more}",
    )
