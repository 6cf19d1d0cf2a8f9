"""Count in how many listed parties each word of a name occurs, and how common it is among people, for the weight table.

Used by maintainers: ``python tools/count_words.py DATA_DIR CENSUS_DIR`` over a data directory with synced lists and a
folder with the files ``dist.all.last``, ``dist.female.first`` and ``dist.male.first`` of the US Census Bureau
("Frequently Occurring Surnames and First Names", 1990; public domain). Counts are facts, no text of the lists.

A word that many parties or people share says little. Lists hold some hundred Iranians: a family name that one Iranian
in four hundred bears may stand there once. ``family_names_of_iran.csv`` tells how many of a million bear the 846
commonest, by ``farbodbj/iranian-surname-frequencies`` (Apache-2.0; where it has them from is not said, but its first
eighteen stand in the order that Iran's civil registration made known in 2025, nasim.news 2384628); their Latin
spellings are ours.
"""

from __future__ import annotations

import csv
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from enduse.lists.shelf import Shelf
from enduse.model.party import ListedParty
from enduse.screen.normalise import tokens
from enduse.screen.rarity import key
from enduse.screen.words import words

OUT = Path(__file__).parents[1] / "src/enduse/screen/frequencies.csv"
ALIKE = OUT.with_name("frequencies_alike.csv")
LEAST = 3
"""Parties in which a word of the lists must occur."""

LEAST_OF_SHARE = 5
"""Parties in which a word must occur for its share of those with a commonest name; of fewer, it is chance."""

COMMONEST = ("muhammad", "ahmad", "ali", "hasan", "husayn", "abdallah", "abd", "mahmud", "ibrahim")
"""Names of Arabic origin that most listed bearers of such names hold one of, in any spelling of ``words.yaml``."""

LEAST_BESIDE = 100
"""Per thousand, below which a share is left out: chance."""

FAMILY_NAMES_OF_IRAN = Path(__file__).with_name("family_names_of_iran.csv")

WRITTEN = (
    ("gh", ("gh", "q")),
    ("ou", ("ou", "u", "oo")),
    ("aei", ("aei", "ai", "aee")),
    ("ey", ("ey", "ei", "ay")),
    ("ei", ("ei", "ey")),
    ("zadeh", ("zadeh", "zade")),
)
"""How the letters of Persian names are written in Latin ones, beside the spelling of the file."""

CENSUS = {"dist.all.last": 4_000, "dist.female.first": 1_000, "dist.male.first": 600}
"""How many of the most frequent names of each file count."""


def once(data_dir: Path) -> Iterator[ListedParty]:
    """Listed parties, the same party on several lists once."""
    seen: set[tuple[str, ...]] = set()
    for party in Shelf.open(data_dir).parties():
        names = tuple(sorted({name.text.casefold() for name in party.names}))
        if names not in seen:
            seen.add(names)
            yield party


def listed(data_dir: Path) -> tuple[dict[str, int], dict[str, int]]:
    """Parties per million in which a word occurs; and of these, per thousand, those with a commonest name besides."""
    counts: Counter[str] = Counter()
    beside: Counter[str] = Counter()
    spellings = words().spellings
    commonest = {name for first in COMMONEST for name in (first, *spellings[first])}
    parties = 0
    for party in once(data_dir):
        parties += 1
        held = {token.text for name in party.names for token in tokens(name.text)}
        common = held & commonest
        counts.update(held)
        beside.update(word for word in held if common - {word} - spellings.get(word, frozenset()))
    usable = {word: count for word, count in counts.items() if count >= LEAST and word.isalpha() and len(word) > 1}
    shares = {word: round(1_000 * beside[word] / count) for word, count in usable.items() if count >= LEAST_OF_SHARE}
    return (
        {word: round(count * 1_000_000 / parties) for word, count in usable.items()},
        {word: share for word, share in shares.items() if share >= LEAST_BESIDE},
    )


def people(census_dir: Path) -> dict[str, int]:
    """Persons per million who bear a name, by the census."""
    found: dict[str, int] = {}
    for name, most in CENSUS.items():
        for line in (census_dir / name).read_text(encoding="ascii").splitlines()[:most]:
            word, share, *_ = line.split()
            found[word.lower()] = max(found.get(word.lower(), 0), round(float(share) * 10_000))
    for name, share_of_iran in family_names_of_iran().items():
        found |= {spelling: max(found.get(spelling, 0), share_of_iran) for spelling in spellings(name)}
    return found


def family_names_of_iran() -> dict[str, int]:
    """Persons per million of Iran who bear a family name, by its Latin spelling."""
    found: Counter[str] = Counter()
    with FAMILY_NAMES_OF_IRAN.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found[row["latin"]] += int(row["persons_per_million"])
    return dict(found)


def spellings(name: str) -> set[str]:
    """The Latin spellings in use of a Persian name: Ghasemi, Qasemi."""
    found = {name}
    for letters, others in WRITTEN:
        found |= {spelling.replace(letters, other) for spelling in found for other in others}
    found |= {re.sub(r"([^aeiou])\1", r"\1", spelling) for spelling in found}
    return found | {"i" + spelling[1:] for spelling in found if spelling[0] == "e"}


def alike(counts: Mapping[str, int]) -> dict[str, int]:
    """The same for all words that are taken for one another, by their key; spellings of one Persian name count once."""
    found: Counter[str] = Counter()
    names = {spelling: name for name in family_names_of_iran() for spelling in spellings(name)}
    once_each: dict[tuple[str, str], int] = {}
    for word, count in counts.items():
        if word in names:
            held = (key(word), names[word])
            once_each[held] = max(once_each.get(held, 0), count)
        else:
            found[key(word)] += count
    for (shared, _), count in once_each.items():
        found[shared] += count
    return dict(found)


def write_alike(counts: Mapping[str, int], file: Path = ALIKE) -> None:
    """Write the second table from the first."""
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["alike", "per_million"])
        writer.writerows(sorted(alike(counts).items()))


def main(data_dir: Path, census_dir: Path) -> None:
    """Count and write."""
    (parties, beside), persons = listed(data_dir), people(census_dir)
    with OUT.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["word", "listed_per_million", "persons_per_million", "beside_per_thousand"])
        for word in sorted({*parties, *persons}):
            writer.writerow([word, parties.get(word, 0), persons.get(word, 0), beside.get(word, 0)])
    write_alike({word: max(parties.get(word, 0), persons.get(word, 0)) for word in {*parties, *persons}})
    print(f"{len(parties)} words of listed parties, {len(persons)} names of people")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
