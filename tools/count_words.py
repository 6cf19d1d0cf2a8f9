"""Count in how many listed parties each word of a name occurs, and write the frequent ones for the weight table.

Used by maintainers: ``python tools/count_words.py DATA_DIR`` over a data directory with synced lists. A word that many
listed parties share says little; the counts are facts about public lists, no text of theirs.
"""

from __future__ import annotations

import csv
import sys
from collections import Counter
from pathlib import Path

from enduse.lists.shelf import Shelf
from enduse.screen.normalise import tokens

OUT = Path(__file__).parents[1] / "src/enduse/screen/frequencies.csv"
LEAST = 25


def main(data_dir: Path) -> None:
    """Count and write."""
    counts: Counter[str] = Counter()
    parties = 0
    seen: set[tuple[str, ...]] = set()
    for party in Shelf.open(data_dir).parties():
        key = tuple(sorted({name.text.casefold() for name in party.names}))
        if key in seen:
            # The same party on several lists counts once.
            continue
        seen.add(key)
        parties += 1
        counts.update({token.text for name in party.names for token in tokens(name.text)})
    with OUT.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["word", "per_million"])
        for word, count in sorted(counts.items()):
            if count >= LEAST and word.isalpha() and len(word) > 1:
                writer.writerow([word, round(count * 1_000_000 / parties)])
    print(f"{parties} parties, {sum(count >= LEAST for count in counts.values())} words")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
