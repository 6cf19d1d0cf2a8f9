"""The figures: precision, recall, F1, area under the curve, thresholds at a false-positive rate, percentiles."""

from __future__ import annotations

import bisect
import random
from collections.abc import Sequence
from typing import Any

Scored = Sequence[tuple[float, bool]]
"""Scores, each with whether the pair is a match."""


def at_threshold(scored: Scored, threshold: float) -> dict[str, Any]:
    """Precision, recall and F1 when scores at or above ``threshold`` count as hits."""
    right = sum(score >= threshold and match for score, match in scored)
    hits = sum(score >= threshold for score, _ in scored)
    matches = sum(match for _, match in scored)
    precision, recall = right / max(1, hits), right / max(1, matches)
    f1 = 2 * precision * recall / (precision + recall) if right else 0.0
    return {
        "count": len(scored),
        "matches": matches,
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "f1": round(f1, 3),
    }


def area_under_curve(scored: Scored) -> float | None:
    """The chance that a match scores higher than a non-match (ties count half); None where one of them is lacking."""
    negative = sorted(score for score, match in scored if not match)
    positive = [score for score, match in scored if match]
    if not negative or not positive:
        return None
    above = sum(bisect.bisect_left(negative, p) + bisect.bisect_right(negative, p) for p in positive) / 2
    return round(above / (len(positive) * len(negative)), 3)


def precision_recall_curve(scored: Scored) -> list[tuple[float, float]]:
    """(recall, precision) at every threshold, from the strictest on."""
    matches = sum(match for _, match in scored)
    points, right, place = list[tuple[float, float]](), 0, 0
    ranked = sorted(scored, key=lambda pair: -pair[0])
    while place < len(ranked):
        score = ranked[place][0]
        while place < len(ranked) and ranked[place][0] == score:
            right += ranked[place][1]
            place += 1
        points.append((round(right / max(1, matches), 4), round(right / place, 4)))
    return points


def calibration(scored: Scored, bands: int = 10) -> list[tuple[float, float, int]]:
    """For each band of scores: mean score, share of matches, how many."""
    found = []
    for band in range(bands):
        inside = [(s, m) for s, m in scored if band <= s * bands < band + 1 or (band == bands - 1 and s >= 1)]
        if inside:
            mean, share = (sum(values) / len(inside) for values in zip(*inside, strict=True))
            found.append((round(mean, 3), round(share, 3), len(inside)))
    return found


def halves(scores: Sequence[float], chance: random.Random) -> tuple[list[float], list[float]]:
    """Two random halves: one to fix a threshold on, one to report."""
    shuffled = list(scores)
    chance.shuffle(shuffled)
    return shuffled[: len(shuffled) // 2], shuffled[len(shuffled) // 2 :]


def threshold_for(scores: Sequence[float], rate: float, least: float) -> float:
    """The score that at most ``rate`` of ``scores`` exceed; never below ``least``, where nothing was looked for."""
    ranked = sorted(scores, reverse=True)
    allowed = int(len(ranked) * rate)
    return max(least, ranked[allowed]) if allowed < len(ranked) else least


def share_above(scores: Sequence[float], threshold: float) -> float:
    """Share of scores above a threshold."""
    return round(sum(score > threshold for score in scores) / max(1, len(scores)), 4)


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th and 99th percentile in milliseconds."""
    ranked = sorted(seconds)
    return {
        f"p{share}_ms": round(1000 * ranked[min(len(ranked) - 1, len(ranked) * share // 100)], 2)
        for share in (50, 95, 99)
    }


def rank_correlation(left: Sequence[float], right: Sequence[float]) -> float:
    """Spearman's coefficient, ties by their mean rank."""
    ranks_left, ranks_right = _ranks(left), _ranks(right)
    mean = (len(left) + 1) / 2
    together = sum((a - mean) * (b - mean) for a, b in zip(ranks_left, ranks_right, strict=True))
    spread = [sum((rank - mean) ** 2 for rank in ranks) for ranks in (ranks_left, ranks_right)]
    return round(together / (spread[0] * spread[1]) ** 0.5, 3) if all(spread) else 0.0


def _ranks(values: Sequence[float]) -> list[float]:
    ranked = sorted(values)
    return [(bisect.bisect_left(ranked, value) + bisect.bisect_right(ranked, value) + 1) / 2 for value in values]
