"""Names in any script as tokens of plain Latin letters and digits.

Sources: Unicode Standard Annex 15 (NFKC), Unicode Technical Standard 39 (confusables: only mixed-script tokens are
mended), transliteration by ``anyascii``.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from dataclasses import dataclass
from importlib import resources

from anyascii import anyascii

from enduse.formats.plain_yaml import load_yaml
from enduse.model.errors import BadInput

MAX_NAME = 2_000
"""Longest name accepted, in characters."""

_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF],
    None,
)
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһкмтвнАЕОРСУХІЈЅКМТВНαοερντικυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhkmtbhAEOPCYXIJSKMTBHaoepvtikuxABEZHIKMNOPTYX",
)
_LEET = str.maketrans("013457@$", "oieastas")
_SPLIT = re.compile(r"[^0-9a-z]+")
_APOSTROPHES = re.compile(r"[\u0027\u2018\u2019\u02bc\u02bb`\u00b4]")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}")
_ROMAN = {"ii": "2", "iii": "3", "iv": "4", "vi": "6", "vii": "7", "viii": "8", "ix": "9"}


@dataclass(frozen=True, slots=True)
class Token:
    """One word of a name.

    Attributes:
        text: plain lower-case Latin letters and digits.
        word_class: ``plain, number, initial, legal_form, honorific, particle, generic`` or ``place``.
        weight: what the word counts.
        skeleton: consonants alone, for words that came from a script without vowels; else empty.
    """

    text: str
    word_class: str
    weight: float
    skeleton: str = ""


@functools.cache
def _table() -> tuple[dict[str, str], dict[str, float], str]:
    file = resources.files("enduse.screen") / "words.yaml"
    raw = load_yaml(file.read_bytes(), name="words.yaml")
    classes: dict[str, str] = {}
    for word_class in ("place", "generic", "particle", "honorific", "legal_form"):
        classes |= dict.fromkeys(raw[word_class].split(), word_class)
    return classes, {key: float(value) for key, value in raw["weights"].items()}, raw["version"]


def weights_version() -> str:
    """The version of the shipped weight table."""
    return _table()[2]


@functools.lru_cache(maxsize=200_000)
def tokens(name: str) -> tuple[Token, ...]:
    """The words of a name.

    Raises:
        BadInput: the name is longer than :data:`MAX_NAME` characters.
    """
    if len(name) > MAX_NAME:
        raise BadInput(f"a name of {len(name):,} characters", remedy=f"at most {MAX_NAME:,} are accepted")
    visible = unicodedata.normalize("NFKC", name.translate(_INVISIBLE))
    found: list[Token] = []
    for word in _APOSTROPHES.sub("", visible).split():
        found.extend(_word_tokens(word))
    return tuple(found)


def _word_tokens(word: str) -> list[Token]:
    unvowelled = any("\u0590" <= character <= "\u08ff" for character in word)
    plain = anyascii(_mended(word)).casefold()
    plain = _DOTTED.sub(lambda found: found[0].replace(".", ""), plain)
    parts = [part for part in _SPLIT.split(_APOSTROPHES.sub("", plain)) if part]
    return [_token(part, unvowelled) for part in parts]


def _mended(word: str) -> str:
    """A word that mixes Latin letters with lookalikes, or letters with digits inside, as it was meant."""
    latin = any("a" <= character <= "z" for character in word.casefold())
    foreign = any("\u0370" <= character <= "\u04ff" for character in word)
    if latin and foreign:
        word = word.translate(_LOOKALIKES)
    if re.fullmatch(r"[A-Za-z][A-Za-z]*[013457@$][A-Za-z0-9@$]*[A-Za-z]", word):
        word = word.translate(_LEET)
    return word


def _token(text: str, unvowelled: bool) -> Token:
    classes, weights, _ = _table()
    text = _ROMAN.get(text, text)
    word_class = classes.get(text, "")
    if not word_class:
        if any(character.isdigit() for character in text):
            word_class = "number"
        elif len(text) == 1:
            word_class = "initial"
        else:
            word_class = "plain"
    skeleton = "".join(character for character in text if character not in "aeiou") if unvowelled else ""
    return Token(text, word_class, weights[word_class], skeleton)
