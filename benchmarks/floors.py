"""What has to be reached: each measure with its floor and its aim, and where the results hold it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

Results = dict[str, Any]
"""Everything that was measured, by step."""


@dataclass(frozen=True)
class Measure:
    """One line of the table. ``at_least`` says in which direction better lies."""

    label: str
    floor: float
    aim: float
    at_least: bool
    find: Callable[[Results], float | None]
    quick: bool = False
    peer: Callable[[Results], float | None] = lambda _: None

    def reaches(self, value: float, mark: float) -> bool:
        """Whether ``value`` is at ``mark`` or better."""
        return value >= mark if self.at_least else value <= mark


def at(*path: str) -> Callable[[Results], float | None]:
    """What stands at a path of the results, or None."""

    def find(results: Results) -> float | None:
        found: Any = results
        for key in path:
            found = found.get(key) if isinstance(found, dict) else None
        return float(found) if isinstance(found, (int, float)) else None

    return find


def sets_of(results: Results, engine: str = "enduse") -> dict[str, Any]:
    """The figures on each negative set of an engine."""
    found: dict[str, Any] = ((results.get("recall") or {}).get(engine) or {}).get("sets", {})
    return found


def _worst(rate: str, key: str, engine: str = "enduse", *, enough: bool = False) -> Callable[[Results], float | None]:
    def find(results: Results) -> float | None:
        values = [one[rate][key] for one in sets_of(results, engine).values() if one[rate]["enough"] or not enough]
        return min(values, default=None)

    return find


def _pypi(threshold: str, index: int) -> Callable[[Results], float | None]:
    def find(results: Results) -> float | None:
        own = (results.get("pypi") or {}).get("enduse") or {}
        card = own.get("at", {}).get(threshold)
        return None if card is None else float(card[index])

    return find


def _speed(size: str, *path: str) -> Callable[[Results], float | None]:
    return at("speed", size, *path)


def measures() -> Iterator[Measure]:
    """Every line of the table, in its order."""
    pairs = ("pairs", "enduse")
    yield Measure("name pairs: F1 at 0.70", 0.84, 0.88, True, at(*pairs, "f1"), True, at("pairs", "logic-v2", "f1"))
    yield Measure("name pairs: area under the curve", 0.91, 0.95, True, at(*pairs, "auc"), True, at("pairs", "logic-v2", "auc"))  # fmt: skip
    yield Measure("name pairs: misses of the strong tier", 0, 0, False, at(*pairs, "strong_misses"), True, at("pairs", "logic-v2", "strong_misses"))  # fmt: skip
    yield Measure("name pairs: mean score monotone over the six tiers", 1, 1, True, at(*pairs, "monotone"), True, at("pairs", "logic-v2", "monotone"))  # fmt: skip
    yield Measure("recall at FPR <= 1 %, worst negative set", 0.95, 0.98, True, _worst("1 %", "recall"), True, _worst("1 %", "recall", "logic-v2"))  # fmt: skip
    yield Measure("recall at FPR <= 1 %, worst kind of edit on any set", 0.85, 0.93, True, _worst("1 %", "worst_kind"), True, _worst("1 %", "worst_kind", "logic-v2"))  # fmt: skip
    for label in ("invented US persons (shared)", "US congress (shared)", "all together"):
        path = ("sets", label, "1 %", "recall")
        yield Measure(f"recall at FPR <= 1 %: {label}", 0.95, 0.98, True, at("recall", "enduse", *path), True, at("recall", "logic-v2", *path))  # fmt: skip
    path = ("sets", "all together", "0.1 %", "recall")
    yield Measure("recall at FPR <= 0.1 %: all together", 0.88, 0.95, True, at("recall", "enduse", *path), False, at("recall", "logic-v2", *path))  # fmt: skip
    yield Measure("full scoring, queries/s/core at 35 k names", 500, 2000, True, _speed("35 k", "enduse", "queries_per_second"), False, _speed("35 k", "logic-v2", "queries_per_second"))  # fmt: skip
    yield Measure("bulk, queries/s/core at 35 k names", 500, 5000, True, _speed("35 k", "enduse", "bulk_queries_per_second"))  # fmt: skip
    sizes = (("25 k", 10, 3, 0.3, 0.15), ("250 k", 20, 6, 0.8, 0.4), ("2.5 M", 60, 20, 4, 2))
    for size, floor, aim, _, _ in sizes:
        yield Measure(f"p95 of one query at {size} names, ms", floor, aim, False, _speed(size, "p95_ms"))
    for size in ("25 k", "250 k"):
        yield Measure(f"candidates keep what brute force finds at {size}", 0.995, 0.999, True, at("completeness", size, "kept"))  # fmt: skip
    yield Measure("candidates keep what brute force finds at 2.5 M", 0.995, 0.999, True, at("completeness", "2.5 M", "kept"))  # fmt: skip
    yield Measure("candidates keep planted names at 2.5 M", 0.995, 0.999, True, at("completeness", "2.5 M planted", "kept"))  # fmt: skip
    for size, _, _, floor, aim in sizes:
        yield Measure(f"resident memory at {size} names, MB", 1000 * floor, 1000 * aim, False, _speed(size, "after_all", "resident_mb"))  # fmt: skip
    yield Measure("cold start to the first answer at 25 k, CPU s", 1.0, 0.4, False, _speed("25 k", "cold_start_cpu_seconds"), False, _speed("35 k", "logic-v2", "cold_start_cpu_seconds"))  # fmt: skip
    yield Measure("sanctions-screening-benchmark: recall at 0.70", 0.93, 0.97, True, _pypi("0.7", 0), True, at("pypi", "logic-v2", "recall"))  # fmt: skip
    yield Measure("sanctions-screening-benchmark: false-positive rate at 0.70", 0.30, 0.20, False, _pypi("0.7", 1), True, at("pypi", "logic-v2", "false_positive_rate"))  # fmt: skip
    yield Measure("sanctions-screening-benchmark: worst class above 0", 0.001, 0.001, True, at("pypi", "enduse", "worst_class"), True, at("pypi", "logic-v2", "worst_class"))  # fmt: skip


def missed(results: Results, *, quick: bool) -> list[str]:
    """Floors that are not reached: of what was measured, only the accuracy figures where ``quick``."""
    return [
        f"{measure.label}: {value:g}, floor {measure.floor:g}"
        for measure in measures()
        if (measure.quick or not quick)
        and (value := measure.find(results)) is not None
        and not measure.reaches(value, measure.floor)
    ]
