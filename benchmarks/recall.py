"""Recall of altered listed names at a false-positive rate, on each set of names that must not match.

The threshold is fixed on one random half of a negative set; the rate it lets through is reported on the other half.
Then the halves change places, and the figures are the means of both. Recall is that of the right party: the one that
bears the altered name.
"""

from __future__ import annotations

import functools
import multiprocessing
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from rapidfuzz import fuzz, process

from benchmarks import listed, measures, ours
from benchmarks.engines import folded
from benchmarks.listed import Negatives, Positive
from benchmarks.peers import client
from enduse.model.party import ListedParty

LEAST = 0.55
"""Scores below are not looked for: no threshold is set lower, so recall is never flattered by it."""
RATES = {"1 %": 0.01, "0.1 %": 0.001}
ENOUGH = {"1 %": 4_000, "0.1 %": 10_000}
"""How many negatives a rate needs; a smaller set is reported as indicative."""
SCHEMAS = {"person": "Person", "company": "Company", "vessel": "Vessel"}


@dataclass(frozen=True)
class Outcome:
    """One query: the best score of the right party, and of any party. ``seconds`` is its CPU time."""

    right: float
    best: float
    seconds: float = 0.0


Asked = Sequence[tuple[str, frozenset[str], str]]
"""Queries, each with the ids of the right parties (none for a negative) and FollowTheMoney's schema."""


