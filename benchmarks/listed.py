"""The list of the accuracy figures: OFAC's Specially Designated Nationals and the UN's consolidated list."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from anyascii import anyascii

from benchmarks.cultures import Names, cultures
from benchmarks.edits import Edits
from enduse.lists.shelf import Shelf
from enduse.lists.sync import sync_from_dir
from enduse.model.party import ListedParty, PartyKind

SOURCES = ("us_ofac_sdn", "un_sc")
NEGATIVES = {
    "invented US persons (shared)": "yente_validation_negatives_us.csv",
    "US congress (shared)": "yente_positives_us_congress_untreated.csv",
}


def word_set(name: str) -> frozenset[str]:
    """The words of a name in ASCII, whatever their order."""
    return frozenset("".join(c if c.isalnum() else " " for c in anyascii(name).casefold()).split())


def word_sets(name: str) -> set[frozenset[str]]:
    """The words of a name, read with its apostrophes and typed without: Isma'il, Ismail."""
    plain = anyascii(name)
    return {word_set(plain), word_set(plain.translate(_APOSTROPHES))}


_APOSTROPHES = str.maketrans("", "", "'`")
_SOUNDS = [("kh", "h"), ("gh", "g"), ("dh", "z"), ("th", "t"), ("ph", "f"), ("sch", "sh"), ("ch", "sh"), ("ck", "k")]
_SAME = str.maketrans({"q": "k", "c": "k", "x": "k", "w": "v", "j": "z", "s": "z", "d": "t", "b": "p", "v": "f"})
_SMALL = frozenset(("al", "el", "bin", "ibn", "ben", "bint", "abu", "abd", "abdul", "abdel", "de", "la", "von", "van"))


def sound_key(name: str) -> frozenset[str]:
    """What is left of a name's words when spelling is taken away: consonants, alike ones as one, no small words.

    Crude, and none of the scorer's doing. Nobody may be able to tell two names of one key apart.
    """
    found = set()
    for word in word_set(name) - _SMALL:
        key = word
        for old, new in _SOUNDS:
            key = key.replace(old, new)
        consonants = [c for c in key.translate(_SAME) if c not in "aeiouyh'"]
        found.add("".join(c for place, c in enumerate(consonants) if consonants[place - 1 : place] != [c]) or word)
    return frozenset(found)


def parties_of(data: Path, folder: Path) -> list[ListedParty]:
    """The parties of the editions at hand.

    Args:
        data: the folder of official files.
        folder: an empty folder for the store.
    """
    sync_from_dir(folder, data, today=dt.datetime.now(tz=dt.UTC).date(), only=SOURCES)
    return list(Shelf.open(folder).parties())


@dataclass(frozen=True)
class Positive:
    """A listed name written otherwise, and the ids of the parties that bear it."""

    kind: str
    script: str
    listed: str
    query: str
    parties: frozenset[str]
    person: bool


def positives(parties: Sequence[ListedParty], persons: int, companies: int, chance: random.Random) -> list[Positive]:
    """Altered primary names: ``persons`` and ``companies`` of each kind of edit.

    Names that an edit leaves as they are (two words have none to spare) are passed over.
    """
    edits = Edits(chance)
    owners: dict[frozenset[str], set[str]] = {}
    for party in parties:
        for name in party.names:
            owners.setdefault(word_set(name.text), set()).add(party.id)
    groups = {
        PartyKind.PERSON: [party.name for party in parties if party.kind is PartyKind.PERSON],
        PartyKind.COMPANY: [party.name for party in parties if party.kind is PartyKind.COMPANY],
    }
    found = []
    for kind, alter in edits.kinds.items():
        for group, wanted in ((PartyKind.PERSON, persons), (PartyKind.COMPANY, 0 if kind == "initials" else companies)):
            usable = [name for name in groups[group] if name.isascii() and len(name.split()) > 1]
            chance.shuffle(usable)
            altered = ((name, alter(name)) for name in usable)
            changed = ((name, query) for name, query in altered if query.casefold() != name.casefold())
            found += [
                Positive(kind, "Latin", name, query, frozenset(owners[word_set(name)]), group is PartyKind.PERSON)
                for _, (name, query) in zip(range(wanted), changed, strict=False)
            ]
    return found


def full_names(file: Path) -> list[str]:
    """The names of a shared set."""
    with file.open(encoding="utf-8", newline="") as stream:
        return [row["full_name"] for row in csv.DictReader(stream)]


@dataclass(frozen=True)
class Negatives:
    """Names that must not match.

    Attributes:
        dropped: how many were equal, word for word but for punctuation, to a listed name, and left out.
        alike: those among ``names`` that hardly more than spelling parts from a listed one; they stay.
        companies: those among ``names`` that are no persons.
    """

    label: str
    names: list[str]
    dropped: int = 0
    alike: frozenset[str] = frozenset()
    companies: frozenset[str] = frozenset()


def negatives(
    parties: Sequence[ListedParty], persons: int, companies: int, chance: random.Random
) -> Iterator[Negatives]:
    """Invented persons and companies of every culture, none of them twice and none of them listed.

    A listed name without its punctuation is that name: it has to be found.
    """
    texts = [name.text for party in parties for name in party.names]
    listed = {words for text in texts for words in word_sets(text)}
    sounds = {sound_key(text) for text in texts}
    for culture in cultures():
        names = Names(culture, chance)
        seen, kept, dropped = set[frozenset[str]](), list[str](), 0
        for source, wanted in ((names.persons(), persons), (names.companies(), companies)):
            goal = len(kept) + wanted
            while len(kept) < goal:
                name = next(source)
                words = word_set(name)
                if not listed.isdisjoint(word_sets(name)):
                    dropped += 1
                elif words not in seen:
                    seen.add(words)
                    kept.append(name)
        alike = frozenset(name for name in kept if sound_key(name) in sounds)
        yield Negatives(culture, kept, dropped, alike, frozenset(kept[persons:]))
