"""Labelled name pairs: how well a score tells matches from others. Nothing is tuned here."""

from __future__ import annotations

import csv
import random
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import measures, ours
from benchmarks.engines import ENGINES, Scores
from benchmarks.listed import word_set
from enduse.model.party import ListedParty

TIERS = [(True, "STRONG"), (True, "MEDIUM"), (True, "WEAK"), (False, "WEAK"), (False, "MEDIUM"), (False, "STRONG")]
"""From the surest match to the surest other."""

FEW = 5
"""Categories of fewer pairs are put together."""


@dataclass(frozen=True)
class LabelledPair:
    """One row of the set."""

    line: int
    schema: str
    left: str
    right: str
    match: bool
    quality: str
    category: str


def read(file: Path) -> list[LabelledPair]:
    """The labelled pairs of a file."""
    with file.open(encoding="utf-8", newline="") as stream:
        return [
            LabelledPair(line, row["schema"], row["name1"], row["name2"], row["is_match"] == "true", *_notes(row))
            for line, row in enumerate(csv.DictReader(stream), start=2)
        ]


def _notes(row: dict[str, str]) -> tuple[str, str]:
    return row["quality"], row["category"]


def script(name: str) -> str:
    """The script of most letters."""
    letters = Counter(unicodedata.name(c, "OTHER").split()[0].title() for c in name if c.isalpha())
    return letters.most_common(1)[0][0] if letters else "None"


def report(file: Path) -> dict[str, Any]:
    """Every engine's figures on the same pairs."""
    rows = read(file)
    asked = [(row.schema, row.left, row.right) for row in rows]
    found: dict[str, Any] = {"pairs": len(rows), "disputed": disputed(rows)}
    for name, run in ENGINES.items():
        scores = run(asked)
        found[name] = figures(rows, scores) if scores else None
    return found


def figures(rows: Sequence[LabelledPair], scores: Scores) -> dict[str, Any]:
    """One engine's figures: overall, by kind, script, tier and category."""
    by_row = list(zip(scores.scores, rows, strict=True))
    scored = [(score, row.match) for score, row in by_row]
    tiers = [[score for score, row in by_row if (row.match, row.quality) == tier] for tier in TIERS]
    means = [round(sum(tier) / len(tier), 3) if tier else None for tier in tiers]
    common = Counter(row.category for row in rows if row.category)
    known = [mean for mean in means if mean is not None]
    return {
        **measures.at_threshold(scored, ours.HIT_THRESHOLD),
        "auc": measures.area_under_curve(scored),
        "strong_misses": sum(score < ours.HIT_THRESHOLD for score in tiers[0]),
        "mean_by_tier": means,
        "monotone": known == sorted(known, reverse=True),
        "microseconds_per_pair": round(scores.cpu_seconds / len(rows) * 1e6, 1),
        "at_one": round(sum(score >= 0.9995 for score, _ in scored) / len(rows), 3),
        "by_kind": _by(by_row, lambda row: row.schema),
        "by_script": _by(by_row, lambda row: " / ".join(sorted({script(row.left), script(row.right)}))),
        "by_tier": _by(by_row, lambda row: row.quality),
        "by_category": _by(by_row, lambda row: row.category if common[row.category] >= FEW else "other"),
        "curve": _thinned(measures.precision_recall_curve(scored)),
        "calibration": measures.calibration(scored),
    }


def _thinned(curve: list[tuple[float, float]], most: int = 60) -> list[tuple[float, float]]:
    """Points enough for a plot, the last among them."""
    return [*curve[:: max(1, len(curve) // most)], curve[-1]]


def _by(rows: Sequence[tuple[float, LabelledPair]], group: Callable[[LabelledPair], str]) -> dict[str, Any]:
    groups: dict[str, list[tuple[float, bool]]] = {}
    for score, row in rows:
        groups.setdefault(group(row), []).append((score, row.match))
    return {
        name: measures.at_threshold(scored, ours.HIT_THRESHOLD) | {"auc": measures.area_under_curve(scored)}
        for name, scored in sorted(groups.items())
    }


def disputed(rows: Sequence[LabelledPair]) -> list[list[int]]:
    """Lines whose labels contradict each other: the same two sets of words, once a match and once not.

    Also a line alone that calls a different party what holds the same words. Reported, never relabelled.
    """
    groups: dict[frozenset[frozenset[str]], list[LabelledPair]] = {}
    for row in rows:
        groups.setdefault(frozenset((word_set(row.left), word_set(row.right))), []).append(row)
    return [
        [row.line for row in group]
        for key, group in groups.items()
        if len({row.match for row in group}) > 1 or (len(key) == 1 and not all(row.match for row in group))
    ]


def cross_script(file: Path) -> dict[str, Any]:
    """Pairs across scripts, each with the least score it should have: how many reach it, and how many reach 0.70."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream) if len(row) >= 3 and not row[0].startswith("#")]
    found: dict[str, Any] = {"pairs": len(rows)}
    for name, run in ENGINES.items():
        scores = run([("Person", row[0], row[1]) for row in rows])
        found[name] = scores and {
            "reached": sum(score >= float(row[2]) for score, row in zip(scores.scores, rows, strict=True)),
            "at_threshold": sum(score >= ours.HIT_THRESHOLD for score in scores.scores),
        }
    return found


def publishers_scores(file: Path) -> dict[str, Any]:
    """Rank correlation with the scores that OFAC's own search gave to the same pairs."""
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    given = [float(row["ofac_score"]) for row in rows]
    found: dict[str, Any] = {"pairs": len(rows)}
    for name, run in ENGINES.items():
        scores = run([("Person", row["query_name"], row["result_name"]) for row in rows])
        found[name] = scores and {"rank_correlation": measures.rank_correlation(scores.scores, given)}
    return found


def original_script(parties: Sequence[ListedParty], chance: random.Random) -> dict[str, Any]:
    """Names in other scripts against the Latin names of the same listing, and of another drawn at random."""
    latin = {party.id: [name.text for name in party.names if script(name.text) == "Latin"] for party in parties}
    named = [party.id for party in parties if latin[party.id]]
    asked = [
        (name.text, script(name.text), latin[party.id], latin[chance.choice(named)])
        for party in parties
        for name in party.names
        if latin[party.id] and script(name.text) not in ("Latin", "None")
    ]
    pairs = [("", name, other) for name, _, own, others in asked for other in (*own, *others)]
    found: dict[str, Any] = {"names": len(asked)}
    for engine, run in ENGINES.items():
        answer = run(pairs) if pairs else None
        if answer is None:
            found[engine] = None
            continue
        scores = iter(answer.scores)
        hits: dict[str, list[bool]] = {}
        wrong = 0
        for _, letters, own, others in asked:
            hits.setdefault(letters, []).append(max(next(scores) for _ in own) >= ours.HIT_THRESHOLD)
            wrong += max(next(scores) for _ in others) >= ours.HIT_THRESHOLD
        found[engine] = {
            "recall": round(sum(map(sum, hits.values())) / len(asked), 3),
            "others_at_threshold": round(wrong / len(asked), 4),
            "by_script": {
                letters: {"names": len(group), "recall": round(sum(group) / len(group), 3)}
                for letters, group in sorted(hits.items(), key=lambda pair: -len(pair[1]))
            },
        }
    return found
