"""The rule language: one rule of law as data, read from YAML and checked as it is read.

A rule says when it is in force, what it does (``effect``), and on which condition (``when``): a tree of
``all / any / not`` over named predicates (:mod:`enduse.rules.predicates`). ``for_each`` repeats the rule over the
controls of the item, the parties or their listings; each repetition gives a finding of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from enduse.model.assessment import Effect, Outcome
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.time import Interval, parse_date

_RULE_KEYS = frozenset(
    [
        "id",
        "title",
        "citation",
        "in_force",
        "standing",
        "effect",
        "code",
        "for_each",
        "when",
        "reason",
        "review_policy",
        "human_rights",
        "conditions",
        "survivors",
        "exempts",
        "outcome",
        "changes",
        "verified",
        "notes",
        "asks",
        "awaits",
        "code_open",
        "dates",
    ]
)
_REQUIRED = ("id", "title", "citation", "in_force", "effect", "when")
STANDINGS = ("law", "guidance", "draft")


STANDS = "in_force"
"""The value of a period's fact that says that the period holds; any other says that it does not."""


@dataclass(frozen=True, slots=True)
class Period:
    """An interval in which a rule is in force.

    ``unsettled_from``: the interval is scheduled, but what happens from that day on was not known when the rule was
    written; it counts where the rulebook is verified to that day or later. ``fact`` is else the missing fact: a choice
    of ``in_force`` and what says that it is not.
    """

    interval: Interval
    citation: str = ""
    unsettled_from: dt.date | None = None
    fact: str = ""


@dataclass(frozen=True, slots=True)
class Survivor:
    """A licence exception that a bar lets through, perhaps on a condition."""

    symbol: str
    if_candidate: bool = False
    when: Any = None


