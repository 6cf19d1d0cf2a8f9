"""The PyPI package ``sanctions-screening-benchmark``: its cases, its loop, our scores beside its own baseline.

It takes the best candidate of a small pool for the answer: a hit on another party counts as a miss, and its negatives
are made of two listed names each, so that its false-positive rate is no estimate of alerts.
"""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from benchmarks import ours
from benchmarks.engines import ENGINES
from benchmarks.peers import client

THRESHOLDS = (0.60, 0.65, 0.70, 0.75, 0.80, 0.85, 0.90)
"""The default decides; the others show the trade."""


def report(data: Path, entities: int, seed: int, folder: Path) -> dict[str, Any] | None:
    """The package's score cards, shortened; None where the package is absent."""
    sdn = folder / "sdn.csv"
    sdn.write_bytes(gzip.decompress((data / "us_ofac" / "sdn_2024-05-03.csv.gz").read_bytes()))
    alt = data / "us_ofac" / "alt_2025-12.csv"
    made = client.ssb("generate", {"sdn": str(sdn), "alt": str(alt), "entities": entities, "seed": seed})
    if made is None:
        return None
    asked = sorted({case["query"] for case in made["cases"]})
    names = sorted({name for own in made["candidates"].values() for name in own})
    pairs = [("Person", query, name) for query in asked for name in names]
    found: dict[str, Any] = {"entities": entities, "cases": len(made["cases"]), "pairs": len(pairs)}

    def scored(engine: str) -> dict[str, Any] | None:
        scores = ENGINES[engine](pairs)
        if scores is None:
            return None
        table: dict[str, dict[str, float]] = {query: {} for query in asked}
        for (_, query, name), score in zip(pairs, scores.scores, strict=True):
            table[query][name] = score
        return _cards({"benchmark": made, "scores": table}, THRESHOLDS if engine == "enduse" else (0.70,))

    engines = ("logic-v2", "enduse", "token_sort_ratio")
    # Beside each other: peers and the package itself are processes of their own, and nothing is timed.
    with ThreadPoolExecutor(2) as threads:
        cards = threads.map(scored, engines)
    found |= zip(engines, cards, strict=True)
    found["its baseline"] = _cards({"benchmark": made}, (0.85,))
    return found


def _cards(asked: dict[str, Any], thresholds: tuple[float, ...]) -> dict[str, Any]:
    cards = {threshold: client.ssb("score", asked | {"threshold": threshold}) for threshold in thresholds}
    shown = ours.HIT_THRESHOLD if ours.HIT_THRESHOLD in cards else thresholds[0]
    card = cards[shown]
    assert card is not None
    by_class = {entry["perturbation"]: entry["recall"] for entry in card["by_class"]}
    return {
        "threshold": shown,
        "recall": card["overall_recall"],
        "false_positive_rate": card["false_positive_rate"],
        "worst_class": min(by_class.values()),
        "by_class": by_class,
        "at": {
            str(threshold): [one["overall_recall"], one["false_positive_rate"]]
            for threshold, one in cards.items()
            if one is not None
        },
    }
