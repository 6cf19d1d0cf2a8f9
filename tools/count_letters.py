"""Count which letters follow each other in names, for the table that tells a slip of the pen from a name.

Used by maintainers: ``python tools/count_letters.py DATA_DIR`` over a data directory with synced lists. A word counts
where two parties or more bear it, or where it is in ``frequencies.csv``; a letter after two others costs the decimal
logarithm of how seldom it stands there. Counts are facts, no text of the lists.

Source of the smoothing: Witten and Bell, "The zero-frequency problem", IEEE Transactions on Information Theory, 1991.
"""

from __future__ import annotations

import csv
import math
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path

from count_words import once

from enduse.screen.normalise import tokens
from enduse.screen.slips import COLUMNS, LETTERS, SHORTEST, START
from enduse.screen.words import words

OUT = Path(__file__).parents[1] / "src/enduse/screen/letters.csv"
LEAST = 2
"""Parties in which a word of the lists must occur."""

NOT_NAMES = frozenset({"legal_form", "number", "initial", "syllable"})


def counted(data_dir: Path) -> dict[str, float]:
    """Words of names, each with what it counts: more where many bear it, but not as often as they do."""
    counts = Counter[str]()
    for party in once(data_dir):
        held = (token for name in party.names for token in tokens(name.text))
        counts.update({token.text for token in held if not token.unvowelled and token.word_class not in NOT_NAMES})
    found = {word: 1 + math.log(count) for word, count in counts.items() if count >= LEAST}
    for word, per_million in words().frequencies.items():
        found.setdefault(word, 1 + math.log(1 + per_million / 100))
    return {word: count for word, count in found.items() if len(word) >= SHORTEST and set(word) <= set(LETTERS)}


def costs(counts: Mapping[str, float]) -> Iterator[tuple[str, list[int]]]:
    """After every two letters, what each letter and the end of the word cost, in hundredths."""
    tables: list[dict[str, float]] = [defaultdict(float), defaultdict(float), defaultdict(float)]
    for word, count in counts.items():
        text = START * 2 + word
        for place, letter in enumerate([*word, COLUMNS[-1]], start=2):
            for length, table in enumerate(tables):
                table[text[place - length : place] + "," + letter] += count
    chances: dict[str, dict[str, float]] = {"": dict.fromkeys(COLUMNS, 1 / len(COLUMNS))}
    for table in tables:
        following: dict[str, dict[str, float]] = {}
        for key, count in table.items():
            after, _, letter = key.partition(",")
            following.setdefault(after, {})[letter] = count
        for after, found in following.items():
            shorter = chances.get(after[1:], chances[""])
            kinds, total = len(found), sum(found.values())
            chances[after] = {
                letter: (found.get(letter, 0.0) + kinds * shorter[letter]) / (total + kinds) for letter in COLUMNS
            }
    firsts = [START * 2, *(START + letter for letter in LETTERS)]
    for after in (*firsts, *(one + other for one in LETTERS for other in LETTERS)):
        row = chances.get(after) or chances[after[1:]]
        yield after, [round(-100 * math.log10(row[letter])) for letter in COLUMNS]


def main(data_dir: Path) -> None:
    """Count and write."""
    counts = counted(data_dir)
    with OUT.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["after", *COLUMNS])
        writer.writerows([after, *row] for after, row in costs(counts))
    print(f"{len(counts)} words")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
