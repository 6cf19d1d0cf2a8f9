"""The scorecard: seven commitments, each by measures over recorded evidence of a period. A self-assessment.

A measure has a numerator, a denominator, its period and the evidence that it rests on. Where there is no evidence it is
*not assessable*, which is neither 0 nor 100 %. A breach of a hard measure is shown for itself and holds its commitment
at the lowest level, whatever the others say.
"""

from __future__ import annotations

import datetime as dt
import functools
import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from importlib import resources

from enduse.formats.plain_yaml import load_yaml
from enduse.model.citation import Citation
from enduse.model.errors import BadInput

LABEL = "self-assessment, not certification"
NOT_ASSESSABLE = "not assessable"
LEVELS = (NOT_ASSESSABLE, "ad hoc", "partial", "systematic", "systematic and published")
KINDS: Mapping[str, tuple[str, ...]] = {
    "criteria": ("edition",),
    "regime_change": ("regime_on", "domestic_on"),
    "catch_all": ("present",),
    "decision": ("decided_at", "assessed_at", "complete", "sources", "reviewed_at", "granted", "unmitigated"),
    "consultation": ("stakeholder", "responded_on", "with", "subject", "response", "initiative"),
    "alert": ("raised_at", "told_at"),
    "letter": ("acknowledged",),
    "denial": ("told_in_time",),
    "practice": (),
    "practice_received": ("adopted",),
    "outreach": (),
    "exporter": ("declared",),
    "notification": (),
    "capacity": ("state", "followed_up"),
    "published": ("commitment",),
}
"""Kinds of evidence, with the facts that each may state; ``published``: the measures of a commitment are public."""
STAKEHOLDERS = ("business", "academia", "civil society")
"""Whom the third commitment names."""
TEXTS = ("stakeholder", "state", "commitment", "with", "subject", "response", "initiative")
"""Facts that are any text; the others are days, moments, numbers, or ``yes`` and ``no``."""
MOST_TEXT = 2_000
_HOUR = dt.timedelta(hours=1)
_CENT = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something on record.

    Attributes:
        on: the day to which it belongs: of the decision, of the event.
        facts: see :data:`KINDS`; texts, also for days, moments and numbers; ``yes`` or ``no``.
        link: where it can be looked up: a case, a notice, a document.
    """

    kind: str
    id: str
    on: dt.date
    facts: Mapping[str, str]
    link: str = ""


@dataclass(frozen=True, slots=True)
class MeasureRule:
    """A measure, as data says it.

    Attributes:
        small: it counts cases, letters or companies: few of them are not told to the public.
        within: the measure whose numerator holds all that this one's holds; empty where there is none.
    """

    id: str
    commitment: str
    kind: str
    of: str
    title: str
    unit: str
    field: str = ""
    until: str = ""
    by: str = ""
    hard: bool = False
    small: bool = False
    within: str = ""


@dataclass(frozen=True, slots=True)
class Rules:
    """The scorecard, as data says it."""

    commitments: Mapping[str, str]
    measures: tuple[MeasureRule, ...]
    systematic: Decimal
    partial: Decimal
    citation: Citation


@dataclass(frozen=True, slots=True)
class Measured:
    """A measure of a period.

    Attributes:
        value: None where it is not assessable.
        numerator, denominator: as counted; None where the measure is no share.
        parts: for a count by something: (what, how many).
        breached: a hard measure that is not kept.
        evidence: ids of what it rests on, in order; of a hard breach, those that break it.
    """

    rule: MeasureRule
    value: Decimal | None
    numerator: int | None = None
    denominator: int | None = None
    parts: tuple[tuple[str, int], ...] = ()
    breached: bool = False
    evidence: tuple[str, ...] = ()

    @property
    def query(self) -> str:
        """What was asked of the evidence."""
        asked = " ".join(filter(None, (self.rule.field, self.rule.until, self.rule.by)))
        return f"{self.rule.kind}({self.rule.of}{': ' + asked if asked else ''})"


@dataclass(frozen=True, slots=True)
class Commitment:
    """A commitment with its level; ``breaches`` names hard measures that are not kept."""

    id: str
    title: str
    level: int
    measures: tuple[Measured, ...]
    breaches: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        """The level in words."""
        return LEVELS[self.level] + (f"; BREACHED: {', '.join(self.breaches)}" if self.breaches else "")


@dataclass(frozen=True, slots=True)
class Scorecard:
    """What a period came to: ``[start, end)``."""

    start: dt.date
    end: dt.date
    commitments: tuple[Commitment, ...]
    evidence: int
    label: str = LABEL

    def measure(self, identifier: str) -> Measured:
        """A measure by its id."""
        return next(two for one in self.commitments for two in one.measures if two.rule.id == identifier)


@functools.cache
def shipped_rules() -> Rules:
    """The rules that come with the program.

    Raises:
        BadInput: they cannot be used.
    """
    file = resources.files("enduse.programme") / "data" / "scorecard.yaml"
    return read_rules(file.read_bytes(), "scorecard.yaml")


def read_rules(data: bytes, name: str) -> Rules:
    """Rules of a document.

    Raises:
        BadInput: a measure is of no commitment, of no kind, or over evidence that there is not.
    """
    root = load_yaml(data, name=name)
    commitments = {row["id"]: row["title"] for row in root["commitments"]}
    measures = []
    for row in root["measures"]:
        rule = MeasureRule(
            id=row["id"],
            commitment=row["commitment"],
            kind=row["kind"],
            of=row["from"],
            title=row["title"],
            unit=row["unit"],
            field=row.get("field", ""),
            until=row.get("until", ""),
            by=row.get("by", ""),
            hard=row.get("hard") == "yes",
            small=row.get("small") == "yes",
            within=row.get("within", ""),
        )
        if rule.small and rule.by:
            raise BadInput(f"measure {rule.id}: small numbers by something would be told", where=name)
        if rule.commitment not in commitments or rule.kind not in _MEASURES or rule.of not in KINDS:
            raise BadInput(f"measure {rule.id}: unknown commitment, kind or evidence", where=name)
        measures.append(rule)
    said, levels = root["citation"], root["levels"]
    citation = Citation(said["text"], said.get("url"), said["verified"] == "yes", said.get("note", ""))
    return Rules(commitments, tuple(measures), Decimal(levels["systematic"]), Decimal(levels["partial"]), citation)


def checked(evidence: Evidence, where: str) -> Evidence:
    """Evidence that can be counted.

    Raises:
        BadInput: an unknown kind or fact, or a value that cannot be read.
    """
    if evidence.kind not in KINDS:
        raise BadInput(f"{evidence.kind[:40]!r} is no kind of evidence", where=where, remedy=", ".join(KINDS))
    if not evidence.id.strip() or len(evidence.id) > 150:
        raise BadInput("an id has 1 to 150 characters", where=where)
    for name, value in evidence.facts.items():
        if name not in KINDS[evidence.kind]:
            known = ", ".join(KINDS[evidence.kind]) or "none"
            raise BadInput(f"unknown fact {name[:40]!r}", where=where, remedy=f"known: {known}")
        try:
            if name.endswith("_on") or name == "edition":
                dt.date.fromisoformat(value)
            elif name.endswith("_at"):
                _moment(value)
            elif name == "sources":
                int(value)
            elif name in TEXTS:
                if len(value) > MOST_TEXT:
                    raise ValueError(f"at most {MOST_TEXT:,} characters")
            elif value not in ("yes", "no"):
                raise ValueError("yes or no")
        except ValueError as error:
            raise BadInput(f"{value[:40]!r} cannot be used: {error}", where=f"{where}, {name}") from None
    return evidence


def scorecard(evidence: Iterable[Evidence], start: dt.date, end: dt.date, rules: Rules | None = None) -> Scorecard:
    """The scorecard of a period.

    Args:
        start, end: ``[start, end)``.

    Raises:
        BadInput: the period holds no day, or an id occurs twice within a kind.
    """
    stated = rules or shipped_rules()
    if start >= end:
        raise BadInput(f"{start} to {end} holds no day", where="period")
    every = sorted(evidence, key=lambda one: (one.kind, one.on, one.id))
    twice = [key for key, count in Counter((one.kind, one.id) for one in every).items() if count > 1]
    if twice:
        raise BadInput(f"{twice[0][0]} {twice[0][1]} occurs twice", where="evidence")
    known = [one for one in every if one.on < end]
    within = [one for one in known if one.on >= start]
    commitments = []
    for identifier, title in stated.commitments.items():
        rows = [one for one in stated.measures if one.commitment == identifier]
        measures = tuple(_measured(one, known if one.kind == "age" else within, end) for one in rows)
        published = any(one.kind == "published" and one.facts.get("commitment") == identifier for one in within)
        commitments.append(_levelled(identifier, title, measures, published, stated))
    return Scorecard(start, end, tuple(commitments), len(within))


def _levelled(identifier: str, title: str, measures: tuple[Measured, ...], published: bool, rules: Rules) -> Commitment:
    breaches = tuple(one.rule.id for one in measures if one.breached)
    there = [one for one in measures if one.value is not None]
    shares = [one.value for one in there if one.rule.kind == "share" and one.value is not None]
    if not there:
        level = 0
    elif breaches or not shares or min(shares) < rules.partial:
        level = 1
    elif min(shares) < rules.systematic or len(there) < len(measures):
        # What nothing is known of cannot be called systematic.
        level = 2
    else:
        level = 4 if published else 3
    return Commitment(identifier, title, level, measures, breaches)


def _measured(rule: MeasureRule, known: Sequence[Evidence], end: dt.date) -> Measured:
    rows = [one for one in known if one.kind == rule.of]
    return _MEASURES[rule.kind](rule, rows, end)


def _share(rule: MeasureRule, rows: Sequence[Evidence], _end: dt.date) -> Measured:
    ids = tuple(one.id for one in rows)
    if not rows:
        return Measured(rule, None, 0, 0)
    kept = sum(_holds(one, rule.field) for one in rows)
    value = (Decimal(100) * kept / len(rows)).quantize(_CENT, ROUND_HALF_UP)
    return Measured(rule, value, kept, len(rows), evidence=ids)


def _breaches(rule: MeasureRule, rows: Sequence[Evidence], _end: dt.date) -> Measured:
    if not rows:
        return Measured(rule, None, 0, 0)
    broken = tuple(one.id for one in rows if _holds(one, rule.field))
    return Measured(rule, Decimal(len(broken)), len(broken), len(rows), breached=bool(broken), evidence=broken)


def _count(rule: MeasureRule, rows: Sequence[Evidence], _end: dt.date) -> Measured:
    if not rows:
        return Measured(rule, None)
    parts = Counter(one.facts.get(rule.by, "not stated") for one in rows) if rule.by else Counter[str]()
    return Measured(
        rule, Decimal(len(rows)), parts=tuple(sorted(parts.items())), evidence=tuple(one.id for one in rows)
    )


def _age(rule: MeasureRule, rows: Sequence[Evidence], end: dt.date) -> Measured:
    newest = max(rows, key=lambda one: one.facts.get(rule.field, ""), default=None)
    if newest is None or rule.field not in newest.facts:
        return Measured(rule, None)
    last = end - dt.timedelta(days=1)
    days = (last - dt.date.fromisoformat(newest.facts[rule.field])).days
    return Measured(rule, Decimal(days), evidence=(newest.id,))


def _spans(rule: MeasureRule, rows: Sequence[Evidence]) -> list[tuple[Decimal, str]]:
    """How long each took, with its id, shortest first; what has not come to its end is left out, and shows as less."""
    found = []
    for one in rows:
        begin = one.on.isoformat() if rule.field == "on" else one.facts.get(rule.field, "")
        end = one.facts.get(rule.until, "")
        if not begin or not end:
            continue
        if rule.unit == "hours":
            took = Decimal((_moment(end) - _moment(begin)) / _HOUR).quantize(_CENT, ROUND_HALF_UP)
        else:
            took = Decimal((dt.date.fromisoformat(end) - dt.date.fromisoformat(begin)).days)
        found.append((took, one.id))
    return sorted(found)


def _median(rule: MeasureRule, rows: Sequence[Evidence], _end: dt.date) -> Measured:
    found = _spans(rule, rows)
    if not found:
        return Measured(rule, None, 0, len(rows))
    middle = len(found) // 2
    value = found[middle][0] if len(found) % 2 else (found[middle - 1][0] + found[middle][0]) / 2
    ids = tuple(sorted(identifier for _, identifier in found))
    return Measured(rule, value, len(found), len(rows), evidence=ids)


def _p90(rule: MeasureRule, rows: Sequence[Evidence], _end: dt.date) -> Measured:
    """The least time within which nine in ten were told (nearest rank)."""
    found = _spans(rule, rows)
    if not found:
        return Measured(rule, None, 0, len(rows))
    rank = math.ceil(Decimal("0.9") * len(found))
    ids = tuple(sorted(identifier for _, identifier in found))
    return Measured(rule, found[rank - 1][0], len(found), len(rows), evidence=ids)


_MEASURES: Mapping[str, Callable[[MeasureRule, Sequence[Evidence], dt.date], Measured]] = {
    "share": _share,
    "breaches": _breaches,
    "count": _count,
    "age": _age,
    "median_days": _median,
    "median_hours": _median,
    "p90_hours": _p90,
}


def _holds(one: Evidence, field: str) -> bool:
    facts = one.facts
    if one.kind != "decision":
        return facts.get(field) == "yes"
    if field == "unmitigated_grant":
        return facts.get("granted") == "yes" and facts.get("unmitigated") == "yes"
    decided, assessed = facts.get("decided_at", ""), facts.get("assessed_at", "")
    # An assessment that is dated after its decision, or at the same moment, was not weighed in it.
    before = bool(decided and assessed) and _moment(assessed) < _moment(decided) and facts.get("complete") == "yes"
    if field == "assessed_before":
        return before
    if field == "two_sources":
        return before and int(facts.get("sources", "0")) >= 2
    reviewed = facts.get("reviewed_at", "")
    return before and bool(reviewed) and _moment(reviewed) < _moment(decided)


def _moment(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a moment names its time zone")
    return found
