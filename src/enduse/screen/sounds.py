"""How alike two words are: by spelling, by sound, and by their consonants where vowels were never written.

A word's *sound* writes alike what transliterations write differently (kh/h, sch/sh, ou/u, y/i, doubled letters); its
*loose sound* also merges voiced and voiceless consonants (Gim/Kim); its *bones* are the consonants alone. Two words
are compared by the cheapest way from one to the other; two letters wrong are cheaper where that explains what no name
looks like (:mod:`enduse.screen.slips`).

Sources: ALA-LC, ISO 9, Hans Wehr, Hanyu Pinyin and Revised Romanization differ in what is merged here.
"""

from __future__ import annotations

import functools
import operator
import re
from typing import TypeAlias

from rapidfuzz.distance import OSA

from enduse.screen.slips import reads_like_a_slip

CUTOFF = 0.42
"""Words less alike than this are not alike."""

_SPELLINGS = (
    *(("tsch", "#"), ("sch", "$"), ("tch", "#"), ("dzh", "%"), ("dsh", "%"), ("dj", "%"), ("zh", "%"), ("cz", "#")),
    *(("ch", "#"), ("sh", "$"), ("kh", "h"), ("gh", "g"), ("ph", "f"), ("th", "t"), ("dh", "d"), ("bh", "b")),
    *(("ck", "k"), ("ks", "x"), ("ts", "z"), ("tz", "z"), ("hsi", "$i"), ("hsu", "$u"), ("x", "$")),
    *(("eo", "o"), ("eu", "u"), ("ae", "e"), ("oe", "o"), ("ue", "u"), ("ou", "u"), ("oo", "u"), ("au", "o")),
    *(("ee", "i"), ("ie", "i"), ("ei", "i"), ("ey", "i"), ("ay", "i"), ("ai", "i"), ("ij", "i"), ("iy", "i")),
    *(("yi", "i"), ("ya", "a"), ("ia", "a"), ("ja", "a"), ("yu", "u"), ("iu", "u"), ("ju", "u"), ("ye", "i")),
    *(("je", "i"), ("yo", "u"), ("io", "u"), ("jo", "u")),
)
_GLIDE = re.compile(r"^(?:dj|dzh|[ijy])(?=[aou])")
"""In front of a word: what is written ``y, j, i`` (or ``dj``) in different languages, and a consonant in all of them:
Yakov, Jakov, Iakov are not Akov, nor is Jamal Amal. Before ``e`` it may not be heard (Yelena, Elena)."""

_GLIDE_INSIDE = re.compile(r"(?<=[aou])(?:dj|dzh|j|yy?)(?=[aou])")
"""Between vowels the same: Rajab is not Rab, nor Sajadi Sadi; Stojan is Stoyan."""

_Y_INSIDE = re.compile(r"(?<=[aou])yy?(?=[aou])")
"""Of these what other scripts write as a vowel (Fayad, ``fyad``); a ``j`` they write as a consonant."""

_GLIDE_WITHOUT_VOWELS = re.compile(r"dj|dzh|j|y[aeiouhw]|i[aou]")
"""The same where vowels may be missing (``ywsf``, ``yhya``); before another consonant a ``y`` is a vowel (Yssa)."""

_SILENT_U = re.compile(r"(?<=q)u(?=[aeio])")
"""As in Enrique; before a consonant it is a vowel (Qurdi, Qusay)."""

_LETTERS = str.maketrans({"q": "k", "w": "v", "y": "i", "e": "i", "o": "u", "c": "k", "z": "s"})
_VOICELESS = str.maketrans({"g": "k", "b": "p", "d": "t", "v": "f", "j": "#", "%": "#", "l": "r"})
_DOUBLED = re.compile(r"(.)\1+")
_once = operator.itemgetter(1)
_VOWELS = str.maketrans("", "", "aiu")


@functools.lru_cache(maxsize=500_000)
def sound(word: str) -> str:
    """The word as it sounds, roughly."""
    found = _GLIDE_INSIDE.sub("&", _GLIDE.sub("&", word))
    if "qu" in found:
        found = _SILENT_U.sub("", found)
    for written, heard in _SPELLINGS:
        if written in found:
            found = found.replace(written, heard)
    found = _DOUBLED.sub(_once, found.replace("%", "j").translate(_LETTERS))
    return found[:1] + found[1:].replace("h", "") if found else word


@functools.lru_cache(maxsize=500_000)
def loose_sound(word: str) -> str:
    """The sound with voiced and voiceless consonants merged."""
    return _DOUBLED.sub(_once, sound(word).translate(_VOICELESS))


@functools.lru_cache(maxsize=500_000)
def bones(word: str) -> str:
    """The consonants of the sound; a vowel in front counts as such, and a glide as a consonant."""
    # Inside a word a w is a vowel's tail (Tawfiq) more often than a consonant.
    heard = sound(_Y_INSIDE.sub("", word[:1] + word[1:].replace("w", "")))
    first = "&" if _GLIDE_WITHOUT_VOWELS.match(word) else "a" if heard[:1] in ("a", "i", "u") else heard[:1]
    return first + heard[1:].translate(_VOWELS).replace("&", "j")


Forms: TypeAlias = tuple[str, str, str, int]
_known: dict[str, Forms] = {}
_KNOWN = 300_000


