"""Signs of diversion in what leaves under licences.

A notice of use states a line, a quantity and a day; goods, parties and countries are those of the application, and its
price of a unit gives the value. So far as that carries them, the signs of customs declarations are asked of it:

- ``licence_consignee``: a consignee to whom something first left soon after a list named a party of another case, and
  in whose application the same third party owns it or acts for it.
- ``licence_split``: deliveries of one exporter to one consignee within days, over all its licences, crowded below a
  value.
- ``licence_routing``: the application names an intermediate consignee in a restricted destination on the way elsewhere.

Two are possible with licences alone, because a licence says how much may leave over what time. The plan is even use
over that time: no other is stated.

- ``licence_surge``: in the last :data:`WINDOW` days before the day asked for.
- ``licence_late``: in the last :data:`LAST` days of the licence.

Each speaks where more left in these days than the plan allots to them, and deliveries are more frequent, or larger,
than before by more than chance explains: how many of those after the first fall into the days (exact binomial test:
they would fall on any day alike), or whether they are larger (Mann and Whitney), both by ``scipy``; the smaller of the
two chances counts twice, for there are two (Bonferroni).
"""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from enduse.monitor.trade.declarations import Declaration, ListedOne, Sign, new_consignees, routings, splits

CONSIGNEE, SPLIT, ROUTING = "licence_consignee", "licence_split", "licence_routing"
SURGE, LATE = "licence_surge", "licence_late"
WINDOW, LAST = 90, 60
"""Days in which use is looked at: before the day asked for, and before the end of a licence."""
LEAST, LEAST_DAYS = 4, 90
"""Deliveries that must have left before the days that are looked at, and days from the first of them."""
BACK = 365
"""Days over which deliveries are looked through."""
LEVELS = {SURGE: 0.1, LATE: 0.02}
"""From which chance on nothing is said; set on 200 other simulated worlds than those that were measured."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """Goods that left."""

    id: str
    on: dt.date
    quantity: Decimal


@dataclass(frozen=True, slots=True)
class UsedLine:
    """A line of a licence with what has left under it.

    Attributes:
        officers: names of the parties that own the consignee or act for it, as the application says.
        through: ISO alpha-2 of the intermediate consignees, in the order of the application.
        value: of the whole line, in ``currency``; None where the application states none.
        valid_to: the first day on which the licence holds no more.
    """

    case: str
    licence: str
    line: int
    code: str
    unit: str
    licensed: Decimal
    valid_from: dt.date
    valid_to: dt.date
    exporter: str
    consignee: str
    destination: str
    officers: tuple[str, ...] = ()
    through: tuple[str, ...] = ()
    value: Decimal | None = None
    currency: str = ""
    deliveries: tuple[Delivery, ...] = ()

    @property
    def name(self) -> str:
        """The licence and the line, and who is supplied."""
        return f"{self.licence} line {self.line}, {self.exporter} to {self.consignee}"


@dataclass(frozen=True, slots=True)
class Threshold:
    """A value below which less is asked of a delivery, in one currency (ISO 4217)."""

    value: float
    currency: str


@dataclass(frozen=True, slots=True)
class Said:
    """What an indicator says of a line.

    Attributes:
        sign: None where it does not speak.
        silent: why nothing can be said; empty where something can.
    """

    kind: str
    who: str
    sign: Sign | None = None
    silent: str = ""


@dataclass(slots=True)
class UseFound:
    """What was found in the use of licences.

    Attributes:
        deliveries: how many were looked through.
        judged: of how many lines each of :data:`SURGE` and :data:`LATE` says something.
        left_aside: deliveries that an indicator could not take, by reason.
    """

    day: dt.date
    lines: int = 0
    deliveries: int = 0
    signs: list[Sign] = field(default_factory=list)
    judged: Counter[str] = field(default_factory=Counter)
    silent: list[Said] = field(default_factory=list)
    left_aside: Counter[str] = field(default_factory=Counter)


def look_through(
    lines: Iterable[UsedLine],
    day: dt.date,
    *,
    threshold: Threshold | None = None,
    restricted: Sequence[str] = (),
    listed: Sequence[ListedOne] = (),
) -> UseFound:
    """Every sign in the use of licences as it was known on a day, over the year before it.

    Args:
        lines: of all licences, each with its deliveries in any order.
        restricted: ISO alpha-2; routes are not looked at where there is none.
        listed: parties of other cases whom a list has named, with who stood behind them.
    """
    found = UseFound(day)
    since = day - dt.timedelta(days=BACK)
    known = [_until(one, day) for one in lines if one.valid_from <= day and one.valid_to > since]
    found.lines = len(known)
    declared = list(_declared(known, found.left_aside, threshold.currency if threshold is not None else ""))
    recent = [one for one in declared if one.date > since]
    found.deliveries = len(recent)
    # Who was supplied before the year is nobody new in it.
    found.signs += _of(CONSIGNEE, (one for one in new_consignees(declared, listed) if _day(one, declared) > since))
    if threshold is not None:
        priced = [one for one in recent if not math.isnan(one.value)]
        for one in _of(SPLIT, splits(priced, threshold.value)):
            found.signs.append(replace(one, why=f"{one.why}; values in {threshold.currency}"))
    if restricted:
        found.signs += _of(ROUTING, routings(recent, restricted))
    for line in known:
        for kind, judge in ((SURGE, surge), (LATE, late)):
            said = judge(line, day)
            if said is None:
                continue
            if said.silent:
                found.silent.append(said)
                continue
            found.judged[kind] += 1
            if said.sign is not None:
                found.signs.append(said.sign)
    return found


def _until(line: UsedLine, day: dt.date) -> UsedLine:
    own = sorted((one for one in line.deliveries if one.on <= day), key=lambda one: (one.on, one.id))
    return replace(line, deliveries=tuple(own))


def _of(kind: str, signs: Iterable[Sign]) -> Iterator[Sign]:
    return (replace(one, kind=kind) for one in signs)


def _day(sign: Sign, declared: Sequence[Declaration]) -> dt.date:
    return next(one.date for one in declared if one.where == sign.evidence[0])


def _declared(lines: Iterable[UsedLine], aside: Counter[str], currency: str) -> Iterator[Declaration]:
    """Deliveries as consignments; their value is not a number where it is not known in the currency asked for."""
    for line in lines:
        for one in line.deliveries:
            value = math.nan
            if currency and (line.value is None or not line.licensed):
                aside["no value in the application: not looked at for splits"] += 1
            elif currency and line.currency != currency:
                aside[f"in {line.currency or 'no currency'}, not {currency}: not looked at for splits"] += 1
            elif line.value is not None and line.licensed:
                value = float(one.quantity / line.licensed * line.value)
            yield Declaration(
                where=f"{line.licence} use {one.id}",
                id=one.id,
                date=one.on,
                exporter=line.exporter,
                consignee=line.consignee,
                address="",
                officers=line.officers,
                code=line.code,
                value=value,
                dispatch="",
                transit=line.through,
                destination=line.destination,
            )


# --- against the licence's own plan


def surge(line: UsedLine, day: dt.date) -> Said | None:
    """Whether use has surged in the days before ``day``.

    Returns:
        None where the licence does not hold on the day, or is in its last days, which :func:`late` looks at.
    """
    if not line.valid_from <= day < line.valid_to - dt.timedelta(days=LAST):
        return None
    return _crowded(SURGE, line, day - dt.timedelta(days=WINDOW - 1), day, f"in the {WINDOW} days to {day}")


def late(line: UsedLine, day: dt.date) -> Said | None:
    """Whether much left in the last days of the licence; None before them."""
    begins = line.valid_to - dt.timedelta(days=LAST)
    if not begins <= day or begins <= line.valid_from:
        return None
    last = min(day, line.valid_to - dt.timedelta(days=1))
    return _crowded(LATE, line, begins, last, f"in the last {LAST} days of the licence, which ends on {line.valid_to}")


def _crowded(kind: str, line: UsedLine, begins: dt.date, last: dt.date, when: str) -> Said:
    """Whether deliveries in the days from ``begins`` to ``last`` are more, or larger, than chance explains."""
    before = [one for one in line.deliveries if one.on < begins]
    within = [one for one in line.deliveries if begins <= one.on <= last]
    if len(before) < LEAST or (begins - before[0].on).days < LEAST_DAYS:
        span = f" over {(begins - before[0].on).days} days" if before else ""
        why = f"{len(before)} deliveries{span} before these days; {LEAST} over {LEAST_DAYS} days are needed"
        return Said(kind, line.name, silent=why)
    days = (last - begins).days + 1
    share = _sum(within) / line.licensed if line.licensed else Decimal(0)
    planned = Decimal(days) / max(1, (line.valid_to - line.valid_from).days)
    if not within or share <= planned:
        return Said(kind, line.name)
    whole = (last - before[0].on).days
    often = _more_often(len(within), len(within) + len(before) - 1, days / whole)
    large = _larger([float(one.quantity) for one in within], [float(one.quantity) for one in before])
    chance = min(1.0, 2 * min(often, large))
    if chance >= LEVELS[kind]:
        return Said(kind, line.name)
    why = (
        f"{share:.0%} of the line ({_plain(_sum(within))} of {_plain(line.licensed)} {line.unit}) left {when}, where "
        f"even use allots {planned:.0%}: {len(within)} deliveries in {days} days after {len(before)} in "
        f"{(begins - before[0].on).days} (p = {often:.1g}), larger than before with p = {large:.1g}"
    )
    evidence = tuple(f"{line.licence} use {one.id}" for one in within)
    return Said(kind, line.name, Sign(kind, line.name, why, evidence))


def _sum(some: Iterable[Delivery]) -> Decimal:
    return sum((one.quantity for one in some), Decimal(0))


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _more_often(hits: int, total: int, share: float) -> float:
    from scipy.stats import binomtest  # optional and heavy: the extra `trade`

    return float(binomtest(hits, total, share, alternative="greater").pvalue)


def _larger(within: Sequence[float], before: Sequence[float]) -> float:
    from scipy.stats import mannwhitneyu

    if len({*within, *before}) == 1:
        return 1.0
    return float(mannwhitneyu(within, before, alternative="greater").pvalue)
