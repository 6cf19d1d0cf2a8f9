"""How well plain words find an entry.

``python -m benchmarks.items [--shared FOLDER] [--text DATA_DIR] [--misses PART]``

The queries are ours (``item_queries.csv``), in engineers' words, with the right entries, or ``NOLIST`` where no entry
names the thing, or ``NOTHING`` where no answer is right. A hit on a sub-paragraph of a right entry is right. Parts:

- ``tune`` and ``held`` were written before any trade word; the misses of ``held`` (three in ten, by a hash) were never
  looked at.
- ``second``, ``third`` and ``fourth`` were written later, worded away from the tables. Each was measured before its
  misses were read (first figures: docs/adr/0011-item-search.md) and has been tuned on since.
- ``last`` was written after all tuning and measured once; its misses were never looked at.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import json
import math
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process, utils

from enduse.items.catalogue import descriptions
from enduse.items.fulltext import FullText, load_full_text
from enduse.items.search import NO_LIST, search_items
from enduse.items.topics import topics

QUERIES = Path(__file__).with_name("item_queries.csv")
DEPTH = 20
Ranking = Callable[[str], Sequence[str]]


@dataclass(frozen=True)
class Query:
    """A labelled query."""

    text: str
    expected: tuple[str, ...]
    kind: str
    language: str
    part: str


@dataclass(frozen=True)
class Measured:
    """Recall at 1, 3, 5 and the mean reciprocal rank of one system on some queries."""

    queries: int
    at_1: float
    at_3: float
    at_5: float
    mrr: float


def queries() -> list[Query]:
    """Every labelled query."""
    with QUERIES.open(encoding="utf-8", newline="") as stream:
        return [
            Query(row["query"], tuple(row["expected"].split(";")), row["kind"], row["language"], row["part"])
            for row in csv.DictReader(stream)
        ]


def rank(found: Sequence[str], expected: Sequence[str]) -> int:
    """Place of the first right answer, from 1; 0 where there is none."""
    for place, code in enumerate(found, start=1):
        if any(code == right or code.startswith(f"{right}.") for right in expected):
            return place
    return 0


def measure(system: Ranking, asked: Sequence[Query]) -> Measured:
    """Ask every query."""
    places = [rank(system(query.text), query.expected) for query in asked]
    count = len(places) or 1

    def within(limit: int) -> float:
        return sum(1 for place in places if 0 < place <= limit) / count

    return Measured(len(places), within(1), within(3), within(5), sum(1 / place for place in places if place) / count)


def ours(text: str, official: FullText | None = None) -> list[str]:
    """The product's search, hits that it calls loose included."""
    hits = search_items(text, DEPTH, official).hits
    return ["NOLIST" if hit.item.code == NO_LIST else hit.item.code for hit in hits]


def answers(text: str) -> bool:
    """Whether the product names a candidate, and not only what is loosely near."""
    return any(hit.strong for hit in search_items(text).hits)


def documents() -> list[tuple[str, str]]:
    """Everything that our search knows, as plain texts with the code that each leads to."""
    found = [
        ("NOLIST" if item.code == "EAR99" else item.code, f"{item.code} {item.description} {' '.join(item.keywords)}")
        for item in descriptions()
    ]
    for topic in topics():
        code = "NOLIST" if topic.outcome == "unlisted" else topic.candidates[0]
        found += [(code, phrase) for phrase in (topic.title, *topic.phrases)]
    return found


def token_set(known: Sequence[tuple[str, str]]) -> Ranking:
    """Baseline: rapidfuzz ``token_set_ratio``."""
    texts = [utils.default_process(text) for _, text in known]

    def ranking(text: str) -> list[str]:
        found = process.extract(utils.default_process(text), texts, scorer=fuzz.token_set_ratio, limit=200)
        codes = dict.fromkeys(known[place][0] for _, score, place in found if score >= 60)
        return list(codes)[:DEPTH]

    return ranking