def _forms(word: str) -> Forms:
    """Sound, loose sound, bones, and the letters of the word, one bit each."""
    found = _known.get(word)
    if found is None:
        heard = sound(word)
        found = remember(word, heard, loose_sound(word), bones(word))
    return found


def remember(word: str, heard: str, loose: str, consonants: str) -> Forms:
    """Keep the forms of a word that an index holds ready, so that they need not be made again."""
    if len(_known) > _KNOWN:
        _known.clear()
    found = _known[word] = (heard, loose, consonants, bag(word))
    return found


def bag(text: str) -> int:
    """The letters of a word, one bit each."""
    found = 0
    for character in text:
        found |= 1 << (ord(character) & 63)
    return found


def written_edits_allowed(length: int) -> int:
    """How many letters of a word that long are left out in turn to find words written otherwise."""
    return 2 if TWO_EDITS_FROM <= length <= LONGEST_TWO else 1 if 3 <= length <= LONGEST_ONE else 0


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


MERGED_FROM = 7
"""Letters from which on words written together may differ from the one that they make."""

MERGED_CUTOFF = 0.80
"""Words written together must be this like the word that they make."""


@functools.lru_cache(maxsize=100_000)
def merged_similarity(joined: str, word: str) -> float:
    """How alike neighbouring words written together are to one word; below :data:`MERGED_CUTOFF` it is 0."""
    if joined == word:
        return 1.0
    if min(len(joined), len(word)) < MERGED_FROM:
        return 0.0
    edits = OSA.distance(joined, word, score_cutoff=2)
    if edits > 2:
        return 0.0
    same = sound(joined) == sound(word)
    if edits > 1 and not same:
        return 0.0
    found = closeness(SOUND if same else 1.0, max(len(joined), len(word)))
    return found if found >= MERGED_CUTOFF else 0.0


def closeness(cost: float, length: int) -> float:
    """Likeness for a cost in edits between words of which the longer has ``length`` letters."""
    share = cost / (0.5 * length)
    return 1 - float(share**POWER) if share < 1 else 0.0


def sounds_like(one: str, other: str) -> bool:
    """Whether two words sound the same, voiced and voiceless consonants apart or not."""
    (heard, loose, *_), (other_heard, other_loose, *_) = _forms(one), _forms(other)
    return heard == other_heard or loose == other_loose


_FAR = 99.0


def _cost(one: str, other: str, unvowelled: bool) -> float:
    cost = _FAR
    heard, loose, consonants, letters = _forms(one)
    other_heard, other_loose, other_consonants, other_letters = _forms(other)
    uneven = abs(len(one) - len(other))
    if heard == other_heard:
        cost = SOUND + SOUND_UNEVEN * max(0, uneven - 1)
    # An edit changes at most two letters of a bag: what differs in more than four is more than two edits apart.
    if cost > TRANSPOSED and uneven <= 2 and (letters ^ other_letters).bit_count() <= 4:
        written = OSA.distance(one, other, score_cutoff=2)
        slip = written == 2 and not unvowelled and (reads_like_a_slip(one) or reads_like_a_slip(other))
        if written <= written_edits_between(*sorted((len(one), len(other))), slip=slip):
            swapped = written == 1 and sorted(one) == sorted(other)
            cost = min(cost, TRANSPOSED if swapped else written_cost(written, slip=slip))
    if cost > LOOSE and loose == other_loose:
        cost = LOOSE
    if cost > UNVOWELLED and consonants == other_consonants:
        cost = min(cost, bones_cost(len(consonants), uneven, unvowelled))
    return cost


def written_edits_between(shorter: int, longer: int, *, slip: bool) -> int:
    """How many edits may lie between two words as written.

    Args:
        shorter: letters of the shorter word.
        longer: letters of the longer one.
        slip: one of them reads like a slip.
    """
    two_from = TWO_SLIPS_FROM if slip else TWO_EDITS_FROM
    return 2 if shorter >= two_from and longer <= LONGEST_TWO else 1 if 3 <= longer <= LONGEST_ONE else 0


def written_cost(edits: int, *, slip: bool) -> float:
    """What edits of a word as written cost, where one of the words reads like a slip or none does."""
    return TWO_SLIPS_COST if slip and edits == 2 else float(edits)


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
    if consonants >= MANY_CONSONANTS:
        return BONES + BONES_UNEVEN * max(0, uneven - 1)
    return BONES_EVEN if consonants >= 2 and not uneven else _FAR


POWER = 1.72
SOUND, LOOSE = 0.94, 0.80
BONES, UNVOWELLED, TRANSPOSED = 0.90, 0.57, 0.29
UNVOWELLED_UNEVEN = 0.38
SOUND_UNEVEN, BONES_UNEVEN, BONES_EVEN, UNVOWELLED_SHORT = 0.38, 0.16, 1.62, 1.17
MANY_CONSONANTS = 4
"""Consonants from which on they say enough where vowels differ."""
TWO_EDITS_FROM, TWO_SLIPS_FROM = 6, 5
"""Letters from which on two edits may lie between written words: any, and words of which one reads like a slip."""
TWO_SLIPS_COST = 1.30
"""Cost of two edits where one of the words reads like a slip."""
LONGEST_TWO, LONGEST_ONE = 24, 64
"""Letters up to which words may lie two edits, and one edit, apart: what bounds the keys of a hostile word."""
