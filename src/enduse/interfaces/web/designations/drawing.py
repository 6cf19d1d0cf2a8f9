"""Three pictures: who sold to whom and what was done with it, entries over time, the days on which a listing is in
force."""

from __future__ import annotations

import datetime as dt
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from enduse.cases.designations.evidence import COLUMNS, Edge, Entry, Node
from enduse.model.countries import country_name, is_country_code
from enduse.model.party import Listing

WIDE, TALL, ACROSS, DOWN, TOP = 158, 50, 202, 68, 34
LETTERS = 20
MOST = 12
"""So many stand below each other; the others are in the table."""
BAR, LEFT, RIGHT = 26, 150, 20
LENGTH = 720


@dataclass(frozen=True, slots=True)
class Box:
    """A name in the picture."""

    x: int
    y: int
    lines: tuple[str, ...]
    name: str
    column: int


@dataclass(frozen=True, slots=True)
class Flow:
    """The graph as a picture.

    Attributes:
        heads: (x, title) of the columns; ``ways`` the paths between boxes; ``left_out`` names without room.
    """

    boxes: tuple[Box, ...]
    ways: tuple[str, ...]
    heads: tuple[tuple[int, str], ...]
    width: int
    height: int
    left_out: int


def flow(nodes: Sequence[Node], edges: Sequence[Edge]) -> Flow:
    """Columns from left to right: vendor, intermediary, end user, harm."""
    places: dict[Node, tuple[int, int]] = {}
    boxes: list[Box] = []
    used = [column for column in range(len(COLUMNS)) if any(one.column == column for one in nodes)]
    for position, column in enumerate(used):
        for row, node in enumerate([one for one in nodes if one.column == column][:MOST]):
            x, y = position * ACROSS + 1, TOP + row * DOWN
            places[node] = (x, y)
            boxes.append(
                Box(
                    x,
                    y,
                    tuple(textwrap.wrap(node.name, LETTERS, max_lines=2, placeholder=" …") or [""]),
                    node.name,
                    column,
                )
            )
    ways = []
    for edge in edges:
        if edge.start in places and edge.end in places:
            ways.append(_way(places[edge.start], places[edge.end]))
    rows = max((sum(one.column == column for one in nodes) for column in used), default=0)
    heads = tuple((position * ACROSS + 1, COLUMNS[column]) for position, column in enumerate(used))
    width = max(1, len(used)) * ACROSS - (ACROSS - WIDE) + 2
    return Flow(tuple(boxes), tuple(ways), heads, width, TOP + min(rows, MOST) * DOWN, len(nodes) - len(boxes))


def _way(begin: tuple[int, int], finish: tuple[int, int]) -> str:
    """The path of a step. One that leaves a column out runs between the rows: behind a box it would tell of another."""
    (x1, y1), (x2, y2) = begin, finish
    if x2 <= x1:
        return f"M{x1 + WIDE // 2} {y1 + TALL} L{x2 + WIDE // 2} {y2 - 3}"
    start, end, above, below = x1 + WIDE, x2 - 3, y1 + TALL // 2, y2 + TALL // 2
    if x2 - x1 <= ACROSS:
        middle = (start + end) // 2
        return f"M{start} {above} C{middle} {above} {middle} {below} {end} {below}"
    gap, turn = y1 + TALL + (DOWN - TALL) // 2, ACROSS - WIDE
    first = f"M{start} {above} C{start + turn // 2} {above} {start + turn // 4} {gap} {start + turn} {gap}"
    return f"{first} L{end - turn} {gap} C{end - turn // 4} {gap} {end - turn // 2} {below} {end} {below}"


@dataclass(frozen=True, slots=True)
class Bar:
    """A listing's days in the picture; ``open`` where no end is known."""

    x: float
    y: int
    width: float
    words: str
    open: bool


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which versions of a listing are in force, and today's place."""

    bars: tuple[Bar, ...]
    marks: tuple[tuple[float, str], ...]
    today: float
    height: int
    width: int = LENGTH


