"""The report on trade between countries as PDF/UA-1: its pictures are those of the page, each with its table."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from importlib import resources
from typing import Any

from enduse.interfaces.licensing.documents.typeset import Fonts, NoPdf, breakable, why_not
from enduse.interfaces.trade.analysis import Found
from enduse.interfaces.trade.report import parts, templates
from enduse.version import __version__

_STYLE = """<style>
text { fill: #16202b; font-family: "Noto Sans", "DejaVu Sans", "Libertinus Serif"; font-size: 12px; }
.a { stroke: #0b4f6c; } .b { stroke: #7a4300; } .c { stroke: #4a3a8c; } polyline { fill: none; stroke-width: 2; }
.control { stroke: #8f1d1d; stroke-width: 2; stroke-dasharray: 4 3; } .axis { stroke: #c3ccd4; }
.slot { fill: #f3f5f7; stroke: #c3ccd4; } .hub .slot { stroke: #0b4f6c; stroke-width: 2; }
.speaks .slot { stroke: #8f1d1d; stroke-width: 3; } .origin .slot { fill: #0b4f6c; } .barred .slot { fill: #8f1d1d; }
.origin text { fill: #ffffff; } .barred text { fill: #ffffff; }
.arrow { fill: none; stroke: #0b4f6c; opacity: 0.75; } .arrow.speaks { stroke: #8f1d1d; }
.head { fill: #0b4f6c; } .head.speaks { fill: #8f1d1d; }
.before { fill: #9aa7b3; } .after { fill: #0b4f6c; }
</style>"""
"""The colours of the page in the light: the file has no style sheet of its own."""


def report_pdf(found: Found, fonts: Fonts, day: dt.date) -> bytes:
    """The report.

    Args:
        day: the date that the file carries; nothing else in it is of the moment.

    Raises:
        NoPdf: typst is not installed, or no font at hand shows a letter.
    """
    if not fonts.available:
        raise NoPdf("No PDF can be made here: the extra typst is not installed.")
    import typst  # an extra, and large

    r = parts(found)
    content = {
        "title": f"Signs of diversion: {r['origins']} to {r['restricted']}, control since {r['control']}",
        "foot": f"A sign is a reason to look, not proof of anything. enduse {__version__}",
        "year": day.year,
        "month": day.month,
        "day": day.day,
        "fonts": list(fonts.families),
        "blocks": list(_blocks(found, r)),
    }
    template = (resources.files("enduse.interfaces.trade") / "templates" / "report.typ").read_bytes()
    try:
        return typst.compile(
            template,
            font_paths=fonts.loaded,
            ignore_system_fonts=True,
            format="pdf",
            sys_inputs={"content": json.dumps(content, ensure_ascii=False)},
            pdf_standards=["ua-1"],
            timestamp=dt.datetime.combine(day, dt.time(), tzinfo=dt.UTC),
        )
    except typst.TypstError as error:
        raise NoPdf(why_not(error)) from None


def _blocks(found: Found, r: dict[str, Any]) -> Iterator[dict[str, Any]]:
    picture = _Pictures(r)
    codes = r["codes"]
    many = "s" if len(codes) != 1 else ""
    yield _text(
        f"Exports of {len(codes)} HS code{many} from {r['origins']}, restricted to {r['restricted']} since "
        f"{r['control']}. A sign is a reason to look, not proof of anything."
    )
    if found.silent:
        yield {"block": "notice", "text": f"Nothing can be said: {found.silent}."}
    for one in found.comparable:
        yield {"block": "notice", "text": one.note}
    if found.hubs:
        yield {"block": "heading", "text": "Hubs, most and strongest signs first"}
        yield picture.of("ranking_svg", "Exports to each hub, the year before (upper) and after (lower) the control")
        yield _table(
            "Exports to each hub, and its signs",
            ("Hub", "Year before, US$", "Year after, US$", "Speak"),
            [(hub.name, *r["spans"][hub.code], _speaking(hub)) for hub in found.hubs],
            (1, 2),
        )
        yield _table(
            "What each indicator says",
            ("Hub", "Indicator", "Says", "Score", "From", "Wrong of", "Evidence"),
            [_row(hub.name, one) for hub in found.hubs for one in hub.signals],
            (3, 4, 5),
        )
        if r["beside"]:
            columns = ("Hub", "US$ a kg, before", "after", "Others, before", "after", "Gone back, before", "after")
            yield _table("Beside the signs, not judged", columns, r["beside"], (1, 2, 3, 4, 5, 6))
        yield {"block": "heading", "text": f"{r['period'].capitalize()} by {r['period']}"}
        for style, (_, title, _, dash) in zip(("solid", "dashed", "dotted"), r["legend"], strict=True):
            yield _text(f"{style.capitalize()} line: {title}." if dash or style == "solid" else title)
        yield {"block": "pictures", "items": [picture.panel(one) for one in r["panels"] if one.lines]}
        for one in r["panels"]:
            if one.lines:
                columns = (r["period"].capitalize(), *(title for _, title, _, _ in r["legend"]))
                rows = [(month, *values) for month, values in one.rows]
                yield _table(
                    f"{r['period'].capitalize()} by {r['period']}, US$: {one.hub.name}", columns, rows, (1, 2, 3)
                )
        yield {"block": "heading", "text": "Flows"}
        yield picture.of("map_svg", "Countries as tiles by region, with what more went to each hub")
        rows = [(hub.name, r["more"][hub.code], _speaking(hub)) for hub in found.hubs]
        yield _table("What more went to each hub in the year after", ("Hub", "US$", "Speak"), rows, (1,))
    yield {"block": "heading", "text": "How it was made"}
    least = r["least"]
    yield {
        "block": "points",
        "items": [
            "Each step is the coefficient of “since the control” in a robust regression of a log ratio on trend and "
            "yearly wave, in standard errors that allow for autocorrelation. At least "
            f"{least[0]} known months before and {least[1]} after are needed.",
            "“Wrong of” is the share of hubs without diversion of which the indicator speaks, on simulated flows, not "
            "on this trade.",
            f"Codes: {', '.join(codes)}.",
            *(breakable(one.said) for one in found.readings),
        ],
    }


class _Pictures:
    """The pictures of the page as files of their own."""

    def __init__(self, r: dict[str, Any]) -> None:
        self._r = r
        self._macros = templates().get_template("trade_parts.html").module

    def of(self, macro: str, caption: str) -> dict[str, Any]:
        """A picture of the report."""
        return {"block": "picture", **self._made(str(getattr(self._macros, macro)(self._r)), caption)}

    def panel(self, one: Any) -> dict[str, Any]:
        """A small multiple."""
        mark = "▲ " if one.hub.speaking else ""
        return self._made(str(self._macros.panel_svg(self._r, one)), f"{mark}{one.hub.name}, {one.first} to {one.last}")

    def _made(self, svg: str, caption: str) -> dict[str, Any]:
        start, _, rest = svg.strip().partition(">")
        alt = f"{caption}; the table below says the same"
        return {"svg": f"{start}>{_STYLE}{rest}", "caption": caption, "alt": alt}


def _text(text: str) -> dict[str, Any]:
    return {"block": "paragraph", "text": text}


def _speaking(hub: Any) -> str:
    return ", ".join(one.kind.value.replace("_", " ") for one in hub.speaking) or "none"


def _row(hub: str, one: Any) -> tuple[str, ...]:
    says = f"nothing: {one.silent}" if one.score is None else "▲ speaks" if one.speaks else "silent"
    steps = "; ".join(f"{step.what}: × {step.change:.2f} ({step.z:+.1f} s.e.)" for step in one.evidence)
    score = f"{one.score:.1f}" if one.score is not None else "–"
    kind = one.kind.value.replace("_", " ")
    return hub, kind, says, score, f"{one.level:.1f}", f"{one.false_alarms:.1%}", steps


def _table(caption: str, columns: tuple[str, ...], rows: list[Any], numbers: tuple[int, ...]) -> dict[str, Any]:
    widths = [
        min(40, max(8, len(label) // 2 + 2, *(min(len(row[place]), 40) for row in rows), 8))
        for place, label in enumerate(columns)
    ]
    cells = [breakable(cell) for row in rows for cell in row]
    return {
        "block": "table",
        "caption": caption,
        "columns": list(columns),
        "numbers": list(numbers),
        "widths": widths,
        "cells": cells,
    }
