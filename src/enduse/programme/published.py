"""A scorecard as a file: what a member tells the others, and what is compared over time and across members.

The form that is published withholds small numbers: of cases, letters and companies nobody learns how few there were.
A reader is taken to know every number that is shown, and how the levels are made.
"""

from __future__ import annotations

import calendar
import datetime as dt
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from enduse.model.codec import canonical_json, from_plain, to_plain
from enduse.model.errors import BadInput
from enduse.programme.scorecard import LABEL, LEVELS, Commitment, Measured, Scorecard

SCHEMA = "enduse.scorecard/1"
WITHHELD = "[c]"
"""What stands in the place of a number that is not shown: confidential."""
THRESHOLD = 5
MOST_BYTES = 1 << 20
LEVEL_WITHHELD = "not shown: a share that it rests on is not"
_NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,3})?")
_PERIOD = re.compile(r"statistics/scorecard-(\d{4}-\d{2}-\d{2})-(\d{4}-\d{2}-\d{2})\.json")


@dataclass(frozen=True, slots=True)
class MeasureTold:
    """A measure as texts: numbers, :data:`WITHHELD`, or empty where there is none.

    Attributes:
        kind: how it is computed: ``share``, ``count``, ...
        value: empty where it is not assessable.
        breached: always told.
        query: what was asked of the evidence.
    """

    id: str
    title: str
    unit: str
    kind: str
    value: str
    numerator: str
    denominator: str
    query: str
    parts: tuple[tuple[str, str], ...] = ()
    breached: bool = False

    @property
    def words(self) -> str:
        """Its value in words."""
        if not self.value:
            return "not assessable"
        return f"{self.value} (not shown)" if self.value == WITHHELD else f"{self.value} {self.unit}"


@dataclass(frozen=True, slots=True)
class CommitmentTold:
    """A commitment; ``level`` is -1 where it is withheld."""

    id: str
    title: str
    level: int
    words: str
    measures: tuple[MeasureTold, ...]
    breaches: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CardTold:
    """A scorecard of a period, as somebody tells it.

    Attributes:
        publisher: the member whose it is; empty for our own while it is not published.
        start, end: ``[start, end)``.
        withheld: how many numbers and levels are not shown.
    """

    publisher: str
    start: dt.date
    end: dt.date
    made_on: dt.date
    commitments: tuple[CommitmentTold, ...]
    label: str = LABEL
    withheld: int = 0

    @property
    def path(self) -> str:
        """Where it is published."""
        return path_of(self.start, self.end)

    def measures(self) -> Mapping[str, MeasureTold]:
        """Its measures by their ids."""
        return {two.id: two for one in self.commitments for two in one.measures}


def path_of(start: dt.date, end: dt.date) -> str:
    """Where the scorecard of a period is published."""
    return f"statistics/scorecard-{start}-{end}.json"


def period_of(path: str) -> tuple[dt.date, dt.date] | None:
    """The period of a published scorecard by its path; None where it is none."""
    match = _PERIOD.fullmatch(path)
    try:
        return (dt.date.fromisoformat(match[1]), dt.date.fromisoformat(match[2])) if match else None
    except ValueError:
        return None


def as_it_is(card: Scorecard, publisher: str, made_on: dt.date) -> CardTold:
    """A scorecard with all its numbers, for those who may see them."""
    told = tuple(
        CommitmentTold(
            one.id, one.title, one.level, one.words, tuple(_plain(two) for two in one.measures), one.breaches
        )
        for one in card.commitments
    )
    return CardTold(publisher, card.start, card.end, made_on, told, card.label)


def for_the_public(card: Scorecard, publisher: str, made_on: dt.date, threshold: int = THRESHOLD) -> CardTold:
    """A scorecard without its small numbers, and without what would give one away.

    A numerator is withheld with its value where it, or what it lacks to the denominator, is small; where it lies within
    another measure's, also where the difference is. A level that rests on a share that is withheld is withheld too: a
    share of at least 90 % of ten tells how many are missing. That a hard measure is breached is always told.
    """
    found = {two.rule.id: two for one in card.commitments for two in one.measures}
    told = {name: _withheld(_plain(one), one, threshold) for name, one in found.items()}
    for name, one in found.items():
        outer = found.get(one.rule.within)
        if outer is None or one.numerator is None or outer.numerator is None:
            continue
        both = WITHHELD not in (told[name].numerator, told[outer.rule.id].numerator)
        if both and 0 < outer.numerator - one.numerator < threshold:
            told[name] = replace(told[name], value=WITHHELD, numerator=WITHHELD)
    commitments = tuple(_levelled(one, tuple(told[two.rule.id] for two in one.measures)) for one in card.commitments)
    hidden = sum(one.level < 0 for one in commitments) + sum(
        WITHHELD in (one.value, one.numerator, one.denominator) for one in told.values()
    )
    return CardTold(publisher, card.start, card.end, made_on, commitments, card.label, hidden)


