"""``make bench``, screening: accuracy and speed beside the peers, in one run.

Accuracy: labelled name pairs and queries made from listed names by nine kinds of edit, against persons who are on no
list. Speed: one query after another over listed names. Peers: rapidfuzz's ``WRatio`` and ``token_sort_ratio`` after
ASCII folding, over all names. Data: the folder that ``ENDUSE_SHARED`` names (evaluation pairs and official lists);
without it, made-up companies only, and the output says so.

Thresholds for false-positive rates are fixed on one half of the negatives and reported on the other; seeds are fresh
for every run unless ``--seed`` is given. With ``ENDUSE_PEER_PYTHON`` (an interpreter that has nomenklatura) the pairs
are scored by its ``logic-v2`` too.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import platform
import random
import resource
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from anyascii import anyascii
from rapidfuzz import fuzz, process

from enduse.lists.shelf import Shelf
from enduse.lists.sync import sync_from_dir
from enduse.model.match import HIT_THRESHOLD, Query
from enduse.model.party import ListedParty, PartyKind
from enduse.screen.index import Screener
from enduse.screen.normalise import tokens, weights_version
from enduse.screen.score import compare_names, score_of

RESULTS = Path(__file__).parent / "results"
_KINDS = {"Person": "person", "Company": "company", "Organization": "company", "Vessel": "vessel"}
_TIERS = [(True, "STRONG"), (True, "MEDIUM"), (True, "WEAK"), (False, "WEAK"), (False, "MEDIUM"), (False, "STRONG")]
_SPELLINGS = [
    *[
        ("kh", "h"),
        ("ou", "u"),
        ("u", "ou"),
        ("ee", "i"),
        ("i", "y"),
        ("y", "i"),
        ("sh", "sch"),
        ("k", "q"),
        ("v", "w"),
    ],
    *[("w", "v"), ("ph", "f"), ("f", "ph"), ("c", "k"), ("z", "s"), ("mm", "m"), ("ss", "s"), ("e", "a"), ("o", "u")],
]
_LOOKALIKE = str.maketrans("aeopcxyi", "аеорсхуі")


def folded(name: str) -> str:
    """A name for the peers: ASCII, lower case."""
    return anyascii(name).casefold()


# --- labelled pairs


def pairs(path: Path, score: Callable[[dict[str, str]], float]) -> dict[str, Any]:
    """Precision, recall, F1 at the threshold, AUC, misses of the strong tier, mean score by tier."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    scored = [(score(row), row["is_match"] == "true", row["quality"]) for row in rows]
    hits = [(value >= HIT_THRESHOLD, match) for value, match, _ in scored]
    right, wrong = hits.count((True, True)), hits.count((True, False))
    missed = hits.count((False, True))
    positive = [value for value, match, _ in scored if match]
    negative = [value for value, match, _ in scored if not match]
    above = sum((p > n) + 0.5 * (p == n) for p in positive for n in negative)
    tiers = [[value for value, match, quality in scored if (match, quality) == tier] for tier in _TIERS]
    means = [round(sum(tier) / len(tier), 3) if tier else None for tier in tiers]
    precision, recall = right / max(1, right + wrong), right / max(1, right + missed)
    return {
        "pairs": len(rows),
        "precision": round(precision, 3),
        "recall": round(recall, 3),
        "f1": round(2 * precision * recall / max(1e-9, precision + recall), 3),
        "auc": round(above / (len(positive) * len(negative)), 3),
        "strong_misses": sum(
            value < HIT_THRESHOLD for value, match, quality in scored if match and quality == "STRONG"
        ),
        "mean_by_tier": means,
    }


def logic_v2(interpreter: str, path: Path) -> dict[str, Any]:
    """The same figures for nomenklatura's ``logic-v2``, run in an environment of its own."""
    with path.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    asked = "".join(
        json.dumps({key: row[key] for key in ("schema", "name1", "name2")}, ensure_ascii=False) + "\n" for row in rows
    )
    driver = Path(__file__).parent / "peer_logic_v2.py"
    done = subprocess.run([interpreter, str(driver)], input=asked, capture_output=True, text=True, check=True)
    *scores, last = done.stdout.splitlines()
    found = iter(map(float, scores))
    figures = pairs(path, lambda _: next(found))
    return figures | {"microseconds_per_pair": round(json.loads(last)["cpu_seconds"] / len(rows) * 1e6)}


# --- made-up queries


