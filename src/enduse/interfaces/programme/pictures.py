"""Pictures of measures and sums: groups of bars with the text beside each, in places and lengths of an SVG.

What is not assessable or not shown has no bar, and says so in its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from enduse.interfaces.licensing.reports.charts import LONGEST
from enduse.programme.published import Comparison, Line
from enduse.programme.register import PILLARS, Total

MOST_BARS = 6
"""Bars of a group that can be told apart."""
_LETTERS, _LINE, _GAP = 46, 22, 12
_ROOM = 130


@dataclass(frozen=True, slots=True)
class Stick:
    """A bar: ``number`` is its place in the legend from 1; ``text`` stands beside it."""

    number: int
    text: str
    y: int
    width: float


@dataclass(frozen=True, slots=True)
class Sticks:
    """A group of bars under its label."""

    label: str
    short: str
    y: int
    bars: tuple[Stick, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture.

    Attributes:
        legend: names of the bars of a group; empty where there is one.
        left_out: bars of a group that stand in the table alone.
    """

    groups: tuple[Sticks, ...]
    legend: tuple[str, ...]
    width: int
    height: int
    left_out: int = 0


def picture(
    rows: Sequence[tuple[str, Sequence[tuple[Decimal | None, str]]]], legend: Sequence[str], full: Decimal
) -> Picture:
    """Groups of bars.

    Args:
        rows: label, and for each bar its length (None for no bar) and its text.
        full: the length of the longest possible bar.
    """
    groups, y = [], 0
    for label, bars in rows:
        begin = y
        y += _LINE
        sticks = []
        for number, (value, text) in enumerate(bars[:MOST_BARS], 1):
            width = 0.0 if value is None or not full else round(float(value / full) * LONGEST, 1)
            sticks.append(Stick(number, text, y, width))
            y += _LINE
        short = label if len(label) <= 2 * _LETTERS else f"{label[: 2 * _LETTERS - 1]}…"
        groups.append(Sticks(label, short, begin, tuple(sticks)))
        y += _GAP
    shown = tuple(legend[:MOST_BARS]) if len(legend) > 1 else ()
    return Picture(tuple(groups), shown, LONGEST + _ROOM + 20, max(y, 1), max(0, len(legend) - MOST_BARS))


def shares(found: Comparison) -> Picture:
    """The shares among the measures of a comparison, of a hundred."""
    rows = [(line.title, [_share(line, number) for number in range(len(found.columns))]) for line in _shares(found)]
    return picture(rows, [one.title for one in found.columns], Decimal(100))


def _shares(found: Comparison) -> list[Line]:
    return [one for one in found.lines if any(cell is not None and cell.kind == "share" for cell in one.cells)]


def _share(line: Line, number: int) -> tuple[Decimal | None, str]:
    cell = line.cells[number]
    if cell is None:
        return None, "not stated"
    try:
        value = Decimal(cell.value)
    except ArithmeticError:
        return None, cell.words
    return min(max(value, Decimal(0)), Decimal(100)), f"{cell.value} %"


def money(sums: Sequence[Total], currency: str) -> Picture:
    """Budgets by pillar in a currency."""
    rows = [(PILLARS[one.pillar], one.budget or Decimal(0)) for one in sums if one.currency == currency]
    full = max((amount for _, amount in rows), default=Decimal(0))
    return picture([(name, [(amount, f"{amount:,} {currency}")]) for name, amount in rows], ["budget"], full)
