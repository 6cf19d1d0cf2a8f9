"""What the lists at hand add up to, as a document, and its pictures; every interface shows the same."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from enduse.evidence.library import Library
from enduse.interfaces.trade.kinds import INTELLIGENCE
from enduse.model.countries import country_name
from enduse.model.errors import BadInput, OperationFailed
from enduse.model.kept import Job
from enduse.model.match import Match, Query
from enduse.monitor.intelligence import NOT_STATED, OTHER, THRESHOLD, Curve, curves, spread
from enduse.version import __version__

SCHEMA = "enduse/list-intelligence/1"
MOST_GAPS, MOST_COUNTRIES, PANELS = 25, 40, 12
LEAST, MOST = 0.85, 1.0
"""Thresholds that may be asked for."""
_WIDTH, _HEIGHT, _MARGIN = 360, 150, 8
_LABEL, _BAR, _ROW, _LONGEST_DAYS = 170, 520, 26, 3_650
_WORDS = {
    NOT_STATED: "reason not stated",
    OTHER: "another programme or reason",
    "war_against_ukraine": "war against Ukraine",
}
_LAST = (NOT_STATED, OTHER, "")
"""What says least stands last, however many there are."""


class Jobs(Protocol):
    """What is asked of the store."""

    def jobs(self, *, limit: int, offset: int = 0) -> list[Job]:
        """Jobs, newest first."""


def checked_threshold(value: float) -> float:
    """A threshold that may be asked for.

    Raises:
        BadInput: below 0.85, or more than 1.
    """
    if not LEAST <= value <= MOST:
        raise BadInput(f"{value:g} is no such threshold", where="threshold", remedy=f"{LEAST} to {MOST}")
    return value


def intelligence(
    library: Library, today: dt.date, *, threshold: float = THRESHOLD, told: Callable[[int], object] = lambda _: None
) -> dict[str, Any]:
    """The document: curves of listings, and the time from one government to the next.

    Args:
        told: is told how many parties have been looked up.
    """
    parties = list(library.parties())
    screeners = library.screeners()

    def screen(queries: Sequence[Query], least: float) -> list[list[Match]]:
        found = [list(one.screen_many(queries, threshold=least)) for one in screeners]
        return [[match for part in row for match in part] for row in zip(*found, strict=True)]

    lines = curves(parties, today)
    told_of = spread(parties, screen, threshold=threshold, told=told)
    return {
        "schema": SCHEMA,
        "engine": __version__,
        "day": today.isoformat(),
        "lists": library.fingerprint(),
        "editions": [{"source": one.id, "edition": one.edition} for one in library.editions()],
        "listings": lines.listings,
        "undated": lines.undated,
        "years": list(lines.years),
        "by_reason": [_curve(one, _reason_words(one.name)) for one in _telling(lines.by_reason)],
        "by_authority": [_curve(one, one.name) for one in lines.by_authority],
        "by_country": [
            _curve(one, country_name(one.name) if one.name else "no country stated")
            for one in _telling(lines.by_country[:MOST_COUNTRIES])
        ],
        "countries_left_out": max(0, len(lines.by_country) - MOST_COUNTRIES),
        "spread": {
            "threshold": f"{told_of.threshold:.2f}",
            "parties": told_of.parties,
            "matched": told_of.matched,
            "undated": told_of.undated,
            "implausible": told_of.implausible,
            "crowded": told_of.crowded,
            "lags": [
                {
                    "first": one.first,
                    "then": one.then,
                    "count": one.count,
                    "by_name": one.by_name,
                    "same_day": one.same_day,
                    "quartiles": [round(day) for day in one.quartiles],
                    "longest": one.longest,
                    "parties": [
                        {"names": list(gap.names), "days": gap.days, "how": gap.how, "score": f"{gap.score:.2f}"}
                        for gap in told_of.gaps
                        if (gap.first, gap.then) == (one.first, one.then)
                    ][:MOST_GAPS],
                }
                for one in told_of.lags
            ],
        },
    }


def _telling(some: Sequence[Curve]) -> list[Curve]:
    return sorted(some, key=lambda one: one.name in _LAST)


def _reason_words(name: str) -> str:
    return _WORDS.get(name, name.replace("_", " "))


def _curve(one: Curve, title: str) -> dict[str, Any]:
    return {"name": one.name, "title": title, "began": list(one.began), "standing": list(one.standing)}


def newest(casework: Jobs | None) -> tuple[Job | None, Job | None]:
    """The newest job that has a result, and the newest that has not ended, among the last few hundred jobs."""
    found = [one for one in casework.jobs(limit=500) if one.kind == INTELLIGENCE] if casework is not None else []
    done = next((one for one in found if one.result), None)
    return done, next((one for one in found if one.state in ("waiting", "running")), None)


# --- pictures


@dataclass(frozen=True, slots=True)
class Panel:
    """The curve of one reason, country or authority: a line of what stood, bars of what began."""

    title: str
    line: str
    bars: tuple[tuple[float, float, float, float], ...]
    top: str
    now: int
    rows: tuple[tuple[int, int, int], ...]


def panels(document: dict[str, Any], kind: str, most: int = PANELS) -> list[Panel]:
    """Small multiples of the largest curves."""
    return [_panel(document["years"], one) for one in document[kind][:most]]


def _panel(years: Sequence[int], one: dict[str, Any]) -> Panel:
    began, standing = one["began"], one["standing"]
    top = max(*began, *standing, 1)
    step = (_WIDTH - 2 * _MARGIN) / max(1, len(years))

    def y(value: int) -> float:
        return round(_HEIGHT - _MARGIN - float(value) / float(top) * (_HEIGHT - 4 * _MARGIN), 1)

    points = " ".join(f"{_MARGIN + (place + 0.5) * step:.1f},{y(value)}" for place, value in enumerate(standing))
    bars = tuple(
        (round(_MARGIN + (place + 0.2) * step, 1), y(value), round(step * 0.6, 1), _HEIGHT - _MARGIN - y(value))
        for place, value in enumerate(began)
        if value
    )
    rows = tuple(zip(years, began, standing, strict=True))
    return Panel(one["title"], points, bars, f"{top:,}", standing[-1], rows)


@dataclass(frozen=True, slots=True)
class LagBar:
    """From one government to the next: a bar from the lower to the upper quartile, a mark at the median."""

    title: str
    y: int
    x: float
    width: float
    median: float
    beyond: bool


def lag_bars(document: dict[str, Any]) -> dict[str, Any]:
    """The picture of the time from one government to the next; ten years fill it."""
    scale = _BAR / _LONGEST_DAYS

    def at(days: float) -> float:
        return round(_LABEL + min(days, _LONGEST_DAYS) * scale, 1)

    bars = []
    for place, one in enumerate(document["spread"]["lags"]):
        low, middle, high = one["quartiles"]
        title = f"{one['first']}, then {one['then']} ({one['count']:,})"
        width = max(2.0, at(high) - at(low))
        bars.append(LagBar(title, place * _ROW + 4, at(low), round(width, 1), at(middle), high > _LONGEST_DAYS))
    grid = [(at(365 * year), year) for year in range(0, 11, 2)]
    return {
        "bars": bars,
        "grid": grid,
        "width": _LABEL + _BAR + 40,
        "height": len(bars) * _ROW + 26,
        "label": _LABEL,
        "panel": (_WIDTH, _HEIGHT),
    }


def document_from(data: bytes) -> dict[str, Any]:
    """The document that a job left.

    Raises:
        OperationFailed: it is none.
    """
    try:
        found = json.loads(data)
    except ValueError:
        found = {}
    if not isinstance(found, dict) or found.get("schema") != SCHEMA:
        raise OperationFailed("this is no document of list intelligence", remedy="start it anew")
    return found
