"""Pictures of published tables: one bar for each group, in places and lengths of an SVG.

What a table does not show, its picture does not show either: what is left of a bar is one hatched piece.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from enduse.cases.statistics import SUPPRESSED, PublishedTable

MOST_BARS = 30
MOST_PARTS = 6
"""Parts of a bar that can be told apart; where there are more, bars are whole."""
LABELS, LONGEST, ROW, BAR = 210, 460, 30, 20
WIDTH = LABELS + LONGEST + 70
_LETTERS = 28
"""Letters of a label that fit beside a bar."""
OTHER = "other"


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a bar: ``number`` is its place in the legend from 1, 0 for what is not shown."""

    number: int
    label: str
    count: int
    x: float
    width: float

    @property
    def roomy(self) -> bool:
        """Whether its count can be written inside."""
        return self.width >= 10 * len(str(self.count)) + 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One group; ``total`` is the text beside it, :data:`SUPPRESSED` where it is not shown."""

    label: str
    short: str
    total: str
    y: int
    end: float
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture.

    Attributes:
        legend: names of the parts, in their order; empty where bars are whole.
        hidden: whether a piece of a bar is not shown.
        left_out: bars beyond :data:`MOST_BARS`.
    """

    bars: tuple[Bar, ...]
    legend: tuple[str, ...]
    hidden: bool
    height: int
    left_out: int


def chart(table: PublishedTable, rows: Callable[[str], str], columns: Callable[[str], str]) -> Chart:
    """The picture of a table: bars for its longer side, largest first, what was joined last.

    Args:
        rows: a row's id to words; ``columns`` likewise.
    """
    down = len(table.rows) > len(table.columns)
    groups, totals = (table.rows, table.row_totals) if down else (table.columns, table.column_totals)
    parts = table.columns if down else table.rows
    words, part_words = (rows, columns) if down else (columns, rows)
    split = 1 < len(parts) <= MOST_PARTS

    def count(group: int, part: int) -> str:
        return table.cells[group][part] if down else table.cells[part][group]

    order = sorted(range(len(groups)), key=lambda one: (groups[one] == OTHER, -_number(totals[one]), groups[one]))
    scale = LONGEST / max([1, *(_number(text) for text in totals)])
    bars = []
    for place, group in enumerate(order[:MOST_BARS]):
        counts = [count(group, part) for part in range(len(parts))] if split else []
        pieces = _parts(counts, [part_words(one) for one in parts], totals[group], scale)
        label = words(groups[group])
        short = label if len(label) <= _LETTERS else f"{label[: _LETTERS - 1]}…"
        end = LABELS + _number(totals[group]) * scale
        bars.append(Bar(label, short, totals[group], place * ROW, round(end, 1), pieces))
    return Chart(
        bars=tuple(bars),
        legend=tuple(part_words(one) for one in parts) if split else (),
        hidden=any(one.number == 0 for bar in bars for one in bar.parts),
        height=len(bars) * ROW,
        left_out=max(0, len(order) - MOST_BARS),
    )


def _number(text: str) -> int:
    return 0 if text == SUPPRESSED else int(text)


def _parts(counts: Sequence[str], labels: Sequence[str], total: str, scale: float) -> tuple[Part, ...]:
    if total == SUPPRESSED:
        return ()
    if not counts:
        return (Part(1, "", int(total), LABELS, round(int(total) * scale, 1)),)
    found, done = [], 0
    for number, (text, label) in enumerate(zip(counts, labels, strict=True), 1):
        if _number(text):
            found.append(Part(number, label, int(text), round(LABELS + done * scale, 1), round(int(text) * scale, 1)))
            done += int(text)
    if left := int(total) - done:
        found.append(Part(0, "not shown", left, round(LABELS + done * scale, 1), round(left * scale, 1)))
    return tuple(found)
