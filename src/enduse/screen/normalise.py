"""Names in any script as words of plain Latin letters and digits, each with its class and weight.

Sources: Unicode Standard Annex 15 (NFKC); Unicode Technical Standard 39 (confusables: only words that mix scripts are
mended); transliteration by ``anyascii``; ISO 20275 (legal forms, by family).
"""

from __future__ import annotations

import functools
import itertools
import math
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from anyascii import anyascii
from rapidfuzz.distance import OSA

from enduse.model.errors import BadInput
from enduse.screen import arabic
from enduse.screen.syllables import is_syllables
from enduse.screen.words import LONG_FORM, Words, words

MAX_NAME = 2_000
"""Longest name accepted, in characters."""

MAX_WORDS = 60
"""Words of a name that are looked at."""

NAMELESS = frozenset({"legal_form", "honorific", "particle"})
"""Classes of words that say little of whose name it is."""

SHORTEST_FIELD = 16
"""Characters from which on a name may end where a field did. Sixteen has the company's name of a Nacha batch header
(field 3), 22 an individual's; 35 a line of a name in a SWIFT MT message."""

_INVISIBLE = dict.fromkeys(
    [0x00AD, 0x034F, 0x061C, 0x180E, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2070), 0xFEFF],
    None,
)
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁһкмтвнАЕОРСУХІЈЅКМТВНαοερντικυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ",
    "aeopcyxijsdhkmtbhAEOPCYXIJSKMTBHaoepvtikuxABEZHIKMNOPTYX",
)
_LEET = str.maketrans("0134579@$", "oieastgas")
_LONGEST_WORD = 64
_PARTS = re.compile(r"[0-9]{1,64}(?:st|nd|rd|th)(?![0-9a-z])|[0-9]{1,64}|[a-z]{1,64}")
"""Words; one of more than 64 letters or digits counts as several, so that no word is long."""
_APOSTROPHES = re.compile(r"[\u0027\u2018\u2019\u02bb\u02bc\u02bf\u0060\u00b4\u2032]")
_DOTTED = re.compile(r"\b(?:[a-z]\.){2,}(?:[a-z]\b)?")
_SURNAME_FIRST = re.compile(r"\s*[^\W\d_]+,\s*[^\s,]")
_ORDINAL = re.compile(r"([0-9]+)(?:st|nd|rd|th)")
_LEET_WORD = re.compile(r"(?<![A-Za-z0-9@$])[A-Za-z]+[013-579@$][A-Za-z013-579@$]*[A-Za-z](?![A-Za-z0-9@$])")
_AIRCRAFT = re.compile(r"[A-Za-z][0-9][A-Za-z]{3}")
_NUMBERED = re.compile(r"[Nn][Oo][0-9]+[A-Za-z]{0,2}")
_SHIPS = frozenset({"mv", "mt", "ms", "ss"})
_SYLLABLES = re.compile(r"[A-Z][a-z]{0,63}|[a-z]{1,64}|[0-9]{1,64}")
_HAN_OR_HANGUL = re.compile(r"[\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
_WITHOUT_VOWELS = re.compile(r"[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]")
_LATIN_LETTERS = re.compile(r"[A-Za-z]")
_PIECES = re.compile(r"\d+|[^\W\d_]+")
_VOWEL_INSIDE = re.compile(r"(?<=.)[aeiouy](?=.)")
_VOWEL = re.compile(r"[aeiouy]")
_LETTERS_OR_STOPS = re.compile(r"[^\W\d_]+(?:[.-]+[^\W\d_]+)*[.,;-]*")
_LONG = 4
_BRIEF = 2
_TITLE, _NAMES = 2, 2
_WRAPPED = 3
_SPELT, _LONGEST_SPELT = 3, 12
_MARKED = re.compile(r"[\u00c0-\u024f\u0370-\u06ff\u1e00-\u1fff]")
_ROMAN = {
    **{"ii": "2", "iii": "3", "iv": "4", "vii": "7", "viii": "8", "ix": "9", "xii": "12"},
    **{"xiii": "13", "xiv": "14", "xv": "15", "xvi": "16", "xvii": "17", "xviii": "18", "xix": "19", "xx": "20"},
}
_UNITS = [
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen"),
]
_ORDINALS = ["first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth"]
_IN_WORDS = {
    **{word: str(number) for number, word in enumerate(_UNITS, start=2)},
    **{word: str(number) for number, word in enumerate(_ORDINALS, start=1)},
}
_TENS = {"twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80}


_Written: TypeAlias = tuple[str, bool, bool, str]
"""A plain word, whether vowels may be missing, whether it is a syllable, and the word as it was written."""

_BREAK: _Written = ("", False, False, "")
"""Between single letters that stand for themselves."""

_SPELT_OUT = "."
"""Before a word as it was written, where it was letters with full stops."""


@dataclass(frozen=True, slots=True, eq=False)
class Token:
    """One word of a name; equal words are one object, so that looking one up costs nothing.

    Attributes:
        text: plain lower-case Latin letters and digits.
        word_class: ``plain, syllable, number, initial, legal_form, honorific, particle, generic`` or ``place``.
        weight: what the word counts.
        unvowelled: it comes from a script that leaves vowels out.
        written: the word before it was made the usual form (``intl`` for ``international``).
        cut: it may be the beginning of a word: the last of a name as long as a field that cuts names off.
    """

    text: str
    word_class: str
    weight: float
    unvowelled: bool = False
    written: str = ""
    cut: bool = False

    def may_begin(self, other: Token) -> bool:
        """Whether it may be the other word, cut off."""
        return self.cut and not other.unvowelled and other.text.startswith(self.text)


@functools.lru_cache(maxsize=20_000)
def tokens(name: str) -> tuple[Token, ...]:
    """The words of a name, at most :data:`MAX_WORDS`.

    Raises:
        BadInput: the name is longer than :data:`MAX_NAME` characters.
    """
    if len(name) > MAX_NAME:
        raise BadInput(f"a name of {len(name):,} characters", remedy=f"at most {MAX_NAME:,} are accepted")
    visible = name
    if not name.isascii():
        visible = unicodedata.normalize("NFKC", name.translate(_INVISIBLE)).translate(_INVISIBLE)
    found: list[_Written] = []
    several = False
    for word in _APOSTROPHES.sub("", visible).split():
        parts = [
            part
            for piece in (word.split("&") if "&" in word else (word,))
            for plain in _plain_words(piece)
            for part in _without_form(plain)
        ]
        before, several = several, len(parts) > 1 and not _LETTERS_OR_STOPS.fullmatch(word)
        if (before or several) and found and parts and _single_letter(found[-1]) and _single_letter(parts[0]):
            # "B&H H": letters of a word that holds several spell no word with the next.
            found.append(_BREAK)
        found += parts
    found = _joined(found[: 4 * MAX_WORDS])
    result = tuple([_token(*word) for word in found[:MAX_WORDS]])
    if result and result[0].word_class in ("particle", "honorific") and _SURNAME_FIRST.match(visible):
        # "DU, Yu Rong": what stands alone before a comma is a surname, not a particle.
        result = (_token(*found[0], plain=True), *result[1:])
    return _unvowelled(_cut(result, visible))


def _cut(found: tuple[Token, ...], name: str) -> tuple[Token, ...]:
    """``Jhon Ei``: the last word of a long name, where none is known that is written so, may have been cut off."""
    if len(found) < 2 or len(name.strip()) < SHORTEST_FIELD or not may_be_cut(found[-1].text):
        return found
    last = found[-1]
    if last.word_class != "plain" or last.unvowelled:
        return found
    if len(last.text) == _BRIEF and all(is_syllables(token.text) for token in found):
        # A name of its own, as in Chinese and Vietnamese.
        return found
    written = name.rsplit(maxsplit=1)[-1]
    if not (written if written.isascii() else anyascii(written)).casefold().endswith(last.text):
        # A full stop follows, or another word has moved behind it.
        return found
    return (*found[:-1], token_of(last.text, "plain", False, last.written, cut=True))


def may_be_cut(text: str) -> bool:
    """Whether a word may be what is left of another: it has two letters, or more and is not known as a word itself."""
    return len(text) == _BRIEF or (len(text) > _BRIEF and text not in words().frequencies)


def _unvowelled(found: tuple[Token, ...]) -> tuple[Token, ...]:
    """``Vldmr Ptnv``: words of which none has a vowel inside were written without; a single one may be an acronym."""
    bare = [token for token in found if token.word_class == "plain" and len(token.text) > 2]
    if len(bare) < 2 or max(len(token.text) for token in bare) < _LONG:
        return found
    if any(_VOWEL_INSIDE.search(token.text) for token in bare):
        return found
    if 2 * sum(len(_VOWEL.findall(token.text)) for token in bare) > sum(len(token.text) for token in bare):
        return found  # Ali Atwa: short words with their vowels at the ends
    return tuple(
        token_of(token.text, "plain", True, token.written) if token.word_class == "plain" else token for token in found
    )


def _plain_words(word: str) -> list[_Written]:
    """A written word as plain words: text, whether vowels may be missing, whether it is a syllable."""
    if word.isascii() and word.isalpha() and len(word) <= _LONGEST_WORD:
        # What follows would change nothing but the capitals.
        text = word.lower()
        return [(text, False, False, text)]
    unvowelled = bool(_WITHOUT_VOWELS.search(word))
    if arabic.LETTERS.search(word) and not _LATIN_LETTERS.search(word):
        parts = [part for piece in _PIECES.findall(_unmarked(word)) for part in _arabic_or_number(piece)]
        return [(part, part.isalpha() and part != "al", False, part) for part in parts]
    latin = anyascii(_mended(_unmarked(word)))
    if _HAN_OR_HANGUL.search(word):
        return [(part.casefold(), False, part.isalpha(), part.casefold()) for part in _SYLLABLES.findall(latin)]
    plain = _APOSTROPHES.sub("", latin.casefold())
    dotted = _dotted(plain) if "." in plain else ()
    parts = _PARTS.findall(_DOTTED.sub(_without_dots, plain) if dotted else plain)
    if "\u0438" in word.casefold():
        # Two letters, as in the initials of I. I. Ivanov; a Roman number is not written with this one.
        parts = [letter for part in parts for letter in (part if part in _ROMAN else (part,))]
    return [(part, unvowelled, False, _SPELT_OUT + part if part in dotted else part) for part in parts]


def _dotted(plain: str) -> set[str]:
    """What letters with full stops spell (``M.R.``)."""
    return {letters.replace(".", "") for letters in _DOTTED.findall(plain)}


def _without_form(word: _Written) -> list[_Written]:
    """``COMPANYALPHA`` as two words: a long legal form is seldom the beginning or the end of another word."""
    text, unvowelled, syllable, _ = word
    if len(text) < LONG_FORM + _SPELT or unvowelled or syllable:
        return [word]
    found = _form_inside().fullmatch(text)
    if found is None or text in words().classes:
        return [word]
    return [(part, False, False, part) for part in found.groups() if part]


@functools.cache
def _form_inside() -> re.Pattern[str]:
    forms = "|".join(sorted((form for form in words().families if len(form) >= LONG_FORM), key=lambda f: (-len(f), f)))
    return re.compile(f"({forms})([a-z]{{{_SPELT},}})|([a-z]{{{_SPELT},}})({forms})")


def _without_dots(found: re.Match[str]) -> str:
    """``N.S.O.`` is one word; ``I.I.`` stays two initials, since together they would be a Roman number."""
    letters = found[0].replace(".", "")
    return found[0] if letters in _ROMAN else letters


def _arabic_or_number(piece: str) -> list[str]:
    return [anyascii(piece)] if piece.isdecimal() else arabic.romanised(piece)


def _unmarked(word: str) -> str:
    """A word in a script whose marks are often left out, without them; elsewhere marks are letters."""
    if not _MARKED.search(word):
        return word
    return "".join(
        character for character in unicodedata.normalize("NFD", word) if unicodedata.category(character) != "Mn"
    )


def _mended(word: str) -> str:
    """A word that mixes Latin letters with lookalikes, or letters with digits inside, as it was meant."""
    latin = any("a" <= character <= "z" for character in word.casefold())
    foreign = any("\u0370" <= character <= "\u04ff" for character in word)
    if latin and foreign:
        word = word.translate(_LOOKALIKES)
    return _LEET_WORD.sub(_unleeted, word)


def _unleeted(found: re.Match[str]) -> str:
    """``H1kvision`` with the letter that the digit stands for.

    ``P4ABC`` is the mark of an aircraft (ICAO Annex 7), ``NO5BL`` a number.
    """
    as_it_is = _AIRCRAFT.fullmatch(found[0]) or _NUMBERED.fullmatch(found[0])
    return found[0] if as_it_is else found[0].translate(_LEET)


def _joined(found: list[_Written]) -> list[_Written]:
    """Legal forms and single letters together, numbers in words as digits, short forms at length."""
    found = _letters_together(_phrases(found))
    table = words()
    result: list[_Written] = []
    position = 0
    while position < len(found):
        text, unvowelled, syllable, written = found[position]
        position += 1
        if text in _TENS:
            unit = found[position][0] if position < len(found) else ""
            extra = _UNITS.index(unit) + 2 if unit in _UNITS[:8] else 1 if unit == "one" else 0
            position += extra > 0
            text = str(_TENS[text] + extra)
        elif text in _IN_WORDS:
            text = _IN_WORDS[text]
        elif text[:1].isdigit() and (ordinal := _ORDINAL.fullmatch(text)):
            text = ordinal[1]
        text = _ROMAN.get(text, text)
        text = table.short_forms.get(text, text)
        result.append((table.mistyped.get(text, text), unvowelled, syllable, written))
    return result


def _phrases(found: list[_Written]) -> list[_Written]:
    """Legal forms of several words as one; long words of a form need not stand together."""
    texts = [_phrase_word(word) for word, *_ in found]
    for phrase in words().phrases_of(texts):
        places = _places(texts, phrase)
        if places and _meant([found[place][0] for place in places]):
            form = words().phrases[phrase]
            kept = [written for number, written in enumerate(found) if number not in places]
            before = sum(number < min(places) and number not in places for number in range(len(found)))
            found = [*kept[:before], (form, False, False, form), *kept[before:]]
            texts = [_phrase_word(word) for word, *_ in found]
    return found


@functools.lru_cache(maxsize=50_000)
def _phrase_word(text: str) -> str:
    """The word of a legal form that a word one letter away was meant to be; a known word is meant as it stands."""
    table = words()
    if len(text) < _LONG or text in table.meant:
        return text
    by_front, by_end = _of_phrases()
    # One letter wrong leaves the first two or the last two as they are.
    some = (*by_front.get(text[:2], ()), *by_end.get(text[-2:], ()))
    if text in some:
        return text
    return min([word for word in some if OSA.distance(text, word, score_cutoff=1) == 1], default=text)


@functools.cache
def _of_phrases() -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    """The longer words of legal forms of several words, by their first two letters and by their last two."""
    by_front: dict[str, list[str]] = {}
    by_end: dict[str, list[str]] = {}
    for word in sorted({word for phrase in words().phrases for word in phrase if len(word) > _LONG}):
        by_front.setdefault(word[:2], []).append(word)
        by_end.setdefault(word[-2:], []).append(word)
    return by_front, by_end


def _meant(found: Sequence[str]) -> bool:
    """Whether words stand for a legal form although letters are wrong: long ones do, a short one among others."""
    wrong = [word for word in found if _phrase_word(word) != word]
    return all(len(word) >= LONG_FORM or len(found) - len(wrong) >= 2 for word in wrong)


def _places(texts: list[str], phrase: tuple[str, ...]) -> set[int]:
    """Where a phrase stands: its words one after the other, round the end too, or anywhere where all are long."""
    for word in phrase:
        if len(word) >= _LONG and word not in texts:
            return set()
    for start in range(len(texts) - len(phrase) + 1):
        if tuple(texts[start : start + len(phrase)]) == phrase:
            return set(range(start, start + len(phrase)))
    if _WRAPPED <= len(phrase) < len(texts):
        # The first word may have gone behind the last, or the last before the first: "C.V. Alpha S.A. de".
        around = [*texts, *texts[: len(phrase) - 1]]
        for start in range(len(texts) - len(phrase) + 1, len(texts)):
            if tuple(around[start : start + len(phrase)]) == phrase:
                return {place % len(texts) for place in range(start, start + len(phrase))}
    places: set[int] = set()
    for word in phrase:
        place = next((number for number, text in enumerate(texts) if text == word and number not in places), None)
        if place is not None:
            places.add(place)
        elif len(word) >= _LONG:
            return set()
    return places if min(map(len, phrase)) >= _LONG or max(map(len, phrase)) > 2 * _LONG else set()


def _letters_together(found: list[_Written]) -> list[_Written]:
    """Single letters that make a legal form are one word (``S A`` for ``S.A.``); so are three or more.

    ``Brahim B. H. B. M. Hamami`` has four initials: beside a person's names, letters that stand apart spell no word.
    """
    if min([len(text) for text, *_ in found], default=2) > 1:
        return found
    found = _form_apart(found)
    classes = [(len(text), _class(text)) for text, *_ in found if len(text) > 1]
    names = sum(length > _TITLE and word_class != "honorific" for length, word_class in classes)
    of_person = names >= _NAMES and _OF_COMPANIES.isdisjoint([word_class for _, word_class in classes])
    runs = [(single, list(group)) for single, group in itertools.groupby(found, key=_single_letter)]
    # "Alpha Beta S A P I de C V": a legal form elsewhere, and no person's name.
    of_person = of_person and all(_form_from(run) == len(run) for single, run in runs if single)
    result = [word for single, run in runs for word in (_spelt(run, of_person) if single else run)]
    return [word for word in result if word is not _BREAK]


def _form_apart(found: list[_Written]) -> list[_Written]:
    """``J Y J S. DE H.``: the letters of a sociedad de hecho spell no word with others."""
    texts = [text for text, *_ in found]
    for place in range(len(texts) - 2, 0, -1):
        if texts[place] == "de" and sorted(texts[place - 1 : place + 2 : 2]) == ["h", "s"]:
            found = [*found[: place - 1], _BREAK, *found[place - 1 : place + 2], _BREAK, *found[place + 2 :]]
    return found


def _class(text: str) -> str:
    table = words()
    return "generic" if text in table.named_for_trade else table.classes.get(table.short_forms.get(text, text), "")


_OF_COMPANIES = frozenset({"generic", "place", "legal_form"})


def _single_letter(word: _Written) -> bool:
    text, unvowelled, syllable, _ = word
    return len(text) == 1 and text.isalpha() and not unvowelled and not syllable


def _spelt(run: list[_Written], of_person: bool) -> list[_Written]:
    """A run of single letters: the word that they spell, or a person's initials; and the legal form that may follow."""
    if of_person:
        return run
    letters, start = "".join(text for text, *_ in run), _form_from(run)
    ahead, form = letters[:start], letters[start:]
    result = [(ahead, False, False, ahead)] if _SPELT <= len(ahead) <= _LONGEST_SPELT else run[:start]
    return [*result, (form, False, False, form)] if form else result


def _form_from(run: list[_Written]) -> int:
    """Where a legal form begins that ends a run of single letters; its length where none does."""
    letters, families = "".join(text for text, *_ in run), words().families
    places = range(max(0, len(run) - 4), len(run) - 1)
    return next((start for start in places if letters[start:] in families), len(run))


def _token(text: str, unvowelled: bool, syllable: bool, written: str, *, plain: bool = False) -> Token:
    if written[:1] == _SPELT_OUT:
        # "M.R. Ahmadi": with full stops, letters are initials, no title and no particle.
        written = written[1:]
        plain = plain or (words().classes.get(text) in ("particle", "honorific") and text not in _SHIPS)
    word_class = "plain" if plain else "" if syllable or unvowelled else words().classes.get(text, "")
    if not word_class:
        if not text.isalpha() and any(character.isdigit() for character in text):
            word_class = "number"
        elif syllable:
            word_class = "syllable"
        else:
            word_class = "initial" if len(text) == 1 else "plain"
    return token_of(text, word_class, unvowelled, written)


@functools.lru_cache(maxsize=200_000)
def token_of(text: str, word_class: str, unvowelled: bool, written: str, *, cut: bool = False) -> Token:
    """The one object that stands for a word of a class."""
    table = words()
    weight = table.weights[word_class]
    if word_class in ("plain", "place"):
        weight *= _rarity(table, text)
    return Token(text, word_class, round(weight, 3), unvowelled, written, cut)


def _rarity(table: Words, text: str) -> float:
    """1 for rare words, less for those that many listed parties share."""
    often = table.frequencies.get(text, 0) / table.rarity["from_per_million"]
    return max(table.rarity["least"], 1 - table.rarity["step"] * math.log10(often)) if often > 1 else 1.0
