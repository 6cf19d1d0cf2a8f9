"""Reading YAML as text, beside PyYAML's own safe loader."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import yaml

from enduse.formats.plain_yaml import load_yaml


def ratio() -> dict[str, float]:
    """Our reader's CPU time as a multiple of the peer's."""
    text = (Path(__file__).parents[1] / "conformance" / "golden-cases.yaml").read_bytes()
    own, peer = _cpu(lambda: load_yaml(text, name="cases")), _cpu(lambda: yaml.load(text, Loader=yaml.CSafeLoader))
    return {"bytes": len(text), "times_csafeloader": round(own / peer, 2)}


def _cpu(work: Callable[[], object], repeat: int = 3) -> float:
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best
