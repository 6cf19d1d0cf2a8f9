"""How alike two words are: by spelling, by sound, and by their consonants where vowels were never written.

A word's *sound* writes alike what transliterations write differently (kh/h, sch/sh, ou/u, y/i, doubled letters); its
*loose sound* also merges voiced and voiceless consonants (Gim/Kim); its *bones* are the consonants alone. Two words
are compared by the cheapest way from one to the other; :func:`keys` are the strings under which every pair that is
alike at all shares at least one key, so that an index on them loses nothing.

Sources: ALA-LC, ISO 9, Hans Wehr, Hanyu Pinyin and Revised Romanization differ in what is merged here; deletion
neighbourhoods: Mor and Fraenkel, "A hash code method for detecting and correcting spelling errors", CACM 25 (1982).
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from itertools import combinations

from rapidfuzz.distance import OSA

CUTOFF = 0.42
"""Words less alike than this are not alike."""

_SPELLINGS = (
    *(("tsch", "#"), ("sch", "$"), ("tch", "#"), ("dzh", "%"), ("dsh", "%"), ("dj", "%"), ("zh", "%"), ("cz", "#")),
    *(("ch", "#"), ("sh", "$"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("bh", "b")),
    *(("ck", "k"), ("qu", "k"), ("ks", "x"), ("ts", "z"), ("tz", "z"), ("hs", "$"), ("x", "$")),
    *(("eo", "o"), ("eu", "u"), ("ae", "e"), ("oe", "o"), ("ue", "u"), ("ou", "u"), ("oo", "u"), ("au", "o")),
    *(("ee", "i"), ("ie", "i"), ("ei", "i"), ("ey", "i"), ("ay", "i"), ("ai", "i"), ("ij", "i"), ("iy", "i")),
    *(("yi", "i"), ("ya", "a"), ("ia", "a"), ("ja", "a"), ("yu", "u"), ("iu", "u"), ("ju", "u"), ("ye", "i")),
    *(("je", "i"), ("yo", "u"), ("io", "u"), ("jo", "u")),
)
_LETTERS = str.maketrans({"q": "k", "w": "v", "y": "i", "e": "i", "o": "u", "c": "k", "z": "s"})
_VOICELESS = str.maketrans({"g": "k", "b": "p", "d": "t", "v": "f", "j": "#", "%": "#", "l": "r"})
_DOUBLED = re.compile(r"(.)\1+")


@functools.lru_cache(maxsize=500_000)
def sound(word: str) -> str:
    """The word as it sounds, roughly."""
    found = word
    for written, heard in _SPELLINGS:
        if written in found:
            found = found.replace(written, heard)
    found = _DOUBLED.sub(r"\1", found.replace("%", "j").translate(_LETTERS))
    return found[:1] + found[1:].replace("h", "") if found else word


@functools.lru_cache(maxsize=500_000)
def loose_sound(word: str) -> str:
    """The sound with voiced and voiceless consonants merged."""
    return _DOUBLED.sub(r"\1", sound(word).translate(_VOICELESS))


@functools.lru_cache(maxsize=500_000)
def bones(word: str) -> str:
    """The consonants of the sound; a vowel in front counts as such."""
    heard = sound(word)
    first = "a" if heard[:1] in ("a", "i", "u") else heard[:1]
    return first + "".join(character for character in heard[1:] if character not in "aiu")


def edits_allowed(heard: str) -> int:
    """How many edits of the sound may lie between words that are alike."""
    return 2 if len(heard) >= 6 else 1 if len(heard) >= 3 else 0


def similarity(one: str, other: str, *, unvowelled: bool = False) -> float:
    """How alike two words are, 0..1; below :data:`CUTOFF` it is 0.

    Args:
        one: a word in lower-case Latin letters.
        other: another.
        unvowelled: one of them comes from a script that leaves vowels out.
    """
    if one == other:
        return 1.0
    cost = _cost(one, other, unvowelled)
    found = closeness(cost, max(len(one), len(other)))
    return found if found >= CUTOFF else 0.0


MERGED_CUTOFF = 0.80
"""Words written together must be this like the word that they make."""


def merged_similarity(joined: str, word: str) -> float:
    """How alike neighbouring words written together are to one word; below :data:`MERGED_CUTOFF` it is 0."""
    if joined == word:
        return 1.0
    edits = OSA.distance(sound(joined), sound(word), score_cutoff=1)
    if edits > 1 or OSA.distance(joined, word, score_cutoff=2) > 2 - edits:
        return 0.0
    found = closeness(1.0 if edits else SOUND, max(len(joined), len(word)))
    return found if found >= MERGED_CUTOFF else 0.0


def closeness(cost: float, length: int) -> float:
    """Likeness for a cost in edits between words of which the longer has ``length`` letters."""
    share = cost / (0.5 * length)
    return 1 - float(share**POWER) if share < 1 else 0.0


_FAR = 99.0


def _cost(one: str, other: str, unvowelled: bool) -> float:
    cost = _FAR
    heard, other_heard = sound(one), sound(other)
    uneven = abs(len(one) - len(other))
    edits = OSA.distance(heard, other_heard, score_cutoff=2)
    if edits <= min(edits_allowed(heard), edits_allowed(other_heard)):
        cost = SOUND + SOUND_EDIT * edits + SOUND_UNEVEN * max(0, uneven - 1)
    if cost > TRANSPOSED:
        written = OSA.distance(one, other, score_cutoff=2)
        if written == 1 or (written == 2 and min(len(one), len(other)) >= TWO_EDITS_FROM):
            swapped = written == 1 and sorted(one) == sorted(other)
            cost = min(cost, TRANSPOSED if swapped else float(written))
    if cost > LOOSE and loose_sound(one) == loose_sound(other):
        cost = LOOSE
    if cost > UNVOWELLED:
        consonants, others = bones(one), bones(other)
        if consonants == others:
            cost = min(cost, bones_cost(len(consonants), uneven, unvowelled))
    return cost


def bones_cost(consonants: int, uneven: int, unvowelled: bool) -> float:
    """Cost of words with the same consonants.

    Args:
        consonants: how many there are.
        uneven: by how many letters the words differ in length.
        unvowelled: one of them comes from a script that leaves vowels out.
    """
    if unvowelled:
        return UNVOWELLED if consonants >= 3 else UNVOWELLED_SHORT if consonants == 2 else _FAR
    if consonants >= 4:
        return BONES + BONES_UNEVEN * max(0, uneven - 1)
    return BONES_EVEN if consonants >= 2 and not uneven else _FAR


POWER = 1.5
SOUND, SOUND_EDIT, LOOSE, BONES, UNVOWELLED, TRANSPOSED = 0.7, 1.0, 0.8, 1.3, 0.4, 0.7
SOUND_UNEVEN, BONES_UNEVEN, BONES_EVEN, UNVOWELLED_SHORT = 0.2, 0.35, 1.2, 1.0
TWO_EDITS_FROM = 5
"""Letters from which on two edits may lie between written words."""


def keys(word: str, *, joined: bool = False) -> Iterator[str]:
    """The keys under which a word is found: two words that are alike share at least one.

    Args:
        word: a word.
        joined: it is neighbouring words written together, which are compared by :func:`merged_similarity` only.
    """
    yield f"b{bones(word)}"
    heard = sound(word)
    if not joined:
        yield f"l{loose_sound(word)}"
        yield from _without(word, "w", 2 if len(word) >= TWO_EDITS_FROM else 1 if len(word) >= 3 else 0)
    yield from _without(heard, "s", 1 if joined else edits_allowed(heard))


def _without(word: str, mark: str, most: int) -> Iterator[str]:
    """The word with up to ``most`` letters left out."""
    for deleted in range(most + 1):
        for places in combinations(range(len(word)), deleted):
            yield mark + "".join(character for i, character in enumerate(word) if i not in places)
