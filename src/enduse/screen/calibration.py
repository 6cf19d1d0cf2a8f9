"""The calibration curve: what a raw score means.

Source: Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD 2002.
"""

from __future__ import annotations

import bisect
import functools
from collections.abc import Sequence
from importlib import resources


@functools.cache
def _curve() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The knots of the shipped curve (``tools/calibrate.py``): raw scores, and what they become."""
    text = (resources.files("enduse.screen") / "calibration.csv").read_text(encoding="utf-8")
    knots = [line.split(",") for line in text.splitlines()[1:]]
    return tuple(float(raw) for raw, _ in knots), tuple(float(score) for _, score in knots)


def calibrated(raw: float) -> float:
    """A raw score on the calibration curve."""
    raws, scores = _curve()
    return _between(raw, raws, scores)


def least_raw(score: float) -> float:
    """The least raw score that is calibrated to ``score`` or more."""
    raws, scores = _curve()
    return _between(score, scores, raws) - 1e-9


def _between(value: float, points: Sequence[float], heights: Sequence[float]) -> float:
    """The height of a line through knots, between the first and the last."""
    if value <= points[0]:
        return heights[0]
    if value >= points[-1]:
        return heights[-1]
    place = bisect.bisect_right(points, value)
    low, high = points[place - 1], points[place]
    return heights[place - 1] + (heights[place] - heights[place - 1]) * (value - low) / (high - low)
