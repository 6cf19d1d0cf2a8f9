"""The ownership rule of each list, by date: data in ``regimes.yaml``, each with its citation."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from importlib import resources
from typing import Any

from enduse.formats.derived import own_yaml
from enduse.model.citation import Citation
from enduse.model.errors import BadInput
from enduse.model.ownership import CONTROL_WORDS
from enduse.model.party import Listing
from enduse.model.time import ALWAYS, Interval, parse_date
from enduse.model.truth import Truth, any_of

SUMMED = ("all", "one")
COUNTS = ("shares", "shares_or_votes")


@dataclass(frozen=True, slots=True)
class OwnershipRule:
    """When shares make an entity owned.

    Attributes:
        percent: the threshold.
        strict: reached only above it, not at it.
        one_person: only the shares of one listed person, and of entities so held by it, are added up.
        votes: a majority of votes does too.
        interval: the days on which the rule holds.
    """

    percent: Decimal
    strict: bool
    citation: Citation
    one_person: bool = False
    votes: bool = False
    interval: Interval = ALWAYS

    def words(self) -> str:
        """The threshold: ``50 percent or more``, ``more than 50 percent``."""
        return f"more than {self.percent} percent" if self.strict else f"{self.percent} percent or more"


@dataclass(frozen=True, slots=True)
class Regime:
    """A list (or several of one authority) with its own rule.

    Attributes:
        rules: by date; none holds on a day in no rule's interval.
        control: kinds of control that suffice.
        control_asks: kinds that may amount to control and raise the question.
        none: citation of what holds on days without a rule; ``none_reason`` says it.
        note: what a reader should know besides.
    """

    id: str
    title: str
    authority: str
    lists: tuple[str, ...]
    rules: tuple[OwnershipRule, ...] = ()
    control: frozenset[str] = frozenset()
    control_asks: frozenset[str] = frozenset()
    none: Citation | None = None
    none_reason: str = ""
    note: str = ""

    def rule(self, day: dt.date) -> OwnershipRule | None:
        """The rule that holds on ``day``; None where the regime has none then."""
        return next((rule for rule in self.rules if day in rule.interval), None)

    def listed(self, listings: Sequence[Listing], day: dt.date) -> Truth:
        """Whether one of the listings is on the regime's lists and in force on ``day``."""
        return any_of(item.in_force(day) for item in listings if item.list_id in self.lists)


@functools.cache
def regimes() -> Mapping[str, Regime]:
    """The regimes that the product ships, by id, in the order of the file."""
    file = resources.files("enduse") / "ownership" / "regimes.yaml"
    return read_regimes(file.read_bytes(), name="regimes.yaml")


def regime(key: str) -> Regime:
    """The regime with this id (upper or lower case).

    Raises:
        BadInput: there is none.
    """
    try:
        return regimes()[key.upper()]
    except KeyError:
        raise BadInput(f"no ownership regime is called {key!r}", remedy=f"known: {', '.join(regimes())}") from None


def read_regimes(data: bytes, *, name: str) -> Mapping[str, Regime]:
    """Read regimes.

    Raises:
        BadInput: a key is missing or unknown, a value is none that the key takes, a citation is missing, or two rules
            of one regime hold on the same day; names the place.
    """
    content = own_yaml(data, name=name)
    if not isinstance(content, Mapping) or not isinstance(content.get("regimes"), list):
        raise BadInput("no list of 'regimes'", where=name, remedy="regimes: [{id: ..., lists: [...], ...}]")
    found: dict[str, Regime] = {}
    for number, raw in enumerate(content["regimes"], start=1):
        entry = _regime(raw, f"{name}, regime {number}")
        if entry.id in found:
            raise BadInput(f"{entry.id!r} is described twice", where=name, remedy="keep one of them")
        found[entry.id] = entry
    return found


