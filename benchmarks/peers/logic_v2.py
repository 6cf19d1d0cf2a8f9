"""The peer ``logic-v2`` of nomenklatura (what yente serves), run by the interpreter of its own environment.

Reads JSON lines, writes one JSON line for each:

- ``{"pair": [schema, name, name]}`` -> ``{"score": ..., "cpu": seconds}``
- ``{"list": FILE}``, a file of JSON lines ``[id, schema, [name, ...]]`` -> ``{"names": ..., "cpu": seconds}``
- ``{"query": [schema, name, least]}`` -> ``{"hits": {id: score}, "cpu": seconds, "wall": seconds}``
- ``{"memory": true}`` -> ``{"resident": bytes, "cpu": seconds since the process began}``

yente asks a search engine for candidates and scores the best 50. Its stand-in here: words, their metaphones and the
trigrams of words, weighed by rarity, cosine of query and name; the 50 parties with the best names are scored.
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from followthemoney.proxy import EntityProxy
from nomenklatura.matching import get_algorithm
from normality import ascii_text
from rigour.text import metaphone

CANDIDATES = 50
EXAMPLES = {"Person": "One Example", "Company": "Example Trading Ltd.", "LegalEntity": "Example", "Vessel": "Example"}


def keys(name: str) -> list[str]:
    """What a name is found by."""
    found = []
    for word in "".join(c if c.isalnum() else " " for c in (ascii_text(name) or "").casefold()).split():
        padded = f"^{word}$"
        found += [f"w:{word}", f"p:{metaphone(word)}", *(padded[i : i + 3] for i in range(len(padded) - 2))]
    return found


class Candidates:
    """Names by their keys."""

    def __init__(self, names: list[str]) -> None:
        postings: dict[str, list[int]] = {}
        counted = [set(keys(name)) for name in names]
        for number, found in enumerate(counted):
            for key in found:
                postings.setdefault(key, []).append(number)
        self._rare = {key: float(np.log(len(names) / len(where)) + 0.1) for key, where in postings.items()}
        self._postings = {key: np.array(where, dtype=np.int32) for key, where in postings.items()}
        lengths = [sum(self._rare[key] ** 2 for key in found) ** 0.5 or 1.0 for found in counted]
        self._lengths = np.array(lengths, dtype=np.float32)

    def best(self, name: str) -> list[int]:
        """Numbers of the most alike names, best first; four times as many as parties are wanted."""
        total = np.zeros(len(self._lengths), dtype=np.float32)
        for key in Counter(keys(name)):
            if key in self._postings:
                total[self._postings[key]] += self._rare[key] ** 2
        total /= self._lengths
        wanted = min(4 * CANDIDATES, len(total))
        top = np.argpartition(-total, wanted - 1)[:wanted]
        return [int(number) for number in top[np.argsort(-total[top])] if total[number] > 0]


class Peer:
    """Answers requests."""

    def __init__(self) -> None:
        self._algorithm = get_algorithm("logic-v2")
        self._config = self._algorithm.default_config()
        self._made = 0
        self._parties: list[Any] = []
        self._owners: list[int] = []
        self._names = Candidates([])
        # The first comparison of a kind loads tables: it is not timed.
        for schema, name in EXAMPLES.items():
            self._compare(self._entity(schema, [name]), self._entity(schema, [f"Another {name}"]))

    def _entity(self, schema: str, names: list[str], key: str = "") -> Any:
        # The peer remembers what it computed for an entity by its id alone: every one needs its own.
        self._made += 1
        data = {"id": key or f"made-{self._made}", "schema": schema, "properties": {"name": names}}
        return EntityProxy.from_dict(data)

    def _compare(self, one: Any, other: Any) -> float:
        return float(self._algorithm.compare(one, other, self._config).score)

    def pair(self, schema: str, left: str, right: str) -> dict[str, Any]:
        """One pair of names."""
        one, other = self._entity(schema, [left]), self._entity(schema, [right])
        start = time.process_time()
        score = self._compare(one, other)
        return {"score": score, "cpu": time.process_time() - start}

    def load(self, file: str) -> dict[str, Any]:
        """A list of parties."""
        start = time.process_time()
        names: list[str] = []
        for line in Path(file).read_text(encoding="utf-8").splitlines():
            key, schema, own = json.loads(line)
            self._owners += [len(self._parties)] * len(own)
            self._parties.append(self._entity(schema, own, key))
            names += own
        self._names = Candidates(names)
        return {"names": len(names), "cpu": time.process_time() - start}

    def query(self, schema: str, name: str, least: float) -> dict[str, Any]:
        """One name against the list."""
        start, wall = time.process_time(), time.perf_counter()
        asked = self._entity(schema, [name])
        likely = list(dict.fromkeys(self._owners[number] for number in self._names.best(name)))[:CANDIDATES]
        scored = ((self._parties[number], self._compare(asked, self._parties[number])) for number in likely)
        hits = {party.id: score for party, score in scored if score >= least}
        return {"hits": hits, "cpu": time.process_time() - start, "wall": time.perf_counter() - wall}


def resident() -> int:
    """Bytes of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


def main() -> None:
    """Answer every line."""
    peer = Peer()
    for line in sys.stdin:
        asked = json.loads(line)
        if "pair" in asked:
            answer = peer.pair(*asked["pair"])
        elif "list" in asked:
            answer = peer.load(asked["list"])
        elif "query" in asked:
            answer = peer.query(*asked["query"])
        else:
            answer = {"resident": resident(), "cpu": time.process_time()}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
