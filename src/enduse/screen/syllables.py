"""Words that are Chinese or Korean syllables in Latin letters: there, few sounds make very many names.

One letter more or less makes another name of such a word (Hongmei, Hongfei), not a slip; a slip seldom
leaves a syllable. Ways of writing one syllable (Zhong, Chung; Hyeon, Hyun; Xiao, Hsiao) are told from another
syllable (Hun, Hyun; Zhou, Zhuo) by consonant, glide and vowel.

Sources: Hanyu Pinyin (ISO 7098); Revised Romanization of Korean (2000) and McCune-Reischauer.
"""

from __future__ import annotations

import functools
import re

LONGEST = 14
"""Letters up to which a word may be syllables: four of them at most in a name."""

_PINYIN = (
    "(?:(?:zh|ch|sh|[bpmfdtnlgkhjqxrzcsyw])?"
    "(?:iang|iong|uang|ueng|ang|eng|ing|ong|ian|iao|uai|uan|ai|an|ao|ei|en|er|ia|ie|in|iu|ou|ua|ue|ui|un|uo|a|e|i|o|u))"
)
_KOREAN = (
    "(?:(?:ch|kk|tt|pp|ss|jj|[gkndtrlmbpsjh])?"
    "(?:yeo|yae|wae|eui|ae|ya|eo|ye|wa|oe|yo|wo|we|wi|yu|eu|ui|ou|oo|a|e|o|u|i)(?:ng|[kgnlmptb])?)"
)
_WORD = re.compile(f"(?:{_PINYIN}{{1,3}}|{_KOREAN}{{1,3}})")


@functools.lru_cache(maxsize=100_000)
def is_syllables(word: str) -> bool:
    """Whether a word of plain letters can be read as one to three syllables."""
    return len(word) <= LONGEST and _WORD.fullmatch(word) is not None


_SOUNDS = re.compile(r"zh|ch|sh|hs|ts|tz|ng(?![aeiouyw])|([ktpsj])\1|[bcdfghjklmnpqrstvwxyz]|[aeiou]+")
_CONSONANTS = {
    **dict.fromkeys(("zh", "ch", "j", "jj", "q"), "J"),
    **dict.fromkeys(("sh", "hs", "s", "ss", "x"), "S"),
    **dict.fromkeys(("ts", "tz", "z", "c"), "Z"),
    **dict.fromkeys(("g", "k", "kk"), "K"),
    **dict.fromkeys(("d", "t", "tt"), "T"),
    **dict.fromkeys(("b", "p", "pp"), "P"),
    **dict.fromkeys(("l", "r"), "L"),
    "ng": "G",
}
_VOWELS = {
    **dict.fromkeys(("ai", "ae"), "E"),
    **dict.fromkeys(("ao", "au"), "A"),
    **dict.fromkeys(("o", "eo", "u", "oo", "ou", "eu"), "o"),
    "ee": "i",
}


@functools.lru_cache(maxsize=100_000)
def heard(word: str) -> str:
    """The syllables of a word, written alike where romanizations differ.

    Args:
        word: plain lower-case letters.
    """
    parts = [found.group() for found in _SOUNDS.finditer(word)]
    result: list[str] = []
    for number, part in enumerate(parts):
        after = parts[number + 1] if number + 1 < len(parts) else ""
        vowel_next = after[:1] in tuple("aeiou")
        if part[0] in "aeiou":
            result.append(_vowels(part))
        elif part in ("y", "w"):
            if vowel_next and after[0] != ("i" if part == "y" else "u"):
                result.append(part.upper())
        elif part != "h" or vowel_next or after in ("y", "w"):
            result.append(_CONSONANTS.get(part, part.upper()))
    return "".join(result).replace("YY", "Y").replace("WW", "W")


def _vowels(run: str) -> str:
    """A run of vowels: a glide, if one leads, and the vowel."""
    if run in _VOWELS or len(run) == 1:
        return _VOWELS.get(run, run)
    if run[0] == "i":
        return "Y" + _vowels(run[1:])
    if run[0] == "u":
        return "W" + _vowels(run[1:])
    return run
