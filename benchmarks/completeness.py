"""Whether retrieval keeps what scoring every name would find.

Scoring every pair of a large list takes hours, so pairs that share hardly a letter sequence are left out first, by a
measure that has nothing to do with the index; a random sample of what is left out is scored all the same, and what it
holds is reported.
"""

from __future__ import annotations

import functools
import multiprocessing
import random
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from benchmarks import ours
from benchmarks.edits import Edits
from benchmarks.engines import folded

LOOSE = 60
"""Pairs below this in rapidfuzz's ``token_set_ratio`` (0-100) are left out of brute force, but for the sample."""
SAMPLED = 100
"""Pairs drawn at random for each query from those left out."""


def against_brute_force(index: Path, names: int, queries: int, seed: int, processes: int) -> dict[str, Any]:
    """How much of what brute force finds at the threshold is among the candidates."""
    shares = [(index, names, max(1, queries // processes), seed + share) for share in range(processes)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        found = pool.map(_share, shares)
    total = {key: sum(part[key] for part in found) for key in found[0]}
    return {"names": names} | total | {"kept": round(1 - total["lost"] / max(1, total["found"]), 5)}


def _share(task: tuple[Path, int, int, int]) -> dict[str, int]:
    index, names, queries, seed = task
    chance, screener = random.Random(seed), ours.open_index(index)
    everything = [screener.name(number) for number in range(names)]
    plain = [folded(name) for name in everything]
    counts = {"queries": 0, "scored": 0, "found": 0, "lost": 0, "sampled_of_left_out": 0, "of_these_at_threshold": 0}
    for query in _altered(everything, queries, chance):
        alike = process.cdist([folded(query)], plain, scorer=fuzz.token_set_ratio, score_cutoff=LOOSE, dtype=np.uint8)[
            0
        ]
        likely = np.flatnonzero(alike).tolist()
        left_out = chance.sample(range(names), min(names, SAMPLED))
        sampled = [number for number in left_out if not alike[number]]
        above = {number for number in likely if ours.compare(query, everything[number]) >= ours.HIT_THRESHOLD}
        unexpected = {number for number in sampled if ours.compare(query, everything[number]) >= ours.HIT_THRESHOLD}
        kept = set(ours.candidates(screener, query, ours.HIT_THRESHOLD))
        counts["queries"] += 1
        counts["scored"] += len(likely) + len(sampled)
        counts["found"] += len(above | unexpected)
        counts["lost"] += len((above | unexpected) - kept)
        counts["sampled_of_left_out"] += len(sampled)
        counts["of_these_at_threshold"] += len(unexpected)
    return counts


def planted(index: Path, names: int, queries: int, seed: int) -> dict[str, Any]:
    """Altered listed names that score at the threshold: how many of the originals are among the candidates."""
    chance, screener = random.Random(seed), ours.open_index(index)
    found = lost = 0
    kinds = list(Edits(chance).kinds.values())
    while found < queries:
        number = chance.randrange(names)
        name = screener.name(number)
        if len(name.split()) < 2:
            continue
        query = chance.choice(kinds)(name)
        if ours.compare(query, name) >= ours.HIT_THRESHOLD:
            found += 1
            lost += number not in set(ours.candidates(screener, query, ours.HIT_THRESHOLD))
    return {"names": names, "queries": queries, "found": found, "lost": lost, "kept": round(1 - lost / found, 5)}


def _altered(names: list[str], number: int, chance: random.Random) -> Iterable[str]:
    kinds = list(Edits(chance).kinds.values())
    usable = functools.partial(chance.choice, [name for name in names if len(name.split()) > 1])
    return (chance.choice(kinds)(usable()) for _ in range(number))
