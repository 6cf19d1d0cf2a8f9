"""Small plots as SVG, written by hand: a curve or two need no library."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

SIZE, MARGIN = 320, 44
COLOURS = ("#1d70b8", "#d4351c", "#85994b", "#6f777b")

Line = tuple[str, Sequence[tuple[float, float]]]
"""A label and its points, both axes 0..1."""


def plot(title: str, across: str, up: str, lines: Sequence[Line], *, dots: bool = False, diagonal: bool = False) -> str:
    """Lines over a unit square, with their labels."""
    inner = SIZE - 2 * MARGIN
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {SIZE + 110} {SIZE}" '
        f'width="{SIZE + 110}" height="{SIZE}" '
        f'font-family="sans-serif" font-size="11" role="img"><title>{escape(title)}</title>',
        f'<rect width="{SIZE + 110}" height="{SIZE}" fill="white"/>',
        f'<text x="{MARGIN}" y="20" font-size="13" font-weight="bold">{escape(title)}</text>',
        f'<rect x="{MARGIN}" y="{MARGIN}" width="{inner}" height="{inner}" fill="none" stroke="#b1b4b6"/>',
        f'<text x="{SIZE / 2}" y="{SIZE - 10}" text-anchor="middle">{escape(across)}</text>',
        f'<text x="12" y="{SIZE / 2}" text-anchor="middle" transform="rotate(-90 12 {SIZE / 2})">{escape(up)}</text>',
    ]
    for tenth in (0, 5, 10):
        parts.append(f'<text x="{_x(tenth / 10)}" y="{SIZE - MARGIN + 14}" text-anchor="middle">{tenth / 10:g}</text>')
        parts.append(f'<text x="{MARGIN - 4}" y="{_y(tenth / 10) + 4}" text-anchor="end">{tenth / 10:g}</text>')
    if diagonal:
        parts.append(
            f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#b1b4b6" stroke-dasharray="4 3" fill="none"/>'
        )
    for number, (label, points) in enumerate(lines):
        colour = COLOURS[number % len(COLOURS)]
        path = "L".join(f"{_x(x)} {_y(y)}" for x, y in points)
        parts.append(f'<path d="M{path}" stroke="{colour}" stroke-width="1.6" fill="none"/>')
        if dots:
            parts.extend(f'<circle cx="{_x(x)}" cy="{_y(y)}" r="2.6" fill="{colour}"/>' for x, y in points)
        height = MARGIN + 14 + 16 * number
        parts.append(f'<rect x="{SIZE - 34}" y="{height - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{SIZE - 20}" y="{height}">{escape(label)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _x(value: float) -> float:
    return round(MARGIN + value * (SIZE - 2 * MARGIN), 1)


def _y(value: float) -> float:
    return round(SIZE - MARGIN - value * (SIZE - 2 * MARGIN), 1)