class Edits:
    """Nine ways in which a listed name is written otherwise."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.kinds: dict[str, Callable[[str], str]] = {
            "initials": self.initials,
            "one typo": self.typo,
            "two typos": lambda name: self.typo(self.typo(name)),
            "reorder": self.reorder,
            "reorder + typo": lambda name: self.typo(self.reorder(name)),
            "transliteration": self.transliteration,
            "dropped token": self.dropped,
            "homoglyph": self.homoglyph,
            "joined": self.joined,
        }

    def typo(self, name: str) -> str:
        """One letter replaced, left out, added, or swapped with the next."""
        place = self.chance.choice([i for i, character in enumerate(name) if character.isalpha()] or [0])
        letter, kind = self.chance.choice("abcdefghijklmnopqrstuvwxyz"), self.chance.randrange(4)
        middle = [letter, "", letter + name[place : place + 1], name[place + 1 : place + 2] + name[place : place + 1]]
        return name[:place] + middle[kind] + name[place + (2 if kind == 3 else 1) :]

    def reorder(self, name: str) -> str:
        """The words in another order."""
        words = name.replace(",", " ").split()
        shuffled = list(words)
        while shuffled == words and len(set(words)) > 1:
            self.chance.shuffle(shuffled)
        return " ".join(shuffled)

    def initials(self, name: str) -> str:
        """Given names by their first letters; the first given name stays where there are several."""
        last, _, given = name.partition(",")
        words = [*given.split(), *last.split()] if given else name.split()
        kept = words[:1] if len(words) > 2 else []
        return " ".join([*kept, *(f"{word[0]}." for word in words[len(kept) : -1]), words[-1]])

    def transliteration(self, name: str) -> str:
        """Two spellings of sounds exchanged."""
        found = name.casefold()
        usable = [pair for pair in _SPELLINGS if pair[0] in found]
        for old, new in self.chance.sample(usable, min(2, len(usable))):
            found = found.replace(old, new, 1)
        return found

    def dropped(self, name: str) -> str:
        """One word left out, where three remain or more."""
        words = name.replace(",", " ").split()
        place = self.chance.randrange(len(words))
        return " ".join(words[:place] + words[place + 1 :]) if len(words) > 2 else name

    def homoglyph(self, name: str) -> str:
        """Up to two letters from another alphabet that look the same."""
        found = name.casefold()
        places = [i for i, character in enumerate(found) if character in "aeopcxyi"]
        for place in self.chance.sample(places, min(2, len(places))):
            found = found[:place] + found[place].translate(_LOOKALIKE) + found[place + 1 :]
        return found

    def joined(self, name: str) -> str:
        """Two neighbouring words without the blank between them."""
        words = name.replace(",", " ").split()
        place = self.chance.randrange(len(words) - 1)
        return " ".join([*words[:place], words[place] + words[place + 1], *words[place + 2 :]])


def best_scores(screener: Screener, queries: Iterable[str], least: float = 0.4) -> list[dict[int, float]]:
    """For each query, the best name score of every party at or above ``least``."""
    found = []
    for query in queries:
        asked, best = tokens(query), dict[int, float]()
        for number in screener.candidates(query, least):
            party = screener.party_of(number)
            best[party] = max(best.get(party, 0.0), score_of(asked, tokens(screener.name(number))))
        found.append(best)
    return found


def recall_at(
    positives: Sequence[tuple[str, float]], negatives: Sequence[float], rate: float, chance: random.Random
) -> dict[str, Any]:
    """Recall over all queries and by kind of edit, at a threshold fixed on half of the negatives."""
    shuffled = list(negatives)
    chance.shuffle(shuffled)
    fixing, reporting = shuffled[: len(shuffled) // 2], shuffled[len(shuffled) // 2 :]
    threshold = sorted(fixing, reverse=True)[int(len(fixing) * rate)]
    kinds = sorted({kind for kind, _ in positives})
    by_kind = {
        kind: round(sum(score > threshold for name, score in positives if name == kind) / max(1, count), 3)
        for kind in kinds
        for count in [sum(name == kind for name, _ in positives)]
    }
    return {
        "threshold": round(threshold, 3),
        "false_positive_rate": round(sum(score > threshold for score in reporting) / len(reporting), 4),
        "recall": round(sum(score > threshold for _, score in positives) / len(positives), 3),
        "worst_kind": min(by_kind.values()),
        "by_kind": by_kind,
    }


def speed(run: Callable[[str], object], queries: Sequence[str]) -> dict[str, Any]:
    """Queries a second on one core, and the time of one query at three percentiles, in milliseconds."""
    taken = []
    start = time.process_time()
    for query in queries:
        one = time.perf_counter()
        run(query)
        taken.append((time.perf_counter() - one) * 1000)
    total = time.process_time() - start
    taken.sort()
    at = {f"p{share}_ms": round(taken[min(len(taken) - 1, len(taken) * share // 100)], 2) for share in (50, 95, 99)}
    return {"queries_per_second": round(len(queries) / total), **at}


def listed(shared: Path, folder: Path) -> list[ListedParty]:
    """The parties of the OFAC and UN editions at hand: about 35,000 names."""
    sync_from_dir(folder, shared / "data", today=time_of_run())
    wanted = ("us_ofac_sdn:", "un_sc:")
    return [party for party in Shelf.open(folder).parties() if party.id.startswith(wanted)]


def time_of_run() -> Any:
    """Today's date, for the age of editions."""
    import datetime as dt

    return dt.datetime.now(tz=dt.UTC).date()


