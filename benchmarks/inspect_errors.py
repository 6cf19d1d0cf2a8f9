"""Where the scorer errs: the highest invented names of each culture and the lowest altered names of each kind of edit.

``python -m benchmarks.inspect_errors --shared FOLDER [--seed N] [--out FILE]``
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks import listed, ours

LEAST = 0.5


def report(data: Path, seed: int, negatives: int, positives: int, top: int) -> Iterator[str]:
    """The lines of the report."""
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        parties = listed.parties_of(data, Path(folder) / "lists")
    screener = ours.Screener(parties)
    yield f"seed {seed}, weights {ours.weights_version()}, {len(parties):,} parties"
    sets = [
        *listed.negatives(parties, negatives * 3 // 4, negatives // 4, chance),
        *(
            listed.Negatives(label, listed.full_names(data / "evaluation" / file))
            for label, file in listed.NEGATIVES.items()
        ),
    ]
    for group in sets:
        found = zip(group.names, ours.best_hits(screener, group.names, LEAST), strict=True)
        scored = [(*max(best.values(), default=(0.0, "")), name) for name, best in found]
        scored.sort(reverse=True)
        above = sum(score >= ours.HIT_THRESHOLD for score, _, _ in scored)
        at_one = scored[len(scored) // 100][0]
        yield (
            f"\n== NEGATIVES {group.label}: {len(scored):,} names, {group.dropped} dropped as listed, "
            f"{above / len(scored):.2%} at 0.70 or above, 1 % lie at {at_one:.3f} or above"
        )
        yield from (
            f"{score:.3f}  {name}  ~  {hit}{'  (alike but for spelling)' if name in group.alike else ''}"
            for score, hit, name in scored[:top]
        )
    asked = listed.positives(parties, positives * 3 // 4, positives // 4, chance)
    answers = ours.best_hits(screener, [positive.query for positive in asked], 0.3)
    for kind in dict.fromkeys(positive.kind for positive in asked):
        own = [
            (max((best[party][0] for party in positive.parties if party in best), default=0.0), positive)
            for positive, best in zip(asked, answers, strict=True)
            if positive.kind == kind
        ]
        own.sort(key=lambda pair: pair[0])
        hits = sum(score >= ours.HIT_THRESHOLD for score, _ in own)
        yield f"\n== POSITIVES {kind}: {len(own)} queries, {hits / len(own):.1%} found at 0.70"
        yield from (f"{score:.3f}  {positive.query}  ~  {positive.listed}" for score, positive in own[:top])


def main() -> None:
    """Print the report, or write it to a file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shared", type=Path, required=True, help="folder that holds data/")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--negatives", type=int, default=2000, help="of each culture")
    parser.add_argument("--positives", type=int, default=300, help="of each kind of edit")
    parser.add_argument("--top", type=int, default=15)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    with options.out.open("w", encoding="utf-8") if options.out else sys.stdout as stream:
        for line in report(options.shared / "data", options.seed, options.negatives, options.positives, options.top):
            print(line, file=stream, flush=True)


if __name__ == "__main__":
    main()
