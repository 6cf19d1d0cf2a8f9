"""Words of a query and of a description, brought to one form.

Case, accents, umlauts, plural endings, British and American spellings fall away; the table ``equivalents.csv`` holds
what no rule gives.
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from importlib import resources

MAX_TEXT = 2_000
_WORD = re.compile(r"[a-z0-9]+(?:\.[a-z0-9]+)*")
_LONG = re.compile(r"[a-z]{6,}")
"""Short words keep their letters: ``AES`` is no umlaut."""
_E_AFTER_VOWEL = re.compile(r"(?<=[aou])e(?=[bcdfghklmnprstuvwxz])")
_DIGITS = re.compile(r"\d")
_ENDINGS = ("ings", "ing", "ers", "er", "es", "ed", "s")
_UMLAUTS = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss", "æ": "a", "ø": "o", "œ": "o"})
_STOP = """
a an and as at by for from in into is it of on or other than that the this to with without not no its their all which
who be are used use using made under over between our your any each via per item device system equipment
der die das und fur von mit ein eine einer zur zum im auf am
le la les de du des et pour un une en au aux avec d l
el los las del y para con una al por
"""
"""English words, then the German, French and Spanish ones that trade descriptions are full of."""


def fold(text: str) -> str:
    """Lower case without accents; ``ue`` for ``ü`` and ``ü`` itself give the same letters."""
    lowered = unicodedata.normalize("NFKC", text[:MAX_TEXT]).casefold().translate(_UMLAUTS)
    plain = "".join(
        character for character in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(character)
    )
    return _LONG.sub(lambda found: _E_AFTER_VOWEL.sub("", found[0]), plain)


def words(text: str) -> list[str]:
    """The words that count, in order, in their common form."""
    return [common(word) for word in _WORD.findall(fold(text)) if word not in _STOP_FOLDED]


@functools.lru_cache(maxsize=50_000)
def common(word: str) -> str:
    """One form for a folded word: the table's, else without its ending."""
    if _DIGITS.search(word):
        return word
    known = _equivalents()
    return _stem(known.get(word) or (known.get(word[:-1]) if word.endswith("s") else None) or word)


def _stem(word: str) -> str:
    word = word.replace("isation", "ization").replace("yse", "yze").replace("ise", "ize")
    if word.endswith("ies") and len(word) >= 6:
        return word[:-3] + "y"
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 4:
            return word[: -len(ending)]
    return word[:-1] if len(word) > 3 and word.endswith("e") else word


def kind_words(phrase: str) -> tuple[str, ...]:
    """Words of a phrase in which ``@phone`` stands for any word of that kind."""
    found: list[str] = []
    for part in phrase.split():
        found += [part] if part.startswith("@") else words(part)
    return tuple(found)


def kinds_of(word: str) -> frozenset[str]:
    """The kinds of a word in its common form: ``@phone`` and the like."""
    return _kinds().get(word, frozenset())


@functools.cache
def _kinds() -> dict[str, frozenset[str]]:
    text = (resources.files("enduse.items.data") / "fields.csv").read_text(encoding="utf-8")
    found: dict[str, set[str]] = {}
    for row in csv.DictReader(text.splitlines(), strict=True):
        for word in words(row["words"]):
            found.setdefault(word, set()).add(f"@{row['field']}")
    return {word: frozenset(kinds) for word, kinds in found.items()}


@functools.cache
def _equivalents() -> dict[str, str]:
    text = (resources.files("enduse.items.data") / "equivalents.csv").read_text(encoding="utf-8")
    return {fold(row["word"]): fold(row["canonical"]) for row in csv.DictReader(text.splitlines(), strict=True)}


_STOP_FOLDED = frozenset(fold(word) for word in _STOP.split())
