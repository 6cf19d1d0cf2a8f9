"""Words that are Chinese or Korean syllables in Latin letters: there, few sounds make very many names.

One letter more or less makes another name of such a word (Hongmei, Hongfei), not a slip; a slip seldom
leaves a syllable.

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
