"""Arabic script in Latin letters: consonants as they sound, long vowels as they may be written, the article apart.

Short vowels are not written, so what comes out has none: ``مصطفى`` becomes ``mstfa``. Hamza and ayn count as a vowel in
front of a word and as nothing inside it, as most Latin spellings of names have it. Persian, Urdu and Pashto letters are
read as their sounds.

Sources: ALA-LC romanization tables for Arabic, Persian, Urdu and Pashto; Unicode Standard, chapter 9.2.
"""

from __future__ import annotations

import re

LETTERS = re.compile(r"[\u0600-\u06ff\u0750-\u077f\ufb50-\ufdff\ufe70-\ufeff]")
"""Any letter of the script, presentation forms included."""

_TABLE = (
    "اa بb پp تt ثth جj چch حh خkh دd ذdh رr زz ژzh سs شsh صs ضd طt ظz غgh فf قq كk کk گg لl مm "
    "نn هh ہh ھh وw يy یy ىa ےy آa ةh ۀh ٹt ڈd ړr ڑr ښsh ځz څts ڼn ټt ډd ۍi ېe ۆo ۇu ڤv "
)
_LATIN = {entry[0]: entry[1:] for entry in _TABLE.split()}
"""Each letter with its sound; hamza, ayn and what is not here are not heard inside a word."""
_IN_FRONT = {"ع": "a", "ء": "a", "ئ": "a", "ؤ": "u", "و": "w", "ي": "y", "ی": "y", "ا": "a"}
_BREATHS = "هحہھةۀ"
_JOINED_BY_H = "سصزظذتطدضكگکبپ"
_ARTICLE = "\u0627\u0644"
_GOD = "\u0627\u0644\u0644\u0647"


def romanised(word: str) -> list[str]:
    """A word without marks as plain Latin words: the article ``al`` stands alone before its noun."""
    bare = "".join(character for character in word if LETTERS.match(character))
    if bare == _GOD:
        return ["allah"]
    article = bare.startswith(_ARTICLE) and len(bare) > 4
    if article:
        bare = bare[2:]
    latin = "".join(
        _IN_FRONT.get(character, _LATIN.get(character, "")) if place == 0 else _inside(bare, place)
        for place, character in enumerate(bare)
    )
    return [part for part in (("al", latin) if article else (latin,)) if part]


def _inside(bare: str, place: int) -> str:
    """A letter that is not the first; waw and ya between consonants are long vowels."""
    character = bare[place]
    if character in _BREATHS and (place == len(bare) - 1 > 1 or bare[place - 1] in _JOINED_BY_H):
        # At the end it is a vowel; after these letters it would be read as one sound with them (s-h, z-h).
        return "a" if place == len(bare) - 1 else ""
    if character in "\u0648":
        return "u"
    if character in "\u064a\u06cc":
        return "i"
    return _LATIN.get(character, "")
