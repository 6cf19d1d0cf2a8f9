"""What the signs of diversion find in simulated trade, and how often they are wrong, beside a naive threshold.

``python -m benchmarks.trade`` measures with the shipped levels; ``--set-levels`` finds the levels on other seeds.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.trade_world import CONTROL, SIZES, world
from enduse.monitor.trade.indicators import Flows, Step, direct_step, levels, signals

RESULTS = Path(__file__).parent / "results" / "trade.json"
LEVELS = Path(__file__).parents[1] / "src" / "enduse" / "monitor" / "trade" / "levels.yaml"
CALIBRATION, MEASURED = range(10_000, 10_200), range(200)
NAIVE = "naive: exports to the hub over 12 months more than half above the 12 months before"
NAIVE_LEVEL = 1.5
FALSE_ALARMS, MARGIN = 0.04, 0.1
"""The share of quiet hubs that the levels aim at, and what is laid upon them for other seeds, in standard errors."""
WAYS = ("reexport", "transit")


@dataclass(frozen=True, slots=True)
class Found:
    """A hub: what each indicator scores, whether it diverts, and how."""

    scores: dict[str, float]
    planted: bool
    how: str
    size: float


def scored(flows: Flows, direct: Step | str = "") -> dict[str, float]:
    """The score of each indicator and of the naive threshold; minus infinity where it says nothing."""
    found = {one.kind.value: one.score if one.score is not None else -np.inf for one in signals(flows, CONTROL, direct)}
    assert flows.to_hub is not None
    after = flows.to_hub.total(CONTROL, CONTROL + 12)
    before = flows.to_hub.total(CONTROL - 12, CONTROL)
    return {**found, NAIVE: after / before}


def measured(seeds: Sequence[int]) -> Iterator[Found]:
    """Every hub of worlds without diversion, and the diverting hub of worlds with it."""
    for seed in seeds:
        plain = world(seed)
        direct = direct_step(plain.flows[0], CONTROL)
        for flows in plain.flows:
            yield Found(scored(flows, direct), planted=False, how="", size=1.0)
        for how in WAYS:
            for size in SIZES:
                one = world(seed, how, size)
                assert one.planted is not None
                yield Found(scored(one.flows[one.planted], direct), planted=True, how=how, size=size)


def interval(count: int, total: int) -> tuple[float, float]:
    """Wilson's interval of 95 percent."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, total, method="wilson")
    return round(float(low), 4), round(float(high), 4)


def share(hits: Sequence[bool]) -> dict[str, object]:
    """A share with its interval."""
    count = sum(hits)
    return {"share": round(count / len(hits), 4), "interval": interval(count, len(hits)), "of": len(hits)}


def figures(found: Sequence[Found], limits: dict[str, float]) -> dict[str, Any]:
    """False alarms, recall by way and size, and precision where one hub in eight diverts."""
    result: dict[str, Any] = {}
    for name, limit in limits.items():
        quiet = [one.scores[name] >= limit for one in found if not one.planted]
        recall = {
            how: {
                str(size): share([one.scores[name] >= limit for one in found if one.how == how and one.size == size])
                for size in SIZES
            }
            for how in WAYS
        }
        precision = {}
        alarms = sum(quiet) / len(quiet)
        for how in WAYS:
            for size in SIZES:
                caught = [one.scores[name] >= limit for one in found if one.how == how and one.size == size]
                # A world has eight hubs of which one diverts: so many calls are right.
                right, wrong = sum(caught), round(alarms * 7 * len(caught))
                precision[f"{how} {size}"] = (
                    {"share": round(right / (right + wrong), 4), "interval": interval(right, right + wrong)}
                    if right + wrong
                    else None
                )
        result[name] = {"level": limit, "false_alarms": share(quiet), "recall": recall, "precision": precision}
    return result


def main(arguments: Sequence[str] = ()) -> int:
    """Measure, write the results, and print them."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.trade", description=__doc__)
    parser.add_argument("--set-levels", action="store_true", help="find the levels anew, on seeds of their own")
    parser.add_argument("--seeds", type=int, default=len(MEASURED), help="how many worlds")
    parser.add_argument("--out", type=Path, default=RESULTS)
    asked = parser.parse_args(arguments)
    limits = {kind.value: one.level for kind, one in levels().items()}
    if asked.set_levels:
        quiet = [
            scored(flows, direct)
            for seed in CALIBRATION
            for plain in [world(seed)]
            for direct in [direct_step(plain.flows[0], CONTROL)]
            for flows in plain.flows
        ]
        for name in limits:
            limits[name] = round(float(np.quantile([one[name] for one in quiet], 1 - FALSE_ALARMS)) + MARGIN, 2)
        _write_levels({name: (level, FALSE_ALARMS) for name, level in limits.items()})
        print(json.dumps(limits))
        return 0
    result = figures(list(measured(range(asked.seeds))), {**limits, NAIVE: NAIVE_LEVEL})
    if asked.seeds == len(MEASURED):
        _write_levels({name: (level, result[name]["false_alarms"]["share"]) for name, level in limits.items()})
    asked.out.write_text(json.dumps({"seeds": asked.seeds, "indicators": result}, indent=1) + "\n", encoding="utf-8")
    for name, one in result.items():
        print(name, json.dumps(one))
    return 0


def _write_levels(found: dict[str, tuple[float, float]]) -> None:
    lines = ["# Levels from which an indicator speaks, and what was measured (benchmarks/trade.py).", "indicators:"]
    lines += [
        f'  {name}: {{level: "{level:.2f}", false_alarms: "{wrong:.3f}"}}' for name, (level, wrong) in found.items()
    ]
    LEVELS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
