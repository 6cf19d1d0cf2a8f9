"""How alike two words are: by spelling, by sound, and by their consonants where vowels were never written.

A word's *sound* writes alike what transliterations write differently (kh/h, sch/sh, ou/u, y/i, doubled letters); its
*loose sound* also merges voiced and voiceless consonants (Gim/Kim); its *bones* are the consonants alone. Two words
are compared by the cheapest way from one to the other.

Sources: ALA-LC, ISO 9, Hans Wehr, Hanyu Pinyin and Revised Romanization differ in what is merged here.
"""

from __future__ import annotations

import functools
import re

from rapidfuzz.distance import OSA

CUTOFF = 0.42
"""Words less alike than this are not alike."""

_SPELLINGS = (
    *(("tsch", "#"), ("sch", "$"), ("tch", "#"), ("dzh", "%"), ("dsh", "%"), ("dj", "%"), ("zh", "%"), ("cz", "#")),
    *(("ch", "#"), ("sh", "$"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("bh", "b")),
    *(("ck", "k"), ("qu", "k"), ("ks", "x"), ("ts", "z"), ("tz", "z"), ("hsi", "$i"), ("hsu", "$u"), ("x", "$")),
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
    # Inside a word a w is a vowel's tail (Tawfiq) more often than a consonant.
    heard = sound(word[:1] + word[1:].replace("w", ""))
    first = "a" if heard[:1] in ("a", "i", "u") else heard[:1]
    return first + "".join(character for character in heard[1:] if character not in "aiu")


@functools.lru_cache(maxsize=500_000)
def _forms(word: str) -> tuple[str, str, str, int, int]:
    """Sound, loose sound, bones, and the letters of the word and of its sound, one bit each."""
    heard = sound(word)
    return heard, loose_sound(word), bones(word), _bag(word), _bag(heard)


def _bag(text: str) -> int:
    found = 0
    for character in text:
        found |= 1 << (ord(character) & 63)
    return found


def edits_allowed(heard: str) -> int:
    """How many edits of the sound may lie between words that are alike; very long words differ in none."""
    length = len(heard)
    return 2 if 6 <= length <= LONGEST_TWO else 1 if 3 <= length <= LONGEST_ONE else 0


def written_edits_allowed(length: int) -> int:
    """How many letters of a word that long are left out in turn to find words written otherwise."""
    return 2 if TWO_EDITS_FROM <= length <= LONGEST_TWO else 1 if 3 <= length <= LONGEST_ONE else 0


def similarity(one: str, other: str, *, unvowelled: bool = False, apart: float = 0.0) -> float:
    """How alike two words are, 0..1; below :data:`CUTOFF` it is 0.

    Args:
        one: a word in lower-case Latin letters.
        other: another.
        unvowelled: one of them comes from a script that leaves vowels out.
        apart: what is added to the cost, in edits, where other knowledge says that they are two words.
    """
    if one == other:
        return 1.0
    cost = _cost(one, other, unvowelled) + apart
    found = closeness(cost, max(len(one), len(other)))
    return found if found >= CUTOFF else 0.0


MERGED_FROM = 7
"""Letters from which on words written together may differ from the one that they make."""

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
    return found if found >= MERGED_CUTOFF and min(len(joined), len(word)) >= MERGED_FROM else 0.0


def closeness(cost: float, length: int) -> float:
    """Likeness for a cost in edits between words of which the longer has ``length`` letters."""
    share = cost / (0.5 * length)
    return 1 - float(share**POWER) if share < 1 else 0.0


_FAR = 99.0


def _cost(one: str, other: str, unvowelled: bool) -> float:
    cost = _FAR
    heard, loose, consonants, letters, heard_letters = _forms(one)
    other_heard, other_loose, other_consonants, other_letters, other_heard_letters = _forms(other)
    uneven = abs(len(one) - len(other))
    # An edit changes at most two letters of a bag: what differs in more than four is more than two edits apart.
    if (heard_letters ^ other_heard_letters).bit_count() <= 4:
        edits = OSA.distance(heard, other_heard, score_cutoff=2)
        if edits <= min(edits_allowed(heard), edits_allowed(other_heard)):
            cost = SOUND + SOUND_EDIT * edits + SOUND_UNEVEN * max(0, uneven - 1)
    if cost > TRANSPOSED and uneven <= 2 and (letters ^ other_letters).bit_count() <= 4:
        written = OSA.distance(one, other, score_cutoff=2)
        if written <= _written_edits(one, other):
            swapped = written == 1 and sorted(one) == sorted(other)
            cost = min(cost, TRANSPOSED if swapped else float(written))
    if cost > LOOSE and loose == other_loose:
        cost = LOOSE
    if cost > UNVOWELLED and consonants == other_consonants:
        cost = min(cost, bones_cost(len(consonants), uneven, unvowelled))
    return cost


def _written_edits(one: str, other: str) -> int:
    """How many edits may lie between two words as written."""
    shorter, longer = sorted((len(one), len(other)))
    return 2 if shorter >= TWO_EDITS_FROM and longer <= LONGEST_TWO else 1 if longer <= LONGEST_ONE else 0


def bones_cost(consonants: int, uneven: int, unvowelled: bool) -> float:
    """Cost of words with the same consonants.

    Args:
        consonants: how many there are.
        uneven: by how many letters the words differ in length.
        unvowelled: one of them comes from a script that leaves vowels out.
    """
    if unvowelled:
        cost = UNVOWELLED if consonants >= 3 else UNVOWELLED_SHORT if consonants == 2 else _FAR
        return cost + UNVOWELLED_UNEVEN * max(0, uneven - 2)
    if consonants >= 4:
        return BONES + BONES_UNEVEN * max(0, uneven - 1)
    return BONES_EVEN if consonants >= 2 and not uneven else _FAR


POWER = 1.50
SOUND, SOUND_EDIT, LOOSE = 0.70, 1.00, 0.80
BONES, UNVOWELLED, TRANSPOSED = 1.50, 0.50, 0.80
UNVOWELLED_UNEVEN = 0.15
SOUND_UNEVEN, BONES_UNEVEN, BONES_EVEN, UNVOWELLED_SHORT = 0.16, 0.47, 1.40, 1.00
TWO_EDITS_FROM = 5
"""Letters from which on two edits may lie between written words."""
LONGEST_TWO, LONGEST_ONE = 24, 64
"""Letters up to which words may lie two edits, and one edit, apart: what bounds the keys of a hostile word."""
