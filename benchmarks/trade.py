"""What the signs of diversion find in simulated trade, and how often they are wrong, beside a naive threshold.

``python -m benchmarks.trade`` measures with the shipped levels; ``--set-levels`` finds the levels on other seeds first.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.trade_world import CONTROL, SIZES, world
from enduse.monitor.trade.indicators import Flows, levels, signals

RESULTS = Path(__file__).parent / "results" / "trade.json"
LEVELS = Path(__file__).parents[1] / "src" / "enduse" / "monitor" / "trade" / "levels.yaml"
CALIBRATION, MEASURED = range(10_000, 10_200), range(200)
NAIVE = "naive: exports to the hub over 12 months more than half above the 12 months before"
FALSE_ALARMS = 0.05
WAYS = ("reexport", "transit")


@dataclass(frozen=True, slots=True)
class Found:
    """A hub: what each indicator scores, whether it diverts, and how."""

    scores: dict[str, float]
    planted: bool
    how: str
    size: float


def scored(flows: Flows) -> dict[str, float]:
    """The score of each indicator and of the naive threshold; minus infinity where it says nothing."""
    found = {one.kind.value: one.score if one.score is not None else -np.inf for one in signals(flows, CONTROL)}
    assert flows.to_hub is not None
    after = flows.to_hub.total(CONTROL, CONTROL + 12)
    before = flows.to_hub.total(CONTROL - 12, CONTROL)
    return {**found, NAIVE: after / before}


def measured(seeds: Sequence[int]) -> Iterator[Found]:
    """Every hub of worlds without diversion, and the diverting hub of worlds with it."""
    for seed in seeds:
        for flows in world(seed).flows:
            yield Found(scored(flows), planted=False, how="", size=1.0)
        for how in WAYS:
            for size in SIZES:
                one = world(seed, how, size)
                assert one.planted is not None
                yield Found(scored(one.flows[one.planted]), planted=True, how=how, size=size)


def interval(count: int, total: int) -> tuple[float, float]:
    """Wilson's interval of 95 percent."""
    from statsmodels.stats.proportion import proportion_confint

    low, high = proportion_confint(count, total, method="wilson")
    return round(float(low), 4), round(float(high), 4)


def share(hits: Sequence[bool]) -> dict[str, object]:
    """A share with its interval."""
    count = sum(hits)
    return {"share": round(count / len(hits), 4), "interval": interval(count, len(hits)), "of": len(hits)}


def figures(found: Sequence[Found], limits: dict[str, float]) -> dict[str, object]:
    """False alarms, recall by way and size, and precision where one hub in eight diverts."""
    result: dict[str, object] = {}
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
        quiet = [scored(flows) for seed in CALIBRATION for flows in world(seed).flows]
        for name in limits:
            limits[name] = round(float(np.quantile([one[name] for one in quiet], 1 - FALSE_ALARMS)), 2) + 0.1
    found = list(measured(range(asked.seeds)))
    result = figures(found, {**limits, NAIVE: 1.5})
    if asked.set_levels:
        _write_levels(limits, result)
    asked.out.write_text(json.dumps({"seeds": asked.seeds, "indicators": result}, indent=1) + "\n", encoding="utf-8")
    for name, one in result.items():
        print(name, json.dumps(one))
    return 0


def _write_levels(limits: dict[str, float], result: dict[str, object]) -> None:
    lines = ["# Levels from which an indicator speaks, and what was measured (benchmarks/trade.py).", "indicators:"]
    for name, level in limits.items():
        one = result[name]
        assert isinstance(one, dict)
        lines.append(f'  {name}: {{level: "{level:.2f}", false_alarms: "{one["false_alarms"]["share"]:.3f}"}}')
    LEVELS.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    import sys

    raise SystemExit(main(sys.argv[1:]))
