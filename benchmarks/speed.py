"""Speed and memory: one query after another on one core, beside the peers, and by the size of the list."""

from __future__ import annotations

import gc
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rapidfuzz import process

from benchmarks import measures, ours, scale
from benchmarks.edits import Edits
from benchmarks.engines import folded
from benchmarks.peers import client
from benchmarks.recall import SCHEMAS, STRING_MEASURES
from enduse.model.party import ListedParty


def fresh(arguments: Sequence[str], given: str = "") -> dict[str, Any]:
    """What a new process of :mod:`benchmarks.fresh` measures."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.fresh", *arguments],
        input=given,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def queries(names: Sequence[str], number: int, chance: random.Random) -> list[str]:
    """Names to ask for, none of them twice: half altered listed names, half invented ones that are not listed."""
    edits = list(Edits(chance).kinds.values())
    long = [name for name in names if len(name.split()) > 1]
    altered = [chance.choice(edits)(name) for name in chance.sample(long, min(len(long), number // 2))]
    others = scale.names_of(chance.randrange(2**40))
    asked = dict.fromkeys([*altered, *(next(others)[0] for _ in range(number - len(altered)))])
    mixed = [name for name in asked if any(c.isalnum() for c in name)]
    chance.shuffle(mixed)
    return mixed


def timed(run: Callable[[str], object], asked: Sequence[str]) -> dict[str, Any]:
    """Queries a second on one core (CPU time), and percentiles of one query (wall clock).

    What the process held before, lists and queries of the whole run, is not searched for garbage meanwhile: no user's
    process holds it.
    """
    gc.collect()
    gc.freeze()
    taken, start = [], time.process_time()
    try:
        for name in asked:
            one = time.perf_counter()
            run(name)
            taken.append(time.perf_counter() - one)
        spent = time.process_time() - start
    finally:
        gc.unfreeze()
    return {"queries": len(asked), "queries_per_second": round(len(asked) / spent, 1), **measures.percentiles(taken)}


def side_by_side(
    parties: Sequence[ListedParty], index: Path, counts: dict[str, int], chance: random.Random, folder: Path
) -> dict[str, Any]:
    """Every engine on the list of the accuracy figures.

    Args:
        counts: how many queries each engine is asked; slow ones get fewer.
    """
    names = [name.text for party in parties for name in party.names]
    screener = ours.open_index(index)
    for name in queries(names, 50, chance):  # tables load, pages are mapped
        ours.screen(screener, name)
    found: dict[str, Any] = {"parties": len(parties), "names": len(names)}
    found["enduse"] = timed(lambda name: ours.screen(screener, name), queries(names, counts["enduse"], chance))
    found["enduse"] |= {"bulk_queries_per_second": bulk(screener, queries(names, counts["enduse"], chance))}
    found["enduse"] |= fresh(["answer", str(index)], "\n".join(queries(names, 200, chance)))
    plain = [folded(name) for name in names]
    for label, scorer in STRING_MEASURES.items():
        found[label] = timed(_scan(plain, scorer), queries(names, counts[label], chance))
    found["logic-v2"] = logic_v2(parties, queries(names, counts["logic-v2"], chance), folder / "speed.json")
    for label in ("logic-v2", *STRING_MEASURES):
        if found[label]:
            found["enduse"][f"times_{label}"] = round(
                found["enduse"]["queries_per_second"] / found[label]["queries_per_second"], 1
            )
    return found


def _scan(plain: Sequence[str], scorer: Any) -> Callable[[str], object]:
    """A scan of all names by a string measure."""

    def run(name: str) -> object:
        return process.extract(folded(name), plain, scorer=scorer, score_cutoff=70, limit=None)

    return run


def bulk(screener: ours.Screener, asked: Sequence[str]) -> float:
    """Queries a second when many are asked at once."""
    start = time.process_time()
    ours.all_hits(screener, asked)
    return round(len(asked) / (time.process_time() - start), 1)


def logic_v2(parties: Sequence[ListedParty], asked: Sequence[str], file: Path) -> dict[str, Any] | None:
    """nomenklatura's ``logic-v2`` with 50 candidates; its cold start is import and first comparison."""
    listing = (
        (party.id, SCHEMAS.get(party.kind.value, "LegalEntity"), [name.text for name in party.names])
        for party in parties
    )
    answers = client.logic_v2(
        [
            {"memory": True},
            {"list": str(client.write_list(file, listing))},
            *({"query": ["LegalEntity", name, ours.HIT_THRESHOLD]} for name in asked),
            {"memory": True},
        ]
    )
    if answers is None:
        return None
    first, loaded, *each, last = answers
    return {
        "queries": len(asked),
        "queries_per_second": round(len(each) / sum(answer["cpu"] for answer in each), 1),
        **measures.percentiles([answer["wall"] for answer in each]),
        "cold_start_cpu_seconds": round(first["cpu"], 2),
        "load_cpu_seconds": round(loaded["cpu"], 2),
        "after_all": {"resident_mb": round(last["resident"] / 1024**2, 1)},
    }


def made_up_index(names: int, seed: int, folder: Path) -> tuple[Path, dict[str, Any]]:
    """The index of a made-up list of ``names`` names, and what building it took."""
    index = folder / f"index-{names}"
    return index, fresh(["build", str(names), str(seed), str(index)])


def by_size(index: Path, names: int, number: int, seed: int) -> dict[str, Any]:
    """Ask an index of ``names`` names; every measurement has queries of its own."""
    screener = ours.open_index(index)
    chance = random.Random(f"queries {seed}")

    def asked(count: int) -> list[str]:
        listed = [screener.name(number) for number in chance.sample(range(names), min(names, 2 * count))]
        return queries(listed, count, chance)

    for name in asked(30):  # tables load, pages are mapped
        ours.screen(screener, name)
    return {
        "names": names,
        "parties": len(screener),
        **timed(lambda name: ours.screen(screener, name), asked(number)),
        "bulk_queries_per_second": bulk(screener, asked(number)),
        **fresh(["answer", str(index)], "\n".join(asked(200))),
    }
