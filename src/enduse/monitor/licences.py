"""Live licences: how they are used against quantity, value and time, what is due under them, who of theirs is listed.

What is called an anomaly here is a rule of thumb with its figures stated, and no finding: somebody looks.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from enduse.model.citation import Citation
from enduse.monitor.alerts import Alert, Cause, Severity, alert_id, isolated

LIVE = ("active", "suspended", "exhausted")
"""Statuses under which something may still leave, or may again."""

_HALF, _ALL = Decimal("0.5"), Decimal(1)
_NO_DELIVERY = ("not_found", "diverted", "refused")
_ANCHORS = 4
_TIMES = 3


@dataclass(frozen=True, slots=True)
class Line:
    """What a licence allows of one line.

    Attributes:
        value: of all of it, as the application states it, in ``currency``; None where it states none.
    """

    line: int
    code: str
    licensed: Decimal
    unit: str
    value: Decimal | None = None
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Use:
    """Goods that left.

    Attributes:
        counted: False where the licence had not that much left: it takes nothing from it.
    """

    id: str
    line: int
    quantity: Decimal
    on: dt.date
    counted: bool = True


@dataclass(frozen=True, slots=True)
class Owed:
    """Evidence that a condition asks for by a day."""

    id: str
    text: str
    due: dt.date


@dataclass(frozen=True, slots=True)
class Named:
    """A party of the case that a list names, found after the decision.

    Attributes:
        proposal: what has become of suspending the licence, in words.
    """

    id: str
    party: str
    role: str
    listed_id: str
    listed_name: str
    list_id: str
    score: str
    proposal: str
    explanation: tuple[str, ...] = ()
    citation: Citation | None = None
    since: dt.date | None = None


@dataclass(frozen=True, slots=True)
class LicenceSight:
    """A licence as it stands.

    Attributes:
        case: id of its case.
        checks: post-shipment checks that were made: day and result.
        valid_to: the first day on which it holds no more.
    """

    case: str
    licence: str
    status: str
    valid_from: dt.date
    valid_to: dt.date
    lines: tuple[Line, ...]
    uses: tuple[Use, ...] = ()
    owed: tuple[Owed, ...] = ()
    named: tuple[Named, ...] = ()
    checks: tuple[tuple[dt.date, str], ...] = ()

    def drawn(self, line: int) -> Decimal:
        """How much of a line has left."""
        return sum((use.quantity for use in self.uses if use.counted and use.line == line), Decimal(0))


@dataclass(frozen=True, slots=True)
class Plan:
    """When somebody is told. Of the watch, and of no law.

    Attributes:
        nearly: share of a quantity, or of the value, that is nearly all.
        ends_days: so long before its end a licence with something left is told of.
        due_days: so long before its day evidence that is owed is told of.
        check_days: so long after a delivery a post-shipment check is due, where none was made since; 0: never.
        ahead: by how much the share that is drawn may be ahead of the share of time that has passed.
    """

    nearly: Decimal = Decimal("0.8")
    ends_days: int = 30
    due_days: int = 14
    check_days: int = 180
    ahead: Decimal = Decimal("0.25")


@dataclass(frozen=True, slots=True)
class _Signal:
    became: str
    key: str
    severity: Severity
    said: str
    before: str
    after: str
    effective: dt.date
    effect: tuple[str, ...] = ()
    citations: tuple[Citation, ...] = ()
    explanation: tuple[str, ...] = ()
    score: str = ""
    matched_name: str = ""


def licence_alerts(sight: LicenceSight, today: dt.date, *, watch: str, plan: Plan = Plan()) -> tuple[Alert, ...]:
    """What is to be told of a licence on a day. Each has an id of its own: told again, it is the same alert."""
    found = [*_named(sight, today), *_checks(sight, today, plan), *_owed(sight, today, plan)]
    if sight.status in LIVE:
        found += [*_used(sight, plan), *_value(sight, plan), *_ends(sight, today, plan)]
        found += [*_faster(sight, plan), *_unusual(sight)]
    return tuple(_alert(sight, one, today, watch) for one in found)


def _alert(sight: LicenceSight, one: _Signal, today: dt.date, watch: str) -> Alert:
    return Alert(
        id=alert_id(watch, Cause.LICENCE, one.became, (sight.case, sight.licence, one.key), ()),
        watch=watch,
        cause=Cause.LICENCE,
        became=one.became,
        severity=one.severity,
        customer=sight.case,
        customer_name=sight.licence,
        owner="",
        asked="",
        party_id=one.key,
        party_name=one.matched_name,
        source="licensing",
        old="",
        new=today.isoformat(),
        effective=one.effective,
        before=one.before,
        after=one.after,
        effect=one.effect,
        citations=one.citations,
        score=one.score,
        matched_name=one.matched_name,
        explanation=one.explanation,
        said=one.said,
    )


def _named(sight: LicenceSight, today: dt.date) -> Iterator[_Signal]:
    for one in sight.named:
        yield _Signal(
            "listed",
            one.id,
            Severity.HIGH,
            f"its {one.role} {isolated(one.party)} may be {isolated(one.listed_name)}, listed after the decision",
            "no hit when it was decided",
            f"hit {one.score} on {one.list_id}",
            one.since or today,
            (one.proposal,),
            (one.citation,) if one.citation is not None else (),
            one.explanation,
            one.score,
            one.listed_name,
        )


def _used(sight: LicenceSight, plan: Plan) -> Iterator[_Signal]:
    for line in sight.lines:
        drawn = _ZERO
        for use in _of(sight, line.line):
            said = f"{_plain(use.quantity)} {line.unit} on {use.on}"
            if not use.counted:
                left = f"{_plain(line.licensed - drawn)} {line.unit} of line {line.line} were left"
                words = f"more left than line {line.line} allowed"
                yield _Signal("overdrawn", f"use:{use.id}", Severity.HIGH, words, left, said, use.on)
                continue
            before, drawn = drawn, drawn + use.quantity
            if not sight.valid_from <= use.on < sight.valid_to:
                valid = f"valid from {sight.valid_from}, not on {sight.valid_to} any more"
                yield _Signal("outside", f"use:{use.id}", Severity.HIGH, "used outside its time", valid, said, use.on)
            share, was = _share(drawn, line.licensed), _share(before, line.licensed)
            for level in (plan.nearly, _ALL):
                if was < level <= share:
                    severity = Severity.MEDIUM if level < _ALL else Severity.LOW
                    yield _Signal(
                        "drawn",
                        f"line:{line.line}:{_percent(level)}",
                        severity,
                        f"{_percent(share)} of line {line.line} ({line.code}) has been used",
                        f"{_plain(before)} of {_plain(line.licensed)} {line.unit} used",
                        f"{_plain(drawn)} of {_plain(line.licensed)} {line.unit} used",
                        use.on,
                    )


def _value(sight: LicenceSight, plan: Plan) -> Iterator[_Signal]:
    """The value of what has left, by currency, where several lines share one: no single line may say it."""
    for currency in sorted({line.currency for line in sight.lines if line.value}):
        lines = {one.line: one for one in sight.lines if one.currency == currency and one.value and one.licensed}
        whole = sum((one.value or _ZERO for one in lines.values()), _ZERO)
        if len(lines) < 2:
            continue
        worth = _ZERO
        for use in sight.uses:
            if use.counted and use.line in lines:
                line, before = lines[use.line], worth
                worth += use.quantity / line.licensed * (line.value or _ZERO)
                if before < plan.nearly * whole <= worth:
                    yield _Signal(
                        "value",
                        f"value:{currency}",
                        Severity.MEDIUM,
                        f"{_percent(_share(worth, whole))} of its value has been used",
                        f"{_money(before)} of {_money(whole)} {currency} used",
                        f"{_money(worth)} of {_money(whole)} {currency} used",
                        use.on,
                        explanation=("by the price of a unit in the application: notices of use state no value",),
                    )


def _ends(sight: LicenceSight, today: dt.date, plan: Plan) -> Iterator[_Signal]:
    left = [one for one in sight.lines if sight.drawn(one.line) < one.licensed]
    begins = sight.valid_to - dt.timedelta(days=plan.ends_days)
    if left and begins <= today < sight.valid_to and begins > sight.valid_from:
        what = "; ".join(f"line {one.line}: {_plain(one.licensed - sight.drawn(one.line))} {one.unit}" for one in left)
        said = f"ends on {sight.valid_to} with something left"
        yield _Signal(
            "ends",
            f"end:{sight.valid_to}",
            Severity.LOW,
            said,
            f"valid from {sight.valid_from}",
            f"left: {what}",
            begins,
        )


def _faster(sight: LicenceSight, plan: Plan) -> Iterator[_Signal]:
    """Lines that are used faster than evenly over the time of the licence, which is the plan where none is stated."""
    days = (sight.valid_to - sight.valid_from).days
    for line in sight.lines:
        drawn, uses = _ZERO, 0
        for use in _of(sight, line.line):
            if not use.counted:
                continue
            drawn, uses = drawn + use.quantity, uses + 1
            passed = (use.on - sight.valid_from).days
            share, time = _share(drawn, line.licensed), Decimal(max(passed, 1)) / max(days, 1)
            # A single delivery has no pace.
            if uses < 2 or share < _HALF or share - time < plan.ahead:
                continue
            gone = sight.valid_from + dt.timedelta(days=int(max(passed, 1) / float(share)))
            yield _Signal(
                "faster",
                f"line:{line.line}:pace",
                Severity.MEDIUM,
                f"line {line.line} is used faster than evenly over its time",
                f"{_percent(time)} of its time has passed",
                f"{_percent(share)} of its quantity has been used",
                use.on,
                explanation=(
                    f"{uses} deliveries in {max(passed, 1)} of {days} days",
                    f"at that pace used up on {gone}, {(sight.valid_to - gone).days} days before its end",
                    f"told where what is used is {_percent(plan.ahead)} of the whole ahead of the time",
                ),
            )
            break


def _unusual(sight: LicenceSight) -> Iterator[_Signal]:
    """A delivery several times as large as those before it."""
    for line in sight.lines:
        before: list[Decimal] = []
        for use in _of(sight, line.line):
            if len(before) >= _ANCHORS:
                usual = statistics.median(before)
                if use.quantity > _TIMES * usual:
                    yield _Signal(
                        "unusual",
                        f"use:{use.id}:size",
                        Severity.MEDIUM,
                        f"a delivery of line {line.line} is unlike those before it",
                        f"usually {_plain(usual)} {line.unit} (the median of {len(before)})",
                        f"{_plain(use.quantity)} {line.unit} on {use.on}",
                        use.on,
                        explanation=(f"told of more than {_TIMES} times the median of {_ANCHORS} or more before it",),
                    )
            before.append(use.quantity)


def _owed(sight: LicenceSight, today: dt.date, plan: Plan) -> Iterator[_Signal]:
    for one in sight.owed:
        if today > one.due:
            said = f"evidence is overdue since {one.due}: {isolated(one.id)}"
            first = one.due + dt.timedelta(days=1)
            yield _Signal("overdue", f"owed:{one.id}", Severity.HIGH, said, one.text, "no evidence came", first)
        elif today >= one.due - dt.timedelta(days=plan.due_days):
            said = f"evidence is due by {one.due}: {isolated(one.id)}"
            yield _Signal("due", f"owed:{one.id}", Severity.MEDIUM, said, one.text, "no evidence yet", one.due)


def _checks(sight: LicenceSight, today: dt.date, plan: Plan) -> Iterator[_Signal]:
    for number, (day, result) in enumerate(sight.checks, 1):
        if result in _NO_DELIVERY:
            said = f"a post-shipment check found: {result.replace('_', ' ')}"
            yield _Signal("check", f"check:{number}", Severity.HIGH, said, "used under the licence", result, day)
    last = max((day for day, _ in sight.checks), default=None)
    waiting = sorted(use.on for use in sight.uses if use.counted and (last is None or use.on > last))
    if plan.check_days and waiting:
        due = waiting[0] + dt.timedelta(days=plan.check_days)
        if due <= today:
            made = f"the last check was on {last}" if last else "no check was made"
            said = f"a post-shipment check is due: delivered on {waiting[0]}"
            plain = f"the watch asks for one {plan.check_days} days after a delivery"
            key = f"check-due:{waiting[0]}"
            yield _Signal("check", key, Severity.MEDIUM, said, f"delivered on {waiting[0]}", made, due, (plain,))


_ZERO = Decimal(0)


def _of(sight: LicenceSight, line: int) -> Sequence[Use]:
    return sorted((use for use in sight.uses if use.line == line), key=lambda use: (use.on, use.id))


def _share(part: Decimal, whole: Decimal) -> Decimal:
    return part / whole if whole else _ZERO


def _percent(share: Decimal) -> str:
    return f"{int(share * 100)} %"


def _plain(number: Decimal) -> str:
    return format(number.normalize(), "f")


def _money(number: Decimal) -> str:
    return f"{number:,.2f}"