def main() -> None:
    """Run everything and write the results."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--shared", type=Path, required=True, help="folder that holds data/ with official lists")
    parser.add_argument("--seed", type=int, default=time.time_ns() % 1_000_000)
    parser.add_argument("--queries", type=int, default=120, help="of each kind of edit")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    evaluation = options.shared / "data" / "evaluation"
    result: dict[str, Any] = {
        "machine": f"{platform.machine()}, Python {platform.python_version()}",
        "seed": options.seed,
        "weights": weights_version(),
    }
    result["pairs"] = {
        "enduse": pairs(
            evaluation / "name_pairs_dev.csv",
            lambda row: compare_names(row["name1"], row["name2"], kind=_KINDS.get(row["schema"], "any")).score,
        ),
        "WRatio": pairs(
            evaluation / "name_pairs_dev.csv",
            lambda row: fuzz.WRatio(folded(row["name1"]), folded(row["name2"])) / 100,
        ),
        "token_sort_ratio": pairs(
            evaluation / "name_pairs_dev.csv",
            lambda row: fuzz.token_sort_ratio(folded(row["name1"]), folded(row["name2"])) / 100,
        ),
    }
    if peer := os.environ.get("ENDUSE_PEER_PYTHON"):
        result["pairs"]["logic-v2"] = logic_v2(peer, evaluation / "name_pairs_dev.csv")
    with tempfile.TemporaryDirectory() as folder:
        parties = listed(options.shared, Path(folder))
        start = time.process_time()
        screener = Screener(parties)
        built = time.process_time() - start
        screener.save(Path(folder) / "index")
        start = time.process_time()
        screener = Screener.load(Path(folder) / "index")
        opened = time.process_time() - start
        names = [name.text for party in parties for name in party.names]
        result["index"] = {
            "parties": len(parties),
            "names": len(names),
            "build_cpu_seconds": round(built, 2),
            "open_cpu_seconds": round(opened, 3),
            "bytes": sum(file.stat().st_size for file in (Path(folder) / "index").iterdir()),
        }
        result["queries"] = queries_made(parties, screener, evaluation, options.queries, chance)
        sample = [Edits(chance).typo(name) for name in chance.sample(names, 400)]
        plain = [folded(name) for name in names]
        result["speed"] = {
            "enduse": speed(lambda name: screener.screen(Query(name)), sample),
            "WRatio": speed(
                lambda name: process.extract(folded(name), plain, scorer=fuzz.WRatio, score_cutoff=70, limit=None),
                sample[:40],
            ),
            "token_sort_ratio": speed(
                lambda name: process.extract(
                    folded(name), plain, scorer=fuzz.token_sort_ratio, score_cutoff=70, limit=None
                ),
                sample[:40],
            ),
        }
    result["resident_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    RESULTS.mkdir(exist_ok=True)
    text = json.dumps(result, indent=1)
    (RESULTS / "screening.json").write_text(text + "\n", encoding="utf-8")
    print(text)


def queries_made(
    parties: Sequence[ListedParty], screener: Screener, evaluation: Path, count: int, chance: random.Random
) -> dict[str, Any]:
    """Recall of altered listed names at the false-positive rates of two sets of unlisted persons."""
    edits = Edits(chance)
    people = [party.name for party in parties if party.kind is PartyKind.PERSON and len(party.name.split()) > 1]
    others = [party.name for party in parties if party.kind is PartyKind.COMPANY and len(party.name.split()) > 1]
    ascii_people, ascii_others = ([name for name in group if name.isascii()] for group in (people, others))
    owners: dict[str, set[int]] = {}
    for number, party in enumerate(parties):
        owners.setdefault(party.name, set()).add(number)
    asked = [
        (kind, name, alter(name))
        for kind, alter in edits.kinds.items()
        for name in [
            *chance.sample(ascii_people, count),
            *(chance.sample(ascii_others, count // 3) if kind != "initials" else ()),
        ]
    ]
    found = best_scores(screener, [query for _, _, query in asked])
    positives = [
        (kind, max((scores.get(owner, 0.0) for owner in owners[name]), default=0.0))
        for (kind, name, _), scores in zip(asked, found, strict=True)
    ]
    result: dict[str, Any] = {"positive_queries": len(asked)}
    for label, file in (
        ("invented persons", "yente_validation_negatives_us.csv"),
        ("members of a parliament", "yente_positives_us_congress_untreated.csv"),
    ):
        with (evaluation / file).open(encoding="utf-8", newline="") as stream:
            unlisted = [row["full_name"] for row in csv.DictReader(stream)]
        negatives = [max(scores.values(), default=0.0) for scores in best_scores(screener, unlisted)]
        result[label] = {
            "negatives": len(negatives),
            "at 1 %": recall_at(positives, negatives, 0.01, chance),
            "at 0.1 %": recall_at(positives, negatives, 0.001, chance),
            "rate at the default threshold": round(
                sum(score >= HIT_THRESHOLD for score in negatives) / len(negatives), 4
            ),
        }
    result["recall at the default threshold"] = round(
        sum(score >= HIT_THRESHOLD for _, score in positives) / len(positives), 3
    )
    return result


if __name__ == "__main__":
    main()