class Sets:
    """The queries of one run."""

    def __init__(self, parties: Sequence[ListedParty], positives: list[Positive], groups: list[Negatives]) -> None:
        self.parties = parties
        self.positives = positives
        self.groups = groups

    @classmethod
    def make(cls, parties: Sequence[ListedParty], evaluation: Path | None, size: int, chance: random.Random) -> Sets:
        """``2 * size`` altered names of each kind of edit, and ten times ``size`` negatives of each culture."""
        made = listed.positives(parties, size * 3 // 2, size // 2, chance)
        groups = list(listed.negatives(parties, size * 15 // 2, size * 5 // 2, chance))
        if evaluation is not None:
            groups += [
                Negatives(label, listed.full_names(evaluation / file)) for label, file in listed.NEGATIVES.items()
            ]
        return cls(parties, made, groups)

    def asked(self) -> Asked:
        """Every query: the positives, then the negatives of each group."""
        return [
            *((one.query, one.parties, "Person" if one.person else "Company") for one in self.positives),
            *(
                (name, frozenset[str](), "Company" if name in group.companies else "Person")
                for group in self.groups
                for name in group.names
            ),
        ]

    def sample(self, positives: int, negatives: int, chance: random.Random) -> Sets:
        """A part of the queries, for peers that take long: all kinds of edit and all groups in proportion."""
        kinds = dict.fromkeys(positive.kind for positive in self.positives)
        share = negatives / sum(len(group.names) for group in self.groups)
        return Sets(
            self.parties,
            [
                positive
                for kind in kinds
                for positive in _some([p for p in self.positives if p.kind == kind], positives // len(kinds), chance)
            ],
            [
                replace(group, names=_some(group.names, round(share * len(group.names)), chance))
                for group in self.groups
            ],
        )

    def figures(self, outcomes: Sequence[Outcome], chance: random.Random, least: float = LEAST) -> dict[str, Any]:
        """The figures of one engine from its outcomes, in the order of :meth:`asked`."""
        own = outcomes[: len(self.positives)]
        found: dict[str, Any] = {
            "positives": len(own),
            "recall_at_default": round(sum(o.right >= ours.HIT_THRESHOLD for o in own) / len(own), 3),
            "at_default_by_kind": self._by_kind(own, lambda score: score >= ours.HIT_THRESHOLD),
            "sets": {},
        }
        place, everything, parted = len(own), list[float](), list[float]()
        for group in self.groups:
            scores = [outcome.best for outcome in outcomes[place : place + len(group.names)]]
            place += len(group.names)
            everything += scores
            unlike = [score for name, score in zip(group.names, scores, strict=True) if name not in group.alike]
            parted += unlike
            found["sets"][group.label] = self._at_rates(own, scores, chance, least) | {
                "dropped": group.dropped,
                "unlike": self._at_rates(own, unlike, chance, least),
            }
        found["sets"]["all together"] = self._at_rates(own, everything, chance, least) | {
            "unlike": self._at_rates(own, parted, chance, least)
        }
        return found

    def _at_rates(
        self, own: Sequence[Outcome], scores: Sequence[float], chance: random.Random, least: float
    ) -> dict[str, Any]:
        one, other = measures.halves(scores, chance)
        found: dict[str, Any] = {
            "negatives": len(scores),
            "rate_at_default": round(sum(score >= ours.HIT_THRESHOLD for score in scores) / max(1, len(scores)), 4),
        }
        right = [outcome.right for outcome in own]
        for label, rate in RATES.items():
            thresholds = [measures.threshold_for(half, rate, least) for half in (one, other)]
            kinds = [
                self._by_kind(own, lambda score, threshold=threshold: score > threshold)  # type: ignore[misc]
                for threshold in thresholds
            ]
            by_kind = {kind: round(_mean([each[kind] for each in kinds]), 3) for kind in kinds[0]}
            shares = [
                measures.share_above(half, threshold) for half, threshold in zip((other, one), thresholds, strict=True)
            ]
            found[label] = {
                "threshold": round(_mean(thresholds), 3),
                "rate": round(_mean(shares), 4),
                "recall": round(_mean([measures.share_above(right, threshold) for threshold in thresholds]), 4),
                "worst_kind": min(by_kind.values()),
                "by_kind": by_kind,
                "enough": len(scores) >= ENOUGH[label],
            }
        return found

    def _by_kind(self, own: Sequence[Outcome], hit: Callable[[float], bool]) -> dict[str, float]:
        found: dict[str, list[bool]] = {}
        for positive, outcome in zip(self.positives, own, strict=True):
            found.setdefault(positive.kind, []).append(hit(outcome.right))
        return {kind: round(sum(hits) / len(hits), 3) for kind, hits in found.items()}


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _some(everything: list[Any], number: int, chance: random.Random) -> list[Any]:
    return chance.sample(everything, min(len(everything), number))


# --- engines


def enduse(index: Path, asked: Asked, processes: int) -> list[Outcome]:
    """Ours, in several processes that share the index on disk."""
    batches = [list(asked[start : start + 500]) for start in range(0, len(asked), 500)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        found = pool.map(functools.partial(_enduse_batch, index), batches, chunksize=1)
    return [outcome for batch in found for outcome in batch]


@functools.cache
def _opened(index: Path) -> ours.Screener:
    return ours.open_index(index)


def _enduse_batch(index: Path, asked: Asked) -> list[Outcome]:
    answers = ours.best_hits(_opened(index), [name for name, *_ in asked], LEAST)
    found = [{key: score for key, (score, _) in best.items()} for best in answers]
    return [_outcome(hits, right) for hits, (_, right, _) in zip(found, asked, strict=True)]


def _outcome(hits: dict[str, float], right: frozenset[str], seconds: float = 0.0) -> Outcome:
    return Outcome(
        max((hits[key] for key in right if key in hits), default=0.0), max(hits.values(), default=0.0), seconds
    )


def logic_v2(parties: Sequence[ListedParty], asked: Asked, file: Path) -> list[Outcome] | None:
    """nomenklatura's ``logic-v2`` over its 50 best candidates; None where it is absent.

    It is told whether a person or a company is meant, as its users do; ours is not.
    """
    listing = (
        (party.id, SCHEMAS.get(party.kind.value, "LegalEntity"), [name.text for name in party.names])
        for party in parties
    )
    requests: list[dict[str, Any]] = [
        {"list": str(client.write_list(file, listing))},
        *({"query": [schema, name, LEAST]} for name, _, schema in asked),
    ]
    answers = client.logic_v2(requests)
    if answers is None:
        return None
    return [
        _outcome(answer["hits"], right, answer["cpu"]) for answer, (_, right, _) in zip(answers[1:], asked, strict=True)
    ]


def rapidfuzz(scorer: Any, parties: Sequence[ListedParty], asked: Asked, processes: int) -> list[Outcome]:
    """A string measure of rapidfuzz over all names, after ASCII folding."""
    names = [(folded(name.text), party.id) for party in parties for name in party.names]
    plain = [name for name, _ in names]
    owners: dict[str, list[int]] = {}
    for number, (_, key) in enumerate(names):
        owners.setdefault(key, []).append(number)
    found = []
    for start in range(0, len(asked), 250):
        part = asked[start : start + 250]
        table = process.cdist(
            [folded(name) for name, *_ in part],
            plain,
            scorer=scorer,
            score_cutoff=100 * LEAST,
            dtype=np.uint8,
            workers=processes,
        )
        for row, (_, right, _) in zip(table, part, strict=True):
            own = [number for key in right for number in owners[key]]
            found.append(Outcome(float(row[own].max()) / 100 if own else 0.0, float(row.max()) / 100))
    return found


STRING_MEASURES: dict[str, Any] = {"WRatio": fuzz.WRatio, "token_sort_ratio": fuzz.token_sort_ratio}