def _plain(one: Measured) -> MeasureTold:
    def text(value: Decimal | int | None) -> str:
        return "" if value is None else str(value) if isinstance(value, int) else format(value, "f")

    rule = one.rule
    parts = tuple((name, str(count)) for name, count in one.parts)
    numbers = text(one.value), text(one.numerator), text(one.denominator)
    return MeasureTold(rule.id, rule.title, rule.unit, rule.kind, *numbers, one.query, parts, one.breached)


def _withheld(told: MeasureTold, one: Measured, threshold: int) -> MeasureTold:
    if not one.rule.small or (one.value is None and not one.denominator):
        return told

    def few(number: int) -> bool:
        return 0 < number < threshold

    if one.denominator is None or one.numerator is None:
        return replace(told, value=WITHHELD) if one.value is not None and few(int(one.value)) else told
    if few(one.denominator):
        value = WITHHELD if told.value else ""
        return replace(told, value=value, numerator=WITHHELD, denominator=WITHHELD)
    if one.rule.kind not in ("share", "breaches"):
        # A time that few took is theirs; of many it is told, without how many are missing where those are few.
        told = replace(told, value=WITHHELD) if few(one.numerator) else told
        hide = few(one.numerator) or few(one.denominator - one.numerator)
        return replace(told, numerator=WITHHELD) if hide else told
    if few(one.numerator) or few(one.denominator - one.numerator):
        return replace(told, value=WITHHELD, numerator=WITHHELD)
    return told


def _levelled(one: Commitment, measures: tuple[MeasureTold, ...]) -> CommitmentTold:
    hidden = any(two.kind == "share" and two.value == WITHHELD for two in measures)
    if hidden and not one.breaches:
        return CommitmentTold(one.id, one.title, -1, LEVEL_WITHHELD, measures)
    return CommitmentTold(one.id, one.title, one.level, one.words, measures, one.breaches)


# --- the file


def write_card(card: CardTold) -> bytes:
    """The file of a scorecard: the same card gives the same bytes."""
    return canonical_json({"schema": SCHEMA, **to_plain(card, keep_empty=True)})


def read_plain(body: bytes) -> Any:
    """The JSON value of what somebody else wrote.

    Raises:
        ValueError: it is none, or holds text (half of a surrogate pair) or numbers that no answer can hold.
        RecursionError: it is nested too deeply.
    """
    plain = json.loads(body)
    json.dumps(plain, ensure_ascii=False, allow_nan=False).encode("utf-8")
    return plain


def read_card(body: bytes, name: str, publisher: str) -> CardTold:
    """The scorecard of a file that a member published.

    Args:
        publisher: whose publication holds it.

    Raises:
        BadInput: it is none, of another version, says that it is somebody else's, or holds what no scorecard does.
    """
    if len(body) > MOST_BYTES:
        raise BadInput(f"{len(body):,} bytes", where=name, remedy=f"a scorecard has at most {MOST_BYTES:,}")
    try:
        plain = read_plain(body)
        schema = plain.pop("schema")
        if schema != SCHEMA:
            raise BadInput(f"schema {str(schema)[:40]!r}", where=name, remedy=SCHEMA)
        card = from_plain(CardTold, plain)
    except BadInput:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        why = "a field is missing, or not known" if isinstance(error, TypeError) else str(error)[:200]
        raise BadInput(f"it is no scorecard: {why}", where=name) from None
    _checked(card, name, publisher)
    return card


