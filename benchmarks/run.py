"""``make bench``: speed and memory as ratios against a peer in the same run.

Screening is compared with scoring every listed name by rapidfuzz's ``token_sort_ratio`` (what a script without an index
does); reading YAML with PyYAML's own safe loader. Data is made on the spot, so that the figures need no list.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import yaml
from rapidfuzz import fuzz, process

from enduse.formats.plain_yaml import load_yaml
from enduse.lists.starter import starter_parties
from enduse.model.citation import Citation
from enduse.model.match import Query
from enduse.model.party import ListedParty, Listing, Name, SourceReference
from enduse.screen.index import Screener

PARTIES = 20_000
QUERIES = 40


def cpu(work: Callable[[], object], repeat: int = 3) -> float:
    """Least CPU seconds of ``repeat`` runs."""
    best = float("inf")
    for _ in range(repeat):
        start = time.process_time()
        work()
        best = min(best, time.process_time() - start)
    return best


def made_up_parties(number: int) -> list[ListedParty]:
    """Companies with names put together from invented syllables."""
    chance = random.Random(1)
    syllables = [
        "ka",
        "ro",
        "mi",
        "tel",
        "san",
        "dor",
        "vex",
        "lin",
        "qua",
        "bor",
        "tis",
        "nem",
        "ura",
        "fol",
        "gri",
        "pax",
    ]
    tails = ["Trading Co Ltd", "Industries LLC", "Technology Group", "Shipping SA", "Electronics GmbH"]
    listing = Listing("EL", "TEST", Citation("made up"))
    parties = []
    for key in range(number):
        words = ["".join(chance.choices(syllables, k=chance.randint(2, 4))).title() for _ in range(2)]
        name = Name(f"{' '.join(words)} {chance.choice(tails)}")
        parties.append(ListedParty(f"made:{key}", (name,), (listing,), SourceReference("made")))
    return parties


def main() -> None:
    """Print one line per comparison."""
    parties = [*made_up_parties(PARTIES), *starter_parties()]
    names = [name.text for party in parties for name in party.names]
    tracemalloc.start()
    screener = Screener(parties)
    peak = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    queries = [Query(names[index * 401 % len(names)]) for index in range(QUERIES)]
    ours = cpu(lambda: [screener.screen(query) for query in queries])
    theirs = cpu(
        lambda: [
            process.extract(query.name, names, scorer=fuzz.token_sort_ratio, score_cutoff=70, limit=None)
            for query in queries
        ]
    )
    print(f"screen {QUERIES} names against {len(names):,}: {ours / theirs:.2f} x a full scan with token_sort_ratio")
    print(f"index of {len(parties):,} parties: peak {peak:.0f} MB while building")
    rules = Path(__file__).parents[1] / "conformance" / "golden-cases.yaml"
    text = rules.read_bytes()
    ratio = cpu(lambda: load_yaml(text, name="cases")) / cpu(lambda: yaml.load(text, Loader=yaml.CSafeLoader))
    print(f"read {len(text):,} bytes of YAML as text: {ratio:.2f} x PyYAML's CSafeLoader")


if __name__ == "__main__":
    main()
