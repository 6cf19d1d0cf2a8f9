"""Nine ways in which a listed name is written otherwise."""

from __future__ import annotations

import random
from collections.abc import Callable

_SPELLINGS = [
    ("kh", "h"), ("ou", "u"), ("u", "ou"), ("ee", "i"), ("i", "y"), ("y", "i"), ("sh", "sch"), ("k", "q"), ("v", "w"),
    ("w", "v"), ("ph", "f"), ("f", "ph"), ("c", "k"), ("z", "s"), ("mm", "m"), ("ss", "s"), ("e", "a"), ("o", "u"),
]  # fmt: skip
_LOOKALIKE = str.maketrans("aeopcxyi", "аеорсхуі")
_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class Edits:
    """The kinds of edit, by name.

    Args:
        chance: where chance comes from.
    """

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
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
        place = self._chance.choice([i for i, character in enumerate(name) if character.isalpha()] or [0])
        letter, kind = self._chance.choice(_LETTERS), self._chance.randrange(4)
        here, following = name[place : place + 1], name[place + 1 : place + 2]
        middle = [letter, "", letter + here, following + here][kind]
        return name[:place] + middle + name[place + (2 if kind == 3 else 1) :]

    def reorder(self, name: str) -> str:
        """The words in another order."""
        words = name.replace(",", " ").split()
        shuffled = list(words)
        while shuffled == words and len(set(words)) > 1:
            self._chance.shuffle(shuffled)
        return " ".join(shuffled)

    def initials(self, name: str) -> str:
        """Given names by their first letters; the first given name stays where there are several."""
        last, _, given = name.partition(",")
        words = [*given.split(), *last.split()] if given else name.split()
        kept = words[:1] if len(words) > 2 else []
        letters = [next((c for c in word if c.isalnum()), word[0]) for word in words[len(kept) : -1]]
        return " ".join([*kept, *(f"{letter}." for letter in letters), words[-1]])

    def transliteration(self, name: str) -> str:
        """Two spellings of sounds exchanged."""
        found = name.casefold()
        usable = [pair for pair in _SPELLINGS if pair[0] in found]
        for old, new in self._chance.sample(usable, min(2, len(usable))):
            found = found.replace(old, new, 1)
        return found

    def dropped(self, name: str) -> str:
        """One word left out, where three remain or more."""
        words = name.replace(",", " ").split()
        place = self._chance.randrange(len(words))
        return " ".join(words[:place] + words[place + 1 :]) if len(words) > 2 else name

    def homoglyph(self, name: str) -> str:
        """Up to two letters from another alphabet that look the same."""
        found = name.casefold()
        places = [i for i, character in enumerate(found) if character in "aeopcxyi"]
        for place in self._chance.sample(places, min(2, len(places))):
            found = found[:place] + found[place].translate(_LOOKALIKE) + found[place + 1 :]
        return found

    def joined(self, name: str) -> str:
        """Two neighbouring words without the blank between them."""
        words = name.replace(",", " ").split()
        place = self._chance.randrange(len(words) - 1)
        return " ".join([*words[:place], words[place] + words[place + 1], *words[place + 2 :]])
