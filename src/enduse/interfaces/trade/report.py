"""The report as one HTML file without scripts: hub ranking, small multiples, a flow map, each with its table.

Pictures are server-made SVG; colour is never the only sign, and every picture has a table that says the same.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

from enduse.interfaces.regions import regions
from enduse.interfaces.trade.analysis import YEAR, Found, Hub
from enduse.model.countries import country_name
from enduse.model.errors import OperationFailed
from enduse.monitor.trade.editions import priority_codes
from enduse.monitor.trade.indicators import LEAST_AFTER, LEAST_BEFORE
from enduse.monitor.trade.series import Series, month_text
from enduse.version import __version__

MULTIPLES = 12
PANEL_WIDTH, PANEL_HEIGHT, MARGIN = 360, 170, 8
LINES = (
    ("to_hub", "Exports to the hub, as the origins report them", "a", ""),
    ("arrived", "Imports from the origins, as the hub reports them", "b", "6 3"),
    ("onward", "From the hub to the restricted destinations", "c", "2 3"),
)
PER_ROW, TILE, GAP, LABEL = 22, 30, 3, 150
BARS, BAR, BAR_LABEL, BAR_LONG = 24, 20, 170, 420


@dataclass(frozen=True, slots=True)
class Line:
    """One series in a panel: pieces of a line, broken where a month is unknown."""

    title: str
    style: str
    dash: str
    pieces: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Panel:
    """A small multiple.

    Attributes:
        control: where the control date stands; None outside the series.
        rows: the same as a table: month, and a value for each line.
    """

    hub: Hub
    lines: tuple[Line, ...]
    top: str
    first: str
    last: str
    control: float | None
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class Arrow:
    """A flow on the map."""

    path: str
    head: str
    width: float
    speaks: bool
    title: str


def parts(found: Found, link: Callable[[str], str] | None = None) -> dict[str, Any]:
    """What ``trade_parts.html`` shows, on a page of the service as in the file.

    Args:
        link: the address of the page of an indicator; None where there are no such pages.
    """
    asked = found.asked
    top = max((max(hub.before, hub.after) for hub in found.hubs), default=0.0)
    known = {hub.code: _known(found, hub) for hub in found.hubs}
    return {
        "found": found,
        "origins": ", ".join(country_name(code) for code in asked.origins),
        "restricted": ", ".join(country_name(code) for code in asked.restricted),
        "codes": asked.codes or tuple(sorted(priority_codes())),
        "control": month_text(asked.control),
        "since": f"{found.control:04d}" if found.of_years else month_text(found.control),
        "period": "year" if found.of_years else "month",
        "spans": {hub.code: _spans(hub, known[hub.code]) for hub in found.hubs},
        "more": {hub.code: _more(hub, known[hub.code]) for hub in found.hubs},
        "beside": [_told_beside(hub) for hub in found.hubs if hub.beside.says],
        "panels": [_panel(hub, found.control) for hub in found.hubs[:MULTIPLES]],
        "left_out": max(0, len(found.hubs) - MULTIPLES),
        "legend": LINES,
        "bars": [_bar(place, hub, top, known[hub.code]) for place, hub in enumerate(found.hubs[:BARS])],
        "bar_sizes": {"height": BAR, "label": BAR_LABEL, "width": BAR_LABEL + BAR_LONG + 90},
        "map": _map(found),
        "panel": {"width": PANEL_WIDTH, "height": PANEL_HEIGHT},
        "least": (LEAST_BEFORE, LEAST_AFTER),
        "money": money,
        "link": link,
    }


def report(found: Found) -> str:
    """The report.

    Raises:
        OperationFailed: the library for templates is not installed.
    """
    return str(templates().get_template("report.html").render(r=parts(found), version=__version__, css=_css()))


@functools.cache
def templates() -> Any:
    """The templates of the report.

    Raises:
        OperationFailed: the library for templates is not installed.
    """
    try:
        from jinja2 import Environment, PackageLoader, StrictUndefined  # optional: the extras `trade` and `api`
    except ImportError:
        remedy = "pip install 'enduse[trade]'"
        raise OperationFailed("the report cannot be made: jinja2 is not installed", remedy=remedy) from None
    return Environment(
        loader=PackageLoader("enduse.interfaces.trade"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _css() -> str:
    own = resources.files("enduse.interfaces.trade") / "templates" / "report.css"
    shared = resources.files("enduse.interfaces") / "web" / "static" / "trade.css"
    return own.read_text(encoding="utf-8") + shared.read_text(encoding="utf-8")


def money(value: float) -> str:
    """US dollars in short: ``12.4 million``."""
    for size, word in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if abs(value) >= size:
            return f"{value / size:,.1f}{word}"
    return f"{value:,.0f}"


def _known(found: Found, hub: Hub) -> tuple[bool, bool]:
    """Whether anything is reported of exports to a hub in the year before the control, and in the year after."""
    series, year = hub.flows.to_hub, 1 if found.of_years else YEAR
    if series is None:
        return False, False
    told = [not math.isnan(value) for value in series.values]
    spans = ((found.control - year, found.control), (found.control, found.control + year))
    before, after = (any(told[max(0, a - series.first) : max(0, b - series.first)]) for a, b in spans)
    return before, after


def _spans(hub: Hub, known: tuple[bool, bool]) -> tuple[str, str]:
    before, after = (
        f"{value:,.0f}" if told else "not reported" for value, told in zip((hub.before, hub.after), known, strict=True)
    )
    return before, after


def _more(hub: Hub, known: tuple[bool, bool]) -> str:
    return f"{hub.after - hub.before:,.0f}" if all(known) else "not known"


# --- small multiples


def _panel(hub: Hub, control: int) -> Panel:
    shown = [(title, style, dash, getattr(hub.flows, name)) for name, title, style, dash in LINES]
    series = [one for _, _, _, one in shown if one is not None]
    if not series:
        return Panel(hub, (), "", "", "", None, ())
    first = min(one.first for one in series)
    last = max(one.first + len(one) for one in series)
    top = max((float(value) for one in series for value in one.values if not math.isnan(value)), default=0.0) or 1.0
    span = max(1, last - first - 1)

    def x(month: int) -> float:
        place: float = (month - first) / span
        return MARGIN + place * (PANEL_WIDTH - 2 * MARGIN)

    lines = tuple(
        Line(title, style, dash, tuple(_pieces(one, x, top))) for title, style, dash, one in shown if one is not None
    )
    rows = tuple(
        (series[0].text(month), tuple(_value(one, month) for _, _, _, one in shown)) for month in range(first, last)
    )
    at = x(control) if first <= control < last else None
    return Panel(hub, lines, money(top), series[0].text(first), series[0].text(last - 1), at, rows)


def _pieces(series: Series, x: Any, top: float) -> list[str]:
    pieces: list[list[str]] = [[]]
    for month, value in zip(series.months, series.values, strict=True):
        if math.isnan(value):
            pieces.append([])
        else:
            y = PANEL_HEIGHT - MARGIN - float(value) / top * (PANEL_HEIGHT - 4 * MARGIN)
            pieces[-1].append(f"{x(month):.1f},{y:.1f}")
    return [" ".join(piece) if len(piece) > 1 else _dot(piece[0]) for piece in pieces if piece]


def _dot(point: str) -> str:
    """A period alone between others that are unknown: a short line, so that it is seen."""
    x, _, y = point.partition(",")
    return f"{float(x) - 3:.1f},{y} {float(x) + 3:.1f},{y}"


def _value(series: Series | None, month: int) -> str:
    if series is None or month not in series.months:
        return "–"
    value = series.values[month - series.first]
    return "not reported" if math.isnan(value) else f"{value:,.0f}"


def _told_beside(hub: Hub) -> tuple[str, ...]:
    """The row of what is shown beside the signs."""
    pairs = ((hub.beside.unit, "{:,.2f}"), (hub.beside.unit_others, "{:,.2f}"), (hub.beside.returned, "{:.1%}"))
    return (hub.name, *("–" if one is None else form.format(one) for some, form in pairs for one in some))


# --- ranking


def _bar(place: int, hub: Hub, top: float, known: tuple[bool, bool]) -> dict[str, Any]:
    scale = BAR_LONG / top if top else 0.0
    change = f"x {hub.after / hub.before:.2f}" if hub.before else "new"
    if not known[1]:
        change = "not reported"
    return {
        "hub": hub,
        "y": place * (BAR + 14) + 4,
        "before": round(hub.before * scale, 1),
        "after": round(hub.after * scale, 1),
        "change": change,
    }


# --- the map


def _map(found: Found) -> dict[str, Any]:
    places, blocks, height = _tiles()
    asked = found.asked
    widest = max((abs(hub.after - hub.before) for hub in found.hubs), default=0.0)
    arrows: list[Arrow] = []
    ends = [code for code in asked.restricted if code in places]
    start = next((code for code in asked.origins if code in places), "")
    for hub in found.hubs[:MULTIPLES]:
        more = hub.after - hub.before
        if hub.code not in places or not start or more <= 0:
            continue
        width = 1.5 + 6 * more / widest if widest else 1.5
        for one, other in ((start, hub.code), *((hub.code, end) for end in ends[:1])):
            said = f"{country_name(one)} to {country_name(other)}: {money(more)} US$ more in the year after"
            title = said if one == start else f"from {country_name(one)} on to {country_name(other)}"
            path, head = _curve(places[one], places[other], width)
            arrows.append(Arrow(path, head, round(width, 1), bool(hub.speaking), title))
    kinds = {
        **dict.fromkeys((hub.code for hub in found.hubs), "hub"),
        **dict.fromkeys((hub.code for hub in found.hubs if hub.speaking), "speaks"),
        **dict.fromkeys(asked.origins, "origin"),
        **dict.fromkeys(asked.restricted, "barred"),
    }
    tiles = [
        {"code": code, "x": at[0], "y": at[1], "kind": kinds.get(code, ""), "name": country_name(code)}
        for code, at in places.items()
    ]
    return {"tiles": tiles, "blocks": blocks, "arrows": arrows, "height": height, "width": _width(), "tile": TILE}


def _width() -> int:
    return LABEL + PER_ROW * (TILE + GAP)


@functools.cache
def _tiles() -> tuple[dict[str, tuple[int, int]], tuple[tuple[str, int], ...], int]:
    places: dict[str, tuple[int, int]] = {}
    blocks, y = [], 0
    for name, codes in regions():
        blocks.append((name, y))
        for place, code in enumerate(codes):
            places[code] = (LABEL + place % PER_ROW * (TILE + GAP), y + place // PER_ROW * (TILE + GAP))
        y += ((len(codes) - 1) // PER_ROW + 1) * (TILE + GAP) + GAP
    return places, tuple(blocks), y


def _curve(one: Sequence[int], other: Sequence[int], width: float) -> tuple[str, str]:
    """A bent line from one tile to another, and the head of its arrow at the edge of the second."""
    (x1, y1), (x2, y2) = ((at[0] + TILE / 2, at[1] + TILE / 2) for at in (one, other))
    bend = 0.25 * abs(y2 - y1) + 20
    cx, cy = max(x1, x2) + bend, (y1 + y2) / 2
    # The line comes in from (cx, cy): the tip stands where that way meets the tile, the line ends behind the head.
    long = math.hypot(cx - x2, cy - y2)
    dx, dy = (cx - x2) / long, (cy - y2) / long
    edge = TILE / 2 / max(abs(dx), abs(dy)) + 1
    size = 7 + width
    tip, foot = ((x2 + dx * far, y2 + dy * far) for far in (edge, edge + size))
    half = size / 2
    head = " ".join(
        f"{x:.1f},{y:.1f}"
        for x, y in (tip, (foot[0] - dy * half, foot[1] + dx * half), (foot[0] + dy * half, foot[1] - dx * half))
    )
    return f"M{x1:.0f} {y1:.0f} Q{cx:.0f} {cy:.0f} {foot[0]:.1f} {foot[1]:.1f}", head