def days(listings: Sequence[Listing], today: dt.date) -> Days | None:
    """Bars over a common scale; None where nothing is listed."""
    known = [one.listed_from for one in listings if one.listed_from] + [
        one.listed_to for one in listings if one.listed_to
    ]
    if not known:
        return None
    first = min([*known, today]) - dt.timedelta(days=30)
    last = max([*known, today]) + dt.timedelta(days=30)
    span = (last - first).days

    def at(day: dt.date) -> float:
        return round(LEFT + (LENGTH - LEFT - RIGHT) * (day - first).days / span, 1)

    bars = []
    for number, one in enumerate(listings):
        start, end = at(one.listed_from or first), at(one.listed_to or last)
        words = (one.review_policy or ", ".join(measure.value.replace("_", " ") for measure in one.measures))[:22]
        bars.append(Bar(start, 12 + number * (BAR + 8), max(2.0, round(end - start, 1)), words, one.listed_to is None))
    places = dict.fromkeys(at(day) for day in sorted(known))
    named = {at(day): day.isoformat() for day in known}
    marks: list[tuple[float, str]] = []
    for place in places:
        if not marks or place - marks[-1][0] > 84:
            marks.append((place, named[place]))
    return Days(tuple(bars), tuple(marks), at(today), 44 + len(bars) * (BAR + 8))


ROW, LEVELS, ASIDE = 34, 8, 40
"""Height of a row of the timeline; so many countries have a row, the others share one; how far two signs are apart."""


@dataclass(frozen=True, slots=True)
class Point:
    """Entries of one country and day on the timeline: those that a source contradicts stand beside the others."""

    x: float
    y: int
    title: str
    contradicted: bool
    count: int


@dataclass(frozen=True, slots=True)
class Times:
    """Entries over time, a row for each country.

    Attributes:
        undated: entries without a day, which are in the table alone.
    """

    points: tuple[Point, ...]
    rows: tuple[tuple[int, str], ...]
    marks: tuple[tuple[float, str], ...]
    height: int
    undated: int
    left: int = LEFT
    width: int = LENGTH


def times(entries: Sequence[Entry]) -> Times | None:
    """Entries with a day, by country; None where no entry has one."""
    dated = [(one.content.occurred, one) for one in entries if one.content.occurred is not None]
    if not dated:
        return None
    places = list(dict.fromkeys(one.content.place for _, one in sorted(dated, key=lambda pair: pair[0])))
    row = {place: min(number, LEVELS) for number, place in enumerate(places)}
    first, last = min(day for day, _ in dated), max(day for day, _ in dated)
    span = max(1, (last - first).days)

    def at(day: dt.date) -> float:
        return round(LEFT + 20 + (LENGTH - LEFT - RIGHT - 90) * (day - first).days / span, 1)

    together: dict[tuple[int, dt.date, bool], list[str]] = {}
    for day, one in dated:
        together.setdefault((row[one.content.place], day, one.contradicted), []).append(one.content.title)
    points = [
        Point(
            at(day) + (ASIDE if contradicted and (number, day, False) in together else 0),
            20 + number * ROW,
            f"{day}: {'; '.join(titles)}",
            contradicted,
            len(titles),
        )
        for (number, day, contradicted), titles in together.items()
    ]
    named = {
        number: (country_name(place) if is_country_code(place) else place) or "not stated"
        for place, number in row.items()
    }
    if len(places) > LEVELS:
        named[LEVELS] = f"{len(places) - LEVELS} more"
    rows = tuple((20 + number * ROW, words[:20]) for number, words in sorted(named.items()))
    years = [dt.date(year, 1, 1) for year in range(first.year + 1, last.year + 1)]
    ends = [first] if first == last else [first, last]
    marks: list[tuple[float, str]] = [(at(day), day.isoformat()) for day in ends]
    marks += [
        (at(day), str(day.year)) for day in years if all(abs(at(day) - place) > 60 for place, _ in marks[: len(ends)])
    ]
    return Times(tuple(points), rows, tuple(marks), 44 + len(rows) * ROW, len(entries) - len(dated))