def _keys(raw: Any, required: Sequence[str], optional: Sequence[str], where: str) -> Mapping[str, Any]:
    if not isinstance(raw, Mapping):
        raise BadInput("is no mapping", where=where, remedy=f"give {', '.join(required)}")
    for key in raw:
        if key not in (*required, *optional):
            raise BadInput(f"unknown key {key!r}", where=where, remedy=f"known: {', '.join((*required, *optional))}")
    for key in required:
        if raw.get(key) is None:
            raise BadInput(f"{key!r} is missing", where=where, remedy=f"give {key}")
    return raw


def _regime(raw: Any, where: str) -> Regime:
    _keys(raw, ("id", "title", "authority", "lists"), ("rules", "control", "none", "note"), where)
    where = f"{where} ({raw['id']})"
    rules = tuple(
        _rule(entry, f"{where}, rule {number}") for number, entry in enumerate(raw.get("rules") or (), start=1)
    )
    for number, rule in enumerate(rules):
        for other in rules[:number]:
            if _overlap(rule.interval, other.interval):
                raise BadInput(
                    f"two rules hold on the same day: {rule.interval} and {other.interval}",
                    where=where,
                    remedy="make the intervals half-open and disjoint",
                )
    if not rules and not raw.get("none"):
        raise BadInput("neither 'rules' nor 'none'", where=where, remedy="say why there is no rule, with a citation")
    control = _keys(raw.get("control") or {}, (), ("suffices", "asks"), f"{where}, control")
    none = raw.get("none")
    if none:
        _keys(none, ("citation", "reason"), (), f"{where}, none")
    return Regime(
        id=raw["id"],
        title=raw["title"],
        authority=raw["authority"],
        lists=tuple(raw["lists"]),
        rules=rules,
        control=_kinds(control.get("suffices"), f"{where}, control"),
        control_asks=_kinds(control.get("asks"), f"{where}, control"),
        none=_citation(none["citation"], f"{where}, none") if none else None,
        none_reason=none["reason"] if none else "",
        note=raw.get("note") or "",
    )


def _kinds(raw: Any, where: str) -> frozenset[str]:
    kinds = frozenset(raw or ())
    for kind in sorted(kinds - set(CONTROL_WORDS)):
        raise BadInput(f"no kind of control is called {kind!r}", where=where, remedy=f"known: {list(CONTROL_WORDS)}")
    return kinds


def _rule(raw: Any, where: str) -> OwnershipRule:
    _keys(raw, ("summed", "counts", "citation"), ("from", "to", "at_least", "more_than"), where)
    if ("at_least" in raw) == ("more_than" in raw):
        raise BadInput("give exactly one of 'at_least' and 'more_than'", where=where, remedy='at_least: "50"')
    for key, values in (("summed", SUMMED), ("counts", COUNTS)):
        if raw[key] not in values:
            raise BadInput(f"{key}: {raw[key]!r} is not known", where=where, remedy=f"one of {', '.join(values)}")
    try:
        percent = Decimal(raw.get("at_least") or raw.get("more_than"))
    except InvalidOperation:
        raise BadInput("the threshold is no number", where=where, remedy='at_least: "50"') from None
    if not 0 < percent <= 100:
        raise BadInput(f"{percent} is no threshold", where=where, remedy="above 0, at most 100")
    start, end = (parse_date(raw[key], where=f"{where}, {key}") if raw.get(key) else None for key in ("from", "to"))
    return OwnershipRule(
        percent=percent,
        strict="more_than" in raw,
        citation=_citation(raw["citation"], where),
        one_person=raw["summed"] == "one",
        votes=raw["counts"] == "shares_or_votes",
        interval=Interval(start, end),
    )


def _citation(raw: Any, where: str) -> Citation:
    _keys(raw, ("text",), ("url", "verified", "note"), f"{where}, citation")
    verified = raw.get("verified", "true")
    if verified not in ("true", "false"):
        raise BadInput(f"verified: {verified!r} is neither true nor false", where=where, remedy="true or false")
    return Citation(raw["text"], raw.get("url"), verified == "true", raw.get("note") or "")


def _overlap(one: Interval, other: Interval) -> bool:
    starts = [interval.start for interval in (one, other) if interval.start]
    first = max(starts) if starts else dt.date.min
    return first in one and first in other
