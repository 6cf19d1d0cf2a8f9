"""Fit the calibration of name scores on the lists' own aliases, and draw it.

Used by maintainers: ``python tools/calibrate.py DATA_DIR`` over a data directory with synced lists. True pairs are the
primary name and a strong alias of one party, where they are not the same words; hard negatives are the listed names
of other parties that resemble a party's name most, parties that share a name, a number or a date of birth left out.
A score then says: of pairs like this, three true ones to two hard negatives, how many name one party. The curve is
isotonic regression by pool adjacent violators over persons and organisations together, and made strictly rising, so
that it never changes a rank; the picture shows both kinds apart.

Source: Zadrozny and Elkan, "Transforming classifier scores into accurate multiclass probability estimates", KDD 2002.
"""

from __future__ import annotations

import csv
import itertools
import random
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from enduse.lists.shelf import Shelf
from enduse.model.party import ListedParty, PartyKind
from enduse.screen.index import Screener
from enduse.screen.normalise import tokens
from enduse.screen.score import aligned

ROOT = Path(__file__).parents[1]
OUT = ROOT / "src/enduse/screen/calibration.csv"
PLOT = ROOT / "docs/calibration.svg"
SEED = 7
PAIRS = 4_000
NEIGHBOURS = 4
LEAST_NEIGHBOUR = 0.3
ODDS = 1.5
"""True pairs to hard negatives: what an analyst meets, whose hits are mostly not the nearest neighbours of a name."""
BINS = 20
LEAST_RISE = 0.2
"""Least slope of the curve: what would be level rises a little all the same."""


def pairs(parties: Sequence[ListedParty], kind: str, chance: random.Random) -> tuple[list[float], list[float]]:
    """Raw scores of true pairs, and of hard negatives."""
    wanted = [number for number, party in enumerate(parties) if (party.kind is PartyKind.PERSON) == (kind == "person")]
    true: list[float] = []
    aliased = [number for number in wanted if sum(not name.weak for name in parties[number].names) > 1]
    for number in chance.sample(aliased, min(PAIRS, len(aliased))):
        strong = [name.text for name in parties[number].names if not name.weak]
        one, other = tokens(strong[0]), tokens(chance.choice(strong[1:]))
        if sorted(token.text for token in one) != sorted(token.text for token in other) and one and other:
            true.append(aligned(one, other, kind).raw)
    screener = Screener(parties)
    false: list[float] = []
    for number in chance.sample(wanted, min(PAIRS // 2, len(wanted))):
        asked = tokens(parties[number].name)
        near = [
            aligned(asked, tokens(screener.name(name)), kind).raw
            for name in screener.candidates(parties[number].name, LEAST_NEIGHBOUR)
            if not same(parties[number], parties[screener.party_of(name)])
        ]
        false.extend(sorted(near, reverse=True)[:NEIGHBOURS])
    return true, false


def same(one: ListedParty, other: ListedParty) -> bool:
    """Whether two records may be of one party: they share a name, a number or a date of birth."""

    def words(party: ListedParty) -> set[tuple[str, ...]]:
        return {tuple(sorted(token.text for token in tokens(name.text))) for name in party.names}

    numbers = {item.value for item in one.identifiers} & {item.value for item in other.identifiers}
    return bool(one.id == other.id or words(one) & words(other) or numbers or {*one.birth_dates} & {*other.birth_dates})


def curve(true: Sequence[float], false: Sequence[float]) -> list[tuple[float, float]]:
    """Knots of the curve from raw score to share of true pairs, both sides weighed alike."""
    blocks: list[list[float]] = []
    for place in range(BINS):
        low, high = place / BINS, (place + 1) / BINS
        ours = sum(low <= score < high or score == high == 1.0 for score in true) / len(true)
        theirs = sum(low <= score < high or score == high == 1.0 for score in false) / len(false)
        ours *= ODDS
        weight = max(ours + theirs, 1e-6)
        blocks.append([ours / weight, weight, 1])
        # Pool adjacent violators.
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            share, weight, count = blocks.pop()
            before, mass, number = blocks.pop()
            total = weight + mass
            blocks.append([(share * weight + before * mass) / total, total, count + number])
    shares = [share for share, _, count in blocks for _ in range(int(count))]
    # Below the least score of a neighbour there are no negatives to compare with: the curve starts at nothing.
    seen = [((place + 0.5) / BINS, share) for place, share in enumerate(shares) if place / BINS >= LEAST_NEIGHBOUR]
    return rising([(0.0, 0.0), *seen, (1.0, 1.0)])


def rising(knots: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Level stretches between their ends, so that the curve never joins two scores; the ends stay where they are."""
    kept = [knots[0]]
    for raw, share in knots[1:-1]:
        if share - kept[-1][1] >= LEAST_RISE * (raw - kept[-1][0]) and share <= 1 - LEAST_RISE * (1 - raw):
            kept.append((raw, round(share, 4)))
    return [*kept, knots[-1]]


def draw(curves: dict[str, list[tuple[float, float]]]) -> str:
    """The curves as a picture, with the default threshold."""
    colours = {"person": "#60a5fa", "organisation": "#fbbf24", "shipped": "#0f172a"}
    lines = [
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 460 440" font-family="sans-serif" font-size="12">',
        "<title>Calibration of name scores: raw score against the share of pairs that name one party</title>",
        '<rect x="50" y="20" width="380" height="370" fill="none" stroke="#64748b"/>',
    ]
    for tick in range(0, 11, 2):
        lines.append(f'<text x="{50 + 38 * tick}" y="406" text-anchor="middle">{tick / 10}</text>')
        lines.append(f'<text x="42" y="{394 - 37 * tick}" text-anchor="end">{tick / 10}</text>')
    lines.append('<line x1="50" x2="430" y1="131" y2="131" stroke="#94a3b8" stroke-dasharray="4"/>')
    lines.append('<text x="56" y="126">0.70: a hit by default</text>')
    for place, (kind, knots) in enumerate(curves.items()):
        points = " ".join(f"{50 + 380 * raw:.1f},{390 - 370 * share:.1f}" for raw, share in knots)
        lines.append(f'<polyline points="{points}" fill="none" stroke="{colours[kind]}" stroke-width="2"/>')
        lines.append(
            f'<text x="300" y="{330 + 18 * place}" >{kind}</text>'
            f'<rect x="284" y="{321 + 18 * place}" width="10" height="10" fill="{colours[kind]}"/>'
        )
    lines.append('<text x="240" y="428" text-anchor="middle">raw score</text></svg>')
    return "\n".join(lines) + "\n"


def main(data_dir: Path) -> None:
    """Fit, write, draw."""
    everyone = list(Shelf.open(data_dir).parties())
    # One source: the same party on two lists would be a hard negative of itself.
    largest = Counter(party.id.partition(":")[0] for party in everyone).most_common(1)[0][0]
    parties = [party for party in everyone if party.id.startswith(f"{largest}:")]
    print(f"{largest}: {len(parties)} parties")
    chance = random.Random(SEED)
    found = {kind: pairs(parties, kind, chance) for kind in ("person", "organisation")}
    for kind, (true, false) in found.items():
        print(f"{kind}: {len(true)} true pairs, {len(false)} hard negatives")
    curves = {kind: curve(*scores) for kind, scores in found.items()}
    curves["shipped"] = curve(*(sorted(itertools.chain(*side)) for side in zip(*found.values(), strict=True)))
    with OUT.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["raw", "calibrated"])
        writer.writerows(curves["shipped"])
    PLOT.write_text(draw(curves), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