def plain_bm25(known: Sequence[tuple[str, str]]) -> Ranking:
    """Baseline: BM25 of lower-case words."""
    bags = [Counter(utils.default_process(text).split()) for _, text in known]
    mean = sum(sum(bag.values()) for bag in bags) / len(bags)
    holding = Counter(word for bag in bags for word in bag)

    def ranking(text: str) -> list[str]:
        wanted = utils.default_process(text).split()
        scores: dict[str, float] = {}
        for (code, _), bag in zip(known, bags, strict=True):
            length = sum(bag.values()) / mean
            score = sum(
                math.log(1 + (len(bags) - holding[word] + 0.5) / (holding[word] + 0.5))
                * bag[word]
                * 2.2
                / (bag[word] + 1.2 * (0.25 + 0.75 * length))
                for word in wanted
                if word in bag
            )
            if score > scores.get(code, 0.0):
                scores[code] = score
        return sorted(scores, key=lambda code: (-scores[code], code))[:DEPTH]

    return ranking


def official_queries(shared: Path) -> list[Query]:
    """Official paragraphs as queries: the first 25 words of each, and the entry that it stands in.

    A check with words that are not ours: headings of the edition of 2025-09-29, to the first sub-paragraph.
    """
    with gzip.open(shared / "data" / "us_ear" / "ccl_2025-09-29_nodes.json.gz") as stream:
        nodes = json.load(stream)
    seen: dict[str, Query] = {}
    for node in nodes:
        words = [
            word
            for word in (node["heading"] or "").replace("“", "").replace("”", "").split()
            if word[:5] != node["eccn"][:5]
        ]
        text = " ".join(words[:25])
        if len(words) >= 4 and "[Reserved]" not in text and node["eccn"].count(".") <= 1:
            seen.setdefault(node["eccn"], Query(text, (node["eccn"][:5],), "official", "en", "official"))
    return list(seen.values())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path)
    parser.add_argument("--text", type=Path, help="data directory in which `enduse items sync` has read the list")
    parser.add_argument("--misses", default="")
    chosen = parser.parse_args()
    everything = [query for query in queries() if query.expected != ("NOTHING",)]
    nothing = [query for query in queries() if query.expected == ("NOTHING",)]
    parts = {
        part: [query for query in everything if query.part == part]
        for part in ("tune", "held", "second", "third", "fourth", "last")
    }
    parts["all"] = everything
    if chosen.shared:
        parts["official"] = official_queries(chosen.shared)[::3]
    known = documents()
    items = known[: len(descriptions())]
    systems: dict[str, Ranking] = {"enduse": ours}
    if chosen.text and (official := load_full_text(chosen.text)):
        systems["enduse with the official text"] = lambda text: ours(text, official)
    systems |= {
        "BM25 of the same texts": plain_bm25(known),
        "token_set_ratio of the same texts": token_set(known),
        "BM25 of descriptions and keywords": plain_bm25(items),
        "token_set_ratio of descriptions and keywords": token_set(items),
    }
    print("| queries | system | n | @1 | @3 | @5 | MRR |\n|---|---|---|---|---|---|---|")
    for part, asked in parts.items():
        for name, system in systems.items():
            m = measure(system, asked)
            print(f"| {part} | {name} | {m.queries} | {m.at_1:.3f} | {m.at_3:.3f} | {m.at_5:.3f} | {m.mrr:.3f} |")
    print(f"\ncandidates named: {sum(answers(query.text) for query in everything)} of {len(everything)} queries;")
    print(f"and {sum(answers(query.text) for query in nothing)} of {len(nothing)} for which no answer is right")
    started = time.perf_counter()
    for query in everything:
        search_items(query.text)
    print(f"\n{(time.perf_counter() - started) / len(everything) * 1000:.1f} ms a query")
    for query in parts.get(chosen.misses, []):
        place = rank(ours(query.text), query.expected)
        if place != 1:
            print(place, query.text, "|", ";".join(query.expected), "|", ours(query.text)[:5])


if __name__ == "__main__":
    main()
