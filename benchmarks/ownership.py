"""Who is owned in a graph of a million holdings: our closure beside the same closure on networkx, as a ratio.

``python -m benchmarks.ownership [--holdings N] [--seed N] [--table]``

The peer is the obvious program on a networkx graph: when somebody joins, add up what members hold in each entity that
this one holds, and let the entity join at half. networkx is no dependency: without it the same program runs on
dictionaries. Both must give the same answer.
"""

from __future__ import annotations

import argparse
import datetime as dt
import importlib
import random
import sys
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from enduse.model.truth import Truth
from enduse.ownership.bulk import Closure, Columns
from enduse.ownership.graph import Graph
from enduse.ownership.sources import read_owners
from enduse.ownership.stakes import UNIT, WHOLE, Threshold

HALF = Threshold(50 * UNIT)
MORE_THAN_HALF = Threshold(50 * UNIT, strict=True)
LISTED = 0.005
Result = TypeVar("Result")
Holding = tuple[int, int, int | None]
"""Holder, entity, and percent or None where it is unknown."""


def made_up(holdings: int, seed: int) -> tuple[list[Holding], list[int], int]:
    """Holdings, the listed, and how many entities there are: few holders of much, chains, some circles, unknown shares.

    Entities hold what has a greater number, so that there are chains; one holding in fifty goes the other way.
    """
    chance = random.Random(seed)
    found: list[Holding] = []
    entity = 1
    while len(found) < holdings:
        left = 100
        for _ in range(chance.choice((1, 1, 2, 2, 3, 4))):
            share = left if chance.random() < 0.3 else chance.randint(0, left)
            near = max(entity - 1 - int(chance.expovariate(1 / 2_000)), 0)
            holder = near if chance.random() < 0.98 else entity + chance.randint(1, 1_000)
            found.append((holder, entity, None if chance.random() < 0.1 else share))
            left -= share
        entity += 1
    size = max(max(holder, owned) for holder, owned, _ in found) + 1
    return found, chance.sample(range(size), int(size * LISTED)), size


def columns_of(holdings: Iterable[Holding]) -> Columns:
    """The holdings as columns."""
    table = np.array([(holder, entity, -1 if share is None else share) for holder, entity, share in holdings], np.int64)
    unknown = table[:, 2] < 0
    low = np.where(unknown, 0, table[:, 2] * UNIT)
    high = np.where(unknown, WHOLE, low)
    closed = np.zeros(len(table), np.bool_)
    return Columns(table[:, 0], table[:, 1], low, high, closed, closed)


def on_networkx(graph: Any, listed: Iterable[int]) -> set[int]:
    """Who is owned for sure, on a ``networkx.DiGraph`` with the attribute ``share``."""
    members = set(listed)
    queue = deque(members)
    while queue:
        for entity in graph.successors(queue.popleft()):
            if entity not in members:
                held = sum(data["share"] for holder, _, data in graph.in_edges(entity, data=True) if holder in members)
                if held >= 50:
                    members.add(entity)
                    queue.append(entity)
    return members


class Dictionaries:
    """As much of a ``networkx.DiGraph`` as the peer needs."""

    def __init__(self) -> None:
        self._out: dict[int, dict[int, dict[str, int]]] = {}
        self._into: dict[int, dict[int, dict[str, int]]] = {}

    def add_edge(self, holder: int, entity: int, share: int) -> None:
        """Add a holding."""
        data = {"share": share}
        self._out.setdefault(holder, {})[entity] = data
        self._into.setdefault(entity, {})[holder] = data

    def has_edge(self, holder: int, entity: int) -> bool:
        """Whether there is such a holding."""
        return entity in self._out.get(holder, ())

    def __getitem__(self, holder: int) -> dict[int, dict[str, int]]:
        return self._out[holder]

    def successors(self, holder: int) -> Iterable[int]:
        """What somebody holds."""
        return self._out.get(holder, {})

    def in_edges(self, entity: int, *, data: bool) -> Iterable[tuple[int, int, dict[str, int]]]:
        """Who holds something in an entity."""
        assert data
        return ((holder, entity, about) for holder, about in self._into.get(entity, {}).items())


def timed(what: Callable[[], Result]) -> tuple[Result, float]:
    """The result, and the seconds of processor time it took."""
    start = time.process_time()
    result = what()
    return result, time.process_time() - start


def peer_graph(holdings: Iterable[Holding], size: int) -> Any:
    """The holdings in the peer's graph; parcels of one holder are added up."""
    try:
        graph = importlib.import_module("networkx").DiGraph()
        graph.add_nodes_from(range(size))
    except ModuleNotFoundError:
        graph = Dictionaries()
    for holder, entity, share in holdings:
        if graph.has_edge(holder, entity):
            graph[holder][entity]["share"] += share or 0
        else:
            graph.add_edge(holder, entity, share=share or 0)
    return graph


def table_seconds(holdings: Iterable[Holding], listed: Iterable[int]) -> dict[str, float]:
    """Seconds of processor time from a CSV file to the graph of a day, and to one answer."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "owners.csv"
        with path.open("w", encoding="utf-8") as stream:
            stream.write("owner,owned,percent\n")
            stream.writelines(
                f"Company {holder},Company {entity},{'unknown' if share is None else share}\n"
                for holder, entity, share in holdings
            )
        reading, read = timed(lambda: read_owners(path))
        graph, linked = timed(lambda: Graph([reading]))
        holding, day = timed(lambda: graph.on(dt.date(2026, 1, 1)))
        del holding, listed
        return {"read the table": read, "link entities": linked, "take the day": day}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--holdings", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=20)
    parser.add_argument("--table", action="store_true", help="measure reading a table of them too")
    options = parser.parse_args()
    holdings, listed, size = made_up(options.holdings, options.seed)
    print(f"{len(holdings):,} holdings, {size:,} entities, {len(listed):,} listed")
    columns = columns_of(holdings)
    closure, indexed = timed(lambda: Closure(columns, size))
    together, ours = timed(lambda: closure.together(listed, [], HALF))
    alone, apart = timed(lambda: closure.each_alone(listed, [], MORE_THAN_HALF))
    graph, built = timed(lambda: peer_graph(holdings, size))
    peer, theirs = timed(lambda: on_networkx(graph, listed) - set(listed))
    mine = set(together[Truth.TRUE].tolist())
    name = type(graph).__module__.partition(".")[0]
    for label, found in (("added up", together), ("each person alone", alone)):
        counts = {truth.value: len(numbers) for truth, numbers in found.items()}
        print(f"  {label}: owned {counts['true']:,}, may be owned {counts['unknown']:,}")
    print(f"  index {indexed:.2f} s; added up {ours:.2f} s; each person alone {apart:.2f} s")
    print(f"  {name}: graph {built:.2f} s, added up without the unknown {theirs:.2f} s")
    print(f"  ratio with index and graph {(built + theirs) / (indexed + ours):.1f}, without {theirs / ours:.1f}")
    if options.table:
        print("  " + "; ".join(f"{what} {taken:.1f} s" for what, taken in table_seconds(holdings, listed).items()))
    if mine != peer:
        print(f"DIFFERENT: {len(mine - peer):,} ours alone, {len(peer - mine):,} theirs alone")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
