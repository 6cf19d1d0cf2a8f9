"""The PyPI package ``sanctions-screening-benchmark``, run by the interpreter of its own environment.

- ``generate``: standard input holds ``{"sdn": FILE, "alt": FILE, "entities": N, "seed": N}``; written is the benchmark
  that the package makes of these files, as it writes it to JSON.
- ``score``: standard input holds ``{"benchmark": ..., "threshold": ..., "scores": {query: {candidate: score}}}``;
  written is the score card of the package's own loop. Without ``scores`` its baseline matcher is used.
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from ssb import benchmark, matching, sources


def generate(asked: dict[str, Any]) -> dict[str, Any]:
    """The package's benchmark of the official files at hand, which it would fetch from the publisher."""
    entities = sources._parse_sdn(Path(asked["sdn"]).read_text(encoding="utf-8", errors="replace"))
    sources._parse_alt(Path(asked["alt"]).read_text(encoding="utf-8", errors="replace"), entities)
    snapshot = sources.ListSnapshot("ofac_sdn", "", list(entities.values()), "files at hand")
    made = benchmark.build(snapshot, limit=asked["entities"], seed=asked["seed"])
    with tempfile.TemporaryDirectory() as folder:
        made.to_json(Path(folder) / "benchmark.json")
        found: dict[str, Any] = json.loads((Path(folder) / "benchmark.json").read_text(encoding="utf-8"))
    return found


def score(asked: dict[str, Any]) -> dict[str, Any]:
    """The score card of a matcher whose scores are given."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "benchmark.json"
        file.write_text(json.dumps(asked["benchmark"]), encoding="utf-8")
        made = benchmark.Benchmark.from_json(file)
    scores = asked.get("scores")
    matcher = (lambda query, candidate: scores[query][candidate]) if scores else matching.BaselineMatcher()
    found: dict[str, Any] = benchmark.score(made, matcher, threshold=asked["threshold"]).to_dict()
    return found


if __name__ == "__main__":
    json.dump({"generate": generate, "score": score}[sys.argv[1]](json.load(sys.stdin)), sys.stdout)