@dataclass(frozen=True, slots=True)
class Counted:
    """A day that a rule computes: so many days after the first day of the bound listing."""

    code: str
    days: int


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. ``when`` and ``for_each`` are condition trees as read; see the module's description.

    Attributes:
        asks: facts that are asked for where the rule applies, since it leaves the outcome open.
        awaits: the fact that an authority has yet to settle. Where nothing else is open the duty holds already.
        code_open: the reason code while the rule is open, where that is another (``...:NOTIFY``).
        dates: days computed from the bound listing.
    """

    id: str
    title: str
    citation: Citation
    in_force: tuple[Period, ...]
    effect: Effect
    when: Any
    where: str
    standing: str = "law"
    code: str = ""
    for_each: Mapping[str, Any] | None = None
    reason: str = ""
    review_policy: str = ""
    human_rights: bool = False
    conditions: tuple[str, ...] = ()
    survivors: tuple[Survivor, ...] = ()
    exempts: tuple[str, ...] = ()
    outcome: Outcome | None = None
    changes: str = ""
    notes: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()
    awaits: str = ""
    code_open: str = ""
    dates: tuple[Counted, ...] = ()

    def period_on(self, day: dt.date) -> Period | None:
        """The period that holds ``day``, or None when the rule is not in force then."""
        return next((period for period in self.in_force if day in period.interval), None)


@dataclass(frozen=True, slots=True)
class ExceptionRule:
    """A licence exception: considered when ``considered_when`` holds, foreclosed when ``foreclosed_when`` does."""

    symbol: str
    title: str
    citation: Citation
    considered_when: Any
    foreclosed: tuple[tuple[str, Any], ...]
    conditions: tuple[str, ...]
    in_force: tuple[Period, ...]
    where: str

    def period_on(self, day: dt.date) -> Period | None:
        """The period that holds ``day``, or None when the exception does not exist then."""
        return next((period for period in self.in_force if day in period.interval), None)


def read_rule(raw: Any, *, where: str) -> Rule:
    """Read one rule.

    Raises:
        BadInput: a key is unknown or missing, a value is not what the key takes. Predicates and facts are checked by
            :mod:`enduse.rules.lint`, which knows them.
    """
    if not isinstance(raw, Mapping):
        raise BadInput("a rule is a mapping", where=where)
    rule_id = str(raw.get("id") or "?")
    place = f"{where}, rule {rule_id}"
    if unknown_keys := sorted(set(raw) - _RULE_KEYS):
        raise BadInput(
            f"unknown key {unknown_keys[0]!r}", where=place, remedy=f"known: {', '.join(sorted(_RULE_KEYS))}"
        )
    for key in _REQUIRED:
        if raw.get(key) in (None, "", []):
            raise BadInput(f"{key!r} is missing", where=place, remedy="every rule needs it")
    standing = raw.get("standing", "law")
    if standing not in STANDINGS:
        raise BadInput(f"standing {standing!r}", where=place, remedy=f"one of {', '.join(STANDINGS)}")
    return Rule(
        id=rule_id,
        title=raw["title"],
        citation=read_citation(raw["citation"], where=place),
        in_force=tuple(_period(item, where=place) for item in _list(raw["in_force"])),
        effect=_choice(Effect, raw["effect"], "effect", place),
        when=raw["when"],
        where=place,
        standing=standing,
        code=raw.get("code") or "",
        for_each=raw.get("for_each"),
        reason=raw.get("reason") or "",
        review_policy=raw.get("review_policy") or "",
        human_rights=raw.get("human_rights") == "true",
        conditions=tuple(_list(raw.get("conditions"))),
        survivors=tuple(_survivor(item) for item in _list(raw.get("survivors"))),
        exempts=tuple(_list(raw.get("exempts"))),
        outcome=_choice(Outcome, raw["outcome"], "outcome", place) if raw.get("outcome") else None,
        changes=raw.get("changes") or "",
        notes=tuple(_list(raw.get("notes"))),
        asks=tuple(_list(raw.get("asks"))),
        awaits=raw.get("awaits") or "",
        code_open=raw.get("code_open") or "",
        dates=tuple(_counted(item, place) for item in _list(raw.get("dates"))),
    )


def read_exception(raw: Any, *, where: str) -> ExceptionRule:
    """Read one licence exception.

    Raises:
        BadInput: as :func:`read_rule`.
    """
    place = f"{where}, exception {raw.get('symbol', '?')}"
    for key in ("symbol", "title", "citation", "considered_when"):
        if not raw.get(key):
            raise BadInput(f"{key!r} is missing", where=place)
    foreclosed = []
    for item in _list(raw.get("foreclosed_when")):
        if not isinstance(item, Mapping) or set(item) != {"because", "when"}:
            raise BadInput("each bar has exactly 'because' and 'when'", where=place)
        foreclosed.append((item["because"], item["when"]))
    return ExceptionRule(
        symbol=raw["symbol"],
        title=raw["title"],
        citation=read_citation(raw["citation"], where=place),
        considered_when=raw["considered_when"],
        foreclosed=tuple(foreclosed),
        conditions=tuple(_list(raw.get("conditions"))),
        in_force=tuple(_period(item, where=place) for item in _list(raw.get("in_force", [{}]))),
        where=place,
    )


def read_citation(raw: Any, *, where: str) -> Citation:
    """Read a citation: a text, or ``{text, url, verified, note}``.

    Raises:
        BadInput: there is no text, or ``verified`` is neither true nor false.
    """
    if isinstance(raw, str) and raw.strip():
        return Citation(raw.strip())
    if not isinstance(raw, Mapping) or not raw.get("text"):
        raise BadInput("no citation", where=where, remedy="citation: {text: ..., url: ..., verified: true}")
    if raw.get("verified", "true") not in ("true", "false"):
        raise BadInput(f"verified: {raw['verified']!r}", where=where, remedy="true or false")
    return Citation(
        text=raw["text"],
        url=raw.get("url") or None,
        verified=raw.get("verified", "true") == "true",
        note=raw.get("note") or "",
    )


def _period(raw: Any, *, where: str) -> Period:
    if not isinstance(raw, Mapping) or set(raw) - {"from", "to", "citation", "unsettled_from", "fact"}:
        raise BadInput("in_force is a list of {from, to, citation, unsettled_from, fact}", where=where)

    def date(key: str) -> dt.date | None:
        return parse_date(raw[key], where=f"{where}, in_force.{key}") if raw.get(key) else None

    return Period(
        Interval(date("from"), date("to")), raw.get("citation") or "", date("unsettled_from"), raw.get("fact") or ""
    )


def _counted(raw: Any, where: str) -> Counted:
    if not isinstance(raw, Mapping) or set(raw) != {"code", "days"} or not str(raw["days"]).isdigit():
        raise BadInput("dates is a list of {code, days}", where=where, remedy="{code: ..., days: 60}")
    return Counted(raw["code"], int(raw["days"]))


def _survivor(raw: Any) -> Survivor:
    if isinstance(raw, str):
        return Survivor(raw)
    return Survivor(raw["symbol"], raw.get("if_candidate") == "true", raw.get("when"))


def _list(raw: Any) -> list[Any]:
    if raw is None:
        return []
    return list(raw) if isinstance(raw, (list, tuple)) else [raw]


def _choice(enum: Any, value: Any, key: str, where: str) -> Any:
    try:
        return enum(value)
    except ValueError:
        raise BadInput(
            f"{key} {value!r}", where=where, remedy=f"one of {', '.join(member.value for member in enum)}"
        ) from None
