"""What is compared: our scorer and its peers, each as a function from pairs of names to scores."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from anyascii import anyascii
from rapidfuzz import fuzz

from benchmarks import ours
from benchmarks.peers import client

Pair = tuple[str, str, str]
"""FollowTheMoney's schema, or empty, and two names."""


@dataclass(frozen=True)
class Scores:
    """One engine's scores and the CPU seconds they took."""

    scores: list[float]
    cpu_seconds: float


def folded(name: str) -> str:
    """A name for the string peers: ASCII, lower case."""
    return anyascii(name).casefold()


def enduse(pairs: Sequence[Pair]) -> Scores:
    """``enduse.compare_names``, explanations built."""
    start = time.process_time()
    scores = [ours.compare(left, right, schema) for schema, left, right in pairs]
    return Scores(scores, time.process_time() - start)


def logic_v2(pairs: Sequence[Pair]) -> Scores | None:
    """nomenklatura's ``logic-v2``; None where it is absent."""
    answers = client.logic_v2({"pair": [schema or "LegalEntity", left, right]} for schema, left, right in pairs)
    if answers is None:
        return None
    return Scores([answer["score"] for answer in answers], sum(answer["cpu"] for answer in answers))


def _rapidfuzz(scorer: Callable[[str, str], float]) -> Callable[[Sequence[Pair]], Scores]:
    def run(pairs: Sequence[Pair]) -> Scores:
        start = time.process_time()
        scores = [scorer(folded(left), folded(right)) / 100 for _, left, right in pairs]
        return Scores(scores, time.process_time() - start)

    return run


ENGINES: dict[str, Callable[[Sequence[Pair]], Scores | None]] = {
    "enduse": enduse,
    "logic-v2": logic_v2,
    "WRatio": _rapidfuzz(fuzz.WRatio),
    "token_sort_ratio": _rapidfuzz(fuzz.token_sort_ratio),
}
"""By the name they have in the results."""