def _checked(card: CardTold, name: str, publisher: str) -> None:
    def want(holds: bool, problem: str) -> None:
        if not holds:
            raise BadInput(problem, where=name)

    want(card.publisher == publisher, f"it says that it is of {str(card.publisher)[:40]!r}")
    want(card.start < card.end, "its period holds no day")
    stated = period_of(f"statistics/{name.rpartition('/')[2]}")
    want(stated in (None, (card.start, card.end)), "its path names another period")
    every = sum(len(one.measures) for one in card.commitments)
    want(0 < len(card.commitments) <= 20 and every <= 100, "another number of commitments or measures")
    want(isinstance(card.label, str) and len(card.label) <= 500, "its label is no text, or too long")
    want(type(card.withheld) is int and 0 <= card.withheld <= 1_000, "withheld is no number of numbers")
    for one in card.commitments:
        texts = (one.id, one.title, one.words, *one.breaches)
        want(all(isinstance(text, str) and len(text) <= 500 for text in texts), "a text is none, or too long")
        want(type(one.level) is int and -1 <= one.level < len(LEVELS), f"level of commitment {one.id}")
        for two in one.measures:
            _measure(two, want)
    # Last: by now the ids are known to be texts.
    want(len(card.measures()) == every, "a measure occurs twice")


def _measure(one: MeasureTold, want: Callable[[bool, str], None]) -> None:
    texts = (one.id, one.title, one.unit, one.kind, one.query, *(text for part in one.parts for text in part))
    want(all(isinstance(text, str) and len(text) <= 500 for text in texts), "a text is none, or too long")
    want(isinstance(one.breached, bool), f"{one.id}: breached is yes or no")
    for text in (one.value, one.numerator, one.denominator, *(count for _, count in one.parts)):
        number = isinstance(text, str) and (text in ("", WITHHELD) or _NUMBER.fullmatch(text) is not None)
        want(number, f"{one.id}: {str(text)[:20]!r} is no number")


# --- side by side


@dataclass(frozen=True, slots=True)
class Column:
    """A card in a comparison; ``theirs`` where it is a partner's, as they published it."""

    card: CardTold
    theirs: bool = False

    @property
    def title(self) -> str:
        """Whose, and of when."""
        last = self.card.end - dt.timedelta(days=1)
        whose = f"{self.card.publisher}: " if self.card.publisher else ""
        return f"{whose}{self.card.start} to {last}"


@dataclass(frozen=True, slots=True)
class Line:
    """A measure (or a level) in every column; None where a card does not have it."""

    id: str
    title: str
    commitment: str
    cells: tuple[MeasureTold | None, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Cards side by side.

    Attributes:
        levels: by commitment: its title, and the words of each column.
        lines: by measure.
    """

    columns: tuple[Column, ...]
    levels: tuple[tuple[str, str, tuple[str, ...]], ...]
    lines: tuple[Line, ...]


def side_by_side(columns: Iterable[Column]) -> Comparison:
    """Cards side by side: measures by their ids, in the order in which they first occur."""
    shown = tuple(columns)
    commitments: dict[str, str] = {}
    order: dict[str, tuple[str, str]] = {}
    for column in shown:
        for one in column.card.commitments:
            commitments.setdefault(one.id, one.title)
            for two in one.measures:
                order.setdefault(two.id, (one.id, two.title))
    by_id = [column.card.measures() for column in shown]
    levels = tuple(
        (
            name,
            title,
            tuple(
                next((one.words for one in column.card.commitments if one.id == name), "not stated") for column in shown
            ),
        )
        for name, title in sorted(commitments.items())
    )
    lines = tuple(
        Line(name, title, commitment, tuple(found.get(name) for found in by_id))
        for name, (commitment, title) in sorted(order.items(), key=lambda item: item[1][0])
    )
    return Comparison(shown, levels, lines)


def periods(start: dt.date, end: dt.date, months: int) -> tuple[tuple[dt.date, dt.date], ...]:
    """The periods of so many months from a day on that have begun before another.

    Raises:
        BadInput: it holds no day, or there are more than twelve.
    """
    if start >= end:
        raise BadInput(f"{start} to {end} holds no day", where="to", remedy="the day after the last one")
    found: list[tuple[dt.date, dt.date]] = []
    number = 0
    while (first := later(start, months * number)) < end:
        number += 1
        found.append((first, min(later(start, months * number), end)))
        if number > 12:
            raise BadInput("more than twelve periods", where="from, to", remedy="fewer, or longer ones")
    return tuple(found)


def later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later (or earlier), or the last of its month; never past the calendar."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    if not dt.MINYEAR <= year <= dt.MAXYEAR:
        return dt.date.min if year < dt.MINYEAR else dt.date.max
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))
