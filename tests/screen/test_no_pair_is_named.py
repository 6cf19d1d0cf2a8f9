"""Nothing in the code or its tables names a pair of the shared evaluation sets.

A name counts when it has two words or more, or one of more than eight letters that few listed parties bear.
"""

from __future__ import annotations

import csv
import functools
import re
from pathlib import Path

import pytest

from enduse.screen.words import words
from realdata import shared_data

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tools", "benchmarks")
TEXTS = {".py", ".yaml", ".yml", ".toml", ".json", ".csv", ".txt", ".md", ".html", ".sql", ".tsv"}
LONG = 9
COUNTS = "src/enduse/screen/frequencies.csv"
"""Left out: how often single words stand on the lists. It holds no name of two words and pairs nothing."""

PARTS = "benchmarks/cultures.yaml"
"""Lists of single given names and surnames, blank by blank, from which names are invented."""


def pairs() -> list[tuple[str, str]]:
    folder = shared_data() / "evaluation"
    with (folder / "name_pairs_dev.csv").open(encoding="utf-8", newline="") as stream:
        found = [(row["name1"], row["name2"]) for row in csv.DictReader(stream)]
    with (folder / "watchman_cross_script_pairs.csv").open(encoding="utf-8", newline="") as stream:
        rows = [row for row in csv.reader(stream) if row and not row[0].startswith("#")]
    return found + [(row[0].strip(), row[1].strip()) for row in rows if len(row) > 1]


def folded(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.casefold()))


@functools.cache
def shipped() -> dict[str, str]:
    """Every text file of the code and its tables, as words with single blanks."""
    found = {}
    for folder in FOLDERS:
        for path in sorted((ROOT / folder).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.is_file() and path.suffix in TEXTS and name != COUNTS:
                found[name] = f" {folded(path.read_text('utf-8', 'replace'))} "
    return found


def telling(name: str) -> bool:
    """A word that many listed parties bear (a given name, say) tells of no pair."""
    return len(name.split()) > 1 or (len(name) >= LONG and name not in words().frequencies)


@pytest.mark.realdata
def test_no_name_of_a_pair_stands_in_the_code_or_its_tables() -> None:
    names = {folded(name) for pair in pairs() for name in pair}
    assert len(names) > 100
    files = shipped()
    assert len(files) > 100
    hits = [
        (name, file) for name in sorted(names) if telling(name) for file, text in files.items() if f" {name} " in text
    ]
    assert [hit for hit in hits if hit[1] != PARTS] == []
    # In a list of single given names two may stand side by side; both names of one pair do not.
    beside = {name for name, file in hits if file == PARTS}
    assert not [pair for pair in pairs() if {folded(name) for name in pair} <= beside and pair[0] != pair[1]]


@pytest.mark.realdata
def test_no_pair_is_one_entry_of_a_table() -> None:
    table = words()
    for pair in pairs():
        one, other = (folded(name) for name in pair)
        if one == other:
            continue
        assert other not in table.nicknames.get(one, ()), pair
        assert other not in table.spellings.get(one, ()), pair
        assert other not in table.counterparts.get(one, ()), pair
        assert table.short_forms.get(one) != other and table.short_forms.get(other) != one, pair
        for left, right in ((one, other), (other, one)):
            assert table.phrases.get(tuple(left.split())) != right, pair
